//! Whether the clock can be believed: one that is behind what the account's audit log already tells
//! of would decide the wrong week, and refuse today's figures as those of days to come. And what one that
//! was ahead has left: weeks that were decided before their time.

use chrono::Duration;

use super::schedule::start_of;
use super::{Unit, WorkflowError, Workspace, account_chain};
use crate::audit::Event;
use crate::domain::calendar::day_of;
use crate::domain::{Account, Day, Instant, Week};
use crate::report::revise_command;
use crate::store::journal::{self, Reach};
use crate::store::ledger::{Ledger, Publication};

/// How far behind the newest event a clock may be: as far as clocks are set right by small steps.
const BEHIND_MAX: Duration = Duration::minutes(5);

/// A published week that has not begun, or that was decided before it began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlyWeek {
    /// The week.
    pub week: Week,
    /// Its newest revision.
    pub revision: u32,
    /// Whether that is a hold.
    pub held: bool,
    /// When it was published, by the clock of then.
    pub published_at: Instant,
    /// When an operator first said after it that the clock is right, if one had to.
    pub right_at: Option<Instant>,
    /// Whether the week has begun.
    pub has_begun: bool,
}

impl EarlyWeek {
    /// What happened and what to do, in words.
    pub fn words(&self, account: &Account) -> String {
        let day = |at: Instant| day_of(at, account.time_zone);
        let (week, published_on) = (self.week, day(self.published_at));
        let outcome = if self.held { "held" } else { "decided" };
        let clock = match self.right_at.map(day) {
            Some(right_on) => {
                format!("the clock said {published_on}, and was put right by {right_on}")
            }
            None if self.published_at < start_of(account, week) => format!("on {published_on}"),
            None => format!("the clock said {published_on}"),
        };
        let command = revise_command(account, week);
        if self.has_begun {
            format!(
                "the week of {week} was {outcome} before it began ({clock}), without the data since; it \
                 stands as published until `{command}` decides it again"
            )
        } else {
            format!(
                "the week of {week}, which has not begun, was {outcome} already ({clock}): nobody should \
                 follow it yet; once it has begun and its data are there, `{command}` decides it again"
            )
        }
    }
}

/// What an account's audit log says of the clock.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClockStanding {
    /// The newest time that the log tells of, where the clock is behind it.
    pub behind: Option<Instant>,
    /// Published weeks that have not begun, and this week, if it was decided before it began.
    pub early: Vec<EarlyWeek>,
}

impl Workspace {
    /// How far the audit log of `account` reaches in time; what is `known` of it is not read again.
    /// Needs no lock.
    pub fn audit_reach(
        &self,
        account: &Account,
        known: Option<Reach>,
    ) -> Result<Reach, WorkflowError> {
        Ok(journal::reach(&self.places.state().audit_account(&account.id), known)?)
    }

    /// What the audit log and the publications of `account` say of a clock that says `now`.
    pub fn clock_standing(
        &self,
        ledger: &Ledger,
        account: &Account,
        now: Instant,
    ) -> Result<ClockStanding, WorkflowError> {
        let newest = self.audit_reach(account, None)?.newest;
        let behind = newest.filter(|newest| is_behind(now, *newest));
        // By a clock that can't be believed no week is early.
        let early = match behind {
            None => self.early_weeks(ledger, account, now)?,
            Some(_) => Vec::new(),
        };
        Ok(ClockStanding { behind, early })
    }

    /// The published weeks of `account` that have not begun at `now`, and the one that has, if it was
    /// decided before it began; oldest first.
    pub fn early_weeks(
        &self,
        ledger: &Ledger,
        account: &Account,
        now: Instant,
    ) -> Result<Vec<EarlyWeek>, WorkflowError> {
        let this_week = account.week_of(today(account, now));
        let mut early = Vec::new();
        for published in ledger.publications_from(&account.id, Some(this_week))? {
            let log = self.places.state().audit_account(&account.id);
            let right_at = journal::clock_accepted_after(&log, published.audit_seq)?;
            let decided_by =
                right_at.map_or(published.published_at, |at| at.min(published.published_at));
            let has_begun = published.week <= this_week;
            if !has_begun || decided_by < start_of(account, published.week) {
                early.push(early_week(&published, right_at, has_begun));
            }
        }
        Ok(early)
    }
}

fn early_week(published: &Publication, right_at: Option<Instant>, has_begun: bool) -> EarlyWeek {
    let Publication { week, revision, held, published_at, .. } = *published;
    let right_at = right_at.filter(|at| *at < published_at);
    EarlyWeek { week, revision, held, published_at, right_at, has_begun }
}

/// Whether a clock that says `now` is behind an audit log that tells of `newest`.
pub fn is_behind(now: Instant, newest: Instant) -> bool {
    newest - now > BEHIND_MAX
}

/// That the clock says `now`, and the audit log of `account` tells of the later time `newest`.
pub fn clock_behind(account: &Account, now: Instant, newest: Instant) -> WorkflowError {
    WorkflowError::ClockBehind { account: account.id.to_string(), now, newest }
}

/// The newest published week of those that have begun at `now`; where none has, the next one that
/// will: what `latest` points to.
pub fn latest_publication(
    ledger: &Ledger,
    account: &Account,
    now: Instant,
) -> Result<Option<Publication>, WorkflowError> {
    let next_week = account.week_of(today(account, now)).forward(1);
    match ledger.newest_publication(&account.id, Some(next_week))? {
        None => Ok(ledger.publications_from(&account.id, None)?.into_iter().next()),
        begun => Ok(begun),
    }
}

fn today(account: &Account, now: Instant) -> Day {
    day_of(now, account.time_zone)
}

impl Unit<'_> {
    /// Refuses to go on where the clock says `now` and the account's audit log tells of a later
    /// time.
    ///
    /// # Errors
    /// [`WorkflowError::ClockBehind`], and those of the audit log.
    pub fn check_clock(&mut self, account: &Account, now: Instant) -> Result<(), WorkflowError> {
        match self.newest_event_behind(account, now)? {
            None => Ok(()),
            Some(newest) => Err(clock_behind(account, now, newest)),
        }
    }

    /// Records that the clock is right although the account's audit log tells of later times: it was
    /// ahead when they were written. Does nothing where the log tells of none.
    ///
    /// # Errors
    /// Those of the audit log.
    pub fn accept_clock(&mut self, account: &Account, now: Instant) -> Result<bool, WorkflowError> {
        let Some(newest) = self.newest_event_behind(account, now)? else { return Ok(false) };
        let event = Event::ClockAccepted { was_ahead_until: newest };
        self.record(&account_chain(&account.id), now, &event)?;
        Ok(true)
    }

    /// Lets `latest` of the account point to the newest week that has begun.
    ///
    /// # Errors
    /// Those of the outbox.
    pub fn point_latest(&self, account: &Account, now: Instant) -> Result<(), WorkflowError> {
        Ok(self.workspace.outbox().refresh_latest(&account.id, today(account, now))?)
    }

    /// The time of the newest event, where the clock is behind it.
    pub(super) fn newest_event_behind(
        &mut self,
        account: &Account,
        now: Instant,
    ) -> Result<Option<Instant>, WorkflowError> {
        let chain = self.chain(&account_chain(&account.id), now)?;
        let newest = chain.journal.newest_time()?;
        Ok(newest.filter(|newest| is_behind(now, *newest)))
    }
}
