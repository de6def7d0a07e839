//! Our own fitted model → the same model as a specification, for the sampler, and what its candidates
//! say, as the same figures: so that the closed form of each week can be checked.

use thiserror::Error;

use super::closed_form::of_parts;
use super::figures::{FigureName, Summary};
use super::prior::{Number, ShapePrior};
use super::specification::{Channel, Column, ColumnPrior, Curve, NoisePrior, Specification};
use crate::advice::mmm::fit::{FitSettings, run_in, shapes};
use crate::advice::mmm::fitted::{Candidate, Fitted};
use crate::advice::mmm::saturation::Saturation;
use crate::advice::mmm::search::{AdstockShape, Belief, Part, SaturationShape};
use crate::advice::mmm::spread;

/// Why a model can't be sampled.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotSampled {
    /// A linear model of fixed shapes.
    #[error("the classic preset has fixed shapes and one regression: there is nothing to sample")]
    Classic,
    /// A shape that the sampler doesn't know.
    #[error(
        "{channel} has {what}; the sampler knows geometric carryover and, with a half saturation that is \
         searched for, Hill's curve and half of it"
    )]
    Shape {
        /// The channel.
        channel: String,
        /// Its carryover or saturation.
        what: &'static str,
    },
}

/// The model of `fitted`, which was fitted by `settings`: likelihood and priors of the search; the
/// noise, which the search sets to its likeliest size, is one more unknown.
///
/// # Errors
/// [`NotSampled`] where a shape isn't known to the sampler.
pub fn specification(fitted: &Fitted, settings: &FitSettings) -> Result<Specification, NotSampled> {
    let Some(evidence) = fitted.evidence else { return Err(NotSampled::Classic) };
    let series = &fitted.series;
    let shapes = shapes(series, settings);
    let periods = series.len();
    let scale = positive((series.outcome.iter().sum::<f64>() / count(periods)).abs());
    let columns: Vec<Column> = fitted
        .regressors
        .iter()
        .map(|regressor| Column {
            name: regressor.name.clone(),
            values: regressor.values[..periods].to_vec(),
            prior: regressor
                .share
                .map_or(ColumnPrior::Flat, |deviation| ColumnPrior::Normal { deviation }),
        })
        .collect();
    let flat = columns.iter().filter(|column| column.prior == ColumnPrior::Flat).count();
    let channels = series
        .channels
        .iter()
        .zip(&shapes)
        .map(|(channel, shape)| {
            let spend_scale = positive(channel.spend.iter().copied().fold(0.0, f64::max));
            let (decay, lags) = carryover(&channel.name, shape.adstock)?;
            Ok(Channel {
                name: channel.name.clone(),
                spend: channel.spend.iter().map(|spend| spend / spend_scale).collect(),
                spend_scale,
                decay,
                lags,
                curve: curve(&channel.name, shape.saturation)?,
                coefficient: evidence.effect_likely / scale,
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(Specification {
        outcome: series.outcome.iter().map(|value| value / scale).collect(),
        outcome_scale: scale,
        autocorrelation: fitted.autocorrelation,
        run_in: run_in(series.grain, periods),
        columns,
        channels,
        // The evidence of the search is that of a vague noise, one power of it for each column that
        // nothing holds.
        noise: NoisePrior::InProportion {
            power: count(flat),
            likely: evidence.noise_likely / scale,
        },
    })
}

fn carryover(name: &str, adstock: AdstockShape) -> Result<(Number, Option<usize>), NotSampled> {
    let number = |decay| match decay {
        Part::Fixed(decay) => Number::Fixed(decay),
        Part::Searched(belief) => Number::Searched(ShapePrior::Decay(belief)),
    };
    match adstock {
        AdstockShape::None => Ok((Number::Fixed(0.0), None)),
        AdstockShape::Geometric { decay } => Ok((number(decay), None)),
        AdstockShape::GeometricNormalised { decay, lags } => Ok((number(decay), Some(lags))),
        AdstockShape::Delayed { .. }
        | AdstockShape::WeibullCdf { .. }
        | AdstockShape::WeibullPdf { .. } => {
            let what = "a carryover that is not geometric";
            Err(NotSampled::Shape { channel: name.to_owned(), what })
        }
    }
}

fn curve(name: &str, saturation: SaturationShape) -> Result<Curve, NotSampled> {
    let half = |belief: Belief| Number::Searched(ShapePrior::HalfSaturation(belief));
    match saturation {
        SaturationShape::Hill { half_saturation: Part::Searched(belief), slope } => {
            let slope = match slope {
                Part::Fixed(slope) => Number::Fixed(slope),
                Part::Searched(belief) => Number::Searched(ShapePrior::Slope(belief)),
            };
            Ok(Curve::Hill { half_saturation: half(belief), slope })
        }
        SaturationShape::MichaelisMenten { half_saturation: Part::Searched(belief) } => {
            Ok(Curve::Hill { half_saturation: half(belief), slope: Number::Fixed(1.0) })
        }
        SaturationShape::Hill { .. } | SaturationShape::MichaelisMenten { .. } => {
            let what = "a half saturation that its account fixes";
            Err(NotSampled::Shape { channel: name.to_owned(), what })
        }
        SaturationShape::None
        | SaturationShape::Logarithm { .. }
        | SaturationShape::Exponential { .. }
        | SaturationShape::Logistic { .. } => {
            let what = "a saturation that is not Hill's";
            Err(NotSampled::Shape { channel: name.to_owned(), what })
        }
    }
}

/// What the candidates of `fitted` say of each channel: decay, half saturation, slope, contribution
/// and that per unit of spend.
pub fn figures(fitted: &Fitted) -> Vec<(FigureName, Summary)> {
    let weights: Vec<f64> = fitted.candidates.iter().map(|candidate| candidate.weight).collect();
    let mut figures = Vec::new();
    for (at, channel) in fitted.series.channels.iter().enumerate() {
        let mut add = |name: &str, summary| {
            figures.push((
                FigureName { channel: Some(channel.name.clone()), name: name.to_owned() },
                summary,
            ));
        };
        let points = |of: &dyn Fn(&Candidate) -> Option<f64>| {
            let values: Option<Vec<f64>> = fitted.candidates.iter().map(of).collect();
            values.map(|values| Summary::of_points(&values, &weights))
        };
        let curve = |candidate: &Candidate| match candidate.responses[at].saturation {
            Saturation::Hill { half_saturation, slope } => Some((half_saturation, slope)),
            Saturation::MichaelisMenten { half_saturation } => Some((half_saturation, 1.0)),
            _ => None,
        };
        if let Some(summary) = points(&|it| it.responses[at].adstock.decay()) {
            add("decay", summary);
        }
        if let Some(summary) = points(&|it| curve(it).map(|(half, _)| half)) {
            add("half_saturation", summary);
        }
        if let Some(summary) = points(&|it| curve(it).map(|(_, slope)| slope)) {
            add("slope", summary);
        }
        let parts: Vec<spread::Part> = fitted
            .candidates
            .iter()
            .map(|candidate| {
                let response = candidate.responses[at].with_coefficient(1.0);
                let effects: f64 = response.contribution(&channel.spend).iter().sum();
                spread::Part {
                    weight: candidate.weight,
                    mean: candidate.unbounded[at] * effects,
                    deviation: libm::sqrt(candidate.covariance[(at, at)].max(0.0)) * effects,
                }
            })
            .collect();
        let contribution = of_parts(parts, true);
        add("contribution", contribution);
        let spent: f64 = channel.spend.iter().sum();
        if spent > 0.0 {
            add("roas", contribution.times(1.0 / spent));
        }
    }
    figures
}

/// Of nothing, 1.
fn positive(value: f64) -> f64 {
    if value > 0.0 { value } else { 1.0 }
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
fn count(periods: usize) -> f64 {
    periods as f64
}
