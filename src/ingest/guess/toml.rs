//! A guess → a `[[sources]]` table that the configuration takes as it stands, with what was told
//! and what could not be told as comments. Choices that only people can make are comments too.

use std::fmt::Write as _;

use super::Guess;
use crate::config;
use crate::domain::Source;
use crate::domain::text::escape;

/// What stands above findings that could not be told.
pub const UNTOLD: &str = "What could not be told (say or mend it first):";

/// Columns that a comment takes.
const WIDTH: usize = 98;

/// The table with its comments; ends with a line end.
pub fn to_toml(guess: &Guess) -> String {
    let mut text = String::new();
    comments(&mut text, "What the file says:", &guess.certain);
    comments(&mut text, "What only you can say:", &guess.open);
    comments(&mut text, UNTOLD, &guess.untold);
    comments(&mut text, "What must be chosen before anything can be read:", &guess.missing);
    let mut source = guess.source.clone();
    if guess.needs_channel() {
        // Until a channel is written, the reading asks for the column, and the configuration takes the table.
        source.columns.channel = Source::long().columns.channel;
    }
    let table = config::source_toml(&source, guess.preset.as_deref());
    // Choices of the table itself stand above its own tables.
    let (own, below) = match table.find("\n[sources.").or_else(|| table.find("\n[[sources.")) {
        Some(at) => table.split_at(at + 1),
        None => (table.as_str(), ""),
    };
    text.push_str(own.trim_end());
    text.push('\n');
    for finding in guess.missing.iter().chain(&guess.untold).chain(&guess.open) {
        for choice in finding.choices.iter().filter(|it| !it.starts_with('[')) {
            for line in choice.lines() {
                writeln!(text, "# {line}").expect("memory");
            }
        }
    }
    if !below.is_empty() {
        write!(text, "\n{below}").expect("memory");
    }
    text
}

fn comments(text: &mut String, heading: &str, findings: &[super::Finding]) {
    if findings.is_empty() {
        return;
    }
    writeln!(text, "# {heading}").expect("memory");
    for finding in findings {
        let mut line = format!("#   {}:", finding.about);
        for word in finding.text.split(' ') {
            if line.chars().count() + 1 + word.chars().count() > WIDTH {
                writeln!(text, "{line}").expect("memory");
                "#    ".clone_into(&mut line);
            }
            line.push(' ');
            line.push_str(word);
        }
        writeln!(text, "{line}").expect("memory");
        for choice in finding.choices.iter().filter(|it| it.starts_with('[')) {
            writeln!(text, "#       {choice}").expect("memory");
        }
    }
}

/// A basic string of TOML, in which nothing acts on a terminal.
pub(in crate::ingest) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            _ if escape(character.encode_utf8(&mut [0; 4])).chars().eq([character]) => {
                quoted.push(character);
            }
            _ => write!(quoted, "\\U{:08X}", u32::from(character)).expect("memory"),
        }
    }
    quoted.push('"');
    quoted
}
