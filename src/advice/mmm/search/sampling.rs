//! Points of a design, weighted by how well they explain → the region where good points lie → a new
//! design there. Importance sampling with quasi-random points, in which all rounds count with the
//! mixture of their densities (Cornuet, Marin, Mira and Robert, "Adaptive Multiple Importance
//! Sampling", 2012). No random numbers: the same data give the same points.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::halton;
use super::shape::Belief;
use crate::advice::mmm::normal;

/// A normal distribution that points of a design are taken from.
#[derive(Debug, Clone)]
pub struct Region {
    mean: DVector<f64>,
    /// Lower triangle whose square is the covariance.
    factor: DMatrix<f64>,
    /// Logarithm of the density at the mean, without the constant that all regions share.
    peak: f64,
}

impl Region {
    /// Independent coordinates of which this is believed.
    pub fn of_beliefs(beliefs: &[Belief]) -> Self {
        let (means, deviations): (Vec<f64>, Vec<f64>) =
            beliefs.iter().map(|belief| (belief.mean, belief.deviation)).unzip();
        Self::independent(&means, &deviations)
    }

    /// Independent coordinates.
    pub fn independent(means: &[f64], deviations: &[f64]) -> Self {
        let factor = DMatrix::from_diagonal(&DVector::from_column_slice(deviations));
        Self::of(DVector::from_column_slice(means), factor)
    }

    fn of(mean: DVector<f64>, factor: DMatrix<f64>) -> Self {
        let peak = -factor.diagonal().iter().map(|deviation| libm::log(*deviation)).sum::<f64>();
        Self { mean, factor, peak }
    }

    /// Points `from` to `from + count` of the design, moved into the region.
    pub fn design(&self, from: u32, count: u32) -> Vec<DVector<f64>> {
        (from..from + count)
            .map(|index| {
                let steps = DVector::from_fn(self.mean.len(), |dimension, _| {
                    normal::quantile(halton::coordinate(index, dimension))
                });
                &self.mean + &self.factor * steps
            })
            .collect()
    }

    /// Logarithm of the density at `point`, without the constant that all regions share.
    pub fn log_density(&self, point: &DVector<f64>) -> f64 {
        let mut steps = point - &self.mean;
        if self.factor.solve_lower_triangular_mut(&mut steps) {
            self.peak - 0.5 * steps.norm_squared()
        } else {
            f64::NEG_INFINITY
        }
    }

    /// The same, `times` as wide along one coordinate; the others move with it as they did.
    pub fn stretched(&self, coordinate: usize, times: f64) -> Option<Self> {
        let mut covariance = &self.factor * self.factor.transpose();
        let column = covariance.column(coordinate).into_owned();
        let by = (times * times - 1.0) / column[coordinate];
        covariance.ger(by, &column, &column, 1.0);
        Some(Self::of(self.mean.clone(), Cholesky::new(covariance)?.unpack()))
    }

    /// The region of weighted points: their mean and covariance, the latter mixed with that of
    /// `prior` by `share`, so that no direction is given up, and widened by `widening`.
    pub fn around(
        points: &[DVector<f64>],
        weights: &[f64],
        prior: &Self,
        share: f64,
        widening: f64,
    ) -> Option<Self> {
        let total: f64 = weights.iter().sum();
        let size = prior.mean.len();
        let mut mean = DVector::zeros(size);
        for (point, weight) in points.iter().zip(weights) {
            mean.axpy(weight / total, point, 1.0);
        }
        let mut covariance = DMatrix::zeros(size, size);
        for (point, weight) in points.iter().zip(weights).filter(|(_, weight)| **weight > 0.0) {
            let distance = point - &mean;
            covariance.syger(weight / total, &distance, &distance, 1.0);
        }
        covariance.fill_upper_triangle_with_lower_triangle();
        let prior_covariance = &prior.factor * prior.factor.transpose();
        let mixed = (covariance * (1.0 - share) + prior_covariance * share) * (widening * widening);
        Some(Self::of(mean, Cholesky::new(mixed)?.unpack()))
    }
}

/// Weights that sum to 1, from logarithms.
pub fn weights_of(logarithms: &[f64]) -> Vec<f64> {
    let largest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let raw: Vec<f64> = logarithms.iter().map(|value| libm::exp(value - largest)).collect();
    let total: f64 = raw.iter().sum();
    raw.iter().map(|weight| weight / total).collect()
}

/// How many equally weighted points would say as much (Kish 1965).
pub fn effective_count(weights: &[f64]) -> f64 {
    let squares: f64 = weights.iter().map(|weight| weight * weight).sum();
    if squares > 0.0 { 1.0 / squares } else { 0.0 }
}

/// The largest temper from 0 to 1 at which the tempered weights of `logarithms` still count as
/// `enough` points.
pub fn temper(logarithms: &[f64], enough: f64) -> f64 {
    let count_at = |temper: f64| {
        let tempered: Vec<f64> = logarithms.iter().map(|value| value * temper).collect();
        effective_count(&weights_of(&tempered))
    };
    if count_at(1.0) >= enough {
        return 1.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..30 {
        let middle = 0.5 * (low + high);
        if count_at(middle) >= enough { low = middle } else { high = middle }
    }
    low
}

/// At most `most` points that stand for all of `weights`, with the weight that each then has, the
/// weightiest first (Fearnhead and Clifford, "On-line inference for hidden Markov models via particle
/// filters", 2003, section 3.2). What outweighs its share stands for itself; of the light ones every
/// so many stand for all, evenly over the design and each of the same weight, so that no sum over
/// points is pulled to where the weights are large.
pub fn representatives(weights: &[f64], most: usize) -> Vec<(usize, f64)> {
    let mut order: Vec<usize> = (0..weights.len()).filter(|at| weights[*at] > 0.0).collect();
    order.sort_by(|left, right| weights[*right].total_cmp(&weights[*left]).then(left.cmp(right)));
    if order.len() <= most {
        return order.into_iter().map(|at| (at, weights[at])).collect();
    }
    let mut rest: f64 = order.iter().map(|at| weights[*at]).sum();
    let mut places = most;
    let mut heavy = 0;
    while places > 1 && weights[order[heavy]] * count(places) > rest {
        rest -= weights[order[heavy]];
        places -= 1;
        heavy += 1;
    }
    let share = rest / count(places);
    let mut light = order.split_off(heavy);
    light.sort_unstable();
    let mut passed = 0.5 * share;
    light.retain(|at| {
        passed += weights[*at];
        let stands = passed >= share;
        passed -= if stands { share } else { 0.0 };
        stands
    });
    // Scattered, so that the first of them stand for all too.
    let mut scattered: Vec<(f64, usize)> =
        (0u32..).zip(light).map(|(index, at)| (halton::coordinate(index, 0), at)).collect();
    scattered.sort_by(|left, right| left.0.total_cmp(&right.0));
    let heavy = order.into_iter().map(|at| (at, weights[at]));
    heavy.chain(scattered.into_iter().map(|(_, at)| (at, share))).collect()
}

#[expect(clippy::cast_precision_loss, reason = "points are few")]
fn count(points: usize) -> f64 {
    points as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_stretched_along_one_coordinate_alone() {
        // By hand: covariance (4, 2; 2, 3); three times as wide along the first: 36, 18, and what the
        // second has by itself, 3 − 2²/4 = 2, plus 18²/36 = 9.
        let covariance = DMatrix::from_row_slice(2, 2, &[4.0, 2.0, 2.0, 3.0]);
        let factor = Cholesky::new(covariance).expect("positive").unpack();
        let region = Region::of(DVector::from_column_slice(&[1.0, -1.0]), factor);
        let found = region.stretched(0, 3.0).expect("a region");
        let covariance = &found.factor * found.factor.transpose();
        for (found, expected) in covariance.iter().zip([36.0, 18.0, 18.0, 11.0]) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        assert_eq!(found.mean, region.mean);
    }

    #[test]
    fn few_points_stand_for_themselves() {
        let found = representatives(&[0.2, 0.0, 0.5, 0.3], 3);
        assert_eq!(found, [(2, 0.5), (3, 0.3), (0, 0.2)]);
    }

    #[test]
    fn what_outweighs_its_share_stands_for_itself_and_the_light_for_each_other() {
        // By hand: 20 is more than a third of 34; of the other 14, spread over seven, two places of
        // 7 each, taken where 3.5 and 10.5 of them are passed: with the second and the sixth.
        let mut weights = vec![2.0; 7];
        weights.insert(3, 20.0);
        let mut found = representatives(&weights, 3);
        assert_eq!(found[0], (3, 20.0));
        found.sort_by_key(|(at, _)| *at);
        let places: Vec<usize> = found.iter().map(|(at, _)| *at).collect();
        assert_eq!(places, [1, 3, 6]);
        assert_eq!((found[0].1, found[2].1), (7.0, 7.0));
    }

    #[test]
    fn sums_over_representatives_are_those_over_all_points() {
        // Weights that rise and fall over the design, as those of regions do.
        let wave = |at: u32| 1.0 + libm::sin(f64::from(at) * 0.01);
        let weights: Vec<f64> = (0..5_000).map(wave).collect();
        let all: f64 = weights.iter().sum();
        let figure = |at: usize| libm::cos(count(at) * 0.003);
        let expected: f64 = weights.iter().enumerate().map(|(at, it)| it * figure(at)).sum();
        let found = representatives(&weights, 400);
        assert!(found.len().abs_diff(400) <= 1, "{}", found.len());
        let sum: f64 = found.iter().map(|(_, weight)| weight).sum();
        assert!((sum / all - 1.0).abs() < 0.005, "{sum} {all}");
        let mean: f64 = found.iter().map(|(at, weight)| weight * figure(*at)).sum::<f64>() / sum;
        assert!((mean - expected / all).abs() < 0.005, "{mean} {}", expected / all);
        // And by a part of them.
        let part = &found[..100];
        let mean: f64 = part.iter().map(|(at, _)| figure(*at)).sum::<f64>() / 100.0;
        assert!((mean - expected / all).abs() < 0.05, "{mean} {}", expected / all);
    }

    #[test]
    fn light_points_are_spread_over_the_whole_design() {
        let found = representatives(&vec![1.0; 4_000], 400);
        let early = found[..120].iter().filter(|(at, _)| *at < 2_000).count();
        assert!((58..=62).contains(&early), "{early}");
    }
}
