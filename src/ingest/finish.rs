//! The end of a file: totals against rows, what only the whole file shows, and what became of it.

use super::cells::{CellFault, CellReader};
use super::check_sums::{Label, RowSums, Sum};
use super::dates::Dates;
use super::fault::{Fault, FaultReason, shown};
use super::header::MeasureColumns;
use super::record::Record;
use super::rows::{Row, RowLayout, Rows, Sink};
use super::{DailyReport, Reading};
use crate::domain::{Figures, Grain};

impl Rows<'_> {
    /// Whether a record is a total by its label or its blank campaign, which is then remembered.
    pub(super) fn is_totals_row(&mut self, line: u64, record: &Record) -> bool {
        let Some(date) = self.columns.date else { return false };
        let date_cell = &record[date];
        let Some(sums) = &self.check_sums else { return false };
        let label = sums.label(&record[0], (date != 0).then_some(date_cell));
        let is_blank = self.context.source.totals.blank_campaign
            && self.columns.campaign.is_some_and(|at| has_no_figure(&record[at]));
        let (label, day) = match label {
            Some(label) => (label, None),
            None if is_blank => {
                let day = if has_no_figure(date_cell) {
                    None
                } else {
                    let Some(day) = self.day(line, record) else { return true };
                    Some(day)
                };
                (Label { text: "(no campaign)".to_owned(), is_checked: true }, day)
            }
            None => return self.is_subtotal(line, date, record),
        };
        let row = Row { line, record, is_marked: false };
        let mut figures = Figures::NONE;
        for columns in self.measure_columns() {
            figures = figures.plus(self.totals_figures(columns, row, label.is_checked));
        }
        if let Some(sums) = &mut self.check_sums {
            sums.state(line, label, day, figures);
        }
        true
    }

    /// Whether a record with a day is called a total and is the sum of the rows of its day before it.
    fn is_subtotal(&mut self, line: u64, date: usize, record: &Record) -> bool {
        let Some(sums) = &self.check_sums else { return false };
        if date == 0 || !sums.may_be_subtotal(&record[0]) {
            return false;
        }
        let row = Row { line, record, is_marked: false };
        let mut figures = Figures::NONE;
        for columns in self.measure_columns() {
            figures = figures.plus(self.totals_figures(columns, row, false));
        }
        let (titles, currency) = (self.titles(), self.context.account.currency);
        let sum_of = self
            .check_sums
            .as_mut()
            .and_then(|sums| sums.subtotals().day_of(figures, &titles, currency));
        let is_sum = sum_of.is_some() && self.day(line, record) == sum_of;
        if let Some(sums) = &mut self.check_sums {
            if is_sum {
                sums.subtotals().begin();
            } else {
                sums.is_no_subtotal(line, &record[0]);
            }
        }
        is_sum
    }

    fn measure_columns(&self) -> Vec<MeasureColumns> {
        match &self.layout {
            RowLayout::Long(columns) => vec![columns.measures],
            RowLayout::Wide(columns) => columns.channels.iter().map(|it| it.1).collect(),
        }
    }

    fn totals_figures(&mut self, columns: MeasureColumns, row: Row<'_>, strict: bool) -> Figures {
        Figures {
            spend: self.total(columns.spend, row, strict, CellReader::totals_spend),
            revenue: self.total(columns.revenue, row, strict, CellReader::totals_revenue),
            impressions: self.total(columns.impressions, row, strict, CellReader::impressions),
            clicks: self.total(columns.clicks, row, strict, CellReader::clicks),
            conversions: self.total(columns.conversions, row, strict, CellReader::conversions),
        }
    }

    /// A cell of a totals row: what has no figure there is no total, and never a zero.
    fn total<T>(
        &mut self,
        at: Option<usize>,
        row: Row<'_>,
        strict: bool,
        read: impl FnOnce(&CellReader, &[u8]) -> Result<Option<T>, CellFault>,
    ) -> Option<T> {
        let at = at.filter(|at| !has_no_figure(&row.record[*at]))?;
        if strict {
            return self.cell(Some(at), row, read).flatten();
        }
        read(&self.cells, row.record[at].trim_ascii()).ok().flatten()
    }

    /// The end of the file.
    pub(super) fn finish<E>(mut self, sink: Sink<'_, E>) -> Result<Reading, E> {
        self.name_formats_and_currencies();
        if self.faults.is_empty() {
            self.finish_marked(sink)?;
        }
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
        if source.grain == Grain::Day && self.totals.stand_a_week_apart() {
            self.warnings.weekly();
        }
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

    /// What the columns of the measures are called, in messages.
    fn titles(&self) -> [String; 5] {
        let words = ["spend", "impressions", "clicks", "conversions", "revenue"];
        let RowLayout::Long(columns) = &self.layout else { return words.map(str::to_owned) };
        let of = columns.measures;
        let columns = [of.spend, of.impressions, of.clicks, of.conversions, of.revenue];
        let mut titles = words.map(str::to_owned);
        for (title, at) in titles.iter_mut().zip(columns) {
            if let Some(at) = at {
                title.clone_from(&self.columns.names[at]);
            }
        }
        titles
    }
}

/// Whether a cell is blank or holds nothing but hyphens.
fn has_no_figure(cell: &[u8]) -> bool {
    let text = String::from_utf8_lossy(cell);
    text.chars().all(|it| it.is_whitespace() || matches!(it, '-' | '\u{2013}' | '\u{2014}'))
}
