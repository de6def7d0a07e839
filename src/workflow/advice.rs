//! The advisory files of a bundle. The model runs beside the decision, in a thread of its own and for
//! a bounded time: whatever becomes of it, the bundle appears, and says so.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::model::{
    BUNDLE_PERIODS, ModelData, ModelRequest, Modelled, NamedFile, mart_files, model_data_of_ledger,
    model_files, modelled_with, period_files,
};
use super::shown::PLOTS;
use super::{PoolFile, RulesAhead, SharedPool, Workspace, read_pool, rules_ahead};
use crate::advice::planning::Scenario;
use crate::advice::uncertainty::pooling::Summary;
use crate::domain::{Account, Week};
use crate::report::page::PageAdvice;
use crate::report::plots::Plot;
use crate::store::ledger::Ledger;

/// Advice, or why there is none.
#[derive(Debug)]
pub(super) struct Advice {
    /// Names in the bundle, and bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// What the manager's page says of it, or why there is nothing to say.
    pub page: Result<PageAdvice, String>,
    /// What failed, in words.
    pub fallbacks: Vec<String>,
    /// What the account's data tell others that share.
    pub told: Option<Summary>,
}

impl Advice {
    fn add(&mut self, folder: &str, files: impl IntoIterator<Item = NamedFile>) {
        let named = files.into_iter().map(|(name, bytes)| (format!("{folder}{name}"), bytes));
        self.files.extend(named);
    }
}

/// The advice for `week`, from what the ledger knows of the days before it. The tables for analysts
/// come without a model, too.
pub(super) fn advice_for(
    workspace: &Workspace,
    ledger: &Ledger,
    account: &Account,
    week: Week,
) -> Advice {
    let mut advice = Advice {
        files: Vec::new(),
        page: Err("nothing was looked at".to_owned()),
        fallbacks: Vec::new(),
        told: None,
    };
    let data = match model_data_of_ledger(ledger, account, Some(week.first_day())) {
        Ok(data) => Arc::new(data.unwrap_or_else(|| ModelData::nothing(account))),
        // The decision has read the same ledger: it says what is wrong with it.
        Err(error) => {
            advice.fallbacks.push(format!("no advice: {error}"));
            advice.page = Err("the ledger could not be read".to_owned());
            return advice;
        }
    };
    let lasts = Duration::from_secs(u64::from(account.model.seconds_max));
    let pool = if account.model.pool { pool(workspace, &mut advice.fallbacks) } else { None };
    let rules = rules_for(ledger, account, week);
    let model = match model_within(lasts, account, &data, week, rules, pool) {
        Ok((modelled, found)) => {
            advice.told.clone_from(&modelled.pooled.told);
            advice.add("advice/", found.files);
            let svgs = found
                .plots
                .iter()
                .map(|it| (format!("{PLOTS}/{}.svg", it.name), it.svg.clone().into_bytes()));
            advice.files.extend(svgs);
            advice.page = Ok(page_advice(&modelled, found.scenarios, found.plots));
            Ok((modelled, found.mart))
        }
        Err(why) => {
            advice.page = Err(why.clone());
            // What was asked for needs no word.
            if account.model.enabled {
                advice.fallbacks.push(format!("no marketing-mix model: {why}"));
            }
            Err(why)
        }
    };
    let account = account.clone();
    let made = within(lasts, move || {
        let figures = model.as_ref().map(|(_, mart)| mart).map_err(String::as_str);
        let modelled = model.as_ref().ok().map(|(modelled, _)| modelled);
        mart_files(&account, Some(week), &data, modelled, figures)
    });
    match made {
        Ok(Ok(files)) => advice.add("", files),
        Ok(Err(error)) => advice.fallbacks.push(format!("no tables for analysts: {error}")),
        Err(why) => advice.fallbacks.push(format!("no tables for analysts: {why}")),
    }
    advice
}

/// What the manager's page says of a model.
fn page_advice(modelled: &Modelled, scenarios: Vec<Scenario>, plots: Vec<Plot>) -> PageAdvice {
    let periods = &modelled.fitted.series.periods;
    let first = periods.first().copied().unwrap_or_default();
    let last = periods.last().copied().unwrap_or_default();
    PageAdvice {
        actions: modelled.actions.clone(),
        checks: modelled.checks.clone(),
        confidence: modelled.confidence,
        is_of_claims: modelled.is_of_claims,
        days: (first, modelled.fitted.series.grain.last_day(last)),
        period: modelled.fitted.series.grain.word(),
        channels: modelled.fitted.series.channels.iter().map(|it| it.name.clone()).collect(),
        scenarios,
        plots,
    }
}

/// What other accounts say; without it models go by their own data.
fn pool(workspace: &Workspace, fallbacks: &mut Vec<String>) -> Option<SharedPool> {
    match read_pool(workspace) {
        PoolFile::There(shared) => Some(shared),
        PoolFile::Missing => None,
        PoolFile::Damaged(why) => {
            fallbacks.push(format!(
                "the model learns from this account alone: state/pool.json can't be used: {why}; \
                 `budgetd model pool` makes it anew"
            ));
            None
        }
    }
}

/// What the rules would do, for the plan beside which it stands.
fn rules_for(ledger: &Ledger, account: &Account, week: Week) -> RulesAhead {
    if !account.model.enabled {
        return RulesAhead::Unknown("no plan is asked for");
    }
    rules_ahead(ledger, account, week.first_day(), BUNDLE_PERIODS)
        .unwrap_or(RulesAhead::Unknown("the ledger could not be read"))
}

fn model_within(
    lasts: Duration,
    account: &Account,
    data: &Arc<ModelData>,
    week: Week,
    rules: RulesAhead,
    pool: Option<SharedPool>,
) -> Result<(Modelled, super::model::ModelFiles), String> {
    if !account.model.enabled {
        return Err("the account's file switches it off".to_owned());
    }
    if data.observed.channels.is_empty() {
        return Err("the ledger holds no figures".to_owned());
    }
    let (account, data) = (account.clone(), Arc::clone(data));
    let request = ModelRequest { week: Some(week.first_day()), ..ModelRequest::default() };
    let made = within(lasts, move || {
        let modelled = modelled_with(&account, &data, request, pool.as_ref())?;
        let mut files = model_files(&account, &modelled);
        files.files.extend(period_files(&account, &modelled, &rules));
        Ok::<_, crate::advice::mmm::failure::Failure>((modelled, files))
    });
    made.map_err(str::to_owned)?.map_err(|failure| failure.to_string())
}

/// What `work` gives, if it does within `lasts` and doesn't panic.
fn within<T: Send + 'static>(
    lasts: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, &'static str> {
    let (send, receive) = sync_channel(1);
    let spawned = std::thread::Builder::new().name("model".to_owned()).spawn(move || {
        // Nobody may wait for it any more.
        let _ = send.send(work());
    });
    if spawned.is_err() {
        return Err("it could not be started");
    }
    receive.recv_timeout(lasts).map_err(|error| match error {
        RecvTimeoutError::Timeout => "it took too long",
        RecvTimeoutError::Disconnected => "it failed",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_panics_or_takes_too_long_is_said_and_waited_for_no_longer() {
        assert_eq!(within(Duration::from_mins(1), || 7), Ok(7));
        assert_eq!(
            within(Duration::from_mins(1), || -> u8 { panic!("as asked") }),
            Err("it failed")
        );
        let (end, ended) = sync_channel::<()>(0);
        let endless = move || {
            // Until the test is over.
            let _ = ended.recv();
        };
        assert_eq!(within(Duration::from_millis(20), endless), Err("it took too long"));
        drop(end);
    }
}
