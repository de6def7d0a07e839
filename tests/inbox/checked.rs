//! What `budgetd check` says of drop folders and sources, without making or changing anything.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::Path;

use super::place::{is_root, make_fifo, skipped};
use super::program_place::{Place, days};

/// Somebody else than root, where the tests run as root.
const NOBODY: u32 = 65534;

/// What `check` says, its lines without the spaces between their parts.
#[track_caller]
fn checked(place: &Place, status: i32) -> String {
    plain(&place.run(&["check"]).ends(status).stdout)
}

fn plain(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

/// Everything below a folder with its mode and the time of its last change.
fn state_of(folder: &Path) -> BTreeMap<String, (u32, i64, i64)> {
    let mut found = BTreeMap::new();
    let mut left = vec![folder.to_owned()];
    while let Some(path) = left.pop() {
        let stat = fs::symlink_metadata(&path).expect("looked at");
        let state = (stat.mode(), stat.ctime(), stat.ctime_nsec());
        found.insert(path.display().to_string(), state);
        if stat.is_dir() {
            left.extend(fs::read_dir(&path).expect("read").map(|it| it.expect("an entry").path()));
        }
    }
    found
}

#[test]
fn a_drop_folder_that_is_gone_is_wrong_unless_nobody_was_ever_there() {
    let place = Place::new();
    assert!(checked(&place, 0).contains("ok inbox inbox\n"));
    fs::remove_dir_all(place.at("inbox")).expect("removed");
    let said = checked(&place, 0);
    assert!(said.contains("ok inbox inbox, not there yet; the first start makes it"), "{said}");
    assert!(!place.has("inbox"));
    place.write("inbox/a.csv", &days("2026-01-05", "2026-01-06"));
    place.run(&["ingest"]).ends(0);
    for harm in ["removed", "renamed"] {
        if harm == "removed" {
            fs::remove_dir_all(place.at("inbox")).expect("removed");
        } else {
            fs::create_dir(place.at("inbox")).expect("made");
            assert!(checked(&place, 0).contains(
                "ok inbox inbox; .claimed, rejected and receipts are made with the first file"
            ));
            fs::rename(place.at("inbox"), place.at("elsewhere")).expect("renamed");
        }
        let said = checked(&place, 3);
        assert!(said.contains("wrong inbox the drop folder is gone: inbox\nhint: mount"), "{said}");
        assert!(!said.contains("ok inbox") && !place.has("inbox"), "{said}");
    }
}

#[test]
fn of_several_drop_folders_the_one_that_is_gone_is_named() {
    let place = Place::with_two_accounts();
    place.run(&["ingest"]).ends(0);
    for account in ["main", "other"] {
        let file = format!("inbox/{account}/a.csv");
        place.write(&file, &days("2026-01-05", "2026-01-06"));
    }
    place.run(&["ingest"]).ends(0);
    assert!(checked(&place, 0).contains("ok inbox inbox\n"));
    fs::rename(place.at("inbox/other"), place.at("elsewhere")).expect("renamed");
    let said = checked(&place, 3);
    assert!(said.contains("wrong inbox of other the drop folder is gone: inbox/other"), "{said}");
    assert!(!said.contains("inbox of main"), "{said}");
}

#[test]
fn what_stands_in_the_place_of_a_folder_is_named() {
    for own in ["rejected", "receipts", ".claimed"] {
        let place = Place::new();
        let path = place.at("inbox").join(own);
        for (kind, says) in [
            ("link", "a link stands where a folder must be"),
            ("file", "a file stands where a folder must be"),
            ("fifo", "something else stands where a folder must be"),
        ] {
            drop(fs::remove_dir(&path).or_else(|_| fs::remove_file(&path)));
            match kind {
                "link" => symlink("/", &path).expect("a link"),
                "file" => fs::write(&path, "").expect("a file"),
                _ => make_fifo(&path),
            }
            let said = checked(&place, 3);
            let says = format!("wrong inbox {says}: inbox/{own}\nhint: move it away");
            assert!(said.contains(&says), "{own} {kind}:\n{said}");
        }
    }
}

#[test]
fn folders_that_the_daemon_may_not_use_are_named_with_owner_and_mode() {
    let place = Place::new();
    let mut command = place.command(&["check"]);
    if is_root() {
        for path in [place.root().display().to_string()].iter().chain(state_of(place.root()).keys())
        {
            std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).expect("given away");
        }
        command.uid(NOBODY).gid(NOBODY);
    }
    let mut run = || command.output();
    let Ok(said) = run() else {
        return skipped(
            "folders_that_the_daemon_may_not_use_are_named_with_owner_and_mode",
            "the program can't be run as somebody else from where it was built",
        );
    };
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
    for name in ["inbox", "inbox/rejected", "inbox/receipts", "inbox/.claimed"] {
        let before = fs::metadata(place.at(name)).expect("there").permissions();
        for mode in [0o500, 0o300, 0o600] {
            fs::set_permissions(place.at(name), fs::Permissions::from_mode(mode)).expect("set");
            let said = run().expect("it runs");
            let text = plain(&String::from_utf8(said.stdout).expect("UTF-8"));
            // What lies in a folder that can't be searched can't be looked at either.
            let says = format!("and has the mode {mode:03o}: {name}\nhint: give these rights");
            assert!(text.contains(&says), "{name} {mode:o}:\n{text}");
            assert!(text.contains("wrong inbox the user with the number"), "{text}");
            assert_eq!(said.status.code(), Some(3));
        }
        fs::set_permissions(place.at(name), before).expect("set");
    }
    assert!(run().expect("it runs").status.success());
    if is_root() {
        std::os::unix::fs::chown(place.at("inbox"), Some(0), Some(0)).expect("given to root");
        fs::set_permissions(place.at("inbox"), fs::Permissions::from_mode(0o1777)).expect("set");
        let said = run().expect("it runs");
        let text = plain(&String::from_utf8(said.stdout).expect("UTF-8"));
        assert!(text.contains("wrong inbox the sticky bit of this folder"), "{text}");
        assert!(text.contains("inbox\nhint: remove it (chmod -t)"), "{text}");
        assert_eq!(said.status.code(), Some(3));
    }
}

#[test]
fn a_read_only_file_system_under_a_drop_folder_is_named() {
    const NAME: &str = "a_read_only_file_system_under_a_drop_folder_is_named";
    let place = Place::new();
    let Some(_mount) = super::place::Mount::tmpfs(&place.at("inbox"), "ro,size=1m") else {
        return skipped(NAME, "nothing can be mounted here");
    };
    let said = checked(&place, 3);
    assert!(
        said.contains("this folder is on a file system that is mounted read-only: inbox\nhint: "),
        "{said}"
    );
}

#[test]
fn check_names_what_lies_among_the_claimed_files_and_is_none() {
    let place = Place::new();
    for name in ["b.txt", "0123456789abcdef~a.sh", "c\u{1b}[2J", "d"] {
        place.write(&format!("inbox/.claimed/{name}"), "x");
    }
    let said = checked(&place, 0);
    assert!(
        said.contains(
            "look inbox .claimed/0123456789abcdef~a.sh, .claimed/b.txt, .claimed/c\\u{1b}[2J and 1 \
             more: no file that was claimed"
        ),
        "{said}"
    );
    place.run(&["ingest"]).ends(0);
    assert_eq!(place.names("inbox/.claimed").len(), 4, "they are left alone");
}

#[test]
fn check_names_sources_that_no_file_in_the_inbox_is_ever_read_by() {
    let place = Place::new();
    let source = |name: &str, files: &str| {
        format!("\n[[sources]]\nname = \"{name}\"\nfiles = \"{files}\"\npreset = \"meta_ads\"\n")
    };
    let account = place.read("config/accounts/main.toml");
    let sources = [
        source("meta", "meta*"),
        source("narrow", "META_ads_*.csv"),
        source("book", "*.xlsx"),
        source("late", "*_meta.csv"),
        source("rest", "*"),
        source("never", "late?.csv"),
    ];
    place.write("config/accounts/main.toml", &format!("{account}{}", sources.concat()));
    let said = checked(&place, 0);
    for line in [
        "look sources of main \"narrow\" never reads a file from the inbox: all that fit files = \
         \"META_ads_*.csv\" are read by \"meta\" before it, which has files = \"meta*\"\nhint: the \
         first source that fits decides",
        "look sources of main \"book\" never reads a file from the inbox: no name that is taken \
         fits files = \"*.xlsx\"\nhint: the inbox takes names that end in .csv, .csv.gz or .csv.zst",
        "look sources of main \"never\" never reads a file from the inbox: all that fit files = \
         \"late?.csv\" are read by \"rest\" before it",
    ] {
        assert!(said.contains(line), "{line}\nis not in\n{said}");
    }
    assert_eq!(said.matches("never reads a file").count(), 3, "{said}");
    let findings = place.run(&["check", "--json"]).ends(0).json();
    let look = |finding: &&serde_json::Value| finding["verdict"] == "look";
    let findings = findings["findings"].as_array().expect("findings");
    // The fourth: what three of the others read is of one channel.
    assert_eq!(findings.iter().filter(look).count(), 4);
}

#[test]
fn check_names_sources_that_replace_each_others_days() {
    let place = Place::new();
    let source = |name: &str, more: &str| {
        format!(
            "\n[[sources]]\nname = \"{name}\"\nfiles = \"{name}_*.csv\"\npreset = \"google_ads\"\n{more}"
        )
    };
    let account = place.read("config/accounts/main.toml");
    let rule = "[[sources.campaigns]]\npattern = \"Brand*\"\nchannel = \"Email\"\n";
    let sources = [
        source("in", rule),
        source("us", "channel = \"Google Ads\"\n"),
        source("mail", "channel = \"Email\"\n"),
        source("meta", "channel = \"Meta Ads\"\n"),
    ];
    place.write("config/accounts/main.toml", &format!("{account}{}", sources.concat()));
    let said = checked(&place, 0);
    let tail = "a day of one replaces the same day of the other";
    for line in [
        format!("\"in\" and \"mail\" state the same channel, Email: {tail}"),
        format!("\"in\" and \"us\" state the same channel, Google Ads: {tail}"),
    ] {
        assert!(said.contains(&line), "{line}\nis not in\n{said}");
    }
    assert_eq!(said.matches(tail).count(), 2, "{said}");
}

#[test]
fn check_makes_and_changes_nothing_in_a_drop_folder() {
    let place = Place::new();
    place.write("inbox/a.csv", &days("2026-01-05", "2026-01-06"));
    place.run(&["ingest"]).ends(0);
    place.write("inbox/b.csv", "x");
    place.write("inbox/.claimed/stray", "x");
    fs::remove_dir_all(place.at("inbox/receipts")).expect("removed");
    let before = state_of(&place.at("inbox"));
    place.run(&["check"]).ends(0);
    assert_eq!(state_of(&place.at("inbox")), before);
}
