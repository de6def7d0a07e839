//! `--curves FILE` with what belongs to it → the curves of another tool, or why they can't be read.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::plan::parse_amount;
use super::{CliError, NO};
use crate::advice::planning::imported::{BYTES_MAX, ImportError, ImportedCurves, Told, read};
use crate::domain::text::{byte_count, escape};
use crate::store::files;

#[derive(Debug, clap::Args)]
pub struct CurveArguments {
    /// Use response curves that Robyn, Meridian, PyMC-Marketing, budgetd or any tool exported
    #[arg(long, value_name = "FILE",
        conflicts_with_all = ["account", "data", "source", "preset", "test_from", "confidence"])]
    curves: Option<PathBuf>,
    /// With --curves: what a channel spends now, where the file doesn't tell: "TV=12500"
    #[arg(long, value_name = "CHANNEL=AMOUNT", requires = "curves", value_parser = parse_present)]
    present: Vec<Told>,
    /// With curves of PyMC-Marketing: the channel's scale in the model: "TV=12500"
    #[arg(long, value_name = "CHANNEL=AMOUNT", requires = "curves", value_parser = parse_scale)]
    scale: Vec<Told>,
}

impl CurveArguments {
    /// The file, where one is asked for.
    pub fn file(&self) -> Option<&Path> {
        self.curves.as_deref()
    }
}

/// Reads the file.
pub fn import(file: &Path, arguments: &CurveArguments) -> Result<ImportedCurves, CliError> {
    let shown = escape(&file.display().to_string());
    let refused = |why: String, hint: String| CliError {
        status: NO,
        message: format!("{shown}: {why}"),
        hint: Some(hint),
    };
    if let Ok(bytes) = files::size(file)
        && bytes > BYTES_MAX
    {
        return Err(refused(
            format!("it has {}; curves have at most {}", byte_count(bytes), byte_count(BYTES_MAX)),
            "export the curves alone".to_owned(),
        ));
    }
    let text = files::read_text(file, BYTES_MAX).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => refused(
            "it is no UTF-8 text".to_owned(),
            "save it as \"CSV UTF-8\", or hand over the tool's own file".to_owned(),
        ),
        _ => CliError {
            status: 3,
            message: format!("{shown} cannot be read: {}", escape(&error.to_string())),
            hint: None,
        },
    })?;
    read(&text, &arguments.scale, &arguments.present).map_err(|error| {
        let hint = error.hint();
        match error {
            ImportError::UnknownChannel { .. } | ImportError::NeedlessScale { .. } => {
                CliError::usage(error.to_string(), hint)
            }
            error => refused(error.to_string(), hint),
        }
    })
}

fn parse_present(text: &str) -> Result<Told, String> {
    let (channel, amount) = pair(text)?;
    if amount == "0" {
        return Ok(Told { channel, amount: 0.0 });
    }
    Ok(Told { channel, amount: parse_amount(&amount)? })
}

fn parse_scale(text: &str) -> Result<Told, String> {
    let (channel, amount) = pair(text)?;
    Ok(Told { channel, amount: parse_amount(&amount)? })
}

fn pair(text: &str) -> Result<(String, String), String> {
    // A name may hold an equals sign, an amount can't.
    let (channel, amount) = text.rsplit_once('=').ok_or("write it like \"TV=12500\"")?;
    Ok((channel.trim().to_owned(), amount.trim().to_owned()))
}
