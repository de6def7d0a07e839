//! `budgetd init [DIR]`: lays out a working folder: configuration, folders, a fresh key.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::output::{GOOD, STRONG, paint};
use super::words::shell_quoted;
use super::{CliError, Context, DONE, Ending, check, load, now};
use crate::audit::DAEMON_CHAIN;
use crate::audit::Event;
use crate::config;
use crate::domain::text::escape;
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
    let shown = escape(&folder.display().to_string());
    context.output.line(format!("{} {shown}", paint(GOOD, "laid out")));
    context.output.line("");
    context.output.line_each(&next_steps(folder));
    context.output.line("");
    context.output.line(format!("Fingerprint of the signing key: {}", key.fingerprint()));
    context.output.line("Write it down elsewhere: auditors compare it with `budgetd keys show`.");
    context.output.json(&json!({"folder": shown, "config": path.display().to_string(),
        "fingerprint": key.fingerprint()}));
    Ok(DONE)
}

/// What to do now, with lines that can be pasted.
fn next_steps(folder: &Path) -> Vec<String> {
    let is_here = folder == Path::new(".");
    let at = |path: &str| {
        let path = if is_here { PathBuf::from(path) } else { folder.join(path) };
        shell_quoted(&escape(&path.display().to_string()))
    };
    let config =
        if is_here { String::new() } else { format!(" --config {}", at("config/budgetd.toml")) };
    let program = program();
    [
        ("your channels and your weekly total", at("config/accounts/main.toml")),
        ("see that all is in order", format!("{program} check{config}")),
        ("drop daily CSVs into", at("inbox")),
        ("start the daemon", format!("{program} run{config}")),
        ("see what has arrived and what is missing", format!("{program} status{config}")),
    ]
    .into_iter()
    .enumerate()
    .map(|(index, (what, line))| format!("  {}. {what:<41} {}", index + 1, paint(STRONG, &line)))
    .collect()
}

/// The program as it was called, so that the lines work where it isn't on the path.
fn program() -> String {
    let called = std::env::args_os().next();
    let called = called.map_or_else(|| "budgetd".to_owned(), |name| name.display().to_string());
    shell_quoted(&escape(&called))
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
