//! Amounts in every way of writing, with values computed by hand or by another program.

mod counts;
mod properties;
mod samples;

use super::*;
use crate::domain::Money;
use crate::domain::source::{Numbers, Thousands};

fn currency(code: &str) -> Currency {
    Currency::from_code(code).expect("a known currency")
}

fn reader(code: &str, numbers: Numbers) -> CellReader {
    CellReader::new(&Source { numbers, ..Source::long() }, currency(code))
}

fn plain() -> CellReader {
    reader("INR", Numbers::default())
}

/// A source of decimal mark and thousands marks.
fn style(decimal: char, thousands: Thousands) -> Numbers {
    Numbers { decimal, thousands, ..Numbers::default() }
}

fn with_marks(thousands: Thousands) -> Numbers {
    Numbers { currency_marks: true, thousands, ..Numbers::default() }
}

#[expect(clippy::unnecessary_wraps, reason = "compared with what a reader returns")]
fn minor(minor: i128) -> Result<Option<FineMoney>, CellFault> {
    Ok(Some(Money::from_minor(minor).into()))
}

#[expect(clippy::unnecessary_wraps, reason = "compared with what a reader returns")]
fn fine(minor: i128, rest: u64) -> Result<Option<FineMoney>, CellFault> {
    Ok(FineMoney::new(Money::from_minor(minor), rest))
}

fn refused(cells: &CellReader, text: &str) -> (&'static str, String) {
    let fault = cells.revenue(text.as_bytes()).expect_err(text);
    (fault.reason.code(), fault.hint.unwrap_or_default())
}

#[test]
fn an_amount_is_a_plain_decimal_of_the_minor_unit() {
    let cells = plain();
    for (text, value) in [("0", 0), ("-0.00", 0), ("12.5", 1250), ("12.500", 1250), ("007", 700)] {
        assert_eq!(cells.spend(text.as_bytes()), minor(value), "{text}");
    }
    let most = Money::CELL_MAX.minor();
    assert_eq!(cells.spend(b"10000000000000.00"), minor(most));
    assert_eq!(refused(&cells, "10000000000000.01").0, "amount_too_large");
    assert_eq!(refused(&cells, &"9".repeat(400)).0, "amount_too_large");
}

#[test]
fn each_style_has_its_figures() {
    use Thousands::{Apostrophe, Comma, None, Point, Space};
    for (decimal, thousands, text, value) in [
        ('.', Comma, "1,234.56", 123_456),
        ('.', Comma, "1234.56", 123_456),
        ('.', Comma, "1,234,567", 123_456_700),
        ('.', Comma, "12,34,567.80", 123_456_780),
        ('.', Comma, "4,12,300.50", 41_230_050),
        ('.', Comma, "12,345", 1_234_500),
        (',', Point, "1.234,56", 123_456),
        (',', Point, "45.012", 4_501_200),
        (',', Point, "0,5", 50),
        (',', None, "1234,56", 123_456),
        (',', Space, "1 234,56", 123_456),
        (',', Space, "1\u{A0}234,56", 123_456),
        (',', Space, "1\u{202F}860,05", 186_005),
        (',', Space, "1\u{2009}234\u{2009}567,5", 123_456_750),
        ('.', Apostrophe, "1'234.56", 123_456),
        ('.', Apostrophe, "1\u{2019}234.56", 123_456),
    ] {
        let cells = reader("EUR", style(decimal, thousands));
        for around in ["", " ", "\u{A0}", "\u{202F}", "\u{2009} "] {
            let text = format!("{around}{text}{around}");
            assert_eq!(cells.spend(text.as_bytes()), minor(value), "{text:?} {thousands:?}");
        }
    }
}

#[test]
fn groups_of_other_lengths_are_refused_and_never_guessed() {
    let cells = reader("INR", style('.', Thousands::Comma));
    for text in ["1,23", "12,34.5", "1,2345", "1234,567", ",123", "1,", "1,,234", "123,45,678"] {
        let (code, hint) = refused(&cells, text);
        assert_eq!(code, "not_an_amount", "{text}");
        assert_eq!(
            hint,
            "groups have three digits, or two before the last three, all with the same mark: \
             1,234.50 or 4,12,300.50",
            "{text}"
        );
    }
    for text in ["0,123", "1,234.567,8", "1.234,567", "12,345,67,890", "1,234.", "1 234"] {
        assert_eq!(refused(&cells, text).0, "not_an_amount", "{text}");
    }
    let spaced = reader("EUR", style(',', Thousands::Space));
    for text in ["1 234\u{A0}567", "1  234", "1 23", "1\u{2003}234"] {
        assert_eq!(refused(&spaced, text).0, "not_an_amount", "{text}");
    }
    let pointed = reader("EUR", style(',', Thousands::Point));
    for text in ["45.01", "1234.56", "1.23", "45.0120", "0.123"] {
        let (code, hint) = refused(&pointed, text);
        assert_eq!(code, "not_an_amount", "{text}");
        assert!(hint.ends_with("1.234,50 or 4.12.300,50"), "{text}: {hint}");
    }
}

#[test]
fn an_amount_may_carry_the_mark_of_the_account_alone() {
    let rupees = reader("INR", with_marks(Thousands::Comma));
    for (text, value) in [
        ("₹4,12,300.50", 41_230_050),
        ("₹\u{A0}3,60,523.24", 36_052_324),
        ("₹ 12", 1200),
        ("12₹", 1200),
        ("INR 12.50", 1250),
        ("12.50\u{202F}INR", 1250),
        ("12.5", 1250),
    ] {
        assert_eq!(rupees.spend(text.as_bytes()), minor(value), "{text}");
    }
    let dollars = reader("USD", with_marks(Thousands::Comma));
    assert_eq!(dollars.spend(b"US$1,176.73"), minor(117_673));
    assert_eq!(dollars.spend(b"US$27.35"), minor(2735));
    assert_eq!(dollars.spend(b"USD 650.13"), minor(65_013));
    let euros = Numbers { currency_marks: true, ..style(',', Thousands::Space) };
    assert_eq!(reader("EUR", euros).spend("1\u{202F}860,05\u{A0}€".as_bytes()), minor(186_005));
    for text in ["₹₹12", "INR ₹12", "₹", "INR", "₹ 1,23", "₹12₹", "₹--", "12 ₹ 5"]
    {
        assert_eq!(refused(&rupees, text).0, "not_an_amount", "{text}");
    }
    for text in ["US$12", "12 EUR", "€5", "£1,234.00", "-€5", "12 CA$"] {
        assert_eq!(refused(&rupees, text).0, "other_currency", "{text}");
    }
    assert_eq!(refused(&reader("AUD", with_marks(Thousands::None)), "12 CA$").0, "other_currency");
}

#[test]
fn a_mark_that_several_currencies_share_is_taken_by_none() {
    for (code, text) in [("USD", "$12"), ("CAD", "$12"), ("JPY", "¥12"), ("SEK", "12 kr")] {
        let (reason, hint) = refused(&reader(code, with_marks(Thousands::None)), text);
        assert_eq!(reason, "shared_mark", "{text}");
        assert_eq!(hint, format!("export the currency's code instead; this account is in {code}"));
    }
    assert_eq!(refused(&reader("INR", with_marks(Thousands::None)), "Rs. 12").0, "shared_mark");
}

#[test]
fn below_zero_is_revenue_where_its_source_accepts_it_and_spend_never() {
    let numbers = with_marks(Thousands::Comma);
    let source = Source { numbers, allow_negative_revenue: true, ..Source::long() };
    let cells = CellReader::new(&source, currency("INR"));
    let ways =
        ["-12.50", "(12.50)", "\u{2212}12.50", "-₹12.50", "₹-12.50", "(₹ 12.50)", "₹(12.50)"];
    for text in ways {
        assert_eq!(cells.revenue(text.as_bytes()), minor(-1250), "{text}");
        assert_eq!(cells.outcome(text.as_bytes()), minor(-1250), "{text}");
        assert_eq!(cells.totals_revenue(text.as_bytes()), minor(-1250), "{text}");
        for fault in [cells.spend(text.as_bytes()), cells.totals_spend(text.as_bytes())] {
            assert_eq!(fault.expect_err(text).reason.code(), "negative_amount");
        }
    }
    for text in ["--12", "(-12)", "-(12)", "-₹-12", "12-", "(12", "+12", "- 12", "(₹-12)"] {
        assert_eq!(refused(&cells, text).0, "not_an_amount", "{text}");
    }
    for text in ["-1", "-1,234.00", "(12.50)", "-0.01"] {
        assert_eq!(refused(&plain(), text).0, "negative_amount", "{text}");
    }
}

#[test]
fn exponents_are_read_exactly_where_the_source_has_them() {
    let cells = reader("INR", Numbers { exponents: true, ..Numbers::default() });
    for (text, value) in [
        ("1.2e3", 120_000),
        ("1.426697e+06", 142_669_700),
        ("1.4E6", 140_000_000),
        ("5e-1", 50),
        ("0e999", 0),
        ("0.00001e5", 100),
    ] {
        assert_eq!(cells.spend(text.as_bytes()), minor(value), "{text}");
    }
    assert_eq!(cells.impressions(b"1.426697e+06"), Ok(Some(1_426_697)));
    for text in ["1e", "e5", "1e5.0", "1e+-5", "1e1000", "1e 5", "1e5e5", ".5e1"] {
        assert_eq!(refused(&cells, text).0, "not_an_amount", "{text}");
    }
    assert_eq!(refused(&cells, "1e14").0, "amount_too_large");
    assert_eq!(refused(&cells, "1e999").0, "amount_too_large");
    assert_eq!(refused(&cells, "1e-999").0, "too_fine");
    let grouped = Numbers { exponents: true, ..style('.', Thousands::Comma) };
    assert_eq!(refused(&reader("INR", grouped), "1,234e2").0, "not_an_amount");
}

#[test]
fn what_is_finer_than_the_minor_unit_is_kept_exactly_where_the_source_rounds() {
    let cells = reader("EUR", Numbers { round: true, exponents: true, ..Numbers::default() });
    // 0.005 is half a cent; 68.1843 is 6818 cents and 0.43 of one.
    assert_eq!(cells.spend(b"0.005"), fine(0, 500_000_000_000_000_000));
    assert_eq!(cells.spend(b"68.1843"), fine(6818, 430_000_000_000_000_000));
    assert_eq!(cells.spend(b"0.09291813348931144"), fine(9, 291_813_348_931_144_000));
    // The twentieth digit behind the point is the last that is kept; beyond it a half goes to even.
    assert_eq!(cells.spend(b"0.000000000000000000015"), fine(0, 2));
    assert_eq!(cells.spend(b"0.000000000000000000025"), fine(0, 2));
    assert_eq!(cells.spend(b"0.0000000000000000000250000001"), fine(0, 3));
    assert_eq!(cells.spend(b"1e-300"), fine(0, 0));
    assert_eq!(cells.spend(format!("0.{}", "9".repeat(400)).as_bytes()), fine(100, 0));
    let most = cells.spend(b"10000000000000.001").expect_err("above the bound");
    assert_eq!(most.reason.code(), "amount_too_large");
    let refunds = Source {
        numbers: Numbers { round: true, ..Numbers::default() },
        allow_negative_revenue: true,
        ..Source::long()
    };
    let refunds = CellReader::new(&refunds, currency("EUR"));
    assert_eq!(refunds.revenue(b"-0.005"), fine(-1, 500_000_000_000_000_000));
    assert_eq!(refused(&plain(), "1.005").0, "too_fine");
    assert_eq!(
        refused(&plain(), "1.005").1,
        "export it with 2 digits, or set round = true for the source"
    );
}

#[test]
fn amounts_are_counted_in_the_unit_of_their_column() {
    let units = |unit, round| Numbers { spend_unit: unit, round, ..Numbers::default() };
    let micros = reader("EUR", units(Unit::Micros, true));
    assert_eq!(micros.spend(b"68184300"), fine(6818, 430_000_000_000_000_000));
    assert_eq!(micros.spend(b"68180000"), minor(6818));
    assert_eq!(micros.revenue(b"71.0"), minor(7100));
    // The three days of google_ads_micros_eur.csv: 428.2258 euros.
    let days: [&[u8]; 6] =
        [b"68184300", b"83624300", b"53224300", b"89324300", b"46394300", b"87474300"];
    let sum = days.iter().fold(FineMoney::ZERO, |sum, cell| {
        sum.plus(micros.spend(cell).expect("micros").expect("stated"))
    });
    assert_eq!(sum.rounded(), Money::from_minor(42_823));
    assert_eq!(sum.rest(), 580_000_000_000_000_000);
    let strict = reader("EUR", units(Unit::Micros, false));
    assert_eq!(strict.spend(b"68180000"), minor(6818));
    let fault = strict.spend(b"68184300").expect_err("finer than a cent");
    assert_eq!(
        fault.hint.as_deref(),
        Some("it is counted in micros; set round = true for the source")
    );
    let yen = reader("JPY", units(Unit::Micros, true));
    assert_eq!(yen.spend(b"1500000"), fine(1, 500_000_000_000_000_000));
    let cents = reader("EUR", units(Unit::Minor, false));
    assert_eq!(cents.spend(b"1234"), minor(1234));
    assert_eq!(cents.spend(b"1234.0"), minor(1234));
    assert_eq!(cents.spend(b"1234.5").expect_err("half a cent").reason.code(), "too_fine");
}

#[test]
fn a_totals_row_has_its_own_unit_and_may_lack_figures() {
    let mut source = Source::long();
    source.numbers = Numbers { spend_unit: Unit::Micros, round: true, ..Numbers::default() };
    source.totals.unit = Some(Unit::Major);
    let cells = CellReader::new(&source, currency("EUR"));
    assert_eq!(cells.totals_spend(b"428.23"), minor(42_823));
    for text in ["", "--", " \u{2014}"] {
        assert_eq!(cells.totals_spend(text.as_bytes()), Ok(None));
        assert_eq!(cells.totals_revenue(text.as_bytes()), Ok(None));
        assert!(cells.spend(text.as_bytes()).is_err());
    }
    source.totals.unit = None;
    let cells = CellReader::new(&source, currency("EUR"));
    assert_eq!(cells.totals_spend(b"428230000"), minor(42_823));
}

#[test]
fn blanks_and_dashes_mean_what_the_source_says_of_their_measure() {
    let blank = Meanings { spend: Meaning::Zero, ..Meanings::default() };
    let dashes = Meanings { revenue: Meaning::Zero, ..Meanings::all(Meaning::Absent) };
    let source = Source { blank, dashes, ..Source::long() };
    let cells = CellReader::new(&source, currency("INR"));
    assert_eq!(cells.spend(b""), minor(0));
    assert_eq!(cells.spend(b" \xC2\xA0"), minor(0));
    assert_eq!(cells.clicks(b""), Ok(None));
    for text in ["--", " --", "-", "\u{2014}", "\u{2013}", "--\u{A0}"] {
        assert_eq!(cells.spend(text.as_bytes()), Ok(None), "{text}");
        assert_eq!(cells.revenue(text.as_bytes()), minor(0), "{text}");
        assert_eq!(cells.impressions(text.as_bytes()), Ok(None), "{text}");
        assert_eq!(cells.conversions(text.as_bytes()), Ok(None), "{text}");
    }
    for text in ["---", "- -", "\u{2014}\u{2014}", "n/a", "-.", "\u{2212}"] {
        assert!(cells.spend(text.as_bytes()).is_err(), "{text}");
    }
    let fault = cells.revenue(b"").expect_err("revenue must be stated");
    assert_eq!(fault.reason, FaultReason::BlankCell);
    assert_eq!(
        fault.hint.as_deref(),
        Some(
            "write 0 where there was nothing, or say what it means for the source: \
              [sources.blank] revenue = \"zero\""
        )
    );
    let fault = plain().clicks(b"--").expect_err("dashes are refused as shipped");
    assert_eq!(fault.reason, FaultReason::NotAWholeNumber);
    assert!(fault.hint.expect("a remedy").ends_with("[sources.dashes] clicks = \"absent\""));
}

#[test]
fn a_product_of_two_columns_is_exact_and_under_the_rules_of_revenue() {
    let cells = reader("USD", Numbers { round: true, ..Numbers::default() });
    let factor = |text: &str| cells.factor(text.as_bytes()).expect(text).expect("stated");
    // 340283293.3 × 0.019953533625 is 6789854.1348872872125 by another program.
    let product = factor("340283293.3").times(factor("0.019953533625"), &cells);
    assert_eq!(product.map(Some), fine(678_985_413, 488_728_721_250_000_000));
    // 0.1 × 0.1 is one cent, and 986.4357106492569 × 5.000322281419192 by another program.
    assert_eq!(factor("0.1").times(factor("0.10"), &cells).map(Some), minor(1));
    let product = factor("986.4357106492569").times(factor("5.000322281419192"), &cells);
    assert_eq!(product.map(Some), fine(493_249, 646_314_705_421_158_147));
    let strict = plain();
    let half = strict.factor(b"0.5").expect("a factor").expect("stated");
    let fault = half.times(strict.factor(b"0.01").expect("a factor").expect("stated"), &strict);
    assert_eq!(fault.expect_err("half a paisa").reason.code(), "too_fine");
    let minus = strict.factor(b"-2").expect("a factor").expect("stated");
    assert_eq!(
        minus.times(half, &strict).expect_err("below zero").reason.code(),
        "negative_amount"
    );
    assert_eq!(minus.times(minus, &strict).map(Some), minor(400));
    assert!(cells.factor(b"0.12345678901234567890").expect("19 digits").is_some());
    assert!(cells.factor(b"0.12345678901234567891").is_err());
    assert_eq!(cells.factor(b"").expect_err("revenue must be stated").reason.code(), "blank_cell");
}

#[test]
fn each_way_of_writing_an_amount_wrongly_has_its_remedy() {
    let alone = ", or set currency_marks = true";
    let cases = [
        (
            "12,5",
            "not_an_amount",
            "this source expects a decimal point: 12.5, or set decimal = \",\" for the source",
        ),
        (
            "1.234,56",
            "not_an_amount",
            "this source expects a decimal point: 1234.56, or set decimal = \",\" and thousands = \".\" for the source",
        ),
        (
            "1\u{202f}860,05",
            "not_an_amount",
            "this source expects a decimal point: 1860.05, or set decimal = \",\" and thousands = \"space\" for the source",
        ),
        (
            "0,123",
            "not_an_amount",
            "this source expects a decimal point: 0.123, or set decimal = \",\" for the source",
        ),
        (
            "1,234",
            "not_an_amount",
            "write it without thousands marks: 1234, or set thousands = \",\" for the source",
        ),
        (
            "12,34,567.8",
            "not_an_amount",
            "write it without thousands marks: 1234567.8, or set thousands = \",\" for the source",
        ),
        (
            "1.2e3",
            "not_an_amount",
            "write all its digits, without an exponent, or set exponents = true for the source",
        ),
        ("40%", "not_an_amount", "this is a share; the column holds amounts"),
        ("n/a", "not_an_amount", "write 0 where there was nothing"),
        (".5", "not_an_amount", "write plain digits with a decimal point, such as 1234.50"),
        ("much", "not_an_amount", "write plain digits with a decimal point, such as 1234.50"),
        (
            "₹1,234",
            "currency_mark",
            &format!("write the figure alone: 1234{alone} and thousands = \",\" for the source"),
        ),
        ("₹250", "currency_mark", &format!("write the figure alone: 250{alone} for the source")),
        ("Rs. 12.50", "currency_mark", "write the figure alone: 12.50"),
        (
            "$12",
            "currency_mark",
            "\"$\" is no mark of INR, the account's currency: is this file meant for another account?",
        ),
        ("inf", "infinite_amount", "a division by zero, perhaps"),
        ("-Infinity", "infinite_amount", "a division by zero, perhaps"),
        ("NaN", "infinite_amount", "a division by zero, perhaps"),
    ];
    for (text, code, hint) in cases {
        assert_eq!(refused(&plain(), text), (code, hint.to_owned()), "{text}");
    }
    let german = reader("EUR", style(',', Thousands::None));
    assert_eq!(
        refused(&german, "1,234.56").1,
        "this source expects a decimal comma: 1234,56, or set decimal = \".\" and thousands = \",\" for the source"
    );
    for text in ["US$650.13", "12 USD", "€5", "EUR 5"] {
        assert_eq!(refused(&plain(), text).0, "other_currency", "{text}");
    }
}
