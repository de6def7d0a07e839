//! The bytes of a text → the text, with the encoding that they show or are suspected to have.
//! It replaces nothing: bytes that the encoding can't hold are said, and there is no text.

use super::finding::Findings;
use crate::domain::source::Encoding;

/// The text of a file, and what its encoding is called in a source.
#[derive(Debug)]
pub(super) struct Decoded {
    pub text: String,
    pub encoding: Encoding,
}

/// The bytes 0x80 to 0x9F of Windows-1252; `None` for the five that it doesn't have.
const WINDOWS_1252: [Option<char>; 32] = [
    Some('€'),
    None,
    Some('‚'),
    Some('ƒ'),
    Some('„'),
    Some('…'),
    Some('†'),
    Some('‡'),
    Some('ˆ'),
    Some('‰'),
    Some('Š'),
    Some('‹'),
    Some('Œ'),
    None,
    Some('Ž'),
    None,
    None,
    Some('‘'),
    Some('’'),
    Some('“'),
    Some('”'),
    Some('•'),
    Some('–'),
    Some('—'),
    Some('˜'),
    Some('™'),
    Some('š'),
    Some('›'),
    Some('œ'),
    None,
    Some('ž'),
    Some('Ÿ'),
];

/// Characters shown around the first one that isn't ASCII.
const AROUND: usize = 12;

/// The text of `bytes`; `None` where something is missing to read it, which is then said.
pub(super) fn decode(bytes: &[u8], whole: bool, findings: &mut Findings) -> Option<Decoded> {
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        let Some(text) = utf_8(rest, whole) else {
            findings.missing("encoding", "the byte order mark says UTF-8, but the bytes are not");
            return None;
        };
        findings.certain("encoding", "UTF-8, by its byte order mark");
        return Some(Decoded { text, encoding: Encoding::Utf8 });
    }
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        let is_little = bytes[0] == 0xFF;
        let Some(text) = utf_16(&bytes[2..], is_little, whole) else {
            findings.missing("encoding", "the byte order mark says UTF-16, but the bytes are not");
            return None;
        };
        let order = if is_little { "little-endian" } else { "big-endian" };
        findings.certain("encoding", format!("UTF-16, {order}, by its byte order mark"));
        return Some(Decoded { text, encoding: Encoding::Utf16 });
    }
    if bytes.contains(&0) {
        return without_mark(bytes, whole, findings);
    }
    if let Some(text) = utf_8(bytes, whole) {
        let what = if text.is_ascii() {
            "ASCII, which is UTF-8 too"
        } else {
            "valid UTF-8, which text of another encoding hardly ever is"
        };
        findings.certain("encoding", what);
        return Some(Decoded { text, encoding: Encoding::Utf8 });
    }
    single_bytes(bytes, findings)
}

/// UTF-8; of a text that goes on, the last character may be incomplete.
fn utf_8(bytes: &[u8], whole: bool) -> Option<String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(error) if !whole && error.error_len().is_none() => {
            Some(String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned())
        }
        Err(_) => None,
    }
}

fn utf_16(bytes: &[u8], is_little: bool, whole: bool) -> Option<String> {
    if whole && !bytes.len().is_multiple_of(2) {
        return None;
    }
    let units = bytes.chunks_exact(2).map(|pair| {
        let pair = [pair[0], pair[1]];
        if is_little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
    });
    let mut text = String::new();
    let count = bytes.len() / 2;
    let mut seen = 0;
    for decoded in char::decode_utf16(units) {
        seen += 1;
        match decoded {
            Ok(character) => text.push(character),
            Err(_) if !whole && seen + 1 >= count => break,
            Err(_) => return None,
        }
    }
    Some(text)
}

/// UTF-16 without a mark shows itself by zeros in every second place.
fn without_mark(bytes: &[u8], whole: bool, findings: &mut Findings) -> Option<Decoded> {
    let zeros =
        |start: usize| bytes.iter().skip(start).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let most = bytes.len() / 4;
    for (is_little, many, few, order) in
        [(true, odd, even, "little-endian"), (false, even, odd, "big-endian")]
    {
        if many > most
            && few * 20 < many
            && is_text(utf_16(bytes, is_little, whole))
            && let Some(text) = utf_16(bytes, is_little, whole)
        {
            findings.open(
                "encoding",
                format!(
                    "UTF-16 without a byte order mark, suspected by the zeros in every second byte; \
                     read as {order}"
                ),
                &[],
            );
            return Some(Decoded { text, encoding: Encoding::Utf16 });
        }
    }
    findings.missing("encoding", "the file holds zero bytes and is no text");
    None
}

/// Whether there is a text, and none of its characters is one that texts don't have.
fn is_text(text: Option<String>) -> bool {
    let fits = |it: char| !it.is_control() || matches!(it, '\t' | '\r' | '\n');
    text.is_some_and(|text| text.chars().all(fits))
}

/// Neither UTF-8 nor UTF-16: an encoding of one byte a character, which nothing in a file names.
fn single_bytes(bytes: &[u8], findings: &mut Findings) -> Option<Decoded> {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        let character = match byte {
            0x80..=0x9F => WINDOWS_1252[usize::from(byte - 0x80)],
            _ => Some(char::from(byte)),
        };
        let Some(character) = character else {
            findings.missing(
                "encoding",
                format!(
                    "it is not UTF-8, and byte 0x{byte:02X} has no meaning in Windows-1252: save the \
                     file as UTF-8"
                ),
            );
            return None;
        };
        text.push(character);
    }
    let high = bytes.iter().filter(|byte| (0x80..=0x9F).contains(*byte)).count();
    let why = if high > 0 {
        format!(
            "{high} bytes between 0x80 and 0x9F are letters and signs in Windows-1252, and control \
             characters in Latin-1"
        )
    } else {
        "Windows-1252 and Latin-1 read it alike".to_owned()
    };
    findings.open(
        "encoding",
        format!(
            "not UTF-8; Windows-1252 is suspected: {why}. Other code pages can't be excluded: is \
             \"{}\" right?",
            around_first(&text)
        ),
        &[],
    );
    Some(Decoded { text, encoding: Encoding::Windows1252 })
}

/// What stands around the first character that isn't ASCII, in its line.
fn around_first(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let at = characters.iter().position(|it| !it.is_ascii()).unwrap_or(0);
    let is_end = |&it: &char| matches!(it, '\n' | '\r');
    let start = characters[..at].iter().rposition(is_end).map_or(0, |end| end + 1);
    let start = start.max(at.saturating_sub(AROUND));
    let shown = characters[start..].iter().take_while(|it| !is_end(it)).take(2 * AROUND + 1);
    shown.collect()
}
