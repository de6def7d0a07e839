//! What of the state a backup takes: the files of logs, keys and claims as they are at one moment.
//! The caller holds the lock of a unit of work.

use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::copy;
use crate::audit::chain::LINE_BYTES_MAX;
use crate::domain::{AccountId, Digest};
use crate::store::StoreError;
use crate::store::bundle::{
    ALLOWED_SIGNERS, BundleName, Listed, MANIFEST_BYTES_MAX, SIGNERS_BYTES_MAX, parse_manifest,
};
use crate::store::layout::State;
use crate::store::outbox::durable::{machine, open_regular, read_bounded};

/// The folder of claimed files in a drop folder.
const CLAIMED: &str = ".claimed";

/// A file with the name that it has in its folder.
#[derive(Debug, Clone)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// How long it is now.
    pub bytes: u64,
}

/// The logs of all chains, by their paths below the folder of the audit log.
pub fn logs(state: &State) -> Result<Vec<Named>, StoreError> {
    let mut logs = files_of(&state.audit())?;
    for mut log in files_of(&state.audit_accounts())? {
        log.name = format!("accounts/{}", log.name);
        logs.push(log);
    }
    logs.retain(|log| has_ending(&log.name, "jsonl"));
    Ok(logs)
}

/// The files in the folder of keys.
pub fn keys(state: &State) -> Result<Vec<Named>, StoreError> {
    files_of(&state.keys())
}

/// The claimed files of a drop folder, with what lies beside them there.
pub fn claimed(drop_folder: &Path) -> Result<Vec<Named>, StoreError> {
    files_of(&drop_folder.join(CLAIMED))
}

/// Where a claimed file of a drop folder lies.
pub fn claimed_path(drop_folder: &Path, name: &str) -> PathBuf {
    drop_folder.join(CLAIMED).join(name)
}

/// The configuration files of accounts.
pub fn account_files(folder: &Path) -> Result<Vec<Named>, StoreError> {
    let mut files = files_of(folder)?;
    files.retain(|file| has_ending(&file.name, "toml"));
    Ok(files)
}

fn has_ending(name: &str, ending: &str) -> bool {
    Path::new(name).extension().is_some_and(|it| it == ending)
}

/// What tells one place from all others: the digest of the first line of its daemon's log.
pub fn identity(state: &State) -> Result<Option<Digest>, StoreError> {
    let path = state.audit_daemon();
    let file = match open_regular(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(machine("can't open the audit log", &path)(error)),
    };
    let mut line = Vec::new();
    BufReader::new(file)
        .take(LINE_BYTES_MAX as u64)
        .read_until(b'\n', &mut line)
        .map_err(machine("can't read the audit log", &path))?;
    Ok(line.ends_with(b"\n").then(|| Digest::of(&line)))
}

/// The list of signers of an outbox; `None`: there is none yet.
pub fn allowed_signers(outbox: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    let path = outbox.join(ALLOWED_SIGNERS);
    match read_bounded(&path, SIGNERS_BYTES_MAX) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(machine("can't read the allowed signers", &path)(error)),
    }
}

/// A file of a bundle, with its digest where the bundle's manifest names it.
pub type Listing = (String, Option<Digest>);

/// The files of a published bundle with the digests that its manifest gives them; `None`: somebody
/// has taken the bundle out of the outbox.
pub fn files_of_bundle(
    folder: &Path,
    manifest: Digest,
) -> Result<Option<Vec<Listing>>, StoreError> {
    use crate::store::bundle::{MANIFEST, SIGNATURE};
    let path = folder.join(MANIFEST);
    let bytes = match read_bounded(&path, MANIFEST_BYTES_MAX) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound && !folder.exists() => return Ok(None),
        Err(error) => return Err(machine("can't read the manifest of a bundle", &path)(error)),
    };
    let listed: Option<Listed> = parse_manifest(&bytes).ok();
    let Some(listed) = listed.filter(|_| Digest::of(&bytes) == manifest) else {
        return Err(StoreError::Damaged {
            what: "this manifest is not the one that was published".to_owned(),
            path,
            hint:
                "`budgetd verify` says what is wrong with the bundle; restore its folder from an \
                   earlier backup, or move it out of the outbox"
                    .to_owned(),
        });
    };
    let mut files: Vec<Listing> =
        listed.into_iter().map(|(name, digest)| (name, Some(digest))).collect();
    files.push((MANIFEST.to_owned(), Some(manifest)));
    files.push((SIGNATURE.to_owned(), None));
    Ok(Some(files))
}

/// Where a bundle lies below the outbox.
pub fn bundle_path(account: &AccountId, name: BundleName) -> String {
    format!("{account}/{name}")
}

/// Whether `folder` holds no file in any depth, but for copies that were never finished and what
/// `except` names; one that is not there holds none.
pub fn holds_no_file(folder: &Path, except: &[&str]) -> Result<bool, StoreError> {
    let failed = || machine("can't look into a folder", folder);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(failed()(error)),
    };
    for entry in entries {
        let entry = entry.map_err(failed())?;
        let name = entry.file_name();
        let is_unfinished = name.to_string_lossy().starts_with(copy::UNFINISHED);
        if is_unfinished || except.iter().any(|except| name == *except) {
            continue;
        }
        let is_folder = entry.file_type().map_err(failed())?.is_dir();
        if !is_folder || !holds_no_file(&entry.path(), except)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The regular files of `folder`, by name; none where there is no such folder. Names that are no
/// text, and those of files in the making, are left out.
fn files_of(folder: &Path) -> Result<Vec<Named>, StoreError> {
    let failed = || machine("can't look into a folder", folder);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed()(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed())?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let metadata = entry.metadata().map_err(failed())?;
        if metadata.is_file() && !name.starts_with(copy::UNFINISHED) && !name.starts_with(".tmp-") {
            files.push(Named { name, path: entry.path(), bytes: metadata.len() });
        }
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}
