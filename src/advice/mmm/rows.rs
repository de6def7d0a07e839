//! Daily rows of channels as models and analysts see them: estimates in major units, with what is
//! not known left open.

use crate::domain::Day;

/// What a channel did on a day. Money in major units, counts as numbers; `None`: not known.
#[derive(Debug, Clone, PartialEq)]
pub struct DailyRow {
    /// The day.
    pub day: Day,
    /// The channel or campaign.
    pub channel: String,
    /// Money spent.
    pub spend: Option<f64>,
    /// Times shown.
    pub impressions: Option<f64>,
    /// Times clicked.
    pub clicks: Option<f64>,
    /// Times converted.
    pub conversions: Option<f64>,
    /// Revenue that the channel's platform claims.
    pub revenue: Option<f64>,
}
