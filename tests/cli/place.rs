//! A working folder that the program is run in, as a person would.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate, Utc};

/// How long a test waits for what must happen.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The four channels of the shipped account.
pub const CHANNELS: [&str; 4] = ["Google Ads", "Meta Ads", "Email", "Affiliate"];

/// The header of the long format.
pub const HEADER: &str = "date,channel,spend,impressions,clicks,conversions,revenue";

/// What a run of the program said.
pub struct Said {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    fn of(output: Output) -> Self {
        Self {
            status: output.status.code().expect("it ended by itself"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// It must have ended so.
    #[track_caller]
    pub fn ends(self, status: i32) -> Self {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Its whole standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON ({error}):\n{}", self.stdout))
    }

    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

pub struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    /// A folder with nothing in it.
    pub fn empty() -> Self {
        Self { dir: tempfile::tempdir().expect("a folder") }
    }

    /// Laid out by `init`, with the shipped configuration.
    pub fn new() -> Self {
        let place = Self::empty();
        place.run(&["init"]).ends(0);
        place
    }

    /// With two accounts, `main` and `other`.
    pub fn with_two_accounts() -> Self {
        let place = Self::new();
        let main = place.read("config/accounts/main.toml");
        let other = main.replacen("id = \"main\"", "id = \"other\"", 1);
        assert_ne!(main, other);
        place.write("config/accounts/other.toml", &other);
        fs::remove_dir_all(place.at("inbox")).expect("removed");
        place
    }

    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn has(&self, path: &str) -> bool {
        fs::symlink_metadata(self.at(path)).is_ok()
    }

    /// The text of `path` with `from` replaced, which must be there.
    #[track_caller]
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from}");
        self.write(path, &text.replacen(from, to, 1));
    }

    /// Removes a folder that a running daemon may still be making something in.
    pub fn remove_folder(&self, name: &str) {
        let path = self.at(name);
        while let Err(error) = fs::remove_dir_all(&path) {
            assert_eq!(error.kind(), std::io::ErrorKind::DirectoryNotEmpty, "{name}: {error}");
        }
    }

    /// The names of files that are claimed and not done with; an original that the daemon keeps for a
    /// while is none.
    pub fn claimed(&self) -> Vec<String> {
        let mut names = self.names("inbox/.claimed");
        names.retain(|name| !name.starts_with("taken-"));
        names
    }

    pub fn names(&self, path: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.at(path)) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_budgetd"));
        command.args(arguments).current_dir(self.root()).stdin(Stdio::null());
        for name in [
            "BUDGETD_CONFIG",
            "NO_COLOR",
            "CLICOLOR_FORCE",
            "NOTIFY_SOCKET",
            "JOURNAL_STREAM",
            "CREDENTIALS_DIRECTORY",
        ] {
            command.env_remove(name);
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).output().expect("it runs"))
    }

    /// The folder of an account's bundle, newest first by name.
    pub fn bundles(&self, account: &str) -> Vec<String> {
        let names = self.names(&format!("outbox/{account}"));
        names.into_iter().filter(|name| name.starts_with("20")).collect()
    }
}

/// Rows of all shipped channels for each day, in the long format.
pub fn days(first: &str, last: &str) -> String {
    let (mut day, last): (NaiveDate, NaiveDate) =
        (first.parse().expect("a day"), last.parse().expect("a day"));
    let mut text = format!("{HEADER}\n");
    while day <= last {
        for (number, channel) in CHANNELS.iter().enumerate() {
            let revenue = 150 + 40 * number;
            text.push_str(&format!("{day},{channel},100,900,90,9,{revenue}\n"));
        }
        day = day + Days::new(1);
    }
    text
}

/// The calendar day so many days before today, in Kolkata.
pub fn days_ago(count: u64) -> String {
    let today = Utc::now().with_timezone(&chrono_tz::Asia::Kolkata).date_naive();
    (today - Days::new(count)).to_string()
}

/// Waits until `is_so`, or fails after [`PATIENCE`].
#[track_caller]
pub fn wait_until(what: &str, is_so: impl FnMut() -> bool) {
    wait_for(what, PATIENCE, is_so);
}

/// As [`wait_until`], with a patience of its own.
#[track_caller]
pub fn wait_for(what: &str, patience: Duration, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < patience, "never: {what}");
        std::thread::sleep(Duration::from_millis(15));
    }
}

/// A daemon that is killed when the test ends, if it still runs.
pub struct Daemon {
    child: Child,
    stdout: PathBuf,
}

impl Daemon {
    /// Starts it and waits until it says that it is ready.
    pub fn start(place: &Place) -> Self {
        let daemon = Self::spawn(place, &[]);
        wait_until("the daemon is ready", || daemon.log().contains(" ready"));
        daemon
    }

    pub fn spawn(place: &Place, environment: &[(&str, &Path)]) -> Self {
        let mut command = place.command(&["run"]);
        command.envs(environment.iter().copied());
        Self::spawn_command(place, command)
    }

    /// Starts `command`, which becomes the daemon of `place`.
    pub fn spawn_command(place: &Place, mut command: Command) -> Self {
        let stdout = place.at("daemon.log");
        let log = fs::File::create(&stdout).expect("made");
        command.current_dir(place.root()).stdin(Stdio::null());
        command.stdout(log.try_clone().expect("cloned")).stderr(log).process_group(0);
        Self { child: command.spawn().expect("it runs"), stdout }
    }

    /// What it has said on standard output and error.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.stdout).expect("a log")
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("asked").is_none()
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let id = i32::try_from(self.child.id()).expect("an id");
        let id = rustix::process::Pid::from_raw(id).expect("an id");
        rustix::process::kill_process(id, signal).expect("sent");
    }

    /// Its exit status, once it ends by itself.
    #[track_caller]
    pub fn ending(&mut self) -> i32 {
        let mut status = None;
        wait_until("the daemon ends", || {
            status = self.child.try_wait().expect("asked");
            status.is_some()
        });
        status.and_then(|status| status.code()).expect("it ended by itself")
    }

    /// Asks it to stop; its exit status and how long that took.
    #[track_caller]
    pub fn stop(&mut self) -> (i32, Duration) {
        let start = Instant::now();
        self.signal(rustix::process::Signal::TERM);
        (self.ending(), start.elapsed())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Whether `program` is on the path.
pub fn has_program(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
}
