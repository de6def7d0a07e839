//! What a file turned out to be, and an account → what of the file doesn't fit the account.

use super::Guess;
use super::finding::{Finding, Findings};
use super::media::key;
use super::toml::quoted;
use crate::domain::calendar::weekday_name;
use crate::domain::text::folded;
use crate::domain::{Account, Channel};

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
    let known = |name: &str| {
        let of = |channel: &&Channel| {
            let aliases = channel.aliases.iter().map(String::as_str);
            std::iter::once(channel.name.as_str())
                .chain(aliases)
                .any(|own| folded(own.trim()) == folded(name.trim()))
        };
        account.channels.iter().find(of)
    };
    let akin = |name: &str| {
        let of = |channel: &&Channel| {
            let aliases = channel.aliases.iter().map(String::as_str);
            std::iter::once(channel.name.as_str()).chain(aliases).any(|own| key(own) == key(name))
        };
        account.channels.iter().find(of)
    };
    let unknown: Vec<&str> =
        guess.channels.iter().map(String::as_str).filter(|name| known(name).is_none()).collect();
    for &name in unknown.iter().take(LISTED_MAX) {
        if let Some(channel) = akin(name) {
            let mut aliases: Vec<String> = channel.aliases.iter().map(|it| quoted(it)).collect();
            aliases.push(quoted(name));
            findings.open(
                "channel",
                format!(
                    "\"{name}\" is likely the channel \"{}\" of account {}, which is not called so: give \
                     it aliases = [{}]",
                    channel.name,
                    account.id,
                    aliases.join(", ")
                ),
                &[],
            );
        }
    }
    let unknown: Vec<&str> = unknown.into_iter().filter(|name| akin(name).is_none()).collect();
    if !unknown.is_empty() {
        let shown: Vec<&str> = unknown.iter().copied().take(LISTED_MAX).collect();
        let more = match unknown.len().saturating_sub(LISTED_MAX) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let are = if unknown.len() == 1 { "channel is not one" } else { "channels are not those" };
        findings.open(
            "channel",
            format!(
                "{} {are} of account {}: {}{more}. Add them, or give one of its channels these as \
                 aliases",
                unknown.len(),
                account.id,
                shown.join(", ")
            ),
            &[],
        );
    }
    if let Some(fixed) = guess.source.channel.as_deref().filter(|name| known(name).is_none()) {
        let choices: Vec<String> = account
            .channels
            .iter()
            .take(LISTED_MAX)
            .map(|channel| format!("channel = {}", quoted(channel.name.as_str())))
            .collect();
        findings.open(
            "channel",
            format!(
                "its rows would go to \"{fixed}\", which is no channel of account {}: say which one",
                account.id
            ),
            &choices,
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
