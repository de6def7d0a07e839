//! The first bytes of a file → the first bytes of its text, unpacked where they are compressed. It
//! never unpacks more than it was asked for.

use crate::ingest::bytes::{BEHIND_ITS_END, Members};
use crate::ingest::foreign;

/// What the bytes of a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// Nothing was packed.
    Plain,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

/// The start of a file's text.
#[derive(Debug)]
pub(super) struct Unpacked {
    pub bytes: Vec<u8>,
    /// Whether these are all bytes of the text.
    pub whole: bool,
    pub packing: Packing,
    /// What is wrong behind these bytes: what it is, and what to do.
    pub damage: Option<Foreign>,
}

/// The largest window that zstd may ask for, as a power of two: 8 MiB, its highest usual level.
const WINDOW_LOG_MAX: u32 = 23;

/// Why there is no text: what the file is, and what to do.
pub(super) type Foreign = (&'static str, &'static str);

/// The text's bytes, at most `bytes_max` of them.
pub(super) fn unpack(head: &[u8], whole: bool, bytes_max: usize) -> Result<Unpacked, Foreign> {
    match head {
        [0x1F, 0x8B, ..] => bounded(Members::new(head), Packing::Gzip, whole, bytes_max)
            .ok_or(("damaged gzip data", "compress it again")),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => zstd::stream::read::Decoder::with_buffer(head)
            .ok()
            .and_then(|mut decoder| {
                decoder.window_log_max(WINDOW_LOG_MAX).ok()?;
                bounded(decoder, Packing::Zstd, whole, bytes_max)
            })
            .ok_or(("damaged zstd data", "compress it again")),
        _ if let Some(foreign) = foreign::binary(head) => Err(foreign),
        _ => {
            let is_cut = head.len() > bytes_max;
            let bytes = head[..head.len().min(bytes_max)].to_vec();
            let (whole, packing) = (whole && !is_cut, Packing::Plain);
            Ok(Unpacked { bytes, whole, packing, damage: None })
        }
    }
}

/// What can be unpacked of a stream, whose input is `whole` or may end anywhere; `None` where nothing
/// can.
fn bounded(
    mut input: impl std::io::Read,
    packing: Packing,
    whole: bool,
    bytes_max: usize,
) -> Option<Unpacked> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 8192];
    while bytes.len() <= bytes_max {
        match input.read(&mut chunk) {
            Ok(0) => return Some(Unpacked { bytes, whole, packing, damage: None }),
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
            Err(_) if bytes.is_empty() => return None,
            Err(error) => {
                let damage = whole.then(|| damage(&error));
                return Some(Unpacked { bytes, whole: false, packing, damage });
            }
        }
    }
    bytes.truncate(bytes_max);
    Some(Unpacked { bytes, whole: false, packing, damage: None })
}

fn damage(error: &std::io::Error) -> Foreign {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => ("it ends too early", "send it again, whole"),
        _ if is_behind_its_end(error) => (BEHIND_ITS_END, "compress the export again, by itself"),
        _ => ("it is damaged", "compress it again"),
    }
}

/// Bytes that begin no other part of the archive.
fn is_behind_its_end(error: &std::io::Error) -> bool {
    let text = error.to_string();
    text == BEHIND_ITS_END || text == "Unknown frame descriptor"
}
