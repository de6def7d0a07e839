//! Which published decisions later files corrected, and which content was taken before.

use budgetd::domain::Digest;
use budgetd::store::ledger::Correction;

use crate::publications::{main, published, week};
use crate::world::{EMAIL, GOOGLE, World, account, daily_row, day, incoming, money};

impl World {
    /// Takes a file with one day's spend, which corrects `corrected`.
    fn correct(&mut self, day_text: &str, spend: i128, corrected: &[u64]) {
        let (file, _) = self.next_file("2026-01-20");
        let head = self.next_head();
        let mut take = self.ledger.begin_take(&self.account, incoming(&file)).expect("a take");
        take.state(&daily_row(0, &(day_text, GOOGLE, "", money(spend, 1)))).expect("a row");
        take.accept(&file, ("main", head), corrected).expect("accepted");
    }

    fn corrections(&self) -> Vec<Correction> {
        self.ledger.corrections(&main()).expect("corrections")
    }

    fn seqs(&self, from: Option<&str>) -> Vec<(u64, u32)> {
        let found = self.ledger.publications_from(&main(), from.map(week)).expect("publications");
        found.iter().map(|publication| (publication.seq, publication.revision)).collect()
    }
}

#[test]
fn a_published_decision_knows_the_files_that_corrected_it() {
    let mut world = World::new();
    world.correct("2026-01-04", 100, &[]);
    world.publish(&published("2026-01-05", 1, &[]));
    world.publish(&published("2026-01-12", 1, &[]));
    assert!(world.corrections().is_empty());
    assert_eq!(world.seqs(None), [(1, 1), (2, 1)]);
    world.correct("2026-01-04", 150, &[1, 2]);
    world.correct("2026-01-04", 175, &[2]);
    let world = world.reopen();
    let found = world.corrections();
    let weeks: Vec<_> =
        found.iter().map(|found| (found.publication, found.week, found.revision)).collect();
    assert_eq!(weeks, [(2, week("2026-01-12"), 1), (1, week("2026-01-05"), 1)]);
    let files =
        |at: usize| -> Vec<Digest> { found[at].files.iter().map(|file| file.sha256).collect() };
    assert_eq!(files(0), [World::digest(2), World::digest(3)]);
    assert_eq!(files(1), [World::digest(2)]);
    let file = &found[1].files[0];
    assert_eq!((file.first_day, file.last_day), (day("2026-01-04"), day("2026-01-04")));
    assert_eq!(file.name, "file-2.csv");
    assert_eq!(world.ledger.corrections(&account("other").id).expect("none"), []);
}

#[test]
fn a_publication_from_a_week_on_is_its_newest_revision_with_its_budgets() {
    let mut world = World::new();
    for (first_day, revision) in
        [("2026-01-05", 1), ("2026-01-12", 1), ("2026-01-05", 2), ("2026-01-19", 1)]
    {
        world.publish(&published(first_day, revision, &["Email"]));
    }
    assert_eq!(world.seqs(None), [(3, 2), (2, 1), (4, 1)]);
    assert_eq!(world.seqs(Some("2026-01-12")), [(2, 1), (4, 1)]);
    assert_eq!(world.seqs(Some("2026-01-26")), []);
    let found = world.ledger.publications_from(&main(), None).expect("publications");
    assert_eq!(found[0].budgets, published("2026-01-05", 2, &[]).budgets);
    assert_eq!(found[0].vetoed.len(), 1);
    let newest = world.ledger.publication(&main(), week("2026-01-05")).expect("a read");
    assert_eq!(newest.as_ref(), Some(&found[0]));
}

#[test]
fn a_file_that_brings_a_day_or_a_channel_of_a_day_can_correct_too() {
    let mut world = World::new();
    world.take("2026-01-03", &[("2026-01-02", GOOGLE, "", money(1, 1))]);
    world.publish(&published("2026-01-05", 1, &[]));
    world.correct("2026-01-04", 100, &[1]);
    let files = world.corrections().remove(0).files;
    assert_eq!((files[0].first_day, files[0].last_day), (day("2026-01-04"), day("2026-01-04")));
    // Email is new on a day that Google Ads has a row of.
    let (file, _) = world.next_file("2026-01-20");
    let head = world.next_head();
    let mut take = world.ledger.begin_take(&world.account, incoming(&file)).expect("a take");
    for (day_text, channel) in
        [("2026-01-02", EMAIL), ("2026-01-08", EMAIL), ("2026-01-02", GOOGLE)]
    {
        let row = (day_text, channel, "", money(1, 1));
        take.state(&daily_row(0, &row)).expect("a row");
    }
    let arrivals = take.arrivals(&(day("2026-01-01")..day("2026-01-08"))).expect("arrivals");
    let has = |channel: &str, first: &str, end: &str| {
        arrivals.has(&(day(first)..day(end)), |found| found.as_str() == channel)
    };
    assert!(has("Email", "2026-01-02", "2026-01-03") && !has("Email", "2026-01-03", "2026-02-01"));
    assert!(!has("Google Ads", "2026-01-01", "2026-02-01"), "it was known");
    take.accept(&file, ("main", head), &[1]).expect("accepted");
    let files = world.corrections().remove(0).files;
    assert_eq!((files[1].first_day, files[1].last_day), (day("2026-01-02"), day("2026-01-08")));
}

#[test]
#[should_panic(expected = "only a file that changed days corrects")]
fn a_file_that_changed_nothing_corrects_nothing() {
    let mut world = World::new();
    world.publish(&published("2026-01-05", 1, &[]));
    world.correct("2026-01-04", 100, &[]);
    world.correct("2026-01-04", 100, &[1]);
}

#[test]
fn content_that_was_taken_before_is_found_unless_it_was_refused() {
    let mut world = World::new();
    let find = |world: &World, number: u64, source: &str| {
        let (id, digest) = (&world.account.id, World::digest(number));
        let found = world.ledger.file_by_digest(id, digest, source).expect("a read");
        found.map(|found| found.file.claim)
    };
    let row = [("2026-01-04", GOOGLE, "", money(1, 1))];
    world.take("2026-01-05", &row);
    assert_eq!(find(&world, 1, "long").as_deref(), Some("claim-1"));
    assert_eq!(find(&world, 1, "meta_ads"), None);
    assert_eq!(find(&world, 2, "long"), None);
    assert!(world.take("2026-01-05", &row).is_duplicate);
    assert_eq!(find(&world, 2, "long").as_deref(), Some("claim-2"), "it is current");
    let (file, head) = world.next_file("2026-01-06");
    let take = world.ledger.begin_take(&world.account, incoming(&file)).expect("a take");
    take.refuse(&file, ("main", head)).expect("refused");
    assert_eq!(find(&world, 3, "long"), None);
    world.account = account("other");
    assert_eq!(find(&world, 1, "long"), None);
}
