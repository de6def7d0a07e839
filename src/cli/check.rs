//! `budgetd check`: what is wrong with configuration, folders and key, and how to mend it.

use serde_json::json;

use super::output::{BAD, GOOD, paint};
use super::{CliError, Context, DONE, Ending, USAGE, load};
use crate::config;
use crate::store::{StoreError, keys::SigningKey};
use crate::workflow::Workspace;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print every key of the configuration with its default and its meaning
    #[arg(long)]
    explain_config: bool,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    if arguments.explain_config {
        context.output.bytes(config::explain().as_bytes())?;
        return Ok(DONE);
    }
    let path = context.config_path()?;
    let workspace = match load::load(&path) {
        Ok(config) => Workspace::new(config),
        Err(faults) if context.output.is_json() => {
            context.output.json(&json!({"ok": false,
                "faults": faults.iter().map(ToString::to_string).collect::<Vec<_>>()}));
            return Ok(USAGE);
        }
        Err(faults) => return Err(load::faults_error(&faults)),
    };
    let mut status = DONE;
    let mut findings = Vec::new();
    let mut found = |what: String, answer: Result<String, StoreError>| match answer {
        Ok(text) => {
            context.output.line(format!("{} {what}: {text}", paint(GOOD, "ok")));
            findings.push(json!({"what": what, "ok": true, "text": text}));
        }
        Err(error) => {
            status = status.max(error.exit_status());
            context.output.line(format!("{} {what}: {error}", paint(BAD, "wrong")));
            if let Some(hint) = error.hint() {
                context.output.line(format!("  hint: {hint}"));
            }
            findings.push(json!({"what": what, "ok": false, "text": error.to_string(),
                "hint": error.hint()}));
        }
    };
    let accounts = workspace.config.accounts.len();
    found("configuration".to_owned(), Ok(format!("{} and {accounts} accounts", path.display())));
    for (what, folder) in workspace.places.folders() {
        let answer = crate::store::files::check_folder(folder);
        found(what.to_owned(), answer.map(|()| folder.display().to_string()));
    }
    let key = SigningKey::load(&workspace.config.signing.key);
    found("signing key".to_owned(), key.map(|key| key.fingerprint()));
    context.output.json(&json!({"ok": status == DONE, "findings": findings}));
    Ok(status)
}

/// Says what `init` would say where there is a configuration already.
pub fn already_there(path: &std::path::Path) -> CliError {
    CliError::usage(
        format!("there is a configuration already: {}", path.display()),
        "`budgetd check` says whether it is in order; init never overwrites",
    )
}
