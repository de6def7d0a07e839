//! What can go wrong on the disk: the machine, own state, another instance, or something that is
//! not trusted. Damaged state is reported, never repaired by overwriting it.

use std::path::PathBuf;

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
        source: std::io::Error,
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
    /// The exit status that a command ends with: 4 for state that is damaged or not to be understood,
    /// 3 for the rest.
    pub const fn exit_status(&self) -> u8 {
        match self {
            Self::Damaged { .. } | Self::Newer { .. } => 4,
            Self::Machine { .. } | Self::Busy { .. } | Self::Refused { .. } => 3,
        }
    }

    /// What to do about it, where there is more to say than the message does.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Damaged { hint, .. } | Self::Newer { hint, .. } | Self::Refused { hint, .. } => {
                Some(hint)
            }
            Self::Machine { .. } => None,
            Self::Busy { .. } => Some("wait for it to end, or stop it"),
        }
    }
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
        let source = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let machine = StoreError::Machine { what: "can't write", path: path.clone(), source };
        assert_eq!(machine.exit_status(), 3);
        assert_eq!(machine.to_string(), "can't write: state/ledger.db: no storage space");
        let busy = StoreError::Busy { path };
        assert_eq!(busy.exit_status(), 3);
        assert_eq!(busy.to_string(), "state/ledger.db is in use by another budgetd");
    }
}
