//! `[model]` of an account's file at work: what it says is what `model` fits and tells, and the
//! command line wins over it.

#[path = "cli/place.rs"]
mod place;

use std::fmt::Write as _;

use chrono::{Days, NaiveDate};
use place::Place;
use serde_json::Value;

/// Eighty weeks of three channels and the revenue of the business, from a year whose Diwali nobody
/// tells, with orders beside it.
fn weeks() -> String {
    let mut text = "week,Google Ads_spend,Email_spend,Meta Ads_spend,revenue,orders\n".to_owned();
    let first = NaiveDate::from_ymd_opt(2014, 6, 2).expect("a day");
    for week in 0..80u32 {
        let day = first + Days::new(7 * u64::from(week));
        let (google, email) = (week * 7 % 23 * 100, week * 11 % 31 * 50);
        let meta = week * 5 % 17 * 80;
        let revenue = 20_000 + 30 * week + google + email * 2 + meta / 2 + week * week % 13 * 90;
        writeln!(text, "{day},{google},{email},{meta},{revenue},{}", revenue / 25).expect("text");
    }
    text
}

/// A place with the data, whose account has `settings` under `[model]` and `channels` below.
fn place_with(settings: &str, channels: &str) -> Place {
    let place = Place::new();
    let path = "config/accounts/main.toml";
    let shipped = place.read(path);
    let line = shipped.lines().find(|line| line.starts_with("holidays = []")).expect("the key");
    let source = "[[sources]]\nname = \"weeks\"\nfiles = \"weeks*.csv\"\npreset = \"wide_weekly\"\n\
                  [sources.columns]\ncontrols = [\"orders\"]\n";
    place.write(path, &format!("{}\n{channels}{source}", shipped.replace(line, settings)));
    place.write("weeks.csv", &weeks());
    place
}

fn card(place: &Place, more: &[&str]) -> Value {
    place.run(&[&["model", "card", "--data", "weeks.csv"], more].concat()).ends(0).json()
}

fn channel<'c>(card: &'c Value, name: &str) -> &'c Value {
    let channels = card["channels"].as_array().expect("channels");
    channels.iter().find(|channel| channel["channel"] == name).expect("the channel")
}

#[test]
fn what_the_account_says_is_fitted_and_what_is_left_out_is_told() {
    let place = place_with(
        "holidays = [\"IN\"]\nconfidence = 0.8\ntest_from = \"2015-09-07\"",
        "[[model.channels]]\nname = \"google\"\ndecay = 0.6\n\
         [[model.channels]]\nname = \"Email\"\nadstock = \"none\"\n",
    );
    let told = card(&place, &[]);
    assert_eq!(told["confidence"], 0.8);
    // 66 weeks before 7 September 2015, 14 from it on.
    assert_eq!(told["scores"]["test"]["periods"], 14, "{told:#}");
    assert_eq!(channel(&told, "Google Ads")["decay"], 0.6);
    assert_eq!(channel(&told, "Email")["decay"], 0.0);
    let left_out: Vec<String> = told["data"]["left_out"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|left| {
            format!("{}: {}", left["name"].as_str().unwrap(), left["why"].as_str().unwrap())
        })
        .collect();
    assert_eq!(left_out.len(), 4, "{left_out:?}");
    assert!(left_out[0].starts_with("orders: it is nearly the revenue itself"), "{left_out:?}");
    assert!(left_out[2].starts_with(
        "holidays of IN: the days of Diwali: known from 2015 to 2035 and not in 2014;"
    ));
    let said = place.run(&["model", "fit", "--data", "weeks.csv"]).ends(0).stdout;
    assert!(said.contains("holidays of IN") && said.contains("at 80 %"), "{said}");
}

#[test]
fn the_command_line_wins_over_the_account() {
    let place = place_with("confidence = 0.8\ntest_from = \"2015-09-07\"", "");
    let told = card(&place, &["--confidence", "0.95", "--test-from", "2015-08-03"]);
    assert_eq!(told["confidence"], 0.95);
    assert_eq!(told["scores"]["test"]["periods"], 19, "{told:#}");
}

#[test]
fn without_settings_the_last_fifth_tests_the_model() {
    let place = place_with("", "");
    let told = card(&place, &[]);
    assert_eq!(told["confidence"], 0.9);
    assert_eq!(told["scores"]["test"]["periods"], 16, "{told:#}");
}

#[test]
fn without_settings_both_families_of_curves_are_told_of() {
    let place = place_with("", "");
    let out = place.root().join("out");
    let said = place.run(&["model", "fit", "--data", "weeks.csv", "--out", "out"]).ends(0).stdout;
    assert!(said.contains("by flexible curves"), "{said}");
    let told: Value =
        serde_json::from_slice(&std::fs::read(out.join("model_card.json")).expect("the card"))
            .expect("JSON");
    let families = told["families"].as_array().expect("families");
    let names: Vec<&Value> = families.iter().map(|family| &family["name"]).collect();
    assert_eq!(names, ["shaped", "flexible"]);
    for family in families {
        assert_eq!(family["scores"]["periods"], 16);
        assert_eq!(family["channels"].as_array().expect("channels").len(), 3);
        assert!(family["log_density"].is_number() && family["coverage"].is_number());
    }
    // What is foretold of the test is what the model's own scores are of.
    let off = families[0]["scores"]["mae"].as_f64().expect("a number")
        / told["scores"]["test"]["mae"].as_f64().expect("a number");
    assert!((off - 1.0).abs() < 1e-5, "{off}");
    let preferred = &told["family_preferred"];
    let (by, error) = (
        preferred["log_density_difference"].as_f64().expect("a number"),
        preferred["standard_error"].as_f64().expect("a number"),
    );
    let difference = families[1]["log_density"].as_f64().expect("a number")
        - families[0]["log_density"].as_f64().expect("a number");
    assert!((by - difference).abs() < 1e-3, "{by} {difference}");
    let expected = match by {
        by if by.abs() <= error => "no clear winner",
        by if by > 0.0 => "flexible",
        _ => "shaped",
    };
    assert_eq!(preferred["preferred"], expected);
    let curves = std::fs::read_to_string(out.join("response_curves_flexible.csv")).expect("curves");
    let shaped = std::fs::read_to_string(out.join("response_curves.csv")).expect("curves");
    assert_eq!(curves.lines().next(), shaped.lines().next());
    assert_eq!(curves.lines().count(), shaped.lines().count());
}

#[test]
fn who_wants_the_shaped_family_alone_hears_of_no_other() {
    let place = place_with("families = \"shaped\"", "");
    let said = place.run(&["model", "fit", "--data", "weeks.csv", "--out", "out"]).ends(0).stdout;
    assert!(!said.contains("fixed shape") && !said.contains("flexible"), "{said}");
    let told = card(&place, &[]);
    assert_eq!(told["families"], serde_json::json!([]));
    assert!(told["family_preferred"].is_null());
    assert!(!place.root().join("out/response_curves_flexible.csv").exists());
}
