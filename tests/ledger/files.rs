//! What a file may change.

use std::ops::ControlFlow;

use budgetd::domain::{ChannelName, Conversions, Figures, Grain, Measures, StatedRow, Subject};
use budgetd::ingest::Stated;
use budgetd::store::StoreError;
use budgetd::store::ledger::{Changes, DROPPED_MAX, FileCounts, FileOutcome, REPLACEMENTS_MAX};

use crate::world::{
    AFFILIATE, EMAIL, GOOGLE, World, account, account_with, at, changed, channel, daily_row, day,
    incoming, money,
};

#[test]
fn the_first_file_brings_its_days() {
    let mut world = World::new();
    let changes = world.take(
        "2026-01-05",
        &[
            ("2026-01-04", GOOGLE, "", money(100, 300)),
            ("2026-01-03", EMAIL, "", money(7, 0)),
            ("2026-01-04", AFFILIATE, "", money(1, 2)),
        ],
    );
    assert_eq!(changes, Changes { new_days: 2, ..Changes::default() });
    assert_eq!(
        world.values(),
        [
            ("2026-01-03".to_owned(), EMAIL, money(7, 0)),
            ("2026-01-04".to_owned(), AFFILIATE, money(1, 2)),
            ("2026-01-04".to_owned(), GOOGLE, money(100, 300)),
        ]
    );
    let fact = world.facts()[0];
    assert_eq!((fact.file, fact.arrived_at), (World::digest(1), at("2026-01-05T12:00:00Z")));
    let days = world.ledger.fact_days(&world.account.id, Grain::Day).expect("days");
    assert_eq!(days, Some((day("2026-01-03"), day("2026-01-04"))));
}

#[test]
fn all_measures_come_back_as_they_were_stated() {
    let mut world = World::new();
    let full = Measures {
        impressions: Some(9_000_000_000),
        clicks: Some(0),
        conversions: Some(Conversions::CELL_MAX),
        ..money(1_000_000_000_000_000, 5)
    };
    world.take("2026-01-05", &[("2026-01-04", GOOGLE, "", full)]);
    assert_eq!(world.reopen().values(), [("2026-01-04".to_owned(), GOOGLE, full)]);
}

#[test]
fn campaigns_are_summed_per_day_and_channel() {
    let mut world = World::new();
    let clicks = |count| Measures { clicks: Some(count), ..money(10, 20) };
    world.take(
        "2026-01-05",
        &[
            ("2026-01-04", GOOGLE, "brand", clicks(3)),
            ("2026-01-04", GOOGLE, "search", clicks(4)),
            ("2026-01-04", GOOGLE, "", money(1, 1)),
        ],
    );
    let sum = Measures { clicks: Some(7), ..money(21, 41) };
    assert_eq!(world.values(), [("2026-01-04".to_owned(), GOOGLE, sum)]);
    let mut rows = Vec::new();
    world
        .ledger
        .each_fact_row(&world.account.id, Grain::Day, None, None, &mut |row| {
            let channel = row.channel.expect("a channel").as_str().to_owned();
            rows.push((row.day, channel, row.campaign.to_owned()));
            if rows.len() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .expect("rows");
    let google = |campaign: &str| (day("2026-01-04"), "Google Ads".to_owned(), campaign.to_owned());
    assert_eq!(rows, [google(""), google("brand")]);
}

#[test]
fn a_newer_file_replaces_its_pairs_and_no_others() {
    let mut world = World::new();
    world.take(
        "2026-01-05",
        &[
            ("2026-01-03", GOOGLE, "", money(10_000, 20_000)),
            ("2026-01-04", GOOGLE, "", money(100, 300)),
            ("2026-01-04", EMAIL, "", money(5, 5)),
        ],
    );
    let changes = world.take("2026-01-06", &[("2026-01-04", GOOGLE, "", money(250, 1_000))]);
    assert_eq!((changes.new_days, changes.added, changes.replaced), (0, 0, 1));
    let replacement = &changes.replacements[0];
    assert_eq!(replacement.day, day("2026-01-04"));
    assert_eq!(replacement.channel.as_ref().map(ChannelName::as_str), Some("Google Ads"));
    assert_eq!(changed(replacement), ["spend 1.00 → 2.50", "revenue 3.00 → 10.00"]);
    assert_eq!(
        world.values(),
        [
            ("2026-01-03".to_owned(), GOOGLE, money(10_000, 20_000)),
            ("2026-01-04".to_owned(), EMAIL, money(5, 5)),
            ("2026-01-04".to_owned(), GOOGLE, money(250, 1_000)),
        ]
    );
    let files: Vec<_> = world.facts().iter().map(|fact| fact.file).collect();
    assert_eq!(files, [World::digest(1), World::digest(1), World::digest(2)]);
}

#[test]
fn a_file_whose_rows_are_all_current_changes_only_their_arrival() {
    let mut world = World::new();
    let sunday = [
        ("2026-01-03", GOOGLE, "brand", money(1, 2)),
        ("2026-01-03", GOOGLE, "search", money(3, 4)),
        ("2026-01-04", EMAIL, "", money(5, 6)),
    ];
    world.take("2026-01-04", &sunday);
    let changes = world.take("2026-01-05", &[sunday[2], sunday[1], sunday[0]]);
    assert_eq!(changes, Changes { is_duplicate: true, ..Changes::default() });
    let facts = world.facts();
    assert!(facts.iter().all(|fact| fact.file == World::digest(1)));
    assert!(facts.iter().all(|fact| fact.arrived_at == at("2026-01-05T12:00:00Z")));
    // Part of the file again: the rest keeps its arrival.
    assert!(world.take("2026-01-06", &sunday[2..]).is_duplicate);
    let arrivals: Vec<_> = world.facts().iter().map(|fact| fact.arrived_at).collect();
    assert_eq!(arrivals, [at("2026-01-05T12:00:00Z"), at("2026-01-06T12:00:00Z")]);
    let outcomes: Vec<_> = world
        .ledger
        .files(&world.account.id, 10)
        .expect("files")
        .iter()
        .map(|record| record.outcome)
        .collect();
    assert_eq!(outcomes, [FileOutcome::Duplicate, FileOutcome::Duplicate, FileOutcome::Accepted]);
}

#[test]
fn part_of_a_pairs_campaigns_is_no_duplicate_but_replaces_the_pair() {
    let mut world = World::new();
    world.take(
        "2026-01-05",
        &[
            ("2026-01-04", GOOGLE, "brand", money(100, 200)),
            ("2026-01-04", GOOGLE, "search", money(300, 400)),
        ],
    );
    let changes = world.take("2026-01-06", &[("2026-01-04", GOOGLE, "brand", money(100, 200))]);
    assert!(!changes.is_duplicate);
    assert_eq!(changes.replaced, 1);
    let replacement = &changes.replacements[0];
    assert_eq!(changed(replacement), ["spend 4.00 → 1.00", "revenue 6.00 → 2.00"]);
    assert_eq!(world.values(), [("2026-01-04".to_owned(), GOOGLE, money(100, 200))]);
    assert_eq!(world.facts()[0].file, World::digest(2));
}

#[test]
fn rows_that_a_file_drops_are_counted_summed_and_the_first_named() {
    let mut world = World::new();
    let mut rows = vec![
        ("2026-01-03", GOOGLE, "a\u{1F}IE".to_owned(), money(100, 200)),
        ("2026-01-03", GOOGLE, "a\u{1F}UK".to_owned(), money(300, 400)),
        ("2026-01-04", EMAIL, "kept whole".to_owned(), money(7, 7)),
        ("2026-01-04", GOOGLE, "a\u{1F}IE".to_owned(), money(1, 1)),
    ];
    for index in 0..12 {
        rows.push(("2026-01-04", GOOGLE, format!("b{index:02}"), money(1000, 2000)));
    }
    let stated: Vec<_> = rows.iter().map(|row| (row.0, row.1, row.2.as_str(), row.3)).collect();
    world.take("2026-01-05", &stated);
    // Of the 3rd one country is left, of the 4th one campaign with another value, and Email's day
    // is not in the file at all.
    let again = [
        ("2026-01-04", GOOGLE, "a\u{1F}IE", money(2, 1)),
        ("2026-01-03", GOOGLE, "a\u{1F}IE", money(100, 200)),
    ];
    let changes = world.take("2026-01-06", &again);
    let dropped = changes.dropped.expect("rows went");
    // 1 row of 3.00 and 4.00, and 12 of 10.00 and 20.00.
    assert_eq!(dropped.rows, 13);
    assert_eq!(dropped.spend.as_deref(), Some("123.00"));
    assert_eq!(dropped.revenue.as_deref(), Some("244.00"));
    assert_eq!(dropped.examples.len(), DROPPED_MAX);
    let first = &dropped.examples[0];
    assert_eq!((first.day, first.campaign.as_str()), (day("2026-01-03"), "a / UK"));
    assert_eq!(first.channel, Some(channel("Google Ads")));
    assert_eq!((first.spend.as_deref(), first.revenue.as_deref()), (Some("3.00"), Some("4.00")));
    let others = dropped.examples[1..].iter().map(|row| row.campaign.clone());
    assert_eq!(others.collect::<Vec<_>>(), (0..9).map(|i| format!("b{i:02}")).collect::<Vec<_>>());
    // The same again is a duplicate: nothing is left to go.
    let changes = world.take("2026-01-07", &again);
    assert!(changes.is_duplicate && changes.dropped.is_none());
}

#[test]
fn a_dropped_row_whose_spend_is_not_known_leaves_the_sum_unknown_and_a_new_value_drops_none() {
    let mut world = World::new();
    let row = |line, campaign, figures| StatedRow {
        line,
        day: day("2026-01-04"),
        subject: Subject::Channel(GOOGLE),
        campaign,
        figures,
        controls: "",
    };
    let known = Figures::from(money(100, 200));
    let (file, head) = world.next_file("2026-01-05");
    let mut take = world.ledger.begin_take(&world.account, incoming(&file)).expect("a take");
    for (line, campaign, figures) in
        [(2, "kept", known), (3, "a", known), (4, "b", Figures { spend: None, ..known })]
    {
        take.state(&row(line, campaign, figures)).expect("a row");
    }
    take.accept(&file, ("main", head), &[]).expect("accepted");
    let changes = world.take(
        "2026-01-06",
        &[
            ("2026-01-04", GOOGLE, "kept", money(5, 5)),
            ("2026-01-04", GOOGLE, "a", money(100, 200)),
        ],
    );
    let dropped = changes.dropped.expect("b went");
    assert_eq!((dropped.rows, dropped.spend, dropped.revenue), (1, None, Some("2.00".to_owned())));
    let changes = world.take(
        "2026-01-07",
        &[
            ("2026-01-04", GOOGLE, "kept", money(6, 6)),
            ("2026-01-04", GOOGLE, "a", money(100, 200)),
        ],
    );
    assert_eq!((changes.replaced, changes.dropped), (1, None));
}

#[test]
fn a_file_without_campaigns_replaces_a_pair_that_had_them() {
    let mut world = World::new();
    world.take(
        "2026-01-05",
        &[
            ("2026-01-04", GOOGLE, "brand", money(100, 200)),
            ("2026-01-04", GOOGLE, "search", money(300, 400)),
        ],
    );
    let changes = world.take("2026-01-06", &[("2026-01-04", GOOGLE, "", money(400, 600))]);
    assert_eq!(changed(&changes.replacements[0]), ["campaigns - → -"]);
    assert_eq!(world.values(), [("2026-01-04".to_owned(), GOOGLE, money(400, 600))]);
    // And back again, with other values.
    let changes = world.take(
        "2026-01-07",
        &[
            ("2026-01-04", GOOGLE, "brand", money(100, 200)),
            ("2026-01-04", GOOGLE, "search", Measures { clicks: Some(2), ..money(300, 400) }),
        ],
    );
    assert_eq!(changed(&changes.replacements[0]), ["clicks - → 2"]);
}

#[test]
fn a_new_channel_on_a_known_day_is_added() {
    let mut world = World::new();
    world.take("2026-01-05", &[("2026-01-04", GOOGLE, "", money(1, 1))]);
    let changes = world.take("2026-01-05", &[("2026-01-04", EMAIL, "", money(1, 1))]);
    assert_eq!(changes, Changes { added: 1, ..Changes::default() });
    assert_eq!(world.facts().len(), 2);
}

#[test]
fn a_key_that_a_file_states_twice_is_told_on_new_and_on_known_days() {
    let mut world = World::new();
    world.take("2026-01-04", &[("2026-01-03", GOOGLE, "", money(1, 1))]);
    let (file, head) = world.next_file("2026-01-05");
    let mut take = world.ledger.begin_take(&world.account, incoming(&file)).expect("a take");
    let mut state = |line: usize, day_text, spend| {
        let row = (day_text, GOOGLE, "", money(spend, 1));
        take.state(&daily_row(line - 2, &row)).expect("a row")
    };
    for day_text in ["2026-01-03", "2026-01-04"] {
        assert_eq!(state(2, day_text, 1), Stated::New);
        assert_eq!(state(3, day_text, 1), Stated::SameAs { line: 2 });
        let first = Stated::DiffersFrom { line: 2, figures: money(1, 1).into() };
        assert_eq!(state(4, day_text, 9), first);
    }
    // The first row of a key counts also where it overwrote an older one.
    take.refuse(&file, ("main", head)).expect("refused");
    let (file, _) = world.next_file("2026-01-06");
    let mut take = world.ledger.begin_take(&world.account, incoming(&file)).expect("a take");
    let mut state = |line: usize, spend| {
        let row = ("2026-01-03", GOOGLE, "", money(spend, 1));
        take.state(&daily_row(line - 2, &row)).expect("a row")
    };
    assert_eq!(state(2, 7), Stated::New);
    assert_eq!(state(3, 7), Stated::SameAs { line: 2 });
    assert_eq!(state(4, 1), Stated::DiffersFrom { line: 2, figures: money(7, 1).into() });
}

#[test]
fn a_key_stated_twice_is_told_however_many_rows_lie_between() {
    // Rows are held and sorted before they are inserted: a double of the last one, of the first,
    // and of the one in front of a double.
    let mut world = World::new();
    let (file, head) = world.next_file("2026-01-05");
    let mut take = world.ledger.begin_take(&world.account, incoming(&file)).expect("a take");
    let campaigns: Vec<String> = (0..100).map(|index| format!("{index:03}")).collect();
    let mut state = |line: usize, index: usize, spend| {
        let row = ("2026-01-04", GOOGLE, campaigns[index].as_str(), money(spend, 1));
        take.state(&daily_row(line - 2, &row)).expect("a row")
    };
    for index in 0..90 {
        assert_eq!(state(index + 2, index, 1), Stated::New);
    }
    assert_eq!(state(92, 89, 1), Stated::SameAs { line: 91 });
    assert_eq!(state(93, 0, 1), Stated::SameAs { line: 2 });
    for index in 90..100 {
        assert_eq!(state(index + 4, index, 1), Stated::New);
    }
    let first = Stated::DiffersFrom { line: 103, figures: money(1, 1).into() };
    assert_eq!(state(104, 99, 2), first);
    take.accept(&file, ("main", head), &[]).expect("accepted");
    assert_eq!(world.values(), [("2026-01-04".to_owned(), GOOGLE, money(100, 100))]);
}

#[test]
fn more_rows_than_are_held_may_come_in_any_order_and_each_double_is_told() {
    const ROWS: usize = 100_000;
    let campaigns: Vec<String> = (0..ROWS).map(|index| format!("{index:06}")).collect();
    let by_key = (0..ROWS).collect();
    let reversed = (0..ROWS).rev().collect();
    // The step shares no divisor with the count, so that each row comes once.
    let mixed = (0..ROWS).map(|index| index * 7_919 % ROWS).collect();
    for order in [by_key, reversed, mixed] as [Vec<usize>; 3] {
        let mut world = World::new();
        let (file, head) = world.next_file("2026-01-05");
        let mut take = world.ledger.begin_take(&world.account, incoming(&file)).expect("a take");
        let mut state = |line: usize, index: usize, spend| {
            let row = ("2026-01-04", GOOGLE, campaigns[index].as_str(), money(spend, 1));
            take.state(&daily_row(line - 2, &row)).expect("a row")
        };
        for (line, &index) in (2..).zip(&order) {
            assert_eq!(state(line, index, 1), Stated::New);
        }
        for (line, &index) in (2..).zip(&order).step_by(997) {
            let first = u64::try_from(line).expect("few lines");
            assert_eq!(state(ROWS + 2, index, 1), Stated::SameAs { line: first });
            let other = Stated::DiffersFrom { line: first, figures: money(1, 1).into() };
            assert_eq!(state(ROWS + 3, index, 2), other);
        }
        take.accept(&file, ("main", head), &[]).expect("accepted");
        let sum = i128::try_from(ROWS).expect("few rows");
        assert_eq!(world.values(), [("2026-01-04".to_owned(), GOOGLE, money(sum, sum))]);
    }
}

#[test]
fn a_refused_file_leaves_its_record_and_no_rows() {
    let mut world = World::new();
    world.take("2026-01-05", &[("2026-01-04", GOOGLE, "", money(1, 1))]);
    let (file, head) = world.next_file("2026-01-06");
    let mut take = world.ledger.begin_take(&world.account, incoming(&file)).expect("a take");
    take.state(&daily_row(0, &("2026-01-04", GOOGLE, "", money(2, 2)))).expect("a row");
    take.state(&daily_row(1, &("2026-01-05", GOOGLE, "", money(2, 2)))).expect("a row");
    take.finish().expect("changes");
    take.refuse(&file, ("main", head)).expect("refused");
    let world = world.reopen();
    assert_eq!(world.values(), [("2026-01-04".to_owned(), GOOGLE, money(1, 1))]);
    let record = world.ledger.file_by_claim(&file.claim).expect("a record").expect("refused");
    assert_eq!((record.outcome, &record.file), (FileOutcome::Refused, &file));
    assert_eq!(record.account, world.account.id);
    assert_eq!(world.ledger.chain_head("main").expect("a head"), Some(head));
    world.ledger.check_integrity().expect("a whole ledger");
}

#[test]
fn a_file_that_was_broken_off_leaves_no_trace() {
    let mut world = World::new();
    let (file, _) = world.next_file("2026-01-06");
    let mut take = world.ledger.begin_take(&world.account, incoming(&file)).expect("a take");
    take.state(&daily_row(0, &("2026-01-04", GOOGLE, "", money(2, 2)))).expect("a row");
    drop(take);
    let mut world = world.reopen();
    assert!(world.facts().is_empty());
    assert_eq!(world.ledger.file_by_claim(&file.claim).expect("no record"), None);
    assert_eq!(world.ledger.chain_head("main").expect("no head"), None);
    let changes = world.take("2026-01-06", &[("2026-01-04", GOOGLE, "", money(2, 2))]);
    assert_eq!(changes.new_days, 1);
}

#[test]
fn a_claim_is_taken_once() {
    let mut world = World::new();
    let (file, _) = World::new().next_file("2026-01-05");
    world.take("2026-01-05", &[("2026-01-04", GOOGLE, "", money(1, 1))]);
    let again = world.ledger.begin_take(&world.account, incoming(&file));
    let refused = again.err().expect("it has been taken");
    assert!(matches!(refused, StoreError::Refused { .. }), "{refused}");
}

#[test]
fn replacements_are_counted_beyond_those_that_are_told() {
    let mut world = World::new();
    let start = day("2025-01-01");
    let days: Vec<String> =
        (0..60).map(|count| (start + chrono::Days::new(count)).to_string()).collect();
    let rows = |spend| -> Vec<_> {
        let both = |day| [(day, GOOGLE, "", money(spend, 1)), (day, EMAIL, "", money(spend, 1))];
        days.iter().rev().flat_map(|day| both(day.as_str())).collect()
    };
    world.take("2026-01-05", &rows(100));
    let changes = world.take("2026-01-06", &rows(200));
    assert_eq!((changes.replaced, changes.replacements.len()), (120, REPLACEMENTS_MAX));
    // The first hundred by day and channel name, whatever the order of the rows.
    for (index, replacement) in changes.replacements.iter().enumerate() {
        assert_eq!(replacement.day.to_string(), days[index / 2]);
        let channel = replacement.channel.as_ref().expect("a channel");
        assert_eq!(channel.as_str(), ["Email", "Google Ads"][index % 2]);
        assert_eq!(changed(replacement), ["spend 1.00 → 2.00"]);
    }
}

#[test]
fn channels_go_by_name_and_facts_of_others_are_left_out() {
    let mut world = World::new();
    world.take(
        "2026-01-05",
        &[("2026-01-04", GOOGLE, "", money(1, 1)), ("2026-01-04", EMAIL, "", money(2, 2))],
    );
    world.account = account_with("main", &["Google Ads", "Bing"]);
    assert_eq!(world.values(), [("2026-01-04".to_owned(), 1, money(1, 1))]);
    world.take("2026-01-05", &[("2026-01-04", 0, "", money(3, 3))]);
    world.account = account_with("main", &["Bing", "Email", "Google Ads"]);
    let spends: Vec<_> = world.values().iter().map(|(_, _, sum)| sum.spend.minor()).collect();
    assert_eq!(spends, [3, 2, 1]);
}

#[test]
fn accounts_do_not_touch_each_other() {
    let mut world = World::new();
    world.take("2026-01-05", &[("2026-01-04", GOOGLE, "", money(1, 1))]);
    world.account = account("other");
    assert!(world.facts().is_empty());
    let changes = world.take("2026-01-06", &[("2026-01-04", GOOGLE, "", money(2, 2))]);
    assert_eq!(changes.new_days, 1);
    world.account = account("main");
    assert_eq!(world.values(), [("2026-01-04".to_owned(), GOOGLE, money(1, 1))]);
    let between = |ledger: &budgetd::store::ledger::Ledger, from, until| {
        let span = (at(from), at(until));
        ledger.counts_between(&account("main").id, span).expect("counts")
    };
    // It is held to have arrived at noon of the 5th, whenever it was taken.
    let one = FileCounts { accepted: 1, ..FileCounts::default() };
    let (noon, later) = ("2026-01-05T12:00:00Z", "2026-01-05T12:00:00.1Z");
    assert_eq!(between(&world.ledger, noon, later), one);
    assert_eq!(between(&world.ledger, "2026-01-05T00:00:00Z", noon), FileCounts::default());
    assert_eq!(between(&world.ledger, later, "2026-01-06T00:00:00Z"), FileCounts::default());
}

#[test]
fn a_refused_file_is_open_until_its_name_is_taken() {
    let mut world = World::new();
    let refuse = |world: &mut World, arrived: &str, name: &str| {
        let (mut file, head) = world.next_file(arrived);
        file.name = name.to_owned();
        let take = world.ledger.begin_take(&world.account, incoming(&file)).expect("a take");
        take.refuse(&file, ("main", head)).expect("refused");
    };
    let open = |world: &World| {
        let span = (at("2026-01-05T00:00:00Z"), at("2026-01-08T00:00:00Z"));
        let found = world.ledger.refused_between(&world.account.id, span).expect("files");
        (found.count, found.newest.map(|newest| newest.file.name))
    };
    assert_eq!(open(&world), (0, None));
    refuse(&mut world, "2026-01-04", "too early.csv");
    refuse(&mut world, "2026-01-05", "a.csv");
    // The next file's own name: it is the fourth.
    refuse(&mut world, "2026-01-06", "file-4.csv");
    assert_eq!(open(&world), (2, Some("file-4.csv".to_owned())));
    world.take("2026-01-07", &[("2026-01-04", GOOGLE, "", money(1, 1))]);
    assert_eq!(open(&world), (1, Some("a.csv".to_owned())), "a file of that name was accepted");
    refuse(&mut world, "2026-01-07", "file-4.csv");
    assert_eq!(open(&world), (2, Some("file-4.csv".to_owned())), "and another one refused");
}

#[test]
fn facts_are_bounded_by_days_on_both_ends() {
    let mut world = World::new();
    let rows: Vec<_> = ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"]
        .into_iter()
        .map(|day| (day, GOOGLE, "", money(1, 1)))
        .collect();
    world.take("2026-01-05", &rows);
    let facts = world
        .ledger
        .facts(&world.account, Some(day("2026-01-02")), Some(day("2026-01-03")))
        .expect("facts");
    let days: Vec<_> = facts.iter().map(|fact| fact.day).collect();
    assert_eq!(days, [day("2026-01-02"), day("2026-01-03")]);
}
