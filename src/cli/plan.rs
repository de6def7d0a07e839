//! `budgetd plan` and `budgetd whatif`: what other spends would bring, by the advisory model. Amounts
//! are per week and none of them becomes a budget.

use serde_json::{Value, json};

use super::accounts::named_or_only;
use super::model::{DataArguments, Modelled, model};
use super::output::{FAINT, STRONG, paint};
use super::{CliError, Context, DONE, Ending, NO};
use crate::advice::mmm::spread::Estimate;
use crate::advice::planning::{
    BoundShares, Horizon, Objective, Plan, Scenario, WhatIfError, curves, parse_changes, plan,
    scenarios, what_if,
};
use crate::domain::text::escape;
use crate::report::advice::{bound, estimate, estimate_text};

#[derive(Debug, clap::Args)]
pub struct PlanArguments {
    #[command(flatten)]
    data: DataArguments,
    /// Share out this weekly total instead of the scenarios around the present one
    #[arg(long, value_name = "AMOUNT", value_parser = parse_amount, conflicts_with_all = ["roas", "margin"])]
    total: Option<f64>,
    /// Find the largest weekly total that still returns this revenue per unit of spend
    #[arg(long, value_name = "ROAS", value_parser = parse_amount, conflicts_with = "margin")]
    roas: Option<f64>,
    /// Find the weekly total of most profit, where this share of revenue is earned before media
    #[arg(long, value_name = "SHARE", value_parser = parse_share)]
    margin: Option<f64>,
    /// No channel gets less than this share of the total
    #[arg(long, value_name = "SHARE", default_value = "0.05", value_parser = parse_share)]
    low: f64,
    /// No channel gets more than this share of the total
    #[arg(long, value_name = "SHARE", default_value = "0.6", value_parser = parse_share)]
    high: f64,
}

#[derive(Debug, clap::Args)]
pub struct WhatIfArguments {
    #[command(flatten)]
    data: DataArguments,
    /// A change of a channel's weekly spend: "Google Ads=+30%", "Email=-5000" or "Email=12000"
    #[arg(long = "set", value_name = "CHANGE", required = true)]
    changes: Vec<String>,
}

/// How far beyond the present total an objective may look.
const MOST_SHARE: f64 = 3.0;

pub fn run(context: &Context, arguments: &PlanArguments) -> Ending {
    let workspace = context.workspace()?;
    let account = named_or_only(&workspace, arguments.data.account.as_deref())?;
    let modelled = match model(context, &workspace, account, &arguments.data)? {
        Ok(modelled) => modelled,
        Err(status) => return Ok(status),
    };
    if arguments.low > arguments.high {
        return Err(CliError::usage("--low is more than --high", "write --low 0.05 --high 0.6"));
    }
    let bounds = BoundShares { low: arguments.low, high: arguments.high };
    let horizon = Horizon::of(&modelled.fitted);
    let present: f64 = horizon.present().iter().sum();
    let objective = match (arguments.total, arguments.roas, arguments.margin) {
        (Some(total), ..) => Objective::MostRevenue { total },
        (_, Some(roas), _) => Objective::TargetRoas { roas, most: present * MOST_SHARE },
        (_, _, Some(margin)) => Objective::MostProfit { margin, most: present * MOST_SHARE },
        (None, None, None) => return Ok(show_scenarios(context, &modelled, &horizon, bounds)),
    };
    let most = match objective {
        Objective::MostRevenue { total } => total,
        Objective::TargetRoas { most, .. } | Objective::MostProfit { most, .. } => most,
    };
    let found = plan(&curves(&horizon, most), bounds, objective)
        .map_err(|error| CliError::usage(error.to_string(), "widen --low and --high"))?;
    let Some((total, plan)) = found else {
        context.output.line("no total reaches that: the first unit of spend already returns less");
        context.output.json(&json!({"account": account.id.as_str(), "plan": null}));
        return Ok(NO);
    };
    let revenue = horizon.revenue(&plan.spends, modelled.confidence);
    if total >= most * (1.0 - 1e-6) && arguments.total.is_none() {
        let told =
            format!("it is the most that is looked at, {MOST_SHARE} times the present total");
        context.output.line(paint(FAINT, &told));
    }
    show_plan(context, &modelled, &horizon, (total, &plan, revenue));
    Ok(DONE)
}

fn show_scenarios(
    context: &Context,
    modelled: &Modelled<'_>,
    horizon: &Horizon<'_>,
    bounds: BoundShares,
) -> u8 {
    let found = match scenarios(horizon, bounds, modelled.confidence) {
        Ok(found) => found,
        Err(error) => {
            context.output.line(error.to_string());
            context.output.json(&json!({"account": modelled.account.id.as_str(),
                "scenarios": [], "text": error.to_string()}));
            return NO;
        }
    };
    let at = format!("at {:.0} %", modelled.confidence * 100.0);
    let mut headings = vec!["of today", "total", "revenue", &at, "ROI", "more"];
    let names: Vec<String> = horizon.channels().map(escape).collect();
    headings.extend(names.iter().map(String::as_str));
    let right: Vec<usize> = (0..headings.len()).collect();
    let rows = found.iter().map(|scenario| {
        let mut row = vec![
            format!("{:.0} %", scenario.share * 100.0),
            estimate_text(scenario.total),
            estimate_text(scenario.revenue.mean),
            between(&scenario.revenue),
            format!("{:.2}", scenario.expected_roi),
            scenario
                .revenue_increase
                .map_or_else(|| "-".to_owned(), |it| format!("{:+.1} %", it * 100.0)),
        ];
        row.extend(scenario.plan.spends.iter().map(|spend| estimate_text(*spend)));
        row
    });
    context.output.line(paint(STRONG, "what a week would bring, each total shared out best"));
    context.output.table(&headings, &right, rows.collect());
    context.output.line(paint(
        FAINT,
        "revenue that media bring, against today's spends; advice only: no budget reads this",
    ));
    context.output.json(&json!({"account": modelled.account.id.as_str(),
        "scenarios": found.iter().map(|it| machine(horizon, it)).collect::<Vec<_>>()}));
    DONE
}

fn machine(horizon: &Horizon<'_>, scenario: &Scenario) -> Value {
    json!({
        "share": estimate(scenario.share),
        "total": estimate(scenario.total),
        "revenue": interval(&scenario.revenue),
        "expected_roi": estimate(scenario.expected_roi),
        "revenue_increase": scenario.revenue_increase.map(estimate),
        "channels": channels(horizon, &scenario.plan),
        "multiplier": estimate(scenario.plan.certificate.multiplier),
        "gap": estimate(scenario.plan.certificate.gap),
    })
}

fn channels(horizon: &Horizon<'_>, plan: &Plan) -> Vec<Value> {
    horizon
        .channels()
        .zip(plan.spends.iter().zip(&plan.certificate.active))
        .map(|(name, (spend, active))| {
            json!({"channel": name, "spend": estimate(*spend), "bound": bound(*active)})
        })
        .collect()
}

fn show_plan(
    context: &Context,
    modelled: &Modelled<'_>,
    horizon: &Horizon<'_>,
    (total, plan, revenue): (f64, &Plan, Estimate),
) {
    let present = horizon.present();
    context.output.line(paint(STRONG, &format!("a week of {}", estimate_text(total))));
    let rows = horizon.channels().enumerate().map(|(at, name)| {
        vec![
            escape(name),
            estimate_text(present[at]),
            estimate_text(plan.spends[at]),
            format!("{:.1} %", plan.spends[at] / total * 100.0),
            bound(plan.certificate.active[at]).to_owned(),
        ]
    });
    context.output.table(
        &["channel", "today", "plan", "share", "bound"],
        &[1, 2, 3],
        rows.collect(),
    );
    context.output.line(format!(
        "media would bring {} ({} at {:.0} %); a further unit {}; nothing else brings more than {} more",
        estimate_text(revenue.mean),
        between(&revenue),
        modelled.confidence * 100.0,
        estimate_text(plan.certificate.multiplier),
        estimate_text(plan.certificate.gap)
    ));
    context.output.line(paint(FAINT, "advice only: no budget reads this"));
    context.output.json(&json!({"account": modelled.account.id.as_str(), "plan": {
        "total": estimate(total),
        "revenue": interval(&revenue),
        "channels": channels(horizon, plan),
        "multiplier": estimate(plan.certificate.multiplier),
        "gap": estimate(plan.certificate.gap),
    }}));
}

pub fn run_what_if(context: &Context, arguments: &WhatIfArguments) -> Ending {
    let workspace = context.workspace()?;
    let account = named_or_only(&workspace, arguments.data.account.as_deref())?;
    let modelled = match model(context, &workspace, account, &arguments.data)? {
        Ok(modelled) => modelled,
        Err(status) => return Ok(status),
    };
    let horizon = Horizon::of(&modelled.fitted);
    let names: Vec<&str> = horizon.channels().collect();
    let changes = parse_changes(&arguments.changes, &names).map_err(|errors| usage(&errors))?;
    let found =
        what_if(&horizon, &changes, modelled.confidence).map_err(|errors| usage(&errors))?;
    let signed = |value: f64| {
        let text = estimate_text(value);
        if value > 0.0 { format!("+{text}") } else { text }
    };
    let rows = found.channels.iter().map(|(name, before, after, revenue)| {
        vec![
            escape(name),
            estimate_text(*before),
            estimate_text(*after),
            signed(revenue.mean),
            between(revenue),
        ]
    });
    let at = format!("at {:.0} %", modelled.confidence * 100.0);
    context.output.line(paint(STRONG, "per week, four weeks of it with what they leave behind"));
    context.output.table(
        &["channel", "today", "then", "revenue", &at],
        &[1, 2, 3, 4],
        rows.collect(),
    );
    context.output.line(format!(
        "in all: spend {}, revenue {} ({})",
        signed(found.spend),
        signed(found.revenue.mean),
        between(&found.revenue)
    ));
    context.output.line(paint(FAINT, "advice only: no budget reads this"));
    let channels: Vec<Value> = found
        .channels
        .iter()
        .map(|(name, before, after, revenue)| {
            json!({"channel": name, "spend_before": estimate(*before), "spend_after": estimate(*after),
                "revenue_change": interval(revenue)})
        })
        .collect();
    context.output.json(&json!({"account": account.id.as_str(), "channels": channels,
        "spend_change": estimate(found.spend), "revenue_change": interval(&found.revenue)}));
    Ok(DONE)
}

fn usage(errors: &[WhatIfError]) -> CliError {
    let texts: Vec<String> = errors.iter().map(|error| escape(&error.to_string())).collect();
    CliError::usage(texts.join("; "), "for example --set \"Google Ads=+30%\" --set \"Email=-5000\"")
}

fn interval(interval: &Estimate) -> Value {
    json!({"mean": estimate(interval.mean), "low": estimate(interval.low), "high": estimate(interval.high)})
}

fn between(interval: &Estimate) -> String {
    format!("{} to {}", estimate_text(interval.low), estimate_text(interval.high))
}

fn parse_amount(text: &str) -> Result<f64, String> {
    let amount: f64 = text.parse().map_err(|_| "write a number such as 250000".to_owned())?;
    if amount > 0.0 && amount.is_finite() { Ok(amount) } else { Err("more than 0".to_owned()) }
}

fn parse_share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "write a share such as 0.6".to_owned())?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err("a share from 0 to 1".to_owned()) }
}
