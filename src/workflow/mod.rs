//! Takes a file, runs a week, recovers from a crash: joins the pure stages with the store. The
//! time is always an argument, and each unit of work holds one lock while it lasts.

mod advice;
mod ahead;
mod answer;
mod audit;
mod backup;
mod behind;
mod check;
mod clock;
mod corrected;
mod enter;
mod file_facts;
mod import;
mod in_force;
mod inbox;
mod keys;
mod late;
mod model;
mod past;
mod places;
mod pool;
mod prune;
mod read;
mod recover;
mod remarks;
mod restore;
mod room;
mod schedule;
mod shown;
mod standing;
mod take;
mod validate;
mod week;

pub use ahead::{RulesAhead, rules_ahead};
pub use audit::{AuditOf, each_audit_record, verify_audit};
pub use backup::{BackUp, BackedUp};
pub use behind::Behind;
pub use clock::{ClockStanding, EarlyWeek, clock_behind, is_behind, latest_publication};
pub use corrected::Corrected;
pub use import::{ImportAnswer, Imported};
pub use in_force::{Credential, InForce, in_force};
pub use inbox::against_companion_beside;
pub use keys::Rotation;
pub use late::{Grown, PAUSES_FOR, as_refused};
pub use model::{
    LinearAnswer, LinearRequest, ModelData, ModelFiles, ModelReading, ModelRequest, Modelled,
    action_files, linear_model_of_file, mart_files, model_card, model_data_of_file,
    model_data_of_ledger, model_files, modelled, modelled_with, rules_budgets, step, terms,
};
#[cfg(feature = "nuts")]
pub use model::{PosteriorAnswer, PosteriorError, PosteriorModel, PosteriorRequest, posterior};
pub use places::Places;
pub use pool::{
    PoolFile, PooledAccount, PooledAccounts, SharedPool, learn_together, read_pool, write_pool,
};
pub use prune::Pruned;
pub use read::{Terms, Watch};
pub use restore::{Restored, check as check_backup, restore, restore_config};
pub use room::{ShortOfRoom, short_of_room};
pub use schedule::{Due, Run, due, latest_run, next_run, scheduled_at};
pub use shown::PLOTS;
pub use standing::{
    AccountStanding, FileStanding, Health, REFUSED_DAYS, account_standing, meant_for_nobody,
};
pub use take::{FileAnswer, TakenFile};
pub use validate::{Validated, validate};
pub use week::{PublishedWeek, WeekOutcome, WeekRequest};

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::SecondsFormat;
use thiserror::Error;

use crate::audit::{ChainHead, DAEMON_CHAIN, Event, Record};
use crate::config::Config;
use crate::domain::{Account, AccountId, Instant, Week};
use crate::store::StoreError;
use crate::store::archive::Archive;
use crate::store::files;
use crate::store::inbox::{Claimed, Room, Staged};
use crate::store::journal::Journal;
use crate::store::keys::SigningKey;
use crate::store::ledger::Ledger;
use crate::store::lock::Lock;
use crate::store::outbox::Outbox;

/// Why a unit of work ended without its result.
#[derive(Debug, Error)]
pub enum WorkflowError {
    /// The machine or our own state.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no key to sign with; nothing is published unsigned.
    #[error("nothing can be signed: {0}")]
    Key(#[source] StoreError),
    /// What was asked for makes no sense.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do instead.
        hint: String,
    },
    /// The clock is behind what the audit log already tells of: nothing is decided or taken.
    #[error(
        "the clock says {}, and the audit log of account {account} tells of {}: no week is decided and no \
         file taken; set the clock right; if it is right now and was ahead then, say so by \
         `budgetd decide --account {account} --clock-is-right`",
        now.to_rfc3339_opts(SecondsFormat::Secs, false),
        newest.to_rfc3339_opts(SecondsFormat::Secs, false)
    )]
    ClockBehind {
        /// The account's id.
        account: String,
        /// What the clock says.
        now: Instant,
        /// The newest time that the audit log tells of.
        newest: Instant,
    },
    /// The program was asked to stop; the work is taken up again at the next start.
    #[error("stopped before {what} was finished")]
    Interrupted {
        /// What was being done.
        what: String,
    },
}

/// A working folder with its configuration: where everything is, nothing opened yet.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The checked configuration.
    pub config: Config,
    /// Where state and drop folders are.
    pub places: Places,
}

impl Workspace {
    /// The workspace that `config` describes.
    pub fn new(config: Config) -> Self {
        let ids = config.accounts.iter().map(|account| account.id.clone()).collect();
        let places = Places::new(&config.paths, ids);
        Self { config, places }
    }

    /// The account of that id, or a usage error that names those there are.
    pub fn account(&self, id: &str) -> Result<&Account, WorkflowError> {
        self.config.accounts.iter().find(|account| account.id.as_str() == id).ok_or_else(|| {
            let known: Vec<&str> =
                self.config.accounts.iter().map(|account| account.id.as_str()).collect();
            WorkflowError::Usage {
                message: format!("there is no account \"{}\"", crate::domain::text::escape(id)),
                hint: format!("the configuration has: {}", known.join(", ")),
            }
        })
    }

    /// Begins a unit of work: waits for the lock and opens the ledger. `interrupt` ends long work
    /// between two rows of a file.
    pub fn begin<'w>(&'w self, interrupt: &'w Interrupt) -> Result<Unit<'w>, WorkflowError> {
        self.places.create_own()?;
        let path = self.places.state().work_lock();
        let Some(lock) = Lock::acquire_unless(&path, &|| interrupt.is_set())? else {
            return Err(WorkflowError::Interrupted { what: "waiting for other work".to_owned() });
        };
        self.begin_with(lock, interrupt)
    }

    /// As [`Workspace::begin`]; `None` where another unit of work is at it, which is not waited
    /// for.
    pub fn try_begin<'w>(
        &'w self,
        interrupt: &'w Interrupt,
    ) -> Result<Option<Unit<'w>>, WorkflowError> {
        self.places.create_own()?;
        match Lock::try_acquire(&self.places.state().work_lock())? {
            Some(lock) => self.begin_with(lock, interrupt).map(Some),
            None => Ok(None),
        }
    }

    fn begin_with<'w>(
        &'w self,
        lock: Lock,
        interrupt: &'w Interrupt,
    ) -> Result<Unit<'w>, WorkflowError> {
        let path = self.places.state().ledger();
        if !files::exists(&path) {
            self.check_nothing_was_lost()?;
        }
        let ledger = Ledger::open(&path)?;
        lock.note();
        Ok(Unit {
            workspace: self,
            interrupt,
            ledger,
            chains: BTreeMap::new(),
            recovered: BTreeSet::new(),
            revised: BTreeMap::new(),
            key: None,
            without_receipt: None,
            watch: None,
            archive: Archive::at(&self.config.paths.archive),
            room: None,
            owed: Vec::new(),
            keeps_originals: false,
            taken_lately: None,
            _lock: lock,
        })
    }

    /// The ledger for reading; `None`: nothing was ever taken or decided here.
    pub fn ledger_to_read(&self) -> Result<Option<Ledger>, WorkflowError> {
        let ledger = Ledger::open_existing(&self.places.state().ledger())?;
        if ledger.is_none() {
            self.check_nothing_was_lost()?;
        }
        Ok(ledger)
    }

    /// Where there is no ledger, nothing else may speak of one: weeks decided on what is left would
    /// be genuine and wrong.
    fn check_nothing_was_lost(&self) -> Result<(), StoreError> {
        let state = self.places.state();
        restore::check_finished(state)?;
        let mut traces = vec![("the audit log", state.audit_daemon())];
        for account in &self.config.accounts {
            let id = account.id.as_str();
            traces.push(("the audit log", state.audit_account(&account.id)));
            traces.push(("the outbox", self.config.paths.outbox.join(id)));
            traces.push(("the archive", self.config.paths.archive.join(id)));
        }
        for (what, path) in traces {
            if files::holds_something(&path)? {
                return Err(StoreError::Damaged {
                    what: format!("the ledger is gone, but {what} has records of it"),
                    path: state.ledger(),
                    hint: format!(
                        "restore the state folder from a backup; {} shows that there was one",
                        path.display()
                    ),
                });
            }
        }
        Ok(())
    }

    /// The outbox.
    pub fn outbox(&self) -> Outbox {
        Outbox::at(&self.config.paths.outbox)
    }
}

/// Set from a signal: long work looks at it and ends early, leaving nothing half done.
#[derive(Debug, Default)]
pub struct Interrupt(AtomicBool);

impl Interrupt {
    /// Asks for an early end.
    pub fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether an early end was asked for.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// One unit of work: the lock, the ledger and the audit chains that it has opened.
pub struct Unit<'w> {
    workspace: &'w Workspace,
    interrupt: &'w Interrupt,
    ledger: Ledger,
    chains: BTreeMap<String, OpenChain>,
    recovered: BTreeSet<AccountId>,
    /// Revisions that this unit of work has published for an interrupted one.
    revised: BTreeMap<AccountId, Revised>,
    key: Option<SigningKey>,
    /// Why the receipt of the file at hand could not be given.
    without_receipt: Option<String>,
    /// Told how many bytes of the file at hand have been read.
    watch: Option<Box<Watch>>,
    archive: Archive,
    /// The room for working copies, once it was looked at.
    room: Option<Room>,
    /// Files that are recorded and answered, and still claimed.
    owed: Vec<(Claimed, Staged)>,
    /// Whether originals that are taken are kept for a while.
    keeps_originals: bool,
    /// The names that files of an account were taken under a short while ago, each with when and how
    /// many rows, once a file without a header asked for them.
    taken_lately: Option<(AccountId, late::TakenLately)>,
    _lock: Lock,
}

/// A published week that was decided again, and why.
#[derive(Debug, PartialEq, Eq)]
struct Revised {
    week: Week,
    reason: String,
}

/// Why a record is superseded.
const STOPPED: &str = "the program was stopped before this took effect";

/// An audit chain, with the records of an interrupted unit of work that announced effects which
/// have not followed yet, and which no later record supersedes.
struct OpenChain {
    journal: Journal,
    pending: Vec<Record>,
}

impl OpenChain {
    fn new(journal: Journal, records: Vec<Record>) -> Self {
        let superseded: BTreeSet<u64> = records.iter().filter_map(superseded_seq).collect();
        let pending = records.into_iter().filter(|record| {
            announces_an_effect(&record.event) && !superseded.contains(&record.seq)
        });
        Self { journal, pending: pending.collect() }
    }

    /// Records `event`, durably, unless an interrupted unit of work has recorded the very same and
    /// is now taken up again. What that one recorded otherwise of the same file is superseded
    /// first: once the new record is acknowledged, nobody would look at the old one again.
    fn announce(&mut self, now: Instant, event: &Event) -> Result<ChainHead, WorkflowError> {
        if let Some(position) = self.pending.iter().position(|record| record.event == *event) {
            self.pending.remove(position);
            return Ok(self.journal.head().expect("a chain with a pending record has a head"));
        }
        if let Some(claim) = claim_of(event) {
            self.supersede(now, |record| claim_of(&record.event) == Some(claim))?;
        }
        Ok(self.journal.append(now, event)?)
    }

    /// Says in the log that the pending records that `is_one` names did not take effect.
    fn supersede(
        &mut self,
        now: Instant,
        is_one: impl Fn(&Record) -> bool,
    ) -> Result<(), WorkflowError> {
        while let Some(position) = self.pending.iter().position(&is_one) {
            let seq = self.pending[position].seq;
            self.journal.append(now, &Event::Superseded { seq, reason: STOPPED.to_owned() })?;
            self.pending.remove(position);
        }
        Ok(())
    }

    /// Whether an interrupted unit of work has recorded something of a claim.
    fn knows(&self, claim: &str) -> bool {
        self.pending.iter().any(|record| claim_of(&record.event) == Some(claim))
    }

    /// Whether an interrupted unit of work has recorded something of any file.
    fn knows_files(&self) -> bool {
        self.pending.iter().any(|record| claim_of(&record.event).is_some())
    }

    /// When a claim arrived, if an interrupted unit of work has recorded it as taken.
    fn recorded_arrival(&self, claim: &str) -> Option<Instant> {
        self.pending.iter().find_map(|record| match &record.event {
            Event::FileAccepted(file) | Event::FileDuplicate(file) if file.claim == claim => {
                Some(file.arrived_at)
            }
            _ => None,
        })
    }
}

impl Unit<'_> {
    /// The ledger, for reading.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Lets `watch` be told how many bytes of each file have been read, from now on.
    pub fn watch(&mut self, watch: Box<Watch>) {
        self.watch = Some(watch);
    }

    /// Records `event` in `chain`, durably. Returns what the ledger is to acknowledge.
    fn announce(
        &mut self,
        chain: &str,
        now: Instant,
        event: &Event,
    ) -> Result<ChainHead, WorkflowError> {
        self.chain(chain, now)?.announce(now, event)
    }

    /// Records an event that has no other effect, each time anew: there is nothing that an
    /// interrupted unit of work could have left to be finished.
    pub fn record(
        &mut self,
        chain: &str,
        now: Instant,
        event: &Event,
    ) -> Result<(), WorkflowError> {
        if chain == DAEMON_CHAIN {
            self.settle_rotation(now)?;
        }
        let head = self.chain(chain, now)?.journal.append(now, event)?;
        Ok(self.ledger.set_chain_head(chain, head)?)
    }

    fn chain(&mut self, chain: &str, now: Instant) -> Result<&mut OpenChain, WorkflowError> {
        if !self.chains.contains_key(chain) {
            // One account at a time: thousands of open logs would be too many files.
            self.chains.retain(|name, _| name == DAEMON_CHAIN);
            let acknowledged = self.ledger.chain_head(chain)?;
            let path = chain_path(self.workspace, chain)?;
            let (journal, pending) = Journal::open(&path, chain, acknowledged, now)?;
            self.chains.insert(chain.to_owned(), OpenChain::new(journal, pending.records));
        }
        Ok(self.chains.get_mut(chain).expect("it was opened above"))
    }

    /// Reads the signing key, once per unit of work.
    fn load_key(&mut self, now: Instant) -> Result<(), WorkflowError> {
        if self.key.is_none() {
            if files::exists(&SigningKey::next_path(&self.workspace.config.signing.key)) {
                self.settle_rotation(now)?;
            }
            let key = SigningKey::load(&self.workspace.config.signing.key);
            self.key = Some(key.map_err(WorkflowError::Key)?);
        }
        Ok(())
    }
}

const fn superseded_seq(record: &Record) -> Option<u64> {
    match record.event {
        Event::Superseded { seq, .. } => Some(seq),
        _ => None,
    }
}

/// Whether something follows the record that it announces: in the ledger, or in the outbox.
const fn announces_an_effect(event: &Event) -> bool {
    matches!(
        event,
        Event::FileAccepted(_)
            | Event::FileDuplicate(_)
            | Event::FileRefused { .. }
            | Event::ObjectIgnored { .. }
            | Event::CaughtUp { .. }
            | Event::Missed { .. }
            | Event::Decided { .. }
            | Event::Published { .. }
            | Event::KeyRotated { .. }
            | Event::OriginalRemoved { .. }
    )
}

/// The claim that an event is about.
fn claim_of(event: &Event) -> Option<&str> {
    match event {
        Event::FileAccepted(file) | Event::FileDuplicate(file) => Some(&file.claim),
        Event::FileRefused { claim, .. } => Some(claim),
        _ => None,
    }
}

/// Where the log of a chain is.
fn chain_path(workspace: &Workspace, chain: &str) -> Result<PathBuf, WorkflowError> {
    let state = workspace.places.state();
    if chain == DAEMON_CHAIN {
        return Ok(state.audit_daemon());
    }
    match AccountId::new(chain) {
        Ok(id) if files::exists(&state.audit_account(&id)) => Ok(state.audit_account(&id)),
        // One that was never heard of is told with those that are known.
        _ => Ok(state.audit_account(&workspace.account(chain)?.id)),
    }
}

/// The chain of an account.
pub fn account_chain(id: &AccountId) -> String {
    id.to_string()
}
