//! `budgetd validate FILE…`: what the inbox would say of a file. Moves and records nothing.

use std::path::PathBuf;

use serde_json::json;

use super::output::{BAD, CARE, GOOD, paint};
use super::{Context, DONE, Ending, NO, now, parse_time};
use crate::domain::text::escape;
use crate::domain::{Account, Instant};
use crate::ingest::{DailyReport, Reading};
use crate::workflow;

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
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let workspace = context.workspace()?;
    let account = super::ingest::one_account(&workspace, arguments.account.as_deref())?;
    let at = arguments.as_of.unwrap_or_else(now);
    let mut status = DONE;
    let mut answers = Vec::new();
    for path in &arguments.files {
        let name = escape(&path.display().to_string());
        match workflow::validate(account, path, at)? {
            Reading::Taken(report) => {
                context.output.line(accepted(&name, account, &report));
                answers.push(json!({"file": name, "verdict": "accepted", "rows": report.rows,
                    "first_day": report.first_day, "last_day": report.last_day,
                    "warnings": report.warnings.iter().map(ToString::to_string).collect::<Vec<_>>()}));
            }
            Reading::Refused(rejection) => {
                status = NO;
                context.output.line(format!("{} {name}", paint(BAD, "refused")));
                let file_name = path.file_name().unwrap_or_default().to_string_lossy();
                context.output.line(rejection.render(&file_name));
                answers.push(json!({"file": name, "verdict": "refused",
                    "faults_total": rejection.faults_total,
                    "faults": rejection.faults.iter().map(ToString::to_string).collect::<Vec<_>>()}));
            }
        }
    }
    context.output.json(&json!({"account": account.id.as_str(), "files": answers}));
    Ok(status)
}

fn accepted(name: &str, account: &Account, report: &DailyReport) -> String {
    let mut text = format!(
        "{} {name}: {} rows of {} channels, {} to {}, for account {}",
        paint(GOOD, "would be accepted"),
        report.rows,
        report.channels.len(),
        report.first_day,
        report.last_day,
        account.id
    );
    for warning in &report.warnings {
        text.push_str(&format!("\n  {} {warning}", paint(CARE, "warning:")));
    }
    text
}
