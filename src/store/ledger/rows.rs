//! The rows of the ledger one by one, for people, and the days that they span.

use std::ops::ControlFlow;

use rusqlite::OptionalExtension;

use super::Ledger;
use super::encode::{self, read_day, read_name, read_optional_text};
use super::facts::bounds;
use super::figures::{FIGURES, read_figures};
use crate::domain::{AccountId, ChannelName, Day, Figures, Grain};
use crate::store::StoreError;

/// One row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactRow<'a> {
    /// The day, or the first day of the week or month.
    pub day: Day,
    /// The channel, which the account may have no longer; `None`: the whole business.
    pub channel: Option<&'a ChannelName>,
    /// The campaign, with the further parts of its key; empty where the file had none.
    pub campaign: &'a str,
    /// What was stated.
    pub figures: Figures,
    /// A JSON object of what is kept for models; empty where there is nothing.
    pub controls: &'a str,
}

impl Ledger {
    /// Hands each row of `account` and `grain` from `from` to `to` (both included) to `each`, by
    /// day, channel name (the business first) and campaign, until it breaks off. Memory does not
    /// grow with the rows.
    pub fn each_fact_row(
        &self,
        account: &AccountId,
        grain: Grain,
        from: Option<Day>,
        to: Option<Day>,
        each: &mut dyn FnMut(&FactRow<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let Some(number) = self.account(account)? else { return Ok(()) };
        self.read_rows((number, encode::grain(grain)), bounds(from, to), each)
            .map_err(|error| self.read_fault(error))
    }

    fn read_rows(
        &self,
        (account, grain): (i64, i64),
        (from, to): (i64, i64),
        each: &mut dyn FnMut(&FactRow<'_>) -> ControlFlow<()>,
    ) -> rusqlite::Result<()> {
        // The facts stand on the left, so that SQLite reads them in the order of their key and
        // sorts no more than a day at a time.
        let read = format!(
            "SELECT day, name, campaign, controls, {FIGURES}
             FROM facts LEFT JOIN channels ON channels.id = facts.channel
             WHERE facts.account = ?1 AND grain = ?2 AND day BETWEEN ?3 AND ?4
             ORDER BY day, name, campaign"
        );
        let mut read = self.connection.prepare_cached(&read)?;
        let mut rows = read.query((account, grain, from, to))?;
        while let Some(row) = rows.next()? {
            let is_business = row.get_ref(1)?.as_str_or_null()?.is_none();
            let channel = if is_business { None } else { Some(read_name(row, 1)?) };
            let row = FactRow {
                day: read_day(row, 0)?,
                channel: channel.as_ref(),
                campaign: row.get_ref(2)?.as_str()?,
                figures: read_figures(row, 4)?,
                controls: read_optional_text(row, 3)?,
            };
            if each(&row).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The first and the last day of the rows of `account` and `grain`; for weeks and months, the
    /// first days of the first and the last.
    pub fn fact_days(
        &self,
        account: &AccountId,
        grain: Grain,
    ) -> Result<Option<(Day, Day)>, StoreError> {
        let Some(account) = self.account(account)? else { return Ok(None) };
        let end = |order: &str| {
            let end = format!(
                "SELECT day FROM facts WHERE account = ?1 AND grain = ?2
                 ORDER BY day {order} LIMIT 1"
            );
            let key = (account, encode::grain(grain));
            self.connection
                .prepare_cached(&end)
                .and_then(|mut end| end.query_row(key, |row| read_day(row, 0)).optional())
                .map_err(|error| self.read_fault(error))
        };
        Ok(end("ASC")?.zip(end("DESC")?))
    }
}
