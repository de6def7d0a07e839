//! How good the advice is: families of simulated worlds → what the model says of each → figures of
//! coverage, calibration, actions and errors → the tables of `docs/decision-quality.md`.
//!
//! In order: [`Family`] and a seed → [`case()`] → [`Figures`] → [`markdown`].

mod case;
mod families;
mod figures;
mod forecast;
mod groups;
pub mod markdown;
mod pooling;
mod sets;
mod tested;

pub use case::{Case, ChannelCase, Judged, Outcome, case};
pub use families::{FAMILIES, Family, Spread, family};
pub use figures::{Actions, Bin, Calibration, Coverage, Figures, STRENGTHS};
pub use groups::{GROUPS, Group, GroupFigures, Learner, own};
pub use pooling::pooled;
pub use sets::{SetFigures, of_set};

use std::ops::RangeInclusive;

use rayon::prelude::*;

use crate::domain::Digest;

/// The version of this arithmetic: it goes up whenever a figure comes to mean something else.
pub const VERSION: u32 = 1;

/// So many cases at once: memory stays bounded, and threads have enough to do.
const CASES_AT_ONCE: usize = 32;

/// Seeds whose cases make the digest that the report shows of a family.
pub const DIGEST_SEEDS: RangeInclusive<u64> = 1..=2;

/// The cases of `family` for `seeds`, in their order, whatever the number of threads; `done` is
/// called after each.
pub fn cases(family: &Family, seeds: RangeInclusive<u64>, done: &(dyn Fn() + Sync)) -> Vec<Case> {
    let seeds: Vec<u64> = seeds.collect();
    let mut cases = Vec::with_capacity(seeds.len());
    for some in seeds.chunks(CASES_AT_ONCE) {
        let found: Vec<Case> = some
            .par_iter()
            .map(|seed| {
                let case = case(family, *seed);
                done();
                case
            })
            .collect();
        cases.extend(found);
    }
    cases
}

/// What tells cases from others: the first digits of the digest of all that they hold.
pub fn digest(cases: &[Case]) -> String {
    let mut text = format!("version {VERSION}\n");
    for case in cases {
        text.push_str(&format!("{case:?}\n"));
    }
    Digest::of(text.as_bytes()).short()
}

#[cfg(test)]
mod tests;
