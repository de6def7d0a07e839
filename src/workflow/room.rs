//! Which file systems of a workspace have hardly any room left. It looks, and writes nothing.

use super::Workspace;
use crate::domain::text::byte_count;
use crate::store::space::{FREE_BYTES_KEPT, Space};

/// A file system that is full, or nearly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortOfRoom {
    /// The folders of the configuration that are on it ("inbox", "state" …).
    pub holds: Vec<&'static str>,
    /// What it has left.
    pub space: Space,
}

/// The file systems of the workspace on which nothing more is begun, each once.
pub fn short_of_room(workspace: &Workspace) -> Vec<ShortOfRoom> {
    let mut found: Vec<ShortOfRoom> = Vec::new();
    for (what, folder) in workspace.places.folders() {
        let Ok(space) = Space::of(folder) else { continue };
        match found.iter_mut().find(|known| known.space.mount == space.mount) {
            Some(known) => known.holds.push(what),
            None if space.is_short() => found.push(ShortOfRoom { holds: vec![what], space }),
            None => {}
        }
    }
    found
}

impl ShortOfRoom {
    /// Which it is and what it has left.
    pub fn words(&self) -> String {
        let (mount, holds) = (self.space.mount.display(), self.holds.join(", "));
        let left = if self.space.files == Some(0) {
            "room for no further file".to_owned()
        } else {
            let [free, kept] = [self.space.bytes, FREE_BYTES_KEPT].map(byte_count);
            format!("{free} free, and {kept} must be for ledger, log and answers")
        };
        format!("the file system at {mount} ({holds}) has {left}")
    }

    /// What to do about it.
    pub const fn hint() -> &'static str {
        "free some room there; files wait where they are until then, and nothing is lost"
    }
}
