//! Files that appear whole or not at all, by path: for folders of our own, where [`Folder`]'s
//! handle would be opened for one write only.

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags};

use super::StoreError;
use super::folder::{Folder, machine};

/// Writes `dir/name`, which must not be there; see [`Folder::write_new`].
pub fn write_new(dir: &Path, name: &str, bytes: &[u8], mode: u32) -> Result<(), StoreError> {
    Folder::open(dir)?.write_new(OsStr::new(name), bytes, mode)
}

/// Writes `dir/name` in place of what has that name; see [`Folder::replace`].
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
