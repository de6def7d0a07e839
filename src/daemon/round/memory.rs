//! What the worker remembers of one account from round to round, so that what lasts is said once:
//! when it begins, when it changes and when it is over.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use tracing::{error, info, warn};

use super::shown;
use crate::domain::text::escape;
use crate::domain::{Account, Day, Instant, Week};
use crate::store::StoreError;
use crate::store::inbox::{DropFolder, Ignored, Scan, Settler};
use crate::store::journal::Reach;
use crate::store::ledger::RefusedLately;
use crate::store::space::Space;
use crate::workflow::{EarlyWeek, PAUSES_FOR, WorkflowError, as_refused};

/// Weeks decided before their time that are told one by one.
const EARLY_SHOWN: usize = 3;

/// What the worker remembers of one account.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) settler: Settler,
    /// Device and inode of the drop folder, once it was looked into.
    pub(super) folder: Option<(u64, u64)>,
    pub(super) recovered: bool,
    pub(super) noted: BTreeSet<Ignored>,
    /// Files that were refused a short while ago and may still be being written; `None`: not known yet.
    pub(super) refused: Option<Vec<RefusedLately>>,
    /// The claims of those that grew and are left where they lie.
    pub(super) left: BTreeSet<String>,
    /// Files that were said to have no room.
    pub(super) without_room: BTreeSet<String>,
    /// How far the account's audit log reached in time when it was looked at last.
    pub(super) reach: Option<Reach>,
    /// Since when the account is served, by a clock that can be believed.
    pub(super) serves_since: Option<Instant>,
    /// What was said of the due week, until it changes.
    pub(super) said: Option<String>,
    pub(super) troubles: BTreeMap<Part, Trouble>,
    /// Troubles that began or changed and were not told to others yet.
    pub(super) fresh_troubles: Vec<(Part, String)>,
    pub(super) standing: WeekStanding,
    /// Times at which nothing is due, as far as was asked: to ask is most of what a quiet round costs.
    pub(super) nothing_due: Option<Range<Instant>>,
    /// The week that was due last.
    pub(super) due: Option<Week>,
    pub(super) ask_again: Option<std::time::Instant>,
    pub(super) is_skip_told: bool,
    /// From when it was asked until the next scheduled run.
    pub(super) next_run: Option<Range<Instant>>,
    /// The newest day with figures, as far as it is known here.
    pub(super) newest_day: Option<Day>,
}

/// A trouble that was said.
pub(super) struct Trouble {
    /// What makes it another one.
    is: String,
    pub(super) text: String,
}

/// The parts of an account's service; trouble in one leaves the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Clock,
    DropFolder,
    Files,
    Week,
    Early,
}

impl Part {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Clock => "clock",
            Self::DropFolder => "drop_folder",
            Self::Files => "files",
            Self::Week => "week",
            Self::Early => "early",
        }
    }

    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Clock => "the clock is behind",
            Self::DropFolder => "the drop folder can't be read",
            Self::Files => "files can't be taken",
            Self::Week => "the week can't be decided",
            Self::Early => "a week was decided before its time",
        }
    }
}

/// How the due week is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum WeekStanding {
    #[default]
    NothingDue,
    WaitsForData,
    CannotBeSigned,
}

impl Memory {
    /// The refused files that seem to have grown in their place; those that nobody writes to any more are
    /// forgotten.
    pub(super) fn grown(
        &mut self,
        folder: &DropFolder,
        now: Instant,
    ) -> Result<Vec<RefusedLately>, StoreError> {
        let Some(refused) = &mut self.refused else { return Ok(Vec::new()) };
        refused
            .retain(|refused| now.signed_duration_since(refused.file.file.taken_at) <= PAUSES_FOR);
        let claim = |refused: &RefusedLately| refused.file.file.claim.clone();
        self.left.retain(|left| refused.iter().any(|refused| claim(refused) == *left));
        let mut grown = Vec::new();
        for refused in refused.iter() {
            if !self.left.contains(&claim(refused))
                && folder.may_have_grown(&as_refused(&refused.file))?
            {
                grown.push(refused.clone());
            }
        }
        Ok(grown)
    }

    /// Says a trouble once, until it is another or has gone.
    pub(super) fn trouble(&mut self, account: &Account, part: Part, trouble: &WorkflowError) {
        let hint = match trouble {
            WorkflowError::Store(error) | WorkflowError::Key(error) => error.hint().map(escape),
            _ => None,
        };
        self.begins(account, part, (shown(trouble), told_by(trouble)), hint.as_deref());
    }

    /// Says the trouble that weeks were decided before their time, or that it is over.
    pub(super) fn early(&mut self, account: &Account, early: &[EarlyWeek]) {
        if early.is_empty() {
            return self.well(account, Part::Early);
        }
        let mut words: Vec<String> =
            early.iter().take(EARLY_SHOWN).map(|week| week.words(account)).collect();
        if early.len() > EARLY_SHOWN {
            words.push(format!("and {} later weeks", early.len() - EARLY_SHOWN));
        }
        let text = words.join("; ");
        self.begins(account, Part::Early, (text.clone(), text), None);
    }

    /// Says once that files wait for room on the disk of `staging`, however many they come to be and
    /// however much is free.
    pub(super) fn no_room(&mut self, account: &Account, text: String, staging: &Path) {
        let is = Space::of(staging).map_or_else(|_| text.clone(), |space| full(&space.mount));
        self.begins(account, Part::Files, (text, is), None);
    }

    /// No file waits for room any more where each that did is gone.
    pub(super) fn forget_room(&mut self, account: &Account, scan: &Scan) {
        let waits = |name: &str| self.without_room.contains(&escape(name));
        if !scan.candidates.iter().any(|file| waits(&file.name)) {
            self.without_room.clear();
            self.well(account, Part::Files);
        }
    }

    /// `is` tells the trouble from another, `text` is what is said of it.
    fn begins(
        &mut self,
        account: &Account,
        part: Part,
        (text, is): (String, String),
        hint: Option<&str>,
    ) {
        if self.troubles.get(&part).is_none_or(|said| said.is != is) {
            let week = self.week_of(part);
            error!(account = account.id.as_str(), week, error = text, hint, "{}", part.words());
            self.fresh_troubles.push((part, text.clone()));
        }
        self.troubles.insert(part, Trouble { is, text });
    }

    pub(super) fn well(&mut self, account: &Account, part: Part) {
        if self.troubles.remove(&part).is_some() {
            let week = self.week_of(part);
            info!(account = account.id.as_str(), week, "no longer: {}", part.words());
        }
    }

    /// Notes which folder was looked into. Another one than before is said: what waits in the old one
    /// is out of sight, and its sender may not know.
    pub(super) fn looked_into(&mut self, account: &Account, folder: (u64, u64)) {
        if self.folder.replace(folder).is_some_and(|before| before != folder) {
            warn!(
                account = account.id.as_str(),
                "another folder is in the drop folder's place: exchanged, mounted or unmounted; \
                 files are taken from it"
            );
        }
    }

    /// The week that a trouble in this part is about.
    pub(super) fn week_of(&self, part: Part) -> Option<String> {
        self.due.filter(|_| part == Part::Week).map(|week| week.to_string())
    }

    /// Says something of the due week once, until it changes.
    pub(super) fn say(&mut self, text: String, log: impl FnOnce(&str)) {
        if self.said.as_ref() != Some(&text) {
            log(&text);
            self.said = Some(text);
        }
    }
}

/// What tells a trouble from another: of a full disk not how much is free on it, nor what had no room;
/// of a clock not what it says.
fn told_by(trouble: &WorkflowError) -> String {
    match trouble {
        WorkflowError::Store(StoreError::Full { mount, .. }) => full(mount),
        WorkflowError::ClockBehind { newest, .. } => format!("behind: {newest}"),
        other => shown(other),
    }
}

/// What makes one trouble of all that lacks room on a file system.
fn full(mount: &Path) -> String {
    format!("full: {}", mount.display())
}
