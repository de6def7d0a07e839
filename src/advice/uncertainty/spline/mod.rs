//! The flexible family: a channel's curve has no fixed shape, but never falls and is 0 at no spend. It
//! stands beside the shaped family of the search, which plans and actions use, and is compared with
//! it by how well each foretells what it has not seen.
//!
//! ```text
//! series, and what the search took as given ─► learn ─┬─► flexible: contributions, returns, curves
//!                                                     └─► compare: both families on the test periods
//! ```

mod basis;
mod compare;
mod cut;
mod flexible;
mod learn;
mod orthant;
mod prior;
mod verdict;

pub use basis::Basis;
pub use compare::{FamilyScores, Preference, Preferred};
pub use flexible::{Flexible, FlexibleChannel};
pub use learn::Learnt;

use crate::advice::mmm::failure::Failure;
use crate::advice::mmm::fit::{FitSettings, run_in, shapes};
use crate::advice::mmm::fitted::Fitted;
use crate::advice::mmm::regressors::regressors;
use crate::advice::mmm::search::{Likely, Problem, Question};
use crate::advice::planning::Horizon;
use compare::{Ahead, log_densities, preference, scores};
use learn::{Lesson, learn};

/// Both families, compared.
#[derive(Debug, Clone)]
pub struct Families {
    /// The flexible family, learnt from all periods.
    pub flexible: Flexible,
    /// How well the shaped family foretold the test periods.
    pub shaped_scores: FamilyScores,
    /// How well the flexible one did.
    pub flexible_scores: FamilyScores,
    /// Which did better.
    pub preference: Preference,
}

/// Fits the flexible family beside `fitted`, which `settings` made of its series, and compares them.
/// Lift tests teach the shaped family alone.
///
/// # Errors
/// A [`Failure`] that says why there is no flexible family.
pub fn families(
    fitted: &Fitted,
    settings: &FitSettings,
    confidence: f64,
) -> Result<Families, Failure> {
    let (Some(tested), Some(evidence)) = (&fitted.tested, &fitted.evidence) else {
        return Err(Failure::NotEnoughData {
            periods: fitted.series.len(),
            periods_min: crate::advice::mmm::fit::PERIODS_MIN,
            unit: fitted.series.unit(),
            why: " to learn curves without a fixed shape from".to_owned(),
        });
    };
    let series = &fitted.series;
    if let Some(idle) =
        series.channels.iter().find(|it| it.spend[..fitted.train].iter().all(|it| *it <= 0.0))
    {
        let what = format!("the spend of {} before the {} that test it", idle.name, series.unit());
        return Err(Failure::NoVariation { what });
    }
    let shapes = shapes(series, settings);
    let spends: Vec<&[f64]> = series.channels.iter().map(|it| it.spend.as_slice()).collect();
    let question = |periods: usize, regressors| Question {
        outcome: &series.outcome[..periods],
        run_in: run_in(series.grain, periods),
        regressors,
        spends: &spends,
        shapes: &shapes,
        pooled: &[],
        tests: &[],
    };

    let likely = Likely {
        noise_variance: tested.evidence.noise_likely * tested.evidence.noise_likely,
        autocorrelation: tested.autocorrelation,
        media: tested.evidence.effect_likely,
    };
    let train_regressors = regressors(series, &settings.regressors, fitted.train);
    let question_train = question(fitted.train, train_regressors.as_slice());
    let problem = Problem::new(&question_train, likely);
    let learnt = learn(&Lesson { question: question_train, likely })?;
    let periods = fitted.train..series.len();
    let ahead = Ahead::of(&problem, &train_regressors, likely.autocorrelation, periods)
        .ok_or_else(not_compared)?;
    let revenue = &series.outcome[fitted.train..];
    let (shaped, flexible) = (ahead.shaped(series, tested), ahead.flexible(series, &learnt));
    let preference =
        preference(&log_densities(&shaped, revenue), &log_densities(&flexible, revenue));
    let shaped_scores = scores(&shaped, revenue).ok_or_else(not_compared)?;
    let flexible_scores = scores(&flexible, revenue).ok_or_else(not_compared)?;

    let likely = Likely {
        noise_variance: evidence.noise_likely * evidence.noise_likely,
        autocorrelation: fitted.autocorrelation,
        media: evidence.effect_likely,
    };
    let learnt = learn(&Lesson { question: question(series.len(), &fitted.regressors), likely })?;
    let present = Horizon::of(fitted).present();
    let flexible = Flexible::of(series, &fitted.regressors, learnt, &present, confidence);
    if !flexible.is_finite() {
        return Err(Failure::OutOfRange { what: "the flexible family's figures".to_owned() });
    }
    Ok(Families { flexible, shaped_scores, flexible_scores, preference })
}

fn not_compared() -> Failure {
    Failure::IllConditioned { what: "the families' forecasts of the test periods".to_owned() }
}
