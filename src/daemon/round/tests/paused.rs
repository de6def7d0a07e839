//! Writers that pause in the middle of a file, and what becomes of what they add.

use std::fs::File;
use std::io::Write as _;

use chrono::{SecondsFormat, TimeDelta, Utc};

use super::*;

const HEADER: &str = "date,channel,spend,impressions,clicks,conversions,revenue\n";
const FIRST: &str = "2025-12-24,Email,50,9,3,1,150\n";
const SECOND: &str = "2025-12-24,Search,60,9,3,1,120\n";
const GREW: &str = "No longer the newest answer: this file was still being written: it grew after it \
                    was refused";

/// A writer that keeps its file open.
fn begin(world: &World, name: &str, text: &str) -> File {
    let mut file = File::create(world.folder("main").join(name)).expect("made");
    add(&mut file, text);
    file
}

fn add(file: &mut File, text: &str) {
    file.write_all(text.as_bytes()).expect("written");
}

fn read(world: &World, path: &str) -> String {
    let path = world.folder("main").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn has(world: &World, path: &str) -> bool {
    world.folder("main").join(path).exists()
}

/// How each file ended, in the order of the audit log, with its size.
fn endings(world: &World) -> Vec<(&'static str, u64)> {
    let ending = |event| match event {
        Event::FileAccepted(file) => Some(("accepted", file.bytes)),
        Event::FileDuplicate(file) => Some(("duplicate", file.bytes)),
        Event::FileRefused { bytes, .. } => Some(("refused", bytes)),
        _ => None,
    };
    world.events("main").into_iter().filter_map(ending).collect()
}

fn len(parts: &[&str]) -> u64 {
    parts.iter().map(|part| part.len() as u64).sum()
}

/// Rounds one second apart, the first at midnight.
struct Seconds<'w> {
    rounds: Rounds<'w>,
    clock: Clock,
    now: Instant,
}

impl<'w> Seconds<'w> {
    fn new(world: &'w World, now: Instant) -> Self {
        let rounds = world.rounds(&written(now));
        Self { rounds, clock: Clock::new(), now }
    }

    fn of(world: &'w World) -> Self {
        Self::new(world, at("2025-12-30T00:00:00Z"))
    }

    fn pass(&mut self, count: usize) {
        for _ in 0..count {
            self.clock.round(&mut self.rounds, &written(self.now));
            self.now += TimeDelta::seconds(1);
        }
    }
}

fn written(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::Nanos, true)
}

#[test]
fn a_refused_start_that_goes_on_is_taken_whole() {
    for start in ["", &HEADER[..20], HEADER, &format!("{HEADER}2025-12-24,Em")] {
        let world = World::new(AT_ONCE, &["main"]);
        let mut time = Seconds::of(&world);
        let mut writer = begin(&world, "a.csv", start);
        time.pass(1);
        assert!(has(&world, "rejected/a.csv"), "{start}");
        let page = read(&world, "rejected/a.csv.problems.txt");
        add(&mut writer, &[HEADER, FIRST, SECOND].concat()[start.len()..]);
        time.pass(1);
        assert!(has(&world, "a.csv") && !has(&world, "rejected/a.csv"), "{start}");
        let marked = read(&world, "rejected/a.csv.problems.txt");
        assert!(marked.starts_with(GREW) && marked.ends_with(&page), "{marked}");
        time.pass(2);
        let whole = len(&[HEADER, FIRST, SECOND]);
        assert_eq!(endings(&world), [("refused", start.len() as u64), ("accepted", whole)]);
        assert!(has(&world, "receipts/a.csv.receipt.txt"));
        let newer = "; a later file of this name was taken, see receipts/a.csv.receipt.txt";
        let marked = read(&world, "rejected/a.csv.problems.txt");
        assert_eq!(marked, format!("{GREW}{newer}\n\n{page}"));
    }
}

#[test]
fn a_refused_half_of_an_archive_is_taken_whole() {
    let world = World::new(AT_ONCE, &["main"]);
    let mut time = Seconds::of(&world);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all([HEADER, FIRST, SECOND].concat().as_bytes()).expect("packed");
    let packed = packed.finish().expect("packed");
    let mut writer = File::create(world.folder("main").join("a.csv.gz")).expect("made");
    writer.write_all(&packed[..40]).expect("written");
    time.pass(1);
    assert!(has(&world, "rejected/a.csv.gz"));
    writer.write_all(&packed[40..]).expect("written");
    time.pass(2);
    assert_eq!(endings(&world), [("refused", 40), ("accepted", packed.len() as u64)]);
}

#[test]
fn it_comes_back_after_a_new_start_of_the_daemon_too() {
    let world = World::new(AT_ONCE, &["main"]);
    let mut writer = begin(&world, "a.csv", HEADER);
    Seconds::of(&world).pass(1);
    let mut time = Seconds::new(&world, at("2025-12-30T00:59:00Z"));
    time.pass(1);
    add(&mut writer, FIRST);
    time.pass(2);
    assert_eq!(endings(&world), [("refused", len(&[HEADER])), ("accepted", len(&[HEADER, FIRST]))]);
}

#[test]
fn what_is_added_after_an_hour_stays_where_it_is() {
    let world = World::new(AT_ONCE, &["main"]);
    let mut time = Seconds::of(&world);
    let mut writer = begin(&world, "a.csv", HEADER);
    time.pass(1);
    time.now += TimeDelta::hours(1);
    add(&mut writer, FIRST);
    time.pass(2);
    assert_eq!(endings(&world).len(), 1);
    assert!(has(&world, "rejected/a.csv"));
}

#[test]
fn a_file_that_is_edited_for_ever_comes_back_three_times() {
    let world = World::new(AT_ONCE, &["main"]);
    let mut time = Seconds::of(&world);
    let mut writer = begin(&world, "a.csv", "not a header\n");
    for _ in 0..10 {
        time.pass(2);
        add(&mut writer, "more\n");
    }
    time.pass(3);
    assert_eq!(
        endings(&world),
        [("refused", 13), ("refused", 18), ("refused", 23), ("refused", 28)]
    );
    let page = read(&world, "rejected/a.csv.problems.txt");
    let left =
        "Left here: it grew again after it had come back 3 times; drop it again once it is whole";
    assert!(page.starts_with(&format!("{left}\n\na.csv was refused")), "{page}");
    assert_eq!(page.matches("Left here").count(), 1);
    // It is said once, whatever else is refused.
    let inode = || {
        let page = world.folder("main").join("rejected/a.csv.problems.txt");
        std::os::unix::fs::MetadataExt::ino(&fs::metadata(page).expect("there"))
    };
    let written_once = inode();
    add(&mut writer, "more\n");
    drop(begin(&world, "b.csv", "not a header either\n"));
    time.pass(3);
    assert_eq!(inode(), written_once);
    // Dropped again by hand it is answered as any other, and the page says so.
    drop(writer);
    fs::write(world.folder("main").join("a.csv"), [HEADER, FIRST].concat()).expect("dropped");
    time.pass(2);
    assert_eq!(endings(&world).last(), Some(&("accepted", len(&[HEADER, FIRST]))));
    let page = read(&world, "rejected/a.csv.problems.txt");
    assert!(page.starts_with("No longer the newest answer: a later file"), "{page}");
}

#[test]
fn only_what_begins_with_what_was_refused_comes_back() {
    let world = World::new(AT_ONCE, &["main"]);
    let mut time = Seconds::of(&world);
    for name in ["edited.csv", "linked.csv", "twice.csv"] {
        drop(begin(&world, name, HEADER));
    }
    time.pass(1);
    let rejected = world.folder("main").join("rejected");
    let whole = [HEADER, FIRST].concat();
    fs::write(rejected.join("edited.csv"), whole.replace("spend", "cost")).expect("edited");
    fs::write(world.base.join("elsewhere.csv"), &whole).expect("written");
    fs::remove_file(rejected.join("linked.csv")).expect("removed");
    symlink(world.base.join("elsewhere.csv"), rejected.join("linked.csv")).expect("linked");
    fs::write(rejected.join("twice.csv"), &whole).expect("edited");
    fs::hard_link(rejected.join("twice.csv"), world.base.join("other.csv")).expect("linked");
    time.pass(3);
    assert_eq!(endings(&world).len(), 3);
    for name in ["edited.csv", "linked.csv", "twice.csv"] {
        assert!(fs::symlink_metadata(rejected.join(name)).is_ok(), "{name}");
        assert!(!has(&world, name), "{name}");
    }
}

#[test]
fn a_grown_file_goes_over_no_file_that_waits_or_was_taken_since() {
    let world = World::new("", &["main"]);
    let mut time = Seconds::of(&world);
    let mut writer = begin(&world, "a.csv", HEADER);
    time.pass(11);
    assert!(has(&world, "rejected/a.csv"));
    // Newer, and not at rest yet.
    let newer = [HEADER, FIRST, SECOND].concat();
    fs::write(world.folder("main").join("a.csv"), &newer).expect("dropped");
    add(&mut writer, FIRST);
    time.pass(5);
    assert_eq!(read(&world, "a.csv"), newer);
    time.pass(20);
    assert_eq!(endings(&world)[1..], [("accepted", newer.len() as u64)]);
    assert_eq!(read(&world, "rejected/a.csv"), [HEADER, FIRST].concat());
    let page = read(&world, "rejected/a.csv.problems.txt");
    assert!(page.starts_with("No longer the newest answer: a later file of this name"), "{page}");
}

#[test]
fn a_start_that_was_refused_before_in_the_same_words_goes_on_as_well() {
    let world = World::new(AT_ONCE, &["main"]);
    let mut time = Seconds::of(&world);
    for _ in 0..2 {
        drop(begin(&world, "a.csv", HEADER));
        time.pass(1);
    }
    let mut writer = begin(&world, "a.csv", HEADER);
    time.pass(1);
    add(&mut writer, FIRST);
    time.pass(2);
    assert_eq!(endings(&world).last(), Some(&("accepted", len(&[HEADER, FIRST]))));
}

#[test]
fn its_digest_comes_back_with_it() {
    let world = World::new(AT_ONCE, &["main"]);
    let mut time = Seconds::of(&world);
    let whole = [HEADER, FIRST].concat();
    let digest = format!("{}  a.csv\n", crate::domain::Digest::of(whole.as_bytes()));
    fs::write(world.folder("main").join("a.csv.sha256"), digest).expect("dropped");
    // It would be taken as it stands, but for its digest.
    let mut writer = begin(&world, "a.csv", &whole[..whole.len() - 1]);
    time.pass(1);
    assert!(has(&world, "rejected/a.csv.sha256"));
    add(&mut writer, "\n");
    time.pass(2);
    assert_eq!(endings(&world).last(), Some(&("accepted", whole.len() as u64)));
    assert!(!has(&world, "rejected/a.csv.sha256") && !has(&world, "a.csv.sha256"));
}

#[test]
fn an_empty_file_is_given_six_times_as_long() {
    let world = World::new("", &["main"]);
    let mut time = Seconds::of(&world);
    let mut writer = begin(&world, "a.csv", "");
    drop(begin(&world, "b.csv", ""));
    time.pass(50);
    let standing = {
        let unit = world.workspace.begin(&world.interrupt).expect("begun");
        drop(unit);
        let ledger = world.workspace.ledger_to_read().expect("read").expect("there");
        let account = world.workspace.account("main").expect("known");
        crate::workflow::account_standing(&world.workspace, &ledger, account, time.now)
            .expect("a standing")
    };
    let waits = standing.waiting.iter().map(|file| file.waits_for.as_deref());
    let said = Some("empty so far; the daemon gives its writer 60 s");
    assert!(waits.eq([said, said]), "{:?}", standing.waiting);
    // Once there is something in it, it is a file as any other.
    add(&mut writer, &[HEADER, FIRST].concat());
    time.pass(10);
    assert!(has(&world, "a.csv") && has(&world, "b.csv"));
    assert_eq!(endings(&world), []);
    time.pass(1);
    assert_eq!(endings(&world), [("refused", 0), ("accepted", len(&[HEADER, FIRST]))]);
}

/// The files of `.claimed/` by name.
fn claimed(world: &World) -> Vec<String> {
    let folder = fs::read_dir(world.folder("main").join(".claimed")).expect("a folder");
    let mut names: Vec<String> = folder
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort_unstable();
    names
}

fn spend_of_email(world: &World) -> Vec<i128> {
    let ledger = world.workspace.ledger_to_read().expect("read").expect("there");
    let account = world.workspace.account("main").expect("known");
    let facts = ledger.facts(account, None, None).expect("facts");
    let email = |channel: usize| account.channels[channel].name.as_str() == "Email";
    facts
        .iter()
        .filter(|fact| email(fact.channel))
        .map(|fact| fact.measures.spend.minor())
        .collect()
}

/// An older file of the name that is still open, and a newer one that was taken: what is kept is kept
/// by the machine's own clock.
fn overtaken(world: &World) -> (Seconds<'_>, File) {
    let mut time = Seconds::new(world, Utc::now());
    let day = time.now.date_naive() - chrono::Days::new(3);
    let of = |spend: u32| format!("{HEADER}{day},Email,{spend},9,3,1,150\n");
    let writer = begin(world, "a.csv", &of(50));
    time.pass(1);
    fs::write(world.folder("main").join("a.csv"), of(70)).expect("dropped");
    time.pass(1);
    assert_eq!(spend_of_email(world), [7000]);
    assert_eq!(claimed(world).len(), 2, "both are kept");
    (time, writer)
}

#[track_caller]
fn the_newer_one_counts(world: &World, time: &mut Seconds<'_>, writer: &mut File) {
    assert_eq!(spend_of_email(world), [7000]);
    let outcomes: Vec<_> = endings(world).into_iter().map(|(outcome, _)| outcome).collect();
    assert_eq!(outcomes, ["accepted", "accepted", "refused"]);
    let page = read(world, "rejected/a.csv.problems.txt");
    assert!(page.starts_with("a.csv was refused: 1 fault."), "{page}");
    assert!(page.contains("and was still written to after a newer file of its name"), "{page}");
    assert!(claimed(world).iter().all(|name| name.starts_with("taken-")), "{:?}", claimed(world));
    // And it goes on and on, which changes nothing any more, after a new start neither.
    add(writer, "2025-12-25,Email,50,9,3,1,150\n");
    time.pass(3);
    let mut again = Seconds::new(world, time.now);
    again.pass(3);
    assert_eq!(endings(world).len(), 3);
    assert_eq!(spend_of_email(world), [7000]);
    assert!(has(world, "rejected/a.csv") && !has(world, "a.csv"));
}

#[test]
fn a_file_that_goes_on_after_a_newer_one_was_taken_is_refused() {
    let world = World::new(AT_ONCE, &["main"]);
    let (mut time, mut writer) = overtaken(&world);
    add(&mut writer, "2025-12-24,Search,60,9,3,1,120\n");
    time.pass(3);
    the_newer_one_counts(&world, &mut time, &mut writer);
}

#[test]
fn a_kill_in_the_middle_of_that_refusal_changes_nothing() {
    let world = World::new(AT_ONCE, &["main"]);
    let (time, mut writer) = overtaken(&world);
    let start = time.now;
    drop(time);
    add(&mut writer, "2025-12-24,Search,60,9,3,1,120\n");
    // Claimed again, and killed before anything was recorded.
    let folder = world.folder("main").join(".claimed");
    let of_claim = |name: &String| name.rsplit('-').next().expect("a claim").to_owned();
    let grown = claimed(&world).into_iter().find(|name| {
        let size = name.split('-').nth(1).expect("a size");
        fs::metadata(folder.join(name)).expect("there").len().to_string() != size
    });
    let grown = grown.expect("one has grown");
    fs::rename(folder.join(&grown), folder.join(of_claim(&grown))).expect("claimed");
    let mut time = Seconds::new(&world, start);
    time.pass(2);
    the_newer_one_counts(&world, &mut time, &mut writer);
}

#[test]
fn the_end_of_a_file_that_was_taken_is_called_so() {
    let world = World::new("", &["main"]);
    let mut time = Seconds::of(&world);
    for (name, tail) in [("a.csv", SECOND), ("b.csv", "ail,7,9,3,1,150\n")] {
        drop(begin(&world, name, &[HEADER, FIRST].concat()));
        time.pass(11);
        drop(begin(&world, name, tail));
        time.pass(11);
        let page = read(&world, &format!("rejected/{name}.problems.txt"));
        let cause = format!(
            "Most likely: the file looks like the end of {name}, which was taken at 2025-12-30 05:30"
        );
        assert!(page.contains(&cause), "{page}");
        assert!(page.contains("(1 row): its beginning is missing here"), "{page}");
        assert!(page.contains("opened the name again after a pause of more than 10 s"), "{page}");
        assert!(page.contains("is not in the format that the source \"long\" describes"), "{page}");
    }
    // Of an archive the start is missing.
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all([HEADER, FIRST].concat().as_bytes()).expect("packed");
    let packed = packed.finish().expect("packed");
    for part in [&packed[..], &packed[20..]] {
        fs::write(world.folder("main").join("e.csv.gz"), part).expect("dropped");
        time.pass(11);
    }
    let page = read(&world, "rejected/e.csv.gz.problems.txt");
    assert!(page.contains("Most likely: the file looks like the end of e.csv.gz"), "{page}");
    // Of a name that was never taken, or an hour ago, nothing is known.
    time.now += TimeDelta::hours(1);
    for name in ["a.csv", "c.csv"] {
        drop(begin(&world, name, SECOND));
        time.pass(11);
    }
    let pages = fs::read_dir(world.folder("main").join("rejected")).expect("a folder");
    let called = pages.filter(|page| {
        let path = page.as_ref().expect("an entry").path();
        String::from_utf8_lossy(&fs::read(path).expect("read")).contains("looks like the end")
    });
    assert_eq!(called.count(), 3);
    // Another header is another fault.
    drop(begin(&world, "d.csv", &[HEADER, FIRST].concat()));
    time.pass(11);
    drop(begin(&world, "d.csv", &[&HEADER.replace("spend", "cost"), FIRST].concat()));
    time.pass(11);
    let page = read(&world, "rejected/d.csv.problems.txt");
    assert!(!page.contains("looks like the end"), "{page}");
}
