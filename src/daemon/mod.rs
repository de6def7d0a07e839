//! The loop: hints, scans and ticks wake one worker thread, which takes files and runs weeks one
//! after the other. Tokio waits; nothing that decides is asynchronous.

mod hints;
mod logs;
mod round;
mod wake;

pub use logs::{LogError, Logs};

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use thiserror::Error;
use tokio::signal::unix::{SignalKind, signal};
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tracing::{error, info, warn};

use crate::audit::DAEMON_CHAIN;
use crate::audit::Event;
use crate::domain::Instant;
use crate::store::StoreError;
use crate::store::lock::Lock;
use crate::workflow::{Interrupt, WorkflowError, Workspace};

use round::Rounds;
use wake::{Bell, Wake};

/// How long the worker gets to finish what it is at once the daemon is asked to stop: it looks at
/// the interrupt between rows and files, so this is only for a disk that hangs.
const STOP_WITHIN: Duration = Duration::from_secs(5);

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
    #[error("cannot set up {what}: {source}")]
    Setup {
        /// What.
        what: &'static str,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The worker did not end in time, or died.
    #[error("the worker {0}")]
    Worker(&'static str),
}

/// Runs until SIGTERM or SIGINT. The lock is held for the daemon's whole life.
pub fn run(workspace: Workspace) -> Result<(), DaemonError> {
    workspace.places.create_all()?;
    let path = workspace.places.state().run_lock();
    let Some(_lock) = Lock::try_acquire(&path)? else {
        return Err(StoreError::Busy { path }.into());
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|source| setup("the runtime", source))?;
    runtime.block_on(serve(Arc::new(workspace)))
}

async fn serve(workspace: Arc<Workspace>) -> Result<(), DaemonError> {
    // Signals first: from here on none ends the process unasked.
    let mut terminate =
        signal(SignalKind::terminate()).map_err(|source| setup("signals", source))?;
    let mut interrupted =
        signal(SignalKind::interrupt()).map_err(|source| setup("signals", source))?;
    let interrupt = Arc::new(Interrupt::default());
    let bell = Bell::new();
    let started_at = clock();
    record(
        &workspace,
        &interrupt,
        started_at,
        &Event::Started { version: env!("CARGO_PKG_VERSION").to_owned() },
    )?;
    info!(
        version = env!("CARGO_PKG_VERSION"),
        accounts = workspace.config.accounts.len(),
        "started"
    );
    // Held until the end: dropping the watcher ends its hints.
    let _watcher = hints::watch(&workspace, &bell);
    let mut scheduler = ticks(&bell).await.map_err(|source| setup("the tick", source))?;
    let (ended_sender, mut ended) = tokio::sync::oneshot::channel();
    let worker = {
        let (workspace, interrupt, bell) = (workspace.clone(), interrupt.clone(), bell.clone());
        thread::Builder::new()
            .name("worker".to_owned())
            .spawn(move || {
                let result = work(&workspace, &interrupt, &bell, started_at);
                ended_sender.send(()).unwrap_or(());
                result
            })
            .map_err(|source| setup("the worker", source))?
    };
    let asked = tokio::select! {
        _ = terminate.recv() => Some("SIGTERM"),
        _ = interrupted.recv() => Some("SIGINT"),
        _ = &mut ended => None,
    };
    notify_systemd(&[sd_notify::NotifyState::Stopping]);
    interrupt.set();
    bell.ring(Wake::Stop);
    if let Err(source) = scheduler.shutdown().await {
        warn!(error = %source, "the tick did not end well");
    }
    if asked.is_some() && tokio::time::timeout(STOP_WITHIN, &mut ended).await.is_err() {
        return Err(DaemonError::Worker(
            "did not end in time; its work is taken up at the next start",
        ));
    }
    worker.join().map_err(|_| DaemonError::Worker("died"))??;
    if let Some(signal) = asked {
        record(
            &workspace,
            &Interrupt::default(),
            clock(),
            &Event::Stopped { signal: signal.to_owned() },
        )?;
        info!(signal, "stopped");
    }
    Ok(())
}

/// The worker's life: a round for each wake-up, until it is asked to stop.
fn work(
    workspace: &Workspace,
    interrupt: &Interrupt,
    bell: &Bell,
    started_at: Instant,
) -> Result<(), DaemonError> {
    let mut rounds = Rounds::new(workspace, interrupt, started_at);
    let scan_every = Duration::from_secs(workspace.config.inbox.scan_seconds);
    let mut ready = false;
    loop {
        let pause = rounds.round(clock(), std::time::Instant::now())?;
        if interrupt.is_set() {
            return Ok(());
        }
        if !ready {
            ready = true;
            notify_systemd(&[sd_notify::NotifyState::Ready]);
            info!("ready");
        }
        let status = rounds.status_line();
        notify_systemd(&[sd_notify::NotifyState::Status(&status)]);
        if bell.wait(pause.unwrap_or(scan_every).min(scan_every)) == Wake::Stop {
            return Ok(());
        }
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

fn record(
    workspace: &Workspace,
    interrupt: &Interrupt,
    now: Instant,
    event: &Event,
) -> Result<(), DaemonError> {
    Ok(workspace.begin(interrupt)?.record(DAEMON_CHAIN, now, event)?)
}

/// Tells systemd, where it listens; the daemon runs as well without.
fn notify_systemd(states: &[sd_notify::NotifyState<'_>]) {
    if let Err(source) = sd_notify::notify(states) {
        error!(error = %source, "systemd could not be told");
    }
}

/// The clock.
fn clock() -> Instant {
    chrono::Utc::now()
}

fn setup<E>(what: &'static str, source: E) -> DaemonError
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    DaemonError::Setup { what, source: source.into() }
}
