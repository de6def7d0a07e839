//! A world and a seed → its days: demand, spend, what spend brought, noise, and what the platforms
//! claim. Each part of the revenue is rounded to the minor unit, so that they sum up exactly.

use super::super::chance::{Drift, normal, stream, student, uniform};
use super::super::{WorldRow, count, whole};
use super::{MediaChannel, Shift, World, course};
use crate::advice::mmm::response::Response;
use crate::advice::mmm::saturation::Saturation;
use crate::advice::mmm::series::{ChannelSeries, ControlSeries, Series};
use crate::domain::calendar::{WEEK_DAYS, minus_days, plus_days};
use crate::domain::{ChannelName, Conversions, Day, Grain, Measures, Money};

/// Streams of chance: one for each thing that is drawn, so that none shifts another.
const DEMAND: u64 = 0;
const NOISE: u64 = 1;
const PLAN: u64 = 2;
/// Those of the channels follow, each with one for what its platform claims.
const FIRST_CHANNEL: u64 = 100;

const YEAR_DAYS: f64 = 365.25;
/// Minor units that one part of a day's revenue has at most; sums of them stay what a cell may hold.
const PART_MAX: f64 = 1e13;

/// What a world brought forth.
#[derive(Debug, Clone, PartialEq)]
pub struct Generated {
    /// The days as a model sees them.
    pub series: Series,
    /// What no model sees.
    pub truth: Truth,
    /// What the platforms report, by day, then in the order of the world's channels.
    pub rows: Vec<WorldRow>,
    /// Spend of the days before the first, by channel; the last of them is the day before it.
    pub spend_before: Vec<Vec<f64>>,
    /// By which factor each channel's effect differs from what is written, by channel and day.
    pub effects: Vec<Vec<f64>>,
}

/// Where the revenue of each period came from, in major units. Baseline, contributions and noise
/// sum to the outcome of the series exactly, in minor units.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    /// What comes without any spend.
    pub baseline: Vec<f64>,
    /// What each channel's spend brought, by channel and period.
    pub contributions: Vec<Vec<f64>>,
    /// What nothing explains.
    pub noise: Vec<f64>,
}

/// The days of `world`. The same arguments give the same days on every machine, and more weeks
/// begin with the days of fewer.
pub fn generate(world: &World, seed: u64) -> Generated {
    let climate = climate(world, seed);
    let before = climate.len() - days_shown(world);
    let plan = plan(&climate, seed);
    let lives: Vec<Life> = (0..)
        .zip(&world.channels)
        .map(|(index, channel)| live(world, channel, &climate, &plan, seed, index))
        .collect();
    let noise = noise(world, &climate, &lives, seed);
    let periods: Vec<Day> = climate[before..].iter().map(|day| day.day).collect();
    let rows = rows(world, &lives, &periods, before);
    let major =
        |parts: &[i128]| parts[before..].iter().map(|part| to_major(world, *part)).collect();
    let outcome: Vec<i128> = (0..climate.len())
        .map(|day| {
            let media: i128 = lives.iter().map(|life| life.contribution[day]).sum();
            climate[day].baseline + media + noise[day]
        })
        .collect();
    let baseline: Vec<i128> = climate.iter().map(|day| day.baseline).collect();
    let channel_series = |(channel, life): (&MediaChannel, &Life)| ChannelSeries {
        name: channel.name.clone(),
        spend: major(&life.spend),
        reported_revenue: Some(major(&life.claimed)),
    };
    let holidays = ControlSeries {
        name: "holiday".to_owned(),
        values: climate[before..].iter().map(|day| f64::from(u8::from(day.is_holiday))).collect(),
    };
    Generated {
        series: Series {
            grain: Grain::Day,
            periods,
            outcome: major(&outcome),
            channels: world.channels.iter().zip(&lives).map(channel_series).collect(),
            controls: if world.baseline.holidays.is_empty() { Vec::new() } else { vec![holidays] },
        },
        truth: Truth {
            baseline: major(&baseline),
            contributions: lives.iter().map(|life| major(&life.contribution)).collect(),
            noise: major(&noise),
        },
        rows,
        spend_before: lives
            .iter()
            .map(|life| life.spend[..before].iter().map(|it| to_major(world, *it)).collect())
            .collect(),
        effects: lives.iter().map(|life| life.effects[before..].to_vec()).collect(),
    }
}

/// What a day is like before any money is spent.
struct Climate {
    day: Day,
    is_holiday: bool,
    demand: f64,
    weekday: f64,
    baseline: i128,
}

/// The days of the warm-up, then those that are shown.
fn climate(world: &World, seed: u64) -> Vec<Climate> {
    let mut random = stream(seed, DEMAND);
    let baseline = &world.baseline;
    let mut wander = Drift::new(baseline.variation, baseline.persistence);
    let before = u64::from(world.warm_up_weeks) * WEEK_DAYS;
    let first = minus_days(world.first_day, before);
    (0..before + u64::from(world.weeks) * WEEK_DAYS)
        .map(|number| {
            let day = plus_days(first, number);
            let years = (natural(number) - natural(before)) / YEAR_DAYS;
            let is_holiday = baseline.holidays.contains(&day.format("%m-%d").to_string());
            let demand = libm::pow(1.0 + baseline.trend, years)
                * season(world, day)
                * if is_holiday { 1.0 + baseline.holiday_lift } else { 1.0 }
                * libm::exp(wander.next(&mut random));
            let weekday = baseline.weekdays[weekday(day)];
            let week = number / WEEK_DAYS;
            let week = i64::try_from(week).unwrap_or(i64::MAX) - i64::from(world.warm_up_weeks);
            let level = baseline.level * Shift::factor_in(baseline.shift, week);
            let baseline = to_minor(world, level * demand * weekday);
            Climate { day, is_holiday, demand, weekday, baseline }
        })
        .collect()
}

/// 1 + amplitude · cos(2π · (day of the year − peak) / 365.25).
fn season(world: &World, day: Day) -> f64 {
    let ordinal = f64::from(chrono::Datelike::ordinal(&day));
    let turn = (ordinal - world.baseline.season_peak) / YEAR_DAYS;
    1.0 + world.baseline.season_amplitude * libm::cos(std::f64::consts::TAU * turn)
}

/// Monday's is 0.
fn weekday(day: Day) -> usize {
    let monday = chrono::Datelike::weekday(&day).num_days_from_monday();
    usize::try_from(monday).expect("below 7")
}

/// A channel's days, the warm-up's first, in minor units.
struct Life {
    spend: Vec<i128>,
    contribution: Vec<i128>,
    claimed: Vec<i128>,
    effects: Vec<f64>,
}

/// What is new in each week for all channels that follow one another.
fn plan(climate: &[Climate], seed: u64) -> Vec<f64> {
    let mut random = stream(seed, PLAN);
    climate.chunks(7).map(|_| normal(&mut random)).collect()
}

fn live(
    world: &World,
    channel: &MediaChannel,
    climate: &[Climate],
    plan: &[f64],
    seed: u64,
    index: u64,
) -> Life {
    let number = FIRST_CHANNEL + 2 * index;
    let spend = spend(world, channel, climate, plan, seed, number);
    let major: Vec<f64> = spend.iter().map(|it| to_major(world, *it)).collect();
    let effects = course::effects(world, channel, index, seed, climate.len());
    let brought = channel.response().contribution(&major).into_iter().zip(&effects);
    let contribution: Vec<i128> =
        brought.map(|(brought, factor)| to_minor(world, brought * factor)).collect();
    let mut random = stream(seed, number + 1);
    let claims = &channel.attribution;
    let claimed = climate
        .iter()
        .zip(&spend)
        .zip(&contribution)
        .map(|((day, spend), contribution)| {
            let luck = libm::exp(claims.variation * normal(&mut random));
            let of_baseline = if *spend > 0 { claims.of_baseline } else { 0.0 };
            let claimed = claims.of_contribution * to_major(world, *contribution)
                + of_baseline * to_major(world, day.baseline);
            to_minor(world, claimed * luck)
        })
        .collect();
    Life { spend, contribution, claimed, effects }
}

fn spend(
    world: &World,
    channel: &MediaChannel,
    climate: &[Climate],
    plan: &[f64],
    seed: u64,
    number: u64,
) -> Vec<i128> {
    let mut random = stream(seed, number);
    let mut level = Drift::new(channel.spend_variation, channel.spend_persistence);
    let mut is_on = None;
    let mut spend = Vec::with_capacity(climate.len());
    let common = channel.follows_others;
    let own = libm::sqrt(1.0 - common * common);
    for (week, planned) in climate.chunks(7).zip(plan) {
        let on = channel.is_on(is_on, uniform(&mut random));
        is_on = Some(on);
        let of_week = libm::exp(level.next_by(common * planned + own * normal(&mut random)));
        for day in week {
            let of_day = libm::exp(channel.daily_variation * normal(&mut random))
                * libm::pow(day.demand, channel.follows_demand)
                * libm::pow(day.weekday, channel.follows_weekday);
            let amount = if on { channel.spend * of_week * of_day } else { 0.0 };
            spend.push(to_minor(world, amount));
        }
    }
    spend
}

impl MediaChannel {
    /// How its spend of a day becomes revenue, in major units.
    pub fn response(&self) -> Response {
        let typical = self.spend * self.adstock.total();
        Response {
            adstock: self.adstock,
            saturation: Saturation::Hill {
                half_saturation: self.saturation.half_saturation * typical,
                slope: self.saturation.slope,
            },
            coefficient: self.effect,
        }
    }

    /// Whether it is on in a week, by a uniform draw and the week before. A stretch of weeks ends
    /// with probability 1/weeks and begins with the one that keeps the share.
    fn is_on(&self, before: Option<bool>, draw: f64) -> bool {
        let (share, weeks) = (self.flighting.share, self.flighting.weeks);
        if share >= 1.0 {
            return true;
        }
        let probability = match before {
            None => share,
            Some(true) => 1.0 - 1.0 / weeks,
            Some(false) => share / ((1.0 - share) * weeks),
        };
        draw < probability
    }
}

/// Noise of each day, as a share of what is expected of it; never more than takes all of it away.
fn noise(world: &World, climate: &[Climate], lives: &[Life], seed: u64) -> Vec<i128> {
    let mut random = stream(seed, NOISE);
    let mut deviation = Drift::new(world.noise.share, world.noise.autocorrelation);
    let mut draw = || match world.noise.tails {
        Some(freedom) => student(&mut random, freedom),
        None => normal(&mut random),
    };
    climate
        .iter()
        .enumerate()
        .map(|(number, day)| {
            let media: i128 = lives.iter().map(|life| life.contribution[number]).sum();
            let expected = day.baseline + media;
            let share = deviation.next_by(draw());
            to_minor_signed(world, to_major(world, expected) * share).max(-expected)
        })
        .collect()
}

fn rows(world: &World, lives: &[Life], periods: &[Day], before: usize) -> Vec<WorldRow> {
    let row = |number: usize, day: Day, channel: &MediaChannel, life: &Life| {
        let (spend, claimed) = (life.spend[before + number], life.claimed[before + number]);
        let clicks = whole(to_major(world, spend) / channel.price_per_click);
        let shown = libm::round(clicks_of(clicks) * channel.impressions_per_click);
        let conversions = whole(to_major(world, claimed) / channel.conversion_value);
        WorldRow {
            day,
            channel: ChannelName::new(&channel.name).expect("names of a world are checked"),
            measures: Measures {
                spend: Money::from_minor(spend),
                revenue: Money::from_minor(claimed),
                impressions: Some(whole(shown).max(clicks)),
                clicks: Some(clicks),
                conversions: Some(Conversions::from_millionths(conversions * 1_000_000)),
            },
        }
    };
    let of_day = |(number, day): (usize, &Day)| -> Vec<WorldRow> {
        world.channels.iter().zip(lives).map(|(it, life)| row(number, *day, it, life)).collect()
    };
    periods.iter().enumerate().flat_map(of_day).collect()
}

impl Generated {
    /// The same in weeks, each from a first day of the world's: sums of their days.
    pub fn weekly(&self) -> (Series, Truth) {
        let sums = |values: &[f64]| -> Vec<f64> {
            // To the minor unit of any currency again: sums of decimals aren't decimals.
            let thousandths =
                |week: &[f64]| week.iter().map(|it| libm::round(it * 1e3)).sum::<f64>();
            values.chunks(7).map(|week| thousandths(week) / 1e3).collect()
        };
        let channels = self.series.channels.iter().map(|channel| ChannelSeries {
            name: channel.name.clone(),
            spend: sums(&channel.spend),
            reported_revenue: channel.reported_revenue.as_deref().map(sums),
        });
        let controls = self.series.controls.iter().map(|control| ControlSeries {
            name: control.name.clone(),
            values: sums(&control.values),
        });
        let series = Series {
            grain: Grain::Week,
            periods: self.series.periods.iter().step_by(7).copied().collect(),
            outcome: sums(&self.series.outcome),
            channels: channels.collect(),
            controls: controls.collect(),
        };
        let truth = Truth {
            baseline: sums(&self.truth.baseline),
            contributions: self.truth.contributions.iter().map(|it| sums(it)).collect(),
            noise: sums(&self.truth.noise),
        };
        (series, truth)
    }
}

fn days_shown(world: &World) -> usize {
    usize::try_from(world.weeks).expect("a count of weeks fits the machine") * 7
}

/// Minor units of one major unit.
fn minor_units(world: &World) -> f64 {
    libm::pow(10.0, f64::from(world.currency.minor_digits()))
}

/// To the nearest minor unit; never below 0.
fn to_minor(world: &World, major: f64) -> i128 {
    to_minor_signed(world, major.max(0.0))
}

#[expect(clippy::cast_possible_truncation, reason = "clamped first")]
fn to_minor_signed(world: &World, major: f64) -> i128 {
    libm::round(major * minor_units(world)).clamp(-PART_MAX, PART_MAX) as i128
}

#[expect(clippy::cast_precision_loss, reason = "at most 10¹⁵, which a double holds exactly")]
fn to_major(world: &World, minor: i128) -> f64 {
    minor as f64 / minor_units(world)
}

#[expect(clippy::cast_precision_loss, reason = "at most 10¹²")]
fn clicks_of(clicks: u64) -> f64 {
    clicks as f64
}

fn natural(days: u64) -> f64 {
    count(usize::try_from(days).expect("days of a simulation are few"))
}
