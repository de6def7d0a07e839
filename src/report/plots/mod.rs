//! Decisions, past weeks and models → plots as SVG, in one house style. Each has a title that states what
//! it finds and a text that says the same in words. Names and figures are text; nothing here is a budget.

mod curves;
mod decided;
mod lines;
mod model;
mod past;
mod rows;
mod scale;
mod svg;
#[cfg(test)]
mod tests;

pub use decided::{WAYS_MAX, channel_waterfall, decision_plots, is_of_week, week_plots};
pub use model::{ModelPlots, model_plots};
pub use past::{PastWeek, history_plots};
pub use svg::style;

use crate::domain::text::escape;
use crate::domain::{Currency, Day};
use svg::{Paint, SERIES_MAX};

/// A plot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plot {
    /// The stem of its file.
    pub name: String,
    /// What it finds.
    pub title: String,
    /// The same in words, with the figures.
    pub description: String,
    /// The picture: a whole `<svg>` that stands alone, or in a page with [`style`].
    pub svg: String,
}

/// Money as it is written on plots: whole units, with two decimals below a hundred.
fn money(currency: Currency, value: f64) -> String {
    if !value.is_finite() {
        return "unknown".to_owned();
    }
    let decimals = usize::from(value.abs() < 100.0 && libm::rint(value) != value) * 2;
    let text = format!("{value:.decimals$}");
    currency.show_decimal(if text == "-0" || text == "-0.00" { "0" } else { &text })
}

/// Money with its sign.
fn signed(currency: Currency, value: f64) -> String {
    let text = money(currency, value);
    if value > 0.0 && text != money(currency, 0.0) { format!("+{text}") } else { text }
}

/// Money per unit of money, with two decimals.
fn per_unit(currency: Currency, value: f64) -> String {
    super::words::per_unit(currency, value)
}

/// A share of one: "35 %".
fn percent(currency: Currency, share: f64) -> String {
    if !share.is_finite() {
        return "unknown".to_owned();
    }
    let text = format!("{:.0}", share * 100.0);
    format!("{} %", currency.figure(if text == "-0" { "0" } else { &text }))
}

/// A name from outside, as one line of text.
fn named(text: &str) -> String {
    escape(text)
}

/// "6 Jan 2025"
fn date(day: Day) -> String {
    day.format("%-d %b %Y").to_string()
}

/// The colour of a channel by its position.
const fn paint(at: usize) -> Paint {
    Paint::Series(at % SERIES_MAX)
}

/// At most four positions of a course of `days`, with their dates.
fn dates(days: &[Day]) -> lines::Below {
    let last = days.len().saturating_sub(1);
    let mut at: Vec<usize> = match last {
        0 => vec![0],
        1 => vec![0, 1],
        2..=5 => vec![0, last / 2, last],
        _ => vec![0, last / 3, last * 2 / 3, last],
    };
    at.dedup();
    let found = at.into_iter().filter_map(|at| Some((position(at), date(*days.get(at)?))));
    found.collect()
}

/// A position on an axis.
#[expect(clippy::cast_precision_loss, reason = "positions are few")]
fn position(at: usize) -> f64 {
    at as f64
}

/// The most channels that a plot tells apart; the rest are one.
const CHANNELS_MAX: usize = 7;

/// The positions of the largest by `size`, in falling order, and of all others.
fn largest(sizes: &[f64]) -> (Vec<usize>, Vec<usize>) {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|one, other| sizes[*other].total_cmp(&sizes[*one]).then(one.cmp(other)));
    let rest =
        if order.len() > CHANNELS_MAX + 1 { order.split_off(CHANNELS_MAX) } else { Vec::new() };
    (order, rest)
}
