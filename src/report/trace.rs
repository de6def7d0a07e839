//! A published `decision.json` → its trace in words, as `budgetd explain` prints it: every step, in
//! order, by channel. It tells what was published and computes nothing anew.

use serde_json::Value;

use super::words::{self, wrap};
use crate::decision::Decision;
use crate::domain::text::{escape, folded};
use crate::domain::{Account, Amount, ChannelName, Money, Week, decimal};

/// Columns that the name of a step takes; the longest is "reference".
const STEP_COLUMNS: usize = 9;

/// Why a decision can't be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExplainError {
    /// It has no such channel.
    #[error("this decision has no such channel")]
    NoSuchChannel {
        /// Those that it has, escaped.
        channels: Vec<String>,
    },
    /// Its text is not that of a decision.
    #[error("this is no decision of a known format")]
    NoDecision,
}

/// What happened to the whole account and to each channel, or to `channel` alone, step by step.
/// Ends with a newline.
pub fn trace_text(decision: &Decision, channel: Option<&ChannelName>) -> String {
    let value = serde_json::from_slice(&super::decision_json(decision));
    let value: Value = value.expect("what was just written can be read");
    let channel = channel.map(ChannelName::as_str);
    explain(&decision.account, &value, channel).expect("what was just written can be told")
}

/// The same of a published `decision.json`; `account` says how its money is shown, and by which other
/// names its channels go.
pub fn explain(
    account: &Account,
    decision: &Value,
    channel: Option<&str>,
) -> Result<String, ExplainError> {
    let told = Told::read(account, decision).ok_or(ExplainError::NoDecision)?;
    let names = || told.channels.iter().map(|found| found.name);
    let channel = match channel {
        None => None,
        Some(name) => Some(meant(account, names(), name).ok_or_else(|| {
            ExplainError::NoSuchChannel { channels: names().map(escape).collect() }
        })?),
    };
    let mut text = wrap("", &told.title);
    let mut common = told.lines.iter().filter(|line| line.channel.is_none()).peekable();
    if common.peek().is_some() {
        text.push_str("\nThe whole account\n");
        common.for_each(|line| text.push_str(&line.text(account)));
    }
    for found in told.channels.iter().filter(|found| channel.is_none_or(|name| found.name == name))
    {
        text.push_str(&format!("\n{}", wrap("", &found.title(account))));
        for line in told.lines.iter().filter(|line| line.channel == Some(found.name)) {
            text.push_str(&line.text(account));
        }
    }
    Ok(text)
}

/// The channel that somebody means by a name, in whatever letters, by an alias, or by what it is called
/// today or was called before.
fn meant<'n>(
    account: &Account,
    names: impl Iterator<Item = &'n str> + Clone,
    wanted: &str,
) -> Option<&'n str> {
    let todays = |name: &str| {
        let name = ChannelName::new(name).ok()?;
        Some(folded(account.todays_name(&name).as_str()))
    };
    let wanted_today = todays(wanted);
    names.clone().find(|name| *name == wanted).or_else(|| {
        names.into_iter().find(|name| wanted_today.is_some() && todays(name) == wanted_today)
    })
}

/// What is told of a decision.
struct Told<'v> {
    title: String,
    /// Largest budget first, ties by name.
    channels: Vec<ToldChannel<'v>>,
    lines: Vec<ToldLine<'v>>,
}

struct ToldChannel<'v> {
    name: &'v str,
    reference: Option<Amount>,
    final_budget: Money,
}

struct ToldLine<'v> {
    step: &'v str,
    channel: Option<&'v str>,
    before: Option<Amount>,
    after: Option<Amount>,
    reason: &'v str,
}

impl<'v> Told<'v> {
    fn read(account: &Account, decision: &'v Value) -> Option<Self> {
        let money = |value: &Value| Money::parse(value.as_str()?, account.currency).ok();
        let amount = |value: &Value| amount_of(account, value.as_str()?);
        let week = Week::starting(decision["week_start_date"].as_str()?.parse().ok()?);
        let title = format!(
            "Account {}, {}, revision {}: {}, {} in all",
            account.id,
            words::week(week),
            decision["revision"].as_u64()?,
            escape(decision["outcome"].as_str()?),
            words::money(account, money(&decision["total"])?)
        );
        let channel = |value: &'v Value| {
            Some(ToldChannel {
                name: value["channel"].as_str()?,
                reference: amount(&value["reference"]),
                final_budget: money(&value["final_budget"])?,
            })
        };
        let line = |value: &'v Value| {
            Some(ToldLine {
                step: value["step"].as_str()?,
                channel: value["channel"].as_str(),
                before: amount(&value["before"]),
                after: amount(&value["after"]),
                reason: value["text"].as_str()?,
            })
        };
        let channels = decision["channels"].as_array()?.iter().map(channel);
        let mut channels: Vec<ToldChannel<'v>> = channels.collect::<Option<_>>()?;
        channels.sort_by(|one, other| {
            other.final_budget.cmp(&one.final_budget).then_with(|| one.name.cmp(other.name))
        });
        let lines = decision["trace"].as_array()?.iter().map(line).collect::<Option<_>>()?;
        Some(Self { title, channels, lines })
    }
}

/// An amount as `decision.json` writes it: an exact decimal of the major unit.
fn amount_of(account: &Account, text: &str) -> Option<Amount> {
    let scale = account.currency.minor_digits() + 6;
    decimal::parse(text.as_bytes(), scale).ok().map(Amount::from_millionths)
}

impl ToldChannel<'_> {
    fn title(&self, account: &Account) -> String {
        let before = self.reference.map_or_else(
            || "no earlier budget".to_owned(),
            |reference| words::amount(account, reference),
        );
        format!("{}: {before} → {}", escape(self.name), words::money(account, self.final_budget))
    }
}

impl ToldLine<'_> {
    /// "  pace       ₹1,42,000 → ₹1,31,000: half of the way …"
    fn text(&self, account: &Account) -> String {
        let first = format!("  {:<STEP_COLUMNS$}  ", escape(self.step));
        let shown = |amount| words::amount(account, amount);
        let amounts = match (self.before, self.after) {
            (Some(limit), Some(sum)) if self.channel.is_none() => {
                format!("{} against {}: ", shown(sum), shown(limit))
            }
            (Some(before), Some(after)) if before != after => {
                format!("{} → {}: ", shown(before), shown(after))
            }
            (_, Some(amount)) | (Some(amount), None) => format!("{}: ", shown(amount)),
            (None, None) => String::new(),
        };
        wrap(&first, &format!("{amounts}{}", escape(self.reason)))
    }
}
