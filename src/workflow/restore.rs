//! A whole backup → a working folder that goes on where it was. It writes into empty folders only,
//! the ledger last: until that is there, every other command says that the restore was not finished,
//! and the same restore goes on where it was stopped.

use std::path::{Path, PathBuf};

use super::backup::{AUDIT, CLAIMED, CONFIG, KEYS, LEDGER, SIGNING_KEY};
use super::{Interrupt, WorkflowError, Workspace};
use crate::audit::{DAEMON_CHAIN, Event};
use crate::domain::calendar::plus_days;
use crate::domain::text::escape;
use crate::domain::{AccountId, Digest, Instant};
use crate::store::backup::{ARCHIVE, Backup, From, OUTBOX, copy, own};
use crate::store::bundle::ALLOWED_SIGNERS;
use crate::store::layout::State;
use crate::store::ledger::check_copy;
use crate::store::lock::Lock;
use crate::store::outbox::Outbox;
use crate::store::{StoreError, files};

/// As the daemon makes them.
const MODE_PRIVATE: u32 = 0o600;
const MODE_PRIVATE_FOLDER: u32 = 0o700;
const MODE_ORIGINAL: u32 = 0o444;
const MODE_ARCHIVE_FOLDER: u32 = 0o750;
const MODE_PUBLIC: u32 = 0o644;
const MODE_PUBLIC_FOLDER: u32 = 0o755;

/// A place that was restored.
#[derive(Debug)]
pub struct Restored {
    /// How many files were written, or were there already from an attempt before.
    pub files: usize,
    /// Accounts of the backup that the configuration in force does not have.
    pub accounts_unknown: Vec<String>,
}

/// Checks the whole backup: every file against its digest, and that this program can read it.
pub fn check(backup: &Backup) -> Result<(), WorkflowError> {
    backup.check()?;
    let (ledger, _) = needed(backup, LEDGER)?;
    Ok(check_copy(&ledger)?)
}

/// Writes the configuration of a backup into `base`, all of it or nothing. One that is there and the
/// same is kept; any other is an error.
pub fn restore_config(backup: &Backup, base: &Path) -> Result<PathBuf, WorkflowError> {
    let target = base.join(CONFIG);
    let configuration: Vec<_> = backup.of_moment(CONFIG).collect();
    if files::exists(&target) {
        for (name, _, digest) in &configuration {
            let there = copy::digest_of(&target.join(name))?;
            if there.is_none_or(|(found, _)| found != *digest) {
                return Err(not_empty(&target));
            }
        }
    } else {
        files::create_folder(base)?;
        let staged = base.join(".unfinished-config");
        for (name, path, digest) in &configuration {
            place(path, *digest, &staged, name, (MODE_PUBLIC, MODE_PUBLIC_FOLDER))?;
        }
        files::rename_new(&staged, &target)?;
    }
    Ok(target.join("budgetd.toml"))
}

/// Restores `backup`, which was checked, into the folders of `workspace`, which must be empty.
pub fn restore(
    workspace: &Workspace,
    backup: &Backup,
    now: Instant,
) -> Result<Restored, WorkflowError> {
    let state = workspace.places.state();
    let begun = how_far(workspace, backup)?;
    workspace.places.create_own()?;
    let busy = |path: PathBuf| StoreError::Busy { path };
    let run = Lock::try_acquire(&state.run_lock())?.ok_or_else(|| busy(state.run_lock()))?;
    let work = Lock::try_acquire(&state.work_lock())?.ok_or_else(|| busy(state.work_lock()))?;
    if begun == Begun::Not {
        copy::write(&state.restoring(), backup.manifest.to_string().as_bytes(), MODE_PRIVATE)?;
    }
    let mut written = 0;
    if begun != Begun::AllButTold {
        workspace.places.create_all()?;
        written += place_state(workspace, backup)?;
        written += place_shared(workspace, backup, now)?;
        let (ledger, digest) = needed(backup, LEDGER)?;
        // Last, and by one rename: with it the place is whole.
        place(&ledger, digest, state.root(), LEDGER, (MODE_PRIVATE, MODE_PRIVATE_FOLDER))?;
        written += 1;
    }
    drop(work);
    let interrupt = Interrupt::default();
    let mut unit = workspace.begin(&interrupt)?;
    let event = Event::Restored { backup: backup.manifest, made_at: backup.about.made_at };
    unit.record(DAEMON_CHAIN, now, &event)?;
    drop(unit);
    files::remove(&state.restoring())?;
    drop(run);
    Ok(Restored { files: written, accounts_unknown: accounts_unknown(workspace, backup) })
}

/// Says that a restore was not finished, where that is so.
pub(super) fn check_finished(state: &State) -> Result<(), StoreError> {
    if !files::exists(&state.restoring()) {
        return Ok(());
    }
    Err(StoreError::Damaged {
        what: "a restore was not finished".to_owned(),
        path: state.root().to_owned(),
        hint: "run the same `budgetd restore` again; it goes on where it was stopped".to_owned(),
    })
}

/// How far an attempt before came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begun {
    Not,
    Partly,
    /// The ledger is there, and with it all else; only the log does not say so.
    AllButTold,
}

/// Whether this restore was begun before; if not, everything must be empty.
fn how_far(workspace: &Workspace, backup: &Backup) -> Result<Begun, WorkflowError> {
    let state = workspace.places.state();
    let paths = &workspace.config.paths;
    if let Ok(begun) = files::read_text(&state.restoring(), 1024) {
        if begun != backup.manifest.to_string() {
            return Err(not_empty(state.root()));
        }
        let is_whole = files::exists(&state.ledger());
        return Ok(if is_whole { Begun::AllButTold } else { Begun::Partly });
    }
    // Locks hold nothing; the log files may be in the state.
    let except = ["run.lock", "work.lock", "retention.lock"];
    let logs = paths.logs.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    for (folder, except) in [
        (state.root(), [&except[..], &[logs]].concat()),
        (&paths.archive, Vec::new()),
        (&paths.outbox, Vec::new()),
    ] {
        if !own::holds_no_file(folder, &except)? {
            return Err(not_empty(folder));
        }
    }
    Ok(Begun::Not)
}

fn place_state(workspace: &Workspace, backup: &Backup) -> Result<usize, WorkflowError> {
    let state = workspace.places.state();
    let mut written = 0;
    for (name, path, digest) in backup.of_moment(AUDIT) {
        place(&path, digest, &state.audit(), name, (MODE_PRIVATE, MODE_PRIVATE_FOLDER))?;
        written += 1;
    }
    for (name, path, digest) in backup.of_moment(KEYS) {
        place(&path, digest, &state.keys(), name, (mode_of_key(name), MODE_PRIVATE_FOLDER))?;
        written += 1;
    }
    if let Some((path, digest)) = backup.file(SIGNING_KEY) {
        let key = &workspace.config.signing.key;
        let folder = key.parent().unwrap_or(Path::new("."));
        let name = key.file_name().unwrap_or_default().to_string_lossy();
        if files::exists(key) && copy::digest_of(key)?.is_none_or(|(found, _)| found != digest) {
            return Err(not_empty(key));
        }
        place(&path, digest, folder, &name, (MODE_PRIVATE, MODE_PRIVATE_FOLDER))?;
        written += 1;
    }
    for (name, path, digest) in backup.of_moment(CLAIMED) {
        // Where the configuration in force doesn't have the account, nobody would look.
        let Some((folder, name)) = name.split_once('/').and_then(|(id, name)| {
            let account = workspace.config.accounts.iter().find(|it| it.id.as_str() == id)?;
            Some((workspace.places.drop_folder(&account.id), name))
        }) else {
            continue;
        };
        let target = own::claimed_path(&folder, name);
        let folder = target.parent().unwrap_or(&folder);
        place(&path, digest, folder, name, (MODE_PRIVATE, MODE_PRIVATE_FOLDER))?;
        written += 1;
    }
    Ok(written)
}

fn place_shared(
    workspace: &Workspace,
    backup: &Backup,
    now: Instant,
) -> Result<usize, WorkflowError> {
    let paths = &workspace.config.paths;
    let mut written = 0;
    for (name, path, digest) in backup.shared(ARCHIVE) {
        place(&path, digest, &paths.archive, name, (MODE_ORIGINAL, MODE_ARCHIVE_FOLDER))?;
        written += 1;
    }
    let mut accounts: Vec<AccountId> = Vec::new();
    for (name, path, digest) in backup.shared(OUTBOX) {
        place(&path, digest, &paths.outbox, name, (MODE_PUBLIC, MODE_PUBLIC_FOLDER))?;
        let account = name.split('/').next().and_then(|id| AccountId::new(id).ok());
        accounts.extend(account);
        written += 1;
    }
    if let Some((path, digest)) = backup.file(ALLOWED_SIGNERS) {
        let modes = (MODE_PUBLIC, MODE_PUBLIC_FOLDER);
        place(&path, digest, &paths.outbox, ALLOWED_SIGNERS, modes)?;
        written += 1;
    }
    accounts.dedup();
    for account in &accounts {
        // Tomorrow somewhere: the backup may hold accounts of which no zone is known here.
        let today = plus_days(now.date_naive(), 1);
        Outbox::at(&paths.outbox).refresh_latest(account, today)?;
    }
    Ok(written)
}

/// The public half is for everybody.
fn mode_of_key(name: &str) -> u32 {
    if Path::new(name).extension().is_some_and(|it| it == "pub") {
        MODE_PUBLIC
    } else {
        MODE_PRIVATE
    }
}

/// Copies a file of the backup to `name` below `root`; the digest is checked once more.
fn place(
    from: &Path,
    digest: Digest,
    root: &Path,
    name: &str,
    (mode, folder_mode): (u32, u32),
) -> Result<(), StoreError> {
    let target = root.join(name);
    copy::ensure_below(root, target.parent().unwrap_or(root), folder_mode)?;
    match copy::bring(&From::whole(from, Some(digest)), &target, mode)? {
        Some(_) => Ok(()),
        None => Err(gone(from)),
    }
}

fn accounts_unknown(workspace: &Workspace, backup: &Backup) -> Vec<String> {
    let mut unknown: Vec<String> = backup
        .of_moment(AUDIT)
        .filter_map(|(name, ..)| name.strip_prefix("accounts/")?.strip_suffix(".jsonl"))
        .filter(|id| !workspace.config.accounts.iter().any(|it| it.id.as_str() == *id))
        .map(escape)
        .collect();
    unknown.sort();
    unknown
}

fn needed(backup: &Backup, name: &str) -> Result<(PathBuf, Digest), StoreError> {
    backup.file(name).ok_or_else(|| gone(Path::new(name)))
}

fn gone(path: &Path) -> StoreError {
    StoreError::Damaged {
        what: "this file of the backup is missing".to_owned(),
        path: path.to_owned(),
        hint: "use another backup".to_owned(),
    }
}

fn not_empty(path: &Path) -> WorkflowError {
    WorkflowError::Usage {
        message: format!(
            "there is something already, which is never overwritten: {}",
            escape(&path.display().to_string())
        ),
        hint: "restore into an empty place: move this folder away first, or name another one with \
               --into"
            .to_owned(),
    }
}
