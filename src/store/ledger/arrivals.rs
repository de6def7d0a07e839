//! Which pairs (day, channel) a file brings that the ledger had no row of, as runs of days. The
//! business is no part of it: no decision rests on it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::changes::Changes;
use super::channels::BUSINESS;
use super::encode;
use super::settle::day_of;
use super::take::Take;
use crate::domain::{ChannelName, Day};
use crate::store::StoreError;

/// Days by channel, each run with its first and its last day; the runs of a channel in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrivals<C: Ord = ChannelName>(BTreeMap<C, Vec<(Day, Day)>>);

impl<C: Ord> Default for Arrivals<C> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<C: Ord> Arrivals<C> {
    /// Adds a day of a channel, none of whose days so far is later.
    fn push(&mut self, channel: C, day: Day) {
        let runs = self.0.entry(channel).or_default();
        match runs.last_mut() {
            Some((_, last)) if last.succ_opt() == Some(day) => *last = day,
            _ => runs.push((day, day)),
        }
    }

    /// Whether there is a day among `days` of a channel that `of` names.
    pub fn has(&self, days: &Range<Day>, of: impl Fn(&C) -> bool) -> bool {
        self.0.iter().any(|(channel, runs)| {
            let next = runs.partition_point(|&(_, last)| last < days.start);
            runs.get(next).is_some_and(|&(first, _)| first < days.end) && of(channel)
        })
    }
}

impl Take<'_> {
    /// The pairs of `days` that are new with this file.
    ///
    /// Errors: as those of [`Take::finish`], which this asks first.
    pub fn arrivals(&mut self, days: &Range<Day>) -> Result<Arrivals, StoreError> {
        self.finish()?;
        let found = self.find_arrivals(days).map_err(|error| self.ledger.read_fault(error))?;
        let name = |number| {
            let position = self.channels.iter().position(|&(_, known)| known == number);
            self.channels[position.expect("a file states channels of the account")].0.clone()
        };
        Ok(Arrivals(found.0.into_iter().map(|(number, runs)| (name(number), runs)).collect()))
    }

    fn find_arrivals(&self, days: &Range<Day>) -> rusqlite::Result<Arrivals<i64>> {
        // A day that had rows has those of this file that were added to it; any other day has none
        // but this file's.
        let mut added = self.ledger.connection.prepare_cached(
            "SELECT DISTINCT channel FROM facts
             WHERE account = ?1 AND grain = ?2 AND day = ?3 AND channel <> ?4 ORDER BY channel",
        )?;
        let mut arrivals = Arrivals::default();
        let asked = encode::day(days.start)..encode::day(days.end);
        for (day, had_rows) in self.days.iter().filter(|(day, _)| asked.contains(day)) {
            if had_rows {
                for &channel in self.added.get(&day).into_iter().flatten() {
                    arrivals.push(channel, day_of(day));
                }
                continue;
            }
            let mut rows = added.query((self.account, self.grain, day, BUSINESS))?;
            while let Some(row) = rows.next()? {
                arrivals.push(row.get(0)?, day_of(day));
            }
        }
        Ok(arrivals)
    }

    /// The first and the last day that the file changed: it replaced something of it, or brought
    /// the first row of a channel.
    pub fn changed_days(&mut self) -> Result<Option<(Day, Day)>, StoreError> {
        let changes: Changes = self.finish()?;
        let brought = self.days.iter().filter(|&(_, had_rows)| !had_rows).map(|(day, _)| day);
        let mut brought = brought.chain(self.added.keys().copied());
        let first = brought.next();
        let bounds = first.map(|first| {
            brought.fold((first, first), |(first, last), day| (first.min(day), last.max(day)))
        });
        let brought = bounds.map(|(first, last)| (day_of(first), day_of(last)));
        Ok(match (changes.replaced_days(), brought) {
            (Some(replaced), Some(brought)) => {
                Some((replaced.0.min(brought.0), replaced.1.max(brought.1)))
            }
            (replaced, brought) => replaced.or(brought),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u32) -> Day {
        Day::from_ymd_opt(2026, 1, number).expect("a day")
    }

    #[test]
    fn a_day_is_found_in_its_run_and_in_no_gap() {
        let mut arrivals = Arrivals::default();
        for number in [3, 4, 5, 9] {
            arrivals.push("Email", day(number));
        }
        arrivals.push("Meta", day(7));
        assert_eq!(arrivals.0["Email"], [(day(3), day(5)), (day(9), day(9))]);
        let has = |first, end, channel: &str| {
            arrivals.has(&(day(first)..day(end)), |found| *found == channel)
        };
        assert!(has(1, 4, "Email") && has(5, 9, "Email") && has(9, 10, "Email"));
        assert!(!has(1, 3, "Email") && !has(6, 9, "Email") && !has(10, 20, "Email"));
        assert!(has(7, 8, "Meta") && !has(3, 7, "Meta"));
    }
}
