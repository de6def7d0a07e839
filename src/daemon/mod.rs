//! The loop: hints, scans and ticks wake one worker thread, which takes files and runs weeks one
//! after the other. Tokio waits; nothing that decides is asynchronous.

mod asking;
mod hints;
mod hooks;
mod logs;
mod outside;
mod reload;
mod round;
mod tell;
mod waits;
mod wake;
mod worker;

pub use logs::{LogError, Logs, Lost};
pub use reload::{Load, Loaded};

use std::fmt::Display;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use thiserror::Error;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tracing::{error, info, warn};

use crate::api::{Clock, Telemetry};
use crate::audit::DAEMON_CHAIN;
use crate::audit::Event;
use crate::config::ApiSettings;
use crate::domain::Instant;
use crate::domain::text::escape;
use crate::store::StoreError;
use crate::store::lock::Lock;
use crate::workflow::{Interrupt, WorkflowError, Workspace};

use outside::Outside;
use wake::{Bell, Wake};
use worker::Worker;

/// How long the worker gets to finish what it is at once the daemon is asked to stop: it looks at
/// the interrupt between rows and files, so this is for a commit of millions of rows or a disk
/// that hangs. With what comes after it, the daemon ends within five seconds.
const STOP_WITHIN: Duration = Duration::from_secs(4);

/// How long the end waits for the tick, and for another unit of work to record the end after.
const STOP_STEP: Duration = Duration::from_millis(300);

/// How often a lock that another process holds is tried again.
const LOCK_POLL: Duration = Duration::from_millis(20);

/// Threads that answer requests: half of a small machine, so that the worker has the other.
const API_THREADS: usize = 2;

/// Threads for what waits for the disk.
const BLOCKING_THREADS: usize = 8;

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
    /// The address of `[api] listen` can't be listened at.
    #[error("can't listen at {address}, as [api] listen says: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A file that `[api]` names can't be used.
    #[error("can't use {path}, as [api] {key} says: {why}", path = path.display())]
    Api {
        /// The key that names it.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The worker died.
    #[error(
        "the worker died: a fault of the program; what it was at is taken up at the next start"
    )]
    WorkerDied,
}

impl DaemonError {
    /// What to do about it, where it is known.
    pub fn hint(&self) -> Option<String> {
        if matches!(self, Self::Api { .. }) {
            return Some(
                "docs/api.md says what the file must be; `budgetd check` looks at it".to_owned(),
            );
        }
        let Self::Listen { address, source } = self else { return None };
        Some(match source.kind() {
            ErrorKind::AddrInUse => format!(
                "`ss -ltnp 'sport = :{}'`, as root, shows who listens there; end that, or name another \
                 port under [api] listen",
                address.port()
            ),
            ErrorKind::PermissionDenied => "name a port from 1024 on under [api] listen".to_owned(),
            _ => "name an address of this machine under [api] listen, such as 127.0.0.1:8770"
                .to_owned(),
        })
    }
}

/// Whether what `[api]` names can be used: the token, a linear model.
///
/// # Errors
/// What is wrong with which file.
pub fn check_listener(api: &ApiSettings) -> Result<(), DaemonError> {
    asking::settings(api).map(|_| ())
}

/// The one daemon of a state folder.
pub struct Daemon {
    loaded: Loaded,
    load: Arc<Load>,
    /// Held for the daemon's whole life.
    _lock: Lock,
}

impl Daemon {
    /// Becomes the daemon of the state that the configuration names, unless another process is.
    /// `load` reads the configuration again when the daemon is asked to.
    pub fn claim(load: Arc<Load>, loaded: Loaded) -> Result<Self, StoreError> {
        let workspace = &loaded.workspace;
        workspace.places.create_own()?;
        let path = workspace.places.state().run_lock();
        match Lock::try_acquire(&path)? {
            Some(lock) => {
                lock.note();
                Ok(Self { loaded, load, _lock: lock })
            }
            None => Err(StoreError::Busy { path }),
        }
    }

    /// Runs until SIGTERM or SIGINT; SIGHUP reads the configuration again. `lost` counts the log lines that could not be written.
    pub fn run(&self, lost: Lost) -> Result<(), DaemonError> {
        let ending = self.start(lost);
        if let Err(error) = &ending {
            let words = shown(error);
            error!(error = words, "ended");
            show_status(&format!("ended: {words}"));
        }
        ending
    }

    fn start(&self, lost: Lost) -> Result<(), DaemonError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(if self.loaded.workspace.config.api.is_some() {
                API_THREADS
            } else {
                1
            })
            .max_blocking_threads(BLOCKING_THREADS)
            .enable_all()
            .build()
            .map_err(|source| setup("the runtime", source))?;
        let ending = runtime.block_on(serve(&self.loaded, &self.load, lost));
        runtime.shutdown_background();
        ending
    }
}

async fn serve(loaded: &Loaded, load: &Arc<Load>, lost: Lost) -> Result<(), DaemonError> {
    let workspace = &loaded.workspace;
    // Signals first: from here on none ends the process unasked.
    let mut terminate =
        signal(SignalKind::terminate()).map_err(|source| setup("signals", source))?;
    let mut interrupted =
        signal(SignalKind::interrupt()).map_err(|source| setup("signals", source))?;
    let mut hangup = signal(SignalKind::hangup()).map_err(|source| setup("signals", source))?;
    let interrupt = Arc::new(Interrupt::default());
    let bell = Bell::new();
    let mut scheduler = ticks(&bell).await.map_err(|source| setup("the tick", source))?;
    let ids = workspace.config.accounts.iter().map(|account| account.id.clone());
    let time = Clock { wall: clock, monotonic: std::time::Instant::now };
    let telemetry = Arc::new(Telemetry::new(time, ids));
    let outside = Outside::begin(workspace.config.api.as_ref(), &telemetry, lost).await?;
    let (ended_sender, mut ended) = tokio::sync::oneshot::channel();
    let worker = {
        let (loaded, load) = (loaded.clone(), load.clone());
        let (interrupt, bell, telemetry) = (interrupt.clone(), bell.clone(), telemetry.clone());
        thread::Builder::new()
            .name("worker".to_owned())
            .spawn(move || {
                let worker = Worker { interrupt: &interrupt, bell: &bell, telemetry: &telemetry };
                let result = worker.work(loaded, &*load);
                ended_sender.send(()).unwrap_or_default();
                result
            })
            .map_err(|source| setup("the worker", source))?
    };
    let asked = loop {
        tokio::select! {
            _ = terminate.recv() => break Some("SIGTERM"),
            _ = interrupted.recv() => break Some("SIGINT"),
            _ = hangup.recv() => bell.ring(Wake::Reload),
            _ = &mut ended => break None,
        }
    };
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

/// What systemd shows of the daemon, told where it is another line than the last: whoever listens may
/// read late, and a full queue would hold up the daemon.
fn show_status(line: &str) {
    static SHOWN: Mutex<String> = Mutex::new(String::new());
    let mut shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if *shown != line {
        notify_systemd(&[sd_notify::NotifyState::Status(line)]);
        line.clone_into(&mut shown);
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
