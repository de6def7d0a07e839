//! A share such as a cap, as an exact decimal of at most six digits behind the point.

use super::decimal::{self, DecimalError};
use super::{Amount, Money};

/// A share of a whole in millionths: "0.40" is 400,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u32);

impl Share {
    /// Nothing of it.
    pub const ZERO: Self = Self(0);
    /// All of it.
    pub const ONE: Self = Self(1_000_000);
    /// Digits behind the point that a share may have.
    pub const DIGITS: u8 = 6;

    /// From a count of millionths.
    pub const fn from_millionths(millionths: u32) -> Self {
        Self(millionths)
    }

    /// The count of millionths.
    pub const fn millionths(self) -> u32 {
        self.0
    }

    /// Reads a plain decimal ("0.40").
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        let value = decimal::parse(text.as_bytes(), Self::DIGITS)?;
        u32::try_from(value)
            .map(Self)
            .map_err(|_| if value < 0 { DecimalError::NotADecimal } else { DecimalError::TooLarge })
    }

    /// This share of `total`, exactly: a millionth of a minor unit is a millionth of a share.
    pub fn of(self, total: Money) -> Amount {
        Amount::from_millionths(total.minor() * i128::from(self.0))
    }

    /// The exact decimal without zeros that say nothing ("0.4").
    pub fn to_decimal(self) -> String {
        decimal::format_short(i128::from(self.0), Self::DIGITS)
    }

    /// As a percentage for people ("40 %", "2.5 %").
    pub fn to_percent(self) -> String {
        format!("{} %", decimal::format_short(i128::from(self.0), Self::DIGITS - 2))
    }
}

impl serde::Serialize for Share {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_decimal())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_a_total_is_exact() {
        let cap = Share::parse("0.333333").expect("six digits");
        assert_eq!(cap.of(Money::from_minor(100)).millionths(), 33_333_300);
        assert_eq!(cap.to_percent(), "33.3333 %");
        assert!(Share::parse("0.3333333").is_err());
        assert!(Share::parse("-0.1").is_err());
    }
}
