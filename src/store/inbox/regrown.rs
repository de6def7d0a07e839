//! Refused files whose writer had only paused: what grows in `rejected/` afterwards waits again, as the
//! whole file. A refused file that is edited, replaced or made smaller stays where it is.

use std::ffi::OsStr;

use super::DropFolder;
use crate::store::StoreError;
use crate::store::folder::Moved;
use crate::store::object::{Identity, Object};

/// A refused file as it was when it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedFile {
    /// Its name in the drop folder.
    pub name: String,
    /// Its name in `rejected/`.
    pub rejected: String,
    identity: Identity,
    bytes: u64,
}

impl DropFolder {
    /// The file of that name in `rejected/`, which was refused when it had so many bytes; `None`: it is
    /// gone, or no file.
    pub fn refused_file(
        &self,
        name: &str,
        rejected: &str,
        bytes: u64,
    ) -> Result<Option<RefusedFile>, StoreError> {
        Ok(self.in_rejected(rejected)?.map(|identity| RefusedFile {
            name: name.to_owned(),
            rejected: rejected.to_owned(),
            identity,
            bytes,
        }))
    }

    fn in_rejected(&self, name: &str) -> Result<Option<Identity>, StoreError> {
        Ok(match self.rejected()?.look(OsStr::new(name))? {
            Some(Object::File { identity, .. }) => Some(identity),
            _ => None,
        })
    }

    /// Puts a refused file back among those that wait, where more has been written to it since; whether
    /// it did. Where a newer file of the name waits, it stays.
    pub fn bring_back_regrown(&self, refused: &RefusedFile) -> Result<bool, StoreError> {
        let Some(now) = self.in_rejected(&refused.rejected)? else { return Ok(false) };
        let then = &refused.identity;
        if (now.device, now.inode) != (then.device, then.inode) || now.size <= refused.bytes {
            return Ok(false);
        }
        let rejected = self.rejected()?;
        let moved = rejected.move_new(
            OsStr::new(&refused.rejected),
            &self.folder,
            OsStr::new(&refused.name),
        )?;
        Ok(moved == Moved::Done)
    }
}
