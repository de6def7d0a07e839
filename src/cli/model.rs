//! `budgetd model fit | card | curves`: the advisory model on the ledger, or straight on a file. It
//! comments; no budget ever reads it.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::accounts::named_or_only;
use super::output::{BAD, CARE, FAINT, GOOD, Output, STRONG, paint};
use super::{CliError, Context, DONE, Ending, NO, now, parse_day, refusal, sources};
use crate::advice::mmm::health::Verdict;
use crate::advice::mmm::scores::Scores;
use crate::advice::mmm::spread::Estimate;
use crate::advice::uncertainty::spline::FamilyScores;
use crate::domain::model::Preset;
use crate::domain::text::escape;
use crate::domain::{Account, Day};
use crate::report::advice::{estimate_text, response_curves_csv};
use crate::workflow::{
    ModelData, ModelReading, ModelRequest, Modelled, PoolFile, mart_files, model_card,
    model_data_of_file, model_data_of_ledger, model_files, modelled_with, read_pool,
};

#[derive(Debug, clap::Subcommand)]
pub enum Arguments {
    /// Fit the model and show what each channel contributed
    Fit(FitArguments),
    /// Print the model card as JSON: data, health, scores, channels
    Card(DataArguments),
    /// Print the response curves as CSV
    Curves(DataArguments),
    /// Sample the model and compare it with the closed form of each week (in builds with a sampler)
    Posterior(super::model_posterior::Arguments),
    /// Learn across the accounts that share, and show what each borrows from the others
    Pool(super::model_pool::Arguments),
    /// Fit a plain linear model of the columns of any CSV file
    Linear(super::model_linear::Arguments),
}

#[derive(Debug, clap::Args)]
pub struct DataArguments {
    /// The account (needed where there are several)
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Learn from this file instead of the ledger; nothing of it is taken
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// The source that reads it, one of the account's or a preset [default: by the file's name]
    #[arg(long, value_name = "NAME", requires = "data")]
    source: Option<String>,
    /// The kind of model [default: as the account's [model] says]
    #[arg(long, value_name = "KIND", value_enum)]
    preset: Option<PresetArgument>,
    /// Test on the periods from this day on [default: as the account's [model] says]
    #[arg(long, value_name = "DAY", value_parser = parse_day)]
    test_from: Option<Day>,
    /// The probability of the intervals [default: as the account's [model] says]
    #[arg(long, value_name = "SHARE", value_parser = parse_confidence)]
    pub confidence: Option<f64>,
}

/// The kinds of models.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum PresetArgument {
    /// The weighted average of what a search finds
    Search,
    /// Fixed carryovers, logarithms and a ridge regression on days, as many pipelines have it
    Classic,
}

impl From<PresetArgument> for Preset {
    fn from(argument: PresetArgument) -> Self {
        match argument {
            PresetArgument::Search => Self::Search,
            PresetArgument::Classic => Self::Classic,
        }
    }
}

#[derive(Debug, clap::Args)]
pub struct FitArguments {
    #[command(flatten)]
    data: DataArguments,
    /// Write the model card, contributions, curves, scenarios, the best split, plots and the tables
    /// for BI tools into this new folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// A model of an account, and what it was learnt from.
pub struct AccountModel<'w> {
    /// Whose it is.
    pub account: &'w Account,
    /// What was observed.
    pub data: ModelData,
    /// The model.
    pub modelled: Modelled,
}

/// What is to be shown of a model.
enum Wanted<'a> {
    Summary { out: Option<&'a Path> },
    Card,
    Curves,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let (data, wanted) = match arguments {
        Arguments::Fit(fit) => (&fit.data, Wanted::Summary { out: fit.out.as_deref() }),
        Arguments::Card(data) => (data, Wanted::Card),
        Arguments::Curves(data) => (data, Wanted::Curves),
        Arguments::Posterior(posterior) => return super::model_posterior::run(context, posterior),
        Arguments::Pool(pool) => return super::model_pool::run(context, pool),
        Arguments::Linear(linear) => return super::model_linear::run(context, linear),
    };
    let workspace = context.workspace()?;
    let account = named_or_only(&workspace, data.account.as_deref())?;
    let model = match model(context, &workspace, account, data)? {
        Ok(model) => model,
        Err(status) => return Ok(status),
    };
    let modelled = &model.modelled;
    match wanted {
        Wanted::Summary { out } => {
            if let Some(folder) = out {
                write(folder, &model)?;
            }
            show(context, account, modelled);
            let card = model_card(account, modelled);
            context.output.json(&serde_json::from_slice(&card).unwrap_or(Value::Null));
        }
        Wanted::Card => context.output.bytes(&model_card(account, modelled))?,
        Wanted::Curves => {
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
) -> Result<Result<AccountModel<'w>, u8>, CliError> {
    model_of(context, workspace, account, arguments, false)
}

/// The same; a history too short for it may have a model that leans on what is likely beforehand.
pub fn model_of<'w>(
    context: &Context,
    workspace: &'w crate::workflow::Workspace,
    account: &'w Account,
    arguments: &DataArguments,
    thin: bool,
) -> Result<Result<AccountModel<'w>, u8>, CliError> {
    let data = match read(
        context,
        workspace,
        account,
        arguments.data.as_deref(),
        arguments.source.as_deref(),
    )? {
        Ok(data) => data,
        Err(status) => return Ok(Err(status)),
    };
    let preset = arguments.preset.map_or(account.model.preset, Preset::from);
    if preset == Preset::Classic && arguments.test_from.is_some() {
        return Err(CliError::usage(
            "the classic preset is always tested on the last fifth of the days",
            "leave --test-from out",
        ));
    }
    let request = ModelRequest {
        preset: Some(preset),
        test_from: arguments.test_from,
        confidence: arguments.confidence,
        thin,
        week: None,
    };
    let pool = match read_pool(workspace) {
        PoolFile::There(shared) if account.model.pool => Some(shared),
        PoolFile::Damaged(why) if account.model.pool => {
            let told =
                format!("state/pool.json can't be used, and this account learns alone: {why}");
            context.output.line(format!("{} {}", paint(CARE, "look:"), escape(&told)));
            None
        }
        _ => None,
    };
    match modelled_with(account, &data, request, pool.as_ref()) {
        Ok(modelled) => Ok(Ok(AccountModel { account, data, modelled })),
        Err(failure) => {
            context.output.line(format!("{} {failure}", paint(BAD, "no model:")));
            context.output.json(&json!({"account": account.id.as_str(), "model": "none",
                "reason": failure.code(), "text": failure.to_string()}));
            Ok(Err(NO))
        }
    }
}

/// Reads what a model learns from: `path` by the account's or preset source, or the ledger. The inner error is the status of a refused file, once said.
pub fn read(
    context: &Context,
    workspace: &crate::workflow::Workspace,
    account: &Account,
    path: Option<&Path>,
    source: Option<&str>,
) -> Result<Result<ModelData, u8>, CliError> {
    let Some(path) = path else {
        let nothing = || {
            CliError::usage(
                format!("the ledger knows nothing of account {}", account.id),
                "drop files into its inbox, `budgetd import` its history, or name a file by --data",
            )
        };
        let ledger = workspace.ledger_to_read()?.ok_or_else(nothing)?;
        return Ok(Ok(model_data_of_ledger(&ledger, account, None)?.ok_or_else(nothing)?));
    };
    let named = source.map(|name| sources::named(account, name)).transpose()?;
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

/// The files of `advice/` and the tables for analysts, in one new folder.
fn write(folder: &Path, model: &AccountModel<'_>) -> Result<(), CliError> {
    let AccountModel { account, data, modelled } = model;
    let found = model_files(account, modelled);
    let tables = mart_files(account, None, data, Some(modelled), Ok(&found.mart))?;
    let plots: Vec<(String, &[u8])> = found
        .plots
        .iter()
        .map(|plot| (format!("plots/{}.svg", plot.name), plot.svg.as_bytes()))
        .collect();
    let mut files: Vec<(&str, &[u8])> =
        found.files.iter().chain(&tables).map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    files.extend(plots.iter().map(|(name, bytes)| (name.as_str(), *bytes)));
    crate::store::files::write_new_folder(folder, &files)?;
    Ok(())
}

fn show(context: &Context, account: &Account, modelled: &Modelled) {
    let Modelled { fitted, attribution, .. } = modelled;
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
    if modelled.is_of_claims {
        let told = "no revenue of the business is known: this explains what the platforms claim";
        output.line(format!("{} {told}", paint(CARE, "look:")));
    }
    output.line("");
    let rows = attribution.channels.iter().zip(&modelled.marginal_roas).map(|(channel, more)| {
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
            may(more.map(|more| more.mean)),
            more.map_or_else(
                || "-".to_owned(),
                |more| format!("{} to {}", two(more.low), two(more.high)),
            ),
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
            "mROAS",
            &confidence,
            "decay",
        ],
        &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
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
    families(output, modelled);
    output.line("");
    for check in &modelled.checks {
        let (style, word) = match check.verdict {
            Verdict::Pass => (GOOD, "pass  "),
            Verdict::Review => (CARE, "review"),
            Verdict::Fail => (BAD, "fail  "),
        };
        output.line(format!("{} {}", paint(style, word), check.text));
    }
    for reading in modelled.experiments.iter().filter(|it| !it.verdict.is_used()) {
        let told =
            format!("experiment \"{}\" {}", escape(&reading.experiment.name), reading.text());
        output.line(format!("{} {told}", paint(CARE, "look:")));
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

/// How well both families of curves foretold, and what the one without a fixed shape says.
fn families(output: &Output, modelled: &Modelled) {
    let families = match &modelled.families {
        Some(Ok(families)) => families,
        Some(Err(failure)) => {
            output.line(paint(FAINT, &format!("no curves without a fixed shape: {failure}")));
            return;
        }
        None => return,
    };
    output.line("");
    let foretold = |name: &str, it: &FamilyScores| {
        let r2 = it.scores.r2.map_or_else(|| "-".to_owned(), |r2| format!("{r2:.3}"));
        let inside = format!("{:.0} %", it.coverage * 100.0);
        let errors = [rounded(it.scores.mae), rounded(it.scores.rmse)];
        let [mae, rmse] = errors;
        vec![name.to_owned(), format!("{:.3}", it.log_density), r2, mae, rmse, inside]
    };
    output.table(
        &["curves, on what was not seen", "log density", "R²", "mean error", "RMSE", "within 90 %"],
        &[1, 2, 3, 4, 5],
        vec![
            foretold("shaped (plans and actions)", &families.shaped_scores),
            foretold("flexible", &families.flexible_scores),
        ],
    );
    output.line("");
    let confidence = format!("at {:.0} %", modelled.confidence * 100.0);
    let rows = families.flexible.channels.iter().map(|channel| {
        let may = |it: Option<Estimate>| match it {
            Some(it) => [two(it.mean), format!("{} to {}", two(it.low), two(it.high))],
            None => ["-".to_owned(), "-".to_owned()],
        };
        let told = [rounded(channel.contribution.mean), between(&channel.contribution)];
        let figures = [told, may(channel.incremental_roas), may(channel.marginal_roas)];
        std::iter::once(escape(&channel.channel)).chain(figures.into_iter().flatten()).collect()
    });
    output.table(
        &[
            "by flexible curves",
            "contribution",
            &confidence,
            "ROAS",
            &confidence,
            "mROAS",
            &confidence,
        ],
        &[1, 2, 3, 4, 5, 6],
        rows.collect(),
    );
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
