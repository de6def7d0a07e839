//! What fails is a trouble that others are shown, from its first round to its last.

use super::*;

impl World {
    fn lose_key(&self) {
        let key = &self.workspace.config.signing.key;
        fs::remove_file(key).expect("removed");
        fs::remove_file(key.with_extension("pub")).expect("removed");
    }
}

fn is_well(rounds: &Rounds<'_>) -> bool {
    rounds.waits.telemetry.is_well()
}

#[test]
fn files_that_wait_for_room_are_a_trouble_until_none_does() {
    let mut world = World::new(AT_ONCE, &["main"]);
    world.workspace.config.limits.staging_bytes_max = 100;
    let (mut rounds, clock) = (world.rounds("2025-12-30T00:00:00Z"), Clock::new());
    clock.round(&mut rounds, "2025-12-30T00:00:00Z");
    assert!(is_well(&rounds));
    world.drop_days("main", "a.csv", "2025-12-01", "2025-12-09");
    clock.round(&mut rounds, "2025-12-30T00:00:01Z");
    assert!(!is_well(&rounds));
    let status = rounds.status_line();
    let said = "account main: files can't be taken: a.csv waits for room: its copy needs ";
    assert!(status.starts_with(said), "{status}");
    // More of them, and rounds in which nothing is new, make it no other trouble.
    world.drop_days("main", "b.csv", "2025-12-01", "2025-12-09");
    for second in 2..5 {
        clock.round(&mut rounds, &format!("2025-12-30T00:00:0{second}Z"));
        assert!(!is_well(&rounds), "{second}");
    }
    assert!(rounds.memories[0].fresh_troubles.is_empty());
    // Their sender takes them away.
    for name in ["a.csv", "b.csv"] {
        fs::remove_file(world.folder("main").join(name)).expect("removed");
    }
    clock.round(&mut rounds, "2025-12-30T00:00:06Z");
    assert!(is_well(&rounds), "{}", rounds.status_line());
}

#[test]
fn files_that_wait_for_room_are_told_once() {
    let mut world = World::new(AT_ONCE, &["main"]);
    world.workspace.config.limits.staging_bytes_max = 100;
    let account = &world.workspace.config.accounts[0];
    let mut memory = Memory::default();
    let staging = world.workspace.places.state().staging();
    memory.no_room(account, "a.csv waits for room: 7 bytes are free".to_owned(), &staging);
    memory.no_room(account, "b.csv waits for room: 5 bytes are free".to_owned(), &staging);
    assert_eq!(memory.fresh_troubles.len(), 1);
}

#[test]
fn a_key_that_is_missing_is_a_trouble_though_nothing_is_due() {
    let world = World::new(AT_ONCE, &["main"]);
    let (mut rounds, clock) = (world.rounds("2026-01-05T00:00:00Z"), Clock::new());
    world.drop_days("main", "history.csv", "2025-12-08", "2026-01-04");
    clock.round(&mut rounds, "2026-01-05T00:30:00Z");
    assert!(world.bundle("main", "2026-01-05").exists() && is_well(&rounds));
    world.lose_key();
    clock.round(&mut rounds, "2026-01-05T00:30:30Z");
    assert!(is_well(&rounds), "it is looked at each minute");
    clock.round(&mut rounds, "2026-01-05T00:31:30Z");
    assert!(!is_well(&rounds));
    assert!(rounds.status_line().starts_with("nothing can be signed: there is no signing key: "));
    world.make_key();
    clock.round(&mut rounds, "2026-01-05T00:31:31Z");
    assert!(is_well(&rounds), "a key that is missed is looked at in each round");
    assert_eq!(rounds.status_line(), "1 account; nothing due");
}

#[test]
fn a_week_that_cannot_be_signed_is_a_trouble_until_it_is() {
    let world = World::new(AT_ONCE, &["main"]);
    world.lose_key();
    let (mut rounds, clock) = (world.rounds("2026-01-05T00:00:00Z"), Clock::new());
    world.drop_days("main", "history.csv", "2025-12-08", "2026-01-04");
    for minute in 30..33 {
        clock.round(&mut rounds, &format!("2026-01-05T00:{minute}:05Z"));
        let week = &rounds.memories[0].troubles[&Part::Week];
        assert!(
            week.text.starts_with("nothing can be signed: there is no signing key"),
            "{minute}"
        );
        assert!(!is_well(&rounds));
    }
    world.make_key();
    // It is tried again as soon as there is a key, and not after the minute.
    clock.round(&mut rounds, "2026-01-05T00:32:06Z");
    assert!(world.bundle("main", "2026-01-05").exists() && is_well(&rounds));
}

#[test]
fn a_trouble_with_a_week_ends_when_the_week_is_decided_by_hand() {
    let world = World::new(AT_ONCE, &["main"]);
    world.lose_key();
    let (mut rounds, clock) = (world.rounds("2026-01-05T00:00:00Z"), Clock::new());
    world.drop_days("main", "history.csv", "2025-12-08", "2026-01-04");
    clock.round(&mut rounds, "2026-01-05T00:30:05Z");
    assert!(!is_well(&rounds));
    world.make_key();
    let mut other = world.rounds("2026-01-05T00:00:00Z");
    clock.round(&mut other, "2026-01-05T00:30:06Z");
    assert!(world.bundle("main", "2026-01-05").exists());
    clock.round(&mut rounds, "2026-01-05T00:30:07Z");
    assert!(is_well(&rounds), "{}", rounds.status_line());
}

#[test]
fn each_look_at_a_key_that_stays_missing_tells_nobody_again() {
    let world = World::new(AT_ONCE, &["main"]);
    world.lose_key();
    let rounds = world.rounds("2026-01-05T00:00:00Z");
    let (mut key, begun) = (Key::default(), std::time::Instant::now());
    assert!(!key.look(&rounds.waits, begun));
    let said = key.trouble().expect("it is missing").to_owned();
    // A second look says what the first did: nothing new is told.
    rounds.waits.telemetry.own(crate::api::KEY, None);
    assert!(!key.look(&rounds.waits, begun + Duration::from_secs(61)));
    assert_eq!(key.trouble(), Some(&*said));
    assert!(is_well(&rounds), "it was told again");
}

#[test]
fn a_trouble_with_a_week_ends_where_no_week_is_due() {
    let world = World::new(AT_ONCE, &["main"]);
    let (mut rounds, clock) = (world.rounds("2026-01-05T00:00:00Z"), Clock::new());
    world.drop_days("main", "a.csv", "2025-12-01", "2026-01-04");
    clock.round(&mut rounds, "2026-01-05T00:30:00Z");
    world.drop_days("main", "b.csv", "2026-01-05", "2026-01-11");
    world.lose_key();
    clock.round(&mut rounds, "2026-01-12T00:31:00Z");
    assert!(rounds.memories[0].troubles.contains_key(&Part::Week), "it can't be signed");
    // Set back a little, to a time at which nothing is due.
    let since = at("2026-01-12T00:33:00Z") - clock.epoch;
    let later = clock.base + since.to_std().expect("after the epoch");
    rounds.round(at("2026-01-12T00:28:00Z"), later).expect("a round");
    assert!(rounds.memories[0].troubles.is_empty(), "{}", rounds.status_line());
}
