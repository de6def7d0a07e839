//! The files of a bundle, byte for byte, for decisions built by hand, and what holds for all of
//! them. `BLESS=1 cargo test --test report` writes the fixtures anew; read them before committing.

#[path = "report/decisions.rs"]
mod decisions;
#[path = "report/pages.rs"]
mod pages;
#[path = "report/plots.rs"]
mod plots;

use std::path::PathBuf;

use budgetd::advice::blocker::{Silence, Verdict};
use budgetd::audit::{Dropped, DroppedRow, MeasureChange, Replacement};
use budgetd::decision::Decision;
use budgetd::domain::{Conversions, Digest, Grain, Measures, Money, NumberFormat};
use budgetd::report::{
    ReceiptChannel, ReceiptInput, ReceiptOutcome, decision_json, explanation_txt, receipt,
    recommendations_csv, trace_text,
};
use budgetd::rules::{HoldReason, Ineligible};
use decisions::{account, day, first_week, held, hostile, major, name, vetoed};
use proptest::prelude::*;

/// Compares `bytes` with the fixture `tests/cases/report/<path>`.
fn assert_fixture(path: &str, bytes: &[u8]) {
    let file: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/cases/report", path].iter().collect();
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("fixture folder");
        std::fs::write(&file, bytes).expect("fixture written");
    }
    let expected = std::fs::read_to_string(&file).expect("fixture");
    assert_eq!(String::from_utf8_lossy(bytes), expected, "{path}");
}

fn assert_bundle(case: &str, decision: &Decision) {
    assert_fixture(&format!("{case}/weekly_recommendations.csv"), &recommendations_csv(decision));
    assert_fixture(&format!("{case}/decision.json"), &decision_json(decision));
    assert_fixture(&format!("{case}/explanation.txt"), &explanation_txt(decision));
    assert_fixture(&format!("{case}/trace.txt"), trace_text(decision, None).as_bytes());
}

#[test]
fn a_veto_is_named_with_what_it_cost_the_others() {
    assert_bundle("vetoed", &vetoed());
}

#[test]
fn a_hold_names_the_days_that_are_missing() {
    assert_bundle("held", &held());
}

#[test]
fn a_first_week_has_nothing_to_compare_with() {
    assert_bundle("first_week", &first_week());
}

#[test]
fn hostile_names_stay_text() {
    let decision = hostile();
    assert_bundle("hostile", &decision);
    let csv = String::from_utf8(recommendations_csv(&decision)).expect("UTF-8");
    // By hand: 1000.00 in thirds, a cent over for the first by name; quotes doubled (RFC 4180).
    let expected = "week_start_date,channel,final_budget\n\
                    2026-01-05,<script>alert(1)</script>,333.34\n\
                    2026-01-05,'=cmd|' /C calc'!A0,333.33\n\
                    2026-01-05,\"Ünï, \"\"quoted\"\" 日本\",333.33\n\
                    2026-01-05,'@rest,0.00\n";
    assert_eq!(csv, expected);
}

fn explained(decision: &Decision) -> String {
    let text = String::from_utf8(explanation_txt(decision)).expect("UTF-8");
    // Line breaks aside, as a reader takes it in.
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn figures_are_written_as_the_account_has_them() {
    let mut decision = vetoed();
    let usual = explained(&decision);
    let (json, table) = (decision_json(&decision), recommendations_csv(&decision));
    assert!(usual.contains("₹1,20,000") && usual.contains("₹1.80"), "{usual}");
    decision.account.currency = decision.account.currency.written(NumberFormat::Dot);
    let dots = explained(&decision);
    assert!(dots.contains("₹120.000") && dots.contains("₹1,80"), "{dots}");
    assert!(!dots.contains("₹1,20,000") && !dots.contains("₹1.80"), "{dots}");
    // What programs read stays as it is.
    assert!(decision_json(&decision) == json && recommendations_csv(&decision) == table);
}

#[test]
fn a_hold_without_earlier_budgets_says_how_the_total_is_split() {
    let mut decision = first_week();
    decision.held = Some(HoldReason::NoEligibleChannel);
    decision.trace.clear();
    let text = explained(&decision);
    assert!(text.contains("no channel earned more than it cost"), "{text}");
    assert!(text.contains("the total is split equally within the caps"), "{text}");
    assert!(
        text.contains("Affiliate gets ₹80,000: the week is held, and without earlier"),
        "{text}"
    );
}

#[test]
fn a_veto_that_the_cap_limits_is_no_claim_to_keep() {
    let mut decision = vetoed();
    // Meta Ads had 140000, may have 130000, and would have got 120000.
    decision.channels[3].final_budget = major(130_000);
    let text = explained(&decision);
    let expected = "Meta Ads falls from ₹1,40,000 to ₹1,30,000 (-7.1 %), as far as its cap allows: \
                    the rules proposed ₹1,20,000, but each ₹1 cut";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_target_that_the_cap_holds_back_says_what_it_would_have_been() {
    let mut decision = first_week();
    let line = decision.trace.iter_mut().find(|line| line.channel == Some(name("Email")));
    line.expect("a target").before = Some(major(328_846).amount());
    let text = explained(&decision);
    assert!(text.contains("₹1,42,000 (₹3,28,846 without floors and caps)."), "{text}");
}

#[test]
fn a_channel_without_spend_has_no_roi_to_show() {
    let mut decision = first_week();
    let evidence = &mut decision.channels[0].evidence;
    evidence.spend = Money::ZERO;
    evidence.revenue = Money::ZERO;
    evidence.ineligible = Some(Ineligible::NoSpend);
    let text = explained(&decision);
    assert!(text.contains("Nothing was spent on it in the weeks of the evidence"), "{text}");
    let value: serde_json::Value =
        serde_json::from_slice(&decision_json(&decision)).expect("valid JSON");
    assert_eq!(value["channels"][0]["roi"], serde_json::Value::Null);
    assert_eq!(value["channels"][0]["ineligible"], "no_spend");
}

#[test]
fn a_channel_at_a_loss_is_said_to_earn_no_share() {
    let mut decision = first_week();
    decision.channels[0].evidence.revenue = decision.channels[0].evidence.spend;
    decision.channels[0].evidence.ineligible = Some(Ineligible::RoiNotPositive);
    let text = explained(&decision);
    let expected =
        "brought ₹1.00 (ROI 0.000): no more than it cost, so it earns no share by its ROI.";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn every_silence_of_the_blocker_is_put_in_words() {
    let cases = [
        (Silence::Disabled, "no opinion: the account has switched the blocker off"),
        (
            Silence::HistoryTooShort { weeks: 1, weeks_min: 16 },
            "no opinion: there is 1 week of usable history, and it needs 16",
        ),
        (Silence::SpendHardlyVaried, "no opinion: the spend hardly varied"),
        (Silence::IllConditioned, "no opinion: the history doesn't single out one answer"),
        (Silence::Failed, "no opinion: the model failed"),
    ];
    let mut decision = vetoed();
    for (silence, expected) in cases {
        decision.opinions[0].verdict = Verdict::Silent(silence);
        let text = explained(&decision);
        assert!(text.contains(&format!("Affiliate: {expected}")), "{text}");
    }
}

#[test]
fn names_of_a_hundred_characters_are_never_cut() {
    let mut decision = first_week();
    let long = name(&"x".repeat(100));
    decision.channels[0].channel = long.clone();
    let text = String::from_utf8(explanation_txt(&decision)).expect("UTF-8");
    assert!(text.contains(long.as_str()));
    // The table grows with the name; everything below it breaks around it.
    let below = text.split("Why each channel").nth(1).expect("the paragraphs");
    let fits = |line: &str| line.chars().count() <= 100 || line == long.as_str();
    assert!(below.lines().all(fits), "{text}");
}

#[test]
fn the_trace_of_one_channel_leaves_the_others_out() {
    let decision = vetoed();
    let text = trace_text(&decision, Some(&name("Email")));
    assert!(text.contains("₹1,31,000 → ₹1,25,500"), "{text}");
    assert!(!text.contains("Affiliate") && !text.contains("Meta Ads"), "{text}");
}

#[test]
fn keys_of_decision_json_stand_in_the_documented_order() {
    let value: serde_json::Value =
        serde_json::from_slice(&decision_json(&vetoed())).expect("valid JSON");
    let formats = include_str!("../docs/formats.md");
    let documented = |heading: &str| -> Vec<String> {
        let section = formats.split(&format!("{heading}\n")).nth(1).expect("a section");
        let section = section.split("\n#").next().expect("a section");
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
        let cells = rows.map(|row| row.split(" |").next().expect("a cell").replace('`', ""));
        cells.flat_map(|cell| cell.split(", ").map(str::to_owned).collect::<Vec<_>>()).collect()
    };
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().expect("an object").keys().cloned().collect()
    };
    assert_eq!(keys(&value), documented("## decision.json"));
    assert_eq!(keys(&value["channels"][0]), documented("### channels"));
    assert_eq!(keys(&value["vetoes"][0]), documented("### vetoes, vetoes_overruled"));
    assert_eq!(keys(&value["trace"][0]), documented("### trace"));
    assert_eq!(keys(&value["inputs"]), documented("### inputs"));
    let blocker = documented("### blocker");
    assert_eq!(keys(&value["blocker"][0]), blocker[..5]);
}

#[test]
fn a_unit_of_one_and_a_half_loses_no_decimals() {
    let mut decision = first_week();
    decision.account.rounding_unit = Money::from_minor(150);
    let csv = String::from_utf8(recommendations_csv(&decision)).expect("UTF-8");
    assert!(csv.contains("2026-01-05,Google Ads,178000.00\n"), "{csv}");
}

fn measures(spend: i128, revenue: i128) -> Measures {
    Measures {
        spend: Money::from_minor(spend),
        revenue: Money::from_minor(revenue),
        impressions: Some(120_000),
        clicks: Some(3_400),
        conversions: Some(Conversions::from_millionths(12_500_000)),
    }
}

fn receipt_input(outcome: ReceiptOutcome) -> ReceiptInput<'static> {
    ReceiptInput {
        file_name: "week 1.csv",
        sha256: Digest::of(b""),
        outcome,
        source: "long",
        rows: 14,
        grain: Grain::Day,
        business: None,
        first_day: day("2025-12-29"),
        last_day: day("2026-01-04"),
        channels: vec![
            ReceiptChannel {
                channel: name("Email"),
                days: 7,
                rows: 7,
                figures: measures(9_600_000, 15_000_050).into(),
            },
            ReceiptChannel {
                channel: name("=Google"),
                days: 7,
                rows: 7,
                figures: Measures {
                    impressions: None,
                    conversions: None,
                    ..measures(12_000_000, 20_544_000)
                }
                .into(),
            },
        ],
        warnings: Vec::new(),
        replacements: Vec::new(),
        replaced_total: 0,
        corrected: Vec::new(),
        dropped: None,
    }
}

#[test]
fn a_receipt_shows_totals_warnings_and_what_was_replaced() {
    let account = account("main", "INR", major(500_000), &["Email", "=Google"]);
    let mut input = receipt_input(ReceiptOutcome::Accepted);
    input.file_name = "week\u{1b}[2J 1.csv";
    input.warnings = vec!["line 3: clicks, but no impressions \u{202e}".to_owned()];
    let change = |measure: &str, before: Option<&str>, after: Option<&str>| MeasureChange {
        measure: measure.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    let replacement = |channel, changed: &[MeasureChange]| Replacement {
        day: day("2026-01-03"),
        channel,
        changed: changed.to_vec(),
    };
    let spend = change("spend", Some("100.00"), Some("120.00"));
    let clicks = change("clicks", None, Some("31"));
    input.replacements = vec![
        replacement(Some(name("Email")), &[spend, clicks]),
        replacement(Some(name("=Google")), &[change("campaigns", None, None)]),
        replacement(None, &[change("revenue", Some("9.5"), None), change("controls", None, None)]),
    ];
    input.replaced_total = 4;
    let text = receipt(&account, &input);
    assert_fixture("receipts/accepted.txt", text.as_bytes());
    assert_plain(&text);
}

#[test]
fn a_receipt_names_the_rows_that_a_file_dropped() {
    let account = account("main", "INR", major(500_000), &["Email", "=Google"]);
    let mut input = receipt_input(ReceiptOutcome::Accepted);
    input.replaced_total = 3;
    let row = |channel: Option<&str>, campaign: &str, spend: Option<&str>| DroppedRow {
        day: day("2026-01-03"),
        channel: channel.map(name),
        campaign: campaign.to_owned(),
        spend: spend.map(str::to_owned),
        revenue: Some("30.00".to_owned()),
    };
    input.dropped = Some(Dropped {
        rows: 5,
        spend: None,
        revenue: Some("120.50".to_owned()),
        examples: vec![
            row(Some("Email"), "brand\u{1b}[2J / IE", Some("12.00")),
            row(Some("=Google"), "", None),
            row(None, "Geo0", None),
        ],
    });
    let text = receipt(&account, &input);
    assert_plain(&text);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "5 rows were known and aren't in this file, so they count no longer: spend not known, \
         revenue 120.50.",
        "- Sat 3 Jan 2026, Email, brand\\u{1b}[2J / IE: spend 12.00, revenue 30.00",
        "- Sat 3 Jan 2026, =Google, the row without a campaign: spend not known, revenue 30.00",
        "- Sat 3 Jan 2026, the whole business, Geo0: spend not known, revenue 30.00",
        "- and 2 more",
    ] {
        assert!(text.contains(said), "{said} is not in {text}");
    }
}

#[test]
fn a_receipt_of_a_duplicate_says_that_nothing_changed() {
    let account = account("main", "INR", major(500_000), &["Email", "=Google"]);
    let text = receipt(&account, &receipt_input(ReceiptOutcome::Duplicate));
    assert_fixture("receipts/duplicate.txt", text.as_bytes());
    assert_plain(&text);
}

/// No control character but the newline, nothing that reorders text, no space at a line's end.
fn assert_plain(text: &str) {
    let bad =
        |character: char| character != '\n' && budgetd::domain::channel::is_unprintable(character);
    assert!(!text.contains(bad), "{text:?}");
    assert!(text.ends_with('\n') && !text.contains('\r'));
    assert!(text.lines().all(|line| line.trim_end() == line), "{text}");
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z=+@<>\"', -]{1,20}",
        proptest::collection::vec(any::<char>(), 1..20).prop_map(String::from_iter),
    ]
    .prop_map(|text| text.trim().to_owned())
    .prop_filter("a channel's name", |text| budgetd::domain::ChannelName::new(text).is_ok())
}

/// The vetoed or hostile decision with other names, budgets and estimates.
fn any_decision() -> impl Strategy<Value = Decision> {
    let estimate = prop_oneof![any::<f64>(), -10.0..10.0f64, Just(f64::NAN)];
    (
        any::<bool>(),
        proptest::collection::btree_set(any_name(), 4),
        proptest::array::uniform4(0i128..2_500_000_000_000),
        estimate,
        proptest::option::of(".{0,300}"),
    )
        .prop_map(|(cents, names, budgets, cost, reason)| {
            let mut decision = if cents { hostile() } else { vetoed() };
            let unit = decision.account.rounding_unit.minor();
            let old: Vec<_> =
                decision.channels.iter().map(|channel| channel.channel.clone()).collect();
            let new: Vec<_> = names.iter().map(|text| name(text)).collect();
            let renamed = |channel: &budgetd::domain::ChannelName| {
                let at = old.iter().position(|old| old == channel).expect("a channel");
                new[at].clone()
            };
            for (channel, budget) in decision.channels.iter_mut().zip(budgets) {
                channel.channel = renamed(&channel.channel);
                channel.final_budget = Money::from_minor(budget / unit * unit);
                channel.proposal = channel.final_budget.amount();
            }
            for channel in &mut decision.account.channels {
                channel.name = renamed(&channel.name);
            }
            for line in &mut decision.trace {
                line.channel = line.channel.as_ref().map(renamed);
            }
            for opinion in &mut decision.opinions {
                opinion.channel = renamed(&opinion.channel);
            }
            for veto in decision.vetoes.iter_mut().chain(&mut decision.vetoes_overruled) {
                veto.channel = renamed(&veto.channel);
                veto.estimate.cost = cost;
                veto.estimate.low = -cost;
            }
            decision.total = decision.channels.iter().map(|channel| channel.final_budget).sum();
            decision.revision = 2;
            decision.revise_reason = reason;
            decision
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_csv_sums_to_the_total_and_reads_back(decision in any_decision()) {
        let bytes = recommendations_csv(&decision);
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let mut sum = Money::ZERO;
        let mut last: Option<Money> = None;
        for row in reader.records() {
            let row = row.expect("a row");
            prop_assert_eq!(&row[0], "2026-01-05");
            prop_assert!(!row[1].starts_with(['=', '+', '-', '@']));
            let budget = Money::parse(&row[2], decision.account.currency).expect("a decimal");
            prop_assert!(last.is_none_or(|last| budget <= last));
            last = Some(budget);
            sum = sum + budget;
        }
        prop_assert_eq!(sum, decision.total);
    }

    #[test]
    fn json_parses_and_holds_no_raw_control_character(decision in any_decision()) {
        let bytes = decision_json(&decision);
        let value: serde_json::Value = serde_json::from_slice(&bytes).expect("valid JSON");
        prop_assert_eq!(value["revise_reason"].as_str(), decision.revise_reason.as_deref());
        for (channel, json) in decision.channels.iter().zip(value["channels"].as_array().expect("a list")) {
            prop_assert_eq!(json["channel"].as_str(), Some(channel.channel.as_str()));
        }
        assert_plain(&String::from_utf8(bytes).expect("UTF-8"));
    }

    #[test]
    fn the_explanation_stays_within_a_hundred_columns(decision in any_decision()) {
        let text = String::from_utf8(explanation_txt(&decision)).expect("UTF-8");
        assert_plain(&text);
        assert_plain(&trace_text(&decision, None));
        let long_word = |line: &str| line.split(' ').any(|word| word.chars().count() > 60);
        // A table is as wide as its names and figures, which may be absurd here.
        let of_table = |line: &str| line.trim_start().contains("  ");
        for line in text.lines().filter(|line| !of_table(line)) {
            prop_assert!(line.chars().count() <= 100 || long_word(line), "{line}");
        }
    }
}
