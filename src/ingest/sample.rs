//! The first lines of a file → a small table, and what its dates say. Only for explaining a file
//! that is refused: no figure and no day is ever taken from it.

use chrono::{Datelike, NaiveDate};
use csv::ReaderBuilder;

use super::fault::shown;
use crate::domain::Day;

/// Rows that are looked at.
const ROWS_MAX: usize = 20;

/// Days that must stand apart alike before that says what a row covers.
const DAYS_MIN: usize = 3;

/// Ways of writing days.
const FORMATS: [&str; 8] = [
    "%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%m-%d-%Y", "%d-%m-%Y", "%d %b %Y",
];

/// The beginning of a table.
pub(super) struct Sample {
    pub header: Vec<String>,
    /// As wide as the header.
    pub rows: Vec<Vec<String>>,
}

/// What a column of dates says.
pub(super) struct DatesOf {
    pub column: usize,
    pub covers: Option<Covers>,
    /// The first dates, fit to be shown.
    pub examples: String,
}

/// What a row covers that is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Covers {
    Week,
    Month,
}

impl Sample {
    /// The first table of two columns or more, below whatever stands above it.
    pub(super) fn of(head: &str, separator: u8) -> Option<Self> {
        let head = head.trim_start_matches('\u{FEFF}');
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(head.as_bytes());
        let mut records: Vec<Vec<String>> = reader
            .records()
            .map_while(Result::ok)
            .map(|record| record.iter().map(|field| field.trim().to_owned()).collect())
            .collect();
        // The head of a longer file ends inside a line.
        if !head.ends_with('\n') && records.len() > 2 {
            records.pop();
        }
        let start =
            records.windows(2).position(|two| two[0].len() > 1 && two[0].len() == two[1].len());
        let mut records = records.into_iter().skip(start?);
        let header = records.next()?;
        let rows = records.filter(|row| row.len() == header.len()).take(ROWS_MAX).collect();
        Some(Self { header, rows })
    }

    /// The first column that holds nothing but dates.
    pub(super) fn dates(&self) -> Option<DatesOf> {
        (0..self.header.len()).find_map(|column| {
            let cells: Vec<&str> = self.rows.iter().map(|row| row[column].as_str()).collect();
            let readings: Vec<Vec<Day>> =
                FORMATS.iter().filter_map(|format| days(&cells, format)).collect();
            let covers = readings.iter().find_map(|days| covers(days.clone()));
            let mut examples: Vec<String> = cells.iter().take(2).map(|it| shown(it)).collect();
            examples.push("…".to_owned());
            (!readings.is_empty()).then(|| DatesOf {
                column,
                covers,
                examples: examples.join(", "),
            })
        })
    }
}

/// The days of cells that are all written so.
fn days(cells: &[&str], format: &str) -> Option<Vec<Day>> {
    let days: Option<Vec<Day>> =
        cells.iter().map(|cell| NaiveDate::parse_from_str(cell, format).ok()).collect();
    // Two digits are no year of advertising.
    days.filter(|days| !days.is_empty() && days.iter().all(|day| day.year() > 1900))
}

fn covers(mut days: Vec<Day>) -> Option<Covers> {
    days.sort_unstable();
    days.dedup();
    let apart = |days: &[Day], fits: fn(i64) -> bool| {
        days.windows(2).all(|two| fits((two[1] - two[0]).num_days()))
    };
    if days.len() < DAYS_MIN {
        None
    } else if apart(&days, |count| count == 7) {
        Some(Covers::Week)
    } else if apart(&days, |count| (28..=31).contains(&count)) {
        Some(Covers::Month)
    } else {
        None
    }
}
