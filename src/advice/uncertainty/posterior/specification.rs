//! A marketing-mix model as a probability: the figures that it explains, the numbers that are not
//! known, and what is held to be likely of each. Both the sampler and the closed form read it.

use super::prior::{Number, ShapePrior};

/// outcome = Σ coefficient · column + Σ coefficient · effect of a channel's spend + noise.
#[derive(Debug, Clone, PartialEq)]
pub struct Specification {
    /// What is explained, scaled.
    pub outcome: Vec<f64>,
    /// What the figures were divided by.
    pub outcome_scale: f64,
    /// How alike neighbouring errors are; 0: not at all.
    pub autocorrelation: f64,
    /// So many periods at the start are carried over from, and not judged by.
    pub run_in: usize,
    /// What explains it beside the media.
    pub columns: Vec<Column>,
    /// The media.
    pub channels: Vec<Channel>,
    /// What is held to be likely of the noise.
    pub noise: NoisePrior,
}

/// A column with a coefficient of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// A value for each period.
    pub values: Vec<f64>,
    /// What is held to be likely of its coefficient.
    pub prior: ColumnPrior,
}

/// What is held to be likely of a column's coefficient; all are centred on 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ColumnPrior {
    /// Any.
    Flat,
    /// Normal.
    Normal {
        /// Its deviation.
        deviation: f64,
    },
    /// Laplace's distribution.
    Laplace {
        /// Its scale.
        scale: f64,
    },
}

/// A channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// Its spend in each period, scaled.
    pub spend: Vec<f64>,
    /// What its spend was divided by.
    pub spend_scale: f64,
    /// The share of what works that a period keeps.
    pub decay: Number,
    /// In how many periods spend works, its weights scaled to add up to 1; `None`: for ever, unscaled.
    pub lags: Option<usize>,
    /// How it wears off.
    pub curve: Curve,
    /// Its coefficient is half-normal with this deviation.
    pub coefficient: f64,
}

/// How carried-over spend wears off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Curve {
    /// (1 − e^(−rate · x)) / (1 + e^(−rate · x)).
    Logistic {
        /// Per unit of scaled spend.
        rate: Number,
    },
    /// Hill's, divided by what it is at the largest carried-over spend.
    Hill {
        /// Where half of what can be reached is reached, as a share of the largest carried-over spend.
        half_saturation: Number,
        /// Above 1 it is S-shaped.
        slope: Number,
    },
}

impl Curve {
    /// Its numbers, in the order of their coordinates.
    pub fn numbers(self) -> Vec<Number> {
        match self {
            Self::Logistic { rate } => vec![rate],
            Self::Hill { half_saturation, slope } => vec![half_saturation, slope],
        }
    }
}

/// What is held to be likely of the noise's standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NoisePrior {
    /// Half-normal.
    HalfNormal {
        /// Its deviation.
        deviation: f64,
    },
    /// The density of its logarithm falls by `power` for each unit of it, and all deviations of
    /// coefficients are in proportion to it: they are told for noise of size `likely`.
    InProportion {
        /// How fast.
        power: f64,
        /// The noise that deviations were told for.
        likely: f64,
    },
}

impl NoisePrior {
    /// Logarithm of the density of the noise's logarithm `x`, but for a constant, and its slope.
    pub fn log_density(self, x: f64) -> (f64, f64) {
        match self {
            Self::HalfNormal { deviation } => {
                let square = libm::exp(2.0 * x) / (deviation * deviation);
                (x - 0.5 * square, 1.0 - square)
            }
            Self::InProportion { power, .. } => (-power * x, -power),
        }
    }

    /// How many times as large a coefficient's deviation is where the noise has this size.
    pub fn stretch(self, noise: f64) -> f64 {
        match self {
            Self::HalfNormal { .. } => 1.0,
            Self::InProportion { likely, .. } => noise / likely,
        }
    }

    /// Whether deviations grow with the noise.
    pub fn is_in_proportion(self) -> bool {
        matches!(self, Self::InProportion { .. })
    }
}

impl Specification {
    /// How many periods there are.
    pub fn periods(&self) -> usize {
        self.outcome.len()
    }

    /// The priors of the shapes' coordinates, channel by channel.
    pub fn shape_priors(&self) -> Vec<ShapePrior> {
        self.channels.iter().flat_map(Channel::shape_priors).collect()
    }

    /// How many coordinates a sampler has: coefficients of columns; per channel its shape and its
    /// coefficient's logarithm; the noise's logarithm.
    pub fn coordinates(&self) -> usize {
        self.columns.len() + self.shape_priors().len() + self.channels.len() + 1
    }
}

impl Channel {
    /// The priors of its coordinates: carryover first.
    pub fn shape_priors(&self) -> Vec<ShapePrior> {
        let numbers = std::iter::once(self.decay).chain(self.curve.numbers());
        numbers
            .filter_map(|number| match number {
                Number::Fixed(_) => None,
                Number::Searched(prior) => Some(prior),
            })
            .collect()
    }
}
