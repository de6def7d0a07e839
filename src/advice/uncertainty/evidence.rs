//! Whether data have said enough of a channel to speak of it at all: against what was held to be
//! likely before any figure was seen.

use serde::Serialize;

use crate::advice::mmm::fitted::{Candidate, Fitted};
use crate::advice::mmm::normal;
use crate::advice::mmm::spread::{Mixture, Part};

/// What data say of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ChannelEvidence {
    /// How much likelier the data are if the channel has an effect than if it has none; `None` of a
    /// model that held nothing to be likely.
    pub effect_factor: Option<f64>,
    /// By how much the data have narrowed what the channel may bring: 0 not at all, 1 to a point.
    pub learnt: f64,
}

/// Of a normal distribution cut off in its middle, the deviation as a share of the whole one's.
const HALF_NORMAL_DEVIATION: f64 = 0.602_810_274_989_087;

/// What the data say of each channel, in the series' order.
///
/// The factor is that of Savage and Dickey (Dickey 1971): the density of no effect beforehand,
/// divided by that afterwards. Effects are those of each candidate's strongest period, which is what
/// the search holds to be likely.
pub fn evidence(fitted: &Fitted) -> Vec<ChannelEvidence> {
    (0..fitted.series.channels.len()).map(|channel| of_channel(fitted, channel)).collect()
}

fn of_channel(fitted: &Fitted, channel: usize) -> ChannelEvidence {
    let spend = &fitted.series.channels[channel].spend;
    let part = |candidate: &Candidate| {
        let alone = candidate.responses[channel].with_coefficient(1.0).contribution(spend);
        let strongest = alone.into_iter().fold(0.0, f64::max);
        Part {
            weight: candidate.weight,
            mean: candidate.unbounded[channel] * strongest,
            deviation: libm::sqrt(candidate.covariance[(channel, channel)].max(0.0)) * strongest,
        }
    };
    let parts: Vec<Part> = fitted.candidates.iter().map(part).collect();
    let Some(likely) = fitted.evidence.map(|evidence| evidence.effect_likely) else {
        return ChannelEvidence { effect_factor: None, learnt: 1.0 };
    };
    let before = 2.0 * normal::density(0.0) / likely;
    let after: f64 = parts.iter().map(|part| part.weight * density_at_zero(part)).sum();
    let mixture = Mixture::new(parts, 0.0, true);
    ChannelEvidence {
        effect_factor: Some(before / after.max(f64::MIN_POSITIVE)),
        learnt: (1.0 - mixture.deviation() / (HALF_NORMAL_DEVIATION * likely)).max(0.0),
    }
}

/// Of a normal distribution that is cut off at 0, there.
fn density_at_zero(part: &Part) -> f64 {
    if part.deviation <= 0.0 {
        return 0.0;
    }
    let steps = part.mean / part.deviation;
    normal::density(steps) / part.deviation / normal::below(steps).max(1e-300)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advice::mmm::adstock::Adstock;
    use crate::advice::mmm::fitted::Evidence;
    use crate::advice::mmm::fitted::testing::fitted;
    use crate::advice::mmm::response::Response;
    use crate::advice::mmm::saturation::Saturation;
    use crate::domain::Grain;

    #[test]
    fn evidence_is_the_density_of_nothing_before_over_that_after() {
        let response =
            Response { adstock: Adstock::None, saturation: Saturation::None, coefficient: 2.0 };
        let mut fitted = fitted(Grain::Week, response, 1.0);
        assert_eq!(evidence(&fitted)[0].effect_factor, None);
        fitted.evidence = Some(Evidence {
            media_log: 0.0,
            effect_likely: 400.0,
            noise_likely: 1.0,
            pooled: None,
        });
        let found = evidence(&fitted)[0];
        // Effects of 200 ± 100: φ(2) / 100 / Φ(2) = 0.000552 afterwards, 2 · φ(0) / 400 = 0.001995
        // before.
        let factor = found.effect_factor.expect("something was likely");
        assert!((factor - 0.001_994_711 / 0.000_552_480).abs() < 1e-4, "{factor}");
        // Cut off at 0 the deviation is 100 · √(1 − 2 · h − h²), h = φ(2) / Φ(2) = 0.0552479: 0.941539;
        // of a half normal distribution of 400 it is 241.1241.
        let learnt = 1.0 - 94.153_9 / 241.124_1;
        assert!((found.learnt - learnt).abs() < 1e-4, "{}", found.learnt);
    }
}
