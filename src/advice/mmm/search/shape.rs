//! What is known of a channel's shape, and what a point of the search makes of the rest: each number
//! is either fixed or a coordinate in a space without bounds, where the prior is a plain normal
//! distribution (logit of a decay, logarithms of all else). What is fixed has no coordinate.

use crate::advice::mmm::adstock::Adstock;
use crate::advice::mmm::saturation::Saturation;

/// The longest memory that is searched for: 0.97 keeps half for 23 periods.
const DECAY_MAX: f64 = 0.97;

/// What is held to be likely of a coordinate before any figure is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Belief {
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation.
    pub deviation: f64,
}

impl Belief {
    /// Of a decay around `decay`.
    pub fn decay(decay: f64) -> Self {
        Self { mean: logit(decay), deviation: 1.0 }
    }

    /// Of where half of what can be reached is reached, as a share of the largest carried-over
    /// spend: around 0.7, between 0.3 and 1.6 in nine of ten. Other models look for it from 0.3 on.
    pub fn half_saturation() -> Self {
        Self { mean: libm::log(0.7), deviation: 0.5 }
    }

    /// Of Hill's slope: around 1.3, between 0.6 and 3.0 in nine of ten, which is where other models
    /// look for it.
    pub fn slope() -> Self {
        Self { mean: libm::log(1.3), deviation: 0.5 }
    }

    /// Of the lag of the strongest effect: around 1, between 0.3 and 3.4 in nine of ten.
    pub fn peak() -> Self {
        Self { mean: 0.0, deviation: 0.75 }
    }

    /// Of Weibull's shape: around 1.5, between 0.7 and 3.4 in nine of ten.
    pub fn weibull_shape() -> Self {
        Self { mean: libm::log(1.5), deviation: 0.5 }
    }

    /// Of Weibull's scale: around 2 periods, between 0.6 and 6.9 in nine of ten.
    pub fn weibull_scale() -> Self {
        Self { mean: libm::log(2.0), deviation: 0.75 }
    }
}

/// A number of a shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part {
    /// The account's file fixes it; amounts are in major units per period.
    Fixed(f64),
    /// It is searched for; amounts are shares of the largest carried-over spend.
    Searched(Belief),
}

impl Part {
    /// What the account's file fixes; otherwise it is searched for.
    pub fn of(fixed: Option<f64>, belief: Belief) -> Self {
        fixed.map_or(Self::Searched(belief), Self::Fixed)
    }
}

/// How spend works on, as far as it is known; see [`Adstock`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "the numbers are those of Adstock")]
pub enum AdstockShape {
    /// It doesn't.
    None,
    /// For ever.
    Geometric { decay: Part },
    /// Over some periods.
    GeometricNormalised { decay: Part, lags: usize },
    /// Late.
    Delayed { decay: Part, peak: Part, lags: usize },
    /// Survival.
    WeibullCdf { shape: Part, scale: Part, lags: usize },
    /// Density.
    WeibullPdf { shape: Part, scale: Part, lags: usize },
}

/// How spend wears off, as far as it is known; see [`Saturation`]. What is searched for is always
/// where half of what can be reached is reached (of a logarithm, its scale).
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "the numbers are those of Saturation")]
pub enum SaturationShape {
    /// It doesn't.
    None,
    /// By a logarithm.
    Logarithm { scale: Part },
    /// By an exponential.
    Exponential { rate: Part },
    /// By Hill's curve.
    Hill { half_saturation: Part, slope: Part },
    /// By a logistic curve.
    Logistic { rate: Part },
    /// By half of Hill's curve.
    MichaelisMenten { half_saturation: Part },
}

/// What is known of a channel's shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChannelShape {
    /// How its spend works on.
    pub adstock: AdstockShape,
    /// How its spend wears off.
    pub saturation: SaturationShape,
}

impl ChannelShape {
    /// Nothing is known but that a decay around `decay` is likely: geometric carryover and Hill's
    /// saturation, all three numbers searched for.
    pub fn around(decay: f64) -> Self {
        Self {
            adstock: AdstockShape::Geometric { decay: Part::Searched(Belief::decay(decay)) },
            saturation: SaturationShape::Hill {
                half_saturation: Part::Searched(Belief::half_saturation()),
                slope: Part::Searched(Belief::slope()),
            },
        }
    }

    /// What is believed of each coordinate, in the order of the coordinates.
    pub(super) fn beliefs(&self) -> Vec<Belief> {
        self.parts()
            .into_iter()
            .filter_map(|part| match part {
                Part::Fixed(_) => None,
                Part::Searched(belief) => Some(belief),
            })
            .collect()
    }

    fn parts(&self) -> Vec<Part> {
        let mut parts = match self.adstock {
            AdstockShape::None => vec![],
            AdstockShape::Geometric { decay } | AdstockShape::GeometricNormalised { decay, .. } => {
                vec![decay]
            }
            AdstockShape::Delayed { decay, peak, .. } => vec![decay, peak],
            AdstockShape::WeibullCdf { shape, scale, .. }
            | AdstockShape::WeibullPdf { shape, scale, .. } => vec![shape, scale],
        };
        match self.saturation {
            SaturationShape::None => {}
            SaturationShape::Logarithm { scale: part }
            | SaturationShape::Exponential { rate: part }
            | SaturationShape::Logistic { rate: part }
            | SaturationShape::MichaelisMenten { half_saturation: part } => parts.push(part),
            SaturationShape::Hill { half_saturation, slope } => {
                parts.extend([half_saturation, slope]);
            }
        }
        parts
    }
}

/// The coordinates of one channel, taken in the order of [`ChannelShape::beliefs`]; of a channel
/// that has none in the design, each is what is likely beforehand.
pub(super) struct Coordinates<'p> {
    rest: std::slice::Iter<'p, f64>,
}

impl<'p> Coordinates<'p> {
    pub(super) fn of(point: &'p [f64]) -> Self {
        Self { rest: point.iter() }
    }

    /// Its carryover; comes before the saturation.
    pub(super) fn adstock(&mut self, shape: AdstockShape) -> Adstock {
        match shape {
            AdstockShape::None => Adstock::None,
            AdstockShape::Geometric { decay } => Adstock::Geometric { decay: self.decay(decay) },
            AdstockShape::GeometricNormalised { decay, lags } => {
                Adstock::GeometricNormalised { decay: self.decay(decay), lags }
            }
            AdstockShape::Delayed { decay, peak, lags } => {
                let last = f64::from(u32::try_from(lags.saturating_sub(1)).unwrap_or(u32::MAX));
                let decay = self.decay(decay);
                let peak = self.number(peak, |it| libm::exp(it.clamp(-6.0, 6.0)).min(last));
                Adstock::Delayed { decay, peak, lags }
            }
            AdstockShape::WeibullCdf { shape, scale, lags } => {
                let (shape, scale) = self.weibull(shape, scale);
                Adstock::WeibullCdf { shape, scale, lags }
            }
            AdstockShape::WeibullPdf { shape, scale, lags } => {
                let (shape, scale) = self.weibull(shape, scale);
                Adstock::WeibullPdf { shape, scale, lags }
            }
        }
    }

    /// Its saturation where the largest carried-over spend is `largest`.
    pub(super) fn saturation(&mut self, shape: SaturationShape, largest: f64) -> Saturation {
        let half = |it: f64| libm::exp(it.clamp(-6.0, 3.0)) * largest;
        match shape {
            SaturationShape::None => Saturation::None,
            SaturationShape::Logarithm { scale } => {
                Saturation::Logarithm { scale: self.number(scale, half) }
            }
            SaturationShape::Exponential { rate } => Saturation::Exponential {
                rate: self.number(rate, |it| std::f64::consts::LN_2 / half(it)),
            },
            SaturationShape::Hill { half_saturation, slope } => {
                let half_saturation = self.number(half_saturation, half);
                let slope = self.number(slope, |it| libm::exp(it.clamp(-2.0, 2.0)));
                Saturation::Hill { half_saturation, slope }
            }
            SaturationShape::Logistic { rate } => {
                Saturation::Logistic { rate: self.number(rate, |it| libm::log(3.0) / half(it)) }
            }
            SaturationShape::MichaelisMenten { half_saturation } => {
                Saturation::MichaelisMenten { half_saturation: self.number(half_saturation, half) }
            }
        }
    }

    fn decay(&mut self, decay: Part) -> f64 {
        self.number(decay, |it| (1.0 / (1.0 + libm::exp(-it))).min(DECAY_MAX))
    }

    fn weibull(&mut self, shape: Part, scale: Part) -> (f64, f64) {
        let shape = self.number(shape, |it| libm::exp(it.clamp(-2.0, 2.5)));
        (shape, self.number(scale, |it| libm::exp(it.clamp(-4.0, 6.0))))
    }

    fn number(&mut self, part: Part, of: impl Fn(f64) -> f64) -> f64 {
        match part {
            Part::Fixed(number) => number,
            Part::Searched(belief) => of(self.rest.next().copied().unwrap_or(belief.mean)),
        }
    }
}

fn logit(share: f64) -> f64 {
    let share = share.clamp(0.01, 0.99);
    libm::log(share / (1.0 - share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_fixed_has_no_coordinate() {
        let searched = ChannelShape::around(0.5);
        assert_eq!(searched.beliefs().len(), 3);
        let fixed_decay = AdstockShape::Geometric { decay: Part::Fixed(0.5) };
        let mixed = ChannelShape { adstock: fixed_decay, ..searched };
        assert_eq!(mixed.beliefs(), [Belief::half_saturation(), Belief::slope()]);
        let fixed = ChannelShape { saturation: SaturationShape::None, ..mixed };
        assert!(fixed.beliefs().is_empty());
    }

    #[test]
    fn a_point_gives_what_is_not_fixed_in_the_order_of_the_coordinates() {
        let part = |belief| Part::Searched(belief);
        let adstock =
            AdstockShape::Delayed { decay: Part::Fixed(0.6), peak: part(Belief::peak()), lags: 4 };
        let saturation = SaturationShape::Hill {
            half_saturation: part(Belief::half_saturation()),
            slope: Part::Fixed(2.0),
        };
        // e^0.5 periods; half of the largest.
        let point = [0.5, 0.5f64.ln()];
        let mut coordinates = Coordinates::of(&point);
        let Adstock::Delayed { decay, peak, lags } = coordinates.adstock(adstock) else {
            panic!("delayed")
        };
        assert_eq!((decay.to_bits(), lags), (0.6f64.to_bits(), 4));
        assert!((peak - 1.648_721_270_700_128).abs() < 1e-12, "{peak}");
        let Saturation::Hill { half_saturation, slope } = coordinates.saturation(saturation, 800.0)
        else {
            panic!("hill")
        };
        assert!((half_saturation - 400.0).abs() < 1e-9, "{half_saturation}");
        assert_eq!(slope.to_bits(), 2.0f64.to_bits());
    }

    #[test]
    fn the_coordinate_of_a_bounded_curve_is_where_half_is_reached() {
        let part = Part::Searched(Belief::half_saturation());
        for shape in [
            SaturationShape::Exponential { rate: part },
            SaturationShape::Logistic { rate: part },
            SaturationShape::MichaelisMenten { half_saturation: part },
            SaturationShape::Hill { half_saturation: part, slope: Part::Fixed(1.7) },
        ] {
            let point = [0.3f64.ln()];
            let saturation = Coordinates::of(&point).saturation(shape, 1_000.0);
            assert!((saturation.effect(300.0) - 0.5).abs() < 1e-12, "{saturation:?}");
        }
    }

    #[test]
    fn a_channel_without_coordinates_has_what_is_likely_beforehand() {
        let shape = ChannelShape::around(0.25);
        let mut coordinates = Coordinates::of(&[]);
        let decay = coordinates.adstock(shape.adstock).decay().expect("a decay");
        assert!((decay - 0.25).abs() < 1e-12, "{decay}");
        let saturation = coordinates.saturation(shape.saturation, 10.0);
        assert!((saturation.effect(7.0) - 0.5).abs() < 1e-12, "{saturation:?}");
    }
}
