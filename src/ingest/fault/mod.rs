//! What is wrong with a file: one fault with its place, its value, its reason and its remedy.
//! Text of the file that stands in a fault is escaped and shortened; raw text never gets in here.

mod details;
mod kind;
mod reason;

pub use details::{Difference, SeenCurrency, SeenFormat, TotalsDifference};
pub use reason::FaultReason;

use crate::domain::text::{escape, shorten};

/// Characters of a value that are shown: enough to find the cell, short enough for a line.
const VALUE_CHARS_MAX: usize = 60;

/// A piece of the file's text as a fault may carry it.
pub(super) fn shown(text: &str) -> String {
    shorten(&escape(&shorten(text, VALUE_CHARS_MAX)), 2 * VALUE_CHARS_MAX)
}

/// Like [`shown`], for bytes that may be no text.
pub(super) fn shown_bytes(bytes: &[u8]) -> String {
    // Four bytes are the longest character, so that the cut hides nothing that would be shown.
    let end = bytes.len().min(4 * (VALUE_CHARS_MAX + 1));
    with_visible_spaces(&shown(&String::from_utf8_lossy(&bytes[..end])))
}

/// Spaces other than the usual one, which look like it and aren't it, by their code points.
fn with_visible_spaces(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_whitespace() && character != ' ' {
            visible.extend(character.escape_unicode());
        } else {
            visible.push(character);
        }
    }
    visible
}

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line that it stands on (the first, where it stands on several); `None` for what is
    /// wrong with the file or a whole column.
    pub line: Option<u64>,
    /// The column by its name in the file's header, escaped.
    pub column: Option<String>,
    /// The text that is wrong, escaped and shortened; absent where there is none to show.
    pub value: Option<String>,
    /// What is wrong.
    pub reason: FaultReason,
    /// What to do about it.
    pub hint: Option<String>,
    /// How many rows have it.
    pub times: u64,
}

impl Fault {
    /// A fault of the whole file.
    pub(super) const fn of_file(reason: FaultReason) -> Self {
        Self { line: None, column: None, value: None, reason, hint: None, times: 1 }
    }

    /// A fault of a line.
    pub(super) const fn of_line(line: u64, reason: FaultReason) -> Self {
        Self { line: Some(line), column: None, value: None, reason, hint: None, times: 1 }
    }

    /// The same with its column.
    pub(super) fn in_column(mut self, column: &str) -> Self {
        self.column = Some(column.to_owned());
        self
    }

    /// The same with the text that is wrong, which is made safe to show.
    pub(super) fn with_value(mut self, text: &[u8]) -> Self {
        self.value = Some(shown_bytes(text));
        self
    }

    /// The same with its remedy.
    pub(super) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl std::fmt::Display for Fault {
    /// `line 14, column spend: "12,5" is not an amount`: every reason is what is said of the value,
    /// or of the place where there is no value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.line, &self.column) {
            (Some(line), Some(column)) => write!(f, "line {line}, column {column}")?,
            (Some(line), None) => write!(f, "line {line}")?,
            (None, Some(column)) => write!(f, "column {column}")?,
            (None, None) if self.reason.has_its_own_subject() => {
                return write!(f, "{}", self.reason);
            }
            (None, None) => f.write_str("the file")?,
        }
        match &self.value {
            Some(value) => write!(f, ": \"{value}\" {}", self.reason)?,
            None if self.reason.has_its_own_subject() => write!(f, ": {}", self.reason)?,
            None => write!(f, " {}", self.reason)?,
        }
        match (self.times, self.line) {
            (2.., Some(line)) => write!(f, " (in {} rows, first line {line})", self.times),
            _ => Ok(()),
        }
    }
}
