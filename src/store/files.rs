//! Configuration files and folders: what `init`, `check` and the loading of a configuration need
//! of the disk.

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use super::StoreError;
use crate::domain::Digest;

/// Whether something is at `path`; a dangling link counts as something.
pub fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Opens the regular file at `path`; links are followed, a FIFO is not waited for.
pub fn open_regular(path: &Path) -> Result<fs::File, StoreError> {
    let machine =
        |source| StoreError::Machine { what: "cannot open a file", path: path.to_owned(), source };
    if !fs::metadata(path).map_err(machine)?.is_file() {
        return Err(StoreError::Refused {
            what: "this is no regular file".to_owned(),
            path: path.to_owned(),
            hint: "name a CSV file".to_owned(),
        });
    }
    fs::File::open(path).map_err(machine)
}

/// Bytes of what is at `path`; links are followed.
pub fn size(path: &Path) -> Result<u64, StoreError> {
    let found = fs::metadata(path).map_err(|source| StoreError::Machine {
        what: "cannot open a file",
        path: path.to_owned(),
        source,
    })?;
    Ok(found.len())
}

/// Bytes that are left on the disk of `path` for those who are not root.
pub fn free_bytes(path: &Path) -> std::io::Result<u64> {
    let found = rustix::fs::statvfs(path)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Device and inode of what is open: a file, a pipe, a socket.
pub fn device_and_inode(open: &impl AsFd) -> Option<(u64, u64)> {
    rustix::fs::fstat(open).ok().map(|found| (found.st_dev, found.st_ino))
}

/// The digest of the regular file at `path`; links are followed.
pub fn digest(path: &Path) -> Result<Digest, StoreError> {
    let mut file = open_regular(path)?;
    let (_, digest) = super::copy::hash(&mut file, u64::MAX).map_err(|source| {
        StoreError::Machine { what: "cannot read a file", path: path.to_owned(), source }
    })?;
    Ok(digest)
}

/// The text of the file at `path`, at most `bytes_max` of it.
pub fn read_text(path: &Path, bytes_max: u64) -> std::io::Result<String> {
    // A look first: opening a FIFO would wait for a writer.
    if !fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("it is no regular file"));
    }
    let file = fs::File::open(path)?;
    let mut text = String::new();
    file.take(bytes_max + 1).read_to_string(&mut text)?;
    if text.len() as u64 > bytes_max {
        return Err(std::io::Error::other(format!("it is larger than {bytes_max} bytes")));
    }
    Ok(text)
}

/// The last `bytes_max` bytes of a file as text; what is no UTF-8 is replaced.
pub fn read_end(path: &Path, bytes_max: u64) -> std::io::Result<String> {
    let mut file = fs::File::open(path)?;
    let bytes = file.metadata()?.len();
    file.seek(SeekFrom::Start(bytes.saturating_sub(bytes_max)))?;
    let mut end = Vec::new();
    file.take(bytes_max).read_to_end(&mut end)?;
    Ok(String::from_utf8_lossy(&end).into_owned())
}

/// The files of `folder` with that extension, by name.
pub fn list(folder: &Path, extension: &str) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Whether `path` is a program that this user may execute.
pub fn is_program(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

/// Creates `folder` with its parents, where it isn't there yet.
pub fn create_folder(folder: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(folder)
        .map_err(|source| StoreError::machine("cannot create a folder", folder, source))
}

/// Writes a file that must not exist yet, durably.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let write = || -> std::io::Result<()> {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|source| StoreError::machine("cannot write a file", path, source))
}

/// Renames a file or folder to where nothing may be, durably.
pub fn rename_new(from: &Path, to: &Path) -> Result<(), StoreError> {
    use super::outbox::durable::{self, sync_folder};
    durable::rename_new(from, to).map_err(|source| StoreError::Machine {
        what: "cannot put this in its place",
        path: to.to_owned(),
        source,
    })?;
    sync_folder(to.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new(".")))
}

/// Makes `folder`, which must be missing or empty, with `files` in it (a path below it, its bytes):
/// it appears with all of them, or not at all.
pub fn write_new_folder(folder: &Path, files: &[(&str, &[u8])]) -> Result<(), StoreError> {
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else {
        return Err(StoreError::Refused {
            what: "this names no folder of its own".to_owned(),
            path: folder.to_owned(),
            hint: "name a folder that is new or empty".to_owned(),
        });
    };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    create_folder(parent)?;
    let unfinished = parent.join(format!(".{}.{}", name.display(), super::folder::unique_hex()));
    let written = write_all(&unfinished, files).and_then(|()| {
        // Over an empty folder, but over nothing else.
        fs::rename(&unfinished, folder)
            .map_err(|source| StoreError::machine("cannot put this in its place", folder, source))
    });
    if written.is_err() {
        // The first failure is the one to report.
        drop(fs::remove_dir_all(&unfinished));
    }
    written.and_then(|()| super::outbox::durable::sync_folder(parent))
}

fn write_all(folder: &Path, files: &[(&str, &[u8])]) -> Result<(), StoreError> {
    let mut folders = vec![folder.to_owned()];
    create_folder(folder)?;
    for (path, bytes) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent().filter(|parent| !folders.iter().any(|it| it == parent))
        {
            create_folder(parent)?;
            folders.push(parent.to_owned());
        }
        write_new(&path, bytes)?;
    }
    folders.iter().try_for_each(|folder| super::outbox::durable::sync_folder(folder))
}

/// Removes a file, durably; one that is not there is gone.
pub fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::Machine { what: "cannot remove a file", path: path.to_owned(), source })
        }
        _ => super::outbox::durable::sync_folder(path.parent().unwrap_or(Path::new("."))),
    }
}

/// Whether `path` is a file with content or a folder that holds something.
pub fn holds_something(path: &Path) -> Result<bool, StoreError> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => is_empty_folder(path).map(|is_empty| !is_empty),
        Ok(found) => Ok(found.len() > 0),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(source) => {
            Err(StoreError::Machine { what: "cannot look at", path: path.to_owned(), source })
        }
    }
}

/// Whether `folder` is missing or holds nothing.
pub fn is_empty_folder(folder: &Path) -> Result<bool, StoreError> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => Ok(false),
        Err(source) => Err(StoreError::Machine {
            what: "cannot look into a folder",
            path: folder.to_owned(),
            source,
        }),
    }
}

/// Whether `folder` is there and can be written to; a missing one counts as fine where its parent
/// lets the daemon create it. Leaves nothing behind.
pub fn check_folder(folder: &Path) -> Result<(), StoreError> {
    let machine = |source| StoreError::machine("cannot write to this folder", folder, source);
    let mut nearest = folder;
    while !exists(nearest) {
        match nearest.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => nearest = parent,
            _ => {
                nearest = Path::new(".");
                break;
            }
        }
    }
    if !fs::metadata(nearest).map_err(machine)?.is_dir() {
        return Err(StoreError::Refused {
            what: "this is no folder".to_owned(),
            path: nearest.to_owned(),
            hint: "move it away, or name another folder under [paths]".to_owned(),
        });
    }
    let probe = nearest.join(format!(".budgetd-check-{}", std::process::id()));
    fs::File::create_new(&probe).map_err(machine)?;
    fs::remove_file(&probe).map_err(machine)
}

/// Whether a link stands at `path`.
pub fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink())
}

/// The path that `path` leads to once every link is followed; where it isn't there yet, the part
/// of it that is.
pub fn real_path(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) if parent.as_os_str().is_empty() => {
            real_path(Path::new(".")).join(name)
        }
        (Some(parent), Some(name)) => real_path(parent).join(name),
        _ => path.to_owned(),
    }
}

/// The device that holds what is at `path`, links followed; `None`: nothing is there.
pub fn device(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).ok().map(|metadata| metadata.dev())
}

/// Whether group or others may look into the folder at `path`.
pub fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.mode() & 0o077 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        entries.map(|it| it.expect("an entry").file_name().display().to_string()).collect()
    }

    #[test]
    fn a_folder_appears_with_all_its_files_or_not_at_all() {
        let place = tempfile::tempdir().expect("a folder");
        let new = place.path().join("deep/new");
        write_new_folder(&new, &[("a", b"one"), ("below/b", b"two")]).expect("written");
        assert_eq!(fs::read(new.join("below/b")).expect("read"), b"two");
        assert_eq!(names(&place.path().join("deep")), ["new"]);
        // A file can't be a folder, too.
        let half = place.path().join("half");
        assert!(write_new_folder(&half, &[("a", b"one"), ("a/b", b"two")]).is_err());
        assert_eq!(names(place.path()), ["deep"]);
    }

    #[test]
    fn a_folder_that_is_empty_is_filled_and_one_that_is_not_stays() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("folder");
        fs::create_dir(&folder).expect("made");
        write_new_folder(&folder, &[("a", b"one")]).expect("written");
        assert!(write_new_folder(&folder, &[("b", b"two")]).is_err());
        assert_eq!(names(&folder), ["a"]);
        assert_eq!(names(place.path()), ["folder"]);
    }
}
