//! `experiments.csv`: each lift test of an account beside what history alone expects of it. Amounts in
//! major units, over all of the test.

use super::estimate_text;
use super::plans::written;
use crate::advice::uncertainty::experiments::Reading;
use crate::domain::text::spreadsheet_safe;

/// The columns.
const COLUMNS: [&str; 14] = [
    "experiment",
    "channel",
    "first_day",
    "last_day",
    "spend_change",
    "lift",
    "error",
    "error_used",
    "expected_by_history",
    "expected_low",
    "expected_high",
    "standard_errors_apart",
    "verdict",
    "text",
];

/// One row for each test, in the order of the account's file.
pub fn experiments_csv(readings: &[Reading]) -> Vec<u8> {
    let may = |value: Option<f64>| value.map(estimate_text).unwrap_or_default();
    let rows = readings.iter().map(|reading| {
        let test = &reading.experiment;
        vec![
            spreadsheet_safe(&test.name),
            spreadsheet_safe(test.channel.as_str()),
            test.first_day.to_string(),
            test.last_day.to_string(),
            may(reading.spend_change),
            estimate_text(test.lift),
            estimate_text(test.error),
            may(reading.error_used),
            may(reading.expected.map(|it| it.mean)),
            may(reading.expected.map(|it| it.low)),
            may(reading.expected.map(|it| it.high)),
            may(reading.distance),
            reading.verdict.name().to_owned(),
            spreadsheet_safe(&reading.text()),
        ]
    });
    written(&COLUMNS.map(str::to_owned), rows)
}
