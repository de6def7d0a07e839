//! The evidence gate: whether a week may be decided on now, must wait, or holds (DESIGN §4).

use crate::domain::calendar::{day_of, instant_of};
use crate::domain::{Account, DayFact, Instant, Week};
use crate::history::{MissingDays, missing_days};
use crate::rules::HoldReason;

/// What the gate is asked with.
#[derive(Debug, Clone, Copy)]
pub struct Gate<'a> {
    /// The account.
    pub account: &'a Account,
    /// The week to decide.
    pub week: Week,
    /// What the ledger believes, at least of the full week before.
    pub facts: &'a [DayFact],
    /// The stated time of the decision.
    pub now: Instant,
    /// When the run for this week was scheduled.
    pub scheduled_at: Instant,
    /// Whether the account has published a decision before.
    pub has_published: bool,
}

/// Whether a week may be decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The last full week is complete.
    Ready,
    /// Not yet: these days are missing, and the deadline has not come.
    Waiting {
        /// What is missing.
        missing: Vec<MissingDays>,
        /// When it will hold instead; `None`: never, since there is nothing to hold.
        holds_from: Option<Instant>,
    },
    /// The deadline has come without them.
    Hold(HoldReason),
}

/// Where `gate.week` stands at `gate.now`.
pub fn standing(gate: &Gate<'_>) -> Standing {
    let evidence_week = gate.week.back(1);
    let missing = missing_days(gate.account, evidence_week, gate.facts);
    if missing.is_empty() {
        return Standing::Ready;
    }
    if !gate.has_published {
        return Standing::Waiting { missing, holds_from: None };
    }
    let zone = gate.account.time_zone;
    let deadline = instant_of(day_of(gate.scheduled_at, zone), gate.account.gate.deadline, zone);
    if gate.now < deadline {
        Standing::Waiting { missing, holds_from: Some(deadline) }
    } else {
        Standing::Hold(HoldReason::MissingEvidence { week: evidence_week, missing })
    }
}
