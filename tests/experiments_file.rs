//! `config/accounts/<id>.experiments.toml`: what it says, and each of its faults with its place.

use std::path::Path;

use budgetd::config::{self, Config, ConfigFault, SourceText, render_faults};
use budgetd::domain::experiments::{Experiment, TestedChange};

const FILE: &str = "config/accounts/main.experiments.toml";

fn source(path: &str, text: &str) -> SourceText {
    SourceText { path: path.to_owned(), text: text.to_owned() }
}

/// The shipped account, which has the channel "Google Ads", with these experiments.
fn check(path: &str, text: &str) -> Result<Config, Vec<ConfigFault>> {
    let account = source("config/accounts/main.toml", config::shipped_account());
    let daemon = source("config/budgetd.toml", config::shipped_daemon());
    config::check(&daemon, &[source(path, text), account], Path::new(""))
}

fn faults(path: &str, text: &str) -> String {
    render_faults(&check(path, text).expect_err("it has faults"))
}

/// An experiment with all that it must have, and `more`.
fn experiment(more: &str) -> String {
    format!(
        "[[experiments]]\nchannel = \"google ads\"\nfirst_day = \"2026-03-02\"\n\
         last_day = \"2026-03-29\"\nlift = 300000\nerror = 75000.5\n{more}"
    )
}

#[test]
fn what_a_test_measured_is_read_with_what_ships_for_the_rest() {
    let config = check(FILE, &experiment("spend_change = -200000\n")).expect("right");
    let found = &config.accounts[0].experiments;
    assert_eq!(found.half_life_weeks, 52.0);
    let day = |text: &str| text.parse().expect("a day");
    let expected = Experiment {
        name: "experiment 1".to_owned(),
        channel: config.accounts[0]
            .channels
            .iter()
            .find(|it| it.name.as_str() == "Google Ads")
            .expect("it ships")
            .name
            .clone(),
        first_day: day("2026-03-02"),
        last_day: day("2026-03-29"),
        change: TestedChange::Total(-200_000.0),
        lift: 300_000.0,
        error: 75_000.5,
        carryover_weeks: 0,
    };
    assert_eq!(found.tests, [expected]);
    let more = "spend_change_share = 0.5\nname = \"North\"\ncarryover_weeks = 2\nnote = \"maps\"\n";
    let text = format!("half_life_weeks = 26\n{}", experiment(more));
    let found = check(FILE, &text).expect("right").accounts.remove(0).experiments;
    assert_eq!((found.half_life_weeks, found.tests[0].carryover_weeks), (26.0, 2));
    assert_eq!(found.tests[0].change, TestedChange::Share(0.5));
    assert_eq!(found.tests[0].name, "North");
}

#[test]
fn an_account_without_the_file_has_no_tests_and_an_empty_file_is_one() {
    assert!(check(FILE, "").expect("right").accounts[0].experiments.tests.is_empty());
}

#[test]
fn each_fault_is_told_with_its_place_and_its_cure() {
    let text = "half_life_weeks = 1\n[[experiments]]\nchannel = \"Gogle Ads\"\n\
                first_day = \"2026-03-29\"\nlast_day = \"2026-03-02\"\nspend_change = 0\n\
                lift = \"many\"\nerror = 0\ncarryover_weeks = 99\nliftt = 1\n";
    assert_eq!(
        faults(FILE, text),
        "config/accounts/main.experiments.toml:1:19: half_life_weeks = 1: out of range
  hint: write a number from 4 to 520
config/accounts/main.experiments.toml:3:11: channel = \"Gogle Ads\": the account has no channel of this name or alias
  hint: did you mean \"Google Ads\"?
config/accounts/main.experiments.toml:5:12: last_day = \"2026-03-02\": before first_day in line 4, which is 2026-03-29
  hint: write the last day of the changed spend
config/accounts/main.experiments.toml:6:16: spend_change = 0: no change
  hint: a test changes spend; below 0: less was spent
config/accounts/main.experiments.toml:7:8: lift = \"many\": must be a number, not a text
  hint: write a number from -10000000000000 to 10000000000000
config/accounts/main.experiments.toml:8:9: error = 0: no measurement is without an error
  hint: write its standard error; of a 90 % interval its width divided by 3.29
config/accounts/main.experiments.toml:9:19: carryover_weeks = 99: out of range
  hint: write a whole number from 0 to 13
config/accounts/main.experiments.toml:10:1: unknown key liftt in [[experiments]]
  hint: did you mean lift?
"
    );
}

#[test]
fn a_change_is_told_once_and_a_test_without_one_is_refused() {
    let both = experiment("spend_change = 1000\nspend_change_share = 0.1\n");
    assert!(faults(FILE, &both).contains("spend_change says already how spend was changed"));
    let none = faults(FILE, &experiment(""));
    assert!(none.contains("spend_change = 200000.0, or spend_change_share = 0.5"), "{none}");
}

#[test]
fn a_file_whose_account_is_not_there_is_a_fault() {
    let said = faults("config/accounts/mian.experiments.toml", "");
    assert!(said.contains("no account has the id that this file is named by"), "{said}");
}

#[test]
fn experiments_alone_make_no_account() {
    let daemon = source("config/budgetd.toml", config::shipped_daemon());
    let said = config::check(&daemon, &[source(FILE, "")], Path::new("")).expect_err("no account");
    assert!(render_faults(&said).contains("there is no account"), "{}", render_faults(&said));
}

#[test]
fn the_reference_holds_with_all_its_keys_in_force() {
    let text = config::explain();
    let at = text.find("# config/accounts/<id>.experiments.toml").expect("its title");
    let in_force = |line: &str| {
        let is_key = line.starts_with('#') && line[1..].starts_with(['[', '_'])
            || line.starts_with('#')
                && line[1..].starts_with(|it: char| it.is_ascii_lowercase())
                && !line.starts_with("#or ");
        if is_key { line[1..].to_owned() } else { line.to_owned() }
    };
    let text: String = text[at..].lines().map(|line| in_force(line) + "\n").collect();
    let config = check(FILE, &text).unwrap_or_else(|faults| panic!("{}", render_faults(&faults)));
    let found = &config.accounts[0].experiments;
    assert_eq!((found.half_life_weeks, found.tests.len()), (52.0, 1));
    assert_eq!(found.tests[0].change, TestedChange::Total(-200_000.0));
}
