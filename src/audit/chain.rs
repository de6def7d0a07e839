//! Events → the lines of a hash chain, and back: each line names the digest of the line before,
//! so an edit, a removal or a reordering anywhere but at the very end shows in the next line.
//!
//! A line is one JSON object with its keys in a fixed order, `seq`, `time`, `chain`, `prev`,
//! `event`, then what the event says. The hash of a record is the SHA-256 of its line without the
//! newline; the first record of a chain names 64 zeros.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Event;
use crate::domain::{Digest, Instant};

/// The longest line that is written or read. The longest event, a hold that names every missing
/// day of hundreds of channels, stays far below.
pub const LINE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What the first record of a chain names as the record before it.
const NOTHING_BEFORE: Digest = Digest::from_bytes([0; 32]);

/// The newest record of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainHead {
    /// Its number; the first record has 1.
    pub seq: u64,
    /// The SHA-256 of its line, without the newline.
    pub hash: Digest,
}

/// One line of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its number; the first record has 1.
    pub seq: u64,
    /// When it was written.
    pub time: Instant,
    /// The chain that it belongs to: an account's id, or [`super::DAEMON_CHAIN`].
    pub chain: String,
    /// The hash of the record before.
    pub prev: Digest,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

impl Record {
    /// Reads one line, without its newline. The error says what is wrong with it.
    pub fn decode(line: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(line).map_err(|error| error.to_string())
    }
}

/// What every record has, whatever it tells; so that a chain can be checked by a program that
/// does not know all of its events.
#[derive(Debug, Deserialize)]
struct Envelope {
    seq: u64,
    #[serde(rename = "time")]
    _time: Instant,
    chain: String,
    prev: Digest,
    #[serde(rename = "event")]
    kind: String,
}

/// The line that records `event` as the next one after `head`, newline included, and the head
/// that the chain then has.
pub fn encode(
    chain: &str,
    head: Option<ChainHead>,
    time: Instant,
    event: &Event,
) -> (Vec<u8>, ChainHead) {
    let record = Record {
        seq: head.map_or(1, |head| head.seq.saturating_add(1)),
        time,
        chain: chain.to_owned(),
        prev: head.map_or(NOTHING_BEFORE, |head| head.hash),
        event: event.clone(),
    };
    let mut line = serde_json::to_vec(&record).expect("a record has text keys and plain values");
    let head = ChainHead { seq: record.seq, hash: Digest::of(&line) };
    line.push(b'\n');
    (line, head)
}

/// What is wrong with a chain, and in which line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
pub struct ChainFault {
    /// The line, counted from 1.
    pub line: u64,
    /// What is wrong.
    pub what: ChainFaultKind,
}

/// What can be wrong with a line of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChainFaultKind {
    /// It can't be read.
    #[error("not a record: {reason}")]
    NotARecord {
        /// What the reader stumbled over.
        reason: String,
    },
    /// It has no newline at its end.
    #[error("the line is torn: its end is missing")]
    Torn,
    /// It is longer than any record may be.
    #[error("longer than {LINE_BYTES_MAX} bytes")]
    TooLong,
    /// It belongs to another chain.
    #[error("the record belongs to chain {found:?}, not to {expected:?}")]
    OtherChain {
        /// The chain that it names.
        found: String,
        /// The chain that is read.
        expected: String,
    },
    /// Its number does not follow.
    #[error("the record has number {found}, expected {expected}: one is missing or out of place")]
    OutOfSequence {
        /// The number that it has.
        found: u64,
        /// The number that follows on the record before.
        expected: u64,
    },
    /// It names another record as the one before it.
    #[error(
        "the record names {found} as the one before it, which has {expected}: one of them was changed"
    )]
    Unlinked {
        /// The hash that it names.
        found: Digest,
        /// The hash of the record before.
        expected: Digest,
    },
}

/// A walk along a chain, line by line.
#[derive(Debug, Clone)]
pub struct Walk {
    chain: String,
    after: After,
    line: u64,
}

/// What a walk knows of the record before.
#[derive(Debug, Clone, Copy)]
enum After {
    /// There is none.
    Nothing,
    /// It is this one.
    Record(ChainHead),
    /// Nothing is known: the next line is taken at its word.
    Unknown,
}

/// A line that a walk has passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Number and hash of the record.
    pub head: ChainHead,
    /// The hash that it names as the one before.
    pub prev: Digest,
    /// The name of its event ("published").
    pub kind: String,
}

impl Walk {
    /// A walk from the first line of `chain`, or after `head`. Line `n` of a log holds record
    /// `n`, so that its faults name lines of the log.
    pub fn after(chain: &str, head: Option<ChainHead>) -> Self {
        let line = head.map_or(0, |head| head.seq);
        let after = head.map_or(After::Nothing, After::Record);
        Self { chain: chain.to_owned(), after, line }
    }

    /// A walk along a piece of `chain` that may begin anywhere; faults name lines of the piece.
    pub fn piece(chain: &str) -> Self {
        Self { chain: chain.to_owned(), after: After::Unknown, line: 0 }
    }

    /// Takes the next line, without its newline.
    ///
    /// After a fault the walk goes on from the line at fault, if that is a record at all: what is
    /// wrong further on is then found as well, instead of every line being reported.
    pub fn step(&mut self, line: &[u8]) -> Result<Step, ChainFault> {
        self.line += 1;
        self.check(line).map_err(|what| ChainFault { line: self.line, what })
    }

    /// The number of lines taken so far, or of the line in the log.
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// The number that the line taken last gives itself, if that was a record at all.
    pub const fn seq(&self) -> Option<u64> {
        match self.after {
            After::Record(head) => Some(head.seq),
            After::Nothing | After::Unknown => None,
        }
    }

    fn check(&mut self, line: &[u8]) -> Result<Step, ChainFaultKind> {
        let before = std::mem::replace(&mut self.after, After::Unknown);
        if line.len() >= LINE_BYTES_MAX {
            return Err(ChainFaultKind::TooLong);
        }
        let envelope: Envelope = serde_json::from_slice(line)
            .map_err(|error| ChainFaultKind::NotARecord { reason: error.to_string() })?;
        let head = ChainHead { seq: envelope.seq, hash: Digest::of(line) };
        self.after = After::Record(head);
        if envelope.chain != self.chain {
            return Err(ChainFaultKind::OtherChain {
                found: envelope.chain,
                expected: self.chain.clone(),
            });
        }
        let (seq, prev) = match before {
            After::Nothing => (1, NOTHING_BEFORE),
            After::Record(head) => (head.seq.saturating_add(1), head.hash),
            After::Unknown if envelope.seq == 1 => (1, NOTHING_BEFORE),
            After::Unknown => (envelope.seq, envelope.prev),
        };
        if envelope.seq != seq {
            return Err(ChainFaultKind::OutOfSequence { found: envelope.seq, expected: seq });
        }
        if envelope.prev != prev {
            return Err(ChainFaultKind::Unlinked { found: envelope.prev, expected: prev });
        }
        Ok(Step { head, prev, kind: envelope.kind })
    }
}

/// The lines of `log` without their newlines, each with whether it had one.
pub fn lines(log: &[u8]) -> impl Iterator<Item = (&[u8], bool)> {
    log.split_inclusive(|&byte| byte == b'\n').map(|line| match line {
        [line @ .., b'\n'] => (line, true),
        torn => (torn, false),
    })
}

/// Checks `log`, the lines of `chain` from its beginning or after `from`. Returns its head, which
/// is `from` where there are no lines. An edit of the very last line shows only to whoever knows
/// the head that must come out.
pub fn verify(
    chain: &str,
    log: &[u8],
    from: Option<ChainHead>,
) -> Result<Option<ChainHead>, ChainFault> {
    let mut walk = Walk::after(chain, from);
    let mut head = from;
    for (line, ended) in lines(log) {
        head = Some(whole(&mut walk, line, ended)?.head);
    }
    Ok(head)
}

/// A piece of a chain that holds together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The number of its first record.
    pub first_seq: u64,
    /// The hash that its first record names as the one before.
    pub prev: Digest,
    /// Its last record.
    pub head: ChainHead,
}

impl Piece {
    /// Whether it begins where the chain begins.
    pub fn begins_the_chain(&self) -> bool {
        self.first_seq == 1
    }

    /// Whether it goes on right after `head`.
    pub fn follows(&self, head: ChainHead) -> bool {
        self.prev == head.hash && Some(self.first_seq) == head.seq.checked_add(1)
    }
}

/// Checks `log` as a piece of `chain` that may begin anywhere; `None`: it has no lines.
pub fn verify_piece(chain: &str, log: &[u8]) -> Result<Option<Piece>, ChainFault> {
    let mut walk = Walk::piece(chain);
    let mut piece: Option<Piece> = None;
    for (line, ended) in lines(log) {
        let Step { head, prev, .. } = whole(&mut walk, line, ended)?;
        piece = Some(match piece {
            Some(piece) => Piece { head, ..piece },
            None => Piece { first_seq: head.seq, prev, head },
        });
    }
    Ok(piece)
}

fn whole(walk: &mut Walk, line: &[u8], ended: bool) -> Result<Step, ChainFault> {
    let step = walk.step(line)?;
    if ended { Ok(step) } else { Err(ChainFault { line: walk.line(), what: ChainFaultKind::Torn }) }
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;
