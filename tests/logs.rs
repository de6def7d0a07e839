//! The logs of a running daemon: what they say to whom, that nothing forges a line of them, and that
//! a full disk costs lines, which are counted, and nothing else.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "cli/mounts.rs"]
mod mounts;
#[path = "cli/place.rs"]
mod place;

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use mounts::Mount;
use place::{Daemon, HEADER, Place, days, days_ago, wait_until};
use rustix::process::Signal;
use serde_json::Value;

fn quick() -> Place {
    let place = Place::new();
    quicken(&place);
    place
}

fn quicken(place: &Place) {
    place.edit("config/budgetd.toml", "quiet_seconds = 10", "quiet_seconds = 0");
    place.edit("config/budgetd.toml", "scan_seconds = 20", "scan_seconds = 1");
}

/// The lines of the JSON files, in the order of their days.
fn json_text(place: &Place) -> String {
    place.names("logs").iter().map(|name| place.read(&format!("logs/{name}"))).collect()
}

fn json_lines(place: &Place) -> Vec<Value> {
    let text = json_text(place);
    let line = |line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
    text.lines().map(line).collect()
}

/// Whether a line begins as each line on standard output does: `2026-01-05T06:30:00.123456Z  INFO `.
fn is_a_line(line: &str) -> bool {
    let Some((time, rest)) = line.split_once(' ') else { return false };
    chrono::DateTime::parse_from_rfc3339(time).is_ok()
        && ["ERROR ", " WARN ", " INFO ", "DEBUG "].iter().any(|level| rest.starts_with(level))
}

/// What a reader of lines, a terminal or an eye would be led astray by.
fn is_dangerous(character: char) -> bool {
    character.is_control() && character != '\n'
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{200b}')
}

#[test]
fn no_name_setting_or_error_forges_a_line() {
    const HOSTILE: &str =
        "a\n2026-01-05T06:30:00.000000Z  INFO forged\r\u{1b}[2J\u{2028}b\u{85}c\u{202e}d\u{9b}";
    let place = quick();
    place.edit("config/budgetd.toml", "level = \"info\"", "level = \"debug\"");
    let mut daemon = Daemon::start(&place);
    // File names: one that is left alone, and one that is taken.
    fs::write(place.at(&format!("inbox/{HOSTILE}.csv")), "x").expect("a hostile name");
    let taken = "b\u{2028}forged\u{202e}\u{200b} <0>.csv";
    fs::write(place.at(&format!("inbox/{taken}")), days("2026-01-05", "2026-01-05")).expect("one");
    // Channels and cells.
    let cell = HOSTILE.replace('\n', "\u{2029}");
    let rows = format!("2026-01-05,{cell},1,1,1,1,1\n{cell},Email,1,1,1,1,1\n");
    place.write("inbox/bad.csv", &format!("{HEADER}\n{rows}"));
    place.write("inbox/header.csv", &format!("date,{cell},spend\n2026-01-05,a,1\n"));
    wait_until("the odd name", || daemon.log().contains("left alone"));
    wait_until("the good one", || daemon.log().contains("accepted"));
    wait_until("the refusals", || daemon.log().matches(" refused ").count() == 2);
    // Settings, as they were and as they become, and why they are not taken.
    let toml: String = HOSTILE
        .chars()
        .map(|character| match u32::from(character) {
            code if !(32..=126).contains(&code) => format!("\\u{code:04x}"),
            _ => character.to_string(),
        })
        .collect();
    let config = place.read("config/budgetd.toml");
    let hook = "\n[[hooks]]\non = [\"failure\"]\ncommand = [\"/nowhere/tell\", \"ARGUMENT\"]\n";
    let reload = |text: &str, answer: &str, times: usize| {
        place.write("config/budgetd.toml", &format!("{config}{text}"));
        daemon.signal(Signal::HUP);
        wait_until(answer, || daemon.log().matches(answer).count() >= times);
    };
    reload(&hook.replace("ARGUMENT", &toml), "not taken", 1);
    reload(&format!("\n[\"{toml}\"]\n\"{toml}\" = 1\n"), "not taken", 2);
    reload(&format!("\n[[hooks]]\non = [\"{toml}\"]\n"), "not taken", 3);
    // Taken, and told of a failure in vain.
    reload(hook, "the configuration changed", 1);
    wait_until("it is in force", || daemon.log().matches(" INFO ready").count() == 2);
    place.remove_folder("inbox");
    wait_until("the hook", || daemon.log().contains("a hook could not be told"));
    assert_eq!(daemon.stop().0, 0);
    let (log, files) = (daemon.log(), json_text(&place));
    for text in [&log, &files] {
        assert!(!text.contains(is_dangerous), "{:?}", text.chars().find(|it| is_dangerous(*it)));
        assert!(text.contains("forged"), "{text}");
    }
    for line in log.lines() {
        assert!(is_a_line(line), "{line}");
    }
    json_lines(&place);
    assert_eq!(log.lines().count(), files.lines().count(), "as many here as there");
}

#[test]
fn a_folder_whose_own_name_is_hostile_forges_no_line() {
    let place = Place::empty();
    let root = "x\n2026-01-05T06:30:00.000000Z  INFO forged\u{1b}[2J\u{2028}\u{85}";
    fs::create_dir(place.at(root)).expect("made");
    let inside = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        command.current_dir(place.at(root));
        command
    };
    assert!(inside(&["init"]).output().expect("it runs").status.success());
    let config = place.at(&format!("{root}/config/budgetd.toml"));
    let text = fs::read_to_string(&config).expect("a configuration");
    fs::write(&config, text.replace("scan_seconds = 20", "scan_seconds = 1")).expect("written");
    let config = config.to_str().expect("UTF-8");
    let mut daemon = Daemon::spawn_command(&place, inside(&["run", "--config", config]));
    wait_until("a round", || daemon.log().contains("waits for data"));
    place.remove_folder(&format!("{root}/inbox"));
    wait_until("it is missed", || daemon.log().contains("ERROR the drop folder can't be read"));
    assert_eq!(daemon.stop().0, 0);
    let log = daemon.log();
    let logs = place.at(&format!("{root}/logs"));
    let file = fs::read_dir(logs).expect("logs").next().expect("a file").expect("a file");
    let file = fs::read_to_string(file.path()).expect("UTF-8");
    for text in [&log, &file] {
        assert!(!text.contains(is_dangerous), "{text}");
    }
    assert!(log.lines().all(is_a_line), "{log}");
}

/// Starts a daemon that is told that `stream` is its journal.
fn with_journal(place: &Place, stream: &str) -> Daemon {
    Daemon::spawn(place, &[("JOURNAL_STREAM", Path::new(stream))])
}

#[test]
fn journald_gets_levels_and_stamps_the_lines_itself() {
    let place = quick();
    place.write("daemon.log", "");
    let output = fs::metadata(place.at("daemon.log")).expect("there");
    let mut daemon = with_journal(&place, &format!("{}:{}", output.dev(), output.ino()));
    wait_until("a round", || daemon.log().contains("waits for data"));
    place.remove_folder("inbox");
    wait_until("it is missed", || daemon.log().contains("the drop folder can't be read"));
    assert_eq!(daemon.stop().0, 0);
    let log = daemon.log();
    for line in log.lines() {
        let levels = ["<3>ERROR ", "<4> WARN ", "<6> INFO "];
        assert!(levels.iter().any(|level| line.starts_with(level)), "{line}");
    }
    assert!(log.contains("<6> INFO ready\n"), "{log}");
    assert!(log.contains("<4> WARN waits for data account=\"main\" week="), "{log}");
    assert!(log.contains("<3>ERROR the drop folder can't be read account=\"main\""), "{log}");
}

#[test]
fn whose_output_goes_elsewhere_than_the_journal_stamps_its_lines() {
    let place = quick();
    let mut daemon = with_journal(&place, "1:1");
    wait_until("it is ready", || daemon.log().contains(" ready"));
    assert_eq!(daemon.stop().0, 0);
    assert!(daemon.log().lines().all(is_a_line), "{}", daemon.log());
}

#[test]
fn thirty_days_of_log_files_are_kept_and_nothing_else_is_removed() {
    let place = quick();
    let stem = |ago| format!("budgetd.{}.jsonl", utc_days_ago(ago));
    for ago in (1..=40).rev() {
        place.write(&format!("logs/{}", stem(ago)), "{}\n");
        // The older is told by its time of birth.
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    place.write("logs/notes.txt", "mine");
    let mut daemon = Daemon::start(&place);
    assert_eq!(daemon.stop().0, 0);
    let names = place.names("logs");
    let files: Vec<&String> = names.iter().filter(|name| name.starts_with("budgetd.")).collect();
    // Today's and the 29 before it.
    assert_eq!(files.len(), 30, "{names:?}");
    assert_eq!(*files[0], stem(29));
    assert!(names.contains(&"notes.txt".to_owned()));
}

/// A log file is named by the day in UTC.
fn utc_days_ago(count: u64) -> String {
    (chrono::Utc::now().date_naive() - chrono::Days::new(count)).to_string()
}

/// The body of a GET.
fn ask(port: u16, path: &str) -> String {
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer.split_once("\r\n\r\n").expect("a body").1.to_owned()
}

#[test]
fn a_full_disk_costs_log_lines_which_are_counted_and_nothing_else() {
    let place = quick();
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address").port()
    };
    let api = format!("[api]\nlisten = \"127.0.0.1:{port}\"\n\n[inbox]");
    place.edit("config/budgetd.toml", "[inbox]", &api);
    fs::create_dir_all(place.at("logs")).expect("made");
    let Some(mount) = Mount::new("tmpfs", "size=64k,mode=0755", &place.at("logs")) else {
        println!(
            "skipped: a_full_disk_costs_log_lines_which_are_counted_and_nothing_else: no mounts here"
        );
        return;
    };
    let mut daemon = Daemon::start(&place);
    let mut filler = fs::File::create(place.at("logs/filler")).expect("made");
    while filler.write_all(&[b'x'; 512]).is_ok() {}
    let first: chrono::NaiveDate = "2026-01-05".parse().expect("a day");
    let drop_file = |number: u64| {
        let day = (first + chrono::Days::new(number)).to_string();
        place.write(&format!("inbox/{number:03}.csv"), &days(&day, &day));
    };
    // Some 20 kB of lines, onto a disk with less than 4 of room.
    (0..60).for_each(drop_file);
    wait_until("all are taken", || place.names("inbox/receipts").len() == 60);
    let said = "budgetd: log lines are lost: logs: No space left";
    wait_until("it is said", || daemon.log().contains(said));
    let metric = || -> u64 {
        let text = ask(port, "/metrics");
        let line = text.lines().find(|line| line.starts_with("budgetd_log_lines_lost "));
        line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).expect("the metric")
    };
    wait_until("it is counted", || metric() > 0);
    // Room again.
    drop(filler);
    fs::remove_file(place.at("logs/filler")).expect("removed");
    (60..63).for_each(drop_file);
    wait_until("it is said", || daemon.log().contains("budgetd: log lines are written again; "));
    wait_until("all are taken", || place.names("inbox/receipts").len() == 63);
    assert_eq!(daemon.stop().0, 0, "{}", daemon.log());
    let log = daemon.log();
    assert_eq!(log.matches("budgetd: log lines are lost").count(), 1, "once: {log}");
    assert_eq!(log.matches("budgetd: log lines are written again").count(), 1, "once: {log}");
    // Each line stands on standard output, and in the file or among the lost.
    let said = log.lines().filter(|line| is_a_line(line)).count();
    let (text, mut whole, mut torn, mut noted) = (json_text(&place), 0, 0, None);
    for line in text.lines() {
        match serde_json::from_str::<Value>(line) {
            Ok(line) if line["fields"]["message"] == "log lines before the last one were lost" => {
                noted = line["fields"]["lines"].as_u64();
            }
            Ok(_) => whole += 1,
            Err(_) => torn += 1,
        }
    }
    let lost = said - whole;
    assert!(lost > 0 && torn <= 1, "{lost} lost, {torn} torn:\n{text}");
    assert!(log.contains(&format!("log lines are written again; {lost} were lost\n")), "{log}");
    assert_eq!(noted, Some(lost as u64), "the file says so, too");
    assert!(log.ends_with(&format!("budgetd: {lost} log lines were lost\n")), "{log}");
    assert!(text.contains("062.csv") && text.contains("stopped"), "{text}");
    mount.end();
}

#[test]
fn each_line_of_a_weekly_run_has_its_account_and_week() {
    let place = Place::with_two_accounts();
    quicken(&place);
    let config = place.read("config/budgetd.toml");
    // One that can't be told of the weeks, so that there is something to say of that too.
    let hooks =
        "\n[[hooks]]\non = [\"published\", \"hold\", \"failure\"]\ncommand = [\"/nowhere/tell\"]\n";
    place.write("config/budgetd.toml", &format!("{config}{hooks}"));
    let third = place.read("config/accounts/main.toml").replacen("\"main\"", "\"third\"", 1);
    place.write("config/accounts/third.toml", &third);
    for account in ["main", "other"] {
        place.write(&format!("inbox/{account}/a.csv"), &days(&days_ago(60), &days_ago(1)));
    }
    place.run(&["ingest"]).ends(0);
    // First nothing can be signed, then it can; the third has no data.
    let set = |mode| {
        let key = place.at("state/keys/signing_key");
        fs::set_permissions(key, fs::Permissions::from_mode(mode)).expect("set");
    };
    set(0o644);
    let mut daemon = Daemon::start(&place);
    wait_until("it is said", || {
        daemon.log().matches("the week can't be decided account").count() >= 2
    });
    assert_eq!(daemon.stop().0, 0);
    set(0o600);
    let before = json_lines(&place).len();
    let mut daemon = Daemon::start(&place);
    wait_until("the weeks", || daemon.log().matches("published account").count() == 2);
    wait_until("the hooks", || daemon.log().matches("a hook could not be told").count() >= 2);
    wait_until("the third", || daemon.log().contains("waits for data"));
    assert_eq!(daemon.stop().0, 0);
    let lines = json_lines(&place);
    let mut accounts = BTreeSet::new();
    let mut checked = 0;
    for run in [&lines[..before], &lines[before..]] {
        // Between `ready` and `stopped` the daemon does nothing but run weeks.
        let message =
            |line: &Value| line["fields"]["message"].as_str().unwrap_or_default().to_owned();
        let from = run.iter().position(|line| message(line) == "ready").expect("ready");
        for line in &run[from + 1..] {
            if message(line) == "stopped" {
                continue;
            }
            let fields = &line["fields"];
            // That nothing can be signed is told of the key, too, which is no week's.
            if fields["event"] == "failure" && fields["account"].is_null() {
                continue;
            }
            assert!(fields["account"].is_string() && fields["week"].is_string(), "{line}");
            accounts.insert(fields["account"].to_string());
            checked += 1;
        }
    }
    assert_eq!(accounts.len(), 3, "{accounts:?}");
    // Said of each that nothing can be signed, or that data is missing; then two published and told.
    assert!(checked >= 8, "{lines:#?}");
}
