//! Years of files, loaded one by one, and again.

use std::process::Stdio;

use super::place::{HEADER, Place, days, wait_until};

#[test]
fn history_is_taken_archived_recorded_and_answered_and_stays_where_it_was() {
    let place = Place::new();
    place.write("old/y2025.csv", &days("2025-01-06", "2025-01-12"));
    let said = place.run(&["import", "old/y2025.csv"]).ends(0);
    assert!(
        said.stdout.contains("accepted old/y2025.csv: 28 rows, 2025-01-06 to 2025-01-12"),
        "{}",
        said.stdout
    );
    assert!(place.has("old/y2025.csv"));
    assert_eq!(place.names("archive/main/2025/01").len(), 1);
    assert!(place.read("inbox/receipts/y2025.csv.receipt.txt").contains("28"));
    assert!(place.names("inbox/.claimed").is_empty() && place.names("state/staging").is_empty());
    let log = place.run(&["audit", "show", "--account", "main"]).ends(0).stdout;
    assert!(log.contains("file_accepted") && log.contains("name=y2025.csv"), "{log}");
    // 7 days of 4 channels below the header.
    assert_eq!(place.run(&["facts"]).ends(0).stdout.lines().count(), 29);
}

#[test]
fn what_was_taken_is_known_again_by_its_content_and_nothing_is_done() {
    let place = Place::new();
    place.write("a.csv", &days("2025-01-06", "2025-01-06"));
    place.run(&["import", "a.csv"]).ends(0);
    // What was killed before its receipt was given gives it now.
    std::fs::remove_file(place.at("inbox/receipts/a.csv.receipt.txt")).expect("removed");
    std::fs::rename(place.at("a.csv"), place.at("b.csv")).expect("renamed");
    let said = place.run(&["import", "b.csv"]).ends(0);
    assert!(said.stdout.contains("known b.csv: this content was taken on "), "{}", said.stdout);
    assert!(said.stdout.contains(" as a.csv; nothing was done"), "{}", said.stdout);
    assert!(place.has("inbox/receipts/a.csv.receipt.txt"));
    let log = place.run(&["audit", "show", "--account", "main"]).ends(0).stdout;
    assert_eq!(log.lines().count(), 1, "{log}");
    let answer = place.run(&["import", "b.csv", "--json"]).ends(0).json();
    assert_eq!(answer["files"][0]["answer"], "known");
}

#[test]
fn an_import_that_was_killed_is_run_again_and_goes_on() {
    let place = Place::new();
    place.write("1.csv", &days("2020-01-06", "2020-01-12"));
    place.write("2.csv", &days("2021-01-01", "2024-12-31"));
    place.write("3.csv", &days("2019-01-07", "2019-01-13"));
    let arguments = ["import", "1.csv", "2.csv", "3.csv"];
    let mut import = place
        .command(&arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("runs");
    wait_until("the first is taken", || place.has("inbox/receipts/1.csv.receipt.txt"));
    import.kill().expect("killed");
    import.wait().expect("ended");
    let said = place.run(&arguments).ends(0);
    assert!(said.stdout.contains("known 1.csv"), "{}", said.stdout);
    // 1461 days from 2021 to 2024 and two weeks, each of 4 channels, and the header.
    let facts = place.run(&["facts"]).ends(0).stdout;
    assert_eq!(facts.lines().count(), (1461 + 14) * 4 + 1);
    assert!(place.names("state/staging").is_empty());
    place.run(&["audit", "verify"]).ends(0);
    let said = place.run(&arguments).ends(0);
    assert_eq!(said.stdout.matches("known ").count(), 3, "{}", said.stdout);
}

#[test]
fn one_file_that_is_refused_or_missing_keeps_no_other_from_being_taken() {
    let place = Place::new();
    place.write("good.csv", &days("2025-01-06", "2025-01-06"));
    place.write("bad.csv", &format!("{HEADER}\n2025-01-06,Emial,1,1,1,1,1\n"));
    place.write("odd.txt", "x");
    let said = place.run(&["import", "bad.csv", "good.csv"]).ends(1);
    assert!(said.stdout.contains("refused bad.csv: 1 fault; nothing of it was taken"));
    assert!(said.stdout.contains("did you mean \"Email\"?"), "{}", said.stdout);
    assert!(said.stdout.contains("accepted good.csv: 4 rows"), "{}", said.stdout);
    // Its sender keeps it, so there is none to put beside its problems.
    assert!(place.names("inbox/rejected").is_empty());
    let log = place.run(&["audit", "show", "--account", "main"]).ends(0).stdout;
    assert!(log.contains("file_refused") && log.contains("unknown_channel"), "{log}");
    place.run(&["import", "odd.txt", "good.csv"]).ends(1);
    let said = place.run(&["import", "gone.csv", "good.csv"]).ends(3);
    assert!(said.stderr.contains("gone.csv: "), "{}", said.stderr);
    assert!(said.stdout.contains("known good.csv"), "{}", said.stdout);
    place.run(&["import"]).ends(2);
    let answer = place.run(&["import", "bad.csv", "--json"]).ends(1).json();
    assert_eq!(answer["files"][0]["faults"][0]["reason"], "unknown_channel");
}

#[test]
fn a_source_is_named_or_goes_by_the_files_name() {
    let place = Place::new();
    let account = place.read("config/accounts/main.toml");
    let own = "\n[[sources]]\nname = \"old shop\"\nfiles = \"shop_*.csv\"\n\
               [sources.columns]\nchannel = \"medium\"\n";
    place.write("config/accounts/main.toml", &format!("{account}{own}"));
    let renamed = days("2025-01-06", "2025-01-06").replacen("channel", "medium", 1);
    place.write("export.csv", &renamed);
    place.write("shop_1.csv", &renamed.replace("2025-01-06", "2025-01-07"));
    place.run(&["import", "export.csv"]).ends(1);
    place.run(&["validate", "export.csv", "--import"]).ends(1);
    place.run(&["validate", "export.csv", "--import", "--source", "old shop"]).ends(0);
    let said = place.run(&["import", "export.csv", "--source", "Old Shop"]).ends(0);
    assert!(said.stdout.contains("accepted export.csv"), "{}", said.stdout);
    place.run(&["import", "shop_1.csv"]).ends(0);
    // A preset, though the account has no such source; it reads another format.
    let said = place.run(&["import", "shop_1.csv", "--source", "meta_ads"]).ends(1);
    assert!(said.stdout.contains("refused shop_1.csv"), "{}", said.stdout);
    let said = place.run(&["import", "export.csv", "--source", "old shp"]).ends(2);
    assert!(said.stderr.contains("did you mean \"old shop\"?"), "{}", said.stderr);
    let said = place.run(&["import", "export.csv", "--source", "zzz"]).ends(2);
    assert!(said.stderr.contains("`budgetd sources list`"), "{}", said.stderr);
}

#[test]
fn sources_are_listed_and_shown_as_they_can_be_written() {
    let place = Place::new();
    let said = place.run(&["sources", "list"]).ends(0).stdout;
    for name in ["long", "google_ads", "meta_ads", "wide_weekly", "wide_monthly", "ecommerce_mmm"] {
        assert!(said.lines().any(|line| line.trim_start().starts_with(name)), "{name}:\n{said}");
    }
    let shown = place.run(&["sources", "show", "meta_ads"]).ends(0).stdout;
    assert!(shown.contains("[[sources]]"), "{shown}");
    // Copied into the account's file under a name of its own, it is a source.
    let account = place.read("config/accounts/main.toml");
    let own = shown.replacen("name = \"meta_ads\"", "name = \"my meta\"", 1);
    assert_ne!(shown, own);
    place.write("config/accounts/main.toml", &format!("{account}\n{own}"));
    place.run(&["check"]).ends(0);
    let shown = place.run(&["sources", "show", "my meta"]).ends(0).stdout;
    assert!(shown.contains("name = \"my meta\""), "{shown}");
    let listed = place.run(&["sources", "list", "--json"]).ends(0).json();
    assert_eq!(listed["accounts"][0]["sources"][0]["name"], "my meta");
    place.run(&["sources", "show", "none"]).ends(2);
}

#[test]
fn several_accounts_need_one_to_be_named() {
    let place = Place::with_two_accounts();
    place.write("a.csv", &days("2025-01-06", "2025-01-06"));
    place.run(&["import", "a.csv"]).ends(2);
    place.run(&["import", "a.csv", "--account", "other"]).ends(0);
    assert!(place.has("inbox/other/receipts/a.csv.receipt.txt"));
    // The same content is another account's history too.
    let said = place.run(&["import", "a.csv", "--account", "main"]).ends(0);
    assert!(said.stdout.contains("accepted a.csv"), "{}", said.stdout);
}

#[test]
fn a_digest_beside_a_file_is_held_against_it() {
    let place = Place::new();
    place.write("a.csv", &days("2025-01-06", "2025-01-06"));
    place.write("a.csv.sha256", &format!("{}  a.csv\n", "0".repeat(64)));
    let said = place.run(&["import", "a.csv"]).ends(1);
    assert!(said.stdout.contains("the digest in a.csv.sha256 is not that of the file"));
    assert_eq!(place.run(&["facts"]).ends(0).stdout, format!("{HEADER}\n"));
}
