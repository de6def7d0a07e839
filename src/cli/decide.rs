//! `budgetd decide`: one weekly run for every account, or the one named.

use serde_json::{Value, json};

use super::accounts::{named_or_all, serve_each};
use super::output::{CARE, FAINT, GOOD, paint};
use super::words::{self, indented};
use super::{CliError, Context, DONE, Ending, NO, now, parse_day, parse_time};
use crate::decision::Decision;
use crate::domain::text::escape;
use crate::domain::{Account, Day, Instant, Week};
use crate::report::revise_command;
use crate::report::words::count;
use crate::workflow::{WeekOutcome, WeekRequest};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The week to decide, by any of its days [default: the one that --as-of lies in]
    #[arg(long, value_name = "DAY", value_parser = parse_day)]
    week: Option<Day>,
    /// The time to decide at, instead of now
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    as_of: Option<Instant>,
    /// Only this account
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// The clock is right although the audit log tells of later times: it was ahead then
    #[arg(long)]
    clock_is_right: bool,
    /// Show what would be published, and publish nothing
    #[arg(long)]
    dry_run: bool,
    /// Decide a published week again, as its next revision
    #[arg(long, requires = "reason")]
    revise: bool,
    /// Why a published week is decided again
    #[arg(long, value_name = "TEXT", requires = "revise")]
    reason: Option<String>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let workspace = context.workspace()?;
    let real = now();
    check_reason(arguments)?;
    let accounts = named_or_all(&workspace, arguments.account.as_deref())?;
    let progress = context.output.progress(accounts.len());
    let mut outcomes = Vec::new();
    let served = serve_each(context, &workspace, &accounts, &mut |unit, account| {
        progress.at(account.id.as_str());
        let outcome = unit
            .recover(account, real, real, &mut |_| ())
            .and_then(|()| {
                let accepts = arguments.clock_is_right;
                if accepts { unit.accept_clock(account, real).map(drop) } else { Ok(()) }
            })
            .and_then(|()| unit.run_week(account, &request(arguments, account, real)));
        progress.done();
        let outcome = outcome?;
        let behind = match outcome.decision() {
            Some(decision) if decision.revision > 1 => {
                let Decision { week, revision, .. } = *decision;
                unit.weeks_on_older_revisions(account, week, revision)?
            }
            _ => Vec::new(),
        };
        let mut words = words(account, &outcome);
        words.push_str(&behind_words(account, &behind));
        let mut answer = machine(account, &outcome);
        if !behind.is_empty() {
            answer["weeks_on_older_revisions"] = json!(behind);
        }
        let status = if matches!(outcome, WeekOutcome::Waiting { .. }) { NO } else { DONE };
        outcomes.push((words, answer));
        Ok(status)
    })?;
    drop(progress);
    let (lines, mut answers): (Vec<String>, Vec<Value>) = outcomes.into_iter().unzip();
    context.output.line_each(&lines);
    answers.extend(served.failures);
    context.output.json(&json!({ "accounts": answers }));
    Ok(served.status)
}

fn check_reason(arguments: &Arguments) -> Result<(), CliError> {
    match &arguments.reason {
        Some(reason) if reason.trim().is_empty() => {
            Err(CliError::usage("--reason is empty", "say why the week is decided again"))
        }
        _ => Ok(()),
    }
}

fn request(arguments: &Arguments, account: &Account, real: Instant) -> WeekRequest {
    WeekRequest {
        week: arguments.week.map(|day| account.week_of(day)),
        stated_at: arguments.as_of.unwrap_or(real),
        now: real,
        dry_run: arguments.dry_run,
        revise: arguments.reason.as_deref().map(escape),
        caught_up_from: None,
    }
}

/// What happened, for people.
fn words(account: &Account, outcome: &WeekOutcome) -> String {
    match outcome {
        WeekOutcome::Published(published) => {
            let folder = published.folder.display().to_string();
            let decision = &published.decision;
            let style = if decision.held.is_some() { CARE } else { GOOD };
            let done = paint(style, words::outcome(decision));
            format!("{done} {}\n  {}", decision_words(decision), paint(FAINT, &escape(&folder)))
        }
        WeekOutcome::Previewed(decision) => format!(
            "{} {}\n  nothing was published",
            paint(CARE, &format!("would be {}", words::outcome(decision))),
            decision_words(decision)
        ),
        WeekOutcome::AlreadyDecided { week, revision, folder } => {
            let revision = match revision {
                1 => String::new(),
                revision => format!(", revision {revision}"),
            };
            format!(
                "{} {}, week of {week}: it was decided before{revision}; nothing changed\n  {}",
                paint(GOOD, "decided"),
                account.id,
                paint(FAINT, &escape(&folder.display().to_string()))
            )
        }
        WeekOutcome::Waiting { week, missing, holds_from } => format!(
            "{} {}, week of {week}: the week before is not complete yet\n{}\n  {}",
            paint(CARE, "waiting"),
            account.id,
            indented(&words::missing(missing)),
            match holds_from {
                Some(from) => format!(
                    "without these days it holds last week's budgets from {} on",
                    words::time(account, *from)
                ),
                None => "a first decision waits until they have arrived".to_owned(),
            }
        ),
    }
}

/// The newer published weeks that started from an older revision of a revised week.
fn behind_words(account: &Account, behind: &[Week]) -> String {
    let Some(oldest) = behind.first() else { return String::new() };
    let names: Vec<String> = behind.iter().map(ToString::to_string).collect();
    let (noun, stay) = if behind.len() == 1 { ("week", "stays") } else { ("weeks", "stay") };
    format!(
        "\n  {} the {noun} of {} started from the budgets of an earlier revision, and {stay} as \
         published\n  `{}` would decide {oldest} again, from this one",
        paint(CARE, "newer:"),
        names.join(", "),
        revise_command(account, *oldest)
    )
}

/// A decision from its headline to its vetoes.
fn decision_words(decision: &Decision) -> String {
    let account = &decision.account;
    let revision = match decision.revision {
        1 => String::new(),
        revision => format!(", revision {revision}"),
    };
    let mut text = format!(
        "{}, week of {}{revision}: {} in {}",
        account.id,
        decision.week,
        account.currency.show(decision.total),
        count(decision.channels.len(), "channel"),
    );
    let hold = words::hold(decision);
    if !hold.is_empty() {
        text.push_str(&format!("\n  last week's budgets stay:\n{}", indented(&hold)));
    }
    text.push_str(&format!("\n{}", words::budgets(decision)));
    for veto in &decision.vetoes {
        text.push_str(&format!("\n{}", words::veto(decision, veto)));
    }
    text
}

fn machine(account: &Account, outcome: &WeekOutcome) -> Value {
    let id = account.id.as_str();
    match outcome {
        WeekOutcome::Published(published) => {
            let mut value = decision_value(id, &published.decision);
            value["outcome"] = json!(words::outcome(&published.decision));
            value["folder"] = json!(published.folder.display().to_string());
            value["manifest"] = json!(published.manifest);
            value
        }
        WeekOutcome::Previewed(decision) => {
            let mut value = decision_value(id, decision);
            value["outcome"] = json!("previewed");
            value["would_be"] = json!(words::outcome(decision));
            value
        }
        WeekOutcome::AlreadyDecided { week, revision, folder } => json!({
            "account": id, "week": week, "outcome": "already_decided", "revision": revision,
            "folder": folder.display().to_string(),
        }),
        WeekOutcome::Waiting { week, missing, holds_from } => json!({
            "account": id, "week": week, "outcome": "waiting", "missing": missing,
            "holds_from": holds_from,
        }),
    }
}

fn decision_value(id: &str, decision: &Decision) -> Value {
    let currency = decision.account.currency;
    let budgets: Vec<Value> = decision
        .channels
        .iter()
        .map(|channel| {
            json!({"channel": channel.channel.as_str(),
                "final_budget": channel.final_budget.to_decimal(currency)})
        })
        .collect();
    let vetoes: Vec<&str> = decision.vetoes.iter().map(|veto| veto.channel.as_str()).collect();
    json!({"account": id, "week": decision.week, "revision": decision.revision,
        "budgets": budgets, "vetoes": vetoes})
}
