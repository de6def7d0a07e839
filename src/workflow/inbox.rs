//! What stands around the taking of a file: where its drop folder is, whether it may be taken yet,
//! and whether it is what its digest says.

use std::path::Path;

use super::{Unit, WorkflowError, Workspace};
use crate::config::Ready;
use crate::domain::{Account, Digest};
use crate::ingest::Rejection;
use crate::store::StoreError;
use crate::store::files;
use crate::store::inbox::{Claimed, Companion, DropFolder, Room, Stated, stated_beside};
use crate::store::lock::Lock;

impl Workspace {
    /// The drop folder of an account, for looking and taking. It is made where nothing was ever
    /// taken for the account; one that is gone later is an error, since what stood there may have
    /// been a mount, and files may lie in what is missing.
    pub fn drop_folder(&self, account: &Account) -> Result<DropFolder, StoreError> {
        let path = self.places.drop_folder(&account.id);
        if !files::exists(&path) && Lock::is_held(&self.places.state().run_lock())? {
            return Err(gone(&path));
        }
        self.drop_folder_at_start(account)
    }

    /// As [`Workspace::drop_folder`], for the daemon, which makes it when it starts and not again.
    pub fn drop_folder_at_start(&self, account: &Account) -> Result<DropFolder, StoreError> {
        let path = self.places.drop_folder(&account.id);
        if files::exists(&path) {
            return self.drop_folder_that_is_there(account);
        }
        if files::holds_something(&self.places.state().audit_account(&account.id))? {
            return Err(gone(&path));
        }
        Ok(self.under_settings(DropFolder::open(&path, true)?))
    }

    /// As [`Workspace::drop_folder`]; makes nothing.
    pub fn drop_folder_that_is_there(&self, account: &Account) -> Result<DropFolder, StoreError> {
        let path = self.places.drop_folder(&account.id);
        if !files::exists(&path) {
            return Err(gone(&path));
        }
        Ok(self.under_settings(DropFolder::open(&path, false)?))
    }

    /// Whether the drop folder of an account is missing as it may be: nobody was here yet.
    pub fn may_be_missing(&self, account: &Account) -> Result<bool, StoreError> {
        let state = self.places.state();
        Ok(!files::exists(&self.places.drop_folder(&account.id))
            && !files::holds_something(&state.audit_account(&account.id))?
            && !Lock::is_held(&state.run_lock())?)
    }

    fn under_settings(&self, folder: DropFolder) -> DropFolder {
        let Self { config, .. } = self;
        folder.under(config.inbox.ready, config.limits.files_per_scan_max)
    }

    /// The room for working copies now.
    pub fn room(&self) -> Result<Room, StoreError> {
        Room::look(&self.places.state().staging(), self.config.limits.staging_bytes_max)
    }
}

impl Unit<'_> {
    /// How senders say that a file is complete.
    pub const fn ready(&self) -> Ready {
        self.workspace.config.inbox.ready
    }

    /// Why a file of `bytes` has to wait for room; `None`: it hasn't. One that is too large to be
    /// taken is not copied and needs none.
    pub(super) fn lacks_room(&mut self, bytes: u64) -> Result<Option<String>, WorkflowError> {
        if bytes > self.workspace.config.limits.bytes_max {
            return Ok(None);
        }
        let room = match &mut self.room {
            Some(room) => room,
            none => none.insert(self.workspace.room()?),
        };
        Ok(room.lacks(bytes)?)
    }
}

/// Why a claimed file of this digest is refused for what its companion says; `None`: it isn't.
pub(super) fn against_companion(
    folder: &DropFolder,
    claimed: &Claimed,
    digest: Digest,
) -> Result<Option<Rejection>, StoreError> {
    against(folder.stated(claimed)?, &claimed.name, &mut || Ok(digest))
}

/// Why the file at `path` would be refused for what the companion beside it says; `None`: it
/// wouldn't.
pub fn against_companion_beside(path: &Path) -> Result<Option<Rejection>, StoreError> {
    let stated = stated_beside(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    against(stated, &name, &mut || files::digest(path))
}

/// The same of a copy of the file at `path` whose digest is known.
pub(super) fn against_companion_of_copy(
    path: &Path,
    digest: Digest,
) -> Result<Option<Rejection>, StoreError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    against(stated_beside(path)?, &name, &mut || Ok(digest))
}

fn against(
    stated: Stated,
    name: &str,
    digest: &mut dyn FnMut() -> Result<Digest, StoreError>,
) -> Result<Option<Rejection>, StoreError> {
    let companion = Companion::Digest.of(name);
    Ok(match stated {
        Stated::Nothing => None,
        Stated::Digest(stated) if stated == digest()? => None,
        Stated::Digest(_) => Some(Rejection::companion_differs(&companion)),
        Stated::Unusable(why) => Some(Rejection::companion_unusable(&companion, why.words())),
    })
}

fn gone(path: &Path) -> StoreError {
    StoreError::Refused {
        what: "the drop folder is gone".to_owned(),
        path: path.to_owned(),
        hint: "mount or restore what stood there; if it is to be a new one, make the folder"
            .to_owned(),
    }
}
