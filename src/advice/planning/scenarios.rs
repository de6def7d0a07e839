//! What other totals would bring, each shared out as well as can be, beside the present split.

use serde::Serialize;

use super::PlanError;
use super::allocator::{Plan, allocate};
use super::bounds::BoundShares;
use super::curve::Curve;
use super::horizon::Horizon;
use crate::advice::mmm::spread::Estimate;

/// The totals that are looked at, as shares of the present one.
pub const SCENARIO_SHARES: [f64; 5] = [0.9, PRESENT_SHARE, 1.1, 1.2, 1.5];

/// The present total's share of itself.
pub const PRESENT_SHARE: f64 = 1.0;

/// A total and what it would bring, per week.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scenario {
    /// Its share of the present total.
    pub share: f64,
    /// The weekly total.
    pub total: f64,
    /// Spends per channel and their certificate.
    pub plan: Plan,
    /// Revenue per week that the media bring.
    pub revenue: Estimate,
    /// (revenue − total) / total.
    pub expected_roi: f64,
    /// Revenue against that of the present spends, as a share of it; `None` where that is nothing.
    pub revenue_increase: Option<f64>,
}

/// One scenario for each of [`SCENARIO_SHARES`].
///
/// # Errors
/// [`PlanError::NothingSpent`] without present spend.
pub fn scenarios(
    horizon: &Horizon<'_>,
    bounds: BoundShares,
    confidence: f64,
) -> Result<Vec<Scenario>, PlanError> {
    let present = horizon.present();
    let total: f64 = present.iter().sum();
    if total <= 0.0 {
        return Err(PlanError::NothingSpent { weeks: Horizon::recent_weeks() });
    }
    let now = horizon.revenue(&present, confidence).mean;
    let most = total * SCENARIO_SHARES[SCENARIO_SHARES.len() - 1];
    let curves = curves(horizon, most);
    SCENARIO_SHARES
        .into_iter()
        .map(|share| {
            let total = total * share;
            let plan = allocate(&curves, &bounds.of(total, present.len()), total)?;
            let revenue = horizon.revenue(&plan.spends, confidence);
            Ok(Scenario {
                share,
                total,
                expected_roi: (revenue.mean - total) / total,
                revenue_increase: (now > 0.0).then(|| revenue.mean / now - 1.0),
                revenue,
                plan,
            })
        })
        .collect()
}

/// A curve for each channel, up to a total that one of them might get alone.
pub fn curves(horizon: &Horizon<'_>, most: f64) -> Vec<Curve> {
    let channels = horizon.channels().count();
    (0..channels).map(|channel| horizon.curve(channel, most)).collect()
}
