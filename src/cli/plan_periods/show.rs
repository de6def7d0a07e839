//! A plan of several periods → words and JSON: its budgets, the comparison of the ways to them, and
//! what a reader should look at first.

use serde_json::{Value, json};

use crate::advice::planning::periods::{PeriodPlan, PeriodPlans, Risk, Strategy};
use crate::cli::Context;
use crate::cli::output::{CARE, FAINT, STRONG, paint};
use crate::cli::plan::{between, interval};
use crate::domain::text::escape;
use crate::domain::{Account, Day};
use crate::report::advice::{PeriodRow, estimate, estimate_text};

/// A plan, with all that is told of it.
pub struct Told<'a> {
    pub account: &'a Account,
    pub channels: Vec<&'a str>,
    pub days: Vec<Day>,
    pub done: Vec<Vec<f64>>,
    pub plans: PeriodPlans,
    pub chosen: Strategy,
    pub risk: Risk,
    pub confidence: f64,
    pub is_months: bool,
    /// Why the rules are not in it.
    pub rules_unknown: Option<&'static str>,
    pub is_thin: bool,
    /// Whether the model explains what platforms claim.
    pub is_of_claims: bool,
    /// Checks that the model fails, in words.
    pub failed: Vec<&'a str>,
}

/// All periods of a plan, those that are over with what was spent.
pub fn rows(told: &Told<'_>, plan: &PeriodPlan) -> Vec<PeriodRow> {
    let budgets = told.done.iter().chain(&plan.budgets);
    let row = |(first_day, budgets): (&Day, &Vec<f64>)| PeriodRow {
        first_day: *first_day,
        budgets: budgets.clone(),
    };
    told.days.iter().zip(budgets).map(row).collect()
}

/// The answer in words.
pub fn show(context: &Context, told: &Told<'_>, chosen: &PeriodPlan) {
    let output = &context.output;
    let unit = if told.is_months { "months" } else { "weeks" };
    output.line(paint(
        STRONG,
        &format!(
            "{} {unit}, planned by {}{}",
            told.days.len(),
            told.chosen.name(),
            words(told.risk)
        ),
    ));
    let names: Vec<String> = told.channels.iter().map(|name| escape(name)).collect();
    let mut headings = vec!["from", "total"];
    headings.extend(names.iter().map(String::as_str));
    let right: Vec<usize> = (1..headings.len()).collect();
    headings.push("");
    let line = |(at, row): (usize, PeriodRow)| {
        let mut cells = vec![row.first_day.to_string(), estimate_text(row.budgets.iter().sum())];
        cells.extend(row.budgets.iter().map(|budget| estimate_text(*budget)));
        cells.push(if at < told.done.len() { "spent".to_owned() } else { String::new() });
        cells
    };
    let table = rows(told, chosen).into_iter().enumerate().map(line);
    output.table(&headings, &right, table.collect());
    output.line("");
    show_comparison(context, told);
    if let Some(why) = told.rules_unknown {
        let told = format!("the rules are not in it: {why}; \"present\" holds today's split");
        output.line(paint(FAINT, &told));
    }
    show_cautions(context, told, chosen);
    output.line(paint(FAINT, "advice only: no budget reads this"));
}

/// What a reader should look at before following a plan.
fn show_cautions(context: &Context, told: &Told<'_>, chosen: &PeriodPlan) {
    let unit = if told.is_months { "months" } else { "weeks" };
    let look = |text: String| context.output.line(format!("{} {text}", paint(CARE, "look:")));
    if told.is_thin {
        look("so few figures say little: the model leans on what is likely beforehand".to_owned());
    }
    if told.is_of_claims {
        look(
            "no revenue of the business is known: the model explains what platforms claim"
                .to_owned(),
        );
    }
    for failed in &told.failed {
        look(format!("the model fails a check: {failed}"));
    }
    let beyond = beyond_history(told, chosen);
    if !beyond.is_empty() {
        let names: Vec<String> = beyond.iter().map(|name| escape(name)).collect();
        look(format!("more than ever spent in one of these {unit}: {}", names.join(", ")));
    }
    let present = told.plans.by(Strategy::Present);
    if present.is_some_and(|present| present.used.above_caps > 0) {
        look("today's split is above a cap of the business, which plans keep".to_owned());
    }
    if chosen.steps_dropped > 0 {
        look(format!(
            "in {} {unit} the step limit could not be kept beside floors and caps",
            chosen.steps_dropped
        ));
    }
    if chosen.used.above_caps > 0 {
        look(format!("{} budgets are more than the business allows", chosen.used.above_caps));
    }
}

/// Channels that a plan gives more than they ever spent in a period, beyond rounding.
fn beyond_history<'a>(told: &Told<'a>, chosen: &PeriodPlan) -> Vec<&'a str> {
    let most = |at: usize| chosen.budgets.iter().map(|it| it[at]).fold(0.0, f64::max);
    let is_beyond = |at: usize| most(at) > told.plans.largest[at] * (1.0 + 1e-9);
    let beyond = told.channels.iter().enumerate().filter(|(at, _)| is_beyond(*at));
    beyond.map(|(_, name)| *name).collect()
}

fn show_comparison(context: &Context, told: &Told<'_>) {
    let at = format!("at {:.0} %", told.confidence * 100.0);
    let headings = [
        "strategy",
        "revenue",
        &at,
        "as seen",
        "more",
        &at,
        "better",
        "moves",
        "at bounds",
        "at steps",
        "beyond steps",
    ];
    let right: Vec<usize> = (1..headings.len()).collect();
    let table = told.plans.plans.iter().map(|plan| {
        let revenue = plan.revenue.interval(told.confidence);
        let more = plan.more.interval(told.confidence);
        let sign = if more.mean > 0.0 { "+" } else { "" };
        vec![
            plan.strategy.name().to_owned(),
            estimate_text(revenue.mean),
            between(&revenue),
            between(&plan.outcome.interval(told.confidence)),
            format!("{sign}{}", estimate_text(more.mean)),
            between(&more),
            plan.probability_better
                .map_or_else(|| "-".to_owned(), |it| format!("{:.0} %", it * 100.0)),
            format!("{:.1} %", plan.churn * 100.0),
            plan.used.bounds.to_string(),
            plan.used.steps.to_string(),
            plan.used.beyond_steps.to_string(),
        ]
    });
    context.output.table(&headings, &right, table.collect());
    let told = "revenue that media add in these periods and after them; \"as seen\" with chance, \
        \"more\" than by today's split, \"moves\" the share of a total that changes channel per period";
    context.output.line(paint(FAINT, told));
}

/// The answer for machines.
pub fn machine(told: &Told<'_>, chosen: &PeriodPlan) -> Value {
    let comparison = told.plans.plans.iter().map(|plan| {
        json!({
            "strategy": plan.strategy.name(),
            "revenue": interval(&plan.revenue.interval(told.confidence)),
            "outcome": interval(&plan.outcome.interval(told.confidence)),
            "left_behind": estimate(plan.left_behind),
            "more_than_present": interval(&plan.more.interval(told.confidence)),
            "probability_better": plan.probability_better.map(estimate),
            "churn": estimate(plan.churn),
            "limits": plan.used,
            "steps_dropped": plan.steps_dropped,
            "proof": plan.proof.map(|proof| json!({
                "multiplier": estimate(proof.multiplier),
                "exchange": estimate(proof.exchange),
                "gap": proof.gap.map(estimate),
            })),
        })
    });
    let period = |(at, row): (usize, PeriodRow)| {
        let total: f64 = row.budgets.iter().sum();
        let channels = told.channels.iter().zip(&row.budgets).map(|(name, budget)| {
            let share = if total > 0.0 { budget / total } else { 0.0 };
            json!({"channel": name, "budget": estimate(*budget), "share": estimate(share)})
        });
        json!({"period": row.first_day.to_string(), "total": estimate(total),
            "done": at < told.done.len(), "channels": channels.collect::<Vec<_>>()})
    };
    json!({
        "account": told.account.id.as_str(),
        "plan": {
            "strategy": told.chosen.name(),
            "risk": told.risk,
            "unit": if told.is_months { "month" } else { "week" },
            "thin_history": told.is_thin,
            "periods": rows(told, chosen).into_iter().enumerate().map(period).collect::<Vec<_>>(),
        },
        "confidence": told.confidence,
        "comparison": comparison.collect::<Vec<_>>(),
        "rules_unknown": told.rules_unknown,
        "failed_checks": told.failed,
        "revenue_of": if told.is_of_claims { "platforms" } else { "business" },
        "beyond_history": beyond_history(told, chosen),
    })
}

fn words(risk: Risk) -> String {
    match risk {
        Risk::Mean => String::new(),
        Risk::Quantile(share) => {
            format!(", for the revenue that is missed with {:.0} %", share * 100.0)
        }
        Risk::Cvar(share) => {
            format!(", for the mean of the worst {:.0} %", share * 100.0)
        }
    }
}
