//! A total, weights and bounds → amounts: each is its weight × λ clamped to its bounds, with the
//! one λ that uses all of the total. What is clamped is pinned, the rest shared in proportion, and
//! that repeated. Amounts are whole and exact; no bound is ever broken.
//!
//! Source of the pinning rule: projection onto a simplex with bounds (Michelot 1986; the flexible
//! lengths of CSS Flexbox §9.7 are the same loop). At the λ of a round, clamping either adds to
//! the sum or takes from it. If it adds, the true λ is smaller, so whoever is below their lower
//! bound now stays there: pin these. If it takes, pin those above their upper bound. Each round
//! pins at least one, so there are at most as many rounds as slots.

use std::cmp::Ordering;

use super::exact::mul_div;
use super::largest_remainder::give_what_is_left;

/// One taker: a weight and the bounds of its amount, `0 <= low <= high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    /// What it takes is in proportion to this; at 0 it takes its lower bound.
    pub(super) weight: i128,
    /// The least it takes.
    pub(super) low: i128,
    /// The most it takes.
    pub(super) high: i128,
}

/// What a slot took, and what held it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Filled {
    /// Its amount.
    pub(super) amount: i128,
    /// Whether the amount is in proportion to the weight.
    pub(super) clamp: Clamp,
}

/// What determined an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clamp {
    /// Its weight.
    Free,
    /// Its lower bound.
    Low,
    /// Its upper bound.
    High,
}

/// Shares `total` among `slots`, those of weight 0 at their lower bounds. `None` where the bounds
/// can't hold it.
pub(super) fn fill(total: i128, slots: &[Slot]) -> Option<Vec<Filled>> {
    let least: i128 = slots.iter().map(|slot| slot.low).sum();
    if total < least || total > most(slots) {
        return None;
    }
    let mut clamps: Vec<Clamp> =
        slots.iter().map(|slot| if slot.weight > 0 { Clamp::Free } else { Clamp::Low }).collect();
    loop {
        let round = Round::of(total, slots, &clamps);
        if round.clamped.is_empty() {
            return Some(round.finish(slots, &clamps));
        }
        for &(position, clamp) in &round.clamped {
            if round.pins(clamp) {
                clamps[position] = clamp;
            }
        }
    }
}

/// Like [`fill`]; what the slots of positive weight can't take at their upper bounds, those of
/// weight 0 share in equal parts, within their bounds.
pub(super) fn fill_with_overflow(total: i128, slots: &[Slot]) -> Option<Vec<Filled>> {
    if total <= most(slots) {
        return fill(total, slots);
    }
    let taken: i128 = slots.iter().filter(|slot| slot.weight > 0).map(|slot| slot.high).sum();
    let others: Vec<Slot> = slots
        .iter()
        .filter(|slot| slot.weight == 0)
        .map(|slot| Slot { weight: 1, ..*slot })
        .collect();
    let mut others = fill(total - taken, &others)?.into_iter();
    let fill_one = |slot: &Slot| {
        if slot.weight > 0 {
            Filled { amount: slot.high, clamp: Clamp::High }
        } else {
            others.next().expect("each slot of weight 0 was filled")
        }
    };
    Some(slots.iter().map(fill_one).collect())
}

/// What `slots` take at most, those of weight 0 at their lower bounds.
fn most(slots: &[Slot]) -> i128 {
    slots.iter().map(|slot| if slot.weight > 0 { slot.high } else { slot.low }).sum()
}

/// One round: what is left of the total after the pinned, shared in proportion.
struct Round {
    /// Parts of the free slots, rounded down, by position.
    shares: Vec<Share>,
    /// What is shared.
    money: i128,
    /// The free slots whose part breaks a bound.
    clamped: Vec<(usize, Clamp)>,
    /// Whether clamping these adds to the sum, takes from it or leaves it.
    clamping: Ordering,
}

struct Share {
    position: usize,
    quotient: i128,
    remainder: i128,
}

impl Round {
    fn of(total: i128, slots: &[Slot], clamps: &[Clamp]) -> Self {
        let mut money = total;
        let mut weights = 0;
        for (slot, clamp) in slots.iter().zip(clamps) {
            match clamp {
                Clamp::Free => weights += slot.weight,
                Clamp::Low => money -= slot.low,
                Clamp::High => money -= slot.high,
            }
        }
        let mut round =
            Self { shares: Vec::new(), money, clamped: Vec::new(), clamping: Ordering::Equal };
        // What clamping adds is `whole − parts ÷ weights`, where `parts` are remainders.
        let (mut whole, mut parts) = (0i128, 0i128);
        for (position, slot) in slots.iter().enumerate() {
            if clamps[position] != Clamp::Free {
                continue;
            }
            let (quotient, remainder) = mul_div(money, slot.weight, weights);
            let clamp = slot.judge(quotient, remainder);
            if clamp != Clamp::Free {
                let bound = if clamp == Clamp::Low { slot.low } else { slot.high };
                whole += bound - quotient;
                parts += remainder;
                round.clamped.push((position, clamp));
            }
            round.shares.push(Share { position, quotient, remainder });
        }
        if !round.clamped.is_empty() {
            round.clamping = whole.cmp(&(parts / weights)).then(if parts % weights > 0 {
                Ordering::Less
            } else {
                Ordering::Equal
            });
        }
        round
    }

    fn pins(&self, clamp: Clamp) -> bool {
        match self.clamping {
            Ordering::Greater => clamp == Clamp::Low,
            Ordering::Less => clamp == Clamp::High,
            Ordering::Equal => true,
        }
    }

    /// The last round, in which nothing breaks a bound: the bounds are whole and the exact parts
    /// lie within them, so the parts rounded up do too.
    fn finish(&self, slots: &[Slot], clamps: &[Clamp]) -> Vec<Filled> {
        let mut parts: Vec<i128> = self.shares.iter().map(|share| share.quotient).collect();
        let remainders: Vec<i128> = self.shares.iter().map(|share| share.remainder).collect();
        give_what_is_left(self.money, &mut parts, &remainders);
        let mut filled: Vec<Filled> = slots
            .iter()
            .zip(clamps)
            .map(|(slot, &clamp)| Filled {
                amount: if clamp == Clamp::High { slot.high } else { slot.low },
                clamp,
            })
            .collect();
        for (share, part) in self.shares.iter().zip(parts) {
            filled[share.position].amount = part;
        }
        filled
    }
}

impl Slot {
    /// Which bound the exact part `quotient + remainder ÷ weights` breaks.
    fn judge(&self, quotient: i128, remainder: i128) -> Clamp {
        if quotient < self.low {
            Clamp::Low
        } else if quotient > self.high || (quotient == self.high && remainder > 0) {
            Clamp::High
        } else {
            Clamp::Free
        }
    }
}

#[cfg(test)]
mod tests;
