//! `budgetd validate FILE…`: what the inbox would say of a file. Moves and records nothing.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::accounts::named_or_only;
use super::ingest::{rows, span};
use super::output::{BAD, CARE, GOOD, paint};
use super::refusal::{self, joined};
use super::words::warnings;
use super::{CliError, Context, DONE, Ending, NO, now, parse_time, sources};
use crate::domain::text::escape;
use crate::domain::{Account, Instant};
use crate::ingest::{DailyReport, Purpose, Reading, Rejection};
use crate::report::words::count;
use crate::report::{dropped_intro, dropped_lines};
use crate::store::ledger::Changes;
use crate::workflow::{self, Terms, Validated};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The account that they are meant for (needed where there are several)
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// The time to check them at, instead of now
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    as_of: Option<Instant>,
    /// The source that reads them, one of the account's or a preset [default: by the file's name]
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Say what `import` would say: weeks and months are fine, and so are days of any age
    #[arg(long)]
    import: bool,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let workspace = context.workspace()?;
    let account = named_or_only(&workspace, arguments.account.as_deref())?;
    let at = arguments.as_of.unwrap_or_else(now);
    let purpose = if arguments.import { Purpose::Import } else { Purpose::Inbox };
    let named =
        arguments.source.as_deref().map(|name| sources::named(account, name)).transpose()?;
    let progress = context.output.progress(arguments.files.len());
    let mut status = DONE;
    let (mut lines, mut answers) = (Vec::new(), Vec::new());
    for path in &arguments.files {
        let name = escape(&path.display().to_string());
        progress.at(&name);
        if let Some(why) = refusal::of_name(path) {
            status = status.max(NO);
            lines.push(format!("{} {name}: {why}", paint(BAD, "would be left alone")));
            answers.push(json!({"file": name, "verdict": "ignored", "kind": why}));
            continue;
        }
        let source = named.as_ref().unwrap_or_else(|| sources::by_name_of(account, path));
        let terms = Terms { source, purpose, restate: false };
        let validated = match workflow::against_companion_beside(path) {
            Ok(Some(rejection)) => Ok(Validated::refused(rejection)),
            Ok(None) => workflow::validate(&workspace, account, path, terms, at),
            Err(error) => Err(error.into()),
        };
        match validated {
            Ok(Validated { reading: Reading::Taken(report), changes }) => {
                lines.push(accepted(&name, account, &report, &changes));
                answers.push(json!({"file": name, "verdict": "accepted", "rows": report.rows,
                    "source": report.source, "grain": report.grain.word(),
                    "corrects": changes.replaced, "dropped": changes.dropped,
                    "moved": changes.moved, "other_sources": changes.other_sources,
                    "first_day": report.first_day, "last_day": report.last_day,
                    "warnings": report.warnings.iter().map(ToString::to_string).collect::<Vec<_>>()}));
            }
            Ok(Validated { reading: Reading::Refused(rejection), .. }) => {
                status = status.max(NO);
                lines.push(refused(path, &rejection));
                let verdict = json!({"file": name, "verdict": "refused"});
                answers.push(joined(verdict, refusal::machine(&rejection)));
            }
            Err(error) => {
                let error = CliError::from(error);
                status = status.max(error.status);
                context.output.trouble(&error);
                answers.push(json!({"file": name, "verdict": "failed", "error": error.message,
                    "hint": error.hint}));
            }
        }
        progress.done();
    }
    drop(progress);
    context.output.line_each(&lines);
    context.output.json(&json!({"account": account.id.as_str(), "files": answers}));
    Ok(status)
}

/// The page that would lie beside the file in `rejected/`.
fn refused(path: &Path, rejection: &Rejection) -> String {
    let file_name = path.file_name().unwrap_or_default().to_string_lossy();
    let page = rejection.render(&file_name);
    let page: Vec<String> =
        page.trim_end().lines().map(|line| format!("  {line}").trim_end().to_owned()).collect();
    let name = escape(&path.display().to_string());
    format!("{} {name}\n{}", paint(BAD, "would be refused"), page.join("\n"))
}

fn accepted(name: &str, account: &Account, report: &DailyReport, changes: &Changes) -> String {
    let mut text = format!(
        "{} {name}: {} of {}, {}, for account {}",
        paint(GOOD, "would be accepted"),
        rows(report.rows),
        count(report.channels.len(), "channel"),
        span(report.first_day, report.last_day),
        account.id
    );
    let corrects = changes.replaced;
    if corrects > 0 {
        let days = if corrects == 1 { "day" } else { "days" };
        text.push_str(&format!("; it would correct {corrects} {days} of a channel"));
    }
    if let Some(dropped) = &changes.dropped {
        let intro = dropped_intro(dropped, true);
        text.push_str(&format!("\n  {} {intro}", paint(CARE, "warning:")));
        for line in dropped_lines(dropped) {
            text.push_str(&format!("\n    - {line}"));
        }
    }
    text.push_str(&warnings(report));
    text
}
