//! What the log and the hooks say of files and weeks. Text from outside stands in fields, which are quoted and
//! escaped; a message is always the program's own.

use serde_json::json;
use tracing::{info, warn};

use super::hooks::Hooks;
use crate::api::Telemetry;
use crate::config::HookEvent;
use crate::domain::text::escape;
use crate::domain::{Account, Week};
use crate::history::MissingDays;
use crate::store::inbox::{BROUGHT_BACK_MAX, Ignored};
use crate::store::ledger::RefusedLately;
use crate::workflow::{FileAnswer, Grown, PublishedWeek, TakenFile};

/// How a file ended.
pub fn file(account: &Account, file: &TakenFile) {
    let (account, name) = (account.id.as_str(), file.name.as_str());
    if let Some(why) = &file.without_receipt {
        warn!(account, name, why, "no receipt could be given");
    }
    match &file.answer {
        FileAnswer::Accepted { report, replaced, dropped } => info!(
            account, name, rows = report.rows, replaced, dropped,
            first_day = %report.first_day, last_day = %report.last_day, "accepted"
        ),
        FileAnswer::Duplicate { report } => info!(account, name, rows = report.rows, "duplicate"),
        FileAnswer::Refused { rejection, answer } => {
            let first = rejection.faults.first().map(ToString::to_string).unwrap_or_default();
            let problems = format!("{answer}.problems.txt");
            warn!(account, name, faults = rejection.faults_total, first, problems, "refused");
        }
        FileAnswer::Finished => info!(account, name, "finished what an interrupted run began"),
        FileAnswer::Changed => info!(account, name, "still being written"),
        FileAnswer::NoRoom { why } => warn!(account, name, why, "waits for room"),
        FileAnswer::NotReady { waits_for } => info!(account, name, waits_for, "not complete yet"),
        FileAnswer::Ignored { kind } => warn!(account, name, kind, "left alone"),
    }
}

/// Something in a drop folder that is no file to take.
pub fn ignored(account: &Account, object: &Ignored) {
    warn!(
        account = account.id.as_str(),
        name = object.name,
        kind = object.kind.code(),
        "left alone"
    );
}

/// A bundle that is in the outbox.
pub fn published(account: &Account, published: &PublishedWeek) {
    let decision = &published.decision;
    let vetoes: Vec<&str> = decision.vetoes.iter().map(|veto| veto.channel.as_str()).collect();
    info!(
        account = account.id.as_str(),
        week = %decision.week,
        revision = decision.revision,
        outcome = if decision.held.is_some() { "held" } else { "decided" },
        hold = decision.held.as_ref().map(crate::rules::HoldReason::code),
        vetoes = ?vetoes,
        folder = escape(&published.folder.display().to_string()),
        "published"
    );
}

/// Says that a file was still written to after it was taken.
pub fn came_back(account: &Account, name: &str) {
    warn!(
        account = account.id.as_str(),
        name = escape(name),
        "still written to after it was taken: its writer had only paused; all of it waits in the inbox \
         again. Let the sender give the file its name when it is whole (ready = \"rename\"), or raise \
         quiet_seconds"
    );
}

/// Says that a refused file grew where it lies.
pub fn grown(account: &Account, refused: &RefusedLately, grown: Grown) {
    let (account, name) = (account.id.as_str(), escape(&refused.file.file.name));
    match grown {
        Grown::Back => warn!(
            account,
            name,
            "still written to after it was refused: its writer had only paused; all of it waits in the \
             inbox again. Let the sender give the file its name when it is whole (ready = \"rename\"), or \
             raise quiet_seconds"
        ),
        Grown::Left => {
            let file = format!("rejected/{}", escape(&refused.file.file.answer_name));
            warn!(
                account,
                name,
                file,
                "written to again after it had come back {BROUGHT_BACK_MAX} times: it is left where it \
                 lies; let the sender drop it again once it is whole"
            );
        }
        Grown::Waits | Grown::Another => {}
    }
}

/// Tells whoever wants to know that a file was refused.
pub fn hooks_of_file(hooks: &Hooks, account: &Account, file: &TakenFile) {
    if let FileAnswer::Refused { rejection, answer } = &file.answer {
        let fields = json!({
            "account": account.id.as_str(),
            "name": file.name,
            "faults": rejection.faults_total,
            "first": rejection.faults.first().map(ToString::to_string),
            "problems": format!("{answer}.problems.txt"),
        });
        hooks.tell(HookEvent::Refusal, &fields);
    }
}

/// Tells whoever wants to know of a bundle that is in the outbox.
pub fn hooks_of_published(hooks: &Hooks, account: &Account, published: &PublishedWeek) {
    let decision = &published.decision;
    let vetoes: Vec<&str> = decision.vetoes.iter().map(|veto| veto.channel.as_str()).collect();
    let fields = json!({
        "account": account.id.as_str(),
        "week": decision.week.to_string(),
        "revision": decision.revision,
        "outcome": if decision.held.is_some() { "held" } else { "decided" },
        "hold": decision.held.as_ref().map(crate::rules::HoldReason::code),
        "vetoes": vetoes,
        "folder": escape(&published.folder.display().to_string()),
        "manifest": published.manifest.to_string(),
    });
    hooks.tell(HookEvent::Published, &fields);
    if decision.held.is_some() {
        hooks.tell(HookEvent::Hold, &fields);
    }
}

/// Shows a trouble of the daemon itself, and tells whoever wants to know of it.
pub fn own_trouble(telemetry: &Telemetry, hooks: &Hooks, part: &'static str, text: &str) {
    telemetry.own(part, Some(text.to_owned()));
    hooks.tell(HookEvent::Failure, &json!({ "part": part, "text": text }));
}

/// A week that can't be decided yet.
pub fn waiting(
    account: &Account,
    week: Week,
    missing: &[MissingDays],
    holds_from: Option<crate::domain::Instant>,
) {
    let channels: Vec<&str> = missing.iter().map(|missing| missing.channel.as_str()).collect();
    let days: usize =
        missing.iter().map(|missing| missing.absent.len() + missing.early.len()).sum();
    warn!(
        account = account.id.as_str(),
        week = %week,
        channels = ?channels,
        days,
        holds_from = holds_from.map(|at| at.to_rfc3339()),
        "waits for data"
    );
}
