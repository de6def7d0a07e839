//! A description of an advertiser and a seed → daily rows, with the true effect of each channel's
//! spend known exactly. No clock, no disk; all maths from `libm`, so rows are the same everywhere.

pub(in crate::evaluate) mod chance;
pub mod media;
mod named;

pub use named::{
    DEMO_SEED, all, break_, delayed, demand_following, demo_world, lingering, noisy, saturating,
    seasonal, steady,
};

use rand_chacha::ChaCha8Rng;

use crate::domain::calendar::{end_of_day, plus_days};
use crate::domain::{
    Account, AccountId, Channel, ChannelName, Conversions, Currency, Day, DayFact, Digest,
    Measures, Money, decimal,
};
use chance::{Drift, normal, stream};

/// Weeks in a year, for the yearly season.
const YEAR_WEEKS: f64 = 365.25 / 7.0;
/// Weeks simulated before the first row, so that revenue from earlier spend is there from the
/// start and slow drifts have forgotten where they began.
const WARM_UP_WEEKS: usize = 12;
/// Daily spend wobbles by this much (standard deviation of its logarithm) around its week's level.
const DAILY_SPEND_WOBBLE: f64 = 0.05;
/// How much a slow drift of a channel's revenue keeps from week to week.
const DRIFT_PERSISTENCE: f64 = 0.7;
/// Twenty years; a longer simulation is cut off there.
pub const WEEKS_MAX: u32 = 1_043;
/// The minor unit is a hundredth of the major one.
const MINOR_DIGITS: u8 = 2;

/// An advertiser whose truth is known.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// Its name.
    pub name: &'static str,
    /// What moves all channels together.
    pub demand: Demand,
    /// Its channels.
    pub channels: Vec<WorldChannel>,
}

/// How much people want to buy, as a factor on all revenue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// Amplitude of the yearly season (0.3: between 0.7 and 1.3).
    pub season: f64,
    /// Growth in a year (0.1: ten percent).
    pub trend: f64,
    /// Standard deviation of its weekly logarithm.
    pub variation: f64,
    /// How much of a week's deviation is left a week later, from 0 to below 1.
    pub persistence: f64,
    /// Factor per day of the week, from the first simulated day on; their mean is 1.
    pub weekdays: [f64; 7],
}

/// Demand that never changes.
pub const CALM: Demand = Demand {
    season: 0.0,
    trend: 0.0,
    variation: 0.0,
    persistence: 0.0,
    weekdays: [1.05, 1.05, 1.05, 1.05, 1.0, 0.9, 0.9],
};

/// One channel of a world.
#[derive(Debug, Clone, PartialEq)]
pub struct WorldChannel {
    /// Its name.
    pub name: &'static str,
    /// Usual spend in a week, in major units.
    pub spend_weekly: f64,
    /// Revenue that a unit of money brings in all its weeks together, at the usual spend.
    pub roas: f64,
    /// Revenue in a week that comes without any spend, in major units.
    pub baseline_weekly: f64,
    /// Spend at which half of the possible response is reached, in multiples of the usual spend;
    /// `None`: response is proportional to spend.
    pub half_saturation: Option<f64>,
    /// Shares of the response that arrive exactly one, two … weeks later; the rest arrives at once.
    pub delayed: Vec<f64>,
    /// Standard deviation of the logarithm of a day's revenue.
    pub noise: f64,
    /// Standard deviation of the logarithm of a slow drift of the channel's revenue.
    pub drift: f64,
    /// Standard deviation of the logarithm of a week's spend.
    pub spend_variation: f64,
    /// How much of a week's deviation in spend is left a week later, from 0 to below 1.
    pub spend_persistence: f64,
    /// Power of demand that spend follows (1: in proportion, 0: not at all).
    pub spend_follows_demand: f64,
    /// A change for good.
    pub broken: Option<Break>,
    /// Mean price of a click, in major units.
    pub click_price: f64,
    /// Mean value of a conversion, in major units.
    pub conversion_value: f64,
}

/// From one week on, a channel works differently.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Break {
    /// The first week that differs; the first row's week is 0.
    pub week: u32,
    /// Factor on its revenue from then on.
    pub revenue_factor: f64,
    /// Factor on its spend from then on.
    pub spend_factor: f64,
}

impl WorldChannel {
    /// A channel without delay, saturation or confounding, with moderate noise.
    pub fn plain(name: &'static str, spend_weekly: f64, roas: f64) -> Self {
        Self {
            name,
            spend_weekly,
            roas,
            baseline_weekly: 0.0,
            half_saturation: None,
            delayed: Vec::new(),
            noise: 0.10,
            drift: 0.05,
            spend_variation: 0.15,
            spend_persistence: 0.3,
            spend_follows_demand: 0.0,
            broken: None,
            click_price: 12.0,
            conversion_value: 900.0,
        }
    }

    /// The truth that the blocker estimates: how much revenue of the next `horizon_weeks` weeks
    /// one unit of money less costs, at the usual spend and usual demand.
    pub fn delayed_effect(&self, horizon_weeks: u32) -> f64 {
        let horizon = usize::try_from(horizon_weeks).unwrap_or(usize::MAX);
        let share: f64 = self.delayed.iter().take(horizon).sum();
        let marginal = match self.half_saturation {
            // d/dx of (1 + κ)·x/(x + κ) at x = 1
            Some(half) => half / (1.0 + half),
            None => 1.0,
        };
        self.roas * share * marginal
    }

    /// Response to a day's spend in units of the usual day's spend, per unit of `roas`.
    fn response(&self, relative: f64) -> f64 {
        match self.half_saturation {
            Some(half) => (1.0 + half) * relative / (relative + half),
            None => relative,
        }
    }

    fn immediate_share(&self) -> f64 {
        1.0 - self.delayed.iter().sum::<f64>()
    }
}

impl World {
    /// The account of this world with the shipped settings: INR in Kolkata, its total the usual
    /// spend of its channels.
    pub fn account(&self) -> Account {
        let total: f64 = self.channels.iter().map(|channel| channel.spend_weekly).sum();
        let channels = self.channels.iter().map(|channel| Channel::named(name_of(channel)));
        Account::with_shipped_settings(
            AccountId::new("main").expect("a valid id"),
            Currency::from_code("INR").expect("a known currency"),
            chrono_tz::Asia::Kolkata,
            money(libm::round(total)),
            channels.collect(),
        )
    }
}

/// A day of a channel in a simulated world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldRow {
    /// The day.
    pub day: Day,
    /// The channel.
    pub channel: ChannelName,
    /// What was measured; every measure is there.
    pub measures: Measures,
}

/// The daily rows of `weeks` weeks from `first_day` on, by day, then in the order of the world's
/// channels. The same arguments give the same rows; a channel's rows don't depend on the others,
/// and a longer run begins with the rows of a shorter one. At most [`WEEKS_MAX`] weeks.
pub fn generate(world: &World, seed: u64, first_day: Day, weeks: u32) -> Vec<WorldRow> {
    let weeks_shown =
        usize::try_from(weeks.min(WEEKS_MAX)).expect("a count of weeks fits the machine");
    let demand = weekly_demand(&world.demand, &mut stream(seed, 0), weeks_shown);
    let by_channel: Vec<Vec<WorldRow>> = (1u64..)
        .zip(&world.channels)
        .map(|(number, channel)| {
            channel_rows(world, channel, &demand, &mut stream(seed, number), first_day)
        })
        .collect();
    let days = weeks_shown * 7;
    (0..days).flat_map(|day| by_channel.iter().map(move |rows| rows[day].clone())).collect()
}

/// Demand per week, warm-up included.
fn weekly_demand(demand: &Demand, random: &mut ChaCha8Rng, weeks: usize) -> Vec<f64> {
    let mut deviation = Drift::new(demand.variation, demand.persistence);
    (0..WARM_UP_WEEKS + weeks)
        .map(|week| {
            let years = (count(week) - count(WARM_UP_WEEKS)) / YEAR_WEEKS;
            let season = 1.0 + demand.season * libm::sin(std::f64::consts::TAU * years);
            season * libm::pow(1.0 + demand.trend, years) * libm::exp(deviation.next(random))
        })
        .collect()
}

fn channel_rows(
    world: &World,
    channel: &WorldChannel,
    demand: &[f64],
    random: &mut ChaCha8Rng,
    first_day: Day,
) -> Vec<WorldRow> {
    let name = name_of(channel);
    let mut level = Drift::new(channel.spend_variation, channel.spend_persistence);
    let mut drift = Drift::new(channel.drift, DRIFT_PERSISTENCE);
    let mut responses: Vec<f64> = Vec::with_capacity(demand.len() * 7);
    let mut rows = Vec::new();
    for (week, &demand) in demand.iter().enumerate() {
        let (revenue_factor, spend_factor) = break_factors(channel, week);
        let level = spend_factor
            * libm::exp(level.next(random))
            * libm::pow(demand, channel.spend_follows_demand);
        let climate = demand * revenue_factor * libm::exp(drift.next(random));
        for (weekday, factor) in world.demand.weekdays.iter().enumerate() {
            let relative = level * factor * libm::exp(DAILY_SPEND_WOBBLE * normal(random));
            responses.push(channel.response(relative));
            let noise = libm::exp(channel.noise * normal(random));
            let arriving =
                arriving(channel, &responses) * channel.roas * channel.spend_weekly / 7.0;
            let baseline = channel.baseline_weekly / 7.0 * factor;
            let Some(shown) = (week * 7 + weekday).checked_sub(WARM_UP_WEEKS * 7) else { continue };
            let offset = u64::try_from(shown).expect("a count of days fits 64 bits");
            rows.push(WorldRow {
                day: plus_days(first_day, offset),
                channel: name.clone(),
                measures: measures(
                    channel,
                    relative * channel.spend_weekly / 7.0,
                    (arriving + baseline) * climate * noise,
                ),
            });
        }
    }
    rows
}

/// Factors on revenue and spend in a week that counts the warm-up.
fn break_factors(channel: &WorldChannel, week: usize) -> (f64, f64) {
    match channel.broken {
        Some(broken) if count(week) >= count(WARM_UP_WEEKS) + f64::from(broken.week) => {
            (broken.revenue_factor, broken.spend_factor)
        }
        _ => (1.0, 1.0),
    }
}

/// What arrives on the newest day: its own share, and the shares of the days a week, two weeks …
/// before. Before the warm-up began, spend was as usual.
fn arriving(channel: &WorldChannel, responses: &[f64]) -> f64 {
    let today = responses.len() - 1;
    let at = |days: usize| today.checked_sub(days).map_or(1.0, |day| responses[day]);
    let late: f64 = (1..).zip(&channel.delayed).map(|(weeks, share)| share * at(7 * weeks)).sum();
    channel.immediate_share() * at(0) + late
}

/// What the channel's platform would report of a day.
fn measures(channel: &WorldChannel, spend: f64, revenue: f64) -> Measures {
    let clicks = whole(spend / channel.click_price);
    let conversions = whole(revenue / channel.conversion_value);
    Measures {
        spend: money(spend),
        revenue: money(revenue),
        // One view in thirty is clicked on.
        impressions: Some(clicks * 30),
        clicks: Some(clicks),
        conversions: Some(Conversions::from_millionths(conversions * 1_000_000)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "weeks of a simulation are few")]
fn count(weeks: usize) -> f64 {
    weeks as f64
}

/// Simulated amounts are small, positive and finite; whatever is not becomes 0 or the bound.
#[expect(clippy::cast_possible_truncation, reason = "clamped to what a cell may hold")]
fn money(major: f64) -> Money {
    let minor = libm::round(major * 100.0) as i128;
    Money::from_minor(minor.clamp(0, Money::CELL_MAX.minor()))
}

/// To the nearest whole count; at most 10¹², what a file's cell may hold.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped first")]
fn whole(value: f64) -> u64 {
    libm::round(value).clamp(0.0, 1e12) as u64
}

fn name_of(channel: &WorldChannel) -> ChannelName {
    ChannelName::new(channel.name).expect("the names of worlds are valid")
}

/// The rows as a file in the long format (DESIGN §6), header included.
pub fn to_csv(rows: &[WorldRow]) -> String {
    let mut text = String::from("date,channel,spend,impressions,clicks,conversions,revenue\n");
    for row in rows {
        let measures = &row.measures;
        let count = |value: Option<u64>| value.map_or_else(String::new, |value| value.to_string());
        let cells = [
            row.day.to_string(),
            quoted(row.channel.as_str()),
            decimal::format(measures.spend.minor(), MINOR_DIGITS),
            count(measures.impressions),
            count(measures.clicks),
            measures.conversions.map_or_else(String::new, Conversions::to_decimal),
            decimal::format(measures.revenue.minor(), MINOR_DIGITS),
        ];
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

/// A cell as RFC 4180 writes it.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// The rows as the ledger would believe them, each arrived as its day ended. Channels that the
/// account doesn't have are left out.
pub fn facts(account: &Account, rows: &[WorldRow]) -> Vec<DayFact> {
    let file = Digest::of(b"simulated");
    rows.iter()
        .filter_map(|row| {
            let channel = account.channels.iter().position(|known| known.name == row.channel)?;
            let arrived_at = end_of_day(row.day, account.time_zone);
            Some(DayFact { day: row.day, channel, measures: row.measures, arrived_at, file })
        })
        .collect()
}

#[cfg(test)]
mod tests;
