//! The first bytes of a strange file → the source that would read it, with what is certain, what
//! only people can say, and what is missing. It asks nothing, needs no configuration, and decides
//! nothing: what it finds is text for a person to look at.
//!
//! ```text
//! bytes ─► unpack ─► encoding ─► header (separator, layout) ─► look: dates, numbers, totals, wide,
//!                                                               grain, keys, gaps ─► describe ─► Source
//! ```

mod accepted;
mod against;
mod columns;
mod costs;
mod currency;
mod dates;
mod describe;
mod encoding;
mod figure;
mod finding;
mod gaps;
mod grain;
mod header;
mod keys;
mod lacking;
mod look;
mod media;
mod name;
mod numbers;
mod others;
mod outcome;
mod plain_names;
mod planned;
mod preview;
mod ratios;
mod seen;
mod start;
mod table;
mod toml;
mod totals;
mod units;
mod unpack;
mod unsure;
mod whole;
mod wide;
mod words;

use chrono::Weekday;

pub use against::against;
pub(super) use dates::notation as date_notation;
pub use finding::Finding;
pub(super) use name::of_source as name_of;
pub(super) use numbers::word as thousands_word;
pub use preview::{Preview, PreviewRow, ROWS_SHOWN, Terms, preview, preview_on};
pub(super) use toml::quoted;
pub use toml::{UNTOLD, to_toml};
pub(super) use totals::{LABELS as TOTAL_WORDS, is_label as is_total, label as total_label};
pub use whole::whole;

use crate::domain::{Account, Currency, Day, Source};

/// Bytes of a file's text that are looked at.
pub const HEAD_BYTES_MAX: usize = 256 * 1024;

/// What a file turned out to be.
#[derive(Debug, Clone)]
pub struct Guess {
    /// The source that would read it, as far as it could be told.
    pub source: Source,
    /// The preset that it is based on.
    pub preset: Option<String>,
    /// The settings in which it differs from that preset; none: the preset reads the file as it is.
    pub differing: Vec<&'static str>,
    /// What the evidence leaves no doubt about.
    pub certain: Vec<Finding>,
    /// What it can be read without, and only people can say.
    pub open: Vec<Finding>,
    /// What could not be told, and would cost figures or the file: a person says or mends it first.
    pub untold: Vec<Finding>,
    /// What it can't be read without.
    pub missing: Vec<Finding>,
    /// The channels that the file names, or that its columns are called by.
    pub channels: Vec<String>,
    /// The currencies that it names by code, column or mark.
    pub currencies: Vec<Currency>,
    /// Rows to leave out, one of which must be chosen: column and text.
    pub only: Vec<(String, String)>,
    /// The first and last day of what was looked at.
    pub days: Option<(Day, Day)>,
    /// The weekday on which weeks start.
    pub week_starts_on: Option<Weekday>,
    /// The start of the file's text, unpacked, to the last whole line: what the guess rests on.
    pub sample: Vec<u8>,
    /// Whether that is the whole file.
    pub whole: bool,
}

impl Guess {
    /// Whether it could tell enough to read the file.
    pub const fn is_readable(&self) -> bool {
        self.missing.is_empty()
    }

    /// Whether nothing is left for a person to say before its table can be used.
    pub fn is_settled(&self) -> bool {
        self.is_readable()
            && self.untold.is_empty()
            && !self.needs_channel()
            && self.only.len() <= 1
    }

    /// Whether there is a source to show, even where something must be chosen first.
    pub fn has_table(&self) -> bool {
        !self.source.columns.spend.is_empty()
            && (self.is_readable() || self.missing.iter().all(|it| !it.choices.is_empty()))
    }

    /// The preset that reads the file as it is.
    pub fn preset_as_it_is(&self) -> Option<&str> {
        let is_enough = self.is_readable()
            && self.untold.is_empty()
            && self.differing.is_empty()
            && self.only.is_empty();
        self.preset.as_deref().filter(|_| is_enough && !self.needs_channel())
    }

    /// Whether the rows belong to a channel that nothing in the file names.
    pub fn needs_channel(&self) -> bool {
        let source = &self.source;
        source.layout != crate::domain::source::Layout::Wide
            && source.columns.channel.is_empty()
            && source.channel.is_none()
            && source.campaigns.is_empty()
    }
}

/// Looks at the first bytes of a file, of which `whole` says whether they are all.
pub fn guess(head: &[u8], file_name: &str, whole: bool) -> Guess {
    look::look(head, file_name, whole, None)
}

/// The same for an account, whose channels it knows by name.
pub fn guess_for(head: &[u8], file_name: &str, whole: bool, account: &Account) -> Guess {
    look::look(head, file_name, whole, Some(account))
}
