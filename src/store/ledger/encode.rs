//! Domain values ↔ the columns of the ledger. Nothing is rounded, and a column that does not hold
//! what its kind allows is an error, never a default.

use chrono::{DateTime, Datelike, SecondsFormat};
use rusqlite::types::Type;
use rusqlite::{Error, Row};

use crate::domain::{Conversions, Day, Digest, Instant, Measures, Money};

/// Days since the day before the first of January of the year 1.
pub fn day(day: Day) -> i64 {
    i64::from(day.num_days_from_ce())
}

/// The day of a column.
pub fn read_day(row: &Row<'_>, column: usize) -> Result<Day, Error> {
    read_optional_day(row, column)?.ok_or_else(|| unreadable(column, "no day"))
}

/// The day of a column that may be empty.
pub fn read_optional_day(row: &Row<'_>, column: usize) -> Result<Option<Day>, Error> {
    let Some(days) = row.get::<_, Option<i32>>(column)? else { return Ok(None) };
    let day = Day::from_num_days_from_ce_opt(days).ok_or_else(|| unreadable(column, "no day"))?;
    Ok(Some(day))
}

/// RFC 3339 in UTC with nine digits of a second: exact, and sorts as text.
pub fn instant(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::Nanos, true)
}

/// The instant of a column.
pub fn read_instant(row: &Row<'_>, column: usize) -> Result<Instant, Error> {
    let text = row.get_ref(column)?.as_str()?;
    let at = DateTime::parse_from_rfc3339(text).map_err(|_| unreadable(column, "no instant"))?;
    Ok(at.to_utc())
}

/// The digest of a column.
pub fn read_digest(row: &Row<'_>, column: usize) -> Result<Digest, Error> {
    Digest::parse(row.get_ref(column)?.as_str()?).ok_or_else(|| unreadable(column, "no digest"))
}

/// The text of a column as something that checks its text (a name, an id).
pub fn read_name<T: TryFrom<String, Error = &'static str>>(
    row: &Row<'_>,
    column: usize,
) -> Result<T, Error> {
    T::try_from(row.get(column)?).map_err(|what| unreadable(column, what))
}

/// A count of a column.
pub fn read_count(row: &Row<'_>, column: usize) -> Result<u64, Error> {
    let count = row.get(column)?;
    u64::try_from(count).map_err(|_| Error::IntegralValueOutOfRange(column, count))
}

fn read_optional_count(row: &Row<'_>, column: usize) -> Result<Option<u64>, Error> {
    let Some(count) = row.get::<_, Option<i64>>(column)? else { return Ok(None) };
    u64::try_from(count).map(Some).map_err(|_| Error::IntegralValueOutOfRange(column, count))
}

/// The measures of five columns from `first` on: spend, revenue, impressions, clicks, conversions.
pub fn read_measures(row: &Row<'_>, first: usize) -> Result<Measures, Error> {
    Ok(Measures {
        spend: Money::from_minor(row.get::<_, i64>(first)?.into()),
        revenue: Money::from_minor(row.get::<_, i64>(first + 1)?.into()),
        impressions: read_optional_count(row, first + 2)?,
        clicks: read_optional_count(row, first + 3)?,
        conversions: read_optional_count(row, first + 4)?.map(Conversions::from_millionths),
    })
}

/// The five columns of measures, in the order of [`read_measures`].
#[derive(Debug, Clone, Copy)]
pub struct MeasureColumns {
    /// Minor units.
    pub spend: i64,
    /// Minor units.
    pub revenue: i64,
    /// Times shown.
    pub impressions: Option<i64>,
    /// Clicks.
    pub clicks: Option<i64>,
    /// Millionths.
    pub conversions: Option<i64>,
}

impl MeasureColumns {
    /// `None`: a value needs more than the 64 bits of a column, far beyond what a cell may hold.
    pub fn of(measures: &Measures) -> Option<Self> {
        let millionths = measures.conversions.map(Conversions::millionths);
        Some(Self {
            spend: i64::try_from(measures.spend.minor()).ok()?,
            revenue: i64::try_from(measures.revenue.minor()).ok()?,
            impressions: measures.impressions.map(i64::try_from).transpose().ok()?,
            clicks: measures.clicks.map(i64::try_from).transpose().ok()?,
            conversions: millionths.map(i64::try_from).transpose().ok()?,
        })
    }

    /// The measures that these columns were made of.
    pub fn measures(&self) -> Measures {
        let count = |count: Option<i64>| count.map(i64::cast_unsigned);
        Measures {
            spend: Money::from_minor(self.spend.into()),
            revenue: Money::from_minor(self.revenue.into()),
            impressions: count(self.impressions),
            clicks: count(self.clicks),
            conversions: count(self.conversions).map(Conversions::from_millionths),
        }
    }
}

fn unreadable(column: usize, what: &'static str) -> Error {
    Error::FromSqlConversionFailure(column, Type::Text, what.into())
}
