//! Files and folders that are whole and durable before anyone can see them: written beside their
//! place, synced, renamed, and the folder synced. Nothing is ever written in place.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{CWD, OFlags, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::super::StoreError;

/// What a file or folder is called while it is written.
const UNFINISHED: &str = ".unfinished-";

/// A failure of `what` on `path`.
pub(in crate::store) fn machine(
    what: &'static str,
    path: &Path,
) -> impl FnOnce(std::io::Error) -> StoreError {
    move |source| StoreError::machine(what, path, source)
}

/// Writes a new file at `path`, which must not exist, with exactly the permissions `mode`; synced,
/// but its folder is not.
pub(in crate::store) fn write_unnamed(
    path: &Path,
    bytes: &[u8],
    mode: u32,
) -> Result<(), StoreError> {
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
        // The mode of `open` is cut down by the umask; the recipients' need to read is not.
        file.set_permissions(PermissionsExt::from_mode(mode))?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(machine("write a file", path))
}

/// Writes a new file `name` in `folder`: it appears whole and durable, or not at all. One that is
/// there already is an error of kind `AlreadyExists` and left alone.
pub(in crate::store) fn write_new(
    folder: &Path,
    name: &str,
    bytes: &[u8],
    mode: u32,
) -> Result<(), StoreError> {
    let unfinished = remove_unfinished(folder, name)?;
    write_unnamed(&unfinished, bytes, mode)?;
    let path = folder.join(name);
    let renamed = rename_new(&unfinished, &path).map_err(machine("put a file in its place", &path));
    if renamed.is_err() {
        let _ = std::fs::remove_file(&unfinished);
    }
    renamed?;
    sync_folder(folder)
}

/// Writes the file `name` in `folder`, in place of one that may be there: whoever reads it finds
/// the old or the new one, whole.
pub(in crate::store) fn replace(
    folder: &Path,
    name: &str,
    bytes: &[u8],
    mode: u32,
) -> Result<(), StoreError> {
    let unfinished = remove_unfinished(folder, name)?;
    write_unnamed(&unfinished, bytes, mode)?;
    let path = folder.join(name);
    std::fs::rename(&unfinished, &path).map_err(machine("replace a file", &path))?;
    sync_folder(folder)
}

/// The path to write under, free of what a crash may have left there.
pub(in crate::store) fn remove_unfinished(
    folder: &Path,
    name: &str,
) -> Result<std::path::PathBuf, StoreError> {
    let path = folder.join(format!("{UNFINISHED}{name}"));
    match std::fs::remove_file(&path) {
        Ok(()) => Ok(path),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(path),
        Err(error) => Err(machine("remove an unfinished file", &path)(error)),
    }
}

/// Renames `from` to `to`, where nothing may be; otherwise an error of kind `AlreadyExists`.
pub(in crate::store) fn rename_new(from: &Path, to: &Path) -> std::io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // A file system without this flag: the caller holds the lock of the unit of work, so
        // that nothing appears between the look and the rename.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            if to.symlink_metadata().is_ok() {
                return Err(ErrorKind::AlreadyExists.into());
            }
            std::fs::rename(from, to)
        }
        renamed => Ok(renamed?),
    }
}

/// Makes the names in `folder` durable.
pub(in crate::store) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    let sync = || File::open(folder)?.sync_all();
    sync().map_err(machine("sync a folder", folder))
}

/// Makes `folder` with the permissions 0755, durable in the folder above; one that is there
/// already is kept.
pub(in crate::store) fn ensure_folder(folder: &Path) -> Result<(), StoreError> {
    match std::fs::create_dir(folder) {
        Ok(()) => {
            std::fs::set_permissions(folder, PermissionsExt::from_mode(0o755))
                .map_err(machine("set the permissions of a folder", folder))?;
            folder.parent().map_or(Ok(()), sync_folder)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(machine("make a folder", folder)(error)),
    }
}

/// The content of the regular file at `path`, of at most `bytes_max`; links are not followed. The
/// error says in words what else it is.
pub(in crate::store) fn read_bounded(path: &Path, bytes_max: u64) -> std::io::Result<Vec<u8>> {
    let file = open_regular(path)?;
    let mut bytes = Vec::new();
    file.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(std::io::Error::other(format!("larger than {bytes_max} bytes")));
    }
    Ok(bytes)
}

/// Opens the regular file at `path` for reading; links are not followed, a FIFO is not waited for.
pub(in crate::store) fn open_regular(path: &Path) -> std::io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(std::io::Error::other("not a regular file"))
    }
}
