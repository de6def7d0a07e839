//! One round of the worker: look into every drop folder, take what has settled, decide what is
//! due. A drop folder that can't be read is said and survived; our own state that can't be is not.

use std::collections::BTreeMap;
use std::time::Duration;

use tracing::{error, info, warn};

use super::DaemonError;
use crate::config::CatchUp;
use crate::domain::calendar::{day_of, instant_of};
use crate::domain::{Account, AccountId, Instant};
use crate::store::StoreError;
use crate::store::inbox::{Candidate, DropFolder, Scan, Settler};
use crate::workflow::{
    Due, FileAnswer, Interrupt, TakenFile, Unit, WeekOutcome, WeekRequest, WorkflowError,
    Workspace, due,
};

/// What the worker remembers from round to round.
pub struct Rounds<'w> {
    workspace: &'w Workspace,
    interrupt: &'w Interrupt,
    started_at: Instant,
    accounts: BTreeMap<AccountId, Memory>,
}

/// What the worker remembers of one account.
#[derive(Default)]
struct Memory {
    settler: Settler,
    recovered: bool,
    said: Option<String>,
    trouble: Option<String>,
    waiting: bool,
}

impl<'w> Rounds<'w> {
    /// Nothing seen yet.
    pub fn new(workspace: &'w Workspace, interrupt: &'w Interrupt, started_at: Instant) -> Self {
        let accounts = workspace
            .config
            .accounts
            .iter()
            .map(|account| (account.id.clone(), Memory::default()))
            .collect();
        Self { workspace, interrupt, started_at, accounts }
    }

    /// Serves every account once. Returns how long to pause at most, where a file is settling.
    pub fn round(
        &mut self,
        now: Instant,
        monotonic: std::time::Instant,
    ) -> Result<Option<Duration>, DaemonError> {
        let mut pause = None;
        let workspace = self.workspace;
        let mut unit = workspace.begin(self.interrupt)?;
        for account in &workspace.config.accounts {
            if self.interrupt.is_set() {
                return Ok(None);
            }
            let settling = match self.serve(&mut unit, account, now, monotonic) {
                Err(DaemonError::Work(WorkflowError::Interrupted { .. })) => return Ok(None),
                other => other?,
            };
            if settling {
                pause = Some(Duration::from_secs(1));
            }
        }
        Ok(pause)
    }

    /// What systemd shows.
    pub fn status_line(&self) -> String {
        let trouble: Vec<&str> =
            self.accounts.values().filter_map(|memory| memory.trouble.as_deref()).collect();
        if let Some(first) = trouble.first() {
            return (*first).to_owned();
        }
        let waiting = self.accounts.values().filter(|memory| memory.waiting).count();
        match waiting {
            0 => format!("{} accounts, nothing due", self.accounts.len()),
            count => format!("{} accounts, {count} wait for data", self.accounts.len()),
        }
    }

    /// Returns whether a file is settling.
    fn serve(
        &mut self,
        unit: &mut Unit<'_>,
        account: &Account,
        now: Instant,
        monotonic: std::time::Instant,
    ) -> Result<bool, DaemonError> {
        let workspace = self.workspace;
        let quiet = Duration::from_secs(workspace.config.inbox.quiet_seconds);
        let memory = self.accounts.get_mut(&account.id).expect("every account has a memory");
        let mut has_claims = false;
        let (scan, settled) = match look(workspace, account) {
            Ok((scan, claims)) => {
                has_claims = claims;
                if memory.trouble.take().is_some() {
                    info!(account = %account.id, "the drop folder can be read again");
                }
                let settled = memory.settler.settled(&scan, monotonic, quiet);
                (Some(scan), settled)
            }
            Err(trouble) => {
                let text = format!("account {}: {trouble}", account.id);
                if memory.trouble.as_ref() != Some(&text) {
                    error!(account = %account.id, error = %trouble, "the drop folder can't be read");
                    memory.trouble = Some(text);
                }
                (None, Vec::new())
            }
        };
        let waiting_files = scan.as_ref().map_or(0, |scan| scan.candidates.len());
        let settling = settled.len() < waiting_files;
        // Another program may have been killed with a file in its hands since the last round.
        if !memory.recovered || !settled.is_empty() || has_claims {
            unit.recover(account, now, now, &mut |file| log_file(account, file))?;
            memory.recovered = true;
        }
        if let Some(scan) = &scan {
            take(unit, account, workspace, scan, &settled, now)?;
        }
        self.decide(unit, account, now)?;
        Ok(settling)
    }

    fn decide(
        &mut self,
        unit: &mut Unit<'_>,
        account: &Account,
        now: Instant,
    ) -> Result<(), DaemonError> {
        let memory = self.accounts.get_mut(&account.id).expect("every account has a memory");
        let not_before = match self.workspace.config.schedule.catch_up {
            CatchUp::Latest => None,
            CatchUp::None => Some(start_of_day(account, self.started_at)),
        };
        let newest = unit.ledger().newest_publication(&account.id, None)?;
        let newest = newest.map(|publication| publication.week);
        let Some(due) = due(account, now, newest, not_before) else {
            memory.waiting = false;
            return Ok(());
        };
        unit.record_missed(account, &due.missed, now)?;
        let request = request(&due, self.started_at, now);
        let outcome = match unit.run_week(account, &request) {
            Err(WorkflowError::Key(source)) => {
                say(memory, format!("nothing can be signed: {source}"), |text| {
                    error!(account = %account.id, week = %due.week, error = text, "not published");
                });
                memory.waiting = true;
                return Ok(());
            }
            other => other?,
        };
        memory.waiting = matches!(outcome, WeekOutcome::Waiting { .. });
        log_outcome(memory, account, &outcome);
        Ok(())
    }
}

fn request(due: &Due, started_at: Instant, now: Instant) -> WeekRequest {
    WeekRequest {
        week: Some(due.week),
        stated_at: now,
        now,
        dry_run: false,
        revise: None,
        caught_up_from: (due.scheduled_at < started_at).then_some(due.scheduled_at),
    }
}

/// A restart on the day of a run does not lose the run, even where nothing is caught up.
fn start_of_day(account: &Account, at: Instant) -> Instant {
    let zone = account.time_zone;
    instant_of(day_of(at, zone), chrono::NaiveTime::MIN, zone)
}

/// What waits in the drop folder of `account`, and whether claims are left there: nobody is at
/// work on one, since this unit of work holds the lock.
fn look(workspace: &Workspace, account: &Account) -> Result<(Scan, bool), StoreError> {
    let folder = DropFolder::open(&workspace.places.drop_folder(&account.id), false)?;
    let has_claims = !folder.claimed()?.is_empty();
    Ok((folder.scan(&[])?, has_claims))
}

fn take(
    unit: &mut Unit<'_>,
    account: &Account,
    workspace: &Workspace,
    scan: &Scan,
    settled: &[Candidate],
    now: Instant,
) -> Result<(), DaemonError> {
    for object in unit.note_ignored(account, &scan.ignored, now)? {
        warn!(account = %account.id, name = object.name, kind = object.kind.code(), "left alone");
    }
    if settled.is_empty() {
        return Ok(());
    }
    let folder = DropFolder::open(&workspace.places.drop_folder(&account.id), false)?;
    unit.take_candidates(account, &folder, settled, now, now, &mut |file| log_file(account, file))?;
    Ok(())
}

fn log_file(account: &Account, file: &TakenFile) {
    let (account, name) = (account.id.as_str(), file.name.as_str());
    match &file.answer {
        FileAnswer::Accepted { report, replaced } => info!(
            account, name, rows = report.rows, replaced,
            first_day = %report.first_day, last_day = %report.last_day, "accepted"
        ),
        FileAnswer::Duplicate { report } => info!(account, name, rows = report.rows, "duplicate"),
        FileAnswer::Refused { rejection, answer } => {
            let first = rejection.faults.first().map(ToString::to_string).unwrap_or_default();
            warn!(account, name, faults = rejection.faults_total, first, answer, "refused");
        }
        FileAnswer::Finished => info!(account, name, "an earlier run's answer is in place"),
        FileAnswer::Changed => info!(account, name, "still being written"),
        FileAnswer::Ignored { kind } => warn!(account, name, kind, "left alone"),
    }
}

fn log_outcome(memory: &mut Memory, account: &Account, outcome: &WeekOutcome) {
    let id = account.id.as_str();
    match outcome {
        WeekOutcome::Published(published) => {
            memory.said = None;
            let decision = &published.decision;
            let vetoes: Vec<&str> =
                decision.vetoes.iter().map(|veto| veto.channel.as_str()).collect();
            info!(
                account = id, week = %decision.week, revision = decision.revision,
                outcome = if decision.held.is_some() { "held" } else { "decided" },
                hold = decision.held.as_ref().map(crate::rules::HoldReason::code),
                vetoes = ?vetoes, folder = %published.folder.display(), "published"
            );
        }
        WeekOutcome::Waiting { week, missing, holds_from } => {
            let text = format!("{week} {missing:?} {holds_from:?}");
            let channels: Vec<&str> =
                missing.iter().map(|missing| missing.channel.as_str()).collect();
            let days: usize =
                missing.iter().map(|missing| missing.absent.len() + missing.early.len()).sum();
            say(memory, text, |_| {
                warn!(
                    account = id, week = %week, channels = ?channels, days,
                    holds_from = holds_from.map(|at| at.to_rfc3339()), "waits for data"
                );
            });
        }
        WeekOutcome::AlreadyDecided { .. } | WeekOutcome::Previewed(_) => {}
    }
}

/// Says something once, until it changes.
fn say(memory: &mut Memory, text: String, log: impl FnOnce(&str)) {
    if memory.said.as_ref() != Some(&text) {
        log(&text);
        memory.said = Some(text);
    }
}
