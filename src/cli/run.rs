//! `budgetd run`: the daemon.

use super::{CliError, Context, DONE, Ending};
use crate::daemon::{Daemon, DaemonError, Logs};

#[derive(Debug, clap::Args)]
pub struct Arguments {}

pub fn run(context: &Context, _arguments: &Arguments) -> Ending {
    let (load, loaded) = context.loaded()?;
    let config = &loaded.workspace.config;
    let (folder, level) = (config.paths.logs.clone(), config.log.level.clone());
    let log_files = usize::try_from(config.retention.log_days).unwrap_or(usize::MAX);
    // The lock first: a second daemon must not write into the logs of the first.
    let daemon = Daemon::claim(load, loaded)?;
    let logs = Logs::begin(&folder, &level, log_files, std::io::stdout()).map_err(|error| {
        machine(error.to_string(), "see that [paths] logs in the configuration can be written to")
    })?;
    let ending = daemon.run(logs.lost());
    let lost = logs.end();
    if lost > 0 {
        context.output.remark(&format!("budgetd: {lost} log lines were lost"));
    }
    match ending {
        Ok(()) => Ok(DONE),
        Err(DaemonError::Work(error)) => Err(error.into()),
        Err(DaemonError::Store(error)) => Err(error.into()),
        Err(error) => {
            let hint = error.hint();
            let hint = hint.as_deref().unwrap_or("start it again; the logs say more");
            Err(machine(error.to_string(), hint))
        }
    }
}

fn machine(message: String, hint: &str) -> CliError {
    CliError { status: 3, message, hint: Some(hint.to_owned()) }
}
