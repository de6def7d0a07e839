//! Rounds with the time passed in: nothing here waits for a clock.

mod clock;
mod paused;
mod troubles;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::*;
use crate::audit::Event;
use crate::config::{self, SourceText};
use crate::domain::calendar::{Day, plus_days};
use crate::store::files;
use crate::store::keys::SigningKey;
use crate::store::lock::Lock;
use crate::workflow::{Interrupt, each_audit_record};

/// A working folder with its time. Accounts are in Kolkata: Monday 5 January 2026, 06:00 there, is
/// 00:30 UTC, and the deadline at 18:00 is 12:30 UTC.
struct World {
    _dir: tempfile::TempDir,
    base: PathBuf,
    workspace: Workspace,
    interrupt: Interrupt,
}

impl World {
    fn new(daemon: &str, accounts: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let base = dir.path().join("w");
        let text = |path: String, text: String| SourceText { path, text };
        let accounts: Vec<SourceText> = accounts
            .iter()
            .map(|id| {
                let account = format!(
                    "id = \"{id}\"\ncurrency = \"INR\"\ntime_zone = \"Asia/Kolkata\"\n\
                     total_budget_weekly = \"1000\"\n[rules]\nspend_cap_share = \"0.8\"\n\
                     [[channels]]\nname = \"Email\"\n[[channels]]\nname = \"Search\"\n"
                );
                text(format!("{id}.toml"), account)
            })
            .collect();
        let daemon = text("budgetd.toml".to_owned(), daemon.to_owned());
        let config = config::check(&daemon, &accounts, &base).expect("a good configuration");
        let workspace = Workspace::new(config);
        workspace.places.create_all().expect("folders");
        let world = Self { _dir: dir, base, workspace, interrupt: Interrupt::default() };
        world.make_key();
        world
    }

    fn make_key(&self) {
        SigningKey::generate(&self.workspace.config.signing.key, "test").expect("a key");
    }

    fn rounds(&self, started_at: &str) -> Rounds<'_> {
        let clock = crate::api::Clock {
            wall: || at("2026-01-05T00:00:00Z"),
            monotonic: std::time::Instant::now,
        };
        let ids = self.workspace.config.accounts.iter().map(|account| account.id.clone());
        let telemetry = Arc::new(Telemetry::new(clock, ids));
        let (workspace, interrupt, hooks) = (&self.workspace, &self.interrupt, Hooks::default());
        let waits = Waits { workspace, interrupt, telemetry, hooks };
        Rounds::new(waits, at(started_at), Hints::default())
    }

    /// Drops a file with a row a day for both channels.
    fn drop_days(&self, account: &str, name: &str, first: &str, last: &str) {
        let mut text = "date,channel,spend,impressions,clicks,conversions,revenue\n".to_owned();
        let (mut day, last): (Day, Day) =
            (first.parse().expect("a day"), last.parse().expect("a day"));
        while day <= last {
            text.push_str(&format!("{day},Email,50,9,3,1,150\n{day},Search,60,9,3,1,120\n"));
            day = plus_days(day, 1);
        }
        fs::write(self.folder(account).join(name), text).expect("dropped");
    }

    fn folder(&self, account: &str) -> PathBuf {
        self.workspace.places.drop_folder(&self.workspace.account(account).expect("known").id)
    }

    fn bundle(&self, account: &str, week: &str) -> PathBuf {
        self.base.join("outbox").join(account).join(week)
    }

    fn events(&self, chain: &str) -> Vec<Event> {
        let mut events = Vec::new();
        each_audit_record(&self.workspace, chain, &mut |record| {
            events.push(record.event);
            Ok(())
        })
        .expect("a log");
        events
    }
}

/// Rounds driven by one clock, counted from a fixed moment.
struct Clock {
    base: std::time::Instant,
    epoch: Instant,
}

impl Clock {
    fn new() -> Self {
        Self { base: std::time::Instant::now(), epoch: at("2025-01-01T00:00:00Z") }
    }

    fn round(&self, rounds: &mut Rounds<'_>, now: &str) -> Duration {
        let now = at(now);
        let since = (now - self.epoch).to_std().expect("after the epoch");
        rounds.round(now, self.base + since).expect("a round")
    }
}

fn at(text: &str) -> Instant {
    text.parse().expect("a time")
}

fn is_empty(folder: &Path) -> bool {
    files::is_empty_folder(folder).expect("looked at")
}

const AT_ONCE: &str = "[inbox]\nquiet_seconds = 0\n";

#[test]
fn a_file_is_taken_once_it_was_quiet_for_long_enough() {
    let world = World::new("", &["main"]);
    let (mut rounds, clock) = (world.rounds("2025-12-30T00:00:00Z"), Clock::new());
    world.drop_days("main", "a.csv", "2025-12-01", "2025-12-02");
    let pause = clock.round(&mut rounds, "2025-12-30T00:00:00Z");
    assert_eq!(pause, SETTLING_PAUSE);
    clock.round(&mut rounds, "2025-12-30T00:00:09Z");
    assert!(world.folder("main").join("a.csv").exists(), "9 of 10 seconds");
    // It grows: the time begins anew.
    world.drop_days("main", "a.csv", "2025-12-01", "2025-12-03");
    clock.round(&mut rounds, "2025-12-30T00:00:10Z");
    clock.round(&mut rounds, "2025-12-30T00:00:19Z");
    assert!(world.folder("main").join("a.csv").exists());
    clock.round(&mut rounds, "2025-12-30T00:00:20Z");
    assert!(!world.folder("main").join("a.csv").exists());
    assert!(world.folder("main").join("receipts/a.csv.receipt.txt").exists());
}

#[test]
fn what_is_no_longer_kept_goes_once_a_day() {
    let world = World::new(AT_ONCE, &["main"]);
    let (mut rounds, clock) = (world.rounds("2026-01-05T00:00:00Z"), Clock::new());
    let logs = world.base.join("logs");
    let write = |day: &str| {
        let path = logs.join(format!("budgetd.{day}.jsonl"));
        fs::write(&path, "{}\n").expect("written");
        path
    };
    // Thirty days are kept as shipped.
    let (old, young) = (write("2025-12-05"), write("2025-12-06"));
    clock.round(&mut rounds, "2026-01-05T00:00:00Z");
    clock.round(&mut rounds, "2026-01-05T11:59:59Z");
    assert!(old.exists(), "not before the clock has gone on for twelve hours");
    clock.round(&mut rounds, "2026-01-05T12:00:00Z");
    assert!(!old.exists() && young.exists());
    let old = write("2025-12-05");
    clock.round(&mut rounds, "2026-01-05T23:59:59Z");
    assert!(old.exists(), "not again on one day");
    clock.round(&mut rounds, "2026-01-06T00:00:00Z");
    assert!(!old.exists() && !young.exists());
}

#[test]
fn a_week_waits_for_its_data_and_holds_at_the_deadline() {
    let world = World::new(AT_ONCE, &["main"]);
    let (mut rounds, clock) = (world.rounds("2026-01-05T00:00:00Z"), Clock::new());
    // Too short a history for the week of 29 December, which is due until this one is.
    world.drop_days("main", "history.csv", "2025-12-24", "2026-01-04");
    clock.round(&mut rounds, "2026-01-05T00:29:00Z");
    assert!(!world.bundle("main", "2026-01-05").exists(), "it is not due yet");
    clock.round(&mut rounds, "2026-01-05T00:30:00Z");
    assert!(world.bundle("main", "2026-01-05").join("SHA256SUMS.sig").exists());
    // Of the next week, Sunday is missing.
    world.drop_days("main", "week.csv", "2026-01-05", "2026-01-10");
    clock.round(&mut rounds, "2026-01-12T00:30:00Z");
    assert!(!world.bundle("main", "2026-01-12").exists());
    assert_eq!(rounds.status_line(), "1 account; 1 waiting for data");
    let pause = clock.round(&mut rounds, "2026-01-12T12:29:50Z");
    assert_eq!(pause, Duration::from_secs(10), "it looks again at the deadline");
    assert!(!world.bundle("main", "2026-01-12").exists());
    clock.round(&mut rounds, "2026-01-12T12:30:00Z");
    let held = fs::read_to_string(world.bundle("main", "2026-01-12").join("decision.json"));
    assert!(held.expect("published").contains("\"outcome\": \"held\""));
    assert!(!world.events("main").iter().any(|event| matches!(event, Event::CaughtUp { .. })));
    assert_eq!(rounds.status_line(), "1 account; nothing due");
}

#[test]
fn data_that_arrive_before_the_deadline_are_decided_on_at_once() {
    let world = World::new(AT_ONCE, &["main"]);
    let (mut rounds, clock) = (world.rounds("2026-01-05T00:00:00Z"), Clock::new());
    world.drop_days("main", "history.csv", "2025-12-08", "2026-01-03");
    clock.round(&mut rounds, "2026-01-05T00:30:00Z");
    assert!(!world.bundle("main", "2026-01-05").exists());
    world.drop_days("main", "sunday.csv", "2026-01-04", "2026-01-04");
    clock.round(&mut rounds, "2026-01-05T00:30:05Z");
    assert!(world.bundle("main", "2026-01-05").exists());
}

#[test]
fn after_a_downtime_the_newest_week_is_caught_up_and_the_others_are_missed() {
    let world = World::new(AT_ONCE, &["main"]);
    let clock = Clock::new();
    world.drop_days("main", "history.csv", "2025-12-08", "2026-01-04");
    clock.round(&mut world.rounds("2026-01-05T00:00:00Z"), "2026-01-05T00:30:00Z");
    world.drop_days("main", "more.csv", "2026-01-05", "2026-01-25");
    // Two runs later: a new start on Wednesday 28 January.
    let mut rounds = world.rounds("2026-01-28T10:00:00Z");
    clock.round(&mut rounds, "2026-01-28T10:00:01Z");
    clock.round(&mut rounds, "2026-01-28T10:01:01Z");
    let week = |text: &str| -> Day { text.parse().expect("a day") };
    let events = world.events("main");
    let missed: Vec<Day> = events
        .iter()
        .filter_map(|event| match event {
            Event::Missed { week, .. } => Some(*week),
            _ => None,
        })
        .collect();
    assert_eq!(missed, [week("2026-01-12"), week("2026-01-19")]);
    let caught_up =
        Event::CaughtUp { week: week("2026-01-26"), due_at: at("2026-01-26T00:30:00Z") };
    assert_eq!(events.iter().filter(|event| **event == caught_up).count(), 1);
    assert!(world.bundle("main", "2026-01-26").exists());
    assert!(!world.bundle("main", "2026-01-19").exists());
}

#[test]
fn without_catch_up_a_missed_week_is_recorded_and_left() {
    let world = World::new(&format!("{AT_ONCE}[schedule]\ncatch_up = \"none\"\n"), &["main"]);
    let clock = Clock::new();
    world.drop_days("main", "history.csv", "2025-12-08", "2026-01-04");
    clock.round(&mut world.rounds("2026-01-05T00:00:00Z"), "2026-01-05T00:30:00Z");
    world.drop_days("main", "week.csv", "2026-01-05", "2026-01-11");
    let mut rounds = world.rounds("2026-01-14T10:00:00Z");
    for _ in 0..2 {
        clock.round(&mut rounds, "2026-01-14T10:00:01Z");
    }
    assert!(!world.bundle("main", "2026-01-12").exists());
    let events = world.events("main");
    let missed = events.iter().filter(|event| matches!(event, Event::Missed { .. })).count();
    assert_eq!(missed, 1);
    // The next one is on time.
    world.drop_days("main", "week.csv", "2026-01-12", "2026-01-18");
    clock.round(&mut rounds, "2026-01-19T00:30:00Z");
    assert!(world.bundle("main", "2026-01-19").exists());
}

#[test]
fn trouble_with_one_drop_folder_is_shown_and_the_others_are_served() {
    for harm in ["removed", "a link", "a link for rejected"] {
        let world = World::new(AT_ONCE, &["bad", "good"]);
        let (mut rounds, clock) = (world.rounds("2026-01-05T00:00:00Z"), Clock::new());
        clock.round(&mut rounds, "2026-01-05T00:10:00Z");
        let bad = world.folder("bad");
        match harm {
            "removed" => fs::remove_dir_all(&bad).expect("removed"),
            "a link" => {
                fs::rename(&bad, world.base.join("elsewhere")).expect("moved");
                symlink(world.base.join("elsewhere"), &bad).expect("a link");
            }
            _ => {
                fs::remove_dir_all(bad.join("rejected")).expect("removed");
                symlink("/", bad.join("rejected")).expect("a link");
                world.drop_days("bad", "a.csv", "2025-12-08", "2026-01-04");
            }
        }
        world.drop_days("good", "history.csv", "2025-12-08", "2026-01-04");
        for second in 0..3 {
            clock.round(&mut rounds, &format!("2026-01-05T00:30:0{second}Z"));
        }
        assert!(world.bundle("good", "2026-01-05").exists(), "{harm}");
        let status = rounds.status_line();
        assert!(status.starts_with("account bad: "), "{harm}: {status}");
        // Mended, it is served again.
        match harm {
            "removed" => fs::create_dir(&bad).expect("made"),
            "a link" => {
                fs::remove_file(&bad).expect("removed");
                fs::rename(world.base.join("elsewhere"), &bad).expect("moved");
            }
            _ => fs::remove_file(bad.join("rejected")).expect("removed"),
        }
        world.drop_days("bad", "a.csv", "2025-12-08", "2026-01-04");
        clock.round(&mut rounds, "2026-01-05T00:30:10Z");
        assert!(world.bundle("bad", "2026-01-05").exists(), "{harm}");
        assert_eq!(rounds.status_line(), "2 accounts; nothing due", "{harm}");
    }
}

#[test]
fn a_held_week_appears_though_its_drop_folder_is_gone() {
    let world = World::new(AT_ONCE, &["main"]);
    let (mut rounds, clock) = (world.rounds("2026-01-05T00:00:00Z"), Clock::new());
    world.drop_days("main", "history.csv", "2025-12-08", "2026-01-04");
    clock.round(&mut rounds, "2026-01-05T00:30:00Z");
    fs::remove_dir_all(world.folder("main")).expect("removed");
    clock.round(&mut rounds, "2026-01-12T12:30:00Z");
    assert!(world.bundle("main", "2026-01-12").exists());
    assert!(!world.folder("main").exists(), "what may have been a mount is not made again");
}

#[test]
fn without_a_key_nothing_is_published_until_there_is_one() {
    let world = World::new(AT_ONCE, &["main"]);
    let key = world.workspace.config.signing.key.clone();
    fs::remove_file(&key).expect("removed");
    fs::remove_file(key.with_extension("pub")).expect("removed");
    let (mut rounds, clock) = (world.rounds("2026-01-05T00:00:00Z"), Clock::new());
    world.drop_days("main", "history.csv", "2025-12-08", "2026-01-04");
    clock.round(&mut rounds, "2026-01-05T00:30:00Z");
    assert!(is_empty(&world.base.join("outbox/main")));
    let status = rounds.status_line();
    assert!(status.starts_with("nothing can be signed: there is no signing key: "), "{status}");
    assert!(status.ends_with("; 1 account; 1 can't be signed"), "{status}");
    let decided = |event: &Event| matches!(event, Event::Decided { .. });
    assert!(!world.events("main").iter().any(decided), "nothing is announced either");
    world.make_key();
    clock.round(&mut rounds, "2026-01-05T00:31:01Z");
    assert!(world.bundle("main", "2026-01-05").exists());
}

#[test]
fn an_idle_round_needs_no_lock_and_no_ledger() {
    let world = World::new("", &["main", "other"]);
    let (mut rounds, clock) = (world.rounds("2026-01-05T00:00:00Z"), Clock::new());
    symlink("/etc/hostname", world.folder("main").join("link.csv")).expect("a link");
    clock.round(&mut rounds, "2026-01-05T00:10:00Z");
    world.drop_days("main", "a.csv", "2025-12-01", "2025-12-02");
    let _held = Lock::acquire(&world.workspace.places.state().work_lock()).expect("free");
    std::thread::scope(|scope| {
        // Without this a round that wants the lock would never end.
        let (done, waits) = std::sync::mpsc::channel::<()>();
        let interrupt = &world.interrupt;
        scope.spawn(move || {
            if waits.recv_timeout(Duration::from_secs(5)).is_err() {
                interrupt.set();
            }
        });
        assert_eq!(clock.round(&mut rounds, "2026-01-05T00:10:01Z"), SETTLING_PAUSE);
        assert_eq!(clock.round(&mut rounds, "2026-01-05T00:10:02Z"), SETTLING_PAUSE);
        done.send(()).unwrap_or_default();
    });
    assert!(!world.interrupt.is_set());
}

#[test]
fn a_claim_that_a_killed_ingest_left_is_finished() {
    let world = World::new(AT_ONCE, &["main"]);
    let (mut rounds, clock) = (world.rounds("2026-01-05T00:00:00Z"), Clock::new());
    clock.round(&mut rounds, "2026-01-05T00:10:00Z");
    world.drop_days("main", "a.csv", "2025-12-01", "2025-12-02");
    let claimed = world.folder("main").join(".claimed/0123456789abcdef~a.csv");
    fs::rename(world.folder("main").join("a.csv"), &claimed).expect("moved");
    clock.round(&mut rounds, "2026-01-05T00:10:20Z");
    assert!(!claimed.exists());
    assert!(world.folder("main").join("receipts/a.csv.receipt.txt").exists());
}

#[test]
fn what_lies_in_an_inbox_of_several_accounts_is_said_and_left() {
    let world = World::new(AT_ONCE, &["main", "other"]);
    let (mut rounds, clock) = (world.rounds("2026-01-05T00:00:00Z"), Clock::new());
    fs::write(world.base.join("inbox/stray.csv"), "x").expect("dropped");
    clock.round(&mut rounds, "2026-01-05T00:10:00Z");
    assert_eq!(rounds.status_line(), "2 accounts; 2 waiting for data; 1 in the inbox for nobody");
    assert!(world.base.join("inbox/stray.csv").exists());
    assert!(!world.base.join("inbox/receipts").exists());
    fs::remove_file(world.base.join("inbox/stray.csv")).expect("removed");
    clock.round(&mut rounds, "2026-01-05T00:10:20Z");
    assert_eq!(rounds.status_line(), "2 accounts; 2 waiting for data");
}
