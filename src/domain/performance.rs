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

#[inline]
fn add<T: Copy>(sum: &mut Option<T>, more: Option<T>, join: impl Fn(T, T) -> T) {
    if let Some(more) = more {
        *sum = Some(sum.map_or(more, |sum| join(sum, more)));
    }
}

fn either<T>(left: Option<T>, right: Option<T>, join: impl Fn(T, T) -> T) -> Option<T> {
    match (left, right) {
        (Some(left), Some(right)) => Some(join(left, right)),
        (left, right) => left.or(right),
    }
}

/// Money as a file may state it: whole minor units, and what is finer than them.
///
/// The value is `minor` + `rest` · 10⁻¹⁸ minor units, with `rest` below 10¹⁸, so that each value has
/// one form; of −0.5 minor units, `minor` is −1 and `rest` 5 · 10¹⁷.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FineMoney {
    minor: Money,
    rest: u64,
}

impl FineMoney {
    /// No money.
    pub const ZERO: Self = Self { minor: Money::ZERO, rest: 0 };
    /// What `rest` counts in one minor unit.
    pub const REST_PER_MINOR: u64 = 1_000_000_000_000_000_000;

    /// From whole minor units and what is finer; `None` where that is a minor unit or more.
    pub const fn new(minor: Money, rest: u64) -> Option<Self> {
        if rest < Self::REST_PER_MINOR { Some(Self { minor, rest }) } else { None }
    }

    /// From whole minor units.
    pub const fn whole(minor: Money) -> Self {
        Self { minor, rest: 0 }
    }

    /// The whole minor units, rounded down.
    pub const fn minor(self) -> Money {
        self.minor
    }

    /// What is above them, in 10⁻¹⁸ of the minor unit.
    pub const fn rest(self) -> u64 {
        self.rest
    }

    /// The exact sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let rest = self.rest + other.rest;
        let minor = self.minor + other.minor;
        if rest < Self::REST_PER_MINOR {
            Self { minor, rest }
        } else {
            Self { minor: minor + Money::from_minor(1), rest: rest - Self::REST_PER_MINOR }
        }
    }

    /// In whole minor units, rounded once, half to even.
    pub fn rounded(self) -> Money {
        const HALF: u64 = FineMoney::REST_PER_MINOR / 2;
        let is_odd = self.minor.minor() % 2 != 0;
        if self.rest > HALF || self.rest == HALF && is_odd {
            self.minor + Money::from_minor(1)
        } else {
            self.minor
        }
    }
}

impl From<Money> for FineMoney {
    fn from(minor: Money) -> Self {
        Self::whole(minor)
    }
}

/// What a row states: of each measure a value, or that it isn't known. Never a zero for a blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Money spent.
    pub spend: Option<FineMoney>,
    /// Money earned.
    pub revenue: Option<FineMoney>,
    /// Times shown.
    pub impressions: Option<u64>,
    /// Clicks.
    pub clicks: Option<u64>,
    /// Conversions.
    pub conversions: Option<Conversions>,
}

impl Figures {
    /// Nothing is known.
    pub const NONE: Self =
        Self { spend: None, revenue: None, impressions: None, clicks: None, conversions: None };

    /// The figures of both together; a measure that only one of them has is that one's.
    #[must_use]
    pub fn plus(mut self, other: Self) -> Self {
        self.add(&other);
        self
    }

    /// Adds others, as [`Figures::plus`] does.
    pub fn add(&mut self, more: &Self) {
        add(&mut self.spend, more.spend, FineMoney::plus);
        add(&mut self.revenue, more.revenue, FineMoney::plus);
        add(&mut self.impressions, more.impressions, u64::saturating_add);
        add(&mut self.clicks, more.clicks, u64::saturating_add);
        add(&mut self.conversions, more.conversions, Conversions::plus);
    }

    /// As measures to decide on, money rounded once; `None` where spend or revenue isn't known.
    pub fn measures(self) -> Option<Measures> {
        Some(Measures {
            spend: self.spend?.rounded(),
            revenue: self.revenue?.rounded(),
            impressions: self.impressions,
            clicks: self.clicks,
            conversions: self.conversions,
        })
    }
}

impl From<Measures> for Figures {
    fn from(measures: Measures) -> Self {
        Self {
            spend: Some(measures.spend.into()),
            revenue: Some(measures.revenue.into()),
            impressions: measures.impressions,
            clicks: measures.clicks,
            conversions: measures.conversions,
        }
    }
}

/// Whom a row speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The channel at this position in the account's channels.
    Channel(usize),
    /// The whole business: its revenue is that of no channel, and its spend isn't known.
    Business,
}

/// One row of a file after all checks that need no other row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatedRow<'a> {
    /// The line of the file that it begins on; the first line is 1.
    pub line: u64,
    /// The day, or the first day of the week or month.
    pub day: Day,
    /// Whom it speaks of.
    pub subject: Subject,
    /// The campaign, and behind it the cells of the source's other key columns, each after a
    /// [`KEY_SEPARATOR`]; empty where the file has none.
    pub campaign: &'a str,
    /// What it states.
    pub figures: Figures,
    /// Columns kept for models, as a JSON object of names and texts in the file's order; empty
    /// where there are none.
    pub controls: &'a str,
}

impl<'a> StatedRow<'a> {
    /// What a row of a channel states that says all that a decision needs.
    pub fn of_channel(
        line: u64,
        day: Day,
        channel: usize,
        campaign: &'a str,
        measures: Measures,
    ) -> Self {
        let subject = Subject::Channel(channel);
        Self { line, day, subject, campaign, figures: measures.into(), controls: "" }
    }
}

/// Stands between the campaign and the further parts of a row's key. No cell can hold it.
pub const KEY_SEPARATOR: char = '\u{1F}';

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
