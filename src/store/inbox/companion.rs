//! Companions of claimed files: they are claimed before their file and go back after it, so that
//! no kill and no power cut can part a file that is to be checked from its digest.

use std::ffi::{OsStr, OsString};
use std::io::Read as _;
use std::path::Path;

use super::checksum::{self, CHECKSUM_BYTES_MAX, Stated, Unusable};
use super::claim::{Claimed, is_claim_id};
use super::late::is_kept;
use super::names::{Companion, TakenName, judge};
use super::scan::{Candidate, Ignored, IgnoredKind, SeenDigest};
use super::{CLAIMED, DropFolder};
use crate::store::StoreError;
use crate::store::atomic::is_temporary;
use crate::store::folder::{Folder, Moved, Opened, machine};
use crate::store::object::{Object, ObjectKind};

/// Objects among the claimed files that are looked at, and that are shown.
const LEFT_MAX: usize = 10_000;
const SHOWN_MAX: usize = 100;

/// The companion of a claimed file in `.claimed/`: `<claim>~<name>.sha256`.
fn file_name(claimed: &Claimed, companion: Companion) -> OsString {
    format!("{}~{}", claimed.claim_id, companion.of(&claimed.name)).into()
}

/// The claimed file that the companion of this name in `.claimed/` belongs to.
fn parse(name: &OsStr) -> Option<Claimed> {
    let (claim_id, name) = name.to_str()?.split_once('~')?;
    match judge(OsStr::new(name)) {
        TakenName::Companion { of, .. } if is_claim_id(claim_id) => {
            Some(Claimed { claim_id: claim_id.to_owned(), name: of.to_owned() })
        }
        _ => None,
    }
}

impl DropFolder {
    /// Takes the companions of a file that is about to be claimed; whether there are any, or
    /// `None`: they are not what was seen.
    pub(super) fn claim_companions(
        &self,
        candidate: &Candidate,
        claimed: &Claimed,
        claimed_folder: &Folder,
    ) -> Result<Option<bool>, StoreError> {
        let seen = [
            (Companion::Digest, matches!(candidate.digest, Some(SeenDigest::Plain(_)))),
            (Companion::Marker, candidate.has_marker),
        ];
        let mut has_any = false;
        for (companion, _) in seen.into_iter().filter(|(_, is_there)| *is_there) {
            let (from, to) = (companion.of(&claimed.name), file_name(claimed, companion));
            if self.folder.move_new(OsStr::new(&from), claimed_folder, &to)? != Moved::Done {
                self.restore_companions(claimed)?;
                return Ok(None);
            }
            has_any = true;
        }
        Ok(Some(has_any))
    }

    /// Puts the companions of a file that is not claimed any more back beside it. One whose name
    /// is taken by a newer one is worth nothing, and goes.
    pub(super) fn restore_companions(&self, claimed: &Claimed) -> Result<(), StoreError> {
        let claimed_folder = self.claimed_folder()?;
        let mut is_synced = false;
        for companion in Companion::ALL {
            let from = file_name(claimed, companion);
            if !is_plain(&claimed_folder, &from)? {
                continue;
            }
            if !is_synced {
                // First the file's own way back is durable: a power cut must not leave it claimed
                // with its digest gone.
                self.folder.sync()?;
                claimed_folder.sync()?;
                is_synced = true;
            }
            let to = companion.of(&claimed.name);
            if claimed_folder.move_new(&from, &self.folder, OsStr::new(&to))? == Moved::TargetTaken
            {
                claimed_folder.remove(&from)?;
            }
        }
        Ok(())
    }

    /// Puts companions back whose file is not claimed: a kill came between the two. How many files
    /// had some. The caller holds the work lock.
    pub fn restore_orphans(&self) -> Result<usize, StoreError> {
        let folder = self.claimed_folder()?;
        let mut left: Vec<Claimed> = Vec::new();
        folder.each_name(&mut |name, _| {
            if left.len() < LEFT_MAX
                && let Some(claimed) = parse(name)
                && !left.contains(&claimed)
                && folder.look(&claimed.file_name())?.is_none()
            {
                left.push(claimed);
            }
            Ok(())
        })?;
        for claimed in &left {
            self.restore_companions(claimed)?;
        }
        Ok(left.len())
    }

    /// What the companion of a claimed file says of it.
    pub fn stated(&self, claimed: &Claimed) -> Result<Stated, StoreError> {
        let folder = self.claimed_folder()?;
        let name = file_name(claimed, Companion::Digest);
        match folder.open_file(&name)? {
            Opened::File { file, one_link: true, .. } => {
                let mut text = Vec::new();
                file.take(CHECKSUM_BYTES_MAX + 1)
                    .read_to_end(&mut text)
                    .map_err(|error| machine("can't read", &folder.path_of(&name), error))?;
                Ok(checksum::stated(&text, &claimed.name))
            }
            Opened::File { .. } | Opened::Other(_) => Ok(Stated::Unusable(Unusable::NotPlain)),
            // What is no plain file is never moved. A plain one came after the claim, and is that
            // of the next file of this name.
            Opened::Absent => Ok(match self.look_digest(&claimed.name)? {
                Some(SeenDigest::Other) => Stated::Unusable(Unusable::NotPlain),
                Some(SeenDigest::Plain(_)) | None => Stated::Nothing,
            }),
        }
    }

    /// Removes the companions of a claimed file that is about to go.
    pub(super) fn discard_companions(
        claimed_folder: &Folder,
        claimed: &Claimed,
    ) -> Result<(), StoreError> {
        for companion in Companion::ALL {
            let name = file_name(claimed, companion);
            if is_plain(claimed_folder, &name)? {
                claimed_folder.remove(&name)?;
            }
        }
        Ok(())
    }

    /// Moves the digest of a refused file to where the file goes, in place of an earlier one, and
    /// removes its marker.
    pub(super) fn move_companions(
        claimed_folder: &Folder,
        claimed: &Claimed,
        rejected: &Folder,
        answer_name: &str,
    ) -> Result<(), StoreError> {
        let digest = file_name(claimed, Companion::Digest);
        if is_plain(claimed_folder, &digest)? {
            let to = Companion::Digest.of(answer_name);
            // As with the file that it speaks of.
            claimed_folder.sync_file(&digest)?;
            claimed_folder.move_over(&digest, rejected, OsStr::new(&to))?;
        }
        Self::discard_companions(claimed_folder, claimed)
    }

    /// Copies the `.sha256` beside the file at `path` for a claim of a copy of that file; whether
    /// there is one. Links are followed, as they are to the file.
    pub(super) fn copy_companion(
        &self,
        path: &Path,
        claimed: &Claimed,
        mode: u32,
    ) -> Result<bool, StoreError> {
        let Some(text) = read_beside(path)? else { return Ok(false) };
        let folder = self.claimed_folder()?;
        folder.write_new(&file_name(claimed, Companion::Digest), &text, mode)?;
        Ok(true)
    }

    /// What lies among the claimed files and is neither one nor belongs to one, by name, at most
    /// 100.
    pub fn strays(&self) -> Result<Vec<Ignored>, StoreError> {
        if self.folder.look(OsStr::new(CLAIMED))?.is_none() {
            return Ok(Vec::new());
        }
        let folder = self.folder.beneath(OsStr::new(CLAIMED))?;
        let mut strays = std::collections::BTreeSet::new();
        folder.each_name(&mut |name, _| {
            let is_own = is_kept(name) || is_temporary(name);
            if Claimed::parse(name).is_none() && parse(name).is_none() && !is_own {
                let name = format!("{CLAIMED}/{}", super::names::shown(name));
                strays.insert(Ignored { name, kind: IgnoredKind::NoClaim });
                if strays.len() > SHOWN_MAX {
                    strays.pop_last();
                }
            }
            Ok(())
        })?;
        Ok(strays.into_iter().collect())
    }
}

/// What the `.sha256` beside the file at `path` says of it.
pub fn stated_beside(path: &Path) -> Result<Stated, StoreError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(match read_beside(path)? {
        None => Stated::Nothing,
        Some(text) => checksum::stated(&text, &name),
    })
}

/// The text of the `.sha256` beside `path`, one byte more than allowed at most. What is no regular
/// file reads as nothing, which is no digest.
fn read_beside(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(name) = path.file_name() else { return Ok(None) };
    let mut beside = name.to_owned();
    beside.push(Companion::Digest.ending());
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let beside = parent.unwrap_or(Path::new(".")).join(beside);
    if !crate::store::files::exists(&beside) {
        return Ok(None);
    }
    let mut text = Vec::new();
    match crate::store::files::open_regular(&beside) {
        Err(StoreError::Refused { .. }) => Ok(Some(text)),
        Err(error) => Err(error),
        Ok(file) => {
            file.take(CHECKSUM_BYTES_MAX + 1)
                .read_to_end(&mut text)
                .map_err(|error| machine("can't read", &beside, error))?;
            Ok(Some(text))
        }
    }
}

fn is_plain(folder: &Folder, name: &OsStr) -> Result<bool, StoreError> {
    Ok(match folder.look(name)? {
        Some(Object::File { .. }) => true,
        Some(Object::Other(ObjectKind::Symlink)) => {
            // Put there since: it is not followed, and goes by itself.
            folder.remove(name)?;
            false
        }
        Some(Object::Other(_)) | None => false,
    })
}
