//! `budgetd sources`: the formats that files are read by, and which one a name means.

use std::path::Path;

use serde_json::json;

use super::accounts::{named_or_all, named_or_only};
use super::output::{FAINT, paint};
use super::{CliError, Context, DONE, Ending, sources_guess};
use crate::config::{preset, presets, source_toml};
use crate::domain::nearest::nearest;
use crate::domain::text::escape;
use crate::domain::{Account, Source};
use crate::ingest;

#[derive(Debug, clap::Subcommand)]
pub enum Arguments {
    /// Name every format: the account's own in the order that they are tried, then the presets
    List(ListArguments),
    /// Print one as TOML, to be copied into the account's file
    Show(ShowArguments),
    /// Say what a strange file is, as a source to look at
    Guess(sources_guess::Arguments),
}

#[derive(Debug, clap::Args)]
pub struct ListArguments {
    /// Only this account's
    #[arg(long, value_name = "ID")]
    account: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct ShowArguments {
    /// The name of a preset or of one of the account's sources
    #[arg(value_name = "NAME")]
    name: String,
    /// The account (needed for its own sources where there are several)
    #[arg(long, value_name = "ID")]
    account: Option<String>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    match arguments {
        Arguments::List(arguments) => list(context, arguments),
        Arguments::Show(arguments) => show(context, arguments),
        Arguments::Guess(arguments) => sources_guess::run(context, arguments),
    }
}

fn list(context: &Context, arguments: &ListArguments) -> Ending {
    let workspace = context.workspace()?;
    let mut answers = Vec::new();
    for account in named_or_all(&workspace, arguments.account.as_deref())? {
        let rows = account.sources.iter().map(row).collect();
        context.output.line(format!("account {}, tried in this order:", account.id));
        context.output.table(&["source", "files", "layout", "grain"], &[], rows);
        context.output.line("");
        answers.push(json!({"account": account.id.as_str(),
            "sources": account.sources.iter().map(machine).collect::<Vec<_>>()}));
    }
    let presets: Vec<&Source> = presets().iter().map(|preset| &preset.source).collect();
    context.output.line("presets, for preset = \"NAME\" in [[sources]] and for --source:");
    context.output.table(
        &["preset", "files", "layout", "grain"],
        &[],
        presets.iter().copied().map(row).collect(),
    );
    context.output.line(paint(FAINT, "`budgetd sources show NAME` prints one as TOML"));
    context.output.json(&json!({"accounts": answers,
        "presets": presets.iter().copied().map(machine).collect::<Vec<_>>()}));
    Ok(DONE)
}

fn row(source: &Source) -> Vec<String> {
    vec![
        escape(&source.name),
        escape(&source.files),
        word(source.layout),
        source.grain.word().to_owned(),
    ]
}

fn machine(source: &Source) -> serde_json::Value {
    json!({"name": source.name, "files": source.files, "layout": source.layout,
        "grain": source.grain.word()})
}

fn word(layout: crate::domain::source::Layout) -> String {
    serde_json::to_value(layout)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn show(context: &Context, arguments: &ShowArguments) -> Ending {
    let shipped = presets().iter().find(|preset| preset.name == arguments.name);
    let (source, text) = match shipped {
        Some(preset) if arguments.account.is_none() => {
            (preset.source.clone(), preset.text.to_owned())
        }
        _ => {
            let workspace = context.workspace()?;
            let account = named_or_only(&workspace, arguments.account.as_deref())?;
            let source = named(account, &arguments.name)?;
            let text = source_toml(&source, None);
            (source, text)
        }
    };
    if context.output.is_json() {
        context.output.json(&json!({"name": source.name, "toml": text, "source": source}));
    } else {
        context.output.bytes(text.as_bytes())?;
    }
    Ok(DONE)
}

/// The account's source of that name, or the preset; compared without case.
pub fn named(account: &Account, name: &str) -> Result<Source, CliError> {
    let is_it = |source: &&Source| source.name.to_lowercase() == name.to_lowercase();
    if let Some(own) = account.sources.iter().find(is_it) {
        return Ok(own.clone());
    }
    preset(name).ok_or_else(|| {
        let own = account.sources.iter().map(|source| source.name.as_str());
        let known: Vec<&str> =
            own.chain(presets().iter().map(|preset| preset.source.name.as_str())).collect();
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean \"{}\"?", escape(near)),
            None => "`budgetd sources list` names them all".to_owned(),
        };
        let (id, name) = (&account.id, escape(name));
        CliError::usage(format!("account {id} has no source \"{name}\", nor is it a preset"), hint)
    })
}

/// The account's source that the file's name is for.
pub fn by_name_of<'a>(account: &'a Account, path: &Path) -> &'a Source {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    ingest::source_for(account, &name)
}
