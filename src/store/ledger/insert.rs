//! Rows by key → the ledger, many in a statement, which takes half the time of one by one.

use rusqlite::{CachedStatement, Connection};

use super::batch::FactColumns;
use super::encode::optional_text;
use super::figures::{FIGURES, FIGURES_COUNT};
use super::held::{Key, Values};
use super::spill::SortError;

/// Rows per statement: more gains nothing, and every column of each is a parameter of its own.
const ROWS: usize = 32;

/// The parameters that all rows share: account, grain and file.
const SHARED: usize = 3;

/// The parameters of one row.
const PER_ROW: usize = 5 + FIGURES_COUNT;

/// Inserts the rows of one file.
pub struct Inserter<'l> {
    many: CachedStatement<'l>,
    one: CachedStatement<'l>,
    /// The greatest key that came by [`Inserter::insert_all`].
    greatest: Option<Key>,
}

impl<'l> Inserter<'l> {
    /// For the rows of `file`.
    pub fn new(
        connection: &'l Connection,
        account: i64,
        grain: i64,
        file: i64,
    ) -> rusqlite::Result<Self> {
        // No row of many can be there already; if one is, nothing of this file may stay.
        let many =
            format!("INSERT OR ROLLBACK INTO facts ({COLUMNS}, {FIGURES}) VALUES {}", places(ROWS));
        let one = format!(
            "INSERT INTO facts ({COLUMNS}, {FIGURES}) VALUES {} ON CONFLICT DO NOTHING",
            places(1)
        );
        let mut inserter = Self {
            many: connection.prepare_cached(&many)?,
            one: connection.prepare_cached(&one)?,
            greatest: None,
        };
        for statement in [&mut inserter.many, &mut inserter.one] {
            statement.raw_bind_parameter(1, account)?;
            statement.raw_bind_parameter(2, grain)?;
            statement.raw_bind_parameter(3, file)?;
        }
        Ok(inserter)
    }

    /// Whether rows up to the key of `row` or a greater one were inserted.
    pub fn is_beyond(&self, row: &FactColumns<'_>) -> bool {
        self.greatest.as_ref().is_some_and(|greatest| greatest.cmp_row(row).is_ge())
    }

    /// Inserts the `count` rows that `next` gives, which are by key and none of which is there.
    pub fn insert_all(
        &mut self,
        count: usize,
        mut next: impl FnMut() -> Result<Option<(Key, Values)>, SortError>,
    ) -> Result<(), SortError> {
        let mut left = count;
        while left > 0 {
            let (insert, rows) = match left {
                ..ROWS => (&mut self.one, 1),
                ROWS.. => (&mut self.many, ROWS),
            };
            for index in 0..rows {
                let (key, values) = next()?.expect("there are as many as were counted");
                bind(insert, index, &key.row(&values))?;
                if index + 1 == rows && self.greatest.as_ref() < Some(&key) {
                    self.greatest = Some(key);
                }
            }
            insert.raw_execute()?;
            left -= rows;
        }
        Ok(())
    }

    /// Inserts `row`, unless its key is there; says whether it did.
    pub fn insert(&mut self, row: &FactColumns<'_>) -> rusqlite::Result<bool> {
        bind(&mut self.one, 0, row)?;
        Ok(self.one.raw_execute()? == 1)
    }
}

const COLUMNS: &str = "account, grain, file, seen, day, channel, campaign, controls, line";

/// The parameters of so many rows.
fn places(rows: usize) -> String {
    let row = |index: usize| {
        let own: Vec<String> =
            (0..PER_ROW).map(|column| format!("?{}", place(index, column))).collect();
        format!("(?1, ?2, ?3, ?3, {})", own.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// The number of a row's parameter; the first is 1.
const fn place(index: usize, column: usize) -> usize {
    SHARED + index * PER_ROW + column + 1
}

fn bind(
    statement: &mut CachedStatement<'_>,
    index: usize,
    row: &FactColumns<'_>,
) -> rusqlite::Result<()> {
    statement.raw_bind_parameter(place(index, 0), row.day)?;
    statement.raw_bind_parameter(place(index, 1), row.channel)?;
    statement.raw_bind_parameter(place(index, 2), row.campaign)?;
    statement.raw_bind_parameter(place(index, 3), optional_text(row.controls))?;
    statement.raw_bind_parameter(place(index, 4), row.line)?;
    row.figures.bind(statement, place(index, 5))
}
