//! File system events as hints: they ring the bell and nothing else. Only a scan finds files, so
//! an event that never comes costs at most `scan_seconds` (DESIGN §9).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use notify::event::{AccessKind, AccessMode, RemoveKind};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tracing::{debug, warn};

use super::shown;
use super::wake::{Bell, Wake};
use crate::store::inbox::DropFolder;

/// The device and inode of a folder.
type FolderId = (u64, u64);

/// Watches drop folders. Where that can't be done, scans alone find files, and the log says so.
#[derive(Default)]
pub struct Hints {
    watcher: Option<RecommendedWatcher>,
    watched: BTreeMap<PathBuf, FolderId>,
    /// Watched folders that were removed: a new one may have got the old one's inode.
    removed: Arc<Mutex<BTreeSet<PathBuf>>>,
    has_warned: bool,
}

impl Hints {
    /// Rings `bell` when something happens in one of `folders`, once they are watched.
    pub fn new(bell: &Bell, folders: BTreeSet<PathBuf>) -> Self {
        let removed = Arc::new(Mutex::new(BTreeSet::new()));
        let (ringer, noted) = (bell.clone(), removed.clone());
        let made =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| match event {
                Ok(event) if !is_a_hint(event.kind) => {}
                Ok(event) => {
                    debug!(kind = ?event.kind, "hint");
                    if event.kind == EventKind::Remove(RemoveKind::Folder) {
                        let known = event.paths.into_iter().filter(|path| folders.contains(path));
                        noted.lock().unwrap_or_else(PoisonError::into_inner).extend(known);
                    }
                    ringer.ring(Wake::Look);
                }
                Err(error) => {
                    warn!(error = shown(&error), "watching failed; scans go on");
                    ringer.ring(Wake::Look);
                }
            });
        let watcher = made
            .inspect_err(|error| {
                warn!(error = shown(error), "folders can't be watched; scans alone find files");
            })
            .ok();
        Self { watcher, removed, ..Self::default() }
    }

    /// Sees to it that `folder` is watched: also when another one has come into its place.
    pub fn keep(&mut self, folder: &DropFolder) {
        let (Some(watcher), Ok(id)) = (&mut self.watcher, folder.device_and_inode()) else {
            return;
        };
        let path = folder.path();
        let was_removed = self.removed.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
        if !was_removed && self.watched.get(path) == Some(&id) {
            return;
        }
        if self.watched.remove(path).is_some() {
            // It fails where the kernel has dropped the watch with the folder.
            watcher.unwatch(path).unwrap_or_default();
        }
        match watcher.watch(path, RecursiveMode::NonRecursive) {
            Ok(()) => {
                self.watched.insert(path.to_owned(), id);
            }
            // One line is enough for thousands of folders.
            Err(error) if !self.has_warned => {
                self.has_warned = true;
                warn!(
                    folder = shown(&path.display()),
                    error = shown(&error),
                    "a drop folder can't be watched; scans find its files"
                );
            }
            Err(_) => {}
        }
    }

    /// Stops watching what was at `path`: the folder is gone or can't be read.
    pub fn forget(&mut self, path: &Path) {
        if let Some(watcher) = &mut self.watcher
            && self.watched.remove(path).is_some()
        {
            watcher.unwatch(path).unwrap_or_default();
        }
    }
}

/// Our own reading causes access events; only a file closed after writing says something new.
const fn is_a_hint(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(kind) => matches!(kind, AccessKind::Close(AccessMode::Write)),
        _ => true,
    }
}
