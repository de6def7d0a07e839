//! Where the rows come from that a file meets: the earlier files that it states again, by day, and
//! what it takes from other sources. Memory grows with days and files, not with rows, and is bounded.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use super::changes::OTHER_SOURCES_MAX;
use super::dropped::Gone;
use crate::domain::Figures;

/// Earlier files whose names are remembered; beyond these they are read again.
const FILES_MAX: usize = 4096;

/// Pairs of a day and an earlier file that are remembered: the first, by day.
const STATED_MAX: usize = 64 * 1024;

/// The number of the file's own source.
const OWN: usize = 0;

/// An earlier file.
pub(super) struct Origin {
    /// Its name, as its sender wrote it.
    pub name: String,
    /// The number of its source among those that were met.
    pub source: usize,
}

/// The earlier files that a file meets.
#[derive(Default)]
pub(super) struct Earlier {
    name: String,
    /// The names of the sources that were met, the file's own first.
    sources: Vec<String>,
    files: BTreeMap<i64, Origin>,
    /// Days, each with the files whose rows of that day are stated again.
    stated: BTreeSet<(i64, i64)>,
    last_stated: Option<(i64, i64)>,
    /// The file whose row was overwritten last, and its source.
    last_overwritten: Option<(i64, usize)>,
    /// By channel and source, the older values that were overwritten of other sources.
    overwritten: BTreeMap<(i64, usize), Gone>,
}

impl Earlier {
    /// Those of the file `name` that `source` reads.
    pub fn of(name: &str, source: &str) -> Self {
        Self { name: name.to_owned(), sources: vec![source.to_owned()], ..Self::default() }
    }

    /// Notes that a row of `day` that `file` stated last is stated again.
    pub fn stated_again(&mut self, day: i64, file: i64) {
        if self.last_stated == Some((day, file)) {
            return;
        }
        self.last_stated = Some((day, file));
        self.stated.insert((day, file));
        if self.stated.len() > STATED_MAX {
            self.stated.pop_last();
        }
    }

    /// Whether a row of `day` that `file` stated last is stated again.
    pub fn is_stated_again(&self, day: i64, file: i64) -> bool {
        self.stated.contains(&(day, file))
    }

    /// Notes that values of `channel` which `file` had brought are overwritten.
    pub fn overwritten(
        &mut self,
        connection: &Connection,
        (channel, file): (i64, i64),
        figures: Figures,
    ) -> rusqlite::Result<()> {
        let source = match self.last_overwritten {
            Some((last, source)) if last == file => source,
            _ => self.origin(connection, file)?.source,
        };
        self.last_overwritten = Some((file, source));
        if source != OWN
            && (self.overwritten.len() < OTHER_SOURCES_MAX
                || self.overwritten.contains_key(&(channel, source)))
        {
            self.overwritten.entry((channel, source)).or_insert(Gone::NONE).add(figures);
        }
        Ok(())
    }

    /// What was overwritten of `channel` by the word of another source.
    pub fn overwritten_of(&self, channel: i64, source: usize) -> Gone {
        self.overwritten.get(&(channel, source)).copied().unwrap_or(Gone::NONE)
    }

    /// The file of that number.
    pub fn origin(&mut self, connection: &Connection, file: i64) -> rusqlite::Result<&Origin> {
        if !self.files.contains_key(&file) {
            let (name, source): (String, String) = connection
                .prepare_cached("SELECT name, source FROM files WHERE id = ?1")?
                .query_row([file], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let known = self.sources.iter().position(|known| *known == source);
            let source = known.unwrap_or_else(|| {
                self.sources.push(source);
                self.sources.len() - 1
            });
            if self.files.len() >= FILES_MAX {
                self.files.clear();
            }
            self.files.insert(file, Origin { name, source });
        }
        Ok(&self.files[&file])
    }

    /// Whether the file's own source read `file`.
    pub fn is_of_own_source(
        &mut self,
        connection: &Connection,
        file: i64,
    ) -> rusqlite::Result<bool> {
        Ok(self.origin(connection, file)?.is_own())
    }

    /// Whether `file` has the name of this one.
    pub fn has_own_name(&mut self, connection: &Connection, file: i64) -> rusqlite::Result<bool> {
        self.origin(connection, file)?;
        Ok(self.files[&file].name == self.name)
    }

    /// The name of a source.
    pub fn source(&self, number: usize) -> &str {
        &self.sources[number]
    }

    /// The name of the file's own source.
    pub fn own_source(&self) -> &str {
        self.source(OWN)
    }
}

impl Origin {
    /// Whether the file's own source read it.
    pub const fn is_own(&self) -> bool {
        self.source == OWN
    }
}
