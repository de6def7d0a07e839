//! The days of a file, each with whether the ledger had rows of it before. A byte for each day of a
//! stretch, so that rows whose days go back and forth find theirs as fast as those of one day.

use std::collections::BTreeMap;

/// Days of a stretch, as a length and as days.
const STRETCH: usize = 256;
const DAYS: i64 = 256;

/// The days stated so far.
#[derive(Default)]
pub struct Days {
    /// By number of the stretch, its days.
    stretches: BTreeMap<i64, Box<[Day; STRETCH]>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Day {
    #[default]
    NotStated,
    New,
    HadRows,
}

impl Days {
    /// Whether the ledger had rows of `day`; `None`: it has not been stated.
    pub fn had_rows(&self, day: i64) -> Option<bool> {
        let stretch = self.stretches.get(&day.div_euclid(DAYS))?;
        match stretch[place(day)] {
            Day::NotStated => None,
            known => Some(known == Day::HadRows),
        }
    }

    /// Notes a day that was stated.
    pub fn insert(&mut self, day: i64, had_rows: bool) {
        let stretch = self
            .stretches
            .entry(day.div_euclid(DAYS))
            .or_insert_with(|| Box::new([Day::NotStated; STRETCH]));
        stretch[place(day)] = if had_rows { Day::HadRows } else { Day::New };
    }

    /// Whether none was stated.
    pub fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }

    /// Each day in order, and whether the ledger had rows of it.
    pub fn iter(&self) -> impl Iterator<Item = (i64, bool)> {
        self.stretches.iter().flat_map(|(number, stretch)| {
            (number * DAYS..).zip(&**stretch).filter_map(|(day, &stated)| match stated {
                Day::NotStated => None,
                known => Some((day, known == Day::HadRows)),
            })
        })
    }
}

fn place(day: i64) -> usize {
    usize::try_from(day.rem_euclid(DAYS)).expect("less than a stretch")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_come_back_in_order_with_what_was_noted_of_them() {
        let noted =
            [(738_000, true), (-1, false), (0, true), (737_999, false), (255, true), (256, false)];
        let mut days = Days::default();
        assert!(days.is_empty());
        for (day, had_rows) in noted {
            assert_eq!(days.had_rows(day), None);
            days.insert(day, had_rows);
            assert_eq!(days.had_rows(day), Some(had_rows));
        }
        let mut expected = noted;
        expected.sort_unstable();
        assert!(days.iter().eq(expected));
        assert_eq!(days.had_rows(1), None);
    }
}
