//! Daily rows and what a model says of them → the tables of `marketing.db`, as values that
//! `store::mart` turns into bytes. Figures are estimates in major units: nothing here decides.

mod daily;
mod fitted;
mod meta;
mod model;
mod names;
mod table;

pub use fitted::{Planned, fitted_model};
pub use model::{
    CoefficientRow, ContributionRow, FeatureKind, MartModel, MartPlan, PerformanceRow,
    PredictionRow, ScenarioRow,
};
pub use table::{Cell, Column, Kind, Table};

use crate::advice::mmm::cleaning::Change;
use crate::advice::mmm::rows::DailyRow;
use crate::domain::{Currency, Day, Digest, Week};

/// The number of the tables' description in `docs/formats.md`; the database states it as its
/// `user_version`. It grows when a column changes its meaning or goes away.
pub const MART_FORMAT: u32 = 1;

/// The most daily rows of a database: 12 channels for 13 years, about 20 MB. Of more, the newest
/// whole days are taken, and `meta` says from when on.
const ROWS_MAX: usize = 60_000;

/// What the tables are made from.
#[derive(Debug, Clone)]
pub struct MartInput<'a> {
    /// Whose figures they are.
    pub account: &'a str,
    /// The week whose bundle they lie in; `None` outside of one.
    pub week: Option<Week>,
    /// The currency of all money.
    pub currency: Currency,
    /// What each channel did on each day, cleaned or as it stands in the ledger.
    pub rows: &'a [DailyRow],
    /// What was changed in `rows` before.
    pub changes: &'a [Change],
    /// The files that `rows` come from, by name, with their digests.
    pub sources: &'a [(String, Digest)],
    /// What a model says, or why there is none.
    pub model: Result<&'a MartModel, &'a str>,
}

/// All tables, `facebook_ads` first and `meta` last. Without a model the others are there, and empty.
pub fn tables<'a>(input: &MartInput<'a>) -> Vec<Table<'a>> {
    let mut tables = vec![daily_table(input)];
    match input.model {
        Ok(model) => tables.extend(model::tables(model)),
        Err(_) => tables.extend(model::tables(&MartModel::default()).map(without_rows)),
    }
    tables.push(meta::meta(input, &tables[0]));
    tables
}

/// The first table alone: what `daily_processed.csv` is made from.
pub(super) fn daily_table<'a>(input: &MartInput<'a>) -> Table<'a> {
    daily::facebook_ads(input.rows, input.currency, left_out_to(input.rows, ROWS_MAX))
}

/// The newest day that is left out, where there are more than `rows_max` rows.
fn left_out_to(rows: &[DailyRow], rows_max: usize) -> Option<Day> {
    if rows.len() <= rows_max {
        return None;
    }
    let mut days: Vec<Day> = rows.iter().map(|row| row.day).collect();
    days.sort_unstable_by(|one, other| other.cmp(one));
    Some(days[rows_max])
}

/// The same columns, whatever the rows were made from.
fn without_rows<'a>(table: Table<'_>) -> Table<'a> {
    Table {
        name: table.name,
        views: table.views,
        columns: table.columns,
        primary_key: table.primary_key,
        indexes: table.indexes,
        rows: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_too_many_rows_the_newest_whole_days_stay() {
        let rows: Vec<DailyRow> = [("2026-01-01", "a"), ("2026-01-02", "a"), ("2026-01-02", "b")]
            .into_iter()
            .map(|(day, channel)| DailyRow {
                day: day.parse().expect("a day"),
                channel: channel.to_owned(),
                spend: Some(1.0),
                impressions: None,
                clicks: None,
                conversions: None,
                revenue: None,
            })
            .collect();
        let day = |text: &str| Some(text.parse().expect("a day"));
        assert_eq!(left_out_to(&rows, 3), None);
        assert_eq!(left_out_to(&rows, 2), day("2026-01-01"));
        // One row of the second does not fit, and so the whole day doesn't.
        assert_eq!(left_out_to(&rows, 1), day("2026-01-02"));
        let usd = Currency::from_code("USD").expect("known");
        let table = daily::facebook_ads(&rows, usd, day("2026-01-01"));
        assert_eq!(table.rows.len(), 2);
        // What was left out is still what lay before.
        assert_eq!(table.rows[0][24], Cell::Real(1.0), "{:?}", table.columns[24]);
    }
}
