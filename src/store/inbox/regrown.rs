//! Refused files that grew where they lie: a writer who had only paused goes on writing in `rejected/`.
//! Told by their content, which must begin with what was refused, and never by what the folder says.

use std::ffi::OsStr;

use super::DropFolder;
use super::names::Companion;
use crate::domain::Digest;
use crate::store::StoreError;
use crate::store::copy::hash;
use crate::store::folder::{Folder, Moved, Opened, machine};
use crate::store::object::Object;

/// How often a file that grows is brought back: a sender who edits it there for ever goes in no circle.
pub const BROUGHT_BACK_MAX: u32 = 3;
/// Bytes of a refused file that are hashed to know it again.
const HASHED_BYTES_MAX: u64 = 256 << 20;

/// A refused file, as it was when it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedThen {
    /// The name that it was dropped under.
    pub name: String,
    /// Its name in `rejected/`.
    pub answer_name: String,
    /// Its size.
    pub bytes: u64,
    /// The digest of its content.
    pub sha256: Digest,
}

impl DropFolder {
    /// Whether the refused file may have grown and its own name is free: two looks, nothing is read.
    pub fn may_have_grown(&self, refused: &RefusedThen) -> Result<bool, StoreError> {
        Ok(refused.bytes <= HASHED_BYTES_MAX
            && is_larger(&*self.rejected()?, refused)?
            && self.folder.look(OsStr::new(&refused.name))?.is_none())
    }

    /// Whether what lies in `rejected/` now begins with so many bytes of this digest.
    pub fn begins_with(
        &self,
        refused: &RefusedThen,
        (bytes, sha256): (u64, Digest),
    ) -> Result<bool, StoreError> {
        let (rejected, name) = (self.rejected()?, OsStr::new(&refused.answer_name));
        let Opened::File { mut file, one_link: true, .. } = rejected.open_file(name)? else {
            return Ok(false);
        };
        if bytes > HASHED_BYTES_MAX {
            return Ok(false);
        }
        let found = hash(&mut file, bytes)
            .map_err(|error| machine("can't read", &rejected.path_of(name), error))?;
        Ok(found == (bytes, sha256))
    }

    /// Puts a refused file that has grown back among those that wait, after its digest where it had one,
    /// and says so in its page of problems. Whether it went there: never over a file that waits.
    pub fn bring_back(&self, refused: &RefusedThen) -> Result<bool, StoreError> {
        let rejected = self.rejected()?;
        // Two pages for a moment are better than a file whose page is not the newest and doesn't say so.
        drop(self.problems_of_a_grown(&refused.name, &refused.answer_name));
        let digest = Companion::Digest.of(&refused.answer_name);
        let digest = OsStr::new(&digest);
        if matches!(rejected.look(digest)?, Some(Object::File { .. })) {
            let to = Companion::Digest.of(&refused.name);
            // Where a newer one lies there already, that is the one to go by.
            rejected.move_new(digest, &self.folder, OsStr::new(&to))?;
        }
        let (from, to) = (OsStr::new(&refused.answer_name), OsStr::new(&refused.name));
        Ok(rejected.move_new(from, &self.folder, to)? == Moved::Done)
    }

    /// Says in its page of problems that a refused file has grown and is left where it is.
    pub fn leave_grown(&self, refused: &RefusedThen) -> Result<(), StoreError> {
        let why = format!(
            "it grew again after it had come back {BROUGHT_BACK_MAX} times; drop it again once it is whole"
        );
        self.problems_of_one_left(&refused.name, &refused.answer_name, &why)
    }
}

fn is_larger(rejected: &Folder, refused: &RefusedThen) -> Result<bool, StoreError> {
    let now = rejected.look(OsStr::new(&refused.answer_name))?;
    Ok(
        matches!(now, Some(Object::File { identity, one_link: true }) if identity.size > refused.bytes),
    )
}
