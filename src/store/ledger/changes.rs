//! The end of a file: on each day that the ledger had rows of, what changed per channel. A pair
//! (day, channel) that the file states is replaced as a whole, so older campaigns that it does
//! not state go, and all rows of the pair name the file.

use super::WRITE;
use super::encode::read_measures;
use super::fault::fault;
use super::take::{Changes, REPLACEMENTS_MAX, Take};
use crate::audit::Replacement;
use crate::domain::{ChannelName, Currency, Day, Measures};
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
    /// The older values that are still there.
    before: Measures,
    /// What the file states.
    after: Measures,
}

impl Take<'_> {
    /// Ends the file: drops what it replaces and says what it changes. Asked again, it answers
    /// the same.
    pub fn finish(&mut self) -> Result<Changes, StoreError> {
        if let Some(changes) = &self.changes {
            return Ok(changes.clone());
        }
        let changes = self
            .batch
            .flush()
            .and_then(|()| self.find_changes())
            .map_err(|error| fault(&self.ledger.path, WRITE, error))?;
        self.changes = Some(changes.clone());
        Ok(changes)
    }

    fn find_changes(&self) -> rusqlite::Result<Changes> {
        let mut changes = Changes::default();
        for (&day, &had_rows) in &self.days {
            if had_rows {
                self.settle_day(day, &mut changes)?;
            } else {
                changes.new_days += 1;
            }
        }
        let nothing_changed = changes.new_days + changes.added + changes.replaced == 0;
        changes.is_duplicate = nothing_changed && !self.days.is_empty();
        Ok(changes)
    }

    fn settle_day(&self, day: i64, changes: &mut Changes) -> rusqlite::Result<()> {
        let mut replaced = Vec::new();
        for pair in self.pairs(day)?.into_iter().filter(|pair| pair.stated && pair.changed) {
            if pair.known {
                self.replace(day, pair.channel)?;
                replaced.push(pair);
            } else {
                changes.added += 1;
            }
        }
        changes.replaced += replaced.len() as u64;
        let room = REPLACEMENTS_MAX - changes.replacements.len();
        if room > 0 {
            let mut told: Vec<(usize, Pair)> =
                replaced.into_iter().map(|pair| (self.position(pair.channel), pair)).collect();
            told.sort_unstable_by_key(|&(position, _)| position);
            told.truncate(room);
            let told = told.into_iter().map(|(position, pair)| self.tell(day, position, &pair));
            changes.replacements.extend(told);
        }
        Ok(())
    }

    /// The pairs of a day, each with what its rows say of it.
    fn pairs(&self, day: i64) -> rusqlite::Result<Vec<Pair>> {
        let read = "SELECT channel, spend, revenue, impressions, clicks, conversions, file, seen
            FROM facts WHERE account = ?1 AND day = ?2 ORDER BY channel";
        let mut read = self.ledger.connection.prepare_cached(read)?;
        let mut rows = read.query((self.account, day))?;
        let mut pairs: Vec<Pair> = Vec::new();
        while let Some(row) = rows.next()? {
            let channel = row.get(0)?;
            let measures = read_measures(row, 1)?;
            let (file, seen): (i64, i64) = (row.get(6)?, row.get(7)?);
            if pairs.last().is_none_or(|pair| pair.channel != channel) {
                pairs.push(Pair::of(channel));
            }
            let pair = pairs.last_mut().expect("one was pushed if there was none");
            let (stated, inserted, overwritten) = (seen == self.file, file == self.file, file < 0);
            pair.stated |= stated;
            pair.known |= !inserted;
            pair.changed |= inserted || overwritten || !stated;
            if stated {
                pair.after = pair.after.plus(measures);
            }
            if !inserted && !overwritten {
                pair.before = pair.before.plus(measures);
            }
        }
        Ok(pairs)
    }

    /// Makes a pair this file's alone.
    fn replace(&self, day: i64, channel: i64) -> rusqlite::Result<()> {
        let pair = (self.account, day, channel, self.file);
        let connection = &self.ledger.connection;
        connection
            .prepare_cached(
                "DELETE FROM facts WHERE account = ?1 AND day = ?2 AND channel = ?3 AND seen <> ?4",
            )?
            .execute(pair)?;
        connection
            .prepare_cached(
                "UPDATE facts SET file = ?4
                 WHERE account = ?1 AND day = ?2 AND channel = ?3 AND file <> ?4",
            )?
            .execute(pair)?;
        Ok(())
    }

    fn position(&self, channel: i64) -> usize {
        let position = self.channels.iter().position(|&(_, number)| number == channel);
        position.expect("a channel that the file states is one of the account's")
    }

    fn tell(&self, day: i64, position: usize, pair: &Pair) -> Replacement {
        let overwritten = self.overwritten.get(&(day, position)).copied();
        let before = pair.before.plus(overwritten.unwrap_or(Measures::NONE));
        let day = i32::try_from(day).ok().and_then(Day::from_num_days_from_ce_opt);
        let day = day.expect("the day of a row is a day");
        replacement(day, &self.channels[position].0, before, pair.after, self.currency)
    }
}

impl Pair {
    const fn of(channel: i64) -> Self {
        let (stated, known, changed) = (false, false, false);
        Self { channel, stated, known, changed, before: Measures::NONE, after: Measures::NONE }
    }
}

fn replacement(
    day: Day,
    channel: &ChannelName,
    before: Measures,
    after: Measures,
    currency: Currency,
) -> Replacement {
    let counts = [
        ("impressions", before.impressions != after.impressions),
        ("clicks", before.clicks != after.clicks),
        ("conversions", before.conversions != after.conversions),
        ("campaigns", before == after),
    ];
    Replacement {
        day,
        channel: channel.clone(),
        spend_before: before.spend.to_decimal(currency),
        spend_after: after.spend.to_decimal(currency),
        revenue_before: before.revenue.to_decimal(currency),
        revenue_after: after.revenue.to_decimal(currency),
        others: counts
            .into_iter()
            .filter(|&(_, changed)| changed)
            .map(|(name, _)| name.to_owned())
            .collect(),
    }
}
