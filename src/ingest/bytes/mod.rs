//! The bytes of a file as a sender wrote them → its text in UTF-8, streaming and bounded: unpacks,
//! takes byte order marks off, decodes. It never replaces what it can't read.
//!
//! ```text
//! input ─► unpack (.gz, .zst) ─► encoding, foreign bytes ─► decode ─► text
//! ```

mod decode;
mod headed;
mod members;
mod unpack;

#[cfg(test)]
mod tests;

use std::io::{self, BufRead, BufReader, Read};

use super::fault::{Fault, FaultReason};
use super::grammar::Grammar;
use super::structure::{StructureFault, structure_fault};
use crate::domain::{Limits, Source};
pub(super) use decode::Coding;
pub(super) use members::{BEHIND_ITS_END, Members};

use decode::Decoded;
use headed::Headed;
use unpack::{Metered, Packing, Unpacked, inside};

/// Bytes of a file's beginning that are kept to tell what it is, should it not be what the source
/// expects: a preamble of some lines fits.
const HEAD_BYTES: usize = 8 * 1024;

/// A file whose text can be read.
pub(super) struct Opened<'a, R> {
    /// The beginning of the text, in UTF-8 unless the file is at fault, without byte order marks.
    pub head: Vec<u8>,
    /// All of the text, in UTF-8 unless the file is at fault, without byte order marks.
    pub text: Text<'a, R>,
    /// How its records are written.
    pub grammar: Grammar,
}

/// The text of a file.
pub(super) enum Text<'a, R> {
    /// As it stands in the file.
    Plain(Headed<R>),
    /// Unpacked or decoded.
    Made(Headed<Box<dyn BufRead + 'a>>),
}

/// What is wrong with the bytes of a file, on its way through the readers' errors.
#[derive(Debug, thiserror::Error)]
#[error("the file {0}")]
struct ByteFault(FaultReason);

impl ByteFault {
    fn error(reason: FaultReason) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, Self(reason))
    }
}

/// Reads out of the buffer that `input` has, or fills.
fn read_buffered(input: &mut impl BufRead, buffer: &mut [u8]) -> io::Result<usize> {
    let available = input.fill_buf()?;
    let count = available.len().min(buffer.len());
    buffer[..count].copy_from_slice(&available[..count]);
    input.consume(count);
    Ok(count)
}

/// What an error of a [`Text`] says about the file; the error itself where it is the machine's.
pub(super) fn file_fault(error: io::Error) -> io::Result<FaultReason> {
    error.downcast::<ByteFault>().map(|ByteFault(reason)| reason)
}

/// Opens the text of a file: the outer error is the machine's, the inner the file's. What is wrong
/// further inside comes out of the text as an error that [`file_fault`] can tell.
pub(super) fn open<'a, R: BufRead + 'a>(
    input: R,
    file_name: &str,
    source: &Source,
    limits: Limits,
) -> io::Result<Result<Opened<'a, R>, Fault>> {
    let input = Headed::new(input, HEAD_BYTES)?;
    let mut grammar = Grammar::of(source, limits);
    if let Some(packing) = Packing::of(file_name) {
        if let Some(fault) = packing.foreign(input.head()) {
            return Ok(Err(fault));
        }
        let input = Metered::new(input, limits.bytes_max);
        let unpacked = Unpacked::new(packing, input, limits.unpacked_bytes_max)?;
        let unpacked: Box<dyn BufRead + 'a> = Box::new(BufReader::new(unpacked));
        let unpacked = Headed::new(unpacked, HEAD_BYTES)?;
        let coding = match Coding::of(unpacked.head(), source.encoding) {
            Ok(coding) => coding,
            Err(fault) => return Ok(Err(unless_damaged(&unpacked, inside(*fault)))),
        };
        grammar.made_of(coding);
        return match coding {
            Coding::Utf8 => Ok(Ok(Opened::made(unpacked, grammar))),
            _ => made(Decoded::new(unpacked, coding), grammar).map(Ok),
        };
    }
    let coding = match Coding::of(input.head(), source.encoding) {
        Ok(coding) => coding,
        Err(fault) => return Ok(Err(*fault)),
    };
    if coding != Coding::Utf8 {
        grammar.made_of(coding);
        let input = Metered::new(input, limits.bytes_max);
        return made(Decoded::new(input, coding), grammar).map(Ok);
    }
    let mut input = input;
    input.skip_byte_order_marks();
    Ok(Ok(Opened { head: input.head().to_vec(), text: Text::Plain(input), grammar }))
}

fn made<'a, R>(text: impl BufRead + 'a, grammar: Grammar) -> io::Result<Opened<'a, R>> {
    let text: Box<dyn BufRead + 'a> = Box::new(text);
    Ok(Opened::made(Headed::new(text, HEAD_BYTES)?, grammar))
}

/// What an archive holds is not judged where its damage shows already.
fn unless_damaged<R>(input: &Headed<R>, fault: Fault) -> Fault {
    let Some(reason) = input.file_fault() else { return fault };
    structure_fault(&StructureFault { line: 1, field: None, reason, is_last: true })
}

impl<'a, R> Opened<'a, R> {
    fn made(mut text: Headed<Box<dyn BufRead + 'a>>, grammar: Grammar) -> Self {
        text.skip_byte_order_marks();
        Self { head: text.head().to_vec(), text: Text::Made(text), grammar }
    }
}

impl<R: BufRead> Read for Text<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(text) => text.read(buffer),
            Self::Made(text) => text.read(buffer),
        }
    }
}

impl<R: BufRead> BufRead for Text<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self {
            Self::Plain(text) => text.fill_buf(),
            Self::Made(text) => text.fill_buf(),
        }
    }

    fn consume(&mut self, count: usize) {
        match self {
            Self::Plain(text) => text.consume(count),
            Self::Made(text) => text.consume(count),
        }
    }
}
