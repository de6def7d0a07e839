//! `budgetd model fit | card | curves`: the advisory model on the ledger, or straight on a file. It
//! comments; no budget ever reads it.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::accounts::named_or_only;
use super::output::{BAD, CARE, FAINT, GOOD, STRONG, paint};
use super::{CliError, Context, DONE, Ending, NO, now, parse_day, refusal, sources};
use crate::advice::mmm::attribution::{Attribution, attribute};
use crate::advice::mmm::cleaning::Change;
use crate::advice::mmm::fit::{Split, fit};
use crate::advice::mmm::fitted::Fitted;
use crate::advice::mmm::health::{self, Check, Verdict};
use crate::advice::mmm::prepare::{LeftOut, prepare};
use crate::advice::mmm::scores::Scores;
use crate::advice::mmm::settings::{fit_settings, holidays_left_out, prepare_settings};
use crate::advice::mmm::spread::Estimate;
use crate::advice::planning::{BoundShares, Horizon, scenarios};
use crate::domain::text::escape;
use crate::domain::{Account, Day};
use crate::report::advice::{
    CardInput, budget_optimization_csv, contributions_csv, estimate_text, model_card_json,
    response_curves_csv, scenarios_csv,
};
use crate::workflow::{ModelData, ModelReading, model_data_of_file, model_data_of_ledger};

#[derive(Debug, clap::Subcommand)]
pub enum Arguments {
    /// Fit the model and show what each channel contributed
    Fit(FitArguments),
    /// Print the model card as JSON: data, health, scores, channels
    Card(DataArguments),
    /// Print the response curves as CSV
    Curves(DataArguments),
}

#[derive(Debug, clap::Args)]
pub struct DataArguments {
    /// The account (needed where there are several)
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Learn from this file instead of the ledger; nothing of it is taken
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// The source that reads it, one of the account's or a preset [default: by the file's name]
    #[arg(long, value_name = "NAME", requires = "data")]
    source: Option<String>,
    /// Test on the periods from this day on [default: as the account's [model] says]
    #[arg(long, value_name = "DAY", value_parser = parse_day)]
    test_from: Option<Day>,
    /// The probability of the intervals [default: as the account's [model] says]
    #[arg(long, value_name = "SHARE", value_parser = parse_confidence)]
    pub confidence: Option<f64>,
}

#[derive(Debug, clap::Args)]
pub struct FitArguments {
    #[command(flatten)]
    data: DataArguments,
    /// Write the model card, contributions, curves, scenarios and the best split into this new folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// A model of an account.
pub struct Modelled<'w> {
    /// Whose it is.
    pub account: &'w Account,
    /// The model.
    pub fitted: Fitted,
    /// What it says of each channel.
    pub attribution: Attribution,
    /// Figures that were changed.
    pub changes: Vec<Change>,
    /// Series that were left out.
    pub left_out: Vec<LeftOut>,
    /// Whether to believe it.
    pub checks: Vec<Check>,
    /// The probability of its intervals.
    pub confidence: f64,
}

impl Modelled<'_> {
    fn card(&self) -> Vec<u8> {
        model_card_json(&CardInput {
            account: self.account.id.as_str(),
            currency: self.account.currency.code(),
            fitted: &self.fitted,
            attribution: &self.attribution,
            confidence: self.confidence,
            changes: &self.changes,
            left_out: &self.left_out,
            checks: &self.checks,
        })
    }
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let workspace = context.workspace()?;
    let data = match arguments {
        Arguments::Fit(fit) => &fit.data,
        Arguments::Card(data) | Arguments::Curves(data) => data,
    };
    let account = named_or_only(&workspace, data.account.as_deref())?;
    let modelled = match model(context, &workspace, account, data)? {
        Ok(modelled) => modelled,
        Err(status) => return Ok(status),
    };
    match arguments {
        Arguments::Fit(arguments) => {
            if let Some(folder) = &arguments.out {
                write(folder, &modelled)?;
            }
            show(context, &modelled);
            let card: Value = serde_json::from_slice(&modelled.card()).unwrap_or(Value::Null);
            context.output.json(&card);
        }
        Arguments::Card(_) => context.output.bytes(&modelled.card())?,
        Arguments::Curves(_) => {
            context.output.bytes(&response_curves_csv(&modelled.fitted, modelled.confidence))?;
        }
    }
    Ok(DONE)
}

/// Reads, cleans, fits. The inner error is the status of a refused file, or of data that make no
/// model, once that has been said.
pub fn model<'w>(
    context: &Context,
    workspace: &'w crate::workflow::Workspace,
    account: &'w Account,
    arguments: &DataArguments,
) -> Result<Result<Modelled<'w>, u8>, CliError> {
    let data = match read(context, workspace, account, arguments)? {
        Ok(data) => data,
        Err(status) => return Ok(Err(status)),
    };
    let own = &account.model;
    let made = prepare(&data.observed, prepare_settings(own)).and_then(|mut prepared| {
        let series = &prepared.series;
        let mut settings = fit_settings(own, series.grain, &series.periods);
        settings.split = arguments.test_from.map_or(settings.split, Split::From);
        prepared.left_out.extend(holidays_left_out(own, series.grain, &series.periods));
        Ok((fit(&prepared.series, &settings)?, prepared))
    });
    let (fitted, prepared) = match made {
        Ok(made) => made,
        Err(failure) => {
            context.output.line(format!("{} {failure}", paint(BAD, "no model:")));
            context.output.json(&json!({"account": account.id.as_str(), "model": "none",
                "reason": failure.code(), "text": failure.to_string()}));
            return Ok(Err(NO));
        }
    };
    let confidence = arguments.confidence.unwrap_or(own.confidence);
    let attribution = attribute(&fitted, confidence);
    let checks = health::checks(&fitted, &attribution);
    let mut changes = data.repeated;
    changes.extend(prepared.changes);
    let left_out = prepared.left_out;
    Ok(Ok(Modelled { account, fitted, attribution, changes, left_out, checks, confidence }))
}

fn read(
    context: &Context,
    workspace: &crate::workflow::Workspace,
    account: &Account,
    arguments: &DataArguments,
) -> Result<Result<ModelData, u8>, CliError> {
    let Some(path) = &arguments.data else {
        let nothing = || {
            CliError::usage(
                format!("the ledger knows nothing of account {}", account.id),
                "drop files into its inbox, `budgetd import` its history, or name a file by --data",
            )
        };
        let ledger = workspace.ledger_to_read()?.ok_or_else(nothing)?;
        return Ok(Ok(model_data_of_ledger(&ledger, account, None)?.ok_or_else(nothing)?));
    };
    let named =
        arguments.source.as_deref().map(|name| sources::named(account, name)).transpose()?;
    let source = named.as_ref().unwrap_or_else(|| sources::by_name_of(account, path));
    match model_data_of_file(workspace, account, path, source, now())? {
        ModelReading::Read(data) => Ok(Ok(data)),
        ModelReading::Refused(rejection) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            context.output.line(rejection.render(&name).trim_end());
            context.output.json(&refusal::joined(
                json!({"file": escape(&path.display().to_string()), "verdict": "refused"}),
                refusal::machine(&rejection),
            ));
            Ok(Err(NO))
        }
    }
}

fn write(folder: &Path, modelled: &Modelled<'_>) -> Result<(), CliError> {
    let mut files = vec![
        ("model_card.json", modelled.card()),
        ("contributions.csv", contributions_csv(&modelled.fitted)),
        ("response_curves.csv", response_curves_csv(&modelled.fitted, modelled.confidence)),
    ];
    let horizon = Horizon::of(&modelled.fitted);
    if let Ok(found) = scenarios(&horizon, BoundShares::default(), modelled.confidence) {
        files.push(("scenarios.csv", scenarios_csv(&horizon, &found)));
        if let Some(present) = found.iter().find(|scenario| scenario.share == 1.0) {
            files.push(("budget_optimization.csv", budget_optimization_csv(&horizon, present)));
        }
    }
    let files: Vec<(&str, &[u8])> =
        files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    crate::store::files::write_new_folder(folder, &files)?;
    Ok(())
}

fn show(context: &Context, modelled: &Modelled<'_>) {
    let Modelled { account, fitted, attribution, .. } = modelled;
    let series = &fitted.series;
    let output = &context.output;
    let span = match (series.periods.first(), series.periods.last()) {
        (Some(first), Some(last)) => format!("{first} to {last}"),
        _ => String::new(),
    };
    output.line(format!(
        "{} account {}: {} {} from {span}, {}",
        paint(STRONG, "marketing-mix model of"),
        account.id,
        series.len(),
        series.unit(),
        account.currency.code()
    ));
    output.line(format!(
        "revenue {} · predicted {} · without any spend {}",
        rounded(attribution.outcome),
        rounded(attribution.predicted),
        rounded(attribution.baseline)
    ));
    output.line("");
    let rows = attribution.channels.iter().map(|channel| {
        let may = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), two);
        let roas = channel.incremental_roas;
        vec![
            escape(&channel.channel),
            rounded(channel.spend),
            rounded(channel.contribution.mean),
            between(&channel.contribution),
            format!("{:.0} %", channel.share * 100.0),
            may(roas.map(|roas| roas.mean)),
            roas.map_or_else(
                || "-".to_owned(),
                |roas| format!("{} to {}", two(roas.low), two(roas.high)),
            ),
            may(channel.reported_roas),
            may(channel.decay),
        ]
    });
    let confidence = format!("at {:.0} %", modelled.confidence * 100.0);
    output.table(
        &[
            "channel",
            "spend",
            "contribution",
            &confidence,
            "share",
            "ROAS",
            &confidence,
            "reported",
            "decay",
        ],
        &[1, 2, 3, 4, 5, 6, 7, 8],
        rows.collect(),
    );
    output.line("");
    let shown = |name: &str, scores: &Scores| {
        let r2 = scores.r2.map_or_else(|| "-".to_owned(), |r2| format!("{r2:.3}"));
        let mape = scores.mape.map_or_else(|| "-".to_owned(), |it| format!("{:.1} %", it * 100.0));
        format!(
            "{name}: R² {r2}, mean error {} ({mape}), {} {}",
            rounded(scores.mae),
            scores.periods,
            series.unit()
        )
    };
    output.line(shown("learnt from", &fitted.scores_train));
    output.line(shown("not seen   ", &fitted.scores_test));
    output.line("");
    for check in &modelled.checks {
        let (style, word) = match check.verdict {
            Verdict::Pass => (GOOD, "pass  "),
            Verdict::Review => (CARE, "review"),
            Verdict::Fail => (BAD, "fail  "),
        };
        output.line(format!("{} {}", paint(style, word), check.text));
    }
    for left in &modelled.left_out {
        output.line(format!("{} {}: {}", paint(CARE, "left out"), escape(&left.name), left.why));
    }
    if !modelled.changes.is_empty() {
        let told = format!(
            "{} figures were changed before fitting; `budgetd model card` lists them",
            modelled.changes.len()
        );
        output.line(paint(FAINT, &told));
    }
    output.line(paint(FAINT, "advice only: no budget reads this"));
}

fn rounded(value: f64) -> String {
    estimate_text(value)
}

fn two(value: f64) -> String {
    format!("{value:.2}")
}

fn between(interval: &Estimate) -> String {
    format!("{} to {}", rounded(interval.low), rounded(interval.high))
}

fn parse_confidence(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "write a share such as 0.9".to_owned())?;
    if share > 0.0 && share < 1.0 { Ok(share) } else { Err("a share between 0 and 1".to_owned()) }
}
