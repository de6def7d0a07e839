//! The files that were taken: what they were, what became of them, and the answer that their
//! sender got. A record is written once, in the transaction of its rows, and never changed.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Ledger;
use super::encode::{self, read_count, read_digest, read_instant, read_name, read_optional_day};
use crate::domain::{AccountId, Day, Digest, Instant};
use crate::store::StoreError;

/// A file, as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its claim, which is unique.
    pub claim: String,
    /// Its name.
    pub name: String,
    /// The digest of its content.
    pub sha256: Digest,
    /// Its size.
    pub bytes: u64,
    /// Its rows.
    pub rows: u64,
    /// The earliest day that it speaks of; a refused file may have none.
    pub first_day: Option<Day>,
    /// The latest day that it speaks of.
    pub last_day: Option<Day>,
    /// When it is held to have arrived.
    pub arrived_at: Instant,
    /// When it was taken, by the clock.
    pub taken_at: Instant,
    /// Where its original is, below the archive; a refused file has none there.
    pub archived: Option<String>,
    /// The name of the answer beside the inbox.
    pub answer_name: String,
    /// The answer: a receipt, or the list of faults.
    pub answer: String,
    /// The source that read it.
    pub source: String,
    /// (day, channel) pairs whose values it replaced.
    pub replaced: u64,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileOutcome {
    /// Its rows came into the ledger.
    Accepted,
    /// It stated only what the ledger already believed.
    Duplicate,
    /// It was refused as a whole.
    Refused,
}

impl FileOutcome {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Refused => "refused",
        }
    }
}

impl TryFrom<String> for FileOutcome {
    type Error = &'static str;
    fn try_from(name: String) -> Result<Self, Self::Error> {
        [Self::Accepted, Self::Duplicate, Self::Refused]
            .into_iter()
            .find(|outcome| outcome.name() == name)
            .ok_or("no outcome of a file")
    }
}

/// A file in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRecord {
    /// The account whose file it is.
    pub account: AccountId,
    /// What became of it.
    pub outcome: FileOutcome,
    /// The file.
    pub file: NewFile,
}

/// How many files ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileCounts {
    /// Accepted files.
    pub accepted: u64,
    /// Duplicates.
    pub duplicate: u64,
    /// Refused files.
    pub refused: u64,
}

/// Refused files that nobody has sent again with better luck.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RefusedFiles {
    /// How many they are.
    pub count: u64,
    /// The one that was refused last.
    pub newest: Option<FileRecord>,
}

/// What [`read_file`] reads, in its order.
pub(super) const COLUMNS: &str =
    "SELECT files.claim, files.name, sha256, bytes, rows, first_day, last_day,
    arrived_at, taken_at, archived, answer_name, answer, source, replaced, outcome, accounts.name
    FROM files JOIN accounts ON accounts.id = files.account";

impl Ledger {
    /// What became of the file that was claimed as `claim`; `None`: it has not been taken.
    pub fn file_by_claim(&self, claim: &str) -> Result<Option<FileRecord>, StoreError> {
        self.connection
            .prepare_cached(&format!("{COLUMNS} WHERE files.claim = ?1"))
            .and_then(|mut find| find.query_row([claim], read_file).optional())
            .map_err(|error| self.read_fault(error))
    }

    /// The newest file of `account` with this content that `source` read and that was not refused;
    /// `None`: it has not been taken, or another file has corrected days of its time since.
    pub fn file_by_digest(
        &self,
        account: &AccountId,
        sha256: Digest,
        source: &str,
    ) -> Result<Option<FileRecord>, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(None) };
        let newest = format!(
            "{COLUMNS} WHERE files.account = ?1 AND sha256 = ?2 AND source = ?3
             AND outcome <> 'refused' AND NOT EXISTS (
                 SELECT 1 FROM files AS later WHERE later.account = files.account
                 AND later.id > files.id AND later.outcome = 'accepted' AND later.replaced > 0
                 AND later.first_day <= files.last_day AND later.last_day >= files.first_day)
             ORDER BY files.id DESC LIMIT 1"
        );
        let content = (account, sha256.to_string(), source);
        self.connection
            .prepare_cached(&newest)
            .and_then(|mut newest| newest.query_row(content, read_file).optional())
            .map_err(|error| self.read_fault(error))
    }

    /// Whether a file of `account` with so many bytes was read by `source` and not refused: only then
    /// can one of that size be known by its content.
    pub fn has_file_of_size(
        &self,
        account: &AccountId,
        bytes: u64,
        source: &str,
    ) -> Result<bool, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(false) };
        let any = "SELECT EXISTS (SELECT 1 FROM files
            WHERE account = ?1 AND bytes = ?2 AND source = ?3 AND outcome <> 'refused')";
        let size = (account, i64::try_from(bytes).unwrap_or(i64::MAX), source);
        self.connection
            .prepare_cached(any)
            .and_then(|mut any| any.query_row(size, |row| row.get(0)))
            .map_err(|error| self.read_fault(error))
    }

    /// The files of `account` that were taken last, newest first, at most `limit`.
    pub fn files(&self, account: &AccountId, limit: u32) -> Result<Vec<FileRecord>, StoreError> {
        let newest = format!("{COLUMNS} WHERE accounts.name = ?1 ORDER BY files.id DESC LIMIT ?2");
        self.connection
            .prepare_cached(&newest)
            .and_then(|mut newest| {
                newest.query_map((account.as_str(), limit), read_file)?.collect()
            })
            .map_err(|error| self.read_fault(error))
    }

    /// The names of the files of `account` that were not refused, by their digests; of several, the
    /// newest.
    pub fn file_names(&self, account: &AccountId) -> Result<BTreeMap<Digest, String>, StoreError> {
        let names =
            "SELECT sha256, files.name FROM files JOIN accounts ON accounts.id = files.account
            WHERE accounts.name = ?1 AND outcome <> 'refused' ORDER BY files.id";
        self.connection
            .prepare_cached(names)
            .and_then(|mut names| {
                let pair = |row: &Row<'_>| Ok((read_digest(row, 0)?, row.get(1)?));
                names.query_map([account.as_str()], pair)?.collect()
            })
            .map_err(|error| self.read_fault(error))
    }

    /// How many files of `account` ended how, of those that are held to have arrived from `from`
    /// until before `until`.
    pub fn counts_between(
        &self,
        account: &AccountId,
        (from, until): (Instant, Instant),
    ) -> Result<FileCounts, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(FileCounts::default()) };
        let count = "SELECT outcome, count(*) FROM files
            WHERE account = ?1 AND arrived_at >= ?2 AND arrived_at < ?3 GROUP BY outcome";
        let counted = |row: &Row<'_>| Ok((read_name(row, 0)?, read_count(row, 1)?));
        let span = (account, encode::instant(from), encode::instant(until));
        let counts: Vec<(FileOutcome, u64)> = self
            .connection
            .prepare_cached(count)
            .and_then(|mut count| count.query_map(span, counted)?.collect())
            .map_err(|error| self.read_fault(error))?;
        let mut sums = FileCounts::default();
        for (outcome, count) in counts {
            match outcome {
                FileOutcome::Accepted => sums.accepted = count,
                FileOutcome::Duplicate => sums.duplicate = count,
                FileOutcome::Refused => sums.refused = count,
            }
        }
        Ok(sums)
    }

    /// The refused files of `account` that are held to have arrived from `from` until before `until`
    /// and whose name was not taken since.
    pub fn refused_between(
        &self,
        account: &AccountId,
        (from, until): (Instant, Instant),
    ) -> Result<RefusedFiles, StoreError> {
        let Some(number) = self.account(account)? else { return Ok(RefusedFiles::default()) };
        let span = (number, encode::instant(from), encode::instant(until));
        let refused: Vec<(i64, String)> = self
            .connection
            .prepare_cached(
                "SELECT id, name FROM files WHERE account = ?1 AND outcome = 'refused'
                 AND arrived_at >= ?2 AND arrived_at < ?3 ORDER BY id",
            )
            .and_then(|mut read| {
                read.query_map(span, |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
            })
            .map_err(|error| self.read_fault(error))?;
        let Some(&(oldest, _)) = refused.first() else { return Ok(RefusedFiles::default()) };
        let taken: BTreeMap<String, i64> = self
            .connection
            .prepare_cached(
                "SELECT name, max(id) FROM files
                 WHERE account = ?1 AND id > ?2 AND outcome <> 'refused' GROUP BY name",
            )
            .and_then(|mut read| {
                read.query_map((number, oldest), |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
            })
            .map_err(|error| self.read_fault(error))?;
        let open: Vec<i64> = refused
            .iter()
            .filter(|(id, name)| taken.get(name).is_none_or(|taken| taken < id))
            .map(|&(id, _)| id)
            .collect();
        let newest = match open.last() {
            None => None,
            Some(id) => self
                .connection
                .prepare_cached(&format!("{COLUMNS} WHERE files.id = ?1"))
                .and_then(|mut find| find.query_row([id], read_file).optional())
                .map_err(|error| self.read_fault(error))?,
        };
        Ok(RefusedFiles { count: open.len() as u64, newest })
    }
}

pub(super) fn read_file(row: &Row<'_>) -> rusqlite::Result<FileRecord> {
    let file = NewFile {
        claim: row.get(0)?,
        name: row.get(1)?,
        sha256: read_digest(row, 2)?,
        bytes: read_count(row, 3)?,
        rows: read_count(row, 4)?,
        first_day: read_optional_day(row, 5)?,
        last_day: read_optional_day(row, 6)?,
        arrived_at: read_instant(row, 7)?,
        taken_at: read_instant(row, 8)?,
        archived: row.get(9)?,
        answer_name: row.get(10)?,
        answer: row.get(11)?,
        source: row.get(12)?,
        replaced: read_count(row, 13)?,
    };
    Ok(FileRecord { outcome: read_name(row, 14)?, account: read_name(row, 15)?, file })
}

/// Records `file` as number `id`, inside the transaction that is open.
pub(super) fn insert_file(
    connection: &Connection,
    id: i64,
    account: i64,
    outcome: FileOutcome,
    file: &NewFile,
) -> rusqlite::Result<()> {
    let insert = "INSERT INTO files (id, account, outcome, claim, name, sha256, bytes, rows,
        first_day, last_day, arrived_at, taken_at, archived, answer_name, answer, source, replaced)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
    connection.prepare_cached(insert)?.execute(params![
        id,
        account,
        outcome.name(),
        &file.claim,
        &file.name,
        file.sha256.to_string(),
        i64::try_from(file.bytes).unwrap_or(i64::MAX),
        i64::try_from(file.rows).unwrap_or(i64::MAX),
        file.first_day.map(encode::day),
        file.last_day.map(encode::day),
        encode::instant(file.arrived_at),
        encode::instant(file.taken_at),
        &file.archived,
        &file.answer_name,
        &file.answer,
        &file.source,
        i64::try_from(file.replaced).unwrap_or(i64::MAX),
    ])?;
    Ok(())
}

/// The number of the next file; numbers only grow, since records are never removed.
pub(super) fn next_file(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("SELECT coalesce(max(id), 0) + 1 FROM files")?
        .query_row([], |row| row.get(0))
}
