//! What a row states ↔ its seven columns, and the figures of campaigns → those of their channel.
//! A figure that isn't known is an empty column, never a zero.

use rusqlite::{CachedStatement, Error, Row};

use super::encode::{read_optional_count, unreadable};
use crate::domain::{Conversions, Figures, FineMoney, Money};

/// The columns of figures, in the order of [`read_figures`].
pub const FIGURES: &str =
    "spend, spend_rest, revenue, revenue_rest, impressions, clicks, conversions";

/// How many they are.
pub const FIGURES_COUNT: usize = 7;

/// What the columns of figures hold, in their order; [`UNKNOWN`] stands for an empty one. Two rows
/// state the same iff these are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FigureColumns([i64; FIGURES_COUNT]);

/// Stands for what isn't known, in half the space of an option; no figure comes near it.
const UNKNOWN: i64 = i64::MIN;

impl FigureColumns {
    /// `None`: a value needs more than the 64 bits of a column, far beyond what a cell may hold.
    pub fn of(figures: &Figures) -> Option<Self> {
        let (spend, spend_rest) = money_columns(figures.spend)?;
        let (revenue, revenue_rest) = money_columns(figures.revenue)?;
        let impressions = count_column(figures.impressions)?;
        let clicks = count_column(figures.clicks)?;
        let conversions = count_column(figures.conversions.map(Conversions::millionths))?;
        Some(Self([spend, spend_rest, revenue, revenue_rest, impressions, clicks, conversions]))
    }

    /// The figures that these columns were made of.
    pub fn figures(&self) -> Figures {
        let [spend, spend_rest, revenue, revenue_rest, impressions, clicks, conversions] = self.0;
        let count = |column| known(column).map(i64::cast_unsigned);
        Figures {
            spend: known(spend).and_then(|minor| money(minor, spend_rest)),
            revenue: known(revenue).and_then(|minor| money(minor, revenue_rest)),
            impressions: count(impressions),
            clicks: count(clicks),
            conversions: count(conversions).map(Conversions::from_millionths),
        }
    }

    /// The columns as they are held.
    pub const fn raw(&self) -> [i64; FIGURES_COUNT] {
        self.0
    }

    /// The columns of [`FigureColumns::raw`].
    pub const fn from_raw(columns: [i64; FIGURES_COUNT]) -> Self {
        Self(columns)
    }

    /// Those that stand in `row` from column `first` on.
    pub fn read(row: &Row<'_>, first: usize) -> Result<Self, Error> {
        let mut columns = [UNKNOWN; FIGURES_COUNT];
        for (column, value) in columns.iter_mut().enumerate() {
            *value = row.get::<_, Option<i64>>(first + column)?.unwrap_or(UNKNOWN);
        }
        Ok(Self(columns))
    }

    /// Binds the columns to the parameters from number `first` on.
    pub fn bind(&self, statement: &mut CachedStatement<'_>, first: usize) -> Result<(), Error> {
        for (column, value) in self.0.into_iter().enumerate() {
            statement.raw_bind_parameter(first + column, known(value))?;
        }
        Ok(())
    }
}

impl Default for FigureColumns {
    /// Nothing is known.
    fn default() -> Self {
        Self([UNKNOWN, 0, UNKNOWN, 0, UNKNOWN, UNKNOWN, UNKNOWN])
    }
}

fn known(column: i64) -> Option<i64> {
    (column != UNKNOWN).then_some(column)
}

fn money_columns(money: Option<FineMoney>) -> Option<(i64, i64)> {
    let Some(money) = money else { return Some((UNKNOWN, 0)) };
    let minor = i64::try_from(money.minor().minor()).ok().and_then(known)?;
    Some((minor, i64::try_from(money.rest()).ok()?))
}

fn count_column(count: Option<u64>) -> Option<i64> {
    count.map_or(Some(UNKNOWN), |count| i64::try_from(count).ok())
}

fn money(minor: i64, rest: i64) -> Option<FineMoney> {
    FineMoney::new(Money::from_minor(minor.into()), u64::try_from(rest).ok()?)
}

/// The figures of seven columns from `first` on.
pub fn read_figures(row: &Row<'_>, first: usize) -> Result<Figures, Error> {
    Ok(Figures {
        spend: read_money(row, first)?,
        revenue: read_money(row, first + 2)?,
        impressions: read_optional_count(row, first + 4)?,
        clicks: read_optional_count(row, first + 5)?,
        conversions: read_optional_count(row, first + 6)?.map(Conversions::from_millionths),
    })
}

fn read_money(row: &Row<'_>, first: usize) -> Result<Option<FineMoney>, Error> {
    let Some(minor) = row.get::<_, Option<i64>>(first)? else { return Ok(None) };
    let money = money(minor, row.get(first + 1)?);
    money.map(Some).ok_or_else(|| unreadable(first + 1, "no part of a minor unit"))
}

/// The exact figures of a channel whose campaigns so far have `sum` (`None`: there are none yet)
/// and whose next one has `row`. Its spend and revenue are known only where those of each campaign
/// are: an unknown part never counts as nothing. A count that only some have is theirs.
pub fn sum(sum: Option<Figures>, row: Figures) -> Figures {
    let Some(sum) = sum else { return row };
    let all = sum.plus(row);
    Figures {
        spend: all.spend.filter(|_| sum.spend.is_some() && row.spend.is_some()),
        revenue: all.revenue.filter(|_| sum.revenue.is_some() && row.revenue.is_some()),
        ..all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fine(minor: i128, rest: u64) -> Option<FineMoney> {
        FineMoney::new(Money::from_minor(minor), rest)
    }

    #[test]
    fn columns_give_back_what_they_were_made_of() {
        let figures = Figures {
            spend: fine(-1, 500_000_000_000_000_000),
            revenue: None,
            impressions: Some(0),
            clicks: None,
            conversions: Some(Conversions::from_millionths(1)),
        };
        let columns = FigureColumns::of(&figures).expect("small numbers");
        let half = 500_000_000_000_000_000;
        assert_eq!(columns.raw(), [-1, half, UNKNOWN, 0, 0, UNKNOWN, 1]);
        assert_eq!(FigureColumns::of(&Figures::NONE), Some(FigureColumns::default()));
        assert_eq!(columns.figures(), figures);
    }

    #[test]
    fn a_number_beyond_its_column_is_none() {
        for minor in [i128::from(i64::MAX) + 1, i64::MIN.into()] {
            let spend = fine(minor, 0);
            assert_eq!(FigureColumns::of(&Figures { spend, ..Figures::NONE }), None);
        }
        let clicks = Some(u64::MAX);
        assert_eq!(FigureColumns::of(&Figures { clicks, ..Figures::NONE }), None);
    }

    #[test]
    fn money_that_one_campaign_does_not_state_is_not_known() {
        let both = Figures { spend: fine(5, 0), revenue: fine(7, 0), ..Figures::NONE };
        let spend_only = Figures { spend: fine(1, 0), clicks: Some(3), ..Figures::NONE };
        for (first, second) in [(both, spend_only), (spend_only, both)] {
            let all = sum(Some(sum(None, first)), second);
            assert_eq!((all.spend, all.revenue, all.clicks), (fine(6, 0), None, Some(3)));
        }
    }
}
