//! The whole program over companions, ways of saying complete, and drop folders that go away.

use std::fs;
use std::os::unix::fs::symlink;

use budgetd::domain::Digest;

use super::program_place::{Daemon, HEADER, Place, days, wait_until};

fn place_with(ready: &str) -> Place {
    let place = Place::new();
    place.edit("config/budgetd.toml", "ready = \"quiet\"", &format!("ready = \"{ready}\""));
    place
}

fn digest_of(text: &str) -> String {
    Digest::of(text.as_bytes()).to_string()
}

#[test]
fn a_digest_that_differs_or_can_not_be_read_refuses_its_file() {
    let place = Place::new();
    let text = days("2026-01-05", "2026-01-06");
    for name in ["good.csv", "changed.csv", "other.csv", "linked.csv"] {
        place.write(&format!("inbox/{name}"), &text);
    }
    place.write("inbox/good.csv.sha256", &format!("{}  good.csv\n", digest_of(&text)));
    place.write("inbox/changed.csv.sha256", &format!("{}  changed.csv\n", digest_of("")));
    place.write("inbox/other.csv.sha256", &format!("{}  good.csv\n", digest_of(&text)));
    symlink(place.at("inbox/good.csv.sha256"), place.at("inbox/linked.csv.sha256"))
        .expect("a link");
    let said = place.run(&["ingest"]).ends(1);
    for part in [
        "the digest in changed.csv.sha256 is not that of the file: it is incomplete or changed; \
         drop both again",
        "other.csv.sha256 names another file: the file can't be checked; drop both again",
        "linked.csv.sha256 is no plain file: the file can't be checked; drop both again",
        "accepted good.csv: 8 rows",
    ] {
        assert!(said.stdout.contains(part), "{part}\n{}", said.stdout);
    }
    let problems = place.read("inbox/rejected/changed.csv.problems.txt");
    assert_eq!(
        problems,
        "changed.csv was refused: 1 fault.\n\
         Nothing of it was taken. Correct it and drop it again.\n\
         \n\
         the digest in changed.csv.sha256 is not that of the file: it is incomplete or changed; \
         drop both again\n"
    );
    assert_eq!(
        place.names("inbox/rejected"),
        [
            "changed.csv",
            "changed.csv.problems.txt",
            "changed.csv.sha256",
            "linked.csv",
            "linked.csv.problems.txt",
            "other.csv",
            "other.csv.problems.txt",
            "other.csv.sha256",
        ]
    );
    assert!(place.names("inbox/.claimed").is_empty());
    assert!(!place.has("inbox/good.csv.sha256") && place.has("inbox/linked.csv.sha256"));
    let log = place.run(&["audit", "show", "--account", "main", "--json"]).ends(0).stdout;
    assert!(log.contains("checksum_mismatch") && log.contains("bad_checksum_file"), "{log}");
}

#[test]
fn a_named_file_is_checked_against_the_digest_beside_it() {
    let place = Place::new();
    let text = days("2026-01-05", "2026-01-06");
    place.write("a.csv", &text);
    place.write("a.csv.sha256", &digest_of("another"));
    let said = place.run(&["validate", "a.csv"]).ends(1);
    assert!(said.stdout.contains("the digest in a.csv.sha256 is not that of the file"));
    let said = place.run(&["validate", "--json", "a.csv"]).ends(1);
    assert_eq!(said.json()["files"][0]["faults"][0]["reason"], "checksum_mismatch");
    let said = place.run(&["ingest", "a.csv"]).ends(1);
    assert!(said.stdout.contains("the digest in a.csv.sha256 is not that of the file"));
    assert!(place.has("inbox/rejected/a.csv.sha256") && place.has("a.csv.sha256"));
    fs::remove_file(place.at("a.csv.sha256")).expect("removed");
    fs::create_dir(place.at("a.csv.sha256")).expect("a folder");
    let said = place.run(&["ingest", "a.csv"]).ends(1);
    assert!(said.stdout.contains("a.csv.sha256 does not hold a SHA-256 digest"), "{}", said.stdout);
    fs::remove_dir(place.at("a.csv.sha256")).expect("removed");
    let upper = digest_of(&text).to_uppercase();
    let list = format!("\r\nAlgorithm : SHA256\r\nHash      : {upper}\r\nPath      : a.csv\r\n");
    place.write("a.csv.sha256", &list);
    let said = place.run(&["validate", "a.csv"]).ends(1).stdout;
    for part in [
        "a.csv.sha256 holds the whole answer of Get-FileHash instead of its digest alone",
        "Linux: sha256sum FILE > FILE.sha256; macOS: shasum -a 256 FILE > FILE.sha256",
        "Windows PowerShell: (Get-FileHash FILE).Hash > FILE.sha256",
    ] {
        assert!(said.contains(part), "{part} not in {said}");
    }
    // What that last command writes into a file.
    let wide: Vec<u8> =
        format!("\u{feff}{upper}\r\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(place.at("a.csv.sha256"), wide).expect("written");
    place.run(&["validate", "a.csv"]).ends(0);
    place.write("a.csv.sha256", &format!("SHA256 (a.csv) = {}\n", digest_of(&text)));
    place.run(&["validate", "a.csv"]).ends(0);
    place.write("a.csv.sha256", &format!("{upper} *a.csv\r\n"));
    place.run(&["validate", "a.csv"]).ends(0);
    place.run(&["ingest", "a.csv"]).ends(0);
    assert!(place.has("a.csv") && place.has("a.csv.sha256"));
    assert!(place.names("inbox/.claimed").is_empty());
}

#[test]
fn an_old_page_of_problems_says_that_it_is_no_longer_the_newest_answer() {
    let place = place_with("quiet");
    let send = |text: &str, status| {
        place.write("inbox/a.csv", text);
        place.run(&["ingest"]).ends(status);
    };
    let page = || place.read("inbox/rejected/a.csv.problems.txt");
    send("not a daily file\n", 1);
    let first = page();
    assert!(first.starts_with("a.csv was refused"), "{first}");
    let other = "nor is this one\n";
    send(other, 1);
    let own = format!("{}_a.csv.problems.txt", &digest_of(other)[..16]);
    assert!(place.has(&format!("inbox/rejected/{own}")));
    let newer = format!("a later file of this name was refused, see rejected/{own}");
    assert_eq!(page(), format!("No longer the newest answer: {newer}\n\n{first}"));
    send(&days("2026-01-05", "2026-01-06"), 0);
    let newer = "a later file of this name was taken, see receipts/a.csv.receipt.txt";
    assert_eq!(page(), format!("No longer the newest answer: {newer}\n\n{first}"));
    // A page that is none of ours is its sender's.
    place.write("inbox/rejected/a.csv.problems.txt", "mine");
    send(&days("2026-01-05", "2026-01-07"), 0);
    assert_eq!(page(), "mine");
}

#[test]
fn a_file_waits_for_its_marker_and_the_marker_goes_with_it() {
    let place = place_with("marker");
    place.write("inbox/a.csv", &days("2026-01-05", "2026-01-06"));
    place.write("inbox/b.csv", "not a daily file\n");
    place.write("inbox/b.csv.done", "");
    let said = place.run(&["ingest"]).ends(1);
    assert!(said.stdout.contains("left waiting a.csv: there is no a.csv.done yet"));
    assert!(said.stdout.contains("refused b.csv"), "{}", said.stdout);
    let said = place.run(&["status"]).ends(0);
    assert!(said.stdout.contains("bytes); there is no a.csv.done yet"), "{}", said.stdout);
    let said = place.run(&["status", "--json"]).ends(0).json();
    assert_eq!(said["accounts"][0]["waiting_for"][0]["name"], "a.csv");
    place.write("inbox/a.csv.done", "");
    place.run(&["ingest"]).ends(0);
    assert!(place.has("inbox/receipts/a.csv.receipt.txt"));
    for name in ["inbox/a.csv", "inbox/a.csv.done", "inbox/b.csv.done"] {
        assert!(!place.has(name), "{name}");
    }
    assert_eq!(place.names("inbox/rejected"), ["b.csv", "b.csv.problems.txt"]);
}

#[test]
fn the_daemon_takes_a_renamed_file_at_once_and_a_checked_one_with_its_digest() {
    let place = place_with("rename");
    let _daemon = Daemon::start(&place);
    let text = days("2026-01-05", "2026-01-06");
    place.write("inbox/a.csv.part", &text);
    fs::rename(place.at("inbox/a.csv.part"), place.at("inbox/a.csv")).expect("renamed");
    // The settling time would be ten seconds; patience is thirty, so this is told by the log.
    wait_until("it is taken", || place.has("inbox/receipts/a.csv.receipt.txt"));

    let place = place_with("checksum");
    let daemon = Daemon::start(&place);
    place.write("inbox/b.csv", &text);
    wait_until("it is seen", || {
        place.run(&["status"]).ends(0).stdout.contains("there is no b.csv.sha256 yet")
    });
    place.write("inbox/b.csv.sha256", &digest_of(&text));
    wait_until("it is taken", || place.has("inbox/receipts/b.csv.receipt.txt"));
    assert!(!daemon.log().contains("left alone"), "{}", daemon.log());
    assert!(!place.has("inbox/b.csv.sha256"));
}

#[test]
fn a_drop_folder_that_goes_away_is_an_error_and_not_made_again() {
    // Nobody was here yet: it is made.
    let place = Place::new();
    place.remove_folder("inbox");
    place.run(&["ingest"]).ends(0);
    assert!(place.has("inbox"));
    // Something was taken: what stood there may have been a mount.
    place.write("inbox/a.csv", &days("2026-01-05", "2026-01-06"));
    place.run(&["ingest"]).ends(0);
    fs::rename(place.at("inbox"), place.at("unmounted")).expect("moved away");
    let said = place.run(&["ingest"]).ends(3);
    assert!(said.stderr.contains("the drop folder is gone: "), "{}", said.stderr);
    assert!(said.stderr.contains("mount or restore what stood there"), "{}", said.stderr);
    let said = place.run(&["status"]).ends(0);
    assert!(said.stdout.contains("the drop folder is gone"), "{}", said.stdout);
    let daemon = Daemon::start(&place);
    wait_until("the daemon says so", || daemon.log().contains("the drop folder is gone"));
    assert!(!place.has("inbox"));
    fs::rename(place.at("unmounted"), place.at("inbox")).expect("back");
    drop(daemon);
    place.run(&["ingest"]).ends(0);
}

#[test]
fn beside_a_daemon_no_drop_folder_is_made() {
    let place = Place::new();
    let _daemon = Daemon::start(&place);
    place.remove_folder("inbox");
    place.run(&["ingest"]).ends(3);
    let said = place.run(&["status"]).ends(0);
    assert!(said.stdout.contains("the drop folder is gone"), "{}", said.stdout);
    assert!(!place.has("inbox"));
}

#[test]
fn what_is_left_behind_is_shown_by_status() {
    let place = Place::new();
    place.write("inbox/a.csv.sha256", "");
    place.write("inbox/.claimed/stray.txt", "");
    let said = place.run(&["status"]).ends(0).stdout;
    assert!(said.contains(".claimed/stray.txt: no file that was claimed"), "{said}");
    assert!(said.contains("in inbox   a.csv.sha256: it waits for its file"), "{said}");
    assert!(!said.contains("left alone a.csv.sha256"), "its file may still come: {said}");
    let machine = place.run(&["status", "--json"]).ends(0).json();
    assert_eq!(machine["accounts"][0]["early"], serde_json::json!(["a.csv.sha256"]));
    // Once in the log and in the audit log, like all that is left alone.
    let said = place.run(&["ingest"]).ends(0).stdout;
    assert!(said.contains("left alone .claimed/stray.txt: no file that was claimed"), "{said}");
    assert!(!place.run(&["ingest"]).ends(0).stdout.contains("stray"));
    let audit = place.run(&["audit", "show", "--account", "main", "--json"]).ends(0).json();
    assert_eq!(audit["records"][0]["event"]["kind"], "no_claim", "{audit}");
    let said = place.run(&["status", "--as-of", "2100-01-01T00:00:00Z"]).ends(0).stdout;
    assert!(said.contains("a.csv.sha256: it belongs to a file that is not there"), "{said}");
    assert!(!said.contains("it waits for its file"), "{said}");
}

#[test]
fn names_that_are_no_names_stop_nobody() {
    use std::os::unix::ffi::OsStrExt as _;
    let place = Place::new();
    let long = [b"a".repeat(247), b".csv".to_vec()].concat();
    let long_companion = [b"a".repeat(240), b".csv.sha256".to_vec()].concat();
    for name in [&b"a\xff.csv"[..], b"a\n\x1b[2J.csv", b"b\x07.csv.sha256", &long, &long_companion]
    {
        fs::write(place.at("inbox").join(std::ffi::OsStr::from_bytes(name)), HEADER)
            .expect("written");
    }
    place.write("inbox/good.csv", &days("2026-01-05", "2026-01-06"));
    let said = place.run(&["ingest"]).ends(0).stdout;
    assert!(said.contains("accepted good.csv"), "{said}");
    assert!(said.contains("left alone a\\xff.csv: a name with control characters"), "{said}");
    assert!(!said.contains('\x1b') && !said.contains('\x07'), "{said:?}");
    assert_eq!(place.run(&["status"]).ends(0).stdout.matches("left alone").count(), 5);
}
