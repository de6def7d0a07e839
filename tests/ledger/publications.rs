//! What was published, and which row of vetoes it makes.

use budgetd::audit::ChainHead;
use budgetd::domain::{AccountId, Digest, Money, Week};
use budgetd::store::StoreError;
use budgetd::store::ledger::{Missed, NewPublication};

use crate::world::{World, at, channel, day};

pub fn main() -> AccountId {
    AccountId::new("main").expect("an id")
}

pub fn week(first_day: &str) -> Week {
    Week::starting(day(first_day))
}

pub fn published(first_day: &str, revision: u32, vetoed: &[&str]) -> NewPublication {
    NewPublication {
        account: main(),
        week: week(first_day),
        revision,
        hold_reason: None,
        manifest: Digest::of(format!("{first_day}.r{revision}").as_bytes()),
        budgets: vec![
            (channel("Email"), Money::from_minor(20_000_000)),
            (channel("Google Ads"), Money::from_minor(30_000_000)),
        ],
        vetoed: vetoed.iter().map(|name| channel(name)).collect(),
        decision: "{}".to_owned(),
        stated_at: at("2026-01-05T00:30:00Z"),
        published_at: at("2026-01-05T00:30:01.5Z"),
        audit_seq: 7,
    }
}

fn head(seq: u64) -> ChainHead {
    ChainHead { seq, hash: Digest::of(&seq.to_be_bytes()) }
}

impl World {
    pub fn publish(&mut self, publication: &NewPublication) {
        let head = self.next_head();
        self.ledger.record_publication(publication, ("main", head)).expect("published");
    }

    pub fn next_head(&self) -> ChainHead {
        head(self.ledger.chain_head("main").expect("a head").map_or(1, |head| head.seq + 1))
    }

    fn runs(&self, before: &str) -> Vec<(String, u32)> {
        let runs = self.ledger.veto_runs(&main(), week(before)).expect("runs");
        runs.into_iter().map(|(channel, run)| (channel.as_str().to_owned(), run)).collect()
    }
}

#[test]
fn the_newest_revision_of_the_newest_week_counts() {
    let mut world = World::new();
    assert_eq!(world.ledger.newest_publication(&main(), None).expect("none"), None);
    let first = published("2026-01-05", 1, &["Email"]);
    world.publish(&first);
    world.publish(&published("2026-01-12", 1, &[]));
    world.publish(&published("2026-01-05", 2, &[]));
    let newest = |before| {
        let newest = world.ledger.newest_publication(&main(), before).expect("a read");
        newest.map(|publication| (publication.week, publication.revision))
    };
    assert_eq!(newest(None), Some((week("2026-01-12"), 1)));
    assert_eq!(newest(Some(week("2026-01-12"))), Some((week("2026-01-05"), 2)));
    assert_eq!(newest(Some(week("2026-01-05"))), None);
    // The bundle published last, whatever its week.
    let last = world.ledger.last_manifest(&main()).expect("a read");
    assert_eq!(last, Some(Digest::of(b"2026-01-05.r2")));
}

#[test]
fn a_publication_comes_back_as_it_was_recorded() {
    let mut world = World::new();
    let recorded = NewPublication {
        hold_reason: Some("missing_evidence".to_owned()),
        ..published("2026-01-05", 1, &["Email"])
    };
    world.publish(&recorded);
    let world = world.reopen();
    let read = world.ledger.publication(&main(), week("2026-01-05")).expect("a read");
    let read = read.expect("a publication");
    assert!(read.held);
    assert_eq!(read.hold_reason, recorded.hold_reason);
    assert_eq!((read.week, read.revision), (recorded.week, recorded.revision));
    assert_eq!((read.budgets, read.vetoed), (recorded.budgets, recorded.vetoed));
    assert_eq!((read.manifest, read.decision), (recorded.manifest, recorded.decision));
    assert_eq!((read.stated_at, read.published_at), (recorded.stated_at, recorded.published_at));
    assert_eq!(world.ledger.chain_head("main").expect("a head"), Some(head(1)));
}

#[test]
fn a_second_decision_of_the_same_revision_is_impossible() {
    let mut world = World::new();
    world.publish(&published("2026-01-05", 1, &[]));
    let again = published("2026-01-05", 1, &["Email"]);
    let refused = world.ledger.record_publication(&again, ("main", head(2)));
    let refused = refused.expect_err("it is published");
    assert!(matches!(refused, StoreError::Refused { .. }));
    assert!(refused.to_string().contains("revision 1 of week 2026-01-05 of main"), "{refused}");
    assert_eq!(world.ledger.chain_head("main").expect("a head"), Some(head(1)));
    let kept = world.ledger.publication(&main(), week("2026-01-05")).expect("a read");
    assert!(kept.expect("the first").vetoed.is_empty());
}

#[test]
fn a_row_of_vetoes_ends_with_a_week_without_it() {
    let mut world = World::new();
    world.publish(&published("2026-01-05", 1, &["Email", "Google Ads"]));
    world.publish(&published("2026-01-12", 1, &["Google Ads"]));
    world.publish(&published("2026-01-19", 1, &["Email", "Google Ads"]));
    let count = |name: &str, run| (name.to_owned(), run);
    assert_eq!(world.runs("2026-01-26"), [count("Email", 1), count("Google Ads", 3)]);
    assert_eq!(world.runs("2026-01-19"), [count("Google Ads", 2)]);
    assert_eq!(world.runs("2026-01-05"), []);
    // Weeks that were not published don't end it.
    assert_eq!(world.runs("2026-03-02"), world.runs("2026-01-26"));
}

#[test]
fn a_held_week_ends_every_row_of_vetoes() {
    let mut world = World::new();
    world.publish(&published("2026-01-05", 1, &["Email"]));
    let held = Some("no_eligible_channel".to_owned());
    world.publish(&NewPublication { hold_reason: held, ..published("2026-01-12", 1, &[]) });
    world.publish(&published("2026-01-19", 1, &["Email"]));
    assert_eq!(world.runs("2026-01-26"), [("Email".to_owned(), 1)]);
    assert_eq!(world.runs("2026-01-19"), []);
}

#[test]
fn the_newest_revision_of_a_week_tells_its_vetoes() {
    let mut world = World::new();
    world.publish(&published("2026-01-05", 1, &["Email"]));
    world.publish(&published("2026-01-12", 1, &["Email"]));
    world.publish(&published("2026-01-05", 2, &[]));
    assert_eq!(world.runs("2026-01-19"), [("Email".to_owned(), 1)]);
}

#[test]
fn a_chain_never_goes_back() {
    let mut world = World::new();
    world.ledger.set_chain_head("main", head(5)).expect("a head");
    world.ledger.set_chain_head("daemon", head(2)).expect("another chain");
    world.ledger.set_chain_head("main", head(5)).expect("the same head");
    let other = ChainHead { seq: 5, hash: Digest::of(b"other") };
    for wrong in [head(4), other] {
        let error = world.ledger.set_chain_head("main", wrong).expect_err("it goes back");
        assert_eq!(error.exit_status(), 4);
    }
    assert_eq!(world.ledger.chain_head("main").expect("a head"), Some(head(5)));
    assert_eq!(world.ledger.chain_head("unknown").expect("no head"), None);
}

#[test]
fn a_week_is_missed_once() {
    let mut world = World::new();
    let due = at("2026-01-05T00:30:00Z");
    for _ in 0..2 {
        let chain = ("main", head(1));
        world.ledger.record_missed(&main(), week("2026-01-05"), due, chain).expect("recorded");
    }
    let later = at("2026-01-12T00:30:00Z");
    let chain = ("main", head(2));
    world.ledger.record_missed(&main(), week("2026-01-12"), later, chain).expect("recorded");
    assert_eq!(world.ledger.chain_head("main").expect("a head"), Some(head(2)));
    let missed = world.ledger.missed(&main(), later, 10).expect("missed");
    let expected = [
        Missed { week: week("2026-01-12"), due_at: later },
        Missed { week: week("2026-01-05"), due_at: due },
    ];
    assert_eq!(missed, expected);
}

#[test]
fn what_was_left_alone_is_noted_once_with_the_record_that_says_so() {
    let mut world = World::new();
    let noted = |world: &World, name: &str| {
        world.ledger.is_noted(&main(), name, "symlink").expect("an answer")
    };
    assert!(!noted(&world, "a"));
    for seq in 1..3 {
        let chain = ("main", head(seq));
        world.ledger.note_ignored(&main(), "a", "symlink", chain).expect("noted");
    }
    assert!(noted(&world, "a") && !noted(&world, "b"));
    assert_eq!(world.ledger.chain_head("main").expect("a head"), Some(head(2)));
    world
        .ledger
        .note_ignored(&main(), "b", "symlink", ("main", head(1)))
        .expect_err("it goes back");
    assert!(!noted(&world, "b"), "one transaction");
}
