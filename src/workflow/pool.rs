//! `state/pool.json`: what the accounts that learn from each other have said, read and brought up to date.
//! A pool that is missing or damaged takes nothing from a decision: models go by their own data then.

use serde::{Deserialize, Serialize};

use super::model::model_data_of_ledger;
use super::{WorkflowError, Workspace};
use crate::advice::mmm::failure::Failure;
use crate::advice::mmm::fit::{FitSettings, Split};
use crate::advice::mmm::prepare::prepare;
use crate::advice::mmm::search::SearchSettings;
use crate::advice::mmm::series::Series;
use crate::advice::mmm::settings::{fit_settings, prepare_settings};
use crate::advice::uncertainty::pooling::{
    Mark, Member, Pool, Pooling, Summary, learn_from, pool_of,
};
use crate::domain::model::ChannelKind;
use crate::domain::{Account, Digest};
use crate::store::layout::State;
use crate::store::ledger::Ledger;
use crate::store::{StoreError, pool as file};

/// The number of this description.
const FORMAT: u32 = 1;

/// Some thousands of accounts with a hundred channels each.
const BYTES_MAX: u64 = 256 * 1024 * 1024;

/// A pool, and the digest of the file that it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedPool {
    /// What accounts said.
    pub pool: Pool,
    /// Of the file's bytes.
    pub digest: Digest,
}

/// What lies in the state folder.
#[derive(Debug, Clone, PartialEq)]
pub enum PoolFile {
    /// Nothing yet.
    Missing,
    /// A pool.
    There(SharedPool),
    /// Something that is none, and why.
    Damaged(String),
}

#[derive(Serialize, Deserialize)]
struct Content {
    format: u32,
    #[serde(flatten)]
    pool: Pool,
}

/// Of a thousand accounts at once each is searched less finely than of one, and none is tested.
const SEARCH: SearchSettings = SearchSettings { points: 200, rounds: 5 };

/// What became of an account that shares.
#[derive(Debug)]
pub struct PooledAccount<'w> {
    /// Whose it is.
    pub account: &'w Account,
    /// Periods of its figures, and "days", "weeks" or "months".
    pub periods: (usize, &'static str),
    /// What its model borrowed, or why it has none.
    pub borrowed: Result<Option<Pooling>, Failure>,
}

/// All accounts that share, and the pool of what they say.
#[derive(Debug)]
pub struct PooledAccounts<'w> {
    /// In the order of the configuration; those without any figures are left out.
    pub accounts: Vec<PooledAccount<'w>>,
    /// What they say.
    pub pool: Pool,
}

/// Fits all accounts of `workspace` that share, each by its own data and then with what the others say.
/// `done` is called twice for each.
///
/// # Errors
/// [`WorkflowError`] where the ledger can't be read.
pub fn learn_together<'w>(
    workspace: &'w Workspace,
    ledger: &Ledger,
    done: &(dyn Fn() + Sync),
) -> Result<PooledAccounts<'w>, WorkflowError> {
    let mut prepared: Vec<(&Account, Series, FitSettings)> = Vec::new();
    for account in workspace.config.accounts.iter().filter(|it| it.model.pool) {
        let Some(data) = model_data_of_ledger(ledger, account, None)? else { continue };
        let own = &account.model;
        if let Ok(found) = prepare(&data.observed, prepare_settings(own)) {
            let settings = fit_settings(own, found.series.grain, &found.series.periods);
            let quick = FitSettings { search: SEARCH, split: Split::Share(0.0), ..settings };
            prepared.push((account, found.series, quick));
        }
    }
    let kinds: Vec<_> = prepared.iter().map(|(account, ..)| kinds(account)).collect();
    let members: Vec<Member<'_>> = prepared
        .iter()
        .zip(&kinds)
        .map(|((account, series, settings), kind)| Member {
            account: account.id.as_str(),
            series,
            settings,
            kind,
        })
        .collect();
    let pool = pool_of(&members, done);
    let learnt = learn_from(&pool, &members, &|_, borrowed| borrowed, done);
    let accounts = prepared.iter().zip(learnt).map(|((account, series, _), borrowed)| {
        PooledAccount { account, periods: (series.len(), series.unit()), borrowed }
    });
    Ok(PooledAccounts { accounts: accounts.collect(), pool })
}

/// The kinds of an account's channels, where its file names them.
pub(super) fn kinds(account: &Account) -> impl Fn(&str) -> Option<ChannelKind> + Sync {
    |name| {
        account.model.channels.iter().find(|it| it.channel.as_str() == name).and_then(|it| it.kind)
    }
}

/// Reads the pool.
pub fn read_pool(workspace: &Workspace) -> PoolFile {
    let bytes = match file::read(&state(workspace), BYTES_MAX) {
        Ok(None) => return PoolFile::Missing,
        Ok(Some(bytes)) => bytes,
        Err(error) => return PoolFile::Damaged(error.to_string()),
    };
    match serde_json::from_slice::<Content>(&bytes) {
        Ok(Content { format: FORMAT, pool }) if pool.is_sound() => {
            PoolFile::There(SharedPool { pool, digest: Digest::of(&bytes) })
        }
        Ok(Content { format: FORMAT, .. }) => {
            PoolFile::Damaged("it holds figures that no account tells".to_owned())
        }
        Ok(Content { format, .. }) => {
            PoolFile::Damaged(format!("its format is {format}, and this program knows {FORMAT}"))
        }
        Err(error) => PoolFile::Damaged(format!("it is no pool: {error}")),
    }
}

/// Writes `pool`, in place of what is there.
///
/// # Errors
/// [`StoreError`] where it can't be written.
pub fn write_pool(workspace: &Workspace, pool: &Pool) -> Result<Digest, StoreError> {
    let content = Content { format: FORMAT, pool: pool.clone() };
    let mut bytes = serde_json::to_vec_pretty(&content).expect("JSON of plain values");
    bytes.push(b'\n');
    file::write(&state(workspace), &bytes)?;
    Ok(Digest::of(&bytes))
}

/// Puts what `account` says now in place of what it said, and takes it out where it doesn't share any
/// more. A damaged pool stays as it is, for people to look at.
///
/// # Errors
/// [`StoreError`] where it can't be written.
pub(super) fn tell_pool(
    workspace: &Workspace,
    account: &Account,
    summary: Option<&Summary>,
) -> Result<(), StoreError> {
    let mut pool = match read_pool(workspace) {
        PoolFile::There(shared) => shared.pool,
        PoolFile::Missing if account.model.pool => Pool::default(),
        PoolFile::Missing | PoolFile::Damaged(_) => return Ok(()),
    };
    let before = pool.clone();
    match summary {
        Some(summary) if account.model.pool => pool.put(summary.clone()),
        // What it said last week still holds where there is no model this week.
        None if account.model.pool => {}
        _ => pool.remove(&Mark::of(account.id.as_str())),
    }
    if pool != before {
        write_pool(workspace, &pool)?;
    }
    Ok(())
}

fn state(workspace: &Workspace) -> State {
    workspace.places.state().clone()
}
