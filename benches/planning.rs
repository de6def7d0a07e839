//! The allocator, from curves to a plan with its certificate; and plans of twelve weeks by every
//! strategy with their comparison, from a fitted model on.

use budgetd::advice::mmm::fit::{FitSettings, fit};
use budgetd::advice::mmm::fitted::Fitted;
use budgetd::advice::mmm::saturation::Saturation;
use budgetd::advice::mmm::series::{ChannelSeries, Series};
use budgetd::advice::planning::periods::{
    ChannelTerms, Floor, LimitSettings, PeriodRequest, REACH, Risk, plan_periods,
};
use budgetd::advice::planning::{BoundShares, Bounds, Curve, allocate};
use budgetd::domain::{Day, Grain};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

const TOTAL: f64 = 100_000.0;

fn curves(slope: f64) -> Vec<Curve> {
    (1u32..=12)
        .map(|channel| {
            let of = f64::from(channel);
            let saturation = Saturation::Hill { half_saturation: 4_000.0 * of, slope };
            Curve::tabulate(TOTAL, 41, |spend| {
                (
                    30_000.0 * of * saturation.effect(spend),
                    30_000.0 * of * saturation.marginal(spend),
                )
            })
        })
        .collect()
}

#[divan::bench]
fn twelve_concave_channels(bencher: Bencher<'_, '_>) {
    let (curves, bounds) = (curves(1.0), vec![Bounds { low: 2_000.0, high: 60_000.0 }; 12]);
    bencher.bench(|| allocate(black_box(&curves), black_box(&bounds), TOTAL));
}

#[divan::bench]
fn twelve_s_curves(bencher: Bencher<'_, '_>) {
    let (curves, bounds) = (curves(2.5), vec![Bounds { low: 0.0, high: 60_000.0 }; 12]);
    bencher.bench(|| allocate(black_box(&curves), black_box(&bounds), TOTAL));
}

/// A model of 104 weeks.
fn fitted(channels: u32) -> Fitted {
    const WEEKS: u32 = 104;
    let first: Day = "2024-01-01".parse().expect("a Monday");
    let scattered = |week: u32, channel: u32| {
        (f64::from(week) * 0.618 / f64::from(channel) + 0.37 * f64::from(week * channel)).fract()
    };
    let spends: Vec<Vec<f64>> = (1..=channels)
        .map(|channel| {
            let usual = 1_000.0 * f64::from(channel);
            (0..WEEKS).map(|week| usual * (0.5 + scattered(week, channel))).collect()
        })
        .collect();
    let outcome = (0..WEEKS as usize)
        .map(|week| {
            let media =
                spends.iter().map(|spend| 2.0 * spend[week] / (1.0 + spend[week] / 4_000.0));
            20_000.0 + media.sum::<f64>() + 900.0 * scattered(u32::try_from(week).expect("few"), 40)
        })
        .collect();
    let channel = |(at, spend): (usize, Vec<f64>)| ChannelSeries {
        name: format!("channel {at}"),
        spend,
        reported_revenue: None,
    };
    let series = Series {
        grain: Grain::Week,
        periods: (0..WEEKS).map(|week| first + chrono::Days::new(7 * u64::from(week))).collect(),
        outcome,
        channels: spends.into_iter().enumerate().map(channel).collect(),
        controls: Vec::new(),
    };
    fit(&series, &FitSettings::default()).expect("a model")
}

fn twelve_weeks(bencher: Bencher<'_, '_>, channels: u32, risk: Risk) {
    let fitted = fitted(channels);
    let count = channels as usize;
    let request = PeriodRequest {
        totals: vec![None; 12],
        done: Vec::new(),
        risk,
        limits: LimitSettings {
            shares: BoundShares::shipped(count),
            floor: Floor::History,
            step: Some(0.3),
            reach: Some(REACH),
        },
        terms: vec![ChannelTerms { cap: Some(0.4), is_paused: false }; count],
        rules: None,
    };
    bencher.bench(|| plan_periods(black_box(&fitted), black_box(&request)));
}

#[divan::bench(sample_count = 20)]
fn twelve_weeks_of_four_channels(bencher: Bencher<'_, '_>) {
    twelve_weeks(bencher, 4, Risk::Mean);
}

#[divan::bench(sample_count = 20)]
fn twelve_weeks_of_twelve_channels(bencher: Bencher<'_, '_>) {
    twelve_weeks(bencher, 12, Risk::Mean);
}

#[divan::bench(sample_count = 20)]
fn twelve_weeks_of_twelve_channels_by_their_worst_fifth(bencher: Bencher<'_, '_>) {
    twelve_weeks(bencher, 12, Risk::Cvar(0.2));
}
