use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use super::*;
use crate::advice::mmm::attribution::attribute;
use crate::advice::mmm::fit::fit;
use crate::advice::mmm::normal;
use crate::advice::mmm::series::ChannelSeries;
use crate::advice::planning::BoundShares;
use crate::advice::planning::periods::{
    ChannelTerms, Floor, LimitSettings, PeriodRequest, REACH, Risk, Strategy, plan_periods,
};
use crate::domain::{Day, Grain};

/// A business of so many months: four channels whose spend wanders, three of which work, with
/// contributions of α(1 − e^(−μx)) and a carryover each. The truth: contributions per channel, and the
/// true revenue per month of constant spends.
struct World {
    series: Series,
    contributions: Vec<f64>,
}

const EFFECTS: [f64; 4] = [900.0, 500.0, 250.0, 0.0];

fn world(seed: u64, months: u32) -> World {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    let mut uniform = move || (chance.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0;
    let first: Day = "2024-01-01".parse().expect("a day");
    let mut outcome = vec![0.0; months as usize];
    let mut contributions = Vec::new();
    let mut channels = Vec::new();
    for (at, effect) in EFFECTS.iter().enumerate() {
        let usual = [400.0, 250.0, 150.0, 100.0][at];
        let spend: Vec<f64> = (0..months).map(|_| usual * (0.5 + uniform())).collect();
        let (mut carried, mut sum) = (0.0, 0.0);
        for (month, spend) in spend.iter().enumerate() {
            carried = 0.25 * carried + spend;
            let own = effect * (1.0 - (-carried / usual / 1.5).exp());
            outcome[month] += own;
            sum += own;
        }
        contributions.push(sum);
        channels.push(ChannelSeries {
            name: format!("channel {at}"),
            spend,
            reported_revenue: None,
        });
    }
    for revenue in &mut outcome {
        *revenue += 2_000.0 + 100.0 * normal::quantile(uniform().clamp(1e-9, 1.0 - 1e-9));
    }
    let periods = (0..months).map(|month| first + chrono::Months::new(month)).collect();
    World {
        series: Series { grain: Grain::Month, periods, outcome, channels, controls: Vec::new() },
        contributions,
    }
}

#[test]
fn twelve_months_give_a_model_whose_intervals_hold_the_truth() {
    let (mut held, mut all, mut idle) = (0.0, 0.0, 0.0);
    for seed in 0..40 {
        let World { series, contributions } = world(seed, 12);
        let fitted = fit_thin(&series, &FitSettings::default()).expect("a model");
        assert!(is_thin(&fitted));
        for (truth, found) in contributions.iter().zip(attribute(&fitted, 0.9).channels) {
            let interval = found.contribution;
            if *truth > 0.0 {
                held += f64::from(u8::from(interval.low <= *truth && *truth <= interval.high));
                all += 1.0;
            } else {
                // No interval of a figure that can't be negative holds nothing; it reaches far down.
                idle += f64::from(u8::from(interval.low < 0.2 * interval.high));
            }
        }
    }
    let share = held / all;
    assert!(share >= 0.85, "{share}");
    assert!(idle >= 0.85 * 40.0, "{idle}");
}

/// Thirty months, six of which test it, are too few for a model of its own, however many this one
/// learns from.
#[test]
fn whatever_leans_on_what_is_likely_beforehand_says_so() {
    let series = world(1, 30).series;
    let settings = FitSettings::default();
    fit(&series, &settings).expect_err("24 to learn from");
    assert!(is_thin(&fit_thin(&series, &settings).expect("a model")));
    let long = world(1, 60).series;
    assert!(!is_thin(&fit(&long, &settings).expect("a model of its own")));
}

#[test]
fn fewer_periods_than_effects_need_are_refused_by_name() {
    let refused = fit_thin(&world(1, 9).series, &FitSettings::default()).expect_err("nine");
    assert_eq!(
        refused.to_string(),
        "not enough data: 9 months with figures, and at least 10 are needed to learn 5 effects from, \
         even with what is likely beforehand"
    );
}

/// What budgets truly bring after the world's own months.
fn true_revenue(series: &Series, budgets: &[Vec<f64>]) -> f64 {
    let of = |(at, effect): (usize, &f64)| {
        let usual = [400.0, 250.0, 150.0, 100.0][at];
        let carried = |carried: &mut f64, spend: f64| {
            *carried = 0.25 * *carried + spend;
            effect * (1.0 - (-*carried / usual / 1.5).exp())
        };
        let mut now = 0.0;
        for spend in &series.channels[at].spend {
            carried(&mut now, *spend);
        }
        budgets.iter().map(|month| carried(&mut now, month[at])).sum::<f64>()
    };
    EFFECTS.iter().enumerate().map(of).sum()
}

#[test]
fn a_plan_of_twelve_months_never_runs_away_and_does_hardly_any_harm() {
    let (mut planned, mut held) = (0.0, 0.0);
    for seed in 0..20 {
        let World { series, .. } = world(seed, 12);
        let fitted = fit_thin(&series, &FitSettings::default()).expect("a model");
        let asked = PeriodRequest {
            totals: vec![None; 12],
            done: Vec::new(),
            risk: Risk::Mean,
            limits: LimitSettings {
                shares: BoundShares::shipped(4),
                floor: Floor::History,
                step: Some(0.3),
                reach: Some(REACH),
            },
            terms: vec![ChannelTerms::default(); 4],
            rules: None,
        };
        let plans = plan_periods(&fitted, &asked).expect("a plan");
        for strategy in [Strategy::Sequential, Strategy::Static] {
            let plan = plans.by(strategy).expect("it is there");
            for (budgets, total) in plan.budgets.iter().zip(&plans.totals) {
                for (budget, present) in budgets.iter().zip(&plans.present) {
                    assert!(*budget <= 0.6 * total + 1e-6, "{seed}: {budgets:?}");
                    assert!(*budget >= 0.3 * present, "{seed}: {budgets:?} {:?}", plans.present);
                }
            }
            // Honest: what the plan adds to the present split is not surely anything.
            let more = plan.more.interval(0.9);
            assert!(more.low < more.mean && more.high > more.mean);
        }
        let of = |strategy| {
            true_revenue(&fitted.series, &plans.by(strategy).expect("it is there").budgets)
        };
        planned += of(Strategy::Sequential);
        held += of(Strategy::Present);
    }
    // Today's split is nearly the best in this world: nothing can be won, and 2 % must not be lost.
    assert!(planned >= 0.98 * held, "{planned} {held}");
}
