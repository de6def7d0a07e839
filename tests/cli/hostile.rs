//! What a sender can put into the inbox to harm whoever looks: nothing of it is opened, followed or
//! moved, and nothing of it reaches a terminal as it is.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, symlink};
use std::os::unix::net::UnixListener;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::place::{HEADER, Place, days};

#[test]
fn what_is_no_plain_file_is_left_alone_and_reported_once() {
    let place = Place::new();
    place.write("target.csv", &days("2026-01-05", "2026-01-05"));
    symlink(place.at("target.csv"), place.at("inbox/link.csv")).expect("a link");
    fs::hard_link(place.at("target.csv"), place.at("inbox/hard.csv")).expect("a hard link");
    fs::create_dir(place.at("inbox/folder.csv")).expect("made");
    let mode = Mode::RUSR | Mode::WUSR;
    mknodat(CWD, place.at("inbox/fifo.csv"), FileType::Fifo, mode, 0).expect("a pipe");
    let _socket = UnixListener::bind(place.at("inbox/socket.csv")).expect("a socket");
    let mut expected = vec![
        ("fifo.csv", "fifo"),
        ("folder.csv", "directory"),
        ("hard.csv", "hard_link"),
        ("link.csv", "symlink"),
        ("socket.csv", "socket"),
    ];
    let null = rustix::fs::makedev(1, 3);
    match mknodat(CWD, place.at("inbox/device.csv"), FileType::CharacterDevice, mode, null) {
        Ok(()) => expected.insert(0, ("device.csv", "device")),
        Err(_) => println!(
            "skipped: what_is_no_plain_file_is_left_alone_and_reported_once: a device, without root"
        ),
    }
    let said = place.run(&["ingest"]).ends(0);
    for (name, _) in &expected {
        assert_eq!(
            said.stdout.matches(&format!("left alone {name}: ")).count(),
            1,
            "{}",
            said.stdout
        );
    }
    assert_eq!(place.run(&["ingest"]).ends(0).stdout, "nothing waits in the inbox\n");
    let audit = place.run(&["audit", "show", "--account", "main", "--json"]).ends(0).json();
    let recorded: Vec<(&str, &str)> = audit["records"]
        .as_array()
        .expect("records")
        .iter()
        .map(|record| &record["event"])
        .map(|event| {
            (event["name"].as_str().expect("a name"), event["kind"].as_str().expect("a kind"))
        })
        .collect();
    assert_eq!(recorded, expected);
    let status = place.run(&["status"]).ends(0).stdout;
    for (name, _) in &expected {
        assert!(status.contains(&format!("left alone {name}: ")), "{status}");
    }
    let kind = |name: &str| fs::symlink_metadata(place.at(name)).expect("still there").file_type();
    assert!(kind("inbox/link.csv").is_symlink() && kind("inbox/fifo.csv").is_fifo());
    assert!(kind("inbox/socket.csv").is_socket() && kind("inbox/folder.csv").is_dir());
    assert_eq!(place.run(&["facts"]).ends(0).stdout, format!("{HEADER}\n"));
}

/// Channel names that act on a spreadsheet, a terminal, a log or a page.
const CHANNELS: [&str; 5] = [
    "=cmd|' /C calc'!A0",
    "\u{1b}]0;owned\u{7}\u{1b}[2J",
    "\"two\nlines\"",
    "<script>alert(1)</script>",
    "\u{202e}reversed",
];

#[test]
fn text_of_a_file_acts_on_nothing_that_shows_it() {
    let place = Place::new();
    let rows = CHANNELS.map(|channel| format!("2026-01-05,{channel},1,1,1,1,1\n")).concat();
    let name = "a\u{1b}[31m.csv";
    place.write("inbox/rows.csv", &format!("{HEADER}\n{rows}"));
    place.write(&format!("inbox/{name}"), "x");
    place.write("inbox/b\nbudgetd: all is well.csv", "x");
    let mut said = Vec::new();
    for arguments in [
        &["validate", "inbox/rows.csv"][..],
        &["validate", &format!("inbox/{name}")],
        &["ingest", &format!("inbox/{name}")],
        &["ingest"],
        &["status"],
        &["audit", "show", "--account", "main"],
        &["status", "--json"],
        &["audit", "show", "--account", "main", "--json"],
        &["decide", "--account", "\u{1b}[2J"],
        &["explain", "--channel", "\u{1b}[2J"],
        &["verify", "\u{1b}[2J"],
        &["check", "--config", "\u{1b}[2J"],
        &["init", "\u{1b}[2J"],
    ] {
        let out = place.run(arguments);
        said.push((format!("{arguments:?}"), out.all()));
    }
    said.push(("problems".to_owned(), place.read("inbox/rejected/rows.csv.problems.txt")));
    for (what, text) in said {
        for acting in ['\u{1b}', '\u{7}', '\u{202e}'] {
            assert!(!text.contains(acting), "{what}:\n{text:?}");
        }
        assert!(
            !text.lines().any(|line| line.starts_with("budgetd: all is well")),
            "{what}:\n{text}"
        );
    }
}

#[test]
fn a_channel_that_looks_like_a_formula_never_begins_a_cell() {
    let place = Place::new();
    let formula = CHANNELS[0];
    place.edit("config/accounts/main.toml", "name = \"Email\"", &format!("name = \"{formula}\""));
    let text = days("2025-12-01", "2026-01-25").replace(",Email,", &format!(",{formula},"));
    place.write("inbox/a.csv", &text);
    place.run(&["ingest", "--as-of", "2026-01-26T00:00:00Z"]).ends(0);
    place.run(&["decide", "--as-of", "2026-01-26T06:00:00+05:30"]).ends(0);
    let facts = place.run(&["facts"]).ends(0).stdout;
    let table = place.read("outbox/main/2026-01-26/weekly_recommendations.csv");
    for text in [facts, table] {
        assert!(text.contains(",'=cmd|"), "{text}");
        assert!(!text.contains(",=cmd|"), "{text}");
    }
}
