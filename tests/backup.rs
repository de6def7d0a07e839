//! `backup` and `restore`: whole or not at all, beside a running daemon, incremental, checked by
//! stock sha256sum; and a restored place goes on where the backup was made.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "cli/place.rs"]
mod place;

#[path = "backup/kills.rs"]
mod kills;
#[path = "backup/making.rs"]
mod making;
#[path = "backup/pruning.rs"]
mod pruning;
#[path = "backup/restoring.rs"]
mod restoring;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use place::{Place, days};

/// Six weeks of data and the decision of the week of 5 January; the next can be decided.
pub fn with_history() -> Place {
    let place = Place::new();
    place.write("inbox/daily.csv", &days("2025-12-01", "2026-01-11"));
    place.run(&["ingest", "--as-of", "2026-01-12T05:00:00+05:30"]).ends(0);
    decide(&place, "2026-01-05").ends(0);
    place
}

/// Runs the week that begins on that day, on the morning of 12 January.
pub fn decide(place: &Place, week: &str) -> place::Said {
    place.run(&["decide", "--week", week, "--as-of", "2026-01-12T06:00:00+05:30"])
}

/// A folder beside the working folder, not in it.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("plain")
}

/// What stock sha256sum says of a backup.
pub fn is_whole(backup: &Path) -> bool {
    Command::new("sha256sum")
        .current_dir(backup)
        .args(["-c", "--strict", "--quiet", "SHA256SUMS"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("sha256sum")
        .success()
}

/// Restores a backup into a new place.
pub fn restored(backup: &Path) -> Place {
    let place = Place::empty();
    place.run(&["restore", text(backup), "--into", "."]).ends(0);
    place
}

/// The restored place knows what the first one knew, and goes on alone.
pub fn goes_on_like(restored: &Place, first: &Place) {
    for arguments in [&["facts"][..], &["explain"], &["keys", "show"]] {
        let (one, other) = (restored.run(arguments), first.run(arguments));
        assert_eq!((one.status, one.stdout), (other.status, other.stdout), "{arguments:?}");
    }
    restored.run(&["audit", "verify"]).ends(0);
    restored.run(&["check"]).ends(0);
    decide(restored, "2026-01-12").ends(0);
    for week in ["2026-01-05", "2026-01-12"] {
        restored.run(&["verify", &format!("outbox/main/{week}")]).ends(0);
    }
    restored.run(&["audit", "verify"]).ends(0);
    // The next bundle names the one before: what the first place would publish too.
    let decided = |place: &Place| place.read("outbox/main/2026-01-12/weekly_recommendations.csv");
    decide(first, "2026-01-12").ends(0);
    assert_eq!(decided(restored), decided(first));
    let link = fs::read_link(restored.at("outbox/main/latest")).expect("a link");
    assert_eq!(link, Path::new("2026-01-12"));
}
