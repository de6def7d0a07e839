//! The audit log as values: what can happen, and the chain that makes edits, removals and
//! reorderings show.

mod event;

pub use event::{Event, FileEvent, Replacement};
