//! Exact sums and differences of money as files state it, beyond what [`FineMoney`] offers.

use crate::domain::{FineMoney, Money};

/// `one` less `other`, exactly.
pub(super) fn minus(one: FineMoney, other: FineMoney) -> FineMoney {
    let minor = one.minor() - other.minor();
    let (minor, rest) = if one.rest() >= other.rest() {
        (minor, one.rest() - other.rest())
    } else {
        (minor - Money::from_minor(1), one.rest() + FineMoney::REST_PER_MINOR - other.rest())
    };
    FineMoney::new(minor, rest).expect("the rest is below a minor unit")
}

/// Whether two amounts lie no further apart than `halves` times half a minor unit.
pub(super) fn is_within(one: FineMoney, other: FineMoney, halves: u64) -> bool {
    let apart = if one >= other { minus(one, other) } else { minus(other, one) };
    let most = i128::from(halves / 2);
    let minor = apart.minor().minor();
    let half = FineMoney::REST_PER_MINOR / 2 * (halves % 2);
    minor < most || minor == most && apart.rest() <= half
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fine(minor: i128, rest: u64) -> FineMoney {
        FineMoney::new(Money::from_minor(minor), rest).expect("below a minor unit")
    }

    const HALF: u64 = FineMoney::REST_PER_MINOR / 2;

    #[test]
    fn a_difference_is_exact() {
        assert_eq!(minus(fine(5, 1), fine(2, 2)), fine(2, FineMoney::REST_PER_MINOR - 1));
        assert_eq!(minus(fine(0, 0), fine(0, HALF)), fine(-1, HALF));
        assert_eq!(minus(fine(7, 3), fine(7, 3)), FineMoney::ZERO);
    }

    #[test]
    fn the_tolerance_is_half_a_minor_unit_for_each_row_to_the_last_digit() {
        assert!(is_within(fine(10, 0), fine(9, HALF), 1));
        assert!(!is_within(fine(10, 0), fine(9, HALF - 1), 1));
        assert!(is_within(fine(8, 0), fine(10, 0), 4));
        assert!(!is_within(fine(8, 0), fine(10, 1), 4));
        assert!(!is_within(fine(1, 0), fine(0, 0), 0));
    }
}
