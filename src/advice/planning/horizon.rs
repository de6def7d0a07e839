//! A fitted model and its last periods → what a constant weekly spend of each channel over the next
//! weeks adds: real past spend is carried in, and what the weeks leave behind is carried out to its
//! end. In each candidate carried-over spend is then a fixed part plus a multiple of the spend.

mod table;

use std::borrow::Cow;

use nalgebra::DVector;
use rayon::prelude::*;

use table::EffectTable;

use super::curve::{Curve, Knot};
use crate::advice::mmm::adstock::{Adstock, LAGS_MAX};
use crate::advice::mmm::fitted::{Candidate, Fitted, Method};
use crate::advice::mmm::normal;
use crate::advice::mmm::search::representatives;
use crate::advice::mmm::spread::{Estimate, Mixture, Part};
use crate::domain::Grain;

/// Weeks that a plan is for: long enough for carryover to come to rest, and still one budget.
const WEEKS: usize = 4;

/// Weeks whose mean is the present spend.
const RECENT_WEEKS: usize = 4;

/// Candidates that a plan is made with: so many stand for all.
const CANDIDATES_MAX: usize = 120;

/// Carryover below this share of the strongest is not followed further.
const TAIL_SHARE: f64 = 1e-4;

/// Knots of a curve.
const KNOTS: u32 = 41;

/// What the next weeks would bring.
pub struct Horizon<'a> {
    fitted: Cow<'a, Fitted>,
    /// Periods in a week.
    week_periods: usize,
    candidates: Vec<View>,
}

/// One candidate over the horizon.
struct View {
    /// Its position in the model.
    candidate: usize,
    weight: f64,
    channels: Vec<Channel>,
    /// Tabulated effects of each channel; empty: none are.
    tables: Vec<EffectTable>,
    /// How much of each channel's deviation is left once it is cut off at 0; empty: not looked at.
    kept: Vec<f64>,
}

/// Carried-over spend of a channel in each period of the horizon and its tail.
pub(in crate::advice) struct Channel {
    /// From the past.
    pub carried: Vec<f64>,
    /// For each unit of weekly spend.
    pub per_unit: Vec<f64>,
    /// Of it, that of the period's own spend.
    own_per_unit: f64,
}

impl<'a> Horizon<'a> {
    /// The next four weeks after the series.
    pub fn of(fitted: &'a Fitted) -> Self {
        Self::over(Cow::Borrowed(fitted))
    }

    /// The same of a model that it keeps.
    pub fn keeping(fitted: Fitted) -> Horizon<'static> {
        Horizon::over(Cow::Owned(fitted))
    }

    fn over(fitted: Cow<'a, Fitted>) -> Self {
        let week_periods = if fitted.series.grain == Grain::Day { 7 } else { 1 };
        let weights: Vec<f64> = fitted.candidates.iter().map(|it| it.weight).collect();
        let kept = representatives(&weights, CANDIDATES_MAX);
        let total: f64 = kept.iter().map(|(_, weight)| weight).sum();
        let candidates = kept
            .into_par_iter()
            .map(|(at, weight)| View {
                candidate: at,
                weight: weight / total,
                channels: (0..fitted.series.channels.len())
                    .map(|channel| {
                        let past = &fitted.series.channels[channel].spend;
                        let adstock = &fitted.candidates[at].responses[channel].adstock;
                        Channel::of(past, adstock, week_periods)
                    })
                    .collect(),
                tables: Vec::new(),
                kept: Vec::new(),
            })
            .collect();
        Self { fitted, week_periods, candidates }
    }

    /// The same, quicker to ask: the effect of each channel's weekly spend is looked up in a table up to
    /// `most` of it, and followed period by period only beyond. What comes of it differs by less than
    /// a thousandth of what the most brings.
    #[must_use]
    pub fn tabulated(mut self, most: &[f64]) -> Self {
        let views = std::mem::take(&mut self.candidates);
        let tabulate = |view: View| {
            let table = |channel: usize| {
                EffectTable::of(most[channel], |spend| self.followed(&view, channel, spend))
            };
            let tables = (0..view.channels.len()).map(table).collect();
            let kept = (0..view.channels.len()).map(|at| self.kept(&view, at)).collect();
            View { tables, kept, ..view }
        };
        self.candidates = views.into_par_iter().map(tabulate).collect();
        self
    }

    /// The model.
    pub fn fitted(&self) -> &Fitted {
        &self.fitted
    }

    fn candidate(&self, view: &View) -> &Candidate {
        &self.fitted.candidates[view.candidate]
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

    /// What amounts are for: a week, or a month where the figures are of months.
    pub fn unit(&self) -> &'static str {
        if self.fitted.series.grain == Grain::Month { "month" } else { "week" }
    }

    /// Whether a channel ever spent so much in a week (seven days that follow each other) or month,
    /// beyond rounding: above, a plan is the shape's word alone.
    pub fn is_within_history(&self, channel: usize, spend: f64) -> bool {
        spend <= self.most_spent(channel) * (1.0 + 1e-9)
    }

    /// The most that a channel ever spent in a week or month.
    pub fn most_spent(&self, channel: usize) -> f64 {
        let past = &self.fitted.series.channels[channel].spend;
        past.windows(self.week_periods).map(|week| week.iter().sum()).fold(0.0, f64::max)
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
                self.point(channel, most * share * share)
            })
            .collect();
        Curve::new(knots)
    }

    /// What a channel's weekly `spend` brings per week, and what a little more would.
    pub fn point(&self, channel: usize, spend: f64) -> Knot {
        let (mut revenue, mut marginal) = (0.0, 0.0);
        for view in &self.candidates {
            let (of_spend, of_more) = self.effect(view, channel, spend);
            let gain = view.weight * self.candidate(view).responses[channel].coefficient;
            revenue += gain * of_spend;
            marginal += gain * of_more;
        }
        Knot { spend, revenue: revenue / weeks(), marginal: marginal / weeks() }
    }

    /// What weekly `spends` bring per week, all channels together, at `confidence`.
    pub fn revenue(&self, spends: &[f64], confidence: f64) -> Estimate {
        self.difference(&vec![0.0; spends.len()], spends, confidence)
    }

    /// How much more per week `after` brings than `before`, all channels together, at `confidence`.
    pub fn difference(&self, before: &[f64], after: &[f64], confidence: f64) -> Estimate {
        self.lift(before, after).interval(confidence)
    }

    /// How much more per week `after` brings than `before`, all channels together. Candidates speak
    /// for all channels at once, so that what they are jointly unsure of cancels where it should.
    /// More spend brings no less where the model rules that out, so bounds don't say otherwise.
    pub fn lift(&self, before: &[f64], after: &[f64]) -> Mixture {
        let changed: Vec<usize> = (0..after.len()).filter(|at| before[*at] != after[*at]).collect();
        if changed.is_empty() {
            return Mixture::known(0.0);
        }
        // Less of all is the negative of more of all.
        let sign = if changed.iter().all(|at| after[*at] < before[*at]) { -1.0 } else { 1.0 };
        let is_more = changed.iter().all(|at| (after[*at] - before[*at]) * sign > 0.0);
        let mut mean = 0.0;
        let parts: Vec<Part> = self
            .candidates
            .iter()
            .map(|view| {
                let effects = DVector::from_iterator(
                    changed.len(),
                    changed.iter().map(|at| {
                        let effect = |spend: f64| self.effect(view, *at, spend).0;
                        sign * (effect(after[*at]) - effect(before[*at])) / weeks()
                    }),
                );
                let (expected, part) = self.part(view, &changed, &effects);
                mean += view.weight * expected;
                part
            })
            .collect();
        let is_above_zero = is_more && self.fitted.method == Method::Search && mean >= 0.0;
        Mixture::new(parts, mean, is_above_zero).times(sign)
    }

    /// The part of the expected lift that comes in the period of the spend itself: in each period
    /// the share of additional carried-over spend that is new. The rest comes later.
    pub fn immediate(&self, before: &[f64], after: &[f64]) -> f64 {
        let of = |view: &View, at: usize| {
            let Channel { carried, per_unit, own_per_unit } = &view.channels[at];
            let response = self.candidate(view).responses[at];
            let periods = carried.iter().zip(per_unit).take(WEEKS * self.week_periods);
            let effects = periods.filter(|(_, per_unit)| **per_unit > 0.0).map(|(carried, all)| {
                let effect = |spend: f64| response.saturation.effect(carried + all * spend);
                (effect(after[at]) - effect(before[at])) * (own_per_unit / all)
            });
            response.coefficient * effects.sum::<f64>()
        };
        let of_view =
            |view: &View| view.weight * (0..after.len()).map(|at| of(view, at)).sum::<f64>();
        self.candidates.iter().map(of_view).sum::<f64>() / weeks()
    }

    /// Deviation of mean weekly revenue over the horizon that chance alone makes, whatever is spent.
    pub fn chance(&self) -> f64 {
        let periods = WEEKS * self.week_periods;
        let alike = self.fitted.autocorrelation;
        let (mut variance, mut power) = (count(periods), 1.0);
        for lag in 1..periods {
            power *= alike;
            variance += 2.0 * count(periods - lag) * power;
        }
        self.fitted.noise * libm::sqrt(variance) / weeks()
    }

    /// What a candidate expects of `effects` of the `changed` channels, and the normal distribution
    /// that stands for it: of one channel that of its coefficient before it is cut off at 0, as
    /// contributions and curves have it; of several, which are cut off each, that of their sum.
    fn part(&self, view: &View, changed: &[usize], effects: &DVector<f64>) -> (f64, Part) {
        let candidate = self.candidate(view);
        let coefficients = changed.iter().map(|at| candidate.responses[*at].coefficient);
        let expected: f64 = coefficients.zip(effects.iter()).map(|(c, d)| c * d).sum();
        let covariance = candidate.covariance.select_rows(changed).select_columns(changed);
        let is_cut = self.fitted.method == Method::Search;
        let (mean, scaled) = if let ([at], true) = (changed, is_cut) {
            (candidate.unbounded[*at] * effects[0], effects.clone())
        } else {
            let narrowed = DVector::from_iterator(
                changed.len(),
                changed.iter().enumerate().map(|(row, at)| effects[row] * self.kept(view, *at)),
            );
            (expected, narrowed)
        };
        let variance = (&covariance * &scaled).dot(&scaled);
        let deviation = libm::sqrt(variance.max(0.0));
        (expected, Part { weight: view.weight, mean, deviation })
    }

    fn kept(&self, view: &View, channel: usize) -> f64 {
        if self.fitted.method != Method::Search {
            return 1.0;
        }
        if let Some(kept) = view.kept.get(channel) {
            return *kept;
        }
        let candidate = self.candidate(view);
        let deviation = libm::sqrt(candidate.covariance[(channel, channel)].max(0.0));
        normal::narrowing(candidate.unbounded[channel], deviation)
    }

    /// [`revenue`](Self::revenue) for those who ask often: by the tables, with bounds to a millionth of
    /// the deviation.
    pub fn quick_revenue(&self, spends: &[f64], confidence: f64) -> Estimate {
        let spent: Vec<usize> = (0..spends.len()).filter(|at| spends[*at] > 0.0).collect();
        if spent.is_empty() {
            return Estimate { mean: 0.0, low: 0.0, high: 0.0 };
        }
        let is_cut = self.fitted.method == Method::Search;
        let mut effects = vec![0.0; spent.len()];
        let mut expected_of_all = 0.0;
        let part = |view: &View| {
            let candidate = self.candidate(view);
            let mut expected = 0.0;
            for (effect, at) in effects.iter_mut().zip(&spent) {
                *effect = self.effect(view, *at, spends[*at]).0 / weeks();
                expected += candidate.responses[*at].coefficient * *effect;
            }
            expected_of_all += view.weight * expected;
            let mean = if let ([at], true) = (spent.as_slice(), is_cut) {
                candidate.unbounded[*at] * effects[0]
            } else {
                for (effect, at) in effects.iter_mut().zip(&spent) {
                    *effect *= self.kept(view, *at);
                }
                expected
            };
            let mut variance = 0.0;
            for (one, at) in effects.iter().zip(&spent) {
                for (other, to) in effects.iter().zip(&spent) {
                    variance += one * other * candidate.covariance[(*at, *to)];
                }
            }
            Part { weight: view.weight, mean, deviation: libm::sqrt(variance.max(0.0)) }
        };
        let parts = self.candidates.iter().map(part).collect();
        Mixture::new(parts, expected_of_all, is_cut && expected_of_all >= 0.0)
            .quick_interval(confidence)
    }

    /// What the model gives a week without media: the mean of the last four weeks.
    pub fn without_media(&self) -> f64 {
        let baseline = &self.fitted.baseline;
        let periods = (RECENT_WEEKS * self.week_periods).min(baseline.len());
        let recent = &baseline[baseline.len() - periods..];
        recent.iter().sum::<f64>() / count(periods.max(1)) * count(self.week_periods)
    }

    /// Extra revenue per extra unit of spend at present spend, at `confidence`; `None` where nothing
    /// was spent on it lately.
    pub fn marginal_roas(&self, channel: usize, confidence: f64) -> Option<Estimate> {
        Some(self.marginal(channel)?.interval(confidence))
    }

    /// The distribution of extra revenue per extra unit of spend at present spend, by one percent
    /// more of a channel; `None` where nothing was spent on it lately.
    pub fn marginal(&self, channel: usize) -> Option<Mixture> {
        const MORE: f64 = 0.01;
        let before = self.present();
        if before[channel] <= 0.0 {
            return None;
        }
        let mut after = before.clone();
        after[channel] *= 1.0 + MORE;
        let more = after[channel] - before[channel];
        Some(self.lift(&before, &after).times(1.0 / more))
    }

    /// The effect of a channel's weekly spend, summed over the horizon and its tail and less that of
    /// the past alone; and the effect of a unit more.
    fn effect(&self, view: &View, channel: usize, spend: f64) -> (f64, f64) {
        let looked_up = view.tables.get(channel).and_then(|table| table.at(spend));
        looked_up.unwrap_or_else(|| self.followed(view, channel, spend))
    }

    /// The same, period by period.
    fn followed(&self, view: &View, channel: usize, spend: f64) -> (f64, f64) {
        let saturation = self.candidate(view).responses[channel].saturation;
        let Channel { carried, per_unit, .. } = &view.channels[channel];
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
    /// Of one that spent `past`, which works on by `adstock`.
    pub(in crate::advice) fn of(past: &[f64], adstock: &Adstock, week_periods: usize) -> Self {
        let mut weights = adstock.weights(LAGS_MAX);
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
        let own_per_unit = weights[0] / count(week_periods);
        Self { carried: carried.collect(), per_unit: per_unit.collect(), own_per_unit }
    }
}

const fn weeks() -> f64 {
    4.0
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
fn count(periods: usize) -> f64 {
    periods as f64
}

#[cfg(test)]
mod tests;
