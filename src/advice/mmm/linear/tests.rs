use super::*;

fn column(name: &str, values: &[f64]) -> Column {
    Column { name: name.to_owned(), values: values.to_vec(), is_positive: false }
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{found} {expected}");
}

#[test]
fn least_squares_find_the_line_that_made_the_figures() {
    let columns =
        [column("a", &[1.0, 2.0, 3.0, 4.0, 7.0]), column("b", &[0.0, 1.0, 0.0, 1.0, 5.0])];
    let outcome: Vec<f64> =
        (0..5).map(|at| 10.0 + 2.0 * columns[0].values[at] - 3.0 * columns[1].values[at]).collect();
    let found = fit(&columns, &outcome, 5, Penalty::None, Scaling::Own).expect("a fit");
    close(found.intercept, 10.0);
    close(found.coefficients[0], 2.0);
    close(found.coefficients[1], -3.0);
}

#[test]
fn a_ridge_of_one_column_is_a_quotient() {
    // Standardised 1, 3, 5 are ±√1.5 and 0, squares sum to 3, the product with −2, 0, 2 is 2√6:
    // weight 2√6/(3 + 3) = √6/3, divided by the deviation √(8/3): 1/2.
    let found = fit(
        &[column("a", &[1.0, 3.0, 5.0])],
        &[2.0, 4.0, 6.0],
        3,
        Penalty::Ridge { alpha: 3.0 },
        Scaling::Own,
    )
    .expect("a fit");
    close(found.coefficients[0], 0.5);
    close(found.intercept, 2.5);
}

#[test]
fn a_lasso_of_one_column_is_shrunk_by_its_penalty() {
    // The same figures: product/n = 2√6/3, less 1, over 1; divided by √(8/3).
    let found = fit(
        &[column("a", &[1.0, 3.0, 5.0])],
        &[2.0, 4.0, 6.0],
        3,
        Penalty::Lasso { alpha: 1.0 },
        Scaling::Own,
    )
    .expect("a fit");
    close(found.coefficients[0], (2.0 * 6.0f64.sqrt() / 3.0 - 1.0) / (8.0f64 / 3.0).sqrt());
    let none = fit(
        &[column("a", &[1.0, 3.0, 5.0])],
        &[2.0, 4.0, 6.0],
        3,
        Penalty::Lasso { alpha: 2.0 },
        Scaling::Own,
    )
    .expect("a fit");
    assert_eq!(none.coefficients, [0.0]);
}

#[test]
fn an_elastic_net_without_lasso_is_a_ridge_of_n_times_its_strength() {
    let columns = [
        column("a", &[1.0, 2.0, 4.0, 3.0, 9.0, 6.0]),
        column("b", &[0.0, 1.0, 0.5, 1.0, 5.0, 2.0]),
    ];
    let outcome = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0];
    let net = fit(
        &columns,
        &outcome,
        6,
        Penalty::ElasticNet { alpha: 0.5, lasso_share: 0.0 },
        Scaling::Own,
    );
    let ridge =
        fit(&columns, &outcome, 6, Penalty::Ridge { alpha: 3.0 }, Scaling::Own).expect("a fit");
    for (net, ridge) in net.expect("a fit").coefficients.iter().zip(ridge.coefficients) {
        close(*net, ridge);
    }
}

#[test]
fn a_coefficient_that_may_not_be_negative_is_zero_and_the_others_are_fitted_without_it() {
    let mut columns = [
        column("a", &[1.0, 2.0, 3.0, 4.0, 7.0, 5.0]),
        column("b", &[0.0, 1.0, 0.0, 1.0, 5.0, 2.0]),
    ];
    let outcome: Vec<f64> =
        (0..6).map(|at| 10.0 + 2.0 * columns[0].values[at] - 3.0 * columns[1].values[at]).collect();
    columns[1].is_positive = true;
    for penalty in [Penalty::None, Penalty::Ridge { alpha: 0.7 }, Penalty::Lasso { alpha: 0.1 }] {
        let both = fit(&columns, &outcome, 6, penalty, Scaling::Own).expect("a fit");
        let alone = fit(&columns[..1], &outcome, 6, penalty, Scaling::Own).expect("a fit");
        assert_eq!(both.coefficients[1], 0.0);
        close(both.coefficients[0], alone.coefficients[0]);
    }
}

#[test]
fn columns_that_say_the_same_are_named_as_such() {
    let columns =
        [column("a", &[1.0, 2.0, 3.0, 4.0, 7.0]), column("twice a", &[2.0, 4.0, 6.0, 8.0, 14.0])];
    let found = fit(&columns, &[1.0, 2.0, 3.0, 4.0, 4.0], 5, Penalty::None, Scaling::Own);
    assert_eq!(found.expect_err("no solution").code(), "ill_conditioned");
    assert!(
        fit(&columns, &[1.0, 2.0, 3.0, 4.0, 4.0], 5, Penalty::Ridge { alpha: 1.0 }, Scaling::Own)
            .is_ok()
    );
}

#[test]
fn folds_expand_with_time() {
    // 72 periods: parts of 12, the first learnt from alone.
    let folds = expanding_folds(72);
    assert_eq!(folds.iter().map(|fold| fold.0).collect::<Vec<_>>(), [12, 24, 36, 48, 60]);
    assert_eq!(folds[4].1, 60..72);
    // 20 periods: parts of 3, five left over at the beginning.
    assert_eq!(expanding_folds(20)[0], (5, 5..8));
}

#[test]
fn a_missing_value_is_never_a_zero() {
    let fitted = LinearFit { intercept: 1.0, coefficients: vec![2.0, 3.0] };
    assert_eq!(fitted.predict_one(&[1.0, 1.0]), Some(6.0));
    assert_eq!(fitted.predict_one(&[1.0]), None);
}

#[test]
fn the_published_twelve_feature_model_predicts_what_was_published() {
    let fitted = LinearFit {
        intercept: -39_674_413.379_902_62,
        coefficients: vec![
            86.755_993_526_531_16,
            46.873_508_363_478_65,
            -23.379_288_801_217_143,
            7.994_608_961_251_046,
            14.367_581_701_344_264,
            80.479_507_395_583_07,
            34.919_731_020_240_94,
            -19.450_302_761_532_25,
            5.154_363_263_573_146,
            19_603.649_444_675_1,
            2_600.523_045_429_545,
            -1_347.359_433_019_133,
        ],
    };
    let values = [
        100_000.0, 50_000.0, 20_000.0, 30_000.0, 15_000.0, 5_000.0, 8_000.0, 4_000.0, 6_000.0,
        2_024.0, 5.0, 2.0,
    ];
    let predicted = fitted.predict_one(&values).expect("twelve values");
    assert!((predicted - 11_655_602.34).abs() < 0.005, "{predicted}");
}
