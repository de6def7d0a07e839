//! Which keys a file has stated, in memory that doesn't grow with it. The days of a channel's
//! campaign are bits beside each other as long as there is room for them, which tells for certain
//! and fast; the keys of all others go into a filter, which tells of few that they may have been.

use std::collections::HashMap;

use super::batch::FactColumns;
use super::filter::Filter;
use super::hash::Seed;

/// Bytes of the exact part at most: 20 million rows fit in if each campaign has most of its days.
const BYTES_MAX: usize = if cfg!(test) { 2048 } else { 6 * 1024 * 1024 };

/// About what the name of a campaign takes beside its text.
const NAME_BYTES: usize = 64;

/// Days of a stretch: the bits of a line of the processor's cache.
const STRETCH_DAYS: i64 = 512;

/// About what a stretch takes with its place.
const STRETCH_BYTES: usize = size_of::<Bits>() + 32;

type Bits = [u64; 8];

/// A set of keys that may take one for another.
pub struct Seen {
    /// A number for each campaign, from 1 on.
    campaigns: HashMap<Box<str>, u32, Seed>,
    /// Where the bits of each stretch are.
    places: HashMap<Stretch, u32, Seed>,
    bits: Vec<Bits>,
    /// Bytes that are left. The key that finds no room goes into the filter, and so do later ones
    /// of its stretch: hence nothing finds room once something found none.
    room: usize,
    /// Made once it is needed.
    filter: Option<Filter>,
}

/// Some days of a campaign of a channel.
#[derive(PartialEq, Eq, Hash)]
struct Stretch {
    channel: u32,
    /// 0: rows without one.
    campaign: u32,
    number: i32,
}

impl Seen {
    /// No keys.
    pub fn new() -> Self {
        let seed = Seed::new();
        Self {
            campaigns: HashMap::with_hasher(seed.clone()),
            places: HashMap::with_hasher(seed),
            bits: Vec::new(),
            room: BYTES_MAX,
            filter: None,
        }
    }

    /// Adds the key of a row. Whether it may have been there: without doubt where it was.
    pub fn add(&mut self, row: &FactColumns<'_>) -> bool {
        let Some(place) = self.place(row) else {
            return self.filter.get_or_insert_with(Filter::new).add(row);
        };
        let day = row.day.rem_euclid(STRETCH_DAYS);
        let word = &mut self.bits[place as usize][usize::try_from(day / 64).unwrap_or_default()];
        let had = *word >> (day % 64) & 1 == 1;
        *word |= 1 << (day % 64);
        had
    }

    /// Where the bits of the row's stretch are; `None`: there is no room for them.
    fn place(&mut self, row: &FactColumns<'_>) -> Option<u32> {
        let campaign = match row.campaign {
            "" => 0,
            name => self.campaign(name)?,
        };
        let channel = u32::try_from(row.channel).ok()?;
        let number = i32::try_from(row.day.div_euclid(STRETCH_DAYS)).ok()?;
        let stretch = Stretch { channel, campaign, number };
        if let Some(&place) = self.places.get(&stretch) {
            return Some(place);
        }
        self.spend(STRETCH_BYTES)?;
        let place = u32::try_from(self.bits.len()).ok()?;
        self.bits.push(Bits::default());
        self.places.insert(stretch, place);
        Some(place)
    }

    /// The number of a campaign.
    fn campaign(&mut self, name: &str) -> Option<u32> {
        if let Some(&number) = self.campaigns.get(name) {
            return Some(number);
        }
        self.spend(NAME_BYTES + name.len())?;
        let number = u32::try_from(self.campaigns.len() + 1).ok()?;
        self.campaigns.insert(name.into(), number);
        Some(number)
    }

    /// Takes so many bytes of the room, if they are left.
    fn spend(&mut self, bytes: usize) -> Option<()> {
        let left = self.room.checked_sub(bytes);
        self.room = left.unwrap_or(0);
        left.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn row<'a>(&(day, channel, campaign): &(i64, i64, &'a str)) -> FactColumns<'a> {
        FactColumns { day, channel, campaign, ..FactColumns::default() }
    }

    fn key() -> impl Strategy<Value = (i64, i64, &'static str)> {
        let day = prop_oneof![3 => 0..40i64, 2 => -3_000..3_000i64, 1 => -1_000_000..1_000_000i64];
        let campaign = prop::sample::select(vec!["", "a", "b", "a campaign of many letters"]);
        (day, 0..9i64, campaign)
    }

    proptest! {
        #[test]
        fn what_was_added_is_there_however_little_room_there_is(
            keys in prop::collection::vec(key(), 1..200),
            room in 0..4000usize,
        ) {
            let mut seen = Seen::new();
            seen.room = room;
            let mut model = BTreeSet::new();
            let mut wrong = 0;
            for key in &keys {
                let is_new = model.insert(*key);
                let may_have_been = seen.add(&row(key));
                prop_assert!(is_new || may_have_been, "{key:?} was there");
                wrong += u32::from(is_new && may_have_been);
            }
            prop_assert!(wrong <= 1, "{wrong} of {} seemed to be there", keys.len());
        }
    }

    #[test]
    fn with_room_it_is_certain() {
        let mut seen = Seen::new();
        seen.room = usize::MAX;
        let keys = (0..30_000).map(|number| (number % 1000, number / 1000 % 3, ""));
        let keys: Vec<(i64, i64, &str)> = keys.collect();
        let maybe = keys.iter().filter(|key| seen.add(&row(key))).count();
        assert_eq!(maybe, 27_000);
        assert!(seen.filter.is_none());
    }
}
