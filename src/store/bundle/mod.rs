//! A published bundle → whether it is genuine. It is read as something that anybody may have
//! changed: within bounds, without following links, and everything that is wrong is said.

mod contents;
mod decision;
mod fault;
mod manifest;
mod name;
mod siblings;
mod signers;

pub use fault::{BundleFault, BundleFaults};
pub(in crate::store) use manifest::{
    Listed, MANIFEST_BYTES_MAX, is_file_name, parse as parse_manifest, render as render_manifest,
};
pub use manifest::{MANIFEST, SIGNATURE};
pub use name::BundleName;
pub(in crate::store) use siblings::manifest_digest;
pub(in crate::store) use signers::{listed, lists};

use std::path::Path;

use self::contents::{Folder, Kept, unreadable};
use self::decision::Decision;
use super::outbox::durable::read_bounded;
use crate::domain::{AccountId, Currency, Digest, Instant, Money};

/// The manager's table.
pub const TABLE: &str = "weekly_recommendations.csv";
/// The page that explains it.
pub const PAGE: &str = "report.html";
/// The same figures for a spreadsheet program.
pub const WORKBOOK: &str = "weekly_budget.xlsx";
/// The decision, for programs.
pub const DECISION: &str = "decision.json";
/// The reasons in plain text.
pub const EXPLANATION: &str = "explanation.txt";
/// The account's log since the bundle before.
pub const AUDIT: &str = "audit.jsonl";
/// Who may sign, beside the accounts' folders.
pub const ALLOWED_SIGNERS: &str = "allowed_signers";

/// The format of `decision.json` that is known here.
const FORMAT_KNOWN: u32 = 1;

/// A signature has about 300 bytes.
const SIGNATURE_BYTES_MAX: u64 = 16 * 1024;

/// Room for hundreds of signers.
pub(in crate::store) const SIGNERS_BYTES_MAX: u64 = 256 * 1024;

/// Whose signatures count, and as of when.
type Signers<'a> = (Option<&'a Path>, Option<Instant>);

/// A genuine bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleReport {
    /// Whose budgets.
    pub account: AccountId,
    /// Week and revision.
    pub name: BundleName,
    /// `decided` or `held`.
    pub outcome: String,
    /// The currency of its amounts.
    pub currency: Currency,
    /// What the budgets sum to.
    pub total: Money,
    /// How many channels have one.
    pub channels: usize,
    /// How many files are signed.
    pub files: usize,
    /// The fingerprint of the key that signed.
    pub signer: String,
    /// The digest of its manifest.
    pub manifest: Digest,
    /// The digest of the manifest of the bundle before; `None`: it is the first.
    pub manifest_before: Option<Digest>,
}

/// Checks the bundle in `dir`, whose folder must lie where it was published: under its account's
/// name, beside the bundle before it. `allowed_signers`: whose signatures count; without it, the
/// list two folders up, which is worth as much as the way on which it came.
///
/// Checked are the signature with its signer and namespace; the digest of every file, and that
/// none is missing, added, or something else than a file; week and account against the names of
/// the folders; that the budgets sum to the total and the table says the same; that `audit.jsonl`
/// is a whole piece of the log and tells of the decision; and that both go on where the bundle
/// before ended. Every fault is found, as far as what is left can be read.
///
/// A key that is listed for a time only doesn't count here; see [`verify_at`].
pub fn verify(dir: &Path, allowed_signers: Option<&Path>) -> Result<BundleReport, BundleFaults> {
    verified(dir, (allowed_signers, None))
}

/// As [`verify`], with the keys that are allowed at the time `at`.
pub fn verify_at(
    dir: &Path,
    allowed_signers: Option<&Path>,
    at: Instant,
) -> Result<BundleReport, BundleFaults> {
    verified(dir, (allowed_signers, Some(at)))
}

fn verified(dir: &Path, signers: Signers<'_>) -> Result<BundleReport, BundleFaults> {
    let mut faults = Vec::new();
    let report = look(dir, signers, &mut faults);
    match report {
        Some(report) if faults.is_empty() => Ok(report),
        _ => Err(BundleFaults::new(faults)),
    }
}

fn look(dir: &Path, signers: Signers<'_>, faults: &mut Vec<BundleFault>) -> Option<BundleReport> {
    let dir = match dir.canonicalize() {
        Ok(dir) => dir,
        Err(error) => {
            let reason = error.to_string();
            faults.push(BundleFault::Unreadable { path: dir.to_owned(), reason });
            return None;
        }
    };
    let place = Place::of(&dir, faults);
    let folder = contents::list(&dir, faults);
    let signed = signed_manifest(&dir, &folder, signers, faults)?;
    let listed = match manifest::parse(&signed.bytes) {
        Ok(listed) => listed,
        Err((line, reason)) => {
            faults.push(BundleFault::ManifestMalformed { line, reason });
            return None;
        }
    };
    let kept = contents::compare(&dir, &folder, &listed, faults);
    let decision = check_contents(&dir, &place, &kept, faults)?;
    Some(BundleReport {
        account: decision.account,
        name: decision.name,
        outcome: decision.outcome,
        currency: decision.currency,
        total: decision.total,
        channels: decision.budgets.len(),
        files: listed.len(),
        signer: signed.signer?,
        manifest: Digest::of(&signed.bytes),
        manifest_before: decision.manifest_before,
    })
}

/// What the names of a bundle's folders say of it.
struct Place {
    name: Option<BundleName>,
    account: String,
}

impl Place {
    fn of(dir: &Path, faults: &mut Vec<BundleFault>) -> Self {
        let text = |path: Option<&Path>| {
            let name = path.and_then(Path::file_name);
            name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
        };
        let found = text(Some(dir));
        let name = BundleName::parse(&found);
        if name.is_none() {
            faults.push(BundleFault::FolderName { found: fault::brief(&found) });
        }
        Self { name, account: text(dir.parent()) }
    }
}

/// The manifest, and who signed it if that could be told.
struct Signed {
    bytes: Vec<u8>,
    signer: Option<String>,
}

fn signed_manifest(
    dir: &Path,
    folder: &Folder,
    (allowed_signers, at): Signers<'_>,
    faults: &mut Vec<BundleFault>,
) -> Option<Signed> {
    let mut read = |name: &str, bytes_max| {
        if !folder.files.contains(name) {
            faults.push(BundleFault::Missing { name: name.to_owned() });
            return None;
        }
        let path = dir.join(name);
        let bytes = read_bounded(&path, bytes_max);
        bytes.map_err(|error| faults.push(unreadable(&path, &error))).ok()
    };
    let manifest = read(MANIFEST, MANIFEST_BYTES_MAX);
    let signature = read(SIGNATURE, SIGNATURE_BYTES_MAX);
    let signers_path = match allowed_signers {
        Some(path) => path.to_owned(),
        None => dir.parent().and_then(Path::parent).unwrap_or(dir).join(ALLOWED_SIGNERS),
    };
    let signers = read_signers(&signers_path, at, faults);
    let bytes = manifest?;
    let signer = signature.zip(signers).and_then(|(signature, signers)| {
        signers::check(&bytes, &signature, &signers).map_err(|fault| faults.push(fault)).ok()
    });
    Some(Signed { bytes, signer })
}

fn read_signers(
    path: &Path,
    at: Option<Instant>,
    faults: &mut Vec<BundleFault>,
) -> Option<Vec<ssh_key::public::KeyData>> {
    // Unlike a bundle's files, the list may be a link: it is the caller's, not the sender's.
    let read = path.canonicalize().and_then(|path| read_bounded(&path, SIGNERS_BYTES_MAX));
    match read {
        Ok(bytes) => Some(signers::allowed(&String::from_utf8_lossy(&bytes), at)),
        Err(error) => {
            let (path, reason) = (path.to_owned(), error.to_string());
            faults.push(BundleFault::SignersUnreadable { path, reason });
            None
        }
    }
}

fn check_contents(
    dir: &Path,
    place: &Place,
    kept: &Kept,
    faults: &mut Vec<BundleFault>,
) -> Option<Decision> {
    let decision = decision::read(kept.get(DECISION)?, faults)?;
    decision::check_place(&decision, place.name, &place.account, faults);
    if let Some(table) = kept.get(TABLE) {
        decision::check_table(table, &decision, faults);
    }
    let piece = kept
        .get(AUDIT)
        .zip(decision::digest(kept))
        .and_then(|(audit, digest)| decision::check_audit(audit, &decision, digest, faults));
    siblings::check_chain(dir, &decision, piece, faults);
    Some(decision)
}
