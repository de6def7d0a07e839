//! Imports that are killed or stopped in the middle of a file, and run again: the ledger ends as if
//! nothing had happened, and whoever looks on is told where it goes on.

use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::place::{PATIENCE, Place, days, wait_until};

const FILES: [&str; 3] = ["1.csv", "2.csv", "3.csv"];

const IMPORT: [&str; 4] = ["import", "1.csv", "2.csv", "3.csv"];

/// Three files of fifteen years and more, long enough to be met in their middle; the second goes channel
/// after channel, so that its rows wait until all are there.
fn place() -> Place {
    let place = Place::new();
    for (name, first, last) in [
        ("1.csv", "1970-01-01", "1984-12-31"),
        ("2.csv", "1985-01-01", "1999-12-31"),
        ("3.csv", "2000-01-01", "2025-12-31"),
    ] {
        let text = days(first, last);
        let (header, rows) = text.split_once('\n').expect("a header");
        let mut rows: Vec<&str> = rows.lines().collect();
        if name == "2.csv" {
            rows.sort_by_key(|row| row.split(',').nth(1));
        }
        place.write(name, &format!("{header}\n{}\n", rows.join("\n")));
    }
    place
}

/// An import that holds still (`SIGSTOP`) in the middle of the file at `at`, and its place: wherever a
/// busy machine lets it come too far, another is tried.
fn in_the_middle(at: usize, place: impl Fn() -> Place, arguments: &[&str]) -> (Place, Child) {
    for _ in 0..50 {
        let place = place();
        let mut import = place
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        wait_until("the file is being read, or is entered", || {
            is_staged(&place, FILES[at]) || entered(&place) > at
        });
        kill_process(Pid::from_child(&import), Signal::STOP).expect("told to hold still");
        if is_staged(&place, FILES[at]) && entered(&place) == at {
            return (place, import);
        }
        import.kill().expect("killed");
        import.wait().expect("ended");
    }
    panic!("no import was ever met in the middle of {}", FILES[at]);
}

/// Whether the copy that is being read is one of `name`, and not of a file that is looked at again.
fn is_staged(place: &Place, name: &str) -> bool {
    let original = std::fs::read(place.at(name)).expect("the file");
    let names = place.names("state/staging");
    let copies = names.iter().filter_map(|copy| {
        let path = place.at(&format!("state/staging/{copy}"));
        std::fs::read(path).ok()
    });
    copies.filter(|copy| *copy == original).count() == 1
}

/// How many files the audit log calls accepted.
fn entered(place: &Place) -> usize {
    let log =
        std::fs::read_to_string(place.at("state/audit/accounts/main.jsonl")).unwrap_or_default();
    log.matches("\"file_accepted\"").count()
}

/// How an import ended that was told to by `signal` in the middle of the file at `at`, its place and how
/// long it took: where the signal came when the file was as good as entered, another is tried.
fn ended_by(
    signal: Signal,
    at: usize,
    place: impl Fn() -> Place,
    arguments: &[&str],
) -> (Place, Output, Duration) {
    for _ in 0..10 {
        let (place, import) = in_the_middle(at, &place, arguments);
        let asked_at = Instant::now();
        kill_process(Pid::from_child(&import), signal).expect("told to end");
        kill_process(Pid::from_child(&import), Signal::CONT).expect("told to go on");
        let output = import.wait_with_output().expect("ended");
        if entered(&place) == at {
            return (place, output, asked_at.elapsed());
        }
    }
    panic!("{} was always entered before an end", FILES[at]);
}

/// All that an import leaves, but for when it was.
fn left(place: &Place) -> (String, Vec<String>, Vec<String>, String) {
    place.run(&["audit", "verify"]).ends(0);
    let ledger = rusqlite::Connection::open(place.at("state/ledger.db")).expect("a ledger");
    let rows = "SELECT group_concat(day || ' ' || channel || ' ' || file || ' ' || seen || ' ' ||
        line || ' ' || spend || ' ' || revenue, x'0a' ORDER BY day, channel) FROM facts";
    let rows = ledger.query_row(rows, [], |row| row.get(0)).expect("rows");
    let archived = (1970..=2000).flat_map(|year| place.names(&format!("archive/main/{year}/01")));
    let archived = archived.collect();
    let ledger_is_whole: String =
        ledger.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(ledger_is_whole, "ok");
    assert!(place.names("state/staging").is_empty() && place.names("inbox/.claimed").is_empty());
    (rows, archived, place.names("inbox/receipts"), place.run(&["facts"]).stdout)
}

fn undisturbed() -> (String, Vec<String>, Vec<String>, String) {
    let place = place();
    let said = place.run(&IMPORT).ends(0);
    assert!(!said.all().contains("before"), "{}", said.all());
    assert_eq!(entered(&place), FILES.len());
    let left = left(&place);
    // Fifty-six years, fourteen of them leap years, of four channels, and the header.
    assert_eq!(left.3.lines().count(), (56 * 365 + 14) * 4 + 1);
    assert_eq!((left.1.len(), left.2.len()), (3, 3));
    left
}

#[test]
fn killed_in_the_first_the_middle_or_the_last_file_it_ends_as_if_it_had_not_been() {
    let expected = undisturbed();
    for at in 0..FILES.len() {
        let (place, mut import) = in_the_middle(at, place, &IMPORT);
        import.kill().expect("killed");
        import.wait().expect("ended");
        // Only whole files are visible.
        let facts = place.run(&["facts"]).ends(0).stdout;
        let days = [0, 15 * 365 + 4, 30 * 365 + 7][at];
        assert_eq!(facts.lines().count(), days * 4 + 1, "file {at}");
        let said = place.run(&IMPORT).ends(0);
        let goes_on = match at {
            0 => "",
            1 => "1 of 3 files was entered before; going on with 2.csv\n",
            _ => "2 of 3 files were entered before; going on with 3.csv\n",
        };
        assert_eq!(said.stderr, goes_on, "file {at}");
        assert_eq!(said.stdout.matches("known ").count(), at, "{}", said.stdout);
        assert_eq!(said.stdout.matches("accepted ").count(), 3 - at, "{}", said.stdout);
        assert!(left(&place) == expected, "file {at}");
        let said = place.run(&IMPORT).ends(0);
        assert_eq!(said.stdout.matches("known ").count(), 3, "{}", said.stdout);
    }
}

#[test]
fn killed_at_many_moments_one_after_the_other_it_ends_as_if_it_had_not_been() {
    let began = Instant::now();
    let expected = undisturbed();
    let length = began.elapsed();
    let place = place();
    for part in 1..=16 {
        let mut import = place
            .command(&IMPORT)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        std::thread::sleep(length * part / 24);
        import.kill().expect("killed, or at its end");
        import.wait().expect("ended");
    }
    place.run(&IMPORT).ends(0);
    assert!(left(&place) == expected);
}

#[test]
fn a_signal_ends_it_promptly_with_its_status_and_says_how_to_go_on() {
    let expected = undisturbed();
    for (signal, status, called, at) in
        [(Signal::INT, 130, "Ctrl-C (SIGINT)", 1), (Signal::TERM, 143, "SIGTERM", 2)]
    {
        let (place, output, took) = ended_by(signal, at, place, &IMPORT);
        assert!(took < PATIENCE / 3, "{took:?}");
        assert_eq!(output.status.code(), Some(status));
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        let (entered, name) = (["", "1 of 3 files is", "2 of 3 files are"][at], FILES[at]);
        assert_eq!(
            said,
            format!(
                "budgetd: stopped by {called}: {entered} entered, nothing of {name} was taken\n\
                 hint: run it again: what is entered is skipped, and it goes on with {name}\n"
            )
        );
        let answers = String::from_utf8(output.stdout).expect("UTF-8");
        assert_eq!(answers.matches("accepted ").count(), at, "{answers}");
        assert!(place.names("state/staging").is_empty(), "nothing is left behind");
        assert!(place.names("state").iter().all(|name| !name.ends_with("-wal")));
        let said = place.run(&IMPORT).ends(0);
        assert!(said.stderr.contains(&format!("entered before; going on with {name}")));
        assert!(left(&place) == expected, "{called}");
    }
}

#[test]
fn machines_are_told_what_was_entered_before_the_stop() {
    let with_one_entered = || {
        let place = place();
        place.run(&["import", "1.csv"]).ends(0);
        place
    };
    let arguments = ["import", "--json", "1.csv", "2.csv", "3.csv"];
    let (place, output, _) = ended_by(Signal::INT, 1, with_one_entered, &arguments);
    assert_eq!(output.status.code(), Some(130));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(answer["files"].as_array().expect("files").len(), 1, "{answer}");
    assert_eq!(answer["files"][0]["answer"], "known");
    let stopped = "stopped by Ctrl-C (SIGINT): 1 of 3 files is entered, nothing of 2.csv was taken";
    assert_eq!(answer["stopped"], stopped);
    let answer = place.run(&["import", "--json", "1.csv", "2.csv"]).ends(0).json();
    assert_eq!(answer["stopped"], serde_json::Value::Null);
}

#[test]
fn a_restatement_is_not_said_to_go_on() {
    let place = place();
    place.run(&["import", "1.csv"]).ends(0);
    let said = place.run(&["import", "--restate", "1.csv"]).ends(0);
    assert!(said.stdout.contains("duplicate") && said.stderr.is_empty(), "{}", said.all());
}
