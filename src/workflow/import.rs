//! Loads history: a copy of a file of any age, in days, weeks or months, is staged, checked,
//! archived and recorded as the inbox's files are. One transaction takes a file, and one that was
//! taken before is known again, so an import that was killed is simply run again: it goes on with the
//! file that it was at, of which nothing stayed.
//!
//! Nothing is claimed in the drop folder: what a kill leaves there would be taken by the inbox's
//! rules, which know neither old days nor weeks. The file itself stays where it is.

use std::path::Path;

use super::enter::{Entered, Refusal};
use super::file_facts::FileFacts;
use super::inbox::against_companion_of_copy;
use super::read::Terms;
use super::take::give_receipt;
use super::{Unit, WorkflowError, account_chain};
use crate::domain::text::escape;
use crate::domain::{Account, Digest, Instant};
use crate::ingest::{DailyReport, Rejection};
use crate::store::StoreError;
use crate::store::files::{digest, size};
use crate::store::inbox::{Claimed, IgnoredKind, StageOutcome, Staged, new_claim_id, stage_copy};
use crate::store::ledger::NewFile;

/// How a file of an import ended.
#[derive(Debug, Clone)]
pub enum ImportAnswer {
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
    /// Its very content was taken before by this source; nothing was done.
    Known {
        /// The name that it had then, escaped.
        name: String,
        /// When it was taken, by the clock.
        taken_at: Instant,
    },
    /// It was refused as a whole.
    Refused {
        /// Every fault.
        rejection: Rejection,
    },
    /// It changed while it was read.
    Changed,
    /// Its working copy has no room.
    NoRoom {
        /// What is lacking.
        why: String,
    },
    /// It is no regular file.
    NotPlain {
        /// What it is.
        kind: String,
    },
}

/// A file of an import.
#[derive(Debug, Clone)]
pub struct Imported {
    /// How it ended.
    pub answer: ImportAnswer,
    /// Why its receipt could not be given; `None`: it was, or there is none to give.
    pub without_receipt: Option<String>,
}

impl Unit<'_> {
    /// How the file at `path` ended if its very content was taken before: nothing is copied or
    /// recorded then. `None`: it is to be imported.
    pub fn imported_before(
        &mut self,
        account: &Account,
        path: &Path,
        terms: Terms<'_>,
        now: Instant,
    ) -> Result<Option<Imported>, WorkflowError> {
        self.ensure_recovered(account, now)?;
        self.stop_if_asked("an import")?;
        // Whatever can't be read here is told of by the import.
        let Ok(bytes) = size(path) else { return Ok(None) };
        let source = &terms.source.name;
        if terms.restate || !self.ledger.has_file_of_size(&account.id, bytes, source)? {
            return Ok(None);
        }
        let Ok(sha256) = digest(path) else { return Ok(None) };
        self.chain(&account_chain(&account.id), now)?;
        let known = self.known(account, sha256, terms)?;
        let without_receipt = self.without_receipt.take();
        Ok(known.map(|answer| Imported { answer, without_receipt }))
    }

    /// Imports the file at `path` on `terms`.
    pub fn import(
        &mut self,
        account: &Account,
        path: &Path,
        terms: Terms<'_>,
        arrived_at: Instant,
        now: Instant,
    ) -> Result<Imported, WorkflowError> {
        self.ensure_recovered(account, now)?;
        self.stop_if_asked("an import")?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let claimed = Claimed { claim_id: new_claim_id(), name };
        if let Some(why) = self.lacks_room(size(path)?)? {
            let answer = ImportAnswer::NoRoom { why };
            return Ok(Imported { answer, without_receipt: None });
        }
        let staging = self.workspace.places.state().staging();
        let bytes_max = self.workspace.config.limits.bytes_max;
        let answer = match stage_copy(path, &claimed.claim_id, &staging, bytes_max)? {
            StageOutcome::Staged(staged) => {
                let answer =
                    self.import_staged(account, path, &claimed, &staged, terms, (arrived_at, now));
                staged.discard()?;
                answer?
            }
            StageOutcome::TooLarge { identity } => {
                let bytes = identity.size;
                let sha256 = Digest::of(format!("{bytes} bytes").as_bytes());
                let claimed = &claimed;
                let file = FileFacts { account, claimed, sha256, bytes, terms, arrived_at, now };
                let rejection = Rejection::too_large(bytes, bytes_max);
                let name_refused = || Ok(claimed.name.clone());
                let Refusal { rejection, .. } =
                    self.enter_refused(&file, rejection, &name_refused)?;
                ImportAnswer::Refused { rejection }
            }
            StageOutcome::Changed => ImportAnswer::Changed,
            StageOutcome::NotPlain(kind) => {
                ImportAnswer::NotPlain { kind: IgnoredKind::Object(kind).to_string() }
            }
            StageOutcome::Gone => return Err(no_such_file(path)),
        };
        Ok(Imported { answer, without_receipt: self.without_receipt.take() })
    }

    fn import_staged(
        &mut self,
        account: &Account,
        path: &Path,
        claimed: &Claimed,
        staged: &Staged,
        terms: Terms<'_>,
        (arrived_at, now): (Instant, Instant),
    ) -> Result<ImportAnswer, WorkflowError> {
        self.chain(&account_chain(&account.id), now)?;
        if let Some(known) = self.known(account, staged.digest, terms)? {
            return Ok(known);
        }
        let folder = self.drop_folder(account)?;
        let (sha256, bytes) = (staged.digest, staged.bytes);
        let file = FileFacts { account, claimed, sha256, bytes, terms, arrived_at, now };
        let name_refused = || Ok(claimed.name.clone());
        if let Some(rejection) = against_companion_of_copy(path, staged.digest)? {
            let Refusal { rejection, .. } = self.enter_refused(&file, rejection, &name_refused)?;
            return Ok(ImportAnswer::Refused { rejection });
        }
        match self.enter(&file, staged, &name_refused)? {
            Entered::Refused(Refusal { rejection, .. }) => Ok(ImportAnswer::Refused { rejection }),
            Entered::Taken { report, changes, receipt } => {
                self.without_receipt = give_receipt(&folder, &claimed.name, sha256, &receipt)?;
                Ok(if changes.is_duplicate {
                    ImportAnswer::Duplicate { report }
                } else {
                    let (replaced, dropped) = (changes.replaced, changes.dropped_rows());
                    ImportAnswer::Accepted { report, replaced, dropped }
                })
            }
        }
    }

    /// The answer to a file of this content that was taken before; `None`: none was.
    fn known(
        &mut self,
        account: &Account,
        sha256: Digest,
        terms: Terms<'_>,
    ) -> Result<Option<ImportAnswer>, WorkflowError> {
        let folder = self.drop_folder(account)?;
        // What a killed import left of a receipt.
        folder.sweep_receipts()?;
        // Whoever restates wants these figures, whatever has come since.
        if terms.restate {
            return Ok(None);
        }
        let known = self.ledger.file_by_digest(&account.id, sha256, &terms.source.name)?;
        let Some(known) = known else { return Ok(None) };
        // The run that took it may have been killed before its receipt was given.
        let NewFile { answer_name, answer, taken_at, .. } = known.file;
        self.without_receipt = give_receipt(&folder, &answer_name, sha256, &answer)?;
        Ok(Some(ImportAnswer::Known { name: escape(&answer_name), taken_at }))
    }
}

fn no_such_file(path: &Path) -> WorkflowError {
    StoreError::Machine {
        what: "cannot open a file",
        path: path.to_owned(),
        source: std::io::ErrorKind::NotFound.into(),
    }
    .into()
}
