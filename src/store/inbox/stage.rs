//! Copies a claimed file into the state folder while hashing it, and looks at it again: what is
//! checked, archived and counted is this copy, which no sender can change.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::DropFolder;
use super::claim::{Claimed, is_claim_id};
use crate::domain::Digest;
use crate::store::StoreError;
use crate::store::copy::{CopyError, copy_hashing};
use crate::store::folder::{Folder, Opened, machine};
use crate::store::object::{Identity, Object, ObjectKind};

/// Read-only from birth: the copy becomes the archived original by a rename.
const MODE_STAGED: u32 = 0o444;

/// A working copy of a claimed file.
#[derive(Debug, Clone)]
pub struct Staged {
    /// The digest of its content, which is the file's identity.
    pub digest: Digest,
    /// Bytes.
    pub bytes: u64,
    /// Where the copy is; after [`crate::store::archive::place`] it may be gone.
    pub path: PathBuf,
    /// The claimed file as it was before and after the copy.
    pub identity: Identity,
    /// The folder that the copy is in.
    folder: Rc<Folder>,
}

impl PartialEq for Staged {
    fn eq(&self, other: &Self) -> bool {
        let parts = |staged: &Self| (staged.digest, staged.bytes, staged.identity);
        parts(self) == parts(other) && self.path == other.path
    }
}

impl Eq for Staged {}

impl Staged {
    /// Opens the copy for reading.
    pub fn open(&self) -> Result<File, StoreError> {
        let (folder, name) = self.folder_and_name()?;
        match folder.open_file(&name)? {
            Opened::File { file, .. } => Ok(file),
            Opened::Absent | Opened::Other(_) => Err(self.is_missing()),
        }
    }

    /// Removes the copy, if it is still there.
    pub fn discard(&self) -> Result<(), StoreError> {
        let (folder, name) = self.folder_and_name()?;
        folder.remove(&name).map(drop)
    }

    pub(in crate::store) fn folder_and_name(&self) -> Result<(&Folder, OsString), StoreError> {
        let name = self.path.file_name().ok_or_else(|| self.is_missing())?;
        Ok((&self.folder, name.to_owned()))
    }

    pub(in crate::store) fn is_missing(&self) -> StoreError {
        StoreError::Damaged {
            what: "a staged copy is gone before it was archived".to_owned(),
            path: self.path.clone(),
            hint: "look for another program that clears the state folder; the file itself is \
                   still claimed and is taken again"
                .to_owned(),
        }
    }
}

/// The end of staging.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StageOutcome {
    /// The copy is made and durable.
    Staged(Staged),
    /// The file changed while it was copied: it goes back to waiting.
    Changed,
    /// It is larger than allowed; it was not read.
    TooLarge {
        /// The file, with its size.
        identity: Identity,
    },
    /// It is no plain file any more; it was not read and goes back, to be ignored there.
    NotPlain(ObjectKind),
    /// It is gone: the sender took it away.
    Gone,
}

impl DropFolder {
    /// Copies a claimed file of at most `bytes_max` bytes to `staging/<claim>`.
    pub fn stage(
        &self,
        claimed: &Claimed,
        staging: &Path,
        bytes_max: u64,
    ) -> Result<StageOutcome, StoreError> {
        let folder = self.claimed_folder()?;
        let file_name = claimed.file_name();
        match folder.open_file(&file_name)? {
            Opened::File { one_link: false, .. } => {
                Ok(StageOutcome::NotPlain(ObjectKind::HardLink))
            }
            opened => {
                let source = Source { folder: &folder, name: &file_name, opened };
                source.stage(self.staging(staging)?, &claimed.claim_id, bytes_max)
            }
        }
    }

    /// The staging folder, opened once: nobody but the daemon writes there.
    fn staging(&self, path: &Path) -> Result<Rc<Folder>, StoreError> {
        let mut kept = self.staging.borrow_mut();
        match &*kept {
            Some(folder) if folder.path() == path => Ok(folder.clone()),
            _ => Ok(kept.insert(Rc::new(Folder::open(path)?)).clone()),
        }
    }
}

/// Copies a file that the user named, from wherever it is; it stays there. Links to it are his
/// own business, and are followed on the way to it.
pub fn stage_copy(
    path: &Path,
    claim_id: &str,
    staging: &Path,
    bytes_max: u64,
) -> Result<StageOutcome, StoreError> {
    let real = match path.canonicalize() {
        Ok(real) => real,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(StageOutcome::Gone),
        Err(error) => return Err(machine("can't open", path, error)),
    };
    let (Some(parent), Some(name)) = (real.parent(), real.file_name()) else {
        return Ok(StageOutcome::NotPlain(ObjectKind::Directory));
    };
    let folder = Folder::open(parent)?;
    let opened = folder.open_file(name)?;
    let staging = Rc::new(Folder::open(staging)?);
    Source { folder: &folder, name, opened }.stage(staging, claim_id, bytes_max)
}

/// Removes the copies that a kill left in the staging folder; how many. Each is made anew when its
/// file is taken again. The caller holds the work lock and has nothing staged.
pub fn sweep_staging(staging: &Path) -> Result<u64, StoreError> {
    let folder = Folder::open(staging)?;
    let mut left = Vec::new();
    folder.each_name(&mut |name, _| {
        if name.to_str().is_some_and(is_claim_id) {
            left.push(name.to_owned());
        }
        Ok(())
    })?;
    let mut removed = 0;
    for name in left {
        removed += u64::from(folder.remove(&name)?);
    }
    Ok(removed)
}

/// What is to be copied, as it was found.
struct Source<'a> {
    folder: &'a Folder,
    name: &'a OsStr,
    opened: Opened,
}

impl Source<'_> {
    fn stage(
        self,
        staging: Rc<Folder>,
        claim_id: &str,
        bytes_max: u64,
    ) -> Result<StageOutcome, StoreError> {
        let (mut file, identity) = match self.opened {
            Opened::Absent => return Ok(StageOutcome::Gone),
            Opened::Other(kind) => return Ok(StageOutcome::NotPlain(kind)),
            Opened::File { file, identity, .. } => (file, identity),
        };
        if identity.size > bytes_max {
            return Ok(StageOutcome::TooLarge { identity });
        }
        let copy_name = OsStr::new(claim_id);
        let (bytes, digest) = copy_in(&mut file, identity.size, &staging, copy_name).map_err(
            |error| match error {
                CopyFailure::Source(error) => {
                    machine("can't read", &self.folder.path_of(self.name), error)
                }
                CopyFailure::Copy(error) => error.needing(identity.size),
            },
        )?;
        let path = staging.path_of(copy_name);
        let staged = Staged { digest, bytes, path, identity, folder: staging };
        // The second look goes by the name: it sees writes, swaps and new links alike, since each
        // of them changes the inode or its `changed`.
        let now = self.folder.look(self.name)?;
        let unchanged = matches!(now, Some(Object::File { identity: now, .. }) if now == identity);
        if bytes == identity.size && unchanged {
            return Ok(StageOutcome::Staged(staged));
        }
        staged.discard()?;
        Ok(StageOutcome::Changed)
    }
}

enum CopyFailure {
    Source(std::io::Error),
    Copy(StoreError),
}

/// Copies at most `bytes_max` bytes to a new file `name` and makes it durable.
fn copy_in(
    file: &mut File,
    bytes_max: u64,
    staging: &Folder,
    name: &OsStr,
) -> Result<(u64, Digest), CopyFailure> {
    let mut copy = create(staging, name).map_err(CopyFailure::Copy)?;
    let failed = |error| CopyFailure::Copy(machine("can't write", &staging.path_of(name), error));
    let done = copy_hashing(file, &mut copy, bytes_max)
        .map_err(|error| match error {
            CopyError::Read(error) => CopyFailure::Source(error),
            CopyError::Write(error) => failed(error),
        })
        // Durable here, since archiving on the same file system is only a rename. The name in
        // the staging folder is not: lost in a power cut, the copy is made again.
        .and_then(|done| copy.sync_all().map(|()| done).map_err(failed));
    if done.is_err() {
        // A full disk is relieved at once; the first failure is the one to report.
        let _ = staging.remove(name);
    }
    done
}

fn create(staging: &Folder, name: &OsStr) -> Result<File, StoreError> {
    match staging.create_file(name, MODE_STAGED) {
        Err(StoreError::Machine { source, .. }) if source.kind() == ErrorKind::AlreadyExists => {
            // A leftover of a killed attempt. Removed, not overwritten: the copy is always a file
            // of its own, whatever the leftover's inode has become since.
            staging.remove(name)?;
            staging.create_file(name, MODE_STAGED)
        }
        done => done,
    }
}
