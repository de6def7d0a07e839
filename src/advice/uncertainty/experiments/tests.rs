use super::*;
use crate::advice::mmm::adstock::Adstock;
use crate::advice::mmm::attribution::attribute;
use crate::advice::mmm::fitted::testing::fitted;
use crate::advice::mmm::response::Response;
use crate::advice::mmm::saturation::Saturation;
use crate::domain::{ChannelName, Grain};
use crate::evaluate::worlds::media;

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// Of "TV", from the second to the fourth day of the fixture's eight.
fn experiment(change: TestedChange, lift: f64, error: f64) -> Experiment {
    Experiment {
        name: "north".to_owned(),
        channel: ChannelName::new("TV").expect("a name"),
        first_day: day("2026-01-06"),
        last_day: day("2026-01-08"),
        change,
        lift,
        error,
        carryover_weeks: 0,
    }
}

/// Eight days of 100 each, and 2 ± 0.5 per unit.
fn history() -> Fitted {
    let response =
        Response { adstock: Adstock::None, saturation: Saturation::None, coefficient: 2.0 };
    fitted(Grain::Day, response, 0.5)
}

#[test]
fn a_change_is_spread_over_its_days_and_a_share_is_of_what_would_have_been_spent() {
    let series = history().series;
    let total = placed(&series, &experiment(TestedChange::Total(60.0), 0.0, 1.0)).expect("placed");
    assert_eq!(total.test.without, [100.0, 80.0, 80.0, 80.0]);
    assert_eq!((total.test.from, total.test.until, total.spend_change), (1, 4, 60.0));
    // 100 is a quarter more than 80.
    let share = placed(&series, &experiment(TestedChange::Share(0.25), 0.0, 1.0)).expect("placed");
    assert_eq!(share.test.without, [100.0, 80.0, 80.0, 80.0]);
    let off = placed(&series, &experiment(TestedChange::Total(-90.0), 0.0, 1.0)).expect("placed");
    assert_eq!(off.test.without, [100.0, 130.0, 130.0, 130.0]);
    // Nobody can have spent less than nothing without it.
    let more = placed(&series, &experiment(TestedChange::Total(900.0), 0.0, 1.0)).expect("placed");
    assert_eq!((more.test.without[1], more.spend_change), (0.0, 300.0));
}

#[test]
fn a_test_that_the_figures_do_not_cover_is_not_used_and_says_why() {
    let series = history().series;
    let test = experiment(TestedChange::Total(60.0), 0.0, 1.0);
    let verdict = |test: Experiment| placed(&series, &test).err().expect("not used");
    assert_eq!(verdict(Experiment { carryover_weeks: 1, ..test.clone() }), Verdict::NotYet);
    let early = Experiment { first_day: day("2026-01-04"), ..test.clone() };
    assert_eq!(verdict(early), Verdict::BeforeFigures);
    let channel = ChannelName::new("Radio").expect("a name");
    assert_eq!(verdict(Experiment { channel, ..test }), Verdict::NoChannel);
    let mut idle = history().series;
    idle.channels[0].spend[1..4].fill(0.0);
    let share = experiment(TestedChange::Share(0.5), 0.0, 1.0);
    assert_eq!(placed(&idle, &share).err(), Some(Verdict::NoSpend));
}

#[test]
fn a_test_is_compared_with_what_history_expects_of_it() {
    let history = history();
    let compare = |lift: f64, error: f64| {
        let experiment = experiment(TestedChange::Total(60.0), lift, error);
        let placed = placed(&history.series, &experiment).expect("placed");
        compared(&history, &experiment, placed, error)
    };
    // 60 more bring 120 ± 30; with an error of 40 both are 50 apart.
    let (agrees, test) = compare(170.0, 40.0);
    assert!((agrees.distance.expect("used") - 1.0).abs() < 1e-3);
    assert_eq!((agrees.verdict, test.error), (Verdict::Agrees, 40.0));
    assert_eq!(compare(245.0, 40.0).0.verdict, Verdict::Differs);
    let (conflicts, test) = compare(320.0, 40.0);
    assert_eq!((conflicts.verdict, test.error), (Verdict::Conflicts, 40.0));
    assert!(conflicts.text().contains("it found more, 4.0 standard errors apart"));
    // Less spend: what history expects is a loss.
    let less = experiment(TestedChange::Total(-60.0), -120.0, 40.0);
    let place = placed(&history.series, &less).expect("placed");
    let (agrees, _) = compared(&history, &less, place, 40.0);
    let expected = agrees.expected.expect("used");
    assert!((expected.mean + 120.0).abs() < 1e-9 && expected.low < expected.high);
    assert!(agrees.distance.expect("used").abs() < 1e-3);
}

#[test]
fn variance_doubles_with_each_half_life() {
    let experiments = Experiments { half_life_weeks: 10.0, tests: Vec::new() };
    let test = experiment(TestedChange::Total(1.0), 0.0, 3.0);
    assert_eq!(aged(&test, &experiments, 0), 3.0);
    assert!((aged(&test, &experiments, 70) - 3.0 * 2f64.sqrt()).abs() < 1e-12);
    assert!((aged(&test, &experiments, 140) - 6.0).abs() < 1e-12);
}

/// A world with tests of each channel whose lift is the true one: each raised spend by half for the
/// four weeks from week 60 on.
fn tested(world: &str, seed: u64, error_share: f64) -> (Series, Experiments, Vec<f64>) {
    let world = media::shipped(world).expect("it ships");
    let generated = media::generate(&world, seed);
    let (series, truth) = generated.weekly();
    let tests = world.channels.iter().enumerate().map(|(at, channel)| {
        let response = channel.response();
        let days = &generated.series.channels[at].spend;
        let mut without = days.clone();
        without[420..448].iter_mut().for_each(|spend| *spend /= 1.5);
        let sum = |spend: &[f64]| -> f64 { response.contribution(spend)[420..455].iter().sum() };
        let lift = sum(days) - sum(&without);
        Experiment {
            name: channel.name.clone(),
            channel: ChannelName::new(&channel.name).expect("a name"),
            first_day: series.periods[60],
            last_day: plus_days(series.periods[63], 6),
            change: TestedChange::Share(0.5),
            lift,
            error: error_share * lift,
            carryover_weeks: 1,
        }
    });
    let tests = tests.collect();
    let truth = truth.contributions.iter().map(|it| it.iter().sum()).collect();
    (series, Experiments { half_life_weeks: 520.0, tests }, truth)
}

/// Spend follows a demand that nobody sees.
#[test]
fn tests_repair_what_hidden_demand_distorts() {
    let (mut with, mut without) = (0.0, 0.0);
    for seed in 0..4 {
        let (series, experiments, truth) = tested("confounded", seed, 0.1);
        let off = |fitted: &Fitted| -> f64 {
            let found = attribute(fitted, 0.9);
            let each = found.channels.iter().zip(&truth);
            each.map(|(it, truth)| (it.contribution.mean - truth).abs()).sum()
        };
        let today = plus_days(series.periods[series.len() - 1], 7);
        let settings = FitSettings::default();
        let history = fit(&series, &settings).expect("a model");
        let (taught, readings) =
            fit_with(&series, &settings, &experiments, today).expect("a model");
        assert!(readings.iter().all(|it| it.verdict.is_used()));
        with += off(&taught);
        without += off(&history);
    }
    assert!(with < 0.5 * without, "{with} {without}");
}

#[test]
fn a_fresh_test_narrows_more_than_an_old_one_and_two_more_than_one() {
    let (series, mut experiments, _) = tested("plain", 1, 0.02);
    experiments.tests.truncate(1);
    let asked = experiments.tests[0].clone();
    let width = |experiments: &Experiments, years: u64| {
        let today = plus_days(series.periods[series.len() - 1], 7 + 365 * years);
        let (fitted, _) =
            fit_with(&series, &FitSettings::default(), experiments, today).expect("a model");
        // Of what was tested.
        let placed = placed(&series, &asked).expect("placed");
        expected(&fitted, &placed.test).deviation()
    };
    let none = width(&Experiments { tests: Vec::new(), ..experiments.clone() }, 0);
    experiments.half_life_weeks = 26.0;
    let (old, fresh) = (width(&experiments, 4), width(&experiments, 0));
    let mut twice = experiments.clone();
    twice.tests.push(experiments.tests[0].clone());
    let two = width(&twice, 0);
    assert!(two < fresh && fresh < old && old < none * 1.1, "{two} {fresh} {old} {none}");
}
