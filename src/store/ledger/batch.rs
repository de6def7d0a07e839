//! Rows of days that the ledger knew nothing of → the ledger, by key. A file that goes day by day
//! has its rows held for a while and sorted on the way, whatever their order inside a day. One that
//! goes back over its days again and again has them wait outside memory until all are there.

use rusqlite::Connection;

use super::figures::FigureColumns;
use super::held::Held;
use super::insert::Inserter;
use super::pile::Pile;
use super::seen::Seen;
use super::spill::{SortError, Spill};

/// So many rows may come behind what was inserted, and go to the ledger one by one, before rows
/// begin to wait.
const PASSED_MAX: u64 = if cfg!(test) { 8 } else { 2 * 1024 };

/// So many blocks of waiting rows are read in search of keys, in a few seconds, before they go into
/// the ledger after all: a file that repeats itself finds its doubles faster there.
const SEARCHED_MAX: u64 = if cfg!(test) { 256 } else { 1024 * 1024 };

/// So many rows of the file may be taken out of the ledger again, to wait with the others.
const TAKEN_BACK_MAX: u64 = if cfg!(test) { 24 } else { 64 * 1024 };

/// Rows that are inserted between two questions whether to go on: some hundredths of a second.
const ROWS_PER_LOOK: usize = if cfg!(test) { 64 } else { 32 * 1024 };

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
    /// Over all days again and again: all that come wait.
    OverAgain(Box<Waiting>),
    /// So that nothing helps: what lies behind goes to the ledger one by one.
    Any,
}

/// Rows that wait until all are there, in memory and outside.
struct Waiting {
    /// The keys of all rows of the file on days that had none.
    seen: Seen,
    pile: Pile,
    spill: Spill,
    /// Some of these rows are in the ledger already.
    some_inserted: bool,
}

impl FactColumns<'_> {
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
            let pushed = waiting.push(row)?;
            if waiting.spill.searched() > SEARCHED_MAX {
                self.flush(&mut || true)?;
                self.order = Order::Any;
            }
            return Ok(pushed);
        }
        if self.inserter.is_beyond(row) {
            self.passed += 1;
            return Ok(Pushed::Passed);
        }
        let pushed = self.held.push(row);
        if self.held.is_full() {
            // The lower half goes, so that the day that is being read stays as long as it fits.
            self.insert_held(self.held.len().div_ceil(2))?;
        }
        Ok(pushed)
    }

    fn insert_held(&mut self, count: usize) -> Result<(), SortError> {
        let Self { inserter, held, .. } = self;
        inserter.insert_all(count, |insert| {
            let Some((key, values)) = held.pop() else { return Ok(false) };
            insert(&key.row(&values))?;
            Ok(true)
        })
    }

    /// Whether it is time for [`Batch::wait`].
    pub fn should_wait(&self) -> bool {
        self.passed > PASSED_MAX && matches!(self.order, Order::ByDay)
    }

    /// Has all further rows wait until the end of the file, and those that are held. `days` are those
    /// that the ledger had no rows of before the file.
    pub fn wait(&mut self, days: &mut dyn Iterator<Item = i64>) -> Result<(), SortError> {
        let mut waiting = Waiting {
            seen: Seen::new(),
            pile: Pile::new(),
            spill: Spill::new()?,
            some_inserted: false,
        };
        if self.inserter.inserted() <= TAKEN_BACK_MAX {
            // Appended at the end of the ledger, all rows cost it less than sorted in between.
            self.inserter.take_back(days, &mut |row| waiting.hold(row))?;
        } else {
            waiting.some_inserted = true;
            self.inserter.each_key(days, &mut |row| {
                waiting.seen.add(row);
            })?;
        }
        while let Some((key, values)) = self.held.pop() {
            waiting.hold(&key.row(&values))?;
        }
        self.held = Held::default();
        self.order = Order::OverAgain(Box::new(waiting));
        Ok(())
    }

    /// Inserts all rows that are held or wait, as long as `goes_on` says so, which is asked now and
    /// then.
    pub fn flush(&mut self, goes_on: &mut dyn FnMut() -> bool) -> Result<(), SortError> {
        if let Order::OverAgain(waiting) = std::mem::replace(&mut self.order, Order::ByDay) {
            let Waiting { seen, mut pile, mut spill, .. } = *waiting;
            drop(seen);
            spill.take(&mut pile)?;
            drop(pile);
            let mut merge = spill.merge()?;
            let mut left = spill.rows();
            while left > 0 && goes_on() {
                let count = left.min(ROWS_PER_LOOK);
                self.inserter.insert_all(count, |insert| merge.next(insert))?;
                left -= count;
            }
            return Ok(());
        }
        self.insert_held(self.held.len())
    }

    /// Inserts `row` at once, unless its key is there; says whether it did.
    pub fn insert(&mut self, row: &FactColumns<'_>) -> rusqlite::Result<bool> {
        self.inserter.insert(row)
    }
}

impl Waiting {
    /// Holds `row`, if no row before it can have its key; says what is known of that.
    fn push(&mut self, row: &FactColumns<'_>) -> Result<Pushed, SortError> {
        if self.seen.add(row) {
            let found = match self.pile.find(row) {
                None => self.spill.find(row)?,
                held => held,
            };
            if let Some(found) = found {
                return Ok(found);
            }
            if self.some_inserted {
                return Ok(Pushed::Passed);
            }
        }
        self.hold_new(row)?;
        Ok(Pushed::New)
    }

    /// Holds `row`, whose key no row before it has.
    fn hold(&mut self, row: &FactColumns<'_>) -> Result<(), SortError> {
        self.seen.add(row);
        self.hold_new(row)
    }

    fn hold_new(&mut self, row: &FactColumns<'_>) -> Result<(), SortError> {
        self.pile.push(row);
        if self.pile.is_full() { self.spill.take(&mut self.pile) } else { Ok(()) }
    }
}
