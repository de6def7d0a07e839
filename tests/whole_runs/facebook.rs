//! `facebook_ads_daily`, week after week: the totals of its `SOURCE.md`, every byte of every bundle,
//! and the same budgets from an independent computation in exact fractions.
//!
//! `BLESS=1 cargo test --test whole_runs` writes the expected bundles anew; read what changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::program::{Row, Workspace, case, cases, deciding_files, has_tool, hundredths, sample};

const RAW: &str = "facebook_ads_daily/facebook_ads_raw.csv";
const PROCESSED: &str = "facebook_ads_daily/facebook_ads_processed.csv";

/// When the file arrives: on the morning after its last day.
const ARRIVED: &str = "2026-01-13T09:00:00-05:00";

/// Both meanings of a day without a row.
const VARIANTS: [&str; 2] = ["missing", "zero"];

/// Every week that begins after the first row, up to the first one after the last row.
const WEEKS: [&str; 14] = [
    "2025-10-20",
    "2025-10-27",
    "2025-11-03",
    "2025-11-10",
    "2025-11-17",
    "2025-11-24",
    "2025-12-01",
    "2025-12-08",
    "2025-12-15",
    "2025-12-22",
    "2025-12-29",
    "2026-01-05",
    "2026-01-12",
    "2026-01-19",
];

/// `SOURCE.md`: week, spend, revenue, missing row.
type WeekTotals = (&'static str, &'static str, &'static str, Option<(&'static str, &'static str)>);
const WEEKLY: [WeekTotals; 12] = [
    ("2025-10-20", "23085.35", "152695.07", None),
    ("2025-10-27", "27301.34", "169462.73", Some(("2025-10-27", "Retargeting_Warm_Audience"))),
    ("2025-11-03", "32549.87", "316674.37", Some(("2025-11-09", "Retargeting_Warm_Audience"))),
    ("2025-11-10", "31534.46", "282650.93", Some(("2025-11-12", "Brand_Awareness_Q1"))),
    ("2025-11-17", "34938.87", "277091.76", Some(("2025-11-17", "Brand_Awareness_Q1"))),
    ("2025-11-24", "54000.56", "592753.92", None),
    ("2025-12-01", "37830.57", "272296.58", None),
    ("2025-12-08", "34991.65", "286472.90", None),
    ("2025-12-15", "24414.13", "174449.13", None),
    ("2025-12-22", "31698.66", "274412.69", Some(("2025-12-27", "Lead_Generation_B2B"))),
    ("2025-12-29", "44278.96", "337879.52", None),
    ("2026-01-05", "24019.80", "116724.10", Some(("2026-01-05", "Brand_Awareness_Q1"))),
];

/// `SOURCE.md`: channel, days, spend, impressions, clicks, conversions, revenue.
type ChannelTotals = (&'static str, usize, &'static str, i64, i64, &'static str, &'static str);
const RAW_TOTALS: [ChannelTotals; 4] = [
    ("Brand_Awareness_Q1", 87, "120988.28", 8_795_658, 98_586, "5968", "578191.41"),
    ("Lead_Generation_B2B", 89, "83276.10", 5_397_416, 65_056, "2652", "532560.38"),
    ("Product_Launch_Spring", 90, "151589.27", 9_587_149, 156_129, "12600", "1447617.39"),
    ("Retargeting_Warm_Audience", 87, "63933.28", 3_500_834, 69_756, "7385", "792411.70"),
];
const PROCESSED_TOTALS: [ChannelTotals; 4] = [
    ("Brand_Awareness_Q1", 87, "120988.28", 8_795_658, 98_586, "5968", "578191.41"),
    ("Lead_Generation_B2B", 89, "83276.10", 5_397_416, 65_056, "2652", "515151.11"),
    ("Product_Launch_Spring", 90, "148395.67", 9_587_149, 156_129, "12600", "1308489.08"),
    ("Retargeting_Warm_Audience", 87, "63933.28", 3_500_834, 69_756, "7385", "766286.26"),
];

#[test]
fn the_ledger_holds_the_totals_of_the_source() {
    let Some(file) = sample("the_ledger_holds_the_totals_of_the_source", RAW) else { return };
    let workspace = Workspace::of_account("facebook", &account("missing"));
    let answer = workspace.ingest(&file, ARRIVED, 0);
    assert_eq!((&answer["answer"], &answer["rows"]), (&"accepted".into(), &353.into()));
    assert_channel_totals(&workspace, &RAW_TOTALS);
    let facts = workspace.facts();
    for (week, spend, revenue, missing) in WEEKLY {
        let days = days_of(week);
        let rows: Vec<_> = facts.iter().filter(|((day, _), _)| days.contains(day)).collect();
        let total = rows.iter().fold(Row::default(), |sum, (_, row)| sum.plus(**row));
        assert_eq!(
            (total.spend, total.revenue),
            (hundredths(spend), hundredths(revenue)),
            "{week}"
        );
        assert_eq!(rows.len(), 28 - usize::from(missing.is_some()), "{week}");
    }
}

#[test]
fn every_week_of_the_campaigns_gives_these_bytes() {
    let Some(file) = sample("every_week_of_the_campaigns_gives_these_bytes", RAW) else { return };
    let bless = std::env::var_os("BLESS").is_some_and(|value| value == "1");
    for variant in VARIANTS {
        let workspace = whole_run(variant, &file);
        let expected = cases("facebook_ads_daily/expected").join(variant);
        if bless {
            write_expected(&workspace, &expected);
        }
        let mut weeks: Vec<String> = fs::read_dir(&expected)
            .expect("the expected weeks")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
            .collect();
        weeks.sort();
        assert_eq!(workspace.bundles(), weeks, "{variant}");
        for week in weeks {
            let found = deciding_files(&workspace.bundle(&week));
            for (name, bytes) in found {
                let path = expected.join(&week).join(&name);
                let expected = fs::read(&path).expect("an expected file");
                let text = String::from_utf8_lossy(&bytes);
                assert!(
                    bytes == expected,
                    "{variant} {week} {name} differs: {}",
                    first_difference(&String::from_utf8_lossy(&expected), &text)
                );
            }
        }
        workspace.assert_all_is_genuine();
    }
}

#[test]
fn a_week_with_a_missing_row_waits_until_the_deadline_and_then_holds() {
    let test = "a_week_with_a_missing_row_waits_until_the_deadline_and_then_holds";
    let Some(file) = sample(test, RAW) else { return };
    let workspace = Workspace::of_account("facebook", &account("missing"));
    workspace.ingest(&file, ARRIVED, 0);

    // Monday and Tuesday before the first row are missing; a first decision waits without end.
    for hour in ["06:00:00", "18:00:00", "23:59:59"] {
        let first = workspace.decide("2025-10-20", &format!("2025-10-20T{hour}-04:00"), 1);
        assert_eq!((&first["outcome"], &first["holds_from"]), (&"waiting".into(), &Value::Null));
    }
    assert!(!workspace.account_outbox().exists(), "nothing was published");

    let first = workspace.decide("2025-10-27", "2025-10-27T06:00:00-04:00", 0);
    assert_eq!(first["outcome"], "decided");
    for (evidence, _, _, missing) in &WEEKLY[1..] {
        let week = following(evidence);
        let at = |time: &str| format!("{week}T{time}-05:00");
        let Some((day, channel)) = missing else {
            assert_eq!(workspace.decide(&week, &at("06:00:00"), 0)["outcome"], "decided", "{week}");
            continue;
        };
        let waits = workspace.decide(&week, &at("17:59:59"), 1);
        assert_eq!(waits["outcome"], "waiting", "{week}");
        assert_eq!(
            waits["missing"],
            serde_json::json!([{"channel": channel, "absent": [day], "early": []}])
        );
        let held = workspace.decide(&week, &at("18:00:00"), 0);
        assert_eq!(held["outcome"], "held", "{week}");
        let decision = workspace.decision(&week);
        assert_eq!(decision["hold"]["missing"], waits["missing"]);
        for row in decision["channels"].as_array().expect("channels") {
            let (budget, reference) = (&row["final_budget"], &row["reference"]);
            let [budget, reference] =
                [budget, reference].map(|text| hundredths(text.as_str().expect("money")));
            assert_eq!(budget, reference, "{week}: a hold repeats the budgets before");
        }
    }
}

#[test]
fn declared_absences_let_every_week_be_decided_that_the_rows_reach() {
    let test = "declared_absences_let_every_week_be_decided_that_the_rows_reach";
    let Some(file) = sample(test, RAW) else { return };
    let workspace = whole_run("zero", &file);
    let outcomes: Vec<String> = WEEKS
        .iter()
        .map(|week| workspace.decision(week)["outcome"].as_str().expect("a code").to_owned())
        .collect();
    // The last rows are of Monday 12 January: the six days after them can't be declared.
    assert_eq!(outcomes, [&["decided"; 13][..], &["held"]].concat());
}

#[test]
fn the_evidence_of_each_bundle_has_the_totals_of_the_source_and_names_its_gaps() {
    let test = "the_evidence_of_each_bundle_has_the_totals_of_the_source_and_names_its_gaps";
    let Some(file) = sample(test, RAW) else { return };
    for variant in VARIANTS {
        let workspace = whole_run(variant, &file);
        let facts = workspace.facts();
        for name in workspace.bundles() {
            let decision = workspace.decision(&name);
            let mut gaps = BTreeSet::new();
            let evidence = decision["inputs"]["evidence"].as_array().expect("weeks");
            for week in evidence {
                let start = week["week_start_date"].as_str().expect("a week");
                let days = days_of(start);
                let (mut spend, mut revenue) = (0, 0);
                for channel in week["channels"].as_array().expect("channels") {
                    let called = channel["channel"].as_str().expect("a name");
                    let of_week = facts
                        .iter()
                        .filter(|((day, channel), _)| channel == called && days.contains(day))
                        .fold(Row::default(), |sum, (_, row)| sum.plus(*row));
                    let money = |key: &str| hundredths(channel[key].as_str().expect("money"));
                    assert_eq!(
                        (money("spend"), money("revenue")),
                        (of_week.spend, of_week.revenue)
                    );
                    spend += of_week.spend;
                    revenue += of_week.revenue;
                    for day in channel["days_missing"].as_array().expect("days") {
                        gaps.insert((day.as_str().expect("a day").to_owned(), called.to_owned()));
                    }
                }
                if let Some(of_source) = WEEKLY.iter().find(|(week, ..)| *week == start) {
                    let expected = (hundredths(of_source.1), hundredths(of_source.2));
                    assert_eq!((spend, revenue), expected, "{variant} {name}: {start}");
                }
            }
            if variant == "missing" {
                assert_eq!(gaps, missing_rows(evidence, &facts), "{name}");
            }
            assert_gaps_are_told(&workspace, &name, &decision, &gaps);
        }
    }
}

/// The trace has a line for each channel with gaps, and `explanation.txt` names it.
fn assert_gaps_are_told(
    workspace: &Workspace,
    name: &str,
    decision: &Value,
    gaps: &BTreeSet<(String, String)>,
) {
    let with_gaps: BTreeSet<&str> = gaps.iter().map(|(_, channel)| channel.as_str()).collect();
    let trace = decision["trace"].as_array().expect("lines");
    let told: BTreeSet<&str> = trace
        .iter()
        .filter(|line| line["reason"] == "evidence_gaps")
        .map(|line| line["channel"].as_str().expect("a channel"))
        .collect();
    assert_eq!(told, with_gaps, "{name}");
    let page = fs::read_to_string(workspace.bundle(name).join("explanation.txt")).expect("a page");
    for channel in with_gaps {
        assert!(page.contains(&format!("- {channel}: no data for ")), "{name}: {page}");
    }
}

#[test]
fn the_blocker_is_silent_on_less_than_sixteen_weeks() {
    let test = "the_blocker_is_silent_on_less_than_sixteen_weeks";
    let Some(file) = sample(test, RAW) else { return };
    for variant in VARIANTS {
        let workspace = whole_run(variant, &file);
        let mut asked = 0;
        for name in workspace.bundles() {
            let decision = workspace.decision(&name);
            for opinion in decision["blocker"].as_array().expect("opinions") {
                asked += 1;
                assert_eq!(opinion["verdict"], "silent", "{variant} {name}");
                assert_eq!(opinion["silence"]["reason"], "history_too_short", "{variant} {name}");
            }
            assert_eq!(decision["vetoes"], serde_json::json!([]), "{variant} {name}");
            assert_eq!(decision["vetoes_overruled"], serde_json::json!([]), "{variant} {name}");
        }
        assert!(asked >= 5, "{variant}: cuts were proposed, and the blocker was asked");
    }
}

#[test]
fn the_budgets_are_those_of_an_independent_computation() {
    let test = "the_budgets_are_those_of_an_independent_computation";
    let Some(file) = sample(test, RAW) else { return };
    if !has_tool(test, "python3") {
        return;
    }
    let oracle = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/budgets.py");
    for variant in VARIANTS {
        let mut python = Command::new("python3");
        python.arg("-B").arg(&oracle).arg(&file).args(["campaign_name", "35000", variant]);
        let output = python.args([WEEKS[0], WEEKS[13]]).output().expect("python3 starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let expected = String::from_utf8(output.stdout).expect("UTF-8");
        assert_eq!(published(&whole_run(variant, &file)), expected, "{variant}");
    }
}

#[test]
fn features_beside_the_measures_are_refused_by_name_or_ignored_as_declared() {
    let test = "features_beside_the_measures_are_refused_by_name_or_ignored_as_declared";
    let Some(file) = sample(test, PROCESSED) else { return };
    let strict = Workspace::of_account("facebook", &account("missing"));
    let answer = strict.ingest(&file, ARRIVED, 1);
    assert_eq!((&answer["answer"], &answer["faults_total"]), (&"refused".into(), &23.into()));
    let header = fs::read_to_string(&file).expect("the file");
    let header = header.lines().next().expect("a header");
    let page = strict.path("inbox/rejected/facebook_ads_processed.csv.problems.txt");
    let page = fs::read_to_string(page).expect("the problems");
    for column in header.split(',').skip(7) {
        assert!(page.contains(&format!("\"{column}\" is no column")), "{column}: {page}");
    }
    assert_eq!(
        fs::read(strict.path("inbox/rejected/facebook_ads_processed.csv")).expect("the original"),
        fs::read(&file).expect("the file")
    );
    assert!(strict.facts().is_empty(), "a refused file leaves nothing");

    let lenient = account("missing")
        .replace("\n[sources.columns]", "extra_columns = \"ignore\"\n\n[sources.columns]");
    let lenient = Workspace::of_account("facebook", &lenient);
    assert_eq!(lenient.ingest(&file, ARRIVED, 0)["answer"], "accepted");
    assert_channel_totals(&lenient, &PROCESSED_TOTALS);
}

fn account(variant: &str) -> String {
    case(&format!("facebook_ads_daily/{variant}.toml"))
}

/// Takes the file and runs each week as its Monday would: at 06:00, and at the deadline where that
/// waits.
fn whole_run(variant: &str, file: &std::path::Path) -> Workspace {
    let workspace = Workspace::of_account("facebook", &account(variant));
    workspace.ingest(file, ARRIVED, 0);
    for week in WEEKS {
        for time in ["06:00:00", "18:00:00"] {
            let at = format!("{week}T{time}-05:00");
            if workspace.call(&["decide", "--week", week, "--as-of", &at]).status == 0 {
                break;
            }
        }
    }
    workspace
}

/// What was published, as the independent computation prints it.
fn published(workspace: &Workspace) -> String {
    let mut text = String::new();
    let bundles = workspace.bundles();
    for week in WEEKS {
        if !bundles.iter().any(|name| name == week) {
            writeln!(text, "{week},waits,,").expect("text");
            continue;
        }
        let outcome = workspace.decision(week)["outcome"].as_str().expect("a code").to_owned();
        let path = workspace.bundle(week).join("weekly_recommendations.csv");
        let mut budgets = BTreeMap::new();
        for record in csv::Reader::from_path(path).expect("a table").records() {
            let record = record.expect("a row");
            assert_eq!(&record[0], week);
            budgets.insert(record[1].to_owned(), record[2].to_owned());
        }
        for (channel, budget) in budgets {
            writeln!(text, "{week},{outcome},{channel},{budget}").expect("text");
        }
    }
    text
}

fn write_expected(workspace: &Workspace, expected: &std::path::Path) {
    if expected.exists() {
        fs::remove_dir_all(expected).expect("removed");
    }
    for name in workspace.bundles() {
        let folder = expected.join(&name);
        fs::create_dir_all(&folder).expect("created");
        for (file, bytes) in deciding_files(&workspace.bundle(&name)) {
            fs::write(folder.join(file), bytes).expect("written");
        }
    }
}

fn first_difference(expected: &str, found: &str) -> String {
    let (mut expected, mut found) = (expected.lines(), found.lines());
    for number in 1.. {
        let pair = (expected.next(), found.next());
        if pair.0 != pair.1 {
            return format!("line {number}, expected {:?}, found {:?}", pair.0, pair.1);
        }
        if pair == (None, None) {
            break;
        }
    }
    "only in its line ends".to_owned()
}

#[track_caller]
fn assert_channel_totals(workspace: &Workspace, expected: &[ChannelTotals]) {
    let mut totals: BTreeMap<String, (usize, Row)> = BTreeMap::new();
    for ((_, channel), row) in workspace.facts() {
        let (days, total) = totals.entry(channel).or_default();
        (*days, *total) = (*days + 1, total.plus(row));
    }
    let expected = expected
        .iter()
        .map(|&(channel, days, spend, impressions, clicks, conversions, revenue)| {
            let [spend, conversions, revenue] = [spend, conversions, revenue].map(hundredths);
            (channel.to_owned(), (days, Row { spend, impressions, clicks, conversions, revenue }))
        })
        .collect();
    assert_eq!(totals, expected);
}

/// The (day, channel) pairs of these weeks without a row.
fn missing_rows(evidence: &[Value], facts: &crate::program::Facts) -> BTreeSet<(String, String)> {
    let weeks = evidence.iter().map(|week| week["week_start_date"].as_str().expect("a week"));
    weeks
        .flat_map(days_of)
        .flat_map(|day| RAW_TOTALS.map(|of| (day.clone(), of.0.to_owned())))
        .filter(|key| !facts.contains_key(key))
        .collect()
}

fn days_of(week: &str) -> Vec<String> {
    let first: chrono::NaiveDate = week.parse().expect("a day");
    first.iter_days().take(7).map(|day| day.to_string()).collect()
}

fn following(week: &str) -> String {
    let first: chrono::NaiveDate = week.parse().expect("a day");
    (first + chrono::Days::new(7)).to_string()
}
