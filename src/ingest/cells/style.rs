//! How a source writes figures: text → an exact decimal if it is written in just this way. Under one
//! style a text has one reading or none.

use super::decimal::Decimal;
use super::marks::OwnMarks;
use crate::domain::Currency;
use crate::domain::source::{Numbers, Thousands};

/// Digits of an exponent: 10⁹⁹⁹ is beyond all that is measured.
const EXPONENT_DIGITS_MAX: usize = 3;

/// What may stand between groups of thousands, by kind.
pub(super) const THOUSANDS: [(Thousands, &str); 4] = [
    (Thousands::Comma, ","),
    (Thousands::Point, "."),
    (Thousands::Space, "space"),
    (Thousands::Apostrophe, "'"),
];

/// A way of writing figures without what stands around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    /// `.` or `,`
    pub decimal: char,
    /// What may stand between groups; never the decimal mark.
    pub thousands: Thousands,
    /// Whether an exponent may follow.
    pub exponents: bool,
}

impl Style {
    pub(super) const fn of(numbers: &Numbers) -> Self {
        let Numbers { decimal, thousands, exponents, .. } = *numbers;
        Self { decimal, thousands, exponents }
    }

    /// The figure that `text` is, all of it; a sign is none of it.
    pub(super) fn read(self, text: &str) -> Option<Decimal> {
        let (text, power) = match text.split_once(['e', 'E']) {
            Some((text, power)) if self.exponents => (text, Some(exponent(power)?)),
            _ => (text, None),
        };
        let (whole, fraction) = match text.split_once(self.decimal) {
            Some((whole, fraction)) if are_digits(fraction) => (whole, fraction),
            Some(_) => return None,
            None => (text, ""),
        };
        let is_whole = are_digits(whole) || power.is_none() && self.is_grouped(whole);
        is_whole.then(|| Decimal::of_digits(whole, fraction, power.unwrap_or(0)))
    }

    /// "1,234,567" or "12,34,567", with one kind of mark throughout. A zero in front ("0,123") is
    /// no group of thousands but another's decimal mark.
    fn is_grouped(self, whole: &str) -> bool {
        let Some(mark) = whole.chars().find(|character| !character.is_ascii_digit()) else {
            return false;
        };
        if !self.is_group_mark(mark) || whole.starts_with('0') {
            return false;
        }
        let (mut western, mut lakh) = (true, true);
        let mut groups = whole.split(mark);
        let first = groups.next().unwrap_or_default();
        let mut last = groups.next().unwrap_or_default();
        for group in groups {
            western &= last.len() == 3;
            lakh &= last.len() == 2 && first.len() <= 2 && are_digits(last);
            western &= are_digits(last);
            last = group;
        }
        (1..=3).contains(&first.len())
            && are_digits(first)
            && last.len() == 3
            && are_digits(last)
            && (western || lakh)
    }

    /// Whether `mark` may stand between groups.
    pub(super) const fn is_group_mark(self, mark: char) -> bool {
        match self.thousands {
            Thousands::None => false,
            Thousands::Comma => mark == ',' && self.decimal != ',',
            Thousands::Point => mark == '.' && self.decimal != '.',
            Thousands::Space => matches!(mark, ' ' | '\u{A0}' | '\u{2009}' | '\u{202F}'),
            Thousands::Apostrophe => matches!(mark, '\'' | '\u{2019}'),
        }
    }
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn exponent(text: &str) -> Option<i16> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let fits = are_digits(digits) && digits.len() <= EXPONENT_DIGITS_MAX;
    let value: i16 = fits.then(|| digits.parse().ok()).flatten()?;
    Some(if negative { -value } else { value })
}

/// A style with what may stand around a figure: a sign, brackets, a currency mark.
#[derive(Debug, Clone)]
pub(super) struct Writing {
    /// The figure itself.
    pub style: Style,
    /// The marks of the account's currency, where amounts may carry them.
    marks: Option<OwnMarks>,
}

impl Writing {
    pub(super) fn of(numbers: &Numbers, currency: Currency) -> Self {
        let marks = numbers.currency_marks.then(|| OwnMarks::of(currency));
        Self { style: Style::of(numbers), marks }
    }

    /// Whether amounts may carry a mark.
    pub(super) const fn has_marks(&self) -> bool {
        self.marks.is_some()
    }

    /// A figure with its sign, and no mark.
    pub(super) fn number(&self, text: &str) -> Option<Decimal> {
        let (negative, text) = without_sign(text);
        self.style.read(text).map(|figure| figure.signed(negative))
    }

    /// A figure with its sign, before or behind the mark of the account's currency.
    pub(super) fn amount(&self, text: &str) -> Option<Decimal> {
        let (negative, inside) = without_sign(text);
        let Some(bare) = self.marks.as_ref().and_then(|marks| marks.strip(inside)) else {
            return self.number(text);
        };
        let (behind_mark, bare) = without_sign(trim(bare));
        let figure = self.style.read(bare)?;
        (!negative || !behind_mark).then(|| figure.signed(negative || behind_mark))
    }
}

/// Whether a text is marked as negative, as "-12" or "(12)", and the text within.
pub(super) fn without_sign(text: &str) -> (bool, &str) {
    if let Some(rest) = text.strip_prefix(['-', '\u{2212}']) {
        return (true, rest);
    }
    match text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        Some(inside) => (true, trim(inside)),
        None => (false, text),
    }
}

/// Without the spaces that exports put around figures.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|character: char| {
        character.is_ascii_whitespace() || matches!(character, '\u{A0}' | '\u{2009}' | '\u{202F}')
    })
}
