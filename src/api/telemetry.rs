//! What the worker tells about itself as it goes, and what that says to those who ask.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::metrics::{Answer, Folder, Metrics, Outcome, Part, Reason, Work, of};
use crate::domain::{AccountId, Day, Instant};
use crate::workflow::{FileAnswer, PublishedWeek, TakenFile, Workspace};

/// Without a sign of life for so long the worker hangs: on a dead mount, or by a fault of ours. It is
/// well below the time after which systemd ends it, so that there is time to hear of it.
pub const HANGS_AFTER: Duration = Duration::from_mins(2);

/// The label of what is no account's.
const NO_ACCOUNT: &str = "";

/// The parts of the daemon itself that may fail: the configuration on the disk, the signing key, the
/// lock of a unit of work.
pub const OWN_PARTS: [&str; 3] = [CONFIGURATION, KEY, LOCK];

/// The configuration on the disk was not taken.
pub const CONFIGURATION: &str = "configuration";
/// Nothing can be signed.
pub const KEY: &str = "key";
/// Another process holds the lock of a unit of work, and for long.
pub const LOCK: &str = "lock";

/// How the time is told: this part of the program reads no clock of its own.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// The time of day.
    pub wall: fn() -> Instant,
    /// A time that never goes back.
    pub monotonic: fn() -> std::time::Instant,
}

/// Something that doesn't work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The part that fails, as a code.
    pub part: &'static str,
    /// What is wrong, fit to be shown.
    pub text: String,
}

/// What an account comes to next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Next {
    /// When its next run is scheduled.
    pub run: Option<Instant>,
    /// The newest day that has figures.
    pub newest_day: Option<Day>,
    /// Today, in its time zone.
    pub today: Option<Day>,
    /// Whether a week is due that can't be decided.
    pub is_waiting: bool,
}

/// What is known of the daemon by those who ask, kept up to date by its worker.
pub struct Telemetry {
    clock: Clock,
    metrics: Metrics,
    pulse: Mutex<Pulse>,
    workspace: Mutex<Option<Arc<Workspace>>>,
}

struct Pulse {
    is_ready: bool,
    seen_at: std::time::Instant,
    accounts: BTreeMap<AccountId, Standing>,
    /// Troubles of the daemon itself, by their parts.
    own: BTreeMap<&'static str, String>,
}

#[derive(Default)]
struct Standing {
    next: Next,
    troubles: Vec<Trouble>,
}

/// The answer to whether all is well.
pub(super) struct Health {
    pub is_well: bool,
    pub json: Value,
}

impl Telemetry {
    /// Of a daemon that has just started and serves these accounts.
    pub fn new(clock: Clock, accounts: impl IntoIterator<Item = AccountId>) -> Self {
        let seen_at = (clock.monotonic)();
        let (accounts_before, own) = (BTreeMap::new(), BTreeMap::new());
        let pulse = Pulse { is_ready: false, seen_at, accounts: accounts_before, own };
        let telemetry = Self {
            clock,
            metrics: Metrics::new(),
            pulse: Mutex::new(pulse),
            workspace: Mutex::new(None),
        };
        telemetry.metrics.start_time.set((clock.wall)().timestamp());
        for part in OWN_PARTS {
            telemetry.metrics.trouble.get_or_create(&labels(NO_ACCOUNT, part)).set(0);
        }
        telemetry.serve(accounts);
        telemetry
    }

    /// From now on these accounts are served; what was counted of others stays.
    pub fn serve(&self, accounts: impl IntoIterator<Item = AccountId>) {
        let mut pulse = self.pulse();
        let mut before = std::mem::take(&mut pulse.accounts);
        for id in accounts {
            self.metrics.begin(&id);
            let standing = before.remove(&id).unwrap_or_default();
            pulse.accounts.insert(id, standing);
        }
        for (id, standing) in before {
            self.metrics.forget(&id);
            for trouble in standing.troubles {
                self.metrics.trouble.remove(&part(&id, trouble.part));
            }
        }
    }

    /// The worker works by this workspace from now on.
    pub fn works_by(&self, workspace: &Arc<Workspace>) {
        *self.workspace.lock().unwrap_or_else(PoisonError::into_inner) = Some(workspace.clone());
    }

    /// The workspace in force; `None`: the worker has not begun.
    pub(super) fn workspace(&self) -> Option<Arc<Workspace>> {
        self.workspace.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The time of day.
    pub(super) fn now(&self) -> Instant {
        (self.clock.wall)()
    }

    /// A time that never goes back.
    pub(super) fn monotonic(&self) -> std::time::Instant {
        (self.clock.monotonic)()
    }

    /// A request was answered: by its route, never by its path, of which there is no end.
    pub(super) fn answered(&self, route: &str, status: u16, time: Duration) {
        let answer = Answer { route: route.to_owned(), status };
        self.metrics.requests.get_or_create(&answer).inc();
        self.metrics.request_durations.observe(time.as_secs_f64());
    }

    /// The worker goes on.
    pub fn beat(&self) {
        self.pulse().seen_at = (self.clock.monotonic)();
    }

    /// How long ago the worker was last seen to go on.
    pub fn silent_for(&self) -> Duration {
        let seen_at = self.pulse().seen_at;
        (self.clock.monotonic)().saturating_duration_since(seen_at)
    }

    /// Every drop folder has been looked into once.
    pub fn ready(&self) {
        self.pulse().is_ready = true;
    }

    pub(super) fn is_ready(&self) -> bool {
        self.pulse().is_ready
    }

    /// A file came to its end.
    pub fn file(&self, account: &AccountId, file: &TakenFile) {
        let outcome = match &file.answer {
            FileAnswer::Accepted { report, .. } => {
                self.metrics.rows.get_or_create(&of(account)).inc_by(report.rows);
                "accepted"
            }
            FileAnswer::Duplicate { .. } => "duplicate",
            FileAnswer::Refused { rejection, .. } => {
                let reason = rejection.faults.first().map_or("unknown", |it| it.reason.code());
                let reason = Reason { account: account.to_string(), reason };
                self.metrics.refusals.get_or_create(&reason).inc();
                "refused"
            }
            FileAnswer::Finished => "finished",
            FileAnswer::Changed
            | FileAnswer::NoRoom { .. }
            | FileAnswer::NotReady { .. }
            | FileAnswer::Ignored { .. } => return,
        };
        let outcome = Outcome { account: account.to_string(), outcome };
        self.metrics.files.get_or_create(&outcome).inc();
    }

    /// A bundle is in the outbox.
    pub fn published(&self, account: &AccountId, published: &PublishedWeek) {
        let decision = &published.decision;
        let outcome = if decision.held.is_some() { "held" } else { "decided" };
        let outcome = Outcome { account: account.to_string(), outcome };
        self.metrics.decisions.get_or_create(&outcome).inc();
        if let Some(hold) = &decision.held {
            let reason = Reason { account: account.to_string(), reason: hold.code() };
            self.metrics.holds.get_or_create(&reason).inc();
        }
        self.metrics.vetoes.get_or_create(&of(account)).inc_by(decision.vetoes.len() as u64);
    }

    /// A unit of work took so long.
    pub fn took(&self, work: &'static str, time: Duration) {
        self.metrics.durations.get_or_create(&Work { work }).observe(time.as_secs_f64());
    }

    /// How an account stands after a round.
    pub fn account(&self, account: &AccountId, next: Next, troubles: Vec<Trouble>) {
        let mut pulse = self.pulse();
        let standing = pulse.accounts.entry(account.clone()).or_default();
        for trouble in &standing.troubles {
            self.metrics.trouble.get_or_create(&part(account, trouble.part)).set(0);
        }
        for trouble in &troubles {
            self.metrics.trouble.get_or_create(&part(account, trouble.part)).set(1);
        }
        *standing = Standing { next, troubles };
    }

    /// A part of the daemon itself fails, for all accounts alike, or is well: one of [`OWN_PARTS`].
    pub fn own(&self, part: &'static str, trouble: Option<String>) {
        let fails = trouble.is_some();
        self.metrics.trouble.get_or_create(&labels(NO_ACCOUNT, part)).set(fails.into());
        let mut pulse = self.pulse();
        match trouble {
            Some(text) => drop(pulse.own.insert(part, text)),
            None => drop(pulse.own.remove(part)),
        }
    }

    /// So much room is left where a folder is.
    pub fn disk_free(&self, folder: &'static str, bytes: u64) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.metrics.disk_free.get_or_create(&Folder { folder }).set(bytes);
    }

    /// So many log lines were lost by now.
    pub fn log_lines_lost(&self, lines: u64) {
        self.metrics.log_lines_lost.set(i64::try_from(lines).unwrap_or(i64::MAX));
    }

    /// So many more events could not be told to a hook.
    pub fn hook_events_lost(&self, events: u64) {
        self.metrics.hook_events_lost.inc_by(events);
    }

    /// How many they are.
    pub fn hook_events_lost_so_far(&self) -> u64 {
        self.metrics.hook_events_lost.get()
    }

    /// What `/metrics` shows.
    pub(super) fn metrics(&self) -> String {
        let now = (self.clock.wall)().timestamp();
        let silent = i64::try_from(self.silent_for().as_secs()).unwrap_or(i64::MAX);
        self.metrics.seconds_since_sign_of_life.set(silent);
        for (id, Standing { next, .. }) in &self.pulse().accounts {
            self.metrics.waiting.get_or_create(&of(id)).set(next.is_waiting.into());
            if let Some(run) = next.run {
                self.metrics.next_run.get_or_create(&of(id)).set(run.timestamp());
                self.metrics.seconds_to_next_run.get_or_create(&of(id)).set(run.timestamp() - now);
            }
            if let (Some(newest), Some(today)) = (next.newest_day, next.today) {
                let lag = (today - newest).num_days() - 1;
                self.metrics.lag.get_or_create(&of(id)).set(lag);
            }
        }
        self.metrics.text()
    }

    /// Whether `/health` says so.
    pub fn is_well(&self) -> bool {
        self.health().is_well
    }

    /// What `/health` shows.
    pub(super) fn health(&self) -> Health {
        let silent = self.silent_for();
        let pulse = self.pulse();
        let own = pulse.own.iter().map(|(part, text)| json!({ "part": part, "text": text }));
        let of_accounts = pulse
            .accounts
            .iter()
            .flat_map(|(id, standing)| standing.troubles.iter().map(move |it| (id, it)))
            .map(|(id, it)| json!({ "account": id.as_str(), "part": it.part, "text": it.text }));
        let troubles: Vec<Value> = own.chain(of_accounts).collect();
        let waiting: Vec<&str> = pulse
            .accounts
            .iter()
            .filter(|(_, standing)| standing.next.is_waiting)
            .map(|(id, _)| id.as_str())
            .collect();
        let hangs = silent >= HANGS_AFTER;
        let is_well = troubles.is_empty() && !hangs;
        let status = match (hangs, is_well) {
            (true, _) => "hangs",
            (false, true) => "well",
            (false, false) => "trouble",
        };
        let json = json!({
            "status": status,
            "version": env!("CARGO_PKG_VERSION"),
            "ready": pulse.is_ready,
            "accounts": pulse.accounts.len(),
            "waiting": waiting,
            "troubles": troubles,
            "seconds_since_sign_of_life": silent.as_secs(),
        });
        Health { is_well, json }
    }

    fn pulse(&self) -> MutexGuard<'_, Pulse> {
        self.pulse.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn part(account: &AccountId, part: &'static str) -> Part {
    labels(account.as_str(), part)
}

fn labels(account: &str, part: &'static str) -> Part {
    Part { account: account.to_owned(), part }
}
