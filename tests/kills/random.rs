//! Kills at random moments of whole commands, over and over until the work is done.

use std::process::Child;
use std::time::{Duration, Instant};

use super::check::{Clock, assert_same, done, number, visible};
use super::place::{DECIDE, Ending, INGEST, Place, RUN, Scene, kill_after, run_week, wait_until};

/// Kills of `ingest`, `decide` and `run` in a usual test run; `BUDGETD_KILLS` names another
/// number for each.
const INGEST_KILLS: u32 = 50;
const DECIDE_KILLS: u32 = 50;
const RUN_KILLS: u32 = 40;

/// Numbers that look random, the same for the same seed (splitmix64, Vigna 2015).
pub struct Chance(u64);

impl Chance {
    /// Seeded by `BUDGETD_KILLS_SEED`, else by the clock; says which.
    pub fn new(test: &str) -> Self {
        let seed = std::env::var("BUDGETD_KILLS_SEED").ok().and_then(|text| text.parse().ok());
        let seed = seed.unwrap_or_else(|| {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            u64::from(now.expect("after 1970").subsec_nanos())
        });
        say(&format!("{test}: BUDGETD_KILLS_SEED={seed}"));
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A part of `whole`.
    fn part_of(&mut self, whole: Duration) -> Duration {
        let nanoseconds = u64::try_from(whole.as_nanos()).expect("seconds").max(1);
        Duration::from_nanos(self.next() % nanoseconds)
    }
}

#[expect(clippy::print_stderr, reason = "a failure is found again by its seed")]
pub fn say(text: &str) {
    eprintln!("{text}");
}

fn kills(usual: u32) -> u32 {
    std::env::var("BUDGETD_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Does the work of `scene` in copy after copy, with kills, until there were enough of them.
fn kill_again_and_again(test: &str, scene: &Scene, wanted: u32) {
    let mut chance = Chance::new(test);
    let mut lengths = Vec::new();
    let expected = {
        let place = scene.before.copied();
        for number in 0..scene.steps.len() {
            let begun = Instant::now();
            place.run_well(&scene.step(number));
            lengths.push(begun.elapsed());
        }
        done(&place, scene, Clock::Stated)
    };
    let (mut killed, mut lives) = (0, 0);
    while killed < wanted {
        let place = scene.before.copied();
        for (number, length) in lengths.iter().enumerate() {
            while !is_done(&place, scene, number) {
                let delay = chance.part_of(*length);
                match place.run_killed_after(&scene.step(number), delay) {
                    Ending::Killed => killed += 1,
                    Ending::Itself(_) => break,
                }
                visible(&place, scene);
            }
        }
        assert_same(&done(&place, scene, Clock::Stated), &expected);
        lives += 1;
    }
    say(&format!("{test}: {killed} kills in {lives} lives"));
}

/// Whoever asks for a revision again asks for one more; so it is looked at whether it is there.
fn is_done(place: &Place, scene: &Scene, step: usize) -> bool {
    if !scene.steps[step].iter().any(|word| word == "--revise") {
        return false;
    }
    number(place, "SELECT max(revision) FROM publications") == Some(2)
}

#[test]
fn ingest_killed_at_any_moment_loses_nothing_and_doubles_nothing() {
    kill_again_and_again("ingest", &INGEST, kills(INGEST_KILLS));
}

#[test]
fn decide_killed_at_any_moment_loses_nothing_and_doubles_nothing() {
    kill_again_and_again("decide", &DECIDE, kills(DECIDE_KILLS));
}

#[test]
fn run_killed_at_any_moment_loses_nothing_and_doubles_nothing() {
    let scene: &Scene = &RUN;
    let mut chance = Chance::new("run");
    let begun = Instant::now();
    let place = scene.before.copied();
    run_to_its_end(&place, scene);
    let length = begun.elapsed();
    let expected = done(&place, scene, Clock::Real);
    let (mut killed, mut lives) = (0, 0);
    let wanted = kills(RUN_KILLS);
    while killed < wanted {
        let place = scene.before.copied();
        while !is_settled(&place, scene) && killed < wanted {
            let mut daemon = place.spawn(&["run"]);
            let ending = kill_after(&mut daemon.0, chance.part_of(length));
            assert_eq!(ending, Ending::Killed, "the daemon ends only when it is told to");
            killed += 1;
            visible(&place, scene);
        }
        run_to_its_end(&place, scene);
        assert_same(&done(&place, scene, Clock::Real), &expected);
        lives += 1;
    }
    say(&format!("run: {killed} kills in {lives} lives"));
}

/// Lets the daemon do all of its work, and ends it as an operator does.
pub fn run_to_its_end(place: &Place, scene: &Scene) {
    let mut daemon = place.spawn(&["run"]);
    wait_until("the daemon's work", || {
        let ended = daemon.0.try_wait().expect("waited for");
        assert_eq!(ended, None, "the daemon ended by itself: {}", place.said());
        // It is ready once it has looked at everything.
        place.said().contains("ready") && is_settled(place, scene)
    });
    terminate(&daemon.0);
    wait_until("the daemon's end", || daemon.0.try_wait().expect("waited for").is_some());
    let status = daemon.0.wait().expect("waited for");
    assert_eq!(status.code(), Some(0), "{status}: {}", place.said());
}

fn terminate(daemon: &Child) {
    let id = rustix::process::Pid::from_child(daemon);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("told to end");
}

/// Whether every file has its answer and every due week its bundle, as the ledger sees it.
fn is_settled(place: &Place, scene: &Scene) -> bool {
    let week = run_week(scene);
    let published = ["main", "shop"].iter().all(|account| {
        place.at("outbox").join(account).join(week.to_string()).join("SHA256SUMS").exists()
    });
    let count = |count: usize| i64::try_from(count).ok();
    published
        && number(place, "SELECT count(*) FROM files") == count(scene.files.len())
        && number(place, "SELECT count(*) FROM publications") == count(scene.bundles.len())
}
