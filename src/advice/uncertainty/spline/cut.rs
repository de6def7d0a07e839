//! Mean and deviation of a figure that can't be negative → the normal distribution that has them once
//! it is cut off at 0: how a sum of coefficients, none of which is negative, is told on.

use crate::advice::mmm::normal;
use crate::advice::mmm::spread::Part;

/// Steps of the table: whole distributions whose mean lies from −8 to 8 deviations above 0.
const STEPS: u32 = 512;
const REACH: f64 = 8.0;

/// What is left of standard normal distributions, by how far above 0 they lie.
pub(super) struct Cuts {
    /// Position, mean that is left, and deviation / mean that is left, which falls.
    rows: Vec<(f64, f64, f64)>,
}

impl Cuts {
    pub(super) fn new() -> Self {
        let rows = (0..=STEPS).map(|step| {
            let at = REACH * (2.0 * f64::from(step) / f64::from(STEPS) - 1.0);
            let mean = normal::mean_above_zero(at, 1.0);
            (at, mean, normal::narrowing(at, 1.0) / mean)
        });
        Self { rows: rows.collect() }
    }

    /// The part of `weight` with these once it is cut off.
    pub(super) fn part(&self, weight: f64, mean: f64, deviation: f64) -> Part {
        if mean <= 0.0 || deviation <= 0.0 {
            return Part { weight, mean: mean.max(0.0), deviation: 0.0 };
        }
        let ratio = deviation / mean;
        let after = self.rows.partition_point(|row| row.2 > ratio);
        if after == self.rows.len() {
            // So far above 0 that nothing is cut off.
            return Part { weight, mean, deviation };
        }
        let (position, left) = match after.checked_sub(1).map(|before| self.rows[before]) {
            // No sum of such coefficients varies by more than an exponential distribution.
            None => (self.rows[0].0, self.rows[0].1),
            Some(before) => {
                let next = self.rows[after];
                let share = (before.2 - ratio) / (before.2 - next.2);
                let between = |one: f64, other: f64| one + share * (other - one);
                (between(before.0, next.0), between(before.1, next.1))
            }
        };
        let whole = mean / left;
        Part { weight, mean: position * whole, deviation: whole }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_cut_off_again_has_mean_and_deviation_back() {
        let cuts = Cuts::new();
        for (mean, deviation) in [(1.0, 0.01), (20.0, 4.0), (3.0, 2.0), (1.0, 0.755_51), (5.0, 4.6)]
        {
            let part = cuts.part(0.5, mean, deviation);
            let back = normal::mean_above_zero(part.mean, part.deviation);
            assert!((back / mean - 1.0).abs() < 1e-3, "{mean} {deviation}: {back}");
            let back = part.deviation * normal::narrowing(part.mean, part.deviation);
            assert!((back / deviation - 1.0).abs() < 1e-3, "{mean} {deviation}: {back}");
        }
    }

    #[test]
    fn half_a_normal_distribution_is_found_to_be_that() {
        // Mean √(2/π), deviation √(1 − 2/π).
        let half = std::f64::consts::FRAC_2_PI;
        let part = Cuts::new().part(1.0, half.sqrt(), (1.0 - half).sqrt());
        assert!(part.mean.abs() < 1e-3 && (part.deviation - 1.0).abs() < 1e-3, "{part:?}");
    }

    #[test]
    fn nothing_is_nothing_for_sure() {
        let part = Cuts::new().part(1.0, 0.0, 0.0);
        assert_eq!((part.mean, part.deviation), (0.0, 0.0));
    }
}
