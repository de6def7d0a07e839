//! A folder → the whole backup in it, every byte held against its list before anything is restored.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::copy::digest_of;
use super::sums::{self, Sums};
use super::{ABOUT, ARCHIVE, About, FORMAT, MANIFEST, MOMENT, OUTBOX, read_text};
use crate::domain::Digest;
use crate::domain::text::escape;
use crate::store::StoreError;
use crate::store::outbox::durable::machine;

/// Damaged files that are named; the others are counted.
const NAMED_MAX: usize = 10;

/// A whole backup, as its list says.
#[derive(Debug, Clone)]
pub struct Backup {
    root: PathBuf,
    moment: String,
    sums: Sums,
    /// What it says of itself.
    pub about: About,
    /// The digest of its list.
    pub manifest: Digest,
}

impl Backup {
    /// Reads the list of the backup in `root`, and what it says of itself. Its other files are
    /// checked by [`Backup::check`].
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let path = root.join(MANIFEST);
        let text = match read_text(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(StoreError::Refused {
                    what: "there is no whole backup here".to_owned(),
                    path,
                    hint:
                        "name the folder that was given to `budgetd backup`; one that was stopped \
                           is finished by running it again"
                            .to_owned(),
                });
            }
            Err(error) => return Err(machine("can't read the list of the backup", &path)(error)),
        };
        let sums = sums::parse(&text)
            .map_err(|(line, what)| damaged(&path, format!("line {line} of the list: {what}")))?;
        let moment = moment_of(&sums)
            .ok_or_else(|| damaged(&path, "the list is not that of a backup".to_owned()))?;
        let manifest = Digest::of(text.as_bytes());
        let about = root.join(&moment).join(ABOUT);
        let about = read_about(&about, sums.get(&format!("{moment}/{ABOUT}")))?;
        Ok(Self { root: root.to_owned(), moment, sums, about, manifest })
    }

    /// Holds every file against its digest; the error names those that are missing or changed.
    pub fn check(&self) -> Result<(), StoreError> {
        let mut faults = Vec::new();
        for (path, expected) in &self.sums {
            match digest_of(&self.root.join(path))? {
                Some((digest, _)) if digest == *expected => {}
                Some(_) => faults.push((path, "was changed")),
                None => faults.push((path, "is missing")),
            }
        }
        let Some((first, what)) = faults.first() else { return Ok(()) };
        let mut what = format!("this file of the backup {what}");
        if faults.len() > 1 {
            let others: Vec<String> =
                faults[1..].iter().take(NAMED_MAX).map(|(path, _)| escape(path)).collect();
            what += &format!(" (and {} more: {})", faults.len() - 1, others.join(", "));
        }
        Err(damaged(&self.root.join(first), what))
    }

    /// The files of the moment below `folder` (or of that name): their names in it, where they are,
    /// and their digests.
    pub fn of_moment(
        &self,
        folder: &str,
    ) -> impl Iterator<Item = (&str, PathBuf, Digest)> + use<'_> {
        self.below(format!("{}/{folder}/", self.moment))
    }

    /// The originals, or the files of bundles: their paths below the archive or the outbox.
    pub fn shared(&self, folder: &str) -> impl Iterator<Item = (&str, PathBuf, Digest)> + use<'_> {
        self.below(format!("{folder}/"))
    }

    /// A file of the moment, if it is in it.
    pub fn file(&self, name: &str) -> Option<(PathBuf, Digest)> {
        let path = format!("{}/{name}", self.moment);
        self.sums.get(&path).map(|digest| (self.root.join(&path), *digest))
    }

    pub(super) fn moment(&self) -> &str {
        &self.moment
    }

    fn below(&self, prefix: String) -> impl Iterator<Item = (&str, PathBuf, Digest)> {
        self.sums.iter().filter_map(move |(path, digest)| {
            let name = path.strip_prefix(&prefix)?;
            Some((name, self.root.join(path), *digest))
        })
    }
}

/// The one moment that a list names; `None`: it names something else.
fn moment_of(sums: &Sums) -> Option<String> {
    let mut moments: Vec<&str> = Vec::new();
    for path in sums.keys() {
        let (first, _) = path.split_once('/')?;
        if first.starts_with(MOMENT) {
            moments.push(first);
        } else if first != ARCHIVE && first != OUTBOX {
            return None;
        }
    }
    moments.dedup();
    match moments[..] {
        [moment] => Some(moment.to_owned()),
        _ => None,
    }
}

fn read_about(path: &Path, expected: Option<&Digest>) -> Result<About, StoreError> {
    let text = match read_text(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(damaged(path, "this file of the backup is missing".to_owned()));
        }
        Err(error) => return Err(machine("can't read the backup", path)(error)),
    };
    if expected != Some(&Digest::of(text.as_bytes())) {
        return Err(damaged(path, "this file of the backup was changed".to_owned()));
    }
    let value: serde_json::Value = serde_json::from_str(&text)
        .map_err(|error| damaged(path, format!("this is not what a backup says ({error})")))?;
    if value["format"].as_u64().is_some_and(|format| format > u64::from(FORMAT)) {
        return Err(StoreError::Newer {
            what: format!(
                "this backup was made by a newer budgetd (its format is {})",
                value["format"]
            ),
            path: path.to_owned(),
            hint: "install that version, and restore with it".to_owned(),
        });
    }
    serde_json::from_value(value)
        .map_err(|error| damaged(path, format!("this is not what a backup says ({error})")))
}

fn damaged(path: &Path, what: String) -> StoreError {
    StoreError::Damaged {
        what,
        path: path.to_owned(),
        hint: "nothing was restored; use another backup, or bring this file back from another copy of it"
            .to_owned(),
    }
}
