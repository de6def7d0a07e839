//! Published decisions that a later file would have changed: which file, and which days it replaced
//! or was the first to bring. What was published stays as it is; this is so that people can be told.

use rusqlite::{Connection, Row};

use super::Ledger;
use super::encode::{self, read_count, read_day, read_digest, read_instant};
use crate::domain::{AccountId, Day, Digest, Instant, Week};
use crate::store::StoreError;

/// A publication whose evidence was corrected after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Its number ([`Publication::seq`](super::Publication::seq)).
    pub publication: u64,
    /// The week that it is for.
    pub week: Week,
    /// Its revision.
    pub revision: u32,
    /// The files that did it, in the order of their acceptance; at least one.
    pub files: Vec<CorrectingFile>,
}

/// A file that changed days of a publication's evidence: it replaced figures, or brought them where
/// there were none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectingFile {
    /// Its name.
    pub name: String,
    /// The digest of its content.
    pub sha256: Digest,
    /// When it is held to have arrived.
    pub arrived_at: Instant,
    /// The first day that it changed, whether of this evidence or not.
    pub first_day: Day,
    /// The last day that it changed.
    pub last_day: Day,
}

/// The publications that a file corrects, on its way into the ledger.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Corrected<'a> {
    /// Their numbers.
    pub publications: &'a [u64],
    /// The first and the last day that the file changed.
    pub days: Option<(Day, Day)>,
}

impl Corrected<'_> {
    /// Records them, inside the transaction that is open.
    ///
    /// # Panics
    /// If one of them is no publication of the account, or nothing was changed.
    pub fn insert(&self, connection: &Connection, account: i64, file: i64) -> rusqlite::Result<()> {
        if self.publications.is_empty() {
            return Ok(());
        }
        let (first_day, last_day) = self.days.expect("only a file that changed days corrects");
        let insert = "INSERT INTO corrections (publication, file, first_day, last_day)
            SELECT seq, ?3, ?4, ?5 FROM publications WHERE account = ?1 AND seq = ?2";
        let mut insert = connection.prepare_cached(insert)?;
        for &seq in self.publications {
            let seq = i64::try_from(seq).unwrap_or(i64::MAX);
            let days = (encode::day(first_day), encode::day(last_day));
            let inserted = insert.execute((account, seq, file, days.0, days.1))?;
            assert_eq!(inserted, 1, "publication {seq} is one of this account");
        }
        Ok(())
    }
}

impl Ledger {
    /// The publications of `account` whose evidence was corrected after them, newest first.
    pub fn corrections(&self, account: &AccountId) -> Result<Vec<Correction>, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(Vec::new()) };
        self.read_corrections(account).map_err(|error| self.read_fault(error))
    }

    /// The newest weeks of `account`, `most` at most, whose newest revision is a hold for the reason
    /// of that code; newest first.
    pub fn held_weeks(
        &self,
        account: &AccountId,
        reason: &str,
        most: usize,
    ) -> Result<Vec<Week>, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(Vec::new()) };
        let read = "SELECT week FROM publications AS newest
            WHERE account = ?1 AND hold_reason = ?2 AND revision = (SELECT max(revision)
                FROM publications WHERE account = newest.account AND week = newest.week)
            ORDER BY week DESC LIMIT ?3";
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.connection
            .prepare_cached(read)
            .and_then(|mut read| {
                let week = |row: &Row<'_>| read_day(row, 0).map(Week::starting);
                read.query_map((account, reason, most), week)?.collect()
            })
            .map_err(|error| self.read_fault(error))
    }

    fn read_corrections(&self, account: i64) -> rusqlite::Result<Vec<Correction>> {
        let read = "SELECT seq, week, revision, files.name, sha256, arrived_at,
                corrections.first_day, corrections.last_day
            FROM corrections JOIN publications ON seq = publication JOIN files ON files.id = file
            WHERE publications.account = ?1 ORDER BY week DESC, revision DESC, files.id";
        let mut read = self.connection.prepare_cached(read)?;
        let mut rows = read.query([account])?;
        let mut corrections: Vec<Correction> = Vec::new();
        while let Some(row) = rows.next()? {
            let publication = read_count(row, 0)?;
            if corrections.last().is_none_or(|last| last.publication != publication) {
                let (week, revision) = (Week::starting(read_day(row, 1)?), row.get(2)?);
                corrections.push(Correction { publication, week, revision, files: Vec::new() });
            }
            let last = corrections.last_mut().expect("one was pushed if there was none");
            last.files.push(read_file(row)?);
        }
        Ok(corrections)
    }
}

fn read_file(row: &Row<'_>) -> rusqlite::Result<CorrectingFile> {
    Ok(CorrectingFile {
        name: row.get(3)?,
        sha256: read_digest(row, 4)?,
        arrived_at: read_instant(row, 5)?,
        first_day: read_day(row, 6)?,
        last_day: read_day(row, 7)?,
    })
}
