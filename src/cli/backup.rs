//! `budgetd backup DIR`: a whole backup, also while the daemon runs.

use std::path::PathBuf;

use serde_json::json;

use super::output::{CARE, GOOD, paint};
use super::{Context, DONE, Ending, now};
use crate::domain::text::escape;
use crate::report::words::count;
use crate::store::lock::Lock;
use crate::workflow::{BackUp, BackedUp, Interrupt};

/// Own state is damaged: the exit status of a backup that lacks originals.
const DAMAGED: u8 = 4;

/// Missing originals that are named.
const NAMED_MAX: usize = 10;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder of the backup: a new one, or one that was backed up into before, which then gets
    /// what is new
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Leave the keys out: whoever has them can sign
    #[arg(long)]
    without_keys: bool,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let config = context.config_path()?;
    let workspace = context.workspace()?;
    let interrupt = Interrupt::default();
    if Lock::is_held(&workspace.places.state().work_lock())? {
        context.output.remark("another budgetd is at work; waiting until it is done");
    }
    let asked = BackUp {
        folder: &arguments.folder,
        config: &config,
        without_keys: arguments.without_keys,
        now: now(),
    };
    let made = workspace.back_up(&asked, &interrupt)?;
    tell(context, arguments, &made);
    Ok(if made.about.missing.is_empty() { DONE } else { DAMAGED })
}

fn tell(context: &Context, arguments: &Arguments, made: &BackedUp) {
    let shown = escape(&arguments.folder.display().to_string());
    let about = &made.about;
    context.output.line(format!("{} {shown}", paint(GOOD, "backed up")));
    context.output.line(format!(
        "  {}: {} copied, {} there already, and what changes anew",
        count(made.files, "file"),
        made.copied,
        made.kept
    ));
    context.output.line(format!("  check it: cd {shown} && sha256sum -c SHA256SUMS"));
    let mut care = Vec::new();
    if arguments.without_keys {
        care.push("the keys are not in it, as asked: keep them elsewhere".to_owned());
    } else if about.has_signing_key {
        context.output.line("  it holds the signing key: keep it as private as the state");
    } else {
        care.push("there is no signing key in it: keep that elsewhere".to_owned());
    }
    if !about.missing.is_empty() {
        let missing = count(about.missing.len(), "original");
        care.push(format!("{missing} missing in the archive, so not in the backup:"));
        care.extend(about.missing.iter().take(NAMED_MAX).map(|path| format!("  {}", escape(path))));
    }
    for line in care {
        context.output.line(format!("  {}", paint(CARE, &line)));
    }
    context.output.json(&json!({"folder": shown, "manifest": made.manifest.to_string(),
        "files": made.files, "copied": made.copied, "there_already": made.kept,
        "made_at": about.made_at, "signing_key": about.has_signing_key,
        "claimed": about.claimed, "missing": about.missing}));
}
