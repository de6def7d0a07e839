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
        "column date holds weeks that start on Sunday (2014-08-03, lines 2 and 5, 2 rows) and Tuesday \
         (2014-08-12, line 4, 1 row); those of the account start on Monday, as line 3 does"
    );
}

#[test]
fn of_weeks_with_two_starts_the_fewer_are_odd_and_the_advice_stays_the_same() {
    let weekly = source(Grain::Week, "%Y-%m-%d");
    // Mondays, and one Tuesday.
    let texts = ["2014-08-04", "2014-08-11", "2014-08-19", "2014-08-25"];
    let (_, fault) = read_as(&weekly, Weekday::Mon, Purpose::Import, &texts);
    let fault = fault.expect("one odd date");
    assert_eq!(
        fault.to_string(),
        "column date holds weeks that start on Tuesday (2014-08-19, line 4, 1 row); those of the \
         account start on Monday, as 3 rows do"
    );
    let hint = "most weeks start on Monday: correct the other date";
    assert_eq!(fault.hint.as_deref(), Some(hint));
    // The same file for an account whose weeks start on Tuesday: the same date is odd.
    let (_, fault) = read_as(&weekly, Weekday::Tue, Purpose::Import, &texts);
    let fault = fault.expect("three Mondays");
    assert_eq!(
        fault.to_string(),
        "column date holds weeks that start on Monday (2014-08-04, line 2, 3 rows); those of the \
         account start on Tuesday, as line 4 does"
    );
    assert_eq!(
        fault.hint.as_deref(),
        Some(
            "most weeks start on Monday: correct the other date first; weekly history is not \
             re-cut: export weeks that start on Tuesday, or set week_starts_on = \"monday\" for the \
             account"
        )
    );
    let halves = ["2014-08-04", "2014-08-12"];
    let (_, fault) = read_as(&weekly, Weekday::Mon, Purpose::Import, &halves);
    let hint = fault.expect("as many of each").hint.expect("a remedy");
    assert!(hint.starts_with("no weekday has most of the weeks"), "{hint}");
}

#[test]
fn a_date_of_another_format_is_named_before_the_weekday_of_the_rest() {
    let weekly = source(Grain::Week, "%Y-%m-%d");
    let texts = ["2014-08-03", "8/10/2014"];
    let (_, fault) = read_as(&weekly, Weekday::Mon, Purpose::Import, &texts);
    assert_eq!(fault.expect("two formats").reason.code(), "mixed_dates");
}

#[test]
fn dates_in_words_beside_others_are_two_formats_of_the_column() {
    let daily = source(Grain::Day, "%Y-%m-%d");
    for (texts, expected) in [
        (
            ["2025-09-01", "Sep 2, 2025", "Sep 13, 2025"],
            "column date holds two formats: 2025-09-01 (line 2, 1 row) and Sep 2, 2025 (line 3, 2 rows)",
        ),
        (
            ["2 September 2025", "2025-09-01", "13 September 2025"],
            "column date holds two formats: 2 September 2025 (line 2, 2 rows) and 2025-09-01 (line 3, \
             1 row)",
        ),
        // In a language whose months no format names.
        (
            ["2025-09-01", "2. März 2025", "13. Okt. 2025"],
            "column date holds two formats: 2025-09-01 (line 2, 1 row) and 2. März 2025 (line 3, 2 rows)",
        ),
        (
            ["20250901", "2025-09-01", "20250913"],
            "column date holds two formats: 20250901 (line 2, 2 rows) and 2025-09-01 (line 3, 1 row)",
        ),
    ] {
        let (seen, fault) = read_as(&daily, Weekday::Mon, Purpose::Import, &texts);
        let fault = fault.expect("two formats");
        assert_eq!(fault.to_string(), expected);
        assert_eq!(fault.hint.as_deref(), Some("write every day as YYYY-MM-DD"), "{seen:?}");
    }
    let all = ["1 Sep 2025", "13 Sep 2025"];
    let (_, fault) = read_as(&daily, Weekday::Mon, Purpose::Import, &all);
    let fault = fault.expect("another format");
    assert_eq!(fault.reason.code(), "other_date_format");
    let hint = "write every day as YYYY-MM-DD, or set date_format = \"%-d %b %Y\" for the source";
    assert_eq!(fault.hint.as_deref(), Some(hint));
    let (seen, fault) =
        read_as(&daily, Weekday::Mon, Purpose::Import, &["13 Foo 2025", "20251301"]);
    assert_eq!((seen, fault), (vec!["not_a_day".to_owned(); 2], None));
}
