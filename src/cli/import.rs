//! `budgetd import FILE…`: loads history, file by file. Run again after a kill, it goes on where it
//! was: what was taken is known by its content.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::accounts::{named_or_only, serve_each};
use super::ingest::{FAULTS_SHOWN, accepted, accepted_machine, duplicate, faults, shown_size};
use super::output::{BAD, CARE, GOOD, paint};
use super::refusal::{self, joined};
use super::words::{indented, shell_quoted, time};
use super::{CliError, Context, DONE, Ending, NO, now, parse_time, sources};
use crate::domain::text::escape;
use crate::domain::{Account, Instant};
use crate::ingest::Purpose;
use crate::workflow::{ImportAnswer, Imported, Terms};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The files, which stay where they are
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The source that reads them, one of the account's or a preset [default: by the file's name]
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// The account (needed where there are several)
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Let figures of closed days change, and take again what was taken before
    #[arg(long)]
    restate: bool,
    /// The arrival time to record, instead of now
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    as_of: Option<Instant>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let workspace = context.workspace()?;
    let account = named_or_only(&workspace, arguments.account.as_deref())?;
    let named =
        arguments.source.as_deref().map(|name| sources::named(account, name)).transpose()?;
    let real = now();
    let arrived_at = arguments.as_of.unwrap_or(real);
    let files = &arguments.files;
    let progress = context.output.bytes_progress(files.iter().map(|path| shown_size(path)).sum());
    let (mut lines, mut answers, mut status) = (Vec::new(), Vec::new(), DONE);
    let served = serve_each(context, &workspace, &[account], &mut |unit, account| {
        unit.watch(progress.watch());
        unit.recover(account, arrived_at, real, &mut |_| ())?;
        for (number, path) in (1..).zip(files) {
            let name = escape(&path.display().to_string());
            progress.at(&format!("{number} of {}: {name}", files.len()));
            let bytes = shown_size(path);
            if let Some(why) = refusal::of_name(path) {
                status = status.max(NO);
                lines.push(format!("{} {name}: {why}", paint(BAD, "not taken")));
                answers.push(json!({"file": name, "answer": "ignored", "kind": why}));
                continue;
            }
            let source = named.as_ref().unwrap_or_else(|| sources::by_name_of(account, path));
            let (purpose, restate) = (Purpose::Import, arguments.restate);
            match unit.import(account, path, Terms { source, purpose, restate }, arrived_at, real) {
                Ok(imported) => {
                    status = status.max(status_of(&imported.answer));
                    lines.push(words(account, &name, path, arguments, &imported));
                    answers.push(machine(&name, &imported));
                }
                Err(error) => {
                    // What was taken before stays; a later file may still be.
                    let error = CliError::from(error);
                    status = status.max(error.status);
                    context.output.trouble(&error);
                    answers.push(json!({"file": name, "answer": "failed",
                        "error": error.message, "hint": error.hint}));
                }
            }
            progress.done(bytes);
        }
        Ok(DONE)
    })?;
    drop(progress);
    context.output.line_each(&lines);
    context.output.json(&json!({"account": account.id.as_str(), "files": answers,
        "failures": served.failures}));
    Ok(status.max(served.status))
}

const fn status_of(answer: &ImportAnswer) -> u8 {
    match answer {
        ImportAnswer::Accepted { .. }
        | ImportAnswer::Duplicate { .. }
        | ImportAnswer::Known { .. } => DONE,
        ImportAnswer::Refused { .. }
        | ImportAnswer::NoRoom { .. }
        | ImportAnswer::Changed
        | ImportAnswer::NotPlain { .. } => NO,
    }
}

fn words(
    account: &Account,
    name: &str,
    path: &Path,
    arguments: &Arguments,
    imported: &Imported,
) -> String {
    let mut text = match &imported.answer {
        ImportAnswer::Accepted { report, replaced } => accepted(name, report, *replaced),
        ImportAnswer::Duplicate { report } => duplicate(name, report),
        ImportAnswer::Known { name: known, taken_at } => format!(
            "{} {name}: this content was taken on {} as {known}; nothing was done",
            paint(GOOD, "known"),
            time(account, *taken_at)
        ),
        ImportAnswer::Refused { rejection } => {
            let mut text = format!(
                "{} {name}: {}; nothing of it was taken\n{}",
                paint(BAD, "refused"),
                faults(rejection.faults_total),
                indented(&refusal::lines(rejection, FAULTS_SHOWN))
            );
            if rejection.faults.len() > FAULTS_SHOWN {
                let source = arguments.source.as_deref().map_or_else(String::new, |name| {
                    format!(" --source {}", shell_quoted(&escape(name)))
                });
                let path = shell_quoted(&escape(&path.display().to_string()));
                text.push_str(&format!("\n  all of it: budgetd validate --import{source} {path}"));
            }
            text
        }
        ImportAnswer::Changed => format!(
            "{} {name}: it changed while it was read; import it once it is complete",
            paint(BAD, "not taken")
        ),
        ImportAnswer::NoRoom { why } => {
            format!("{} {name}: {}", paint(BAD, "not taken"), escape(why))
        }
        ImportAnswer::NotPlain { kind } => format!("{} {name}: {kind}", paint(BAD, "not taken")),
    };
    if let Some(why) = &imported.without_receipt {
        text.push_str(&format!("\n  {} {why}", paint(CARE, "it has no receipt:")));
    }
    text
}

fn machine(name: &str, imported: &Imported) -> Value {
    let more = match &imported.answer {
        ImportAnswer::Accepted { report, replaced } => accepted_machine(report, *replaced),
        ImportAnswer::Duplicate { report } => json!({"answer": "duplicate", "rows": report.rows}),
        ImportAnswer::Known { name, taken_at } => {
            json!({"answer": "known", "name": name, "taken_at": taken_at})
        }
        ImportAnswer::Refused { rejection } => {
            joined(json!({"answer": "refused"}), refusal::machine(rejection))
        }
        ImportAnswer::Changed => json!({"answer": "changed"}),
        ImportAnswer::NoRoom { why } => json!({"answer": "no_room", "why": why}),
        ImportAnswer::NotPlain { kind } => json!({"answer": "ignored", "kind": kind}),
    };
    joined(json!({ "file": name }), more)
}
