//! What is known of a file besides its rows → the event, the receipt and the ledger's record of it.

use super::read::Terms;
use crate::audit::{Event, FileEvent};
use crate::domain::text::escape;
use crate::domain::{Account, Digest, Grain, Instant, Source, Week};
use crate::ingest::{DailyReport, Rejection};
use crate::report::{self, ReceiptChannel, ReceiptInput, ReceiptOutcome};
use crate::store::inbox::Claimed;
use crate::store::ledger::{Changes, Incoming, NewFile};

/// What is known of a file besides its rows.
pub(super) struct FileFacts<'a> {
    /// Whose file it is.
    pub account: &'a Account,
    /// The claim.
    pub claimed: &'a Claimed,
    /// The digest of its content.
    pub sha256: Digest,
    /// Its size.
    pub bytes: u64,
    /// On which terms it is taken.
    pub terms: Terms<'a>,
    /// When it is held to have arrived.
    pub arrived_at: Instant,
    /// The real time.
    pub now: Instant,
}

/// What each row of a file covers once it is read: months may have been spread over their days.
pub(super) fn stated_grain(source: &Source) -> Grain {
    if source.spread_over_days { Grain::Day } else { source.grain }
}

/// What the ledger needs to begin with a file.
pub(super) fn incoming<'a>(
    claim: &'a str,
    name: &'a str,
    source: &'a Source,
    arrived_at: Instant,
) -> Incoming<'a> {
    Incoming {
        claim,
        arrived_at,
        grain: stated_grain(source),
        name,
        source: &source.name,
        channel_by: source.channel_by(),
    }
}

impl FileFacts<'_> {
    /// What the ledger needs to begin with it.
    pub fn incoming(&self) -> Incoming<'_> {
        let (claim, name) = (&self.claimed.claim_id, &self.claimed.name);
        incoming(claim, name, self.terms.source, self.arrived_at)
    }

    /// The event of its refusal.
    pub fn refused(&self, rejection: &Rejection) -> Event {
        Event::FileRefused {
            claim: self.claimed.claim_id.clone(),
            name: escape(&self.claimed.name),
            sha256: self.sha256,
            bytes: self.bytes,
            faults: rejection.faults_total,
            reasons: rejection.codes().into_iter().map(str::to_owned).collect(),
        }
    }

    /// The event of its rows.
    pub fn taken(&self, report: &DailyReport, changes: &Changes, archived: &str) -> Event {
        let event = FileEvent {
            claim: self.claimed.claim_id.clone(),
            name: escape(&self.claimed.name),
            sha256: self.sha256,
            bytes: self.bytes,
            rows: report.rows,
            first_day: report.first_day,
            last_day: report.last_day,
            source: report.source.clone(),
            archived: escape(archived),
            arrived_at: self.arrived_at,
            replaced: changes.replaced,
            replacements: changes.replacements.clone(),
            dropped: changes.dropped.clone(),
            moved: changes.moved.clone(),
            other_sources: changes.other_sources.clone(),
            restate: self.terms.restate,
        };
        if changes.is_duplicate { Event::FileDuplicate(event) } else { Event::FileAccepted(event) }
    }

    /// The text of its receipt; `corrected` are the published weeks whose evidence it changes.
    pub fn receipt(&self, report: &DailyReport, changes: &Changes, corrected: Vec<Week>) -> String {
        let channels = report.channels.iter().map(|totals| ReceiptChannel {
            channel: totals.channel.clone(),
            days: totals.days,
            rows: totals.rows,
            figures: totals.figures,
        });
        let outcome =
            if changes.is_duplicate { ReceiptOutcome::Duplicate } else { ReceiptOutcome::Accepted };
        report::receipt(
            self.account,
            &ReceiptInput {
                file_name: &self.claimed.name,
                sha256: self.sha256,
                outcome,
                source: &report.source,
                rows: report.rows,
                grain: report.grain,
                business: report.business,
                first_day: report.first_day,
                last_day: report.last_day,
                channels: channels.collect(),
                warnings: report.warnings.iter().map(|warning| warning.text.clone()).collect(),
                replacements: changes.replacements.clone(),
                replaced_total: changes.replaced,
                corrected,
                dropped: changes.dropped.clone(),
            },
        )
    }

    /// What the ledger is to know of it.
    pub fn record(
        &self,
        taken: Option<(&DailyReport, String)>,
        replaced: u64,
        answer_name: &str,
        answer: &str,
    ) -> NewFile {
        let report = taken.as_ref().map(|(report, _)| *report);
        NewFile {
            claim: self.claimed.claim_id.clone(),
            name: self.claimed.name.clone(),
            sha256: self.sha256,
            bytes: self.bytes,
            rows: report.map_or(0, |report| report.rows),
            first_day: report.map(|report| report.first_day),
            last_day: report.map(|report| report.last_day),
            arrived_at: self.arrived_at,
            taken_at: self.now,
            archived: taken.map(|(_, archived)| archived),
            answer_name: answer_name.to_owned(),
            answer: answer.to_owned(),
            source: self.terms.source.name.clone(),
            replaced,
        }
    }
}
