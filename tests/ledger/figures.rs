//! What may be stated of a day, and what of it is believed: exact money, figures that aren't
//! known, grains beside each other, and rows of the whole business.

use budgetd::domain::{Figures, FineMoney, Grain, Measures, Money, StatedRow, Subject};
use budgetd::store::ledger::{Changes, UnknownCounts};

use crate::world::{EMAIL, GOOGLE, World, changed, day, incoming_as, money};

/// Euros of six digits, as micros.
fn micros(micros: i128) -> Option<FineMoney> {
    let rest = u64::try_from(micros % 10_000).expect("positive") * 100_000_000_000_000;
    FineMoney::new(Money::from_minor(micros / 10_000), rest)
}

fn row<'a>(
    line: u64,
    day_text: &str,
    channel: usize,
    campaign: &'a str,
    figures: Figures,
) -> StatedRow<'a> {
    let subject = Subject::Channel(channel);
    StatedRow { line, day: day(day_text), subject, campaign, figures, controls: "" }
}

fn spend(spend: Option<FineMoney>) -> Figures {
    Figures { spend, revenue: Some(FineMoney::ZERO), ..Figures::NONE }
}

impl World {
    fn take_as(&mut self, grain: Grain, rows: &[StatedRow<'_>]) -> Changes {
        let (file, head) = self.next_file("2026-01-05");
        let incoming = incoming_as(&file, grain);
        let mut take = self.ledger.begin_take(&self.account, incoming).expect("a take");
        for row in rows {
            take.state(row).expect("a row");
        }
        let changes = take.finish().expect("changes");
        if changes.is_duplicate {
            take.duplicate(&file, ("main", head)).expect("a duplicate");
        } else {
            take.accept(&file, ("main", head), &[]).expect("accepted");
        }
        changes
    }

    fn spends(&self) -> Vec<i128> {
        self.facts().iter().map(|fact| fact.measures.spend.minor()).collect()
    }
}

#[test]
fn micros_are_summed_exactly_and_rounded_once_a_day() {
    // google_ads_micros_eur.csv: 68.1843 + 83.6243 = 151.8086; 53.2243 + 89.3243 = 142.5486;
    // 46.3943 + 87.4743 = 133.8686. Row by row each day would have a cent less.
    let rows = [
        ("2025-09-01", "Marke", 68_184_300),
        ("2025-09-01", "Herbst", 83_624_300),
        ("2025-09-02", "Marke", 53_224_300),
        ("2025-09-02", "Herbst", 89_324_300),
        ("2025-09-03", "Marke", 46_394_300),
        ("2025-09-03", "Herbst", 87_474_300),
    ];
    let rows: Vec<_> = (2..)
        .zip(rows)
        .map(|(line, (day, campaign, cost))| row(line, day, GOOGLE, campaign, spend(micros(cost))))
        .collect();
    let mut world = World::new();
    world.take_as(Grain::Day, &rows);
    assert_eq!(world.spends(), [15_181, 14_255, 13_387]);
    assert_eq!(world.spends().iter().sum::<i128>(), 42_823, "428.23, as the report's own total");
    // What is kept is exact: 428.2258.
    let kept = world.ledger.period_facts(&world.account, Grain::Day, None, None).expect("facts");
    let exact = kept.channels.iter().filter_map(|fact| fact.figures.spend);
    let total = exact.fold(FineMoney::ZERO, FineMoney::plus);
    assert_eq!(Some(total), micros(428_225_800));
}

#[test]
fn a_half_goes_to_the_even_side() {
    let half = FineMoney::REST_PER_MINOR / 2;
    let fine = |minor, rest| FineMoney::new(Money::from_minor(minor), rest);
    let mut world = World::new();
    world.take_as(
        Grain::Day,
        &[
            // 0.5 and 0.5 are 1; 1.5 is 2; 2.5 is 2; 2.5 and the least there is are 3; -0.5 is 0.
            row(2, "2026-01-01", GOOGLE, "a", spend(fine(0, half))),
            row(3, "2026-01-01", GOOGLE, "b", spend(fine(0, half))),
            row(4, "2026-01-02", GOOGLE, "", spend(fine(1, half))),
            row(5, "2026-01-03", GOOGLE, "", spend(fine(2, half))),
            row(6, "2026-01-04", GOOGLE, "a", spend(fine(2, half))),
            row(7, "2026-01-04", GOOGLE, "b", spend(fine(0, 1))),
            row(8, "2026-01-05", GOOGLE, "", spend(fine(-1, half))),
        ],
    );
    assert_eq!(world.spends(), [1, 2, 2, 3, 0]);
}

#[test]
fn a_day_without_known_revenue_is_no_fact_and_is_counted() {
    let five = Some(FineMoney::whole(Money::from_minor(500)));
    let spend_only = Figures { spend: five, ..Figures::NONE };
    let revenue_only = Figures { revenue: five, ..Figures::NONE };
    let both = Figures { spend: five, revenue: five, ..Figures::NONE };
    let mut world = World::new();
    world.take_as(
        Grain::Day,
        &[
            row(2, "2026-01-01", GOOGLE, "", both),
            row(3, "2026-01-02", GOOGLE, "", spend_only),
            row(4, "2026-01-03", GOOGLE, "", revenue_only),
            row(5, "2026-01-04", GOOGLE, "", Figures { clicks: Some(4), ..Figures::NONE }),
            // One campaign's revenue is known, the other's isn't: their sum isn't either.
            row(6, "2026-01-05", GOOGLE, "a", both),
            row(7, "2026-01-05", GOOGLE, "b", spend_only),
        ],
    );
    let facts = world.values();
    assert_eq!(facts, [("2026-01-01".to_owned(), GOOGLE, money(500, 500))]);
    let unknown = world.ledger.unknown_facts(&world.account, None, None).expect("facts");
    let counts = UnknownCounts { without_revenue: 2, without_spend: 1, without_both: 1 };
    assert_eq!(UnknownCounts::of(&unknown), counts);
    let last = unknown.last().expect("the fifth day");
    let ten = Some(FineMoney::whole(Money::from_minor(1_000)));
    assert_eq!((last.figures.spend, last.figures.revenue), (ten, None));
    // A value that comes is a correction, and one that goes is one.
    let changes = world.take_as(Grain::Day, &[row(2, "2026-01-02", GOOGLE, "", both)]);
    assert_eq!(changed(&changes.replacements[0]), ["revenue - → 5.00"]);
    let changes = world.take_as(Grain::Day, &[row(2, "2026-01-02", GOOGLE, "", revenue_only)]);
    assert_eq!(changed(&changes.replacements[0]), ["spend 5.00 → -"]);
    assert_eq!(world.values(), facts);
}

#[test]
fn zero_is_not_the_same_as_not_known() {
    let zero = Figures::from(money(0, 0));
    let unknown = Figures { spend: Some(FineMoney::ZERO), ..Figures::NONE };
    let mut world = World::new();
    world.take_as(Grain::Day, &[row(2, "2026-01-01", GOOGLE, "", zero)]);
    let changes = world.take_as(Grain::Day, &[row(2, "2026-01-01", GOOGLE, "", unknown)]);
    assert_eq!(changed(&changes.replacements[0]), ["revenue 0.00 → -"]);
    assert!(world.facts().is_empty());
}

#[test]
fn a_change_finer_than_the_minor_unit_is_told_with_its_digits() {
    let mut world = World::new();
    world.take_as(Grain::Day, &[row(2, "2026-01-01", GOOGLE, "", spend(micros(68_184_300)))]);
    let changes =
        world.take_as(Grain::Day, &[row(2, "2026-01-01", GOOGLE, "", spend(micros(68_184_400)))]);
    assert_eq!(changed(&changes.replacements[0]), ["spend 68.1843 → 68.1844"]);
    assert_eq!(world.spends(), [6_818]);
}

#[test]
fn weeks_and_months_lie_beside_the_days_that_they_cover() {
    let mut world = World::new();
    let figures = |spend| Figures::from(money(spend, 1));
    let first = |spend| [row(2, "2026-06-01", GOOGLE, "", figures(spend))];
    for (grain, spend) in [(Grain::Day, 1), (Grain::Week, 7), (Grain::Month, 30)] {
        assert_eq!(world.take_as(grain, &first(spend)).new_days, 1, "{grain:?}");
    }
    assert!(world.take_as(Grain::Week, &first(7)).is_duplicate);
    let changes = world.take_as(Grain::Month, &first(31));
    assert_eq!(changed(&changes.replacements[0]), ["spend 0.30 → 0.31"]);
    // Decisions look at days only.
    assert_eq!(world.spends(), [1]);
    let months = world.ledger.period_facts(&world.account, Grain::Month, None, None);
    assert_eq!(months.expect("facts").channels[0].figures, figures(31));
    let later = world.ledger.fact_days(&world.account.id, Grain::Week).expect("days");
    assert_eq!(later, Some((day("2026-06-01"), day("2026-06-01"))));
}

#[test]
fn the_business_has_rows_of_its_own_with_their_controls() {
    let business = |controls: &'static str, revenue: i128| StatedRow {
        line: 2,
        day: day("2026-01-01"),
        subject: Subject::Business,
        campaign: "",
        figures: Figures { revenue: Some(Money::from_minor(revenue).into()), ..Figures::NONE },
        controls,
    };
    let (quiet, fair) = (r#"{"event":"none"}"#, r#"{"event":"fair"}"#);
    let mut world = World::new();
    let email = row(2, "2026-01-01", EMAIL, "", Figures::from(money(1, 2)));
    world.take_as(Grain::Day, &[email, business(quiet, 900)]);
    // No channel's figures are touched by it.
    assert_eq!(world.values(), [("2026-01-01".to_owned(), EMAIL, money(1, 2))]);
    assert!(world.ledger.unknown_facts(&world.account, None, None).expect("facts").is_empty());
    assert!(world.ledger.channels_left_out(&world.account).expect("channels").is_empty());
    assert!(world.take_as(Grain::Day, &[business(quiet, 900)]).is_duplicate);
    let told = |changes: &Changes| {
        assert_eq!((changes.replaced, &changes.replacements[0].channel), (1, &None));
        changed(&changes.replacements[0])
    };
    let changes = world.take_as(Grain::Day, &[business(fair, 900)]);
    assert_eq!(told(&changes), ["controls - → -"]);
    let changes = world.take_as(Grain::Day, &[business("", 1_000)]);
    assert_eq!(told(&changes), ["revenue 9.00 → 10.00", "controls - → -"]);
    world.take_as(Grain::Day, &[business(fair, 1_000)]);
    let facts = world.ledger.period_facts(&world.account, Grain::Day, None, None).expect("facts");
    assert_eq!((facts.channels.len(), facts.business.len()), (1, 1));
    assert_eq!(
        (facts.business[0].first_day, &*facts.business[0].controls),
        (day("2026-01-01"), fair)
    );
    assert_eq!(facts.business[0].figures, business(fair, 1_000).figures);
    world.ledger.check_integrity().expect("a whole ledger");
}

#[test]
fn what_was_replaced_up_to_a_day_can_be_asked_for() {
    let days = ["2026-01-01", "2026-01-05", "2026-01-09"];
    let rows = |spend| -> Vec<StatedRow<'static>> {
        let both = |day| {
            [EMAIL, GOOGLE].map(|channel| row(2, day, channel, "", Figures::from(money(spend, 1))))
        };
        days.into_iter().flat_map(both).collect()
    };
    let mut world = World::new();
    world.take_as(Grain::Day, &rows(100));
    let changes = world.take_as(Grain::Day, &rows(250));
    assert_eq!(changes.replaced_days(), Some((day(days[0]), day(days[2]))));
    assert_eq!(changes.replaced_until(day("2025-12-31")), None);
    let closed = changes.replaced_until(day("2026-01-05")).expect("two days");
    assert_eq!((closed.pairs, closed.examples.len()), (4, 4));
    assert_eq!((closed.first_day, closed.last_day), (day(days[0]), day(days[1])));
    assert_eq!(changed(&closed.examples[0]), ["spend 1.00 → 2.50"]);
    let all: Measures = money(250, 1);
    assert!(world.values().iter().all(|(.., measures)| *measures == all));
}
