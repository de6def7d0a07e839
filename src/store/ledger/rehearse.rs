//! The rows of a file that is only looked at → what the ledger would say of them: they are stated
//! into a ledger that is forgotten, beside a copy of what is known of their days.

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, Params};

use super::changes::Changes;
use super::channels::BUSINESS;
use super::encode::{self, read_count, read_day, read_optional_text};
use super::facts::bounds;
use super::figures::{FIGURES, FIGURES_COUNT, read_figures};
use super::{Incoming, Ledger, Take};
use crate::domain::{Account, Day, StatedRow, Subject};
use crate::store::StoreError;

impl Ledger {
    /// What the file would change whose rows, from `from` to `to` (both included), are in `stated`.
    /// Neither of the two ledgers changes. Memory does not grow with the rows.
    pub fn rehearse(
        &self,
        account: &Account,
        incoming: Incoming<'_>,
        stated: &Self,
        (from, to): (Day, Day),
    ) -> Result<Changes, StoreError> {
        let mut copy = Self::temporary()?;
        let days = (encode::grain(incoming.grain), bounds(Some(from), Some(to)));
        if let Some(number) = self.account(&account.id)? {
            self.copy_days(&copy, number, days).map_err(|error| self.read_fault(error))?;
        }
        let mut take = copy.begin_take(account, incoming)?;
        stated.state_again(account, days, &mut take)?;
        take.finish()
    }

    /// Copies what `other` has to know of some days of an account.
    fn copy_days(
        &self,
        other: &Self,
        account: i64,
        (grain, (from, to)): (i64, (i64, i64)),
    ) -> rusqlite::Result<()> {
        const DAYS: &str = "FROM facts
            WHERE account = ?1 AND grain = ?2 AND day BETWEEN ?3 AND ?4";
        let days = (account, grain, from, to);
        let (source, target) = (&self.connection, &other.connection);
        let transaction = target.unchecked_transaction()?;
        copy(source, target, "accounts", "SELECT * FROM accounts WHERE id = ?1", [account])?;
        copy(source, target, "channels", "SELECT * FROM channels WHERE account = ?1", [account])?;
        let files = format!(
            "SELECT * FROM files WHERE id IN (SELECT file {DAYS} UNION SELECT seen {DAYS})"
        );
        copy(source, target, "files", &files, days)?;
        copy(source, target, "facts", &format!("SELECT * {DAYS}"), days)?;
        transaction.commit()
    }

    /// States all rows of some days into `take`.
    fn state_again(
        &self,
        account: &Account,
        (grain, (from, to)): (i64, (i64, i64)),
        take: &mut Take<'_>,
    ) -> Result<(), StoreError> {
        let failed = |error| self.read_fault(error);
        let Some(number) = self.account(&account.id)? else { return Ok(()) };
        let positions = self.channel_positions(account, number).map_err(failed)?;
        let read = format!(
            "SELECT {FIGURES}, day, channel, campaign, controls, line FROM facts
             WHERE account = ?1 AND grain = ?2 AND day BETWEEN ?3 AND ?4"
        );
        let mut read = self.connection.prepare(&read).map_err(failed)?;
        let mut rows = read.query((number, grain, from, to)).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let columns = || -> rusqlite::Result<(Day, i64, u64)> {
                let (day, line) = (read_day(row, FIGURES_COUNT)?, FIGURES_COUNT + 4);
                Ok((day, row.get(FIGURES_COUNT + 1)?, read_count(row, line)?))
            };
            let (day, channel, line) = columns().map_err(failed)?;
            let subject = match channel {
                BUSINESS => Subject::Business,
                number => Subject::Channel(positions[&number]),
            };
            take.state(&StatedRow {
                line,
                day,
                subject,
                campaign: read_optional_text(row, FIGURES_COUNT + 2).map_err(failed)?,
                figures: read_figures(row, 0).map_err(failed)?,
                controls: read_optional_text(row, FIGURES_COUNT + 3).map_err(failed)?,
            })?;
        }
        Ok(())
    }
}

/// Copies the rows that `read` finds into the table of the same columns.
fn copy(
    source: &Connection,
    target: &Connection,
    table: &str,
    read: &str,
    of: impl Params,
) -> rusqlite::Result<()> {
    let mut read = source.prepare(read)?;
    let columns = read.column_count();
    let places: Vec<String> = (1..=columns).map(|place| format!("?{place}")).collect();
    let insert = format!("INSERT INTO {table} VALUES ({})", places.join(", "));
    let mut insert = target.prepare(&insert)?;
    let mut rows = read.query(of)?;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            let value = ToSqlOutput::Borrowed(row.get_ref(column)?);
            insert.raw_bind_parameter(column + 1, value)?;
        }
        insert.raw_execute()?;
    }
    Ok(())
}
