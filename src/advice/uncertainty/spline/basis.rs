//! Carried-over spends → the knots of a channel, and what each of its basis functions is at a spend:
//! I-splines (Ramsay, "Monotone regression splines in action", Statistical Science 3, 1988), sums of
//! which with no negative coefficient never fall.
//!
//! M-splines of order 2 are hats over three knots with an area of 1; the I-spline of a hat is its area
//! up to a spend: 0 before the hat, 1 behind it, two parabolas in between.

use crate::advice::mmm::classic::clean::quantile;

/// Knots are at least this share of the largest spend apart: closer together there is nothing to tell.
const GAP_SHARE: f64 = 0.05;

/// The knots of a channel, the first twice at 0, the last twice at the largest carried-over spend.
#[derive(Debug, Clone, PartialEq)]
pub struct Basis {
    knots: Vec<f64>,
}

impl Basis {
    /// With at most `interior` knots at quantiles of the carried-over spends above 0; `None` where
    /// there is none.
    pub fn over(carried: &[f64], interior: usize) -> Option<Self> {
        let mut spends: Vec<f64> = carried.iter().copied().filter(|spend| *spend > 0.0).collect();
        spends.sort_by(f64::total_cmp);
        let largest = spends.last().copied().filter(|largest| largest.is_finite())?;
        let mut knots = vec![0.0, 0.0];
        for knot in 1..=interior {
            let share = count(knot) / count(interior + 1);
            let at = quantile(&spends, share)?;
            let (before, gap) = (knots[knots.len() - 1], GAP_SHARE * largest);
            if at - before >= gap && largest - at >= gap {
                knots.push(at);
            }
        }
        knots.extend([largest, largest]);
        Some(Self { knots })
    }

    /// How many functions it has.
    pub fn size(&self) -> usize {
        self.knots.len() - 2
    }

    /// The largest spend that it knows; beyond it each function stays 1.
    pub fn largest(&self) -> f64 {
        self.knots[self.knots.len() - 1]
    }

    /// Where the hat of each function is highest, and how wide it is: a coefficient is a slope there
    /// times half of the width.
    pub fn hats(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.knots.windows(3).map(|knots| (knots[1], knots[2] - knots[0]))
    }

    /// The I-splines at a carried-over `spend`.
    pub fn areas(&self, spend: f64) -> impl Iterator<Item = f64> + '_ {
        self.knots.windows(3).map(move |knots| area(knots[0], knots[1], knots[2], spend))
    }

    /// Their slopes there, the M-splines; beyond the largest spend none.
    pub fn slopes(&self, spend: f64) -> impl Iterator<Item = f64> + '_ {
        self.knots.windows(3).map(move |knots| hat(knots[0], knots[1], knots[2], spend))
    }
}

fn area(from: f64, top: f64, to: f64, spend: f64) -> f64 {
    if spend <= from {
        0.0
    } else if spend >= to {
        1.0
    } else if spend < top {
        (spend - from) * (spend - from) / ((to - from) * (top - from))
    } else {
        1.0 - (to - spend) * (to - spend) / ((to - from) * (to - top))
    }
}

fn hat(from: f64, top: f64, to: f64, spend: f64) -> f64 {
    let height = 2.0 / (to - from);
    if spend < from || spend > to {
        0.0
    } else if spend < top {
        height * (spend - from) / (top - from)
    } else if to > top {
        height * (to - spend) / (to - top)
    } else {
        height
    }
}

#[expect(clippy::cast_precision_loss, reason = "knots are few")]
fn count(knots: usize) -> f64 {
    knots as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Knots 0, 0, 1, 3, 3: three hats, of which the outer ones are halves.
    fn basis() -> Basis {
        Basis { knots: vec![0.0, 0.0, 1.0, 3.0, 3.0] }
    }

    fn close(found: impl Iterator<Item = f64>, expected: [f64; 3]) {
        let found: Vec<f64> = found.collect();
        let is_close = |(one, other): (&f64, f64)| (one - other).abs() < 1e-15;
        assert!(found.len() == 3 && found.iter().zip(expected).all(is_close), "{found:?}");
    }

    #[test]
    fn areas_and_slopes_are_those_of_hand_arithmetic() {
        // Heights 2/1, 2/3 and 2/2; areas of triangles up to the spend.
        close(basis().areas(0.0), [0.0, 0.0, 0.0]);
        close(basis().areas(0.5), [0.75, 1.0 / 12.0, 0.0]);
        close(basis().areas(1.0), [1.0, 1.0 / 3.0, 0.0]);
        close(basis().areas(2.0), [1.0, 5.0 / 6.0, 0.25]);
        close(basis().areas(3.0), [1.0, 1.0, 1.0]);
        close(basis().areas(7.0), [1.0, 1.0, 1.0]);
        close(basis().slopes(0.5), [1.0, 1.0 / 3.0, 0.0]);
        close(basis().slopes(2.0), [0.0, 1.0 / 3.0, 0.5]);
        close(basis().slopes(7.0), [0.0, 0.0, 0.0]);
    }

    #[test]
    fn a_straight_line_and_a_parabola_are_in_reach() {
        // Slope 1 everywhere: half of each hat's width. Slope 3 − x: that times its height at the top.
        let sum = |by: [f64; 3], spend: f64| -> f64 {
            basis().areas(spend).zip(by).map(|(area, by)| area * by).sum()
        };
        for spend in [0.0, 0.3, 1.0, 1.7, 2.9, 3.0] {
            assert!((sum([0.5, 1.5, 1.0], spend) - spend).abs() < 1e-14);
            let parabola = 3.0 * spend - 0.5 * spend * spend;
            assert!((sum([1.5, 3.0, 0.0], spend) - parabola).abs() < 1e-14);
        }
    }

    #[test]
    fn knots_stand_at_quantiles_of_spends_above_none() {
        let spends = [0.0, 0.0, 10.0, 20.0, 30.0, 40.0, 50.0];
        let basis = Basis::over(&spends, 3).expect("a basis");
        assert_eq!(basis.knots, [0.0, 0.0, 20.0, 30.0, 40.0, 50.0, 50.0]);
        assert_eq!((basis.size(), basis.largest()), (5, 50.0));
        assert_eq!(Basis::over(&[0.0, 0.0], 3), None);
    }

    #[test]
    fn spends_that_are_all_alike_need_no_knots_between_them() {
        let basis = Basis::over(&[50.0, 50.0, 50.0, 51.0], 3).expect("a basis");
        assert_eq!(basis.knots, [0.0, 0.0, 51.0, 51.0]);
    }
}
