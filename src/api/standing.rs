//! How an account stands → JSON: that of `/v1/status` and of `budgetd status --json`.

use serde_json::{Value, json};

use crate::decision::{BudgetChange, Standing};
use crate::domain::calendar::day_of;
use crate::domain::text::escape;
use crate::domain::{Account, Money};
use crate::store::ledger::RefusedFiles;
use crate::workflow::{AccountStanding, Corrected, REFUSED_DAYS};

/// All that is known of how an account stands.
pub fn account_status(account: &Account, standing: &AccountStanding) -> Value {
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
            "is_there": last.is_there, "late_since": last.late_since})
    });
    let due = standing.due.as_ref().map(|(due, gate)| {
        json!({"week": due.week, "scheduled_at": due.scheduled_at, "standing": gate_value(gate)})
    });
    let next = standing.next.map(|(week, at)| json!({"week": week, "at": at}));
    json!({
        "account": account.id.as_str(), "health": standing.health.word(),
        "channels_left_out": standing.channels_left_out,
        "bundles_gone": standing.bundles_gone,
        "corrected": standing.corrected.iter().map(|one| corrected(account, one)).collect::<Vec<_>>(),
        "corrected_unlisted": standing.corrected_unlisted,
        "weeks_on_older_revisions": standing.behind.iter().map(|behind| json!({
            "week": behind.week, "reference": behind.reference,
            "started_from": behind.started_from, "newest": behind.newest})).collect::<Vec<_>>(),
        "channel_days_unknown": {"without_revenue": standing.unknown.without_revenue,
            "without_spend": standing.unknown.without_spend,
            "without_both": standing.unknown.without_both},
        "today": {"accepted": standing.today.accepted, "duplicate": standing.today.duplicate,
            "refused": standing.today.refused},
        "refused": refused_value(account, &standing.refused),
        "files": files,
        "waiting": standing.waiting.iter().map(|file| file.name.clone()).collect::<Vec<_>>(),
        "waiting_for": standing.waiting.iter().filter(|file| file.waits_for.is_some())
            .map(|file| json!({"name": file.name, "why": file.waits_for})).collect::<Vec<_>>(),
        "early": standing.early,
        "ignored": standing.ignored.iter()
            .map(|object| json!({"name": object.name, "kind": object.kind.code()})).collect::<Vec<_>>(),
        "inbox_trouble": standing.inbox_trouble,
        "last": last,
        "missed": standing.missed.iter().map(|missed| missed.week).collect::<Vec<_>>(), "due": due, "next": next,
        "next_standing": standing.next_standing.as_ref().map(gate_value),
    })
}

fn refused_value(account: &Account, refused: &RefusedFiles) -> Value {
    let newest = refused.newest.as_ref().map(|newest| {
        let file = &newest.file;
        json!({"name": escape(&file.name), "answer": escape(&file.answer_name),
            "on": day_of(file.arrived_at, account.time_zone)})
    });
    json!({"days": REFUSED_DAYS, "files": refused.count, "newest": newest})
}

fn corrected(account: &Account, corrected: &Corrected) -> Value {
    let week = &corrected.week;
    let money = |money: Option<Money>| money.map(|money| money.to_decimal(account.currency));
    let budgets = week.changes.as_ref().map(|changes| {
        let change = |change: &BudgetChange| {
            json!({"channel": change.channel.as_str(), "published": money(change.published),
                "would_be": money(change.would_be)})
        };
        changes.iter().map(change).collect::<Vec<_>>()
    });
    json!({"week": week.week, "revision": week.revision, "files": week.files,
        "corrected_on": corrected.arrived_at.map(|at| day_of(at, account.time_zone)),
        "can_be_decided": week.can_be_decided,
        "settings_changed": week.settings_changed, "budgets": budgets})
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
