//! Days, weeks and instants: a day is a calendar day of the account's time zone, a week seven
//! days from the account's first day of the week, named by its first day.

use chrono::{DateTime, Datelike, Days, LocalResult, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

/// A calendar day in the account's time zone.
pub type Day = chrono::NaiveDate;

/// A moment in time.
pub type Instant = DateTime<Utc>;

/// Days in a week.
pub const WEEK_DAYS: u64 = 7;

/// The weekday in English.
pub const fn weekday_name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// Seven days, named by the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week {
    first_day: Day,
}

impl Week {
    /// The week that `day` lies in, when weeks start on `starts_on`.
    pub fn containing(day: Day, starts_on: Weekday) -> Self {
        let past = day.weekday().days_since(starts_on);
        Self { first_day: minus_days(day, u64::from(past)) }
    }

    /// The week that begins on `first_day`, whatever weekday that is.
    pub const fn starting(first_day: Day) -> Self {
        Self { first_day }
    }

    /// The first day, which is also the week's name.
    pub const fn first_day(self) -> Day {
        self.first_day
    }

    /// The last of its seven days.
    pub fn last_day(self) -> Day {
        plus_days(self.first_day, WEEK_DAYS - 1)
    }

    /// Its seven days in order.
    pub fn days(self) -> impl Iterator<Item = Day> {
        (0..WEEK_DAYS).map(move |offset| plus_days(self.first_day, offset))
    }

    /// The week `count` weeks earlier.
    #[must_use]
    pub fn back(self, count: u32) -> Self {
        Self { first_day: minus_days(self.first_day, WEEK_DAYS * u64::from(count)) }
    }

    /// The week `count` weeks later.
    #[must_use]
    pub fn forward(self, count: u32) -> Self {
        Self { first_day: plus_days(self.first_day, WEEK_DAYS * u64::from(count)) }
    }

    /// The position of `day` in this week (0 to 6), if it lies in it.
    pub fn position(self, day: Day) -> Option<u8> {
        let offset = day.signed_duration_since(self.first_day).num_days();
        u8::try_from(offset).ok().filter(|&offset| u64::from(offset) < WEEK_DAYS)
    }
}

impl std::fmt::Display for Week {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.first_day)
    }
}

impl serde::Serialize for Week {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The calendar day that `instant` falls on in `zone`.
pub fn day_of(instant: Instant, zone: Tz) -> Day {
    instant.with_timezone(&zone).date_naive()
}

/// The moment at which the wall clock of `zone` first shows `time` on `day`. In a gap of
/// daylight saving, the first moment after the gap; where the clock shows it twice, the first.
pub fn instant_of(day: Day, time: NaiveTime, zone: Tz) -> Instant {
    let wall = day.and_time(time);
    match zone.from_local_datetime(&wall) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.with_timezone(&Utc),
        LocalResult::None => after_gap(wall, zone),
    }
}

/// The moment at which `day` ends in `zone`, which is when the next one begins.
pub fn end_of_day(day: Day, zone: Tz) -> Instant {
    instant_of(plus_days(day, 1), NaiveTime::MIN, zone)
}

/// A gap is at most a day (Samoa skipped one in 2011); the first wall time that exists ends it.
fn after_gap(wall: chrono::NaiveDateTime, zone: Tz) -> Instant {
    (1..=24 * 60)
        .map(|minutes| wall + chrono::Duration::minutes(minutes))
        .find_map(|later| zone.from_local_datetime(&later).earliest())
        .map_or_else(|| Utc.from_utc_datetime(&wall), |at| at.with_timezone(&Utc))
}

/// `day` and `count` days later, clamped to the calendar's end.
pub fn plus_days(day: Day, count: u64) -> Day {
    day.checked_add_days(Days::new(count)).unwrap_or(Day::MAX)
}

/// `day` and `count` days earlier, clamped to the calendar's start.
pub fn minus_days(day: Day, count: u64) -> Day {
    day.checked_sub_days(Days::new(count)).unwrap_or(Day::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[test]
    fn a_week_is_named_by_its_first_day() {
        let monday = Week::containing(day("2026-01-07"), Weekday::Mon);
        assert_eq!(monday.to_string(), "2026-01-05");
        assert_eq!(monday.last_day(), day("2026-01-11"));
        let sunday = Week::containing(day("2026-01-07"), Weekday::Sun);
        assert_eq!(sunday.to_string(), "2026-01-04");
        assert_eq!(monday.position(day("2026-01-11")), Some(6));
        assert_eq!(monday.position(day("2026-01-12")), None);
        assert_eq!(monday.back(2).forward(2), monday);
    }

    #[test]
    fn a_day_ends_when_the_next_begins_in_its_zone() {
        let kolkata = chrono_tz::Asia::Kolkata;
        assert_eq!(
            end_of_day(day("2026-01-04"), kolkata).to_rfc3339(),
            "2026-01-04T18:30:00+00:00"
        );
        // Cairo has no midnight on 28 April 2023: the clock goes from 23:59:59 to 01:00.
        let cairo = chrono_tz::Africa::Cairo;
        assert_eq!(end_of_day(day("2023-04-27"), cairo).to_rfc3339(), "2023-04-27T22:00:00+00:00");
        // Berlin shows 02:30 twice on 29 October 2023: the first counts.
        let half_past_two = NaiveTime::from_hms_opt(2, 30, 0).expect("a time");
        let berlin = instant_of(day("2023-10-29"), half_past_two, chrono_tz::Europe::Berlin);
        assert_eq!(berlin.to_rfc3339(), "2023-10-29T00:30:00+00:00");
    }
}
