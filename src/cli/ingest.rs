//! `budgetd ingest [FILE…]`: takes what is in the inbox, or copies of the files named, once.

use std::path::PathBuf;
use std::time::Duration;

use indicatif::ProgressBar;
use serde_json::{Value, json};

use super::output::{BAD, CARE, FAINT, GOOD, paint};
use super::{CliError, Context, DONE, Ending, NO, now, parse_time};
use crate::domain::{Account, Instant};
use crate::workflow::{FileAnswer, Interrupt, TakenFile, Unit, Workspace};

/// Faults of a file that the terminal shows; all of them stand beside the refused file.
const FAULTS_SHOWN: usize = 5;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Files to take copies of, instead of looking into the inbox
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only this account
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// The arrival time to record, instead of now
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    as_of: Option<Instant>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let workspace = context.workspace()?;
    let real = now();
    let arrived_at = arguments.as_of.unwrap_or(real);
    let interrupt = Interrupt::default();
    let mut unit = workspace.begin(&interrupt)?;
    let progress = progress(context);
    let mut taken: Vec<(String, TakenFile)> = Vec::new();
    if arguments.files.is_empty() {
        for account in accounts(&workspace, arguments.account.as_deref())? {
            take_inbox(&mut unit, account, arrived_at, real, &mut |file| {
                progress.set_message(file.name.clone());
                taken.push((account.id.to_string(), file.clone()));
            })?;
        }
    } else {
        let account = one_account(&workspace, arguments.account.as_deref())?;
        unit.recover(account, arrived_at, real, &mut |file| {
            taken.push((account.id.to_string(), file.clone()));
        })?;
        let folder = unit.drop_folder(account)?;
        for path in &arguments.files {
            progress.set_message(path.display().to_string());
            let file = unit.take_copy(account, &folder, path, arrived_at, real)?;
            taken.push((account.id.to_string(), file));
        }
    }
    progress.finish_and_clear();
    Ok(answer(context, &workspace, &taken))
}

/// Takes what is in the drop folder of `account`, without the settling time.
pub fn take_inbox(
    unit: &mut Unit<'_>,
    account: &Account,
    arrived_at: Instant,
    real: Instant,
    done: &mut dyn FnMut(&TakenFile),
) -> Result<(), CliError> {
    unit.recover(account, arrived_at, real, done)?;
    let folder = unit.drop_folder(account)?;
    let scan = folder.scan(&[])?;
    for ignored in unit.note_ignored(account, &scan.ignored, real)? {
        let answer = FileAnswer::Ignored { kind: ignored.kind.to_string() };
        done(&TakenFile { name: ignored.name, answer });
    }
    Ok(unit.take_candidates(account, &folder, &scan.candidates, arrived_at, real, done)?)
}

/// All accounts, or the one named.
pub fn accounts<'w>(
    workspace: &'w Workspace,
    id: Option<&str>,
) -> Result<Vec<&'w Account>, CliError> {
    match id {
        Some(id) => Ok(vec![workspace.account(id)?]),
        None => Ok(workspace.config.accounts.iter().collect()),
    }
}

/// The account named, or the only one.
pub fn one_account<'w>(
    workspace: &'w Workspace,
    id: Option<&str>,
) -> Result<&'w Account, CliError> {
    match (id, workspace.config.accounts.as_slice()) {
        (Some(id), _) => Ok(workspace.account(id)?),
        (None, [only]) => Ok(only),
        (None, several) => {
            let ids: Vec<&str> = several.iter().map(|account| account.id.as_str()).collect();
            Err(CliError::usage(
                "there are several accounts",
                format!("say which with --account: {}", ids.join(", ")),
            ))
        }
    }
}

fn progress(context: &Context) -> ProgressBar {
    if !context.output.draws_progress() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

fn answer(context: &Context, workspace: &Workspace, taken: &[(String, TakenFile)]) -> u8 {
    let several = workspace.config.accounts.len() > 1;
    let mut status = DONE;
    let mut files = Vec::new();
    for (account, file) in taken {
        if matches!(file.answer, FileAnswer::Refused { .. }) {
            status = NO;
        }
        let place = if several { format!("{account}: ") } else { String::new() };
        context.output.line(format!("{place}{}", words(file)));
        files.push(machine(account, file));
    }
    if taken.is_empty() {
        context.output.line(paint(FAINT, "nothing in the inbox"));
    }
    context.output.json(&json!({ "files": files }));
    status
}

fn words(file: &TakenFile) -> String {
    let name = &file.name;
    match &file.answer {
        FileAnswer::Accepted { report, replaced } => {
            let mut text = format!(
                "{} {name}: {} rows, {} to {}",
                paint(GOOD, "accepted"),
                report.rows,
                report.first_day,
                report.last_day
            );
            if *replaced > 0 {
                text.push_str(&format!("; {replaced} days of channels corrected"));
            }
            for warning in &report.warnings {
                text.push_str(&format!("\n  {} {warning}", paint(CARE, "warning:")));
            }
            text
        }
        FileAnswer::Duplicate { report } => format!(
            "{} {name}: its {} rows are already there",
            paint(GOOD, "duplicate"),
            report.rows
        ),
        FileAnswer::Refused { rejection, answer } => {
            let mut text =
                format!("{} {name}: {} faults", paint(BAD, "refused"), rejection.faults_total);
            for fault in rejection.faults.iter().take(FAULTS_SHOWN) {
                text.push_str(&format!("\n  {fault}"));
            }
            text.push_str(&format!("\n  all of them: {answer}.problems.txt in the drop folder"));
            text
        }
        FileAnswer::Finished => {
            format!("{} {name}: taken by an earlier run", paint(GOOD, "finished"))
        }
        FileAnswer::Changed => {
            format!("{} {name}: it is still being written", paint(CARE, "left waiting"))
        }
        FileAnswer::Ignored { kind } => {
            format!("{} {name}: {kind}; never opened", paint(CARE, "left alone"))
        }
    }
}

fn machine(account: &str, file: &TakenFile) -> Value {
    let mut value = json!({ "account": account, "file": file.name });
    let more = match &file.answer {
        FileAnswer::Accepted { report, replaced } => json!({"answer": "accepted",
            "rows": report.rows, "first_day": report.first_day, "last_day": report.last_day,
            "replaced": replaced}),
        FileAnswer::Duplicate { report } => json!({"answer": "duplicate", "rows": report.rows}),
        FileAnswer::Refused { rejection, answer } => json!({"answer": "refused",
            "faults_total": rejection.faults_total,
            "faults": rejection.faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "problems": format!("{answer}.problems.txt")}),
        FileAnswer::Finished => json!({"answer": "finished"}),
        FileAnswer::Changed => json!({"answer": "changed"}),
        FileAnswer::Ignored { kind } => json!({"answer": "ignored", "kind": kind}),
    };
    if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
        value.extend(more);
    }
    value
}
