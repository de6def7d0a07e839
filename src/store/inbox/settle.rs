//! Tells which files have come to rest. Pure: it sees scans and the time that it is told.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::scan::{Candidate, Scan};
use crate::store::object::Identity;

/// Remembers since when each waiting file has been unchanged. It knows no more files than the
/// last scan held, so its memory is bounded as the scan is.
#[derive(Debug, Default)]
pub struct Settler {
    seen: BTreeMap<String, (Identity, Instant)>,
}

impl Settler {
    /// One that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The files of `scan` whose size, modification time and inode have been the same for
    /// `quiet`, in the scan's order. The time counts from the first look: what a file says of its
    /// own age proves nothing, since tools that copy set it.
    pub fn settled(&mut self, scan: &Scan, now: Instant, quiet: Duration) -> Vec<Candidate> {
        let mut before = std::mem::take(&mut self.seen);
        let mut settled = Vec::new();
        for candidate in &scan.candidates {
            let since = match before.remove(&candidate.name) {
                Some((identity, since)) if identity.same_version(&candidate.identity) => since,
                _ => now,
            };
            if now.saturating_duration_since(since) >= quiet {
                settled.push(candidate.clone());
            }
            self.seen.insert(candidate.name.clone(), (candidate.identity, since));
        }
        settled
    }

    /// How many files it remembers.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether it remembers none.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }
}
