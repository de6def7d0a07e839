//! The folders of the daemon, as written → resolved and told apart. It compares names and never
//! looks at the disk: links and mounts are for `check` to find.

use std::path::{Component, Path, PathBuf};

use super::table::Table;
use super::value::{Item, quoted};

/// Where everything is. Relative ones are below the folder that holds `config/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The drop folder.
    pub inbox: PathBuf,
    /// The published bundles.
    pub outbox: PathBuf,
    /// The read-only originals.
    pub archive: PathBuf,
    /// Ledger, staging, keys, audit log, locks.
    pub state: PathBuf,
    /// The log files.
    pub logs: PathBuf,
    /// The account files.
    pub accounts: PathBuf,
}

/// Where the account files are unless `[paths]` says otherwise.
pub(super) const ACCOUNTS: &str = "config/accounts";

/// Where the signing key is unless `[signing]` says otherwise.
const SIGNING_KEY: &str = "state/keys/signing_key";

/// The longest path that Linux takes.
const PATH_CHARS_MAX: usize = 4095;

/// `text` as a path, a relative one below `base`.
pub fn resolve(text: &str, base: &Path) -> PathBuf {
    base.join(text).components().filter(|part| *part != Component::CurDir).collect()
}

/// Reads `[paths]` and the key of `[signing]`, which must keep clear of each other.
pub(super) fn read(
    paths: &Table<'_>,
    signing: &Table<'_>,
    base: &Path,
) -> Option<(Paths, PathBuf)> {
    let folder = |key, default| Folder::read(paths, key, default, base);
    let inbox = folder("inbox", "inbox");
    let outbox = folder("outbox", "outbox");
    let archive = folder("archive", "archive");
    let state = folder("state", "state");
    let logs = folder("logs", "logs");
    let accounts = folder("accounts", ACCOUNTS);
    let key = Folder::read(signing, "key", SIGNING_KEY, base);
    let folders = [inbox?, outbox?, archive?, state?, logs?, accounts?];
    let key = key?;
    let apart = are_apart(&folders);
    let key_is_private = key_is_private(&key, &folders);
    let [inbox, outbox, archive, state, logs, accounts] = folders.map(|folder| folder.path);
    (apart && key_is_private)
        .then_some((Paths { inbox, outbox, archive, state, logs, accounts }, key.path))
}

/// A path under its key.
struct Folder<'a> {
    key: &'static str,
    item: Option<Item<'a>>,
    path: PathBuf,
    /// The path without `.` and, where possible, `..`: two names of one folder are equal then.
    plain: PathBuf,
}

impl<'a> Folder<'a> {
    fn read(table: &Table<'a>, key: &'static str, default: &str, base: &Path) -> Option<Self> {
        let item = table.item(key);
        let text = match &item {
            Some(item) => item.plain_text(PATH_CHARS_MAX)?,
            None => default,
        };
        let path = resolve(text, base);
        let plain = plain(&path);
        Some(Self { key, item, path, plain })
    }
}

/// Whether no folder is, or lies in, another one. Senders write into the inbox, readers see all of
/// the outbox, and each of the others is trusted; only logs may lie in the state folder.
fn are_apart(folders: &[Folder<'_>]) -> bool {
    let mut apart = true;
    for (index, one) in folders.iter().enumerate() {
        for other in &folders[..index] {
            let message = if one.plain == other.plain {
                format!("{} and {} are the same folder", other.key, one.key)
            } else if one.plain.starts_with(&other.plain) && !may_hold(other, one) {
                format!("{} lies inside {}", one.key, other.key)
            } else if other.plain.starts_with(&one.plain) && !may_hold(one, other) {
                format!("{} lies inside {}", other.key, one.key)
            } else {
                continue;
            };
            apart = false;
            // at least one of them is written, since the defaults are apart
            if let Some(item) = one.item.as_ref().or(other.item.as_ref()) {
                item.misfit(message, "give each a folder of its own");
            }
        }
    }
    apart
}

fn may_hold(outer: &Folder<'_>, inner: &Folder<'_>) -> bool {
    outer.key == "state" && inner.key == "logs"
}

/// Whether the signing key lies in no folder whose content comes from others or goes to them.
fn key_is_private(key: &Folder<'_>, folders: &[Folder<'_>]) -> bool {
    let open = ["inbox", "outbox", "archive", "logs"];
    let outer = folders
        .iter()
        .find(|folder| open.contains(&folder.key) && key.plain.starts_with(&folder.plain));
    let Some(outer) = outer else { return true };
    if let Some(item) = key.item.as_ref().or(outer.item.as_ref()) {
        let message = format!("the signing key lies inside {}", outer.key);
        item.misfit(message, format!("keep it private, such as in {}", quoted(SIGNING_KEY)));
    }
    false
}

fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        let names_a_folder = matches!(plain.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::CurDir => {}
            Component::ParentDir if names_a_folder => {
                plain.pop();
            }
            Component::ParentDir if plain.has_root() => {}
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_are_below_the_base() {
        assert_eq!(resolve("inbox", Path::new("/srv/budgetd")), Path::new("/srv/budgetd/inbox"));
        assert_eq!(resolve("./inbox", Path::new("")), Path::new("inbox"));
        assert_eq!(resolve("/data/in", Path::new("/srv/budgetd")), Path::new("/data/in"));
    }

    #[test]
    fn two_names_of_one_folder_are_seen_through() {
        assert_eq!(plain(Path::new("/srv/a/../b/./c")), Path::new("/srv/b/c"));
        assert_eq!(plain(Path::new("../a/../../b")), Path::new("../../b"));
        assert_eq!(plain(Path::new("/../a")), Path::new("/a"));
    }
}
