//! The alert rules for Prometheus, as Prometheus itself reads and tries them.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

use std::path::Path;
use std::process::Command;

/// What promtool says, or nothing where there is none.
fn promtool(test: &str, arguments: &[&str], file: &Path) -> Option<(bool, String)> {
    let Ok(output) = Command::new("promtool").args(arguments).arg(file).output() else {
        println!("skipped: {test}: no promtool");
        return None;
    };
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

fn at(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn prometheus_takes_the_rules() {
    let rules = at("packaging/prometheus/budgetd.rules.yml");
    let Some((is_good, said)) = promtool("prometheus_takes_the_rules", &["check", "rules"], &rules)
    else {
        return;
    };
    assert!(is_good, "{said}");
}

#[test]
fn the_rules_fire_when_they_are_to_and_not_else() {
    let test = "the_rules_fire_when_they_are_to_and_not_else";
    let cases = at("tests/alerts/rules.yml");
    let Some((is_good, said)) = promtool(test, &["test", "rules"], &cases) else { return };
    assert!(is_good, "{said}");
}
