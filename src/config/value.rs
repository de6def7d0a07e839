//! One value of a file: read as what its key promises, or faulted with what to write instead.

use std::ops::{Range, RangeInclusive};

use toml::de::DeValue;

use super::fault::shown;
use super::file::{About, File};
use crate::domain::channel::is_unprintable;
use crate::domain::decimal::{self, DecimalError};
use crate::domain::nearest::nearest;
use crate::domain::{Currency, Money, Share};

/// A value with its place.
#[derive(Clone)]
pub(crate) struct Item<'a> {
    pub file: &'a File<'a>,
    pub key: &'a str,
    pub span: Range<usize>,
    pub value: &'a DeValue<'a>,
}

impl<'a> Item<'a> {
    /// Notes that this value is wrong.
    pub fn fault(&self, message: impl Into<String>, hint: impl Into<String>) {
        self.record(About::Value, message.into(), Some(hint.into()));
    }

    /// Notes that this value doesn't fit with others.
    pub fn misfit(&self, message: impl Into<String>, hint: impl Into<String>) {
        self.record(About::Whole, message.into(), Some(hint.into()));
    }

    fn record(&self, about: About, message: String, hint: Option<String>) {
        self.file.record(about, self.span.clone(), Some(self.key), message, hint);
    }

    /// Its line in the file.
    pub fn line(&self) -> usize {
        self.file.place(self.span.start).0
    }

    /// The value as the file writes it.
    fn written(&self) -> String {
        self.file.shown(&self.span)
    }

    fn wrong_kind(&self, expected: &str, instead: impl std::fmt::Display) {
        let found = kind(self.value);
        self.fault(
            format!("must be {expected}, not {found}"),
            format!("write {} = {instead}", self.key),
        );
    }

    /// A text.
    pub fn text(&self) -> Option<&'a str> {
        let text = self.value.as_str();
        if text.is_none() {
            let quoted = match self.value {
                DeValue::Array(_) | DeValue::Table(_) => "\"…\"".to_owned(),
                _ => format!("\"{}\"", self.written()),
            };
            self.wrong_kind("a text in quotes", quoted);
        }
        text
    }

    /// A text of 1 to `chars_max` characters that all print.
    pub fn plain_text(&self, chars_max: usize) -> Option<&'a str> {
        let text = self.text()?;
        let (complaint, hint) = if text.trim().is_empty() {
            ("must not be empty".to_owned(), "write something, or leave the whole line out")
        } else if text.chars().count() > chars_max {
            (format!("longer than {chars_max} characters"), "shorten it")
        } else if text.chars().any(is_unprintable) {
            ("holds control characters".to_owned(), "remove them")
        } else if text.trim() != text {
            ("begins or ends with a space".to_owned(), "remove the space")
        } else {
            return Some(text);
        };
        self.fault(complaint, hint);
        None
    }

    /// `true` or `false`.
    pub fn flag(&self) -> Option<bool> {
        let flag = self.value.as_bool();
        if flag.is_none() {
            self.wrong_kind("true or false", "true or false, without quotes");
        }
        flag
    }

    /// A whole number within `range`.
    pub fn whole(&self, range: RangeInclusive<u32>) -> Option<u32> {
        let (start, end) = range.into_inner();
        let number = self.whole_u64(u64::from(start)..=u64::from(end))?;
        u32::try_from(number).ok()
    }

    /// A whole number within `range`, which may be a large one.
    pub fn whole_u64(&self, range: RangeInclusive<u64>) -> Option<u64> {
        let hint = format!("write a whole number from {} to {}", range.start(), range.end());
        self.whole_with_hint(range, &hint)
    }

    /// A whole number within `range`; `hint` says what else may stand there.
    pub fn whole_with_hint(&self, range: RangeInclusive<u64>, hint: &str) -> Option<u64> {
        let DeValue::Integer(integer) = self.value else {
            let meant = self.value.as_str().and_then(|text| text.parse().ok());
            match meant.filter(|number| range.contains(number)) {
                Some(number) => self.wrong_kind("a whole number", number),
                None => {
                    self.fault(format!("must be a whole number, not {}", kind(self.value)), hint);
                }
            }
            return None;
        };
        let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            self.fault("out of range", hint);
        }
        number
    }

    /// A number within `range`, finite. Never money.
    pub fn number(&self, range: RangeInclusive<f64>) -> Option<f64> {
        let hint = || format!("write a number from {} to {}", range.start(), range.end());
        let number = match self.value {
            DeValue::Float(float) => float.as_str().parse::<f64>().ok(),
            DeValue::Integer(integer) => {
                i32::from_str_radix(integer.as_str(), integer.radix()).ok().map(f64::from)
            }
            other => {
                let meant = other.as_str().and_then(|text| text.parse().ok());
                match meant.filter(|number| range.contains(number)) {
                    Some(number) => self.wrong_kind("a number", number),
                    None => self.fault(format!("must be a number, not {}", kind(other)), hint()),
                }
                return None;
            }
        };
        let number = number.filter(|number| number.is_finite() && range.contains(number));
        if number.is_none() {
            self.fault("out of range", hint());
        }
        number
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&self, choices: &[(&'static str, T)]) -> Option<T> {
        let word = self.text()?;
        if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == word) {
            return Some(*choice);
        }
        let names = choices.iter().map(|(name, _)| *name);
        let hint = match nearest(word, names.clone()) {
            Some(name) => format!("did you mean \"{name}\"?"),
            None => format!("write one of {}", names.map(quoted).collect::<Vec<_>>().join(", ")),
        };
        self.fault("not a word that is known here", hint);
        None
    }

    /// A share from 0 to 1, exact.
    pub fn share(&self) -> Option<Share> {
        self.share_with_hint(SHARE_HINT)
    }

    /// A share from 0 to 1, exact; `hint` says what else may stand there.
    pub fn share_with_hint(&self, hint: &str) -> Option<Share> {
        let text = self.text()?;
        let complaint = match Share::parse(text) {
            Ok(share) if share <= Share::ONE => return Some(share),
            Ok(_) | Err(DecimalError::TooLarge) => "more than the whole".to_owned(),
            Err(error) => not_a_decimal(text, error),
        };
        self.fault(complaint, share_hint(text).unwrap_or_else(|| hint.to_owned()));
        None
    }

    /// A positive amount in major units of `currency`, exact. Without a currency it is checked as
    /// far as possible, and not read.
    pub fn money(&self, currency: Option<Currency>) -> Option<Money> {
        let text = self.text()?;
        let digits = currency.map_or(MINOR_DIGITS_MAX, Currency::minor_digits);
        let complaint = match decimal::parse(text.as_bytes(), digits) {
            Ok(minor) if minor > 0 => return currency.map(|_| Money::from_minor(minor)),
            Ok(_) => "must be more than 0".to_owned(),
            Err(error) => not_a_decimal(text, error),
        };
        self.fault(complaint, amount_hint(text, currency, digits));
        None
    }

    /// The entries of a table whose keys are names of the file's own; `example` shows one.
    pub fn entries(&self, example: &str) -> Option<Vec<(&'a str, Item<'a>)>> {
        let Some(entries) = self.value.as_table() else {
            self.fault(
                format!("must be a table of texts, not {}", kind(self.value)),
                format!("write {example}"),
            );
            return None;
        };
        let entry = |(name, value): (&'a toml::Spanned<_>, &'a toml::Spanned<DeValue<'a>>)| {
            let name: &'a std::borrow::Cow<'a, str> = name.get_ref();
            let (file, span) = (self.file, value.span());
            (name.as_ref(), Item { file, key: name, span, value: value.get_ref() })
        };
        Some(entries.iter().map(entry).collect())
    }

    /// The elements of a list.
    pub fn list(&self) -> Option<Vec<Item<'a>>> {
        let Some(elements) = self.value.as_array() else {
            self.wrong_kind("a list", format!("[{}]", self.written()));
            return None;
        };
        let item = |element: &'a toml::Spanned<DeValue<'a>>| Item {
            file: self.file,
            key: self.key,
            span: element.span(),
            value: element.get_ref(),
        };
        Some(elements.iter().map(item).collect())
    }
}

/// How a share is written.
const SHARE_HINT: &str =
    "write a decimal from \"0\" to \"1\", with at most 6 digits after the point";

/// The most digits behind the point that a currency has.
const MINOR_DIGITS_MAX: u8 = 3;

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with decimals",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or a time without quotes",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", shown(text))
}

fn not_a_decimal(text: &str, error: DecimalError) -> String {
    match error {
        DecimalError::NotADecimal if text.starts_with('-') => "must not be negative".to_owned(),
        error => error.to_string(),
    }
}

/// How to write the share that `text` seems to mean: "40 %", "40" or "0,4".
fn share_hint(text: &str) -> Option<String> {
    let with_point = text.replace(',', ".");
    if with_point != text && Share::parse(&with_point).is_ok_and(|share| share <= Share::ONE) {
        return Some(format!("with a point it is \"{with_point}\""));
    }
    let percent = with_point.trim_end_matches('%').trim_end();
    let millionths = decimal::parse(percent.as_bytes(), Share::DIGITS - 2).ok()?;
    let share = Share::from_millionths(u32::try_from(millionths).ok()?);
    // "1.5" may be a slip for much else
    let is_percent = text.ends_with('%') || share >= PERCENT_LEAST;
    (is_percent && share <= Share::ONE)
        .then(|| format!("{} is written \"{}\"", share.to_percent(), share.to_decimal()))
}

/// From 2 on, a number without a sign is taken for a percentage.
const PERCENT_LEAST: Share = Share::from_millionths(20_000);

/// How to write the amount that `text` seems to mean.
fn amount_hint(text: &str, currency: Option<Currency>, digits: u8) -> String {
    let bare = match text.split_once(',') {
        // "12,5" has a decimal comma, "1,234" a separator
        Some((whole, fraction)) if fraction.len() != 3 && !fraction.contains(',') => {
            format!("{whole}.{fraction}")
        }
        _ => text.chars().filter(|c| !matches!(c, ',' | '_' | ' ' | '\'')).collect(),
    };
    if bare != text && decimal::parse(bare.as_bytes(), digits).is_ok() {
        return format!("a plain decimal has no commas or spaces: \"{bare}\"");
    }
    let Some(currency) = currency else { return "write an exact decimal".to_owned() };
    let (code, example) = (currency.code(), decimal::format(EXAMPLE_MINOR, digits));
    match digits {
        0 => format!("{code} has no decimals: write it like \"{example}\""),
        _ => format!("{code} has {digits} digits after the point: write it like \"{example}\""),
    }
}

/// Shows all digits of any currency: "2500.00", "250.000", "250000".
const EXAMPLE_MINOR: i128 = 250_000;
