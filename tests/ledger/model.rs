//! Any sequence of files, with rows in any order, against a model that holds all in memory.

use std::collections::{BTreeMap, BTreeSet};

use budgetd::domain::{Day, Measures, Money, StatedRow};
use budgetd::ingest::Stated;
use proptest::prelude::*;

use crate::world::{World, at, day, money};

const CAMPAIGNS: [&str; 3] = ["", "brand", "search"];

#[derive(Debug, Clone, Copy)]
struct Row {
    day: u64,
    channel: usize,
    campaign: usize,
    spend: i128,
    clicks: Option<u64>,
}

impl Row {
    fn measures(self) -> Measures {
        Measures { clicks: self.clicks, ..money(self.spend, 10) }
    }

    fn key(&self) -> (u64, usize, usize) {
        (self.day, self.channel, self.campaign)
    }

    fn day(self) -> Day {
        day("2026-01-01") + chrono::Days::new(self.day)
    }
}

#[derive(Debug, Clone)]
struct File {
    rows: Vec<Row>,
    refused: bool,
}

fn file() -> impl Strategy<Value = File> {
    let clicks = prop_oneof![Just(None), (0..2u64).prop_map(Some)];
    let row = (0..6u64, 0..3usize, 0..3usize, 0..2i128, clicks).prop_map(
        |(day, channel, campaign, spend, clicks)| Row { day, channel, campaign, spend, clicks },
    );
    // Few rows, or enough to fill a batch of those that are inserted together.
    let rows =
        prop_oneof![prop::collection::vec(row.clone(), 1..14), prop::collection::vec(row, 90..140)];
    let order = prop_oneof![Just(Order::Given), Just(Order::Sorted), Just(Order::SortedOnce)];
    (rows, order, prop::bool::weighted(0.2)).prop_map(|(mut rows, order, refused)| {
        match order {
            Order::Given => {}
            Order::Sorted => rows.sort_by_key(Row::key),
            Order::SortedOnce => {
                rows.sort_by_key(Row::key);
                rows.dedup_by_key(|row| row.key());
            }
        }
        File { rows, refused }
    })
}

#[derive(Debug, Clone, Copy)]
enum Order {
    Given,
    Sorted,
    /// Sorted, and no key twice.
    SortedOnce,
}

/// A pair (day, channel): its campaigns, whose values they are, and who stated them last.
#[derive(Debug, Clone, PartialEq)]
struct Pair {
    campaigns: BTreeMap<usize, Measures>,
    file: u64,
    seen: u64,
}

impl Pair {
    fn sum(&self) -> Measures {
        self.campaigns.values().fold(Measures::NONE, |sum, &measures| sum.plus(measures))
    }
}

type Believed = BTreeMap<(Day, usize), Pair>;

/// What the rows of one file say per pair; the first row of a key counts.
fn stated(rows: &[Row]) -> BTreeMap<(Day, usize), BTreeMap<usize, Measures>> {
    let mut pairs: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for row in rows {
        let pair = pairs.entry((row.day(), row.channel)).or_default();
        pair.entry(row.campaign).or_insert(row.measures());
    }
    pairs
}

/// What the ledger has to say of a row, given the rows before it.
fn expected_answer(before: &[Row], row: Row) -> Stated {
    match before.iter().position(|earlier| earlier.key() == row.key()) {
        None => Stated::New,
        Some(index) if before[index].measures() == row.measures() => {
            Stated::SameAs { line: index as u64 + 2 }
        }
        Some(index) => {
            Stated::DiffersFrom { line: index as u64 + 2, figures: before[index].measures().into() }
        }
    }
}

/// One line per replacement: day, channel, sums before and after.
type Told = (Day, usize, Measures, Measures);

/// Takes `file` as number `number` into the model: new days, added pairs, replacements.
fn believe(believed: &mut Believed, file: &File, number: u64) -> (u64, u64, Vec<Told>) {
    let days_before: BTreeSet<Day> = believed.keys().map(|&(day, _)| day).collect();
    let mut new_days = BTreeSet::new();
    let (mut added, mut told) = (0, Vec::new());
    for (key, campaigns) in stated(&file.rows) {
        let new = Pair { campaigns, file: number, seen: number };
        match believed.get_mut(&key) {
            None => {
                if days_before.contains(&key.0) {
                    added += 1;
                } else {
                    new_days.insert(key.0);
                }
                believed.insert(key, new);
            }
            Some(old) if old.campaigns == new.campaigns => old.seen = number,
            Some(old) => {
                told.push((key.0, key.1, old.sum(), new.sum()));
                *old = new;
            }
        }
    }
    (new_days.len() as u64, added, told)
}

fn others(before: Measures, after: Measures) -> Vec<&'static str> {
    if before == after {
        vec!["campaigns"]
    } else if before.clicks == after.clicks {
        vec![]
    } else {
        vec!["clicks"]
    }
}

fn rupees(money: Money) -> String {
    format!("{}.{:02}", money.minor() / 100, money.minor() % 100)
}

fn arrival(number: u64) -> String {
    (day("2026-02-01") + chrono::Days::new(number)).to_string()
}

fn check_file(world: &mut World, believed: &mut Believed, file: &File, number: u64) {
    let (record, head) = world.next_file(&arrival(number));
    let names: Vec<_> = world.account.channels.iter().map(|channel| channel.name.clone()).collect();
    let mut take =
        world.ledger.begin_take(&world.account, &record.claim, record.arrived_at).expect("a take");
    for (index, &row) in file.rows.iter().enumerate() {
        let answer = take.state(&StatedRow::of_channel(
            index as u64 + 2,
            row.day(),
            row.channel,
            CAMPAIGNS[row.campaign],
            row.measures(),
        ));
        assert_eq!(answer.expect("a row"), expected_answer(&file.rows[..index], row));
    }
    if file.refused {
        take.refuse(&record, ("main", head)).expect("refused");
        return;
    }
    let changes = take.finish().expect("changes");
    let (new_days, added, told) = believe(believed, file, number);
    assert_eq!((changes.new_days, changes.added), (new_days, added));
    assert_eq!(changes.replaced, told.len() as u64);
    assert_eq!(changes.is_duplicate, new_days + added == 0 && told.is_empty());
    for (replacement, (day, channel, before, after)) in changes.replacements.iter().zip(&told) {
        assert_eq!((replacement.day, &replacement.channel), (*day, &names[*channel]));
        assert_eq!(replacement.spend_before, rupees(before.spend));
        assert_eq!(replacement.spend_after, rupees(after.spend));
        assert_eq!(replacement.revenue_before, rupees(before.revenue));
        assert_eq!(replacement.revenue_after, rupees(after.revenue));
        assert_eq!(replacement.others, others(*before, *after));
    }
    assert_eq!(changes.replacements.len(), told.len());
    if changes.is_duplicate {
        take.duplicate(&record, ("main", head)).expect("a duplicate");
    } else {
        take.accept(&record, ("main", head)).expect("accepted");
    }
}

fn check_facts(world: &World, believed: &Believed) {
    let facts = world.facts();
    assert_eq!(facts.len(), believed.len());
    for (fact, (&(day, channel), pair)) in facts.iter().zip(believed) {
        assert_eq!((fact.day, fact.channel, fact.measures), (day, channel, pair.sum()));
        assert_eq!(fact.file, World::digest(pair.file));
        assert_eq!(fact.arrived_at, at(&format!("{}T12:00:00Z", arrival(pair.seen))));
    }
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
