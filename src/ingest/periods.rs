//! A day that dates a week or month → the first day of that week or month. Weeks are never re-cut: a
//! week that starts on another day than the account's is counted, and named once for the column.

use chrono::{Datelike, Months, Weekday};

use super::Context;
use super::fault::{Fault, FaultReason};
use crate::domain::calendar::{WEEK_DAYS, minus_days, plus_days, weekday_name};
use crate::domain::source::DatedBy;
use crate::domain::{Day, Grain};

/// What a file's rows cover, and the weeks that the account doesn't have.
pub(super) struct Periods {
    grain: Grain,
    dated_by: DatedBy,
    week_starts_on: Weekday,
    today: Day,
    other_weeks: Vec<OtherWeek>,
}

/// Weeks that start on one weekday.
struct OtherWeek {
    /// The weekday in the date column.
    dated: Weekday,
    example: Day,
    line: u64,
    rows: u64,
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
            return self.ended("week", first, plus_days(first, WEEK_DAYS - 1));
        }
        let dated = day.weekday();
        match self.other_weeks.iter_mut().find(|week| week.dated == dated) {
            Some(week) => week.rows += 1,
            None => self.other_weeks.push(OtherWeek { dated, example: day, line, rows: 1 }),
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

    /// The one fault that names all weeks that the account doesn't have.
    pub(super) fn finish(self, column: &str) -> Option<Fault> {
        let first = self.other_weeks.first()?;
        let (verb, own, step) = match self.dated_by {
            DatedBy::First => ("start", self.week_starts_on, 0),
            DatedBy::Last => ("end", self.week_starts_on.pred(), WEEK_DAYS - 1),
        };
        let found: Vec<String> = self
            .other_weeks
            .iter()
            .map(|OtherWeek { dated, example, line, rows }| {
                let of = if *rows == 1 { "row" } else { "rows" };
                format!("{} ({example}, line {line}, {rows} {of})", weekday_name(*dated))
            })
            .collect();
        let reason = FaultReason::OtherWeeks {
            found: format!("{verb} on {}", found.join(" and ")),
            expected: format!("{verb} on {}", weekday_name(own)),
        };
        let starts = minus_days(first.example, step).weekday();
        let mut hint = format!(
            "weekly history is not re-cut: export weeks that start on {}",
            weekday_name(self.week_starts_on)
        );
        if self.other_weeks.len() == 1 {
            let word = weekday_name(starts).to_lowercase();
            hint.push_str(&format!(", or set week_starts_on = \"{word}\" for the account"));
        }
        let times = self.other_weeks.iter().map(|week| week.rows).sum();
        let fault = Fault::of_file(reason).in_column(column).with_hint(hint);
        Some(Fault { times, ..fault })
    }
}

fn last_of_month(day: Day) -> Day {
    let first = minus_days(day, u64::from(day.day0()));
    first.checked_add_months(Months::new(1)).map_or(Day::MAX, |next| minus_days(next, 1))
}
