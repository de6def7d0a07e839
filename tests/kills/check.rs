//! What must hold at a place: at any moment of what others can see, and of everything once the
//! work is done.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use budgetd::domain::Digest;
use budgetd::store::bundle;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use super::files::{Dropped, Fate};
use super::place::{Place, Scene};

/// Everything that two runs of the same work have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    facts: BTreeMap<String, String>,
    tables: BTreeMap<&'static str, Vec<String>>,
    answers: BTreeMap<String, String>,
    archive: BTreeMap<String, Digest>,
    decisions: BTreeMap<String, Value>,
}

/// Which clock the arrivals of a scene are by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// `--as-of`: two runs have the same arrivals.
    Stated,
    /// The real one.
    Real,
}

/// Checks all that must hold once the work of `scene` is done, and returns what another run of it
/// must have led to as well.
pub fn done(place: &Place, scene: &Scene, clock: Clock) -> Outcome {
    visible(place, scene);
    each_file_has_one_answer(place, scene);
    each_week_has_one_bundle(place, scene);
    nothing_is_left_over(place);
    for account in accounts(scene) {
        the_log_tells_one_story(place, scene, account);
    }
    the_log_is_whole(place);
    outcome(place, scene, clock)
}

/// What others can see is whole at any moment; only names with a dot in front may be unfinished.
pub fn visible(place: &Place, scene: &Scene) {
    for (name, path) in names_below(&place.at("archive")) {
        let file = Path::new(&name).file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() || file.starts_with('.') {
            continue;
        }
        let digest = Digest::of(&fs::read(&path).expect("read"));
        let named = file.split('_').nth(1).expect("the digest's digits");
        assert_eq!(digest.short(), named, "half an original is in the archive: {name}");
    }
    for account in accounts(scene) {
        let originals: BTreeSet<Digest> = scene.files.iter().map(Dropped::digest).collect();
        for (name, path) in names_in(&place.at("inbox").join(account).join("rejected")) {
            let bytes = fs::read(&path).expect("read");
            let whole = if name.ends_with(".problems.txt") {
                bytes.ends_with(b"\n")
            } else {
                originals.contains(&Digest::of(&bytes))
            };
            assert!(whole || name.starts_with('.'), "half an answer: {name}");
        }
        for (name, path) in names_in(&place.at("inbox").join(account).join("receipts")) {
            let whole = fs::read(&path).expect("read").ends_with(b"\n");
            assert!(whole || name.starts_with('.'), "half a receipt: {name}");
        }
        for (name, path) in names_in(&place.at("outbox").join(account)) {
            if !name.starts_with('.') {
                let verdict = bundle::verify(&fs::canonicalize(path).expect("a folder"), None);
                assert!(verdict.is_ok(), "half a bundle: {name}: {verdict:?}");
            }
        }
    }
}

fn each_file_has_one_answer(place: &Place, scene: &Scene) {
    let mut recorded: Vec<(String, String, String, String)> = query(
        place,
        "SELECT a.name, f.name, f.outcome, f.sha256 FROM files f JOIN accounts a
         ON a.id = f.account",
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    );
    recorded.sort();
    let mut expected: Vec<_> = scene
        .files
        .iter()
        .map(|file| {
            let (account, fate) = (file.account.to_owned(), file.fate.name().to_owned());
            (account, file.name.clone(), fate, file.digest().to_string())
        })
        .collect();
    expected.sort();
    assert_eq!(recorded, expected, "files of the ledger");
    for account in accounts(scene) {
        let inbox = place.at("inbox").join(account);
        let own = scene.files.iter().filter(|file| file.account == account);
        let (mut receipts, mut rejected) = (BTreeSet::new(), BTreeSet::new());
        for file in own {
            if file.fate == Fate::Refused {
                rejected.insert(file.name.clone());
                rejected.insert(format!("{}.problems.txt", file.name));
                let kept = fs::read(inbox.join("rejected").join(&file.name)).expect("kept");
                assert_eq!(Digest::of(&kept), file.digest(), "{}", file.name);
            } else {
                receipts.insert(format!("{}.receipt.txt", file.name));
            }
        }
        assert_eq!(only_names(&inbox.join("receipts")), receipts, "receipts of {account}");
        assert_eq!(only_names(&inbox.join("rejected")), rejected, "rejected of {account}");
        let mut left = only_names(&inbox);
        left.remove("link.csv");
        let folders = [".claimed", "receipts", "rejected"].map(str::to_owned);
        assert_eq!(left, BTreeSet::from(folders), "the originals of {account} are gone");
        assert_eq!(only_names(&inbox.join(".claimed")), BTreeSet::new());
    }
    let archived: Vec<(String, String)> =
        query(place, "SELECT archived, sha256 FROM files WHERE archived IS NOT NULL", |row| {
            Ok((row.get(0)?, row.get(1)?))
        });
    let taken = scene.files.iter().filter(|file| file.fate != Fate::Refused).count();
    assert_eq!(archived.len(), taken);
    let expected: BTreeSet<String> = archived.iter().map(|(path, _)| path.clone()).collect();
    let found = names_below(&place.at("archive")).into_iter().filter(|(_, path)| path.is_file());
    let found: BTreeSet<String> =
        found.map(|(name, _)| name).filter(|name| name != ".gitkeep").collect();
    assert_eq!(found, expected, "originals in the archive");
    for (path, digest) in archived {
        let path = place.at("archive").join(path);
        assert_eq!(Digest::of(&fs::read(&path).expect("read")).to_string(), digest);
        assert_eq!(path.metadata().expect("there").permissions().mode() & 0o222, 0, "read-only");
    }
}

fn each_week_has_one_bundle(place: &Place, scene: &Scene) {
    let mut recorded: Vec<(String, String)> = query(
        place,
        "SELECT a.name, p.decision, p.revision, p.manifest FROM publications p
         JOIN accounts a ON a.id = p.account ORDER BY a.name, p.week, p.revision",
        |row| {
            let account: String = row.get(0)?;
            let decision: String = row.get(1)?;
            let value: Value = serde_json::from_str(&decision).expect("JSON");
            let week = value["week_start_date"].as_str().expect("a week");
            let name = match row.get(2)? {
                1 => week.to_owned(),
                revision => format!("{week}.r{revision}"),
            };
            let folder = place.at("outbox").join(&account).join(&name);
            let in_bundle = fs::read_to_string(folder.join("decision.json")).expect("read");
            assert_eq!(in_bundle, decision, "the ledger has the bundle's decision");
            let manifest = fs::read(folder.join("SHA256SUMS")).expect("read");
            assert_eq!(Digest::of(&manifest).to_string(), row.get::<_, String>(3)?);
            Ok((account, name))
        },
    );
    recorded.sort();
    let mut expected: Vec<(String, String)> =
        scene.bundles.iter().map(|(account, name)| ((*account).to_owned(), name.clone())).collect();
    expected.sort();
    assert_eq!(recorded, expected, "publications of the ledger");
    for account in accounts(scene) {
        let names: BTreeSet<String> =
            expected.iter().filter(|(of, _)| of == account).map(|(_, name)| name.clone()).collect();
        let folder = place.at("outbox").join(account);
        if names.is_empty() && !folder.exists() {
            continue;
        }
        let mut found = only_names(&folder);
        assert_eq!(found.remove("latest"), !names.is_empty());
        assert_eq!(found, names, "bundles of {account}");
        // Names sort as the weeks and revisions do.
        if let Some(newest) = names.last() {
            let latest = fs::read_link(folder.join("latest")).expect("a link");
            assert_eq!(&latest.to_string_lossy(), newest, "latest of {account}");
        }
    }
}

fn nothing_is_left_over(place: &Place) {
    for folder in ["state/staging", "outbox", "archive", "inbox"] {
        for (name, _) in names_below(&place.at(folder)) {
            let own = name.rsplit('/').next().expect("a name");
            let expected = matches!(own, ".claimed" | ".gitkeep");
            assert!(!own.starts_with('.') || expected, "{folder}/{name} is left");
        }
    }
    assert_eq!(only_names(&place.at("state/staging")), BTreeSet::new());
    let locks = ["retention.lock", "run.lock", "work.lock"];
    let known = [&locks[..], &["audit", "keys", "ledger.db", "staging"]].concat();
    // The last two are SQLite's, and stay where the last one to look could only read.
    let known = [&known[..], &["ledger.db-shm", "ledger.db-wal"]].concat();
    for name in only_names(&place.at("state")) {
        assert!(known.contains(&name.as_str()), "state/{name} is left");
    }
}

/// The log of an account, without what it says did not take effect.
pub fn standing(place: &Place, account: &str) -> Vec<Value> {
    let text = place.read(format!("state/audit/accounts/{account}.jsonl"));
    let records: Vec<Value> = text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).expect("a record"))
        .collect();
    let superseded: Vec<u64> =
        records.iter().filter_map(|record| record["superseded_seq"].as_u64()).collect();
    let once: BTreeSet<u64> = superseded.iter().copied().collect();
    assert_eq!(superseded.len(), once.len(), "a record of {account} is superseded twice");
    for record in &records {
        let is_effect = matches!(
            event(record),
            "file_accepted"
                | "file_duplicate"
                | "file_refused"
                | "decided"
                | "published"
                | "caught_up"
                | "missed"
                | "object_ignored"
        );
        let seq = record["seq"].as_u64().expect("a number");
        assert!(is_effect || !once.contains(&seq), "{record} can't be superseded");
    }
    records
        .into_iter()
        .filter(|record| !once.contains(&record["seq"].as_u64().expect("a number")))
        .collect()
}

pub fn event(record: &Value) -> &str {
    record["event"].as_str().expect("an event")
}

fn the_log_tells_one_story(place: &Place, scene: &Scene, account: &str) {
    let records = standing(place, account);
    let of_kind = |kind: &str| records.iter().filter(|record| event(record) == kind).collect();
    let mut told: Vec<(String, String, String)> = records
        .iter()
        .filter_map(|record| {
            let fate = event(record).strip_prefix("file_")?.to_owned();
            let text = |key: &str| record[key].as_str().expect("a text").to_owned();
            Some((text("claim"), text("name"), fate))
        })
        .collect();
    told.sort();
    let mut recorded: Vec<(String, String, String)> = query(
        place,
        &format!(
            "SELECT claim, f.name, outcome FROM files f JOIN accounts a ON a.id = f.account
             WHERE a.name = '{account}'"
        ),
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    );
    recorded.sort();
    assert_eq!(told, recorded, "what the log and the ledger of {account} say of files");
    let decided: Vec<&Value> = of_kind("decided");
    let published: Vec<&Value> = of_kind("published");
    let bundles = scene.bundles.iter().filter(|(of, _)| *of == account).count();
    assert_eq!((decided.len(), published.len()), (bundles, bundles), "decisions of {account}");
    for (decided, published) in decided.iter().zip(&published) {
        let key = |record: &Value| (record["week"].clone(), record["revision"].clone());
        assert_eq!(key(decided), key(published));
        let week = published["week"].as_str().expect("a day");
        let name = match published["revision"].as_u64() {
            Some(1) => week.to_owned(),
            revision => format!("{week}.r{}", revision.expect("a number")),
        };
        let folder = format!("outbox/{account}/{name}");
        let manifest = Digest::of(&place.read(format!("{folder}/SHA256SUMS")));
        assert_eq!(published["manifest"], manifest.to_string(), "{folder}");
        let decision = Digest::of(&place.read(format!("{folder}/decision.json")));
        assert_eq!(decided["decision"], decision.to_string(), "{folder}");
    }
    for (kind, key) in [("missed", "week"), ("caught_up", "week"), ("object_ignored", "name")] {
        let told: Vec<&Value> = of_kind(kind);
        let mut named: Vec<String> = told.iter().map(|record| record[key].to_string()).collect();
        named.sort();
        let count = named.len();
        named.dedup();
        assert_eq!(named.len(), count, "{kind} of {account} is told twice");
        let recorded = match kind {
            "missed" => "SELECT count(*) FROM missed t",
            "object_ignored" => "SELECT count(*) FROM ignored t",
            _ => continue,
        };
        let select =
            format!("{recorded} JOIN accounts a ON a.id = t.account WHERE a.name = '{account}'");
        let count = i64::try_from(count).expect("few");
        assert_eq!(number(place, &select), Some(count), "{kind} of {account}: ledger and log");
    }
    // Everything in the log is acknowledged: nobody would take up any of it again.
    let last = records.last().and_then(|record| record["seq"].as_i64());
    let acknowledged = format!("SELECT max(seq) FROM chains WHERE name = '{account}'");
    assert_eq!(number(place, &acknowledged), last, "the head of {account}");
}

fn the_log_is_whole(place: &Place) {
    let output = place.run(&["audit", "verify"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

fn outcome(place: &Place, scene: &Scene, clock: Clock) -> Outcome {
    let mut facts = BTreeMap::new();
    for account in accounts(scene) {
        let output = place.run(&["facts", "--account", account]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        facts.insert(account.to_owned(), String::from_utf8(output.stdout).expect("text"));
    }
    let arrival = if clock == Clock::Stated { "arrived_at" } else { "''" };
    let stated = if clock == Clock::Stated { "stated_at" } else { "''" };
    // By name, never by number: which account is served first after a failure is of no account.
    let tables = [
        ("accounts", "SELECT name FROM accounts ORDER BY name".to_owned()),
        (
            "channels",
            "SELECT a.name, c.name FROM channels c JOIN accounts a ON a.id = c.account
             ORDER BY a.name, c.name"
                .to_owned(),
        ),
        (
            "files",
            format!(
                "SELECT a.name, f.name, sha256, bytes, rows, outcome, first_day, last_day,
                 archived, answer_name, answer, source, replaced, {arrival}
                 FROM files f JOIN accounts a ON a.id = f.account ORDER BY a.name, f.id"
            ),
        ),
        (
            "facts",
            "SELECT a.name, day, c.name, campaign, spend, revenue, impressions, clicks,
             conversions, v.name, v.sha256, s.name, s.sha256, line
             FROM facts t JOIN accounts a ON a.id = t.account JOIN channels c ON c.id = t.channel
             JOIN files v ON v.id = t.file JOIN files s ON s.id = t.seen
             ORDER BY a.name, day, c.name, campaign"
                .to_owned(),
        ),
        (
            "publications",
            format!(
                "SELECT a.name, week, revision, hold_reason, {stated}
                 FROM publications p JOIN accounts a ON a.id = p.account ORDER BY a.name, p.seq"
            ),
        ),
        (
            "budgets",
            "SELECT a.name, week, revision, channel, budget FROM budgets b
             JOIN publications p ON p.seq = b.publication JOIN accounts a ON a.id = p.account
             ORDER BY a.name, week, revision, channel"
                .to_owned(),
        ),
        (
            "vetoes",
            "SELECT a.name, week, revision, channel FROM vetoes v
             JOIN publications p ON p.seq = v.publication JOIN accounts a ON a.id = p.account
             ORDER BY a.name, week, revision, channel"
                .to_owned(),
        ),
        (
            "missed",
            "SELECT a.name, week FROM missed m JOIN accounts a ON a.id = m.account
             ORDER BY a.name, week"
                .to_owned(),
        ),
        (
            "ignored",
            "SELECT a.name, i.name, kind FROM ignored i JOIN accounts a ON a.id = i.account
             ORDER BY a.name, i.name, kind"
                .to_owned(),
        ),
    ];
    let tables = tables.map(|(name, select)| (name, rows_of(place, &select)));
    let mut answers = BTreeMap::new();
    for account in accounts(scene) {
        for folder in ["receipts", "rejected"] {
            for (name, path) in names_in(&place.at("inbox").join(account).join(folder)) {
                let text = String::from_utf8(fs::read(path).expect("read")).expect("text");
                answers.insert(format!("{account}/{folder}/{name}"), text);
            }
        }
    }
    let archive = names_below(&place.at("archive")).into_iter().filter(|(_, path)| path.is_file());
    let archive =
        archive.map(|(name, path)| (name, Digest::of(&fs::read(path).expect("read")))).collect();
    let mut decisions = BTreeMap::new();
    for (account, name) in &scene.bundles {
        let folder = format!("outbox/{account}/{name}");
        let text = place.read(format!("{folder}/decision.json"));
        let mut decision: Value = serde_json::from_slice(&text).expect("JSON");
        // It names the bundle before, whose audit.jsonl holds times of the clock.
        decision["manifest_before"] = Value::Null;
        decisions.insert(format!("{folder}/decision.json"), decision);
        for file in ["weekly_recommendations.csv", "explanation.txt"] {
            let text = String::from_utf8(place.read(format!("{folder}/{file}"))).expect("text");
            decisions.insert(format!("{folder}/{file}"), Value::String(text));
        }
    }
    Outcome { facts, tables: BTreeMap::from(tables), answers, archive, decisions }
}

/// Says where two outcomes differ, instead of printing thousands of rows.
pub fn assert_same(found: &Outcome, expected: &Outcome) {
    same_map("facts", &found.facts, &expected.facts);
    same_map("table", &found.tables, &expected.tables);
    same_map("answer", &found.answers, &expected.answers);
    same_map("original", &found.archive, &expected.archive);
    same_map("decision", &found.decisions, &expected.decisions);
}

fn same_map<K: Ord + Debug, V: PartialEq + Debug>(
    what: &str,
    found: &BTreeMap<K, V>,
    expected: &BTreeMap<K, V>,
) {
    assert!(found.keys().eq(expected.keys()), "{what}: {:?}", found.keys());
    for (key, expected) in expected {
        if found[key] != *expected {
            let (found, expected) = (format!("{:#?}", found[key]), format!("{expected:#?}"));
            let lines = found.lines().zip(expected.lines());
            let (one, other) = lines.clone().find(|(one, other)| one != other).unwrap_or_default();
            panic!("{what} {key:?} differs from the undisturbed run:\n{one}\n{other}");
        }
    }
}

fn accounts(scene: &Scene) -> BTreeSet<&'static str> {
    scene.files.iter().map(|file| file.account).collect()
}

fn rows_of(place: &Place, select: &str) -> Vec<String> {
    query(place, select, |row| {
        let count = row.as_ref().column_count();
        let cells: Vec<String> = (0..count)
            .map(|column| row.get_ref(column).map(cell))
            .collect::<rusqlite::Result<_>>()?;
        Ok(cells.join("|"))
    })
}

fn cell(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        other => format!("{other:?}"),
    }
}

/// What the ledger says.
pub fn query<T>(
    place: &Place,
    select: &str,
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Vec<T> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let ledger = Connection::open_with_flags(place.at("state/ledger.db"), flags).expect("a ledger");
    let mut select = ledger.prepare(select).expect("a query");
    let rows = select.query_map([], read).expect("an answer");
    rows.collect::<rusqlite::Result<_>>().expect("rows")
}

/// A number that the ledger says, if it says one.
pub fn number(place: &Place, select: &str) -> Option<i64> {
    query(place, select, |row| row.get(0)).into_iter().next().flatten()
}

fn only_names(folder: &Path) -> BTreeSet<String> {
    names_in(folder).into_iter().map(|(name, _)| name).collect()
}

/// The names in a folder with their paths.
pub fn names_in(folder: &Path) -> Vec<(String, std::path::PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let entries = entries.map(|entry| entry.expect("an entry"));
    entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).collect()
}

/// The names below a folder, with slashes.
fn names_below(folder: &Path) -> Vec<(String, std::path::PathBuf)> {
    let mut found = Vec::new();
    for (name, path) in names_in(folder) {
        let is_folder = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir());
        if is_folder {
            let below = names_below(&path).into_iter();
            found.extend(below.map(|(inner, path)| (format!("{name}/{inner}"), path)));
        }
        found.push((name, path));
    }
    found
}
