//! A path → a connection that loses nothing at a power cut. A ledger appears complete, by one
//! rename, so that an empty, cut or foreign file under its name is damage and never a beginning;
//! such a file is looked at before SQLite may touch it, and left as it is.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::fault::{damaged, fault};
use super::schema::{APPLICATION_ID, MIGRATIONS, PAGE_BYTES, VERSION};
use crate::store::StoreError;

const OPEN: &str = "the ledger can't be opened";
const CREATE: &str = "the ledger can't be created";

/// How long one writer waits for another: units of work queue at a lock of their own, so only a
/// checkpoint or a tool from outside is ever waited for here.
const BUSY_WAIT: Duration = Duration::from_secs(10);

/// The page cache, in KiB: with the parser's buffers well below the 64 MB that a file may take.
const CACHE_KIB: i64 = 8 * 1024;

/// What the write-ahead log is cut back to after a file of millions of rows.
const LOG_BYTES_KEPT: i64 = 16 * 1024 * 1024;

/// Earlier versions of SQLite have a bug that can lose a write-ahead log.
const SQLITE_MIN: i32 = 3_051_003;

/// Opens the ledger at `path` for reading and writing; makes it if nothing is there.
pub fn writable(path: &Path) -> Result<Connection, StoreError> {
    if !exists(path)? {
        create(path)?;
    }
    look(path)?;
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    check_version(path, version(path, &connection)?)?;
    make_durable(&connection).map_err(|error| fault(path, OPEN, error))?;
    migrate(path, &mut connection, OPEN)?;
    Ok(connection)
}

/// Opens the ledger at `path` for reading, also beside a running writer.
pub fn read_only(path: &Path) -> Result<Connection, StoreError> {
    look(path)?;
    match checked_to_read(path, path, OpenFlags::SQLITE_OPEN_READ_ONLY) {
        // A reader makes the index of the log, for which there is no room. Where there is no log,
        // the file is all there is, and a writer would need the same room before it changes.
        Err(StoreError::Full { .. }) if !has_log(path) => {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            checked_to_read(path, &unchanging(path), flags)
        }
        opened => opened,
    }
}

/// The ledger at `path` as SQLite reads a file that nobody changes: with nothing beside it.
fn unchanging(path: &Path) -> PathBuf {
    let mut uri = b"file:".to_vec();
    for &byte in path.as_os_str().as_bytes() {
        match byte {
            b'?' | b'#' | b'%' => uri.extend(format!("%{byte:02x}").bytes()),
            _ => uri.push(byte),
        }
    }
    uri.extend(b"?immutable=1");
    PathBuf::from(OsString::from_vec(uri))
}

fn checked_to_read(path: &Path, named: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = connect_as(path, named, flags)?;
    let version = version(path, &connection)?;
    check_version(path, version)?;
    if version < VERSION {
        return Err(StoreError::Refused {
            what: "this ledger was last written by an older budgetd".to_owned(),
            path: path.to_owned(),
            hint: "start the daemon once, or run `budgetd ingest`: it brings the ledger forward"
                .to_owned(),
        });
    }
    Ok(connection)
}

/// A ledger that no one else sees.
pub fn temporary() -> Result<Connection, StoreError> {
    // An empty name: SQLite keeps it in its cache and spills into a file that only it knows.
    let path = Path::new("");
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    migrate(path, &mut connection, CREATE)?;
    Ok(connection)
}

/// Whether a ledger is at `path`.
pub fn is_there(path: &Path) -> Result<bool, StoreError> {
    exists(path)
}

fn exists(path: &Path) -> Result<bool, StoreError> {
    if path.try_exists().map_err(|source| machine(path, OPEN, source))? {
        return Ok(true);
    }
    if has_log(path) {
        return Err(damaged(path, "the ledger is gone, but its write-ahead log is still there"));
    }
    Ok(false)
}

/// Makes a whole, empty ledger under another name, and only then gives it its own. The caller
/// holds the lock of a unit of work, so that what is there under the other name is a leftover.
fn create(path: &Path) -> Result<(), StoreError> {
    let staged = beside(path, ".new");
    let failed = |source| machine(path, CREATE, source);
    for ending in ["", "-wal", "-shm", "-journal"] {
        remove_if_there(&beside(&staged, ending)).map_err(failed)?;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut connection = connect(&staged, flags)?;
    let set_up = |connection: &Connection| {
        connection.pragma_update(None, "page_size", PAGE_BYTES)?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        make_durable(connection)
    };
    set_up(&connection).map_err(|error| fault(path, CREATE, error))?;
    migrate(path, &mut connection, CREATE)?;
    connection.close().map_err(|(_, error)| fault(path, CREATE, error))?;
    File::open(&staged).and_then(|file| file.sync_all()).map_err(failed)?;
    match renameat_with(CWD, &staged, CWD, path, RenameFlags::NOREPLACE) {
        Ok(()) => {}
        // Another process was first: its ledger counts.
        Err(rustix::io::Errno::EXIST) => remove_if_there(&staged).map_err(failed)?,
        Err(error) => return Err(failed(error.into())),
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new("."))).and_then(|file| file.sync_all()).map_err(failed)
}

/// Where the header of an SQLite file holds its pages, version and application, big-endian
/// (<https://www.sqlite.org/fileformat.html>, section 1.3).
const HEADER_BYTES: usize = 100;
const HEADER_MAGIC: &[u8] = b"SQLite format 3\0";
const HEADER_PAGES: usize = 28;
const HEADER_VERSION: usize = 60;
const HEADER_APPLICATION: usize = 68;

/// Refuses what is no ledger, or one from the future, without letting SQLite write beside it.
pub(super) fn look(path: &Path) -> Result<(), StoreError> {
    let failed = |source| machine(path, OPEN, source);
    // A metadata call first: opening a FIFO would wait for a writer.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(damaged(path, "the ledger is no regular file"));
    }
    let log_before = has_log(path);
    let mut header = Vec::with_capacity(HEADER_BYTES);
    let file = File::open(path).map_err(failed)?;
    file.take(HEADER_BYTES as u64).read_to_end(&mut header).map_err(failed)?;
    if header.len() < HEADER_BYTES || !header.starts_with(HEADER_MAGIC) {
        return Err(damaged(path, "the ledger is damaged: this is no database"));
    }
    if number(&header, HEADER_APPLICATION) != APPLICATION_ID {
        return Err(damaged(path, "this database is no ledger of budgetd"));
    }
    check_version(path, number(&header, HEADER_VERSION))?;
    // What the log holds may not be in the file yet, and a log may come and go beside us.
    let expected = u64::from(number(&header, HEADER_PAGES)) * u64::from(PAGE_BYTES);
    let bytes = fs::metadata(path).map_err(failed)?.len();
    if log_before || has_log(path) || bytes >= expected {
        return Ok(());
    }
    Err(damaged(path, format!("the ledger was cut from {expected} to {bytes} bytes")))
}

fn has_log(path: &Path) -> bool {
    fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0)
}

fn number(header: &[u8], at: usize) -> u32 {
    header[at..at + 4].iter().fold(0, |number, &byte| number << 8 | u32::from(byte))
}

fn check_version(path: &Path, version: u32) -> Result<(), StoreError> {
    if version <= VERSION {
        return Ok(());
    }
    Err(StoreError::Newer {
        what: format!(
            "this ledger was written by a newer budgetd (its version is {version}, this program knows {VERSION})"
        ),
        path: path.to_owned(),
        hint: "nothing was changed; install the newer budgetd again, or restore into an empty folder a \
               backup that this one made"
            .to_owned(),
    })
}

/// The version as the write-ahead log has it, which the file's header may lag behind.
fn version(path: &Path, connection: &Connection) -> Result<u32, StoreError> {
    connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|error| fault(path, OPEN, error))
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    connect_as(path, path, flags)
}

/// Opens what SQLite finds under the name `named`, which is the ledger at `path`.
fn connect_as(path: &Path, named: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    assert!(rusqlite::version_number() >= SQLITE_MIN, "SQLite {} is too old", rusqlite::version());
    let settle = || {
        let connection =
            Connection::open_with_flags(named, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY_WAIT)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.pragma_update(None, "cell_size_check", true)?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        connection.pragma_update(None, "mmap_size", 0)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    };
    settle().map_err(|error| fault(path, OPEN, error))
}

/// A commit is on the disk when it returns. SQLite's defaults lose the last ones at a power cut.
fn make_durable(connection: &Connection) -> rusqlite::Result<()> {
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        return Err(rusqlite::Error::InvalidQuery);
    }
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES_KEPT)
}

fn migrate(path: &Path, connection: &mut Connection, what: &'static str) -> Result<(), StoreError> {
    match MIGRATIONS.to_latest(connection) {
        Ok(()) => Ok(()),
        Err(rusqlite_migration::Error::RusqliteError { err, .. }) => Err(fault(path, what, err)),
        Err(error) => Err(damaged(path, format!("the ledger can't be brought forward ({error})"))),
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn machine(path: &Path, what: &'static str, source: io::Error) -> StoreError {
    StoreError::machine(what, path, source)
}
