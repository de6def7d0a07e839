//! The models that questions are asked: fitted when first asked for, kept while the ledger and the
//! configuration stay as they are, a few at a time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Mutex as Turn;

use super::place::{Place, account, ledger};
use super::problem::Problem;
use crate::advice::mmm::health::Verdict;
use crate::advice::planning::Horizon;
use crate::audit::ChainHead;
use crate::domain::{Account, AccountId, Day};
use crate::workflow::{
    ModelRequest, PoolFile, Workspace, account_chain, model_data_of_ledger, modelled_with,
    read_pool,
};

/// Models that are kept; one takes some megabytes.
const KEPT_MAX: usize = 6;

/// How long a model is trusted before the ledger is looked at again.
const TRUSTED: Duration = Duration::from_secs(2);

/// How long a question waits for the fit of its model.
const FITTED_WITHIN: Duration = Duration::from_secs(25);

/// Effects are tabulated up to so many times the largest spend that a week had, or the present one.
const TABULATED_TO: f64 = 3.0;

/// A fitted model, ready to be asked.
pub(super) struct Answers {
    /// The account as it was when the model was fitted.
    pub account: Account,
    pub horizon: Horizon<'static>,
    /// Its channels' names, in its order.
    pub names: Vec<String>,
    /// What it gives a week without media.
    pub without_media: f64,
    pub confidence: f64,
    pub week: Day,
    /// The first and the last day that it learnt from.
    pub learnt_from: (Day, Day),
    pub is_of_claims: bool,
    pub caps: Vec<Option<f64>>,
    /// The checks that it fails.
    pub failed_checks: Vec<String>,
}

/// What a model was fitted to.
#[derive(Clone)]
struct Version {
    workspace: Weak<Workspace>,
    head: Option<ChainHead>,
}

impl Version {
    fn is(&self, other: &Self) -> bool {
        self.workspace.ptr_eq(&other.workspace) && self.head == other.head
    }
}

type Kept = Result<Arc<Answers>, Problem>;

struct Model {
    version: Version,
    kept: Kept,
    checked_at: std::time::Instant,
    asked_at: std::time::Instant,
}

/// The models that are kept, by their accounts.
#[derive(Default)]
pub(super) struct Models {
    kept: Mutex<BTreeMap<AccountId, Model>>,
    /// One model is fitted, or looked at again, at a time: the daemon has other work.
    turn: Turn<()>,
}

impl Models {
    fn kept(&self) -> MutexGuard<'_, BTreeMap<AccountId, Model>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The kept model, and whether it was looked at lately.
    fn find(&self, id: &AccountId, now: std::time::Instant) -> Option<(Kept, bool)> {
        let mut kept = self.kept();
        let model = kept.get_mut(id)?;
        model.asked_at = now;
        let is_fresh = now.saturating_duration_since(model.checked_at) < TRUSTED;
        Some((model.kept.clone(), is_fresh))
    }

    fn keep(&self, id: AccountId, model: Model) {
        let mut kept = self.kept();
        kept.insert(id, model);
        while kept.len() > KEPT_MAX {
            let oldest =
                kept.iter().min_by_key(|(_, model)| model.asked_at).map(|(id, _)| id.clone());
            oldest.map(|id| kept.remove(&id));
        }
    }
}

/// The model of an account. Where it is kept and somebody else looks whether it is still true, it
/// answers meanwhile.
pub(super) async fn model(place: &Arc<Place>, id: &str) -> Kept {
    let workspace = place.workspace()?;
    let id = account(&workspace, id)?.id.clone();
    let found = place.models.find(&id, place.telemetry.monotonic());
    let _turn = match found {
        Some((kept, true)) => return kept,
        Some((kept, false)) => match place.models.turn.try_lock() {
            Ok(turn) => turn,
            Err(_) => return kept,
        },
        None => {
            let turn = tokio::time::timeout(FITTED_WITHIN, place.models.turn.lock()).await;
            turn.map_err(|_| Problem::later("other models are being fitted", 5))?
        }
    };
    // Whoever had the turn before may have done it.
    if let Some((kept, true)) = place.models.find(&id, place.telemetry.monotonic()) {
        return kept;
    }
    let asked = place.clone();
    let looked = tokio::task::spawn_blocking(move || look(&asked, &workspace, &id)).await;
    looked.unwrap_or_else(|panic| Err(Problem::internal("a model could not be fitted", &panic)))
}

/// Fits a model, unless the kept one is still true.
fn look(place: &Place, workspace: &Arc<Workspace>, id: &AccountId) -> Kept {
    let account = account(workspace, id.as_str())?;
    let ledger = ledger(workspace)?;
    let head = ledger
        .chain_head(&account_chain(id))
        .map_err(|error| Problem::internal("the ledger can't be read", &error))?;
    let version = Version { workspace: Arc::downgrade(workspace), head };
    {
        let now = place.telemetry.monotonic();
        let mut kept = place.models.kept();
        if let Some(model) = kept.get_mut(id).filter(|model| model.version.is(&version)) {
            model.checked_at = now;
            return model.kept.clone();
        }
    }
    let kept = fitted(workspace, account, &ledger).map(Arc::new);
    let now = place.telemetry.monotonic();
    let model = Model { version, kept: kept.clone(), checked_at: now, asked_at: now };
    place.models.keep(id.clone(), model);
    kept
}

fn fitted(
    workspace: &Workspace,
    account: &Account,
    ledger: &crate::store::ledger::Ledger,
) -> Result<Answers, Problem> {
    let none = |why: &dyn std::fmt::Display| {
        let detail = format!("account {} has no model: {why}", account.id);
        Problem::new(axum::http::StatusCode::CONFLICT, "no_model", "no model", detail)
    };
    if !account.model.enabled {
        return Err(none(&"[model] enabled = false in its file"));
    }
    let data = model_data_of_ledger(ledger, account, None)
        .map_err(|error| Problem::internal("the ledger can't be read", &error))?
        .ok_or_else(|| none(&"the ledger holds no figures"))?;
    let pool = match read_pool(workspace) {
        PoolFile::There(pool) if account.model.pool => Some(pool),
        _ => None,
    };
    let modelled = modelled_with(account, &data, ModelRequest::default(), pool.as_ref())
        .map_err(|failure| none(&failure))?;
    let series = &modelled.fitted.series;
    let last = series.grain.last_day(series.periods.last().copied().unwrap_or_default());
    let learnt_from = (series.periods.first().copied().unwrap_or_default(), last);
    let failed = modelled.checks.iter().filter(|check| check.verdict == Verdict::Fail);
    let failed_checks = failed.map(|check| check.text.clone()).collect();
    let horizon = Horizon::keeping(modelled.fitted);
    let most: Vec<f64> = (0..modelled.caps.len())
        .map(|channel| horizon.most_spent(channel) * TABULATED_TO)
        .collect();
    let horizon = horizon.tabulated(&most);
    Ok(Answers {
        account: account.clone(),
        names: horizon.channels().map(str::to_owned).collect(),
        without_media: horizon.without_media(),
        horizon,
        confidence: modelled.confidence,
        week: modelled.week,
        learnt_from,
        is_of_claims: modelled.is_of_claims,
        caps: modelled.caps,
        failed_checks,
    })
}
