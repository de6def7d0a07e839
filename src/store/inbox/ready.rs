//! How a sender says that a file is complete, and whether he has. Pure.

use super::names::Companion;
use super::scan::{Candidate, SeenDigest};
use crate::config::Ready;

/// Bytes of the shortest file that holds a digest: one that is being written has fewer.
const DIGEST_BYTES_MIN: u64 = 64;

impl Candidate {
    /// Whether the file may be taken at the first look, without a time of rest.
    pub fn is_ready(&self, ready: Ready) -> bool {
        match ready {
            Ready::Quiet => false,
            Ready::Rename => true,
            Ready::Marker => self.has_marker,
            Ready::Checksum => match self.digest {
                None => false,
                Some(SeenDigest::Plain(seen)) => seen.size >= DIGEST_BYTES_MIN,
                Some(SeenDigest::Other) => true,
            },
        }
    }

    /// What has to come before the file is taken, however long it rests; `None`: nothing.
    pub fn waits_for(&self, ready: Ready) -> Option<String> {
        match ready {
            Ready::Marker if !self.has_marker => Some(Companion::Marker.of(&self.name)),
            Ready::Checksum if self.digest.is_none() => Some(Companion::Digest.of(&self.name)),
            _ => None,
        }
    }
}
