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
    /// So many bytes all campaigns begin with.
    common: usize,
}

/// Where a row lies.
#[derive(Clone, Copy)]
struct Place {
    /// Its day and channel.
    pair: u64,
    /// The eight bytes of its campaign behind those that all have in common, which mostly tell it
    /// from others without a look at the row.
    start: u64,
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
        Self { bytes, places, table, tabled: 0, seed: Seed::new(), common: 0 }
    }

    /// Adds `row`, whose key is not there.
    pub fn push(&mut self, row: &FactColumns<'_>) {
        let campaign = row.campaign.as_bytes();
        self.common = match self.places.first() {
            None => campaign.len(),
            Some(first) => {
                let first = packed::key(first.of(&self.bytes)).1;
                let both = self.common.min(campaign.len());
                if first[..both] == campaign[..both] { both } else { alike(first, campaign) }
            }
        };
        let at = self.bytes.len();
        packed::write(row, &mut self.bytes);
        let length = number(self.bytes.len() - at);
        self.places.push(Place { pair: packed::pair(row), start: 0, at: number(at), length });
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
        let Self { bytes, places, table, tabled, seed, .. } = self;
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
        let campaign = |place: &Place| packed::key(place.of(bytes)).1;
        for place in &mut self.places {
            place.start = start(&campaign(place)[self.common..]);
        }
        self.places.sort_unstable_by(|one, other| {
            let keys = (one.pair, one.start).cmp(&(other.pair, other.start));
            keys.then_with(|| campaign(one).cmp(campaign(other)))
        });
        self.places.iter().try_for_each(|place| each(place.of(bytes)))?;
        self.bytes.clear();
        self.places.clear();
        self.table.clear();
        self.tabled = 0;
        Ok(())
    }
}

/// How many bytes two texts begin alike with.
fn alike(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// The first eight bytes of a text as a number in their order; what is missing counts as nothing.
fn start(text: &[u8]) -> u64 {
    let mut start = [0; 8];
    let length = text.len().min(8);
    start[..length].copy_from_slice(&text[..length]);
    u64::from_be_bytes(start)
}

fn number(number: usize) -> u32 {
    u32::try_from(number).expect("a pile is far below 4 GiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(day: i64, channel: i64, campaign: &str) -> FactColumns<'_> {
        FactColumns { day, channel, campaign, line: day * 10 + channel, ..FactColumns::default() }
    }

    #[test]
    fn rows_come_out_by_key_whatever_their_campaigns_have_in_common() {
        let campaigns = [
            "campaign 9 of many",
            "campaign 9 of any",
            "campaign",
            "campaign \0",
            "campaign 9 of mana",
            "campaign ",
            "campaign 10",
            "campaign \0\0 with more",
            "campaign 9 of many \u{1f}es",
        ];
        for used in [&campaigns[..1], &campaigns[..2], &campaigns, &["", "a", "\0", "\0\0"]] {
            let mut pile = Pile::new();
            let mut keys = Vec::new();
            for (day, channel) in [(2, 1), (1, 2), (1, 1), (-1, 7)] {
                for campaign in used {
                    pile.push(&row(day, channel, campaign));
                    keys.push((day, channel, *campaign));
                }
            }
            for &(day, channel, campaign) in &keys {
                let found = pile.find(&row(day, channel, campaign));
                assert!(matches!(found, Some(Pushed::Held { is_same: true, .. })), "{campaign:?}");
            }
            assert!(pile.find(&row(1, 1, "campaign of none")).is_none());
            keys.sort_unstable();
            let mut drained = Vec::new();
            pile.drain(|mut bytes| {
                let row = packed::read(&mut bytes);
                drained.push((row.day, row.channel, row.campaign.to_owned()));
                Ok(())
            })
            .expect("nothing fails");
            assert!(drained.iter().map(|(day, channel, name)| (*day, *channel, &**name)).eq(keys));
            assert_eq!(pile.len(), 0);
            assert!(pile.find(&row(1, 1, used[0])).is_none());
        }
    }

    #[test]
    fn long_texts_fill_it_before_many_rows_do() {
        let controls = "x".repeat(1024 * 1024);
        let mut pile = Pile::new();
        for day in 0..8 {
            assert!(!pile.is_full());
            pile.push(&FactColumns { controls: &controls, ..row(day, 1, "") });
        }
        assert!(pile.is_full());
    }
}
