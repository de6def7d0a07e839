//! Finished bytes → a signed bundle that appears at once and complete: staged beside its place,
//! durable to the last byte, then put there by one rename. What is published is never changed.
//!
//! In order: [`Outbox::stage`], then the caller records that the bundle is published, then
//! [`Outbox::publish`]. After a crash, the record says which: [`Outbox::find_staged`] and
//! [`Outbox::find_published`] take the digest that it names, [`Outbox::discard_staged`] clears
//! away what no record names.

pub(in crate::store) mod durable;

use std::collections::BTreeMap;
use std::fs::DirEntry;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use self::durable::{ensure_folder, machine, read_bounded, rename_new, replace, sync_folder};
use super::StoreError;
use super::bundle::{
    ALLOWED_SIGNERS, BundleName, MANIFEST, MANIFEST_BYTES_MAX, SIGNATURE, SIGNERS_BYTES_MAX,
    is_file_name, listed, manifest_digest, parse_manifest, render_manifest,
};
use super::keys::SigningKey;
use crate::domain::{AccountId, Day, Digest};

/// A file of a bundle that is read again, at most: the largest, `decision.json`, has some hundred
/// bytes for each channel and week.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// What a bundle's folder is called until it is published.
const STAGING: &str = ".staging-";

/// The link to the newest bundle.
const LATEST: &str = "latest";

/// What the link is called until it takes its place.
const LATEST_UNFINISHED: &str = ".unfinished-latest";

/// The folder of published bundles. The caller holds the lock of a unit of work.
#[derive(Debug, Clone)]
pub struct Outbox {
    root: PathBuf,
}

/// A bundle that is whole and durable, but not published yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagedBundle {
    /// Whose it is.
    pub account: AccountId,
    /// The name that it will have.
    pub name: BundleName,
    /// The digest of its `SHA256SUMS`.
    pub manifest: Digest,
}

/// A published bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublishedBundle {
    /// Its name.
    pub name: BundleName,
    /// The digest of its `SHA256SUMS`.
    pub manifest: Digest,
}

impl Outbox {
    /// The outbox in `root`, which is made if it is not there.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        ensure_folder(root)?;
        Ok(Self { root: root.to_owned() })
    }

    /// The outbox in `root`, for looking only: nothing is made.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Writes `files` (names below the bundle, such as `advice/model_card.json`, and contents),
    /// their `SHA256SUMS` and its signature into a folder beside the bundle's future place. When
    /// this returns, all of it is durable. What an earlier attempt left there is replaced.
    pub fn stage(
        &self,
        account: &AccountId,
        name: BundleName,
        files: &[(&str, &[u8])],
        key: &SigningKey,
    ) -> Result<StagedBundle, StoreError> {
        let published = self.path(account, name);
        if published.symlink_metadata().is_ok() {
            return Err(taken(&published));
        }
        let digests = digests(files, &published)?;
        ensure_folder(&self.account_path(account))?;
        let staging = self.staging_path(account, name);
        remove_folder(&staging)?;
        ensure_folder(&staging)?;
        for (file, bytes) in files {
            write_below(&staging, file, bytes)?;
        }
        let manifest = render_manifest(&digests);
        write_below(&staging, MANIFEST, &manifest)?;
        write_below(&staging, SIGNATURE, key.sign(&manifest).as_bytes())?;
        sync_tree(&staging)?;
        Ok(StagedBundle { account: account.clone(), name, manifest: Digest::of(&manifest) })
    }

    /// Puts a staged bundle in its place, durably, and lets `latest` point to the newest as of `today`.
    /// Done again, it changes nothing; it is an error if another bundle has the name.
    pub fn publish(&self, staged: &StagedBundle, today: Day) -> Result<PathBuf, StoreError> {
        let StagedBundle { account, name, manifest } = staged;
        let (from, to) = (self.staging_path(account, *name), self.path(account, *name));
        match self.find(account, *name)? {
            Some(published) if published == *manifest => remove_folder(&from)?,
            Some(_) => return Err(taken(&to)),
            None => {
                self.check_staged(staged)?;
                match rename_new(&from, &to) {
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                        return Err(taken(&to));
                    }
                    renamed => renamed.map_err(machine("publish a bundle", &to))?,
                }
            }
        }
        sync_folder(&self.account_path(account))?;
        self.refresh_latest(account, today)?;
        Ok(to)
    }

    /// The digest of the manifest of a published bundle; `None`: it is not published.
    pub fn find(
        &self,
        account: &AccountId,
        name: BundleName,
    ) -> Result<Option<Digest>, StoreError> {
        let path = self.path(account, name);
        manifest_digest(&path).map_err(machine("read the manifest of a bundle", &path))
    }

    /// The content of a file of a published bundle.
    pub fn read(
        &self,
        account: &AccountId,
        name: BundleName,
        file: &str,
    ) -> Result<Vec<u8>, StoreError> {
        let path = self.path(account, name).join(file);
        read_bounded(&path, FILE_BYTES_MAX).map_err(machine("read a file of a bundle", &path))
    }

    /// The files that a published bundle's manifest lists, with the digests that were signed; `None`: the
    /// bundle is not there.
    pub fn signed_files(
        &self,
        account: &AccountId,
        name: BundleName,
    ) -> Result<Option<BTreeMap<String, Digest>>, StoreError> {
        let path = self.path(account, name).join(MANIFEST);
        let bytes = match read_bounded(&path, MANIFEST_BYTES_MAX) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            bytes => bytes.map_err(machine("read the manifest of a bundle", &path))?,
        };
        let listed = parse_manifest(&bytes).map_err(|(line, what)| StoreError::Refused {
            what: format!("line {line} of a manifest can't be read: {what}"),
            path,
            hint: "`budgetd verify` says more; restore the bundle from a backup".to_owned(),
        })?;
        Ok(Some(listed))
    }

    /// The names of the files in a folder of a published bundle, in order; none where it has no such folder.
    pub fn names_in(
        &self,
        account: &AccountId,
        name: BundleName,
        folder: &str,
    ) -> Result<Vec<String>, StoreError> {
        let path = self.path(account, name).join(folder);
        let entries = match std::fs::read_dir(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(machine("list a folder of a bundle", &path))?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(machine("list a folder of a bundle", &path))?;
            names.extend(entry.file_name().into_string().ok());
        }
        names.sort_unstable();
        Ok(names)
    }

    /// The published bundle whose manifest has this digest.
    pub fn find_published(
        &self,
        account: &AccountId,
        manifest: Digest,
    ) -> Result<Option<PublishedBundle>, StoreError> {
        let bundles = self.published(account)?;
        Ok(bundles.into_iter().find(|bundle| bundle.manifest == manifest))
    }

    /// All published bundles of an account, oldest week and revision first.
    pub fn published(&self, account: &AccountId) -> Result<Vec<PublishedBundle>, StoreError> {
        let mut bundles = Vec::new();
        for name in self.names(account, "")? {
            if let Some(manifest) = self.find(account, name)? {
                bundles.push(PublishedBundle { name, manifest });
            }
        }
        Ok(bundles)
    }

    /// The staged bundle whose manifest has this digest.
    pub fn find_staged(
        &self,
        account: &AccountId,
        manifest: Digest,
    ) -> Result<Option<StagedBundle>, StoreError> {
        let left = self.staged_left(account)?;
        Ok(left.into_iter().find(|staged| staged.manifest == manifest))
    }

    /// Bundles that were staged and neither published nor discarded. One whose staging was cut
    /// short has no manifest and is not among them.
    pub fn staged_left(&self, account: &AccountId) -> Result<Vec<StagedBundle>, StoreError> {
        let mut left = Vec::new();
        for name in self.names(account, STAGING)? {
            let path = self.staging_path(account, name);
            let manifest = manifest_digest(&path)
                .map_err(machine("read the manifest of a staged bundle", &path))?;
            if let Some(manifest) = manifest {
                left.push(StagedBundle { account: account.clone(), name, manifest });
            }
        }
        Ok(left)
    }

    /// Removes everything that was staged for an account and not published, whole or not, and an
    /// unfinished list of signers.
    /// Returns how many bundles that were.
    pub fn discard_staged(&self, account: &AccountId) -> Result<usize, StoreError> {
        let names = self.names(account, STAGING)?;
        for name in &names {
            remove_folder(&self.staging_path(account, *name))?;
        }
        if !names.is_empty() {
            sync_folder(&self.account_path(account))?;
        }
        durable::remove_unfinished(&self.root, ALLOWED_SIGNERS)?;
        Ok(names.len())
    }

    /// Lists `key` in `allowed_signers`, unless it is there. Keys that are there already stay, so
    /// that what they signed can still be verified after a rotation.
    pub fn write_allowed_signers(&self, key: &SigningKey) -> Result<(), StoreError> {
        self.list_signer(key, &key.allowed_signers_line())
    }

    /// As [`Outbox::write_allowed_signers`], for what `key` signs from the beginning of `day` on.
    pub fn allow_signer_from(&self, key: &SigningKey, day: Day) -> Result<(), StoreError> {
        self.list_signer(key, &key.allowed_signers_line_from(day))
    }

    fn list_signer(&self, key: &SigningKey, line: &str) -> Result<(), StoreError> {
        let mut text = self.signers()?;
        // With whatever options: an operator may have said until when.
        if key.is_listed_in(&String::from_utf8_lossy(&text)) {
            return Ok(());
        }
        if !text.is_empty() && !text.ends_with(b"\n") {
            text.push(b'\n');
        }
        text.extend(line.as_bytes());
        text.push(b'\n');
        replace(&self.root, ALLOWED_SIGNERS, &text, 0o644)
    }

    /// The public key of that fingerprint, in one line, as `allowed_signers` lists it.
    pub fn listed_signer(&self, fingerprint: &str) -> Result<Option<String>, StoreError> {
        Ok(listed(&String::from_utf8_lossy(&self.signers()?), fingerprint))
    }

    fn signers(&self) -> Result<Vec<u8>, StoreError> {
        let path = self.root.join(ALLOWED_SIGNERS);
        match read_bounded(&path, SIGNERS_BYTES_MAX) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            text => text.map_err(machine("read the allowed signers", &path)),
        }
    }

    /// Where an account's bundle is once it is published.
    pub fn path(&self, account: &AccountId, name: BundleName) -> PathBuf {
        self.account_path(account).join(name.to_string())
    }

    fn account_path(&self, account: &AccountId) -> PathBuf {
        self.root.join(account.as_str())
    }

    fn staging_path(&self, account: &AccountId, name: BundleName) -> PathBuf {
        self.account_path(account).join(format!("{STAGING}{name}"))
    }

    /// The bundles in an account's folder whose folder has this before its name, in order.
    fn names(&self, account: &AccountId, prefix: &str) -> Result<Vec<BundleName>, StoreError> {
        let path = self.account_path(account);
        let name_of = |entry: DirEntry| {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let name = entry.file_name();
            let name = name.to_str().and_then(|name| name.strip_prefix(prefix));
            name.filter(|_| is_folder).and_then(BundleName::parse)
        };
        let read = || -> std::io::Result<Vec<BundleName>> {
            let mut names = Vec::new();
            for entry in std::fs::read_dir(&path)? {
                names.extend(name_of(entry?));
            }
            names.sort_unstable();
            Ok(names)
        };
        match read() {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            read => read.map_err(machine("list the bundles of an account", &path)),
        }
    }

    /// What is published must be what was staged.
    fn check_staged(&self, staged: &StagedBundle) -> Result<(), StoreError> {
        let path = self.staging_path(&staged.account, staged.name);
        let found = manifest_digest(&path)
            .map_err(machine("read the manifest of a staged bundle", &path))?;
        if found == Some(staged.manifest) {
            return Ok(());
        }
        Err(StoreError::Damaged {
            what: format!("the staged bundle {} is not there as it was staged", staged.name),
            path,
            hint: "nothing was published; decide the week again".to_owned(),
        })
    }

    /// Lets `latest` point to the newest revision of the newest week that has begun by `today`, in one
    /// step; where none has, of the next one that will.
    pub fn refresh_latest(&self, account: &AccountId, today: Day) -> Result<(), StoreError> {
        let names = self.names(account, "")?;
        let Some(first) = names.first() else { return Ok(()) };
        let until = today.max(first.week);
        let newest = names.iter().rfind(|name| name.week <= until).unwrap_or(first).to_string();
        let folder = self.account_path(account);
        let link = folder.join(LATEST);
        if std::fs::read_link(&link).is_ok_and(|target| target == Path::new(&newest)) {
            return Ok(());
        }
        let unfinished = folder.join(LATEST_UNFINISHED);
        let point = || {
            match std::fs::remove_file(&unfinished) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            std::os::unix::fs::symlink(&newest, &unfinished)?;
            std::fs::rename(&unfinished, &link)
        };
        point().map_err(machine("point `latest` to the newest bundle", &link))?;
        sync_folder(&folder)
    }
}

/// The digests of files by name; refused where a name is none that a bundle may have.
fn digests<'a>(
    files: &[(&'a str, &[u8])],
    bundle: &Path,
) -> Result<BTreeMap<&'a str, Digest>, StoreError> {
    let mut digests = BTreeMap::new();
    for (name, bytes) in files {
        if !is_file_name(name) || digests.insert(*name, Digest::of(bytes)).is_some() {
            return Err(StoreError::Refused {
                what: format!("a bundle can't hold a file {name:?}, or not twice"),
                path: bundle.to_owned(),
                hint: "file names are plain letters, digits, dots, - and _".to_owned(),
            });
        }
    }
    Ok(digests)
}

fn taken(path: &Path) -> StoreError {
    StoreError::Refused {
        what: "a bundle of this name is published already, and what is published never changes"
            .to_owned(),
        path: path.to_owned(),
        hint: "decide it again as a new revision, with --revise and a reason".to_owned(),
    }
}

/// Writes a file of a bundle and the folders that its name asks for; folders are synced later.
fn write_below(bundle: &Path, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let path = bundle.join(name);
    for folder in folders_between(bundle, &path) {
        match std::fs::create_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => made
                .and_then(|()| std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)))
                .map_err(machine("make a folder", &folder))?,
        }
    }
    durable::write_unnamed(&path, bytes, 0o644)
}

/// The folders from below `bundle` down to the one that holds `path`, outermost first.
fn folders_between(bundle: &Path, path: &Path) -> Vec<PathBuf> {
    let above = path.ancestors().skip(1).take_while(|folder| *folder != bundle);
    let mut folders: Vec<PathBuf> = above.map(Path::to_owned).collect();
    folders.reverse();
    folders
}

/// Syncs a folder and those in it, innermost first.
fn sync_tree(folder: &Path) -> Result<(), StoreError> {
    let list = || -> std::io::Result<Vec<PathBuf>> {
        let mut inner = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                inner.push(entry.path());
            }
        }
        Ok(inner)
    };
    for inner in list().map_err(machine("list a folder", folder))? {
        sync_tree(&inner)?;
    }
    sync_folder(folder)
}

/// Removes a folder with everything in it, following no links; one that is not there is gone.
fn remove_folder(folder: &Path) -> Result<(), StoreError> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(machine("remove a staged bundle", folder)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
