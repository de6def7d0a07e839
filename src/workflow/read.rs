//! A file's bytes → what it states, row by row into the sink, with a look at the interrupt now and
//! then, and a word on how far it has come.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::{Interrupt, WorkflowError};
use crate::domain::calendar::day_of;
use crate::domain::{Account, Instant, Limits, Source, StatedRow};
use crate::ingest::{self, Purpose, ReadError, Reading, Stated};
use crate::store::StoreError;

/// Read in pieces of this size: large enough that system calls don't count, small enough for caches.
const READ_BYTES: usize = 256 * 1024;

/// How many rows go by between two looks at the interrupt.
const ROWS_PER_LOOK: u64 = 4096;

/// On which terms a file is taken.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The source that reads it.
    pub source: &'a Source,
    /// What it is read for.
    pub purpose: Purpose,
    /// Whether figures of closed days may change.
    pub restate: bool,
}

impl<'a> Terms<'a> {
    /// Those of the inbox: the source goes by the file's name, and closed days stay as they are.
    pub fn of_inbox(account: &'a Account, file_name: &str) -> Self {
        let source = ingest::source_for(account, file_name);
        Self { source, purpose: Purpose::Inbox, restate: false }
    }
}

/// Told how many bytes of a file have been read.
pub type Watch = dyn Fn(u64) + Send + Sync;

/// Counts the bytes that go through it.
struct Counted<'w, R> {
    inner: R,
    bytes: u64,
    watch: Option<&'w Watch>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.bytes += count as u64;
        if let Some(watch) = self.watch {
            watch(self.bytes);
        }
        Ok(count)
    }
}

/// `input` of so many bytes in pieces, with a word to `watch` at each.
pub(super) fn watched<R: Read>(
    input: R,
    bytes: u64,
    watch: Option<&Watch>,
) -> impl BufRead + use<'_, R> {
    // A small file costs no large buffer.
    let piece = usize::try_from(bytes.saturating_add(1)).unwrap_or(READ_BYTES).min(READ_BYTES);
    BufReader::with_capacity(piece, Counted { inner: input, bytes: 0, watch })
}

/// What a file is read against.
pub(super) fn context<'a>(
    account: &'a Account,
    terms: Terms<'a>,
    file_name: &'a str,
    arrived_at: Instant,
    limits: Limits,
) -> ingest::Context<'a> {
    ingest::Context {
        account,
        source: terms.source,
        today: day_of(arrived_at, account.time_zone),
        limits,
        file_name,
        purpose: terms.purpose,
    }
}

pub(super) fn stop_if_asked(interrupt: &Interrupt, what: &str) -> Result<(), WorkflowError> {
    if interrupt.is_set() {
        return Err(WorkflowError::Interrupted { what: what.to_owned() });
    }
    Ok(())
}

/// Reads a file, looking at the interrupt now and then. On one core: the ledger behind it bounds
/// the pace, and blocks that wait for it would hold more memory than a file may.
pub(super) fn read(
    input: impl BufRead,
    context: &ingest::Context<'_>,
    interrupt: &Interrupt,
    path: &Path,
    state: &mut dyn FnMut(&StatedRow<'_>) -> Result<Stated, StoreError>,
) -> Result<Reading, WorkflowError> {
    let mut rows = 0u64;
    let mut sink = |row: &StatedRow<'_>| {
        rows += 1;
        if rows.is_multiple_of(ROWS_PER_LOOK) {
            stop_if_asked(interrupt, "a file")?;
        }
        state(row).map_err(WorkflowError::from)
    };
    let reading = ingest::read(input, context, &mut sink);
    reading.map_err(|error| match error {
        ReadError::Sink(error) => error,
        ReadError::Input(source) => {
            let path = PathBuf::from(path);
            StoreError::Machine { what: "cannot read a file", path, source }.into()
        }
    })
}
