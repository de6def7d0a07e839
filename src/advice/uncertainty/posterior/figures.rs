//! What people are told of a model: its numbers by name, and the summary of each, in one order for the
//! sampler and the closed form.

use serde::{Deserialize, Serialize};

use super::effect::Effect;
use super::specification::{Channel, Curve, Specification};

/// A number by what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FigureName {
    /// The channel; `None`: the model itself.
    pub channel: Option<String>,
    /// What it is: `decay`, `rate`, `half_saturation`, `slope`, `coefficient`, `contribution`,
    /// `roas`, `noise`, or a column's name.
    pub name: String,
}

/// Mean, deviation and quantiles of a number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub deviation: f64,
    /// 5 % lie below it.
    pub low: f64,
    /// Half lie below it.
    pub median: f64,
    /// 5 % lie above it.
    pub high: f64,
}

/// The names of all figures: channel by channel its decay, its curve's numbers, coefficient,
/// contribution over all periods and, where anything was spent, that per unit of spend; then the
/// columns' coefficients, then the noise.
pub fn names(specification: &Specification) -> Vec<FigureName> {
    let mut names = Vec::new();
    for channel in &specification.channels {
        let curve: &[&str] = match channel.curve {
            Curve::Logistic { .. } => &["rate"],
            Curve::Hill { .. } => &["half_saturation", "slope"],
        };
        let last: &[&str] = if spent(channel) > 0.0 { &["roas"] } else { &[] };
        let own = [&["decay"], curve, &["coefficient", "contribution"], last].concat();
        names.extend(
            own.into_iter().map(|name| FigureName {
                channel: Some(channel.name.clone()),
                name: name.to_owned(),
            }),
        );
    }
    let columns = specification.columns.iter().map(|column| column.name.clone());
    names
        .extend(columns.chain(["noise".to_owned()]).map(|name| FigureName { channel: None, name }));
    names
}

/// The figures of a channel whose effect was computed at some point. A half saturation is an amount of
/// carried-over spend, a contribution one of outcome, in the units of the data; all else is in those of
/// the scaled model.
pub(super) fn of_channel(
    channel: &Channel,
    effect: &Effect,
    coefficient: f64,
    outcome_scale: f64,
    into: &mut Vec<f64>,
) {
    shape_figures(channel, effect, into);
    let contribution = coefficient * effect.total() * outcome_scale;
    into.extend([coefficient, contribution]);
    let spent = spent(channel);
    if spent > 0.0 {
        into.push(contribution / spent);
    }
}

/// Those of its carryover and curve alone.
pub(super) fn shape_figures(channel: &Channel, effect: &Effect, into: &mut Vec<f64>) {
    let numbers = effect.numbers(channel);
    into.push(numbers[0]);
    match channel.curve {
        Curve::Logistic { .. } => into.push(numbers[1]),
        Curve::Hill { .. } => {
            into.extend([numbers[1] * effect.largest * channel.spend_scale, numbers[2]]);
        }
    }
}

/// All that was spent on it, in the units of the data.
pub(super) fn spent(channel: &Channel) -> f64 {
    channel.spend.iter().sum::<f64>() * channel.spend_scale
}

impl Summary {
    /// The same in another unit; `factor` is not negative.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        self.map(|value| value * factor)
    }

    /// Each of its numbers by `change`.
    #[must_use]
    pub fn map(self, change: impl Fn(f64) -> f64) -> Self {
        Self {
            mean: change(self.mean),
            deviation: change(self.deviation),
            low: change(self.low),
            median: change(self.median),
            high: change(self.high),
        }
    }

    /// Of values that count alike.
    pub fn of_draws(values: &[f64]) -> Self {
        let weights = vec![1.0; values.len()];
        Self::of_points(values, &weights)
    }

    /// Of weighted values; quantiles by straight lines between the middles of the values' weights
    /// (Hazen 1914).
    pub fn of_points(values: &[f64], weights: &[f64]) -> Self {
        let total: f64 = weights.iter().sum();
        let mean = values.iter().zip(weights).map(|(value, by)| value * by).sum::<f64>() / total;
        let squares: f64 = values
            .iter()
            .zip(weights)
            .map(|(value, by)| by * (value - mean) * (value - mean))
            .sum();
        let mut order: Vec<usize> = (0..values.len()).filter(|at| weights[*at] > 0.0).collect();
        order.sort_by(|one, other| values[*one].total_cmp(&values[*other]));
        let mut passed = 0.0;
        let middles: Vec<(f64, f64)> = order
            .into_iter()
            .map(|at| {
                passed += weights[at];
                ((passed - 0.5 * weights[at]) / total, values[at])
            })
            .collect();
        let quantile = |share: f64| {
            let above = middles.partition_point(|(middle, _)| *middle < share);
            match (above.checked_sub(1).map(|at| middles[at]), middles.get(above)) {
                (Some((below, low)), Some((above, high))) => {
                    low + (high - low) * (share - below) / (above - below)
                }
                (Some((_, value)), None) => value,
                (None, Some((_, value))) => *value,
                (None, None) => f64::NAN,
            }
        };
        Self {
            mean,
            deviation: libm::sqrt(squares / total),
            low: quantile(0.05),
            median: quantile(0.5),
            high: quantile(0.95),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_summed_up_by_mean_deviation_and_quantiles() {
        // By hand, 1 to 10: mean 5.5, variance 8.25, Hazen's quantiles at 0.05, 0.5 and 0.95 are
        // those of ranks 1, 5.5 and 10.
        let values: Vec<f64> = (1..=10).rev().map(f64::from).collect();
        let found = Summary::of_draws(&values);
        assert!((found.mean - 5.5).abs() < 1e-12);
        assert!((found.deviation - 8.25f64.sqrt()).abs() < 1e-12);
        assert!((found.low - 1.0).abs() < 1e-9 && (found.high - 10.0).abs() < 1e-9, "{found:?}");
        assert!((found.median - 5.5).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn a_heavy_point_counts_as_many_light_ones() {
        let heavy = Summary::of_points(&[1.0, 2.0], &[1.0, 3.0]);
        let light = Summary::of_draws(&[1.0, 2.0, 2.0, 2.0]);
        assert!((heavy.mean - light.mean).abs() < 1e-12);
        assert!((heavy.deviation - light.deviation).abs() < 1e-12);
        let nothing = Summary::of_points(&[5.0, 2.0], &[0.0, 1.0]);
        assert_eq!((nothing.low, nothing.high), (2.0, 2.0));
    }
}
