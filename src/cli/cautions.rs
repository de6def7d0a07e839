//! What a reader should look at before following the model's advice → the lines "look: …" under an
//! answer.

use super::Context;
use super::output::{CARE, paint};
use crate::advice::mmm::health::Verdict;
use crate::advice::planning::Horizon;
use crate::domain::text::escape;
use crate::workflow::Modelled;

/// One such line.
pub fn look(context: &Context, text: &str) {
    context.output.line(format!("{} {text}", paint(CARE, "look:")));
}

/// What makes the model itself doubtful: that it explains claims, and each check that it fails.
pub fn of_model(context: &Context, modelled: &Modelled) {
    if modelled.is_of_claims {
        look(
            context,
            "no revenue of the business is known: the model explains what platforms claim",
        );
    }
    for failed in failed_checks(modelled) {
        look(context, &format!("the model fails a check: {failed}"));
    }
}

/// The texts of the checks that the model fails.
pub fn failed_checks(modelled: &Modelled) -> Vec<&str> {
    let failed = modelled.checks.iter().filter(|check| check.verdict == Verdict::Fail);
    failed.map(|check| check.text.as_str()).collect()
}

/// Channels that `spends` gives more than they ever spent in a week or month: there the answer is
/// the curve's word alone.
pub fn of_history(context: &Context, horizon: &Horizon<'_>, spends: &[f64]) {
    let beyond = beyond_history(horizon, spends);
    if !beyond.is_empty() {
        look(context, &format!("more than ever spent in a {}: {beyond}", horizon.unit()));
    }
}

/// The names of these channels.
pub fn beyond_history(horizon: &Horizon<'_>, spends: &[f64]) -> String {
    let channels = horizon.channels().enumerate();
    let beyond = channels.filter(|(at, _)| !horizon.is_within_history(*at, spends[*at]));
    beyond.map(|(_, name)| escape(name)).collect::<Vec<_>>().join(", ")
}
