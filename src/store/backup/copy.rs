//! One file → its copy, which appears whole, durable and with the digest that it must have, or not
//! at all. A copy that is there and right is left alone, so that work that was stopped goes on.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::domain::Digest;
use crate::store::StoreError;
use crate::store::copy::{CopyError, copy_hashing, hash};
use crate::store::outbox::durable::{machine, open_regular, sync_folder};

/// What a copy is called until it is whole.
pub const UNFINISHED: &str = ".unfinished-";

/// What was done to have a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// The digest of its content.
    pub digest: Digest,
    /// Its size.
    pub bytes: u64,
    /// Whether it was there already.
    pub was_there: bool,
}

/// What is to be copied.
pub struct From<'a> {
    /// The file; links are not followed.
    pub path: &'a Path,
    /// Its digest, where that is known.
    pub digest: Option<Digest>,
    /// How much of it: a log grows while it is copied.
    pub bytes_max: u64,
}

impl<'a> From<'a> {
    /// All of the file at `path`.
    pub fn whole(path: &'a Path, digest: Option<Digest>) -> Self {
        Self { path, digest, bytes_max: u64::MAX }
    }
}

/// Copies a file to `to` with exactly the permissions `mode`; the folder of `to` must be there.
/// `None`: there is no such file. A file without the digest that it must have is
/// [`StoreError::Damaged`].
pub fn bring(from: &From<'_>, to: &Path, mode: u32) -> Result<Option<Copied>, StoreError> {
    let expected = match from.digest {
        None if to.is_file() => digest_of(from.path)?.map(|(digest, _)| digest),
        known => known,
    };
    if let Some(expected) = expected
        && let Some((digest, bytes)) = digest_of(to)?
        && digest == expected
    {
        return Ok(Some(Copied { digest, bytes, was_there: true }));
    }
    let mut source = match open_regular(from.path) {
        Ok(source) => source.take(from.bytes_max),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(machine("can't open", from.path)(error)),
    };
    let (folder, unfinished) = beside(to);
    remove_if_there(&unfinished)?;
    let made = || {
        let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&unfinished)?;
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        Ok(file)
    };
    let mut target = made().map_err(machine("can't write", &unfinished))?;
    let copied = copy_hashing(&mut source, &mut target, u64::MAX)
        .map_err(|error| match error {
            CopyError::Read(error) => machine("can't read", from.path)(error),
            CopyError::Write(error) => machine("can't write", to)(error),
        })
        .and_then(|(bytes, digest)| {
            target.sync_all().map_err(machine("can't write", to))?;
            match from.digest {
                Some(expected) if expected != digest => Err(changed(from.path, expected, digest)),
                _ => Ok(Copied { digest, bytes, was_there: false }),
            }
        });
    let copied = match copied {
        Ok(copied) => copied,
        Err(error) => {
            // The first failure is the one to report; the next attempt removes it too.
            let _ = fs::remove_file(&unfinished);
            return Err(error);
        }
    };
    fs::rename(&unfinished, to).map_err(machine("can't write", to))?;
    sync_folder(folder)?;
    Ok(Some(copied))
}

/// Writes `bytes` to `to`, in place of what may be there.
pub fn write(to: &Path, bytes: &[u8], mode: u32) -> Result<Digest, StoreError> {
    let (folder, unfinished) = beside(to);
    remove_if_there(&unfinished)?;
    let written = crate::store::outbox::durable::write_unnamed(&unfinished, bytes, mode);
    if let Err(error) = written {
        let _ = fs::remove_file(&unfinished);
        return Err(error);
    }
    fs::rename(&unfinished, to).map_err(machine("can't write", to))?;
    sync_folder(folder)?;
    Ok(Digest::of(bytes))
}

/// Makes the folder at `path` and those above it up to `root`, each durable in the one above and
/// with exactly the permissions `mode`; those that are there are kept.
pub fn ensure_below(root: &Path, path: &Path, mode: u32) -> Result<(), StoreError> {
    if path.is_dir() {
        return Ok(());
    }
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    let above = above.unwrap_or(Path::new("."));
    if path != root {
        ensure_below(root, above, mode)?;
    }
    let make = || {
        match fs::create_dir(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => made?,
        }
        fs::set_permissions(path, fs::Permissions::from_mode(mode))
    };
    make().map_err(machine("can't make the folder", path))?;
    sync_folder(above)
}

/// The digest and size of the regular file at `path`; `None`: there is nothing, or something else.
pub fn digest_of(path: &Path) -> Result<Option<(Digest, u64)>, StoreError> {
    let Ok(mut file) = open_regular(path) else { return Ok(None) };
    let (bytes, digest) =
        hash(&mut file as &mut File, u64::MAX).map_err(machine("can't read", path))?;
    Ok(Some((digest, bytes)))
}

fn beside(to: &Path) -> (&Path, PathBuf) {
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // By content of the name, not by the name: that may be as long as a name can be.
    let name = Digest::of(to.file_name().unwrap_or_default().as_encoded_bytes());
    (folder, folder.join(format!("{UNFINISHED}{}", name.short())))
}

fn remove_if_there(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(machine("can't remove an unfinished copy", path)(error))
        }
        _ => Ok(()),
    }
}

fn changed(path: &Path, expected: Digest, found: Digest) -> StoreError {
    StoreError::Damaged {
        what: format!("this file was changed: its SHA-256 is {found}, it must be {expected}"),
        path: path.to_owned(),
        hint: "bring back the right file from an earlier backup; it was not copied".to_owned(),
    }
}
