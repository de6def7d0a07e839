//! Rules that give a day in every year: fixed dates, n-th weekdays, and Easter.

use chrono::{Datelike, Days, Months, Weekday};

use crate::domain::Day;

/// A day of the calendar; empty where the year has none of the kind.
pub(super) fn fixed(year: i32, month: u32, day: u32) -> Option<Day> {
    Day::from_ymd_opt(year, month, day)
}

/// The n-th such weekday of a month, from 1.
pub(super) fn nth(year: i32, month: u32, weekday: Weekday, n: u8) -> Option<Day> {
    Day::from_weekday_of_month_opt(year, month, weekday, n)
}

/// The last such weekday of a month.
pub(super) fn last(year: i32, month: u32, weekday: Weekday) -> Option<Day> {
    let first = Day::from_ymd_opt(year, month, 1)?;
    let last = first.checked_add_months(Months::new(1))?.pred_opt()?;
    let beyond = last.weekday().days_since(weekday);
    last.checked_sub_days(Days::new(u64::from(beyond)))
}

/// `days` after `day`, or before it.
pub(super) fn after(day: Option<Day>, days: i64) -> Option<Day> {
    day?.checked_add_signed(chrono::Duration::days(days))
}

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm; Meeus, "Astronomical
/// Algorithms", 1991, chapter 8).
pub(super) fn easter(year: i32) -> Option<Day> {
    let a = year.rem_euclid(19);
    let (b, c) = (year.div_euclid(100), year.rem_euclid(100));
    let (d, e) = (b.div_euclid(4), b.rem_euclid(4));
    let f = (b + 8).div_euclid(25);
    let g = (b - f + 1).div_euclid(3);
    let h = (19 * a + b - d - g + 15).rem_euclid(30);
    let (i, k) = (c.div_euclid(4), c.rem_euclid(4));
    let l = (32 + 2 * e + 2 * i - h - k).rem_euclid(7);
    let m = (a + 11 * h + 22 * l).div_euclid(451);
    let n = h + l - 7 * m + 114;
    let (month, day) = (n.div_euclid(31), n.rem_euclid(31) + 1);
    Day::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
}

/// Thanksgiving of the United States: the fourth Thursday of November.
pub(super) fn thanksgiving(year: i32) -> Option<Day> {
    nth(year, 11, Weekday::Thu, 4)
}

/// Black Friday and Cyber Monday, the Friday and the Monday after Thanksgiving.
pub(super) fn shopping(year: i32) -> Vec<Day> {
    let thanksgiving = thanksgiving(year);
    [after(thanksgiving, 1), after(thanksgiving, 4)].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<Day> {
        Some(text.parse().expect("a day"))
    }

    #[test]
    fn easter_is_where_the_churches_celebrated_it() {
        // The earliest and the latest of the century among them.
        for easter_sunday in [
            "1961-04-02", "2000-04-23", "2008-03-23", "2011-04-24", "2016-03-27", "2019-04-21",
            "2024-03-31", "2025-04-20", "2026-04-05", "2038-04-25",
        ] {
            let expected = day(easter_sunday);
            assert_eq!(easter(expected.expect("a day").year()), expected);
        }
    }

    #[test]
    fn weekdays_are_counted_from_both_ends_of_the_month() {
        assert_eq!(thanksgiving(2025), day("2025-11-27"));
        assert_eq!(thanksgiving(2024), day("2024-11-28"));
        assert_eq!(last(2025, 5, Weekday::Mon), day("2025-05-26"));
        assert_eq!(last(2024, 12, Weekday::Tue), day("2024-12-31"));
        assert_eq!(shopping(2025), [day("2025-11-28"), day("2025-12-01")].map(Option::unwrap));
    }
}
