//! Rows of days that the ledger knew nothing of → the ledger, by key. A file that goes day by day
//! has its rows held for a while and sorted on the way, whatever their order inside a day. One that
//! goes back over its days again and again has them wait outside memory until all are there.

use std::cmp::Ordering;

use rusqlite::Connection;

use super::figures::FigureColumns;
use super::filter::Filter;
use super::held::Held;
use super::insert::Inserter;
use super::spill::{SortError, Spill};

/// So many rows may come behind what was inserted, and go to the ledger one by one, before rows
/// begin to wait.
const PASSED_MAX: u64 = 2 * 1024;

/// So many blocks of waiting rows are read in search of keys, in a few seconds, before they go into
/// the ledger after all: a file that repeats itself finds its doubles faster there.
const SEARCHED_MAX: u64 = 1024 * 1024;

/// A row as its columns, with the number of its channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
    /// One that is held or waits has it; the row is not taken.
    Held {
        /// Its figures.
        figures: FigureColumns,
        /// It states the same.
        is_same: bool,
        /// Its line.
        line: i64,
    },
    /// It may have been inserted already, so only the ledger can tell; the row is not taken.
    Passed,
}

/// Rows that wait for their insertion.
pub struct Batch<'l> {
    inserter: Inserter<'l>,
    held: Held,
    /// How many rows came behind what was inserted.
    passed: u64,
    order: Order,
}

/// How the rows of a file come.
enum Order {
    /// Mostly by day: those that are held go to the ledger as more come.
    ByDay,
    /// Over all days again and again: those that are held go to the others that wait. The filter
    /// has the keys of all rows that are no longer held.
    OverAgain(Box<(Filter, Spill)>),
    /// So that nothing helps: what lies behind goes to the ledger one by one.
    Any,
}

impl FactColumns<'_> {
    /// The order of the ledger: by day, channel and campaign.
    pub fn cmp_key(&self, other: &FactColumns<'_>) -> Ordering {
        let key = (self.day, self.channel, self.campaign);
        key.cmp(&(other.day, other.channel, other.campaign))
    }

    /// What this row is to another one of its key.
    pub fn beside(&self, other: &FactColumns<'_>) -> Pushed {
        let is_same = self.figures == other.figures && self.controls == other.controls;
        Pushed::Held { figures: self.figures, is_same, line: self.line }
    }
}

impl<'l> Batch<'l> {
    /// An empty batch for the rows of `file`.
    pub fn new(
        connection: &'l Connection,
        account: i64,
        grain: i64,
        file: i64,
    ) -> rusqlite::Result<Self> {
        let inserter = Inserter::new(connection, account, grain, file)?;
        Ok(Self { inserter, held: Held::default(), passed: 0, order: Order::ByDay })
    }

    /// Holds `row`, if no row before it can have its key; says what is known of that.
    pub fn push(&mut self, row: &FactColumns<'_>) -> Result<Pushed, SortError> {
        if let Order::OverAgain(waiting) = &mut self.order {
            let (filter, spill) = &mut **waiting;
            if filter.may_have(row) {
                if let Some(held) = self.held.find(row) {
                    return Ok(held);
                }
                let found = spill.find(row)?;
                if spill.searched() > SEARCHED_MAX {
                    self.flush()?;
                    self.order = Order::Any;
                }
                return Ok(found.unwrap_or(Pushed::Passed));
            }
        } else if self.inserter.is_beyond(row) {
            self.passed += 1;
            return Ok(Pushed::Passed);
        }
        let pushed = self.held.push(row);
        if self.held.is_full() {
            self.make_room()?;
        }
        Ok(pushed)
    }

    fn make_room(&mut self) -> Result<(), SortError> {
        let Self { inserter, held, order, .. } = self;
        if let Order::OverAgain(waiting) = order {
            let (filter, spill) = &mut **waiting;
            return spill.take(held, |row| filter.add(row));
        }
        // The lower half goes, so that the day that is being read stays as long as it fits.
        inserter.insert_all(held.len().div_ceil(2), || Ok(held.pop()))
    }

    /// Whether it is time for [`Batch::wait`].
    pub fn should_wait(&self) -> bool {
        self.passed > PASSED_MAX && matches!(self.order, Order::ByDay)
    }

    /// Has all further rows wait until the end of the file. `inserted` hands over the key of each
    /// row of this file that is in the ledger.
    pub fn wait(
        &mut self,
        inserted: impl FnOnce(&mut dyn FnMut(&FactColumns<'_>)) -> rusqlite::Result<()>,
    ) -> Result<(), SortError> {
        let mut filter = Filter::new();
        inserted(&mut |row| filter.add(row))?;
        self.order = Order::OverAgain(Box::new((filter, Spill::new()?)));
        Ok(())
    }

    /// Inserts all rows that are held or wait.
    pub fn flush(&mut self) -> Result<(), SortError> {
        let Self { inserter, held, .. } = self;
        if let Order::OverAgain(waiting) = std::mem::replace(&mut self.order, Order::ByDay) {
            let (filter, mut spill) = *waiting;
            drop(filter);
            spill.take(held, |_| {})?;
            let mut merge = spill.merge()?;
            return inserter.insert_all(spill.rows(), || merge.next());
        }
        inserter.insert_all(held.len(), || Ok(held.pop()))
    }

    /// Inserts `row` at once, unless its key is there; says whether it did.
    pub fn insert(&mut self, row: &FactColumns<'_>) -> rusqlite::Result<bool> {
        self.inserter.insert(row)
    }
}

/// Hands the key of each row that is there on `days` to `each`.
pub fn each_key(
    connection: &Connection,
    (account, grain): (i64, i64),
    days: &mut dyn Iterator<Item = i64>,
    each: &mut dyn FnMut(&FactColumns<'_>),
) -> rusqlite::Result<()> {
    let keys = "SELECT channel, campaign FROM facts
        WHERE account = ?1 AND grain = ?2 AND day = ?3";
    let mut keys = connection.prepare_cached(keys)?;
    for day in days {
        let mut rows = keys.query((account, grain, day))?;
        while let Some(row) = rows.next()? {
            let (channel, campaign) = (row.get(0)?, row.get_ref(1)?.as_str()?);
            each(&FactColumns { day, channel, campaign, ..FactColumns::default() });
        }
    }
    Ok(())
}
