//! Takes a waiting file out of its sender's sight, puts it back, or removes it once everything
//! about it is durable.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::late::{is_longer_ago, kept_name};
use super::names::{TakenName, judge};
use super::scan::{Candidate, SeenDigest};
use super::stage::Staged;
use super::{CLAIMED, DropFolder};
use crate::domain::Instant;
use crate::store::StoreError;
use crate::store::atomic::temporary_name;
use crate::store::files::{self, open_regular};
use crate::store::folder::{Folder, Moved, machine, unique_hex};
use crate::store::object::{Identity, Object};
use crate::store::space::is_full;

/// A copy of a named file is for the daemon alone, as all claimed files are.
const MODE_COPY: u32 = 0o600;

/// Hexadecimal digits of a claim.
const CLAIM_DIGITS: usize = 16;

/// A file in `.claimed/`: there it is called `<claim>~<name>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The claim, which is unique.
    pub claim_id: String,
    /// The name that the file was dropped under.
    pub name: String,
}

impl Claimed {
    pub(super) fn file_name(&self) -> OsString {
        format!("{}~{}", self.claim_id, self.name).into()
    }

    pub(super) fn parse(file_name: &OsStr) -> Option<Self> {
        let (claim_id, name) = file_name.to_str()?.split_once('~')?;
        // The sender may have put something here himself: what would not be taken from the drop
        // folder is not taken from here either.
        (is_claim_id(claim_id) && judge(OsStr::new(name)) == TakenName::Taken(name))
            .then(|| Self { claim_id: claim_id.to_owned(), name: name.to_owned() })
    }
}

/// A claim that nobody has had before: 16 hexadecimal digits.
pub fn new_claim_id() -> String {
    unique_hex()
}

/// Whether `text` has the form of a claim.
pub(super) fn is_claim_id(text: &str) -> bool {
    text.len() == CLAIM_DIGITS
        && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// The end of putting a file back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unclaimed {
    /// It waits again under its own name.
    Waiting,
    /// A newer file has its name by now, so it stays claimed; [`DropFolder::claimed`] finds it
    /// again at the next scan.
    NameTaken,
    /// It was gone.
    Gone,
}

/// The end of removing a claimed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// It is gone, or was.
    Done,
    /// It is not the file any more that was staged. It stays, to be unclaimed and taken again.
    Changed,
}

impl DropFolder {
    /// Claims a waiting file. `None`: it is gone, or not what was seen; the next scan tells.
    pub fn claim(
        &self,
        candidate: &Candidate,
        claim_id: &str,
    ) -> Result<Option<Claimed>, StoreError> {
        Ok(self.claim_each(&mut [(candidate, claim_id.to_owned())].into_iter())?.pop())
    }

    /// Claims waiting files, each with the claim that it is to have, and returns those that were
    /// still what was seen. All of them become durable together.
    pub fn claim_each(
        &self,
        candidates: &mut dyn Iterator<Item = (&Candidate, String)>,
    ) -> Result<Vec<Claimed>, StoreError> {
        // Nothing is claimed that could not be answered: a link in place of one of these stops
        // it here.
        self.rejected()?;
        self.receipts()?;
        let claimed_folder = self.claimed_folder()?;
        let (mut begun, mut has_companions) = (Vec::new(), false);
        for (candidate, claim_id) in candidates {
            if !self.is_what_was_seen(candidate)? {
                continue;
            }
            let claimed = Claimed { claim_id, name: candidate.name.clone() };
            if let Some(any) = self.claim_companions(candidate, &claimed, &claimed_folder)? {
                has_companions |= any;
                begun.push((candidate, claimed));
            }
        }
        if has_companions {
            // Durable before their files follow: a power cut must not leave a file claimed and
            // its digest behind.
            claimed_folder.sync()?;
            self.folder.sync()?;
        }
        let mut done = Vec::with_capacity(begun.len());
        for (candidate, claimed) in begun {
            let (name, file_name) = (OsStr::new(&candidate.name), claimed.file_name());
            if self.folder.move_new(name, &claimed_folder, &file_name)? != Moved::Done {
                self.restore_companions(&claimed)?;
            } else if is_version(&claimed_folder, &file_name, &candidate.identity)? {
                done.push(claimed);
            } else {
                // Swapped or written to between the look and the rename.
                self.unclaim(&claimed)?;
            }
        }
        if !done.is_empty() {
            // Durable before anything is recorded under these claims: if a power cut could undo a
            // rename after that, the file would be found waiting and be taken a second time. The
            // new names first, so that no moment has neither.
            claimed_folder.sync()?;
            self.folder.sync()?;
        }
        Ok(done)
    }

    fn is_what_was_seen(&self, candidate: &Candidate) -> Result<bool, StoreError> {
        let now = self.look(OsStr::new(&candidate.name))?;
        if !matches!(now, Some(Ok(now)) if now.same_version(&candidate.identity)) {
            return Ok(false);
        }
        let digest = self.look_digest(&candidate.name)?;
        Ok(match (&digest, &candidate.digest) {
            (Some(now), Some(seen)) => SeenDigest::same_version(now, seen),
            (now, seen) => now.is_none() && seen.is_none(),
        })
    }

    /// Claims a copy of the file at `path`, which stays where it is: from here on the copy goes the
    /// way of a file that was dropped. Refused where its name is none that the folder would take.
    pub fn claim_copy(&self, path: &Path, claim_id: &str) -> Result<Claimed, StoreError> {
        let name = path.file_name().unwrap_or_default();
        let TakenName::Taken(name) = judge(name) else {
            return Err(StoreError::Refused {
                what: "the inbox takes no file of this name".to_owned(),
                path: path.to_owned(),
                hint:
                    "a name ends in .csv, .csv.gz or .csv.zst, begins with no dot and has at most \
                       200 bytes"
                        .to_owned(),
            });
        };
        let claimed = Claimed { claim_id: claim_id.to_owned(), name: name.to_owned() };
        let mut source = open_regular(path)?;
        let folder = self.claimed_folder()?;
        let temporary = temporary_name();
        let temporary = OsStr::new(&temporary);
        let mut copy = folder.create_file(temporary, MODE_COPY)?;
        // The system copies, where it can, without the bytes passing through this process; they are
        // hashed when the copy is staged.
        let copied = std::io::copy(&mut source, &mut copy).and_then(|_| copy.sync_all());
        if let Err(error) = copied {
            folder.remove(temporary)?;
            let at = if is_full(&error) { folder.path() } else { path };
            let needed = files::size(path).unwrap_or(0);
            return Err(machine("can't copy into the inbox", at, error).needing(needed));
        }
        // A claim that has its name is whole: its digest is there before it.
        self.copy_companion(path, &claimed, MODE_COPY)?;
        folder.move_new(temporary, &folder, &claimed.file_name())?;
        folder.sync()?;
        Ok(claimed)
    }

    /// The files that are claimed and not yet done with, by (modification time, name), at most as
    /// many as a scan hands on: what a kill left, and what could not go back to waiting. The
    /// folder is a sender's to write: whoever finds a record under the claim must compare its
    /// digest with what [`DropFolder::stage`] says before treating the file as done.
    pub fn claimed(&self) -> Result<Vec<Claimed>, StoreError> {
        Ok(self.claimed_as_seen()?.into_iter().map(|(claimed, _)| claimed).collect())
    }

    /// The same, each with its state; `None`: it is no plain file, and comes last.
    pub fn claimed_as_seen(&self) -> Result<Vec<(Claimed, Option<Identity>)>, StoreError> {
        // Looking must not make the folder: `status` only reads.
        if self.folder.look(OsStr::new(CLAIMED))?.is_none() {
            return Ok(Vec::new());
        }
        let folder = self.folder.beneath(OsStr::new(CLAIMED))?;
        let mut found = BTreeMap::new();
        folder.each_name(&mut |file_name, _| {
            let Some(claimed) = Claimed::parse(file_name) else { return Ok(()) };
            let identity = match folder.look(file_name)? {
                None => return Ok(()),
                Some(Object::File { identity, .. }) => Some(identity),
                // `stage` says what it is.
                Some(Object::Other(_)) => None,
            };
            let modified = identity.map_or((i64::MAX, u64::MAX), |identity| identity.modified);
            found.insert((modified, claimed.name, claimed.claim_id), identity);
            if found.len() > self.files_per_scan_max {
                found.pop_last();
            }
            Ok(())
        })?;
        let seen = |((_, name, claim_id), identity)| (Claimed { claim_id, name }, identity);
        Ok(found.into_iter().map(seen).collect())
    }

    /// Puts a claimed file back to waiting, and its companions after it. A power cut may undo it, and then it is still claimed.
    pub fn unclaim(&self, claimed: &Claimed) -> Result<Unclaimed, StoreError> {
        let folder = self.claimed_folder()?;
        let name = OsStr::new(&claimed.name);
        let unclaimed = match folder.move_new(&claimed.file_name(), &self.folder, name)? {
            Moved::Done => Unclaimed::Waiting,
            Moved::TargetTaken => return Ok(Unclaimed::NameTaken),
            Moved::SourceAbsent => Unclaimed::Gone,
        };
        self.restore_companions(claimed)?;
        Ok(unclaimed)
    }

    /// Removes a claimed file whose archived copy, rows and receipt are durable, if it is still
    /// the file that was staged.
    ///
    /// A sender who holds it open can still write between this last look and the removal, and after
    /// it; no call of the system closes that gap. [`DropFolder::keep_claimed`] does, for an hour.
    pub fn remove_claimed(
        &self,
        claimed: &Claimed,
        staged: &Staged,
    ) -> Result<Removed, StoreError> {
        self.release(claimed, staged, &|folder, file_name| folder.remove(file_name).map(drop))
    }

    /// As [`DropFolder::remove_claimed`], but what its writer adds to it within the next hour is seen
    /// by [`DropFolder::late`]. One that nobody has written to for as long is not kept.
    pub fn keep_claimed(
        &self,
        claimed: &Claimed,
        staged: &Staged,
        now: Instant,
    ) -> Result<Removed, StoreError> {
        if is_longer_ago(now, staged.identity.modified_at()) {
            return self.remove_claimed(claimed, staged);
        }
        self.release(claimed, staged, &|folder, file_name| {
            folder.move_over(file_name, folder, &kept_name(claimed, &staged.identity))
        })
    }

    fn release(
        &self,
        claimed: &Claimed,
        staged: &Staged,
        go: &dyn Fn(&Folder, &OsStr) -> Result<(), StoreError>,
    ) -> Result<Removed, StoreError> {
        let folder = self.claimed_folder()?;
        let file_name = claimed.file_name();
        match folder.look(&file_name)? {
            None => Ok(Removed::Done),
            Some(Object::File { identity, .. }) if identity == staged.identity => {
                // Not synced: if a power cut brings the file back, the record under its claim
                // leads here again.
                Self::discard_companions(&folder, claimed)?;
                go(&folder, &file_name)?;
                Ok(Removed::Done)
            }
            Some(_) => Ok(Removed::Changed),
        }
    }
}

/// Whether `name` is a plain file in the state that `identity` tells of.
fn is_version(folder: &Folder, name: &OsStr, identity: &Identity) -> Result<bool, StoreError> {
    Ok(matches!(
        folder.look(name)?,
        Some(Object::File { identity: now, one_link: true }) if now.same_version(identity)
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    #[test]
    fn only_what_a_claim_could_have_named_is_read_as_one() {
        let parse = |name: &[u8]| Claimed::parse(OsStr::from_bytes(name));
        let claimed = parse(b"0123456789abcdef~a~b.csv").expect("a claim");
        assert_eq!((&*claimed.claim_id, &*claimed.name), ("0123456789abcdef", "a~b.csv"));
        assert_eq!(claimed.file_name(), "0123456789abcdef~a~b.csv");
        for name in [
            &b"0123456789abcde~a.csv"[..],
            b"0123456789ABCDEF~a.csv",
            b"0123456789abcdef-a.csv",
            b"0123456789abcdef~a.sh",
            b"0123456789abcdef~.csv",
            b"0123456789abcdef~a\n.csv",
            b"0123456789abcdef~\xff.csv",
        ] {
            assert_eq!(parse(name), None, "{name:?}");
        }
    }

    #[test]
    fn claims_differ() {
        let claims: BTreeSet<String> = (0..1000).map(|_| new_claim_id()).collect();
        assert_eq!(claims.len(), 1000);
        assert!(claims.iter().all(|claim| claim.len() == CLAIM_DIGITS));
    }
}
