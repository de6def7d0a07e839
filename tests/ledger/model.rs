//! Any sequence of files of any grain, with rows in any order, against a model that holds all in
//! memory and does its own arithmetic: money as one whole number of 10⁻¹⁸ minor units.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use budgetd::domain::{Day, Figures, FineMoney, Grain, Money, StatedRow, Subject};
use budgetd::ingest::Stated;
use budgetd::store::ledger::{Changes, UnknownCounts};
use proptest::prelude::*;

use crate::world::{World, at, changed, day, incoming_as};

const CAMPAIGNS: [&str; 3] = ["", "brand", "brand\u{1f}Spain"];
const CONTROLS: [&str; 3] = ["", r#"{"holiday":"0"}"#, r#"{"holiday":"1"}"#];
const GRAINS: [Grain; 3] = [Grain::Day, Grain::Week, Grain::Month];

/// The position behind the account's three channels stands for the whole business.
const BUSINESS: usize = 3;

/// 10⁻¹⁸ of the minor unit in one.
const MINOR: i128 = 1_000_000_000_000_000_000;

/// What a row states: amounts in 10⁻¹⁸ of the minor unit.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Says {
    spend: Option<i128>,
    revenue: Option<i128>,
    clicks: Option<u64>,
    controls: usize,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    period: u64,
    subject: usize,
    campaign: usize,
    says: Says,
}

impl Says {
    fn figures(self) -> Figures {
        let fine = |amount: i128| {
            let rest = u64::try_from(amount.rem_euclid(MINOR)).expect("below 10¹⁸");
            FineMoney::new(Money::from_minor(amount.div_euclid(MINOR)), rest).expect("below one")
        };
        Figures {
            spend: self.spend.map(fine),
            revenue: self.revenue.map(fine),
            clicks: self.clicks,
            ..Figures::NONE
        }
    }
}

impl Row {
    fn key(&self) -> (u64, usize, usize) {
        (self.period, self.subject, self.campaign)
    }

    fn stated(&self, grain: Grain, line: u64) -> StatedRow<'static> {
        StatedRow {
            line,
            day: first_day(grain, self.period),
            subject: match self.subject {
                BUSINESS => Subject::Business,
                position => Subject::Channel(position),
            },
            campaign: CAMPAIGNS[self.campaign],
            figures: self.says.figures(),
            controls: CONTROLS[self.says.controls],
        }
    }
}

/// Weeks begin on days that are also days and months of other files, so that only the grain tells
/// them apart.
fn first_day(grain: Grain, period: u64) -> Day {
    match grain {
        Grain::Day => day("2026-01-01") + chrono::Days::new(period),
        Grain::Week => day("2026-01-01") + chrono::Days::new(7 * period),
        Grain::Month => {
            day("2026-01-01") + chrono::Months::new(u32::try_from(period).expect("few"))
        }
    }
}

#[derive(Debug, Clone)]
struct File {
    grain: Grain,
    rows: Vec<Row>,
    refused: bool,
}

fn amount() -> impl Strategy<Value = Option<i128>> + Clone {
    let rest = prop_oneof![4 => Just(0), 1 => Just(MINOR / 2), 1 => Just(MINOR / 4), 1 => Just(1)];
    let some = (-1..3i128, rest).prop_map(|(minor, rest)| Some(minor * MINOR + rest));
    prop_oneof![6 => some, 1 => Just(None)]
}

fn file() -> impl Strategy<Value = File> {
    let clicks = prop_oneof![Just(None), (0..2u64).prop_map(Some)];
    let controls = prop_oneof![3 => Just(0usize), 1 => 1..3usize];
    let says = (amount(), amount(), clicks, controls)
        .prop_map(|(spend, revenue, clicks, controls)| Says { spend, revenue, clicks, controls });
    let row = (0..6u64, 0..4usize, 0..3usize, says)
        .prop_map(|(period, subject, campaign, says)| Row { period, subject, campaign, says });
    // Few rows, or enough to fill a batch of those that are inserted together.
    let rows =
        prop_oneof![prop::collection::vec(row.clone(), 1..14), prop::collection::vec(row, 90..140)];
    let order = prop_oneof![Just(Order::Given), Just(Order::Sorted), Just(Order::SortedOnce)];
    let grain = prop_oneof![3 => Just(0usize), 1 => 1..3usize].prop_map(|index| GRAINS[index]);
    (grain, rows, order, prop::bool::weighted(0.2)).prop_map(|(grain, mut rows, order, refused)| {
        match order {
            Order::Given => {}
            Order::Sorted => rows.sort_by_key(Row::key),
            Order::SortedOnce => {
                rows.sort_by_key(Row::key);
                rows.dedup_by_key(|row| row.key());
            }
        }
        File { grain, rows, refused }
    })
}

#[derive(Debug, Clone, Copy)]
enum Order {
    Given,
    Sorted,
    /// Sorted, and no key twice.
    SortedOnce,
}

/// A pair (period, channel): its campaigns, whose values they are, and who stated them last.
#[derive(Debug, Clone, PartialEq)]
struct Pair {
    campaigns: BTreeMap<usize, Says>,
    file: u64,
    seen: u64,
}

/// Sums over campaigns: spend, revenue and clicks.
type Sums = (Option<i128>, Option<i128>, Option<u64>);

impl Pair {
    /// Money that a campaign doesn't state isn't known of the pair; clicks are those that are.
    fn sums(&self) -> Sums {
        let money = |of: fn(&Says) -> Option<i128>| -> Option<i128> {
            self.campaigns.values().map(of).sum()
        };
        let clicks: Vec<u64> = self.campaigns.values().filter_map(|says| says.clicks).collect();
        let clicks = (!clicks.is_empty()).then(|| clicks.iter().sum());
        (money(|says| says.spend), money(|says| says.revenue), clicks)
    }

    /// What became of it, as [`changed`] words it.
    fn changes(&self, after: &Self) -> Vec<String> {
        let (old, new) = (self.sums(), after.sums());
        let number = |count: Option<u64>| count.map_or("-".to_owned(), |count| count.to_string());
        let texts = [
            ("spend", decimal(old.0), decimal(new.0)),
            ("revenue", decimal(old.1), decimal(new.1)),
            ("clicks", number(old.2), number(new.2)),
        ];
        let mut told: Vec<String> = texts
            .into_iter()
            .filter(|(_, old, new)| old != new)
            .map(|(measure, old, new)| format!("{measure} {old} → {new}"))
            .collect();
        let other_controls = |(campaign, says): (&usize, &Says)| {
            after.campaigns.get(campaign).is_some_and(|now| now.controls != says.controls)
        };
        if self.campaigns.iter().any(other_controls) {
            told.push("controls - → -".to_owned());
        } else if told.is_empty() {
            told.push("campaigns - → -".to_owned());
        }
        told
    }
}

/// Rupees with two digits, or as many as there are.
fn decimal(amount: Option<i128>) -> String {
    let Some(amount) = amount else { return "-".to_owned() };
    let (sign, size) = (if amount < 0 { "-" } else { "" }, amount.abs());
    let (whole, fraction) = (size / (100 * MINOR), format!("{:020}", size % (100 * MINOR)));
    let digits = fraction.trim_end_matches('0').len().max(2);
    format!("{sign}{whole}.{}", &fraction[..digits])
}

/// Minor units, half to even.
fn rounded(amount: i128) -> Money {
    let (whole, rest) = (amount.div_euclid(MINOR), amount.rem_euclid(MINOR));
    let is_up = 2 * rest > MINOR || 2 * rest == MINOR && whole.rem_euclid(2) == 1;
    Money::from_minor(whole + i128::from(is_up))
}

type Believed = BTreeMap<(Grain, Day, usize), Pair>;

/// What the ledger has to say of a row, given the rows before it.
fn expected_answer(before: &[Row], row: Row) -> Stated {
    let Some(index) = before.iter().position(|earlier| earlier.key() == row.key()) else {
        return Stated::New;
    };
    let (line, first) = (index as u64 + 2, before[index].says);
    if first == row.says {
        Stated::SameAs { line }
    } else {
        Stated::DiffersFrom { line, figures: first.figures() }
    }
}

/// One line per replacement: day, channel, what changed.
type Told = (Day, usize, Vec<String>);

/// Takes `file` as number `number` into the model: new days, added pairs, replacements.
fn believe(believed: &mut Believed, file: &File, number: u64) -> (u64, u64, Vec<Told>) {
    let days_before: BTreeSet<(Grain, Day)> =
        believed.keys().map(|&(grain, day, _)| (grain, day)).collect();
    let mut stated: BTreeMap<_, BTreeMap<usize, Says>> = BTreeMap::new();
    for row in &file.rows {
        let pair = stated.entry((first_day(file.grain, row.period), row.subject)).or_default();
        pair.entry(row.campaign).or_insert(row.says);
    }
    let mut new_days = BTreeSet::new();
    let (mut added, mut told) = (0, Vec::new());
    for ((day, subject), campaigns) in stated {
        let new = Pair { campaigns, file: number, seen: number };
        match believed.get_mut(&(file.grain, day, subject)) {
            None => {
                if days_before.contains(&(file.grain, day)) {
                    added += 1;
                } else {
                    new_days.insert(day);
                }
                believed.insert((file.grain, day, subject), new);
            }
            Some(old) if old.campaigns == new.campaigns => old.seen = number,
            Some(old) => {
                told.push((day, subject, old.changes(&new)));
                *old = new;
            }
        }
    }
    (new_days.len() as u64, added, told)
}

fn arrival(number: u64) -> String {
    (day("2026-02-01") + chrono::Days::new(number)).to_string()
}

fn check_file(world: &mut World, believed: &mut Believed, file: &File, number: u64) {
    let (record, head) = world.next_file(&arrival(number));
    let incoming = incoming_as(&record, file.grain);
    let mut take = world.ledger.begin_take(&world.account, incoming).expect("a take");
    for (index, row) in file.rows.iter().enumerate() {
        let answer = take.state(&row.stated(file.grain, index as u64 + 2));
        assert_eq!(answer.expect("a row"), expected_answer(&file.rows[..index], *row));
    }
    if file.refused {
        take.refuse(&record, ("main", head)).expect("refused");
        return;
    }
    let changes = take.finish().expect("changes");
    if changes.is_duplicate {
        take.duplicate(&record, ("main", head)).expect("a duplicate");
    } else {
        take.accept(&record, ("main", head), &[]).expect("accepted");
    }
    let (new_days, added, told) = believe(believed, file, number);
    assert_eq!((changes.new_days, changes.added), (new_days, added));
    assert_eq!(changes.is_duplicate, new_days + added == 0 && told.is_empty());
    check_told(world, &changes, &told);
}

fn check_told(world: &World, changes: &Changes, told: &[Told]) {
    assert_eq!(changes.replaced, told.len() as u64);
    let position = |replacement: &budgetd::audit::Replacement| match &replacement.channel {
        Some(name) => world.account.channels.iter().position(|channel| channel.name == *name),
        None => Some(BUSINESS),
    };
    let found: Vec<Told> = changes
        .replacements
        .iter()
        .map(|found| (found.day, position(found).expect("a channel"), changed(found)))
        .collect();
    assert_eq!(found, told);
    assert_eq!(changes.replaced_days(), told.first().zip(told.last()).map(|(a, b)| (a.0, b.0)));
    for (bound, ..) in told {
        let until: Vec<&Told> = told.iter().filter(|(day, ..)| day <= bound).collect();
        let replaced = changes.replaced_until(*bound).expect("at least the one of this day");
        assert_eq!((replaced.pairs, replaced.examples.len()), (until.len() as u64, until.len()));
        assert_eq!((replaced.first_day, replaced.last_day), (until[0].0, *bound));
        assert_eq!(changed(&replaced.examples[0]), until[0].2);
    }
}

/// What the ledger answers to every question of facts.
fn check_facts(world: &World, believed: &Believed) {
    for grain in GRAINS {
        check_periods(world, believed, grain);
        check_rows(world, believed, grain);
    }
    let days = believed
        .iter()
        .filter(|((grain, _, subject), _)| *grain == Grain::Day && *subject != BUSINESS);
    let mut known = Vec::new();
    let mut unknown = Vec::new();
    let mut counts = UnknownCounts::default();
    for ((_, day, channel), pair) in days {
        match pair.sums() {
            (Some(spend), Some(revenue), clicks) => {
                known.push((*day, *channel, rounded(spend), rounded(revenue), clicks, pair.file));
                continue;
            }
            (Some(_), None, _) => counts.without_revenue += 1,
            (None, Some(_), _) => counts.without_spend += 1,
            (None, None, _) => counts.without_both += 1,
        }
        unknown.push((*day, *channel));
    }
    let facts = world.facts();
    assert_eq!(facts.len(), known.len());
    for (fact, (day, channel, spend, revenue, clicks, file)) in facts.iter().zip(known) {
        assert_eq!((fact.day, fact.channel, fact.file), (day, channel, World::digest(file)));
        let measures = fact.measures;
        assert_eq!((measures.spend, measures.revenue, measures.clicks), (spend, revenue, clicks));
    }
    let found = world.ledger.unknown_facts(&world.account, None, None).expect("facts");
    assert_eq!(UnknownCounts::of(&found), counts);
    let found: Vec<_> = found.iter().map(|fact| (fact.first_day, fact.channel)).collect();
    assert_eq!(found, unknown);
}

fn check_periods(world: &World, believed: &Believed, grain: Grain) {
    let pairs: Vec<_> = believed.iter().filter(|((of, ..), _)| *of == grain).collect();
    let found = world.ledger.period_facts(&world.account, grain, None, None).expect("facts");
    let arrived = |pair: &Pair| at(&format!("{}T12:00:00Z", arrival(pair.seen)));
    let mut channels = found.channels.iter();
    let mut business = found.business.iter();
    for &(&(_, day, subject), pair) in &pairs {
        if subject == BUSINESS {
            for (&campaign, says) in &pair.campaigns {
                let fact = business.next().expect("a row of the business");
                assert_eq!((fact.first_day, &*fact.campaign), (day, CAMPAIGNS[campaign]));
                assert_eq!(fact.figures, says.figures());
                assert_eq!(fact.controls, CONTROLS[says.controls]);
                assert_eq!((fact.file, fact.arrived_at), (World::digest(pair.file), arrived(pair)));
            }
            continue;
        }
        let fact = channels.next().expect("a pair");
        let (spend, revenue, clicks) = pair.sums();
        let sums = Says { spend, revenue, clicks, controls: 0 };
        assert_eq!((fact.first_day, fact.channel, fact.figures), (day, subject, sums.figures()));
        assert_eq!((fact.file, fact.arrived_at), (World::digest(pair.file), arrived(pair)));
    }
    assert_eq!((channels.next(), business.next()), (None, None));
    let ends = pairs.first().zip(pairs.last()).map(|((first, _), (last, _))| (first.1, last.1));
    assert_eq!(world.ledger.fact_days(&world.account.id, grain).expect("days"), ends);
}

fn check_rows(world: &World, believed: &Believed, grain: Grain) {
    let mut expected = Vec::new();
    for (&(_, day, subject), pair) in believed.iter().filter(|((of, ..), _)| *of == grain) {
        let name = world.account.channels.get(subject).map(|channel| channel.name.clone());
        for (&campaign, says) in &pair.campaigns {
            let texts = (CAMPAIGNS[campaign].to_owned(), CONTROLS[says.controls].to_owned());
            expected.push((day, name.clone(), texts, says.figures()));
        }
    }
    expected.sort_by(|a, b| (a.0, &a.1, &a.2.0).cmp(&(b.0, &b.1, &b.2.0)));
    let mut found = Vec::new();
    let id = &world.account.id;
    world
        .ledger
        .each_fact_row(id, grain, None, None, &mut |row| {
            let texts = (row.campaign.to_owned(), row.controls.to_owned());
            found.push((row.day, row.channel.cloned(), texts, row.figures));
            ControlFlow::Continue(())
        })
        .expect("rows");
    assert_eq!(found, expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_files_in_any_order_of_rows_leave_what_the_model_says(
        files in prop::collection::vec(file(), 1..7),
    ) {
        let mut world = World::new();
        let mut believed = Believed::new();
        for (number, file) in (1..).zip(&files) {
            check_file(&mut world, &mut believed, file, number);
            check_facts(&world, &believed);
        }
        let world = world.reopen();
        check_facts(&world, &believed);
        world.ledger.check_integrity().expect("a whole ledger");
    }
}
