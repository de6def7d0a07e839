//! Daily rows → `daily_processed.csv`: the table `facebook_ads` of the mart, for people without SQL.

use csv::{Terminator, WriterBuilder};

use super::mart::{Cell, Kind, MartInput, daily_table};
use crate::domain::Currency;
use crate::domain::text::{escape, spreadsheet_safe};

/// Decimals of a quotient, and the most of a count.
const RATIO_DIGITS: u8 = 6;

/// Up to here doubles hold each whole number.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// Room for the sixteen digits of such a number, its point, and a zero before it.
const PLACES: usize = 18;

/// A header and one row per day and channel. Money has every digit of the minor unit, a quotient six
/// decimals, a count those that it has; what isn't known is an empty cell, never a 0.
pub fn daily_processed_csv(input: &MartInput<'_>) -> Vec<u8> {
    let table = daily_table(input);
    let mut writer =
        WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(Vec::new());
    let header = table.columns.iter().map(|column| column.name.as_str());
    writer.write_record(header).expect("memory takes every row");
    let (mut field, currency) = (String::new(), input.currency);
    for row in &table.rows {
        for (cell, column) in row.iter().zip(&table.columns) {
            field.clear();
            write_cell(&mut field, cell, column.kind, currency);
            writer.write_field(&field).expect("memory takes every row");
        }
        writer.write_record(None::<&[u8]>).expect("memory takes every row");
    }
    writer.into_inner().expect("memory takes every row")
}

/// Writes `cell` to the end of `field`, which is empty.
fn write_cell(field: &mut String, cell: &Cell<'_>, kind: Kind, currency: Currency) {
    match (cell, kind) {
        (Cell::Null, _) => {}
        (Cell::Whole(number), _) => field.push_str(&number.to_string()),
        (Cell::Text(text), _) => write_text(field, text),
        (Cell::Real(value), Kind::Money) => write_decimal(field, *value, currency.minor_digits()),
        (Cell::Real(value), Kind::Count) => {
            write_decimal(field, *value, RATIO_DIGITS);
            let digits = field.trim_end_matches('0').trim_end_matches('.').len();
            field.truncate(digits);
        }
        (Cell::Real(value), _) => write_decimal(field, *value, RATIO_DIGITS),
    }
}

/// As a spreadsheet may read it; plain text, which most is, at once.
fn write_text(field: &mut String, text: &str) {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'_');
    match text.as_bytes() {
        [first, rest @ ..]
            if is_plain(*first) && rest.iter().all(|byte| is_plain(*byte) || *byte == b'-') =>
        {
            field.push_str(text);
        }
        _ => field.push_str(&spreadsheet_safe(&escape(text))),
    }
}

/// With `digits` decimals; a figure that rounds to 0 has no sign.
fn write_decimal(field: &mut String, value: f64, digits: u8) {
    let shifted = libm::rint(value * f64::from(10u32.pow(u32::from(digits))));
    if shifted.abs() >= WHOLE_MAX {
        field.push_str(&format!("{value:.*}", usize::from(digits)));
        return;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below the bound")]
    let mut rest = (shifted as i64).unsigned_abs();
    let mut places = [b'0'; PLACES];
    let mut at = PLACES;
    for place in 0.. {
        if place == digits && digits > 0 {
            at -= 1;
            places[at] = b'.';
        }
        if rest == 0 && place > digits {
            break;
        }
        at -= 1;
        places[at] = b'0' + u8::try_from(rest % 10).expect("a digit");
        rest /= 10;
    }
    if shifted < 0.0 {
        field.push('-');
    }
    field.extend(places[at..].iter().copied().map(char::from));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advice::mmm::rows::DailyRow;

    fn row(day: &str, channel: &str, spend: Option<f64>) -> DailyRow {
        DailyRow {
            day: day.parse().expect("a day"),
            channel: channel.to_owned(),
            spend,
            impressions: Some(3000.0),
            clicks: Some(90.0),
            conversions: Some(1.5),
            revenue: spend.map(|spend| -spend),
        }
    }

    fn lines(rows: &[DailyRow], code: &str) -> Vec<String> {
        let input = MartInput {
            account: "main",
            week: None,
            currency: Currency::from_code(code).expect("known"),
            rows,
            changes: &[],
            sources: &[],
            model: Err("none"),
        };
        let bytes = daily_processed_csv(&input);
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert!(text.ends_with('\n') && !text.contains('\r'));
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn money_has_its_minor_digits_and_a_quotient_six() {
        // 25 December 2025 is a Thursday. 90 / 3000, 12.5 / 90, 1.5 / 90, 12.5 / 1.5, −12.5 / 12.5.
        let rows = [row("2025-12-25", "Brand_A", Some(12.5))];
        let row = "2025-12-25,Brand_A,12.50,3000,90,1.5,-12.50,3,Thursday,0,12,4,2025,1,0.030000,\
                   0.138889,0.016667,8.333333,-1.000000,12.50,3000,90,1.5,-12.50,,,12.500000,1.5,0,\
                   Brand,2025-12";
        assert_eq!(lines(&rows, "USD")[1], row);
        let yen = &lines(&rows, "JPY")[1];
        assert!(yen.starts_with("2025-12-25,Brand_A,12,3000,90,1.5,-12,"), "{yen}");
    }

    #[test]
    fn a_decimal_has_its_digits_whatever_its_size() {
        let shown = |value: f64, digits: u8| {
            let mut field = String::new();
            write_decimal(&mut field, value, digits);
            field
        };
        assert_eq!(shown(0.0, 0), "0");
        assert_eq!(shown(-0.004, 2), "0.00");
        assert_eq!(shown(-0.006, 2), "-0.01");
        assert_eq!(shown(1234.5, 2), "1234.50");
        assert_eq!(shown(120.0, 0), "120");
        assert_eq!(shown(0.125, 2), "0.12");
        // 2⁵³ − 1 is the largest in its way; then as many digits, and what lies above.
        assert_eq!(shown(9_007_199_254_740_991.0, 0), "9007199254740991");
        assert_eq!(shown(-9_007_199_254.5, 6), "-9007199254.500000");
        assert_eq!(shown(1e17, 2), "100000000000000000.00");
    }

    #[test]
    fn what_is_not_known_is_an_empty_cell() {
        let lines = lines(&[row("2025-12-25", "Brand_A", None)], "USD");
        assert!(lines[1].starts_with("2025-12-25,Brand_A,,3000,90,1.5,,3,Thursday,"), "{lines:?}");
    }

    #[test]
    fn a_name_never_becomes_a_formula_or_a_line() {
        let lines = lines(&[row("2025-12-25", "=1+1,\"a\"\nb", Some(0.0))], "USD");
        assert_eq!(lines.len(), 2);
        assert!(lines[1].starts_with("2025-12-25,\"'=1+1,\"\"a\"\"\\nb\",0.00,"), "{lines:?}");
        // Nothing earned is 0.00, and never -0.00.
        assert!(!lines[1].contains("-0.0"), "{lines:?}");
    }
}
