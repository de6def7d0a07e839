//! What the decision, the table and the account's log of a bundle say, held against one another
//! and against the folder's name.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::fault::brief;
use super::{BundleFault, BundleName, DECISION, FORMAT_KNOWN};
use crate::audit::chain::{self, Piece, Record};
use crate::audit::event::Event;
use crate::domain::{AccountId, ChannelName, Currency, Day, Digest, Money};

/// The part of `decision.json` that a bundle is checked by.
#[derive(Debug, Deserialize)]
struct Written {
    account: String,
    currency: String,
    week_start_date: String,
    revision: u32,
    outcome: String,
    total: String,
    channels: Vec<WrittenChannel>,
    manifest_before: Option<String>,
}

#[derive(Debug, Deserialize)]
struct WrittenChannel {
    channel: String,
    final_budget: String,
}

#[derive(Debug, Deserialize)]
struct WrittenFormat {
    format: u64,
}

/// A decision that is sound in itself as far as it could be read.
#[derive(Debug)]
pub(super) struct Decision {
    pub(super) account: AccountId,
    pub(super) name: BundleName,
    pub(super) currency: Currency,
    pub(super) outcome: String,
    pub(super) total: Money,
    /// Budgets by channel; without those that could not be read.
    pub(super) budgets: Vec<(ChannelName, Money)>,
    pub(super) manifest_before: Option<Digest>,
}

/// Reads `decision.json`; `None` where so much is wrong that nothing can be held against it.
pub(super) fn read(bytes: &[u8], faults: &mut Vec<BundleFault>) -> Option<Decision> {
    let written = match written(bytes) {
        Ok(written) => written,
        Err(fault) => {
            faults.push(fault);
            return None;
        }
    };
    let account = value("account", &written.account, AccountId::new(&written.account), faults);
    let currency = Currency::from_code(&written.currency).ok_or("no currency that is known");
    let currency = value("currency", &written.currency, currency, faults);
    let week = written.week_start_date.parse::<Day>();
    let week = value("week_start_date", &written.week_start_date, week, faults);
    if !matches!(written.outcome.as_str(), "decided" | "held") {
        faults.push(bad_value("outcome", &written.outcome, "neither \"decided\" nor \"held\""));
    }
    let manifest_before = written.manifest_before.as_deref().map(|text| {
        value("manifest_before", text, Digest::parse(text).ok_or("no SHA-256 digest"), faults)
    });
    let currency = currency?;
    let total = amount("total", &written.total, currency, faults);
    let budgets = budgets(&written.channels, currency, faults);
    if let (Some(total), true) = (total, budgets.len() == written.channels.len()) {
        check_sum(&budgets, total, currency, faults);
    }
    Some(Decision {
        account: account?,
        name: BundleName { week: week?, revision: written.revision },
        currency,
        outcome: written.outcome,
        total: total?,
        budgets,
        manifest_before: match manifest_before {
            None => None,
            Some(read) => Some(read?),
        },
    })
}

fn written(bytes: &[u8]) -> Result<Written, BundleFault> {
    let unreadable = |error: serde_json::Error| BundleFault::DecisionUnreadable {
        reason: brief(&error.to_string()),
    };
    let WrittenFormat { format } = serde_json::from_slice(bytes).map_err(unreadable)?;
    if format != u64::from(FORMAT_KNOWN) {
        return Err(BundleFault::FormatUnknown { found: format, known: FORMAT_KNOWN });
    }
    serde_json::from_slice(bytes).map_err(unreadable)
}

fn budgets(
    channels: &[WrittenChannel],
    currency: Currency,
    faults: &mut Vec<BundleFault>,
) -> Vec<(ChannelName, Money)> {
    let mut budgets = Vec::with_capacity(channels.len());
    let mut seen = BTreeSet::new();
    for WrittenChannel { channel, final_budget } in channels {
        let name = value("channel", channel, ChannelName::new(channel), faults);
        let key = format!("final_budget of {}", brief(channel).escape_debug());
        let budget = amount(&key, final_budget, currency, faults);
        if !seen.insert(channel) {
            faults.push(bad_value("channel", channel, "there twice"));
        }
        budgets.extend(name.zip(budget));
    }
    budgets
}

fn check_sum(
    budgets: &[(ChannelName, Money)],
    total: Money,
    currency: Currency,
    faults: &mut Vec<BundleFault>,
) {
    let sum = budgets.iter().try_fold(Money::ZERO, |sum, (_, budget)| sum.checked_add(*budget));
    if sum != Some(total) {
        faults.push(BundleFault::Sum {
            sum: sum
                .map_or_else(|| "more than any total".to_owned(), |sum| sum.to_decimal(currency)),
            total: total.to_decimal(currency),
        });
    }
}

/// An amount of money that is not negative.
fn amount(
    key: &str,
    text: &str,
    currency: Currency,
    faults: &mut Vec<BundleFault>,
) -> Option<Money> {
    let money = value(key, text, Money::parse(text, currency), faults)?;
    if money < Money::ZERO {
        faults.push(bad_value(key, text, "negative"));
        return None;
    }
    Some(money)
}

fn value<T, E: std::fmt::Display>(
    key: &str,
    text: &str,
    read: Result<T, E>,
    faults: &mut Vec<BundleFault>,
) -> Option<T> {
    read.map_err(|error| faults.push(bad_value(key, text, &error.to_string()))).ok()
}

fn bad_value(key: &str, value: &str, reason: &str) -> BundleFault {
    BundleFault::Value { key: key.to_owned(), value: brief(value), reason: brief(reason) }
}

/// Holds the decision against the names of the folders that it lies in.
pub(super) fn check_place(
    decision: &Decision,
    folder: Option<BundleName>,
    account_folder: &str,
    faults: &mut Vec<BundleFault>,
) {
    if let Some(folder) = folder.filter(|folder| *folder != decision.name) {
        let (decision, folder) = (decision.name.to_string(), folder.to_string());
        faults.push(BundleFault::OtherWeek { decision, folder });
    }
    if decision.account.as_str() != account_folder {
        faults.push(BundleFault::OtherAccount {
            decision: decision.account.to_string(),
            folder: brief(account_folder),
        });
    }
}

/// Holds `weekly_recommendations.csv` against the decision: the same week, channels and budgets.
pub(super) fn check_table(table: &[u8], decision: &Decision, faults: &mut Vec<BundleFault>) {
    let rows = match table_rows(table, decision) {
        Ok(rows) => rows,
        Err(fault) => return faults.push(fault),
    };
    // How often more each (channel, budget) stands in the decision than in the table.
    let mut balance: BTreeMap<(String, Money), i64> = BTreeMap::new();
    for (channel, budget) in &decision.budgets {
        *balance.entry((table_cell(channel), *budget)).or_default() += 1;
    }
    for row in rows {
        *balance.entry(row).or_default() -= 1;
    }
    for ((channel, budget), surplus) in balance {
        let (channel, budget) = (brief(&channel), budget.to_decimal(decision.currency));
        match surplus.signum() {
            1 => faults.push(BundleFault::TableLacks { channel, budget }),
            -1 => faults.push(BundleFault::TableAdds { channel, budget }),
            _ => {}
        }
    }
}

const TABLE_HEADER: [&str; 3] = ["week_start_date", "channel", "final_budget"];

fn table_rows(table: &[u8], decision: &Decision) -> Result<Vec<(String, Money)>, BundleFault> {
    let malformed =
        |line, reason: &str| BundleFault::TableMalformed { line, reason: brief(reason) };
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(table);
    let mut records = reader.records().enumerate().map(|(index, record)| match record {
        Ok(record) => Ok((record.position().map_or(1, csv::Position::line), record)),
        Err(error) => Err(malformed(index as u64 + 1, &error.to_string())),
    });
    let (line, header) = records.next().ok_or_else(|| malformed(1, "the file is empty"))??;
    if header != TABLE_HEADER[..] {
        return Err(malformed(line, "the columns are not week_start_date,channel,final_budget"));
    }
    records
        .map(|record| record.and_then(|(line, record)| table_row(line, &record, decision)))
        .collect()
}

fn table_row(
    line: u64,
    record: &csv::StringRecord,
    decision: &Decision,
) -> Result<(String, Money), BundleFault> {
    let malformed = |reason: &str| BundleFault::TableMalformed { line, reason: brief(reason) };
    let (Some(week), Some(channel), Some(budget), 3) =
        (record.get(0), record.get(1), record.get(2), record.len())
    else {
        return Err(malformed("not three columns"));
    };
    if week != decision.name.week.to_string() {
        return Err(malformed("the week is not that of the decision"));
    }
    let budget = Money::parse(budget, decision.currency)
        .map_err(|error| malformed(&format!("the budget is {error}")))?;
    Ok((channel.to_owned(), budget))
}

/// How the table writes a channel: text that a spreadsheet would take for a formula gets an
/// apostrophe in front (DESIGN §6).
fn table_cell(channel: &ChannelName) -> String {
    let name = channel.as_str();
    if name.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{name}")
    } else {
        name.to_owned()
    }
}

/// Holds `audit.jsonl` against the decision: a whole piece of the account's log, which tells of
/// this decision. Returns where in the log it lies.
pub(super) fn check_audit(
    audit: &[u8],
    decision: &Decision,
    decision_digest: Digest,
    faults: &mut Vec<BundleFault>,
) -> Option<Piece> {
    let piece = match chain::verify_piece(decision.account.as_str(), audit) {
        Ok(piece) => piece,
        Err(fault) => {
            faults.push(BundleFault::Audit(fault));
            return None;
        }
    };
    let last = chain::lines(audit).filter_map(|(line, _)| decided(line, decision.name)).last();
    if last != Some(decision_digest) {
        faults.push(BundleFault::AuditSilent);
    }
    piece
}

/// The digest that a record names, if it tells of the decision of that week and revision.
fn decided(line: &[u8], name: BundleName) -> Option<Digest> {
    match Record::decode(line).ok()?.event {
        Event::Decided { week, revision, decision, .. }
            if (BundleName { week, revision }) == name =>
        {
            Some(decision)
        }
        _ => None,
    }
}

/// The digest of the decision itself, for [`check_audit`].
pub(super) fn digest(kept: &super::contents::Kept) -> Option<Digest> {
    kept.get(DECISION).map(Digest::of)
}
