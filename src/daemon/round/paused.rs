//! Files that were refused lately, of one account: a writer who had only paused goes on in `rejected/`,
//! and its whole file is to be judged. Bounded, and forgotten at a restart.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::domain::Instant;
use crate::store::StoreError;
use crate::store::inbox::{DropFolder, RefusedFile};

/// A writer who pauses longer is another sender of the same name.
const WATCHED_FOR: TimeDelta = TimeDelta::hours(1);

/// Refused files that are looked at in each round, the newest.
const WATCHED_MAX: usize = 64;

/// How often a file of a name is brought back within that time; who edits files in `rejected/` for
/// ever is left alone then.
const RETURNS_MAX: u32 = 3;

/// What is remembered of them.
#[derive(Default)]
pub(super) struct Refusals {
    files: Vec<(RefusedFile, Instant)>,
    returns: BTreeMap<String, (u32, Instant)>,
}

impl Refusals {
    /// A file was refused now, which had so many bytes; its problems stand in `answer`, below the drop
    /// folder, without their ending.
    pub(super) fn add(
        &mut self,
        folder: &DropFolder,
        (name, answer, bytes): (&str, &str, u64),
        now: Instant,
    ) -> Result<(), StoreError> {
        let Some(rejected) = answer.strip_prefix("rejected/") else { return Ok(()) };
        if let Some(file) = folder.refused_file(name, rejected, bytes)? {
            self.files.retain(|(known, _)| known.rejected != file.rejected);
            self.files.push((file, now));
            let surplus = self.files.len().saturating_sub(WATCHED_MAX);
            self.files.drain(..surplus);
        }
        Ok(())
    }

    /// Puts back what has grown since; the names of what waits again.
    pub(super) fn bring_back(
        &mut self,
        folder: &DropFolder,
        now: Instant,
    ) -> Result<Vec<String>, StoreError> {
        let is_over = |since: Instant| now.signed_duration_since(since).abs() > WATCHED_FOR;
        self.files.retain(|(_, since)| !is_over(*since));
        self.returns.retain(|_, (_, since)| !is_over(*since));
        let mut back = Vec::new();
        for (file, since) in std::mem::take(&mut self.files) {
            let returns = self.returns.get(&file.name).map_or(0, |(count, _)| *count);
            if returns < RETURNS_MAX && folder.bring_back_regrown(&file)? {
                self.returns.entry(file.name.clone()).or_insert((0, now)).0 += 1;
                back.push(file.name);
            } else {
                self.files.push((file, since));
            }
        }
        Ok(back)
    }
}
