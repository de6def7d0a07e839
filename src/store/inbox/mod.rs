//! A drop folder: what waits in it, how a file is claimed and copied, and how its sender is
//! answered. The sender can write here, so nothing that lies in the folder is trusted.
//!
//! The life of a file, and why each step survives a kill or a power cut:
//!
//! 1. [`DropFolder::scan`], [`Settler::settled`]: nothing is touched.
//! 2. [`DropFolder::claim`]: one rename into `.claimed/`, durable before anything is recorded of
//!    it. Before it the file waits; after it [`DropFolder::claimed`] finds it again. Its `.sha256`
//!    and `.done` go first, durable before the file follows: what a kill leaves of them without
//!    their file is put back by [`DropFolder::restore_orphans`].
//! 3. [`DropFolder::stage`]: a working copy, made anew after a kill.
//! 4. The caller archives the copy and records the outcome under the claim.
//! 5. [`DropFolder::answer_accepted`] and [`DropFolder::remove_claimed`], or
//!    [`DropFolder::answer_refused`]: the claimed file goes last, so as long as it is there the
//!    answer is given again, in the same words and the same place. The daemon keeps it for an hour
//!    instead ([`DropFolder::keep_claimed`]): a writer may only have paused.
//! 6. [`Staged::discard`]; what a kill leaves is swept at the next start by [`DropFolder::sweep`]
//!    and [`sweep_staging`].

mod answer;
mod checksum;
mod claim;
mod companion;
mod condition;
mod late;
mod names;
mod reach;
mod ready;
mod receipts;
mod regrown;
mod room;
mod scan;
mod settle;
mod stage;
mod superseded;

use std::cell::RefCell;
use std::ffi::OsStr;
use std::path::Path;
use std::rc::Rc;

pub use self::answer::RefusedAnswer;
pub use self::checksum::{CHECKSUM_BYTES_MAX, Stated, Unusable};
pub use self::claim::{Claimed, Removed, Unclaimed, new_claim_id};
pub use self::companion::stated_beside;
pub use self::late::Late;
pub use self::names::{Companion, NAME_BYTES_MAX, TakenName, judge};
pub use self::reach::{can_be_taken, lies_within};
pub use self::receipts::EARLIER_RECEIPTS_MAX;
pub use self::regrown::{BROUGHT_BACK_MAX, RefusedThen};
pub use self::room::Room;
pub use self::scan::{Candidate, Ignored, IgnoredKind, Scan, SeenDigest};
pub use self::settle::{EMPTY_RESTS, Settler};
pub use self::stage::{StageOutcome, Staged, stage_copy, sweep_staging};
use super::StoreError;
use super::folder::Folder;
use super::layout;
pub use super::object::Identity;
use crate::config::Ready;
use crate::domain::Limits;

const CLAIMED: &str = ".claimed";
const REJECTED: &str = "rejected";
const RECEIPTS: &str = "receipts";

/// Between claim and outcome a file is nobody's but the daemon's.
const MODE_CLAIMED: u32 = 0o700;
/// Senders of the folder's group read answers and clear them away. The umask may say less.
const MODE_SHARED: u32 = 0o775;

/// A folder of its own, with its device and inode.
type Own = (Rc<Folder>, (u64, u64));

/// A drop folder, held by a checked handle.
#[derive(Debug)]
pub struct DropFolder {
    folder: Folder,
    /// The folders of its own, once they were opened.
    own: RefCell<[Option<Own>; 3]>,
    /// The folder of working copies, once it was opened.
    staging: RefCell<Option<Rc<Folder>>>,
    ready: Ready,
    files_per_scan_max: usize,
}

impl DropFolder {
    /// Opens the drop folder at `path`, which may not be a link. With `create`, it and what
    /// belongs into it are made where missing.
    pub fn open(path: &Path, create: bool) -> Result<Self, StoreError> {
        if create {
            layout::ensure(path, MODE_SHARED)?;
        }
        let folder = Self {
            folder: Folder::open_unlinked(path)?,
            own: RefCell::default(),
            staging: RefCell::default(),
            ready: Ready::Quiet,
            files_per_scan_max: Limits::default().files_per_scan_max,
        };
        if create {
            folder.open_own_folders()?;
        }
        Ok(folder)
    }

    /// The same under other settings: how senders say that a file is complete, and how many files
    /// a scan hands on.
    #[must_use]
    pub fn under(mut self, ready: Ready, files_per_scan_max: usize) -> Self {
        self.ready = ready;
        self.files_per_scan_max = files_per_scan_max;
        self
    }

    /// The names of the folders of its own.
    pub const fn own_folders() -> [&'static str; 3] {
        [CLAIMED, REJECTED, RECEIPTS]
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Its device and inode, to see whether the folder of this name is still the same one.
    pub fn device_and_inode(&self) -> Result<(u64, u64), StoreError> {
        self.folder.device_and_inode()
    }

    /// Whether its path still leads to it: not after it was renamed, removed or mounted over.
    pub fn is_in_place(&self) -> Result<bool, StoreError> {
        self.folder.is_in_place()
    }

    /// Removes what interrupted writes left in the three folders of its own; how many files. The
    /// caller holds the work lock.
    pub fn sweep(&self) -> Result<u64, StoreError> {
        Ok(self.claimed_folder()?.remove_temporaries()?
            + self.rejected()?.remove_temporaries()?
            + self.receipts()?.remove_temporaries()?)
    }

    /// Removes what an interrupted copy into the folder of claimed files left; how many files. The
    /// other two folders need this only where a claim is left too, since a claim goes last.
    pub fn sweep_claimed(&self) -> Result<u64, StoreError> {
        self.claimed_folder()?.remove_temporaries()
    }

    /// Removes what interrupted receipts left; how many files. The caller holds the work lock.
    pub fn sweep_receipts(&self) -> Result<u64, StoreError> {
        self.receipts()?.remove_temporaries()
    }

    /// Checks that the three folders of its own are folders, making what is missing.
    fn open_own_folders(&self) -> Result<(), StoreError> {
        self.claimed_folder()?;
        self.rejected()?;
        self.receipts()?;
        Ok(())
    }

    fn claimed_folder(&self) -> Result<Rc<Folder>, StoreError> {
        self.own_folder(0, CLAIMED, MODE_CLAIMED)
    }

    fn rejected(&self) -> Result<Rc<Folder>, StoreError> {
        self.own_folder(1, REJECTED, MODE_SHARED)
    }

    fn receipts(&self) -> Result<Rc<Folder>, StoreError> {
        self.own_folder(2, RECEIPTS, MODE_SHARED)
    }

    /// Looked at for each use, and never opened through a path: the sender may have put a link
    /// there since.
    fn own_folder(&self, at: usize, name: &str, mode: u32) -> Result<Rc<Folder>, StoreError> {
        let (name, slot) = (OsStr::new(name), &mut self.own.borrow_mut()[at]);
        if let Some((folder, id)) = slot
            && self.folder.is_at(name, *id)?
        {
            return Ok(folder.clone());
        }
        let folder = Rc::new(self.folder.beneath_or_new(name, mode)?);
        *slot = Some((folder.clone(), folder.device_and_inode()?));
        Ok(folder)
    }
}
