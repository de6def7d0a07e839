//! What the daemon shows of itself: the listener for those who ask, and the watchdog that systemd
//! waits for. Both tell what the worker has told; neither waits for it.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tracing::{error, info, warn};

use super::{DaemonError, Lost, asking, notify_systemd};
use crate::api::{self, HANGS_AFTER, Telemetry};
use crate::config;

/// How often the worker is looked at, at least.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How often lost log lines are counted.
const LOST_LINES_EVERY: Duration = Duration::from_secs(10);

/// What runs beside the worker, until it is ended.
pub struct Outside {
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
    watch: JoinHandle<()>,
    lost_lines: JoinHandle<()>,
}

impl Outside {
    /// Listens as `api` says, if at all, and pats systemd's watchdog, if it waits for that.
    pub async fn begin(
        api: Option<&config::ApiSettings>,
        telemetry: &Arc<Telemetry>,
        lost: Lost,
    ) -> Result<Self, DaemonError> {
        let mut outside = Self {
            stop: None,
            server: None,
            watch: tokio::spawn(watch(sd_notify::watchdog_enabled(), telemetry.clone())),
            lost_lines: tokio::spawn(count_lost_lines(lost, telemetry.clone())),
        };
        if let Some(api) = api {
            outside.listen(api, telemetry.clone()).await?;
        }
        Ok(outside)
    }

    async fn listen(
        &mut self,
        api: &config::ApiSettings,
        telemetry: Arc<Telemetry>,
    ) -> Result<(), DaemonError> {
        let address = api.listen;
        let settings = asking::settings(api)?;
        let bound = TcpListener::bind(address).await;
        let listener = bound.map_err(|source| DaemonError::Listen { address, source })?;
        if address.ip().is_loopback() {
            info!(%address, token = settings.token.is_some(), "listens");
        } else {
            warn!(%address, "listens where others than this machine may reach it; each request needs the token");
        }
        let (stop, stopped) = tokio::sync::oneshot::channel();
        self.stop = Some(stop);
        self.server = Some(tokio::spawn(async move {
            let stopped = async { stopped.await.unwrap_or_default() };
            api::serve(listener, telemetry, settings, stopped).await;
        }));
        Ok(())
    }

    /// Ends what runs beside the worker.
    pub async fn end(mut self, within: Duration) {
        self.lost_lines.abort();
        self.watch.abort();
        if let Some(stop) = self.stop.take() {
            stop.send(()).unwrap_or_default();
        }
        if let Some(server) = self.server.take()
            && timeout(within, server).await.is_err()
        {
            warn!("a client of the listener did not let go in time");
        }
    }
}

/// Tells systemd, where it waits for that, that all goes on, as long as the worker shows that it does;
/// and says once when it doesn't, long before systemd ends it.
async fn watch(at_most: Option<Duration>, telemetry: Arc<Telemetry>) {
    let every = at_most.map_or(LOOK_EVERY, |at_most| (at_most / 2).min(LOOK_EVERY));
    let mut tick = interval(every);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut hangs = false;
    loop {
        tick.tick().await;
        let silent = telemetry.silent_for();
        if at_most.is_some_and(|at_most| silent < at_most.min(HANGS_AFTER)) {
            notify_systemd(&[sd_notify::NotifyState::Watchdog]);
        }
        let hung = std::mem::replace(&mut hangs, silent >= HANGS_AFTER);
        match (hung, hangs) {
            (false, true) => {
                error!(seconds = silent.as_secs(), "the worker shows no sign of life");
            }
            (true, false) => info!("the worker goes on"),
            _ => {}
        }
    }
}

async fn count_lost_lines(lost: Lost, telemetry: Arc<Telemetry>) {
    let mut tick = interval(LOST_LINES_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        telemetry.log_lines_lost(lost.lines());
    }
}
