//! What a file turned out to be, and an account → what of the file doesn't fit the account.

use super::Guess;
use super::finding::{Finding, Findings};
use super::toml::quoted;
use crate::domain::Account;
use crate::domain::calendar::weekday_name;

/// Channels that a message lists.
const LISTED_MAX: usize = 12;

/// What doesn't fit `account`, a finding each.
pub fn against(guess: &Guess, account: &Account) -> Vec<Finding> {
    let mut findings = Findings::default();
    let own = account.currency;
    let others: Vec<&str> =
        guess.currencies.iter().filter(|it| **it != own).map(|it| it.code()).collect();
    if !others.is_empty() {
        findings.open(
            "currency",
            format!(
                "amounts are in {}; account {} is in {}",
                others.join(", "),
                account.id,
                own.code()
            ),
            &[],
        );
    }
    let is_known = |name: &&String| {
        let lower = name.to_lowercase();
        account.channels.iter().any(|channel| {
            channel.name.as_str().to_lowercase() == lower
                || channel.aliases.iter().any(|alias| alias.to_lowercase() == lower)
        })
    };
    let unknown: Vec<&str> =
        guess.channels.iter().filter(|name| !is_known(name)).map(String::as_str).collect();
    if !unknown.is_empty() {
        let shown: Vec<&str> = unknown.iter().copied().take(LISTED_MAX).collect();
        findings.open(
            "channel",
            format!(
                "{} channels are not those of account {}: {}. Add them, or give one of its channels \
                 these as aliases",
                unknown.len(),
                account.id,
                shown.join(", ")
            ),
            &[],
        );
    }
    if guess.needs_channel() {
        let choices: Vec<String> = account
            .channels
            .iter()
            .take(LISTED_MAX)
            .map(|channel| format!("channel = {}", quoted(channel.name.as_str())))
            .collect();
        findings.open("channel", format!("the channels of account {}", account.id), &choices);
    }
    if let Some(weekday) = guess.week_starts_on.filter(|it| *it != account.week_starts_on) {
        findings.open(
            "grain",
            format!(
                "weeks start on {}, those of account {} on {}; weekly history is not cut anew",
                weekday_name(weekday),
                account.id,
                weekday_name(account.week_starts_on)
            ),
            &[],
        );
    }
    findings.open
}
