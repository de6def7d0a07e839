//! A `[[sources]]` table under reading: hands out its keys, remembers which were faulty, and finds
//! the place that a complaint about several keys belongs to. It knows no meaning of a key.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::config::table::Table;
use crate::config::value::Item;

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    /// `[[sources]]` itself.
    Top,
    /// `[sources.columns]`.
    Columns,
    /// `[sources.blank]`.
    Blank,
    /// `[sources.dashes]`.
    Dashes,
    /// `[sources.totals]`.
    Totals,
}

/// A key of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub section: Section,
    pub name: &'static str,
}

/// A key of `[[sources]]` itself.
pub(super) const fn top(name: &'static str) -> Key {
    Key { section: Section::Top, name }
}

/// A key of `[sources.columns]`.
pub(super) const fn column(name: &'static str) -> Key {
    Key { section: Section::Columns, name }
}

/// A key of `[sources.totals]`.
pub(super) const fn totals(name: &'static str) -> Key {
    Key { section: Section::Totals, name }
}

/// A table of `[[sources]]`, with the tables in it.
pub(super) struct Draft<'a> {
    pub top: Table<'a>,
    columns: Table<'a>,
    blank: Table<'a>,
    dashes: Table<'a>,
    pub totals: Table<'a>,
    faulty: RefCell<BTreeSet<Key>>,
}

impl<'a> Draft<'a> {
    pub fn open(top: Table<'a>) -> Self {
        let tables = ["columns", "blank", "dashes", "totals"].map(|name| top.table(name));
        let [columns, blank, dashes, totals] = tables;
        Self { top, columns, blank, dashes, totals, faulty: RefCell::default() }
    }

    fn table(&self, section: Section) -> &Table<'a> {
        match section {
            Section::Top => &self.top,
            Section::Columns => &self.columns,
            Section::Blank => &self.blank,
            Section::Dashes => &self.dashes,
            Section::Totals => &self.totals,
        }
    }

    /// The value of `key`, where the file has it.
    pub fn item(&self, key: Key) -> Option<Item<'a>> {
        self.table(key.section).item(key.name)
    }

    /// Whether the file has `key` with another value than `false` and the empty list.
    pub fn says(&self, key: Key) -> bool {
        let item = self.table(key.section).peek(key.name);
        let is_nothing = |item: &Item<'_>| {
            item.value.as_bool() == Some(false)
                || item.value.as_array().is_some_and(|list| list.is_empty())
        };
        item.is_some_and(|item| !is_nothing(&item))
    }

    /// The value of `key` as `read` reads it; `start` where the file doesn't have it or it is
    /// faulty.
    pub fn value<T>(&self, key: Key, start: T, read: impl FnOnce(Item<'a>) -> Option<T>) -> T {
        let Some(item) = self.item(key) else { return start };
        read(item).unwrap_or_else(|| {
            self.faulty.borrow_mut().insert(key);
            start
        })
    }

    /// Whether none of these has a fault so far.
    pub fn are_sound(&self, keys: &[Key]) -> bool {
        keys.iter().all(|key| !self.faulty.borrow().contains(key))
    }

    /// Notes that the values of these keys don't fit together, at the first of them that the file
    /// has; where all are the preset's, at the preset; else at the table.
    pub fn misfit(&self, keys: &[Key], message: impl Into<String>, hint: impl Into<String>) {
        self.faulty.borrow_mut().extend(keys.first());
        let written = keys.iter().find_map(|key| self.item(*key));
        match written.or_else(|| self.item(top("preset"))) {
            Some(item) => item.misfit(message, hint),
            None => self.top.fault(message, hint),
        }
    }

    /// Ends the reading; whether no value had a fault.
    pub fn finish(self) -> bool {
        for table in [self.columns, self.blank, self.dashes, self.totals, self.top] {
            table.finish();
        }
        self.faulty.take().is_empty()
    }
}
