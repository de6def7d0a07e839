//! Records → rows of one file, checked cell by cell, handed to the sink, and summed per channel.
//! It holds no row longer than it takes to check it, but for totals that may be data.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::Datelike as _;

use super::called::{Called, Calling};
use super::campaigns::Campaigns;
use super::cells::{self, CellFault, CellReader};
use super::channels::Channels;
use super::check_sums::CheckSums;
use super::dates::{DateCell, Dates};
use super::fault::{Fault, FaultReason, shown_bytes};
use super::filter::{Currencies, Filter, RowCurrency, is_text};
use super::header::{Body, Columns, LongColumns, MeasureColumns, WideColumns};
use super::held_totals::HeldTotals;
use super::layout;
use super::marked::Marked;
use super::pairs::Pairs;
use super::record::Record;
use super::rejection::Faults;
use super::spendless::Spendless;
use super::totals::Totals;
use super::warnings::Warnings;
use super::wholes::Wholes;
use super::{Context, Purpose, Stated, shares};
use crate::domain::calendar::plus_days;
use crate::domain::performance::KEY_SEPARATOR;
use crate::domain::source::RevenueSpread;
use crate::domain::text::composed;
use crate::domain::{Day, Figures, FineMoney, Grain, StatedRow, Subject};

/// The rows of one file as far as they have been read.
pub(super) struct Rows<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) columns: Columns,
    pub(super) layout: RowLayout,
    pub(super) faults: Faults,
    pub(super) dates: Dates<'a>,
    pub(super) cells: CellReader,
    pub(super) channels: Channels<'a>,
    pub(super) campaigns: Campaigns,
    pub(super) filter: Filter,
    pub(super) currencies: Currencies,
    /// Where the source has rows that are totals.
    pub(super) check_sums: Option<CheckSums>,
    pub(super) marked: Option<Marked>,
    pub(super) called: Called,
    /// Totals that have a day.
    pub(super) held: HeldTotals,
    /// The rows of each day and channel, where a total may have to be held against them.
    pub(super) pairs: Option<Pairs>,
    /// The other rows; at the end all of them.
    pub(super) totals: Totals,
    /// How often an odd record was held against the sum of the rows before it.
    pub(super) sums_asked: u32,
    pub(super) warnings: Warnings,
    pub(super) spendless: Spendless,
    pub(super) seen: u64,
    /// Records below the header that were handed on block by block.
    pub(super) records_taken: u64,
    pub(super) totals_seen: u64,
    /// Where columns stay unread.
    pub(super) wholes: Option<Wholes>,
    pub(super) repeated: u64,
    pub(super) repeated_figures: Figures,
    /// Whether a row is stated day by day.
    pub(super) spreads_days: bool,
    /// Whether budgets are decided on what is stated.
    pub(super) counts_for_budgets: bool,
    /// The key of the row in hand, where it has more parts than the campaign.
    pub(super) key: String,
    /// What the marked rows of the record in hand don't sum over.
    pub(super) group: String,
    /// The channels of the record in hand.
    pub(super) stated: Vec<(usize, Figures)>,
    pub(super) controls: String,
}

/// How the channels of a record are found.
#[derive(Clone)]
pub(super) enum RowLayout {
    Long(LongColumns),
    Wide(Arc<WideColumns>),
}

/// A record that is looked at.
#[derive(Clone, Copy)]
pub(super) struct Row<'r> {
    pub line: u64,
    pub record: &'r Record,
    /// Whether the source marks it as a total.
    pub is_marked: bool,
}

/// Takes what a row states.
pub(super) type Sink<'s, E> = &'s mut dyn FnMut(&StatedRow<'_>) -> Result<Stated, E>;

fn cell_reader(context: &Context<'_>) -> CellReader {
    let cells = CellReader::new(context.source, context.account.currency);
    if context.purpose == Purpose::Model { cells.with_negative_amounts() } else { cells }
}

impl<'a> Rows<'a> {
    pub(super) fn new(context: &'a Context<'a>, mut columns: Columns, mut faults: Faults) -> Self {
        let source = context.source;
        let mut channels = Channels::new(context.account);
        let has_totals = !source.totals.labels.is_empty() || source.totals.blank_campaign;
        let called = Called::new(&source.totals, &columns);
        let has_campaigns = columns.campaign.is_some();
        let has_keys = !columns.keys.is_empty();
        let without_revenue = source.revenue_spread != RevenueSpread::None;
        let layout = match &mut columns.body {
            Body::Long(columns) => RowLayout::Long(*columns),
            Body::Wide(columns) => RowLayout::Wide(Arc::new(std::mem::take(columns))),
        };
        Self {
            layout,
            dates: Dates::new(context),
            cells: cell_reader(context),
            campaigns: Campaigns::new(source, &mut channels, &mut faults),
            channels,
            filter: Filter::new(std::mem::take(&mut columns.only)),
            currencies: Currencies::default(),
            check_sums: has_totals.then(|| CheckSums::new(&source.totals)),
            marked: columns.marked.map(|_| Marked::new(without_revenue)),
            called,
            held: HeldTotals::default(),
            pairs: (has_campaigns || has_keys || has_totals).then(|| Pairs::new(has_campaigns)),
            totals: Totals::new(context.account.channels.len()),
            warnings: Warnings::with(std::mem::take(&mut columns.remarks)),
            sums_asked: 0,
            spendless: Spendless::default(),
            seen: 0,
            records_taken: 0,
            totals_seen: 0,
            wholes: (!columns.unread.is_empty()).then(Wholes::new),
            repeated: 0,
            repeated_figures: Figures::NONE,
            counts_for_budgets: source.grain == Grain::Day || source.spread_over_days,
            spreads_days: source.grain == Grain::Month && source.spread_over_days,
            key: String::new(),
            group: String::new(),
            stated: Vec::new(),
            controls: String::new(),
            context,
            columns,
            faults,
        }
    }

    /// Whether blocks of rows can be read side by side: nothing but their dates and their keys
    /// ties them together, and nothing is wrong so far.
    pub(super) fn can_be_split(&self) -> bool {
        let source = self.context.source;
        self.faults.is_empty()
            && source.grain == Grain::Day
            && source.only.is_empty()
            && source.revenue_spread == RevenueSpread::None
            && self.check_sums.is_none()
            && self.marked.is_none()
            && self.columns.currency.is_none()
            && self.wholes.is_none()
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
        record: &Record,
        sink: Sink<'_, E>,
    ) -> Result<(), E> {
        if let Some(fault) = self.shape_fault(line, cut, record) {
            self.seen += 1;
            self.faults.add(fault);
            return Ok(());
        }
        if cut {
            self.warnings.cut(line);
        }
        let called = self.called.look(record);
        if self.check_sums.is_some() && self.is_totals_row(line, called, record) {
            self.totals_seen += 1;
            return Ok(());
        }
        if !self.filter.keeps(record) {
            return Ok(());
        }
        if self.is_no_row(line, record) {
            return Ok(());
        }
        let is_marked = self.is_marked(record);
        if !is_marked {
            self.seen += 1;
            if let Some((at, Calling::Word)) = called
                && self.is_word_for_total(line, at, record)
            {
                return Ok(());
            }
        }
        if !self.is_in_own_currency(line, record) {
            return Ok(());
        }
        if let Some(wholes) = &mut self.wholes {
            wholes.add(record);
        }
        let row = Row { line, record, is_marked };
        match &self.layout {
            RowLayout::Long(columns) => self.take_long(*columns, row, sink),
            RowLayout::Wide(columns) => self.take_wide(&Arc::clone(columns), row, sink),
        }
    }

    fn shape_fault(&self, line: u64, cut: bool, record: &Record) -> Option<Fault> {
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
            let hint = if (expected..fields).all(|at| record[at].trim_ascii().is_empty()) {
                "the row ends in a separator too many: let rows end as the header does"
            } else {
                "a separator inside a field, such as a mark between thousands, needs quotes around \
                 the field"
            };
            (FaultReason::TooManyFields { fields, expected }, hint)
        } else if cut {
            let reason = FaultReason::CutShort { fields, expected };
            (reason, "drop it again when it is complete")
        } else {
            let hint = "each row needs a field for each column, even where it is blank; a note or a second \
                        table below the rows must be taken out";
            (FaultReason::TooFewFields { fields, expected }, hint)
        };
        Some(Fault::of_line(line, reason).with_hint(hint))
    }

    /// Whether the source marks the record as a total; then what it doesn't sum over is known.
    #[inline]
    fn is_marked(&mut self, record: &Record) -> bool {
        let (Some(at), Some((_, text))) = (self.columns.marked, &self.context.source.totals.marked)
        else {
            return false;
        };
        self.group.clear();
        for key in self.columns.keys.iter().filter(|key| **key != at) {
            let text = String::from_utf8_lossy(record[*key].trim_ascii());
            self.group.push_str(&composed(&text));
            self.group.push(KEY_SEPARATOR);
        }
        let is_marked = is_text(&record[at], text);
        if let (true, Some(marked)) = (is_marked, &mut self.marked) {
            marked.count_record(&self.group);
        }
        is_marked
    }

    fn is_in_own_currency(&mut self, line: u64, record: &Record) -> bool {
        let Some(at) = self.columns.currency else { return true };
        if !self.columns.currency_is_declared && !cells::is_currency_code(&record[at]) {
            return true;
        }
        match self.currencies.look(line, &record[at], &self.cells) {
            RowCurrency::Own => true,
            RowCurrency::Other => false,
            RowCurrency::Blank => {
                let hint = Some("each row needs its currency".to_owned());
                self.add_cell(line, at, b"", CellFault { reason: FaultReason::BlankCell, hint });
                false
            }
        }
    }

    pub(super) fn day(&mut self, line: u64, record: &Record) -> Option<Day> {
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

    pub(super) fn campaign<'r>(&mut self, line: u64, record: &'r Record) -> Option<Cow<'r, str>> {
        match self.columns.campaign {
            Some(at) => self.text(line, at, record),
            None => Some(Cow::Borrowed("")),
        }
    }

    fn text<'r>(&mut self, line: u64, at: usize, record: &'r Record) -> Option<Cow<'r, str>> {
        let text = record[at].trim_ascii();
        cells::campaign(text).map_err(|fault| self.add_cell(line, at, text, fault)).ok()
    }

    /// Makes the whole key of a row whose source has further parts of it.
    pub(super) fn make_key(&mut self, row: Row<'_>, campaign: &str) -> Option<()> {
        self.key.clear();
        self.key.push_str(campaign);
        for place in 0..self.columns.keys.len() {
            let text = self.text(row.line, self.columns.keys[place], row.record)?;
            self.key.push(KEY_SEPARATOR);
            self.key.push_str(&text);
        }
        Some(())
    }

    /// The figures of one channel, and what is possible or not between them.
    pub(super) fn figures(&mut self, columns: MeasureColumns, row: Row<'_>) -> Option<Figures> {
        let spend = self.cell(columns.spend, row, CellReader::spend);
        let impressions = self.cell(columns.impressions, row, CellReader::impressions);
        let clicks = self.cell(columns.clicks, row, CellReader::clicks);
        let conversions = self.cell(columns.conversions, row, CellReader::conversions);
        let revenue = self.cell(columns.revenue, row, CellReader::revenue);
        if let (Some(Some(shown)), Some(Some(clicked))) = (impressions, clicks)
            && clicked > shown
        {
            let reason = FaultReason::ClicksAboveImpressions { impressions: shown };
            let hint = "are the two columns exchanged?";
            self.add_own(row, columns.clicks, reason, hint);
            return None;
        }
        if let (Some(Some(converted)), Some(Some(clicked))) = (conversions, clicks)
            && converted.millionths() > clicked.saturating_mul(1_000_000)
        {
            if self.context.source.refuse_conversions_above_clicks {
                let reason = FaultReason::ConversionsAboveClicks { clicks: clicked };
                let hint = "where views count as conversions too, set conversions_above_clicks = \
                            \"warn\" for the source";
                self.add_own(row, columns.conversions, reason, hint);
                return None;
            }
            self.warnings.conversions_above_clicks(row.line);
        }
        let figures = Figures {
            spend: spend?,
            revenue: revenue?,
            impressions: impressions?,
            clicks: clicks?,
            conversions: conversions?,
        };
        if figures.spend.is_none_or(|spend| spend == FineMoney::ZERO) {
            self.look_at_spendless(columns.spend, row, figures);
        }
        Some(figures)
    }

    /// What a cell holds, without spaces around it; the outer `None` where it has a fault.
    #[inline]
    #[expect(clippy::option_option, reason = "a fault, or a figure that isn't known")]
    pub(super) fn cell<T>(
        &mut self,
        at: Option<usize>,
        row: Row<'_>,
        read: impl FnOnce(&CellReader, &[u8]) -> Result<Option<T>, CellFault>,
    ) -> Option<Option<T>> {
        let Some(at) = at else { return Some(None) };
        let text = row.record[at].trim_ascii();
        read(&self.cells, text).map_err(|fault| self.add_cell(row.line, at, text, fault)).ok()
    }

    /// Adds the fault of a cell that was read well.
    #[cold]
    fn add_own(&mut self, row: Row<'_>, at: Option<usize>, reason: FaultReason, hint: &str) {
        let at = at.expect("its cell was read");
        let fault = CellFault { reason, hint: Some(hint.to_owned()) };
        self.add_cell(row.line, at, row.record[at].trim_ascii(), fault);
    }

    #[cold]
    pub(super) fn add_cell(&mut self, line: u64, at: usize, text: &[u8], fault: CellFault) {
        let CellFault { reason, hint } = fault;
        let value = (!text.is_empty()).then(|| shown_bytes(text));
        let column = Some(self.columns.names[at].clone());
        self.faults.add(Fault { line: Some(line), column, value, reason, hint, times: 1 });
    }

    /// Hands on what a row states, unless it is a total.
    #[inline]
    pub(super) fn state<E>(
        &mut self,
        row: &StatedRow<'_>,
        is_marked: bool,
        sink: Sink<'_, E>,
    ) -> Result<(), E> {
        if !self.columns.all_known {
            // What looks like a double may differ in a column that isn't read.
            return Ok(());
        }
        let Some(marked) = self.marked.as_mut() else { return self.hand_on(row, sink).map(drop) };
        if !is_marked {
            if self.hand_on(row, sink)?
                && let Some(marked) = &mut self.marked
            {
                marked.add(&self.group, row);
            }
        } else if let Some((first, figures)) = marked.hold(&self.group, row) {
            self.conflict(row, first, figures);
        }
        Ok(())
    }

    /// Hands a row to the sink; whether it is a new one.
    pub(super) fn hand_on<E>(&mut self, row: &StatedRow<'_>, sink: Sink<'_, E>) -> Result<bool, E> {
        if !self.spreads_days {
            return self.hand_on_one(row, sink);
        }
        let days = u64::from(row.day.num_days_in_month());
        let mut is_new = true;
        for at in 0..days {
            let figures = shares::of_day(row.figures, at, days);
            let day = plus_days(row.day, at);
            if !self.hand_on_one(&StatedRow { day, figures, ..*row }, sink)? {
                is_new = false;
                break;
            }
        }
        Ok(is_new)
    }

    #[inline]
    fn hand_on_one<E>(&mut self, row: &StatedRow<'_>, sink: Sink<'_, E>) -> Result<bool, E> {
        let stated = sink(row)?;
        if stated == Stated::New {
            self.count_new(row);
            return Ok(true);
        }
        self.count_again(row, stated);
        Ok(false)
    }

    /// Counts a row whose key no row before it has.
    pub(super) fn count_new(&mut self, row: &StatedRow<'_>) {
        // A row is added to one sum alone: those of pairs become part of the totals at the end.
        let is_summed = match (&mut self.pairs, row.subject) {
            (Some(pairs), Subject::Channel(channel)) => pairs.add(row, channel),
            _ => false,
        };
        if !is_summed {
            self.totals.add(row);
        }
        let is_known = row.figures.spend.is_some() && row.figures.revenue.is_some();
        if !is_known && self.counts_for_budgets && row.subject != Subject::Business {
            self.warnings.add_without_money(Some((row.line, 1)));
        }
        if let (Some(sums), Subject::Channel(_)) = (&mut self.check_sums, row.subject) {
            sums.add(row.day, row.figures);
        }
    }
}
