//! Rows in whatever order, one behind the other in bounded memory → a run by key. Each key is there
//! once, and is found by its hash, if ever one is looked for.

use std::hash::BuildHasher;

use super::batch::{FactColumns, Pushed};
use super::hash::{Seed, slot};
use super::packed;
use super::spill::SortError;

/// Rows at most.
const ROWS_MAX: usize = if cfg!(test) { 64 } else { 128 * 1024 };

/// Bytes of rows at most, but for the last.
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// Places of the table: twice the rows, so that the free one behind a hash is near.
const TABLE: usize = 2 * ROWS_MAX;

/// Rows that are to become a run.
pub struct Pile {
    bytes: Vec<u8>,
    places: Vec<Place>,
    /// By hash, the number of a place, counted from 1; 0: none.
    table: Vec<u32>,
    /// So many rows are in the table: most files have no doubles, and never look for one.
    tabled: usize,
    seed: Seed,
}

/// Where a row lies.
#[derive(Clone, Copy)]
struct Place {
    /// Its day and channel.
    pair: u64,
    at: u32,
    length: u32,
}

impl Place {
    fn of(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.at as usize..][..self.length as usize]
    }
}

impl Pile {
    /// No rows.
    pub fn new() -> Self {
        let (bytes, places, table) = (Vec::new(), Vec::new(), Vec::new());
        Self { bytes, places, table, tabled: 0, seed: Seed::new() }
    }

    /// Adds `row`, whose key is not there.
    pub fn push(&mut self, row: &FactColumns<'_>) {
        let at = self.bytes.len();
        packed::write(row, &mut self.bytes);
        let length = number(self.bytes.len() - at);
        self.places.push(Place { pair: packed::pair(row), at: number(at), length });
    }

    /// What the row of `row`'s key that is there is to it, if one is.
    pub fn find(&mut self, row: &FactColumns<'_>) -> Option<Pushed> {
        self.make_table();
        let key = (packed::pair(row), row.campaign.as_bytes());
        let mut at = slot(self.seed.hash_one(key), TABLE);
        while self.table[at] != 0 {
            let place = self.places[self.table[at] as usize - 1];
            let mut bytes = place.of(&self.bytes);
            if place.pair == key.0 && packed::key(bytes) == key {
                return Some(packed::read(&mut bytes).beside(row));
            }
            at = (at + 1) % TABLE;
        }
        None
    }

    /// Adds to the table what came since.
    fn make_table(&mut self) {
        let Self { bytes, places, table, tabled, seed } = self;
        table.resize(TABLE, 0);
        for (index, place) in places.iter().enumerate().skip(*tabled) {
            let mut at = slot(seed.hash_one(packed::key(place.of(bytes))), TABLE);
            while table[at] != 0 {
                at = (at + 1) % TABLE;
            }
            table[at] = number(index + 1);
        }
        *tabled = places.len();
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether it has to become a run before more rows come.
    pub fn is_full(&self) -> bool {
        self.places.len() >= ROWS_MAX || self.bytes.len() >= BYTES_MAX
    }

    /// Hands each row's bytes to `each`, by key; then there are none.
    pub fn drain(
        &mut self,
        mut each: impl FnMut(&[u8]) -> Result<(), SortError>,
    ) -> Result<(), SortError> {
        let bytes = &self.bytes;
        self.places.sort_unstable_by(|one, other| {
            let campaign = |place: &Place| packed::key(place.of(bytes)).1;
            one.pair.cmp(&other.pair).then_with(|| campaign(one).cmp(campaign(other)))
        });
        self.places.iter().try_for_each(|place| each(place.of(bytes)))?;
        self.bytes.clear();
        self.places.clear();
        self.table.clear();
        self.tabled = 0;
        Ok(())
    }
}

fn number(number: usize) -> u32 {
    u32::try_from(number).expect("a pile is far below 4 GiB")
}
