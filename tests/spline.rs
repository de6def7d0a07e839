//! Response curves without a fixed shape beside the model's: what they find in worlds whose truth is
//! known, and that they keep their promises of form. What the program tells of both is in model_settings.rs.

use std::time::Instant;

use budgetd::advice::mmm::attribution::attribute;
use budgetd::advice::mmm::fit::{FitSettings, fit};
use budgetd::advice::mmm::fitted::Fitted;
use budgetd::advice::mmm::health::Verdict;
use budgetd::advice::mmm::series::Series;
use budgetd::advice::planning::Horizon;
use budgetd::advice::uncertainty::spline::{Families, Preferred, families};
use budgetd::evaluate::quality::family;
use budgetd::evaluate::worlds::media::{self, Truth};

const CONFIDENCE: f64 = 0.9;

/// Seeds of each world in the larger run.
const SEEDS: u64 = 32;

/// What the families found in a world over some seeds.
#[derive(Debug, Default)]
struct Found {
    /// Sum of absolute errors of contributions / sum of true contributions: shaped, flexible.
    errors: [f64; 2],
    /// Share of the intervals that hold the truth: shaped, flexible.
    held: [f64; 2],
    /// The same of what a unit more would bring.
    marginal_held: [f64; 2],
    /// Share of the test periods whose revenue is in its interval: shaped, flexible.
    foretold: [f64; 2],
    /// How often each was preferred: shaped, flexible, neither.
    preferred: [u32; 3],
}

fn weekly(name: &str, seed: u64) -> (Series, Truth) {
    let world = family(name).expect("a family").draw(seed);
    media::generate(&world, seed).weekly()
}

fn both(series: &Series) -> (Fitted, Families) {
    let settings = FitSettings::default();
    let fitted = fit(series, &settings).expect("a model");
    let families = families(&fitted, &settings, CONFIDENCE).expect("both families");
    (fitted, families)
}

fn found(name: &str, seeds: std::ops::Range<u64>) -> Found {
    let mut found = Found::default();
    let (mut all, mut intervals, mut marginal, mut seeded) = (0.0, 0.0, 0.0, 0.0);
    for seed in seeds {
        let world = family(name).expect("a family").draw(seed);
        let made = media::generate(&world, seed);
        let marginals: Vec<Option<f64>> =
            (0..world.channels.len()).map(|at| made.marginal_ahead(&world, at)).collect();
        let (series, Truth { contributions, .. }) = made.weekly();
        let (fitted, families) = both(&series);
        let horizon = Horizon::of(&fitted);
        let shaped = attribute(&fitted, CONFIDENCE);
        for (at, truth) in contributions.iter().enumerate() {
            let truth: f64 = truth.iter().sum();
            let said =
                [shaped.channels[at].contribution, families.flexible.channels[at].contribution];
            for (which, said) in said.iter().enumerate() {
                found.errors[which] += (said.mean - truth).abs();
                found.held[which] += f64::from(u8::from(said.low <= truth && truth <= said.high));
            }
            let told = [
                horizon.marginal_roas(at, CONFIDENCE),
                families.flexible.channels[at].marginal_roas,
            ];
            if let ([Some(shaped), Some(flexible)], Some(truth)) = (told, marginals[at]) {
                for (which, said) in [shaped, flexible].iter().enumerate() {
                    let is_held = said.low <= truth && truth <= said.high;
                    found.marginal_held[which] += f64::from(u8::from(is_held));
                }
                marginal += 1.0;
            }
            all += truth;
            intervals += 1.0;
        }
        found.foretold[0] += families.shaped_scores.coverage;
        found.foretold[1] += families.flexible_scores.coverage;
        found.preferred[match families.preference.family() {
            Preferred::Shaped => 0,
            Preferred::Flexible => 1,
            Preferred::Neither => 2,
        }] += 1;
        seeded += 1.0;
    }
    for which in 0..2 {
        found.errors[which] /= all;
        found.held[which] /= intervals;
        found.marginal_held[which] /= marginal;
        found.foretold[which] /= seeded;
    }
    found
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures")]
fn intervals_of_the_flexible_family_hold_the_truth() {
    // Twenty-four intervals each. Where curves are S-shaped, what is likely beforehand misleads.
    for (name, error_max, held_min) in
        [("plain", 0.3, 0.8), ("flighted", 0.3, 0.8), ("losing", 0.5, 0.8), ("s_shaped", 0.4, 0.6)]
    {
        let found = found(name, 0..6);
        println!("{name}: {found:.3?}");
        assert!(found.held[1] >= held_min, "{name}: {found:?}");
        assert!(found.foretold[1] >= 0.8, "{name}: {found:?}");
        assert!(found.errors[1] <= error_max, "{name}: {found:?}");
    }
}

/// The larger run that docs/model.md quotes: `cargo test --release --test spline -- --ignored
/// --nocapture`.
#[test]
#[ignore = "takes minutes"]
#[expect(clippy::print_stdout, reason = "the figures that docs quote")]
fn many_seeds() {
    for name in [
        "plain",
        "small_noisy",
        "s_shaped",
        "losing",
        "long_carryover",
        "seasonal",
        "flighted",
        "confounded",
    ] {
        println!("{name}: {:.3?}", found(name, 0..SEEDS));
    }
}

/// On one thread, the best of five: `RAYON_NUM_THREADS=1 cargo test --release --test spline --
/// --ignored --nocapture how_long`.
#[test]
#[ignore = "a figure, not a rule"]
#[expect(clippy::print_stdout, reason = "the figures that docs quote")]
fn how_long_it_takes() {
    for name in ["plain", "twelve_channels"] {
        let (series, _) = weekly(name, 0);
        let settings = FitSettings::default();
        let fitted = fit(&series, &settings).expect("a model");
        let times = (0..5).map(|_| {
            let before = Instant::now();
            families(&fitted, &settings, CONFIDENCE).expect("both families");
            before.elapsed()
        });
        let (weeks, channels) = (series.len(), series.channels.len());
        println!("{weeks} weeks, {channels} channels: {:?}", times.min().expect("five"));
    }
}

#[test]
fn curves_begin_at_nothing_and_never_fall() {
    let (_, families) = both(&weekly("s_shaped", 1).0);
    for channel in &families.flexible.channels {
        let [first, .., last] = channel.curve.as_slice() else { panic!("points") };
        assert_eq!((first.spend, first.revenue.mean, first.revenue.high), (0.0, 0.0, 0.0));
        assert!(last.revenue.mean > 0.0);
        for two in channel.curve.windows(2) {
            assert!(two[0].revenue.mean <= two[1].revenue.mean, "{}", channel.channel);
            assert!(two[1].marginal >= 0.0);
        }
    }
}

#[test]
fn beyond_what_was_spent_curves_are_flat_and_their_upper_ends_go_on() {
    let (fitted, families) = both(&weekly("plain", 1).0);
    for (at, channel) in families.flexible.channels.iter().enumerate() {
        // No carried-over spend of history was larger than this at steady spend.
        let candidate = &families.flexible.learnt.candidates;
        let largest = candidate
            .iter()
            .map(|it| it.curves[at].basis.largest() / it.curves[at].adstock.total())
            .fold(0.0, f64::max);
        let beyond: Vec<_> = channel.curve.iter().filter(|it| it.spend > largest).collect();
        assert!(beyond.len() >= 2, "{}: {largest}", fitted.series.channels[at].name);
        for two in beyond.windows(2) {
            let [one, other] = [two[0].revenue, two[1].revenue];
            assert!((one.mean - other.mean).abs() < 1e-9 * one.mean, "flat");
            assert!(one.high < other.high, "wider: {one:?} {other:?}");
            assert!((two[1].marginal, two[0].marginal) == (0.0, 0.0));
        }
    }
}

#[test]
fn both_families_are_the_same_to_the_last_bit_on_any_number_of_threads() {
    let (series, _) = weekly("plain", 2);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| format!("{:?}", both(&series).1))
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn a_channel_that_began_with_the_test_periods_costs_the_flexible_family_alone() {
    let (mut series, _) = weekly("plain", 3);
    let settings = FitSettings::default();
    let train = fit(&series, &settings).expect("a model").train;
    series.channels[0].spend[..train].fill(0.0);
    let fitted = fit(&series, &settings).expect("a model all the same");
    let why = families(&fitted, &settings, CONFIDENCE).expect_err("nothing to learn from");
    assert_eq!(why.code(), "no_variation");
    assert!(why.to_string().contains(&series.channels[0].name), "{why}");
}

#[test]
fn a_family_that_foretells_clearly_better_is_told_of() {
    let (fitted, mut families) = both(&weekly("plain", 1).0);
    let attribution = attribute(&fitted, CONFIDENCE);
    families.preference.difference = 1.0;
    families.preference.error = 0.4;
    let check = families.check(&attribution);
    assert_eq!(check.verdict, Verdict::Review);
    assert!(check.text.contains("clearly better"), "{}", check.text);

    // Far above what the model says, and far narrower.
    families.preference.difference = 0.0;
    assert_eq!(families.check(&attribution).verdict, Verdict::Pass);
    let own = &mut families.flexible.channels[1].contribution;
    let above = attribution.channels[1].contribution.high * 3.0;
    (own.mean, own.low, own.high) = (above, above * 0.9, above * 1.1);
    let check = families.check(&attribution);
    assert_eq!(check.verdict, Verdict::Review);
    let name = &attribution.channels[1].channel;
    assert!(check.text.contains(&format!("of {name} it finds")), "{}", check.text);
}

/// A curve that rises, stands still and rises again: no curve of Hill's does.
fn in_two_steps(spend: f64) -> f64 {
    10.0 * spend.min(30.0) + 10.0 * (spend - 70.0).max(0.0)
}

#[test]
fn a_curve_that_no_fixed_shape_has_is_foretold_better_without_one() {
    let (mut series, _) = weekly("plain", 1);
    series.channels.truncate(2);
    series.controls.clear();
    for (revenue, week) in series.outcome.iter_mut().zip(0u32..) {
        let (one, other) = (f64::from(week * 37 % 101), f64::from(week * 23 % 89));
        let noise = f64::from(week * 53 % 97) - 48.0;
        series.channels[0].spend[week as usize] = one;
        series.channels[1].spend[week as usize] = other;
        *revenue = 2_000.0 + in_two_steps(one) + 3.0 * other + 0.3 * noise;
    }
    let (fitted, families) = both(&series);
    assert!(families.preference.is_clearly_flexible(), "{:?}", families.preference);
    assert!(families.flexible_scores.scores.mae < families.shaped_scores.scores.mae);
    let check = families.check(&attribute(&fitted, CONFIDENCE));
    assert_eq!(check.verdict, Verdict::Review);
    // From 35 to 65 nothing is added, from 70 on ten for each: a curve that bends down has it the
    // other way round.
    let curve = &families.flexible.channels[0].curve;
    let at = |spend: f64| {
        let near = |it: &f64| (it - spend).abs();
        let point =
            curve.iter().min_by(|one, other| near(&one.spend).total_cmp(&near(&other.spend)));
        point.expect("points").revenue.mean
    };
    let (still, rise) = (at(65.0) - at(35.0), at(98.0) - at(70.0));
    assert!(still < 0.5 * rise, "{still} {rise}");
}
