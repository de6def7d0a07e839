//! How sure a model is, and what follows from it: nothing here decides, and no budget reads it.
//!
//! ```text
//! lift tests ─► experiments ─► fitted ─► simulation (what a changed spend would do) ─┬─► actions
//!                                 ├────► evidence (have data said enough?) ──────────┤
//!                                 ├────► demand (does spend follow it?) ─────────────┘
//!                                 └────► lag (when the effect comes)
//!
//! spline: the same figures by curves without a fixed shape, and which family foretells better
//! posterior: the same model by a sampler, to check the closed form
//! ```

pub mod actions;
pub mod demand;
pub mod evidence;
pub mod experiments;
pub mod lag;
pub mod pooling;
pub mod posterior;
pub mod simulation;
pub mod spline;
