//! The program under a clock that steps, by libfaketime: no week is decided twice, none at a time
//! that was, and an operator can say that a clock is right after all. Where the library isn't
//! installed the tests say so by name.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "cli/place.rs"]
mod place;

use std::path::{Path, PathBuf};
use std::process::Output;

use place::{Place, days};

/// Where Debian puts the library, whatever the machine.
fn faketime() -> Option<PathBuf> {
    let found = std::fs::read_dir("/usr/lib").ok().into_iter().flatten().flatten();
    let folders = found.map(|it| it.path().join("faketime/libfaketime.so.1"));
    let library = folders.chain([PathBuf::from("/usr/lib/faketime/libfaketime.so.1")]);
    let library = library.into_iter().find(|path| path.exists());
    if library.is_none() {
        println!("skipped: tests of stepping clocks: libfaketime is not there");
    }
    library
}

/// Runs a command at a time in UTC.
fn at(place: &Place, library: &Path, time: &str, arguments: &[&str]) -> Output {
    let mut command = place.command(arguments);
    command.env("LD_PRELOAD", library).env("FAKETIME", time).env("TZ", "UTC");
    command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").output().expect("it runs")
}

#[track_caller]
fn ends(output: &Output, status: i32) -> String {
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &words;
    assert_eq!(output.status.code(), Some(status), "{text}");
    text
}

/// A place with a full history up to Sunday 4 January 2026.
fn with_history(library: &Path) -> Place {
    let place = Place::new();
    place.write("inbox/history.csv", &days("2025-11-03", "2026-01-04"));
    ends(&at(&place, library, "2026-01-05 00:20:00", &["ingest"]), 0);
    place
}

#[test]
fn a_clock_that_went_back_decides_nothing_until_it_is_said_to_be_right() {
    let Some(library) = faketime() else { return };
    let place = with_history(&library);
    let early = at(&place, &library, "2026-01-04 23:00:00", &["decide", "--week", "2026-01-05"]);
    let words = ends(&early, 3);
    assert!(words.contains("2026-01-04T23:00:0"), "{words}");
    assert!(words.contains("tells of 2026-01-05T00:20:0"), "{words}");
    assert!(words.contains("--clock-is-right"), "{words}");
    assert!(place.bundles("main").is_empty());
    // Within five minutes a clock may be set.
    ends(&at(&place, &library, "2026-01-05 00:16:00", &["decide"]), 0);
    assert_eq!(place.bundles("main"), ["2026-01-05"]);
}

#[test]
fn an_operator_can_say_that_the_clock_is_right_and_was_ahead() {
    let Some(library) = faketime() else { return };
    let place = with_history(&library);
    // The clock was a year ahead when this file came in, and is right again on the next Monday.
    place.write("inbox/week.csv", &days("2026-01-05", "2026-01-11"));
    ends(&at(&place, &library, "2027-01-12 00:20:00", &["ingest"]), 0);
    let decide = ["decide", "--week", "2026-01-12"];
    ends(&at(&place, &library, "2026-01-12 00:40:00", &decide), 3);
    assert!(place.bundles("main").is_empty());
    let accepted = [&decide[..], &["--clock-is-right"]].concat();
    ends(&at(&place, &library, "2026-01-12 00:41:00", &accepted), 0);
    assert_eq!(place.bundles("main"), ["2026-01-12"]);
    let log = place.run(&["audit", "show", "--account", "main"]).ends(0).stdout;
    assert!(log.contains("clock_accepted was_ahead_until=2027-01-12T00:20:0"), "{log}");
    place.run(&["audit", "verify"]).ends(0);
}

/// A daemon whose clock stands where a file says.
struct Stepped {
    place: Place,
    daemon: place::Daemon,
}

impl Stepped {
    fn start(place: Place, library: &Path, time: &str) -> Self {
        place.edit("config/budgetd.toml", "quiet_seconds = 10", "quiet_seconds = 0");
        place.edit("config/budgetd.toml", "scan_seconds = 20", "scan_seconds = 1");
        place.write("clock", time);
        let file = place.at("clock");
        let environment = [
            ("LD_PRELOAD", library),
            ("FAKETIME_TIMESTAMP_FILE", file.as_path()),
            ("FAKETIME_NO_CACHE", Path::new("1")),
            ("FAKETIME_DONT_FAKE_MONOTONIC", Path::new("1")),
            ("TZ", Path::new("UTC")),
        ];
        let daemon = place::Daemon::spawn(&place, &environment);
        place::wait_until("the daemon is ready", || daemon.log().contains(" ready"));
        Self { place, daemon }
    }

    /// Steps the clock and lets it look a few times.
    fn step(&self, time: &str) {
        self.place.write("clock", time);
        std::thread::sleep(std::time::Duration::from_millis(2500));
    }

    fn published(&self) -> usize {
        self.daemon.log().matches(" published ").count()
    }
}

#[test]
fn a_running_daemon_decides_each_week_once_whatever_its_clock_does() {
    let Some(library) = faketime() else { return };
    let place = Place::new();
    place.write("inbox/history.csv", &days("2025-11-03", "2026-01-04"));
    let mut stepped = Stepped::start(place, &library, "2026-01-05 00:10:00");
    // Twenty minutes before the run, at it, back by half an hour, and at it again.
    for time in ["2026-01-05 00:10:30", "2026-01-05 00:30:05", "2026-01-05 00:00:00"] {
        stepped.step(time);
    }
    stepped.step("2026-01-05 00:31:00");
    // The week before was due when it started.
    let both = ["2025-12-29", "2026-01-05"];
    assert_eq!(stepped.place.bundles("main"), both, "{}", stepped.daemon.log());
    assert_eq!(stepped.published(), 2);
    // It sleeps over two Mondays; data for both have come when it wakes on a Wednesday.
    stepped.place.write("inbox/more.csv", &days("2026-01-05", "2026-01-18"));
    stepped.step("2026-01-21 12:00:00");
    place::wait_until("the newest week", || stepped.published() == 3);
    let three = ["2025-12-29", "2026-01-05", "2026-01-19"];
    assert_eq!(stepped.place.bundles("main"), three);
    // Back to the Monday that was missed, and on to the day it was: nothing is decided again.
    stepped.step("2026-01-12 00:30:10");
    stepped.step("2026-01-21 12:01:00");
    assert_eq!(stepped.published(), 3, "{}", stepped.daemon.log());
    assert_eq!(stepped.daemon.stop().0, 0);
    let log = stepped.place.run(&["audit", "show", "--account", "main"]).ends(0).stdout;
    assert_eq!(log.matches("missed week=2026-01-12").count(), 1, "{log}");
    stepped.place.run(&["audit", "verify"]).ends(0);
}
