//! Keeps the originals: a staged copy becomes a read-only file of the archive, by one rename,
//! durable before its rows are. Nothing in the archive is ever overwritten or removed.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::StoreError;
use super::copy::{CopyError, copy_hashing, hash};
use super::folder::{Folder, Moved, Opened, machine};
use super::inbox::Staged;
use super::layout;
use crate::domain::{AccountId, Day, Digest};

/// Originals are read by the daemon's user and group; the archive's own modes keep others out.
const MODE_ORIGINAL: u32 = 0o444;
const MODE_FOLDER: u32 = 0o750;

/// The archive, with the folders open that the newest original went to: files of a burst mostly go
/// to one month.
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    /// The folders of an account's month with the path of the month, and the archive itself; all
    /// of their names durable.
    kept: Option<([String; 3], Vec<Folder>)>,
}

impl Archive {
    /// The archive at `path`; nothing is opened yet.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), kept: None }
    }

    /// As [`place`].
    pub fn place(
        &mut self,
        account: &AccountId,
        first_day: Day,
        name: &str,
        staged: &Staged,
    ) -> Result<String, StoreError> {
        let names = layout::archive_folders(account, first_day);
        let is_kept = match &self.kept {
            // Somebody may have moved the archive away since.
            Some((kept, folders)) if *kept == names => month_of(folders).is_in_place()?,
            _ => false,
        };
        if !is_kept {
            self.kept = None;
            let folders = open_folders(&self.path, &names)?;
            // From the month upwards, also when everything was there: the call that made it may
            // have been killed before it got here, and rows may only become durable behind their
            // original.
            for folder in folders.iter().rev().skip(1) {
                folder.sync()?;
            }
            self.kept = Some((names, folders));
        }
        let (_, folders) = self.kept.as_ref().expect("it was opened above");
        let month = month_of(folders);
        let file_name = layout::archive_name(first_day, staged.digest, name);
        let file_name = OsStr::new(&file_name);
        if !is_there(month, file_name, staged)? {
            bring(month, file_name, staged)?;
        }
        // Also when it was there, as above.
        month.sync()?;
        Ok(layout::archive_path(account, first_day, staged.digest, name))
    }
}

fn month_of(folders: &[Folder]) -> &Folder {
    folders.last().expect("an archive folder has its month")
}

/// Puts the staged copy into the archive and returns its path there, relative to the archive.
/// After this the staged copy may be gone. The same content under the same name is there once,
/// however often this is called, so a take that was killed is simply done again.
pub fn place(
    archive: &Path,
    account: &AccountId,
    first_day: Day,
    name: &str,
    staged: &Staged,
) -> Result<String, StoreError> {
    Archive::at(archive).place(account, first_day, name, staged)
}

/// The archive, and in it the folders of the account, the year and the month.
fn open_folders(archive: &Path, names: &[String; 3]) -> Result<Vec<Folder>, StoreError> {
    let mut folders = vec![Folder::open(archive)?];
    for name in names {
        let above = folders.last().expect("the archive is the first");
        let folder = above.beneath_or_new(OsStr::new(name), MODE_FOLDER)?;
        folders.push(folder);
    }
    Ok(folders)
}

/// Whether the original is there already. Another content under this name would mean that
/// somebody edited the archive, since the name holds the digest.
fn is_there(month: &Folder, name: &OsStr, staged: &Staged) -> Result<bool, StoreError> {
    let path = month.path_of(name);
    match month.open_file(name)? {
        Opened::Absent => Ok(false),
        Opened::File { mut file, identity, .. } if identity.size == staged.bytes => {
            let (_, digest) = hash(&mut file, staged.bytes)
                .map_err(|error| machine("can't read the original", &path, error))?;
            if digest != staged.digest {
                return Err(changed_original(month, name));
            }
            // Its bytes may still be on their way to the disk, as above.
            file.sync_all().map_err(|error| machine("can't make durable", &path, error))?;
            Ok(true)
        }
        Opened::File { .. } | Opened::Other(_) => Err(changed_original(month, name)),
    }
}

fn changed_original(month: &Folder, name: &OsStr) -> StoreError {
    StoreError::Damaged {
        what: "the archive holds something else under the name of this original".to_owned(),
        path: month.path_of(name),
        hint: "restore this file from a backup, or move it out of the archive".to_owned(),
    }
}

fn bring(month: &Folder, name: &OsStr, staged: &Staged) -> Result<(), StoreError> {
    let (folder, file_name) = staged.folder_and_name()?;
    // The staged copy is read-only and was synced when it was made, so on one file system a
    // rename is all: the original appears whole, with its bytes durable.
    match folder.try_move_new(&file_name, month, name)? {
        Some(Moved::Done) => Ok(()),
        Some(Moved::SourceAbsent) => Err(staged.is_missing()),
        Some(Moved::TargetTaken) => Err(changed_original(month, name)),
        None => copy_across(folder, &file_name, month, name, staged)
            .map_err(|error| error.needing(staged.bytes)),
    }
}

/// The archive is on another file system: the copy is made beside its target and renamed there.
fn copy_across(
    folder: &Folder,
    staged_name: &OsStr,
    month: &Folder,
    name: &OsStr,
    staged: &Staged,
) -> Result<(), StoreError> {
    let Opened::File { mut file, .. } = folder.open_file(staged_name)? else {
        return Err(staged.is_missing());
    };
    // Named by the content, so that the leftover of a killed attempt is found and replaced; one
    // worker at a time places files.
    let temporary = format!(".tmp-{}", staged.digest.short());
    let temporary = OsStr::new(&temporary);
    month.remove(temporary)?;
    let path = month.path_of(temporary);
    let mut copy = month.create_file(temporary, MODE_ORIGINAL)?;
    let (bytes, digest) =
        copy_hashing(&mut file, &mut copy, u64::MAX).map_err(|error| match error {
            CopyError::Read(error) => machine("can't read", &staged.path, error),
            CopyError::Write(error) => machine("can't write", &path, error),
        })?;
    check_copy(staged, bytes, digest)?;
    // The bytes are durable before the name is: a rename that outlives them would leave an empty
    // original.
    copy.sync_all().map_err(|error| machine("can't make durable", &path, error))?;
    match month.move_new(temporary, month, name)? {
        Moved::Done => Ok(()),
        Moved::SourceAbsent | Moved::TargetTaken => Err(changed_original(month, name)),
    }
}

fn check_copy(staged: &Staged, bytes: u64, digest: Digest) -> Result<(), StoreError> {
    if (bytes, digest) == (staged.bytes, staged.digest) {
        return Ok(());
    }
    Err(StoreError::Damaged {
        what: "a staged copy changed since it was made".to_owned(),
        path: staged.path.clone(),
        hint: "look for another program that writes into the state folder, and check the disk"
            .to_owned(),
    })
}
