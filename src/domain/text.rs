//! Makes text from files, names and arguments safe to show: nothing in it moves a cursor, hides,
//! reorders its neighbours or starts a formula. It never drops a character without a trace.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use super::channel::is_unprintable;

/// `text` in normal form C, in which "é" is one character however it was typed: macOS writes an "e"
/// and an accent behind it. What is ASCII or composed already costs a look.
pub fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// As names are compared: composed, and without case.
pub fn folded(text: &str) -> String {
    composed(&text.to_lowercase()).into_owned()
}

/// `text` with control, invisible and reordering characters made visible: `\n`, `\t`, `\u{1b}`.
pub fn escape(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            _ if is_unprintable(character) || hides(character) => {
                shown.extend(character.escape_unicode());
            }
            _ => shown.push(character),
        }
    }
    shown
}

/// Format characters of Unicode that draw nothing, beyond those that no name may hold: soft
/// hyphen, Arabic and Mongolian marks, annotation anchors, tags.
fn hides(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{206A}'..='\u{206F}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E007F}')
}

/// The first `chars_max` characters of `text`, with `…` behind them where there are more.
pub fn shorten(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A number of bytes as a person says it, in decimal units: "512 bytes", "8.2 kB", "67 MB".
pub fn byte_count(bytes: u64) -> String {
    let (mut unit, mut name) = (1, "bytes");
    for next in ["kB", "MB", "GB", "TB"] {
        if bytes / unit < 1000 {
            break;
        }
        (unit, name) = (unit * 1000, next);
    }
    let (whole, tenths) = (bytes / unit, bytes % unit * 10 / unit);
    if unit > 1 && whole < 10 {
        format!("{whole}.{tenths} {name}")
    } else {
        format!("{whole} {name}")
    }
}

/// `text` with a leading apostrophe where a spreadsheet would take it for a formula (DESIGN §6).
pub fn spreadsheet_safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_counted_in_units_that_people_use() {
        let cases = [(0, "0 bytes"), (999, "999 bytes"), (8_192, "8.1 kB"), (67_108_864, "67 MB")];
        for (bytes, words) in cases.into_iter().chain([(1_000_000_000, "1.0 GB")]) {
            assert_eq!(byte_count(bytes), words);
        }
    }

    #[test]
    fn what_moves_a_cursor_or_hides_is_made_visible() {
        assert_eq!(escape("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(escape("one\ntwo\r\tthree"), "one\\ntwo\\r\\tthree");
        assert_eq!(escape("abc\u{202e}cba"), "abc\\u{202e}cba");
        assert_eq!(escape("a\u{200b}b\u{ad}c\u{e0041}"), "a\\u{200b}b\\u{ad}c\\u{e0041}");
        assert_eq!(escape("\0\u{7f}\u{9b}"), "\\u{0}\\u{7f}\\u{9b}");
    }

    #[test]
    fn text_that_people_write_stays_as_it_is() {
        for text in ["Google Ads", "Été – soldes", "₹ 4,02,444.44", "\"quoted\" \\ path", "हिन्दी"]
        {
            assert_eq!(escape(text), text);
        }
    }

    #[test]
    fn a_long_text_ends_in_a_mark_between_two_characters() {
        assert_eq!(shorten("éàü", 2), "éà…");
        assert_eq!(shorten("éàü", 3), "éàü");
        assert_eq!(shorten("", 0), "");
    }

    #[test]
    fn a_text_that_a_spreadsheet_would_run_gets_an_apostrophe() {
        assert_eq!(spreadsheet_safe("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        for start in ["+1", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(spreadsheet_safe(start), format!("'{start}"));
        }
        assert_eq!(spreadsheet_safe("Email"), "Email");
        assert_eq!(spreadsheet_safe("a=b"), "a=b");
    }
}
