//! What PyMC-Marketing says of its example: mean and deviation of the posterior by its own sampler.

/// A published figure.
pub struct Published {
    pub channel: &'static str,
    pub name: &'static str,
    pub mean: f64,
    pub deviation: f64,
    /// Half of its last digit.
    pub rounding: f64,
    /// Whether a few of its draws bear its deviation.
    pub is_long_tailed: bool,
}

const fn of(
    channel: &'static str,
    name: &'static str,
    mean: f64,
    deviation: f64,
    rounding: f64,
) -> Published {
    Published { channel, name, mean, deviation, rounding, is_long_tailed: false }
}

/// Mean and deviation of its posterior with its default priors.
pub const PUBLISHED: [Published; 6] = [
    of("x1", "decay", 0.398, 0.030, 0.0005),
    of("x1", "rate", 4.08, 0.36, 0.005),
    of("x1", "coefficient", 0.362, 0.018, 0.0005),
    of("x2", "decay", 0.192, 0.040, 0.0005),
    of("x2", "rate", 3.16, 1.17, 0.005),
    Published { is_long_tailed: true, ..of("x2", "coefficient", 0.270, 0.086, 0.0005) },
];

/// The noise, of which the mean alone is published.
pub const NOISE: f64 = 0.030;
