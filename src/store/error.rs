//! What can go wrong on the disk: the machine, its room, own state, another instance, or something
//! that is not trusted. Damaged state is reported, never repaired by overwriting it.

use std::io;
use std::path::{Path, PathBuf};

use super::space::{Space, is_full};

/// What to do about a full disk. A file leaves the inbox last, and what was begun is taken up
/// again, so there is nothing else to do.
const FULL_HINT: &str = "free some room there; nothing is lost: files wait where they are, and \
                         what was begun is taken up again once there is room, by the daemon itself \
                         or by the same command";

/// Why the store could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk, its permissions or its space.
    #[error("{what}: {}: {source}", path.display())]
    Machine {
        /// What could not be done.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the machine said.
        source: io::Error,
    },
    /// A file system has no room left, or this user's share of it.
    #[error("{what}: {}: {}", path.display(), full_words(mount, *bytes_free, *bytes_needed, *is_quota))]
    Full {
        /// What could not be done.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Where the full file system begins.
        mount: PathBuf,
        /// What it has left.
        bytes_free: Option<u64>,
        /// What was needed, where that is known.
        bytes_needed: Option<u64>,
        /// Whether it is this user's share that is used up.
        is_quota: bool,
    },
    /// Own state is not as this program left it.
    #[error("{what}: {}", path.display())]
    Damaged {
        /// What is wrong with it.
        what: String,
        /// Which file.
        path: PathBuf,
        /// What to do.
        hint: String,
    },
    /// Own state is whole, but of a newer program; it is left as it is.
    #[error("{what}: {}", path.display())]
    Newer {
        /// What is newer.
        what: String,
        /// Which file.
        path: PathBuf,
        /// What to do.
        hint: String,
    },
    /// Another instance holds it.
    #[error("{} is in use by another budgetd", path.display())]
    Busy {
        /// What is held.
        path: PathBuf,
    },
    /// Whole, but not to be used or done like this.
    #[error("{what}: {}", path.display())]
    Refused {
        /// Why.
        what: String,
        /// Which file or folder.
        path: PathBuf,
        /// What to do.
        hint: String,
    },
}

impl StoreError {
    /// `what` failed at `path`; for lack of room, if `source` says so.
    pub fn machine(what: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        if !is_full(&source) {
            return Self::Machine { what, path, source };
        }
        let space = Space::of(&path).ok();
        Self::Full {
            what,
            mount: space.as_ref().map_or_else(|| path.clone(), |space| space.mount.clone()),
            bytes_free: space.map(|space| space.bytes),
            bytes_needed: None,
            is_quota: source.kind() == io::ErrorKind::QuotaExceeded,
            path,
        }
    }

    /// The same, with what was needed where it is room that lacked.
    #[must_use]
    pub fn needing(mut self, bytes: u64) -> Self {
        if let Self::Full { bytes_needed, .. } = &mut self {
            *bytes_needed = Some(bytes);
        }
        self
    }

    /// The exit status that a command ends with: 4 for state that is damaged or not to be understood,
    /// 3 for the rest.
    pub const fn exit_status(&self) -> u8 {
        match self {
            Self::Damaged { .. } | Self::Newer { .. } => 4,
            Self::Machine { .. } | Self::Full { .. } | Self::Busy { .. } | Self::Refused { .. } => {
                3
            }
        }
    }

    /// What to do about it, where there is more to say than the message does.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Damaged { hint, .. } | Self::Newer { hint, .. } | Self::Refused { hint, .. } => {
                Some(hint)
            }
            Self::Machine { .. } => None,
            Self::Full { .. } => Some(FULL_HINT),
            Self::Busy { .. } => Some("wait for it to end, or stop it"),
        }
    }
}

fn full_words(
    mount: &Path,
    bytes_free: Option<u64>,
    bytes_needed: Option<u64>,
    is_quota: bool,
) -> String {
    let mount = mount.display();
    let mut text = if is_quota {
        format!("this user's quota on the file system at {mount} is used up")
    } else {
        format!("the file system at {mount} is full")
    };
    if let Some(bytes) = bytes_free {
        text.push_str(&format!(": {bytes} bytes are free"));
    }
    if let Some(bytes) = bytes_needed {
        text.push_str(&format!(", and {bytes} are needed"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_state_ends_with_4_and_the_rest_with_3() {
        let path = PathBuf::from("state/ledger.db");
        let damaged = StoreError::Damaged {
            what: "not a ledger".to_owned(),
            path: path.clone(),
            hint: "restore a backup".to_owned(),
        };
        assert_eq!(damaged.exit_status(), 4);
        assert_eq!(damaged.to_string(), "not a ledger: state/ledger.db");
        assert_eq!(damaged.hint(), Some("restore a backup"));
        let source = io::Error::from(io::ErrorKind::PermissionDenied);
        let machine = StoreError::machine("can't write", &path, source);
        assert_eq!(machine.exit_status(), 3);
        assert_eq!(machine.to_string(), "can't write: state/ledger.db: permission denied");
        let busy = StoreError::Busy { path };
        assert_eq!(busy.exit_status(), 3);
        assert_eq!(busy.to_string(), "state/ledger.db is in use by another budgetd");
    }

    #[test]
    fn a_full_disk_says_which_what_is_free_what_is_needed_and_that_nothing_is_lost() {
        let full = StoreError::Full {
            what: "can't write",
            path: "/srv/state/staging/a".into(),
            mount: "/srv".into(),
            bytes_free: Some(4096),
            bytes_needed: None,
            is_quota: false,
        };
        assert_eq!(
            full.to_string(),
            "can't write: /srv/state/staging/a: the file system at /srv is full: 4096 bytes are \
             free"
        );
        let full = full.needing(70_000);
        assert!(full.to_string().ends_with(" 4096 bytes are free, and 70000 are needed"), "{full}");
        assert_eq!(full.exit_status(), 3);
        assert!(full.hint().is_some_and(|hint| hint.contains("nothing is lost")));
        let dir = tempfile::tempdir().expect("a folder");
        for (kind, says) in [
            (io::ErrorKind::StorageFull, "the file system at "),
            (io::ErrorKind::QuotaExceeded, "this user's quota on the file system at "),
        ] {
            let full = StoreError::machine("can't write", &dir.path().join("a"), kind.into());
            let StoreError::Full { mount, bytes_free: Some(_), .. } = &full else {
                panic!("{full}")
            };
            let words = full.to_string();
            assert!(words.contains(&format!("{says}{} is ", mount.display())), "{words}");
        }
    }
}
