//! Figures that a formatter of the tests' own wrote must read back as they were, in each style; and
//! no text has two readings in one.

use proptest::prelude::*;

use super::*;

/// Writes `minor` of a currency with two digits in a style; it shares nothing with the reader.
fn written(minor: u64, decimal: char, mark: &str, lakh: bool) -> String {
    let (mut whole, cents) = (minor / 100, minor % 100);
    let mut groups = Vec::new();
    let mut size = 1000;
    while whole >= size {
        let width = if size == 1000 { 3 } else { 2 };
        groups.push(format!("{:0width$}", whole % size));
        whole /= size;
        size = if lakh { 100 } else { 1000 };
    }
    groups.push(whole.to_string());
    groups.reverse();
    format!("{}{decimal}{cents:02}", groups.join(mark))
}

#[test]
fn the_formatter_of_the_tests_writes_what_people_write() {
    assert_eq!(written(123_456_780, '.', ",", true), "12,34,567.80");
    assert_eq!(written(123_456_780, ',', ".", false), "1.234.567,80");
    assert_eq!(written(100_000_005, ',', " ", false), "1 000 000,05");
    assert_eq!(written(5, '.', ",", true), "0.05");
}

const STYLES: [(char, &str, Thousands); 13] = [
    ('.', "", Thousands::None),
    (',', "", Thousands::None),
    ('.', ",", Thousands::Comma),
    (',', ".", Thousands::Point),
    ('.', " ", Thousands::Space),
    (',', " ", Thousands::Space),
    (',', "\u{A0}", Thousands::Space),
    (',', "\u{2009}", Thousands::Space),
    (',', "\u{202F}", Thousands::Space),
    ('.', "'", Thousands::Apostrophe),
    ('.', "\u{2019}", Thousands::Apostrophe),
    (',', "'", Thousands::Apostrophe),
    (',', "\u{2019}", Thousands::Apostrophe),
];

proptest! {
    #[test]
    fn every_amount_reads_back_in_the_style_that_wrote_it(
        minor_units in prop_oneof![0u64..100_000_000, 0u64..=1_000_000_000_000_000],
        at in 0usize..STYLES.len(),
        lakh in any::<bool>(),
        sides in (0usize..6, 0usize..4),
    ) {
        let (decimal, mark, thousands) = STYLES[at];
        let figure = written(minor_units, decimal, mark, lakh);
        let space = ["", " ", "\u{A0}", "\u{202F}"][sides.1];
        let text = match sides.0 {
            0 => format!("₹{space}{figure}"),
            1 => format!("{figure}{space}₹"),
            2 => format!("INR{space}{figure}"),
            3 => format!("{figure}{space}INR"),
            _ => format!("{space}{figure}{space}"),
        };
        let numbers = Numbers { currency_marks: true, ..style(decimal, thousands) };
        let expected = minor(minor_units.into());
        prop_assert_eq!(reader("INR", numbers).spend(text.as_bytes()), expected.clone(), "{}", text);
        if sides.0 > 3 {
            prop_assert_eq!(reader("INR", style(decimal, thousands)).spend(text.as_bytes()), expected);
        }
    }

    /// A text that two styles take may have another value in each, but under one it has one: that
    /// which its digits alone have, with the declared decimal mark and nothing else between them.
    #[test]
    fn no_text_reads_in_two_ways_under_one_setting(
        text in "[0-9.,' \u{A0}\u{202F}\u{2019}]{1,14}",
        at in 0usize..STYLES.len(),
    ) {
        let (decimal, _, thousands) = STYLES[at];
        let cells = reader("INR", Numbers { round: true, ..style(decimal, thousands) });
        if let Ok(Some(read)) = cells.spend(text.as_bytes()) {
            let bare: String = text
                .chars()
                .filter_map(|it| (it == decimal).then_some('.').or_else(|| it.is_ascii_digit().then_some(it)))
                .collect();
            let mut parts = bare.split('.');
            let whole: i128 = parts.next().expect("digits").parse().expect("digits");
            let fraction = format!("{:0<20}", parts.next().unwrap_or("0"));
            let scaled = whole * 10i128.pow(20) + fraction.parse::<i128>().expect("digits");
            let of_read = read.minor().minor() * 10i128.pow(18) + i128::from(read.rest());
            prop_assert_eq!(of_read, scaled, "{}", text);
            prop_assert_eq!(parts.next(), None);
        }
    }

    #[test]
    fn no_cell_of_any_kind_panics_or_holds_what_it_must_not(
        text in prop_oneof![
            any::<String>(), "[0-9.,eE+()₹$€%<> '\u{A0}-]{0,24}", "[0-9]{0,50}[.,][0-9]{0,60}(e[+-]?[0-9]{1,4})?",
        ],
        at in 0usize..STYLES.len(),
        flags in any::<[bool; 5]>(),
        unit in 0usize..3,
    ) {
        let (decimal, _, thousands) = STYLES[at];
        let [currency_marks, exponents, round, negative, weekly] = flags;
        let unit = [Unit::Major, Unit::Minor, Unit::Micros][unit];
        let numbers = Numbers {
            decimal, thousands, currency_marks, exponents, round, spend_unit: unit, revenue_unit: unit,
        };
        let grain = if weekly { Grain::Week } else { Grain::Day };
        let source = Source { numbers, grain, allow_negative_revenue: negative, ..Source::long() };
        let cells = CellReader::new(&source, currency("INR"));
        let bytes = text.as_bytes();
        if let Ok(Some(spend)) = cells.spend(bytes) {
            prop_assert!(spend.minor() >= Money::ZERO && spend.minor() <= Money::CELL_MAX);
            prop_assert!(round || spend.rest() == 0);
        }
        if let Ok(Some(revenue)) = cells.revenue(bytes) {
            prop_assert!(negative || revenue.minor() >= Money::ZERO);
        }
        if let Ok(control) = cells.control(bytes) {
            prop_assert!(!control.contains(char::is_control));
        }
        if let Ok(Some(factor)) = cells.factor(bytes) {
            let _ = factor.times(factor, &cells);
        }
        let _ = (cells.impressions(bytes), cells.conversions(bytes), cells.totals_spend(bytes));
        if let Err(CellFault { hint: Some(hint), .. }) = cells.revenue(bytes) {
            prop_assert!(hint.chars().count() < 400 && !hint.contains(char::is_control));
        }
    }
}
