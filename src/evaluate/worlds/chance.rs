//! A seed → the same draws on every machine: uniform, normal, and deviations that wander.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A deviation that wanders around 0: an autoregression of order one whose standard deviation is
/// `size` at all times.
pub(in crate::evaluate) struct Drift {
    size: f64,
    persistence: f64,
    /// In units of `size`.
    value: f64,
}

impl Drift {
    pub const fn new(size: f64, persistence: f64) -> Self {
        Self { size, persistence, value: 0.0 }
    }

    pub fn next(&mut self, random: &mut ChaCha8Rng) -> f64 {
        self.next_by(normal(random))
    }

    /// The next, by a draw that was made elsewhere.
    pub fn next_by(&mut self, draw: f64) -> f64 {
        let fresh = libm::sqrt(1.0 - self.persistence * self.persistence);
        self.value = self.persistence * self.value + fresh * draw;
        self.size * self.value
    }
}

/// A stream of its own for each number, so that one channel's draws never shift another's.
pub(in crate::evaluate) fn stream(seed: u64, number: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(number);
    random
}

/// A standard normal draw (Box and Muller 1958, the cosine half; two uniforms each).
pub(in crate::evaluate) fn normal(random: &mut ChaCha8Rng) -> f64 {
    let (first, second) = (uniform(random), uniform(random));
    libm::sqrt(-2.0 * libm::log(first)) * libm::cos(std::f64::consts::TAU * second)
}

/// A draw from Student's distribution with so many degrees of freedom, above 2, scaled to a standard
/// deviation of 1: a normal draw over the root of a mean of squares of others (Student 1908).
pub(in crate::evaluate) fn student(random: &mut ChaCha8Rng, freedom: u32) -> f64 {
    let draw = normal(random);
    let squares = |_| {
        let other = normal(random);
        other * other
    };
    let squares: f64 = (0..freedom).map(squares).sum();
    draw * libm::sqrt((f64::from(freedom) - 2.0) / squares)
}

/// A uniform draw from the middle of 2⁵² equal steps between 0 and 1: never 0, never 1.
#[expect(clippy::cast_precision_loss, reason = "52 bits fit the 53 of a double")]
pub(in crate::evaluate) fn uniform(random: &mut ChaCha8Rng) -> f64 {
    ((random.next_u64() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
}
