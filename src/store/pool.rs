//! What accounts tell each other, on the disk: one file of the state folder that appears whole.

use super::{StoreError, atomic, files};
use crate::store::layout::State;

/// For the daemon alone.
const MODE: u32 = 0o600;

const NAME: &str = "pool.json";

/// The file, of at most `bytes_max`; `None`: there is none.
///
/// # Errors
/// [`StoreError`] where it can't be read.
pub fn read(state: &State, bytes_max: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let path = state.root().join(NAME);
    if files::exists(&path) { atomic::read_bounded(&path, bytes_max).map(Some) } else { Ok(None) }
}

/// Writes it in place of what is there.
///
/// # Errors
/// [`StoreError`] where it can't be written.
pub fn write(state: &State, bytes: &[u8]) -> Result<(), StoreError> {
    atomic::replace(state.root(), NAME, bytes, MODE)
}
