//! The end of a file: on each day that the ledger had rows of, what changed per channel. A pair
//! (day, channel) that the file states is replaced as a whole, so older campaigns that it does
//! not state go, and all rows of the pair name the file.

use super::WRITE;
use super::changes::{Changes, REPLACEMENTS_MAX, replacement};
use super::channels::BUSINESS;
use super::dropped::{DroppedRows, Gone};
use super::fault::fault;
use super::figures::{FIGURES, FIGURES_COUNT, read_figures, sum};
use super::take::{Added, Take};
use crate::audit::Replacement;
use crate::domain::{Day, Figures, Subject};
use crate::store::StoreError;

/// The rows of one channel on one day, as they stand at the end of the file.
struct Pair {
    channel: i64,
    /// The file states it.
    stated: bool,
    /// There were rows of it before the file.
    known: bool,
    /// A row of it is new, has other values, or is an older one that the file does not state.
    changed: bool,
    /// The older rows that the file does not state.
    left_out: Gone,
    /// The sum of the older values that are still there.
    before: Option<Figures>,
    /// The sum of what the file states.
    after: Option<Figures>,
}

impl Take<'_> {
    /// Ends the file: drops what it replaces and says what it changes. Asked again, it answers
    /// the same.
    pub fn finish(&mut self) -> Result<Changes, StoreError> {
        if let Some(changes) = &self.changes {
            return Ok(changes.clone());
        }
        self.insert_held(&mut || Ok::<(), StoreError>(()))?;
        let path = &self.ledger.path;
        let (changes, added) = self.find_changes().map_err(|error| fault(path, WRITE, error))?;
        (self.changes, self.added) = (Some(changes.clone()), added);
        Ok(changes)
    }

    /// Puts the rows that wait into the ledger once all have been stated, which takes seconds where
    /// they are millions. `look` is called now and then; its error ends the take.
    pub fn insert_held<E: From<StoreError>>(
        &mut self,
        look: &mut dyn FnMut() -> Result<(), E>,
    ) -> Result<(), E> {
        let mut looked = Ok(());
        let mut goes_on = || {
            looked = look();
            looked.is_ok()
        };
        let flushed = self.batch.flush(&mut goes_on);
        flushed.map_err(|error| error.of_ledger(&self.ledger.path, WRITE))?;
        looked
    }

    fn find_changes(&self) -> rusqlite::Result<(Changes, Added)> {
        let (mut changes, mut added) = (Changes::default(), Added::new());
        let mut gone = DroppedRows::new();
        for (day, had_rows) in self.days.iter() {
            if had_rows {
                self.settle_day(day, &mut changes, &mut added, &mut gone)?;
            } else {
                changes.new_days += 1;
            }
        }
        let nothing_changed = changes.new_days + changes.added + changes.replaced == 0;
        changes.is_duplicate = nothing_changed && !self.days.is_empty();
        changes.dropped = gone.told(self.currency);
        Ok((changes, added))
    }

    fn settle_day(
        &self,
        day: i64,
        changes: &mut Changes,
        added: &mut Added,
        gone: &mut DroppedRows,
    ) -> rusqlite::Result<()> {
        let mut replaced = Vec::new();
        for pair in self.pairs(day)?.into_iter().filter(|pair| pair.stated && pair.changed) {
            if pair.known {
                replaced.push((self.subject(pair.channel), pair));
            } else {
                changes.added += 1;
                if pair.channel != BUSINESS {
                    added.entry(day).or_default().push(pair.channel);
                }
            }
        }
        replaced.sort_unstable_by_key(|&(subject, _)| subject);
        for (subject, pair) in &replaced {
            if pair.left_out.rows > 0 {
                self.note_dropped(day, *subject, pair.channel, gone)?;
                gone.sum.join(&pair.left_out);
            }
            self.replace(day, pair.channel)?;
        }
        if replaced.is_empty() {
            return Ok(());
        }
        let count = replaced.len() as u64;
        changes.replaced += count;
        changes.replaced_per_day.insert(day_of(day), count);
        let room = REPLACEMENTS_MAX - changes.replacements.len();
        if room > 0 {
            let told = replaced.into_iter().take(room);
            let told = told.map(|(subject, pair)| self.tell(day, subject, &pair));
            changes.replacements.extend(told);
        }
        Ok(())
    }

    /// The pairs of a day, each with what its rows say of it.
    fn pairs(&self, day: i64) -> rusqlite::Result<Vec<Pair>> {
        let read = format!(
            "SELECT channel, {FIGURES}, file, seen
             FROM facts WHERE account = ?1 AND grain = ?2 AND day = ?3 ORDER BY channel"
        );
        let mut read = self.ledger.connection.prepare_cached(&read)?;
        let mut rows = read.query((self.account, self.grain, day))?;
        let mut pairs: Vec<Pair> = Vec::new();
        while let Some(row) = rows.next()? {
            let channel = row.get(0)?;
            let figures = read_figures(row, 1)?;
            let file: i64 = row.get(1 + FIGURES_COUNT)?;
            let seen: i64 = row.get(2 + FIGURES_COUNT)?;
            if pairs.last().is_none_or(|pair| pair.channel != channel) {
                pairs.push(Pair::of(channel));
            }
            let pair = pairs.last_mut().expect("one was pushed if there was none");
            let (stated, inserted, overwritten) = (seen == self.file, file == self.file, file < 0);
            pair.stated |= stated;
            pair.known |= !inserted;
            pair.changed |= inserted || overwritten || !stated;
            if !stated {
                pair.left_out.add(figures);
            }
            if stated {
                pair.after = Some(sum(pair.after, figures));
            }
            if !inserted && !overwritten {
                pair.before = Some(sum(pair.before, figures));
            }
        }
        Ok(pairs)
    }

    /// Makes a pair this file's alone.
    fn replace(&self, day: i64, channel: i64) -> rusqlite::Result<()> {
        let pair = (self.account, self.grain, day, channel, self.file);
        let connection = &self.ledger.connection;
        connection
            .prepare_cached(
                "DELETE FROM facts
                 WHERE account = ?1 AND grain = ?2 AND day = ?3 AND channel = ?4 AND seen <> ?5",
            )?
            .execute(pair)?;
        connection
            .prepare_cached(
                "UPDATE facts SET file = ?5
                 WHERE account = ?1 AND grain = ?2 AND day = ?3 AND channel = ?4 AND file <> ?5",
            )?
            .execute(pair)?;
        Ok(())
    }

    fn subject(&self, channel: i64) -> Subject {
        if channel == BUSINESS {
            return Subject::Business;
        }
        let position = self.channels.iter().position(|&(_, number)| number == channel);
        Subject::Channel(position.expect("a channel that the file states is one of the account's"))
    }

    fn tell(&self, day: i64, subject: Subject, pair: &Pair) -> Replacement {
        let overwritten = self.overwritten.get(&(day, subject)).copied().unwrap_or_default();
        let before = match (pair.before, overwritten.sum) {
            (before, Some(older)) => sum(before, older),
            (before, None) => before.expect("a pair that was known has older values"),
        };
        let after = pair.after.expect("a pair that is stated has new values");
        let channel = match subject {
            Subject::Channel(position) => Some(self.channels[position].0.clone()),
            Subject::Business => None,
        };
        let controls = overwritten.controls;
        replacement(day_of(day), channel, (before, after), controls, self.currency)
    }
}

pub(super) fn day_of(day: i64) -> Day {
    let day = i32::try_from(day).ok().and_then(Day::from_num_days_from_ce_opt);
    day.expect("the day of a row is a day")
}

impl Pair {
    const fn of(channel: i64) -> Self {
        let (stated, known, changed) = (false, false, false);
        Self { channel, stated, known, changed, left_out: Gone::NONE, before: None, after: None }
    }
}
