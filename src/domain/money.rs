//! Money as an integer of the currency's minor unit, and the finer amount that a decision is
//! carried in until its one rounding. No floating point.

use super::Currency;
use super::decimal::{self, DecimalError};

/// Money in minor units (paise, cents). Sums of a century of daily facts fit with room to spare;
/// a single cell is bounded by [`Money::CELL_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(i128);

impl Money {
    /// No money.
    pub const ZERO: Self = Self(0);
    /// The largest amount that a single cell of a file may hold: 10¹⁵ minor units, so that the
    /// sum of ten million cells still fits a 128-bit integer after the arithmetic of a decision.
    pub const CELL_MAX: Self = Self(1_000_000_000_000_000);
    /// The largest weekly total: 10¹³ minor units (DESIGN §4), the bound that keeps every product
    /// of a decision inside 128 bits.
    pub const TOTAL_MAX: Self = Self(10_000_000_000_000);

    /// From a count of minor units.
    pub const fn from_minor(minor: i128) -> Self {
        Self(minor)
    }

    /// The count of minor units.
    pub const fn minor(self) -> i128 {
        self.0
    }

    /// Reads a plain decimal in major units ("1234.50").
    pub fn parse(text: &str, currency: Currency) -> Result<Self, DecimalError> {
        decimal::parse(text.as_bytes(), currency.minor_digits()).map(Self)
    }

    /// The exact decimal in major units, with all digits of the minor unit ("1234.50").
    pub fn to_decimal(self, currency: Currency) -> String {
        decimal::format(self.0, currency.minor_digits())
    }

    /// The sum, or `None` beyond 128 bits.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` beyond 128 bits.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// Whether this is more than nothing.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// As an amount of millionths.
    pub const fn amount(self) -> Amount {
        Amount(self.0 * Amount::PER_MINOR)
    }
}

impl std::ops::Add for Money {
    type Output = Self;
    /// Panics where 128 bits don't hold the sum, which the bounds on cells and totals rule out.
    fn add(self, other: Self) -> Self {
        self.checked_add(other).expect("cells and totals are bounded, so their sums fit 128 bits")
    }
}

impl std::ops::Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.checked_sub(other).expect("cells and totals are bounded, so their sums fit 128 bits")
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, |sum, money| sum + money)
    }
}

/// Money in millionths of the minor unit: what the steps of a decision pass on (DESIGN §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(i128);

impl Amount {
    /// No money.
    pub const ZERO: Self = Self(0);
    /// Millionths in one minor unit.
    pub const PER_MINOR: i128 = 1_000_000;

    /// From a count of millionths of the minor unit.
    pub const fn from_millionths(millionths: i128) -> Self {
        Self(millionths)
    }

    /// The count of millionths of the minor unit.
    pub const fn millionths(self) -> i128 {
        self.0
    }

    /// The whole minor units in it, rounded down.
    pub const fn floor(self) -> Money {
        Money(self.0.div_euclid(Self::PER_MINOR))
    }

    /// The nearest minor unit, half away from zero: for showing, never for deciding.
    pub const fn nearest(self) -> Money {
        let half = Self::PER_MINOR / 2;
        if self.0 < 0 {
            Money(-((-self.0 + half) / Self::PER_MINOR))
        } else {
            Money((self.0 + half) / Self::PER_MINOR)
        }
    }

    /// The exact decimal in major units, without zeros that say nothing ("96000", "1234.567").
    pub fn to_decimal(self, currency: Currency) -> String {
        decimal::format_short(self.0, currency.minor_digits() + 6)
    }
}

impl std::ops::Add for Amount {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.checked_add(other.0).expect("amounts never exceed a bounded total"))
    }
}

impl std::ops::Sub for Amount {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.checked_sub(other.0).expect("amounts never exceed a bounded total"))
    }
}

impl std::iter::Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, |sum, amount| sum + amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_rounds_down_or_to_the_nearest_unit() {
        assert_eq!(Amount::from_millionths(1_999_999).floor(), Money::from_minor(1));
        assert_eq!(Amount::from_millionths(-1).floor(), Money::from_minor(-1));
        assert_eq!(Amount::from_millionths(1_500_000).nearest(), Money::from_minor(2));
        assert_eq!(Amount::from_millionths(-1_500_000).nearest(), Money::from_minor(-2));
    }

    #[test]
    fn money_is_written_as_an_exact_decimal() {
        let inr = Currency::from_code("INR").expect("a known currency");
        assert_eq!(Money::from_minor(123_450).to_decimal(inr), "1234.50");
        assert_eq!(Money::parse("1234.5", inr), Ok(Money::from_minor(123_450)));
        assert_eq!(Amount::from_millionths(123_456_700_000).to_decimal(inr), "1234.567");
    }
}
