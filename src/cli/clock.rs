//! What the audit logs say of the clock, for `status` and `check`: a clock that is behind them, and weeks
//! that one that was ahead decided before their time.

use serde_json::{Value, json};

use super::CliError;
use super::output::{BAD, paint};
use crate::domain::text::escape;
use crate::domain::{Account, Instant};
use crate::store::ledger::Ledger;
use crate::workflow::{ClockStanding, WorkflowError, Workspace, clock_behind};

/// The clock, held against the audit log of each account.
pub struct Clocks<'w> {
    now: Instant,
    accounts: Vec<(&'w Account, ClockStanding)>,
}

impl<'w> Clocks<'w> {
    /// Of a clock that says `now`. Accounts of which that can't be told are left out: whatever reads
    /// their logs says why.
    pub fn look(
        workspace: &Workspace,
        ledger: &Ledger,
        accounts: &[&'w Account],
        now: Instant,
    ) -> Self {
        let standing = |account: &&'w Account| {
            Some((*account, workspace.clock_standing(ledger, account, now).ok()?))
        };
        Self { now, accounts: accounts.iter().filter_map(standing).collect() }
    }

    /// Whether nobody need look at this account's clock.
    pub fn is_well(&self, account: &Account) -> bool {
        let of = self.accounts.iter().find(|(it, _)| it.id == account.id);
        of.is_none_or(|(_, standing)| *standing == ClockStanding::default())
    }

    /// That the clock is behind, told of the first account that it is behind of, and how many more these
    /// are.
    pub fn behind(&self) -> Option<CliError> {
        let mut behind = self.accounts.iter().filter_map(|(account, standing)| {
            standing.behind.map(|newest| clock_behind(account, self.now, newest))
        });
        let first: WorkflowError = behind.next()?;
        let error = CliError::from(first);
        Some(match behind.count() {
            0 => error,
            more => {
                let message = format!("{}; the same of {more} more of the accounts", error.message);
                CliError { message, ..error }
            }
        })
    }

    /// The weeks that were decided before their time, in words.
    pub fn early(&self) -> Vec<String> {
        let of = |(account, standing): &(&Account, ClockStanding)| -> Vec<String> {
            let words = standing.early.iter().map(|early| early.words(account));
            words.map(|words| format!("account {}: {}", account.id, escape(&words))).collect()
        };
        self.accounts.iter().flat_map(of).collect()
    }

    /// For people, trouble only.
    pub fn lines(&self) -> Vec<String> {
        let behind = self.behind().into_iter();
        let mut lines: Vec<String> = behind
            .map(|error| format!("{} {}", paint(BAD, "the clock is behind:"), error.message))
            .collect();
        let early = self.early().into_iter();
        lines.extend(early.map(|words| format!("{} {words}", paint(BAD, "before its time:"))));
        lines
    }

    /// For machines.
    pub fn machine(&self) -> Value {
        let behind = self.accounts.iter().filter_map(|(account, standing)| {
            let newest = standing.behind?;
            Some(json!({"account": account.id.as_str(), "clock": self.now, "newest": newest}))
        });
        let early = self.accounts.iter().flat_map(|(account, standing)| {
            standing.early.iter().map(move |early| {
                json!({"account": account.id.as_str(), "week": early.week,
                    "revision": early.revision,
                    "outcome": if early.held { "held" } else { "decided" },
                    "published_at": early.published_at, "clock_right_at": early.right_at,
                    "has_begun": early.has_begun})
            })
        });
        json!({"behind": behind.collect::<Vec<_>>(), "early": early.collect::<Vec<_>>()})
    }
}
