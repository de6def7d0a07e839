//! Daily rows and what a model says of them → `summary.txt`: one page for an analyst who opens the
//! database for the first time.

mod look_at;
mod totals;

use super::mart::{MartInput, MartModel};
use super::table::{Lean, table};
use super::words::{COLUMNS_MAX, columns, count, days, list, span, wrap};
use crate::advice::mmm::cleaning::{Change, Reason};
use crate::advice::uncertainty::actions::Action;
use crate::domain::Currency;
use crate::domain::text::{escape, shorten};
use totals::{ChannelTotals, Totals};

/// The most channels that have a line each; the rest is summed in one.
const CHANNELS_MAX: usize = 40;

/// A longer name is cut: two columns for each character still leave room on a line.
const NAME_CHARS_MAX: usize = 32;

/// Channels that are named in one sentence.
const ADVISED_MAX: usize = 8;

/// The name to the left, figures to the right.
const LEANS: [Lean; 8] = {
    let mut leans = [Lean::Right; 8];
    leans[0] = Lean::Left;
    leans
};

/// Rows, period, channels with their key figures, what was cleaned, the model, and what to look at
/// first. At most 100 columns wide.
pub fn summary_txt(input: &MartInput<'_>) -> String {
    let totals = Totals::of(input.rows);
    let mut text = heading(input);
    text.push_str(&coverage(&totals));
    if !totals.channels.is_empty() {
        text.push_str("\nChannels, largest spend first\n\n");
        text.push_str(&channels(&totals, input.currency));
    }
    section(&mut text, "What was cleaned", &cleaned(input.changes));
    let mut of_model = vec![model(input.model, input.currency)];
    of_model.extend(input.model.ok().and_then(advised));
    of_model.extend(input.model.ok().and_then(|it| it.pooled.clone()));
    of_model.extend(input.model.ok().and_then(of_families));
    section(&mut text, "The model", &of_model);
    section(&mut text, "What to look at first", &look_at::first(input, &totals));
    text
}

fn heading(input: &MartInput<'_>) -> String {
    let code = input.currency.code();
    let week = input.week.map_or_else(String::new, |week| format!(", week {week}"));
    let text = format!("Account {}{week}: daily figures in {code}", escape(input.account));
    wrap("", &text) + "\n"
}

fn section(text: &mut String, title: &str, lines: &[String]) {
    text.push_str(&format!("\n{title}\n\n"));
    for line in lines {
        text.push_str(&wrap("- ", line));
    }
}

fn coverage(totals: &Totals<'_>) -> String {
    let Some((first, last)) = totals.period else {
        return "There are no daily rows.\n".to_owned();
    };
    let length = usize::try_from((last - first).num_days() + 1).unwrap_or_default();
    let missing: usize = totals.channels.iter().map(|channel| channel.missing.len()).sum();
    let lines = [
        wrap(
            "Rows      ",
            &format!("{} of {}", totals.rows, count(totals.channels.len(), "channel")),
        ),
        wrap("Period    ", &format!("{}, {}", span(first, last), count(length, "day"))),
        wrap(
            "Missing   ",
            &match missing {
                0 => "nothing: each channel has a row for each day since its first".to_owned(),
                1 => "1 day of a channel has no row".to_owned(),
                _ => format!("{missing} days of channels have no row"),
            },
        ),
    ];
    lines.concat()
}

fn channels(totals: &Totals<'_>, currency: Currency) -> String {
    let header = ["channel", "days", "missing", "spend", "share", "revenue", "ROAS", "conversions"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    let named = totals.channels.len().min(CHANNELS_MAX);
    for channel in &totals.channels[..named] {
        rows.push(cells(&shown(channel.name), channel, totals, currency));
    }
    if let [first, others @ ..] = &totals.channels[named..] {
        let rest = others.iter().fold(first.clone(), ChannelTotals::with);
        let name = count(others.len() + 1, "other channel");
        rows.push(cells(&name, &rest, totals, currency));
    }
    rows.push(cells("all", &totals.all(), totals, currency));
    let lines = table(2, &LEANS, &rows);
    // Names of wide characters and sums of many digits together may be too long.
    lines.lines().map(|line| fitted(line) + "\n").collect()
}

/// `line`, cut where the page ends.
fn fitted(line: &str) -> String {
    if columns(line) <= COLUMNS_MAX {
        return line.to_owned();
    }
    let mut cut = line.to_owned();
    while columns(&cut) >= COLUMNS_MAX {
        cut.pop();
    }
    cut + "…"
}

/// A name from outside.
fn shown(name: &str) -> String {
    shorten(&escape(name), NAME_CHARS_MAX)
}

fn cells(
    name: &str,
    channel: &ChannelTotals<'_>,
    totals: &Totals<'_>,
    currency: Currency,
) -> Vec<String> {
    let known = |value: Option<String>| value.unwrap_or_else(|| "unknown".to_owned());
    let all = totals.all().spend.filter(|spend| *spend > 0.0);
    let share = channel.spend.zip(all).map(|(spend, all)| format!("{:.1} %", 100.0 * spend / all));
    vec![
        name.to_owned(),
        channel.rows.to_string(),
        channel.missing.len().to_string(),
        known(channel.spend.map(|spend| money(currency, spend))),
        share.unwrap_or_default(),
        known(channel.revenue.map(|revenue| money(currency, revenue))),
        channel.roas().map(|roas| format!("{roas:.2}")).unwrap_or_default(),
        known(channel.conversions.map(|conversions| format!("{conversions:.0}"))),
    ]
}

/// To the nearest major unit, as people of the currency write it.
fn money(currency: Currency, value: f64) -> String {
    // Adding 0 makes a negative zero a plain one.
    currency.show_decimal(&format!("{:.0}", libm::rint(value) + 0.0))
}

/// One line for each kind of change, in the order of the figures.
fn cleaned(changes: &[Change]) -> Vec<String> {
    let mut kinds: Vec<(String, usize)> = Vec::new();
    for change in changes {
        let words = words_of(change);
        match kinds.iter_mut().find(|(known, _)| *known == words) {
            Some((_, count)) => *count += 1,
            None => kinds.push((words, 1)),
        }
    }
    kinds.sort();
    let mut lines: Vec<String> = kinds
        .into_iter()
        .map(|(words, number)| format!("{}: {words}", count(number, "value")))
        .collect();
    if lines.is_empty() {
        lines.push("nothing".to_owned());
    }
    lines
}

fn words_of(change: &Change) -> String {
    let what = change.measure.map_or("row", |measure| measure.name());
    match change.reason {
        Reason::Missing => format!("{what} was not stated and became 0"),
        Reason::Repeated => {
            "the row of a day and channel that stood there before was left out".to_owned()
        }
        Reason::Negative => format!("{what} was below 0 and became 0"),
        Reason::Outlier { low, high } => {
            format!("{what} lay outside of {low:.2} to {high:.2} and became that bound")
        }
        Reason::MoreThanImpressions => format!("{what} above the impressions became as many"),
        Reason::MoreThanClicks => format!("{what} above the clicks became as many"),
    }
}

fn model(model: Result<&MartModel, &str>, currency: Currency) -> String {
    let model = match model {
        Ok(model) => model,
        Err(reason) => return format!("none: {}", escape(reason)),
    };
    let Some(scores) = &model.performance else { return shown(&model.name) };
    let share = |value: Option<f64>, words: &str| {
        value.map_or_else(String::new, |value| format!(", {words} {value:.3}"))
    };
    format!(
        "{}: on {} that it had not seen, its mean absolute error was {}{}{}",
        shown(&model.name_shown()),
        count(scores.samples, "period"),
        money(currency, scores.mae),
        share(scores.r2, "R²"),
        share(scores.mape, "MAPE"),
    )
}

/// "it would give more to Search and Email and less to Display; no budget reads this"
fn advised(model: &MartModel) -> Option<String> {
    let names = |action: Action| {
        let named = model.advised.iter().filter(|(_, advised)| *advised == action);
        let names: Vec<String> = named.map(|(channel, _)| shown(channel)).collect();
        let (first, more) = names.split_at(names.len().min(ADVISED_MAX));
        match more.len() {
            0 => list(first),
            more => format!("{} (and {more} more)", list(first)),
        }
    };
    if model.advised.is_empty() {
        return None;
    }
    let (more, less) = (names(Action::Increase), names(Action::Reduce));
    let text = match (more.as_str(), less.as_str()) {
        ("", "") => "it sees no channel that surely deserves more or less".to_owned(),
        (more, "") => format!("it would give more to {more}"),
        ("", less) => format!("it would give less to {less}"),
        (more, less) => format!("it would give more to {more} and less to {less}"),
    };
    let text = if model.is_of_claims { format!("by what platforms claim, {text}") } else { text };
    Some(format!("{text} (advice/channel_actions.csv says why; no budget reads it)"))
}

/// Channels' names in it may be long words.
fn of_families(model: &MartModel) -> Option<String> {
    let words = model.of_families.as_deref()?.split(' ');
    Some(words.map(|word| shorten(word, NAME_CHARS_MAX + 8)).collect::<Vec<String>>().join(" "))
}

impl MartModel {
    /// "classic (ridge, alpha 0.1)"
    fn name_shown(&self) -> String {
        let Some(scores) = self.performance.as_ref().filter(|it| it.model_type != self.name) else {
            return self.name.clone();
        };
        let alpha = scores.alpha.map_or_else(String::new, |alpha| format!(", alpha {alpha}"));
        format!("{} ({}{alpha})", self.name, scores.model_type)
    }
}

/// "Email has no row for Mon 5 Jan 2026, and 3 more"
fn missing_days(channel: &ChannelTotals<'_>) -> String {
    format!("{} has no row for {}", shown(channel.name), days(&channel.missing))
}

#[cfg(test)]
mod tests;
