//! One run of whole lines, checked apart from the others: what it states, if nothing of it needs a
//! closer look. Blocks are filled again and again, so that large files cost no more room than
//! small ones, and caches of channels and days stay warm.

use std::convert::Infallible;
use std::io::{self, BufRead};

use super::stated::StatedRows;
use crate::domain::StatedRow;
use crate::ingest::gate::{Gate, Progress};
use crate::ingest::grammar::Grammar;
use crate::ingest::header::Columns;
use crate::ingest::record::Record;
use crate::ingest::records::Records;
use crate::ingest::rejection::Faults;
use crate::ingest::rows::{Rows, Sink};
use crate::ingest::{Context, Stated};

/// Bytes of a block, up to the end of its last line. Larger ones gain nothing.
const BLOCK_BYTES: usize = if cfg!(test) { 100 } else { 1 << 18 };

/// A run of lines, and what became of it.
pub(super) struct Block<'a> {
    pub(super) text: Vec<u8>,
    /// How far the file was read before it.
    pub(super) start: Progress,
    grammar: Grammar,
    /// Checks the lines, and sums up what they state.
    rows: Rows<'a>,
    record: Record,
    stated: StatedRows,
    records: u64,
    /// Whether nothing of it needs a closer look.
    is_sound: bool,
}

impl<'a> Block<'a> {
    pub(super) fn new(context: &'a Context<'a>, columns: &Columns, mut grammar: Grammar) -> Self {
        // These bounds are those of the whole file.
        (grammar.limits.rows_max, grammar.limits.bytes_max) = (u64::MAX, u64::MAX);
        Self {
            text: Vec::new(),
            start: Progress { line: 0, bytes: 0, records: 0 },
            grammar,
            rows: Rows::new(context, columns.clone(), Faults::default()),
            record: Record::default(),
            stated: StatedRows::default(),
            records: 0,
            is_sound: false,
        }
    }

    /// Fills it with the lines that come next and moves `progress` behind them; false at the end of
    /// the file. A failure leaves in it what was read before.
    pub(super) fn fill(
        &mut self,
        input: &mut impl BufRead,
        progress: &mut Progress,
    ) -> io::Result<bool> {
        self.start = *progress;
        self.text.clear();
        let outcome = self.fill_from(input);
        progress.line += memchr::memchr_iter(b'\n', &self.text).count() as u64;
        progress.bytes += self.text.len() as u64;
        outcome.map(|()| !self.text.is_empty())
    }

    fn fill_from(&mut self, input: &mut impl BufRead) -> io::Result<()> {
        use std::io::Read as _;
        input.take(BLOCK_BYTES as u64).read_to_end(&mut self.text)?;
        if self.text.len() == BLOCK_BYTES && !self.text.ends_with(b"\n") {
            let line_bytes_max = self.grammar.limits.line_bytes_max as u64 + 2;
            input.take(line_bytes_max).read_until(b'\n', &mut self.text)?;
        }
        Ok(())
    }

    /// Reads what its lines state.
    pub(super) fn check(&mut self) {
        self.stated.clear();
        self.records = 0;
        let all_stated = self.state_all().unwrap_or(false);
        self.is_sound = all_stated
            && self.rows.faults.is_empty()
            && self.rows.held.is_empty()
            && self.rows.dates.are_all_right();
    }

    /// Whether each record was read and each row kept.
    fn state_all(&mut self) -> io::Result<bool> {
        let Self { text, start, grammar, rows, record, stated, .. } = self;
        let first_line = start.line;
        let mut records = Records::from_gate(Gate::resume(text.as_slice(), *grammar, *start));
        let mut has_room = true;
        while let Some(served) = records.read_row(record)? {
            if served.fault.is_some() || served.cut {
                return Ok(false);
            }
            self.records += 1;
            let taken = rows.take(served.line, false, record, &mut |row: &StatedRow<'_>| {
                has_room &= stated.push(row, first_line).is_some();
                Ok::<_, Infallible>(Stated::New)
            });
            taken.expect("keeping a row doesn't fail");
        }
        Ok(has_room)
    }

    /// Whether its rows can be handed on behind `records` others of the file.
    pub(super) fn is_sound_behind(&self, records: u64) -> bool {
        let limits = self.rows.context.limits;
        self.is_sound
            && records + self.records <= limits.rows_max
            && self.start.bytes + self.text.len() as u64 <= limits.bytes_max
    }

    /// Hands its rows on, and adds what it counted to the whole file's; then it can be filled again.
    pub(super) fn hand_on<E>(&mut self, file: &mut Rows<'_>, sink: Sink<'_, E>) -> Result<(), E> {
        let first_line = self.start.line;
        let mut again = Vec::new();
        self.stated.each(first_line, |at, row| {
            let stated = sink(row)?;
            if stated != Stated::New {
                file.count_again(row, stated);
                again.push(at);
            }
            Ok(())
        })?;
        let rows = &mut self.rows;
        let without_money = rows.warnings.take_without_money();
        file.records_taken += self.records;
        file.seen += std::mem::take(&mut rows.seen);
        file.dates.count(rows.dates.take_right());
        file.warnings.add_conversions_above_clicks(rows.warnings.take_conversions_above_clicks());
        file.spendless.join(&std::mem::take(&mut rows.spendless));
        if again.is_empty() {
            file.totals.join(&rows.totals);
            if let (Some(pairs), Some(of_block)) = (&mut file.pairs, &rows.pairs) {
                pairs.join(of_block, |sum| file.totals.add_pair(sum));
            }
            file.warnings.add_without_money(without_money);
        } else {
            let mut again = again.into_iter().peekable();
            self.stated.each(first_line, |at, row| {
                if again.next_if_eq(&at).is_none() {
                    file.count_new(row);
                }
                Ok(())
            })?;
        }
        self.rows.totals.clear();
        if let Some(pairs) = &mut self.rows.pairs {
            pairs.clear();
        }
        Ok(())
    }
}
