//! What became of the files of one name, for writers who pause: which is the newest that was taken, and
//! which were refused a short while ago.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, params};

use super::Ledger;
use super::encode::{self, read_count, read_instant};
use super::files::{COLUMNS, FileRecord, NewFile, read_file};
use crate::domain::{AccountId, Instant};
use crate::store::StoreError;

/// Refused files that are looked at again, the newest.
const REFUSED_MAX: u32 = 256;
/// Names that a file without a header is looked for among, the newest.
const TAKEN_MAX: u32 = 10_000;
/// Files of one name that a grown one is compared with, the newest.
const OF_A_NAME_MAX: u32 = 16;

/// A file that was refused a short while ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedLately {
    /// The file; its answer is left out, since many are held at once.
    pub file: FileRecord,
    /// How often smaller files of its name were refused in that while before it.
    pub smaller_before: u32,
}

impl Ledger {
    /// When each name's newest file of `account` was taken and how many rows it has, of those that were
    /// taken at `since` or later, at most the newest 10,000.
    pub fn taken_since(
        &self,
        account: &AccountId,
        since: Instant,
    ) -> Result<BTreeMap<String, (Instant, u64)>, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(BTreeMap::new()) };
        let newest = format!(
            "SELECT name, taken_at, rows FROM files WHERE account = ?1 AND taken_at >= ?2
             AND outcome <> 'refused' ORDER BY taken_at DESC, id DESC LIMIT {TAKEN_MAX}"
        );
        let read = |row: &Row<'_>| Ok((row.get(0)?, (read_instant(row, 1)?, read_count(row, 2)?)));
        let files: Vec<(String, (Instant, u64))> = self
            .connection
            .prepare_cached(&newest)
            .and_then(|mut newest| {
                newest.query_map((account, encode::instant(since)), read)?.collect()
            })
            .map_err(|error| self.read_fault(error))?;
        // Oldest first, so that the newest of a name stays.
        Ok(files.into_iter().rev().collect())
    }

    /// The newest file of the name of `earlier` that was accepted after it.
    pub fn accepted_after(&self, earlier: &FileRecord) -> Result<Option<FileRecord>, StoreError> {
        let Some(account) = self.account(&earlier.account)? else { return Ok(None) };
        let newest = format!(
            "{COLUMNS} WHERE files.account = ?1 AND outcome = 'accepted' AND files.name = ?2
             AND files.id > (SELECT id FROM files WHERE claim = ?3) ORDER BY files.id DESC LIMIT 1"
        );
        self.connection
            .prepare_cached(&newest)
            .and_then(|mut find| {
                find.query_row(params![account, earlier.file.name, earlier.file.claim], read_file)
                    .optional()
            })
            .map_err(|error| self.read_fault(error))
    }

    /// The files of `account` and `name` that were accepted at `since` or later, newest first.
    pub fn accepted_since(
        &self,
        account: &AccountId,
        name: &str,
        since: Instant,
    ) -> Result<Vec<FileRecord>, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(Vec::new()) };
        let newest = format!(
            "{COLUMNS} WHERE files.account = ?1 AND taken_at >= ?2 AND outcome = 'accepted'
             AND files.name = ?3 ORDER BY taken_at DESC, files.id DESC LIMIT {OF_A_NAME_MAX}"
        );
        self.connection
            .prepare_cached(&newest)
            .and_then(|mut find| {
                find.query_map(params![account, encode::instant(since), name], read_file)?.collect()
            })
            .map_err(|error| self.read_fault(error))
    }

    /// The files of `account` that were refused at `since` or later and no newer one of which was refused
    /// under the same name in `rejected/`, newest first, at most 256.
    pub fn refused_since(
        &self,
        account: &AccountId,
        since: Instant,
    ) -> Result<Vec<RefusedLately>, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(Vec::new()) };
        let refused = format!(
            "{COLUMNS} WHERE files.account = ?1 AND taken_at >= ?2 AND outcome = 'refused'
             ORDER BY taken_at DESC, files.id DESC LIMIT {REFUSED_MAX}"
        );
        let files: Vec<FileRecord> = self
            .connection
            .prepare_cached(&refused)
            .and_then(|mut read| {
                read.query_map((account, encode::instant(since)), read_file)?.collect()
            })
            .map_err(|error| self.read_fault(error))?;
        let mut lately = Vec::with_capacity(files.len());
        for (at, file) in files.iter().enumerate() {
            // Newest first: what stands before it in the list came after it, and lies there now.
            let is_there_now = |later: &FileRecord| later.file.answer_name == file.file.answer_name;
            if files[..at].iter().any(is_there_now) {
                continue;
            }
            let smaller = files[at + 1..].iter().filter(|earlier| {
                earlier.file.name == file.file.name && earlier.file.bytes < file.file.bytes
            });
            let smaller_before = u32::try_from(smaller.count()).unwrap_or(u32::MAX);
            let without_answer = NewFile { answer: String::new(), ..file.file.clone() };
            let file = FileRecord { file: without_answer, ..file.clone() };
            lately.push(RefusedLately { file, smaller_before });
        }
        Ok(lately)
    }
}
