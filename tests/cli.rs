//! The command line as people and scripts use it: what it says, where, and with which exit status.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "cli/hostile.rs"]
mod hostile;
#[path = "cli/place.rs"]
mod place;
#[path = "cli/terminal.rs"]
mod terminal;

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use place::{HEADER, Place, days, has_program};

/// A place with data for the weeks before 26 January 2026, all arrived in time.
fn with_history() -> Place {
    let place = Place::new();
    place.write("inbox/history.csv", &days("2025-11-03", "2026-01-25"));
    place.run(&["ingest", "--as-of", "2026-01-26T00:00:00Z"]).ends(0);
    place
}

const MONDAY: &str = "2026-01-26T06:00:00+05:30";

#[test]
fn the_steps_that_init_prints_work_as_they_stand() {
    let place = Place::empty();
    let said = place.run(&["init", "my folder"]).ends(0);
    assert!(said.stdout.contains("SHA256:"), "{}", said.stdout);
    let lines: Vec<&str> = said.stdout.lines().filter(|line| line.contains(" --config ")).collect();
    assert_eq!(lines.len(), 3, "check, run, status: {}", said.stdout);
    for line in lines.into_iter().filter(|line| !line.contains(" run ")) {
        let program = env!("CARGO_BIN_EXE_budgetd");
        let command = &line[line.find(program).expect("the program as it was called")..];
        let ran = std::process::Command::new("sh")
            .args(["-c", command])
            .current_dir(place.root())
            .env_remove("BUDGETD_CONFIG")
            .output()
            .expect("it runs");
        assert!(ran.status.success(), "{command}: {}", String::from_utf8_lossy(&ran.stderr));
    }
    for path in ["config/accounts/main.toml", "inbox", "outbox", "archive", "state"] {
        assert!(said.stdout.contains("my folder") && place.has(&format!("my folder/{path}")));
    }
}

#[test]
fn init_overwrites_nothing() {
    let place = Place::new();
    let key = place.read("state/keys/signing_key.pub");
    let said = place.run(&["init"]).ends(2);
    assert!(said.stderr.contains("there is a configuration already: ./config/budgetd.toml"));
    assert_eq!(place.read("state/keys/signing_key.pub"), key);
}

#[test]
fn an_empty_workspace_says_what_to_do() {
    let place = Place::new();
    // As a key that was put there by hand leaves it: nothing was ever recorded.
    fs::remove_file(place.at("state/ledger.db")).expect("removed");
    fs::remove_dir_all(place.at("state/audit")).expect("removed");
    let said = place.run(&["status"]).ends(0).stdout;
    for part in [
        "start it with `budgetd run`",
        "none was ever taken; daily CSVs are dropped into inbox",
        "nothing was decided yet",
        "next ",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    assert!(!place.has("state/ledger.db"), "looking makes nothing");
}

#[test]
fn without_a_configuration_each_command_ends_with_2_and_says_where_it_looked() {
    let place = Place::empty();
    for command in ["run", "check", "ingest", "decide", "status", "facts", "explain"] {
        let said = place.run(&[command]).ends(2);
        assert!(said.stderr.contains("/etc/budgetd/budgetd.toml"), "{command}: {}", said.stderr);
        assert!(said.stderr.contains("hint: `budgetd init`"), "{command}: {}", said.stderr);
        assert_eq!(said.stdout, "", "{command}");
    }
    let said = place.run(&["status", "--config", "gone.toml"]).ends(2);
    assert!(said.stderr.contains("there is no configuration at gone.toml"), "{}", said.stderr);
}

#[test]
fn the_configuration_is_the_one_named_then_the_environments_then_the_usual() {
    let place = Place::new();
    place.run(&["init", "elsewhere"]).ends(0);
    let account = place.read("elsewhere/config/accounts/main.toml");
    let account = account.replacen("id = \"main\"", "id = \"elsewhere\"", 1);
    place.write("elsewhere/config/accounts/elsewhere.toml", &account);
    fs::remove_file(place.at("elsewhere/config/accounts/main.toml")).expect("removed");
    let account = |said: place::Said| {
        let accounts = said.ends(0).json();
        accounts["accounts"][0]["account"].as_str().expect("an account").to_owned()
    };
    let status = ["status", "--json"];
    assert_eq!(account(place.run(&status)), "main");
    let environment = place
        .command(&status)
        .env("BUDGETD_CONFIG", "elsewhere/config/budgetd.toml")
        .output()
        .expect("it runs");
    let value: serde_json::Value = serde_json::from_slice(&environment.stdout).expect("JSON");
    assert_eq!(value["accounts"][0]["account"], "elsewhere");
    let named = ["status", "--json", "--config", "elsewhere/config/budgetd.toml"];
    assert_eq!(account(place.run(&named)), "elsewhere");
}

#[test]
fn every_fault_of_a_configuration_is_told_with_its_place() {
    let place = Place::new();
    place.edit("config/budgetd.toml", "quiet_seconds", "quiet_second");
    place.edit("config/accounts/main.toml", "currency = \"INR\"", "currency = \"INX\"");
    let said = place.run(&["check"]).ends(2);
    assert!(said.stderr.contains("the configuration has 2 faults"), "{}", said.stderr);
    assert!(
        said.stderr.contains("config/budgetd.toml:14:1: unknown key quiet_second"),
        "{}",
        said.stderr
    );
    assert!(said.stderr.contains("config/accounts/main.toml:"), "{}", said.stderr);
    let faults = place.run(&["check", "--json"]).ends(2).json();
    assert_eq!(faults["faults"].as_array().map(Vec::len), Some(2));
    assert_eq!(faults["faults"][0]["line"], 14);
}

#[test]
fn every_reporting_command_answers_in_json_alone() {
    let place = with_history();
    place.run(&["decide", "--as-of", MONDAY]).ends(0);
    for arguments in [
        &["check"][..],
        &["check", "--explain-config"],
        &["validate", "config/budgetd.toml"],
        &["ingest"],
        &["decide", "--as-of", MONDAY],
        &["decide", "--as-of", MONDAY, "--dry-run", "--revise", "--reason", "why"],
        &["status"],
        &["facts"],
        &["explain"],
        &["verify", "outbox/main/latest"],
        &["audit", "verify"],
        &["audit", "show"],
        &["audit", "show", "--account", "main"],
        &["keys", "show"],
        &["explain", "--channel", "None"],
        &["decide", "--account", "nobody"],
        &["keys", "new"],
        &["init", "new"],
        &["demo", "demo"],
    ] {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        let said = place.run(&arguments);
        assert!(said.json().is_object(), "{arguments:?}");
    }
}

#[test]
fn validate_says_what_the_inbox_would_say_and_moves_nothing() {
    let place = Place::new();
    place.write("good.csv", &days("2026-01-05", "2026-01-06"));
    place.write("bad.csv", &format!("{HEADER}\n2026-01-05,Emial,\"1,5\",1,1,1,1\n"));
    let said = place.run(&["validate", "good.csv"]).ends(0);
    assert!(
        said.stdout
            .contains("would be accepted good.csv: 8 rows of 4 channels, 2026-01-05 to 2026-01-06"),
        "{}",
        said.stdout
    );
    let said = place.run(&["validate", "bad.csv", "good.csv"]).ends(1);
    for part in
        ["would be refused bad.csv", "line 2, column channel: \"Emial\"", "did you mean \"Email\"?"]
    {
        assert!(said.stdout.contains(part), "{part}: {}", said.stdout);
    }
    // A name that the inbox leaves alone is no better for what is in it.
    place.write("good.txt", &days("2026-01-05", "2026-01-06"));
    let said = place.run(&["validate", "good.txt"]).ends(1);
    assert!(said.stdout.contains("would be left alone good.txt: a name that does not end in .csv"));
    let said = place.run(&["ingest", "good.txt", "good.csv.part"]).ends(1);
    assert_eq!(said.stdout.matches("not taken good.").count(), 2, "{}", said.stdout);
    // A file that can't be read is told, the others are looked at, the highest status counts.
    let said = place.run(&["validate", "gone.csv", "bad.csv"]).ends(3);
    assert!(said.stderr.contains("gone.csv: No such file or directory\n"), "{}", said.stderr);
    assert!(said.stdout.contains("would be refused bad.csv"));
    assert!(place.has("good.csv") && place.names("archive").is_empty());
    assert_eq!(place.run(&["facts"]).ends(0).stdout, format!("{HEADER}\n"));
}

#[test]
fn ingest_takes_what_waits_and_ends_with_1_where_a_file_is_refused() {
    let place = Place::new();
    place.run(&["ingest"]).ends(0);
    place.write("inbox/good.csv", &days("2026-01-05", "2026-01-05"));
    place.write("inbox/bad.csv", "no,columns\n1,2\n");
    let said = place.run(&["ingest"]).ends(1);
    assert!(said.stdout.contains("accepted good.csv: 4 rows, 2026-01-05"), "{}", said.stdout);
    assert!(
        said.stdout.contains("all of it: inbox/rejected/bad.csv.problems.txt"),
        "{}",
        said.stdout
    );
    assert!(place.has("inbox/rejected/bad.csv.problems.txt"));
    // Again: nothing new in it; then a correction.
    place.write("inbox/good.csv", &days("2026-01-05", "2026-01-05"));
    assert!(place.run(&["ingest"]).ends(0).stdout.contains("duplicate good.csv: nothing new"));
    let corrected = days("2026-01-05", "2026-01-05").replace("Email,100,", "Email,101,");
    place.write("inbox/good.csv", &corrected);
    let said = place.run(&["ingest", "--as-of", "2026-01-07T06:00:00Z"]).ends(0);
    assert!(said.stdout.contains("it corrected 1 day of a channel"), "{}", said.stdout);
    let facts = place.run(&["facts"]).ends(0).stdout;
    assert_eq!(facts.lines().count(), 5, "a correction replaces and never adds:\n{facts}");
    assert!(facts.contains("2026-01-05,Email,101.00,"), "{facts}");
}

#[test]
fn named_files_are_copied_and_one_that_is_missing_keeps_none_from_being_taken() {
    let place = Place::new();
    place.write("a.csv", &days("2026-01-05", "2026-01-05"));
    let said = place.run(&["ingest", "gone.csv", "a.csv"]).ends(3);
    assert!(said.stderr.contains("gone.csv"), "{}", said.stderr);
    assert!(said.stdout.contains("accepted a.csv"), "{}", said.stdout);
    assert!(place.has("a.csv"));
}

#[test]
fn decide_publishes_once_waits_with_1_and_holds_with_0() {
    let place = with_history();
    let said = place.run(&["decide", "--as-of", MONDAY, "--dry-run"]).ends(0);
    assert!(
        said.stdout.contains("would be decided main, week of 2026-01-26: ₹5,00,000 in 4 channels")
    );
    assert!(place.bundles("main").is_empty());
    let said = place.run(&["decide", "--as-of", MONDAY]).ends(0);
    assert!(said.stdout.contains("decided main, week of 2026-01-26: ₹5,00,000 in 4 channels"));
    assert_eq!(place.bundles("main"), ["2026-01-26"]);
    let said = place.run(&["decide", "--as-of", MONDAY]).ends(0);
    assert!(said.stdout.contains("it was decided before; nothing changed"), "{}", said.stdout);
    // The week after has no data: it waits until 18:00 and then holds.
    let said = place.run(&["decide", "--as-of", "2026-02-02T17:59:59+05:30"]).ends(1);
    assert!(said.stdout.contains("waiting main, week of 2026-02-02"), "{}", said.stdout);
    assert!(
        said.stdout.contains("Affiliate, Email, Google Ads and Meta Ads: no row for Mon 26 Jan 2026 to Sun 1 Feb 2026"),
        "{}",
        said.stdout
    );
    assert!(said.stdout.contains("budgets from Mon 2 Feb 2026 18:00 IST on"), "{}", said.stdout);
    let said = place.run(&["decide", "--as-of", "2026-02-02T18:00:00+05:30"]).ends(0);
    assert!(said.stdout.contains("held main, week of 2026-02-02"), "{}", said.stdout);
    assert_eq!(place.bundles("main"), ["2026-01-26", "2026-02-02"]);
}

#[test]
fn a_revision_needs_a_reason_and_a_decision() {
    let place = with_history();
    place.run(&["decide", "--as-of", MONDAY, "--revise"]).ends(2);
    place.run(&["decide", "--as-of", MONDAY, "--revise", "--reason", " "]).ends(2);
    place.run(&["decide", "--as-of", MONDAY, "--revise", "--reason", "late data"]).ends(2);
    place.run(&["decide", "--as-of", MONDAY]).ends(0);
    let reason = ["decide", "--as-of", MONDAY, "--revise", "--reason", "late\u{1b}[2J data"];
    let said = place.run(&reason).ends(0);
    assert!(said.stdout.contains("week of 2026-01-26, revision 2"), "{}", said.stdout);
    assert_eq!(place.bundles("main"), ["2026-01-26", "2026-01-26.r2"]);
    assert!(!place.run(&["audit", "show", "--account", "main"]).stdout.contains('\u{1b}'));
}

#[test]
fn explain_tells_of_a_decision_and_names_the_channels_there_are() {
    let place = with_history();
    let said = place.run(&["explain"]).ends(1);
    assert!(said.stderr.contains("nothing was decided yet"), "{}", said.stderr);
    place.run(&["decide", "--as-of", MONDAY]).ends(0);
    let told = place.run(&["explain", "--channel", "Email"]).ends(0).stdout;
    assert!(told.contains("Email"));
    // In other letters, too, and by what it is called today: a former name is an alias then.
    assert_eq!(place.run(&["explain", "--channel", "EMAIL"]).ends(0).stdout, told);
    let account = "config/accounts/main.toml";
    place.edit(account, "name = \"Email\"", "name = \"Newsletter\"\naliases = [\"Email\"]");
    assert_eq!(place.run(&["explain", "--channel", "newsletter"]).ends(0).stdout, told);
    place.edit(account, "name = \"Newsletter\"\naliases = [\"Email\"]", "name = \"Email\"");
    let said = place.run(&["explain", "--week", "2026-01-28", "--channel", "Emial"]).ends(2);
    assert!(said.stderr.contains("2026-01-26 has no channel \"Emial\""), "{}", said.stderr);
    assert!(said.stderr.contains("hint: it has"), "{}", said.stderr);
    place.run(&["explain", "--week", "2025-01-28"]).ends(1);
}

#[test]
fn verify_and_audit_say_no_with_1() {
    let place = with_history();
    place.run(&["decide", "--as-of", MONDAY]).ends(0);
    let bundle = "outbox/main/2026-01-26";
    let said = place.run(&["verify", bundle]).ends(0);
    assert!(said.stdout.starts_with("genuine outbox/main/2026-01-26\n"), "{}", said.stdout);
    place.run(&["audit", "verify"]).ends(0);
    let table = place.at("outbox/main/2026-01-26/weekly_recommendations.csv");
    fs::set_permissions(&table, fs::Permissions::from_mode(0o644)).expect("set");
    let text = fs::read_to_string(&table).expect("read");
    fs::write(&table, text.replacen('1', "2", 1)).expect("written");
    let said = place.run(&["verify", bundle, "outbox/main/gone"]).ends(1);
    assert!(said.stdout.contains("not genuine outbox/main/2026-01-26\n"), "{}", said.stdout);
    assert!(said.stdout.contains("not genuine outbox/main/gone\n"), "{}", said.stdout);
    let log = "state/audit/accounts/main.jsonl";
    place.edit(log, "\"rows\":", "\"rows\": ");
    let said = place.run(&["audit", "verify"]).ends(1);
    assert!(said.stdout.contains("not whole main"), "{}", said.stdout);
}

#[test]
fn status_of_many_accounts_is_a_line_each_below_a_verdict() {
    let place = Place::with_two_accounts();
    let main = place.read("config/accounts/main.toml");
    for id in ["north", "south"] {
        let account = main.replacen("\"main\"", &format!("\"{id}\""), 1);
        place.write(&format!("config/accounts/{id}.toml"), &account);
    }
    place.write("inbox/south/history.csv", &days("2025-11-01", "2026-01-25"));
    place.run(&["ingest", "--as-of", MONDAY]).ends(0);
    place.run(&["decide", "--account", "south", "--as-of", MONDAY]).ends(0);
    let said = place.run(&["status", "--as-of", "2026-01-27T00:00:00Z"]).ends(0).stdout;
    let lines: Vec<&str> = said.lines().filter(|line| !line.is_empty()).collect();
    let verdict = "waiting: main, north, other; not well: the daemon does not run; of 4 accounts";
    assert_eq!(lines[0], verdict);
    let line = |number: usize, start: &str| assert!(lines[number].starts_with(start), "{said}");
    line(2, "main   waiting  due: the week of 2026-01-26: it waits for data");
    line(3, "north  waiting  due: ");
    line(4, "other  waiting  due: ");
    line(5, "south  well  next: ");
    assert_eq!(lines[6], "`budgetd status --account ID` tells all of one");
    let said = place.run(&["status", "--account", "south", "--as-of", "2026-01-27T00:00:00Z"]);
    assert!(said.ends(0).stdout.contains("  file       accepted  history.csv"));
}

#[test]
fn the_log_of_an_account_that_left_is_verified_and_shown() {
    let place = Place::with_two_accounts();
    place.write("inbox/other/history.csv", &days("2025-11-01", "2026-01-25"));
    place.run(&["ingest", "--as-of", MONDAY]).ends(0);
    place.run(&["decide", "--account", "other", "--as-of", MONDAY]).ends(0);
    fs::remove_file(place.at("config/accounts/other.toml")).expect("removed");
    let said = place.run(&["audit", "verify"]).ends(0);
    let whole = "1 bundle vouches for it, no longer in the configuration";
    assert!(
        said.stdout.contains("whole other: ") && said.stdout.contains(whole),
        "{}",
        said.stdout
    );
    let shown = place.run(&["audit", "show", "--account", "other"]).ends(0);
    assert!(shown.stdout.contains("published"), "{}", shown.stdout);
    let log = "state/audit/accounts/other.jsonl";
    place.edit(log, "\"rows\":", "\"rows\": ");
    let said = place.run(&["audit", "verify"]).ends(1);
    assert!(said.stdout.contains("not whole other, no longer in"), "{}", said.stdout);
    // Nor does it hide by going.
    fs::remove_file(place.at(log)).expect("removed");
    let said = place.run(&["audit", "verify"]).ends(1);
    assert!(said.stdout.contains("not whole other"), "{}", said.stdout);
    let said = place.run(&["audit", "show", "--account", "elsewhere"]).ends(2);
    assert!(said.stderr.contains("there is no account \"elsewhere\""), "{}", said.stderr);
}

#[test]
fn a_key_that_others_can_read_or_that_is_gone_ends_with_3() {
    let place = with_history();
    let key = place.at("state/keys/signing_key");
    for mode in [0o640, 0o604] {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).expect("set");
        for arguments in [&["keys", "show"][..], &["decide", "--as-of", MONDAY], &["check"]] {
            let said = place.run(arguments).ends(3);
            assert!(said.all().contains("others than its owner can read the signing key"));
            assert!(said.all().contains("hint: run: chmod 600 state/keys/signing_key"));
        }
        assert!(place.bundles("main").is_empty());
    }
    fs::remove_file(&key).expect("removed");
    let said = place.run(&["check"]).ends(3);
    assert!(said.stdout.contains("there is no signing key"), "{}", said.stdout);
    fs::remove_file(place.at("state/keys/signing_key.pub")).expect("removed");
    let made = place.run(&["keys", "new"]).ends(0).stdout;
    let shown = place.run(&["keys", "show"]).ends(0).stdout;
    assert!(made.ends_with(&shown), "{made}\n{shown}");
    place.run(&["keys", "new"]).ends(2);
    place.run(&["decide", "--as-of", MONDAY]).ends(0);
}

#[test]
fn a_credential_of_the_service_manager_is_the_key() {
    let place = Place::new();
    place.run(&["init", "vault"]).ends(0);
    fs::rename(place.at("vault/state/keys/signing_key"), place.at("vault/signing_key"))
        .expect("moved");
    let shown = place
        .command(&["keys", "show", "--json"])
        .env("CREDENTIALS_DIRECTORY", "vault")
        .output()
        .expect("it runs");
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).expect("JSON");
    let public = place.read("vault/state/keys/signing_key.pub");
    assert_eq!(shown["public_key"], public.trim_end());
    assert_ne!(shown, place.run(&["keys", "show", "--json"]).ends(0).json());
}

#[test]
fn the_fingerprint_is_the_one_that_ssh_keygen_shows() {
    if !has_program("ssh-keygen") {
        println!("skipped: the_fingerprint_is_the_one_that_ssh_keygen_shows: no ssh-keygen");
        return;
    }
    let place = Place::new();
    let theirs = std::process::Command::new("ssh-keygen")
        .arg("-lf")
        .arg(place.at("state/keys/signing_key.pub"))
        .output()
        .expect("it runs");
    let theirs = String::from_utf8_lossy(&theirs.stdout);
    let fingerprint = theirs.split(' ').nth(1).expect("a fingerprint");
    let ours = place.run(&["keys", "show", "--json"]).ends(0).json();
    assert_eq!(ours["fingerprint"], fingerprint);
}

#[test]
fn check_looks_through_links_and_at_what_senders_can_do() {
    let place = Place::new();
    place.run(&["check"]).ends(0);
    // The outbox is the inbox by a link.
    fs::remove_dir_all(place.at("outbox")).expect("removed");
    symlink(place.at("inbox"), place.at("outbox")).expect("a link");
    let said = place.run(&["check"]).ends(2);
    assert!(said.stdout.contains("inbox and outbox overlap"), "{}", said.stdout);
    fs::remove_file(place.at("outbox")).expect("removed");
    // A link where refused files go.
    fs::remove_dir(place.at("inbox/rejected")).expect("removed");
    symlink("/", place.at("inbox/rejected")).expect("a link");
    let said = place.run(&["check"]).ends(3);
    assert!(
        said.stdout.contains("a link stands where a folder must be: inbox/rejected"),
        "{}",
        said.stdout
    );
    fs::remove_file(place.at("inbox/rejected")).expect("removed");
    // A file where the archive is to be, and a state that anyone may look into.
    fs::remove_dir_all(place.at("archive")).expect("removed");
    place.write("archive", "");
    fs::set_permissions(place.at("state"), fs::Permissions::from_mode(0o755)).expect("set");
    let said = place.run(&["check"]).ends(3);
    assert!(said.stdout.contains("this is no folder: archive"), "{}", said.stdout);
    assert!(said.stdout.contains("hint: run: chmod 700 state"), "{}", said.stdout);
    assert!(said.stdout.contains("run of main     next Mon "), "{}", said.stdout);
    place.write("state/ledger.db", "damaged");
    place.run(&["check"]).ends(4);
}

#[test]
fn trouble_in_one_account_keeps_no_other_from_being_served() {
    let place = Place::with_two_accounts();
    place.run(&["ingest"]).ends(0);
    place.write("inbox/other/a.csv", &days("2025-11-03", "2026-01-25"));
    fs::remove_dir_all(place.at("inbox/main")).expect("removed");
    symlink("/", place.at("inbox/main")).expect("a link");
    let said = place.run(&["ingest", "--as-of", "2026-01-26T00:00:00Z"]).ends(3);
    assert!(said.stderr.contains("account main: a link or a file stands"), "{}", said.stderr);
    assert!(said.stderr.contains("hint: "), "{}", said.stderr);
    assert!(said.stdout.contains("accepted other: a.csv"), "{}", said.stdout);
    let said = place.run(&["decide", "--as-of", MONDAY, "--json"]).ends(3);
    assert_eq!(place.bundles("other"), ["2026-01-26"]);
    let outcomes: Vec<serde_json::Value> = said.json()["accounts"]
        .as_array()
        .expect("accounts")
        .iter()
        .map(|account| account["outcome"].clone())
        .collect();
    assert_eq!(outcomes, ["decided", "failed"]);
    let said = place.run(&["status"]).ends(0);
    assert!(
        said.stdout.contains("trouble    the drop folder: a link or a file"),
        "{}",
        said.stdout
    );
    place.run(&["check"]).ends(3);
}

#[test]
fn what_lies_in_a_shared_inbox_is_nobodys_and_said_so() {
    let place = Place::with_two_accounts();
    place.run(&["ingest"]).ends(0);
    place.write("inbox/stray.csv", &days("2026-01-05", "2026-01-05"));
    for command in ["ingest", "status"] {
        let said = place.run(&[command]).ends(0);
        assert!(
            said.stdout.contains("for nobody stray.csv: it lies in inbox itself"),
            "{}",
            said.stdout
        );
    }
    assert!(place.run(&["check"]).ends(0).stdout.contains("1 thing in inbox itself"));
    assert!(place.has("inbox/stray.csv"));
    for own in [".claimed", "rejected", "receipts"] {
        assert!(!place.has(&format!("inbox/{own}")), "{own}");
    }
    place.run(&["validate", "inbox/stray.csv"]).ends(2);
    place.run(&["validate", "inbox/stray.csv", "--account", "main"]).ends(0);
    place.run(&["facts", "--account", "nobody"]).ends(2);
}

#[test]
fn the_demonstration_shows_the_whole_journey() {
    let place = Place::empty();
    let said = place.run(&["demo"]).ends(0);
    for part in ["veto:", "hold:", "refused", "corrected", "₹5,00,000", "€20,000", "verified all 8"]
    {
        assert!(said.stdout.contains(part), "{part} is not in\n{}", said.stdout);
    }
    assert!(said.stdout.lines().all(|line| line.chars().count() <= 120), "{}", said.stdout);
    assert_eq!(place.names("budgetd-demo/outbox/main").len(), 5, "four weeks and the latest");
    place.run(&["verify", "budgetd-demo/outbox/main/latest"]).ends(0);
    // Where its folder is taken, it takes another.
    place.run(&["demo"]).ends(0);
    assert!(place.has("budgetd-demo-2"));
    place.run(&["demo", "budgetd-demo"]).ends(2);
}

#[test]
fn a_wrong_command_line_ends_with_2_and_help_with_0() {
    let place = Place::new();
    place.run(&["--help"]).ends(0);
    place.run(&["--version"]).ends(0);
    place.run(&[]).ends(2);
    place.run(&["frobnicate"]).ends(2);
    let said = place.run(&["decide", "--week", "5 January"]).ends(2);
    assert!(said.stderr.contains("write it like 2026-01-05"), "{}", said.stderr);
    let said = place.run(&["decide", "--as-of", "2026-01-05 06:00"]).ends(2);
    assert!(said.stderr.contains("2026-01-05T06:00:00+05:30"), "{}", said.stderr);
}
