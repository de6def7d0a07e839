//! A cell of money → an exact amount in the source's unit, bounded, and finer than the minor unit only
//! where the source rounds.

use super::decimal::{Decimal, Rest, half_even, small};
use super::remedies::below_zero;
use super::{Cell, CellFault, CellReader, Column, look_at};
use crate::domain::source::Unit;
use crate::domain::{Currency, FineMoney, Money};
use crate::ingest::fault::FaultReason;

/// Digits of [`FineMoney::rest`].
const REST_DIGITS: i64 = 18;

/// A column of money.
#[derive(Debug, Clone, Copy)]
pub(super) struct AmountColumn {
    pub cell: Column,
    /// Whether it may be below zero.
    pub negative: bool,
    pub unit: Unit,
    /// Digits between its unit and the minor unit; below zero where its unit is the smaller one.
    places: i64,
    /// The same for [`small`], which knows no units below the minor one.
    small_places: Option<u8>,
}

impl AmountColumn {
    pub(super) fn new(cell: Column, unit: Unit, negative: bool, currency: Currency) -> Self {
        let digits = currency.minor_digits();
        let places = match unit {
            Unit::Major => i64::from(digits),
            Unit::Minor => 0,
            Unit::Micros => i64::from(digits) - 6,
        };
        Self { cell, negative, unit, places, small_places: u8::try_from(places).ok() }
    }
}

impl CellReader {
    /// What a cell of money states.
    pub(super) fn amount(
        &self,
        text: &[u8],
        column: &AmountColumn,
    ) -> Result<Option<FineMoney>, CellFault> {
        if let Some(places) = column.small_places
            && let Some(minor) = small(text, places, self.mark)
            && i128::from(minor) <= Money::CELL_MAX.minor()
        {
            return Ok(Some(Money::from_minor(minor.into()).into()));
        }
        self.written_amount(text, column)
    }

    #[inline(never)]
    fn written_amount(
        &self,
        text: &[u8],
        column: &AmountColumn,
    ) -> Result<Option<FineMoney>, CellFault> {
        let text = match look_at(text, &column.cell, FaultReason::NotAnAmount)? {
            Cell::Text(text) => text,
            Cell::Zero => return Ok(Some(FineMoney::ZERO)),
            Cell::Absent => return Ok(None),
        };
        match self.writing.amount(text) {
            Some(figure) => self.money(figure, column).map(Some),
            None => Err(self.explain_amount(text, column)),
        }
    }

    /// A figure as money in the column's unit.
    fn money(&self, figure: Decimal, column: &AmountColumn) -> Result<FineMoney, CellFault> {
        if figure.is_negative() && !column.negative {
            return Err(below_zero(column));
        }
        let most = Money::CELL_MAX.minor().unsigned_abs();
        let too_large = || self.amount_too_large(column);
        let (minor, rest) = figure.scaled(column.places).ok_or_else(too_large)?;
        let is_whole = rest == Rest::None;
        if minor > most || minor == most && !is_whole {
            return Err(too_large());
        }
        let signed = |value: u128| {
            let value = i128::try_from(value).expect("it is bounded");
            if figure.is_negative() { -value } else { value }
        };
        if is_whole {
            return Ok(Money::from_minor(signed(minor)).into());
        }
        if !self.round {
            return Err(self.too_fine(column));
        }
        let (value, rest) = figure.scaled(column.places + REST_DIGITS).ok_or_else(too_large)?;
        let value = signed(half_even(value, rest));
        let per_minor = i128::from(FineMoney::REST_PER_MINOR);
        let rest = u64::try_from(value.rem_euclid(per_minor)).expect("below 10^18");
        let minor = Money::from_minor(value.div_euclid(per_minor));
        Ok(FineMoney::new(minor, rest).expect("below a minor unit"))
    }

    pub(super) fn exact_factor(&self, text: &[u8]) -> Result<Option<Decimal>, CellFault> {
        let column = &self.revenue;
        let text = match look_at(text, &column.cell, FaultReason::NotAnAmount)? {
            Cell::Text(text) => text,
            Cell::Zero => return Ok(Some(Decimal::default())),
            Cell::Absent => return Ok(None),
        };
        match self.writing.amount(text) {
            Some(factor) if factor.is_factor() => Ok(Some(factor)),
            Some(_) => Err(factor_too_long()),
            None => Err(self.explain_amount(text, column)),
        }
    }
}

fn factor_too_long() -> CellFault {
    let hint = "a column that is multiplied may have up to 19 digits in a cell";
    CellFault::new(FaultReason::NotAnAmount, hint)
}

impl Decimal {
    /// The product as revenue, under the rules of a cell of revenue.
    pub(in crate::ingest) fn times(
        self,
        other: Self,
        cells: &CellReader,
    ) -> Result<FineMoney, CellFault> {
        let product = self.product(other).ok_or_else(factor_too_long)?;
        cells.money(product, &cells.revenue)
    }
}
