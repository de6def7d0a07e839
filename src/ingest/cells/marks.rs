//! Currency marks beside a figure → the currency that they stand for, if it is only one.
//!
//! A bare `$`, `¥`, `kr` or `Rs` is never taken, in no account: it doesn't say whose dollar it is, and
//! an account in one of them is just where the file of another would pass unseen. `US$`, `CA$` or the
//! ISO code say it.

use crate::domain::Currency;

/// Marks that files carry, longer ones before those they end in; `None` for those that several
/// currencies share.
const MARKS: &[(&str, Option<&str>)] = &[
    ("US$", Some("USD")),
    ("CA$", Some("CAD")),
    ("NZ$", Some("NZD")),
    ("HK$", Some("HKD")),
    ("NT$", Some("TWD")),
    ("MX$", Some("MXN")),
    ("AU$", Some("AUD")),
    ("A$", Some("AUD")),
    ("S$", Some("SGD")),
    ("R$", Some("BRL")),
    ("CN¥", Some("CNY")),
    ("JP¥", Some("JPY")),
    ("₹", Some("INR")),
    ("€", Some("EUR")),
    ("£", Some("GBP")),
    ("₩", Some("KRW")),
    ("₺", Some("TRY")),
    ("₽", Some("RUB")),
    ("฿", Some("THB")),
    ("₫", Some("VND")),
    ("₱", Some("PHP")),
    ("₴", Some("UAH")),
    ("৳", Some("BDT")),
    ("₪", Some("ILS")),
    ("₸", Some("KZT")),
    ("₦", Some("NGN")),
    ("zł", Some("PLN")),
    ("Kč", Some("CZK")),
    ("Rs.", None),
    ("Rs", None),
    ("kr", None),
    ("$", None),
    ("¥", None),
];

/// Whether a mark that several currencies share is one of that currency.
pub(super) fn may_be_of(mark: &str, code: &str) -> bool {
    match mark {
        "$" => matches!(
            code,
            "USD" | "CAD" | "AUD" | "NZD" | "HKD" | "SGD" | "TWD" | "MXN" | "ARS" | "CLP" | "COP"
        ),
        "¥" => matches!(code, "JPY" | "CNY"),
        "kr" => matches!(code, "SEK" | "NOK" | "DKK" | "ISK"),
        "Rs" | "Rs." => matches!(code, "INR" | "PKR" | "LKR" | "NPR" | "MUR" | "SCR"),
        _ => false,
    }
}

/// What a mark found beside a figure says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ingest) struct Found<'t> {
    /// The mark or code.
    pub mark: &'static str,
    /// The currency's code; `None` where several share the mark.
    pub code: Option<&'static str>,
    /// The text on its other side, with the spaces between.
    pub rest: &'t str,
}

/// The marks of one currency.
#[derive(Debug, Clone)]
pub(super) struct OwnMarks(Vec<&'static str>);

impl OwnMarks {
    pub(super) fn of(currency: Currency) -> Self {
        let marks = MARKS.iter().filter(|(_, code)| *code == Some(currency.code()));
        Self(marks.map(|(mark, _)| *mark).chain([currency.code()]).collect())
    }

    /// `text` without the mark at one of its ends; `None` where it has none.
    pub(super) fn strip<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.0.iter().find_map(|mark| text.strip_prefix(mark).or_else(|| text.strip_suffix(mark)))
    }
}

/// The mark or ISO code at either end of a text that has a digit besides.
pub(in crate::ingest) fn find(text: &str) -> Option<Found<'_>> {
    let codes = Currency::codes().map(|code| (code, Some(code)));
    MARKS.iter().copied().chain(codes).find_map(|(mark, code)| {
        let rest = text.strip_prefix(mark).or_else(|| text.strip_suffix(mark))?;
        rest.contains(|digit: char| digit.is_ascii_digit()).then_some(Found { mark, code, rest })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_that_several_currencies_share_names_none() {
        for text in ["$12", "12 kr", "¥12", "Rs 12", "Rs.12"] {
            assert_eq!(find(text).map(|found| found.code), Some(None), "{text}");
        }
    }

    #[test]
    fn a_longer_mark_is_not_the_one_it_ends_in() {
        for (text, code) in [
            ("US$12", "USD"),
            ("12 CA$", "CAD"),
            ("S$1", "SGD"),
            ("1 CN¥", "CNY"),
            ("EUR 5", "EUR"),
        ] {
            assert_eq!(find(text).and_then(|found| found.code), Some(code), "{text}");
        }
        assert_eq!(find("EUR"), None);
    }
}
