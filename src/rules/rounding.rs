//! The one rounding: exact amounts → multiples of the account's unit by largest remainder, ties by
//! channel name. The sum stays the total, and no cap is ever exceeded.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::domain::{Account, Amount, ChannelName};

use super::trace::TraceLine;
use super::{Allocation, Reason, Step, bounds};

/// The one rounding: to the account's unit by largest remainder, ties by name, never above a cap.
///
/// Each amount is rounded down (to its cap, rounded down, if that is lower). Units that are left go
/// one at a time to the channel that is furthest below its exact amount and still fits one. Caps
/// that are no multiples of the unit may leave more units than channels below their amounts; then
/// a channel can get more than one.
pub fn round(account: &Account, allocation: &Allocation) -> (Allocation, Vec<TraceLine>) {
    let unit = account.rounding_unit.amount().millionths();
    let mut rounded: Vec<Rounded<'_>> = account
        .channels
        .iter()
        .map(|channel| {
            let exact = allocation.amount(&channel.name).millionths();
            let units_max = bounds::cap(account, channel).millionths() / unit;
            Rounded {
                channel: &channel.name,
                exact,
                units: (exact / unit).min(units_max),
                units_max,
            }
        })
        .collect();
    give_units(&mut rounded, allocation.total().amount().millionths() / unit, unit);
    let lines = account
        .channels
        .iter()
        .zip(&rounded)
        .filter(|(channel, _)| !channel.paused)
        .map(|(_, rounded)| rounded.line(unit))
        .collect();
    let amounts = rounded
        .iter()
        .map(|rounded| (rounded.channel.clone(), Amount::from_millionths(rounded.units * unit)))
        .collect();
    (Allocation::new(allocation.total(), amounts), lines)
}

struct Rounded<'a> {
    channel: &'a ChannelName,
    exact: i128,
    units: i128,
    units_max: i128,
}

/// Gives out what is left of `units`, each to the largest remainder that has room.
fn give_units(rounded: &mut [Rounded<'_>], units: i128, unit: i128) {
    let given: i128 = rounded.iter().map(|rounded| rounded.units).sum();
    let has_room = |rounded: &Rounded<'_>| rounded.units < rounded.units_max;
    let remainder = |rounded: &Rounded<'_>| rounded.exact - rounded.units * unit;
    let mut waiting: BinaryHeap<(i128, Reverse<usize>)> = rounded
        .iter()
        .enumerate()
        .filter(|(_, rounded)| has_room(rounded))
        .map(|(position, rounded)| (remainder(rounded), Reverse(position)))
        .collect();
    for _ in given..units {
        let (_, Reverse(position)) =
            waiting.pop().expect("caps rounded down to the unit hold the total");
        let taker = &mut rounded[position];
        taker.units += 1;
        if has_room(taker) {
            waiting.push((remainder(taker), Reverse(position)));
        }
    }
}

impl Rounded<'_> {
    fn line(&self, unit: i128) -> TraceLine {
        let after = self.units * unit;
        let reason = if after == self.exact {
            Reason::AlreadyWhole
        } else if after < self.exact && self.units == self.units_max {
            Reason::RoundedBelowCap
        } else {
            Reason::Rounded
        };
        TraceLine::channel(Step::Rounding, self.channel, reason)
            .from(Amount::from_millionths(self.exact))
            .to(Amount::from_millionths(after))
    }
}
