//! Rows by key → the ledger, many in a statement, which takes half the time of one by one.

use rusqlite::{CachedStatement, Connection};

use super::batch::FactColumns;
use super::encode::{optional_text, read_optional_text};
use super::figures::{FIGURES, FIGURES_COUNT, FigureColumns};
use super::held::Key;
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
    connection: &'l Connection,
    account: i64,
    grain: i64,
    /// The greatest key that came by [`Inserter::insert_all`].
    greatest: Option<Key>,
    /// How many rows came.
    inserted: u64,
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
            connection,
            account,
            grain,
            greatest: None,
            inserted: 0,
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

    /// How many rows were inserted.
    pub const fn inserted(&self) -> u64 {
        self.inserted
    }

    /// Inserts the `count` rows that `next` hands to what it is given, one at each call, which are
    /// by key and none of which is there.
    pub fn insert_all(
        &mut self,
        count: usize,
        mut next: impl FnMut(
            &mut dyn FnMut(&FactColumns<'_>) -> rusqlite::Result<()>,
        ) -> Result<bool, SortError>,
    ) -> Result<(), SortError> {
        let Self { many, one, greatest, inserted, .. } = self;
        let mut left = count;
        while left > 0 {
            let (insert, rows) = match left {
                ..ROWS => (&mut *one, 1),
                ROWS.. => (&mut *many, ROWS),
            };
            for index in 0..rows {
                let came = next(&mut |row| {
                    let is_last = index + 1 == rows;
                    if is_last && greatest.as_ref().is_none_or(|key| key.cmp_row(row).is_lt()) {
                        *greatest = Some(Key::of(row));
                    }
                    bind(insert, index, row)
                })?;
                assert!(came, "there are as many rows as were counted");
            }
            insert.raw_execute()?;
            left -= rows;
            *inserted += rows as u64;
        }
        Ok(())
    }

    /// Inserts `row`, unless its key is there; says whether it did.
    pub fn insert(&mut self, row: &FactColumns<'_>) -> rusqlite::Result<bool> {
        bind(&mut self.one, 0, row)?;
        let did = self.one.raw_execute()? == 1;
        self.inserted += u64::from(did);
        Ok(did)
    }

    /// Hands the key of each row that is there on `days` to `each`.
    pub fn each_key(
        &self,
        days: &mut dyn Iterator<Item = i64>,
        each: &mut dyn FnMut(&FactColumns<'_>),
    ) -> rusqlite::Result<()> {
        let keys = "SELECT channel, campaign FROM facts
            WHERE account = ?1 AND grain = ?2 AND day = ?3";
        let mut keys = self.connection.prepare_cached(keys)?;
        for day in days {
            let mut rows = keys.query((self.account, self.grain, day))?;
            while let Some(row) = rows.next()? {
                let (channel, campaign) = (row.get(0)?, row.get_ref(1)?.as_str()?);
                each(&FactColumns { day, channel, campaign, ..FactColumns::default() });
            }
        }
        Ok(())
    }

    /// Takes all rows of `days` out again and hands each to `each`.
    pub fn take_back(
        &mut self,
        days: &mut dyn Iterator<Item = i64>,
        each: &mut dyn FnMut(&FactColumns<'_>) -> Result<(), SortError>,
    ) -> Result<(), SortError> {
        let of_day = "WHERE account = ?1 AND grain = ?2 AND day = ?3";
        let read =
            format!("SELECT channel, campaign, controls, line, {FIGURES} FROM facts {of_day}");
        let mut read = self.connection.prepare_cached(&read)?;
        let mut delete = self.connection.prepare_cached(&format!("DELETE FROM facts {of_day}"))?;
        for day in days {
            let key = (self.account, self.grain, day);
            let mut rows = read.query(key)?;
            while let Some(row) = rows.next()? {
                each(&FactColumns {
                    day,
                    channel: row.get(0)?,
                    campaign: row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?,
                    controls: read_optional_text(row, 2)?,
                    line: row.get(3)?,
                    figures: FigureColumns::read(row, 4)?,
                })?;
            }
            delete.execute(key)?;
        }
        self.greatest = None;
        self.inserted = 0;
        Ok(())
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
