//! File system events as hints: they ring the bell and nothing else. Only a scan finds files, so
//! an event that never comes costs at most `scan_seconds` (DESIGN §9).

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tracing::{debug, warn};

use super::wake::{Bell, Wake};
use crate::workflow::Workspace;

/// Watches every drop folder. Where that can't be done, scans alone do, and the log says so.
pub fn watch(workspace: &Workspace, bell: &Bell) -> Option<RecommendedWatcher> {
    let ringer = bell.clone();
    let made =
        notify::recommended_watcher(move |event: notify::Result<notify::Event>| match event {
            Ok(event) if !is_a_hint(event.kind) => {}
            Ok(event) => {
                debug!(kind = ?event.kind, "hint");
                ringer.ring(Wake::Look);
            }
            Err(error) => {
                warn!(error = %error, "watching failed; scans go on");
                ringer.ring(Wake::Look);
            }
        });
    let mut watcher = match made {
        Ok(watcher) => watcher,
        Err(error) => {
            warn!(error = %error, "folders can't be watched; scans alone find files");
            return None;
        }
    };
    for account in &workspace.config.accounts {
        let folder = workspace.places.drop_folder(&account.id);
        if let Err(error) = watcher.watch(&folder, RecursiveMode::NonRecursive) {
            warn!(account = %account.id, error = %error, "a drop folder can't be watched; scans find its files");
        }
    }
    Some(watcher)
}

/// Our own reading causes access events; only a file closed after writing says something new.
const fn is_a_hint(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(kind) => matches!(kind, AccessKind::Close(AccessMode::Write)),
        _ => true,
    }
}
