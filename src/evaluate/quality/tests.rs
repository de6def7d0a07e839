use super::*;
use crate::advice::mmm::adstock::Adstock;
use crate::advice::mmm::attribution::attribute;
use crate::advice::mmm::fitted::Fitted;
use crate::advice::mmm::fitted::testing::fitted;
use crate::advice::mmm::regressors::{FeatureType, Regressor, RegressorSettings};
use crate::advice::mmm::response::Response;
use crate::advice::mmm::saturation::Saturation;
use crate::advice::mmm::series::Series;
use crate::advice::uncertainty::actions::Action;
use crate::config::{SourceText, render_faults};
use crate::domain::Grain;
use crate::evaluate::worlds::media::{generate, read};
use forecast::Forecast;

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-5, "{found} {expected}");
}

fn judged(truth: f64) -> Judged {
    Judged { truth, mean: 1.0, at_80: (0.5, 1.5), at_90: (0.2, 1.8) }
}

fn channel(truth: f64, action: Action, probability: f64) -> ChannelCase {
    ChannelCase {
        spend: 100.0,
        roas: judged(truth),
        marginal: Some(judged(truth)),
        seen: None,
        more_pays: Some((probability, truth > 1.0)),
        less_pays: None,
        action,
        probability: Some(probability),
        stated: Some((0.5, true)),
        abstention: None,
    }
}

fn world(seed: u64, channels: Vec<ChannelCase>) -> Case {
    let outcome = Outcome {
        revenue: 1000.0,
        ahead: None,
        test_r2: Some(0.5),
        unexplained: Some(0.9),
        channels,
    };
    Case { seed, outcome: Ok(outcome) }
}

#[test]
fn a_case_is_the_same_whatever_the_number_of_threads() {
    let family = family("small_noisy").expect("a family");
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| cases(family, 1..=3, &|| ()))
    };
    let (one, four) = (on(1), on(4));
    assert_eq!(one, four);
    assert_eq!(digest(&one), digest(&four));
    assert_ne!(digest(&one), digest(&one[..2]));
    assert_eq!(one.iter().map(|case| case.seed).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(one.iter().all(|case| case.outcome.as_ref().is_ok_and(|it| it.channels.len() == 3)));
}

#[test]
fn every_family_draws_worlds_that_can_be_written_down_and_differ() {
    for family in &FAMILIES {
        let world = family.draw(5);
        assert_eq!(world, family.draw(5), "{}", family.name);
        assert_ne!(world.channels, family.draw(6).channels, "{}", family.name);
        let source = SourceText { path: "drawn.toml".to_owned(), text: world.to_toml() };
        assert_eq!(read(&source).map_err(|faults| render_faults(&faults)), Ok(world));
    }
    let mut names: Vec<&str> = FAMILIES.iter().map(|family| family.name).collect();
    names.dedup();
    assert_eq!(names.len(), FAMILIES.len());
    assert!(FAMILIES.iter().any(|family| !family.has_effects));
}

#[test]
fn what_differs_from_seed_to_seed_differs_by_as_much_as_is_said() {
    let family = family("plain").expect("a family");
    let typical = family.draw(1).channels.len();
    let base = crate::evaluate::worlds::media::shipped("plain").expect("it ships");
    let mut logarithms = Vec::new();
    for seed in 0..250 {
        let drawn = family.draw(seed);
        for (drawn, base) in drawn.channels.iter().zip(&base.channels) {
            logarithms.push((drawn.effect / base.effect).ln());
        }
    }
    assert_eq!(logarithms.len(), 250 * typical);
    let variance = logarithms.iter().map(|it| it * it).sum::<f64>() / 1000.0;
    // Four standard errors: 0.5 / √2000 · 4.
    assert!((variance.sqrt() - family.spread.effect).abs() < 0.045, "{variance}");
}

#[test]
fn coverage_counts_what_lies_in_below_and_above() {
    let all = [0.1, 0.3, 0.5, 1.0, 1.6, 1.9].map(judged);
    let found = Coverage::over(&all);
    assert_eq!(found, Coverage { of: 6, at_80: 2, at_90: 4, below: 1, above: 1 });
}

#[test]
fn an_action_is_right_where_the_true_return_is_on_its_side() {
    let cases = [
        world(1, vec![channel(2.5, Action::Increase, 0.9), channel(0.4, Action::Increase, 0.85)]),
        world(2, vec![channel(0.6, Action::Reduce, 0.7), channel(1.1, Action::Reduce, 0.95)]),
        world(3, vec![channel(1.5, Action::Monitor, 0.6)]),
        Case { seed: 4, outcome: Err("no_variation") },
    ];
    let found = Figures::of(&cases);
    assert_eq!((found.worlds, found.without), (3, 1));
    let all = Actions { of: 5, right: 2, wrong: 2, firm: 3, firm_wrong: 2 };
    assert_eq!(found.all_actions(), all);
    assert_eq!(all.monitored(), 1);
    // Up to 0.5, 0.8, 1.25, 2, and above.
    assert_eq!(
        found.actions.map(|it| (it.right, it.wrong)),
        [(0, 1), (1, 0), (0, 1), (0, 0), (1, 0)]
    );
}

#[test]
fn probabilities_are_scored_by_hand_arithmetic() {
    // Stated 0.9, 0.9, 0.2 and 0.25: true, false, false, true.
    let cases = [world(
        1,
        vec![
            channel(2.0, Action::Monitor, 0.9),
            channel(0.5, Action::Monitor, 0.9),
            channel(0.5, Action::Monitor, 0.2),
            channel(2.0, Action::Monitor, 0.25),
        ],
    )];
    let found = Figures::of(&cases);
    close(found.held.brier, (0.01 + 0.81 + 0.04 + 0.5625) / 4.0);
    // |1.8 − 1| in the last tenth, |0.45 − 1| in the third.
    close(found.held.error, (0.8 + 0.55) / 4.0);
    assert_eq!(found.held.bins[9], Bin { of: 2, stated: 1.8, came_true: 1 });
    assert_eq!((found.held.bins[2].of, found.held.bins[2].came_true), (2, 1));
    // All four stated 0.5 of what came true.
    close(found.stated.brier, 0.25);
    close(found.stated.error, 0.5);
}

#[test]
fn errors_are_shares_of_the_truth_and_of_revenue() {
    let cases = [
        // Off by 1 of 2 and by 0.5 of 0.5; amounts 100 and 50 of 1000.
        world(1, vec![channel(2.0, Action::Monitor, 0.5), channel(0.5, Action::Monitor, 0.5)]),
        // A channel without an effect counts for the second only.
        world(2, vec![channel(0.0, Action::Monitor, 0.5)]),
    ];
    let found = Figures::of(&cases);
    close(found.error.expect("two channels"), 0.75);
    close(found.error_of_revenue, 0.125);
    assert_eq!(found.test_r2, Some(0.5));
}

#[test]
fn a_forecast_is_effects_baseline_and_chance_together() {
    let response =
        Response { adstock: Adstock::None, saturation: Saturation::None, coefficient: 2.0 };
    let mut fitted = fitted(Grain::Month, response, 0.1);
    fitted.regressors = vec![Regressor {
        name: "intercept".to_owned(),
        kind: FeatureType::Intercept,
        values: vec![1.0; 8],
        share: None,
    }];
    fitted.candidates[0].regressors = vec![50.0];
    let mut whole = fitted.series.clone();
    for _ in 0..2 {
        whole.periods.push(*whole.periods.last().expect("eight") + chrono::Days::new(1));
        whole.outcome.push(260.0);
        whole.channels[0].spend.push(100.0);
    }
    let settings = RegressorSettings::default();
    let forecast = Forecast::of(&fitted, &settings, &whole).expect("the same columns");
    let ahead = forecast.ahead(8..10);
    close(ahead.mean(), 250.0);
    // Spend has been the same throughout, so that what it brings more the baseline brings less: there
    // is left a mean of eight periods with noise of 1, and that of the two to come.
    close(ahead.deviation(), (1.0f64 / 8.0 + 1.0 / 2.0).sqrt());

    fitted.autocorrelation = 0.5;
    let forecast = Forecast::of(&fitted, &settings, &whole).expect("the same columns");
    // Ten were not explained before, of which half is left; eight periods count for a third of them.
    let next = forecast.next(9);
    close(next.mean(), 255.0);
    close(next.deviation(), (3.0f64 / 8.0 + 0.75).sqrt());

    // Spend that rises by half: what 50 more bring is known to ± 0.1 a unit.
    let mut more = whole.clone();
    more.channels[0].spend[9] = 150.0;
    let forecast = Forecast::of(&fitted, &settings, &more).expect("the same columns");
    close(forecast.next(9).deviation(), (25.0f64 + 3.0 / 8.0 + 0.75).sqrt());

    whole.controls.push(crate::advice::mmm::series::ControlSeries {
        name: "price".to_owned(),
        values: (0..10u8).map(f64::from).collect(),
    });
    assert!(Forecast::of(&fitted, &settings, &whole).is_none(), "it has not learnt of the price");
}

#[test]
fn tables_go_between_the_marks_and_words_stay() {
    let document = format!("words\n\n{}\nold\n{}\nmore words\n", markdown::BEGIN, markdown::END);
    let put = markdown::put(&document, "new\n").expect("it has marks");
    assert_eq!(
        put,
        format!("words\n\n{}\n\nnew\n\n{}\nmore words\n", markdown::BEGIN, markdown::END)
    );
    assert_eq!(markdown::put(&put, "new"), Some(put.clone()));
    assert_eq!(markdown::put("no marks", "new"), None);
}

#[test]
fn groups_are_judged_alike_whatever_the_number_of_threads() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| GROUPS[0].judge(&own, 1..=2, &|| ()))
    };
    let found = on(1);
    assert_eq!(found, on(4));
    assert_eq!(found.accounts + found.without, 10);
    assert!(found.accounts > 0 && found.error > 0.0);
}

#[test]
fn the_tables_say_what_is_met_and_what_is_missed() {
    let row = |name: &str, cases: &[Case]| markdown::FamilyRow {
        family: family(name).expect("a family"),
        figures: Figures::of(cases),
        digest: "0123456789abcdef".to_owned(),
    };
    let wrong = world(1, vec![channel(1.9, Action::Reduce, 0.9)]);
    let quiet = world(1, vec![channel(1.0, Action::Monitor, 0.5)]);
    let tables =
        markdown::tables(&(1..=1), &[row("plain", &[wrong]), row("no_effect", &[quiet])], &[], &[]);
    for line in [
        "Arithmetic of these figures: version 1. Seeds 1 to 1 of each family.",
        "85 to 95 % | 0.0 % (0 of 1) | **missed** | `plain` 0.0 % |",
        "misspecified: at least 75 % | - (0 of 0) | not looked at |  |",
        "at most 10 % | 100.0 % (1 of 1) | **missed** | `plain` 100.0 % |",
        "at least 95 % monitor | 100.0 % (1 of 1) | met |  |",
        "| `plain` | `plain` | weeks | yes | geometric carryover",
    ] {
        assert!(tables.contains(line), "{line}\n{tables}");
    }
}

/// What pooling is for, over as many groups as `BUDGETD_SEEDS` says.
#[test]
#[ignore = "minutes"]
fn pooling_helps_accounts_that_are_alike_and_harms_none() {
    let seeds = std::env::var("BUDGETD_SEEDS").ok().and_then(|it| it.parse().ok()).unwrap_or(200);
    let [alike, unalike] = GROUPS.map(|group| {
        let own = group.judge(&own, 1..=seeds, &|| ());
        let pooled = group.judge(&pooled, 1..=seeds, &|| ());
        (pooled.error / own.error, own, pooled)
    });
    assert!(alike.0 <= 0.7, "{alike:?}");
    assert!(unalike.0 <= 1.05, "{unalike:?}");
}

/// Twelve to twenty-five weeks are too few for a model of their own; with what others say they have one,
/// whose intervals are no narrower than those of a year.
#[test]
fn a_quarter_in_weeks_has_a_model_by_what_others_say_and_none_without() {
    let accounts: Vec<Series> = GROUPS[0]
        .draw(5)
        .into_iter()
        .enumerate()
        .map(|(at, (mut world, seed))| {
            world.weeks = match at {
                0 => 12,
                1 => 11,
                _ => 52,
            };
            generate(&world, seed).weekly().0
        })
        .collect();
    let alone = own(&accounts, 1).remove(0).expect_err("12 weeks");
    assert_eq!(alone.code(), "not_enough_data");
    let mut models = pooled(&accounts, 3);
    let too_few = models.remove(1).expect_err("11 weeks");
    assert!(too_few.to_string().contains("at least 12 are needed"), "{too_few}");
    let widths = |fitted: &Fitted| -> Vec<f64> {
        let channels = attribute(fitted, 0.9).channels;
        channels.iter().map(|it| it.incremental_roas.map_or(0.0, |it| it.high - it.low)).collect()
    };
    let (quarter, year) = (models.remove(0).expect("12 weeks"), models.remove(0).expect("a year"));
    assert_eq!(quarter.train, 9);
    assert!(quarter.evidence.and_then(|it| it.pooled).is_some());
    let (quarter, year) = (widths(&quarter), widths(&year));
    assert!(quarter.iter().all(|it| it.is_finite() && *it > 0.0), "{quarter:?}");
    let sum = |widths: &[f64]| widths.iter().sum::<f64>();
    assert!(sum(&quarter) >= sum(&year), "{quarter:?} {year:?}");
}
