//! The audit log as values: what can happen, the chain that makes edits, removals and
//! reorderings show, and the checkpoints that make a cut end show.

pub mod chain;
pub mod checkpoint;
pub mod displaced;
pub mod event;

pub use chain::{ChainFault, ChainFaultKind, ChainHead, Record};
pub use checkpoint::{AuditFault, AuditReport, Auditor, PublishedSegment};
pub use displaced::{Moved, MovedCampaign, OtherSource};
pub use event::{Dropped, DroppedRow, Event, FileEvent, MeasureChange, Replacement};

/// The chain of what concerns no account. No account can have this id, since ids hold no dot.
pub const DAEMON_CHAIN: &str = "budgetd.daemon";
