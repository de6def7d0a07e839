//! The chain that makes edits, removals and reorderings of the log show.

use crate::domain::Digest;

/// The newest record of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainHead {
    /// Its number; the first record is 1.
    pub seq: u64,
    /// The SHA-256 digest of its line.
    pub hash: Digest,
}
