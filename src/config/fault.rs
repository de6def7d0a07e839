//! What is wrong with a configuration file: where, which value, why, and what to write instead.

use std::fmt;

use crate::domain::channel::is_unprintable;

/// One fault of a configuration file. It shows as
/// `config/accounts/main.toml:12:19: spend_cap_share = "0.2": the caps hold …`, with a hint on a
/// line of its own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize)]
pub struct ConfigFault {
    /// The file, as the caller calls it.
    pub path: String,
    /// Its line; the first is 1.
    pub line: usize,
    /// The character of that line; the first is 1.
    pub column: usize,
    /// The key, as the file writes it.
    pub key: Option<String>,
    /// Its value, as the file writes it; a long one is cut.
    pub value: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: ", self.path, self.line, self.column)?;
        match (&self.key, &self.value) {
            (Some(key), Some(value)) => write!(f, "{key} = {value}: ")?,
            (Some(key), None) => write!(f, "{key}: ")?,
            (None, Some(value)) => write!(f, "{value}: ")?,
            (None, None) => {}
        }
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// All faults as text, one below the other, each line ended.
pub fn render_faults(faults: &[ConfigFault]) -> String {
    faults.iter().flat_map(|fault| [fault.to_string(), "\n".to_owned()]).collect()
}

/// The longest piece of a file that a message repeats: enough to recognise it.
const SHOWN_CHARS_MAX: usize = 60;

/// A piece of a file for a message: its first line, not too long, with nothing in it that a
/// terminal acts on.
pub(super) fn shown(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut shown = String::with_capacity(line.len());
    for character in line.chars().take(SHOWN_CHARS_MAX) {
        if is_unprintable(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    if line.len() < text.len() || line.chars().count() > SHOWN_CHARS_MAX {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_shows_its_place_value_reason_and_hint() {
        let fault = ConfigFault {
            path: "config/budgetd.toml".to_owned(),
            line: 3,
            column: 9,
            key: Some("ready".to_owned()),
            value: Some("\"soon\"".to_owned()),
            message: "not one of \"quiet\"".to_owned(),
            hint: Some("write \"quiet\"".to_owned()),
        };
        assert_eq!(
            render_faults(&[fault]),
            "config/budgetd.toml:3:9: ready = \"soon\": not one of \"quiet\"\n  hint: write \"quiet\"\n"
        );
    }

    #[test]
    fn a_message_repeats_nothing_that_a_terminal_acts_on() {
        assert_eq!(shown("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(shown("one\ntwo"), "one…");
        assert_eq!(shown(&"é".repeat(61)), format!("{}…", "é".repeat(60)));
    }
}
