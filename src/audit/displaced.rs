//! What a file displaces besides the values of its own channel days: campaigns that it states under
//! another channel than before, and what other sources had stated of the days that it replaces.

use serde::{Deserialize, Serialize};

use crate::domain::{ChannelName, Day};

/// Rows of campaigns that moved to another channel: they went from their former one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// How many they are.
    pub rows: u64,
    /// What they had spent in all, as an exact decimal; `None`: it isn't known of each of them.
    pub spend: Option<String>,
    /// What they had brought in, likewise.
    pub revenue: Option<String>,
    /// The first of the campaigns, by day, former channel and campaign; at least one.
    pub examples: Vec<MovedCampaign>,
}

/// A campaign that moved from one channel to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedCampaign {
    /// Its name, escaped, without the further parts of a key.
    pub campaign: String,
    /// The channel that it was known under.
    pub from: ChannelName,
    /// The channel that the file states it under.
    pub to: ChannelName,
    /// The first of its days.
    pub first_day: Day,
    /// How many days it moved on.
    pub days: u64,
    /// What it had spent on them under its former channel, as an exact decimal; `None`: it isn't
    /// known of each of them.
    pub spend: Option<String>,
    /// What it had brought in, likewise.
    pub revenue: Option<String>,
}

/// Days of a channel that another source had stated and that a file replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherSource {
    /// The channel; `None`: the whole business.
    pub channel: Option<ChannelName>,
    /// The other source.
    pub source: String,
    /// The name of its file, escaped; of several, that of the first day.
    pub file: String,
    /// Whether there were several files of it.
    pub more_files: bool,
    /// The first of the days.
    pub first_day: Day,
    /// The last of them.
    pub last_day: Day,
    /// How many they are.
    pub days: u64,
    /// What had been spent on them by its word, as an exact decimal; `None`: it isn't known of each.
    pub spend: Option<String>,
}
