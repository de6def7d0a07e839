//! The marketing-mix model on worlds whose truth is known, over several seeds each: how far its
//! contributions and decays are from the true ones, and how often its intervals hold the truth.
//! docs/model.md has the table, and that of a larger run.

use std::path::Path;

use budgetd::advice::mmm::adstock::Adstock;
use budgetd::advice::mmm::attribution::{ChannelAttribution, attribute};
use budgetd::advice::mmm::fit::{FitSettings, fit};
use budgetd::advice::mmm::fitted::Fitted;
use budgetd::advice::mmm::series::{ChannelSeries, Series};
use budgetd::domain::Grain;
use budgetd::evaluate::worlds::media::{self, Generated, Truth};

const CONFIDENCE: f64 = 0.9;

/// What is held to be likely of a decay before any figure is seen (docs/model.md): whoever learns
/// nothing says this.
const GUESS_WEEKLY: f64 = 0.25;
const GUESS_DAILY: f64 = 0.5;

/// What was found in a world over some seeds.
#[derive(Debug)]
struct Found {
    /// Sum of absolute errors of contributions / sum of true contributions.
    error: f64,
    /// Share of intervals that hold the truth.
    held: f64,
    /// Mean width of an interval / true contribution.
    width: f64,
    /// Mean absolute error of the decay, per period.
    decay: f64,
    /// The same of a guess.
    guess: f64,
}

/// The share of a unit's effect that comes in later periods than its own, of which a geometric decay
/// is the same in each; `days` to a period, on each of which as much is spent.
fn later(adstock: &Adstock, days: usize) -> f64 {
    let weights = adstock.weights(400);
    let all: f64 = weights.iter().sum();
    let own: f64 = (1..=days).map(|left| weights.iter().take(left).sum::<f64>()).sum();
    1.0 - own / all / count(days)
}

fn found(world: &str, grain: Grain, seeds: std::ops::Range<u64>) -> Found {
    let world = media::shipped(world).expect("a world that ships");
    let (days, guess) = if grain == Grain::Day { (1, GUESS_DAILY) } else { (7, GUESS_WEEKLY) };
    let of = |generated: Generated| {
        if grain == Grain::Day { (generated.series, generated.truth) } else { generated.weekly() }
    };
    let (mut off, mut all, mut intervals) = (0.0, 0.0, 0.0);
    let mut sums = Found { error: 0.0, held: 0.0, width: 0.0, decay: 0.0, guess: 0.0 };
    for seed in seeds {
        let (series, Truth { contributions, .. }) = of(media::generate(&world, seed));
        let fitted = fit(&series, &FitSettings::default()).expect("a model");
        let attribution = attribute(&fitted, CONFIDENCE);
        for (at, channel) in attribution.channels.iter().enumerate() {
            let truth: f64 = contributions[at].iter().sum();
            let said = channel.contribution;
            off += (said.mean - truth).abs();
            all += truth;
            intervals += 1.0;
            sums.held += f64::from(u8::from(said.low <= truth && truth <= said.high));
            sums.width += (said.high - said.low) / truth;
            let decay = later(&world.channels[at].adstock, days);
            sums.decay += (channel.decay.expect("geometric") - decay).abs();
            sums.guess += (guess - decay).abs();
        }
    }
    Found {
        error: off / all,
        held: sums.held / intervals,
        width: sums.width / intervals,
        decay: sums.decay / intervals,
        guess: sums.guess / intervals,
    }
}

/// What is promised of a world.
struct Bounds {
    world: &'static str,
    error_max: f64,
    held_min: f64,
    decay_max: f64,
}

const fn bounds(world: &'static str, error_max: f64, held_min: f64, decay_max: f64) -> Bounds {
    Bounds { world, error_max, held_min, decay_max }
}

/// Twenty-four intervals each (eighteen of `small_noisy`): of right ones, fewer than 80 % of twenty-four
/// hold the truth in one of twelve such runs. Of `s_shaped`, where 88 % are right (docs/decision-quality.md),
/// it would be one of six: there are forty-eight.
const WEEKLY: [Bounds; 7] = [
    bounds("plain", 0.30, 0.80, 0.10),
    bounds("flighted", 0.18, 0.80, 0.12),
    bounds("seasonal", 0.33, 0.80, 0.15),
    bounds("s_shaped", 0.28, 0.80, 0.08),
    bounds("attribution_bias", 0.33, 0.80, 0.15),
    // Of the carryover of these two nothing is learnt. 0.20 and 0.15 stood here while the first weeks, which
    // begin without what was carried into them, spoke against long ones.
    bounds("small_noisy", 0.50, 0.80, 0.22),
    // Spend follows a demand that nobody sees: contributions come out too large.
    bounds("confounded", 0.90, 0.60, 0.17),
];

const DAILY: [Bounds; 4] = [
    bounds("plain", 0.30, 0.75, 0.15),
    bounds("flighted", 0.12, 0.75, 0.18),
    bounds("seasonal", 0.33, 0.75, 0.18),
    bounds("s_shaped", 0.33, 0.75, 0.10),
];

#[test]
fn weekly_truth_is_found_within_stated_bounds() {
    for bounds in &WEEKLY {
        check(bounds, Grain::Week, 0..if bounds.world == "s_shaped" { 12 } else { 6 });
    }
}

#[test]
fn daily_truth_is_found_within_stated_bounds() {
    for bounds in &DAILY {
        check(bounds, Grain::Day, 0..2);
    }
}

#[expect(clippy::print_stdout, reason = "the figures that docs quote")]
fn check(bounds: &Bounds, grain: Grain, seeds: std::ops::Range<u64>) {
    let world = bounds.world;
    let found = found(world, grain, seeds);
    println!("{world} {grain:?}: {found:.3?}");
    assert!(found.error <= bounds.error_max, "{world}: {found:?}");
    assert!(found.held >= bounds.held_min, "{world}: {found:?}");
    assert!(found.decay <= bounds.decay_max, "{world}: {found:?}");
    // In a year of noise, or where spend follows what nobody sees, nothing is learnt of it.
    if !["small_noisy", "confounded"].contains(&world) {
        assert!(found.decay < found.guess, "{world}: no better than a guess: {found:?}");
    }
}

/// The larger run that docs/model.md quotes: `cargo test --release --test recovery -- --ignored
/// --nocapture`.
#[test]
#[ignore = "takes minutes"]
#[expect(clippy::print_stdout, reason = "the figures that docs quote")]
fn many_seeds() {
    for Bounds { world, .. } in WEEKLY {
        println!("{world} weekly: {:.3?}", found(world, Grain::Week, 0..48));
    }
    for Bounds { world, .. } in DAILY {
        println!("{world} daily: {:.3?}", found(world, Grain::Day, 0..12));
    }
    println!("twelve_channels daily: {:.3?}", found("twelve_channels", Grain::Day, 0..4));
}

/// The other truth that another program made: what two channels added, from its description. A demand
/// that drives both the spends and the sales is kept from the model.
#[test]
fn the_example_of_another_program_is_found_within_12_percent() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/pymc_marketing/mmm_roas_data.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        skipped(&path);
        return;
    };
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<&str>>());
    let header = lines.next().expect("a header");
    let rows: Vec<Vec<&str>> = lines.collect();
    let column = |name: &str| -> Vec<&str> {
        let at = header.iter().position(|column| *column == name).expect("the column");
        rows.iter().map(|row| row[at]).collect()
    };
    let numbers = |name: &str| -> Vec<f64> {
        column(name).iter().map(|cell| cell.parse().expect("a number")).collect()
    };
    let channel = |name: &str| ChannelSeries {
        name: name.to_owned(),
        spend: numbers(name),
        reported_revenue: None,
    };
    let series = Series {
        grain: Grain::Week,
        periods: column("date").iter().map(|day| day.parse().expect("a day")).collect(),
        outcome: numbers("y"),
        channels: ["x1", "x2"].map(channel).into(),
        controls: Vec::new(),
    };
    let fitted = fit(&series, &FitSettings::default()).expect("a model");
    let attribution = attribute(&fitted, CONFIDENCE);
    let (mut off, truths) = (0.0, [10_220.45, 6_707.88]);
    for (channel, truth) in attribution.channels.iter().zip(truths) {
        let said = channel.contribution;
        off += (said.mean - truth).abs();
        assert!(said.low <= truth && truth <= said.high, "{channel:?}");
    }
    let error = off / truths.iter().sum::<f64>();
    assert!(error <= 0.12, "{error}");
}

#[expect(clippy::print_stdout, reason = "a skipped test must be seen")]
fn skipped(path: &Path) {
    println!("skipped: {} is not there", path.display());
}

/// What the model says of each period, had `spends` been spent: from its candidates alone.
fn prediction(fitted: &Fitted, spends: &[Vec<f64>]) -> Vec<f64> {
    let mut sums = vec![0.0; fitted.series.len()];
    let mut add = |values: &[f64], times: f64| {
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += times * value);
    };
    for candidate in &fitted.candidates {
        for (regressor, coefficient) in fitted.regressors.iter().zip(&candidate.regressors) {
            add(&regressor.values, candidate.weight * coefficient);
        }
        for (response, spend) in candidate.responses.iter().zip(spends) {
            add(&response.contribution(spend), candidate.weight);
        }
    }
    sums
}

fn same(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} {expected}");
    }
}

/// Where standardised coefficients are multiplied with standardised values, as some pipelines do,
/// none of this holds.
#[test]
fn contributions_sum_to_the_prediction_and_the_baseline_is_that_of_no_spend() {
    for world in ["plain", "flighted", "s_shaped"] {
        let world = media::shipped(world).expect("a world that ships");
        let (series, _) = media::generate(&world, 3).weekly();
        let fitted = fit(&series, &FitSettings::default()).expect("a model");
        let spends: Vec<Vec<f64>> = series.channels.iter().map(|it| it.spend.clone()).collect();
        let nothing = vec![vec![0.0; series.len()]; spends.len()];
        same(&prediction(&fitted, &nothing), &fitted.baseline);
        same(&prediction(&fitted, &spends), &fitted.predicted());
        for (channel, contributions) in fitted.contributions.iter().enumerate() {
            // Without this channel's spend alone, the prediction is less by what it contributed.
            let mut without = spends.clone();
            without[channel] = nothing[channel].clone();
            let rest = prediction(&fitted, &without);
            let sum: Vec<f64> = rest.iter().zip(contributions).map(|(a, b)| a + b).collect();
            same(&sum, &fitted.predicted());
            assert!(contributions.iter().all(|it| *it >= 0.0));
        }
        let attribution = attribute(&fitted, CONFIDENCE);
        let contributed = |it: &ChannelAttribution| it.contribution.mean;
        let media: f64 = attribution.channels.iter().map(contributed).sum();
        same(&[attribution.baseline + media], &[attribution.predicted]);
        same(&[fitted.predicted().iter().sum()], &[attribution.predicted]);
        for channel in &attribution.channels {
            same(&[channel.immediate + channel.carried_over], &[channel.contribution.mean]);
        }
    }
}

#[test]
fn the_share_that_comes_later_is_that_of_hand_arithmetic() {
    let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}");
    let geometric = Adstock::Geometric { decay: 0.6 };
    close(later(&geometric, 1), 0.6);
    // 0.6 (1 − 0.6⁷) / (7 · 0.4).
    close(later(&geometric, 7), 0.208_287_085_714);
    close(later(&Adstock::None, 7), 0.0);
    // 1, 1/2, 1/4 of 7/4: three of seven are left after the first day.
    close(later(&Adstock::GeometricNormalised { decay: 0.5, lags: 3 }, 1), 3.0 / 7.0);
}

#[expect(clippy::cast_precision_loss, reason = "at most 7")]
fn count(days: usize) -> f64 {
    days as f64
}
