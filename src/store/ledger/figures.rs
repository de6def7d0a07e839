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

/// What the columns of figures hold. Two rows state the same iff these are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FigureColumns {
    spend: Option<i64>,
    spend_rest: i64,
    revenue: Option<i64>,
    revenue_rest: i64,
    impressions: Option<i64>,
    clicks: Option<i64>,
    conversions: Option<i64>,
}

impl FigureColumns {
    /// `None`: a value needs more than the 64 bits of a column, far beyond what a cell may hold.
    pub fn of(figures: &Figures) -> Option<Self> {
        let millionths = figures.conversions.map(Conversions::millionths);
        let (spend, spend_rest) = money_columns(figures.spend)?;
        let (revenue, revenue_rest) = money_columns(figures.revenue)?;
        Some(Self {
            spend,
            spend_rest,
            revenue,
            revenue_rest,
            impressions: figures.impressions.map(i64::try_from).transpose().ok()?,
            clicks: figures.clicks.map(i64::try_from).transpose().ok()?,
            conversions: millionths.map(i64::try_from).transpose().ok()?,
        })
    }

    /// The figures that these columns were made of.
    pub fn figures(&self) -> Figures {
        let count = |count: Option<i64>| count.map(i64::cast_unsigned);
        Figures {
            spend: money(self.spend, self.spend_rest),
            revenue: money(self.revenue, self.revenue_rest),
            impressions: count(self.impressions),
            clicks: count(self.clicks),
            conversions: count(self.conversions).map(Conversions::from_millionths),
        }
    }

    /// Binds the columns to the parameters from number `first` on.
    pub fn bind(&self, statement: &mut CachedStatement<'_>, first: usize) -> Result<(), Error> {
        statement.raw_bind_parameter(first, self.spend)?;
        statement.raw_bind_parameter(first + 1, self.spend_rest)?;
        statement.raw_bind_parameter(first + 2, self.revenue)?;
        statement.raw_bind_parameter(first + 3, self.revenue_rest)?;
        statement.raw_bind_parameter(first + 4, self.impressions)?;
        statement.raw_bind_parameter(first + 5, self.clicks)?;
        statement.raw_bind_parameter(first + 6, self.conversions)
    }
}

fn money_columns(money: Option<FineMoney>) -> Option<(Option<i64>, i64)> {
    let Some(money) = money else { return Some((None, 0)) };
    let minor = i64::try_from(money.minor().minor()).ok()?;
    Some((Some(minor), i64::try_from(money.rest()).ok()?))
}

fn money(minor: Option<i64>, rest: i64) -> Option<FineMoney> {
    FineMoney::new(Money::from_minor(minor?.into()), u64::try_from(rest).ok()?)
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
    let money = money(Some(minor), row.get(first + 1)?);
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
        assert_eq!((columns.spend, columns.spend_rest), (Some(-1), 500_000_000_000_000_000));
        assert_eq!((columns.revenue, columns.revenue_rest), (None, 0));
        assert_eq!(columns.figures(), figures);
    }

    #[test]
    fn a_number_beyond_its_column_is_none() {
        let spend = fine(i128::from(i64::MAX) + 1, 0);
        assert_eq!(FigureColumns::of(&Figures { spend, ..Figures::NONE }), None);
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
