//! The week that is due in the turn of one account: decided, waited for, or left out and said so.

use std::time::Duration;

use tracing::warn;

use super::super::tell;
use super::memory::{Memory, Part, WeekStanding};
use super::shown;
use super::turn::Round;
use crate::config::CatchUp;
use crate::domain::calendar::{day_of, instant_of};
use crate::domain::{Account, Grain, Instant, Week};
use crate::workflow::{
    Due, Run, WeekOutcome, WeekRequest, WorkflowError, due, latest_run, next_run,
};

/// How often a week that waits is tried again where no file came in here: an `ingest` beside the
/// daemon, a mended key.
const ASK_AGAIN: Duration = Duration::from_mins(1);

/// What the ledger knows of an account.
struct LookedUp {
    /// The newest published week of those up to that of the latest run.
    newest: Option<Week>,
}

impl Round<'_> {
    /// Decides the week that is due, if one is.
    pub(super) fn decide(
        &mut self,
        account: &Account,
        memory: &mut Memory,
        has_arrived: bool,
    ) -> Result<(), WorkflowError> {
        if memory.nothing_due.as_ref().is_some_and(|times| times.contains(&self.now))
            || !has_arrived && memory.ask_again.is_some_and(|at| self.monotonic < at)
        {
            return Ok(());
        }
        memory.ask_again = Some(self.monotonic + ASK_AGAIN);
        let run = latest_run(account, self.now);
        let Some(LookedUp { newest }) = self.look_up(account, memory, run)? else {
            return Ok(());
        };
        let since = memory.serves_since.unwrap_or(self.started_at);
        let not_before = match self.workspace.config.schedule.catch_up {
            CatchUp::Latest => None,
            CatchUp::None => Some(start_of_day(account, since)),
        };
        let Some(due) = run.and_then(|run| due(account, run, newest, not_before)) else {
            // Nothing becomes due before the next run. A clock that goes back is asked anew.
            memory.nothing_due = next_run(account, self.now).map(|(_, at)| self.now..at);
            memory.standing = WeekStanding::NothingDue;
            memory.ask_again = None;
            memory.well(account, Part::Week);
            return self.skip(account, memory, run, newest);
        };
        memory.due = Some(due.week);
        let request = self.request(&due, since);
        let (now, begun) = (self.now, std::time::Instant::now());
        let outcome = self.try_work(account, memory, Part::Week, |unit| {
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

    /// What was published up to the week of `run`. Weeks that were decided before their time are said.
    /// `None`: it can't be looked up, which is said.
    fn look_up(
        &mut self,
        account: &Account,
        memory: &mut Memory,
        run: Option<Run>,
    ) -> Result<Option<LookedUp>, WorkflowError> {
        let (now, workspace) = (self.now, self.workspace);
        let is_first = memory.newest_day.is_none();
        let looked_up = self.try_work(account, memory, Part::Week, |unit| {
            unit.recover_publication(account, now)?;
            let ledger = unit.ledger();
            let until = run.map(|run| run.week.forward(1));
            let newest = ledger.newest_publication(&account.id, until)?;
            let days = if is_first { ledger.fact_days(&account.id, Grain::Day)? } else { None };
            let early = workspace.early_weeks(ledger, account, now)?;
            if !early.is_empty()
                && let Err(trouble) = unit.point_latest(account, now)
            {
                let (account, error) = (account.id.as_str(), shown(&trouble));
                warn!(
                    account,
                    error, "`latest` could not be pointed to the newest week that has begun"
                );
            }
            Ok((newest.map(|publication| publication.week), days, early))
        })?;
        let Some((newest, days, early)) = looked_up else { return Ok(None) };
        memory.newest_day = memory.newest_day.max(days.map(|(_, last)| last));
        memory.early(account, &early);
        Ok(Some(LookedUp { newest }))
    }

    /// Where nothing is caught up, what is left out is recorded as missed and said, once.
    fn skip(
        &mut self,
        account: &Account,
        memory: &mut Memory,
        run: Option<Run>,
        newest: Option<Week>,
    ) -> Result<(), WorkflowError> {
        if memory.is_skip_told || newest.is_none() {
            return Ok(());
        }
        memory.is_skip_told = true;
        let skipped = run.and_then(|run| due(account, run, newest, None));
        let Some(skipped) = skipped else { return Ok(()) };
        let mut missed = skipped.missed;
        missed.push(Run { week: skipped.week, scheduled_at: skipped.scheduled_at });
        let now = self.now;
        self.work(account, memory, Part::Week, |unit| unit.record_missed(account, &missed, now))?;
        warn!(
            account = account.id.as_str(),
            week = %skipped.week,
            "missed; [schedule] catch_up = \"none\" leaves it to `budgetd decide`"
        );
        Ok(())
    }

    fn request(&self, due: &Due, since: Instant) -> WeekRequest {
        WeekRequest {
            week: Some(due.week),
            stated_at: self.now,
            now: self.now,
            dry_run: false,
            revise: None,
            caught_up_from: (due.scheduled_at < since).then_some(due.scheduled_at),
        }
    }

    fn remember(&self, memory: &mut Memory, account: &Account, outcome: WeekOutcome) {
        match outcome {
            WeekOutcome::Published(published) => {
                tell::published(account, &published);
                self.telemetry.published(&account.id, &published);
                tell::hooks_of_published(self.hooks, account, &published);
                decided(memory);
            }
            WeekOutcome::AlreadyDecided { .. } => decided(memory),
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

fn decided(memory: &mut Memory) {
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
