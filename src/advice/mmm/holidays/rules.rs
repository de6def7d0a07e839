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
    let golden = year.rem_euclid(19);
    let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100));
    let corrected = (century - (century + 8).div_euclid(25) + 1).div_euclid(3);
    let moon = (19 * golden + century - century.div_euclid(4) - corrected + 15).rem_euclid(30);
    let leaps = 2 * century.rem_euclid(4) + 2 * of_century.div_euclid(4);
    let weekday = (32 + leaps - moon - of_century.rem_euclid(4)).rem_euclid(7);
    let late = (golden + 11 * moon + 22 * weekday).div_euclid(451);
    let from_march = moon + weekday - 7 * late + 114;
    let (month, day) = (from_march.div_euclid(31), from_march.rem_euclid(31) + 1);
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

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[test]
    fn easter_is_where_the_churches_celebrated_it() {
        // The earliest and the latest of the century among them.
        for easter_sunday in [
            "1961-04-02",
            "2000-04-23",
            "2008-03-23",
            "2011-04-24",
            "2016-03-27",
            "2019-04-21",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2038-04-25",
        ] {
            let expected = day(easter_sunday);
            assert_eq!(easter(expected.year()), Some(expected));
        }
    }

    #[test]
    fn weekdays_are_counted_from_both_ends_of_the_month() {
        assert_eq!(thanksgiving(2025), Some(day("2025-11-27")));
        assert_eq!(thanksgiving(2024), Some(day("2024-11-28")));
        assert_eq!(last(2025, 5, Weekday::Mon), Some(day("2025-05-26")));
        assert_eq!(last(2024, 12, Weekday::Tue), Some(day("2024-12-31")));
        assert_eq!(shopping(2025), [day("2025-11-28"), day("2025-12-01")]);
    }
}
