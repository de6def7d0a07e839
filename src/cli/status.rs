//! `budgetd status`: in one screen, what has arrived, what is missing, what was decided and what
//! comes next.

use serde_json::{Value, json};

use super::decide::missing_words;
use super::output::{BAD, CARE, FAINT, GOOD, STRONG, paint};
use super::{Context, DONE, Ending, now, parse_time};
use crate::decision::Standing;
use crate::domain::text::escape;
use crate::domain::{Account, Instant};
use crate::store::ledger::Ledger;
use crate::store::lock::Lock;
use crate::workflow::{AccountStanding, Health, account_standing};

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
    let workspace = context.workspace()?;
    let at = arguments.as_of.unwrap_or_else(now);
    let running = Lock::is_held(&workspace.places.state().run_lock())?;
    let daemon = if running { paint(GOOD, "runs") } else { paint(CARE, "does not run") };
    context.output.line(format!("the daemon {daemon}"));
    let Some(ledger) = Ledger::open_existing(&workspace.places.state().ledger())? else {
        context.output.line("nothing has arrived yet: no file was ever taken");
        context.output.json(&json!({"running": running, "accounts": []}));
        return Ok(DONE);
    };
    let mut answers = Vec::new();
    for account in super::ingest::accounts(&workspace, arguments.account.as_deref())? {
        let standing = account_standing(&workspace, &ledger, account, at)?;
        context.output.line(words(account, &standing));
        answers.push(machine(account, &standing));
    }
    context.output.json(&json!({"running": running, "accounts": answers}));
    Ok(DONE)
}

fn words(account: &Account, standing: &AccountStanding) -> String {
    let style = match standing.health {
        Health::Well => GOOD,
        Health::Attention => CARE,
        Health::Waiting => BAD,
    };
    let mut lines = vec![format!(
        "\n{}  {}",
        paint(STRONG, account.id.as_str()),
        paint(style, standing.health.word())
    )];
    let mut field = |name: &str, text: String| {
        lines.push(format!("  {} {text}", paint(FAINT, &format!("{name:<10}"))));
    };
    let today = &standing.today;
    field(
        "today",
        format!(
            "{} accepted, {} duplicate, {} refused",
            today.accepted, today.duplicate, today.refused
        ),
    );
    for record in &standing.files {
        let file = &record.file;
        let mut text = format!("{} {}", record.outcome.name(), escape(&file.name));
        if let (Some(first), Some(last)) = (file.first_day, file.last_day) {
            text.push_str(&format!(" ({first} to {last})"));
        }
        field("file", text);
    }
    for file in &standing.waiting {
        field("in inbox", format!("{} ({} bytes)", file.name, file.bytes));
    }
    for object in &standing.ignored {
        field("left alone", format!("{} ({})", object.name, object.kind));
    }
    field("last", last_words(standing));
    for missed in &standing.missed {
        field("missed", format!("the week of {} was never decided", missed.week));
    }
    if let Some((due, gate)) = &standing.due {
        field("due", format!("the week of {}: {}", due.week, gate_words(gate)));
    }
    if let Some((week, at)) = standing.next {
        let local = at.with_timezone(&account.time_zone).format("%a %-d %b %Y %H:%M %Z");
        field("next", format!("{local}, for the week of {week}"));
    }
    lines.join("\n")
}

fn last_words(standing: &AccountStanding) -> String {
    let Some(last) = &standing.last else { return "nothing was decided yet".to_owned() };
    let publication = &last.publication;
    let outcome = if publication.held { "held" } else { "decided" };
    let revision = match publication.revision {
        1 => String::new(),
        revision => format!(", revision {revision}"),
    };
    let there = if last.is_there { "" } else { " (THE BUNDLE IS GONE)" };
    let vetoes = match publication.vetoed.len() {
        0 => String::new(),
        _ => format!(
            "; veto: {}",
            publication.vetoed.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        ),
    };
    format!(
        "the week of {} {outcome}{revision}{vetoes}: {}{there}",
        publication.week,
        last.folder.display()
    )
}

fn gate_words(gate: &Standing) -> String {
    match gate {
        Standing::Ready => "ready".to_owned(),
        Standing::Hold(reason) => format!("would hold ({})", reason.code()),
        Standing::Waiting { missing, .. } => format!("waits for\n{}", missing_words(missing)),
    }
}

fn machine(account: &Account, standing: &AccountStanding) -> Value {
    let files: Vec<Value> = standing
        .files
        .iter()
        .map(|record| {
            let file = &record.file;
            json!({"name": escape(&file.name), "outcome": record.outcome.name(),
                "rows": file.rows, "first_day": file.first_day, "last_day": file.last_day,
                "taken_at": file.taken_at})
        })
        .collect();
    let last = standing.last.as_ref().map(|last| {
        json!({"week": last.publication.week, "revision": last.publication.revision,
            "outcome": if last.publication.held { "held" } else { "decided" },
            "vetoes": last.publication.vetoed, "folder": last.folder.display().to_string(),
            "is_there": last.is_there})
    });
    let due = standing.due.as_ref().map(|(due, gate)| {
        json!({"week": due.week, "scheduled_at": due.scheduled_at, "standing": gate_value(gate)})
    });
    let next = standing.next.map(|(week, at)| json!({"week": week, "at": at}));
    json!({
        "account": account.id.as_str(), "health": standing.health.word(),
        "today": {"accepted": standing.today.accepted, "duplicate": standing.today.duplicate,
            "refused": standing.today.refused},
        "files": files,
        "waiting": standing.waiting.iter().map(|file| file.name.clone()).collect::<Vec<_>>(),
        "ignored": standing.ignored.iter()
            .map(|object| json!({"name": object.name, "kind": object.kind.code()})).collect::<Vec<_>>(),
        "last": last,
        "missed": standing.missed.iter().map(|missed| missed.week).collect::<Vec<_>>(), "due": due, "next": next,
        "next_standing": standing.next_standing.as_ref().map(gate_value),
    })
}

fn gate_value(gate: &Standing) -> Value {
    match gate {
        Standing::Ready => json!({"gate": "ready"}),
        Standing::Waiting { missing, holds_from } => {
            json!({"gate": "waiting", "missing": missing, "holds_from": holds_from})
        }
        Standing::Hold(reason) => json!({"gate": "hold", "reason": reason}),
    }
}
