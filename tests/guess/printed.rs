//! What `sources guess` prints can be appended to an account's file as it stands, and its status says
//! whether anything is left to do.

use std::path::Path;

use budgetd::ingest::Reading;
use budgetd::ingest::guess::{preview, to_toml};

use super::{assert_readable, assert_says, faults_of, guessed, of_case, of_sample, run};

#[test]
fn the_configuration_takes_every_table_as_it_stands() {
    let samples = [
        "export_formats/google_ads_inr.csv",
        "export_formats/google_ads_inr_utf16_tab.csv",
        "export_formats/google_ads_de_eur.csv",
        "export_formats/google_ads_fr_eur.csv",
        "export_formats/google_ads_micros_eur.csv",
        "export_formats/linkedin_usd.csv",
        "export_formats/meta_ads_inr.csv",
        "export_formats/long_inr_lakh.csv",
        "export_formats/long_windows1252_eur.csv",
        "export_formats/finer_grain.csv.gz",
        "export_formats/ecommerce_wide_50.csv",
        "facebook_ads_daily/facebook_ads_raw.csv",
        "facebook_ads_daily/facebook_ads_processed.csv",
        "known_truth_small/small_business.csv",
        "meridian_simulated/geo_full_funnel_data.csv",
        "meridian_simulated/national_media_rf.csv",
        "mmm_eval_example/example_data.csv",
        "mmm_stan/data.csv",
        "pymc_marketing/mmm_example.csv",
        "pymc_marketing/mmm_roas_data.csv",
        "robyn_simulated_weekly/dt_simulated_weekly.csv",
    ];
    let cases = [
        "months.csv",
        "week_ending.csv",
        "hostile_names.csv",
        "one_day_periods.csv",
        "mixed_totals.csv",
    ];
    let guesses = samples.into_iter().filter_map(|path| Some((path, of_sample(path)?)));
    let guesses = guesses.chain(cases.into_iter().map(|name| (name, of_case(name))));
    let mut refused = Vec::new();
    for (path, guess) in guesses {
        let table = to_toml(&guess);
        // The one line that only people can write.
        let table = table.replacen("\n# channel = ", "\nchannel = ", 1);
        let faults = faults_of(&guess, &table);
        if !faults.is_empty() {
            refused.push(format!("{path}\n{table}\n{}", faults.join("\n")));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n\n"));
}

/// Every CSV file below a folder, packed or not.
fn tables_below(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            tables_below(&path, found);
        } else if [".csv", ".csv.gz", ".csv.zst"].iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
}

#[test]
fn all_that_is_printed_is_toml_whatever_the_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    tables_below(&root.join("tests/cases"), &mut files);
    assert!(files.len() > 60, "{}", files.len());
    let samples = root.join("../shared/data");
    let own = files.len();
    tables_below(&samples, &mut files);
    if files.len() == own {
        println!("skipped: {} is not there", samples.display());
    }
    let mut tables = 0;
    for path in files {
        // Its table is held against the configuration there.
        let bytes = std::fs::read(&path).expect("it is there");
        guessed(&bytes, &path.file_name().unwrap_or_default().to_string_lossy());
        let (status, said) = run(&[&path.display().to_string()]);
        let table: toml::Table =
            said.parse().unwrap_or_else(|error| panic!("{}: {error}\n{said}", path.display()));
        let sources = table.get("sources").and_then(toml::Value::as_array).map_or(0, Vec::len);
        assert!(sources <= 1 && matches!(status, Some(0 | 1)), "{}: {status:?}", path.display());
        assert!(table.keys().all(|key| key == "sources"), "{}: {table:?}", path.display());
        tables += sources;
    }
    assert!(tables > 10, "{tables}");
}

/// The status and the page of `sources guess` for a file of these bytes.
fn printed(name: &str, bytes: &[u8]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    run(&[&path.display().to_string()])
}

const LONG: &str = "date,channel,spend,impressions,clicks,conversions,revenue\n";

#[test]
fn totals_above_their_rows_are_marked_by_the_campaign_that_they_are_called() {
    let text = "Campaign,Day,Cost,Impr.,Clicks,Conversions,Conv. value\n\
                Total,2025-09-13,30,300,30,3,60\nA,2025-09-13,10,100,10,1,20\n\
                B,2025-09-13,20,200,20,2,40\nTotal,2025-09-14,31,310,31,3,61\n\
                A,2025-09-14,11,110,11,1,21\nB,2025-09-14,20,200,20,2,40\n";
    let guess = guessed(text.as_bytes(), "x.csv");
    assert_readable(&guess);
    let marked = guess.source.totals.marked.as_ref().expect("totals");
    assert_eq!((marked.0.as_str(), marked.1.as_str()), ("Campaign", "Total"));
    let Reading::Taken(report) = preview(&guess, "x.csv").expect("a table").reading else {
        panic!("it is taken");
    };
    assert_eq!((report.rows, report.totals_rows), (4, 2));
    // 10 + 20 + 11 + 20.
    let spend = report.channels[0].figures.spend.expect("it has spend");
    assert_eq!(spend.rounded().minor(), 6100);
    // Rows that are called so and are no sum may be either: that is said.
    let guess =
        guessed(text.replace("Total,2025-09-14,31", "Total,2025-09-14,30").as_bytes(), "x.csv");
    assert_eq!(guess.source.totals.marked, None);
    assert_says(&guess.untold, "totals", "rows with \"Total\" in \"Campaign\", first in line 2");
}

#[test]
fn choices_of_two_lines_stand_on_two_lines() {
    let text = "Tag;Kanal;Kosten;Umsatz\n14.09.2025;E-Mail;45.012;98.500\n";
    let (status, said) = printed("x.csv", text.as_bytes());
    assert_eq!(status, Some(1));
    let lines = "# decimal = \".\"\n# thousands = \"none\"    # 45.012 is 45.012\n\
                 # decimal = \",\"\n# thousands = \".\"    # 45.012 is 45012\n";
    assert!(said.contains(lines), "{said}");
    // Where there is no table, because something else is missing too.
    let text = "Tag;Kanal;Kosten\n14.09.2025;E-Mail;45.012\n";
    let (status, said) = printed("x.csv", text.as_bytes());
    assert_eq!(status, Some(1));
    assert!(said.contains("#       decimal = \",\"\n#       thousands = \".\""), "{said}");
    assert!(!said.contains("\\n"), "{said}");
}

#[test]
fn a_damaged_archive_is_not_called_fine() {
    let mut text = LONG.to_owned();
    for day in 10..29 {
        text.push_str(&format!("2025-09-{day},Email,{day}.50,{day}00,{day},2,{}.25\n", day * 7));
    }
    let packed = {
        use std::io::Write as _;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        gzip.write_all(text.as_bytes()).expect("memory");
        gzip.finish().expect("memory")
    };
    let (status, said) = printed("x.csv.gz", &packed);
    assert_eq!(status, Some(0), "{said}");
    let (status, said) = printed("x.csv.gz", &packed[..packed.len() - 200]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("compression: it ends too early"), "{said}");
    let (status, said) = printed("x.csv.gz", &[&packed[..], b"more"].concat());
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("compression: other bytes stand behind its end"), "{said}");
}

#[test]
fn a_table_that_the_configuration_would_refuse_is_not_printed() {
    // More plain names than a table may list.
    let names: Vec<String> = (0..33).map(|at| format!("TV {at}")).collect();
    let cells = vec!["1.5"; names.len()].join(",");
    let text = format!("date,{},revenue\n2025-09-13,{cells},10\n", names.join(","));
    let guess = guessed(text.as_bytes(), "x.csv");
    assert!(!guess.has_table());
    assert_says(&guess.missing, "table", "spend: 33 names are more than 32");
    assert!(to_toml(&guess).contains("would not take"));
}
