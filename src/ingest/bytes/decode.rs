//! Bytes in a declared encoding → UTF-8, streaming. What is no text in the encoding is a fault at
//! its place; nothing is ever replaced.

use std::io::{self, BufRead, ErrorKind, Read};

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::ByteFault;
use crate::domain::source::Encoding;
use crate::ingest::fault::{Fault, FaultReason};
use crate::ingest::foreign;

/// Bytes of text that are decoded at a time.
const TEXT_BYTES: usize = 16 * 1024;

/// How the bytes of a file are read as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ingest) enum Coding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
    Latin1,
}

impl Coding {
    /// By the byte order mark, then by what the source says; or why it is neither.
    pub(super) fn of(head: &[u8], declared: Encoding) -> Result<Self, Box<Fault>> {
        let marked = match head {
            [0xEF, 0xBB, 0xBF, ..] => Some(Self::Utf8),
            [0xFF, 0xFE, ..] => Some(Self::Utf16Le),
            [0xFE, 0xFF, ..] => Some(Self::Utf16Be),
            _ => None,
        };
        match (declared, marked) {
            (Encoding::Utf8 | Encoding::Utf16, Some(marked)) => Ok(marked),
            (Encoding::Utf8, None) => foreign(head).map_or(Ok(Self::Utf8), Err),
            (Encoding::Utf16, None) => match head {
                // The zeros of its first letters leave no doubt about the order.
                [0, 1..=255, 0, 1..=255, ..] => Ok(Self::Utf16Be),
                _ if head.contains(&0) || head.is_empty() => Ok(Self::Utf16Le),
                _ => {
                    let fault = foreign::binary(head).map(|it| Box::new(foreign::fault(it)));
                    Err(fault.unwrap_or_else(|| other(declared, "text of single bytes")))
                }
            },
            (Encoding::Windows1252 | Encoding::Latin1, Some(marked)) => {
                let found = if marked == Self::Utf8 {
                    "text in UTF-8, by its byte order mark"
                } else {
                    "text in UTF-16, by its byte order mark"
                };
                Err(other(declared, found))
            }
            (Encoding::Windows1252, None) => foreign(head).map_or(Ok(Self::Windows1252), Err),
            (Encoding::Latin1, None) => foreign(head).map_or(Ok(Self::Latin1), Err),
        }
    }
}

/// Bytes that are no text of single bytes; UTF-16 among them has no byte order mark.
fn foreign(head: &[u8]) -> Option<Box<Fault>> {
    let what = foreign::binary(head).or_else(|| foreign::utf_16(head))?;
    Some(Box::new(foreign::fault(what)))
}

fn other(declared: Encoding, found: &'static str) -> Box<Fault> {
    let expected = match declared {
        Encoding::Utf8 => "utf-8",
        Encoding::Utf16 => "utf-16",
        Encoding::Windows1252 => "windows-1252",
        Encoding::Latin1 => "latin-1",
    };
    let fault = Fault::of_file(FaultReason::OtherEncoding { found, expected });
    Box::new(fault.with_hint("correct encoding of this source, or leave it out for UTF-8"))
}

/// The text of an input.
pub(super) struct Decoded<R> {
    input: R,
    decoder: Option<Decoder>,
    text: Vec<u8>,
    at: usize,
    end: usize,
    fault: Option<FaultReason>,
    ended: bool,
}

impl<R: BufRead> Decoded<R> {
    pub(super) fn new(input: R, coding: Coding) -> Self {
        let encoding = match coding {
            Coding::Utf16Le => Some(UTF_16LE),
            Coding::Utf16Be => Some(UTF_16BE),
            Coding::Windows1252 => Some(WINDOWS_1252),
            Coding::Utf8 | Coding::Latin1 => None,
        };
        let decoder = encoding.map(encoding_rs::Encoding::new_decoder_without_bom_handling);
        let text = vec![0; TEXT_BYTES];
        Self { input, decoder, text, at: 0, end: 0, fault: None, ended: false }
    }

    /// Decodes the next bytes: `text` is then what they are, and maybe empty.
    fn decode(&mut self) -> io::Result<()> {
        let bytes = self.input.fill_buf()?;
        let is_last = bytes.is_empty();
        let (read, written) = match &mut self.decoder {
            None => encoding_rs::mem::convert_latin1_to_utf8_partial(bytes, &mut self.text),
            Some(decoder) => {
                let (result, read, written) =
                    decoder.decode_to_utf8_without_replacement(bytes, &mut self.text, is_last);
                if let DecoderResult::Malformed(malformed, _) = result {
                    self.fault = Some(not_utf16(malformed));
                }
                self.ended = is_last && result == DecoderResult::InputEmpty;
                (read, written)
            }
        };
        self.ended |= is_last && self.decoder.is_none();
        self.input.consume(read);
        (self.at, self.end) = (0, written);
        Ok(())
    }
}

/// Only UTF-16 can be malformed: each byte is a character in the others.
fn not_utf16(malformed: u8) -> FaultReason {
    let what = if malformed.is_multiple_of(2) {
        "one half of a pair of surrogates stands alone"
    } else {
        "it ends in half a character"
    };
    FaultReason::NotUtf16 { what }
}

impl<R: BufRead> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at == self.end && !self.ended {
            if let Some(reason) = &self.fault {
                return Err(ByteFault::error(reason.clone()));
            }
            match self.decode() {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => other?,
            }
        }
        Ok(&self.text[self.at..self.end])
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}
