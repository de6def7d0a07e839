//! The text of a channel cell → the channel's position in the account. Names and aliases are
//! compared without case, without space at either end, and whether their accents are composed or not.

use std::collections::BTreeMap;

use super::fault::FaultReason;
use crate::domain::Account;
use crate::domain::nearest::nearest;
use crate::domain::text::folded;

/// Spellings that are kept as they stood in the file, so that they needn't be folded again. A file
/// with more of them is still read, only slower.
const SPELLINGS_MAX: usize = 4096;

/// Searches for the nearest name in one file: each costs as much as many rows.
const SEARCHES_MAX: u32 = 100;

/// Finds channels, and remembers how the file spells them.
pub(super) struct Channels<'a> {
    account: &'a Account,
    positions: BTreeMap<String, usize>,
    spelled: BTreeMap<Box<[u8]>, usize>,
    /// The spelling that was found last.
    last: Option<(Vec<u8>, usize)>,
    searches: u32,
}

impl<'a> Channels<'a> {
    pub(super) fn new(account: &'a Account) -> Self {
        let mut positions = BTreeMap::new();
        for (position, channel) in account.channels.iter().enumerate() {
            for alias in &channel.aliases {
                positions.entry(fold(alias)).or_insert(position);
            }
        }
        // A name wins over another channel's alias.
        for (position, channel) in account.channels.iter().enumerate() {
            positions.insert(fold(channel.name.as_str()), position);
        }
        Self { account, positions, spelled: BTreeMap::new(), last: None, searches: 0 }
    }

    /// The position of the channel that `text` names; `text` is UTF-8 and not blank.
    pub(super) fn find(&mut self, text: &[u8]) -> Option<usize> {
        // Rows of a channel often follow one another.
        if let Some((spelling, position)) = &self.last
            && spelling == text
        {
            return Some(*position);
        }
        if let Some(&position) = self.spelled.get(text) {
            let (last, at) = self.last.get_or_insert_default();
            last.clear();
            last.extend_from_slice(text);
            *at = position;
            return Some(position);
        }
        let position = *self.positions.get(&fold(std::str::from_utf8(text).ok()?))?;
        if self.spelled.len() < SPELLINGS_MAX {
            self.spelled.insert(text.into(), position);
        }
        Some(position)
    }

    /// Why `text` names no channel, and what was likely meant.
    pub(super) fn explain(&mut self, text: &str) -> (FaultReason, String) {
        let hint = match self.nearest(text) {
            Some(name) => format!("did you mean \"{name}\"?"),
            None => "add it to the account's channels or aliases, or take its rows out".to_owned(),
        };
        (FaultReason::UnknownChannel, hint)
    }

    /// The name or alias that `text` is likely a slip of.
    pub(super) fn nearest(&mut self, text: &str) -> Option<&'a str> {
        self.searches += 1;
        let names = self.account.channels.iter().flat_map(|channel| {
            std::iter::once(channel.name.as_str()).chain(channel.aliases.iter().map(String::as_str))
        });
        if self.searches <= SEARCHES_MAX { nearest(text.trim(), names) } else { None }
    }
}

fn fold(text: &str) -> String {
    folded(text.trim())
}
