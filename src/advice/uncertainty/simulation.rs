//! A changed spend → what it would probably do: what it adds on average, what an onlooker would see
//! of it, how much comes at once and how much later, and whether it pays.
//!
//! All amounts are per week over the next four, with what past spend left behind carried in and the
//! carryover of the four followed to its end ([`Horizon`]).

use rayon::prelude::*;
use serde::Serialize;

use crate::advice::mmm::spread::{Estimate, Mixture};
use crate::advice::planning::Horizon;

/// The changes that are simulated for each channel, as shares of its present spend.
pub const CHANGE_SHARES: [f64; 6] = [-0.3, -0.2, -0.1, 0.1, 0.2, 0.3];

/// An interval that holds a figure at 80 %, and one at 90 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Intervals {
    /// At 80 %.
    pub at_80: Estimate,
    /// At 90 %.
    pub at_90: Estimate,
}

impl Intervals {
    fn of(mixture: &Mixture) -> Self {
        Self { at_80: mixture.interval(0.8), at_90: mixture.interval(0.9) }
    }
}

/// What a change of spend would probably do, per week.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    /// All spend before it.
    pub spend_before: f64,
    /// All spend after it.
    pub spend_after: f64,
    /// Revenue that it adds on average: how sure the model is of the effect.
    pub mean: Intervals,
    /// The difference that will be seen between the revenue of the four weeks and the revenue
    /// expected without the change: the effect and chance together.
    pub outcome: Intervals,
    /// The part of the lift that comes in the period of the spend itself.
    pub immediate: f64,
    /// The part that comes later.
    pub delayed: f64,
    /// Revenue that each unit of spend adds, or that each unit less costs; `None` where the total
    /// stays as it is.
    pub per_unit: Option<Mixture>,
    /// The probability that the change pays: of more spend, that each unit brings more than the
    /// hurdle; of less, that each unit costs less than it; of another split of the same total, that
    /// it brings more than nothing.
    pub probability_pays: f64,
}

/// Simulates spends `after` instead of `before`, one per channel and per week.
pub fn simulate(horizon: &Horizon<'_>, before: &[f64], after: &[f64], hurdle: f64) -> Simulation {
    let lift = horizon.lift(before, after);
    let (spend_before, spend_after): (f64, f64) = (before.iter().sum(), after.iter().sum());
    let more = spend_after - spend_before;
    // Amounts that are moved from one channel to another leave a rest behind the last digit.
    let is_more = more.abs() > 1e-9 * spend_before.max(spend_after);
    let per_unit = is_more.then(|| lift.clone().times(1.0 / more));
    let probability_pays = match &per_unit {
        Some(per_unit) if more > 0.0 => per_unit.above(hurdle),
        Some(per_unit) => 1.0 - per_unit.above(hurdle),
        None => lift.above(0.0),
    };
    let immediate = horizon.immediate(before, after);
    Simulation {
        spend_before,
        spend_after,
        mean: Intervals::of(&lift),
        outcome: Intervals::of(&lift.with_chance(horizon.chance())),
        immediate,
        delayed: lift.mean() - immediate,
        per_unit,
        probability_pays,
    }
}

/// Simulates one channel's present spend changed by `share` of it; `None` where nothing was spent on
/// it lately.
pub fn simulate_share(
    horizon: &Horizon<'_>,
    channel: usize,
    share: f64,
    hurdle: f64,
) -> Option<Simulation> {
    let before = horizon.present();
    if before[channel] <= 0.0 {
        return None;
    }
    let mut after = before.clone();
    after[channel] *= 1.0 + share;
    let simulation = simulate(horizon, &before, &after, hurdle);
    let (spend_before, spend_after) = (before[channel], after[channel]);
    Some(Simulation { spend_before, spend_after, ..simulation })
}

/// Each channel that spent lately, with each of [`CHANGE_SHARES`]: its name, the share, what it would
/// do.
pub fn counterfactuals(horizon: &Horizon<'_>, hurdle: f64) -> Vec<(String, f64, Simulation)> {
    let asked: Vec<(usize, &str, f64)> = horizon
        .channels()
        .enumerate()
        .flat_map(|(at, name)| CHANGE_SHARES.map(|share| (at, name, share)))
        .collect();
    asked
        .into_par_iter()
        .filter_map(|(at, name, share)| {
            Some((name.to_owned(), share, simulate_share(horizon, at, share, hurdle)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advice::mmm::adstock::Adstock;
    use crate::advice::mmm::fitted::testing::fitted;
    use crate::advice::mmm::response::Response;
    use crate::advice::mmm::saturation::Saturation;
    use crate::domain::Grain;

    fn close(found: f64, expected: f64, within: f64) {
        assert!((found - expected).abs() <= within, "{found} {expected}");
    }

    /// 2 of revenue per unit of spend, half of what is left in each later week.
    fn carried(deviation: f64) -> crate::advice::mmm::fitted::Fitted {
        let adstock = Adstock::Geometric { decay: 0.5 };
        fitted(
            Grain::Week,
            Response { adstock, saturation: Saturation::None, coefficient: 1.0 },
            deviation,
        )
    }

    #[test]
    fn a_lift_comes_at_once_and_later_and_has_both_intervals() {
        let fitted = carried(0.1);
        let horizon = Horizon::of(&fitted);
        let found = simulate_share(&horizon, 0, 0.1, 1.0).expect("it spends");
        assert_eq!((found.spend_before, found.spend_after), (100.0, 110.000_000_000_000_01));
        // Ten a week, each bringing 1 at once and 1 later; a ten-thousandth of the tail is cut.
        close(found.mean.at_90.mean, 20.0, 0.01);
        close(found.immediate, 10.0, 1e-9);
        close(found.delayed, 10.0, 0.01);
        // A tenth of it is its deviation: 1.281552 and 1.644854 of that are the ends.
        close(found.mean.at_80.low, 20.0 - 2.0 * 1.281_552, 0.01);
        close(found.mean.at_90.high, 20.0 + 2.0 * 1.644_854, 0.01);
        // Noise of 1 a week is one of a half in the mean of four: √(2² + 0.5²).
        close(found.outcome.at_90.high, 20.0 + 2.061_553 * 1.644_854, 0.01);
        // 2 ± 0.2 per unit against 2.2: Φ(−1), of which next to nothing was cut off.
        let hurdle = |hurdle| simulate_share(&horizon, 0, 0.1, hurdle).expect("spends");
        close(hurdle(2.2).probability_pays, 0.158_655, 1e-3);
        close(hurdle(1.8).probability_pays, 0.841_345, 1e-3);
    }

    #[test]
    fn less_spend_pays_where_it_costs_less_than_the_hurdle() {
        let fitted = carried(0.1);
        let horizon = Horizon::of(&fitted);
        let found = simulate_share(&horizon, 0, -0.2, 2.2).expect("it spends");
        close(found.mean.at_90.mean, -40.0, 0.02);
        close(found.per_unit.as_ref().expect("less").mean(), 2.0, 1e-3);
        close(found.probability_pays, 0.841_345, 1e-3);
        assert!(found.mean.at_80.low < found.mean.at_80.mean);
    }

    #[test]
    fn alike_errors_make_the_mean_of_four_weeks_less_certain() {
        let mut fitted = carried(0.1);
        assert_eq!(Horizon::of(&fitted).chance(), 0.5);
        fitted.autocorrelation = 0.5;
        // 4 + 2 · (3 · 0.5 + 2 · 0.25 + 0.125) = 8.25; its root over 4.
        close(Horizon::of(&fitted).chance(), 8.25f64.sqrt() / 4.0, 1e-12);
    }

    #[test]
    fn every_channel_has_its_counterfactuals_in_one_order() {
        let fitted = carried(0.1);
        let found = counterfactuals(&Horizon::of(&fitted), 1.0);
        let shares: Vec<f64> = found.iter().map(|it| it.1).collect();
        assert_eq!(shares, CHANGE_SHARES);
        assert!(found.windows(2).all(|two| two[0].2.mean.at_80.mean < two[1].2.mean.at_80.mean));
    }
}
