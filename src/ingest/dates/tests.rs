//! Dates of each grain against the clock, the account's window and its weeks.

use chrono::Weekday;

use super::*;
use crate::domain::source::DatedBy;
use crate::domain::{Account, AccountId, Channel, ChannelName, Currency, Limits, Money, Source};

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn account(week_starts_on: Weekday) -> Account {
    let mut account = Account::with_shipped_settings(
        AccountId::new("main").expect("an id"),
        Currency::from_code("INR").expect("a currency"),
        chrono_tz::Asia::Kolkata,
        Money::from_minor(50_000_000),
        vec![Channel::named(ChannelName::new("Email").expect("a name"))],
    );
    account.week_starts_on = week_starts_on;
    account
}

fn source(grain: Grain, date_format: &str) -> Source {
    Source { grain, date_format: date_format.to_owned(), ..Source::long() }
}

/// Each text as its day, or the code of its fault; and the fault of the whole column.
fn read_as(
    source: &Source,
    week_starts_on: Weekday,
    purpose: Purpose,
    texts: &[&str],
) -> (Vec<String>, Option<Fault>) {
    let account = account(week_starts_on);
    let context = Context {
        account: &account,
        source,
        today: day("2025-09-15"),
        limits: Limits::default(),
        file_name: "file.csv",
        purpose,
    };
    let mut dates = Dates::new(&context);
    let mut seen = Vec::new();
    for (line, text) in (2..).zip(texts) {
        seen.push(match dates.read(text.as_bytes(), line) {
            DateCell::Day(day) => day.to_string(),
            DateCell::OtherFormat => "named at the end".to_owned(),
            DateCell::Fault(reason, _) => reason.code().to_owned(),
        });
    }
    (seen, dates.finish("date"))
}

fn import(source: &Source, texts: &[&str]) -> Vec<String> {
    let (seen, fault) = read_as(source, Weekday::Mon, Purpose::Import, texts);
    assert_eq!(fault, None);
    seen
}

#[test]
fn the_inbox_takes_no_day_older_than_its_window_and_import_takes_any() {
    let daily = source(Grain::Day, "%Y-%m-%d");
    let texts = ["2022-09-14", "2022-09-15", "2025-09-15", "1969-12-31", "2025-09-16"];
    let (seen, _) = read_as(&daily, Weekday::Mon, Purpose::Inbox, &texts);
    let in_window = ["outside_window", "2022-09-15", "2025-09-15", "day_too_old", "future_day"];
    assert_eq!(seen, in_window);
    assert_eq!(import(&daily, &["1970-01-01", "2022-09-14"]), ["1970-01-01", "2022-09-14"]);
}

#[test]
fn a_month_may_be_named_alone_and_is_its_first_day() {
    let texts = ["2024-02", "2024-2", "2024-02-01", "2024-13", "2025-09", "2025-10"];
    let expected =
        ["2024-02-01", "not_a_day", "named at the end", "not_a_day", "open_period", "future_day"];
    let (seen, fault) =
        read_as(&source(Grain::Month, "%Y-%m"), Weekday::Mon, Purpose::Import, &texts);
    assert_eq!(seen, expected);
    assert_eq!(
        fault.expect("a day where a month was meant").to_string(),
        "column date holds two formats: 2024-02 (line 2, 3 rows) and 2024-02-01 (line 4, 1 row)"
    );
    assert_eq!(import(&source(Grain::Month, "%b %Y"), &["Feb 2024"]), ["2024-02-01"]);
    assert_eq!(import(&source(Grain::Month, "%B %Y"), &["February 2024"]), ["2024-02-01"]);
    assert_eq!(import(&source(Grain::Month, "%m/%Y"), &["02/2024", "2/2024"])[1], "not_a_day");
    assert_eq!(import(&source(Grain::Day, "%Y-%m"), &["2024-02"]), ["not_a_day"]);
}

#[test]
fn a_month_is_dated_by_the_day_that_its_source_says() {
    let first = source(Grain::Month, "%Y-%m-%d");
    let texts = ["2024-02-01", "2024-02-29", "2024-02-15", "2025-09-01"];
    let expected = ["2024-02-01", "inside_month", "inside_month", "open_period"];
    assert_eq!(import(&first, &texts), expected);
    let last = Source { dated_by: DatedBy::Last, ..first };
    let texts = ["2024-02-29", "2023-02-28", "2024-02-28", "2024-12-31", "2024-02-01"];
    let expected = ["2024-02-01", "2023-02-01", "inside_month", "2024-12-01", "inside_month"];
    assert_eq!(import(&last, &texts), expected);
}

#[test]
fn a_week_is_named_by_its_first_day_whichever_day_dates_it() {
    let first = source(Grain::Week, "%-m/%-d/%Y");
    assert_eq!(import(&first, &["4/2/2018", "8/30/2021"]), ["2018-04-02", "2021-08-30"]);
    // The week of Monday 2025-09-08 ended on the 14th, that of the 15th has begun.
    assert_eq!(import(&first, &["9/8/2025", "9/15/2025"]), ["2025-09-08", "open_period"]);
    let last = Source { dated_by: DatedBy::Last, ..first };
    assert_eq!(import(&last, &["9/14/2025", "4/8/2018"]), ["2025-09-08", "2018-04-02"]);
}

#[test]
fn weeks_of_another_weekday_are_named_once_and_never_cut_again() {
    let weekly = source(Grain::Week, "%Y-%m-%d");
    let texts = ["2014-08-03", "2014-08-10", "2014-08-17"];
    let (seen, fault) = read_as(&weekly, Weekday::Mon, Purpose::Import, &texts);
    assert_eq!(seen, ["named at the end"; 3]);
    let fault = fault.expect("the account's weeks are others");
    assert_eq!(
        fault.to_string(),
        "column date holds weeks that start on Sunday (2014-08-03, line 2, 3 rows); those of \
         the account start on Monday"
    );
    assert_eq!(
        fault.hint.as_deref(),
        Some(
            "weekly history is not re-cut: export weeks that start on Monday, or set \
              week_starts_on = \"sunday\" for the account"
        )
    );
    let (seen, fault) = read_as(&weekly, Weekday::Sun, Purpose::Import, &texts);
    assert_eq!((seen, fault), (texts.map(str::to_owned).to_vec(), None));
    let last = Source { dated_by: DatedBy::Last, ..weekly.clone() };
    let (_, fault) = read_as(&last, Weekday::Mon, Purpose::Import, &["2014-08-02"]);
    let fault = fault.expect("a week that ends on Saturday");
    assert_eq!(
        fault.to_string(),
        "column date holds weeks that end on Saturday (2014-08-02, line 2, 1 row); those of the \
         account end on Sunday"
    );
    assert!(fault.hint.expect("a remedy").contains("week_starts_on = \"sunday\""));
    let mixed = ["2014-08-03", "2014-08-04", "2014-08-12", "2014-08-10"];
    let (seen, fault) = read_as(&weekly, Weekday::Mon, Purpose::Import, &mixed);
    assert_eq!(seen[1], "2014-08-04");
    assert_eq!(
        fault.expect("two other weekdays").to_string(),
        "column date holds weeks that start on Sunday (2014-08-03, line 2, 2 rows) and Tuesday \
         (2014-08-12, line 4, 1 row); those of the account start on Monday"
    );
}

#[test]
fn a_date_of_another_format_is_named_before_the_weekday_of_the_rest() {
    let weekly = source(Grain::Week, "%Y-%m-%d");
    let texts = ["2014-08-03", "8/10/2014"];
    let (_, fault) = read_as(&weekly, Weekday::Mon, Purpose::Import, &texts);
    assert_eq!(fault.expect("two formats").reason.code(), "mixed_dates");
}
