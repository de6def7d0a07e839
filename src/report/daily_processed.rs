//! Daily rows → `daily_processed.csv`: the table `facebook_ads` of the mart, for people without SQL.

use csv::{Terminator, WriterBuilder};

use super::mart::{Cell, Column, Kind, MartInput, daily_table};
use crate::domain::Currency;
use crate::domain::text::{escape, spreadsheet_safe};

/// A header and one row per day and channel. Money has every digit of the minor unit, a quotient six
/// decimals, a count those that it has; what isn't known is an empty cell, never a 0.
pub fn daily_processed_csv(input: &MartInput<'_>) -> Vec<u8> {
    let table = daily_table(input);
    let mut writer =
        WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(Vec::new());
    let header = table.columns.iter().map(|column| column.name.as_str());
    writer.write_record(header).expect("memory takes every row");
    for row in &table.rows {
        let cells = row.iter().zip(&table.columns);
        let fields = cells.map(|(cell, column)| field(cell, column, input.currency));
        writer.write_record(fields).expect("memory takes every row");
    }
    writer.into_inner().expect("memory takes every row")
}

fn field(cell: &Cell<'_>, column: &Column, currency: Currency) -> String {
    match (cell, column.kind) {
        (Cell::Null, _) => String::new(),
        (Cell::Whole(number), _) => number.to_string(),
        (Cell::Text(text), _) => spreadsheet_safe(&escape(text)),
        (Cell::Real(value), Kind::Money) => decimal(*value, usize::from(currency.minor_digits())),
        (Cell::Real(value), Kind::Count) => {
            let digits = decimal(*value, 6);
            digits.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        (Cell::Real(value), _) => decimal(*value, 6),
    }
}

/// With `digits` decimals; a figure that rounds to 0 has no sign.
fn decimal(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|byte| matches!(byte, b'0' | b'.')) => rest.to_owned(),
        _ => text,
    }
}
