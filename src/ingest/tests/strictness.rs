//! The gate against other readers of CSV: what it lets through, they split into the same fields,
//! and what the strictest of them refuses, it refuses too.

#![expect(clippy::print_stdout, reason = "what is skipped says so by name")]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use csv::{ByteRecord, ReaderBuilder};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::*;

/// Characters that mean something to some reader, and one that means nothing.
const ALPHABET: [&str; 6] = ["a", "\"", ",", "\n", "\r", "\0"];

/// Longest text of which all are tried.
const LENGTH_OF_ALL: u32 = 6;

const RANDOM_CASES: u32 = 12_000;

/// What Python's strict reader takes and the gate does not: a quote inside a plain field, which
/// Python keeps as text; a carriage return that ends a line by itself; NUL and other control
/// characters.
const STRICTER: [&str; 3] = ["stray_quote", "lone_carriage_return", "control_character"];

type Fields = Vec<Vec<String>>;

struct Case {
    separator: u8,
    text: String,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for length in 0..=LENGTH_OF_ALL {
        for number in 0..ALPHABET.len().pow(length) {
            let place = |at| ALPHABET[number / ALPHABET.len().pow(at) % ALPHABET.len()];
            cases.push(Case { separator: b',', text: (0..length).map(place).collect() });
        }
    }
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let hostile = proptest::sample::select(vec![
        "\"", "\"\"", ",", ";", "\t", "|", "\n", "\r\n", "\r", "\0", "\u{85}", "\u{2028}", "é",
        " ", "'", "\\", "\\\"", "x", "1,5",
    ]);
    let field = "[ a-z0-9é]{0,4}|\"([ a-z0-9,;|\n]|\"\"|\r\n){0,6}\"";
    let record = proptest::collection::vec(field, 1..5);
    let strategy = (
        proptest::sample::select(vec![b',', b';', b'|', b'\t']),
        prop_oneof![
            proptest::collection::vec(hostile.clone(), 0..24).prop_map(|tokens| (tokens, vec![])),
            (proptest::collection::vec(hostile, 0..2), proptest::collection::vec(record, 0..5)),
        ],
        proptest::sample::select(vec!["\n", "\r\n"]),
        any::<proptest::sample::Index>(),
    );
    for _ in 0..RANDOM_CASES {
        let tree = strategy.new_tree(&mut runner).expect("a strategy without filters");
        let (separator, (tokens, records), end, place) = tree.current();
        let between = char::from(separator).to_string();
        let mut text: String = records.iter().map(|fields| fields.join(&between) + end).collect();
        let places: Vec<usize> =
            text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        text.insert_str(places[place.index(places.len())], &tokens.concat());
        cases.push(Case { separator, text });
    }
    cases
}

/// The fields of all records, or the codes of what is wrong.
fn through_the_gate(case: &Case) -> Result<Fields, BTreeSet<&'static str>> {
    let source = Source { separator: case.separator, ..Source::long() };
    let grammar = Grammar::of(&source, Limits::default());
    let mut records = Records::new(case.text.as_bytes(), grammar);
    let mut record = ByteRecord::new();
    let (mut all, mut codes) = (Vec::new(), BTreeSet::new());
    while let Some(served) = records.read(&mut record).expect("memory does not fail") {
        codes.extend(served.fault.as_ref().map(|fault| fault.reason.code()));
        all.push(texts(&record));
    }
    if codes.is_empty() { Ok(all) } else { Err(codes) }
}

fn texts(record: &ByteRecord) -> Vec<String> {
    record.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect()
}

#[test]
fn what_the_gate_lets_through_the_csv_crate_splits_alike() {
    let mut taken = 0;
    for case in cases() {
        let Ok(fields) = through_the_gate(&case) else { continue };
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(case.separator)
            .from_reader(case.text.as_bytes());
        let alone: Fields =
            reader.byte_records().map(|record| texts(&record.expect("memory"))).collect();
        assert_eq!(fields, alone, "{:?}", case.text);
        taken += 1;
    }
    assert!(taken > 8_000, "only {taken} cases went through");
}

const PYTHON: &str = "
import csv, io, json, sys
answers = []
for separator, text in json.loads(sys.stdin.buffer.read()):
    try:
        lines = io.StringIO(text, newline='')
        rows = csv.reader(lines, delimiter=separator, strict=True)
        answers.append([row for row in rows if row])
    except csv.Error:
        answers.append(None)
sys.stdout.buffer.write(json.dumps(answers).encode())
";

/// What Python's strict reader makes of the cases; `None` for one that it refuses.
fn through_python(cases: &[Case]) -> Option<Vec<Option<Fields>>> {
    let mut python = Command::new("python3")
        .args(["-I", "-c", PYTHON])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let question: Vec<(char, &str)> =
        cases.iter().map(|case| (char::from(case.separator), case.text.as_str())).collect();
    let question = serde_json::to_vec(&question).expect("plain texts");
    python
        .stdin
        .take()
        .expect("a pipe")
        .write_all(&question)
        .expect("it reads all before it answers");
    let output = python.wait_with_output().expect("it ends");
    assert!(output.status.success(), "python3 failed");
    Some(serde_json::from_slice(&output.stdout).expect("its answers"))
}

#[test]
fn the_gate_is_at_least_as_strict_as_python_and_splits_alike() {
    let cases = cases();
    let Some(answers) = through_python(&cases) else {
        println!("skipped: the gate compared with Python's csv: there is no python3");
        return;
    };
    assert_eq!(answers.len(), cases.len());
    let (mut both, mut neither, mut stricter) = (0, 0, 0);
    for (case, python) in cases.iter().zip(answers) {
        match (through_the_gate(case), python) {
            (Ok(own), Some(python)) => {
                assert_eq!(own, python, "{:?}", case.text);
                both += 1;
            }
            (Ok(_), None) => panic!("Python refuses {:?}", case.text),
            (Err(codes), Some(_)) => {
                let known = STRICTER.iter().any(|code| codes.contains(code));
                assert!(known, "Python takes {:?}, the gate says {codes:?}", case.text);
                stricter += 1;
            }
            (Err(_), None) => neither += 1,
        }
    }
    println!("{both} taken by both, {neither} by neither, {stricter} by Python alone");
    assert!(both > 8_000 && neither > 8_000, "{both} taken by both, {neither} by neither");
}
