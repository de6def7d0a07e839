//! A short history (10 periods and more) → a model that leans on what is likely beforehand and says how
//! little it knows: carryovers are those of the channels' kinds, curves bend down everywhere, nothing
//! but the level explains revenue beside the media, and intervals are widened for the few figures.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::failure::Failure;
use super::fit::{FitSettings, check_channels, decay_likely};
use super::fitted::{Candidate, Evidence, Fitted, Method};
use super::normal;
use super::regressors::{RegressorSettings, regressors};
use super::response::Response;
use super::scores::Scores;
use super::search::{
    self, AdstockShape, Answer, Belief, ChannelShape, Found, Part, Question, SaturationShape,
};
use super::series::Series;

/// Periods that even such a model needs.
const THIN_MIN: usize = 10;

/// Periods that test it.
const TEST_PERIODS: usize = 2;

/// Periods beyond one for each effect, so that noise can be told at all.
const SPARE_PERIODS: usize = 4;

/// How unlike channels are held to be in what a unit of spend brings: one standard deviation, as a share
/// of what it brings on average.
const ALIKE_SHARE: f64 = 0.5;

/// Whether a model leans on what is likely beforehand, for want of periods: of searches it alone has no
/// tested model of its own.
pub fn is_thin(fitted: &Fitted) -> bool {
    fitted.tested.is_none() && fitted.method == Method::Search
}

/// Fits `series`; the account's fixed shapes count, its trend, season and controls don't.
///
/// # Errors
/// A [`Failure`] that says what is missing.
pub fn fit_thin(series: &Series, settings: &FitSettings) -> Result<Fitted, Failure> {
    series.check()?;
    check_channels(series)?;
    let columns = series.channels.len() + 1;
    let needed = THIN_MIN.max(columns + SPARE_PERIODS);
    if series.len() < needed {
        return Err(Failure::NotEnoughData {
            periods: series.len(),
            periods_min: needed,
            unit: series.unit(),
            why: format!(" to learn {columns} effects from, even with what is likely beforehand"),
        });
    }
    let series = &Series { controls: Vec::new(), ..series.clone() };
    let alone = RegressorSettings {
        trend: Some(false),
        season_waves: Some(0),
        weekdays: Some(false),
        ..RegressorSettings::default()
    };
    let level = regressors(series, &alone, series.len());
    let shapes: Vec<ChannelShape> =
        series.channels.iter().map(|channel| shape(series, settings, &channel.name)).collect();
    let spends: Vec<&[f64]> = series.channels.iter().map(|it| it.spend.as_slice()).collect();
    let learn = |periods: usize| {
        search::search(
            &Question {
                outcome: &series.outcome[..periods],
                // Carryover is not searched for here, so that no start can mislead it.
                run_in: 0,
                regressors: &level,
                spends: &spends,
                shapes: &shapes,
                tests: &[],
                pooled: &[],
            },
            settings.search,
        )
    };
    let train = series.len() - TEST_PERIODS;
    let (tested_baseline, tested) = parts(series, &learn(train)?);
    let predicted = sums(&tested_baseline, &tested);
    let scores = |range: std::ops::Range<usize>| {
        Scores::of(&series.outcome[range.clone()], &predicted[range])
            .expect("there are periods on both sides")
    };

    let answer = learn(series.len())?;
    // What the fit has taken from the noise is given back, and Student's distribution of so few
    // degrees of freedom is wider than the normal one.
    let (all, free) = (count(series.len()), count(series.len() - columns));
    let answer = Answer {
        candidates: answer
            .candidates
            .into_iter()
            .map(|found| held_alike(series, found, all / free * free / (free - 2.0)))
            .collect(),
        ..answer
    };
    let (baseline, contributions) = parts(series, &answer);
    let explained = sums(&baseline, &contributions);
    let squares: f64 =
        series.outcome.iter().zip(&explained).map(|(it, by)| (it - by) * (it - by)).sum();
    Ok(Fitted {
        method: Method::Search,
        candidates: answer
            .candidates
            .into_iter()
            .map(|found| Candidate {
                weight: found.weight,
                responses: found.responses,
                covariance: found.covariance,
                unbounded: found.unbounded,
                regressors: found.regressors,
            })
            .collect(),
        regressors: level,
        baseline,
        contributions,
        noise: libm::sqrt(squares / free),
        autocorrelation: answer.autocorrelation,
        candidates_effective: answer.effective,
        candidates_tried: answer.tried,
        evidence: Some(Evidence {
            media_log: answer.media_evidence,
            effect_likely: answer.effect_likely,
            noise_likely: answer.noise_likely,
            pooled: answer.pooled,
        }),
        tested: None,
        scores_train: scores(0..train),
        scores_test: scores(train..series.len()),
        train,
        predicted_test: predicted[train..].to_vec(),
        series: series.clone(),
    })
}

/// What the account fixes; otherwise the carryover of the channel's kind, or of the grain, and a curve
/// that bends down everywhere, of which only the scale is learnt.
fn shape(series: &Series, settings: &FitSettings, name: &str) -> ChannelShape {
    let known = settings.shapes.iter().find(|(known, _)| known == name).map(|(_, shape)| *shape);
    let usual = ChannelShape::around(decay_likely(series.grain));
    let ChannelShape { adstock, saturation } = known.unwrap_or(usual);
    let adstock = match adstock {
        AdstockShape::Geometric { decay } => AdstockShape::Geometric { decay: fixed(decay) },
        AdstockShape::GeometricNormalised { decay, lags } => {
            AdstockShape::GeometricNormalised { decay: fixed(decay), lags }
        }
        other => other,
    };
    let saturation = match saturation {
        SaturationShape::Hill { half_saturation, slope: Part::Searched(_) } => {
            SaturationShape::Hill { half_saturation, slope: Part::Fixed(1.0) }
        }
        other => other,
    };
    ChannelShape { adstock, saturation }
}

/// A decay at what is believed of it.
fn fixed(decay: Part) -> Part {
    match decay {
        Part::Searched(Belief { mean, .. }) => Part::Fixed(1.0 / (1.0 + libm::exp(-mean))),
        fixed @ Part::Fixed(_) => fixed,
    }
}

/// A candidate of one who held it to be likely that a unit of spend brings about the same in every
/// channel, give or take [`ALIKE_SHARE`] of it: people spend where they have seen it pay, and a few
/// noisy figures say little against that. Its covariance is `widened` first.
fn held_alike(series: &Series, found: Found, widened: f64) -> Found {
    let covariance = &found.covariance * widened;
    let sums: Vec<(f64, f64)> = found
        .responses
        .iter()
        .zip(&series.channels)
        .map(|(response, channel)| {
            let unit = response.with_coefficient(1.0).contribution(&channel.spend);
            (unit.iter().sum(), channel.spend.iter().sum())
        })
        .collect();
    let media: f64 =
        found.responses.iter().zip(&sums).map(|(it, (effect, _))| it.coefficient * effect).sum();
    let spend: f64 = sums.iter().map(|(_, spend)| spend).sum();
    let likely = DVector::from_iterator(
        sums.len(),
        sums.iter().map(|(effect, own)| media / spend * own / effect.max(f64::MIN_POSITIVE)),
    );
    let held = likely.map(|it| 1.0 / (ALIKE_SHARE * it * ALIKE_SHARE * it).max(f64::MIN_POSITIVE));
    let Some(precision) = Cholesky::new(covariance.clone()).map(|factor| factor.inverse()) else {
        return Found { covariance, ..found };
    };
    let unbounded = DVector::from_column_slice(&found.unbounded);
    let together = &precision * unbounded + held.component_mul(&likely);
    let Some(factor) = Cholesky::new(precision + DMatrix::from_diagonal(&held)) else {
        return Found { covariance, ..found };
    };
    let (covariance, unbounded) = (factor.inverse(), factor.solve(&together));
    let responses: Vec<Response> = found
        .responses
        .iter()
        .enumerate()
        .map(|(at, response)| {
            let deviation = libm::sqrt(covariance[(at, at)]);
            response.with_coefficient(normal::mean_above_zero(unbounded[at], deviation))
        })
        .collect();
    let media = responses.iter().zip(&sums).map(|(it, (effect, _))| it.coefficient * effect);
    let level = (series.outcome.iter().sum::<f64>() - media.sum::<f64>()) / count(series.len());
    Found {
        responses,
        covariance,
        unbounded: unbounded.as_slice().to_vec(),
        regressors: vec![level],
        ..found
    }
}

/// The weighted average of all candidates: the level, and each channel's contributions.
fn parts(series: &Series, answer: &Answer) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut baseline = vec![0.0; series.len()];
    let mut contributions = vec![vec![0.0; series.len()]; series.channels.len()];
    for found in &answer.candidates {
        let level = found.regressors.first().copied().unwrap_or(0.0);
        for sum in &mut baseline {
            *sum += found.weight * level;
        }
        for (at, response) in found.responses.iter().enumerate() {
            let own = response.contribution(&series.channels[at].spend);
            contributions[at].iter_mut().zip(own).for_each(|(sum, it)| *sum += found.weight * it);
        }
    }
    (baseline, contributions)
}

fn sums(baseline: &[f64], contributions: &[Vec<f64>]) -> Vec<f64> {
    let mut sums = baseline.to_vec();
    for channel in contributions {
        sums.iter_mut().zip(channel).for_each(|(sum, it)| *sum += it);
    }
    sums
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
fn count(periods: usize) -> f64 {
    periods as f64
}

#[cfg(test)]
mod tests;
