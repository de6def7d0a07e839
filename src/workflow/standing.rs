//! Where an account stands: what arrived, what is missing, what was decided and what comes next.
//! It reads and records nothing.

use std::path::PathBuf;

use chrono::Days;

use super::answer;
use super::behind::{Behind, behind};
use super::corrected::{Corrected, corrected_weeks};
use super::{
    Due, WorkflowError, Workspace, due, latest_publication, latest_run, next_run, scheduled_at,
};
use crate::config::Ready;
use crate::decision::Standing;
use crate::domain::calendar::{day_of, end_of_day, instant_of};
use crate::domain::text::escape;
use crate::domain::{Account, AccountId, Day, Instant, Week};
use crate::store::StoreError;
use crate::store::bundle::BundleName;
use crate::store::files;
use crate::store::inbox::{DropFolder, EMPTY_RESTS, Ignored, Scan};
use crate::store::ledger::{
    FileCounts, FileRecord, Ledger, Missed, Publication, RefusedFiles, UnknownCounts,
};

/// Files that `status` lists.
const FILES_SHOWN: u32 = 5;
/// Days that a refused file stays in sight: until the run of the week that may lack it.
pub const REFUSED_DAYS: u64 = 7;
/// Weeks before the newest in which those are looked for that started from an older revision.
const BEHIND_WEEKS: u32 = 13;
/// Missed weeks that `status` lists.
const MISSED_SHOWN: u32 = 4;

/// One account at a moment.
#[derive(Debug, Clone)]
pub struct AccountStanding {
    /// Files that arrived on the account's day.
    pub today: FileCounts,
    /// Refused files of the last [`REFUSED_DAYS`] days, this one included, whose name was not taken
    /// since.
    pub refused: RefusedFiles,
    /// What was wrong with the newest of them, where it still lies beside it.
    pub refused_problems: Option<PathBuf>,
    /// The newest files, newest first.
    pub files: Vec<FileRecord>,
    /// Files that wait in the drop folder.
    pub waiting: Vec<FileStanding>,
    /// Digests and markers that came before their file, by name.
    pub early: Vec<String>,
    /// What is in the drop folder and is no file to take.
    pub ignored: Vec<Ignored>,
    /// Why the drop folder can't be looked into, where it can't.
    pub inbox_trouble: Option<String>,
    /// The newest publication of the weeks that have begun.
    pub last: Option<LastDecision>,
    /// What is due and not yet decided, with what the gate says of it.
    pub due: Option<(Due, Standing)>,
    /// The next scheduled run.
    pub next: Option<(Week, Instant)>,
    /// What the gate would say of the next run now.
    pub next_standing: Option<Standing>,
    /// Weeks that were missed and not decided by hand since, newest first.
    pub missed: Vec<Missed>,
    /// Channels of which there are facts and that the account no longer names.
    pub channels_left_out: Vec<String>,
    /// Published weeks whose evidence was corrected since, newest first; a bounded list.
    pub corrected: Vec<Corrected>,
    /// How many more there are.
    pub corrected_unlisted: usize,
    /// Newer published weeks that started from an older revision of a week, oldest first.
    pub behind: Vec<Behind>,
    /// Channel days that no decision can rest on, because a figure isn't known.
    pub unknown: UnknownCounts,
    /// Published bundles that are not in the outbox, oldest first, by name.
    pub bundles_gone: Vec<String>,
    /// In one word.
    pub health: Health,
}

/// A file in the drop folder.
#[derive(Debug, Clone)]
pub struct FileStanding {
    /// Its name, escaped.
    pub name: String,
    /// When it was last written to.
    pub modified: Instant,
    /// Its size.
    pub bytes: u64,
    /// What it lacks to be taken, in words; `None`: nothing, or time alone.
    pub waits_for: Option<String>,
}

/// The newest publication of an account.
#[derive(Debug, Clone)]
pub struct LastDecision {
    /// The publication.
    pub publication: Publication,
    /// Its bundle.
    pub folder: PathBuf,
    /// Whether the bundle is still there.
    pub is_there: bool,
    /// When its run had been due, where it was published on a later day: it was caught up, or it
    /// waited for data.
    pub late_since: Option<Instant>,
}

/// How an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// Nothing is wrong.
    Well,
    /// A decision is due and waits, and nothing else is wrong.
    Waiting,
    /// Somebody should look: a refused file, a hold, something odd in the inbox.
    Attention,
}

impl Health {
    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Attention => "attention",
            Self::Waiting => "waiting",
        }
    }
}

/// Where `account` stands at `now`.
pub fn account_standing(
    workspace: &Workspace,
    ledger: &Ledger,
    account: &Account,
    now: Instant,
) -> Result<AccountStanding, WorkflowError> {
    let zone = account.time_zone;
    let newest_until = |week: Week| ledger.newest_publication(&account.id, Some(week.forward(1)));
    let newest = latest_publication(ledger, account, now)?;
    let newest_week = newest.as_ref().map(|publication| publication.week);
    let gate = |week: Week| -> Result<Standing, WorkflowError> {
        // A first decision asks whether there was ever a row; later ones for the last week alone.
        let has_published = newest_until(week.back(1))?.is_some();
        let from = has_published.then(|| week.back(1).first_day());
        let facts = ledger.facts(account, from, None)?;
        Ok(answer::gate(ledger, account, week, &facts, now)?)
    };
    let due = match latest_run(account, now) {
        Some(run) => {
            let published = newest_until(run.week)?.map(|publication| publication.week);
            due(account, run, published, None)
        }
        None => None,
    };
    let due = match due {
        Some(due) => Some((due.clone(), gate(due.week)?)),
        None => None,
    };
    let next = next_run(account, now);
    let next_standing = match next {
        Some((week, _)) => Some(gate(week)?),
        None => None,
    };
    let (scan, inbox_trouble) = match look(workspace, account, now) {
        Ok(looked) => (looked, None),
        Err(trouble) => (Inbox::default(), Some(escape(&trouble.to_string()))),
    };
    let mut missed = Vec::new();
    for week in ledger.missed(&account.id, now, MISSED_SHOWN)? {
        if ledger.publication(&account.id, week.week)?.is_none() {
            missed.push(week);
        }
    }
    let day = day_of(now, zone);
    let begin = |day: Day| instant_of(day, chrono::NaiveTime::MIN, zone);
    let end = end_of_day(day, zone);
    let today = ledger.counts_between(&account.id, (begin(day), end))?;
    let first = day.checked_sub_days(Days::new(REFUSED_DAYS - 1)).unwrap_or(day);
    let refused = ledger.refused_between(&account.id, (begin(first), end))?;
    let last = newest.map(|publication| {
        let name =
            BundleName { week: publication.week.first_day(), revision: publication.revision };
        let folder = workspace.outbox().path(&account.id, name);
        LastDecision {
            is_there: files::exists(&folder),
            late_since: late_since(account, &publication),
            folder,
            publication,
        }
    });
    let (corrected, corrected_unlisted) = corrected_weeks(ledger, account, now, None)?;
    let mut found = AccountStanding {
        today,
        refused_problems: refused.newest.as_ref().and_then(|newest| {
            let folder = workspace.places.drop_folder(&account.id).join("rejected");
            let problems = folder.join(format!("{}.problems.txt", newest.file.answer_name));
            files::exists(&problems).then_some(problems)
        }),
        refused,
        files: ledger.files(&account.id, FILES_SHOWN)?,
        waiting: scan.waiting,
        early: scan.early,
        ignored: scan.ignored,
        inbox_trouble,
        last,
        due,
        next,
        next_standing,
        missed,
        channels_left_out: left_out(ledger, account)?,
        corrected,
        corrected_unlisted,
        behind: match newest_week {
            Some(week) => behind(ledger, account, week.back(BEHIND_WEEKS))?,
            None => Vec::new(),
        },
        unknown: UnknownCounts::of(&ledger.unknown_facts(account, None, None)?),
        bundles_gone: bundles_gone(workspace, ledger, &account.id)?,
        health: Health::Well,
    };
    found.health = health(&found);
    Ok(found)
}

fn health(found: &AccountStanding) -> Health {
    let held = found.last.as_ref().is_some_and(|last| last.publication.held);
    let lost = found.last.as_ref().is_some_and(|last| !last.is_there);
    let is_odd = found.inbox_trouble.is_some()
        || !found.ignored.is_empty()
        || !found.channels_left_out.is_empty()
        || found.corrected.iter().any(|corrected| !corrected.would_stay())
        || !found.bundles_gone.is_empty();
    let refused = found.today.refused + found.refused.count > 0;
    if held || lost || refused || is_odd {
        Health::Attention
    } else if found.due.is_some() {
        Health::Waiting
    } else {
        Health::Well
    }
}

/// When the run of a publication had been due, where it was published on a later day.
fn late_since(account: &Account, publication: &Publication) -> Option<Instant> {
    let due_at = scheduled_at(account, publication.week);
    let day = |at: Instant| day_of(at, account.time_zone);
    (day(publication.stated_at) > day(due_at)).then_some(due_at)
}

fn left_out(ledger: &Ledger, account: &Account) -> Result<Vec<String>, StoreError> {
    let names = ledger.channels_left_out(account)?;
    Ok(names.iter().map(|name| escape(name)).collect())
}

/// Published bundles that are no longer where they were published.
pub fn bundles_gone(
    workspace: &Workspace,
    ledger: &Ledger,
    account: &AccountId,
) -> Result<Vec<String>, StoreError> {
    let outbox = workspace.outbox();
    let mut gone = Vec::new();
    for published in ledger.published_segments(account)? {
        let name = BundleName { week: published.week.first_day(), revision: published.revision };
        if !files::exists(&outbox.path(account, name)) {
            gone.push(name.to_string());
        }
    }
    Ok(gone)
}

/// What is in a drop folder.
#[derive(Default)]
struct Inbox {
    waiting: Vec<FileStanding>,
    early: Vec<String>,
    ignored: Vec<Ignored>,
}

/// What is said of a file that is claimed and not answered: it is not where its sender put it.
const BEGUN: &str =
    "it was begun and is not done with; the next look into the inbox goes on with it";

fn look(workspace: &Workspace, account: &Account, now: Instant) -> Result<Inbox, StoreError> {
    if workspace.may_be_missing(account)? {
        return Ok(Inbox::default());
    }
    let folder = workspace.drop_folder_that_is_there(account)?;
    let scan = folder.scan(&[])?;
    let ignored = scan.shown(now);
    let ready = workspace.config.inbox.ready;
    let is_laid_out = files::exists(&workspace.places.state().staging());
    let room = if is_laid_out { Some(workspace.room()?) } else { None };
    let quiet_seconds = workspace.config.inbox.quiet_seconds;
    let empty = format!(
        "empty so far; the daemon gives its writer {} s",
        quiet_seconds.saturating_mul(EMPTY_RESTS.into())
    );
    let mut waiting = Vec::with_capacity(scan.candidates.len());
    for candidate in &scan.candidates {
        let waits_for = match candidate.waits_for(ready) {
            Some(companion) => Some(format!("there is no {} yet", escape(&companion))),
            None if ready == Ready::Quiet && candidate.size() == 0 => Some(empty.clone()),
            // Each is copied by itself, so that each is asked for by itself.
            None => match room.clone() {
                Some(mut room) if candidate.size() <= workspace.config.limits.bytes_max => {
                    room.lacks(candidate.size())?
                }
                _ => None,
            },
        };
        waiting.push(FileStanding {
            name: escape(&candidate.name),
            modified: candidate.modified(),
            bytes: candidate.size(),
            waits_for,
        });
    }
    for (claimed, identity) in folder.claimed_as_seen()? {
        let Some(identity) = identity else { continue };
        waiting.push(FileStanding {
            name: escape(&claimed.name),
            modified: identity.modified_at(),
            bytes: identity.size,
            waits_for: Some(BEGUN.to_owned()),
        });
    }
    Ok(Inbox { waiting, early: scan.early(now), ignored })
}

/// What lies directly in an inbox of several accounts: nobody takes it, so whoever dropped it is
/// to be told. Empty where there is one account. Looks, and makes nothing.
pub fn meant_for_nobody(workspace: &Workspace) -> Result<Scan, StoreError> {
    match workspace.places.inbox_of_nobody() {
        Some(inbox) if files::exists(inbox) => {
            // The inbox itself may be a link: the operator named it.
            let inbox = inbox.canonicalize().unwrap_or_else(|_| inbox.clone());
            let folders = workspace.places.folders_in_the_inbox();
            let mut scan = DropFolder::open(&inbox, false)?.scan(&folders)?;
            // Something else in the place of a drop folder is its account's trouble.
            let found = scan.ignored.len();
            scan.ignored.retain(|object| !folders.contains(&object.name.as_str()));
            scan.ignored_total -= (found - scan.ignored.len()) as u64;
            Ok(scan)
        }
        _ => Ok(Scan::default()),
    }
}
