//! A cell of text → the text, if it is one that can be shown and kept.

use std::borrow::Cow;

use super::CellFault;
use crate::domain::channel::is_unprintable;
use crate::domain::text::composed;
use crate::ingest::fault::FaultReason;

/// The longest campaign: twice what the largest platforms allow.
pub(super) const CAMPAIGN_CHARS_MAX: usize = 800;

/// The campaign with its accents composed, and otherwise as it stands there; it may be empty.
#[inline]
pub(in crate::ingest) fn campaign(text: &[u8]) -> Result<Cow<'_, str>, CellFault> {
    // Of ASCII the gate lets no control characters through but line ends.
    let is_plain = text.iter().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'));
    match std::str::from_utf8(text) {
        Ok(text) if is_plain && text.len() <= CAMPAIGN_CHARS_MAX => Ok(Cow::Borrowed(text)),
        Ok(text) => looked_at(text),
        Err(_) => Err(CellFault::bare(FaultReason::UnprintableText)),
    }
}

/// The same of what is not short and plain.
#[cold]
fn looked_at(text: &str) -> Result<Cow<'_, str>, CellFault> {
    if text.chars().any(is_unprintable) {
        let hint = "take line breaks and invisible characters out of the name";
        return Err(CellFault::new(FaultReason::UnprintableText, hint));
    }
    let chars_max = CAMPAIGN_CHARS_MAX;
    if text.chars().count() > chars_max {
        return Err(CellFault::new(FaultReason::TextTooLong { chars_max }, "shorten it"));
    }
    Ok(composed(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_is_any_visible_text() {
        for text in ["Été, \"50%\" – soldes", ""] {
            assert_eq!(campaign(text.as_bytes()).as_deref(), Ok(text));
        }
        for text in ["a\nb", "a\u{202e}b", "a\u{200b}b"] {
            let fault = campaign(text.as_bytes()).expect_err(text);
            assert_eq!(fault.reason, FaultReason::UnprintableText);
        }
        assert!(campaign("é".repeat(CAMPAIGN_CHARS_MAX).as_bytes()).is_ok());
        assert!(campaign("é".repeat(CAMPAIGN_CHARS_MAX + 1).as_bytes()).is_err());
    }

    #[test]
    fn accents_are_composed_and_nothing_else_is_touched() {
        for (written, kept) in [
            ("E\u{301}te\u{301}", "\u{c9}t\u{e9}"),
            ("\u{c9}t\u{e9}", "\u{c9}t\u{e9}"),
            // A ligature and a full-width letter are others in form KC alone.
            ("\u{fb01}\u{ff21}", "\u{fb01}\u{ff21}"),
        ] {
            assert_eq!(campaign(written.as_bytes()).as_deref(), Ok(kept));
        }
    }
}
