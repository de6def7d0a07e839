//! A channel: what an account spends its budget on.

use serde::{Deserialize, Serialize};

use super::Share;

/// The name of a channel as the account's file writes it: 1 to 100 characters, no control
/// characters, no space at either end. It may still hold what a spreadsheet or a browser would
/// act on, so whoever writes it into a format escapes it for that format.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChannelName(String);

/// The longest name: enough for any campaign structure, short enough for a table.
pub const NAME_CHARS_MAX: usize = 100;

impl ChannelName {
    /// Checks `text`; the error says what is wrong with it.
    pub fn new(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            Err("a name must not be empty")
        } else if text.chars().count() > NAME_CHARS_MAX {
            Err("a name has at most 100 characters")
        } else if text.chars().any(is_unprintable) {
            Err("a name must not hold control characters")
        } else if text.trim() != text {
            Err("a name must not begin or end with a space")
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Control characters, and the invisible ones that reorder the text around them or hide in it.
pub fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

impl TryFrom<String> for ChannelName {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text)
    }
}

impl From<ChannelName> for String {
    fn from(name: ChannelName) -> Self {
        name.0
    }
}

impl std::fmt::Display for ChannelName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// A channel of an account, with what deviates from the account's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Channel {
    /// Its name in everything that is written.
    pub name: ChannelName,
    /// Other spellings that files may use; compared without case.
    pub aliases: Vec<String>,
    /// Its own lower bound, as a share of the total.
    pub spend_floor_share: Option<Share>,
    /// Its own upper bound, as a share of the total.
    pub spend_cap_share: Option<Share>,
    /// Whether it rests: it gets no budget and isn't waited for.
    pub paused: bool,
    /// What a day without a row means here, where it deviates from the account's `[gate]`.
    pub absent_days: Option<super::AbsentDays>,
}

impl Channel {
    /// A channel with nothing but a name.
    pub const fn named(name: ChannelName) -> Self {
        Self {
            name,
            aliases: Vec::new(),
            spend_floor_share: None,
            spend_cap_share: None,
            paused: false,
            absent_days: None,
        }
    }
}
