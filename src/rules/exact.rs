//! Products and quotients of large non-negative integers, exact even where a product needs 256
//! bits. It never rounds except towards zero, and says what the division leaves over.

/// `a × b ÷ divisor`: the quotient towards zero, and what is left over. All three non-negative,
/// the divisor positive; the quotient must fit, which it does wherever `a` or `b` is at most the
/// divisor.
pub(super) fn mul_div(a: i128, b: i128, divisor: i128) -> (i128, i128) {
    if let Some(product) = a.checked_mul(b) {
        return (product / divisor, product % divisor);
    }
    let (quotient, rest) =
        Wide::product(a.unsigned_abs(), b.unsigned_abs()).divide(divisor.unsigned_abs());
    let fits = "callers ask for a part of an amount that fits";
    (i128::try_from(quotient).expect(fits), i128::try_from(rest).expect(fits))
}

/// An integer of 256 bits; only what comparing and dividing two products takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wide {
    high: u128,
    low: u128,
}

impl Wide {
    /// `a × b`, by the four products of their 64-bit halves.
    pub(super) fn product(a: u128, b: u128) -> Self {
        const HALF: u128 = u64::MAX as u128;
        let (a_high, a_low) = (a >> 64, a & HALF);
        let (b_high, b_low) = (b >> 64, b & HALF);
        let (middle, middle_carry) = (a_high * b_low).overflowing_add(a_low * b_high);
        let (low, low_carry) = (a_low * b_low).overflowing_add(middle << 64);
        let carries = u128::from(low_carry) + (u128::from(middle_carry) << 64);
        Self { high: a_high * b_high + (middle >> 64) + carries, low }
    }

    /// This × `factor`, or `None` beyond 256 bits.
    pub(super) fn times(self, factor: u64) -> Option<Self> {
        let factor = u128::from(factor);
        let low = Self::product(self.low, factor);
        let high = self.high.checked_mul(factor)?.checked_add(low.high)?;
        Some(Self { high, low: low.low })
    }

    /// This − `other`, or `None` below zero.
    pub(super) fn minus(self, other: Self) -> Option<Self> {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        let high = self.high.checked_sub(other.high)?.checked_sub(u128::from(borrow))?;
        Some(Self { high, low })
    }

    /// Long division, bit by bit; the quotient must fit 128 bits.
    fn divide(self, divisor: u128) -> (u128, u128) {
        assert!(self.high < divisor, "the quotient fits 128 bits");
        let (mut quotient, mut rest) = (0u128, self.high);
        for bit in (0..u128::BITS).rev() {
            let carry = rest >> (u128::BITS - 1) == 1;
            rest = rest << 1 | (self.low >> bit & 1);
            if carry || rest >= divisor {
                rest = rest.wrapping_sub(divisor);
                quotient |= 1 << bit;
            }
        }
        (quotient, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_beyond_128_bits_is_divided_exactly() {
        // 10³⁰ × 10²⁵ ÷ (10²⁰ + 1) by long hand:
        // 10⁵⁵ = (10²⁰ + 1)(10³⁵ − 10¹⁵) + 10¹⁵.
        let ten = |power: u32| 10i128.pow(power);
        let (quotient, rest) = mul_div(ten(30), ten(25), ten(20) + 1);
        assert_eq!((quotient, rest), (ten(35) - ten(15), ten(15)));
        assert_eq!(mul_div(7, 3, 4), (5, 1));
        // The largest there is: M × M ÷ M.
        assert_eq!(mul_div(i128::MAX, i128::MAX, i128::MAX), (i128::MAX, 0));
        // (M − 1)² = M(M − 2) + 1
        let most = i128::MAX;
        assert_eq!(mul_div(most - 1, most - 1, most), (most - 2, 1));
    }

    #[test]
    fn wide_integers_compare_multiply_and_subtract_with_carries() {
        // (2¹²⁸ − 1)² = 2²⁵⁶ − 2¹²⁹ + 1
        let square = Wide::product(u128::MAX, u128::MAX);
        assert_eq!(square, Wide { high: u128::MAX - 1, low: 1 });
        assert_eq!(square.times(2), None);
        let big = Wide { high: 1, low: 0 };
        let small = Wide { high: 0, low: 1 };
        assert!(big > small);
        assert_eq!(big.minus(small), Some(Wide { high: 0, low: u128::MAX }));
        assert_eq!(small.minus(big), None);
        assert_eq!(big.minus(small).and_then(|most| most.times(10)).map(|wide| wide.high), Some(9));
    }
}
