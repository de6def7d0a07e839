//! What can go wrong between the program and the disk, with the exit status that it leads to.

use std::path::PathBuf;

/// A failure of the store. The text says what and where; [`StoreError::hint`] what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The machine said no: disk, permission, a missing folder.
    #[error("{what}: {}: {source}", path.display())]
    Machine {
        /// What was tried.
        what: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system answered.
        source: std::io::Error,
    },
    /// Own state is not what this program left there. It is never overwritten.
    #[error("{what}: {}", path.display())]
    Damaged {
        /// What is wrong.
        what: String,
        /// Where.
        path: PathBuf,
        /// What to do.
        hint: String,
    },
    /// Another instance holds the lock.
    #[error("{} is in use by another budgetd", path.display())]
    Busy {
        /// The lock.
        path: PathBuf,
    },
    /// Something on the disk is not as it must be for this to go on safely.
    #[error("{what}: {}", path.display())]
    Refused {
        /// What is wrong.
        what: String,
        /// Where.
        path: PathBuf,
        /// What to do.
        hint: String,
    },
}

impl StoreError {
    /// The exit status of a command that ends with this error (DESIGN §7).
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Machine { .. } | Self::Busy { .. } | Self::Refused { .. } => 3,
            Self::Damaged { .. } => 4,
        }
    }

    /// What to do about it, where that is more than the text says.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Damaged { hint, .. } | Self::Refused { hint, .. } => Some(hint),
            Self::Machine { .. } | Self::Busy { .. } => None,
        }
    }
}
