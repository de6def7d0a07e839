//! Lift tests through the built program: what a bundle, the card and the command line say of them.

#[path = "whole_runs/program.rs"]
mod program;

use std::fs;
use std::path::PathBuf;

use program::{Workspace, call};

const WEEK: &str = "2026-01-05";
const LATER: &str = "2026-01-05T06:00:00Z";

/// A working folder whose ledger knows a year of a world up to [`WEEK`], and these experiments.
fn place(experiments: &str) -> Workspace {
    let folder = tempfile::tempdir().expect("a folder");
    let made = ["simulate", "plain", "made", "--weeks", "52", "--start", "2025-01-06"];
    call(folder.path(), &made).with(0);
    let made = folder.path().join("made");
    let account = fs::read_to_string(made.join("account.toml")).expect("written");
    let place = Workspace::of_account("main", &account);
    fs::write(place.path("config/accounts/main.experiments.toml"), experiments).expect("written");
    let entries = fs::read_dir(made.join("daily")).expect("a folder");
    let paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    let mut arguments = vec!["import"];
    arguments.extend(paths.iter().map(|path| path.to_str().expect("UTF-8")));
    place.call(&arguments).with(0);
    place
}

/// Two tests: one that claims a hundred times what it cost, one that is not over yet.
const TESTS: &str = "[[experiments]]\nname = \"=Too good\"\nchannel = \"Email\"\n\
    first_day = \"2025-09-01\"\nlast_day = \"2025-09-28\"\nspend_change_share = 0.5\n\
    lift = 4000000\nerror = 100000\n\
    [[experiments]]\nchannel = \"Meta Ads\"\nfirst_day = \"2025-12-29\"\n\
    last_day = \"2026-01-18\"\nspend_change = 50000\nlift = 60000\nerror = 20000\n";

#[test]
fn a_bundle_says_of_each_test_whether_history_agrees() {
    let place = place(TESTS);
    assert_eq!(place.decide(WEEK, LATER, 0)["outcome"], "decided");
    let bundle = place.bundle(WEEK);
    let read = |name: &str| fs::read_to_string(bundle.join(name)).expect(name);
    let table = read("advice/experiments.csv");
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(
        rows[0],
        "experiment,channel,first_day,last_day,spend_change,lift,error,error_used,\
         expected_by_history,expected_low,expected_high,standard_errors_apart,verdict,text"
    );
    // A formula is none, and an error grows with fourteen weeks: 100000 · 2^(14.14 / 104).
    assert!(rows[1].starts_with("'=Too good,Email,2025-09-01,2025-09-28,"), "{}", rows[1]);
    assert!(rows[1].contains(",4000000,100000,109") && rows[1].contains(",conflicts,"));
    assert!(
        rows[2]
            .starts_with("experiment 2,Meta Ads,2025-12-29,2026-01-18,,60000,20000,,,,,,not_yet,")
    );
    let card: serde_json::Value =
        serde_json::from_str(&read("advice/model_card.json")).expect("JSON");
    assert_eq!(card["experiments"][0]["verdict"], "conflicts");
    assert_eq!(card["health"]["verdict"], "fail");
    let summary = read("summary.txt").replace("\n  ", " ");
    assert!(summary.contains("\"=Too good\" of Email contradicts history"), "{summary}");
    place.call(&["verify", bundle.to_str().expect("UTF-8")]).with(0);
}

#[test]
fn a_bundle_without_tests_has_no_such_file_and_the_same_budgets() {
    let (with, without) = (place(TESTS), place(""));
    for place in [&with, &without] {
        place.decide(WEEK, LATER, 0);
    }
    assert!(!without.bundle(WEEK).join("advice/experiments.csv").exists());
    let budgets = |place: &Workspace| {
        fs::read(place.bundle(WEEK).join("weekly_recommendations.csv")).expect("budgets")
    };
    assert_eq!(budgets(&with), budgets(&without), "advice touches no budget");
}

#[test]
fn the_command_line_names_what_is_not_used_and_what_is_wrong() {
    let place = place(TESTS);
    let said = place.call(&["model", "fit"]).with(0);
    assert!(said.contains("experiment \"experiment 2\" is not used yet"), "{said}");
    let path = place.path("config/accounts/main.experiments.toml");
    fs::write(path, TESTS.replace("Meta Ads", "Meta")).expect("written");
    let refused = place.call(&["check"]);
    let said = refused.stdout + &refused.stderr;
    assert_eq!(refused.status, 2, "{said}");
    assert!(said.contains("main.experiments.toml:10:11: channel = \"Meta\""), "{said}");
}
