//! The end of a file: totals against rows, what only the whole file shows, and what became of it.

use super::check_sums::{RowSums, Sum};
use super::dates::Dates;
use super::fault::{Fault, FaultReason, shown};
use super::pairs::Pairs;
use super::rows::{Rows, Sink};
use super::{DailyReport, Reading, lonely_days};
use crate::domain::{Day, Grain};

impl Rows<'_> {
    /// The end of the file.
    pub(super) fn finish<E>(mut self, sink: Sink<'_, E>) -> Result<Reading, E> {
        self.name_formats_and_currencies();
        if self.faults.is_empty() {
            self.finish_marked(sink)?;
        }
        for pair in self.pairs.iter().flat_map(Pairs::each) {
            self.totals.add_pair(pair);
        }
        self.finish_held_totals();
        if self.faults.is_empty() {
            self.finish_check_sums();
        }
        if self.faults.is_empty() && self.seen == 0 {
            let hint = self.filter.explain(&self.columns.names);
            let usual = "below its header a file has one row for each day and channel";
            let hint = hint.unwrap_or_else(|| usual.to_owned());
            self.faults.add(Fault::of_file(FaultReason::NoRows).with_hint(hint));
        }
        if !self.faults.is_empty() {
            return Ok(Reading::Refused(self.faults.into_rejection()));
        }
        let Some((first_day, last_day)) = self.totals.days() else {
            let hint = "no cell of its channels holds a figure";
            self.faults.add(Fault::of_file(FaultReason::NoRows).with_hint(hint));
            return Ok(Reading::Refused(self.faults.into_rejection()));
        };
        let source = self.context.source;
        self.remark_on_days(last_day);
        self.finish_spendless();
        self.warnings.left_out(self.filter.left_out());
        let business = self.totals.business();
        Ok(Reading::Taken(DailyReport {
            source: source.name.clone(),
            grain: if self.spreads_days { Grain::Day } else { source.grain },
            rows: self.seen,
            totals_rows: self.totals_seen,
            left_out: self.filter.left_out(),
            repeated: self.repeated,
            first_day,
            last_day,
            business,
            channels: self.totals.into_channels(&self.context.account.channels),
            warnings: self.warnings.into_list(),
        }))
    }

    fn remark_on_days(&mut self, last_day: Day) {
        let (days, is_daily) = (self.totals.all_days(), self.context.source.grain == Grain::Day);
        if is_daily && lonely_days::stand_a_week_apart(&days) {
            self.warnings.weekly();
        }
        self.warnings.add_of_file(lonely_days::gaps(&days));
        if !self.spreads_days {
            let missing = lonely_days::missing_periods(&days, self.context.source.grain);
            self.warnings.add_of_file(missing.into_iter().collect());
        }
        if is_daily && last_day == self.context.today {
            self.warnings.add_of_file(vec![lonely_days::unfinished(last_day)]);
        }
    }

    fn name_formats_and_currencies(&mut self) {
        let name = |at: Option<usize>| at.map(|at| self.columns.names[at].clone());
        let date = name(self.columns.date).unwrap_or_default();
        let currency = name(self.columns.currency).unwrap_or_default();
        let key = name(self.columns.keys.first().copied());
        let dates = std::mem::replace(&mut self.dates, Dates::new(self.context));
        if let Some(fault) = dates.finish(&date) {
            self.faults.add(fault);
        }
        let currencies = std::mem::take(&mut self.currencies);
        let account = self.context.account.currency;
        if let Some(fault) = currencies.finish(&currency, key.as_deref(), account) {
            self.faults.add(fault);
        }
    }

    fn finish_marked<E>(&mut self, sink: Sink<'_, E>) -> Result<(), E> {
        let (Some(marked), Some((column, text))) =
            (self.marked.take(), &self.context.source.totals.marked)
        else {
            return Ok(());
        };
        let label = format!("{} = {}", shown(column), shown(text));
        let account = self.context.account;
        let outcome = marked.finish(&label, account, &self.titles(), account.currency);
        for fault in outcome.faults {
            self.faults.add(fault);
        }
        if self.faults.is_empty() {
            for (key, row) in &outcome.data {
                self.hand_on(&row.stated(key), sink)?;
            }
        }
        self.seen += outcome.data_records;
        self.totals_seen += outcome.totals_records;
        Ok(())
    }

    fn finish_check_sums(&mut self) {
        let Some(sums) = self.check_sums.take() else { return };
        let rows = RowSums {
            taken: Sum { figures: self.totals.all(), rows: self.seen - self.repeated },
            repeated: self.repeated_figures,
            left_out: self.filter.left_out(),
        };
        let (faults, warnings) = sums.finish(&rows, &self.titles(), self.context.account.currency);
        for fault in faults {
            self.faults.add(fault);
        }
        self.warnings.add(warnings);
    }
}
