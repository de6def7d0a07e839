//! The reference of every key, as `check --explain-config` prints it, and the configuration that
//! ships. Plain files, held to the code by tests.

use super::file::Role;

/// Every key of the daemon's file.
const DAEMON: &str = include_str!("reference/budgetd.toml");
/// Every key of an account's file.
const ACCOUNT: &str = include_str!("reference/account.toml");
/// Every key of the file of an account's experiments.
const EXPERIMENTS: &str = include_str!("reference/experiments.toml");

/// What separates the files in [`explain`].
const RULER: &str = "# ----------------------------------------------------------------------\n";

/// Every key with its default, its meaning and what it may be: three TOML files, one below the
/// other. A key behind a `#` without a space has no default; one behind `#or` replaces the key
/// above it.
pub fn explain() -> String {
    format!("{RULER}{DAEMON}\n{RULER}{ACCOUNT}\n{RULER}{EXPERIMENTS}")
}

/// `config/budgetd.toml` as it ships.
pub fn shipped_daemon() -> &'static str {
    include_str!("../../config/budgetd.toml")
}

/// `config/accounts/main.toml` as it ships.
pub fn shipped_account() -> &'static str {
    include_str!("../../config/accounts/main.toml")
}

/// Where a key that stands in the wrong place belongs ("into [rules] of an account's file").
/// The
/// files of its own role are looked through first. `None`: no table has a key of this name.
pub(super) fn home_of(key: &str, role: Role) -> Option<String> {
    let daemon = (DAEMON, "config/budgetd.toml");
    let account = (ACCOUNT, "an account's file");
    let experiments = (EXPERIMENTS, "an account's experiments file");
    let files = match role {
        Role::Daemon => vec![daemon, account],
        Role::Account => vec![account, daemon],
        Role::Experiments => vec![experiments],
        Role::World => return None,
    };
    let header = format!("[{key}]");
    files.into_iter().find_map(|(reference, file)| match table_of(reference, key) {
        Some("") => Some(format!("to the top of {file}, above the first [table]")),
        Some(table) => Some(format!("into {table} of {file}")),
        None if reference.lines().any(|line| line.trim_start_matches('#') == header) => {
            Some(format!("into {file}"))
        }
        None => None,
    })
}

/// The table of `reference` with a key of that name, as its header is written.
fn table_of<'r>(reference: &'r str, key: &str) -> Option<&'r str> {
    let mut table = "";
    for line in reference.lines() {
        let line = line.strip_prefix("#or ").or(line.strip_prefix('#')).unwrap_or(line);
        if line.starts_with('[') {
            table = line.trim_end();
        } else if line.split_once(" = ").is_some_and(|(name, _)| name == key) {
            return Some(table);
        }
    }
    None
}
