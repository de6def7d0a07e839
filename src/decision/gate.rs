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
    if !gate.has_published && !has_evidence(gate) {
        let missing = all_days(gate.account, evidence_week);
        return Standing::Waiting { missing, holds_from: None };
    }
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

/// Whether any row speaks of a day before the decision week. Days declared to have had no spend
/// complete what rows tell; alone they tell nothing that a first decision could follow from.
fn has_evidence(gate: &Gate<'_>) -> bool {
    gate.facts.iter().any(|fact| fact.day < gate.week.first_day())
}

/// Every day of `week` as missing, for each active channel.
fn all_days(account: &Account, week: Week) -> Vec<MissingDays> {
    account
        .active_channels()
        .map(|channel| MissingDays::of(channel.name.clone(), week.days().collect(), Vec::new()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        AbsentDays, AccountId, Channel, ChannelName, Currency, Day, Digest, Measures, Money,
    };

    fn account() -> Account {
        let named = |text: &str| Channel::named(ChannelName::new(text).expect("a name"));
        let mut account = Account::with_shipped_settings(
            AccountId::new("main").expect("an id"),
            Currency::from_code("INR").expect("known"),
            chrono_tz::Asia::Kolkata,
            Money::from_minor(50_000_000),
            vec![named("Email"), named("Google Ads")],
        );
        account.gate.absent_days = AbsentDays::Zero;
        account
    }

    /// Where the week of 12 January 2026 stands, after its end, with one row of `day`.
    fn standing_with(day: &str, has_published: bool) -> Standing {
        let account = account();
        let at = |text: &str| text.parse::<Instant>().expect("an instant");
        let day: Day = day.parse().expect("a day");
        let fact = DayFact {
            day,
            channel: 0,
            measures: Measures::NONE,
            arrived_at: at("2026-01-20T00:00:00Z"),
            file: Digest::of(b"a file"),
        };
        standing(&Gate {
            account: &account,
            week: account.week_of("2026-01-12".parse().expect("a day")),
            facts: &[fact],
            now: at("2026-01-20T00:00:00Z"),
            scheduled_at: at("2026-01-12T00:30:00Z"),
            has_published,
        })
    }

    #[test]
    fn a_first_decision_waits_for_a_row_however_absences_are_declared() {
        let Standing::Waiting { missing, holds_from: None } = standing_with("2026-01-13", false)
        else {
            panic!("it waits");
        };
        let absent: Vec<usize> = missing.iter().map(|channel| channel.absent.len()).collect();
        assert_eq!(absent, [7, 7]);
        assert_eq!(standing_with("2026-01-13", true), Standing::Ready);
        assert_eq!(standing_with("2026-01-11", false), Standing::Ready);
    }
}
