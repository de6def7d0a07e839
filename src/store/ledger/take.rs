//! The rows of one file → the ledger, in one transaction that ends accepted, as a duplicate or
//! refused. Dropped without any of these, it leaves no trace; memory does not grow with the rows.
//!
//! Rows of a day that the ledger knew nothing of are held, sorted and inserted, which is the fast
//! path. On any other day each row is compared with the one that is there: its `seen` says whether this file
//! has stated the key before, and a negative `file` that this file has overwritten it.

use std::collections::BTreeMap;

use rusqlite::{CachedStatement, Connection, OptionalExtension, Transaction};

use super::batch::{Batch, FactColumns, Pushed};
use super::channels::numbered;
use super::encode::{self, MeasureColumns, read_measures};
use super::fault::fault;
use super::files::{FileOutcome, NewFile, insert_file, next_file};
use super::{Ledger, WRITE, account_number};
use crate::audit::{ChainHead, Replacement};
use crate::domain::{
    Account, AccountId, ChannelName, Currency, Instant, Measures, StatedRow, Subject,
};
use crate::ingest::Stated;
use crate::store::StoreError;

/// How many replacements are kept one by one: enough to look at, few enough for a log line.
pub const REPLACEMENTS_MAX: usize = 100;

/// What a file changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Days of the account that the ledger had no row for.
    pub new_days: u64,
    /// (day, channel) pairs that are new on days that had rows of other channels.
    pub added: u64,
    /// (day, channel) pairs whose values or campaigns changed.
    pub replaced: u64,
    /// The first [`REPLACEMENTS_MAX`] of these, by day and channel name.
    pub replacements: Vec<Replacement>,
    /// Every row of the file was current already.
    pub is_duplicate: bool,
}

/// One file on its way into the ledger.
pub struct Take<'l> {
    // The statements come first: they have to be gone before the transaction is.
    pub(super) batch: Batch<'l>,
    statements: Statements<'l>,
    transaction: Transaction<'l>,
    pub(super) ledger: &'l Ledger,
    account_id: AccountId,
    claim: String,
    pub(super) arrived_at: Instant,
    pub(super) currency: Currency,
    pub(super) account: i64,
    /// The number that the file gets if its rows stay.
    pub(super) file: i64,
    /// Name and number of each channel, in the account's order, which is by name.
    pub(super) channels: Vec<(ChannelName, i64)>,
    /// The days stated so far; true: the ledger had rows of it before.
    pub(super) days: BTreeMap<i64, bool>,
    /// The one of them that was stated last.
    last_day: Option<(i64, bool)>,
    /// By day and channel, the sum of the older values that this file has overwritten, for the
    /// first [`REPLACEMENTS_MAX`] pairs.
    pub(super) overwritten: BTreeMap<(i64, usize), Measures>,
    pub(super) changes: Option<Changes>,
}

/// The statements that rows of known days go through, prepared once.
pub(super) struct Statements<'l> {
    find: CachedStatement<'l>,
    restate: CachedStatement<'l>,
    overwrite: CachedStatement<'l>,
}

/// A row as the ledger has it.
struct Found {
    measures: Measures,
    seen: i64,
    line: u64,
}

impl<'l> Statements<'l> {
    fn prepare(connection: &'l Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            find: connection.prepare_cached(
                "SELECT spend, revenue, impressions, clicks, conversions, seen, line FROM facts
                 WHERE account = ?1 AND day = ?2 AND channel = ?3 AND campaign = ?4",
            )?,
            restate: connection.prepare_cached(
                "UPDATE facts SET line = ?5, seen = ?6
                 WHERE account = ?1 AND day = ?2 AND channel = ?3 AND campaign = ?4",
            )?,
            overwrite: connection.prepare_cached(
                "UPDATE facts SET spend = ?5, revenue = ?6, impressions = ?7, clicks = ?8,
                    conversions = ?9, line = ?10, seen = ?11, file = -file
                 WHERE account = ?1 AND day = ?2 AND channel = ?3 AND campaign = ?4",
            )?,
        })
    }
}

impl Ledger {
    /// Begins to take the file that was claimed as `claim` and is held to have arrived at
    /// `arrived_at`.
    ///
    /// Errors: [`StoreError::Refused`] for a claim that is recorded already,
    /// [`StoreError::Busy`] where another process writes.
    pub fn begin_take(
        &mut self,
        account: &Account,
        claim: &str,
        arrived_at: Instant,
    ) -> Result<Take<'_>, StoreError> {
        let ledger: &Self = self;
        let transaction = ledger.begin()?;
        ledger.check_currency(account)?;
        if ledger.file_by_claim(claim)?.is_some() {
            return Err(StoreError::Refused {
                what: format!("the file claimed as {claim} has been taken already"),
                path: ledger.path.clone(),
                hint: "finish this claim by what the ledger recorded of it".to_owned(),
            });
        }
        let begin = || {
            let connection = &ledger.connection;
            let number = account_number(connection, &account.id)?;
            note_currency(connection, number, account)?;
            let file = next_file(connection)?;
            Ok(Take {
                batch: Batch::new(connection, number, file)?,
                statements: Statements::prepare(connection)?,
                transaction,
                ledger,
                account_id: account.id.clone(),
                claim: claim.to_owned(),
                arrived_at,
                currency: account.currency,
                account: number,
                file,
                channels: number_channels(connection, number, account)?,
                days: BTreeMap::new(),
                last_day: None,
                overwritten: BTreeMap::new(),
                changes: None,
            })
        };
        begin().map_err(|error| ledger.write_fault(error))
    }
}

/// The account's channels with their numbers, which they get at their first use.
fn number_channels(
    connection: &Connection,
    account: i64,
    settings: &Account,
) -> rusqlite::Result<Vec<(ChannelName, i64)>> {
    let mut insert =
        connection.prepare_cached("INSERT INTO channels (account, name) VALUES (?1, ?2)")?;
    let mut rename = connection.prepare_cached("UPDATE channels SET name = ?2 WHERE id = ?1")?;
    let known = numbered(connection, account, settings)?;
    let mut channels = Vec::with_capacity(settings.channels.len());
    for (channel, known) in settings.channels.iter().zip(known) {
        let name = channel.name.as_str();
        let number = if let Some(known) = known {
            if known.is_renamed {
                rename.execute((known.number, name))?;
            }
            known.number
        } else {
            insert.execute((account, name))?;
            connection.last_insert_rowid()
        };
        channels.push((channel.name.clone(), number));
    }
    Ok(channels)
}

/// Remembers the currency of an account's amounts at its first file.
fn note_currency(
    connection: &Connection,
    account: i64,
    settings: &Account,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE accounts SET currency = ?2 WHERE id = ?1 AND currency IS NULL")?
        .execute((account, settings.currency.code()))
        .map(drop)
}

impl Take<'_> {
    /// Takes `row`, unless the file has stated its key before; says which. Rows may come in any
    /// order.
    pub fn state(&mut self, row: &StatedRow<'_>) -> Result<Stated, StoreError> {
        debug_assert!(self.changes.is_none(), "no row comes after the end of the file");
        // TODO_GRAIN
        let known = row.figures.measures().expect("money is known");
        let Some(measures) = MeasureColumns::of(&known) else {
            return Err(self.too_large(row.line));
        };
        let columns = FactColumns {
            day: encode::day(row.day),
            channel: self.channels[position(row)].1,
            campaign: row.campaign,
            measures,
            line: i64::try_from(row.line).unwrap_or(i64::MAX),
        };
        self.place(row, &columns).map_err(|error| fault(&self.ledger.path, WRITE, error))
    }

    fn place(
        &mut self,
        row: &StatedRow<'_>,
        columns: &FactColumns<'_>,
    ) -> rusqlite::Result<Stated> {
        if !self.day_had_rows(columns.day)? {
            match self.batch.push(columns)? {
                Pushed::New => return Ok(Stated::New),
                Pushed::Held { measures, line } => {
                    return Ok(stated_before(row, measures.measures(), line.cast_unsigned()));
                }
                Pushed::Passed if self.batch.insert(columns)? => return Ok(Stated::New),
                Pushed::Passed => {}
            }
        }
        match self.find(columns)? {
            None => {
                self.batch.insert(columns)?;
                Ok(Stated::New)
            }
            Some(found) if found.seen != self.file => {
                self.restate(row, columns, &found)?;
                Ok(Stated::New)
            }
            Some(Found { measures, line, .. }) => Ok(stated_before(row, measures, line)),
        }
    }

    /// Whether the ledger had rows of this day before the file.
    fn day_had_rows(&mut self, day: i64) -> rusqlite::Result<bool> {
        if let Some((last, had_rows)) = self.last_day
            && last == day
        {
            return Ok(had_rows);
        }
        let had_rows = match self.days.get(&day) {
            Some(&had_rows) => had_rows,
            None => self
                .ledger
                .connection
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM facts WHERE account = ?1 AND day = ?2)",
                )?
                .query_row((self.account, day), |row| row.get(0))?,
        };
        self.days.insert(day, had_rows);
        self.last_day = Some((day, had_rows));
        Ok(had_rows)
    }

    fn find(&mut self, columns: &FactColumns<'_>) -> rusqlite::Result<Option<Found>> {
        let key = (self.account, columns.day, columns.channel, columns.campaign);
        let found = self.statements.find.query_row(key, |row| {
            let line = encode::read_count(row, 6)?;
            Ok(Found { measures: read_measures(row, 0)?, seen: row.get(5)?, line })
        });
        found.optional()
    }

    /// Marks a row of an older file as stated by this one, with this one's values.
    fn restate(
        &mut self,
        row: &StatedRow<'_>,
        columns: &FactColumns<'_>,
        found: &Found,
    ) -> rusqlite::Result<()> {
        let &FactColumns { day, channel, campaign, ref measures, line } = columns;
        if row.figures == found.measures.into() {
            let restate = &mut self.statements.restate;
            restate.execute((self.account, day, channel, campaign, line, self.file))?;
            return Ok(());
        }
        self.statements.overwrite.execute((
            self.account,
            day,
            channel,
            campaign,
            measures.spend,
            measures.revenue,
            measures.impressions,
            measures.clicks,
            measures.conversions,
            line,
            self.file,
        ))?;
        self.remember(day, position(row), found.measures);
        Ok(())
    }

    /// Keeps the older values of a pair as long as it is among the first [`REPLACEMENTS_MAX`]: a
    /// pair that falls out can't come back, since the pairs before it only become more.
    fn remember(&mut self, day: i64, channel: usize, older: Measures) {
        let sum = self.overwritten.entry((day, channel)).or_insert(Measures::NONE);
        *sum = sum.plus(older);
        if self.overwritten.len() > REPLACEMENTS_MAX {
            self.overwritten.pop_last();
        }
    }

    /// Records the file as accepted: its rows are in the ledger when this returns.
    pub fn accept(mut self, file: &NewFile, chain: (&str, ChainHead)) -> Result<(), StoreError> {
        self.finish()?;
        self.commit(FileOutcome::Accepted, file, chain)
    }

    /// Records the file as a duplicate: nothing but the arrival of its rows changes.
    ///
    /// # Panics
    /// If the file did change something, which [`Take::finish`] has said.
    pub fn duplicate(mut self, file: &NewFile, chain: (&str, ChainHead)) -> Result<(), StoreError> {
        assert!(self.finish()?.is_duplicate, "a file that changes something is no duplicate");
        self.commit(FileOutcome::Duplicate, file, chain)
    }

    fn commit(
        self,
        outcome: FileOutcome,
        file: &NewFile,
        chain: (&str, ChainHead),
    ) -> Result<(), StoreError> {
        self.check_record(file);
        let Self { batch, statements, transaction, ledger, account, file: number, .. } = self;
        drop((batch, statements));
        record(ledger, transaction, number, account, outcome, file, chain)
    }

    /// Records the file as refused: none of its rows stay.
    pub fn refuse(self, file: &NewFile, chain: (&str, ChainHead)) -> Result<(), StoreError> {
        self.check_record(file);
        let Self { batch, statements, transaction, ledger, account_id, .. } = self;
        drop((batch, statements));
        let failed = |error| ledger.write_fault(error);
        transaction.rollback().map_err(failed)?;
        let transaction = ledger.begin()?;
        let account = account_number(&transaction, &account_id).map_err(failed)?;
        let number = next_file(&transaction).map_err(failed)?;
        record(ledger, transaction, number, account, FileOutcome::Refused, file, chain)
    }

    fn check_record(&self, file: &NewFile) {
        debug_assert_eq!(file.claim, self.claim, "the record is of the file that was begun");
        debug_assert_eq!(file.arrived_at, self.arrived_at, "the arrival is that of the begin");
    }

    fn too_large(&self, line: u64) -> StoreError {
        StoreError::Refused {
            what: format!("line {line} holds a number that no column of the ledger can"),
            path: self.ledger.path.clone(),
            hint: "numbers of a file have to be bounded before they come here".to_owned(),
        }
    }
}

fn position(row: &StatedRow<'_>) -> usize {
    match row.subject {
        Subject::Channel(at) => at,
        Subject::Business => 0,
    }
}

/// What a row is to the one of `line`, which has its key.
fn stated_before(row: &StatedRow<'_>, measures: Measures, line: u64) -> Stated {
    let figures = measures.into();
    if row.figures == figures {
        Stated::SameAs { line }
    } else {
        Stated::DiffersFrom { line, figures }
    }
}

/// Writes the file's record and the chain's head, and commits.
fn record(
    ledger: &Ledger,
    transaction: Transaction<'_>,
    number: i64,
    account: i64,
    outcome: FileOutcome,
    file: &NewFile,
    chain: (&str, ChainHead),
) -> Result<(), StoreError> {
    insert_file(&transaction, number, account, outcome, file)
        .map_err(|error| ledger.write_fault(error))?;
    ledger.write_chain_head(chain.0, chain.1)?;
    transaction.commit().map_err(|error| ledger.write_fault(error))
}
