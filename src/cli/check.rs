//! `budgetd check`: what is wrong with configuration, folders and key, and how to mend it. It looks
//! at everything before it ends, and changes nothing.

mod hooks;
mod inbox;
mod sources;

use std::path::{Path, PathBuf};

use serde_json::json;

use super::clock::Clocks;
use super::in_force::{Key, Seen};
use super::output::{BAD, CARE, GOOD, paint};
use super::words::time;
use super::{CliError, Context, DONE, Ending, USAGE, load, now};
use crate::config;
use crate::daemon::check_listener;
use crate::domain::text::escape;
use crate::domain::{Account, Instant};
use crate::report::words::count;
use crate::store::lock::Lock;
use crate::store::{StoreError, files};
use crate::workflow::{ShortOfRoom, WorkflowError, Workspace, next_run, short_of_room};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print every key of the configuration with its default and its meaning
    #[arg(long)]
    explain_config: bool,
    /// Look at the configuration's files alone, as a reload of the daemon does
    #[arg(long, conflicts_with = "explain_config")]
    only_config: bool,
}

/// One thing that was looked at.
struct Finding {
    what: String,
    verdict: Verdict,
}

enum Verdict {
    Good(String),
    /// It works, and somebody should look.
    Care(String, String),
    Wrong(CliError),
}

impl Finding {
    fn good(what: &str, text: impl Into<String>) -> Self {
        Self { what: what.to_owned(), verdict: Verdict::Good(text.into()) }
    }

    fn care(what: &str, text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.to_owned(), verdict: Verdict::Care(text.into(), hint.into()) }
    }

    fn wrong(what: &str, error: impl Into<CliError>) -> Self {
        Self { what: what.to_owned(), verdict: Verdict::Wrong(error.into()) }
    }

    fn of(what: &str, answer: Result<String, StoreError>) -> Self {
        match answer {
            Ok(text) => Self::good(what, text),
            Err(error) => Self::wrong(what, error),
        }
    }

    const fn is_good(&self) -> bool {
        matches!(self.verdict, Verdict::Good(_))
    }

    const fn status(&self) -> u8 {
        match &self.verdict {
            Verdict::Good(_) | Verdict::Care(..) => DONE,
            Verdict::Wrong(error) => error.status,
        }
    }

    fn words(&self) -> String {
        let (mark, text, hint) = match &self.verdict {
            Verdict::Good(text) => (paint(GOOD, "ok   "), text, None),
            Verdict::Care(text, hint) => (paint(CARE, "look "), text, Some(hint)),
            Verdict::Wrong(error) => (paint(BAD, "wrong"), &error.message, error.hint.as_ref()),
        };
        let hint = hint.map(|hint| format!("\n                       hint: {hint}"));
        format!("{mark}  {:<14}  {text}{}", self.what, hint.unwrap_or_default())
    }

    fn machine(&self) -> serde_json::Value {
        let (verdict, text, hint) = match &self.verdict {
            Verdict::Good(text) => ("ok", text, None),
            Verdict::Care(text, hint) => ("look", text, Some(hint)),
            Verdict::Wrong(error) => ("wrong", &error.message, error.hint.as_ref()),
        };
        json!({"what": self.what, "verdict": verdict, "text": text, "hint": hint,
            "status": self.status()})
    }
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    if arguments.explain_config {
        return explain_config(context);
    }
    let path = context.config_path()?;
    let workspace = match load::load(&path) {
        Ok(config) => Workspace::new(config),
        Err(faults) if context.output.is_json() => {
            context.output.json(&json!({"ok": false, "faults": faults}));
            return Ok(USAGE);
        }
        Err(faults) => return Err(load::faults_error(&faults)),
    };
    let findings = if arguments.only_config {
        vec![configuration(&workspace, &path)]
    } else {
        findings(&workspace, &path, now())
    };
    let status = findings.iter().map(Finding::status).max().unwrap_or(DONE);
    let lines: Vec<String> = findings.iter().map(Finding::words).collect();
    context.output.line_each(&lines);
    let findings: Vec<serde_json::Value> = findings.iter().map(Finding::machine).collect();
    context.output.json(&json!({"ok": status == DONE, "findings": findings}));
    Ok(status)
}

fn explain_config(context: &Context) -> Ending {
    if context.output.is_json() {
        context.output.json(&json!({ "reference": config::explain() }));
    } else {
        context.output.bytes(config::explain().as_bytes())?;
    }
    Ok(DONE)
}

fn findings(workspace: &Workspace, path: &Path, at: Instant) -> Vec<Finding> {
    let accounts = &workspace.config.accounts;
    let mut findings = vec![configuration(workspace, path)];
    findings.extend(clock(workspace, at));
    findings.extend(inbox::findings(workspace));
    let own = workspace.places.folders().into_iter().filter(|(what, _)| *what != "inbox");
    findings.extend(own.map(|(what, folder)| folder_of(what, folder)));
    findings.extend(overlaps(workspace));
    findings.extend(open_state(workspace));
    findings.extend(
        short_of_room(workspace)
            .iter()
            .map(|disk| Finding::care("room", escape(&disk.words()), ShortOfRoom::hint())),
    );
    findings.extend(accounts.iter().flat_map(sources::findings));
    findings.extend(hooks::findings(&workspace.config.hooks));
    findings.extend(workspace.config.api.as_ref().map(listener));
    findings.push(key(workspace));
    findings.push(ledger(workspace));
    findings.push(daemon(workspace));
    findings.extend(accounts.iter().map(|account| schedule(account, at)));
    findings
}

/// Where the daemon listens, and the files that it needs for that.
fn listener(api: &config::ApiSettings) -> Finding {
    let token =
        if api.token.is_some() { "each request needs the token" } else { "without a token" };
    match check_listener(api) {
        Ok(()) => Finding::good("listener", format!("{}, {token}", api.listen)),
        Err(error) => Finding::wrong(
            "listener",
            CliError::usage(escape(&error.to_string()), "docs/api.md says what the file must be"),
        ),
    }
}

/// The clock, held against what there is of audit logs.
fn clock(workspace: &Workspace, at: Instant) -> Vec<Finding> {
    let Ok(Some(ledger)) = workspace.ledger_to_read() else { return Vec::new() };
    let accounts: Vec<&Account> = workspace.config.accounts.iter().collect();
    let clocks = Clocks::look(workspace, &ledger, &accounts, at);
    let mut findings = vec![match clocks.behind() {
        Some(error) => Finding::wrong("clock", error),
        None => Finding::good("clock", format!("{}, no audit log is ahead of it", at.to_rfc3339())),
    }];
    let hint = "what is published stays as it is; see \"The clock\" in docs/operations.md";
    findings
        .extend(clocks.early().into_iter().map(|early| Finding::care("early week", early, hint)));
    findings
}

fn configuration(workspace: &Workspace, path: &Path) -> Finding {
    let accounts = count(workspace.config.accounts.len(), "account");
    Finding::good("configuration", format!("{}, {accounts}", shown(path)))
}

fn folder_of(what: &str, folder: &Path) -> Finding {
    Finding::of(what, files::check_folder(folder).map(|()| place(folder)))
}

/// A folder, and where it really is if a link leads there.
fn place(folder: &Path) -> String {
    if files::is_link(folder) {
        format!("{}, a link to {}", shown(folder), shown(&files::real_path(folder)))
    } else {
        shown(folder)
    }
}

/// Folders that are one, or one in the other, once links are followed. By name they are told apart
/// when the configuration is read.
fn overlaps(workspace: &Workspace) -> Vec<Finding> {
    let accounts = ("accounts", &workspace.config.paths.accounts);
    let real: Vec<(&str, PathBuf)> = workspace
        .places
        .folders()
        .into_iter()
        .chain([accounts])
        .map(|(what, folder)| (what, files::real_path(folder)))
        .collect();
    let mut findings = Vec::new();
    for (index, (what, folder)) in real.iter().enumerate() {
        for (other, other_folder) in &real[index + 1..] {
            if folder.starts_with(other_folder) || other_folder.starts_with(folder) {
                findings.push(Finding::wrong(
                    what,
                    CliError::usage(
                        format!(
                            "{what} and {other} overlap: {} and {}",
                            shown(folder),
                            shown(other_folder)
                        ),
                        "remove the link, or name two separate folders under [paths]",
                    ),
                ));
            }
        }
    }
    findings
}

fn open_state(workspace: &Workspace) -> Option<Finding> {
    let state = workspace.places.state().root();
    files::is_open_to_others(state).then(|| {
        Finding::care(
            "state",
            format!("others than its owner may look into {}", shown(state)),
            format!("run: chmod 700 {}", shown(state)),
        )
    })
}

fn key(workspace: &Workspace) -> Finding {
    let what = "signing key";
    let path = shown(&workspace.config.signing.key);
    let daemon = match Seen::look(workspace) {
        Ok(daemon) => daemon,
        Err(error) => return Finding::wrong(what, error),
    };
    match daemon.key(workspace) {
        Key::Here(key) => Finding::good(what, format!("{path}, {}", key.fingerprint())),
        Key::WithDaemon(credential, None) => Finding::care(
            what,
            daemon.credential_words(&credential),
            "commands that sign, by hand, have to be handed the credential (systemd-run -p \
             LoadCredential=)",
        ),
        Key::WithDaemon(credential, Some(key)) => Finding::care(
            what,
            format!(
                "the daemon signs with {}, a systemd credential; commands by hand would sign with {}, \
                 {path}",
                escape(&credential.fingerprint),
                key.fingerprint()
            ),
            "remove the key that is not to sign, or hand commands the credential (systemd-run -p \
             LoadCredential=)",
        ),
        Key::Missing(error) => Finding::wrong(what, error),
    }
}

fn ledger(workspace: &Workspace) -> Finding {
    let path = workspace.places.state().ledger();
    let found = match workspace.ledger_to_read() {
        Ok(Some(_)) => Ok(shown(&path)),
        Ok(None) => Ok("not there yet; the first file or decision makes it".to_owned()),
        Err(WorkflowError::Store(error)) => Err(error),
        Err(error) => return Finding::wrong("ledger", error),
    };
    Finding::of("ledger", found)
}

fn daemon(workspace: &Workspace) -> Finding {
    let held = Lock::is_held(&workspace.places.state().run_lock());
    let words = |held: bool| if held { "runs" } else { "does not run" }.to_owned();
    Finding::of("daemon", held.map(words))
}

fn schedule(account: &Account, at: Instant) -> Finding {
    let what = format!("run of {}", account.id);
    match next_run(account, at) {
        Some((week, run)) => {
            let text = format!("next {}, for the week of {week}", time(account, run));
            let local = run.with_timezone(&account.time_zone);
            if local.time() >= account.gate.deadline {
                Finding::care(
                    &what,
                    format!("{text}; its deadline {} has passed by then", account.gate.deadline),
                    "a week without complete data is held at once; set [gate] deadline later",
                )
            } else if local.date_naive() > week.first_day() {
                Finding::care(
                    &what,
                    format!("{text}, which has begun by then"),
                    "set week_starts_on to the day of the schedule, or the schedule to that day",
                )
            } else {
                Finding::good(&what, text)
            }
        }
        None => Finding::wrong(
            &what,
            CliError::usage(
                format!("the schedule \"{}\" names no time in the next year", account.schedule),
                "write it like \"0 0 6 * * Mon\": second minute hour day month weekday",
            ),
        ),
    }
}

fn shown(path: &Path) -> String {
    escape(&path.display().to_string())
}

/// Says what `init` would say where there is a configuration already.
pub fn already_there(path: &Path) -> CliError {
    CliError::usage(
        format!("there is a configuration already: {}", path.display()),
        "init never overwrites; `budgetd check` says whether it is in order",
    )
}
