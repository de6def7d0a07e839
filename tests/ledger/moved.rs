//! Campaigns whose channel the source decides: whatever is delivered in whatever order, each is of one
//! channel on a day, and what went from its former one is told to the last paisa.

use std::collections::{BTreeMap, BTreeSet};

use budgetd::domain::{ChannelBy, Grain};
use budgetd::store::ledger::{Changes, Incoming};
use proptest::prelude::*;

use crate::world::{
    AFFILIATE, EMAIL, GOOGLE, Rows, World, changed, daily_row, day, incoming_as, money,
};

impl World {
    /// Takes a file of `source`, which decides the channel of each campaign.
    fn take_decided(&mut self, grain: Grain, source: &str, rows: &Rows<'_>) -> Changes {
        let (mut file, head) = self.next_file("2026-01-20");
        source.clone_into(&mut file.source);
        let channel_by = ChannelBy::Campaign;
        let incoming = Incoming { channel_by, ..incoming_as(&file, grain) };
        let mut take = self.ledger.begin_take(&self.account, incoming).expect("a take");
        for (index, row) in rows.iter().enumerate() {
            take.state(&daily_row(index, row)).expect("a row");
        }
        let changes = take.finish().expect("changes");
        if changes.is_duplicate {
            take.duplicate(&file, ("main", head)).expect("a duplicate");
        } else {
            take.accept(&file, ("main", head), &[]).expect("accepted");
        }
        changes
    }
}

const DAY: &str = "2026-01-04";

#[test]
fn what_remains_of_the_former_channel_keeps_its_file_and_is_told_before_and_after() {
    let mut world = World::new();
    let rows = [(DAY, GOOGLE, "a", money(300, 600)), (DAY, GOOGLE, "b", money(500, 900))];
    world.take_decided(Grain::Day, "ads", &rows);
    let changes = world.take_decided(Grain::Day, "ads", &[(DAY, EMAIL, "a", money(310, 600))]);
    assert_eq!((changes.added, changes.replaced, changes.dropped_rows()), (1, 1, 0));
    let told = &changes.replacements[0];
    assert_eq!(told.channel.as_ref().map(budgetd::domain::ChannelName::as_str), Some("Google Ads"));
    assert_eq!(changed(told), ["spend 8.00 → 5.00", "revenue 15.00 → 9.00"]);
    assert_eq!(changes.replaced_days(), Some((day(DAY), day(DAY))));
    let facts = world.facts();
    let found: Vec<_> = facts.iter().map(|fact| (fact.channel, fact.measures, fact.file)).collect();
    let expected =
        [(EMAIL, money(310, 600), World::digest(2)), (GOOGLE, money(500, 900), World::digest(1))];
    assert_eq!(found, expected);
    world.ledger.check_integrity().expect("a whole ledger");
}

#[test]
fn a_campaign_moves_with_all_of_its_ads_and_one_whose_ads_changed_does_not_move() {
    let mut world = World::new();
    let rows = [
        (DAY, GOOGLE, "a\u{1f}one", money(1, 1)),
        (DAY, GOOGLE, "a\u{1f}two", money(2, 2)),
        (DAY, GOOGLE, "\u{1f}one", money(4, 4)),
        (DAY, EMAIL, "b\u{1f}one", money(8, 8)),
    ];
    world.take_decided(Grain::Day, "ads", &rows);
    let rows = [
        (DAY, AFFILIATE, "a\u{1f}three", money(3, 3)),
        (DAY, AFFILIATE, "\u{1f}one", money(5, 5)),
        (DAY, EMAIL, "b\u{1f}two", money(9, 9)),
    ];
    let changes = world.take_decided(Grain::Day, "ads", &rows);
    let moved = changes.moved.expect("a moved");
    assert_eq!((moved.rows, moved.spend.as_deref()), (2, Some("0.03")));
    assert_eq!((moved.examples.len(), moved.examples[0].campaign.as_str()), (1, "a"));
    let dropped = changes.dropped.expect("b's first ad is gone");
    assert_eq!((dropped.rows, dropped.spend.as_deref()), (1, Some("0.08")));
    let values: Vec<_> =
        world.values().into_iter().map(|(_, channel, measures)| (channel, measures)).collect();
    assert_eq!(values, [(AFFILIATE, money(8, 8)), (EMAIL, money(9, 9)), (GOOGLE, money(4, 4))]);
}

#[test]
fn a_week_and_another_day_of_a_campaign_stay_where_they_are() {
    let mut world = World::new();
    world.take_decided(Grain::Week, "ads", &[(DAY, GOOGLE, "a", money(7, 7))]);
    let rows = [(DAY, GOOGLE, "a", money(1, 1)), ("2026-01-05", GOOGLE, "a", money(2, 2))];
    world.take_decided(Grain::Day, "ads", &rows);
    let changes = world.take_decided(Grain::Day, "ads", &[(DAY, EMAIL, "a", money(1, 1))]);
    assert_eq!(changes.moved.map(|moved| moved.rows), Some(1));
    let values =
        [(DAY.to_owned(), EMAIL, money(1, 1)), ("2026-01-05".to_owned(), GOOGLE, money(2, 2))];
    assert_eq!(world.values(), values);
    let weeks = world.ledger.period_facts(&world.account, Grain::Week, None, None).expect("weeks");
    assert_eq!(weeks.channels.len(), 1);
}

#[test]
fn a_campaign_of_another_source_stays_beside_one_that_moves() {
    let mut world = World::new();
    world.take_decided(Grain::Day, "web", &[(DAY, GOOGLE, "a", money(1, 1))]);
    world.take_decided(Grain::Day, "ads", &[(DAY, EMAIL, "b", money(2, 2))]);
    let rows = [(DAY, AFFILIATE, "a", money(4, 4)), (DAY, AFFILIATE, "b", money(8, 8))];
    let moved = world.take_decided(Grain::Day, "ads", &rows).moved.expect("b moved");
    assert_eq!((moved.rows, moved.examples[0].campaign.as_str()), (1, "b"));
    let values = [AFFILIATE, GOOGLE].map(|channel| {
        let spend = if channel == GOOGLE { 1 } else { 12 };
        (DAY.to_owned(), channel, money(spend, spend))
    });
    assert_eq!(world.values(), values);
}

#[test]
fn ten_campaigns_that_moved_are_listed_and_all_are_summed() {
    let mut world = World::new();
    let names: Vec<String> = (0..12).map(|number| format!("c{number:02}")).collect();
    let rows = |channel| -> Vec<_> {
        names.iter().map(|name| (DAY, channel, name.as_str(), money(100, 200))).collect()
    };
    world.take_decided(Grain::Day, "ads", &rows(GOOGLE));
    let moved = world.take_decided(Grain::Day, "ads", &rows(EMAIL)).moved.expect("all");
    assert_eq!((moved.rows, moved.spend.as_deref(), moved.examples.len()), (12, Some("12.00"), 10));
}

#[test]
fn a_file_that_is_not_accepted_moves_nothing() {
    let mut world = World::new();
    world.take_decided(Grain::Day, "ads", &[(DAY, GOOGLE, "a", money(1, 1))]);
    for refused in [true, false] {
        let (mut file, head) = world.next_file("2026-01-20");
        "ads".clone_into(&mut file.source);
        let channel_by = ChannelBy::Campaign;
        let incoming = Incoming { channel_by, ..incoming_as(&file, Grain::Day) };
        let mut take = world.ledger.begin_take(&world.account, incoming).expect("a take");
        take.state(&daily_row(0, &(DAY, EMAIL, "a", money(1, 1)))).expect("a row");
        assert!(take.finish().expect("changes").moved.is_some());
        if refused {
            take.refuse(&file, ("main", head)).expect("refused");
        } else {
            drop(take);
        }
        assert_eq!(world.values(), [(DAY.to_owned(), GOOGLE, money(1, 1))]);
    }
}

#[test]
fn what_is_rehearsed_is_what_the_ledger_then_says_and_changes_nothing() {
    let mut world = World::new();
    let rows = [
        (DAY, GOOGLE, "a", money(300, 600)),
        (DAY, GOOGLE, "b", money(500, 900)),
        (DAY, EMAIL, "c", money(700, 900)),
    ];
    world.take_decided(Grain::Day, "ads", &rows);
    world.take("2026-01-06", &[("2026-01-05", GOOGLE, "", money(40, 50))]);
    let rows = [(DAY, EMAIL, "a", money(310, 600)), ("2026-01-05", GOOGLE, "d", money(1, 1))];
    let mut stated = World::new();
    stated.take_decided(Grain::Day, "ads", &rows);
    let (mut file, _) = world.next_file("2026-01-20");
    "ads".clone_into(&mut file.source);
    let channel_by = ChannelBy::Campaign;
    let incoming = Incoming { channel_by, ..incoming_as(&file, Grain::Day) };
    let before = world.values();
    let days = (day(DAY), day("2026-01-05"));
    let rehearsed = world.ledger.rehearse(&world.account, incoming, &stated.ledger, days);
    let rehearsed = rehearsed.expect("rehearsed");
    assert_eq!(world.values(), before);
    assert_eq!(rehearsed, world.take_decided(Grain::Day, "ads", &rows));
    assert_eq!((rehearsed.replaced, rehearsed.dropped_rows()), (3, 2));
    assert_eq!(rehearsed.moved.map(|moved| moved.rows), Some(1));
    assert_eq!(rehearsed.other_sources.len(), 1);
}

const CAMPAIGNS: [&str; 4] = ["a", "b", "c", "d"];

/// A file: which channel each campaign has, and the spend of some campaigns on some days.
type File = ([usize; 4], Vec<(u64, usize, i128)>);

fn file() -> impl Strategy<Value = File> {
    let rows = prop::collection::vec((0..3u64, 0..4usize, 1..4i128), 1..8);
    ([0..3usize, 0..3usize, 0..3usize, 0..3usize], rows)
}

fn name(number: u64) -> String {
    (day("2026-01-01") + chrono::Days::new(number)).to_string()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn no_campaign_is_ever_of_two_channels_on_a_day_and_no_money_goes_untold(
        files in prop::collection::vec(file(), 1..6),
    ) {
        let mut world = World::new();
        // By day and channel, the spend of each campaign.
        let mut believed: BTreeMap<(u64, usize), BTreeMap<usize, i128>> = BTreeMap::new();
        for (channels, rows) in files {
            let mut stated: BTreeMap<(u64, usize), i128> = BTreeMap::new();
            for (day, campaign, spend) in rows {
                stated.entry((day, campaign)).or_insert(spend);
            }
            let texts: Vec<_> = stated.iter().map(|(&(day, campaign), &spend)| {
                (name(day), channels[campaign], CAMPAIGNS[campaign], money(spend, spend))
            }).collect();
            let told: Vec<_> = texts.iter().map(|(day, channel, campaign, money)| {
                (day.as_str(), *channel, *campaign, *money)
            }).collect();
            let changes = world.take_decided(Grain::Day, "ads", &told);
            let (mut moved, mut dropped) = (0, 0);
            let pairs: BTreeSet<_> =
                stated.keys().map(|&(day, campaign)| (day, channels[campaign])).collect();
            believed.retain(|&(day, channel), campaigns| {
                campaigns.retain(|&campaign, &mut spend| {
                    let is_stated = stated.contains_key(&(day, campaign));
                    if is_stated && channels[campaign] != channel {
                        moved += spend;
                    } else if !is_stated && pairs.contains(&(day, channel)) {
                        dropped += spend;
                    } else {
                        return true;
                    }
                    false
                });
                !campaigns.is_empty()
            });
            for ((day, campaign), spend) in stated {
                believed.entry((day, channels[campaign])).or_default().insert(campaign, spend);
            }
            let paise = |text: Option<&String>| text.map_or(0, |text| {
                text.replace('.', "").parse::<i128>().expect("digits")
            });
            let told = changes.moved.as_ref().and_then(|moved| moved.spend.as_ref());
            prop_assert_eq!(paise(told), moved);
            let told = changes.dropped.as_ref().and_then(|dropped| dropped.spend.as_ref());
            prop_assert_eq!(paise(told), dropped);
            let expected: Vec<_> = believed.iter().map(|(&(day, channel), campaigns)| {
                let spend = campaigns.values().sum();
                (name(day), channel, money(spend, spend))
            }).collect();
            prop_assert_eq!(world.values(), expected);
        }
        world.ledger.check_integrity().expect("a whole ledger");
    }
}
