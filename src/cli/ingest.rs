//! `budgetd ingest [FILE…]`: takes what is in the inbox, or copies of the files named, once.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::accounts::{Served, named_or_all, named_or_only, serve_each};
use super::output::{BAD, CARE, FAINT, GOOD, paint};
use super::refusal::{self, joined};
use super::words::{indented, warnings};
use super::{CliError, Context, DONE, Ending, MACHINE, NO, now, parse_time};
use crate::domain::text::escape;
use crate::domain::{Account, Instant};
use crate::ingest::DailyReport;
use crate::report::words::count;
use crate::store::files::size;
use crate::store::inbox::Candidate;
use crate::workflow::{FileAnswer, TakenFile, Unit, Workspace, meant_for_nobody};

/// Faults of a file that the terminal shows; all of them stand beside the refused file.
pub const FAULTS_SHOWN: usize = 5;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Files to take copies of, instead of looking into the inbox
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only this account (needed for named files where there are several)
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// The arrival time to record, instead of now
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    as_of: Option<Instant>,
}

/// When files are held to arrive, and what the clock says.
#[derive(Clone, Copy)]
struct Times {
    arrived_at: Instant,
    real: Instant,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let workspace = context.workspace()?;
    let real = now();
    let times = Times { arrived_at: arguments.as_of.unwrap_or(real), real };
    let mut answer = Answer::new(context, &workspace);
    let served = if arguments.files.is_empty() {
        inboxes(context, &workspace, arguments.account.as_deref(), times, &mut answer)?
    } else {
        let account = named_or_only(&workspace, arguments.account.as_deref())?;
        copies(context, &workspace, account, &arguments.files, times, &mut answer)?
    };
    if arguments.files.is_empty() {
        answer.nobody()?;
    }
    Ok(answer.finish(&served))
}

/// Takes what is in the drop folders.
fn inboxes(
    context: &Context,
    workspace: &Workspace,
    id: Option<&str>,
    times: Times,
    answer: &mut Answer<'_>,
) -> Result<Served, CliError> {
    let accounts = named_or_all(workspace, id)?;
    let progress = context.output.progress(accounts.len());
    serve_each(context, workspace, &accounts, &mut |unit, account| {
        progress.at(account.id.as_str());
        let taken = take_inbox(unit, account, times.arrived_at, times.real, &mut |file| {
            progress.at(&format!("{}: {}", account.id, file.name));
            answer.add(account, file);
        });
        progress.done();
        taken.map(|()| DONE)
    })
}

/// Takes copies of the files named. One that can't be read keeps no other from being taken.
fn copies(
    context: &Context,
    workspace: &Workspace,
    account: &Account,
    files: &[PathBuf],
    times: Times,
    answer: &mut Answer<'_>,
) -> Result<Served, CliError> {
    let progress = context.output.bytes_progress(files.iter().map(|path| shown_size(path)).sum());
    serve_each(context, workspace, &[account], &mut |unit, account| {
        unit.watch(progress.watch());
        unit.recover(account, times.arrived_at, times.real, &mut |file| answer.add(account, file))?;
        unit.check_clock(account, times.real)?;
        let folder = unit.drop_folder(account)?;
        let mut status = DONE;
        for path in files {
            progress.at(&path.display().to_string());
            if let Some(why) = refusal::of_name(path) {
                status = status.max(NO);
                answer.not_taken(account, path, &why);
                continue;
            }
            match unit.take_copy(account, &folder, path, times.arrived_at, times.real) {
                Ok(file) => answer.add(account, &file),
                Err(error) => {
                    let error = CliError::from(error);
                    status = status.max(error.status);
                    answer.failed(account, path, &error);
                }
            }
            progress.done(shown_size(path));
        }
        Ok(status)
    })
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
    unit.check_clock(account, real)?;
    let folder = unit.drop_folder(account)?;
    let ready = unit.ready();
    loop {
        let scan = folder.scan(&[])?;
        for ignored in unit.note_ignored(account, &scan.shown(real), real)? {
            let answer = FileAnswer::Ignored { kind: ignored.kind.to_string() };
            done(&TakenFile { name: ignored.name, answer, without_receipt: None });
        }
        // A scan is bounded; what it left is taken by the next one, as long as any was answered.
        let more = scan.candidates_total > scan.candidates.len() as u64;
        let mut has_answered = false;
        let waits = |candidate: &Candidate| candidate.waits_for(ready);
        let (waiting, complete): (Vec<Candidate>, Vec<Candidate>) =
            scan.candidates.into_iter().partition(|candidate| waits(candidate).is_some());
        unit.take_candidates(account, &folder, &complete, arrived_at, real, &mut |file| {
            has_answered |= !matches!(file.answer, FileAnswer::Changed | FileAnswer::NoRoom { .. });
            done(file);
        })?;
        if !more || !has_answered {
            for file in &waiting {
                let answer = FileAnswer::NotReady {
                    waits_for: escape(&waits(file).expect("it was told apart for this")),
                };
                done(&TakenFile { name: escape(&file.name), answer, without_receipt: None });
            }
            return Ok(());
        }
    }
}

/// What happened, collected until the progress bar is gone.
struct Answer<'a> {
    context: &'a Context,
    workspace: &'a Workspace,
    status: u8,
    lines: Vec<String>,
    files: Vec<Value>,
    nobody: Vec<String>,
}

impl<'a> Answer<'a> {
    const fn new(context: &'a Context, workspace: &'a Workspace) -> Self {
        Self {
            context,
            workspace,
            status: DONE,
            lines: Vec::new(),
            files: Vec::new(),
            nobody: Vec::new(),
        }
    }

    fn add(&mut self, account: &Account, file: &TakenFile) {
        match file.answer {
            FileAnswer::Refused { .. } => self.status = self.status.max(NO),
            FileAnswer::NoRoom { .. } => self.status = self.status.max(MACHINE),
            _ => {}
        }
        let folder = self.workspace.places.drop_folder(&account.id);
        self.lines.push(words(&self.place(account), file, &folder));
        if let Some(why) = &file.without_receipt {
            self.lines.push(format!("  {} {why}", paint(CARE, "it has no receipt:")));
        }
        self.files.push(machine(account, file));
    }

    fn not_taken(&mut self, account: &Account, path: &Path, why: &str) {
        let file = escape(&path.display().to_string());
        self.lines.push(format!("{} {file}: {why}", paint(BAD, "not taken")));
        self.files.push(json!({"account": account.id.as_str(), "file": file,
            "answer": "ignored", "kind": why}));
    }

    fn failed(&mut self, account: &Account, path: &Path, error: &CliError) {
        self.context.output.trouble(error);
        self.files.push(json!({"account": account.id.as_str(),
            "file": escape(&path.display().to_string()), "answer": "failed",
            "error": error.message, "hint": error.hint}));
    }

    /// Files that were dropped where no account looks.
    fn nobody(&mut self) -> Result<(), CliError> {
        let scan = meant_for_nobody(self.workspace)?;
        self.lines.extend(nobody_words(self.workspace, &scan));
        self.nobody = scan.candidates.iter().map(|file| escape(&file.name)).collect();
        Ok(())
    }

    fn place(&self, account: &Account) -> String {
        let several = self.workspace.config.accounts.len() > 1;
        if several { format!("{}: ", account.id) } else { String::new() }
    }

    fn finish(self, served: &Served) -> u8 {
        let output = &self.context.output;
        for line in &self.lines {
            output.line(line);
        }
        if self.lines.is_empty() && self.files.is_empty() && served.failures.is_empty() {
            output.line(paint(FAINT, "nothing waits in the inbox"));
        }
        output.json(&json!({"files": self.files, "nobody": self.nobody,
            "failures": served.failures}));
        self.status.max(served.status)
    }
}

/// What lies in an inbox of several accounts and belongs to none, a line each.
pub fn nobody_words(workspace: &Workspace, scan: &crate::store::inbox::Scan) -> Vec<String> {
    let Some(inbox) = workspace.places.inbox_of_nobody() else { return Vec::new() };
    let inbox = escape(&inbox.display().to_string());
    let mut lines: Vec<String> = scan
        .candidates
        .iter()
        .map(|file| {
            format!(
                "{} {}: it lies in {inbox} itself, where no account looks; move it into the folder \
                 of its account below",
                paint(CARE, "for nobody"),
                escape(&file.name)
            )
        })
        .collect();
    lines.extend(scan.ignored.iter().map(|object| {
        format!("{} {}: {}, in {inbox}", paint(CARE, "for nobody"), object.name, object.kind)
    }));
    lines
}

fn words(place: &str, file: &TakenFile, folder: &Path) -> String {
    let name = format!("{place}{}", file.name);
    match &file.answer {
        FileAnswer::Accepted { report, replaced, dropped } => {
            accepted(&name, report, (*replaced, *dropped))
        }
        FileAnswer::Duplicate { report } => duplicate(&name, report),
        FileAnswer::Refused { rejection, answer } => {
            let problems = folder.join(format!("{answer}.problems.txt"));
            format!(
                "{} {name}: {}; nothing of it was taken\n{}\n  all of it: {}",
                paint(BAD, "refused"),
                faults(rejection.faults_total),
                indented(&refusal::lines(rejection, FAULTS_SHOWN)),
                escape(&problems.display().to_string())
            )
        }
        FileAnswer::Finished => {
            format!("{} {name}: an interrupted run had taken it", paint(GOOD, "finished"))
        }
        FileAnswer::Changed => format!(
            "{} {name}: it changed while it was read; it is taken once it is quiet",
            paint(CARE, "left waiting")
        ),
        FileAnswer::NoRoom { why } => {
            format!("{} {name}: {why}", paint(BAD, "left waiting"))
        }
        FileAnswer::NotReady { waits_for } => {
            format!("{} {name}: there is no {waits_for} yet", paint(CARE, "left waiting"))
        }
        FileAnswer::Ignored { kind } => {
            format!("{} {name}: {kind}", paint(CARE, "left alone"))
        }
    }
}

/// The size of a file, for progress alone: where it can't be told, nothing is shown of it.
pub fn shown_size(path: &Path) -> u64 {
    size(path).unwrap_or(0)
}

/// What is said of a file whose rows were taken: it replaced channel days, and dropped rows of them.
pub fn accepted(name: &str, report: &DailyReport, (replaced, dropped): (u64, u64)) -> String {
    let mut text = format!(
        "{} {name}: {}, {}",
        paint(GOOD, "accepted"),
        rows(report.rows),
        span(report.first_day, report.last_day)
    );
    if replaced > 0 {
        let days = if replaced == 1 { "day" } else { "days" };
        text.push_str(&format!("; it corrected {replaced} {days} of a channel"));
    }
    if dropped > 0 {
        let are = if dropped == 1 { "is" } else { "are" };
        let rows = rows(dropped);
        text.push_str(&format!("; {rows} known of them {are} not in it and {are} gone"));
    }
    text.push_str(&warnings(report));
    text
}

/// What is said of a file that stated nothing new.
pub fn duplicate(name: &str, report: &DailyReport) -> String {
    let rows = rows(report.rows);
    format!("{} {name}: nothing new, {rows} as known before", paint(GOOD, "duplicate"))
}

/// "1 row", "12 rows".
pub fn rows(rows: u64) -> String {
    count(usize::try_from(rows).unwrap_or(usize::MAX), "row")
}

/// "1 fault", "12 faults".
pub fn faults(faults: u64) -> String {
    count(usize::try_from(faults).unwrap_or(usize::MAX), "fault")
}

/// "2026-01-05", "2026-01-05 to 2026-01-11".
pub fn span(first: crate::domain::Day, last: crate::domain::Day) -> String {
    if first == last { first.to_string() } else { format!("{first} to {last}") }
}

/// The same for machines.
pub fn accepted_machine(report: &DailyReport, (replaced, dropped): (u64, u64)) -> Value {
    json!({"answer": "accepted", "rows": report.rows, "grain": report.grain.word(),
        "first_day": report.first_day, "last_day": report.last_day, "replaced": replaced, "dropped": dropped,
        "warnings": report.warnings.iter().map(ToString::to_string).collect::<Vec<_>>()})
}

fn machine(account: &Account, file: &TakenFile) -> Value {
    let value = json!({ "account": account.id.as_str(), "file": file.name });
    let more = match &file.answer {
        FileAnswer::Accepted { report, replaced, dropped } => {
            accepted_machine(report, (*replaced, *dropped))
        }
        FileAnswer::Duplicate { report } => json!({"answer": "duplicate", "rows": report.rows}),
        FileAnswer::Refused { rejection, answer } => joined(
            json!({"answer": "refused", "problems": format!("{answer}.problems.txt")}),
            refusal::machine(rejection),
        ),
        FileAnswer::Finished => json!({"answer": "finished"}),
        FileAnswer::Changed => json!({"answer": "changed"}),
        FileAnswer::NoRoom { why } => json!({"answer": "no_room", "why": why}),
        FileAnswer::NotReady { waits_for } => {
            json!({"answer": "not_ready", "waits_for": waits_for})
        }
        FileAnswer::Ignored { kind } => json!({"answer": "ignored", "kind": kind}),
    };
    joined(value, more)
}

#[cfg(test)]
mod tests;
