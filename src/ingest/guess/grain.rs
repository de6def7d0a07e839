//! The different dates of a file → what a row covers, by the distances between them, and on which
//! day weeks begin.

use chrono::{Datelike, Weekday};

use super::finding::Findings;
use crate::domain::Day;
use crate::domain::calendar::weekday_name;
use crate::domain::source::{DatedBy, Grain};

/// Dates of one weekday that tell weeks from days with few rows.
const WEEKS_MIN: usize = 4;

/// What a row covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Covered {
    pub grain: Grain,
    pub dated_by: DatedBy,
    /// The weekday that the dates of weeks have.
    pub weekday: Option<Weekday>,
}

impl Covered {
    const DAY: Self = Self { grain: Grain::Day, dated_by: DatedBy::First, weekday: None };
}

/// What a row covers, from the different `days` in order; `column` is the date column's name, and
/// `has_days` whether its format names a day.
pub(super) fn find(days: &[Day], column: &str, has_days: bool, findings: &mut Findings) -> Covered {
    let gaps: Vec<i64> = days.windows(2).map(|pair| (pair[1] - pair[0]).num_days()).collect();
    let count = days.len();
    if !has_days {
        findings.certain("grain", "months: the dates name no day");
        return Covered { grain: Grain::Month, ..Covered::DAY };
    }
    if gaps.contains(&1) {
        findings.certain("grain", format!("days: {}", span(days)));
        return Covered::DAY;
    }
    if count >= 2 && gaps.iter().all(|gap| gap % 7 == 0) && gaps.contains(&7) {
        return weeks(days, column, findings);
    }
    if count >= 3 && gaps.iter().all(|gap| *gap >= 28) {
        let is_first = days.iter().all(|day| day.day() == 1);
        let is_last = days.iter().all(|day| day.succ_opt().is_some_and(|next| next.day() == 1));
        if is_first || is_last {
            let which = if is_first { "first" } else { "last" };
            findings
                .certain("grain", format!("months: {count} dates, each the {which} of a month"));
            let dated_by = if is_first { DatedBy::First } else { DatedBy::Last };
            return Covered { grain: Grain::Month, dated_by, weekday: None };
        }
    }
    let why = match (count, gaps.iter().min()) {
        (1, _) => "there is only one date".to_owned(),
        (_, Some(least)) => format!("the {count} dates are at least {least} days apart"),
        _ => "there are no dates".to_owned(),
    };
    findings.open(
        "grain",
        format!("days are supposed, but {why}: does a row cover one day?"),
        &["grain = \"week\"".to_owned(), "grain = \"month\"".to_owned()],
    );
    Covered::DAY
}

fn span(days: &[Day]) -> String {
    match (days.first(), days.last()) {
        (Some(first), Some(last)) => {
            let all = (*last - *first).num_days() + 1;
            format!("{} different dates from {first} to {last}, {all} days", days.len())
        }
        _ => String::new(),
    }
}

fn weeks(days: &[Day], column: &str, findings: &mut Findings) -> Covered {
    let weekday = days[0].weekday();
    let name = weekday_name(weekday);
    let text = format!("weeks: {}, every one a {name}", span(days));
    if days.len() >= WEEKS_MIN {
        findings.certain("grain", text);
    } else {
        findings.open(
            "grain",
            format!("{text}; so few dates don't exclude days"),
            &["grain = \"day\"".to_owned()],
        );
    }
    let column = super::words::plain(column);
    let words: Vec<&str> = column.split(' ').collect();
    let says = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    let dated_by = if says(&["end", "ending", "ends"]) {
        findings.certain("dated_by", format!("the column's name says that weeks end on {name}"));
        DatedBy::Last
    } else {
        if says(&["start", "starting", "starts", "strt", "beginning", "begin", "of"]) {
            findings
                .certain("dated_by", format!("the column's name says that weeks start on {name}"));
        } else if weekday == Weekday::Mon {
            findings
                .certain("dated_by", "weeks start on Monday; nobody's weeks end on it".to_owned());
        } else {
            let first = name_of_next(weekday);
            findings.open(
                "dated_by",
                format!(
                    "weeks that start on {name} are supposed; the dates would be the same for weeks \
                     that start on {first} and are named by their last day"
                ),
                &["dated_by = \"last\"".to_owned()],
            );
        }
        DatedBy::First
    };
    Covered { grain: Grain::Week, dated_by, weekday: Some(weekday) }
}

const fn name_of_next(weekday: Weekday) -> &'static str {
    weekday_name(weekday.succ())
}
