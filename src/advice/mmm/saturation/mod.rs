//! Saturation: carried-over spend → its effect, in units that a coefficient turns into revenue. Each
//! further unit of spend brings less; every kind is 0 at 0 and never falls.

mod exponential;
mod hill;
mod logarithm;
mod logistic;
mod michaelis_menten;

use serde::{Deserialize, Serialize};

pub(in crate::advice) use hill::{exp2, log2};

/// How spend wears off. Scales are in the units of carried-over spend, so that a change of the
/// currency's unit changes the scale and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Saturation {
    /// Each unit brings as much as the one before.
    None,
    /// ln(1 + x / scale).
    Logarithm {
        /// Below it nearly linear.
        scale: f64,
    },
    /// 1 − exp(−rate · x); the coefficient is what is reached in the end.
    Exponential {
        /// Per unit of spend.
        rate: f64,
    },
    /// x^slope / (half_saturation^slope + x^slope).
    Hill {
        /// Where half of what can be reached is reached.
        half_saturation: f64,
        /// Above 1 the curve is S-shaped.
        slope: f64,
    },
    /// (1 − exp(−rate · x)) / (1 + exp(−rate · x)).
    Logistic {
        /// Per unit of spend.
        rate: f64,
    },
    /// x / (half_saturation + x).
    MichaelisMenten {
        /// Where half of what can be reached is reached.
        half_saturation: f64,
    },
}

impl Saturation {
    /// The effect of `spend`; of nothing, or less, none.
    pub fn effect(&self, spend: f64) -> f64 {
        if spend <= 0.0 {
            return 0.0;
        }
        match *self {
            Self::None => spend,
            Self::Logarithm { scale } => logarithm::effect(spend, scale),
            Self::Exponential { rate } => exponential::effect(spend, rate),
            Self::Hill { half_saturation, slope } => hill::effect(spend, half_saturation, slope),
            Self::Logistic { rate } => logistic::effect(spend, rate),
            Self::MichaelisMenten { half_saturation } => {
                michaelis_menten::effect(spend, half_saturation)
            }
        }
    }

    /// The effects of all of `spends`, in place.
    pub fn effects(&self, spends: &mut [f64]) {
        if let Self::Hill { half_saturation, slope } = *self {
            return hill::effects(spends, half_saturation, slope);
        }
        for spend in spends {
            *spend = self.effect(*spend);
        }
    }

    /// The effect of a little more spend, per unit of it: the derivative; at 0 the one from above.
    pub fn marginal(&self, spend: f64) -> f64 {
        let spend = spend.max(0.0);
        match *self {
            Self::None => 1.0,
            Self::Logarithm { scale } => logarithm::marginal(spend, scale),
            Self::Exponential { rate } => exponential::marginal(spend, rate),
            Self::Hill { half_saturation, slope } => hill::marginal(spend, half_saturation, slope),
            Self::Logistic { rate } => logistic::marginal(spend, rate),
            Self::MichaelisMenten { half_saturation } => {
                michaelis_menten::marginal(spend, half_saturation)
            }
        }
    }

    /// The same where the effect of `spend` is known already, which spares most of the work.
    pub fn marginal_at(&self, spend: f64, effect: f64) -> f64 {
        if spend <= 0.0 {
            return self.marginal(0.0);
        }
        match *self {
            Self::None => 1.0,
            Self::Logarithm { scale } => logarithm::marginal(spend, scale),
            Self::Exponential { rate } => rate * (1.0 - effect),
            Self::Hill { slope, .. } => slope * effect * (1.0 - effect) / spend,
            Self::Logistic { rate } => 0.5 * rate * (1.0 - effect * effect),
            Self::MichaelisMenten { .. } => effect * (1.0 - effect) / spend,
        }
    }

    /// Whether each further unit brings no more than the one before, everywhere.
    pub fn is_concave(&self) -> bool {
        match *self {
            Self::Hill { slope, .. } => slope <= 1.0,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Saturation; 7] = [
        Saturation::None,
        Saturation::Logarithm { scale: 40.0 },
        Saturation::Exponential { rate: 0.02 },
        Saturation::Hill { half_saturation: 50.0, slope: 0.8 },
        Saturation::Hill { half_saturation: 50.0, slope: 2.5 },
        Saturation::Logistic { rate: 0.03 },
        Saturation::MichaelisMenten { half_saturation: 60.0 },
    ];

    #[test]
    fn nothing_spent_has_no_effect() {
        for saturation in ALL {
            assert_eq!(saturation.effect(0.0), 0.0, "{saturation:?}");
            assert_eq!(saturation.effect(-3.0), 0.0, "{saturation:?}");
        }
    }

    #[test]
    fn the_marginal_effect_is_the_slope_of_the_effect() {
        for saturation in ALL {
            for spend in [0.5, 5.0, 49.0, 120.0, 900.0] {
                let step = spend * 1e-5;
                let slope = (saturation.effect(spend + step) - saturation.effect(spend - step))
                    / (2.0 * step);
                let marginal = saturation.marginal(spend);
                assert!(
                    (marginal - slope).abs() <= 1e-6 * marginal.max(1e-9) + 1e-12,
                    "{saturation:?} at {spend}: {marginal} {slope}"
                );
                let known = saturation.marginal_at(spend, saturation.effect(spend));
                assert!((marginal - known).abs() <= 1e-9 * marginal.max(1e-3), "{saturation:?}");
            }
        }
    }

    #[test]
    fn concave_curves_flatten_everywhere_and_others_do_not() {
        for saturation in ALL {
            let marginals: Vec<f64> =
                (1..200).map(|spend| saturation.marginal(f64::from(spend))).collect();
            let flattens = marginals.windows(2).all(|two| two[1] <= two[0] + 1e-15);
            assert_eq!(flattens, saturation.is_concave(), "{saturation:?}");
        }
    }
}
