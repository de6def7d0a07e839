//! What a database or a CSV file is made from: named, typed columns and rows of cells. It knows
//! neither SQLite nor a disk.

use std::borrow::Cow;

/// A table, with its rows in the order in which they are written.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<'a> {
    /// Its name.
    pub name: &'static str,
    /// Other names under which the same rows can be read.
    pub views: &'static [&'static str],
    /// Its columns.
    pub columns: Vec<Column>,
    /// Positions of the columns that tell its rows apart; all of them are required.
    pub primary_key: Vec<usize>,
    /// Positions of the columns of each further index.
    pub indexes: Vec<Vec<usize>>,
    /// One cell per column each.
    pub rows: Vec<Vec<Cell<'a>>>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name; of a column named after a campaign, text from outside.
    pub name: String,
    /// What its cells are.
    pub kind: Kind,
    /// Whether each row has a value.
    pub is_required: bool,
}

/// What the cells of a column are, and so how they are declared and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text, days as `YYYY-MM-DD` included.
    Text,
    /// A whole number.
    Whole,
    /// A count that may have up to six decimals.
    Count,
    /// Money in major units, to the minor unit.
    Money,
    /// A quotient, a mean or an estimate.
    Ratio,
}

impl Kind {
    /// The type that SQL knows.
    pub const fn sql(self) -> &'static str {
        match self {
            Self::Text => "TEXT",
            Self::Whole => "INTEGER",
            Self::Count | Self::Money | Self::Ratio => "REAL",
        }
    }
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// Not known, or not to be said.
    Null,
    /// A whole number.
    Whole(i64),
    /// A finite number.
    Real(f64),
    /// Text.
    Text(Cow<'a, str>),
}

impl<'a> Cell<'a> {
    /// A number; nothing where it isn't known or isn't finite.
    pub fn real(value: impl Into<Option<f64>>) -> Self {
        // Adding 0 makes a negative zero a plain one.
        value
            .into()
            .filter(|value| value.is_finite())
            .map_or(Self::Null, |value| Self::Real(value + 0.0))
    }

    /// The nearest whole number; nothing where it isn't known or isn't finite.
    pub fn whole(value: impl Into<Option<f64>>) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "counts are far below the bound")]
        value
            .into()
            .filter(|value| value.is_finite())
            .map_or(Self::Null, |value| Self::Whole(libm::rint(value) as i64))
    }

    /// Text.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }
}

/// Columns that each row has a value in.
pub(super) fn required<const N: usize>(columns: [(&str, Kind); N]) -> Vec<Column> {
    columns.map(|(name, kind)| column(name, kind, true)).into()
}

/// Columns in which a row may have nothing.
pub(super) fn optional<const N: usize>(columns: [(&str, Kind); N]) -> Vec<Column> {
    columns.map(|(name, kind)| column(name, kind, false)).into()
}

fn column(name: &str, kind: Kind, is_required: bool) -> Column {
    Column { name: name.to_owned(), kind, is_required }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_none_is_no_cell() {
        assert_eq!(Cell::real(f64::NAN), Cell::Null);
        assert_eq!(Cell::real(f64::INFINITY), Cell::Null);
        assert_eq!(Cell::whole(None), Cell::Null);
        assert_eq!(Cell::whole(f64::NEG_INFINITY), Cell::Null);
        assert_eq!(Cell::whole(41.6), Cell::Whole(42));
        let Cell::Real(zero) = Cell::real(-0.0) else { panic!("a number") };
        assert!(zero.is_sign_positive());
    }
}
