//! What `sources guess` must find of each sample file: written by hand from the files' descriptions.
//! A test whose files are not there says so by name and passes.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "guess/money.rs"]
mod money;
#[path = "guess/pasted.rs"]
mod pasted;
#[path = "guess/printed.rs"]
mod printed;
#[path = "guess/rest.rs"]
mod rest;
#[path = "guess/said.rs"]
mod said;

use std::path::Path;

use budgetd::config::{SourceText, check};
use budgetd::domain::source::{
    DatedBy, Encoding, Grain, Layout, Meaning, Outcome, Thousands, Unit,
};
use budgetd::domain::{ChannelName, Source};
use budgetd::ingest::Reading;
use budgetd::ingest::guess::{Finding, Guess, HEAD_BYTES_MAX, guess, preview, to_toml};

fn read(path: &Path) -> Option<Vec<u8>> {
    match std::fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            println!("skipped: {} is not there ({error})", path.display());
            None
        }
    }
}

/// The guess of a file; whatever it is, its table is one that the configuration takes.
fn guessed(bytes: &[u8], name: &str) -> Guess {
    let head = &bytes[..bytes.len().min(HEAD_BYTES_MAX)];
    let guess = guess(head, name, head.len() == bytes.len());
    assert_table_is_taken(&guess);
    guess
}

#[track_caller]
fn assert_table_is_taken(guess: &Guess) {
    if guess.has_table() {
        // The one line that only people can write.
        let table = to_toml(guess).replacen("\n# channel = ", "\nchannel = ", 1);
        let faults = faults_of(guess, &table);
        assert!(faults.is_empty(), "{table}\n{}", faults.join("\n"));
    }
}

/// The guess of a sample file beside the repository.
fn of_sample(path: &str) -> Option<Guess> {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path);
    let name = Path::new(path).file_name().expect("a name").to_string_lossy().into_owned();
    read(&full).map(|bytes| guessed(&bytes, &name))
}

/// The guess of a file of this repository.
fn of_case(name: &str) -> Guess {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/guess").join(name);
    guessed(&std::fs::read(path).expect("the case is there"), name)
}

fn texts(findings: &[Finding]) -> String {
    let lines: Vec<String> =
        findings.iter().map(|it| format!("{}: {}", it.about, it.text)).collect();
    lines.join("\n")
}

#[track_caller]
fn assert_says(findings: &[Finding], about: &str, part: &str) {
    let is_said = findings.iter().any(|it| it.about == about && it.text.contains(part));
    assert!(is_said, "{about}: {part} not in\n{}", texts(findings));
}

#[track_caller]
fn assert_readable(guess: &Guess) {
    assert!(guess.is_readable(), "{}", texts(&guess.missing));
    let table: toml::Table = to_toml(guess).parse().expect("well-formed TOML");
    assert_eq!(table["sources"].as_array().map(Vec::len), Some(1));
}

/// The preset, and whether it reads the file as it is.
type Preset<'a> = (Option<&'a str>, bool);

#[track_caller]
fn assert_preset(guess: &Guess, (name, as_it_is): Preset<'_>) {
    assert_readable(guess);
    assert_eq!(guess.preset.as_deref(), name, "{:?}", guess.differing);
    assert_eq!(guess.preset_as_it_is().is_some(), as_it_is, "{:?}", guess.differing);
}

fn names(of: &[&str]) -> Vec<String> {
    of.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn reports_of_google_ads_are_read_by_their_presets() {
    for (file, preset) in [
        ("google_ads_inr.csv", "google_ads"),
        ("google_ads_inr_utf16_tab.csv", "google_ads_excel"),
        ("google_ads_rows_missing.csv", "google_ads"),
        ("google_ads_total_health.csv", "google_ads"),
    ] {
        let Some(guess) = of_sample(&format!("export_formats/{file}")) else { return };
        assert_preset(&guess, (Some(preset), true));
        assert_eq!(guess.source.layout, Layout::Report, "{file}");
        assert_eq!(guess.currencies.iter().map(|it| it.code()).collect::<Vec<_>>(), ["INR"]);
        assert_says(&guess.certain, "layout", "line 3, below a preamble of 2 lines");
        assert_says(
            &guess.certain,
            "grain",
            "days: 7 different dates from 2025-09-01 to 2025-09-07",
        );
    }
}

#[test]
fn totals_that_are_no_sum_of_the_rows_are_said() {
    let Some(guess) = of_sample("export_formats/google_ads_rows_missing.csv") else { return };
    assert_says(&guess.open, "totals", "whose spend is 163114.25");
    assert_says(&guess.open, "totals", "\"Total: Campaigns\" says 186335.10");
    let guess = of_sample("export_formats/google_ads_total_health.csv").expect("beside the other");
    assert_says(
        &guess.certain,
        "totals",
        "2 totals rows, from line 25: \"Total: Campaigns\" is the sum",
    );
    let guess = of_case("mixed_totals.csv");
    assert_readable(&guess);
    assert_says(&guess.open, "totals", "whose spend is 22.00; \"Total\" says 23.00");
}

#[test]
fn a_german_report_has_its_marks_and_its_dates() {
    let Some(guess) = of_sample("export_formats/google_ads_de_eur.csv") else { return };
    assert_preset(&guess, (Some("google_ads"), false));
    let Source { separator, numbers, date_format, encoding, .. } = &guess.source;
    assert_eq!((*separator, date_format.as_str(), *encoding), (b';', "%d.%m.%Y", Encoding::Utf8));
    assert_eq!((numbers.decimal, numbers.thousands), (',', Thousands::Point));
    assert_says(&guess.certain, "encoding", "byte order mark");
    assert_says(&guess.certain, "totals", "\"Gesamt: Kampagnen\" is the sum of the rows");
    assert_says(&guess.certain, "date_format", "13.09.2025 in line 14 would not");
}

#[test]
fn a_french_report_has_its_marks_and_its_dates() {
    let Some(guess) = of_sample("export_formats/google_ads_fr_eur.csv") else { return };
    assert_preset(&guess, (Some("google_ads"), false));
    let Source { separator, numbers, date_format, .. } = &guess.source;
    assert_eq!((*separator, date_format.as_str()), (b';', "%d/%m/%Y"));
    assert_eq!((numbers.decimal, numbers.thousands), (',', Thousands::Space));
    assert_says(
        &guess.certain,
        "date_format",
        "08/09/2025 to 12/09/2025, would also be dates as MM/DD/YYYY",
    );
    assert_says(&guess.certain, "totals", "is the sum of the rows");
}

#[test]
fn micros_are_told_by_the_name_and_their_total_by_its_unit() {
    let Some(guess) = of_sample("export_formats/google_ads_micros_eur.csv") else { return };
    assert_preset(&guess, (None, false));
    let source = &guess.source;
    assert_eq!((source.layout, source.numbers.spend_unit), (Layout::Long, Unit::Micros));
    assert!(source.numbers.exponents && source.numbers.round);
    assert_eq!(
        (&source.totals.labels, source.totals.unit),
        (&names(&["Total"]), Some(Unit::Major))
    );
    assert_eq!(source.columns.spend, ["cost_micros"]);
    assert_eq!(source.columns.revenue, ["conversions_value"]);
    assert!(guess.needs_channel() && source.ignore_extra_columns);
    assert_says(&guess.certain, "extra_columns", "campaign_id");
}

#[test]
fn a_report_of_meta_ads_is_read_by_its_preset() {
    let Some(guess) = of_sample("export_formats/meta_ads_inr.csv") else { return };
    assert_preset(&guess, (Some("meta_ads"), true));
    assert_eq!(guess.source.columns.date, ["Day"]);
    assert_says(&guess.certain, "totals", "8 rows without a campaign, first in line 2");
    assert_says(&guess.certain, "currency", "INR");
    assert_says(&guess.certain, "blank", "1 cell of revenue is blank, first in line 11");
}

#[test]
fn what_cannot_be_read_says_why() {
    for (file, about, part) in [
        (
            "export_formats/meta_ads_inr_period.csv",
            "columns",
            "covers 2025-06-01 to 2025-08-31 in one row",
        ),
        ("export_formats/meta_ads_inr_period.csv", "columns", "Breakdown, By time, Day"),
        (
            "export_formats/meta_ads_no_data.csv",
            "rows",
            "the report is empty (\"No data available.\")",
        ),
        (
            "advertising_isl/Advertising.csv",
            "columns",
            "no date column (found: (unnamed), TV, Radio, Newspaper, Sales)",
        ),
        ("known_truth_small/small_business_truth.csv", "columns", "no column of spend"),
        (
            "export_formats/long_mixed_dates.csv",
            "date_format",
            "holds 2 formats: 2025-09-01 (line 2, 20 rows) and 04/09/2025 (line 14, 8 rows",
        ),
        (
            "export_formats/long_mixed_dates_excel.csv",
            "date_format",
            "09-01-2025 (line 2, 12 rows; it could be 9 January or 1 September) and 9/13/2025 (line 14, 18 rows)",
        ),
    ] {
        let Some(guess) = of_sample(file) else { return };
        assert!(!guess.is_readable() && !guess.has_table(), "{file}");
        assert_says(&guess.missing, about, part);
    }
}

#[test]
fn a_report_with_american_dates_says_which_row_decides() {
    let Some(guess) = of_sample("export_formats/linkedin_usd.csv") else { return };
    assert_preset(&guess, (None, false));
    let source = &guess.source;
    assert_eq!((source.layout, source.date_format.as_str()), (Layout::Report, "%-m/%-d/%Y"));
    assert_eq!(source.columns.date, ["Start Date (in UTC)"]);
    assert_eq!(source.columns.spend, ["Total Spent"]);
    assert_eq!(source.columns.revenue, ["Total Conversion Value"]);
    assert_eq!(source.columns.campaign, ["Campaign Name"]);
    assert!(source.columns.channel.is_empty() && source.channel.is_none());
    assert!(source.ignore_extra_columns && source.totals.labels.is_empty());
    assert_says(&guess.certain, "date_format", "12 of the dates, 9/1/2025 to 9/12/2025");
    assert_says(&guess.certain, "date_format", "9/13/2025 in line 31 would not");
    assert_says(&guess.certain, "layout", "line 6, below a preamble of 5 lines");
    assert!(to_toml(&guess).contains("\n# channel = \"Linkedin\"\n"));
}

#[test]
fn the_long_format_is_told_with_what_it_deviates_in() {
    for (file, preset) in [
        ("long_duplicate_conflicting.csv", true),
        ("long_duplicate_exact.csv", true),
        ("long_truncated_row.csv", true),
        ("long_truncated_number.csv", true),
        ("redelivery_1_first.csv", true),
        ("redelivery_2_corrected.csv", true),
        ("long_inr_lakh.csv", false),
        ("long_usd_prefix.csv", false),
        ("long_windows1252_eur.csv", false),
        ("finer_grain.csv", false),
        ("finer_grain.csv.gz", false),
    ] {
        let Some(guess) = of_sample(&format!("export_formats/{file}")) else { return };
        assert_preset(&guess, (Some("long"), preset));
        assert_eq!(
            (guess.source.grain, guess.source.date_format.as_str()),
            (Grain::Day, "%Y-%m-%d")
        );
    }
}

#[test]
fn currency_marks_are_told_with_their_code() {
    for (file, code) in [("long_inr_lakh.csv", "INR"), ("long_usd_prefix.csv", "USD")] {
        let Some(guess) = of_sample(&format!("export_formats/{file}")) else { return };
        assert!(guess.source.numbers.currency_marks, "{file}");
        assert_eq!(guess.source.numbers.thousands, Thousands::Comma, "{file}");
        assert_eq!(guess.currencies.iter().map(|it| it.code()).collect::<Vec<_>>(), [code]);
    }
}

#[test]
fn windows_1252_is_suspected_and_never_certain() {
    let Some(guess) = of_sample("export_formats/long_windows1252_eur.csv") else { return };
    assert_eq!(guess.source.encoding, Encoding::Windows1252);
    assert_says(&guess.open, "encoding", "suspected");
    assert_says(&guess.open, "encoding", "Été – soldes");
    assert!(guess.source.numbers.currency_marks);
}

#[test]
fn columns_that_tell_rows_apart_become_keys() {
    for file in ["finer_grain.csv", "finer_grain.csv.gz"] {
        let Some(guess) = of_sample(&format!("export_formats/{file}")) else { return };
        assert_eq!(guess.source.columns.keys, ["ad", "country"], "{file}");
        assert_eq!(guess.channels, ["Google Ads", "Meta Ads"]);
    }
    let Some(guess) = of_sample("export_formats/long_duplicate_conflicting.csv") else { return };
    assert_says(&guess.open, "key_columns", "lines 12 and 30");
}

#[test]
fn what_is_cut_short_or_has_one_day_is_said() {
    let Some(guess) = of_sample("export_formats/long_truncated_row.csv") else { return };
    assert_says(&guess.open, "rows", "line 29 has 3 of 7 fields and no end");
    let guess = of_sample("export_formats/redelivery_1_first.csv").expect("beside the other");
    assert_says(&guess.open, "grain", "there is only one date");
}

#[test]
fn the_ecommerce_layout_needs_a_choice_of_organisation() {
    let Some(guess) = of_sample("export_formats/ecommerce_wide_50.csv") else { return };
    assert_preset(&guess, (Some("ecommerce_mmm"), false));
    assert!(guess.differing.is_empty(), "{:?}", guess.differing);
    let choice = |org: &str| ("ORGANISATION_ID".to_owned(), org.to_owned());
    assert_eq!(guess.only, [choice("org_a"), choice("org_b")]);
    assert_eq!(guess.channels.len(), 9);
    assert_eq!(guess.source.grain, Grain::Day);
    assert_says(&guess.certain, "totals", "\"All Territories\" in \"TERRITORY_NAME\"");
    assert_says(
        &guess.certain,
        "outcome",
        "ALL_PURCHASES_ORIGINAL_PRICE less ALL_PURCHASES_GROSS_DISCOUNT",
    );
    assert!(to_toml(&guess).contains("\n# only = { \"ORGANISATION_ID\" = \"org_a\" }\n"));
}

#[test]
fn long_files_without_a_channel_leave_it_open() {
    for (file, extra) in [("facebook_ads_raw.csv", false), ("facebook_ads_processed.csv", true)] {
        let Some(guess) = of_sample(&format!("facebook_ads_daily/{file}")) else { return };
        assert_preset(&guess, (Some("long"), false));
        assert!(guess.needs_channel(), "{file}");
        assert_eq!(guess.source.ignore_extra_columns, extra, "{file}");
        assert_eq!(guess.source.columns.campaign, ["campaign_name"]);
        assert_says(
            &guess.certain,
            "grain",
            "days: 90 different dates from 2025-10-15 to 2026-01-12",
        );
    }
    let Some(guess) = of_sample("facebook_ads_daily/facebook_ads_processed.csv") else { return };
    assert_says(&guess.certain, "extra_columns", "23 columns are left out");
}

/// A weekly file: its path, first weekday, channels, patterns of spend and impressions, outcome.
type Weekly<'a> = (&'a str, &'a str, usize, &'a [&'a str], &'a [&'a str], Outcome);

#[test]
fn weekly_files_are_wide_with_their_channels_and_their_outcome() {
    let column = |name: &str| Outcome::Column(name.to_owned());
    let product =
        || Outcome::Product("conversions".to_owned(), "revenue_per_conversion".to_owned());
    let (spend, impression) = (["{channel}_spend"], ["{channel}_impression"]);
    let cases: [Weekly<'_>; 9] = [
        (
            "robyn_simulated_weekly/dt_simulated_weekly.csv",
            "mon",
            5,
            &["{channel}_S"],
            &["{channel}_I"],
            column("revenue"),
        ),
        ("meridian_simulated/national_all_channels.csv", "mon", 5, &spend, &impression, product()),
        ("meridian_simulated/national_media.csv", "mon", 4, &spend, &impression, product()),
        ("meridian_simulated/national_media_rf.csv", "mon", 4, &spend, &impression, product()),
        ("meridian_simulated/geo_full_funnel_data.csv", "mon", 3, &spend, &impression, product()),
        ("mmm_eval_example/example_data.csv", "mon", 2, &["radio", "TV"], &[], column("revenue")),
        ("mmm_stan/data.csv", "sun", 13, &["mdsp_{channel}"], &["mdip_{channel}"], column("sales")),
        ("pymc_marketing/mmm_example.csv", "mon", 2, &["x1", "x2"], &[], column("y")),
        ("pymc_marketing/mmm_roas_data.csv", "sat", 2, &["x1", "x2"], &[], column("y")),
    ];
    for (path, weekday, channels, spend, impressions, outcome) in cases {
        let Some(guess) = of_sample(path) else { return };
        assert_readable(&guess);
        let source = &guess.source;
        assert_eq!((source.layout, source.grain), (Layout::Wide, Grain::Week), "{path}");
        let found = guess.week_starts_on.map(|day| day.to_string().to_lowercase());
        assert_eq!(found.as_deref(), Some(weekday), "{path}");
        assert_eq!(guess.channels.len(), channels, "{path}: {:?}", guess.channels);
        for name in spend {
            let is_there = source.columns.spend.iter().any(|it| it == name);
            assert!(is_there, "{path}: {:?}", source.columns.spend);
        }
        for name in impressions {
            let is_there = source.columns.impressions.iter().any(|it| it == name);
            assert!(is_there, "{path}: {:?}", source.columns.impressions);
        }
        assert_eq!(source.columns.outcome.as_ref(), Some(&outcome), "{path}");
    }
}

#[test]
fn weekly_files_say_what_else_they_could_be() {
    let Some(guess) = of_sample("known_truth_small/small_business.csv") else { return };
    assert_readable(&guess);
    let source = &guess.source;
    assert_eq!(
        source.columns.spend,
        ["x1_Search-Ads", "x2_Social-Media", "x3_Local-Ads", "x4_Email"]
    );
    assert_eq!(source.columns.controls, ["c1", "c2"]);
    assert_says(&guess.open, "dated_by", "weeks that start on Sunday are supposed");
    assert_says(&guess.certain, "extra_columns", "geo, c1_effect, c2_effect");
    let guess = of_sample("robyn_simulated_weekly/dt_simulated_weekly.csv").expect("beside it");
    assert_eq!(guess.source.columns.controls, ["competitor_sales_B", "events", "newsletter"]);
    let guess = of_sample("meridian_simulated/geo_full_funnel_data.csv").expect("beside it");
    assert_eq!(guess.source.columns.keys, ["geo"]);
    assert!(guess.source.numbers.exponents && !guess.whole);
    let guess = of_sample("pymc_marketing/mmm_example.csv").expect("beside it");
    assert_eq!(guess.source.date_format, "%-m/%-d/%Y");
    let guess = of_sample("pymc_marketing/mmm_roas_data.csv").expect("beside it");
    assert_says(&guess.certain, "extra_columns", "x1_adstock, x2_adstock");
    let guess = of_sample("mmm_stan/data.csv").expect("beside it");
    assert_says(&guess.certain, "dated_by", "weeks start on Sunday");
    assert_says(&guess.open, "outcome", "it could be units");
    assert_eq!(guess.source.columns.date, ["wk_strt_dt"]);
}

#[test]
fn dates_with_two_readings_are_left_to_people() {
    let guess = of_case("ambiguous_dates.csv");
    assert!(!guess.is_readable() && guess.has_table());
    assert_says(&guess.missing, "date_format", "DD/MM/YYYY (01/09/2025 is 1 September 2025)");
    assert_says(&guess.missing, "date_format", "MM/DD/YYYY (01/09/2025 is 9 January 2025)");
    let text = to_toml(&guess);
    let first = "# date_format = \"%d/%m/%Y\"    # 3 days from 2025-09-01 to 2025-09-03\n";
    let second = "# date_format = \"%m/%d/%Y\"    # 3 days from 2025-01-09 to 2025-03-09\n";
    assert!(text.contains(first) && text.contains(second), "{text}");
}

#[test]
fn figures_with_two_readings_are_left_to_people() {
    let guess = of_case("ambiguous_figures.csv");
    assert!(!guess.is_readable() && guess.has_table());
    assert_says(&guess.missing, "decimal", "45.012 in line 2 can be read in two ways");
    let text = to_toml(&guess);
    assert!(text.contains("45.012 is 45.012") && text.contains("45.012 is 45012"), "{text}");
    let guess = of_case("contradicting_figures.csv");
    assert!(!guess.is_readable() && !guess.has_table());
    assert_says(&guess.missing, "decimal", "1.234,50 in line 2 and 1,234.50 in line 3");
}

#[test]
fn a_count_that_would_be_a_fraction_decides_the_mark() {
    let text = "Tag;Kanal;Kosten;Impressionen;Umsatz\n14.09.2025;E-Mail;46.300;45.012;98.500\n";
    let guess = guessed(text.as_bytes(), "x.csv");
    assert_readable(&guess);
    assert_eq!(guess.source.numbers.decimal, ',');
    assert_says(&guess.certain, "decimal", "45.012 in line 2 would be a part of an impression");
}

#[test]
fn months_weeks_and_periods_of_a_day_are_told() {
    let guess = of_case("months.csv");
    assert_readable(&guess);
    assert_eq!((guess.source.grain, guess.source.date_format.as_str()), (Grain::Month, "%Y-%m"));
    assert_eq!(guess.channels, ["TV", "Radio"]);
    let guess = of_case("week_ending.csv");
    assert_readable(&guess);
    assert_eq!((guess.source.grain, guess.source.dated_by), (Grain::Week, DatedBy::Last));
    assert_eq!(guess.week_starts_on, Some(chrono::Weekday::Mon));
    let guess = of_case("one_day_periods.csv");
    assert_readable(&guess);
    assert_eq!(guess.source.columns.date, ["Reporting starts"]);
    assert_says(&guess.certain, "columns", "each row starts and ends on the same");
}

#[test]
fn text_in_utf_16_without_a_mark_is_suspected_by_its_zeros() {
    let text = "date,channel,spend,revenue\n2025-09-13,Email,1,2\n2025-09-14,Email,1,2\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let guess = guessed(&little, "x.csv");
    assert_readable(&guess);
    assert_eq!(guess.source.encoding, Encoding::Utf16);
    assert_says(&guess.open, "encoding", "suspected by the zeros");
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let guess = guessed(&big, "x.csv");
    assert_readable(&guess);
    assert_says(&guess.open, "encoding", "read as big-endian");
    assert!(matches!(preview(&guess, "x.csv").expect("a table").reading, Reading::Taken(_)));
}

#[test]
fn what_is_no_text_is_named() {
    for (bytes, part) in [
        (&b"PK\x03\x04\x14\0\0\0"[..], "a workbook or ZIP archive"),
        (&b"%PDF-1.7\n"[..], "a PDF"),
        (&b"\x1F\x8B\x08junk"[..], "damaged gzip data"),
        (&b"\0\x01\x02\x03\0\x05"[..], "no text"),
        (&b""[..], "empty"),
        (&b"\n\n"[..], "empty"),
        (&b"hello"[..], "no line names columns"),
    ] {
        let guess = guessed(bytes, "x.csv");
        assert!(!guess.is_readable() && !guess.has_table());
        assert!(texts(&guess.missing).contains(part), "{part}: {}", texts(&guess.missing));
    }
}

#[test]
fn a_name_from_the_file_cannot_write_into_the_table() {
    let guess = of_case("hostile_names.csv");
    assert_readable(&guess);
    assert_eq!(guess.source.columns.keys, ["ad\"] # \\ [[sources]]"]);
    let text = to_toml(&guess);
    assert_eq!(text.lines().filter(|line| line.starts_with("[[sources]]")).count(), 1, "{text}");
    let text = "date,channel,\"ad\n[[sources]]\",spend,revenue\n2025-09-13,Email,a,1,2\n";
    let guess = guessed(text.as_bytes(), "x.csv");
    assert!(!guess.has_table());
    assert_says(&guess.missing, "header", "\"ad\\n[[sources]]\" holds control characters");
}

#[test]
fn a_file_of_rows_without_revenue_is_no_source() {
    let guess = guessed(b"day,channel,cost\n2025-09-13,Email,1\n2025-09-14,Email,2\n", "x.csv");
    assert!(!guess.is_readable());
    assert_says(&guess.missing, "columns", "no column holds revenue");
}

#[test]
fn a_blank_of_an_own_table_is_read_as_unknown_and_said() {
    let text = "day,kanal,kosten,umsatz\n2025-09-13,Email,1,\n2025-09-14,Email,--,2\n";
    let guess = guessed(text.as_bytes(), "x.csv");
    assert_readable(&guess);
    assert_eq!(guess.source.blank.revenue, Meaning::Absent);
    assert_eq!(guess.source.dashes.spend, Meaning::Absent);
    assert_says(&guess.open, "blank", "1 cell of revenue is blank, first in line 2");
    assert_says(&guess.open, "dashes", "1 cell of spend is \"--\", first in line 3");
}

#[test]
fn only_whole_lines_of_a_longer_file_are_looked_at() {
    let mut text = "date,channel,spend,impressions,clicks,conversions,revenue\n".to_owned();
    for row in 0..9000 {
        let day = chrono::NaiveDate::from_ymd_opt(2024, 1, 1).expect("a day")
            + chrono::Days::new(row % 300);
        text.push_str(&format!("{day},Channel {},1.5,9,1,1,2.5\n", row / 300));
    }
    assert!(text.len() > HEAD_BYTES_MAX);
    let guess = guessed(text.as_bytes(), "x.csv");
    assert_preset(&guess, (Some("long"), true));
    assert!(!guess.whole && guess.sample.ends_with(b"\n"));
    assert!(texts(&guess.open).lines().all(|line| line.starts_with("currency")));
}

/// An account with the file's channels and this table, as the configuration reads it.
fn faults_of(guess: &Guess, table: &str) -> Vec<String> {
    let mut channels: Vec<String> = guess.channels.clone();
    channels.push(guess.source.name.clone());
    channels.extend(names(&[
        "One more channel",
        "Google Ads",
        "Meta Ads",
        "Linkedin",
        "Facebook",
        "Google",
        "Mixed",
        "One",
    ]));
    let mut seen = std::collections::BTreeSet::new();
    channels.retain(|name| ChannelName::new(name).is_ok() && seen.insert(name.to_lowercase()));
    let channels: Vec<String> =
        channels.iter().map(|name| format!("[[channels]]\nname = {name:?}\n")).collect();
    let channels = channels.concat();
    let account = format!(
        "id = \"main\"\ncurrency = \"USD\"\ntime_zone = \"UTC\"\ntotal_budget_weekly = \"1000\"\n{channels}{table}"
    );
    let text = |path: &str, text: String| SourceText { path: path.to_owned(), text };
    let daemon = text("config/budgetd.toml", String::new());
    let accounts = [text("config/accounts/main.toml", account)];
    match check(&daemon, &accounts, Path::new(".")) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

/// Runs `sources guess` in an empty folder, without any configuration.
fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/guess");
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_budgetd"))
        .args(["sources", "guess"])
        .args(arguments.iter().map(|it| it.replace("CASES", &cases.display().to_string())))
        .current_dir(folder.path())
        .env_remove("BUDGETD_CONFIG")
        .output()
        .expect("it runs");
    (ran.status.code(), String::from_utf8(ran.stdout).expect("text"))
}

#[test]
fn the_command_needs_no_configuration_and_its_status_tells() {
    let (status, said) = run(&["CASES/week_ending.csv"]);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("[[sources]]") && said.contains("dated_by = \"last\""), "{said}");
    let (status, said) = run(&["CASES/ambiguous_dates.csv"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("something must be chosen"), "{said}");
    assert_eq!(run(&[]).0, Some(2));
    assert_eq!(run(&["CASES/week_ending.csv", "--account", "main"]).0, Some(2));
    assert_eq!(run(&["no_such.csv"]).0, Some(3));
}

#[test]
fn machines_get_the_same_as_json() {
    let (status, said) = run(&["CASES/ambiguous_dates.csv", "--json"]);
    assert_eq!(status, Some(1));
    let answer: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(answer["readable"], false);
    assert_eq!(answer["missing"][0]["about"], "date_format");
    assert_eq!(answer["missing"][0]["choices"].as_array().map(Vec::len), Some(2));
    let (_, said) = run(&["CASES/months.csv", "--json"]);
    let answer: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(answer["source"]["grain"], "month");
    assert_eq!(answer["channels"], serde_json::json!(["TV", "Radio"]));
}

#[test]
fn the_status_is_0_only_where_nothing_is_left_to_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let row = |channel: &str, impressions: &str| {
        format!("2025-09-13,{channel}1.50,{impressions},9,1,2.50\n")
    };
    let header = "spend,impressions,clicks,conversions,revenue\n";
    for (name, text, status, part) in [
        // It names its channel, and needs no table.
        ("long", format!("date,channel,{header}{}", row("Email,", "90")), 0, "needs no table"),
        // Which channel it is about only a person can say.
        ("open", format!("date,{header}{}", row("", "90")), 1, "# channel = "),
        // Clicks above impressions: the table is right, and this file would be refused.
        ("wrong", format!("date,channel,{header}{}", row("Email,", "8")), 1, "would be refused"),
        ("none", "hello\n".to_owned(), 1, "it can't be read"),
    ] {
        let path = folder.path().join(format!("{name}.csv"));
        std::fs::write(&path, text).expect("written");
        let (found, said) = run(&[&path.display().to_string()]);
        assert_eq!(found, Some(status), "{name}: {said}");
        assert!(said.contains(part), "{name}: {part} not in {said}");
    }
}

#[test]
fn a_midnight_behind_every_day_is_part_of_the_format() {
    let file = |cells: [&str; 2]| {
        format!(
            "date,channel,spend,impressions,clicks,conversions,revenue\n{},Email,1,9,1,1,2\n\
             {},Email,1,9,1,1,2\n",
            cells[0], cells[1]
        )
    };
    for (cells, format) in [
        (["2025-09-01 00:00:00", "2025-09-02 00:00:00"], "%Y-%m-%d 00:00:00"),
        (["2025-09-01T00:00:00Z", "2025-09-02T00:00:00Z"], "%Y-%m-%dT00:00:00Z"),
        (["9/1/2025 12:00 AM", "9/13/2025 12:00 AM"], "%-m/%-d/%Y 12:00 AM"),
    ] {
        let guess = guessed(file(cells).as_bytes(), "x.csv");
        assert_readable(&guess);
        assert_eq!(guess.source.date_format, format);
        assert_says(&guess.certain, "date_format", "which is midnight");
        assert!(matches!(preview(&guess, "x.csv").expect("a table").reading, Reading::Taken(_)));
    }
    let hours = file(["2025-09-01 00:00:00", "2025-09-01 01:00:00"]);
    let guess = guessed(hours.as_bytes(), "x.csv");
    assert_says(&guess.missing, "date_format", "times of day that are not all the same midnight");
}
