//! Which keys may have been seen, in memory that doesn't grow: a Bloom filter whose bits of a key
//! lie in one line of the processor's cache (Putze, Sanders, Singler: "Cache-, hash- and
//! space-efficient Bloom filters", 2007). It says "maybe" or "no", and "no" is certain.

use std::hash::BuildHasher;

use super::batch::FactColumns;
use super::hash::{Seed, slot};

/// Bytes of the filter: with five million keys, about one new key in 100,000 is "maybe"; with ten
/// million, one in 1,000.
const BYTES: usize = 20 * 1024 * 1024;

/// The bits of a cache line, in words of 64.
const LINE_WORDS: usize = 8;

const LINES: usize = BYTES / (LINE_WORDS * 8);

/// Bits set per key.
const BITS: u32 = 6;

/// A set of keys that forgets which.
pub struct Filter {
    lines: Vec<[u64; LINE_WORDS]>,
    seed: Seed,
}

impl Filter {
    /// The empty set.
    pub fn new() -> Self {
        Self { lines: vec![[0; LINE_WORDS]; LINES], seed: Seed::new() }
    }

    /// Adds the key of a row. Whether it may have been there: without doubt where it was.
    pub fn add(&mut self, row: &FactColumns<'_>) -> bool {
        let hash = self.seed.hash_one((row.day, row.channel, row.campaign));
        let line = &mut self.lines[slot(hash, LINES)];
        // Nine bits for each: which of the line's 512. Knuth's multiplier spreads the hash anew, so
        // that they don't depend on the line.
        let mut spread = hash.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut had_all = true;
        for _ in 0..BITS {
            let (word, bit) = (spread >> 61, spread >> 55 & 63);
            let word = &mut line[usize::from(word.to_le_bytes()[0])];
            had_all &= *word >> bit & 1 == 1;
            *word |= 1 << bit;
            spread <<= 9;
        }
        had_all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(day: i64, campaign: &str) -> FactColumns<'_> {
        FactColumns { day, channel: 1, campaign, ..FactColumns::default() }
    }

    #[test]
    fn what_was_added_is_there_and_hardly_anything_else_seems_to_be() {
        let mut filter = Filter::new();
        let maybe = (0..100_000).filter(|&day| filter.add(&key(day, "a"))).count();
        assert!(maybe < 10, "{maybe} of 100,000");
        assert!((0..100_000).all(|day| filter.add(&key(day, "a"))));
    }
}
