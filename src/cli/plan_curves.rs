//! `budgetd plan --curves FILE` and `budgetd whatif --curves FILE`: plans on response curves that
//! another tool exported. No model is fitted, no account is read, and no amount becomes a budget.

use std::path::Path;

use serde_json::{Value, json};

use super::curve_arguments::{CurveArguments, import};
use super::output::{CARE, FAINT, STRONG, paint};
use super::plan::{AskedBounds, MOST_SHARE, usage};
use super::{CliError, Context, DONE, Ending, NO};
use crate::advice::planning::imported::{
    ChannelOutcome, ImportedCurves, change, curves, outcomes, reach, scenarios,
};
use crate::advice::planning::{
    Active, BoundShares, Infeasible, Objective, Plan, parse_changes, plan,
};
use crate::domain::text::escape;
use crate::report::advice::{bound, estimate, estimate_text};

/// What is asked of a plan.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// Share out this total.
    pub total: Option<f64>,
    /// The largest total that returns so much per unit.
    pub roas: Option<f64>,
    /// The total of most profit at this share.
    pub margin: Option<f64>,
    /// What each channel may get.
    pub bounds: AskedBounds,
}

/// What each command ends with.
const ADVICE: &str = "advice only: no budget reads this";

pub fn run(context: &Context, file: &Path, arguments: &CurveArguments, wish: Wish) -> Ending {
    let imported = import(file, arguments)?;
    if imported.outcome != "revenue" && (wish.roas.is_some() || wish.margin.is_some()) {
        return Err(CliError::usage(
            format!("the curves bring {}, which no money can be set against", imported.outcome),
            "plan a total: --total 250000",
        ));
    }
    let bounds = wish.bounds.of(imported.channels.len())?;
    say_what_it_is(context, &imported);
    let present: Option<f64> = imported.channels.iter().map(|channel| channel.present).sum();
    let most = || -> f64 {
        let today = present.map_or(f64::INFINITY, |present| present * MOST_SHARE);
        today.min(reach(&imported.channels).unwrap_or(f64::INFINITY))
    };
    let objective = match wish {
        Wish { total: Some(total), .. } => Objective::MostRevenue { total },
        Wish { roas: Some(roas), .. } => Objective::TargetRoas { roas, most: most() },
        Wish { margin: Some(margin), .. } => Objective::MostProfit { margin, most: most() },
        _ => return show_scenarios(context, &imported, bounds),
    };
    let most = objective.most();
    if !most.is_finite() || most <= 0.0 {
        return Ok(no_present(context, &imported));
    }
    let found = plan(&curves(&imported.channels, most), bounds, objective)
        .map_err(|error| infeasible(&error))?;
    let Some((total, plan)) = found else {
        context.output.line("no total reaches that: the first unit of spend already returns less");
        context.output.json(&json!({"curves": described(&imported), "plan": null}));
        return Ok(NO);
    };
    if wish.total.is_none() && total >= most * (1.0 - 1e-6) {
        let told = format!(
            "it is the most that is looked at: {MOST_SHARE} times the present total, or what the \
             file knows of"
        );
        context.output.line(paint(FAINT, &told));
    }
    show_plan(context, &imported, total, &plan);
    Ok(DONE)
}

pub fn run_what_if(
    context: &Context,
    file: &Path,
    arguments: &CurveArguments,
    changes: &[String],
) -> Ending {
    let imported = import(file, arguments)?;
    let names: Vec<&str> = imported.channels.iter().map(|it| it.name.as_str()).collect();
    let changes = parse_changes(changes, &names).map_err(|errors| usage(&errors))?;
    let found = change(&imported.channels, &changes).map_err(|errors| usage(&errors))?;
    say_what_it_is(context, &imported);
    let (mut spend, mut revenue) = (0.0, 0.0);
    for it in &found {
        spend += it.after.spend - it.before.spend;
        revenue += it.after.revenue - it.before.revenue;
    }
    let with_interval = |outcome: &ChannelOutcome| match outcome.interval {
        Some((low, high)) => format!(
            "{} ({} to {})",
            estimate_text(outcome.revenue),
            estimate_text(low),
            estimate_text(high)
        ),
        None => estimate_text(outcome.revenue),
    };
    let rows = found.iter().map(|it| {
        vec![
            escape(&it.name),
            marked(&it.before),
            marked(&it.after),
            with_interval(&it.before),
            with_interval(&it.after),
            signed(it.after.revenue - it.before.revenue),
        ]
    });
    let brought = format!("{} now", imported.outcome);
    context.output.table(
        &["channel", "today", "then", &brought, "then", "change"],
        &[1, 2, 3, 4, 5],
        rows.collect(),
    );
    context.output.line(format!(
        "in all: spend {}, {} {}",
        signed(spend),
        imported.outcome,
        signed(revenue)
    ));
    let ends: Vec<ChannelOutcome> = found.iter().map(|it| it.after.clone()).collect();
    let names: Vec<&str> = found.iter().map(|it| it.name.as_str()).collect();
    say_what_is_beyond(context, &imported, &names, &ends);
    if imported.interval.is_some() {
        context.output.line(paint(
            FAINT,
            "the file's intervals are of what a spend brings, not of a change; a change has none",
        ));
    }
    context.output.line(paint(FAINT, ADVICE));
    let channels: Vec<Value> = found
        .iter()
        .map(|it| {
            json!({"channel": it.name, "spend_before": estimate(it.before.spend),
                "spend_after": estimate(it.after.spend),
                "revenue_before": interval(&it.before), "revenue_after": interval(&it.after),
                "revenue_change": without_interval(it.after.revenue - it.before.revenue),
                "beyond": it.after.is_beyond})
        })
        .collect();
    context.output.json(&json!({"curves": described(&imported), "channels": channels,
        "spend_change": estimate(spend), "revenue_change": without_interval(revenue)}));
    Ok(DONE)
}

fn say_what_it_is(context: &Context, imported: &ImportedCurves) {
    context.output.line(paint(STRONG, &imported.recognised));
    context.output.line(format!("amounts are for {}", imported.unit_of_spend));
    for note in &imported.notes {
        context.output.line(paint(FAINT, note));
    }
}

fn show_scenarios(context: &Context, imported: &ImportedCurves, bounds: BoundShares) -> Ending {
    let present: Option<Vec<f64>> =
        imported.channels.iter().map(|channel| channel.present).collect();
    let Some(present) = present.filter(|present| present.iter().sum::<f64>() > 0.0) else {
        return Ok(no_present(context, imported));
    };
    let found = scenarios(&imported.channels, &present, bounds).map_err(|it| infeasible(&it))?;
    let mut headings = vec!["of today", "total", imported.outcome];
    let is_money = imported.outcome == "revenue";
    if is_money {
        headings.push("ROI");
    }
    headings.push("more");
    let names: Vec<String> = imported.channels.iter().map(|it| escape(&it.name)).collect();
    headings.extend(names.iter().map(String::as_str));
    let right: Vec<usize> = (0..headings.len()).collect();
    let rows = found.iter().map(|scenario| {
        let mut row = vec![
            format!("{:.0} %", scenario.share * 100.0),
            estimate_text(scenario.total),
            estimate_text(scenario.plan.revenue),
        ];
        if is_money {
            row.push(format!("{:.2}", scenario.expected_roi));
        }
        let more = scenario.revenue_increase;
        row.push(more.map_or_else(|| "-".to_owned(), |it| format!("{:+.1} %", it * 100.0)));
        row.extend(outcomes(&imported.channels, &scenario.plan.spends).iter().map(marked));
        row
    });
    context.output.line("each total shared out best");
    context.output.table(&headings, &right, rows.collect());
    let last = found.last().map(|it| outcomes(&imported.channels, &it.plan.spends));
    let names: Vec<&str> = imported.channels.iter().map(|it| it.name.as_str()).collect();
    say_what_is_beyond(context, imported, &names, &last.unwrap_or_default());
    context.output.line(paint(FAINT, &format!("\"more\" is against today's spends; {ADVICE}")));
    context.output.json(&json!({"curves": described(imported),
        "scenarios": found.iter().map(|scenario| json!({
            "share": estimate(scenario.share),
            "total": estimate(scenario.total),
            "revenue": without_interval(scenario.plan.revenue),
            "expected_roi": is_money.then(|| estimate(scenario.expected_roi)),
            "revenue_increase": scenario.revenue_increase.map(estimate),
            "channels": channels(imported, &scenario.plan),
            "multiplier": estimate(scenario.plan.certificate.multiplier),
            "gap": estimate(scenario.plan.certificate.gap),
        })).collect::<Vec<_>>()}));
    Ok(DONE)
}

/// Says which present spends are missing, without which there is no "today".
fn no_present(context: &Context, imported: &ImportedCurves) -> u8 {
    let unknown: Vec<String> = imported
        .channels
        .iter()
        .filter(|channel| channel.present.is_none())
        .map(|channel| channel.name.clone())
        .collect();
    let text = if unknown.is_empty() {
        "nothing is spent now, so there is nothing to compare with; ask for a total by --total"
            .to_owned()
    } else {
        format!(
            "the present spend of {} is not known: tell it by --present \"CHANNEL=AMOUNT\" or a \
             column current_spend, or ask for a total by --total",
            unknown.iter().map(|name| escape(name)).collect::<Vec<_>>().join(", ")
        )
    };
    context.output.line(&text);
    context.output.json(&json!({"curves": described(imported), "scenarios": [],
        "present_unknown": unknown, "text": text}));
    NO
}

fn show_plan(context: &Context, imported: &ImportedCurves, total: f64, plan: &Plan) {
    let planned = outcomes(&imported.channels, &plan.spends);
    context.output.line(paint(STRONG, &format!("a total of {}", estimate_text(total))));
    let rows = imported.channels.iter().zip(&planned).zip(&plan.certificate.active).map(
        |((channel, outcome), active)| {
            let mut row = vec![
                escape(&channel.name),
                channel.present.map_or_else(|| "-".to_owned(), estimate_text),
                marked(outcome),
                format!("{:.1} %", outcome.spend / total * 100.0),
                estimate_text(outcome.revenue),
            ];
            if imported.interval.is_some() {
                row.push(outcome.interval.map_or_else(
                    || "-".to_owned(),
                    |(low, high)| format!("{} to {}", estimate_text(low), estimate_text(high)),
                ));
            }
            row.push(bound(*active).to_owned());
            row
        },
    );
    let mut headings = vec!["channel", "today", "plan", "share", imported.outcome];
    if imported.interval.is_some() {
        headings.push("interval");
    }
    let right: Vec<usize> = (1..headings.len()).collect();
    headings.push("bound");
    context.output.table(&headings, &right, rows.collect());
    context.output.line(format!(
        "the channels would bring {}; a further unit {}; nothing else brings more than {} more",
        estimate_text(plan.revenue),
        estimate_text(plan.certificate.multiplier),
        estimate_text(plan.certificate.gap)
    ));
    let names: Vec<&str> = imported.channels.iter().map(|it| it.name.as_str()).collect();
    say_what_is_beyond(context, imported, &names, &planned);
    if let Some(interval) = &imported.interval {
        let told = format!(
            "intervals are the file's ({interval}), of each channel alone; their sum would be no \
             interval of the total"
        );
        context.output.line(paint(FAINT, &told));
    }
    context.output.line(paint(FAINT, ADVICE));
    context.output.json(&json!({"curves": described(imported), "plan": {
        "total": estimate(total),
        "revenue": without_interval(plan.revenue),
        "channels": channels(imported, plan),
        "multiplier": estimate(plan.certificate.multiplier),
        "gap": estimate(plan.certificate.gap),
    }}));
}

/// One line for each spend that lies beyond what the file knows.
fn say_what_is_beyond(
    context: &Context,
    imported: &ImportedCurves,
    names: &[&str],
    outcomes: &[ChannelOutcome],
) {
    for (name, _) in names.iter().zip(outcomes).filter(|(_, outcome)| outcome.is_beyond) {
        let channel = imported.channels.iter().find(|channel| channel.name == **name);
        let Some((channel, known)) = channel.and_then(|it| Some((it, it.known_to?))) else {
            continue;
        };
        let told = if channel.is_formula() {
            format!(
                "* {}: more than the {} that was ever spent in a period; the formula goes on",
                escape(name),
                estimate_text(known)
            )
        } else {
            format!(
                "* {}: the file's curve ends at {}; beyond it no more is taken to come",
                escape(name),
                estimate_text(known)
            )
        };
        context.output.line(paint(CARE, &told));
    }
}

fn described(imported: &ImportedCurves) -> Value {
    json!({"tool": imported.tool, "recognised": imported.recognised,
        "unit_of_spend": imported.unit_of_spend, "outcome": imported.outcome,
        "interval": imported.interval, "notes": imported.notes})
}

fn channels(imported: &ImportedCurves, plan: &Plan) -> Vec<Value> {
    let planned = outcomes(&imported.channels, &plan.spends);
    let actives: &[Active] = &plan.certificate.active;
    imported
        .channels
        .iter()
        .zip(&planned)
        .zip(actives)
        .map(|((channel, outcome), active)| {
            json!({"channel": channel.name, "present": channel.present.map(estimate),
                "spend": estimate(outcome.spend), "bound": bound(*active),
                "revenue": interval(outcome), "beyond": outcome.is_beyond})
        })
        .collect()
}

fn interval(outcome: &ChannelOutcome) -> Value {
    json!({"mean": estimate(outcome.revenue), "low": outcome.interval.map(|it| estimate(it.0)),
        "high": outcome.interval.map(|it| estimate(it.1))})
}

fn without_interval(mean: f64) -> Value {
    json!({"mean": estimate(mean), "low": null, "high": null})
}

/// A spend, with a star where the file knows nothing of so much.
fn marked(outcome: &ChannelOutcome) -> String {
    let star = if outcome.is_beyond { "*" } else { "" };
    format!("{}{star}", estimate_text(outcome.spend))
}

fn signed(value: f64) -> String {
    let text = estimate_text(value);
    if value > 0.0 { format!("+{text}") } else { text }
}

fn infeasible(error: &Infeasible) -> CliError {
    CliError::usage(error.to_string(), "widen --low and --high")
}
