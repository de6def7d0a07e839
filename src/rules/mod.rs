//! Weekly history → [`Allocation`]: the only place where a budget is made, in integers, by the
//! steps of DESIGN §4. Rules never read advice; a veto reaches them as the name of a channel.
//!
//! In order: [`reference`](reference()) → [`propose`] (or [`hold`]) → [`cuts`] → [`pay_vetoes`] →
//! [`round`]. Each step has a file: `reference`, `evidence`, `weight` and `response` (steps 1 and
//! 2), `bounds` (3), `target` (4 and 5), `hold` (6), `pace` (7), `quiet` (8), `veto` (9 to 11),
//! `rounding`. They share out money by `water_filling` and `largest_remainder`.

mod allocation;
mod bounds;
mod case;
mod evidence;
mod exact;
mod hold;
mod largest_remainder;
mod pace;
mod proposal;
mod quiet;
mod reason;
mod reference;
mod response;
mod rounding;
mod target;
mod trace;
mod veto;
mod water_filling;
mod weight;

pub use allocation::Allocation;
pub use proposal::{hold, propose};
pub use reason::{Reason, ResponseUnknown};
pub use reference::reference;
pub use rounding::round;
pub use trace::{Step, TraceLine};
pub use veto::{cuts, pay_vetoes};

use serde::Serialize;

use crate::domain::{Account, Amount, ChannelName, Money, Week};
use crate::history::{MissingDays, WeeklyHistory};

/// The number of the arithmetic in this folder, which every decision names. Arithmetic that
/// changes gets a new number, and the old stays able to replay.
pub const ARITHMETIC: u32 = 1;

/// What the rules decide on.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The account.
    pub account: &'a Account,
    /// The week that the budget is for.
    pub week: Week,
    /// The weeks before it.
    pub history: &'a WeeklyHistory,
    /// The newest revision of the newest published week before it.
    pub published: Option<&'a PublishedBudgets>,
}

/// The budgets of a published week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedBudgets {
    /// The week.
    pub week: Week,
    /// Its newest revision.
    pub revision: u32,
    /// Budget per channel, as published.
    pub budgets: Vec<(ChannelName, Money)>,
}

/// Last week's budgets, restricted to today's active channels and scaled to this week's total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Where it comes from.
    pub origin: ReferenceOrigin,
    /// Amount per active channel, by name; sums to the total. A channel that is not in it has none.
    pub amounts: Vec<(ChannelName, Amount)>,
}

/// What a reference was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ReferenceOrigin {
    /// The newest revision of a published week.
    Published {
        /// The week.
        week: Week,
        /// Its revision.
        revision: u32,
    },
    /// The spend of the last full week before the first decision.
    Spend {
        /// The week.
        week: Week,
    },
}

/// S and R of a channel (DESIGN §4, Evidence), and what follows from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelEvidence {
    /// The channel.
    pub channel: ChannelName,
    /// S: spend over the weeks of the evidence, each counted as often as its weight says.
    pub spend: Money,
    /// R: revenue, counted likewise.
    pub revenue: Money,
    /// Spend over the same weeks, each counted once.
    pub spend_unweighted: Money,
    /// Revenue over the same weeks, each counted once.
    pub revenue_unweighted: Money,
    /// Days of these weeks that have a row.
    pub days_present: u32,
    /// Days of these weeks.
    pub days: u32,
    /// Why the channel is not eligible; `None`: it is.
    pub ineligible: Option<Ineligible>,
    /// Step 2: the weight, ROI × 10¹² and the like; 0 where the channel is not eligible.
    pub weight: i128,
}

/// Why a channel gets no weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ineligible {
    /// Nothing was spent on it.
    NoSpend,
    /// It brought no more than it cost.
    RoiNotPositive,
    /// The account rests it.
    Paused,
}

impl Ineligible {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoSpend => "no_spend",
            Self::RoiNotPositive => "roi_not_positive",
            Self::Paused => "paused",
        }
    }
}

/// Why a run holds instead of deciding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum HoldReason {
    /// No channel is eligible.
    NoEligibleChannel,
    /// At the deadline the last full week was still incomplete.
    MissingEvidence {
        /// The week before the decision week.
        week: Week,
        /// Which days of which channels.
        missing: Vec<MissingDays>,
    },
}

impl HoldReason {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoEligibleChannel => "no_eligible_channel",
            Self::MissingEvidence { .. } => "missing_evidence",
        }
    }
}

/// What the rules give, before vetoes and before rounding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Why it is a hold; `None`: it follows from the evidence.
    pub held: Option<HoldReason>,
    /// The reference, where there is one.
    pub reference: Option<Reference>,
    /// In the order of the account's channels.
    pub evidence: Vec<ChannelEvidence>,
    /// The budgets; exact, sums to the total.
    pub allocation: Allocation,
    /// How they came about.
    pub trace: Vec<TraceLine>,
}

/// A proposal after its vetoes are paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    /// The budgets; exact, sums to the total.
    pub allocation: Allocation,
    /// Vetoes that the rules overruled (step 11), by name.
    pub overruled: Vec<ChannelName>,
    /// Steps 9 to 11.
    pub trace: Vec<TraceLine>,
}
