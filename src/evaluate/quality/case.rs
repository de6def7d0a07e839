//! A family and a seed → one advertiser, the model of it, and what the model says beside what is
//! true. All as the program does it: the same cleaning, the same settings as shipped.

use crate::advice::mmm::attribution::attribute;
use crate::advice::mmm::failure::Failure;
use crate::advice::mmm::fit::{FitSettings, fit};
use crate::advice::mmm::fitted::Fitted;
use crate::advice::mmm::observed::{Figures, Observed, ObservedChannel};
use crate::advice::mmm::prepare::prepare;
use crate::advice::mmm::series::Series;
use crate::advice::mmm::settings::{fit_settings, prepare_settings};
use crate::advice::mmm::spread::{Estimate, Mixture};
use crate::advice::planning::Horizon;
use crate::advice::uncertainty::actions::{Abstention, Action, ActionQuestion, actions};
use crate::advice::uncertainty::experiments::fit_with;
use crate::advice::uncertainty::simulation::{Intervals, Simulation, simulate_share};
use crate::domain::calendar::plus_days;
use crate::domain::experiments::Experiments;
use crate::domain::{ActionSettings, Grain, ModelSettings};
use crate::evaluate::worlds::media::{Generated, Truth, World, generate};

use super::forecast::Forecast;
use super::{Family, tested};

/// Weeks that are simulated on, which no model sees.
const WEEKS_AHEAD: u32 = 4;
const WEEK_DAYS: usize = 7;

/// The change of spend that is judged.
const STEP: f64 = 0.1;

/// One advertiser.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Which.
    pub seed: u64,
    /// What the model said; the code of its failure where there is none.
    pub outcome: Result<Outcome, &'static str>,
}

/// What a model said of one advertiser, and what is true.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Its revenue over all periods.
    pub revenue: f64,
    /// Mean weekly revenue of the next four weeks, foretold with the spend that came.
    pub ahead: Option<Judged>,
    /// On the periods that test the model.
    pub test_r2: Option<f64>,
    /// What the model leaves unexplained, as a multiple of the world's noise.
    pub unexplained: Option<f64>,
    /// Its channels.
    pub channels: Vec<ChannelCase>,
}

/// A figure with its truth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// What is true.
    pub truth: f64,
    /// What is expected.
    pub mean: f64,
    /// Lower and upper bound at 80 %.
    pub at_80: (f64, f64),
    /// Lower and upper bound at 90 %.
    pub at_90: (f64, f64),
}

impl Judged {
    /// By intervals that are there already.
    pub fn by(truth: f64, at_80: Estimate, at_90: Estimate) -> Self {
        let ends = |it: Estimate| (it.low, it.high);
        Self { truth, mean: at_90.mean, at_80: ends(at_80), at_90: ends(at_90) }
    }

    /// By a distribution.
    pub fn of(truth: f64, mixture: &Mixture) -> Self {
        Self::by(truth, mixture.interval(0.8), mixture.interval(0.9))
    }

    fn of_intervals(truth: f64, intervals: Intervals) -> Self {
        Self::by(truth, intervals.at_80, intervals.at_90)
    }
}

/// What a model said of a channel, and what is true.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelCase {
    /// Spend over all periods.
    pub spend: f64,
    /// Contribution over spend.
    pub roas: Judged,
    /// What a further unit brings in the weeks ahead; `None`: nothing was spent lately.
    pub marginal: Option<Judged>,
    /// What an onlooker sees of a tenth more spend: the weeks' mean revenue less that expected
    /// without it.
    pub seen: Option<Judged>,
    /// The probability that a tenth more pays, and whether it does.
    pub more_pays: Option<(f64, bool)>,
    /// The probability that a tenth less pays, and whether it does.
    pub less_pays: Option<(f64, bool)>,
    /// What is advised.
    pub action: Action,
    /// With which probability.
    pub probability: Option<f64>,
    /// That probability as one of a change that pays, and whether it does: less spend where a
    /// reduction is advised, more of all else.
    pub stated: Option<(f64, bool)>,
    /// Why nothing is.
    pub abstention: Option<Abstention>,
}

/// The case of `seed`.
pub fn case(family: &Family, seed: u64) -> Case {
    let world = family.draw(seed);
    let longer = World { weeks: world.weeks + WEEKS_AHEAD, ..world.clone() };
    let (made, on) = (generate(&world, seed), generate(&longer, seed));
    let chance = chance_ahead(&longer, &on, seed);
    let (series, _) = in_grain(&made, family.grain);
    let (whole, _) = in_grain(&on, family.grain);
    let tests = family.is_tested.then(|| tested::experiments(&world, &made, seed));
    let said = learn(&series, tests.as_ref()).map(|(fitted, settings)| {
        Judge { world: &world, made: &made, fitted: &fitted, chance }.judge(&settings, &whole)
    });
    Case { seed, outcome: said.map_err(|failure| failure.code()) }
}

fn in_grain(generated: &Generated, grain: Grain) -> (Series, Truth) {
    match grain {
        Grain::Day => (generated.series.clone(), generated.truth.clone()),
        _ => generated.weekly(),
    }
}

/// Cleans and fits as an account with the shipped settings and with these lift tests, in the week
/// after the last.
pub(super) fn learn(
    series: &Series,
    tests: Option<&Experiments>,
) -> Result<(Fitted, FitSettings), Failure> {
    let (series, settings) = prepared(series)?;
    let fitted = match (tests, series.periods.last()) {
        (Some(tests), Some(last)) => fit_with(&series, &settings, tests, plus_days(*last, 7))?.0,
        _ => fit(&series, &settings)?,
    };
    Ok((fitted, settings))
}

/// What is fitted for an account with the shipped settings.
pub(super) fn prepared(series: &Series) -> Result<(Series, FitSettings), Failure> {
    let model = ModelSettings::default();
    let prepared = prepare(&observed(series), prepare_settings(&model))?;
    let settings = fit_settings(&model, series.grain, &prepared.series.periods);
    Ok((prepared.series, settings))
}

fn observed(series: &Series) -> Observed {
    let figures = |values: &[f64]| -> Figures {
        series.periods.iter().copied().zip(values.iter().map(|value| Some(*value))).collect()
    };
    let channels = series.channels.iter().map(|channel| ObservedChannel {
        name: channel.name.clone(),
        spend: figures(&channel.spend),
        revenue: Figures::new(),
    });
    let controls = series.controls.iter();
    Observed {
        grain: series.grain,
        channels: channels.collect(),
        outcome: figures(&series.outcome),
        controls: controls.map(|it| (it.name.clone(), figures(&it.values))).collect(),
    }
}

/// What of the next weeks' mean revenue nobody can foretell who knows the world and all that happened:
/// noise, and the unseen demand beyond what is left of the last day's.
fn chance_ahead(longer: &World, on: &Generated, seed: u64) -> f64 {
    let mut calm = longer.clone();
    calm.baseline.variation = 0.0;
    let calm = generate(&calm, seed);
    let first = on.series.len() - weeks(WEEKS_AHEAD) * WEEK_DAYS;
    let deviation = |day: usize| libm::log(on.truth.baseline[day] / calm.truth.baseline[day]);
    let mut left = deviation(first - 1);
    let days = first..on.series.len();
    let chance: f64 = days
        .map(|day| {
            left *= longer.baseline.persistence;
            let expected = calm.truth.baseline[day] * libm::exp(left);
            on.truth.noise[day] + on.truth.baseline[day] - expected
        })
        .sum();
    chance / f64::from(WEEKS_AHEAD)
}

struct Judge<'a> {
    world: &'a World,
    made: &'a Generated,
    fitted: &'a Fitted,
    chance: f64,
}

impl Judge<'_> {
    fn judge(&self, settings: &FitSettings, whole: &Series) -> Outcome {
        let fitted = self.fitted;
        let horizon = Horizon::of(fitted);
        let shipped = ActionSettings::default();
        let question = ActionQuestion { settings: &shipped, confidence: 0.9, is_of_claims: false };
        let advised = actions(fitted, &horizon, question);
        let (at_80, at_90) = (attribute(fitted, 0.8), attribute(fitted, 0.9));
        let channels = fitted.series.channels.iter().zip(advised).enumerate();
        let channels = channels.filter_map(|(at, (channel, advised))| {
            let own = self.world.channels.iter().position(|it| it.name == channel.name)?;
            let spend: f64 = self.made.series.channels[own].spend.iter().sum();
            let truth: f64 = self.made.truth.contributions[own].iter().sum();
            let roas = |estimate: Estimate| estimate.times(1.0 / spend);
            let marginal = self.made.marginal_ahead(self.world, own);
            let present = self.made.present(own);
            let lift = |share: f64| {
                self.made.lift_ahead(self.world, own, present, present * (1.0 + share))
            };
            let pays = |share: f64| {
                let simulated = simulate_share(&horizon, at, share, shipped.hurdle)?;
                let per_unit = lift(share) / (present * share);
                let does =
                    if share > 0.0 { per_unit > shipped.hurdle } else { per_unit < shipped.hurdle };
                Some((simulated, does))
            };
            let (more, less) = (pays(STEP), pays(-STEP));
            let seen = more.as_ref().map(|(simulated, _)| {
                Judged::of_intervals(lift(STEP) + self.chance, simulated.outcome)
            });
            let probability = |it: &Option<(Simulation, bool)>| {
                it.as_ref().map(|(simulated, does)| (simulated.probability_pays, *does))
            };
            Some(ChannelCase {
                spend,
                roas: Judged::by(
                    truth / spend,
                    roas(at_80.channels[at].contribution),
                    roas(at_90.channels[at].contribution),
                ),
                marginal: horizon
                    .marginal(at)
                    .and_then(|mixture| Some(Judged::of(marginal?, &mixture))),
                seen,
                stated: advised.probability.zip(match advised.action {
                    Action::Reduce => less.as_ref().map(|(_, does)| *does),
                    Action::Increase | Action::Monitor => more.as_ref().map(|(_, does)| *does),
                }),
                more_pays: probability(&more),
                less_pays: probability(&less),
                action: advised.action,
                probability: advised.probability,
                abstention: advised.abstention,
            })
        });
        Outcome {
            revenue: self.made.series.outcome.iter().sum(),
            ahead: self.ahead(settings, whole),
            test_r2: fitted.scores_test.r2,
            unexplained: self.unexplained(),
            channels: channels.collect(),
        }
    }

    fn unexplained(&self) -> Option<f64> {
        let (_, truth) = in_grain(self.made, self.fitted.series.grain);
        let squares: f64 = truth.noise.iter().map(|it| it * it).sum();
        let periods = f64::from(u32::try_from(truth.noise.len()).unwrap_or(u32::MAX));
        (squares > 0.0).then(|| self.fitted.noise / libm::sqrt(squares / periods))
    }

    fn ahead(&self, settings: &FitSettings, whole: &Series) -> Option<Judged> {
        let learnt = self.fitted.series.len();
        let forecast = Forecast::of(self.fitted, &settings.regressors, whole)?;
        let per_week = if whole.grain == Grain::Day { 7.0 } else { 1.0 };
        let next = learnt..whole.len();
        let truth: f64 = whole.outcome[next.clone()].iter().sum();
        let mixture = forecast.ahead(next).times(per_week);
        Some(Judged::of(truth / f64::from(WEEKS_AHEAD), &mixture))
    }
}

fn weeks(count: u32) -> usize {
    usize::try_from(count).expect("four")
}
