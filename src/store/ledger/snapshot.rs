//! The ledger at one moment, whatever is written to it afterwards: what a backup copies, and the
//! originals and bundles that belong to it.

use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::encode::{read_count, read_day, read_digest, read_name};
use super::fault::fault;
use super::schema::VERSION;
use super::{Ledger, READ, open};
use crate::domain::{AccountId, Day, Digest};
use crate::store::StoreError;

const COPY: &str = "the ledger can't be copied";

/// Pages that are copied at a time: 4 MiB.
const PAGES: i32 = 1024;

/// An original that the archive keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// Whose it is.
    pub account: AccountId,
    /// Where it is, below the archive.
    pub archived: String,
    /// The digest of its content.
    pub sha256: Digest,
    /// Its size.
    pub bytes: u64,
    /// The latest day that it speaks of.
    pub last_day: Day,
}

/// A bundle that was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedName {
    /// Whose it is.
    pub account: AccountId,
    /// The first day of its week.
    pub week: Day,
    /// Its revision.
    pub revision: u32,
    /// The digest of its `SHA256SUMS`.
    pub manifest: Digest,
}

impl Ledger {
    /// Opens an existing ledger for reading it as it is now: nothing that is committed later is
    /// seen through this value.
    pub fn open_pinned(path: &Path) -> Result<Self, StoreError> {
        let ledger = Self::open_read_only(path)?;
        // The read begins the snapshot; BEGIN alone does not.
        ledger
            .connection
            .execute_batch("BEGIN")
            .and_then(|()| {
                ledger
                    .connection
                    .query_row("SELECT count(*) FROM chains", [], |row| row.get::<_, i64>(0))
            })
            .map_err(|error| ledger.read_fault(error))?;
        Ok(ledger)
    }

    /// Writes a copy of the ledger to `path`, where nothing may be: one file, durable, without a log
    /// beside it.
    pub fn copy_into(&self, path: &Path) -> Result<(), StoreError> {
        let failed = |source| StoreError::Machine { what: COPY, path: path.to_owned(), source };
        let file = File::create_new(path).map_err(failed)?;
        file.set_permissions(PermissionsExt::from_mode(0o600)).map_err(failed)?;
        let copy = || {
            let mut target = Connection::open(path)?;
            // It is made durable below, as a whole.
            target.pragma_update(None, "synchronous", "off")?;
            Backup::new(&self.connection, &mut target)?.run_to_completion(
                PAGES,
                Duration::from_millis(1),
                None,
            )?;
            target.close().map_err(|(_, error)| error)
        };
        copy().map_err(|error| fault(path, COPY, error))?;
        file.sync_all().map_err(failed)
    }

    /// The originals that the archive keeps, of one account or of all, by path.
    pub fn originals(&self, account: Option<&AccountId>) -> Result<Vec<Original>, StoreError> {
        let find = "SELECT accounts.name, archived, sha256, bytes, max(last_day) FROM files
            JOIN accounts ON accounts.id = files.account
            WHERE archived IS NOT NULL AND (?1 IS NULL OR accounts.name = ?1)
            GROUP BY archived ORDER BY archived";
        let read = || {
            let mut find = self.connection.prepare(find)?;
            let rows = find.query_map([account.map(AccountId::as_str)], |row| {
                Ok(Original {
                    account: read_name(row, 0)?,
                    archived: row.get(1)?,
                    sha256: read_digest(row, 2)?,
                    bytes: read_count(row, 3)?,
                    last_day: read_day(row, 4)?,
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| fault(&self.path, READ, error))
    }

    /// All bundles that were published, in the order of their publication.
    pub fn published_names(&self) -> Result<Vec<PublishedName>, StoreError> {
        let find = "SELECT accounts.name, week, revision, manifest FROM publications
            JOIN accounts ON accounts.id = account ORDER BY seq";
        let read = || {
            let mut find = self.connection.prepare(find)?;
            let rows = find.query_map([], |row| {
                Ok(PublishedName {
                    account: read_name(row, 0)?,
                    week: read_day(row, 1)?,
                    revision: row.get(2)?,
                    manifest: read_digest(row, 3)?,
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| fault(&self.path, READ, error))
    }

    /// The digests of the files that each published decision of an account rests on, with the
    /// decision's bundle.
    pub fn inputs_of_decisions(
        &self,
        account: &AccountId,
    ) -> Result<Vec<(PublishedName, Vec<Digest>)>, StoreError> {
        let find = "SELECT accounts.name, week, revision, manifest, input.value
            FROM publications JOIN accounts ON accounts.id = account
            LEFT JOIN json_each(publications.decision, '$.inputs.files') AS input
            WHERE accounts.name = ?1 ORDER BY seq";
        let read = || {
            let mut find = self.connection.prepare(find)?;
            let mut rows = find.query([account.as_str()])?;
            let mut found: Vec<(PublishedName, Vec<Digest>)> = Vec::new();
            while let Some(row) = rows.next()? {
                let name = PublishedName {
                    account: read_name(row, 0)?,
                    week: read_day(row, 1)?,
                    revision: row.get(2)?,
                    manifest: read_digest(row, 3)?,
                };
                if found.last().is_none_or(|(last, _)| *last != name) {
                    found.push((name, Vec::new()));
                }
                if row.get_ref(4)?.as_str_or_null()?.is_some() {
                    let (_, files) = found.last_mut().expect("it was pushed above");
                    files.push(read_digest(row, 4)?);
                }
            }
            Ok(found)
        };
        read().map_err(|error| fault(&self.path, READ, error))
    }

    /// Remembers that the archive no longer keeps the original at `archived`.
    pub fn forget_original(&mut self, archived: &str) -> Result<(), StoreError> {
        let transaction = self.begin()?;
        transaction
            .execute("UPDATE files SET archived = NULL WHERE archived = ?1", [archived])
            .map_err(|error| self.write_fault(error))?;
        transaction.commit().map_err(|error| self.write_fault(error))
    }
}

/// The version of the ledger that this program writes.
pub const LEDGER_VERSION: u32 = VERSION;

/// Checks that the file at `path` is a ledger that this program can read, and brings nothing beside
/// it.
pub fn check_copy(path: &Path) -> Result<(), StoreError> {
    open::look(path)
}
