//! `budgetd import FILE…`: loads history, file by file. Run again after a kill or a signal, it goes on
//! with the file that it was at: what was taken is known by its content, and of that file nothing
//! stayed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::accounts::{named_or_only, serve_each_until};
use super::ingest::{FAULTS_SHOWN, accepted, accepted_machine, duplicate, faults, shown_size};
use super::output::{BAD, CARE, GOOD, paint};
use super::refusal::{self, joined};
use super::stop::{Asked, Stop};
use super::words::{indented, shell_quoted, time};
use super::{CliError, Context, DONE, Ending, NO, now, parse_time, sources};
use crate::domain::text::escape;
use crate::domain::{Account, Instant};
use crate::ingest::Purpose;
use crate::workflow::{ImportAnswer, Imported, Terms, Unit, WorkflowError};

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
    let course = Arc::new(Mutex::new(Course { count: files.len(), ..Course::default() }));
    let restate = arguments.restate;
    let stop = Stop::watch({
        let course = Arc::clone(&course);
        move |asked| held(&course).stopped(asked, restate, false)
    })?;
    let progress = context.output.bytes_progress(files.iter().map(|path| shown_size(path)).sum());
    let (mut lines, mut answers, mut status) = (Vec::new(), Vec::new(), DONE);
    let mut was_stopped = false;
    let mut serve = |unit: &mut Unit<'_>, account: &Account| {
        unit.watch(progress.watch());
        unit.recover(account, arrived_at, real, &mut |_| ())?;
        unit.check_clock(account, real)?;
        for (number, path) in (1..).zip(files) {
            let name = escape(&path.display().to_string());
            progress.at(&held(&course).begin(number, &name));
            let bytes = shown_size(path);
            if let Some(why) = refusal::of_name(path) {
                status = status.max(NO);
                lines.push(format!("{} {name}: {why}", paint(BAD, "not taken")));
                answers.push(json!({"file": name, "answer": "ignored", "kind": why}));
                continue;
            }
            let source = named.as_ref().unwrap_or_else(|| sources::by_name_of(account, path));
            let terms = Terms { source, purpose: Purpose::Import, restate };
            let answer = match unit.imported_before(account, path, terms, real) {
                Ok(Some(known)) => Ok(known),
                Ok(None) => {
                    if let Some(goes_on) = held(&course).goes_on() {
                        progress.aside(|| context.output.remark(&goes_on));
                    }
                    unit.import(account, path, terms, arrived_at, real)
                }
                Err(error) => Err(error),
            };
            match answer {
                Ok(imported) => {
                    held(&course).end(&imported.answer);
                    status = status.max(status_of(&imported.answer));
                    lines.push(words(account, &name, path, arguments, &imported));
                    answers.push(machine(&name, &imported));
                }
                Err(WorkflowError::Interrupted { .. }) => {
                    was_stopped = true;
                    return Ok(DONE);
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
    };
    let served = serve_each_until(context, &workspace, stop.interrupt(), &[account], &mut serve);
    drop(progress);
    // Before it was this program's turn, too.
    let stopped = stop.asked().filter(|_| was_stopped || served.is_err());
    let failures = match (served, stopped) {
        (Ok(served), _) => {
            status = status.max(served.status);
            served.failures
        }
        (Err(_), Some(_)) => Vec::new(),
        (Err(error), None) => return Err(error),
    };
    context.output.line_each(&lines);
    let stopped = stopped.map(|asked| {
        status = asked.status();
        held(&course).stopped(asked, restate, true)
    });
    context.output.json(&json!({"account": account.id.as_str(), "files": answers,
        "failures": failures, "stopped": stopped.as_ref().map(|stopped| &stopped.message)}));
    if let Some(stopped) = &stopped {
        context.output.trouble(stopped);
    }
    Ok(status)
}

/// How far an import has come.
#[derive(Debug, Default)]
struct Course {
    /// The files that were named.
    count: usize,
    /// The number of the file at hand, from 1 on, and its name; 0: none has begun.
    number: usize,
    name: String,
    /// Files whose rows are in the ledger.
    entered: usize,
    /// Those of them that were before this run.
    before: usize,
    /// It was said that it goes on.
    was_told: bool,
}

/// The course of an import; each of its methods leaves it whole.
fn held(course: &Mutex<Course>) -> MutexGuard<'_, Course> {
    course.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Course {
    /// The next file; what progress says of it.
    fn begin(&mut self, number: usize, name: &str) -> String {
        (self.number, self.name) = (number, name.to_owned());
        let before = match self.before {
            0 => String::new(),
            before => format!(" ({before} entered before)"),
        };
        format!("{number} of {}{before}: {name}", self.count)
    }

    /// How the file at hand ended.
    fn end(&mut self, answer: &ImportAnswer) {
        let is_known = matches!(answer, ImportAnswer::Known { .. });
        self.before += usize::from(is_known);
        self.entered += usize::from(status_of(answer) == DONE);
    }

    /// What is said once, before the first file that wasn't entered before others were.
    fn goes_on(&mut self) -> Option<String> {
        let Self { count, name, before, .. } = self;
        let is_first = *before > 0 && !self.was_told;
        self.was_told |= is_first;
        let were = if *before == 1 { "was" } else { "were" };
        is_first.then(|| {
            format!("{before} of {count} files {were} entered before; going on with {name}")
        })
    }

    /// What a signal that asked for the end left, and how to go on. `in_order`: nothing stayed of
    /// the file at hand; else it is there as a whole or not at all.
    fn stopped(&self, asked: Asked, restate: bool, in_order: bool) -> CliError {
        let Self { count, number, name, entered, .. } = self;
        let of_it = match (number, in_order) {
            (0, _) => "nothing was begun".to_owned(),
            (_, true) => format!("nothing of {name} was taken"),
            (_, false) => format!("{name} was taken as a whole or not at all"),
        };
        let before = match (count, entered) {
            (1, _) => String::new(),
            (_, 1) => format!("1 of {count} files is entered, "),
            _ => format!("{entered} of {count} files are entered, "),
        };
        let hint = match (number, count, restate) {
            (1.., 2.., true) => {
                "run it again: a restatement takes each of its files anew".to_owned()
            }
            (1.., 2.., false) => {
                format!("run it again: what is entered is skipped, and it goes on with {name}")
            }
            _ => "run it again".to_owned(),
        };
        CliError {
            status: asked.status(),
            message: format!("stopped by {}: {before}{of_it}", asked.name()),
            hint: Some(hint),
        }
    }
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
        ImportAnswer::Accepted { report, replaced, dropped } => {
            accepted(name, report, (*replaced, *dropped))
        }
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
        ImportAnswer::Accepted { report, replaced, dropped } => {
            accepted_machine(report, (*replaced, *dropped))
        }
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
