//! The worker's life: a round for each wake-up, by one configuration after the other, until it is
//! asked to stop.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use sd_notify::NotifyState;
use tracing::{error, info};

use super::hints::Hints;
use super::hooks::Hooks;
use super::reload::{Load, Loaded, Reloaded, reload};
use super::round::Rounds;
use super::wake::{Bell, Wake};
use super::{DaemonError, LOCK_POLL, clock, notify_systemd, shown};
use crate::api::Telemetry;
use crate::audit::{DAEMON_CHAIN, Event};
use crate::domain::Instant;
use crate::domain::text::escape;
use crate::store::keys::SigningKey;
use crate::workflow::{Interrupt, Unit, WorkflowError, Workspace};

/// The least time between two rounds: a file that grows rings at each write.
const ROUND_GAP: Duration = Duration::from_millis(200);

/// The one thread that takes files and runs weeks.
pub struct Worker<'w> {
    pub interrupt: &'w Interrupt,
    pub bell: &'w Bell,
    pub telemetry: &'w Arc<Telemetry>,
}

impl Worker<'_> {
    /// Works by the configuration, and by the next one that `load` reads once it is asked to.
    pub fn work(&self, mut loaded: Loaded, load: &Load) -> Result<(), DaemonError> {
        let started_at = clock();
        if !self.record(&loaded.workspace, &started())? {
            return Ok(());
        }
        let accounts = loaded.workspace.config.accounts.len();
        info!(version = env!("CARGO_PKG_VERSION"), accounts, "started");
        let mut hooks = Hooks::default();
        while let Some((next, changes)) = self.work_by(&loaded, load, started_at, &mut hooks)? {
            if !self.record(&next.workspace, &Event::Reloaded { changes: changes.clone() })? {
                return Ok(());
            }
            for change in changes {
                info!(change, "the configuration changed");
            }
            let accounts = next.workspace.config.accounts.iter();
            self.telemetry.serve(accounts.map(|account| account.id.clone()));
            loaded = next;
        }
        Ok(())
    }

    /// Works by one configuration. Returns the next one, with what changed, or nothing at the end.
    fn work_by(
        &self,
        loaded: &Loaded,
        load: &Load,
        started_at: Instant,
        hooks: &mut Hooks,
    ) -> Result<Option<(Loaded, Vec<String>)>, DaemonError> {
        let workspace = &*loaded.workspace;
        look_at_the_key(workspace);
        let accounts = workspace.config.accounts.iter();
        let folders: BTreeSet<_> =
            accounts.map(|account| workspace.places.drop_folder(&account.id)).collect();
        let hints = Hints::new(self.bell, folders);
        *hooks = Hooks::begin(&workspace.config.hooks, hooks, self.telemetry)?;
        let told = (self.telemetry.clone(), hooks.clone());
        let mut rounds = Rounds::new(workspace, self.interrupt, started_at, hints, told);
        rounds.make_drop_folders();
        // Ready before the first round: to take a backlog may last longer than systemd waits.
        rounds.first_look();
        notify_systemd(&[NotifyState::Ready]);
        info!("ready");
        let mut told = String::new();
        let mut not_reloaded = None;
        loop {
            let pause = rounds.round(clock(), std::time::Instant::now())?;
            if self.interrupt.is_set() {
                return Ok(None);
            }
            let status = status_line(not_reloaded.as_deref(), &rounds.status_line());
            if status != told {
                notify_systemd(&[NotifyState::Status(&status)]);
                told = status;
            }
            match self.bell.wait(pause) {
                Wake::Stop => return Ok(None),
                Wake::Look => self.bell.rest(ROUND_GAP),
                Wake::Reload => match read_again(loaded, load) {
                    Reloaded::Same => not_reloaded = None,
                    Reloaded::Changed(next, changes) => return Ok(Some((next, changes))),
                    Reloaded::Refused(why) => not_reloaded = Some(why),
                },
            }
        }
    }

    /// Records an event of the daemon; false where it is asked to stop before that.
    fn record(&self, workspace: &Workspace, event: &Event) -> Result<bool, DaemonError> {
        match begin(workspace, self.interrupt) {
            Ok(mut unit) => unit.record(DAEMON_CHAIN, clock(), event)?,
            Err(WorkflowError::Interrupted { .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        Ok(true)
    }
}

/// Reads the configuration again and says what came of it.
fn read_again(loaded: &Loaded, load: &Load) -> Reloaded {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => notify_systemd(&[NotifyState::Reloading, now]),
        Err(_) => notify_systemd(&[NotifyState::Reloading]),
    }
    let reloaded = reload(loaded, load);
    match &reloaded {
        Reloaded::Same => info!("the configuration was read again and is as it was"),
        // It is said when it is recorded, and systemd is told when it is in force.
        Reloaded::Changed(..) => return reloaded,
        Reloaded::Refused(why) => {
            error!(why, "the configuration was read again and not taken; the old one is in force");
        }
    }
    notify_systemd(&[NotifyState::Ready]);
    reloaded
}

/// What systemd shows: first what an operator asked for in vain.
fn status_line(not_reloaded: Option<&str>, rounds: &str) -> String {
    match not_reloaded {
        Some(why) => format!("the new configuration is not in force: {why}; {rounds}"),
        None => rounds.to_owned(),
    }
}

fn started() -> Event {
    Event::Started { version: env!("CARGO_PKG_VERSION").to_owned() }
}

/// Weeks may pass before the key is needed; whoever starts the daemon is to know now.
fn look_at_the_key(workspace: &Workspace) {
    match SigningKey::load(&workspace.config.signing.key) {
        Ok(key) => info!(fingerprint = key.fingerprint(), "signs"),
        Err(error) => {
            let hint = error.hint().map(escape);
            error!(error = shown(&error), hint, "nothing can be signed, so nothing is published");
        }
    }
}

/// Begins a unit of work as soon as no other process is at one, and not once a stop is asked for.
pub(super) fn begin<'w>(
    workspace: &'w Workspace,
    interrupt: &'w Interrupt,
) -> Result<Unit<'w>, WorkflowError> {
    loop {
        if interrupt.is_set() {
            return Err(WorkflowError::Interrupted { what: "a unit of work".to_owned() });
        }
        if let Some(unit) = workspace.try_begin(interrupt)? {
            return Ok(unit);
        }
        thread::sleep(LOCK_POLL);
    }
}
