//! What is due, held against another program: `systemd-analyze calendar` lists the runs of five zones
//! over ten years, changes of daylight saving and all, and so must we. Where it isn't installed the
//! test says so by name.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

use std::collections::BTreeMap;
use std::process::Command;

use budgetd::domain::{Account, AccountId, Channel, ChannelName, Currency, Instant, Money, Week};
use budgetd::workflow::{due, is_behind, latest_run, next_run, scheduled_at};
use chrono::{Duration, NaiveDateTime, Weekday};
use chrono_tz::Tz;

/// From the first to behind the last: ten years in which the rules of all zones are history.
const FIRST: &str = "2015-01-04";
const WEEKS: u32 = 522;

/// Each zone with what is odd about its clock.
const ZONES: [Tz; 5] = [
    // No changes, half an hour off.
    chrono_tz::Asia::Kolkata,
    chrono_tz::Europe::Berlin,
    chrono_tz::America::New_York,
    // Its clock goes from midnight to one, so that some Sundays have no midnight.
    chrono_tz::America::Santiago,
    // Its clock goes by half an hour.
    chrono_tz::Australia::Lord_Howe,
];

/// As we write them, and as systemd does.
const SCHEDULES: [(&str, &str); 6] = [
    ("0 0 6 * * Mon", "Mon *-*-* 06:00:00"),
    ("0 30 2 * * Sun", "Sun *-*-* 02:30:00"),
    ("0 10 2 * * Sun", "Sun *-*-* 02:10:00"),
    ("0 30 1 * * Sun", "Sun *-*-* 01:30:00"),
    ("0 0 0 * * Sun", "Sun *-*-* 00:00:00"),
    ("59 59 23 * * Sat", "Sat *-*-* 23:59:59"),
];

fn account(zone: Tz, schedule: &str) -> Account {
    let mut account = Account::with_shipped_settings(
        AccountId::new("main").expect("an id"),
        Currency::from_code("INR").expect("known"),
        zone,
        Money::from_minor(50_000_000),
        vec![Channel::named(ChannelName::new("Email").expect("a name"))],
    );
    schedule.clone_into(&mut account.schedule);
    account.week_starts_on = Weekday::Sun;
    account
}

fn week(first: &str) -> Week {
    Week::starting(first.parse().expect("a day"))
}

/// The runs that systemd names, in UTC; `None` where it isn't there.
fn runs_of_systemd(zone: Tz, calendar: &str) -> Option<Vec<Instant>> {
    let outcome = Command::new("systemd-analyze")
        .args(["calendar", "--base-time=2015-01-03 12:00:00 UTC"])
        .arg(format!("--iterations={}", WEEKS + 10))
        .arg(format!("{calendar} {zone}"))
        .env("TZ", "UTC")
        .env("LC_ALL", "C")
        .output();
    let output = match outcome {
        Ok(output) => output,
        Err(error) => {
            println!("skipped: systemd-analyze is not there ({error})");
            return None;
        }
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    let runs = text.lines().filter_map(|line| {
        let (label, value) = line.split_once(": ")?;
        let label = label.trim_start();
        let is_run = label == "Next elapse" || label.starts_with("Iter. #");
        is_run.then(|| {
            NaiveDateTime::parse_from_str(value, "%a %Y-%m-%d %H:%M:%S UTC")
                .expect("a time in UTC")
                .and_utc()
        })
    });
    Some(runs.collect())
}

#[test]
fn each_week_runs_when_systemd_would_run_it_and_also_where_the_clock_leaves_that_time_out() {
    for zone in ZONES {
        for (schedule, calendar) in SCHEDULES {
            let Some(theirs) = runs_of_systemd(zone, calendar) else { return };
            let account = account(zone, schedule);
            let theirs: BTreeMap<Week, Instant> = theirs
                .into_iter()
                .map(|at| (account.week_of(at.with_timezone(&zone).date_naive()), at))
                .collect();
            for count in 0..WEEKS {
                let week = week(FIRST).forward(count);
                let ours = scheduled_at(&account, week);
                if let Some(theirs) = theirs.get(&week) {
                    assert_eq!(ours, *theirs, "{zone} {schedule} {week:?}");
                    continue;
                }
                // systemd leaves a week out whose time doesn't exist; we run as soon as the clock
                // has gone on.
                let before = (ours - Duration::seconds(1)).with_timezone(&zone).naive_local();
                let at = ours.with_timezone(&zone).naive_local();
                assert!(at - before > Duration::seconds(1), "{zone} {schedule} {week:?}: {ours}");
                assert_eq!(account.week_of(at.date()), week);
            }
        }
    }
}

/// What is decided of what is due at `now`, and recorded as missed.
fn decide(account: &Account, now: Instant, decided: &mut Vec<Week>) -> Vec<Week> {
    let Some(run) = latest_run(account, now) else { return Vec::new() };
    let newest = decided.iter().filter(|week| **week <= run.week).max().copied();
    let Some(due) = due(account, run, newest, None) else { return Vec::new() };
    assert!(due.scheduled_at <= now);
    decided.push(due.week);
    for missed in &due.missed {
        assert!(missed.scheduled_at < due.scheduled_at);
        assert!(!decided.contains(&missed.week));
    }
    due.missed.iter().map(|missed| missed.week).collect()
}

/// What a daemon would decide that looks at the clock at these times.
fn decided(account: &Account, looks: impl Iterator<Item = Instant>) -> Vec<Week> {
    let mut decided: Vec<Week> = Vec::new();
    for now in looks {
        decide(account, now, &mut decided);
    }
    decided
}

#[test]
fn a_daemon_that_looks_now_and_then_decides_each_week_once() {
    for zone in ZONES {
        for (schedule, _) in SCHEDULES {
            let account = account(zone, schedule);
            let start = scheduled_at(&account, week("2021-01-03"));
            // Up to the middle of the last week.
            let looks = (0..24 * 7 * 60 - 84).step_by(7);
            let looks = looks.map(|hour| start + Duration::hours(hour));
            let decided = decided(&account, looks);
            let all: Vec<Week> = (0..60).map(|count| week("2021-01-03").forward(count)).collect();
            assert_eq!(decided, all, "{zone} {schedule}");
        }
    }
}

#[test]
fn the_next_run_is_the_first_of_the_list() {
    for zone in ZONES {
        for (schedule, _) in SCHEDULES {
            let account = account(zone, schedule);
            let first = week("2021-09-26");
            let runs: Vec<Instant> =
                (0..40).map(|count| scheduled_at(&account, first.forward(count))).collect();
            for hour in (0..24 * 7 * 30).step_by(7) {
                let now = runs[0] + Duration::hours(hour);
                let expected = runs.iter().find(|at| **at > now);
                let next = next_run(&account, now).map(|(_, at)| at);
                assert_eq!(next.as_ref(), expected, "{zone} {schedule} {now}");
            }
        }
    }
}

proptest::proptest! {
    /// Steps of the clock in both directions, sleep over weeks, a look at any time. A clock that is behind
    /// the last record decides nothing until an operator says that it is right, as some do.
    #[test]
    fn whatever_the_clock_does_each_week_whose_run_has_come_is_decided_once(
        steps in proptest::collection::vec((-20_i64..30, 0_i64..86_400, proptest::bool::ANY), 1..60),
        zone in proptest::sample::select(ZONES.to_vec()),
        (schedule, _) in proptest::sample::select(SCHEDULES.to_vec()),
    ) {
        let account = account(zone, schedule);
        let mut now = scheduled_at(&account, week("2021-01-03"));
        let mut newest_record = now;
        let mut published: Vec<Week> = Vec::new();
        for (days, seconds, is_said_to_be_right) in steps {
            now += Duration::days(days) + Duration::seconds(seconds);
            if is_behind(now, newest_record) && !is_said_to_be_right {
                continue;
            }
            newest_record = now;
            let before = published.len();
            let missed = decide(&account, now, &mut published);
            // The week of the latest run that has come, and no other.
            let this_week = account.week_of(now.with_timezone(&zone).date_naive());
            let latest = if scheduled_at(&account, this_week) <= now { this_week } else { this_week.back(1) };
            proptest::prop_assert!(published.contains(&latest), "{} at {}", latest, now);
            proptest::prop_assert!(published[before..].iter().all(|week| *week == latest));
            proptest::prop_assert!(missed.iter().all(|week| *week < latest));
        }
        let once: std::collections::BTreeSet<Week> = published.iter().copied().collect();
        proptest::prop_assert_eq!(once.len(), published.len(), "none twice: {:?}", published);
    }
}
