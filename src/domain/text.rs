//! Makes text from files, names and arguments safe to show: nothing in it moves a cursor, reorders
//! its neighbours or starts a formula.

use super::channel::is_unprintable;

/// `text` with control and reordering characters made visible (`\u{1b}`).
pub fn escape(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unprintable(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// `text` with a leading apostrophe where a spreadsheet would take it for a formula.
pub fn spreadsheet_safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
