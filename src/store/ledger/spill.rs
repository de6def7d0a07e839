//! Rows by key, run after run, that wait outside memory until all are there → all rows by key. They
//! lie in a file of SQLite's that has no name and is gone with its handle.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io;
use std::mem;
use std::path::{Path, PathBuf};
use std::slice;

use rusqlite::{Connection, OpenFlags};

use super::batch::{FactColumns, Pushed};
use super::fault::fault;
use super::held::{Held, Key, Values};
use super::packed;
use crate::store::StoreError;

/// Bytes of rows that are read at a time: a hundred or two.
const BLOCK_BYTES: usize = if cfg!(test) { 256 } else { 8 * 1024 };

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
    runs: Vec<Run>,
    blocks: i64,
    rows: usize,
    /// Blocks that were read in search of a key.
    searched: u64,
}

/// Rows by key.
struct Run {
    /// The number and the first key of each of its blocks.
    blocks: Vec<(i64, Key)>,
}

impl Spill {
    /// No rows.
    pub fn new() -> Result<Self, SortError> {
        let open = || {
            // An empty name: a file that only this connection knows.
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags("", flags)?;
            connection.pragma_update(None, "page_size", 16 * 1024)?;
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

    /// Takes all rows of `held` as a run of their own.
    pub fn take(&mut self, held: &mut Held) -> Result<(), SortError> {
        let mut run = Run { blocks: Vec::new() };
        let mut block = Vec::with_capacity(2 * BLOCK_BYTES);
        while let Some((key, values)) = held.pop() {
            let row = key.row(&values);
            let is_first = block.is_empty();
            packed::write(&row, &mut block);
            if is_first {
                run.blocks.push((self.blocks, key));
            }
            self.rows += 1;
            if block.len() >= BLOCK_BYTES {
                self.write_block(&mut block)?;
            }
        }
        if !block.is_empty() {
            self.write_block(&mut block)?;
        }
        if !run.blocks.is_empty() {
            self.runs.push(run);
        }
        Ok(())
    }

    fn write_block(&mut self, block: &mut Vec<u8>) -> Result<(), SortError> {
        self.connection
            .prepare_cached("INSERT INTO blocks (id, rows) VALUES (?1, ?2)")
            .and_then(|mut insert| insert.execute((self.blocks, &*block)))
            .map_err(SortError::Waiting)?;
        self.blocks += 1;
        block.clear();
        Ok(())
    }

    /// Reads block `id` over what is in `bytes`.
    fn read_block(&self, id: i64, bytes: &mut Vec<u8>) -> Result<(), SortError> {
        self.connection
            .prepare_cached("SELECT rows FROM blocks WHERE id = ?1")
            .and_then(|mut read| {
                read.query_row([id], |row| {
                    bytes.clear();
                    bytes.extend_from_slice(row.get_ref(0)?.as_blob()?);
                    Ok(())
                })
            })
            .map_err(SortError::Waiting)
    }

    /// What the row of `row`'s key that waits is to it, if one does.
    pub fn find(&mut self, row: &FactColumns<'_>) -> Result<Option<Pushed>, SortError> {
        let mut bytes = Vec::new();
        for run in &self.runs {
            let behind = run.blocks.partition_point(|(_, first)| first.cmp_row(row).is_le());
            let Some(&(block, _)) = run.blocks[..behind].last() else { continue };
            self.read_block(block, &mut bytes)?;
            self.searched += 1;
            let mut at = &bytes[..];
            while !at.is_empty() {
                let found = packed::read(&mut at);
                match found.cmp_key(row) {
                    Ordering::Less => {}
                    Ordering::Equal => return Ok(Some(found.beside(row))),
                    Ordering::Greater => break,
                }
            }
        }
        Ok(None)
    }

    /// Begins to hand out all rows by key.
    pub fn merge(&self) -> Result<Merge<'_>, SortError> {
        let mut merge = Merge { spill: self, cursors: Vec::new(), heads: BinaryHeap::new() };
        for run in &self.runs {
            let mut cursor = Cursor { blocks: run.blocks.iter(), bytes: Vec::new(), at: 0 };
            if let Some((key, values)) = cursor.next(self)? {
                merge.heads.push(Reverse((key, merge.cursors.len())));
                merge.cursors.push((cursor, Some(values)));
            }
        }
        Ok(merge)
    }
}

/// All rows by key, one at a time.
pub struct Merge<'s> {
    spill: &'s Spill,
    /// Where each run is, and the values of its next row.
    cursors: Vec<(Cursor<'s>, Option<Values>)>,
    /// The key of the next row of each run that has one. No key is in two of them.
    heads: BinaryHeap<Reverse<(Key, usize)>>,
}

impl Merge<'_> {
    /// The next row.
    pub fn next(&mut self) -> Result<Option<(Key, Values)>, SortError> {
        let Some(mut head) = self.heads.peek_mut() else { return Ok(None) };
        let run = head.0.1;
        let (cursor, waiting) = &mut self.cursors[run];
        let (next_key, next_values) = cursor.next(self.spill)?.unzip();
        let values = mem::replace(waiting, next_values).expect("a head has values");
        let key = match next_key {
            Some(next_key) => mem::replace(&mut head.0.0, next_key),
            None => PeekMut::pop(head).0.0,
        };
        Ok(Some((key, values)))
    }
}

/// A place in a run.
struct Cursor<'s> {
    /// The blocks that have not been read.
    blocks: slice::Iter<'s, (i64, Key)>,
    bytes: Vec<u8>,
    at: usize,
}

impl Cursor<'_> {
    fn next(&mut self, spill: &Spill) -> Result<Option<(Key, Values)>, SortError> {
        if self.at == self.bytes.len() {
            let Some(&(block, _)) = self.blocks.next() else { return Ok(None) };
            spill.read_block(block, &mut self.bytes)?;
            self.at = 0;
        }
        let mut rest = &self.bytes[self.at..];
        let row = packed::read(&mut rest);
        self.at = self.bytes.len() - rest.len();
        Ok(Some((Key::of(&row), Values::of(&row))))
    }
}
