//! Rows that have a day and are called totals: subtotals, if they are the sum of the rows of their day
//! before them, and else rows as any other, which is remarked on.

use super::Warning;
use super::check_sums::{Sum, compare};
use super::fault::shown;
use crate::domain::{Currency, Day, Figures, FineMoney};

/// The last rows of one day, one behind the other, and what was called their total.
#[derive(Default)]
pub(super) struct Subtotals {
    day: Option<Day>,
    /// Since the day began.
    of_day: Sum,
    /// Since the last subtotal.
    since: Sum,
    unlike: Option<Unlike>,
}

/// Rows that are called totals, and are not the sum of the rows before them.
struct Unlike {
    line: u64,
    label: String,
    rows: u64,
}

impl Subtotals {
    /// Counts a row.
    pub(super) fn add(&mut self, day: Day, figures: Figures) {
        if self.day != Some(day) {
            (self.day, self.of_day, self.since) = (Some(day), Sum::default(), Sum::default());
        }
        self.of_day.add(figures);
        self.since.add(figures);
    }

    /// The day whose last rows have this sum; a sum of nothing is none.
    pub(super) fn day_of(
        &self,
        figures: Figures,
        titles: &[String; 5],
        currency: Currency,
    ) -> Option<Day> {
        let is_sum = |sum: Sum| sum.rows > 0 && compare(sum, figures, titles, currency).is_empty();
        let has_spend = figures.spend.is_some_and(|spend| spend > FineMoney::ZERO);
        self.day.filter(|_| has_spend && (is_sum(self.since) || is_sum(self.of_day)))
    }

    /// The rows before were summed up.
    pub(super) fn begin(&mut self) {
        self.since = Sum::default();
    }

    /// The row on `line` is called a total and is none.
    pub(super) fn remark(&mut self, line: u64, label: &str) {
        let unlike =
            self.unlike.get_or_insert_with(|| Unlike { line, label: shown(label.trim()), rows: 0 });
        unlike.rows += 1;
    }

    /// What is to be said of rows that are called totals and are none.
    pub(super) fn warning(&self) -> Option<Warning> {
        let Unlike { line, label, rows } = self.unlike.as_ref()?;
        let are = if *rows == 1 {
            "1 row with a day begins like a total and is not the sum of the rows before it,"
                .to_owned()
        } else {
            format!(
                "{rows} rows with a day begin like totals and are not the sum of the rows before them, \
                 first"
            )
        };
        let text = format!(
            "{are} \"{label}\" (line {line}): counted as rows; if they are totals, export without them"
        );
        Some(Warning { line: Some(*line), text })
    }
}
