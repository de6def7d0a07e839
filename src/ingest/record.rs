//! The fields of one record: one run of bytes, and where each field ends in it.

use std::ops::Index;

use csv::ByteRecord;

/// A record whose quotes have been taken off. Kept and filled again for each record of a file, so
/// that reading allocates nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Record {
    bytes: Vec<u8>,
    /// Where each field ends in `bytes`.
    ends: Vec<usize>,
    /// Bytes between the end of a field and the start of the next: the separator, if it was kept.
    gap: usize,
}

impl Record {
    /// How many fields it has.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Its fields, from the left.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|at| &self[at])
    }

    /// Takes over what the csv reader parsed.
    pub fn set_parsed(&mut self, record: &ByteRecord) {
        self.bytes.clear();
        self.bytes.extend_from_slice(record.as_slice());
        self.gap = 0;
        self.ends.clear();
        let mut end = 0;
        self.ends.extend(record.iter().map(|field| {
            end += field.len();
            end
        }));
    }

    /// Splits a line without quotes and without its end.
    pub fn set_plain(&mut self, line: &[u8], separator: u8) {
        self.bytes.clear();
        self.bytes.extend_from_slice(line);
        self.gap = 1;
        self.ends.clear();
        self.ends.extend(memchr::memchr_iter(separator, line));
        self.ends.push(line.len());
    }
}

impl Index<usize> for Record {
    type Output = [u8];

    fn index(&self, at: usize) -> &[u8] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] + self.gap };
        &self.bytes[start..self.ends[at]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(record: &Record) -> Vec<&[u8]> {
        record.iter().collect()
    }

    #[test]
    fn a_plain_line_is_split_at_each_separator() {
        let mut record = Record::default();
        record.set_plain(b"a;;b c;", b';');
        assert_eq!(fields(&record), [b"a".as_slice(), b"", b"b c", b""]);
        record.set_plain(b"", b';');
        assert_eq!(fields(&record), [b"".as_slice()]);
    }

    #[test]
    fn what_was_parsed_keeps_its_separators() {
        let mut record = Record::default();
        record.set_parsed(&ByteRecord::from(vec!["a,b", "", "c"]));
        assert_eq!(fields(&record), [b"a,b".as_slice(), b"", b"c"]);
        assert_eq!((record.len(), &record[2]), (3, b"c".as_slice()));
    }
}
