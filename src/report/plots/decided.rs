//! A decision → this week's budgets beside the last, and each channel's way from what its return earns it
//! to its budget.

use super::past::HISTORY;
use super::rows::{Bar, Fall, bars, waterfall};
use super::svg::{Canvas, Paint};
use super::{PastWeek, Plot, history_plots, money, named, signed};
use crate::decision::{ChannelDecision, Decision};
use crate::domain::{Amount, Money};
use crate::report::words;
use crate::rules::{Step, TraceLine};

/// The most channels of one plot.
const BARS_MAX: usize = 24;

/// Beyond so many channels the ways are left out: the page would be a book.
pub const WAYS_MAX: usize = 24;

/// All plots of a week that a bundle holds: its budgets, the ways of its largest channels, past weeks.
pub fn week_plots(decision: &Decision, past: &[PastWeek]) -> Vec<Plot> {
    let largest = words::largest_first(decision).into_iter().take(WAYS_MAX);
    let ways = largest.filter_map(|channel| channel_waterfall(decision, channel));
    let mut plots = decision_plots(decision);
    plots.extend(ways);
    plots.extend(history_plots(&decision.account, past));
    plots
}

/// Whether a plot of this name is one of [`week_plots`], and none of a model.
pub fn is_of_week(name: &str) -> bool {
    name == BEFORE_AFTER || name.starts_with(WAY) || HISTORY.contains(&name)
}

/// The name of the budgets' plot.
const BEFORE_AFTER: &str = "budget_before_after";

/// What the names of ways begin with.
const WAY: &str = "waterfall_";

/// The plots of this week's budgets.
pub fn decision_plots(decision: &Decision) -> Vec<Plot> {
    vec![before_after(decision)]
}

/// Money in major units.
#[expect(clippy::cast_precision_loss, reason = "a bar's length is no amount of money")]
fn major(decision: &Decision, money: Money) -> f64 {
    let digits = u32::from(decision.account.currency.minor_digits());
    money.minor() as f64 / 10i128.pow(digits) as f64
}

fn before_after(decision: &Decision) -> Plot {
    let account = &decision.account;
    let channels = words::largest_first(decision);
    let last = |channel: &ChannelDecision| channel.reference.map(|it| words::shown(account, it));
    let told = |channel: &ChannelDecision| match last(channel) {
        Some(last) if last == channel.final_budget => {
            format!("{}, unchanged", words::money(account, channel.final_budget))
        }
        Some(last) => format!(
            "{} ({})",
            words::money(account, channel.final_budget),
            words::change(account, channel.final_budget - last)
        ),
        None => words::money(account, channel.final_budget),
    };
    let rows: Vec<Bar> = channels
        .iter()
        .take(BARS_MAX)
        .map(|channel| Bar {
            label: named(channel.channel.as_str()),
            text: told(channel),
            value: major(decision, channel.final_budget),
            mark: last(channel).map(|last| major(decision, last)),
            paint: Paint::Series(0),
        })
        .collect();
    let title = match channels.first() {
        Some(first) if decision.total.is_positive() => {
            let share = major(decision, first.final_budget) / major(decision, decision.total);
            let most = super::percent(account.currency, share);
            format!(
                "{} gets most, {most} of the week's {}",
                named(first.channel.as_str()),
                words::money(account, decision.total)
            )
        }
        _ => "The budgets of this week".to_owned(),
    };
    let left_out = channels.len().saturating_sub(BARS_MAX);
    let more = if left_out > 0 {
        format!("; {left_out} smaller channels are left out")
    } else {
        String::new()
    };
    let measured = format!(
        "Budget of the week in {}; the upright mark is the last budget{more}",
        account.currency.code()
    );
    let described: Vec<String> = channels
        .iter()
        .map(|channel| format!("{}: {}", named(channel.channel.as_str()), told(channel)))
        .collect();
    let mut canvas = Canvas::default();
    let height = bars(&mut canvas, &rows);
    canvas.finish(BEFORE_AFTER, &title, &measured, &described.join("; "), height)
}

/// A channel's way from what its return earns it, through floors, caps, the step limit and vetoes, to its
/// budget; `None` where the trace has no amounts of it.
pub fn channel_waterfall(decision: &Decision, channel: &ChannelDecision) -> Option<Plot> {
    let account = &decision.account;
    let of = |amount: Amount| major(decision, words::shown(account, amount));
    let mut falls: Vec<Fall> = Vec::new();
    let mut described = Vec::new();
    let lines =
        decision.trace.iter().filter(|line| line.channel.as_ref() == Some(&channel.channel));
    for line in lines.filter(|line| is_on_the_way(line.step)) {
        let Some(after) = line.after.map(of) else { continue };
        let label = label(line);
        let before = if let Some(last) = falls.last() {
            last.to
        } else {
            // What it would be without floors and caps, where they bind.
            let free = line.before.map_or(after, of);
            let start = if line.step == Step::Target { free } else { after };
            let first = if line.step == Step::Target { EARNED } else { label };
            falls.push(level(first, start, money(account.currency, start)));
            described.push(format!("{first}: {}", money(account.currency, start)));
            start
        };
        if before != after {
            let text = signed(account.currency, after - before);
            described.push(format!("{label}: {text}"));
            falls.push(Fall {
                label: label.to_owned(),
                text,
                from: before,
                to: after,
                is_level: false,
            });
        }
    }
    let last = falls.last()?.to;
    let budget = major(decision, channel.final_budget);
    if last != budget {
        let text = signed(account.currency, budget - last);
        described.push(format!("{REST}: {text}"));
        let label = REST.to_owned();
        falls.push(Fall { label, text, from: last, to: budget, is_level: false });
    }
    let shown = words::money(account, channel.final_budget);
    described.push(format!("the budget of this week: {shown}"));
    falls.push(level("Budget of this week", budget, shown.clone()));
    let before = channel.reference.map(|amount| words::shown(account, amount));
    let mark = before
        .map(|before| (major(decision, before), format!("last {}", words::money(account, before))));
    let position = decision.channels.iter().position(|it| it.channel == channel.channel)?;
    let title = match before {
        Some(before) if before == channel.final_budget => format!("{shown}, as last week"),
        Some(before) => format!(
            "{shown}, {} against last week",
            words::change(account, channel.final_budget - before)
        ),
        None => format!("{shown}, without an earlier budget"),
    };
    let measured = format!("From its return to its budget, in {}", account.currency.code());
    let mut canvas = Canvas::default();
    let height =
        waterfall(&mut canvas, &falls, mark.as_ref().map(|(at, name)| (*at, name.as_str())));
    let described = format!("{}: {}", named(channel.channel.as_str()), described.join("; "));
    Some(canvas.finish(&format!("{WAY}{position}"), &title, &measured, &described, height))
}

const EARNED: &str = "Earned by its return";

/// What the trace has no amount of for this channel; nothing in most weeks.
const REST: &str = "Rounding and what else remains";

fn level(label: &str, value: f64, text: String) -> Fall {
    Fall { label: label.to_owned(), text, from: 0.0, to: value, is_level: true }
}

const fn is_on_the_way(step: Step) -> bool {
    matches!(
        step,
        Step::Target
            | Step::Shortfall
            | Step::Hold
            | Step::Pace
            | Step::Quiet
            | Step::Veto
            | Step::Funding
            | Step::Rounding
    )
}

/// A few words for what a step did.
fn label(line: &TraceLine) -> &'static str {
    match line.reason.code() {
        "by_weight" | "floor_only" => "Floor and cap",
        "at_floor" => "Lifted to its floor",
        "at_cap" => "Held at its cap",
        "shortfall" | "rest_by_reference" | "rest_equally" => "What others' caps leave",
        "no_eligible_channel"
        | "missing_evidence"
        | "held_reference"
        | "held_equally"
        | "held_nothing" => "The week is held",
        "held_excess" => "Cut to its cap",
        "moved" => "Only part of the way in a week",
        "step_limit" => "Limit of a week's step",
        "step_limit_yields" => "Step limit yields to floor or cap",
        "balanced" => "Its part of others' limits",
        "quiet_kept" | "quiet_week" => "Too little moves: kept",
        "veto_kept" | "veto_kept_at_cap" => "Veto: the cut is stopped",
        "veto_overruled" => "Veto overruled",
        "funds_veto" => "Pays for stopped cuts",
        "rounded" | "rounded_below_cap" => "Rounding",
        _ => line.step.name(),
    }
}
