//! What channels did on a day: the row that a file states, and the fact that the ledger believes.

use super::decimal::{self, DecimalError};
use super::{Day, Digest, Instant, Money};

/// Conversions in millionths: attribution models give fractions, with up to six digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Conversions(u64);

impl Conversions {
    /// The most that a cell may hold: 10¹², so that sums stay far from 64 bits' end.
    pub const CELL_MAX: Self = Self(1_000_000_000_000 * 1_000_000);

    /// From a count of millionths.
    pub const fn from_millionths(millionths: u64) -> Self {
        Self(millionths)
    }

    /// The count of millionths.
    pub const fn millionths(self) -> u64 {
        self.0
    }

    /// Reads a plain decimal of at most six digits behind the point; `None` beyond the bound.
    pub fn parse(text: &[u8]) -> Result<Self, DecimalError> {
        let value = decimal::parse(text, 6)?;
        let value = u64::try_from(value).map_err(|_| DecimalError::NotADecimal)?;
        if value > Self::CELL_MAX.0 { Err(DecimalError::TooLarge) } else { Ok(Self(value)) }
    }

    /// The exact decimal without zeros that say nothing ("12", "0.5").
    pub fn to_decimal(self) -> String {
        decimal::format_short(i128::from(self.0), 6)
    }

    /// The sum, which stops at the end of 64 bits.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// What was measured of a channel over some time. A measure that the source doesn't have is
/// absent, never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Measures {
    /// Money spent.
    pub spend: Money,
    /// Money earned, as the source attributes it.
    pub revenue: Money,
    /// Times shown.
    pub impressions: Option<u64>,
    /// Clicks.
    pub clicks: Option<u64>,
    /// Conversions.
    pub conversions: Option<Conversions>,
}

impl Measures {
    /// Nothing spent, nothing earned, and no count known.
    pub const NONE: Self = Self {
        spend: Money::ZERO,
        revenue: Money::ZERO,
        impressions: None,
        clicks: None,
        conversions: None,
    };

    /// The measures of both together; a count that only one of them has is that one's.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            spend: self.spend + other.spend,
            revenue: self.revenue + other.revenue,
            impressions: either(self.impressions, other.impressions, u64::saturating_add),
            clicks: either(self.clicks, other.clicks, u64::saturating_add),
            conversions: either(self.conversions, other.conversions, Conversions::plus),
        }
    }
}

fn either<T>(left: Option<T>, right: Option<T>, join: impl Fn(T, T) -> T) -> Option<T> {
    match (left, right) {
        (Some(left), Some(right)) => Some(join(left, right)),
        (left, right) => left.or(right),
    }
}

/// One row of a file after all checks that need no other row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyRow<'a> {
    /// The line of the file that it begins on; the first line is 1.
    pub line: u64,
    /// The day.
    pub day: Day,
    /// The channel's position in the account's channels.
    pub channel: usize,
    /// The campaign; empty where the file has none.
    pub campaign: &'a str,
    /// What was measured.
    pub measures: Measures,
}

/// What the ledger believes of a channel on a day: its campaigns summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayFact {
    /// The day.
    pub day: Day,
    /// The channel's position in the account's channels.
    pub channel: usize,
    /// What was measured.
    pub measures: Measures,
    /// When a file that states it last arrived.
    pub arrived_at: Instant,
    /// The file whose values these are.
    pub file: Digest,
}
