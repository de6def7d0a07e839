//! `budgetd restore DIR`: a place that goes on where a backup was made.

use std::path::PathBuf;

use serde_json::json;

use super::output::{CARE, GOOD, paint};
use super::{Context, DONE, Ending, load, now};
use crate::domain::text::escape;
use crate::report::words::count;
use crate::store::backup::Backup;
use crate::store::files;
use crate::workflow::{Workspace, check_backup, restore, restore_config};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder of the backup
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Restore the configuration too, into this working folder, and all else where that
    /// configuration says [default: where the configuration in force says]
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let backup = Backup::open(&arguments.folder)?;
    check_backup(&backup)?;
    let workspace = match &arguments.into {
        Some(folder) => {
            let config = restore_config(&backup, folder)?;
            let loaded = load::load(&config).map_err(|faults| load::faults_error(&faults))?;
            Workspace::new(loaded)
        }
        None => context.workspace().map_err(|error| match error.hint {
            Some(hint) => super::CliError {
                hint: Some(format!("{hint}; --into FOLDER restores the backup's own")),
                ..error
            },
            None => error,
        })?,
    };
    let restored = restore(&workspace, &backup, now())?;
    let shown = escape(&workspace.config.paths.state.display().to_string());
    let has_key = files::exists(&workspace.config.signing.key);
    context.output.line(format!("{} {shown}", paint(GOOD, "restored")));
    context.output.line(format!(
        "  {}, as of {}; what happened since is not in it",
        count(restored.files, "file"),
        backup.about.made_at.format("%Y-%m-%d %H:%M:%S UTC")
    ));
    let mut care = Vec::new();
    if !has_key {
        care.push(format!(
            "there is no signing key: bring it to {} or make one with `budgetd keys new`",
            escape(&workspace.config.signing.key.display().to_string())
        ));
    }
    for path in &backup.about.missing {
        care.push(format!("the backup did not have the original {}", escape(path)));
    }
    for account in &restored.accounts_unknown {
        care.push(format!("the configuration in force has no account {account}"));
    }
    for line in &care {
        context.output.line(format!("  {}", paint(CARE, line)));
    }
    context.output.line("  see that all is well: budgetd check; budgetd audit verify");
    context.output.json(&json!({"state": shown, "files": restored.files,
        "made_at": backup.about.made_at, "manifest": backup.manifest.to_string(),
        "signing_key": has_key, "missing": backup.about.missing,
        "accounts_unknown": restored.accounts_unknown}));
    Ok(DONE)
}
