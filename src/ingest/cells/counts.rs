//! A cell of impressions, clicks or conversions → an exact count. A count that isn't whole is rounded
//! only in files of weeks and months whose source rounds: those of models, which hold averages.

use super::decimal::{Decimal, Rest, half_even, small};
use super::remedies::Holds;
use super::{Cell, CellFault, CellReader, Column, look_at};
use crate::domain::Conversions;
use crate::ingest::fault::FaultReason;

/// The largest count of a cell: 10¹¹ impressions a day are more than people on earth could see, and
/// the sum of 20 million such cells still fits 64 bits.
pub(super) const COUNT_MAX: u64 = 100_000_000_000;

/// Digits of conversions behind the decimal mark.
const CONVERSION_DIGITS: u8 = 6;

/// The most conversions of a cell, in millionths.
const CONVERSIONS_MAX: u64 = Conversions::CELL_MAX.millionths();

/// What a figure is at a scale.
enum Scaled {
    Value(u64),
    Negative,
    TooLarge,
    TooFine,
}

fn at_scale(figure: Decimal, places: u8, max: u64, round: bool) -> Scaled {
    if figure.is_negative() {
        return Scaled::Negative;
    }
    let Some((value, rest)) = figure.scaled(places.into()) else { return Scaled::TooLarge };
    match u64::try_from(half_even(value, rest)) {
        Ok(value) if value <= max && (round || rest == Rest::None) => Scaled::Value(value),
        Ok(value) if value <= max => Scaled::TooFine,
        _ => Scaled::TooLarge,
    }
}

impl CellReader {
    /// A whole count.
    pub(super) fn count(&self, text: &[u8], column: &Column) -> Result<Option<u64>, CellFault> {
        if let Some(count) = small(text, 0, self.mark)
            && count <= COUNT_MAX
        {
            return Ok(Some(count));
        }
        self.written_count(text, column)
    }

    #[inline(never)]
    fn written_count(&self, text: &[u8], column: &Column) -> Result<Option<u64>, CellFault> {
        let reason = FaultReason::NotAWholeNumber;
        let text = match look_at(text, column, reason.clone())? {
            Cell::Text(text) => text,
            Cell::Zero => return Ok(Some(0)),
            Cell::Absent => return Ok(None),
        };
        let Some(figure) = self.writing.number(text) else {
            return Err(CellFault { reason, hint: self.how_to_write(text, Holds::Counts) });
        };
        match at_scale(figure, 0, COUNT_MAX, self.round_counts) {
            Scaled::Value(count) => Ok(Some(count)),
            Scaled::Negative => Err(CellFault::new(reason, "a count is never negative")),
            Scaled::TooLarge => Err(count_too_large(COUNT_MAX)),
            Scaled::TooFine => Err(CellFault { reason, hint: self.how_to_round_counts() }),
        }
    }

    /// Conversions.
    pub(super) fn fractional_count(&self, text: &[u8]) -> Result<Option<Conversions>, CellFault> {
        if let Some(millionths) = small(text, CONVERSION_DIGITS, self.mark)
            && millionths <= CONVERSIONS_MAX
        {
            return Ok(Some(Conversions::from_millionths(millionths)));
        }
        self.written_conversions(text)
    }

    #[inline(never)]
    fn written_conversions(&self, text: &[u8]) -> Result<Option<Conversions>, CellFault> {
        let reason = FaultReason::NotConversions;
        let text = match look_at(text, &self.conversions, reason.clone())? {
            Cell::Text(text) => text,
            Cell::Zero => return Ok(Some(Conversions::default())),
            Cell::Absent => return Ok(None),
        };
        let Some(figure) = self.writing.number(text) else {
            return Err(CellFault { reason, hint: self.how_to_write(text, Holds::Conversions) });
        };
        match at_scale(figure, CONVERSION_DIGITS, CONVERSIONS_MAX, self.round_counts) {
            Scaled::Value(millionths) => Ok(Some(Conversions::from_millionths(millionths))),
            Scaled::Negative => Err(CellFault::new(reason, "conversions are never negative")),
            Scaled::TooLarge => Err(count_too_large(CONVERSIONS_MAX / 1_000_000)),
            Scaled::TooFine => {
                let hint = "conversions may have up to 6 digits after the point";
                Err(CellFault::new(reason, hint))
            }
        }
    }
}

const fn count_too_large(max: u64) -> CellFault {
    CellFault::bare(FaultReason::CountTooLarge { max })
}
