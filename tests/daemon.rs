//! `budgetd run` as a process: its life, its signals, its lock, its logs, and what it does beside
//! other commands. What depends on the time of day is tested in `src/daemon/round/tests.rs`.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "cli/place.rs"]
mod place;

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use place::{Daemon, HEADER, Place, days, days_ago, wait_until};
use rustix::process::Signal;
use serde_json::Value;

/// The daemon must be gone after this (DESIGN §7).
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// A place whose files settle at once.
fn quick() -> Place {
    let place = Place::new();
    quicken(&place);
    place
}

fn quicken(place: &Place) {
    place.edit("config/budgetd.toml", "quiet_seconds = 10", "quiet_seconds = 0");
    place.edit("config/budgetd.toml", "scan_seconds = 20", "scan_seconds = 1");
}

fn log_lines(place: &Place) -> Vec<Value> {
    let files = place.names("logs");
    let text: String = files.iter().map(|name| place.read(&format!("logs/{name}"))).collect();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect()
}

#[test]
fn a_dropped_history_becomes_a_signed_bundle_without_a_hand() {
    let place = quick();
    let mut daemon = Daemon::start(&place);
    place.write("inbox/history.csv", &days(&days_ago(60), &days_ago(1)));
    wait_until("a bundle", || !place.bundles("main").is_empty());
    let week = place.bundles("main").remove(0);
    assert!(place.has("inbox/receipts/history.csv.receipt.txt"));
    place.run(&["verify", &format!("outbox/main/{week}")]).ends(0);
    let (status, took) = daemon.stop();
    assert_eq!(status, 0, "{}", daemon.log());
    assert!(took < STOP_WITHIN, "{took:?}");
    let caught_up = place.run(&["audit", "show", "--account", "main"]).ends(0).stdout;
    assert!(caught_up.contains(&format!("caught_up week={week}")), "{caught_up}");
    let own = place.run(&["audit", "show"]).ends(0).stdout;
    assert!(own.contains("started") && own.contains("stopped signal=SIGTERM"), "{own}");
    place.run(&["audit", "verify"]).ends(0);
    // The same on standard output and, as JSON, in the log files.
    assert!(daemon.log().contains("published"), "{}", daemon.log());
    let messages: Vec<String> =
        log_lines(&place).iter().map(|line| line["fields"]["message"].to_string()).collect();
    for message in ["started", "ready", "accepted", "published", "stopped"] {
        assert!(messages.contains(&format!("\"{message}\"")), "{message}: {messages:?}");
    }
}

#[test]
fn weeks_that_nobody_decided_are_recorded_when_the_newest_is_caught_up() {
    let place = quick();
    place.write("inbox/history.csv", &days(&days_ago(80), &days_ago(1)));
    place.run(&["ingest"]).ends(0);
    place.run(&["decide", "--week", &days_ago(28)]).ends(0);
    let mut daemon = Daemon::start(&place);
    wait_until("the newest week", || place.bundles("main").len() == 2);
    assert_eq!(daemon.stop().0, 0);
    let log = place.run(&["audit", "show", "--account", "main", "--json"]).ends(0).json();
    let count = |event: &str| {
        let records = log["records"].as_array().expect("records");
        records.iter().filter(|record| record["event"]["event"] == event).count()
    };
    // Between the week of 28 days ago and this one lie three; on a Monday before the run, two.
    assert!(matches!(count("missed"), 2 | 3), "{log:#}");
    assert_eq!(count("caught_up"), 1);
    let status = place.run(&["status"]).ends(0).stdout;
    assert!(status.contains("was never decided"), "{status}");
    // Decided by hand since, they are missed no more.
    let records = log["records"].as_array().expect("records");
    for record in records.iter().filter(|record| record["event"]["event"] == "missed") {
        let week = record["event"]["week"].as_str().expect("a week");
        place.run(&["decide", "--week", week]).ends(0);
    }
    let status = place.run(&["status"]).ends(0).stdout;
    assert!(!status.contains("was never decided"), "{status}");
}

#[test]
fn a_second_daemon_on_the_same_state_ends_with_3() {
    let place = quick();
    let mut first = Daemon::start(&place);
    let second = place.run(&["run"]).ends(3);
    assert!(
        second.stderr.contains("state/run.lock is in use by another budgetd"),
        "{}",
        second.stderr
    );
    assert!(second.stderr.contains("hint:"));
    assert!(first.is_running());
    // `status` and `check` say that it runs, and neither disturbs it.
    assert!(place.run(&["status"]).stdout.contains("\nthe daemon runs\n"));
    assert!(place.run(&["check"]).ends(0).stdout.contains("daemon          runs"));
    assert_eq!(first.stop().0, 0);
}

#[test]
fn an_interrupt_ends_it_as_a_termination_does() {
    let place = quick();
    let mut daemon = Daemon::start(&place);
    daemon.signal(Signal::INT);
    assert_eq!(daemon.ending(), 0, "{}", daemon.log());
    assert!(place.run(&["audit", "show"]).stdout.contains("stopped signal=SIGINT"));
}

#[test]
fn stopped_in_the_middle_of_a_large_file_it_takes_the_file_at_the_next_start() {
    let place = quick();
    // About 40 MB: many times what is read in the time that a signal takes.
    let mut text = format!("{HEADER},campaign\n");
    for campaign in 0..150_000 {
        for channel in place::CHANNELS {
            text.push_str(&format!("2026-01-05,{channel},1.25,9,3,1,2.50,campaign {campaign}\n"));
        }
    }
    place.write("large.csv", &text);
    let mut daemon = Daemon::start(&place);
    fs::rename(place.at("large.csv"), place.at("inbox/large.csv")).expect("dropped");
    wait_until("it is read", || place.names("inbox/.claimed").len() == 1);
    let (status, took) = daemon.stop();
    assert_eq!(status, 0, "{}", daemon.log());
    assert!(took < STOP_WITHIN, "{took:?}");
    assert_eq!(place.names("inbox/.claimed").len(), 1, "it was interrupted: {}", daemon.log());
    let mut daemon = Daemon::start(&place);
    wait_until("it is taken", || place.has("inbox/receipts/large.csv.receipt.txt"));
    assert_eq!(daemon.stop().0, 0);
    assert!(place.claimed().is_empty());
    let facts = place.run(&["facts"]).ends(0).stdout;
    // 150,000 rows of 1.25 each, and once only.
    assert!(facts.contains("Email,187500.00,1350000,450000,150000,375000.00\n"), "{facts}");
}

#[test]
fn a_stop_does_not_wait_for_another_process_at_work() {
    let place = quick();
    let mut daemon = Daemon::start(&place);
    let lock = fs::File::open(place.at("state/work.lock")).expect("a lock");
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).expect("held");
    place.write("inbox/a.csv", &days(&days_ago(3), &days_ago(2)));
    std::thread::sleep(Duration::from_millis(300));
    let (status, took) = daemon.stop();
    assert_eq!(status, 0, "{}", daemon.log());
    assert!(took < STOP_WITHIN, "{took:?}");
    assert!(place.has("inbox/a.csv"));
}

#[test]
fn ingest_and_decide_work_beside_a_running_daemon() {
    let place = quick();
    // Only the command is to take files here.
    place.edit("config/budgetd.toml", "quiet_seconds = 0", "quiet_seconds = 3600");
    let mut daemon = Daemon::start(&place);
    place.write("inbox/history.csv", &days(&days_ago(60), &days_ago(1)));
    place.run(&["ingest"]).ends(0);
    let decided = place.run(&["decide"]).ends(0);
    assert!(decided.stdout.contains("decided main"), "{}", decided.stdout);
    assert!(daemon.is_running());
    assert_eq!(daemon.stop().0, 0, "{}", daemon.log());
    place.run(&["audit", "verify"]).ends(0);
}

#[test]
fn systemd_is_told_of_readiness_status_and_the_end() {
    let place = quick();
    let path = place.at("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    socket.set_read_timeout(Some(place::PATIENCE)).expect("set");
    let watchdog = std::path::Path::new("400000");
    let environment = [("NOTIFY_SOCKET", path.as_path()), ("WATCHDOG_USEC", watchdog)];
    let mut daemon = Daemon::spawn(&place, &environment);
    let mut said = Vec::new();
    let mut hear = |wanted: &str| {
        while !said.iter().any(|said: &String| said.contains(wanted)) {
            let mut buffer = [0; 4096];
            let length =
                socket.recv(&mut buffer).unwrap_or_else(|_| panic!("no {wanted}: {said:?}"));
            said.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
        }
    };
    hear("READY=1");
    hear("STATUS=1 account; 1 waiting for data");
    // Again and again, for as long as the worker goes on.
    hear("WATCHDOG=1");
    // What goes wrong is told in the same place.
    place.remove_folder("inbox");
    hear("STATUS=account main: the drop folder can't be read");
    wait_until("it is in the log files", || {
        let said = place.run(&["status"]).stdout;
        said.contains("\nlast error: ")
            && said.contains("account main: the drop folder can't be read")
    });
    daemon.signal(Signal::TERM);
    hear("STOPPING=1");
    assert_eq!(daemon.ending(), 0);
}

#[test]
fn systemd_hears_nothing_twice_and_one_that_reads_late_holds_up_nothing() {
    let place = quick();
    let path = place.at("notify");
    // A queue takes some ten messages, and nobody reads them.
    let socket = UnixDatagram::bind(&path).expect("a socket");
    let mut daemon = Daemon::spawn(&place, &[("NOTIFY_SOCKET", path.as_path())]);
    wait_until("a round", || daemon.log().contains("waits for data"));
    for _ in 0..16 {
        place.write("inbox/.poke", "");
        std::thread::sleep(Duration::from_millis(250));
    }
    let (status, took) = daemon.stop();
    assert_eq!(status, 0, "{}", daemon.log());
    assert!(took < STOP_WITHIN, "{took:?}");
    drop(socket);
}

/// A port of this machine that nobody listens at, for the moment.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn listen_at(place: &Place, address: &str) {
    let api = format!("[api]\nlisten = \"{address}\"\n\n[inbox]");
    place.edit("config/budgetd.toml", "[inbox]", &api);
}

/// Status and body of a GET.
fn ask(port: u16, path: &str) -> (String, String) {
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
    (head.lines().next().expect("a status").to_owned(), body.to_owned())
}

#[test]
fn the_listener_tells_what_came_in_what_was_published_and_what_fails() {
    let place = quick();
    let port = free_port();
    listen_at(&place, &format!("127.0.0.1:{port}"));
    let mut daemon = Daemon::start(&place);
    assert_eq!(ask(port, "/ready").0, "HTTP/1.1 200 OK");
    place.write("inbox/history.csv", &days(&days_ago(60), &days_ago(1)));
    place.write("inbox/wrong.csv", &format!("{HEADER}\n2026-01-05,Radio,1,1,1,1,1\n"));
    let told = |line: &str| ask(port, "/metrics").1.lines().any(|it| it == line);
    for line in [
        "budgetd_files_total{account=\"main\",outcome=\"accepted\"} 1",
        "budgetd_files_total{account=\"main\",outcome=\"refused\"} 1",
        "budgetd_refusals_total{account=\"main\",reason=\"unknown_channel\"} 1",
        "budgetd_decisions_total{account=\"main\",outcome=\"decided\"} 1",
        "budgetd_data_lag_days{account=\"main\"} 0",
        "budgetd_waiting{account=\"main\"} 0",
        "budgetd_log_lines_lost 0",
    ] {
        wait_until(line, || told(line));
    }
    let (status, health) = ask(port, "/health");
    assert!(status.contains("200") && health.contains("\"status\":\"well\""), "{health}");
    place.remove_folder("inbox");
    wait_until("it is not well", || ask(port, "/health").0.contains("503"));
    assert!(ask(port, "/health").1.contains("the drop folder can't be read"));
    assert_eq!(daemon.stop().0, 0, "{}", daemon.log());
}

#[test]
fn hooks_are_told_and_delay_nothing() {
    let place = quick();
    let told = place.at("told");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let hooks = format!(
        "\n[[hooks]]\non = [\"published\", \"refusal\", \"failure\"]\n\
         command = [\"/bin/sh\", \"-c\", \"cat >> '{}'\"]\n\n\
         [[hooks]]\non = [\"published\"]\nurl = \"http://{address}/budgetd\"\ntimeout_seconds = 3\n",
        told.display()
    );
    let text = place.read("config/budgetd.toml") + &hooks;
    place.write("config/budgetd.toml", &text);
    let mut daemon = Daemon::start(&place);
    let events = || -> Vec<Value> {
        let text = fs::read_to_string(&told).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    place.write("inbox/wrong.csv", &format!("{HEADER}\n2026-01-05,Radio,1,1,1,1,1\n"));
    wait_until("a refusal", || events().len() == 1);
    assert_eq!(events()[0]["event"], "refusal");
    assert_eq!(events()[0]["problems"], "rejected/wrong.csv.problems.txt");
    // Nobody answers at the address: its hook takes its three seconds.
    place.write("inbox/history.csv", &days(&days_ago(60), &days_ago(1)));
    wait_until("a publication", || events().len() == 2);
    let (event, bundles) = (events().remove(1), place.bundles("main"));
    assert_eq!(
        (&event["event"], &event["week"]),
        (&Value::from("published"), &Value::from(&*bundles[0]))
    );
    assert_eq!(
        (&event["account"], &event["outcome"]),
        (&Value::from("main"), &Value::from("decided"))
    );
    let (mut stream, _) = listener.accept().expect("posted to");
    let mut start = [0; 22];
    stream.read_exact(&mut start).expect("a request");
    assert_eq!(&start, b"POST /budgetd HTTP/1.1");
    place.remove_folder("inbox");
    wait_until("it is missed", || daemon.log().contains("ERROR the drop folder can't be read"));
    wait_until("a failure", || events().len() == 3);
    assert_eq!(
        (&events()[2]["event"], &events()[2]["part"]),
        (&Value::from("failure"), &Value::from("drop_folder"))
    );
    wait_until("the address is given up", || {
        daemon.log().contains("a hook could not be told account=\"main\" week=")
    });
    assert_eq!(daemon.stop().0, 0);
}

#[test]
fn a_port_that_is_taken_is_said_and_ends_it_with_3() {
    let place = quick();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    listen_at(&place, &address.to_string());
    let mut daemon = Daemon::spawn(&place, &[]);
    assert_eq!(daemon.ending(), 3);
    assert!(daemon.log().contains(&format!("can't listen at {address}")), "{}", daemon.log());
}

#[test]
fn a_hangup_reads_the_configuration_again_all_or_nothing() {
    let place = quick();
    let mut daemon = Daemon::start(&place);
    let count = |text: &str| daemon.log().matches(text).count();
    place.edit(
        "config/accounts/main.toml",
        "total_budget_weekly = \"500000\"",
        "total_budget_weekly = \"600000\"",
    );
    daemon.signal(Signal::HUP);
    let change = "main.toml: total_budget_weekly: \\\"500000\\\" → \\\"600000\\\"";
    wait_until("the change is said", || daemon.log().contains(change));
    wait_until("it is in force", || count(" ready") == 2);
    let own = place.run(&["audit", "show"]).ends(0).stdout;
    assert!(own.contains("reloaded") && own.contains("total_budget_weekly"), "{own}");
    // A fault anywhere: nothing of it is taken, and the daemon goes on by the old one.
    place.edit("config/accounts/main.toml", "\"600000\"", "\"700000\"");
    place.edit("config/budgetd.toml", "scan_seconds", "scan_secondz");
    daemon.signal(Signal::HUP);
    wait_until("the fault is said", || {
        daemon.log().contains("not taken; the old one is in force")
            && daemon.log().contains("scan_secondz")
    });
    // What is fixed at the start is not taken either.
    place.edit("config/budgetd.toml", "scan_secondz", "scan_seconds");
    place.edit("config/budgetd.toml", "outbox = \"outbox\"", "outbox = \"elsewhere\"");
    daemon.signal(Signal::HUP);
    wait_until("it is said", || daemon.log().contains("[paths] of the configuration changed"));
    place.edit("config/budgetd.toml", "outbox = \"elsewhere\"", "outbox = \"outbox\"");
    // One more account from here on.
    let other = place.read("config/accounts/main.toml").replace("id = \"main\"", "id = \"shop\"");
    place.write("config/accounts/shop.toml", &other);
    daemon.signal(Signal::HUP);
    wait_until("it is in force", || count(" ready") == 3);
    assert!(daemon.log().contains("shop.toml: new"), "{}", daemon.log());
    place.write("inbox/shop/a.csv", &days(&days_ago(10), &days_ago(1)));
    wait_until("it is taken", || place.has("inbox/shop/receipts/a.csv.receipt.txt"));
    // As it was: that is said, too.
    daemon.signal(Signal::HUP);
    wait_until("nothing new", || daemon.log().contains("read again and is as it was"));
    assert_eq!(daemon.stop().0, 0, "{}", daemon.log());
    place.run(&["audit", "verify"]).ends(0);
}

#[test]
fn a_drop_folder_that_is_replaced_is_watched_again() {
    let place = quick();
    // Files are found by a hint, or not within this test's patience; a minute's tick is the help
    // where the daemon looks at the very moment when there is no folder.
    place.edit("config/budgetd.toml", "scan_seconds = 1", "scan_seconds = 3600");
    let mut daemon = Daemon::start(&place);
    for round in 0..3 {
        fs::rename(place.at("inbox"), place.at(&format!("old-{round}"))).expect("moved");
        fs::create_dir(place.at("inbox")).expect("made");
        std::thread::sleep(Duration::from_millis(500));
        place.write("inbox/a.csv", &days("2026-01-05", "2026-01-05"));
        let patience = Duration::from_secs(70);
        place::wait_for("it is taken", patience, || place.has("inbox/receipts/a.csv.receipt.txt"));
    }
    assert_eq!(daemon.stop().0, 0);
}

#[test]
fn a_drop_folder_that_goes_is_told_once_and_served_again_when_it_comes() {
    let place = quick();
    let mut daemon = Daemon::start(&place);
    // Its first round is done: that makes what is missing.
    wait_until("a round", || daemon.log().contains("waits for data"));
    place.remove_folder("inbox");
    wait_until("it is missed", || daemon.log().contains("ERROR the drop folder can't be read"));
    std::thread::sleep(Duration::from_millis(1500));
    assert!(!place.has("inbox"), "what may have been a mount is not made again");
    fs::create_dir(place.at("inbox")).expect("made");
    place.write("inbox/a.csv", &days("2026-01-05", "2026-01-05"));
    wait_until("it is taken", || place.has("inbox/receipts/a.csv.receipt.txt"));
    let log = daemon.log();
    assert_eq!(log.matches("ERROR the drop folder can't be read").count(), 1, "{log}");
    assert_eq!(log.matches("no longer: the drop folder can't be read").count(), 1, "{log}");
    assert_eq!(daemon.stop().0, 0);
}

#[test]
fn a_broken_drop_folder_keeps_no_other_account_from_its_bundle() {
    let place = Place::with_two_accounts();
    quicken(&place);
    fs::create_dir_all(place.at("inbox/main")).expect("made");
    symlink("/tmp", place.at("inbox/other")).expect("a link");
    let mut daemon = Daemon::start(&place);
    place.write("inbox/main/history.csv", &days(&days_ago(60), &days_ago(1)));
    place.write("inbox/lost.csv", "x");
    wait_until("a bundle", || !place.bundles("main").is_empty());
    wait_until("the stray", || daemon.log().contains("in the inbox for nobody"));
    std::thread::sleep(Duration::from_millis(1500));
    let log = daemon.log();
    assert_eq!(log.matches("the drop folder can't be read").count(), 1, "{log}");
    assert_eq!(log.matches("in the inbox for nobody").count(), 1, "{log}");
    assert!(place.has("inbox/lost.csv"));
    assert_eq!(daemon.stop().0, 0);
}

#[test]
fn hostile_names_and_cells_forge_no_line_of_the_log() {
    let place = quick();
    let mut daemon = Daemon::start(&place);
    let bad = format!(
        "{HEADER}\n2026-01-05,=cmd|' /C calc'!A0,1,1,1,1,1\n\
        2026-01-05,<script>alert(1)</script>,1,1,1,1,1\n2026-01-05,\u{1b}[2J,1,1,1,1,1\n"
    );
    place.write("inbox/bad.csv", &bad);
    place.write("inbox/\u{1b}[31mred\nlevel=ERROR forged.csv", "x");
    symlink("/etc/hostname", place.at("inbox/link.csv")).expect("a link");
    wait_until("the refusal", || place.has("inbox/rejected/bad.csv.problems.txt"));
    wait_until("the odd name", || daemon.log().matches("left alone").count() >= 2);
    assert_eq!(daemon.stop().0, 0);
    let files: String =
        place.names("logs").iter().map(|name| place.read(&format!("logs/{name}"))).collect();
    for text in [daemon.log(), files, place.read("inbox/rejected/bad.csv.problems.txt")] {
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(!text.lines().any(|line| line.starts_with("level=ERROR")), "{text}");
    }
    log_lines(&place);
    assert_eq!(daemon.log().matches("left alone").count(), 2, "once each: {}", daemon.log());
    assert!(place.has("inbox/link.csv"));
}

#[test]
fn without_a_key_it_says_so_and_publishes_once_there_is_one() {
    let place = quick();
    place.write("inbox/history.csv", &days(&days_ago(60), &days_ago(1)));
    fs::set_permissions(place.at("state/keys/signing_key"), fs::Permissions::from_mode(0o644))
        .expect("set");
    let mut daemon = Daemon::start(&place);
    wait_until("it is said", || daemon.log().contains("ERROR the week can't be decided"));
    assert!(place.bundles("main").is_empty());
    let status = place.run(&["status"]).ends(0).stdout;
    assert!(status.contains("nothing can be signed: others than its owner"), "{status}");
    fs::set_permissions(place.at("state/keys/signing_key"), fs::Permissions::from_mode(0o600))
        .expect("set");
    // A file that comes in is a reason to try at once.
    place.write("inbox/again.csv", &days(&days_ago(2), &days_ago(1)));
    wait_until("a bundle", || !place.bundles("main").is_empty());
    assert_eq!(daemon.stop().0, 0);
}

#[test]
fn a_damaged_ledger_ends_it_with_4_and_is_left_as_it_is() {
    let place = quick();
    place.write("state/ledger.db", "this is no ledger");
    let mut daemon = Daemon::spawn(&place, &[]);
    assert_eq!(daemon.ending(), 4, "{}", daemon.log());
    assert!(daemon.log().contains("hint:"), "{}", daemon.log());
    assert_eq!(place.read("state/ledger.db"), "this is no ledger");
}

#[test]
fn state_that_it_may_not_write_ends_it_with_3() {
    if rustix::process::geteuid().is_root() {
        println!("skipped: state_that_it_may_not_write_ends_it_with_3: root may write everywhere");
        return;
    }
    let place = quick();
    fs::set_permissions(place.at("state"), fs::Permissions::from_mode(0o500)).expect("set");
    let said = place.run(&["run"]);
    fs::set_permissions(place.at("state"), fs::Permissions::from_mode(0o700)).expect("set");
    assert_eq!(said.status, 3, "{}", said.all());
}
