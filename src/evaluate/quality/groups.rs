//! Groups of accounts, alike and unalike, in each of which some have a quarter or half a year of
//! history: what a model of the small ones is worth, by whichever way it was learnt.

use std::ops::RangeInclusive;

use rayon::prelude::*;

use super::families::{Spread, varied};
use super::{Coverage, Judged, case};
use crate::advice::mmm::attribution::attribute;
use crate::advice::mmm::failure::Failure;
use crate::advice::mmm::fitted::Fitted;
use crate::advice::mmm::series::Series;
use crate::evaluate::worlds::chance::{normal, stream, uniform};
use crate::evaluate::worlds::media::{Generated, World, generate, shipped};

/// Streams of their own: what a group has in common, and what each account has beside it.
const COMMON: u64 = 2_000_000;
const FIRST_ACCOUNT: u64 = 2_000_001;

/// Accounts whose models are judged, and the weeks that they have.
const SMALL: usize = 5;
const SMALL_WEEKS: RangeInclusive<u32> = 12..=26;
/// Accounts beside them, with a year.
const LARGE: usize = 3;
const LARGE_WEEKS: u32 = 52;

/// Standard deviation of the logarithm of an account's size.
const SIZE_SPREAD: f64 = 0.8;

/// Groups of one kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group {
    /// What the report calls it.
    pub name: &'static str,
    /// Whether its accounts have much in common.
    pub is_alike: bool,
    /// How far groups differ.
    pub between_groups: Spread,
    /// How far the accounts of a group differ.
    pub within: Spread,
}

const NOTHING: Spread = Spread { effect: 0.0, half_saturation: 0.0, decay: 0.0, noise: 0.0 };

/// All.
pub const GROUPS: [Group; 2] = [
    Group {
        name: "alike",
        is_alike: true,
        between_groups: Spread { effect: 0.5, half_saturation: 0.3, decay: 0.5, noise: 0.0 },
        within: Spread { effect: 0.1, half_saturation: 0.1, decay: 0.1, noise: 0.25 },
    },
    Group {
        name: "unalike",
        is_alike: false,
        between_groups: NOTHING,
        within: Spread { effect: 1.0, half_saturation: 0.6, decay: 1.0, noise: 0.25 },
    },
];

/// Accounts of a group → a model of each of the first so many, or why there is none.
pub type Learner = dyn Fn(&[Series], usize) -> Vec<Result<Fitted, Failure>> + Sync;

/// By its own data alone.
pub fn own(accounts: &[Series], judged: usize) -> Vec<Result<Fitted, Failure>> {
    accounts[..judged]
        .iter()
        .map(|series| case::learn(series, None).map(|(fitted, _)| fitted))
        .collect()
}

/// What the models of small accounts are worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupFigures {
    /// Accounts with a model.
    pub accounts: u32,
    /// Accounts without one.
    pub without: u32,
    /// Mean over accounts of the sum of |estimated − true| over the sum of true contributions.
    pub error: f64,
    /// Of channels' ROAS.
    pub roas: Coverage,
}

impl Group {
    /// The accounts of `seed`, the small ones first, each with the seed of what happens in it.
    ///
    /// # Panics
    /// If its world doesn't ship; a test holds that it does.
    pub fn draw(&self, seed: u64) -> Vec<(World, u64)> {
        let base = shipped("small_account").expect("it ships");
        let common = varied(base, self.between_groups, &mut stream(seed, COMMON));
        (FIRST_ACCOUNT..)
            .take(SMALL + LARGE)
            .enumerate()
            .map(|(at, number)| {
                let mut random = stream(seed, number);
                let size = libm::exp(SIZE_SPREAD * normal(&mut random));
                let mut world = varied(common.clone(), self.within, &mut random);
                world.baseline.level *= size;
                for channel in &mut world.channels {
                    channel.spend *= size;
                    channel.effect *= size;
                }
                world.weeks =
                    if at < SMALL { small_weeks(uniform(&mut random)) } else { LARGE_WEEKS };
                (world, seed.wrapping_mul(1_000).wrapping_add(number))
            })
            .collect()
    }

    /// What `learner` is worth over the groups of `seeds`; `done` is called after each.
    pub fn judge(
        &self,
        learner: &Learner,
        seeds: RangeInclusive<u64>,
        done: &(dyn Fn() + Sync),
    ) -> GroupFigures {
        let seeds: Vec<u64> = seeds.collect();
        let judged: Vec<Vec<Option<Account>>> = seeds
            .par_iter()
            .map(|seed| {
                let made: Vec<Generated> =
                    self.draw(*seed).iter().map(|(world, seed)| generate(world, *seed)).collect();
                let series: Vec<Series> = made.iter().map(|it| it.series.clone()).collect();
                let models = learner(&series, SMALL);
                let accounts = models.iter().zip(&made);
                let accounts =
                    accounts.map(|(model, made)| Some(account(model.as_ref().ok()?, made)));
                let accounts = accounts.collect();
                done();
                accounts
            })
            .collect();
        figures(&judged.concat())
    }
}

fn small_weeks(draw: f64) -> u32 {
    let (least, most) = (*SMALL_WEEKS.start(), *SMALL_WEEKS.end());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below fifteen")]
    let more = (draw * f64::from(most - least + 1)) as u32;
    least + more
}

/// Each channel's ROAS beside the truth, and its spend.
#[derive(Debug, Clone, PartialEq)]
struct Account {
    channels: Vec<(Judged, f64)>,
}

fn account(fitted: &Fitted, made: &Generated) -> Account {
    let (at_80, at_90) = (attribute(fitted, 0.8), attribute(fitted, 0.9));
    let channels = at_80.channels.iter().zip(&at_90.channels).filter_map(|(at_80, at_90)| {
        let own = made.series.channels.iter().position(|it| it.name == at_80.channel)?;
        let spend: f64 = made.series.channels[own].spend.iter().sum();
        let truth: f64 = made.truth.contributions[own].iter().sum();
        let per_spend = 1.0 / spend;
        let judged = Judged::by(
            truth * per_spend,
            at_80.contribution.times(per_spend),
            at_90.contribution.times(per_spend),
        );
        Some((judged, spend))
    });
    Account { channels: channels.collect() }
}

fn figures(accounts: &[Option<Account>]) -> GroupFigures {
    let with: Vec<&Account> = accounts.iter().flatten().collect();
    let error = |account: &Account| {
        let (off, truth) = account.channels.iter().fold((0.0, 0.0), |(off, truth), (it, spend)| {
            (off + (it.mean - it.truth).abs() * spend, truth + it.truth * spend)
        });
        off / truth
    };
    let count = |of: usize| u32::try_from(of).unwrap_or(u32::MAX);
    let errors: f64 = with.iter().map(|it| error(it)).sum();
    GroupFigures {
        accounts: count(with.len()),
        without: count(accounts.len() - with.len()),
        error: errors / f64::from(count(with.len().max(1))),
        roas: Coverage::over(with.iter().flat_map(|it| it.channels.iter().map(|(it, _)| it))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_of_a_group_are_as_alike_as_is_said() {
        let decays = |group: &Group, seed: u64| -> Vec<f64> {
            let accounts = group.draw(seed);
            accounts.iter().filter_map(|(world, _)| world.channels[0].adstock.decay()).collect()
        };
        for (group, most) in GROUPS.iter().zip([0.1, 1.0]) {
            for seed in 1..=20 {
                let found = decays(group, seed);
                let (least, largest) = found
                    .iter()
                    .fold((1.0f64, 0.0f64), |(least, most), it| (least.min(*it), most.max(*it)));
                assert!(largest - least < most, "{} {seed}: {found:?}", group.name);
                assert!(group.is_alike || largest - least > 0.05, "{} {seed}", group.name);
            }
        }
        // Sizes differ all the same, and so do the weeks of the small ones.
        let accounts = GROUPS[0].draw(1);
        assert_eq!(accounts.len(), SMALL + LARGE);
        assert!(accounts[0].0.baseline.level != accounts[1].0.baseline.level);
        assert!(accounts[..SMALL].iter().all(|(world, _)| SMALL_WEEKS.contains(&world.weeks)));
        assert!(accounts[SMALL..].iter().all(|(world, _)| world.weeks == LARGE_WEEKS));
        assert_eq!((small_weeks(1e-9), small_weeks(1.0 - 1e-9)), (12, 26));
    }

    #[test]
    fn errors_are_shares_of_what_all_channels_brought() {
        let judged = |mean, truth| Judged { truth, mean, at_80: (0.0, 1.0), at_90: (0.0, 1.0) };
        // Off by 50 and by 20 of 300.
        let one = Account { channels: vec![(judged(1.5, 2.0), 100.0), (judged(0.6, 0.5), 200.0)] };
        // Off by nothing.
        let other = Account { channels: vec![(judged(0.9, 0.9), 10.0)] };
        let found = figures(&[Some(one), None, Some(other)]);
        assert_eq!((found.accounts, found.without), (2, 1));
        assert!((found.error - 0.5 * 70.0 / 300.0).abs() < 1e-12);
        assert_eq!((found.roas.of, found.roas.at_90), (3, 2));
    }
}
