//! A time of day behind a date: where it begins, and whether it is midnight. Exports of databases
//! and spreadsheets write one behind every day.

/// The date and the time behind it, where there is one.
pub(in crate::ingest) fn split_time(text: &str) -> Option<(&str, &str)> {
    let (date, time) = text.split_once([' ', 'T'])?;
    let is_time = time.starts_with(|first: char| first.is_ascii_digit()) && time.contains(':');
    (is_time && !date.is_empty()).then_some((date, time))
}

/// Whether a time is the first moment of its day, in whatever zone it names.
pub(in crate::ingest) fn is_midnight(time: &str) -> bool {
    let end =
        time.find(|it: char| !matches!(it, '0'..='9' | ':' | '.' | ',')).unwrap_or(time.len());
    let (clock, behind) = time.split_at(end);
    let behind = behind.trim();
    let is_zone = matches!(behind, "" | "Z" | "UTC" | "GMT") || behind.starts_with(['+', '-']);
    let mut parts = clock.split([':', '.', ',']);
    let hour = parts.next().unwrap_or_default();
    let is_first_hour = match hour {
        "0" | "00" => is_zone || behind.eq_ignore_ascii_case("am"),
        "12" => behind.eq_ignore_ascii_case("am"),
        _ => false,
    };
    is_first_hour && parts.all(|part| !part.is_empty() && part.bytes().all(|it| it == b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_begins_behind_the_date() {
        assert_eq!(split_time("2025-09-01 00:00:00"), Some(("2025-09-01", "00:00:00")));
        assert_eq!(split_time("2025-09-01T00:00Z"), Some(("2025-09-01", "00:00Z")));
        assert_eq!(split_time("9/1/2025 12:00 AM"), Some(("9/1/2025", "12:00 AM")));
        for text in ["2025-09-01", "1 Sep 2025", "Tue 2025", "1 2025", "T00:00"] {
            assert_eq!(split_time(text), None, "{text}");
        }
    }

    #[test]
    fn midnight_is_told_from_noon_and_from_any_other_moment() {
        for time in [
            "00:00:00",
            "0:00",
            "00:00:00.000",
            "00:00:00Z",
            "00:00:00+05:30",
            "00:00 UTC",
            "12:00 AM",
            "12:00:00 am",
        ] {
            assert!(is_midnight(time), "{time}");
        }
        for time in ["12:00", "12:00 PM", "12:00:00", "00:00:01", "05:30:00", "00:00 PM", "00:"] {
            assert!(!is_midnight(time), "{time}");
        }
    }
}
