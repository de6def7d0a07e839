//! The trace: one line for each thing that a step did, so that a manager can follow each channel
//! from its ROI to its final budget.

use crate::domain::{Amount, ChannelName};

use super::Reason;

/// A step of DESIGN §4, in the order in which they happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Where the comparison starts from.
    Reference,
    /// Which data there are.
    Evidence,
    /// Step 1.
    Eligible,
    /// Step 2.
    Weight,
    /// Step 3.
    Bounds,
    /// Step 4.
    Target,
    /// Step 5.
    Shortfall,
    /// Step 6, or the gate.
    Hold,
    /// Step 7.
    Pace,
    /// Step 8.
    Quiet,
    /// Steps 9 and 11.
    Veto,
    /// Step 10.
    Funding,
    /// The one rounding at the end.
    Rounding,
}

impl Step {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Evidence => "evidence",
            Self::Eligible => "eligible",
            Self::Weight => "weight",
            Self::Bounds => "bounds",
            Self::Target => "target",
            Self::Shortfall => "shortfall",
            Self::Hold => "hold",
            Self::Pace => "pace",
            Self::Quiet => "quiet",
            Self::Veto => "veto",
            Self::Funding => "funding",
            Self::Rounding => "rounding",
        }
    }
}

/// One line of the trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceLine {
    /// The step.
    pub step: Step,
    /// The channel it concerns; `None`: the whole account.
    pub channel: Option<ChannelName>,
    /// The channel's amount before the step; of a line for the whole account, the limit that
    /// `after` was held against, if there is one.
    pub before: Option<Amount>,
    /// The channel's amount after the step; of a line for the whole account, the sum that it
    /// speaks of.
    pub after: Option<Amount>,
    /// What happened.
    pub reason: Reason,
}

impl TraceLine {
    /// A line for the whole account, without amounts.
    pub(super) const fn account(step: Step, reason: Reason) -> Self {
        Self { step, channel: None, before: None, after: None, reason }
    }

    /// A line for one channel, without amounts.
    pub(super) fn channel(step: Step, channel: &ChannelName, reason: Reason) -> Self {
        Self { step, channel: Some(channel.clone()), before: None, after: None, reason }
    }

    /// The same line with the amount before the step, where there is one.
    #[must_use]
    pub(super) fn from(mut self, before: impl Into<Option<Amount>>) -> Self {
        self.before = before.into();
        self
    }

    /// The same line with the amount after the step.
    #[must_use]
    pub(super) fn to(mut self, after: Amount) -> Self {
        self.after = Some(after);
        self
    }
}
