//! Turns the bytes of an export into a [`DailyReport`], or into a [`Rejection`] with every fault.
//! It reads once, front to back, in memory that doesn't grow with the file, by the format that its
//! source describes; only [`guess`] guesses, and takes nothing.
//!
//! ```text
//! bytes: unpack, decode ─► gate ─► csv ─► header ─► rows: dates, channels, cells ─► sink ─► totals, warnings
//!   └───────────────────────┴──────────────┴─────────┴──────── faults ─────────────► rejection
//! ```
//!
//! `rows.rs` holds what all layouts share; `long.rs` and `wide.rs` turn a record into rows, `marked.rs`
//! and `check_sums.rs` hold totals against them, `parallel/` reads large files on all cores.

mod bytes;
mod called;
mod campaigns;
mod cells;
mod channels;
mod check_sums;
mod columns;
mod dates;
mod doubles;
mod exact;
mod fault;
mod filter;
mod finish;
mod foreign;
mod gate;
mod grammar;
pub mod guess;
mod header;
mod headless;
mod held_totals;
mod largest;
mod layout;
mod locale;
mod lonely_days;
mod long;
mod marked;
mod odd;
mod pairs;
mod parallel;
mod pattern;
mod periods;
mod record;
mod records;
mod rejection;
mod rows;
mod sample;
mod shares;
mod source;
mod spendless;
mod structure;
mod subtotals;
mod total_rows;
mod totals;
mod warnings;
mod wholes;
mod wide;

#[cfg(test)]
mod tests;

use std::io::{self, BufRead};

use thiserror::Error;

pub use columns::{ColumnsError, ColumnsRequest, NumberColumns, read_columns};
pub use fault::{Difference, Fault, FaultReason, SeenCurrency, SeenFormat, TotalsDifference};
pub use headless::begins_among_rows;
pub use rejection::{ClosedChange, FAULTS_LISTED_MAX, Rejection};
pub use source::source_for;

use crate::domain::{Account, ChannelName, Day, Figures, Grain, Limits, Source, StatedRow};
use bytes::Opened;
use grammar::Grammar;
use record::Record;
use records::Records;
use rejection::Faults;
use rows::{Rows, Sink};
use structure::structure_fault;

/// What a file is read against.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Whose file it is.
    pub account: &'a Account,
    /// What the file looks like; see [`source_for`].
    pub source: &'a Source,
    /// The day in the account's zone when the file arrived; later days are refused.
    pub today: Day,
    /// How much of a file is read.
    pub limits: Limits,
    /// The file's name, whose ending tells whether it is compressed.
    pub file_name: &'a str,
    /// What it is read for.
    pub purpose: Purpose,
}

/// What a file is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To decide on: days only, none older than the account's window.
    Inbox,
    /// To know the past: weeks and months too, of any age.
    Import,
    /// To show a model what is there, blanks and negative amounts included; nothing of it is kept.
    Model,
}

/// What the sink knows of a row's key (day, channel, campaign) within the same file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stated {
    /// No row before it has this key.
    New,
    /// The row of `line` has the same key and the same figures.
    SameAs {
        /// The earlier line.
        line: u64,
    },
    /// The row of `line` has the same key and other figures.
    DiffersFrom {
        /// The earlier line.
        line: u64,
        /// What it states.
        figures: Figures,
    },
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one for each file")]
pub enum Reading {
    /// Every row is sound.
    Taken(DailyReport),
    /// At least one fault: nothing of the file may be used.
    Refused(Rejection),
}

/// What kept a file from being read at all, which says nothing about the file.
#[derive(Debug, Error)]
pub enum ReadError<E> {
    /// The input failed.
    #[error("cannot read the file: {0}")]
    Input(io::Error),
    /// The sink failed.
    #[error("cannot take a row: {0}")]
    Sink(E),
}

/// What a sound file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyReport {
    /// The name of the source that described it.
    pub source: String,
    /// What its rows cover.
    pub grain: Grain,
    /// Rows below the header, those that stand twice included, totals and rows that the source
    /// leaves out not.
    pub rows: u64,
    /// Rows that are totals of the others.
    pub totals_rows: u64,
    /// Rows that the source leaves out.
    pub left_out: u64,
    /// How many of them repeat an earlier row and so don't count.
    pub repeated: u64,
    /// The earliest day.
    pub first_day: Day,
    /// The latest day.
    pub last_day: Day,
    /// Each channel that has a row, in the order of the account.
    pub channels: Vec<ChannelTotals>,
    /// The sums of the whole business, where the source has them.
    pub business: Option<Figures>,
    /// What is remarkable; a bounded list.
    pub warnings: Vec<Warning>,
}

/// The sums of a channel over a file, each row counted once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelTotals {
    /// The channel.
    pub channel: ChannelName,
    /// Its rows.
    pub rows: u64,
    /// The different days of these rows.
    pub days: u64,
    /// Their exact sums; a measure that no row has is absent.
    pub figures: Figures,
}

/// Something remarkable about a file that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The line that it is about; `None` for the whole file.
    pub line: Option<u64>,
    /// One sentence, fit to be shown, which names its lines itself.
    pub text: String,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Reads a file. Each sound row goes to `sink`, which answers what the file has said of its key
/// before; after a fault this goes on, so that all faults are found, and the caller undoes it.
///
/// # Errors
/// Only what the machine did wrong; what is wrong with the file is a [`Reading::Refused`].
pub fn read<R: BufRead, E>(
    input: R,
    context: &Context<'_>,
    sink: &mut dyn FnMut(&StatedRow<'_>) -> Result<Stated, E>,
) -> Result<Reading, ReadError<E>> {
    read_by(input, context, false, sink)
}

/// As [`read`], with the same result: a large file is checked on all cores, and `sink` still gets
/// its rows one after the other, in their order.
///
/// # Errors
/// Those of [`read`].
pub fn read_on_all_cores<R: BufRead, E>(
    input: R,
    context: &Context<'_>,
    sink: &mut dyn FnMut(&StatedRow<'_>) -> Result<Stated, E>,
) -> Result<Reading, ReadError<E>> {
    read_by(input, context, true, sink)
}

fn read_by<R: BufRead, E>(
    input: R,
    context: &Context<'_>,
    on_all_cores: bool,
    sink: Sink<'_, E>,
) -> Result<Reading, ReadError<E>> {
    if let Some(fault) = not_daily(context) {
        return Ok(refused(fault));
    }
    let Opened { head, text, grammar } =
        match bytes::open(input, context.file_name, context.source, context.limits)
            .map_err(ReadError::Input)?
        {
            Ok(opened) => opened,
            Err(fault) => return Ok(refused(fault)),
        };
    if let Some(fault) = foreign::text_fault(&head) {
        return Ok(refused(fault));
    }
    Ok(match read_text(text, &head, grammar, context, on_all_cores, sink)? {
        Reading::Refused(rejection) => {
            Reading::Refused(locale::explained(rejection, &head, context))
        }
        taken @ Reading::Taken(_) => taken,
    })
}

/// Reads a text that is what it should be; `head` is its beginning.
fn read_text<R: BufRead, E>(
    text: R,
    head: &[u8],
    grammar: Grammar,
    context: &Context<'_>,
    on_all_cores: bool,
    sink: Sink<'_, E>,
) -> Result<Reading, ReadError<E>> {
    let mut records = Records::new(text, grammar);
    let mut faults = Faults::default();
    let found = header::find(&mut records, head, context, &mut faults).map_err(ReadError::Input)?;
    let columns = match found {
        Ok(columns) => columns,
        Err(fault) => return Ok(refused(fault)),
    };
    records.begin_body();
    let template = on_all_cores.then(|| columns.clone());
    let mut rows = Rows::new(context, columns, faults);
    match template {
        Some(columns) if rows.can_be_split() => {
            parallel::read_rows(records, &columns, &mut rows, sink)?;
        }
        _ => read_on(records, &mut rows, sink)?,
    }
    rows.finish(sink).map_err(ReadError::Sink)
}

/// Reads record after record to the end.
fn read_on<R: BufRead, E>(
    mut records: Records<R>,
    rows: &mut Rows<'_>,
    sink: Sink<'_, E>,
) -> Result<(), ReadError<E>> {
    let mut record = Record::default();
    while let Some(served) = records.read_row(&mut record).map_err(ReadError::Input)? {
        if let Some(fault) = &served.fault {
            rows.take_broken(structure_fault(fault), fault.field);
        } else {
            rows.take(served.line, served.cut, &record, sink).map_err(ReadError::Sink)?;
        }
    }
    Ok(())
}

/// Rows that cover more than a day are history, and no evidence of days.
fn not_daily(context: &Context<'_>) -> Option<Fault> {
    let source = context.source;
    if context.purpose != Purpose::Inbox || source.grain == Grain::Day {
        return None;
    }
    let source_name = fault::shown(&source.name);
    let reason = FaultReason::NotDaily { source_name, covers: source.grain.word() };
    Some(Fault::of_file(reason).with_hint("take it by `budgetd import`"))
}

fn refused(fault: Fault) -> Reading {
    let mut faults = Faults::default();
    faults.add(fault);
    Reading::Refused(faults.into_rejection())
}
