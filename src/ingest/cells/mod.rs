//! The text of a cell → money, a count, conversions, a factor or a control, exactly, in the one way
//! of writing that its source declares; or what is wrong with it and how to write it. A figure is
//! never guessed: what the hint proposes, a person decides.

mod amounts;
mod counts;
mod decimal;
pub(super) mod marks;
mod remedies;
mod style;
mod text;

#[cfg(test)]
mod tests;

pub(super) use decimal::Decimal;
pub(super) use text::campaign;

use super::fault::FaultReason;
use crate::domain::source::{Meaning, Meanings, Unit};
use crate::domain::{Conversions, Currency, FineMoney, Grain, Source};
use amounts::AmountColumn;
use style::{Writing, trim};

/// What is wrong with a cell, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CellFault {
    pub reason: FaultReason,
    pub hint: Option<String>,
}

impl CellFault {
    const fn bare(reason: FaultReason) -> Self {
        Self { reason, hint: None }
    }

    fn new(reason: FaultReason, hint: impl Into<String>) -> Self {
        Self { reason, hint: Some(hint.into()) }
    }
}

/// Reads the cells of one file: what its source says of figures, made ready once.
#[derive(Debug)]
pub(super) struct CellReader {
    currency: Currency,
    writing: Writing,
    /// The decimal mark as a byte.
    mark: u8,
    /// Whether money may be finer than the minor unit.
    round: bool,
    /// Whether counts may be no whole numbers: models' weeks and months are often averages.
    round_counts: bool,
    /// Whether its rows cover weeks or months.
    has_periods: bool,
    spend: AmountColumn,
    revenue: AmountColumn,
    totals_spend: AmountColumn,
    totals_revenue: AmountColumn,
    impressions: Column,
    clicks: Column,
    conversions: Column,
}

/// A measure and what a cell of it means that has no figure.
#[derive(Debug, Clone, Copy)]
struct Column {
    /// Its name in the settings.
    name: &'static str,
    blank: Meaning,
    dashes: Meaning,
}

impl Column {
    fn new(name: &'static str, of: impl Fn(&Meanings) -> Meaning, source: &Source) -> Self {
        Self { name, blank: of(&source.blank), dashes: of(&source.dashes) }
    }

    const fn never_refusing(self) -> Self {
        Self { blank: Meaning::Absent, dashes: Meaning::Absent, ..self }
    }
}

/// Whether a cell names the account's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CurrencyCell {
    /// It is its code.
    Own,
    /// It is blank.
    Blank,
    /// It is anything else.
    Other,
}

/// Whether a cell is the code of a currency that is known.
pub(super) fn is_currency_code(cell: &[u8]) -> bool {
    let code = String::from_utf8_lossy(cell.trim_ascii()).to_uppercase();
    Currency::from_code(&code).is_some()
}

impl CellReader {
    pub(super) fn new(source: &Source, currency: Currency) -> Self {
        let numbers = &source.numbers;
        let negative = source.allow_negative_revenue;
        let spend = Column::new("spend", |of| of.spend, source);
        let revenue = Column::new("revenue", |of| of.revenue, source);
        let amount = |column, unit, negative| AmountColumn::new(column, unit, negative, currency);
        let totals = |column: Column, own: Unit, negative| {
            amount(column.never_refusing(), source.totals.unit.unwrap_or(own), negative)
        };
        Self {
            currency,
            writing: Writing::of(numbers, currency),
            mark: u8::try_from(numbers.decimal).expect("a point or a comma"),
            round: numbers.round,
            round_counts: numbers.round && source.grain != Grain::Day,
            has_periods: source.grain != Grain::Day,
            spend: amount(spend, numbers.spend_unit, false),
            revenue: amount(revenue, numbers.revenue_unit, negative),
            totals_spend: totals(spend, numbers.spend_unit, false),
            totals_revenue: totals(revenue, numbers.revenue_unit, negative),
            impressions: Column::new("impressions", |of| of.impressions, source),
            clicks: Column::new("clicks", |of| of.clicks, source),
            conversions: Column::new("conversions", |of| of.conversions, source),
        }
    }

    /// As it is, but amounts may be negative: who reads for a model sees and mends them.
    pub(super) fn with_negative_amounts(mut self) -> Self {
        self.spend.negative = true;
        self.revenue.negative = true;
        self
    }

    /// Money spent; never negative.
    pub(super) fn spend(&self, text: &[u8]) -> Result<Option<FineMoney>, CellFault> {
        self.amount(text, &self.spend)
    }

    /// Money earned by a channel; negative only where the source accepts it.
    pub(super) fn revenue(&self, text: &[u8]) -> Result<Option<FineMoney>, CellFault> {
        self.amount(text, &self.revenue)
    }

    /// Money earned by the whole business: as [`CellReader::revenue`].
    pub(super) fn outcome(&self, text: &[u8]) -> Result<Option<FineMoney>, CellFault> {
        self.amount(text, &self.revenue)
    }

    /// The spend of a totals row; what has no figure is absent there.
    pub(super) fn totals_spend(&self, text: &[u8]) -> Result<Option<FineMoney>, CellFault> {
        self.amount(text, &self.totals_spend)
    }

    /// The revenue of a totals row; what has no figure is absent there.
    pub(super) fn totals_revenue(&self, text: &[u8]) -> Result<Option<FineMoney>, CellFault> {
        self.amount(text, &self.totals_revenue)
    }

    /// One of two columns whose product, by [`Decimal::times`], is the revenue of the business.
    pub(super) fn factor(&self, text: &[u8]) -> Result<Option<Decimal>, CellFault> {
        self.exact_factor(text)
    }

    /// Times shown. In files of weeks and months whose source rounds, half to even.
    pub(super) fn impressions(&self, text: &[u8]) -> Result<Option<u64>, CellFault> {
        self.count(text, &self.impressions)
    }

    /// Clicks, as [`CellReader::impressions`].
    pub(super) fn clicks(&self, text: &[u8]) -> Result<Option<u64>, CellFault> {
        self.count(text, &self.clicks)
    }

    /// Conversions of up to six digits behind the decimal mark; finer ones are rounded half to even
    /// where counts are.
    pub(super) fn conversions(&self, text: &[u8]) -> Result<Option<Conversions>, CellFault> {
        self.fractional_count(text)
    }

    /// A cell kept for models: a figure as a plain decimal ("1.93%" is "0.0193", "< 10%" is its bound,
    /// "0.1"), any other text as it stands there.
    pub(super) fn control(&self, text: &[u8]) -> Result<String, CellFault> {
        let text = campaign(text)?;
        Ok(self.control_figure(trim(&text)).unwrap_or_else(|| trim(&text).to_owned()))
    }

    /// Whether a cell is the code of the account's currency, in capitals or not.
    pub(super) fn currency(&self, text: &[u8]) -> CurrencyCell {
        match std::str::from_utf8(text).map(trim) {
            Ok("") => CurrencyCell::Blank,
            Ok(code) if code.eq_ignore_ascii_case(self.currency.code()) => CurrencyCell::Own,
            _ => CurrencyCell::Other,
        }
    }

    fn control_figure(&self, text: &str) -> Option<String> {
        let bound = text.strip_prefix(['<', '>']).map(trim);
        let figure = match (bound.unwrap_or(text).strip_suffix('%'), bound) {
            (Some(share), _) => self.writing.number(trim(share))?.percent(),
            (None, None) => self.writing.amount(text)?,
            (None, Some(_)) => return None,
        };
        figure.to_plain()
    }
}

/// What the text of a cell is before any figure is looked for.
enum Cell<'t> {
    /// Perhaps a figure, without the spaces around it.
    Text(&'t str),
    /// Blank or dashes, which mean zero.
    Zero,
    /// Blank or dashes, which mean that it isn't known.
    Absent,
}

/// Sorts out what has no figure; `refused` is what dashes are where they mean nothing.
fn look_at<'t>(
    text: &'t [u8],
    column: &Column,
    refused: FaultReason,
) -> Result<Cell<'t>, CellFault> {
    let Ok(text) = std::str::from_utf8(text) else { return Err(CellFault::bare(refused)) };
    let text = trim(text);
    let (meaning, reason, table) = match text {
        "" => (column.blank, FaultReason::BlankCell, "blank"),
        "--" | "-" | "\u{2014}" | "\u{2013}" => (column.dashes, refused, "dashes"),
        _ => return Ok(Cell::Text(text)),
    };
    match meaning {
        Meaning::Zero => Ok(Cell::Zero),
        Meaning::Absent => Ok(Cell::Absent),
        Meaning::Refuse => Err(CellFault::new(reason, remedies::for_nothing(table, column.name))),
    }
}
