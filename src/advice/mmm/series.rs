//! What a model learns from: evenly spaced days or weeks with the spend of each channel, the revenue
//! of the business, and whatever else may explain it. Amounts are estimates in major units.

use super::failure::Failure;
use crate::domain::{Day, Grain};

/// Figures above this can't be money or counts, and their squares must stay in the range of a double.
const FIGURE_MAX: f64 = 1e15;

/// A cleaned series, without a gap and without a figure that is not finite.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Days or weeks.
    pub grain: Grain,
    /// The first day of each period, in order.
    pub periods: Vec<Day>,
    /// What is explained, per period: revenue in major units.
    pub outcome: Vec<f64>,
    /// The paid channels.
    pub channels: Vec<ChannelSeries>,
    /// What else may explain the outcome: prices, events, organic clicks.
    pub controls: Vec<ControlSeries>,
}

/// A paid channel.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelSeries {
    /// Its name.
    pub name: String,
    /// Spend per period in major units; never negative.
    pub spend: Vec<f64>,
    /// The revenue that its platform claims, per period, where it does.
    pub reported_revenue: Option<Vec<f64>>,
}

/// Something that isn't paid for and may explain the outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlSeries {
    /// Its name.
    pub name: String,
    /// Its value per period.
    pub values: Vec<f64>,
}

impl Series {
    /// How many periods there are.
    pub fn len(&self) -> usize {
        self.periods.len()
    }

    /// Whether there is no period.
    pub fn is_empty(&self) -> bool {
        self.periods.is_empty()
    }

    /// Periods in a year.
    pub fn year_periods(&self) -> f64 {
        match self.grain {
            Grain::Day => 365.25,
            Grain::Week => 365.25 / 7.0,
            Grain::Month => 12.0,
        }
    }

    /// "days", "weeks" or "months".
    pub fn unit(&self) -> &'static str {
        match self.grain {
            Grain::Day => "days",
            Grain::Week => "weeks",
            Grain::Month => "months",
        }
    }

    /// The first `periods` of them.
    #[must_use]
    pub fn head(&self, periods: usize) -> Self {
        let cut = |values: &[f64]| values[..periods.min(values.len())].to_vec();
        Self {
            grain: self.grain,
            periods: self.periods[..periods.min(self.len())].to_vec(),
            outcome: cut(&self.outcome),
            channels: self
                .channels
                .iter()
                .map(|channel| ChannelSeries {
                    name: channel.name.clone(),
                    spend: cut(&channel.spend),
                    reported_revenue: channel.reported_revenue.as_deref().map(cut),
                })
                .collect(),
            controls: self
                .controls
                .iter()
                .map(|control| ControlSeries {
                    name: control.name.clone(),
                    values: cut(&control.values),
                })
                .collect(),
        }
    }

    /// Checks that a model can be made of it: columns of one length, figures in range, something
    /// that varies on both sides.
    pub fn check(&self) -> Result<(), Failure> {
        let columns = self
            .channels
            .iter()
            .map(|channel| (&channel.name, &channel.spend))
            .chain(self.controls.iter().map(|control| (&control.name, &control.values)));
        let outcome = "the revenue".to_owned();
        for (name, values) in std::iter::once((&outcome, &self.outcome)).chain(columns) {
            if values.len() != self.len() {
                return Err(Failure::OutOfRange {
                    what: format!("{name} has {} figures for {} periods", values.len(), self.len()),
                });
            }
            if let Some(value) = values.iter().find(|value| !is_figure(**value)) {
                return Err(Failure::OutOfRange { what: format!("{name} holds {value}") });
            }
        }
        if !varies(&self.outcome) {
            return Err(Failure::NoVariation { what: outcome });
        }
        if !self.channels.iter().any(|channel| varies(&channel.spend)) {
            return Err(Failure::NoVariation { what: "the spend of each channel".to_owned() });
        }
        Ok(())
    }
}

fn is_figure(value: f64) -> bool {
    value.is_finite() && value.abs() <= FIGURE_MAX
}

/// Whether any value differs from the first.
pub fn varies(values: &[f64]) -> bool {
    values.windows(2).any(|two| two[0] != two[1])
}

/// Pearson's correlation; not finite where one of them never varies.
pub(super) fn correlation(left: &[f64], right: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / length(values);
    let (left_mean, right_mean) = (mean(left), mean(right));
    let (mut both, mut lefts, mut rights) = (0.0, 0.0, 0.0);
    for (left, right) in left.iter().zip(right) {
        let (left, right) = (left - left_mean, right - right_mean);
        both += left * right;
        lefts += left * left;
        rights += right * right;
    }
    both / libm::sqrt(lefts * rights)
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
fn length(values: &[f64]) -> f64 {
    values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(outcome: Vec<f64>, spend: Vec<f64>) -> Series {
        let first: Day = "2026-01-05".parse().expect("a day");
        Series {
            grain: Grain::Week,
            periods: (0..3).map(|week| first + chrono::Days::new(7 * week)).collect(),
            outcome,
            channels: vec![ChannelSeries { name: "tv".to_owned(), spend, reported_revenue: None }],
            controls: Vec::new(),
        }
    }

    #[test]
    fn figures_that_explode_or_are_none_are_named() {
        for figure in [1e16, f64::NAN, f64::INFINITY, -1e300] {
            let failure = series(vec![1.0, 2.0, 3.0], vec![1.0, figure, 2.0]).check();
            assert_eq!(failure.expect_err("out of range").code(), "out_of_range", "{figure}");
        }
        assert_eq!(series(vec![1.0, 2.0, 3.0], vec![1.0, 1e15, 2.0]).check(), Ok(()));
        let short = series(vec![1.0, 2.0], vec![1.0, 2.0, 3.0]).check();
        assert_eq!(short.expect_err("one is missing").code(), "out_of_range");
    }

    #[test]
    fn what_never_varies_is_named() {
        let outcome = series(vec![5.0; 3], vec![1.0, 2.0, 3.0]).check();
        assert_eq!(outcome, Err(Failure::NoVariation { what: "the revenue".to_owned() }));
        let spend = series(vec![1.0, 2.0, 3.0], vec![4.0; 3]).check();
        assert_eq!(spend.expect_err("constant").code(), "no_variation");
    }
}
