//! Keys → numbers that look like chance, by multiplications whose two halves are folded into one.
//! Each use has a seed of its own, so that no file can be made to have keys of equal hashes.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Odd numbers whose bits look like chance: the fractions of the golden ratio (Knuth's multiplier)
/// and of √3.
const SPREAD: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0xBB67_AE85_84CA_A73B];

/// Makes hashes that only this process makes.
#[derive(Debug, Clone)]
pub struct Seed(u64);

/// A hash on its way.
pub struct Fold(u64);

impl Seed {
    /// A new one.
    pub fn new() -> Self {
        Self(RandomState::new().hash_one(0))
    }
}

impl BuildHasher for Seed {
    type Hasher = Fold;

    fn build_hasher(&self) -> Fold {
        Fold(self.0)
    }
}

impl Hasher for Fold {
    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.write_u64(u64::from_le_bytes(word.try_into().expect("chunks of eight")));
        }
        let last = words.remainder();
        if !last.is_empty() {
            let mut word = [0; 8];
            word[..last.len()].copy_from_slice(last);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_i32(&mut self, number: i32) {
        self.write_u64(i64::from(number).cast_unsigned());
    }

    fn write_i64(&mut self, number: i64) {
        self.write_u64(number.cast_unsigned());
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = fold(self.0 ^ number, SPREAD[0]);
    }

    fn finish(&self) -> u64 {
        fold(self.0, SPREAD[1])
    }
}

/// One of `count` places for a hash, by its upper bits.
#[expect(clippy::cast_possible_truncation, reason = "it is below `count`")]
pub const fn slot(hash: u64, count: usize) -> usize {
    ((hash as u128 * count as u128) >> 64) as usize
}

#[expect(clippy::cast_possible_truncation, reason = "both halves of the product are used")]
const fn fold(one: u64, other: u64) -> u64 {
    let product = one as u128 * other as u128;
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn texts_that_differ_in_little_have_different_hashes() {
        let seed = Seed::new();
        let texts = (0..20_000).flat_map(|number| [format!("c{number}"), format!("{number:012}")]);
        let hashes: BTreeSet<u64> = texts.map(|text| seed.hash_one(text)).collect();
        assert_eq!(hashes.len(), 40_000);
        assert_ne!(seed.hash_one(""), seed.hash_one("\0"));
    }

    #[test]
    fn hashes_fall_evenly_on_places() {
        let seed = Seed::new();
        let mut counts = [0u32; 64];
        for number in 0..64_000i64 {
            counts[slot(seed.hash_one(number), 64)] += 1;
        }
        assert!(counts.iter().all(|count| (800..1200).contains(count)), "{counts:?}");
    }
}
