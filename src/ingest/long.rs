//! A record about one channel → what it states of it.

use super::campaigns::Campaigns;
use super::cells::CellFault;
use super::fault::FaultReason;
use super::header::LongColumns;
use super::rows::{Row, Rows, Sink};
use crate::domain::{StatedRow, Subject};

impl Rows<'_> {
    pub(super) fn take_long<E>(
        &mut self,
        columns: LongColumns,
        row: Row<'_>,
        sink: Sink<'_, E>,
    ) -> Result<(), E> {
        let day = self.day(row.line, row.record);
        let campaign = self.campaign(row.line, row.record);
        let channel = self.channel(columns, campaign.as_deref(), row);
        let figures = self.figures(columns.measures, row);
        let (Some(day), Some(channel), Some(campaign), Some(figures)) =
            (day, channel, campaign, figures)
        else {
            return Ok(());
        };
        let campaign = campaign.as_ref();
        let subject = Subject::Channel(channel);
        let line = row.line;
        if self.columns.keys.is_empty() {
            let stated = StatedRow { line, day, subject, campaign, figures, controls: "" };
            return self.state(&stated, row.is_marked, sink);
        }
        if self.make_key(row, campaign).is_none() {
            return Ok(());
        }
        let key = std::mem::take(&mut self.key);
        let stated = StatedRow { line, day, subject, campaign: &key, figures, controls: "" };
        let outcome = self.state(&stated, row.is_marked, sink);
        self.key = key;
        outcome
    }

    /// The first of these that gives the row a channel: a pattern for its campaign, its own cell, the
    /// one channel of the source.
    fn channel(
        &mut self,
        columns: LongColumns,
        campaign: Option<&str>,
        row: Row<'_>,
    ) -> Option<usize> {
        if self.campaigns.has_rules()
            && let Some(channel) = self.campaigns.by_rule(campaign?)
        {
            return Some(channel);
        }
        let Some(at) = columns.channel else {
            if self.campaigns.has_rules() && self.context.source.channel.is_none() {
                let (reason, hint) = Campaigns::no_rule();
                let at = self.columns.campaign?;
                let fault = CellFault { reason, hint: Some(hint) };
                self.add_cell(row.line, at, row.record[at].trim_ascii(), fault);
            }
            return self.campaigns.fixed;
        };
        let text = &row.record[at];
        if let Some(channel) = self.channels.find(text) {
            return Some(channel);
        }
        let trimmed = text.trim_ascii();
        let fault = if trimmed.is_empty() {
            if self.campaigns.fixed.is_some() {
                return self.campaigns.fixed;
            }
            let hint = "each row needs its channel".to_owned();
            CellFault { reason: FaultReason::BlankCell, hint: Some(hint) }
        } else {
            let (reason, hint) = self.channels.explain(&String::from_utf8_lossy(trimmed));
            CellFault { reason, hint: Some(hint) }
        };
        self.add_cell(row.line, at, trimmed, fault);
        None
    }
}
