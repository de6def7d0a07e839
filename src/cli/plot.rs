//! `budgetd plot`: one plot, or all of them. Those of the model are drawn now; those of the week and of past
//! weeks are what the newest bundle holds.

use std::path::PathBuf;

use serde_json::json;

use super::accounts::named_or_only;
use super::model::{DataArguments, model};
use super::{CliError, Context, DONE, Ending, now};
use crate::domain::Account;
use crate::domain::nearest::nearest;
use crate::domain::text::escape;
use crate::report::plots::is_of_week;
use crate::store::bundle::BundleName;
use crate::store::files;
use crate::workflow::{PLOTS, Workspace, latest_publication, model_files};

/// The name that stands for every plot.
const ALL: &str = "all";

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Its name, or "all"; --list shows the names
    #[arg(value_name = "NAME", required_unless_present = "list")]
    name: Option<String>,
    /// List the plots that there are
    #[arg(long, conflicts_with_all = ["name", "out"])]
    list: bool,
    /// Write it into this new file, or all of them into this new folder [default: standard output]
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    #[command(flatten)]
    data: DataArguments,
}

/// A plot: its name, what it finds, and its SVG.
struct Drawn {
    name: String,
    title: String,
    svg: Vec<u8>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    if arguments.name.as_deref() == Some(ALL) && arguments.out.is_none() {
        return Err(CliError::usage(
            "all plots need a folder",
            "name a new one by --out DIR, or one plot by its name",
        ));
    }
    let workspace = context.workspace()?;
    let account = named_or_only(&workspace, arguments.data.account.as_deref())?;
    let mut drawn =
        if arguments.data.data.is_some() { Vec::new() } else { published(&workspace, account)? };
    let wanted = arguments.name.as_deref().unwrap_or_default();
    // What the bundle holds needs no model.
    if !drawn.iter().any(|it| it.name == wanted) {
        match model(context, &workspace, account, &arguments.data)? {
            Ok(model) => {
                let plots = model_files(account, &model.modelled).plots.into_iter();
                let now = plots.map(|it| Drawn {
                    name: it.name,
                    title: it.title,
                    svg: it.svg.into_bytes(),
                });
                drawn.splice(0..0, now);
            }
            Err(status) if drawn.is_empty() => return Ok(status),
            Err(_) => {}
        }
    }
    if arguments.list {
        list(context, &drawn);
        return Ok(DONE);
    }
    if wanted == ALL {
        return write_all(context, arguments, &drawn);
    }
    let plot = drawn.iter().find(|it| it.name == wanted).ok_or_else(|| unknown(wanted, &drawn))?;
    match &arguments.out {
        None => context.output.bytes(&plot.svg)?,
        Some(path) => {
            files::write_new(path, &plot.svg)?;
            let path = escape(&path.display().to_string());
            context.output.line(format!("{}: {path}", escape(&plot.title)));
            context.output.json(&json!({"name": plot.name, "title": plot.title, "file": path}));
        }
    }
    Ok(DONE)
}

/// The plots of the newest week, from its bundle.
fn published(workspace: &Workspace, account: &Account) -> Result<Vec<Drawn>, CliError> {
    let Some(ledger) = workspace.ledger_to_read()? else { return Ok(Vec::new()) };
    let Some(newest) = latest_publication(&ledger, account, now())? else { return Ok(Vec::new()) };
    let bundle = BundleName { week: newest.week.first_day(), revision: newest.revision };
    let outbox = workspace.outbox();
    let mut drawn = Vec::new();
    for file in outbox.names_in(&account.id, bundle, PLOTS)? {
        let Some(name) = file.strip_suffix(".svg") else { continue };
        if is_of_week(name) {
            let svg = outbox.read(&account.id, bundle, &format!("{PLOTS}/{file}"))?;
            drawn.push(Drawn { name: name.to_owned(), title: title_of(&svg), svg });
        }
    }
    Ok(drawn)
}

/// What stands in the first `<title>` of an SVG, as text.
fn title_of(svg: &[u8]) -> String {
    let svg = String::from_utf8_lossy(svg);
    let title = svg.split_once("<title").and_then(|(_, rest)| rest.split_once('>'));
    let title = title.and_then(|(_, rest)| rest.split_once("</title>")).map_or("", |it| it.0);
    let marks = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    marks.iter().fold(title.to_owned(), |text, (mark, plain)| text.replace(mark, plain))
}

fn list(context: &Context, drawn: &[Drawn]) {
    let rows = drawn.iter().map(|it| vec![it.name.clone(), escape(&it.title)]).collect();
    context.output.table(&["plot", "what it finds"], &[], rows);
    let machine = drawn.iter().map(|it| json!({"name": it.name, "title": it.title}));
    context.output.json(&json!({"plots": machine.collect::<Vec<_>>()}));
}

fn write_all(context: &Context, arguments: &Arguments, drawn: &[Drawn]) -> Ending {
    let folder = arguments.out.as_deref().expect("it was asked for above");
    let names: Vec<String> = drawn.iter().map(|it| format!("{}.svg", it.name)).collect();
    let all: Vec<(&str, &[u8])> =
        names.iter().zip(drawn).map(|(name, it)| (name.as_str(), it.svg.as_slice())).collect();
    files::write_new_folder(folder, &all)?;
    let folder = escape(&folder.display().to_string());
    context.output.line(format!("{} plots: {folder}", drawn.len()));
    context.output.json(&json!({"folder": folder, "files": names}));
    Ok(DONE)
}

fn unknown(name: &str, drawn: &[Drawn]) -> CliError {
    let names: Vec<&str> = drawn.iter().map(|it| it.name.as_str()).collect();
    let hint = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean {near}? `budgetd plot --list` shows all"),
        None => format!("there are {}, and {ALL}", names.join(", ")),
    };
    CliError::usage(format!("there is no plot \"{}\"", escape(name)), hint)
}
