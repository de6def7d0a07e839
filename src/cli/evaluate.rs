//! `budgetd evaluate quality`: simulated worlds and real sets → the tables of
//! `docs/decision-quality.md`. Hidden from the help: it is for those who work on the program.

use std::path::{Path, PathBuf};

use super::{CliError, Context, DONE, Ending, load, now, sources};
use crate::advice::mmm::prepare::prepare;
use crate::advice::mmm::settings::{fit_settings, prepare_settings};
use crate::domain::nearest::nearest;
use crate::domain::text::escape;
use crate::evaluate::quality::markdown::{self, FamilyRow, GroupRow, SetRow};
use crate::evaluate::quality::{self, FAMILIES, Family, GROUPS, SetFigures};
use crate::store::{atomic, files};
use crate::workflow::{ModelReading, Workspace, model_data_of_file};

#[derive(Debug, clap::Subcommand)]
pub enum Arguments {
    /// How good the advice is: coverage, calibration, actions and errors over simulated worlds, and
    /// on real sets
    Quality(QualityArguments),
}

#[derive(Debug, clap::Args)]
pub struct QualityArguments {
    /// These families of worlds only, with commas between them; "none" for none
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    families: Vec<String>,
    /// How many seeds of each, from 1 on
    #[arg(long, value_name = "N", default_value_t = 200,
        value_parser = clap::value_parser!(u64).range(2..=100_000))]
    seeds: u64,
    /// A real set: a file that a source of this account of the configuration reads (repeatable)
    #[arg(long = "set", value_name = "ACCOUNT=FILE", value_parser = parse_pair)]
    sets: Vec<(String, String)>,
    /// What a channel of a set truly contributed (repeatable)
    #[arg(long = "truth", value_name = "ACCOUNT.CHANNEL=AMOUNT", value_parser = parse_truth)]
    truths: Vec<Truth>,
    /// Put the tables between the marks of this document instead of printing them
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
}

/// What a channel truly contributed.
#[derive(Debug, Clone)]
pub struct Truth {
    account: String,
    channel: String,
    amount: f64,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let Arguments::Quality(arguments) = arguments;
    let families = families(&arguments.families)?;
    let document = arguments.into.as_deref().map(read_document).transpose()?;
    let seeds = 1..=arguments.seeds;
    let sets = sets(context, arguments)?;
    let mut rows = Vec::new();
    let total = usize::try_from(arguments.seeds).unwrap_or(usize::MAX);
    let progress = context.output.progress(families.len().saturating_mul(total));
    for family in families {
        progress.at(family.name);
        let cases = quality::cases(family, seeds.clone(), &|| progress.done());
        let first = usize::try_from(*quality::DIGEST_SEEDS.end()).unwrap_or(0).min(cases.len());
        let digest = quality::digest(&cases[..first]);
        rows.push(FamilyRow { family, figures: quality::Figures::of(&cases), digest });
    }
    drop(progress);
    let groups =
        if arguments.families.is_empty() { groups(context, arguments.seeds) } else { Vec::new() };
    let tables = markdown::tables(&seeds, &rows, &groups, &sets);
    match (&arguments.into, document) {
        (Some(path), Some(document)) => write_document(path, &document, &tables)?,
        _ => context.output.bytes(tables.as_bytes())?,
    }
    Ok(DONE)
}

/// Small accounts among others, which only the whole of the tables has.
fn groups(context: &Context, seeds: u64) -> Vec<GroupRow> {
    let total = usize::try_from(seeds).unwrap_or(usize::MAX);
    let ways: [(&str, &quality::Learner); 2] =
        [("their own data", &quality::own), ("all accounts", &quality::pooled)];
    let progress = context.output.progress((GROUPS.len() * ways.len()).saturating_mul(total));
    let mut rows = Vec::new();
    for group in &GROUPS {
        for (way, learner) in ways {
            progress.at(group.name);
            let figures = group.judge(learner, 1..=seeds, &|| progress.done());
            rows.push(GroupRow { group, way, figures });
        }
    }
    rows
}

fn families(named: &[String]) -> Result<Vec<&'static Family>, CliError> {
    if named.is_empty() {
        return Ok(FAMILIES.iter().collect());
    }
    let named = named.iter().filter(|name| *name != "none");
    named.map(|name| quality::family(name).ok_or_else(|| unknown(name))).collect()
}

fn unknown(named: &str) -> CliError {
    let known: Vec<&str> = FAMILIES.iter().map(|family| family.name).collect();
    let hint = match nearest(named, known.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("there are {}", known.join(", ")),
    };
    CliError::usage(format!("there is no family \"{}\"", escape(named)), hint)
}

fn sets(context: &Context, arguments: &QualityArguments) -> Result<Vec<SetRow>, CliError> {
    if arguments.sets.is_empty() {
        return Ok(Vec::new());
    }
    let workspace = context.workspace()?;
    let progress = context.output.progress(arguments.sets.len());
    let rows = arguments.sets.iter().map(|(account, file)| {
        progress.at(file);
        let path = Path::new(file);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let figures = set(&workspace, account, path, &arguments.truths)?;
        progress.done();
        Ok(SetRow { name: escape(&name), figures })
    });
    rows.collect()
}

/// The figures of a set, or why there is no model of it.
fn set(
    workspace: &Workspace,
    account: &str,
    path: &Path,
    truths: &[Truth],
) -> Result<Result<SetFigures, String>, CliError> {
    let account = super::accounts::named_or_only(workspace, Some(account))?;
    let source = sources::by_name_of(account, path);
    let data = match model_data_of_file(workspace, account, path, source, now())? {
        ModelReading::Read(data) => data,
        ModelReading::Refused(_) => return Ok(Err("the file is refused".to_owned())),
    };
    let truths: Vec<(String, f64)> = truths
        .iter()
        .filter(|truth| truth.account == account.id.as_str())
        .map(|truth| (truth.channel.clone(), truth.amount))
        .collect();
    let figures = prepare(&data.observed, prepare_settings(&account.model)).and_then(|prepared| {
        let series = &prepared.series;
        let settings = fit_settings(&account.model, series.grain, &series.periods);
        quality::of_set(series, &settings, &truths)
    });
    Ok(figures.map_err(|failure| failure.to_string()))
}

fn read_document(path: &Path) -> Result<String, CliError> {
    let text = files::read_text(path, load::CONFIG_BYTES_MAX).map_err(|error| {
        CliError::usage(
            format!("{} cannot be read: {error}", escape(&path.display().to_string())),
            "name a document that is there, with the marks in it",
        )
    })?;
    match markdown::put(&text, "") {
        Some(_) => Ok(text),
        None => Err(CliError::usage(
            format!("{} has no place for the tables", escape(&path.display().to_string())),
            format!(
                "write these two lines where they belong: {} and {}",
                markdown::BEGIN,
                markdown::END
            ),
        )),
    }
}

fn write_document(path: &Path, document: &str, tables: &str) -> Result<(), CliError> {
    let text = markdown::put(document, tables).expect("it was looked for before");
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    atomic::replace(folder.unwrap_or(Path::new(".")), &name, text.as_bytes(), 0o644)?;
    Ok(())
}

fn parse_pair(text: &str) -> Result<(String, String), String> {
    let pair =
        text.split_once('=').filter(|(account, file)| !account.is_empty() && !file.is_empty());
    let (account, file) =
        pair.ok_or_else(|| "write it like small=small_business.csv".to_owned())?;
    Ok((account.to_owned(), file.to_owned()))
}

fn parse_truth(text: &str) -> Result<Truth, String> {
    let wanted = || "write it like small.Email=1234.5".to_owned();
    let (named, amount) = text.rsplit_once('=').ok_or_else(wanted)?;
    let (account, channel) = named.split_once('.').ok_or_else(wanted)?;
    let amount: f64 = amount.parse().map_err(|_| wanted())?;
    if !amount.is_finite() {
        return Err(wanted());
    }
    Ok(Truth { account: account.to_owned(), channel: channel.to_owned(), amount })
}
