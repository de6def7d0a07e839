//! A week that was held for data says so once the data are there, and how it is decided then.

use serde_json::{Value, json};

use super::corrected::{MONDAY, NEXT_MONDAY, corrected_weeks, status};
use super::place::{Place, days};

/// Half an hour behind the deadline of the week of 2 February.
const DEADLINE_OVER: &str = "2026-02-02T18:30:00+05:30";
const DAY_AFTER: &str = "2026-02-03T06:00:00+05:30";
const COMMAND: &str = "budgetd decide --account main --week 2026-02-02 --revise --reason TEXT";

/// The week of 2 February is held, since `week` is all that arrived of the week before.
fn held(week: &str, arrived_at: &str) -> Place {
    let place = Place::new();
    place.write("inbox/history.csv", &days("2025-11-03", "2026-01-25"));
    place.run(&["ingest", "--as-of", "2026-01-26T00:00:00Z"]).ends(0);
    place.run(&["decide", "--as-of", MONDAY]).ends(0);
    place.write("week.csv", week);
    place.run(&["ingest", "week.csv", "--as-of", arrived_at]).ends(0);
    let decide = ["decide", "--as-of", DEADLINE_OVER, "--json"];
    let outcome = place.run(&decide).ends(0).json()["accounts"][0]["outcome"].clone();
    assert_eq!(outcome, "held");
    let (words, corrected) = status(&place, DAY_AFTER);
    assert_eq!(corrected, json!([]), "it still can't be decided");
    assert!(!words.contains(COMMAND), "{words}");
    place
}

/// The week without Email's row of the 28th, which comes after the deadline with ten times the
/// revenue.
fn held_until_email_comes() -> Place {
    let row = "2026-01-28,Email,100,900,90,9,230\n";
    let week = days("2026-01-26", "2026-02-01");
    assert!(week.contains(row));
    let place = held(&week.replace(row, ""), "2026-02-01T20:00:00Z");
    let text = format!("{}\n{}", super::place::HEADER, row.replace("230", "2300"));
    place.write("late.csv", &text);
    place.run(&["ingest", "late.csv", "--as-of", "2026-02-02T14:00:00Z"]).ends(0);
    place
}

#[test]
fn a_held_week_whose_data_arrived_is_told_with_the_command_that_decides_it() {
    let place = held_until_email_comes();
    let (words, corrected) = status(&place, DAY_AFTER);
    let sentence =
        "week 2026-02-02 was held because data were missing, which have arrived since; `";
    assert!(words.contains(&format!("{sentence}{COMMAND}` decides it: ")), "{words}");
    assert!(words.contains("main  attention"), "{words}");
    assert_eq!(corrected[0]["can_be_decided"], true);
    let command = COMMAND.replace("TEXT", "late") + " --as-of " + DAY_AFTER;
    let arguments: Vec<&str> = command.split(' ').skip(1).collect();
    let said = place.run(&arguments).ends(0);
    assert!(
        said.stdout.contains("decided main, week of 2026-02-02, revision 2"),
        "{}",
        said.stdout
    );
    let (words, corrected) = status(&place, DAY_AFTER);
    assert_eq!(corrected, json!([]));
    assert!(!words.contains(sentence), "{words}");
}

#[test]
fn the_next_report_tells_of_a_held_week_that_can_be_decided() {
    let place = held_until_email_comes();
    place.write("next.csv", &days("2026-02-02", "2026-02-08"));
    place.run(&["ingest", "next.csv", "--as-of", "2026-02-08T20:00:00Z"]).ends(0);
    place.run(&["decide", "--as-of", "2026-02-09T06:00:00+05:30"]).ends(0);
    let decision = place.read("outbox/main/2026-02-09/decision.json");
    let decision: Value = serde_json::from_str(&decision).expect("JSON");
    let warning = &corrected_weeks(&decision)[0];
    assert_eq!(warning["week_start_date"], "2026-02-02");
    assert_eq!(warning["can_be_decided"], true);
    let text = place.read("outbox/main/2026-02-09/explanation.txt");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(&format!("`{COMMAND}` decides it")), "{text}");
}

#[test]
fn figures_that_were_only_confirmed_free_a_held_week_too() {
    let week = days("2026-01-26", "2026-02-01");
    // On Sunday noon the Sunday isn't over.
    let place = held(&week, "2026-02-01T12:00:00+05:30");
    place.write("again.csv", &week);
    let again = place.run(&["ingest", "again.csv", "--as-of", "2026-02-02T14:00:00Z"]).ends(0);
    assert!(again.stdout.contains("duplicate"), "{}", again.stdout);
    let (words, corrected) = status(&place, DAY_AFTER);
    assert!(words.contains(COMMAND), "{words}");
    assert_eq!(
        (&corrected[0]["can_be_decided"], &corrected[0]["files"]),
        (&json!(true), &json!([]))
    );
}

#[test]
fn weeks_that_would_stay_are_counted_behind_those_that_would_not() {
    let place = Place::new();
    place.write("inbox/history.csv", &days("2025-11-03", "2026-01-25"));
    place.run(&["ingest", "--as-of", "2026-01-26T00:00:00Z"]).ends(0);
    place.run(&["decide", "--as-of", MONDAY]).ends(0);
    place.write("week.csv", &days("2026-01-26", "2026-02-01"));
    place.run(&["ingest", "week.csv", "--as-of", "2026-02-01T20:00:00Z"]).ends(0);
    place.run(&["decide", "--as-of", NEXT_MONDAY]).ends(0);
    let corrected = |day: &str, from: &str, to: &str| {
        place.write("fix.csv", &days(day, day).replace(from, to));
        place.run(&["import", "fix.csv", "--restate"]).ends(0);
        status(&place, DAY_AFTER)
    };
    // Clicks bear on no budget: both weeks rest on that Saturday.
    let (words, both) = corrected("2026-01-24", "90,9,230", "91,9,230");
    let brief = "figures of 2 published weeks changed, budgets would be the same";
    assert!(words.contains(brief), "{words}");
    assert!(!words.contains("rests on figures"), "{words}");
    assert_eq!(both.as_array().map(Vec::len), Some(2));
    // The oldest day is evidence of the older week alone: 1 December to 25 January.
    let (words, both) = corrected("2025-12-01", "90,9,230", "90,9,9000");
    let other = words.find("week 2026-01-26 rests on figures").expect("it would change");
    let brief = words
        .find("figures of 1 published week changed, budgets would be the same")
        .unwrap_or_else(|| panic!("{words}"));
    assert!(other < brief, "{words}");
    assert!(!words.contains("week 2026-02-02 rests"), "{words}");
    assert_eq!((&both[0]["week"], &both[1]["week"]), (&json!("2026-01-26"), &json!("2026-02-02")));
}
