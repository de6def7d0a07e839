//! The yearly season as waves: sines and cosines of whole fractions of a year (Harvey and Shephard
//! 1993; Taylor and Letham, "Forecasting at Scale", 2018, section 3.2).

use std::f64::consts::TAU;

use chrono::Datelike;

use crate::domain::Day;

/// The mean length of a year in days.
const YEAR_DAYS: f64 = 365.25;

/// Two columns for each of `waves`: `season_sin_1`, `season_cos_1`, … The phase is that of the
/// calendar, so that other years of the same account get the same columns.
pub fn fourier_columns(periods: &[Day], waves: u32) -> Vec<(String, Vec<f64>)> {
    (1..=waves)
        .flat_map(|wave| {
            let angles = periods.iter().map(move |day| {
                TAU * f64::from(wave) * f64::from(day.num_days_from_ce()) / YEAR_DAYS
            });
            [
                (format!("season_sin_{wave}"), angles.clone().map(libm::sin).collect()),
                (format!("season_cos_{wave}"), angles.map(libm::cos).collect()),
            ]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_comes_back_after_four_years_and_is_opposite_after_half_of_one() {
        let days: Vec<Day> = ["2021-01-01", "2025-01-01", "2023-01-01"]
            .iter()
            .map(|day| day.parse().expect("a day"))
            .collect();
        let columns = fourier_columns(&days, 2);
        assert_eq!(columns.len(), 4);
        for (name, values) in columns {
            // Four years are 1461 days: four whole waves.
            assert!((values[0] - values[1]).abs() < 1e-9, "{name}");
            // Two years are 730 days, half a day less than two waves.
            let short = TAU * 0.5 / YEAR_DAYS * if name.ends_with('2') { 2.0 } else { 1.0 };
            assert!((values[0] - values[2]).abs() <= short, "{name}");
        }
    }
}
