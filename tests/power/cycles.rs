//! Power cuts at random moments of the program's work, over and over; after each, what was
//! acknowledged before it is still there, and the next run does the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use budgetd::domain::Digest;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use super::apart::{say, skip};
use super::check::{Clock, Outcome, assert_same, done, names_in, query, visible};
use super::disk::Disk;
use super::files::{Dropped, Fate};
use super::place::{DECIDE, INGEST, INGEST_FEW, Place, RUN, Scene};
use super::work::{is_revised, kept, run_to_its_end};

/// Cuts of a usual test run; `BUDGETD_POWER_CUTS` names another number.
const CUTS: u32 = 10;

/// After so many cuts of one place its work is let through.
const CUTS_OF_A_PLACE: u32 = 3;

/// A line of how far it is after every so many cuts.
const SAY_EVERY: u32 = 50;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// The four kinds of work, in turn, until there were enough cuts.
pub fn cut_again_and_again(test: &str, room: &Path) {
    let disk = match Disk::new(room) {
        Ok(disk) => disk,
        Err(reason) => return skip(test, &reason),
    };
    let wanted = setting("BUDGETD_POWER_CUTS").and_then(|cuts| u32::try_from(cuts).ok());
    let wanted = wanted.unwrap_or(CUTS);
    let seed = setting("BUDGETD_POWER_SEED").unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        u64::from(now.expect("after 1970").subsec_nanos())
    });
    say(&format!("power cuts: BUDGETD_POWER_SEED={seed}"));
    let mut power = Power { disk, chance: ChaCha8Rng::seed_from_u64(seed), cuts: 0, midway: 0 };
    let (ingest, decide) = (Work::timed(&INGEST), Work::timed(&DECIDE));
    let (at_once, run) = (Work::timed(&INGEST_FEW), Work::timed_run(with_late_files(&RUN)));
    power.disk.sync();
    let mut of_kind = [0; 4];
    let mut lives = 0;
    while power.cuts < wanted {
        let before = power.cuts;
        let kind = lives % of_kind.len();
        match kind {
            0 => power.command(&ingest),
            1 => power.unsynced(&at_once),
            2 => power.command(&decide),
            _ => power.daemon(&run),
        }
        lives += 1;
        of_kind[kind] += power.cuts - before;
        if before / SAY_EVERY != power.cuts / SAY_EVERY {
            say(&format!("power cuts: {} so far", power.cuts));
        }
    }
    power.disk.is_in_order().expect("a file system in order");
    let [ingest, at_once, decide, run] = of_kind;
    say(&format!(
        "power cuts: {} in {lives} places, {} of them while it worked: ingest {ingest}, \
         ingest of unsynced files {at_once}, decide {decide}, run {run}; violations: 0",
        power.cuts, power.midway
    ));
}

/// Work with how long each step takes and what it leads to when nobody disturbs it.
struct Work<'a> {
    scene: &'a Scene,
    lengths: Vec<Duration>,
    expected: Outcome,
}

impl<'a> Work<'a> {
    fn timed(scene: &'a Scene) -> Self {
        let place = scene.before.copied();
        let mut lengths = Vec::new();
        for number in 0..scene.steps.len() {
            let begun = Instant::now();
            place.run_well(&scene.step(number));
            lengths.push(begun.elapsed());
        }
        Self { scene, lengths, expected: done(&place, scene, Clock::Stated) }
    }

    fn timed_run(scene: &'a Scene) -> Self {
        let place = scene.before.copied();
        let begun = Instant::now();
        run_to_its_end(&place, scene, || drop_late(&place, scene));
        let lengths = vec![begun.elapsed()];
        Self { scene, lengths, expected: done(&place, scene, Clock::Real) }
    }
}

struct Power {
    disk: Disk,
    chance: ChaCha8Rng,
    cuts: u32,
    /// Cuts that came before the program had ended by itself.
    midway: u32,
}

impl Power {
    fn part_of(&mut self, whole: Duration) -> Duration {
        let nanoseconds = u64::try_from(whole.as_nanos()).expect("seconds").max(1);
        Duration::from_nanos(self.chance.next_u64() % nanoseconds)
    }

    /// The commands of a scene; a cut falls while one works, or right after it has ended.
    fn command(&mut self, work: &Work<'_>) {
        let scene = work.scene;
        let place = scene.before.copied();
        self.disk.sync();
        let mut left = CUTS_OF_A_PLACE;
        for (number, length) in work.lengths.iter().enumerate() {
            while !is_revised(&place, scene, number) {
                if left == 0 {
                    place.run_well(&scene.step(number));
                    break;
                }
                left -= 1;
                let delay = self.part_of(*length);
                if self.cut_while(&place, scene, &scene.step(number), delay, || {}) {
                    break;
                }
            }
        }
        assert_same(&done(&place, scene, Clock::Stated), &work.expected);
    }

    /// Files that their sender never synced: once `ingest` has ended they are safe all the same.
    fn unsynced(&mut self, work: &Work<'_>) {
        let scene = work.scene;
        let place = scene.before.copied();
        for file in &scene.files {
            let dropped = place.at("inbox").join(file.account).join(&file.name);
            fs::remove_file(dropped).expect("removed");
        }
        self.disk.sync();
        place.drop_files(&scene.files);
        place.run_well(&scene.step(0));
        let seen = Seen::at(&place, scene);
        self.disk.cut();
        self.cuts += 1;
        self.disk.start_again();
        seen.holds(&place, scene);
        place.run_well(&scene.step(0));
        assert_same(&done(&place, scene, Clock::Stated), &work.expected);
    }

    /// The daemon, with files that are dropped while it works.
    fn daemon(&mut self, work: &Work<'_>) {
        let scene = work.scene;
        let place = scene.before.copied();
        self.disk.sync();
        for number in 0..CUTS_OF_A_PLACE {
            let delay = self.part_of(work.lengths[0]);
            let dropped = self.part_of(delay);
            let rest = delay.saturating_sub(dropped);
            let late = || {
                std::thread::sleep(dropped);
                if number == 0 {
                    drop_late(&place, scene);
                }
            };
            let ended = self.cut_while(&place, scene, &["run"], rest, late);
            assert!(!ended, "the daemon ends only when it is told to");
        }
        run_to_its_end(&place, scene, || {});
        assert_same(&done(&place, scene, Clock::Real), &work.expected);
    }

    /// Starts a command, does something beside it, and cuts the power after `delay`, or when the
    /// command has ended: whether it had, and well.
    fn cut_while(
        &mut self,
        place: &Place,
        scene: &Scene,
        arguments: &[&str],
        delay: Duration,
        beside: impl FnOnce(),
    ) -> bool {
        let mut running = place.spawn(arguments);
        beside();
        let until = Instant::now() + delay;
        let mut ended = None;
        while ended.is_none() && Instant::now() < until {
            let left = until.saturating_duration_since(Instant::now());
            std::thread::sleep(left.min(Duration::from_millis(1)));
            ended = running.0.try_wait().expect("waited for");
        }
        if let Some(status) = ended {
            let well = matches!(status.code(), Some(0 | 1));
            assert!(well, "{arguments:?}: {status}: {}", place.said());
        }
        let seen = Seen::at(place, scene);
        self.disk.cut();
        self.cuts += 1;
        self.midway += u32::from(ended.is_none());
        drop(running);
        self.disk.start_again();
        seen.holds(place, scene);
        ended.is_some()
    }
}

/// What others had seen when the power was cut.
struct Seen {
    /// Account and file of each receipt and each page of problems.
    answered: BTreeSet<(&'static str, String)>,
    /// The manifest of each bundle.
    bundles: BTreeMap<(&'static str, String), Digest>,
}

impl Seen {
    fn at(place: &Place, scene: &Scene) -> Self {
        let (mut answered, mut bundles) = (BTreeSet::new(), BTreeMap::new());
        for account in scene.files.iter().map(|file| file.account).collect::<BTreeSet<_>>() {
            let inbox = place.at("inbox").join(account);
            for (folder, ending) in [("receipts", ".receipt.txt"), ("rejected", ".problems.txt")] {
                for (name, _) in names_in(&inbox.join(folder)) {
                    if let Some(file) = name.strip_suffix(ending).filter(|_| !is_hidden(&name)) {
                        answered.insert((account, file.to_owned()));
                    }
                }
            }
            for (name, path) in names_in(&place.at("outbox").join(account)) {
                if !is_hidden(&name) && name != "latest" {
                    let manifest = fs::read(path.join("SHA256SUMS")).expect("a whole bundle");
                    bundles.insert((account, name), Digest::of(&manifest));
                }
            }
        }
        Self { answered, bundles }
    }

    /// Before anything is repaired: what is visible is whole, what was seen is still true, and
    /// each file is somewhere.
    fn holds(&self, place: &Place, scene: &Scene) {
        visible(place, scene);
        let recorded: BTreeMap<(String, String), (String, Option<String>)> = query(
            place,
            "SELECT a.name, f.name, sha256, archived FROM files f JOIN accounts a
             ON a.id = f.account",
            |row| Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?))),
        )
        .into_iter()
        .collect();
        let file_of = |account: &str, name: &str| {
            scene.files.iter().find(|file| file.account == account && file.name == name)
        };
        for (account, name) in &self.answered {
            let file = file_of(account, name).expect("a file of the scene");
            let row = recorded.get(&((*account).to_owned(), name.clone()));
            let (digest, archived) =
                row.unwrap_or_else(|| panic!("{account}/{name} was answered and is gone"));
            assert_eq!(*digest, file.digest().to_string(), "{account}/{name}");
            assert_eq!(archived.is_some(), file.fate != Fate::Refused, "{account}/{name}");
        }
        for (path, digest) in recorded.values().filter_map(|(digest, archived)| {
            archived.as_ref().map(|path| (place.at("archive").join(path), digest))
        }) {
            let bytes = fs::read(&path).unwrap_or_else(|error| {
                panic!("{}: in the ledger, not in the archive: {error}", path.display())
            });
            assert_eq!(Digest::of(&bytes).to_string(), *digest, "{}", path.display());
        }
        for ((account, name), manifest) in &self.bundles {
            let path = place.at("outbox").join(account).join(name).join("SHA256SUMS");
            let found = fs::read(&path).unwrap_or_else(|error| {
                panic!("{account}/{name} was published and is gone: {error}")
            });
            assert_eq!(Digest::of(&found), *manifest, "{account}/{name} was another bundle");
        }
        nothing_is_lost(place, scene);
    }
}

/// The bytes of each file are in the inbox, claimed, rejected or archived.
fn nothing_is_lost(place: &Place, scene: &Scene) {
    let found = kept(place);
    for file in scene.files.iter().filter(|file| !is_late(file) || place.at(LATE_MARK).exists()) {
        assert!(found.contains(&file.digest()), "{}/{} is lost", file.account, file.name);
    }
}

fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// What is dropped while the daemon works; neither changes the figures of the week.
const LATE: [(&str, Fate); 2] =
    [("late_again.csv", Fate::Duplicate), ("late_wrong.csv", Fate::Refused)];

/// There once the late files were dropped and synced.
const LATE_MARK: &str = ".late";

fn is_late(file: &Dropped) -> bool {
    LATE.iter().any(|(name, _)| *name == file.name)
}

fn with_late_files(scene: &Scene) -> &'static Scene {
    let mut files = scene.files.clone();
    for account in ["main", "shop"] {
        let history =
            scene.files.iter().find(|file| file.account == account && file.name == "history.csv");
        let history = history.expect("a history").bytes.clone();
        for (name, fate) in LATE {
            let mut bytes = history.clone();
            if fate == Fate::Refused {
                bytes.extend_from_slice(b"late\n");
            }
            files.push(Dropped { account, name: name.to_owned(), bytes, fate });
        }
    }
    Box::leak(Box::new(Scene {
        before: scene.before.copied(),
        steps: scene.steps.clone(),
        files,
        bundles: scene.bundles.clone(),
    }))
}

/// Drops the late files as a careful sender does: under another name, synced, renamed, synced.
fn drop_late(place: &Place, scene: &Scene) {
    for (number, file) in (0..).zip(scene.files.iter().filter(|file| is_late(file))) {
        let folder = place.at("inbox").join(file.account);
        let unfinished = folder.join(format!("{}.part", file.name));
        fs::write(&unfinished, &file.bytes).expect("written");
        let handle = File::options().write(true).open(&unfinished).expect("opened");
        let dated = Duration::from_secs(1_700_100_000 + 60 * number);
        handle.set_modified(SystemTime::UNIX_EPOCH + dated).expect("dated");
        handle.sync_all().expect("synced");
        fs::rename(&unfinished, folder.join(&file.name)).expect("renamed");
        File::open(&folder).and_then(|folder| folder.sync_all()).expect("synced");
    }
    fs::write(place.at(LATE_MARK), "").expect("written");
    File::open(place.at(LATE_MARK)).and_then(|mark| mark.sync_all()).expect("synced");
    File::open(place.path()).and_then(|folder| folder.sync_all()).expect("synced");
}
