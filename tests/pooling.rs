//! Accounts that learn from each other, through the built program: what each borrows and is told of it,
//! what they share and what they never do, and what happens where the pool is missing or damaged.

#[path = "whole_runs/program.rs"]
mod program;

use std::fs;
use std::path::{Path, PathBuf};

use program::{Workspace, call};
use serde_json::Value;

const WEEK: &str = "2026-01-05";
const LATER: &str = "2026-01-05T06:00:00Z";

/// Advertisers of one shop system: alike, and each with a name that is nobody else's business.
const NAMES: [&str; 5] = ["acme", "borealis", "cumulus", "dynamo", "estuary"];

/// A working folder with `NAMES`, each of 24 weeks; the last shares nothing.
fn place() -> Workspace {
    let folder = tempfile::tempdir().expect("a folder");
    let place = Workspace::of_account("acme", "");
    for (at, name) in NAMES.iter().enumerate() {
        let (made, seed) = (folder.path().join(name), (at + 1).to_string());
        let into = made.to_str().expect("UTF-8");
        let world = ["simulate", "small_account", into, "--weeks", "24", "--seed", &seed];
        let dated = [world.as_slice(), &["--start", "2025-07-21"]].concat();
        call(folder.path(), &dated).with(0);
        let account = fs::read_to_string(made.join("account.toml")).expect("written");
        let own = account.lines().map(|line| {
            if line.starts_with("id = ") { format!("id = \"{name}\"") } else { line.to_owned() }
        });
        let own: Vec<String> = own.collect();
        let shares = if *name == "estuary" { "false" } else { "true" };
        let text = format!("{}\n[model]\npool = {shares}\n", own.join("\n"));
        fs::write(place.path(&format!("config/accounts/{name}.toml")), text).expect("written");
    }
    for name in NAMES {
        let entries = fs::read_dir(folder.path().join(name).join("daily")).expect("a folder");
        let paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        let mut arguments = vec!["import", "--account", name];
        arguments.extend(paths.iter().map(|path| path.to_str().expect("UTF-8")));
        place.call(&arguments).with(0);
    }
    place
}

fn decide(place: &Workspace, name: &str) -> PathBuf {
    let arguments = ["decide", "--account", name, "--week", WEEK, "--as-of", LATER];
    let answer = place.json(&arguments, 0);
    assert_eq!(answer["accounts"][0]["outcome"], "decided", "{answer}");
    place.path("outbox").join(name).join(WEEK)
}

fn card(bundle: &Path) -> Value {
    let text = fs::read_to_string(bundle.join("advice/model_card.json")).expect("a card");
    serde_json::from_str(&text).expect("JSON")
}

/// All files of a bundle that are text, as one.
fn texts(bundle: &Path) -> String {
    let mut all = String::new();
    for folder in [bundle.to_owned(), bundle.join("advice")] {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_file() {
                all.push_str(&String::from_utf8_lossy(&fs::read(path).expect("readable")));
            }
        }
    }
    all.to_lowercase()
}

#[test]
fn accounts_borrow_from_all_that_share_and_nobody_learns_a_name() {
    let place = place();
    let told = place.json(&["model", "pool"], 0);
    assert_eq!((&told["sharing"], &told["telling"]), (&Value::from(4), &Value::from(4)));

    let pool = fs::read_to_string(place.path("state/pool.json")).expect("a pool");
    for secret in NAMES.iter().chain(&["search", "social", "video", "usd", "spend", "revenue"]) {
        assert!(!pool.to_lowercase().contains(secret), "{secret}");
    }

    let bundle = decide(&place, "acme");
    let pooling = &card(&bundle)["pooling"];
    assert_eq!(pooling["accounts"], 4, "{pooling}");
    let numbers = ["log_lag_days", "log_half_saturation", "log_slope", "return"];
    let channels = pooling["channels"].as_array().expect("channels");
    let borrowed = || channels.iter().flat_map(|it| numbers.map(|name| &it[name]));
    assert!(borrowed().any(|it| it["borrowed"].as_f64().is_some_and(|it| it > 0.0)), "{pooling}");
    // All but itself and the one that shares nothing.
    assert!(borrowed().filter(|it| !it.is_null()).all(|it| it["accounts"] == 3), "{pooling}");
    let summary = fs::read_to_string(bundle.join("summary.txt")).expect("a summary");
    assert!(summary.contains("learns from 4 accounts"), "{summary}");
    let pooled = fs::read_to_string(bundle.join("advice/pooled.json")).expect("what it borrowed");
    assert!(pooled.contains(pooling["pool"].as_str().expect("a digest")));
    let texts = texts(&bundle);
    for other in &NAMES[1..] {
        assert!(!texts.contains(other), "{other}");
    }

    // What the run had to tell is what was told already, but for the finer search.
    assert!(place.path("state/pool.json").is_file());
    let alone = decide(&place, "estuary");
    assert!(card(&alone)["pooling"].is_null());
    assert!(!alone.join("advice/pooled.json").exists());
}

#[test]
fn a_missing_or_damaged_pool_takes_nothing_but_itself() {
    let place = place();
    let before = card(&decide(&place, "acme"));
    assert!(before["pooling"].is_null(), "there was no pool yet");
    // It has told of itself all the same.
    let pool = place.path("state/pool.json");
    assert!(fs::read_to_string(&pool).expect("a pool").contains("\"summaries\""));

    fs::write(&pool, "{\"format\": 1, \"summ").expect("damaged");
    let bundle = decide(&place, "borealis");
    assert!(card(&bundle)["pooling"].is_null());
    let decision = fs::read_to_string(bundle.join("decision.json")).expect("a decision");
    assert!(!decision.contains("pool"), "no decision reads it");
    let audit = fs::read_to_string(bundle.join("audit.jsonl")).expect("an audit log");
    assert!(audit.contains("state/pool.json can't be used"), "{audit}");
    assert_eq!(fs::read_to_string(&pool).expect("kept"), "{\"format\": 1, \"summ");
    place.call(&["model", "pool"]).with(0);
    assert!(fs::read_to_string(&pool).expect("a pool").contains("\"summaries\""));
}
