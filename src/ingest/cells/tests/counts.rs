//! Counts, conversions, controls and currency codes.

use super::*;

#[test]
fn counts_are_whole_and_may_be_blank() {
    let cells = plain();
    assert_eq!(cells.impressions(b"1200"), Ok(Some(1200)));
    assert_eq!(cells.impressions(b"1234.0"), Ok(Some(1234)));
    assert_eq!(cells.impressions(b""), Ok(None));
    for text in ["1.5", "-1", "1,200", "many", "1e3", "(5)", "₹5", "40%"] {
        let fault = cells.clicks(text.as_bytes()).expect_err(text);
        assert_eq!(fault.reason, FaultReason::NotAWholeNumber, "{text}");
    }
    for text in ["100000000001", "100000000001.0", "99999999999999999999999", &"9".repeat(60)] {
        let fault = cells.clicks(text.as_bytes()).expect_err(text);
        assert_eq!(fault.reason, FaultReason::CountTooLarge { max: 100_000_000_000 }, "{text}");
    }
    let comma = reader("INR", style('.', Thousands::Comma));
    assert_eq!(comma.impressions(b"79,485"), Ok(Some(79_485)));
    assert_eq!(comma.impressions(b"36,22,080"), Ok(Some(3_622_080)));
    let german = reader("EUR", style(',', Thousands::Point));
    assert_eq!(german.impressions(b"45.012"), Ok(Some(45_012)));
    assert!(german.impressions(b"45,012").is_err());
    let french = reader("EUR", style(',', Thousands::Space));
    assert_eq!(french.impressions("223\u{202F}219".as_bytes()), Ok(Some(223_219)));
    assert_eq!(french.conversions(b"89,00"), Ok(Some(Conversions::from_millionths(89_000_000))));
}

#[test]
fn counts_of_weeks_are_rounded_half_to_even_where_the_source_rounds() {
    let numbers = Numbers { round: true, ..Numbers::default() };
    let daily = Source { numbers, ..Source::long() };
    let weekly = Source { grain: Grain::Week, ..daily.clone() };
    let cells = CellReader::new(&weekly, currency("EUR"));
    for (text, count) in
        [("59432757.6381927", 59_432_758), ("0.5", 0), ("1.5", 2), ("2.5", 2), ("2.50001", 3)]
    {
        assert_eq!(cells.impressions(text.as_bytes()), Ok(Some(count)), "{text}");
    }
    let third = cells.conversions(b"0.33333333333").expect("rounded");
    assert_eq!(third, Some(Conversions::from_millionths(333_333)));
    assert!(CellReader::new(&daily, currency("EUR")).impressions(b"1.5").is_err());
    let strict = Source { numbers: Numbers::default(), ..weekly };
    let fault = CellReader::new(&strict, currency("EUR")).clicks(b"1.5").expect_err("not whole");
    assert_eq!(fault.hint.as_deref(), Some("set round = true for the source to round its counts"));
}

#[test]
fn conversions_may_have_six_digits_behind_the_point() {
    let cells = plain();
    assert_eq!(cells.conversions(b"0.000001"), Ok(Some(Conversions::from_millionths(1))));
    assert_eq!(cells.conversions(b""), Ok(None));
    assert_eq!(cells.conversions(b"1000000000000"), Ok(Some(Conversions::CELL_MAX)));
    for text in ["0.0000001", "-1", "1,5", "few"] {
        let fault = cells.conversions(text.as_bytes()).expect_err(text);
        assert_eq!(fault.reason, FaultReason::NotConversions, "{text}");
    }
    for text in ["1000000000000000", "1000000000000.000001", "99999999999999999999999999"] {
        let fault = cells.conversions(text.as_bytes()).expect_err(text);
        assert_eq!(fault.reason, FaultReason::CountTooLarge { max: 1_000_000_000_000 }, "{text}");
    }
}

#[test]
fn a_control_is_a_plain_figure_or_the_text_itself() {
    let cells = reader("GBP", Numbers { exponents: true, ..with_marks(Thousands::Comma) });
    for (text, expected) in [
        ("1.93%", "0.0193"),
        ("1.93 %", "0.0193"),
        ("< 10%", "0.1"),
        ("<10%", "0.1"),
        ("> 90%", "0.9"),
        ("-12.5%", "-0.125"),
        ("1.4e6", "1400000"),
        ("1,234.50", "1234.5"),
        ("£12.30", "12.3"),
        ("-1.951844745800397", "-1.951844745800397"),
        ("0.0", "0"),
        ("na", "na"),
        (" event1 ", "event1"),
        ("< 10", "< 10"),
        ("--", "--"),
        ("", ""),
        ("1,23", "1,23"),
        ("1e300", "1e300"),
        ("%", "%"),
        ("50% off", "50% off"),
        ("$5", "$5"),
    ] {
        assert_eq!(cells.control(text.as_bytes()).as_deref(), Ok(expected), "{text}");
    }
    assert_eq!(plain().control(b"1.4e6").as_deref(), Ok("1.4e6"));
    assert!(cells.control(b"a\nb").is_err());
    assert!(cells.control("x".repeat(801).as_bytes()).is_err());
}

#[test]
fn a_currency_cell_is_the_account_s_own_or_not() {
    let cells = plain();
    assert_eq!(cells.currency(b" INR "), CurrencyCell::Own);
    assert_eq!(cells.currency(b"inr"), CurrencyCell::Own);
    assert_eq!(cells.currency("\u{A0}".as_bytes()), CurrencyCell::Blank);
    for text in ["USD", "INRR", "₹", "rupees"] {
        assert_eq!(cells.currency(text.as_bytes()), CurrencyCell::Other, "{text}");
    }
}
