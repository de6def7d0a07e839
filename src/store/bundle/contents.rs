//! A bundle's folder → its files with their digests. Every file is opened once, read within
//! bounds, and what is checked further on are the bytes that were hashed here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::FileType;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::fault::brief;
use super::manifest::{DEPTH_MAX, FILES_MAX, Listed, MANIFEST, SIGNATURE};
use super::{AUDIT, BundleFault, DECISION, TABLE};
use crate::domain::Digest;
use crate::store::outbox::durable::open_regular;

/// Larger than any file of a bundle: a mart of ten years of daily facts is far below.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024 * 1024;

/// Of the files that are looked into. The largest is a year of busy audit log.
const KEPT_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// What lies in a bundle's folder.
#[derive(Debug, Default)]
pub(super) struct Folder {
    /// Regular files, by their name below the bundle.
    pub(super) files: BTreeSet<String>,
    /// Folders, likewise.
    pub(super) folders: BTreeSet<String>,
}

/// Lists everything below `dir`, following no links.
pub(super) fn list(dir: &Path, faults: &mut Vec<BundleFault>) -> Folder {
    let mut folder = Folder::default();
    list_below(dir, "", 1, &mut folder, faults);
    folder
}

fn list_below(
    dir: &Path,
    prefix: &str,
    depth: usize,
    folder: &mut Folder,
    faults: &mut Vec<BundleFault>,
) {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => return faults.push(unreadable(dir, &error)),
    };
    for entry in entries {
        if folder.files.len() + folder.folders.len() + faults.len() > FILES_MAX {
            return faults.push(BundleFault::TooMany { limit: FILES_MAX });
        }
        let (entry, kind) =
            match entry.and_then(|entry| entry.file_type().map(|kind| (entry, kind))) {
                Ok(found) => found,
                Err(error) => return faults.push(unreadable(dir, &error)),
            };
        let Ok(name) = entry.file_name().into_string() else {
            faults.push(BundleFault::Added { name: brief(&entry.file_name().to_string_lossy()) });
            continue;
        };
        let name = format!("{prefix}{name}");
        if kind.is_file() {
            folder.files.insert(name);
        } else if kind.is_dir() && depth < DEPTH_MAX {
            list_below(&entry.path(), &format!("{name}/"), depth + 1, folder, faults);
            folder.folders.insert(name);
        } else if kind.is_dir() {
            faults.push(BundleFault::Added { name: brief(&name) });
        } else {
            faults.push(BundleFault::OddObject { name: brief(&name), kind: kind_name(kind) });
        }
    }
}

fn kind_name(kind: FileType) -> &'static str {
    if kind.is_symlink() {
        "link"
    } else if kind.is_fifo() {
        "FIFO"
    } else if kind.is_socket() {
        "socket"
    } else {
        "device"
    }
}

/// The files that later checks look into, as they are, changed or not: so that of a changed file
/// it can also be said what it now claims.
#[derive(Debug, Default)]
pub(super) struct Kept {
    files: BTreeMap<&'static str, Vec<u8>>,
}

impl Kept {
    /// The content of `name`, if it was read.
    pub(super) fn get(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }
}

/// Holds the files below `dir` against the manifest: missing, changed and added ones are faults.
pub(super) fn compare(
    dir: &Path,
    folder: &Folder,
    listed: &Listed,
    faults: &mut Vec<BundleFault>,
) -> Kept {
    let mut kept = Kept::default();
    for (name, signed) in listed {
        if !folder.files.contains(name) {
            faults.push(BundleFault::Missing { name: name.clone() });
            continue;
        }
        let path = dir.join(name);
        match read(&path, KEPT.iter().copied().find(|kept| kept == name), &mut kept) {
            Ok(digest) if digest == *signed => {}
            Ok(_) => faults.push(BundleFault::Changed { name: name.clone() }),
            Err(error) => faults.push(unreadable(&path, &error)),
        }
    }
    let needless = folder.files.iter().filter(|name| {
        !listed.contains_key(*name) && name.as_str() != MANIFEST && name.as_str() != SIGNATURE
    });
    faults.extend(needless.map(|name| BundleFault::Added { name: brief(name) }));
    let without_files = folder.folders.iter().filter(|folder| {
        let prefix = format!("{folder}/");
        !listed.range(prefix.clone()..).next().is_some_and(|(name, _)| name.starts_with(&prefix))
    });
    faults.extend(without_files.map(|name| BundleFault::Added { name: brief(name) }));
    for name in KEPT.iter().filter(|name| !listed.contains_key(**name)) {
        faults.push(BundleFault::Missing { name: (*name).to_owned() });
    }
    kept
}

const KEPT: [&str; 3] = [AUDIT, DECISION, TABLE];

/// The digest of the file at `path`; its content goes into `kept` where it is one of those.
fn read(path: &Path, keep: Option<&'static str>, kept: &mut Kept) -> std::io::Result<Digest> {
    let limit = if keep.is_some() { KEPT_BYTES_MAX } else { FILE_BYTES_MAX };
    let mut file = open_regular(path)?.take(limit + 1);
    if let Some(name) = keep {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        within(bytes.len() as u64, limit)?;
        let digest = Digest::of(&bytes);
        kept.files.insert(name, bytes);
        return Ok(digest);
    }
    let mut hash = Sha256::new();
    within(std::io::copy(&mut file, &mut hash)?, limit)?;
    Ok(Digest::from_bytes(hash.finalize().into()))
}

fn within(length: u64, limit: u64) -> std::io::Result<()> {
    if length > limit {
        return Err(std::io::Error::other(format!("larger than {limit} bytes")));
    }
    Ok(())
}

/// The fault of a file that could not be read.
pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> BundleFault {
    match (error.kind(), path.file_name().and_then(|name| name.to_str())) {
        (ErrorKind::NotFound, Some(name)) => BundleFault::Missing { name: brief(name) },
        _ => BundleFault::Unreadable { path: path.to_owned(), reason: error.to_string() },
    }
}
