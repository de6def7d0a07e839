//! Tells which files have come to rest. Pure: it sees scans and the time that it is told.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::scan::{Candidate, Scan, SeenDigest};
use crate::config::Ready;
use crate::store::object::Identity;

/// An empty file rests so many times as long as others before it is taken: its writer is likely to have
/// more to say, and there is nothing in it to lose.
pub const EMPTY_RESTS: u32 = 6;

/// Remembers since when each waiting file has been unchanged. It knows no more files than the
/// last scan held, so its memory is bounded as the scan is.
#[derive(Debug, Default)]
pub struct Settler {
    seen: BTreeMap<String, (Version, Instant)>,
}

/// What has to stay the same: the file, and the digest that it is checked against.
type Version = (Identity, Option<SeenDigest>);

fn same_version(before: &Version, now: &Version) -> bool {
    let same_digest = match (&before.1, &now.1) {
        (Some(before), Some(now)) => before.same_version(now),
        (before, now) => before.is_none() && now.is_none(),
    };
    before.0.same_version(&now.0) && same_digest
}

impl Settler {
    /// One that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The files of `scan` that may be taken as `ready` says, in the scan's order.
    pub fn ready(
        &mut self,
        scan: &Scan,
        now: Instant,
        quiet: Duration,
        ready: Ready,
    ) -> Vec<Candidate> {
        let mut settled = self.settled(scan, now, quiet);
        if ready == Ready::Quiet {
            settled
                .retain(|file| file.size() > 0 || self.has_rested(file, now, EMPTY_RESTS * quiet));
            return settled;
        }
        let mut settled = settled.into_iter().peekable();
        let mut taken = Vec::new();
        for candidate in &scan.candidates {
            let is_settled = settled.next_if(|next| next.name == candidate.name).is_some();
            // A digest too short to be one is still being written, until it rests as it is.
            let rests = is_settled && ready == Ready::Checksum && candidate.digest.is_some();
            if candidate.is_ready(ready) || rests {
                taken.push(candidate.clone());
            }
        }
        taken
    }

    /// The files of `scan` whose size, modification time and inode, and those of their digest,
    /// have been the same for `quiet`, in the scan's order. The time counts from the first look: what a file says of its
    /// own age proves nothing, since tools that copy set it.
    pub fn settled(&mut self, scan: &Scan, now: Instant, quiet: Duration) -> Vec<Candidate> {
        let mut before = std::mem::take(&mut self.seen);
        let mut settled = Vec::new();
        for candidate in &scan.candidates {
            let version = (candidate.identity, candidate.digest);
            let since = match before.remove(&candidate.name) {
                Some((seen, since)) if same_version(&seen, &version) => since,
                _ => now,
            };
            if now.saturating_duration_since(since) >= quiet {
                settled.push(candidate.clone());
            }
            self.seen.insert(candidate.name.clone(), (version, since));
        }
        settled
    }

    fn has_rested(&self, file: &Candidate, now: Instant, time: Duration) -> bool {
        let since = self.seen.get(&file.name).map_or(now, |(_, since)| *since);
        now.saturating_duration_since(since) >= time
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
