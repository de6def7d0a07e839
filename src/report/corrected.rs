//! A published week whose evidence was corrected, or that was held for data → the sentence of `status` and explanations.

use super::words;
use crate::decision::{BudgetChange, CorrectedWeek};
use crate::domain::text::escape;
use crate::domain::{Account, Money, Week};

/// "week 2026-01-05 rests on figures that were corrected since: Email was published at ₹96,000,
/// with today's figures it would be ₹98,500". `when` says when: "since", or the day.
pub fn corrected_text(account: &Account, corrected: &CorrectedWeek, when: &str) -> String {
    let revision = match corrected.revision {
        1 => String::new(),
        revision => format!(" (revision {revision})"),
    };
    let changes = match &corrected.changes {
        None => "with today's figures it can't be decided, because some are missing".to_owned(),
        Some(changes) if changes.is_empty() => {
            "with today's figures nothing would change".to_owned()
        }
        Some(changes) => {
            let parts: Vec<String> =
                changes.iter().map(|change| self::change(account, change)).collect();
            parts.join("; ")
        }
    };
    let settings = match (&corrected.changes, corrected.settings_changed) {
        (Some(changes), true) if !changes.is_empty() => {
            ". The account's settings have changed since too, so not all of the difference need \
             come from the figures"
        }
        (Some(_), true) => ". The account's settings have changed since too",
        _ => "",
    };
    let week = corrected.week;
    if corrected.can_be_decided {
        let command = revise_command(account, week);
        return format!(
            "week {week}{revision} was held because data were missing, which have arrived since; \
             `{command}` decides it: {changes}{settings}"
        );
    }
    format!(
        "week {week}{revision} rests on figures that were corrected {when}: {changes}{settings}"
    )
}

/// What decides a published week again. It names the account, so that no other is decided again.
pub fn revise_command(account: &Account, week: Week) -> String {
    format!("budgetd decide --account {} --week {week} --revise --reason TEXT", account.id)
}

fn change(account: &Account, change: &BudgetChange) -> String {
    let channel = escape(change.channel.as_str());
    let money = |money: Money| words::money(account, money);
    match (change.published, change.would_be) {
        (Some(published), Some(would_be)) => format!(
            "{channel} was published at {}, with today's figures it would be {}",
            money(published),
            money(would_be)
        ),
        (Some(published), None) => format!(
            "{channel} was published at {}, and is no channel of the account any more",
            money(published)
        ),
        (None, Some(would_be)) => {
            format!("{channel} was not in it, with today's figures it would be {}", money(would_be))
        }
        (None, None) => format!("{channel} stays without a budget"),
    }
}
