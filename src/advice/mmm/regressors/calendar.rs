//! Days of the calendar as columns: weekdays, months, holidays, and plain numbers where a linear
//! model is asked for.

use std::collections::BTreeSet;

use chrono::{Datelike, Days};

use crate::domain::{Day, Grain};

/// Weekdays that get a column; Monday is what they are compared with.
const WEEKDAYS: [&str; 6] = ["tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// One column for each weekday but Monday: 1 on it, 0 on others.
pub fn weekday_columns(periods: &[Day]) -> Vec<(String, Vec<f64>)> {
    (1u32..)
        .zip(WEEKDAYS)
        .map(|(number, name)| {
            (name.to_owned(), marks(periods, |day| day.weekday().num_days_from_monday() == number))
        })
        .collect()
}

/// One column for each month that occurs but the first of the year that does.
pub fn month_columns(periods: &[Day]) -> Vec<(String, Vec<f64>)> {
    let months: BTreeSet<u32> = periods.iter().map(Datelike::month).collect();
    months
        .into_iter()
        .skip(1)
        .map(|month| (format!("month_{month}"), marks(periods, |day| day.month() == month)))
        .collect()
}

/// Year, month and weekday (Monday is 0) as plain numbers.
pub fn number_columns(periods: &[Day]) -> Vec<(String, Vec<f64>)> {
    let numbers = |number: fn(&Day) -> f64| periods.iter().map(number).collect();
    vec![
        ("year".to_owned(), numbers(|day| f64::from(day.year()))),
        ("month".to_owned(), numbers(|day| f64::from(day.month()))),
        ("weekday".to_owned(), numbers(|day| f64::from(day.weekday().num_days_from_monday()))),
    ]
}

/// How many of each period's days are holidays.
pub fn holidays_in(periods: &[Day], grain: Grain, holidays: &BTreeSet<Day>) -> Vec<f64> {
    let end = |day: Day| match grain {
        Grain::Day => day.checked_add_days(Days::new(1)),
        Grain::Week => day.checked_add_days(Days::new(7)),
        Grain::Month => day.checked_add_months(chrono::Months::new(1)),
    };
    periods
        .iter()
        .map(|day| {
            let within = end(*day).map_or(0, |end| holidays.range(*day..end).count());
            f64::from(u32::try_from(within).unwrap_or(u32::MAX))
        })
        .collect()
}

fn marks(periods: &[Day], is: impl Fn(&Day) -> bool) -> Vec<f64> {
    periods.iter().map(|day| f64::from(u8::from(is(day)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(texts: &[&str]) -> Vec<Day> {
        texts.iter().map(|day| day.parse().expect("a day")).collect()
    }

    #[test]
    fn a_monday_has_no_column_and_every_other_weekday_has_one() {
        // A Monday, the Tuesday after it, a Sunday.
        let columns = weekday_columns(&days(&["2025-10-20", "2025-10-21", "2025-10-26"]));
        assert_eq!(columns.len(), 6);
        assert_eq!(columns[0], ("tuesday".to_owned(), vec![0.0, 1.0, 0.0]));
        assert_eq!(columns[5], ("sunday".to_owned(), vec![0.0, 0.0, 1.0]));
    }

    #[test]
    fn the_first_month_of_the_year_is_what_others_are_compared_with() {
        let columns = month_columns(&days(&["2025-11-30", "2025-12-01", "2026-02-01"]));
        assert_eq!(
            columns,
            [
                ("month_11".to_owned(), vec![1.0, 0.0, 0.0]),
                ("month_12".to_owned(), vec![0.0, 1.0, 0.0])
            ]
        );
    }

    #[test]
    fn a_week_counts_its_holidays() {
        let holidays = days(&["2025-12-25", "2025-12-26", "2026-01-01"]).into_iter().collect();
        let weeks = days(&["2025-12-15", "2025-12-22", "2025-12-29"]);
        assert_eq!(holidays_in(&weeks, Grain::Week, &holidays), [0.0, 2.0, 1.0]);
        assert_eq!(holidays_in(&weeks, Grain::Day, &holidays), [0.0, 0.0, 0.0]);
    }

    #[test]
    fn plain_numbers_are_year_month_and_weekday() {
        let columns = number_columns(&days(&["2024-05-01"]));
        let found: Vec<f64> = columns.iter().map(|(_, values)| values[0]).collect();
        // 1 May 2024 is a Wednesday.
        assert_eq!(found, [2024.0, 5.0, 2.0]);
    }
}
