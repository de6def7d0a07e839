//! What `check` says of hooks: a program that isn't there tells nobody of anything.

use super::{Finding, shown};
use crate::cli::CliError;
use crate::config::{Hook, HookTarget};
use crate::store::files;

/// The commands of hooks that can't be run.
pub fn findings(hooks: &[Hook]) -> Vec<Finding> {
    let commands = hooks.iter().enumerate().filter_map(|(at, hook)| match &hook.target {
        HookTarget::Command(words) => words.first().map(|program| (at + 1, program)),
        HookTarget::Url(_) => None,
    });
    commands
        .filter(|(_, program)| !files::is_program(program.as_ref()))
        .map(|(number, program)| {
            let program = shown(program.as_ref());
            Finding::wrong(
                "hooks",
                CliError::usage(
                    format!("the command of hook {number} can't be run: {program}"),
                    "name a program with its path that this user may execute (chmod 755), or take the \
                     hook out of [[hooks]]",
                ),
            )
        })
        .collect()
}
