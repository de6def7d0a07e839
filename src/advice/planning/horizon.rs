//! A fitted model and its last periods → what a constant weekly spend of each channel over the next
//! weeks adds: real past spend is carried in, and what the weeks leave behind is carried out to its
//! end. In each candidate carried-over spend is then a fixed part plus a multiple of the spend.

use nalgebra::DVector;
use rayon::prelude::*;

use super::curve::{Curve, Knot};
use crate::advice::mmm::fitted::{Candidate, Fitted};
use crate::advice::mmm::spread::{self, Estimate, Part};
use crate::domain::Grain;

/// Weeks that a plan is for: long enough for carryover to come to rest, and still one budget.
const WEEKS: usize = 4;

/// Weeks whose mean is the present spend.
const RECENT_WEEKS: usize = 4;

/// Candidates that a plan is made with, the weightiest: the others move no digit that is shown.
const CANDIDATES_MAX: usize = 120;

/// Carryover below this share of the strongest is not followed further.
const TAIL_SHARE: f64 = 1e-4;

/// Knots of a curve.
const KNOTS: u32 = 41;

/// What the next weeks would bring.
pub struct Horizon<'a> {
    fitted: &'a Fitted,
    /// Periods in a week.
    week_periods: usize,
    candidates: Vec<View<'a>>,
}

/// One candidate over the horizon.
struct View<'a> {
    candidate: &'a Candidate,
    weight: f64,
    channels: Vec<Channel>,
}

/// Carried-over spend of a channel in each period of the horizon and its tail.
struct Channel {
    /// From the past.
    carried: Vec<f64>,
    /// For each unit of weekly spend.
    per_unit: Vec<f64>,
}

impl<'a> Horizon<'a> {
    /// The next four weeks after the series.
    pub fn of(fitted: &'a Fitted) -> Self {
        let week_periods = if fitted.series.grain == Grain::Day { 7 } else { 1 };
        let kept = &fitted.candidates[..fitted.candidates.len().min(CANDIDATES_MAX)];
        let total: f64 = kept.iter().map(|candidate| candidate.weight).sum();
        let candidates = kept
            .par_iter()
            .map(|candidate| View {
                candidate,
                weight: candidate.weight / total,
                channels: (0..fitted.series.channels.len())
                    .map(|channel| Channel::of(fitted, candidate, channel, week_periods))
                    .collect(),
            })
            .collect();
        Self { fitted, week_periods, candidates }
    }

    /// The names of the channels.
    pub fn channels(&self) -> impl Iterator<Item = &str> {
        self.fitted.series.channels.iter().map(|channel| channel.name.as_str())
    }

    /// Mean weekly spend per channel over the last four weeks.
    pub fn present(&self) -> Vec<f64> {
        let periods = (RECENT_WEEKS * self.week_periods).min(self.fitted.series.len());
        self.fitted
            .series
            .channels
            .iter()
            .map(|channel| {
                let recent = &channel.spend[channel.spend.len() - periods..];
                recent.iter().sum::<f64>() / count(periods) * count(self.week_periods)
            })
            .collect()
    }

    /// The weeks that count as present.
    pub const fn recent_weeks() -> u32 {
        4
    }

    /// What a channel's weekly spend brings per week, tabulated from nothing to `most`.
    pub fn curve(&self, channel: usize, most: f64) -> Curve {
        let last = f64::from(KNOTS - 1);
        let knots: Vec<Knot> = (0..KNOTS)
            .into_par_iter()
            .map(|knot| {
                // Closer together where curves bend most.
                let share = f64::from(knot) / last;
                let spend = most * share * share;
                let (mut revenue, mut marginal) = (0.0, 0.0);
                for view in &self.candidates {
                    let (of_spend, of_more) = view.effect(channel, spend);
                    let gain = view.weight * view.candidate.responses[channel].coefficient;
                    revenue += gain * of_spend;
                    marginal += gain * of_more;
                }
                Knot { spend, revenue: revenue / weeks(), marginal: marginal / weeks() }
            })
            .collect();
        Curve::new(knots)
    }

    /// What weekly `spends` bring per week, all channels together, at `confidence`.
    pub fn revenue(&self, spends: &[f64], confidence: f64) -> Estimate {
        self.difference(&vec![0.0; spends.len()], spends, confidence)
    }

    /// How much more per week `after` brings than `before`, all channels together. Candidates speak
    /// for all channels at once, so that what they are jointly unsure of cancels where it should.
    pub fn difference(&self, before: &[f64], after: &[f64], confidence: f64) -> Estimate {
        let mut mean = 0.0;
        let parts: Vec<Part> = self
            .candidates
            .iter()
            .map(|view| {
                let effects = DVector::from_fn(after.len(), |channel, _| {
                    if before[channel] == after[channel] {
                        return 0.0;
                    }
                    let effect = |spend: f64| view.effect(channel, spend).0;
                    (effect(after[channel]) - effect(before[channel])) / weeks()
                });
                let coefficients = view.candidate.responses.iter().map(|it| it.coefficient);
                let expected: f64 = coefficients.zip(effects.iter()).map(|(c, d)| c * d).sum();
                mean += view.weight * expected;
                let variance = (&view.candidate.covariance * &effects).dot(&effects);
                Part {
                    weight: view.weight,
                    mean: expected,
                    deviation: libm::sqrt(variance.max(0.0)),
                }
            })
            .collect();
        spread::anywhere(&parts, mean, confidence).unwrap_or(Estimate {
            mean,
            low: mean,
            high: mean,
        })
    }

    /// Extra revenue per extra unit of spend at present spend, by one percent more of a channel;
    /// `None` where nothing was spent on it lately.
    pub fn marginal_roas(&self, channel: usize, confidence: f64) -> Option<Estimate> {
        const MORE: f64 = 0.01;
        let before = self.present();
        if before[channel] <= 0.0 {
            return None;
        }
        let mut after = before.clone();
        after[channel] *= 1.0 + MORE;
        let more = after[channel] - before[channel];
        Some(self.difference(&before, &after, confidence).times(1.0 / more))
    }
}

impl View<'_> {
    /// The effect of a channel's weekly spend, summed over the horizon and its tail and less that of
    /// the past alone; and the effect of a unit more.
    fn effect(&self, channel: usize, spend: f64) -> (f64, f64) {
        let saturation = self.candidate.responses[channel].saturation;
        let Channel { carried, per_unit } = &self.channels[channel];
        let (mut effect, mut more) = (0.0, 0.0);
        for (carried, per_unit) in carried.iter().zip(per_unit) {
            let at = carried + per_unit * spend;
            effect += saturation.effect(at) - saturation.effect(*carried);
            more += per_unit * saturation.marginal(at);
        }
        (effect, more)
    }
}

impl Channel {
    fn of(fitted: &Fitted, candidate: &Candidate, channel: usize, week_periods: usize) -> Self {
        let past = &fitted.series.channels[channel].spend;
        let mut weights = candidate.responses[channel].adstock.weights(past.len().max(1));
        let strongest = weights.iter().copied().fold(0.0, f64::max);
        let tail = weights.iter().rposition(|weight| *weight > strongest * TAIL_SHARE);
        weights.truncate(tail.map_or(1, |last| last + 1));
        let planned = WEEKS * week_periods;
        let periods = planned + weights.len() - 1;
        let carried = (0..periods).map(|period| {
            weights
                .iter()
                .enumerate()
                .skip(period + 1)
                .filter_map(|(lag, weight)| {
                    Some(weight * past.get((past.len() + period).checked_sub(lag)?)?)
                })
                .sum()
        });
        let per_unit = (0..periods).map(|period| {
            let first = period.saturating_sub(planned - 1);
            let within = weights[first..weights.len().min(period + 1)].iter().sum::<f64>();
            within / count(week_periods)
        });
        Self { carried: carried.collect(), per_unit: per_unit.collect() }
    }
}

const fn weeks() -> f64 {
    4.0
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
fn count(periods: usize) -> f64 {
    periods as f64
}
