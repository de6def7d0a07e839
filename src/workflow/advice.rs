//! The advisory files of a bundle. The model runs beside the decision, in a thread of its own and for
//! a bounded time: whatever becomes of it, the bundle appears, and says so.

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::model::{ModelData, model_data_of_ledger};
use crate::advice::mmm::attribution::attribute;
use crate::advice::mmm::failure::Failure;
use crate::advice::mmm::fit::{FitSettings, fit};
use crate::advice::mmm::health;
use crate::advice::mmm::prepare::{PrepareSettings, prepare};
use crate::advice::planning::{BoundShares, Horizon, scenarios};
use crate::domain::{Account, Week};
use crate::report::advice::{
    CardInput, budget_optimization_csv, contributions_csv, model_card_json, response_curves_csv,
    scenarios_csv,
};
use crate::store::ledger::Ledger;

/// How long a bundle waits for its advice. The model needs a second or two for three years of daily
/// figures of a dozen channels.
const LASTS: Duration = Duration::from_secs(20);

/// The probability of the intervals.
const CONFIDENCE: f64 = 0.9;

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
    let data = match model_data_of_ledger(ledger, account, Some(week.first_day())) {
        Ok(Some(data)) => data,
        Ok(None) => return without("the ledger holds no figures"),
        // The decision has read the same ledger: it says what is wrong with it.
        Err(error) => return without(&error.to_string()),
    };
    let (id, currency) = (account.id.to_string(), account.currency.code());
    match within(LASTS, move || advise(&id, currency, &data)) {
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

fn advise(account: &str, currency: &str, data: &ModelData) -> Result<Vec<AdviceFile>, Failure> {
    let prepared = prepare(&data.observed, PrepareSettings::default())?;
    let fitted = fit(&prepared.series, &FitSettings::default())?;
    let attribution = attribute(&fitted, CONFIDENCE);
    let checks = health::checks(&fitted, &attribution);
    let card = model_card_json(&CardInput {
        account,
        currency,
        fitted: &fitted,
        attribution: &attribution,
        confidence: CONFIDENCE,
        changes: &prepared.changes,
        left_out: &prepared.left_out,
        checks: &checks,
    });
    let mut files = vec![
        ("advice/model_card.json", card),
        ("advice/contributions.csv", contributions_csv(&fitted)),
        ("advice/response_curves.csv", response_curves_csv(&fitted, CONFIDENCE)),
    ];
    let horizon = Horizon::of(&fitted);
    if let Ok(found) = scenarios(&horizon, BoundShares::default(), CONFIDENCE) {
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
