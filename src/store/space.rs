//! How much room the file system of a path has, for whoever has to say that it is full.

use std::io;
use std::path::{Path, PathBuf};

/// What the copy of a file must leave free: the ledger, the audit log and the answers of a file go to
/// the disk after it, and a full disk is found out by all others on it too.
pub const FREE_BYTES_KEPT: u64 = 64 << 20;

/// What is left on a file system for this user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// Where the file system begins.
    pub mount: PathBuf,
    /// Bytes that can still be written.
    pub bytes: u64,
    /// Files that can still be made; `None`: the file system doesn't count them.
    pub files: Option<u64>,
}

impl Space {
    /// Whether nothing more should be begun there.
    pub fn is_short(&self) -> bool {
        self.bytes < FREE_BYTES_KEPT || self.files == Some(0)
    }

    /// The room of the file system that holds `path`, which may not be there yet.
    pub fn of(path: &Path) -> io::Result<Self> {
        let there = nearest(path)?;
        let found = rustix::fs::statvfs(&there)?;
        Ok(Self {
            mount: mount_of(&there),
            bytes: found.f_bavail.saturating_mul(found.f_frsize),
            files: (found.f_files > 0).then_some(found.f_favail),
        })
    }
}

/// Whether `error` says that there is no room: the disk, or this user's share of it.
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// The real path of the nearest folder at or above `path` that is there.
fn nearest(path: &Path) -> io::Result<PathBuf> {
    let mut at = Some(path);
    while let Some(path) = at {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        match path.canonicalize() {
            Err(error) if error.kind() == io::ErrorKind::NotFound && path != Path::new(".") => {
                at = path.parent();
            }
            found => return found,
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

/// The highest folder above that is on the same device.
fn mount_of(path: &Path) -> PathBuf {
    let device = |path: &Path| rustix::fs::stat(path).map(|stat| stat.st_dev).ok();
    let own = device(path);
    let above = path.ancestors().take_while(|above| device(above) == own);
    above.last().unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_of_a_path_that_is_not_there_is_that_of_the_folder_around_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let space = Space::of(&dir.path().join("not/there")).expect("known");
        let around = Space::of(dir.path()).expect("known");
        assert_eq!(space.mount, around.mount);
        assert!(dir.path().canonicalize().expect("there").starts_with(&space.mount));
        assert!(space.bytes > 0);
        assert!(Space::of(Path::new("not/there/either")).is_ok());
    }
}
