//! Runs one week for one account: gate → decision → bundle → signature → outbox, with the audit
//! log ahead of each visible step. A week that is published is never decided again unasked.

use std::path::PathBuf;

use super::advice::advice_for;
use super::answer::{Asked, answer, evidence_outliers, facts_for, gate};
use super::behind::behind_of;
use super::corrected::corrected_weeks;
use super::past::past_weeks;
use super::pool::tell_pool;
use super::shown::shown_files;
use super::{Run, Unit, WorkflowError, account_chain};
use crate::audit::Event;
use crate::decision::{Decision, Remarks, Standing};
use crate::domain::calendar::day_of;
use crate::domain::{Account, DayFact, Digest, Instant, Week};
use crate::history::MissingDays;
use crate::report;
use crate::report::page::PageInput;
use crate::store::bundle::{AUDIT, BundleName, DECISION, EXPLANATION, TABLE};
use crate::store::ledger::{NewPublication, Publication};
use crate::store::outbox::Outbox;

/// What to run.
#[derive(Debug, Clone)]
pub struct WeekRequest {
    /// The week to decide; `None`: the one that `stated_at` lies in.
    pub week: Option<Week>,
    /// The time that the decision is asked for.
    pub stated_at: Instant,
    /// The real time, for the audit log.
    pub now: Instant,
    /// Decides and publishes nothing.
    pub dry_run: bool,
    /// Decides a published week again, for this reason.
    pub revise: Option<String>,
    /// When the run had been due, where it is caught up.
    pub caught_up_from: Option<Instant>,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub enum WeekOutcome {
    /// The bundle is in the outbox.
    Published(Box<PublishedWeek>),
    /// What would have been published.
    Previewed(Box<Decision>),
    /// The week was published before; nothing changed.
    AlreadyDecided {
        /// The week.
        week: Week,
        /// Its newest revision.
        revision: u32,
        /// Its bundle.
        folder: PathBuf,
    },
    /// The evidence is not complete yet; nothing was published.
    Waiting {
        /// The week.
        week: Week,
        /// What is missing.
        missing: Vec<MissingDays>,
        /// When it will hold instead; `None`: never, since there is nothing to hold yet.
        holds_from: Option<Instant>,
    },
}

impl WeekOutcome {
    /// What was decided now, or would be.
    pub fn decision(&self) -> Option<&Decision> {
        match self {
            Self::Published(published) => Some(&published.decision),
            Self::Previewed(decision) => Some(decision),
            Self::AlreadyDecided { .. } | Self::Waiting { .. } => None,
        }
    }
}

/// A bundle in the outbox.
#[derive(Debug, Clone)]
pub struct PublishedWeek {
    /// What was decided.
    pub decision: Decision,
    /// The folder of the bundle.
    pub folder: PathBuf,
    /// The digest of its manifest.
    pub manifest: Digest,
}

impl Unit<'_> {
    /// Runs a week of `account`, once what an interrupted run left of it is dealt with.
    pub fn run_week(
        &mut self,
        account: &Account,
        request: &WeekRequest,
    ) -> Result<WeekOutcome, WorkflowError> {
        self.ensure_recovered(account, request.now)?;
        self.check_clock(account, request.now)?;
        let week = request
            .week
            .unwrap_or_else(|| account.week_of(day_of(request.stated_at, account.time_zone)));
        check_not_far_ahead(account, week, request.stated_at)?;
        let existing = self.ledger.publication(&account.id, week)?;
        let revision = match (&existing, &request.revise) {
            (Some(existing), None) => {
                if !request.dry_run {
                    // It may have been published before it began.
                    self.point_latest(account, request.now)?;
                }
                return Ok(self.already_decided(account, existing));
            }
            // It was asked for, interrupted, and is asked for again: that is one revision.
            (Some(existing), Some(reason)) if self.has_just_revised(account, week, reason) => {
                return Ok(self.already_decided(account, existing));
            }
            (Some(existing), Some(_)) => existing.revision + 1,
            (None, Some(_)) => return Err(nothing_to_revise(account, week)),
            (None, None) => 1,
        };
        let facts = facts_for(&self.ledger, account, week)?;
        let hold = match gate(&self.ledger, account, week, &facts, request.stated_at)? {
            Standing::Ready => None,
            Standing::Hold(reason) => Some(reason),
            Standing::Waiting { missing, holds_from } => {
                return Ok(WeekOutcome::Waiting { week, missing, holds_from });
            }
        };
        let (stated_at, revise_reason) = (request.stated_at, request.revise.clone());
        let remarks = self.remarks(account, week, &facts, stated_at)?;
        let asked = Asked { week, revision, revise_reason, stated_at };
        let decision = answer(&self.ledger, account, &asked, hold, &facts, remarks)?;
        if request.dry_run {
            return Ok(WeekOutcome::Previewed(Box::new(decision)));
        }
        self.publish(account, decision, request)
            .map(|published| WeekOutcome::Published(Box::new(published)))
    }

    /// The published weeks, oldest first, whose reference is an older revision of `week` than
    /// `revision`: revising `week` leaves them as they are.
    pub fn weeks_on_older_revisions(
        &self,
        account: &Account,
        week: Week,
        revision: u32,
    ) -> Result<Vec<Week>, WorkflowError> {
        behind_of(&self.ledger, account, week, revision)
    }

    /// Records the weeks that nobody decided, once for each.
    pub fn record_missed(
        &mut self,
        account: &Account,
        missed: &[Run],
        now: Instant,
    ) -> Result<(), WorkflowError> {
        for Run { week, scheduled_at } in missed {
            if !self.ledger.is_missed(&account.id, *week)? {
                self.ensure_recovered(account, now)?;
                let event = Event::Missed { week: week.first_day(), due_at: *scheduled_at };
                let chain = account_chain(&account.id);
                let head = self.announce(&chain, now, &event)?;
                self.ledger.record_missed(&account.id, *week, *scheduled_at, (&chain, head))?;
            }
        }
        Ok(())
    }

    /// Whether this unit of work has published this revision for an interrupted one.
    fn has_just_revised(&self, account: &Account, week: Week, reason: &str) -> bool {
        let revised = self.revised.get(&account.id);
        revised.is_some_and(|revised| revised.week == week && revised.reason == reason)
    }

    fn already_decided(&self, account: &Account, existing: &Publication) -> WeekOutcome {
        let name = BundleName { week: existing.week.first_day(), revision: existing.revision };
        WeekOutcome::AlreadyDecided {
            week: existing.week,
            revision: existing.revision,
            folder: self.workspace.outbox().path(&account.id, name),
        }
    }

    /// What people should look at beside the decision on `week`.
    fn remarks(
        &self,
        account: &Account,
        week: Week,
        facts: &[DayFact],
        stated_at: Instant,
    ) -> Result<Remarks, WorkflowError> {
        let (outliers, outliers_unlisted) = evidence_outliers(account, week, facts);
        let (corrected, corrected_unlisted) =
            corrected_weeks(&self.ledger, account, stated_at, Some(week))?;
        // What would not change needs nobody's eye.
        let corrected =
            corrected.into_iter().filter(|it| !it.would_stay()).map(|it| it.week).collect();
        Ok(Remarks { outliers, outliers_unlisted, corrected, corrected_unlisted })
    }

    /// The order is the promise: what is recorded is durable before it is visible, the bundle is
    /// complete before its name exists, and the ledger follows last, so that a crash anywhere in
    /// between is finished or forgotten by `recover`.
    fn publish(
        &mut self,
        account: &Account,
        decision: Decision,
        request: &WeekRequest,
    ) -> Result<PublishedWeek, WorkflowError> {
        let chain = account_chain(&account.id);
        // Without a key nothing is announced, let alone published.
        self.load_key(request.now)?;
        if let Some(due_at) = request.caught_up_from {
            let event = Event::CaughtUp { week: decision.week.first_day(), due_at };
            self.announce(&chain, request.now, &event)?;
        }
        let decision_json = report::decision_json(&decision);
        let advice = advice_for(self.workspace, &self.ledger, account, decision.week);
        let decided = decided_event(&decision, &decision_json, &advice.fallbacks, request);
        let decided_head = self.announce(&chain, request.now, &decided)?;
        let since = self.ledger.last_bundle_seq(&account.id)?;
        let segment = self.chain(&chain, request.now)?.journal.records_since(since)?;
        let name = BundleName { week: decision.week.first_day(), revision: decision.revision };
        let table = report::recommendations_csv(&decision);
        let explanation = report::explanation_txt(&decision);
        let past = past_weeks(&self.ledger, &decision)?;
        let advised = advice.page.as_ref().map_err(String::as_str);
        let shown = PageInput { decision: &decision, past: &past, advice: advised };
        let shown = shown_files(&shown);
        let mut files: Vec<(&str, &[u8])> = vec![
            (TABLE, &table),
            (EXPLANATION, &explanation),
            (DECISION, &decision_json),
            (AUDIT, &segment),
        ];
        files.extend(shown.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
        files.extend(advice.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
        let outbox = Outbox::open(&self.workspace.config.paths.outbox)?;
        let key = self.key.as_ref().expect("it was loaded above");
        outbox.write_allowed_signers(key)?;
        let staged = outbox.stage(&account.id, name, &files, key)?;
        let manifest = staged.manifest;
        let announced = Event::Published {
            week: decision.week.first_day(),
            revision: decision.revision,
            manifest,
        };
        let head = self.announce(&chain, request.now, &announced)?;
        let folder = outbox.publish(&staged, day_of(request.now, account.time_zone))?;
        let text = String::from_utf8(decision_json).expect("JSON is UTF-8");
        let publication = NewPublication {
            account: account.id.clone(),
            week: decision.week,
            revision: decision.revision,
            hold_reason: decision.held.as_ref().map(|reason| reason.code().to_owned()),
            manifest,
            budgets: decision
                .channels
                .iter()
                .map(|channel| (channel.channel.clone(), channel.final_budget))
                .collect(),
            vetoed: decision.vetoes.iter().map(|veto| veto.channel.clone()).collect(),
            decision: text,
            stated_at: request.stated_at,
            published_at: request.now,
            audit_seq: decided_head.seq,
        };
        self.ledger.record_publication(&publication, (&chain, head))?;
        // What accounts tell each other takes nothing from what is published.
        if let Err(error) = tell_pool(self.workspace, account, advice.told.as_ref()) {
            tracing::warn!(account = account.id.as_str(), %error, "the pool was not brought up to date");
        }
        Ok(PublishedWeek { decision, folder, manifest })
    }
}

fn decided_event(
    decision: &Decision,
    decision_json: &[u8],
    advice_fallbacks: &[String],
    request: &WeekRequest,
) -> Event {
    Event::Decided {
        week: decision.week.first_day(),
        revision: decision.revision,
        outcome: if decision.held.is_some() { "held" } else { "decided" }.to_owned(),
        hold: decision.held.as_ref().map(|reason| reason.code().to_owned()),
        vetoes: decision.vetoes.iter().map(|veto| veto.channel.clone()).collect(),
        vetoes_overruled: decision
            .vetoes_overruled
            .iter()
            .map(|veto| veto.channel.clone())
            .collect(),
        fallbacks: [decision.fallbacks().as_slice(), advice_fallbacks].concat(),
        revise_reason: decision.revise_reason.clone(),
        decision: Digest::of(decision_json),
        stated_at: request.stated_at,
    }
}

/// A week beyond the next has no evidence to come soon: somebody mistyped it.
fn check_not_far_ahead(
    account: &Account,
    week: Week,
    stated_at: Instant,
) -> Result<(), WorkflowError> {
    let next = account.week_of(day_of(stated_at, account.time_zone)).forward(1);
    if week <= next {
        return Ok(());
    }
    Err(WorkflowError::Usage {
        message: format!("the week of {week} is too far ahead"),
        hint: format!("at this time the last week that can be decided is that of {next}"),
    })
}

fn nothing_to_revise(account: &Account, week: Week) -> WorkflowError {
    WorkflowError::Usage {
        message: format!("account {}: the week {week} has no decision to revise", account.id),
        hint: "run decide without --revise".to_owned(),
    }
}
