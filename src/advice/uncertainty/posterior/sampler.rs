//! A specification → draws from its posterior by the No-U-Turn sampler (Hoffman and Gelman 2014; the
//! package nuts-rs). Chance comes from the seed alone; yet the package picks its sums by the processor,
//! so that draws repeat on one kind of processor only. The warm-up is dropped.

use std::collections::HashMap;

use nuts_rs::{
    Chain as _, CpuLogpFunc, CpuMath, CpuMathError, DiagNutsSettings, HasDims, LogpError,
    Settings as _,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use thiserror::Error;

use super::agreement::{BySampler, Settled};
use super::density::Density;
use super::diagnostics::{ess_bulk, rhat, width_error};
use super::figures::{FigureName, Summary, names};
use super::specification::Specification;

/// The package with its version: draws of others are others.
pub const SAMPLER: &str = "nuts-rs 0.19.1";

/// The acceptance rate that step sizes aim at: where data say little of a channel, a lower one leaves the
/// path too often.
const ACCEPTANCE: f64 = 0.9;

/// How far from the middle of what is likely chains begin, at most, in each coordinate.
const JITTER: f64 = 1.0;

/// A chain that begins where nothing has a density begins elsewhere, so many times.
const BEGINNINGS_MAX: u32 = 50;

/// How the sampler is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SamplerSettings {
    /// All chance comes from it.
    pub seed: u64,
    /// Chains.
    pub chains: u32,
    /// Draws of each chain that find step size and scales, and are dropped.
    pub warmup: u32,
    /// Draws of each chain after them.
    pub draws: u32,
}

/// What was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampled {
    /// In the order of [`names`].
    pub figures: Vec<SampledFigure>,
    /// Steps after the warm-up that left the path.
    pub divergences: u64,
    /// Steps of all draws after the warm-up.
    pub steps: u64,
}

impl Sampled {
    /// The figures without their draws.
    pub fn by_sampler(&self) -> Vec<BySampler> {
        let of = |it: &SampledFigure| {
            let settled = Settled { rhat: it.rhat, ess: it.ess, width_error: it.width_error };
            (it.name.clone(), it.summary, settled)
        };
        self.figures.iter().map(of).collect()
    }
}

/// A figure by its draws.
#[derive(Debug, Clone, PartialEq)]
pub struct SampledFigure {
    /// Which one.
    pub name: FigureName,
    /// Its summary.
    pub summary: Summary,
    /// Whether chains agree; `None`: it can't be told.
    pub rhat: Option<f64>,
    /// How many independent draws they are worth; `None`: it can't be told.
    pub ess: Option<f64>,
    /// Standard error of its 90 % interval's width, as a share of it.
    pub width_error: f64,
    /// By chain.
    pub draws: Vec<Vec<f64>>,
}

/// Why nothing was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the sampler stopped in chain {chain}: {what}")]
pub struct SamplerFailure {
    /// The chain, from 1.
    pub chain: u32,
    /// What it said.
    pub what: String,
}

/// Draws, chains in parallel and in their order.
///
/// # Errors
/// [`SamplerFailure`] where a chain finds no beginning, or the package gives up.
pub fn sample(
    specification: &Specification,
    settings: SamplerSettings,
) -> Result<Sampled, SamplerFailure> {
    let chains: Vec<Drawn> = (0..settings.chains)
        .into_par_iter()
        .map(|chain| {
            draw(specification, settings, chain)
                .map_err(|what| SamplerFailure { chain: chain + 1, what })
        })
        .collect::<Result<_, _>>()?;
    let figures = names(specification)
        .into_par_iter()
        .enumerate()
        .map(|(at, name)| {
            let draws: Vec<Vec<f64>> = chains
                .iter()
                .map(|chain| chain.figures.iter().map(|figures| figures[at]).collect())
                .collect();
            let all = draws.concat();
            let summary = Summary::of_draws(&all);
            let ess = ess_bulk(&draws);
            let width_error = width_error(&all, ess.unwrap_or(1.0));
            SampledFigure { name, summary, rhat: rhat(&draws), ess, width_error, draws }
        })
        .collect();
    Ok(Sampled {
        figures,
        divergences: chains.iter().map(|chain| chain.divergences).sum(),
        steps: chains.iter().map(|chain| chain.steps).sum(),
    })
}

/// A chain after its warm-up.
struct Drawn {
    figures: Vec<Vec<f64>>,
    divergences: u64,
    steps: u64,
}

fn draw(
    specification: &Specification,
    settings: SamplerSettings,
    number: u32,
) -> Result<Drawn, String> {
    let mut options =
        DiagNutsSettings { num_tune: settings.warmup.into(), ..DiagNutsSettings::default() };
    options.adapt_options.step_size_settings.target_accept = ACCEPTANCE;
    let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
    random.set_stream(u64::from(number) + 1);
    let mut density = Density::new(specification);
    let begin = beginning(&mut density, &mut random)?;
    let math = CpuMath::new(Posterior { density: density.clone() });
    let mut chain =
        options.new_chain(number.into(), math, &mut random).map_err(|error| error.to_string())?;
    chain.set_position(&begin).map_err(|error| error.to_string())?;
    let mut drawn = Drawn { figures: Vec::new(), divergences: 0, steps: 0 };
    for turn in 0..u64::from(settings.warmup) + u64::from(settings.draws) {
        let (point, progress) = chain.draw().map_err(|error| error.to_string())?;
        if turn < settings.warmup.into() {
            continue;
        }
        drawn.figures.push(density.figures(&point));
        drawn.divergences += u64::from(progress.diverging);
        drawn.steps += progress.num_steps;
    }
    let is_finite = drawn.figures.iter().flatten().all(|figure| figure.is_finite());
    if is_finite { Ok(drawn) } else { Err("it drew a figure that is no number".to_owned()) }
}

/// A point around the middle of what is likely at which there is a density.
fn beginning(density: &mut Density<'_>, random: &mut ChaCha8Rng) -> Result<Vec<f64>, String> {
    let middle = density.middle();
    let mut gradient = vec![0.0; middle.len()];
    for _ in 0..BEGINNINGS_MAX {
        let point: Vec<f64> =
            middle.iter().map(|at| at + JITTER * (2.0 * uniform(random) - 1.0)).collect();
        let log = density.log_density(&point, &mut gradient);
        if log.is_finite() && gradient.iter().all(|slope| slope.is_finite()) {
            return Ok(point);
        }
    }
    Err("no beginning has a density".to_owned())
}

/// From 0 to 1.
fn uniform(random: &mut ChaCha8Rng) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "53 bits")]
    let whole = (random.next_u64() >> 11) as f64;
    whole / 9_007_199_254_740_992.0
}

/// The density as the package asks for it.
#[derive(Debug)]
struct Posterior<'a> {
    density: Density<'a>,
}

/// A point without a density; the package counts it as a step that left the path.
#[derive(Debug, Error)]
#[error("no density here")]
struct NoDensity;

impl LogpError for NoDensity {
    fn is_recoverable(&self) -> bool {
        true
    }
}

impl HasDims for Posterior<'_> {
    fn dim_sizes(&self) -> HashMap<String, u64> {
        let size = u64::try_from(self.density.coordinates()).unwrap_or(u64::MAX);
        HashMap::from([("unconstrained_parameter".to_owned(), size)])
    }
}

impl CpuLogpFunc for Posterior<'_> {
    type LogpError = NoDensity;
    type FlowParameters = ();
    type ExpandedVector = Vec<f64>;

    fn dim(&self) -> usize {
        self.density.coordinates()
    }

    fn logp(&mut self, position: &[f64], gradient: &mut [f64]) -> Result<f64, NoDensity> {
        let log = self.density.log_density(position, gradient);
        if log.is_finite() && gradient.iter().all(|slope| slope.is_finite()) {
            Ok(log)
        } else {
            Err(NoDensity)
        }
    }

    fn expand_vector<R: Rng + ?Sized>(
        &mut self,
        _random: &mut R,
        position: &[f64],
    ) -> Result<Vec<f64>, CpuMathError> {
        Ok(position.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_that_is_told_is_the_one_that_is_built() {
        let lock = include_str!("../../../../Cargo.lock");
        let (name, version) = SAMPLER.split_once(' ').expect("name and version");
        assert!(
            lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"\n")),
            "{SAMPLER}"
        );
    }
}
