//! What the ledger believes, read back per period and channel: days for decisions, and days, weeks
//! and months with whatever is known of them for models. Figures of campaigns are summed exactly;
//! a pair (day, channel) whose spend or revenue isn't known is never part of a decision.

use std::collections::BTreeMap;

use rusqlite::Row;

use super::Ledger;
use super::channels::{BUSINESS, numbered};
use super::encode::{self, read_day, read_digest, read_instant, read_optional_text};
use super::figures::{FIGURES, FIGURES_COUNT, read_figures, sum};
use crate::domain::{Account, Day, DayFact, Digest, Figures, Grain, Instant};
use crate::store::StoreError;

/// What is known of a channel in a day, week or month: its campaigns summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodFact {
    /// The first day of the period.
    pub first_day: Day,
    /// The channel's position in the account's channels.
    pub channel: usize,
    /// The exact sums. Spend and revenue are known where each campaign states them; a count that
    /// only some campaigns have is theirs.
    pub figures: Figures,
    /// When a file that states it last arrived.
    pub arrived_at: Instant,
    /// The file whose figures these are.
    pub file: Digest,
}

/// A row that speaks of the whole business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessFact {
    /// The first day of the period.
    pub first_day: Day,
    /// The further parts of its key; mostly empty.
    pub campaign: String,
    /// Its figures: the revenue is the outcome, the spend isn't known.
    pub figures: Figures,
    /// A JSON object of names and texts; empty where its file has none.
    pub controls: String,
    /// When a file that states it last arrived.
    pub arrived_at: Instant,
    /// The file whose figures these are.
    pub file: Digest,
}

/// What is known of some periods.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PeriodFacts {
    /// By period and channel.
    pub channels: Vec<PeriodFact>,
    /// By period and campaign.
    pub business: Vec<BusinessFact>,
}

/// How many (day, channel) pairs have rows, but not all that a decision needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UnknownCounts {
    /// Their spend is known and their revenue isn't.
    pub without_revenue: u64,
    /// Their revenue is known and their spend isn't.
    pub without_spend: u64,
    /// Neither is known.
    pub without_both: u64,
}

impl UnknownCounts {
    /// Counts those of `facts`.
    pub fn of(facts: &[PeriodFact]) -> Self {
        let mut counts = Self::default();
        for PeriodFact { figures, .. } in facts {
            match (figures.spend, figures.revenue) {
                (Some(_), Some(_)) => {}
                (Some(_), None) => counts.without_revenue += 1,
                (None, Some(_)) => counts.without_spend += 1,
                (None, None) => counts.without_both += 1,
            }
        }
        counts
    }
}

/// A row of `facts` without its campaign.
struct Part {
    day: Day,
    figures: Figures,
    file: i64,
    seen: i64,
}

/// What [`read_part`] reads, behind the channel.
const PART_FIRST: usize = 1;

/// Digest and arrival of files, looked up once each.
pub(super) type Files = BTreeMap<i64, (Digest, Instant)>;

impl Ledger {
    /// What the ledger believes of each day and channel of `account` from `from` to `to` (both
    /// included; `None`: no bound), by day and channel: money summed exactly and rounded once, half
    /// to even. Pairs whose spend or revenue isn't known ([`Ledger::unknown_facts`]), and channels
    /// that the account does not have, are left out.
    pub fn facts(
        &self,
        account: &Account,
        from: Option<Day>,
        to: Option<Day>,
    ) -> Result<Vec<DayFact>, StoreError> {
        let facts = self.channel_facts(account, Grain::Day, from, to)?;
        Ok(facts.iter().filter_map(day_fact).collect())
    }

    /// The days of channels that have rows, but not the spend and revenue that a decision needs.
    pub fn unknown_facts(
        &self,
        account: &Account,
        from: Option<Day>,
        to: Option<Day>,
    ) -> Result<Vec<PeriodFact>, StoreError> {
        let mut facts = self.channel_facts(account, Grain::Day, from, to)?;
        facts.retain(|fact| day_fact(fact).is_none());
        Ok(facts)
    }

    /// All that is known of the periods of `grain` that begin from `from` to `to` (both included;
    /// `None`: no bound). Channels that the account does not have are left out.
    pub fn period_facts(
        &self,
        account: &Account,
        grain: Grain,
        from: Option<Day>,
        to: Option<Day>,
    ) -> Result<PeriodFacts, StoreError> {
        let channels = self.channel_facts(account, grain, from, to)?;
        let Some(number) = self.account(&account.id)? else { return Ok(PeriodFacts::default()) };
        let business = self.read_business(number, encode::grain(grain), bounds(from, to));
        Ok(PeriodFacts { channels, business: business.map_err(|error| self.read_fault(error))? })
    }

    fn channel_facts(
        &self,
        account: &Account,
        grain: Grain,
        from: Option<Day>,
        to: Option<Day>,
    ) -> Result<Vec<PeriodFact>, StoreError> {
        let Some(number) = self.account(&account.id)? else { return Ok(Vec::new()) };
        self.check_currency(account)?;
        self.read_channels(account, number, encode::grain(grain), bounds(from, to))
            .map_err(|error| self.read_fault(error))
    }

    fn read_channels(
        &self,
        account: &Account,
        number: i64,
        grain: i64,
        bounds: (i64, i64),
    ) -> rusqlite::Result<Vec<PeriodFact>> {
        let mut facts = Vec::new();
        self.each_channel_fact(account, number, grain, bounds, Files::new(), &mut |fact| {
            facts.push(fact);
        })?;
        Ok(facts)
    }

    /// Hands what is known of each channel to `each`, by period and channel; memory is that of one
    /// period. `files` are those that are not recorded yet.
    pub(super) fn each_channel_fact(
        &self,
        account: &Account,
        number: i64,
        grain: i64,
        (from, to): (i64, i64),
        mut files: Files,
        each: &mut dyn FnMut(PeriodFact),
    ) -> rusqlite::Result<()> {
        let positions = self.channel_positions(account, number)?;
        // Of one period, by the number of the channel.
        let mut facts: Vec<PeriodFact> = Vec::new();
        let mut hand_on = |facts: &mut Vec<PeriodFact>| {
            facts.sort_unstable_by_key(|fact| fact.channel);
            facts.drain(..).for_each(&mut *each);
        };
        let read = format!(
            "SELECT channel, day, file, seen, {FIGURES} FROM facts
             WHERE account = ?1 AND grain = ?2 AND day BETWEEN ?3 AND ?4
             ORDER BY day, channel, campaign"
        );
        let mut read = self.connection.prepare_cached(&read)?;
        let mut rows = read.query((number, grain, from, to))?;
        while let Some(row) = rows.next()? {
            let Some(&channel) = positions.get(&row.get(0)?) else { continue };
            let Part { day, figures, file, seen } = read_part(row)?;
            if facts.last().is_some_and(|last| last.first_day != day) {
                hand_on(&mut facts);
            }
            if let Some(fact) = facts.last_mut().filter(|fact| fact.channel == channel) {
                fact.figures = sum(Some(fact.figures), figures);
                continue;
            }
            let (file, arrived_at) = self.origin(&mut files, file, seen)?;
            let figures = sum(None, figures);
            facts.push(PeriodFact { first_day: day, channel, figures, arrived_at, file });
        }
        hand_on(&mut facts);
        Ok(())
    }

    fn read_business(
        &self,
        number: i64,
        grain: i64,
        (from, to): (i64, i64),
    ) -> rusqlite::Result<Vec<BusinessFact>> {
        let mut files = Files::new();
        let mut facts = Vec::new();
        let read = format!(
            "SELECT channel, day, file, seen, {FIGURES}, campaign, controls FROM facts
             WHERE account = ?1 AND grain = ?2 AND day BETWEEN ?3 AND ?4 AND channel = ?5
             ORDER BY day, campaign"
        );
        let mut read = self.connection.prepare_cached(&read)?;
        let mut rows = read.query((number, grain, from, to, BUSINESS))?;
        while let Some(row) = rows.next()? {
            let Part { day, figures, file, seen } = read_part(row)?;
            let (file, arrived_at) = self.origin(&mut files, file, seen)?;
            let behind = PART_FIRST + 3 + FIGURES_COUNT;
            facts.push(BusinessFact {
                first_day: day,
                campaign: row.get(behind)?,
                figures,
                controls: read_optional_text(row, behind + 1)?.to_owned(),
                arrived_at,
                file,
            });
        }
        Ok(facts)
    }

    /// The positions of the account's channels by their number in the ledger.
    pub(super) fn channel_positions(
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

    /// The digest of the file whose figures a row has, and the arrival of the one that stated it
    /// last.
    fn origin(
        &self,
        files: &mut Files,
        file: i64,
        seen: i64,
    ) -> rusqlite::Result<(Digest, Instant)> {
        let (digest, arrived_at) = self.known_file(files, file)?;
        if seen == file {
            return Ok((digest, arrived_at));
        }
        Ok((digest, self.known_file(files, seen)?.1))
    }

    fn known_file(&self, files: &mut Files, id: i64) -> rusqlite::Result<(Digest, Instant)> {
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
}

/// As a fact to decide on; `None` where spend or revenue isn't known.
pub(super) fn day_fact(fact: &PeriodFact) -> Option<DayFact> {
    let &PeriodFact { first_day: day, channel, figures, arrived_at, file } = fact;
    Some(DayFact { day, channel, measures: figures.measures()?, arrived_at, file })
}

/// The columns of days without bounds where there are none.
pub(super) fn bounds(from: Option<Day>, to: Option<Day>) -> (i64, i64) {
    (encode::day(from.unwrap_or(Day::MIN)), encode::day(to.unwrap_or(Day::MAX)))
}

fn read_part(row: &Row<'_>) -> rusqlite::Result<Part> {
    Ok(Part {
        day: read_day(row, PART_FIRST)?,
        file: row.get(PART_FIRST + 1)?,
        seen: row.get(PART_FIRST + 2)?,
        figures: read_figures(row, PART_FIRST + 3)?,
    })
}
