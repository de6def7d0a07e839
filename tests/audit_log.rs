//! The audit log on the disk: what a crash leaves is mended and recorded, what anybody else
//! changes is found and never written over.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use budgetd::audit::{AuditFault, ChainHead, Event, PublishedSegment};
use budgetd::domain::{Digest, Instant};
use budgetd::store::StoreError;
use budgetd::store::journal::{Journal, each_record, verify_all};
use proptest::prelude::*;

const CHAIN: &str = "main";

fn now() -> Instant {
    "2026-01-05T00:30:00Z".parse().expect("a time")
}

fn event(text: &str) -> Event {
    Event::Stopped { signal: text.to_owned() }
}

/// A folder with one log, and what was published of it.
struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
    /// Bundle name, audit.jsonl, manifest.
    bundles: Vec<(String, Vec<u8>, Digest)>,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("main.jsonl");
        Self { _folder: folder, path, bundles: Vec::new() }
    }

    fn open(&self, acknowledged: Option<ChainHead>) -> Result<Journal, StoreError> {
        Journal::open(&self.path, CHAIN, acknowledged, now()).map(|(journal, _)| journal)
    }

    /// Appends `count` events and returns the head.
    fn append(&self, acknowledged: Option<ChainHead>, count: usize) -> ChainHead {
        let mut journal = self.open(acknowledged).expect("opens");
        (0..count)
            .map(|number| journal.append(now(), &event(&format!("signal {number}"))))
            .last()
            .expect("some")
            .expect("appended")
    }

    /// Three publications, each after three events, and one event behind the last.
    fn with_three_bundles() -> (Self, ChainHead) {
        let mut place = Self::new();
        let mut journal = place.open(None).expect("opens");
        let mut published = None;
        for number in 1..=3u32 {
            for part in ["a", "b", "c"] {
                journal.append(now(), &event(part)).expect("appended");
            }
            let segment = journal.records_since(published).expect("read");
            let manifest = Digest::of(format!("manifest {number}").as_bytes());
            published = journal.head().map(|head| head.seq);
            let week = "2026-01-05".parse().expect("a day");
            journal
                .append(now(), &Event::Published { week, revision: number, manifest })
                .expect("appended");
            place.bundles.push((format!("bundle {number}"), segment, manifest));
        }
        let head = journal.append(now(), &event("last")).expect("appended");
        (place, head)
    }

    fn faults(&self, acknowledged: Option<ChainHead>) -> Vec<AuditFault> {
        let segments: Vec<PublishedSegment<'_>> = self
            .bundles
            .iter()
            .map(|(bundle, audit, manifest)| PublishedSegment {
                bundle,
                audit,
                manifest: *manifest,
            })
            .collect();
        verify_all(&self.path, CHAIN, acknowledged, &segments).err().unwrap_or_default()
    }

    fn log(&self) -> Vec<u8> {
        fs::read(&self.path).expect("read")
    }

    fn rewrite(&self, log: &[u8]) {
        fs::write(&self.path, log).expect("written");
    }

    fn lines(&self) -> Vec<Vec<u8>> {
        self.log().split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
    }
}

/// Gives every line of a log anew from its events on, as somebody would who covers an edit up.
fn forge(place: &Place, edit: impl Fn(u64, Event) -> Option<Event>) -> (Vec<u8>, ChainHead) {
    let mut log = Vec::new();
    let mut head = None;
    each_record::<StoreError>(&place.path, &mut |record| {
        if let Some(event) = edit(record.seq, record.event) {
            let (line, next) = budgetd::audit::chain::encode(CHAIN, head, record.time, &event);
            log.extend(line);
            head = Some(next);
        }
        Ok(())
    })
    .expect("read");
    (log, head.expect("some"))
}

fn codes(faults: &[AuditFault]) -> Vec<&'static str> {
    faults.iter().map(AuditFault::code).collect()
}

fn assert_damaged(place: &Place, acknowledged: Option<ChainHead>, says: &str) {
    let before = place.log();
    let error = place.open(acknowledged).expect_err("damaged");
    assert_eq!(error.exit_status(), 4, "{error}");
    assert!(error.to_string().contains(says), "{error}");
    assert_eq!(place.log(), before, "nothing is written over");
}

// ---- Opening ----

#[test]
fn a_new_log_is_its_owners_alone_and_empty() {
    let place = Place::new();
    let (journal, pending) = Journal::open(&place.path, CHAIN, None, now()).expect("opens");
    assert_eq!((journal.head(), pending.records.len(), pending.torn), (None, 0, None));
    assert_eq!(fs::metadata(&place.path).expect("there").permissions().mode() & 0o7777, 0o600);
}

#[test]
fn a_log_goes_on_where_it_ended() {
    let place = Place::new();
    let first = place.append(None, 2);
    let second = place.append(Some(first), 3);
    assert_eq!(second.seq, 5);
    assert_eq!(place.faults(Some(second)), []);
    assert_eq!(Digest::of(place.lines()[4].trim_ascii_end()), second.hash);
}

#[test]
fn records_that_the_ledger_does_not_know_are_handed_over() {
    let place = Place::new();
    let known = place.append(None, 2);
    place.append(Some(known), 3);
    let (_, pending) = Journal::open(&place.path, CHAIN, Some(known), now()).expect("opens");
    let seqs: Vec<u64> = pending.records.iter().map(|record| record.seq).collect();
    assert_eq!(seqs, [3, 4, 5]);
    assert_eq!(pending.records[2].event, event("signal 2"));
    let (_, all) = Journal::open(&place.path, CHAIN, None, now()).expect("opens");
    assert_eq!(all.records.len(), 5);
}

#[test]
fn opening_reads_from_the_acknowledged_record_on() {
    let place = Place::new();
    let known = place.append(None, 2_000);
    let mut log = place.log();
    log[5] = b'?';
    place.rewrite(&log);
    assert!(place.open(Some(known)).is_ok(), "the beginning is left to `audit verify`");
    assert_eq!(codes(&place.faults(Some(known))), ["chain"]);
}

#[test]
fn a_line_torn_anywhere_is_cut_and_the_cut_recorded() {
    let place = Place::new();
    let known = place.append(None, 3);
    let whole = place.log().len();
    place.append(Some(known), 1);
    let log = place.log();
    for torn_at in whole + 1..log.len() {
        place.rewrite(&log[..torn_at]);
        let (journal, pending) =
            Journal::open(&place.path, CHAIN, Some(known), now()).expect("opens");
        let torn = pending.torn.expect("torn");
        assert_eq!(torn.bytes, (torn_at - whole) as u64);
        assert_eq!(torn.sha256, Digest::of(&log[whole..torn_at]));
        let recorded = Event::TornLineCut { bytes: torn.bytes, sha256: torn.sha256 };
        let events: Vec<Event> = pending.records.into_iter().map(|record| record.event).collect();
        assert_eq!(events, [recorded]);
        assert_eq!(place.faults(journal.head()), []);
        assert!(place.log().starts_with(&log[..whole]));
    }
}

#[test]
fn a_last_line_of_zeros_or_with_a_hole_is_cut() {
    let place = Place::new();
    let known = place.append(None, 2);
    let log = place.log();
    let third = place.append(Some(known), 1);
    let mut holed = place.log();
    holed[log.len()..log.len() + 40].fill(0);
    let zeros = [log.clone(), vec![0; 300]].concat();
    for torn in [holed, zeros] {
        place.rewrite(&torn);
        let (journal, pending) =
            Journal::open(&place.path, CHAIN, Some(known), now()).expect("opens");
        assert_eq!(pending.torn.expect("torn").bytes, (torn.len() - log.len()) as u64);
        assert_eq!(journal.head().map(|head| head.seq), Some(third.seq));
        assert_eq!(place.faults(journal.head()), []);
    }
}

#[test]
fn a_first_line_that_was_torn_is_cut() {
    let place = Place::new();
    place.rewrite(b"{\"seq\":1,\"ti");
    let (journal, pending) = Journal::open(&place.path, CHAIN, None, now()).expect("opens");
    assert_eq!(pending.torn.expect("torn").bytes, 12);
    assert_eq!(journal.head().map(|head| head.seq), Some(1));
}

#[test]
fn what_the_ledger_knows_is_never_taken_for_torn() {
    let place = Place::new();
    let known = place.append(None, 3);
    let log = place.log();
    place.rewrite(&log[..log.len() - 1]);
    assert_damaged(&place, Some(known), "the audit log ends before record 3");
    place.rewrite(&log[..log.len() - 20]);
    assert_damaged(&place, Some(known), "the audit log ends before record 3");
    place.rewrite(b"");
    assert_damaged(&place, Some(known), "the audit log ends before record 3");
}

#[test]
fn an_edited_acknowledged_record_is_damage() {
    let place = Place::new();
    let known = place.append(None, 3);
    let text = String::from_utf8(place.log()).expect("text").replace("signal 2", "signal 9");
    place.rewrite(text.as_bytes());
    assert_damaged(
        &place,
        Some(known),
        "record 3 of the audit log is not the one that the ledger knows",
    );
}

#[test]
fn a_broken_line_that_is_not_the_last_is_damage() {
    let place = Place::new();
    let known = place.append(None, 2);
    place.append(Some(known), 3);
    let text = String::from_utf8(place.log()).expect("text");
    let edited = text.replacen("signal 1", "signal 9", 2).replacen("signal 9", "signal 1", 1);
    place.rewrite(edited.as_bytes());
    assert_damaged(&place, Some(known), "audit log, line 5: the record names ");
    let lines = place.lines();
    place.rewrite(&[&lines[0][..], &lines[1], b"garbage\n", &lines[3]].concat());
    assert_damaged(&place, Some(known), "the audit log holds a line that is no record");
    assert_damaged(&place, None, "audit log, line 3: not a record");
}

#[test]
fn a_last_record_that_reads_well_but_belongs_elsewhere_is_damage() {
    let place = Place::new();
    let known = place.append(None, 2);
    let elsewhere = ChainHead { seq: 2, hash: Digest::of(b"another record 2") };
    let (stray, _) = budgetd::audit::chain::encode(CHAIN, Some(elsewhere), now(), &event("x"));
    place.rewrite(&[place.log(), stray].concat());
    assert_damaged(&place, Some(known), "audit log, line 3: the record names ");
}

#[test]
fn a_missing_log_is_damage_once_the_ledger_knows_a_record() {
    let place = Place::new();
    let known = ChainHead { seq: 1, hash: Digest::of(b"") };
    let error = place.open(Some(known)).expect_err("damaged");
    assert_eq!(error.exit_status(), 4);
    assert!(!place.path.exists());
}

#[test]
fn a_log_of_another_chain_is_damage() {
    let place = Place::new();
    let known = place.append(None, 3);
    let error = Journal::open(&place.path, "other", None, now()).expect_err("damaged");
    assert!(error.to_string().contains("belongs to chain \"main\", not to \"other\""), "{error}");
    assert!(place.open(Some(known)).is_ok());
}

#[test]
fn a_link_is_not_followed() {
    let place = Place::new();
    let elsewhere = place.path.with_extension("elsewhere");
    fs::write(&elsewhere, b"").expect("written");
    std::os::unix::fs::symlink(&elsewhere, &place.path).expect("linked");
    assert!(place.open(None).is_err());
}

// ---- Appending ----

#[test]
fn a_log_that_somebody_else_appended_to_is_not_written_behind() {
    let place = Place::new();
    let mut one = place.open(None).expect("opens");
    let mut two = place.open(None).expect("opens");
    one.append(now(), &event("one")).expect("appended");
    let error = two.append(now(), &event("two")).expect_err("refused");
    assert!(matches!(error, StoreError::Busy { .. }), "{error}");
    assert_eq!(place.faults(one.head()), []);
}

#[test]
fn a_log_that_was_removed_is_not_written_to() {
    let place = Place::new();
    let mut journal = place.open(None).expect("opens");
    fs::remove_file(&place.path).expect("removed");
    assert_eq!(journal.append(now(), &event("x")).expect_err("damaged").exit_status(), 4);
}

#[test]
fn text_from_outside_stays_in_its_line() {
    let place = Place::new();
    let mut journal = place.open(None).expect("opens");
    let hostile = "a\nb\r\u{2028}\u{1b}[31m\"}";
    let head = journal.append(now(), &event(hostile)).expect("appended");
    assert_eq!(place.lines().len(), 1);
    assert_eq!(place.faults(Some(head)), []);
}

// ---- Pieces ----

#[test]
fn the_piece_for_a_bundle_is_what_follows_the_piece_before() {
    let place = Place::new();
    let head = place.append(None, 5);
    let journal = place.open(Some(head)).expect("opens");
    let lines = place.lines();
    assert_eq!(journal.records_since(None).expect("read"), place.log());
    assert_eq!(journal.records_since(Some(0)).expect("read"), place.log());
    assert_eq!(journal.records_since(Some(3)).expect("read"), lines[3..].concat());
    assert_eq!(journal.records_since(Some(5)).expect("read"), b"");
    assert_eq!(journal.records_since(Some(6)).expect_err("none").exit_status(), 4);
}

#[test]
fn the_record_of_a_publication_is_found_by_its_manifest() {
    let (place, head) = Place::with_three_bundles();
    let journal = place.open(Some(head)).expect("opens");
    for (index, (_, _, manifest)) in place.bundles.iter().enumerate() {
        let found = journal.publication_of(*manifest).expect("read");
        assert_eq!(found, Some(4 * (index as u64 + 1)));
    }
    assert_eq!(journal.publication_of(Digest::of(b"none")).expect("read"), None);
}

// ---- `audit verify` ----

#[test]
fn a_whole_log_is_reported_with_what_vouches_for_it() {
    let (place, head) = Place::with_three_bundles();
    assert_eq!(place.faults(Some(head)), []);
    let (name, audit, manifest) = &place.bundles[0];
    let first = PublishedSegment { bundle: name, audit, manifest: *manifest };
    let report = verify_all(&place.path, CHAIN, Some(head), &[first]).expect("whole");
    assert_eq!((report.records, report.head, report.bundles), (13, Some(head), 1));
    assert_eq!((report.vouched_to, report.bundles_absent), (Some(3), 2));
}

#[test]
fn a_log_that_does_not_exist_is_whole_only_if_nobody_knows_of_it() {
    let place = Place::new();
    assert_eq!(place.faults(None), []);
    let known = ChainHead { seq: 4, hash: Digest::of(b"") };
    assert_eq!(place.faults(Some(known)), [AuditFault::HeadMissing { seq: 4, last: 0 }]);
}

#[test]
fn an_edit_is_found_with_its_line() {
    let (place, head) = Place::with_three_bundles();
    let mut lines = place.lines();
    lines[5] =
        String::from_utf8(lines[5].clone()).expect("text").replace("\"b\"", "\"x\"").into_bytes();
    place.rewrite(&lines.concat());
    let faults = place.faults(Some(head));
    assert_eq!(codes(&faults), ["segment_differs", "chain"]);
    assert!(
        faults[0].to_string().starts_with("line 6: differs from the same record"),
        "{}",
        faults[0]
    );
    assert!(faults[1].to_string().starts_with("line 7: the record names "), "{}", faults[1]);
}

#[test]
fn a_removal_is_found() {
    let (place, head) = Place::with_three_bundles();
    let lines = place.lines();
    for left_out in 0..lines.len() {
        let rest = [&lines[..left_out], &lines[left_out + 1..]].concat().concat();
        place.rewrite(&rest);
        assert_ne!(place.faults(Some(head)), [], "without line {}", left_out + 1);
    }
}

#[test]
fn a_reordering_is_found() {
    let (place, head) = Place::with_three_bundles();
    let lines = place.lines();
    for first in 0..lines.len() - 1 {
        let mut swapped = lines.clone();
        swapped.swap(first, first + 1);
        place.rewrite(&swapped.concat());
        assert_ne!(place.faults(Some(head)), [], "lines {} and the next", first + 1);
    }
}

#[test]
fn a_cut_end_is_found_by_the_ledger() {
    let (place, head) = Place::with_three_bundles();
    let lines = place.lines();
    place.rewrite(&lines[..12].concat());
    assert_eq!(place.faults(Some(head)), [AuditFault::HeadMissing { seq: 13, last: 12 }]);
}

#[test]
fn a_cut_up_to_the_last_checkpoint_is_found_even_if_the_ledger_was_edited() {
    let (place, _) = Place::with_three_bundles();
    let lines = place.lines();
    for kept in 0..12 {
        let log = lines[..kept].concat();
        place.rewrite(&log);
        let edited = lines[..kept]
            .last()
            .map(|line| ChainHead { seq: kept as u64, hash: Digest::of(line.trim_ascii_end()) });
        let faults = place.faults(edited);
        let found = codes(&faults);
        assert!(
            found.contains(&"segment_missing") || found.contains(&"manifest_unnamed"),
            "{kept} lines kept: {faults:?}"
        );
    }
}

#[test]
fn a_history_written_anew_is_found_even_if_the_ledger_was_edited() {
    let (place, _) = Place::with_three_bundles();
    for forged in 1..=11 {
        let original = place.log();
        let (log, head) = forge(&place, |seq, event| {
            if seq == forged {
                Some(Event::Stopped { signal: "forged".to_owned() })
            } else {
                Some(event)
            }
        });
        place.rewrite(&log);
        assert_eq!(budgetd::audit::chain::verify(CHAIN, &log, None), Ok(Some(head)));
        assert_ne!(place.faults(Some(head)), [], "record {forged}");
        place.rewrite(&original);
    }
}

#[test]
fn a_publication_that_the_log_does_not_name_is_found() {
    let (place, _) = Place::with_three_bundles();
    let (log, head) = forge(&place, |seq, event| (seq != 12).then_some(event));
    place.rewrite(&log);
    let faults = place.faults(Some(head));
    assert_eq!(codes(&faults), ["manifest_unnamed"]);
    assert!(faults[0].to_string().starts_with("bundle bundle 3: no record names its manifest"));
}

#[test]
fn a_bundle_whose_piece_cannot_be_read_is_named() {
    let (mut place, head) = Place::with_three_bundles();
    place.bundles[1].1 = b"garbage\n".to_vec();
    assert_eq!(codes(&place.faults(Some(head))), ["segment_unreadable"]);
    place.bundles[1].1 = Vec::new();
    assert_eq!(codes(&place.faults(Some(head))), ["segment_unreadable"]);
}

#[test]
fn an_unreadable_log_is_a_fault() {
    let place = Place::new();
    fs::create_dir(&place.path).expect("made");
    assert_eq!(codes(&place.faults(None)), ["unreadable"]);
    let endless = place.path.with_extension("endless");
    fs::write(&endless, vec![b'x'; 5 * 1024 * 1024]).expect("written");
    let faults = verify_all(Path::new(&endless), CHAIN, None, &[]).expect_err("faults");
    assert!(codes(&faults).contains(&"unreadable"), "{faults:?}");
}

#[test]
fn many_faults_are_counted_and_not_all_listed() {
    let place = Place::new();
    place.rewrite(&b"garbage\n".repeat(1_000));
    let faults = place.faults(None);
    assert_eq!(faults.len(), 101);
    assert_eq!(faults[100], AuditFault::More { count: 900 });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_single_changed_byte_is_found(place: prop::sample::Index, flip in 1u8..=255) {
        let (world, head) = Place::with_three_bundles();
        let mut log = world.log();
        let place = place.index(log.len());
        log[place] ^= flip;
        world.rewrite(&log);
        prop_assert_ne!(world.faults(Some(head)), []);
    }

    #[test]
    fn opening_never_changes_what_the_ledger_knows(place: prop::sample::Index, flip in 1u8..=255, known in 1u64..=13) {
        let (world, _) = Place::with_three_bundles();
        let lines = world.lines();
        let line = &lines[usize::try_from(known - 1).expect("small")];
        let head = ChainHead { seq: known, hash: Digest::of(line.trim_ascii_end()) };
        let acknowledged: usize = lines.iter().take(usize::try_from(known).expect("small")).map(Vec::len).sum();
        let mut log = world.log();
        let place = place.index(log.len());
        log[place] ^= flip;
        world.rewrite(&log);
        let opened = world.open(Some(head));
        let after = world.log();
        prop_assert!(after.starts_with(&log[..acknowledged]));
        if opened.is_err() {
            prop_assert_eq!(after, log);
        }
    }
}
