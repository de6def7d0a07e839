//! Any CSV file → some of its columns as numbers, row by row, for models that people ask for by the
//! names of columns. It knows no channels: a row is whatever the file has one of. A cell that is not
//! known leaves its row out, and is counted; nothing becomes a 0.

use std::io::{self, BufRead};

use csv::ByteRecord;

use super::bytes::{self, file_fault};
use super::record::Record;
use super::records::Records;
use super::structure::{StructureFault, structure_fault};
use crate::domain::nearest::nearest;
use crate::domain::text::{escape, folded, shorten};
use crate::domain::{Day, Limits, Source};

/// What exports write where nothing is known; compared without case.
const UNKNOWN: [&str; 7] = ["", "na", "n/a", "nan", "null", "none", "-"];

/// A cell is shown up to this length.
const CELL_CHARS_MAX: usize = 40;

/// Separators that are told by the header.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What is wanted of a file.
#[derive(Debug, Clone, Copy)]
pub struct ColumnsRequest<'a> {
    /// The file's name, whose ending tells whether it is compressed.
    pub file_name: &'a str,
    /// How much of a file is read.
    pub limits: Limits,
    /// The columns of numbers.
    pub numbers: &'a [String],
    /// The column of days, `YYYY-MM-DD`, perhaps with a time behind.
    pub date: Option<&'a str>,
    /// Columns and what must stand in them.
    pub filters: &'a [(String, String)],
}

/// Rows in which everything that was asked for is known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NumberColumns {
    /// By column in the order of the request, then by row in that of the file.
    pub values: Vec<Vec<f64>>,
    /// The day of each row; empty where none was asked for.
    pub days: Vec<Day>,
    /// Rows of the file.
    pub rows: u64,
    /// Rows in which something else stands than what must.
    pub filtered: u64,
    /// Further rows that are left out because a number or the day is not known.
    pub left_out: u64,
    /// By column in the order of the request, the day last: cells that are not known, in rows that
    /// weren't filtered.
    pub unknown: Vec<u64>,
}

/// Why columns can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ColumnsError {
    /// The machine.
    #[error(transparent)]
    Input(#[from] io::Error),
    /// The file.
    #[error("{0}")]
    File(String),
}

/// Reads.
///
/// # Errors
/// [`ColumnsError::File`] names the first thing that is wrong, with its line and column.
pub fn read_columns(
    input: impl BufRead,
    request: ColumnsRequest<'_>,
) -> Result<NumberColumns, ColumnsError> {
    let mut source = Source::long();
    let opened = bytes::open(input, request.file_name, &source, request.limits)?
        .map_err(|fault| ColumnsError::File(fault.to_string()))?;
    source.separator = separator_of(&opened.head);
    let mut grammar = opened.grammar;
    grammar.separator = source.separator;
    let mut records = Records::new(opened.text, grammar);
    let mut header = ByteRecord::new();
    let served = records.read(&mut header);
    match served.map_err(of_input)? {
        None => return Err(ColumnsError::File("the file is empty".to_owned())),
        Some(served) => refuse(served.fault.as_ref())?,
    }
    let mut reader = Reader::new(&header, request)?;
    records.begin_body();
    let mut record = Record::default();
    while let Some(served) = records.read_row(&mut record).map_err(of_input)? {
        refuse(served.fault.as_ref())?;
        reader.row(&record, served.line)?;
    }
    Ok(reader.found)
}

/// The one that the first line has most of.
fn separator_of(head: &[u8]) -> u8 {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |separator: &u8| memchr::memchr_iter(*separator, line).count();
    // Of equals the first: `max_by_key` would take the last.
    SEPARATORS.into_iter().rev().max_by_key(count).unwrap_or(b',')
}

fn refuse(fault: Option<&StructureFault>) -> Result<(), ColumnsError> {
    fault.map_or(Ok(()), |fault| Err(ColumnsError::File(structure_fault(fault).to_string())))
}

fn of_input(error: io::Error) -> ColumnsError {
    match file_fault(error) {
        Ok(reason) => ColumnsError::File(format!("the file {reason}")),
        Err(error) => ColumnsError::Input(error),
    }
}

/// Where things stand in a row, and what was found so far.
struct Reader<'a> {
    request: ColumnsRequest<'a>,
    columns: usize,
    numbers: Vec<usize>,
    date: Option<usize>,
    filters: Vec<usize>,
    found: NumberColumns,
    row: Vec<f64>,
}

impl<'a> Reader<'a> {
    fn new(header: &ByteRecord, request: ColumnsRequest<'a>) -> Result<Self, ColumnsError> {
        let names: Vec<String> =
            header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        let place = |name: &str| place_of(name, &names);
        let numbers: Vec<usize> =
            request.numbers.iter().map(|name| place(name)).collect::<Result<_, _>>()?;
        let date = request.date.map(place).transpose()?;
        let filters =
            request.filters.iter().map(|(name, _)| place(name)).collect::<Result<_, _>>()?;
        let found = NumberColumns {
            values: vec![Vec::new(); numbers.len()],
            unknown: vec![0; numbers.len() + usize::from(date.is_some())],
            ..NumberColumns::default()
        };
        let row = vec![0.0; numbers.len()];
        Ok(Self { request, columns: names.len(), numbers, date, filters, found, row })
    }

    fn row(&mut self, record: &Record, line: u64) -> Result<(), ColumnsError> {
        if record.len() != self.columns {
            return Err(ColumnsError::File(format!(
                "line {line}: it has {} fields, and the header has {}",
                record.len(),
                self.columns
            )));
        }
        self.found.rows += 1;
        let mut filters = self.filters.iter().zip(self.request.filters);
        if !filters.all(|(at, (_, value))| record[*at].trim_ascii() == value.as_bytes()) {
            self.found.filtered += 1;
            return Ok(());
        }
        let mut is_known = true;
        for (position, at) in self.numbers.iter().enumerate() {
            let cell = record[*at].trim_ascii();
            match number(cell) {
                Some(number) => self.row[position] = number,
                None if is_unknown(cell) => {
                    self.found.unknown[position] += 1;
                    is_known = false;
                }
                None => {
                    let name = &self.request.numbers[position];
                    return Err(no(line, name, cell, "no number: write it as 1234.56"));
                }
            }
        }
        let mut day = None;
        if let Some(at) = self.date {
            let cell = record[at].trim_ascii();
            day = day_of(cell);
            if day.is_none() {
                if !is_unknown(cell) {
                    let name = self.request.date.unwrap_or_default();
                    return Err(no(line, name, cell, "no day: write it as 2026-01-31"));
                }
                *self.found.unknown.last_mut().expect("the day's") += 1;
                is_known = false;
            }
        }
        if !is_known {
            self.found.left_out += 1;
            return Ok(());
        }
        for (column, value) in self.found.values.iter_mut().zip(&self.row) {
            column.push(*value);
        }
        self.found.days.extend(day);
        Ok(())
    }
}

/// Where a column stands; names are compared without case.
fn place_of(name: &str, names: &[String]) -> Result<usize, ColumnsError> {
    let wanted = folded(name.trim());
    let mut places = (0..names.len()).filter(|at| folded(&names[*at]) == wanted);
    let said = |what: String| ColumnsError::File(what);
    let Some(place) = places.next() else {
        let near = nearest(name, names.iter().map(String::as_str));
        let hint = near.map_or_else(
            || format!("; the file has {}", shown_names(names)),
            |near| format!("; did you mean \"{}\"?", escape(near)),
        );
        return Err(said(format!("the file has no column \"{}\"{hint}", escape(name))));
    };
    if places.next().is_some() {
        return Err(said(format!("the file has two columns \"{}\"", escape(name))));
    }
    Ok(place)
}

fn shown_names(names: &[String]) -> String {
    const NAMES_MAX: usize = 60;
    let shown: Vec<String> = names.iter().take(NAMES_MAX).map(|name| escape(name)).collect();
    let more = names.len().saturating_sub(NAMES_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    shown.join(", ") + &more
}

fn no(line: u64, name: &str, cell: &[u8], what: &str) -> ColumnsError {
    let cell = shorten(&escape(&String::from_utf8_lossy(cell)), CELL_CHARS_MAX);
    ColumnsError::File(format!("line {line}, column {}: \"{cell}\" is {what}", escape(name)))
}

fn is_unknown(cell: &[u8]) -> bool {
    UNKNOWN.iter().any(|word| cell.eq_ignore_ascii_case(word.as_bytes()))
}

/// A finite decimal number, with an exponent or without; words that Rust would take are none.
fn number(cell: &[u8]) -> Option<f64> {
    if let Some(number) = short_decimal(cell) {
        return Some(number);
    }
    let is_decimal =
        |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E');
    if cell.is_empty() || !cell.iter().all(is_decimal) {
        return None;
    }
    let number: f64 = std::str::from_utf8(cell).ok()?.parse().ok()?;
    number.is_finite().then_some(number)
}

/// A decimal of at most fifteen digits without an exponent, as most cells are: a whole number below
/// 2⁵³ divided by a power of ten that a double holds exactly is rounded once, and so correctly
/// (Clinger, "How to read floating point numbers accurately", 1990).
fn short_decimal(cell: &[u8]) -> Option<f64> {
    const DIGITS_MAX: usize = 15;
    let (is_negative, digits) = match cell {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, cell),
    };
    if digits.len() > DIGITS_MAX + 1 {
        return None;
    }
    let (mut whole, mut seen, mut scale) = (0u64, 0, None);
    for byte in digits {
        match byte {
            b'0'..=b'9' => {
                whole = whole * 10 + u64::from(byte - b'0');
                seen += 1;
                if let Some(scale) = &mut scale {
                    *scale *= 10.0;
                }
            }
            b'.' if scale.is_none() => scale = Some(1.0),
            _ => return None,
        }
    }
    if seen == 0 || seen > DIGITS_MAX {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "below 10¹⁵")]
    let number = whole as f64 / scale.unwrap_or(1.0);
    Some(if is_negative { -number } else { number })
}

/// `2026-01-31`, alone or before a space or a T and a time.
fn day_of(cell: &[u8]) -> Option<Day> {
    let (day, rest) = cell.split_at_checked(10)?;
    if !(rest.is_empty() || matches!(rest[0], b' ' | b'T')) {
        return None;
    }
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *day else { return None };
    let digits = |digits: &[u8]| {
        digits.iter().try_fold(0u32, |sum, digit| {
            digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0'))
        })
    };
    let year = i32::try_from(digits(&[y1, y2, y3, y4])?).ok()?;
    Day::from_ymd_opt(year, digits(&[m1, m2])?, digits(&[d1, d2])?)
}

#[cfg(test)]
mod tests;
