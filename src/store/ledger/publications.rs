//! What was published, per account, week and revision, and which weeks were missed. The key of a
//! publication makes a second decision of the same revision impossible.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension, Params, Row};

use super::encode::{self, read_day, read_digest, read_instant, read_name};
use super::{Ledger, account_number};
use crate::audit::ChainHead;
use crate::domain::{AccountId, ChannelName, Digest, Instant, Money, Week};
use crate::store::StoreError;

/// A decision that is about to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPublication {
    /// The account.
    pub account: AccountId,
    /// The week that it is for.
    pub week: Week,
    /// 1, or more where a published week was decided again.
    pub revision: u32,
    /// Why it is a hold; `None`: it was decided.
    pub hold_reason: Option<String>,
    /// The digest of its `SHA256SUMS`.
    pub manifest: Digest,
    /// Budget per channel.
    pub budgets: Vec<(ChannelName, Money)>,
    /// Channels whose veto stood.
    pub vetoed: Vec<ChannelName>,
    /// The text of its `decision.json`.
    pub decision: String,
    /// The time that it was asked for.
    pub stated_at: Instant,
    /// When it was published, by the clock.
    pub published_at: Instant,
    /// The number of the last record of the account's chain that its bundle holds.
    pub audit_seq: u64,
}

/// A published decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Its number among all publications of the ledger.
    pub seq: u64,
    /// The week that it is for.
    pub week: Week,
    /// 1, or more where a published week was decided again.
    pub revision: u32,
    /// Whether it is a hold.
    pub held: bool,
    /// Why it is a hold.
    pub hold_reason: Option<String>,
    /// The digest of its `SHA256SUMS`.
    pub manifest: Digest,
    /// Budget per channel, by name.
    pub budgets: Vec<(ChannelName, Money)>,
    /// Channels whose veto stood, by name.
    pub vetoed: Vec<ChannelName>,
    /// The text of its `decision.json`.
    pub decision: String,
    /// The time that it was asked for.
    pub stated_at: Instant,
    /// When it was published, by the clock.
    pub published_at: Instant,
    /// The number of the last record of the account's chain that its bundle holds.
    pub audit_seq: u64,
}

/// Which part of the account's audit chain a published bundle ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublishedSegment {
    /// The week.
    pub week: Week,
    /// Its revision.
    pub revision: u32,
    /// The digest of its `SHA256SUMS`.
    pub manifest: Digest,
    /// The number of the last record that the bundle holds.
    pub audit_seq: u64,
}

/// A week that was due while the daemon did not run, and was not decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missed {
    /// The week.
    pub week: Week,
    /// When it had been due.
    pub due_at: Instant,
}

/// What [`read_publication`] reads, in its order.
const COLUMNS: &str = "SELECT seq, week, revision, hold_reason, manifest, decision, stated_at,
    published_at, audit_seq FROM publications";

impl Ledger {
    /// The newest revision of the newest published week (of those before `before`).
    pub fn newest_publication(
        &self,
        account: &AccountId,
        before: Option<Week>,
    ) -> Result<Option<Publication>, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(None) };
        let newest = format!(
            "{COLUMNS} WHERE account = ?1 AND week < ?2 ORDER BY week DESC, revision DESC LIMIT 1"
        );
        let before = before.map_or(i64::MAX, week_number);
        self.find_publication(&newest, (account, before))
    }

    /// The newest revision of `week`.
    pub fn publication(
        &self,
        account: &AccountId,
        week: Week,
    ) -> Result<Option<Publication>, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(None) };
        let newest =
            format!("{COLUMNS} WHERE account = ?1 AND week = ?2 ORDER BY revision DESC LIMIT 1");
        self.find_publication(&newest, (account, week_number(week)))
    }

    /// The newest revision of each week of `account` from `from` on (`None`: of all), oldest first.
    pub fn publications_from(
        &self,
        account: &AccountId,
        from: Option<Week>,
    ) -> Result<Vec<Publication>, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(Vec::new()) };
        let read = || -> rusqlite::Result<Vec<Publication>> {
            let newest = format!(
                "{COLUMNS} AS newest WHERE account = ?1 AND week >= ?2
                 AND revision = (SELECT max(revision) FROM publications
                     WHERE account = newest.account AND week = newest.week)
                 ORDER BY week"
            );
            let from = from.map_or(i64::MIN, week_number);
            let mut newest = self.connection.prepare_cached(&newest)?;
            let found: Vec<_> =
                newest.query_map((account, from), read_publication)?.collect::<Result<_, _>>()?;
            found.into_iter().map(|found| self.with_details(found)).collect()
        };
        read().map_err(|error| self.read_fault(error))
    }

    fn find_publication(
        &self,
        query: &str,
        params: impl Params,
    ) -> Result<Option<Publication>, StoreError> {
        let find = || {
            let found = self
                .connection
                .prepare_cached(query)?
                .query_row(params, read_publication)
                .optional()?;
            found.map(|found| self.with_details(found)).transpose()
        };
        find().map_err(|error| self.read_fault(error))
    }

    fn with_details(&self, (seq, found): (i64, Publication)) -> rusqlite::Result<Publication> {
        Ok(Publication { budgets: self.budgets(seq)?, vetoed: self.vetoes(seq)?, ..found })
    }

    fn budgets(&self, publication: i64) -> rusqlite::Result<Vec<(ChannelName, Money)>> {
        self.connection
            .prepare_cached(
                "SELECT channel, budget FROM budgets WHERE publication = ?1 ORDER BY channel",
            )?
            .query_map([publication], |row| {
                Ok((read_name(row, 0)?, Money::from_minor(row.get::<_, i64>(1)?.into())))
            })?
            .collect()
    }

    fn vetoes<C: FromIterator<ChannelName>>(&self, publication: i64) -> rusqlite::Result<C> {
        self.connection
            .prepare_cached("SELECT channel FROM vetoes WHERE publication = ?1 ORDER BY channel")?
            .query_map([publication], |row| read_name(row, 0))?
            .collect()
    }

    /// Every publication with its manifest and the last record of the audit chain that it holds, in
    /// the order of publication: what the log is held against.
    pub fn published_segments(
        &self,
        account: &AccountId,
    ) -> Result<Vec<PublishedSegment>, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(Vec::new()) };
        let all = "SELECT week, revision, manifest, audit_seq FROM publications
            WHERE account = ?1 ORDER BY seq";
        self.connection
            .prepare_cached(all)
            .and_then(|mut all| {
                let segment = |row: &Row<'_>| {
                    Ok(PublishedSegment {
                        week: Week::starting(read_day(row, 0)?),
                        revision: row.get(1)?,
                        manifest: read_digest(row, 2)?,
                        audit_seq: encode::read_count(row, 3)?,
                    })
                };
                all.query_map([account], segment)?.collect()
            })
            .map_err(|error| self.read_fault(error))
    }

    /// The number of the last record of the account's chain that a published bundle holds.
    pub fn last_bundle_seq(&self, account: &AccountId) -> Result<Option<u64>, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(None) };
        let last =
            "SELECT audit_seq FROM publications WHERE account = ?1 ORDER BY seq DESC LIMIT 1";
        self.connection
            .prepare_cached(last)
            .and_then(|mut last| {
                last.query_row([account], |row| encode::read_count(row, 0)).optional()
            })
            .map_err(|error| self.read_fault(error))
    }

    /// The digest of the manifest of the bundle that was published last, whatever its week.
    pub fn last_manifest(&self, account: &AccountId) -> Result<Option<Digest>, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(None) };
        let last = "SELECT manifest FROM publications WHERE account = ?1 ORDER BY seq DESC LIMIT 1";
        self.connection
            .prepare_cached(last)
            .and_then(|mut last| last.query_row([account], |row| read_digest(row, 0)).optional())
            .map_err(|error| self.read_fault(error))
    }

    /// Per channel, in how many published weeks in a row just before `before` its veto stood; a
    /// channel that is not in it: none. The newest revision of a week counts; a week without the
    /// channel's veto, or held, ends its row.
    pub fn veto_runs(
        &self,
        account: &AccountId,
        before: Week,
    ) -> Result<BTreeMap<ChannelName, u32>, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(BTreeMap::new()) };
        self.count_vetoes(account, before).map_err(|error| self.read_fault(error))
    }

    fn count_vetoes(
        &self,
        account: i64,
        before: Week,
    ) -> rusqlite::Result<BTreeMap<ChannelName, u32>> {
        let newest_first = "SELECT seq, hold_reason IS NOT NULL FROM publications AS newest
            WHERE account = ?1 AND week < ?2 AND revision = (SELECT max(revision)
                FROM publications WHERE account = newest.account AND week = newest.week)
            ORDER BY week DESC";
        let mut newest_first = self.connection.prepare_cached(newest_first)?;
        let mut weeks = newest_first.query((account, week_number(before)))?;
        let mut runs = BTreeMap::new();
        let mut running: Option<BTreeSet<ChannelName>> = None;
        while let Some(week) = weeks.next()? {
            if week.get(1)? {
                break;
            }
            let vetoed: BTreeSet<ChannelName> = self.vetoes(week.get(0)?)?;
            let still = running.map_or(vetoed.clone(), |running| &running & &vetoed);
            if still.is_empty() {
                break;
            }
            for channel in &still {
                *runs.entry(channel.clone()).or_insert(0) += 1;
            }
            running = Some(still);
        }
        Ok(runs)
    }

    /// Records that `publication` is being published, together with the head of the audit chain
    /// that says so.
    ///
    /// Errors: [`StoreError::Refused`] where this revision of the week, or a newer one, is published
    /// already.
    pub fn record_publication(
        &mut self,
        publication: &NewPublication,
        chain: (&str, ChainHead),
    ) -> Result<(), StoreError> {
        let transaction = self.begin()?;
        let NewPublication { account, week, revision, .. } = publication;
        if self.publication(account, *week)?.is_some_and(|newest| newest.revision >= *revision) {
            return Err(self.published_already(publication));
        }
        self.insert_publication(publication).map_err(|error| self.write_fault(error))?;
        self.write_chain_head(chain.0, chain.1)?;
        transaction.commit().map_err(|error| self.write_fault(error))
    }

    fn published_already(&self, publication: &NewPublication) -> StoreError {
        let NewPublication { account, week, revision, .. } = publication;
        StoreError::Refused {
            what: format!(
                "revision {revision} of week {week} of {account}, or a newer one, is published already"
            ),
            path: self.path.clone(),
            hint: "a published week is decided again by `budgetd decide --revise --reason TEXT`"
                .to_owned(),
        }
    }

    fn insert_publication(&self, publication: &NewPublication) -> rusqlite::Result<()> {
        let insert = "INSERT INTO publications (account, week, revision, hold_reason, manifest,
            decision, stated_at, published_at, audit_seq)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        self.connection.prepare_cached(insert)?.execute((
            account_number(&self.connection, &publication.account)?,
            week_number(publication.week),
            publication.revision,
            &publication.hold_reason,
            publication.manifest.to_string(),
            &publication.decision,
            encode::instant(publication.stated_at),
            encode::instant(publication.published_at),
            i64::try_from(publication.audit_seq).unwrap_or(i64::MAX),
        ))?;
        let seq = self.connection.last_insert_rowid();
        let insert = "INSERT INTO budgets (publication, channel, budget) VALUES (?1, ?2, ?3)";
        let mut insert = self.connection.prepare_cached(insert)?;
        for (channel, budget) in &publication.budgets {
            let budget = i64::try_from(budget.minor()).expect("a budget is at most the total");
            insert.execute((seq, channel.as_str(), budget))?;
        }
        let insert = "INSERT INTO vetoes (publication, channel) VALUES (?1, ?2)";
        let mut insert = self.connection.prepare_cached(insert)?;
        for channel in &publication.vetoed {
            insert.execute((seq, channel.as_str()))?;
        }
        Ok(())
    }

    /// Whether `week` is recorded as missed.
    pub fn is_missed(&self, account: &AccountId, week: Week) -> Result<bool, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(false) };
        let find = "SELECT EXISTS (SELECT 1 FROM missed WHERE account = ?1 AND week = ?2)";
        self.connection
            .prepare_cached(find)
            .and_then(|mut find| find.query_row((account, week_number(week)), |row| row.get(0)))
            .map_err(|error| self.read_fault(error))
    }

    /// Records that `week` was missed, together with the head of the audit chain that says so; a
    /// second record of it changes nothing.
    pub fn record_missed(
        &mut self,
        account: &AccountId,
        week: Week,
        due_at: Instant,
        chain: (&str, ChainHead),
    ) -> Result<(), StoreError> {
        let transaction = self.begin()?;
        let insert = "INSERT INTO missed (account, week, due_at) VALUES (?1, ?2, ?3)
            ON CONFLICT DO NOTHING";
        account_number(&transaction, account)
            .and_then(|account| {
                let mut insert = transaction.prepare_cached(insert)?;
                insert.execute((account, week_number(week), encode::instant(due_at)))
            })
            .map_err(|error| self.write_fault(error))?;
        self.write_chain_head(chain.0, chain.1)?;
        transaction.commit().map_err(|error| self.write_fault(error))
    }

    /// The weeks that were missed of those whose run was due by `now`, newest first, at most `limit`: a
    /// clock that was ahead has recorded later ones, too.
    pub fn missed(
        &self,
        account: &AccountId,
        now: Instant,
        limit: u32,
    ) -> Result<Vec<Missed>, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(Vec::new()) };
        let read = "SELECT week, due_at FROM missed WHERE account = ?1 AND due_at <= ?2
            ORDER BY week DESC LIMIT ?3";
        self.connection
            .prepare_cached(read)
            .and_then(|mut read| {
                let missed = |row: &Row<'_>| {
                    let week = Week::starting(read_day(row, 0)?);
                    Ok(Missed { week, due_at: read_instant(row, 1)? })
                };
                read.query_map((account, encode::instant(now), limit), missed)?.collect()
            })
            .map_err(|error| self.read_fault(error))
    }
}

fn week_number(week: Week) -> i64 {
    encode::day(week.first_day())
}

/// A publication without its budgets and vetoes, and its number.
fn read_publication(row: &Row<'_>) -> rusqlite::Result<(i64, Publication)> {
    let hold_reason: Option<String> = row.get(3)?;
    let seq: i64 = row.get(0)?;
    let publication = Publication {
        seq: seq.cast_unsigned(),
        week: Week::starting(read_day(row, 1)?),
        revision: row.get(2)?,
        held: hold_reason.is_some(),
        hold_reason,
        manifest: read_digest(row, 4)?,
        budgets: Vec::new(),
        vetoed: Vec::new(),
        decision: row.get(5)?,
        stated_at: read_instant(row, 6)?,
        published_at: read_instant(row, 7)?,
        audit_seq: encode::read_count(row, 8)?,
    };
    Ok((seq, publication))
}
