//! Designs, each where the good points of the earlier ones lie → all points with their weights. The
//! search looks for shapes by it, and so does whatever else averages over a few numbers.

use nalgebra::DVector;
use rayon::prelude::*;

use super::sampling::{Region, temper, weights_of};

/// A round's region is made from weights that still count as so many points per coordinate.
const POINTS_PER_COORDINATE: f64 = 3.0;

/// How much of the prior's width each region keeps, so that no direction is given up. Where data leave
/// little room in many directions, more of it would put nearly all points outside.
const PRIOR_SHARE: f64 = 0.01;

/// How much wider than its points a region is: importance sampling wants wide tails.
const WIDENING: f64 = 1.1;

/// Above this the density of a region is so much larger than the prior's that its points count for
/// nothing.
const DENSITY_LOG_MAX: f64 = 600.0;

/// All points so far, with the regions that they came from.
pub(in crate::advice) struct Designs {
    prior: Region,
    regions: Vec<Region>,
    counts: Vec<u32>,
    /// In the order in which they were tried.
    pub points: Vec<DVector<f64>>,
    scores: Vec<f64>,
    /// Per point: the density of each region there, times how many points came from it.
    densities: Vec<f64>,
    /// Logarithms: score and prior, divided by the mixture of the regions.
    pub log_weights: Vec<f64>,
}

impl Designs {
    /// Begins with `points`, a design of `prior`; a score is the logarithm of what a point's density
    /// is, relative to that of `prior`.
    pub fn new(prior: Region, points: Vec<DVector<f64>>, score: &Scorer<'_>) -> Self {
        let scores = scores(&points, score);
        let count = u32::try_from(points.len()).unwrap_or(u32::MAX);
        let mut designs = Self {
            regions: vec![prior.clone()],
            counts: vec![count],
            densities: vec![0.0; points.len()],
            log_weights: Vec::new(),
            prior,
            points,
            scores,
        };
        designs.weigh(0);
        designs
    }

    /// Adds a design in the region where the good points lie.
    pub fn extend(&mut self, points: u32, score: &Scorer<'_>) {
        let region = self.good();
        self.add(region, points, score);
    }

    /// Adds a design for each of the first `coordinates`, in that region `times` as wide along it:
    /// where one number alone has long tails, few points of the other designs come.
    pub fn extend_along(
        &mut self,
        coordinates: usize,
        times: f64,
        points: u32,
        score: &Scorer<'_>,
    ) {
        let region = self.good();
        for coordinate in 0..coordinates {
            if let Some(stretched) = region.stretched(coordinate, times) {
                self.add(stretched, points, score);
            }
        }
    }

    /// The region where the good points lie.
    fn good(&self) -> Region {
        let enough = POINTS_PER_COORDINATE * count(self.points[0].len()) + 1.0;
        let warmth = temper(&self.log_weights, enough);
        let tempered: Vec<f64> = self.log_weights.iter().map(|value| value * warmth).collect();
        let weights = weights_of(&tempered);
        Region::around(&self.points, &weights, &self.prior, PRIOR_SHARE, WIDENING)
            .unwrap_or_else(|| self.prior.clone())
    }

    fn add(&mut self, region: Region, points: u32, score: &Scorer<'_>) {
        let fresh = region.design(self.counts.iter().sum(), points);
        let known = self.points.len();
        self.scores.extend(scores(&fresh, score));
        self.densities.extend(vec![0.0; fresh.len()]);
        self.points.extend(fresh);
        self.regions.push(region);
        self.counts.push(points);
        self.weigh(known);
    }

    /// Weighs all points; those before `known` have all regions but the newest in their densities.
    fn weigh(&mut self, known: usize) {
        let newest = self.regions.len() - 1;
        let (regions, counts, prior) = (&self.regions, &self.counts, &self.prior);
        // Relative to the prior's, so that no density leaves the range of a double.
        let density = |point: &DVector<f64>, at: usize| {
            let relative = regions[at].log_density(point) - prior.log_density(point);
            f64::from(counts[at]) * libm::exp(relative.min(DENSITY_LOG_MAX))
        };
        self.densities = self
            .points
            .par_iter()
            .zip(&self.densities)
            .enumerate()
            .map(|(at, (point, known_densities))| {
                let first = if at < known { newest } else { 0 };
                (first..=newest).fold(*known_densities, |sum, at| sum + density(point, at))
            })
            .collect();
        self.log_weights = self
            .scores
            .iter()
            .zip(&self.densities)
            .map(|(score, density)| score - libm::log(*density))
            .collect();
    }
}

/// Logarithms: how good a point is.
pub(in crate::advice) type Scorer<'a> = dyn Fn(&DVector<f64>) -> f64 + Sync + 'a;

/// In the order of the points, whatever the number of threads.
pub(super) fn scores(points: &[DVector<f64>], score: &Scorer<'_>) -> Vec<f64> {
    points.par_iter().map(score).collect()
}

#[expect(clippy::cast_precision_loss, reason = "coordinates are few")]
fn count(values: usize) -> f64 {
    values as f64
}
