//! `budgetd generate`: the command line's definition → manual pages and shell completions, for those
//! who build packages. Hidden from the help: nobody else needs it.

use std::path::PathBuf;

use clap_complete::Shell;
use clap_mangen::Man;

use super::{CliError, Context, DONE, Ending};
use crate::domain::text::escape;
use crate::store::{StoreError, atomic, files};

#[derive(Debug, clap::Subcommand)]
pub enum Arguments {
    /// One page for the program and one for each command, such as budgetd-audit-verify.1
    Man(Folder),
    /// For bash, zsh and fish, under the names that they look for
    Completions(Folder),
}

#[derive(Debug, clap::Args)]
pub struct Folder {
    /// Where to write; files of the same names are replaced
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// A file that is generated.
struct Generated {
    name: String,
    bytes: Vec<u8>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let (folder, generated) = match arguments {
        Arguments::Man(Folder { folder }) => (folder, pages()?),
        Arguments::Completions(Folder { folder }) => (folder, completions()),
    };
    files::create_folder(folder)?;
    for file in generated {
        atomic::replace(folder, &file.name, &file.bytes, 0o644)?;
        context.output.line(escape(&folder.join(&file.name).display().to_string()));
    }
    Ok(DONE)
}

fn pages() -> Result<Vec<Generated>, CliError> {
    let mut program = super::command().disable_help_subcommand(true);
    program.build();
    let mut pages = Vec::new();
    collect_pages(&program, &mut pages)?;
    Ok(pages)
}

/// The page of `command` and of each command in it, but for hidden ones.
fn collect_pages(command: &clap::Command, pages: &mut Vec<Generated>) -> Result<(), CliError> {
    let version = concat!("budgetd ", env!("CARGO_PKG_VERSION"));
    // The same bytes on every day, so no date; an empty one would not be quoted, and the rest of
    // the title would move up.
    let page = Man::new(command.clone()).date(" ").source(version).manual("budgetd");
    let name = page.get_filename();
    let mut bytes = Vec::new();
    page.render(&mut bytes).map_err(|source| StoreError::Machine {
        what: "cannot write the page",
        path: PathBuf::from(&name),
        source,
    })?;
    pages.push(Generated { name, bytes });
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        collect_pages(inner, pages)?;
    }
    Ok(())
}

fn completions() -> Vec<Generated> {
    [(Shell::Bash, "budgetd.bash"), (Shell::Zsh, "_budgetd"), (Shell::Fish, "budgetd.fish")]
        .into_iter()
        .map(|(shell, name)| {
            let mut bytes = Vec::new();
            clap_complete::generate(shell, &mut super::command(), "budgetd", &mut bytes);
            Generated { name: name.to_owned(), bytes }
        })
        .collect()
}
