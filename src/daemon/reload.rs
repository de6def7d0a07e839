//! The configuration read again while the daemon runs: all of it or nothing, and what changed is
//! said. What is fixed when the daemon starts makes it nothing.

use std::sync::Arc;

use crate::config::{self, Config, SourceText};
use crate::workflow::Workspace;

/// The configuration as its files had it, and what it makes.
#[derive(Clone)]
pub struct Loaded {
    /// Where everything is, and by which settings.
    pub workspace: Arc<Workspace>,
    /// The files that were read.
    pub texts: Vec<SourceText>,
}

/// Reads the configuration; its error is every fault, in words that are fit to be shown.
pub type Load = dyn Fn() -> Result<Loaded, String> + Send + Sync;

/// What came of reading it again.
pub enum Reloaded {
    /// It is as it was.
    Same,
    /// It is another, which is in force from now on; what changed, setting by setting.
    Changed(Loaded, Vec<String>),
    /// The old one stays in force; why.
    Refused(String),
}

/// Reads the configuration again.
pub fn reload(before: &Loaded, load: &Load) -> Reloaded {
    let after = match load() {
        Ok(after) => after,
        Err(faults) => return Reloaded::Refused(faults),
    };
    if let Some(fixed) = fixed_that_changed(&before.workspace.config, &after.workspace.config) {
        return Reloaded::Refused(format!(
            "{fixed} of the configuration changed, which takes a restart"
        ));
    }
    let changes = config::changes(&before.texts, &after.texts);
    if changes.is_empty() { Reloaded::Same } else { Reloaded::Changed(after, changes) }
}

/// The first table whose settings are fixed for the daemon's life and that changed.
fn fixed_that_changed(before: &Config, after: &Config) -> Option<&'static str> {
    if before.paths != after.paths {
        Some("[paths]")
    } else if before.api != after.api {
        Some("[api]")
    } else if before.log != after.log {
        Some("[log]")
    } else {
        None
    }
}
