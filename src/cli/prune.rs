//! `budgetd prune`: removes what `[retention]` no longer keeps.

use serde_json::json;

use super::output::{FAINT, GOOD, paint};
use super::{Context, DONE, Ending, now};
use crate::domain::text::escape;
use crate::report::words::count;
use crate::workflow::Interrupt;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let workspace = context.workspace()?;
    let interrupt = Interrupt::default();
    let begin = || workspace.begin(&interrupt);
    let pruned = workspace.prune(now(), arguments.dry_run, &begin)?;
    let word = if arguments.dry_run { "would remove" } else { "removed" };
    context.output.line(format!(
        "{} {} and {}",
        paint(GOOD, word),
        count(pruned.originals.len(), "original"),
        count(pruned.logs.len(), "log file")
    ));
    let names = pruned.originals.iter().chain(&pruned.logs);
    let lines: Vec<String> = names.map(|name| format!("  {}", escape(name))).collect();
    context.output.line_each(&lines);
    if workspace.config.retention.archive_years.is_none() {
        let said = "the archive keeps everything: archive_years = \"all\" in [retention]";
        context.output.line(paint(FAINT, said));
    } else if pruned.needed > 0 {
        let kept = count(pruned.needed, "older original");
        context.output.line(format!("{kept} stay, since a decision rests on them or may"));
    }
    context.output.json(&json!({"dry_run": arguments.dry_run, "originals": pruned.originals,
        "logs": pruned.logs, "needed": pruned.needed}));
    Ok(DONE)
}
