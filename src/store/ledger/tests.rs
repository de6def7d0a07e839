//! Rows in any order, with bounds so small (`cfg!(test)`) that a few hundred rows are held, passed,
//! wait outside memory, are searched there and come back: each double is told by its first line,
//! and the ledger ends with what a map says.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use proptest::prelude::*;

use super::{FileOutcome, Incoming, Ledger, NewFile};
use crate::audit::ChainHead;
use crate::domain::{
    Account, AccountId, Channel, ChannelBy, ChannelName, Currency, Day, Digest, Figures, Grain,
    Instant, Money, StatedRow, Subject,
};
use crate::ingest::Stated;

const CAMPAIGNS: [&str; 2] = ["", "a campaign whose name takes some bytes of a block"];
const CONTROLS: [&str; 2] = ["", r#"{"holiday":"1"}"#];

#[derive(Debug, Clone, Copy, PartialEq)]
struct Row {
    day: u64,
    channel: usize,
    campaign: usize,
    spend: Option<i128>,
    controls: usize,
}

type Key = (u64, usize, usize);

impl Row {
    fn key(self) -> Key {
        (self.day, self.channel, self.campaign)
    }

    fn figures(self) -> Figures {
        let spend = self.spend.map(|spend| Money::from_minor(spend).into());
        Figures { spend, clicks: Some(self.day), ..Figures::NONE }
    }

    fn stated(self, line: u64) -> StatedRow<'static> {
        StatedRow {
            line,
            day: day(self.day),
            subject: Subject::Channel(self.channel),
            campaign: CAMPAIGNS[self.campaign],
            figures: self.figures(),
            controls: CONTROLS[self.controls],
        }
    }
}

fn day(number: u64) -> Day {
    Day::from_ymd_opt(2026, 1, 1).expect("a day") + chrono::Days::new(number)
}

fn account() -> Account {
    let channel = |name| Channel::named(ChannelName::new(name).expect("a name"));
    Account::with_shipped_settings(
        AccountId::new("main").expect("an id"),
        Currency::from_code("INR").expect("a currency"),
        chrono_tz::Asia::Kolkata,
        Money::from_minor(50_000_000),
        ["Affiliate", "Email", "Google Ads"].map(channel).to_vec(),
    )
}

fn incoming(claim: &str, arrived_at: Instant) -> Incoming<'_> {
    let (grain, name, source) = (Grain::Day, "daily.csv", "long");
    Incoming { claim, arrived_at, grain, name, source, channel_by: ChannelBy::Row }
}

/// Takes `rows` as one file and checks each answer.
fn take(ledger: &mut Ledger, account: &Account, number: u64, rows: &[Row]) {
    let claim = format!("claim-{number}");
    let arrived_at = "2026-02-01T12:00:00Z".parse().expect("an instant");
    let incoming = incoming(&claim, arrived_at);
    let mut take = ledger.begin_take(account, incoming).expect("a take");
    let mut first: BTreeMap<Key, (u64, Row)> = BTreeMap::new();
    for (line, &row) in (2..).zip(rows) {
        let expected = match first.get(&row.key()) {
            None => Stated::New,
            Some(&(line, first)) if first == row => Stated::SameAs { line },
            Some(&(line, first)) => Stated::DiffersFrom { line, figures: first.figures() },
        };
        assert_eq!(take.state(&row.stated(line)).expect("a row"), expected, "line {line}");
        first.entry(row.key()).or_insert((line, row));
    }
    let file = NewFile {
        claim: claim.clone(),
        name: "daily.csv".to_owned(),
        sha256: Digest::of(claim.as_bytes()),
        bytes: 0,
        rows: 0,
        first_day: None,
        last_day: None,
        arrived_at,
        taken_at: arrived_at,
        archived: None,
        answer_name: String::new(),
        answer: String::new(),
        source: "long".to_owned(),
        replaced: 0,
    };
    let chain = ("main", ChainHead { seq: number, hash: file.sha256 });
    if take.finish().expect("changes").is_duplicate {
        take.duplicate(&file, chain).expect("a duplicate");
    } else {
        take.accept(&file, chain, &[]).expect("accepted");
    }
    let record = ledger.file_by_claim(&claim).expect("a read").expect("a record");
    assert_ne!(record.outcome, FileOutcome::Refused);
}

/// What the ledger has, by key.
fn kept(ledger: &Ledger, account: &Account) -> BTreeMap<Key, (Figures, String)> {
    let mut kept = BTreeMap::new();
    let mut each = |row: &super::FactRow<'_>| {
        let day = (row.day - day(0)).num_days().unsigned_abs();
        let name = row.channel.expect("a channel");
        let channel = account.channels.iter().position(|channel| channel.name == *name);
        let campaign = CAMPAIGNS.iter().position(|&campaign| campaign == row.campaign);
        let key = (day, channel.expect("known"), campaign.expect("known"));
        assert_eq!(kept.insert(key, (row.figures, row.controls.to_owned())), None);
        ControlFlow::Continue(())
    };
    ledger.each_fact_row(&account.id, Grain::Day, None, None, &mut each).expect("rows");
    kept
}

/// What `rows` leave: the first of each key.
fn believed(rows: &[Row]) -> BTreeMap<Key, (Figures, String)> {
    let mut first = BTreeMap::new();
    for &row in rows {
        let says = (row.figures(), CONTROLS[row.controls].to_owned());
        first.entry(row.key()).or_insert(says);
    }
    first
}

fn row() -> impl Strategy<Value = Row> {
    let spend = prop_oneof![1 => Just(None), 5 => (0..3i128).prop_map(Some)];
    (0..120u64, 0..3usize, 0..2usize, spend, 0..2usize).prop_map(
        |(day, channel, campaign, spend, controls)| Row { day, channel, campaign, spend, controls },
    )
}

/// Every key once, channel after channel, so that each begins again with the first day.
fn channel_after_channel() -> Vec<Row> {
    let key = |index: usize| (index % 120, index / 120 % 3, index / 360);
    (0..720)
        .map(key)
        .map(|(day, channel, campaign)| Row {
            day: day as u64,
            channel,
            campaign,
            spend: Some(7),
            controls: 0,
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn rows_in_any_order_are_told_apart_and_kept(
        rows in prop::collection::vec(row(), 1..900),
        before in prop::collection::vec(row(), 0..3),
    ) {
        let (account, mut ledger) = (account(), Ledger::temporary().expect("a ledger"));
        if !before.is_empty() {
            take(&mut ledger, &account, 1, &before);
        }
        take(&mut ledger, &account, 2, &rows);
        let mut expected = believed(&before);
        let pairs: Vec<_> = rows.iter().map(|row| (row.day, row.channel)).collect();
        expected.retain(|&(day, channel, _), _| !pairs.contains(&(day, channel)));
        expected.extend(believed(&rows));
        assert_eq!(kept(&ledger, &account), expected);
    }

    #[test]
    fn a_file_that_goes_back_over_its_days_is_told_each_of_its_doubles(
        doubles in prop::collection::vec((any::<prop::sample::Index>(), row()), 0..400),
    ) {
        let mut rows = channel_after_channel();
        for (place, double) in doubles {
            rows.insert(place.index(rows.len() + 1), double);
        }
        let (account, mut ledger) = (account(), Ledger::temporary().expect("a ledger"));
        take(&mut ledger, &account, 1, &rows);
        assert_eq!(kept(&ledger, &account), believed(&rows));
    }
}

#[test]
fn a_file_that_repeats_itself_is_told_so_however_often_it_is_searched() {
    let once = channel_after_channel();
    let rows = [&once[..], &once, &once].concat();
    let (account, mut ledger) = (account(), Ledger::temporary().expect("a ledger"));
    take(&mut ledger, &account, 1, &rows);
    assert_eq!(kept(&ledger, &account), believed(&once));
    // And all of it again, of days that are known by now.
    take(&mut ledger, &account, 2, &rows);
    assert_eq!(kept(&ledger, &account), believed(&once));
}

#[test]
fn a_take_that_is_stopped_while_its_rows_are_put_in_order_leaves_no_trace() {
    let (account, mut ledger) = (account(), Ledger::temporary().expect("a ledger"));
    let before = [Row { day: 500, channel: 1, campaign: 0, spend: Some(1), controls: 0 }];
    take(&mut ledger, &account, 1, &before);
    let arrived_at = "2026-02-01T12:00:00Z".parse().expect("an instant");
    let incoming = incoming("stopped", arrived_at);
    let rows = channel_after_channel();
    for looks in 1..4 {
        let mut take = ledger.begin_take(&account, incoming).expect("a take");
        for (line, row) in (2..).zip(&rows) {
            assert_eq!(take.state(&row.stated(line)).expect("a row"), Stated::New);
        }
        let mut left = looks;
        let mut look = || {
            left -= 1;
            if left > 0 { Ok(()) } else { Err(Stopped(None)) }
        };
        let stopped = take.insert_held(&mut look).expect_err("it was stopped");
        assert!(stopped.0.is_none(), "the ledger did not fail");
        drop(take);
        assert_eq!(kept(&ledger, &account), believed(&before), "after {looks} looks");
    }
    take(&mut ledger, &account, 2, &rows);
    assert_eq!(kept(&ledger, &account).len(), rows.len() + 1);
}

#[derive(Debug)]
struct Stopped(Option<super::StoreError>);

impl From<super::StoreError> for Stopped {
    fn from(error: super::StoreError) -> Self {
        Self(Some(error))
    }
}
