//! The moments between two steps that belong together, each laid out by hand: what an undisturbed
//! run wrote is put before the ledger that has not heard of it.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::LazyLock;

use budgetd::domain::Digest;
use serde_json::Value;

use super::check::{Clock, Outcome, assert_same, done, event, number, standing};
use super::place::{DECIDE, FIRST_RUN, ONE_FILE, Place, RUN, SECOND_RUN, Scene, wait_until};
use super::random::run_to_its_end;

const LOG: &str = "state/audit/accounts/main.jsonl";
const FILE: &str = "history.csv";

/// The lines of a log.
fn lines(place: &Place) -> Vec<Vec<u8>> {
    let log = if place.at(LOG).exists() { place.read(LOG) } else { Vec::new() };
    log.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

fn records(place: &Place) -> Vec<Value> {
    lines(place).iter().map(|line| serde_json::from_slice(line).expect("a record")).collect()
}

fn events(place: &Place) -> Vec<String> {
    records(place).iter().map(|record| event(record).to_owned()).collect()
}

/// Gives `place` the first `count` of the records that `after` has in addition.
fn announce(place: &Place, after: &Place, count: usize) {
    let known = lines(place).len();
    let told = lines(after);
    assert!(told.len() >= known + count, "{:?}", events(after));
    place.write(LOG, &told[..known + count].concat());
}

/// Puts the file of the scene into `.claimed/`, under the claim that `after` knows it by.
fn claim(place: &Place, after: &Place) -> String {
    let record = records(after).into_iter().find(|record| record["claim"].is_string());
    let claim = record.expect("a file")["claim"].as_str().expect("a claim").to_owned();
    let claimed = place.at(format!("inbox/main/.claimed/{claim}~{FILE}"));
    if place.at("inbox/main").join(FILE).exists() {
        fs::rename(place.at("inbox/main").join(FILE), claimed).expect("claimed");
    } else {
        fs::write(claimed, &ONE_FILE.files[0].bytes).expect("claimed");
    }
    claim
}

fn copy_folder(from: &Place, to: &Place, name: &str, new_name: &str) {
    let target = to.at(new_name);
    fs::create_dir_all(target.parent().expect("a folder above")).expect("made");
    let copied =
        std::process::Command::new("cp").arg("-aT").arg(from.at(name)).arg(target).status();
    assert!(copied.expect("cp is there").success());
}

/// After the record, before the commit: the original is in the archive, its copy in staging.
fn recorded_only() -> (Place, Place) {
    let (place, after) = (ONE_FILE.before.copied(), ONE_FILE.undisturbed());
    announce(&place, &after, 1);
    let claim = claim(&place, &after);
    copy_folder(&after, &place, "archive", "archive");
    place.write(&format!("state/staging/{claim}"), b"date,chan");
    (place, after)
}

#[test]
fn a_record_whose_commit_is_missing_is_taken_up_as_it_was_announced() {
    // Whoever recovers does so at another time: the file arrived when the record says.
    for command in [&["ingest"][..], &["decide", "--as-of", "2024-05-20T05:30:00Z"]] {
        let (place, after) = recorded_only();
        place.run_well(command);
        let expected = done(&after, &ONE_FILE, Clock::Stated);
        assert_same(&done(&place, &ONE_FILE, Clock::Stated), &expected);
        assert_eq!(events(&place), ["file_accepted"]);
    }
}

/// The file is in the ledger and not yet answered.
pub fn committed_only() -> Place {
    let place = ONE_FILE.undisturbed();
    claim(&place, &place);
    let receipt = place.at(format!("inbox/main/receipts/{FILE}.receipt.txt"));
    fs::remove_file(receipt).expect("removed");
    place.write("inbox/main/receipts/.tmp-0123456789abcdef", b"Taken: ev");
    place
}

#[test]
fn a_commit_whose_answer_is_missing_is_answered_in_the_same_words() {
    for is_answered in [false, true] {
        let after = ONE_FILE.undisturbed();
        let place = committed_only();
        if is_answered {
            copy_folder(&after, &place, "inbox/main/receipts", "inbox/main/receipts");
        }
        place.run_well(&["ingest"]);
        let expected = done(&after, &ONE_FILE, Clock::Stated);
        assert_same(&done(&place, &ONE_FILE, Clock::Stated), &expected);
        assert_eq!(events(&place), ["file_accepted"]);
    }
}

#[test]
fn a_copy_of_a_named_file_that_was_cut_short_is_swept() {
    let place = ONE_FILE.undisturbed();
    place.write("inbox/main/.claimed/.tmp-0123456789abcdef", b"date,chan");
    place.run_well(&["ingest"]);
    done(&place, &ONE_FILE, Clock::Stated);
}

/// The account no longer knows the channel of the file.
pub fn forget_a_channel(place: &Place) {
    let text = String::from_utf8(place.read("config/accounts/main.toml")).expect("text");
    place.write("config/accounts/main.toml", text.replace("\"Email\"", "\"E-Mail\"").as_bytes());
}

/// A file that was recorded as accepted and is refused now, since the configuration changed.
pub fn accepted_before_now_refused() -> Place {
    let (place, _) = recorded_only();
    forget_a_channel(&place);
    place
}

/// What recovery must have made of it.
pub fn is_refused_once(place: &Place) {
    let stands = standing(place, "main");
    assert_eq!(stands.iter().map(event).collect::<Vec<_>>(), ["superseded", "file_refused"]);
    assert_eq!(number(place, "SELECT count(*) FROM files"), Some(1));
    assert_eq!(number(place, "SELECT count(*) FROM files WHERE outcome = 'refused'"), Some(1));
    assert_eq!(number(place, "SELECT count(*) FROM facts"), Some(0));
    let kept = place.read(format!("inbox/main/rejected/{FILE}"));
    assert_eq!(Digest::of(&kept), ONE_FILE.files[0].digest());
    assert!(place.at(format!("inbox/main/rejected/{FILE}.problems.txt")).exists());
    assert_eq!(fs::read_dir(place.at("inbox/main/.claimed")).expect("a folder").count(), 0);
    assert_eq!(fs::read_dir(place.at("inbox/main/receipts")).expect("a folder").count(), 0);
    assert_eq!(fs::read_dir(place.at("state/staging")).expect("a folder").count(), 0);
    assert!(place.run(&["audit", "verify"]).status.success());
}

#[test]
fn a_file_that_is_refused_after_all_supersedes_its_acceptance() {
    let place = accepted_before_now_refused();
    assert_eq!(place.run(&["ingest"]).status.code(), Some(1), "it is refused");
    is_refused_once(&place);
    // Before the new record: nobody would look at the old one once the new is acknowledged.
    assert_eq!(events(&place), ["file_accepted", "superseded", "file_refused"]);
    assert_eq!(records(&place)[1]["superseded_seq"], 1);
}

#[test]
fn a_file_that_is_accepted_after_all_supersedes_its_refusal() {
    let refusing = ONE_FILE.before.copied();
    forget_a_channel(&refusing);
    refusing.run_well(&ONE_FILE.step(0));
    assert_eq!(events(&refusing), ["file_refused"]);
    let place = ONE_FILE.before.copied();
    announce(&place, &refusing, 1);
    claim(&place, &refusing);
    place.run_well(&ONE_FILE.step(0));
    let expected = done(&ONE_FILE.undisturbed(), &ONE_FILE, Clock::Stated);
    assert_same(&done(&place, &ONE_FILE, Clock::Stated), &expected);
    assert_eq!(events(&place), ["file_refused", "superseded", "file_accepted"]);
}

#[test]
fn a_change_of_mind_that_was_itself_cut_short_is_finished() {
    // Killed after `superseded`, and the configuration is back to what it was.
    let twice = accepted_before_now_refused();
    twice.run_well(&["ingest"]);
    for count in [2, 3] {
        let (place, after) = recorded_only();
        place.write(LOG, &lines(&twice)[..count].concat());
        place.run_well(&["ingest", "--as-of", super::place::ARRIVAL]);
        let expected = done(&after, &ONE_FILE, Clock::Stated);
        assert_same(&done(&place, &ONE_FILE, Clock::Stated), &expected);
        let last = events(&place).last().cloned();
        assert_eq!(last.as_deref(), Some("file_accepted"), "after {count} records");
    }
}

#[test]
fn a_recorded_file_that_is_gone_is_superseded_before_another_is_taken() {
    let (place, after) = recorded_only();
    let recorded = records(&after)[0]["claim"].as_str().expect("a claim").to_owned();
    let other = place.at(format!("inbox/main/.claimed/0123456789abcdef~{FILE}"));
    let claimed = place.at(format!("inbox/main/.claimed/{recorded}~{FILE}"));
    fs::rename(claimed, other).expect("renamed");
    place.run_well(&["ingest", "--as-of", super::place::ARRIVAL]);
    assert_eq!(events(&place), ["file_accepted", "superseded", "file_accepted"]);
    let expected = done(&after, &ONE_FILE, Clock::Stated);
    assert_same(&done(&place, &ONE_FILE, Clock::Stated), &expected);
}

#[test]
fn a_claim_of_which_nothing_is_recorded_arrives_as_the_command_states() {
    let (place, after) = (ONE_FILE.before.copied(), ONE_FILE.undisturbed());
    claim(&place, &after);
    place.run_well(&ONE_FILE.step(0));
    let expected = done(&after, &ONE_FILE, Clock::Stated);
    assert_same(&done(&place, &ONE_FILE, Clock::Stated), &expected);
}

#[test]
fn a_running_daemon_takes_what_a_killed_command_had_claimed() {
    let place = ONE_FILE.before.copied();
    let _daemon = place.spawn(&["run"]);
    wait_until("the daemon's file", || {
        number_if_any(&place, "SELECT count(*) FROM files") == Some(1)
    });
    let claimed = place.at(format!("inbox/main/.claimed/0123456789abcdef~{FILE}"));
    fs::write(claimed, &ONE_FILE.files[0].bytes).expect("claimed");
    wait_until("the left claim", || {
        number_if_any(&place, "SELECT count(*) FROM files WHERE outcome = 'duplicate'") == Some(1)
    });
}

fn number_if_any(place: &Place, select: &str) -> Option<i64> {
    place.at("state/ledger.db").exists().then(|| number(place, select)).flatten()
}

/// The place before the first decision, and after it.
fn before_and_after_a_decision() -> (Place, Place) {
    let after = DECIDE.before.copied();
    after.run_well(&DECIDE.step(0));
    (DECIDE.before.copied(), after)
}

static DECIDED: LazyLock<Outcome> =
    LazyLock::new(|| done(&DECIDE.undisturbed(), &DECIDE, Clock::Stated));

/// Does all of the scene's work and checks it.
pub fn decide_to_the_end(place: &Place) {
    for number in 0..DECIDE.steps.len() {
        place.run_well(&DECIDE.step(number));
    }
    assert_same(&done(place, &DECIDE, Clock::Stated), &DECIDED);
}

/// A bundle that was announced, not more.
pub fn announced_only() -> Place {
    let (place, after) = before_and_after_a_decision();
    announce(&place, &after, 2);
    let staging = format!("outbox/main/.staging-{WEEK}");
    copy_folder(&after, &place, &format!("outbox/main/{WEEK}"), &staging);
    place
}

/// A log whose last line is torn, and longer than the record that says so.
pub fn torn() -> Place {
    let place = DECIDE.before.copied();
    place.write(LOG, &[place.read(LOG), vec![b'x'; 1000]].concat());
    place
}

pub fn torn_lines_told(place: &Place) -> usize {
    events(place).iter().filter(|event| *event == "torn_line_cut").count()
}

const WEEK: &str = "2024-05-20";

#[test]
fn a_decision_without_its_bundle_is_superseded_and_made_anew() {
    for is_staged in [false, true] {
        let (place, after) = before_and_after_a_decision();
        announce(&place, &after, 1);
        if is_staged {
            let bundle = format!("outbox/main/{WEEK}");
            copy_folder(&after, &place, &bundle, &format!("outbox/main/.staging-{WEEK}"));
        }
        let known = lines(&DECIDE.before).len();
        decide_to_the_end(&place);
        let told = &events(&place)[known..known + 4];
        assert_eq!(told, ["decided", "superseded", "decided", "published"]);
    }
}

#[test]
fn a_bundle_that_was_only_half_staged_is_made_anew() {
    let (place, after) = before_and_after_a_decision();
    announce(&place, &after, 1);
    let staging = format!("outbox/main/.staging-{WEEK}");
    copy_folder(&after, &place, &format!("outbox/main/{WEEK}"), &staging);
    fs::remove_file(place.at(format!("{staging}/SHA256SUMS"))).expect("removed");
    decide_to_the_end(&place);
}

/// The steps of a publication after its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    Record,
    Rename,
    Link,
}

#[test]
fn an_announced_bundle_is_published_as_it_was_signed() {
    for reached in [Reached::Record, Reached::Rename, Reached::Link] {
        for command in [&["ingest"][..], &["decide", "--as-of", FIRST_RUN]] {
            let (place, after) = before_and_after_a_decision();
            announce(&place, &after, 2);
            let bundle = format!("outbox/main/{WEEK}");
            let name = match reached {
                Reached::Record => format!("outbox/main/.staging-{WEEK}"),
                Reached::Rename | Reached::Link => bundle.clone(),
            };
            copy_folder(&after, &place, &bundle, &name);
            match reached {
                Reached::Record => {}
                Reached::Rename => {
                    symlink(WEEK, place.at("outbox/main/.unfinished-latest")).expect("linked");
                }
                Reached::Link => symlink(WEEK, place.at("outbox/main/latest")).expect("linked"),
            }
            place.run_well(command);
            let manifest = format!("{bundle}/SHA256SUMS");
            assert_eq!(place.read(&manifest), after.read(&manifest), "{reached:?}");
            assert_eq!(events(&place), events(&after), "{reached:?}");
            decide_to_the_end(&place);
        }
    }
}

#[test]
fn an_announced_bundle_is_published_though_the_account_changed_meanwhile() {
    let (_, after) = before_and_after_a_decision();
    let place = announced_only();
    let text = String::from_utf8(place.read("config/accounts/main.toml")).expect("text");
    // The yen has no minor unit, in which the budgets of the bundle would be other numbers.
    let changed = text.replace("INR", "JPY").replace("\"Email\"", "\"E-Mail\"");
    place.write("config/accounts/main.toml", changed.as_bytes());
    place.run_well(&["ingest"]);
    let budgets = "SELECT sum(budget) FROM budgets JOIN publications ON seq = publication
        JOIN accounts a ON a.id = account WHERE a.name = 'main'";
    // ₹5,00,000 in paise.
    assert_eq!(number(&place, budgets), Some(50_000_000));
    assert_eq!(number(&after, budgets), Some(50_000_000));
}

#[test]
fn a_bundle_that_was_announced_and_is_nowhere_is_damage() {
    let (place, after) = before_and_after_a_decision();
    announce(&place, &after, 2);
    let log = place.read(LOG);
    let output = place.run(&["decide", "--as-of", FIRST_RUN]);
    assert_eq!(output.status.code(), Some(4));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("announces a bundle"), "{said}");
    assert_eq!(place.read(LOG), log, "nothing was changed");
}

#[test]
fn a_revision_that_was_interrupted_is_one_revision() {
    let before = DECIDE.before.copied();
    before.run_well(&DECIDE.step(0));
    before.run_well(&DECIDE.step(1));
    let after = before.copied();
    after.run_well(&DECIDE.step(2));
    let place = before.copied();
    announce(&place, &after, 2);
    copy_folder(&after, &place, "outbox/main/2024-05-27.r2", "outbox/main/.staging-2024-05-27.r2");
    place.run_well(&DECIDE.step(2));
    let expected = done(&after, &DECIDE, Clock::Stated);
    assert_same(&done(&place, &DECIDE, Clock::Stated), &expected);
    // For another reason it is another revision.
    let revise = ["decide", "--account", "main", "--as-of", SECOND_RUN, "--revise", "--reason"];
    place.run_well(&[&revise[..], &["a new reason"]].concat());
    assert!(place.at("outbox/main/2024-05-27.r3").is_dir());
}

#[test]
fn a_torn_line_is_cut_and_recorded_once() {
    let (_, after) = before_and_after_a_decision();
    let known = lines(&DECIDE.before).len();
    let decided = lines(&after)[known].clone();
    // A first byte, half a line, a line without its newline, and what a disk may show of a line
    // that it had no time for.
    let zeros = vec![0; 300];
    for torn in
        [&decided[..1], &decided[..decided.len() / 2], &decided[..decided.len() - 1], &zeros]
    {
        let place = DECIDE.before.copied();
        place.write(LOG, &[place.read(LOG), torn.to_vec()].concat());
        decide_to_the_end(&place);
        let cuts: Vec<Value> =
            records(&place).into_iter().filter(|record| event(record) == "torn_line_cut").collect();
        assert_eq!(cuts.len(), 1);
        assert_eq!(cuts[0]["bytes"], torn.len());
        assert_eq!(cuts[0]["sha256"], Digest::of(torn).to_string());
        assert_eq!(events(&place)[known], "torn_line_cut");
    }
}

#[test]
fn a_torn_line_that_the_ledger_knows_is_damage() {
    let place = DECIDE.undisturbed();
    let log = place.read(LOG);
    let torn = &log[..log.len() - 10];
    place.write(LOG, torn);
    for command in [&["ingest"][..], &["decide", "--as-of", FIRST_RUN], &["audit", "verify"]] {
        let output = place.run(command);
        let expected = if command[0] == "audit" { 1 } else { 4 };
        assert_eq!(output.status.code(), Some(expected), "{command:?}");
        assert_eq!(place.read(LOG), torn, "{command:?} changed the log");
    }
}

#[test]
fn what_the_daemon_announced_and_could_not_do_is_told_once() {
    let scene: &Scene = &RUN;
    let before = scene.before.copied();
    before.run_well(&["ingest"]);
    let after = before.copied();
    run_to_its_end(&after, scene);
    let expected = done(&after, scene, Clock::Real);
    let known = lines(&before).len();
    let told = events(&after)[known..].to_vec();
    assert_eq!(told, ["missed", "missed", "caught_up", "decided", "published"]);
    for count in 1..told.len() {
        let place = before.copied();
        announce(&place, &after, count);
        run_to_its_end(&place, scene);
        assert_same(&done(&place, scene, Clock::Real), &expected);
        let superseded = events(&place).iter().filter(|event| *event == "superseded").count();
        assert_eq!(superseded, count, "each of {count} records");
    }
}
