//! The text of a date cell → a day, or the first day of its week or month, in the one format of the
//! source and no other. What is written in another format is never guessed: it is counted, and named
//! once for the whole column.

use std::collections::BTreeMap;

use chrono::NaiveDate;

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
    expected_shape: Option<Shape>,
    known: BTreeMap<Box<[u8]>, Day>,
    right: Option<SeenFormat>,
    other: BTreeMap<Shape, Seen>,
}

/// How a date is written, as far as that can be told without knowing its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    order: Order,
    separator: u8,
    with_time: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    YearFirst,
    YearLast,
    ShortYearLast,
}

struct Seen {
    format: SeenFormat,
    /// Whether some row can be read only with the day in front (or behind), so that the order of
    /// day and month is no question.
    day_first: bool,
    month_first: bool,
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
    pub(super) fn new(context: &Context<'a>) -> Self {
        let (format, today) = (context.source.date_format.as_str(), context.today);
        let window_days = context.account.checks.window_days;
        let first = match context.purpose {
            Purpose::Inbox => minus_days(today, window_days.into()).max(FIRST_DAY),
            Purpose::Import => FIRST_DAY,
        };
        let sample = NaiveDate::from_ymd_opt(2025, 11, 22).expect("a day");
        let expected_shape = written(sample, format).and_then(|text| parts(&text)).map(|it| it.0);
        Self {
            format,
            without_day: context.source.grain == Grain::Month && names_no_day(format),
            today,
            first,
            window_days,
            daily: context.source.grain == Grain::Day,
            periods: Periods::of(context),
            expected: notation(format),
            expected_shape,
            known: BTreeMap::new(),
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
            return iso(text);
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
        let known_shape = parts(&text).filter(|(shape, _)| Some(*shape) != self.expected_shape);
        let Some((shape, [first, second, third])) = known_shape else {
            let reason = FaultReason::NotADay { expected: self.expected.clone() };
            return DateCell::Fault(reason, hint_for(&text));
        };
        let day_first = NaiveDate::from_ymd_opt(full_year(third), second, first);
        let month_first = NaiveDate::from_ymd_opt(full_year(third), first, second);
        if shape.order == Order::YearFirst {
            let seen = self.other.entry(shape).or_insert_with(|| Seen::new(&text, line, None));
            seen.format.rows += 1;
            return DateCell::OtherFormat;
        }
        if day_first.is_none() && month_first.is_none() {
            let reason = FaultReason::NotADay { expected: self.expected.clone() };
            return DateCell::Fault(reason, None);
        }
        let could_be = day_first.zip(month_first).filter(|(one, other)| one != other);
        let seen = self.other.entry(shape).or_insert_with(|| Seen::new(&text, line, could_be));
        seen.format.rows += 1;
        seen.day_first |= month_first.is_none();
        seen.month_first |= day_first.is_none();
        DateCell::OtherFormat
    }

    /// The one fault that names all other formats of the column; where there are none, the one that
    /// names its weeks, if they start on another day than the account's.
    pub(super) fn finish(self, column: &str) -> Option<Fault> {
        let Self { expected, right, other, periods, .. } = self;
        if other.is_empty() {
            return periods.finish(column);
        }
        let hint = hint_for_formats(&expected, &other);
        let times = other.values().map(|seen| seen.format.rows).sum();
        let mut formats: Vec<SeenFormat> = other.into_values().map(Seen::settled).collect();
        formats.extend(right);
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
        Self { format, day_first: false, month_first: false }
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

/// The shape of a date of three numbers, and the numbers with the year last.
fn parts(text: &str) -> Option<(Shape, [u32; 3])> {
    let (date, time) = match text.split_once([' ', 'T']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    if time.is_some_and(|time| !time.starts_with(|first: char| first.is_ascii_digit())) {
        return None;
    }
    let separator = date.bytes().find(|byte| matches!(byte, b'-' | b'/' | b'.'))?;
    let mut numbers = date.split(char::from(separator));
    let numbers = [numbers.next()?, numbers.next()?, numbers.next()?];
    if date.bytes().filter(|&byte| byte == separator).count() != 2
        || !numbers.iter().all(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return None;
    }
    let order = match numbers.map(str::len) {
        [4, 1..=2, 1..=2] => Order::YearFirst,
        [1..=2, 1..=2, 4] => Order::YearLast,
        [1..=2, 1..=2, 2] => Order::ShortYearLast,
        _ => return None,
    };
    let [first, second, third] = numbers.map(|number| number.parse().ok());
    let values = match order {
        Order::YearFirst => [third?, second?, first?],
        Order::YearLast | Order::ShortYearLast => [first?, second?, third?],
    };
    Some((Shape { order, separator, with_time: time.is_some() }, values))
}

/// Only to look whether day and month are possible; no day comes from it.
fn full_year(year: u32) -> i32 {
    let year = i32::try_from(year).unwrap_or(0);
    if year < 100 { 2000 + year } else { year }
}

fn hint_for(text: &str) -> Option<String> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let hint = if is_number && text.len() == 5 {
        "this looks like a spreadsheet's day number: format the column as a date before export"
    } else if is_number && text.len() == 8 {
        "write the day with hyphens"
    } else if matches!(text.as_bytes(), [_, _, _, _, b'-', _, _]) {
        "this names a month: a source of months has grain = \"month\" and date_format = \"%Y-%m\""
    } else {
        return None;
    };
    Some(hint.to_owned())
}

fn hint_for_formats(expected: &str, other: &BTreeMap<Shape, Seen>) -> String {
    let ambiguous = other.iter().any(|(shape, seen)| {
        shape.order != Order::YearFirst && !seen.day_first && !seen.month_first
    });
    if ambiguous {
        format!("nothing is guessed; write every day as {expected}")
    } else {
        format!("write every day as {expected}")
    }
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;

    use super::*;
    use crate::domain::source::DatedBy;
    use crate::domain::{
        Account, AccountId, Channel, ChannelName, Currency, Limits, Money, Source,
    };

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    fn account(week_starts_on: Weekday) -> Account {
        let mut account = Account::with_shipped_settings(
            AccountId::new("main").expect("an id"),
            Currency::from_code("INR").expect("a currency"),
            chrono_tz::Asia::Kolkata,
            Money::from_minor(50_000_000),
            vec![Channel::named(ChannelName::new("Email").expect("a name"))],
        );
        account.week_starts_on = week_starts_on;
        account
    }

    fn source(grain: Grain, date_format: &str) -> Source {
        Source { grain, date_format: date_format.to_owned(), ..Source::long() }
    }

    /// Each text as its day, or the code of its fault; and the fault of the whole column.
    fn read_as(
        source: &Source,
        week_starts_on: Weekday,
        purpose: Purpose,
        texts: &[&str],
    ) -> (Vec<String>, Option<Fault>) {
        let account = account(week_starts_on);
        let context = Context {
            account: &account,
            source,
            today: day("2025-09-15"),
            limits: Limits::default(),
            file_name: "file.csv",
            purpose,
        };
        let mut dates = Dates::new(&context);
        let mut seen = Vec::new();
        for (line, text) in (2..).zip(texts) {
            seen.push(match dates.read(text.as_bytes(), line) {
                DateCell::Day(day) => day.to_string(),
                DateCell::OtherFormat => "named at the end".to_owned(),
                DateCell::Fault(reason, _) => reason.code().to_owned(),
            });
        }
        (seen, dates.finish("date"))
    }

    fn import(source: &Source, texts: &[&str]) -> Vec<String> {
        let (seen, fault) = read_as(source, Weekday::Mon, Purpose::Import, texts);
        assert_eq!(fault, None);
        seen
    }

    #[test]
    fn the_inbox_takes_no_day_older_than_its_window_and_import_takes_any() {
        let daily = source(Grain::Day, "%Y-%m-%d");
        let texts = ["2022-09-14", "2022-09-15", "2025-09-15", "1969-12-31", "2025-09-16"];
        let (seen, _) = read_as(&daily, Weekday::Mon, Purpose::Inbox, &texts);
        let in_window = ["outside_window", "2022-09-15", "2025-09-15", "day_too_old", "future_day"];
        assert_eq!(seen, in_window);
        assert_eq!(import(&daily, &["1970-01-01", "2022-09-14"]), ["1970-01-01", "2022-09-14"]);
    }

    #[test]
    fn a_month_may_be_named_alone_and_is_its_first_day() {
        let texts = ["2024-02", "2024-2", "2024-02-01", "2024-13", "2025-09", "2025-10"];
        let expected = [
            "2024-02-01",
            "not_a_day",
            "named at the end",
            "not_a_day",
            "open_period",
            "future_day",
        ];
        let (seen, fault) =
            read_as(&source(Grain::Month, "%Y-%m"), Weekday::Mon, Purpose::Import, &texts);
        assert_eq!(seen, expected);
        assert_eq!(
            fault.expect("a day where a month was meant").to_string(),
            "column date holds two formats: 2024-02 (line 2, 3 rows) and 2024-02-01 (line 4, 1 row)"
        );
        assert_eq!(import(&source(Grain::Month, "%b %Y"), &["Feb 2024"]), ["2024-02-01"]);
        assert_eq!(import(&source(Grain::Month, "%B %Y"), &["February 2024"]), ["2024-02-01"]);
        assert_eq!(import(&source(Grain::Month, "%m/%Y"), &["02/2024", "2/2024"])[1], "not_a_day");
        assert_eq!(import(&source(Grain::Day, "%Y-%m"), &["2024-02"]), ["not_a_day"]);
    }

    #[test]
    fn a_month_is_dated_by_the_day_that_its_source_says() {
        let first = source(Grain::Month, "%Y-%m-%d");
        let texts = ["2024-02-01", "2024-02-29", "2024-02-15", "2025-09-01"];
        let expected = ["2024-02-01", "inside_month", "inside_month", "open_period"];
        assert_eq!(import(&first, &texts), expected);
        let last = Source { dated_by: DatedBy::Last, ..first };
        let texts = ["2024-02-29", "2023-02-28", "2024-02-28", "2024-12-31", "2024-02-01"];
        let expected = ["2024-02-01", "2023-02-01", "inside_month", "2024-12-01", "inside_month"];
        assert_eq!(import(&last, &texts), expected);
    }

    #[test]
    fn a_week_is_named_by_its_first_day_whichever_day_dates_it() {
        let first = source(Grain::Week, "%-m/%-d/%Y");
        assert_eq!(import(&first, &["4/2/2018", "8/30/2021"]), ["2018-04-02", "2021-08-30"]);
        // The week of Monday 2025-09-08 ended on the 14th, that of the 15th has begun.
        assert_eq!(import(&first, &["9/8/2025", "9/15/2025"]), ["2025-09-08", "open_period"]);
        let last = Source { dated_by: DatedBy::Last, ..first };
        assert_eq!(import(&last, &["9/14/2025", "4/8/2018"]), ["2025-09-08", "2018-04-02"]);
    }

    #[test]
    fn weeks_of_another_weekday_are_named_once_and_never_cut_again() {
        let weekly = source(Grain::Week, "%Y-%m-%d");
        let texts = ["2014-08-03", "2014-08-10", "2014-08-17"];
        let (seen, fault) = read_as(&weekly, Weekday::Mon, Purpose::Import, &texts);
        assert_eq!(seen, ["named at the end"; 3]);
        let fault = fault.expect("the account's weeks are others");
        assert_eq!(
            fault.to_string(),
            "column date holds weeks that start on Sunday (2014-08-03, line 2, 3 rows); those of \
             the account start on Monday"
        );
        assert_eq!(
            fault.hint.as_deref(),
            Some(
                "weekly history is not re-cut: export weeks that start on Monday, or set \
                  week_starts_on = \"sunday\" for the account"
            )
        );
        let (seen, fault) = read_as(&weekly, Weekday::Sun, Purpose::Import, &texts);
        assert_eq!((seen, fault), (texts.map(str::to_owned).to_vec(), None));
        let last = Source { dated_by: DatedBy::Last, ..weekly.clone() };
        let (_, fault) = read_as(&last, Weekday::Mon, Purpose::Import, &["2014-08-02"]);
        let fault = fault.expect("a week that ends on Saturday");
        assert_eq!(
            fault.to_string(),
            "column date holds weeks that end on Saturday (2014-08-02, line 2, 1 row); those of the \
             account end on Sunday"
        );
        assert!(fault.hint.expect("a remedy").contains("week_starts_on = \"sunday\""));
        let mixed = ["2014-08-03", "2014-08-04", "2014-08-12", "2014-08-10"];
        let (seen, fault) = read_as(&weekly, Weekday::Mon, Purpose::Import, &mixed);
        assert_eq!(seen[1], "2014-08-04");
        assert_eq!(
            fault.expect("two other weekdays").to_string(),
            "column date holds weeks that start on Sunday (2014-08-03, line 2, 2 rows) and Tuesday \
             (2014-08-12, line 4, 1 row); those of the account start on Monday"
        );
    }

    #[test]
    fn a_date_of_another_format_is_named_before_the_weekday_of_the_rest() {
        let weekly = source(Grain::Week, "%Y-%m-%d");
        let texts = ["2014-08-03", "8/10/2014"];
        let (_, fault) = read_as(&weekly, Weekday::Mon, Purpose::Import, &texts);
        assert_eq!(fault.expect("two formats").reason.code(), "mixed_dates");
    }
}
