//! The first bytes of a file → its text to the last whole line, unpacked and decoded; what is no CSV text
//! is said.

use super::Guess;
use super::HEAD_BYTES_MAX;
use super::encoding::{self, Decoded};
use super::finding::Findings;
use super::unpack::{self, Packing, Unpacked};
use crate::domain::source::Encoding;
use crate::ingest::foreign;

/// The text to the last whole line, and whether the bytes name their encoding.
pub(super) fn text_of(
    head: &[u8],
    guess: &mut Guess,
    findings: &mut Findings,
) -> Option<(Decoded, bool)> {
    let unpacked = match unpack::unpack(head, guess.whole, HEAD_BYTES_MAX) {
        Ok(unpacked) => unpacked,
        Err((what, remedy)) => {
            findings.missing("compression", format!("the file is {what}, not CSV text: {remedy}"));
            return None;
        }
    };
    let Unpacked { bytes, whole, packing, damage } = unpacked;
    match packing {
        Packing::Plain => {}
        Packing::Gzip => findings.certain("compression", "gzip: the inbox unpacks it"),
        Packing::Zstd => findings.certain("compression", "zstd: the inbox unpacks it"),
    }
    if let Some((what, remedy)) = damage {
        findings.untold("compression", format!("{what}: the inbox will refuse it; {remedy}"), &[]);
    }
    guess.whole = whole;
    let mut decoded = encoding::decode(&bytes, whole, findings)?;
    let has_mark = bytes.starts_with(b"\xEF\xBB\xBF")
        || bytes.starts_with(b"\xFF\xFE")
        || bytes.starts_with(b"\xFE\xFF");
    if !whole {
        decoded.text.truncate(decoded.text.rfind('\n').map_or(0, |at| at + 1));
    }
    if let Some((what, remedy)) = foreign::text(decoded.text.as_bytes()) {
        findings.missing("format", format!("the file is {what}, not CSV text: {remedy}"));
        return None;
    }
    guess.sample = sample(bytes, whole, decoded.encoding);
    if decoded.text.trim().is_empty() {
        findings.missing("rows", "the file is empty");
        return None;
    }
    Some((decoded, has_mark))
}

/// The bytes to the last whole line.
fn sample(mut bytes: Vec<u8>, whole: bool, encoding: Encoding) -> Vec<u8> {
    if whole {
        return bytes;
    }
    let end = if encoding == Encoding::Utf16 {
        let is_end = |pair: &[u8]| matches!(pair, [b'\n', 0] | [0, b'\n']);
        let pairs: Vec<&[u8]> = bytes.chunks_exact(2).collect();
        pairs.iter().rposition(|pair| is_end(pair)).map_or(0, |at| 2 * at + 2)
    } else {
        bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1)
    };
    bytes.truncate(end);
    bytes
}
