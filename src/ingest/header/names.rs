//! How the names of a source and those of a header are compared: without case, with any run of
//! spaces as one, and with a placeholder where a source has one.

use crate::domain::Currency;
use crate::domain::text::folded;

/// A name as it is compared.
pub(super) fn fold(name: &str) -> String {
    folded(&name.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Stands for the code of a currency.
const CURRENCY: &str = "{currency}";

/// Stands for the name of a channel.
const CHANNEL: &str = "{channel}";

/// A name of a source, made ready once: plain, or with one placeholder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    before: String,
    placeholder: Option<&'static str>,
    behind: String,
}

impl Name {
    pub(super) fn new(name: &str) -> Self {
        let folded = fold(name);
        for placeholder in [CHANNEL, CURRENCY] {
            if let Some((before, behind)) = folded.split_once(placeholder) {
                let (before, behind) = (before.to_owned(), behind.to_owned());
                return Self { before, placeholder: Some(placeholder), behind };
            }
        }
        Self { before: folded, placeholder: None, behind: String::new() }
    }

    /// Whether it stands for the columns of any channel.
    pub(super) fn is_pattern(&self) -> bool {
        self.placeholder == Some(CHANNEL)
    }

    /// How much of it is literal: of two patterns that fit, the longer one says more.
    pub(super) fn literal(&self) -> usize {
        self.before.len() + self.behind.len()
    }

    /// What stands in the place of the placeholder in `folded`, a folded name of a header; blank
    /// where there is none. `None` where the name is another.
    pub(super) fn fits<'h>(&self, folded: &'h str) -> Option<&'h str> {
        let rest = folded.strip_prefix(self.before.as_str())?;
        let middle = rest.strip_suffix(self.behind.as_str())?.trim();
        let fits = match self.placeholder {
            Some(CHANNEL) => !middle.is_empty(),
            Some(_) => currency(middle).is_some(),
            None => rest.is_empty(),
        };
        fits.then_some(middle)
    }
}

/// The currency that a folded code names.
pub(super) fn currency(code: &str) -> Option<Currency> {
    Currency::from_code(&code.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_and_with_any_spaces_as_one() {
        assert!(Name::new("Link clicks").fits(&fold(" LINK\u{A0} Clicks ")).is_some());
        assert!(Name::new("Link clicks").fits(&fold("Linkclicks")).is_none());
        assert!(Name::new("Link").fits(&fold("Link clicks")).is_none());
    }

    #[test]
    fn a_placeholder_gives_what_stands_in_its_place() {
        let spent = Name::new("Amount spent ({currency})");
        assert_eq!(spent.fits(&fold("Amount spent (INR)")), Some("inr"));
        assert_eq!(spent.fits(&fold("Amount spent (rupees)")), None);
        assert_eq!(spent.fits(&fold("Amount spent")), None);
        let spend = Name::new("{channel}_SPEND");
        assert_eq!(spend.fits(&fold("GOOGLE_PMAX_SPEND")), Some("google_pmax"));
        assert_eq!(spend.fits(&fold("_SPEND")), None);
        assert!(spend.is_pattern() && !spent.is_pattern());
    }
}
