//! The audit log as values: what can happen, and the chain that makes edits, removals and
//! reorderings show.

mod chain;
mod event;

pub use chain::ChainHead;
pub use event::{Event, FileEvent, Replacement};
