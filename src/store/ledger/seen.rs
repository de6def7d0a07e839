//! Which keys a file has stated, in memory that doesn't grow with it. The days of a channel's
//! campaign are bits beside each other as long as there is room for all of them, which tells for
//! certain and fast; where there isn't, all keys go into a filter, which tells of few that they may
//! have been.

use std::collections::HashMap;

use super::batch::FactColumns;
use super::filter::Filter;
use super::hash::Seed;

/// Bytes of the exact set at most: 20 million rows fit in if each campaign has most of its days.
const BYTES_MAX: usize = if cfg!(test) { 4096 } else { 6 * 1024 * 1024 };

/// About what the name of a campaign takes beside its text.
const NAME_BYTES: usize = 64;

/// Days of a stretch: the bits of a line of the processor's cache.
const STRETCH_DAYS: i64 = 512;

/// About what a stretch takes with its place.
const STRETCH_BYTES: usize = size_of::<Bits>() + 32;

type Bits = [u64; 8];

/// A set of keys that may take one for another.
pub enum Seen {
    /// It doesn't.
    Exact(Exact),
    /// It does.
    Filtered(Filter),
}

/// A set of keys.
pub struct Exact {
    /// A number for each campaign, from 1 on.
    campaigns: HashMap<Box<str>, u32, Seed>,
    /// Where the bits of each stretch are.
    places: HashMap<Stretch, u32, Seed>,
    bits: Vec<Bits>,
    /// Bytes that are left.
    room: usize,
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
        Self::Exact(Exact::with_room(BYTES_MAX))
    }

    /// Adds the key of a row. Whether it may have been there: without doubt where it was.
    pub fn add(&mut self, row: &FactColumns<'_>) -> bool {
        if let Self::Exact(exact) = self {
            if let Some(had) = exact.add(row) {
                return had;
            }
            let mut filter = Filter::new();
            exact.each(&mut |row| {
                filter.add(row);
            });
            *self = Self::Filtered(filter);
        }
        match self {
            Self::Filtered(filter) => filter.add(row),
            Self::Exact(_) => unreachable!("it has become a filter"),
        }
    }
}

impl Exact {
    /// No keys, and so many bytes for them.
    fn with_room(room: usize) -> Self {
        let seed = Seed::new();
        let campaigns = HashMap::with_hasher(seed.clone());
        Self { campaigns, places: HashMap::with_hasher(seed), bits: Vec::new(), room }
    }

    /// Adds the key of a row. Whether it was there; `None`: there is no room for it.
    fn add(&mut self, row: &FactColumns<'_>) -> Option<bool> {
        let place = self.place(row)?;
        let day = row.day.rem_euclid(STRETCH_DAYS);
        let word = &mut self.bits[place as usize][usize::try_from(day / 64).unwrap_or_default()];
        let had = *word >> (day % 64) & 1 == 1;
        *word |= 1 << (day % 64);
        Some(had)
    }

    /// Where the bits of the row's stretch are.
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
        self.room = self.room.checked_sub(bytes)?;
        Some(())
    }

    /// Hands each key to `each`.
    fn each(&self, each: &mut dyn FnMut(&FactColumns<'_>)) {
        let mut names = vec![""; self.campaigns.len() + 1];
        for (name, &number) in &self.campaigns {
            names[number as usize] = name;
        }
        for (stretch, &place) in &self.places {
            let first = i64::from(stretch.number) * STRETCH_DAYS;
            let (channel, campaign) = (stretch.channel.into(), names[stretch.campaign as usize]);
            for (day, word) in (first..).step_by(64).zip(self.bits[place as usize]) {
                for day in (day..).zip(0..64).filter(|(_, bit)| word >> bit & 1 == 1) {
                    each(&FactColumns { day: day.0, channel, campaign, ..FactColumns::default() });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    type Key = (i64, i64, &'static str);

    fn row(&(day, channel, campaign): &Key) -> FactColumns<'static> {
        FactColumns { day, channel, campaign, ..FactColumns::default() }
    }

    fn key() -> impl Strategy<Value = Key> {
        let day = prop_oneof![3 => 0..40i64, 2 => -3_000..3_000i64, 1 => -1_000_000..1_000_000i64];
        let campaign = prop::sample::select(vec!["", "a", "b", "a campaign of many letters"]);
        (day, 0..9i64, campaign)
    }

    proptest! {
        #[test]
        fn what_was_added_is_there_however_little_room_there_is(
            keys in prop::collection::vec(key(), 1..200),
            room in 0..8000usize,
        ) {
            let mut seen = Seen::Exact(Exact::with_room(room));
            let mut model = BTreeSet::new();
            let mut wrong = 0;
            for key in &keys {
                let is_new = model.insert(*key);
                let may_have_been = seen.add(&row(key));
                prop_assert!(is_new || may_have_been, "{key:?} was there");
                wrong += u32::from(is_new && may_have_been);
            }
            prop_assert!(wrong <= 1, "{wrong} of {} seemed to be there", keys.len());
            if let Seen::Exact(_) = seen {
                prop_assert_eq!(wrong, 0);
            }
        }

        #[test]
        fn an_exact_set_tells_all_that_it_has(keys in prop::collection::vec(key(), 0..200)) {
            let mut exact = Exact::with_room(usize::MAX);
            for key in &keys {
                prop_assert!(exact.add(&row(key)).is_some());
            }
            let mut told = BTreeSet::new();
            exact.each(&mut |row| {
                assert!(told.insert((row.day, row.channel, row.campaign.to_owned())));
            });
            let stated = keys.iter().map(|key| (key.0, key.1, key.2.to_owned()));
            prop_assert_eq!(told, stated.collect::<BTreeSet<_>>());
        }
    }

    #[test]
    fn most_days_of_many_channels_have_room_exactly() {
        // 20 million: 2,000 channels, 10,000 days each.
        let mut exact = Exact::with_room(6 * 1024 * 1024);
        let days = (0..10_000).step_by(64);
        let fits = (0..2_000).all(|channel| {
            days.clone().all(|day| exact.add(&row(&(day, channel, ""))) == Some(false))
        });
        assert!(fits);
    }
}
