//! What was observed of an account, as it came: figures that may be missing, negative or far off,
//! in major units. Cleaning makes a [`super::series::Series`] of it.

use std::collections::BTreeMap;

use crate::domain::{Day, Grain};

/// What was observed.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// Days or weeks.
    pub grain: Grain,
    /// The paid channels.
    pub channels: Vec<ObservedChannel>,
    /// The revenue of the business by period; empty: the sum of what the channels' platforms claim.
    pub outcome: Figures,
    /// What else may explain it, by name.
    pub controls: BTreeMap<String, Figures>,
}

/// A figure per period; one that is not known is `None`.
pub type Figures = BTreeMap<Day, Option<f64>>;

/// A paid channel.
#[derive(Debug, Clone, PartialEq)]
pub struct ObservedChannel {
    /// Its name.
    pub name: String,
    /// Money spent.
    pub spend: Figures,
    /// Revenue that its platform claims.
    pub revenue: Figures,
}

impl Observed {
    /// The first and the last period with a figure of a channel or the outcome.
    pub fn span(&self) -> Option<(Day, Day)> {
        let figures = self.channels.iter().flat_map(|it| [&it.spend, &it.revenue]);
        let days = figures.chain([&self.outcome]).filter_map(|figures| {
            Some((*figures.first_key_value()?.0, *figures.last_key_value()?.0))
        });
        days.reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)))
    }
}
