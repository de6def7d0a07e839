//! SQLite's errors as the store's: what the machine did, what another instance holds, and what
//! can only mean that the ledger itself is damaged.

use std::io;
use std::path::Path;

use rusqlite::ErrorCode;

use crate::store::StoreError;
use crate::store::files::free_bytes;

/// The first page of the file that SQLite shares memory by has 32 KiB; this is that and as much
/// again.
const OPENING_BYTES: u64 = 64 << 10;

/// What to do about a damaged ledger.
pub const DAMAGED_HINT: &str = "stop budgetd, keep a copy of this file, and restore the last backup (budgetd restore); \
     the originals of all files are in the archive";

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
        // Where there is no room for the file that SQLite shares memory by, it names no reason.
        Some(SystemIoFailure | CannotOpen) if has_no_room(&path) => {
            let source = format!("No space left on its disk ({error})");
            let source = io::Error::new(io::ErrorKind::StorageFull, source);
            return StoreError::Machine { what, path, source };
        }
        Some(SystemIoFailure | CannotOpen | FileLockingProtocolFailed | NoLargeFileSupport) => {
            io::ErrorKind::Other
        }
        _ => {
            let what = format!("the ledger is damaged ({what}: {error})");
            return StoreError::Damaged { what, path, hint: DAMAGED_HINT.to_owned() };
        }
    };
    StoreError::Machine { what, path, source: io::Error::new(kind, error) }
}

/// Whether the folder of the ledger at `path` lacks the room that opening it takes.
fn has_no_room(path: &Path) -> bool {
    let folder = path.parent().unwrap_or(path);
    free_bytes(folder).is_ok_and(|bytes| bytes < OPENING_BYTES)
}

/// A ledger that is damaged in a way that SQLite does not see.
pub fn damaged(path: &Path, what: impl Into<String>) -> StoreError {
    StoreError::Damaged { what: what.into(), path: path.to_owned(), hint: DAMAGED_HINT.to_owned() }
}
