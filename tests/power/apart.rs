//! A test in a mount namespace of its own: whatever it mounts is there for it alone, and the kernel
//! takes it away when its last process ends, however that ends.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Names the folder that the test may mount in; set in the namespace only.
const ROOM: &str = "BUDGETD_TEST_ROOM";

/// Below the room, the folder of everything temporary.
pub const TEMPORARY: &str = "tmp";

/// Runs `work` with an empty folder to mount in, in a second process of the test `test`, whose
/// temporary files go below `tmp` of that folder. Skipped by name where that can't be.
pub fn run(test: &str, work: impl FnOnce(&Path)) {
    if let Some(room) = std::env::var_os(ROOM) {
        return work(&PathBuf::from(room));
    }
    if !rustix::process::geteuid().is_root() {
        return skip(test, "only root can mount");
    }
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--fork", "--kill-child"]).stdin(Stdio::null());
        command
    };
    let can = unshare().arg("true").stderr(Stdio::null()).status();
    if !can.is_ok_and(|status| status.success()) {
        return skip(test, "there are no mount namespaces here");
    }
    let room = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(room.path().join(TEMPORARY)).expect("made");
    let mut inside = unshare()
        .arg(std::env::current_exe().expect("this test"))
        .args(["--exact", test, "--nocapture", "--include-ignored"])
        .env(ROOM, room.path())
        .env("TMPDIR", room.path().join(TEMPORARY))
        // The harness's own words, which would be counted twice.
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    for line in BufReader::new(inside.stderr.take().expect("piped")).lines() {
        say(&line.expect("text"));
    }
    let status = inside.wait().expect("waited for");
    assert!(status.success(), "{test}, apart: {status}; see above");
}

/// Says that `test` did not take place.
pub fn skip(test: &str, reason: &str) {
    say(&format!("skipped: {test}: {reason}"));
}

#[expect(clippy::print_stderr, reason = "what was done, and the seed of what failed")]
pub fn say(text: &str) {
    eprintln!("{text}");
}

/// Runs a tool of the system; what it said if it failed.
pub fn tool(program: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}
