//! Accounts that learn from each other: the closed form of what others make likely, against the hierarchical
//! model by the sampler.

use std::collections::HashMap;

use budgetd::advice::mmm::search::{Belief, ChannelShape};
use budgetd::advice::uncertainty::pooling::{
    Asked, ChannelSummary, Hyper, Mark, Measured, Returns, Summary, pool,
};
use budgetd::domain::Grain;
use nuts_rs::{
    Chain as _, CpuLogpFunc, CpuMath, CpuMathError, DiagNutsSettings, HasDims, LogpError,
    Settings as _,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What accounts' slopes are off the usual one, in logarithms, and the standard errors, in turn.
const OFF: [f64; 12] =
    [-0.30, -0.22, -0.15, -0.08, -0.03, 0.02, 0.06, 0.11, 0.17, 0.21, 0.28, 0.35];
const ERRORS: [f64; 3] = [0.08, 0.12, 0.2];

/// The same, `apart` times as far apart.
fn accounts(apart: f64) -> Vec<(f64, f64)> {
    OFF.iter().zip(ERRORS.iter().cycle()).map(|(off, error)| (apart * off, *error)).collect()
}

/// What the pool makes likely of one more account, as its distance from the usual slope.
fn by_pool(accounts: &[(f64, f64)]) -> Hyper {
    let usual = Belief::slope().mean;
    let summary = |(number, (off, error)): (usize, &(f64, f64))| Summary {
        account: Mark::of(&format!("account {number}")),
        grain: Grain::Week,
        periods: 104,
        channels: vec![ChannelSummary {
            name: Mark::of("Search"),
            kind: None,
            lag: None,
            half_saturation: None,
            slope: Some(Measured { mean: usual + off, precision: 1.0 / (error * error) }),
            returned: None,
        }],
    };
    let pool = pool(&accounts.iter().enumerate().map(summary).collect::<Vec<_>>());
    let asked = Asked {
        channel: "Search",
        kind: None,
        shape: ChannelShape::around(0.3),
        returns: Returns { likely: 1.0 },
    };
    let beliefs = pool.beliefs_for(&Mark::of("one more"), Grain::Week, &[asked]);
    let found = beliefs.channels[0].slope.expect("twelve accounts").hyper;
    Hyper { mean: found.mean - usual, ..found }
}

/// Figures around a mean that nobody knows, as far apart as nobody knows: coordinates are the mean and the
/// logarithm of the deviation between accounts; each account's own figure is integrated out.
#[derive(Debug)]
struct Hierarchy {
    accounts: Vec<(f64, f64)>,
    /// Of the prior: the mean lies within three of the usual belief's deviations, and accounts are half of
    /// one apart, as the pool has it.
    usual: f64,
}

impl CpuLogpFunc for Hierarchy {
    type LogpError = Nowhere;
    type FlowParameters = ();
    type ExpandedVector = Vec<f64>;

    fn dim(&self) -> usize {
        2
    }

    fn logp(&mut self, position: &[f64], gradient: &mut [f64]) -> Result<f64, Nowhere> {
        let (mean, between) = (position[0], position[1].exp());
        let (wide, apart) = (3.0 * self.usual, 0.5 * self.usual);
        let steps = between / apart;
        let mut log = -0.5 * (mean / wide).powi(2) - 0.5 * steps * steps + position[1];
        gradient[0] = -mean / (wide * wide);
        gradient[1] = 1.0 - steps * steps;
        for (figure, error) in &self.accounts {
            let variance = between * between + error * error;
            let off = figure - mean;
            log -= 0.5 * (variance.ln() + off * off / variance);
            gradient[0] += off / variance;
            gradient[1] += between * between * (off * off / variance - 1.0) / variance;
        }
        if log.is_finite() { Ok(log) } else { Err(Nowhere) }
    }

    fn expand_vector<R: Rng + ?Sized>(
        &mut self,
        _random: &mut R,
        position: &[f64],
    ) -> Result<Vec<f64>, CpuMathError> {
        Ok(position.to_vec())
    }
}

impl HasDims for Hierarchy {
    fn dim_sizes(&self) -> HashMap<String, u64> {
        HashMap::from([("unconstrained_parameter".to_owned(), 2)])
    }
}

#[derive(Debug, thiserror::Error)]
#[error("no density here")]
struct Nowhere;

impl LogpError for Nowhere {
    fn is_recoverable(&self) -> bool {
        true
    }
}

/// Mean and deviation of one more account by 20,000 draws.
fn by_sampler(accounts: &[(f64, f64)]) -> (f64, f64) {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut options = DiagNutsSettings { num_tune: 1_000, ..DiagNutsSettings::default() };
    options.adapt_options.step_size_settings.target_accept = 0.9;
    let hierarchy = Hierarchy { accounts: accounts.to_vec(), usual: Belief::slope().deviation };
    let mut chain = options.new_chain(0, CpuMath::new(hierarchy), &mut random).expect("a chain");
    chain.set_position(&[0.0, -1.5]).expect("a beginning");
    let (mut mean, mut squares, mut between, mut draws) = (0.0, 0.0, 0.0, 0.0);
    for turn in 0..21_000 {
        let (point, _) = chain.draw().expect("a draw");
        if turn >= 1_000 {
            mean += point[0];
            squares += point[0] * point[0];
            between += (2.0 * point[1]).exp();
            draws += 1.0;
        }
    }
    let mean = mean / draws;
    (mean, (squares / draws - mean * mean + between / draws).sqrt())
}

#[test]
fn what_others_make_likely_is_what_the_sampler_finds() {
    for apart in [1.0, 2.0] {
        let accounts = accounts(apart);
        let (pool, (mean, deviation)) = (by_pool(&accounts), by_sampler(&accounts));
        let shift = (pool.mean - mean) / deviation;
        let width = pool.deviation / deviation;
        assert!(shift.abs() <= 0.1 && (width - 1.0).abs() <= 0.15, "{apart}: {shift} {width}");
    }
}

/// Of accounts that differ by hardly more than their errors the pool is the more careful of the two.
#[test]
fn of_accounts_that_are_nearly_alike_the_pool_claims_less_than_the_sampler() {
    let accounts = accounts(0.5);
    let (pool, (mean, deviation)) = (by_pool(&accounts), by_sampler(&accounts));
    assert!((pool.mean - mean).abs() <= 0.15 * deviation, "{} {mean}", pool.mean);
    let width = pool.deviation / deviation;
    assert!((1.0..=1.6).contains(&width), "{width}");
}
