//! How long a decision's rules take, from weekly history to rounded budgets, for an account of
//! usual size and for the largest: `cargo bench --bench rules`.

use std::collections::{BTreeMap, BTreeSet};

use budgetd::domain::{
    Account, AccountId, Channel, ChannelName, Currency, DayFact, Digest, Instant, Measures, Money,
    Share, Week,
};
use budgetd::history::WeeklyHistory;
use budgetd::rules::{self, Inputs, PublishedBudgets};

/// A usual account, and the most channels that one may have.
const CHANNELS: [usize; 2] = [4, 1_000];

/// Weeks of history: what the shipped look back and the response factor see.
const WEEKS: u32 = 13;

fn main() {
    divan::main();
}

/// What a run is made from.
struct Case {
    account: Account,
    week: Week,
    facts: Vec<DayFact>,
    history: WeeklyHistory,
    published: PublishedBudgets,
}

impl Case {
    /// The shipped rules; caps and floors that bind some channels, returns that differ.
    fn of(channels: usize) -> Self {
        let named =
            |index: usize| ChannelName::new(&format!("channel {index:04}")).expect("a name");
        let mut account = Account::with_shipped_settings(
            AccountId::new("main").expect("an id"),
            Currency::from_code("INR").expect("known"),
            chrono_tz::Asia::Kolkata,
            Money::from_minor(5_000_000_000),
            (0..channels).map(|index| Channel::named(named(index))).collect(),
        );
        let millionths = |parts: u32| {
            let count = u32::try_from(channels).expect("a thousand");
            Share::from_millionths(parts / count)
        };
        account.rules.spend_cap_share = millionths(1_600_000);
        account.rules.spend_floor_share = millionths(80_000);
        let week = Week::starting("2026-03-02".parse().expect("a Monday"));
        let facts = facts(channels, week);
        let history = WeeklyHistory::build(&account, week, &facts);
        let budgets = (0..channels)
            .map(|index| (named(index), Money::from_minor(1_000 + noise(index, 99) % 1_000)))
            .collect();
        let published = PublishedBudgets { week: week.back(1), revision: 1, budgets };
        Self { account, week, facts, history, published }
    }

    fn inputs(&self) -> Inputs<'_> {
        Inputs {
            account: &self.account,
            week: self.week,
            history: &self.history,
            published: Some(&self.published),
        }
    }
}

/// Facts of full weeks: each day of each channel.
fn facts(channels: usize, week: Week) -> Vec<DayFact> {
    let arrived_at: Instant = "2026-03-02T00:30:00Z".parse().expect("an instant");
    let file = Digest::of(b"a file");
    let days = (1..=WEEKS).flat_map(|weeks_back| week.back(weeks_back).days());
    days.enumerate()
        .flat_map(|(count, day)| {
            (0..channels).map(move |channel| {
                let spend = 10_000 + noise(channel, count) % 5_000;
                let percent = 60 + noise(channel, 7) % 200;
                let measures = Measures {
                    spend: Money::from_minor(spend),
                    revenue: Money::from_minor(spend * percent / 100),
                    ..Measures::NONE
                };
                DayFact { day, channel, measures, arrived_at, file }
            })
        })
        .collect()
}

/// Some figure that looks like chance (the multiplier is Knuth's for 32-bit hashing).
fn noise(one: usize, other: usize) -> i128 {
    let mixed = (one * 31 + other + 1) as u64 * 2_654_435_761;
    i128::from(mixed >> 16 & 0xFFFF)
}

#[divan::bench(args = CHANNELS)]
fn history(bencher: divan::Bencher<'_, '_>, channels: usize) {
    let case = Case::of(channels);
    bencher.bench(|| WeeklyHistory::build(&case.account, case.week, &case.facts));
}

#[divan::bench(args = CHANNELS)]
fn propose(bencher: divan::Bencher<'_, '_>, channels: usize) {
    let case = Case::of(channels);
    bencher.bench(|| rules::propose(&case.inputs()));
}

#[divan::bench(args = CHANNELS)]
fn propose_veto_round(bencher: divan::Bencher<'_, '_>, channels: usize) {
    let case = Case::of(channels);
    let runs = BTreeMap::new();
    bencher.bench(|| {
        let proposal = rules::propose(&case.inputs());
        let cuts = rules::cuts(&case.account, &proposal);
        let vetoed: BTreeSet<ChannelName> = cuts.into_iter().step_by(2).collect();
        let paid = rules::pay_vetoes(&case.account, &proposal, &vetoed, &runs);
        rules::round(&case.account, &paid.allocation)
    });
}
