//! Raw TOML → checked [`Config`]: whoever holds one may rely on all that it says. It finds every
//! fault of every file at once, with its place, and touches neither disk nor environment.
//!
//! In order: [`accounts_folder`] (to learn which files there are) → [`check`].

mod account;
mod actions;
mod api;
mod changes;
mod channel;
mod daemon;
mod experiments;
mod fault;
mod file;
mod hooks;
mod limits;
mod model;
mod model_channel;
mod paths;
mod reference;
mod schedule;
mod sizes;
mod source;
mod table;
mod value;

pub use api::ApiSettings;
pub use changes::{changes, digest};
pub use daemon::{
    CatchUp, InboxSettings, LogSettings, Ready, RetentionSettings, ScheduleSettings,
    SigningSettings,
};
pub use fault::{ConfigFault, render_faults};
pub use hooks::{Hook, HookEvent, HookTarget};
pub use paths::{Paths, resolve};
pub use reference::{explain, shipped_account, shipped_daemon};
pub use schedule::{ScheduleError, cron};
pub use source::{Preset, preset, presets, source_toml};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::domain::account::SCHEDULE_SHIPPED;
use crate::domain::{Account, AccountId, Limits};
pub(crate) use file::{File, Role};
pub(crate) use table::Table;
pub(crate) use value::Item;

/// Accounts of one daemon: thousands, and a bound on the memory that a folder of files can take.
pub const ACCOUNTS_MAX: usize = 10_000;
/// Channels of one account.
pub const CHANNELS_MAX: usize = 10_000;
/// Other spellings of one channel.
pub const ALIASES_MAX: usize = 100;
/// Formats of one account's files.
pub const SOURCES_MAX: usize = 100;
/// Bytes of one file: ten thousand channels with all their keys take about 3 MB.
pub const TEXT_BYTES_MAX: usize = 16 << 20;
/// Faults of one file that are told one by one; more of them have one cause.
pub const FAULTS_PER_FILE_MAX: usize = 100;
/// Characters of a name or a pattern.
const TEXT_CHARS_MAX: usize = 200;

/// The whole configuration, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where everything is.
    pub paths: Paths,
    /// How files are taken.
    pub inbox: InboxSettings,
    /// How much of files is read and kept.
    pub limits: Limits,
    /// When weeks are decided.
    pub schedule: ScheduleSettings,
    /// What bundles are signed with.
    pub signing: SigningSettings,
    /// What the log holds.
    pub log: LogSettings,
    /// How long originals and logs are kept.
    pub retention: RetentionSettings,
    /// The HTTP server; `None`: there is none.
    pub api: Option<ApiSettings>,
    /// Who is told of what happens.
    pub hooks: Vec<Hook>,
    /// At least one, by id.
    pub accounts: Vec<Account>,
}

impl Config {
    /// The account of that id.
    pub fn account(&self, id: &AccountId) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == *id)
    }
}

/// A file, read by whoever may touch the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    /// As messages call it.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// The checked configuration, or every fault: first the daemon's file, then the accounts' in the
/// order given, each from top to bottom. Relative paths are below `base`, the folder that holds
/// `config/`.
pub fn check(
    daemon: &SourceText,
    accounts: &[SourceText],
    base: &Path,
) -> Result<Config, Vec<ConfigFault>> {
    let mut faults = Vec::new();
    let is_account = |source: &&SourceText| !source.path.ends_with(experiments::ENDING);
    let ids: Vec<&str> = accounts.iter().filter(is_account).map(id_of).collect();
    let settings = read_daemon(daemon, &ids, base, &mut faults);
    let weekly = settings.as_ref().map_or(SCHEDULE_SHIPPED, |settings| &settings.schedule.weekly);
    let mut read = BTreeMap::new();
    let (experiments, accounts): (Vec<&SourceText>, Vec<&SourceText>) =
        accounts.iter().partition(|source| source.path.ends_with(experiments::ENDING));
    for source in accounts.iter().take(ACCOUNTS_MAX) {
        read_account(source, weekly, &mut read, &mut faults);
    }
    let is_whole = faults.is_empty();
    for source in experiments {
        read_experiments(source, is_whole, &mut read, &mut faults);
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    assert_eq!(read.len(), accounts.len(), "an account that is left out has a fault");
    let settings = settings.expect("settings that are left out have a fault");
    Ok(Config {
        paths: settings.paths,
        inbox: settings.inbox,
        limits: settings.limits,
        schedule: settings.schedule,
        signing: settings.signing,
        log: settings.log,
        retention: settings.retention,
        api: settings.api,
        hooks: settings.hooks,
        accounts: read.into_values().map(|(_, account)| account).collect(),
    })
}

/// The folder of the account files, as the daemon's file says it; where that can't be read, the
/// shipped one. Its faults are for [`check`] to tell.
pub fn accounts_folder(daemon: &SourceText, base: &Path) -> PathBuf {
    let (file, tree) = File::parse(daemon, Role::Daemon);
    daemon::accounts_folder(&Table::root(&file, &tree), base)
}

/// The account that a file is of, by the file's name.
fn id_of(source: &SourceText) -> &str {
    let name = source.path.rsplit('/').next().unwrap_or(&source.path);
    name.strip_suffix(".toml").unwrap_or(name)
}

fn read_daemon(
    source: &SourceText,
    accounts: &[&str],
    base: &Path,
    faults: &mut Vec<ConfigFault>,
) -> Option<daemon::Daemon> {
    let (file, tree) = File::parse(source, Role::Daemon);
    let root = Table::root(&file, &tree);
    if accounts.is_empty() {
        let folder = accounts_folder(source, base);
        root.fault(
            format!("there is no account: no file {}", folder.join("<id>.toml").display()),
            "write one; `budgetd init` lays out an example",
        );
    } else if accounts.len() > ACCOUNTS_MAX {
        let message = format!("{} accounts are more than {ACCOUNTS_MAX}", accounts.len());
        root.fault(message, "divide them among several daemons");
    }
    let settings = daemon::read(root, base, accounts);
    faults.extend(file.into_faults());
    settings
}

fn read_account(
    source: &SourceText,
    weekly: &str,
    read: &mut BTreeMap<AccountId, (String, Account)>,
    faults: &mut Vec<ConfigFault>,
) {
    let (file, tree) = File::parse(source, Role::Account);
    if let Some(found) = account::read(Table::root(&file, &tree), &source.path, weekly) {
        let id = found.account.id.clone();
        match read.get(&id) {
            Some((first, _)) => found.id.misfit(
                format!("{first} has this id already"),
                "give each account an id of its own",
            ),
            None => {
                read.insert(id, (source.path.clone(), found.account));
            }
        }
    }
    faults.extend(file.into_faults());
}

/// Reads the experiments of an account that was read before. Where other files have faults
/// (`is_whole` is false), an account that is not there is not remarked on.
fn read_experiments(
    source: &SourceText,
    is_whole: bool,
    read: &mut BTreeMap<AccountId, (String, Account)>,
    faults: &mut Vec<ConfigFault>,
) {
    let (file, tree) = File::parse(source, Role::Experiments);
    let root = Table::root(&file, &tree);
    let name = source.path.rsplit('/').next().unwrap_or_default();
    let id = name.strip_suffix(experiments::ENDING).unwrap_or_default();
    match read.values_mut().find(|(_, account)| account.id.as_str() == id) {
        Some((_, account)) => {
            if let Some(found) = experiments::read(root, account) {
                account.experiments = found;
            }
        }
        None if is_whole => root.fault(
            "no account has the id that this file is named by",
            "name it by an account's id: <id>.experiments.toml",
        ),
        None => {}
    }
    faults.extend(file.into_faults());
}
