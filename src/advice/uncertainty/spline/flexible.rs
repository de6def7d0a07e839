//! A model of the flexible family, and what it says: contributions, returns, curves with their
//! intervals, and what a unit more would bring.

use nalgebra::DVector;
use rayon::prelude::*;

use super::cut::Cuts;
use super::learn::{Candidate, Curve, Learnt};
use crate::advice::mmm::curves::{CurvePoint, spends_of_curve};
use crate::advice::mmm::regressors::Regressor;
use crate::advice::mmm::series::Series;
use crate::advice::mmm::spread::{Estimate, Part, above_zero};
use crate::advice::planning::ChannelAhead;
use crate::domain::Grain;

/// How much more is spent for what a unit more would bring.
const MORE: f64 = 0.01;

/// A fitted model of the flexible family. Money in major units per period of the series.
#[derive(Debug, Clone)]
pub struct Flexible {
    /// What was learnt from all periods.
    pub learnt: Learnt,
    /// Revenue without any spend, per period.
    pub baseline: Vec<f64>,
    /// What each channel's spend added, by channel and period.
    pub contributions: Vec<Vec<f64>>,
    /// The probability of its intervals.
    pub confidence: f64,
    /// What it says of each channel, in the series' order.
    pub channels: Vec<FlexibleChannel>,
}

/// What the flexible family says of a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct FlexibleChannel {
    /// Its name.
    pub channel: String,
    /// Revenue that would not have come without its spend.
    pub contribution: Estimate,
    /// That / spend; `None` where nothing was spent.
    pub incremental_roas: Option<Estimate>,
    /// What a unit more of present weekly spend would bring; `None` where nothing was spent lately.
    pub marginal_roas: Option<Estimate>,
    /// What steady spends bring.
    pub curve: Vec<CurvePoint>,
}

/// What it takes to say something of all channels.
struct Teller<'a> {
    series: &'a Series,
    candidates: &'a [Candidate],
    confidence: f64,
    cuts: Cuts,
}

impl Flexible {
    pub(super) fn of(
        series: &Series,
        regressors: &[Regressor],
        learnt: Learnt,
        present: &[f64],
        confidence: f64,
    ) -> Self {
        let mut baseline = vec![0.0; series.len()];
        let mut contributions = vec![vec![0.0; series.len()]; series.channels.len()];
        for candidate in &learnt.candidates {
            for (regressor, coefficient) in regressors.iter().zip(&candidate.regressors) {
                add(&mut baseline, &regressor.values, candidate.weight * coefficient);
            }
            for (channel, sums) in contributions.iter_mut().enumerate() {
                let own = candidate.contribution(channel, &series.channels[channel].spend);
                add(sums, &own, candidate.weight);
            }
        }
        let teller =
            Teller { series, candidates: &learnt.candidates, confidence, cuts: Cuts::new() };
        let channels =
            (0..series.channels.len()).into_par_iter().map(|at| teller.channel(at, present[at]));
        let channels = channels.collect();
        Self { learnt, baseline, contributions, confidence, channels }
    }

    /// Whether all that it says is a number.
    pub(super) fn is_finite(&self) -> bool {
        let figures = self.contributions.iter().flatten().chain(&self.baseline);
        let ends = self.channels.iter().flat_map(|channel| {
            let curve = channel.curve.iter().map(|point| point.revenue);
            let all = curve.chain([channel.contribution]).chain(channel.marginal_roas);
            all.flat_map(|it| [it.mean, it.low, it.high])
        });
        figures.copied().chain(ends).all(f64::is_finite)
    }
}

impl Candidate {
    /// Revenue of a channel in each period, where `spend` is all that was ever spent.
    fn contribution(&self, channel: usize, spend: &[f64]) -> Vec<f64> {
        let Curve { adstock, basis } = &self.curves[channel];
        let own = self.mean.rows(self.place(channel).start, basis.size());
        let carried = adstock.apply(spend);
        carried
            .iter()
            .map(|spend| basis.areas(*spend).zip(own.iter()).map(|(area, by)| area * by).sum())
            .collect()
    }

    /// Mean and deviation of what a channel's coefficients are worth with these `gains`.
    fn worth(&self, channel: usize, gains: &DVector<f64>) -> (f64, f64) {
        let (start, size) = (self.place(channel).start, gains.len());
        let mean = self.mean.rows(start, size).dot(gains);
        let covariance = self.covariance.view((start, start), (size, size));
        (mean, libm::sqrt((covariance * gains).dot(gains).max(0.0)))
    }
}

impl Teller<'_> {
    fn channel(&self, channel: usize, present: f64) -> FlexibleChannel {
        let known = &self.series.channels[channel];
        let spend: f64 = known.spend.iter().sum();
        let contribution = self.estimate(channel, |Curve { adstock, basis }| {
            let mut gains = DVector::zeros(basis.size());
            for carried in adstock.apply(&known.spend) {
                gains += DVector::from_iterator(basis.size(), basis.areas(carried));
            }
            Gains::within(gains)
        });
        let largest = known.spend.iter().copied().fold(0.0, f64::max);
        FlexibleChannel {
            channel: known.name.clone(),
            contribution,
            incremental_roas: (spend > 0.0).then(|| contribution.times(1.0 / spend)),
            marginal_roas: (present > 0.0).then(|| self.marginal(channel, present)),
            curve: spends_of_curve(largest)
                .map(|spend| self.point(channel, spend, largest))
                .collect(),
        }
    }

    /// What steady `spend` brings in each period.
    fn point(&self, channel: usize, spend: f64, largest: f64) -> CurvePoint {
        let mut marginal = 0.0;
        let revenue =
            self.estimate(channel, |curve| Gains::at(curve, spend * curve.adstock.total()));
        for candidate in self.candidates {
            let Curve { adstock, basis } = &candidate.curves[channel];
            let own = candidate.mean.rows(candidate.place(channel).start, basis.size());
            let slopes = basis.slopes(spend * adstock.total());
            let slope: f64 = slopes.zip(own.iter()).map(|(slope, by)| slope * by).sum();
            marginal += candidate.weight * slope * adstock.total();
        }
        CurvePoint { spend, revenue, marginal, is_within_history: spend <= largest }
    }

    /// What a unit more of weekly `present` spend brings over four weeks and what they leave behind.
    fn marginal(&self, channel: usize, present: f64) -> Estimate {
        let week_periods = if self.series.grain == Grain::Day { 7 } else { 1 };
        let past = &self.series.channels[channel].spend;
        self.estimate(channel, |curve| {
            let ahead = ChannelAhead::of(past, &curve.adstock, week_periods);
            let mut sum = Gains::none(curve.basis.size());
            for (carried, per_unit) in ahead.carried.iter().zip(&ahead.per_unit) {
                let at = |spend: f64| Gains::at(curve, carried + per_unit * spend);
                sum = sum.plus(&at(present * (1.0 + MORE)), 1.0).plus(&at(present), -1.0);
            }
            sum.times(1.0 / (WEEKS * present * MORE))
        })
    }

    /// What all candidates say of a figure that is linear in a channel's coefficients. Beyond the
    /// spends that were learnt from, the mean and the lower end have the curve flat, and the upper end
    /// has it go on at its last slope: nothing is known but that more spend brings no less.
    fn estimate(&self, channel: usize, gains: impl Fn(&Curve) -> Gains) -> Estimate {
        let (mut mean, mut is_beyond) = (0.0, false);
        let (mut flat, mut on) = (Vec::new(), Vec::new());
        for candidate in self.candidates {
            let Gains { flat: within, on: beyond } = gains(&candidate.curves[channel]);
            let part = |gains: &DVector<f64>| {
                let (mean, deviation) = candidate.worth(channel, gains);
                (mean, self.cuts.part(candidate.weight, mean, deviation))
            };
            let (expected, flat_part) = part(&within);
            mean += candidate.weight * expected;
            flat.push(flat_part);
            is_beyond |= beyond.is_some();
            on.push(beyond.map_or(flat_part, |gains| part(&gains).1));
        }
        let low = self.interval(&flat, mean);
        if !is_beyond {
            return low;
        }
        Estimate { high: self.interval(&on, mean).high.max(low.high), ..low }
    }

    fn interval(&self, parts: &[Part], mean: f64) -> Estimate {
        let none = Estimate { mean, low: mean, high: mean };
        if mean <= 0.0 && parts.iter().all(|part| part.deviation <= 0.0) {
            return none;
        }
        above_zero(parts, mean, self.confidence).unwrap_or(none)
    }
}

/// Weeks of a plan.
const WEEKS: f64 = 4.0;

/// What a figure is, in coefficients of a channel.
struct Gains {
    /// Where the curve is flat beyond what was learnt from.
    flat: DVector<f64>,
    /// Where it goes on at its last slope there; `None`: there is nothing beyond.
    on: Option<DVector<f64>>,
}

impl Gains {
    fn none(size: usize) -> Self {
        Self::within(DVector::zeros(size))
    }

    const fn within(flat: DVector<f64>) -> Self {
        Self { flat, on: None }
    }

    /// Revenue at a carried-over spend.
    fn at(Curve { basis, .. }: &Curve, carried: f64) -> Self {
        let flat = DVector::from_iterator(basis.size(), basis.areas(carried));
        let beyond = carried - basis.largest();
        let on = (beyond > 0.0).then(|| {
            let last = basis.slopes(basis.largest());
            &flat + DVector::from_iterator(basis.size(), last) * beyond
        });
        Self { flat, on }
    }

    fn plus(self, other: &Self, times: f64) -> Self {
        let on = (self.on.is_some() || other.on.is_some()).then(|| {
            self.on.as_ref().unwrap_or(&self.flat)
                + other.on.as_ref().unwrap_or(&other.flat) * times
        });
        Self { flat: self.flat + &other.flat * times, on }
    }

    fn times(self, factor: f64) -> Self {
        Self { flat: self.flat * factor, on: self.on.map(|on| on * factor) }
    }
}

fn add(sums: &mut [f64], values: &[f64], times: f64) {
    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += times * value);
}
