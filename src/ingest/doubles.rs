//! A row whose key an earlier one of the file has → a repetition, which counts once, or a conflict.

use super::Stated;
use super::fault::{Difference, Fault, FaultReason, shown};
use super::rows::Rows;
use crate::domain::performance::KEY_SEPARATOR;
use crate::domain::{Conversions, Currency, Figures, FineMoney, StatedRow, Subject};

/// Unread columns that a message names.
const UNREAD_NAMED_MAX: usize = 6;

impl Rows<'_> {
    /// Counts a row whose key an earlier one has.
    pub(super) fn count_again(&mut self, row: &StatedRow<'_>, stated: Stated) {
        match stated {
            Stated::New => {}
            Stated::SameAs { line: first } if self.differs_unread() => {
                self.unread_difference(row, first);
            }
            Stated::SameAs { line: first } => {
                self.repeated += 1;
                self.repeated_figures = self.repeated_figures.plus(row.figures);
                let key = self.warnings.has_room().then(|| self.key_text(row));
                self.warnings.repeated(row.line, first, key);
            }
            Stated::DiffersFrom { line: first, figures } => self.conflict(row, first, figures),
        }
    }

    pub(super) fn conflict(&mut self, row: &StatedRow<'_>, first_line: u64, first: Figures) {
        let reason = FaultReason::ConflictingRows {
            subject: self.key_text(row),
            first_line,
            second_line: row.line,
            differences: differences(first, row.figures, self.context.account.currency),
        };
        let hint = "where both are right, name the column that tells them apart in key_columns of \
                    the source";
        self.faults.add(Fault::of_line(row.line, reason).with_hint(hint));
    }

    /// Whether the record in hand is another than that whose key and figures it has: then a column
    /// that isn't read tells them apart, and neither may be left out.
    fn differs_unread(&self) -> bool {
        self.wholes.as_ref().is_some_and(|wholes| !wholes.newest_came_before)
    }

    fn unread_difference(&mut self, row: &StatedRow<'_>, first_line: u64) {
        let names = || self.columns.unread.iter().map(|at| self.columns.names[*at].as_str());
        let mut columns: Vec<String> =
            names().take(UNREAD_NAMED_MAX).map(|name| format!("\"{name}\"")).collect();
        if self.columns.unread.len() > UNREAD_NAMED_MAX {
            columns.push(format!("{} more", self.columns.unread.len() - UNREAD_NAMED_MAX));
        }
        let reason = FaultReason::UnreadDifference {
            subject: self.key_text(row),
            first_line,
            second_line: row.line,
            columns: columns.join(", "),
        };
        let hint = "both may count: name the column that tells them apart in key_columns of the source, \
                    and they are summed; if it is one row exported twice, export it once";
        self.faults.add(Fault::of_line(row.line, reason).with_hint(hint));
    }

    /// What a row speaks of, for people: day, channel, campaign and the further parts of its key.
    fn key_text(&self, row: &StatedRow<'_>) -> String {
        let mut text = match row.subject {
            Subject::Channel(at) => {
                format!("{}, {}", row.day, shown(self.context.account.channels[at].name.as_str()))
            }
            Subject::Business => format!("{}, the whole business", row.day),
        };
        let mut parts = row.campaign.split(KEY_SEPARATOR);
        if let Some(campaign) = parts.next().filter(|campaign| !campaign.is_empty()) {
            text.push_str(&format!(", campaign \"{}\"", shown(campaign)));
        }
        for (part, at) in parts.zip(&self.columns.keys) {
            text.push_str(&format!(", {} \"{}\"", self.columns.names[*at], shown(part)));
        }
        text
    }
}

/// In what two rows of one key differ; never empty for rows that do.
fn differences(first: Figures, second: Figures, currency: Currency) -> Vec<Difference> {
    let count = |count: Option<u64>| count.map_or("blank".to_owned(), |count| count.to_string());
    let money = |money: Option<FineMoney>| {
        money.map_or("blank".to_owned(), |money| money.rounded().to_decimal(currency))
    };
    let texts = |of: Figures| {
        [
            ("spend", money(of.spend)),
            ("impressions", count(of.impressions)),
            ("clicks", count(of.clicks)),
            ("conversions", of.conversions.map_or("blank".to_owned(), Conversions::to_decimal)),
            ("revenue", money(of.revenue)),
        ]
    };
    let is_other = [
        first.spend != second.spend,
        first.impressions != second.impressions,
        first.clicks != second.clicks,
        first.conversions != second.conversions,
        first.revenue != second.revenue,
    ];
    texts(first)
        .into_iter()
        .zip(texts(second))
        .zip(is_other)
        .filter(|(_, is_other)| *is_other)
        .map(|(((measure, first), (_, second)), _)| Difference { measure, first, second })
        .collect()
}
