//! Rows by key, run after run, that wait outside memory until all are there → all rows by key. They
//! lie in a file of SQLite's that has no name and is gone with its handle.

use std::cmp::Ordering;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::batch::{FactColumns, Pushed};
use super::fault::fault;
use super::merge::Merge;
use super::packed;
use super::pile::Pile;
use crate::store::StoreError;

/// Bytes of a page of the file.
const PAGE_BYTES: u16 = 16 * 1024;

/// Bytes of rows that are read at a time, some hundreds of rows: what fits on a page beside the
/// number of the block.
const BLOCK_BYTES: usize = if cfg!(test) { 256 } else { PAGE_BYTES as usize - 64 };

/// The page cache of the file, in KiB: blocks are written once and mostly read once.
const CACHE_KIB: i64 = 1024;

/// Why rows could not be put in order.
#[derive(Debug)]
pub enum SortError {
    /// The ledger failed.
    Ledger(rusqlite::Error),
    /// The file for what waits failed.
    Waiting(rusqlite::Error),
}

impl From<rusqlite::Error> for SortError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Ledger(error)
    }
}

impl SortError {
    /// As the store's, for the ledger at `path`.
    pub fn of_ledger(self, path: &Path, what: &'static str) -> StoreError {
        match self {
            Self::Ledger(error) => fault(path, what, error),
            Self::Waiting(error) => {
                let kind = match error.sqlite_error_code() {
                    Some(rusqlite::ErrorCode::DiskFull) => io::ErrorKind::StorageFull,
                    _ => io::ErrorKind::Other,
                };
                let what = "the rows of a file can't be sorted in a temporary file";
                StoreError::machine(what, &temporary_folder(), io::Error::new(kind, error))
            }
        }
    }
}

/// Where SQLite makes its temporary files, as its documentation says.
fn temporary_folder() -> PathBuf {
    let named = ["SQLITE_TMPDIR", "TMPDIR"].into_iter().filter_map(std::env::var_os);
    let usual = ["/var/tmp", "/usr/tmp", "/tmp"].map(Into::into);
    named.chain(usual).map(PathBuf::from).find(|path| path.is_dir()).unwrap_or_else(|| ".".into())
}

/// Rows that wait.
pub struct Spill {
    connection: Connection,
    runs: Vec<Vec<Block>>,
    blocks: i64,
    rows: usize,
    /// Blocks that were read in search of a key.
    searched: u64,
}

/// Some rows of a run, by key.
pub struct Block {
    id: i64,
    /// The key of the first.
    pair: u64,
    campaign: Box<[u8]>,
}

impl Block {
    fn key(&self) -> (u64, &[u8]) {
        (self.pair, &self.campaign)
    }
}

impl Spill {
    /// No rows.
    pub fn new() -> Result<Self, SortError> {
        let open = || {
            // An empty name: a file that only this connection knows.
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags("", flags)?;
            connection.pragma_update(None, "page_size", PAGE_BYTES)?;
            connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
            connection.pragma_update_and_check(None, "journal_mode", "off", |_| Ok(()))?;
            connection.pragma_update(None, "synchronous", "off")?;
            connection.execute_batch(
                "CREATE TABLE blocks (id INTEGER PRIMARY KEY, rows BLOB NOT NULL) STRICT; BEGIN",
            )?;
            Ok(connection)
        };
        let connection = open().map_err(SortError::Waiting)?;
        Ok(Self { connection, runs: Vec::new(), blocks: 0, rows: 0, searched: 0 })
    }

    /// How many rows wait.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// How many blocks were read in search of a key.
    pub const fn searched(&self) -> u64 {
        self.searched
    }

    /// Takes all rows of `pile` as a run of their own.
    pub fn take(&mut self, pile: &mut Pile) -> Result<(), SortError> {
        let mut run = Vec::new();
        let mut block = Vec::with_capacity(BLOCK_BYTES);
        self.rows += pile.len();
        pile.drain(|row| {
            if block.len() + row.len() > BLOCK_BYTES && !block.is_empty() {
                run.push(self.write_block(&mut block)?);
            }
            block.extend_from_slice(row);
            Ok(())
        })?;
        if !block.is_empty() {
            run.push(self.write_block(&mut block)?);
            self.runs.push(run);
        }
        Ok(())
    }

    fn write_block(&mut self, bytes: &mut Vec<u8>) -> Result<Block, SortError> {
        let id = self.blocks;
        self.connection
            .prepare_cached("INSERT INTO blocks (id, rows) VALUES (?1, ?2)")
            .and_then(|mut insert| insert.execute((id, &**bytes)))
            .map_err(SortError::Waiting)?;
        self.blocks += 1;
        let (pair, campaign) = packed::key(bytes);
        let block = Block { id, pair, campaign: campaign.into() };
        bytes.clear();
        Ok(block)
    }

    /// Reads `block` over what is in `bytes`.
    pub fn read_block(&self, block: &Block, bytes: &mut Vec<u8>) -> Result<(), SortError> {
        self.connection
            .prepare_cached("SELECT rows FROM blocks WHERE id = ?1")
            .and_then(|mut read| {
                read.query_row([block.id], |row| {
                    bytes.clear();
                    bytes.extend_from_slice(row.get_ref(0)?.as_blob()?);
                    Ok(())
                })
            })
            .map_err(SortError::Waiting)
    }

    /// What the row of `row`'s key that waits is to it, if one does.
    pub fn find(&mut self, row: &FactColumns<'_>) -> Result<Option<Pushed>, SortError> {
        let key = (packed::pair(row), row.campaign.as_bytes());
        let mut bytes = Vec::new();
        for run in &self.runs {
            let behind = run.partition_point(|block| block.key() <= key);
            let Some(block) = run[..behind].last() else { continue };
            self.read_block(block, &mut bytes)?;
            self.searched += 1;
            let mut at = &bytes[..];
            while !at.is_empty() {
                match packed::key(at).cmp(&key) {
                    Ordering::Less => packed::skip(&mut at),
                    Ordering::Equal => return Ok(Some(packed::read(&mut at).beside(row))),
                    Ordering::Greater => break,
                }
            }
        }
        Ok(None)
    }

    /// Begins to hand out all rows by key.
    pub fn merge(&self) -> Result<Merge<'_>, SortError> {
        Merge::new(self, self.runs.iter().map(|run| &**run))
    }
}
