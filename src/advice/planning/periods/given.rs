//! The files that a plan of several periods may be given: the total of each period, and what was
//! really spent in the first of them. Text in, figures out, or the line that can't be read.

use crate::domain::Day;
use crate::domain::text::{escape, folded};

/// The most rows that are read.
const ROWS_MAX: usize = 100_000;

/// The most that an amount may be, as in all files.
const AMOUNT_MAX: f64 = 1e13;

/// What is wrong with such a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GivenError {
    /// It can't be read as CSV.
    #[error("line {line}: {why}")]
    Line {
        /// Which one.
        line: u64,
        /// Why.
        why: String,
    },
    /// Something is missing.
    #[error("{0}")]
    Missing(String),
}

/// Cells of a line that are asked for, by the line's number.
type Rows = Vec<(u64, Vec<String>)>;

/// A total for each of `periods`: columns `period` and `total`.
///
/// # Errors
/// The first line that can't be read, and a period without a total.
pub fn read_totals(text: &str, periods: &[Day]) -> Result<Vec<f64>, GivenError> {
    let mut totals: Vec<Option<f64>> = vec![None; periods.len()];
    for (line, cells) in rows(text, &["period", "total"])? {
        let at = period(line, &cells[0], periods)?;
        let total = amount(line, &cells[1])?;
        if total <= 0.0 {
            return Err(wrong(line, "a total is more than 0"));
        }
        if totals[at].replace(total).is_some() {
            return Err(wrong(line, &format!("{} stands there twice", periods[at])));
        }
    }
    let missing = totals.iter().position(Option::is_none);
    if let Some(missing) = missing {
        return Err(GivenError::Missing(format!("no total for {}", periods[missing])));
    }
    Ok(totals.into_iter().flatten().collect())
}

/// What each of `channels` really spent in the first of `periods`, by period and channel: columns
/// `period`, `channel` and `spend`.
///
/// # Errors
/// The first line that can't be read, a channel that has no figure in a period, and a period that is
/// left out before a later one.
pub fn read_done(
    text: &str,
    periods: &[Day],
    channels: &[&str],
) -> Result<Vec<Vec<f64>>, GivenError> {
    let mut done: Vec<Vec<Option<f64>>> = vec![vec![None; channels.len()]; periods.len()];
    for (line, cells) in rows(text, &["period", "channel", "spend"])? {
        let at = period(line, &cells[0], periods)?;
        let channel = channels.iter().position(|name| folded(name) == folded(&cells[1]));
        let Some(channel) = channel else {
            let known = channels.iter().map(|name| escape(name)).collect::<Vec<_>>().join(", ");
            let told = format!("the model has no \"{}\"; it has {known}", escape(&cells[1]));
            return Err(wrong(line, &told));
        };
        if done[at][channel].replace(amount(line, &cells[2])?).is_some() {
            let told = format!("{} of {} stands there twice", escape(&cells[1]), periods[at]);
            return Err(wrong(line, &told));
        }
    }
    let over = done.iter().rposition(|spends| spends.iter().any(Option::is_some));
    done.truncate(over.map_or(0, |last| last + 1));
    for (day, spends) in periods.iter().zip(&done) {
        if let Some(missing) = spends.iter().position(Option::is_none) {
            let name = escape(channels[missing]);
            return Err(GivenError::Missing(format!(
                "no spend of {name} in {day}; a missing figure is never 0"
            )));
        }
    }
    Ok(done.into_iter().map(|spends| spends.into_iter().flatten().collect()).collect())
}

fn rows(text: &str, wanted: &[&str]) -> Result<Rows, GivenError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| wrong(1, &escape(&error.to_string())))?;
    let names: Vec<String> = header.iter().map(folded).collect();
    let places = wanted.iter().map(|name| {
        names.iter().position(|known| known == name).ok_or_else(|| {
            wrong(1, &format!("there is no column {name}; it needs {}", wanted.join(", ")))
        })
    });
    let places: Vec<usize> = places.collect::<Result<_, _>>()?;
    let mut found = Rows::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            wrong(line, &escape(&error.to_string()))
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        if found.len() >= ROWS_MAX {
            return Err(wrong(line, &format!("more than {ROWS_MAX} rows")));
        }
        let cells = places.iter().map(|at| record.get(*at).unwrap_or_default().to_owned());
        found.push((line, cells.collect()));
    }
    Ok(found)
}

fn period(line: u64, text: &str, periods: &[Day]) -> Result<usize, GivenError> {
    let day: Option<Day> = text.parse().ok();
    let at = day.and_then(|day| periods.iter().position(|period| *period == day));
    at.ok_or_else(|| {
        let span = match (periods.first(), periods.last()) {
            (Some(first), Some(last)) => format!("the plan's begin {first} to {last}"),
            _ => "the plan has none".to_owned(),
        };
        wrong(line, &format!("\"{}\" is no first day of a period; {span}", escape(text)))
    })
}

fn amount(line: u64, text: &str) -> Result<f64, GivenError> {
    let is_plain = !text.is_empty() && text.chars().all(|it| it.is_ascii_digit() || it == '.');
    let amount: Option<f64> = is_plain.then(|| text.parse().ok()).flatten();
    amount.filter(|amount| *amount <= AMOUNT_MAX).ok_or_else(|| {
        wrong(line, &format!("\"{}\" is no amount such as 12500 or 12500.50", escape(text)))
    })
}

fn wrong(line: u64, why: &str) -> GivenError {
    GivenError::Line { line, why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn periods() -> Vec<Day> {
        ["2026-01-05", "2026-01-12"].map(|day| day.parse().expect("a day")).to_vec()
    }

    #[test]
    fn totals_are_read_for_each_period_or_named() {
        let read = |text: &str| read_totals(text, &periods());
        assert_eq!(read("period,total\n2026-01-12,20\n2026-01-05,10.5\n"), Ok(vec![10.5, 20.0]));
        let told = |text: &str| read(text).expect_err("wrong").to_string();
        assert_eq!(told("period,total\n2026-01-05,10\n"), "no total for 2026-01-12");
        assert_eq!(
            told("period,sum\n"),
            "line 1: there is no column total; it needs period, total"
        );
        assert_eq!(
            told("period,total\n2026-01-06,1\n"),
            "line 2: \"2026-01-06\" is no first day of a period; the plan's begin 2026-01-05 to \
             2026-01-12"
        );
        let odd = told("period,total\n2026-01-05,1e3\n");
        assert_eq!(odd, "line 2: \"1e3\" is no amount such as 12500 or 12500.50");
        assert_eq!(told("period,total\n2026-01-05,0\n"), "line 2: a total is more than 0");
    }

    #[test]
    fn results_so_far_have_every_channel_and_no_gap() {
        let read = |text: &str| read_done(text, &periods(), &["TV", "Search"]);
        let first = "period,channel,spend,note\n2026-01-05,tv,10,x\n2026-01-05,Search,0,\n";
        assert_eq!(read(first), Ok(vec![vec![10.0, 0.0]]));
        assert_eq!(read("period,channel,spend\n"), Ok(Vec::new()));
        let told = |text: &str| read(text).expect_err("wrong").to_string();
        assert_eq!(
            told("period,channel,spend\n2026-01-05,TV,10\n"),
            "no spend of Search in 2026-01-05; a missing figure is never 0"
        );
        assert_eq!(
            told("period,channel,spend\n2026-01-12,TV,10\n2026-01-12,Search,1\n"),
            "no spend of TV in 2026-01-05; a missing figure is never 0"
        );
        assert_eq!(
            told("period,channel,spend\n2026-01-05,Radio,10\n"),
            "line 2: the model has no \"Radio\"; it has TV, Search"
        );
        let twice = "period,channel,spend\n2026-01-05,TV,1\n2026-01-05,TV,1\n";
        assert_eq!(told(twice), "line 3: TV of 2026-01-05 stands there twice");
    }
}
