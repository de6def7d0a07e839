//! Totals rows of a report → proof that no row is missing, or the one fault that says what is.
//! Totals are dropped; no figure is ever taken from them.

use super::Warning;
use super::exact::is_within;
use super::fault::{Fault, FaultReason, TotalsDifference, shown};
use super::subtotals::Subtotals;
use crate::domain::source::Totals as Settings;
use crate::domain::{Conversions, Currency, Day, Figures, FineMoney};

/// Figures that are held to be compared at the end: days of centuries, or some hundred MB.
pub(super) const HELD_MAX: usize = 100_000;

/// Conversions are shown with two digits, so that each row may be off by half of the last.
const CONVERSIONS_PER_ROW: u64 = 5_000;

/// What totals say of the rows.
pub(super) struct CheckSums {
    /// The labels that are checked, as the source writes them.
    check: Vec<String>,
    has_labels: bool,
    stated: Vec<StatedTotal>,
    subtotals: Subtotals,
    /// Whether totals of single days were seen, and such that are checked.
    dated: (bool, bool),
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

/// What a totals row of the whole file says.
struct StatedTotal {
    line: u64,
    label: Label,
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
            check: settings.check.clone(),
            has_labels: !settings.labels.is_empty(),
            stated: Vec::new(),
            subtotals: Subtotals::default(),
            dated: (false, false),
            is_full: false,
        }
    }

    /// What is known of subtotals.
    pub(super) const fn subtotals(&mut self) -> &mut Subtotals {
        &mut self.subtotals
    }

    /// A total of a day was seen.
    pub(super) const fn saw_dated(&mut self, is_checked: bool) {
        self.dated = (true, self.dated.1 || is_checked);
    }

    /// Remembers a totals row of the whole file.
    pub(super) fn state(&mut self, line: u64, label: Label, figures: Figures) {
        if self.stated.len() < HELD_MAX {
            self.stated.push(StatedTotal { line, label, figures });
        } else {
            self.is_full = true;
        }
    }

    /// Counts a row.
    pub(super) fn add(&mut self, day: Day, figures: Figures) {
        if self.has_labels {
            self.subtotals.add(day, figures);
        }
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
        if (!self.stated.is_empty() || self.dated.0) && rows.left_out > 0 {
            let text = format!(
                "its totals are not compared with its rows, because the source leaves out {} of them",
                rows.left_out
            );
            warnings.push(Warning { line: None, text });
            return (faults, warnings);
        }
        warnings.extend(self.nothing_to_check());
        for total in &self.stated {
            let sum = rows.taken;
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
        let has_check = self.dated.1 || self.stated.iter().any(|total| total.label.is_checked);
        let has_none = self.stated.is_empty() && !self.dated.0;
        if !self.check.is_empty() && !has_check {
            warnings.push(of_file(format!(
                "it has no totals row \"{}\": nothing to check its sums against, so that missing rows \
                 would not be noticed; is the file cut off?",
                shown(&self.check.join("\" or \""))
            )));
        } else if has_none && !self.has_labels {
            let text = "it has no totals (rows without a campaign): nothing to check its sums against, \
                        which is usual where the export leaves the summary row out";
            warnings.push(of_file(text.to_owned()));
        } else if has_none {
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
        of: String::new(),
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
