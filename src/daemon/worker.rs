//! The worker's life: a round for each wake-up, by one configuration after the other, until it is
//! asked to stop.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use sd_notify::NotifyState;
use tracing::{error, info};

use super::hints::Hints;
use super::hooks::Hooks;
use super::reload::{Load, Loaded, Reloaded, reload};
use super::round::Rounds;
use super::waits::Waits;
use super::wake::{Bell, Wake};
use super::{DaemonError, clock, notify_systemd, show_status, tell};
use crate::api::{CONFIGURATION, Telemetry};
use crate::audit::{DAEMON_CHAIN, Event};
use crate::config;
use crate::domain::Instant;
use crate::store::keys::SigningKey;
use crate::workflow::{Interrupt, WorkflowError, Workspace};

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
        self.telemetry.works_by(&loaded.workspace);
        let mut hooks =
            Hooks::begin(&loaded.workspace.config.hooks, &Hooks::default(), self.telemetry)?;
        if !record(&self.waits(&loaded.workspace, &hooks), &started(&loaded))? {
            return Ok(());
        }
        let accounts = loaded.workspace.config.accounts.len();
        info!(version = env!("CARGO_PKG_VERSION"), accounts, "started");
        while let Some((next, changes)) = self.work_by(&loaded, &hooks, load, started_at)? {
            hooks = Hooks::begin(&next.workspace.config.hooks, &hooks, self.telemetry)?;
            let settings = Some(config::digest(&next.texts));
            let event = Event::Reloaded { changes: changes.clone(), settings };
            if !record(&self.waits(&next.workspace, &hooks), &event)? {
                return Ok(());
            }
            for change in changes {
                info!(change, "the configuration changed");
            }
            let accounts = next.workspace.config.accounts.iter();
            self.telemetry.serve(accounts.map(|account| account.id.clone()));
            self.telemetry.works_by(&next.workspace);
            loaded = next;
        }
        Ok(())
    }

    /// Works by one configuration. Returns the next one, with what changed, or nothing at the end.
    fn work_by(
        &self,
        loaded: &Loaded,
        hooks: &Hooks,
        load: &Load,
        started_at: Instant,
    ) -> Result<Option<(Loaded, Vec<String>)>, DaemonError> {
        let workspace = &*loaded.workspace;
        let accounts = workspace.config.accounts.iter();
        let folders: BTreeSet<_> =
            accounts.map(|account| workspace.places.drop_folder(&account.id)).collect();
        let hints = Hints::new(self.bell, folders);
        let mut rounds = Rounds::new(self.waits(workspace, hooks), started_at, hints);
        rounds.make_drop_folders();
        // Ready before the first round: to take a backlog may last longer than systemd waits.
        rounds.first_look(std::time::Instant::now());
        notify_systemd(&[NotifyState::Ready]);
        info!("ready");
        let mut not_reloaded = None;
        loop {
            let pause = rounds.round(clock(), std::time::Instant::now())?;
            if self.interrupt.is_set() {
                return Ok(None);
            }
            show_status(&status_line(not_reloaded.as_deref(), &rounds.status_line()));
            match self.bell.wait(pause) {
                Wake::Stop => return Ok(None),
                Wake::Look => self.bell.rest(ROUND_GAP),
                Wake::Reload => {
                    let reloaded = read_again(loaded, load);
                    self.tell_of_reload(hooks, &reloaded, not_reloaded.as_deref());
                    match reloaded {
                        Reloaded::Same => not_reloaded = None,
                        Reloaded::Changed(next, changes) => return Ok(Some((next, changes))),
                        Reloaded::Refused(why) => not_reloaded = Some(why),
                    }
                }
            }
        }
    }

    /// A configuration on the disk that is not in force is a trouble until one is: at the next start
    /// it would be another daemon, or none.
    fn tell_of_reload(&self, hooks: &Hooks, reloaded: &Reloaded, before: Option<&str>) {
        match reloaded {
            Reloaded::Refused(why) if before == Some(why) => {}
            Reloaded::Refused(why) => {
                let text = format!("the configuration on disk was not taken: {why}");
                tell::own_trouble(self.telemetry, hooks, CONFIGURATION, &text);
            }
            Reloaded::Same | Reloaded::Changed(..) => self.telemetry.own(CONFIGURATION, None),
        }
    }

    fn waits<'w>(&'w self, workspace: &'w Workspace, hooks: &Hooks) -> Waits<'w> {
        let (telemetry, hooks) = (self.telemetry.clone(), hooks.clone());
        Waits { workspace, interrupt: self.interrupt, telemetry, hooks }
    }
}

/// Records an event of the daemon; false where it is asked to stop before that.
fn record(waits: &Waits<'_>, event: &Event) -> Result<bool, DaemonError> {
    match waits.begin() {
        Ok(mut unit) => unit.record(DAEMON_CHAIN, clock(), event)?,
        Err(WorkflowError::Interrupted { .. }) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    Ok(true)
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

fn started(loaded: &Loaded) -> Event {
    let signing = &loaded.workspace.config.signing;
    let signs = SigningKey::load(&signing.key).ok().map(|key| key.fingerprint());
    Event::Started {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        credential: signs.is_some() && signing.is_credential,
        signs,
        settings: Some(config::digest(&loaded.texts)),
    }
}
