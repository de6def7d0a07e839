//! The trace: one line for each thing that a step did, so that a manager can follow a channel from
//! its ROI to its final budget.

use crate::domain::{Amount, ChannelName};

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

/// One line of the trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceLine {
    /// The step.
    pub step: Step,
    /// The channel it concerns; `None`: the whole account.
    pub channel: Option<ChannelName>,
    /// The channel's amount before the step.
    pub before: Option<Amount>,
    /// The channel's amount after the step.
    pub after: Option<Amount>,
    /// What happened.
    pub reason: Reason,
}

/// What happened in a step, with a stable code and a sentence. Amounts stand in the line itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// There is nothing to compare with.
    NoReference,
}

impl Reason {
    /// The stable code ("no_reference").
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoReference => "no_reference",
        }
    }
}

impl std::fmt::Display for Reason {
    /// One sentence for people, lower case, no full stop.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoReference => f.write_str("there are no earlier budgets to compare with"),
        }
    }
}
