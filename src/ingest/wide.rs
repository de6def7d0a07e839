//! A record about several channels → what it states of each of them that has a cell, and of the
//! whole business.

use super::cells::{CellFault, CellReader};
use super::exact::minus;
use super::fault::FaultReason;
use super::header::{OutcomeColumns, WideColumns};
use super::rows::{Row, Rows, Sink};
use super::shares;
use crate::domain::source::RevenueSpread;
use crate::domain::{Day, Figures, FineMoney, StatedRow, Subject};

/// A count as it is usually written, which is what a control is kept as too.
fn plain_count(text: &[u8]) -> Option<&str> {
    let is_count = matches!(text, [b'0'] | [b'1'..=b'9', ..])
        && text.len() <= 18
        && text.iter().all(u8::is_ascii_digit);
    if is_count { std::str::from_utf8(text).ok() } else { None }
}

/// Appends a text as JSON; the usual one has nothing to escape.
fn push_json(object: &mut String, text: &str) {
    let is_plain =
        text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\'));
    if is_plain {
        object.push('"');
        object.push_str(text);
        object.push('"');
    } else {
        object.push_str(&serde_json::Value::from(text).to_string());
    }
}

impl Rows<'_> {
    pub(super) fn take_wide<E>(
        &mut self,
        columns: &WideColumns,
        row: Row<'_>,
        sink: Sink<'_, E>,
    ) -> Result<(), E> {
        let mut stated = std::mem::take(&mut self.stated);
        let mut controls = std::mem::take(&mut self.controls);
        stated.clear();
        let business = self.read_wide(columns, row, &mut stated, &mut controls);
        let mut outcome = Ok(());
        if let Some((day, business)) = business {
            let key = std::mem::take(&mut self.key);
            let campaign = key.as_str();
            let line = row.line;
            for &(channel, figures) in &stated {
                let subject = Subject::Channel(channel);
                let of_channel = StatedRow { line, day, subject, campaign, figures, controls: "" };
                outcome = outcome.and_then(|()| self.state(&of_channel, row.is_marked, sink));
            }
            if business.is_some() || !columns.controls.is_empty() {
                let figures = Figures { revenue: business, ..Figures::NONE };
                let controls = controls.as_str();
                let subject = Subject::Business;
                let of_business = StatedRow { line, day, subject, campaign, figures, controls };
                outcome = outcome.and_then(|()| self.state(&of_business, row.is_marked, sink));
            }
            self.key = key;
        }
        self.stated = stated;
        self.controls = controls;
        outcome
    }

    /// The day and the outcome of a record, with its channels, controls and key made ready; `None`
    /// where any of them has a fault.
    fn read_wide(
        &mut self,
        columns: &WideColumns,
        row: Row<'_>,
        stated: &mut Vec<(usize, Figures)>,
        controls: &mut String,
    ) -> Option<(Day, Option<FineMoney>)> {
        let day = self.day(row.line, row.record);
        let campaign = self.campaign(row.line, row.record);
        let key = campaign.and_then(|campaign| self.make_key(row, &campaign));
        let mut is_whole = true;
        for &(channel, measures) in &columns.channels {
            match self.figures(measures, row) {
                Some(Figures::NONE) => {}
                Some(figures) => stated.push((channel, figures)),
                None => is_whole = false,
            }
        }
        let outcome = match columns.outcome {
            Some(columns) => self.outcome(columns, row),
            None => Some(None),
        };
        let controls = self.read_controls(columns, row, controls);
        let outcome = outcome?;
        if is_whole && let Some(outcome) = outcome {
            self.spread(outcome, columns, row, stated)?;
        }
        key?;
        controls?;
        is_whole.then_some((day?, outcome))
    }

    /// The revenue of the whole business: the outer `None` for a fault.
    #[expect(clippy::option_option, reason = "a fault, or an outcome that isn't known")]
    fn outcome(&mut self, columns: OutcomeColumns, row: Row<'_>) -> Option<Option<FineMoney>> {
        match columns {
            OutcomeColumns::One(at) => self.cell(Some(at), row, CellReader::outcome),
            OutcomeColumns::Difference(one, other) => {
                let from = self.cell(Some(one), row, CellReader::outcome);
                let off = self.cell(Some(other), row, CellReader::outcome);
                let (Some(from), Some(off)) = (from?, off?) else { return Some(None) };
                if off > from && !self.context.source.allow_negative_revenue {
                    let names = [&self.columns.names[one], &self.columns.names[other]];
                    let hint = format!(
                        "{} is less than {}; where refunds may exceed sales, set negative_revenue = \
                         \"accept\" for the source",
                        names[0], names[1]
                    );
                    let fault = CellFault { reason: FaultReason::NegativeAmount, hint: Some(hint) };
                    let [from, off] = [one, other].map(|at| row.record[at].trim_ascii());
                    self.add_cell(row.line, one, &[from, b" - ", off].concat(), fault);
                    return None;
                }
                Some(Some(minus(from, off)))
            }
            OutcomeColumns::Product(one, other) => {
                let first = self.cell(Some(one), row, CellReader::factor);
                let second = self.cell(Some(other), row, CellReader::factor);
                let (Some(first), Some(second)) = (first?, second?) else { return Some(None) };
                let product = first.times(second, &self.cells);
                let texts = [one, other].map(|at| row.record[at].trim_ascii());
                let value = || [texts[0], b" * ", texts[1]].concat();
                let product =
                    product.map_err(|fault| self.add_cell(row.line, one, &value(), fault));
                product.ok().map(Some)
            }
        }
    }

    /// The controls as a JSON object.
    fn read_controls(
        &mut self,
        columns: &WideColumns,
        row: Row<'_>,
        object: &mut String,
    ) -> Option<()> {
        object.clear();
        if columns.controls.is_empty() {
            return Some(());
        }
        let mut is_whole = true;
        object.push('{');
        for (at, name) in &columns.controls {
            let text = row.record[*at].trim_ascii();
            if object.len() > 1 {
                object.push(',');
            }
            push_json(object, name);
            object.push(':');
            if let Some(count) = plain_count(text) {
                push_json(object, count);
                continue;
            }
            match self.cells.control(text) {
                Ok(text) => push_json(object, &text),
                Err(fault) => {
                    self.add_cell(row.line, *at, text, fault);
                    is_whole = false;
                }
            }
        }
        object.push('}');
        is_whole.then_some(())
    }

    /// Gives the channels of a record their shares of its outcome, where the source asks for that.
    fn spread(
        &mut self,
        outcome: FineMoney,
        columns: &WideColumns,
        row: Row<'_>,
        stated: &mut [(usize, Figures)],
    ) -> Option<()> {
        let by = self.context.source.revenue_spread;
        let has_own = columns.channels.iter().any(|(_, measures)| measures.revenue.is_some());
        if by == RevenueSpread::None || has_own {
            return Some(());
        }
        let weights: Vec<u128> = stated.iter().map(|(_, figures)| weight(*figures, by)).collect();
        let Some(shares) = shares::in_proportion(outcome.rounded(), &weights) else {
            let at = match columns.outcome? {
                OutcomeColumns::One(at)
                | OutcomeColumns::Difference(at, _)
                | OutcomeColumns::Product(at, _) => at,
            };
            let reason = FaultReason::NothingToShareBy { by: word(by) };
            let hint = "no channel of the row has any: share by another measure, or not at all \
                        (revenue_spread = \"none\")";
            let fault = CellFault { reason, hint: Some(hint.to_owned()) };
            self.add_cell(row.line, at, row.record[at].trim_ascii(), fault);
            return None;
        };
        for ((_, figures), share) in stated.iter_mut().zip(shares) {
            figures.revenue = Some(share.into());
        }
        self.warnings.spread(word(by));
        Some(())
    }
}

/// What a channel counts in the sharing: spend in millionths of the minor unit.
fn weight(figures: Figures, by: RevenueSpread) -> u128 {
    const PER_MILLIONTH: u64 = FineMoney::REST_PER_MINOR / 1_000_000;
    match by {
        RevenueSpread::None => 0,
        RevenueSpread::Spend => figures.spend.map_or(0, |spend| {
            let minor = u128::try_from(spend.minor().minor()).unwrap_or(0);
            minor * 1_000_000 + u128::from(spend.rest() / PER_MILLIONTH)
        }),
        RevenueSpread::Impressions => figures.impressions.unwrap_or(0).into(),
        RevenueSpread::Clicks => figures.clicks.unwrap_or(0).into(),
        RevenueSpread::Conversions => figures.conversions.map_or(0, |it| it.millionths().into()),
    }
}

const fn word(by: RevenueSpread) -> &'static str {
    match by {
        RevenueSpread::None => "nothing",
        RevenueSpread::Spend => "spend",
        RevenueSpread::Impressions => "impressions",
        RevenueSpread::Clicks => "clicks",
        RevenueSpread::Conversions => "conversions",
    }
}
