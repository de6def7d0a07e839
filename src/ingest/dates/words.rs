//! The text of a date whose month is a word, or that has no marks at all → its shape, and which formats
//! read it. No day comes from it.

use super::shape::{Against, Order, Shape};
use super::strictly;

/// Formats in words, and those without marks: of each reading the one without leading zeros first.
pub(super) const FORMATS: [&str; 12] = [
    "%Y%m%d",
    "%b %-d, %Y",
    "%b %d, %Y",
    "%B %-d, %Y",
    "%B %d, %Y",
    "%-d %b %Y",
    "%d %b %Y",
    "%-d-%b-%Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%-d %B %Y",
    "%d %B %Y",
];

/// How the names of months begin in the languages of exports: English, German, French, Spanish,
/// Italian, Portuguese, Dutch.
const MONTHS: [&str; 36] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "jän",
    "mär", "mai", "okt", "dez", "fév", "fev", "avr", "jui", "aoû", "aou", "déc", "ene", "abr",
    "ago", "dic", "gen", "mag", "giu", "lug", "set", "ott", "out", "mei",
];

/// The shape of such a text; `None` where it is no date.
pub(super) fn shape(text: &str) -> Option<Shape> {
    if text.len() == 8 && strictly(text, FORMATS[0]).is_some() {
        return Some(of(Order::Bare, 0));
    }
    let mark = text.bytes().find(|byte| !byte.is_ascii_alphanumeric() && byte.is_ascii())?;
    let parts: Vec<&str> = text
        .split([' ', '.', ',', '-', '/', '\u{A0}'])
        .filter(|part| !part.is_empty() && !matches!(*part, "de" | "of"))
        .collect();
    let [first, second, year] = parts.as_slice() else { return None };
    let is_year = matches!(year.len(), 2 | 4) && year.bytes().all(|byte| byte.is_ascii_digit());
    let order = match (is_day(first), is_day(second)) {
        (true, false) if is_month(second) => Order::DayWord,
        (false, true) if is_month(first) => Order::WordDay,
        _ => return None,
    };
    is_year.then(|| of(order, mark))
}

const fn of(order: Order, separator: u8) -> Shape {
    Shape { order, separator, with_time: false, against: Against::Marks }
}

fn is_day(part: &str) -> bool {
    part.len() <= 2 && part.parse().is_ok_and(|day: u8| (1..=31).contains(&day))
}

fn is_month(part: &str) -> bool {
    let start: String = part.to_lowercase().chars().take(3).collect();
    part.chars().all(char::is_alphabetic) && MONTHS.contains(&start.as_str())
}

/// The formats that read it.
pub(super) fn formats(text: &str) -> Vec<&'static str> {
    FORMATS.into_iter().filter(|format| strictly(text, format).is_some()).collect()
}
