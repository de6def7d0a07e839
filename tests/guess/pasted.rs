//! What `sources guess` prints is taken by `check` where it is pasted, whatever a header calls its columns:
//! as it stands, and with any one of its choices made.

use std::path::Path;

use budgetd::config::{SourceText, check};
use budgetd::domain::source::Layout;
use budgetd::domain::{Account, AccountId, Channel, ChannelName, Currency, Money};
use budgetd::ingest::guess::{Guess, guess, guess_for, to_toml};

use super::money::Draws;
use super::{assert_says, guessed, texts};

/// Channels of accounts; in several scripts, with letters that change their length with their case.
const CHANNELS: [&str; 16] = [
    "TV",
    "Radio",
    "Google Ads",
    "Meta Ads",
    "İstanbul TV",
    "Işık Radyo",
    "Şube",
    "Straße",
    "Café",
    "Cafe\u{301} Bar",
    "電視",
    "Реклама",
    "टीवी",
    "x1",
    "Total Health",
    "Budget Travel",
];

/// What stands around a channel in the name of a column; the empty one is a plain name.
const SPELLINGS: [&str; 22] = [
    "{}",
    "{} (₹)",
    "{} (INR)",
    "{} [EUR]",
    "{}_spend",
    "{} spend (lakh)",
    "{}_spend_k",
    "{}_spend_cents",
    "{}_cost_micros",
    "{} Kosten (Tsd. EUR)",
    "{} harcama",
    "{} खर्च",
    "{}費用",
    "{}_budget",
    "planned {} spend",
    "{} fees",
    "{}_S",
    "spend_{}",
    "{} (cost)",
    "Dépenses {}",
    "расход {}",
    "{}.Wydatki",
];

const REVENUES: [&str; 6] =
    ["revenue", "Gelir", "Revenue (₹)", "chiffre d'affaires", "売上", "omsättning_k"];
const OTHERS: [&str; 6] = ["price", "Not", "GST", "scenario", "plan", "Notlar (İç)"];
const DATES: [[&str; 3]; 3] = [
    ["2025-09-13", "2025-09-14", "2025-09-15"],
    ["06/11/2025", "07/11/2025", "08/11/2025"],
    ["01/02/2025", "01/03/2025", "01/04/2025"],
];
const AMOUNTS: [[&str; 3]; 5] = [
    ["5", "6.25", "7.5"],
    ["12.500", "1.000", "2.500"],
    ["₹12.500", "₹1.000", "₹2.500"],
    ["1.2e3", "2.5e3", "1.125"],
    ["--", "", "5"],
];

fn pick<'a, T>(draws: &mut Draws, of: &'a [T]) -> &'a T {
    &of[draws.below(of.len())]
}

/// A file, and the channels of the account that it is pasted into.
fn drawn(draws: &mut Draws) -> (String, Vec<String>) {
    let count = 1 + draws.below(4);
    let mut left = CHANNELS.to_vec();
    let channels: Vec<String> =
        (0..count).map(|_| left.swap_remove(draws.below(left.len())).to_owned()).collect();
    let dates = pick(draws, &DATES);
    let amounts = pick(draws, &AMOUNTS);
    let revenue = *pick(draws, &REVENUES);
    let other = *pick(draws, &OTHERS);
    let other_cells = match other {
        "scenario" => ["plan", "actual", "plan"],
        "Not" | "Notlar (İç)" => ["a", "b", "c"],
        _ => ["1", "2", "4"],
    };
    let usual = draws.below(SPELLINGS.len());
    let is_long = draws.below(3) == 0;
    let is_mixed = draws.below(2) == 0;
    let mut lines = Vec::new();
    if draws.below(4) == 0 {
        lines.push("My report;\n2025".to_owned());
    }
    if is_long {
        let spend = SPELLINGS[usual].replace("{}", "").trim_matches([' ', '_', '.']).to_owned();
        let spend =
            if spend.is_empty() || spend.starts_with(['(', '[']) { "amount" } else { &spend };
        let names_channel = draws.below(2) == 0;
        let channel = if names_channel { ";Kanal" } else { "" };
        lines.push(format!("Date{channel};{spend};{other};{revenue}"));
        for row in 0..3 {
            let cell =
                if names_channel { format!(";{}", channels[row % count]) } else { String::new() };
            lines.push(format!("{}{cell};{};{};9", dates[row], amounts[row], other_cells[row]));
        }
    } else {
        let names: Vec<String> = channels
            .iter()
            .map(|channel| {
                let at = if is_mixed { draws.below(SPELLINGS.len()) } else { usual };
                SPELLINGS[at].replace("{}", channel)
            })
            .collect();
        lines.push(format!("Date;{};{other};{revenue}", names.join(";")));
        for row in 0..3 {
            let cells = vec![amounts[row]; count].join(";");
            lines.push(format!("{};{cells};{};9", dates[row], other_cells[row]));
        }
    }
    (lines.join("\n") + "\n", channels)
}

fn account(channels: &[String]) -> Account {
    let named = channels.iter().map(|name| Channel::named(ChannelName::new(name).expect("a name")));
    let currency = Currency::from_code("USD").expect("a currency");
    let id = AccountId::new("main").expect("an id");
    let total = Money::from_minor(100_000);
    Account::with_shipped_settings(id, currency, chrono_tz::UTC, total, named.collect())
}

/// What `check` says of an account with these channels and the table.
fn faults(channels: &[String], table: &str) -> Vec<String> {
    let mut text = "id = \"main\"\ncurrency = \"USD\"\ntime_zone = \"UTC\"\n\
                    total_budget_weekly = \"1000\"\n"
        .to_owned();
    for name in channels.iter().map(String::as_str).chain(["Other A", "Other B", "Other C"]) {
        text.push_str(&format!("[[channels]]\nname = \"{name}\"\n"));
    }
    text.push_str(table);
    let file = |path: &str, text: String| SourceText { path: path.to_owned(), text };
    let accounts = [file("config/accounts/main.toml", text)];
    match check(&file("config/budgetd.toml", String::new()), &accounts, Path::new(".")) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

/// The table with one choice made: its lines are comments no more.
pub fn chosen(table: &str, choice: &str) -> String {
    let commented = format!("# {}\n", choice.replace('\n', "\n# "));
    assert!(table.contains(&commented), "{commented} not in\n{table}");
    table.replacen(&commented, &format!("{choice}\n"), 1)
}

/// Holds a printed table against `check`; how many choices it offered.
fn hold(text: &str, channels: &[String], guess: &Guess) -> usize {
    let table = to_toml(guess);
    let found = faults(channels, &table);
    assert!(found.is_empty(), "{text}\n{channels:?}\n{table}\n{}", found.join("\n"));
    let findings = guess.missing.iter().chain(&guess.untold).chain(&guess.open);
    let mut made = 0;
    for choice in findings.flat_map(|finding| &finding.choices) {
        // Lines of a table of its own stand in a comment, and a channel is for a person to name.
        if choice.starts_with('[') || choice.starts_with("channel = ") {
            continue;
        }
        let table = chosen(&table, choice);
        let found = faults(channels, &table);
        assert!(found.is_empty(), "{text}\n{table}\n{}", found.join("\n"));
        made += 1;
    }
    made
}

#[test]
fn a_printed_table_is_taken_as_pasted_whatever_the_header() {
    let mut draws = Draws(11);
    let (mut tables, mut choices, mut refused) = (0, 0, 0);
    for _ in 0..1500 {
        let (text, channels) = drawn(&mut draws);
        let alone = guess(text.as_bytes(), "file.csv", true);
        // Pasted into an account with the channels that the file names.
        let of_file: Vec<String> =
            if alone.channels.is_empty() { channels.clone() } else { alone.channels.clone() };
        let of_account = guess_for(text.as_bytes(), "file.csv", true, &account(&channels));
        for (guess, channels) in [(&alone, &of_file), (&of_account, &channels)] {
            if guess.has_table() {
                tables += 1;
                choices += hold(&text, channels, guess);
            } else {
                assert!(!guess.is_settled(), "{text}");
                refused += 1;
            }
        }
    }
    assert!(
        tables > 1500 && choices > 500,
        "{tables} tables, {choices} choices, {refused} without"
    );
}

#[test]
fn plain_names_with_a_currency_are_a_pattern() {
    let text = "date,Meta Ads (₹),TV (₹),Revenue (₹)\n2025-09-13,5,6,20\n2025-09-14,6,7,21\n";
    let guess = guessed(text.as_bytes(), "x.csv");
    assert_eq!(guess.source.layout, Layout::Wide);
    assert_eq!(guess.source.columns.spend, ["{channel} (₹)"]);
    assert_eq!(guess.channels, ["Meta Ads", "TV"]);
    // A column that ends so and is nobody's would be taken for a channel: then each is named.
    let text = "date,Meta Ads (₹),TV (₹),Kundenclub (₹),Revenue\n2025-09-13,5,6,7,20\n";
    let guess = guessed(text.as_bytes(), "x.csv");
    assert_eq!(guess.source.columns.spend, ["Meta Ads (₹)", "TV (₹)"]);
    assert_says(&guess.untold, "columns", "\"Kundenclub (₹)\" ");
}

#[test]
fn plain_names_of_no_channel_of_the_account_are_named_and_no_table_is_printed() {
    let text = "date,TV,Radio,revenue\n2025-09-13,5,6,20\n";
    let own = ["TV", "Radio"].map(str::to_owned);
    let found = guess_for(text.as_bytes(), "x.csv", true, &account(&own));
    assert!(found.is_settled(), "{}", texts(&found.untold));
    assert_eq!(found.source.columns.spend, ["TV", "Radio"]);
    let found =
        guess_for(text.as_bytes(), "x.csv", true, &account(&["TV".to_owned(), "Print".to_owned()]));
    assert_eq!(found.source.columns.spend, ["TV"]);
    assert_says(&found.untold, "columns", "\"Radio\" is called as a channel is");
    let found = guess_for(text.as_bytes(), "x.csv", true, &account(&["Email".to_owned()]));
    assert!(!found.has_table());
    assert_says(&found.missing, "channel", "TV, Radio");
}

#[test]
fn a_channel_that_only_people_know_leaves_a_table_that_is_taken() {
    let text = "date,campaign,spend,revenue\n2025-09-13,A,5,20\n2025-09-14,B,6,20\n";
    let guess = guessed(text.as_bytes(), "shop.csv");
    let table = to_toml(&guess);
    assert!(
        table.contains("# channel = \"Shop\"") && !table.contains("channel = false"),
        "{table}"
    );
    assert!(faults(&["Shop".to_owned()], &table).is_empty());
    assert!(faults(&["Shop".to_owned()], &chosen(&table, "channel = \"Shop\"")).is_empty());
}
