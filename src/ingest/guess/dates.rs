//! The cells of a date column → the one format that reads all of them, or why there is none: two
//! formats in one column, or two readings that nothing in the file decides between.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::finding::Findings;
use super::grain;
use crate::domain::Day;
use crate::domain::source::{DatedBy, Grain};
use crate::ingest::dates::clock::{is_midnight, split_time};

/// Formats that exports write, the plainest of each reading first.
const FORMATS: [&str; 40] = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%Y-%-m-%-d",
    "%Y/%-m/%-d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%m/%d/%Y",
    "%m-%d-%Y",
    "%m.%d.%Y",
    "%-d.%-m.%Y",
    "%-d/%-m/%Y",
    "%-d-%-m-%Y",
    "%-m/%-d/%Y",
    "%-m-%-d-%Y",
    "%d.%m.%y",
    "%d/%m/%y",
    "%d-%m-%y",
    "%m/%d/%y",
    "%m-%d-%y",
    "%y-%m-%d",
    "%-d.%-m.%y",
    "%-d/%-m/%y",
    "%-m/%-d/%y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %B %Y",
    "%-d %b %Y",
    "%-d-%b-%Y",
    "%-d %B %Y",
    "%b %d, %Y",
    "%b %-d, %Y",
    "%B %d, %Y",
    "%B %-d, %Y",
    "%a, %b %-d, %Y",
    "%Y-%m",
    "%b %Y",
];

/// A column of dates, understood.
#[derive(Debug)]
pub(super) struct Dates {
    pub format: String,
    /// The different days, in order.
    pub days: Vec<Day>,
}

/// The different texts of a column: the line of the first, and how many rows have it.
type Texts<'a> = BTreeMap<&'a str, (u64, u64)>;

/// Whether `text` is a date in some known format, maybe with a time that is midnight.
pub(super) fn is_date(text: &str) -> bool {
    let text = match split_time(text) {
        Some((date, time)) if is_midnight(time) => date,
        _ => text,
    };
    could_be(text) && FORMATS.iter().any(|format| read(text, format).is_some())
}

/// Whether it is worth trying: figures, which most cells are, have other marks than dates.
fn could_be(text: &str) -> bool {
    let starts_well = text.starts_with(|first: char| first.is_ascii_alphanumeric());
    if !starts_well || !(6..=24).contains(&text.len()) {
        return false;
    }
    let marks = text.bytes().filter(|byte| matches!(byte, b'-' | b'/' | b'.')).count();
    let has_letters = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    match marks {
        _ if has_letters => text.bytes().any(|byte| byte.is_ascii_digit()),
        0 => text.len() == 8,
        1 => text.contains('-'),
        marks => marks == 2,
    }
}

/// The format of all `cells` (line and text); `None` where there is none or more than one, which
/// is then said.
pub(super) fn find<'a>(
    column: &str,
    cells: impl Iterator<Item = (u64, &'a str)>,
    findings: &mut Findings,
) -> Option<Dates> {
    let mut texts = Texts::new();
    for (line, text) in cells.filter(|(_, text)| !text.is_empty()) {
        texts.entry(text).or_insert((line, 0)).1 += 1;
    }
    if texts.is_empty() {
        findings.missing("date_format", format!("the column \"{column}\" holds no date"));
        return None;
    }
    let time = midnight_behind(&texts);
    let texts = match time {
        Some(time) => {
            texts.iter().map(|(text, seen)| (&text[..text.len() - time.len()], *seen)).collect()
        }
        None => texts,
    };
    let fitting: Vec<&'static str> = FORMATS
        .into_iter()
        .filter(|format| texts.keys().all(|text| read(text, format).is_some()))
        .collect();
    let Some(&format) = fitting.first() else {
        findings.missing("date_format", no_format(column, &texts));
        return None;
    };
    if let Some(&other) = fitting.iter().find(|other| differ(&texts, format, other)) {
        undecided(column, &texts, [format, other], time.unwrap_or_default(), findings);
        return None;
    }
    let mut days: Vec<Day> = texts.keys().filter_map(|text| read(text, format)).collect();
    days.sort_unstable();
    let rows: u64 = texts.values().map(|(_, rows)| rows).sum();
    let example = first_of(&texts);
    let behind = time.map_or(String::new(), |time| {
        format!(", with the time \"{}\" behind every day, which is midnight", time.trim_start())
    });
    findings.certain(
        "date_format",
        format!(
            "\"{column}\" is {}, in all {rows} rows ({example}){}{behind}",
            notation(format),
            why_not_the_twin(&texts, format)
        ),
    );
    Some(Dates { format: format!("{format}{}", time.unwrap_or_default()), days })
}

/// What stands behind the day in each cell, where it is the same midnight in all.
fn midnight_behind<'a>(texts: &Texts<'a>) -> Option<&'a str> {
    let behind = |text: &'a str| split_time(text).map(|(date, _)| &text[date.len()..]);
    let first = behind(texts.keys().next()?)?;
    let is_time = is_midnight(&first[1..]) && !first.contains('%');
    (is_time && texts.keys().all(|text| behind(text) == Some(first))).then_some(first)
}

/// The text that stands first in the file.
fn first_of<'a>(texts: &Texts<'a>) -> &'a str {
    texts.iter().min_by_key(|(_, (line, _))| *line).map_or("", |(text, _)| text)
}

/// Whether two formats read some text as different days.
fn differ(texts: &Texts<'_>, one: &str, other: &str) -> bool {
    texts.keys().any(|text| read(text, one) != read(text, other))
}

/// A day whose text is what the format writes, and nothing else that it would also take. The day
/// of a month without one is its first.
fn read(text: &str, format: &str) -> Option<Day> {
    let has_day = format.contains('d');
    let day = if has_day {
        NaiveDate::parse_from_str(text, format).ok()?
    } else {
        NaiveDate::parse_from_str(&format!("{text} 1"), &format!("{format} %-d")).ok()?
    };
    let is_written_so = day.format(format).to_string().eq_ignore_ascii_case(text);
    (is_written_so && (1970..2100).contains(&chrono::Datelike::year(&day))).then_some(day)
}

/// The format with day and month exchanged; `None` where their order is no question.
fn twin(format: &str) -> Option<String> {
    let is_numeric = format.contains('m') && format.contains('d') && !format.starts_with("%Y");
    is_numeric.then(|| format.replace('d', "\0").replace('m', "d").replace('\0', "m"))
}

/// How far the other order of day and month would also do, and which row excludes it.
fn why_not_the_twin(texts: &Texts<'_>, format: &str) -> String {
    let Some(twin) = twin(format) else { return String::new() };
    let mut in_order: Vec<(&str, u64)> =
        texts.iter().map(|(text, (line, _))| (*text, *line)).collect();
    in_order.sort_by_key(|&(_, line)| line);
    let also: Vec<&str> =
        in_order.iter().map(|&(text, _)| text).filter(|text| read(text, &twin).is_some()).collect();
    let Some(&(not, line)) = in_order.iter().find(|(text, _)| read(text, &twin).is_none()) else {
        return String::new();
    };
    let other = notation(&twin);
    match also.as_slice() {
        [] => format!("; no row could be {other}"),
        [one] => format!("; {one} would also be a date as {other}, {not} in line {line} would not"),
        [first, .., last] => format!(
            "; {} of the dates, {first} to {last}, would also be dates as {other}, {not} in line \
             {line} would not",
            also.len()
        ),
    }
}

fn undecided(
    column: &str,
    texts: &Texts<'_>,
    [one, other]: [&'static str; 2],
    time: &str,
    findings: &mut Findings,
) {
    let example = texts
        .iter()
        .filter(|(text, _)| read(text, one) != read(text, other))
        .min_by_key(|(_, (line, _))| *line)
        .map_or("", |(text, _)| text);
    let says = |format: &str| {
        let day = read(example, format).map(|day| day.format("%-d %B %Y").to_string());
        format!("{} ({example} is {})", notation(format), day.unwrap_or_default())
    };
    let span = |format: &str| {
        let mut days: Vec<Day> = texts.keys().filter_map(|text| read(text, format)).collect();
        days.sort_unstable();
        match (days.first(), days.last()) {
            (Some(first), Some(last)) if first != last => {
                format!("{} days from {first} to {last}", days.len())
            }
            (Some(only), _) => format!("the day {only}"),
            _ => String::new(),
        }
    };
    let choice = |format: &str| {
        let lines = grain_lines(column, texts, format);
        format!("{lines}date_format = \"{format}{time}\"    # {}", span(format))
    };
    findings.undecided(
        "date_format",
        format!(
            "\"{column}\" can be read in two ways, and no row excludes one: {} or {}",
            says(one),
            says(other)
        ),
        &[choice(one), choice(other)],
    );
}

/// The lines that a source needs beside a format under which the dates are those of weeks or months.
fn grain_lines(column: &str, texts: &Texts<'_>, format: &str) -> String {
    let mut days: Vec<Day> = texts.keys().filter_map(|text| read(text, format)).collect();
    days.sort_unstable();
    let covered = grain::find(&days, column, format.contains('d'), &mut Findings::default());
    let word = match covered.grain {
        Grain::Day => return String::new(),
        Grain::Week => "week",
        Grain::Month => "month",
    };
    let last = if covered.dated_by == DatedBy::Last { "dated_by = \"last\"\n" } else { "" };
    format!("grain = \"{word}\"\n{last}")
}

/// How a date is written, as far as that shows without knowing its format.
fn shape(text: &str) -> (usize, Vec<char>) {
    let marks = text.chars().filter(|it| !it.is_alphanumeric()).collect();
    let first_digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (usize::from(first_digits >= 4), marks)
}

/// What a column holds instead of dates of one format.
fn no_format(column: &str, texts: &Texts<'_>) -> String {
    if let Some(strange) = special(first_of(texts)) {
        return format!("the column \"{column}\" {strange}");
    }
    let mut shapes: BTreeMap<(usize, Vec<char>), Texts<'_>> = BTreeMap::new();
    for (text, seen) in texts {
        shapes.entry(shape(text)).or_default().insert(text, *seen);
    }
    let mut groups: Vec<(u64, String)> = shapes.values().map(group).collect();
    groups.sort();
    let told: Vec<String> = groups.into_iter().map(|(_, text)| text).collect();
    let what = match told.len() {
        1 => "holds no dates that are known here".to_owned(),
        count => format!("holds {count} formats"),
    };
    let told = told.iter().take(5).cloned().collect::<Vec<_>>().join(" and ");
    format!(
        "the column \"{column}\" {what}: {told}; nothing is guessed: export every day as YYYY-MM-DD"
    )
}

/// The first line of a shape, and what it can be.
fn group(texts: &Texts<'_>) -> (u64, String) {
    let rows: u64 = texts.values().map(|(_, rows)| rows).sum();
    let first = first_of(texts);
    let line = texts.get(first).map_or(0, |(line, _)| *line);
    let fitting: Vec<&str> = FORMATS
        .into_iter()
        .filter(|format| texts.keys().all(|text| read(text, format).is_some()))
        .collect();
    let can_be = match fitting.first() {
        None => "; in no known format".to_owned(),
        Some(format) => fitting
            .iter()
            .find(|other| differ(texts, format, other))
            .and_then(|other| {
                let shown = |format| Some(read(first, format)?.format("%-d %B").to_string());
                Some(format!("; it could be {} or {}", shown(format)?, shown(other)?))
            })
            .unwrap_or_default(),
    };
    let rows = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
    (line, format!("{first} (line {line}, {rows}{can_be})"))
}

/// What is no text of a date at all.
fn special(text: &str) -> Option<&'static str> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let with_time = split_time(text).is_some_and(|(date, _)| is_date(date));
    if is_number && text.len() == 5 {
        Some("holds a spreadsheet's day numbers: format it as a date, and export again")
    } else if with_time {
        Some(
            "holds times of day that are not all the same midnight: export days as YYYY-MM-DD, and \
             the rows of hours summed by day",
        )
    } else {
        None
    }
}

/// "%d/%m/%Y" as people write it: DD/MM/YYYY.
pub(in crate::ingest) fn notation(format: &str) -> String {
    [
        ("%Y", "YYYY"),
        ("%y", "YY"),
        ("%-m", "M"),
        ("%-d", "D"),
        ("%m", "MM"),
        ("%d", "DD"),
        ("%b", "Mon"),
        ("%B", "Month"),
        ("%a", "Weekday"),
    ]
    .iter()
    .fold(format.to_owned(), |text, (code, letters)| text.replace(code, letters))
}
