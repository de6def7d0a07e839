//! Takes files: claim → private copy → check → ledger and archive → answer to the sender. A file
//! leaves the inbox only after its archived copy and its rows are durable, and each claim gets
//! exactly one answer, whatever is interrupted.

use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::{Interrupt, Unit, WorkflowError, account_chain};
use crate::audit::{Event, FileEvent};
use crate::domain::calendar::day_of;
use crate::domain::text::escape;
use crate::domain::{Account, DailyRow, Instant, Source};
use crate::ingest::{self, DailyReport, Limits, ReadError, Reading, Rejection, Stated};
use crate::report::{self, ReceiptInput, ReceiptOutcome};
use crate::store::inbox::{Candidate, Claimed, DropFolder, Ignored, Stage, Staged, new_claim_id};
use crate::store::ledger::{Changes, Ledger, NewFile};
use crate::store::{StoreError, archive};

/// How a file ended.
#[derive(Debug, Clone)]
pub enum FileAnswer {
    /// Its rows are in the ledger.
    Accepted {
        /// What it holds.
        report: DailyReport,
        /// (day, channel) pairs whose values it replaced.
        replaced: u64,
    },
    /// It states only what the ledger already believed.
    Duplicate {
        /// What it holds.
        report: DailyReport,
    },
    /// It was refused as a whole.
    Refused {
        /// Every fault.
        rejection: Rejection,
        /// Where the problems stand, below the drop folder.
        answer: String,
    },
    /// An earlier, interrupted run had decided on it; its answer is now in place.
    Finished,
    /// It changed while it was read, and waits in the inbox again.
    Changed,
    /// It is no regular file with one link; left alone.
    Ignored {
        /// What it is.
        kind: String,
    },
}

/// A file that was looked at.
#[derive(Debug, Clone)]
pub struct TakenFile {
    /// Its name in the inbox, escaped.
    pub name: String,
    /// How it ended.
    pub answer: FileAnswer,
}

/// Bounds on what is read.
pub fn ingest_settings() -> Limits {
    Limits::default()
}

/// What the inbox would say of the file at `path`, without moving or recording anything. Doubles
/// within the file are found by a ledger in memory.
pub fn validate(account: &Account, path: &Path, now: Instant) -> Result<Reading, WorkflowError> {
    let mut ledger = Ledger::in_memory()?;
    let file = crate::store::inbox::open_for_reading(path)?;
    let mut take = ledger.begin_take(account, "validate", now)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let context = context(account, &name, now);
    let interrupt = Interrupt::default();
    read(BufReader::with_capacity(READ_BYTES, file), &context, &interrupt, path, &mut |row| take.state(row))
}

/// Read in pieces of this size: large enough that system calls don't count, small enough for caches.
const READ_BYTES: usize = 256 * 1024;

/// How many rows go by between two looks at the interrupt.
const ROWS_PER_LOOK: u64 = 4096;

impl Unit<'_> {
    /// The drop folder of an account.
    pub fn drop_folder(&self, account: &Account) -> Result<DropFolder, WorkflowError> {
        let path = self.workspace.layout.drop_folder(&account.id);
        Ok(DropFolder::open(&path, true)?)
    }

    /// Claims and takes `candidates` in their order.
    pub fn take_candidates(
        &mut self,
        account: &Account,
        folder: &DropFolder,
        candidates: &[Candidate],
        arrived_at: Instant,
        now: Instant,
        done: &mut dyn FnMut(&TakenFile),
    ) -> Result<(), WorkflowError> {
        for candidate in candidates {
            self.stop_if_asked("the inbox")?;
            if let Some(claimed) = folder.claim(candidate, &new_claim_id())? {
                done(&self.take_claimed(account, folder, &claimed, arrived_at, now)?);
            }
        }
        Ok(())
    }

    /// Copies the file at `path` into the drop folder as a claim, and takes it.
    pub fn take_copy(
        &mut self,
        account: &Account,
        folder: &DropFolder,
        path: &Path,
        arrived_at: Instant,
        now: Instant,
    ) -> Result<TakenFile, WorkflowError> {
        let claimed = folder.claim_copy(path, &new_claim_id())?;
        self.take_claimed(account, folder, &claimed, arrived_at, now)
    }

    /// Records what is in a drop folder and is no file to take, once for each.
    pub fn note_ignored(
        &mut self,
        account: &Account,
        ignored: &[Ignored],
        now: Instant,
    ) -> Result<Vec<Ignored>, WorkflowError> {
        let mut fresh = Vec::new();
        for object in ignored {
            if self.ledger.note_ignored(&account.id, &object.name, &object.kind)? {
                let event =
                    Event::ObjectIgnored { name: object.name.clone(), kind: object.kind.clone() };
                self.record(&account_chain(&account.id), now, &event)?;
                fresh.push(object.clone());
            }
        }
        Ok(fresh)
    }

    /// Takes a claimed file, or finishes what an interrupted run began with it.
    pub(super) fn take_claimed(
        &mut self,
        account: &Account,
        folder: &DropFolder,
        claimed: &Claimed,
        arrived_at: Instant,
        now: Instant,
    ) -> Result<TakenFile, WorkflowError> {
        let name = escape(&claimed.name);
        if self.finish_answered(account, folder, claimed)? {
            return Ok(TakenFile { name, answer: FileAnswer::Finished });
        }
        let staging = self.workspace.layout.staging();
        let answer = match folder.stage(claimed, &staging, ingest_settings().bytes_max)? {
            Stage::Staged(staged) => {
                let answer = self.take_staged(account, folder, claimed, &staged, arrived_at, now)?;
                staged.discard()?;
                answer
            }
            Stage::Changed => {
                folder.unclaim(claimed)?;
                FileAnswer::Changed
            }
            Stage::NotRegular { kind } => {
                folder.unclaim(claimed)?;
                FileAnswer::Ignored { kind }
            }
        };
        Ok(TakenFile { name, answer })
    }

    /// If the ledger knows the claim, puts its answer in place again and removes the original.
    fn finish_answered(
        &mut self,
        account: &Account,
        folder: &DropFolder,
        claimed: &Claimed,
    ) -> Result<bool, WorkflowError> {
        let Some(record) = self.ledger.file_by_claim(&claimed.claim_id)? else { return Ok(false) };
        debug_assert_eq!(record.account, account.id);
        if record.is_refused() {
            folder.answer_refused(claimed, &record.answer_name, &record.answer)?;
        } else {
            folder.answer_accepted(&record.answer_name, &record.answer)?;
            folder.remove_claimed(claimed, &record.sha256)?;
        }
        Ok(true)
    }

    fn take_staged(
        &mut self,
        account: &Account,
        folder: &DropFolder,
        claimed: &Claimed,
        staged: &Staged,
        arrived_at: Instant,
        now: Instant,
    ) -> Result<FileAnswer, WorkflowError> {
        let chain = account_chain(&account.id);
        let open = self.chain(&chain)?;
        // An interrupted run may have recorded this claim already: it arrived when that run says.
        let arrived_at = open.recorded_arrival(&claimed.claim_id).unwrap_or(arrived_at);
        let context = context(account, &claimed.name, arrived_at);
        let file = FileFacts { account, claimed, staged, source: context.source, arrived_at, now };
        let open = self.chains.get_mut(&chain).expect("it was opened above");
        let mut take = self.ledger.begin_take(account, &claimed.claim_id, arrived_at)?;
        let reading = match staged.too_large {
            Some(limit) => Reading::Refused(Rejection::too_large(staged.bytes, limit)),
            None => {
                let input = BufReader::with_capacity(READ_BYTES, staged.open()?);
                read(input, &context, self.interrupt, &staged.path, &mut |row| take.state(row))?
            }
        };
        match reading {
            Reading::Refused(rejection) => {
                let answer = folder.choose_rejected_name(&claimed.name, &staged.digest)?;
                let problems = rejection.render(&claimed.name);
                let head = open.announce(now, &file.refused(&rejection))?;
                let record = file.record(None, &answer, &problems);
                take.refuse(&record, (&chain, head))?;
                folder.answer_refused(claimed, &answer, &problems)?;
                Ok(FileAnswer::Refused { rejection, answer: format!("rejected/{answer}") })
            }
            Reading::Taken(report) => {
                let changes = take.finish()?;
                let archived = archive::place(
                    &self.workspace.config.paths.archive,
                    &account.id,
                    report.first_day,
                    &claimed.name,
                    staged,
                )?;
                let head = open.announce(now, &file.taken(&report, &changes, &archived))?;
                let receipt = file.receipt(&report, &changes);
                let record = file.record(Some((&report, archived)), &claimed.name, &receipt);
                if changes.is_duplicate {
                    take.duplicate(&record, (&chain, head))?;
                } else {
                    take.accept(&record, (&chain, head))?;
                }
                folder.answer_accepted(&claimed.name, &receipt)?;
                folder.remove_claimed(claimed, staged)?;
                Ok(if changes.is_duplicate {
                    FileAnswer::Duplicate { report }
                } else {
                    FileAnswer::Accepted { report, replaced: changes.replaced }
                })
            }
        }
    }

    fn stop_if_asked(&self, what: &str) -> Result<(), WorkflowError> {
        stop_if_asked(self.interrupt, what)
    }
}

/// What is known of a file besides its rows.
struct FileFacts<'a> {
    account: &'a Account,
    claimed: &'a Claimed,
    staged: &'a Staged,
    source: &'a Source,
    arrived_at: Instant,
    now: Instant,
}

impl FileFacts<'_> {
    fn refused(&self, rejection: &Rejection) -> Event {
        let mut reasons: Vec<String> = Vec::new();
        for fault in &rejection.faults {
            let code = fault.reason.code();
            if !reasons.iter().any(|known| known == code) {
                reasons.push(code.to_owned());
            }
        }
        Event::FileRefused {
            claim: self.claimed.claim_id.clone(),
            name: escape(&self.claimed.name),
            sha256: self.staged.digest,
            bytes: self.staged.bytes,
            faults: rejection.faults_total,
            reasons,
        }
    }

    fn taken(&self, report: &DailyReport, changes: &Changes, archived: &str) -> Event {
        let event = FileEvent {
            claim: self.claimed.claim_id.clone(),
            name: escape(&self.claimed.name),
            sha256: self.staged.digest,
            bytes: self.staged.bytes,
            rows: report.rows,
            first_day: report.first_day,
            last_day: report.last_day,
            source: report.source.clone(),
            archived: escape(archived),
            arrived_at: self.arrived_at,
            replaced: changes.replaced,
            replacements: changes.replacements.clone(),
        };
        if changes.is_duplicate { Event::FileDuplicate(event) } else { Event::FileAccepted(event) }
    }

    fn receipt(&self, report: &DailyReport, changes: &Changes) -> String {
        report::receipt(
            self.account,
            &ReceiptInput {
                file_name: &self.claimed.name,
                sha256: self.staged.digest,
                outcome: if changes.is_duplicate {
                    ReceiptOutcome::Duplicate
                } else {
                    ReceiptOutcome::Accepted
                },
                report,
                replacements: &changes.replacements,
                replaced_total: changes.replaced,
            },
        )
    }

    fn record(&self, taken: Option<(&DailyReport, String)>, answer_name: &str, answer: &str) -> NewFile {
        let report = taken.as_ref().map(|(report, _)| *report);
        NewFile {
            claim: self.claimed.claim_id.clone(),
            name: self.claimed.name.clone(),
            sha256: self.staged.digest,
            bytes: self.staged.bytes,
            rows: report.map_or(0, |report| report.rows),
            first_day: report.map(|report| report.first_day),
            last_day: report.map(|report| report.last_day),
            arrived_at: self.arrived_at,
            taken_at: self.now,
            archived: taken.map(|(_, archived)| archived),
            answer_name: answer_name.to_owned(),
            answer: answer.to_owned(),
            source: self.source.name.clone(),
        }
    }
}

fn context<'a>(account: &'a Account, name: &str, arrived_at: Instant) -> ingest::Context<'a> {
    ingest::Context {
        account,
        source: ingest::source_for(account, name),
        today: day_of(arrived_at, account.time_zone),
        limits: ingest_settings(),
    }
}

fn stop_if_asked(interrupt: &Interrupt, what: &str) -> Result<(), WorkflowError> {
    if interrupt.is_set() {
        return Err(WorkflowError::Interrupted { what: what.to_owned() });
    }
    Ok(())
}

/// Reads a file, looking at the interrupt now and then.
fn read(
    input: impl std::io::BufRead,
    context: &ingest::Context<'_>,
    interrupt: &Interrupt,
    path: &Path,
    state: &mut dyn FnMut(&DailyRow<'_>) -> Result<Stated, StoreError>,
) -> Result<Reading, WorkflowError> {
    let mut rows = 0u64;
    let reading = ingest::read(input, context, &mut |row| {
        rows += 1;
        if rows % ROWS_PER_LOOK == 0 {
            stop_if_asked(interrupt, "a file")?;
        }
        state(row).map_err(WorkflowError::from)
    });
    reading.map_err(|error| match error {
        ReadError::Sink(error) => error,
        ReadError::Input(source) => {
            let path = PathBuf::from(path);
            StoreError::Machine { what: "cannot read a file", path, source }.into()
        }
    })
}
