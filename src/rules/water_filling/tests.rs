use proptest::prelude::*;

use super::*;

fn slot(weight: i128, low: i128, high: i128) -> Slot {
    Slot { weight, low, high }
}

fn amounts(total: i128, slots: &[Slot]) -> Option<Vec<i128>> {
    let filled = fill(total, slots)?;
    Some(filled.into_iter().map(|filled| filled.amount).collect())
}

#[test]
fn bounds_that_cannot_hold_the_total_are_refused() {
    assert_eq!(amounts(10, &[slot(1, 0, 4), slot(1, 0, 5)]), None);
    assert_eq!(amounts(10, &[slot(1, 6, 9), slot(1, 5, 9)]), None);
    assert_eq!(amounts(10, &[slot(1, 0, 4), slot(0, 5, 9)]), None);
    assert_eq!(amounts(9, &[slot(1, 0, 4), slot(0, 5, 9)]), Some(vec![4, 5]));
    assert_eq!(amounts(0, &[]), Some(vec![]));
    assert_eq!(amounts(1, &[]), None);
}

#[test]
fn weights_of_zero_stay_at_their_lower_bounds() {
    assert_eq!(amounts(10, &[slot(0, 3, 9), slot(2, 0, 9)]), Some(vec![3, 7]));
    assert_eq!(amounts(3, &[slot(0, 3, 9), slot(0, 0, 9)]), Some(vec![3, 0]));
    assert_eq!(amounts(4, &[slot(0, 3, 9), slot(0, 0, 9)]), None);
}

#[test]
fn a_part_rounded_up_never_exceeds_its_upper_bound() {
    // A third of 10 is 3 1/3; whoever is rounded up gets 4, so a bound of 3 pins first.
    assert_eq!(amounts(10, &[slot(1, 0, 3), slot(1, 0, 9), slot(1, 0, 9)]), Some(vec![3, 4, 3]));
}

#[test]
fn what_weights_cannot_take_overflows_to_those_without() {
    let filled = fill_with_overflow(10, &[slot(5, 0, 4), slot(0, 1, 9), slot(0, 0, 2)]);
    let filled: Vec<i128> =
        filled.expect("4 + 9 + 2 hold 10").into_iter().map(|filled| filled.amount).collect();
    assert_eq!(filled, [4, 4, 2]);
    assert_eq!(fill_with_overflow(10, &[slot(5, 0, 4), slot(0, 0, 5)]), None);
}

#[test]
fn the_largest_totals_and_weights_do_not_overflow() {
    let total = 10i128.pow(19);
    let slots: Vec<Slot> =
        (0..1_000).map(|step| slot(10i128.pow(18) - step, total / 2_000, total / 900)).collect();
    let filled = amounts(total, &slots).expect("the bounds hold it");
    assert_eq!(filled.iter().sum::<i128>(), total);
    assert!(filled.is_sorted_by(|one, other| one >= other));
}

/// λ by its definition: the sum of the clamped amounts is a chain of straight pieces whose corners
/// are the bounds ÷ weights. Finds the piece that holds the total, with exact fractions.
fn by_corners(total: i128, slots: &[Slot]) -> Vec<(i128, i128)> {
    let weighted = || slots.iter().filter(|slot| slot.weight > 0);
    let mut corners: Vec<(i128, i128)> =
        weighted().flat_map(|slot| [(slot.low, slot.weight), (slot.high, slot.weight)]).collect();
    corners.push((0, 1));
    corners.sort_by(|one, other| (one.0 * other.1).cmp(&(other.0 * one.1)));
    // The sum at λ = p/q, times q.
    let sum_at = |(p, q): (i128, i128)| -> i128 {
        slots.iter().map(|slot| (slot.weight * p).clamp(slot.low * q, slot.high * q)).sum()
    };
    let corner = *corners
        .iter()
        .rfind(|&&(p, q)| sum_at((p, q)) <= total * q)
        .expect("the lower bounds hold no more than the total");
    let (p, q) = corner;
    let is_free = |slot: &Slot| slot.weight * p >= slot.low * q && slot.weight * p < slot.high * q;
    let pinned = |slot: &Slot| {
        if slot.weight * p >= slot.high * q && slot.weight > 0 { slot.high } else { slot.low }
    };
    let weights: i128 = weighted().filter(|slot| is_free(slot)).map(|slot| slot.weight).sum();
    let held: i128 =
        slots.iter().filter(|slot| slot.weight == 0 || !is_free(slot)).map(pinned).sum();
    slots
        .iter()
        .map(|slot| {
            if slot.weight > 0 && is_free(slot) {
                (slot.weight * (total - held), weights)
            } else {
                (pinned(slot), 1)
            }
        })
        .collect()
}

/// λ by halving an interval, in floating point.
fn by_halving(total: f64, slots: &[(f64, f64, f64)]) -> Vec<f64> {
    let at = |lambda: f64| -> Vec<f64> {
        slots.iter().map(|(weight, low, high)| (weight * lambda).clamp(*low, *high)).collect()
    };
    let (mut below, mut above) = (0.0, total);
    for _ in 0..300 {
        let middle = f64::midpoint(below, above);
        if at(middle).iter().sum::<f64>() < total { below = middle } else { above = middle }
    }
    at(above)
}

fn slots(
    weight_max: i128,
    bound_max: i128,
    count: std::ops::Range<usize>,
) -> impl Strategy<Value = Vec<Slot>> {
    let weight = prop_oneof![1 => Just(0), 6 => 1..=weight_max, 2 => 1..=9i128];
    let one = (weight, 0..=bound_max, 0..=bound_max)
        .prop_map(|(weight, one, other)| slot(weight, one.min(other), one.max(other)));
    prop::collection::vec(one, count)
}

/// Slots and a total that their bounds hold.
fn problem(
    weight_max: i128,
    bound_max: i128,
    count: std::ops::Range<usize>,
) -> impl Strategy<Value = (i128, Vec<Slot>)> {
    (slots(weight_max, bound_max, count), 0..=1_000_000i128).prop_map(|(slots, place)| {
        let least: i128 = slots.iter().map(|slot| slot.low).sum();
        let span = most(&slots) - least;
        (least + span / 1_000_000 * place + span % 1_000_000 * place / 1_000_000, slots)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn it_agrees_with_the_definition_of_lambda((total, slots) in problem(40, 60, 1..9)) {
        let filled = amounts(total, &slots).expect("the bounds hold it");
        prop_assert_eq!(filled.iter().sum::<i128>(), total);
        for ((amount, (over, under)), slot) in
            filled.iter().zip(by_corners(total, &slots)).zip(&slots)
        {
            prop_assert!(slot.low <= *amount && *amount <= slot.high);
            // Within less than one of the exact fraction.
            prop_assert!((amount * under - over).abs() < under, "{amount} for {over}/{under}");
        }
    }

    #[test]
    fn whoever_is_free_is_in_proportion((total, slots) in problem(1_000_000, 1_000_000, 1..40)) {
        let filled = fill(total, &slots).expect("the bounds hold it");
        let mut lambda: Option<(i128, i128)> = None;
        for (filled, slot) in filled.iter().zip(&slots) {
            match filled.clamp {
                Clamp::Low => prop_assert_eq!(filled.amount, slot.low),
                Clamp::High => prop_assert_eq!(filled.amount, slot.high),
                Clamp::Free => {
                    // amount − 1 < weight × λ < amount + 1, for one λ: each pair must agree.
                    let (weight, amount) = *lambda.get_or_insert((slot.weight, filled.amount));
                    prop_assert!((filled.amount - 1) * weight < (amount + 1) * slot.weight);
                    prop_assert!((amount - 1) * slot.weight < (filled.amount + 1) * weight);
                }
            }
        }
        // Whoever is pinned low would get less at λ, whoever is pinned high more.
        if let Some((weight, amount)) = lambda {
            for (filled, slot) in filled.iter().zip(&slots).filter(|(_, slot)| slot.weight > 0) {
                match filled.clamp {
                    Clamp::Low => prop_assert!(slot.weight * (amount - 1) < slot.low * weight),
                    Clamp::High => prop_assert!(slot.weight * (amount + 1) > slot.high * weight),
                    Clamp::Free => {}
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "the comparison is in floating point")]
    fn it_agrees_with_halving_at_full_size(
        (total, slots) in problem(10i128.pow(18), 10i128.pow(16), 1..60)
    ) {
        let filled = amounts(total, &slots).expect("the bounds hold it");
        let floats: Vec<(f64, f64, f64)> = slots
            .iter()
            .map(|slot| (slot.weight as f64, slot.low as f64, slot.high as f64))
            .collect();
        let halved = by_halving(total as f64, &floats);
        for (amount, other) in filled.iter().zip(halved) {
            let tolerance = 1e-9 * total as f64 + 2.0;
            prop_assert!((*amount as f64 - other).abs() <= tolerance, "{amount} and {other}");
        }
    }
}
