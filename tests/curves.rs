//! `plan --curves` and `whatif --curves`: response curves that other tools exported, through the built
//! program. What is expected is worked out in `tests/cases/curves/README.md`.

#[path = "cli/place.rs"]
mod place;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use place::{Place, Said};
use serde_json::{Value, json};

fn case(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases/curves")
        .join(name)
        .to_str()
        .expect("UTF-8")
        .to_owned()
}

/// Runs the program in a folder with nothing in it: no configuration, no ledger.
fn run(command: &str, file: &str, more: &[&str]) -> Said {
    let file = case(file);
    Place::empty().run(&[&[command, "--curves", file.as_str()], more].concat())
}

fn asked(command: &str, file: &str, more: &[&str]) -> Value {
    run(command, file, &[more, &["--json"]].concat()).ends(0).json()
}

#[track_caller]
fn near(value: &Value, expected: f64, share: f64) {
    let number = value.as_f64().unwrap_or_else(|| panic!("{value} is no number"));
    assert!((number - expected).abs() <= share * expected.abs(), "{number} is not {expected}");
}

/// TV and Search share 1350 as 750 and 600, which bring 6000 and 4800.
#[track_caller]
fn shares_1350(plan: &Value, low: Option<f64>) {
    near(&plan["total"], 1350.0, 1e-4);
    near(&plan["revenue"]["mean"], 10_800.0, 1e-4);
    near(&plan["multiplier"], 2.0, 1e-3);
    assert!(plan["gap"].as_f64().expect("a gap") < 1e-3, "{plan:#}");
    for (at, spend, revenue) in [(0, 750.0, 6000.0), (1, 600.0, 4800.0)] {
        let channel = &plan["channels"][at];
        near(&channel["spend"], spend, 1e-3);
        near(&channel["revenue"]["mean"], revenue, 1e-3);
        assert_eq!(channel["bound"], "free");
        assert_eq!(channel["beyond"], false);
        match low {
            Some(low) => {
                near(&channel["revenue"]["low"], revenue * low, 1e-3);
                near(&channel["revenue"]["high"], revenue * (2.0 - low), 1e-3);
            }
            None => assert_eq!(channel["revenue"]["low"], Value::Null),
        }
    }
    // Bounds of channels don't add up to bounds of the sum.
    assert_eq!(plan["revenue"]["low"], Value::Null);
    assert_eq!(plan["revenue"]["high"], Value::Null);
}

#[test]
fn a_robyn_model_is_planned_on() {
    let said = asked("plan", "RobynModel-1_92_12.json", &["--total", "1350"]);
    assert_eq!(said["curves"]["tool"], "Robyn");
    assert_eq!(
        said["curves"]["recognised"],
        "Robyn model 1_92_12 (Robyn (stable) v3.11.1 [R-4.4.0]), 2 channels, weekly"
    );
    assert_eq!(said["curves"]["unit_of_spend"], "a week, as the mean over the model's window");
    shares_1350(&said["plan"], None);
    assert_eq!(said["plan"]["channels"][0]["channel"], "tv_S");
    near(&said["plan"]["channels"][0]["present"], 500.0, 1e-9);
}

#[test]
fn a_robyn_model_without_its_spends_is_laid_through_its_mean_response() {
    let said = asked("plan", "RobynModel-2_7_1.json", &["--total", "1350"]);
    near(&said["plan"]["channels"][0]["spend"], 750.0, 1e-3);
    // 8000 · 1250 / 1500 + 6400 · 1000 / 1200.
    near(&said["plan"]["revenue"]["mean"], 12_000.0, 1e-5);
    let notes = said["curves"]["notes"][0].as_str().expect("a note");
    assert!(notes.contains("laid through the stated mean response"), "{notes}");
}

#[test]
fn meridians_curves_are_planned_on_in_both_forms() {
    for file in ["meridian.csv", "meridian_wide.csv"] {
        let said = asked("plan", file, &["--total", "1350"]);
        assert_eq!(said["curves"]["recognised"], "Meridian response curves, 2 channels");
        assert_eq!(said["curves"]["unit_of_spend"], "all the time that the curves were made for");
        shares_1350(&said["plan"], Some(0.9));
        near(&said["plan"]["channels"][1]["present"], 400.0, 1e-9);
    }
}

#[test]
fn pymc_marketings_curves_are_planned_on_once_their_scale_is_told() {
    let told = ["--scale", "TV=1000", "--scale", "search=500"];
    let said = asked("plan", "pymc.csv", &[&told[..], &["--total", "1350"]].concat());
    assert_eq!(said["curves"]["tool"], "PyMC-Marketing");
    assert_eq!(said["curves"]["interval"], "at 94 %");
    shares_1350(&said["plan"], Some(0.85));
    let refused = run("plan", "pymc.csv", &["--total", "1350", "--scale", "TV=1000"]).ends(1);
    assert!(refused.stderr.contains("doesn't tell the scale of Search"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--scale \"TV=12500\""), "{}", refused.stderr);
}

#[test]
fn own_and_plain_curves_are_planned_on() {
    let own = asked("plan", "response_curves.csv", &["--total", "1350"]);
    assert_eq!(own["curves"]["tool"], "budgetd");
    // The curves of a daily model are per day.
    let unit = own["curves"]["unit_of_spend"].as_str().expect("a unit");
    assert!(unit.starts_with("a period of the model (a day,"), "{unit}");
    shares_1350(&own["plan"], Some(0.8));
    let plain = asked("plan", "plain.csv", &["--total", "1350"]);
    assert_eq!(plain["curves"]["recognised"], "response curves of a plain table, 2 channels");
    shares_1350(&plain["plan"], None);
}

#[test]
fn scenarios_stand_against_the_present_spends() {
    let said = asked("plan", "meridian.csv", &[]);
    let scenarios = said["scenarios"].as_array().expect("scenarios");
    assert_eq!(scenarios.len(), 5);
    for (scenario, share) in scenarios.iter().zip([0.9, 1.0, 1.1, 1.2, 1.5]) {
        let k = (900.0 * share + 450.0) / 900.0;
        near(&scenario["total"], 900.0 * share, 1e-9);
        near(&scenario["revenue"]["mean"], 14_400.0 - 7_200.0 / k, 1e-4);
        near(&scenario["multiplier"], 8.0 / (k * k), 1e-3);
    }
    assert!(scenarios[1]["revenue_increase"].as_f64().expect("a share").abs() < 1e-4);
    near(&scenarios[4]["revenue_increase"], 0.125, 1e-3);
    let words = run("plan", "meridian.csv", &[]).ends(0).stdout;
    assert!(words.contains("+12.5 %") && words.contains("no budget reads this"), "{words}");
}

#[test]
fn without_present_spends_scenarios_say_what_is_missing() {
    let said = run("plan", "plain.csv", &["--present", "tv=500"]).ends(1).stdout;
    assert!(said.contains("the present spend of Search is not known: tell it by"), "{said}");
    let json = run("plan", "plain.csv", &["--present", "tv=500", "--json"]).ends(1).json();
    assert_eq!(json["present_unknown"], json!(["Search"]));
    let told = asked("plan", "plain.csv", &["--present", "tv=500", "--present", "Search=400"]);
    near(&told["scenarios"][4]["revenue"]["mean"], 10_800.0, 1e-4);
    near(&told["scenarios"][4]["revenue_increase"], 0.125, 1e-3);
}

#[test]
fn what_is_told_wins_over_the_file() {
    let told = ["--present", "TV=1000", "--present", "Search=800"];
    let said = asked("plan", "meridian.csv", &told);
    near(&said["scenarios"][1]["total"], 1800.0, 1e-9);
}

#[test]
fn a_return_and_a_margin_find_their_total() {
    let roas = asked("plan", "meridian.csv", &["--roas", "10"]);
    near(&roas["plan"]["total"], 990.0, 1e-3);
    near(&roas["plan"]["channels"][0]["spend"], 550.0, 1e-3);
    near(&roas["plan"]["revenue"]["mean"], 9900.0, 1e-3);
    let margin = asked("plan", "RobynModel-1_92_12.json", &["--margin", "0.5"]);
    // Profit is flat around its top: the total is found less sharply than the profit.
    near(&margin["plan"]["total"], 1350.0, 1e-3);
    near(&margin["plan"]["revenue"]["mean"], 10_800.0, 1e-3);
    let never = run("plan", "meridian.csv", &["--roas", "40", "--json"]).ends(1).json();
    assert_eq!(never["plan"], Value::Null);
}

#[test]
fn a_return_is_not_looked_for_where_curves_have_ended() {
    // The curves end at 1100 and 880. They bring 8000 · 1100 / 1350 + 6400 · 880 / 1080 = 11733 in
    // all, six times 1955; a total beyond 1980 would still return six if it bought nothing more.
    let said = run("plan", "meridian.csv", &["--roas", "5"]).ends(0);
    assert!(said.stdout.contains("a total of 1980"), "{}", said.stdout);
    assert!(said.stdout.contains("it is the most that is looked at"), "{}", said.stdout);
}

#[test]
fn bounds_hold_and_are_named() {
    let said = asked("plan", "plain.csv", &["--total", "1000", "--high", "0.5"]);
    let channels = &said["plan"]["channels"];
    near(&channels[0]["spend"], 500.0, 1e-9);
    assert_eq!(channels[0]["bound"], "at_high");
    run("plan", "plain.csv", &["--total", "1000", "--low", "0.7", "--high", "0.5"]).ends(2);
}

#[test]
fn spend_beyond_the_file_is_marked_and_brings_no_more() {
    let said = asked("plan", "meridian.csv", &["--total", "4000"]);
    assert_eq!(said["plan"]["channels"][0]["beyond"], true);
    // What the ends bring: 8000 · 1100 / 1350 + 6400 · 880 / 1080.
    near(&said["plan"]["revenue"]["mean"], 11_733.3, 1e-4);
    assert_eq!(said["plan"]["channels"][0]["revenue"]["low"], Value::Null);
    let words = run("plan", "meridian.csv", &["--total", "4000"]).ends(0).stdout;
    assert!(words.contains("* TV: the file's curve ends at 1100; beyond it"), "{words}");
    let words = run("plan", "RobynModel-1_92_12.json", &["--total", "4000"]).ends(0).stdout;
    assert!(words.contains("* tv_S: more than the 1000 that was ever spent"), "{words}");
}

#[test]
fn a_what_if_tells_each_channel_and_the_sum() {
    let said = asked("whatif", "meridian.csv", &["--set", "tv=+50%", "--set", "Search=600"]);
    let channels = said["channels"].as_array().expect("channels");
    assert_eq!(channels.len(), 2);
    near(&channels[0]["spend_after"], 750.0, 1e-9);
    near(&channels[0]["revenue_before"]["mean"], 8000.0 * 500.0 / 750.0, 1e-5);
    near(&channels[0]["revenue_before"]["low"], 4800.0, 1e-5);
    near(&channels[0]["revenue_after"]["mean"], 6000.0, 1e-5);
    near(&channels[0]["revenue_change"]["mean"], 6000.0 - 16_000.0 / 3.0, 1e-4);
    // An interval of what spends bring is none of their difference.
    assert_eq!(channels[0]["revenue_change"]["low"], Value::Null);
    near(&said["spend_change"], 450.0, 1e-9);
    near(&said["revenue_change"]["mean"], 1200.0, 1e-4);
    let words = run("whatif", "meridian.csv", &["--set", "TV=+50%"]).ends(0).stdout;
    assert!(words.contains("a change has none") && words.contains("+666.667"), "{words}");
}

#[test]
fn a_what_if_needs_the_present_spend_of_what_it_changes_only() {
    let refused = run("whatif", "plain.csv", &["--set", "TV=+10%"]).ends(2).stderr;
    assert!(refused.contains("tell it by --present \"TV=AMOUNT\""), "{refused}");
    let told = asked("whatif", "plain.csv", &["--set", "TV=+250", "--present", "TV=500"]);
    near(&told["revenue_change"]["mean"], 666.667, 1e-3);
    let negative = ["--set", "TV=-600", "--present", "TV=500"];
    assert!(run("whatif", "plain.csv", &negative).ends(2).stderr.contains("would spend -100.00"));
    let unknown = run("whatif", "plain.csv", &["--set", "TVs=+10%"]).ends(2).stderr;
    assert!(unknown.contains("did you mean \"TV\"?"), "{unknown}");
}

#[test]
fn conversions_are_planned_but_not_set_against_money() {
    let place = Place::empty();
    let text = fs::read_to_string(case("RobynModel-1_92_12.json")).expect("the case");
    let line = "\"dep_var_type\": [\n   \"revenue\"\n  ]";
    assert!(text.contains(line));
    place.write("m.json", &text.replace(line, "\"dep_var_type\": [\"conversion\"]"));
    let said = place.run(&["plan", "--curves", "m.json"]).ends(0).stdout;
    assert!(said.contains("conversions") && !said.contains("ROI"), "{said}");
    let refused = place.run(&["plan", "--curves", "m.json", "--roas", "2"]).ends(2).stderr;
    assert!(refused.contains("the curves bring conversions"), "{refused}");
}

#[test]
fn curves_go_with_no_data_and_no_account() {
    for more in [
        ["--data", "x.csv"],
        ["--test-from", "2026-01-01"],
        ["--account", "main"],
        ["--confidence", "0.9"],
    ] {
        run("plan", "plain.csv", &[&more[..], &["--total", "1350"]].concat()).ends(2);
    }
    Place::empty().run(&["plan", "--present", "TV=5"]).ends(2);
    run("plan", "plain.csv", &["--present", "TV"]).ends(2);
    run("plan", "plain.csv", &["--present", "TV=-5"]).ends(2);
    let unknown = run("plan", "plain.csv", &["--present", "Radio=5"]).ends(2).stderr;
    assert!(unknown.contains("no channel \"Radio\"; it has TV, Search"), "{unknown}");
    let needless = run("plan", "plain.csv", &["--scale", "TV=5"]).ends(2).stderr;
    assert!(needless.contains("--scale is for curves of PyMC-Marketing"), "{needless}");
}

#[test]
fn files_that_are_no_curves_are_refused_with_a_way_out() {
    let place = Place::empty();
    let plan = |name: &str| place.run(&["plan", "--curves", name, "--total", "100"]);
    place.write("unknown.csv", "Kanal,Kosten,Umsatz\nTV,1,2\n");
    let unknown = plan("unknown.csv").ends(1).stderr;
    assert!(unknown.contains("unknown.csv: no known format"), "{unknown}");
    assert!(unknown.contains("the columns are kanal, kosten, umsatz"), "{unknown}");
    assert!(unknown.contains("known are: RobynModel-*.json; Meridian"), "{unknown}");
    place.write("other.json", "{\"model\": 1}");
    let other = plan("other.json").ends(1).stderr;
    assert!(other.contains("JSON without \"InputCollect\""), "{other}");
    place.write("falls.csv", "channel,spend,revenue\nA,0,0\nA,1,5\nA,2,4\n");
    let falls = plan("falls.csv").ends(1);
    assert!(falls.stderr.contains("channel \"A\", line 4: the curve falls from 5 to 4"));
    fs::write(place.at("latin.csv"), b"channel,spend,revenue\nCaf\xe9,0,0\n").expect("written");
    assert!(plan("latin.csv").ends(1).stderr.contains("it is no UTF-8 text"));
    let large = fs::File::create(place.at("large.csv")).expect("made");
    large.set_len(16_000_001).expect("grown");
    assert!(plan("large.csv").ends(1).stderr.contains("curves have at most 16 MB"));
    plan("absent.csv").ends(3);
    plan(".").ends(3);
}

/// A model that Robyn 3.11.1 made of its own simulated weeks, as the exported file states it:
/// coefficient, alpha, gamma, theta, mean response, mean spend.
const PUBLISHED: [(&str, [f64; 6]); 5] = [
    (
        "tv_S",
        [
            420_253.272_087_119_6,
            2.688_655_596_3,
            0.347_843_011_61,
            0.331_054_990_08,
            42_400.632_441_600_8,
            16_505.809_851_38,
        ],
    ),
    (
        "ooh_S",
        [
            366_029.613_353_104_4,
            0.516_397_719_24,
            0.457_267_159_63,
            0.393_762_413_56,
            137_200.506_794_471_1,
            52_482.126_539_278_1,
        ],
    ),
    (
        "print_S",
        [
            82_529.925_537_053,
            2.936_020_043,
            0.406_633_236_08,
            0.114_290_850_07,
            4_628.227_921_028_9,
            3_832.069_922_151_5,
        ],
    ),
    (
        "facebook_S",
        [
            368_248.523_513_134_5,
            2.989_116_798_8,
            0.678_688_430_33,
            0.037_976_743_41,
            4_755.046_096_929,
            2_127.885_490_396,
        ],
    ),
    (
        "search_S",
        [
            71_340.046_608_003_2,
            0.637_162_179_6,
            0.498_745_533_91,
            0.008_522_596_644,
            29_983.292_654_143,
            5_158.980_891_719_7,
        ],
    ),
];

#[test]
#[expect(clippy::print_stdout, reason = "a skipped test must be seen")]
fn robyns_own_mean_responses_are_met_on_its_own_data() {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/robyn_simulated_weekly/dt_simulated_weekly.csv");
    let Ok(text) = fs::read_to_string(&path) else {
        println!("skipped: robyns_own_mean_responses_are_met_on_its_own_data (no shared data)");
        return;
    };
    let mut lines = text.lines();
    let header: Vec<&str> =
        lines.next().expect("a header").split(',').map(|name| name.trim_matches('"')).collect();
    let rows: Vec<Value> = lines
        .map(|line| {
            let cells = header.iter().zip(line.split(','));
            let cells = cells.filter_map(|(name, cell)| {
                Some(((*name).to_owned(), json!(cell.parse::<f64>().ok()?)))
            });
            Value::Object(cells.collect())
        })
        .collect();
    let names: Vec<&str> = PUBLISHED.iter().map(|(name, _)| *name).collect();
    let mut hyper = serde_json::Map::new();
    let mut summary = Vec::new();
    for (name, [coefficient, alpha, gamma, theta, _, mean_spend]) in PUBLISHED {
        hyper.insert(format!("{name}_alphas"), json!([alpha]));
        hyper.insert(format!("{name}_gammas"), json!([gamma]));
        hyper.insert(format!("{name}_thetas"), json!([theta]));
        summary.push(json!({"variable": name, "coef": coefficient, "mean_spend": mean_spend}));
    }
    let model = json!({
        "InputCollect": {"intervalType": ["week"], "dep_var_type": ["revenue"],
            "paid_media_spends": names, "rollingWindowStartWhich": [7],
            "rollingWindowEndWhich": [163], "adstock": ["geometric"]},
        "ExportedModel": {"select_model": ["3_165_9"], "summary": summary, "hyper_values": hyper},
        "Extras": {"raw_data": rows},
    });
    let text = model.to_string();
    let curves = budgetd::advice::planning::imported::read(&text, &[], &[]).expect("curves");
    for (channel, (name, [.., mean_response, mean_spend])) in curves.channels.iter().zip(PUBLISHED)
    {
        assert_eq!(channel.name, name);
        // The export states its parameters with some eleven digits.
        near(&json!(channel.revenue(mean_spend)), mean_response, 1e-9);
    }
    let place = Place::empty();
    place.write("RobynModel-3_165_9.json", &text);
    let plan = place.run(&["plan", "--json", "--curves", "RobynModel-3_165_9.json"]).ends(0).json();
    let gap = plan["scenarios"][1]["gap"].as_f64().expect("a gap");
    let brought = plan["scenarios"][1]["revenue"]["mean"].as_f64().expect("revenue");
    assert!(gap < 1e-3 * brought, "{gap} of {brought}");
}

#[test]
fn curves_that_budgetd_writes_are_read_back() {
    let place = Place::new();
    let mut text = "date,channel,spend,impressions,clicks,conversions,revenue\n".to_owned();
    let first = chrono::NaiveDate::from_ymd_opt(2024, 1, 1).expect("a day");
    for day in 0..140u32 {
        let date = first + chrono::Days::new(u64::from(day));
        for (at, channel) in place::CHANNELS.iter().enumerate() {
            let at = u32::try_from(at).expect("few");
            let spend = 100 + (day * (7 + at) % 23) * 20;
            let revenue = 500 + spend * (at + 1) + day * day % 13 * 9;
            writeln!(text, "{date},{channel},{spend},1000,50,5,{revenue}").expect("text");
        }
    }
    place.write("days.csv", &text);
    let curves = place.run(&["model", "curves", "--data", "days.csv"]).ends(0).stdout;
    place.write("response_curves.csv", &curves);
    let said = place
        .run(&["plan", "--json", "--curves", "response_curves.csv", "--total", "5000"])
        .ends(0)
        .json();
    assert_eq!(said["curves"]["recognised"], "budgetd's own response curves, 4 channels");
    let spends = said["plan"]["channels"].as_array().expect("channels").iter();
    let sum: f64 = spends.map(|channel| channel["spend"].as_f64().expect("a spend")).sum();
    assert!((sum - 5000.0).abs() < 1.0, "{said:#}");
}
