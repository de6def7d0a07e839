//! A file system that fills up under each part of the work: the words name it, the file waits, and
//! with room again it is taken once. The file systems are small ones in memory, which takes root.

use std::fs;
use std::path::Path;

use super::place::{Mount, skipped};
use super::program_place::{Daemon, Place, Said, days, days_ago, wait_until};

/// What the small file systems hold: more than is kept free.
const OPTIONS: &str = "size=80m";

/// As large as makes a difference beside the ledger's own pages: 4,000 rows.
fn large() -> String {
    days(&days_ago(1000), &days_ago(1))
}

/// Puts `folder` with what it holds on a file system of its own.
fn on_its_own(place: &Place, folder: &str) -> Option<Mount> {
    let (at, aside) = (place.at(folder), place.at("aside"));
    fs::rename(&at, &aside).expect("moved");
    fs::create_dir(&at).expect("made");
    let mount = Mount::tmpfs(&at, OPTIONS)?;
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .arg(aside.join("."))
        .arg(&at)
        .status()
        .expect("cp runs");
    assert!(copied.success());
    fs::remove_dir_all(&aside).expect("removed");
    Some(mount)
}

/// Leaves `free` bytes, less than a page more, on the file system of `folder`.
fn fill(folder: &Path, free: u64) {
    let filler = folder.join(".filler");
    drop(fs::remove_file(&filler));
    let space = rustix::fs::statvfs(folder).expect("looked at");
    let bytes = (space.f_bavail * space.f_frsize).saturating_sub(free);
    let file = fs::File::create(&filler).expect("made");
    rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, bytes).expect("filled");
}

fn relieve(folder: &Path) {
    fs::remove_file(folder.join(".filler")).expect("removed");
}

/// Claims a file as an interrupted run does: what is claimed is gone on with whatever the room.
fn claim(place: &Place, name: &str, text: &str) {
    place.write(&format!("inbox/.claimed/0123456789abcdef~{name}"), text);
}

#[track_caller]
fn names_the_full_one(said: &Said, mount: &Path) {
    let mount = mount.canonicalize().expect("there");
    let full = format!("the file system at {} is full: ", mount.display());
    assert!(said.stderr.contains(&full), "{}", said.stderr);
    assert!(said.stderr.contains(" bytes are free"), "{}", said.stderr);
    assert!(said.stderr.contains("hint: free some room there; nothing is lost"), "{}", said.stderr);
}

/// Taken once, whole, and answered.
#[track_caller]
fn is_taken_once(place: &Place, name: &str) {
    let files = place.run(&["status", "--json"]).ends(0).json()["accounts"][0]["files"].clone();
    let files = files.as_array().expect("files");
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!((&files[0]["outcome"], &files[0]["rows"]), (&"accepted".into(), &4000.into()));
    assert!(place.has(&format!("inbox/receipts/{name}.receipt.txt")));
    assert!(!place.has(&format!("inbox/{name}")) && place.claimed().is_empty());
    assert_eq!(place.run(&["facts"]).ends(0).stdout.lines().count(), 1 + 4000);
    place.run(&["audit", "verify"]).ends(0);
}

#[test]
fn a_file_that_waits_for_room_says_on_which_file_system_and_how_much() {
    let place = Place::new();
    let Some(_mount) = on_its_own(&place, "state") else {
        return skipped(
            "a_file_that_waits_for_room_says_on_which_file_system_and_how_much",
            "nothing can be mounted here",
        );
    };
    place.run(&["ingest"]).ends(0);
    let text = large();
    place.write("inbox/a.csv", &text);
    fill(&place.at("state"), 1 << 20);
    let mount = place.at("state").canonicalize().expect("there").display().to_string();
    let said = place.run(&["ingest"]).ends(3).stdout;
    let says = format!(
        "left waiting a.csv: its copy in state/staging needs {} bytes, and the file system at \
         {mount} has ",
        text.len()
    );
    assert!(said.contains(&says), "{said}");
    assert!(said.contains("it waits, and nothing is lost"), "{said}");
    let status = place.run(&["status"]).ends(0).stdout;
    assert!(status.contains(&format!("no room: the file system at {mount} (state) has ")));
    assert!(status.contains("hint: free some room there"), "{status}");
    assert!(status.contains(&says["left waiting a.csv: ".len()..]), "{status}");
    let check = place.run(&["check"]).ends(0).stdout;
    assert!(check.contains(&format!("the file system at {mount} (state) has ")), "{check}");
    relieve(&place.at("state"));
    place.run(&["ingest"]).ends(0);
    is_taken_once(&place, "a.csv");
    assert!(!place.run(&["status"]).ends(0).stdout.contains("no room"));
}

#[test]
fn a_state_that_fills_up_at_any_point_names_itself_and_loses_nothing() {
    const NAME: &str = "a_state_that_fills_up_at_any_point_names_itself_and_loses_nothing";
    let text = large();
    let mut failed_at = std::collections::BTreeSet::new();
    for free in [0, 4, 16, 64, 128, 192, 256, 320, 448, 640, 900, 1400, 2000, 3000] {
        let place = Place::new();
        place.run(&["ingest"]).ends(0);
        let Some(mount) = on_its_own(&place, "state") else {
            return skipped(NAME, "nothing can be mounted here");
        };
        claim(&place, "a.csv", &text);
        fill(&place.at("state"), free << 10);
        let said = place.run(&["ingest"]);
        if said.status == 0 {
            relieve(&place.at("state"));
        } else {
            assert_eq!(said.status, 3, "{free} KiB: {}", said.all());
            names_the_full_one(&said, &place.at("state"));
            let what = said.stderr.split(':').nth(1).expect("what failed");
            failed_at.insert(what.trim().to_owned());
            let status = place.run(&["status"]).ends(0).stdout;
            assert!(status.contains("no room: the file system at "), "{status}");
            assert!(status.contains("a.csv ("), "the file that waits is shown: {status}");
            relieve(&place.at("state"));
            place.run(&["ingest"]).ends(0);
        }
        is_taken_once(&place, "a.csv");
        drop(mount);
    }
    assert!(failed_at.len() >= 2, "copy and ledger at least: {failed_at:?}");
}

#[test]
fn a_full_archive_or_inbox_names_itself_and_loses_nothing() {
    const NAME: &str = "a_full_archive_or_inbox_names_itself_and_loses_nothing";
    for folder in ["archive", "inbox"] {
        let place = Place::new();
        place.run(&["ingest"]).ends(0);
        let Some(mount) = on_its_own(&place, folder) else {
            return skipped(NAME, "nothing can be mounted here");
        };
        place.write("inbox/a.csv", &large());
        fill(&place.at(folder), 0);
        let said = place.run(&["ingest"]).ends(3);
        names_the_full_one(&said, &place.at(folder));
        if folder == "archive" {
            assert!(said.stderr.contains(", and "), "what is needed is known: {}", said.stderr);
        }
        let status = place.run(&["status"]).ends(0).stdout;
        assert!(status.contains(&format!("({folder}) has ")), "{status}");
        assert!(status.contains("a.csv (") && status.contains("it was begun"), "{status}");
        relieve(&place.at(folder));
        place.run(&["ingest"]).ends(0);
        is_taken_once(&place, "a.csv");
        drop(mount);
    }
}

#[test]
fn the_daemon_outlives_a_full_disk_says_so_once_and_goes_on_by_itself() {
    const NAME: &str = "the_daemon_outlives_a_full_disk_says_so_once_and_goes_on_by_itself";
    for folder in ["archive", "state"] {
        let place = Place::new();
        place.edit("config/budgetd.toml", "quiet_seconds = 10", "quiet_seconds = 0");
        place.edit("config/budgetd.toml", "scan_seconds = 20", "scan_seconds = 1");
        place.run(&["ingest"]).ends(0);
        let Some(_mount) = on_its_own(&place, folder) else {
            return skipped(NAME, "nothing can be mounted here");
        };
        let mut daemon = Daemon::start(&place);
        // Its first round is over: what is full during that is said of the week, and once.
        wait_until("a round", || daemon.log().contains("waits for data"));
        fill(&place.at(folder), 0);
        place.write("inbox/a.csv", &large());
        wait_until("it is said", || daemon.log().contains("files can't be taken"));
        // Three more looks at least.
        let told = std::time::Instant::now();
        wait_until("it goes on looking", || told.elapsed().as_secs() >= 4);
        assert!(daemon.is_running(), "{}", daemon.log());
        let log = daemon.log();
        assert_eq!(log.matches("files can't be taken").count(), 1, "{log}");
        assert!(log.contains(" is full: ") && log.contains("nothing is lost"), "{log}");
        relieve(&place.at(folder));
        wait_until("it is over", || daemon.log().contains("no longer: files can't be taken"));
        wait_until("it is taken", || place.has("inbox/receipts/a.csv.receipt.txt"));
        wait_until("it is done with", || place.claimed().is_empty());
        is_taken_once(&place, "a.csv");
        assert_eq!(daemon.stop().0, 0);
    }
}
