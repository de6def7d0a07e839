//! What is drawn on a terminal and nowhere else.

use std::path::Path;
use std::process::{Command, Stdio};

use super::place::{Place, days, has_program};

/// What a command shows on a terminal, by util-linux's `script`; `None`: it is not there.
fn on_a_terminal(
    place: &Place,
    test: &str,
    line: &str,
    environment: &[(&str, &str)],
) -> Option<String> {
    if !has_program("script") {
        println!("skipped: {test}: no script");
        return None;
    }
    let program = Path::new(env!("CARGO_BIN_EXE_budgetd")).display();
    let mut command = Command::new("script");
    command
        .args(["-qec", &format!("{program} {line}"), "/dev/null"])
        .current_dir(place.root())
        .stdin(Stdio::null())
        .env("TERM", "xterm-256color")
        .envs(environment.iter().copied());
    for name in ["BUDGETD_CONFIG", "NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "CI"] {
        if !environment.iter().any(|(given, _)| *given == name) {
            command.env_remove(name);
        }
    }
    let shown = command.output().expect("it runs");
    Some(String::from_utf8_lossy(&shown.stdout).into_owned())
}

const GREEN: &str = "\u{1b}[32m";

#[test]
fn colour_is_for_terminals_and_never_with_no_color() {
    let place = Place::new();
    let test = "colour_is_for_terminals_and_never_with_no_color";
    assert!(!place.run(&["check"]).stdout.contains('\u{1b}'), "a pipe is no terminal");
    let Some(shown) = on_a_terminal(&place, test, "check", &[]) else { return };
    assert!(shown.contains(GREEN), "{shown:?}");
    let plain = on_a_terminal(&place, test, "check", &[("NO_COLOR", "1")]).expect("it was there");
    assert!(plain.contains("configuration") && !plain.contains("\u{1b}["), "{plain:?}");
    let forced = place
        .command(&["check"])
        .env("NO_COLOR", "1")
        .env("CLICOLOR_FORCE", "1")
        .output()
        .expect("it runs");
    assert!(!forced.stdout.contains(&0x1b));
}

#[test]
fn progress_is_drawn_on_a_terminal_and_gone_at_the_end() {
    let place = Place::new();
    for day in 1..=9 {
        let day = format!("2026-01-0{day}");
        place.write(&format!("{day}.csv"), &days(&day, &day));
    }
    let said = place.run(&["ingest", "2026-01-01.csv"]).ends(0);
    assert_eq!(said.stderr, "", "a pipe gets no progress");
    let test = "progress_is_drawn_on_a_terminal_and_gone_at_the_end";
    let Some(shown) = on_a_terminal(&place, test, "validate 2026-01-0*.csv", &[]) else { return };
    assert!(shown.contains("/9 "), "{shown:?}");
    let rest = shown.rsplit("/9 ").next().expect("the end");
    assert!(rest.contains("would be accepted"), "{rest:?}");
    let json = on_a_terminal(&place, test, "validate 2026-01-02.csv --json", &[]).expect("there");
    assert!(json.starts_with('{'), "{json:?}");
}

#[test]
fn reading_is_drawn_in_bytes_on_a_terminal_alone() {
    let place = Place::new();
    place.write("1.csv", &days("2020-01-01", "2024-12-31"));
    place.write("2.csv", &days("2025-01-01", "2025-01-31"));
    let said = place.run(&["import", "2.csv"]).ends(0);
    assert_eq!(said.stderr, "", "a pipe gets no progress");
    let test = "reading_is_drawn_in_bytes_on_a_terminal_alone";
    let Some(shown) = on_a_terminal(&place, test, "import 1.csv 2.csv", &[]) else { return };
    assert!(shown.contains(" KiB ") && shown.contains("1 of 2: 1.csv"), "{shown:?}");
    let rest = shown.rsplit(" KiB ").next().expect("the end");
    assert!(
        rest.contains("accepted 1.csv") || rest.contains("accepted\u{1b}[0m 1.csv"),
        "{rest:?}"
    );
    let shown = on_a_terminal(&place, test, "ingest 1.csv", &[]).expect("there");
    assert!(shown.contains(" KiB "), "{shown:?}");
    let json = on_a_terminal(&place, test, "import 1.csv --json", &[]).expect("there");
    assert!(json.starts_with('{'), "{json:?}");
}

#[test]
fn tables_are_aligned_with_and_without_colour() {
    let place = Place::new();
    place.write("inbox/history.csv", &days("2025-11-03", "2026-01-25"));
    place.run(&["ingest", "--as-of", "2026-01-26T00:00:00Z"]).ends(0);
    let said = place.run(&["decide", "--as-of", "2026-01-26T06:00:00+05:30", "--dry-run"]).ends(0);
    let table: Vec<&str> =
        said.stdout.lines().skip_while(|line| !line.starts_with("  channel")).take(5).collect();
    let widths: Vec<usize> = table.iter().map(|line| line.chars().count()).collect();
    assert_eq!(widths.len(), 5, "{}", said.stdout);
    assert!(widths.iter().all(|width| *width == widths[0]), "{}", said.stdout);
    // Lakhs, not thousands.
    assert!(table.iter().any(|line| line.contains("₹1,") && line.matches(',').count() > 2));
}
