//! A world and a seed → by which factor each channel's effect differs on each day from what is
//! written: changes for good, and those from week to week.

use super::super::chance::{Drift, stream};
use super::{MediaChannel, Shift, World};

/// One stream for each channel, behind those of their spends.
const FIRST_STREAM: u64 = 10_000;

impl Shift {
    /// Its factor in the week of that number, which is negative before the first row.
    pub(super) fn factor_in(shift: Option<Self>, week: i64) -> f64 {
        match shift {
            Some(shift) if week >= i64::from(shift.week) => shift.factor,
            _ => 1.0,
        }
    }
}

/// The factors of the channel at `index` on `days` days, the warm-up's first.
pub(super) fn effects(
    world: &World,
    channel: &MediaChannel,
    index: u64,
    seed: u64,
    days: usize,
) -> Vec<f64> {
    let mut random = stream(seed, FIRST_STREAM + index);
    let wander = channel.wander;
    let mut drift = wander.map(|wander| Drift::new(wander.variation, wander.persistence));
    (-i64::from(world.warm_up_weeks)..)
        .flat_map(|week| {
            let wandered = drift.as_mut().map_or(1.0, |drift| libm::exp(drift.next(&mut random)));
            [Shift::factor_in(channel.shift, week) * wandered; 7]
        })
        .take(days)
        .collect()
}
