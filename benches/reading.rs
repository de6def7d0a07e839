//! What it takes to read, check and sum large files, without a ledger behind it: ten million rows in
//! the long format per week and channel, on one core and on all, and the 50-column wide layout.
//! `cargo bench --bench reading` prints CPU and wall times and the peak of memory; `-- long 1000000`
//! or `-- wide 10000` reads one of them with so many rows.

#![expect(clippy::print_stdout, reason = "it prints what it measures")]
#![expect(clippy::cast_precision_loss, reason = "seconds need no more")]

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use budgetd::config;
use budgetd::domain::{
    Account, AccountId, Channel, ChannelName, Currency, Day, Figures, Limits, Money, Source,
    StatedRow, Subject,
};
use budgetd::ingest::{Context, Purpose, Reading, Stated, read, read_on_all_cores};
use chrono::Weekday;
use rustix::time::{ClockId, clock_gettime};

const LONG_ROWS: u64 = 10_000_000;
const WIDE_ROWS: u64 = 132_759;

/// Sums by week and channel; the business stands behind the channels.
type Sums = BTreeMap<Day, Vec<Figures>>;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let wanted = |name: &str| arguments.first().is_none_or(|first| first == name);
    let rows = |shipped| arguments.get(1).and_then(|rows| rows.parse().ok()).unwrap_or(shipped);
    if wanted("long") {
        let path = scratch("reading_long.csv");
        write_long(&path, rows(LONG_ROWS));
        let account = account((0..100).map(|at| format!("Channel {at:03} Web")), "INR");
        compare(&path, &account, &Source::long());
        std::fs::remove_file(path).expect("removed");
    }
    if wanted("wide") {
        let path = scratch("reading_wide.csv");
        write_wide(&path, rows(WIDE_ROWS));
        let account = account(WIDE_CHANNELS.into_iter().map(str::to_owned), "GBP");
        let source = config::preset("ecommerce_mmm").expect("a preset");
        compare(&path, &account, &source);
        std::fs::remove_file(path).expect("removed");
    }
}

fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn account(channels: impl Iterator<Item = String>, currency: &str) -> Account {
    let channels = channels.map(|name| Channel::named(ChannelName::new(&name).expect("a name")));
    Account::with_shipped_settings(
        AccountId::new("main").expect("an id"),
        Currency::from_code(currency).expect("a currency"),
        chrono_tz::UTC,
        Money::from_minor(50_000_000),
        channels.collect(),
    )
}

fn compare(path: &Path, account: &Account, source: &Source) {
    let (one, sums) = measure("one core", path, account, source, false);
    let (all, same) = measure("all cores", path, account, source, true);
    assert!(sums == same, "both ways read the same");
    println!("  all cores are {:.2} times as fast", one / all);
}

/// Reads the file; wall time and sums.
fn measure(
    label: &str,
    path: &Path,
    account: &Account,
    source: &Source,
    on_all_cores: bool,
) -> (f64, Sums) {
    let context = Context {
        account,
        source,
        today: Day::from_ymd_opt(2026, 1, 5).expect("a day"),
        limits: Limits::default(),
        file_name: "file.csv",
        purpose: Purpose::Import,
    };
    let mut sums = Sums::new();
    let (started, cpu) = (Instant::now(), cpu_seconds());
    let input = BufReader::with_capacity(256 * 1024, File::open(path).expect("the file"));
    let channels = account.channels.len();
    // The days of a week come together, so the last week is held.
    let mut held: (Day, Vec<Figures>) = (Day::MIN, vec![Figures::NONE; channels + 1]);
    let (mut day, mut week) = (Day::MIN, Day::MIN);
    let mut sum_up = |row: &StatedRow<'_>| {
        let channel = match row.subject {
            Subject::Channel(at) => at,
            Subject::Business => channels,
        };
        if row.day != day {
            day = row.day;
            week = day.week(Weekday::Mon).first_day();
        }
        if week != held.0 {
            let next = sums.remove(&week).unwrap_or_else(|| vec![Figures::NONE; channels + 1]);
            let (before, figures) = std::mem::replace(&mut held, (week, next));
            sums.insert(before, figures);
        }
        held.1[channel].add(&row.figures);
        Ok::<_, Infallible>(Stated::New)
    };
    let reading = if on_all_cores {
        read_on_all_cores(input, &context, &mut sum_up)
    } else {
        read(input, &context, &mut sum_up)
    };
    let reading = reading.expect("the file can be read");
    sums.insert(held.0, held.1);
    let (wall, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let Reading::Taken(report) = reading else { panic!("the file is sound") };
    println!(
        "{} {label}: {} rows, {cpu:.2} s CPU, {wall:.2} s wall, peak {} MB so far",
        source.name,
        report.rows,
        peak_megabytes()
    );
    (wall, sums)
}

fn cpu_seconds() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

/// The peak of this process's memory.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse().ok()).unwrap_or(0) / 1024
}

/// Day after day, a hundred channels with ten campaigns each.
fn write_long(path: &Path, rows: u64) {
    let mut file = BufWriter::new(File::create(path).expect("a file"));
    writeln!(file, "date,channel,campaign,spend,impressions,clicks,conversions,revenue")
        .expect("written");
    let last = Day::from_ymd_opt(2026, 1, 4).expect("a day");
    let days = rows.div_ceil(1000);
    for row in 0..rows {
        let (day, channel, campaign) = (row / 1000, row % 1000 / 10, row % 10);
        let date = last - chrono::Days::new(days - 1 - day);
        let spend = 200_000 + (row * 7919) % 150_000;
        writeln!(
            file,
            "{date},Channel {channel:03} Web,c{campaign},{}.{:02},{},{},{},{}.{:02}",
            spend / 100,
            spend % 100,
            spend / 3,
            spend / 150,
            spend / 3000,
            spend / 80,
            spend % 97
        )
        .expect("written");
    }
}

const WIDE_CHANNELS: [&str; 9] = [
    "GOOGLE_PAID_SEARCH",
    "GOOGLE_SHOPPING",
    "GOOGLE_PMAX",
    "GOOGLE_DISPLAY",
    "GOOGLE_VIDEO",
    "META_FACEBOOK",
    "META_INSTAGRAM",
    "META_OTHER",
    "TIKTOK",
];

/// 50 columns; a territory for each thousand days, three of nine channels in use.
fn write_wide(path: &Path, rows: u64) {
    let mut file = BufWriter::new(File::create(path).expect("a file"));
    let mut header = "MMM_TIMESERIES_ID,ORGANISATION_ID,ORGANISATION_VERTICAL,\
        ORGANISATION_SUBVERTICAL,ORGANISATION_MARKETING_SOURCES,\
        ORGANISATION_PRIMARY_TERRITORY_NAME,TERRITORY_NAME,DATE_DAY,CURRENCY_CODE,\
        FIRST_PURCHASES,FIRST_PURCHASES_UNITS,FIRST_PURCHASES_ORIGINAL_PRICE,\
        FIRST_PURCHASES_GROSS_DISCOUNT,ALL_PURCHASES,ALL_PURCHASES_UNITS,\
        ALL_PURCHASES_ORIGINAL_PRICE,ALL_PURCHASES_GROSS_DISCOUNT"
        .to_owned();
    for channel in WIDE_CHANNELS {
        header.push_str(&format!(",{channel}_SPEND,{channel}_CLICKS,{channel}_IMPRESSIONS"));
    }
    for organic in ["DIRECT", "BRANDED_SEARCH", "ORGANIC_SEARCH", "EMAIL", "REFERRAL", "ALL_OTHER"]
    {
        header.push_str(&format!(",{organic}_CLICKS"));
    }
    writeln!(file, "{header}").expect("written");
    let first = Day::from_ymd_opt(2023, 1, 1).expect("a day");
    for row in 0..rows {
        let (territory, day) = (row / 1000, first + chrono::Days::new(row % 1000));
        let mix = 1000 + row * 7919 % 90_000;
        write!(
            file,
            "5119f855f50e37f6,org_a,Home & Garden,Furniture,\"Google, Meta\",United Kingdom,\
             Territory {territory},{day},GBP,82,85,3097.50,248.76,206,213,7743.76,621.91"
        )
        .expect("written");
        for channel in 0..9u64 {
            if channel % 3 == 0 {
                write!(file, ",{}.{:02},{},{}", mix / 100, mix % 100, mix / 90, mix / 2)
            } else {
                write!(file, ",,,")
            }
            .expect("written");
        }
        writeln!(file, ",258,419,466,386,543,319").expect("written");
    }
}
