//! The rows of each day and channel → a remark where one of them is exactly the sum of the others: a
//! total that nobody called one would count all money twice.

use super::Warning;
use super::check_sums::compare;
use super::fault::shown;
use super::pairs::{PairSum, Pairs};
use super::rows::Rows;
use crate::domain::{Figures, FineMoney};

/// Rows that a total sums up, at the least: one of two rows may well have the figures of the other.
const OTHERS_MIN: u64 = 2;

impl Rows<'_> {
    /// Remarks on rows that are the sum of the others of their day and channel, in every figure.
    pub(super) fn remark_on_largest(&mut self, pairs: &Pairs) {
        let sums = pairs.named.each();
        let mut found: Vec<&PairSum> = sums.iter().filter(|sum| self.is_half(sum)).collect();
        found.sort_by_key(|sum| sum.largest.1);
        let Some(first) = found.first() else { return };
        let (figures, line) = first.largest;
        let currency = self.context.account.currency;
        let spend = figures.spend.unwrap_or_default().rounded().to_decimal(currency);
        let channel = shown(self.context.account.channels[first.channel].name.as_str());
        let days = match found.len() {
            1 => "on one day of a channel".to_owned(),
            days => format!("on {days} days of channels"),
        };
        let text = format!(
            "{days} one row is exactly the sum of all others, first in line {line} ({}, {channel}, spend \
             {spend}): if it is a total, all money counts twice; name it in labels of [sources.totals], or \
             export without totals",
            first.day
        );
        self.warnings.add_of_file(vec![Warning { line: Some(line), text }]);
    }

    fn is_half(&self, sum: &PairSum) -> bool {
        let largest = sum.largest.0;
        let twice: Figures = largest.plus(largest);
        sum.sum.rows > OTHERS_MIN
            && largest.spend.is_some_and(|spend| spend > FineMoney::ZERO)
            && compare(sum.sum, twice, &self.titles(), self.context.account.currency).is_empty()
    }
}
