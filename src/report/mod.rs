//! Decision → bytes: the files of a bundle, the words of `explain`, and the receipt of a file. It
//! renders what is already decided and never writes a file. Text that came from outside is escaped
//! for the format it goes into. Each key is documented in `docs/formats.md`.

pub mod advice;
mod corrected;
mod csv;
mod daily_processed;
mod dropped;
mod explanation;
pub(crate) mod json;
pub mod mart;
mod opinion;
mod outlier;
pub mod page;
pub mod plots;
mod receipt;
mod spread;
mod summary;
mod table;
mod trace;
pub(crate) mod words;
mod workbook;

pub use self::csv::recommendations_csv;
pub use corrected::{corrected_text, revise_command};
pub use daily_processed::daily_processed_csv;
pub use dropped::{dropped_intro, dropped_lines, dropped_row};
pub use explanation::explanation_txt;
pub use json::{decision_json, settings_json};
pub use outlier::outlier_text;
pub use receipt::{ReceiptChannel, ReceiptInput, ReceiptOutcome, receipt, receipt_digest};
pub use spread::spread_text;
pub use summary::summary_txt;
pub use trace::{ExplainError, explain, trace_text};
pub use workbook::weekly_budget_xlsx;

use crate::domain::Week;

/// The number of the format of a bundle's files, which `decision.json` names. It grows when a key
/// or a column changes its meaning or goes away.
pub const FORMAT: u32 = 1;

/// The folder of a bundle: the week, from the second revision on with its number
/// ("2026-01-05", "2026-01-05.r2").
pub fn bundle_name(week: Week, revision: u32) -> String {
    if revision <= 1 { week.to_string() } else { format!("{week}.r{revision}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_later_revisions_name_their_number() {
        let week = Week::starting("2026-01-05".parse().expect("a day"));
        assert_eq!(bundle_name(week, 1), "2026-01-05");
        assert_eq!(bundle_name(week, 2), "2026-01-05.r2");
    }
}
