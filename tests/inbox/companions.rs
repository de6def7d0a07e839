//! `.sha256` and `.done` beside a file: what they belong to, when they make it ready, and where
//! they end, whatever is interrupted.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

use budgetd::config::Ready;
use budgetd::domain::{Digest, Instant as Time};
use budgetd::store::inbox::{
    Candidate, Claimed, DropFolder, IgnoredKind, RefusedAnswer, Removed, Scan, Settler,
    StageOutcome, Stated, Unclaimed, Unusable, new_claim_id, sweep_staging,
};
use budgetd::store::{archive, atomic};

use super::place::{BYTES_MAX, Place, account, contents, day, make_fifo, names_in};

/// FIPS 180-4: SHA-256 of "abc".
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn place_with(name: &str, companion: &str) -> Place {
    let place = Place::new();
    place.drop_file(name, "abc");
    place.drop_file(&format!("{name}.sha256"), companion);
    place
}

fn inbox_names(place: &Place) -> Vec<String> {
    let own = [".claimed", "rejected", "receipts"];
    names_in(&place.at("inbox")).into_iter().filter(|name| !own.contains(&&**name)).collect()
}

fn claimed_names(place: &Place) -> Vec<String> {
    let names = names_in(&place.at("inbox/.claimed")).into_iter();
    names.map(|name| name.split_once('~').expect("a claim").1.to_owned()).collect()
}

fn at(seconds: i64) -> Time {
    chrono::DateTime::from_timestamp(seconds, 0).expect("a time")
}

fn now() -> i64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("after 1970");
    i64::try_from(since.as_secs()).expect("a time")
}

#[test]
fn companions_belong_to_their_file_and_are_left_behind_only_without_it() {
    let place = place_with("a.csv", ABC);
    place.drop_file("a.csv.done", "");
    place.drop_file("b.csv.sha256", ABC);
    place.drop_file("c.csv.gz.done", "");
    let scan = place.scan();
    assert_eq!(place.waiting(), ["a.csv"]);
    assert!(scan.ignored.is_empty(), "{:?}", scan.ignored);
    let candidate = place.candidate("a.csv");
    assert!(candidate.digest.is_some() && candidate.has_marker);
    assert!(scan.shown(at(now() + 600)).is_empty(), "their files may still come");
    let shown = scan.shown(at(now() + 3600));
    let shown: Vec<(&str, IgnoredKind)> =
        shown.iter().map(|object| (&*object.name, object.kind)).collect();
    assert_eq!(
        shown,
        [("b.csv.sha256", IgnoredKind::Orphan), ("c.csv.gz.done", IgnoredKind::Orphan)]
    );
}

#[test]
fn companions_are_claimed_with_their_file_and_go_back_with_it() {
    let place = place_with("a.csv", ABC);
    place.drop_file("a.csv.done", "");
    let claimed = place.claim("a.csv");
    assert!(inbox_names(&place).is_empty());
    assert_eq!(claimed_names(&place), ["a.csv", "a.csv.done", "a.csv.sha256"]);
    assert_eq!(place.inbox.claimed().expect("listed"), std::slice::from_ref(&claimed));
    assert_eq!(place.inbox.stated(&claimed).expect("read"), Stated::Digest(Digest::of(b"abc")));
    assert_eq!(place.inbox.unclaim(&claimed).expect("possible"), Unclaimed::Waiting);
    assert_eq!(inbox_names(&place), ["a.csv", "a.csv.done", "a.csv.sha256"]);
    assert!(claimed_names(&place).is_empty());
}

#[test]
fn a_digest_that_came_or_changed_since_the_look_is_a_reason_to_look_again() {
    let place = Place::new();
    place.drop_file("a.csv", "abc");
    let seen = place.candidate("a.csv");
    place.drop_file("a.csv.sha256", ABC);
    assert_eq!(place.try_claim(&seen).expect("possible"), None);
    let seen = place.candidate("a.csv");
    place.drop_file("a.csv.sha256", "another");
    assert_eq!(place.try_claim(&seen).expect("possible"), None);
    let seen = place.candidate("a.csv");
    fs::remove_file(place.at("inbox/a.csv.sha256")).expect("removed");
    assert_eq!(place.try_claim(&seen).expect("possible"), None);
    assert_eq!(inbox_names(&place), ["a.csv"]);
}

#[test]
fn companions_of_an_accepted_file_go_with_it_and_those_of_a_refused_one_beside_it() {
    let place = place_with("a.csv", ABC);
    place.drop_file("a.csv.done", "");
    let claimed = place.claim("a.csv");
    let staged = place.staged(&claimed);
    assert_eq!(place.inbox.remove_claimed(&claimed, &staged).expect("possible"), Removed::Done);
    assert!(claimed_names(&place).is_empty() && inbox_names(&place).is_empty());

    // Twice, the second time under the name with its digest in front.
    for (content, name) in [("bad", "a.csv"), ("abc", "ba7816bf8f01cfea_a.csv")] {
        place.drop_file("a.csv.sha256", content);
        place.drop_file("a.csv.done", "");
        assert_eq!(
            place.refuse("a.csv", content),
            RefusedAnswer::Given { name: name.to_owned() },
            "{content}"
        );
        assert_eq!(place.rejected()[&format!("{name}.sha256")], content);
        assert_eq!(place.rejected()[name], content);
        assert!(claimed_names(&place).is_empty() && inbox_names(&place).is_empty());
    }
    assert!(!names_in(&place.at("inbox/rejected")).iter().any(|name| name.contains(".done")));
}

#[test]
fn a_companion_that_can_not_be_read_is_never_followed_and_never_ignored() {
    let place = place_with("a.csv", &"x".repeat(5000));
    let stated = |place: &Place| {
        let claimed = place.claim("a.csv");
        let stated = place.inbox.stated(&claimed).expect("read");
        place.inbox.unclaim(&claimed).expect("put back");
        stated
    };
    assert_eq!(stated(&place), Stated::Unusable(Unusable::TooLarge));
    place.drop_file("a.csv.sha256", &format!("{ABC}  b.csv\n"));
    assert_eq!(stated(&place), Stated::Unusable(Unusable::OtherName));
    fs::write(place.at("outside"), ABC).expect("written");
    let companion = place.at("inbox/a.csv.sha256");
    let swaps: [fn(&Path, &Path); 4] = [
        |outside, path| symlink(outside, path).expect("a link"),
        |outside, path| fs::hard_link(outside, path).expect("a link"),
        |_, path| make_fifo(path),
        |_, path| fs::create_dir(path).expect("a folder"),
    ];
    for swap in swaps {
        fs::remove_file(&companion).expect("removed");
        swap(&place.at("outside"), &companion);
        assert_eq!(stated(&place), Stated::Unusable(Unusable::NotPlain));
        assert!(companion.symlink_metadata().is_ok(), "it is not moved");
    }
    // Swapped after the claim.
    fs::remove_dir(&companion).expect("removed");
    fs::write(&companion, ABC).expect("written");
    let claimed = place.claim("a.csv");
    let taken = place.at("inbox/.claimed").join(format!("{}~a.csv.sha256", claimed.claim_id));
    fs::remove_file(&taken).expect("removed");
    symlink(place.at("outside"), &taken).expect("a link");
    assert_eq!(place.inbox.stated(&claimed).expect("read"), Stated::Unusable(Unusable::NotPlain));
    place.inbox.unclaim(&claimed).expect("put back");
    assert!(claimed_names(&place).is_empty());
    assert_eq!(fs::read_to_string(place.at("outside")).expect("read"), ABC);
}

#[test]
fn what_a_kill_left_of_a_claim_is_put_together_again() {
    let claim = "0123456789abcdef";
    let claimed = Claimed { claim_id: claim.to_owned(), name: "a.csv".to_owned() };
    let taken =
        |place: &Place, name: &str| place.at("inbox/.claimed").join(format!("{claim}~{name}"));
    // Killed behind the digest, or behind both companions, before the file.
    for companions in [&["a.csv.sha256"][..], &["a.csv.sha256", "a.csv.done"]] {
        let place = place_with("a.csv", ABC);
        place.drop_file("a.csv.done", "");
        for name in companions {
            fs::rename(place.at("inbox").join(name), taken(&place, name)).expect("moved");
        }
        assert!(place.inbox.claimed().expect("listed").is_empty());
        assert_eq!(place.inbox.restore_orphans().expect("possible"), 1);
        assert_eq!(inbox_names(&place), ["a.csv", "a.csv.done", "a.csv.sha256"]);
    }
    // Killed behind the file: all are claimed, and stay so.
    let place = place_with("a.csv", ABC);
    for name in ["a.csv.sha256", "a.csv"] {
        fs::rename(place.at("inbox").join(name), taken(&place, name)).expect("moved");
    }
    assert_eq!(place.inbox.restore_orphans().expect("possible"), 0);
    assert_eq!(place.inbox.claimed().expect("listed"), std::slice::from_ref(&claimed));
    assert_eq!(place.inbox.stated(&claimed).expect("read"), Stated::Digest(Digest::of(b"abc")));
    // Killed on the way back, behind the file; the sender has dropped a new digest since.
    let place = place_with("a.csv", "newer");
    fs::write(taken(&place, "a.csv.sha256"), ABC).expect("written");
    assert_eq!(place.inbox.restore_orphans().expect("possible"), 1);
    assert!(claimed_names(&place).is_empty());
    let left = fs::read_to_string(place.at("inbox/a.csv.sha256")).expect("read");
    assert_eq!(left, "newer", "what is newer counts");
}

#[test]
fn a_stray_among_the_claimed_files_is_shown() {
    let place = place_with("a.csv", ABC);
    place.claim("a.csv");
    for name in ["stray.csv", "0123456789abcdef~run.sh", ".tmp-0123456789abcdef"] {
        fs::write(place.at("inbox/.claimed").join(name), "x").expect("written");
    }
    let strays = place.inbox.strays().expect("listed");
    let names: Vec<&str> = strays.iter().map(|object| &*object.name).collect();
    assert_eq!(names, [".claimed/0123456789abcdef~run.sh", ".claimed/stray.csv"]);
    assert!(strays.iter().all(|object| object.kind == IgnoredKind::NoClaim));
}

/// The names that are ready at each of the seconds, each look anew.
fn ready_at(place: &Place, settler: &mut Settler, ready: Ready, at: Instant) -> Vec<String> {
    let inbox = DropFolder::open(&place.at("inbox"), false).expect("opened").under(ready, 100);
    let scan: Scan = inbox.scan(&[]).expect("a scan");
    let taken = settler.ready(&scan, at, Duration::from_secs(10), ready);
    taken.into_iter().map(|found: Candidate| found.name).collect()
}

#[test]
fn each_way_of_saying_complete_has_its_own_moment() {
    let place = Place::new();
    let begin = Instant::now();
    let later = begin + Duration::from_secs(10);
    place.drop_file("plain.csv", "abc");
    place.drop_file("marked.csv", "abc");
    place.drop_file("marked.csv.done", "");
    place.drop_file("checked.csv", "abc");
    place.drop_file("checked.csv.sha256", ABC);
    place.drop_file("begun.csv", "abc");
    place.drop_file("begun.csv.sha256", "");
    place.drop_file("unfinished.csv.part", "abc");
    let all = ["begun.csv", "checked.csv", "marked.csv", "plain.csv"];
    let both = |ready| {
        let mut settler = Settler::new();
        [begin, later].map(|at| {
            let mut names = ready_at(&place, &mut settler, ready, at);
            names.sort();
            names
        })
    };
    assert_eq!(both(Ready::Quiet), [vec![], all.map(str::to_owned).to_vec()]);
    assert_eq!(
        both(Ready::Rename),
        [all.map(str::to_owned).to_vec(), all.map(str::to_owned).to_vec()]
    );
    assert_eq!(
        both(Ready::Marker),
        [["marked.csv"], ["marked.csv"]].map(|names| names.map(str::to_owned).to_vec())
    );
    // A digest that is being written is waited for; one that rests as it is gets its answer.
    assert_eq!(
        both(Ready::Checksum),
        [vec!["checked.csv".to_owned()], vec!["begun.csv".to_owned(), "checked.csv".to_owned()]]
    );
}

#[test]
fn a_marker_that_is_no_plain_file_makes_nothing_ready() {
    let place = Place::new();
    place.drop_file("a.csv", "abc");
    symlink("a.csv", place.at("inbox/a.csv.done")).expect("a link");
    fs::create_dir(place.at("inbox/b.csv.done")).expect("a folder");
    place.drop_file("b.csv", "abc");
    let mut settler = Settler::new();
    assert!(ready_at(&place, &mut settler, Ready::Marker, Instant::now()).is_empty());
}

#[test]
fn files_that_wait_for_a_companion_never_crowd_out_those_that_do_not() {
    let place = Place::new();
    for number in 0..10 {
        place.drop_file(&format!("{number}.csv"), "abc");
        super::place::set_modified(&place.at("inbox").join(format!("{number}.csv")), 100 + number);
    }
    place.drop_file("9.csv.done", "");
    let inbox =
        DropFolder::open(&place.at("inbox"), false).expect("opened").under(Ready::Marker, 3);
    let scan = inbox.scan(&[]).expect("a scan");
    let names: Vec<&str> = scan.candidates.iter().map(|found| &*found.name).collect();
    assert_eq!((names, scan.candidates_total), (vec!["0.csv", "1.csv", "9.csv"], 10));
}

const KILLED_FOLDER: &str = "BUDGETD_TEST_KILLED_COMPANIONS";

/// The workflow in small: a file whose companion doesn't fit is refused, any other accepted.
fn take_all(root: &Path) {
    let inbox = DropFolder::open(&root.join("inbox"), false).expect("opened");
    let inbox = inbox.under(Ready::Checksum, 100);
    inbox.sweep().expect("swept");
    sweep_staging(&root.join("staging")).expect("swept");
    inbox.restore_orphans().expect("restored");
    for claimed in inbox.claimed().expect("listed") {
        take(root, &inbox, &claimed);
    }
    let scan = inbox.scan(&[]).expect("a scan");
    for some in scan.candidates.chunks(5) {
        let mut claims = some.iter().map(|candidate| (candidate, new_claim_id()));
        for (number, claimed) in inbox.claim_each(&mut claims).expect("possible").iter().enumerate()
        {
            if number == 3 {
                // As where a file changed while it was read: it goes back, and is taken again.
                inbox.unclaim(claimed).expect("possible");
            } else {
                take(root, &inbox, claimed);
            }
        }
    }
}

fn take(root: &Path, inbox: &DropFolder, claimed: &Claimed) {
    let outcome = inbox.stage(claimed, &root.join("staging"), BYTES_MAX).expect("possible");
    let StageOutcome::Staged(staged) = outcome else { panic!("{outcome:?}") };
    let record = root.join("ledger").join(&claimed.claim_id);
    if !record.exists() {
        let refused = match inbox.stated(claimed).expect("read") {
            Stated::Digest(stated) => stated != staged.digest,
            Stated::Unusable(_) => true,
            Stated::Nothing => panic!("{claimed:?} was parted from its digest"),
        };
        let answer = if refused {
            inbox.choose_rejected_name(&claimed.name, staged.digest).expect("a place")
        } else {
            archive::place(&root.join("archive"), &account(), day(), &claimed.name, &staged)
                .expect("archived");
            String::new()
        };
        atomic::write_new(&root.join("ledger"), &claimed.claim_id, answer.as_bytes(), 0o600)
            .expect("recorded");
    }
    let answer = fs::read_to_string(&record).expect("read");
    if answer.is_empty() {
        inbox.answer_accepted(&claimed.name, Digest::of(b"taken"), "taken").expect("answered");
        assert_eq!(inbox.remove_claimed(claimed, &staged).expect("possible"), Removed::Done);
    } else {
        let given = inbox
            .answer_refused(claimed, &staged.identity, staged.digest, &answer, "refused")
            .expect("answered");
        assert_eq!(given, RefusedAnswer::Given { name: answer });
    }
    staged.discard().expect("discarded");
}

/// Not a test of its own: the process that the next one kills.
#[test]
fn takes_checked_files_until_it_is_killed() {
    if let Some(root) = std::env::var_os(KILLED_FOLDER) {
        take_all(Path::new(&root));
    }
}

#[test]
fn killed_at_any_moment_no_file_is_parted_from_its_digest() {
    const FILES: usize = 40;
    let place = Place::new();
    fs::create_dir(place.at("ledger")).expect("a folder");
    for number in 0..FILES {
        let (name, text) = (format!("{number:02}.csv"), format!("content {number}"));
        place.drop_file(&name, &text);
        // Each second digest is that of another file.
        let digest = Digest::of(format!("content {}", number / 2 * 2).as_bytes());
        place.drop_file(&format!("{name}.sha256"), &format!("{digest}  {name}\n"));
        place.drop_file(&format!("{name}.done"), "");
    }
    let program = std::env::current_exe().expect("this program");
    for life in 0u64..100 {
        let mut child = std::process::Command::new(&program)
            .args(["--exact", "companions::takes_checked_files_until_it_is_killed"])
            .env(KILLED_FOLDER, place.dir.path())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("started");
        std::thread::sleep(Duration::from_micros(1_500 + life * 797 % 8_000));
        child.kill().expect("killed");
        child.wait().expect("ended");
        if place.waiting().is_empty() && place.inbox.claimed().expect("listed").is_empty() {
            break;
        }
    }
    while !place.waiting().is_empty() || !place.inbox.claimed().expect("listed").is_empty() {
        take_all(place.dir.path());
    }
    assert!(inbox_names(&place).is_empty(), "{:?}", inbox_names(&place));
    assert!(claimed_names(&place).is_empty());
    let records = contents(&place.at("ledger"));
    assert_eq!(records.keys().filter(|name| !name.starts_with('.')).count(), FILES);
    assert_eq!(names_in(&place.at("archive/main/2026/01")).len(), FILES / 2);
    let rejected = place.rejected();
    assert_eq!(rejected.len(), FILES / 2 * 3, "the file, its problems and its digest");
    for number in (1..FILES).step_by(2) {
        let name = format!("{number:02}.csv");
        assert_eq!(rejected[&name], format!("content {number}"));
        assert!(rejected[&format!("{name}.sha256")].ends_with(&format!("  {name}\n")));
        assert!(rejected.contains_key(&format!("{name}.problems.txt")));
    }
}
