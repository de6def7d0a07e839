//! What keeps the daemon from working in a drop folder, looked at from outside. Nothing is made,
//! opened for writing or changed: the folder may be missing because a mount is.

use std::path::Path;

use rustix::fs::{Access, AtFlags, CWD, FileType, Stat};
use rustix::io::Errno;

use super::DropFolder;
use crate::store::StoreError;
use crate::store::folder::machine;

impl DropFolder {
    /// Everything that is wrong with the drop folder at `path` and with the folders of its own.
    /// One of these that is missing is made with the first file; the drop folder must be there.
    pub fn faults(path: &Path) -> Vec<StoreError> {
        let around = match folder_at(path) {
            Ok(Some(stat)) => stat,
            Ok(None) => return vec![machine("can't look into", path, Errno::NOENT)],
            Err(fault) => return vec![fault],
        };
        let own = Self::own_folders().into_iter().filter_map(|name| {
            let own = path.join(name);
            match folder_at(&own) {
                Ok(Some(stat)) if stat.st_dev != around.st_dev => Some(refused(
                    "this folder is on another file system than the drop folder around it",
                    &own,
                    "unmount it: what is taken is renamed between the two",
                )),
                Ok(Some(stat)) => not_allowed(&own, &stat),
                Ok(None) => None,
                Err(fault) => Some(fault),
            }
        });
        not_allowed(path, &around)
            .or_else(|| sticky(path, &around))
            .into_iter()
            .chain(own)
            .collect()
    }

    /// Whether the drop folder at `path`, which is not there, can be made: the nearest folder above
    /// it that is there must let it.
    pub fn can_be_made(path: &Path) -> Result<(), StoreError> {
        let mut above = path.parent();
        while let Some(folder) = above {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            match rustix::fs::stat(folder) {
                Ok(stat) => return not_allowed(folder, &stat).map_or(Ok(()), Err),
                Err(Errno::NOENT) => above = folder.parent(),
                Err(errno) => return Err(machine("can't look at", folder, errno)),
            }
        }
        Ok(())
    }

    /// The folders of its own that are not there yet.
    pub fn own_folders_missing(path: &Path) -> Vec<&'static str> {
        let is_missing = |name: &&str| matches!(folder_at(&path.join(name)), Ok(None));
        Self::own_folders().into_iter().filter(is_missing).collect()
    }
}

/// What is at `path`, which must be a folder and no link; `None`: nothing.
fn folder_at(path: &Path) -> Result<Option<Stat>, StoreError> {
    let stat = match rustix::fs::statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => stat,
        Err(Errno::NOENT) => return Ok(None),
        Err(errno) => return Err(machine("can't look at", path, errno)),
    };
    let what = match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => return Ok(Some(stat)),
        FileType::Symlink => "a link stands where a folder must be",
        FileType::RegularFile => "a file stands where a folder must be",
        _ => "something else stands where a folder must be",
    };
    Err(refused(what, path, "move it away, and see that the folder that belongs there is there"))
}

/// Files are listed, taken out and put into it.
fn not_allowed(path: &Path, stat: &Stat) -> Option<StoreError> {
    let all = Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK;
    match rustix::fs::accessat(CWD, path, all, AtFlags::EACCESS) {
        Ok(()) => None,
        Err(Errno::ROFS) => Some(refused(
            "this folder is on a file system that is mounted read-only",
            path,
            "mount it so that it can be written to: files that are taken leave the folder",
        )),
        Err(Errno::ACCESS | Errno::PERM) => {
            let user = rustix::process::geteuid().as_raw();
            let mode = stat.st_mode & 0o7777;
            Some(StoreError::Refused {
                what: format!(
                    "the user with the number {user} may not read, write and search this folder, \
                     which belongs to the user {} and the group {} and has the mode {mode:03o}",
                    stat.st_uid, stat.st_gid
                ),
                path: path.to_owned(),
                hint: "give these rights to the user that the daemon runs as (chown, or chgrp and \
                       chmod g+rwx); if that is another one, run this check as that user"
                    .to_owned(),
            })
        }
        Err(errno) => Some(machine("can't look into", path, errno)),
    }
}

/// In a folder with the sticky bit only the owner of the folder or of a file may move the file.
fn sticky(path: &Path, stat: &Stat) -> Option<StoreError> {
    let user = rustix::process::geteuid();
    let may = user.is_root() || stat.st_uid == user.as_raw();
    (stat.st_mode & 0o1000 != 0 && !may).then(|| {
        refused(
            "the sticky bit of this folder keeps its files from being taken out by anybody but \
             their senders",
            path,
            "remove it (chmod -t), or give the folder to the user that the daemon runs as",
        )
    })
}

fn refused(what: &str, path: &Path, hint: &str) -> StoreError {
    StoreError::Refused { what: what.to_owned(), path: path.to_owned(), hint: hint.to_owned() }
}
