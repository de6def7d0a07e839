//! What the tests of the reader share: an account, a clock and a sink in memory.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod formats;

use std::collections::BTreeMap;
use std::convert::Infallible;

use budgetd::domain::{
    Account, AccountId, Channel, ChannelName, Currency, Day, Figures, Limits, Money, Source,
    StatedRow, Subject,
};
use budgetd::ingest::{Context, Purpose, Reading, Stated, read};

/// An account of `currency` with these channels.
pub fn account(currency: &str, channels: &[&str]) -> Account {
    let channels = channels
        .iter()
        .map(|name| Channel::named(ChannelName::new(name).expect("a name")))
        .collect();
    Account::with_shipped_settings(
        AccountId::new("main").expect("an id"),
        Currency::from_code(currency).expect("a currency"),
        chrono_tz::Asia::Kolkata,
        Money::from_minor(50_000_000),
        channels,
    )
}

/// The account of the sample files: rupees, four channels, one of them with an alias.
pub fn rupee_account() -> Account {
    let mut account = account("INR", &["Google Ads", "Meta Ads", "Email", "Affiliate"]);
    for channel in &mut account.channels {
        if channel.name.as_str() == "Google Ads" {
            channel.aliases = vec!["google".to_owned(), "AdWords".to_owned()];
        }
    }
    account
}

/// The clock of the sample files.
pub fn today() -> Day {
    day("2025-09-15")
}

pub fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// Rows by key, as a ledger would hold those of one file.
#[derive(Default)]
pub struct Rows {
    pub rows: BTreeMap<(Day, Subject, String), (u64, Figures)>,
    /// What models get of the whole business, by day and key.
    pub controls: BTreeMap<(Day, String), String>,
}

impl Rows {
    /// What a ledger answers.
    pub fn state(&mut self, row: &StatedRow<'_>) -> Stated {
        let key = (row.day, row.subject, row.campaign.to_owned());
        match self.rows.get(&key) {
            Some(&(line, figures)) if figures == row.figures => Stated::SameAs { line },
            Some(&(line, figures)) => Stated::DiffersFrom { line, figures },
            None => {
                if row.subject == Subject::Business {
                    let key = (row.day, row.campaign.to_owned());
                    self.controls.insert(key, row.controls.to_owned());
                }
                self.rows.insert(key, (row.line, row.figures));
                Stated::New
            }
        }
    }
}

/// Reads `bytes` as `source` of `account` with the clock of the sample files.
pub fn read_as(bytes: &[u8], account: &Account, source: &Source, limits: Limits) -> Reading {
    let context = Context {
        account,
        source,
        today: today(),
        limits,
        file_name: "file.csv",
        purpose: Purpose::Inbox,
    };
    read_in(bytes, &context)
}

/// Reads `bytes` in a context of its own.
pub fn read_in(bytes: &[u8], context: &Context<'_>) -> Reading {
    read_rows(bytes, context).0
}

/// Reads `bytes`, and gives the rows that it states too.
pub fn read_rows(bytes: &[u8], context: &Context<'_>) -> (Reading, Rows) {
    let mut rows = Rows::default();
    let mut sink = |row: &StatedRow<'_>| Ok::<_, Infallible>(rows.state(row));
    let reading = read(bytes, context, &mut sink).expect("neither memory nor this sink fails");
    (reading, rows)
}
