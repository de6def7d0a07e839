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
}

impl DropFolder {
    /// The refused file of that name in `rejected/`, as it is now; `None`: it is gone, or no file.
    pub fn refused_file(
        &self,
        name: &str,
        rejected: &str,
    ) -> Result<Option<RefusedFile>, StoreError> {
        Ok(match self.rejected()?.look(OsStr::new(rejected))? {
            Some(Object::File { identity, .. }) => {
                let (name, rejected) = (name.to_owned(), rejected.to_owned());
                Some(RefusedFile { name, rejected, identity })
            }
            _ => None,
        })
    }

    /// Puts a refused file back among those that wait, where more has been written to it since; whether
    /// it did. Where a newer file of the name waits, it stays.
    pub fn bring_back_regrown(&self, refused: &RefusedFile) -> Result<bool, StoreError> {
        let Some(now) = self.refused_file(&refused.name, &refused.rejected)? else {
            return Ok(false);
        };
        let is_same = (now.identity.device, now.identity.inode)
            == (refused.identity.device, refused.identity.inode);
        if !is_same || now.identity.size <= refused.identity.size {
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
