//! `budgetd decide`: one weekly run for every account, or the one named.

use serde_json::{Value, json};

use super::output::{CARE, FAINT, GOOD, paint, table};
use super::{CliError, Context, DONE, Ending, NO, now, parse_day, parse_time};
use crate::decision::Decision;
use crate::domain::text::escape;
use crate::domain::{Account, Amount, Day, Instant};
use crate::history::MissingDays;
use crate::workflow::{Interrupt, PublishedWeek, WeekOutcome, WeekRequest};

/// Days of a channel that are named one by one before the rest is counted.
const DAYS_SHOWN: usize = 7;

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
    let interrupt = Interrupt::default();
    let mut unit = workspace.begin(&interrupt)?;
    let mut status = DONE;
    let mut answers = Vec::new();
    for account in super::ingest::accounts(&workspace, arguments.account.as_deref())? {
        let request = request(arguments, account, real)?;
        unit.recover(account, real, real, &mut |_| ())?;
        let outcome = unit.run_week(account, &request)?;
        if matches!(outcome, WeekOutcome::Waiting { .. }) {
            status = status.max(NO);
        }
        context.output.line(words(account, &outcome));
        answers.push(machine(account, &outcome));
    }
    context.output.json(&json!({ "accounts": answers }));
    Ok(status)
}

fn request(
    arguments: &Arguments,
    account: &Account,
    real: Instant,
) -> Result<WeekRequest, CliError> {
    let revise = match &arguments.reason {
        Some(reason) if reason.trim().is_empty() => {
            return Err(CliError::usage("--reason is empty", "say why the week is decided again"));
        }
        reason => reason.as_deref().map(escape),
    };
    Ok(WeekRequest {
        week: arguments.week.map(|day| account.week_of(day)),
        stated_at: arguments.as_of.unwrap_or(real),
        now: real,
        dry_run: arguments.dry_run,
        revise,
        caught_up_from: None,
    })
}

/// What happened, for people.
pub fn words(account: &Account, outcome: &WeekOutcome) -> String {
    match outcome {
        WeekOutcome::Published(published) => published_words(account, published),
        WeekOutcome::Previewed(decision) => format!(
            "{} {}, week of {} (nothing was published)\n{}",
            paint(CARE, "dry run"),
            account.id,
            decision.week,
            budgets(decision)
        ),
        WeekOutcome::AlreadyDecided { week, revision, folder } => format!(
            "{} {}: the week of {week} was decided before (revision {revision}); nothing changed\n  {}",
            paint(GOOD, "decided"),
            account.id,
            folder.display()
        ),
        WeekOutcome::Waiting { week, missing, holds_from } => {
            let until = match holds_from {
                Some(from) => format!(
                    "; from {} it holds last week's budgets instead",
                    from.with_timezone(&account.time_zone).format("%a %-d %b %Y %H:%M")
                ),
                None => "; a first decision waits until they are there".to_owned(),
            };
            format!(
                "{} {}: the week of {week} can't be decided yet{until}\n{}",
                paint(CARE, "waiting"),
                account.id,
                missing_words(missing)
            )
        }
    }
}

fn published_words(account: &Account, published: &PublishedWeek) -> String {
    let decision = &published.decision;
    let word = if decision.held.is_some() { paint(CARE, "held") } else { paint(GOOD, "decided") };
    let mut text = format!(
        "{word} {}, week of {}: {} in {} channels\n{}",
        account.id,
        decision.week,
        account.currency.show(decision.total),
        decision.channels.len(),
        budgets(decision)
    );
    for veto in &decision.vetoes {
        text.push_str(&format!(
            "\n  {} {} is not cut: each unit cut is expected to cost {:.2} in the next {} weeks, \
             between {:.2} and {:.2}",
            paint(CARE, "veto:"),
            veto.channel,
            veto.estimate.cost,
            veto.estimate.horizon_weeks,
            veto.estimate.low,
            veto.estimate.high
        ));
    }
    text.push_str(&format!("\n  {}", paint(FAINT, &published.folder.display().to_string())));
    text
}

/// The budgets of a decision as a table, largest first.
pub fn budgets(decision: &Decision) -> String {
    let currency = decision.account.currency;
    let show = |amount: Amount| currency.show(amount.nearest());
    let mut channels: Vec<_> = decision.channels.iter().collect();
    channels.sort_by(|one, other| {
        other.final_budget.cmp(&one.final_budget).then_with(|| one.channel.cmp(&other.channel))
    });
    let rows = channels
        .into_iter()
        .map(|channel| {
            vec![
                channel.channel.to_string(),
                channel.reference.map_or_else(|| "none".to_owned(), show),
                show(channel.proposal),
                currency.show(channel.final_budget),
            ]
        })
        .collect();
    table(&["channel", "before", "proposed", "budget"], &[1, 2, 3], rows)
}

/// Which days of which channels are missing, a line each.
pub fn missing_words(missing: &[MissingDays]) -> String {
    let lines = missing.iter().flat_map(|missing| {
        let line = |what: &str, days: &[Day]| {
            (!days.is_empty())
                .then(|| format!("  {}: {what} {}", missing.channel, days_words(days)))
        };
        [
            line("no row for", &missing.absent),
            line("only a row sent before the day had ended for", &missing.early),
        ]
    });
    lines.flatten().collect::<Vec<_>>().join("\n")
}

fn days_words(days: &[Day]) -> String {
    let named: Vec<String> = days.iter().take(DAYS_SHOWN).map(ToString::to_string).collect();
    match days.len().saturating_sub(DAYS_SHOWN) {
        0 => named.join(", "),
        more => format!("{} and {more} more days", named.join(", ")),
    }
}

fn machine(account: &Account, outcome: &WeekOutcome) -> Value {
    let id = account.id.as_str();
    match outcome {
        WeekOutcome::Published(published) => {
            let mut value = decision_value(id, &published.decision);
            value["outcome"] =
                json!(if published.decision.held.is_some() { "held" } else { "decided" });
            value["folder"] = json!(published.folder.display().to_string());
            value["manifest"] = json!(published.manifest);
            value
        }
        WeekOutcome::Previewed(decision) => {
            let mut value = decision_value(id, decision);
            value["outcome"] = json!("previewed");
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
