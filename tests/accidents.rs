//! What happens to inboxes, under a running daemon: removed, exchanged, mounted over, unmounted,
//! written to by somebody whom no event tells of. Each is noticed and survived, each file is taken
//! once, and nothing is written into a folder that is not the inbox.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "cli/mounts.rs"]
mod mounts;
#[path = "cli/place.rs"]
mod place;

use std::fs;
use std::io::Write as _;
use std::process::Command;
use std::time::{Duration, SystemTime};

use chrono::{Days, NaiveDate};

use mounts::Mount;
use place::{CHANNELS, Daemon, HEADER, Place, days, days_ago, has_program, wait_for, wait_until};

const GONE: &str = "ERROR the drop folder can't be read";
const BACK: &str = "no longer: the drop folder can't be read";
const ANOTHER: &str = "another folder is in the drop folder's place";

/// A daemon that looks every second and takes what has been quiet for `quiet` seconds, and has had
/// its first round.
fn begin(place: &Place, quiet: u64) -> Daemon {
    place.edit("config/budgetd.toml", "quiet_seconds = 10", &format!("quiet_seconds = {quiet}"));
    place.edit("config/budgetd.toml", "scan_seconds = 20", "scan_seconds = 1");
    let daemon = Daemon::start(place);
    wait_until("a round", || daemon.log().contains("waits for data"));
    daemon
}

/// The file of the `number`th day, as its sender writes it.
fn file(number: u32) -> (String, String) {
    let day = format!("2026-01-{:02}", 5 + number);
    (format!("day-{number}.csv"), days(&day, &day))
}

fn drop_into(place: &Place, folder: &str, number: u32) {
    let (name, text) = file(number);
    place.write(&format!("{folder}/{name}"), &text);
}

fn is_answered(place: &Place, folder: &str, number: u32) -> bool {
    place.has(&format!("{folder}/receipts/{}.receipt.txt", file(number).0))
}

#[track_caller]
fn taken_into(place: &Place, folder: &str, number: u32) {
    drop_into(place, folder, number);
    wait_until("it is taken", || is_answered(place, folder, number));
}

/// Everything beneath a folder, by path.
fn listing(place: &Place, folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in place.names(folder) {
        let path = format!("{folder}/{name}");
        if place.at(&path).is_dir() {
            found.extend(listing(place, &path));
        }
        found.push(path);
    }
    found
}

/// The daemon ends well, and took each of the files `0..count` once and nothing else.
#[track_caller]
fn each_was_taken_once(place: &Place, daemon: &mut Daemon, count: u32) {
    assert_eq!(daemon.stop().0, 0, "{}", daemon.log());
    let log = daemon.log();
    for number in 0..count {
        let accepted = format!("accepted account=\"main\" name=\"{}\"", file(number).0);
        assert_eq!(log.matches(&accepted).count(), 1, "{accepted}: {log}");
    }
    for other in ["duplicate", "refused", "finished what"] {
        assert!(!log.contains(other), "{other}: {log}");
    }
    let facts = place.run(&["facts"]).ends(0).stdout;
    // The figures of `days`, for each channel and day, and nothing twice.
    let spend = facts.lines().filter(|line| line.contains(",100.00,900,90,9,")).count();
    assert_eq!(spend, count as usize * CHANNELS.len(), "{facts}");
    place.run(&["audit", "verify"]).ends(0);
}

#[track_caller]
fn said(daemon: &Daemon, text: &str, times: usize) {
    let log = daemon.log();
    assert_eq!(log.matches(text).count(), times, "{text}: {log}");
}

#[test]
fn an_inbox_that_was_removed() {
    let place = Place::new();
    let mut daemon = begin(&place, 0);
    taken_into(&place, "inbox", 0);
    place.remove_folder("inbox");
    wait_until("it is missed", || daemon.log().contains(GONE));
    // Rounds go by: it is said once, and nothing is made in its place.
    std::thread::sleep(Duration::from_millis(2500));
    assert!(!place.has("inbox"));
    fs::create_dir(place.at("inbox")).expect("made");
    wait_until("it is seen again", || daemon.log().contains(BACK));
    taken_into(&place, "inbox", 1);
    said(&daemon, GONE, 1);
    said(&daemon, BACK, 1);
    each_was_taken_once(&place, &mut daemon, 2);
}

#[test]
fn an_inbox_that_was_renamed_away_with_a_new_one_in_its_place() {
    let place = Place::new();
    let mut daemon = begin(&place, 0);
    taken_into(&place, "inbox", 0);
    // Its original is put out of sight behind the receipt.
    let is_kept = || place.names("inbox/.claimed").iter().any(|name| name.starts_with("taken-"));
    wait_until("it is done with", is_kept);
    fs::rename(place.at("inbox"), place.at("old")).expect("moved");
    fs::create_dir(place.at("inbox")).expect("made");
    // Its sender still has the old one open.
    drop_into(&place, "old", 1);
    let old = listing(&place, "old");
    taken_into(&place, "inbox", 2);
    wait_until("it is noticed", || daemon.log().contains(ANOTHER));
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(listing(&place, "old"), old);
    said(&daemon, ANOTHER, 1);
    // Back again: what waited in it is taken now.
    fs::rename(place.at("inbox"), place.at("new")).expect("moved");
    fs::rename(place.at("old"), place.at("inbox")).expect("moved");
    wait_until("it is taken", || is_answered(&place, "inbox", 1));
    said(&daemon, ANOTHER, 2);
    each_was_taken_once(&place, &mut daemon, 3);
}

#[test]
fn an_inbox_that_was_mounted_over() {
    let place = Place::new();
    let mut daemon = begin(&place, 2);
    taken_into(&place, "inbox", 0);
    // Settling when the mount hides it.
    drop_into(&place, "inbox", 1);
    let Some(mount) = Mount::new("tmpfs", "size=4m,mode=0755", &place.at("inbox")) else {
        println!("skipped: an_inbox_that_was_mounted_over: no mounts here");
        return;
    };
    taken_into(&place, "inbox", 2);
    said(&daemon, ANOTHER, 1);
    assert!(!place.has("inbox/day-1.csv"));
    mount.end();
    wait_until("it is taken", || is_answered(&place, "inbox", 1));
    assert!(!is_answered(&place, "inbox", 2), "its answer was for the other folder");
    said(&daemon, ANOTHER, 2);
    said(&daemon, GONE, 0);
    each_was_taken_once(&place, &mut daemon, 3);
}

#[test]
fn an_inbox_that_was_unmounted() {
    let place = Place::new();
    place.remove_folder("inbox");
    fs::create_dir(place.at("inbox")).expect("made");
    let options = "size=4m,mode=0755";
    let Some(mount) = Mount::new("tmpfs", options, &place.at("inbox")) else {
        println!("skipped: an_inbox_that_was_unmounted: no mounts here");
        return;
    };
    let mut daemon = begin(&place, 0);
    taken_into(&place, "inbox", 0);
    mount.end();
    wait_until("it is noticed", || daemon.log().contains(ANOTHER));
    std::thread::sleep(Duration::from_millis(2500));
    assert_eq!(listing(&place, "inbox"), Vec::<String>::new(), "what stood under the mount point");
    said(&daemon, ANOTHER, 1);
    let mount = Mount::new("tmpfs", options, &place.at("inbox")).expect("mounted again");
    taken_into(&place, "inbox", 1);
    said(&daemon, ANOTHER, 2);
    each_was_taken_once(&place, &mut daemon, 2);
    mount.end();
    assert_eq!(listing(&place, "inbox"), Vec::<String>::new());
}

#[test]
fn an_inbox_that_is_written_to_from_another_host() {
    let place = Place::new();
    // What is written into the upper folder shows in the inbox, and no event tells of it.
    for folder in ["lower", "upper", "work"] {
        fs::create_dir(place.at(folder)).expect("made");
    }
    let [lower, upper, work] = ["lower", "upper", "work"].map(|name| place.at(name));
    let options = format!(
        "lowerdir={},upperdir={},workdir={}",
        lower.display(),
        upper.display(),
        work.display()
    );
    let Some(mount) = Mount::new("overlay", &options, &place.at("inbox")) else {
        println!("skipped: an_inbox_that_is_written_to_from_another_host: no mounts here");
        return;
    };
    let mut daemon = begin(&place, 0);
    for number in 0..3 {
        drop_into(&place, "upper", number);
        wait_until("it is taken", || is_answered(&place, "inbox", number));
        assert!(!place.has(&format!("inbox/{}", file(number).0)));
    }
    each_was_taken_once(&place, &mut daemon, 3);
    mount.end();
}

#[test]
fn a_watcher_that_is_blind() {
    let place = Place::new();
    place.edit("config/budgetd.toml", "quiet_seconds = 10", "quiet_seconds = 0");
    place.edit("config/budgetd.toml", "scan_seconds = 20", "scan_seconds = 1");
    let blind = "echo 0 > /proc/sys/user/max_inotify_instances";
    let unshare = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "/bin/sh", "-c", script]);
        command
    };
    if !has_program("unshare") || !unshare(blind).status().is_ok_and(|status| status.success()) {
        println!("skipped: a_watcher_that_is_blind: no user namespaces here");
        return;
    }
    let script = format!("{blind} && exec {} run", env!("CARGO_BIN_EXE_budgetd"));
    let mut daemon = Daemon::spawn_command(&place, unshare(&script));
    wait_until("it is ready", || daemon.log().contains(" ready"));
    said(&daemon, "folders can't be watched; scans alone find files", 1);
    for number in 0..3 {
        taken_into(&place, "inbox", number);
    }
    each_was_taken_once(&place, &mut daemon, 3);
}

#[test]
fn what_a_writer_adds_after_a_pause_is_taken_with_the_rest() {
    let place = Place::new();
    let mut daemon = begin(&place, 1);
    let day = days_ago(3);
    let path = place.at("inbox/slow.csv");
    let mut writer = fs::File::create(&path).expect("made");
    let mut write = |text: String| writer.write_all(text.as_bytes()).expect("written");
    write(format!("{HEADER}\n{day},Email,100,1,1,0,10\n"));
    wait_until("it is taken for whole", || place.has("inbox/receipts/slow.csv.receipt.txt"));
    let is_kept = || place.names("inbox/.claimed").iter().any(|name| name.starts_with("taken-"));
    // The writer has only paused, twice, and knows of no file that has lost its name.
    for (number, (channel, spend)) in [("Google Ads", 20), ("Meta Ads", 3)].iter().enumerate() {
        wait_until("its original is out of sight", is_kept);
        assert!(!path.exists());
        write(format!("{day},{channel},{spend},1,1,0,10\n"));
        wait_until("all of it is taken", || {
            fs::read_to_string(place.at("inbox/receipts/slow.csv.receipt.txt"))
                .is_ok_and(|receipt| receipt.contains(channel))
        });
        said(&daemon, "still written to after it was taken", number + 1);
    }
    let facts = place.run(&["facts"]).ends(0).stdout;
    let lines: Vec<&str> = facts.lines().skip(1).collect();
    assert_eq!(lines.len(), 3, "{facts}");
    for spend in [",100.00,", ",20.00,", ",3.00,"] {
        assert!(facts.contains(spend), "{facts}");
    }
    assert_eq!(daemon.stop().0, 0);
    place.run(&["audit", "verify"]).ends(0);
    // Its last state is still kept, for the next start, and no stray.
    assert!(is_kept());
    assert!(!place.run(&["status"]).all().contains(".claimed"));
}

#[test]
fn what_a_writer_adds_to_a_refused_start_is_taken_with_it() {
    let place = Place::new();
    let mut daemon = begin(&place, 1);
    let day = days_ago(3);
    let mut writer = fs::File::create(place.at("inbox/slow.csv")).expect("made");
    let mut write = |text: String| writer.write_all(text.as_bytes()).expect("written");
    write(format!("{HEADER}\n{day},Em"));
    wait_until("its start is refused", || place.has("inbox/rejected/slow.csv"));
    write(format!("ail,100,1,1,0,10\n{day},Google Ads,20,1,1,0,10\n"));
    wait_until("all of it is taken", || place.has("inbox/receipts/slow.csv.receipt.txt"));
    said(&daemon, "still written to after it was refused", 1);
    let newer = "it grew after it was refused; a later file of this name was taken";
    wait_until("its page says so", || {
        place.read("inbox/rejected/slow.csv.problems.txt").contains(newer)
    });
    wait_until("it is told", || daemon.log().contains("accepted account"));
    let facts = place.run(&["facts"]).ends(0).stdout;
    assert_eq!(facts.lines().count(), 3, "{facts}");
    // A newer file of the name, and then the older goes on.
    place.write("inbox/slow.csv", &format!("{HEADER}\n{day},Email,70,1,1,0,10\n"));
    wait_until("the newer is taken", || daemon.log().matches("accepted account").count() == 2);
    write(format!("{day},Meta Ads,3,1,1,0,10\n"));
    wait_until("the older is refused", || place.has("inbox/rejected/slow.csv"));
    let facts = place.run(&["facts"]).ends(0).stdout;
    assert!(facts.contains(",70.00,") && !facts.contains("Meta Ads"), "{facts}");
    assert_eq!(daemon.stop().0, 0);
    assert!(daemon.log().contains("refused account=\"main\" name=\"slow.csv\""));
    place.run(&["audit", "verify"]).ends(0);
    assert!(!place.run(&["status"]).all().contains(".claimed"));
}

/// 2,000 files at once, or as many as `BUDGETD_BURST` says.
#[test]
fn a_burst_is_taken_whole_and_in_order() {
    let files = std::env::var("BUDGETD_BURST").map_or(2000, |text| text.parse().expect("a count"));
    let place = Place::new();
    let account = place.read("config/accounts/main.toml") + "\n[checks]\nwindow_days = 36500\n";
    place.write("config/accounts/main.toml", &account);
    let mut daemon = begin(&place, 1);
    let channels = CHANNELS.len() as u64;
    let first: NaiveDate = days_ago(files / channels + 1).parse().expect("a day");
    fs::create_dir(place.at("export")).expect("made");
    let began = SystemTime::now() - Duration::from_secs(2 * files);
    let mut names = Vec::new();
    for number in 0..files {
        let day = first + Days::new(number / channels);
        let channel = CHANNELS[usize::try_from(number % channels).expect("few")];
        // By time, and not by name.
        let name = format!("{:06}.csv", files - number);
        let path = place.at(&format!("export/{name}"));
        fs::write(&path, format!("{HEADER}\n{day},{channel},1,1,1,1,1\n")).expect("written");
        let file = fs::File::options().append(true).open(&path).expect("open");
        file.set_modified(began + Duration::from_secs(number)).expect("set");
        names.push(name);
    }
    for name in &names {
        let to = place.at(&format!("inbox/{name}"));
        fs::rename(place.at(&format!("export/{name}")), to).expect("moved");
    }
    wait_for("all are taken", Duration::from_mins(2) + Duration::from_millis(60 * files), || {
        place.names("inbox/receipts").len() as u64 == files
    });
    assert_eq!(daemon.stop().0, 0);
    let log = daemon.log();
    let taken: Vec<&str> = log
        .lines()
        .filter_map(|line| {
            line.split_once("accepted account=\"main\" name=\"")?.1.split('"').next()
        })
        .collect();
    assert_eq!(taken, names);
    println!("a burst of {files} files: all taken, in the order of their times");
    let facts = place.run(&["facts"]).ends(0).stdout;
    assert_eq!(facts.lines().count() as u64, files + 1);
    place.run(&["audit", "verify"]).ends(0);
}
