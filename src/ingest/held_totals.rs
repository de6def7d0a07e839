//! Totals that have a day, and rows without a campaign → left out where they are the sum of the rows of
//! their day, as their source says; and the fault or the remark that names each other one. None of
//! them is counted, and none is dropped, without a word.

use super::Warning;
use super::called::Calling;
use super::check_sums::{HELD_MAX, compare, too_many};
use super::fault::{Fault, FaultReason, TotalsDifference, shown};
use super::guess::{quoted, total_label};
use super::pairs::{PairSum, Pairs};
use super::rows::{RowLayout, Rows};
use crate::domain::{Day, Figures, FineMoney};

/// A longer text is no label that a setting would name.
const LABEL_CHARS_MAX: usize = 60;

/// A record with a day that is called a total.
pub(super) struct HeldTotal {
    pub line: u64,
    /// The column that calls it so.
    pub at: usize,
    pub calling: Calling,
    /// How it is called.
    pub text: String,
    pub day: Day,
    /// The channel that it would belong to.
    pub channel: Option<usize>,
    pub figures: Figures,
}

/// Those of a file.
#[derive(Default)]
pub(super) struct HeldTotals {
    list: Vec<HeldTotal>,
    is_full: bool,
}

impl HeldTotals {
    pub(super) fn add(&mut self, total: HeldTotal) {
        if self.list.len() < HELD_MAX {
            self.list.push(total);
        } else {
            self.is_full = true;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty() && !self.is_full
    }
}

impl Rows<'_> {
    /// Holds what is called a total against the rows of its day.
    pub(super) fn finish_held_totals(&mut self) {
        let HeldTotals { list, is_full } = std::mem::take(&mut self.held);
        let pairs = self.pairs.take().unwrap_or_default();
        if !self.faults.is_empty() {
            // Rows are missing, so that sums say nothing.
            for total in list.iter().filter(|total| total.calling == Calling::Word) {
                self.refuse(total, FaultReason::CalledTotal { why: String::new() });
            }
            return;
        }
        let is_of_the_source = |total: &HeldTotal| total.calling.is_of_the_source();
        if is_full || pairs.are_cut() && list.iter().any(is_of_the_source) {
            self.faults.add(too_many());
            return;
        }
        for total in &list {
            self.judge(total, &pairs);
        }
        if !self.called.blank_is_a_campaign() {
            self.judge_blanks(&pairs);
        }
        self.remark_on_largest(&pairs);
    }

    fn judge(&mut self, total: &HeldTotal, pairs: &Pairs) {
        let of_day = pairs.of(total.day, None).map(|sum| (sum, None));
        let of_channel = total.channel.and_then(|channel| {
            let sum = pairs.of(total.day, Some(channel))?;
            Some((sum, Some(channel)))
        });
        let is_sum = |of: &(PairSum, Option<usize>)| {
            total.figures != Figures::NONE && self.differences(&of.0, total.figures).is_empty()
        };
        let found = of_channel.filter(is_sum).or(of_day.filter(is_sum));
        let has_others = |of: &(PairSum, Option<usize>)| {
            of_day.is_some_and(|(day, _)| day.sum.rows > of.0.sum.rows)
        };
        let nearest = of_channel.filter(has_others).or(of_day);
        match (total.calling, found) {
            (Calling::Word, Some((sum, channel))) => {
                let called = "reads like a total, and the row is".to_owned();
                let others = self.others(&sum, channel);
                self.refuse(total, FaultReason::SumOfOthers { called, others });
            }
            (Calling::Word, None) => self.is_no_sum(total, nearest.as_ref()),
            // A total of the source: of these rows, or of none.
            (_, Some(_)) => {}
            (_, None) if total.figures == Figures::NONE => {}
            (Calling::Label { is_checked }, None) => {
                self.differs(total, nearest.as_ref(), is_checked);
            }
            (Calling::Begins | Calling::Loosely, None) => self.is_no_sum(total, nearest.as_ref()),
        }
    }

    /// A record that is called a total and may be a campaign.
    fn is_no_sum(&mut self, total: &HeldTotal, nearest: Option<&(PairSum, Option<usize>)>) {
        let why = nearest.map_or_else(String::new, |(sum, channel)| {
            let others = self.others(sum, *channel);
            let differences = self.differences(sum, total.figures);
            let told = differences.first().map_or_else(String::new, |it| {
                format!(": they have {} in the column {}, it has {}", it.rows, it.column, it.total)
            });
            format!(", and the row is not the sum of {others}{told}")
        });
        self.refuse(total, FaultReason::CalledTotal { why });
    }

    /// A total of the source that is not the sum of its day.
    fn differs(
        &mut self,
        total: &HeldTotal,
        nearest: Option<&(PairSum, Option<usize>)>,
        is_checked: bool,
    ) {
        if self.filter.left_out() > 0 {
            return;
        }
        let (sum, channel) = nearest.map(|(of, channel)| (of.sum, *channel)).unwrap_or_default();
        let currency = self.context.account.currency;
        let differences = compare(sum, total.figures, &self.titles(), currency);
        let of_channel = channel.map(|at| self.context.account.channels[at].name.as_str());
        let of_channel = of_channel.map_or_else(String::new, |name| format!(", {},", shown(name)));
        let (line, label) = (total.line, shown(&total.text));
        if is_checked {
            let of = format!(" of {}{of_channel}", total.day);
            let reason = FaultReason::TotalsDiffer { of, label, line, differences };
            let hint = "rows are missing, or the total counts others; export again";
            self.faults.add(Fault::of_line(line, reason).with_hint(hint));
        } else if let Some(TotalsDifference { column, rows, total: stated }) = differences.first() {
            let text = format!(
                "\"{label}\" (line {line}) is left out, as the source says, and is not the sum of the \
                 rows of {}{of_channel}: it says {stated} in the column {column}, they add up to {rows}",
                total.day
            );
            self.warnings.add(vec![Warning { line: Some(line), text }]);
        }
    }

    fn refuse(&mut self, total: &HeldTotal, reason: FaultReason) {
        let hint = self.remedy(total);
        let fault = Fault::of_line(total.line, reason).in_column(&self.columns.names[total.at]);
        self.faults.add(fault.with_value(total.text.as_bytes()).with_hint(hint));
    }

    fn remedy(&self, total: &HeldTotal) -> String {
        if total.text.chars().count() > LABEL_CHARS_MAX {
            return "export without totals".to_owned();
        }
        let text = quoted(&total.text);
        let table = "[sources.totals] of the file's [[sources]] table";
        if total.calling == Calling::Begins {
            return format!(
                "for a total of these rows: export again, some are missing; for one that counts more: \
                 add {text} to labels in {table}, which leaves it out; for a campaign of its own: \
                 campaigns = [{text}] there"
            );
        }
        let is_channel = match &self.layout {
            RowLayout::Long(columns) => columns.channel == Some(total.at),
            RowLayout::Wide(_) => false,
        };
        let otherwise = if is_channel {
            "for a channel of its own: add it to the account".to_owned()
        } else {
            format!("for a campaign of its own: campaigns = [{text}] there")
        };
        let label = quoted(&total_label(&total.text));
        format!(
            "for a total: write labels = [{label}] and check = [{text}] in {table}, which leaves it out \
             and compares it, or export without totals; {otherwise}"
        )
    }

    /// Rows without a campaign that are the sum of those with one, by day and channel or by day.
    fn judge_blanks(&mut self, pairs: &Pairs) {
        let (blanks, named) = (pairs.blank.each(), pairs.named.each());
        let (Some(first), Some(_)) = (blanks.first(), named.first()) else { return };
        if pairs.are_cut() {
            let text = format!(
                "rows without a campaign, first in line {}, stand beside rows with one: for so many \
                 days and channels it can't be told whether they are totals, which would count twice",
                first.lines.0
            );
            self.warnings.add(vec![Warning { line: Some(first.lines.0), text }]);
            return;
        }
        let mut blanks: Vec<PairSum> = blanks.to_vec();
        blanks.sort_by_key(|blank| blank.lines);
        let mut day_judged = None;
        for blank in blanks {
            let (day, channel) = (blank.day, blank.channel);
            if let Some(others) = pairs.named.of(day, Some(channel))
                && self.is_sum(&blank, &others)
            {
                self.blank_is_sum(&blank, &others, Some(channel), pairs.has_blank_keys);
            } else if day_judged != Some(day)
                && let Some(others) = pairs.named.of(day, None)
                && let Some(blank) = pairs.blank.of(day, None)
                && self.is_sum(&blank, &others)
            {
                self.blank_is_sum(&blank, &others, None, pairs.has_blank_keys);
                day_judged = Some(day);
            }
        }
    }

    /// Whether rows without a campaign are the sum of those with one. Their spend decides: other
    /// figures of totals are often counted anew, as people who saw several campaigns are.
    fn is_sum(&self, total: &PairSum, others: &PairSum) -> bool {
        let Figures { spend, revenue, .. } = total.sum.figures;
        let has_money = [spend, revenue].into_iter().flatten().any(|it| it > FineMoney::ZERO);
        if has_money && self.differences(others, total.sum.figures).is_empty() {
            return true;
        }
        let spend_alone = Figures { spend, ..Figures::NONE };
        others.sum.rows > 1
            && spend.is_some_and(|spend| spend > FineMoney::ZERO)
            && self.differences(others, spend_alone).is_empty()
    }

    fn blank_is_sum(
        &mut self,
        blank: &PairSum,
        others: &PairSum,
        channel: Option<usize>,
        by_key: bool,
    ) {
        let key = self.columns.keys.first().copied().filter(|_| by_key);
        let Some(at) = key.or(self.columns.campaign) else { return };
        let line = blank.lines.0;
        let told = self.others(others, channel);
        if others.sum.rows == 1 {
            let (lacks, remedy) = if by_key {
                (shown(&self.columns.names[at]), "export without totals")
            } else {
                let remedy = "blank_campaign = true in [sources.totals] leaves such rows out";
                ("campaign".to_owned(), remedy)
            };
            let text = format!(
                "line {line} has no {lacks} and the very figures of {told}: if it is a total, their \
                 money counts twice; {remedy}"
            );
            self.warnings.add(vec![Warning { line: Some(line), text }]);
            return;
        }
        let called = match blank.sum.rows {
            1 => "is blank, and the row is".to_owned(),
            rows => format!("is blank in {rows} rows of the day, which together are"),
        };
        let reason = FaultReason::SumOfOthers { called, others: told };
        let hint = if by_key {
            "for totals: export without them; for rows of their own: fill the cells, or write campaigns = \
             [\"\"] in [sources.totals] of the file's [[sources]] table"
        } else {
            "for totals: write blank_campaign = true in [sources.totals] of the file's \
             [[sources]] table, which leaves them out and compares them, or export without \
             totals; for rows of their own: name their campaign, or campaigns = [\"\"] there"
        };
        let fault = Fault::of_line(line, reason).in_column(&self.columns.names[at]);
        self.faults.add(fault.with_hint(hint));
    }

    fn differences(&self, sum: &PairSum, total: Figures) -> Vec<TotalsDifference> {
        compare(sum.sum, total, &self.titles(), self.context.account.currency)
    }

    /// "the 3 other rows of 2026-01-05, Email (lines 2 to 4)"
    fn others(&self, PairSum { day, sum, lines, .. }: &PairSum, channel: Option<usize>) -> String {
        let channel = channel.map_or_else(String::new, |at| {
            format!(", {}", shown(self.context.account.channels[at].name.as_str()))
        });
        let (first, last) = lines;
        match sum.rows {
            1 => format!("the other row of {day}{channel} (line {first})"),
            rows => format!("the {rows} other rows of {day}{channel} (lines {first} to {last})"),
        }
    }
}
