//! `budgetd verify DIR`: whether a bundle is genuine and whole.

use std::path::PathBuf;

use serde_json::json;

use super::output::{BAD, GOOD, paint};
use super::{Context, DONE, Ending, NO, now, parse_time};
use crate::domain::Instant;
use crate::domain::text::escape;
use crate::report::words::count;
use crate::store::bundle;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The bundles
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Whose signatures count [default: allowed_signers, two folders up]
    #[arg(long, value_name = "FILE")]
    allowed_signers: Option<PathBuf>,
    /// As of when keys that are valid for a time only are judged [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    as_of: Option<Instant>,
}

#[expect(clippy::unnecessary_wraps, reason = "every command ends alike")]
pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let at = arguments.as_of.unwrap_or_else(now);
    let mut status = DONE;
    let mut answers = Vec::new();
    for folder in &arguments.folders {
        let shown = escape(&folder.display().to_string());
        match bundle::verify_at(folder, arguments.allowed_signers.as_deref(), at) {
            Ok(report) => {
                context.output.line(format!("{} {shown}", paint(GOOD, "genuine")));
                context.output.line(format!(
                    "  account {}, week of {}: {}, {} in {}, {}, signed by {}",
                    report.account,
                    report.name,
                    escape(&report.outcome),
                    report.currency.show(report.total),
                    count(report.channels, "channel"),
                    count(report.files, "file"),
                    report.signer
                ));
                answers.push(json!({"bundle": shown, "genuine": true,
                    "account": report.account.as_str(), "week": report.name.to_string(),
                    "outcome": report.outcome, "manifest": report.manifest,
                    "fingerprint": report.signer}));
            }
            Err(faults) => {
                status = NO;
                context.output.line(format!("{} {shown}", paint(BAD, "not genuine")));
                for line in faults.to_string().lines() {
                    context.output.line(format!("  {}", escape(line)));
                }
                answers.push(json!({"bundle": shown, "genuine": false,
                    "faults": faults.faults.iter().map(ToString::to_string).collect::<Vec<_>>()}));
            }
        }
    }
    context.output.json(&json!({ "bundles": answers }));
    Ok(status)
}
