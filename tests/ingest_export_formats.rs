//! Every file of `export_formats`, which lies beside the repository, in the format that describes
//! it: exactly the truth of `expected.json` per day and channel, or the refusal of `EXPECTED.md`.

mod ingest_support;

use std::collections::BTreeMap;
use std::path::Path;

use budgetd::domain::source::Encoding;
use budgetd::domain::{Account, Conversions, Figures, Limits, Measures, Source, Subject};
use budgetd::ingest::{Context, DailyReport, Purpose, Reading};
use ingest_support::{Rows, account, day, formats, read_rows};
use serde_json::Value;

#[expect(clippy::print_stdout, reason = "a skipped test must be seen")]
fn sample(name: &str) -> Option<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/export_formats");
    let path = folder.join(name);
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            println!("skipped: {} is not there ({error})", path.display());
            None
        }
    }
}

/// The accounts of `EXPECTED.md`.
fn account_called(name: &str) -> Account {
    let (currency, zone, channels): (_, _, &[&str]) = match name {
        "inr" => ("INR", "Asia/Kolkata", &["Google Ads", "Meta Ads", "Email", "Affiliate"]),
        "eur" => ("EUR", "Europe/Berlin", &["Google Ads", "Affiliate", "Email", "Meta Ads"]),
        "usd" => ("USD", "America/New_York", &["Google Ads", "LinkedIn Ads", "Email"]),
        "shop" => (
            "GBP",
            "Europe/London",
            &[
                "GOOGLE_PAID_SEARCH",
                "GOOGLE_SHOPPING",
                "GOOGLE_PMAX",
                "GOOGLE_DISPLAY",
                "GOOGLE_VIDEO",
                "META_FACEBOOK",
                "META_INSTAGRAM",
                "META_OTHER",
                "TIKTOK",
            ],
        ),
        other => panic!("no account is called {other}"),
    };
    let mut account = account(currency, channels);
    account.time_zone = zone.parse().expect("a zone");
    account
}

fn read_as(bytes: &[u8], name: &str, account: &Account, source: &Source) -> (Reading, Rows) {
    let context = Context {
        account,
        source,
        today: day("2025-10-01"),
        limits: Limits::default(),
        file_name: name,
        purpose: Purpose::Inbox,
    };
    read_rows(bytes, &context)
}

/// The figures of each day and channel, summed over campaigns, money rounded once.
fn by_day(rows: &Rows, account: &Account) -> BTreeMap<String, Figures> {
    let mut sums: BTreeMap<String, Figures> = BTreeMap::new();
    for ((day, subject, _), (_, figures)) in &rows.rows {
        let Subject::Channel(channel) = subject else { continue };
        let key = format!("{day} {}", account.channels[*channel].name);
        let sum = sums.entry(key).or_default();
        *sum = sum.plus(*figures);
    }
    sums
}

/// A line of `expected.json`, and its columns in the order of the measures; absent ones are zero.
fn truth(value: &Value, columns: &[&str]) -> [String; 5] {
    ["spend", "impressions", "clicks", "conversions", "revenue"].map(|measure| {
        let Some(at) = columns.iter().position(|column| *column == measure) else {
            return "0".to_owned();
        };
        match &value[at] {
            Value::String(text) => {
                Conversions::parse(text.as_bytes()).expect("conversions").to_decimal()
            }
            number => number.to_string(),
        }
    })
}

fn texts(figures: Figures) -> [String; 5] {
    let zero = Measures::NONE.spend;
    let money = |it: Option<_>| it.map_or(zero, budgetd::domain::FineMoney::rounded).minor();
    [
        money(figures.spend).to_string(),
        figures.impressions.unwrap_or(0).to_string(),
        figures.clicks.unwrap_or(0).to_string(),
        figures.conversions.unwrap_or_default().to_decimal(),
        money(figures.revenue).to_string(),
    ]
}

#[test]
fn each_file_that_is_taken_has_exactly_the_true_figures_per_day_and_channel() {
    let Some(expected) = sample("expected.json") else { return };
    let expected: Value = serde_json::from_slice(&expected).expect("JSON");
    let windows = Source { encoding: Encoding::Windows1252, ..formats::long_with_marks() };
    let mut shop = formats::ecommerce();
    shop.only.insert("ORGANISATION_ID".to_owned(), "org_a".to_owned());
    let sources = BTreeMap::from([
        ("google_ads_inr.csv", formats::google_ads()),
        ("google_ads_inr_utf16_tab.csv", formats::google_ads_excel()),
        ("google_ads_total_health.csv", formats::google_ads()),
        ("google_ads_de_eur.csv", formats::google_ads_german()),
        ("google_ads_fr_eur.csv", formats::google_ads_french()),
        ("google_ads_micros_eur.csv", formats::google_ads_micros()),
        ("meta_ads_inr.csv", formats::meta_ads()),
        ("linkedin_usd.csv", formats::linkedin()),
        ("long_inr_lakh.csv", formats::long_with_marks()),
        ("long_usd_prefix.csv", formats::long_with_marks()),
        ("long_windows1252_eur.csv", windows),
        ("long_duplicate_exact.csv", Source::long()),
        ("redelivery_1_first.csv", Source::long()),
        ("redelivery_2_corrected.csv", Source::long()),
        ("ecommerce_wide_50.csv", shop),
        ("finer_grain.csv", formats::finer_grain()),
        ("finer_grain.csv.gz", formats::finer_grain()),
    ]);
    let files = expected["files"].as_object().expect("files");
    let mut compared = 0;
    for (name, file) in files.iter().filter(|(_, file)| file["verdict"] == "taken") {
        let account = account_called(file["account"].as_str().expect("an account"));
        let source = sources.get(name.as_str()).unwrap_or_else(|| panic!("no source for {name}"));
        let Some(bytes) = sample(name) else { continue };
        let (reading, rows) = read_as(&bytes, name, &account, source);
        if let Reading::Refused(rejection) = reading {
            panic!("{}", rejection.render(name));
        }
        let columns: Vec<&str> =
            file["columns"].as_array().expect("columns").iter().filter_map(Value::as_str).collect();
        let zero = texts(Figures::NONE);
        let found: BTreeMap<String, [String; 5]> = by_day(&rows, &account)
            .into_iter()
            .map(|(key, figures)| (key, texts(figures)))
            .filter(|(_, texts)| *texts != zero)
            .collect();
        let truth: BTreeMap<String, [String; 5]> = file["days"]
            .as_object()
            .expect("days")
            .iter()
            .map(|(key, value)| (key.clone(), truth(value, &columns)))
            .filter(|(_, texts)| *texts != zero)
            .collect();
        assert_eq!(found, truth, "{name}");
        compared += 1;
    }
    assert_eq!(compared, sources.len());
}

/// The report of a file, or the page of its refusal.
fn read(name: &str, account: &str, source: &Source) -> Option<Result<DailyReport, String>> {
    let bytes = sample(name)?;
    let (reading, _) = read_as(&bytes, name, &account_called(account), source);
    Some(match reading {
        Reading::Taken(report) => Ok(report),
        Reading::Refused(rejection) => Err(rejection.render(name)),
    })
}

#[test]
fn each_file_that_is_refused_says_why_and_what_to_do() {
    let google = formats::google_ads();
    for (name, source, says) in [
        (
            "google_ads_rows_missing.csv",
            &google,
            &[
                "the rows add up to 163114.25 in the column Cost, the report's own \"Total: \
                 Campaigns\" says 186335.10 (line 23)",
                "hint: rows are missing; export again",
            ][..],
        ),
        (
            "meta_ads_inr_period.csv",
            &formats::meta_ads(),
            &[
                "covers 2025-06-01 to 2025-08-31 in one row per ad set and has no column \"Day\"",
                "in Ads Manager choose Breakdown, By time, Day, and export again",
            ],
        ),
        (
            "meta_ads_no_data.csv",
            &formats::meta_ads(),
            &["is an empty report (\"No data available.\"): nothing to take", "paused = true"],
        ),
        (
            "long_mixed_dates.csv",
            &Source::long(),
            &[
                "column date holds two formats: 2025-09-01 (line 2, 20 rows) and 04/09/2025 (line \
                 14, 8 rows",
                "write every day as YYYY-MM-DD",
            ],
        ),
        (
            "long_truncated_row.csv",
            &Source::long(),
            &["line 29 has 3 of 7 fields and no end: the file is cut short"],
        ),
        (
            "long_duplicate_conflicting.csv",
            &Source::long(),
            &[
                "2025-09-03, Email stands twice with different revenue: 21776.44 (line 12) and \
                 23026.44 (line 30); keep one",
                "key_columns",
            ],
        ),
    ] {
        let Some(reading) = read(name, "inr", source) else { continue };
        let page = reading.expect_err(name);
        for say in says {
            assert!(page.contains(say), "{page}");
        }
    }
}

#[test]
fn a_file_of_two_currencies_names_both_and_the_filter() {
    let Some(reading) = read("ecommerce_wide_50.csv", "shop", &formats::ecommerce()) else {
        return;
    };
    let page = reading.expect_err("two currencies");
    let says = "holds two currencies: GBP (180 rows, first line 2) and USD (120 rows, first line \
                182); the account is in GBP";
    assert!(page.contains(says), "{page}");
    assert!(page.contains("filter the source by ORGANISATION_ID"), "{page}");
}

#[test]
fn another_view_of_an_account_is_remarked_on_and_its_campaigns_are_checked() {
    let Some(reading) = read("google_ads_total_health.csv", "inr", &formats::google_ads()) else {
        return;
    };
    let report = reading.expect("taken");
    // Two totals rows; `Total: Account` counts 166825.71.
    assert_eq!(report.totals_rows, 2);
    let texts: Vec<&str> = report.warnings.iter().map(|warning| warning.text.as_str()).collect();
    let [text] = texts.as_slice() else { panic!("{texts:?}") };
    assert!(text.starts_with("\"Total: Account\" (line "), "{text}");
    assert!(
        text.contains("says 166825.71 in the column Cost, the rows add up to 89325.71"),
        "{text}"
    );
}

#[test]
fn totals_are_counted_apart_from_rows() {
    let google = formats::google_ads();
    for (name, account, source, rows, totals_rows) in [
        ("google_ads_inr.csv", "inr", google, 21, 4),
        ("google_ads_inr_utf16_tab.csv", "inr", formats::google_ads_excel(), 21, 4),
        ("meta_ads_inr.csv", "inr", formats::meta_ads(), 14, 8),
        ("google_ads_micros_eur.csv", "eur", formats::google_ads_micros(), 6, 1),
    ] {
        let Some(reading) = read(name, account, &source) else { continue };
        let report = reading.expect(name);
        assert_eq!((report.rows, report.totals_rows), (rows, totals_rows), "{name}");
        assert_eq!(report.warnings, [], "{name}");
    }
}

#[test]
fn days_of_utc_are_remarked_on_where_the_account_has_another_zone() {
    let Some(reading) = read("linkedin_usd.csv", "usd", &formats::linkedin()) else { return };
    let report = reading.expect("taken");
    assert_eq!((report.rows, report.totals_rows), (28, 0));
    let [warning] = report.warnings.as_slice() else { panic!("{:?}", report.warnings) };
    assert!(warning.text.contains("UTC (line 1)"), "{}", warning.text);
    assert!(warning.text.contains("America/New_York"), "{}", warning.text);
}

#[test]
fn territories_are_summed_and_the_rows_of_all_territories_prove_them() {
    let mut source = formats::ecommerce();
    source.only.insert("ORGANISATION_ID".to_owned(), "org_a".to_owned());
    let Some(reading) = read("ecommerce_wide_50.csv", "shop", &source) else { return };
    let report = reading.expect("taken");
    // 60 days of two territories and of all; 120 rows are of the other organisation.
    assert_eq!((report.rows, report.totals_rows, report.left_out), (120, 60, 120));
    let revenue = report.business.expect("the business").revenue.expect("revenue").rounded();
    assert_eq!(revenue.minor(), 50_335_338);
    assert!(report.channels.iter().all(|channel| channel.figures.revenue.is_none()));
    // Of the other organisation, in its currency, too.
    source.only.insert("ORGANISATION_ID".to_owned(), "org_b".to_owned());
    let Some(bytes) = sample("ecommerce_wide_50.csv") else { return };
    let mut dollars = account_called("shop");
    dollars.currency = budgetd::domain::Currency::from_code("USD").expect("a currency");
    let (reading, _) = read_as(&bytes, "shop.csv", &dollars, &source);
    let Reading::Taken(report) = reading else { panic!("{reading:?}") };
    let revenue = report.business.expect("the business").revenue.expect("revenue").rounded();
    assert_eq!(revenue.minor(), 40_753_292);
}

#[test]
fn an_organisation_without_territories_has_only_its_totals_which_are_the_data() {
    let Some(bytes) = sample("ecommerce_wide_50.csv") else { return };
    let text = String::from_utf8(bytes).expect("text");
    let kept = |line: &&str| !line.contains("org_a") || line.contains("All Territories");
    let text: String = text.lines().filter(kept).flat_map(|line| [line, "\n"]).collect();
    let mut source = formats::ecommerce();
    source.only.insert("ORGANISATION_ID".to_owned(), "org_a".to_owned());
    let (reading, rows) = read_as(text.as_bytes(), "shop.csv", &account_called("shop"), &source);
    let Reading::Taken(report) = reading else { panic!("{reading:?}") };
    assert_eq!((report.rows, report.totals_rows), (60, 0));
    let revenue = report.business.expect("the business").revenue.expect("revenue").rounded();
    assert_eq!(revenue.minor(), 50_335_338);
    assert_eq!(rows.controls.len(), 60);
    let first = rows.controls.values().next().expect("a day");
    assert!(first.starts_with("{\"DIRECT_CLICKS\":\"258\",\"BRANDED_SEARCH_CLICKS\""), "{first}");
}
