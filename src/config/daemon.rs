//! `config/budgetd.toml` → the settings of the daemon. It knows no account.

use std::path::{Path, PathBuf};

use super::api::{self, ApiSettings};
use super::hooks::{self, Hook};
use super::paths::{self, Paths};
use super::schedule;
use super::sizes;
use super::table::Table;
use super::value::Item;
use crate::domain::Limits;
use crate::domain::account::SCHEDULE_SHIPPED;

/// `[inbox]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxSettings {
    /// How a sender says that a file is complete.
    pub ready: Ready,
    /// Seconds for which a file must not change before it is taken; 0: it is taken at once.
    pub quiet_seconds: u64,
    /// Seconds between two looks at the drop folders, at least 1.
    pub scan_seconds: u64,
}

/// How a sender says that a file is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ready {
    /// It hasn't changed for a while.
    Quiet,
    /// It has its final name: senders write under a temporary one and rename.
    Rename,
    /// An empty file of its name and `.done` lies beside it.
    Marker,
    /// Its digest lies beside it, in a file of its name and `.sha256`.
    Checksum,
}

impl Default for InboxSettings {
    /// The shipped settings (DESIGN §6).
    fn default() -> Self {
        Self { ready: Ready::Quiet, quiet_seconds: 10, scan_seconds: 20 }
    }
}

/// `[schedule]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleSettings {
    /// When the weekly run is due in accounts that don't say so themselves: a pattern that
    /// [`super::cron`] reads, in the account's time zone.
    pub weekly: String,
    /// What happens to runs that were missed.
    pub catch_up: CatchUp,
}

/// What happens to runs that were missed while the daemon was down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatchUp {
    /// The newest is made up for, the others are recorded as missed.
    Latest,
    /// All are recorded as missed.
    None,
}

impl Default for ScheduleSettings {
    /// The shipped settings (DESIGN §6).
    fn default() -> Self {
        Self { weekly: SCHEDULE_SHIPPED.to_owned(), catch_up: CatchUp::Latest }
    }
}

/// `[signing]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningSettings {
    /// The private key: OpenSSH, Ed25519, without a passphrase.
    pub key: PathBuf,
    /// Whether the service manager hands it over, so that it lies in no place of the configuration.
    pub is_credential: bool,
}

/// `[log]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// The least grave level that is written: trace, debug, info, warn or error.
    pub level: String,
}

impl Default for LogSettings {
    /// The shipped settings (DESIGN §6).
    fn default() -> Self {
        Self { level: "info".to_owned() }
    }
}

/// `[retention]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionSettings {
    /// For how many years after its latest day an original is kept; `None`: for good.
    pub archive_years: Option<u32>,
    /// For how many days log files are kept.
    pub log_days: u32,
}

impl Default for RetentionSettings {
    /// The shipped settings: nothing of the archive is removed unasked.
    fn default() -> Self {
        Self { archive_years: None, log_days: 30 }
    }
}

/// All of `config/budgetd.toml`.
pub(super) struct Daemon {
    pub paths: Paths,
    pub inbox: InboxSettings,
    pub limits: Limits,
    pub schedule: ScheduleSettings,
    pub signing: SigningSettings,
    pub log: LogSettings,
    pub retention: RetentionSettings,
    pub api: Option<ApiSettings>,
    pub hooks: Vec<Hook>,
}

/// Reads the file whose top is `root`, beside files of these accounts; `None`: it has faults.
pub(super) fn read(root: Table<'_>, base: &Path, accounts: &[&str]) -> Option<Daemon> {
    let (folders, signing) = (root.table("paths"), root.table("signing"));
    let paths = paths::read(&folders, &signing, base);
    folders.finish();
    signing.finish();
    let inbox = inbox(root.table("inbox"));
    let limits = sizes::read(root.table("limits"));
    let schedule = schedule(root.table("schedule"));
    let log = log(root.table("log"));
    let retention = retention(root.table("retention"));
    let api = api::read(root.table("api"), base, accounts);
    let hooks = hooks::read(&root);
    root.finish();
    let (paths, key) = paths?;
    let signing = SigningSettings { key, is_credential: false };
    Some(Daemon {
        paths,
        inbox: inbox?,
        limits: limits?,
        schedule: schedule?,
        signing,
        log: log?,
        retention: retention?,
        api: api?,
        hooks: hooks?,
    })
}

/// The folder of the account files, as far as `root` says it readably.
pub(super) fn accounts_folder(root: &Table<'_>, base: &Path) -> PathBuf {
    let item = root.table("paths").item("accounts");
    let text = item.and_then(|item| item.value.as_str()).filter(|text| !text.is_empty());
    paths::resolve(text.unwrap_or(paths::ACCOUNTS), base)
}

/// A day: more would only hide a mistake in the unit.
const QUIET_SECONDS_MAX: u32 = 86_400;
/// An hour: a file that arrived is to be answered within minutes.
const SCAN_SECONDS_MAX: u32 = 3_600;

fn inbox(table: Table<'_>) -> Option<InboxSettings> {
    let shipped = InboxSettings::default();
    let choices = [
        ("quiet", Ready::Quiet),
        ("rename", Ready::Rename),
        ("marker", Ready::Marker),
        ("checksum", Ready::Checksum),
    ];
    let ready = table.or("ready", shipped.ready, |item| item.choice(&choices));
    let quiet_seconds = table.or("quiet_seconds", shipped.quiet_seconds, |item| {
        item.whole(0..=QUIET_SECONDS_MAX).map(u64::from)
    });
    let scan_seconds = table.or("scan_seconds", shipped.scan_seconds, |item| {
        item.whole(1..=SCAN_SECONDS_MAX).map(u64::from)
    });
    table.finish();
    Some(InboxSettings {
        ready: ready?,
        quiet_seconds: quiet_seconds?,
        scan_seconds: scan_seconds?,
    })
}

fn schedule(table: Table<'_>) -> Option<ScheduleSettings> {
    let shipped = ScheduleSettings::default();
    let weekly = table.or("weekly", shipped.weekly, |item| schedule::weekly(&item));
    let choices = [("latest", CatchUp::Latest), ("none", CatchUp::None)];
    let catch_up = table.or("catch_up", shipped.catch_up, |item| item.choice(&choices));
    table.finish();
    Some(ScheduleSettings { weekly: weekly?, catch_up: catch_up? })
}

fn log(table: Table<'_>) -> Option<LogSettings> {
    let levels = ["trace", "debug", "info", "warn", "error"].map(|level| (level, level));
    let shipped = LogSettings::default();
    let level = table.or("level", shipped.level, |item| item.choice(&levels).map(str::to_owned));
    table.finish();
    Some(LogSettings { level: level? })
}

/// A century: more would only hide a mistake.
const ARCHIVE_YEARS_MAX: u64 = 100;
/// Ten years of daily files.
const LOG_DAYS_MAX: u32 = 3_660;

fn retention(table: Table<'_>) -> Option<RetentionSettings> {
    let shipped = RetentionSettings::default();
    let years = table.or("archive_years", shipped.archive_years, |item| archive_years(&item));
    let log_days = table.or("log_days", shipped.log_days, |item| item.whole(1..=LOG_DAYS_MAX));
    table.finish();
    Some(RetentionSettings { archive_years: years?, log_days: log_days? })
}

#[expect(clippy::option_option, reason = "faulty and for good are different answers")]
fn archive_years(item: &Item<'_>) -> Option<Option<u32>> {
    if item.value.as_str() == Some("all") {
        return Some(None);
    }
    let hint =
        format!("write \"all\" to keep everything, or a number of years, 1 to {ARCHIVE_YEARS_MAX}");
    let years = item.whole_with_hint(1..=ARCHIVE_YEARS_MAX, &hint)?;
    u32::try_from(years).ok().map(Some)
}
