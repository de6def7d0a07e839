//! The days of a file → remarks on those that may not be meant: days far from all others, which a
//! mistyped year makes, weeks that are taken for days, and the day that isn't over.

use chrono::{Days, Months};

use super::Warning;
use crate::domain::{Day, Grain};

/// Days without a row between two days of a file that nobody leaves on purpose: half a year.
const GAP_DAYS_MIN: i64 = 180;

/// Gaps that are told; the rest is counted.
const GAPS_LISTED_MAX: usize = 3;

/// Remarks on gaps between `days`, which come in order.
pub(super) fn gaps(days: &[Day]) -> Vec<Warning> {
    let of_file = |text: String| Warning { line: None, text };
    let is_gap = |pair: &[Day]| (pair[1] - pair[0]).num_days() > GAP_DAYS_MIN;
    let gaps: Vec<usize> = (1..days.len()).filter(|&at| is_gap(&days[at - 1..=at])).collect();
    let mut remarks: Vec<Warning> = gaps
        .iter()
        .take(GAPS_LISTED_MAX)
        .map(|&at| {
            let (before, after) = (days[at - 1], days[at]);
            let apart = (after - before).num_days();
            of_file(format!(
                "it holds {} until {before} and {} from {after}, {apart} days later, and none between: \
                 is the year right?",
                count(at),
                count(days.len() - at)
            ))
        })
        .collect();
    if gaps.len() > GAPS_LISTED_MAX {
        let more = gaps.len() - GAPS_LISTED_MAX;
        remarks.push(of_file(format!("{more} more gaps of more than {GAP_DAYS_MIN} days")));
    }
    remarks
}

/// Weeks or months that are told as missing; the rest is counted.
const MISSING_LISTED_MAX: usize = 5;

/// The remark on weeks or months that lie between others of the file and are not there.
pub(super) fn missing_periods(periods: &[Day], grain: Grain) -> Option<Warning> {
    let next = |day: Day| match grain {
        Grain::Day => None,
        Grain::Week => day.checked_add_days(Days::new(7)),
        Grain::Month => day.checked_add_months(Months::new(1)),
    };
    let mut missing = Vec::new();
    for pair in periods.windows(2) {
        let mut at = next(pair[0])?;
        while at < pair[1] {
            missing.push(at);
            at = next(at)?;
        }
    }
    let first = missing.first()?;
    let listed: Vec<String> =
        missing.iter().take(MISSING_LISTED_MAX).map(ToString::to_string).collect();
    let more = missing.len().saturating_sub(MISSING_LISTED_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let word = grain.word();
    let text = match missing.len() {
        1 => format!("the {word} of {first} is missing between others"),
        count => format!("{count} {word}s are missing between others: {}{more}", listed.join(", ")),
    };
    Some(Warning { line: None, text })
}

/// Whether `days`, three at least, all stand seven days apart.
pub(super) fn stand_a_week_apart(days: &[Day]) -> bool {
    days.len() >= 3 && days.windows(2).all(|pair| (pair[1] - pair[0]).num_days() == 7)
}

/// The remark on a day that isn't over when its file arrives.
pub(super) fn unfinished(today: Day) -> Warning {
    let text = format!(
        "{today} is today and not over: its figures count as they stand, and the weekly decision waits \
         until the day is sent again once it has ended"
    );
    Warning { line: None, text }
}

fn count(days: usize) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(days: &[&str]) -> Vec<String> {
        let days: Vec<Day> = days.iter().map(|day| day.parse().expect("a day")).collect();
        gaps(&days).into_iter().map(|remark| remark.text).collect()
    }

    #[test]
    fn a_day_far_from_all_others_is_told_with_both_sides_of_the_gap() {
        // 2024 has 366 days, and one from 5 to 6 January.
        assert_eq!(
            texts(&["2024-01-05", "2025-01-06", "2025-01-07"]),
            [
                "it holds 1 day until 2024-01-05 and 2 days from 2025-01-06, 367 days later, and none \
              between: is the year right?"
            ]
        );
    }

    #[test]
    fn half_a_year_without_rows_is_no_gap_yet() {
        // January to June 2025 have 31 + 28 + 31 + 30 + 31 + 30 = 181 days.
        assert!(texts(&["2025-01-01", "2025-06-30"]).is_empty());
        assert_eq!(texts(&["2025-01-01", "2025-07-01"]).len(), 1);
        assert!(texts(&["2025-01-01"]).is_empty() && texts(&[]).is_empty());
    }

    #[test]
    fn days_stand_a_week_apart_where_each_follows_the_one_before_by_seven() {
        let apart = |days: &[&str]| {
            let days: Vec<Day> = days.iter().map(|day| day.parse().expect("a day")).collect();
            stand_a_week_apart(&days)
        };
        assert!(apart(&["2025-09-01", "2025-09-08", "2025-09-15"]));
        assert!(!apart(&["2025-09-01", "2025-09-08", "2025-09-16"]));
        assert!(!apart(&["2025-09-01", "2025-09-08"]));
    }

    #[test]
    fn weeks_and_months_that_are_missing_between_others_are_named() {
        let told = |days: &[&str], grain| {
            let days: Vec<Day> = days.iter().map(|day| day.parse().expect("a day")).collect();
            missing_periods(&days, grain).map(|remark| remark.text)
        };
        assert_eq!(told(&["2025-09-01", "2025-09-08", "2025-09-15"], Grain::Week), None);
        assert_eq!(
            told(&["2025-09-01", "2025-09-15"], Grain::Week).as_deref(),
            Some("the week of 2025-09-08 is missing between others")
        );
        assert_eq!(
            told(&["2025-01-01", "2025-09-01"], Grain::Month).as_deref(),
            Some(
                "7 months are missing between others: 2025-02-01, 2025-03-01, 2025-04-01, 2025-05-01, \
                 2025-06-01 and 2 more"
            )
        );
        assert_eq!(told(&["2025-01-01", "2025-09-01"], Grain::Day), None);
    }

    #[test]
    fn the_list_of_gaps_is_bounded() {
        let years =
            ["2020-01-01", "2021-01-01", "2022-01-01", "2023-01-01", "2024-01-01", "2025-01-01"];
        let texts = texts(&years);
        assert_eq!(texts.len(), 4);
        assert_eq!(texts[3], "2 more gaps of more than 180 days");
    }
}
