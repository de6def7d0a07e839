//! A working folder → a whole backup of it, also while the daemon runs: what belongs together is
//! taken at one moment, under the lock of a unit of work, and everything that never changes is
//! copied outside of it.

use std::path::{Path, PathBuf};

use super::{Interrupt, Unit, WorkflowError, Workspace};
use crate::domain::text::escape;
use crate::domain::{Digest, Instant};
use crate::store::StoreError;
use crate::store::backup::{ARCHIVE, About, Copied, FORMAT, From, OUTBOX, Writer, own};
use crate::store::bundle::{ALLOWED_SIGNERS, BundleName};
use crate::store::files;
use crate::store::ledger::{LEDGER_VERSION, Ledger};

/// The ledger's name in a backup.
pub(super) const LEDGER: &str = "ledger.db";
/// The folder of the logs in a backup.
pub(super) const AUDIT: &str = "audit";
/// The folder of what lies in the folder of keys.
pub(super) const KEYS: &str = "keys";
/// A signing key that lies elsewhere.
pub(super) const SIGNING_KEY: &str = "signing_key";
/// The folder of claimed files, with a folder for each account.
pub(super) const CLAIMED: &str = "claimed";
/// The configuration, as a working folder has it.
pub(super) const CONFIG: &str = "config";

/// What is to be backed up, and where to.
#[derive(Debug)]
pub struct BackUp<'a> {
    /// The folder of the backup.
    pub folder: &'a Path,
    /// The daemon's configuration file.
    pub config: &'a Path,
    /// Whether keys are left out.
    pub without_keys: bool,
    /// The time.
    pub now: Instant,
}

/// A backup that was made.
#[derive(Debug)]
pub struct BackedUp {
    /// The digest of its `SHA256SUMS`.
    pub manifest: Digest,
    /// How many files it has.
    pub files: usize,
    /// How many originals and files of bundles were copied now.
    pub copied: usize,
    /// How many were there already, and still whole.
    pub kept: usize,
    /// What it says of itself.
    pub about: About,
}

impl Workspace {
    /// Makes the folder of `asked` a whole backup of this place. Until the very end that folder
    /// holds the backup that it held before.
    pub fn back_up(
        &self,
        asked: &BackUp<'_>,
        interrupt: &Interrupt,
    ) -> Result<BackedUp, WorkflowError> {
        self.check_apart(asked.folder)?;
        // Neither two backups nor a removal of old originals at one time.
        let _alone = self.retention_alone()?;
        let mut writer = Writer::begin(asked.folder)?;
        let (pinned, logs, mut about) = self.moment(asked, interrupt, &mut writer)?;
        writer.put_with(LEDGER, |target| pinned.copy_into(target))?;
        for log in &logs {
            let from = From { path: &log.path, digest: None, bytes_max: log.bytes };
            let name = format!("{AUDIT}/{}", log.name);
            required(writer.put(&name, &from)?, &log.path)?;
        }
        self.put_config(asked.config, &mut writer)?;
        let mut shared = Vec::new();
        for original in pinned.originals(None)? {
            stop_if(interrupt)?;
            let path = self.config.paths.archive.join(&original.archived);
            let from = From::whole(&path, Some(original.sha256));
            match writer.share(&format!("{ARCHIVE}/{}", original.archived), &from)? {
                Some(copied) => shared.push(copied),
                None => about.missing.push(original.archived),
            }
        }
        for bundle in pinned.published_names()? {
            stop_if(interrupt)?;
            let name = BundleName { week: bundle.week, revision: bundle.revision };
            let below = own::bundle_path(&bundle.account, name);
            let folder = self.config.paths.outbox.join(&below);
            let Some(listed) = own::files_of_bundle(&folder, bundle.manifest)? else { continue };
            for (file, digest) in listed {
                let path = folder.join(&file);
                let from = From::whole(&path, digest);
                let copied = writer.share(&format!("{OUTBOX}/{below}/{file}"), &from)?;
                shared.push(required(copied, &path)?);
            }
        }
        let (manifest, files) = writer.finish(&about)?;
        let kept = shared.iter().filter(|copied| copied.was_there).count();
        Ok(BackedUp { manifest, files, copied: shared.len() - kept, kept, about })
    }

    /// What belongs to one moment and is small is copied; of the rest it is fixed how much counts.
    fn moment(
        &self,
        asked: &BackUp<'_>,
        interrupt: &Interrupt,
        writer: &mut Writer,
    ) -> Result<(Ledger, Vec<own::Named>, About), WorkflowError> {
        let state = self.places.state();
        let mut unit = self.begin(interrupt)?;
        self.check_same_place(writer)?;
        for account in &self.config.accounts {
            // A bundle that is announced is in the outbox then, whole.
            unit.recover_publication(account, asked.now)?;
        }
        let mut claimed = 0;
        for account in &self.config.accounts {
            let folder = self.places.drop_folder(&account.id);
            for file in own::claimed(&folder)? {
                let name = format!("{CLAIMED}/{}/{}", account.id, file.name);
                required(writer.put(&name, &From::whole(&file.path, None))?, &file.path)?;
                claimed += 1;
            }
        }
        let mut has_signing_key = false;
        if !asked.without_keys {
            has_signing_key = self.put_keys(&mut unit, writer, asked.now)?;
        }
        if let Some(signers) = own::allowed_signers(&self.config.paths.outbox)? {
            writer.put_bytes(ALLOWED_SIGNERS, &signers)?;
        }
        let logs = own::logs(state)?;
        let about = About {
            format: FORMAT,
            made_at: asked.now,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            ledger: LEDGER_VERSION,
            place: own::identity(state)?,
            has_signing_key,
            claimed,
            missing: Vec::new(),
        };
        let pinned = Ledger::open_pinned(&state.ledger())?;
        drop(unit);
        Ok((pinned, logs, about))
    }

    /// Copies the keys; returns whether that which signs is among them.
    fn put_keys(
        &self,
        unit: &mut Unit<'_>,
        writer: &mut Writer,
        now: Instant,
    ) -> Result<bool, WorkflowError> {
        // A rotation is either done or not in what is restored.
        unit.settle_rotation(now)?;
        let state = self.places.state();
        let in_force = files::real_path(&self.config.signing.key);
        let mut has_signing_key = false;
        for key in own::keys(state)? {
            required(
                writer.put(&format!("{KEYS}/{}", key.name), &From::whole(&key.path, None))?,
                &key.path,
            )?;
            has_signing_key |= files::real_path(&key.path) == in_force;
        }
        if !has_signing_key {
            let copied = writer.put(SIGNING_KEY, &From::whole(&in_force, None))?;
            has_signing_key = copied.is_some();
        }
        Ok(has_signing_key)
    }

    fn put_config(&self, config: &Path, writer: &mut Writer) -> Result<(), WorkflowError> {
        let daemon = files::real_path(config);
        let copied = writer.put(&format!("{CONFIG}/budgetd.toml"), &From::whole(&daemon, None))?;
        required(copied, &daemon)?;
        for file in own::account_files(&self.config.paths.accounts)? {
            let name = format!("{CONFIG}/accounts/{}", file.name);
            required(writer.put(&name, &From::whole(&file.path, None))?, &file.path)?;
        }
        Ok(())
    }

    /// A backup that lies in what it backs up would be lost with it, or be published.
    fn check_apart(&self, folder: &Path) -> Result<(), WorkflowError> {
        let folder = files::real_path(folder);
        for (what, own) in self.places.folders() {
            let own: PathBuf = files::real_path(own);
            if folder.starts_with(&own) || own.starts_with(&folder) {
                return Err(WorkflowError::Usage {
                    message: format!(
                        "{} and {what} overlap",
                        escape(&folder.display().to_string())
                    ),
                    hint: "name a folder elsewhere, best on another disk".to_owned(),
                });
            }
        }
        Ok(())
    }

    fn check_same_place(&self, writer: &Writer) -> Result<(), WorkflowError> {
        let Some(before) = writer.before().and_then(|before| before.place) else { return Ok(()) };
        if own::identity(self.places.state())? == Some(before) {
            return Ok(());
        }
        Err(WorkflowError::Usage {
            message: "this folder holds the backup of another place".to_owned(),
            hint: "name a folder of its own for each".to_owned(),
        })
    }
}

fn stop_if(interrupt: &Interrupt) -> Result<(), WorkflowError> {
    if interrupt.is_set() {
        return Err(WorkflowError::Interrupted { what: "the backup".to_owned() });
    }
    Ok(())
}

fn required(copied: Option<Copied>, path: &Path) -> Result<Copied, WorkflowError> {
    let gone = || StoreError::Damaged {
        what: "this file is gone".to_owned(),
        path: path.to_owned(),
        hint: "no backup was made; bring the file back from an earlier one".to_owned(),
    };
    Ok(copied.ok_or_else(gone)?)
}
