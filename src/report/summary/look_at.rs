//! Daily rows → what an analyst should look at before any other thing, the most pressing first.

use super::totals::{ChannelTotals, Totals};
use super::{NAME_CHARS_MAX, missing_days, money, shown};
use crate::domain::Currency;
use crate::domain::calendar::{Day, minus_days};
use crate::domain::text::shorten;
use crate::report::mart::MartInput;
use crate::report::words::{list, one, per_unit};

/// Days that are called "the last four weeks".
const RECENT_DAYS: u64 = 28;

/// Two weeks of spend that differ by more are named.
const CHANGE_NAMED: f64 = 0.3;

/// Platform and model differ where one states more than this many times what the other does.
const DISAGREEMENT_NAMED: f64 = 2.0;

/// The most lines of each kind.
const LINES_MAX: usize = 3;

/// Sentences, the most pressing first; never none.
pub(super) fn first(input: &MartInput<'_>, totals: &Totals<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some((_, last)) = totals.period {
        lines.extend(missing(totals));
        lines.extend(unstated(totals));
        lines.extend(losing(input, last));
        lines.extend(changed(input, last));
        lines.extend(disagreeing(input, totals));
    }
    lines.extend(doubted(input));
    if lines.is_empty() {
        lines.push("nothing stands out".to_owned());
    }
    lines
}

/// The channels that miss most days.
fn missing(totals: &Totals<'_>) -> Vec<String> {
    let mut channels: Vec<&ChannelTotals<'_>> =
        totals.channels.iter().filter(|channel| !channel.missing.is_empty()).collect();
    channels.sort_by_key(|channel| std::cmp::Reverse(channel.missing.len()));
    at_most(&channels, "channel that misses days", "channels that miss days", |channel| {
        missing_days(channel)
    })
}

/// Channels that spend and state no revenue.
fn unstated(totals: &Totals<'_>) -> Vec<String> {
    let names: Vec<String> = totals
        .channels
        .iter()
        .filter(|channel| {
            channel.revenue.is_none() && channel.spend.is_some_and(|spend| spend > 0.0)
        })
        .map(|channel| shown(channel.name))
        .collect();
    if names.is_empty() {
        return Vec::new();
    }
    let (first, more) = names.split_at(names.len().min(LINES_MAX * 4));
    let more = match more.len() {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    vec![format!("no revenue is stated for {}{more}: there is no ROAS", list(first))]
}

/// Channels that brought back less than they cost in the last four weeks.
fn losing(input: &MartInput<'_>, last: Day) -> Vec<String> {
    let recent = Totals::since(input.rows, minus_days(last, RECENT_DAYS - 1));
    let losing: Vec<&ChannelTotals<'_>> = recent
        .channels
        .iter()
        .filter(|channel| {
            channel.revenue.is_some() && channel.roas().is_some_and(|roas| roas < 1.0)
        })
        .collect();
    at_most(
        &losing,
        "channel that costs more than it brings",
        "channels that cost more than they bring",
        |channel| {
            let roas = channel.roas().unwrap_or_default();
            format!(
                "{} brought {} per {} spent in the last {RECENT_DAYS} days (spend {})",
                shown(channel.name),
                per_unit(input.currency, roas),
                one(input.currency),
                money(input.currency, channel.spend.unwrap_or_default()),
            )
        },
    )
}

/// Spend or revenue of the last seven days against the seven before.
fn changed(input: &MartInput<'_>, last: Day) -> Vec<String> {
    let both = Totals::since(input.rows, minus_days(last, 13)).all();
    let now = Totals::since(input.rows, minus_days(last, 6)).all();
    let figures = [("spend", both.spend, now.spend), ("revenue", both.revenue, now.revenue)];
    figures
        .into_iter()
        .filter_map(|(what, both, now)| {
            let (now, before) = (now?, both? - now?);
            let change = now / before - 1.0;
            (before > 0.0 && change.abs() > CHANGE_NAMED).then(|| {
                let direction = if change > 0.0 { "more" } else { "less" };
                format!(
                    "{what} of the last 7 days is {}, {:.0} % {direction} than in the 7 days before",
                    money(input.currency, now),
                    100.0 * change.abs(),
                )
            })
        })
        .collect()
}

/// Channels of which the platform and the model tell different stories, where the model's can be true.
fn disagreeing(input: &MartInput<'_>, totals: &Totals<'_>) -> Vec<String> {
    let Ok(model) = input.model else { return Vec::new() };
    let explained: f64 = model.contributions.iter().map(|row| row.contribution).sum();
    if explained > model.revenue {
        return vec![format!(
            "the model's contributions add up to more than the revenue ({} of {}), so its baseline is \
             below 0: use it to predict, and not to say what a channel brought",
            money(input.currency, explained),
            money(input.currency, model.revenue),
        )];
    }
    let apart: Vec<(&str, f64, f64)> = totals
        .channels
        .iter()
        .filter_map(|channel| {
            let row = model.contributions.iter().find(|row| row.campaign == channel.name)?;
            let reported = channel.roas()?;
            let modelled = (row.spend > 0.0).then(|| row.contribution / row.spend)?;
            let is_apart = modelled > reported * DISAGREEMENT_NAMED
                || reported > modelled * DISAGREEMENT_NAMED;
            (is_apart && modelled.is_finite()).then_some((channel.name, reported, modelled))
        })
        .collect();
    at_most(&apart, "such channel", "such channels", |(name, reported, modelled)| {
        disagreement(input.currency, name, *reported, *modelled)
    })
}

/// The checks of its card that the model fails; their texts are escaped, and may name a channel.
fn doubted(input: &MartInput<'_>) -> Option<String> {
    let doubts = &input.model.ok()?.doubts;
    let fitting = |text: &String| {
        let words = text.split(' ').map(|word| shorten(word, NAME_CHARS_MAX));
        words.collect::<Vec<String>>().join(" ")
    };
    let texts: Vec<String> = doubts.iter().map(fitting).collect();
    (!texts.is_empty()).then(|| format!("the model fails by its own checks: {}", texts.join("; ")))
}

fn disagreement(currency: Currency, name: &str, reported: f64, modelled: f64) -> String {
    format!(
        "{}: its platform reports {} of revenue per {} spent, the model finds {}",
        shown(name),
        per_unit(currency, reported),
        one(currency),
        per_unit(currency, modelled),
    )
}

/// A line each for the first, and how many more there are.
fn at_most<T>(
    items: &[T],
    single: &str,
    several: &str,
    line: impl Fn(&T) -> String,
) -> Vec<String> {
    let mut lines: Vec<String> = items.iter().take(LINES_MAX).map(line).collect();
    match items.len().saturating_sub(LINES_MAX) {
        0 => {}
        1 => lines.push(format!("and 1 more {single}")),
        more => lines.push(format!("and {more} more {several}")),
    }
    lines
}
