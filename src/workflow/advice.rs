//! The advisory files of a bundle. The model runs beside the decision, in a thread of its own and for
//! a bounded time: whatever becomes of it, the bundle appears, and says so.

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::model::{ModelData, model_data_of_ledger};
use crate::advice::mmm::attribution::attribute;
use crate::advice::mmm::failure::Failure;
use crate::advice::mmm::fit::fit;
use crate::advice::mmm::health;
use crate::advice::mmm::prepare::prepare;
use crate::advice::mmm::settings::{fit_settings, holidays_left_out, prepare_settings};
use crate::advice::planning::{BoundShares, Horizon, scenarios};
use crate::domain::{Account, Week};
use crate::report::advice::{
    CardInput, budget_optimization_csv, contributions_csv, model_card_json, response_curves_csv,
    scenarios_csv,
};
use crate::store::ledger::Ledger;

/// A file of a bundle: its name in it, and its bytes.
pub(super) type AdviceFile = (&'static str, Vec<u8>);

/// Advice, or why there is none.
#[derive(Debug, Default)]
pub(super) struct Advice {
    pub files: Vec<AdviceFile>,
    /// What failed, in words.
    pub fallbacks: Vec<String>,
}

/// The advice for `week`, from what the ledger knows of the days before it.
pub(super) fn advice_for(ledger: &Ledger, account: &Account, week: Week) -> Advice {
    if !account.model.enabled {
        return Advice::default();
    }
    let data = match model_data_of_ledger(ledger, account, Some(week.first_day())) {
        Ok(Some(data)) => data,
        Ok(None) => return without("the ledger holds no figures"),
        // The decision has read the same ledger: it says what is wrong with it.
        Err(error) => return without(&error.to_string()),
    };
    let lasts = Duration::from_secs(u64::from(account.model.seconds_max));
    let account = account.clone();
    match within(lasts, move || advise(&account, &data)) {
        Ok(Ok(files)) => Advice { files, fallbacks: Vec::new() },
        Ok(Err(failure)) => without(&failure.to_string()),
        Err(why) => without(why),
    }
}

fn without(why: &str) -> Advice {
    Advice { files: Vec::new(), fallbacks: vec![format!("no marketing-mix model: {why}")] }
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

fn advise(account: &Account, data: &ModelData) -> Result<Vec<AdviceFile>, Failure> {
    let own = &account.model;
    let mut prepared = prepare(&data.observed, prepare_settings(own))?;
    let (grain, periods) = (prepared.series.grain, &prepared.series.periods);
    prepared.left_out.extend(holidays_left_out(own, grain, periods));
    let fitted = fit(&prepared.series, &fit_settings(own, grain, periods))?;
    let attribution = attribute(&fitted, own.confidence);
    let checks = health::checks(&fitted, &attribution);
    let card = model_card_json(&CardInput {
        account: account.id.as_str(),
        currency: account.currency.code(),
        fitted: &fitted,
        attribution: &attribution,
        confidence: own.confidence,
        changes: &prepared.changes,
        left_out: &prepared.left_out,
        checks: &checks,
    });
    let mut files = vec![
        ("advice/model_card.json", card),
        ("advice/contributions.csv", contributions_csv(&fitted)),
        ("advice/response_curves.csv", response_curves_csv(&fitted, own.confidence)),
    ];
    let horizon = Horizon::of(&fitted);
    if let Ok(found) = scenarios(&horizon, BoundShares::default(), own.confidence) {
        files.push(("advice/scenarios.csv", scenarios_csv(&horizon, &found)));
        if let Some(present) = found.iter().find(|scenario| scenario.share == 1.0) {
            let optimum = budget_optimization_csv(&horizon, present);
            files.push(("advice/budget_optimization.csv", optimum));
        }
    }
    Ok(files)
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
