//! The classic model as a [`Fitted`] one of a single candidate, so that attribution, curves, plans
//! and files are those of every model.

use nalgebra::DMatrix;

use super::Classic;
use super::features::SATURATION;
use crate::advice::mmm::adstock::Adstock;
use crate::advice::mmm::failure::Failure;
use crate::advice::mmm::fitted::{Candidate, Fitted, Method};
use crate::advice::mmm::linear::{self, Scaling};
use crate::advice::mmm::regressors::{FeatureType, Regressor};
use crate::advice::mmm::response::Response;
use crate::advice::mmm::series::{ChannelSeries, Series, correlation};
use crate::domain::Grain;

impl Classic {
    /// The same model in the form that all others have. Intervals are those of its one set of
    /// shapes: the posterior of a ridge regression on the days that were learnt from.
    ///
    /// # Errors
    /// [`Failure`] where figures are out of range or the coefficients' covariance can't be had.
    pub fn fitted(&self) -> Result<Fitted, Failure> {
        let media = self.days.channels.len();
        let series = self.series();
        series.check()?;
        let covariance = linear::covariance(
            &self.columns,
            &self.days.revenue,
            self.train,
            self.penalty,
            Scaling::Own,
        )?;
        let coefficients = &self.fit.coefficients;
        let regressors = self.regressors(media);
        let of_regressors: Vec<f64> =
            std::iter::once(self.fit.intercept).chain(coefficients[media..].to_vec()).collect();
        let contributions: Vec<Vec<f64>> = self.columns[..media]
            .iter()
            .zip(coefficients)
            .map(|(column, coefficient)| column.values.iter().map(|it| it * coefficient).collect())
            .collect();
        let baseline: Vec<f64> = (0..series.len())
            .map(|day| {
                let parts = regressors.iter().zip(&of_regressors);
                parts.map(|(regressor, coefficient)| regressor.values[day] * coefficient).sum()
            })
            .collect();
        let errors: Vec<f64> = self.days.revenue[..self.train]
            .iter()
            .zip(&self.predicted)
            .map(|(actual, predicted)| actual - predicted)
            .collect();
        Ok(Fitted {
            method: Method::Classic { penalty: self.penalty },
            candidates: vec![Candidate {
                weight: 1.0,
                responses: self.responses(),
                covariance: DMatrix::from_fn(media, media, |row, column| covariance[(row, column)]),
                unbounded: coefficients[..media].to_vec(),
                regressors: of_regressors,
            }],
            regressors,
            baseline,
            contributions,
            noise: self.scores_train.rmse,
            autocorrelation: correlation(&errors[1..], &errors[..errors.len() - 1]).max(0.0),
            candidates_effective: 1.0,
            candidates_tried: 1,
            evidence: None,
            tested: None,
            scores_train: self.scores_train,
            scores_test: self.scores_test,
            train: self.train,
            predicted_test: self.predicted[self.train..].to_vec(),
            series,
        })
    }

    fn series(&self) -> Series {
        let days = &self.days;
        let reported = |channel: &str| {
            let mut revenue = vec![0.0; days.days.len()];
            for row in self.rows.iter().filter(|row| row.channel == channel) {
                if let Ok(at) = days.days.binary_search(&row.day) {
                    revenue[at] += row.revenue;
                }
            }
            revenue
        };
        let channels = days.channels.iter().zip(&days.spend).map(|(name, spend)| ChannelSeries {
            name: name.clone(),
            spend: spend.clone(),
            reported_revenue: Some(reported(name)),
        });
        Series {
            grain: Grain::Day,
            periods: days.days.clone(),
            outcome: days.revenue.clone(),
            channels: channels.collect(),
            controls: Vec::new(),
        }
    }

    fn responses(&self) -> Vec<Response> {
        self.decays
            .iter()
            .zip(&self.fit.coefficients)
            .map(|(decay, coefficient)| Response {
                adstock: Adstock::Geometric { decay: *decay },
                saturation: SATURATION,
                coefficient: *coefficient,
            })
            .collect()
    }

    /// The columns behind those of media, the constant first.
    fn regressors(&self, media: usize) -> Vec<Regressor> {
        let constant = Regressor {
            name: "intercept".to_owned(),
            kind: FeatureType::Intercept,
            values: vec![1.0; self.days.days.len()],
            share: None,
        };
        let others = self.columns[media..].iter().map(|column| Regressor {
            name: column.name.clone(),
            kind: match column.name.as_str() {
                "trend" => FeatureType::Trend,
                "is_holiday" => FeatureType::Holiday,
                _ => FeatureType::Calendar,
            },
            values: column.values.clone(),
            share: None,
        });
        std::iter::once(constant).chain(others).collect()
    }
}
