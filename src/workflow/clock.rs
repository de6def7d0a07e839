//! Whether the clock can be believed: one that is behind what the account's audit log already tells
//! of would decide the wrong week, or stamp its decision with a time that was.

use chrono::Duration;

use super::{Unit, WorkflowError, account_chain};
use crate::audit::Event;
use crate::domain::{Account, Instant};

/// How far behind the newest event a clock may be: as far as clocks are set right by small steps.
const BEHIND_MAX: Duration = Duration::minutes(5);

impl Unit<'_> {
    /// Refuses to go on where the clock says `now` and the account's audit log tells of a later
    /// time.
    pub(super) fn check_clock(
        &mut self,
        account: &Account,
        now: Instant,
    ) -> Result<(), WorkflowError> {
        match self.newest_event_behind(account, now)? {
            None => Ok(()),
            Some(newest) => {
                Err(WorkflowError::ClockBehind { account: account.id.to_string(), now, newest })
            }
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

    /// The time of the newest event, where the clock is behind it.
    fn newest_event_behind(
        &mut self,
        account: &Account,
        now: Instant,
    ) -> Result<Option<Instant>, WorkflowError> {
        let chain = self.chain(&account_chain(&account.id), now)?;
        let newest = chain.journal.newest_time()?;
        Ok(newest.filter(|newest| *newest - now > BEHIND_MAX))
    }
}
