use super::*;
use crate::domain::{AccountId, Channel, Conversions, Currency, Day, Instant, Money};

fn account(absent_days: AbsentDays) -> Account {
    let named = |text: &str| Channel::named(ChannelName::new(text).expect("a name"));
    let mut account = Account::with_shipped_settings(
        AccountId::new("main").expect("an id"),
        Currency::from_code("INR").expect("known"),
        chrono_tz::Asia::Kolkata,
        Money::from_minor(50_000_000),
        vec![named("Email"), named("Google Ads")],
    );
    account.gate.absent_days = absent_days;
    account
}

fn fact(day: &str, channel: usize, spend: i128, arrived_at: &str) -> DayFact {
    DayFact {
        day: day.parse().expect("a day"),
        channel,
        measures: Measures {
            spend: Money::from_minor(spend),
            revenue: Money::from_minor(spend * 2),
            ..Measures::NONE
        },
        arrived_at: arrived_at.parse::<Instant>().expect("an instant"),
        file: Digest::of(day.as_bytes()),
    }
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// Rows for both channels on each day of the week of 5 January 2026, arriving the day after.
fn full_week() -> Vec<DayFact> {
    (5..=11)
        .flat_map(|date| {
            let arrived = format!("2026-01-{:02}T01:00:00Z", date + 1);
            [0, 1].map(|channel| fact(&format!("2026-01-{date:02}"), channel, 100, &arrived))
        })
        .collect()
}

#[test]
fn weeks_are_full_and_gaps_explicit() {
    let account = account(AbsentDays::Missing);
    let decision_week = account.week_of(day("2026-01-19"));
    let facts = [
        fact("2026-01-07", 1, 300, "2026-01-08T01:00:00Z"),
        fact("2026-01-12", 1, 500, "2026-01-13T01:00:00Z"),
        fact("2026-01-19", 1, 900, "2026-01-20T01:00:00Z"),
    ];
    let history = WeeklyHistory::build(&account, decision_week, &facts);
    assert_eq!(history.weeks.len(), 2);
    assert_eq!(history.weeks[0].to_string(), "2026-01-05");
    let google = &history.channels[1];
    assert_eq!(google.weeks[0].measures.spend, Money::from_minor(300));
    assert_eq!(google.weeks[0].days, DaySet::default().with(2));
    assert_eq!(google.weeks[1].measures.spend, Money::from_minor(500));
    assert_eq!(history.channels[0].weeks[1], ChannelWeek::default());
    assert_eq!(history.newest(8), 0..2);
    assert_eq!(history.newest(1), 1..2);
}

#[test]
fn a_day_counts_once_its_row_arrived_after_it_ended() {
    let account = account(AbsentDays::Missing);
    let week = account.week_of(day("2026-01-05"));
    let mut facts = full_week();
    assert_eq!(missing_days(&account, week, &facts), []);
    // 18:30 UTC is midnight in Kolkata; a second earlier the day has not ended.
    facts[12].arrived_at = "2026-01-11T18:29:59Z".parse().expect("an instant");
    facts[13].arrived_at = "2026-01-11T18:30:00Z".parse().expect("an instant");
    facts.remove(0);
    let missing = missing_days(&account, week, &facts);
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].channel.as_str(), "Email");
    assert_eq!(missing[0].absent, [day("2026-01-05")]);
    assert_eq!(missing[0].early, [day("2026-01-11")]);
}

#[test]
fn a_paused_channel_is_not_waited_for() {
    let mut account = account(AbsentDays::Missing);
    account.channels[0].paused = true;
    let facts: Vec<DayFact> = full_week().into_iter().filter(|fact| fact.channel == 1).collect();
    assert_eq!(missing_days(&account, account.week_of(day("2026-01-05")), &facts), []);
}

#[test]
fn an_absent_day_is_no_spend_only_when_declared_and_reported_on() {
    let week = account(AbsentDays::Zero).week_of(day("2026-01-05"));
    let without = |channel: usize, date: &str| -> Vec<DayFact> {
        let gone = (channel, day(date));
        full_week().into_iter().filter(|fact| (fact.channel, fact.day) != gone).collect()
    };
    // Sunday's Email row is absent; Google's row of the same day arrived after the day ended.
    let facts = without(0, "2026-01-11");
    assert_eq!(missing_days(&account(AbsentDays::Missing), week, &facts).len(), 1);
    assert_eq!(missing_days(&account(AbsentDays::Zero), week, &facts), []);
    // If Google's row came before the day ended, nobody has reported on the day yet.
    let mut early = facts.clone();
    early.last_mut().expect("thirteen").arrived_at =
        "2026-01-11T10:00:00Z".parse().expect("an instant");
    let missing = missing_days(&account(AbsentDays::Zero), week, &early);
    assert_eq!(missing[0].absent, [day("2026-01-11")]);
    // A row of Monday that arrives on Tuesday speaks for Sunday too.
    early.push(fact("2026-01-12", 1, 1, "2026-01-13T01:00:00Z"));
    let missing = missing_days(&account(AbsentDays::Zero), week, &early);
    assert_eq!(missing.len(), 1);
    assert_eq!((missing[0].absent.len(), missing[0].early.len()), (0, 1));
    // The history marks such a day as present.
    let history = WeeklyHistory::build(&account(AbsentDays::Zero), week.forward(1), &facts);
    assert!(history.channels[0].weeks[0].is_complete());
}

#[test]
fn undefined_key_figures_are_absent() {
    let nothing = Kpis::of(&Measures::NONE, 2);
    assert_eq!((nothing.roi, nothing.ctr, nothing.cpa), (None, None, None));
    // By hand: 1,712 earned on 1,000; 40 clicks of 2,000 views; 8 conversions.
    let kpis = Kpis::of(
        &Measures {
            spend: Money::from_minor(100_000),
            revenue: Money::from_minor(171_200),
            impressions: Some(2_000),
            clicks: Some(40),
            conversions: Some(Conversions::from_millionths(8_000_000)),
        },
        2,
    );
    let text = |ratio: Option<Ratio>| ratio.expect("defined").to_decimal();
    assert_eq!(text(kpis.roi), "0.712000");
    assert_eq!(text(kpis.roas), "1.712000");
    assert_eq!(text(kpis.ctr), "0.020000");
    assert_eq!(text(kpis.cpc), "25.000000");
    assert_eq!(text(kpis.cvr), "0.200000");
    assert_eq!(text(kpis.cpa), "125.000000");
}
