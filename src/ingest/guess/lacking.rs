//! A described file → what it lacks: measures that no column holds, and the channel.

use super::Guess;
use super::columns::Columns;
use super::finding::Findings;
use super::toml::quoted;
use super::words::Role;
use crate::domain::Source;
use crate::domain::source::Layout as Kind;

/// Measures that no column holds.
pub(super) fn say_measures(source: &Source, columns: &Columns, findings: &mut Findings) {
    let held: Vec<Role> = columns.measures().into_iter().map(|(role, _)| role).collect();
    let lacking: Vec<&str> =
        Role::MEASURES.into_iter().filter(|role| !held.contains(role)).map(Role::key).collect();
    if !lacking.is_empty() && source.layout != Kind::Wide {
        findings.certain("columns", format!("no column holds {}", lacking.join(", ")));
    }
    if held.contains(&Role::Revenue) || source.columns.outcome.is_some() {
        return;
    }
    let text = "no column holds revenue: without it there is nothing to decide on";
    if source.layout == Kind::Wide {
        let choices = ["[sources.columns] outcome = \"…\"".to_owned()];
        findings.untold("columns", text, &choices);
    } else {
        findings.missing("columns", text);
    }
}

pub(super) fn say_channel(
    guess: &Guess,
    columns: &Columns,
    names: &[String],
    findings: &mut Findings,
) {
    let choices = [format!("channel = {}", quoted(&supposed_channel(&guess.source.name)))];
    let mut text = "no column holds the channel: name the one that the file is about".to_owned();
    if let Some(at) = columns.at(Role::Campaign) {
        text.push_str(&format!(
            ", or make each campaign a channel of its own, with channel = {} and campaign = false in \
             [sources.columns]",
            quoted(&names[at])
        ));
    }
    findings.open("channel", text, &choices);
}

/// "linkedin_usd" → "Linkedin": a placeholder, nothing more.
fn supposed_channel(source_name: &str) -> String {
    let first = source_name.split('_').next().unwrap_or_default();
    let mut letters = first.chars();
    match letters.next() {
        Some(letter) => letter.to_uppercase().chain(letters).collect(),
        None => "?".to_owned(),
    }
}
