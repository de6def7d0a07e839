//! The loop: hints, scans and ticks wake one worker thread, which takes files and runs weeks one
//! after the other. Tokio waits; nothing that decides is asynchronous.

mod hints;
mod logs;
mod outside;
mod round;
mod tell;
mod wake;

pub use logs::{LogError, Logs};

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread;
use std::time::Duration;

use thiserror::Error;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::timeout;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tracing::{error, info, warn};

use crate::api::{Clock, Telemetry};
use crate::audit::DAEMON_CHAIN;
use crate::audit::Event;
use crate::domain::Instant;
use crate::domain::text::escape;
use crate::store::StoreError;
use crate::store::keys::SigningKey;
use crate::store::lock::Lock;
use crate::workflow::{Interrupt, Unit, WorkflowError, Workspace};

use hints::Hints;
use outside::Outside;
use round::Rounds;
use wake::{Bell, Wake};

/// How long the worker gets to finish what it is at once the daemon is asked to stop: it looks at
/// the interrupt between rows and files, so this is for a commit of millions of rows or a disk
/// that hangs. With what comes after it, the daemon ends within five seconds.
const STOP_WITHIN: Duration = Duration::from_secs(4);

/// How long the end waits for the tick, and for another unit of work to record the end after.
const STOP_STEP: Duration = Duration::from_millis(300);

/// The least time between two rounds: a file that grows rings at each write.
const ROUND_GAP: Duration = Duration::from_millis(200);

/// How often a lock that another process holds is tried again.
const LOCK_POLL: Duration = Duration::from_millis(20);

/// A tick every minute, so that a run is never later than that, whatever the hints do.
const TICK: &str = "0 * * * * *";

/// Why the daemon could not start or had to end.
#[derive(Debug, Error)]
pub enum DaemonError {
    /// A unit of work failed in a way that needs a fresh start or a person.
    #[error(transparent)]
    Work(#[from] WorkflowError),
    /// The machine or our own state.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Threads, timers or signals could not be set up.
    #[error("can't set up {what}: {source}")]
    Setup {
        /// What.
        what: &'static str,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The worker died.
    #[error(
        "the worker died: a fault of the program; what it was at is taken up at the next start"
    )]
    WorkerDied,
}

/// The one daemon of a state folder.
pub struct Daemon {
    workspace: Arc<Workspace>,
    /// Held for the daemon's whole life.
    _lock: Lock,
}

impl Daemon {
    /// Becomes the daemon of this state, unless another process is.
    pub fn claim(workspace: Workspace) -> Result<Self, StoreError> {
        workspace.places.create_own()?;
        let path = workspace.places.state().run_lock();
        match Lock::try_acquire(&path)? {
            Some(lock) => Ok(Self { workspace: Arc::new(workspace), _lock: lock }),
            None => Err(StoreError::Busy { path }),
        }
    }

    /// Runs until SIGTERM or SIGINT. `lost` counts the log lines that could not be written.
    pub fn run(&self, lost: Arc<AtomicU64>) -> Result<(), DaemonError> {
        let ending = self.start(lost);
        if let Err(error) = &ending {
            let words = shown(error);
            error!(error = words, "ended");
            notify_systemd(&[sd_notify::NotifyState::Status(&format!("ended: {words}"))]);
        }
        ending
    }

    fn start(&self, lost: Arc<AtomicU64>) -> Result<(), DaemonError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|source| setup("the runtime", source))?;
        let ending = runtime.block_on(serve(&self.workspace, lost));
        runtime.shutdown_background();
        ending
    }
}

async fn serve(workspace: &Arc<Workspace>, lost: Arc<AtomicU64>) -> Result<(), DaemonError> {
    // Signals first: from here on none ends the process unasked.
    let mut terminate =
        signal(SignalKind::terminate()).map_err(|source| setup("signals", source))?;
    let mut interrupted =
        signal(SignalKind::interrupt()).map_err(|source| setup("signals", source))?;
    let interrupt = Arc::new(Interrupt::default());
    let bell = Bell::new();
    let mut scheduler = ticks(&bell).await.map_err(|source| setup("the tick", source))?;
    let ids = workspace.config.accounts.iter().map(|account| account.id.clone());
    let time = Clock { wall: clock, monotonic: std::time::Instant::now };
    let telemetry = Arc::new(Telemetry::new(time, ids));
    let listen = workspace.config.api.as_ref().map(|api| api.listen);
    let outside = Outside::begin(listen, &telemetry, lost).await?;
    let (ended_sender, mut ended) = tokio::sync::oneshot::channel();
    let worker = {
        let (workspace, interrupt, bell) = (workspace.clone(), interrupt.clone(), bell.clone());
        let telemetry = telemetry.clone();
        thread::Builder::new()
            .name("worker".to_owned())
            .spawn(move || {
                let result = work(&workspace, &interrupt, &bell, telemetry);
                ended_sender.send(()).unwrap_or_default();
                result
            })
            .map_err(|source| setup("the worker", source))?
    };
    let asked = asked_to_stop(&mut terminate, &mut interrupted, &mut ended).await;
    notify_systemd(&[sd_notify::NotifyState::Stopping]);
    interrupt.set();
    bell.ring(Wake::Stop);
    outside.end(STOP_STEP).await;
    if timeout(STOP_STEP, scheduler.shutdown()).await.is_err() {
        warn!("the tick did not end in time");
    }
    if asked.is_some() && timeout(STOP_WITHIN, &mut ended).await.is_err() {
        warn!(signal = asked, "stopped in the middle of work, which the next start takes up");
        return Ok(());
    }
    worker.join().map_err(|_| DaemonError::WorkerDied)??;
    match asked {
        Some(signal) => stopped(workspace, signal).await,
        None => Ok(()),
    }
}

/// Waits for a signal, whose name it returns, or for the worker's end.
async fn asked_to_stop(
    terminate: &mut Signal,
    interrupted: &mut Signal,
    ended: &mut tokio::sync::oneshot::Receiver<()>,
) -> Option<&'static str> {
    tokio::select! {
        _ = terminate.recv() => Some("SIGTERM"),
        _ = interrupted.recv() => Some("SIGINT"),
        _ = ended => None,
    }
}

/// Records the end, unless another process is at work for longer than there is time.
async fn stopped(workspace: &Workspace, signal: &'static str) -> Result<(), DaemonError> {
    let interrupt = Interrupt::default();
    let event = Event::Stopped { signal: signal.to_owned() };
    for _ in 0..STOP_STEP.as_millis() / LOCK_POLL.as_millis() {
        if let Some(mut unit) = workspace.try_begin(&interrupt)? {
            unit.record(DAEMON_CHAIN, clock(), &event)?;
            info!(signal, "stopped");
            return Ok(());
        }
        tokio::time::sleep(LOCK_POLL).await;
    }
    warn!(signal, "stopped; another budgetd is at work, so the audit log doesn't tell");
    Ok(())
}

/// The worker's life: a round for each wake-up, until it is asked to stop.
fn work(
    workspace: &Workspace,
    interrupt: &Interrupt,
    bell: &Bell,
    telemetry: Arc<Telemetry>,
) -> Result<(), DaemonError> {
    let started_at = clock();
    match begin(workspace, interrupt) {
        Ok(mut unit) => unit.record(DAEMON_CHAIN, started_at, &started())?,
        Err(WorkflowError::Interrupted { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    let accounts = workspace.config.accounts.len();
    info!(version = env!("CARGO_PKG_VERSION"), accounts, "started");
    look_at_the_key(workspace);
    let folders: BTreeSet<_> = workspace
        .config
        .accounts
        .iter()
        .map(|account| workspace.places.drop_folder(&account.id))
        .collect();
    let hints = Hints::new(bell, folders);
    let mut rounds = Rounds::new(workspace, interrupt, started_at, hints, telemetry);
    rounds.make_drop_folders();
    // Ready before the first round: to take a backlog may last longer than systemd waits.
    rounds.first_look();
    notify_systemd(&[sd_notify::NotifyState::Ready]);
    info!("ready");
    let mut told = String::new();
    loop {
        let pause = rounds.round(clock(), std::time::Instant::now())?;
        if interrupt.is_set() {
            return Ok(());
        }
        let status = rounds.status_line();
        if status != told {
            notify_systemd(&[sd_notify::NotifyState::Status(&status)]);
            told = status;
        }
        if bell.wait(pause) == Wake::Stop {
            return Ok(());
        }
        bell.rest(ROUND_GAP);
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
fn begin<'w>(
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

/// A minute's tick in UTC, all that the scheduler is trusted with.
async fn ticks(bell: &Bell) -> Result<JobScheduler, JobSchedulerError> {
    let scheduler = JobScheduler::new().await?;
    let bell = bell.clone();
    scheduler.add(Job::new(TICK, move |_, _| bell.ring(Wake::Look))?).await?;
    scheduler.start().await?;
    Ok(scheduler)
}

/// Tells systemd, where it listens; the daemon runs as well without.
fn notify_systemd(states: &[sd_notify::NotifyState<'_>]) {
    if let Err(source) = sd_notify::notify(states) {
        warn!(error = shown(&source), "systemd could not be told");
    }
}

/// The clock.
fn clock() -> Instant {
    chrono::Utc::now()
}

/// What an error or a path says, in one line in which nothing acts on a terminal.
fn shown(text: &impl Display) -> String {
    escape(&text.to_string())
}

fn setup<E>(what: &'static str, source: E) -> DaemonError
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    DaemonError::Setup { what, source: source.into() }
}
