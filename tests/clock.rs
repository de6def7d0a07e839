//! The program under a clock that steps, by libfaketime: no week is decided twice, none at a time
//! that was, and an operator can say that a clock is right after all. Where the library isn't
//! installed the tests say so by name.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "cli/place.rs"]
mod place;

use std::io::{Read as _, Write as _};
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
        if place.read("config/budgetd.toml").contains("scan_seconds = 20") {
            place.edit("config/budgetd.toml", "quiet_seconds = 10", "quiet_seconds = 0");
            place.edit("config/budgetd.toml", "scan_seconds = 20", "scan_seconds = 1");
        }
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

/// The body that the listener of a daemon answers with.
fn health(port: u16) -> String {
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    stream.write_all(b"GET /health HTTP/1.0\r\n\r\n").expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer
}

/// Lets a daemon of this place listen; its port.
fn listen(place: &Place) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let api = format!("[api]\nlisten = \"127.0.0.1:{port}\"\n\n[inbox]");
    place.edit("config/budgetd.toml", "[inbox]", &api);
    port
}

#[test]
fn a_clock_that_is_behind_is_said_everywhere_though_nothing_is_due_and_files_wait() {
    let Some(library) = faketime() else { return };
    let place = with_history(&library);
    ends(&at(&place, &library, "2026-01-05 00:40:00", &["decide"]), 0);
    let port = listen(&place);
    // Two days behind what the log tells of, and nothing is due either way.
    place.write("inbox/today.csv", &days("2026-01-05", "2026-01-05"));
    ends(&at(&place, &library, "2026-01-06 12:00:00", &["ingest"]), 0);
    place.write("inbox/today.csv", &days("2026-01-05", "2026-01-05"));
    let mut stepped = Stepped::start(place, &library, "2026-01-05 12:00:00");
    let place = &stepped.place;
    let said = || stepped.daemon.log().matches("ERROR the clock is behind").count();
    place::wait_until("it is said", || said() == 1);
    let answer = health(port);
    assert!(answer.contains("503") && answer.contains("\"part\":\"clock\""), "{answer}");
    let behind = ["status", "check"].map(|command| {
        let status = if command == "check" { 3 } else { 0 };
        let words = ends(&at(place, &library, "2026-01-05 12:00:00", &[command]), status);
        let first: Vec<&str> = words.lines().take(3).collect();
        let is_said = |line: &&str| line.contains("the clock says 2026-01-05T12:00:0");
        assert!(first.iter().any(is_said), "{command}: {words}");
        words
    });
    assert!(behind[0].contains("main  attention"), "{}", behind[0]);
    // Neither the daemon nor a command takes a file, claimed or not.
    let claimed = "inbox/.claimed/0123456789abcdef~left.csv";
    place.write(claimed, &days("2026-01-05", "2026-01-05"));
    ends(&at(place, &library, "2026-01-05 12:00:00", &["decide"]), 3);
    assert!(place.has(claimed));
    let taken = ends(&at(place, &library, "2026-01-05 12:00:00", &["ingest"]), 3);
    assert!(taken.contains("no file taken"), "{taken}");
    assert!(place.has("inbox/today.csv"));
    stepped.step("2026-01-06 12:00:30");
    for file in ["inbox/today.csv", claimed] {
        place::wait_until("the file is taken", || !stepped.place.has(file));
    }
    let log = stepped.daemon.log();
    assert!(log.contains("no longer: the clock is behind"), "{log}");
    assert_eq!(said(), 1, "{log}");
    assert!(health(port).contains("200"));
    assert_eq!(stepped.daemon.stop().0, 0);
}

/// Lets a daemon look for a while at this time.
fn daemon_at(place: Place, library: &Path, time: &str) -> (Place, String) {
    let mut stepped = Stepped::start(place, library, time);
    stepped.step(time);
    assert_eq!(stepped.daemon.stop().0, 0);
    let log = stepped.daemon.log();
    (stepped.place, log)
}

#[test]
fn after_the_clock_was_ahead_the_weeks_are_decided_and_the_one_of_the_future_is_told() {
    let Some(library) = faketime() else { return };
    let place = with_history(&library);
    ends(&at(&place, &library, "2026-01-05 00:40:00", &["decide"]), 0);
    // Five weeks ahead, behind the deadline of that Monday: a hold.
    let (place, _) = daemon_at(place, &library, "2026-02-09 13:00:00");
    assert_eq!(place.bundles("main"), ["2026-01-05", "2026-02-09"]);
    // Right again, and said so; the week of the day is decided already.
    let accepts = ["decide", "--clock-is-right"];
    ends(&at(&place, &library, "2026-01-06 00:00:00", &accepts), 0);
    place.write("inbox/week.csv", &days("2026-01-05", "2026-01-11"));
    let (place, log) = daemon_at(place, &library, "2026-01-12 06:00:00");
    assert_eq!(place.bundles("main"), ["2026-01-05", "2026-01-12", "2026-02-09"], "{log}");
    let told = "the week of 2026-02-09, which has not begun, was held already (the clock said \
                2026-02-09, and was put right by 2026-01-06)";
    assert!(log.contains(told), "{log}");
    let latest = std::fs::read_link(place.at("outbox/main/latest")).expect("a link");
    assert_eq!(latest, Path::new("2026-01-12"));
    let status = ends(&at(&place, &library, "2026-01-12 06:10:00", &["status"]), 0);
    let first: Vec<&str> = status.lines().take(3).collect();
    assert!(first.iter().any(|line| line.contains(told)), "{status}");
    assert!(status.contains("main  attention"), "{status}");
    assert!(status.contains("the week of 2026-01-12 decided"), "{status}");
    assert!(!status.contains("missed"), "none lies before that day: {status}");
    let check = ends(&at(&place, &library, "2026-01-12 06:10:00", &["check"]), 0);
    assert!(check.contains(told), "{check}");
    let explained = ends(&at(&place, &library, "2026-01-12 06:10:00", &["explain", "--json"]), 0);
    assert!(explained.contains("\"week_start_date\": \"2026-01-12\""), "{explained}");
    // Its time comes: it stands, is told, and is decided again by hand.
    place.write("inbox/weeks.csv", &days("2026-01-12", "2026-02-08"));
    let (place, log) = daemon_at(place, &library, "2026-02-09 06:00:00");
    assert_eq!(place.bundles("main"), ["2026-01-05", "2026-01-12", "2026-02-09"], "{log}");
    assert!(log.contains("the week of 2026-02-09 was held before it began"), "{log}");
    let revise = "decide --account main --week 2026-02-09 --revise --reason early";
    let revise: Vec<&str> = revise.split(' ').collect();
    assert!(log.contains(&format!("{} TEXT", revise[..7].join(" "))), "{log}");
    ends(&at(&place, &library, "2026-02-09 06:10:00", &revise), 0);
    let status = ends(&at(&place, &library, "2026-02-09 06:11:00", &["status"]), 0);
    // It is over, and in the log only.
    let mut standing = status.lines().filter(|line| !line.starts_with("last error: "));
    assert!(!standing.any(|line| line.contains("before it began")), "{status}");
    let latest = std::fs::read_link(place.at("outbox/main/latest")).expect("a link");
    assert_eq!(latest, Path::new("2026-02-09.r2"));
    place.run(&["audit", "verify"]).ends(0);
}
