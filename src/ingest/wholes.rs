//! Whole records as they come → whether the same record may have come before, cell by cell, the
//! unread ones included: only such a row is a repetition. In bounded memory, so that of very many
//! rows a few may seem to have come before that did not.

use std::hash::{DefaultHasher, Hasher as _};

use super::record::Record;

/// Bits that records are marked in: 8 MiB.
const BITS: u64 = 1 << 26;

/// Bits of a record.
const MARKS: u64 = 3;

/// The records so far.
pub(super) struct Wholes {
    words: Vec<u64>,
    /// Whether the newest record may have come before.
    pub newest_came_before: bool,
}

impl Wholes {
    pub(super) fn new() -> Self {
        Self { words: Vec::new(), newest_came_before: false }
    }

    /// Marks a record.
    pub(super) fn add(&mut self, record: &Record) {
        if self.words.is_empty() {
            self.words = vec![0; usize::try_from(BITS / 64).expect("fits any machine")];
        }
        let mut hasher = DefaultHasher::new();
        for cell in record.iter() {
            hasher.write(cell.trim_ascii());
            // No cell can hold it, so that "a,bc" and "ab,c" differ.
            hasher.write_u8(0);
        }
        let hash = hasher.finish();
        let (start, step) = (hash, hash.rotate_left(32) | 1);
        self.newest_came_before = true;
        for mark in 0..MARKS {
            let bit = start.wrapping_add(mark.wrapping_mul(step)) % BITS;
            let word = usize::try_from(bit / 64).expect("fits any machine");
            self.newest_came_before &= self.words[word] >> (bit % 64) & 1 == 1;
            self.words[word] |= 1 << (bit % 64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(line: &str) -> Record {
        let mut record = Record::default();
        record.set_plain(line.as_bytes(), b',');
        record
    }

    #[test]
    fn only_the_very_same_cells_came_before() {
        let mut wholes = Wholes::new();
        let mut came_before = |line: &str| {
            wholes.add(&record(line));
            wholes.newest_came_before
        };
        assert!(!came_before("a,bc,1"));
        assert!(!came_before("ab,c,1"));
        assert!(!came_before("a,bc,2"));
        assert!(came_before("a, bc ,1"));
    }

    #[test]
    fn of_many_records_hardly_any_seems_to_have_come_before() {
        let mut wholes = Wholes::new();
        let mut seeming = 0;
        for number in 0..100_000 {
            wholes.add(&record(&format!("x,{number}")));
            seeming += u32::from(wholes.newest_came_before);
        }
        assert!(seeming < 5, "{seeming}");
    }
}
