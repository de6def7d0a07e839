//! Decision → its trace in words, as `budgetd explain` prints it: every step, in order, by channel.

use super::words::{self, wrap};
use crate::decision::{ChannelDecision, Decision};
use crate::domain::text::escape;
use crate::domain::{Account, ChannelName};
use crate::rules::TraceLine;

/// Columns that the name of a step takes; the longest is "reference".
const STEP_COLUMNS: usize = 9;

/// What happened to the whole account and to each channel, or to `channel` alone, step by step.
/// Ends with a newline. A channel that the account doesn't have gives the account's lines alone.
pub fn trace_text(decision: &Decision, channel: Option<&ChannelName>) -> String {
    let account = &decision.account;
    let outcome = if decision.held.is_some() { "held" } else { "decided" };
    let title = format!(
        "Account {}, {}, revision {}: {outcome}, {} in all",
        account.id,
        words::week(decision.week),
        decision.revision,
        words::money(account, decision.total)
    );
    let mut text = wrap("", &title);
    let common: Vec<&TraceLine> =
        decision.trace.iter().filter(|line| line.channel.is_none()).collect();
    if !common.is_empty() {
        text.push_str("\nThe whole account\n");
        for line in common {
            text.push_str(&trace_line(account, line));
        }
    }
    let shown = words::largest_first(decision);
    for found in shown.iter().filter(|found| channel.is_none_or(|name| found.channel == *name)) {
        text.push_str(&of_channel(decision, found));
    }
    text
}

fn of_channel(decision: &Decision, channel: &ChannelDecision) -> String {
    let account = &decision.account;
    let before = channel.reference.map_or_else(
        || "no earlier budget".to_owned(),
        |reference| words::amount(account, reference),
    );
    let title = format!(
        "{}: {before} → {}",
        escape(channel.channel.as_str()),
        words::money(account, channel.final_budget)
    );
    let mut text = format!("\n{}", wrap("", &title));
    for line in decision.trace.iter().filter(|line| line.channel.as_ref() == Some(&channel.channel))
    {
        text.push_str(&trace_line(account, line));
    }
    text
}

/// "  pace       ₹1,42,000 → ₹1,31,000  half of the way …"
fn trace_line(account: &Account, line: &TraceLine) -> String {
    let first = format!("  {:<STEP_COLUMNS$}  ", line.step.name());
    let reason = escape(&line.reason.to_string());
    let amounts = match (line.before, line.after) {
        (Some(limit), Some(sum)) if line.channel.is_none() => {
            format!("{} against {}: ", words::amount(account, sum), words::amount(account, limit))
        }
        (Some(before), Some(after)) if before != after => {
            format!("{} → {}: ", words::amount(account, before), words::amount(account, after))
        }
        (_, Some(amount)) | (Some(amount), None) => {
            format!("{}: ", words::amount(account, amount))
        }
        (None, None) => String::new(),
    };
    wrap(&first, &format!("{amounts}{reason}"))
}
