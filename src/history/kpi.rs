//! Key figures of a channel from its sums. A ratio whose divisor is zero or whose count the source
//! doesn't have is absent, never 0. Ratios are exact decimals with six digits, rounded half to even.

use serde::Serialize;

use crate::domain::Measures;
use crate::domain::decimal;

/// A ratio in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ratio(i128);

impl Ratio {
    /// `numerator / denominator` to six digits, half to even; `None` where the divisor isn't
    /// positive.
    pub fn of(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator <= 0 {
            return None;
        }
        let scaled = numerator.checked_mul(1_000_000)?;
        let (quotient, rest) = (scaled.div_euclid(denominator), scaled.rem_euclid(denominator));
        let up = match (rest * 2).cmp(&denominator) {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Equal => quotient % 2 != 0,
            std::cmp::Ordering::Greater => true,
        };
        Some(Self(quotient + i128::from(up)))
    }

    /// The count of millionths.
    pub const fn millionths(self) -> i128 {
        self.0
    }

    /// With six digits behind the point ("0.712000").
    pub fn to_decimal(self) -> String {
        decimal::format(self.0, 6)
    }
}

impl Serialize for Ratio {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_decimal())
    }
}

/// The key figures that the field speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Kpis {
    /// (revenue − spend) / spend
    pub roi: Option<Ratio>,
    /// revenue / spend
    pub roas: Option<Ratio>,
    /// clicks / impressions
    pub ctr: Option<Ratio>,
    /// spend per click, in major units of the currency
    pub cpc: Option<Ratio>,
    /// conversions / clicks
    pub cvr: Option<Ratio>,
    /// spend per conversion, in major units of the currency
    pub cpa: Option<Ratio>,
}

impl Kpis {
    /// The key figures of `measures`, whose money has `minor_digits` digits behind the point.
    pub fn of(measures: &Measures, minor_digits: u8) -> Self {
        let spend = measures.spend.minor();
        let revenue = measures.revenue.minor();
        let minor_per_major = 10i128.pow(u32::from(minor_digits));
        let clicks = measures.clicks.map(i128::from);
        let impressions = measures.impressions.map(i128::from);
        let conversions = measures.conversions.map(|count| i128::from(count.millionths()));
        let per = |numerator: Option<i128>, denominator: Option<i128>| {
            Ratio::of(numerator?, denominator?)
        };
        Self {
            roi: Ratio::of(revenue - spend, spend),
            roas: Ratio::of(revenue, spend),
            ctr: per(clicks, impressions),
            cpc: per(Some(spend), clicks.map(|count| count * minor_per_major)),
            cvr: per(conversions, clicks.map(|count| count * 1_000_000)),
            cpa: per(
                spend.checked_mul(1_000_000),
                conversions.map(|count| count * minor_per_major),
            ),
        }
    }
}
