//! Currencies by their ISO 4217 code: how many digits the minor unit has, and how people of that
//! currency, or of an account, expect a figure to be written.

use super::Money;

/// A currency of ISO 4217, and how figures in it are written. Two are the same whatever the figures
/// look like.
#[derive(Debug, Clone, Copy)]
pub struct Currency {
    facts: &'static Facts,
    format: NumberFormat,
}

impl PartialEq for Currency {
    fn eq(&self, other: &Self) -> bool {
        self.facts == other.facts
    }
}

impl Eq for Currency {}

/// How figures are written for people. It bears on nothing that programs read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberFormat {
    /// 12,34,567.50: three digits, then twos
    Lakh,
    /// 1,234,567.50
    Comma,
    /// 1.234.567,50
    Dot,
    /// 1 234 567,50, with spaces that no line breaks at
    Space,
    /// 1'234'567.50
    Apostrophe,
}

impl NumberFormat {
    /// Every way, by the word that the configuration has for it.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("lakh", Self::Lakh),
        ("comma", Self::Comma),
        ("dot", Self::Dot),
        ("space", Self::Space),
        ("apostrophe", Self::Apostrophe),
    ];

    /// The word of the configuration.
    pub fn name(self) -> &'static str {
        let named = Self::NAMES.iter().find(|(_, format)| *format == self);
        named.expect("each way has a name").0
    }

    /// What stands between groups of digits.
    pub const fn separator(self) -> char {
        match self {
            Self::Lakh | Self::Comma => ',',
            Self::Dot => '.',
            Self::Space => '\u{a0}',
            Self::Apostrophe => '\'',
        }
    }

    /// What stands before the fraction.
    pub const fn point(self) -> char {
        match self {
            Self::Lakh | Self::Comma | Self::Apostrophe => '.',
            Self::Dot | Self::Space => ',',
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Facts {
    code: &'static str,
    minor_digits: u8,
    mark: &'static str,
    format: NumberFormat,
}

const fn usual(code: &'static str, mark: &'static str) -> Facts {
    Facts { code, minor_digits: 2, mark, format: NumberFormat::Comma }
}

const fn lakh(code: &'static str, mark: &'static str) -> Facts {
    Facts { code, minor_digits: 2, mark, format: NumberFormat::Lakh }
}

const fn digits(minor_digits: u8, code: &'static str, mark: &'static str) -> Facts {
    Facts { code, minor_digits, mark, format: NumberFormat::Comma }
}

/// ISO 4217 (list one, 2024): currencies in use; a mark where it is not shared by many.
static CURRENCIES: &[Facts] = &[
    usual("AED", "AED "),
    usual("ARS", "ARS "),
    usual("AUD", "A$"),
    usual("BDT", "৳"),
    usual("BGN", "BGN "),
    digits(3, "BHD", "BHD "),
    usual("BRL", "R$"),
    usual("CAD", "CA$"),
    usual("CHF", "CHF "),
    digits(0, "CLP", "CLP "),
    usual("CNY", "CN¥"),
    usual("COP", "COP "),
    usual("CZK", "CZK "),
    usual("DKK", "DKK "),
    usual("EGP", "EGP "),
    usual("EUR", "€"),
    usual("GBP", "£"),
    usual("HKD", "HK$"),
    usual("HUF", "HUF "),
    usual("IDR", "IDR "),
    usual("ILS", "₪"),
    lakh("INR", "₹"),
    digits(3, "IQD", "IQD "),
    digits(0, "ISK", "ISK "),
    digits(3, "JOD", "JOD "),
    digits(0, "JPY", "¥"),
    usual("KES", "KES "),
    digits(0, "KRW", "₩"),
    digits(3, "KWD", "KWD "),
    usual("KZT", "₸"),
    lakh("LKR", "LKR "),
    digits(3, "LYD", "LYD "),
    usual("MAD", "MAD "),
    usual("MXN", "MX$"),
    usual("MYR", "RM"),
    usual("NGN", "₦"),
    usual("NOK", "NOK "),
    lakh("NPR", "NPR "),
    usual("NZD", "NZ$"),
    digits(3, "OMR", "OMR "),
    usual("PEN", "PEN "),
    usual("PHP", "₱"),
    lakh("PKR", "PKR "),
    usual("PLN", "PLN "),
    digits(0, "PYG", "PYG "),
    usual("QAR", "QAR "),
    usual("RON", "RON "),
    usual("RSD", "RSD "),
    usual("SAR", "SAR "),
    usual("SEK", "SEK "),
    usual("SGD", "S$"),
    usual("THB", "฿"),
    digits(3, "TND", "TND "),
    usual("TRY", "₺"),
    usual("TWD", "NT$"),
    usual("TZS", "TZS "),
    usual("UAH", "₴"),
    digits(0, "UGX", "UGX "),
    usual("USD", "$"),
    usual("UYU", "UYU "),
    digits(0, "VND", "₫"),
    digits(0, "XAF", "XAF "),
    digits(0, "XOF", "XOF "),
    usual("ZAR", "R "),
];

impl Currency {
    /// The currency of an ISO 4217 code in capitals ("INR"), with the figures that are usual in it.
    pub fn from_code(code: &str) -> Option<Self> {
        let facts = CURRENCIES.iter().find(|facts| facts.code == code)?;
        Some(Self { facts, format: facts.format })
    }

    /// The same with figures written as `format` has it.
    #[must_use]
    pub const fn written(self, format: NumberFormat) -> Self {
        Self { format, ..self }
    }

    /// The same with the figures that are usual in it, whatever an account has.
    #[must_use]
    pub const fn usual(self) -> Self {
        Self { format: self.facts.format, ..self }
    }

    /// All codes that [`Currency::from_code`] knows.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        CURRENCIES.iter().map(|facts| facts.code)
    }

    /// The ISO 4217 code.
    pub const fn code(self) -> &'static str {
        self.facts.code
    }

    /// How figures are written.
    pub const fn number_format(self) -> NumberFormat {
        self.format
    }

    /// Digits behind the point of an amount in major units.
    pub const fn minor_digits(self) -> u8 {
        self.facts.minor_digits
    }

    /// What stands before a figure ("₹", "AED ").
    pub const fn mark(self) -> &'static str {
        self.facts.mark
    }

    /// For people: mark and grouping, digits behind the point only where there are any
    /// ("₹5,00,000", "$1,234.50", "€500.000").
    pub fn show(self, money: Money) -> String {
        self.show_decimal(&money.to_decimal(self))
    }

    /// The same of a plain decimal in major units: an estimate is shown so, without becoming money.
    pub fn show_decimal(self, decimal: &str) -> String {
        match decimal.split_once('.') {
            Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => {
                self.show_exactly(whole)
            }
            _ => self.show_exactly(decimal),
        }
    }

    /// The same with every digit that `decimal` has.
    pub fn show_exactly(self, decimal: &str) -> String {
        let (sign, digits) = match decimal.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", decimal),
        };
        format!("{sign}{}{}", self.facts.mark, self.figure(digits))
    }

    /// A plain decimal that is no money, written the same way: "1.64", "1,64", "12,345".
    pub fn figure(self, decimal: &str) -> String {
        let (sign, digits) = match decimal.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", decimal),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let mut written = format!("{sign}{}", self.group(whole));
        if !fraction.is_empty() {
            written.push(self.format.point());
            written.push_str(fraction);
        }
        written
    }

    fn group(self, whole: &str) -> String {
        let mut grouped = String::with_capacity(whole.len() * 4 / 3 + 1);
        for (index, digit) in whole.chars().enumerate() {
            let behind = whole.len() - index;
            let ends_a_group = match self.format {
                NumberFormat::Lakh => behind == 3 || (behind > 3 && behind % 2 == 1),
                _ => behind.is_multiple_of(3),
            };
            if index > 0 && ends_a_group {
                grouped.push(self.format.separator());
            }
            grouped.push(digit);
        }
        grouped
    }
}

impl serde::Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(code: &str, minor: i128) -> String {
        Currency::from_code(code).expect("a known currency").show(Money::from_minor(minor))
    }

    #[test]
    fn each_currency_groups_its_own_way() {
        assert_eq!(shown("INR", 50_000_000), "₹5,00,000");
        assert_eq!(shown("INR", 1_234_567_890), "₹1,23,45,678.90");
        assert_eq!(shown("INR", -99_950), "-₹999.50");
        assert_eq!(shown("USD", 123_456_700), "$1,234,567");
        assert_eq!(shown("JPY", 1_234_567), "¥1,234,567");
        assert_eq!(shown("KWD", 1_234_567), "KWD 1,234.567");
    }

    #[test]
    fn an_account_may_have_figures_written_its_own_way() {
        let euro = Currency::from_code("EUR").expect("a known currency");
        for (name, expected) in [
            ("lakh", "€12,34,567.50"),
            ("comma", "€1,234,567.50"),
            ("dot", "€1.234.567,50"),
            ("space", "€1\u{a0}234\u{a0}567,50"),
            ("apostrophe", "€1'234'567.50"),
        ] {
            let found = NumberFormat::NAMES.iter().find(|(known, _)| *known == name);
            let format = found.expect("a known word").1;
            assert_eq!(format.name(), name);
            let written = euro.written(format);
            assert_eq!(written.show(Money::from_minor(123_456_750)), expected);
            assert_eq!(written, euro);
        }
        let dots = euro.written(NumberFormat::Dot);
        assert_eq!(dots.show(Money::from_minor(50_000_000)), "€500.000");
        assert_eq!(dots.show_exactly("-250.00"), "-€250,00");
        assert_eq!(dots.figure("-0.64"), "-0,64");
    }
}
