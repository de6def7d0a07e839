//! The weekly schedule: a cron pattern with seconds → croner's pattern. One parser for checking
//! and for computing due times, so that both read a pattern alike.

use chrono::{DateTime, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

use super::value::{Item, quoted};

/// Why a text is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Too few or too many fields.
    #[error("a schedule has six fields, this has {found}")]
    Fields {
        /// How many it has.
        found: usize,
    },
    /// A field says nothing that a clock or a calendar shows.
    #[error("the {field} can't be {found}")]
    Field {
        /// Which.
        field: &'static str,
        /// What stands there, in quotes.
        found: String,
        /// What may stand there.
        takes: &'static str,
    },
    /// The fields are right one by one, but not together.
    #[error("the fields can't be read together")]
    Pattern,
    /// No day of the calendar is like that, such as a 30th of February.
    #[error("this time never comes")]
    Never,
}

/// The fields in their order, and what each takes.
const FIELDS: [(&str, &str); 6] = [
    ("second", "0 to 59"),
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31, or L for the last"),
    ("month", "1 to 12, or Jan to Dec"),
    ("weekday", "Mon to Sun, or 0 to 7 with 0 and 7 for Sunday"),
];

/// The pattern of a schedule: second minute hour day month weekday. It is meant in the account's
/// time zone.
pub fn cron(pattern: &str) -> Result<Cron, ScheduleError> {
    let fields: Vec<&str> = pattern.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Err(ScheduleError::Fields { found: fields.len() });
    }
    for (index, (field, takes)) in FIELDS.into_iter().enumerate() {
        let mut alone = ["*"; FIELDS.len()];
        alone[index] = fields[index];
        if parser().parse(&alone.join(" ")).is_err() {
            let found = quoted(fields[index]);
            return Err(ScheduleError::Field { field, found, takes });
        }
    }
    let cron = parser().parse(&fields.join(" ")).map_err(|_| ScheduleError::Pattern)?;
    // any moment serves: what never comes after it never comes at all
    match cron.find_next_occurrence(&DateTime::<Utc>::UNIX_EPOCH, false) {
        Ok(_) => Ok(cron),
        Err(_) => Err(ScheduleError::Never),
    }
}

fn parser() -> CronParser {
    CronParser::builder().seconds(Seconds::Required).year(Year::Disallowed).build()
}

/// Reads `weekly` of a `[schedule]`.
pub(super) fn weekly(item: &Item<'_>) -> Option<String> {
    let pattern = item.plain_text(PATTERN_CHARS_MAX)?;
    match cron(pattern) {
        Ok(_) => Some(pattern.to_owned()),
        Err(error) => {
            item.fault(error.to_string(), hint(pattern, &error));
            None
        }
    }
}

/// The longest pattern: every field with a list of its values.
const PATTERN_CHARS_MAX: usize = 1000;

fn hint(pattern: &str, error: &ScheduleError) -> String {
    match error {
        ScheduleError::Fields { found: 5 } => {
            format!("put the second in front: {}", quoted(&format!("0 {pattern}")))
        }
        ScheduleError::Field { takes, .. } => format!("write {takes}"),
        ScheduleError::Never => "name a day that the month has".to_owned(),
        ScheduleError::Fields { .. } | ScheduleError::Pattern => {
            "write second minute hour day month weekday: \"0 0 6 * * Mon\"".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_schedule_is_mondays_at_six_in_the_zone_it_is_asked_in() {
        let cron = cron(crate::domain::account::SCHEDULE_SHIPPED).expect("shipped");
        let from: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().expect("a time");
        let next = cron
            .find_next_occurrence(&from.with_timezone(&chrono_tz::Asia::Kolkata), false)
            .expect("a Monday");
        assert_eq!(next.to_rfc3339(), "2026-01-05T06:00:00+05:30");
    }

    #[test]
    fn the_second_is_not_optional_and_the_year_not_allowed() {
        assert_eq!(cron("0 6 * * Mon").err(), Some(ScheduleError::Fields { found: 5 }));
        assert_eq!(cron("0 0 6 * * Mon 2026").err(), Some(ScheduleError::Fields { found: 7 }));
        assert_eq!(cron("@weekly").err(), Some(ScheduleError::Fields { found: 1 }));
        assert_eq!(cron("").err(), Some(ScheduleError::Fields { found: 0 }));
    }

    #[test]
    fn the_wrong_field_is_named() {
        let error = cron("0 0 25 * * Mon").map(|_| ()).expect_err("no clock shows it");
        assert_eq!(error.to_string(), "the hour can't be \"25\"");
        let error = cron("0 0 6 * * Moonday").map(|_| ()).expect_err("no such day");
        assert_eq!(error.to_string(), "the weekday can't be \"Moonday\"");
    }

    #[test]
    fn a_day_that_no_month_has_is_refused() {
        assert_eq!(cron("0 0 6 30 Feb *").err(), Some(ScheduleError::Never));
        assert!(cron("0 0 6 29 Feb *").is_ok());
    }
}
