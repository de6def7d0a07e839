//! What is due: a pure function of schedule, zone, time and what was published (DESIGN §9). The
//! run for a week is the first time in that week that the account's schedule names. Weeks that were
//! published for later, by a clock that was ahead, make no week before them done.

use chrono::TimeZone as _;

use crate::config::cron;
use crate::domain::calendar::{day_of, instant_of};
use crate::domain::{Account, Instant, Week};

/// The most missed weeks that are listed one by one: two years.
const MISSED_WEEKS_MAX: usize = 104;

/// A scheduled run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The week that it decides.
    pub week: Week,
    /// When it is scheduled.
    pub scheduled_at: Instant,
}

/// What is due for an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The week to decide.
    pub week: Week,
    /// When its run was scheduled.
    pub scheduled_at: Instant,
    /// Older weeks since the publication before it that nobody decided, oldest first.
    pub missed: Vec<Run>,
}

/// The latest run of `account` at or before `now`. The schedule may leave weeks out; the newest that
/// it names by now is the one that counts.
pub fn latest_run(account: &Account, now: Instant) -> Option<Run> {
    let this_week = account.week_of(day_of(now, account.time_zone));
    weeks_back_from(this_week)
        .filter_map(|week| Some(Run { week, scheduled_at: run_of(account, week)? }))
        .find(|run| run.scheduled_at <= now)
}

/// Whether `run`, the latest one, is due, when `newest` is the newest published week of those up to
/// its own, and runs scheduled before `not_before` are not caught up (`catch_up = "none"`).
pub fn due(
    account: &Account,
    run: Run,
    newest: Option<Week>,
    not_before: Option<Instant>,
) -> Option<Due> {
    let Run { week, scheduled_at } = run;
    if newest == Some(week) || not_before.is_some_and(|start| scheduled_at < start) {
        return None;
    }
    let mut missed: Vec<Run> = match newest {
        None => Vec::new(),
        Some(newest) => weeks_back_from(week.back(1))
            .take_while(|older| *older > newest)
            .filter_map(|older| Some(Run { week: older, scheduled_at: run_of(account, older)? }))
            .collect(),
    };
    missed.reverse();
    Some(Due { week, scheduled_at, missed })
}

/// When the run for `week` is scheduled; where the schedule leaves the week out, its start.
pub fn scheduled_at(account: &Account, week: Week) -> Instant {
    run_of(account, week).unwrap_or_else(|| start_of(account, week))
}

/// The next scheduled run after `now`, with the week that it is for.
pub fn next_run(account: &Account, now: Instant) -> Option<(Week, Instant)> {
    let this_week = account.week_of(day_of(now, account.time_zone));
    (0..=53u32)
        .map(|count| this_week.forward(count))
        .filter_map(|week| Some((week, run_of(account, week)?)))
        .find(|(_, at)| *at > now)
}

fn weeks_back_from(week: Week) -> impl Iterator<Item = Week> {
    (0u32..).take(MISSED_WEEKS_MAX).map(move |count| week.back(count))
}

/// The first time in `week` that the schedule names.
fn run_of(account: &Account, week: Week) -> Option<Instant> {
    let schedule = cron(&account.schedule).ok()?;
    let zone = account.time_zone;
    // From the second before: a midnight that the clock leaves out still counts, where it goes on.
    let before = start_of(account, week) - chrono::Duration::seconds(1);
    let before = zone.from_utc_datetime(&before.naive_utc());
    let at = schedule.find_next_occurrence(&before, false).ok()?.to_utc();
    (at < start_of(account, week.forward(1))).then_some(at)
}

/// When `week` begins.
pub fn start_of(account: &Account, week: Week) -> Instant {
    instant_of(week.first_day(), chrono::NaiveTime::MIN, account.time_zone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AccountId, Channel, ChannelName, Currency, Money};

    fn account() -> Account {
        Account::with_shipped_settings(
            AccountId::new("main").expect("an id"),
            Currency::from_code("INR").expect("known"),
            chrono_tz::Asia::Kolkata,
            Money::from_minor(50_000_000),
            vec![Channel::named(ChannelName::new("Email").expect("a name"))],
        )
    }

    fn at(text: &str) -> Instant {
        text.parse().expect("an instant")
    }

    fn week(text: &str) -> Week {
        Week::starting(text.parse().expect("a day"))
    }

    /// What is due at `now`, when these weeks were published.
    fn due_at(now: &str, published: &[&str], not_before: Option<Instant>) -> Option<Due> {
        let account = account();
        let run = latest_run(&account, at(now)).expect("a run each week");
        let newest = published.iter().map(|it| week(it)).filter(|it| *it <= run.week).max();
        due(&account, run, newest, not_before)
    }

    #[test]
    fn a_week_is_due_from_its_scheduled_time_until_it_is_published() {
        // Monday 5 January 2026, 06:00 in Kolkata, is 00:30 UTC.
        assert_eq!(due_at("2026-01-05T00:29:59Z", &["2025-12-29"], None), None);
        let now = "2026-01-05T00:30:00Z";
        let due_now = due_at(now, &["2025-12-29"], None).expect("due");
        assert_eq!((due_now.week, due_now.scheduled_at), (week("2026-01-05"), at(now)));
        assert_eq!(due_now.missed, []);
        assert_eq!(due_at(now, &["2026-01-05"], None), None);
    }

    #[test]
    fn a_week_published_for_later_leaves_the_weeks_before_it_due() {
        let published = ["2025-12-29", "2026-12-21"];
        let due_now = due_at("2026-01-14T12:00:00Z", &published, None).expect("due");
        assert_eq!(due_now.week, week("2026-01-12"));
        let missed: Vec<Week> = due_now.missed.iter().map(|missed| missed.week).collect();
        assert_eq!(missed, [week("2026-01-05")], "and none that is to come");
        // When its time has come, it is decided.
        assert_eq!(due_at("2026-12-21T00:30:00Z", &published, None), None);
        assert_eq!(
            due_at("2026-12-21T00:29:59Z", &published, None).map(|it| it.week),
            Some(week("2026-12-14"))
        );
    }

    #[test]
    fn only_the_newest_missed_week_is_due_and_the_others_are_named() {
        let now = "2026-01-07T12:00:00Z";
        let caught_up = due_at(now, &["2025-12-15"], None).expect("due");
        assert_eq!(caught_up.week, week("2026-01-05"));
        let missed: Vec<Week> = caught_up.missed.iter().map(|missed| missed.week).collect();
        assert_eq!(missed, [week("2025-12-22"), week("2025-12-29")]);
        let started = Some(at("2026-01-07T11:00:00Z"));
        assert_eq!(due_at(now, &["2025-12-15"], started), None);
    }

    #[test]
    fn an_account_without_a_decision_has_missed_nothing() {
        let due = due_at("2026-01-07T12:00:00Z", &[], None).expect("due");
        assert_eq!((due.week, due.missed.len()), (week("2026-01-05"), 0));
    }

    #[test]
    fn the_next_run_is_in_the_future() {
        let (week_next, at_next) = next_run(&account(), at("2026-01-05T00:30:00Z")).expect("a run");
        assert_eq!((week_next, at_next), (week("2026-01-12"), at("2026-01-12T00:30:00Z")));
    }

    #[test]
    fn a_midnight_that_the_clock_leaves_out_is_when_it_goes_on() {
        let mut account = account();
        account.time_zone = chrono_tz::America::Santiago;
        account.week_starts_on = chrono::Weekday::Sun;
        account.schedule = "0 0 0 * * Sun".to_owned();
        // On 5 September 2021 the clock of Santiago goes from 00:00 to 01:00, which is 04:00 UTC.
        let run = run_of(&account, week("2021-09-05"));
        assert_eq!(run, Some(at("2021-09-05T04:00:00Z")));
    }

    #[test]
    fn a_schedule_in_a_daylight_saving_gap_runs_once_after_it() {
        let mut account = account();
        account.time_zone = chrono_tz::Europe::Berlin;
        account.week_starts_on = chrono::Weekday::Sun;
        account.schedule = "0 30 2 * * Sun".to_owned();
        // On 29 March 2026 the clock of Berlin goes from 02:00 to 03:00.
        let run = run_of(&account, week("2026-03-29")).expect("a run");
        assert_eq!(day_of(run, account.time_zone), week("2026-03-29").first_day());
    }
}
