//! Originals that were taken, kept out of sight for a while: what a writer who had only paused still
//! adds to one puts it back among the files that wait, as the whole file. Kept by name and not open,
//! so that nobody is hindered from unmounting, and a restart forgets none.

use std::ffi::{OsStr, OsString};

use chrono::TimeDelta;

use super::claim::{Claimed, is_claim_id};
use super::names::{TakenName, judge};
use super::{CLAIMED, DropFolder};
use crate::domain::Instant;
use crate::store::StoreError;
use crate::store::folder::Moved;
use crate::store::object::{Identity, Object};

/// Originals of one drop folder that are kept, the newest.
const KEPT_MAX: usize = 256;
/// Bytes of them.
const KEPT_BYTES_MAX: u64 = 256 << 20;
/// A writer who pauses longer is another sender of the same name.
const KEPT_FOR: TimeDelta = TimeDelta::hours(1);

const PREFIX: &str = "taken-";
/// Nanoseconds of a time within its second are below 2^32.
const NANOSECONDS: i128 = 1_000_000_000;

/// What is kept, as its name in the folder of claimed files tells it:
/// `taken-<size>-<modified>-<claim>~<name>`.
#[derive(Debug, PartialEq, Eq)]
struct Kept<'n> {
    size: u64,
    /// Nanoseconds since 1970.
    modified: i128,
    claim_id: &'n str,
    name: &'n str,
}

/// A kept original that was written to after it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    file_name: OsString,
    claimed: Claimed,
}

impl Late {
    /// The claim that it was taken under.
    pub const fn claimed(&self) -> &Claimed {
        &self.claimed
    }
}

impl<'n> Kept<'n> {
    fn parse(file_name: &'n OsStr) -> Option<Self> {
        let (stem, name) = file_name.to_str()?.strip_prefix(PREFIX)?.split_once('~')?;
        let mut parts = stem.splitn(3, '-');
        let (size, modified) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let claim_id = parts.next()?;
        let is_kept = is_claim_id(claim_id) && judge(OsStr::new(name)) == TakenName::Taken(name);
        is_kept.then_some(Self { size, modified, claim_id, name })
    }

    fn is_as_it_was(&self, now: &Identity) -> bool {
        (self.size, self.modified) == (now.size, modified(now))
    }
}

fn modified(identity: &Identity) -> i128 {
    i128::from(identity.modified.0) * NANOSECONDS + i128::from(identity.modified.1)
}

/// Whether a name in the folder of claimed files is that of an original that is kept.
pub(super) fn is_kept(file_name: &OsStr) -> bool {
    Kept::parse(file_name).is_some()
}

/// The name that a claimed original is kept under.
pub(super) fn kept_name(claimed: &Claimed, identity: &Identity) -> OsString {
    let (size, modified) = (identity.size, modified(identity).max(0));
    format!("{PREFIX}{size}-{modified}-{}~{}", claimed.claim_id, claimed.name).into()
}

/// Whether `then` is so long before `now`, or after it, that no writer pauses since.
pub(super) fn is_longer_ago(now: Instant, then: Instant) -> bool {
    now.signed_duration_since(then).abs() > KEPT_FOR
}

impl DropFolder {
    /// What was written to after it was taken and whose name is free again, at most as much as is kept;
    /// and lets go what has been kept for an hour or is too much.
    pub fn late(&self, now: Instant) -> Result<Vec<Late>, StoreError> {
        let (mut late, mut kept) = (Vec::new(), Vec::new());
        for (file_name, identity) in self.all_kept()? {
            let Some(found) = Kept::parse(&file_name) else { continue };
            // While another file of the name waits, this one waits for what becomes of that.
            if found.is_as_it_was(&identity) || self.folder.look(OsStr::new(found.name))?.is_some()
            {
                kept.push((identity.changed, identity.size, file_name));
                continue;
            }
            let (claim_id, name) = (found.claim_id.to_owned(), found.name.to_owned());
            late.push(Late { claimed: Claimed { claim_id, name }, file_name });
        }
        kept.sort_unstable();
        let (mut count, mut bytes) = (0, 0);
        for ((seconds, _), size, file_name) in kept.into_iter().rev() {
            let since = chrono::DateTime::from_timestamp(seconds, 0).unwrap_or(now);
            (count, bytes) = (count + 1, bytes + size);
            let is_old = is_longer_ago(now, since);
            if is_old || count > KEPT_MAX || bytes > KEPT_BYTES_MAX {
                self.claimed_folder()?.remove(&file_name)?;
            }
        }
        Ok(late)
    }

    /// Puts it back among the files that wait; whether it went there.
    pub fn put_back_late(&self, late: &Late) -> Result<bool, StoreError> {
        let name = OsStr::new(&late.claimed.name);
        let moved = self.claimed_folder()?.move_new(&late.file_name, &self.folder, name)?;
        Ok(moved == Moved::Done)
    }

    /// Claims it again under the claim that it was taken under, so that whoever finds it knows what was
    /// recorded of it; whether it was there.
    pub fn claim_late(&self, late: &Late) -> Result<bool, StoreError> {
        let folder = self.claimed_folder()?;
        let moved = folder.move_new(&late.file_name, &folder, &late.claimed.file_name())?;
        folder.sync()?;
        Ok(moved == Moved::Done)
    }

    /// Lets go all that is kept, for the room that it takes.
    pub fn discard_kept(&self) -> Result<(), StoreError> {
        for (file_name, _) in self.all_kept()? {
            self.claimed_folder()?.remove(&file_name)?;
        }
        Ok(())
    }

    fn all_kept(&self) -> Result<Vec<(OsString, Identity)>, StoreError> {
        if self.folder.look(OsStr::new(CLAIMED))?.is_none() {
            return Ok(Vec::new());
        }
        let folder = self.claimed_folder()?;
        let mut found = Vec::new();
        folder.each_name(&mut |name, _| {
            if is_kept(name)
                && let Some(Object::File { identity, .. }) = folder.look(name)?
            {
                found.push((name.to_owned(), identity));
            }
            Ok(())
        })?;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_original_tells_by_its_name_how_it_was() {
        let claimed =
            Claimed { claim_id: "0123456789abcdef".to_owned(), name: "a~b.csv".to_owned() };
        let identity = Identity {
            device: 1,
            inode: 2,
            size: 7,
            modified: (1_767_571_200, 5),
            changed: (1_767_571_200, 9),
        };
        let name = kept_name(&claimed, &identity);
        assert_eq!(name, "taken-7-1767571200000000005-0123456789abcdef~a~b.csv");
        let kept = Kept::parse(&name).expect("kept");
        assert_eq!(kept.name, "a~b.csv");
        assert!(kept.is_as_it_was(&identity));
        assert!(!kept.is_as_it_was(&Identity { size: 8, ..identity }));
        assert!(!kept.is_as_it_was(&Identity { modified: (1_767_571_200, 6), ..identity }));
        assert_eq!(Claimed::parse(&name), None, "it is claimed no longer");
        for other in ["taken-7-5-0123456789abcdef~a.sh", "taken-7-5-0123~a.csv", "taken-7~a.csv"] {
            assert!(!is_kept(OsStr::new(other)), "{other}");
        }
    }
}
