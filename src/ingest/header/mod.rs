//! The header's names → the positions of the columns that the source names; and what is missing,
//! doubled, unknown, or of another currency.

mod expected;
mod named;
mod names;
mod search;
mod wide;

use super::Warning;
pub(super) use search::find;

/// Where the columns stand. A position that is `None` although its source asks for it is a fault
/// already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    /// The names in the header, fit to be shown.
    pub names: Vec<String>,
    /// Whether the source names all of them, or leaves the others out: else they may be part of
    /// what tells two rows apart.
    pub all_known: bool,
    /// Columns that stay unread, as the source says.
    pub unread: Vec<usize>,
    pub date: Option<usize>,
    pub campaign: Option<usize>,
    pub currency: Option<usize>,
    /// Whether the source names that column; else it only bears the name of one.
    pub currency_is_declared: bool,
    /// The further parts of a row's key, in the source's order.
    pub keys: Vec<usize>,
    /// Columns with the text that a row must have to be read.
    pub only: Vec<(usize, String)>,
    /// The column that marks totals.
    pub marked: Option<usize>,
    pub body: Body,
    /// What is remarkable about the header.
    pub remarks: Vec<Warning>,
}

/// Where the channels and their figures stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Body {
    /// A row is about one channel.
    Long(LongColumns),
    /// A row is about several channels, and about the whole business.
    Wide(WideColumns),
}

/// The columns of a row about one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LongColumns {
    pub channel: Option<usize>,
    pub measures: MeasureColumns,
}

/// The columns of one channel's figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct MeasureColumns {
    pub spend: Option<usize>,
    pub impressions: Option<usize>,
    pub clicks: Option<usize>,
    pub conversions: Option<usize>,
    pub revenue: Option<usize>,
}

/// The columns of a row about several channels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct WideColumns {
    /// By the channels' positions in the account.
    pub channels: Vec<(usize, MeasureColumns)>,
    pub outcome: Option<OutcomeColumns>,
    /// By their positions in the file, each with its name in the source.
    pub controls: Vec<(usize, String)>,
}

/// The columns that the revenue of the whole business comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OutcomeColumns {
    One(usize),
    Difference(usize, usize),
    Product(usize, usize),
}

/// A measure of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Measure {
    Spend,
    Impressions,
    Clicks,
    Conversions,
    Revenue,
}

impl Measure {
    const ALL: [Self; 5] =
        [Self::Spend, Self::Impressions, Self::Clicks, Self::Conversions, Self::Revenue];

    const fn word(self) -> &'static str {
        match self {
            Self::Spend => "spend",
            Self::Impressions => "impressions",
            Self::Clicks => "clicks",
            Self::Conversions => "conversions",
            Self::Revenue => "revenue",
        }
    }

    const fn is_count(self) -> bool {
        matches!(self, Self::Impressions | Self::Clicks | Self::Conversions)
    }

    /// What the source calls it.
    fn names(self, columns: &crate::domain::source::Columns) -> &[String] {
        match self {
            Self::Spend => &columns.spend,
            Self::Impressions => &columns.impressions,
            Self::Clicks => &columns.clicks,
            Self::Conversions => &columns.conversions,
            Self::Revenue => &columns.revenue,
        }
    }
}

impl MeasureColumns {
    const fn at(&mut self, measure: Measure) -> &mut Option<usize> {
        match measure {
            Measure::Spend => &mut self.spend,
            Measure::Impressions => &mut self.impressions,
            Measure::Clicks => &mut self.clicks,
            Measure::Conversions => &mut self.conversions,
            Measure::Revenue => &mut self.revenue,
        }
    }
}
