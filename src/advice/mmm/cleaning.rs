//! What was changed before a model saw it, and why: never silently.

use serde::Serialize;

use crate::domain::Day;

/// A figure of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Money spent.
    Spend,
    /// Times shown.
    Impressions,
    /// Times clicked.
    Clicks,
    /// Times converted.
    Conversions,
    /// Money earned.
    Revenue,
    /// The revenue of the whole business.
    Outcome,
    /// A control.
    Control,
}

impl Measure {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spend => "spend",
            Self::Impressions => "impressions",
            Self::Clicks => "clicks",
            Self::Conversions => "conversions",
            Self::Revenue => "revenue",
            Self::Outcome => "outcome",
            Self::Control => "control",
        }
    }
}

/// Why a figure was changed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Reason {
    /// It was not known.
    Missing,
    /// The same day and channel stood there before; the first counts.
    Repeated,
    /// It was below 0.
    Negative,
    /// It was outside the fence.
    Outlier {
        /// The lower fence.
        low: f64,
        /// The upper fence.
        high: f64,
    },
    /// There were more clicks than impressions.
    MoreThanImpressions,
    /// There were more conversions than clicks.
    MoreThanClicks,
}

impl Reason {
    /// Its name in files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Repeated => "repeated",
            Self::Negative => "negative",
            Self::Outlier { .. } => "outlier",
            Self::MoreThanImpressions => "more_than_impressions",
            Self::MoreThanClicks => "more_than_clicks",
        }
    }
}

/// One figure that was changed, or left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The day, or the first day of the period.
    pub day: Day,
    /// The channel, control, or the business.
    pub series: String,
    /// Which figure; `None`: the whole row.
    pub measure: Option<Measure>,
    /// What stood there; `None`: nothing.
    pub before: Option<f64>,
    /// What stands there now; `None`: the row is left out.
    pub after: Option<f64>,
    /// Why.
    #[serde(flatten)]
    pub reason: Reason,
}
