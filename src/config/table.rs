//! A table of a file under reading: hands out its keys, remembers which were asked for, and faults
//! the ones that nobody knows and the ones that are missing.

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::file::{About, File};
use super::reference;
use super::value::Item;
use crate::domain::nearest::nearest;

/// A table. One that the file doesn't have is read like an empty one.
pub(crate) struct Table<'a> {
    file: &'a File<'a>,
    /// As messages call it: "[rules]"; empty for the top of the file.
    name: String,
    span: Range<usize>,
    entries: Option<&'a DeTable<'a>>,
    asked: RefCell<Vec<&'static str>>,
    missing: RefCell<Vec<(&'static str, &'static str)>>,
}

impl<'a> Table<'a> {
    /// The top of the file.
    pub fn root(file: &'a File<'a>, entries: &'a DeTable<'a>) -> Self {
        Self::new(file, String::new(), 0..0, Some(entries))
    }

    fn new(
        file: &'a File<'a>,
        name: String,
        span: Range<usize>,
        entries: Option<&'a DeTable<'a>>,
    ) -> Self {
        let (asked, missing) = (RefCell::default(), RefCell::default());
        Self { file, name, span, entries, asked, missing }
    }

    /// The value of `key`, where the table has it.
    pub fn item(&self, key: &'static str) -> Option<Item<'a>> {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&key) {
            asked.push(key);
        }
        self.peek(key)
    }

    /// The value of `key`, which stays unknown if nobody asks for it.
    pub fn peek(&self, key: &'static str) -> Option<Item<'a>> {
        let value = self.entries?.get(key)?;
        Some(Item { file: self.file, key, span: value.span(), value: value.get_ref() })
    }

    /// The value of `key`, or `default` where the table doesn't have it; `None`: it is faulty.
    pub fn or<T>(
        &self,
        key: &'static str,
        default: T,
        read: impl FnOnce(Item<'a>) -> Option<T>,
    ) -> Option<T> {
        self.item(key).map_or(Some(default), read)
    }

    /// The value of `key`, where the table has it; the outer `None`: it is faulty.
    #[expect(clippy::option_option, reason = "faulty and absent are different answers")]
    pub fn optional<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(Item<'a>) -> Option<T>,
    ) -> Option<Option<T>> {
        self.item(key).map_or(Some(None), |item| read(item).map(Some))
    }

    /// The value of `key`, which the table must have; `example` shows how to write it.
    pub fn required(&self, key: &'static str, example: &'static str) -> Option<Item<'a>> {
        let item = self.item(key);
        if item.is_none() {
            self.missing.borrow_mut().push((key, example));
        }
        item
    }

    /// The table of that name in this one.
    pub fn table(&self, key: &'static str) -> Table<'a> {
        let name = if self.name.is_empty() {
            format!("[{key}]")
        } else {
            format!("{key} of {}", self.name)
        };
        let Some(item) = self.item(key) else {
            return Self::new(self.file, name, self.span.clone(), None);
        };
        let entries = item.value.as_table();
        if entries.is_none() {
            item.fault(
                "must be a table of keys",
                format!("write {name} on a line of its own, its keys below"),
            );
        }
        Self::new(self.file, name, item.span, entries)
    }

    /// The tables of that name, `[[key]]` each; `None`: the key holds something else.
    pub fn tables(&self, key: &'static str) -> Option<Vec<Table<'a>>> {
        let Some(item) = self.item(key) else { return Some(Vec::new()) };
        self.tables_of(&item)
    }

    /// The tables that `item` holds.
    pub fn tables_of(&self, item: &Item<'a>) -> Option<Vec<Table<'a>>> {
        let name = match self.name.trim_matches(['[', ']']) {
            "" => format!("[[{}]]", item.key),
            own => format!("[[{own}.{}]]", item.key),
        };
        let hint = format!("write {name} with two brackets above each, its keys below");
        let Some(list) = item.value.as_array() else {
            item.fault("must be a list of tables", hint);
            return None;
        };
        let table = |element: &'a Spanned<DeValue<'a>>| match element.get_ref() {
            DeValue::Table(entries) => {
                Some(Self::new(self.file, name.clone(), element.span(), Some(entries)))
            }
            _ => None,
        };
        let tables: Option<Vec<_>> = list.iter().map(table).collect();
        if tables.is_none() {
            item.fault("must be a list of tables", hint);
        }
        tables
    }

    /// Whether the file has this table.
    pub fn is_there(&self) -> bool {
        self.entries.is_some()
    }

    /// A fault of the table as a whole.
    pub fn fault(&self, message: impl Into<String>, hint: impl Into<String>) {
        self.file.record(About::Whole, self.span.clone(), None, message.into(), Some(hint.into()));
    }

    /// Ends the reading: what nobody asked for is unknown, what was not found is missing, unless
    /// the one is a slip of the other.
    pub fn finish(self) {
        let known = self.asked.take();
        let mut missing = self.missing.take();
        for (key, value) in self.entries.into_iter().flatten() {
            let written = key.get_ref().as_ref();
            if !known.contains(&written) {
                missing.retain(|(name, _)| nearest(written, known.iter().copied()) != Some(name));
                self.unknown(key, value.get_ref(), &known);
            }
        }
        let place = if self.name.is_empty() { String::new() } else { format!(" in {}", self.name) };
        for (key, example) in missing {
            let hint = format!("add {example}");
            self.fault(format!("{key} is missing{place}"), hint);
        }
    }

    fn unknown(&self, key: &Spanned<impl AsRef<str>>, value: &DeValue<'_>, known: &[&'static str]) {
        let written = key.get_ref().as_ref();
        let is_table =
            value.is_table() || value.get(0).is_some_and(|first| first.get_ref().is_table());
        let kind = if is_table { "table" } else { "key" };
        let place = if self.name.is_empty() { String::new() } else { format!(" in {}", self.name) };
        let message = format!("unknown {kind} {}{place}", self.file.shown(&key.span()));
        let hint = if let Some(known) = nearest(written, known.iter().copied()) {
            format!("did you mean {known}?")
        } else if let Some(home) = reference::home_of(written, self.file.role) {
            format!("it belongs {home}")
        } else {
            format!("known here: {}", known.join(", "))
        };
        self.file.record(About::Whole, key.span(), None, message, Some(hint));
    }
}
