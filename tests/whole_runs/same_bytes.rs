//! The same inputs give the same bytes: in another folder, at another time, in another order.

use std::collections::BTreeMap;
use std::fs;

use budgetd::evaluate::worlds::{self, WorldRow};
use serde_json::Value;

use crate::program::{Workspace, call, deciding_files, json};

const FIRST_DAY: &str = "2025-03-31";
const WEEKS: [&str; 4] = ["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"];
/// Full weeks up to the last decision week.
const HISTORY_WEEKS: u32 = 43;
const ARRIVED: &str = "2026-01-26T05:00:00+05:30";

/// A world of the shipped account's channels in which the blocker has something to say.
fn rows() -> Vec<WorldRow> {
    let first_day = FIRST_DAY.parse().expect("a day");
    worlds::generate(&worlds::demo_world(), worlds::DEMO_SEED, first_day, HISTORY_WEEKS)
}

/// The rows in files of eleven weeks, named by their place.
fn files() -> Vec<(String, String)> {
    let rows = rows();
    let pieces = rows.chunks(11 * 7 * 4).map(worlds::to_csv);
    (1..).zip(pieces).map(|(number, text)| (format!("part_{number}.csv"), text)).collect()
}

/// Takes the files in their order, all at the same stated time, and decides the weeks.
fn run(files: &[(String, String)]) -> Workspace {
    let workspace = Workspace::shipped();
    fs::create_dir(workspace.path("from")).expect("created");
    let mut arguments = vec!["ingest".to_owned()];
    for (name, text) in files {
        fs::write(workspace.path("from").join(name), text).expect("written");
        arguments.push(format!("from/{name}"));
    }
    arguments.extend(["--as-of".to_owned(), ARRIVED.to_owned()]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    workspace.call(&arguments).with(0);
    for week in WEEKS {
        workspace.call(&["decide", "--week", week, "--as-of", &at_six(week)]).with(0);
    }
    workspace
}

fn at_six(week: &str) -> String {
    format!("{week}T06:00:00+05:30")
}

type Bundles = BTreeMap<String, BTreeMap<String, Vec<u8>>>;

fn bundles(workspace: &Workspace) -> Bundles {
    let names = workspace.bundles();
    assert_eq!(names, WEEKS);
    names.into_iter().map(|name| (name.clone(), deciding_files(&workspace.bundle(&name)))).collect()
}

/// What doesn't depend on how the rows were cut into files: `decision.json` names the digests of
/// the files, and `explanation.txt` how many they were.
fn without_files(bundles: Bundles) -> BTreeMap<String, (Vec<u8>, Value)> {
    let strip = |mut files: BTreeMap<String, Vec<u8>>| {
        let text = String::from_utf8(files.remove("decision.json").expect("one")).expect("UTF-8");
        let mut decision = json(&text);
        decision["inputs"]["files"] = Value::Null;
        (files.remove("weekly_recommendations.csv").expect("one"), decision)
    };
    bundles.into_iter().map(|(name, files)| (name, strip(files))).collect()
}

#[test]
fn two_fresh_folders_give_the_same_bytes() {
    let one = run(&files());
    let another = run(&files());
    assert_eq!(bundles(&one), bundles(&another));
    assert_eq!(one.call(&["facts"]).with(0), another.call(&["facts"]).with(0));
    let vetoes = |week: &&str| !one.decision(week)["vetoes"].as_array().expect("one").is_empty();
    assert!(WEEKS.iter().any(vetoes), "the model's estimates are among what is compared");
}

#[test]
fn the_order_of_files_is_irrelevant() {
    let files = files();
    let mut reversed = files.clone();
    reversed.reverse();
    assert_eq!(bundles(&run(&files)), bundles(&run(&reversed)));
}

#[test]
fn the_order_of_rows_and_their_division_into_files_are_irrelevant() {
    let parts = without_files(bundles(&run(&files())));
    let mut shuffled = rows();
    // A fixed rearrangement: by the digest of each row.
    shuffled.sort_by_key(|row| budgetd::domain::Digest::of(format!("{row:?}").as_bytes()));
    let whole = run(&[("all.csv".to_owned(), worlds::to_csv(&shuffled))]);
    assert_eq!(without_files(bundles(&whole)), parts);
}

#[test]
fn the_clock_zone_and_language_of_the_machine_are_irrelevant() {
    let here = run(&files());
    let there = Workspace::shipped();
    for (name, text) in files() {
        fs::write(there.path("inbox").join(name), text).expect("written");
    }
    let elsewhere = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_budgetd"));
        command.current_dir(there.path("")).args(arguments).env_remove("BUDGETD_CONFIG");
        command.env("TZ", "Pacific/Auckland").env("LC_ALL", "de_DE.UTF-8");
        assert!(command.output().expect("it starts").status.success(), "{arguments:?}");
    };
    elsewhere(&["ingest", "--as-of", ARRIVED]);
    for week in WEEKS {
        elsewhere(&["decide", "--week", week, "--as-of", &at_six(week)]);
    }
    assert_eq!(bundles(&there), bundles(&here));
    assert_eq!(call(&there.path(""), &["audit", "verify"]).status, 0);
}
