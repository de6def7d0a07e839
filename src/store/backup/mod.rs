//! A folder that holds one whole backup at a time. What changes (ledger, logs, keys, configuration)
//! lies in a folder of its own for each moment; what never changes (originals, bundles) is copied
//! once and shared. `SHA256SUMS` names the files of the newest whole backup and is put in place
//! last, by one rename: before that the folder holds the backup before, or none.

pub mod copy;
pub mod own;
mod read;
pub mod sums;

pub use copy::{Copied, From};
pub use read::Backup;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use self::sums::Sums;
use super::StoreError;
use super::folder::unique_hex;
use super::lock::Lock;
use super::outbox::durable::{machine, read_bounded, replace, sync_folder};
use crate::domain::{Digest, Instant};

/// The list of a backup's files: `sha256sum -c` checks it.
pub const MANIFEST: &str = "SHA256SUMS";

/// What a backup says of itself, in the folder of its moment.
pub const ABOUT: &str = "backup.json";

/// The originals, as they lie in the archive.
pub const ARCHIVE: &str = "archive";

/// The published bundles, as they lie in the outbox.
pub const OUTBOX: &str = "outbox";

/// The format that is written, and known.
pub const FORMAT: u32 = 1;

/// Tells a folder of backups from any other.
const MARKER: &str = "BACKUP";
const MARKER_TEXT: &[u8] = b"A folder of budgetd backups. Check it: sha256sum -c SHA256SUMS\n";

/// Begins the name of a moment's folder.
const MOMENT: &str = "moment-";

/// A line for each of millions of originals.
const MANIFEST_BYTES_MAX: u64 = 1 << 30;

/// Everything in it is as secret as the key.
const MODE_FOLDER: u32 = 0o700;
const MODE_FILE: u32 = 0o600;
const MODE_SHARED: u32 = 0o400;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The format of the folder.
    pub format: u32,
    /// When its moment was.
    pub made_at: Instant,
    /// The version of the program that made it.
    pub program: String,
    /// The version of its ledger.
    pub ledger: u32,
    /// The digest of the first line of the daemon's log, which no two places share; `None`: there is
    /// none yet.
    pub place: Option<Digest>,
    /// Whether it holds the signing key.
    pub has_signing_key: bool,
    /// Files that were claimed in the inbox and not taken yet; they are in it.
    pub claimed: u64,
    /// Originals that the ledger knows and the archive did not have.
    pub missing: Vec<String>,
}

/// A backup that is being made. Dropped before [`Writer::finish`], it leaves the folder with the
/// backup that was there before.
#[derive(Debug)]
pub struct Writer {
    root: PathBuf,
    moment: String,
    sums: Sums,
    before: Option<About>,
    is_finished: bool,
    _lock: Lock,
}

impl Writer {
    /// Begins a backup in the folder `root`, which is made if it is not there. Refused where it
    /// holds anything that is no backup.
    pub fn begin(root: &Path) -> Result<Self, StoreError> {
        ensure_root(root)?;
        let path = root.join(".lock");
        let lock = Lock::try_acquire(&path)?.ok_or(StoreError::Busy { path })?;
        let before = match Backup::open(root) {
            Ok(before) => Some(before),
            Err(error) if root.join(MANIFEST).symlink_metadata().is_ok() => return Err(error),
            Err(_) => None,
        };
        let kept = before.as_ref().map(|before| before.moment().to_owned());
        sweep(root, kept.as_deref())?;
        let moment = format!("{MOMENT}{}", unique_hex());
        copy::ensure_below(root, &root.join(&moment), MODE_FOLDER)?;
        let before = before.map(|before| before.about);
        let (root, sums) = (root.to_owned(), Sums::new());
        Ok(Self { root, moment, sums, before, is_finished: false, _lock: lock })
    }

    /// What the backup that was there says of itself.
    pub const fn before(&self) -> Option<&About> {
        self.before.as_ref()
    }

    /// Has a copy of what never changes at `path` below the backup; `None`: there is no such file.
    pub fn share(&mut self, path: &str, from: &From<'_>) -> Result<Option<Copied>, StoreError> {
        self.take(path.to_owned(), from, MODE_SHARED)
    }

    /// Copies what belongs to this moment as `name`; `None`: there is no such file.
    pub fn put(&mut self, name: &str, from: &From<'_>) -> Result<Option<Copied>, StoreError> {
        self.take(format!("{}/{name}", self.moment), from, MODE_FILE)
    }

    /// Writes what belongs to this moment as `name`.
    pub fn put_bytes(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = format!("{}/{name}", self.moment);
        let digest = copy::write(&self.room_for(&path)?, bytes, MODE_FILE)?;
        self.sums.insert(path, digest);
        Ok(())
    }

    /// Lets `write` write a file of this moment, which is to be durable when it returns.
    pub fn put_with(
        &mut self,
        name: &str,
        write: impl FnOnce(&Path) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let path = format!("{}/{name}", self.moment);
        let target = self.room_for(&path)?;
        write(&target)?;
        sync_folder(target.parent().unwrap_or(&self.root))?;
        let (digest, _) = copy::digest_of(&target)?.ok_or_else(|| StoreError::Damaged {
            what: "a file of the backup is gone again".to_owned(),
            path: target.clone(),
            hint: "look for another program that writes there".to_owned(),
        })?;
        self.sums.insert(path, digest);
        Ok(())
    }

    /// Makes it the backup of the folder, durably; the one before is then gone. Returns the digest
    /// of its list and how many files it names.
    pub fn finish(mut self, about: &About) -> Result<(Digest, usize), StoreError> {
        let text = serde_json::to_string_pretty(about).expect("plain values have a JSON text");
        self.put_bytes(ABOUT, format!("{text}\n").as_bytes())?;
        let list = sums::render(&self.sums);
        // If this fails it is not known which list the folder holds, and either moment may be
        // needed: the next backup looks.
        self.is_finished = true;
        replace(&self.root, MANIFEST, list.as_bytes(), MODE_FILE)?;
        sweep(&self.root, Some(&self.moment))?;
        Ok((Digest::of(list.as_bytes()), self.sums.len()))
    }

    fn take(
        &mut self,
        path: String,
        from: &From<'_>,
        mode: u32,
    ) -> Result<Option<Copied>, StoreError> {
        let target = self.room_for(&path)?;
        let copied = copy::bring(from, &target, mode)?;
        if let Some(copied) = &copied {
            self.sums.insert(path, copied.digest);
        }
        Ok(copied)
    }

    /// Where the file at `path` below the backup goes, its folder made.
    fn room_for(&self, path: &str) -> Result<PathBuf, StoreError> {
        if !sums::is_path_below(path) {
            return Err(StoreError::Refused {
                what: "a name that leads elsewhere".to_owned(),
                path: self.root.join(path),
                hint: "the backup was not made".to_owned(),
            });
        }
        let target = self.root.join(path);
        let folder = target.parent().unwrap_or(&self.root);
        copy::ensure_below(&self.root, folder, MODE_FOLDER)?;
        Ok(target)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.is_finished {
            // What fails here is removed by the next backup.
            let _ = fs::remove_dir_all(self.root.join(&self.moment));
        }
    }
}

/// A folder of backups, or an empty one that becomes it.
fn ensure_root(root: &Path) -> Result<(), StoreError> {
    let failed = || machine("can't make the folder of the backup", root);
    let above = root.parent().filter(|above| !above.as_os_str().is_empty());
    match fs::create_dir(root) {
        Ok(()) => {
            let private = std::os::unix::fs::PermissionsExt::from_mode(MODE_FOLDER);
            fs::set_permissions(root, private).map_err(failed())?;
            sync_folder(above.unwrap_or(Path::new(".")))?;
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists && root.is_dir() => {}
        Err(error) => return Err(failed()(error)),
    }
    let marker = root.join(MARKER);
    if marker.is_file() {
        return Ok(());
    }
    for entry in fs::read_dir(root).map_err(failed())? {
        let name = entry.map_err(failed())?.file_name();
        // What is left of the first moment of a backup that was stopped.
        if !name.to_string_lossy().starts_with(copy::UNFINISHED) && name != "lost+found" {
            return Err(StoreError::Refused {
                what: "this folder holds something else than backups".to_owned(),
                path: root.join(name),
                hint: "name an empty folder, or one that was backed up into before".to_owned(),
            });
        }
    }
    copy::write(&marker, MARKER_TEXT, MODE_FILE).map(drop)
}

/// Removes the moments that no list names: of backups that were stopped, and the one before.
fn sweep(root: &Path, kept: Option<&str>) -> Result<(), StoreError> {
    let failed = || machine("can't look into the folder of the backup", root);
    for entry in fs::read_dir(root).map_err(failed())? {
        let name = entry.map_err(failed())?.file_name();
        let is_moment = name.to_str().is_some_and(|name| name.starts_with(MOMENT));
        if is_moment && name.to_str() != kept {
            let path = root.join(name);
            fs::remove_dir_all(&path).map_err(machine("can't remove an older backup", &path))?;
        }
    }
    Ok(())
}

fn read_text(path: &Path) -> std::io::Result<String> {
    let bytes = read_bounded(path, MANIFEST_BYTES_MAX)?;
    String::from_utf8(bytes).map_err(|_| std::io::Error::other("not plain text"))
}
