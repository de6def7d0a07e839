//! Takes files: claim → private copy → check → ledger and archive → answer to the sender. A file
//! leaves the inbox only after its archived copy and its rows are durable, and each claim gets
//! exactly one answer, whatever is interrupted.

use std::path::Path;

use super::enter::{Entered, Refusal};
use super::file_facts::FileFacts;
use super::inbox::against_companion;
use super::read::{Terms, stop_if_asked};
use super::{Unit, WorkflowError, account_chain};
use crate::audit::Event;
use crate::domain::text::escape;
use crate::domain::{Account, Digest, Instant};
use crate::ingest::{DailyReport, Rejection};
use crate::store::StoreError;
use crate::store::inbox::{
    Candidate, Claimed, DropFolder, Identity, Ignored, IgnoredKind, RefusedAnswer, Removed,
    StageOutcome, Staged, new_claim_id,
};
use crate::store::ledger::{FileOutcome, FileRecord};

/// How a file ended.
#[derive(Debug, Clone)]
pub enum FileAnswer {
    /// Its rows are in the ledger.
    Accepted {
        /// What it holds.
        report: DailyReport,
        /// (day, channel) pairs whose values it replaced.
        replaced: u64,
        /// Rows of these pairs that were known and that it doesn't have: they count no longer.
        dropped: u64,
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
    /// It waits, since its working copy has no room.
    NoRoom {
        /// What is lacking.
        why: String,
    },
    /// It waits, since its sender has not said yet that it is complete.
    NotReady {
        /// What has to come.
        waits_for: String,
    },
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
    /// Why its receipt could not be given; `None`: it was, or there is none to give.
    pub without_receipt: Option<String>,
}

/// Files that become durably claimed together.
const CLAIMED_TOGETHER: usize = 64;

fn no_room(name: &str, why: String) -> TakenFile {
    let answer = FileAnswer::NoRoom { why };
    TakenFile { name: escape(name), answer, without_receipt: None }
}

impl Unit<'_> {
    /// The drop folder of an account.
    pub fn drop_folder(&self, account: &Account) -> Result<DropFolder, WorkflowError> {
        Ok(self.workspace.drop_folder(account)?)
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
        self.ensure_recovered(account, now)?;
        self.taken_lately = None;
        for candidates in candidates.chunks(CLAIMED_TOGETHER) {
            self.stop_if_asked("the inbox")?;
            let mut fitting = Vec::with_capacity(candidates.len());
            for candidate in candidates {
                match self.lacks_room(candidate.size())? {
                    None => fitting.push((candidate, new_claim_id())),
                    Some(why) => done(&no_room(&candidate.name, why)),
                }
            }
            // What an interrupt leaves of them is claimed, and the next unit of work begins with it.
            let claimed = folder.claim_each(&mut fitting.into_iter())?;
            let taken = claimed.iter().try_for_each(|claimed| {
                self.stop_if_asked("the inbox")?;
                done(&self.take_owing(account, folder, claimed, arrived_at, now)?);
                Ok(())
            });
            let released = self.release_owed(folder, now);
            taken.and(released)?;
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
        self.ensure_recovered(account, now)?;
        self.taken_lately = None;
        let bytes = crate::store::files::size(path)?;
        // Once for the copy in the drop folder, once for the working copy.
        for _ in 0..2 {
            if let Some(why) = self.lacks_room(bytes)? {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                return Ok(no_room(&name, why));
            }
        }
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
            let (name, kind) = (&object.name, object.kind.code());
            if !self.ledger.is_noted(&account.id, name, kind)? {
                self.ensure_recovered(account, now)?;
                let event = Event::ObjectIgnored { name: name.clone(), kind: kind.to_owned() };
                let chain = account_chain(&account.id);
                let head = self.announce(&chain, now, &event)?;
                self.ledger.note_ignored(&account.id, name, kind, (&chain, head))?;
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
        let taken = self.take_owing(account, folder, claimed, arrived_at, now);
        let released = self.release_owed(folder, now);
        let taken = taken?;
        released.map(|()| taken)
    }

    /// Lets the originals of files go whose rows and receipts are durable: the receipts become so
    /// here, all at once.
    fn release_owed(&mut self, folder: &DropFolder, now: Instant) -> Result<(), WorkflowError> {
        let owed = std::mem::take(&mut self.owed);
        if owed.is_empty() {
            return Ok(());
        }
        folder.sync_receipts()?;
        owed.iter().try_for_each(|(claimed, staged)| {
            release(folder, claimed, staged, self.keeps_originals.then_some(now))
        })
    }

    /// From now on originals that are taken stay out of sight for an hour, in case that their writer
    /// has only paused ([`DropFolder::late`]).
    pub const fn keep_originals(&mut self) {
        self.keeps_originals = true;
    }

    /// As [`Unit::take_claimed`]; the claimed original of a file that is taken is still owed to
    /// [`Unit::release_owed`].
    fn take_owing(
        &mut self,
        account: &Account,
        folder: &DropFolder,
        claimed: &Claimed,
        arrived_at: Instant,
        now: Instant,
    ) -> Result<TakenFile, WorkflowError> {
        let name = escape(&claimed.name);
        let staging = self.workspace.places.state().staging();
        let bytes_max = self.workspace.config.limits.bytes_max;
        let answer = match folder.stage(claimed, &staging, bytes_max)? {
            StageOutcome::Staged(staged) => {
                let known = self.ledger.file_by_claim(&claimed.claim_id)?;
                let has_grown =
                    known.as_ref().is_some_and(|known| known.file.sha256 != staged.digest);
                let overtaken = if has_grown { self.overtaken(claimed)? } else { None };
                let answer = match known {
                    Some(_) if overtaken.is_some() => {
                        let records = overtaken.expect("it was looked at");
                        let content = (&staged.identity, staged.digest);
                        self.refuse_overtaken(account, folder, claimed, content, records, now)?
                    }
                    Some(record) => {
                        finish(folder, claimed, &staged, &record, &mut self.without_receipt)?
                    }
                    None => match against_companion(folder, claimed, staged.digest)? {
                        Some(rejection) => {
                            let (identity, sha256) = (&staged.identity, staged.digest);
                            let unread = (identity, sha256, rejection);
                            self.refuse_unread(account, folder, claimed, unread, arrived_at, now)?
                        }
                        None => {
                            self.take_staged(account, folder, claimed, &staged, arrived_at, now)?
                        }
                    },
                };
                staged.discard()?;
                answer
            }
            StageOutcome::TooLarge { identity } => {
                self.refuse_too_large(account, folder, claimed, &identity, arrived_at, now)?
            }
            StageOutcome::Changed => {
                // What was overtaken stays claimed, since it must not wait as the newest of its name.
                if self.overtaken(claimed)?.is_none() {
                    folder.unclaim(claimed)?;
                }
                FileAnswer::Changed
            }
            StageOutcome::NotPlain(kind) => {
                folder.unclaim(claimed)?;
                FileAnswer::Ignored { kind: IgnoredKind::Object(kind).to_string() }
            }
            // Its sender took it away, or an earlier run had finished with it.
            StageOutcome::Gone => FileAnswer::Finished,
        };
        Ok(TakenFile { name, answer, without_receipt: self.without_receipt.take() })
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
        let open = self.chain(&chain, now)?;
        // An interrupted run may have recorded this claim already: it arrived when that run says.
        let arrived_at = open.recorded_arrival(&claimed.claim_id).unwrap_or(arrived_at);
        let file = FileFacts {
            account,
            claimed,
            sha256: staged.digest,
            bytes: staged.bytes,
            terms: Terms::of_inbox(account, &claimed.name),
            arrived_at,
            now,
        };
        let name_refused = || folder.choose_rejected_name(&claimed.name, staged.digest);
        match self.enter(&file, staged, &name_refused)? {
            Entered::Refused(refusal) => refuse(folder, &file, &staged.identity, refusal),
            Entered::Taken { report, changes, receipt } => {
                // From here on the claim is known: whatever is interrupted, `finish` does it again.
                self.without_receipt = give_receipt(folder, &claimed.name, file.sha256, &receipt)?;
                self.owed.push((claimed.clone(), staged.clone()));
                Ok(if changes.is_duplicate {
                    FileAnswer::Duplicate { report }
                } else {
                    let (replaced, dropped) = (changes.replaced, changes.dropped_rows());
                    FileAnswer::Accepted { report, replaced, dropped }
                })
            }
        }
    }

    /// A file beyond every bound is refused unread; its digest is that of its size in words, since
    /// hashing it would be the work that the bound spares.
    fn refuse_too_large(
        &mut self,
        account: &Account,
        folder: &DropFolder,
        claimed: &Claimed,
        identity: &Identity,
        arrived_at: Instant,
        now: Instant,
    ) -> Result<FileAnswer, WorkflowError> {
        self.chain(&account_chain(&account.id), now)?;
        if let Some(records) = self.overtaken(claimed)? {
            let sha256 = size_in_words(identity);
            let content = (identity, sha256);
            return self.refuse_overtaken(account, folder, claimed, content, records, now);
        }
        if let Some(record) = self.ledger.file_by_claim(&claimed.claim_id)? {
            let (name, text) = (&record.file.answer_name, &record.file.answer);
            folder.answer_refused(claimed, identity, record.file.sha256, name, text)?;
            return Ok(FileAnswer::Finished);
        }
        let bytes_max = self.workspace.config.limits.bytes_max;
        let rejection = Rejection::too_large(identity.size, bytes_max);
        let unread = (identity, size_in_words(identity), rejection);
        self.refuse_unread(account, folder, claimed, unread, arrived_at, now)
    }

    /// Refuses a file whose rows are not looked at: what it is, its digest, and why.
    fn refuse_unread(
        &mut self,
        account: &Account,
        folder: &DropFolder,
        claimed: &Claimed,
        (identity, sha256, rejection): (&Identity, Digest, Rejection),
        arrived_at: Instant,
        now: Instant,
    ) -> Result<FileAnswer, WorkflowError> {
        let (terms, bytes) = (Terms::of_inbox(account, &claimed.name), identity.size);
        let file = FileFacts { account, claimed, sha256, bytes, terms, arrived_at, now };
        let name_refused = || folder.choose_rejected_name(&claimed.name, sha256);
        let refusal = self.enter_refused(&file, rejection, &name_refused)?;
        refuse(folder, &file, identity, refusal)
    }

    pub(super) fn stop_if_asked(&self, what: &str) -> Result<(), WorkflowError> {
        stop_if_asked(self.interrupt, what)
    }
}

fn size_in_words(identity: &Identity) -> Digest {
    Digest::of(format!("{} bytes", identity.size).as_bytes())
}

/// Puts a refused file, whose refusal is recorded, where its sender finds it.
fn refuse(
    folder: &DropFolder,
    file: &FileFacts<'_>,
    identity: &Identity,
    refusal: Refusal,
) -> Result<FileAnswer, WorkflowError> {
    let Refusal { rejection, name, problems } = refusal;
    let answer = folder.answer_refused(file.claimed, identity, file.sha256, &name, &problems)?;
    let answer = match answer {
        RefusedAnswer::Given { name } => name,
        // Its sender replaced or took back what was refused; a new one is looked at anew.
        RefusedAnswer::Changed => {
            folder.unclaim(file.claimed)?;
            name
        }
        RefusedAnswer::Gone => name,
    };
    Ok(refused_as(rejection, &answer))
}

/// The answer to a file that lies under this name among the refused ones.
pub(super) fn refused_as(rejection: Rejection, name: &str) -> FileAnswer {
    FileAnswer::Refused { rejection, answer: format!("rejected/{name}") }
}

/// Finishes what an interrupted run has recorded of a claim: its answer is put in place again and
/// the original leaves, if it is still the one that was recorded.
fn finish(
    folder: &DropFolder,
    claimed: &Claimed,
    staged: &Staged,
    record: &FileRecord,
    without_receipt: &mut Option<String>,
) -> Result<FileAnswer, WorkflowError> {
    if staged.digest != record.file.sha256 {
        folder.unclaim(claimed)?;
        return Ok(FileAnswer::Changed);
    }
    let (name, text) = (&record.file.answer_name, &record.file.answer);
    if record.outcome == FileOutcome::Refused {
        folder.answer_refused(claimed, &staged.identity, staged.digest, name, text)?;
    } else {
        *without_receipt = give_receipt(folder, name, record.file.sha256, text)?;
        folder.sync_receipts()?;
        release(folder, claimed, staged, None)?;
    }
    Ok(FileAnswer::Finished)
}

/// Writes a receipt. Receipts are a convenience, the audit log is the record: where the sender has
/// put something else in its place, the file is taken all the same, and why is returned to be said.
pub(super) fn give_receipt(
    folder: &DropFolder,
    name: &str,
    sha256: Digest,
    text: &str,
) -> Result<Option<String>, WorkflowError> {
    match folder.answer_accepted(name, sha256, text) {
        Ok(()) => Ok(None),
        Err(error @ StoreError::Refused { .. }) => Ok(Some(escape(&error.to_string()))),
        Err(error) => Err(error.into()),
    }
}

/// Removes the claimed original of a file whose copy and rows are durable, or keeps it out of sight; one
/// that changed since is new, and waits again.
fn release(
    folder: &DropFolder,
    claimed: &Claimed,
    staged: &Staged,
    kept_at: Option<Instant>,
) -> Result<(), WorkflowError> {
    let removed = match kept_at {
        Some(now) => folder.keep_claimed(claimed, staged, now)?,
        None => folder.remove_claimed(claimed, staged)?,
    };
    match removed {
        Removed::Done => {}
        Removed::Changed => {
            folder.unclaim(claimed)?;
        }
    }
    Ok(())
}
