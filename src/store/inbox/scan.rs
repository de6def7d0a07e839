//! Lists what waits in a drop folder. Opens, follows and moves nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;

use super::names::{Companion, TakenName, judge, shown};
use super::{DropFolder, RECEIPTS, REJECTED};
use crate::config::Ready;
use crate::domain::Instant;
use crate::store::StoreError;
use crate::store::object::{Identity, Object, ObjectKind};

/// Seconds for which a companion may lie without its file before it counts as left behind: a
/// digest is often sent before a file that takes long.
const ORPHAN_AFTER_SECONDS: i64 = 15 * 60;

/// Ignored objects that one scan names; the rest is counted. Nobody reads a longer list.
const IGNORED_PER_SCAN_MAX: usize = 100;

/// What one look into a drop folder found.
#[derive(Debug, Default)]
pub struct Scan {
    /// Files to take, by (modification time, name), at most as many as a scan hands on; those
    /// that wait for a companion first of all only where there is room.
    pub candidates: Vec<Candidate>,
    /// How many there are in all.
    pub candidates_total: u64,
    /// What is left alone and shown, by name, at most 100.
    pub ignored: Vec<Ignored>,
    /// How many there are in all.
    pub ignored_total: u64,
    /// Companions without their file, by name, each with the second since which it lies there,
    /// at most 100.
    pub orphans: BTreeMap<String, i64>,
}

impl Scan {
    /// What is to be shown at `now`: what is ignored, and companions that were left behind.
    pub fn shown(&self, now: Instant) -> Vec<Ignored> {
        let left = self.orphans.iter().filter(|(_, since)| is_left(**since, now));
        let left = left.map(|(name, _)| Ignored { name: name.clone(), kind: IgnoredKind::Orphan });
        self.ignored.iter().cloned().chain(left).collect()
    }

    /// Companions that came before their file, at `now`, by name.
    pub fn early(&self, now: Instant) -> Vec<String> {
        let early = self.orphans.iter().filter(|(_, since)| !is_left(**since, now));
        early.map(|(name, _)| name.clone()).collect()
    }
}

const fn is_left(since: i64, now: Instant) -> bool {
    now.timestamp().saturating_sub(since) >= ORPHAN_AFTER_SECONDS
}

/// A file that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its name: UTF-8, without control characters, at most 200 bytes, ending in `.csv`,
    /// `.csv.gz` or `.csv.zst`.
    pub name: String,
    /// Its state when it was seen.
    pub identity: Identity,
    /// Its `.sha256`, if there is one.
    pub digest: Option<SeenDigest>,
    /// Whether its `.done` is there, a plain file.
    pub has_marker: bool,
}

/// What has the name of a file's `.sha256`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenDigest {
    /// A plain file.
    Plain(Identity),
    /// Something else, which is not read.
    Other,
}

impl SeenDigest {
    /// Whether it is the same as far as can be told.
    pub fn same_version(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Plain(one), Self::Plain(other)) => one.same_version(other),
            (one, other) => one == other,
        }
    }
}

impl Candidate {
    /// Bytes.
    pub fn size(&self) -> u64 {
        self.identity.size
    }

    /// When its content last changed, by its own account; clamped to what the calendar holds.
    pub fn modified(&self) -> Instant {
        self.identity.modified_at()
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
    /// Its name does not end in `.csv`, `.csv.gz` or `.csv.zst`.
    NotCsv,
    /// It is the companion of a file that is not there.
    Orphan,
    /// It lies among the claimed files and is none.
    NoClaim,
}

impl IgnoredKind {
    /// Its stable code ("symlink", "fifo", "name" …).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Object(kind) => kind.code(),
            Self::Name => "name",
            Self::NotCsv => "not_csv",
            Self::Orphan => "orphan_companion",
            Self::NoClaim => "no_claim",
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
            Self::NotCsv => "a name that does not end in .csv, .csv.gz or .csv.zst",
            Self::Orphan => "it belongs to a file that is not there; drop both again",
            Self::NoClaim => "no file that was claimed; nothing but the daemon's belongs there",
        })
    }
}

impl DropFolder {
    /// Looks at everything in the folder, and at what lies among the claimed files and is none. `expected` are the names of folders that belong here
    /// besides `rejected` and `receipts`: those of the accounts, in an inbox of several.
    pub fn scan(&self, expected: &[&str]) -> Result<Scan, StoreError> {
        let mut found = Found::new(self.files_per_scan_max);
        let mut has_companions = false;
        self.folder.each_name(&mut |name, kind| {
            match judge(name) {
                TakenName::LeftAlone => {}
                TakenName::Taken(text) => match self.look(name)? {
                    None => {}
                    Some(Ok(identity)) => {
                        let name = text.to_owned();
                        let mut candidate =
                            Candidate { name, identity, digest: None, has_marker: false };
                        // Where a file may wait for its companion, those that wait must not
                        // crowd out those that don't.
                        if matches!(self.ready, Ready::Marker | Ready::Checksum) {
                            self.look_beside(&mut candidate)?;
                        }
                        let waits = candidate.waits_for(self.ready).is_some();
                        found.candidate(candidate, waits);
                    }
                    Some(Err(kind)) => found.ignore(name, IgnoredKind::Object(kind)),
                },
                TakenName::Companion { of, .. } => {
                    has_companions = true;
                    if self.folder.look(OsStr::new(of))?.is_none()
                        && let Some(object) = self.folder.look(name)?
                    {
                        found.orphan(name, object);
                    }
                }
                TakenName::Ignored(reason) => match self.kind_of(name, kind)? {
                    Some(ObjectKind::Directory) if is_expected(name, expected) => {}
                    Some(kind) => found.ignore(name, IgnoredKind::Object(kind)),
                    None => found.ignore(name, reason),
                },
            }
            Ok(())
        })?;
        match self.strays() {
            Ok(strays) => strays.into_iter().for_each(|stray| found.shown(stray)),
            // Something else stands where the claimed files are to be: claiming says so.
            Err(StoreError::Refused { .. }) => {}
            Err(error) => return Err(error),
        }
        let mut scan = found.into_scan();
        if has_companions {
            for candidate in &mut scan.candidates {
                self.look_beside(candidate)?;
            }
        }
        Ok(scan)
    }

    /// Looks for the companions of a file.
    fn look_beside(&self, candidate: &mut Candidate) -> Result<(), StoreError> {
        candidate.digest = self.look_digest(&candidate.name)?;
        let marker = self.folder.look(OsStr::new(&Companion::Marker.of(&candidate.name)))?;
        candidate.has_marker = matches!(marker, Some(Object::File { .. }));
        Ok(())
    }

    /// What has the name of the `.sha256` of the file `name`.
    pub(super) fn look_digest(&self, name: &str) -> Result<Option<SeenDigest>, StoreError> {
        let found = self.look(OsStr::new(&Companion::Digest.of(name)))?;
        Ok(found.map(|found| found.map_or(SeenDigest::Other, SeenDigest::Plain)))
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
struct Found {
    files_max: usize,
    /// By whether they wait for a companion, modification time and name.
    candidates: BTreeMap<(bool, (i64, u64), String), Candidate>,
    candidates_total: u64,
    ignored: BTreeSet<Ignored>,
    ignored_total: u64,
    orphans: BTreeMap<String, i64>,
}

impl Found {
    const fn new(files_max: usize) -> Self {
        Self {
            files_max,
            candidates: BTreeMap::new(),
            candidates_total: 0,
            ignored: BTreeSet::new(),
            ignored_total: 0,
            orphans: BTreeMap::new(),
        }
    }

    fn candidate(&mut self, candidate: Candidate, waits: bool) {
        self.candidates_total += 1;
        let key = (waits, candidate.identity.modified, candidate.name.clone());
        self.candidates.insert(key, candidate);
        if self.candidates.len() > self.files_max {
            self.candidates.pop_last();
        }
    }

    fn orphan(&mut self, name: &OsStr, object: Object) {
        // Nobody can set this time, and it is that of the rename where there was one.
        let since = match object {
            Object::File { identity, .. } => identity.changed.0,
            Object::Other(_) => i64::MIN,
        };
        self.orphans.insert(shown(name), since);
        if self.orphans.len() > IGNORED_PER_SCAN_MAX {
            self.orphans.pop_last();
        }
    }

    fn ignore(&mut self, name: &OsStr, kind: IgnoredKind) {
        self.shown(Ignored { name: shown(name), kind });
    }

    fn shown(&mut self, object: Ignored) {
        self.ignored_total += 1;
        self.ignored.insert(object);
        if self.ignored.len() > IGNORED_PER_SCAN_MAX {
            self.ignored.pop_last();
        }
    }

    fn into_scan(self) -> Scan {
        let mut candidates: Vec<Candidate> = self.candidates.into_values().collect();
        candidates.sort_by(|one, other| {
            (one.identity.modified, &one.name).cmp(&(other.identity.modified, &other.name))
        });
        Scan {
            candidates,
            candidates_total: self.candidates_total,
            ignored: self.ignored.into_iter().collect(),
            ignored_total: self.ignored_total,
            orphans: self.orphans,
        }
    }
}
