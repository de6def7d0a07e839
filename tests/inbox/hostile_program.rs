//! The whole program against a sender who means harm: with the content of his file while it is
//! copied, with its name, its rights and its size.

use std::fs::{self, File};
use std::io::{Seek as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::place::{is_root, skipped};
use super::program_place::{HEADER, Place, days, days_ago, has_program, wait_until};

/// Somebody else than root, where the tests run as root.
const NOBODY: u32 = 65534;

/// What a sender does to his file while it is copied, given the file and the text that it is to
/// have at the end.
type Harm = fn(&Path, &str);

/// Rewrites the file from the start and cuts it to the length of `text`; its time is set back.
fn rewrite(path: &Path, text: &str) {
    let modified = fs::metadata(path).expect("there").modified().expect("a time");
    let mut file = File::options().write(true).open(path).expect("opened");
    file.rewind().expect("at the start");
    file.write_all(text.as_bytes()).expect("written");
    file.set_len(text.len() as u64).expect("cut");
    file.set_modified(modified).expect("set back");
}

/// Puts another file in its place, with the same time.
fn replace(path: &Path, text: &str) {
    let modified = fs::metadata(path).expect("there").modified().expect("a time");
    let other = path.with_extension("part");
    fs::write(&other, text).expect("written");
    let file = File::options().write(true).open(&other).expect("opened");
    file.set_modified(modified).expect("set back");
    fs::rename(&other, path).expect("swapped");
}

#[test]
fn a_file_that_changes_while_it_is_copied_waits_and_is_taken_as_it_is_in_the_end() {
    const NAME: &str =
        "a_file_that_changes_while_it_is_copied_waits_and_is_taken_as_it_is_in_the_end";
    const CLAIMED: &str = "inbox/.claimed/0123456789abcdef~a.csv";
    if !has_program("strace") {
        return skipped(NAME, "strace is not installed");
    }
    let (first, last) = (days_ago(1000), days_ago(1));
    // Rows twice over: the same facts, and a file that takes several reads.
    let rows = days(&first, &last);
    let text = format!("{rows}{}", rows[HEADER.len() + 1..].repeat(7));
    let header_and_day: usize = rows.split_inclusive('\n').take(5).map(str::len).sum();
    let harms: [(&str, Harm, String); 5] = [
        ("appended to", rewrite, text.clone() + &rows[HEADER.len() + 1..]),
        ("truncated", rewrite, rows[..header_and_day].to_owned()),
        ("overwritten", rewrite, text.replace(",Email,100,", ",Email,200,")),
        ("replaced", replace, text.replace(",Email,100,", ",Email,300,")),
        ("replaced by the same", replace, text.clone()),
    ];
    for (what, harm, end) in harms {
        let place = Place::new();
        place.run(&["ingest"]).ends(0);
        place.write(CLAIMED, &text);
        let mut copying = Command::new("strace")
            .args(["-f", "-qq", "-o", "/dev/null", "-P", CLAIMED, "-e", "trace=read"])
            .args(["-e", "inject=read:delay_enter=150000", env!("CARGO_BIN_EXE_budgetd")])
            .arg("ingest")
            .current_dir(place.root())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        let staged = place.at("state/staging/0123456789abcdef");
        let bytes_staged = || fs::metadata(&staged).map_or(0, |staged| staged.len());
        wait_until("a part is copied", || {
            bytes_staged() > 0 || copying.try_wait().expect("asked").is_some()
        });
        if bytes_staged() == 0 || bytes_staged() >= text.len() as u64 {
            drop(copying.wait());
            return skipped(NAME, "strace may not trace here, or doesn't delay");
        }
        harm(&place.at(CLAIMED), &end);
        let said = copying.wait_with_output().expect("it ends");
        let said = String::from_utf8(said.stdout).expect("UTF-8");
        assert!(
            said.contains("left waiting a.csv: it changed while it was read"),
            "{what}:\n{said}"
        );
        // What was interrupted comes first; then the same run finds it waiting, and at rest.
        let accepted = said.split("left waiting").last().expect("text");
        assert!(accepted.contains("accepted a.csv"), "{what}:\n{said}");
        assert!(place.names("state/staging").is_empty(), "{what}");
        // Email's spend on each day, and how many days there are, as the last text says.
        let facts = place.run(&["facts"]).ends(0).stdout;
        let email = end.lines().find(|line| line.contains(",Email,")).expect("a row");
        let spend = email.split(',').nth(2).expect("a spend");
        let rows = facts.lines().filter(|row| row.contains(&format!(",Email,{spend}"))).count();
        assert_eq!(rows, if what == "truncated" { 1 } else { 1000 }, "{what}");
    }
}

/// Runs the program under strace, if it may trace here; what it said, and its trace.
fn traced(place: &Place, arguments: &[&str], command: &str) -> Option<(String, String)> {
    let output = Command::new("strace")
        .args(["-f", "-qq", "-o", ".trace", "-e", "trace=open,openat,openat2"])
        .args(arguments)
        .args([env!("CARGO_BIN_EXE_budgetd"), command])
        .current_dir(place.root())
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    let trace = place.has(".trace").then(|| place.read(".trace"))?;
    trace.contains("open").then_some((said, trace))
}

#[test]
fn every_file_of_a_sender_is_opened_below_its_folder_without_links_and_without_waiting() {
    const NAME: &str =
        "every_file_of_a_sender_is_opened_below_its_folder_without_links_and_without_waiting";
    let place = Place::new();
    for name in ["taken.csv", "refused.csv"] {
        place.write(&format!("inbox/{name}"), &days("2026-01-05", "2026-01-06"));
        place.write(&format!("inbox/{name}.sha256"), "x");
    }
    fs::remove_file(place.at("inbox/taken.csv.sha256")).expect("removed");
    let Some((said, trace)) = traced(&place, &[], "ingest") else {
        return skipped(NAME, "strace is not installed or may not trace");
    };
    assert!(said.contains("accepted taken.csv") && said.contains("refused refused.csv"), "{said}");
    let is_read = |line: &&str| line.contains(".csv") && !line.contains("O_CREAT");
    let opened: Vec<&str> = trace
        .lines()
        .filter(is_read)
        .filter(|line| !line.contains("O_DIRECTORY") && !line.contains("archive"))
        .collect();
    // What is refused is opened once more, to be made durable before it is answered.
    let names: std::collections::BTreeSet<_> =
        opened.iter().filter_map(|line| line.split('"').nth(1)).collect();
    assert_eq!(names.len(), 3, "both files and a digest: {opened:#?}");
    for line in opened {
        if line.contains("ENOSYS") {
            return skipped(NAME, "this kernel has no openat2");
        }
        for flag in [
            "openat2(",
            "O_NOFOLLOW",
            "O_NONBLOCK",
            "RESOLVE_BENEATH",
            "RESOLVE_NO_SYMLINKS",
            "RESOLVE_NO_MAGICLINKS",
            "RESOLVE_NO_XDEV",
        ] {
            assert!(line.contains(flag), "{flag} is not in {line}");
        }
    }
}

#[test]
fn without_openat2_links_are_followed_as_little() {
    const NAME: &str = "without_openat2_links_are_followed_as_little";
    let place = Place::new();
    place.run(&["ingest"]).ends(0);
    place.write("secret.csv", &days("2026-01-05", "2026-01-06"));
    let claimed = place.at("inbox/.claimed/0123456789abcdef~link.csv");
    std::os::unix::fs::symlink(place.at("secret.csv"), claimed).expect("a link");
    place.write("inbox/good.csv", &days("2026-01-07", "2026-01-07"));
    let inject = ["-e", "inject=openat2:error=ENOSYS"];
    let Some((said, trace)) = traced(&place, &inject, "ingest") else {
        return skipped(NAME, "strace is not installed or may not trace");
    };
    assert!(trace.contains("ENOSYS"), "nothing was injected");
    assert!(said.contains("accepted good.csv"), "{said}");
    assert!(said.contains("left alone link.csv: a symbolic link"), "{said}");
    assert!(!trace.contains("secret.csv"), "{trace}");
    assert_eq!(place.run(&["facts"]).ends(0).stdout.lines().count(), 1 + 4);
}

#[test]
fn names_that_look_like_something_else_are_names_and_no_more() {
    let place = Place::new();
    // Cases that differ, parts of paths, options, shells, spreadsheets, devices, two ways to write é.
    let names = [
        "A.csv",
        "a.csv",
        "a..csv",
        "-rf.csv",
        "--config=x.csv",
        " .csv",
        "$(reboot).csv",
        "a;b|c&.csv",
        "'\"`.csv",
        "%2e%2e%2fa.csv",
        "..%2f..%2fa.csv.csv",
        "=1+1.csv",
        "NUL.csv",
        "C:\\a.csv",
        "*.csv",
        "caf\u{e9}.csv",
        "cafe\u{301}.csv",
        "0123456789abcdef~a.csv",
        "a.csv.receipt.txt.csv",
        "rejected.csv",
    ];
    for name in names {
        place.write(&format!("inbox/{name}"), &days("2026-01-05", "2026-01-06"));
    }
    // Begin with a dot: hidden, and left alone without a word.
    for name in ["..csv", "...csv", "..a.csv", ".claimed.csv"] {
        place.write(&format!("inbox/{name}"), "x");
    }
    let said = place.run(&["ingest", "--json"]).ends(0).json();
    let answers = said["files"].as_array().expect("files");
    assert_eq!(answers.iter().filter(|file| file["answer"] == "accepted").count(), 1, "{said}");
    let is_taken = |file: &&serde_json::Value| file["answer"] != "ignored";
    // `..%2f` begins with a dot.
    assert_eq!(answers.iter().filter(is_taken).count(), names.len() - 1, "{said}");
    let mut receipts: Vec<String> = names
        .iter()
        .filter(|name| !name.starts_with('.'))
        .map(|name| format!("{name}.receipt.txt"))
        .collect();
    receipts.sort();
    assert_eq!(place.names("inbox/receipts"), receipts);
    assert_eq!(
        place.names("inbox"),
        ["...csv", "..%2f..%2fa.csv.csv", "..a.csv", "..csv", ".claimed", ".claimed.csv"]
            .into_iter()
            .chain(["receipts", "rejected"])
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    );
    let mut left = place.names(".");
    left.sort();
    assert_eq!(left, ["archive", "config", "inbox", "logs", "outbox", "state"]);
    place.run(&["audit", "verify"]).ends(0);
}

#[test]
fn a_file_that_may_not_be_read_is_shown_and_the_others_are_taken() {
    const NAME: &str = "a_file_that_may_not_be_read_is_shown_and_the_others_are_taken";
    let place = Place::new();
    place.write("inbox/locked.csv", &days("2026-01-05", "2026-01-06"));
    place.write("inbox/good.csv", &days("2026-01-05", "2026-01-06"));
    // Claimed while it could be read: it goes back.
    let claimed = "inbox/.claimed/0123456789abcdef~late.csv";
    place.write(claimed, &days("2026-01-05", "2026-01-06"));
    place.write("inbox/sealed.csv", &days("2026-01-07", "2026-01-07"));
    place.write("inbox/sealed.csv.sha256", "");
    let locked = ["inbox/locked.csv", claimed, "inbox/sealed.csv.sha256"];
    for name in locked {
        fs::set_permissions(place.at(name), fs::Permissions::from_mode(0o000)).expect("set");
    }
    let mut command = place.command(&["ingest"]);
    if is_root() {
        give_away(place.root());
        // Of another user, as what a sender leaves.
        std::os::unix::fs::chown(place.at("inbox/locked.csv"), Some(0), Some(0)).expect("given");
        command.uid(NOBODY).gid(NOBODY);
    }
    let Ok(said) = command.output() else {
        return skipped(NAME, "the program can't be run as somebody else from where it was built");
    };
    let said = String::from_utf8(said.stdout).expect("UTF-8");
    for line in [
        "left alone locked.csv: a file that the daemon may not read",
        "left alone late.csv: a file that the daemon may not read",
        "accepted good.csv",
        "refused sealed.csv",
    ] {
        assert!(said.contains(line), "{line} is not in\n{said}");
    }
    assert!(place.has("inbox/locked.csv") && place.has("inbox/late.csv"));
    assert!(place.read("inbox/rejected/sealed.csv.problems.txt").contains("sealed.csv.sha256"));
}

fn give_away(folder: &Path) {
    std::os::unix::fs::chown(folder, Some(NOBODY), Some(NOBODY)).expect("given");
    for entry in fs::read_dir(folder).expect("read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            give_away(&path);
        } else {
            std::os::unix::fs::chown(&path, Some(NOBODY), Some(NOBODY)).expect("given");
        }
    }
}

#[test]
fn a_file_of_terabytes_is_refused_unread_and_costs_nothing() {
    const NAME: &str = "a_file_of_terabytes_is_refused_unread_and_costs_nothing";
    const BYTES: u64 = 4 << 40;
    let place = Place::new();
    for round in 1..=2 {
        let file = File::create(place.at("inbox/a.csv")).expect("made");
        if file.set_len(BYTES).is_err() {
            return skipped(NAME, "no file may be this large here");
        }
        drop(file);
        let begun = Instant::now();
        let said = place.run(&["ingest"]).ends(1).stdout;
        // Reading it would take hours.
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        assert!(said.contains("refused a.csv: 1 fault"), "{said}");
        assert!(said.contains(&BYTES.to_string()), "{said}");
        assert_eq!(place.names("inbox/rejected").len(), 2 * round);
    }
    let moved = fs::metadata(place.at("inbox/rejected/a.csv")).expect("there");
    assert_eq!((moved.len(), moved.blocks()), (BYTES, 0), "moved, not copied");
    assert!(place.names("state/staging").is_empty());
}

#[test]
fn a_small_archive_that_unpacks_to_too_much_is_refused_at_the_bound() {
    let place = Place::new();
    let file = File::create(place.at("inbox/bomb.csv.gz")).expect("made");
    let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::best());
    packed.write_all(HEADER.as_bytes()).expect("written");
    let row = "2026-01-05,Email,1,1,1,1,1\n".repeat(10_000);
    packed.write_all(b"\n").expect("written");
    for _ in 0..20 {
        packed.write_all(row.as_bytes()).expect("written");
    }
    packed.finish().expect("packed");
    let size = fs::metadata(place.at("inbox/bomb.csv.gz")).expect("there").len();
    assert!(size < 100_000, "{size}");
    let config = place.read("config/budgetd.toml");
    place.write(
        "config/budgetd.toml",
        &format!("{config}\n[limits]\nunpacked_bytes_max = 1000000\n"),
    );
    let said = place.run(&["ingest"]).ends(1).stdout;
    assert!(said.contains("refused bomb.csv.gz"), "{said}");
    assert!(said.contains("limits.unpacked_bytes_max"), "{said}");
    assert_eq!(place.names("inbox/rejected"), ["bomb.csv.gz", "bomb.csv.gz.problems.txt"]);
    assert_eq!(place.run(&["facts"]).ends(0).stdout, format!("{HEADER}\n"));
}
