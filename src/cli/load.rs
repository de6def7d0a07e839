//! Finds and reads the configuration: `--config`, `$BUDGETD_CONFIG`, `config/budgetd.toml`,
//! `/etc/budgetd/budgetd.toml`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{CliError, Context, USAGE};
use crate::config::{self, Config, ConfigFault, SourceText};
use crate::daemon::{Load, Loaded};
use crate::domain::Digest;
use crate::domain::text::escape;
use crate::store::files;
use crate::workflow::{Interrupt, Unit, Workspace};

/// A configuration file is text that people write; more than this is a mistake.
pub const CONFIG_BYTES_MAX: u64 = 16 * 1024 * 1024;

impl Context {
    /// The workspace of the configuration, or all its faults.
    pub fn workspace(&self) -> Result<Workspace, CliError> {
        let path = self.config_path()?;
        load(&path).map(Workspace::new).map_err(|faults| faults_error(&faults))
    }

    /// The same, with the digest of its settings.
    pub fn workspace_and_settings(&self) -> Result<(Workspace, Digest), CliError> {
        let path = self.config_path()?;
        let (config, texts) = load_with_texts(&path).map_err(|faults| faults_error(&faults))?;
        Ok((Workspace::new(config), config::digest(&texts)))
    }

    /// The same for the daemon, which may be asked to read it again.
    pub fn loaded(&self) -> Result<(Arc<Load>, Loaded), CliError> {
        let path = self.config_path()?;
        let loaded = load_whole(&path).map_err(|faults| faults_error(&faults))?;
        let load = move || {
            load_whole(&path).map_err(|faults| {
                let lines: Vec<String> = faults.iter().flat_map(fault_lines).collect();
                lines.join("; ")
            })
        };
        Ok((Arc::new(load), loaded))
    }

    /// Begins a unit of work; says so where another one has to be waited for.
    pub fn begin<'w>(
        &self,
        workspace: &'w Workspace,
        interrupt: &'w Interrupt,
    ) -> Result<Unit<'w>, CliError> {
        if let Some(unit) = workspace.try_begin(interrupt)? {
            return Ok(unit);
        }
        self.output.remark("another budgetd is at work; waiting until it is done");
        Ok(workspace.begin(interrupt)?)
    }

    /// Which configuration file counts.
    pub fn config_path(&self) -> Result<PathBuf, CliError> {
        if let Some(path) = &self.config {
            if !files::exists(path) {
                return Err(CliError::usage(
                    format!("there is no configuration at {}", path.display()),
                    "--config and $BUDGETD_CONFIG name a file; `budgetd init DIR` lays out a folder with one",
                ));
            }
            return Ok(path.clone());
        }
        let usual = ["config/budgetd.toml", "/etc/budgetd/budgetd.toml"].map(PathBuf::from);
        usual.iter().find(|path| files::exists(path)).cloned().ok_or_else(|| {
            CliError::usage(
                "there is no configuration: neither config/budgetd.toml nor /etc/budgetd/budgetd.toml",
                "`budgetd init` lays out a working folder here; --config FILE names one elsewhere",
            )
        })
    }
}

/// Reads and checks the configuration at `path` with its accounts.
pub fn load(path: &Path) -> Result<Config, Vec<ConfigFault>> {
    load_with_texts(path).map(|(config, _)| config)
}

fn load_whole(path: &Path) -> Result<Loaded, Vec<ConfigFault>> {
    let (config, texts) = load_with_texts(path)?;
    Ok(Loaded { workspace: Arc::new(Workspace::new(config)), texts })
}

fn load_with_texts(path: &Path) -> Result<(Config, Vec<SourceText>), Vec<ConfigFault>> {
    let base = base_of(path);
    let daemon = read(path).map_err(|fault| vec![fault])?;
    let folder = config::accounts_folder(&daemon, &base);
    let mut unreadable = Vec::new();
    let mut accounts = Vec::new();
    match files::list(&folder, "toml") {
        Ok(paths) => {
            for path in paths {
                match read(&path) {
                    Ok(text) => accounts.push(text),
                    Err(fault) => unreadable.push(fault),
                }
            }
        }
        Err(error) => unreadable.push(cannot_read(&folder, &error.to_string())),
    }
    match config::check(&daemon, &accounts, &base) {
        Ok(config) if unreadable.is_empty() => {
            let texts = std::iter::once(daemon).chain(accounts).collect();
            Ok((with_credential(config), texts))
        }
        Ok(_) => Err(unreadable),
        Err(mut faults) => {
            faults.extend(unreadable);
            Err(faults)
        }
    }
}

/// The key that systemd hands over as the credential "signing_key", and the token "api_token", come before the one that the
/// configuration names.
fn with_credential(mut config: Config) -> Config {
    if let Some(folder) = std::env::var_os("CREDENTIALS_DIRECTORY") {
        let key = Path::new(&folder).join("signing_key");
        if files::exists(&key) {
            config.signing.key = key;
            config.signing.is_credential = true;
        }
        let token = Path::new(&folder).join("api_token");
        if let Some(api) = config.api.as_mut().filter(|_| files::exists(&token)) {
            api.token = Some(token);
            api.token_is_credential = true;
        }
    }
    config
}

/// The folder that paths are relative to: the one that holds `config/`.
pub fn base_of(path: &Path) -> PathBuf {
    let folder = path.parent().unwrap_or(Path::new(""));
    let base = if folder.file_name().is_some_and(|name| name == "config") {
        folder.parent().unwrap_or(Path::new(""))
    } else {
        folder
    };
    if base.as_os_str().is_empty() { PathBuf::from(".") } else { base.to_owned() }
}

#[expect(clippy::result_large_err, reason = "at most once a file, and a fault is a value here")]
fn read(path: &Path) -> Result<SourceText, ConfigFault> {
    let shown = path.display().to_string();
    match files::read_text(path, CONFIG_BYTES_MAX) {
        Ok(text) => Ok(SourceText { path: shown, text }),
        Err(error) => Err(cannot_read(path, &error.to_string())),
    }
}

fn cannot_read(path: &Path, why: &str) -> ConfigFault {
    ConfigFault {
        path: path.display().to_string(),
        line: 1,
        column: 1,
        key: None,
        value: None,
        message: format!("cannot be read: {why}"),
        hint: Some("`budgetd init` writes a configuration to start from".to_owned()),
    }
}

/// A fault in its own lines, each made safe to show.
fn fault_lines(fault: &ConfigFault) -> Vec<String> {
    let safe = ConfigFault { path: escape(&fault.path), ..fault.clone() };
    safe.to_string().lines().map(escape).collect()
}

/// All faults as one error of the command line.
pub fn faults_error(faults: &[ConfigFault]) -> CliError {
    faults_error_in("the configuration", faults)
}

/// The same of another file: `what` has them.
pub fn faults_error_in(what: &str, faults: &[ConfigFault]) -> CliError {
    let lines: Vec<String> = faults.iter().flat_map(fault_lines).collect();
    let count = match faults.len() {
        1 => format!("{what} has a fault"),
        count => format!("{what} has {count} faults"),
    };
    CliError { status: USAGE, message: format!("{count}\n{}", lines.join("\n")), hint: None }
}
