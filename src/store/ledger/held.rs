//! Rows in whatever order → rows by key, as far as they fit into bounded memory. Rows that come in
//! order stay in one run, which costs next to nothing; only those that don't are sorted in.

use std::cmp::Ordering;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};

use super::batch::{FactColumns, Pushed};
use super::figures::FigureColumns;

/// Rows held at most: a day of a thousand channels with thirty campaigns each, in about 5 MB.
const ROWS_MAX: usize = if cfg!(test) { 64 } else { 32 * 1024 };

/// Bytes of campaigns and controls held at most.
const TEXT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Day, channel and campaign: the order of the ledger.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(i64, i64, Box<str>);

/// What a row states beside its key.
#[derive(Debug)]
pub struct Values {
    figures: FigureColumns,
    controls: Box<str>,
    line: i64,
}

/// Rows by key, each key once.
#[derive(Default)]
pub struct Held {
    /// Rows that came in order.
    run: VecDeque<(Key, Values)>,
    /// Rows that came after a row of a greater key; each has a key below the run's last.
    strays: BTreeMap<Key, Values>,
    text_bytes: usize,
}

impl Key {
    /// The key of a row.
    pub fn of(row: &FactColumns<'_>) -> Self {
        Self(row.day, row.channel, row.campaign.into())
    }

    /// This key against that of a row.
    pub fn cmp_row(&self, row: &FactColumns<'_>) -> Ordering {
        (self.0, self.1, &*self.2).cmp(&(row.day, row.channel, row.campaign))
    }

    /// The row of this key with these values.
    pub fn row<'a>(&'a self, values: &'a Values) -> FactColumns<'a> {
        let &Values { figures, ref controls, line } = values;
        FactColumns { day: self.0, channel: self.1, campaign: &self.2, figures, controls, line }
    }
}

impl Values {
    /// Those of a row.
    pub fn of(row: &FactColumns<'_>) -> Self {
        Self { figures: row.figures, controls: row.controls.into(), line: row.line }
    }

    /// What they are to a row of the same key.
    fn beside(&self, row: &FactColumns<'_>) -> Pushed {
        let &Self { figures, ref controls, line } = self;
        FactColumns { figures, controls, line, ..*row }.beside(row)
    }
}

impl Held {
    /// Holds `row`, unless a row of its key is held: [`Pushed::Held`].
    pub fn push(&mut self, row: &FactColumns<'_>) -> Pushed {
        if self.run.back().is_none_or(|(last, _)| last.cmp_row(row).is_lt()) {
            self.run.push_back((Key::of(row), Values::of(row)));
        } else if let Ok(at) = self.run.binary_search_by(|(key, _)| key.cmp_row(row)) {
            return self.run[at].1.beside(row);
        } else {
            match self.strays.entry(Key::of(row)) {
                Entry::Occupied(held) => return held.get().beside(row),
                Entry::Vacant(place) => place.insert(Values::of(row)),
            };
        }
        self.text_bytes += row.campaign.len() + row.controls.len();
        Pushed::New
    }

    /// Takes out the row of the least key.
    pub fn pop(&mut self) -> Option<(Key, Values)> {
        let stray_is_first = match (self.strays.first_key_value(), self.run.front()) {
            (Some((stray, _)), Some((key, _))) => stray < key,
            (stray, _) => stray.is_some(),
        };
        let row = if stray_is_first { self.strays.pop_first() } else { self.run.pop_front() }?;
        self.text_bytes -= row.0.2.len() + row.1.controls.len();
        Some(row)
    }

    /// How many rows are held.
    pub fn len(&self) -> usize {
        self.run.len() + self.strays.len()
    }

    /// Whether some have to go before more come.
    pub fn is_full(&self) -> bool {
        self.len() >= ROWS_MAX || self.text_bytes >= TEXT_BYTES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Figures;

    fn row(day: i64, channel: i64, campaign: &str, line: i64) -> FactColumns<'_> {
        let clicks = Some(line.cast_unsigned());
        let figures = FigureColumns::of(&Figures { clicks, ..Figures::NONE });
        let figures = figures.expect("a small number");
        FactColumns { day, channel, campaign, figures, controls: "", line }
    }

    #[test]
    fn rows_come_out_by_key_whatever_their_order() {
        let keys = [(2, 1, ""), (1, 1, ""), (2, 3, "b"), (2, 3, "a"), (3, 0, ""), (2, 2, "z")];
        let mut held = Held::default();
        for (line, (day, channel, campaign)) in (1..).zip(keys) {
            assert!(matches!(held.push(&row(day, channel, campaign, line)), Pushed::New));
        }
        let lines: Vec<i64> =
            std::iter::from_fn(|| held.pop()).map(|(_, values)| values.line).collect();
        assert_eq!(lines, [2, 1, 6, 4, 3, 5]);
        assert_eq!((held.len(), held.text_bytes), (0, 0));
    }

    #[test]
    fn a_key_is_held_once_and_its_first_row_is_told() {
        let mut held = Held::default();
        for (line, channel) in [(1, 5), (2, 9), (3, 7)] {
            held.push(&row(1, channel, "", line));
        }
        for (line, channel) in [(1, 5), (2, 9), (3, 7)] {
            match held.push(&row(1, channel, "", 10 + line)) {
                Pushed::Held { line: first, figures, is_same } => {
                    let clicks = figures.figures().clicks;
                    assert_eq!((first, clicks), (line, Some(line.cast_unsigned())), "{channel}");
                    assert!(!is_same, "they differ in clicks");
                }
                Pushed::New | Pushed::Passed => panic!("channel {channel} is held"),
            }
        }
        assert_eq!(held.len(), 3);
    }

    #[test]
    fn long_campaigns_fill_it_before_many_rows_do() {
        let campaign = "x".repeat(1024 * 1024);
        let mut held = Held::default();
        for channel in 0..4 {
            assert!(!held.is_full());
            held.push(&row(1, channel, &campaign, 1));
        }
        assert!(held.is_full());
        held.pop();
        assert!(!held.is_full());
    }
}
