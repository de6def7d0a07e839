//! A world's file: every key is there, and a slip is told with its place.

use super::*;

fn faults_of(text: &str) -> String {
    let source = SourceText { path: "my.toml".to_owned(), text: text.to_owned() };
    read(&source).map_or_else(|faults| render_faults(&faults), |_| String::new())
}

/// The plain world's file with one line in another's place.
fn with(line: &str, instead: &str) -> String {
    let text = include_str!("../../../../../tests/worlds/plain.toml");
    assert!(text.contains(line), "{line}");
    text.replacen(line, instead, 1)
}

#[test]
fn every_world_that_ships_is_called_as_its_file() {
    assert!(names().count() >= 6);
    for name in names() {
        let world = shipped(name).expect("it ships");
        assert_eq!(world.name, name);
    }
    assert_eq!(shipped("none of them"), None);
}

#[test]
fn every_file_of_the_folder_ships() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/worlds");
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(names().any(|name| name == stem), "{stem}");
    }
}

#[test]
fn a_world_reads_as_it_is_written() {
    for world in all() {
        let text = world.to_toml();
        let source = SourceText { path: "world.toml".to_owned(), text };
        assert_eq!(read(&source).map_err(|faults| render_faults(&faults)), Ok(world));
    }
}

#[test]
fn a_slip_is_told_with_its_line_and_the_word_that_was_meant() {
    let faults = faults_of(&with("season_amplitude = 0.05", "seasonal_amplitude = 0.05"));
    assert_eq!(
        faults,
        "my.toml:20:1: unknown key seasonal_amplitude in [baseline]\n  \
         hint: did you mean season_amplitude?\n"
    );
    let faults = faults_of(&with("kind = \"geometric\"", "kind = \"geometrik\""));
    assert!(faults.contains("hint: did you mean \"geometric\"?"), "{faults}");
    assert!(!faults.contains("decay"), "{faults}");
    let faults = faults_of(&with("currency = \"INR\"", "currency = \"INT\""));
    assert!(faults.contains("did you mean \"INR\"?"), "{faults}");
}

#[test]
fn a_key_that_is_missing_is_told_and_never_guessed() {
    let text = include_str!("../../../../../tests/worlds/plain.toml");
    let keys =
        text.lines().enumerate().filter(|(_, line)| line.contains(" = ") && !line.starts_with('#'));
    for (number, line) in keys {
        let without: Vec<&str> = text
            .lines()
            .enumerate()
            .filter(|(it, _)| *it != number)
            .map(|(_, line)| line)
            .collect();
        let faults = faults_of(&without.join("\n"));
        let key = line.split(" = ").next().expect("a key");
        assert!(faults.contains(&format!("{key} is missing")), "{key}: {faults}");
    }
    assert!(faults_of("").contains("there is no channel"));
}

#[test]
fn the_documentation_has_each_key_and_each_world() {
    let told = include_str!("../../../../../docs/worlds.md");
    let kinds = ["peak", "shape", "scale", "lags"];
    let plain = include_str!("../../../../../tests/worlds/plain.toml");
    let keys = plain.lines().filter(|line| !line.starts_with('#'));
    let keys = keys.filter_map(|line| Some(line.split_once(" = ")?.0));
    for word in keys.chain(kinds).chain(names()) {
        assert!(told.contains(&format!("`{word}`")), "{word}");
    }
}

#[test]
fn what_can_not_be_is_refused() {
    for (line, instead, complaint) in [
        ("weeks = 104", "weeks = 0", "out of range"),
        ("decay = 0.2", "decay = 1.0", "out of range"),
        ("decay = 0.2", "decay = 0.2\nlags = 9", "unknown key lags"),
        ("season_peak = 340", "season_peak = nan", "out of range"),
        ("first_day = \"2023-01-02\"", "first_day = \"2.1.2023\"", "not a day of the years"),
        ("holidays = []", "holidays = [\"13-01\"]", "not a day of the year"),
        ("holidays = []", "holidays = [\"1-1\"]", "not a day of the year"),
        ("weekdays = [1.0, ", "weekdays = [", "6 factors for 7 days"),
        ("missing = 0.01", "missing = 0.999", "sum to more than 1"),
        ("name = \"Email\"", "name = \"google-ads\"", "has the same columns (google_ads_spend)"),
        ("name = \"Email\"", "name = \"=1+1\"", "not a channel name of a world"),
        ("share = 1.0\nweeks = 1.0", "share = 0.9\nweeks = 2.0", "less than a week"),
        (
            "kind = \"geometric\"\ndecay = 0.2",
            "kind = \"delayed\"\ndecay = 0.001\npeak = 300\nlags = 2",
            "no effect on any day",
        ),
    ] {
        let faults = faults_of(&with(line, instead));
        assert!(faults.contains(complaint), "{instead}: {faults}");
    }
}
