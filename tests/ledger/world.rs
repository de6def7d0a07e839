//! A small account, its rows, and a ledger in a folder of its own.

use budgetd::audit::{ChainHead, MeasureChange, Replacement};
use budgetd::domain::{
    Account, AccountId, Channel, ChannelBy, ChannelName, Currency, Day, DayFact, Digest, Grain,
    Instant, Measures, Money, StatedRow,
};
use budgetd::ingest::Stated;
use budgetd::store::ledger::{Changes, Incoming, Ledger, NewFile};
use tempfile::TempDir;

pub const AFFILIATE: usize = 0;
pub const EMAIL: usize = 1;
pub const GOOGLE: usize = 2;

pub fn account(id: &str) -> Account {
    account_with(id, &["Google Ads", "Email", "Affiliate"])
}

pub fn account_with(id: &str, channels: &[&str]) -> Account {
    Account::with_shipped_settings(
        AccountId::new(id).expect("an id"),
        Currency::from_code("INR").expect("a currency"),
        chrono_tz::Asia::Kolkata,
        Money::from_minor(50_000_000),
        channels.iter().map(|name| Channel::named(channel(name))).collect(),
    )
}

pub fn channel(name: &str) -> ChannelName {
    ChannelName::new(name).expect("a name")
}

pub fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

pub fn at(text: &str) -> Instant {
    text.parse().expect("an instant")
}

pub fn money(spend: i128, revenue: i128) -> Measures {
    Measures {
        spend: Money::from_minor(spend),
        revenue: Money::from_minor(revenue),
        ..Measures::NONE
    }
}

/// Rows as tests write them: day, channel, campaign, measures. Lines are counted from 2.
pub type Rows<'a> = [(&'a str, usize, &'a str, Measures)];

pub struct World {
    pub folder: TempDir,
    pub ledger: Ledger,
    pub account: Account,
    files: u64,
}

impl World {
    pub fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let ledger = Ledger::open(&folder.path().join("ledger.db")).expect("a new ledger");
        Self { folder, ledger, account: account("main"), files: 0 }
    }

    pub fn reopen(self) -> Self {
        let Self { folder, ledger, account, files } = self;
        drop(ledger);
        let ledger = Ledger::open(&folder.path().join("ledger.db")).expect("the same ledger");
        Self { folder, ledger, account, files }
    }

    /// Takes a file that arrived at noon (UTC) of `arrived`; accepts it, or records it as a
    /// duplicate if it is one.
    pub fn take(&mut self, arrived: &str, rows: &Rows<'_>) -> Changes {
        let (file, head) = self.next_file(arrived);
        let mut take = self.ledger.begin_take(&self.account, incoming(&file)).expect("a take");
        for (index, row) in rows.iter().enumerate() {
            let stated = take.state(&daily_row(index, row)).expect("a row");
            assert_eq!(stated, Stated::New, "{row:?}");
        }
        let changes = take.finish().expect("changes");
        if changes.is_duplicate {
            take.duplicate(&file, ("main", head)).expect("a duplicate");
        } else {
            take.accept(&file, ("main", head), &[]).expect("an accepted file");
        }
        changes
    }

    /// The next file's record, and the head of the chain that its event gives.
    pub fn next_file(&mut self, arrived: &str) -> (NewFile, ChainHead) {
        self.files += 1;
        let name = format!("file-{}", self.files);
        let file = NewFile {
            claim: format!("claim-{}", self.files),
            name: format!("{name}.csv"),
            sha256: Digest::of(name.as_bytes()),
            bytes: 1000,
            rows: 3,
            first_day: Some(day("2026-01-01")),
            last_day: None,
            arrived_at: at(&format!("{arrived}T12:00:00Z")),
            taken_at: at(&format!("{arrived}T12:00:00.123456789Z")),
            archived: None,
            answer_name: format!("{name}.csv.receipt.txt"),
            answer: "taken".to_owned(),
            source: "long".to_owned(),
            replaced: self.files % 3,
        };
        (file, ChainHead { seq: self.files, hash: Digest::of(name.as_bytes()) })
    }

    pub fn facts(&self) -> Vec<DayFact> {
        self.ledger.facts(&self.account, None, None).expect("facts")
    }

    /// The facts as day, channel, measures.
    pub fn values(&self) -> Vec<(String, usize, Measures)> {
        self.facts()
            .into_iter()
            .map(|fact| (fact.day.to_string(), fact.channel, fact.measures))
            .collect()
    }

    /// The digest of the file that was taken as number `number`.
    pub fn digest(number: u64) -> Digest {
        Digest::of(format!("file-{number}").as_bytes())
    }
}

/// What begins the take of a file of days.
pub fn incoming(file: &NewFile) -> Incoming<'_> {
    incoming_as(file, Grain::Day)
}

pub fn incoming_as(file: &NewFile, grain: Grain) -> Incoming<'_> {
    let (name, source) = (&file.name, &file.source);
    let (claim, arrived_at, channel_by) = (&file.claim, file.arrived_at, ChannelBy::Row);
    Incoming { claim, arrived_at, grain, name, source, channel_by }
}

pub fn daily_row<'a>(
    index: usize,
    &(day_text, channel, campaign, measures): &(&'a str, usize, &'a str, Measures),
) -> StatedRow<'a> {
    StatedRow::of_channel(index as u64 + 2, day(day_text), channel, campaign, measures)
}

/// What a replacement changed, as "spend 1.00 → 2.50"; "-" stands for what has no value.
pub fn changed(replacement: &Replacement) -> Vec<String> {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let text = |change: &MeasureChange| {
        format!("{} {} → {}", change.measure, value(&change.before), value(&change.after))
    };
    replacement.changed.iter().map(text).collect()
}
