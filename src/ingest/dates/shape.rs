//! The text of a date that the source's format doesn't read → how it is written instead, as far as
//! that shows by itself. No day comes from it.

use chrono::NaiveDate;

use super::clock::{is_midnight, split_time};
use super::written;
use crate::domain::Day;

/// How a date is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    pub order: Order,
    pub separator: u8,
    pub with_time: bool,
    pub against: Against,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    YearFirst,
    YearLast,
    ShortYearLast,
    /// Eight digits without marks.
    Bare,
    /// "1 Sep 2025": the month is a word.
    DayWord,
    /// "Sep 1, 2025".
    WordDay,
}

/// What tells it from the source's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Against {
    /// Another order of its numbers, other marks between them, or a time where there is none.
    Marks,
    /// Leading zeros alone: they lack, or are there where there should be none.
    Zeros,
    /// Day and month stand the other way round.
    Exchanged,
    /// The time of day alone.
    Time,
}

/// A date of three numbers.
pub(super) struct Parts<'t> {
    pub shape: Shape,
    /// The numbers, with the year last.
    numbers: [u32; 3],
    /// Whether a day or month of one digit lacks its zero.
    pub lacks_zeros: bool,
    pub time: Option<&'t str>,
}

impl<'t> Parts<'t> {
    pub(super) fn of(text: &'t str) -> Option<Self> {
        let (date, time) = match split_time(text) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
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
        let lacks_zeros = numbers.iter().any(|number| number.len() == 1);
        let [first, second, third] = numbers.map(|number| number.parse().ok());
        let numbers = match order {
            Order::YearFirst => [third?, second?, first?],
            _ => [first?, second?, third?],
        };
        let with_time = time.is_some();
        let shape = Shape { order, separator, with_time, against: Against::Marks };
        Some(Self { shape, numbers, lacks_zeros, time })
    }

    pub(super) fn day_first(&self) -> Option<Day> {
        let [first, second, third] = self.numbers;
        NaiveDate::from_ymd_opt(full_year(third), second, first)
    }

    pub(super) fn month_first(&self) -> Option<Day> {
        let [first, second, third] = self.numbers;
        NaiveDate::from_ymd_opt(full_year(third), first, second)
    }
}

/// What dates of the source's format look like.
pub(super) struct Expected {
    shape: Shape,
    day_first: bool,
    time: Option<String>,
}

impl Expected {
    pub(super) fn of(format: &str) -> Option<Self> {
        let sample = NaiveDate::from_ymd_opt(2025, 11, 22).expect("a day");
        let text = written(sample, format)?;
        let parts = Parts::of(&text)?;
        let day_first = parts.shape.order == Order::YearFirst || parts.day_first().is_some();
        Some(Self { shape: parts.shape, day_first, time: parts.time.map(str::to_owned) })
    }

    /// What tells `parts`, which the format doesn't read, from it; `None`: it is no day at all.
    pub(super) fn against(&self, parts: &Parts<'_>) -> Option<Against> {
        if parts.shape != self.shape {
            return Some(Against::Marks);
        }
        let (own, exchanged) = if self.day_first {
            (parts.day_first(), parts.month_first())
        } else {
            (parts.month_first(), parts.day_first())
        };
        if own.is_none() {
            let may_be = parts.shape.order != Order::YearFirst && exchanged.is_some();
            return may_be.then_some(Against::Exchanged);
        }
        let has_its_time = parts.time == self.time.as_deref();
        Some(if has_its_time { Against::Zeros } else { Against::Time })
    }
}

/// The times of day behind the dates of one shape.
#[derive(Debug, Clone)]
pub(super) struct Times {
    pub first: String,
    pub all_alike: bool,
    pub all_midnight: bool,
}

impl Times {
    pub(super) fn new(first: &str) -> Self {
        Self { first: first.to_owned(), all_alike: true, all_midnight: is_midnight(first) }
    }

    pub(super) fn add(&mut self, time: &str) {
        self.all_alike &= time == self.first;
        self.all_midnight &= is_midnight(time);
    }
}

fn full_year(year: u32) -> i32 {
    let year = i32::try_from(year).unwrap_or(0);
    if year < 100 { 2000 + year } else { year }
}
