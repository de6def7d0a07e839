//! What goes wrong between the program and its disk.

use std::path::PathBuf;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The machine did not do what was asked of it: disk full, permission, input or output error.
    #[error("{what}: {path}: {source}")]
    Machine {
        /// What was being done.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The program's own state is not what it left behind. It is never overwritten.
    #[error("{what}: {path}")]
    Damaged {
        /// What is wrong.
        what: String,
        /// Where.
        path: PathBuf,
        /// What to do.
        hint: String,
    },
    /// Another process holds what this one needs.
    #[error("{path} is in use by another budgetd")]
    Busy {
        /// What is held.
        path: PathBuf,
    },
    /// Something on the disk is not as it must be before the program may use it.
    #[error("{what}: {path}")]
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
    /// The exit status that it means (DESIGN §7).
    pub const fn exit_status(&self) -> u8 {
        match self {
            Self::Machine { .. } | Self::Busy { .. } | Self::Refused { .. } => 3,
            Self::Damaged { .. } => 4,
        }
    }

    /// What to do about it, where there is more to say than the message does.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Damaged { hint, .. } | Self::Refused { hint, .. } => Some(hint),
            Self::Machine { .. } | Self::Busy { .. } => None,
        }
    }
}
