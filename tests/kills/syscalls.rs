//! Not at random: a kill before each call to the system that changes the disk, one after the
//! other, and each such call failing. strace does both; without it these tests are skipped.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use budgetd::domain::Digest;

use super::between::{
    accepted_before_now_refused, announced_only, committed_only, decide_to_the_end,
    is_refused_once, torn, torn_lines_told,
};
use super::check::{Clock, Outcome, assert_same, done, number, visible};
use super::place::{ARRIVAL, BUDGETD, DECIDE, INGEST_FEW, ONE_FILE, Place, Scene};
use super::random::{Chance, say};

/// How long each enumeration may take in a usual test run; with `BUDGETD_KILLS_ALL` set it takes
/// every point.
const USUAL_TIME: Duration = Duration::from_secs(6);

/// Points that are looked at side by side.
const WORKERS: usize = 2;

/// The calls that change what is on the disk. Between two of them nothing changes, so a kill
/// before each is a kill at every moment that makes a difference, but for a call that is cut
/// short itself.
const CHANGING: &[&str] = &[
    "write",
    "pwrite64",
    "writev",
    "pwritev",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "rmdir",
    "symlink",
    "symlinkat",
    "link",
    "linkat",
    "mkdir",
    "mkdirat",
    "openat",
    "openat2",
    "open",
    "creat",
    "ftruncate",
    "fchmod",
    "chmod",
    "fchmodat",
    "copy_file_range",
    "sendfile",
    "fallocate",
];

/// The `nth` call of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Point {
    call: String,
    nth: usize,
}

/// One enumeration: a command at a place, with what comes before and after.
struct Work<'s> {
    name: &'static str,
    before: &'s Place,
    command: Vec<&'s str>,
    /// Does what is left of the work, undisturbed, and checks all of it.
    finish: Check<'s>,
    /// Checks what others can see right after the kill.
    glance: Check<'s>,
}

type Check<'s> = &'s (dyn Fn(&Place) + Sync);

fn strace_is_here(test: &str) -> bool {
    let traced = std::process::Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "-e", "inject=fsync:signal=KILL:when=1", "true"])
        .stderr(Stdio::null())
        .status();
    let works = traced.is_ok_and(|status| status.success());
    if !works {
        say(&format!("skipped: {test}: strace is not installed or may not trace"));
    }
    works
}

/// Runs the command under strace with one more argument.
fn traced(place: &Place, command: &[&str], inject: &str, log: &str) -> std::process::Output {
    let mut strace = place.command("strace");
    strace.args(["-f", "-qq", "-s", "0", "-o", log, "-e"]).arg(inject).arg(BUDGETD).args(command);
    strace.output().expect("strace starts")
}

/// Every point of the command, in the order that it comes by them.
fn points(work: &Work<'_>) -> Vec<Point> {
    let place = work.before.copied();
    let set = format!(
        "trace={}",
        CHANGING.iter().map(|name| format!("?{name}")).collect::<Vec<_>>().join(",")
    );
    let output = traced(&place, &work.command, &set, ".trace");
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", output.status);
    let trace = String::from_utf8(place.read(".trace")).expect("text");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut points = Vec::new();
    let mut process = None;
    for line in trace.lines() {
        let (id, rest) = line.split_once(' ').expect("a process and a call");
        let is_other = *process.get_or_insert(id) != id;
        let Some((call, arguments)) = rest.trim_start().split_once('(') else { continue };
        let opens = call.starts_with("open");
        if is_other {
            // The model's threads look at the machine, and change nothing.
            assert!(opens && !arguments.contains("O_CREAT"), "one thread does the work: {line}");
            continue;
        }
        let nth = counts.entry(call.to_owned()).or_default();
        *nth += 1;
        if !opens || arguments.contains("O_CREAT") {
            points.push(Point { call: call.to_owned(), nth: *nth });
        }
    }
    points
}

/// Takes the points in an order of chance, until all are done or the usual time is over. Returns
/// how many were done, and of how many.
fn enumerate(work: &Work<'_>, points: Vec<Point>, one: &(dyn Fn(&Point) + Sync)) {
    let all = std::env::var_os("BUDGETD_KILLS_ALL").is_some();
    let mut points = points;
    let mut chance = Chance::new(work.name);
    for index in (1..points.len()).rev() {
        let other = usize::try_from(chance.next() % (index as u64 + 1)).expect("an index");
        points.swap(index, other);
    }
    let total = points.len();
    let (left, count) = (Mutex::new(points), AtomicUsize::new(0));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let worker = || {
            while all || begun.elapsed() < USUAL_TIME {
                let Some(point) = left.lock().expect("no worker failed").pop() else { return };
                one(&point);
                count.fetch_add(1, Ordering::SeqCst);
            }
        };
        for _ in 0..WORKERS {
            scope.spawn(worker);
        }
    });
    let count = count.into_inner();
    say(&format!("{}: {count} of {total} points", work.name));
    assert!(count > 0, "nothing was done in {USUAL_TIME:?}");
}

/// Kills the command at each point, looks at what others see, and lets it be finished.
fn kill_at_each(work: &Work<'_>) {
    enumerate(work, points(work), &|point| {
        let place = work.before.copied();
        let inject = format!("inject={}:signal=KILL:when={}", point.call, point.nth);
        let output = traced(&place, &work.command, &inject, "/dev/null");
        assert_eq!(output.status.signal(), Some(9), "{}: {point:?}: not killed", work.name);
        told(work, point, "killed", || {
            (work.glance)(&place);
            (work.finish)(&place);
        });
    });
}

/// Lets each call fail, once or from then on: the command says so and ends with 3, or it did its
/// work in spite of it; and it can be finished.
fn fail_at_each(work: &Work<'_>, error: &str, from_then_on: bool) {
    let mut points = points(work);
    // A command that can't write at all can't say so either.
    points.retain(|point| !(from_then_on && point.call == "write"));
    let more = if from_then_on { "+" } else { "" };
    let endings: Mutex<BTreeMap<Option<i32>, usize>> = Mutex::default();
    enumerate(work, points, &|point| {
        let place = work.before.copied();
        let inject = format!("inject={}:error={error}:when={}{more}", point.call, point.nth);
        let output = traced(&place, &work.command, &inject, "/dev/null");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        told(work, point, error, || {
            let code = output.status.code();
            *endings.lock().expect("no worker failed").entry(code).or_default() += 1;
            match code {
                Some(0 | 1) => {}
                Some(3 | 4) => assert!(said.contains("budgetd: "), "it says nothing: {said}"),
                _ => panic!("{}: {said}", output.status),
            }
            (work.glance)(&place);
            (work.finish)(&place);
        });
    });
    say(&format!("{}: {:?}", work.name, endings.into_inner().expect("no worker failed")));
}

/// Names the point where a check fails.
fn told(work: &Work<'_>, point: &Point, how: &str, check: impl FnOnce()) {
    let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(check));
    if let Err(panic) = checked {
        say(&format!("{}: {how} at {} {}", work.name, point.call, point.nth));
        std::panic::resume_unwind(panic);
    }
}

/// The whole work of a scene, from one of its steps on, against an undisturbed run.
struct FromStep<'s> {
    scene: &'s Scene,
    step: usize,
    before: Place,
    expected: Outcome,
}

impl<'s> FromStep<'s> {
    fn new(scene: &'s Scene, step: usize) -> Self {
        let before = scene.before.copied();
        for number in 0..step {
            before.run_well(&scene.step(number));
        }
        let expected = done(&scene.undisturbed(), scene, Clock::Stated);
        Self { scene, step, before, expected }
    }

    fn finish(&self, place: &Place) {
        for number in self.step..self.scene.steps.len() {
            place.run_well(&self.scene.step(number));
        }
        assert_same(&done(place, self.scene, Clock::Stated), &self.expected);
    }

    fn with<T>(&self, name: &'static str, then: impl FnOnce(&Work<'_>) -> T) -> T {
        then(&Work {
            name,
            before: &self.before,
            command: self.scene.step(self.step),
            finish: &|place| self.finish(place),
            glance: &|place| visible(place, self.scene),
        })
    }
}

#[test]
fn ingest_killed_before_each_change_of_the_disk() {
    if strace_is_here("ingest_killed_before_each_change_of_the_disk") {
        FromStep::new(&INGEST_FEW, 0).with("ingest, each call", kill_at_each);
    }
}

#[test]
fn decide_killed_before_each_change_of_the_disk() {
    if strace_is_here("decide_killed_before_each_change_of_the_disk") {
        FromStep::new(&DECIDE, 0).with("decide, each call", kill_at_each);
        FromStep::new(&DECIDE, 1).with("decide with a hold, each call", kill_at_each);
    }
}

#[test]
fn ingest_survives_each_failing_call() {
    if strace_is_here("ingest_survives_each_failing_call") {
        let from = FromStep::new(&INGEST_FEW, 0);
        from.with("ingest, EIO", |work| fail_at_each(work, "EIO", false));
        from.with("ingest, ENOSPC", |work| fail_at_each(work, "ENOSPC", false));
        from.with("ingest, ENOSPC for good", |work| fail_at_each(work, "ENOSPC", true));
    }
}

#[test]
fn decide_survives_each_failing_call() {
    if strace_is_here("decide_survives_each_failing_call") {
        let from = FromStep::new(&DECIDE, 1);
        from.with("decide, EIO", |work| fail_at_each(work, "EIO", false));
        from.with("decide, ENOSPC", |work| fail_at_each(work, "ENOSPC", false));
        from.with("decide, ENOSPC for good", |work| fail_at_each(work, "ENOSPC", true));
    }
}

#[test]
fn recovery_killed_before_each_change_of_the_disk() {
    if !strace_is_here("recovery_killed_before_each_change_of_the_disk") {
        return;
    }
    let expected = done(&ONE_FILE.undisturbed(), &ONE_FILE, Clock::Stated);
    let one_file = |place: &Place| {
        place.run_well(&ONE_FILE.step(0));
        assert_same(&done(place, &ONE_FILE, Clock::Stated), &expected);
    };
    let refused = |place: &Place| {
        place.run_well(&["ingest"]);
        is_refused_once(place);
    };
    let torn_once = |place: &Place| {
        decide_to_the_end(place);
        assert!(torn_lines_told(place) >= 1, "a line was cut in silence");
    };
    let one_file_seen = |place: &Place| visible(place, &ONE_FILE);
    let decisions_seen = |place: &Place| visible(place, &DECIDE);
    let fresh = ONE_FILE.before.copied();
    for name in ["ledger.db", "audit/daemon.jsonl"] {
        fs::remove_file(fresh.at("state").join(name)).expect("removed");
    }
    let recover = |name, before: &Place, command, finish: Check<'_>, glance: Check<'_>| {
        kill_at_each(&Work { name, before, command, finish, glance });
    };
    recover("the first start", &fresh, ONE_FILE.step(0), &one_file, &one_file_seen);
    recover("no answer", &committed_only(), vec!["ingest"], &one_file, &one_file_seen);
    let changed = accepted_before_now_refused();
    recover("refused after all", &changed, vec!["ingest"], &refused, &one_file_seen);
    recover("announced", &announced_only(), vec!["ingest"], &decide_to_the_end, &decisions_seen);
    recover("torn", &torn(), DECIDE.step(0), &torn_once, &decisions_seen);
}

/// A file that is named stays where it is: a copy is taken whole, or not at all.
#[test]
fn ingest_of_a_named_file_killed_before_each_change_of_the_disk() {
    if !strace_is_here("ingest_of_a_named_file_killed_before_each_change_of_the_disk") {
        return;
    }
    let expected = done(&ONE_FILE.undisturbed(), &ONE_FILE, Clock::Stated);
    let before = ONE_FILE.before.copied();
    let name = &ONE_FILE.files[0].name;
    fs::rename(before.at("inbox/main").join(name), before.at(name)).expect("moved");
    let finish = |place: &Place| {
        assert!(place.at(name).exists());
        place.run_well(&ONE_FILE.step(0));
        if number(place, "SELECT count(*) FROM files") == Some(0) {
            let left = fs::read_dir(place.at("inbox/main/.claimed")).expect("a folder");
            assert_eq!(left.count(), 0, "half a copy");
            place.run_well(&["ingest", "--account", "main", "--as-of", ARRIVAL, name]);
        }
        assert_same(&done(place, &ONE_FILE, Clock::Stated), &expected);
    };
    kill_at_each(&Work {
        name: "ingest of a named file",
        before: &before,
        command: vec!["ingest", "--account", "main", "--as-of", ARRIVAL, name],
        finish: &finish,
        glance: &|place| visible(place, &ONE_FILE),
    });
}

/// A file that came with its digest is accepted or refused by it at every point, and the digest
/// ends where its file does.
#[test]
fn ingest_of_a_checked_file_killed_before_each_change_of_the_disk() {
    if !strace_is_here("ingest_of_a_checked_file_killed_before_each_change_of_the_disk") {
        return;
    }
    let name = &ONE_FILE.files[0].name;
    let with_digest = |digest: Digest| {
        let before = ONE_FILE.before.copied();
        let text = format!("{digest}  {name}\n");
        fs::write(before.at(format!("inbox/main/{name}.sha256")), text).expect("written");
        fs::write(before.at(format!("inbox/main/{name}.done")), "").expect("written");
        before
    };
    let no_companion_is_left = |place: &Place| {
        let left = |folder: &str| {
            let names = fs::read_dir(place.at(folder)).expect("a folder");
            let names = names.map(|entry| entry.expect("an entry").file_name());
            names
                .filter(|name| {
                    let name = name.to_string_lossy();
                    name.contains(".sha256") || name.contains(".done")
                })
                .count()
        };
        assert_eq!((left("inbox/main"), left("inbox/main/.claimed")), (0, 0));
    };
    let expected = done(&ONE_FILE.undisturbed(), &ONE_FILE, Clock::Stated);
    let accepted = |place: &Place| {
        place.run_well(&ONE_FILE.step(0));
        no_companion_is_left(place);
        assert_same(&done(place, &ONE_FILE, Clock::Stated), &expected);
    };
    let refused = |place: &Place| {
        place.run_well(&ONE_FILE.step(0));
        no_companion_is_left(place);
        let refused = "SELECT count(*) FROM files WHERE outcome = 'refused'";
        assert_eq!(number(place, "SELECT count(*) FROM files"), Some(1));
        assert_eq!(number(place, refused), Some(1));
        assert_eq!(number(place, "SELECT count(*) FROM facts"), Some(0));
        for ending in ["", ".sha256", ".problems.txt"] {
            assert!(place.at(format!("inbox/main/rejected/{name}{ending}")).exists(), "{ending}");
        }
    };
    kill_at_each(&Work {
        name: "ingest of a file with its digest",
        before: &with_digest(ONE_FILE.files[0].digest()),
        command: ONE_FILE.step(0),
        finish: &accepted,
        glance: &|place| visible(place, &ONE_FILE),
    });
    kill_at_each(&Work {
        name: "ingest of a file with another digest",
        before: &with_digest(Digest::of(b"another")),
        command: ONE_FILE.step(0),
        finish: &refused,
        glance: &|_| {},
    });
}
