//! Inbox, archive, state, outbox and logs in turn on a small disk, filled up to a little that is
//! left, so that it is full before the work, at its beginning, or in the middle of it.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::apart::{say, skip, text, tool};
use super::check::{Clock, assert_same, done, visible};
use super::place::{Place, Scene};
use super::work::{is_revised, kept, let_through, run_to_its_end};

const FOLDERS: [&str; 5] = ["inbox", "archive", "state", "outbox", "logs"];

/// Bytes that are left.
const LEFT: [u64; 4] = [0, 8 << 10, 64 << 10, 512 << 10];
const LEFT_TO_THE_DAEMON: [u64; 3] = [0, 32 << 10, 256 << 10];

/// The daemon meets the full disk within this, or has room enough.
const MET_WITHIN: Duration = Duration::from_secs(6);

/// A daemon that ends over a full disk has ended within this.
const ENDED_WITHIN: Duration = Duration::from_secs(2);

/// A folder of a place on a disk of its own.
struct Small {
    mounted: PathBuf,
}

impl Small {
    /// Puts `folder` with all that is in it on a disk of its own, or says why that can't be.
    fn below(place: &Place, folder: &str) -> Result<Self, String> {
        let (mounted, before) = (place.at(folder), place.at(".before"));
        fs::create_dir_all(&mounted).expect("made");
        let mode = mounted.metadata().expect("there").permissions().mode() & 0o7777;
        fs::rename(&mounted, &before).expect("moved");
        fs::create_dir(&mounted).expect("made");
        let options = format!("size=192m,mode={mode:o}");
        tool("mount", &["-t", "tmpfs", "-o", &options, "none", text(&mounted)])?;
        tool("cp", &["-aT", text(&before), text(&mounted)])?;
        fs::remove_dir_all(&before).expect("removed");
        Ok(Self { mounted })
    }

    fn filler(&self) -> PathBuf {
        self.mounted.join(".filler")
    }

    /// Makes it full up to `left` bytes.
    fn fill(&self, left: u64) {
        let mut filler = File::create(self.filler()).expect("made");
        let block = vec![0; 64 << 10];
        loop {
            match filler.write(&block) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => panic!("{error}"),
            }
        }
        let bytes = filler.metadata().expect("there").len();
        filler.set_len(bytes.saturating_sub(left)).expect("cut");
    }

    fn make_room(&self) {
        fs::remove_file(self.filler()).expect("removed");
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // What fails here is taken away with the namespace.
        drop(tool("umount", &["--lazy", text(&self.mounted)]));
    }
}

/// Each command of a scene on each disk; where it was full, once more with room.
pub fn commands(test: &str, scene: &Scene) {
    let expected = done(&scene.undisturbed(), scene, Clock::Stated);
    for folder in FOLDERS {
        let (mut stopped, mut through) = (0, 0);
        for left in LEFT {
            let place = scene.before.copied();
            let disk = match Small::below(&place, folder) {
                Ok(disk) => disk,
                Err(reason) => return skip(test, &reason),
            };
            for number in 0..scene.steps.len() {
                disk.fill(left);
                let output = place.run(&scene.step(number));
                let said = [&output.stdout[..], &output.stderr].concat();
                let said = String::from_utf8_lossy(&said).into_owned();
                everything_is_kept(&place, scene);
                disk.make_room();
                match output.status.code() {
                    // A file without room for its copy is left waiting and named.
                    Some(0 | 1) if !is_full(&said) => through += 1,
                    Some(0 | 1 | 3) => {
                        stopped += 1;
                        names_the_disk(&said, folder, left);
                        if !is_revised(&place, scene, number) {
                            place.run_well(&scene.step(number));
                        }
                    }
                    _ => panic!("{folder}, {left} bytes left: {}: {said}", output.status),
                }
            }
            assert_same(&done(&place, scene, Clock::Stated), &expected);
        }
        let command = &scene.steps[0][0];
        say(&format!("{command}, {folder} full: {stopped} stopped, {through} had room enough"));
    }
}

/// The daemon on each disk: it goes on by itself once there is room, or has ended with a message.
pub fn daemon(test: &str, scene: &Scene) {
    let expected = {
        let place = scene.before.copied();
        run_to_its_end(&place, scene, || {});
        facts(&place)
    };
    // They mostly wait, so they wait beside each other.
    let found = std::thread::scope(|threads| {
        let expected = &expected;
        let begin = |folder| {
            LEFT_TO_THE_DAEMON
                .map(|left| threads.spawn(move || daemon_on(folder, left, scene, expected)))
        };
        FOLDERS.map(begin).map(|tries| tries.map(|one| one.join().expect("all of it holds")))
    });
    for (folder, tries) in FOLDERS.into_iter().zip(found) {
        let mut counts = [0; 3];
        for met in tries {
            match met {
                Ok(met) => counts[met as usize] += 1,
                Err(reason) => return skip(test, &reason),
            }
        }
        let [stopped, waited, through] = counts;
        say(&format!(
            "run, {folder} full: {stopped} stopped, {waited} waited for room, \
             {through} had room enough"
        ));
    }
}

/// What a full disk did to the daemon.
#[derive(Clone, Copy)]
enum Met {
    Stopped,
    Waited,
    Through,
}

fn daemon_on(
    folder: &str,
    left: u64,
    scene: &Scene,
    expected: &[Vec<u8>; 2],
) -> Result<Met, String> {
    let place = scene.before.copied();
    let disk = Small::below(&place, folder)?;
    disk.fill(left);
    let mut running = place.spawn(&["run"]);
    let begun = Instant::now();
    let mut ended = None;
    while ended.is_none() && begun.elapsed() < MET_WITHIN && !is_full(&place.said()) {
        std::thread::sleep(Duration::from_millis(20));
        ended = running.0.try_wait().expect("waited for");
    }
    let found_full = Instant::now();
    while ended.is_none() && found_full.elapsed() < ENDED_WITHIN && is_full(&place.said()) {
        std::thread::sleep(Duration::from_millis(20));
        ended = running.0.try_wait().expect("waited for");
    }
    everything_is_kept(&place, scene);
    disk.make_room();
    let said = place.said();
    let met = if let Some(status) = ended {
        assert_eq!(status.code(), Some(3), "{folder}, {left} bytes left: {said}");
        names_the_disk(&said, folder, left);
        run_to_its_end(&place, scene, || {});
        Met::Stopped
    } else {
        let met = if is_full(&said) {
            names_the_disk(&said, folder, left);
            Met::Waited
        } else {
            Met::Through
        };
        let_through(&mut running.0, &place, scene);
        met
    };
    // A week whose deadline is past may have been decided before all files could be taken, so its
    // budgets are not compared.
    done(&place, scene, Clock::Real);
    assert_eq!(facts(&place), *expected, "{folder}, {left} bytes left: facts");
    Ok(met)
}

/// What the ledger believes of both accounts.
fn facts(place: &Place) -> [Vec<u8>; 2] {
    ["main", "shop"].map(|account| place.run(&["facts", "--account", account]).stdout)
}

fn is_full(said: &str) -> bool {
    ["No space left", "is full", "it waits, and nothing is lost"]
        .iter()
        .any(|words| said.contains(words))
}

#[track_caller]
fn names_the_disk(said: &str, folder: &str, left: u64) {
    let is_named = said.lines().any(|line| is_full(line) && line.contains(folder));
    assert!(is_named, "{folder}, {left} bytes left, is not named as full:\n{said}");
}

#[track_caller]
fn everything_is_kept(place: &Place, scene: &Scene) {
    visible(place, scene);
    let kept = kept(place);
    for file in &scene.files {
        assert!(kept.contains(&file.digest()), "{}/{} is lost", file.account, file.name);
    }
}
