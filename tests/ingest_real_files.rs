//! The sample exports beside the repository: each plain long file with its published totals or its
//! refusal, and the other layouts with a refusal that says what they are. A test whose files are
//! not there says so by name and passes.

mod ingest_support;

use std::path::Path;

use budgetd::domain::Limits;
use budgetd::domain::source::Columns;
use budgetd::domain::{Account, Source};
use budgetd::ingest::{Context, DailyReport, Purpose, Reading, Rejection};
use ingest_support::{account, day, read_as, read_in, rupee_account};

/// A file of the sample data, which lies beside the repository; `None`, said aloud, where it isn't.
#[expect(clippy::print_stdout, reason = "a skipped test must be seen")]
fn sample(path: &str) -> Option<Vec<u8>> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let path = data.join(path);
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            println!("skipped: {} is not there ({error})", path.display());
            None
        }
    }
}

fn taken(reading: Reading) -> DailyReport {
    match reading {
        Reading::Taken(report) => report,
        Reading::Refused(rejection) => panic!("{}", rejection.render("it")),
    }
}

fn refused(reading: Reading) -> Rejection {
    match reading {
        Reading::Taken(report) => panic!("taken: {report:?}"),
        Reading::Refused(rejection) => rejection,
    }
}

fn read_long(name: &str, account: &Account) -> Option<Reading> {
    let bytes = sample(&format!("export_formats/{name}"))?;
    Some(read_as(&bytes, account, &Source::long(), Limits::default()))
}

/// A line of a table of totals: channel, rows, days, spend, impressions, clicks, conversions, revenue.
type Totals<'a> = (&'a str, u64, u64, &'a str, u64, u64, &'a str, &'a str);

fn assert_totals(report: &DailyReport, account: &Account, expected: &[Totals<'_>]) {
    let mut expected = expected.to_vec();
    expected.sort_by_key(|line| line.0);
    let found: Vec<_> = report
        .channels
        .iter()
        .map(|totals| {
            let of = totals.figures.measures().expect("money");
            (
                totals.channel.as_str().to_owned(),
                totals.rows,
                totals.days,
                of.spend.to_decimal(account.currency),
                of.impressions.expect("impressions"),
                of.clicks.expect("clicks"),
                of.conversions.expect("conversions").to_decimal(),
                of.revenue.to_decimal(account.currency),
            )
        })
        .collect();
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(channel, rows, days, spend, impressions, clicks, conversions, revenue)| {
            let [channel, spend, conversions, revenue] =
                [channel, spend, conversions, revenue].map(str::to_owned);
            (channel, rows, days, spend, impressions, clicks, conversions, revenue)
        })
        .collect();
    assert_eq!(found, expected);
}

// Totals and verdicts of the next tests: `export_formats/EXPECTED.md`.

#[test]
fn rows_that_stand_twice_alike_count_once() {
    let account = rupee_account();
    let Some(reading) = read_long("long_duplicate_exact.csv", &account) else { return };
    let report = taken(reading);
    assert_totals(
        &report,
        &account,
        &[
            ("Google Ads", 7, 7, "110731.07", 1_140_021, 20_037, "869", "165481.61"),
            ("Meta Ads", 7, 7, "115074.48", 1_298_401, 24_711, "1001", "155124.12"),
            ("Email", 7, 7, "111076.35", 1_088_318, 21_446, "941", "163789.86"),
            ("Affiliate", 7, 7, "103696.38", 1_111_666, 19_862, "740", "158822.39"),
        ],
    );
    assert_eq!((report.rows, report.repeated), (31, 3));
    assert_eq!((report.first_day, report.last_day), (day("2025-09-01"), day("2025-09-07")));
    let warnings: Vec<&str> = report.warnings.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(
        warnings,
        [
            "line 6 repeats line 5 (2025-09-01, Affiliate); it counts once",
            "line 31 repeats line 12 (2025-09-03, Meta Ads); it counts once",
            "line 32 repeats line 20 (2025-09-05, Meta Ads); it counts once",
        ]
    );
}

#[test]
fn rows_that_stand_twice_with_other_values_are_refused() {
    let Some(reading) = read_long("long_duplicate_conflicting.csv", &rupee_account()) else {
        return;
    };
    let rejection = refused(reading);
    assert_eq!(rejection.faults_total, 1);
    assert_eq!(
        rejection.faults[0].to_string(),
        "line 30: 2025-09-03, Email stands twice with different revenue: 21776.44 (line 12) and \
         23026.44 (line 30); keep one"
    );
}

#[test]
fn two_date_formats_in_a_column_are_one_fault() {
    let Some(reading) = read_long("long_mixed_dates.csv", &rupee_account()) else { return };
    let rejection = refused(reading);
    assert_eq!((rejection.codes(), rejection.faults_total), (vec!["mixed_dates"], 8));
    assert_eq!(
        rejection.faults[0].to_string(),
        "column date holds two formats: 2025-09-01 (line 2, 20 rows) and 04/09/2025 (line 14, 8 \
         rows; it could be 4 September or 9 April)"
    );
}

#[test]
fn two_foreign_date_formats_are_not_guessed() {
    let Some(reading) = read_long("long_mixed_dates_excel.csv", &rupee_account()) else { return };
    let rejection = refused(reading);
    assert_eq!((rejection.codes(), rejection.faults_total), (vec!["mixed_dates"], 30));
    let fault = &rejection.faults[0];
    assert_eq!(
        fault.to_string(),
        "column date holds two formats: 09-01-2025 (line 2, 12 rows; it could be 9 January or 1 \
         September) and 9/13/2025 (line 14, 18 rows)"
    );
    assert_eq!(fault.hint.as_deref(), Some("nothing is guessed; write every day as YYYY-MM-DD"));
}

#[test]
fn a_file_cut_inside_a_row_is_refused_as_cut_short() {
    let Some(reading) = read_long("long_truncated_row.csv", &rupee_account()) else { return };
    let rejection = refused(reading);
    assert_eq!(rejection.faults_total, 1);
    assert_eq!(
        rejection.faults[0].to_string(),
        "line 29 has 3 of 7 fields and no end: the file is cut short"
    );
}

#[test]
fn a_file_cut_inside_its_last_figure_is_taken_with_a_warning() {
    let account = rupee_account();
    let Some(reading) = read_long("long_truncated_number.csv", &account) else { return };
    let report = taken(reading);
    assert_eq!(report.rows, 28);
    let [warning] = report.warnings.as_slice() else { panic!("{:?}", report.warnings) };
    assert_eq!(warning.line, Some(29));
    assert!(warning.text.contains("has no end"), "{}", warning.text);
}

#[test]
fn a_day_and_its_correction_have_their_own_totals() {
    let account = rupee_account();
    let same = [
        ("Meta Ads", 1, 1, "21099.85", 211_079, 5_276, "216", "39034.72"),
        ("Affiliate", 1, 1, "21149.65", 211_563, 3_173, "142", "30878.48"),
    ];
    let Some(first) = read_long("redelivery_1_first.csv", &account) else { return };
    let google = ("Google Ads", 1, 1, "10862.81", 119_576, 1_674, "100", "18140.89");
    let email = ("Email", 1, 1, "22170.18", 221_783, 4_213, "130", "34807.18");
    assert_totals(&taken(first), &account, &[google, email, same[0], same[1]]);
    let Some(second) = read_long("redelivery_2_corrected.csv", &account) else { return };
    let google = ("Google Ads", 1, 1, "12702.81", 119_576, 1_674, "100", "18140.89");
    let email = ("Email", 1, 1, "22170.18", 221_783, 4_213, "129", "34191.68");
    assert_totals(&taken(second), &account, &[google, email, same[0], same[1]]);
}

#[test]
fn amounts_with_a_currency_mark_are_refused_with_the_plain_figure() {
    let Some(reading) = read_long("long_inr_lakh.csv", &rupee_account()) else { return };
    let rejection = refused(reading);
    assert_eq!((rejection.codes(), rejection.faults_total), (vec!["currency_mark"], 56));
    let page = rejection.render("long_inr_lakh.csv");
    assert!(page.contains("Most likely: amounts carry currency marks (56 of 56 faults"), "{page}");
    assert!(
        page.contains("hint: write the figure alone: 211471.33, or set currency_marks"),
        "{page}"
    );
}

#[test]
fn amounts_of_another_currency_are_called_so() {
    let Some(reading) = read_long("long_usd_prefix.csv", &rupee_account()) else { return };
    let page = refused(reading).render("long_usd_prefix.csv");
    assert!(page.contains("Most likely: amounts are in USD, the account is in INR"), "{page}");
    assert!(page.contains("line 2, column spend: \"US$650.13\""), "{page}");
}

#[test]
fn windows_1252_is_refused_with_byte_line_and_column() {
    let account = account("EUR", &["Google Ads", "Affiliate"]);
    let Some(reading) = read_long("long_windows1252_eur.csv", &account) else { return };
    let rejection = refused(reading);
    assert_eq!((rejection.codes(), rejection.faults_total), (vec!["not_utf8"], 14));
    assert_eq!(
        rejection.faults[0].to_string().replace(" (in 7 rows, first line 2)", ""),
        "line 2, column campaign is not UTF-8: byte 0xC9"
    );
}

#[test]
fn columns_beyond_the_long_format_are_named() {
    let Some(reading) = read_long("finer_grain.csv", &rupee_account()) else { return };
    let rejection = refused(reading);
    let faults: Vec<String> = rejection.faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults.len(), 2, "{faults:#?}");
    assert!(faults[0].starts_with("line 1: \"ad\" is no column"), "{}", faults[0]);
    assert!(faults[1].starts_with("line 1: \"country\" is no column"), "{}", faults[1]);
}

#[test]
fn other_layouts_are_refused_by_the_long_source_with_one_cause() {
    let account = rupee_account();
    for (name, code, says) in [
        ("google_ads_inr.csv", "other_layout", "preset = \"google_ads\""),
        ("google_ads_rows_missing.csv", "other_layout", "a Google Ads report"),
        ("google_ads_total_health.csv", "other_layout", "a Google Ads report"),
        ("google_ads_de_eur.csv", "other_layout", "fields separated by semicolons"),
        ("google_ads_fr_eur.csv", "other_layout", "fields separated by semicolons"),
        ("google_ads_micros_eur.csv", "other_layout", "the cost in micros"),
        ("google_ads_inr_utf16_tab.csv", "other_layout", "a Google Ads report"),
        ("meta_ads_inr.csv", "other_layout", "preset = \"meta_ads\""),
        ("meta_ads_inr_period.csv", "period_report", "choose Breakdown, By time, Day"),
        ("meta_ads_no_data.csv", "empty_report", "\"No data available.\""),
        ("linkedin_usd.csv", "other_layout", "LinkedIn Campaign Manager"),
        ("ecommerce_wide_50.csv", "other_layout", "preset = \"ecommerce_mmm\""),
        ("finer_grain.csv.gz", "not_csv", "compressed with gzip"),
    ] {
        let Some(reading) = read_long(name, &account) else { continue };
        let rejection = refused(reading);
        assert_eq!((rejection.codes(), rejection.faults_total), (vec![code], 1), "{name}");
        let page = rejection.render(name);
        assert!(page.contains(says), "{page}");
    }
}

/// The channels of `facebook_ads_daily`; totals: its `SOURCE.md`.
const CAMPAIGNS: [&str; 4] = [
    "Brand_Awareness_Q1",
    "Lead_Generation_B2B",
    "Product_Launch_Spring",
    "Retargeting_Warm_Audience",
];

fn facebook(name: &str, ignore_extra_columns: bool) -> Option<Reading> {
    let bytes = sample(&format!("facebook_ads_daily/{name}"))?;
    let account = account("USD", &CAMPAIGNS);
    let columns = Columns { channel: vec!["campaign_name".to_owned()], ..Columns::default() };
    let source = Source { ignore_extra_columns, columns, ..Source::long() };
    let context = Context {
        account: &account,
        source: &source,
        today: day("2026-01-13"),
        limits: Limits::default(),
        file_name: "file.csv",
        purpose: Purpose::Inbox,
    };
    Some(read_in(&bytes, &context))
}

#[test]
fn a_source_may_call_the_channel_by_another_name() {
    let account = account("USD", &CAMPAIGNS);
    let Some(reading) = facebook("facebook_ads_raw.csv", false) else { return };
    let report = taken(reading);
    assert_totals(
        &report,
        &account,
        &[
            (CAMPAIGNS[0], 87, 87, "120988.28", 8_795_658, 98_586, "5968", "578191.41"),
            (CAMPAIGNS[1], 89, 89, "83276.10", 5_397_416, 65_056, "2652", "532560.38"),
            (CAMPAIGNS[2], 90, 90, "151589.27", 9_587_149, 156_129, "12600", "1447617.39"),
            (CAMPAIGNS[3], 87, 87, "63933.28", 3_500_834, 69_756, "7385", "792411.70"),
        ],
    );
    assert_eq!(report.warnings, []);
}

#[test]
fn features_beside_the_measures_are_refused_unless_the_source_ignores_them() {
    let account = account("USD", &CAMPAIGNS);
    let Some(strict) = facebook("facebook_ads_processed.csv", false) else { return };
    let rejection = refused(strict);
    assert_eq!((rejection.codes(), rejection.faults_total), (vec!["unknown_column"], 23));
    let named: Vec<&str> =
        rejection.faults.iter().filter_map(|fault| fault.value.as_deref()).collect();
    assert_eq!((named[0], named[22]), ("day_of_week", "campaign_type"));
    let Some(lenient) = facebook("facebook_ads_processed.csv", true) else { return };
    assert_totals(
        &taken(lenient),
        &account,
        &[
            (CAMPAIGNS[0], 87, 87, "120988.28", 8_795_658, 98_586, "5968", "578191.41"),
            (CAMPAIGNS[1], 89, 89, "83276.10", 5_397_416, 65_056, "2652", "515151.11"),
            (CAMPAIGNS[2], 90, 90, "148395.67", 9_587_149, 156_129, "12600", "1308489.08"),
            (CAMPAIGNS[3], 87, 87, "63933.28", 3_500_834, 69_756, "7385", "766286.26"),
        ],
    );
}
