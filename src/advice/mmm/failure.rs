//! Why there is no model: each reason by name, so that a weekly bundle can say why it comes without
//! advice. A model never returns a number that is not finite.

use thiserror::Error;

/// Why a series could not be modelled.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Failure {
    /// Fewer periods than a model of this size needs.
    #[error(
        "not enough data: {periods} {unit} with figures, and at least {periods_min} are needed{why}"
    )]
    NotEnoughData {
        /// Periods with figures.
        periods: usize,
        /// Periods needed.
        periods_min: usize,
        /// "days" or "weeks".
        unit: &'static str,
        /// What they are needed for, with a leading space or comma; may be empty.
        why: String,
    },
    /// What should be explained, or all that could explain it, never changes.
    #[error("no variation: {what} is the same in every period")]
    NoVariation {
        /// Which series.
        what: String,
    },
    /// Columns say the same thing, so that their parts can't be told apart.
    #[error("ill-conditioned: {what}")]
    IllConditioned {
        /// Which columns, or which step.
        what: String,
    },
    /// A figure leaves what a model can hold.
    #[error("out of range: {what}")]
    OutOfRange {
        /// Which figure.
        what: String,
    },
}

impl Failure {
    /// Its name in files: `not_enough_data`, `no_variation`, `ill_conditioned`, `out_of_range`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotEnoughData { .. } => "not_enough_data",
            Self::NoVariation { .. } => "no_variation",
            Self::IllConditioned { .. } => "ill_conditioned",
            Self::OutOfRange { .. } => "out_of_range",
        }
    }
}
