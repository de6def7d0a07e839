//! Records → rows of one file, checked cell by cell, handed to the sink, and summed per channel.
//! It holds no row longer than it takes to check it.

use csv::ByteRecord;

use super::cells::{self, CellFault, CellReader};
use super::channels::Channels;
use super::dates::{DateCell, Dates};
use super::fault::{Difference, Fault, FaultReason, shown, shown_bytes};
use super::header::Columns;
use super::layout;
use super::rejection::Faults;
use super::totals::Totals;
use super::warnings::Warnings;
use super::{Context, DailyReport, Reading, Stated};
use crate::domain::{Conversions, Currency, Day, Figures, FineMoney, Measures, StatedRow, Subject};

/// The rows of one file as far as they have been read.
pub(super) struct Rows<'a> {
    context: &'a Context<'a>,
    columns: Columns,
    faults: Faults,
    dates: Dates<'a>,
    cells: CellReader,
    channels: Channels<'a>,
    totals: Totals,
    warnings: Warnings,
    seen: u64,
    repeated: u64,
}

impl<'a> Rows<'a> {
    pub(super) fn new(context: &'a Context<'a>, columns: Columns, faults: Faults) -> Self {
        Self {
            context,
            columns,
            faults,
            dates: Dates::new(context),
            cells: CellReader::new(context.source, context.account.currency),
            channels: Channels::new(context.account),
            totals: Totals::new(context.account.channels.len()),
            warnings: Warnings::default(),
            seen: 0,
            repeated: 0,
        }
    }

    /// Takes what was wrong with a record's structure; nothing else of it is looked at.
    pub(super) fn take_broken(&mut self, fault: Fault, field: Option<usize>) {
        self.seen += 1;
        let name = field.and_then(|field| self.columns.names.get(field));
        self.faults.add(match name {
            Some(name) => fault.in_column(name),
            None => fault,
        });
    }

    /// Checks one record and, where it is whole, hands it to the sink. `cut`: the file ended in it.
    pub(super) fn take<E>(
        &mut self,
        line: u64,
        cut: bool,
        record: &ByteRecord,
        sink: &mut dyn FnMut(&StatedRow<'_>) -> Result<Stated, E>,
    ) -> Result<(), E> {
        self.seen += 1;
        if let Some(fault) = self.shape_fault(line, cut, record) {
            self.faults.add(fault);
            return Ok(());
        }
        if cut {
            self.warnings.cut(line);
        }
        let day = self.day(line, record);
        let channel = self.channel(line, record);
        let campaign = self.campaign(line, record);
        let figures = self.figures(line, record);
        let (Some(day), Some(channel), Some(campaign), Some(figures)) =
            (day, channel, campaign, figures)
        else {
            return Ok(());
        };
        if !self.columns.all_known {
            // What looks like a double may differ in a column that isn't read.
            return Ok(());
        }
        let subject = Subject::Channel(channel);
        let row = StatedRow { line, day, subject, campaign, figures, controls: "" };
        match sink(&row)? {
            Stated::New => self.totals.add(&row),
            Stated::SameAs { line: first } => {
                self.repeated += 1;
                let key = self.warnings.has_room().then(|| self.key(&row));
                self.warnings.repeated(line, first, key);
            }
            Stated::DiffersFrom { line: first, figures } => self.conflict(&row, first, figures),
        }
        Ok(())
    }

    fn shape_fault(&self, line: u64, cut: bool, record: &ByteRecord) -> Option<Fault> {
        let (fields, expected) = (record.len(), self.columns.names.len());
        if fields == expected {
            let is_blank = record.iter().all(|field| field.trim_ascii().is_empty());
            return (is_blank && fields > 1).then(|| {
                Fault::of_line(line, FaultReason::BlankRow).with_hint("delete the empty rows")
            });
        }
        if fields == 1
            && let Some(sentence) = layout::empty_report(&record[0])
        {
            return Some(layout::empty_fault(&sentence));
        }
        let (reason, hint) = if fields > expected {
            let hint = "a comma inside a field needs quotes around the field; an amount has no \
                        thousands marks";
            (FaultReason::TooManyFields { fields, expected }, hint)
        } else if cut {
            let reason = FaultReason::CutShort { fields, expected };
            (reason, "drop it again when it is complete")
        } else {
            let hint = "each row needs a field for each column, even where it is blank";
            (FaultReason::TooFewFields { fields, expected }, hint)
        };
        Some(Fault::of_line(line, reason).with_hint(hint))
    }

    fn day(&mut self, line: u64, record: &ByteRecord) -> Option<Day> {
        let at = self.columns.date?;
        let text = record[at].trim_ascii();
        if text.is_empty() {
            let hint = Some("each row needs its day".to_owned());
            self.add_cell(line, at, b"", CellFault { reason: FaultReason::BlankCell, hint });
            return None;
        }
        match self.dates.read(text, line) {
            DateCell::Day(day) => Some(day),
            DateCell::OtherFormat => None,
            DateCell::Fault(reason, hint) => {
                self.add_cell(line, at, text, CellFault { reason, hint });
                None
            }
        }
    }

    fn channel(&mut self, line: u64, record: &ByteRecord) -> Option<usize> {
        let at = self.columns.channel?;
        let text = &record[at];
        let found = self.channels.find(text);
        if found.is_none() {
            let trimmed = text.trim_ascii();
            let fault = if trimmed.is_empty() {
                let hint = "each row needs its channel".to_owned();
                CellFault { reason: FaultReason::BlankCell, hint: Some(hint) }
            } else {
                let (reason, hint) = self.channels.explain(&String::from_utf8_lossy(trimmed));
                CellFault { reason, hint: Some(hint) }
            };
            self.add_cell(line, at, trimmed, fault);
        }
        found
    }

    fn campaign<'r>(&mut self, line: u64, record: &'r ByteRecord) -> Option<&'r str> {
        let Some(at) = self.columns.campaign else { return Some("") };
        let text = record[at].trim_ascii();
        cells::campaign(text).map_err(|fault| self.add_cell(line, at, text, fault)).ok()
    }

    fn figures(&mut self, line: u64, record: &ByteRecord) -> Option<Figures> {
        let spend = self.cell(line, self.columns.spend, record, CellReader::spend);
        let impressions =
            self.cell(line, self.columns.impressions, record, CellReader::impressions);
        let clicks = self.cell(line, self.columns.clicks, record, CellReader::clicks);
        let conversions =
            self.cell(line, self.columns.conversions, record, CellReader::conversions);
        let revenue = self.cell(line, self.columns.revenue, record, CellReader::revenue);
        if let (Some(Some(shown)), Some(Some(clicked))) = (impressions, clicks)
            && clicked > shown
        {
            let at = self.columns.clicks.expect("its cell was read");
            let reason = FaultReason::ClicksAboveImpressions { impressions: shown };
            let hint = "are the two columns exchanged?".to_owned();
            let fault = CellFault { reason, hint: Some(hint) };
            self.add_cell(line, at, record[at].trim_ascii(), fault);
            return None;
        }
        let figures = Figures {
            spend: spend?,
            revenue: revenue?,
            impressions: impressions?,
            clicks: clicks?,
            conversions: conversions?,
        };
        let Figures { clicks, conversions, .. } = figures;
        self.warnings.look_at(line, &Measures { clicks, conversions, ..Measures::NONE });
        Some(figures)
    }

    /// What a cell holds, without spaces around it; `None` where it has a fault or no column.
    fn cell<T>(
        &mut self,
        line: u64,
        at: Option<usize>,
        record: &ByteRecord,
        read: impl FnOnce(&CellReader, &[u8]) -> Result<T, CellFault>,
    ) -> Option<T> {
        let at = at?;
        let text = record[at].trim_ascii();
        read(&self.cells, text).map_err(|fault| self.add_cell(line, at, text, fault)).ok()
    }

    #[cold]
    fn add_cell(&mut self, line: u64, at: usize, text: &[u8], fault: CellFault) {
        let CellFault { reason, hint } = fault;
        let value = (!text.is_empty()).then(|| shown_bytes(text));
        let column = Some(self.columns.names[at].clone());
        self.faults.add(Fault { line: Some(line), column, value, reason, hint, times: 1 });
    }

    fn conflict(&mut self, row: &StatedRow<'_>, first_line: u64, first: Figures) {
        let reason = FaultReason::ConflictingRows {
            subject: self.key(row),
            first_line,
            second_line: row.line,
            differences: differences(first, row.figures, self.context.account.currency),
        };
        self.faults.add(Fault::of_line(row.line, reason));
    }

    /// What a row speaks of, for people: day, channel and campaign.
    fn key(&self, row: &StatedRow<'_>) -> String {
        let channel = match row.subject {
            Subject::Channel(at) => shown(self.context.account.channels[at].name.as_str()),
            Subject::Business => "the whole business".to_owned(),
        };
        if row.campaign.is_empty() {
            format!("{}, {channel}", row.day)
        } else {
            format!("{}, {channel}, campaign \"{}\"", row.day, shown(row.campaign))
        }
    }

    /// The end of the file.
    pub(super) fn finish(mut self) -> Reading {
        let date_column = self.columns.date.map(|at| self.columns.names[at].clone());
        if let Some(fault) = self.dates.finish(&date_column.unwrap_or_default()) {
            self.faults.add(fault);
        }
        if self.faults.is_empty() && self.seen == 0 {
            let hint = "below its header a file has one row for each day and channel";
            self.faults.add(Fault::of_file(FaultReason::NoRows).with_hint(hint));
        }
        if !self.faults.is_empty() {
            return Reading::Refused(self.faults.into_rejection());
        }
        let (first_day, last_day) = self.totals.days().expect("a file without faults has a row");
        Reading::Taken(DailyReport {
            source: self.context.source.name.clone(),
            grain: self.context.source.grain,
            rows: self.seen,
            totals_rows: 0,
            left_out: 0,
            repeated: self.repeated,
            first_day,
            last_day,
            business: None,
            channels: self.totals.into_channels(&self.context.account.channels),
            warnings: self.warnings.into_list(),
        })
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
    texts(first)
        .into_iter()
        .zip(texts(second))
        .filter(|((_, first), (_, second))| first != second)
        .map(|((measure, first), (_, second))| Difference { measure, first, second })
        .collect()
}
