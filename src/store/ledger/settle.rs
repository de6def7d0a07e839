//! The end of a file: on each day that the ledger had rows of, what changed per channel. A pair
//! (day, channel) that the file states is replaced as a whole, so older campaigns that it does
//! not state go, and all rows of the pair name the file.

use super::WRITE;
use super::changes::{Changes, REPLACEMENTS_MAX, replacement};
use super::channels::BUSINESS;
use super::dropped::{DroppedRows, Gone};
use super::fault::fault;
use super::figures::{FIGURES, FIGURES_COUNT, read_figures, sum};
use super::moved::MovedRows;
use super::origins::Earlier;
use super::others::OtherSources;
use super::take::{Added, Take};
use crate::audit::Replacement;
use crate::domain::{ChannelBy, ChannelName, Day, Figures, Subject};
use crate::store::StoreError;

/// The rows of one channel on one day, as they stand at the end of the file.
pub(super) struct Pair {
    pub channel: i64,
    /// The file states it.
    pub stated: bool,
    /// There were rows of it before the file.
    known: bool,
    /// A row of it is new, has other values, or is an older one that the file does not state.
    changed: bool,
    /// The rows whose campaigns have moved to another channel.
    moved: Gone,
    /// The earlier file that brought its values; all rows of a pair have the same.
    pub file: Option<i64>,
    /// The earlier file that stated those of its rows last that this one does not state.
    pub seen: Option<i64>,
    /// The older rows that the file does not state.
    pub left_out: Gone,
    /// The sum of the older values that are still there.
    before: Option<Figures>,
    /// The sum of what the file states.
    after: Option<Figures>,
}

/// What is found of the days of a file.
struct Settled {
    changes: Changes,
    added: Added,
    gone: DroppedRows,
    moved: MovedRows,
    others: OtherSources,
    earlier: Earlier,
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
        let earlier = std::mem::take(&mut self.earlier);
        let found = self.find_changes(earlier);
        let (changes, added) = found.map_err(|error| fault(path, WRITE, error))?;
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

    fn find_changes(&self, earlier: Earlier) -> rusqlite::Result<(Changes, Added)> {
        let mut found = Settled::of(earlier);
        for (day, had_rows) in self.days.iter() {
            if had_rows {
                self.settle_day(day, &mut found)?;
            } else {
                found.changes.new_days += 1;
            }
        }
        let Settled { mut changes, added, gone, moved, others, mut earlier } = found;
        let nothing_changed = changes.new_days + changes.added + changes.replaced == 0;
        changes.is_duplicate = nothing_changed && !self.days.is_empty();
        changes.dropped = gone.told(self.currency);
        changes.moved = moved.told(self.currency, |channel| self.name(channel));
        changes.other_sources = self.other_sources(others, &mut earlier, self.currency)?;
        Ok((changes, added))
    }

    fn settle_day(&self, day: i64, found: &mut Settled) -> rusqlite::Result<()> {
        let pairs = self.settled_pairs(day, found)?;
        let Settled { changes, added, gone, others, earlier, .. } = found;
        self.note_unsaid(day, &pairs, earlier, &mut changes.unsaid)?;
        let mut replaced = Vec::new();
        let is_changed = |pair: &Pair| pair.changed && (pair.stated || pair.moved.rows > 0);
        for pair in pairs.into_iter().filter(is_changed) {
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
        for (subject, pair) in replaced.iter().filter(|(_, pair)| pair.stated) {
            self.note_other_source(day, pair, earlier, others)?;
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

    /// The pairs of a day without the campaigns that moved away from them.
    fn settled_pairs(&self, day: i64, found: &mut Settled) -> rusqlite::Result<Vec<Pair>> {
        let pairs = self.pairs(day)?;
        let Settled { earlier, moved, .. } = found;
        if self.channel_by == ChannelBy::Row || !self.may_have_moved(&pairs, earlier)? {
            return Ok(pairs);
        }
        let former = self.take_moved(day, earlier.own_source(), moved)?;
        if former.is_empty() {
            return Ok(pairs);
        }
        let mut pairs = self.pairs(day)?;
        for (channel, gone) in former {
            let at = pairs.iter().position(|pair| pair.channel == channel);
            let at = at.unwrap_or_else(|| {
                pairs.push(Pair::of(channel));
                pairs.len() - 1
            });
            pairs[at].lose(gone);
        }
        Ok(pairs)
    }

    /// Whether there are rows that the file's source stated before and that the file does not state.
    fn may_have_moved(&self, pairs: &[Pair], earlier: &mut Earlier) -> rusqlite::Result<bool> {
        for seen in pairs.iter().filter_map(|pair| pair.seen) {
            if earlier.is_of_own_source(&self.ledger.connection, seen)? {
                return Ok(true);
            }
        }
        Ok(false)
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
                pair.seen = Some(seen);
            }
            if !inserted {
                pair.file = Some(file.abs());
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
        let position = self.position(channel);
        Subject::Channel(position.expect("a channel that the file states is one of the account's"))
    }

    /// The position of a channel in the account; `None`: it has it no longer.
    pub(super) fn position(&self, channel: i64) -> Option<usize> {
        self.channels.iter().position(|&(_, number)| number == channel)
    }

    fn name(&self, channel: i64) -> ChannelName {
        let position = self.position(channel).expect("it is one of the account's");
        self.channels[position].0.clone()
    }

    fn tell(&self, day: i64, subject: Subject, pair: &Pair) -> Replacement {
        let overwritten = self.overwritten.get(&(day, subject)).copied().unwrap_or_default();
        let before = match (pair.before, overwritten.sum) {
            (before, Some(older)) => sum(before, older),
            (before, None) => before.expect("a pair that was known has older values"),
        };
        // What moved away may have been all of it.
        let after = pair.after.unwrap_or(Figures::NONE);
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

impl Settled {
    fn of(earlier: Earlier) -> Self {
        Self {
            changes: Changes::default(),
            added: Added::new(),
            gone: DroppedRows::new(),
            moved: MovedRows::new(),
            others: OtherSources::new(),
            earlier,
        }
    }
}

impl Pair {
    const fn of(channel: i64) -> Self {
        let (stated, known, changed, moved) = (false, false, false, Gone::NONE);
        let (file, seen, left_out, before, after) = (None, None, Gone::NONE, None, None);
        Self { channel, stated, known, changed, moved, file, seen, left_out, before, after }
    }

    /// Rows of it have moved away, with what they stated.
    fn lose(&mut self, gone: Gone) {
        if !self.stated {
            self.after = self.before;
        }
        let Some(figures) = gone.figures() else { return };
        self.before = Some(sum(self.before, figures));
        (self.known, self.changed, self.moved) = (true, true, gone);
    }

    /// The older values that are still there.
    pub fn left(&self) -> Gone {
        let mut left = Gone::NONE;
        if let Some(before) = self.before {
            left.add(before);
        }
        left
    }
}
