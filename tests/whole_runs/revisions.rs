//! A published week stands: deciding again changes nothing, a correction changes nothing, and a
//! revision stands beside it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use budgetd::domain::Money;
use budgetd::evaluate::worlds::{self, WorldRow};
use serde_json::{Value, json};

use crate::program::{Workspace, hundredths, snapshot};

/// Twenty weeks, Monday 2025-06-02 to Sunday 2025-10-19.
const FIRST_DAY: &str = "2025-06-02";
const HISTORY_WEEKS: u32 = 20;
const FIRST: &str = "2025-10-13";
const SECOND: &str = "2025-10-20";
const ARRIVED: &str = "2025-10-20T05:00:00+05:30";

fn rows() -> Vec<WorldRow> {
    let first_day = FIRST_DAY.parse().expect("a day");
    worlds::generate(&worlds::steady(), 1, first_day, HISTORY_WEEKS)
}

/// A folder that has taken all rows and decided nothing.
fn workspace() -> Workspace {
    let workspace = Workspace::shipped();
    workspace.drop_and_ingest("history.csv", &worlds::to_csv(&rows()), ARRIVED);
    workspace
}

/// Affiliate earned nothing in the week before the first decision, and Email five times as much.
fn correct(workspace: &Workspace) {
    let week = "2025-10-06".parse().expect("a day")..FIRST.parse().expect("a day");
    let mut corrected: Vec<WorldRow> =
        rows().into_iter().filter(|row| week.contains(&row.day)).collect();
    for row in &mut corrected {
        let revenue = &mut row.measures.revenue;
        match row.channel.as_str() {
            "Affiliate" => *revenue = Money::ZERO,
            "Email" => *revenue = Money::from_minor(revenue.minor() * 5),
            _ => {}
        }
    }
    let text = worlds::to_csv(&corrected);
    let answer = workspace.drop_and_ingest("corrected.csv", &text, "2025-10-20T05:30:00+05:30");
    assert_eq!(answer["files"][0]["replaced"], 14);
}

fn at_six(week: &str) -> String {
    format!("{week}T06:00:00+05:30")
}

fn decide(workspace: &Workspace, week: &str) -> Value {
    workspace.decide(week, &at_six(week), 0)
}

fn revise(workspace: &Workspace, week: &str, reason: &str) -> Value {
    let at = at_six(SECOND);
    let arguments = ["decide", "--week", week, "--as-of", &at, "--revise", "--reason", reason];
    let mut answer = workspace.json(&arguments, 0);
    answer["accounts"][0].take()
}

/// A figure of each channel of a published decision, in minor units.
fn figures(workspace: &Workspace, bundle: &str, key: &str) -> BTreeMap<String, i64> {
    let decision = workspace.decision(bundle);
    let channels = decision["channels"].as_array().expect("channels");
    channels
        .iter()
        .map(|channel| {
            let name = channel["channel"].as_str().expect("a name").to_owned();
            (name, hundredths(channel[key].as_str().expect("money")))
        })
        .collect()
}

fn latest(workspace: &Workspace) -> std::path::PathBuf {
    fs::read_link(workspace.account_outbox().join("latest")).expect("a link")
}

#[test]
fn deciding_a_published_week_again_changes_nothing() {
    let workspace = workspace();
    assert_eq!(decide(&workspace, FIRST)["outcome"], "decided");
    let (outbox, log) = (workspace.path("outbox"), workspace.path("state/audit"));
    let before = (snapshot(&outbox), snapshot(&log));
    let again = decide(&workspace, FIRST);
    assert_eq!((&again["outcome"], &again["revision"]), (&"already_decided".into(), &1.into()));
    assert_eq!((snapshot(&outbox), snapshot(&log)), before);
    let words = workspace.call(&["decide", "--week", FIRST, "--as-of", &at_six(FIRST)]).with(0);
    assert!(words.contains("was decided before; nothing changed"), "{words}");
}

#[test]
fn a_dry_run_shows_the_budgets_and_publishes_nothing() {
    let workspace = workspace();
    let (outbox, log) = (workspace.path("outbox"), workspace.path("state/audit"));
    let before = (snapshot(&outbox), snapshot(&log));
    let at = at_six(FIRST);
    let arguments = ["decide", "--week", FIRST, "--as-of", &at, "--dry-run"];
    let shown = workspace.json(&arguments, 0)["accounts"][0].take();
    assert_eq!(shown["outcome"], "previewed");
    assert_eq!((snapshot(&outbox), snapshot(&log)), before);
    let decided = decide(&workspace, FIRST);
    assert_eq!(decided["outcome"], "decided");
    assert_eq!(shown["budgets"].as_array().map(Vec::len), Some(4), "{shown}");
    assert_eq!(shown["budgets"], decided["budgets"]);
}

#[test]
fn a_correction_leaves_what_is_published_as_it_is() {
    let workspace = workspace();
    decide(&workspace, FIRST);
    let outbox = workspace.path("outbox");
    let before = snapshot(&outbox);
    correct(&workspace);
    assert_eq!(snapshot(&outbox), before);
    assert_eq!(decide(&workspace, FIRST)["outcome"], "already_decided");
    assert_eq!(snapshot(&outbox), before);
    workspace.assert_all_is_genuine();
}

#[test]
fn a_revision_stands_beside_the_first_and_the_next_week_refers_to_it() {
    let workspace = workspace();
    decide(&workspace, FIRST);
    let first = workspace.bundle(FIRST);
    let before = snapshot(&first);
    correct(&workspace);
    let revised = revise(&workspace, FIRST, "the agency sent corrected revenue");
    assert_eq!((&revised["outcome"], &revised["revision"]), (&"decided".into(), &2.into()));

    assert_eq!(workspace.bundles(), ["2025-10-13", "2025-10-13.r2"]);
    assert_eq!(snapshot(&first), before);
    assert_eq!(latest(&workspace), Path::new("2025-10-13.r2"));
    let decision = workspace.decision("2025-10-13.r2");
    assert_eq!(decision["revision"], 2);
    assert_eq!(decision["revise_reason"], "the agency sent corrected revenue");
    let page = fs::read_to_string(workspace.bundle("2025-10-13.r2").join("explanation.txt"));
    let page = page.expect("a page").replace('\n', " ");
    assert!(page.contains("This is revision 2"), "{page}");
    assert!(page.contains("the agency sent corrected revenue"), "{page}");
    let budgets = figures(&workspace, "2025-10-13.r2", "final_budget");
    assert_ne!(budgets, figures(&workspace, FIRST, "final_budget"));

    assert_eq!(decide(&workspace, SECOND)["outcome"], "decided");
    assert_eq!(
        workspace.decision(SECOND)["inputs"]["reference"],
        json!({"kind": "published", "week": FIRST, "revision": 2})
    );
    assert_eq!(figures(&workspace, SECOND, "reference"), budgets);
    assert_eq!(latest(&workspace), Path::new(SECOND));
    workspace.assert_all_is_genuine();
}

#[test]
fn revising_an_older_week_leaves_latest_at_the_newest() {
    let workspace = workspace();
    decide(&workspace, FIRST);
    decide(&workspace, SECOND);
    correct(&workspace);
    let second = snapshot(&workspace.bundle(SECOND));
    assert_eq!(revise(&workspace, FIRST, "late")["revision"], 2);
    assert_eq!(revise(&workspace, FIRST, "later")["revision"], 3);
    assert_eq!(workspace.bundles(), [FIRST, "2025-10-13.r2", "2025-10-13.r3", SECOND]);
    assert_eq!(latest(&workspace), Path::new(SECOND));
    assert_eq!(snapshot(&workspace.bundle(SECOND)), second);
    workspace.assert_all_is_genuine();
}

#[test]
fn a_revision_names_the_newer_weeks_that_started_from_an_older_one() {
    let workspace = workspace();
    let behind = |answer: &Value| answer["weeks_on_older_revisions"].clone();
    assert_eq!(behind(&decide(&workspace, FIRST)), Value::Null);
    assert_eq!(behind(&decide(&workspace, SECOND)), Value::Null);
    correct(&workspace);
    let at = at_six(SECOND);
    let asked = ["decide", "--week", FIRST, "--as-of", &at, "--revise", "--reason", "late"];
    let dry = workspace.json(&[&asked[..], &["--dry-run"]].concat(), 0)["accounts"][0].take();
    assert_eq!(behind(&dry), json!([SECOND]));
    let said = workspace.call(&asked).with(0);
    let sentence = "newer: the week of 2025-10-20 started from the budgets of an earlier revision, \
                    and stays as published";
    assert!(said.contains(sentence), "{said}");
    let command = "`budgetd decide --account main --week 2025-10-20 --revise --reason TEXT`";
    assert!(said.contains(command), "{said}");
    // No week is newer than the second; once it is revised it starts from revision 2 of the first,
    // and a third revision leaves that behind.
    assert_eq!(behind(&revise(&workspace, SECOND, "as it said")), Value::Null);
    let decision = workspace.decision("2025-10-20.r2");
    assert_eq!(decision["inputs"]["reference"]["revision"], 2);
    assert_eq!(behind(&revise(&workspace, FIRST, "later")), json!([SECOND]));
}

#[test]
fn status_names_the_weeks_that_started_from_an_older_revision() {
    let workspace = workspace();
    decide(&workspace, FIRST);
    decide(&workspace, SECOND);
    let at = at_six(SECOND);
    let behind = || {
        let status = workspace.json(&["status", "--as-of", &at], 0);
        status["accounts"][0]["weeks_on_older_revisions"].clone()
    };
    assert_eq!(behind(), json!([]));
    correct(&workspace);
    revise(&workspace, FIRST, "late");
    let told = json!({"week": SECOND, "reference": FIRST, "started_from": 1, "newest": 2});
    assert_eq!(behind(), json!([told]));
    let said = workspace.call(&["status", "--as-of", &at]).with(0);
    let sentence = "the week of 2025-10-20 started from revision 1 of 2025-10-13, which is at \
                    revision 2 now";
    assert!(said.contains(sentence), "{said}");
    revise(&workspace, SECOND, "from the newest");
    assert_eq!(behind(), json!([]));
}

#[test]
fn a_revision_needs_a_decision_and_a_reason() {
    let workspace = workspace();
    let at = at_six(FIRST);
    let base = ["decide", "--week", FIRST, "--as-of", &at];
    let with = |more: &[&str]| workspace.call(&[&base, more].concat());
    with(&["--revise", "--reason", "there is nothing to revise"]).with(2);
    with(&[]).with(0);
    with(&["--revise"]).with(2);
    with(&["--reason", "but no --revise"]).with(2);
    with(&["--revise", "--reason", "  "]).with(2);
    assert_eq!(workspace.bundles(), [FIRST]);
}
