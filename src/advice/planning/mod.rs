//! What a budget could do: plans, scenarios and what-ifs on a fitted model. They comment; no budget
//! reads them.
//!
//! ```text
//! fitted ─► horizon (past spend carried in, the tail carried out) ─► curve ─► allocator ─► plan
//!                └──────────────► joint interval ◄── whatif                └─► scenarios
//! another tool's file ─► imported ─► curve ─► the same allocator
//! ```

mod allocator;
mod bounds;
mod curve;
mod envelope;
mod horizon;
pub mod imported;
mod objective;
pub mod periods;
mod scenarios;
mod whatif;

pub use allocator::{Active, Certificate, Infeasible, Plan, allocate};
pub use bounds::{BoundShares, Bounds};
pub use curve::{Curve, Knot};
pub(in crate::advice) use horizon::Channel as ChannelAhead;
pub use horizon::Horizon;
pub use objective::{Objective, plan, plan_on};
pub use scenarios::{PRESENT_SHARE, SCENARIO_SHARES, Scenario, curves, scenarios};
pub use whatif::{
    LinearChange, SpendChange, WhatIf, WhatIfError, linear_what_if, parse_changes, what_if,
};

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// The bounds and the total contradict each other.
    #[error(transparent)]
    Infeasible(#[from] Infeasible),
    /// Nothing was spent lately, so there is nothing to compare with.
    #[error("nothing was spent in the last {weeks} weeks")]
    NothingSpent {
        /// The weeks that count as lately.
        weeks: u32,
    },
}
