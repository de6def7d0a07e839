//! What is remarkable about a file that is taken all the same: gathered while it is read, bounded.

use super::Warning;

/// Rows that stand twice, listed one by one; beyond these they are counted.
const REPEATED_LISTED_MAX: usize = 100;

/// Other remarks on single rows, such as totals that differ; beyond these they are counted.
const REMARKS_MAX: usize = 100;

/// The warnings so far.
#[derive(Default)]
pub(super) struct Warnings {
    repeated: Vec<Warning>,
    repeated_total: u64,
    remarks: Vec<Warning>,
    of_file: Vec<Warning>,
    cut: Option<u64>,
    conversions_above_clicks: Option<(u64, u64)>,
    spread_by: Option<&'static str>,
    is_weekly: bool,
    without_money: Option<(u64, u64)>,
    left_out: u64,
}

impl Warnings {
    /// Begins with what the header showed.
    pub(super) fn with(remarks: Vec<Warning>) -> Self {
        Self { remarks, ..Self::default() }
    }

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

    /// A row has more conversions than clicks.
    pub(super) fn conversions_above_clicks(&mut self, line: u64) {
        self.conversions_above_clicks.get_or_insert((line, 0)).1 += 1;
    }

    /// The line of the first row with more conversions than clicks, and how many there are.
    pub(super) const fn take_conversions_above_clicks(&mut self) -> Option<(u64, u64)> {
        self.conversions_above_clicks.take()
    }

    /// Counts such rows of further lines.
    pub(super) fn add_conversions_above_clicks(&mut self, further: Option<(u64, u64)>) {
        if let Some((line, rows)) = further {
            self.conversions_above_clicks.get_or_insert((line, 0)).1 += rows;
        }
    }

    /// Channels get shares of the business's revenue by this measure.
    pub(super) const fn spread(&mut self, by: &'static str) {
        self.spread_by = Some(by);
    }

    /// The line of the first row of a day and channel that doesn't state both spend and revenue, and
    /// how many there are.
    pub(super) const fn take_without_money(&mut self) -> Option<(u64, u64)> {
        self.without_money.take()
    }

    /// Counts such rows of further lines.
    pub(super) fn add_without_money(&mut self, further: Option<(u64, u64)>) {
        if let Some((line, rows)) = further {
            self.without_money.get_or_insert((line, 0)).1 += rows;
        }
    }

    /// The days of a daily file stand seven days apart.
    pub(super) const fn weekly(&mut self) {
        self.is_weekly = true;
    }

    /// So many rows are none that the source reads.
    pub(super) const fn left_out(&mut self, rows: u64) {
        self.left_out = rows;
    }

    /// Other remarks.
    pub(super) fn add(&mut self, remarks: Vec<Warning>) {
        self.remarks.extend(remarks);
    }

    /// Remarks on the file as a whole, of which there are few.
    pub(super) fn add_of_file(&mut self, remarks: Vec<Warning>) {
        self.of_file.extend(remarks);
    }

    /// All warnings, those of single rows by line.
    pub(super) fn into_list(self) -> Vec<Warning> {
        let of_file = |text: String| Warning { line: None, text };
        let mut list = self.repeated;
        let unlisted = self.repeated_total - list.len() as u64;
        if unlisted > 0 {
            list.push(of_file(format!(
                "{unlisted} more rows repeat earlier ones; they count once"
            )));
        }
        if let Some((line, rows)) = self.conversions_above_clicks {
            let rows_are = if rows == 1 { "row has" } else { "rows have" };
            let text =
                format!("{rows} {rows_are} more conversions than clicks, first in line {line}");
            list.push(Warning { line: Some(line), text });
        }
        if let Some((line, rows)) = self.without_money {
            let rows_are = if rows == 1 { "row states" } else { "rows state" };
            let text = format!(
                "{rows} {rows_are} no spend or no revenue, first in line {line}: the days of these \
                 channels are kept, and no budget can be decided on them"
            );
            list.push(Warning { line: Some(line), text });
        }
        list.extend(self.of_file);
        let unlisted = self.remarks.len().saturating_sub(REMARKS_MAX);
        list.extend(self.remarks.into_iter().take(REMARKS_MAX));
        if unlisted > 0 {
            list.push(of_file(format!("{unlisted} more remarks on totals are not listed")));
        }
        if let Some(by) = self.spread_by {
            list.push(of_file(format!(
                "the channels' revenue is spread, not measured: the revenue of the whole business, \
                 shared in proportion to {by}"
            )));
        }
        if self.is_weekly {
            let text = "its days all stand seven days apart: if each row covers a week, its source \
                        needs grain = \"week\"";
            list.push(of_file(text.to_owned()));
        }
        if self.left_out > 0 {
            let rows = if self.left_out == 1 { "row was" } else { "rows were" };
            let text = format!("{} {rows} left out, as the source asks (only)", self.left_out);
            list.push(of_file(text));
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
