//! The rows of one file → the ledger, in one transaction that ends accepted, as a duplicate or
//! refused. Dropped without any of these, it leaves no trace; memory does not grow with the rows.
//!
//! Rows of a day that the ledger knew nothing of are sorted and inserted, which is the fast path. On
//! any other day each row is compared with the one that is there: its `seen` says whether this file
//! has stated the key before, and a negative `file` that this file has overwritten it.

use std::collections::BTreeMap;

use rusqlite::{CachedStatement, Connection, Transaction};

use super::batch::{Batch, FactColumns, Pushed};
use super::changes::{Changes, REPLACEMENTS_MAX};
use super::channels::{BUSINESS, numbered};
use super::days::Days;
use super::encode::{self, read_optional_text};
use super::figures::{FIGURES, FIGURES_COUNT, FigureColumns, read_figures, sum};
use super::files::next_file;
use super::origins::Earlier;
use super::spill::SortError;
use super::{Ledger, WRITE, account_number};
use crate::domain::{
    Account, AccountId, ChannelBy, ChannelName, Currency, Figures, Grain, Instant, StatedRow,
    Subject,
};
use crate::ingest::Stated;
use crate::store::StoreError;

/// A file that is to be taken.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// Its claim, which is unique.
    pub claim: &'a str,
    /// When it is held to have arrived.
    pub arrived_at: Instant,
    /// What each of its rows covers.
    pub grain: Grain,
    /// Its name, as its sender wrote it.
    pub name: &'a str,
    /// The name of the source that reads it.
    pub source: &'a str,
    /// What decides whose a row is.
    pub channel_by: ChannelBy,
}

/// One file on its way into the ledger.
pub struct Take<'l> {
    // The statements come first: they have to be gone before the transaction is.
    pub(super) batch: Batch<'l>,
    pub(super) statements: Statements<'l>,
    pub(super) transaction: Transaction<'l>,
    pub(super) ledger: &'l Ledger,
    pub(super) account_id: AccountId,
    pub(super) claim: String,
    pub(super) arrived_at: Instant,
    pub(super) currency: Currency,
    pub(super) account: i64,
    /// The number of the grain of its rows.
    pub(super) grain: i64,
    /// The number that the file gets if its rows stay.
    pub(super) file: i64,
    /// Name and number of each channel, in the account's order, which is by name.
    pub(super) channels: Vec<(ChannelName, i64)>,
    /// The days stated so far.
    pub(super) days: Days,
    /// The one of them that was stated last.
    last_day: Option<(i64, bool)>,
    /// By day and channel, what this file has overwritten, for the first [`REPLACEMENTS_MAX`]
    /// pairs.
    pub(super) overwritten: BTreeMap<(i64, Subject), Overwritten>,
    /// The earlier files whose rows it states again, and what it takes from other sources.
    pub(super) earlier: Earlier,
    /// What decides whose a row is.
    pub(super) channel_by: ChannelBy,
    pub(super) changes: Option<Changes>,
    /// Once it is finished, the channels that it is the first to state on days that had rows.
    pub(super) added: Added,
}

/// Channels by day.
pub(super) type Added = BTreeMap<i64, Vec<i64>>;

/// The statements that rows of known days go through, prepared once.
pub(super) struct Statements<'l> {
    find: CachedStatement<'l>,
    restate: CachedStatement<'l>,
    overwrite: CachedStatement<'l>,
}

/// What a file has overwritten of a pair.
#[derive(Clone, Copy, Default)]
pub(super) struct Overwritten {
    /// The sum of the older values.
    pub sum: Option<Figures>,
    /// What is kept for models changed.
    pub controls: bool,
}

/// A row as the ledger has it, beside one of its key.
struct Found {
    figures: Figures,
    /// It has the other's controls.
    same_controls: bool,
    seen: i64,
    line: u64,
    file: i64,
}

/// The key of a row: account, grain, day, channel and campaign.
const KEY: &str = "account = ?1 AND grain = ?2 AND day = ?3 AND channel = ?4 AND campaign = ?5";

impl<'l> Statements<'l> {
    fn prepare(connection: &'l Connection, account: i64, grain: i64) -> rusqlite::Result<Self> {
        let mut statements = Self {
            find: connection.prepare_cached(&format!(
                "SELECT {FIGURES}, controls, seen, line, file FROM facts WHERE {KEY}"
            ))?,
            restate: connection
                .prepare_cached(&format!("UPDATE facts SET line = ?6, seen = ?7 WHERE {KEY}"))?,
            overwrite: connection.prepare_cached(&format!(
                "UPDATE facts SET line = ?6, seen = ?7, controls = ?8, spend = ?9, spend_rest = ?10,
                    revenue = ?11, revenue_rest = ?12, impressions = ?13, clicks = ?14,
                    conversions = ?15, file = -file
                 WHERE {KEY}"
            ))?,
        };
        let Self { find, restate, overwrite } = &mut statements;
        for statement in [find, restate, overwrite] {
            statement.raw_bind_parameter(1, account)?;
            statement.raw_bind_parameter(2, grain)?;
        }
        Ok(statements)
    }
}

fn bind_key(
    statement: &mut CachedStatement<'_>,
    columns: &FactColumns<'_>,
) -> rusqlite::Result<()> {
    statement.raw_bind_parameter(3, columns.day)?;
    statement.raw_bind_parameter(4, columns.channel)?;
    statement.raw_bind_parameter(5, columns.campaign)
}

impl Ledger {
    /// Begins to take a file.
    ///
    /// Errors: [`StoreError::Refused`] for a claim that is recorded already,
    /// [`StoreError::Busy`] where another process writes.
    pub fn begin_take(
        &mut self,
        account: &Account,
        incoming: Incoming<'_>,
    ) -> Result<Take<'_>, StoreError> {
        let Incoming { claim, arrived_at, grain, name, source, channel_by } = incoming;
        let grain = encode::grain(grain);
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
                batch: Batch::new(connection, number, grain, file)?,
                statements: Statements::prepare(connection, number, grain)?,
                transaction,
                ledger,
                account_id: account.id.clone(),
                claim: claim.to_owned(),
                arrived_at,
                currency: account.currency,
                account: number,
                grain,
                file,
                channels: number_channels(connection, number, account)?,
                days: Days::default(),
                last_day: None,
                overwritten: BTreeMap::new(),
                earlier: Earlier::of(name, source),
                channel_by,
                changes: None,
                added: Added::new(),
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
        let Some(figures) = FigureColumns::of(&row.figures) else {
            return Err(self.too_large(row.line));
        };
        let columns = FactColumns {
            day: encode::day(row.day),
            channel: match row.subject {
                Subject::Channel(position) => self.channels[position].1,
                Subject::Business => BUSINESS,
            },
            campaign: row.campaign,
            figures,
            controls: row.controls,
            line: i64::try_from(row.line).unwrap_or(i64::MAX),
        };
        self.place(row, &columns).map_err(|error| error.of_ledger(&self.ledger.path, WRITE))
    }

    fn place(
        &mut self,
        row: &StatedRow<'_>,
        columns: &FactColumns<'_>,
    ) -> Result<Stated, SortError> {
        if !self.day_had_rows(columns.day)? {
            if self.batch.should_wait() {
                self.wait()?;
            }
            match self.batch.push(columns)? {
                Pushed::New => return Ok(Stated::New),
                Pushed::Held { figures, is_same, line } => {
                    return Ok(stated_before(figures.figures(), is_same, line.cast_unsigned()));
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
            Some(found) => {
                let is_same = found.is_same(row);
                Ok(stated_before(found.figures, is_same, found.line))
            }
        }
    }

    /// Has all further rows wait: what is in the ledger of days that had no rows is this file's.
    fn wait(&mut self) -> Result<(), SortError> {
        let Self { batch, days, .. } = self;
        batch.wait(&mut days.iter().filter(|&(_, had_rows)| !had_rows).map(|(day, _)| day))
    }

    /// Whether the ledger had rows of this day before the file.
    fn day_had_rows(&mut self, day: i64) -> rusqlite::Result<bool> {
        if let Some((last, had_rows)) = self.last_day
            && last == day
        {
            return Ok(had_rows);
        }
        let had_rows = if let Some(had_rows) = self.days.had_rows(day) {
            had_rows
        } else {
            let any = "SELECT EXISTS (SELECT 1 FROM facts
                WHERE account = ?1 AND grain = ?2 AND day = ?3)";
            let mut any = self.ledger.connection.prepare_cached(any)?;
            let had_rows = any.query_row((self.account, self.grain, day), |row| row.get(0))?;
            self.days.insert(day, had_rows);
            had_rows
        };
        self.last_day = Some((day, had_rows));
        Ok(had_rows)
    }

    fn find(&mut self, columns: &FactColumns<'_>) -> rusqlite::Result<Option<Found>> {
        let find = &mut self.statements.find;
        bind_key(find, columns)?;
        let mut rows = find.raw_query();
        let Some(row) = rows.next()? else { return Ok(None) };
        Ok(Some(Found {
            figures: read_figures(row, 0)?,
            same_controls: read_optional_text(row, FIGURES_COUNT)? == columns.controls,
            seen: row.get(FIGURES_COUNT + 1)?,
            line: encode::read_count(row, FIGURES_COUNT + 2)?,
            file: row.get(FIGURES_COUNT + 3)?,
        }))
    }

    /// Marks a row of an older file as stated by this one, with this one's values.
    fn restate(
        &mut self,
        row: &StatedRow<'_>,
        columns: &FactColumns<'_>,
        found: &Found,
    ) -> rusqlite::Result<()> {
        let is_same = found.is_same(row);
        let connection = &self.ledger.connection;
        self.earlier.stated_again(columns.day, found.seen);
        if !is_same {
            let pair = (columns.channel, found.file);
            self.earlier.overwritten(connection, pair, found.figures)?;
        }
        let Statements { restate, overwrite, .. } = &mut self.statements;
        let statement = if is_same { restate } else { overwrite };
        bind_key(statement, columns)?;
        statement.raw_bind_parameter(6, columns.line)?;
        statement.raw_bind_parameter(7, self.file)?;
        if !is_same {
            statement.raw_bind_parameter(8, encode::optional_text(columns.controls))?;
            columns.figures.bind(statement, 9)?;
        }
        statement.raw_execute()?;
        if !is_same {
            self.remember((columns.day, row.subject), found);
        }
        Ok(())
    }

    /// Keeps the older values of a pair as long as it is among the first [`REPLACEMENTS_MAX`]: a
    /// pair that falls out can't come back, since the pairs before it only become more.
    fn remember(&mut self, pair: (i64, Subject), older: &Found) {
        let overwritten = self.overwritten.entry(pair).or_default();
        overwritten.sum = Some(sum(overwritten.sum, older.figures));
        overwritten.controls |= !older.same_controls;
        if self.overwritten.len() > REPLACEMENTS_MAX {
            self.overwritten.pop_last();
        }
    }

    fn too_large(&self, line: u64) -> StoreError {
        StoreError::Refused {
            what: format!("line {line} holds a number that no column of the ledger can"),
            path: self.ledger.path.clone(),
            hint: "numbers of a file have to be bounded before they come here".to_owned(),
        }
    }
}

impl Found {
    /// Whether `row`, which has its key, states the same.
    fn is_same(&self, row: &StatedRow<'_>) -> bool {
        self.same_controls && self.figures == row.figures
    }
}

/// What the row of `line` is to one that has its key.
fn stated_before(figures: Figures, is_same: bool, line: u64) -> Stated {
    if is_same { Stated::SameAs { line } } else { Stated::DiffersFrom { line, figures } }
}
