//! One round of the worker: look into every drop folder, take what has settled, decide what is
//! due. Trouble of one account is said once, shown, tried again and survived; our own state that
//! can't be used is not. The ledger is opened only where there is something to do.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tracing::{error, info, warn};

use super::hints::Hints;
use super::{DaemonError, begin, shown, tell};
use crate::config::CatchUp;
use crate::domain::calendar::{day_of, instant_of};
use crate::domain::text::escape;
use crate::domain::{Account, Instant, Week};
use crate::store::StoreError;
use crate::store::inbox::{Candidate, DropFolder, Ignored, Scan, Settler};
use crate::workflow::{
    Due, FileAnswer, Interrupt, MissedWeek, TakenFile, Unit, WeekOutcome, WeekRequest,
    WorkflowError, Workspace, due, meant_for_nobody,
};

/// How soon a file that is settling is looked at again.
const SETTLING_PAUSE: Duration = Duration::from_secs(1);

/// How often a week that waits is tried again where no file came in here: an `ingest` beside the
/// daemon, a mended key.
const ASK_AGAIN: Duration = Duration::from_mins(1);

/// How long a unit of work goes on from account to account before the lock is given up for others.
const UNIT_LASTS: Duration = Duration::from_secs(1);

/// What the worker remembers from round to round.
pub struct Rounds<'w> {
    workspace: &'w Workspace,
    interrupt: &'w Interrupt,
    started_at: Instant,
    hints: Hints,
    /// In the order of the configuration's accounts.
    memories: Vec<Memory>,
    /// What was said of the inbox that belongs to nobody.
    nobody: BTreeSet<String>,
    nobody_trouble: Option<String>,
}

/// What the worker remembers of one account.
#[derive(Default)]
struct Memory {
    settler: Settler,
    recovered: bool,
    noted: BTreeSet<Ignored>,
    /// Files that were said to have no room.
    without_room: BTreeSet<String>,
    newest: Newest,
    /// What was said of the due week, until it changes.
    said: Option<String>,
    troubles: BTreeMap<Part, String>,
    standing: WeekStanding,
    ask_again: Option<std::time::Instant>,
    is_skip_told: bool,
}

/// The newest published week, as far as it is known here.
#[derive(Debug, Clone, Copy, Default)]
enum Newest {
    #[default]
    NotLookedUp,
    Known(Option<Week>),
}

/// The parts of an account's service; trouble in one leaves the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    DropFolder,
    Files,
    Week,
}

impl Part {
    const fn words(self) -> &'static str {
        match self {
            Self::DropFolder => "the drop folder can't be read",
            Self::Files => "files can't be taken",
            Self::Week => "the week can't be decided",
        }
    }
}

/// How the due week is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum WeekStanding {
    #[default]
    NothingDue,
    WaitsForData,
    CannotBeSigned,
}

impl Memory {
    /// Says a trouble once, until it is another or has gone.
    fn trouble(&mut self, account: &Account, part: Part, trouble: &WorkflowError) {
        let text = shown(trouble);
        if self.troubles.get(&part) != Some(&text) {
            let hint = match trouble {
                WorkflowError::Store(error) => error.hint().map(escape),
                _ => None,
            };
            error!(account = account.id.as_str(), error = text, hint, "{}", part.words());
            self.troubles.insert(part, text);
        }
    }

    fn well(&mut self, account: &Account, part: Part) {
        if self.troubles.remove(&part).is_some() {
            info!(account = account.id.as_str(), "no longer: {}", part.words());
        }
    }

    /// Says something of the due week once, until it changes.
    fn say(&mut self, text: String, log: impl FnOnce(&str)) {
        if self.said.as_ref() != Some(&text) {
            log(&text);
            self.said = Some(text);
        }
    }
}

impl<'w> Rounds<'w> {
    /// Nothing seen yet.
    pub fn new(
        workspace: &'w Workspace,
        interrupt: &'w Interrupt,
        started_at: Instant,
        hints: Hints,
    ) -> Self {
        let memories = workspace.config.accounts.iter().map(|_| Memory::default()).collect();
        Self {
            workspace,
            interrupt,
            started_at,
            hints,
            memories,
            nobody: BTreeSet::new(),
            nobody_trouble: None,
        }
    }

    /// Makes the drop folders that are missing, once, and of accounts alone that nothing was ever
    /// taken for: one that goes away later is reported and not made again, since what stood there
    /// may have been a mount.
    pub fn make_drop_folders(&self) {
        for account in &self.workspace.config.accounts {
            // Where it can't be made, or must not be, the first round says why.
            drop(self.workspace.drop_folder_at_start(account));
        }
    }

    /// Serves every account once. Returns how long to pause at most.
    pub fn round(
        &mut self,
        now: Instant,
        monotonic: std::time::Instant,
    ) -> Result<Duration, DaemonError> {
        let mut pause = Duration::from_secs(self.workspace.config.inbox.scan_seconds);
        let mut round = Round {
            workspace: self.workspace,
            interrupt: self.interrupt,
            started_at: self.started_at,
            now,
            monotonic,
            unit: None,
        };
        for (account, memory) in self.workspace.config.accounts.iter().zip(&mut self.memories) {
            match round.serve(account, memory, &mut self.hints) {
                Ok(settling) if settling => pause = pause.min(SETTLING_PAUSE),
                Ok(_) => {}
                Err(WorkflowError::Interrupted { .. }) => return Ok(Duration::ZERO),
                Err(error) => return Err(error.into()),
            }
            if let Some(at) = memory.ask_again {
                pause = pause.min(at.saturating_duration_since(monotonic));
            }
            round.give_way();
        }
        self.look_at_nobodys();
        Ok(pause.max(Duration::from_millis(1)))
    }

    /// What systemd shows: trouble first.
    pub fn status_line(&self) -> String {
        let accounts = self.workspace.config.accounts.iter().zip(&self.memories);
        let mut parts = Vec::new();
        for (account, memory) in accounts.clone() {
            if let Some((part, trouble)) = memory.troubles.first_key_value() {
                parts.push(format!("account {}: {}: {trouble}", account.id, part.words()));
                break;
            }
        }
        let count = |wanted: WeekStanding| {
            self.memories.iter().filter(|memory| memory.standing == wanted).count()
        };
        let number = self.memories.len();
        let accounts = if number == 1 { "account" } else { "accounts" };
        parts.push(format!("{number} {accounts}"));
        match (count(WeekStanding::WaitsForData), count(WeekStanding::CannotBeSigned)) {
            (0, 0) => parts.push("nothing due".to_owned()),
            (0, unsigned) => parts.push(format!("{unsigned} can't be signed")),
            (waiting, 0) => parts.push(format!("{waiting} waiting for data")),
            (waiting, unsigned) => {
                parts.push(format!("{waiting} waiting for data, {unsigned} can't be signed"));
            }
        }
        if !self.nobody.is_empty() {
            parts.push(format!("{} in the inbox for nobody", self.nobody.len()));
        }
        parts.join("; ")
    }

    /// Says once of each thing that lies directly in an inbox of several accounts.
    fn look_at_nobodys(&mut self) {
        match meant_for_nobody(self.workspace) {
            Ok(scan) => {
                self.nobody_trouble = None;
                let names = scan.candidates.iter().map(|file| escape(&file.name));
                let found: BTreeSet<String> =
                    names.chain(scan.ignored.into_iter().map(|object| object.name)).collect();
                for name in found.difference(&self.nobody) {
                    warn!(name, "in the inbox for nobody: each account has a folder in it");
                }
                self.nobody = found;
            }
            Err(trouble) => {
                let text = shown(&trouble);
                if self.nobody_trouble.as_ref() != Some(&text) {
                    error!(error = text, "the inbox can't be read");
                    self.nobody_trouble = Some(text);
                }
            }
        }
    }
}

/// One round, with the unit of work that it may need.
struct Round<'w> {
    workspace: &'w Workspace,
    interrupt: &'w Interrupt,
    started_at: Instant,
    now: Instant,
    monotonic: std::time::Instant,
    unit: Option<(Unit<'w>, std::time::Instant)>,
}

impl<'w> Round<'w> {
    /// Serves one account; whether a file is settling.
    fn serve(
        &mut self,
        account: &Account,
        memory: &mut Memory,
        hints: &mut Hints,
    ) -> Result<bool, WorkflowError> {
        if self.interrupt.is_set() {
            return Err(WorkflowError::Interrupted { what: "a round".to_owned() });
        }
        let path = self.workspace.places.drop_folder(&account.id);
        let (mut settling, mut has_arrived) = (false, false);
        match look(self.workspace, account, hints) {
            Ok(looked) => {
                memory.well(account, Part::DropFolder);
                let quiet = Duration::from_secs(self.workspace.config.inbox.quiet_seconds);
                let ready = self.workspace.config.inbox.ready;
                let scan = &looked.scan;
                let settled = memory.settler.ready(scan, self.monotonic, quiet, ready);
                let waiting =
                    scan.candidates.iter().filter(|file| file.waits_for(ready).is_some()).count();
                let unseen = scan.candidates_total > scan.candidates.len() as u64;
                settling = unseen && !settled.is_empty()
                    || settled.len() + waiting < scan.candidates.len();
                has_arrived = self.take(account, memory, &looked, &settled)?;
            }
            Err(trouble) => {
                hints.forget(&path);
                memory.trouble(account, Part::DropFolder, &trouble.into());
            }
        }
        self.decide(account, memory, has_arrived)?;
        Ok(settling)
    }

    /// Takes what has settled; whether anything came in.
    fn take(
        &mut self,
        account: &Account,
        memory: &mut Memory,
        looked: &Looked,
        settled: &[Candidate],
    ) -> Result<bool, WorkflowError> {
        let shown = looked.scan.shown(self.now);
        let fresh: Vec<Ignored> =
            shown.iter().filter(|object| !memory.noted.contains(object)).cloned().collect();
        let must_recover = !memory.recovered || looked.has_claims || !settled.is_empty();
        if !must_recover && fresh.is_empty() {
            memory.noted = shown.into_iter().collect();
            return Ok(false);
        }
        let now = self.now;
        let mut has_arrived = false;
        let told_before = std::mem::take(&mut memory.without_room);
        let mut without_room = BTreeSet::new();
        let taken = self.work(account, memory, Part::Files, |unit| {
            for object in unit.note_ignored(account, &fresh, now)? {
                tell::ignored(account, &object);
            }
            if !must_recover {
                return Ok(());
            }
            let mut done = |file: &TakenFile| {
                if matches!(file.answer, FileAnswer::NoRoom { .. }) {
                    if !told_before.contains(&file.name) {
                        tell::file(account, file);
                    }
                    without_room.insert(file.name.clone());
                    return;
                }
                has_arrived = true;
                tell::file(account, file);
            };
            unit.recover(account, now, now, &mut done)?;
            unit.take_candidates(account, &looked.folder, settled, now, now, &mut done)
        })?;
        memory.recovered = taken.is_some();
        memory.without_room = without_room;
        if taken.is_some() {
            memory.noted = shown.into_iter().collect();
        }
        Ok(has_arrived)
    }

    /// Decides the week that is due, if one is.
    fn decide(
        &mut self,
        account: &Account,
        memory: &mut Memory,
        has_arrived: bool,
    ) -> Result<(), WorkflowError> {
        let Newest::Known(newest) = self.newest(account, memory)? else { return Ok(()) };
        let not_before = match self.workspace.config.schedule.catch_up {
            CatchUp::Latest => None,
            CatchUp::None => Some(start_of_day(account, self.started_at)),
        };
        let Some(due) = due(account, self.now, newest, not_before) else {
            memory.standing = WeekStanding::NothingDue;
            memory.ask_again = None;
            return self.skip(account, memory, newest);
        };
        if !has_arrived && memory.ask_again.is_some_and(|at| self.monotonic < at) {
            return Ok(());
        }
        memory.ask_again = Some(self.monotonic + ASK_AGAIN);
        let request = self.request(&due);
        let now = self.now;
        let outcome = self.work(account, memory, Part::Week, |unit| {
            unit.recover_publication(account, now)?;
            unit.record_missed(account, &due.missed, now)?;
            match unit.run_week(account, &request) {
                Err(WorkflowError::Key(source)) => Ok(Err(source)),
                other => other.map(Ok),
            }
        })?;
        match outcome {
            None => {}
            Some(Err(source)) => unsigned(memory, account, due.week, &source),
            Some(Ok(outcome)) => self.remember(memory, account, outcome),
        }
        Ok(())
    }

    /// The newest published week as far as this daemon knows. A `decide` beside the daemon may have published since: `run_week` then says so.
    fn newest(&mut self, account: &Account, memory: &mut Memory) -> Result<Newest, WorkflowError> {
        if matches!(memory.newest, Newest::NotLookedUp) {
            let now = self.now;
            let looked_up = self.work(account, memory, Part::Week, |unit| {
                unit.recover_publication(account, now)?;
                let newest = unit.ledger().newest_publication(&account.id, None)?;
                Ok(newest.map(|publication| publication.week))
            })?;
            if let Some(newest) = looked_up {
                memory.newest = Newest::Known(newest);
            }
        }
        Ok(memory.newest)
    }

    /// Where nothing is caught up, what is left out is recorded as missed and said, once.
    fn skip(
        &mut self,
        account: &Account,
        memory: &mut Memory,
        newest: Option<Week>,
    ) -> Result<(), WorkflowError> {
        if memory.is_skip_told || newest.is_none() {
            return Ok(());
        }
        memory.is_skip_told = true;
        let Some(skipped) = due(account, self.now, newest, None) else { return Ok(()) };
        let mut missed = skipped.missed;
        missed.push(MissedWeek { week: skipped.week, scheduled_at: skipped.scheduled_at });
        let now = self.now;
        self.work(account, memory, Part::Week, |unit| unit.record_missed(account, &missed, now))?;
        warn!(
            account = account.id.as_str(),
            week = %skipped.week,
            "missed; [schedule] catch_up = \"none\" leaves it to `budgetd decide`"
        );
        Ok(())
    }

    fn request(&self, due: &Due) -> WeekRequest {
        WeekRequest {
            week: Some(due.week),
            stated_at: self.now,
            now: self.now,
            dry_run: false,
            revise: None,
            caught_up_from: (due.scheduled_at < self.started_at).then_some(due.scheduled_at),
        }
    }

    fn remember(&self, memory: &mut Memory, account: &Account, outcome: WeekOutcome) {
        match outcome {
            WeekOutcome::Published(published) => {
                tell::published(account, &published);
                decided(memory, published.decision.week);
            }
            WeekOutcome::AlreadyDecided { week, .. } => decided(memory, week),
            WeekOutcome::Previewed(_) => {}
            WeekOutcome::Waiting { week, missing, holds_from } => {
                memory.standing = WeekStanding::WaitsForData;
                let until_hold = holds_from.and_then(|from| (from - self.now).to_std().ok());
                let pause = until_hold.map_or(ASK_AGAIN, |until| until.min(ASK_AGAIN));
                memory.ask_again = Some(self.monotonic + pause);
                let text = format!("{week} {missing:?} {holds_from:?}");
                memory.say(text, |_| tell::waiting(account, week, &missing, holds_from));
            }
        }
    }

    /// Does `work` in the round's unit of work. `None`: it failed for reasons that are the
    /// account's own, which is said; the next begins afresh.
    fn work<T>(
        &mut self,
        account: &Account,
        memory: &mut Memory,
        part: Part,
        work: impl FnOnce(&mut Unit<'w>) -> Result<T, WorkflowError>,
    ) -> Result<Option<T>, WorkflowError> {
        let (unit, _) = match &mut self.unit {
            Some(unit) => unit,
            none => {
                none.insert((begin(self.workspace, self.interrupt)?, std::time::Instant::now()))
            }
        };
        match work(unit) {
            Ok(answer) => {
                memory.well(account, part);
                Ok(Some(answer))
            }
            Err(trouble) if self.is_of_the_account(account, &trouble) => {
                // What a failed unit of work holds in memory may be half done.
                self.unit = None;
                memory.trouble(account, part, &trouble);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether `trouble` comes from what the account's senders can do to their folder.
    fn is_of_the_account(&self, account: &Account, trouble: &WorkflowError) -> bool {
        match trouble {
            WorkflowError::Store(StoreError::Refused { .. }) => true,
            WorkflowError::Store(StoreError::Machine { path, .. }) => {
                path.starts_with(self.workspace.places.drop_folder(&account.id))
            }
            _ => false,
        }
    }

    /// Lets a command that waits for the lock have its turn.
    fn give_way(&mut self) {
        if self.unit.as_ref().is_some_and(|(_, begun)| begun.elapsed() >= UNIT_LASTS) {
            self.unit = None;
        }
    }
}

/// A look into a drop folder.
struct Looked {
    folder: DropFolder,
    scan: Scan,
    /// Whether files are claimed and not done with: a killed `ingest` leaves them.
    has_claims: bool,
}

fn look(workspace: &Workspace, account: &Account, hints: &mut Hints) -> Result<Looked, StoreError> {
    let folder = workspace.drop_folder_that_is_there(account)?;
    // Watched first: what comes in after the scan rings.
    hints.keep(&folder);
    let scan = folder.scan(&[])?;
    let has_claims = !folder.claimed()?.is_empty();
    Ok(Looked { folder, scan, has_claims })
}

fn decided(memory: &mut Memory, week: Week) {
    memory.newest = Newest::Known(Some(week));
    memory.standing = WeekStanding::NothingDue;
    memory.ask_again = None;
    memory.said = None;
}

fn unsigned(memory: &mut Memory, account: &Account, week: Week, source: &StoreError) {
    memory.standing = WeekStanding::CannotBeSigned;
    let hint = source.hint().map(escape);
    memory.say(format!("{week} {}", shown(source)), |_| {
        error!(
            account = account.id.as_str(),
            week = %week,
            error = shown(source),
            hint,
            "nothing can be signed, so nothing is published; tried again each minute"
        );
    });
}

/// A restart on the day of a run does not lose the run, even where nothing is caught up.
fn start_of_day(account: &Account, at: Instant) -> Instant {
    let zone = account.time_zone;
    instant_of(day_of(at, zone), chrono::NaiveTime::MIN, zone)
}

#[cfg(test)]
mod tests;
