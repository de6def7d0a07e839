use proptest::prelude::*;

use super::*;

/// gain · ln(1 + x / scale).
fn log(gain: f64, scale: f64, most: f64) -> Curve {
    Curve::tabulate(most, 201, |x| (gain * libm::log1p(x / scale), gain / (scale + x)))
}

/// gain · Hill.
fn hill(gain: f64, half: f64, slope: f64, most: f64) -> Curve {
    let saturation =
        crate::advice::mmm::saturation::Saturation::Hill { half_saturation: half, slope };
    Curve::tabulate(most, 201, |x| (gain * saturation.effect(x), gain * saturation.marginal(x)))
}

fn wide(channels: usize, total: f64) -> Vec<Bounds> {
    vec![Bounds { low: 0.0, high: total }; channels]
}

#[test]
fn logarithms_are_filled_to_one_level() {
    // By hand: 100 / (10 + x) = 300 / (10 + y), x + y = 100: y = 3x + 20, x = 20, y = 80; price 10/3.
    let curves = [log(100.0, 10.0, 100.0), log(300.0, 10.0, 100.0)];
    let plan = allocate(&curves, &wide(2, 100.0), 100.0).expect("feasible");
    assert!((plan.spends[0] - 20.0).abs() < 1e-3, "{plan:?}");
    assert!((plan.spends[1] - 80.0).abs() < 1e-3);
    assert!((plan.certificate.multiplier - 10.0 / 3.0).abs() < 1e-3);
    assert!(plan.certificate.gap <= plan.revenue * 1e-6, "{plan:?}");
    assert_eq!(plan.certificate.active, [Active::Free, Active::Free]);
}

#[test]
fn a_bound_that_binds_is_named_and_the_rest_is_filled() {
    let curves = [log(100.0, 10.0, 100.0), log(300.0, 10.0, 100.0)];
    let bounds = [Bounds { low: 5.0, high: 60.0 }; 2];
    let plan = allocate(&curves, &bounds, 100.0).expect("feasible");
    assert!((plan.spends[0] - 40.0).abs() < 1e-9 && (plan.spends[1] - 60.0).abs() < 1e-9);
    assert_eq!(plan.certificate.active, [Active::Free, Active::AtHigh]);
}

#[test]
fn bounds_that_can_not_hold_are_named() {
    let curves = [log(100.0, 10.0, 100.0), log(300.0, 10.0, 100.0)];
    let bounds = [Bounds { low: 5.0, high: 40.0 }; 2];
    let error = allocate(&curves, &bounds, 100.0).expect_err("80 at most");
    assert_eq!(
        error.to_string(),
        "the bounds allow 10.00 to 80.00 in all, and the total is 100.00"
    );
}

#[test]
fn one_of_two_s_curves_gets_all_where_half_each_would_be_lost() {
    // At half saturation 50 and slope 4, 30 each bring 2 · 0.1147, 60 in one bring 0.6746.
    let curves = [hill(100.0, 50.0, 4.0, 60.0), hill(100.0, 50.0, 4.0, 60.0)];
    let plan = allocate(&curves, &wide(2, 60.0), 60.0).expect("feasible");
    let mut spends = plan.spends.clone();
    spends.sort_by(f64::total_cmp);
    assert!(spends[0] < 1e-6 && (spends[1] - 60.0).abs() < 1e-6, "{plan:?}");
    assert!((plan.revenue - 67.46).abs() < 0.01, "{plan:?}");
    assert!(plan.certificate.gap < 0.01 * plan.revenue, "{plan:?}");
}

#[test]
fn what_brings_nothing_still_gets_what_the_total_leaves() {
    let flat = Curve::tabulate(100.0, 3, |_| (0.0, 0.0));
    let plan = allocate(&[flat.clone(), flat], &wide(2, 100.0), 100.0).expect("feasible");
    assert!((plan.spends[0] - 50.0).abs() < 1e-9 && (plan.spends[1] - 50.0).abs() < 1e-9);
    assert_eq!(plan.revenue, 0.0);
}

/// The best of all spends on a grid, by brute force over three channels.
fn brute_force(curves: &[Curve; 3], bounds: &[Bounds], total: f64, steps: u32) -> f64 {
    let mut best = f64::NEG_INFINITY;
    for one in 0..=steps {
        for two in 0..=steps - one {
            let unit = total / f64::from(steps);
            let spends =
                [f64::from(one), f64::from(two), f64::from(steps - one - two)].map(|it| it * unit);
            let fits = spends
                .iter()
                .zip(bounds)
                .all(|(spend, bounds)| *spend >= bounds.low - 1e-9 && *spend <= bounds.high + 1e-9);
            if fits {
                let revenue =
                    curves.iter().zip(spends).map(|(curve, spend)| curve.revenue(spend)).sum();
                best = best.max(revenue);
            }
        }
    }
    best
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_spends_on_a_grid_bring_more_and_the_gap_says_so(
        gains in prop::array::uniform3(10.0..500.0f64),
        halves in prop::array::uniform3(5.0..120.0f64),
        slopes in prop::array::uniform3(0.6..4.0f64),
        low in 0.0..0.2f64,
        high in 0.5..1.0f64,
    ) {
        let total = 100.0;
        let curves: [Curve; 3] =
            std::array::from_fn(|at| hill(gains[at], halves[at], slopes[at], total));
        let bounds = vec![Bounds { low: low * total, high: high * total }; 3];
        let plan = allocate(&curves, &bounds, total).expect("feasible");
        prop_assert!((plan.spends.iter().sum::<f64>() - total).abs() < 1e-6);
        for (spend, bounds) in plan.spends.iter().zip(&bounds) {
            prop_assert!(*spend >= bounds.low - 1e-9 && *spend <= bounds.high + 1e-9);
        }
        let best = brute_force(&curves, &bounds, total, 100);
        prop_assert!(plan.revenue + plan.certificate.gap >= best - 1e-6, "{plan:?} {best}");
        prop_assert!(plan.revenue >= best * (1.0 - 2e-3), "{plan:?} {best}");
        prop_assert!(plan.certificate.gap <= 2e-3 * plan.revenue, "{plan:?}");
    }

    #[test]
    fn free_channels_of_concave_curves_have_one_marginal_revenue(
        gains in prop::collection::vec(10.0..500.0f64, 2..12),
        scale in 1.0..80.0f64,
    ) {
        let total = 200.0;
        let curves: Vec<Curve> = gains.iter().map(|gain| log(*gain, scale, total)).collect();
        let plan = allocate(&curves, &wide(curves.len(), total), total).expect("feasible");
        let price = plan.certificate.multiplier;
        for ((curve, spend), active) in curves.iter().zip(&plan.spends).zip(&plan.certificate.active) {
            let marginal = curve.marginal(*spend);
            match active {
                Active::Free => prop_assert!((marginal - price).abs() <= 2e-3 * price, "{marginal} {price}"),
                Active::AtLow => prop_assert!(marginal <= price * 1.002),
                Active::AtHigh => prop_assert!(marginal >= price * 0.998),
            }
        }
        prop_assert!(plan.certificate.gap <= plan.revenue * 1e-5);
    }
}
