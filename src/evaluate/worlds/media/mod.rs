//! A world for the media model: a TOML file in which every parameter is written, and a seed → the
//! daily rows of an advertiser, with what each channel's spend truly brought. No clock, no disk.
//!
//! In order: [`read`] or [`shipped`] → [`generate`] → [`folder()`], or the series itself.

mod account;
mod ahead;
mod course;
mod daily;
mod dirt;
mod folder;
mod keys;
mod shipped;
mod table;
mod truth;

pub use daily::{Generated, Truth, generate};
pub use folder::{Folder, OutputFile, folder};
pub use keys::read;
pub use shipped::{names, shipped};
pub use truth::ChannelTruth;

use serde::Serialize;

use super::{WEEKS_MAX, WorldRow};
use crate::advice::mmm::adstock::Adstock;
use crate::domain::{Currency, Day};

/// Channels of one world: as many as a model can be asked to tell apart.
pub const CHANNELS_MAX: usize = 50;
/// Weeks of spend before the first row.
pub const WARM_UP_WEEKS_MAX: u32 = 52;

/// An advertiser whose truth is known. Amounts are in major units of the currency, times in days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct World {
    /// What messages call it.
    pub name: String,
    /// What it is there for, in a sentence.
    pub about: String,
    /// The currency of all amounts.
    pub currency: Currency,
    /// The first day that has rows.
    pub first_day: Day,
    /// How many weeks have rows.
    pub weeks: u32,
    /// Weeks before the first row in which money was spent already; at 0 nothing was ever spent.
    pub warm_up_weeks: u32,
    /// Revenue that comes without any spend.
    pub baseline: Baseline,
    /// What nothing explains.
    pub noise: Noise,
    /// What `--dirty` does to the files.
    pub dirt: Dirt,
    /// The paid channels.
    pub channels: Vec<MediaChannel>,
}

/// Revenue that comes without any spend. A day's is level × demand × weekday; demand is trend ×
/// season × holiday × wander.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Baseline {
    /// Revenue on a day on which all factors are 1.
    pub level: f64,
    /// Growth in a year (0.1: a tenth), from the first day on.
    pub trend: f64,
    /// How far the season swings (0.3: between 0.7 and 1.3).
    pub season_amplitude: f64,
    /// The day of the year, from 1, on which it is highest.
    pub season_peak: f64,
    /// Standard deviation of the logarithm of a demand that wanders and that nobody sees.
    pub variation: f64,
    /// How much of its deviation is left a day later.
    pub persistence: f64,
    /// Factor of each day of the week, Monday's first.
    pub weekdays: [f64; 7],
    /// Days of each year, as "12-25", on which demand is lifted.
    pub holidays: Vec<String>,
    /// How much (0.5: by half).
    pub holiday_lift: f64,
    /// A change for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shift: Option<Shift>,
}

/// From one week on, something is different for good.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Shift {
    /// The first week that differs; the first row's week is 0.
    pub week: u32,
    /// What it is multiplied with from then on.
    pub factor: f64,
}

/// A factor that changes from week to week.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Wander {
    /// Standard deviation of its logarithm.
    pub variation: f64,
    /// How much of its deviation is left a week later.
    pub persistence: f64,
}

/// What nothing explains: each day a share of the revenue that is expected of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Noise {
    /// Its standard deviation, as a share of the day's expected revenue.
    pub share: f64,
    /// How much of its deviation is left a day later.
    pub autocorrelation: f64,
    /// Degrees of freedom of Student's distribution, for days far off; `None`: normal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tails: Option<u32>,
}

/// What is wrong with files, as probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Dirt {
    /// Of a cell to be blank.
    pub missing: f64,
    /// Of a cell to be below zero.
    pub negative: f64,
    /// Of a cell to be far too large.
    pub outlier: f64,
    /// How far: what it is multiplied with.
    pub outlier_factor: f64,
    /// Of a row to stand twice.
    pub repeated: f64,
    /// Of a day (in the weekly file, of a week) to have no rows at all.
    pub lost: f64,
}

/// One paid channel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MediaChannel {
    /// Its name: letters and digits, with spaces, `_`, `-`, `.` and `&` between them.
    pub name: String,
    /// Typical spend on a day that it is on.
    pub spend: f64,
    /// Standard deviation of the logarithm of a week's spend.
    pub spend_variation: f64,
    /// How much of a week's deviation is left a week later.
    pub spend_persistence: f64,
    /// Standard deviation of the logarithm of a day's spend around its week's.
    pub daily_variation: f64,
    /// The power of demand that spend follows (1: in proportion, 0: not at all).
    pub follows_demand: f64,
    /// The power of the weekday's factor that spend follows.
    pub follows_weekday: f64,
    /// How much of what is new in a week's spend is common to all channels that have this; two of
    /// them correlate by the product.
    #[serde(skip_serializing_if = "is_nothing")]
    pub follows_others: f64,
    /// Revenue of a day that is reached when spend is endless.
    pub effect: f64,
    /// Mean price of a click.
    pub price_per_click: f64,
    /// Impressions for each click.
    pub impressions_per_click: f64,
    /// Mean value of a conversion.
    pub conversion_value: f64,
    /// When it is on.
    pub flighting: Flighting,
    /// How spend works on in later days.
    pub adstock: Adstock,
    /// How spend wears off.
    pub saturation: Bend,
    /// What its platform claims.
    pub attribution: Attribution,
    /// A change of its effect for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shift: Option<Shift>,
    /// A change of its effect from week to week.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wander: Option<Wander>,
}

/// Weeks with spend and weeks without.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Flighting {
    /// The share of weeks that it is on.
    pub share: f64,
    /// How many weeks it is on at a stretch, in the mean.
    pub weeks: f64,
}

/// Hill's saturation, with the scale relative to the typical carried-over spend: the typical spend
/// times what a unit of spend adds up to over all days.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bend {
    /// Where half of the effect is reached (2: at twice the typical spend).
    pub half_saturation: f64,
    /// Above 1 the curve is S-shaped.
    pub slope: f64,
}

/// What the channel's platform claims to have brought.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Attribution {
    /// As a multiple of the true contribution.
    pub of_contribution: f64,
    /// And, on days with spend, as a share of the baseline.
    pub of_baseline: f64,
    /// Standard deviation of the logarithm of a day's claim.
    pub variation: f64,
}

impl MediaChannel {
    /// Its name as a part of a column's name: "Google Ads" is `google_ads`.
    pub fn column(&self) -> String {
        column(&self.name)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_nothing(number: &f64) -> bool {
    *number == 0.0
}

/// A name as a part of a column's name: small letters and digits, each run of others one `_`.
fn column(name: &str) -> String {
    let words = name.split(|character: char| !character.is_ascii_alphanumeric());
    let words: Vec<String> =
        words.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect();
    words.join("_")
}

impl World {
    /// The world as its file would write it.
    ///
    /// # Panics
    /// Never: every value has a form in TOML.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("numbers, texts and tables have a form in TOML")
    }
}

#[cfg(test)]
mod tests;
