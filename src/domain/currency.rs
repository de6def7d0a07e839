//! Currencies by their ISO 4217 code: how many digits the minor unit has, and how people of that
//! currency expect a figure to be grouped.

use super::Money;

/// A currency of ISO 4217.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency(&'static Facts);

/// How the digits before the point are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grouping {
    /// 1,234,567
    Thousands,
    /// 12,34,567: three, then twos
    Lakh,
}

#[derive(Debug, PartialEq, Eq)]
struct Facts {
    code: &'static str,
    minor_digits: u8,
    mark: &'static str,
    grouping: Grouping,
}

const fn usual(code: &'static str, mark: &'static str) -> Facts {
    Facts { code, minor_digits: 2, mark, grouping: Grouping::Thousands }
}

const fn lakh(code: &'static str, mark: &'static str) -> Facts {
    Facts { code, minor_digits: 2, mark, grouping: Grouping::Lakh }
}

const fn digits(minor_digits: u8, code: &'static str, mark: &'static str) -> Facts {
    Facts { code, minor_digits, mark, grouping: Grouping::Thousands }
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
    /// The currency of an ISO 4217 code in capitals ("INR").
    pub fn from_code(code: &str) -> Option<Self> {
        CURRENCIES.iter().find(|facts| facts.code == code).map(Self)
    }

    /// All codes that [`Currency::from_code`] knows.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        CURRENCIES.iter().map(|facts| facts.code)
    }

    /// The ISO 4217 code.
    pub const fn code(self) -> &'static str {
        self.0.code
    }

    /// Digits behind the point of an amount in major units.
    pub const fn minor_digits(self) -> u8 {
        self.0.minor_digits
    }

    /// What stands before a figure ("₹", "AED ").
    pub const fn mark(self) -> &'static str {
        self.0.mark
    }

    /// For people: mark and grouping of the currency, digits behind the point only where there
    /// are any ("₹5,00,000", "$1,234.50").
    pub fn show(self, money: Money) -> String {
        self.show_decimal(&money.to_decimal(self))
    }

    /// The same of a plain decimal in major units: an estimate is shown so, without becoming money.
    pub fn show_decimal(self, decimal: &str) -> String {
        let (sign, digits) = match decimal.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", decimal),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let grouped = self.group(whole);
        let mark = self.0.mark;
        if fraction.bytes().all(|digit| digit == b'0') {
            format!("{sign}{mark}{grouped}")
        } else {
            format!("{sign}{mark}{grouped}.{fraction}")
        }
    }

    fn group(self, whole: &str) -> String {
        let mut grouped = String::with_capacity(whole.len() * 4 / 3 + 1);
        for (index, digit) in whole.chars().enumerate() {
            let behind = whole.len() - index;
            let mark_here = match self.0.grouping {
                Grouping::Thousands => behind.is_multiple_of(3),
                Grouping::Lakh => behind == 3 || (behind > 3 && behind % 2 == 1),
            };
            if index > 0 && mark_here {
                grouped.push(',');
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
}
