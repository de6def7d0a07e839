//! Posteriors on the disk: each a file of its own that appears whole. What was drawn once is kept, so
//! that who asks again reads it.

use std::path::{Path, PathBuf};

use super::{StoreError, atomic, files};
use crate::domain::{AccountId, Digest};
use crate::store::layout::State;

/// What lies in the state folder is for the daemon alone; what people write elsewhere is as they set it.
const MODE_STATE: u32 = 0o600;
const MODE_OUT: u32 = 0o644;

/// Where the posterior of these data by this seed lies.
pub fn place(state: &State, account: &AccountId, data: Digest, seed: u64) -> PathBuf {
    state.posteriors(account).join(format!("{}-{seed}.json", data.short()))
}

/// The file at `path`, of at most `bytes_max`; `None`: there is none.
///
/// # Errors
/// [`StoreError`] where it can't be read.
pub fn read(path: &Path, bytes_max: u64) -> Result<Option<Vec<u8>>, StoreError> {
    if files::exists(path) { atomic::read_bounded(path, bytes_max).map(Some) } else { Ok(None) }
}

/// Writes the file at `path`, making its folder: of the state in place of what is there; `is_new`, that
/// of a person, nothing may be there.
///
/// # Errors
/// [`StoreError`] where it can't be written.
pub fn write(path: &Path, bytes: &[u8], is_new: bool) -> Result<(), StoreError> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return Err(StoreError::Refused {
            what: "this is no name for a file".to_owned(),
            path: path.to_owned(),
            hint: "name a file whose name is plain text".to_owned(),
        });
    };
    files::create_folder(folder)?;
    if is_new {
        atomic::write_new(folder, name, bytes, MODE_OUT)
    } else {
        atomic::replace(folder, name, bytes, MODE_STATE)
    }
}
