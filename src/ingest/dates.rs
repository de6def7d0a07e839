//! The text of a date cell → a day, or the first day of its week or month, in the one format of the
//! source and no other. What is written in another format is never guessed: it is counted, and named
//! once for the whole column.

#[cfg(test)]
mod tests;

pub(super) mod clock;
mod remedy;
mod shape;
mod words;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use shape::{Against, Expected, Order, Parts, Shape, Times};

use super::fault::{Fault, FaultReason, SeenFormat, shown};
use super::periods::{Misplaced, Periods};
use super::{Context, Purpose};
use crate::domain::calendar::minus_days;
use crate::domain::{Day, Grain};

/// Days before this are mistakes of the year; nothing was advertised online, and the ledger's days
/// stay few enough to be counted one by one.
pub(super) const FIRST_DAY: Day = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a day");

/// Dates of a format of the source's own that are remembered with their days.
const KNOWN_MAX: usize = 4096;

const ISO: &str = "%Y-%m-%d";

/// Reads the dates of one file.
pub(super) struct Dates<'a> {
    format: &'a str,
    /// Whether the format names a month alone.
    without_day: bool,
    today: Day,
    /// The first day that is believed: that of the inbox's window.
    first: Day,
    window_days: u32,
    daily: bool,
    periods: Periods,
    expected: String,
    expected_shape: Option<Expected>,
    known: BTreeMap<Box<[u8]>, Day>,
    last_iso: Option<([u8; 10], Day)>,
    right: Option<SeenFormat>,
    other: BTreeMap<Shape, Seen>,
}

/// The dates of one shape.
struct Seen {
    format: SeenFormat,
    /// Whether some row can be read only with the day in front (or behind), so that the order of
    /// day and month is no question.
    day_first: bool,
    month_first: bool,
    /// Whether some day or month of one digit lacks its zero.
    lacks_zeros: bool,
    /// The times behind the days.
    times: Option<Times>,
    /// The formats that read each of them, where they are in words or without marks.
    in_words: Vec<&'static str>,
}

/// What a date cell holds.
pub(super) enum DateCell {
    /// A day in the source's format that has begun; of a week or month that is over, the first.
    Day(Day),
    /// A date of another format, or a week that starts on another day than the account's, which
    /// [`Dates::finish`] will name.
    OtherFormat,
    /// A fault of this cell.
    Fault(FaultReason, Option<String>),
}

impl<'a> Dates<'a> {
    /// Whether each date so far is written as the source says.
    pub(super) fn are_all_right(&self) -> bool {
        self.other.is_empty()
    }

    /// The first date that is written as the source says, and how many are.
    pub(super) const fn take_right(&mut self) -> Option<SeenFormat> {
        self.right.take()
    }

    /// Counts dates of further lines that are written as the source says.
    pub(super) fn count(&mut self, further: Option<SeenFormat>) {
        match (&mut self.right, further) {
            (Some(right), Some(further)) => right.rows += further.rows,
            (right @ None, further) => *right = further,
            (Some(_), None) => {}
        }
    }

    pub(super) fn new(context: &Context<'a>) -> Self {
        let (format, today) = (context.source.date_format.as_str(), context.today);
        let window_days = context.account.checks.window_days;
        let first = match context.purpose {
            Purpose::Inbox => minus_days(today, window_days.into()).max(FIRST_DAY),
            Purpose::Import | Purpose::Model => FIRST_DAY,
        };
        Self {
            format,
            without_day: context.source.grain == Grain::Month && names_no_day(format),
            today,
            first,
            window_days,
            daily: context.source.grain == Grain::Day,
            periods: Periods::of(context),
            expected: notation(format),
            expected_shape: Expected::of(format),
            known: BTreeMap::new(),
            last_iso: None,
            right: None,
            other: BTreeMap::new(),
        }
    }

    /// Reads one cell; `text` is not blank.
    pub(super) fn read(&mut self, text: &[u8], line: u64) -> DateCell {
        let Some(day) = self.parse(text) else { return self.other(text, line) };
        match &mut self.right {
            Some(right) => right.rows += 1,
            None => self.right = Some(first_seen(&String::from_utf8_lossy(text), line)),
        }
        if day < self.first || day > self.today {
            return self.not_believed(day);
        }
        if self.daily { DateCell::Day(day) } else { self.first_of_period(day, line) }
    }

    #[cold]
    fn not_believed(&self, day: Day) -> DateCell {
        let (reason, hint) = if day > self.today {
            let hint = "a file holds only days that have begun; check the year, and the account's \
                        time zone";
            (FaultReason::FutureDay { today: self.today }, hint)
        } else if day < FIRST_DAY {
            (FaultReason::DayTooOld { first: FIRST_DAY }, "check the year")
        } else {
            let hint = "check the year; `budgetd import` takes the past, and checks.window_days \
                        says how far back the inbox does";
            let (first, window_days) = (self.first, self.window_days);
            (FaultReason::OutsideWindow { first, window_days }, hint)
        };
        DateCell::Fault(reason, Some(hint.to_owned()))
    }

    fn first_of_period(&mut self, day: Day, line: u64) -> DateCell {
        // A month that is named alone is dated by none of its days.
        let first =
            if self.without_day { self.periods.month(day) } else { self.periods.first(day, line) };
        match first {
            Ok(first) => DateCell::Day(first),
            Err(Misplaced::Week) => DateCell::OtherFormat,
            Err(Misplaced::Here(reason, hint)) => DateCell::Fault(reason, Some(hint)),
        }
    }

    fn parse(&mut self, text: &[u8]) -> Option<Day> {
        if self.format == ISO {
            // Rows of a day often follow one another.
            if let Some((known, day)) = self.last_iso
                && known == *text
            {
                return Some(day);
            }
            let day = iso(text)?;
            self.last_iso = text.try_into().ok().map(|text| (text, day));
            return Some(day);
        }
        if let Some(&day) = self.known.get(text) {
            return Some(day);
        }
        let text_of_day = std::str::from_utf8(text).ok()?;
        let day = if self.without_day {
            strictly(&format!("{text_of_day} 1"), &format!("{} %-d", self.format))?
        } else {
            strictly(text_of_day, self.format)?
        };
        if self.known.len() < KNOWN_MAX {
            self.known.insert(text.into(), day);
        }
        Some(day)
    }

    fn other(&mut self, text: &[u8], line: u64) -> DateCell {
        let text = String::from_utf8_lossy(text);
        let not_a_day = |hint| {
            let reason = FaultReason::NotADay { expected: self.expected.clone() };
            DateCell::Fault(reason, hint)
        };
        let Some(parts) = Parts::of(&text) else {
            return match words::shape(&text) {
                Some(shape) => self.in_words(shape, &text, line),
                None => not_a_day(remedy::for_cell(&text)),
            };
        };
        let (day_first, month_first) = (parts.day_first(), parts.month_first());
        let against = match &self.expected_shape {
            _ if day_first.is_none() && month_first.is_none() => None,
            Some(expected) => expected.against(&parts),
            None => Some(Against::Marks),
        };
        let Some(against) = against else { return not_a_day(None) };
        let shape = Shape { against, ..parts.shape };
        let is_open = shape.order != Order::YearFirst && against == Against::Marks;
        let could_be = day_first.zip(month_first).filter(|(one, other)| is_open && one != other);
        let seen = self.other.entry(shape).or_insert_with(|| Seen::new(&text, line, could_be));
        seen.format.rows += 1;
        seen.day_first |= month_first.is_none();
        seen.month_first |= day_first.is_none();
        seen.lacks_zeros |= parts.lacks_zeros;
        if let Some(time) = parts.time {
            seen.times.get_or_insert_with(|| Times::new(time)).add(time);
        }
        DateCell::OtherFormat
    }

    fn in_words(&mut self, shape: Shape, text: &str, line: u64) -> DateCell {
        let seen = self.other.entry(shape).or_insert_with(|| Seen {
            day_first: true,
            in_words: words::formats(text),
            ..Seen::new(text, line, None)
        });
        seen.format.rows += 1;
        seen.in_words.retain(|format| strictly(text, format).is_some());
        DateCell::OtherFormat
    }

    /// The one fault that names all other formats of the column; where there are none, the one that
    /// names its weeks, if they start on another day than the account's.
    pub(super) fn finish(self, column: &str) -> Option<Fault> {
        let Self { format, expected, right, other, periods, .. } = self;
        if other.is_empty() {
            return periods.finish(column, right.map_or(0, |right| right.rows));
        }
        let times = other.values().map(|seen| seen.format.rows).sum();
        // Dates that differ in zeros or in the order alone are hardly of two formats: the right
        // ones can be read both ways.
        let is_one = other.len() == 1 && other.keys().all(|it| it.against != Against::Marks);
        let hint = remedy::for_column(format, &expected, &other, right.is_some() && !is_one);
        let mut formats: Vec<SeenFormat> = other.into_values().map(Seen::settled).collect();
        formats.extend(right.filter(|_| !is_one));
        formats.sort_by_key(|format| format.line);
        let reason = if formats.len() == 1 {
            FaultReason::OtherDateFormat { seen: formats.remove(0), expected }
        } else {
            FaultReason::MixedDates { formats }
        };
        let fault = Fault::of_file(reason).in_column(column).with_hint(hint);
        Some(Fault { times, ..fault })
    }
}

impl Seen {
    fn new(text: &str, line: u64, could_be: Option<(Day, Day)>) -> Self {
        let format = SeenFormat { rows: 0, could_be, ..first_seen(text, line) };
        Self {
            format,
            day_first: false,
            month_first: false,
            lacks_zeros: false,
            times: None,
            in_words: Vec::new(),
        }
    }

    /// Without the question what the example could be, where other rows of the format answer it.
    fn settled(self) -> SeenFormat {
        let open = !self.day_first && !self.month_first;
        SeenFormat { could_be: self.format.could_be.filter(|_| open), ..self.format }
    }
}

fn first_seen(text: &str, line: u64) -> SeenFormat {
    SeenFormat { example: shown(text), line, rows: 1, could_be: None }
}

/// A day of exactly four, two and two digits with hyphens between.
fn iso(text: &[u8]) -> Option<Day> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else { return None };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    let year = ((digit(y1)? * 10 + digit(y2)?) * 10 + digit(y3)?) * 10 + digit(y4)?;
    let year = i32::try_from(year).expect("four digits fit");
    NaiveDate::from_ymd_opt(year, digit(m1)? * 10 + digit(m2)?, digit(d1)? * 10 + digit(d2)?)
}

/// A day whose text is exactly what the format would write; chrono alone also takes other spaces,
/// signs and missing zeros.
fn strictly(text: &str, format: &str) -> Option<Day> {
    let day = NaiveDate::parse_from_str(text, format).ok()?;
    written(day, format).filter(|written| written.eq_ignore_ascii_case(text)).map(|_| day)
}

fn written(day: Day, format: &str) -> Option<String> {
    use std::fmt::Write as _;
    let mut text = String::new();
    // A format that asks for more than a day has can't be written.
    write!(text, "{}", day.format(format)).ok()?;
    Some(text)
}

/// Whether a format has year and month only.
fn names_no_day(format: &str) -> bool {
    let format = format.replace("%-", "%").replace("%%", "");
    !["%d", "%e", "%j", "%F", "%D", "%x", "%v"].iter().any(|code| format.contains(code))
}

/// "%d/%m/%Y" as people write it: DD/MM/YYYY.
fn notation(format: &str) -> String {
    [
        ("%Y", "YYYY"),
        ("%-m", "M"),
        ("%-d", "D"),
        ("%m", "MM"),
        ("%d", "DD"),
        ("%y", "YY"),
        ("%b", "Mon"),
        ("%B", "Month"),
    ]
    .iter()
    .fold(format.to_owned(), |text, (code, letters)| text.replace(code, letters))
}
