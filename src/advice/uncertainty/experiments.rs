//! Lift tests → a model that has learnt from them, and what each says beside what history alone says.
//!
//! History is fitted alone first, and each test is told beside what it expects. Where they contradict
//! each other the test counts as it was measured, since spend that was changed on purpose tells cause
//! from coincidence and history can't; people are told to look at both.

use serde::Serialize;

use crate::advice::mmm::failure::Failure;
use crate::advice::mmm::fit::{FitSettings, fit};
use crate::advice::mmm::fitted::{Candidate, Fitted};
use crate::advice::mmm::health::{Check, Verdict as Health};
use crate::advice::mmm::lift_test::LiftTest;
use crate::advice::mmm::series::Series;
use crate::advice::mmm::spread::{Estimate, Mixture, Part};
use crate::domain::Day;
use crate::domain::calendar::plus_days;
use crate::domain::experiments::{Experiment, Experiments, TestedChange};
use crate::domain::text::escape;

/// A test and history that are so many standard errors apart differ.
const DIFFERS_FROM: f64 = 2.0;

/// Beyond this they contradict each other.
const CONFLICTS_FROM: f64 = 3.0;

/// What became of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// History alone would have said the same.
    Agrees,
    /// It would have said something else, less than three standard errors away.
    Differs,
    /// More.
    Conflicts,
    /// It was measured beyond the last figures.
    NotYet,
    /// It began before the first figures.
    BeforeFigures,
    /// The model doesn't have its channel.
    NoChannel,
    /// The figures know of no spend that it could have changed.
    NoSpend,
}

impl Verdict {
    /// Whether the model learnt from it.
    pub const fn is_used(self) -> bool {
        matches!(self, Self::Agrees | Self::Differs | Self::Conflicts)
    }

    /// Its word in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Differs => "differs",
            Self::Conflicts => "conflicts",
            Self::NotYet => "not_yet",
            Self::BeforeFigures => "before_figures",
            Self::NoChannel => "no_channel",
            Self::NoSpend => "no_spend",
        }
    }
}

/// A test beside history. Amounts in major units.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// As the account's file has it.
    pub experiment: Experiment,
    /// What became of it.
    pub verdict: Verdict,
    /// By how much it changed spend in all; `None`: not used.
    pub spend_change: Option<f64>,
    /// The standard error that it counts with: wider by its age.
    pub error_used: Option<f64>,
    /// The lift that history alone expects, at 90 %.
    pub expected: Option<Estimate>,
    /// How many standard errors of both the test lies above it.
    pub distance: Option<f64>,
}

impl Reading {
    /// What became of it, in a sentence.
    pub fn text(&self) -> String {
        let apart = self.distance.map_or_else(String::new, |it| format!("{:.1}", it.abs()));
        let side = if self.distance.unwrap_or(0.0) < 0.0 { "less" } else { "more" };
        match self.verdict {
            Verdict::Agrees => "agrees with history: the model is surer now".to_owned(),
            Verdict::Differs => {
                format!("found {side} than history does, {apart} standard errors apart")
            }
            Verdict::Conflicts => format!(
                "contradicts history: it found {side}, {apart} standard errors apart; one of the two is \
                 wrong, and the model goes by the test"
            ),
            Verdict::NotYet => {
                "is not used yet: it was measured beyond the last figures".to_owned()
            }
            Verdict::BeforeFigures => "is not used: it began before the first figures".to_owned(),
            Verdict::NoChannel => "is not used: the model doesn't have its channel".to_owned(),
            Verdict::NoSpend => {
                "is not used: the figures know of no spend that it could have changed".to_owned()
            }
        }
    }
}

/// Fits `series` with the tests of `experiments`, as old as they are on `today`.
///
/// # Errors
/// Those of [`fit`].
pub fn fit_with(
    series: &Series,
    settings: &FitSettings,
    experiments: &Experiments,
    today: Day,
) -> Result<(Fitted, Vec<Reading>), Failure> {
    let placed: Vec<(&Experiment, Result<Placed, Verdict>)> = experiments
        .tests
        .iter()
        .map(|experiment| (experiment, placed(series, experiment)))
        .collect();
    let history = fit(series, settings)?;
    let mut tests = Vec::new();
    let mut readings = Vec::new();
    for (experiment, placed) in placed {
        let reading = match placed {
            Err(verdict) => unused(experiment, verdict),
            Ok(placed) => {
                let age = (today - experiment.last_day).num_days().max(0);
                let (reading, test) =
                    compared(&history, experiment, placed, aged(experiment, experiments, age));
                tests.push(test);
                reading
            }
        };
        readings.push(reading);
    }
    if tests.is_empty() {
        return Ok((history, readings));
    }
    Ok((fit(series, &FitSettings { tests, ..settings.clone() })?, readings))
}

/// Whether history and tests contradict each other; `None` without a test that was used.
pub fn check(readings: &[Reading]) -> Option<Check> {
    let used = readings.iter().filter(|it| it.verdict.is_used());
    let farthest = used.max_by(|one, other| {
        let distance = |it: &Reading| it.distance.unwrap_or(0.0).abs();
        distance(one).total_cmp(&distance(other))
    })?;
    let figure = farthest.distance.unwrap_or(0.0).abs();
    Some(Check {
        check: "experiments",
        verdict: match farthest.verdict {
            Verdict::Conflicts => Health::Fail,
            Verdict::Differs => Health::Review,
            _ => Health::Pass,
        },
        figure,
        text: format!(
            "the experiment \"{}\" of {} {}",
            escape(&farthest.experiment.name),
            escape(farthest.experiment.channel.as_str()),
            farthest.text()
        ),
    })
}

/// The standard error of a test that is `days` old: its variance doubles with each half-life.
fn aged(experiment: &Experiment, experiments: &Experiments, days: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "days since a test are few")]
    let half_lives = days as f64 / 7.0 / experiments.half_life_weeks;
    experiment.error * libm::exp2(0.5 * half_lives)
}

fn unused(experiment: &Experiment, verdict: Verdict) -> Reading {
    Reading {
        experiment: experiment.clone(),
        verdict,
        spend_change: None,
        error_used: None,
        expected: None,
        distance: None,
    }
}

/// A test within a series, and the spend that it changed in all.
struct Placed {
    test: LiftTest,
    spend_change: f64,
}

fn compared(
    history: &Fitted,
    experiment: &Experiment,
    placed: Placed,
    error: f64,
) -> (Reading, LiftTest) {
    let Placed { test, spend_change } = placed;
    let expected = expected(history, &test);
    let apart = experiment.lift - expected.mean();
    let distance = apart / libm::hypot(expected.deviation(), error);
    let verdict = if distance.abs() > CONFLICTS_FROM {
        Verdict::Conflicts
    } else if distance.abs() > DIFFERS_FROM {
        Verdict::Differs
    } else {
        Verdict::Agrees
    };
    let reading = Reading {
        experiment: experiment.clone(),
        verdict,
        spend_change: Some(spend_change),
        error_used: Some(error),
        expected: Some(expected.interval(0.9)),
        distance: Some(distance),
    };
    (reading, LiftTest { error, ..test })
}

/// The lift of a test that a model expects.
fn expected(fitted: &Fitted, test: &LiftTest) -> Mixture {
    let at = test.channel;
    let spend = &fitted.series.channels[at].spend;
    // Less spend costs: what can't be negative is then the cost.
    let sign = if test.without.iter().sum::<f64>() > spend[..test.until].iter().sum::<f64>() {
        -1.0
    } else {
        1.0
    };
    let mut mean = 0.0;
    let part = |candidate: &Candidate| {
        let response = candidate.responses[at];
        let effect = sign * test.effect(response.adstock, response.saturation, spend);
        mean += candidate.weight * response.coefficient * effect;
        Part {
            weight: candidate.weight,
            mean: candidate.unbounded[at] * effect,
            deviation: libm::sqrt(candidate.covariance[(at, at)].max(0.0)) * effect.abs(),
        }
    };
    let parts: Vec<Part> = fitted.candidates.iter().map(part).collect();
    Mixture::new(parts, mean, mean >= 0.0).times(sign)
}

fn placed(series: &Series, experiment: &Experiment) -> Result<Placed, Verdict> {
    let channel = series
        .channels
        .iter()
        .position(|channel| channel.name == experiment.channel.as_str())
        .ok_or(Verdict::NoChannel)?;
    let measured_to = plus_days(experiment.last_day, u64::from(experiment.carryover_weeks) * 7);
    let starts = &series.periods;
    let end = starts.last().map(|last| series.grain.last_day(*last));
    if starts.first().is_none_or(|first| experiment.first_day < *first) {
        return Err(Verdict::BeforeFigures);
    }
    if end.is_none_or(|end| measured_to > end) {
        return Err(Verdict::NotYet);
    }
    let period_of = |day: Day| starts.partition_point(|start| *start <= day) - 1;
    let (from, until) = (period_of(experiment.first_day), period_of(measured_to) + 1);
    let spend = &series.channels[channel].spend;
    let mut without = spend[..until].to_vec();
    let days = share_of(experiment.last_day, experiment.first_day);
    let mut spend_change = 0.0;
    for period in from..=period_of(experiment.last_day) {
        let (first, last) = (starts[period], series.grain.last_day(starts[period]));
        let tested = share_of(last.min(experiment.last_day), first.max(experiment.first_day));
        let change = match experiment.change {
            TestedChange::Total(total) => total * tested / days,
            TestedChange::Share(share) => {
                let own = spend[period] * tested / share_of(last, first);
                own - own / (1.0 + share)
            }
        };
        without[period] = (spend[period] - change).max(0.0);
        spend_change += spend[period] - without[period];
    }
    if spend_change == 0.0 {
        return Err(Verdict::NoSpend);
    }
    let (lift, error) = (experiment.lift, experiment.error);
    Ok(Placed { test: LiftTest { channel, without, from, until, lift, error }, spend_change })
}

/// Days from `first` to `last`, both counted.
#[expect(clippy::cast_precision_loss, reason = "days of a period are few")]
fn share_of(last: Day, first: Day) -> f64 {
    (last - first).num_days() as f64 + 1.0
}

#[cfg(test)]
mod tests;
