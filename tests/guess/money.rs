//! No column that looks like money of a channel is ever left out unsaid, whatever it is called: the
//! table takes its spend, or the command ends with 1 and names it.

use budgetd::domain::{
    Account, AccountId, Channel, ChannelName, Currency, FineMoney, Limits, Money, Source, StatedRow,
};
use budgetd::ingest::guess::{Guess, against, guess, guess_for, preview};
use budgetd::ingest::{Context, DailyReport, Purpose, Reading, Stated, read};

use super::{assert_says, assert_table_is_taken, guessed, run, texts};

/// Channels as headers call them; the last are no medium.
const CHANNELS: [&str; 12] = [
    "tv",
    "Radio",
    "Podcasts",
    "Google Ads",
    "facebook",
    "Print",
    "YouTube",
    "email",
    "Suche",
    "Kino",
    "Acme",
    "Kundenclub",
];

/// How headers call the spend of a channel.
const SPELLINGS: [&str; 20] = [
    "{}_spend",
    "{}_cost",
    "{} Kosten",
    "spend_{}",
    "Kosten {}",
    "{} Coût",
    "gasto_{}",
    "{}_spesa",
    "Ausgaben für {}",
    "{}_budget",
    "{} (cost)",
    "{}",
    "{}_SPEND",
    "{} spend (USD)",
    "total_{}_spend",
    "{}-Ausgaben",
    "Dépenses {}",
    "{} costs",
    "{}.spend.net",
    "coste de {}",
];

/// Numbers that look drawn, the same on every run.
pub struct Draws(pub u64);

impl Draws {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % bound as u64).expect("below a usize")
    }
}

/// A wide file, its columns of spend, and their sum in cents.
struct Wide {
    text: String,
    columns: Vec<String>,
    channels: Vec<String>,
    cents: i128,
}

fn wide(draws: &mut Draws) -> Wide {
    let mut channels: Vec<&str> = CHANNELS.to_vec();
    let count = 1 + draws.below(6);
    let channels: Vec<String> =
        (0..count).map(|_| channels.swap_remove(draws.below(channels.len())).to_owned()).collect();
    let usual = draws.below(SPELLINGS.len());
    let is_mixed = draws.below(2) == 0;
    let columns: Vec<String> = channels
        .iter()
        .map(|channel| {
            let spelling = if is_mixed { draws.below(SPELLINGS.len()) } else { usual };
            // A bare name that is nobody's, beside names with words for cost, looks like anything.
            let is_anything = SPELLINGS[spelling] == "{}"
                && is_mixed
                && CHANNELS[10..].contains(&channel.as_str());
            SPELLINGS[if is_anything { 0 } else { spelling }].replace("{}", channel)
        })
        .collect();
    let revenue = ["revenue", "Umsatz", "Chiffre d'affaires", "sales"][draws.below(4)];
    let control = ["price", "holiday", "temperature", "competitor_sales"][draws.below(4)];
    let mut text = format!("date,{},{control},{revenue}\n", columns.join(","));
    let mut cents = 0;
    for day in 10..22 {
        text.push_str(&format!("2025-09-{day}"));
        for at in 0..count {
            // A flat rate, as some media are paid for.
            let amount = if at == 3 { 50_000 } else { draws.below(90_000) as i128 + 101 };
            cents += amount;
            text.push_str(&format!(",{}.{:02}", amount / 100, amount % 100));
        }
        text.push_str(&format!(",{},{}.50\n", draws.below(40), 1000 + draws.below(1000)));
    }
    Wide { text, columns, channels, cents }
}

/// An account with these channels; each column's name is an alias where it is the channel's own.
fn account(channels: &[String]) -> Account {
    let mut named: Vec<Channel> = channels
        .iter()
        .map(|name| Channel::named(ChannelName::new(name).expect("a name")))
        .collect();
    for more in ["One more", "Two more", "Three more"] {
        named.push(Channel::named(ChannelName::new(more).expect("a name")));
    }
    let id = AccountId::new("main").expect("an id");
    let currency = Currency::from_code("USD").expect("a currency");
    let total = Money::from_minor(100_000);
    Account::with_shipped_settings(id, currency, chrono_tz::UTC, total, named)
}

pub fn reading(text: &str, account: &Account, source: &Source) -> Reading {
    let context = Context {
        account,
        source,
        today: "2025-10-01".parse().expect("a day"),
        limits: Limits::default(),
        file_name: "file.csv",
        purpose: Purpose::Import,
    };
    let mut sink = |_: &StatedRow<'_>| Ok::<_, std::convert::Infallible>(Stated::New);
    read(text.as_bytes(), &context, &mut sink).expect("memory")
}

pub fn cents(report: &DailyReport) -> i128 {
    let spend = report.channels.iter().filter_map(|channel| channel.figures.spend);
    spend.map(|spend: FineMoney| spend.rounded().minor()).sum()
}

/// Whether some name of the table's spend fits a column.
fn is_mapped(source: &Source, column: &str) -> bool {
    let column = column.to_lowercase();
    source.columns.spend.iter().map(|name| name.to_lowercase()).any(|name| {
        match name.split_once("{channel}") {
            None => name == column,
            Some((before, behind)) => column.starts_with(before) && column.ends_with(behind),
        }
    })
}

/// Checks one look at a file; whether it ended with 0.
fn check(file: &Wide, guess: &Guess, reading: Option<&Reading>, is_settled: bool) -> bool {
    let shown = || {
        format!(
            "{}\n{:?}\n{}\n{}\n{}",
            file.columns.join(","),
            guess.source.columns,
            texts(&guess.open),
            texts(&guess.untold),
            texts(&guess.missing)
        )
    };
    if let (true, Some(Reading::Taken(report))) = (is_settled, reading) {
        assert_eq!(cents(report), file.cents, "spend is lost: {}", shown());
        return true;
    }
    let said = [texts(&guess.open), texts(&guess.untold), texts(&guess.missing)].concat();
    for column in &file.columns {
        assert!(is_mapped(&guess.source, column) || said.contains(column.as_str()), "{}", shown());
    }
    false
}

#[test]
fn the_table_takes_all_spend_or_the_columns_it_lacks_are_named() {
    let mut draws = Draws(7);
    let (mut taken, mut known) = (0, 0);
    for _ in 0..300 {
        let file = wide(&mut draws);
        let alone = guess(file.text.as_bytes(), "file.csv", true);
        assert_table_is_taken(&alone);
        let preview = preview(&alone, "file.csv");
        let read = preview.as_ref().map(|it| &it.reading);
        taken += usize::from(check(&file, &alone, read, alone.is_settled()));
        let account = account(&file.channels);
        let for_it = guess_for(file.text.as_bytes(), "file.csv", true, &account);
        let read = reading(&file.text, &account, &for_it.source);
        let fits = for_it.is_settled() && against(&for_it, &account).is_empty();
        known += usize::from(check(&file, &for_it, Some(&read), fits));
    }
    // Most of them are read as they are; with the account's channels at hand nearly all.
    assert!(taken > 150, "{taken}");
    assert!(known > 250, "{known}");
    println!("{taken} of 300 taken alone, {known} for their account");
}

fn alone(text: &str) -> Guess {
    guessed(text.as_bytes(), "file.csv")
}

#[test]
fn suffixes_and_languages_may_be_mixed() {
    let text = "date,tv_spend,podcast_cost,search_spend,revenue\n2025-09-13,1.5,2.5,3.5,10\n";
    let guess = alone(text);
    assert!(guess.is_settled() && guess.source.columns.controls.is_empty());
    assert_eq!(guess.source.columns.spend, ["{channel}_spend", "{channel}_cost"]);
    assert_eq!(guess.channels, ["tv", "podcast", "search"]);
    let guess = alone("Tag;TV Kosten;Suche Kosten;Umsatz\n13.09.2025;1,5;2,5;10\n");
    assert_eq!(guess.source.columns.spend, ["{channel} Kosten"]);
    assert_eq!(guess.channels, ["TV", "Suche"]);
    let guess = alone("Date,TV,Radio,Podcasts,Print,Revenue\n2025-09-13,1.5,2.5,3.5,4.5,10\n");
    assert_eq!(guess.source.columns.spend, ["TV", "Radio", "Podcasts", "Print"]);
    assert!(guess.source.columns.controls.is_empty() && guess.is_settled());
}

#[test]
fn a_column_with_other_text_in_a_few_cells_is_still_money() {
    let guess = alone(
        "date,tv_spend,radio_cost,revenue\n2025-09-13,1.5,--,10\n2025-09-14,1.5,2.5,10\n\
         2025-09-15,1.5,n/a,10\n2025-09-16,1.5,2.5,10\n",
    );
    assert_eq!(guess.channels, ["tv", "radio"]);
    assert_says(&guess.open, "columns", "spend holds \"n/a\" in line 4");
}

#[test]
fn what_looks_like_money_and_is_not_told_is_named_and_never_a_control() {
    for (text, column, part) in [
        // Nothing says that it is a channel's.
        (
            "date,tv_spend,radio_spend,shipping_cost,revenue\n2025-09-13,1.5,2.5,3.5,10\n",
            "shipping_cost",
            "holds a word for cost",
        ),
        // Two for one channel.
        (
            "date,tv_spend,tv_cost,radio_spend,revenue\n2025-09-13,1.5,2.5,3.5,10\n",
            "tv_cost",
            "its channel has another column that does",
        ),
        // A plain name of a medium beside patterns, and of anything beside plain names.
        (
            "date,tv_spend,radio_spend,Podcasts,revenue\n2025-09-13,1.5,2.5,3.5,10\n",
            "Podcasts",
            "is called as a channel is",
        ),
        (
            "date,TV,Radio,Kundenclub,revenue\n2025-09-13,1.5,2.5,3.5,10\n",
            "Kundenclub",
            "stands beside channels with plain names",
        ),
        // A column of the same figure everywhere is no constant to be left out.
        (
            "date,tv_spend,radio_spend,agency_cost,revenue\n2025-09-13,1,2,5,9\n2025-09-14,3,4,5,9\n",
            "agency_cost",
            "holds a word for cost",
        ),
        // A second amount of a file with one channel to a row.
        (
            "date,channel,spend,Agency cost,revenue\n2025-09-13,Email,1.5,2.5,10\n",
            "Agency cost",
            "holds a word for cost",
        ),
        (
            "date,tv_spend,radio_spend,total_cost,revenue\n2025-09-13,1.5,2.5,9.5,10\n",
            "total_cost",
            "holds a word for cost",
        ),
        // Beside a column that is left out where nothing is unsure.
        (
            "date,tv_spend,radio_spend,shipping_cost,note,revenue\n2025-09-13,1.5,2.5,3.5,x,10\n",
            "shipping_cost",
            "holds a word for cost",
        ),
    ] {
        let guess = alone(text);
        assert_says(&guess.untold, "columns", &format!("\"{column}\" "));
        assert_says(&guess.untold, "columns", part);
        assert!(!guess.is_settled() && !guess.source.ignore_extra_columns, "{column}");
        assert!(!guess.source.columns.controls.iter().any(|it| it == column), "{column}");
        assert!(!guess.source.columns.keys.iter().any(|it| it == column), "{column}");
        let read = preview(&guess, "file.csv").expect("a table").reading;
        assert!(matches!(read, Reading::Refused(_)), "{column}: nothing is left out unsaid");
    }
}

#[test]
fn totals_ratios_and_what_was_made_of_money_are_left_out_and_are_no_controls() {
    let guess = alone(
        "date,tv_spend,radio_spend,Total spend,tv_spend_lag1,cost_per_click,price,revenue\n\
         2025-09-13,1.5,2.5,4.0,0,0.1,3,10\n2025-09-14,2.5,2.5,5.0,1.5,0.2,4,11\n",
    );
    assert!(guess.is_settled(), "{}", texts(&guess.untold));
    assert_eq!(guess.channels, ["tv", "radio"]);
    assert_eq!(guess.source.columns.controls, ["price"]);
    assert_says(&guess.certain, "columns", "\"Total spend\" is the sum of the channels' spend");
    assert_says(&guess.certain, "extra_columns", "Total spend, tv_spend_lag1, cost_per_click");
    // A total beside columns of each channel makes no file of one channel.
    let guess = alone("date,cost,tv_spend,radio_spend,revenue\n2025-09-13,4,1.5,2.5,10\n");
    assert_eq!(guess.channels, ["tv", "radio"]);
    assert_says(&guess.certain, "columns", "\"cost\" is the sum of the channels' spend");
}

#[test]
fn a_column_of_channels_is_no_extra_column_of_a_wide_file() {
    let guess = alone("date,channel,amount,tv_cost,revenue\n2025-09-13,Email,1.5,2.5,10\n");
    assert_eq!(guess.source.columns.spend, ["amount"]);
    assert_says(&guess.untold, "columns", "\"tv_cost\" holds a word for cost");
    let guess = alone("date,tv_cost,radio_cost,Betrag,Umsatz gesamt\n2025-09-13,1.5,2.5,9,10\n");
    assert_says(&guess.untold, "columns", "\"Betrag\" is called as money is");
    assert!(guess.source.columns.outcome.is_some(), "{:?}", guess.source.columns);
}

#[test]
fn the_channels_of_an_account_are_known_in_any_form() {
    let account = account(&["kundenclub".to_owned(), "tv".to_owned()]);
    let text = "date,tv_spend,Kundenclub_Kosten,revenue\n2025-09-13,1.5,2.5,10\n";
    let found = guess_for(text.as_bytes(), "file.csv", true, &account);
    assert!(found.is_settled(), "{}", texts(&found.untold));
    assert_eq!(found.source.columns.spend, ["{channel}_spend", "{channel}_Kosten"]);
    assert_eq!(against(&found, &account), []);
    // As a plural it needs an alias, which is said with its line.
    let text = "date,tv_spend,Kundenclubs_spend,revenue\n2025-09-13,1.5,2.5,10\n";
    let found = guess_for(text.as_bytes(), "file.csv", true, &account);
    let unfit = against(&found, &account);
    assert_says(&unfit, "channel", "give it aliases = [\"Kundenclubs\"]");
}

#[test]
fn the_command_ends_with_1_and_names_the_column() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("wide.csv");
    let text = "date,tv_spend,radio_spend,shipping_cost,revenue\n2025-09-13,1.5,2.5,3.5,10\n";
    std::fs::write(&path, text).expect("written");
    let (status, said) = run(&[&path.display().to_string()]);
    assert_eq!(status, Some(1), "{said}");
    let (_, untold) = said.split_once("# What could not be told").expect("the heading");
    assert!(untold.contains("\"shipping_cost\""), "{said}");
    assert!(untold.contains("[sources.columns] controls = [\"shipping_cost\", …]"), "{said}");
}
