//! `budgetd run`: the daemon.

use super::{CliError, Context, DONE, Ending};
use crate::daemon::{self, DaemonError, Logs};

#[derive(Debug, clap::Args)]
pub struct Arguments {}

pub fn run(context: &Context, _arguments: &Arguments) -> Ending {
    let workspace = context.workspace()?;
    workspace.places.create_all()?;
    let machine = |message: String| CliError { status: 3, message, hint: None };
    let logs = Logs::begin(&workspace.config.paths.logs, &workspace.config.log.level)
        .map_err(|error| machine(error.to_string()))?;
    let ending = daemon::run(workspace);
    if logs.lost() > 0 {
        context.output.remark(&format!("budgetd: {} log lines were lost", logs.lost()));
    }
    match ending {
        Ok(()) => Ok(DONE),
        Err(DaemonError::Work(error)) => Err(error.into()),
        Err(DaemonError::Store(error)) => Err(error.into()),
        Err(error) => Err(machine(error.to_string())),
    }
}
