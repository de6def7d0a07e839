//! `budgetd simulate`: what it writes is taken by the account that it writes, and dirty files are
//! refused or remarked on as the reader's rules say.

#[path = "whole_runs/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use program::{Workspace, call, json, snapshot};

/// After the last day of every world that ships.
const LATER: &str = "2026-01-05T06:00:00Z";

/// Simulates into `to` below `folder`, and answers what the program told a machine.
#[track_caller]
fn simulate(folder: &Path, world: &str, to: &str, more: &[&str]) -> serde_json::Value {
    let arguments = [&["--json", "simulate", world, to], more].concat();
    json(&call(folder, &arguments).with(0))
}

/// A working folder with the account of the world in `simulated`.
fn workspace(simulated: &Path) -> Workspace {
    let account = fs::read_to_string(simulated.join("account.toml")).expect("written");
    Workspace::of_account("main", &account)
}

/// The paths of the files of `daily/`, in order.
fn daily(simulated: &Path) -> Vec<String> {
    let entries = fs::read_dir(simulated.join("daily")).expect("a folder");
    let mut paths: Vec<String> = entries
        .map(|entry| entry.expect("an entry").path().to_str().expect("UTF-8").to_owned())
        .collect();
    paths.sort();
    paths
}

/// The answers of `validate`, by the file's path.
fn validate(place: &Workspace, paths: &[String]) -> BTreeMap<String, serde_json::Value> {
    let mut arguments = vec!["--json", "validate", "--import", "--as-of", LATER];
    arguments.extend(paths.iter().map(String::as_str));
    let answer = json(&place.call(&arguments).stdout);
    let files = answer["files"].as_array().expect("a list");
    files.iter().map(|it| (it["file"].as_str().expect("a path").to_owned(), it.clone())).collect()
}

/// The lines of a CSV file without quotes, by the names of its header.
fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(path).expect("written");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let row = |line: &str| {
        header.iter().map(|it| (*it).to_owned()).zip(line.split(',').map(str::to_owned)).collect()
    };
    lines.map(row).collect()
}

#[test]
fn every_world_that_ships_is_taken_by_its_account() {
    let folder = tempfile::tempdir().expect("a folder");
    let worlds =
        fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/worlds")).expect("worlds");
    let mut seen = 0;
    for world in worlds {
        let path = world.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_str().expect("UTF-8");
        simulate(folder.path(), name, name, &["--weeks", "30"]);
        let simulated = folder.path().join(name);
        let place = workspace(&simulated);
        place.call(&["check"]).with(0);
        let mut paths = daily(&simulated);
        assert_eq!(paths.len(), 30);
        paths.push(simulated.join("business.csv").to_str().expect("UTF-8").to_owned());
        paths.push(simulated.join("business_weekly.csv").to_str().expect("UTF-8").to_owned());
        let answers = validate(&place, &paths);
        assert_eq!(answers.len(), 32);
        for (path, answer) in &answers {
            assert_eq!(answer["verdict"], "accepted", "{path}: {answer}");
        }
        let weekly = &answers[&paths[31]];
        assert_eq!(
            (&weekly["grain"], &weekly["source"]),
            (&"week".into(), &"business weekly".into())
        );
        seen += 1;
    }
    assert!(seen >= 6);
}

#[test]
fn the_daily_files_can_be_decided_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("made");
    simulate(folder.path(), "plain", "made", &["--weeks", "20", "--start", "2025-08-18"]);
    let place = workspace(&to);
    let paths = daily(&to);
    let mut arguments = vec!["import"];
    arguments.extend(paths.iter().map(String::as_str));
    place.call(&arguments).with(0);
    let answer = place.decide("2026-01-05", LATER, 0);
    assert_eq!(answer["outcome"], "decided", "{answer}");
    let facts = place.facts();
    assert_eq!(facts.len(), 20 * 7 * 4);
    // What is known of each channel's spend is what the other file says of it.
    for row in table(&to.join("business.csv")) {
        let spend = facts[&(row["date"].clone(), "Meta Ads".to_owned())].spend;
        assert_eq!(spend.to_string(), row["meta_ads_spend"].replace('.', ""));
    }
}

#[test]
fn dirty_files_are_refused_or_remarked_on_as_their_dirt_asks_for() {
    let folder = tempfile::tempdir().expect("a folder");
    simulate(folder.path(), "attribution_bias", "made", &["--dirty", "--seed", "4"]);
    let made = folder.path().join("made");
    let dirt = table(&made.join("dirt.csv"));
    let answers = validate(&workspace(&made), &daily(&made));
    let (mut refused, mut repeated, mut unharmed) = (0, 0, 0);
    for (path, answer) in &answers {
        let name = format!("daily/{}", Path::new(path).file_name().expect("a name").display());
        let of_file: Vec<_> = dirt.iter().filter(|stain| stain["file"] == name).collect();
        let has = |kind: &str| of_file.iter().any(|stain| stain["kind"] == kind);
        let is_money = |column: &str| matches!(column, "spend" | "revenue");
        // Money that is not known, and anything below zero, refuse a file (docs/formats.md). A count
        // that is not known is fine; so is one that is too large, unless clicks pass impressions.
        let blank_money =
            of_file.iter().any(|stain| stain["kind"] == "missing" && is_money(&stain["column"]));
        let above = table(Path::new(path)).iter().any(|row| {
            let count = |column: &str| row[column].parse::<u64>().ok();
            count("clicks").zip(count("impressions")).is_some_and(|(one, other)| one > other)
        });
        let expected = if blank_money || has("negative") || above { "refused" } else { "accepted" };
        assert_eq!(answer["verdict"], expected, "{name}: {answer} {of_file:?}");
        refused += i32::from(expected == "refused");
        if expected == "accepted" && has("repeated") {
            let warnings = answer["warnings"].to_string();
            assert!(warnings.contains("it counts once"), "{name}: {warnings}");
            repeated += 1;
        }
        unharmed += i32::from(of_file.is_empty());
    }
    assert!(refused > 10 && repeated > 0 && unharmed > 0, "{refused} {repeated} {unharmed}");
}

/// The files below `folder`, by their paths in it.
fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let below = |path: &Path| path.strip_prefix(folder).expect("below").to_owned();
    snapshot(folder).into_iter().map(|(path, bytes)| (below(&path), bytes)).collect()
}

#[track_caller]
fn assert_same(one: &Path, other: &Path) {
    let (one, other) = (bytes(one), bytes(other));
    assert!(one.keys().eq(other.keys()), "{:?} {:?}", one.keys(), other.keys());
    for (path, bytes) in &one {
        assert!(other[path] == *bytes, "{} differs", path.display());
    }
}

#[test]
fn the_world_that_is_written_gives_the_same_bytes_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let more = ["--dirty", "--seed", "9", "--weeks", "12", "--start", "2024-02-29"];
    let answer = simulate(folder.path(), "seasonal", "one", &more);
    assert_eq!(answer["weeks"], 12);
    assert_eq!(answer["last_day"], "2024-05-22");
    simulate(folder.path(), "one/world.toml", "two", &["--dirty", "--seed", "9"]);
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    assert_same(&one, &two);
    simulate(folder.path(), "one/world.toml", "three", &["--dirty", "--seed", "10"]);
    let (one_bytes, three) = (bytes(&one), bytes(&folder.path().join("three")));
    assert!(one_bytes.keys().eq(three.keys()));
    assert_ne!(one_bytes[Path::new("business.csv")], three[Path::new("business.csv")]);
    let listed: Vec<&str> =
        answer["files"].as_array().expect("a list").iter().filter_map(|it| it.as_str()).collect();
    for path in &listed {
        assert!(one.join(path).is_file(), "{path}");
    }
    // Twelve weeks, two business files, dirt, two of the truth, world and account.
    assert_eq!(listed.len(), 12 + 2 + 1 + 2 + 2);
}

#[test]
fn nothing_is_overwritten_and_nothing_is_left_of_a_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    fs::create_dir(at.join("full")).expect("made");
    fs::write(at.join("full/mine"), "mine").expect("written");
    fs::create_dir(at.join("empty")).expect("made");
    let said = call(at, &["simulate", "plain", "full"]);
    assert_eq!(said.status, 2, "{}", said.stderr);
    assert!(said.stderr.contains("full is not empty"), "{}", said.stderr);
    assert_eq!(call(at, &["simulate", "plain", "full/mine"]).status, 2);
    assert_eq!(call(&at.join("empty"), &["simulate", "plain", "."]).status, 2);
    assert_eq!(call(at, &["simulate", "plain", "full/mine/below"]).status, 2);
    simulate(at, "plain", "empty", &["--weeks", "2"]);
    simulate(at, "plain", "deep/below", &["--weeks", "2"]);
    let names = |folder: &Path| -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(at), ["deep", "empty", "full"]);
    assert_eq!(names(&at.join("full")), ["mine"]);
    let files = [
        "account.toml",
        "business.csv",
        "business_weekly.csv",
        "daily",
        "truth.csv",
        "truth.json",
        "world.toml",
    ];
    assert_eq!(names(&at.join("empty")), files);
}

#[test]
fn a_world_that_is_not_there_and_one_with_slips_say_what_was_meant() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let said = call(at, &["simulate", "seasonel", "out"]);
    assert_eq!(said.status, 2);
    assert!(said.stderr.contains("there is no world \"seasonel\""), "{}", said.stderr);
    assert!(said.stderr.contains("did you mean \"seasonal\"?"), "{}", said.stderr);
    let help = call(at, &["simulate", "--help"]).with(0);
    for world in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/worlds")).expect("worlds")
    {
        let path = world.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_str().expect("UTF-8");
        assert!(help.contains(name), "the help names {name}");
    }
    let said = call(at, &["simulate", "zzz", "out"]);
    assert!(said.stderr.contains("there are plain, flighted, seasonal"), "{}", said.stderr);
    let said = call(at, &["simulate", "none.toml", "out"]);
    assert_eq!(said.status, 2);
    assert!(said.stderr.contains("cannot be read"), "{}", said.stderr);
    simulate(at, "plain", "good", &["--weeks", "1"]);
    let text = fs::read_to_string(at.join("good/world.toml")).expect("written");
    fs::write(at.join("bad.toml"), text.replacen("noise]", "nose]", 1)).expect("written");
    let said = call(at, &["simulate", "bad.toml", "out"]);
    assert_eq!(said.status, 2);
    for part in ["the world has", "bad.toml:", "unknown table nose", "did you mean noise?"] {
        assert!(said.stderr.contains(part), "{part}: {}", said.stderr);
    }
    for arguments in [["--weeks", "0"], ["--weeks", "1044"], ["--start", "1999-12-31"]] {
        let said = call(at, &[&["simulate", "plain", "out"], &arguments[..]].concat());
        assert_eq!(said.status, 2, "{arguments:?}");
    }
    assert!(!at.join("out").exists());
}
