//! A key in force → the next one in its place, by one rename: at every moment there is one key, the
//! old or the new one, whole. The next key waits beside it and is no key to sign with until then.

use std::path::{Path, PathBuf};

use super::super::StoreError;
use super::super::outbox::durable::{machine, replace, sync_folder};
use super::{SigningKey, folder_and_name, public_path, refused, with_ending};

/// Behind the name of the key in force: that of the next one.
const NEXT: &str = ".next";

impl SigningKey {
    /// Where the key waits that is to follow on the one at `path`.
    pub fn next_path(path: &Path) -> PathBuf {
        with_ending(path, NEXT)
    }

    /// The key that is to follow on the one at `path`: one that waits already, since a rotation was
    /// stopped, else a new one. Durable when this returns, and not in force.
    pub fn prepare_next(path: &Path, comment: &str) -> Result<Self, StoreError> {
        refuse_link(path)?;
        let next = Self::next_path(path);
        if let Some(waiting) = Self::waiting(path)? {
            return Ok(waiting);
        }
        let key = Self::random(&next, comment)?;
        key.write_private(&next)?;
        Ok(key)
    }

    /// The key that waits to follow on the one at `path`.
    pub fn waiting(path: &Path) -> Result<Option<Self>, StoreError> {
        let next = Self::next_path(path);
        if next.symlink_metadata().is_err() { Ok(None) } else { Self::load(&next).map(Some) }
    }

    /// Puts the key that waits into the place of the one at `path`, durably, by one rename.
    pub fn put_next_in_force(path: &Path) -> Result<(), StoreError> {
        refuse_link(path)?;
        let (folder, _) = folder_and_name(path)?;
        std::fs::rename(Self::next_path(path), path)
            .map_err(machine("put the next signing key in force", path))?;
        sync_folder(folder)
    }

    /// Writes the public part of this key beside `path`, in place of another one's.
    pub fn show_public_beside(&self, path: &Path) -> Result<(), StoreError> {
        let public = public_path(path);
        let (folder, name) = folder_and_name(&public)?;
        let line = self.public_line();
        if std::fs::read(&public).is_ok_and(|there| there == line.as_bytes()) {
            return Ok(());
        }
        replace(folder, name, line.as_bytes(), 0o644)
    }
}

/// A link would be replaced, and the key that it leads to would stay.
fn refuse_link(path: &Path) -> Result<(), StoreError> {
    let is_link = path.symlink_metadata().is_ok_and(|found| found.is_symlink());
    if is_link {
        let hint = "name the key itself in [signing], or rotate it where it is kept";
        return Err(refused(path, "the signing key is a link", hint));
    }
    Ok(())
}
