//! Domain values ↔ the columns of the ledger. Nothing is rounded, and a column that does not hold
//! what its kind allows is an error, never a default.

use chrono::{DateTime, Datelike, SecondsFormat};
use rusqlite::types::Type;
use rusqlite::{Error, Row};

use crate::domain::{Day, Digest, Grain, Instant};

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

/// A count of a column that may be empty.
pub fn read_optional_count(row: &Row<'_>, column: usize) -> Result<Option<u64>, Error> {
    let Some(count) = row.get::<_, Option<i64>>(column)? else { return Ok(None) };
    u64::try_from(count).map(Some).map_err(|_| Error::IntegralValueOutOfRange(column, count))
}

/// The number of a grain: part of a row's key.
pub const fn grain(grain: Grain) -> i64 {
    match grain {
        Grain::Day => 0,
        Grain::Week => 1,
        Grain::Month => 2,
    }
}

/// What stands for no text at all.
pub fn optional_text(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The text of a column that may be empty.
pub fn read_optional_text<'r>(row: &'r Row<'_>, column: usize) -> Result<&'r str, Error> {
    Ok(row.get_ref(column)?.as_str_or_null()?.unwrap_or_default())
}

/// What a column says that does not hold what its kind allows.
pub fn unreadable(column: usize, what: &'static str) -> Error {
    Error::FromSqlConversionFailure(column, Type::Text, what.into())
}
