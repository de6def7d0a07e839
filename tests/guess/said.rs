//! What a header can't make certain is said, and the status is 1: units that a source can't express, money
//! that was planned, charges beside spend, figures and dates of two readings, rows that repeat.

use std::path::Path;

use budgetd::config::{SourceText, check};
use budgetd::domain::source::{Grain, Totals, Unit};
use budgetd::domain::{Account, Source};
use budgetd::ingest::guess::{Guess, guess, preview, to_toml};
use budgetd::ingest::{DailyReport, Reading};

use super::money::{cents, reading};
use super::pasted::chosen;
use super::{assert_readable, assert_says, guessed, run, texts};

fn alone(text: &str) -> Guess {
    guessed(text.as_bytes(), "file.csv")
}

/// What the guessed table makes of the file.
#[track_caller]
fn taken(guess: &Guess) -> DailyReport {
    match preview(guess, "file.csv").expect("a table").reading {
        Reading::Taken(report) => report,
        Reading::Refused(rejection) => panic!("{:?}", rejection.faults),
    }
}

/// An account with the channel Email and this table, and its first source.
fn configured(table: &str) -> (Account, Source) {
    let account = format!(
        "id = \"main\"\ncurrency = \"EUR\"\ntime_zone = \"UTC\"\ntotal_budget_weekly = \"1000\"\n\
         [[channels]]\nname = \"Email\"\n[[channels]]\nname = \"TV\"\n[[channels]]\nname = \"SEO\"\n{table}"
    );
    let file = |path: &str, text: String| SourceText { path: path.to_owned(), text };
    let accounts = [file("config/accounts/main.toml", account)];
    let config = check(&file("config/budgetd.toml", String::new()), &accounts, Path::new("."))
        .unwrap_or_else(|faults| panic!("{faults:?}"));
    let account = config.accounts[0].clone();
    let source = account.sources[0].clone();
    (account, source)
}

/// What the table makes of the file when the lines of one of its choices count.
#[track_caller]
fn with_choice(text: &str, guess: &Guess, choice: &str) -> DailyReport {
    let (account, source) = configured(&chosen(&to_toml(guess), choice));
    match reading(text, &account, &source) {
        Reading::Taken(report) => report,
        Reading::Refused(rejection) => panic!("{choice}: {:?}", rejection.faults),
    }
}

#[test]
fn units_that_a_source_can_say_are_set() {
    for (header, spend, revenue, amounts) in [
        ("spend_cents,revenue", Unit::Minor, Unit::Major, "1250,20"),
        ("spend_paise,revenue_paise", Unit::Minor, Unit::Minor, "1250,2000"),
        ("Cost (minor),revenue", Unit::Minor, Unit::Major, "1250,20"),
        ("cost_micros,revenue", Unit::Micros, Unit::Major, "12500000,20"),
        ("cost (micros),revenue", Unit::Micros, Unit::Major, "12500000,20"),
    ] {
        let guess = alone(&format!("date,channel,{header}\n2025-09-13,Email,{amounts}\n"));
        let numbers = &guess.source.numbers;
        assert_eq!((numbers.spend_unit, numbers.revenue_unit), (spend, revenue), "{header}");
        assert!(guess.is_settled(), "{header}: {}", texts(&guess.untold));
        let report = taken(&guess);
        assert_eq!(cents(&report), 1250, "{header}");
        let revenue = report.channels[0].figures.revenue.expect("it has revenue");
        assert_eq!(revenue.rounded().minor(), 2000, "{header}");
    }
    let guess = alone("date,tv_spend_cents,radio_spend_cents,revenue\n2025-09-13,150,250,9\n");
    assert_eq!(guess.source.columns.spend, ["{channel}_spend_cents"]);
    assert_eq!(cents(&taken(&guess)), 400);
}

#[test]
fn units_that_a_source_cannot_say_are_said() {
    for (column, unit) in [
        ("spend (lakh)", "lakh"),
        ("spend_cr", "crore"),
        ("spend (Mn)", "millions"),
        ("spend_mn", "millions"),
        ("spend (in thousands)", "thousands"),
        ("spend ('000)", "thousands"),
        ("spend (k)", "thousands"),
        ("spend_k", "thousands"),
        ("Kosten (Tsd. EUR)", "thousands"),
    ] {
        let guess = alone(&format!("date,channel,{column},revenue\n2025-09-13,Email,1.5,20\n"));
        assert_says(&guess.untold, "spend_unit", &format!("counted in {unit} ({column})"));
        assert!(!guess.is_settled(), "{column}");
    }
    let guess = alone("date,tv_spend_k,radio_spend,revenue\n2025-09-13,1.5,2500,20\n");
    assert_says(&guess.untold, "spend_unit", "counted in thousands (tv_spend_k)");
    let guess = alone("date,channel,spend,revenue (lakh)\n2025-09-13,Email,1.5,20\n");
    assert_says(&guess.untold, "revenue_unit", "counted in lakh (revenue (lakh))");
    let guess = alone("date,tv_spend,radio_spend,revenue_k\n2025-09-13,1.5,2.5,20\n");
    assert_says(&guess.untold, "revenue_unit", "counted in thousands (revenue_k)");
}

#[test]
fn words_for_spend_and_revenue_of_many_languages_are_known() {
    for word in [
        "Inversión",
        "net spend",
        "amount",
        "खर्च",
        "Kosten",
        "Ausgaben",
        "dépenses",
        "costo",
        "spesa",
        "uitgaven",
        "utgifter",
        "kostnad",
        "расход",
        "費用",
        "wydatki",
        "harcama",
    ] {
        let guess = alone(&format!("date,channel,{word},revenue\n2025-09-13,Email,1.5,20\n"));
        assert_eq!(guess.source.columns.spend, [word]);
        assert!(guess.is_settled(), "{word}: {}", texts(&guess.untold));
        let is_remarked = texts(&guess.open).contains("could be an amount of something else");
        assert_eq!(is_remarked, word == "amount", "{word}");
    }
    for word in [
        "intäkter",
        "omsättning",
        "выручка",
        "доход",
        "売上",
        "przychód",
        "gelir",
        "ingresos",
        "ricavi",
        "Umsatz",
        "chiffre d'affaires",
        "omzet",
    ] {
        let guess = alone(&format!("date,channel,spend,{word}\n2025-09-13,Email,1.5,20\n"));
        assert_eq!(guess.source.columns.revenue, [word]);
        assert!(guess.is_settled(), "{word}: {}", texts(&guess.missing));
    }
}

#[test]
fn charges_beside_spend_are_said() {
    for (header, column) in [
        ("date,channel,cost,fees,revenue", "fees"),
        ("date,channel,spend,GST,revenue", "GST"),
        ("date,channel,spend,tax,revenue", "tax"),
        ("date,channel,spend,Agency fee,revenue", "Agency fee"),
    ] {
        let guess = alone(&format!("{header}\n2025-09-13,Email,5,1,20\n"));
        assert_says(
            &guess.untold,
            "columns",
            &format!("\"{column}\" may be a part of what was paid"),
        );
        assert!(!guess.is_settled() && !guess.source.ignore_extra_columns, "{column}");
    }
    let guess = alone("date,google_spend,google_fees,tv_spend,revenue\n2025-09-13,5,1,3,20\n");
    assert_says(&guess.untold, "columns", "\"google_fees\" may be a part of what was paid");
    assert!(guess.source.columns.controls.is_empty());
    // Nothing was charged.
    let guess = alone("date,channel,spend,fees,revenue\n2025-09-13,Email,5,0,20\n");
    assert!(guess.is_settled(), "{}", texts(&guess.untold));
}

#[test]
fn planned_money_is_never_spend() {
    for name in ["budget", "plan", "planned", "target", "forecast", "Planned spend"] {
        let guess = alone(&format!("date,channel,{name},revenue\n2025-09-13,Email,5,20\n"));
        assert!(!guess.is_readable() && guess.source.columns.spend != [name], "{name}");
        assert_says(&guess.missing, "columns", "no column of spend");
        let guess = alone(&format!("date,channel,spend,{name},revenue\n2025-09-13,Email,5,6,20\n"));
        assert_eq!(guess.source.columns.spend, ["spend"], "{name}");
        assert_says(&guess.untold, "columns", &format!("\"{name}\" is money that was planned"));
    }
    let guess = alone("date,google_spend,google_budget,tv_spend,revenue\n2025-09-13,5,6,3,20\n");
    assert_eq!(guess.source.columns.spend, ["{channel}_spend"]);
    assert_says(&guess.untold, "columns", "\"google_budget\" is money that was planned");
    let guess = alone("date,google_budget,tv_budget,revenue\n2025-09-13,5,6,20\n");
    assert_says(&guess.missing, "columns", "(google_budget, tv_budget)");
    // What a platform's campaigns may spend at most stands in its reports.
    let text =
        "date,channel,campaign,spend,Campaign daily budget,revenue\n2025-09-13,Email,A,5,6,20\n";
    let guess = alone(text);
    assert!(guess.is_settled(), "{}", texts(&guess.untold));
    assert_says(&guess.certain, "columns", "\"Campaign daily budget\" limits what may be spent");
}

#[test]
fn rows_of_a_plan_are_not_summed_with_those_that_were_spent() {
    let text = "date,channel,scenario,spend,revenue\n2025-09-13,Email,plan,5,20\n\
                2025-09-13,Email,actual,6,21\n2025-09-14,Email,plan,5,20\n2025-09-14,Email,actual,7,22\n";
    let guess = alone(text);
    assert!(guess.source.columns.keys.is_empty() && !guess.is_settled());
    assert_says(&guess.untold, "only", "\"scenario\" tells rows of a plan");
    // 6 + 7.
    let report = with_choice(text, &guess, "only = { \"scenario\" = \"actual\" }");
    assert_eq!(cents(&report), 1300);
    // A column of these words where nothing else could be meant only: all rows are planned.
    let guess = alone("date,channel,type,spend,revenue\n2025-09-13,Email,Budget,5,20\n");
    assert_says(&guess.untold, "only", "\"type\"");
}

#[test]
fn figures_of_two_readings_name_both_and_each_choice_reads_the_file() {
    let text =
        "date,channel,spend,revenue\n2025-09-13,Email,12.500,1.000\n2025-09-14,Email,2.500,2.000\n";
    let (status, said) = {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.csv");
        std::fs::write(&path, text).expect("written");
        run(&[&path.display().to_string()])
    };
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("# 12.500 is 12.5\n") && said.contains("# 12.500 is 12500\n"), "{said}");
    for (text, sums) in [
        (text.to_owned(), [1_500, 1_500_000]),
        // Finer than a hundredth: summed exactly, 15.005, and rounded half to even.
        (text.replace("12.500", "12.505"), [1_500, 1_500_500]),
        (text.replace("12.500", "€12.500"), [1_500, 1_500_000]),
    ] {
        let guess = alone(&text);
        let undecided = guess.missing.iter().find(|it| it.about == "decimal").expect("undecided");
        for (choice, sum) in undecided.choices.iter().zip(sums) {
            assert_eq!(cents(&with_choice(&text, &guess, choice)), sum, "{choice}");
        }
    }
}

#[test]
fn dates_of_two_readings_are_both_lines_of_the_table() {
    let text = "date,channel,spend,revenue\n06/11/2025,Email,5,20\n07/11/2025,Email,6,20\n";
    let guess = alone(text);
    let undecided = guess.missing.iter().find(|it| it.about == "date_format").expect("undecided");
    let formats: Vec<&str> = undecided.choices.iter().map(|it| &it[..24]).collect();
    assert_eq!(formats, ["date_format = \"%d/%m/%Y\"", "date_format = \"%m/%d/%Y\""]);
    // 15 days later than the reading's own today, the one as November would lie in the future.
    let report = with_choice(text, &guess, &undecided.choices[1]);
    assert_eq!(report.first_day.to_string(), "2025-06-11");
    assert_eq!(report.last_day.to_string(), "2025-07-11");
}

#[test]
fn dates_that_are_days_or_months_have_the_grain_of_each_reading() {
    let text = "date,channel,spend,revenue\n01/02/2025,Email,5,20\n01/03/2025,Email,6,20\n\
                01/04/2025,Email,7,20\n";
    let guess = alone(text);
    let undecided = guess.missing.iter().find(|it| it.about == "date_format").expect("undecided");
    let [months, days] = undecided.choices.as_slice() else { panic!("{undecided:?}") };
    assert!(months.starts_with("grain = \"month\"\ndate_format = \"%d/%m/%Y\""), "{months}");
    assert!(days.starts_with("date_format = \"%m/%d/%Y\""), "{days}");
    let report = with_choice(text, &guess, months);
    assert_eq!((report.grain, report.last_day.to_string().as_str()), (Grain::Month, "2025-04-01"));
    let report = with_choice(text, &guess, days);
    assert_eq!((report.grain, report.last_day.to_string().as_str()), (Grain::Day, "2025-01-04"));
}

#[test]
fn a_mark_of_several_currencies_is_not_called_fine() {
    let guess = alone("date,channel,spend,revenue\n2025-09-13,Email,$5.10,$20\n");
    assert_says(&guess.untold, "currency", "several currencies share this mark");
}

#[test]
fn rows_with_the_same_figures_are_no_repeats_where_a_column_tells_them_apart() {
    let row = |day: &str, account: &str| format!("{day},Email,A,{account},5,20\n");
    let text = |name: &str, cells: [&str; 2]| {
        let days = ["2025-09-13", "2025-09-14"];
        let rows: String = days.iter().flat_map(|day| cells.map(|cell| row(day, cell))).collect();
        format!("date,channel,campaign,{name},spend,revenue\n{rows}")
    };
    for (name, cells) in [
        ("account", ["a1", "a2"]),
        ("Device", ["mobile", "desktop"]),
        ("Account ID", ["123", "456"]),
    ] {
        let guess = alone(&text(name, cells));
        assert_eq!(guess.source.columns.keys, [name]);
        assert_says(&guess.open, "key_columns", &format!("differ in {name} alone"));
        // Four rows of 5, none dropped as a repeat.
        assert_eq!(cents(&taken(&guess)), 2000, "{name}");
    }
    // When a row was exported says nothing of the money in it.
    let guess = alone(&text("exported at", ["2025-09-15 10:00", "2025-09-15 11:00"]));
    assert!(guess.source.columns.keys.is_empty());
    // Of rows that the device tells apart, two have the same figures in two countries.
    let guess = alone(
        "date,channel,Device,Country,spend,revenue\n2025-09-13,Email,mobile,IN,5,20\n\
         2025-09-13,Email,mobile,AE,5,20\n2025-09-13,Email,desktop,IN,6,20\n",
    );
    assert_eq!(guess.source.columns.keys, ["Device", "Country"]);
    assert_eq!(cents(&taken(&guess)), 1600);
}

#[test]
fn totals_in_the_column_of_channels_are_labels() {
    let day = |day: &str, label: &str, at: usize| {
        let mut rows = [format!("{day},Email,5,20\n"), format!("{day},TV,6,21\n")].to_vec();
        rows.insert(at, format!("{day},{label},11,41\n"));
        rows.concat()
    };
    for (label, at) in [("Total", 2), ("Total", 0), ("All channels", 2)] {
        let rows = day("2025-09-13", label, at) + &day("2025-09-14", label, at);
        let guess = alone(&format!("date,channel,spend,revenue\n{rows}"));
        assert_readable(&guess);
        let Totals { labels, check, marked, .. } = &guess.source.totals;
        assert_eq!((labels.as_slice(), marked), (&[label.to_owned()][..], &None));
        assert_eq!(check, labels);
        assert_eq!(guess.channels, ["Email", "TV"]);
        let report = taken(&guess);
        assert_eq!((cents(&report), report.totals_rows), (2200, 2), "{label} at {at}");
    }
}

#[test]
fn a_preset_of_one_channel_gives_way_to_a_column_of_channels() {
    let text = "Campaign report\n\"1 September 2025\"\nDay,Campaign,Network,Currency code,Cost,Impr.,\
                Clicks,Conversions,Conv. value\n2025-09-01,A,Email,EUR,5,100,10,1,20\n\
                2025-09-01,A,TV,EUR,6,100,10,1,20\n";
    let guess = guess(text.as_bytes(), "file.csv", true);
    assert_eq!(guess.preset.as_deref(), Some("google_ads"));
    assert_eq!((guess.source.channel.as_deref(), cents(&taken(&guess))), (None, 1100));
    let (account, source) = configured(&to_toml(&guess));
    assert!(matches!(reading(text, &account, &source), Reading::Taken(_)));
}
