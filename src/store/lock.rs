//! Locks that end with the process that holds them, however it ends.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use super::StoreError;
use super::folder::machine;
use super::holder;

/// A lock file that is removed and made again while somebody waits for it is opened anew this
/// often; nobody does that in earnest.
const REOPENED_MAX: u32 = 16;

/// How long a waiter sleeps between two tries: unnoticed by people, and nothing to a processor.
const RETRY: Duration = Duration::from_millis(20);

/// An exclusive lock on a file. It is given up when this value goes, or with the process: the
/// kernel drops it, so a killed daemon leaves none behind. The file stays.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock of `path`, or `None` where somebody holds it.
    pub fn try_acquire(path: &Path) -> Result<Option<Self>, StoreError> {
        lock(path, FlockOperation::NonBlockingLockExclusive)
    }

    /// Notes in the lock's file who holds it, for those who have to wait.
    pub fn note(&self) {
        holder::note(&self.file);
    }

    /// Whether somebody holds the lock of `path`; makes no file.
    pub fn is_held(path: &Path) -> Result<bool, StoreError> {
        if std::fs::symlink_metadata(path).is_err() {
            return Ok(false);
        }
        Ok(Self::try_acquire(path)?.is_none())
    }

    /// Takes the lock of `path`; waits for whoever holds it, until `is_over` says not to. `None`:
    /// it was over first.
    pub fn acquire_unless(
        path: &Path,
        is_over: &dyn Fn() -> bool,
    ) -> Result<Option<Self>, StoreError> {
        loop {
            if let Some(lock) = Self::try_acquire(path)? {
                return Ok(Some(lock));
            }
            if is_over() {
                return Ok(None);
            }
            std::thread::sleep(RETRY);
        }
    }

    /// Takes the lock of `path`; waits for whoever holds it.
    pub fn acquire(path: &Path) -> Result<Self, StoreError> {
        lock(path, FlockOperation::LockExclusive)?
            .ok_or_else(|| StoreError::Busy { path: path.to_owned() })
    }
}

fn lock(path: &Path, operation: FlockOperation) -> Result<Option<Lock>, StoreError> {
    for _ in 0..REOPENED_MAX {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let handle = rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR)
            .map_err(|errno| machine("can't open the lock", path, errno))?;
        match rustix::io::retry_on_intr(|| rustix::fs::flock(&handle, operation)) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Ok(None),
            Err(errno) => return Err(machine("can't take the lock", path, errno)),
        }
        // A lock on a file that somebody removed meanwhile keeps nobody out.
        if is_file_at(&handle, path)? {
            return Ok(Some(Lock { file: handle.into() }));
        }
    }
    Ok(None)
}

fn is_file_at(handle: &OwnedFd, path: &Path) -> Result<bool, StoreError> {
    let failed = |errno| machine("can't look at the lock", path, errno);
    let held = rustix::fs::fstat(handle).map_err(failed)?;
    match rustix::fs::lstat(path) {
        Ok(named) => Ok((held.st_dev, held.st_ino) == (named.st_dev, named.st_ino)),
        Err(Errno::NOENT) => Ok(false),
        Err(errno) => Err(failed(errno)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_once_and_ends_with_its_holder() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("run.lock");
        let held = Lock::try_acquire(&path).expect("possible").expect("free");
        assert!(Lock::try_acquire(&path).expect("possible").is_none());
        drop(held);
        assert!(Lock::try_acquire(&path).expect("possible").is_some());
    }

    #[test]
    fn a_waiter_gets_the_lock_when_its_holder_goes() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("work.lock");
        let held = Lock::acquire(&path).expect("free");
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| Lock::acquire(&path).map(drop));
            drop(held);
            waiter.join().expect("no panic").expect("taken");
        });
    }

    #[test]
    fn a_lock_file_that_was_removed_keeps_nobody_in() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("run.lock");
        let _old = Lock::try_acquire(&path).expect("possible").expect("free");
        std::fs::remove_file(&path).expect("removed");
        let new = Lock::try_acquire(&path).expect("possible").expect("a new file, a new lock");
        assert!(Lock::try_acquire(&path).expect("possible").is_none());
        drop(new);
    }

    #[test]
    fn a_link_is_no_lock() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("run.lock");
        std::os::unix::fs::symlink("elsewhere", &path).expect("linked");
        assert!(Lock::try_acquire(&path).is_err());
        assert!(!dir.path().join("elsewhere").exists());
    }
}
