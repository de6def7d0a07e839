//! Where everything lies: paths from ids, days and digests, and the folders themselves at the
//! first start. Only the functions that create touch the disk.

use std::path::{Path, PathBuf};

use chrono::Datelike as _;
use rustix::fs::Mode;
use rustix::io::Errno;

use super::StoreError;
use super::folder::{Folder, machine};
use super::inbox::DropFolder;
use crate::domain::{AccountId, Day, Digest};

/// Keys, ledger and audit log are for the daemon alone.
const MODE_PRIVATE: u32 = 0o700;
/// Originals and logs are for the daemon and its group.
const MODE_GROUP: u32 = 0o750;
/// Bundles are for whoever is to follow them.
const MODE_PUBLIC: u32 = 0o755;

/// The folder that files of `account` are dropped in: the inbox itself where it is the only
/// account, else a folder of its own in it.
pub fn drop_folder(inbox: &Path, accounts: &[AccountId], account: &AccountId) -> PathBuf {
    if accounts.len() <= 1 { inbox.to_owned() } else { inbox.join(account.as_str()) }
}

/// The names of the folders that belong into the inbox itself beside `rejected` and `receipts`:
/// those of the accounts, where there are several.
pub fn account_folders(accounts: &[AccountId]) -> &[AccountId] {
    if accounts.len() <= 1 { &[] } else { accounts }
}

/// The paths below the state folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    root: PathBuf,
}

impl State {
    /// The state folder at `root`.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The ledger.
    pub fn ledger(&self) -> PathBuf {
        self.root.join("ledger.db")
    }

    /// Working copies of claimed files.
    pub fn staging(&self) -> PathBuf {
        self.root.join("staging")
    }

    /// The signing key, where the configuration doesn't name another place.
    pub fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// The audit log's folder.
    pub fn audit(&self) -> PathBuf {
        self.root.join("audit")
    }

    /// The daemon's own chain.
    pub fn audit_daemon(&self) -> PathBuf {
        self.audit().join("daemon.jsonl")
    }

    /// The folder of the accounts' chains, apart so that no account id collides with a chain.
    pub fn audit_accounts(&self) -> PathBuf {
        self.audit().join("accounts")
    }

    /// The chain of `account`.
    pub fn audit_account(&self, account: &AccountId) -> PathBuf {
        self.audit_accounts().join(format!("{account}.jsonl"))
    }

    /// Posteriors that were sampled for `account`.
    pub fn posteriors(&self, account: &AccountId) -> PathBuf {
        self.root.join("posterior").join(account.as_str())
    }

    /// The lock that `run` holds for its life.
    pub fn run_lock(&self) -> PathBuf {
        self.root.join("run.lock")
    }

    /// The lock that a backup takes, and what removes old originals.
    pub fn retention_lock(&self) -> PathBuf {
        self.root.join("retention.lock")
    }

    /// Says that a restore into this folder has begun and not ended.
    pub fn restoring(&self) -> PathBuf {
        self.root.join("restoring")
    }

    /// The lock that each unit of work takes.
    pub fn work_lock(&self) -> PathBuf {
        self.root.join("work.lock")
    }
}

/// The folders of an archived file below the archive: account, year, month.
pub fn archive_folders(account: &AccountId, first_day: Day) -> [String; 3] {
    let (year, month) = (first_day.year(), first_day.month());
    [account.to_string(), format!("{year:04}"), format!("{month:02}")]
}

/// The name of an archived file: `<first day>_<first 16 of sha256>_<name>`.
pub fn archive_name(first_day: Day, digest: Digest, name: &str) -> String {
    format!("{first_day}_{}_{name}", digest.short())
}

/// The path of an archived file below the archive.
pub fn archive_path(account: &AccountId, first_day: Day, digest: Digest, name: &str) -> String {
    let [account, year, month] = archive_folders(account, first_day);
    format!("{account}/{year}/{month}/{}", archive_name(first_day, digest, name))
}

/// The folders that the configuration names.
#[derive(Debug, Clone, Copy)]
pub struct Folders<'a> {
    /// Drop folders.
    pub inbox: &'a Path,
    /// Bundles.
    pub outbox: &'a Path,
    /// Originals.
    pub archive: &'a Path,
    /// Own state.
    pub state: &'a Path,
    /// Logs.
    pub logs: &'a Path,
}

/// Makes every folder that is missing, with what each drop folder has in it. Folders that are
/// there keep their modes: who may write to them is the operator's business.
pub fn create_all(folders: &Folders<'_>, accounts: &[AccountId]) -> Result<(), StoreError> {
    create_own(folders)?;
    for account in accounts {
        DropFolder::open(&drop_folder(folders.inbox, accounts, account), true)?;
    }
    Ok(())
}

/// Makes what is missing of the folders that the daemon alone writes. Drop folders are left out:
/// what a sender did to his must not keep the others from being served.
pub fn create_own(folders: &Folders<'_>) -> Result<(), StoreError> {
    let state = State::at(folders.state);
    ensure(state.root(), MODE_PRIVATE)?;
    for folder in [state.staging(), state.keys(), state.audit(), state.audit_accounts()] {
        ensure(&folder, MODE_PRIVATE)?;
    }
    ensure(folders.archive, MODE_GROUP)?;
    ensure(folders.logs, MODE_GROUP)?;
    ensure(folders.outbox, MODE_PUBLIC)
}

/// Makes the folder at `path` with `mode` (less the umask) where there is none. Folders above it
/// that are missing too get the usual mode: the base of an installation is not private because
/// its state is.
pub(super) fn ensure(path: &Path, mode: u32) -> Result<(), StoreError> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        ensure(parent, MODE_PUBLIC)?;
    }
    match rustix::fs::mkdir(path, Mode::from_raw_mode(mode)) {
        // The name is made durable, so that what is put into the folder is never lost with it.
        Ok(()) => Folder::open(parent.unwrap_or(Path::new(".")))?.sync(),
        Err(Errno::EXIST) => Folder::open(path).map(drop),
        Err(errno) => Err(machine("can't make the folder", path, errno)),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn id(text: &str) -> AccountId {
        AccountId::new(text).expect("an id")
    }

    #[test]
    fn one_account_drops_into_the_inbox_itself_and_several_into_folders() {
        let inbox = Path::new("inbox");
        let (main, other) = (id("main"), id("other"));
        assert_eq!(drop_folder(inbox, std::slice::from_ref(&main), &main), Path::new("inbox"));
        let both = [main.clone(), other];
        assert_eq!(drop_folder(inbox, &both, &main), Path::new("inbox/main"));
        assert_eq!(account_folders(&both), both);
        assert!(account_folders(&both[..1]).is_empty());
    }

    #[test]
    fn an_original_is_named_by_day_digest_and_name() {
        let day = Day::from_ymd_opt(2026, 1, 4).expect("a day");
        // FIPS 180-4: SHA-256 of "abc" begins with ba7816bf8f01cfea.
        let path = archive_path(&id("main"), day, Digest::of(b"abc"), "google ads.csv");
        assert_eq!(path, "main/2026/01/2026-01-04_ba7816bf8f01cfea_google ads.csv");
    }

    #[test]
    fn no_account_can_take_the_place_of_the_daemons_chain() {
        let state = State::at(Path::new("state"));
        assert_ne!(state.audit_account(&id("daemon")), state.audit_daemon());
        assert_eq!(state.audit_account(&id("a")), Path::new("state/audit/accounts/a.jsonl"));
    }

    #[test]
    fn own_folders_are_made_though_a_drop_folder_is_a_link() {
        let dir = tempfile::tempdir().expect("a folder");
        let at = |name: &str| dir.path().join(name);
        let paths = ["inbox", "outbox", "archive", "state", "logs"].map(at);
        let [inbox, outbox, archive, state, logs] = paths.each_ref().map(PathBuf::as_path);
        let folders = Folders { inbox, outbox, archive, state, logs };
        std::fs::create_dir(inbox).expect("made");
        std::os::unix::fs::symlink("/nowhere", inbox.join("one")).expect("linked");
        create_own(&folders).expect("made");
        assert!(state.join("audit/accounts").is_dir() && outbox.is_dir());
        assert!(create_all(&folders, &[id("one"), id("two")]).is_err());
    }

    #[test]
    fn creating_twice_is_creating_once_and_the_state_is_private() {
        let dir = tempfile::tempdir().expect("a folder");
        let at = |name: &str| dir.path().join("new/base").join(name);
        let paths = ["inbox", "outbox", "archive", "state", "logs"].map(at);
        let [inbox, outbox, archive, state, logs] = paths.each_ref().map(PathBuf::as_path);
        let folders = Folders { inbox, outbox, archive, state, logs };
        for _ in 0..2 {
            create_all(&folders, &[id("one"), id("two")]).expect("made");
        }
        let mode = |path: PathBuf| path.metadata().expect("there").permissions().mode() & 0o777;
        for name in ["", "keys", "staging", "audit", "audit/accounts"] {
            assert_eq!(mode(state.join(name)), 0o700, "{name}");
        }
        for name in [".claimed", "rejected", "receipts"] {
            assert!(inbox.join("two").join(name).is_dir(), "{name}");
            assert!(!inbox.join(name).exists(), "{name} is no part of a shared inbox");
        }
        assert_eq!(mode(inbox.join("one/.claimed")), 0o700);
        assert_ne!(
            mode(dir.path().join("new/base")) & 0o055,
            0,
            "others get through to the outbox"
        );
    }
}
