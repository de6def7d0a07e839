//! What the daemon believes: facts per day, channel and campaign, the files they came from, and
//! what was published, in one SQLite file for all accounts. It takes a file as a whole or not at
//! all, and a damaged ledger is an error, never a reason to begin anew.

mod arrivals;
mod batch;
mod chains;
mod changes;
mod channels;
mod corrections;
mod days;
mod dropped;
mod encode;
mod ending;
mod facts;
mod fault;
mod figures;
mod files;
mod filter;
mod hash;
mod held;
mod insert;
mod merge;
mod moved;
mod of_name;
mod open;
mod origins;
mod others;
mod packed;
mod pile;
mod preview;
mod publications;
mod rehearse;
mod rows;
mod schema;
mod seen;
mod settle;
mod snapshot;
mod spill;
mod take;
#[cfg(test)]
mod tests;
mod unsaid;

pub use arrivals::Arrivals;
pub use changes::{
    Changes, DROPPED_MAX, EXAMPLES_MAX, REPLACEMENTS_MAX, Replaced, Unsaid, UnsaidPair,
};
pub use corrections::{CorrectingFile, Correction};
pub use facts::{BusinessFact, PeriodFact, PeriodFacts, UnknownCounts};
pub use files::{FileCounts, FileOutcome, FileRecord, NewFile, RefusedFiles};
pub use of_name::RefusedLately;
pub use publications::{Missed, NewPublication, Publication, PublishedSegment};
pub use rows::FactRow;
pub use snapshot::{LEDGER_VERSION, Original, PublishedName, check_copy};
pub use take::{Incoming, Take};

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use self::fault::{damaged, fault};
use super::StoreError;
use crate::audit::ChainHead;
use crate::domain::AccountId;

const READ: &str = "the ledger can't be read";
const WRITE: &str = "the ledger can't be written";

/// The ledger, held by one thread. Every method that writes is one transaction, durable when it
/// returns; after an error of the machine, open it again before trusting what it says.
#[derive(Debug)]
pub struct Ledger {
    connection: Connection,
    path: PathBuf,
}

impl Ledger {
    /// Opens the ledger at `path`, brings an older one forward, and makes one if nothing is there.
    ///
    /// Errors: [`StoreError::Damaged`] where something else is there, which is left as it is;
    /// [`StoreError::Newer`] for a ledger of a newer program.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { connection: open::writable(path)?, path: path.to_owned() })
    }

    /// Opens an existing ledger for reading, also beside a daemon that writes it.
    ///
    /// Errors: as [`Ledger::open`]; an older ledger is refused, an absent one is
    /// [`StoreError::Machine`].
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { connection: open::read_only(path)?, path: path.to_owned() })
    }

    /// Opens the ledger at `path` for reading, if there is one.
    pub fn open_existing(path: &Path) -> Result<Option<Self>, StoreError> {
        if open::is_there(path)? { Self::open_read_only(path).map(Some) } else { Ok(None) }
    }

    /// An empty ledger that is forgotten when it goes: it finds doubles within a file that is only
    /// looked at.
    pub fn temporary() -> Result<Self, StoreError> {
        Ok(Self { connection: open::temporary()?, path: PathBuf::from("a temporary ledger") })
    }

    /// Whether it is remembered that something in a drop folder was left alone.
    pub fn is_noted(
        &self,
        account: &AccountId,
        name: &str,
        kind: &str,
    ) -> Result<bool, StoreError> {
        let find = "SELECT EXISTS (SELECT 1 FROM ignored JOIN accounts ON account = id
            WHERE accounts.name = ?1 AND ignored.name = ?2 AND kind = ?3)";
        self.connection
            .prepare_cached(find)
            .and_then(|mut find| find.query_row((account.as_str(), name, kind), |row| row.get(0)))
            .map_err(|error| self.read_fault(error))
    }

    /// Remembers that something in a drop folder was left alone, together with the head of the
    /// audit chain that says so.
    pub fn note_ignored(
        &mut self,
        account: &AccountId,
        name: &str,
        kind: &str,
        chain: (&str, ChainHead),
    ) -> Result<(), StoreError> {
        let transaction = self.begin()?;
        let insert = "INSERT INTO ignored (account, name, kind) VALUES (?1, ?2, ?3)
            ON CONFLICT DO NOTHING";
        account_number(&transaction, account)
            .and_then(|account| transaction.prepare_cached(insert)?.execute((account, name, kind)))
            .map_err(|error| self.write_fault(error))?;
        self.write_chain_head(chain.0, chain.1)?;
        transaction.commit().map_err(|error| self.write_fault(error))
    }

    /// Reads the whole ledger and checks its structure, which takes seconds for millions of rows.
    pub fn check_integrity(&self) -> Result<(), StoreError> {
        let finding: String = self
            .connection
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
            .map_err(|error| self.read_fault(error))?;
        if finding != "ok" {
            return Err(damaged(&self.path, format!("the ledger is damaged ({finding})")));
        }
        let strangers =
            "SELECT EXISTS (SELECT 1 FROM facts WHERE file NOT IN (SELECT id FROM files)
            OR seen NOT IN (SELECT id FROM files)
            OR channel <> 0 AND channel NOT IN (SELECT id FROM channels))";
        let strangers: bool = self
            .connection
            .query_row(strangers, [], |row| row.get(0))
            .map_err(|error| self.read_fault(error))?;
        if strangers {
            return Err(damaged(&self.path, "the ledger is damaged (facts without their file)"));
        }
        Ok(())
    }

    /// The number of an account, if the ledger knows it.
    fn account(&self, account: &AccountId) -> Result<Option<i64>, StoreError> {
        self.connection
            .prepare_cached("SELECT id FROM accounts WHERE name = ?1")
            .and_then(|mut find| find.query_row([account.as_str()], |row| row.get(0)).optional())
            .map_err(|error| self.read_fault(error))
    }

    /// Begins a transaction that holds the right to write from its start.
    fn begin(&self) -> Result<Transaction<'_>, StoreError> {
        Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)
            .map_err(|error| self.write_fault(error))
    }

    fn read_fault(&self, error: rusqlite::Error) -> StoreError {
        fault(&self.path, READ, error)
    }

    fn write_fault(&self, error: rusqlite::Error) -> StoreError {
        fault(&self.path, WRITE, error)
    }
}

/// The number of an account, which it gets at its first use.
fn account_number(connection: &Connection, account: &AccountId) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("INSERT INTO accounts (name) VALUES (?1) ON CONFLICT DO NOTHING")?
        .execute([account.as_str()])?;
    connection
        .prepare_cached("SELECT id FROM accounts WHERE name = ?1")?
        .query_row([account.as_str()], |row| row.get(0))
}
