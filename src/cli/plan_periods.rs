//! `budgetd plan --weeks N` and `--months N`: budgets of several periods by several strategies, what
//! each would bring, and a `plan.csv`. Advice only: nothing becomes a budget.

mod show;

use std::path::{Path, PathBuf};

use serde_json::json;

use super::accounts::named_or_only;
use super::model::{AccountModel, DataArguments, model_of};
use super::output::{FAINT, paint};
use super::plan::{AskedBounds, parse_share};
use super::{CliError, Context, DONE, Ending, NO, cautions};
use crate::advice::mmm::thin::is_thin;
use crate::advice::planning::periods::{
    Floor, GivenError, LimitSettings, PERIODS_MAX, PeriodPlan, PeriodPlanError, PeriodRequest,
    REACH, Risk, Strategy, first_days, plan_periods, read_done, read_totals,
};
use crate::domain::text::escape;
use crate::domain::{Account, Day, Grain};
use crate::report::advice::{plan_comparison_csv, plan_csv};
use crate::store::files;
use crate::workflow::{RulesAhead, Workspace, rules_ahead, rules_budgets, step, terms};
use show::{Told, machine, rows, show};

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("periods").args(["weeks", "months"]))]
pub struct PeriodArguments {
    /// Plan the next N weeks (1 to 52), and compare what different ways to budgets would bring
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(PERIODS_MAX)),
        conflicts_with_all = ["roas", "margin", "curves"])]
    weeks: Option<u32>,
    /// The same for months, where figures are of months
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(PERIODS_MAX)),
        conflicts_with_all = ["roas", "margin", "curves"])]
    months: Option<u32>,
    /// Whose budgets are shown and written
    #[arg(
        long,
        value_name = "NAME",
        value_enum,
        requires = "periods",
        default_value = "sequential"
    )]
    strategy: StrategyArgument,
    /// What plans make as large as they can: mean, quantile:0.2 or cvar:0.2 (the mean of the worst
    /// fifth of what the model holds possible)
    #[arg(long, value_name = "KIND", requires = "periods", value_parser = parse_risk, default_value = "mean")]
    risk: Risk,
    /// Write plan.csv and plan_comparison.csv into this new folder
    #[arg(long, value_name = "DIR", requires = "periods")]
    out: Option<PathBuf>,
    /// A CSV file with a total for each period: period,total
    #[arg(long, value_name = "FILE", requires = "periods", conflicts_with = "total")]
    totals: Option<PathBuf>,
    /// A CSV file of what was really spent in the first periods: period,channel,spend
    #[arg(long, value_name = "FILE", requires = "periods")]
    done: Option<PathBuf>,
    /// No channel gets less than this share of what it spends now [default: what it spent at the low
    /// end of its active periods, at most half of now]
    #[arg(long, value_name = "SHARE", requires = "periods", value_parser = parse_share)]
    floor: Option<f64>,
    /// By how much of itself a budget changes at most from one period to the next; 0 leaves any
    /// change free [default: change_share_max of the account]
    #[arg(long, value_name = "SHARE", requires = "periods", value_parser = parse_share)]
    step: Option<f64>,
}

/// The ways to budgets that can be asked for.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum StrategyArgument {
    /// Period by period, each a step from the one before
    Sequential,
    /// One set of shares for all periods
    Static,
    /// Each total shared out by itself
    Allocator,
    /// What the rules would do if the evidence stayed as it is
    Rules,
}

impl From<StrategyArgument> for Strategy {
    fn from(argument: StrategyArgument) -> Self {
        match argument {
            StrategyArgument::Sequential => Self::Sequential,
            StrategyArgument::Static => Self::Static,
            StrategyArgument::Allocator => Self::Allocator,
            StrategyArgument::Rules => Self::Rules,
        }
    }
}

/// What is asked of a plan of several periods.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    arguments: &'a PeriodArguments,
    count: u32,
    is_months: bool,
}

impl PeriodArguments {
    /// What is asked, where it is.
    pub fn asked(&self) -> Option<Asked<'_>> {
        let count = self.weeks.or(self.months)?;
        Some(Asked { arguments: self, count, is_months: self.months.is_some() })
    }
}

/// The most that a file of totals or results may have.
const BYTES_MAX: u64 = 16 << 20;

pub fn run(
    context: &Context,
    data: &DataArguments,
    asked: Asked<'_>,
    total: Option<f64>,
    bounds: AskedBounds,
) -> Ending {
    let workspace = context.workspace()?;
    let account = named_or_only(&workspace, data.account.as_deref())?;
    let model = match model_of(context, &workspace, account, data, true)? {
        Ok(model) => model,
        Err(status) => return Ok(status),
    };
    let fitted = &model.modelled.fitted;
    let series = &fitted.series;
    if (series.grain == Grain::Month) != asked.is_months {
        let (are, ask) =
            if asked.is_months { ("weeks", "--weeks") } else { ("months", "--months") };
        let told = format!("the model's figures are planned in {are}");
        return Err(CliError::usage(told, format!("ask for {ask} {}", asked.count)));
    }
    let channels: Vec<&str> = series.channels.iter().map(|it| it.name.as_str()).collect();
    let days = first_days(series, usize::try_from(asked.count).unwrap_or(usize::MAX));
    let arguments = asked.arguments;
    let totals = match &arguments.totals {
        Some(file) => {
            read_file(file, |text| read_totals(text, &days))?.into_iter().map(Some).collect()
        }
        None => vec![total; days.len()],
    };
    let done = match &arguments.done {
        Some(file) => read_file(file, |text| read_done(text, &days, &channels))?,
        None => Vec::new(),
    };
    let rules = match days.get(done.len()) {
        Some(first) => rules_of(&workspace, &model, data, *first, days.len() - done.len())?,
        None => Err("nothing is left to plan"),
    };
    let request = PeriodRequest {
        totals,
        done: done.clone(),
        risk: arguments.risk,
        limits: LimitSettings {
            shares: bounds.of(channels.len())?,
            floor: arguments.floor.map_or(Floor::History, Floor::Present),
            step: arguments.step.map_or(step(account), |step| (step > 0.0).then_some(step)),
            reach: Some(REACH),
        },
        terms: terms(account, &model.modelled),
        rules: rules.clone().ok(),
    };
    let plans = match plan_periods(fitted, &request) {
        Ok(plans) => plans,
        Err(error) => return Ok(no_plan(context, account, &error)),
    };
    let told = Told {
        account,
        channels,
        days,
        done,
        plans,
        chosen: arguments.strategy.into(),
        risk: arguments.risk,
        confidence: model.modelled.confidence,
        is_months: asked.is_months,
        rules_unknown: rules.err(),
        is_thin: is_thin(fitted),
        is_of_claims: model.modelled.is_of_claims,
        failed: cautions::failed_checks(&model.modelled),
    };
    let Some(chosen) = told.plans.by(told.chosen) else {
        let why = told.rules_unknown.unwrap_or_default();
        context.output.line(format!("the rules can't say what they would do: {why}"));
        context.output.json(&json!({"account": account.id.as_str(), "plan": null, "text": why}));
        return Ok(NO);
    };
    if let Some(folder) = &arguments.out {
        write(folder, &told, chosen)?;
    }
    show(context, &told, chosen);
    context.output.json(&machine(&told, chosen));
    Ok(DONE)
}

/// What the rules would give in `weeks` periods from `first` on, by channel of the model; the inner
/// error is why they can't say.
fn rules_of(
    workspace: &Workspace,
    model: &AccountModel<'_>,
    data: &DataArguments,
    first: Day,
    weeks: usize,
) -> Result<Result<Vec<Vec<f64>>, &'static str>, CliError> {
    if data.data.is_some() {
        let unknown = RulesAhead::Unknown("they decide on the ledger, and this is a file");
        return Ok(rules_budgets(&model.modelled, &unknown));
    }
    let Some(ledger) = workspace.ledger_to_read()? else { return Ok(Err("there is no ledger")) };
    let weeks = u32::try_from(weeks).unwrap_or(PERIODS_MAX);
    let ahead = rules_ahead(&ledger, model.account, first, weeks)?;
    Ok(rules_budgets(&model.modelled, &ahead))
}

fn read_file<T>(
    file: &Path,
    read: impl FnOnce(&str) -> Result<T, GivenError>,
) -> Result<T, CliError> {
    let shown = escape(&file.display().to_string());
    let text = files::read_text(file, BYTES_MAX).map_err(|error| CliError {
        status: 3,
        message: format!("{shown} cannot be read: {}", escape(&error.to_string())),
        hint: None,
    })?;
    read(&text).map_err(|error| CliError {
        status: NO,
        message: format!("{shown}: {error}"),
        hint: Some("amounts are plain numbers, periods their first days: 2026-01-05".to_owned()),
    })
}

fn no_plan(context: &Context, account: &Account, error: &PeriodPlanError) -> u8 {
    context.output.line(error.to_string());
    if let PeriodPlanError::Caps { .. } = error {
        let hint = "the caps are spend_cap_share in the account's file; `budgetd plan --total` plans without them";
        context.output.line(paint(FAINT, hint));
    }
    context.output.json(&json!({"account": account.id.as_str(), "plan": null,
        "text": error.to_string()}));
    NO
}

fn write(folder: &Path, told: &Told<'_>, chosen: &PeriodPlan) -> Result<(), CliError> {
    let plan = plan_csv(&told.channels, &rows(told, chosen), told.account.currency);
    let comparison = plan_comparison_csv(&told.plans, told.confidence);
    let files: [(&str, &[u8]); 2] = [("plan.csv", &plan), ("plan_comparison.csv", &comparison)];
    files::write_new_folder(folder, &files)?;
    Ok(())
}

fn parse_risk(text: &str) -> Result<Risk, String> {
    let told = || "write mean, quantile:0.2 or cvar:0.2 (a share from 0.01 to 0.99)".to_owned();
    if text == "mean" {
        return Ok(Risk::Mean);
    }
    let (kind, share) = text.split_once(':').ok_or_else(told)?;
    let share: f64 = share.parse().map_err(|_| told())?;
    if !(0.01..=0.99).contains(&share) {
        return Err(told());
    }
    match kind {
        "quantile" => Ok(Risk::Quantile(share)),
        "cvar" => Ok(Risk::Cvar(share)),
        _ => Err(told()),
    }
}
