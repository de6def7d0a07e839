//! The bundles beside a bundle: whether the one that it names as the one before is there.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::contents::unreadable;
use super::decision::Decision;
use super::manifest::{self, MANIFEST, MANIFEST_BYTES_MAX};
use super::{AUDIT, BundleFault, BundleName};
use crate::audit::chain::{self, Piece};
use crate::domain::Digest;
use crate::store::outbox::durable::read_bounded;

/// Bundles of one account: more than a century of weeks, each decided several times.
const BUNDLES_MAX: usize = 20_000;

/// The audit log of one bundle.
const AUDIT_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Checks that the bundle in `dir` goes on where the one that it names as the one before ended,
/// or begins the chain where it names none.
pub(super) fn check_chain(
    dir: &Path,
    decision: &Decision,
    piece: Option<Piece>,
    faults: &mut Vec<BundleFault>,
) {
    match decision.manifest_before {
        None => faults.extend(
            piece
                .filter(|piece| !piece.begins_the_chain())
                .map(|piece| BundleFault::ChainCutOff { first_seq: piece.first_seq }),
        ),
        Some(manifest_before) => match find(dir, manifest_before) {
            Ok(Some(before)) => check_follows(&before, decision, piece, faults),
            Ok(None) => faults.push(BundleFault::ChainBroken { manifest_before }),
            Err(error) => faults.push(unreadable(dir, &error)),
        },
    }
}

/// The bundle beside `dir` whose manifest has this digest.
fn find(dir: &Path, manifest: Digest) -> std::io::Result<Option<PathBuf>> {
    let Some(account) = dir.parent() else { return Ok(None) };
    for entry in std::fs::read_dir(account)?.take(BUNDLES_MAX) {
        let entry = entry?;
        let is_bundle = entry.file_type()?.is_dir()
            && entry.file_name().to_str().and_then(BundleName::parse).is_some();
        // One that can't be read is not the one that is looked for.
        let digest = || manifest_digest(&entry.path()).ok().flatten();
        if is_bundle && entry.path() != dir && digest() == Some(manifest) {
            return Ok(Some(entry.path()));
        }
    }
    Ok(None)
}

/// The digest of the manifest in `dir`; `None`: there is none.
pub(in crate::store) fn manifest_digest(dir: &Path) -> std::io::Result<Option<Digest>> {
    match read_bounded(&dir.join(MANIFEST), MANIFEST_BYTES_MAX) {
        Ok(bytes) => Ok(Some(Digest::of(&bytes))),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn check_follows(
    before: &Path,
    decision: &Decision,
    piece: Option<Piece>,
    faults: &mut Vec<BundleFault>,
) {
    let Some(piece) = piece else { return };
    let ends = audit_of(before)
        .and_then(|audit| chain::verify_piece(decision.account.as_str(), &audit).ok().flatten());
    if !ends.is_some_and(|ends| piece.follows(ends.head)) {
        let name = before.file_name().map(|name| name.to_string_lossy().into_owned());
        faults.push(BundleFault::AuditGap { before: name.unwrap_or_default() });
    }
}

/// The log in a bundle beside, if it is the one that its manifest lists; the manifest is the one
/// that the decision names, so what it lists is known to be genuine.
fn audit_of(bundle: &Path) -> Option<Vec<u8>> {
    let manifest = read_bounded(&bundle.join(MANIFEST), MANIFEST_BYTES_MAX).ok()?;
    let listed = manifest::parse(&manifest).ok()?;
    let audit = read_bounded(&bundle.join(AUDIT), AUDIT_BYTES_MAX).ok()?;
    (listed.get(AUDIT) == Some(&Digest::of(&audit))).then_some(audit)
}
