//! Bundles as they lie in the outbox: a genuine one is accepted, whatever anybody does to it is
//! found, and the stock tools, `sha256sum` and `ssh-keygen`, say the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use budgetd::audit::Event;
use budgetd::domain::{AccountId, Digest, Instant};
use budgetd::store::bundle::{self, BundleFaults, BundleName};
use budgetd::store::journal::Journal;
use budgetd::store::keys::SigningKey;
use budgetd::store::outbox::{Outbox, StagedBundle};

fn now() -> Instant {
    "2026-01-05T00:30:00Z".parse().expect("a time")
}

fn name(text: &str) -> BundleName {
    BundleName::parse(text).expect("a name")
}

/// The files of a bundle, before they are signed.
type Files = BTreeMap<String, Vec<u8>>;

/// One account with its log, its key and its outbox.
struct World {
    folder: tempfile::TempDir,
    account: AccountId,
    key: SigningKey,
    outbox: Outbox,
    journal: Journal,
    /// The last record that a bundle holds, and the manifest of the newest bundle.
    before: Option<(u64, Digest)>,
}

impl World {
    fn new() -> Self {
        Self::of_account("main")
    }

    fn of_account(account: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let key = SigningKey::generate(&folder.path().join("key"), "test").expect("a key");
        let outbox = Outbox::open(&folder.path().join("outbox")).expect("opens");
        outbox.write_allowed_signers(&key).expect("written");
        let log = folder.path().join("audit.jsonl");
        let (journal, _) = Journal::open(&log, account, None, now()).expect("opens");
        let account = AccountId::new(account).expect("an id");
        Self { folder, account, key, outbox, journal, before: None }
    }

    /// A world with the bundles of two weeks.
    fn with_two_weeks() -> (Self, PathBuf, PathBuf) {
        let mut world = Self::new();
        let first = world.publish("2026-01-05");
        let second = world.publish("2026-01-12");
        (world, first, second)
    }

    fn publish(&mut self, text: &str) -> PathBuf {
        self.publish_changed(text, |_| {})
    }

    /// Publishes a bundle whose files `change` has had its way with before they were signed.
    fn publish_changed(&mut self, text: &str, change: impl FnOnce(&mut Files)) -> PathBuf {
        let name = name(text);
        let decision = self.decision(name);
        let mut files = Files::from([
            ("decision.json".to_owned(), decision.into_bytes()),
            ("weekly_recommendations.csv".to_owned(), table(name).into_bytes()),
            ("explanation.txt".to_owned(), b"Because.\n".to_vec()),
            ("advice/model_card.json".to_owned(), b"{}\n".to_vec()),
        ]);
        let mut audit = None;
        // What is asked for may be a change to the decision, whose digest the log names.
        change(&mut files);
        if let Some(decision) = files.get("decision.json") {
            self.record_decision(name, Digest::of(decision));
            let after = self.before.map(|(seq, _)| seq);
            audit = Some(self.journal.records_since(after).expect("read"));
        }
        if let Some(audit) = audit {
            files.entry("audit.jsonl".to_owned()).or_insert(audit);
        }
        files.retain(|_, bytes| bytes != b"REMOVE");
        self.sign_and_publish(name, &files)
    }

    fn sign_and_publish(&mut self, name: BundleName, files: &Files) -> PathBuf {
        let files: Vec<(&str, &[u8])> =
            files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let staged = self.outbox.stage(&self.account, name, &files, &self.key).expect("staged");
        let StagedBundle { manifest, .. } = staged;
        let last = self.journal.head().expect("a record").seq;
        let published = Event::Published { week: name.week, revision: name.revision, manifest };
        self.journal.append(now(), &published).expect("appended");
        self.before = Some((last, manifest));
        self.outbox.publish(&staged, name.week).expect("published")
    }

    fn record_decision(&mut self, name: BundleName, decision: Digest) {
        let decided = Event::Decided {
            week: name.week,
            revision: name.revision,
            outcome: "decided".to_owned(),
            hold: None,
            vetoes: Vec::new(),
            vetoes_overruled: Vec::new(),
            fallbacks: Vec::new(),
            revise_reason: None,
            decision,
            stated_at: now(),
        };
        self.journal.append(now(), &decided).expect("appended");
    }

    fn decision(&self, name: BundleName) -> String {
        let before = match self.before {
            Some((_, manifest)) => format!("\"{manifest}\""),
            None => "null".to_owned(),
        };
        format!(
            r#"{{
  "format": 1,
  "arithmetic": 1,
  "account": "{}",
  "currency": "INR",
  "week_start_date": "{}",
  "revision": {},
  "outcome": "decided",
  "total": "500000.00",
  "channels": [
    {{"channel": "=Email", "reasons": [], "final_budget": "142000.00"}},
    {{"channel": "Google, Ads", "reasons": [], "final_budget": "178000.00"}},
    {{"channel": "Meta Ads", "reasons": [], "final_budget": "180000.00"}}
  ],
  "vetoes": [],
  "manifest_before": {before}
}}
"#,
            self.account, name.week, name.revision
        )
    }

    fn verify(&self, dir: &Path) -> Result<(), BundleFaults> {
        bundle::verify(dir, Some(&self.signers())).map(|_| ())
    }

    fn signers(&self) -> PathBuf {
        self.folder.path().join("outbox/allowed_signers")
    }
}

fn table(name: BundleName) -> String {
    let week = name.week;
    format!(
        "week_start_date,channel,final_budget\n{week},Meta Ads,180000\n\
         {week},\"Google, Ads\",178000\n{week},'=Email,142000\n"
    )
}

fn codes(verdict: Result<(), BundleFaults>) -> Vec<&'static str> {
    match verdict {
        Ok(()) => Vec::new(),
        Err(faults) => {
            let text = faults.to_string();
            assert!(
                !text.is_empty() && !text.chars().any(|c| c.is_control() && c != '\n'),
                "{text:?}"
            );
            faults.faults.iter().map(bundle::BundleFault::code).collect()
        }
    }
}

/// What a bundle is called wrong for, if it is signed after `change`.
fn codes_of_signed(change: impl FnOnce(&mut Files)) -> Vec<&'static str> {
    let mut world = World::new();
    world.publish("2026-01-05");
    let second = world.publish_changed("2026-01-12", change);
    codes(world.verify(&second))
}

fn replace(file: &str, from: &str, to: &str) -> impl FnOnce(&mut Files) {
    move |files| {
        let bytes = files.get_mut(file).expect("there");
        let text = String::from_utf8(bytes.clone()).expect("text");
        assert!(text.contains(from), "{text}");
        *bytes = text.replacen(from, to, 1).into_bytes();
    }
}

// ---- Stock tools ----

/// What `sha256sum -c` says; `None`, with a note, where it is not installed.
fn sha256sum(dir: &Path) -> Option<bool> {
    stock(
        Command::new("sha256sum")
            .args(["--strict", "--status", "-c", "SHA256SUMS"])
            .current_dir(dir),
    )
}

/// What `ssh-keygen -Y verify` says, as the README has it.
fn ssh_keygen(dir: &Path, signers: &Path) -> Option<bool> {
    let manifest = fs::File::open(dir.join("SHA256SUMS")).expect("a manifest");
    stock(
        Command::new("ssh-keygen")
            .args(["-Y", "verify", "-I", "budgetd", "-n", "budgetd", "-s", "SHA256SUMS.sig", "-f"])
            .arg(signers)
            .current_dir(dir)
            .stdin(manifest),
    )
}

fn stock(command: &mut Command) -> Option<bool> {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.map(|status| status.success()).ok().or_else(|| {
        #[expect(clippy::print_stderr, reason = "says that a test was skipped")]
        {
            eprintln!("skipped: {} is not installed", command.get_program().display());
        }
        None
    })
}

fn assert_stock(dir: &Path, signers: &Path, digests: bool, signature: bool) {
    assert!(sha256sum(dir).is_none_or(|said| said == digests), "sha256sum on {}", dir.display());
    let said = ssh_keygen(dir, signers);
    assert!(said.is_none_or(|said| said == signature), "ssh-keygen on {}", dir.display());
}

// ---- Genuine bundles ----

#[test]
fn a_genuine_bundle_is_accepted_here_and_by_the_stock_tools() {
    let (world, first, second) = World::with_two_weeks();
    for dir in [&first, &second] {
        assert_eq!(codes(world.verify(dir)), Vec::<&str>::new());
        assert_stock(dir, &world.signers(), true, true);
    }
    let report = bundle::verify(&second, None).expect("genuine");
    assert_eq!((report.account.as_str(), report.name), ("main", name("2026-01-12")));
    assert_eq!(report.total.minor(), 50_000_000);
    assert_eq!((report.channels, report.files, report.outcome.as_str()), (3, 5, "decided"));
    assert_eq!(report.signer, world.key.fingerprint());
    assert_eq!(report.manifest, Digest::of(&fs::read(second.join("SHA256SUMS")).expect("read")));
    let before = Digest::of(&fs::read(first.join("SHA256SUMS")).expect("read"));
    assert_eq!(report.manifest_before, Some(before));
}

#[test]
fn latest_is_verified_as_the_bundle_that_it_points_to() {
    let (world, _, second) = World::with_two_weeks();
    let latest = second.with_file_name("latest");
    assert_eq!(codes(world.verify(&latest)), Vec::<&str>::new());
}

#[test]
fn revisions_and_weeks_form_one_chain_in_the_order_of_publication() {
    let (mut world, ..) = World::with_two_weeks();
    let revised = world.publish("2026-01-05.r2");
    let third = world.publish("2026-01-19");
    assert_eq!(codes(world.verify(&revised)), Vec::<&str>::new());
    assert_eq!(codes(world.verify(&third)), Vec::<&str>::new());
}

#[test]
fn what_an_older_key_signed_stays_genuine_after_a_rotation() {
    let (mut world, first, second) = World::with_two_weeks();
    world.key = SigningKey::generate(&world.folder.path().join("next"), "").expect("a key");
    let third = world.publish("2026-01-19");
    assert_eq!(codes(world.verify(&third)), ["signer_unknown"]);
    assert_stock(&third, &world.signers(), true, false);
    world.outbox.write_allowed_signers(&world.key).expect("written");
    for dir in [&first, &second, &third] {
        assert_eq!(codes(world.verify(dir)), Vec::<&str>::new());
        assert_stock(dir, &world.signers(), true, true);
    }
}

// ---- Changes after signing ----

#[test]
fn any_changed_byte_of_any_file_is_found() {
    let (world, _, second) = World::with_two_weeks();
    let files = [
        "decision.json",
        "weekly_recommendations.csv",
        "explanation.txt",
        "audit.jsonl",
        "advice/model_card.json",
        "SHA256SUMS",
        "SHA256SUMS.sig",
    ];
    for file in files {
        let path = second.join(file);
        let genuine = fs::read(&path).expect("read");
        for place in 0..genuine.len() {
            let mut changed = genuine.clone();
            changed[place] ^= 1 << (place % 8);
            fs::write(&path, &changed).expect("written");
            assert!(world.verify(&second).is_err(), "{file}, byte {place}");
        }
        fs::write(&path, &genuine).expect("written");
    }
    assert_eq!(codes(world.verify(&second)), Vec::<&str>::new());
}

#[test]
fn a_changed_file_is_named() {
    let (world, _, second) = World::with_two_weeks();
    fs::write(second.join("explanation.txt"), b"Because of me.\n").expect("written");
    let faults = world.verify(&second).expect_err("changed");
    assert_eq!(
        faults.to_string(),
        "explanation.txt was changed: its digest is not the one in SHA256SUMS"
    );
    assert_stock(&second, &world.signers(), false, true);
}

#[test]
fn a_missing_file_is_named() {
    let (world, _, second) = World::with_two_weeks();
    fs::remove_file(second.join("advice/model_card.json")).expect("removed");
    let faults = world.verify(&second).expect_err("missing");
    assert!(faults.to_string().starts_with("advice/model_card.json is missing"), "{faults}");
    assert_stock(&second, &world.signers(), false, true);
}

#[test]
fn a_missing_manifest_or_signature_is_named() {
    for (file, expected) in
        [("SHA256SUMS", "SHA256SUMS is missing"), ("SHA256SUMS.sig", "SHA256SUMS.sig is missing")]
    {
        let (world, _, second) = World::with_two_weeks();
        fs::remove_file(second.join(file)).expect("removed");
        assert_eq!(world.verify(&second).expect_err("missing").to_string(), expected);
    }
}

#[test]
fn an_added_file_or_folder_is_named_though_the_stock_tools_do_not_look() {
    let (world, _, second) = World::with_two_weeks();
    for added in ["note.txt", ".hidden", "advice/more.csv", "SHA256SUMS.bak"] {
        let path = second.join(added);
        fs::write(&path, b"x").expect("written");
        assert_eq!(codes(world.verify(&second)), ["added"], "{added}");
        assert_stock(&second, &world.signers(), true, true);
        fs::remove_file(&path).expect("removed");
    }
    fs::create_dir(second.join("empty")).expect("made");
    assert_eq!(codes(world.verify(&second)), ["added"]);
}

#[test]
fn names_that_would_move_a_terminal_are_escaped() {
    let (world, _, second) = World::with_two_weeks();
    fs::write(second.join("a\u{1b}[2J\n\u{202e}"), b"x").expect("written");
    let text = world.verify(&second).expect_err("added").to_string();
    assert!(text.starts_with("\"a\\u{1b}[2J\\n\\u{202e}\" does not belong"), "{text}");
}

#[test]
fn what_is_no_file_is_named_and_never_opened() {
    let (world, first, second) = World::with_two_weeks();
    let table = second.join("weekly_recommendations.csv");
    let other = first.join("weekly_recommendations.csv");
    fs::remove_file(&table).expect("removed");
    std::os::unix::fs::symlink(&other, &table).expect("linked");
    assert_eq!(codes(world.verify(&second)), ["odd_object", "missing"]);
    fs::remove_file(&table).expect("removed");
    let mode = rustix::fs::Mode::from_raw_mode(0o644);
    rustix::fs::mknodat(rustix::fs::CWD, &table, rustix::fs::FileType::Fifo, mode, 0)
        .expect("made");
    assert_eq!(codes(world.verify(&second)), ["odd_object", "missing"]);
    fs::remove_file(&table).expect("removed");
    fs::create_dir(&table).expect("made");
    assert_eq!(codes(world.verify(&second)), ["missing", "added"]);
}

#[test]
fn an_edited_manifest_is_found() {
    let (world, _, second) = World::with_two_weeks();
    let table = b"week_start_date,channel,final_budget\n";
    fs::write(second.join("weekly_recommendations.csv"), table).expect("written");
    let path = second.join("SHA256SUMS");
    let edited: String = fs::read_to_string(&path)
        .expect("read")
        .lines()
        .map(|line| match line.split_once("  ") {
            Some((_, name @ "weekly_recommendations.csv")) => {
                format!("{}  {name}\n", Digest::of(table))
            }
            _ => format!("{line}\n"),
        })
        .collect();
    fs::write(&path, edited).expect("written");
    let found = codes(world.verify(&second));
    assert_eq!(found, ["signature_wrong", "table_lacks", "table_lacks", "table_lacks"]);
    assert_stock(&second, &world.signers(), true, false);
}

#[test]
fn a_bundle_signed_by_another_key_is_refused() {
    let (world, _, second) = World::with_two_weeks();
    let other = SigningKey::generate(&world.folder.path().join("other"), "").expect("a key");
    let manifest = fs::read(second.join("SHA256SUMS")).expect("read");
    fs::write(second.join("SHA256SUMS.sig"), other.sign(&manifest)).expect("written");
    let faults = world.verify(&second).expect_err("another key");
    assert!(faults.to_string().contains(&other.fingerprint()), "{faults}");
    assert_eq!(codes(Err(faults)), ["signer_unknown"]);
    assert_stock(&second, &world.signers(), true, false);
}

#[test]
fn a_signature_made_for_something_else_is_refused() {
    let (world, _, second) = World::with_two_weeks();
    fs::remove_file(second.join("SHA256SUMS.sig")).expect("removed");
    let signed = stock(
        Command::new("ssh-keygen")
            .args(["-Y", "sign", "-n", "file", "-f"])
            .arg(world.folder.path().join("key"))
            .arg("SHA256SUMS")
            .current_dir(&second),
    );
    if signed.is_none() {
        return;
    }
    assert_eq!(codes(world.verify(&second)), ["signature_namespace"]);
    assert_stock(&second, &world.signers(), true, false);
}

#[test]
fn a_signature_of_another_bundle_is_refused() {
    let (world, first, second) = World::with_two_weeks();
    fs::copy(first.join("SHA256SUMS.sig"), second.join("SHA256SUMS.sig")).expect("copied");
    assert_eq!(codes(world.verify(&second)), ["signature_wrong"]);
    assert_stock(&second, &world.signers(), true, false);
}

#[test]
fn what_is_no_signature_is_refused() {
    let (world, _, second) = World::with_two_weeks();
    let path = second.join("SHA256SUMS.sig");
    let genuine = fs::read(&path).expect("read");
    let with_more = [genuine.as_slice(), b"\n"].concat();
    for content in [&b""[..], b"-----BEGIN SSH SIGNATURE-----\n", &[0xff; 100], &with_more] {
        fs::write(&path, content).expect("written");
        assert_eq!(codes(world.verify(&second)), ["signature_malformed"]);
    }
    fs::write(&path, vec![b'x'; 1 << 20]).expect("written");
    assert_eq!(codes(world.verify(&second)), ["unreadable"]);
}

#[test]
fn without_a_list_of_signers_nothing_is_genuine() {
    let (world, _, second) = World::with_two_weeks();
    let absent = world.folder.path().join("absent");
    let verdict = bundle::verify(&second, Some(&absent)).map(|_| ());
    assert_eq!(codes(verdict), ["signers_unreadable"]);
    fs::write(&absent, b"# nobody\n").expect("written");
    let verdict = bundle::verify(&second, Some(&absent)).map(|_| ());
    assert_eq!(codes(verdict), ["signer_unknown"]);
}

#[test]
fn a_list_of_signers_for_another_purpose_does_not_count() {
    let (world, _, second) = World::with_two_weeks();
    let list = world.folder.path().join("list");
    let line = world.key.allowed_signers_line();
    for (line, genuine) in [
        (line.replace("namespaces=\"budgetd\"", "namespaces=\"git\""), false),
        (line.replacen("budgetd", "somebody", 1), false),
        (line.replace("namespaces=\"budgetd\"", "namespaces=\"git,budget*\""), true),
        (line.replace("namespaces=\"budgetd\" ", ""), true),
        (line.replacen("budgetd", "somebody,budget?", 1), true),
        (line.replacen("budgetd", "*,!budgetd", 1), false),
        (format!("# a comment\n\nnot a line\n{line} and a comment"), true),
    ] {
        fs::write(&list, format!("{line}\n")).expect("written");
        let verdict = bundle::verify(&second, Some(&list));
        assert_eq!(verdict.is_ok(), genuine, "{line}");
        assert_stock(&second, &list, true, genuine);
    }
}

// ---- Where it lies ----

#[test]
fn a_bundle_under_another_weeks_name_is_refused() {
    let (world, _, second) = World::with_two_weeks();
    for moved in ["2026-01-19", "2026-01-12.r2"] {
        let path = second.with_file_name(moved);
        fs::rename(&second, &path).expect("moved");
        assert_eq!(codes(world.verify(&path)), ["other_week"]);
        assert_stock(&path, &world.signers(), true, true);
        fs::rename(&path, &second).expect("moved back");
    }
    let path = second.with_file_name("copy");
    fs::rename(&second, &path).expect("moved");
    assert_eq!(codes(world.verify(&path)), ["folder_name"]);
}

#[test]
fn a_bundle_under_another_accounts_name_is_refused() {
    let (world, _, second) = World::with_two_weeks();
    let other = world.folder.path().join("outbox/other");
    fs::rename(second.parent().expect("a folder"), &other).expect("moved");
    assert_eq!(codes(world.verify(&other.join("2026-01-12"))), ["other_account"]);
}

#[test]
fn what_is_no_folder_is_unreadable() {
    let (world, _, second) = World::with_two_weeks();
    assert_eq!(codes(world.verify(&second.with_file_name("absent"))), ["unreadable"]);
    assert!(world.verify(&second.join("decision.json")).is_err());
}

// ---- The chain ----

#[test]
fn a_bundle_whose_forerunner_is_gone_or_changed_is_refused() {
    let (world, first, second) = World::with_two_weeks();
    let manifest = first.join("SHA256SUMS");
    let genuine = fs::read(&manifest).expect("read");
    fs::write(&manifest, b"changed").expect("written");
    assert_eq!(codes(world.verify(&second)), ["chain_broken"]);
    fs::write(&manifest, genuine).expect("written");
    fs::write(first.join("audit.jsonl"), b"").expect("written");
    assert_eq!(codes(world.verify(&second)), ["audit_gap"]);
    fs::remove_dir_all(&first).expect("removed");
    assert_eq!(codes(world.verify(&second)), ["chain_broken"]);
}

#[test]
fn a_bundle_that_skips_one_in_the_log_is_refused() {
    let mut world = World::new();
    world.publish("2026-01-05");
    world.publish("2026-01-12");
    // The third names the first as the one before it.
    let first =
        fs::read(world.folder.path().join("outbox/main/2026-01-05/SHA256SUMS")).expect("read");
    world.before = world.before.map(|(seq, _)| (seq, Digest::of(&first)));
    let third = world.publish("2026-01-19");
    assert_eq!(codes(world.verify(&third)), ["audit_gap"]);
}

#[test]
fn a_bundle_that_claims_to_be_the_first_but_is_not_is_refused() {
    let found = codes_of_signed(|files| {
        let decision = files.get_mut("decision.json").expect("there");
        let text = String::from_utf8(decision.clone()).expect("text");
        let at = text.find("\"manifest_before\"").expect("there");
        *decision = format!("{}\"manifest_before\": null\n}}\n", &text[..at]).into_bytes();
    });
    assert_eq!(found, ["chain_cut_off"]);
}

#[test]
fn an_audit_log_that_is_broken_or_silent_is_refused() {
    let audit = |bytes: &'static [u8]| {
        move |files: &mut Files| {
            files.insert("audit.jsonl".to_owned(), bytes.to_vec());
        }
    };
    assert_eq!(codes_of_signed(audit(b"garbage\n")), ["audit"]);
    assert_eq!(codes_of_signed(audit(b"")), ["audit_silent"]);
    assert_eq!(codes_of_signed(audit(b"REMOVE")), ["missing"]);
}

// ---- What the daemon itself might get wrong ----

#[test]
fn a_wrong_sum_is_found() {
    let found = codes_of_signed(replace("decision.json", "500000.00", "500000.01"));
    assert_eq!(found, ["sum"]);
}

#[test]
fn a_table_that_differs_from_the_decision_is_found() {
    let table = "weekly_recommendations.csv";
    for (from, to, expected) in [
        ("178000", "178000.01", &["table_lacks", "table_adds"][..]),
        ("178000", "178000.00", &[]),
        ("Meta Ads", "Google, Ads", &["table_malformed"]),
        ("'=Email", "=Email", &["table_adds", "table_lacks"]),
        ("Meta Ads,180000", "Meta Ads,180000,1", &["table_malformed"]),
        ("2026-01-12,Meta", "2026-01-05,Meta", &["table_malformed"]),
        ("180000", "18e4", &["table_malformed"]),
        ("channel", "name", &["table_malformed"]),
    ] {
        let mut found = codes_of_signed(replace(table, from, to));
        let mut expected = expected.to_vec();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{from} → {to}");
    }
    let twice = replace(
        table,
        "2026-01-12,Meta Ads,180000\n",
        "2026-01-12,Meta Ads,180000\n2026-01-12,Meta Ads,180000\n",
    );
    assert_eq!(codes_of_signed(twice), ["table_adds"]);
}

#[test]
fn a_decision_that_makes_no_sense_is_found() {
    let decision = "decision.json";
    for (from, to, expected) in [
        ("\"format\": 1", "\"format\": 2", &["format_unknown"][..]),
        ("\"outcome\": \"decided\"", "\"outcome\": \"guessed\"", &["value"]),
        ("\"INR\"", "\"XXX\"", &["value"]),
        ("\"main\"", "\"../x\"", &["value"]),
        ("\"main\"", "\"other\"", &["other_account", "audit"]),
        ("142000.00", "-142000.00", &["value"]),
        ("142000.00", "142000.001", &["value"]),
        ("\"142000.00\"", "142000", &["decision_unreadable"]),
        ("\"total\"", "\"totals\"", &["decision_unreadable"]),
        ("{", "[", &["decision_unreadable"]),
        ("Meta Ads", "=Email", &["value"]),
        ("\"revision\": 1", "\"revision\": 2", &["other_week", "audit_silent"]),
    ] {
        let found = codes_of_signed(replace(decision, from, to));
        for code in expected {
            assert!(found.contains(code), "{from} → {to}: {found:?}");
        }
    }
}

#[test]
fn deep_nesting_does_not_bring_the_program_down() {
    let deep = codes_of_signed(|files| {
        files.insert("decision.json".to_owned(), b"[".repeat(1_000_000));
    });
    assert_eq!(deep, ["decision_unreadable"]);
}

#[test]
fn a_folder_full_of_files_is_not_listed_without_end() {
    let (world, _, second) = World::with_two_weeks();
    for number in 0..1_200 {
        fs::write(second.join(format!("{number}")), b"").expect("written");
    }
    let faults = world.verify(&second).expect_err("too many");
    assert_eq!(faults.faults[0].code(), "too_many");
    assert_eq!(faults.faults.len(), 100);
    assert!(faults.to_string().contains("more"), "{faults}");
}
