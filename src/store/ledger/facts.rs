//! What the ledger believes, read back: per day and channel for decisions, row by row for people.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use rusqlite::{OptionalExtension, Row};

use super::Ledger;
use super::channels::numbered;
use super::encode::{self, read_day, read_digest, read_instant, read_measures, read_name};
use crate::domain::{Account, AccountId, ChannelName, Day, DayFact, Digest, Instant, Measures};
use crate::store::StoreError;

/// One row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactRow<'a> {
    /// The day.
    pub day: Day,
    /// The channel, which the account may have no longer.
    pub channel: &'a ChannelName,
    /// The campaign; empty where the file had none.
    pub campaign: &'a str,
    /// What was measured.
    pub measures: Measures,
}

/// A row of `facts` as a decision sees it: everything but the campaign.
struct Part {
    day: Day,
    channel: i64,
    measures: Measures,
    file: i64,
    seen: i64,
}

impl Ledger {
    /// What the ledger believes of `account` from `from` to `to` (both included; `None`: no
    /// bound): campaigns summed, by day and channel. Channels that the account does not have are
    /// left out.
    pub fn facts(
        &self,
        account: &Account,
        from: Option<Day>,
        to: Option<Day>,
    ) -> Result<Vec<DayFact>, StoreError> {
        let Some(number) = self.account(&account.id)? else { return Ok(Vec::new()) };
        self.check_currency(account)?;
        self.read_facts(account, number, (from, to), BTreeMap::new())
            .map_err(|error| self.read_fault(error))
    }

    /// `files` are those that are not recorded yet.
    pub(super) fn read_facts(
        &self,
        account: &Account,
        number: i64,
        (from, to): (Option<Day>, Option<Day>),
        mut files: BTreeMap<i64, (Digest, Instant)>,
    ) -> rusqlite::Result<Vec<DayFact>> {
        let positions = self.channel_positions(account, number)?;
        let mut facts: Vec<DayFact> = Vec::new();
        let read = "SELECT day, channel, spend, revenue, impressions, clicks, conversions, file, seen
            FROM facts WHERE account = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY day, channel, campaign";
        let mut read = self.connection.prepare_cached(read)?;
        let (from, to) = bounds(from, to);
        let mut rows = read.query((number, from, to))?;
        while let Some(row) = rows.next()? {
            let part = read_part(row)?;
            let Some(&channel) = positions.get(&part.channel) else { continue };
            let same_key = |fact: &&mut DayFact| (fact.day, fact.channel) == (part.day, channel);
            if let Some(fact) = facts.last_mut().filter(same_key) {
                fact.measures = fact.measures.plus(part.measures);
                continue;
            }
            let (file, mut arrived_at) = self.known_file(&mut files, part.file)?;
            if part.seen != part.file {
                arrived_at = self.known_file(&mut files, part.seen)?.1;
            }
            let Part { day, measures, .. } = part;
            facts.push(DayFact { day, channel, measures, arrived_at, file });
        }
        facts.sort_unstable_by_key(|fact| (fact.day, fact.channel));
        Ok(facts)
    }

    /// The positions of the account's channels by their number in the ledger.
    fn channel_positions(
        &self,
        account: &Account,
        number: i64,
    ) -> rusqlite::Result<BTreeMap<i64, usize>> {
        let mut positions = BTreeMap::new();
        for (position, numbered) in numbered(&self.connection, number, account)?.iter().enumerate()
        {
            if let Some(numbered) = numbered {
                positions.insert(numbered.number, position);
            }
        }
        Ok(positions)
    }

    /// Digest and arrival of a file, looked up once each.
    fn known_file(
        &self,
        files: &mut BTreeMap<i64, (Digest, Instant)>,
        id: i64,
    ) -> rusqlite::Result<(Digest, Instant)> {
        if let Some(&known) = files.get(&id) {
            return Ok(known);
        }
        let file = self
            .connection
            .prepare_cached("SELECT sha256, arrived_at FROM files WHERE id = ?1")?
            .query_row([id], |row| Ok((read_digest(row, 0)?, read_instant(row, 1)?)))?;
        files.insert(id, file);
        Ok(file)
    }

    /// Hands each row of `account` from `from` to `to` (both included) to `each`, by day, channel
    /// name and campaign, until it breaks off. Memory does not grow with the rows.
    pub fn each_fact_row(
        &self,
        account: &AccountId,
        from: Option<Day>,
        to: Option<Day>,
        each: &mut dyn FnMut(&FactRow<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let Some(number) = self.account(account)? else { return Ok(()) };
        self.read_rows(number, bounds(from, to), each).map_err(|error| self.read_fault(error))
    }

    fn read_rows(
        &self,
        account: i64,
        (from, to): (i64, i64),
        each: &mut dyn FnMut(&FactRow<'_>) -> ControlFlow<()>,
    ) -> rusqlite::Result<()> {
        // CROSS JOIN keeps SQLite reading facts in the order of their key, so that it sorts no
        // more than a day at a time.
        let read = "SELECT day, name, campaign, spend, revenue, impressions, clicks, conversions
            FROM facts CROSS JOIN channels ON channels.id = facts.channel
            WHERE facts.account = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY day, name, campaign";
        let mut read = self.connection.prepare_cached(read)?;
        let mut rows = read.query((account, from, to))?;
        while let Some(row) = rows.next()? {
            let row = FactRow {
                day: read_day(row, 0)?,
                channel: &read_name(row, 1)?,
                campaign: row.get_ref(2)?.as_str()?,
                measures: read_measures(row, 3)?,
            };
            if each(&row).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The first and the last day that the ledger has a row of `account` for.
    pub fn fact_days(&self, account: &AccountId) -> Result<Option<(Day, Day)>, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(None) };
        let end = |order: &str| {
            let end =
                format!("SELECT day FROM facts WHERE account = ?1 ORDER BY day {order} LIMIT 1");
            self.connection
                .prepare_cached(&end)
                .and_then(|mut end| end.query_row([account], |row| read_day(row, 0)).optional())
                .map_err(|error| self.read_fault(error))
        };
        Ok(end("ASC")?.zip(end("DESC")?))
    }
}

fn bounds(from: Option<Day>, to: Option<Day>) -> (i64, i64) {
    (encode::day(from.unwrap_or(Day::MIN)), encode::day(to.unwrap_or(Day::MAX)))
}

fn read_part(row: &Row<'_>) -> rusqlite::Result<Part> {
    Ok(Part {
        day: read_day(row, 0)?,
        channel: row.get(1)?,
        measures: read_measures(row, 2)?,
        file: row.get(7)?,
        seen: row.get(8)?,
    })
}
