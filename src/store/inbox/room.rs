//! Whether there is room for one more working copy: below the quota, and on the disk.

use std::path::{Path, PathBuf};

use super::claim::is_claim_id;
use crate::store::StoreError;
use crate::store::folder::{Folder, machine};
use crate::store::object::Object;

/// What a copy must leave free: the ledger, the audit log and the answers of a file go to the disk
/// after it, and a full disk is found out by all others on it too.
const FREE_BYTES_KEPT: u64 = 64 << 20;

/// The room for working copies as it was at a moment.
#[derive(Debug, Clone)]
pub struct Room {
    staging: PathBuf,
    /// Bytes that the quota leaves.
    quota_left: u64,
    quota: u64,
    /// Bytes that the disk leaves, its reserve taken off.
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
        Ok(Self {
            staging: staging.to_owned(),
            quota_left: quota.saturating_sub(used),
            quota,
            disk_left: free_bytes(&folder, staging)?.saturating_sub(FREE_BYTES_KEPT),
        })
    }

    /// Whether a copy of `bytes` fits. The disk is looked at again before it is said that it
    /// doesn't, and for each copy that could make a difference.
    pub fn lacks(&mut self, bytes: u64) -> Result<Option<String>, StoreError> {
        if bytes > self.quota_left {
            return Ok(Some(format!(
                "its copy needs {bytes} bytes, and [limits] staging_bytes_max leaves {} of {}",
                self.quota_left, self.quota
            )));
        }
        if bytes > self.disk_left {
            let folder = Folder::open(&self.staging)?;
            self.disk_left = free_bytes(&folder, &self.staging)?.saturating_sub(FREE_BYTES_KEPT);
        }
        if bytes > self.disk_left {
            return Ok(Some(format!(
                "its copy needs {bytes} bytes, and the disk of {} has {} to spare; {FREE_BYTES_KEPT} \
                 are kept free",
                self.staging.display(),
                self.disk_left
            )));
        }
        // As if nothing were ever given back: the disk is looked at again in time.
        self.disk_left -= bytes;
        Ok(None)
    }
}

fn free_bytes(folder: &Folder, path: &Path) -> Result<u64, StoreError> {
    let found = rustix::fs::fstatvfs(&folder.handle)
        .map_err(|errno| machine("can't look at the disk's room", path, errno))?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}
