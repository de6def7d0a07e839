//! A series → a fitted model, by the automated search: once on the periods before the test, so that
//! its predictions can be scored on what it has not seen, and once on all of them.

use super::failure::Failure;
use super::fitted::{Candidate, Evidence, Fitted, Method, Tested};
use super::lift_test::LiftTest;
use super::regressors::{Regressor, RegressorSettings, regressors};
use super::scores::Scores;
use super::search::{self, Answer, ChannelShape, Found, PooledChannel, Question, SearchSettings};
use super::series::{Series, correlation, varies};
use crate::domain::{Day, Grain};

/// Per day, and per week or month.
const DECAY_DAILY: f64 = 0.5;
const DECAY_WEEKLY: f64 = 0.25;

/// The decay of `grain` that is most likely beforehand of a channel whose kind is not known.
pub(super) fn decay_likely(grain: Grain) -> f64 {
    if grain == Grain::Day { DECAY_DAILY } else { DECAY_WEEKLY }
}

/// Periods at the start by which no candidate is judged: what was spent before the first isn't known,
/// and what it left behind would be held against every long carryover. Four weeks, and at most a
/// tenth of the `periods`.
pub(in crate::advice) fn run_in(grain: Grain, periods: usize) -> usize {
    let four_weeks = match grain {
        Grain::Day => 28,
        Grain::Week => 4,
        Grain::Month => 1,
    };
    four_weeks.min(periods / 10)
}

/// Periods that any model needs.
pub(in crate::advice) const PERIODS_MIN: usize = 26;

/// Periods that a model needs which learns from other accounts, and how many of them are learnt from
/// rather than tested on.
pub(in crate::advice) const PERIODS_MIN_POOLED: usize = 12;
const LEARNT_MIN_POOLED: usize = 8;

/// Periods needed for each column.
const PERIODS_PER_COLUMN: usize = 2;

/// Spends that are more alike than this can't be told apart.
const CORRELATION_MAX: f64 = 0.9999;

/// Which periods test the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Split {
    /// The last share of them, 0 to 1. Of none, the scores of the test are those of what was learnt
    /// from.
    Share(f64),
    /// Those from this day on.
    From(Day),
}

/// How a model is fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct FitSettings {
    /// Which periods test it.
    pub split: Split,
    /// What explains revenue beside the media.
    pub regressors: RegressorSettings,
    /// What is known of channels' shapes, by name; others are searched for.
    pub shapes: Vec<(String, ChannelShape)>,
    /// Lift tests of the series' channels; those that were measured to their end before the test
    /// periods teach the model that is tested, too.
    pub tests: Vec<LiftTest>,
    /// What other accounts make likely of each of the series' channels; empty: nothing.
    pub pooled: Vec<PooledChannel>,
    /// How long the search takes.
    pub search: SearchSettings,
}

impl Default for FitSettings {
    fn default() -> Self {
        Self {
            split: Split::Share(0.2),
            regressors: RegressorSettings::default(),
            shapes: Vec::new(),
            tests: Vec::new(),
            pooled: Vec::new(),
            search: SearchSettings::default(),
        }
    }
}

/// Fits `series`.
///
/// # Errors
/// A [`Failure`] that says what is missing; never a number that is not finite.
pub fn fit(series: &Series, settings: &FitSettings) -> Result<Fitted, Failure> {
    series.check()?;
    check_channels(series)?;
    let train = train_periods(series, settings.split);
    check_test(series, settings.split, train)?;
    let shapes = shapes(series, settings);
    let spends: Vec<&[f64]> = series.channels.iter().map(|it| it.spend.as_slice()).collect();
    let known = settings.pooled.iter().filter(|it| it.returned.is_some()).count();
    check_pooled(series, known)?;
    let learn = |periods: usize| -> Result<(Vec<Regressor>, Answer), Failure> {
        let regressors = regressors(series, &settings.regressors, periods);
        let columns = regressors.len() + spends.len();
        let periods_min = if known > 0 && known == spends.len() {
            LEARNT_MIN_POOLED.max(PERIODS_PER_COLUMN * regressors.len())
        } else {
            PERIODS_MIN.max(PERIODS_PER_COLUMN * columns)
        };
        check_length(series, periods, periods_min, columns)?;
        let tests: Vec<&LiftTest> =
            settings.tests.iter().filter(|test| test.until <= periods).collect();
        let question = Question {
            outcome: &series.outcome[..periods],
            run_in: run_in(series.grain, periods),
            regressors: &regressors,
            spends: &spends,
            shapes: &shapes,
            tests: &tests,
            pooled: &settings.pooled,
        };
        let answer = search::search(&question, settings.search)?;
        Ok((regressors, answer))
    };

    let is_tested = train < series.len();
    let before_test = is_tested.then(|| learn(train)).transpose()?;
    let (regressors, answer) = learn(series.len())?;
    let (train_regressors, train_answer) =
        before_test.as_ref().map_or((&regressors, &answer), |(columns, answer)| (columns, answer));
    let predicted = Parts::of(series, train_regressors, train_answer).predicted();
    let scores = |range: std::ops::Range<usize>| {
        Scores::of(&series.outcome[range.clone()], &predicted[range])
            .ok_or_else(|| too_short(series))
    };
    let scores_train = scores(0..train)?;
    let scores_test = if is_tested { scores(train..series.len())? } else { scores_train };
    let parts = Parts::of(series, &regressors, &answer);
    if !parts.is_finite() {
        return Err(Failure::OutOfRange { what: "the contributions".to_owned() });
    }
    let noise = noise(&series.outcome, &parts.predicted());
    Ok(Fitted {
        method: Method::Search,
        series: series.clone(),
        evidence: Some(evidence(&answer)),
        candidates: candidates(answer.candidates),
        regressors,
        baseline: parts.baseline,
        contributions: parts.contributions,
        noise,
        autocorrelation: answer.autocorrelation,
        candidates_effective: answer.effective,
        candidates_tried: answer.tried,
        tested: before_test.map(|(_, answer)| Tested {
            evidence: evidence(&answer),
            autocorrelation: answer.autocorrelation,
            noise_variances: answer.candidates.iter().map(|it| it.noise_variance).collect(),
            candidates: candidates(answer.candidates),
        }),
        scores_train,
        scores_test,
        train,
        predicted_test: predicted[train..].to_vec(),
    })
}

fn evidence(answer: &Answer) -> Evidence {
    Evidence {
        media_log: answer.media_evidence,
        effect_likely: answer.effect_likely,
        noise_likely: answer.noise_likely,
        pooled: answer.pooled,
    }
}

fn candidates(found: Vec<Found>) -> Vec<Candidate> {
    found
        .into_iter()
        .map(|found| Candidate {
            weight: found.weight,
            responses: found.responses,
            covariance: found.covariance,
            unbounded: found.unbounded,
            regressors: found.regressors,
        })
        .collect()
}

/// The weighted average of all candidates, period by period.
struct Parts {
    baseline: Vec<f64>,
    contributions: Vec<Vec<f64>>,
}

impl Parts {
    fn of(series: &Series, regressors: &[Regressor], answer: &Answer) -> Self {
        let mut baseline = vec![0.0; series.len()];
        let mut contributions = vec![vec![0.0; series.len()]; series.channels.len()];
        for found in &answer.candidates {
            for (regressor, coefficient) in regressors.iter().zip(&found.regressors) {
                add(&mut baseline, &regressor.values, found.weight * coefficient);
            }
            for (at, response) in found.responses.iter().enumerate() {
                let contribution = response.contribution(&series.channels[at].spend);
                add(&mut contributions[at], &contribution, found.weight);
            }
        }
        Self { baseline, contributions }
    }

    fn predicted(&self) -> Vec<f64> {
        let mut predicted = self.baseline.clone();
        self.contributions.iter().for_each(|channel| add(&mut predicted, channel, 1.0));
        predicted
    }

    fn is_finite(&self) -> bool {
        self.contributions.iter().flatten().chain(&self.baseline).all(|value| value.is_finite())
    }
}

fn add(sums: &mut [f64], values: &[f64], times: f64) {
    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += times * value);
}

fn noise(outcome: &[f64], predicted: &[f64]) -> f64 {
    let squares: f64 = outcome
        .iter()
        .zip(predicted)
        .map(|(outcome, predicted)| (outcome - predicted) * (outcome - predicted))
        .sum();
    libm::sqrt(squares / count(outcome.len()))
}

/// How many periods are learnt from before the test.
fn train_periods(series: &Series, split: Split) -> usize {
    match split {
        Split::Share(share) => {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share")]
            let test = libm::ceil(count(series.len()) * share.clamp(0.0, 1.0)) as usize;
            series.len() - test
        }
        Split::From(day) => series.periods.partition_point(|period| *period < day),
    }
}

/// What is known of each channel's shape, in the series' order.
pub(in crate::advice) fn shapes(series: &Series, settings: &FitSettings) -> Vec<ChannelShape> {
    let decay = decay_likely(series.grain);
    series
        .channels
        .iter()
        .map(|channel| {
            let known = settings.shapes.iter().find(|(name, _)| *name == channel.name);
            known.map_or(ChannelShape::around(decay), |(_, shape)| *shape)
        })
        .collect()
}

/// A day to test from that no period reaches.
fn check_test(series: &Series, split: Split, train: usize) -> Result<(), Failure> {
    match (split, series.periods.last()) {
        (Split::From(day), Some(last)) if train == series.len() => Err(Failure::OutOfRange {
            what: format!(
                "the model is to be tested from {day} on, and the last figures are of {last}"
            ),
        }),
        _ => Ok(()),
    }
}

/// Of too few periods not even other accounts can make sense.
fn check_pooled(series: &Series, known: usize) -> Result<(), Failure> {
    if known == 0 || series.len() >= PERIODS_MIN_POOLED {
        return Ok(());
    }
    Err(Failure::NotEnoughData {
        periods: series.len(),
        periods_min: PERIODS_MIN_POOLED,
        unit: series.unit(),
        why: ", even with what other accounts make likely".to_owned(),
    })
}

fn check_length(
    series: &Series,
    periods: usize,
    periods_min: usize,
    columns: usize,
) -> Result<(), Failure> {
    if periods >= periods_min {
        return Ok(());
    }
    Err(Failure::NotEnoughData {
        periods,
        periods_min,
        unit: series.unit(),
        why: format!(" to learn {columns} effects from, beside those that test it"),
    })
}

fn too_short(series: &Series) -> Failure {
    Failure::NotEnoughData {
        periods: series.len(),
        periods_min: PERIODS_MIN,
        unit: series.unit(),
        why: " to learn from and to test on".to_owned(),
    }
}

/// Each channel's spend must vary, and differ from every other's.
pub(super) fn check_channels(series: &Series) -> Result<(), Failure> {
    for (at, channel) in series.channels.iter().enumerate() {
        if !varies(&channel.spend) {
            return Err(Failure::NoVariation { what: format!("the spend of {}", channel.name) });
        }
        for other in &series.channels[..at] {
            if correlation(&channel.spend, &other.spend).abs() > CORRELATION_MAX {
                return Err(Failure::IllConditioned {
                    what: format!(
                        "{} and {} always spend in the same proportion, so their effects can't be told apart",
                        other.name, channel.name
                    ),
                });
            }
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
fn count(periods: usize) -> f64 {
    periods as f64
}

#[cfg(test)]
mod tests;
