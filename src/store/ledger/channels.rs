//! The account's channels ↔ their numbers in the ledger. A channel that was renamed keeps its
//! history: where nothing has its name, what has one of its aliases, or its name in other letters,
//! is the same channel.

use rusqlite::Connection;

use crate::domain::{Account, AccountId, Channel};
use crate::store::StoreError;

use super::Ledger;

/// The number that stands for the whole business; those of channels begin at 1.
pub(super) const BUSINESS: i64 = 0;

/// A channel as the ledger knows it.
struct Known {
    number: i64,
    name: String,
}

/// What the ledger has of an account's channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbered {
    /// Its number.
    pub number: i64,
    /// Whether the ledger has it under another name.
    pub is_renamed: bool,
}

/// In the order of the account's channels, what the ledger has of each; `None`: it is new.
pub(super) fn numbered(
    connection: &Connection,
    account: i64,
    settings: &Account,
) -> rusqlite::Result<Vec<Option<Numbered>>> {
    let known = known(connection, account)?;
    let numbers = settings.channels.iter().map(|channel| {
        let exact = known.iter().find(|known| known.name == channel.name.as_str());
        if let Some(known) = exact {
            return Some(Numbered { number: known.number, is_renamed: false });
        }
        // One and no more: two that were one channel's names at once are two histories, and which
        // of them counts is not for us to say.
        let mut others = known.iter().filter(|known| is_former_name(settings, channel, known));
        match (others.next(), others.next()) {
            (Some(known), None) => Some(Numbered { number: known.number, is_renamed: true }),
            _ => None,
        }
    });
    Ok(numbers.collect())
}

/// Whether a channel of the ledger, which no channel of the account is called exactly like, is
/// `channel` under a former name.
fn is_former_name(settings: &Account, channel: &Channel, known: &Known) -> bool {
    let lower = known.name.to_lowercase();
    let is_taken = settings.channels.iter().any(|other| other.name.as_str() == known.name);
    let is_like = |name: &str| name.to_lowercase() == lower;
    !is_taken
        && (is_like(channel.name.as_str()) || channel.aliases.iter().any(|alias| is_like(alias)))
}

fn known(connection: &Connection, account: i64) -> rusqlite::Result<Vec<Known>> {
    connection
        .prepare_cached("SELECT id, name FROM channels WHERE account = ?1 ORDER BY id")?
        .query_map([account], |row| Ok(Known { number: row.get(0)?, name: row.get(1)? }))?
        .collect()
}

impl Ledger {
    /// Channels of which the ledger has facts and that the account no longer names, by name: their
    /// facts are in no decision.
    pub fn channels_left_out(&self, account: &Account) -> Result<Vec<String>, StoreError> {
        let Some(number) = self.account(&account.id)? else { return Ok(Vec::new()) };
        let left_out = || -> rusqlite::Result<Vec<String>> {
            let kept: Vec<i64> = numbered(&self.connection, number, account)?
                .into_iter()
                .flatten()
                .map(|numbered| numbered.number)
                .collect();
            let all = known(&self.connection, number)?;
            let mut names: Vec<String> = all
                .into_iter()
                .filter(|known| !kept.contains(&known.number))
                .map(|known| known.name)
                .collect();
            names.sort();
            Ok(names)
        };
        left_out().map_err(|error| self.read_fault(error))
    }

    /// Refuses to read or write amounts in another currency than those that are there.
    pub(super) fn check_currency(&self, account: &Account) -> Result<(), StoreError> {
        match self.currency(&account.id)? {
            Some(found) if found != account.currency.code() => Err(StoreError::Refused {
                what: format!(
                    "the ledger holds account {} in {found}, its file says {}",
                    account.id,
                    account.currency.code()
                ),
                path: self.path.clone(),
                hint: "set the currency back; another currency is another account".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    fn currency(&self, account: &AccountId) -> Result<Option<String>, StoreError> {
        use rusqlite::OptionalExtension as _;
        self.connection
            .prepare_cached("SELECT currency FROM accounts WHERE name = ?1")
            .and_then(|mut find| find.query_row([account.as_str()], |row| row.get(0)).optional())
            .map(Option::flatten)
            .map_err(|error| self.read_fault(error))
    }
}
