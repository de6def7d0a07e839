//! `budgetd status`: in one screen, what has arrived, what is missing, what was decided and what
//! comes next.

mod last_error;
mod page;

use serde_json::json;

use self::last_error::LastError;
use self::page::{Page, verdict};
use super::accounts::{failure, named_or_all, tell};
use super::clock::Clocks;
use super::in_force::{Key, Seen};
use super::ingest::{nobody_words, span};
use super::output::{BAD, CARE, FAINT, GOOD, paint};
use super::words::{shell_quoted, time};
use super::{CliError, Context, DONE, Ending, now, parse_time};
use crate::api::account_status;
use crate::decision::Standing;
use crate::domain::calendar::day_of;
use crate::domain::text::escape;
use crate::domain::{Account, Instant};
use crate::history::MissingDays;
use crate::report::words::count;
use crate::report::{corrected_text, revise_command};
use crate::rules::HoldReason;
use crate::store::ledger::{Ledger, UnknownCounts};
use crate::workflow::{
    AccountStanding, Behind, Corrected, Health, REFUSED_DAYS, ShortOfRoom, Workspace,
    account_standing, meant_for_nobody, short_of_room,
};

/// Waiting files that are named before the rest is counted.
const WAITING_SHOWN: usize = 10;
/// More accounts than this have a line each, so that all of them stand on one screen.
const PAGES_MAX: usize = 3;
/// Files of an account that are named where it is one of several.
const FILES_OF_SEVERAL: usize = 2;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Only this account
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// The time to look from, instead of now
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    as_of: Option<Instant>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let (workspace, settings) = context.workspace_and_settings()?;
    let at = arguments.as_of.unwrap_or_else(now);
    let daemon = Seen::look(&workspace)?;
    let running = daemon.runs;
    let nobody = meant_for_nobody(&workspace)?;
    let short = short_of_room(&workspace);
    // Before the first file there is no ledger; an empty one tells the same.
    let ledger = match workspace.ledger_to_read()? {
        Some(ledger) => ledger,
        None => Ledger::temporary()?,
    };
    let accounts = named_or_all(&workspace, arguments.account.as_deref())?;
    let clocks = Clocks::look(&workspace, &ledger, &accounts, now());
    let mut status = DONE;
    let mut told_last = None;
    let mut answers = Vec::new();
    let (mut pages, mut healths) = (Vec::new(), Vec::new());
    for account in &accounts {
        match account_standing(&workspace, &ledger, account, at) {
            Ok(mut standing) => {
                if !clocks.is_well(account) {
                    standing.health = Health::Attention;
                }
                healths.push((account.id.as_str(), standing.health));
                pages.push(page_of(&workspace, account, &standing, accounts.len()));
                answers.push(account_status(account, &standing));
            }
            Err(error) => {
                let error = CliError::from(error);
                status = status.max(error.status);
                tell(context, account, &error, accounts.len() > 1, &mut told_last);
                healths.push((account.id.as_str(), Health::Attention));
                answers.push(failure(account, &error));
            }
        }
    }
    let machine_troubles: Vec<&str> = [
        (!short.is_empty(), "no room"),
        (matches!(daemon.key(&workspace), Key::Missing(_)), "nothing can be signed"),
        (!running, "the daemon does not run"),
    ]
    .into_iter()
    .filter_map(|(is_so, words)| is_so.then_some(words))
    .collect();
    context.output.line(verdict(&healths, &machine_troubles));
    context.output.line(daemon_words(context, running));
    let of_daemon = daemon.tell(context, &workspace, settings)?;
    let key = daemon.tell_key(context, &workspace);
    for disk in &short {
        context.output.line(format!("{} {}", paint(BAD, "no room:"), escape(&disk.words())));
        context.output.line(format!("  hint: {}", ShortOfRoom::hint()));
    }
    context.output.line_each(&nobody_words(&workspace, &nobody));
    context.output.line_each(&clocks.lines());
    let last_error = LastError::find(&workspace.config.paths.logs);
    if let Some(error) = &last_error {
        context.output.line(format!("{} {}", paint(FAINT, "last error:"), error.words()));
    }
    if accounts.len() > PAGES_MAX {
        context.output.line("");
    }
    let width = pages.iter().map(|page| page.account.len()).max().unwrap_or(0);
    for page in &pages {
        let shown = if accounts.len() > PAGES_MAX { page.line(width) } else { page.whole() };
        context.output.line(shown);
    }
    if accounts.len() > PAGES_MAX {
        context.output.line(paint(FAINT, "\n`budgetd status --account ID` tells all of one"));
    }
    context.output.json(&json!({"running": running,
        "daemon": of_daemon, "key": key.0, "key_trouble": key.1,
        "nobody": nobody.candidates.iter().map(|file| escape(&file.name)).collect::<Vec<_>>(),
        "short_of_room": short.iter().map(|disk| escape(&disk.words())).collect::<Vec<_>>(),
        "clock": clocks.machine(),
        "last_error": last_error.as_ref().map(LastError::machine), "accounts": answers}));
    Ok(status)
}

fn daemon_words(context: &Context, running: bool) -> String {
    if running {
        return format!("the daemon {}", paint(GOOD, "runs"));
    }
    let config = match &context.config {
        Some(path) => format!(" --config {}", shell_quoted(&escape(&path.display().to_string()))),
        None => String::new(),
    };
    format!("the daemon {}; start it with `budgetd run{config}`", paint(CARE, "does not run"))
}

fn page_of(
    workspace: &Workspace,
    account: &Account,
    standing: &AccountStanding,
    accounts: usize,
) -> Page {
    let style = match standing.health {
        Health::Well => GOOD,
        // A decision that doesn't come is the worst, whatever else there is.
        Health::Waiting | Health::Attention if standing.due.is_some() => BAD,
        Health::Waiting | Health::Attention => CARE,
    };
    let mut page = Page {
        account: account.id.to_string(),
        health: paint(style, standing.health.word()),
        fields: Vec::new(),
    };
    let files = if accounts > 1 { FILES_OF_SEVERAL } else { usize::MAX };
    inbox(&mut page, workspace, account, standing, files);
    page.field("last", last_words(account, standing));
    for missed in &standing.missed {
        let hint = format!("`budgetd decide --week {}` still can", missed.week);
        page.field("missed", format!("the week of {} was never decided; {hint}", missed.week));
    }
    if !standing.channels_left_out.is_empty() {
        let names = standing.channels_left_out.join(", ");
        page.field(
            "left out",
            format!(
                "the ledger has {names}, which the account does not name: in no decision\n\
                 give the channel's former name as an alias if it was renamed"
            ),
        );
    }
    corrected_words(&mut page, account, standing);
    for behind in &standing.behind {
        let Behind { week, reference, started_from, newest } = behind;
        let command = revise_command(account, *week);
        page.field(
            "behind",
            format!(
                "the week of {week} started from revision {started_from} of {reference}, which is at \
                 revision {newest} now\n`{command}` would decide it again, from that one"
            ),
        );
    }
    unknown(&mut page, &standing.unknown);
    if !standing.bundles_gone.is_empty() {
        let names = standing.bundles_gone.join(", ");
        page.field("gone", format!("{names}: published, and no longer in the outbox"));
    }
    if let Some((due, gate)) = &standing.due {
        page.field("due", format!("the week of {}: {}", due.week, gate_words(account, gate)));
    }
    if let Some((week, at)) = standing.next {
        page.field("next", format!("{}, for the week of {week}", time(account, at)));
    }
    page
}

/// Published weeks that would be others now, each with what would publish it anew; those that would
/// stay as they are in one line.
fn corrected_words(page: &mut Page, account: &Account, standing: &AccountStanding) {
    let (same, others): (Vec<_>, Vec<_>) =
        standing.corrected.iter().partition(|corrected| corrected.would_stay());
    for Corrected { week, arrived_at } in others {
        let on = arrived_at.map(|at| format!("on {}", day_of(at, account.time_zone)));
        let text = corrected_text(account, week, on.as_deref().unwrap_or("since"));
        if week.can_be_decided {
            page.field("held", text);
            continue;
        }
        page.field("corrected", text);
        if week.changes.is_some() {
            let command = revise_command(account, week.week);
            page.field("", format!("`{command}` would publish it anew"));
        }
    }
    if !same.is_empty() {
        let weeks = count(same.len(), "published week");
        page.field("corrected", format!("figures of {weeks} changed, budgets would be the same"));
    }
    if standing.corrected_unlisted > 0 {
        page.field("corrected", format!("and {} older weeks", standing.corrected_unlisted));
    }
}

/// Channel days that have rows, and not all figures that a decision needs.
fn unknown(page: &mut Page, unknown: &UnknownCounts) {
    let parts: Vec<String> = [
        (unknown.without_revenue, "spend and no revenue"),
        (unknown.without_spend, "revenue and no spend"),
        (unknown.without_both, "neither spend nor revenue"),
    ]
    .into_iter()
    .filter(|(days, _)| *days > 0)
    .map(|(days, what)| {
        let noun = if days == 1 { "channel day has" } else { "channel days have" };
        format!("{days} {noun} {what}")
    })
    .collect();
    if !parts.is_empty() {
        let why = "no decision can rest on them; a file that states both completes them";
        page.field("unknown", format!("{}\n{why}", parts.join(", ")));
    }
}

fn inbox(
    page: &mut Page,
    workspace: &Workspace,
    account: &Account,
    standing: &AccountStanding,
    files: usize,
) {
    let today = &standing.today;
    page.field(
        "today",
        format!(
            "{} accepted, {} duplicate, {} refused",
            today.accepted, today.duplicate, today.refused
        ),
    );
    refused(page, account, standing);
    for record in standing.files.iter().take(files) {
        let file = &record.file;
        let mut text = format!("{:<9} {}", record.outcome.name(), escape(&file.name));
        if let (Some(first), Some(last)) = (file.first_day, file.last_day) {
            text.push_str(&format!(" ({})", span(first, last)));
        }
        if file.replaced > 0 {
            let days = if file.replaced == 1 { "channel day" } else { "channel days" };
            text.push_str(&format!("; it corrected {} {days}", file.replaced));
        }
        page.field("file", text);
    }
    if standing.files.is_empty() {
        let folder = workspace.places.drop_folder(&account.id).display().to_string();
        page.field(
            "file",
            format!("none was ever taken; daily CSVs are dropped into {}", escape(&folder)),
        );
    }
    for file in standing.waiting.iter().take(WAITING_SHOWN) {
        let waits = file.waits_for.as_ref().map_or_else(String::new, |why| format!("; {why}"));
        page.field("in inbox", format!("{} ({} bytes){waits}", file.name, file.bytes));
    }
    let more = standing.waiting.len().saturating_sub(WAITING_SHOWN);
    if more > 0 {
        page.field("in inbox", format!("and {more} more"));
    }
    for name in &standing.early {
        page.field("in inbox", format!("{name}: it waits for its file"));
    }
    for object in &standing.ignored {
        page.field("left alone", format!("{}: {}", object.name, object.kind));
    }
    if let Some(trouble) = &standing.inbox_trouble {
        page.field("trouble", format!("the drop folder: {trouble}"));
    }
}

/// Refused files of the last days: however many were accepted since, they are named.
fn refused(page: &mut Page, account: &Account, standing: &AccountStanding) {
    let Some(newest) = &standing.refused.newest else { return };
    let file = &newest.file;
    let on = day_of(file.arrived_at, account.time_zone);
    let files = count(usize::try_from(standing.refused.count).unwrap_or(usize::MAX), "file");
    let mut text = format!(
        "{files} of the last {REFUSED_DAYS} days, not sent again since; the newest is {}, on {on}",
        escape(&file.name)
    );
    if let Some(problems) = &standing.refused_problems {
        text.push_str(&format!("\n{}", escape(&problems.display().to_string())));
    }
    page.field("refused", text);
}

fn last_words(account: &Account, standing: &AccountStanding) -> String {
    let Some(last) = &standing.last else { return "nothing was decided yet".to_owned() };
    let publication = &last.publication;
    let outcome = if publication.held { "held" } else { "decided" };
    let revision = match publication.revision {
        1 => String::new(),
        revision => format!(", revision {revision}"),
    };
    let there = if last.is_there { "" } else { " (THE BUNDLE IS GONE: restore it from a backup)" };
    let late = last.late_since.map_or_else(String::new, |due_at| {
        format!("; late, it had been due {}", time(account, due_at))
    });
    let vetoes = match publication.vetoed.len() {
        0 => String::new(),
        _ => format!(
            "; veto: {}",
            publication.vetoed.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        ),
    };
    format!(
        "the week of {} {outcome}{revision}{vetoes}{late}: {}{there}",
        publication.week,
        escape(&last.folder.display().to_string())
    )
}

fn gate_words(account: &Account, gate: &Standing) -> String {
    match gate {
        Standing::Ready => "its data are complete".to_owned(),
        Standing::Hold(HoldReason::MissingEvidence { missing, .. }) => format!(
            "it holds last week's budgets, because data are missing\n{}",
            missing_words(missing)
        ),
        Standing::Hold(_) => "it holds last week's budgets".to_owned(),
        Standing::Waiting { missing, holds_from } => {
            let until = match holds_from {
                Some(from) => format!("until {}", time(account, *from)),
                None => "until they arrive, since it is the first".to_owned(),
            };
            format!("it waits for data, {until}\n{}", missing_words(missing))
        }
    }
}

fn missing_words(missing: &[MissingDays]) -> String {
    super::words::missing(missing).join("\n")
}
