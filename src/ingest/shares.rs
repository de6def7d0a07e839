//! An amount → shares in whole minor units that sum to it exactly, in proportion to weights or alike.

use crate::domain::{Conversions, Figures, FineMoney, Money};

/// `total` in proportion to `weights`, by largest remainder; of equal remainders the first wins.
/// `None` where all weights are zero and there is something to share.
///
/// The total is at most 10¹⁵ minor units as a cell is, and a weight below 10²², so that their
/// product fits 128 bits.
pub(super) fn in_proportion(total: Money, weights: &[u128]) -> Option<Vec<Money>> {
    let sum: u128 = weights.iter().sum();
    let amount = total.minor().unsigned_abs();
    if amount == 0 {
        return Some(vec![Money::ZERO; weights.len()]);
    }
    if sum == 0 {
        return None;
    }
    let mut shares: Vec<(usize, u128, u128)> = weights
        .iter()
        .enumerate()
        .map(|(at, weight)| (at, amount * weight / sum, amount * weight % sum))
        .collect();
    let open = amount - shares.iter().map(|share| share.1).sum::<u128>();
    shares.sort_by(|one, other| other.2.cmp(&one.2).then(one.0.cmp(&other.0)));
    for share in shares.iter_mut().take(usize::try_from(open).expect("fewer than the weights")) {
        share.1 += 1;
    }
    shares.sort_by_key(|share| share.0);
    let sign = total.minor().signum();
    let signed = |share: u128| sign * i128::try_from(share).expect("no more than the total");
    Some(shares.into_iter().map(|share| Money::from_minor(signed(share.1))).collect())
}

/// The share of day `at` of `days` days in figures that all of them have together: alike, and what
/// is left over goes to the first days, one unit each.
pub(super) fn of_day(figures: Figures, at: u64, days: u64) -> Figures {
    let count = |total: u64| total / days + u64::from(at < total % days);
    let money = |total: FineMoney| {
        let (minor, days) = (total.minor().minor(), i128::from(days));
        let (each, over) = (minor.div_euclid(days), minor.rem_euclid(days));
        let share = each + i128::from(i128::from(at) < over);
        // What is finer than a minor unit stays in one piece, on the first day without one more.
        let rest = if i128::from(at) == over { total.rest() } else { 0 };
        FineMoney::new(Money::from_minor(share), rest).expect("the rest is that of the total")
    };
    Figures {
        spend: figures.spend.map(money),
        revenue: figures.revenue.map(money),
        impressions: figures.impressions.map(count),
        clicks: figures.clicks.map(count),
        conversions: figures
            .conversions
            .map(|it| Conversions::from_millionths(count(it.millionths()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minor(shares: Option<Vec<Money>>) -> Option<Vec<i128>> {
        shares.map(|shares| shares.into_iter().map(Money::minor).collect())
    }

    #[test]
    fn shares_sum_to_the_total_and_the_largest_remainder_gets_what_is_left() {
        // 10 × 1/6 = 1.67, 10 × 2/6 = 3.33, 10 × 3/6 = 5.
        let of =
            |total: i128, weights: &[u128]| minor(in_proportion(Money::from_minor(total), weights));
        assert_eq!(of(10, &[1, 2, 3]), Some(vec![2, 3, 5]));
        assert_eq!(of(1, &[1, 1]), Some(vec![1, 0]));
        assert_eq!(of(-10, &[1, 2, 3]), Some(vec![-2, -3, -5]));
        assert_eq!(of(0, &[0, 0]), Some(vec![0, 0]));
        assert_eq!(of(1, &[0, 0]), None);
        let most = [9_999_999_999_999_999_999_999, 1];
        assert_eq!(of(1_000_000_000_000_000, &most), Some(vec![1_000_000_000_000_000, 0]));
    }

    #[test]
    fn the_days_of_a_month_sum_to_it_exactly() {
        let spend = FineMoney::new(Money::from_minor(100), 7).expect("fine");
        let month = Figures {
            spend: Some(spend),
            revenue: Some(Money::from_minor(-1).into()),
            impressions: Some(31),
            clicks: None,
            conversions: Some(Conversions::from_millionths(1)),
        };
        for days in [28, 30, 31] {
            let parts: Vec<Figures> = (0..days).map(|at| of_day(month, at, days)).collect();
            let sum = parts.iter().fold(Figures::NONE, |sum, part| sum.plus(*part));
            assert_eq!(sum, month, "{days}");
        }
        // 100 = 30 × 3 + 10: the first ten days get four.
        let spend_of = |at| of_day(month, at, 30).spend.expect("spend").minor().minor();
        assert_eq!((spend_of(9), spend_of(10)), (4, 3));
    }
}
