//! `budgetd audit`: checks the audit log against itself, the ledger and the published bundles, or
//! shows it.

use std::collections::VecDeque;

use serde_json::json;

use super::output::{BAD, CARE, FAINT, GOOD, paint};
use super::{Context, DONE, Ending, NO};
use crate::domain::text::escape;
use crate::report::words::count;
use crate::workflow::{self, AuditOf};

#[derive(Debug, clap::Subcommand)]
pub enum Arguments {
    /// Check every chain: edits, removals, reordering, truncation up to the last publication
    Verify,
    /// Show the records of a chain, oldest first
    Show {
        /// The account; without it, the daemon's own chain
        #[arg(long, value_name = "ID")]
        account: Option<String>,
        /// Only the newest records
        #[arg(long, value_name = "COUNT")]
        last: Option<usize>,
    },
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    match arguments {
        Arguments::Verify => verify(context),
        Arguments::Show { account, last } => show(context, account.as_deref(), *last),
    }
}

fn verify(context: &Context) -> Ending {
    let workspace = context.workspace()?;
    let mut status = DONE;
    let mut answers = Vec::new();
    for AuditOf { chain, answer, is_configured, bundles_gone } in
        workflow::verify_audit(&workspace)?
    {
        let left_behind = if is_configured { "" } else { ", no longer in the configuration" };
        let gone = (!bundles_gone.is_empty()).then(|| {
            let names = bundles_gone.join(", ");
            format!("  {} no longer in the outbox: {names}", paint(CARE, "gone"))
        });
        match answer {
            Ok(report) => {
                let vouched = match report.bundles {
                    0 => String::new(),
                    1 => ", 1 bundle vouches for it".to_owned(),
                    bundles => format!(", {bundles} bundles vouch for it"),
                };
                let records = usize::try_from(report.records).unwrap_or(usize::MAX);
                context.output.line(format!(
                    "{} {chain}: {}{vouched}{left_behind}",
                    paint(GOOD, "whole"),
                    count(records, "record")
                ));
                answers.push(json!({"chain": chain, "whole": true, "configured": is_configured, "records": report.records,
                    "bundles": report.bundles, "bundles_gone": bundles_gone}));
            }
            Err(faults) => {
                status = NO;
                context.output.line(format!("{} {chain}{left_behind}", paint(BAD, "not whole")));
                for fault in &faults {
                    context.output.line(format!("  {}", escape(&fault.to_string())));
                }
                answers.push(json!({"chain": chain, "whole": false, "configured": is_configured,
                    "faults": faults.iter().map(ToString::to_string).collect::<Vec<_>>()}));
            }
        }
        if let Some(gone) = gone {
            context.output.line(gone);
        }
    }
    context.output.json(&json!({ "chains": answers }));
    Ok(status)
}

fn show(context: &Context, account: Option<&str>, last: Option<usize>) -> Ending {
    let workspace = context.workspace()?;
    let chain = match account {
        // An account that is no longer configured has its log all the same.
        Some(id) => id.to_owned(),
        None => crate::audit::DAEMON_CHAIN.to_owned(),
    };
    let mut records = VecDeque::new();
    workflow::each_audit_record(&workspace, &chain, &mut |record| {
        records.push_back(record);
        if last.is_some_and(|last| records.len() > last) {
            records.pop_front();
        }
        Ok(())
    })?;
    if records.is_empty() {
        context.output.line(paint(FAINT, "no records"));
    }
    for record in &records {
        context.output.line(format!(
            "{} {} {}",
            paint(FAINT, &record.seq.to_string()),
            record.time.format("%Y-%m-%d %H:%M:%SZ"),
            escape(&event_text(&record.event))
        ));
    }
    let records: Vec<serde_json::Value> = records
        .iter()
        .map(|record| json!({"seq": record.seq, "time": record.time, "event": record.event}))
        .collect();
    context.output.json(&json!({"chain": chain, "records": records}));
    Ok(DONE)
}

/// The event in one line: its name and its fields.
fn event_text(event: &crate::audit::Event) -> String {
    let value = serde_json::to_value(event).unwrap_or_default();
    let Some(fields) = value.as_object() else { return String::new() };
    let name = fields.get("event").and_then(serde_json::Value::as_str).unwrap_or_default();
    let fields = fields
        .iter()
        .filter(|(key, value)| *key != "event" && !value.is_null() && **value != json!([]))
        .map(|(key, value)| match value.as_str() {
            Some(text) if text.chars().all(is_plain) => format!("{key}={text}"),
            _ => format!("{key}={value}"),
        });
    std::iter::once(name.to_owned()).chain(fields).collect::<Vec<_>>().join(" ")
}

/// What needs no quotes to be told from the next field.
fn is_plain(character: char) -> bool {
    character.is_alphanumeric() || "_-.:/+~".contains(character)
}
