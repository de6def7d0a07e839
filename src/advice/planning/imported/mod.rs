//! Response curves that another tool exported → curves that can be planned on. Which format a file
//! has is seen in its content. Nothing is converted silently: amounts stay those of the export.

mod channel;
mod error;
mod meridian;
mod plain;
mod plans;
mod pymc;
mod robyn;
mod table;

pub use channel::{ImportedChannel, Point, Shape};
pub use error::ImportError;
pub use plans::{
    ChannelChange, ChannelOutcome, ImportedScenario, change, curves, outcomes, reach, scenarios,
};

use crate::domain::nearest::nearest;
use crate::domain::text::{escape, folded, shorten};
use table::Table;

/// Files above this are refused: curves are small, and a larger file is something else.
pub const BYTES_MAX: u64 = 16_000_000;

/// Channels of a file; plans over more would take long, and no business has them.
const CHANNELS_MAX: usize = 200;

/// Points of a channel's curve: exports have some hundred at most, and a plan looks at each often.
const POINTS_MAX: usize = 1_000;

/// Amounts above this are refused: sums and products of them stay exact enough.
const AMOUNT_MAX: f64 = 1e15;

/// Characters of the file's own text that a message shows.
const SHOWN_CHARS_MAX: usize = 60;

/// Curves as one file tells them.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedCurves {
    /// The tool, in words: "Robyn", "Meridian".
    pub tool: &'static str,
    /// What was recognised: "Robyn model `1_92_12`, 5 channels, weekly".
    pub recognised: String,
    /// What an amount is for: "a week", "all the time that the curves were asked for".
    pub unit_of_spend: String,
    /// What the curves bring: "revenue", or "conversions".
    pub outcome: &'static str,
    /// What its intervals are, where it has any: "at 94 %".
    pub interval: Option<String>,
    /// What was assumed, a sentence each.
    pub notes: Vec<String>,
    /// The channels in the order of the file.
    pub channels: Vec<ImportedChannel>,
}

/// An amount of one channel that the file does not tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The channel as it was written.
    pub channel: String,
    /// The amount.
    pub amount: f64,
}

/// Reads `text`. `scales`: for each channel what an x of 1 stands for, where the file has scaled
/// spends; `presents`: present spends, which win over those of the file.
///
/// # Errors
/// The first thing that keeps the file from being understood.
pub fn read(text: &str, scales: &[Told], presents: &[Told]) -> Result<ImportedCurves, ImportError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_json = matches!(text.trim_start().chars().next(), Some('{' | '['));
    let mut curves = if is_json {
        robyn::read(text)?
    } else {
        let table = Table::read(text)?;
        if meridian::is(&table) {
            meridian::read(&table)?
        } else if pymc::is(&table) {
            pymc::read(&table, scales)?
        } else if plain::is(&table) {
            plain::read(&table)?
        } else {
            return Err(ImportError::UnknownFormat { columns: table.columns_shown() });
        }
    };
    if !scales.is_empty() && curves.tool != pymc::TOOL {
        return Err(ImportError::NeedlessScale { tool: curves.tool });
    }
    check_names(&curves.channels)?;
    let names: Vec<String> = curves.channels.iter().map(|channel| channel.name.clone()).collect();
    for told in presents {
        curves.channels[position(told, &names)?].present = Some(told.amount);
    }
    Ok(curves)
}

/// Names that differ in case alone could not be told apart on the command line.
fn check_names(channels: &[ImportedChannel]) -> Result<(), ImportError> {
    if channels.is_empty() {
        return Err(ImportError::Empty);
    }
    if channels.len() > CHANNELS_MAX {
        return Err(ImportError::TooMany { what: "channels".to_owned(), most: CHANNELS_MAX });
    }
    let mut seen = std::collections::BTreeMap::new();
    for channel in channels {
        if let Some(other) = seen.insert(folded(&channel.name), &channel.name) {
            return Err(ImportError::Alike { one: shown(other), other: shown(&channel.name) });
        }
    }
    Ok(())
}

/// Where the channel of `told` stands in `names`, compared without case.
fn position(told: &Told, names: &[String]) -> Result<usize, ImportError> {
    let wanted = folded(&told.channel);
    names.iter().position(|name| folded(name) == wanted).ok_or_else(|| {
        let near = nearest(&told.channel, names.iter().map(String::as_str));
        ImportError::UnknownChannel {
            channel: shown(&told.channel),
            near: near.map(shown),
            known: listed(names.iter().map(String::as_str)),
        }
    })
}

/// A piece of the file's text as a message may carry it.
fn shown(text: &str) -> String {
    escape(&shorten(text, SHOWN_CHARS_MAX))
}

/// Names in a row, the first dozen of them.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    const MOST: usize = 12;
    let mut names: Vec<String> = names.map(shown).collect();
    if names.len() > MOST {
        let more = names.len() - MOST;
        names.truncate(MOST);
        names.push(format!("and {more} more"));
    }
    names.join(", ")
}

/// "1 channel", "5 channels".
fn channels_counted(count: usize) -> String {
    if count == 1 { "1 channel".to_owned() } else { format!("{count} channels") }
}

#[cfg(test)]
mod tests;
