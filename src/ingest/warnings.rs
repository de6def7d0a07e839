//! What is remarkable about a file that is taken all the same: gathered while it is read, bounded.

use super::Warning;
use crate::domain::Measures;

/// Rows that stand twice, listed one by one; beyond these they are counted.
const REPEATED_LISTED_MAX: usize = 100;

/// The warnings so far.
#[derive(Default)]
pub(super) struct Warnings {
    repeated: Vec<Warning>,
    repeated_total: u64,
    cut: Option<u64>,
    conversions_above_clicks: Option<(u64, u64)>,
}

impl Warnings {
    /// Whether one more repeated row would be listed.
    pub(super) const fn has_room(&self) -> bool {
        self.repeated.len() < REPEATED_LISTED_MAX
    }

    /// The row on `line` says the same as the one on `first`; with its key it is listed, without
    /// it is counted.
    pub(super) fn repeated(&mut self, line: u64, first: u64, key: Option<String>) {
        self.repeated_total += 1;
        if let Some(key) = key {
            let text = format!("line {line} repeats line {first} ({key}); it counts once");
            self.repeated.push(Warning { line: Some(line), text });
        }
    }

    /// The file ended inside its last line.
    pub(super) const fn cut(&mut self, line: u64) {
        self.cut = Some(line);
    }

    /// Looks for what is possible but strange in a row.
    pub(super) fn look_at(&mut self, line: u64, measures: &Measures) {
        let (Some(conversions), Some(clicks)) = (measures.conversions, measures.clicks) else {
            return;
        };
        if conversions.millionths() > clicks.saturating_mul(1_000_000) {
            self.conversions_above_clicks.get_or_insert((line, 0)).1 += 1;
        }
    }

    /// All warnings, those of single rows by line.
    pub(super) fn into_list(self) -> Vec<Warning> {
        let mut list = self.repeated;
        let unlisted = self.repeated_total - list.len() as u64;
        if unlisted > 0 {
            let text = format!("{unlisted} more rows repeat earlier ones; they count once");
            list.push(Warning { line: None, text });
        }
        if let Some((line, rows)) = self.conversions_above_clicks {
            let rows_are = if rows == 1 { "row has" } else { "rows have" };
            let text =
                format!("{rows} {rows_are} more conversions than clicks, first in line {line}");
            list.push(Warning { line: Some(line), text });
        }
        if let Some(line) = self.cut {
            let text = format!(
                "line {line}, the last, has no end: if the file was cut short, its last figure may \
                 be too small"
            );
            list.push(Warning { line: Some(line), text });
        }
        list
    }
}
