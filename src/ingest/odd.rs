//! Records below the header that are no rows: the header once more, a total that the source doesn't
//! know, a note. Each gets the one fault that names it, instead of one for each of its cells.

use super::cells::CellFault;
use super::fault::{Fault, FaultReason, shown};
use super::guess::{is_total, quoted, total_label};
use super::pairs::Pairs;
use super::record::Record;
use super::rows::{RowLayout, Rows};
use crate::domain::FineMoney;

/// A longer text is no label that a setting would name.
const LABEL_CHARS_MAX: usize = 60;

/// Odd records that are held against the sum of the rows before them, which takes a while; a total
/// stands alone, or with a few others.
const SUMS_ASKED_MAX: u32 = 100;

impl Rows<'_> {
    /// Whether a record is no row, which is then said: its date cell has no digit.
    #[inline]
    pub(super) fn is_no_row(&mut self, line: u64, record: &Record) -> bool {
        let Some(at) = self.columns.date else { return false };
        !record[at].iter().any(u8::is_ascii_digit) && self.explain_no_row(line, at, record)
    }

    #[cold]
    fn explain_no_row(&mut self, line: u64, date: usize, record: &Record) -> bool {
        if self.is_header_again(record) {
            let hint = "it seems that several exports stand in this file, one behind the other: drop \
                        them as files of their own, or take these lines out";
            self.faults.add(Fault::of_line(line, FaultReason::HeaderAgain).with_hint(hint));
        } else if let Some(at) = self.totals_label(date, record) {
            self.add_unknown_total(line, at, record);
        } else if !record[date].trim_ascii().is_empty() {
            self.day(line, record);
        } else {
            return false;
        }
        self.seen += 1;
        true
    }

    fn is_header_again(&self, record: &Record) -> bool {
        let text = |cell: &[u8]| shown(String::from_utf8_lossy(cell).trim()).to_lowercase();
        record.iter().zip(&self.columns.names).all(|(cell, name)| text(cell) == name.to_lowercase())
    }

    /// The cell in which a record without a day is called a total; the first one with text, where
    /// nothing calls it so and its spend is the sum of the rows before it.
    fn totals_label(&mut self, date: usize, record: &Record) -> Option<usize> {
        let mut texts = vec![0, date];
        let mut spend = None;
        if let RowLayout::Long(columns) = &self.layout {
            texts.extend(columns.channel);
            spend = columns.measures.spend;
        }
        texts.extend(self.columns.campaign);
        texts.extend(&self.columns.keys);
        let text = |at: usize| String::from_utf8_lossy(record[at].trim_ascii());
        texts.iter().copied().find(|&at| is_total(&text(at))).or_else(|| {
            let stated = self.cells.totals_spend(record[spend?].trim_ascii()).ok()??;
            self.sums_asked += 1;
            let is_sum = self.seen > 1
                && self.sums_asked <= SUMS_ASKED_MAX
                && self.spend_so_far() == Some(stated);
            let is_label = |at: &usize| Some(*at) != spend && !text(*at).is_empty();
            is_sum.then(|| texts.into_iter().find(is_label))?
        })
    }

    fn spend_so_far(&self) -> Option<FineMoney> {
        let pairs = self.pairs.iter().flat_map(Pairs::each);
        pairs.fold(self.totals.all(), |all, pair| all.plus(pair.sum.figures)).spend
    }

    fn add_unknown_total(&mut self, line: u64, at: usize, record: &Record) {
        let text = record[at].trim_ascii();
        let label = String::from_utf8_lossy(text);
        let hint = if label.chars().count() <= LABEL_CHARS_MAX {
            let (label, check) = (quoted(&total_label(&label)), quoted(&label));
            format!(
                "add it to the source, so that it is left out and compared with the rows: in \
                 [sources.totals] labels = [{label}] and check = [{check}]; or export without totals"
            )
        } else {
            "export without totals".to_owned()
        };
        let fault = CellFault { reason: FaultReason::UnknownTotal, hint: Some(hint) };
        self.add_cell(line, at, text, fault);
    }
}
