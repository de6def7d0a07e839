//! The last period of a series → the first days of the periods after it: weeks, or months where the
//! figures are of months.

use chrono::{Days, Months};

use crate::advice::mmm::series::Series;
use crate::domain::{Day, Grain};

/// The first days of the next `count` periods of a plan; fewer at the end of the calendar.
pub fn first_days(series: &Series, count: usize) -> Vec<Day> {
    let Some(last) = series.periods.last() else { return Vec::new() };
    let days = |days: u64| last.checked_add_days(Days::new(days));
    let of = |at: u32| match series.grain {
        Grain::Day => days(1 + 7 * u64::from(at)),
        Grain::Week => days(7 + 7 * u64::from(at)),
        Grain::Month => last.checked_add_months(Months::new(1 + at)),
    };
    (0..u32::try_from(count).unwrap_or(u32::MAX)).map_while(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_follow_the_last_one() {
        let of = |grain: Grain, last: &str| {
            let series = Series {
                grain,
                periods: vec![last.parse().expect("a day")],
                outcome: Vec::new(),
                channels: Vec::new(),
                controls: Vec::new(),
            };
            first_days(&series, 2).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(of(Grain::Day, "2025-12-31"), ["2026-01-01", "2026-01-08"]);
        assert_eq!(of(Grain::Week, "2025-12-29"), ["2026-01-05", "2026-01-12"]);
        assert_eq!(of(Grain::Month, "2025-12-01"), ["2026-01-01", "2026-02-01"]);
    }
}
