use proptest::prelude::*;

use super::*;
use crate::config::{SourceText, render_faults};

mod changes;
mod dirty;
mod files;
mod keys;

/// One channel that is always on and spends the same each day, without anything else.
fn bare() -> World {
    let mut world = shipped("plain").expect("it ships");
    world.weeks = 8;
    world.baseline.trend = 0.0;
    world.baseline.season_amplitude = 0.0;
    world.noise.share = 0.0;
    world.channels.truncate(1);
    let channel = &mut world.channels[0];
    (channel.spend, channel.effect) = (100.0, 1000.0);
    (channel.spend_variation, channel.daily_variation) = (0.0, 0.0);
    channel.adstock = Adstock::None;
    channel.saturation = Bend { half_saturation: 1.0, slope: 1.0 };
    channel.attribution = Attribution { of_contribution: 1.0, of_baseline: 0.0, variation: 0.0 };
    world
}

fn all() -> Vec<World> {
    names().map(|name| shipped(name).expect("it ships")).collect()
}

/// Minor units of a world whose currency has two digits.
#[track_caller]
fn cents(amount: f64) -> i64 {
    let cents = amount * 100.0;
    assert!((cents - cents.round()).abs() < 1e-3, "{amount} is finer than a cent");
    #[expect(clippy::cast_possible_truncation, reason = "a day's revenue")]
    let whole = cents.round() as i64;
    whole
}

#[track_caller]
fn assert_near(value: f64, expected: f64, within: f64) {
    assert!((value - expected).abs() <= within, "{value}, expected {expected} ± {within}");
}

#[test]
fn the_same_seed_gives_the_same_days_and_another_seed_others() {
    for world in all() {
        let generated = generate(&world, 7);
        assert_eq!(generated, generate(&world, 7), "{}", world.name);
        assert_ne!(generated.series.outcome, generate(&world, 8).series.outcome);
        generated.series.check().expect("a model can be made of it");
        let days = usize::try_from(world.weeks).expect("few") * 7;
        assert_eq!(generated.series.len(), days);
        assert_eq!(generated.rows.len(), days * world.channels.len());
    }
}

#[test]
fn the_parts_of_a_day_sum_to_its_revenue_exactly() {
    for world in all() {
        for seed in 0..3 {
            let Generated { series, truth, .. } = generate(&world, seed);
            for day in 0..series.len() {
                let media: i64 = truth.contributions.iter().map(|it| cents(it[day])).sum();
                let parts = cents(truth.baseline[day]) + media + cents(truth.noise[day]);
                assert_eq!(parts, cents(series.outcome[day]), "{} day {day}", world.name);
                assert!(series.outcome[day] >= 0.0);
            }
        }
    }
}

/// What a unit of spend does on its own day and each later one, by the formulas of the literature.
fn weights(adstock: Adstock, days: usize) -> Vec<f64> {
    let lag = |lag: usize| f64::from(u16::try_from(lag).expect("few days"));
    let over_sum = |weights: Vec<f64>| {
        let sum: f64 = weights.iter().sum();
        weights.into_iter().map(|weight| weight / sum).collect()
    };
    match adstock {
        Adstock::None => vec![1.0],
        Adstock::Geometric { decay } => (0..days).map(|it| decay.powf(lag(it))).collect(),
        Adstock::GeometricNormalised { decay, lags } => {
            over_sum((0..lags).map(|it| decay.powf(lag(it))).collect())
        }
        Adstock::Delayed { decay, peak, lags } => {
            over_sum((0..lags).map(|it| decay.powf((lag(it) - peak).powi(2))).collect())
        }
        Adstock::WeibullCdf { shape, scale, lags } => {
            let keeps = |day: usize| (-(lag(day) / scale).powf(shape)).exp();
            // The product of what is kept from day to day, as Robyn has it.
            let mut weight = 1.0;
            let mut weights = vec![1.0];
            for day in 1..lags {
                weight *= keeps(day);
                weights.push(weight);
            }
            weights
        }
        Adstock::WeibullPdf { shape, scale, lags } => {
            let density = |day: usize| {
                let time = lag(day) / scale;
                shape / scale * time.powf(shape - 1.0) * (-time.powf(shape)).exp()
            };
            let densities: Vec<f64> = (1..=lags).map(density).collect();
            let low = densities.iter().copied().fold(f64::INFINITY, f64::min);
            let high = densities.iter().copied().fold(0.0, f64::max);
            densities.iter().map(|density| (density - low) / (high - low)).collect()
        }
    }
}

#[test]
fn contributions_follow_from_the_spend_by_the_formulas_alone() {
    for world in all() {
        let generated = generate(&world, 11);
        for (index, channel) in world.channels.iter().enumerate() {
            let before = &generated.spend_before[index];
            assert_eq!(before.len(), usize::try_from(world.warm_up_weeks).expect("few") * 7);
            let spend = before.iter().chain(&generated.series.channels[index].spend);
            let spend: Vec<f64> = spend.copied().collect();
            let weights = weights(channel.adstock, 400);
            let typical = channel.spend * weights.iter().sum::<f64>();
            for (day, truth) in generated.truth.contributions[index].iter().enumerate() {
                let today = before.len() + day;
                let carried: f64 = (0..weights.len().min(today + 1))
                    .map(|lag| weights[lag] * spend[today - lag])
                    .sum();
                let (carried, half) = (
                    carried.powf(channel.saturation.slope),
                    (channel.saturation.half_saturation * typical).powf(channel.saturation.slope),
                );
                let brought = channel.effect * carried / (half + carried);
                let brought = brought * generated.effects[index][day];
                // Half a cent of rounding, and some for the order of sums.
                assert_near(*truth, brought, 0.005 + 1e-6 * brought);
            }
        }
    }
}

#[test]
fn demand_is_trend_season_holiday_and_weekday_multiplied() {
    let mut world = bare();
    world.weeks = 60;
    world.baseline.level = 1000.0;
    world.baseline.trend = 0.1;
    world.baseline.season_amplitude = 0.2;
    world.baseline.season_peak = 34.0;
    world.baseline.weekdays = [1.0, 1.0, 1.0, 0.5, 1.0, 1.0, 1.0];
    world.baseline.holidays = vec!["02-10".to_owned()];
    world.baseline.holiday_lift = 0.5;
    let Generated { series, truth, .. } = generate(&world, 1);
    let on = |day: &str| {
        let day: Day = day.parse().expect("a day");
        truth.baseline[series.periods.iter().position(|it| *it == day).expect("shown")]
    };
    // By hand. 2023-01-02 is a Monday and the first day, and 3 February 2023 the year's 34th day.
    let trend = |days: f64| 1.1f64.powf(days / 365.25);
    assert_near(on("2023-02-03"), 1000.0 * 1.2 * trend(32.0), 0.005);
    // Half a year from the peak, 182.625 days, lies between two days.
    assert_near(on("2023-08-04"), 1000.0 * 0.8 * trend(214.0), 0.02);
    // Thursdays are halved, and the tenth of February, a Friday, is lifted by half.
    let season = |day: f64| 1.0 + 0.2 * (std::f64::consts::TAU * (day - 34.0) / 365.25).cos();
    assert_near(on("2023-02-09"), 500.0 * season(40.0) * trend(38.0), 0.005);
    assert_near(on("2023-02-10"), 1500.0 * season(41.0) * trend(39.0), 0.005);
    assert_near(on("2024-02-10"), 1500.0 * season(41.0) * trend(404.0), 0.005);
    let holidays: f64 = series.controls[0].values.iter().sum();
    assert_near(holidays, 2.0, 0.0);
}

#[test]
fn spend_follows_demand_by_the_power_that_is_written() {
    let mut world = bare();
    (world.baseline.level, world.baseline.variation, world.baseline.persistence) = (1e6, 0.3, 0.9);
    for (power, weekdays) in [(0.0, 1.0), (1.0, 1.0), (2.0, 1.0), (0.0, 0.5)] {
        world.channels[0].follows_demand = power;
        world.channels[0].follows_weekday = 2.0;
        world.baseline.weekdays[2] = weekdays;
        let Generated { series, truth, .. } = generate(&world, 5);
        for day in 0..series.len() {
            let weekday = if day % 7 == 2 { weekdays } else { 1.0 };
            let demand = truth.baseline[day] / 1e6 / weekday;
            let expected = 100.0 * demand.powf(power) * weekday * weekday;
            assert_near(series.channels[0].spend[day], expected, 0.006);
        }
    }
}

#[test]
fn a_channel_is_on_for_its_share_of_weeks_and_for_whole_weeks() {
    let mut world = bare();
    world.weeks = 1000;
    world.channels[0].flighting = Flighting { share: 0.4, weeks: 4.0 };
    let spend = generate(&world, 3).series.channels[0].spend.clone();
    let on: Vec<bool> = spend.chunks(7).map(|week| week[0] > 0.0).collect();
    for (week, on) in spend.chunks(7).zip(&on) {
        assert!(week.iter().all(|spend| (*spend > 0.0) == *on));
    }
    let weeks = u32::try_from(on.iter().filter(|on| **on).count()).expect("few");
    let stretches = u32::try_from(on.windows(2).filter(|two| two[1] && !two[0]).count());
    // Weeks of a stretch are alike, so 1000 count as about 1000 · (1 − r)/(1 + r) = 260, where
    // r = 1 − 1/4 − 1/6: four standard errors are 0.12.
    assert_near(f64::from(weeks) / 1000.0, 0.4, 0.12);
    // A hundred stretches of a mean of 4 and a deviation of √12: four standard errors are 1.4.
    assert_near(f64::from(weeks) / f64::from(stretches.expect("few")), 4.0, 1.4);
}

#[test]
fn noise_has_the_size_and_the_memory_that_are_written() {
    let mut world = bare();
    world.weeks = 1000;
    (world.noise.share, world.noise.autocorrelation) = (0.1, 0.5);
    let Generated { series, truth, .. } = generate(&world, 9);
    let shares: Vec<f64> = (0..series.len())
        .map(|day| truth.noise[day] / (series.outcome[day] - truth.noise[day]))
        .collect();
    let days = 7000.0;
    let variance = shares.iter().map(|it| it * it).sum::<f64>() / days;
    let neighbours = shares.windows(2).map(|two| two[0] * two[1]).sum::<f64>() / days;
    // Five standard errors: 0.1 · √((1 + 0.25)/(1 − 0.25)/2/7000) · 5, and √((1 − 0.25)/7000) · 5.
    assert_near(variance.sqrt(), 0.1, 0.0055);
    assert_near(neighbours / variance, 0.5, 0.052);
}

#[test]
fn revenue_never_falls_below_nothing_however_loud_the_noise() {
    let mut world = bare();
    (world.noise.share, world.weeks) = (1.0, 200);
    let Generated { series, truth, .. } = generate(&world, 2);
    assert!(series.outcome.iter().all(|revenue| *revenue >= 0.0));
    assert!(series.outcome.contains(&0.0), "and this was put to the test");
    assert!(truth.noise.iter().any(|noise| *noise > 0.0));
}

#[test]
fn a_platform_claims_what_the_world_says() {
    let mut world = bare();
    world.channels[0].attribution =
        Attribution { of_contribution: 1.5, of_baseline: 0.01, variation: 0.0 };
    world.channels[0].flighting = Flighting { share: 0.5, weeks: 2.0 };
    world.channels[0].adstock = Adstock::Geometric { decay: 0.5 };
    let Generated { series, truth, rows, .. } = generate(&world, 4);
    let claimed = series.channels[0].reported_revenue.as_ref().expect("claimed");
    assert!(series.channels[0].spend.contains(&0.0), "some days are without spend");
    for (day, row) in rows.iter().enumerate() {
        let baseline = if row.measures.spend.is_positive() { truth.baseline[day] } else { 0.0 };
        let expected = 1.5 * truth.contributions[0][day] + 0.01 * baseline;
        assert_near(claimed[day], expected, 0.006);
        assert_eq!(row.measures.revenue.minor(), i128::from(cents(claimed[day])));
        assert_eq!(row.measures.spend.minor(), i128::from(cents(series.channels[0].spend[day])));
    }
}

#[test]
fn returns_are_those_of_the_curve() {
    let world = bare();
    let generated = generate(&world, 1);
    let channel = &generated.channels(&world)[0];
    // By hand: 100 a day at half saturation bring 500 of 1000; 101 would bring 1000 · 101/201.
    assert_near(channel.spend, 5600.0, 0.0);
    assert_near(channel.contribution, 28_000.0, 0.0);
    assert_near(channel.roas.expect("spent"), 5.0, 0.0);
    assert_near(channel.marginal_roas.expect("spent"), 1000.0 * (101.0 / 201.0 - 0.5), 1e-6);
    assert_near(channel.reported_roas.expect("spent"), 5.0, 0.0);
    assert_near(channel.share, 28_000.0 / (28_000.0 + 150_000.0 * 56.0), 1e-6);
}

#[test]
fn marginal_returns_count_the_days_of_the_file_alone() {
    let mut world = bare();
    world.warm_up_weeks = 52;
    world.channels[0].adstock = Adstock::Geometric { decay: 0.5 };
    let channel = &generate(&world, 1).channels(&world)[0];
    // By hand: after a year each day carries 200, the half saturation; a hundredth more is 202.
    assert_near(channel.contribution, 28_000.0, 0.0);
    assert_near(channel.marginal_roas.expect("spent"), 1000.0 * (202.0 / 402.0 - 0.5), 1e-6);
}

#[test]
fn a_week_is_the_sum_of_its_days() {
    let world = shipped("seasonal").expect("it ships");
    let generated = generate(&world, 6);
    let (weekly, truth) = generated.weekly();
    assert_eq!(weekly.len(), 156);
    for (week, first_day) in weekly.periods.iter().enumerate() {
        let days = week * 7..(week + 1) * 7;
        assert_eq!(generated.series.periods[days.start], *first_day);
        let sum =
            |values: &[f64]| -> i64 { values[days.clone()].iter().map(|it| cents(*it)).sum() };
        assert_eq!(cents(weekly.outcome[week]), sum(&generated.series.outcome));
        assert_eq!(cents(truth.noise[week]), sum(&generated.truth.noise));
        assert_eq!(cents(truth.baseline[week]), sum(&generated.truth.baseline));
        for channel in 0..4 {
            let (one, other) = (&weekly.channels[channel], &generated.series.channels[channel]);
            assert_eq!(cents(one.spend[week]), sum(&other.spend));
            assert_eq!(
                cents(truth.contributions[channel][week]),
                sum(&generated.truth.contributions[channel])
            );
        }
    }
}

#[test]
fn a_currency_without_cents_has_none() {
    let mut world = shipped("plain").expect("it ships");
    world.currency = Currency::from_code("JPY").expect("yen");
    world.weeks = 4;
    let Generated { series, truth, .. } = generate(&world, 1);
    let amounts = series.outcome.iter().chain(&truth.noise).chain(&series.channels[0].spend);
    assert!(amounts.copied().all(|amount| amount.fract() == 0.0));
    let made = folder(&world, 1, false);
    let daily = made.files.iter().find(|file| file.path == "daily/2023-01-02.csv").expect("there");
    assert!(!daily.text.contains('.'), "{}", daily.text);
}

/// How alike two series are: their correlation.
fn correlation(one: &[f64], other: &[f64]) -> f64 {
    let days = f64::from(u32::try_from(one.len()).expect("few"));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / days;
    let (one_mean, other_mean) = (mean(one), mean(other));
    let product: f64 = one.iter().zip(other).map(|(a, b)| (a - one_mean) * (b - other_mean)).sum();
    let size = |values: &[f64], mean: f64| {
        values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>().sqrt()
    };
    product / size(one, one_mean) / size(other, other_mean)
}

#[test]
fn each_world_has_the_difficulty_that_it_is_named_for() {
    for seed in 0..5 {
        let of = |name: &str| {
            let world = shipped(name).expect("it ships");
            let generated = generate(&world, seed);
            let channels = generated.channels(&world);
            (generated, channels)
        };
        let follows = |(generated, _): &(Generated, Vec<ChannelTruth>)| {
            correlation(&generated.series.channels[0].spend, &generated.truth.baseline)
        };
        assert!(follows(&of("confounded")) > 0.6, "{}", follows(&of("confounded")));
        assert!(follows(&of("plain")).abs() < 0.4, "{}", follows(&of("plain")));
        // The channel that looks best loses money, the one that looks worst earns some.
        let mut by_claims = of("attribution_bias").1;
        by_claims.sort_by(|a, b| a.reported_roas.partial_cmp(&b.reported_roas).expect("numbers"));
        assert!(by_claims[3].reported_roas > Some(2.0) && by_claims[3].roas < Some(1.0));
        assert!(by_claims[0].reported_roas < Some(1.0) && by_claims[0].roas > Some(1.0));
        // More money brings more than the money before it did.
        let s_shaped = of("s_shaped").1;
        assert!(s_shaped.iter().any(|channel| channel.marginal_roas > channel.roas));
        assert!(of("plain").1.iter().all(|channel| channel.marginal_roas < channel.roas));
        assert!(of("flighted").0.series.channels[0].spend.contains(&0.0));
        assert_eq!(of("twelve_channels").1.len(), 12);
        let (broken, _) = of("broken");
        assert_eq!(broken.effects[1][90 * 7 - 1..=90 * 7], [1.0, 0.4]);
        let losing = of("losing").1;
        assert!(losing[0].roas > Some(1.5) && losing[2].roas < Some(1.0));
        assert!(losing[3].marginal_roas_ahead < Some(0.5));
        assert!(of("no_effect").0.truth.contributions.iter().flatten().all(|it| *it == 0.0));
        let (collinear, _) = of("collinear");
        let [one, other] = [0, 1].map(|at| collinear.weekly().0.channels[at].spend.clone());
        assert!(correlation(&one, &other) > 0.7, "{}", correlation(&one, &other));
        let wandered = &of("changing_effects").0.effects[0];
        let (least, most) = wandered
            .iter()
            .fold((1.0f64, 1.0f64), |(least, most), it| (least.min(*it), most.max(*it)));
        assert!(most > 1.5 * least, "{least} to {most}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn more_weeks_begin_with_the_days_of_fewer(
        which in 0usize..17, seed in any::<u64>(), weeks in 1u32..12, more in 1u32..8,
    ) {
        let mut world = all().swap_remove(which);
        world.weeks = weeks + more;
        let long = generate(&world, seed);
        world.weeks = weeks;
        let short = generate(&world, seed);
        let days = short.series.len();
        prop_assert_eq!(&short.series, &long.series.head(days));
        prop_assert_eq!(&short.rows[..], &long.rows[..short.rows.len()]);
        prop_assert_eq!(&short.truth.baseline[..], &long.truth.baseline[..days]);
        prop_assert_eq!(&short.truth.noise[..], &long.truth.noise[..days]);
        for (one, other) in short.truth.contributions.iter().zip(&long.truth.contributions) {
            prop_assert_eq!(&one[..], &other[..days]);
        }
    }
}
