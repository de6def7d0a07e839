//! How fast rows come into the ledger and facts out of it. Each row is stated as the parser would
//! state it; the parser itself is not measured here.
//!
//! `cargo bench --bench ledger`; ten million rows: `cargo bench --bench ledger -- --ignored`.

use budgetd::audit::ChainHead;
use budgetd::domain::calendar::plus_days;
use budgetd::domain::{
    Account, AccountId, Channel, ChannelBy, ChannelName, Conversions, Currency, Day, Digest, Grain,
    Instant, Measures, Money, StatedRow,
};
use budgetd::ingest::Stated;
use budgetd::store::ledger::{Changes, Incoming, Ledger, NewFile};
use divan::Bencher;
use divan::counter::ItemsCount;
use tempfile::TempDir;

fn main() {
    divan::main();
}

/// A million rows in one file: 50 channels with 20 campaigns each over 1000 days.
const MILLION: Shape = Shape { days: 1_000, channels: 50, campaigns: 20 };
/// Ten million: 100 channels with 10 campaigns each over 10,000 days.
const TEN_MILLION: Shape = Shape { days: 10_000, channels: 100, campaigns: 10 };
/// A million rows under one of two channels: 1000 campaigns over 1000 days.
const MOVING: Shape = Shape { days: 1_000, channels: 2, campaigns: 1_000 };
/// Two years of an ordinary account: 8,760 rows.
const TWO_YEARS: Shape = Shape { days: 730, channels: 12, campaigns: 1 };

/// Shares no divisor with any count of rows here, so that its multiples visit each index once.
const STEP: u64 = 7_368_787;

#[derive(Clone, Copy)]
struct Shape {
    days: u64,
    channels: usize,
    campaigns: usize,
}

/// In which order a file has its rows.
#[derive(Clone, Copy)]
enum Order {
    /// By day, channel and campaign, as the ledger has them.
    ByKey,
    /// Day after day, without order inside a day.
    ByDay,
    /// Channel after channel, campaign after campaign.
    ByChannel,
    /// None.
    Random,
}

struct Bench {
    folder: TempDir,
    ledger: Ledger,
    account: Account,
    campaigns: Vec<String>,
    files: u64,
}

impl Shape {
    const fn rows(self) -> u64 {
        self.days * self.channels as u64 * self.campaigns as u64
    }

    /// Day, channel and campaign of row `index`, each key once.
    fn key(self, index: u64, order: Order) -> (u64, usize, usize) {
        let small = |number: u64| usize::try_from(number).expect("few channels and campaigns");
        let (channels, campaigns) = (self.channels as u64, self.campaigns as u64);
        let index = match order {
            Order::ByKey => index,
            Order::ByDay => {
                let of_day = channels * campaigns;
                index / of_day * of_day + index % of_day * STEP % of_day
            }
            Order::ByChannel => (index % self.days) * channels * campaigns + index / self.days,
            Order::Random => index * STEP % self.rows(),
        };
        let (day, rest) = (index / (channels * campaigns), index % (channels * campaigns));
        (day, small(rest / campaigns), small(rest % campaigns))
    }
}

impl Bench {
    fn new(shape: Shape) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let ledger = Ledger::open(&folder.path().join("ledger.db")).expect("a ledger");
        let channel = |index| ChannelName::new(&format!("Channel {index:03}")).expect("a name");
        let account = Account::with_shipped_settings(
            AccountId::new("main").expect("an id"),
            Currency::from_code("INR").expect("a currency"),
            chrono_tz::Asia::Kolkata,
            Money::from_minor(50_000_000),
            (0..shape.channels).map(|index| Channel::named(channel(index))).collect(),
        );
        let campaigns = match shape.campaigns {
            1 => vec![String::new()],
            many => (0..many).map(|index| format!("campaign {index:02}")).collect(),
        };
        Self { folder, ledger, account, campaigns, files: 0 }
    }

    fn filled(shape: Shape) -> Self {
        let mut bench = Self::new(shape);
        bench.take(shape, Order::ByKey, 0);
        bench
    }

    /// Takes a file of `shape`; other values of `version` are corrections.
    fn take(&mut self, shape: Shape, order: Order, version: u64) -> Changes {
        self.take_keys(shape, (0..shape.rows()).map(|index| shape.key(index, order)), version)
    }

    /// Takes a file that states all campaigns under one channel.
    fn take_under(&mut self, shape: Shape, channel: usize) -> Changes {
        let days = 0..shape.days;
        let keys = days.flat_map(|day| (0..shape.campaigns).map(move |name| (day, channel, name)));
        self.take_keys(shape, keys, 0)
    }

    fn take_keys(
        &mut self,
        shape: Shape,
        keys: impl Iterator<Item = (u64, usize, usize)>,
        version: u64,
    ) -> Changes {
        self.files += 1;
        let file = self.file(shape);
        let head = ChainHead { seq: self.files, hash: file.sha256 };
        let incoming = Incoming {
            claim: &file.claim,
            arrived_at: file.arrived_at,
            grain: Grain::Day,
            name: &file.name,
            source: &file.source,
            channel_by: ChannelBy::Campaign,
        };
        let mut take = self.ledger.begin_take(&self.account, incoming).expect("a take");
        let first_day = first_day();
        for (line, (day, channel, campaign)) in (2..).zip(keys) {
            let row = StatedRow::of_channel(
                line,
                plus_days(first_day, day),
                channel,
                &self.campaigns[campaign],
                measures(day, version),
            );
            assert_eq!(take.state(&row).expect("a row"), Stated::New);
        }
        let changes = take.finish().expect("changes");
        if changes.is_duplicate {
            take.duplicate(&file, ("main", head)).expect("a duplicate");
        } else {
            take.accept(&file, ("main", head), &[]).expect("accepted");
        }
        changes
    }

    fn file(&self, shape: Shape) -> NewFile {
        let arrived_at: Instant = "2026-01-05T06:00:00Z".parse().expect("an instant");
        NewFile {
            claim: format!("claim-{}", self.files),
            name: "daily.csv".to_owned(),
            sha256: Digest::of(&self.files.to_be_bytes()),
            bytes: 0,
            rows: shape.rows(),
            first_day: None,
            last_day: None,
            arrived_at,
            taken_at: arrived_at,
            archived: None,
            answer_name: String::new(),
            answer: String::new(),
            source: "long".to_owned(),
            replaced: 0,
        }
    }
}

fn first_day() -> Day {
    "1998-01-01".parse().expect("a day")
}

fn measures(day: u64, version: u64) -> Measures {
    Measures {
        spend: Money::from_minor(i128::from(1_000_000 + day * 7 + version)),
        revenue: Money::from_minor(i128::from(3_000_000 + day * 11)),
        impressions: Some(100_000 + day),
        clicks: Some(1_000 + day),
        conversions: Some(Conversions::from_millionths(12_500_000)),
    }
}

fn fresh_file(bencher: Bencher<'_, '_>, shape: Shape, order: Order) {
    bencher.counter(ItemsCount::new(shape.rows())).with_inputs(|| Bench::new(shape)).bench_values(
        |mut bench| {
            assert_eq!(bench.take(shape, order, 0).new_days, shape.days);
            bench
        },
    );
}

#[divan::bench(sample_count = 5)]
fn a_million_new_rows_by_key(bencher: Bencher<'_, '_>) {
    fresh_file(bencher, MILLION, Order::ByKey);
}

#[divan::bench(sample_count = 5)]
fn a_million_new_rows_by_day(bencher: Bencher<'_, '_>) {
    fresh_file(bencher, MILLION, Order::ByDay);
}

#[divan::bench(sample_count = 3)]
fn a_million_new_rows_by_channel(bencher: Bencher<'_, '_>) {
    fresh_file(bencher, MILLION, Order::ByChannel);
}

#[divan::bench(sample_count = 3)]
fn a_million_new_rows_in_no_order(bencher: Bencher<'_, '_>) {
    fresh_file(bencher, MILLION, Order::Random);
}

#[divan::bench(sample_count = 3)]
fn a_million_rows_that_are_current(bencher: Bencher<'_, '_>) {
    bencher
        .counter(ItemsCount::new(MILLION.rows()))
        .with_inputs(|| Bench::filled(MILLION))
        .bench_values(|mut bench| {
            assert!(bench.take(MILLION, Order::ByKey, 0).is_duplicate);
            bench
        });
}

#[divan::bench(sample_count = 3)]
fn a_million_rows_that_are_corrected(bencher: Bencher<'_, '_>) {
    let pairs = MILLION.days * MILLION.channels as u64;
    bencher
        .counter(ItemsCount::new(MILLION.rows()))
        .with_inputs(|| Bench::filled(MILLION))
        .bench_values(|mut bench| {
            assert_eq!(bench.take(MILLION, Order::ByKey, 1).replaced, pairs);
            bench
        });
}

#[divan::bench(sample_count = 3)]
fn a_million_rows_whose_campaigns_moved(bencher: Bencher<'_, '_>) {
    let filled = || {
        let mut bench = Bench::new(MOVING);
        bench.take_under(MOVING, 0);
        bench
    };
    bencher.counter(ItemsCount::new(MOVING.rows() / 2)).with_inputs(filled).bench_values(
        |mut bench| {
            let moved = bench.take_under(MOVING, 1).moved.expect("all of them");
            assert_eq!(moved.rows, MOVING.rows() / 2);
            bench
        },
    );
}

#[divan::bench(sample_count = 1, ignore)]
fn ten_million_new_rows_by_key(bencher: Bencher<'_, '_>) {
    fresh_file(bencher, TEN_MILLION, Order::ByKey);
}

#[divan::bench(sample_count = 1, ignore)]
fn ten_million_new_rows_by_day(bencher: Bencher<'_, '_>) {
    fresh_file(bencher, TEN_MILLION, Order::ByDay);
}

#[divan::bench(sample_count = 1, ignore)]
fn ten_million_new_rows_by_channel(bencher: Bencher<'_, '_>) {
    fresh_file(bencher, TEN_MILLION, Order::ByChannel);
}

#[divan::bench(sample_count = 1, ignore)]
fn ten_million_new_rows_in_no_order(bencher: Bencher<'_, '_>) {
    fresh_file(bencher, TEN_MILLION, Order::Random);
}

#[divan::bench]
fn two_years_of_facts_with_opening(bencher: Bencher<'_, '_>) {
    let bench = Bench::filled(TWO_YEARS);
    let path = bench.folder.path().join("ledger.db");
    bencher.bench(|| {
        let ledger = Ledger::open_read_only(&path).expect("a ledger");
        ledger.facts(&bench.account, None, None).expect("facts")
    });
}

#[divan::bench]
fn a_daily_file_of_twelve_rows(bencher: Bencher<'_, '_>) {
    let day = Shape { days: 1, ..TWO_YEARS };
    let mut bench = Bench::filled(TWO_YEARS);
    let mut version = 0;
    bencher.bench_local(|| {
        version += 1;
        bench.take(day, Order::ByKey, version)
    });
}
