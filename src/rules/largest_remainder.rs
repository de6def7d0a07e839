//! A whole amount and weights → whole parts that sum to it exactly: each gets its part rounded
//! down, and what that leaves over goes to the largest remainders, ties to the earlier position
//! (positions are sorted by channel name). It never gives a part more than its exact value
//! rounded up.

use super::exact::mul_div;

/// `total` in proportion to `weights`; `None` where no weight is positive.
pub(super) fn in_proportion(total: i128, weights: &[i128]) -> Option<Vec<i128>> {
    let sum: i128 = weights.iter().sum();
    if sum <= 0 {
        return None;
    }
    let (mut parts, remainders): (Vec<i128>, Vec<i128>) =
        weights.iter().map(|&weight| mul_div(total, weight, sum)).unzip();
    give_what_is_left(total, &mut parts, &remainders);
    Some(parts)
}

/// Gives each of the largest remainders one more, until `parts` sum to `total`. The remainders
/// have one common divisor and belong to parts that were rounded down.
pub(super) fn give_what_is_left(total: i128, parts: &mut [i128], remainders: &[i128]) {
    let left = total - parts.iter().sum::<i128>();
    let left = usize::try_from(left).expect("parts were rounded down, by less than one each");
    if left == 0 {
        return;
    }
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|&position| std::cmp::Reverse(remainders[position]));
    assert!(left <= order.len(), "parts were rounded down by less than one each");
    for &position in &order[..left] {
        parts[position] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_divisions_leave_over_goes_to_the_largest_remainders() {
        // 10 by 1 : 1 : 1 is 3 + 1/3 each: the tie goes to the first.
        assert_eq!(in_proportion(10, &[1, 1, 1]), Some(vec![4, 3, 3]));
        // 10 by 1 : 2 : 4 is 1 3/7, 2 6/7, 5 5/7: two are left, for 6/7 and 5/7.
        assert_eq!(in_proportion(10, &[1, 2, 4]), Some(vec![1, 3, 6]));
        assert_eq!(in_proportion(10, &[0, 5]), Some(vec![0, 10]));
        assert_eq!(in_proportion(10, &[0, 0]), None);
        assert_eq!(in_proportion(0, &[1, 2]), Some(vec![0, 0]));
    }
}
