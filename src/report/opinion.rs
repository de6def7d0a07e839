//! The blocker's opinions → one sentence each, in the account's currency. It never turns an
//! estimate into an amount of money: what a cut costs is stated per unit of money.

use super::words;
use crate::advice::blocker::{Estimate, Silence, Verdict};
use crate::domain::Currency;

/// Why a veto was spoken; the only reason there is.
pub(super) const PREMATURE_CUT: &str = "premature_cut";

/// "each ₹1 cut is expected to cost ₹1.80 in the next two weeks, between ₹1.20 and ₹2.40 at 80 %"
pub(super) fn estimate_text(currency: Currency, estimate: &Estimate) -> String {
    format!(
        "each {} cut is expected to cost {} {}, between {} and {} at {}",
        words::one(currency),
        words::per_unit(currency, estimate.cost),
        words::horizon(estimate.horizon_weeks),
        words::per_unit(currency, estimate.low),
        words::per_unit(currency, estimate.high),
        words::percent(currency, estimate.confidence),
    )
}

/// What the blocker says of a cut, lower case, no full stop.
pub(super) fn verdict_text(currency: Currency, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Veto(estimate) => {
            format!("the cut is premature: {}", estimate_text(currency, estimate))
        }
        Verdict::Pass(estimate) => {
            format!(
                "the cut may stand: {}; only a lower bound above {} stops a cut",
                estimate_text(currency, estimate),
                words::per_unit(currency, estimate.hurdle),
            )
        }
        Verdict::Silent(silence) => format!("no opinion: {}", silence_text(*silence)),
    }
}

fn silence_text(silence: Silence) -> String {
    match silence {
        Silence::Disabled => "the account has switched the blocker off".to_owned(),
        Silence::HistoryTooShort { weeks, weeks_min } => {
            let usable = if weeks == 1 { "is 1 week" } else { &format!("are {weeks} weeks") };
            format!("there {usable} of usable history, and it needs {weeks_min}")
        }
        Silence::SpendHardlyVaried => {
            "the spend hardly varied, so nothing can be learnt from it".to_owned()
        }
        Silence::IllConditioned => "the history doesn't single out one answer".to_owned(),
        Silence::WorseThanMean { .. } => {
            "tested on weeks that it had not seen, it predicted worse than the plain mean"
                .to_owned()
        }
        Silence::Failed => "the model failed".to_owned(),
    }
}

/// The stable code of a silence.
pub(super) const fn silence_code(silence: Silence) -> &'static str {
    match silence {
        Silence::Disabled => "disabled",
        Silence::HistoryTooShort { .. } => "history_too_short",
        Silence::SpendHardlyVaried => "spend_hardly_varied",
        Silence::IllConditioned => "ill_conditioned",
        Silence::WorseThanMean { .. } => "worse_than_mean",
        Silence::Failed => "failed",
    }
}
