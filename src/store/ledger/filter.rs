//! Which keys may have been seen, in memory that doesn't grow: a Bloom filter whose bits of a key
//! lie in one line of the processor's cache (Putze, Sanders, Singler: "Cache-, hash- and
//! space-efficient Bloom filters", 2007). It says "maybe" or "no", and "no" is certain.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::batch::FactColumns;

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
}

impl Filter {
    /// The empty set.
    pub fn new() -> Self {
        Self { lines: vec![[0; LINE_WORDS]; LINES] }
    }

    /// Adds the key of a row.
    pub fn add(&mut self, row: &FactColumns<'_>) {
        let (line, mask) = place(row);
        for (word, bits) in self.lines[line].iter_mut().zip(mask) {
            *word |= bits;
        }
    }

    /// Whether the key of a row may have been added; without doubt where it has been.
    pub fn may_have(&self, row: &FactColumns<'_>) -> bool {
        let (line, mask) = place(row);
        self.lines[line].iter().zip(mask).all(|(word, bits)| word & bits == bits)
    }
}

/// The line of a key and its bits there.
fn place(row: &FactColumns<'_>) -> (usize, [u64; LINE_WORDS]) {
    let mut hasher = DefaultHasher::new();
    (row.day, row.channel, row.campaign).hash(&mut hasher);
    let hash = hasher.finish();
    let low = |bits: u64| usize::try_from(bits & 0xFFFF_FFFF).expect("32 bits");
    let line = low(hash >> 32) % LINES;
    // Nine bits for each: which of the line's 512. Knuth's multiplier spreads the hash anew, so
    // that they don't depend on the line.
    let mut spread = hash.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut mask = [0; LINE_WORDS];
    for _ in 0..BITS {
        let bit = low(spread >> 55);
        mask[bit / 64] |= 1 << (bit % 64);
        spread <<= 9;
    }
    (line, mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(day: i64, campaign: &str) -> FactColumns<'_> {
        FactColumns { day, channel: 1, campaign, ..FactColumns::default() }
    }

    #[test]
    fn what_was_added_is_there_and_hardly_anything_else() {
        let mut filter = Filter::new();
        assert!(!filter.may_have(&key(1, "a")));
        for day in 0..100_000 {
            filter.add(&key(day, "a"));
        }
        assert!((0..100_000).all(|day| filter.may_have(&key(day, "a"))));
        let others = (0..100_000).filter(|&day| filter.may_have(&key(day, "b"))).count();
        assert!(others < 10, "{others} of 100,000");
    }
}
