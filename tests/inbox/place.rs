//! A drop folder, its staging and its archive in a working folder of their own, and short
//! words for what the tests do with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use budgetd::domain::{AccountId, Day};
use budgetd::store::inbox::{
    Candidate, Claimed, DropFolder, RefusedAnswer, Scan, StageOutcome, Staged, new_claim_id,
};
use budgetd::store::{StoreError, archive};
use rustix::fs::{CWD, Mode};
use tempfile::TempDir;

/// More than any file of these tests.
pub const BYTES_MAX: u64 = 1 << 30;

/// A drop folder in a working folder of its own.
pub struct Place {
    pub dir: TempDir,
    pub inbox: DropFolder,
}

impl Place {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let inbox = DropFolder::open(&dir.path().join("inbox"), true).expect("a drop folder");
        for name in ["staging", "archive"] {
            fs::create_dir(dir.path().join(name)).expect("a folder");
        }
        Self { dir, inbox }
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    pub fn drop_file(&self, name: &str, content: &str) {
        fs::write(self.at("inbox").join(name), content).expect("written");
    }

    pub fn scan(&self) -> Scan {
        self.inbox.scan(&[]).expect("a scan")
    }

    pub fn waiting(&self) -> Vec<String> {
        self.scan().candidates.into_iter().map(|candidate| candidate.name).collect()
    }

    pub fn candidate(&self, name: &str) -> Candidate {
        let found = self.scan().candidates.into_iter().find(|found| found.name == name);
        found.expect("it waits")
    }

    pub fn try_claim(&self, candidate: &Candidate) -> Result<Option<Claimed>, StoreError> {
        self.inbox.claim(candidate, &new_claim_id())
    }

    pub fn claim(&self, name: &str) -> Claimed {
        self.try_claim(&self.candidate(name)).expect("possible").expect("claimed")
    }

    pub fn stage(&self, claimed: &Claimed) -> StageOutcome {
        self.inbox.stage(claimed, &self.at("staging"), BYTES_MAX).expect("possible")
    }

    pub fn staged(&self, claimed: &Claimed) -> Staged {
        match self.stage(claimed) {
            StageOutcome::Staged(staged) => staged,
            other => panic!("not staged: {other:?}"),
        }
    }

    pub fn dropped_and_staged(&self, name: &str, content: &str) -> (Claimed, Staged) {
        self.drop_file(name, content);
        let claimed = self.claim(name);
        let staged = self.staged(&claimed);
        (claimed, staged)
    }

    pub fn claimed_path(&self, claimed: &Claimed) -> PathBuf {
        self.at("inbox/.claimed").join(format!("{}~{}", claimed.claim_id, claimed.name))
    }

    /// Refuses a file as the workflow does, with a text that names its content.
    pub fn refuse(&self, name: &str, content: &str) -> RefusedAnswer {
        let (claimed, staged) = self.dropped_and_staged(name, content);
        let answer = self.inbox.choose_rejected_name(name, staged.digest).expect("a place");
        self.answer(&claimed, &staged, &answer, content)
    }

    pub fn answer(
        &self,
        claimed: &Claimed,
        staged: &Staged,
        answer_name: &str,
        content: &str,
    ) -> RefusedAnswer {
        let text = format!("problems of {content}");
        self.inbox
            .answer_refused(claimed, &staged.identity, staged.digest, answer_name, &text)
            .expect("answered")
    }

    pub fn rejected(&self) -> BTreeMap<String, String> {
        contents(&self.at("inbox/rejected"))
    }

    pub fn place(&self, name: &str, staged: &Staged) -> Result<String, StoreError> {
        archive::place(&self.at("archive"), &account(), day(), name, staged)
    }
}

pub fn account() -> AccountId {
    AccountId::new("main").expect("an id")
}

pub fn day() -> Day {
    Day::from_ymd_opt(2026, 1, 4).expect("a day")
}

/// The files of a folder with their contents.
pub fn contents(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(path).expect("a text"))
        })
        .collect()
}

pub fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into()).collect()
}

pub fn set_modified(path: &Path, seconds: u64) {
    let file = fs::File::options().write(true).open(path).expect("opened");
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).expect("set");
}

pub fn make_fifo(path: &Path) {
    rustix::fs::mkfifoat(CWD, path, Mode::RUSR | Mode::WUSR).expect("a fifo");
}

pub fn append(path: &Path, text: &str) {
    let mut file = fs::File::options().append(true).open(path).expect("opened");
    file.write_all(text.as_bytes()).expect("written");
}

/// A file system of its own at a folder, for as long as this lives.
pub struct Mount(PathBuf);

impl Mount {
    /// An empty one in memory; `None`: nothing can be mounted here.
    pub fn tmpfs(at: &Path, options: &str) -> Option<Self> {
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "none"]).arg(at);
        Self::by(mount, at)
    }

    /// What is at `from`, seen at `at` too; `None`: nothing can be mounted here.
    pub fn bind(from: &Path, at: &Path) -> Option<Self> {
        let mut mount = std::process::Command::new("mount");
        mount.arg("--bind").arg(from).arg(at);
        Self::by(mount, at)
    }

    fn by(mut mount: std::process::Command, at: &Path) -> Option<Self> {
        mount.stderr(std::process::Stdio::null());
        mount.status().is_ok_and(|status| status.success()).then(|| Self(at.to_owned()))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        drop(std::process::Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
pub fn skipped(test: &str, why: &str) {
    eprintln!("skipped: {test}: {why}");
}

pub fn kinds(scan: &Scan) -> BTreeMap<&str, &str> {
    scan.ignored.iter().map(|ignored| (&*ignored.name, ignored.kind.code())).collect()
}
