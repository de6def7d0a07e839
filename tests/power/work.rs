//! How far the work at a place is, and the daemon let through with it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Child;

use budgetd::domain::Digest;

use super::check::{names_in, number};
use super::place::{Place, Scene, run_week, wait_until};

/// The digests of all files in the inbox, claimed, rejected and archived.
pub fn kept(place: &Place) -> BTreeSet<Digest> {
    let mut found = BTreeSet::new();
    for folder in ["inbox", "archive"] {
        digests_below(&place.at(folder), &mut found);
    }
    found
}

fn digests_below(folder: &Path, found: &mut BTreeSet<Digest>) {
    for (_, path) in names_in(folder) {
        let metadata = fs::symlink_metadata(&path).expect("there");
        if metadata.is_dir() {
            digests_below(&path, found);
        } else if metadata.is_file() {
            found.insert(Digest::of(&fs::read(path).expect("read")));
        }
    }
}

/// Whoever asks for a revision again asks for one more; so it is looked at whether it is there.
pub fn is_revised(place: &Place, scene: &Scene, step: usize) -> bool {
    scene.steps[step].iter().any(|word| word == "--revise")
        && number(place, "SELECT max(revision) FROM publications") == Some(2)
}

/// Lets the daemon do all of its work, and ends it as an operator does.
pub fn run_to_its_end(place: &Place, scene: &Scene, beside: impl FnOnce()) {
    let mut daemon = place.spawn(&["run"]);
    wait_until("the daemon is ready", || place.said().contains("ready"));
    beside();
    let_through(&mut daemon.0, place, scene);
}

/// Waits until a started daemon has done all of its work, and ends it as an operator does.
pub fn let_through(daemon: &mut Child, place: &Place, scene: &Scene) {
    wait_until("the daemon's work", || {
        let ended = daemon.try_wait().expect("waited for");
        assert_eq!(ended, None, "the daemon ended by itself: {}", place.said());
        is_settled(place, scene)
    });
    let id = rustix::process::Pid::from_child(daemon);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("told to end");
    let status = daemon.wait().expect("waited for");
    assert_eq!(status.code(), Some(0), "{status}: {}", place.said());
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
