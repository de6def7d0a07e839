//! How long a million rows take on one core: read and checked without a ledger behind it, and from
//! a file to an archived original and a durable ledger. `cargo bench --bench ingest`

mod support;

use std::convert::Infallible;
use std::fmt::Write as _;

use budgetd::domain::Limits;
use budgetd::domain::{
    Account, AccountId, Channel, ChannelName, Currency, Day, Money, Source, StatedRow,
};
use budgetd::ingest::{Context, Purpose, Reading, Stated, read};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use support::World;

const ROWS: u32 = 1_000_000;
const CHANNELS: [&str; 8] = [
    "Google Ads",
    "Meta Ads",
    "Email",
    "Affiliate",
    "LinkedIn Ads",
    "Organic Social",
    "Display",
    "Podcasts",
];

fn main() {
    divan::main();
}

fn account() -> Account {
    let channels =
        CHANNELS.iter().map(|name| Channel::named(ChannelName::new(name).expect("a name")));
    Account::with_shipped_settings(
        AccountId::new("main").expect("an id"),
        Currency::from_code("INR").expect("a currency"),
        chrono_tz::Asia::Kolkata,
        Money::from_minor(50_000_000),
        channels.collect(),
    )
}

/// Rows in the order of a daily export, campaign by campaign; all different.
fn file(quoted: bool) -> String {
    let mut text =
        String::from("date,channel,campaign,spend,impressions,clicks,conversions,revenue\n");
    let first = Day::from_ymd_opt(2023, 3, 1).expect("a day");
    for row in 0..ROWS {
        let channel = CHANNELS[row as usize % CHANNELS.len()];
        let quote = if quoted { "\"" } else { "" };
        let day = first + chrono::Days::new(u64::from(row / 1000));
        let campaign = row % 1000;
        let spend = 10_000 + row % 90_000;
        writeln!(
            text,
            "{day},{quote}{channel}{quote},c{campaign},{}.{:02},{},{},{},{}.50",
            spend / 100,
            spend % 100,
            spend * 9,
            spend / 7,
            spend / 300,
            spend / 60
        )
        .expect("writing to a string");
    }
    text
}

fn measure(bencher: Bencher<'_, '_>, text: &str) {
    let account = account();
    let source = Source::long();
    let today = Day::from_ymd_opt(2026, 1, 1).expect("a day");
    let context = Context {
        account: &account,
        source: &source,
        today,
        limits: Limits::default(),
        file_name: "file.csv",
        purpose: Purpose::Inbox,
    };
    bencher.counter(ItemsCount::new(ROWS)).counter(BytesCount::of_str(text)).bench(|| {
        let mut rows = 0u32;
        let mut sink = |row: &StatedRow<'_>| {
            rows += u32::from(row.line > 1);
            Ok::<_, Infallible>(Stated::New)
        };
        let input = std::io::BufReader::with_capacity(1 << 16, text.as_bytes());
        let reading = read(input, &context, &mut sink).expect("memory does not fail");
        assert!(matches!(reading, Reading::Taken(_)) && rows == ROWS);
    });
}

#[divan::bench(sample_count = 5)]
fn plain_rows(bencher: Bencher<'_, '_>) {
    measure(bencher, &file(false));
}

#[divan::bench(sample_count = 5)]
fn quoted_channels(bencher: Bencher<'_, '_>) {
    measure(bencher, &file(true));
}

/// The copy into the drop folder, the staged copy, the check, the ledger, the archive and the
/// receipt. Inside a day the rows are in no order that the ledger has.
#[divan::bench(sample_count = 5)]
fn end_to_end(bencher: Bencher<'_, '_>) {
    let text = file(false);
    let channels = CHANNELS.map(str::to_owned);
    let arrived_at = "2026-01-05T01:00:00Z".parse().expect("an instant");
    bencher
        .counter(ItemsCount::new(ROWS))
        .counter(BytesCount::of_str(&text))
        .with_inputs(|| {
            let world = World::new(1, &channels);
            let path = world.write("million.csv", &text);
            (world, path)
        })
        .bench_values(|(world, path)| {
            world.ingest(&path, arrived_at);
            world
        });
}
