//! What is known of weeks, months and the whole business, and of days that lack a figure.

use budgetd::audit::ChainHead;
use budgetd::domain::{
    Account, AccountId, Channel, ChannelBy, ChannelName, Conversions, Currency, Day, Digest,
    Figures, FineMoney, Grain, Money, StatedRow, Subject,
};
use budgetd::store::ledger::{Incoming, Ledger, NewFile};

use super::place::{CHANNELS, HEADER, Place, days};

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn account() -> Account {
    let named = |name: &&str| Channel::named(ChannelName::new(name).expect("a name"));
    Account::with_shipped_settings(
        AccountId::new("main").expect("an id"),
        Currency::from_code("INR").expect("known"),
        chrono_tz::Asia::Kolkata,
        Money::from_minor(50_000_000),
        CHANNELS.iter().map(named).collect(),
    )
}

/// Puts rows of a grain into the place's ledger, as a source of that grain states them.
fn state(place: &Place, grain: Grain, rows: &[StatedRow<'_>]) {
    let at = "2026-01-20T00:00:00Z".parse().expect("an instant");
    let mut ledger = Ledger::open(&place.at("state/ledger.db")).expect("a ledger");
    let claim = format!("claim {}", grain.word());
    let incoming = Incoming {
        claim: &claim,
        arrived_at: at,
        grain,
        name: "periods.csv",
        source: "long",
        channel_by: ChannelBy::Row,
    };
    let mut take = ledger.begin_take(&account(), incoming).expect("begun");
    for row in rows {
        take.state(row).expect("stated");
    }
    let file = NewFile {
        claim: claim.clone(),
        name: "periods.csv".to_owned(),
        sha256: Digest::of(claim.as_bytes()),
        bytes: 1,
        rows: rows.len() as u64,
        first_day: Some(rows[0].day),
        last_day: Some(rows[0].day),
        arrived_at: at,
        taken_at: at,
        archived: None,
        answer_name: String::new(),
        answer: String::new(),
        source: "periods".to_owned(),
        replaced: 0,
    };
    let head = ChainHead { seq: 1, hash: Digest::of(b"") };
    take.accept(&file, ("a chain of this test", head), &[]).expect("accepted");
}

#[expect(clippy::unnecessary_wraps, reason = "it stands where a figure may be unknown")]
fn money(minor: i128) -> Option<FineMoney> {
    Some(FineMoney::whole(Money::from_minor(minor)))
}

fn row(day: Day, subject: Subject, figures: Figures, controls: &str) -> StatedRow<'_> {
    StatedRow { line: 2, day, subject, campaign: "", figures, controls }
}

/// The account's channels by name: Affiliate, Email, Google Ads, Meta Ads.
const EMAIL: Subject = Subject::Channel(1);

#[test]
fn weeks_and_months_stay_what_they_are_and_a_figure_that_is_not_known_is_blank() {
    let place = Place::new();
    let figures = Figures {
        spend: money(12_350),
        conversions: Some(Conversions::from_millionths(2_500_000)),
        ..Figures::NONE
    };
    state(&place, Grain::Week, &[row(day("2026-01-05"), EMAIL, figures, "")]);
    let said = place.run(&["facts", "--grain", "week"]).ends(0).stdout;
    assert_eq!(said, format!("{HEADER}\n2026-01-05,Email,123.50,,,2.5,\n"));
    for arguments in [&["facts"][..], &["facts", "--grain", "day"], &["facts", "--grain", "month"]]
    {
        assert_eq!(place.run(arguments).ends(0).stdout, format!("{HEADER}\n"), "{arguments:?}");
    }
    let value = place.run(&["facts", "--grain", "week", "--json"]).ends(0).json();
    assert_eq!(value["facts"][0]["spend"], "123.50");
    assert_eq!(value["facts"][0]["revenue"], serde_json::Value::Null);
    place.run(&["facts", "--grain", "year"]).ends(2);
    // The week of a day is asked for by any of its days.
    for (from, to, is_there) in [
        ("2026-01-11", "2026-01-20", true),
        ("2026-01-12", "2026-01-20", false),
        ("2026-01-01", "2026-01-05", true),
        ("2026-01-01", "2026-01-04", false),
    ] {
        let asked = ["facts", "--grain", "week", "--from", from, "--to", to];
        let said = place.run(&asked).ends(0).stdout;
        assert_eq!(said.contains("2026-01-05,Email"), is_there, "{from} {to}");
    }
}

#[test]
fn the_outcome_stands_with_its_controls_in_the_files_order() {
    let place = Place::new();
    let outcome = |minor| Figures { revenue: money(minor), ..Figures::NONE };
    let rows = [
        row(
            day("2026-01-05"),
            Subject::Business,
            outcome(100_000),
            r#"{"temp":"-3.5","promo":"=1"}"#,
        ),
        row(day("2026-01-12"), Subject::Business, outcome(-250), r#"{"temp":"","price":"9.99"}"#),
    ];
    state(&place, Grain::Week, &rows);
    let said = place.run(&["facts", "--grain", "week", "--outcome"]).ends(0).stdout;
    // A negative number is no formula; what begins with an equals sign would be.
    let expected = "date,revenue,temp,promo,price\n\
                    2026-01-05,1000.00,-3.5,'=1,\n\
                    2026-01-12,-2.50,,,9.99\n";
    assert_eq!(said, expected);
    assert_eq!(place.run(&["facts", "--outcome"]).ends(0).stdout, "date,revenue\n");
}

#[test]
fn a_day_without_revenue_is_counted_by_status_and_shown_with_a_blank() {
    let place = Place::new();
    place.write("a.csv", &days("2026-01-05", "2026-01-05"));
    place.run(&["import", "a.csv"]).ends(0);
    assert!(!place.run(&["status"]).ends(0).stdout.contains("channel day has spend"));
    let figures = Figures { spend: money(100), ..Figures::NONE };
    state(&place, Grain::Day, &[row(day("2026-01-06"), EMAIL, figures, "")]);
    let said = place.run(&["status"]).ends(0).stdout;
    assert!(said.contains("1 channel day has spend and no revenue"), "{said}");
    let value = place.run(&["status", "--json"]).ends(0).json();
    assert_eq!(value["accounts"][0]["channel_days_unknown"]["without_revenue"], 1);
    assert!(!place.run(&["facts"]).ends(0).stdout.contains("2026-01-06"));
    let said = place.run(&["facts", "--grain", "day", "--from", "2026-01-06"]).ends(0).stdout;
    assert_eq!(said, format!("{HEADER}\n2026-01-06,Email,1.00,,,,\n"));
}
