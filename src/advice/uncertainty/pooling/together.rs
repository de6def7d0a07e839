//! Accounts → a model of each that learns from all others: each is fitted on its own data, tells what they
//! say, and is fitted again with what all others say.

use rayon::prelude::*;

use super::borrowed::{Pooling, pooling};
use super::learn::{believing, borrowed, summary};
use super::pool::{Pool, pool};
use super::summary::Summary;
use crate::advice::mmm::failure::Failure;
use crate::advice::mmm::fit::{FitSettings, fit};
use crate::advice::mmm::fitted::Fitted;
use crate::advice::mmm::series::Series;
use crate::domain::model::ChannelKind;

/// An account that learns from others.
pub struct Member<'a> {
    /// Its id.
    pub account: &'a str,
    /// Its figures.
    pub series: &'a Series,
    /// How it is fitted.
    pub settings: &'a FitSettings,
    /// The kinds of its channels.
    pub kind: &'a (dyn Fn(&str) -> Option<ChannelKind> + Sync),
}

/// What all `members` say, in the order of their marks; `done` is called after each.
pub fn pool_of(members: &[Member<'_>], done: &(dyn Fn() + Sync)) -> Pool {
    let told: Vec<Option<Summary>> = members
        .par_iter()
        .map(|it| {
            let told = fit(it.series, it.settings)
                .ok()
                .and_then(|fitted| summary(it.account, &fitted, it.settings, &it.kind));
            done();
            told
        })
        .collect();
    pool(&told.into_iter().flatten().collect::<Vec<_>>())
}

/// What `keep` keeps of a model of each of `members`, with what all others of `pool` say, and of what it
/// borrowed; a thousand models at once would fill the memory.
pub fn learn_from<T: Send>(
    pool: &Pool,
    members: &[Member<'_>],
    keep: &(dyn Fn(Fitted, Option<Pooling>) -> T + Sync),
    done: &(dyn Fn() + Sync),
) -> Vec<Result<T, Failure>> {
    members
        .par_iter()
        .map(|it| {
            let beliefs = borrowed(it.account, it.series, it.settings, &it.kind, pool);
            let fitted = fit(it.series, &believing(it.settings, it.series, &beliefs));
            done();
            fitted.map(|fitted| {
                let borrowed = pooling(&fitted, beliefs, pool.len());
                keep(fitted, borrowed)
            })
        })
        .collect()
}
