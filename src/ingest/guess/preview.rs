//! A guessed source and the start of its file → the first rows and the sums per channel, as the
//! real reading has them, for an account that is made up from what the file names.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::Guess;
use super::seen::Seen;
use crate::domain::source::Layout;
use crate::domain::{
    Account, AccountId, Channel, ChannelName, Currency, Day, Figures, Limits, Money, Source,
    StatedRow, Subject,
};
use crate::ingest::{Context, Purpose, Reading, Stated, read};

/// Rows that are shown.
pub const ROWS_SHOWN: usize = 5;

/// What stands for a channel that only people know.
const UNNAMED_CHANNEL: &str = "(the file's channel)";

/// A file as a guessed source reads it.
#[derive(Debug)]
pub struct Preview {
    /// Its first rows.
    pub rows: Vec<PreviewRow>,
    /// The sums, or why it is refused.
    pub reading: Reading,
    /// Of all amounts; made up where nothing names one.
    pub currency: Currency,
    /// Which of the rows were read, where the file needs a choice.
    pub only: Option<(String, String)>,
}

/// A row as it would be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewRow {
    /// Its line.
    pub line: u64,
    /// The day, or the first of the week or month.
    pub day: Day,
    /// The channel; `None`: the whole business.
    pub channel: Option<String>,
    /// The campaign and the further parts of its key.
    pub campaign: String,
    /// What it states.
    pub figures: Figures,
}

/// What a reading rests on beside the guess.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The name of the file.
    pub file_name: &'a str,
    /// The account that it is meant for; `None`: one is made up from what the file names.
    pub account: Option<&'a Account>,
    /// Today; `None`: whatever day makes no date one of the future.
    pub today: Option<Day>,
}

impl<'a> Terms<'a> {
    /// Those of a file by itself.
    pub const fn of(file_name: &'a str) -> Self {
        Self { file_name, account: None, today: None }
    }
}

/// Reads the sample with the guessed source; `None` where too little is known to try.
pub fn preview(guess: &Guess, file_name: &str) -> Option<Preview> {
    preview_on(guess, Terms::of(file_name))
}

/// The same on further terms.
pub fn preview_on(guess: &Guess, terms: Terms<'_>) -> Option<Preview> {
    let only = guess.only.first().cloned();
    let table = Table::of(guess, terms)?;
    let context = table.context(unpacked_name(terms.file_name));
    let mut seen = Seen::default();
    let mut rows = Vec::new();
    let mut sink = |row: &StatedRow<'_>| -> Result<Stated, std::convert::Infallible> {
        if rows.len() < ROWS_SHOWN {
            rows.push(shown(row, &table.account));
        }
        Ok(seen.state(row))
    };
    let reading = read(guess.sample.as_slice(), &context, &mut sink).ok()?;
    Some(Preview { rows, reading, currency: table.account.currency, only })
}

/// A guessed source, and the account that it is tried for.
pub(super) struct Table {
    pub source: Source,
    pub account: Account,
    today: Day,
}

impl Table {
    /// `None` where too little is known to try.
    pub(super) fn of(guess: &Guess, terms: Terms<'_>) -> Option<Self> {
        let (_, last) = guess.days.filter(|_| guess.is_readable())?;
        let mut source = guess.source.clone();
        if guess.needs_channel() {
            source.channel = Some(UNNAMED_CHANNEL.to_owned());
        }
        source.only.extend(guess.only.first().cloned());
        let account = match terms.account {
            Some(account) => account.clone(),
            None => made_up(guess, &source),
        };
        let later = || last.checked_add_days(chrono::Days::new(31)).unwrap_or(last);
        Some(Self { source, account, today: terms.today.unwrap_or_else(later) })
    }

    /// What the file is read with.
    pub(super) fn context<'a>(&'a self, file_name: &'a str) -> Context<'a> {
        Context {
            account: &self.account,
            source: &self.source,
            today: self.today,
            limits: Limits::default(),
            file_name,
            purpose: Purpose::Import,
        }
    }
}

fn shown(row: &StatedRow<'_>, account: &Account) -> PreviewRow {
    let channel = match row.subject {
        Subject::Channel(at) => Some(account.channels[at].name.as_str().to_owned()),
        Subject::Business => None,
    };
    let campaign = row.campaign.replace(crate::domain::performance::KEY_SEPARATOR, " / ");
    PreviewRow { line: row.line, day: row.day, channel, campaign, figures: row.figures }
}

/// The sample is unpacked already.
fn unpacked_name(file_name: &str) -> &str {
    let lower = file_name.to_lowercase();
    let end = [".gz", ".zst"].into_iter().find(|end| lower.ends_with(end)).map_or(0, str::len);
    &file_name[..file_name.len() - end]
}

/// An account with the channels and the currency of the file, and weeks as it has them.
fn made_up(guess: &Guess, source: &Source) -> Account {
    let usual = || Currency::from_code("USD").expect("a known currency");
    let currency = guess.currencies.first().copied();
    let mut names: BTreeMap<String, ChannelName> = BTreeMap::new();
    let fixed = source.channel.iter().chain(source.campaigns.iter().map(|rule| &rule.channel));
    let plain = source.columns.spend.iter().filter(|_| source.layout == Layout::Wide);
    for name in guess.channels.iter().chain(fixed).chain(plain.filter(|it| !it.contains('{'))) {
        if let Ok(valid) = ChannelName::new(name) {
            names.entry(name.to_lowercase()).or_insert(valid);
        }
    }
    let id = AccountId::new("guess").expect("a well-formed id");
    let total = Money::from_minor(100_000);
    let channels = names.into_values().map(Channel::named).collect();
    let mut account = Account::with_shipped_settings(
        id,
        currency.unwrap_or_else(usual),
        Tz::UTC,
        total,
        channels,
    );
    if let Some(weekday) = guess.week_starts_on {
        account.week_starts_on = weekday;
    }
    account
}
