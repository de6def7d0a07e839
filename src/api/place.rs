//! What the handlers share: the workspace in force, the models that are kept, and the way to the disk that
//! never holds up the listener.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::Semaphore;

use super::models::Models;
use super::problem::Problem;
use super::{ApiSettings, Telemetry};
use crate::domain::text::escape;
use crate::domain::{Account, AccountId};
use crate::store::ledger::Ledger;
use crate::workflow::Workspace;

/// Readers of the ledger and the outbox at a time: more would only wait for the same disk.
const READERS_MAX: usize = 4;

/// How long what `status` says is kept: pages of many people ask for it, and it looks into every folder.
const STATUS_LASTS: Duration = Duration::from_secs(1);

/// What every handler has.
pub(super) struct Place {
    pub telemetry: Arc<Telemetry>,
    pub settings: ApiSettings,
    pub models: Models,
    readers: Semaphore,
    status: Mutex<Option<(std::time::Instant, Arc<serde_json::Value>)>>,
}

impl Place {
    pub fn new(telemetry: Arc<Telemetry>, settings: ApiSettings) -> Self {
        Self {
            telemetry,
            settings,
            models: Models::default(),
            readers: Semaphore::new(READERS_MAX),
            status: Mutex::new(None),
        }
    }

    /// The workspace in force.
    pub fn workspace(&self) -> Result<Arc<Workspace>, Problem> {
        self.telemetry.workspace().ok_or_else(|| Problem::later("the daemon is starting", 1))
    }

    /// Does what waits for the disk where nobody else waits.
    pub async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let _reader = self.readers.acquire().await.expect("it is never closed");
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done,
            Err(panic) => Err(Problem::internal("an answer could not be made", &panic)),
        }
    }

    /// What `/v1/status` says, at most a second old.
    pub fn kept_status(
        &self,
        make: impl FnOnce() -> Result<serde_json::Value, Problem>,
    ) -> Result<Arc<serde_json::Value>, Problem> {
        // Whoever comes while it is made waits for the same.
        let mut kept = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.telemetry.monotonic();
        if let Some((at, status)) = kept.as_ref()
            && now.saturating_duration_since(*at) < STATUS_LASTS
        {
            return Ok(status.clone());
        }
        let made = Arc::new(make()?);
        *kept = Some((self.telemetry.monotonic(), made.clone()));
        Ok(made)
    }
}

/// The account of a path.
pub(super) fn account<'w>(workspace: &'w Workspace, id: &str) -> Result<&'w Account, Problem> {
    workspace.config.accounts.iter().find(|account| account.id.as_str() == id).ok_or_else(|| {
        Problem::not_found(
            "unknown_account",
            "no such account",
            format!("there is no account \"{}\"; GET /v1/accounts lists them", escape(id)),
        )
    })
}

/// The ledger, to be read.
pub(super) fn ledger(workspace: &Workspace) -> Result<Ledger, Problem> {
    let ledger = workspace
        .ledger_to_read()
        .map_err(|error| Problem::internal("the ledger can't be read", &error))?;
    // Before the first file there is no ledger; an empty one tells the same.
    match ledger {
        Some(ledger) => Ok(ledger),
        None => Ledger::temporary()
            .map_err(|error| Problem::internal("the ledger can't be read", &error)),
    }
}

/// Nothing was published that could be shown.
pub(super) fn no_week(account: &AccountId, which: &str) -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "unknown_week",
        "no such week",
        format!(
            "nothing was published for {which}; GET /v1/accounts/{account}/weeks lists what was"
        ),
    )
}
