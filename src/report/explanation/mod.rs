//! Decision → `explanation.txt`: what was decided and why, in plain words for a marketing manager,
//! in lines of at most 100 columns. It states only what the decision holds.

pub(super) mod channel;
pub(super) mod data;
pub(super) mod warnings;

use super::opinion::verdict_text;
use super::table::{Lean, table};
use super::words::{self, wrap};
use crate::advice::blocker::Verdict;
use crate::decision::{ChannelDecision, Decision};
use crate::domain::text::escape;
use crate::domain::{Amount, ChannelName, Money};
use crate::history::MissingDays;
use crate::rules::{HoldReason, ReferenceOrigin};

/// The bytes of `explanation.txt`.
pub fn explanation_txt(decision: &Decision) -> Vec<u8> {
    let mut text = headline(decision);
    text.push_str(&wrapped(&outcome(decision)));
    text.push('\n');
    text.push_str(&budgets(decision));
    text.push_str(&heading("Why each channel gets what it gets"));
    for channel in words::largest_first(decision) {
        text.push_str(&wrap("", &channel::paragraph(decision, channel)));
        text.push('\n');
    }
    text.push_str(&section("Cuts that were looked at before they were made", &blocker(decision)));
    text.push_str(&section("The data behind it", &data::blocks(decision)));
    let warnings = warnings::blocks(decision);
    if !warnings.is_empty() {
        text.push_str(&section("Worth a look", &warnings));
    }
    text.push_str(GENUINE);
    text.into_bytes()
}

/// A paragraph, or an item of a list where something leads its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// What leads the line; empty for a paragraph.
    pub lead: &'static str,
    /// The text, without line breaks.
    pub text: String,
}

/// A paragraph.
fn paragraph(text: impl Into<String>) -> Block {
    Block { lead: "", text: text.into() }
}

/// An item of a list.
fn item(text: impl Into<String>) -> Block {
    Block { lead: "- ", text: text.into() }
}

fn wrapped(blocks: &[Block]) -> String {
    blocks.iter().map(|block| wrap(block.lead, &block.text)).collect()
}

fn section(title: &str, blocks: &[Block]) -> String {
    format!("{}{}\n", heading(title), wrapped(blocks))
}

/// How a reader proves with stock tools that nobody changed the bundle.
const GENUINE: &str = "\
How to check that this bundle is genuine
----------------------------------------
Run both lines in the folder of this file. The first must say OK for every file, the second
Good \"budgetd\" signature for budgetd.

  sha256sum -c SHA256SUMS
  ssh-keygen -Y verify -f ../../allowed_signers -I budgetd -n budgetd -s SHA256SUMS.sig < SHA256SUMS

Before you trust them for the first time, compare the fingerprint of the key in allowed_signers with
the one that operations tells you by another way. With budgetd at hand, one line checks all of this,
and that nothing was added: budgetd verify .
";

fn heading(text: &str) -> String {
    format!("{text}\n{}\n", "-".repeat(words::columns(text)))
}

fn headline(decision: &Decision) -> String {
    let title = format!("Marketing budget for {}", words::week(decision.week));
    let mut text = format!("{title}\n{}\n", "=".repeat(title.len()));
    text.push_str(&wrapped(&about(decision)));
    text.push('\n');
    text
}

/// Whose money it is, how much, and whether an earlier revision is replaced.
pub(super) fn about(decision: &Decision) -> Vec<Block> {
    let active = decision.account.active_channels().count();
    let mut blocks = vec![paragraph(format!(
        "Account {}. Total for the week: {}, in {}.",
        decision.account.id,
        words::money(&decision.account, decision.total),
        words::count(active, "channel"),
    ))];
    if decision.revision > 1 {
        let reason = decision.revise_reason.as_deref().unwrap_or("no reason was given");
        blocks.push(paragraph(format!(
            "This is revision {}, which replaces the one before it. Reason: {}",
            decision.revision,
            escape(reason)
        )));
    }
    blocks
}

/// Decided or held, why, and what bore on all channels at once.
pub(super) fn outcome(decision: &Decision) -> Vec<Block> {
    let mut blocks = match &decision.held {
        None => vec![paragraph(decided(decision))],
        Some(HoldReason::NoEligibleChannel) => {
            let why = "Held: in the weeks of the evidence, no channel earned more than it cost, \
                       so there is nothing to decide on.";
            vec![paragraph(format!("{why} {}", instead(decision)))]
        }
        Some(HoldReason::MissingEvidence { week, missing }) => {
            let why = format!(
                "Held: at the deadline ({}), the data of {} were still incomplete.",
                decision.account.gate.deadline.format("%H:%M"),
                words::week(*week)
            );
            let mut blocks = vec![paragraph(format!("{why} {}", instead(decision)))];
            blocks.push(paragraph("Missing:"));
            blocks.extend(missing.iter().map(missing_days));
            blocks
        }
    };
    let of_account = decision.trace.iter().filter(|line| channel::is_told_of_account(line));
    blocks.extend(of_account.map(|line| paragraph(channel::sentence(&decision.account, line))));
    blocks
}

fn decided(decision: &Decision) -> String {
    let vetoes: Vec<String> = names(decision.vetoes.iter().map(|veto| &veto.channel));
    let overruled: Vec<String> = names(decision.vetoes_overruled.iter().map(|veto| &veto.channel));
    let mut text = "Decided: the budgets follow from the data by the account's rules.".to_owned();
    if !vetoes.is_empty() {
        text.push_str(" Stopped by a veto: the cut of ");
        text.push_str(&words::list(&vetoes));
        text.push('.');
    }
    if !overruled.is_empty() {
        text.push_str(" Cut in spite of a veto: ");
        text.push_str(&words::list(&overruled));
        text.push('.');
    }
    text
}

fn names<'a>(names: impl Iterator<Item = &'a ChannelName>) -> Vec<String> {
    names.map(|name| escape(name.as_str())).collect()
}

fn instead(decision: &Decision) -> &'static str {
    if decision.reference.is_some() {
        "The last budgets stay, as far as the caps allow."
    } else {
        "There are no earlier budgets, so the total is split equally within the caps."
    }
}

fn missing_days(missing: &MissingDays) -> Block {
    let absences = missing.absences("no data").into_iter();
    let mut parts: Vec<String> =
        absences.map(|(what, days)| format!("{what} for {}", words::days(&days))).collect();
    if !missing.early.is_empty() {
        parts.push(format!(
            "only data sent before the day had ended for {}",
            words::days(&missing.early)
        ));
    }
    let text = format!("{}: {}", escape(missing.channel.as_str()), parts.join("; "));
    Block { lead: "  ", text }
}

/// The table of budgets, largest first as in the CSV, and what its columns mean.
fn budgets(decision: &Decision) -> String {
    let account = &decision.account;
    let mut rows = vec![
        ["Channel", "Last budget", "Proposed", "This week", "Change"].map(str::to_owned).to_vec(),
    ];
    for channel in words::largest_first(decision) {
        let last = channel.reference.map(|amount| words::shown(account, amount));
        rows.push(vec![
            escape(channel.channel.as_str()),
            last.map_or_else(|| "-".to_owned(), |last| words::money(account, last)),
            words::amount(account, channel.proposal),
            words::money(account, channel.final_budget),
            last.map_or_else(
                || "-".to_owned(),
                |last| words::change(account, channel.final_budget - last),
            ),
        ]);
    }
    let of = |value: fn(&ChannelDecision) -> Amount| {
        words::amount(account, decision.channels.iter().map(value).sum())
    };
    let published: Money = decision.channels.iter().map(|channel| channel.final_budget).sum();
    rows.push(vec![
        "Total".to_owned(),
        decision.reference.as_ref().map_or_else(
            || "-".to_owned(),
            |_| of(|channel| channel.reference.unwrap_or(Amount::ZERO)),
        ),
        of(|channel| channel.proposal),
        words::money(account, published),
        String::new(),
    ]);
    let leans = [Lean::Left, Lean::Right, Lean::Right, Lean::Right, Lean::Right];
    let mut text = table(0, &leans, &rows);
    text.push('\n');
    text.push_str(&wrap("", &last_budget(decision)));
    text.push('\n');
    text
}

/// Where the columns "Last budget" and "Proposed" come from.
pub(super) fn last_budget(decision: &Decision) -> String {
    let last = match decision.reference.as_ref().map(|reference| reference.origin) {
        None => return "There are no earlier budgets to compare with.".to_owned(),
        Some(ReferenceOrigin::Published { week, revision: 1 }) => {
            format!("as published for {}", words::week(week))
        }
        Some(ReferenceOrigin::Published { week, revision }) => {
            format!("as published for {} (revision {revision})", words::week(week))
        }
        Some(ReferenceOrigin::Spend { week }) => {
            format!("nothing was published before, so what was spent from {}", words::week(week))
        }
    };
    let proposed = if decision.held.is_some() {
        "the last budgets within the caps, before rounding"
    } else {
        "by the rules, before vetoes and rounding"
    };
    format!("Last budget: {last}, scaled to this week's total and channels. Proposed: {proposed}.")
}

/// What the blocker said of each cut, vetoes first.
pub(super) fn blocker(decision: &Decision) -> Vec<Block> {
    let intro = if decision.opinions.is_empty() {
        if decision.held.is_some() {
            "A held week cuts nothing by its ROI, so there was nothing to look at."
        } else {
            "No channel was to be cut, so there was nothing to look at."
        }
    } else {
        "Before a channel is cut, a model looks at what earlier changes of its spend did to later \
         revenue. It can stop a cut and nothing else; the money then comes out of the increases."
    };
    let order = |verdict: &Verdict| match verdict {
        Verdict::Veto(_) => 0,
        Verdict::Pass(_) => 1,
        Verdict::Silent(_) => 2,
    };
    let mut opinions: Vec<_> = decision.opinions.iter().collect();
    opinions.sort_by_key(|opinion| order(&opinion.verdict));
    let mut blocks = vec![paragraph(intro)];
    for opinion in opinions {
        let overruled =
            decision.vetoes_overruled.iter().any(|veto| veto.channel == opinion.channel);
        let ending = if overruled { channel::overruled(&decision.account) } else { String::new() };
        let said = verdict_text(decision.account.currency, &opinion.verdict);
        let name = escape(opinion.channel.as_str());
        blocks.push(item(format!("{name}: {said}.{ending}")));
    }
    blocks
}
