//! The rows of a day as they come → whether a row is the sum of those before it: a subtotal.

use super::check_sums::{Sum, compare};
use crate::domain::{Currency, Day, Figures, FineMoney};

/// The last rows of one day, one behind the other.
#[derive(Default)]
pub(super) struct Subtotals {
    day: Option<Day>,
    /// Since the day began.
    of_day: Sum,
    /// Since the last subtotal.
    since: Sum,
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

    /// The day whose last rows, `rows_min` at least, have this sum; a sum of nothing is none.
    pub(super) fn day_of(
        &self,
        figures: Figures,
        rows_min: u64,
        titles: &[String; 5],
        currency: Currency,
    ) -> Option<Day> {
        let is_sum =
            |sum: Sum| sum.rows >= rows_min && compare(sum, figures, titles, currency).is_empty();
        let has_spend = figures.spend.is_some_and(|spend| spend > FineMoney::ZERO);
        self.day.filter(|_| has_spend && (is_sum(self.since) || is_sum(self.of_day)))
    }

    /// The rows before were summed up.
    pub(super) fn begin(&mut self) {
        self.since = Sum::default();
    }
}
