//! The posterior of a marketing-mix model: what data leave open of its numbers, found in two ways that
//! share nothing but the model.
//!
//! ```text
//! specification ─┬─► density (with its gradient) ─► sampler (feature `nuts`) ─► diagnostics ─┐
//!                └─► closed form (no random number) ────────────────────────────────────────┴─► agreement
//! ```
//!
//! [`pymc`] and [`weekly`] make specifications: the default model of PyMC-Marketing, and our own.

pub mod agreement;
mod artefact;
mod closed_form;
mod density;
mod diagnostics;
mod effect;
mod figures;
mod prior;
pub mod pymc;
#[cfg(feature = "nuts")]
mod sampler;
mod specification;
pub mod weekly;

pub use artefact::{Artefact, Asked, BYTES_MAX, FigureOfFile, digest};
pub use closed_form::{ClosedForm, closed_form};
pub use density::Density;
pub use diagnostics::{ess_bulk, rhat, width_error};
pub use figures::{FigureName, Summary, names};
pub use prior::{Number, ShapePrior};
#[cfg(feature = "nuts")]
pub use sampler::{SAMPLER, Sampled, SampledFigure, SamplerFailure, SamplerSettings, sample};
pub use specification::{Channel, Column, ColumnPrior, Curve, NoisePrior, Specification};
