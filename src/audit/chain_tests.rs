//! The chain: what its lines look like, and what it notices.

use proptest::prelude::*;

use super::*;

fn at(second: u32) -> Instant {
    format!("2026-01-05T00:30:{second:02}Z").parse().expect("a time")
}

fn stopped(signal: &str) -> Event {
    Event::Stopped { signal: signal.to_owned() }
}

/// A chain of `count` records, and its head.
fn chain_of(count: u32) -> (Vec<u8>, Option<ChainHead>) {
    let mut log = Vec::new();
    let mut head = None;
    for number in 0..count {
        let (line, next) = encode("main", head, at(number), &stopped(&format!("signal {number}")));
        log.extend(line);
        head = Some(next);
    }
    (log, head)
}

fn without(log: &[u8], left_out: usize) -> Vec<u8> {
    let lines = log.split_inclusive(|&byte| byte == b'\n').enumerate();
    lines.filter(|(index, _)| *index != left_out).flat_map(|(_, line)| line.to_vec()).collect()
}

fn fault(log: &[u8]) -> ChainFault {
    verify("main", log, None).expect_err("a fault")
}

#[test]
fn a_line_has_its_keys_in_the_documented_order() {
    let (line, head) = encode("main", None, at(0), &stopped("SIGTERM"));
    let zeros = "0".repeat(64);
    let expected = format!(
        "{{\"seq\":1,\"time\":\"2026-01-05T00:30:00Z\",\"chain\":\"main\",\"prev\":\"{zeros}\",\
         \"event\":\"stopped\",\"signal\":\"SIGTERM\"}}\n"
    );
    assert_eq!(String::from_utf8(line).expect("text"), expected);
    assert_eq!(head.seq, 1);
    // printf '%s' '{"seq":1,…}' | sha256sum
    let hash = "34e97d98bf8beb47df5af9901a885d0687589ef83407fdfc96cd40b97d142211";
    assert_eq!(head.hash.to_string(), hash);
}

#[test]
fn each_record_names_the_hash_of_the_one_before() {
    let (first, head) = encode("main", None, at(0), &stopped("a"));
    let (second, _) = encode("main", Some(head), at(1), &stopped("b"));
    let record = Record::decode(second.trim_ascii_end()).expect("a record");
    assert_eq!(record.prev, Digest::of(first.trim_ascii_end()));
    assert_eq!((record.seq, record.time, record.event), (2, at(1), stopped("b")));
}

#[test]
fn a_whole_chain_is_accepted_and_gives_its_head() {
    let (log, head) = chain_of(5);
    assert_eq!(verify("main", &log, None), Ok(head));
    assert_eq!(verify("main", b"", None), Ok(None));
    assert_eq!(verify("main", b"", head), Ok(head));
}

#[test]
fn the_rest_of_a_chain_is_accepted_after_its_head() {
    let (log, head) = chain_of(5);
    let (begin, middle) = chain_of(2);
    assert_eq!(verify("main", &log[begin.len()..], middle), Ok(head));
}

#[test]
fn an_edit_shows_in_the_next_line() {
    let (log, _) = chain_of(4);
    let text = String::from_utf8(log).expect("text").replace("signal 1", "signal 7");
    let fault = fault(text.as_bytes());
    assert_eq!(fault.line, 3);
    assert!(matches!(fault.what, ChainFaultKind::Unlinked { .. }), "{fault}");
    assert!(fault.to_string().starts_with("line 3: the record names "), "{fault}");
}

#[test]
fn a_removal_shows_in_the_next_line() {
    let (log, _) = chain_of(4);
    let first = fault(&without(&log, 0));
    assert_eq!(first.line, 1);
    assert_eq!(first.what, ChainFaultKind::OutOfSequence { found: 2, expected: 1 });
    let middle = fault(&without(&log, 2));
    assert_eq!(
        middle.to_string(),
        "line 3: the record has number 4, expected 3: one is missing or out of place"
    );
}

#[test]
fn a_reordering_shows() {
    let (log, _) = chain_of(4);
    let lines: Vec<&[u8]> = log.split_inclusive(|&byte| byte == b'\n').collect();
    let swapped = [lines[0], lines[2], lines[1], lines[3]].concat();
    assert_eq!(fault(&swapped).what, ChainFaultKind::OutOfSequence { found: 3, expected: 2 });
}

#[test]
fn a_record_of_another_chain_shows() {
    let (line, _) = encode("other", None, at(0), &stopped("x"));
    let expected =
        ChainFaultKind::OtherChain { found: "other".to_owned(), expected: "main".to_owned() };
    assert_eq!(fault(&line).what, expected);
}

#[test]
fn a_line_without_its_end_shows() {
    let (log, _) = chain_of(2);
    assert_eq!(fault(&log[..log.len() - 1]).what, ChainFaultKind::Torn);
    let half = fault(&log[..log.len() - 9]);
    assert!(matches!(half.what, ChainFaultKind::NotARecord { .. }), "{half}");
}

#[test]
fn a_walk_goes_on_after_a_fault_and_finds_the_next() {
    let (log, _) = chain_of(6);
    let text = String::from_utf8(log).expect("text");
    let text = text.replace("signal 1", "signal 7").replace("signal 4", "signal 8");
    let mut walk = Walk::after("main", None);
    let at_fault: Vec<u64> = lines(text.as_bytes())
        .filter_map(|(line, _)| walk.step(line).err())
        .map(|fault| fault.line)
        .collect();
    assert_eq!(at_fault, [3, 6]);
}

#[test]
fn a_piece_knows_what_it_follows() {
    let (log, head) = chain_of(5);
    let (begin, middle) = chain_of(2);
    let piece = verify_piece("main", &log[begin.len()..]).expect("whole").expect("has lines");
    assert_eq!((piece.first_seq, Some(piece.head)), (3, head));
    assert!(piece.follows(middle.expect("a head")));
    assert!(!piece.follows(head.expect("a head")));
    assert!(!piece.begins_the_chain());
    assert_eq!(verify_piece("main", b""), Ok(None));
    assert!(verify_piece("main", &log).expect("whole").expect("has lines").begins_the_chain());
}

#[test]
fn every_event_goes_round_and_no_key_stands_twice() {
    for event in crate::audit::event::samples() {
        let (line, _) = encode("main", None, at(0), &event);
        let line = line.trim_ascii_end();
        let record = Record::decode(line).expect("no key stands twice");
        assert_eq!(record.event, event);
        assert_eq!(serde_json::to_vec(&record).expect("plain"), line);
    }
}

#[test]
fn an_event_of_a_newer_program_still_holds_the_chain() {
    let (line, _) = encode("main", None, at(0), &stopped("x"));
    let newer = String::from_utf8(line).expect("text").replace("stopped", "not_yet_invented");
    assert!(verify("main", newer.as_bytes(), None).is_ok());
    assert!(Record::decode(newer.trim_end().as_bytes()).is_err());
}

proptest! {
    #[test]
    fn any_single_changed_byte_is_found(count in 1u32..6, place: prop::sample::Index, flip in 1u8..=255) {
        let (mut log, head) = chain_of(count);
        let place = place.index(log.len());
        log[place] ^= flip;
        prop_assert_ne!(verify("main", &log, None).ok(), Some(head));
    }

    #[test]
    fn any_cut_is_found_by_whoever_knows_the_head(count in 1u32..6, place: prop::sample::Index) {
        let (log, head) = chain_of(count);
        let place = place.index(log.len());
        prop_assert_ne!(verify("main", &log[..place], None).ok(), Some(head));
    }

    #[test]
    fn arbitrary_bytes_never_panic(log: Vec<u8>) {
        let _ = verify("main", &log, None);
        let _ = verify_piece("main", &log);
    }
}
