//! The turn of one account in a round: look into its drop folder, take what has settled, decide what
//! is due. What its senders can do to it is its own trouble and no other's.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::super::hints::Hints;
use super::super::hooks::Hooks;
use super::super::tell;
use super::super::waits::Waits;
use super::memory::{Memory, Part};
use crate::api::Telemetry;
use crate::domain::{Account, Instant};
use crate::store::StoreError;
use crate::store::inbox::{Candidate, DropFolder, Ignored, Late, Scan};
use crate::store::ledger::RefusedLately;
use crate::workflow::{
    FileAnswer, Grown, TakenFile, Unit, WorkflowError, Workspace, clock_behind, is_behind,
};

/// How long a unit of work goes on from account to account before the lock is given up for others.
const UNIT_LASTS: Duration = Duration::from_secs(1);

/// One round, with the unit of work that it may need.
pub(super) struct Round<'w> {
    pub(super) workspace: &'w Workspace,
    pub(super) waits: &'w Waits<'w>,
    pub(super) started_at: Instant,
    pub(super) now: Instant,
    pub(super) monotonic: std::time::Instant,
    pub(super) telemetry: &'w Arc<Telemetry>,
    pub(super) hooks: &'w Hooks,
    pub(super) unit: Option<(Unit<'w>, std::time::Instant)>,
}

impl<'w> Round<'w> {
    /// Serves one account; whether a file is settling.
    pub(super) fn serve(
        &mut self,
        account: &Account,
        memory: &mut Memory,
        hints: &mut Hints,
    ) -> Result<bool, WorkflowError> {
        if self.waits.interrupt.is_set() {
            return Err(WorkflowError::Interrupted { what: "a round".to_owned() });
        }
        self.telemetry.beat();
        let believes = self.believes_the_clock(account, memory);
        let path = self.workspace.places.drop_folder(&account.id);
        let (mut settling, mut has_arrived) = (false, false);
        let quiet = Duration::from_secs(self.workspace.config.inbox.quiet_seconds);
        match self.look(account, memory, hints) {
            Ok(looked) => {
                memory.well(account, Part::DropFolder);
                memory.looked_into(account, looked.id);
                let ready = self.workspace.config.inbox.ready;
                let scan = &looked.scan;
                let settled = memory.settler.ready(scan, self.monotonic, quiet, ready);
                let waiting =
                    scan.candidates.iter().filter(|file| file.waits_for(ready).is_some()).count();
                let unseen = scan.candidates_total > scan.candidates.len() as u64;
                settling = unseen && !settled.is_empty()
                    || settled.len() + waiting < scan.candidates.len();
                settling |= !looked.late.is_empty() || !looked.grown.is_empty();
                if believes {
                    has_arrived = self.take(account, memory, &looked, &settled)?;
                }
            }
            Err(trouble) => {
                hints.forget(&path);
                memory.trouble(account, Part::DropFolder, &trouble.into());
            }
        }
        if believes {
            self.decide(account, memory, has_arrived)?;
        }
        if self.unit.is_some() {
            // What was added by ourselves is no news.
            memory.reach = self.workspace.audit_reach(account, memory.reach).ok();
        }
        Ok(settling)
    }

    /// Looks into the drop folder, and for what was written to after it was taken or refused.
    fn look(
        &self,
        account: &Account,
        memory: &mut Memory,
        hints: &mut Hints,
    ) -> Result<Looked, StoreError> {
        let mut looked = look(self.workspace, account, hints)?;
        looked.late = looked.folder.late(self.now)?;
        looked.grown = memory.grown(&looked.folder, self.now)?;
        Ok(looked)
    }

    /// Whether the clock is not behind what the account's audit log tells of. A log that can't be read
    /// is told of by whoever writes to it.
    fn believes_the_clock(&self, account: &Account, memory: &mut Memory) -> bool {
        let Ok(reach) = self.workspace.audit_reach(account, memory.reach) else { return true };
        let before = memory.reach.replace(reach);
        if before.is_some_and(|before| before != reach) {
            // Another process was at work: an operator may have decided a week, or set the clock right.
            memory.nothing_due = None;
        }
        if let Some(newest) = reach.newest.filter(|newest| is_behind(self.now, *newest)) {
            memory.trouble(account, Part::Clock, &clock_behind(account, self.now, newest));
            return false;
        }
        if memory.troubles.contains_key(&Part::Clock) {
            memory.well(account, Part::Clock);
            (memory.nothing_due, memory.ask_again) = (None, None);
        }
        let since = memory.serves_since.unwrap_or(self.started_at);
        memory.serves_since = Some(since.min(self.now));
        true
    }

    /// Takes what has settled; whether anything came in.
    fn take(
        &mut self,
        account: &Account,
        memory: &mut Memory,
        looked: &Looked,
        settled: &[Candidate],
    ) -> Result<bool, WorkflowError> {
        let shown = looked.scan.shown(self.now);
        let fresh: Vec<Ignored> =
            shown.iter().filter(|object| !memory.noted.contains(object)).cloned().collect();
        let must_recover = !memory.recovered
            || looked.has_claims
            || !settled.is_empty()
            || !looked.late.is_empty()
            || !looked.grown.is_empty();
        if !must_recover && fresh.is_empty() {
            memory.noted = shown.into_iter().collect();
            memory.forget_room(account, &looked.scan);
            return Ok(false);
        }
        let now = self.now;
        let mut has_arrived = false;
        let told_before = std::mem::take(&mut memory.without_room);
        let mut without_room = BTreeSet::new();
        let mut lacking = None;
        let (hooks, telemetry, begun) = (self.hooks, self.telemetry, std::time::Instant::now());
        let mut newest_day = memory.newest_day;
        let mut refused = memory.refused.take();
        let mut has_refused = refused.is_none();
        let mut left = std::mem::take(&mut memory.left);
        let taken = self.try_work(account, memory, Part::Files, |unit| {
            for object in unit.note_ignored(account, &fresh, now)? {
                tell::ignored(account, &object);
            }
            if !must_recover {
                return Ok(());
            }
            let mut done = |file: &TakenFile| {
                if let FileAnswer::NoRoom { why } = &file.answer {
                    lacking.get_or_insert_with(|| format!("{} waits for room: {why}", file.name));
                    if !told_before.contains(&file.name) {
                        tell::file(account, file);
                    }
                    without_room.insert(file.name.clone());
                    return;
                }
                has_arrived = true;
                has_refused |= matches!(file.answer, FileAnswer::Refused { .. });
                tell::file(account, file);
                telemetry.file(&account.id, file);
                tell::hooks_of_file(hooks, account, file);
                if let FileAnswer::Accepted { report, .. } = &file.answer {
                    newest_day = newest_day.max(Some(report.last_day));
                }
            };
            unit.recover(account, now, now, &mut done)?;
            for name in unit.return_late(account, &looked.folder, &looked.late, now, &mut done)? {
                tell::came_back(account, &name);
            }
            for grown in &looked.grown {
                let became = unit.return_refused(&looked.folder, grown)?;
                tell::grown(account, grown, became);
                if matches!(became, Grown::Left | Grown::Another) {
                    left.insert(grown.file.file.claim.clone());
                }
            }
            unit.take_candidates(account, &looked.folder, settled, now, now, &mut done)?;
            refused = Some(match refused.take() {
                Some(known) if !has_refused => known,
                _ => unit.refused_lately(account, now)?,
            });
            Ok(())
        })?;
        if taken.is_none() || !without_room.is_empty() {
            // What is kept holds room, and it may be what is lacking.
            drop(looked.folder.discard_kept());
        }
        if has_arrived {
            telemetry.took("files", begun.elapsed());
        }
        memory.newest_day = newest_day;
        memory.recovered = taken.is_some();
        memory.refused = refused.filter(|_| taken.is_some());
        memory.left = left;
        memory.without_room = without_room;
        if taken.is_some() {
            memory.noted = shown.into_iter().collect();
            match lacking {
                Some(text) => {
                    memory.no_room(account, text, &self.workspace.places.state().staging());
                }
                None => memory.well(account, Part::Files),
            }
        }
        Ok(has_arrived)
    }

    /// As [`Round::try_work`]; and where it was done, the part is well.
    pub(super) fn work<T>(
        &mut self,
        account: &Account,
        memory: &mut Memory,
        part: Part,
        work: impl FnOnce(&mut Unit<'w>) -> Result<T, WorkflowError>,
    ) -> Result<Option<T>, WorkflowError> {
        let done = self.try_work(account, memory, part, work)?;
        if done.is_some() {
            memory.well(account, part);
        }
        Ok(done)
    }

    /// Does `work` in the round's unit of work. `None`: it failed for reasons that are the
    /// account's own, or there is no room, which is said; the next begins afresh.
    pub(super) fn try_work<T>(
        &mut self,
        account: &Account,
        memory: &mut Memory,
        part: Part,
        work: impl FnOnce(&mut Unit<'w>) -> Result<T, WorkflowError>,
    ) -> Result<Option<T>, WorkflowError> {
        match self.unit().and_then(work) {
            Ok(answer) => Ok(Some(answer)),
            Err(trouble) if is_full(&trouble) || self.is_of_the_account(account, &trouble) => {
                // What a failed unit of work holds in memory may be half done; the next reads it
                // from the disk, as after a restart.
                self.unit = None;
                memory.trouble(account, part, &trouble);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn unit(&mut self) -> Result<&mut Unit<'w>, WorkflowError> {
        let unit = if let Some(unit) = self.unit.take() {
            unit
        } else {
            let mut unit = self.waits.begin()?;
            // A file of millions of rows is life, too.
            let telemetry = self.telemetry.clone();
            unit.watch(Box::new(move |_| telemetry.beat()));
            unit.keep_originals();
            (unit, std::time::Instant::now())
        };
        Ok(&mut self.unit.insert(unit).0)
    }

    /// Whether `trouble` comes from what the account's senders can do to their folder, or is over once
    /// a person has set something right.
    fn is_of_the_account(&self, account: &Account, trouble: &WorkflowError) -> bool {
        match trouble {
            WorkflowError::Store(StoreError::Refused { .. })
            | WorkflowError::ClockBehind { .. } => true,
            WorkflowError::Store(StoreError::Machine { path, .. }) => {
                path.starts_with(self.workspace.places.drop_folder(&account.id))
            }
            _ => false,
        }
    }

    /// Lets a command that waits for the lock have its turn.
    pub(super) fn give_way(&mut self) {
        if self.unit.as_ref().is_some_and(|(_, begun)| begun.elapsed() >= UNIT_LASTS) {
            self.unit = None;
        }
    }
}

/// Whether there was no room: what waits is tried again, and nothing has to be started anew.
const fn is_full(trouble: &WorkflowError) -> bool {
    matches!(trouble, WorkflowError::Store(StoreError::Full { .. }))
}

/// A look into a drop folder.
struct Looked {
    folder: DropFolder,
    id: (u64, u64),
    scan: Scan,
    /// Whether files are claimed and not done with: a killed `ingest` leaves them.
    has_claims: bool,
    /// What was written to after it was taken.
    late: Vec<Late>,
    /// What seems to have been written to after it was refused.
    grown: Vec<RefusedLately>,
}

/// Looks into the drop folder of an account and takes nothing.
pub(super) fn look_only(
    workspace: &Workspace,
    account: &Account,
    memory: &mut Memory,
    hints: &mut Hints,
) {
    match look(workspace, account, hints) {
        Ok(looked) => {
            memory.well(account, Part::DropFolder);
            memory.looked_into(account, looked.id);
        }
        Err(trouble) => memory.trouble(account, Part::DropFolder, &trouble.into()),
    }
}

fn look(workspace: &Workspace, account: &Account, hints: &mut Hints) -> Result<Looked, StoreError> {
    let folder = workspace.drop_folder_that_is_there(account)?;
    // Watched first: what comes in after the scan rings.
    hints.keep(&folder);
    let id = folder.device_and_inode()?;
    let scan = folder.scan(&[])?;
    let has_claims = !folder.claimed()?.is_empty();
    Ok(Looked { folder, id, scan, has_claims, late: Vec::new(), grown: Vec::new() })
}
