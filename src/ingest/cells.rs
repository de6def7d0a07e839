//! The text of a cell → money, a count, conversions or a campaign, exactly; or what is wrong with
//! it and how to write it. A figure is never guessed: what the hint proposes, a person decides.

use super::fault::FaultReason;
use crate::domain::channel::is_unprintable;
use crate::domain::decimal::{self, DecimalError};
use crate::domain::{Conversions, Currency, Money};

/// The largest count of a cell: 10¹¹ impressions a day are more than people on earth could see, and
/// the sum of 20 million such cells still fits 64 bits.
pub(super) const COUNT_MAX: u64 = 100_000_000_000;

/// The longest campaign: twice what the largest platforms allow.
pub(super) const CAMPAIGN_CHARS_MAX: usize = 800;

/// What is wrong with a cell, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CellFault {
    pub reason: FaultReason,
    pub hint: Option<String>,
}

impl CellFault {
    const fn bare(reason: FaultReason) -> Self {
        Self { reason, hint: None }
    }

    fn new(reason: FaultReason, hint: impl Into<String>) -> Self {
        Self { reason, hint: Some(hint.into()) }
    }
}

/// Bytes of a cell that [`small`] reads: with six more digits they fit 64 bits.
const SMALL_BYTES_MAX: usize = 12;

/// The usual cell without 128-bit arithmetic, which is slow enough to count in ten million rows: a run of digits, perhaps a
/// point and at most `scale` digits more. `None` leaves the cell to [`decimal::parse`].
fn small(text: &[u8], scale: u8) -> Option<u64> {
    if text.len() > SMALL_BYTES_MAX {
        return None;
    }
    let mut value: u64 = 0;
    let mut open_digits: Option<u8> = None;
    for (at, &byte) in text.iter().enumerate() {
        match (byte, open_digits) {
            (b'0'..=b'9', Some(0)) => return None,
            (b'0'..=b'9', open) => {
                value = value * 10 + u64::from(byte - b'0');
                open_digits = open.map(|digits| digits - 1);
            }
            (b'.', None) if at > 0 && at + 1 < text.len() => open_digits = Some(scale),
            _ => return None,
        }
    }
    let zeros = open_digits.unwrap_or(scale);
    (!text.is_empty()).then(|| value * 10u64.pow(zeros.into()))
}

/// An amount of spend or revenue in plain decimals of the major unit.
pub(super) fn amount(text: &[u8], currency: Currency) -> Result<Money, CellFault> {
    let digits_max = currency.minor_digits();
    if let Some(minor) = small(text, digits_max)
        && i128::from(minor) <= Money::CELL_MAX.minor()
    {
        return Ok(Money::from_minor(minor.into()));
    }
    match decimal::parse(text, digits_max) {
        Ok(minor) if minor < 0 => Err(negative()),
        Ok(minor) if minor > Money::CELL_MAX.minor() => Err(amount_too_large(currency)),
        Ok(minor) => Ok(Money::from_minor(minor)),
        Err(DecimalError::Blank) => {
            Err(CellFault::new(FaultReason::BlankCell, "write 0 where there was nothing"))
        }
        Err(DecimalError::TooLarge) => Err(amount_too_large(currency)),
        Err(DecimalError::TooFine { .. }) => {
            let currency = currency.code();
            let reason = FaultReason::TooFine { digits_max, currency };
            Err(CellFault::new(reason, format!("export it with {digits_max} digits")))
        }
        Err(DecimalError::NotADecimal) => {
            Err(explain_amount(&String::from_utf8_lossy(text), currency))
        }
    }
}

fn amount_too_large(currency: Currency) -> CellFault {
    let max = Money::CELL_MAX.to_decimal(currency);
    CellFault::new(FaultReason::AmountTooLarge { max }, "is it in minor units or in micros?")
}

fn negative() -> CellFault {
    let hint =
        "spend and revenue are never negative; take refunds and credits off the day's figure";
    CellFault::new(FaultReason::NegativeAmount, hint)
}

/// What a text that is no plain decimal was likely meant to be.
fn explain_amount(text: &str, currency: Currency) -> CellFault {
    let lower = text.to_lowercase();
    let unsigned = lower.trim_start_matches(['+', '-']);
    if matches!(unsigned, "inf" | "infinity" | "nan" | "∞") {
        return CellFault::new(FaultReason::InfiniteAmount, "a division by zero, perhaps");
    }
    if let Some((mark, code)) = currency_mark(text) {
        let rest = text.replacen(mark, "", 1);
        let rest = rest.trim_matches(|c: char| c.is_whitespace());
        return match code {
            Some(found) if found != currency.code() => {
                let expected = currency.code();
                let hint =
                    format!("is this file meant for another account? this one is in {expected}");
                CellFault::new(FaultReason::OtherCurrency { found, expected }, hint)
            }
            _ => CellFault::new(
                FaultReason::CurrencyMark,
                format!("write the figure alone{}", such_as(rest)),
            ),
        };
    }
    if text.starts_with('-') && unsigned.starts_with(|first: char| first.is_ascii_digit())
        || text.starts_with('(') && text.ends_with(')')
    {
        return negative();
    }
    CellFault::new(FaultReason::NotAnAmount, how_to_write(text, unsigned))
}

fn how_to_write(text: &str, lower: &str) -> String {
    let is_exponent = lower.contains('e')
        && lower.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'+' | b'-'));
    if matches!(lower, "" | "--" | "n/a" | "na" | "null" | "none") {
        return "write 0 where there was nothing".to_owned();
    }
    if is_exponent {
        return "write all its digits, without an exponent".to_owned();
    }
    if text.ends_with('%') {
        return "this is a share; the column holds amounts".to_owned();
    }
    if let Some(plain) = without_decimal_comma(text) {
        return format!("this source expects a decimal point: {plain}");
    }
    if let Some(plain) = without_groups(text) {
        return format!("write it without thousands marks: {plain}");
    }
    "write plain digits with a decimal point, such as 1234.50".to_owned()
}

fn such_as(text: &str) -> String {
    let is_plain = decimal::parse(text.as_bytes(), 6).is_ok();
    let plain = if is_plain { Some(text.to_owned()) } else { without_groups(text) };
    plain.map_or(String::new(), |plain| format!(": {plain}"))
}

/// "12,5" and "1.234,56" as 12.5 and 1234.56; `None` for what may be a group of thousands.
fn without_decimal_comma(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once(',')?;
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let has_groups = whole.contains(['.', ' ', '\u{A0}', '\u{202F}', '\'']);
    let whole = whole.replace(['.', ' ', '\u{A0}', '\u{202F}', '\''], "");
    let fits = is_digits(&whole) && is_digits(fraction) && (has_groups || fraction.len() != 3);
    fits.then(|| format!("{whole}.{fraction}"))
}

/// "1,234.50", "12,34,567" and "1 234" without their marks, where the last group has three digits.
fn without_groups(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mark = whole.chars().find(|character| !character.is_ascii_digit())?;
    if !matches!(mark, ',' | ' ' | '\u{A0}' | '\u{202F}' | '\'') {
        return None;
    }
    let groups: Vec<&str> = whole.split(mark).collect();
    let (last, others) = groups.split_last()?;
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = last.len() == 3
        && others.iter().all(|group| (1..=3).contains(&group.len()))
        && groups.iter().all(|group| is_digits(group))
        && is_digits(fraction);
    fits.then(|| text.replace(mark, ""))
}

/// Currency marks that files carry, longer ones before those they end in; a bare `$`, `¥` or `kr`
/// could be several.
const MARKS: &[(&str, Option<&str>)] = &[
    ("US$", Some("USD")),
    ("CA$", Some("CAD")),
    ("NZ$", Some("NZD")),
    ("HK$", Some("HKD")),
    ("NT$", Some("TWD")),
    ("MX$", Some("MXN")),
    ("A$", Some("AUD")),
    ("S$", Some("SGD")),
    ("R$", Some("BRL")),
    ("CN¥", Some("CNY")),
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
    ("Rs.", None),
    ("Rs", None),
    ("kr", None),
    ("$", None),
    ("¥", None),
];

/// The mark or ISO code at either end of a text that otherwise begins or ends with a digit.
fn currency_mark(text: &str) -> Option<(&str, Option<&'static str>)> {
    let codes = Currency::codes().map(|code| (code, Some(code)));
    let found = MARKS.iter().copied().chain(codes).find(|(mark, _)| {
        let rest = text.strip_prefix(mark).or_else(|| text.strip_suffix(mark));
        rest.is_some_and(|rest| rest.contains(|digit: char| digit.is_ascii_digit()))
    })?;
    Some((&text[text.find(found.0)?..][..found.0.len()], found.1))
}

/// Impressions or clicks; `None` for a blank cell, since a source may not have them.
pub(super) fn count(text: &[u8]) -> Result<Option<u64>, CellFault> {
    if let Some(count) = small(text, 0)
        && count <= COUNT_MAX
    {
        return Ok(Some(count));
    }
    match decimal::parse(text, 0).map(u64::try_from) {
        Ok(Ok(count)) if count <= COUNT_MAX => Ok(Some(count)),
        Ok(Ok(_)) | Err(DecimalError::TooLarge) => {
            Err(CellFault::bare(FaultReason::CountTooLarge { max: COUNT_MAX }))
        }
        Err(DecimalError::Blank) => Ok(None),
        Ok(Err(_)) => {
            Err(CellFault::new(FaultReason::NotAWholeNumber, "a count is never negative"))
        }
        Err(DecimalError::TooFine { .. } | DecimalError::NotADecimal) => {
            let hint = without_groups(&String::from_utf8_lossy(text))
                .map(|plain| format!("write it without thousands marks: {plain}"));
            Err(CellFault { reason: FaultReason::NotAWholeNumber, hint })
        }
    }
}

const fn count_too_large(max: u64) -> CellFault {
    CellFault::bare(FaultReason::CountTooLarge { max })
}

/// Conversions; `None` for a blank cell, since a source may not have them.
pub(super) fn conversions(text: &[u8]) -> Result<Option<Conversions>, CellFault> {
    if let Some(millionths) = small(text, 6)
        && millionths <= Conversions::CELL_MAX.millionths()
    {
        return Ok(Some(Conversions::from_millionths(millionths)));
    }
    match Conversions::parse(text) {
        Ok(conversions) => Ok(Some(conversions)),
        Err(DecimalError::Blank) => Ok(None),
        Err(DecimalError::TooLarge) => {
            Err(count_too_large(Conversions::CELL_MAX.millionths() / 1_000_000))
        }
        Err(DecimalError::TooFine { .. }) => {
            let hint = "conversions may have up to 6 digits after the point";
            Err(CellFault::new(FaultReason::NotConversions, hint))
        }
        Err(DecimalError::NotADecimal) => {
            let hint = "write plain digits with a decimal point, such as 12 or 0.5";
            Err(CellFault::new(FaultReason::NotConversions, hint))
        }
    }
}

/// The campaign, as it stands there; it may be empty.
pub(super) fn campaign(text: &[u8]) -> Result<&str, CellFault> {
    let Ok(text) = std::str::from_utf8(text) else {
        return Err(CellFault::bare(FaultReason::UnprintableText));
    };
    // Of ASCII the gate lets no control characters through but line ends.
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if !is_plain && text.chars().any(is_unprintable) {
        let hint = "take line breaks and invisible characters out of the name";
        return Err(CellFault::new(FaultReason::UnprintableText, hint));
    }
    let chars_max = CAMPAIGN_CHARS_MAX;
    if text.len() > chars_max && text.chars().count() > chars_max {
        return Err(CellFault::new(FaultReason::TextTooLong { chars_max }, "shorten it"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inr() -> Currency {
        Currency::from_code("INR").expect("a known currency")
    }

    fn refused(text: &str) -> (&'static str, String) {
        let fault = amount(text.as_bytes(), inr()).expect_err(text);
        (fault.reason.code(), fault.hint.unwrap_or_default())
    }

    #[test]
    fn an_amount_is_a_plain_decimal_of_the_minor_unit() {
        for (text, minor) in
            [("0", 0), ("-0.00", 0), ("12.5", 1250), ("12.500", 1250), ("007", 700)]
        {
            assert_eq!(amount(text.as_bytes(), inr()), Ok(Money::from_minor(minor)), "{text}");
        }
        let most = "10000000000000.00";
        assert_eq!(amount(most.as_bytes(), inr()), Ok(Money::CELL_MAX));
        assert_eq!(refused("10000000000000.01").0, "amount_too_large");
        assert_eq!(refused(&"9".repeat(400)).0, "amount_too_large");
    }

    #[test]
    fn the_short_way_to_a_figure_agrees_with_the_exact_one() {
        let alphabet = ["", "0", "7", "12", "999999999999", ".", "-", "5.", ".5", "1e", ","];
        for scale in [0, 2, 3, 6] {
            for one in alphabet {
                for other in alphabet {
                    for third in alphabet {
                        let text = format!("{one}{other}{third}");
                        if let Some(value) = small(text.as_bytes(), scale) {
                            let exact = decimal::parse(text.as_bytes(), scale);
                            assert_eq!(exact, Ok(value.into()), "{text} {scale}");
                        }
                    }
                }
            }
        }
        assert_eq!(small(b"12.5", 2), Some(1250));
        assert_eq!(small(b"12.500", 2), None);
    }

    #[test]
    fn each_way_of_writing_an_amount_wrongly_has_its_remedy() {
        let cases = [
            ("", "blank_cell", "write 0 where there was nothing"),
            ("12,5", "not_an_amount", "this source expects a decimal point: 12.5"),
            ("1.234,56", "not_an_amount", "this source expects a decimal point: 1234.56"),
            ("1\u{202f}860,05", "not_an_amount", "this source expects a decimal point: 1860.05"),
            ("1,234", "not_an_amount", "write it without thousands marks: 1234"),
            ("12,34,567.8", "not_an_amount", "write it without thousands marks: 1234567.8"),
            ("1.2e3", "not_an_amount", "write all its digits, without an exponent"),
            ("--", "not_an_amount", "write 0 where there was nothing"),
            ("40%", "not_an_amount", "this is a share; the column holds amounts"),
            (".5", "not_an_amount", "write plain digits with a decimal point, such as 1234.50"),
            ("₹1,234", "currency_mark", "write the figure alone: 1234"),
            ("₹\u{a0}3,60,523.24", "currency_mark", "write the figure alone: 360523.24"),
            ("Rs. 12.50", "currency_mark", "write the figure alone: 12.50"),
            ("$12", "currency_mark", "write the figure alone: 12"),
            ("1.005", "too_fine", "export it with 2 digits"),
            ("inf", "infinite_amount", "a division by zero, perhaps"),
            ("-Infinity", "infinite_amount", "a division by zero, perhaps"),
            ("NaN", "infinite_amount", "a division by zero, perhaps"),
        ];
        for (text, code, hint) in cases {
            assert_eq!(refused(text), (code, hint.to_owned()), "{text}");
        }
        for text in ["-1", "-1,234.00", "(12.50)", "-0.01"] {
            assert_eq!(refused(text).0, "negative_amount", "{text}");
        }
        for text in ["US$650.13", "12 USD", "€5", "EUR 5"] {
            assert_eq!(refused(text).0, "other_currency", "{text}");
        }
    }

    #[test]
    fn counts_are_whole_and_may_be_blank() {
        assert_eq!(count(b"1200"), Ok(Some(1200)));
        assert_eq!(count(b"1200.0"), Ok(Some(1200)));
        assert_eq!(count(b""), Ok(None));
        for text in ["1.5", "-1", "1,200", "many", "1e3"] {
            let fault = count(text.as_bytes()).expect_err(text);
            assert_eq!(fault.reason, FaultReason::NotAWholeNumber, "{text}");
        }
        assert_eq!(count(b"100000000001").expect_err("bound").reason.code(), "count_too_large");
    }

    #[test]
    fn conversions_may_have_six_digits_behind_the_point() {
        assert_eq!(conversions(b"0.000001"), Ok(Some(Conversions::from_millionths(1))));
        assert_eq!(conversions(b""), Ok(None));
        for text in ["0.0000001", "-1", "1,5"] {
            let fault = conversions(text.as_bytes()).expect_err(text);
            assert_eq!(fault.reason, FaultReason::NotConversions, "{text}");
        }
    }

    #[test]
    fn a_campaign_is_any_visible_text() {
        assert_eq!(campaign("Été, \"50%\" – soldes".as_bytes()), Ok("Été, \"50%\" – soldes"));
        assert_eq!(campaign(b""), Ok(""));
        for text in ["a\nb", "a\u{202e}b", "a\u{200b}b"] {
            let fault = campaign(text.as_bytes()).expect_err(text);
            assert_eq!(fault.reason, FaultReason::UnprintableText);
        }
        assert!(campaign("é".repeat(CAMPAIGN_CHARS_MAX).as_bytes()).is_ok());
        assert!(campaign("é".repeat(CAMPAIGN_CHARS_MAX + 1).as_bytes()).is_err());
    }
}
