//! Finishes or forgets what an interrupted unit of work left behind: first a publication that was
//! announced, then claimed files, then whatever was announced and never happened.

use super::take::TakenFile;
use super::{Revised, Unit, WorkflowError, account_chain};
use crate::audit::{Event, Record};
use crate::domain::calendar::day_of;
use crate::domain::{Account, ChannelName, Currency, Digest, Instant, Money, Week};
use crate::store::StoreError;
use crate::store::bundle::{BundleName, DECISION};
use crate::store::inbox::sweep_staging;
use crate::store::ledger::NewPublication;
use crate::store::outbox::{Outbox, StagedBundle};

impl Unit<'_> {
    /// Brings `account` to where no work is half done. Every unit of work begins with it; where
    /// nothing was interrupted it costs one look at the end of the log and at a few folders.
    /// Claimed files of which nothing is recorded yet are held to have arrived at `arrived_at`,
    /// as files are that wait.
    pub fn recover(
        &mut self,
        account: &Account,
        arrived_at: Instant,
        now: Instant,
        done: &mut dyn FnMut(&TakenFile),
    ) -> Result<(), WorkflowError> {
        self.recover_publication(account, now)?;
        let chain = account_chain(&account.id);
        let folder = self.drop_folder(account)?;
        sweep_staging(&self.workspace.places.state().staging())?;
        folder.sweep_claimed()?;
        folder.restore_orphans()?;
        let left = folder.claimed()?;
        if !left.is_empty() {
            folder.sweep()?;
        }
        // First the file that the log speaks of, then what else it announced in vain, and only
        // then anything new: a new record that is acknowledged acknowledges all before it.
        let open = self.chain(&chain, now)?;
        let (recorded, others): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|claimed| open.knows(&claimed.claim_id));
        for claimed in recorded {
            self.stop_if_asked("a file that was claimed before")?;
            done(&self.take_claimed(account, &folder, &claimed, arrived_at, now)?);
        }
        self.supersede_pending(&chain, now)?;
        self.recovered.insert(account.id.clone());
        if others.is_empty() || self.newest_event_behind(account, now)?.is_some() {
            // What nothing is recorded of waits, claimed, for a clock that can be believed.
            return Ok(());
        }
        for claimed in others {
            self.stop_if_asked("a file that was claimed before")?;
            done(&self.take_claimed(account, &folder, &claimed, arrived_at, now)?);
        }
        Ok(())
    }

    /// Sees to it that nothing is recorded behind what an interrupted unit of work announced:
    /// another program may have been killed since the last one. Only where that was a file is the
    /// drop folder needed; a week can be decided while the folder can't be reached.
    pub(super) fn ensure_recovered(
        &mut self,
        account: &Account,
        now: Instant,
    ) -> Result<(), WorkflowError> {
        if self.recovered.contains(&account.id) {
            return Ok(());
        }
        self.recover_publication(account, now)?;
        let chain = account_chain(&account.id);
        if self.chain(&chain, now)?.knows_files() {
            return self.recover(account, now, now, &mut |_| ());
        }
        self.supersede_pending(&chain, now)
    }

    /// The part of [`Unit::recover`] that needs no drop folder: a week can be decided after it,
    /// while what is claimed waits for its folder.
    pub fn recover_publication(
        &mut self,
        account: &Account,
        now: Instant,
    ) -> Result<(), WorkflowError> {
        self.finish_removals(account, now)?;
        self.finish_publication(account, &account_chain(&account.id), now)?;
        self.workspace.outbox().discard_staged(&account.id)?;
        Ok(())
    }

    /// A bundle that was announced is complete and durable, beside its target or already there:
    /// it appears, and the ledger learns of it.
    fn finish_publication(
        &mut self,
        account: &Account,
        chain: &str,
        now: Instant,
    ) -> Result<(), WorkflowError> {
        let open = self.chain(chain, now)?;
        let announced = open.pending.iter().rev().find_map(|record| match record.event {
            Event::Published { week, revision, manifest } => {
                Some((Week::starting(week), revision, manifest, record.clone()))
            }
            _ => None,
        });
        let Some((week, revision, manifest, record)) = announced else { return Ok(()) };
        let head = open.journal.head().expect("a chain with a pending record has a head");
        let decided =
            open.pending.iter().rev().find(|other| is_decided(other, week, revision)).cloned();
        let outbox = Outbox::open(&self.workspace.config.paths.outbox)?;
        let name = BundleName { week: week.first_day(), revision };
        let staged = StagedBundle { account: account.id.clone(), name, manifest };
        let is_staged = outbox.find_staged(&account.id, manifest)?.is_some();
        if !is_staged && outbox.find(&account.id, name)? != Some(manifest) {
            return Err(lost_bundle(&outbox.path(&account.id, name), manifest).into());
        }
        outbox.publish(&staged, day_of(now, account.time_zone))?;
        let decision = outbox.read(&account.id, name, DECISION)?;
        let publication = published_again(&staged, &decision, &record, decided.as_ref())
            .ok_or_else(|| lost_bundle(&outbox.path(&account.id, name), manifest))?;
        self.ledger.record_publication(&publication, (chain, head))?;
        self.chain(chain, now)?.pending.clear();
        if let Some(reason) = decided.as_ref().and_then(revise_reason) {
            self.revised.insert(account.id.clone(), Revised { week, reason });
        }
        Ok(())
    }

    /// What is still pending never took effect, and says so in the log.
    fn supersede_pending(&mut self, chain: &str, now: Instant) -> Result<(), WorkflowError> {
        let open = self.chain(chain, now)?;
        open.supersede(now, |_| true)?;
        let head = open.journal.head();
        if let Some(head) = head
            && self.ledger.chain_head(chain)? != Some(head)
        {
            self.ledger.set_chain_head(chain, head)?;
        }
        Ok(())
    }
}

/// What the ledger is to know of a bundle, from the bundle itself; `None`: its decision can't be
/// read.
fn published_again(
    bundle: &StagedBundle,
    decision: &[u8],
    published: &Record,
    decided: Option<&Record>,
) -> Option<NewPublication> {
    let text = String::from_utf8(decision.to_vec()).ok()?;
    let value: serde_json::Value = serde_json::from_str(&text).ok()?;
    // The decision's own: the account's may have been changed since.
    let currency = Currency::from_code(value["currency"].as_str()?)?;
    let budget = |channel: &serde_json::Value| {
        let name = ChannelName::new(channel["channel"].as_str()?).ok()?;
        let budget = Money::parse(channel["final_budget"].as_str()?, currency).ok()?;
        Some((name, budget))
    };
    let vetoed = |veto: &serde_json::Value| ChannelName::new(veto["channel"].as_str()?).ok();
    Some(NewPublication {
        account: bundle.account.clone(),
        week: Week::starting(bundle.name.week),
        revision: bundle.name.revision,
        hold_reason: value["hold"]["kind"].as_str().map(str::to_owned),
        manifest: bundle.manifest,
        budgets: value["channels"].as_array()?.iter().map(budget).collect::<Option<_>>()?,
        vetoed: value["vetoes"].as_array()?.iter().map(vetoed).collect::<Option<_>>()?,
        decision: text,
        stated_at: decided.map_or(published.time, stated_at),
        published_at: published.time,
        audit_seq: decided.map_or(published.seq - 1, |decided| decided.seq),
    })
}

fn is_decided(record: &Record, of_week: Week, of_revision: u32) -> bool {
    matches!(&record.event, Event::Decided { week, revision, .. }
        if *week == of_week.first_day() && *revision == of_revision)
}

fn stated_at(record: &Record) -> Instant {
    match &record.event {
        Event::Decided { stated_at, .. } => *stated_at,
        _ => record.time,
    }
}

fn revise_reason(decided: &Record) -> Option<String> {
    match &decided.event {
        Event::Decided { revise_reason, .. } => revise_reason.clone(),
        _ => None,
    }
}

fn lost_bundle(folder: &std::path::Path, manifest: Digest) -> StoreError {
    StoreError::Damaged {
        what: format!("the audit log announces a bundle with manifest {manifest} that is nowhere"),
        path: folder.to_owned(),
        hint: "restore the outbox folder of this account from a backup".to_owned(),
    }
}
