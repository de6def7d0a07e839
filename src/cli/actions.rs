//! `budgetd actions`: increase, monitor or reduce, per channel, with the probability and the reason.
//! Advice by the model; no budget reads it.

use std::path::PathBuf;

use serde_json::json;

use super::accounts::named_or_only;
use super::model::{DataArguments, model};
use super::output::{BAD, FAINT, GOOD, STRONG, paint};
use super::{Context, DONE, Ending, cautions};
use crate::advice::mmm::spread::Estimate;
use crate::advice::uncertainty::actions::{Action, ChannelAction};
use crate::advice::uncertainty::lag::LagEffect;
use crate::domain::Currency;
use crate::domain::text::escape;
use crate::report::advice::{estimate, percent};
use crate::workflow::action_files;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataArguments,
    /// What one more unit of spend must bring at least [default: as the account's [actions] says]
    #[arg(long, value_name = "REVENUE", value_parser = parse_hurdle)]
    hurdle: Option<f64>,
    /// Write `channel_actions.csv`, `counterfactuals.csv` and `lag_effects.csv` into this new folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let workspace = context.workspace()?;
    let mut account = named_or_only(&workspace, arguments.data.account.as_deref())?.clone();
    account.actions.hurdle = arguments.hurdle.unwrap_or(account.actions.hurdle);
    let model = match model(context, &workspace, &account, &arguments.data)? {
        Ok(model) => model,
        Err(status) => return Ok(status),
    };
    let modelled = &model.modelled;
    if let Some(folder) = &arguments.out {
        let files = action_files(&account, modelled);
        let files: Vec<(&str, &[u8])> =
            files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
        crate::store::files::write_new_folder(folder, &files)?;
    }
    let hurdle = account.actions.hurdle;
    let unit = modelled.fitted.series.unit();
    let output = &context.output;
    output.line(format!(
        "{} account {} from {}: a unit more must bring {hurdle:.2} {}",
        paint(STRONG, "actions for"),
        account.id,
        modelled.week,
        account.currency.code()
    ));
    let channels = modelled.actions.iter().zip(&modelled.lags);
    let rows = channels.map(|(action, lag)| row(account.currency, action, lag));
    let confidence = format!("at {:.0} %", modelled.confidence * 100.0);
    output.table(
        &[
            "channel",
            "action",
            "sure",
            "spend",
            "mROAS",
            &confidence,
            "10 % more",
            "10 % less",
            &format!("half-life, {unit}"),
        ],
        &[2, 3, 4, 5, 6, 7, 8],
        rows.collect(),
    );
    for action in &modelled.actions {
        let (style, word) = match action.action {
            Action::Increase => (GOOD, "increase"),
            Action::Monitor => (FAINT, "monitor "),
            Action::Reduce => (BAD, "reduce  "),
        };
        output.line(format!(
            "{} {}: {}",
            paint(style, word),
            escape(&action.channel),
            action.reason
        ));
    }
    cautions::of_model(context, modelled);
    output.line(paint(FAINT, "advice only: no budget reads this"));
    let channels = modelled.actions.iter().zip(&modelled.lags);
    output.json(&json!({
        "account": account.id.as_str(),
        "week_start_date": modelled.week.to_string(),
        "hurdle": hurdle,
        "channels": channels.map(|(action, lag)| machine(action, lag)).collect::<Vec<_>>(),
        "failed_checks": cautions::failed_checks(modelled),
    }));
    Ok(DONE)
}

fn row(currency: Currency, action: &ChannelAction, lag: &LagEffect) -> Vec<String> {
    let money = |value: f64| {
        let decimals = if value.abs() < 100.0 { 2 } else { 0 };
        currency.show_decimal(&format!("{value:.decimals$}"))
    };
    let may = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), money);
    let two = |it: Estimate| format!("{:.2} to {:.2}", it.low, it.high);
    let one = |it: Estimate| format!("{:.1} ({:.1} to {:.1})", it.mean, it.low, it.high);
    let sure = action.probability.filter(|_| action.action != Action::Monitor);
    vec![
        escape(&action.channel),
        action.action.name().to_owned(),
        sure.map_or_else(|| "-".to_owned(), percent),
        money(action.spend),
        action.mroas.map_or_else(|| "-".to_owned(), |it| format!("{:.2}", it.mean)),
        action.mroas.map_or_else(|| "-".to_owned(), two),
        may(action.lift_up_10),
        may(action.lift_down_10),
        one(lag.half_life),
    ]
}

fn machine(action: &ChannelAction, lag: &LagEffect) -> serde_json::Value {
    let may = |value: Option<f64>| value.map_or(serde_json::Value::Null, estimate);
    let interval = |it: Estimate| json!({"mean": estimate(it.mean), "low": estimate(it.low), "high": estimate(it.high)});
    json!({
        "channel": action.channel,
        "action": action.action,
        "probability": may(action.probability),
        "spend": estimate(action.spend),
        "mroas": action.mroas.map(interval),
        "lift_up_10": may(action.lift_up_10),
        "lift_down_10": may(action.lift_down_10),
        "half_life": interval(lag.half_life),
        "immediate_share": interval(lag.immediate_share),
        "abstention": action.abstention,
        "evidence": {
            "effect_factor": may(action.evidence.effect_factor),
            "learnt": estimate(action.evidence.learnt),
        },
        "reason": action.reason,
    })
}

fn parse_hurdle(text: &str) -> Result<f64, String> {
    let hurdle: f64 = text.parse().map_err(|_| "write a number such as 1.0".to_owned())?;
    if (0.01..=100.0).contains(&hurdle) { Ok(hurdle) } else { Err("from 0.01 to 100".to_owned()) }
}
