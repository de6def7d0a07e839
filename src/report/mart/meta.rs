//! What a mart was made from, in which units, and by which model → the table `meta` of keys and
//! values. It holds no time of the clock and no version of a program: the same inputs give the same
//! bytes.

use super::model::spend_columns;
use super::table::{Cell, Kind, Table, required};
use super::{MART_FORMAT, MartInput};
use crate::domain::text::escape;
use crate::report::FORMAT;
use crate::rules::ARITHMETIC;

/// One row per key, in the order of `docs/formats.md`. `daily` is the table of the days.
pub(super) fn meta<'a>(input: &MartInput<'a>, daily: &Table<'_>) -> Table<'a> {
    let mut rows = Vec::new();
    let mut say = |key: String, value: String| rows.push(vec![Cell::text(key), Cell::text(value)]);
    for (key, value) in figures(input, daily) {
        say(key.to_owned(), value);
    }
    if let Ok(model) = input.model {
        let campaigns = &model.campaigns;
        for (campaign, column) in campaigns.iter().zip(spend_columns(campaigns)) {
            say(format!("column {column}"), campaign.clone());
        }
    }
    for (position, (name, digest)) in input.sources.iter().enumerate() {
        say(format!("input {}", position + 1), format!("{digest}  {}", escape(name)));
    }
    Table {
        name: "meta",
        views: &[],
        columns: required([("key", Kind::Text), ("value", Kind::Text)]),
        primary_key: vec![0],
        indexes: Vec::new(),
        rows,
    }
}

fn figures(input: &MartInput<'_>, daily: &Table<'_>) -> Vec<(&'static str, String)> {
    let code = input.currency.code();
    let mut figures = vec![
        ("format", FORMAT.to_string()),
        ("mart_format", MART_FORMAT.to_string()),
        ("arithmetic", ARITHMETIC.to_string()),
        ("account", input.account.to_owned()),
    ];
    if let Some(week) = input.week {
        figures.push(("week_start_date", week.to_string()));
    }
    figures.push(("currency", code.to_owned()));
    figures.push(("unit_money", format!("major units of {code}")));
    figures.push(("unit_ratio", "plain number, 0.05 is 5 %".to_owned()));
    figures.push((
        "unit_percentage",
        "per cent: Percentage, Optimal_Pct, Revenue_Increase_Pct".to_owned(),
    ));
    if let Some(per) = input.model.ok().map(|model| model.plans_per).filter(|per| !per.is_empty()) {
        figures.push(("unit_plans", format!("major units of {code} per {per}")));
    }
    let day = |row: Option<&Vec<Cell<'_>>>| match row.map(|row| &row[0]) {
        Some(Cell::Text(day)) => day.to_string(),
        _ => "none".to_owned(),
    };
    figures.push(("first_day", day(daily.rows.first())));
    figures.push(("last_day", day(daily.rows.last())));
    figures.push(("rows", daily.rows.len().to_string()));
    figures.push(("rows_left_out", input.rows.len().saturating_sub(daily.rows.len()).to_string()));
    figures.push(("changes", input.changes.len().to_string()));
    match input.model {
        Ok(model) => figures.push(("model", model.name.clone())),
        Err(reason) => {
            figures.push(("model", "none".to_owned()));
            figures.push(("reason", reason.to_owned()));
        }
    }
    figures.push(("inputs", input.sources.len().to_string()));
    figures
}
