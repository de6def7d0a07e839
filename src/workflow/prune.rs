//! Old originals and logs → gone, as `[retention]` says. Each removed original is in the audit log
//! before it goes, and none goes that a decision in the outbox, or the next one, may rest on.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::answer::HISTORY_WEEKS_MAX;
use super::{OpenChain, Unit, WorkflowError, Workspace, account_chain};
use crate::audit::{Event, Record};
use crate::domain::calendar::{day_of, minus_days};
use crate::domain::{Account, Day, Digest, Instant};
use crate::store::StoreError;
use crate::store::bundle::BundleName;
use crate::store::files;
use crate::store::holder::holder;
use crate::store::ledger::Original;
use crate::store::lock::Lock;

/// Weeks beyond the history that stay: a decision may be asked for the next week already.
const WEEKS_MORE: u32 = 2;

/// What was removed, or would be.
#[derive(Debug, Default)]
pub struct Pruned {
    /// Originals, by their paths below the archive.
    pub originals: Vec<String>,
    /// Old originals that stay, since a decision rests on them or may.
    pub needed: usize,
    /// Log files, by name.
    pub logs: Vec<String>,
}

impl Workspace {
    /// Removes what `[retention]` no longer keeps; with `dry_run` nothing, and says what it would.
    /// `begin` begins a unit of work for each account, however it waits for the work of others.
    pub fn prune<'w>(
        &'w self,
        now: Instant,
        dry_run: bool,
        begin: &dyn Fn() -> Result<Unit<'w>, WorkflowError>,
    ) -> Result<Pruned, WorkflowError> {
        // A backup copies originals outside of the lock of a unit of work.
        let _alone = self.retention_alone()?;
        let mut pruned = Pruned::default();
        if self.config.retention.archive_years.is_some() {
            for account in &self.config.accounts {
                let mut unit = begin()?;
                unit.prune_account(account, now, dry_run, &mut pruned)?;
            }
        }
        pruned.logs = self.prune_logs(now, dry_run)?;
        Ok(pruned)
    }

    /// The lock of what must not be done twice at one time: a backup, or a removal of old originals.
    pub(super) fn retention_alone(&self) -> Result<Lock, StoreError> {
        self.places.create_own()?;
        let path = self.places.state().retention_lock();
        match Lock::try_acquire(&path)? {
            Some(lock) => {
                lock.note();
                Ok(lock)
            }
            None => Err(already_runs(path)),
        }
    }

    fn prune_logs(&self, now: Instant, dry_run: bool) -> Result<Vec<String>, WorkflowError> {
        let oldest = minus_days(now.date_naive(), u64::from(self.config.retention.log_days));
        let logs = &self.config.paths.logs;
        let mut removed = Vec::new();
        let found = files::list(logs, "jsonl").map_err(|source| StoreError::Machine {
            what: "cannot look into the folder of the logs",
            path: logs.clone(),
            source,
        })?;
        for path in found {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if day_of_log(&name).is_some_and(|day| day < oldest) {
                if !dry_run {
                    files::remove(&path)?;
                }
                removed.push(name);
            }
        }
        Ok(removed)
    }
}

fn already_runs(path: PathBuf) -> StoreError {
    let who = holder(&path).map_or_else(String::new, |holder| format!(" ({holder})"));
    StoreError::Refused {
        what: format!("a backup or prune is running{who}"),
        path,
        hint: "wait for it to end, then run this again".to_owned(),
    }
}

/// The day of a log file, `budgetd.<day>.jsonl`.
fn day_of_log(name: &str) -> Option<Day> {
    name.strip_prefix("budgetd.")?.strip_suffix(".jsonl")?.parse().ok()
}

impl Unit<'_> {
    fn prune_account(
        &mut self,
        account: &Account,
        now: Instant,
        dry_run: bool,
        pruned: &mut Pruned,
    ) -> Result<(), WorkflowError> {
        let Some(years) = self.workspace.config.retention.archive_years else { return Ok(()) };
        if !dry_run {
            self.ensure_recovered(account, now)?;
        }
        let today = day_of(now, account.time_zone);
        let keep_from = years_before(today, years);
        // What the next decision may look at.
        let history = account.week_of(today).back(HISTORY_WEEKS_MAX + WEEKS_MORE).first_day();
        let needed = self.needed(account)?;
        for original in self.ledger.originals(Some(&account.id))? {
            if original.last_day >= keep_from {
                continue;
            }
            if original.last_day >= history || needed.contains(&original.sha256) {
                pruned.needed += 1;
                continue;
            }
            self.stop_if_asked("the removal of old originals")?;
            if !dry_run {
                self.remove_original(account, &original, now)?;
            }
            pruned.originals.push(original.archived);
        }
        Ok(())
    }

    /// The digests of what the decisions rest on whose bundles are in the outbox.
    fn needed(&self, account: &Account) -> Result<BTreeSet<Digest>, WorkflowError> {
        let outbox = self.workspace.outbox();
        let mut needed = BTreeSet::new();
        for (bundle, inputs) in self.ledger.inputs_of_decisions(&account.id)? {
            let name = BundleName { week: bundle.week, revision: bundle.revision };
            if files::exists(&outbox.path(&account.id, name)) {
                needed.extend(inputs);
            }
        }
        Ok(needed)
    }

    fn remove_original(
        &mut self,
        account: &Account,
        original: &Original,
        now: Instant,
    ) -> Result<(), WorkflowError> {
        let chain = account_chain(&account.id);
        let event = Event::OriginalRemoved {
            archived: original.archived.clone(),
            sha256: original.sha256,
            last_day: original.last_day,
        };
        let head = self.announce(&chain, now, &event)?;
        self.take_out(&original.archived)?;
        Ok(self.ledger.set_chain_head(&chain, head)?)
    }

    /// Finishes removals that were recorded and interrupted. What is recorded besides is left to
    /// whoever finishes that.
    pub(super) fn finish_removals(
        &mut self,
        account: &Account,
        now: Instant,
    ) -> Result<(), WorkflowError> {
        for archived in self.chain(&account_chain(&account.id), now)?.announced_removals() {
            self.take_out(&archived)?;
        }
        let open = self.chain(&account_chain(&account.id), now)?;
        open.pending.retain(|record| removal_of(record).is_none());
        Ok(())
    }

    fn take_out(&mut self, archived: &str) -> Result<(), WorkflowError> {
        files::remove(&self.workspace.config.paths.archive.join(archived))?;
        Ok(self.ledger.forget_original(archived)?)
    }
}

impl OpenChain {
    fn announced_removals(&self) -> Vec<String> {
        self.pending.iter().filter_map(removal_of).collect()
    }
}

fn removal_of(record: &Record) -> Option<String> {
    match &record.event {
        Event::OriginalRemoved { archived, .. } => Some(archived.clone()),
        _ => None,
    }
}

fn years_before(day: Day, years: u32) -> Day {
    day.checked_sub_months(chrono::Months::new(12 * years)).unwrap_or(Day::MIN)
}
