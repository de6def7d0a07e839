//! What those who watch the daemon get to know: trouble in health, metrics, hooks and `status` for as
//! long as it lasts, and what commands by hand say of what only the daemon can see.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "cli/mounts.rs"]
mod mounts;
#[path = "cli/place.rs"]
mod place;

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Stdio;

use budgetd::store::lock::Lock;
use place::{Daemon, Place, days, days_ago, wait_until};
use rustix::process::Signal;
use serde_json::Value;

/// A place whose files settle at once, and that listens.
fn quick() -> (Place, u16) {
    let place = Place::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let api = format!("[api]\nlisten = \"127.0.0.1:{port}\"\n\n[inbox]");
    place.edit("config/budgetd.toml", "[inbox]", &api);
    place.edit("config/budgetd.toml", "quiet_seconds = 10", "quiet_seconds = 0");
    place.edit("config/budgetd.toml", "scan_seconds = 20", "scan_seconds = 1");
    (place, port)
}

/// Status and body of a GET.
fn ask(port: u16, path: &str) -> (u16, String) {
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
    (status, body.to_owned())
}

fn has_metric(port: u16, line: &str) -> bool {
    ask(port, "/metrics").1.lines().any(|it| it == line)
}

/// Lets a hook write all failures into the file `told`.
fn tell_failures(place: &Place) {
    let text = place.read("config/budgetd.toml")
        + &format!(
            "\n[[hooks]]\non = [\"failure\"]\ncommand = [\"/bin/sh\", \"-c\", \"cat >> '{}'\"]\n",
            place.at("told").display()
        );
    place.write("config/budgetd.toml", &text);
}

fn failures(place: &Place) -> Vec<Value> {
    let text = fs::read_to_string(place.at("told")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_daemon_that_waits_for_another_budgetd_is_alive_and_says_for_whom() {
    let (place, _) = quick();
    let path = place.at("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    socket.set_read_timeout(Some(place::PATIENCE)).expect("set");
    let held = Lock::try_acquire(&place.at("state/work.lock")).expect("possible").expect("free");
    held.note();
    let pid = std::process::id();
    // Shorter than what it waits for until it is said.
    let environment = [("NOTIFY_SOCKET", path.as_path()), ("WATCHDOG_USEC", Path::new("2000000"))];
    let mut daemon = Daemon::spawn(&place, &environment);
    let mut said = Vec::new();
    let mut hear = |wanted: &str| {
        let mut buffer = [0; 4096];
        loop {
            let length =
                socket.recv(&mut buffer).unwrap_or_else(|_| panic!("no {wanted}: {said:?}"));
            said.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
            if said.last().is_some_and(|said| said.contains(wanted)) {
                return;
            }
        }
    };
    hear(&format!("STATUS=waits for another budgetd that is at work (process {pid}"));
    // It has waited for five seconds by now, and its watchdog for two.
    for _ in 0..3 {
        hear("WATCHDOG=1");
    }
    assert!(daemon.log().contains("WARN waits for another budgetd that is at work"));
    let status = place.run(&["status"]).ends(0);
    let other = format!("another budgetd is at work (process {pid}");
    assert!(status.stdout.contains(&other), "{}", status.stdout);
    // A start takes as long as it has to.
    hear("EXTEND_TIMEOUT_USEC=");
    drop(held);
    hear("READY=1");
    assert!(daemon.log().contains("no longer waits for another budgetd"), "{}", daemon.log());
    assert!(!place.run(&["status"]).ends(0).stdout.contains("another budgetd"));
    assert_eq!(daemon.stop().0, 0);
}

#[test]
fn a_full_disk_of_the_state_is_a_trouble_that_is_told_once() {
    let (place, port) = quick();
    tell_failures(&place);
    fs::rename(place.at("state"), place.at("state-before")).expect("moved");
    fs::create_dir(place.at("state")).expect("made");
    let Some(_mount) = mounts::Mount::new("tmpfs", "size=80m,mode=0700", &place.at("state")) else {
        println!(
            "skipped: a_full_disk_of_the_state_is_a_trouble_that_is_told_once: no mounts here"
        );
        return;
    };
    let moved = std::process::Command::new("cp")
        .arg("-a")
        .args([place.at("state-before/."), place.at("state")])
        .status();
    assert!(moved.expect("it runs").success());
    let mut daemon = Daemon::start(&place);
    wait_until("it is well", || ask(port, "/health").0 == 200);
    // 64 MiB are kept free.
    fs::write(place.at("state/filler"), vec![1; 40 << 20]).expect("written");
    for number in 0..5 {
        let text = days(&days_ago(10 + number), &days_ago(10 + number));
        place.write(&format!("inbox/day-{number}.csv"), &text);
    }
    wait_until("it is told", || ask(port, "/health").0 == 503);
    let body = ask(port, "/health").1;
    assert!(
        body.contains("\"part\":\"files\"") && body.contains("waits for room: its copy in"),
        "{body}"
    );
    assert!(has_metric(port, "budgetd_trouble{account=\"main\",part=\"files\"} 1"));
    wait_until("each was said", || daemon.log().matches("WARN waits for room").count() == 5);
    // Some rounds later.
    std::thread::sleep(std::time::Duration::from_millis(2500));
    assert_eq!(ask(port, "/health").0, 503);
    fs::remove_file(place.at("state/filler")).expect("removed");
    wait_until("all are taken", || place.names("inbox/receipts").len() == 5);
    wait_until("it is well again", || ask(port, "/health").0 == 200);
    assert_eq!(daemon.log().matches("ERROR files can't be taken").count(), 1, "{}", daemon.log());
    let failures = failures(&place);
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert_eq!((&failures[0]["account"], &failures[0]["part"]), (&"main".into(), &"files".into()));
    assert_eq!(daemon.stop().0, 0);
}

#[test]
fn a_refused_reload_is_a_trouble_until_one_succeeds() {
    let (place, port) = quick();
    tell_failures(&place);
    let mut daemon = Daemon::start(&place);
    wait_until("it is well", || ask(port, "/health").0 == 200);
    let runs_by_others = "the daemon runs with another configuration than the files";
    assert!(!place.run(&["status"]).ends(0).stdout.contains(runs_by_others));
    // Another value for what is fixed at the start: the files are in order, and not in force.
    place.edit("config/budgetd.toml", "level = \"info\"", "level = \"warn\"");
    assert!(place.run(&["status"]).ends(0).stdout.contains(runs_by_others));
    daemon.signal(Signal::HUP);
    wait_until("it is told", || ask(port, "/health").0 == 503);
    let health: Value = serde_json::from_str(&ask(port, "/health").1).expect("JSON");
    let text = "the configuration on disk was not taken: [log] of the configuration changed, which \
                takes a restart";
    let told = serde_json::json!([{ "part": "configuration", "text": text }]);
    assert_eq!(health["troubles"], told);
    assert!(has_metric(port, "budgetd_trouble{account=\"\",part=\"configuration\"} 1"));
    // Asked again, it is the same trouble.
    daemon.signal(Signal::HUP);
    wait_until("it was asked again", || {
        daemon.log().matches("was read again and not").count() == 2
    });
    // A comment is no setting.
    place.edit("config/budgetd.toml", "level = \"warn\"", "level = \"info\" # as before");
    assert!(!place.run(&["status"]).ends(0).stdout.contains(runs_by_others));
    daemon.signal(Signal::HUP);
    wait_until("it is well again", || ask(port, "/health").0 == 200);
    assert!(has_metric(port, "budgetd_trouble{account=\"\",part=\"configuration\"} 0"));
    // One that is taken is in force.
    place.edit("config/accounts/main.toml", "\"500000\"", "\"600000\"");
    daemon.signal(Signal::HUP);
    wait_until("it is in force", || daemon.log().matches(" ready").count() == 2);
    assert!(!place.run(&["status"]).ends(0).stdout.contains(runs_by_others));
    let failures = failures(&place);
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert_eq!(
        (&failures[0]["part"], &failures[0]["text"]),
        (&"configuration".into(), &text.into())
    );
    assert_eq!(daemon.stop().0, 0);
    place.run(&["audit", "verify"]).ends(0);
}

#[test]
fn a_reload_looks_at_the_configuration_alone() {
    let place = Place::new();
    fs::remove_dir_all(place.at("inbox")).expect("removed");
    fs::remove_file(place.at("state/keys/signing_key")).expect("removed");
    place.run(&["check"]).ends(3);
    place.run(&["check", "--only-config"]).ends(0);
    place.edit("config/budgetd.toml", "scan_seconds", "scan_secondz");
    let said = place.run(&["check", "--only-config"]).ends(2);
    assert!(said.stderr.contains("scan_secondz"), "{}", said.stderr);
}

#[test]
fn a_missing_key_is_told_once_though_nothing_was_ever_due() {
    let (place, port) = quick();
    tell_failures(&place);
    fs::rename(place.at("state/keys/signing_key"), place.at("away")).expect("moved");
    let mut daemon = Daemon::start(&place);
    wait_until("it is told", || ask(port, "/health").0 == 503);
    assert!(ask(port, "/health").1.contains("nothing can be signed: there is no signing key"));
    assert!(has_metric(port, "budgetd_trouble{account=\"\",part=\"key\"} 1"));
    wait_until("a hook is told", || failures(&place).len() == 1);
    assert_eq!(failures(&place)[0]["part"], "key");
    fs::rename(place.at("away"), place.at("state/keys/signing_key")).expect("moved back");
    wait_until("it is well again", || ask(port, "/health").0 == 200);
    assert_eq!(failures(&place).len(), 1);
    assert_eq!(daemon.stop().0, 0);
}

#[test]
fn a_key_of_another_user_is_told_with_what_to_do() {
    let test = "a_key_of_another_user_is_told_with_what_to_do";
    if !rustix::process::geteuid().is_root() || !place::has_program("setpriv") {
        println!("skipped: {test}: only root with setpriv can be two users");
        return;
    }
    let place = Place::new();
    fs::set_permissions(place.root(), fs::Permissions::from_mode(0o755)).expect("set");
    for folder in ["state", "state/keys"] {
        fs::set_permissions(place.at(folder), fs::Permissions::from_mode(0o777)).expect("set");
    }
    // Where anybody may run it.
    fs::copy(env!("CARGO_BIN_EXE_budgetd"), place.at("budgetd")).expect("copied");
    let as_other = |arguments: &[&str]| {
        let mut command = std::process::Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(place.at("budgetd"));
        let output = command.args(arguments).current_dir(place.root()).output().expect("it runs");
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    for command in [&["status"][..], &["check"]] {
        let said = as_other(command);
        assert!(
            said.contains("this user (65534) can't read the signing key: user 0 owns it"),
            "{said}"
        );
        assert!(said.contains("hint: the daemon's user must own it"), "{said}");
    }
}

/// A place whose key is where only the daemon is let.
fn with_credential() -> (Place, String) {
    let place = Place::new();
    let shown = place.run(&["keys", "show"]).ends(0);
    let fingerprint = shown.stdout.lines().next().expect("a line").replace("fingerprint  ", "");
    fs::create_dir(place.at("credentials")).expect("made");
    let key = place.at("state/keys/signing_key");
    fs::rename(&key, place.at("credentials/signing_key")).expect("moved");
    fs::remove_file(key.with_extension("pub")).expect("removed");
    (place, fingerprint)
}

#[test]
fn commands_by_hand_say_what_the_log_tells_of_a_credential() {
    let (place, fingerprint) = with_credential();
    // Nobody has told of it yet.
    place.run(&["check"]).ends(3);
    let credentials = place.at("credentials");
    let mut daemon = Daemon::spawn(&place, &[("CREDENTIALS_DIRECTORY", &credentials)]);
    wait_until("it is ready", || daemon.log().contains(" ready"));
    let words = format!("no key is visible to this command; the daemon signs with {fingerprint}");
    for command in [&["status"][..], &["check"], &["keys", "show"]] {
        let said = place.run(command).ends(0);
        assert!(said.stdout.contains(&words), "{command:?}: {}", said.stdout);
        assert!(!said.all().contains("keys new"), "{command:?}: {}", said.all());
    }
    let status = place.run(&["status", "--json"]).ends(0).json();
    assert_eq!(
        (&status["key"], &status["key_trouble"]),
        (&fingerprint.as_str().into(), &Value::Null)
    );
    // A second key would sign beside it.
    let said = place.run(&["keys", "new"]).ends(2);
    assert!(said.stderr.contains("a second key would sign"), "{}", said.stderr);
    assert_eq!(daemon.stop().0, 0);
    // `check && systemctl start budgetd` starts it.
    let said = place.run(&["check"]).ends(0);
    assert!(
        said.stdout.contains("the daemon signed, when it ran last, with SHA256:"),
        "{said}",
        said = said.stdout
    );
    // Once a start had no key, there is none.
    let mut daemon = Daemon::start(&place);
    assert_eq!(daemon.stop().0, 0);
    place.run(&["check"]).ends(3);
    assert!(
        place.run(&["status"]).stdout.contains("nothing can be signed: there is no signing key")
    );
}

#[test]
fn a_key_beside_the_credential_is_said_to_sign_by_hand_only() {
    let (place, fingerprint) = with_credential();
    place.run(&["keys", "new"]).ends(0);
    let credentials = place.at("credentials");
    let mut daemon = Daemon::spawn(&place, &[("CREDENTIALS_DIRECTORY", &credentials)]);
    wait_until("it is ready", || daemon.log().contains(" ready"));
    let said = place.run(&["check"]).ends(0).stdout;
    assert!(
        said.contains(&format!("the daemon signs with {fingerprint}, a systemd credential")),
        "{said}"
    );
    assert!(said.contains("commands by hand would sign with SHA256:"), "{said}");
    assert_eq!(daemon.stop().0, 0);
}

#[test]
fn the_public_part_of_a_credential_is_shown_as_bundles_list_it() {
    let (place, fingerprint) = with_credential();
    let credentials = place.at("credentials");
    let public = |said: &str| {
        let line = said.lines().find(|line| line.starts_with("public key   "));
        line.expect("a line").replace("public key   ", "")
    };
    fs::write(place.at("outbox/allowed_signers"), "").expect("emptied");
    let mut command = place.command(&["ingest"]);
    place.write("inbox/a.csv", &days(&days_ago(60), &days_ago(1)));
    assert!(command.output().expect("it runs").status.success());
    let mut daemon = Daemon::spawn(&place, &[("CREDENTIALS_DIRECTORY", &credentials)]);
    wait_until("a bundle", || !place.bundles("main").is_empty());
    let said = place.run(&["keys", "show"]).ends(0).stdout;
    let listed = place.read("outbox/allowed_signers");
    assert!(listed.contains(&public(&said)), "{said}\n{listed}");
    assert!(said.contains(&format!("fingerprint  {fingerprint}")), "{said}");
    assert_eq!(daemon.stop().0, 0);
}

#[test]
fn an_address_that_is_taken_is_said_with_how_to_find_who_has_it() {
    let (place, free) = quick();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    place.edit("config/budgetd.toml", &format!("127.0.0.1:{free}"), &format!("127.0.0.1:{port}"));
    let said = place.run(&["run"]).ends(3).stderr;
    assert!(
        said.contains(&format!("can't listen at 127.0.0.1:{port}, as [api] listen says")),
        "{said}"
    );
    assert!(said.contains(&format!("ss -ltnp 'sport = :{port}'")), "{said}");
}

#[test]
fn an_answer_that_cannot_be_written_ends_with_3() {
    let place = Place::new();
    place.write("inbox/a.csv", &days("2026-01-05", "2026-01-06"));
    for command in [
        &["status"][..],
        &["status", "--json"],
        &["check"],
        &["ingest"],
        &["audit", "show"],
        &["audit", "verify"],
        &["keys", "show"],
        &["facts"],
        &["sources", "list"],
        &["prune", "--dry-run"],
        &["--help"],
    ] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("there");
        let output = place.command(command).stdout(full).stderr(Stdio::piped()).output();
        let output = output.expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{command:?}: {said}");
        assert!(command == ["--help"] || said.contains("standard output"), "{command:?}: {said}");
    }
    // Who has seen enough is nobody's trouble.
    let mut status = place.command(&["status"]);
    let mut child = status.stdout(Stdio::piped()).spawn().expect("it runs");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_hook_whose_command_is_not_there_or_not_to_be_run_is_said_by_check() {
    let place = Place::new();
    let text = place.read("config/budgetd.toml");
    place.write("plain", "#!/bin/sh\n");
    let plain = place.at("plain");
    for (program, is_good) in
        [("/bin/sh", true), ("/nowhere/tell", false), (plain.to_str().expect("a path"), false)]
    {
        let hook = format!("\n[[hooks]]\non = [\"failure\"]\ncommand = [\"{program}\", \"-x\"]\n");
        place.write("config/budgetd.toml", &format!("{text}{hook}"));
        let said = place.run(&["check"]);
        assert_eq!(said.status, if is_good { 0 } else { 2 }, "{program}: {}", said.stdout);
        let is_said =
            said.stdout.contains(&format!("the command of hook 1 can't be run: {program}"));
        assert_eq!(is_said, !is_good, "{program}: {}", said.stdout);
    }
}

#[test]
fn a_second_backup_at_one_time_is_told_that_the_first_runs() {
    let place = Place::new();
    let first = Lock::try_acquire(&place.at("state/retention.lock")).expect("possible");
    let backup = tempfile::tempdir().expect("a folder");
    let folder = backup.path().join("b");
    let folder = folder.to_str().expect("a path");
    for command in [&["backup", folder][..], &["prune"]] {
        let said = place.run(command).ends(3).stderr;
        assert!(said.contains("a backup or prune is running (process "), "{said}");
    }
    drop(first);
    // A process that another test is about to start may hold what it inherited for a moment.
    wait_until("it is free", || place.run(&["backup", folder]).status == 0);
}
