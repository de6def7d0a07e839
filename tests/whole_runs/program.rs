//! The built program in a working folder of its own, as a shell would call it; and what the tests
//! read of the files that it leaves.

#![allow(dead_code, reason = "each test program uses its own part of this")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The files of a bundle that are the same bytes for the same inputs, but for one value.
pub const DECIDING_FILES: [&str; 3] =
    ["weekly_recommendations.csv", "explanation.txt", "decision.json"];

/// How a call of the program ended.
#[derive(Debug)]
pub struct Ended {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// What it printed, if it ended with `status`.
    #[track_caller]
    pub fn with(self, status: i32) -> String {
        assert_eq!(self.status, status, "{}{}", self.stdout, self.stderr);
        self.stdout
    }
}

/// Calls the program in `folder`.
pub fn call(folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_budgetd"));
    command.current_dir(folder).args(arguments).env_remove("BUDGETD_CONFIG");
    let output = command.stdin(Stdio::null()).output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
    Ended {
        status: output.status.code().expect("it ended by itself"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// A working folder with one account.
pub struct Workspace {
    folder: tempfile::TempDir,
    account: String,
}

impl Workspace {
    /// Lays out a folder for the account of this file's text.
    pub fn of_account(account: &str, text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        call(folder.path(), &["init"]).with(0);
        let accounts = folder.path().join("config/accounts");
        fs::remove_file(accounts.join("main.toml")).expect("removed");
        fs::write(accounts.join(format!("{account}.toml")), text).expect("written");
        Self { folder, account: account.to_owned() }
    }

    /// Lays out a folder with the account that `init` brings.
    pub fn shipped() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        call(folder.path(), &["init"]).with(0);
        Self { folder, account: "main".to_owned() }
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Calls the program in this folder.
    pub fn call(&self, arguments: &[&str]) -> Ended {
        call(self.folder.path(), arguments)
    }

    /// What the program answers a machine, if it ends with `status`.
    #[track_caller]
    pub fn json(&self, arguments: &[&str], status: i32) -> Value {
        let arguments: Vec<&str> = [&["--json"], arguments].concat();
        json(&self.call(&arguments).with(status))
    }

    /// Takes a copy of the file at `path`, arrived at `time`, and answers what became of it.
    #[track_caller]
    pub fn ingest(&self, path: &Path, time: &str, status: i32) -> Value {
        let path = path.to_str().expect("a path in UTF-8");
        let mut answer = self.json(&["ingest", path, "--as-of", time], status);
        answer["files"][0].take()
    }

    /// Drops `text` into the inbox under `name` and takes the inbox.
    #[track_caller]
    pub fn drop_and_ingest(&self, name: &str, text: &str, time: &str) -> Value {
        fs::write(self.path("inbox").join(name), text).expect("written");
        self.json(&["ingest", "--as-of", time], 0)
    }

    /// Runs `week` at `time`, and answers how that ended.
    #[track_caller]
    pub fn decide(&self, week: &str, time: &str, status: i32) -> Value {
        let mut answer = self.json(&["decide", "--week", week, "--as-of", time], status);
        answer["accounts"][0].take()
    }

    /// What the ledger believes, by (day, channel).
    pub fn facts(&self) -> Facts {
        let text = self.call(&["facts", "--account", &self.account]).with(0);
        facts(&text)
    }

    pub fn account_outbox(&self) -> PathBuf {
        self.path("outbox").join(&self.account)
    }

    pub fn bundle(&self, name: &str) -> PathBuf {
        self.account_outbox().join(name)
    }

    /// The names of the bundles, oldest first.
    pub fn bundles(&self) -> Vec<String> {
        let entries = fs::read_dir(self.account_outbox()).expect("an outbox");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry"))
            .filter(|entry| entry.file_type().expect("a type").is_dir())
            .map(|entry| entry.file_name().into_string().expect("a name in UTF-8"))
            .collect();
        names.sort();
        names
    }

    pub fn decision(&self, name: &str) -> Value {
        json(&fs::read_to_string(self.bundle(name).join("decision.json")).expect("a decision"))
    }

    /// `verify` accepts every bundle, and the audit log is whole.
    #[track_caller]
    pub fn assert_all_is_genuine(&self) {
        for name in self.bundles() {
            let bundle = self.bundle(&name);
            self.call(&["verify", bundle.to_str().expect("a path in UTF-8")]).with(0);
        }
        self.call(&["audit", "verify"]).with(0);
    }
}

#[track_caller]
pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// What a day's row of a channel says; money in minor units, conversions in hundredths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Row {
    pub spend: i64,
    pub impressions: i64,
    pub clicks: i64,
    pub conversions: i64,
    pub revenue: i64,
}

impl Row {
    pub fn plus(self, other: Self) -> Self {
        Self {
            spend: self.spend + other.spend,
            impressions: self.impressions + other.impressions,
            clicks: self.clicks + other.clicks,
            conversions: self.conversions + other.conversions,
            revenue: self.revenue + other.revenue,
        }
    }
}

/// Rows by (day, channel).
pub type Facts = BTreeMap<(String, String), Row>;

/// Reads what `facts` prints.
pub fn facts(text: &str) -> Facts {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<&str> = reader.headers().expect("a header").iter().collect();
    let columns = ["date", "channel", "spend", "impressions", "clicks", "conversions", "revenue"];
    assert_eq!(header, columns);
    let mut facts = Facts::new();
    for record in reader.records() {
        let record = record.expect("a row");
        let row = Row {
            spend: hundredths(&record[2]),
            impressions: record[3].parse().expect("a count"),
            clicks: record[4].parse().expect("a count"),
            conversions: hundredths(&record[5]),
            revenue: hundredths(&record[6]),
        };
        let key = (record[0].to_owned(), record[1].to_owned());
        assert_eq!(facts.insert(key, row), None, "a (day, channel) stands once");
    }
    facts
}

/// A decimal with at most two digits behind its point, in hundredths.
#[track_caller]
pub fn hundredths(text: &str) -> i64 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    assert!(fraction.len() <= 2, "{text} has more than two decimals");
    format!("{whole}{fraction:0<2}").parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The deciding files of a bundle, comparable between runs. One value is masked: `manifest_before`
/// of `decision.json` is the digest of the manifest before, which covers `audit.jsonl`, and that
/// holds the times of the clock and the random ids of claims.
pub fn deciding_files(bundle: &Path) -> BTreeMap<String, Vec<u8>> {
    DECIDING_FILES
        .into_iter()
        .map(|name| {
            let path = bundle.join(name);
            let bytes =
                fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let bytes = if name == "decision.json" { masked(&bytes) } else { bytes };
            (name.to_owned(), bytes)
        })
        .collect()
}

fn masked(decision: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(decision.to_vec()).expect("UTF-8");
    let key = "\n  \"manifest_before\": \"";
    let Some(start) = text.find(key).map(|start| start + key.len()) else {
        assert!(text.ends_with("\n  \"manifest_before\": null\n}\n"), "{text}");
        return decision.to_vec();
    };
    let (before, after) = (&text[..start], &text[start + 64..]);
    let digest = &text[start..start + 64];
    assert!(digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{digest}");
    assert_eq!(after, "\"\n}\n", "it is the last key");
    format!("{before}masked{after}").into_bytes()
}

/// A file of the sample data, which lies beside the repository; `None`, said aloud, where it isn't.
#[expect(clippy::print_stdout, reason = "a skipped test must be seen")]
pub fn sample(test: &str, path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path);
    if path.is_file() {
        return Some(path);
    }
    println!("skipped: {test}: {} is not there", path.display());
    None
}

/// Whether a tool that a test needs can be started; where it can't, that is said aloud.
#[expect(clippy::print_stdout, reason = "a skipped test must be seen")]
pub fn has_tool(test: &str, tool: &str) -> bool {
    let mut command = Command::new(tool);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if command.status().is_ok() {
        return true;
    }
    println!("skipped: {test}: {tool} is not there");
    false
}

/// The folder of a test's cases.
pub fn cases(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name)
}

/// The text of a case.
#[track_caller]
pub fn case(name: &str) -> String {
    let path = cases(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Everything below a folder: files with their bytes, links with where they lead.
pub fn snapshot(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("an entry").path();
            if path.is_symlink() {
                let target = fs::read_link(&path).expect("a link");
                found.insert(path, target.into_os_string().into_encoded_bytes());
            } else if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).expect("a file");
                found.insert(path, bytes);
            }
        }
    }
    found
}
