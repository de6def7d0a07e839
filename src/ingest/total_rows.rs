//! A record → whether it is a total: by a label of its source, by its blank campaign, or by a word for
//! it. What has no day goes to the check sums; what has one is held until its day is known.

use super::called::Calling;
use super::cells::{CellFault, CellReader};
use super::check_sums::Label;
use super::header::MeasureColumns;
use super::held_totals::HeldTotal;
use super::record::Record;
use super::rows::{Row, RowLayout, Rows};
use crate::domain::Figures;

/// Subtotals that are called like campaigns sum up so many rows; one row may have another's figures.
const ROWS_OF_LOOSE_MIN: u64 = 2;

/// What a totals row without a campaign is called in messages.
const NO_CAMPAIGN: &str = "(no campaign)";

impl Rows<'_> {
    /// Whether a record is a total by its label or its blank campaign, which is then remembered.
    pub(super) fn is_totals_row(
        &mut self,
        line: u64,
        called: Option<(usize, Calling)>,
        record: &Record,
    ) -> bool {
        let Some(date) = self.columns.date else { return false };
        let has_day = record[date].iter().any(u8::is_ascii_digit);
        let label = called.filter(|(_, calling)| calling.is_of_the_source());
        let is_blank = self.context.source.totals.blank_campaign
            && self.columns.campaign.is_some_and(|at| has_no_figure(&record[at]));
        match label {
            Some((at, calling)) if !has_day || at == date => {
                // A campaign like "Total Health" may lack its day, and would be lost.
                if calling == Calling::Loosely && at != 0 && at != date {
                    return false;
                }
                let text = super::fault::shown(String::from_utf8_lossy(&record[at]).trim());
                let is_checked = calling == Calling::Label { is_checked: true };
                self.state_total(line, record, Label { text, is_checked });
                true
            }
            _ if is_blank && !has_day && has_no_figure(&record[date]) => {
                let label = Label { text: NO_CAMPAIGN.to_owned(), is_checked: true };
                self.state_total(line, record, label);
                true
            }
            _ if is_blank => {
                let calling = Calling::Label { is_checked: true };
                self.hold(line, (date, calling), NO_CAMPAIGN, record);
                true
            }
            Some(called) => self.is_dated_total(line, called, record),
            None => false,
        }
    }

    /// Remembers a total of the whole file.
    fn state_total(&mut self, line: u64, record: &Record, label: Label) {
        let figures = self.figures_of_total(line, record, label.is_checked);
        if let Some(sums) = &mut self.check_sums {
            sums.state(line, label, figures);
        }
    }

    /// Whether a record with a day is a total by a label of the source: the sum of the rows of its
    /// day before it, or one that the end of the file will tell.
    fn is_dated_total(
        &mut self,
        line: u64,
        (at, calling): (usize, Calling),
        record: &Record,
    ) -> bool {
        if !self.filter.fits(record) {
            return false;
        }
        let figures = self.figures_of_total(line, record, false);
        let (titles, currency) = (self.titles(), self.context.account.currency);
        let rows_min = if calling == Calling::Loosely { ROWS_OF_LOOSE_MIN } else { 1 };
        let Some(sums) = &mut self.check_sums else { return false };
        let sum_of = sums.subtotals().day_of(figures, rows_min, &titles, currency);
        if sum_of.is_some() && self.day(line, record) == sum_of {
            if let Some(sums) = &mut self.check_sums {
                sums.subtotals().begin();
                sums.saw_dated(calling == Calling::Label { is_checked: true });
            }
            return true;
        }
        if calling == Calling::Loosely {
            return false;
        }
        let text = String::from_utf8_lossy(&record[at]).trim().to_owned();
        self.hold(line, (at, calling), &text, record);
        true
    }

    /// Whether a record with a day is called a total by a word that its source doesn't know; then it
    /// is no row until somebody says so.
    #[cold]
    pub(super) fn is_word_for_total(&mut self, line: u64, at: usize, record: &Record) -> bool {
        if let RowLayout::Long(columns) = &self.layout
            && columns.channel == Some(at)
            && self.channels.find(&record[at]).is_some()
        {
            return false;
        }
        let text = String::from_utf8_lossy(&record[at]).trim().to_owned();
        self.hold(line, (at, Calling::Word), &text, record);
        true
    }

    /// Holds a total with a day until the sums of its day are known.
    fn hold(&mut self, line: u64, (at, calling): (usize, Calling), text: &str, record: &Record) {
        let Some(day) = self.day(line, record) else { return };
        let is_checked = calling == Calling::Label { is_checked: true };
        let figures = self.figures_of_total(line, record, is_checked);
        let channel = self.channel_of_total(record);
        if let Some(sums) = self.check_sums.as_mut().filter(|_| calling.is_of_the_source()) {
            sums.saw_dated(is_checked);
        }
        let text = text.to_owned();
        self.held.add(HeldTotal { line, at, calling, text, day, channel, figures });
    }

    /// The channel that a row like this would belong to.
    fn channel_of_total(&mut self, record: &Record) -> Option<usize> {
        let RowLayout::Long(columns) = &self.layout else { return None };
        if let Some(at) = columns.channel {
            return self.channels.find(&record[at]);
        }
        let campaign = self.columns.campaign.map(|at| record[at].trim_ascii());
        let by_rule = campaign
            .filter(|_| self.campaigns.has_rules())
            .and_then(|text| self.campaigns.by_rule(&String::from_utf8_lossy(text)));
        by_rule.or(self.campaigns.fixed)
    }

    /// What a totals row states of all channels; a cell that is no figure is a fault of a checked one.
    fn figures_of_total(&mut self, line: u64, record: &Record, is_checked: bool) -> Figures {
        let row = Row { line, record, is_marked: false };
        let mut figures = Figures::NONE;
        for columns in self.measure_columns() {
            figures = figures.plus(self.totals_figures(columns, row, is_checked));
        }
        figures
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

    /// What the columns of the measures are called, in messages.
    pub(super) fn titles(&self) -> [String; 5] {
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
pub(super) fn has_no_figure(cell: &[u8]) -> bool {
    let text = String::from_utf8_lossy(cell);
    text.chars().all(|it| it.is_whitespace() || matches!(it, '-' | '\u{2013}' | '\u{2014}'))
}
