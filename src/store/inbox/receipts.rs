//! Receipts: the newest answer to a file's name is `receipts/<name>.receipt.txt`. That to an earlier
//! file of the name, with other content, moves aside and has the first 16 digits of the earlier
//! file's digest in front, so that each file keeps one answer that its sender can find.

use std::ffi::{OsStr, OsString};
use std::io::Read as _;

use super::DropFolder;
use crate::domain::Digest;
use crate::domain::text::escape;
use crate::report::receipt_digest;
use crate::store::StoreError;
use crate::store::folder::{Folder, Opened};
use crate::store::object::{Object, ObjectKind};

/// Answers are for everybody who may look into the folder.
pub(super) const MODE_ANSWER: u32 = 0o644;
/// Earlier receipts that are kept of each name, the newest: a name that is sent every day keeps those
/// of the 28 days in which its figures may be corrected.
pub const EARLIER_RECEIPTS_MAX: usize = 30;
/// The digest stands in the head of a receipt, behind a name of at most 255 bytes.
const HEAD_BYTES: u64 = 8 << 10;
/// Digits of the digest in front of an earlier receipt.
const DIGITS: usize = 16;

impl DropFolder {
    /// Writes `receipts/<name>.receipt.txt` for the file of `name` with this digest. An earlier one of
    /// another content moves aside, one of the same content is replaced. The claimed file may go only
    /// after [`DropFolder::sync_receipts`].
    pub fn answer_accepted(
        &self,
        name: &str,
        digest: Digest,
        text: &str,
    ) -> Result<(), StoreError> {
        let receipts = self.receipts()?;
        let own = receipt_name(name);
        let earlier = digest_of(&receipts, &own).filter(|earlier| *earlier != digest);
        let has_moved = match earlier {
            Some(earlier) => move_aside(&receipts, &own, &aside(earlier, name))?,
            None => false,
        };
        receipts.replace_unsynced(&own, text.as_bytes(), MODE_ANSWER)?;
        if has_moved {
            // This content may have been answered before the one that has just moved aside.
            remove_file(&receipts, &aside(digest, name))?;
            remove_oldest(&receipts, name)?;
        }
        let newer = format!("a later file of this name was taken, see receipts/{}", shown(&own));
        // What the sender has put in the way of a convenience is his own.
        drop(self.supersede_problems(name, &newer));
        Ok(())
    }

    /// Makes the receipts that were given durable.
    pub fn sync_receipts(&self) -> Result<(), StoreError> {
        self.receipts()?.sync()
    }
}

fn shown(name: &OsStr) -> String {
    escape(&name.to_string_lossy())
}

fn receipt_name(name: &str) -> OsString {
    format!("{name}.receipt.txt").into()
}

fn aside(digest: Digest, name: &str) -> OsString {
    format!("{}_{name}.receipt.txt", digest.short()).into()
}

/// Whose receipt has this name; `None`: there is none, or what is there is no receipt that can be
/// read, which is no reason not to give the new one.
fn digest_of(receipts: &Folder, name: &OsStr) -> Option<Digest> {
    let Ok(Opened::File { file, .. }) = receipts.open_file(name) else { return None };
    let mut head = Vec::new();
    file.take(HEAD_BYTES).read_to_end(&mut head).ok()?;
    receipt_digest(&String::from_utf8_lossy(&head))
}

/// Whether it has moved: a folder that somebody put in its way stays.
fn move_aside(receipts: &Folder, from: &OsStr, to: &OsStr) -> Result<bool, StoreError> {
    if matches!(receipts.look(to)?, Some(Object::Other(ObjectKind::Directory))) {
        return Ok(false);
    }
    receipts.move_over(from, receipts, to)?;
    Ok(true)
}

fn remove_file(receipts: &Folder, name: &OsStr) -> Result<(), StoreError> {
    if matches!(receipts.look(name)?, Some(Object::File { .. })) {
        receipts.remove(name)?;
    }
    Ok(())
}

/// Removes what is beyond [`EARLIER_RECEIPTS_MAX`] of a name.
fn remove_oldest(receipts: &Folder, name: &str) -> Result<(), StoreError> {
    let ending = format!("_{name}.receipt.txt");
    let mut earlier = Vec::new();
    receipts.each_name(&mut |found, _| {
        if is_aside(found, &ending)
            && let Some(Object::File { identity, .. }) = receipts.look(found)?
        {
            earlier.push((identity.modified_at(), found.to_owned()));
        }
        Ok(())
    })?;
    earlier.sort_unstable();
    let surplus = earlier.len().saturating_sub(EARLIER_RECEIPTS_MAX);
    for (_, name) in &earlier[..surplus] {
        receipts.remove(name)?;
    }
    Ok(())
}

fn is_aside(name: &OsStr, ending: &str) -> bool {
    let digits = name.to_str().and_then(|name| name.strip_suffix(ending));
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    digits.is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(is_digit))
}
