//! A fitted model and its past → what budgets of the coming periods bring, candidate by candidate:
//! past spend is carried in, each period's carryover reaches the next ones, and what the last one
//! leaves behind is followed to its end.

use rayon::prelude::*;

use super::risk::Spread;
use crate::advice::mmm::adstock::LAGS_MAX;
use crate::advice::mmm::fitted::{Candidate, Fitted, Method};
use crate::advice::mmm::normal::narrowing;
use crate::advice::mmm::saturation::Saturation;
use crate::advice::mmm::search::representatives;
use crate::advice::mmm::spread::{Mixture, Part};
use crate::domain::Grain;

/// Candidates that a plan is made with: so many stand for all.
const CANDIDATES_MAX: usize = 120;

/// Carryover below this share of the strongest is not followed further.
const TAIL_SHARE: f64 = 1e-4;

/// The coming periods as all candidates see them, with what was spent so far.
#[derive(Debug, Clone)]
pub struct Outlook<'a> {
    fitted: &'a Fitted,
    /// Periods of the series in one of a plan: seven days in a week.
    steps: usize,
    pub(super) views: Vec<View>,
}

/// One candidate's view.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub weight: f64,
    /// How far coefficients and their deviations go.
    pub spread: Spread,
    pub tracks: Vec<Track>,
}

/// A channel in the eyes of a candidate.
#[derive(Debug, Clone)]
pub(super) struct Track {
    saturation: Saturation,
    /// What a unit of a plan's period does in each period of the series from its first day on.
    kernel: Vec<f64>,
    /// What is carried into each period of the series by all that is spent so far.
    carried: Vec<f64>,
}

impl<'a> Outlook<'a> {
    /// The next `periods` after the series.
    pub fn of(fitted: &'a Fitted, periods: usize) -> Self {
        let steps = if fitted.series.grain == Grain::Day { 7 } else { 1 };
        let weights: Vec<f64> = fitted.candidates.iter().map(|it| it.weight).collect();
        let kept = representatives(&weights, CANDIDATES_MAX);
        let total: f64 = kept.iter().map(|(_, weight)| weight).sum();
        let views = kept
            .into_par_iter()
            .map(|(at, weight)| {
                let candidate = &fitted.candidates[at];
                let tracks = (0..fitted.series.channels.len())
                    .map(|channel| Track::of(fitted, candidate, channel, steps, periods))
                    .collect();
                let is_cut = fitted.method == Method::Search;
                View { weight: weight / total, spread: spread(candidate, is_cut), tracks }
            })
            .collect();
        Self { fitted, steps, views }
    }

    /// How many channels there are.
    pub fn channels(&self) -> usize {
        self.fitted.series.channels.len()
    }

    /// What each channel spent in the past, in periods of a plan, the newest last; days that make no
    /// whole week at the beginning are left out.
    pub fn past(&self) -> Vec<Vec<f64>> {
        let of = |spend: &[f64]| {
            let rest = spend.len() % self.steps;
            spend[rest..].chunks(self.steps).map(|period| period.iter().sum()).collect()
        };
        self.fitted.series.channels.iter().map(|channel| of(&channel.spend)).collect()
    }

    /// Takes `budgets` as spent in the coming period `at`, evenly over its days.
    pub fn spend(&mut self, at: usize, budgets: &[f64]) {
        let first = at * self.steps;
        for view in &mut self.views {
            for (track, budget) in view.tracks.iter_mut().zip(budgets) {
                for (carried, share) in track.carried[first..].iter_mut().zip(&track.kernel) {
                    *carried += budget * share;
                }
            }
        }
    }

    /// Of each candidate, the effect of each channel's budgets (by period and channel) from period
    /// `from` on, above that of what is spent already; with what they leave behind, or only within
    /// their periods.
    pub(super) fn effects(&self, from: usize, path: &[Vec<f64>], within: bool) -> Vec<Vec<f64>> {
        let steps = self.steps;
        let of = |track: &Track, channel: usize| {
            let mut window = track.window(from, path.len(), steps);
            if within {
                window = &window[..path.len() * steps];
            }
            let mut after = window.to_vec();
            for (period, budgets) in path.iter().enumerate() {
                let reached = after[period * steps..].iter_mut();
                for (value, share) in reached.zip(&track.kernel) {
                    *value += budgets[channel] * share;
                }
            }
            track.saturated(after) - track.saturated(window.to_vec())
        };
        let of_view = |view: &View| {
            view.tracks.iter().enumerate().map(|(channel, track)| of(track, channel)).collect()
        };
        self.views.par_iter().map(of_view).collect()
    }

    /// The distribution of the revenue of `effects`. Where none of them is negative and the model
    /// rules negative coefficients out, revenue isn't negative either.
    pub(super) fn revenue(&self, effects: &[Vec<f64>]) -> Mixture {
        let (mut mean, mut is_more) = (0.0, true);
        let parts = self.views.iter().zip(effects).map(|(view, effects)| {
            let (expected, deviation) = view.spread.of(effects);
            mean += view.weight * expected;
            is_more &= effects.iter().all(|effect| *effect >= 0.0);
            Part { weight: view.weight, mean: expected, deviation }
        });
        let parts: Vec<Part> = parts.collect();
        let is_above_zero = is_more && mean >= 0.0 && self.fitted.method == Method::Search;
        Mixture::new(parts, mean, is_above_zero)
    }

    /// The deviation that chance alone gives the revenue of `periods`, whatever is spent.
    pub fn chance(&self, periods: usize) -> f64 {
        let periods = periods * self.steps;
        let (mut variance, mut power) = (count(periods), 1.0);
        for lag in 1..periods {
            power *= self.fitted.autocorrelation;
            variance += 2.0 * count(periods - lag) * power;
        }
        self.fitted.noise * libm::sqrt(variance)
    }
}

impl Track {
    fn of(
        fitted: &Fitted,
        candidate: &Candidate,
        channel: usize,
        steps: usize,
        periods: usize,
    ) -> Self {
        let past = &fitted.series.channels[channel].spend;
        let response = candidate.responses[channel];
        let mut weights = response.adstock.weights(LAGS_MAX);
        let strongest = weights.iter().copied().fold(0.0, f64::max);
        let tail = weights.iter().rposition(|weight| *weight > strongest * TAIL_SHARE);
        weights.truncate(tail.map_or(1, |last| last + 1));
        let kernel: Vec<f64> = (0..weights.len() + steps - 1)
            .map(|at| {
                let first = at.saturating_sub(steps - 1);
                let day = &weights[first..weights.len().min(at + 1)];
                day.iter().sum::<f64>() / count(steps)
            })
            .collect();
        let reached = periods.saturating_sub(1) * steps + kernel.len();
        let carried = (0..reached).map(|period| {
            let older = weights.iter().enumerate().skip(period + 1);
            let spent = |lag: usize| past.get((past.len() + period).checked_sub(lag)?);
            older.filter_map(|(lag, weight)| Some(weight * spent(lag)?)).sum()
        });
        Self { saturation: response.saturation, carried: carried.collect(), kernel }
    }

    /// What is carried into the periods that budgets of `periods` from `from` on reach.
    fn window(&self, from: usize, periods: usize, steps: usize) -> &[f64] {
        let first = from * steps;
        &self.carried[first..first + (periods - 1) * steps + self.kernel.len()]
    }

    fn saturated(&self, mut values: Vec<f64>) -> f64 {
        self.saturation.effects(&mut values);
        values.iter().sum()
    }

    /// The effect of spending `pattern` times an amount from period `from` on, as values and slopes
    /// at each of `amounts`.
    pub(super) fn tabulate(
        &self,
        from: usize,
        pattern: &[f64],
        steps: usize,
        amounts: &[f64],
    ) -> Vec<(f64, f64)> {
        let carried = self.window(from, pattern.len(), steps);
        let mut gained = vec![0.0; carried.len()];
        for (period, times) in pattern.iter().enumerate() {
            for (gained, share) in gained[period * steps..].iter_mut().zip(&self.kernel) {
                *gained += times * share;
            }
        }
        let before = self.saturated(carried.to_vec());
        let of = |amount: f64| {
            let at: Vec<f64> = carried
                .iter()
                .zip(&gained)
                .map(|(carried, gained)| carried + amount * gained)
                .collect();
            let mut effects = at.clone();
            self.saturation.effects(&mut effects);
            let more = at.iter().zip(&effects).zip(&gained);
            let slope = more
                .map(|((at, effect), gained)| gained * self.saturation.marginal_at(*at, *effect));
            (effects.iter().sum::<f64>() - before, slope.sum())
        };
        amounts.iter().map(|amount| of(*amount)).collect()
    }
}

impl Outlook<'_> {
    /// Periods of the series in one of a plan.
    pub(super) const fn steps(&self) -> usize {
        self.steps
    }
}

/// Coefficients that are cut off at 0 have less of a deviation than those that aren't.
fn spread(candidate: &Candidate, is_cut: bool) -> Spread {
    let channels = candidate.responses.len();
    let kept: Vec<f64> = (0..channels)
        .map(|at| {
            let deviation = libm::sqrt(candidate.covariance[(at, at)].max(0.0));
            if is_cut { narrowing(candidate.unbounded[at], deviation) } else { 1.0 }
        })
        .collect();
    let covariance = (0..channels).flat_map(|row| {
        let kept = &kept;
        (0..channels).map(move |at| candidate.covariance[(row, at)] * kept[row] * kept[at])
    });
    Spread {
        coefficients: candidate.responses.iter().map(|response| response.coefficient).collect(),
        covariance: covariance.collect(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
fn count(periods: usize) -> f64 {
    periods as f64
}
