//! Lift tests that an account has made: plain values, checked by the configuration. They make its
//! advisory model surer; none of them bears on a budget.

use super::{ChannelName, Day};

/// `config/accounts/<id>.experiments.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiments {
    /// After so many weeks the variance of what a test measured counts twice.
    pub half_life_weeks: f64,
    /// The tests, in the order of the file.
    pub tests: Vec<Experiment>,
}

impl Default for Experiments {
    fn default() -> Self {
        Self { half_life_weeks: 52.0, tests: Vec::new() }
    }
}

/// A lift test: spend of a channel was changed on purpose, and what that did was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// What people call it.
    pub name: String,
    /// The channel.
    pub channel: ChannelName,
    /// The first day of the changed spend.
    pub first_day: Day,
    /// Its last day.
    pub last_day: Day,
    /// How spend was changed.
    pub change: TestedChange,
    /// Revenue that the change added (below 0: that it cost), from the first day to the end of the
    /// measured carryover, in major units.
    pub lift: f64,
    /// Its standard error; above 0.
    pub error: f64,
    /// Weeks after the last day in which the lift was still measured.
    pub carryover_weeks: u32,
}

/// How a test changed spend, against what would have been spent without it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TestedChange {
    /// By this amount in all, in major units; below 0: less was spent.
    Total(f64),
    /// By this share of what would have been spent: 0.5 is half as much again, above −1.
    Share(f64),
}
