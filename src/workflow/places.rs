//! Where things are for the accounts of a configuration: the layout of the store with the
//! configured folders and accounts filled in.

use std::path::PathBuf;

use crate::config::Paths;
use crate::domain::AccountId;
use crate::store::StoreError;
use crate::store::layout::{self, Folders, State};

/// Every place of a workspace.
#[derive(Debug, Clone)]
pub struct Places {
    paths: Paths,
    state: State,
    accounts: Vec<AccountId>,
}

impl Places {
    /// The places of a configuration.
    pub fn new(paths: &Paths, accounts: Vec<AccountId>) -> Self {
        Self { state: State::at(&paths.state), paths: paths.clone(), accounts }
    }

    /// The paths below the state folder.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The folder that an account's files are dropped in.
    pub fn drop_folder(&self, account: &AccountId) -> PathBuf {
        layout::drop_folder(&self.paths.inbox, &self.accounts, account)
    }

    /// Folders that belong into the inbox besides those that every drop folder has: in an inbox
    /// of several accounts, theirs.
    pub fn folders_in_the_inbox(&self) -> Vec<&str> {
        layout::account_folders(&self.accounts).iter().map(AccountId::as_str).collect()
    }

    /// The inbox itself, where it is no drop folder because there are several accounts: what lies
    /// in it is meant for nobody.
    pub fn inbox_of_nobody(&self) -> Option<&PathBuf> {
        (self.accounts.len() > 1).then_some(&self.paths.inbox)
    }

    /// What `check` looks at, with the words for it.
    pub fn folders(&self) -> [(&'static str, &PathBuf); 5] {
        [
            ("inbox", &self.paths.inbox),
            ("outbox", &self.paths.outbox),
            ("archive", &self.paths.archive),
            ("state", &self.paths.state),
            ("logs", &self.paths.logs),
        ]
    }

    /// Makes every folder that is missing.
    pub fn create_all(&self) -> Result<(), StoreError> {
        layout::create_all(&self.all_folders(), &self.accounts)
    }

    /// Makes what is missing of the folders that no sender writes.
    pub fn create_own(&self) -> Result<(), StoreError> {
        layout::create_own(&self.all_folders())
    }

    fn all_folders(&self) -> Folders<'_> {
        Folders {
            inbox: &self.paths.inbox,
            outbox: &self.paths.outbox,
            archive: &self.paths.archive,
            state: &self.paths.state,
            logs: &self.paths.logs,
        }
    }
}
