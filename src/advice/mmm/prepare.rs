//! What was observed → a series that a model can be made of, and every figure that was changed on
//! the way, with the reason.

use chrono::Days;
use serde::Serialize;

use super::cleaning::{Change, Measure, Reason};
use super::failure::Failure;
use super::observed::{Figures, Observed, ObservedChannel};
use super::series::{ChannelSeries, ControlSeries, Series, correlation, varies};
use crate::domain::{Day, Grain};

/// How figures are cleaned.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PrepareSettings {
    /// A figure is an outlier this many interquartile ranges outside the quartiles of the series'
    /// logarithms, zeros left out; infinite: none is.
    pub outlier_ranges: f64,
    /// A channel without spend in more than this share of the periods is left out.
    pub empty_share_max: f64,
}

impl Default for PrepareSettings {
    /// Far out by Tukey (1977); nine periods of ten.
    fn default() -> Self {
        Self { outlier_ranges: 3.0, empty_share_max: 0.9 }
    }
}

/// A series, and what was done to make it.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The series.
    pub series: Series,
    /// Each figure that was changed.
    pub changes: Vec<Change>,
    /// What was left out, in words.
    pub left_out: Vec<LeftOut>,
}

/// A channel, control or holiday that is not in the model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeftOut {
    /// Its name.
    pub name: String,
    /// Why.
    pub why: String,
}

/// Prepares.
///
/// # Errors
/// [`Failure::NotEnoughData`] where there is nothing, [`Failure::NoVariation`] where no channel is
/// left.
pub fn prepare(observed: &Observed, settings: PrepareSettings) -> Result<Prepared, Failure> {
    let (first, last) = observed.span().ok_or_else(|| Failure::NotEnoughData {
        periods: 0,
        periods_min: 1,
        unit: "periods",
        why: String::new(),
    })?;
    let periods = periods(first, last, observed.grain)?;
    let mut cleaner = Cleaner { periods: &periods, settings, changes: Vec::new() };
    let mut left_out = Vec::new();
    let mut channels = Vec::new();
    for channel in &observed.channels {
        if channel.spend.values().all(Option::is_none) {
            let why = "its spend is not known".to_owned();
            left_out.push(LeftOut { name: channel.name.clone(), why });
            continue;
        }
        let spend = cleaner.spend(channel);
        let empty = spend.iter().filter(|spend| **spend <= 0.0).count();
        if count(empty) > settings.empty_share_max * count(periods.len()) {
            let why = format!(
                "it has no spend in {empty} of {} {}, more than {} %",
                periods.len(),
                observed.grain.word().to_owned() + "s",
                settings.empty_share_max * 100.0
            );
            left_out.push(LeftOut { name: channel.name.clone(), why });
        } else if varies(&spend) {
            channels.push(ChannelSeries {
                name: channel.name.clone(),
                spend,
                reported_revenue: cleaner.reported(channel),
            });
        } else {
            let why = "its spend is the same in every period".to_owned();
            left_out.push(LeftOut { name: channel.name.clone(), why });
        }
    }
    if channels.is_empty() {
        return Err(Failure::NoVariation { what: "the spend of each channel".to_owned() });
    }
    let revenue = claimed_or_own(observed);
    let outcome = cleaner.outcome(&revenue);
    let mut controls = Vec::new();
    for (name, figures) in &observed.controls {
        let changes_before = cleaner.changes.len();
        let values = cleaner.control(name, figures);
        let likeness = likeness(figures, &revenue);
        let why = if !varies(&values) {
            "it is the same in every period".to_owned()
        } else if likeness.abs() > LIKENESS_MAX {
            // What is not in the model was not changed for it.
            cleaner.changes.truncate(changes_before);
            format!(
                "it is nearly the revenue itself (their correlation is {likeness:.3}), and would \
                 take from the channels what they brought"
            )
        } else {
            controls.push(ControlSeries { name: name.clone(), values });
            continue;
        };
        left_out.push(LeftOut { name: name.clone(), why });
    }
    let changes = cleaner.changes;
    let series = Series { grain: observed.grain, outcome, channels, controls, periods };
    Ok(Prepared { series, changes, left_out })
}

/// A control that is more like the outcome than this is the outcome, counted otherwise: orders,
/// gross revenue.
const LIKENESS_MAX: f64 = 0.98;

/// In fewer periods anything may look alike by chance.
const LIKENESS_PERIODS_MIN: usize = 12;

/// The correlation of two series over the periods in which both are known; 0 where these are too few.
fn likeness(one: &Figures, other: &Figures) -> f64 {
    let pair = |(day, figure): (&Day, &Option<f64>)| Some(((*figure)?, (*other.get(day)?)?));
    let (ones, others): (Vec<f64>, Vec<f64>) = one.iter().filter_map(pair).unzip();
    if ones.len() < LIKENESS_PERIODS_MIN { 0.0 } else { correlation(&ones, &others) }
}

/// The business's own revenue, or the sum of what the platforms claim.
fn claimed_or_own(observed: &Observed) -> Figures {
    if !observed.outcome.is_empty() {
        return observed.outcome.clone();
    }
    let mut sums = Figures::new();
    for channel in &observed.channels {
        for (day, revenue) in &channel.revenue {
            if let Some(revenue) = revenue {
                let sum = sums.entry(*day).or_insert(None);
                *sum = Some(sum.unwrap_or(0.0) + revenue);
            }
        }
    }
    sums
}

/// Longer than any account's history.
const PERIODS_MAX: usize = 40_000;

fn periods(first: Day, last: Day, grain: Grain) -> Result<Vec<Day>, Failure> {
    let next = |day: Day| match grain {
        Grain::Day => day.checked_add_days(Days::new(1)),
        Grain::Week => day.checked_add_days(Days::new(7)),
        Grain::Month => day.checked_add_months(chrono::Months::new(1)),
    };
    let mut periods = vec![first];
    while let Some(day) = next(periods[periods.len() - 1]).filter(|day| *day <= last) {
        if periods.len() == PERIODS_MAX {
            return Err(Failure::OutOfRange { what: format!("more than {PERIODS_MAX} periods") });
        }
        periods.push(day);
    }
    Ok(periods)
}

struct Cleaner<'a> {
    periods: &'a [Day],
    settings: PrepareSettings,
    changes: Vec<Change>,
}

impl Cleaner<'_> {
    /// A period without a row is one without spend where the channel rests now and then; a row
    /// without a figure takes what is usual around it.
    fn spend(&mut self, channel: &ObservedChannel) -> Vec<f64> {
        let of = |day: &Day| channel.spend.get(day).copied();
        let found: Vec<Option<Option<f64>>> = self.periods.iter().map(of).collect();
        let known: Vec<Option<f64>> = found.iter().map(|figure| figure.flatten()).collect();
        let filled = (0..known.len()).map(|at| match found[at] {
            Some(Some(spend)) => spend.max(0.0),
            Some(None) => usual_around(&known, at, 0.0).unwrap_or(0.0),
            None => 0.0,
        });
        let filled: Vec<f64> = filled.collect();
        self.note(&channel.name, Measure::Spend, &known, &filled);
        self.clip(&channel.name, Measure::Spend, filled)
    }

    fn reported(&mut self, channel: &ObservedChannel) -> Option<Vec<f64>> {
        let known = channel.revenue.values().any(Option::is_some);
        known.then(|| {
            let of = |day: &Day| channel.revenue.get(day).copied().flatten().unwrap_or(0.0);
            self.periods.iter().map(of).collect()
        })
    }

    fn outcome(&mut self, figures: &Figures) -> Vec<f64> {
        let known: Vec<Option<f64>> =
            self.periods.iter().map(|day| figures.get(day).copied().flatten()).collect();
        let filled = (0..known.len()).map(|at| match known[at] {
            Some(revenue) => revenue.max(0.0),
            None => usual_around(&known, at, 0.0).unwrap_or(0.0),
        });
        let filled: Vec<f64> = filled.collect();
        self.note("revenue", Measure::Outcome, &known, &filled);
        self.clip("revenue", Measure::Outcome, filled)
    }

    fn control(&mut self, name: &str, figures: &Figures) -> Vec<f64> {
        let known: Vec<Option<f64>> =
            self.periods.iter().map(|day| figures.get(day).copied().flatten()).collect();
        let filled: Vec<f64> = (0..known.len())
            .map(|at| {
                known[at].or_else(|| usual_around(&known, at, f64::NEG_INFINITY)).unwrap_or(0.0)
            })
            .collect();
        self.note(name, Measure::Control, &known, &filled);
        filled
    }

    fn note(&mut self, series: &str, measure: Measure, before: &[Option<f64>], after: &[f64]) {
        for ((day, before), after) in self.periods.iter().zip(before).zip(after) {
            if *before != Some(*after) {
                self.changes.push(Change {
                    day: *day,
                    series: series.to_owned(),
                    measure: Some(measure),
                    before: *before,
                    after: Some(*after),
                    reason: if before.is_some() { Reason::Negative } else { Reason::Missing },
                });
            }
        }
    }

    fn clip(&mut self, series: &str, measure: Measure, mut values: Vec<f64>) -> Vec<f64> {
        let mut logarithms: Vec<f64> =
            values.iter().filter(|value| **value > 0.0).map(|value| libm::log(*value)).collect();
        logarithms.sort_by(f64::total_cmp);
        let quartile = |share| super::classic::clean::quantile(&logarithms, share);
        let (Some(first), Some(third)) = (quartile(0.25), quartile(0.75)) else { return values };
        // A series that hardly varies has no outliers but what doubles it.
        let reach = self.settings.outlier_ranges * (third - first).max(REACH_MIN);
        let (low, high) = (libm::exp(first - reach), libm::exp(third + reach));
        for (day, value) in self.periods.iter().zip(&mut values) {
            let before = *value;
            let after = before.clamp(low, high);
            if before > 0.0 && after != before {
                self.changes.push(Change {
                    day: *day,
                    series: series.to_owned(),
                    measure: Some(measure),
                    before: Some(before),
                    after: Some(after),
                    reason: Reason::Outlier { low, high },
                });
                *value = after;
            }
        }
        values
    }
}

/// A quarter of the logarithm of two: with three ranges, figures up to 1.7 times the upper quartile
/// are never outliers.
const REACH_MIN: f64 = 0.17;

/// How many known neighbours on each side say what is usual.
const NEIGHBOURS: usize = 4;

/// The median of the nearest known figures on both sides, each at least `least`; `None` where there
/// is none.
fn usual_around(known: &[Option<f64>], at: usize, least: f64) -> Option<f64> {
    let before = known[..at].iter().rev().flatten().take(NEIGHBOURS);
    let after = known[at + 1..].iter().flatten().take(NEIGHBOURS);
    let mut near: Vec<f64> = before.chain(after).map(|value| value.max(least)).collect();
    near.sort_by(f64::total_cmp);
    super::classic::clean::quantile(&near, 0.5)
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
fn count(periods: usize) -> f64 {
    periods as f64
}

#[cfg(test)]
mod tests;
