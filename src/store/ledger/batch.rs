//! Rows of days that the ledger knew nothing of, held for a while: sorted by key, and inserted many
//! at a time, which takes half the time of rows that come one by one in no order. A file that goes
//! day by day has its rows sorted here, whatever their order inside a day.

use rusqlite::{CachedStatement, Connection};

use super::encode::optional_text;
use super::figures::{FIGURES, FIGURES_COUNT, FigureColumns};
use super::held::{Held, Key};

/// Rows per statement: more gains nothing, and every column of each is a parameter of its own.
const ROWS: usize = 32;

/// The parameters that all rows share: account, grain and file.
const SHARED: usize = 3;

/// The parameters of one row.
const PER_ROW: usize = 5 + FIGURES_COUNT;

/// A row as its columns, with the number of its channel.
#[derive(Clone, Copy)]
pub struct FactColumns<'a> {
    /// Its day.
    pub day: i64,
    /// The number of its channel.
    pub channel: i64,
    /// Its campaign.
    pub campaign: &'a str,
    /// Its figures.
    pub figures: FigureColumns,
    /// What it keeps for models; empty: nothing.
    pub controls: &'a str,
    /// Its line in the file.
    pub line: i64,
}

/// What the rows that were pushed before tell of a row's key.
pub enum Pushed {
    /// None of them has it; the row is held.
    New,
    /// One that is held has it; the row is not taken.
    Held {
        /// Its figures.
        figures: FigureColumns,
        /// It states the same.
        is_same: bool,
        /// Its line.
        line: i64,
    },
    /// Rows up to a greater key were inserted already, so only the ledger can tell; the row is
    /// not taken.
    Passed,
}

/// Rows that wait for their insertion.
pub struct Batch<'l> {
    insert_many: CachedStatement<'l>,
    insert_one: CachedStatement<'l>,
    held: Held,
    /// The greatest key that was inserted from here.
    inserted: Option<Key>,
}

impl<'l> Batch<'l> {
    /// An empty batch for the rows of `file`.
    pub fn new(
        connection: &'l Connection,
        account: i64,
        grain: i64,
        file: i64,
    ) -> rusqlite::Result<Self> {
        // No row of a batch can be there already; if one is, nothing of this file may stay.
        let many =
            format!("INSERT OR ROLLBACK INTO facts ({COLUMNS}, {FIGURES}) VALUES {}", places(ROWS));
        let one = format!(
            "INSERT INTO facts ({COLUMNS}, {FIGURES}) VALUES {} ON CONFLICT DO NOTHING",
            places(1)
        );
        let mut batch = Self {
            insert_many: connection.prepare_cached(&many)?,
            insert_one: connection.prepare_cached(&one)?,
            held: Held::default(),
            inserted: None,
        };
        for statement in [&mut batch.insert_many, &mut batch.insert_one] {
            statement.raw_bind_parameter(1, account)?;
            statement.raw_bind_parameter(2, grain)?;
            statement.raw_bind_parameter(3, file)?;
        }
        Ok(batch)
    }

    /// Holds `row`, if no row before it can have its key; says what is known of that.
    pub fn push(&mut self, row: &FactColumns<'_>) -> rusqlite::Result<Pushed> {
        if self.inserted.as_ref().is_some_and(|inserted| inserted.cmp_row(row).is_ge()) {
            return Ok(Pushed::Passed);
        }
        let pushed = self.held.push(row);
        if self.held.is_full() {
            // The lower half goes, so that the day that is being read stays as long as it fits.
            self.insert_held(self.held.len().div_ceil(2))?;
        }
        Ok(pushed)
    }

    /// Inserts all rows that are held.
    pub fn flush(&mut self) -> rusqlite::Result<()> {
        self.insert_held(self.held.len())
    }

    /// Inserts the first `count` of the rows that are held.
    fn insert_held(&mut self, count: usize) -> rusqlite::Result<()> {
        let mut left = count;
        while left > 0 {
            let (insert, rows) = match left {
                ..ROWS => (&mut self.insert_one, 1),
                ROWS.. => (&mut self.insert_many, ROWS),
            };
            for index in 0..rows {
                let (key, values) = self.held.pop().expect("no more are inserted than are held");
                bind(insert, index, &key.row(&values))?;
                self.inserted = Some(key);
            }
            insert.raw_execute()?;
            left -= rows;
        }
        Ok(())
    }

    /// Inserts `row` at once, unless its key is there; says whether it did.
    pub fn insert(&mut self, row: &FactColumns<'_>) -> rusqlite::Result<bool> {
        bind(&mut self.insert_one, 0, row)?;
        Ok(self.insert_one.raw_execute()? == 1)
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
