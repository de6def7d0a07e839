//! A model that has been fitted: weighted candidates, each a complete explanation of the series, and
//! what their average says. Nothing in it can change.

use nalgebra::DMatrix;

use super::linear::Penalty;
use super::regressors::Regressor;
use super::response::Response;
use super::scores::Scores;
use super::series::Series;
use super::spread::{self, Estimate, Part};

/// How a model was made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// The weighted average of a search's candidates; no coefficient of media is negative.
    Search,
    /// One linear model of the classic pipeline, whose coefficients have whatever sign they have.
    Classic {
        /// The penalty that was chosen.
        penalty: Penalty,
    },
}

impl Method {
    /// Its name in files: `averaged_search` or `classic`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Search => "averaged_search",
            Self::Classic { .. } => "classic",
        }
    }
}

/// What data say against what was held to be likely before them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// How much likelier the outcome is with the media than without any (Bayes factor, Kass and
    /// Raftery 1995), as a natural logarithm.
    pub media_log: f64,
    /// What a channel was held to add to a period at its strongest: one standard deviation, major
    /// units.
    pub effect_likely: f64,
    /// The standard deviation of noise that this and all else was weighed against, major units.
    pub noise_likely: f64,
    /// How likely the data make it that the account is like those that it learns from; `None`: it learns
    /// from none.
    pub pooled: Option<f64>,
}

/// The model that is tested: what was learnt from the periods before the test alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Tested {
    /// Its candidates.
    pub candidates: Vec<Candidate>,
    /// Of each the variance of noise, less what is alike in neighbouring periods.
    pub noise_variances: Vec<f64>,
    /// How alike neighbouring errors are.
    pub autocorrelation: f64,
    /// What those periods say against what was held to be likely before them.
    pub evidence: Evidence,
}

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
    /// How it was made.
    pub method: Method,
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
    /// What data say against what was held to be likely before them; `None` of a model that held
    /// nothing to be likely.
    pub evidence: Option<Evidence>,
    /// The model that was tested; `None` where it has no candidates of its own.
    pub tested: Option<Tested>,
    /// On the periods of [`Fitted::train`], by a model that learnt from them alone.
    pub scores_train: Scores,
    /// On the periods after them, predicted by that model.
    pub scores_test: Scores,
    /// How many periods that model learnt from.
    pub train: usize,
    /// What that model predicted for the periods after them.
    pub predicted_test: Vec<f64>,
}

impl Fitted {
    /// The central interval of `confidence` around a figure of media whose mean is `mean`: one that
    /// can't be negative where the model rules that out.
    pub fn interval(&self, parts: &[Part], mean: f64, confidence: f64) -> Estimate {
        let found = if self.method == Method::Search && mean >= 0.0 {
            spread::above_zero(parts, mean, confidence)
        } else {
            spread::anywhere(parts, mean, confidence)
        };
        found.unwrap_or(Estimate { mean, low: mean, high: mean })
    }

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

/// Models that are known to the last digit.
#[cfg(test)]
pub mod testing {
    use super::*;
    use crate::advice::mmm::series::ChannelSeries;
    use crate::domain::{Day, Grain};

    /// One channel that spends 100 in each of eight periods, and is known to respond like this, give or
    /// take `deviation` of its coefficient.
    pub fn fitted(grain: Grain, response: Response, deviation: f64) -> Fitted {
        let scores = Scores::of(&[1.0, 2.0], &[1.0, 2.0]).expect("scores");
        let first: Day = "2026-01-05".parse().expect("a Monday");
        Fitted {
            method: Method::Search,
            series: Series {
                grain,
                periods: (0..8).map(|period| first + chrono::Days::new(period)).collect(),
                outcome: vec![1.0; 8],
                channels: vec![ChannelSeries {
                    name: "TV".to_owned(),
                    spend: vec![100.0; 8],
                    reported_revenue: None,
                }],
                controls: Vec::new(),
            },
            candidates: vec![Candidate {
                weight: 1.0,
                responses: vec![response],
                covariance: DMatrix::from_element(1, 1, deviation * deviation),
                unbounded: vec![response.coefficient],
                regressors: Vec::new(),
            }],
            regressors: Vec::new(),
            baseline: vec![0.0; 8],
            contributions: vec![vec![0.0; 8]],
            noise: 1.0,
            autocorrelation: 0.0,
            candidates_effective: 1.0,
            candidates_tried: 1,
            evidence: None,
            tested: None,
            scores_train: scores,
            scores_test: scores,
            train: 8,
            predicted_test: Vec::new(),
        }
    }
}
