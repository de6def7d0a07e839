//! What other accounts make likely, beside what is likely of any: two answers of one search, averaged by
//! how well each belief foretold the data, so that an account unlike the others is not bent to them. A
//! robust mixture prior (Schmidli et al., "Robust meta-analytic-predictive priors in clinical trials with
//! historical control information", Biometrics 2014).

use super::shape::{AdstockShape, Belief, ChannelShape, Part, SaturationShape};
use super::{Answer, Found};

/// The probability beforehand that an account is like the others.
const LIKE_OTHERS: f64 = 0.7;

/// What other accounts make likely of a channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PooledChannel {
    /// Its shape.
    pub shape: ChannelShape,
    /// What a unit of its spend brings over all periods; `None`: nothing is known.
    pub returned: Option<Belief>,
}

/// What is believed of the numbers that most shapes have and that are searched for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NamedBeliefs {
    /// The logit of a geometric carryover's decay.
    pub decay: Option<Belief>,
    /// Of Hill's curve: the logarithm of the half-saturation as a share of the largest carried-over spend.
    pub half_saturation: Option<Belief>,
    /// Of Hill's curve: the logarithm of its slope.
    pub slope: Option<Belief>,
}

impl ChannelShape {
    /// What is believed of these numbers.
    pub fn named(&self) -> NamedBeliefs {
        let belief = |part: Part| match part {
            Part::Fixed(_) => None,
            Part::Searched(belief) => Some(belief),
        };
        let decay = match self.adstock {
            AdstockShape::Geometric { decay } | AdstockShape::GeometricNormalised { decay, .. } => {
                belief(decay)
            }
            _ => None,
        };
        let (half_saturation, slope) = match self.saturation {
            SaturationShape::Hill { half_saturation, slope } => {
                (belief(half_saturation), belief(slope))
            }
            _ => (None, None),
        };
        NamedBeliefs { decay, half_saturation, slope }
    }

    /// The same shape with other beliefs, where there are any; what is fixed stays.
    #[must_use]
    pub fn believed(
        mut self,
        decay_belief: Option<Belief>,
        half_saturation_belief: Option<Belief>,
        slope_belief: Option<Belief>,
    ) -> Self {
        let put = |part: &mut Part, belief: Option<Belief>| {
            if let (Part::Searched(own), Some(belief)) = (part, belief) {
                *own = belief;
            }
        };
        if let AdstockShape::Geometric { decay } | AdstockShape::GeometricNormalised { decay, .. } =
            &mut self.adstock
        {
            put(decay, decay_belief);
        }
        if let SaturationShape::Hill { half_saturation, slope } = &mut self.saturation {
            put(half_saturation, half_saturation_belief);
            put(slope, slope_belief);
        }
        self
    }
}

/// Both answers as one.
pub(super) fn averaged(own: Answer, pooled: Answer) -> Answer {
    let odds =
        LIKE_OTHERS / (1.0 - LIKE_OTHERS) * libm::exp(pooled.media_evidence - own.media_evidence);
    let share = if odds.is_finite() { odds / (1.0 + odds) } else { 1.0 };
    let weighted = |candidates: Vec<Found>, share: f64| {
        candidates.into_iter().map(move |it| Found { weight: it.weight * share, ..it })
    };
    let mut candidates: Vec<Found> =
        weighted(pooled.candidates, share).chain(weighted(own.candidates, 1.0 - share)).collect();
    candidates.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    let log = |share: f64, evidence: f64| libm::log(share) + evidence;
    let (one, other) =
        (log(LIKE_OTHERS, pooled.media_evidence), log(1.0 - LIKE_OTHERS, own.media_evidence));
    let most = one.max(other);
    Answer {
        candidates,
        effective: 1.0
            / (share * share / pooled.effective + (1.0 - share) * (1.0 - share) / own.effective),
        tried: own.tried + pooled.tried,
        media_evidence: most + libm::log(libm::exp(one - most) + libm::exp(other - most)),
        pooled: Some(share),
        ..own
    }
}
