//! Signing keys: rotated in one step that no kill can halve, verified with stock ssh-keygen, and a
//! key that is missing or unfit, which holds publication until it comes back.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "cli/place.rs"]
mod place;

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use place::{Daemon, Place, days, days_ago, wait_until};

const KEY: &str = "state/keys/signing_key";

/// Complete data of five weeks up to Sunday, 4 January 2026.
fn with_data() -> Place {
    let place = Place::new();
    place.write("inbox/daily.csv", &days("2025-12-01", "2026-01-11"));
    place.run(&["ingest", "--as-of", "2026-01-12T05:00:00+05:30"]).ends(0);
    place
}

/// The decision of the week of 5 January or of 12 January.
fn decide(place: &Place, week: &str) -> place::Said {
    place.run(&["decide", "--week", week, "--as-of", "2026-01-12T06:00:00+05:30"])
}

fn fingerprint(place: &Place) -> String {
    place.run(&["keys", "show", "--json"]).ends(0).json()["fingerprint"]
        .as_str()
        .expect("a fingerprint")
        .to_owned()
}

/// What ssh-keygen itself says of a bundle, with what the README says and `more`.
fn ssh_keygen_accepts(place: &Place, week: &str, more: &[&str]) -> bool {
    let bundle = place.at(&format!("outbox/main/{week}"));
    let manifest = fs::File::open(bundle.join("SHA256SUMS")).expect("a manifest");
    let status = Command::new("ssh-keygen")
        .current_dir(&bundle)
        .args(["-Y", "verify", "-f", "../../allowed_signers", "-I", "budgetd", "-n", "budgetd"])
        .args(["-s", "SHA256SUMS.sig"])
        .args(more)
        .stdin(manifest)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.expect("ssh-keygen").success()
}

fn made_by_ssh_keygen(path: &Path, arguments: &[&str]) {
    let output = Command::new("ssh-keygen")
        .args(["-q", "-f"])
        .arg(path)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("ssh-keygen");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn what_old_and_new_keys_signed_is_verified_by_stock_ssh_keygen() {
    if !place::has_program("ssh-keygen") {
        println!("skipped: what_old_and_new_keys_signed_is_verified_by_stock_ssh_keygen");
        return;
    }
    let place = with_data();
    decide(&place, "2026-01-05").ends(0);
    let old = fingerprint(&place);
    let said = place.run(&["keys", "rotate", "--json"]).ends(0).json();
    let new = fingerprint(&place);
    assert_ne!(old, new);
    assert_eq!((said["before"].as_str(), said["fingerprint"].as_str()), (Some(&*old), Some(&*new)));
    decide(&place, "2026-01-12").ends(0);
    for (week, signer) in [("2026-01-05", &old), ("2026-01-12", &new)] {
        assert!(ssh_keygen_accepts(&place, week, &[]), "{week}: as the README says");
        assert!(ssh_keygen_accepts(&place, week, &["-O", "verify-time=20990101"]), "{week}");
        let folder = format!("outbox/main/{week}");
        let said = place.run(&["verify", &folder]).ends(0).stdout;
        assert!(said.contains(&**signer), "{said}");
    }
    // Whoever stole the new key can't sign for the time before it was made.
    let before = ["-O", "verify-time=20200101"];
    assert!(ssh_keygen_accepts(&place, "2026-01-05", &before), "the old key has no beginning");
    assert!(!ssh_keygen_accepts(&place, "2026-01-12", &before));
    let said =
        place.run(&["verify", "outbox/main/2026-01-12", "--as-of", "2020-01-01T00:00:00Z"]).ends(1);
    assert!(said.stdout.contains("not among the allowed signers"), "{}", said.stdout);
    // In every time zone, at once.
    for zone in ["Etc/GMT+12", "Pacific/Kiritimati"] {
        let said = place
            .command(&["verify", "outbox/main/2026-01-12"])
            .env("TZ", zone)
            .output()
            .expect("it runs");
        assert!(said.status.success(), "{zone}");
    }
    assert!(place.read(&format!("{KEY}.pub")).trim_end() == said_key(&place));
    let log = place.run(&["audit", "show"]).ends(0).stdout;
    assert!(log.contains(&format!("key_rotated from={old} to={new}")), "{log}");
    place.run(&["audit", "verify"]).ends(0);
}

fn said_key(place: &Place) -> String {
    let said = place.run(&["keys", "show", "--json"]).ends(0).json();
    said["public_key"].as_str().expect("a key").to_owned()
}

#[test]
fn an_end_that_an_operator_gives_a_key_counts_as_in_ssh_keygen_and_stays() {
    let place = with_data();
    decide(&place, "2026-01-05").ends(0);
    let options = "namespaces=\"budgetd\"";
    let ended = format!("{options},valid-before=\"20260201\"");
    place.edit("outbox/allowed_signers", options, &ended);
    place.run(&["keys", "rotate"]).ends(0);
    decide(&place, "2026-01-12").ends(0);
    let list = place.read("outbox/allowed_signers");
    assert_eq!(list.lines().count(), 2, "the old key is not listed a second time: {list}");
    place.run(&["verify", "outbox/main/2026-01-05"]).ends(1);
    let as_of = ["verify", "outbox/main/2026-01-05", "--as-of", "2026-01-06T00:00:00Z"];
    place.run(&as_of).ends(0);
    place.run(&["verify", "outbox/main/2026-01-12"]).ends(0);
    if place::has_program("ssh-keygen") {
        assert!(!ssh_keygen_accepts(&place, "2026-01-05", &[]));
        assert!(ssh_keygen_accepts(&place, "2026-01-05", &["-O", "verify-time=20260106"]));
        assert!(ssh_keygen_accepts(&place, "2026-01-12", &[]));
    }
}

#[test]
fn what_can_not_be_rotated_is_left_as_it_is() {
    let place = Place::new();
    let before = place.read(KEY);
    // A credential of systemd lies where systemd put it.
    let folder = place.at("credentials");
    fs::create_dir(&folder).expect("made");
    fs::copy(place.at(KEY), folder.join("signing_key")).expect("copied");
    let said = place
        .command(&["keys", "rotate"])
        .env("CREDENTIALS_DIRECTORY", &folder)
        .output()
        .expect("it runs");
    assert_eq!(said.status.code(), Some(2));
    fs::rename(place.at(KEY), place.at("elsewhere")).expect("moved");
    symlink(place.at("elsewhere"), place.at(KEY)).expect("linked");
    let said = place.run(&["keys", "rotate"]).ends(3);
    assert!(said.stderr.contains("the signing key is a link"), "{}", said.stderr);
    assert_eq!(place.read("elsewhere"), before);
    fs::remove_file(place.at(KEY)).expect("removed");
    let said = place.run(&["keys", "rotate"]).ends(3);
    assert!(said.stderr.contains("there is no signing key"), "{}", said.stderr);
    assert_eq!(place.names("state/keys"), ["signing_key.pub"]);
    assert!(!place.run(&["audit", "show"]).stdout.contains("key_rotated"));
}

/// After a kill: one whole key in force, which is listed; what it signs is genuine.
fn is_one_key_in_force(place: &Place) -> String {
    let in_force = fingerprint(place);
    let public = said_key(place);
    let key = public.split(' ').nth(1).expect("a key");
    let list = place.read("outbox/allowed_signers");
    assert!(list.contains(key), "{in_force} is in force and not listed:\n{list}");
    for line in list.lines() {
        assert!(line.starts_with("budgetd namespaces=\"budgetd\""), "half a line: {line}");
    }
    in_force
}

#[test]
fn a_rotation_killed_at_any_moment_leaves_one_key_in_force() {
    let place = with_data();
    decide(&place, "2026-01-05").ends(0);
    let begun = Instant::now();
    place.run(&["keys", "rotate"]).ends(0);
    let length = begun.elapsed();
    let mut keys = vec![fingerprint(&place)];
    for number in 0..60u32 {
        let mut child = place
            .command(&["keys", "rotate"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        // Evenly over its life, in an order without one.
        std::thread::sleep(length * ((number * 37) % 60) / 60);
        child.kill().expect("killed or gone");
        child.wait().expect("waited for");
        let now = is_one_key_in_force(&place);
        if keys.last() != Some(&now) {
            keys.push(now);
        }
    }
    settled(&place, &keys);
}

#[test]
fn a_rotation_killed_before_each_of_its_calls_leaves_one_key_in_force() {
    let calls = ["openat", "write", "fsync", "rename", "renameat2", "fdatasync", "pwrite64"];
    if !place::has_program("strace") {
        println!("skipped: a_rotation_killed_before_each_of_its_calls_leaves_one_key_in_force");
        return;
    }
    let place = with_data();
    decide(&place, "2026-01-05").ends(0);
    let mut keys = vec![fingerprint(&place)];
    let mut kills = 0;
    for call in calls {
        for nth in 1..200 {
            let inject = format!("inject={call}:signal=KILL:when={nth}");
            let rotate = place.command(&["keys", "rotate"]);
            let status = Command::new("strace")
                .args(["-f", "-qq", "-o", "/dev/null", "-e", &inject])
                .arg(rotate.get_program())
                .args(rotate.get_args())
                .current_dir(place.root())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .expect("strace");
            let now = is_one_key_in_force(&place);
            if keys.last() != Some(&now) {
                keys.push(now);
            }
            if status.success() {
                break;
            }
            kills += 1;
        }
    }
    assert!(kills > 20, "{kills} kills");
    settled(&place, &keys);
}

/// In the end the log tells of each change of keys, from the one to the next, and what is signed
/// now is genuine.
fn settled(place: &Place, keys: &[String]) {
    place.run(&["keys", "rotate"]).ends(0);
    let last = is_one_key_in_force(place);
    decide(place, "2026-01-12").ends(0);
    for week in ["2026-01-05", "2026-01-12"] {
        place.run(&["verify", &format!("outbox/main/{week}")]).ends(0);
    }
    place.run(&["audit", "verify"]).ends(0);
    assert_eq!(place.names("state/keys"), ["signing_key", "signing_key.pub"], "nothing is left");
    assert_eq!(place.read(&format!("{KEY}.pub")).trim_end(), said_key(place));
    let log = place.run(&["audit", "show", "--json"]).ends(0).json();
    let records = log["records"].as_array().expect("records");
    let superseded: Vec<u64> =
        records.iter().filter_map(|it| it["event"]["superseded_seq"].as_u64()).collect();
    let mut rotations: Vec<(String, String)> = Vec::new();
    for record in records {
        let is_in_vain = record["seq"].as_u64().is_some_and(|seq| superseded.contains(&seq));
        if record["event"]["event"] == "key_rotated" && !is_in_vain {
            let text = |key: &str| record["event"][key].as_str().expect("text").to_owned();
            rotations.push((text("from"), text("to")));
        }
    }
    for (one, next) in rotations.iter().zip(rotations.iter().skip(1)) {
        assert_eq!(one.1, next.0, "each rotation begins with the key of the one before");
    }
    assert_eq!(rotations.last().map(|it| &it.1), Some(&last));
    for pair in keys.windows(2) {
        let from = rotations.iter().position(|it| it.0 == pair[0]).expect("it was replaced");
        let to = rotations.iter().position(|it| it.1 == pair[1]).expect("it came into force");
        assert!(from <= to);
    }
}

/// Every way in which a key can be unfit, with what is said of it.
fn unfit_keys(place: &Place) -> Vec<(&'static str, &'static str)> {
    let at = |name: &str| place.at(&format!("unfit/{name}"));
    fs::create_dir(place.at("unfit")).expect("made");
    made_by_ssh_keygen(&at("rsa"), &["-t", "rsa", "-b", "2048", "-N", ""]);
    made_by_ssh_keygen(&at("ecdsa"), &["-t", "ecdsa", "-N", ""]);
    made_by_ssh_keygen(&at("encrypted"), &["-t", "ed25519", "-N", "a passphrase"]);
    made_by_ssh_keygen(&at("open"), &["-t", "ed25519", "-N", ""]);
    made_by_ssh_keygen(&at("unreadable"), &["-t", "ed25519", "-N", ""]);
    fs::copy(place.at(&format!("{KEY}.pub")), at("public")).expect("copied");
    fs::write(at("empty"), "").expect("written");
    let whole = fs::read(place.at(KEY)).expect("read");
    fs::write(at("cut"), &whole[..whole.len() / 2]).expect("written");
    fs::create_dir(at("folder")).expect("made");
    for name in ["public", "empty", "cut"] {
        fs::set_permissions(at(name), fs::Permissions::from_mode(0o600)).expect("set");
    }
    fs::set_permissions(at("open"), fs::Permissions::from_mode(0o644)).expect("set");
    fs::set_permissions(at("unreadable"), fs::Permissions::from_mode(0o000)).expect("set");
    let mut unfit = vec![
        ("gone", "there is no signing key"),
        ("rsa", "not Ed25519"),
        ("ecdsa", "not Ed25519"),
        ("encrypted", "the signing key is encrypted"),
        ("open", "others than its owner can read the signing key"),
        ("public", "not an OpenSSH private key"),
        ("empty", "not an OpenSSH private key"),
        ("cut", "not an OpenSSH private key"),
        ("folder", "the signing key is not a regular file"),
    ];
    if rustix::process::geteuid().is_root() {
        println!("skipped: an unreadable key: root may read everything");
    } else {
        unfit.push(("unreadable", "open the signing key"));
    }
    unfit
}

#[test]
fn without_a_fit_key_nothing_is_published_and_it_is_said_until_the_key_is_back() {
    if !place::has_program("ssh-keygen") {
        println!("skipped: without_a_fit_key_nothing_is_published: no ssh-keygen");
        return;
    }
    let place = with_data();
    let unfit = unfit_keys(&place);
    fs::rename(place.at(KEY), place.at("kept")).expect("moved");
    for (name, expected) in unfit {
        let from = place.at(&format!("unfit/{name}"));
        if from.exists() {
            fs::rename(&from, place.at(KEY)).expect("moved");
        }
        let said = decide(&place, "2026-01-12").ends(3);
        let line = said.stderr.lines().next().unwrap_or_default();
        assert!(line.contains("nothing can be signed"), "{name}: {line}");
        assert!(line.contains(expected), "{name}: {line}");
        let check = place.run(&["check"]).ends(3).stdout;
        assert!(check.contains(expected), "{name}: {check}");
        place.run(&["keys", "rotate"]).ends(3);
        assert!(place.bundles("main").is_empty(), "{name}");
        assert!(place.names("outbox/main").is_empty(), "{name}: nothing is staged either");
        if from.parent().is_some_and(Path::exists) && name != "gone" {
            fs::rename(place.at(KEY), &from).expect("moved back");
        }
    }
    let log = place.run(&["audit", "show", "--account", "main"]).ends(0).stdout;
    assert!(!log.contains(" decided "), "nothing was announced: {log}");
    fs::rename(place.at("kept"), place.at(KEY)).expect("moved back");
    decide(&place, "2026-01-12").ends(0);
    place.run(&["verify", "outbox/main/2026-01-12"]).ends(0);
    place.run(&["audit", "verify"]).ends(0);
}

#[test]
fn a_daemon_whose_credential_goes_waits_and_publishes_when_it_is_back() {
    let place = Place::new();
    place.edit("config/budgetd.toml", "quiet_seconds = 10", "quiet_seconds = 0");
    place.edit("config/budgetd.toml", "scan_seconds = 20", "scan_seconds = 1");
    let folder = place.at("credentials");
    fs::create_dir(&folder).expect("made");
    let credential = folder.join("signing_key");
    // The configured key is another one, which is never signed with in its stead.
    fs::rename(place.at(KEY), &credential).expect("moved");
    fs::remove_file(place.at(&format!("{KEY}.pub"))).expect("removed");
    let mut daemon = Daemon::spawn(&place, &[("CREDENTIALS_DIRECTORY", &folder)]);
    wait_until("the daemon is ready", || daemon.log().contains(" ready"));
    fs::rename(&credential, place.at("taken")).expect("taken away");
    place.write("inbox/history.csv", &days(&days_ago(60), &days_ago(1)));
    wait_until("it is said", || daemon.log().contains("there is no signing key"));
    std::thread::sleep(Duration::from_millis(1200));
    assert!(place.bundles("main").is_empty());
    fs::rename(place.at("taken"), &credential).expect("brought back");
    place.write("inbox/again.csv", &days(&days_ago(2), &days_ago(1)));
    wait_until("a bundle", || !place.bundles("main").is_empty());
    assert_eq!(daemon.stop().0, 0, "{}", daemon.log());
    let week = place.bundles("main").remove(0);
    place.run(&["verify", &format!("outbox/main/{week}")]).ends(0);
}
