//! One round of the worker: look into every drop folder, take what has settled, decide what is
//! due. Trouble of one account is said once, shown, tried again and survived; our own state that
//! can't be used is not. The ledger is opened only where there is something to do.

mod key;
mod memory;
mod steady;
mod turn;
mod week;

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use tracing::{error, info, warn};

use super::hints::Hints;
use super::hooks::Hooks;
use super::waits::Waits;
use super::{DaemonError, shown};
use crate::api::{Next, Telemetry, Trouble};
use crate::config::HookEvent;
use crate::domain::calendar::day_of;
use crate::domain::text::escape;
use crate::domain::{Account, Day, Instant};
use crate::store::files;
use crate::workflow::{WorkflowError, Workspace, meant_for_nobody, next_run};

use key::Key;
use memory::{Memory, Part, WeekStanding};
use steady::Steady;
use turn::Round;

/// How soon a file that is settling is looked at again.
const SETTLING_PAUSE: Duration = Duration::from_secs(1);

/// How often the disks' room is looked at.
const DISKS_EVERY: Duration = Duration::from_mins(1);

/// How long the clock must have gone on without a step before anything is removed for being old: a
/// wrong one is mostly noticed by then.
const STEADY_FOR: Duration = Duration::from_hours(12);

/// What the worker remembers from round to round.
pub struct Rounds<'w> {
    workspace: &'w Workspace,
    /// How units of work are begun, and what those who ask from outside are told.
    waits: Waits<'w>,
    started_at: Instant,
    hints: Hints,
    key: Key,
    disks_looked_at: Option<std::time::Instant>,
    /// The day on which old originals and logs were removed last, in UTC.
    pruned_on: Option<Day>,
    /// How the clock goes.
    steady: Steady,
    /// In the order of the configuration's accounts.
    memories: Vec<Memory>,
    /// What was said of the inbox that belongs to nobody.
    nobody: BTreeSet<String>,
    nobody_trouble: Option<String>,
}

impl<'w> Rounds<'w> {
    /// Nothing seen yet.
    pub fn new(waits: Waits<'w>, started_at: Instant, hints: Hints) -> Self {
        let workspace = waits.workspace;
        let memories = workspace.config.accounts.iter().map(|_| Memory::default()).collect();
        Self {
            workspace,
            waits,
            started_at,
            hints,
            key: Key::default(),
            disks_looked_at: None,
            pruned_on: None,
            steady: Steady::default(),
            memories,
            nobody: BTreeSet::new(),
            nobody_trouble: None,
        }
    }

    /// Makes the drop folders that are missing, once, and of accounts alone that nothing was ever
    /// taken for: one that goes away later is reported and not made again, since what stood there
    /// may have been a mount.
    pub fn make_drop_folders(&self) {
        for account in &self.workspace.config.accounts {
            // Where it can't be made, or must not be, the first round says why.
            drop(self.workspace.drop_folder_at_start(account));
        }
    }

    /// Serves every account once. Returns how long to pause at most.
    pub fn round(
        &mut self,
        now: Instant,
        monotonic: std::time::Instant,
    ) -> Result<Duration, DaemonError> {
        let mut pause = Duration::from_secs(self.workspace.config.inbox.scan_seconds);
        if self.key.look(&self.waits, monotonic) {
            let unsigned = |memory: &&mut Memory| memory.standing == WeekStanding::CannotBeSigned;
            self.memories.iter_mut().filter(unsigned).for_each(|memory| memory.ask_again = None);
        }
        let mut round = Round {
            workspace: self.workspace,
            waits: &self.waits,
            started_at: self.started_at,
            now,
            monotonic,
            telemetry: &self.waits.telemetry,
            hooks: &self.waits.hooks,
            unit: None,
        };
        for (account, memory) in self.workspace.config.accounts.iter().zip(&mut self.memories) {
            match round.serve(account, memory, &mut self.hints) {
                Ok(settling) if settling => pause = pause.min(SETTLING_PAUSE),
                Ok(_) => {}
                Err(WorkflowError::Interrupted { .. }) => return Ok(Duration::ZERO),
                Err(error) => return Err(error.into()),
            }
            if let Some(at) = memory.ask_again {
                pause = pause.min(at.saturating_duration_since(monotonic));
            }
            tell_of(&self.waits.telemetry, account, memory, now);
            tell_hooks_of_troubles(&self.waits.hooks, account, memory);
            round.give_way();
        }
        drop(round);
        self.look_at_nobodys();
        self.look_at_disks(monotonic);
        self.prune_each_day(now, monotonic);
        Ok(pause.max(Duration::from_millis(1)))
    }

    /// What systemd shows: trouble first.
    pub fn status_line(&self) -> String {
        let accounts = self.workspace.config.accounts.iter().zip(&self.memories);
        let mut parts: Vec<String> = self.key.trouble().map(str::to_owned).into_iter().collect();
        for (account, memory) in accounts.clone() {
            // What the key keeps from being decided was said already.
            let is_told = |trouble: &memory::Trouble| self.key.trouble() == Some(&trouble.text);
            let mut untold = memory.troubles.iter().filter(|(_, trouble)| !is_told(trouble));
            if let Some((part, trouble)) = untold.next() {
                let (what, text) = (part.words(), &trouble.text);
                parts.push(format!("account {}: {what}: {text}", account.id));
                break;
            }
        }
        let count = |wanted: WeekStanding| {
            self.memories.iter().filter(|memory| memory.standing == wanted).count()
        };
        let number = self.memories.len();
        let accounts = if number == 1 { "account" } else { "accounts" };
        parts.push(format!("{number} {accounts}"));
        match (count(WeekStanding::WaitsForData), count(WeekStanding::CannotBeSigned)) {
            (0, 0) => parts.push("nothing due".to_owned()),
            (0, unsigned) => parts.push(format!("{unsigned} can't be signed")),
            (waiting, 0) => parts.push(format!("{waiting} waiting for data")),
            (waiting, unsigned) => {
                parts.push(format!("{waiting} waiting for data, {unsigned} can't be signed"));
            }
        }
        if !self.nobody.is_empty() {
            parts.push(format!("{} in the inbox for nobody", self.nobody.len()));
        }
        parts.join("; ")
    }

    /// Looks at the key and into every drop folder once and takes nothing: from then on the daemon is
    /// ready.
    pub fn first_look(&mut self, monotonic: std::time::Instant) {
        self.key.look(&self.waits, monotonic);
        for (account, memory) in self.workspace.config.accounts.iter().zip(&mut self.memories) {
            turn::look_only(self.workspace, account, memory, &mut self.hints);
        }
        self.waits.telemetry.ready();
    }

    /// Removes what `[retention]` no longer keeps, once a day. What fails is tried again tomorrow. By a
    /// clock that was put to another time a while ago, or that is behind, nothing is old.
    fn prune_each_day(&mut self, now: Instant, monotonic: std::time::Instant) {
        let is_steady = self.steady.look(now, monotonic) >= STEADY_FOR;
        let today = Some(now.date_naive());
        let is_behind = |memory: &Memory| memory.troubles.contains_key(&Part::Clock);
        if self.pruned_on == today || !is_steady || self.memories.iter().any(is_behind) {
            return;
        }
        self.pruned_on = today;
        match self.workspace.prune(now, false, &|| self.waits.begin()) {
            Ok(pruned) if pruned.originals.is_empty() && pruned.logs.is_empty() => {}
            Ok(pruned) => info!(
                originals = pruned.originals.len(),
                logs = pruned.logs.len(),
                "removed what [retention] no longer keeps"
            ),
            Err(WorkflowError::Interrupted { .. }) => {}
            Err(trouble) => {
                let error = shown(&trouble);
                warn!(error, "what [retention] no longer keeps could not be removed");
            }
        }
    }

    fn look_at_disks(&mut self, monotonic: std::time::Instant) {
        let is_fresh = |at: std::time::Instant| monotonic.duration_since(at) < DISKS_EVERY;
        if self.disks_looked_at.is_some_and(is_fresh) {
            return;
        }
        self.disks_looked_at = Some(monotonic);
        for (name, path) in self.workspace.places.folders() {
            // A folder that is gone is said elsewhere.
            if let Ok(bytes) = files::free_bytes(path) {
                self.waits.telemetry.disk_free(name, bytes);
            }
        }
    }

    /// Says once of each thing that lies directly in an inbox of several accounts.
    fn look_at_nobodys(&mut self) {
        match meant_for_nobody(self.workspace) {
            Ok(scan) => {
                self.nobody_trouble = None;
                let names = scan.candidates.iter().map(|file| escape(&file.name));
                let found: BTreeSet<String> =
                    names.chain(scan.ignored.into_iter().map(|object| object.name)).collect();
                for name in found.difference(&self.nobody) {
                    warn!(name, "in the inbox for nobody: each account has a folder in it");
                }
                self.nobody = found;
            }
            Err(trouble) => {
                let text = shown(&trouble);
                if self.nobody_trouble.as_ref() != Some(&text) {
                    error!(error = text, "the inbox can't be read");
                    self.nobody_trouble = Some(text);
                }
            }
        }
    }
}

/// Tells of what began to fail in the account's turn.
fn tell_hooks_of_troubles(hooks: &Hooks, account: &Account, memory: &mut Memory) {
    for (part, text) in std::mem::take(&mut memory.fresh_troubles) {
        let text = format!("{}: {text}", part.words());
        let mut fields =
            json!({ "account": account.id.as_str(), "part": part.code(), "text": text });
        if let Some(week) = memory.week_of(part) {
            fields["week"] = week.into();
        }
        hooks.tell(HookEvent::Failure, &fields);
    }
}

/// Tells how an account stands after its turn.
fn tell_of(telemetry: &Telemetry, account: &Account, memory: &mut Memory, now: Instant) {
    if memory.next_run.as_ref().is_none_or(|times| !times.contains(&now)) {
        memory.next_run = next_run(account, now).map(|(_, at)| now..at);
    }
    let next = Next {
        run: memory.next_run.as_ref().map(|times| times.end),
        newest_day: memory.newest_day,
        today: Some(day_of(now, account.time_zone)),
        is_waiting: memory.standing != WeekStanding::NothingDue,
    };
    let troubles = memory.troubles.iter().map(|(part, trouble)| Trouble {
        part: part.code(),
        text: format!("{}: {}", part.words(), trouble.text),
    });
    telemetry.account(&account.id, next, troubles.collect());
}

#[cfg(test)]
mod tests;
