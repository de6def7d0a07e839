//! A model that learnt from an account's own data alone → the few figures of it that other accounts may
//! learn from: what the data say of each number, what was likely beforehand taken out.

use serde::{Deserialize, Serialize};

use super::hyper::Measured;
use crate::advice::mmm::adstock::Adstock;
use crate::advice::mmm::fitted::{Candidate, Fitted, Method};
use crate::advice::mmm::saturation::Saturation;
use crate::advice::mmm::search::{Belief, ChannelShape};
use crate::domain::model::ChannelKind;
use crate::domain::text::folded;
use crate::domain::{Digest, Grain};

/// Data that have narrowed what was likely by less than this share say nothing of their own.
const LEARNT_MIN: f64 = 0.05;

/// No data make a number surer than this share of the variance that was likely.
const VARIANCE_SHARE_MIN: f64 = 1e-6;

/// What stands for a name in what accounts share: the first digits of its digest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mark(String);

impl Mark {
    /// Of a name; names that differ in case or spaces alone have one mark.
    pub fn of(name: &str) -> Self {
        Self(Digest::of(folded(name).as_bytes()).short())
    }

    /// Of a kind.
    pub fn of_kind(kind: ChannelKind) -> Self {
        Self::of(&format!("kind {kind:?}"))
    }
}

/// What an account's data say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Which account; only it knows its own mark.
    pub account: Mark,
    /// Days, weeks or months.
    pub grain: Grain,
    /// How many of them.
    pub periods: usize,
    /// Its channels.
    pub channels: Vec<ChannelSummary>,
}

/// What an account's data say of a channel; what they say nothing of is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChannelSummary {
    /// Its name's.
    pub name: Mark,
    /// Its kind's, where the account's file names one.
    pub kind: Option<Mark>,
    /// Logarithm of the mean time for which spend works on, in days.
    pub lag: Option<Measured>,
    /// Logarithm of the half-saturation as a share of the largest carried-over spend.
    pub half_saturation: Option<Measured>,
    /// Logarithm of the slope.
    pub slope: Option<Measured>,
    /// Revenue for each unit of spend, over all periods: the same in any currency and size.
    pub returned: Option<Measured>,
}

impl Summary {
    /// Of a model without any pooled belief; `shapes` are what was held to be likely in it. `None` of one
    /// that held nothing to be likely.
    pub fn of(
        account: &str,
        fitted: &Fitted,
        shapes: &[ChannelShape],
        kind: &dyn Fn(&str) -> Option<ChannelKind>,
    ) -> Option<Self> {
        let likely = fitted.evidence.filter(|it| it.pooled.is_none())?.effect_likely;
        if fitted.method != Method::Search {
            return None;
        }
        let shift = libm::log(days(fitted.series.grain));
        let channels = fitted.series.channels.iter().zip(shapes).enumerate();
        let channels = channels.map(|(at, (channel, shape))| {
            let named = shape.named();
            let found = posteriors(fitted, at);
            let lag = named.decay.map(|it| Belief { mean: it.mean + shift, ..it });
            let learnt = |found: Option<Posterior>, belief: Option<Belief>| found?.without(belief?);
            ChannelSummary {
                name: Mark::of(&channel.name),
                kind: kind(&channel.name).map(Mark::of_kind),
                lag: learnt(found.lag, lag),
                half_saturation: learnt(found.half_saturation, named.half_saturation),
                slope: learnt(found.slope, named.slope),
                returned: learnt(found.returned, returned_before(fitted, at, likely)),
            }
        });
        Some(Self {
            account: Mark::of(account),
            grain: fitted.series.grain,
            periods: fitted.series.len(),
            channels: channels.collect(),
        })
    }
}

/// What a model says of one number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Posterior {
    /// Its mean.
    pub mean: f64,
    /// Its variance.
    pub variance: f64,
}

/// What a model says of a channel's numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Posteriors {
    /// Logarithm of the mean time for which spend works on, in days.
    pub lag: Option<Posterior>,
    /// Logarithm of the half-saturation as a share of the largest carried-over spend.
    pub half_saturation: Option<Posterior>,
    /// Logarithm of the slope.
    pub slope: Option<Posterior>,
    /// Revenue for each unit of spend.
    pub returned: Option<Posterior>,
}

/// What `fitted` says of the channel `at`. Coefficients are those before negative ones were ruled out, so
/// that what many accounts say of a return is right on average.
pub(super) fn posteriors(fitted: &Fitted, at: usize) -> Posteriors {
    let spend = &fitted.series.channels[at].spend;
    let spent: f64 = spend.iter().sum();
    let shift = libm::log(days(fitted.series.grain));
    let certain = |value: Option<f64>| value.map(|mean| Posterior { mean, variance: 0.0 });
    Posteriors {
        lag: over(fitted, &|it| certain(logit(it.responses[at].adstock).map(|it| it + shift))),
        half_saturation: over(fitted, &|it| {
            let most = largest(&it.responses[at].adstock.apply(spend));
            match it.responses[at].saturation {
                Saturation::Hill { half_saturation, .. } if most > 0.0 => {
                    certain(Some(libm::log(half_saturation / most)))
                }
                _ => None,
            }
        }),
        slope: over(fitted, &|it| match it.responses[at].saturation {
            Saturation::Hill { slope, .. } => certain(Some(libm::log(slope))),
            _ => None,
        }),
        returned: over(fitted, &|it| {
            let unit = effects(it, at, spend).iter().sum::<f64>() / spent;
            (spent > 0.0).then(|| Posterior {
                mean: it.unbounded[at] * unit,
                variance: it.covariance[(at, at)].max(0.0) * unit * unit,
            })
        }),
    }
}

/// What was held to be likely of a channel's return, where its strongest period was held to bring
/// `likely`.
fn returned_before(fitted: &Fitted, at: usize, likely: f64) -> Option<Belief> {
    let spend = &fitted.series.channels[at].spend;
    let spent: f64 = spend.iter().sum();
    let squares = over(fitted, &|it| {
        let effects = effects(it, at, spend);
        let deviation = likely * effects.iter().sum::<f64>() / largest(&effects) / spent;
        Some(Posterior { mean: deviation * deviation, variance: 0.0 })
    })?;
    Some(Belief { mean: 0.0, deviation: libm::sqrt(squares.mean) })
}

/// A channel's effects where its coefficient is 1.
fn effects(candidate: &Candidate, at: usize, spend: &[f64]) -> Vec<f64> {
    candidate.responses[at].with_coefficient(1.0).contribution(spend)
}

/// The mean and variance over all candidates.
fn over(fitted: &Fitted, of: &dyn Fn(&Candidate) -> Option<Posterior>) -> Option<Posterior> {
    let (mut weights, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for candidate in &fitted.candidates {
        let Posterior { mean, variance } = of(candidate)?;
        weights += candidate.weight;
        sum += candidate.weight * mean;
        squares += candidate.weight * (variance + mean * mean);
    }
    let mean = sum / weights;
    let variance = (squares / weights - mean * mean).max(0.0);
    (mean.is_finite() && variance.is_finite()).then_some(Posterior { mean, variance })
}

impl Posterior {
    /// What was learnt beyond `belief`: the precision that it didn't have, and the figure that this
    /// speaks for.
    fn without(self, belief: Belief) -> Option<Measured> {
        let likely = belief.deviation * belief.deviation;
        let (before, after) = (1.0 / likely, 1.0 / self.variance.max(likely * VARIANCE_SHARE_MIN));
        let precision = after - before;
        (precision > LEARNT_MIN * before).then(|| Measured {
            mean: (self.mean * after - belief.mean * before) / precision,
            precision,
        })
    }
}

fn logit(adstock: Adstock) -> Option<f64> {
    match adstock {
        Adstock::Geometric { decay } | Adstock::GeometricNormalised { decay, .. }
            if decay > 0.0 && decay < 1.0 =>
        {
            Some(libm::log(decay / (1.0 - decay)))
        }
        _ => None,
    }
}

/// Days in a period.
pub(super) fn days(grain: Grain) -> f64 {
    match grain {
        Grain::Day => 1.0,
        Grain::Week => 7.0,
        Grain::Month => 365.25 / 12.0,
    }
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_likely_beforehand_is_not_counted_as_data() {
        // A belief of 0 ± 2 and data of 3 ± 1: precision 0.25 and 1, together 1.25 and 3 / 1.25 = 2.4.
        let belief = Belief { mean: 0.0, deviation: 2.0 };
        let found = Posterior { mean: 2.4, variance: 0.8 }.without(belief).expect("data");
        assert!((found.mean - 3.0).abs() < 1e-12 && (found.precision - 1.0).abs() < 1e-12);
        assert_eq!(Posterior { mean: 0.1, variance: 4.0 }.without(belief), None);
    }

    #[test]
    fn names_leave_no_trace_but_a_mark() {
        let mark = Mark::of("Acme Brand Search");
        assert_eq!(mark, Mark::of("acme brand search"));
        let text = serde_json::to_string(&mark).expect("json");
        assert!(text.len() == 18 && !text.to_lowercase().contains("acme"), "{text}");
    }
}
