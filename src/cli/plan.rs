//! `budgetd plan` and `budgetd whatif`: what other spends would bring, by the advisory model. Amounts
//! are per week and none of them becomes a budget.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::accounts::named_or_only;
use super::curve_arguments::CurveArguments;
use super::model::{AccountModel, DataArguments, model};
use super::output::{FAINT, STRONG, paint};
use super::plan_curves::{self, Wish};
use super::plan_periods::{self, PeriodArguments};
use super::{CliError, Context, DONE, Ending, NO, cautions};
use crate::advice::mmm::spread::Estimate;
use crate::advice::planning::{
    BoundShares, Horizon, Objective, Plan, Scenario, WhatIf, WhatIfError, curves, parse_changes,
    plan_on, scenarios, what_if,
};
use crate::advice::uncertainty::simulation::{Simulation, simulate};
use crate::domain::text::escape;
use crate::report::advice::{bound, estimate, estimate_text, is_above, percent};

#[derive(Debug, clap::Args)]
pub struct PlanArguments {
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    curves: CurveArguments,
    /// Share out this weekly total instead of the scenarios around the present one; with --weeks or
    /// --months, that of each period
    #[arg(long, value_name = "AMOUNT", value_parser = parse_amount, conflicts_with_all = ["roas", "margin"])]
    total: Option<f64>,
    /// Find the largest weekly total that still returns this revenue per unit of spend
    #[arg(long, value_name = "ROAS", value_parser = parse_amount, conflicts_with = "margin")]
    roas: Option<f64>,
    /// Find the weekly total of most profit, where this share of revenue is earned before media
    #[arg(long, value_name = "SHARE", value_parser = parse_share)]
    margin: Option<f64>,
    /// No channel gets less than this share of the total [default: 0.05; of more than ten channels
    /// half of an even share]
    #[arg(long, value_name = "SHARE", value_parser = parse_share)]
    low: Option<f64>,
    /// No channel gets more than this share of the total [default: 0.6, or all for one channel]
    #[arg(long, value_name = "SHARE", value_parser = parse_share)]
    high: Option<f64>,
    #[command(flatten)]
    periods: PeriodArguments,
}

#[derive(Debug, clap::Args)]
pub struct WhatIfArguments {
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    curves: CurveArguments,
    /// A change of a channel's weekly spend: "Google Ads=+30%", "Email=-5000" or "Email=12000"
    #[arg(long = "set", value_name = "CHANGE", required_unless_present = "linear")]
    changes: Vec<String>,
    /// Ask a linear model of `model linear --out` instead, or one written by hand
    #[arg(long, value_name = "FILE", requires = "at", conflicts_with_all = ["account", "data",
        "source", "preset", "test_from", "confidence", "curves"])]
    linear: Option<PathBuf>,
    /// The value of a feature of it: "organic_clicks=5000"; each feature needs one
    #[arg(long, value_name = "VALUE", requires = "linear")]
    at: Vec<String>,
}

/// The most that an amount may be, here as in files.
const AMOUNT_MAX: f64 = 1e13;

/// How far beyond the present total an objective may look.
pub const MOST_SHARE: f64 = 3.0;

pub fn run(context: &Context, arguments: &PlanArguments) -> Ending {
    let bounds = AskedBounds { low: arguments.low, high: arguments.high };
    if let Some(file) = arguments.curves.file() {
        let wish =
            Wish { total: arguments.total, roas: arguments.roas, margin: arguments.margin, bounds };
        return plan_curves::run(context, file, &arguments.curves, wish);
    }
    if let Some(asked) = arguments.periods.asked() {
        return plan_periods::run(context, &arguments.data, asked, arguments.total, bounds);
    }
    let workspace = context.workspace()?;
    let account = named_or_only(&workspace, arguments.data.account.as_deref())?;
    let model = match model(context, &workspace, account, &arguments.data)? {
        Ok(model) => model,
        Err(status) => return Ok(status),
    };
    let modelled = &model.modelled;
    let horizon = Horizon::of(&modelled.fitted);
    let bounds = bounds.of(horizon.channels().count())?;
    let present: f64 = horizon.present().iter().sum();
    let objective = match (arguments.total, arguments.roas, arguments.margin) {
        (Some(total), ..) => Objective::MostRevenue { total },
        (_, Some(roas), _) => Objective::TargetRoas { roas, most: present * MOST_SHARE },
        (_, _, Some(margin)) => Objective::MostProfit { margin, most: present * MOST_SHARE },
        (None, None, None) => return Ok(show_scenarios(context, &model, &horizon, bounds)),
    };
    let most = objective.most();
    let found = plan_on(|most| curves(&horizon, most), bounds, objective)
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
    show_plan(context, &model, &horizon, (total, &plan, revenue));
    Ok(DONE)
}

/// The bounds that were asked for, as shares of a total.
#[derive(Debug, Clone, Copy)]
pub struct AskedBounds {
    low: Option<f64>,
    high: Option<f64>,
}

impl AskedBounds {
    /// Those asked for, otherwise those that ship. What was asked for never gives way unsaid.
    pub fn of(self, channels: usize) -> Result<BoundShares, CliError> {
        let shipped = BoundShares::shipped(channels);
        let bounds = BoundShares {
            low: self.low.unwrap_or(shipped.low),
            high: self.high.unwrap_or(shipped.high),
        };
        if bounds.low > bounds.high {
            return Err(CliError::usage(
                "--low is more than --high",
                "write --low 0.05 --high 0.6",
            ));
        }
        let asked = BoundShares { low: self.low.unwrap_or(0.0), high: self.high.unwrap_or(1.0) };
        if !asked.can_hold(channels) {
            let told = format!(
                "--low and --high leave no way to share out a total among {channels} channels"
            );
            let hint = "--low times their number is at most 1, --high times it at least 1";
            return Err(CliError::usage(told, hint));
        }
        Ok(bounds)
    }
}

fn show_scenarios(
    context: &Context,
    model: &AccountModel<'_>,
    horizon: &Horizon<'_>,
    bounds: BoundShares,
) -> u8 {
    let AccountModel { account, modelled, .. } = model;
    let found = match scenarios(horizon, bounds, modelled.confidence) {
        Ok(found) => found,
        Err(error) => {
            context.output.line(error.to_string());
            context.output.json(&json!({"account": account.id.as_str(),
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
    context.output.line(paint(
        STRONG,
        &format!("what a {} would bring, each total shared out best", horizon.unit()),
    ));
    context.output.table(&headings, &right, rows.collect());
    for scenario in &found {
        let beyond = cautions::beyond_history(horizon, &scenario.plan.spends);
        if !beyond.is_empty() {
            let (share, unit) = (scenario.share * 100.0, horizon.unit());
            let told = format!("at {share:.0} % more than ever spent in a {unit}: {beyond}");
            cautions::look(context, &told);
        }
    }
    cautions::of_model(context, modelled);
    context.output.line(paint(
        FAINT,
        "revenue that media bring, against today's spends; advice only: no budget reads this",
    ));
    context.output.json(&json!({"account": account.id.as_str(),
        "scenarios": found.iter().map(|it| machine(horizon, it, &modelled.caps)).collect::<Vec<_>>(),
        "failed_checks": cautions::failed_checks(modelled)}));
    DONE
}

fn machine(horizon: &Horizon<'_>, scenario: &Scenario, caps: &[Option<f64>]) -> Value {
    json!({
        "share": estimate(scenario.share),
        "total": estimate(scenario.total),
        "revenue": interval(&scenario.revenue),
        "expected_roi": estimate(scenario.expected_roi),
        "revenue_increase": scenario.revenue_increase.map(estimate),
        "channels": channels(horizon, &scenario.plan, scenario.total, caps),
        "multiplier": estimate(scenario.plan.certificate.multiplier),
        "gap": estimate(scenario.plan.certificate.gap),
    })
}

fn channels(horizon: &Horizon<'_>, plan: &Plan, total: f64, caps: &[Option<f64>]) -> Vec<Value> {
    horizon
        .channels()
        .enumerate()
        .map(|(at, name)| {
            let spend = plan.spends[at];
            json!({
                "channel": name,
                "spend": estimate(spend),
                "bound": bound(plan.certificate.active[at]),
                "business_cap": caps[at].map(|cap| estimate(cap * total)),
                "above_business_cap": caps[at].map(|cap| is_above(spend, cap, total)),
                "within_history": horizon.is_within_history(at, spend),
            })
        })
        .collect()
}

fn show_plan(
    context: &Context,
    model: &AccountModel<'_>,
    horizon: &Horizon<'_>,
    (total, plan, revenue): (f64, &Plan, Estimate),
) {
    let AccountModel { account, modelled, .. } = model;
    let present = horizon.present();
    context
        .output
        .line(paint(STRONG, &format!("a {} of {}", horizon.unit(), estimate_text(total))));
    let rows = horizon.channels().enumerate().map(|(at, name)| {
        vec![
            escape(name),
            estimate_text(present[at]),
            estimate_text(plan.spends[at]),
            format!("{:.1} %", plan.spends[at] / total * 100.0),
            bound(plan.certificate.active[at]).to_owned(),
            modelled.caps[at].map(|cap| estimate_text(cap * total)).unwrap_or_default(),
        ]
    });
    context.output.table(
        &["channel", "today", "plan", "share", "bound", "business cap"],
        &[1, 2, 3, 5],
        rows.collect(),
    );
    let names: Vec<&str> = horizon.channels().collect();
    let named = |is: &dyn Fn(usize) -> bool| {
        let named = (0..names.len()).filter(|at| is(*at)).map(|at| escape(names[at]));
        named.collect::<Vec<_>>().join(", ")
    };
    let above =
        named(&|at| modelled.caps[at].is_some_and(|cap| is_above(plan.spends[at], cap, total)));
    if !above.is_empty() {
        cautions::look(context, &format!("more than the business allows: {above}"));
    }
    cautions::of_history(context, horizon, &plan.spends);
    cautions::of_model(context, modelled);
    let gap = plan.certificate.gap;
    let gap =
        if gap > revenue.mean.abs() * 1e-6 { estimate_text(gap) } else { "a millionth".to_owned() };
    context.output.line(format!(
        "media would bring {} ({} at {:.0} %); a further unit {}; nothing else brings more than {gap} more",
        estimate_text(revenue.mean),
        between(&revenue),
        modelled.confidence * 100.0,
        estimate_text(plan.certificate.multiplier),
    ));
    context.output.line(paint(FAINT, "advice only: no budget reads this"));
    context.output.json(&json!({"account": account.id.as_str(), "plan": {
        "total": estimate(total),
        "revenue": interval(&revenue),
        "channels": channels(horizon, plan, total, &modelled.caps),
        "multiplier": estimate(plan.certificate.multiplier),
        "gap": estimate(plan.certificate.gap),
    }, "failed_checks": cautions::failed_checks(modelled)}));
}

pub fn run_what_if(context: &Context, arguments: &WhatIfArguments) -> Ending {
    if let Some(path) = &arguments.linear {
        return super::whatif_linear::run(context, path, &arguments.at, &arguments.changes);
    }
    if let Some(file) = arguments.curves.file() {
        return plan_curves::run_what_if(context, file, &arguments.curves, &arguments.changes);
    }
    let workspace = context.workspace()?;
    let account = named_or_only(&workspace, arguments.data.account.as_deref())?;
    let model = match model(context, &workspace, account, &arguments.data)? {
        Ok(model) => model,
        Err(status) => return Ok(status),
    };
    let modelled = &model.modelled;
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
    context.output.line(paint(
        STRONG,
        &format!(
            "per {unit}, four {unit}s of it with what they leave behind",
            unit = horizon.unit()
        ),
    ));
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
    let simulation = simulated(&horizon, &found, account.actions.hurdle);
    if let Some(simulation) = &simulation {
        show_simulation(context, simulation, account.actions.hurdle);
    }
    let after: Vec<f64> = found.channels.iter().map(|it| it.2).collect();
    cautions::of_history(context, &horizon, &after);
    cautions::of_model(context, modelled);
    context.output.line(paint(FAINT, "advice only: no budget reads this"));
    let channels: Vec<Value> = found
        .channels
        .iter()
        .enumerate()
        .map(|(at, (name, before, after, revenue))| {
            json!({"channel": name, "spend_before": estimate(*before), "spend_after": estimate(*after),
                "within_history": horizon.is_within_history(at, *after), "revenue_change": interval(revenue)})
        })
        .collect();
    context.output.json(&json!({"account": account.id.as_str(), "channels": channels,
        "spend_change": estimate(found.spend), "revenue_change": interval(&found.revenue),
        "simulation": simulation.as_ref().map(simulation_json),
        "failed_checks": cautions::failed_checks(modelled)}));
    Ok(DONE)
}

/// What all changes together would do; `None` where nothing changes.
fn simulated(horizon: &Horizon<'_>, found: &WhatIf, hurdle: f64) -> Option<Simulation> {
    let before: Vec<f64> = found.channels.iter().map(|it| it.1).collect();
    let after: Vec<f64> = found.channels.iter().map(|it| it.2).collect();
    (before != after).then(|| simulate(horizon, &before, &after, hurdle))
}

fn show_simulation(context: &Context, simulation: &Simulation, hurdle: f64) {
    let Simulation { mean, outcome, immediate, delayed, .. } = simulation;
    let output = &context.output;
    output.line(format!(
        "on average {} at 80 %, {} at 90 %; seen with chance {} at 80 %, {} at 90 %",
        between(&mean.at_80),
        between(&mean.at_90),
        between(&outcome.at_80),
        between(&outcome.at_90)
    ));
    let said = match simulation.spend_after - simulation.spend_before {
        _ if simulation.per_unit.is_none() => "it brings more than nothing".to_owned(),
        more if more > 0.0 => format!("each unit more brings more than {hurdle:.2}"),
        _ => format!("each unit less costs less than {hurdle:.2}"),
    };
    output.line(format!(
        "at once {}, later {}; {said} with probability {}",
        estimate_text(*immediate),
        estimate_text(*delayed),
        percent(simulation.probability_pays)
    ));
}

fn simulation_json(simulation: &Simulation) -> Value {
    let Simulation { mean, outcome, immediate, delayed, probability_pays, .. } = simulation;
    json!({
        "mean": {"at_80": interval(&mean.at_80), "at_90": interval(&mean.at_90)},
        "outcome": {"at_80": interval(&outcome.at_80), "at_90": interval(&outcome.at_90)},
        "immediate": estimate(*immediate),
        "delayed": estimate(*delayed),
        "probability_pays": estimate(*probability_pays),
    })
}

pub fn usage(errors: &[WhatIfError]) -> CliError {
    let texts: Vec<String> = errors.iter().map(|error| escape(&error.to_string())).collect();
    CliError::usage(texts.join("; "), "for example --set \"Google Ads=+30%\" --set \"Email=-5000\"")
}

pub fn interval(interval: &Estimate) -> Value {
    json!({"mean": estimate(interval.mean), "low": estimate(interval.low), "high": estimate(interval.high)})
}

pub fn between(interval: &Estimate) -> String {
    format!("{} to {}", estimate_text(interval.low), estimate_text(interval.high))
}

pub fn parse_amount(text: &str) -> Result<f64, String> {
    let amount: f64 = text.parse().map_err(|_| "write a number such as 250000".to_owned())?;
    if amount > 0.0 && amount <= AMOUNT_MAX {
        Ok(amount)
    } else {
        Err("more than 0, and at most 10000000000000".to_owned())
    }
}

pub fn parse_share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "write a share such as 0.6".to_owned())?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err("a share from 0 to 1".to_owned()) }
}
