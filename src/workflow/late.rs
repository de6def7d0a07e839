//! Files whose writer had only paused → whole again: what grew after it was taken or refused waits once
//! more, unless a newer file of its name counts by now, and never more often than bounds say.

use std::collections::BTreeMap;
use std::io::Read as _;

use chrono::TimeDelta;

use super::enter::Refusal;
use super::file_facts::FileFacts;
use super::read::Terms;
use super::take::{FileAnswer, TakenFile, refused_as};
use super::{Unit, WorkflowError, account_chain};
use crate::config::Ready;
use crate::domain::{Account, Digest, Instant};
use crate::ingest::{Rejection, begins_among_rows};
use crate::store::inbox::{
    BROUGHT_BACK_MAX, Claimed, DropFolder, Identity, Late, RefusedAnswer, RefusedThen, Staged,
};
use crate::store::ledger::{FileOutcome, FileRecord, RefusedLately};

/// A writer who pauses longer is another sender of the same name.
pub const PAUSES_FOR: TimeDelta = TimeDelta::hours(1);
/// Bytes of the beginning of a refused file that are looked at.
const HEAD_BYTES: u64 = 4096;

/// By name, when its newest file was taken and how many rows it has.
pub(super) type TakenLately = BTreeMap<String, (Instant, u64)>;

/// What became of a refused file that grew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grown {
    /// All of it waits again.
    Back,
    /// It came back as often as a file may, and stays where it is.
    Left,
    /// Another file has its name just now; it is looked at again.
    Waits,
    /// It is another file, or the rest of one that a newer file of its name has overtaken.
    Another,
}

impl Unit<'_> {
    /// Puts what was written to after it was taken back among the files that wait, and returns their
    /// names; what a newer file of its name has overtaken is refused.
    pub fn return_late(
        &mut self,
        account: &Account,
        folder: &DropFolder,
        late: &[Late],
        now: Instant,
        done: &mut dyn FnMut(&TakenFile),
    ) -> Result<Vec<String>, WorkflowError> {
        let mut back = Vec::new();
        for late in late {
            if self.overtaken(late.claimed())?.is_none() {
                if folder.put_back_late(late)? {
                    back.push(late.claimed().name.clone());
                }
            } else if folder.claim_late(late)? {
                // Whoever finds it under its claim does this, after a kill as well.
                done(&self.take_claimed(account, folder, late.claimed(), now, now)?);
            }
        }
        Ok(back)
    }

    /// The files of `account` that were refused so short a while ago that their writers may have only
    /// paused, each as it was.
    pub fn refused_lately(
        &self,
        account: &Account,
        now: Instant,
    ) -> Result<Vec<RefusedLately>, WorkflowError> {
        Ok(self.ledger.refused_since(&account.id, now - PAUSES_FOR)?)
    }

    /// Brings a refused file that seems to have grown back into the drop folder, if it is still that file
    /// and may come back.
    pub fn return_refused(
        &self,
        folder: &DropFolder,
        refused: &RefusedLately,
    ) -> Result<Grown, WorkflowError> {
        let file = &refused.file.file;
        let then = as_refused(&refused.file);
        if self.ledger.accepted_after(&refused.file)?.is_some()
            || !folder.begins_with(&then, (file.bytes, file.sha256))?
            || self.goes_on_an_older(folder, &refused.file, &then)?
        {
            return Ok(Grown::Another);
        }
        if refused.smaller_before >= BROUGHT_BACK_MAX {
            folder.leave_grown(&then)?;
            return Ok(Grown::Left);
        }
        Ok(if folder.bring_back(&then)? { Grown::Back } else { Grown::Waits })
    }

    /// Whether a refused file goes on a file that was accepted before a newer one of its name was: it
    /// would take the place of the newer one.
    fn goes_on_an_older(
        &self,
        folder: &DropFolder,
        refused: &FileRecord,
        then: &RefusedThen,
    ) -> Result<bool, WorkflowError> {
        let since = refused.file.taken_at - PAUSES_FOR - PAUSES_FOR;
        let accepted = self.ledger.accepted_since(&refused.account, &refused.file.name, since)?;
        for older in accepted.iter().skip(1) {
            if folder.begins_with(then, (older.file.bytes, older.file.sha256))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Of a file that was accepted as `claimed`: its record, and that of a newer file of its name.
    pub(super) fn overtaken(
        &self,
        claimed: &Claimed,
    ) -> Result<Option<(FileRecord, FileRecord)>, WorkflowError> {
        let Some(record) = self.ledger.file_by_claim(&claimed.claim_id)? else { return Ok(None) };
        if record.outcome == FileOutcome::Refused || record.file.name != claimed.name {
            return Ok(None);
        }
        let newer = self.ledger.accepted_after(&record)?;
        Ok(newer.map(|newer| (record, newer)))
    }

    /// Refuses what an overtaken file has become, under a claim of its own, which is the same each time
    /// that this is done again.
    pub(super) fn refuse_overtaken(
        &mut self,
        account: &Account,
        folder: &DropFolder,
        claimed: &Claimed,
        (identity, sha256): (&Identity, Digest),
        (older, newer): (FileRecord, FileRecord),
        now: Instant,
    ) -> Result<FileAnswer, WorkflowError> {
        let claim_id = Digest::of(format!("{} {sha256}", claimed.claim_id).as_bytes()).short();
        let again = Claimed { claim_id, name: claimed.name.clone() };
        self.chain(&account_chain(&account.id), now)?;
        if let Some(record) = self.ledger.file_by_claim(&again.claim_id)? {
            let (name, text) = (&record.file.answer_name, &record.file.answer);
            folder.answer_refused(claimed, identity, sha256, name, text)?;
            return Ok(FileAnswer::Finished);
        }
        let at = |record: &FileRecord| shown_at(account, record.file.taken_at);
        let rejection = Rejection::overtaken(&claimed.name, at(&older), at(&newer));
        let terms = Terms::of_inbox(account, &claimed.name);
        let bytes = identity.size;
        let file =
            FileFacts { account, claimed: &again, sha256, bytes, terms, arrived_at: now, now };
        let name_refused = || folder.choose_rejected_name(&claimed.name, sha256);
        let refusal = self.enter_refused(&file, rejection, &name_refused)?;
        let Refusal { rejection, name, problems } = refusal;
        let answer = match folder.answer_refused(claimed, identity, sha256, &name, &problems)? {
            RefusedAnswer::Given { name } => name,
            // Still being written: it stays claimed, and is looked at again.
            RefusedAnswer::Changed | RefusedAnswer::Gone => name,
        };
        Ok(refused_as(rejection, &answer))
    }

    /// Names the likely cause of a refusal whose file is the end of one that was taken: its writer opened
    /// the name again after a pause.
    pub(super) fn with_likely_end(
        &mut self,
        file: &FileFacts<'_>,
        staged: &Staged,
        rejection: Rejection,
    ) -> Result<Rejection, WorkflowError> {
        let name = &file.claimed.name;
        let is_an_end = rejection.lacks_the_start_of_an_archive()
            || rejection.lacks_a_header() && begins_in_the_middle(staged)?;
        if !is_an_end {
            return Ok(rejection);
        }
        let id = &file.account.id;
        if self.taken_lately.as_ref().is_none_or(|(of, _)| of != id) {
            let lately = self.ledger.taken_since(id, file.now - PAUSES_FOR)?;
            self.taken_lately = Some((id.clone(), lately));
        }
        let lately = self.taken_lately.as_ref().and_then(|(_, lately)| lately.get(name));
        let Some(&(taken_at, rows)) = lately else { return Ok(rejection) };
        let inbox = &self.workspace.config.inbox;
        let pause = match inbox.ready {
            Ready::Quiet => format!(" after a pause of more than {} s", inbox.quiet_seconds),
            _ => " after the file was taken".to_owned(),
        };
        let remedy = format!(
            "its writer opened the name again{pause}: let it write under a temporary name and rename once \
             the file is whole, or say so by a .done or .sha256 ([inbox] ready); then drop the whole file"
        );
        Ok(rejection.of_an_end(name, shown_at(file.account, taken_at), rows, remedy))
    }
}

/// A refused file, as its drop folder is asked for it.
pub fn as_refused(record: &FileRecord) -> RefusedThen {
    let file = &record.file;
    RefusedThen {
        name: file.name.clone(),
        answer_name: file.answer_name.clone(),
        bytes: file.bytes,
        sha256: file.sha256,
    }
}

fn begins_in_the_middle(staged: &Staged) -> Result<bool, WorkflowError> {
    let mut head = Vec::new();
    let read = staged.open()?.take(HEAD_BYTES).read_to_end(&mut head);
    // What can't be read again is no reason to give no answer.
    Ok(read.is_ok() && begins_among_rows(&head))
}

fn shown_at(account: &Account, at: Instant) -> String {
    at.with_timezone(&account.time_zone).format("%Y-%m-%d %H:%M").to_string()
}
