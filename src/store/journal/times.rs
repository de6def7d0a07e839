//! How far a log reaches in time, read from its end and no further than needed; and whether an operator
//! has set its clock right since. Needs no lock and writes nothing: whole lines are never changed.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use super::backward::{Line, LinesBackward};
use super::{Journal, damaged, seq_of, unreadable};
use crate::audit::chain::{LINE_BYTES_MAX, Record};
use crate::audit::event::Event;
use crate::domain::Instant;
use crate::store::StoreError;
use crate::store::outbox::durable::{machine, open_regular};

/// How far a log reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// The latest time that its records tell of, from the newest publication on: at that one the
    /// clock was not behind. Where an operator has said since that the clock is right, from there on.
    pub newest: Option<Instant>,
    /// How long the log was.
    pub bytes: u64,
}

/// How far the log at `path` reaches. What is `known` of it is not read again; where nothing was added
/// since, nothing is read at all.
pub fn reach(path: &Path, known: Option<Reach>) -> Result<Reach, StoreError> {
    let bytes = match std::fs::symlink_metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Reach::default()),
        Err(error) => return Err(machine("look at the audit log", path)(error)),
    };
    // One that is shorter is another log.
    let known = known.filter(|known| known.bytes <= bytes);
    match known {
        Some(known) if known.bytes == bytes => Ok(known),
        known => reach_of(&open(path)?, path, bytes, known),
    }
}

/// The earliest time at which an operator said, after record `seq` of the log at `path`, that the
/// clock is right.
pub fn clock_accepted_after(path: &Path, seq: u64) -> Result<Option<Instant>, StoreError> {
    let file = open(path)?;
    let bytes = file.metadata().map_err(machine("look at the audit log", path))?.len();
    let mut lines = LinesBackward::new(&file, bytes, LINE_BYTES_MAX);
    let mut earliest: Option<Instant> = None;
    while let Some(line) = lines.next().map_err(|error| unreadable(path, error))? {
        match seq_of(&line.bytes) {
            Some(found) if found <= seq => break,
            _ if !line.ended || !super::contains(&line.bytes, b"clock_accepted") => {}
            _ => {
                let record = record_of(path, &line)?;
                if matches!(record.event, Event::ClockAccepted { .. }) {
                    earliest = Some(earliest.map_or(record.time, |it| it.min(record.time)));
                }
            }
        }
    }
    Ok(earliest)
}

impl Journal {
    /// The latest time that the records tell of, as [`Reach::newest`].
    pub fn newest_time(&self) -> Result<Option<Instant>, StoreError> {
        Ok(reach_of(&self.file, &self.path, self.len, None)?.newest)
    }
}

fn open(path: &Path) -> Result<File, StoreError> {
    open_regular(path).map_err(machine("open the audit log", path))
}

/// Of the first `bytes` of `file`.
fn reach_of(
    file: &File,
    path: &Path,
    bytes: u64,
    known: Option<Reach>,
) -> Result<Reach, StoreError> {
    let mut reach = Reach { newest: None, bytes };
    let mut lines = LinesBackward::new(file, bytes, LINE_BYTES_MAX);
    while let Some(line) = lines.next().map_err(|error| unreadable(path, error))? {
        if let Some(known) = known.filter(|known| line.end <= known.bytes) {
            reach.newest = reach.newest.max(known.newest);
            break;
        }
        if !line.ended {
            // It is being written, or torn: the next look reads it again.
            reach.bytes = line.begin;
            continue;
        }
        let record = record_of(path, &line)?;
        reach.newest = reach.newest.max(Some(record.time));
        if matches!(record.event, Event::Published { .. } | Event::ClockAccepted { .. }) {
            break;
        }
    }
    Ok(reach)
}

fn record_of(path: &Path, line: &Line) -> Result<Record, StoreError> {
    Record::decode(&line.bytes).map_err(|reason| damaged(path, format!("not a record: {reason}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Digest;

    fn at(text: &str) -> Instant {
        text.parse().expect("a time")
    }

    fn stopped() -> Event {
        Event::Stopped { signal: "none".to_owned() }
    }

    fn published() -> Event {
        let week = "2026-01-05".parse().expect("a day");
        Event::Published { week, revision: 1, manifest: Digest::of(b"") }
    }

    #[test]
    fn what_is_added_moves_the_reach_and_what_is_known_is_not_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("main.jsonl");
        assert_eq!(reach(&path, None).expect("looked"), Reach::default());
        let (mut journal, _) =
            Journal::open(&path, "main", None, at("2026-01-01T00:00:00Z")).expect("made");
        let mut known = None;
        let mut looked = |path: &Path| {
            let found = reach(path, known).expect("looked");
            assert_eq!(found, reach(path, None).expect("looked"), "as read anew");
            known = Some(found);
            found.newest
        };
        assert_eq!(looked(&path), None);
        journal.append(at("2026-01-03T00:00:00Z"), &stopped()).expect("appended");
        journal.append(at("2026-01-02T00:00:00Z"), &stopped()).expect("appended");
        assert_eq!(looked(&path), Some(at("2026-01-03T00:00:00Z")));
        journal.append(at("2026-01-02T12:00:00Z"), &stopped()).expect("appended");
        assert_eq!(looked(&path), Some(at("2026-01-03T00:00:00Z")));
        // A publication says that the clock was right, however far the log had reached.
        journal.append(at("2026-01-02T13:00:00Z"), &published()).expect("appended");
        assert_eq!(looked(&path), Some(at("2026-01-02T13:00:00Z")));
        assert_eq!(journal.newest_time().expect("read"), Some(at("2026-01-02T13:00:00Z")));
    }

    #[test]
    fn a_line_that_is_being_written_is_read_once_it_is_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("main.jsonl");
        let (mut journal, _) =
            Journal::open(&path, "main", None, at("2026-01-01T00:00:00Z")).expect("made");
        journal.append(at("2026-01-01T00:00:00Z"), &stopped()).expect("appended");
        let first = std::fs::read(&path).expect("read");
        journal.append(at("2026-01-02T00:00:00Z"), &stopped()).expect("appended");
        let both = std::fs::read(&path).expect("read");
        std::fs::write(&path, &both[..both.len() - 9]).expect("written");
        let torn = reach(&path, None).expect("looked");
        assert_eq!(
            torn,
            Reach { newest: Some(at("2026-01-01T00:00:00Z")), bytes: first.len() as u64 }
        );
        std::fs::write(&path, &both).expect("written");
        let whole = reach(&path, Some(torn)).expect("looked");
        assert_eq!(whole.newest, Some(at("2026-01-02T00:00:00Z")));
    }

    #[test]
    fn the_first_word_of_an_operator_after_a_record_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("main.jsonl");
        let (mut journal, _) =
            Journal::open(&path, "main", None, at("2026-01-01T00:00:00Z")).expect("made");
        let accepted = Event::ClockAccepted { was_ahead_until: at("2027-01-01T00:00:00Z") };
        let mut add =
            |time: &str, event: &Event| journal.append(at(time), event).expect("appended").seq;
        let before = add("2026-01-01T00:00:00Z", &accepted);
        let publication = add("2027-01-01T00:00:00Z", &published());
        assert_eq!(clock_accepted_after(&path, publication).expect("read"), None);
        add("2026-02-01T00:00:00Z", &accepted);
        add("2026-03-01T00:00:00Z", &accepted);
        let first = Some(at("2026-02-01T00:00:00Z"));
        assert_eq!(clock_accepted_after(&path, publication).expect("read"), first);
        assert_eq!(clock_accepted_after(&path, before).expect("read"), first);
    }
}
