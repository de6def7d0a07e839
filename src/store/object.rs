//! What a name in a folder stands for, and how one state of a file is told from another.

use chrono::DateTime;
use rustix::fs::{FileType, Stat};

use crate::domain::Instant;

/// One state of one file: if two of these are equal, nothing was done to the file in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The file system.
    pub device: u64,
    /// The file in it.
    pub inode: u64,
    /// Bytes.
    pub size: u64,
    /// When its content last changed, as the sender may have set it: seconds and nanoseconds
    /// since 1970.
    pub modified: (i64, u64),
    /// When anything about it last changed, which nobody can set: a rename counts.
    pub changed: (i64, u64),
}

impl Identity {
    /// Whether the content is the same as far as can be told. Unlike equality this outlives a
    /// rename.
    pub fn same_version(&self, other: &Self) -> bool {
        (self.device, self.inode, self.size, self.modified)
            == (other.device, other.inode, other.size, other.modified)
    }

    /// When its content last changed, by its own account; clamped to what the calendar holds.
    pub fn modified_at(&self) -> Instant {
        let (seconds, nanoseconds) = self.modified;
        let clamped = if seconds < 0 { Instant::MIN_UTC } else { Instant::MAX_UTC };
        DateTime::from_timestamp(seconds, u32::try_from(nanoseconds).unwrap_or(0))
            .unwrap_or(clamped)
    }

    pub(super) fn of(stat: &Stat) -> Self {
        Self {
            device: stat.st_dev,
            inode: stat.st_ino,
            // A size is never negative; this keeps a file system that says so harmless.
            size: u64::try_from(stat.st_size).unwrap_or(u64::MAX),
            modified: (stat.st_mtime, stat.st_mtime_nsec),
            changed: (stat.st_ctime, stat.st_ctime_nsec),
        }
    }
}

/// What a name stands for, looked at without following it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// A regular file.
    File {
        /// Its state.
        identity: Identity,
        /// Whether this name is its only one.
        one_link: bool,
    },
    /// Anything else.
    Other(ObjectKind),
}

impl Object {
    pub(super) fn of(stat: &Stat) -> Self {
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => {
                Self::File { identity: Identity::of(stat), one_link: stat.st_nlink == 1 }
            }
            other => Self::Other(ObjectKind::of(other)),
        }
    }
}

/// What a drop folder may hold that is never read, followed or moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// A symbolic link.
    Symlink,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// A character or block device.
    Device,
    /// A folder.
    Directory,
    /// A regular file with further names, through which it could change after it was checked.
    HardLink,
    /// A regular file that this user may not read.
    Unreadable,
    /// None of these.
    Unknown,
}

impl ObjectKind {
    /// Its stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Symlink => "symlink",
            Self::Fifo => "fifo",
            Self::Socket => "socket",
            Self::Device => "device",
            Self::Directory => "directory",
            Self::HardLink => "hard_link",
            Self::Unreadable => "unreadable",
            Self::Unknown => "unknown",
        }
    }

    pub(super) fn of(file_type: FileType) -> Self {
        match file_type {
            FileType::Symlink => Self::Symlink,
            FileType::Fifo => Self::Fifo,
            FileType::Socket => Self::Socket,
            FileType::CharacterDevice | FileType::BlockDevice => Self::Device,
            FileType::Directory => Self::Directory,
            FileType::RegularFile | FileType::Unknown => Self::Unknown,
        }
    }
}
