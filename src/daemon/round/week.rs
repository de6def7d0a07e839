//! The week that is due in the turn of one account: decided, waited for, or left out and said so.

use std::time::Duration;

use tracing::warn;

use super::super::tell;
use super::memory::{Memory, Newest, Part, WeekStanding};
use super::turn::Round;
use crate::config::CatchUp;
use crate::domain::calendar::{day_of, instant_of};
use crate::domain::{Account, Grain, Instant, Week};
use crate::workflow::{Due, MissedWeek, WeekOutcome, WeekRequest, WorkflowError, due, next_run};

/// How often a week that waits is tried again where no file came in here: an `ingest` beside the
/// daemon, a mended key.
const ASK_AGAIN: Duration = Duration::from_mins(1);

impl Round<'_> {
    /// Decides the week that is due, if one is.
    pub(super) fn decide(
        &mut self,
        account: &Account,
        memory: &mut Memory,
        has_arrived: bool,
    ) -> Result<(), WorkflowError> {
        let Newest::Known(newest) = self.newest(account, memory)? else { return Ok(()) };
        let not_before = match self.workspace.config.schedule.catch_up {
            CatchUp::Latest => None,
            CatchUp::None => Some(start_of_day(account, self.started_at)),
        };
        if memory.nothing_due.as_ref().is_some_and(|times| times.contains(&self.now)) {
            return Ok(());
        }
        let Some(due) = due(account, self.now, newest, not_before) else {
            // Nothing becomes due before the next run. A clock that goes back is asked anew.
            memory.nothing_due = next_run(account, self.now).map(|(_, at)| self.now..at);
            memory.standing = WeekStanding::NothingDue;
            memory.ask_again = None;
            memory.well(account, Part::Week);
            return self.skip(account, memory, newest);
        };
        if !has_arrived && memory.ask_again.is_some_and(|at| self.monotonic < at) {
            return Ok(());
        }
        memory.due = Some(due.week);
        memory.ask_again = Some(self.monotonic + ASK_AGAIN);
        let request = self.request(&due);
        let (now, begun) = (self.now, std::time::Instant::now());
        let outcome = self.try_work(account, memory, Part::Week, |unit| {
            unit.recover_publication(account, now)?;
            unit.record_missed(account, &due.missed, now)?;
            match unit.run_week(account, &request) {
                Err(WorkflowError::Key(source)) => Ok(Err(source)),
                other => other.map(Ok),
            }
        })?;
        self.telemetry.took("week", begun.elapsed());
        match outcome {
            None => {}
            Some(Err(source)) => {
                memory.standing = WeekStanding::CannotBeSigned;
                memory.trouble(account, Part::Week, &WorkflowError::Key(source));
            }
            Some(Ok(outcome)) => {
                memory.well(account, Part::Week);
                self.remember(memory, account, outcome);
            }
        }
        Ok(())
    }

    /// The newest published week as far as this daemon knows. A `decide` beside the daemon may have published since: `run_week` then says so.
    fn newest(&mut self, account: &Account, memory: &mut Memory) -> Result<Newest, WorkflowError> {
        if matches!(memory.newest, Newest::NotLookedUp) {
            let now = self.now;
            let looked_up = self.work(account, memory, Part::Week, |unit| {
                unit.recover_publication(account, now)?;
                let newest = unit.ledger().newest_publication(&account.id, None)?;
                let days = unit.ledger().fact_days(&account.id, Grain::Day)?;
                Ok((newest.map(|publication| publication.week), days))
            })?;
            if let Some((newest, days)) = looked_up {
                memory.newest_day = memory.newest_day.max(days.map(|(_, last)| last));
                memory.newest = Newest::Known(newest);
            }
        }
        Ok(memory.newest)
    }

    /// Where nothing is caught up, what is left out is recorded as missed and said, once.
    fn skip(
        &mut self,
        account: &Account,
        memory: &mut Memory,
        newest: Option<Week>,
    ) -> Result<(), WorkflowError> {
        if memory.is_skip_told || newest.is_none() {
            return Ok(());
        }
        memory.is_skip_told = true;
        let Some(skipped) = due(account, self.now, newest, None) else { return Ok(()) };
        let mut missed = skipped.missed;
        missed.push(MissedWeek { week: skipped.week, scheduled_at: skipped.scheduled_at });
        let now = self.now;
        self.work(account, memory, Part::Week, |unit| unit.record_missed(account, &missed, now))?;
        warn!(
            account = account.id.as_str(),
            week = %skipped.week,
            "missed; [schedule] catch_up = \"none\" leaves it to `budgetd decide`"
        );
        Ok(())
    }

    fn request(&self, due: &Due) -> WeekRequest {
        WeekRequest {
            week: Some(due.week),
            stated_at: self.now,
            now: self.now,
            dry_run: false,
            revise: None,
            caught_up_from: (due.scheduled_at < self.started_at).then_some(due.scheduled_at),
        }
    }

    fn remember(&self, memory: &mut Memory, account: &Account, outcome: WeekOutcome) {
        match outcome {
            WeekOutcome::Published(published) => {
                tell::published(account, &published);
                self.telemetry.published(&account.id, &published);
                tell::hooks_of_published(self.hooks, account, &published);
                decided(memory, published.decision.week);
            }
            WeekOutcome::AlreadyDecided { week, .. } => decided(memory, week),
            WeekOutcome::Previewed(_) => {}
            WeekOutcome::Waiting { week, missing, holds_from } => {
                memory.standing = WeekStanding::WaitsForData;
                let until_hold = holds_from.and_then(|from| (from - self.now).to_std().ok());
                let pause = until_hold.map_or(ASK_AGAIN, |until| until.min(ASK_AGAIN));
                memory.ask_again = Some(self.monotonic + pause);
                let text = format!("{week} {missing:?} {holds_from:?}");
                memory.say(text, |_| tell::waiting(account, week, &missing, holds_from));
            }
        }
    }
}

fn decided(memory: &mut Memory, week: Week) {
    memory.newest = Newest::Known(Some(week));
    memory.nothing_due = None;
    memory.standing = WeekStanding::NothingDue;
    memory.ask_again = None;
    memory.said = None;
}

/// A restart on the day of a run does not lose the run, even where nothing is caught up.
fn start_of_day(account: &Account, at: Instant) -> Instant {
    let zone = account.time_zone;
    instant_of(day_of(at, zone), chrono::NaiveTime::MIN, zone)
}
