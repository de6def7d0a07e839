//! SQLite's errors as the store's: what the machine did, what another instance holds, and what
//! can only mean that the ledger itself is damaged.

use std::io;
use std::path::Path;

use rusqlite::ErrorCode;

use crate::store::StoreError;
use crate::store::space::Space;

/// What to do about a damaged ledger.
pub const DAMAGED_HINT: &str = "stop budgetd, keep a copy of this file, and restore the last backup (budgetd restore); \
     the originals of all files are in the archive";

/// What the index of the write-ahead log takes, at least.
const LOG_INDEX_BYTES: u64 = 32 * 1024;

/// `error` of the ledger at `path`, met while doing `what`.
pub fn fault(path: &Path, what: &'static str, error: rusqlite::Error) -> StoreError {
    use ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, FileLockingProtocolFailed,
        NoLargeFileSupport, OutOfMemory, PermissionDenied, ReadOnly, SystemIoFailure,
    };
    let path = path.to_owned();
    let kind = match error.sqlite_error_code() {
        Some(DatabaseBusy | DatabaseLocked) => return StoreError::Busy { path },
        Some(DiskFull) => io::ErrorKind::StorageFull,
        Some(PermissionDenied | ReadOnly) => io::ErrorKind::PermissionDenied,
        Some(OutOfMemory) => io::ErrorKind::OutOfMemory,
        // SQLite calls it that where the index of its log has no room.
        Some(SystemIoFailure) if has_no_room(&path) => io::ErrorKind::StorageFull,
        Some(SystemIoFailure | CannotOpen | FileLockingProtocolFailed | NoLargeFileSupport) => {
            io::ErrorKind::Other
        }
        _ => {
            let what = format!("the ledger is damaged ({what}: {error})");
            return StoreError::Damaged { what, path, hint: DAMAGED_HINT.to_owned() };
        }
    };
    StoreError::machine(what, &path, io::Error::new(kind, error))
}

fn has_no_room(path: &Path) -> bool {
    Space::of(path).is_ok_and(|space| space.bytes < LOG_INDEX_BYTES || space.files == Some(0))
}

/// A ledger that is damaged in a way that SQLite does not see.
pub fn damaged(path: &Path, what: impl Into<String>) -> StoreError {
    StoreError::Damaged { what: what.into(), path: path.to_owned(), hint: DAMAGED_HINT.to_owned() }
}
