//! Lists what waits in a drop folder. Opens, follows and moves nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;

use chrono::DateTime;

use super::names::{TakenName, judge, shown};
use super::{DropFolder, RECEIPTS, REJECTED};
use crate::domain::Instant;
use crate::store::StoreError;
use crate::store::object::{Identity, Object, ObjectKind};

/// Files that one scan hands on, the oldest first; the rest waits for the next. 10,000 files with
/// names of 200 bytes are some 4 MB, and more than a day of files from 1,000 senders.
pub const FILES_PER_SCAN_MAX: usize = 10_000;

/// Ignored objects that one scan names; the rest is counted. Nobody reads a longer list.
const IGNORED_PER_SCAN_MAX: usize = 100;

/// What one look into a drop folder found.
#[derive(Debug, Default)]
pub struct Scan {
    /// Files to take, by (modification time, name), at most [`FILES_PER_SCAN_MAX`].
    pub candidates: Vec<Candidate>,
    /// How many there are in all.
    pub candidates_total: u64,
    /// What is left alone and shown, by name, at most 100.
    pub ignored: Vec<Ignored>,
    /// How many there are in all.
    pub ignored_total: u64,
}

/// A file that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its name: UTF-8, without control characters, at most 200 bytes, ending in `.csv`.
    pub name: String,
    /// Its state when it was seen.
    pub identity: Identity,
}

impl Candidate {
    /// Bytes.
    pub fn size(&self) -> u64 {
        self.identity.size
    }

    /// When its content last changed, by its own account; clamped to what the calendar holds.
    pub fn modified(&self) -> Instant {
        let (seconds, nanoseconds) = self.identity.modified;
        let clamped = if seconds < 0 { Instant::MIN_UTC } else { Instant::MAX_UTC };
        DateTime::from_timestamp(seconds, u32::try_from(nanoseconds).unwrap_or(0))
            .unwrap_or(clamped)
    }
}

/// Something that is left alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ignored {
    /// Its name, escaped.
    pub name: String,
    /// Why.
    pub kind: IgnoredKind,
}

/// Why something is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IgnoredKind {
    /// It is no plain file.
    Object(ObjectKind),
    /// Its name is not UTF-8, holds control characters, or is too long.
    Name,
    /// Its name does not end in `.csv`.
    NotCsv,
}

impl IgnoredKind {
    /// Its stable code ("symlink", "fifo", "name" …).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Object(kind) => kind.code(),
            Self::Name => "name",
            Self::NotCsv => "not_csv",
        }
    }
}

impl std::fmt::Display for IgnoredKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Object(ObjectKind::Symlink) => "a symbolic link, which is not followed",
            Self::Object(ObjectKind::Fifo) => "a named pipe, which is not read",
            Self::Object(ObjectKind::Socket) => "a socket, which is not read",
            Self::Object(ObjectKind::Device) => "a device, which is not read",
            Self::Object(ObjectKind::Directory) => "a folder, which is not searched",
            Self::Object(ObjectKind::HardLink) => {
                "a file with a second name elsewhere; copy it instead of linking it"
            }
            Self::Object(ObjectKind::Unreadable) => "a file that the daemon may not read",
            Self::Object(ObjectKind::Unknown) => "neither a file nor anything known",
            Self::Name => "a name with control characters, without UTF-8, or of over 200 bytes",
            Self::NotCsv => "a name that does not end in .csv",
        })
    }
}

impl DropFolder {
    /// Looks at everything in the folder. `expected` are the names of folders that belong here
    /// besides `rejected` and `receipts`: those of the accounts, in an inbox of several.
    pub fn scan(&self, expected: &[&str]) -> Result<Scan, StoreError> {
        let mut found = Found::default();
        self.folder.each_name(&mut |name, kind| {
            match judge(name) {
                TakenName::LeftAlone => {}
                TakenName::Taken(text) => match self.look(name)? {
                    None => {}
                    Some(Ok(identity)) => found.candidate(text, identity),
                    Some(Err(kind)) => found.ignore(name, IgnoredKind::Object(kind)),
                },
                TakenName::Ignored(reason) => match self.kind_of(name, kind)? {
                    Some(ObjectKind::Directory) if is_expected(name, expected) => {}
                    Some(kind) => found.ignore(name, IgnoredKind::Object(kind)),
                    None => found.ignore(name, reason),
                },
            }
            Ok(())
        })?;
        Ok(found.into_scan())
    }

    /// The file `name` if it may be taken, else what it is; `None` if it is gone.
    pub(super) fn look(
        &self,
        name: &OsStr,
    ) -> Result<Option<Result<Identity, ObjectKind>>, StoreError> {
        Ok(match self.folder.look(name)? {
            None => None,
            Some(Object::Other(kind)) => Some(Err(kind)),
            Some(Object::File { one_link: false, .. }) => Some(Err(ObjectKind::HardLink)),
            Some(Object::File { .. }) if !self.folder.is_readable(name)? => {
                Some(Err(ObjectKind::Unreadable))
            }
            Some(Object::File { identity, .. }) => Some(Ok(identity)),
        })
    }

    /// What else than a regular file `name` is, asking only where the listing didn't say.
    fn kind_of(
        &self,
        name: &OsStr,
        listed: Option<ObjectKind>,
    ) -> Result<Option<ObjectKind>, StoreError> {
        if listed.is_some() {
            return Ok(listed);
        }
        Ok(match self.folder.look(name)? {
            Some(Object::Other(kind)) => Some(kind),
            Some(Object::File { .. }) | None => None,
        })
    }
}

fn is_expected(name: &OsStr, expected: &[&str]) -> bool {
    name == REJECTED || name == RECEIPTS || expected.iter().any(|&known| name == known)
}

/// What was found so far, never more than the bounds.
#[derive(Default)]
struct Found {
    candidates: BTreeMap<((i64, u64), String), Identity>,
    candidates_total: u64,
    ignored: BTreeSet<Ignored>,
    ignored_total: u64,
}

impl Found {
    fn candidate(&mut self, name: &str, identity: Identity) {
        self.candidates_total += 1;
        self.candidates.insert((identity.modified, name.to_owned()), identity);
        if self.candidates.len() > FILES_PER_SCAN_MAX {
            self.candidates.pop_last();
        }
    }

    fn ignore(&mut self, name: &OsStr, kind: IgnoredKind) {
        self.ignored_total += 1;
        self.ignored.insert(Ignored { name: shown(name), kind });
        if self.ignored.len() > IGNORED_PER_SCAN_MAX {
            self.ignored.pop_last();
        }
    }

    fn into_scan(self) -> Scan {
        let candidates = self
            .candidates
            .into_iter()
            .map(|((_, name), identity)| Candidate { name, identity })
            .collect();
        Scan {
            candidates,
            candidates_total: self.candidates_total,
            ignored: self.ignored.into_iter().collect(),
            ignored_total: self.ignored_total,
        }
    }
}
