//! What was taken from a file → its receipt, which the data team compares with its export. It is a
//! convenience for the sender; the audit log is the record.

use super::dropped::{dropped_intro, dropped_lines, known, subject};
use super::table::{Lean, table};
use super::words::{self, wrap};
use crate::audit::{Dropped, MeasureChange, Replacement};
use crate::domain::text::escape;
use crate::domain::{
    Account, ChannelName, Conversions, Day, Digest, Figures, FineMoney, Grain, Week,
};

/// What a receipt states.
#[derive(Debug, Clone)]
pub struct ReceiptInput<'a> {
    /// The file's name, as the sender wrote it.
    pub file_name: &'a str,
    /// The digest of its content.
    pub sha256: Digest,
    /// What became of it.
    pub outcome: ReceiptOutcome,
    /// The source that read it.
    pub source: &'a str,
    /// Its rows, without the header.
    pub rows: u64,
    /// What a row covers.
    pub grain: Grain,
    /// The sums of the whole business, where the source has them.
    pub business: Option<Figures>,
    /// The earliest day that it speaks of.
    pub first_day: Day,
    /// The latest day that it speaks of.
    pub last_day: Day,
    /// The channels that it speaks of.
    pub channels: Vec<ReceiptChannel>,
    /// What looks odd but is no fault, one sentence each.
    pub warnings: Vec<String>,
    /// The first of the values that it replaced.
    pub replacements: Vec<Replacement>,
    /// How many (day, channel) pairs it replaced in all.
    pub replaced_total: u64,
    /// The published weeks that rest on days whose figures it replaced or was the first to bring,
    /// oldest first.
    pub corrected: Vec<Week>,
    /// Rows of these pairs that it doesn't have and that count no longer.
    pub dropped: Option<Dropped>,
}

/// Published weeks that a receipt names, the newest; the rest is counted.
const WEEKS_LISTED_MAX: usize = 13;

/// What became of a file that was not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptOutcome {
    /// Its rows came into the ledger.
    Accepted,
    /// It stated only what the ledger already believed.
    Duplicate,
}

/// One channel's totals in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptChannel {
    /// The channel, as the account names it.
    pub channel: ChannelName,
    /// Its days in the file.
    pub days: u64,
    /// Its rows in the file.
    pub rows: u64,
    /// The exact sums over its rows.
    pub figures: Figures,
}

/// The text of a receipt. Figures stand as plain decimals, as an export writes them.
pub fn receipt(account: &Account, input: &ReceiptInput<'_>) -> String {
    let mut text = head(account, input);
    text.push_str(&totals(account, input));
    if !input.warnings.is_empty() {
        text.push_str("\nWorth a look:\n");
        for warning in &input.warnings {
            text.push_str(&wrap("- ", &escape(warning)));
        }
    }
    text.push_str(&replaced(input));
    if let Some(gone) = &input.dropped {
        text.push_str(&dropped(gone));
    }
    text.push_str(&corrected(&input.corrected));
    text
}

/// How the line with the digest begins.
const DIGEST_LINE: &str = "SHA-256";

/// The digest that a receipt names, read from its head; `None`: it is no receipt.
pub fn receipt_digest(text: &str) -> Option<Digest> {
    let line = text.lines().find_map(|line| line.strip_prefix(DIGEST_LINE))?;
    Digest::parse(line.trim())
}

fn head(account: &Account, input: &ReceiptInput<'_>) -> String {
    let title = match input.outcome {
        ReceiptOutcome::Accepted if input.grain != Grain::Day => {
            "Taken as history, for models: every row of this file is known from now on. Budgets are \
             decided on days alone."
        }
        ReceiptOutcome::Accepted => "Taken: every row of this file counts from now on.",
        ReceiptOutcome::Duplicate => {
            "Taken as a duplicate: every row was known already, so no figure changed; the data \
             count as confirmed at the time this file arrived."
        }
    };
    let span = words::span(input.first_day, input.last_day);
    let period = match input.grain {
        Grain::Day => {
            let days = (input.last_day - input.first_day).num_days() + 1;
            let days = words::count(usize::try_from(days).unwrap_or(0), "day");
            ("Days", format!("{span} ({days})"))
        }
        Grain::Week => ("Weeks", format!("from {span}, each named by its first day")),
        Grain::Month => ("Months", format!("from {span}, each named by its first day")),
    };
    let facts = [
        ("File", escape(input.file_name)),
        (DIGEST_LINE, input.sha256.to_string()),
        ("Account", account.id.to_string()),
        ("Source", escape(input.source)),
        ("Rows", input.rows.to_string()),
        period,
    ];
    let mut text = wrap("", title);
    text.push('\n');
    for (name, value) in facts {
        text.push_str(&wrap(&format!("{name:<9}"), &value));
    }
    text
}

/// Rows, days and sums per channel, and in all.
fn totals(account: &Account, input: &ReceiptInput<'_>) -> String {
    let periods = match input.grain {
        Grain::Day => "Days",
        Grain::Week => "Weeks",
        Grain::Month => "Months",
    };
    let header =
        ["Channel", "Rows", periods, "Spend", "Revenue", "Impressions", "Clicks", "Conversions"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for channel in &input.channels {
        let name = escape(channel.channel.as_str());
        let mut row = vec![name, channel.rows.to_string(), channel.days.to_string()];
        row.extend(figures(account, &channel.figures));
        rows.push(row);
    }
    let all = input.channels.iter().fold(Figures::NONE, |sum, channel| sum.plus(channel.figures));
    let mut row = vec!["Total".to_owned(), input.rows.to_string(), String::new()];
    row.extend(figures(account, &all));
    rows.push(row);
    if let Some(business) = &input.business {
        let mut row = vec!["The whole business".to_owned(), String::new(), String::new()];
        row.extend(figures(account, business));
        rows.push(row);
    }
    let mut leans = [Lean::Right; 8];
    leans[0] = Lean::Left;
    let intro =
        format!("\nCompare these totals ({}) with your export:\n\n", account.currency.code());
    intro + &table(0, &leans, &rows)
}

/// Plain decimals; "-" for a measure that the file doesn't have.
fn figures(account: &Account, figures: &Figures) -> [String; 5] {
    let money = |money: Option<FineMoney>| {
        money.map_or_else(|| "-".to_owned(), |money| money.rounded().to_decimal(account.currency))
    };
    let count =
        |count: Option<u64>| count.map_or_else(|| "-".to_owned(), |count| count.to_string());
    [
        money(figures.spend),
        money(figures.revenue),
        count(figures.impressions),
        count(figures.clicks),
        figures.conversions.map_or_else(|| "-".to_owned(), Conversions::to_decimal),
    ]
}

fn replaced(input: &ReceiptInput<'_>) -> String {
    if input.replaced_total == 0 {
        return String::new();
    }
    let intro = format!(
        "It replaced what was known of {} (one day of one channel each). Budgets already \
         published don't change.",
        words::count(usize::try_from(input.replaced_total).unwrap_or(usize::MAX), "channel day")
    );
    let mut text = format!("\n{}", wrap("", &intro));
    for replacement in &input.replacements {
        text.push_str(&wrap("- ", &replacement_text(replacement)));
    }
    let shown = u64::try_from(input.replacements.len()).unwrap_or(u64::MAX);
    let more = input.replaced_total.saturating_sub(shown);
    if more > 0 {
        text.push_str(&wrap("- ", &format!("and {more} more")));
    }
    text
}

/// The published weeks that the file bears on, newest first.
fn corrected(weeks: &[Week]) -> String {
    if weeks.is_empty() {
        return String::new();
    }
    let names: Vec<String> =
        weeks.iter().rev().take(WEEKS_LISTED_MAX).map(ToString::to_string).collect();
    let more = weeks.len() - names.len();
    let more = if more > 0 { format!(", and {more} older") } else { String::new() };
    let text = format!(
        "It changed figures behind published weeks: {}{more}. What was published stays as it is; \
         `budgetd status` says what today's figures would make of it.",
        names.join(", ")
    );
    format!("\n{}", wrap("", &text))
}

/// "Sat 3 Jan 2026, Email: spend 100.00 → 120.00; clicks not known → 31"
fn replacement_text(replacement: &Replacement) -> String {
    let channel = subject(replacement.channel.as_ref());
    let changed: Vec<String> = replacement.changed.iter().map(change_text).collect();
    format!("{}, {channel}: {}", words::day(replacement.day), changed.join("; "))
}

/// The rows that are not in the file any more: their sender may have lost them on the way.
fn dropped(dropped: &Dropped) -> String {
    let intro = format!(
        "Of these channel days {}. If they should count, send the days again with all of their rows.",
        dropped_intro(dropped, false)
    );
    let mut text = format!("\n{}", wrap("", &intro));
    for line in dropped_lines(dropped) {
        text.push_str(&wrap("- ", &line));
    }
    text
}

fn change_text(change: &MeasureChange) -> String {
    match change.measure.as_str() {
        "campaigns" => "the same sums, made up of other campaigns or other shares".to_owned(),
        "controls" => "columns kept for models changed".to_owned(),
        measure => {
            format!(
                "{} {} → {}",
                escape(measure),
                known(change.before.as_deref()),
                known(change.after.as_deref())
            )
        }
    }
}
