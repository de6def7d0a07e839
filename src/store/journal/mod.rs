//! One chain's log on the disk: events → durable lines, and back. A line is durable before its
//! effect becomes visible; a line that a crash tore is cut, and the cut recorded; anything else
//! that is wrong is reported and never written over.
//!
//! The ledger names the newest record that it knows (the *acknowledged* one). Records after it
//! announced effects that may not have happened: they are handed to whoever opens the log.

mod backward;
mod times;
mod verify;

pub use times::{Reach, clock_accepted_after, reach};
pub use verify::{each_record, verify_all};

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt as _, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use self::backward::{Line, LinesBackward};
use super::StoreError;
use super::outbox::durable::{machine, sync_folder};
use crate::audit::chain::{
    self, ChainFault, ChainFaultKind, ChainHead, LINE_BYTES_MAX, Record, Walk,
};
use crate::audit::event::Event;
use crate::domain::{Digest, Instant};

/// How many records may follow the acknowledged one. A unit of work appends a few; more than this
/// means that ledger and log are not of one time.
const PENDING_MAX: usize = 100_000;

/// What to do about a log that does not fit the ledger.
const HINT: &str = "nothing was changed; restore state and ledger from the same backup, or ask \
                    `budgetd audit verify` what differs";

/// The open log of one chain, for appending. The caller holds the lock of a unit of work.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    chain: String,
    head: Option<ChainHead>,
    len: u64,
    failed: bool,
}

/// What the log holds beyond what the ledger knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The records after the acknowledged one, the cut of a torn line included.
    pub records: Vec<Record>,
    /// What was cut from the end, where a crash had torn the last line.
    pub torn: Option<TornLine>,
}

/// What was cut from the end of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TornLine {
    /// How many bytes.
    pub bytes: u64,
    /// Their digest.
    pub sha256: Digest,
}

impl Journal {
    /// Opens the log of `chain`, or makes an empty one where the ledger knows none.
    ///
    /// Reads only from the acknowledged record on. If a crash tore the last line, that is cut and
    /// the cut is recorded with the time `now`. A log without the acknowledged record, or with
    /// anything else wrong after it, is [`StoreError::Damaged`] and stays as it is.
    pub fn open(
        path: &Path,
        chain: &str,
        acknowledged: Option<ChainHead>,
        now: Instant,
    ) -> Result<(Self, Pending), StoreError> {
        let file = match open_existing(path)? {
            Some(file) => file,
            None if acknowledged.is_none() => create(path)?,
            None => return Err(damaged(path, "the audit log is missing".to_owned())),
        };
        let len = file.metadata().map_err(machine("look at the audit log", path))?.len();
        let begin = match acknowledged {
            Some(head) => after_acknowledged(&file, path, len, head)?,
            None => 0,
        };
        if acknowledged.is_none() {
            // Whoever made the log may have been killed before its name was durable.
            path.parent().map_or(Ok(()), sync_folder)?;
        }
        let tail = read_tail(&file, path, chain, acknowledged, begin, len)?;
        let path = path.to_owned();
        let chain = chain.to_owned();
        let mut journal = Self { file, path, chain, head: tail.head, len, failed: false };
        let mut records = tail.records;
        let cut = tail.torn_from.map(|from| journal.cut(from, now)).transpose()?;
        let torn = cut.map(|(torn, record)| {
            records.push(record);
            torn
        });
        Ok((journal, Pending { records, torn }))
    }

    /// The newest record.
    pub const fn head(&self) -> Option<ChainHead> {
        self.head
    }

    /// Records `event` as of `time`: one write, durable when this returns.
    ///
    /// After a failure it is unknown what the disk holds, so that every further call fails until
    /// the log has been opened again.
    pub fn append(&mut self, time: Instant, event: &Event) -> Result<ChainHead, StoreError> {
        self.check_untouched()?;
        let (line, head) = chain::encode(&self.chain, self.head, time, event);
        if line.len() > LINE_BYTES_MAX {
            return Err(StoreError::Refused {
                what: format!("a record of {} bytes is longer than {LINE_BYTES_MAX}", line.len()),
                path: self.path.clone(),
                hint: "the event names more than a log line may hold".to_owned(),
            });
        }
        self.write_durably(&line)?;
        self.len += line.len() as u64;
        self.head = Some(head);
        Ok(head)
    }

    /// The lines after record `after`, or all, byte for byte: a bundle's `audit.jsonl`.
    pub fn records_since(&self, after: Option<u64>) -> Result<Vec<u8>, StoreError> {
        let begin = match after {
            Some(after) => self.end_of_record(after)?,
            None => 0,
        };
        self.read_from(begin).map_err(machine("read the audit log", &self.path))
    }

    /// The number of the record that announces the bundle with this manifest, the newest one if
    /// there are several.
    pub fn publication_of(&self, manifest: Digest) -> Result<Option<u64>, StoreError> {
        let named = manifest.to_string();
        let mut lines = LinesBackward::new(&self.file, self.len, LINE_BYTES_MAX);
        while let Some(line) = self.line_before(&mut lines)? {
            if !contains(&line.bytes, named.as_bytes()) {
                continue;
            }
            let record = Record::decode(&line.bytes)
                .map_err(|reason| damaged(&self.path, format!("not a record: {reason}")))?;
            if matches!(record.event, Event::Published { manifest: found, .. } if found == manifest)
            {
                return Ok(Some(record.seq));
            }
        }
        Ok(None)
    }

    /// One log has one writer: if its end is no longer where this one left it, or it was removed,
    /// nothing may be written behind it.
    fn check_untouched(&self) -> Result<(), StoreError> {
        let look = "look at the audit log";
        if self.failed {
            let source = std::io::Error::other("an earlier write failed; open the log again");
            return Err(machine("append to the audit log", &self.path)(source));
        }
        let metadata = self.file.metadata().map_err(machine(look, &self.path))?;
        if metadata.nlink() == 0 {
            return Err(damaged(&self.path, "the audit log was removed".to_owned()));
        }
        if metadata.len() != self.len {
            return Err(StoreError::Busy { path: self.path.clone() });
        }
        Ok(())
    }

    fn write_durably(&mut self, line: &[u8]) -> Result<(), StoreError> {
        // Assumed until the disk has said otherwise: a write that is cut short leaves a torn line,
        // which is cut when the log is opened again.
        self.failed = true;
        let mut write = || {
            let written = self.file.write(line)?;
            if written < line.len() {
                return Err(ErrorKind::WriteZero.into());
            }
            self.file.sync_data()
        };
        write().map_err(machine("append to the audit log", &self.path))?;
        self.failed = false;
        Ok(())
    }

    /// Puts the record of the cut in the place of the torn line. What is left of a longer one goes
    /// afterwards: killed in between, it is one more torn line, and no cut goes unrecorded.
    fn cut(&mut self, from: u64, now: Instant) -> Result<(TornLine, Record), StoreError> {
        let what = "cut a torn line off the audit log";
        let torn = self.read_from(from).map_err(machine(what, &self.path))?;
        let torn = TornLine { bytes: torn.len() as u64, sha256: Digest::of(&torn) };
        let event = Event::TornLineCut { bytes: torn.bytes, sha256: torn.sha256 };
        let (line, head) = chain::encode(&self.chain, self.head, now, &event);
        let record = Record::decode(line.trim_ascii_end()).expect("what was encoded decodes");
        let end = from + line.len() as u64;
        let replace = || {
            // Another handle, since this one writes at the end only.
            let file = OpenOptions::new()
                .write(true)
                .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
                .open(&self.path)?;
            file.write_all_at(&line, from)?;
            file.sync_data()?;
            self.file.set_len(end)?;
            self.file.sync_data()
        };
        replace().map_err(machine(what, &self.path))?;
        self.len = end;
        self.head = Some(head);
        Ok((torn, record))
    }

    fn read_from(&self, begin: u64) -> std::io::Result<Vec<u8>> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(begin))?;
        let mut bytes = Vec::new();
        file.take(self.len - begin).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn end_of_record(&self, seq: u64) -> Result<u64, StoreError> {
        let mut lines = LinesBackward::new(&self.file, self.len, LINE_BYTES_MAX);
        while let Some(line) = self.line_before(&mut lines)? {
            match seq_of(&line.bytes) {
                Some(found) if found > seq => {}
                Some(found) if found == seq => return Ok(line.end),
                _ => break,
            }
        }
        if seq == 0 {
            return Ok(0);
        }
        Err(damaged(&self.path, format!("the audit log does not have record {seq}")))
    }

    fn line_before(&self, lines: &mut LinesBackward<'_>) -> Result<Option<Line>, StoreError> {
        lines.next().map_err(|error| unreadable(&self.path, error))
    }
}

fn open_existing(path: &Path) -> Result<Option<File>, StoreError> {
    let opened = OpenOptions::new()
        .read(true)
        .append(true)
        .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
        .open(path);
    match opened {
        Ok(file) => {
            let metadata = file.metadata().map_err(machine("look at the audit log", path))?;
            if metadata.is_file() {
                Ok(Some(file))
            } else {
                Err(damaged(path, "the audit log is not a regular file".to_owned()))
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(machine("open the audit log", path)(error)),
    }
}

fn create(path: &Path) -> Result<File, StoreError> {
    let create = || {
        let file =
            OpenOptions::new().read(true).append(true).create_new(true).mode(0o600).open(path)?;
        file.set_permissions(PermissionsExt::from_mode(0o600))?;
        file.sync_all()?;
        Ok(file)
    };
    let file = create().map_err(machine("make the audit log", path))?;
    path.parent().map_or(Ok(()), sync_folder)?;
    Ok(file)
}

/// Where the line after the acknowledged record begins. Looks backwards, and no further than to
/// the first record that is not younger.
fn after_acknowledged(
    file: &File,
    path: &Path,
    len: u64,
    acknowledged: ChainHead,
) -> Result<u64, StoreError> {
    let seq = acknowledged.seq;
    let mut lines = LinesBackward::new(file, len, LINE_BYTES_MAX);
    while let Some(line) = lines.next().map_err(|error| unreadable(path, error))? {
        match seq_of(&line.bytes) {
            Some(found) if line.ended && found == seq => {
                return if Digest::of(&line.bytes) == acknowledged.hash {
                    Ok(line.end)
                } else {
                    Err(damaged(
                        path,
                        format!(
                            "record {seq} of the audit log is not the one that the ledger knows"
                        ),
                    ))
                };
            }
            Some(found) if line.ended && found < seq => break,
            // Younger than the acknowledged one.
            Some(_) if line.ended => {}
            // Only the last line may be torn.
            _ if line.end == len => {}
            _ => {
                return Err(damaged(
                    path,
                    "the audit log holds a line that is no record".to_owned(),
                ));
            }
        }
    }
    Err(damaged(path, format!("the audit log ends before record {seq}, which the ledger knows")))
}

/// The number that a line gives itself, read without the rest. Lines always begin with it.
fn seq_of(line: &[u8]) -> Option<u64> {
    let rest = line.strip_prefix(b"{\"seq\":")?;
    let digits = rest.iter().position(|byte| !byte.is_ascii_digit())?;
    std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()
}

fn contains(line: &[u8], text: &[u8]) -> bool {
    line.windows(text.len()).any(|window| window == text)
}

/// What follows the acknowledged record.
#[derive(Debug)]
struct Tail {
    head: Option<ChainHead>,
    records: Vec<Record>,
    /// Where a torn last line begins.
    torn_from: Option<u64>,
}

fn read_tail(
    file: &File,
    path: &Path,
    chain: &str,
    acknowledged: Option<ChainHead>,
    begin: u64,
    len: u64,
) -> Result<Tail, StoreError> {
    let mut input = BufReader::new(file);
    input.seek(SeekFrom::Start(begin)).map_err(machine("read the audit log", path))?;
    let mut walk = Walk::after(chain, acknowledged);
    let mut tail = Tail { head: acknowledged, records: Vec::new(), torn_from: None };
    let mut at = begin;
    let mut line = Vec::new();
    while at < len {
        next_line(&mut input, &mut line).map_err(|error| unreadable(path, error))?;
        let ended = line.pop_if(|byte| *byte == b'\n').is_some();
        let next = at + line.len() as u64 + u64::from(ended);
        let step = walk.step(&line);
        match step {
            Ok(step) if ended => {
                tail.head = Some(step.head);
                tail.records.push(decode(path, step.head.seq, &line)?);
            }
            // Each write is durable before the next begins, so a crash tears the last line only,
            // and never into a record that reads well but belongs elsewhere.
            Ok(_) if next == len => tail.torn_from = Some(at),
            Err(ChainFault { what: ChainFaultKind::NotARecord { .. }, .. }) if next == len => {
                tail.torn_from = Some(at);
            }
            Ok(_) => {
                return Err(damaged(path, "the audit log changed while it was read".to_owned()));
            }
            Err(fault) => return Err(damaged(path, format!("audit log, {fault}"))),
        }
        if tail.records.len() > PENDING_MAX {
            let what = format!(
                "the audit log holds more than {PENDING_MAX} records that the ledger does not know"
            );
            return Err(damaged(path, what));
        }
        at = next;
    }
    Ok(tail)
}

/// Reads one line with its newline into `line`; an empty one: the end. A line longer than the
/// bound is an error of kind `InvalidData`.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<()> {
    line.clear();
    let read = input.take(LINE_BYTES_MAX as u64 + 1).read_until(b'\n', line)?;
    if read > LINE_BYTES_MAX {
        return Err(ErrorKind::InvalidData.into());
    }
    Ok(())
}

fn decode(path: &Path, seq: u64, line: &[u8]) -> Result<Record, StoreError> {
    Record::decode(line).map_err(|reason| StoreError::Damaged {
        what: format!("record {seq} of the audit log can't be read: {reason}"),
        path: path.to_owned(),
        hint: "it may have been written by a newer budgetd; nothing was changed".to_owned(),
    })
}

fn damaged(path: &Path, what: String) -> StoreError {
    StoreError::Damaged { what, path: path.to_owned(), hint: HINT.to_owned() }
}

fn unreadable(path: &Path, error: std::io::Error) -> StoreError {
    if error.kind() == ErrorKind::InvalidData {
        damaged(path, format!("the audit log holds a line longer than {LINE_BYTES_MAX} bytes"))
    } else {
        machine("read the audit log", path)(error)
    }
}
