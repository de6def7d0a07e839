//! A working folder of two accounts that can be copied, worked in, and killed in.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime};

use budgetd::domain::Day;
use tempfile::TempDir;

use super::files::{Dropped, Fate, MAIN, SHOP, Seller, rows, weeks};

pub const BUDGETD: &str = env!("CARGO_BIN_EXE_budgetd");

/// A command must end within this, however busy the machine is.
const ENDS_WITHIN: Duration = Duration::from_mins(1);

/// When the files of the fixed scenes arrive: on the Monday of the first decided week, at 05:00
/// UTC, when Sunday has ended in Kolkata and in Berlin.
pub const ARRIVAL: &str = "2024-05-20T05:00:00Z";
/// After both scheduled runs of that Monday, before both deadlines.
pub const FIRST_RUN: &str = "2024-05-20T08:00:00Z";
/// A week later, after both deadlines.
pub const SECOND_RUN: &str = "2024-05-27T17:00:00Z";

const DAEMON: &str = "[inbox]\nquiet_seconds = 0\nscan_seconds = 1\n";

/// What a started command says goes here.
const SAID: &str = ".said";

/// A working folder, gone with this value.
pub struct Place {
    folder: TempDir,
}

impl Place {
    /// A fresh working folder; `more` is put above the channels of both accounts.
    fn laid_out(more: &str) -> Self {
        let place = Self { folder: TempDir::new().expect("a folder") };
        let output = place.budgetd(&["init", "."]).output().expect("started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        place.write("config/budgetd.toml", DAEMON.as_bytes());
        let main = "id = \"main\"\ncurrency = \"INR\"\ntime_zone = \"Asia/Kolkata\"\n\
            total_budget_weekly = \"500000\"\n";
        let shop = "id = \"shop\"\ncurrency = \"EUR\"\ntime_zone = \"Europe/Berlin\"\n\
            total_budget_weekly = \"20000\"\n";
        for (seller, head) in [(&MAIN, main), (&SHOP, shop)] {
            let mut text = format!("{head}{more}");
            for channel in seller.channels {
                text.push_str(&format!("[[channels]]\nname = \"{channel}\"\n"));
            }
            // The history of a scene by the real clock restates what was decided on.
            text.push_str("[checks]\nrestatement_window_days = 3650\n");
            place.write(&format!("config/accounts/{}.toml", seller.account), text.as_bytes());
        }
        // The first command of the new configuration makes the drop folders.
        assert_eq!(place.run(&["ingest"]).status.code(), Some(0));
        place
    }

    /// The same, once more, with times and modes.
    pub fn copied(&self) -> Self {
        let folder = TempDir::new().expect("a folder");
        let copied = Command::new("cp").arg("-a").arg(self.at(".")).arg(folder.path()).status();
        assert!(copied.expect("cp is there").success());
        Self { folder }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.at(name), bytes).expect("written");
    }

    pub fn read(&self, name: impl AsRef<Path>) -> Vec<u8> {
        let path = self.at(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Drops `files`, each a minute younger than the one before, so that their order is known.
    pub fn drop_files(&self, files: &[Dropped]) {
        for (number, file) in files.iter().enumerate() {
            let path = self.at("inbox").join(file.account).join(&file.name);
            fs::write(&path, &file.bytes).expect("dropped");
            let minutes = Duration::from_secs(1_700_000_000 + 60 * number as u64);
            let handle = File::options().write(true).open(&path).expect("opened");
            handle.set_modified(SystemTime::UNIX_EPOCH + minutes).expect("dated");
        }
    }

    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).env_remove("BUDGETD_CONFIG").env_remove("NOTIFY_SOCKET");
        command.env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    pub fn budgetd(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(BUDGETD);
        command.args(arguments);
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.budgetd(arguments).output().expect("started")
    }

    /// Runs a command that has to end with 0, or with 1 where a file of its scan is refused.
    pub fn run_well(&self, arguments: &[&str]) {
        let output = self.run(arguments);
        let said = || format!("{arguments:?}\n{}", String::from_utf8_lossy(&output.stderr));
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}: {}", output.status, said());
    }

    /// Runs a command and kills it after `delay`, if it is not through before that.
    pub fn run_killed_after(&self, arguments: &[&str], delay: Duration) -> Ending {
        let mut child = self.spawn(arguments);
        let ending = kill_after(&mut child.0, delay);
        if let Ending::Itself(status) = ending {
            let well = matches!(status.code(), Some(0 | 1));
            assert!(well, "{arguments:?}: {status}: {}", self.said());
        }
        ending
    }

    /// Starts a command whose answers nobody reads.
    pub fn spawn(&self, arguments: &[&str]) -> Running {
        let mut command = self.budgetd(arguments);
        let said = File::create(self.at(SAID)).expect("a file");
        command.stdout(said.try_clone().expect("a handle")).stderr(said);
        Running(command.spawn().expect("started"))
    }

    /// What the command said that was started last.
    pub fn said(&self) -> String {
        String::from_utf8_lossy(&self.read(SAID)).into_owned()
    }
}

/// A command that runs; it is killed with this value, also where a check fails.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only where it has ended.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Killed,
    Itself(ExitStatus),
}

/// Waits for `child` to end; kills it after `delay`.
pub fn kill_after(child: &mut Child, delay: Duration) -> Ending {
    let until = Instant::now() + delay;
    while Instant::now() < until {
        if let Some(status) = child.try_wait().expect("waited for") {
            return Ending::Itself(status);
        }
        let left = until.saturating_duration_since(Instant::now());
        std::thread::sleep(left.min(Duration::from_millis(1)));
    }
    child.kill().expect("killed or gone");
    let status = child.wait().expect("waited for");
    match status.signal() {
        Some(_) => Ending::Killed,
        None => Ending::Itself(status),
    }
}

/// Waits until `is_so`, looking every few milliseconds.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < ENDS_WITHIN, "{what}: not within {ENDS_WITHIN:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What the work at a place is to lead to.
pub struct Scene {
    /// The place before the work.
    pub before: Place,
    /// The commands, in their order.
    pub steps: Vec<Vec<String>>,
    /// Every file that was ever dropped there.
    pub files: Vec<Dropped>,
    /// The bundles that are to be there at the end.
    pub bundles: Vec<(&'static str, String)>,
}

impl Scene {
    pub fn step(&self, number: usize) -> Vec<&str> {
        self.steps[number].iter().map(String::as_str).collect()
    }

    /// A copy in which all of the work was done without a kill.
    pub fn undisturbed(&self) -> Place {
        let place = self.before.copied();
        for number in 0..self.steps.len() {
            place.run_well(&self.step(number));
        }
        place
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// A link in the drop folder of `main`: it is named once and left alone.
fn add_link(place: &Place) {
    std::os::unix::fs::symlink("/nowhere", place.at("inbox/main/link.csv")).expect("linked");
}

/// Twenty weeks of both accounts are taken; the history is some thousand rows.
pub static INGEST: LazyLock<Scene> = LazyLock::new(|| {
    let until = day("2024-05-20");
    let scene = ingest_scene([weeks(&MAIN, until, 140), weeks(&SHOP, until, 140)].concat());
    add_link(&scene.before);
    scene
});

/// One file of `main`.
pub static ONE_FILE: LazyLock<Scene> = LazyLock::new(|| {
    let mut files = weeks(&Seller { campaigns: 1, ..MAIN }, day("2024-05-20"), 8);
    files.truncate(1);
    ingest_scene(files)
});

/// Few files of few rows, one of each kind.
pub static INGEST_FEW: LazyLock<Scene> = LazyLock::new(|| {
    let kinds = ["daily_1.csv", "wrong.csv", "daily_1_corrected.csv"];
    let mut main = weeks(&Seller { campaigns: 1, ..MAIN }, day("2024-05-20"), 8);
    main.retain(|file| kinds.contains(&file.name.as_str()));
    let again = main.last().expect("the correction");
    let again = Dropped { name: "again.csv".to_owned(), fate: Fate::Duplicate, ..again.clone() };
    main.push(again);
    let mut shop = weeks(&SHOP, day("2024-05-20"), 8);
    shop.truncate(1);
    let scene = ingest_scene([main, shop].concat());
    add_link(&scene.before);
    scene
});

fn ingest_scene(files: Vec<Dropped>) -> Scene {
    let before = Place::laid_out("");
    before.drop_files(&files);
    let steps = vec![words(&format!("ingest --as-of {ARRIVAL}"))];
    Scene { before, steps, files, bundles: Vec::new() }
}

/// Three decisions: a first week; a second week that `shop` has to hold, because a day is missing;
/// and the second week of `main` once more.
pub static DECIDE: LazyLock<Scene> = LazyLock::new(|| {
    let before = INGEST.undisturbed();
    let mut files = INGEST.files.clone();
    let mut second = Vec::new();
    for (seller, days) in [(&MAIN, 7), (&SHOP, 6)] {
        let bytes = rows(seller, day("2024-05-20"), days, 1, 2).into_bytes();
        let name = "second_week.csv".to_owned();
        second.push(Dropped { account: seller.account, name, bytes, fate: Fate::Accepted });
    }
    before.drop_files(&second);
    before.run_well(&["ingest", "--as-of", "2024-05-27T05:00:00Z"]);
    files.extend(second);
    let mut revise = words(&format!("decide --account main --as-of {SECOND_RUN} --revise"));
    revise.extend(["--reason".to_owned(), "late data".to_owned()]);
    let steps = vec![
        words(&format!("decide --as-of {FIRST_RUN}")),
        words(&format!("decide --as-of {SECOND_RUN}")),
        revise,
    ];
    let bundles = [
        ("main", "2024-05-20"),
        ("main", "2024-05-27"),
        ("main", "2024-05-27.r2"),
        ("shop", "2024-05-20"),
        ("shop", "2024-05-27"),
    ];
    let bundles = bundles.map(|(account, name)| (account, name.to_owned())).into();
    Scene { before, steps, files, bundles }
});

/// The daemon's work by the real clock: `main` decided a week three weeks ago and nothing since,
/// so two weeks are missed and one is caught up; `shop` never decided. The week begins three days
/// ago, so that no test runs across its border.
pub static RUN: LazyLock<Scene> = LazyLock::new(|| {
    let today = chrono::Utc::now().date_naive();
    let week = today.checked_sub_days(chrono::Days::new(3)).expect("a day");
    let weekday = format!("{:?}", chrono::Datelike::weekday(&week));
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let begins = names.iter().find(|name| name.starts_with(&weekday.to_lowercase()[..3]));
    let begins = begins.expect("a day of the week");
    let before = Place::laid_out(&format!(
        "week_starts_on = \"{begins}\"\nschedule = {{ weekly = \"0 0 0 * * *\" }}\n"
    ));
    let older = week.checked_sub_days(chrono::Days::new(21)).expect("a day");
    let bytes =
        rows(&MAIN, older.checked_sub_days(chrono::Days::new(70)).expect("a day"), 70, 2, 5);
    let name = "older.csv".to_owned();
    let first = Dropped { account: "main", name, bytes: bytes.into_bytes(), fate: Fate::Accepted };
    before.drop_files(std::slice::from_ref(&first));
    before.run_well(&["ingest", "--as-of", &format!("{older}T05:00:00Z")]);
    before.run_well(&["decide", "--account", "main", "--as-of", &format!("{older}T10:00:00Z")]);
    let mut files = vec![first];
    let dropped: Vec<Dropped> =
        [MAIN, SHOP].iter().flat_map(|seller| weeks(seller, week, 70)).collect();
    add_link(&before);
    before.drop_files(&dropped);
    files.extend(dropped);
    let bundles =
        vec![("main", older.to_string()), ("main", week.to_string()), ("shop", week.to_string())];
    Scene { before, steps: vec![words("run")], files, bundles }
});

/// The first day of the week that the daemon decides.
pub fn run_week(scene: &Scene) -> Day {
    scene.bundles.last().expect("a bundle").1.parse().expect("a day")
}
