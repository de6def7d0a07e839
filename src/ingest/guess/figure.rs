//! The text of a cell → a figure, under a supposed way of writing it. Only for looking: nothing
//! here becomes money.

use crate::domain::source::Thousands;
use crate::ingest::cells::marks;

/// A supposed decimal mark and thousands mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Writing {
    pub decimal: char,
    pub thousands: Thousands,
}

/// All of them, the plainest first.
pub(super) const WRITINGS: [Writing; 8] = {
    const fn of(decimal: char, thousands: Thousands) -> Writing {
        Writing { decimal, thousands }
    }
    [
        of('.', Thousands::None),
        of('.', Thousands::Comma),
        of('.', Thousands::Space),
        of('.', Thousands::Apostrophe),
        of(',', Thousands::None),
        of(',', Thousands::Point),
        of(',', Thousands::Space),
        of(',', Thousands::Apostrophe),
    ]
};

/// Digits behind the point that a value keeps; what is finer is cut.
const SCALE: usize = 12;
/// One, as a value.
pub(super) const ONE: i128 = 1_000_000_000_000;
/// The longest run of digits that is looked at.
const DIGITS_MAX: usize = 24;

/// A figure as it stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Figure {
    /// In 10⁻¹².
    pub value: i128,
    /// Digits behind the decimal mark that are no closing zeros.
    pub decimals: usize,
    pub has_exponent: bool,
}

/// A mark or code of a currency in front of or behind a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub text: &'static str,
    pub code: Option<&'static str>,
}

/// `text` without a currency's mark, and the mark.
pub(super) fn unmarked(text: &str) -> (&str, Option<Mark>) {
    let is_digit = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_digit());
    if is_digit(text.bytes().next()) && is_digit(text.bytes().next_back()) {
        return (text, None);
    }
    match marks::find(text) {
        Some(found) => (found.rest.trim(), Some(Mark { text: found.mark, code: found.code })),
        None => (text, None),
    }
}

/// The figure that `text` is when written so; `None` where it isn't one.
pub(super) fn read(text: &str, writing: Writing) -> Option<Figure> {
    let (text, is_negative) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (rest.trim_start(), true),
        None => (text, false),
    };
    let (text, mark_negative) = match unmarked(text).0.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (unmarked(text).0, false),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.parse::<i32>().ok()?)),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once(writing.decimal).unwrap_or((mantissa, "0"));
    let whole = ungrouped(whole, writing.thousands)?;
    if whole.is_empty() || !is_digits(&whole) || fraction.is_empty() || !is_digits(fraction) {
        return None;
    }
    let value = scaled(&whole, fraction, exponent.unwrap_or(0))?;
    Some(Figure {
        value: if is_negative || mark_negative { -value } else { value },
        decimals: decimals(fraction, exponent.unwrap_or(0)),
        has_exponent: exponent.is_some(),
    })
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn decimals(fraction: &str, exponent: i32) -> usize {
    let digits = fraction.trim_end_matches('0').len();
    let exponent = isize::try_from(exponent).unwrap_or(0);
    digits.saturating_add_signed(exponent.saturating_neg())
}

/// Digits without marks between groups: the last group has three, those before two or three, the
/// first one to three.
fn ungrouped(text: &str, thousands: Thousands) -> Option<String> {
    let is_mark = |it: char| match thousands {
        Thousands::None => false,
        Thousands::Comma => it == ',',
        Thousands::Point => it == '.',
        Thousands::Space => matches!(it, ' ' | '\u{A0}' | '\u{2009}' | '\u{202F}'),
        Thousands::Apostrophe => matches!(it, '\'' | '\u{2019}'),
    };
    let groups: Vec<&str> = text.split(is_mark).collect();
    if let [first, between @ .., last] = groups.as_slice() {
        let threes = between.iter().all(|group| group.len() == 3) && (1..=3).contains(&first.len());
        let twos = between.iter().all(|group| group.len() == 2) && (1..=2).contains(&first.len());
        if last.len() != 3 || !(threes || twos) || first.starts_with('0') {
            return None;
        }
    }
    Some(groups.concat())
}

fn scaled(whole: &str, fraction: &str, exponent: i32) -> Option<i128> {
    let point = isize::try_from(whole.len()).ok()? + isize::try_from(exponent).ok()?;
    let wanted = usize::try_from(point + isize::try_from(SCALE).ok()?).unwrap_or(0);
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0').len();
    if wanted > digits.len() + DIGITS_MAX || significant.min(wanted) > DIGITS_MAX + SCALE {
        return None;
    }
    let kept: String = digits.chars().chain(std::iter::repeat('0')).take(wanted).collect();
    if kept.is_empty() { Some(0) } else { kept.parse().ok() }
}

/// A value with two digits, for messages.
pub(super) fn shown(value: i128) -> String {
    let cent = ONE / 100;
    let half = if value < 0 { -cent / 2 } else { cent / 2 };
    crate::domain::decimal::format((value + half) / cent, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, decimal: char, thousands: Thousands) -> Option<i128> {
        read(text, Writing { decimal, thousands }).map(|figure| figure.value)
    }

    #[test]
    fn a_figure_is_read_in_its_writing_and_in_no_other() {
        let thousand = |hundredths: i128| Some(hundredths * (ONE / 100));
        assert_eq!(value("₹4,02,444.44", '.', Thousands::Comma), thousand(40_244_444));
        assert_eq!(value("1\u{202f}860,05", ',', Thousands::Space), thousand(186_005));
        assert_eq!(value("45.012", ',', Thousands::Point), thousand(4_501_200));
        assert_eq!(value("US$650.13", '.', Thousands::None), thousand(65_013));
        assert_eq!(value("1.2e3", '.', Thousands::None), thousand(120_000));
        assert_eq!(value("-12", '.', Thousands::None), thousand(-1200));
        for text in ["", "--", "1,23", "1,2345", "0,123", "1.2.3", "x", "12e"] {
            assert_eq!(value(text, '.', Thousands::Comma), None, "{text}");
        }
    }

    #[test]
    fn digits_that_say_something_are_counted() {
        let decimals = |text| read(text, WRITINGS[0]).map(|figure| figure.decimals);
        assert_eq!(decimals("1.500"), Some(1));
        assert_eq!(decimals("1.426697e+06"), Some(0));
        assert_eq!(decimals("5e-3"), Some(3));
    }
}
