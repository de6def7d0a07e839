//! Rounds by clocks that are behind, were ahead, or step.

use super::*;
use crate::workflow::WeekRequest;

#[test]
fn a_clock_that_was_just_put_forward_makes_nothing_old() {
    let world = World::new(AT_ONCE, &["main"]);
    let mut rounds = world.rounds("2026-01-05T00:00:00Z");
    let log = world.base.join("logs/budgetd.2026-01-04.jsonl");
    fs::write(&log, "{}\n").expect("written");
    let begun = std::time::Instant::now();
    let mut round = |hours: u64, now: &str| {
        rounds.round(at(now), begun + Duration::from_hours(hours)).expect("a round");
        log.exists()
    };
    assert!(round(0, "2026-01-05T00:00:00Z") && round(13, "2026-01-05T13:00:00Z"));
    assert!(round(14, "2027-01-05T14:00:00Z"), "a year ahead");
    assert!(round(25, "2027-01-06T01:00:00Z"));
    assert!(round(26, "2026-01-06T02:00:00Z"), "and right again");
    assert!(round(39, "2026-01-06T15:00:00Z"), "it is young");
    assert!(round(40, "2027-01-06T16:00:00Z"));
    assert!(!round(52, "2027-01-07T04:00:00Z"), "twelve hours later nobody has put it back");
}

#[test]
fn a_clock_that_is_behind_the_audit_log_decides_nothing_until_it_is_set_right() {
    let world = World::new(AT_ONCE, &["main"]);
    let (mut rounds, clock) = (world.rounds("2026-01-05T00:00:00Z"), Clock::new());
    world.drop_days("main", "a.csv", "2025-12-01", "2026-01-04");
    clock.round(&mut rounds, "2026-01-05T00:30:00Z");
    assert!(world.bundle("main", "2026-01-05").exists());
    // The next week is due at 00:30. The log tells of 00:50 before the clock goes back.
    let mut rounds = world.rounds("2026-01-12T00:00:00Z");
    world.drop_days("main", "b.csv", "2026-01-05", "2026-01-10");
    clock.round(&mut rounds, "2026-01-12T00:20:00Z");
    world.drop_days("main", "c.csv", "2026-01-11", "2026-01-11");
    let mut unit = world.workspace.begin(&world.interrupt).expect("a unit of work");
    let later = at("2026-01-12T00:50:00Z");
    unit.record("main", later, &Event::Stopped { signal: "none".to_owned() }).expect("recorded");
    drop(unit);
    clock.round(&mut rounds, "2026-01-12T00:44:59Z");
    assert!(!world.bundle("main", "2026-01-12").exists());
    let status = rounds.status_line();
    assert!(
        status.contains("the clock says 2026-01-12T00:44:59+00:00, and the audit log"),
        "{status}"
    );
    // Five minutes and no more.
    clock.round(&mut rounds, "2026-01-12T00:45:59Z");
    assert!(world.bundle("main", "2026-01-12").exists());
    assert_eq!(rounds.status_line(), "1 account; nothing due");
}

#[test]
fn files_wait_for_a_clock_that_is_behind_and_its_trouble_begins_and_ends_though_nothing_is_due() {
    let world = World::new(AT_ONCE, &["main"]);
    let (mut rounds, clock) = (world.rounds("2026-01-05T00:00:00Z"), Clock::new());
    world.drop_days("main", "a.csv", "2025-12-01", "2026-01-04");
    clock.round(&mut rounds, "2026-01-05T00:30:00Z");
    world.drop_days("main", "b.csv", "2026-01-05", "2026-01-05");
    clock.round(&mut rounds, "2026-01-06T00:00:00Z");
    let records = world.events("main").len();
    // Two days back: nothing is due by either clock.
    world.drop_days("main", "c.csv", "2026-01-05", "2026-01-05");
    let claimed = world.folder("main").join(".claimed/0123456789abcdef~d.csv");
    fs::write(&claimed, "not one of ours").expect("written");
    for time in ["2026-01-05T02:00:00Z", "2026-01-05T02:00:20Z"] {
        clock.round(&mut rounds, time);
        assert!(world.folder("main").join("c.csv").exists(), "it would be refused as of tomorrow");
        let status = rounds.status_line();
        assert!(
            status
                .starts_with("account main: the clock is behind: the clock says 2026-01-05T02:00"),
            "{status}"
        );
        assert!(rounds.memories[0].troubles.contains_key(&Part::Clock));
    }
    assert_eq!(world.events("main").len(), records, "no record goes back in time");
    clock.round(&mut rounds, "2026-01-06T00:00:20Z");
    assert!(!world.folder("main").join("c.csv").exists() && !claimed.exists());
    assert_eq!(rounds.status_line(), "1 account; nothing due");
}

/// Decides the week of 5 January, then by a clock that is ahead the one of 22 February, holding it,
/// and says on 8 January that the clock is right.
fn world_that_was_ahead(daemon: &str) -> (World, Clock) {
    let (world, clock) = (World::new(daemon, &["main"]), Clock::new());
    world.drop_days("main", "a.csv", "2025-12-01", "2026-01-04");
    clock.round(&mut world.rounds("2026-01-05T00:00:00Z"), "2026-01-05T00:30:00Z");
    // Ten minutes after a start, at the week's deadline.
    clock.round(&mut world.rounds("2026-02-23T12:20:00Z"), "2026-02-23T12:30:00Z");
    assert!(world.bundle("main", "2026-02-23").exists());
    (world, clock)
}

fn accept_clock(world: &World, now: &str) {
    let account = world.workspace.account("main").expect("known");
    let mut unit = world.workspace.begin(&world.interrupt).expect("a unit of work");
    assert!(unit.accept_clock(account, at(now)).expect("recorded"));
}

#[test]
fn after_a_clock_was_ahead_each_week_is_decided_once_it_has_come() {
    for catch_up in ["latest", "none"] {
        let daemon = format!("{AT_ONCE}[schedule]\ncatch_up = \"{catch_up}\"\n");
        let (world, clock) = world_that_was_ahead(&daemon);
        // A daemon that started while the clock was ahead.
        let mut rounds = world.rounds("2026-02-23T12:20:00Z");
        clock.round(&mut rounds, "2026-02-23T12:31:00Z");
        clock.round(&mut rounds, "2026-01-08T00:00:00Z");
        assert!(rounds.status_line().contains("the clock is behind"), "{}", rounds.status_line());
        // The word of an operator beside it is heard in the next round.
        accept_clock(&world, "2026-01-08T00:00:10Z");
        clock.round(&mut rounds, "2026-01-08T00:00:20Z");
        let status = rounds.status_line();
        assert!(
            status.contains("the week of 2026-02-23, which has not begun, was held already"),
            "{status}"
        );
        assert!(
            status.contains("the clock said 2026-02-23, and was put right by 2026-01-08"),
            "{status}"
        );
        assert!(rounds.memories[0].troubles.keys().eq([&Part::Early]));
        let latest = || fs::read_link(world.bundle("main", "latest")).expect("a link");
        assert_eq!(latest(), Path::new("2026-01-05"));
        for (monday, sunday) in [("2026-01-12", "2026-01-11"), ("2026-01-19", "2026-01-18")] {
            let first = sunday.parse::<Day>().expect("a day") - chrono::Days::new(6);
            world.drop_days("main", &format!("{monday}.csv"), &first.to_string(), sunday);
            clock.round(&mut rounds, &format!("{monday}T00:30:00Z"));
            assert!(world.bundle("main", monday).exists(), "{catch_up}: {monday}");
            assert_eq!(latest(), Path::new(monday));
            clock.round(&mut rounds, &format!("{monday}T00:30:20Z"));
            assert!(rounds.memories[0].nothing_due.is_some(), "it is done with");
            let text = fs::read_to_string(world.bundle("main", monday).join("decision.json"));
            let decision: serde_json::Value =
                serde_json::from_str(&text.expect("read")).expect("JSON");
            let before = (monday.parse::<Day>().expect("a day") - chrono::Days::new(7)).to_string();
            assert_eq!(decision["inputs"]["reference"]["week"], before, "not a week to come");
        }
        let late = Event::CaughtUp {
            week: "2026-02-23".parse().expect("a day"),
            due_at: at("2026-02-23T00:30:00Z"),
        };
        let caught_up = |event: &&Event| matches!(event, Event::CaughtUp { .. });
        let caught_up: Vec<Event> =
            world.events("main").iter().filter(caught_up).cloned().collect();
        assert_eq!(caught_up, [late], "weeks on time are not late");
    }
}

#[test]
fn a_week_decided_before_its_time_stands_when_it_comes_is_told_and_can_be_revised() {
    let (world, clock) = world_that_was_ahead(AT_ONCE);
    accept_clock(&world, "2026-01-08T00:00:10Z");
    let mut rounds = world.rounds("2026-01-08T00:00:00Z");
    world.drop_days("main", "b.csv", "2026-01-05", "2026-02-22");
    clock.round(&mut rounds, "2026-02-23T00:30:00Z");
    clock.round(&mut rounds, "2026-02-23T00:30:20Z");
    assert!(!world.bundle("main", "2026-02-23.r2").exists(), "exactly one decision");
    let status = rounds.status_line();
    assert!(status.contains("the week of 2026-02-23 was held before it began"), "{status}");
    let command = "budgetd decide --account main --week 2026-02-23 --revise --reason TEXT";
    assert!(status.contains(command), "{status}");
    let latest = fs::read_link(world.bundle("main", "latest")).expect("a link");
    assert_eq!(latest, Path::new("2026-02-23"), "it has begun");
    // The operator beside the daemon does as told.
    let account = world.workspace.account("main").expect("known");
    let mut unit = world.workspace.begin(&world.interrupt).expect("a unit of work");
    let now = at("2026-02-23T00:40:00Z");
    let request = WeekRequest {
        week: Some(account.week_of("2026-02-23".parse().expect("a day"))),
        stated_at: now,
        now,
        dry_run: false,
        revise: Some("its data have come".to_owned()),
        caught_up_from: None,
    };
    unit.run_week(account, &request).expect("published");
    drop(unit);
    clock.round(&mut rounds, "2026-02-23T00:40:20Z");
    assert_eq!(rounds.status_line(), "1 account; nothing due");
}
