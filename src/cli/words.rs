//! Values → what people read on a terminal, shared by the commands. Every text that came from
//! outside is escaped here or was before.

use super::output::{CARE, paint, table};
use crate::decision::{Decision, Veto};
use crate::domain::text::escape;
use crate::domain::{Account, Instant};
use crate::history::MissingDays;
use crate::ingest::DailyReport;
use crate::report::words;
use crate::rules::HoldReason;

/// Warnings that a terminal shows of one file.
const WARNINGS_MAX: usize = 10;

/// Missing days are told in at most so many lines; the rest is counted.
const MISSING_LINES_MAX: usize = 10;

/// A time as the account's people see it: "Mon 23 Nov 2026 06:00 IST".
pub fn time(account: &Account, at: Instant) -> String {
    at.with_timezone(&account.time_zone).format("%a %-d %b %Y %H:%M %Z").to_string()
}

/// The first warnings of a file, each on its line; the receipt has all of them.
pub fn warnings(report: &DailyReport) -> String {
    let mut text = String::new();
    for warning in report.warnings.iter().take(WARNINGS_MAX) {
        text.push_str(&format!("\n  {} {warning}", paint(CARE, "warning:")));
    }
    let more = report.warnings.len().saturating_sub(WARNINGS_MAX);
    if more > 0 {
        text.push_str(&format!("\n  {} and {more} more", paint(CARE, "warning:")));
    }
    text
}

/// The one word for how a decision came out.
pub const fn outcome(decision: &Decision) -> &'static str {
    if decision.held.is_some() { "held" } else { "decided" }
}

/// The budgets of a decision as a table, largest first.
pub fn budgets(decision: &Decision) -> String {
    let account = &decision.account;
    let rows = words::largest_first(decision)
        .into_iter()
        .map(|channel| {
            let reference = channel.reference.map(|amount| words::amount(account, amount));
            vec![
                escape(channel.channel.as_str()),
                reference.unwrap_or_else(|| "none".to_owned()),
                words::amount(account, channel.proposal),
                words::money(account, channel.final_budget),
            ]
        })
        .collect();
    table(&["channel", "before", "proposed", "budget"], &[1, 2, 3], rows)
}

/// Why budgets are held, a line each; empty where they are not.
pub fn hold(decision: &Decision) -> Vec<String> {
    match &decision.held {
        None => Vec::new(),
        Some(HoldReason::NoEligibleChannel) => {
            vec!["no channel earned more than it cost, so there is nothing to decide on".to_owned()]
        }
        Some(HoldReason::MissingEvidence { missing, .. }) => self::missing(missing),
    }
}

/// A veto in one sentence.
pub fn veto(decision: &Decision, veto: &Veto) -> String {
    let (account, estimate) = (&decision.account, &veto.estimate);
    let currency = account.currency;
    let found = decision.channels.iter().find(|channel| channel.channel == veto.channel);
    let kept = found.map_or_else(String::new, |channel| {
        format!(
            " keeps {} in the week of {}: the rules proposed {}, but",
            words::money(account, channel.final_budget),
            decision.week,
            words::amount(account, channel.proposal)
        )
    });
    let sentence = format!(
        "{}{kept} each {} cut is expected to cost {} {}, between {} and {} at {}",
        escape(veto.channel.as_str()),
        words::one(currency),
        words::per_unit(currency, estimate.cost),
        words::horizon(estimate.horizon_weeks),
        words::per_unit(currency, estimate.low),
        words::per_unit(currency, estimate.high),
        words::percent(currency, estimate.confidence)
    );
    let wrapped = words::wrap("  veto: ", &sentence);
    wrapped.trim_end().replacen("veto:", &paint(CARE, "veto:"), 1)
}

/// Which days of which channels are missing: a line for all channels that miss the same.
pub fn missing(missing: &[MissingDays]) -> Vec<String> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for days in missing {
        let lacks = lacks(days);
        let channel = escape(days.channel.as_str());
        match groups.iter_mut().find(|(known, _)| *known == lacks) {
            Some((_, channels)) => channels.push(channel),
            None => groups.push((lacks, vec![channel])),
        }
    }
    let more = groups.len().saturating_sub(MISSING_LINES_MAX);
    groups.truncate(MISSING_LINES_MAX);
    let mut lines: Vec<String> = groups
        .into_iter()
        .map(|(lacks, channels)| format!("{}: {lacks}", words::list(&channels)))
        .collect();
    if more > 0 {
        lines.push(format!("and {more} more such lines; --json has them all"));
    }
    lines
}

fn lacks(missing: &MissingDays) -> String {
    let part = |(what, days): (&str, Vec<crate::domain::Day>)| {
        format!("{what} for {}", words::days(&days))
    };
    let mut parts: Vec<String> = missing.absences("no row").into_iter().map(part).collect();
    if !missing.early.is_empty() {
        parts.push(part(("only a row sent before the day had ended", missing.early.clone())));
    }
    parts.join("; ")
}

/// `lines` below each other, indented.
pub fn indented(lines: &[String]) -> String {
    lines.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// `word` as one word of a shell's command line.
pub fn shell_quoted(word: &str) -> String {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "_./-".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ChannelName, Day};

    fn days(channel: &str, absent: &[&str], early: &[&str]) -> MissingDays {
        let parse = |days: &[&str]| -> Vec<Day> {
            days.iter().map(|day| day.parse().expect("a day")).collect()
        };
        let channel = ChannelName::new(channel).expect("a name");
        MissingDays::of(channel, parse(absent), parse(early))
    }

    #[test]
    fn a_row_that_lacks_a_figure_is_told_as_what_it_is() {
        let absent = ["2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08"];
        let mut email = days("Email", &absent, &[]);
        let day = |text: &str| text.parse::<Day>().expect("a day");
        email.without_revenue = vec![day("2026-01-06"), day("2026-01-08")];
        email.without_spend = vec![day("2026-01-07"), day("2026-01-08")];
        assert_eq!(
            missing(&[email]),
            ["Email: no row for Mon 5 Jan 2026; a row without revenue for Tue 6 Jan 2026; a row \
              without spend for Wed 7 Jan 2026; a row without spend and revenue for Thu 8 Jan 2026"]
        );
    }

    #[test]
    fn channels_that_miss_the_same_days_share_a_line() {
        let lines = missing(&[
            days("Email", &["2026-01-05", "2026-01-06"], &[]),
            days("Google Ads", &["2026-01-05", "2026-01-06"], &[]),
            days("Meta Ads", &[], &["2026-01-06"]),
        ]);
        assert_eq!(
            lines,
            [
                "Email and Google Ads: no row for Mon 5 Jan 2026 to Tue 6 Jan 2026",
                "Meta Ads: only a row sent before the day had ended for Tue 6 Jan 2026",
            ]
        );
    }

    #[test]
    fn a_word_for_the_shell_is_quoted_only_where_it_must_be() {
        assert_eq!(shell_quoted("a/b-c.toml"), "a/b-c.toml");
        assert_eq!(shell_quoted("a b"), "'a b'");
        assert_eq!(shell_quoted("it's"), "'it'\\''s'");
        assert_eq!(shell_quoted(""), "''");
    }
}
