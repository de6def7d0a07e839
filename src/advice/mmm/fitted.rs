//! A model that has been fitted: weighted candidates, each a complete explanation of the series, and
//! what their average says. Nothing in it can change.

use nalgebra::DMatrix;

use super::regressors::Regressor;
use super::response::Response;
use super::scores::Scores;
use super::series::Series;

/// One explanation of the series.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its share of the average; those of all candidates sum to 1.
    pub weight: f64,
    /// One per channel, in the series' order.
    pub responses: Vec<Response>,
    /// Covariance of the responses' coefficients, in the same order.
    pub covariance: DMatrix<f64>,
    /// The coefficients before negative ones were ruled out: with the covariance, the normal
    /// distribution that is cut off at 0.
    pub unbounded: Vec<f64>,
    /// Coefficients of the regressors, in their order.
    pub regressors: Vec<f64>,
}

/// A fitted model. Revenue and spend are in major units per period of the series.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// What it was learnt from.
    pub series: Series,
    /// The candidates, the weightiest first.
    pub candidates: Vec<Candidate>,
    /// What explains revenue beside the media.
    pub regressors: Vec<Regressor>,
    /// Revenue without any spend, per period.
    pub baseline: Vec<f64>,
    /// What each channel's spend added, by channel and period.
    pub contributions: Vec<Vec<f64>>,
    /// Standard deviation of what is not explained, per period.
    pub noise: f64,
    /// How alike neighbouring errors are, from 0 to 1.
    pub autocorrelation: f64,
    /// How many equally good candidates the average stands for.
    pub candidates_effective: f64,
    /// How many candidates were tried.
    pub candidates_tried: usize,
    /// On the periods of [`Fitted::train`], by a model that learnt from them alone.
    pub scores_train: Scores,
    /// On the periods after them, predicted by that model.
    pub scores_test: Scores,
    /// How many periods that model learnt from.
    pub train: usize,
}

impl Fitted {
    /// The revenue that the model gives each period: baseline and contributions, summed in order.
    pub fn predicted(&self) -> Vec<f64> {
        (0..self.series.len())
            .map(|period| {
                self.contributions
                    .iter()
                    .fold(self.baseline[period], |sum, channel| sum + channel[period])
            })
            .collect()
    }
}
