//! `budgetd init [DIR]`: lays out a working folder: configuration, folders, a fresh key.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::output::{GOOD, STRONG, paint};
use super::{CliError, Context, DONE, Ending, check, load, now};
use crate::audit::DAEMON_CHAIN;
use crate::audit::Event;
use crate::config;
use crate::store::files;
use crate::store::keys::SigningKey;
use crate::workflow::{Interrupt, Workspace};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder to lay out
    #[arg(default_value = ".", value_name = "DIR")]
    folder: PathBuf,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let folder = &arguments.folder;
    let path = folder.join("config/budgetd.toml");
    if files::exists(&path) {
        return Err(check::already_there(&path));
    }
    let accounts = [("main.toml".to_owned(), config::shipped_account().to_owned())];
    let workspace = lay_out(folder, config::shipped_daemon(), &accounts)?;
    let key = SigningKey::load(&workspace.config.signing.key)?;
    let shown = folder.display();
    context.output.line(format!("{} {shown}", paint(GOOD, "laid out")));
    context.output.line(format!(
        "  1. {}: your channels, your weekly total",
        paint(STRONG, &format!("{shown}/config/accounts/main.toml"))
    ));
    context
        .output
        .line(format!("  2. drop daily CSVs into {}", paint(STRONG, &format!("{shown}/inbox"))));
    context.output.line(format!("  3. in {shown}: {}", paint(STRONG, "budgetd run")));
    context.output.line(format!("signing key fingerprint: {}", key.fingerprint()));
    context.output.line("Write it down elsewhere: auditors compare it with `budgetd keys show`.");
    context.output.json(&json!({"folder": shown.to_string(), "fingerprint": key.fingerprint()}));
    Ok(DONE)
}

/// Writes a configuration with its folders and a fresh key, and returns the workspace.
pub fn lay_out(
    folder: &Path,
    daemon: &str,
    accounts: &[(String, String)],
) -> Result<Workspace, CliError> {
    let path = folder.join("config/budgetd.toml");
    files::create_folder(&folder.join("config/accounts"))?;
    for (name, text) in accounts {
        files::write_new(&folder.join("config/accounts").join(name), text.as_bytes())?;
    }
    files::write_new(&path, daemon.as_bytes())?;
    let config = load::load(&path).map_err(|faults| load::faults_error(&faults))?;
    let workspace = Workspace::new(config);
    workspace.places.create_all()?;
    let key_path = &workspace.config.signing.key;
    if !files::exists(key_path) {
        let interrupt = Interrupt::default();
        let mut unit = workspace.begin(&interrupt)?;
        let key = SigningKey::generate(key_path, "budgetd")?;
        unit.record(DAEMON_CHAIN, now(), &Event::KeyInUse { fingerprint: key.fingerprint() })?;
        workspace.outbox().write_allowed_signers(&key)?;
    }
    Ok(workspace)
}
