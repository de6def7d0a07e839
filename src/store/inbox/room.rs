//! Whether there is room for one more working copy: below the quota, and on the disk.

use std::path::{Path, PathBuf};

use super::claim::is_claim_id;
use crate::store::StoreError;
use crate::store::folder::{Folder, machine};
use crate::store::object::Object;
use crate::store::space::{FREE_BYTES_KEPT, Space};

/// The room for working copies as it was at a moment.
#[derive(Debug, Clone)]
pub struct Room {
    staging: PathBuf,
    /// Bytes that the quota leaves.
    quota_left: u64,
    quota: u64,
    /// The file system of the copies.
    disk: Space,
    /// Bytes that it leaves, its reserve taken off.
    disk_left: u64,
}

impl Room {
    /// Looks into the staging folder and at its disk.
    pub fn look(staging: &Path, quota: u64) -> Result<Self, StoreError> {
        let folder = Folder::open(staging)?;
        let mut used = 0u64;
        folder.each_name(&mut |name, _| {
            if name.to_str().is_some_and(is_claim_id)
                && let Some(Object::File { identity, .. }) = folder.look(name)?
            {
                used = used.saturating_add(identity.size);
            }
            Ok(())
        })?;
        let disk = disk_of(staging)?;
        Ok(Self {
            staging: staging.to_owned(),
            quota_left: quota.saturating_sub(used),
            quota,
            disk_left: disk.bytes.saturating_sub(FREE_BYTES_KEPT),
            disk,
        })
    }

    /// Whether a copy of `bytes` fits. The disk is looked at again before it is said that it
    /// doesn't, and for each copy that could make a difference.
    pub fn lacks(&mut self, bytes: u64) -> Result<Option<String>, StoreError> {
        if bytes > self.quota_left {
            return Ok(Some(format!(
                "its copy needs {bytes} bytes, and [limits] staging_bytes_max leaves {} of {}; it \
                 waits, and nothing is lost",
                self.quota_left, self.quota
            )));
        }
        if bytes > self.disk_left {
            self.disk = disk_of(&self.staging)?;
            self.disk_left = self.disk.bytes.saturating_sub(FREE_BYTES_KEPT);
        }
        if bytes > self.disk_left {
            return Ok(Some(format!(
                "its copy in {} needs {bytes} bytes, and the file system at {} has {} free, of \
                 which {FREE_BYTES_KEPT} are kept for ledger, log and answers; it waits, and \
                 nothing is lost",
                self.staging.display(),
                self.disk.mount.display(),
                self.disk.bytes
            )));
        }
        // As if nothing were ever given back: the disk is looked at again in time.
        self.disk_left -= bytes;
        Ok(None)
    }
}

fn disk_of(staging: &Path) -> Result<Space, StoreError> {
    Space::of(staging).map_err(|error| machine("can't look at the disk's room", staging, error))
}
