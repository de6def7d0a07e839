//! Lets only well-formed records through to the csv reader, which has no limits and takes
//! malformed quoting: strict RFC 4180, UTF-8, no control characters, everything bounded.
//! It never holds more than one record, and never hands one on that it has not seen whole.

use std::io::{self, BufRead, Read};

use super::bytes::file_fault;
use super::fault::FaultReason;
use super::grammar::{Check, Grammar, is_printable};
use super::record::Record;
use super::structure::StructureFault;
use crate::domain::Limits;

/// Which record the gate has served last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Served {
    /// The physical line that it begins on; the first is 1.
    pub line: u64,
    /// What is wrong with it; then its one empty field stands for the record.
    pub fault: Option<StructureFault>,
    /// Whether the input ended inside its last line.
    pub cut: bool,
}

/// A reader that serves one record with each `read`, ended by one LF, without blank lines.
///
/// A record that is not well formed is served as one empty field, with its fault beside it, so
/// that whoever parses the bytes sees record after record in step with [`Gate::served`].
///
/// Where the grammar has a preamble, each physical line is a record of its own until
/// [`Gate::begin_body`]: an open quote in a title swallows nothing, and no line counts as a row.
pub(super) struct Gate<R> {
    input: R,
    grammar: Grammar,
    limits: Limits,
    in_preamble: bool,
    record: Vec<u8>,
    taken: usize,
    served: Served,
    line: u64,
    bytes: u64,
    records: u64,
    ended: bool,
    /// What the input failed with when it was only looked into.
    failure: Option<io::Error>,
}

/// How a physical line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineEnd {
    Lf,
    CrLf,
    /// The input ended instead.
    Input,
}

/// How far a file was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Progress {
    /// Physical lines.
    pub line: u64,
    /// Bytes.
    pub bytes: u64,
    /// Records, the header among them.
    pub records: u64,
}

impl<R: BufRead> Gate<R> {
    /// Goes on below the header.
    pub(super) fn resume(input: R, grammar: Grammar, at: Progress) -> Self {
        let Progress { line, bytes, records } = at;
        Self { in_preamble: false, line, bytes, records, ..Self::new(input, grammar) }
    }

    pub(super) const fn progress(&self) -> Progress {
        Progress { line: self.line, bytes: self.bytes, records: self.records }
    }

    pub(super) const fn grammar(&self) -> &Grammar {
        &self.grammar
    }

    pub(super) fn into_input(self) -> R {
        self.input
    }

    pub(super) fn new(input: R, grammar: Grammar) -> Self {
        Self {
            input,
            grammar,
            limits: grammar.limits,
            in_preamble: grammar.has_preamble,
            record: Vec::with_capacity(256),
            taken: 0,
            served: Served { line: 0, fault: None, cut: false },
            line: 0,
            bytes: 0,
            records: 0,
            ended: false,
            failure: None,
        }
    }

    /// The record that was served last.
    pub(super) const fn served(&self) -> &Served {
        &self.served
    }

    /// Ends the preamble: the record that was served last is the header.
    pub(super) const fn begin_body(&mut self) {
        self.in_preamble = false;
        self.records = 1;
    }

    /// Serves the next record split by its separators alone, where the input's buffer holds its whole
    /// line and no byte of it needs a closer look; false leaves it to [`Read`].
    pub(super) fn serve_plain(&mut self, record: &mut Record) -> bool {
        if self.ended || self.in_preamble || self.records > self.limits.rows_max {
            return false;
        }
        let buffer = match self.input.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) => {
                self.failure = Some(error).filter(|it| it.kind() != io::ErrorKind::Interrupted);
                return false;
            }
        };
        let Some(end) = memchr::memchr(b'\n', buffer) else { return false };
        let line = &buffer[..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let bytes = self.bytes.saturating_add(end as u64 + 1);
        if line.is_empty()
            || line.len() > self.limits.line_bytes_max
            || bytes > self.limits.bytes_max
            || !is_harmless(line, &self.grammar)
        {
            return false;
        }
        record.set_plain(line, self.grammar.separator);
        self.input.consume(end + 1);
        self.line += 1;
        self.bytes = bytes;
        self.records += 1;
        self.served = Served { line: self.line, fault: None, cut: false };
        true
    }

    /// Reads the next record that is not blank into `record`; false at the end.
    fn advance(&mut self) -> io::Result<bool> {
        self.taken = 0;
        loop {
            self.record.clear();
            if self.ended {
                return Ok(false);
            }
            let first_line = self.line + 1;
            let outcome = self.read_record()?;
            let cut = self.ended;
            let fault = match outcome {
                Ok(()) if self.record.is_empty() => continue,
                Ok(()) => self.count_record(first_line),
                Err(fault) => Some(fault),
            };
            if let Some(fault) = &fault {
                self.ended |= fault.is_last;
                self.record.clear();
                self.record.extend_from_slice(b"\"\"");
            }
            self.record.push(b'\n');
            self.served = Served { line: first_line, fault, cut };
            return Ok(true);
        }
    }

    /// Counts a record against the limit; the header is not one of the rows.
    fn count_record(&mut self, line: u64) -> Option<StructureFault> {
        if self.in_preamble {
            return None;
        }
        self.records += 1;
        let rows_max = self.limits.rows_max;
        let reason = FaultReason::TooManyRows { rows_max };
        let fault = StructureFault { line, field: None, reason, is_last: true };
        (self.records > rows_max.saturating_add(1)).then_some(fault)
    }

    /// One record without its line end. The outer error is the machine's, the inner the record's.
    fn read_record(&mut self) -> io::Result<Result<(), StructureFault>> {
        let mut check = Check::new(&self.grammar);
        let mut checked = 0;
        loop {
            let end = match self.read_line() {
                Ok(Ok(end)) => end,
                Ok(Err(fault)) => return Ok(Err(fault.unless_quoted(&check, &self.limits))),
                Err(error) => return Ok(Err(self.spoilt(file_fault(error)?, checked, check))),
            };
            if checked == 0 && is_harmless(&self.record, &self.grammar) {
                return Ok(Ok(()));
            }
            if let Err(fault) = check.line(&self.record[checked..], self.line, &self.limits) {
                return Ok(Err(fault));
            }
            if !check.is_quoted() {
                return Ok(Ok(()));
            }
            // The line's end is part of a quoted field, which goes on in the next line.
            self.record.extend_from_slice(match end {
                LineEnd::Lf if !self.in_preamble => b"\n",
                LineEnd::CrLf if !self.in_preamble => b"\r\n",
                _ => return Ok(Err(check.unterminated())),
            });
            check.count_line_end();
            checked = self.record.len();
        }
    }

    /// The fault of a file whose bytes are no text any more behind what the record has of them.
    fn spoilt(&self, reason: FaultReason, checked: usize, mut check: Check) -> StructureFault {
        // The record as far as it goes tells the field.
        let rest = self.record.get(checked..).unwrap_or_default();
        let is_whole = check.line(rest, self.line, &self.limits).is_ok();
        let has_place = matches!(reason, FaultReason::NotUtf16 { .. });
        let field = (is_whole && has_place).then_some(check.field());
        StructureFault { line: self.line, field, reason, is_last: true }
    }

    /// Appends one physical line to the record, without its end, within the limits.
    fn read_line(&mut self) -> io::Result<Result<LineEnd, StructureFault>> {
        let start = self.record.len();
        let room = self.limits.line_bytes_max.saturating_sub(start);
        self.line += 1;
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        // Two more for a line end, which isn't counted.
        let read = read_until_lf(&mut self.input, room as u64 + 2, &mut self.record)?;
        self.bytes = self.bytes.saturating_add(read as u64);
        let end = if self.record[start..].ends_with(b"\r\n") {
            self.record.truncate(self.record.len() - 2);
            LineEnd::CrLf
        } else if self.record[start..].ends_with(b"\n") {
            self.record.truncate(self.record.len() - 1);
            LineEnd::Lf
        } else {
            LineEnd::Input
        };
        if self.record.len() > self.limits.line_bytes_max {
            return self.leave_long_line(start, end);
        }
        self.ended |= end == LineEnd::Input;
        Ok(self.check_bytes().map(|()| end))
    }

    /// Skips the rest of a line that is too long, and says what is wrong with it.
    fn leave_long_line(
        &mut self,
        start: usize,
        end: LineEnd,
    ) -> io::Result<Result<LineEnd, StructureFault>> {
        if end == LineEnd::Input {
            let (skipped, found_end) = skip_line(&mut self.input, self.limits.bytes_max)?;
            self.bytes = self.bytes.saturating_add(skipped);
            self.ended |= !found_end;
        }
        let only_cr = self.record[start..].windows(2).any(|two| two[0] == b'\r' && two[1] != b'\n');
        let bytes_max = self.limits.line_bytes_max;
        let reason = if only_cr {
            FaultReason::LoneCarriageReturn
        } else {
            FaultReason::LineTooLong { bytes_max }
        };
        let fault = StructureFault { line: self.line, field: None, reason, is_last: false };
        Ok(self.check_bytes().and(Err(fault)))
    }

    fn check_bytes(&self) -> Result<(), StructureFault> {
        let bytes_max = self.limits.bytes_max;
        if self.bytes <= bytes_max {
            return Ok(());
        }
        let reason = FaultReason::FileTooLarge { bytes_max };
        Err(StructureFault { line: self.line, field: None, reason, is_last: true })
    }
}

impl StructureFault {
    /// A record that grew too long inside a quote is the quote's fault.
    fn unless_quoted(self, check: &Check, limits: &Limits) -> Self {
        if self.is_last || !check.is_quoted() {
            return self;
        }
        check.quote_too_long(limits)
    }
}

impl<R: BufRead> Read for Gate<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.record.len() && !self.advance()? {
            return Ok(0);
        }
        let rest = &self.record[self.taken..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.taken += count;
        Ok(count)
    }
}

/// Whether one line is a whole record at a glance: no quote and nothing forbidden, no field longer
/// than the line, no more fields than the line has bytes or separators.
fn is_harmless(line: &[u8], grammar: &Grammar) -> bool {
    let Grammar { separator, limits, .. } = *grammar;
    line.len() <= limits.field_bytes_max
        && if separator == b'\t' { is_plain::<true>(line) } else { is_plain::<false>(line) }
        && (line.len() < limits.columns_max || count(line, separator) < limits.columns_max)
}

/// Whether no byte of a line needs a closer look: printable ASCII without a quote, and tabs where
/// they are separators.
#[expect(clippy::needless_bitwise_bool, reason = "without branches it looks at many bytes at once")]
fn is_plain<const TABS: bool>(line: &[u8]) -> bool {
    line.iter().fold(true, |plain, &byte| {
        plain & (is_printable(byte) | (TABS & (byte == b'\t'))) & (byte != b'"')
    })
}

fn count(line: &[u8], separator: u8) -> usize {
    line.iter().map(|&byte| usize::from(byte == separator)).sum()
}

fn read_until_lf(input: &mut impl BufRead, most: u64, line: &mut Vec<u8>) -> io::Result<usize> {
    input.take(most).read_until(b'\n', line)
}

/// Skips to behind the next LF, or `most` bytes; the second value says whether there was an LF.
fn skip_line(input: &mut impl BufRead, most: u64) -> io::Result<(u64, bool)> {
    let mut skipped: u64 = 0;
    while skipped <= most {
        let buffer = match input.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if buffer.is_empty() {
            return Ok((skipped, false));
        }
        let lf = buffer.iter().position(|&byte| byte == b'\n');
        let count = lf.map_or(buffer.len(), |at| at + 1);
        input.consume(count);
        skipped += count as u64;
        if lf.is_some() {
            return Ok((skipped, true));
        }
    }
    Ok((skipped, true))
}
