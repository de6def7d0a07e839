//! One configuration file: its text, the faults found in it so far, and the way from a byte
//! offset to a line and a column. It reads TOML and knows no key.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, Error};

use super::fault::{ConfigFault, shown};
use super::{FAULTS_PER_FILE_MAX, SourceText, TEXT_BYTES_MAX};

/// What a fault is about, which decides whether it is worth telling beside a syntax error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// The file is no TOML here.
    Syntax,
    /// One value by itself.
    Value,
    /// What is there, what is missing, how values fit together: a syntax error may have caused it.
    Whole,
}

/// What a file configures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The daemon.
    Daemon,
    /// One account.
    Account,
    /// The experiments of an account.
    Experiments,
    /// A simulated world.
    World,
}

/// A file under reading.
pub(crate) struct File<'a> {
    /// As the caller calls it.
    pub path: &'a str,
    /// Which keys it takes.
    pub role: Role,
    text: &'a str,
    /// Where each line begins.
    line_starts: Vec<usize>,
    broken: BrokenLines,
    faults: RefCell<Vec<ConfigFault>>,
}

/// Lines that are no TOML: the first error of each.
type BrokenLines = BTreeMap<usize, (Range<usize>, String)>;

impl<'a> File<'a> {
    /// Parses `source`, a file of that role; what the parser could recover is the table.
    pub fn parse(source: &'a SourceText, role: Role) -> (Self, DeTable<'a>) {
        let path = source.path.as_str();
        let text = source.text.strip_prefix('\u{FEFF}').unwrap_or(&source.text);
        let newlines = text.match_indices('\n').map(|(at, _)| at + 1);
        let line_starts = std::iter::once(0).chain(newlines).collect();
        let (broken, faults) = (BrokenLines::new(), RefCell::default());
        let mut file = Self { path, role, text, line_starts, broken, faults };
        if text.len() > TEXT_BYTES_MAX {
            let message = format!("the file has more than {TEXT_BYTES_MAX} bytes");
            file.record(About::Syntax, 0..0, None, message, None);
            file.broken.insert(1, (0..0, String::new()));
            return (file, DeTable::new());
        }
        let (tree, errors) = DeTable::parse_recoverable(text);
        file.broken = file.broken_lines(&errors);
        for (place, message) in file.broken.values() {
            let (message, hint) = plain(message, text.get(place.clone()).unwrap_or_default());
            file.record(About::Syntax, place.clone(), None, message, hint);
        }
        (file, tree.into_inner())
    }

    fn broken_lines(&self, errors: &[Error]) -> BrokenLines {
        let mut lines = BrokenLines::new();
        for error in errors {
            let place = error.span().unwrap_or(0..0);
            let (line, _) = self.place(place.start);
            let first = lines.entry(line).or_insert((place.clone(), error.message().to_owned()));
            if place.start < first.0.start {
                *first = (place, error.message().to_owned());
            }
        }
        lines
    }

    /// Line and column of a byte of the text, both from 1, columns in characters.
    pub fn place(&self, offset: usize) -> (usize, usize) {
        let line = self.line_starts.partition_point(|&start| start <= offset).max(1);
        let start = self.line_starts[line - 1];
        let before = self.text.get(start..offset).unwrap_or(&self.text[start..]);
        (line, before.chars().count() + 1)
    }

    /// The piece of the text at `span`, fit for a message.
    pub fn shown(&self, span: &Range<usize>) -> String {
        shown(self.text.get(span.clone()).unwrap_or_default())
    }

    /// Notes a fault at `span`; with `key`, as one of that key's value.
    pub fn record(
        &self,
        about: About,
        span: Range<usize>,
        key: Option<&str>,
        message: String,
        hint: Option<String>,
    ) {
        let (line, column) = self.place(span.start);
        let follows_from_syntax = match about {
            About::Syntax => false,
            About::Value => self.broken.contains_key(&line),
            About::Whole => !self.broken.is_empty(),
        };
        if follows_from_syntax {
            return;
        }
        let value = key.map(|_| self.shown(&span));
        let (path, key) = (self.path.to_owned(), key.map(shown));
        let fault = ConfigFault { path, line, column, key, value, message, hint };
        self.faults.borrow_mut().push(fault);
    }

    /// All faults in the order of the file, bounded; the last then says how many more there are.
    pub fn into_faults(self) -> Vec<ConfigFault> {
        let mut faults = self.faults.into_inner();
        faults.sort_by_key(|fault| (fault.line, fault.column));
        let beyond = faults.len().saturating_sub(FAULTS_PER_FILE_MAX);
        faults.truncate(FAULTS_PER_FILE_MAX);
        if let (Some(last), true) = (faults.last(), beyond > 0) {
            let mut rest = last.clone();
            (rest.key, rest.value, rest.hint) = (None, None, None);
            rest.message = format!("{beyond} more faults follow in this file");
            faults.push(rest);
        }
        faults
    }
}

/// The parser's message in words for people who don't write TOML every day.
fn plain(message: &str, piece: &str) -> (String, Option<String>) {
    let (message, hint) = match message {
        _ if message.starts_with("string values must be quoted") => {
            let bare = piece.trim_matches(['“', '”', '„', '‘', '’', '«', '»', '`']);
            let hint = format!("write \"{}\", with straight quotes", shown(bare));
            return ("a text stands in quotes".to_owned(), Some(hint));
        }
        "duplicate key" => (
            "this name stands here for the second time",
            "keep one of the two; a list of tables is written [[name]]",
        ),
        _ if message.starts_with("invalid basic string") => (
            "the text isn't closed, or holds a backslash that means nothing",
            "end it with a quote; write a backslash twice",
        ),
        _ if message.starts_with("unexpected key or value") => (
            "something follows that doesn't belong to the value",
            "one key per line; texts in quotes; digits without separators",
        ),
        _ if message.starts_with("unclosed table") => {
            ("the table's name isn't closed", "end it with ]")
        }
        _ if message.starts_with("key with no value") => {
            ("a key without a value", "write key = value")
        }
        _ if message.starts_with("invalid mantissa") => (
            "a number begins and ends with a digit",
            "write 0.4, not .4; money and shares stand in quotes: \"0.4\"",
        ),
        _ if message.starts_with("invalid boolean") => {
            ("neither true nor false", "write true or false, in small letters")
        }
        _ if message.contains("unquoted key") || message.contains("key-value pair") => {
            ("this is no key", "write key = value, the key of letters, digits, - and _ alone")
        }
        _ => return (format!("not TOML: {message}"), None),
    };
    (message.to_owned(), Some(hint.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let source =
            SourceText { path: "x".to_owned(), text: "\u{FEFF}a = 1\nü = 'é'\r\nb".to_owned() };
        let (file, _) = File::parse(&source, Role::Account);
        assert_eq!(file.place(0), (1, 1));
        assert_eq!(file.place(6), (2, 1));
        assert_eq!(file.place(11), (2, 5));
        assert_eq!(file.place(17), (3, 1));
        assert_eq!(file.place(1000), (3, 2));
    }
}
