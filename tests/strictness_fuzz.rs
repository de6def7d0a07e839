//! The corpus of the fuzzers and mutations of it, through the same checks as theirs: whatever the
//! bytes, the reader answers, in order and within bounds, and what it takes it takes exactly.

#![expect(clippy::print_stdout, reason = "what is skipped or counted says so by name")]

#[path = "../fuzz/src/checks.rs"]
mod checks;

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Mutations of each check's corpus, unless `BUDGETD_MUTATIONS` says how many.
const MUTATIONS: u32 = 2_000;

/// Bytes longer than this only take longer.
const BYTES_MAX: usize = 16 << 10;

fn corpus(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz_corpus").join(name);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder of the repository")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let bytes = fs::read(&path).expect("a seed");
        (path, bytes)
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn what_must_hold_holds_for_each_seed_of_each_check() {
    for (_, check) in checks::CHECKS {
        for (name, _) in checks::CHECKS {
            for (path, bytes) in corpus(name) {
                println!("{}", path.display());
                check(&bytes);
            }
        }
    }
}

/// One change to some bytes; positions are shares of their length.
#[derive(Debug, Clone)]
enum Change {
    Flip(u16, u8),
    Insert(u16, Vec<u8>),
    Remove(u16, u16),
    Repeat(u16, u16, u8),
    Splice(u16, usize, u16),
    Cut(u16),
    /// Another digit in the place of one: mostly still a sound file.
    Digit(u16, u8),
    /// A line once more.
    Line(u16),
}

fn change() -> impl Strategy<Value = Change> {
    let token = prop_oneof![
        proptest::sample::select(vec![
            &b"\""[..],
            b"\"\"",
            b",",
            b";",
            b"\t",
            b"|",
            b"\r",
            b"\n",
            b"\r\n",
            b"\0",
            b"\xEF\xBB\xBF",
            b"\xFF\xFE",
            b"\xD8\x00",
            b"\x00\xD8",
            b"\x81",
            b"\xC2\x85",
            b"\x1F\x8B",
            b"2025-09-01",
            b"Email",
            b"Total:",
            b"--",
            b"1,200.50",
            b"1e9",
            b"\xE2\x82\xB9",
        ])
        .prop_map(<[u8]>::to_vec),
        proptest::collection::vec(any::<u8>(), 1..8),
    ];
    prop_oneof![
        1 => (any::<u16>(), 1u8..).prop_map(|(at, bits)| Change::Flip(at, bits)),
        1 => (any::<u16>(), token).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        1 => (any::<u16>(), 0u16..4096).prop_map(|(at, share)| Change::Remove(at, share)),
        1 => (any::<u16>(), any::<u16>(), 1u8..20).prop_map(|(at, share, n)| Change::Repeat(at, share, n)),
        1 => (any::<u16>(), any::<usize>(), any::<u16>())
            .prop_map(|(at, other, from)| Change::Splice(at, other, from)),
        1 => any::<u16>().prop_map(Change::Cut),
        6 => (any::<u16>(), b'0'..=b'9').prop_map(|(at, digit)| Change::Digit(at, digit)),
        3 => any::<u16>().prop_map(Change::Line),
    ]
}

fn at(bytes: &[u8], share: u16) -> usize {
    bytes.len() * usize::from(share) / (usize::from(u16::MAX) + 1)
}

fn changed(mut bytes: Vec<u8>, change: &Change, seeds: &[(PathBuf, Vec<u8>)]) -> Vec<u8> {
    match change {
        Change::Flip(share, bits) => {
            let at = at(&bytes, *share);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= bits;
            }
        }
        Change::Insert(share, token) => {
            let at = at(&bytes, *share);
            bytes.splice(at..at, token.iter().copied());
        }
        Change::Remove(share, length) => {
            let from = at(&bytes, *share);
            let to = (from + at(&bytes, *length)).min(bytes.len());
            bytes.drain(from..to);
        }
        Change::Repeat(share, length, times) => {
            let from = at(&bytes, *share);
            let to = (from + at(&bytes, *length)).min(bytes.len());
            let piece = bytes[from..to].repeat(usize::from(*times));
            bytes.splice(from..from, piece);
        }
        Change::Splice(share, other, from) => {
            let (_, other) = &seeds[other % seeds.len()];
            bytes.truncate(at(&bytes, *share));
            bytes.extend_from_slice(&other[at(other, *from)..]);
        }
        Change::Cut(share) => bytes.truncate(at(&bytes, *share)),
        Change::Digit(share, digit) => {
            let at = at(&bytes, *share);
            if let Some(found) = bytes[at..].iter_mut().find(|byte| byte.is_ascii_digit()) {
                *found = *digit;
            }
        }
        Change::Line(share) => {
            let at = at(&bytes, *share);
            let mut ends = (at..bytes.len()).filter(|&at| bytes[at] == b'\n').map(|at| at + 1);
            if let (Some(from), Some(to)) = (ends.next(), ends.next()) {
                let line = bytes[from..to].to_vec();
                bytes.splice(to..to, line);
            }
        }
    }
    bytes.truncate(BYTES_MAX);
    bytes
}

fn mutations_of(name: &str) {
    let (_, check) = checks::CHECKS.into_iter().find(|(found, _)| *found == name).expect("a check");
    let seeds = corpus(name);
    let mutations = std::env::var("BUDGETD_MUTATIONS")
        .map_or(MUTATIONS, |number| number.parse().expect("BUDGETD_MUTATIONS is a number"));
    let config = Config { cases: mutations, failure_persistence: None, ..Config::default() };
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let strategy = (0..seeds.len(), proptest::collection::vec(change(), 1..5));
    let taken = Cell::new(0u32);
    TestRunner::new_with_rng(config, random)
        .run(&strategy, |(seed, changes)| {
            let start = seeds[seed].1.clone();
            let bytes = changes.iter().fold(start, |bytes, change| changed(bytes, change, &seeds));
            taken.set(taken.get() + u32::from(check(&bytes)));
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let taken = taken.get();
    println!("{name}: {taken} of {mutations} taken");
    assert!(
        taken > mutations / 50,
        "{taken} taken: what holds for files that are taken is untested"
    );
}

#[test]
fn what_must_hold_holds_for_mutated_files_of_the_long_source() {
    mutations_of("long");
}

#[test]
fn what_must_hold_holds_for_mutated_reports() {
    mutations_of("report");
}

#[test]
fn what_must_hold_holds_for_mutated_text_in_other_encodings() {
    mutations_of("decode");
}

#[test]
fn what_must_hold_holds_for_mutated_files_of_the_presets() {
    mutations_of("presets");
}

#[test]
fn what_must_hold_holds_for_mutated_strange_files() {
    mutations_of("guess");
}

#[test]
fn what_must_hold_holds_for_mutated_archives() {
    mutations_of("unpack");
}
