//! Actions through the built program: what bundles and the command line say of them, what settings
//! change, and that no budget follows them.

#[path = "whole_runs/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use program::{Ended, Workspace, call};
use serde_json::Value;

const WEEK: &str = "2026-01-05";
const LATER: &str = "2026-01-05T06:00:00Z";

/// A working folder whose ledger knows two years of `world` up to [`WEEK`], revenue of the business
/// included; `settings` are added to its account's file.
fn place(world: &str, settings: &str) -> Workspace {
    let folder = tempfile::tempdir().expect("a folder");
    let made = ["simulate", world, "made", "--weeks", "104", "--start", "2024-01-08"];
    call(folder.path(), &made).with(0);
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

/// The rows of a plain CSV, each by its columns; names with commas don't occur here.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let row = |record: csv::StringRecord| {
        header.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect()
    };
    reader.records().map(|record| row(record.expect("a row"))).collect()
}

/// The action of each channel of `budgetd --json actions` with `more` arguments.
fn told(place: &Workspace, more: &[&str]) -> BTreeMap<String, String> {
    let answer = place.json(&[&["actions"], more].concat(), 0);
    let channels = answer["channels"].as_array().expect("channels").clone();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    channels.iter().map(|it| (text(&it["channel"]), text(&it["action"]))).collect()
}

/// The world's truth (tests/worlds/losing.toml): Display and Sponsoring lose whatever is spent,
/// Search and Partners earn.
#[test]
fn a_bundle_advises_for_each_channel_with_reason_figures_and_truth() {
    let place = place("losing", "");
    assert_eq!(place.decide(WEEK, LATER, 0)["outcome"], "decided");
    let bundle = place.bundle(WEEK);
    let read = |name: &str| fs::read_to_string(bundle.join("advice").join(name)).expect(name);
    let actions = read("channel_actions.csv");
    assert!(
        actions.starts_with(
            "week_start_date,channel,action,probability,spend,mroas,mroas_low,mroas_high,\
             lift_up_10,lift_down_10,reason\n"
        ),
        "{actions}"
    );
    let number = |row: &BTreeMap<String, String>, column: &str| -> f64 {
        row[column].parse().expect(column)
    };
    let mut said = BTreeMap::new();
    for row in rows(&actions) {
        assert_eq!(row["week_start_date"], WEEK);
        assert!((0.01..=0.99).contains(&number(&row, "probability")), "{row:?}");
        assert!(number(&row, "mroas_low") <= number(&row, "mroas"));
        assert!(number(&row, "mroas") <= number(&row, "mroas_high"));
        assert!(number(&row, "lift_up_10") > 0.0 && number(&row, "lift_down_10") < 0.0);
        assert!(!row["reason"].is_empty());
        said.insert(row["channel"].clone(), row["action"].clone());
    }
    let expected = [
        ("Display", "reduce"),
        ("Partners", "increase"),
        ("Search", "increase"),
        ("Sponsoring", "reduce"),
    ];
    assert_eq!(said, expected.map(|(a, b)| (a.to_owned(), b.to_owned())).into());

    let changes = rows(&read("counterfactuals.csv"));
    assert_eq!(changes.len(), 4 * 6);
    for row in &changes {
        let (lift, low, high) =
            (number(row, "lift"), number(row, "mean_low_90"), number(row, "mean_high_90"));
        assert!(low <= lift && lift <= high, "{row:?}");
        assert!(low <= number(row, "mean_low_80") && number(row, "mean_high_80") <= high);
        // What will be seen has chance in it, too.
        assert!(number(row, "outcome_low_90") < low && high < number(row, "outcome_high_90"));
        let parts = number(row, "immediate") + number(row, "delayed");
        assert!((parts - lift).abs() <= 1e-4 * lift.abs(), "{row:?}");
        assert_eq!(number(row, "change") > 0.0, lift > 0.0);
        let after = number(row, "spend_before") * (1.0 + number(row, "change"));
        assert!((number(row, "spend_after") - after).abs() <= 1e-4 * after);
    }
    let lags = rows(&read("lag_effects.csv"));
    assert_eq!(lags.len(), 4);
    for row in &lags {
        assert_eq!(row["period"], "week");
        let share = number(row, "immediate_share");
        assert!((0.0..=1.0).contains(&share) && number(row, "half_life") >= 0.0, "{row:?}");
        assert!(number(row, "half_life_low") <= number(row, "half_life_high"));
    }
    let summary = fs::read_to_string(bundle.join("summary.txt")).expect("a summary");
    let summary = summary.replace("\n  ", " ");
    let sentence = "it would give more to Partners and Search and less to Display and Sponsoring";
    assert!(summary.contains(sentence), "{summary}");
    place.call(&["verify", bundle.to_str().expect("UTF-8")]).with(0);
}

/// Advice that budgets read would move them: the same ledger under two hurdles, one of which turns
/// increases to reductions, has the same budgets and the same words for them.
#[test]
fn no_budget_follows_an_action() {
    let deciding = |settings: &str| {
        let place = place("losing", settings);
        place.decide(WEEK, LATER, 0);
        let read = |name: &str| fs::read(place.bundle(WEEK).join(name)).expect(name);
        let budgets = (read("weekly_recommendations.csv"), read("explanation.txt"));
        (budgets, told(&place, &[]))
    };
    let (plain, steep) = (deciding(""), deciding("[actions]\nhurdle = 30\n"));
    assert_eq!(plain.0, steep.0);
    assert_eq!(plain.1["Search"], "increase");
    assert_eq!(steep.1["Search"], "reduce");
}

#[test]
fn media_without_effect_are_left_alone() {
    let place = place("no_effect", "");
    let actions = told(&place, &[]);
    assert!(!actions.is_empty());
    assert!(actions.values().all(|action| action == "monitor"), "{actions:?}");
    place.decide(WEEK, LATER, 0);
    let summary = fs::read_to_string(place.bundle(WEEK).join("summary.txt")).expect("a summary");
    let sentence = "it sees no channel that surely deserves more or less";
    assert!(summary.replace("\n  ", " ").contains(sentence), "{summary}");
}

#[test]
fn the_command_line_answers_people_machines_and_files() {
    let place = place("losing", "");
    let text = place.call(&["actions"]).with(0);
    for said in
        ["increase Search: ", "reduce   Display: ", "no budget reads this", "half-life, weeks"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    let answer = place.json(&["actions"], 0);
    assert_eq!(answer["hurdle"], 1.0);
    assert_eq!(answer["channels"].as_array().map(Vec::len), Some(4));
    let first = &answer["channels"][0];
    for key in ["probability", "mroas", "lift_up_10", "half_life", "reason", "evidence"] {
        assert!(!first[key].is_null(), "{key}: {first}");
    }

    let folder = place.path("said");
    let folder = folder.to_str().expect("UTF-8");
    place.call(&["actions", "--out", folder]).with(0);
    for name in ["channel_actions.csv", "counterfactuals.csv", "lag_effects.csv"] {
        assert!(place.path("said").join(name).is_file(), "{name}");
    }
    // A folder that is there is never written over.
    let again = place.call(&["actions", "--out", folder]);
    assert_ne!(again.status, 0, "{}", again.stdout);
    assert!(again.stderr.contains("said"), "{}", again.stderr);
}

/// No channel brings 30 per unit, each brings more than 0.01 (tests/worlds/losing.toml).
#[test]
fn the_hurdle_decides_what_is_too_little() {
    let place = place("losing", "");
    let at = |hurdle: &str| told(&place, &["--hurdle", hurdle]);
    assert!(at("30").values().all(|action| action == "reduce"), "{:?}", at("30"));
    assert!(at("0.01").values().all(|action| action != "reduce"), "{:?}", at("0.01"));
    for wrong in ["0", "-1", "NaN", "much", "101"] {
        let Ended { status, stderr, .. } = place.call(&["actions", &format!("--hurdle={wrong}")]);
        assert_eq!(status, 2, "{wrong}: {stderr}");
    }
}

#[test]
fn whoever_asks_for_more_deviations_hears_fewer_actions() {
    let spoken = |settings: &str| {
        let actions = told(&place("twelve_channels", settings), &[]);
        actions.values().filter(|action| *action != "monitor").count()
    };
    let at = |deviations: &str| {
        spoken(&format!("[actions]\nrisk = \"deviations\"\ndeviations = {deviations}\n"))
    };
    let (bold, usual, timid) = (at("0"), at("1"), at("10"));
    assert!(bold > usual && usual >= timid, "{bold}, {usual}, {timid}");
    assert_eq!(timid, 0);
}

#[test]
fn too_little_data_is_named_and_ends_with_1() {
    let place = place("plain", "");
    let file = place.path("short.csv");
    let mut head = "date,channel,spend,impressions,clicks,conversions,revenue\n".to_owned();
    for day in 1..=9 {
        head.push_str(&format!("2026-01-0{day},Email,{day}0.00,500,30,2,{}0.00\n", 30 - day));
    }
    fs::write(&file, head).expect("written");
    let ended = place.call(&["actions", "--data", file.to_str().expect("UTF-8")]);
    assert_eq!(ended.status, 1, "{}{}", ended.stdout, ended.stderr);
    let said = ended.stdout + &ended.stderr;
    assert!(said.contains("not enough data"), "{said}");
}

#[test]
fn a_name_that_is_a_formula_stays_a_name() {
    let place = place("losing", "");
    let file = place.path("config/accounts/main.toml");
    let account = fs::read_to_string(&file).expect("a file");
    let hostile = "=HYPERLINK(1)";
    let renamed = account
        .replace("name = \"Search\"", &format!("name = \"{hostile}\"\naliases = [\"Search\"]"));
    assert_ne!(account, renamed);
    fs::write(&file, renamed).expect("written");
    let folder = tempfile::tempdir().expect("a folder");
    let made = ["simulate", "losing", "made", "--weeks", "104", "--start", "2024-01-08"];
    call(folder.path(), &made).with(0);
    let out = place.path("said");
    let entries = fs::read_dir(folder.path().join("made/daily")).expect("a folder");
    let paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    let mut text = String::new();
    for path in paths {
        let more = fs::read_to_string(path).expect("a file");
        let body = more.split_once('\n').expect("a header").1;
        text.push_str(if text.is_empty() { &more } else { body });
    }
    let file = place.path("all.csv");
    fs::write(&file, text).expect("written");
    let arguments = ["actions", "--data", file.to_str().expect("UTF-8")];
    let said = place.call(&[&arguments[..], &["--out", out.to_str().expect("UTF-8")]].concat());
    assert_eq!(said.status, 0, "{}", said.stderr);
    let written = fs::read_to_string(out.join("channel_actions.csv")).expect("a file");
    assert!(written.contains(",'=HYPERLINK(1),"), "{written}");
    assert!(!written.contains(",=HYPERLINK(1),"), "{written}");
}

#[test]
fn whatif_says_outcome_parts_and_probability() {
    let place = place("losing", "");
    let text = place.call(&["whatif", "--set", "Search=+30%"]).with(0);
    for said in ["on average", "seen with chance", "at once", "later", "with probability"] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

/// Two channels of the world (tests/worlds/losing.toml) bring next to nothing, so that weekly figures of
/// the business tell their contributions badly. No channel ever spent a hundred times as much as lately.
#[test]
fn spend_beyond_all_history_and_failed_checks_are_named() {
    let place = place("losing", "");
    let made = place.path("made");
    let made = made.to_str().expect("UTF-8");
    place.call(&["simulate", "losing", made, "--seed", "2"]).with(0);
    let data = format!("{made}/business_weekly.csv");
    let text = |arguments: &[&str]| place.call(&[arguments, &["--data", &data]].concat()).with(0);
    let machine = |arguments: &[&str]| place.json(&[arguments, &["--data", &data]].concat(), 0);
    let card = machine(&["model", "card"]);
    let checks = card["health"]["checks"].as_array().expect("checks").iter();
    let failed: Vec<Value> = checks
        .filter(|check| check["verdict"] == "fail")
        .map(|check| check["text"].clone())
        .collect();
    assert!(!failed.is_empty(), "{card}");

    let far = ["whatif", "--set", "Search=+10000%"];
    let beyond = "look: more than ever spent in a week: Search";
    assert!(text(&far).contains(beyond), "{}", text(&far));
    assert_eq!(machine(&far)["channels"][2]["within_history"], false);
    let near = text(&["whatif", "--set", "Search=-10%"]);
    assert!(!near.contains("more than ever spent"), "{near}");
    for arguments in [&["actions"][..], &far, &["plan"], &["plan", "--total", "90000"]] {
        let said = text(arguments);
        for failed in failed.iter().filter_map(Value::as_str) {
            let line = format!("look: the model fails a check: {failed}");
            assert!(said.contains(&line), "{line}: {said}");
        }
        assert_eq!(machine(arguments)["failed_checks"], Value::from(failed.clone()));
    }
}
