//! What people should look at beside a decision. None of it bears on a budget.

use crate::domain::{ChannelName, Digest, Money, Week};
use crate::history::Outlier;

/// What people should look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remarks {
    /// Figures of the evidence that are far from usual, by day; a bounded list.
    pub outliers: Vec<Outlier>,
    /// How many more there are.
    pub outliers_unlisted: usize,
    /// Published weeks whose evidence was corrected after they were published, newest first; a
    /// bounded list.
    pub corrected: Vec<CorrectedWeek>,
    /// How many more there are.
    pub corrected_unlisted: usize,
}

impl Remarks {
    /// Whether there is nothing to look at.
    pub const fn is_empty(&self) -> bool {
        self.outliers.is_empty() && self.corrected.is_empty()
    }
}

/// A published week whose evidence was corrected, or that was held for data that have arrived since,
/// and what today's figures would make of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectedWeek {
    /// The week.
    pub week: Week,
    /// Its newest revision.
    pub revision: u32,
    /// It was held because data were missing, and would be decided now.
    pub can_be_decided: bool,
    /// The files that corrected its evidence, in the order of their acceptance; of a week that can
    /// be decided now it may be none, where its figures were only confirmed.
    pub files: Vec<Digest>,
    /// Channels that would get another budget, by name; empty: nothing would change. `None`: the
    /// week can't be decided with today's figures, because some are missing.
    pub changes: Option<Vec<BudgetChange>>,
    /// Whether the account's settings have changed since, which may explain the difference too.
    pub settings_changed: bool,
}

/// A budget as published, and as it would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetChange {
    /// The channel, by today's name.
    pub channel: ChannelName,
    /// As published; `None`: the channel had none.
    pub published: Option<Money>,
    /// As it would be; `None`: the account has the channel no longer.
    pub would_be: Option<Money>,
}
