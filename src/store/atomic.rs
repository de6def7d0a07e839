//! Files that appear whole or not at all: written under a hidden name, made durable, renamed.

use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;

use super::StoreError;
use super::folder::{Folder, machine, single, unique_hex};
use super::object::Object;

/// Unfinished files begin with this: a leading dot hides them from every reader of these folders.
const TEMPORARY_PREFIX: &str = ".tmp-";

/// Writes `dir/name`, which must not be there; see `Folder::write_new`.
pub fn write_new(dir: &Path, name: &str, bytes: &[u8], mode: u32) -> Result<(), StoreError> {
    Folder::open(dir)?.write_new(OsStr::new(name), bytes, mode)
}

/// Writes `dir/name` in place of what has that name; see `Folder::replace`.
pub fn replace(dir: &Path, name: &str, bytes: &[u8], mode: u32) -> Result<(), StoreError> {
    Folder::open(dir)?.replace(OsStr::new(name), bytes, mode)
}

/// Makes the names in `dir` durable.
pub fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    Folder::open(dir)?.sync()
}

/// The content of the regular file at `path`, which may have at most `bytes_max` bytes; more are
/// refused, never cut. Links are followed, because our own folders hold `latest`; a FIFO does not
/// block.
pub fn read_bounded(path: &Path, bytes_max: u64) -> Result<Vec<u8>, StoreError> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let handle = rustix::fs::open(path, flags, Mode::empty())
        .map_err(|errno| machine("can't open", path, errno))?;
    let stat = rustix::fs::fstat(&handle).map_err(|errno| machine("can't look at", path, errno))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(refused("this is no regular file".to_owned(), path));
    }
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file that is too large from one that just fits, also
    // where it grew since it was looked at.
    std::fs::File::from(handle)
        .take(bytes_max.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| machine("can't read", path, error))?;
    if bytes.len() as u64 > bytes_max {
        return Err(refused(format!("this file has more than {bytes_max} bytes"), path));
    }
    Ok(bytes)
}

impl Folder {
    /// Writes the file `name`, which must not be there; whoever sees it sees all of it, also
    /// after a power cut. `mode` is taken less the umask.
    pub fn write_new(&self, name: &OsStr, bytes: &[u8], mode: u32) -> Result<(), StoreError> {
        let name = single(self, name)?;
        let temporary = self.write_temporary(bytes, mode)?;
        match self.rename_new(OsStr::new(&temporary), self, name) {
            // The name is durable before anybody is told that the file is there.
            Ok(()) => self.sync(),
            Err(errno) => {
                self.remove(OsStr::new(&temporary))?;
                Err(self.not_created(name, errno))
            }
        }
    }

    /// Writes the file `name` in place of what has that name, by one rename: whoever looks sees
    /// the old content or the new, also after a power cut. A link of that name is replaced, not
    /// followed. `mode` is taken less the umask.
    pub fn replace(&self, name: &OsStr, bytes: &[u8], mode: u32) -> Result<(), StoreError> {
        self.replace_unsynced(name, bytes, mode)?;
        self.sync()
    }

    /// As [`Folder::replace`], whole in any case, but durable only once the folder is synced.
    pub(super) fn replace_unsynced(
        &self,
        name: &OsStr,
        bytes: &[u8],
        mode: u32,
    ) -> Result<(), StoreError> {
        let name = single(self, name)?;
        let temporary = self.write_temporary(bytes, mode)?;
        match rustix::fs::renameat(&self.handle, &*temporary, &self.handle, name) {
            Ok(()) => Ok(()),
            Err(errno) => {
                self.remove(OsStr::new(&temporary))?;
                Err(self.not_replaced(name, errno))
            }
        }
    }

    fn not_created(&self, name: &OsStr, errno: Errno) -> StoreError {
        if errno == Errno::EXIST {
            return StoreError::Refused {
                what: "a file of this name is there already".to_owned(),
                path: self.path_of(name),
                hint: "move it away; it is not overwritten".to_owned(),
            };
        }
        self.failed("can't write", name, errno)
    }

    fn not_replaced(&self, name: &OsStr, errno: Errno) -> StoreError {
        if matches!(errno, Errno::ISDIR | Errno::NOTEMPTY | Errno::EXIST) {
            return StoreError::Refused {
                what: "a folder stands where a file is to be written".to_owned(),
                path: self.path_of(name),
                hint: "remove the folder".to_owned(),
            };
        }
        self.failed("can't write", name, errno)
    }

    /// Writes and syncs a file under a name of its own, and returns that name. The content is
    /// durable before any rename gives it a name that somebody reads: a rename that survives a
    /// power cut while the bytes don't would show an empty file.
    fn write_temporary(&self, bytes: &[u8], mode: u32) -> Result<String, StoreError> {
        let temporary = temporary_name();
        let name = OsStr::new(&temporary);
        let mut file = self.create_file(name, mode)?;
        if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
            // The first failure is the one to report; a leftover is swept at the next start.
            let _ = self.remove(name);
            return Err(machine("can't write", &self.path_of(name), error));
        }
        Ok(temporary)
    }

    /// Removes what an interrupted write left; how many files. Only for a caller that no other
    /// writer of this folder can run beside.
    pub fn remove_temporaries(&self) -> Result<u64, StoreError> {
        let mut left = Vec::new();
        self.each_name(&mut |name, _| {
            if is_temporary(name) {
                left.push(name.to_owned());
            }
            Ok(())
        })?;
        let mut removed = 0;
        for name in left {
            if matches!(self.look(&name)?, Some(Object::File { .. })) {
                removed += u64::from(self.remove(&name)?);
            }
        }
        Ok(removed)
    }
}

/// A name to write under before a file gets its own.
pub(super) fn temporary_name() -> String {
    format!("{TEMPORARY_PREFIX}{}", unique_hex())
}

pub(super) fn is_temporary(name: &OsStr) -> bool {
    name.as_bytes()
        .strip_prefix(TEMPORARY_PREFIX.as_bytes())
        .is_some_and(|rest| rest.len() == 16 && rest.iter().all(u8::is_ascii_hexdigit))
}

fn refused(what: String, path: &Path) -> StoreError {
    StoreError::Refused { what, path: path.to_owned(), hint: "put the right file there".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_replaces_nothing_and_leaves_nothing_behind() {
        let dir = tempfile::tempdir().expect("a folder");
        write_new(dir.path(), "a", b"one", 0o644).expect("written");
        let error = write_new(dir.path(), "a", b"two", 0o644).expect_err("it is there");
        assert!(error.to_string().starts_with("a file of this name is there already: "));
        assert_eq!(error.exit_status(), 3);
        assert_eq!(std::fs::read(dir.path().join("a")).expect("read"), b"one");
        replace(dir.path(), "a", b"two", 0o644).expect("replaced");
        assert_eq!(std::fs::read(dir.path().join("a")).expect("read"), b"two");
        assert_eq!(std::fs::read_dir(dir.path()).expect("list").count(), 1);
    }

    #[test]
    fn a_link_is_replaced_and_not_followed() {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("victim"), b"mine").expect("written");
        std::os::unix::fs::symlink("victim", dir.path().join("a")).expect("linked");
        assert!(write_new(dir.path(), "a", b"new", 0o644).is_err());
        replace(dir.path(), "a", b"new", 0o644).expect("replaced");
        assert_eq!(std::fs::read(dir.path().join("victim")).expect("read"), b"mine");
        assert!(dir.path().join("a").symlink_metadata().expect("there").is_file());
    }

    #[test]
    fn a_name_can_not_leave_its_folder() {
        let dir = tempfile::tempdir().expect("a folder");
        for name in ["", ".", "..", "../a", "a/b", "/a"] {
            assert!(write_new(dir.path(), name, b"x", 0o644).is_err(), "{name:?}");
            assert!(replace(dir.path(), name, b"x", 0o644).is_err(), "{name:?}");
        }
        assert_eq!(std::fs::read_dir(dir.path()).expect("list").count(), 0);
    }

    #[test]
    fn reading_is_bounded_and_takes_regular_files_only() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a");
        std::fs::write(&path, b"12345").expect("written");
        assert_eq!(read_bounded(&path, 5).expect("fits"), b"12345");
        assert!(read_bounded(&path, 4).is_err());
        assert!(read_bounded(dir.path(), 4).is_err());
        let fifo = dir.path().join("fifo");
        rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, Mode::RUSR).expect("made");
        assert!(read_bounded(&fifo, 4).is_err(), "and it does not block");
    }
}
