//! A day that dates a week or month → the first day of that week or month. Weeks are never re-cut: a
//! week that starts on another day than the account's is counted, and named once for the column.

use chrono::{Datelike, Months, Weekday};

use super::Context;
use super::fault::{Fault, FaultReason};
use crate::domain::calendar::{WEEK_DAYS, minus_days, plus_days, weekday_name};
use crate::domain::source::DatedBy;
use crate::domain::{Day, Grain};

/// Lines of weeks of another weekday that are named; of more, the first is.
const LINES_MAX: u64 = 5;

/// What a file's rows cover, and the weeks that the account doesn't have.
pub(super) struct Periods {
    grain: Grain,
    dated_by: DatedBy,
    week_starts_on: Weekday,
    today: Day,
    /// The account's own weeks, as far as they were read here.
    own_week: Option<OtherWeek>,
    other_weeks: Vec<OtherWeek>,
}

/// Weeks that start on one weekday.
struct OtherWeek {
    /// The weekday in the date column.
    dated: Weekday,
    example: Day,
    rows: u64,
    /// The first of its lines; never none.
    lines: Vec<u64>,
}

/// Why a day dates no period of the account.
pub(super) enum Misplaced {
    /// It is a day of another week, which [`Periods::finish`] will name.
    Week,
    /// A fault of this cell, with its remedy.
    Here(FaultReason, String),
}

impl Periods {
    pub(super) const fn of(context: &Context<'_>) -> Self {
        Self {
            grain: context.source.grain,
            dated_by: context.source.dated_by,
            week_starts_on: context.account.week_starts_on,
            today: context.today,
            own_week: None,
            other_weeks: Vec::new(),
        }
    }

    /// The first day of the period that `day` dates; of a day itself.
    pub(super) fn first(&mut self, day: Day, line: u64) -> Result<Day, Misplaced> {
        match self.grain {
            Grain::Day => Ok(day),
            Grain::Week => self.week(day, line),
            Grain::Month => self.dated_month(day),
        }
    }

    fn week(&mut self, day: Day, line: u64) -> Result<Day, Misplaced> {
        let first = match self.dated_by {
            DatedBy::First => day,
            DatedBy::Last => minus_days(day, WEEK_DAYS - 1),
        };
        if first.weekday() == self.week_starts_on {
            match &mut self.own_week {
                Some(week) => week.add(line),
                None => self.own_week = Some(OtherWeek::new(day.weekday(), day, line)),
            }
            return self.ended("week", first, plus_days(first, WEEK_DAYS - 1));
        }
        let dated = day.weekday();
        match self.other_weeks.iter_mut().find(|week| week.dated == dated) {
            Some(week) => week.add(line),
            None => self.other_weeks.push(OtherWeek::new(dated, day, line)),
        }
        Err(Misplaced::Week)
    }

    fn dated_month(&self, day: Day) -> Result<Day, Misplaced> {
        let (is_first, is_last) = (day.day() == 1, last_of_month(day) == day);
        let (expected, fits, other) = match self.dated_by {
            DatedBy::First => ("first", is_first, ("last", is_last)),
            DatedBy::Last => ("last", is_last, ("first", is_first)),
        };
        if fits {
            return self.month(day);
        }
        let reason = FaultReason::InsideMonth { expected };
        let hint = match other {
            (other, true) => format!("set dated_by = \"{other}\" for the source"),
            _ => format!(
                "write the {expected} day of the month, or the month alone with date_format = \"%Y-%m\""
            ),
        };
        Err(Misplaced::Here(reason, hint))
    }

    /// The first day of the month that `day` lies in.
    pub(super) fn month(&self, day: Day) -> Result<Day, Misplaced> {
        let first = minus_days(day, u64::from(day.day0()));
        self.ended("month", first, last_of_month(day))
    }

    /// A period that isn't over would count as one with little spend.
    fn ended(&self, period: &'static str, first: Day, last_day: Day) -> Result<Day, Misplaced> {
        if last_day <= self.today {
            return Ok(first);
        }
        let reason = FaultReason::OpenPeriod { period, last_day, today: self.today };
        Err(Misplaced::Here(reason, format!("leave the {period} out until it is over")))
    }

    /// The one fault that names all weeks that the account doesn't have; `dated` counts the rows
    /// whose date could be read, those of the account's own weeks included.
    pub(super) fn finish(self, column: &str, dated: u64) -> Option<Fault> {
        let most = self.other_weeks.iter().max_by_key(|week| week.rows)?;
        let odd: u64 = self.other_weeks.iter().map(|week| week.rows).sum();
        let own = dated.saturating_sub(odd);
        let (verb, own_day) = match self.dated_by {
            DatedBy::First => ("start", self.week_starts_on),
            DatedBy::Last => ("end", self.week_starts_on.pred()),
        };
        let own_name = weekday_name(own_day);
        let is_most = |week: &OtherWeek| week.rows * 2 > dated;
        let found = self.other_weeks.iter().map(|week| week.told(is_most(week)));
        let own_rows = match (own, &self.own_week) {
            (0, _) => String::new(),
            // Few, and all of them were read here: they may be the odd ones.
            (1..=LINES_MAX, Some(week)) if week.rows == own && own * 2 <= dated => {
                format!(", as {} {}", week.lines_told(), if own == 1 { "does" } else { "do" })
            }
            (1, _) => ", as 1 row does".to_owned(),
            _ => format!(", as {own} rows do"),
        };
        let reason = FaultReason::OtherWeeks {
            found: format!("{verb} on {}", found.collect::<Vec<_>>().join(" and ")),
            expected: format!("{verb} on {own_name}{own_rows}"),
        };
        let hint = if own == 0 && self.other_weeks.len() == 1 {
            self.other_start(most)
        } else if own * 2 > dated {
            format!("most weeks {verb} on {own_name}: correct the {}", dates_of(odd, "other"))
        } else if is_most(most) {
            format!(
                "most weeks {verb} on {}: correct the {} first; {}",
                weekday_name(most.dated),
                dates_of(dated - most.rows, "other"),
                self.other_start(most)
            )
        } else {
            format!("no weekday has most of the weeks: export weeks that {verb} on {own_name}")
        };
        let fault = Fault::of_file(reason).in_column(column).with_hint(hint);
        Some(Fault { times: odd, ..fault })
    }

    /// What to do where the file's weeks are those of another account.
    fn other_start(&self, week: &OtherWeek) -> String {
        let step = match self.dated_by {
            DatedBy::First => 0,
            DatedBy::Last => WEEK_DAYS - 1,
        };
        let starts = weekday_name(minus_days(week.example, step).weekday());
        format!(
            "weekly history is not re-cut: export weeks that start on {}, or set week_starts_on = \
             \"{}\" for the account",
            weekday_name(self.week_starts_on),
            starts.to_lowercase()
        )
    }
}

impl OtherWeek {
    fn new(dated: Weekday, example: Day, line: u64) -> Self {
        Self { dated, example, rows: 1, lines: vec![line] }
    }

    fn add(&mut self, line: u64) {
        self.rows += 1;
        if (self.lines.len() as u64) < LINES_MAX {
            self.lines.push(line);
        }
    }

    /// "Sunday (2014-08-03, line 2, 3 rows)"; where they are the odd ones, with each of their lines.
    fn told(&self, is_most: bool) -> String {
        let lines = if is_most || self.rows > LINES_MAX {
            format!("line {}", self.lines[0])
        } else {
            self.lines_told()
        };
        let (weekday, rows) = (weekday_name(self.dated), rows_of(self.rows));
        format!("{weekday} ({}, {lines}, {rows})", self.example)
    }

    /// "line 2", "lines 2, 5 and 9".
    fn lines_told(&self) -> String {
        match self.lines.as_slice() {
            [only] => format!("line {only}"),
            [before @ .., last] => {
                let before: Vec<String> = before.iter().map(ToString::to_string).collect();
                format!("lines {} and {last}", before.join(", "))
            }
            [] => String::new(),
        }
    }
}

fn rows_of(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

fn dates_of(count: u64, which: &str) -> String {
    if count == 1 { format!("{which} date") } else { format!("{count} {which} dates") }
}

fn last_of_month(day: Day) -> Day {
    let first = minus_days(day, u64::from(day.day0()));
    first.checked_add_months(Months::new(1)).map_or(Day::MAX, |next| minus_days(next, 1))
}
