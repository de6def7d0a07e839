//! Every set of the sample data, with a source table of `tests/cases/every_set`: what can be taken
//! stands in the ledger with the totals that its `SOURCE.md`, `expected.json` or a plain sum gives;
//! the rest is refused for the stated reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::program::{Workspace, case, json as parse, sample};

const ARRIVED: &str = "2025-09-15T12:00:00Z";

/// Amounts in hundredths and counts, as far as they are known: spend, impressions, clicks,
/// conversions (in hundredths), revenue.
type Cells = [Option<i128>; 5];

/// By day (or first day of the week) and channel.
type Facts = BTreeMap<(String, String), Cells>;

const MEASURES: [&str; 5] = ["spend", "impressions", "clicks", "conversions", "revenue"];

fn workspace(account: &str) -> Workspace {
    let name = account.trim_end_matches("_unfiltered").trim_end_matches("_monday");
    Workspace::of_account(name, &case(&format!("every_set/{account}.toml")))
}

/// A decimal with at most two digits behind its point, in hundredths.
fn hundredths(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    assert!(fraction.len() <= 2, "{text}");
    format!("{whole}{fraction:0<2}").parse().expect("a decimal")
}

/// What `facts` prints; rows of nothing but zeros and blanks say the same as no row.
fn facts(workspace: &Workspace, grain: &str) -> Facts {
    let printed = workspace.call(&["facts", "--grain", grain]).with(0);
    let mut reader = csv::Reader::from_reader(printed.as_bytes());
    let mut facts = Facts::new();
    for record in reader.records() {
        let record = record.expect("a row");
        let cell = |at: usize| (!record[at].is_empty()).then(|| record[at].to_owned());
        let count = |at: usize| cell(at).map(|text| text.parse().expect("a count"));
        let money = |at: usize| cell(at).map(|text| hundredths(&text));
        let cells = [money(2), count(3), count(4), money(5), money(6)];
        let says_something = cells.iter().flatten().any(|&value| value != 0);
        let key = (record[0].to_owned(), record[1].to_owned());
        if says_something {
            assert_eq!(facts.insert(key, cells), None, "a (day, channel) stands once");
        }
    }
    facts
}

/// The truth of a file of `export_formats`; measures that it doesn't have are `None`.
fn truth(name: &str) -> Facts {
    let path = sample("truth", "export_formats/expected.json").expect("it lies beside the files");
    let expected = parse(&fs::read_to_string(path).expect("read"));
    let of_file = &expected["files"][name];
    assert_eq!(of_file["verdict"], "taken", "{name}");
    let columns: Vec<&str> =
        of_file["columns"].as_array().expect("columns").iter().filter_map(Value::as_str).collect();
    let days = of_file["days"].as_object().expect("days");
    days.iter()
        .map(|(key, values)| {
            let (day, channel) = key.split_once(' ').expect("a day and a channel");
            let mut cells: Cells = [None; 5];
            for (column, value) in columns.iter().zip(values.as_array().expect("values")) {
                let at = MEASURES.iter().position(|name| name == column).expect("a measure");
                cells[at] = Some(match value {
                    Value::String(text) => hundredths(text),
                    number => number.as_i64().expect("a number").into(),
                });
            }
            ((day.to_owned(), channel.to_owned()), cells)
        })
        .collect()
}

fn file(test: &str, path: &str) -> Option<PathBuf> {
    sample(test, path)
}

#[test]
fn every_export_that_can_be_read_stands_in_the_ledger_exactly() {
    let test = "every_export_that_can_be_read_stands_in_the_ledger_exactly";
    for (account, name) in [
        ("inr", "google_ads_inr.csv"),
        ("inr", "google_ads_inr_utf16_tab.csv"),
        ("inr", "google_ads_total_health.csv"),
        ("eur", "google_ads_de_eur.csv"),
        ("eur", "google_ads_fr_eur.csv"),
        ("eur", "google_ads_micros_eur.csv"),
        ("inr", "meta_ads_inr.csv"),
        ("usd", "linkedin_usd.csv"),
        ("inr", "long_inr_lakh.csv"),
        ("usd", "long_usd_prefix.csv"),
        ("eur", "long_windows1252_eur.csv"),
        ("inr", "long_duplicate_exact.csv"),
        ("inr", "redelivery_1_first.csv"),
        ("inr", "redelivery_2_corrected.csv"),
        ("shop", "ecommerce_wide_50.csv"),
        ("inr", "finer_grain.csv"),
        ("inr", "finer_grain.csv.gz"),
    ] {
        let Some(path) = file(test, &format!("export_formats/{name}")) else { return };
        let workspace = workspace(account);
        let answer = workspace.ingest(&path, ARRIVED, 0);
        assert_eq!(answer["answer"], "accepted", "{name}: {answer}");
        assert_eq!(facts(&workspace, "day"), truth(name), "{name}");
        let receipt = workspace.path(&format!("inbox/receipts/{name}.receipt.txt"));
        assert!(receipt.is_file(), "{name} has a receipt");
    }
}

#[test]
fn every_export_that_cannot_be_trusted_is_refused_for_its_reason() {
    let test = "every_export_that_cannot_be_trusted_is_refused_for_its_reason";
    for (account, name, cause) in [
        (
            "inr",
            "google_ads_rows_missing.csv",
            "the rows add up to 163114.25 in the column Cost, the report's own \"Total: Campaigns\" \
             says 186335.10 (line 23)",
        ),
        ("inr", "meta_ads_inr_period.csv", "covers 2025-06-01 to 2025-08-31"),
        ("inr", "meta_ads_inr_period.csv", "choose Breakdown, By time, Day, and export again"),
        (
            "inr",
            "meta_ads_no_data.csv",
            "is an empty report (\"No data available.\"): nothing to take",
        ),
        ("inr", "long_mixed_dates.csv", "04/09/2025 (line 14, 8 rows"),
        ("inr", "long_mixed_dates_excel.csv", "it could be 9 January or 1 September"),
        ("inr", "long_truncated_row.csv", "line 29 has 3 of 7 fields and no end"),
        (
            "inr",
            "long_truncated_number.csv",
            "the digest in long_truncated_number.csv.sha256 is not that of the file: it is \
             incomplete or changed; drop both again",
        ),
        ("inr", "long_duplicate_conflicting.csv", "21776.44 (line 12) and 23026.44 (line 30)"),
        ("inr", "long_usd_prefix.csv", "amounts are in USD"),
        (
            "shop_unfiltered",
            "ecommerce_wide_50.csv",
            "two currencies: GBP (180 rows, first line 2) and USD (120 rows, first line 182); the \
             account is in GBP",
        ),
        ("inr", "long_windows1252_eur.csv", "is not UTF-8: byte 0xC9"),
    ] {
        let Some(path) = file(test, &format!("export_formats/{name}")) else { return };
        let workspace = workspace(account);
        assert_eq!(workspace.ingest(&path, ARRIVED, 1)["answer"], "refused", "{name}");
        let page = workspace.path(&format!("inbox/rejected/{name}.problems.txt"));
        let page = fs::read_to_string(page).expect("the problems");
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(page.contains(cause), "{name}: {page}");
        assert!(facts(&workspace, "day").is_empty(), "{name}");
    }
}

/// A weekly set: account, file, weeks, spend and impressions and clicks per channel, outcome.
struct Weekly {
    account: &'static str,
    file: &'static str,
    weeks: usize,
    spend: &'static [(&'static str, &'static str)],
    impressions: &'static [(&'static str, i128)],
    clicks: &'static [(&'static str, i128)],
    outcome: &'static str,
}

/// Totals of the second column of each SOURCE.md (cells rounded one by one, half to even). Where a
/// count has decimals, or a revenue is a product, SOURCE.md has no such column: those are sums of
/// cells rounded by Python's `Decimal.quantize(…, ROUND_HALF_EVEN)`.
const WEEKLY: [Weekly; 8] = [
    Weekly {
        account: "robyn",
        file: "robyn_simulated_weekly/dt_simulated_weekly.csv",
        weeks: 208,
        spend: &[
            ("tv", "3087487.76"),
            ("ooh", "8989331.70"),
            ("print", "775555.49"),
            ("search", "1230426.66"),
            ("facebook", "446296.82"),
        ],
        impressions: &[("facebook", 1_695_910_323)],
        clicks: &[("search", 3_524_609)],
        outcome: "379005696.67",
    },
    Weekly {
        account: "meridian",
        file: "meridian_simulated/national_all_channels.csv",
        weeks: 156,
        spend: &[
            ("Channel0", "40501713.09"),
            ("Channel1", "31320298.13"),
            ("Channel2", "12079349.29"),
            ("Channel3", "87860358.26"),
            ("Channel4", "47730683.45"),
        ],
        impressions: &[
            ("Channel0", 5_523_420_467),
            ("Channel1", 3_248_578_573),
            ("Channel2", 1_625_551_369),
            ("Channel3", 11_274_497_204),
            ("Channel4", 6_125_670_562),
        ],
        clicks: &[],
        outcome: "1318718006.15",
    },
    Weekly {
        account: "meridian",
        file: "meridian_simulated/national_media.csv",
        weeks: 156,
        spend: &[
            ("Channel0", "27156895.08"),
            ("Channel1", "29394408.57"),
            ("Channel2", "27749086.02"),
            ("Channel3", "37440308.41"),
        ],
        impressions: &[
            ("Channel0", 2_435_033_865),
            ("Channel1", 2_628_292_733),
            ("Channel2", 2_478_469_450),
            ("Channel3", 3_242_592_855),
        ],
        clicks: &[],
        outcome: "1140591725.59",
    },
    Weekly {
        account: "meridian",
        file: "meridian_simulated/national_media_rf.csv",
        weeks: 156,
        spend: &[
            ("Channel0", "40414749.71"),
            ("Channel1", "27601916.12"),
            ("Channel2", "23265917.68"),
            ("Channel3", "19630671.82"),
        ],
        impressions: &[
            ("Channel0", 3_635_068_445),
            ("Channel1", 2_414_106_153),
            ("Channel2", 1_948_204_826),
            ("Channel3", 1_669_188_610),
        ],
        clicks: &[],
        outcome: "1185182267.18",
    },
    // By region: the exact spends of 20 regions are summed before the one rounding of a week; the
    // outcome stays by region.
    Weekly {
        account: "geo",
        file: "meridian_simulated/geo_full_funnel_data.csv",
        weeks: 156,
        spend: &[
            ("AwarenessVideo", "42275725.12"),
            ("PerformanceDisplay", "34503678.36"),
            ("PerformanceNative", "32740118.61"),
        ],
        impressions: &[
            ("AwarenessVideo", 3_593_359_473),
            ("PerformanceDisplay", 2_960_804_901),
            ("PerformanceNative", 2_810_219_460),
        ],
        clicks: &[],
        outcome: "1198071598.77",
    },
    Weekly {
        account: "mutinex",
        file: "mmm_eval_example/example_data.csv",
        weeks: 179,
        spend: &[("radio", "5532.57"), ("TV", "2897.11")],
        impressions: &[],
        clicks: &[],
        outcome: "1412369.38",
    },
    Weekly {
        account: "stan",
        file: "mmm_stan/data.csv",
        weeks: 209,
        spend: &[
            ("dm", "158373363.44"),
            ("inst", "16610245.52"),
            ("nsp", "53203626.56"),
            ("auddig", "803465.03"),
            ("audtr", "25624716.36"),
            ("vidtr", "35145152.07"),
            ("viddig", "3865647.98"),
            ("so", "21320203.80"),
            ("on", "45115575.59"),
            ("sem", "130861971.62"),
        ],
        impressions: &[
            ("dm", 1_994_802_591),
            ("inst", 2_607_728_906),
            ("nsp", 337_944_026),
            ("auddig", 209_588_636),
            ("audtr", 4_796_765_756),
            ("vidtr", 2_057_815_384),
            ("viddig", 229_139_149),
            ("so", 2_888_439_564),
            ("on", 991_096_519),
            ("em", 749_375_267),
            ("sms", 17_588_477),
            ("aff", 60_771_866),
            ("sem", 45_352_502),
        ],
        clicks: &[],
        outcome: "22583339975.10",
    },
    Weekly {
        account: "small",
        file: "known_truth_small/small_business.csv",
        weeks: 104,
        spend: &[
            ("x1_Search-Ads", "15819.78"),
            ("x2_Social-Media", "2056.86"),
            ("x3_Local-Ads", "25462.37"),
            ("x4_Email", "1826.89"),
        ],
        impressions: &[],
        clicks: &[],
        outcome: "886371.77",
    },
];

fn sums(facts: &Facts, measure: usize) -> BTreeMap<String, i128> {
    let mut sums = BTreeMap::new();
    for ((_, channel), cells) in facts {
        if let Some(value) = cells[measure] {
            *sums.entry(channel.clone()).or_default() += value;
        }
    }
    sums
}

/// The business's revenue: periods, and the sum of its rows in hundredths.
fn outcome(workspace: &Workspace) -> (usize, i128) {
    let printed = workspace.call(&["facts", "--grain", "week", "--outcome"]).with(0);
    let mut reader = csv::Reader::from_reader(printed.as_bytes());
    let header = reader.headers().expect("a header");
    let revenue = header.iter().position(|name| name == "revenue").expect("a column");
    let rows: Vec<(String, i128)> = reader
        .records()
        .map(|record| record.expect("a row"))
        .map(|record| (record[0].to_owned(), hundredths(&record[revenue])))
        .collect();
    let weeks: BTreeSet<&String> = rows.iter().map(|(week, _)| week).collect();
    (weeks.len(), rows.iter().map(|(_, revenue)| revenue).sum())
}

#[test]
fn weekly_sets_are_imported_in_their_own_weeks_with_the_totals_of_their_sources() {
    let test = "weekly_sets_are_imported_in_their_own_weeks_with_the_totals_of_their_sources";
    for set in WEEKLY {
        let Some(path) = file(test, set.file) else { return };
        let workspace = workspace(set.account);
        let path = path.to_str().expect("a path in UTF-8");
        workspace.call(&["import", path]).with(0);
        let facts = facts(&workspace, "week");
        let counts = |pairs: &[(&str, i128)]| -> BTreeMap<String, i128> {
            pairs.iter().map(|&(channel, sum)| (channel.to_owned(), sum)).collect()
        };
        let spend: BTreeMap<String, i128> =
            set.spend.iter().map(|&(channel, sum)| (channel.to_owned(), hundredths(sum))).collect();
        assert_eq!(sums(&facts, 0), spend, "spend of {}", set.file);
        assert_eq!(sums(&facts, 1), counts(set.impressions), "impressions of {}", set.file);
        assert_eq!(sums(&facts, 2), counts(set.clicks), "clicks of {}", set.file);
        assert_eq!(outcome(&workspace), (set.weeks, hundredths(set.outcome)), "{}", set.file);
        assert!(self::facts(&workspace, "day").is_empty(), "{}: weeks stay weeks", set.file);
    }
}

#[test]
fn weekly_sets_are_refused_by_the_daily_inbox() {
    let test = "weekly_sets_are_refused_by_the_daily_inbox";
    for set in WEEKLY {
        let Some(path) = file(test, set.file) else { return };
        let workspace = workspace(set.account);
        let answer = workspace.ingest(&path, ARRIVED, 1);
        assert!(answer.to_string().contains("week"), "{answer}");
        assert!(facts(&workspace, "week").is_empty(), "{}", set.file);
    }
}

#[test]
fn what_cannot_become_history_is_refused_for_the_stated_reason() {
    let test = "what_cannot_become_history_is_refused_for_the_stated_reason";
    for (account, name, causes) in [
        (
            "stan_monday",
            "mmm_stan/data.csv",
            &[
                "weeks that start on Sunday (2014-08-03, line 2",
                "those of the account start on Monday",
                "weekly history is not re-cut",
            ][..],
        ),
        ("pymc", "pymc_marketing/mmm_example.csv", &["digits after the point"][..]),
        (
            "isl",
            "advertising_isl/Advertising.csv",
            &["no date column (found: (unnamed), TV, Radio, Newspaper, Sales)"][..],
        ),
    ] {
        let Some(path) = file(test, name) else { return };
        let workspace = workspace(account);
        let path = path.to_str().expect("a path in UTF-8");
        let said = workspace.call(&["import", path]);
        let said = (said.status, format!("{}{}", said.stdout, said.stderr));
        assert_eq!(said.0, 1, "{}", said.1);
        let words = said.1.split_whitespace().collect::<Vec<_>>().join(" ");
        for cause in causes {
            assert!(words.contains(cause), "{name}: {words}");
        }
    }
}

#[test]
fn two_channels_whose_caps_cannot_hold_the_total_are_refused_with_the_configuration() {
    for account in ["mutinex", "pymc"] {
        let text = case(&format!("every_set/{account}.toml"));
        let shipped = text.replace("[rules]\nspend_cap_share = \"0.5\"\n", "");
        assert_ne!(shipped, text);
        let workspace = Workspace::of_account(account, &shipped);
        let said = workspace.call(&["check"]);
        assert_eq!(said.status, 2, "{}{}", said.stdout, said.stderr);
    }
}

#[test]
fn the_same_rows_unpacked_and_packed_are_the_same_facts() {
    let test = "the_same_rows_unpacked_and_packed_are_the_same_facts";
    let Some(plain) = file(test, "export_formats/finer_grain.csv") else { return };
    let Some(packed) = file(test, "export_formats/finer_grain.csv.gz") else { return };
    let workspace = workspace("inr");
    assert_eq!(workspace.ingest(&plain, ARRIVED, 0)["answer"], "accepted");
    let before = facts(&workspace, "day");
    assert_eq!(workspace.ingest(&packed, ARRIVED, 0)["answer"], "duplicate");
    assert_eq!(facts(&workspace, "day"), before);
}

#[test]
fn a_correction_is_taken_for_28_days_and_then_refused_as_a_closed_period() {
    let test = "a_correction_is_taken_for_28_days_and_then_refused_as_a_closed_period";
    let Some(first) = file(test, "export_formats/redelivery_1_first.csv") else { return };
    let Some(corrected) = file(test, "export_formats/redelivery_2_corrected.csv") else { return };
    // The account's day: 2025-09-29 and 2025-09-30 in India.
    for (clock, status, answer) in
        [("2025-09-29T23:30:00+05:30", 0, "accepted"), ("2025-09-30T00:30:00+05:30", 1, "refused")]
    {
        let workspace = workspace("inr");
        workspace.ingest(&first, ARRIVED, 0);
        assert_eq!(workspace.ingest(&corrected, clock, status)["answer"], answer, "{clock}");
        let expected =
            if status == 0 { "redelivery_2_corrected.csv" } else { "redelivery_1_first.csv" };
        assert_eq!(facts(&workspace, "day"), truth(expected), "{clock}");
    }
}
