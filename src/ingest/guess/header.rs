//! Text → its separator, its records, and the line that names the columns. The separator is the
//! one under which a line of known words is followed by rows of as many fields.

use super::finding::Findings;
use super::table::{Record, records};
use super::words::{self, Role};

/// Lines that a preamble may take.
const PREAMBLE_RECORDS_MAX: usize = 30;

const SEPARATORS: [(char, &str); 4] =
    [(',', "commas"), (';', "semicolons"), ('\t', "tabs"), ('|', "vertical bars")];

/// A file taken apart.
#[derive(Debug)]
pub(super) struct Layout {
    pub separator: u8,
    /// What stands above the header.
    pub preamble: Vec<Record>,
    pub header: Record,
    /// What stands below it with as many fields.
    pub rows: Vec<Record>,
    /// What stands below it with fewer or more.
    pub ragged: Vec<Record>,
}

impl Layout {
    /// The names of the columns.
    pub(super) fn names(&self) -> &[String] {
        &self.header.cells
    }
}

/// One way to take a text apart.
struct Reading {
    separator: (char, &'static str),
    records: Vec<Record>,
    /// Where the header is.
    at: usize,
    /// How many columns of the header are known words.
    known: usize,
    /// Rows below with as many fields.
    rows: usize,
}

/// Takes `text` apart; `None` where no line can be its header, which is then said.
pub(super) fn find(text: &str, findings: &mut Findings) -> Option<Layout> {
    let mut readings: Vec<Reading> =
        SEPARATORS.into_iter().filter_map(|separator| read(text, separator)).collect();
    readings.sort_by_key(|reading| std::cmp::Reverse((reading.known, reading.rows)));
    let mut readings = readings.into_iter();
    let Some(best) = readings.next() else {
        findings.missing(
            "header",
            "no line names columns and is followed by rows of as many fields, whether they are \
             separated by commas, semicolons, tabs or vertical bars",
        );
        return None;
    };
    if let Some(second) = readings.next()
        && (second.known, second.rows) == (best.known, best.rows)
    {
        findings.missing(
            "separator",
            format!(
                "the fields could be separated by {} or by {}",
                best.separator.1, second.separator.1
            ),
        );
        return None;
    }
    Some(split(best, findings))
}

fn read(text: &str, separator: (char, &'static str)) -> Option<Reading> {
    let records = records(text, separator.0);
    let candidates = records.iter().take(PREAMBLE_RECORDS_MAX).enumerate();
    let (known, _, at) = candidates
        .filter(|(_, record)| record.cells.len() >= 2)
        .map(|(at, record)| (known_words(record), std::cmp::Reverse(at), at))
        .max()?;
    let at = if known >= 2 { at } else { by_contrast(&records)? };
    let fields = records[at].cells.len();
    let rows = records[at + 1..].iter().filter(|record| record.cells.len() == fields).count();
    Some(Reading { separator, records, at, known, rows })
}

/// How many roles the names of `record` have.
fn known_words(record: &Record) -> usize {
    Role::ALL
        .into_iter()
        .filter(|role| record.cells.iter().any(|name| role.rank(name).is_some()))
        .count()
}

/// The first record of words that is followed by as many fields with figures among them.
fn by_contrast(records: &[Record]) -> Option<usize> {
    let has_figures = |record: &Record| {
        record.cells.iter().any(|cell| cell.starts_with(|first: char| first.is_ascii_digit()))
    };
    records.windows(2).take(PREAMBLE_RECORDS_MAX).position(|pair| {
        pair[0].cells.len() >= 2
            && pair[0].cells.len() == pair[1].cells.len()
            && !has_figures(&pair[0])
            && has_figures(&pair[1])
    })
}

fn split(reading: Reading, findings: &mut Findings) -> Layout {
    let Reading { separator: (character, name), mut records, at, known, .. } = reading;
    let below = records.split_off(at + 1);
    let header = records.pop().expect("it stands at `at`");
    let fields = header.cells.len();
    let all = below.len();
    let (rows, ragged): (Vec<Record>, Vec<Record>) =
        below.into_iter().partition(|record| record.cells.len() == fields);
    findings.certain(
        "separator",
        format!("{name}: {} of {all} lines below the header have its {fields} fields", rows.len()),
    );
    let by = if known >= 2 {
        format!("{known} of its columns have known names")
    } else {
        "words above figures".to_owned()
    };
    let line = header.line;
    let preamble = if records.is_empty() {
        String::new()
    } else {
        format!(", below a preamble of {} lines", line - 1)
    };
    findings.certain("layout", format!("the header is line {line}{preamble}: {by}"));
    Layout {
        separator: u8::try_from(character).expect("all four are ASCII"),
        preamble: records,
        header,
        rows,
        ragged,
    }
}

/// The column of each role, by the plainest name for it; where two names are alike plain, the
/// first, and the others are said.
pub(super) fn roles(names: &[String], findings: &mut Findings) -> Vec<(Role, usize)> {
    let mut found: Vec<(Role, usize)> = Vec::new();
    for role in Role::ALL {
        let mut fitting: Vec<(usize, usize)> = names
            .iter()
            .enumerate()
            .filter(|(_, name)| !words::is_period(name))
            .filter_map(|(at, name)| role.rank(name).map(|rank| (rank, at)))
            .collect();
        fitting.sort_unstable();
        let Some(&(_, at)) = fitting.first() else { continue };
        if let Some(&(_, other)) = fitting.get(1).filter(|_| role != Role::Date) {
            findings.open(
                "columns",
                format!(
                    "both \"{}\" and \"{}\" could be the column of {}: the first is taken",
                    names[at],
                    names[other],
                    role.key()
                ),
                &[],
            );
        }
        if role == Role::Spend && words::AMOUNTS.contains(&words::plain(&names[at]).as_str()) {
            findings.open(
                "columns",
                format!(
                    "\"{}\" is taken for what was spent, since no other column is called so; it could \
                     be an amount of something else",
                    names[at]
                ),
                &[],
            );
        }
        found.push((role, at));
    }
    found
}
