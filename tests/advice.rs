//! What a bundle holds beside its decision: the model's files, the tables for analysts, and what is
//! said where there is no model.

#![expect(clippy::print_stdout, reason = "a skipped test says so by name")]

#[path = "whole_runs/program.rs"]
mod program;

use std::fs;
use std::path::{Path, PathBuf};

use program::{Workspace, call, snapshot};
use rusqlite::{Connection, OpenFlags};

/// A Monday, and a time on it after the last day of the simulated worlds.
const WEEK: &str = "2026-01-05";
const LATER: &str = "2026-01-05T06:00:00Z";

/// A working folder whose ledger knows `weeks` weeks of a world up to [`WEEK`], with `settings` at
/// the end of its account's file.
fn simulated(weeks: u32, start: &str, settings: &str) -> Workspace {
    let folder = tempfile::tempdir().expect("a folder");
    let weeks = weeks.to_string();
    call(folder.path(), &["simulate", "plain", "made", "--weeks", &weeks, "--start", start])
        .with(0);
    let made = folder.path().join("made");
    let account = fs::read_to_string(made.join("account.toml")).expect("written");
    let place = Workspace::of_account("main", &format!("{account}\n{settings}"));
    let entries = fs::read_dir(made.join("daily")).expect("a folder");
    let paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    let mut arguments = vec!["import"];
    arguments.extend(paths.iter().map(|path| path.to_str().expect("UTF-8")));
    place.call(&arguments).with(0);
    place
}

fn published(place: &Workspace) -> PathBuf {
    let answer = place.decide(WEEK, LATER, 0);
    assert_eq!(answer["outcome"], "decided", "{answer}");
    place.bundle(WEEK)
}

/// A database as a BI tool opens it.
fn opened(bundle: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    Connection::open_with_flags(bundle.join("marketing.db"), flags).expect("opened")
}

#[track_caller]
fn say(database: &Connection, sql: &str) -> String {
    database.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// What the log says failed beside the decision.
fn fallbacks(bundle: &Path) -> Vec<String> {
    let text = fs::read_to_string(bundle.join("audit.jsonl")).expect("the log");
    let decided = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
        .find(|record| record["event"] == "decided")
        .expect("a decision");
    serde_json::from_value(decided["fallbacks"].clone()).expect("texts")
}

#[test]
fn a_tool_that_reads_the_tables_of_a_bundle_leaves_it_as_it_is() {
    let place = simulated(30, "2025-06-09", "");
    let bundle = published(&place);
    assert_eq!(fallbacks(&bundle), [""; 0]);
    let before = snapshot(&bundle);
    let database = opened(&bundle);
    // 30 weeks of four channels; what the ledger holds is what the tables hold.
    assert_eq!(say(&database, "SELECT '' || count(*) FROM daily_performance"), "840");
    let sums = "SELECT printf('%.2f', sum(spend)) FROM facebook_ads";
    let spent: i128 = place.facts().values().map(|fact| i128::from(fact.spend)).sum();
    assert_eq!(say(&database, sums), format!("{}.{:02}", spent / 100, spent % 100));
    let channels = "SELECT group_concat(Campaign, ', ') FROM (SELECT Campaign FROM \
                    mmm_channel_contributions ORDER BY Campaign)";
    let names = "Affiliate, Email, Google Ads, Meta Ads";
    assert_eq!(say(&database, channels), names);
    let optimum = "SELECT printf('%.3f', sum(Optimal_Pct)) FROM mmm_budget_optimization";
    assert_eq!(say(&database, optimum), "100.000");
    // 90 to 150 % of the same total.
    let totals = "SELECT group_concat(printf('%.2f', Total_Budget / (SELECT Total_Budget FROM \
                  mmm_budget_scenarios ORDER BY 1 LIMIT 1 OFFSET 1)), ' ') FROM mmm_budget_scenarios";
    assert_eq!(say(&database, totals), "0.90 1.00 1.10 1.20 1.50");
    let spread = "SELECT '' || max(abs(\"Google Ads_Spend\" + Email_Spend + \"Meta Ads_Spend\" + \
                  Affiliate_Spend - Total_Budget) / Total_Budget < 1e-9) FROM mmm_budget_scenarios";
    assert_eq!(say(&database, spread), "1");
    let meta = |key: &str| say(&database, &format!("SELECT value FROM meta WHERE key = '{key}'"));
    assert_eq!(meta("model"), "averaged_search");
    assert_eq!(
        (meta("week_start_date"), meta("unit_plans")),
        (WEEK.to_owned(), "major units of INR per week".to_owned(),)
    );
    assert_eq!((meta("rows"), meta("inputs")), ("840".to_owned(), "30".to_owned()));
    // The card and the tables say the same.
    let card = fs::read(bundle.join("advice/model_card.json")).expect("a card");
    let card: serde_json::Value = serde_json::from_slice(&card).expect("JSON");
    let told: f64 =
        say(&database, "SELECT '' || mae FROM mmm_model_performance").parse().expect("a number");
    let mae = card["scores"]["test"]["mae"].as_f64().expect("a number");
    assert!((told / mae - 1.0).abs() < 1e-5, "{told} {mae}");
    for channel in card["channels"].as_array().expect("a list") {
        let more = &channel["marginal_roas"];
        let figure = |name: &str| more[name].as_f64().expect("a number");
        assert!(figure("low") <= figure("mean") && figure("mean") <= figure("high"), "{more}");
    }
    drop(database);
    assert_eq!(snapshot(&bundle), before);
    place.call(&["verify", bundle.to_str().expect("UTF-8")]).with(0);
    let summary = fs::read_to_string(bundle.join("summary.txt")).expect("a page");
    assert!(summary.contains("Rows      840 of 4 channels"), "{summary}");
    let rows = fs::read_to_string(bundle.join("daily_processed.csv")).expect("rows");
    assert_eq!(rows.lines().count(), 841);
}

#[test]
fn a_history_too_short_for_a_model_is_said_and_the_week_is_decided() {
    let place = simulated(3, "2025-12-15", "");
    let bundle = published(&place);
    let why = "not enough data: ";
    let said = fallbacks(&bundle);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with(&format!("no marketing-mix model: {why}")), "{said:?}");
    // Nothing of a model: the plots of the week are all there is.
    let names = fs::read_dir(bundle.join("advice")).expect("a folder");
    let names: Vec<_> = names.map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(names, ["plots"]);
    assert!(!bundle.join("advice/plots/fit.svg").exists());
    let database = opened(&bundle);
    assert_eq!(say(&database, "SELECT '' || count(*) FROM facebook_ads"), "84");
    assert_eq!(say(&database, "SELECT '' || count(*) FROM mmm_channel_contributions"), "0");
    assert_eq!(say(&database, "SELECT value FROM meta WHERE key = 'model'"), "none");
    let reason = say(&database, "SELECT value FROM meta WHERE key = 'reason'");
    assert!(reason.starts_with(why), "{reason}");
    let summary = fs::read_to_string(bundle.join("summary.txt")).expect("a page");
    assert!(summary.contains("none: not enough data"), "{summary}");
}

#[test]
fn a_model_that_is_switched_off_is_no_failure() {
    let place = simulated(3, "2025-12-15", "[model]\nenabled = false\n");
    let bundle = published(&place);
    assert_eq!(fallbacks(&bundle), [""; 0]);
    let reason = say(&opened(&bundle), "SELECT value FROM meta WHERE key = 'reason'");
    assert_eq!(reason, "the account's file switches it off");
}

#[test]
fn the_classic_preset_fills_the_tables_of_a_bundle() {
    let place = simulated(30, "2025-06-09", "[model]\npreset = \"classic\"\n");
    let bundle = published(&place);
    assert_eq!(fallbacks(&bundle), [""; 0]);
    let database = opened(&bundle);
    let model = "SELECT model_type || ' ' || n_samples FROM mmm_model_performance";
    // A fifth of 210 days.
    assert_eq!(say(&database, model), "ridge 42");
    let predicted = "SELECT count(*) || ' ' || min(date) FROM mmm_predictions";
    assert_eq!(say(&database, predicted), "42 2025-11-24");
}

/// The scores are those that the reference pipeline prints.
#[test]
fn the_classic_preset_gives_its_reference_figures_on_the_command_line() {
    let path = "../shared/data/facebook_ads_daily/facebook_ads_raw.csv";
    let Ok(path) = fs::canonicalize(path) else {
        println!("skipped: the Facebook data are not there");
        return;
    };
    let names = [
        "Brand_Awareness_Q1",
        "Lead_Generation_B2B",
        "Product_Launch_Spring",
        "Retargeting_Warm_Audience",
    ];
    let channels = names.map(|name| format!("[[channels]]\nname = \"{name}\"\n")).concat();
    let account = format!(
        "id = \"main\"\ncurrency = \"USD\"\ntime_zone = \"UTC\"\ntotal_budget_weekly = \"30000\"\n\
         {channels}[[sources]]\nname = \"facebook\"\npreset = \"long\"\nfiles = \"*.csv\"\n\
         [sources.columns]\nchannel = \"campaign_name\"\n"
    );
    let place = Workspace::of_account("main", &account);
    let path = path.to_str().expect("UTF-8");
    let fit = ["model", "fit", "--preset", "classic", "--data", path, "--out", "out"];
    let said = place.call(&fit).with(0);
    assert!(said.contains("R² 0.665, mean error 11131.1 (41.9 %), 18 days"), "{said}");
    assert!(said.contains("look: no revenue of the business is known"), "{said}");
    let database = opened(&place.path("out"));
    let scores = "SELECT printf('%.3f %.0f %.3f %d ', r2, mae, mape, n_samples) || model_type || ' ' \
                  || regularization_alpha FROM mmm_model_performance";
    assert_eq!(say(&database, scores), "0.665 11131 0.419 18 ridge 1.0");
    assert_eq!(say(&database, "SELECT value FROM meta WHERE key = 'changes'"), "13");
    // By another day than its own it can't be tested.
    let other = [&fit[..6], &["--test-from", "2026-01-01"]].concat();
    let ended = place.call(&other);
    assert_eq!(ended.status, 2, "{}", ended.stderr);
    assert!(ended.stderr.contains("always tested on the last fifth"), "{}", ended.stderr);
}
