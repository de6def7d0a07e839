//! How long a weekly run takes for accounts with two years of twelve channels: the pure part (facts
//! → history → decision → the bytes of a bundle), and the whole of it, through ledger, audit log,
//! signature and outbox. `cargo bench --bench week`

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use budgetd::decision::{self, Question};
use budgetd::domain::{
    Account, AccountId, Channel, ChannelName, Currency, Day, DayFact, Digest, Instant, Measures,
    Money, Week,
};
use budgetd::history::WeeklyHistory;
use budgetd::report;
use budgetd::rules::PublishedBudgets;
use budgetd::workflow::{Interrupt, WeekOutcome, WeekRequest};
use divan::Bencher;
use divan::counter::ItemsCount;
use support::World;

const CHANNELS: usize = 12;
const DAYS: u32 = 728;
const ACCOUNTS: [usize; 2] = [1, 1_000];

/// Weeks that a bench through the store may decide one after the other.
const WEEKS_TO_DECIDE: u32 = 12;

fn main() {
    divan::main();
}

/// The day after the last row, a Monday.
fn end() -> Day {
    "2026-01-05".parse().expect("a day")
}

fn now() -> Instant {
    "2026-01-05T01:00:00Z".parse().expect("an instant")
}

fn names() -> Vec<String> {
    (0..CHANNELS).map(|index| format!("Channel {index:02}")).collect()
}

/// The minor units of spend and revenue of a channel on a day: spend goes up and down by the week.
fn figures(day: u32, channel: usize) -> (i128, i128) {
    let week = noise(day as usize / 7, channel);
    let spend = 200_000 + week % 150_000 + noise(day as usize, channel) % 20_000;
    (spend, spend * (90 + noise(channel, 7) % 160) / 100)
}

/// Some figure that looks like chance (the multiplier is Knuth's for 32-bit hashing).
fn noise(one: usize, other: usize) -> i128 {
    let mixed = (one * 31 + other + 1) as u64 * 2_654_435_761;
    i128::from(mixed >> 16 & 0xFFFF_FFFF)
}

fn days() -> impl Iterator<Item = (u32, Day)> {
    (0..DAYS).map(|day| (day, end() - chrono::Days::new(u64::from(DAYS - day))))
}

fn facts() -> Vec<DayFact> {
    let file = Digest::of(b"a file");
    let of_channels = |(count, day)| {
        (0..CHANNELS).map(move |channel| {
            let (spend, revenue) = figures(count, channel);
            let measures = Measures {
                spend: Money::from_minor(spend),
                revenue: Money::from_minor(revenue),
                ..Measures::NONE
            };
            DayFact { day, channel, measures, arrived_at: now(), file }
        })
    };
    days().flat_map(of_channels).collect()
}

fn csv() -> String {
    let mut text = "date,channel,spend,impressions,clicks,conversions,revenue\n".to_owned();
    let names = names();
    for (count, day) in days() {
        for (channel, name) in names.iter().enumerate() {
            let (spend, revenue) = figures(count, channel);
            let (rupees, paise) = (spend / 100, spend % 100);
            let clicks = spend / 150;
            writeln!(
                text,
                "{day},{name},{rupees}.{paise:02},{},{clicks},{},{}.{:02}",
                clicks * 50,
                clicks / 20,
                revenue / 100,
                revenue % 100
            )
            .expect("writing to a string");
        }
    }
    text
}

/// One decision and its bytes; they are counted, so that nothing of it can be left out.
fn decide(account: &Account, facts: &[DayFact], published: &PublishedBudgets) -> usize {
    let week = Week::starting(end());
    let history = WeeklyHistory::build(account, week, facts);
    let decision = decision::decide(&Question {
        account,
        week,
        revision: 1,
        revise_reason: None,
        history: &history,
        published: Some(published),
        veto_runs: &BTreeMap::new(),
        hold: None,
        manifest_before: None,
        remarks: decision::Remarks::default(),
    });
    report::recommendations_csv(&decision).len()
        + report::decision_json(&decision).len()
        + report::explanation_txt(&decision).len()
}

/// The pure part, one account after the other on one core.
#[divan::bench(args = ACCOUNTS, sample_count = 20)]
fn facts_to_bytes(bencher: Bencher<'_, '_>, accounts: usize) {
    let names: Vec<ChannelName> =
        names().iter().map(|name| ChannelName::new(name).expect("a name")).collect();
    let account = Account::with_shipped_settings(
        AccountId::new("main").expect("an id"),
        Currency::from_code("INR").expect("known"),
        chrono_tz::Asia::Kolkata,
        Money::from_minor(50_000_000),
        names.iter().cloned().map(Channel::named).collect(),
    );
    // A different account each time would be a different history; the work is the same.
    let facts = facts();
    let even = Money::from_minor(50_000_000 / 12);
    let published = PublishedBudgets {
        week: Week::starting(end()).back(1),
        revision: 1,
        budgets: names.into_iter().map(|name| (name, even)).collect(),
    };
    bencher
        .counter(ItemsCount::new(accounts))
        .bench(|| (0..accounts).map(|_| decide(&account, &facts, &published)).sum::<usize>());
}

/// The whole run in one process, from the opening of the ledger to the last bundle in the outbox.
/// Each sample decides the next week of every account.
#[divan::bench(args = ACCOUNTS, sample_count = 10, sample_size = 1)]
fn through_the_store(bencher: Bencher<'_, '_>, accounts: usize) {
    let world = World::new(accounts, &names());
    world.ingest(&world.write("daily.csv", &csv()), now());
    let mut weeks_back = WEEKS_TO_DECIDE;
    bencher.counter(ItemsCount::new(accounts)).bench_local(|| {
        weeks_back -= 1;
        let week = Week::starting(end()).back(weeks_back);
        let interrupt = Interrupt::default();
        let mut unit = world.workspace.begin(&interrupt).expect("a unit of work");
        let at = day_start(week.first_day());
        for account in &world.workspace.config.accounts {
            unit.recover(account, at, at, &mut |_| ()).expect("nothing to recover");
            let request = WeekRequest {
                week: Some(week),
                stated_at: at,
                now: at,
                dry_run: false,
                revise: None,
                caught_up_from: None,
            };
            let outcome = unit.run_week(account, &request).expect("a run");
            assert!(matches!(outcome, WeekOutcome::Published(_)));
        }
    });
}

fn day_start(day: Day) -> Instant {
    day.and_hms_opt(1, 0, 0).expect("an hour").and_utc()
}
