//! Totals rows of a report → proof that no row is missing, or the one fault that says what is.
//! Totals are dropped; no figure is ever taken from them.

use std::collections::BTreeMap;

use super::Warning;
use super::exact::is_within;
use super::fault::{Fault, FaultReason, TotalsDifference, shown};
use super::subtotals::Subtotals;
use crate::domain::source::Totals as Settings;
use crate::domain::text::folded;
use crate::domain::{Conversions, Currency, Day, Figures, FineMoney};

/// Figures that are held to be compared at the end: days of centuries, or some hundred MB.
pub(super) const HELD_MAX: usize = 100_000;

/// Conversions are shown with two digits, so that each row may be off by half of the last.
const CONVERSIONS_PER_ROW: u64 = 5_000;

/// What totals say of the rows.
pub(super) struct CheckSums {
    labels: Vec<String>,
    check: Vec<String>,
    /// The labels as the source writes them.
    check_titles: Vec<String>,
    stated: Vec<StatedTotal>,
    /// The rows of each day, where totals speak of days.
    days: Option<BTreeMap<Day, Sum>>,
    subtotals: Subtotals,
    is_full: bool,
}

/// Figures and the rows that they sum.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    pub figures: Figures,
    pub rows: u64,
}

impl Sum {
    pub(super) fn add(&mut self, figures: Figures) {
        self.figures.add(&figures);
        self.rows += 1;
    }
}

/// The label of a totals row.
pub(super) struct Label {
    /// As it stands there, fit to be shown.
    pub text: String,
    /// Whether it must be the sum of the rows; else a difference is only remarked on.
    pub is_checked: bool,
}

/// What one totals row says.
struct StatedTotal {
    line: u64,
    label: Label,
    /// `None`: of the whole file.
    day: Option<Day>,
    figures: Figures,
}

/// What the rows of a file sum to.
pub(super) struct RowSums {
    /// Each row counted once.
    pub taken: Sum,
    /// The rows that stand twice alike, the first of each left out.
    pub repeated: Figures,
    /// Rows that the source leaves out, which the totals may count.
    pub left_out: u64,
}

impl CheckSums {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            labels: settings.labels.iter().map(|label| normal(label)).collect(),
            check: settings.check.iter().map(|label| normal(label)).collect(),
            check_titles: settings.check.clone(),
            stated: Vec::new(),
            days: settings.blank_campaign.then(BTreeMap::new),
            subtotals: Subtotals::default(),
            is_full: false,
        }
    }

    /// Whether a record that has a day begins as a totals row does.
    pub(super) fn may_be_subtotal(&self, first: &[u8]) -> bool {
        if self.labels.is_empty() {
            return false;
        }
        let normal = normal(&String::from_utf8_lossy(first));
        self.labels.iter().any(|label| normal.starts_with(label.as_str()))
    }

    /// What is known of subtotals.
    pub(super) const fn subtotals(&mut self) -> &mut Subtotals {
        &mut self.subtotals
    }

    /// A record that is called a total has a day and is no sum: it is a row as any other.
    pub(super) fn is_no_subtotal(&mut self, line: u64, first: &[u8]) {
        let text = String::from_utf8_lossy(first);
        let normal = normal(&text);
        // "Total Health" is a campaign as good as any; "Total: Health" may not be one.
        let is_like = |label: &String| label.ends_with(':') || normal == *label;
        if self.labels.iter().any(|label| normal.starts_with(label.as_str()) && is_like(label)) {
            self.subtotals.remark(line, &text);
        }
    }

    /// The label of a record without a date, if it has one: `first` is its first cell, `date` the
    /// one of the date where that is another.
    pub(super) fn label(&self, first: &[u8], date: Option<&[u8]>) -> Option<Label> {
        if self.labels.is_empty() || date.is_some_and(|cell| cell.iter().any(u8::is_ascii_digit)) {
            return None;
        }
        let text = String::from_utf8_lossy(first);
        let normal = normal(&text);
        let is_total = self.labels.iter().any(|label| normal.starts_with(label.as_str()));
        let is_checked = self.check.contains(&normal);
        is_total.then(|| Label { text: shown(text.trim()), is_checked })
    }

    /// Remembers a totals row: of a day, or of the whole file.
    pub(super) fn state(&mut self, line: u64, label: Label, day: Option<Day>, figures: Figures) {
        if self.has_room() {
            self.stated.push(StatedTotal { line, label, day, figures });
        }
    }

    /// Counts a row.
    pub(super) fn add(&mut self, day: Day, figures: Figures) {
        if !self.labels.is_empty() {
            self.subtotals.add(day, figures);
        }
        let held = self.days.as_ref().map_or(0, BTreeMap::len) + self.stated.len();
        let Some(days) = &mut self.days else { return };
        if let Some(sum) = days.get_mut(&day) {
            sum.add(figures);
        } else if held < HELD_MAX {
            days.entry(day).or_default().add(figures);
        } else {
            self.is_full = true;
        }
    }

    fn has_room(&mut self) -> bool {
        let held = self.days.as_ref().map_or(0, BTreeMap::len) + self.stated.len();
        self.is_full |= held >= HELD_MAX;
        !self.is_full
    }

    /// Compares the totals with the rows, whose columns are called `titles`.
    pub(super) fn finish(
        self,
        rows: &RowSums,
        titles: &[String; 5],
        currency: Currency,
    ) -> (Vec<Fault>, Vec<Warning>) {
        let (mut faults, mut warnings) = (Vec::new(), Vec::new());
        if self.is_full {
            faults.push(too_many());
            return (faults, warnings);
        }
        if !self.stated.is_empty() && rows.left_out > 0 {
            let text = format!(
                "its totals are not compared with its rows, because the source leaves out {} of them",
                rows.left_out
            );
            warnings.push(Warning { line: None, text });
            return (faults, warnings);
        }
        warnings.extend(self.nothing_to_check());
        for total in &self.stated {
            let sum = match (total.day, &self.days) {
                (Some(day), Some(days)) => days.get(&day).copied().unwrap_or_default(),
                _ => rows.taken,
            };
            let differences = compare(sum, total.figures, titles, currency);
            if differences.is_empty() {
                continue;
            }
            if total.label.is_checked {
                faults.push(differ(total, sum, rows, differences, titles, currency));
            } else if is_larger(total.figures, sum.figures) {
                warnings.push(remark(total, &differences[0]));
            }
        }
        (faults, warnings)
    }
}

impl CheckSums {
    /// What keeps the rows from being compared with totals that the source speaks of.
    fn nothing_to_check(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let of_file = |text: String| Warning { line: None, text };
        let has_check = self.stated.iter().any(|total| total.label.is_checked);
        if !self.check.is_empty() && !has_check {
            warnings.push(of_file(format!(
                "it has no totals row \"{}\": nothing to check its sums against, so that missing rows \
                 would not be noticed; is the file cut off?",
                shown(&self.check_titles.join("\" or \""))
            )));
        } else if self.stated.is_empty() && self.days.is_some() {
            let text = "it has no totals (rows without a campaign): nothing to check its sums against, \
                        which is usual where the export leaves the summary row out";
            warnings.push(of_file(text.to_owned()));
        } else if self.stated.is_empty() {
            let text = "it has no totals row, although its source names their labels: is the file cut \
                        off?";
            warnings.push(of_file(text.to_owned()));
        }
        let says_nothing =
            |total: &&StatedTotal| total.label.is_checked && total.figures == Figures::NONE;
        if let Some(total) = self.stated.iter().find(says_nothing) {
            let (label, line) = (&total.label.text, total.line);
            let text = format!(
                "its totals row \"{label}\" (line {line}) states no figure: nothing to check its sums \
                 against"
            );
            warnings.push(Warning { line: Some(line), text });
        }
        warnings.extend(self.subtotals.warning());
        warnings
    }
}

/// Too many figures would have to be held.
pub(super) fn too_many() -> Fault {
    Fault::of_file(FaultReason::TooManyTotals { held_max: HELD_MAX as u64 })
        .with_hint("export without totals, or split the file by days")
}

fn differ(
    total: &StatedTotal,
    sum: Sum,
    rows: &RowSums,
    differences: Vec<TotalsDifference>,
    titles: &[String; 5],
    currency: Currency,
) -> Fault {
    let with_repeated =
        Sum { figures: sum.figures.plus(rows.repeated), rows: sum.rows.saturating_mul(2) };
    let repeats_explain = rows.repeated != Figures::NONE
        && total.day.is_none()
        && compare(with_repeated, total.figures, titles, currency).is_empty();
    let hint = if repeats_explain {
        "the report counts rows that stand twice alike, which count once here: name the column that \
         tells them apart in key_columns of the source, or export it too"
    } else if is_larger(total.figures, sum.figures) {
        "rows are missing; export again"
    } else {
        "there are rows that the total doesn't count; export again"
    };
    let reason = FaultReason::TotalsDiffer {
        of: total.day.map_or(String::new(), |day| format!(" of {day}")),
        label: total.label.text.clone(),
        line: total.line,
        differences,
    };
    Fault::of_line(total.line, reason).with_hint(hint)
}

fn remark(total: &StatedTotal, difference: &TotalsDifference) -> Warning {
    let TotalsDifference { column, rows, total: stated } = difference;
    let (label, line) = (&total.label.text, total.line);
    let text = format!(
        "\"{label}\" (line {line}) says {stated} in the column {column}, the rows add up to {rows}: \
         it counts more than this file shows"
    );
    Warning { line: Some(line), text }
}

/// In which measures a total differs from its rows, by more than the roundings of their cells.
pub(super) fn compare(
    sum: Sum,
    total: Figures,
    titles: &[String; 5],
    currency: Currency,
) -> Vec<TotalsDifference> {
    let Sum { figures: of, rows } = sum;
    let money = |money: FineMoney| money.rounded().to_decimal(currency);
    let money_pair = |rows_sum: Option<FineMoney>, total: Option<FineMoney>| {
        let (rows_sum, total) = (rows_sum.unwrap_or_default(), total?);
        (!is_within(rows_sum, total, rows)).then(|| (money(rows_sum), money(total)))
    };
    let count_pair = |rows_sum: Option<u64>, total: Option<u64>| {
        let (rows_sum, total) = (rows_sum.unwrap_or_default(), total?);
        (rows_sum != total).then(|| (rows_sum.to_string(), total.to_string()))
    };
    let conversions_pair = |rows_sum: Option<Conversions>, total: Option<Conversions>| {
        let (rows_sum, total) = (rows_sum.unwrap_or_default(), total?);
        let apart = rows_sum.millionths().abs_diff(total.millionths());
        (apart > rows.saturating_mul(CONVERSIONS_PER_ROW))
            .then(|| (rows_sum.to_decimal(), total.to_decimal()))
    };
    let pairs = [
        money_pair(of.spend, total.spend),
        count_pair(of.impressions, total.impressions),
        count_pair(of.clicks, total.clicks),
        conversions_pair(of.conversions, total.conversions),
        money_pair(of.revenue, total.revenue),
    ];
    let difference = |(pair, column): (Option<(String, String)>, &String)| {
        pair.map(|(rows, total)| TotalsDifference { column: column.clone(), rows, total })
    };
    pairs.into_iter().zip(titles).filter_map(difference).collect()
}

/// Whether the total has more than the rows in the first measure in which they differ.
fn is_larger(total: Figures, rows: Figures) -> bool {
    total.spend.unwrap_or_default() > rows.spend.unwrap_or_default()
        || total.spend.unwrap_or_default() == rows.spend.unwrap_or_default()
            && (total.impressions, total.clicks) > (rows.impressions, rows.clicks)
}

/// A label as it is compared: without case, with any spaces as one, and none before a colon.
fn normal(label: &str) -> String {
    let label = folded(&label.split_whitespace().collect::<Vec<_>>().join(" "));
    label.replace(" :", ":")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums() -> CheckSums {
        CheckSums::new(&Settings {
            labels: vec!["Total:".to_owned()],
            check: vec!["Total: Campaigns".to_owned()],
            ..Settings::default()
        })
    }

    #[test]
    fn a_totals_row_is_told_by_its_label_where_there_is_no_date() {
        let label = |first: &str, date: Option<&str>| {
            let found = sums().label(first.as_bytes(), date.map(str::as_bytes));
            found.map(|label| (label.text, label.is_checked))
        };
        let checked = Some(("Total: Campaigns".to_owned(), true));
        assert_eq!(label("Total: Campaigns", None), checked);
        assert_eq!(label("Total: Campaigns", Some(" --")), checked);
        let spaced = label("Total\u{A0}:\u{202F}campaigns ", None).expect("a total");
        assert!(spaced.1);
        assert_eq!(label("Total: Account", Some("")), Some(("Total: Account".to_owned(), false)));
        assert_eq!(label("Total: Campaigns", Some("2025-09-01")), None);
        assert_eq!(label("Total Health", Some(" --")), None);
        assert_eq!(label("Totals & Trends", None), None);
    }
}
