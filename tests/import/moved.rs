//! Money counts once when a campaign moves to another channel, and nothing of it is silent: what
//! moved, what other sources had stated, and what a file says nothing of.

use serde_json::{Value, json};

use super::place::{Place, Said};

/// Two channels that one export feeds.
const CHANNELS: &str = "\n[[channels]]\nname = \"Google Brand\"\n";
const SOURCE: &str =
    "\n[[sources]]\nname = \"ads\"\nfiles = \"ads*.csv\"\nchannel = \"Google Ads\"\n";
const PATTERN: &str =
    "\n[[sources.campaigns]]\npattern = \"*brand*\"\nchannel = \"Google Brand\"\n";
const MAIN: &str = "config/accounts/main.toml";
const ARRIVED: &str = "2025-11-20T06:00:00Z";

/// A place whose account has the channels and the source, and the pattern if it is given.
fn place(pattern: &str) -> Place {
    let place = Place::new();
    let account = place.read(MAIN);
    place.write(MAIN, &format!("{account}{CHANNELS}{SOURCE}{pattern}"));
    place
}

fn add_pattern(place: &Place) {
    let account = place.read(MAIN);
    place.write(MAIN, &format!("{account}{PATTERN}"));
}

/// Rows of the export: day of November 2025, campaign, spend; the revenue is twice the spend.
fn ads(rows: &[(u32, &str, u32)]) -> String {
    let rows = rows.iter().map(|(day, campaign, spend)| {
        format!("2025-11-{day:02},{campaign},{spend},900,90,9,{}\n", 2 * spend)
    });
    format!(
        "date,campaign,spend,impressions,clicks,conversions,revenue\n{}",
        rows.collect::<String>()
    )
}

/// The same with a channel column, as the long format has it.
fn long(rows: &[(u32, &str, &str, u32)]) -> String {
    let rows = rows.iter().map(|(day, channel, campaign, spend)| {
        format!("2025-11-{day:02},{channel},{campaign},{spend},900,90,9,{}\n", 2 * spend)
    });
    let header = "date,channel,campaign,spend,impressions,clicks,conversions,revenue";
    format!("{header}\n{}", rows.collect::<String>())
}

fn drop_in(place: &Place, name: &str, text: &str) -> Said {
    place.write(&format!("inbox/{name}"), text);
    place.run(&["ingest", "--as-of", ARRIVED, "--json"]).ends(0)
}

/// What `validate` says of a file before it is dropped.
fn validate(place: &Place, name: &str, text: &str) -> (String, Value) {
    place.write(name, text);
    let words = place.run(&["validate", name, "--as-of", ARRIVED]).ends(0).stdout;
    let json = place.run(&["validate", name, "--as-of", ARRIVED, "--json"]).ends(0).json();
    (words.split_whitespace().collect::<Vec<_>>().join(" "), json["files"][0].clone())
}

fn receipt(place: &Place, name: &str) -> String {
    let text = place.read(&format!("inbox/receipts/{name}.receipt.txt"));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Day, channel and spend of what is believed.
fn facts(place: &Place) -> Vec<String> {
    let text = place.run(&["facts"]).ends(0).stdout;
    let cells = |line: &str| line.split(',').take(3).collect::<Vec<_>>().join(" ");
    text.lines().skip(1).map(cells).collect()
}

/// The event of the file that was taken last.
fn event(place: &Place) -> Value {
    let log = place.run(&["audit", "show", "--account", "main", "--json"]).ends(0).json();
    log["records"].as_array().expect("records").last().expect("one")["event"].clone()
}

#[test]
fn a_campaign_that_moved_to_another_channel_counts_once_and_everybody_is_told() {
    let place = place("");
    let text = ads(&[
        (16, "Brand IN", 5),
        (16, "Generic", 7),
        (17, "Brand IN", 6),
        (18, "Brand IN", 8),
        (18, "Generic", 9),
    ]);
    drop_in(&place, "ads.csv", &text);
    assert_eq!(
        facts(&place),
        [
            "2025-11-16 Google Ads 12.00",
            "2025-11-17 Google Ads 6.00",
            "2025-11-18 Google Ads 17.00"
        ]
    );
    add_pattern(&place);
    // 5 + 6 + 8
    let moved = "campaign Brand IN moved from Google Ads to Google Brand on 2025-11-16 (and 2 more \
                 days): 19.00 INR went with it";
    let (words, answer) = validate(&place, "ads.csv", &text);
    assert!(words.contains(moved), "{words}");
    assert_eq!(answer["moved"]["rows"], 3);
    assert_eq!(answer["dropped"], Value::Null);
    assert_eq!(facts(&place).len(), 3, "it only looks");
    let said = drop_in(&place, "ads.csv", &text).json();
    assert_eq!(said["files"][0]["replaced"], 3, "{said}");
    assert_eq!(
        facts(&place),
        [
            "2025-11-16 Google Ads 7.00",
            "2025-11-16 Google Brand 5.00",
            "2025-11-17 Google Brand 6.00",
            "2025-11-18 Google Ads 9.00",
            "2025-11-18 Google Brand 8.00",
        ]
    );
    let receipt = receipt(&place, "ads.csv");
    assert!(receipt.contains(moved), "{receipt}");
    assert!(receipt.contains("Sun 16 Nov 2025, Google Ads: spend 12.00 → 7.00"), "{receipt}");
    assert!(receipt.contains("Mon 17 Nov 2025, Google Ads: spend 6.00 → not known"), "{receipt}");
    assert!(!receipt.contains("no longer"), "what moved was not dropped: {receipt}");
    let campaign = json!({"campaign": "Brand IN", "from": "Google Ads", "to": "Google Brand",
        "first_day": "2025-11-16", "days": 3, "spend": "19.00", "revenue": "38.00"});
    let expected = json!({"rows": 3, "spend": "19.00", "revenue": "38.00", "examples": [campaign]});
    assert_eq!(event(&place)["moved"], expected);
    assert_eq!(answer["moved"], expected);
    place.run(&["audit", "verify"]).ends(0);
    // Once more, and there is nothing left to move.
    let said = drop_in(&place, "ads.csv", &text).json();
    assert_eq!(said["files"][0]["answer"], "duplicate", "{said}");
}

#[test]
fn the_same_name_in_another_unicode_form_is_the_same_campaign_and_in_other_letters_is_not() {
    let place = place("");
    drop_in(&place, "ads.csv", &ads(&[(16, "Caf\u{e9} brand", 5), (17, "Brand IN", 6)]));
    add_pattern(&place);
    drop_in(&place, "ads_2.csv", &ads(&[(16, "Cafe\u{301} brand", 5), (17, "BRAND IN", 6)]));
    assert_eq!(
        facts(&place),
        [
            "2025-11-16 Google Brand 5.00",
            "2025-11-17 Google Ads 6.00",
            "2025-11-17 Google Brand 6.00"
        ]
    );
}

#[test]
fn a_move_takes_no_money_from_a_closed_day() {
    let place = place("");
    let text = ads(&[(16, "Brand IN", 5)]);
    drop_in(&place, "ads.csv", &text);
    add_pattern(&place);
    place.write("ads.csv", &text);
    // 28 days after 16 November is 14 December.
    for command in ["validate", "ingest"] {
        let said = place.run(&[command, "ads.csv", "--as-of", "2025-12-14T06:00:00Z"]).ends(1);
        let fault = "2025-11-16, Google Ads: spend 5.00 would become blank";
        assert!(said.stdout.contains(fault), "{command}: {}", said.stdout);
        assert_eq!(facts(&place), ["2025-11-16 Google Ads 5.00"]);
    }
    place.run(&["import", "ads.csv", "--restate", "--as-of", "2025-12-14T06:00:00Z"]).ends(0);
    assert_eq!(facts(&place), ["2025-11-16 Google Brand 5.00"]);
}

#[test]
fn campaigns_of_one_name_in_files_per_channel_are_no_move() {
    let place = Place::new();
    drop_in(&place, "google.csv", &long(&[(16, "Google Ads", "spring", 5)]));
    let text = long(&[(16, "Email", "spring", 7)]);
    let (words, _) = validate(&place, "email.csv", &text);
    assert!(!words.contains("warning"), "{words}");
    drop_in(&place, "email.csv", &text);
    assert_eq!(facts(&place), ["2025-11-16 Email 7.00", "2025-11-16 Google Ads 5.00"]);
    assert!(!receipt(&place, "email.csv").contains("Worth a look"));
    assert_eq!(event(&place)["moved"], Value::Null);
}

#[test]
fn a_campaign_that_another_source_stated_stays() {
    let place = place(PATTERN);
    drop_in(&place, "other.csv", &long(&[(16, "Google Ads", "Brand IN", 5)]));
    drop_in(&place, "ads.csv", &ads(&[(16, "Brand IN", 6)]));
    assert_eq!(facts(&place), ["2025-11-16 Google Ads 5.00", "2025-11-16 Google Brand 6.00"]);
}

#[test]
fn a_published_week_is_marked_where_a_campaign_moved_out_of_its_evidence() {
    let place = place("");
    let week: Vec<(u32, &str, u32)> =
        (10..=16).flat_map(|day| [(day, "Brand IN", 50), (day, "Generic", 70)]).collect();
    place.write("ads.csv", &ads(&week));
    place.run(&["ingest", "ads.csv", "--as-of", "2025-11-17T00:10:00Z"]).ends(0);
    for channel in ["Meta Ads", "Email", "Affiliate", "Google Brand"] {
        let rows: Vec<_> = (10..=16).map(|day| (day, channel, "", 40)).collect();
        place.write("rest.csv", &long(&rows));
        place.run(&["ingest", "rest.csv", "--as-of", "2025-11-17T00:10:00Z"]).ends(0);
    }
    place.run(&["decide", "--as-of", "2025-11-17T00:30:00Z"]).ends(0);
    add_pattern(&place);
    drop_in(&place, "ads.csv", &ads(&week));
    let receipt = receipt(&place, "ads.csv");
    assert!(receipt.contains("behind published weeks: 2025-11-17"), "{receipt}");
}

#[test]
fn a_channel_that_the_file_before_it_stated_too_is_named() {
    let place = Place::new();
    drop_in(
        &place,
        "ads.csv",
        &long(&[(16, "Google Ads", "a", 3), (16, "Email", "b", 5), (17, "Google Ads", "a", 4)]),
    );
    let text = long(&[(16, "Google Ads", "a", 9), (17, "Google Ads", "a", 4)]);
    let warning = "2025-11-16: the earlier file ads.csv also stated Email (5.00 INR); this file says \
                   nothing of it, so it still counts. If Email had nothing on that day, send a row \
                   with 0";
    let (words, answer) = validate(&place, "ads_2.csv", &text);
    assert!(words.contains(warning), "{words}");
    assert!(answer["warnings"][0].as_str().is_some_and(|said| said == warning), "{answer}");
    drop_in(&place, "ads_2.csv", &text);
    assert!(receipt(&place, "ads_2.csv").contains(warning));
    assert_eq!(facts(&place)[0], "2025-11-16 Email 5.00");
    // The row with 0 ends it.
    let text = long(&[(16, "Google Ads", "a", 10), (16, "Email", "b", 0)]);
    drop_in(&place, "ads_3.csv", &text);
    assert!(!receipt(&place, "ads_3.csv").contains("also stated"));
}

#[test]
fn a_channel_that_was_left_out_twice_is_named_twice_however_the_files_differ() {
    let place = Place::new();
    drop_in(&place, "a.csv", &long(&[(16, "Google Ads", "a", 3), (16, "Email", "b", 5)]));
    // Google Ads stays as it is, Email is corrected: its values are of another file from now on.
    drop_in(&place, "b.csv", &long(&[(16, "Google Ads", "a", 3), (16, "Email", "b", 6)]));
    drop_in(&place, "c.csv", &long(&[(16, "Google Ads", "a", 4)]));
    let said = receipt(&place, "c.csv");
    assert!(said.contains("the earlier file b.csv also stated Email (6.00 INR)"), "{said}");
}

#[test]
fn files_per_channel_of_one_source_miss_nothing_of_each_other() {
    let place = Place::new();
    drop_in(&place, "google.csv", &long(&[(16, "Google Ads", "a", 3)]));
    drop_in(&place, "email.csv", &long(&[(16, "Email", "b", 5)]));
    drop_in(&place, "google.csv", &long(&[(16, "Google Ads", "a", 4)]));
    assert!(!receipt(&place, "google.csv").contains("Worth a look"));
}

#[test]
fn a_campaign_that_was_renamed_into_another_channel_is_named_where_its_file_is_sent_again() {
    let place = place(PATTERN);
    drop_in(&place, "ads.csv", &ads(&[(16, "India", 5)]));
    // All that Google Ads had is called otherwise, and a pattern takes it.
    drop_in(&place, "ads.csv", &ads(&[(16, "India brand", 5)]));
    let said = receipt(&place, "ads.csv");
    assert!(said.contains("the earlier file ads.csv also stated Google Ads (5.00 INR)"), "{said}");
}

#[test]
fn ten_channel_days_that_a_file_says_nothing_of_are_listed_and_the_rest_is_counted() {
    let place = Place::new();
    let both = |day| [(day, "Google Ads", "a", 3), (day, "Email", "b", day)];
    let rows: Vec<_> = (1..=14).flat_map(both).collect();
    drop_in(&place, "a.csv", &long(&rows));
    let rows: Vec<_> = (1..=14).map(|day| (day, "Google Ads", "a", 4)).collect();
    drop_in(&place, "b.csv", &long(&rows));
    let said = receipt(&place, "b.csv");
    assert_eq!(said.matches("also stated Email").count(), 10, "{said}");
    assert!(said.contains("2025-11-10: the earlier file a.csv also stated Email (10.00 INR)"));
    assert!(said.contains("4 more channel days that earlier files stated"), "{said}");
}

#[test]
fn days_of_another_source_that_a_file_replaces_are_named_with_their_money() {
    let place = place("");
    let rows: Vec<_> = (10..=12).map(|day| (day, "Google Ads", "", day)).collect();
    drop_in(&place, "x.csv", &long(&rows));
    let text = ads(&[(10, "Generic", 1), (11, "Generic", 1), (12, "Generic", 1)]);
    // 10 + 11 + 12
    let warning = "Google Ads, 2025-11-10 to 2025-11-12: replaces what the source \"long\" stated \
                   (file x.csv, 3 days, 33.00 INR)";
    let (words, answer) = validate(&place, "ads.csv", &text);
    assert!(words.contains(warning), "{words}");
    drop_in(&place, "ads.csv", &text);
    assert!(receipt(&place, "ads.csv").contains(warning));
    let expected = json!([{"channel": "Google Ads", "source": "long", "file": "x.csv",
        "more_files": false, "first_day": "2025-11-10", "last_day": "2025-11-12", "days": 3,
        "spend": "33.00"}]);
    assert_eq!(event(&place)["other_sources"], expected);
    assert_eq!(answer["other_sources"], expected);
    // Rows that have the same key are overwritten in place; their money is told all the same.
    drop_in(
        &place,
        "y.csv",
        &long(&[(10, "Google Ads", "Generic", 2), (11, "Google Ads", "n", 2)]),
    );
    let said = receipt(&place, "y.csv");
    assert!(said.contains("\"ads\" stated (file ads.csv, 2 days, 2.00 INR)"), "{said}");
    // A correction by the same source is none of another.
    drop_in(&place, "z.csv", &long(&[(10, "Google Ads", "Generic", 3)]));
    assert_eq!(event(&place)["other_sources"], Value::Null);
}

#[test]
fn validate_names_the_rows_that_would_be_dropped() {
    let place = Place::new();
    let all =
        [(16, "Email", "brand", 100), (16, "Email", "search", 40), (16, "Email", "spring", 7)];
    drop_in(&place, "a.csv", &long(&all));
    let (words, answer) = validate(&place, "b.csv", &long(&all[..1]));
    for said in [
        "2 rows were known and aren't in this file, so they would count no longer: spend 47.00, \
         revenue 94.00",
        "- Sun 16 Nov 2025, Email, search: spend 40.00, revenue 80.00",
        "- Sun 16 Nov 2025, Email, spring: spend 7.00, revenue 14.00",
        "it would correct 1 day of a channel",
    ] {
        assert!(words.contains(said), "{said} is not in {words}");
    }
    assert_eq!(answer["dropped"]["rows"], 2);
    assert_eq!(answer["dropped"]["examples"][0]["campaign"], "search");
    let said = drop_in(&place, "b.csv", &long(&all[..1])).json();
    assert_eq!(said["files"][0]["dropped"], 2);
}

#[test]
fn a_correction_of_a_closed_day_says_which_rows_would_vanish_too() {
    let place = Place::new();
    let known = [(16, "Email", "A", 100), (16, "Email", "B", 40)];
    drop_in(&place, "a.csv", &long(&known));
    place.write("b.csv", &long(&[(16, "Email", "B", 50)]));
    let said = place.run(&["ingest", "b.csv", "--as-of", "2025-12-14T06:00:00Z"]).ends(1).stdout;
    let page = place.read("inbox/rejected/b.csv.problems.txt");
    for text in [
        "2025-11-16, Email: spend 140.00 would become 50.00",
        "without A (spend 100.00, revenue 200.00), which would count no longer; the day is closed",
    ] {
        assert!(page.contains(text) && said.contains(text), "{text} is not in {page}\n{said}");
    }
    let hint = "1 row was known and isn't in this file, so it would count no longer: spend 100.00, \
                revenue 200.00";
    assert!(page.contains(hint), "{page}");
    place.write("c.csv", &long(&[(16, "Email", "A", 100), (16, "Email", "B", 50)]));
    place.run(&["ingest", "c.csv", "--as-of", "2025-12-14T06:00:00Z"]).ends(1);
    let page = place.read("inbox/rejected/c.csv.problems.txt");
    assert!(!page.contains("no longer"), "{page}");
}

#[test]
fn a_source_whose_one_channel_changed_is_told_what_its_former_one_still_counts() {
    let place = place("");
    let text = ads(&[(16, "", 5)]);
    drop_in(&place, "ads.csv", &text);
    place.edit(
        MAIN,
        "files = \"ads*.csv\"\nchannel = \"Google Ads\"",
        "files = \"ads*.csv\"\nchannel = \"Google Brand\"",
    );
    drop_in(&place, "ads_2.csv", &text);
    let said = receipt(&place, "ads_2.csv");
    assert!(said.contains("the earlier file ads.csv also stated Google Ads (5.00 INR)"), "{said}");
}
