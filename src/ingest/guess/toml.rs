//! A guess → a `[[sources]]` table that the configuration takes as it stands, with what was told
//! and what could not be told as comments. Choices that only people can make are comments too.

use std::fmt::Write as _;

use super::words::Role;
use super::{Guess, numbers, presets};
use crate::domain::Source;
use crate::domain::source::{
    Columns, DatedBy, Encoding, Layout, Meaning, Meanings, Outcome, Totals, Unit,
};
use crate::domain::text::escape;

/// Columns that a comment takes.
const WIDTH: usize = 98;

/// The table with its comments; ends with a line end.
pub fn to_toml(guess: &Guess) -> String {
    let mut text = String::new();
    comments(&mut text, "What the file says:", &guess.certain);
    comments(&mut text, "What only you can say:", &guess.open);
    comments(&mut text, "What must be chosen before anything can be read:", &guess.missing);
    let table = source_toml(&guess.source, guess.preset.as_deref());
    // Choices of the table itself stand above its own tables.
    let (own, below) = match table.find("\n[sources.").or_else(|| table.find("\n[[sources.")) {
        Some(at) => table.split_at(at + 1),
        None => (table.as_str(), ""),
    };
    text.push_str(own.trim_end());
    text.push('\n');
    for finding in guess.missing.iter().chain(&guess.open) {
        for choice in finding.choices.iter().filter(|it| !it.starts_with('[')) {
            writeln!(text, "# {choice}").expect("memory");
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

/// The settings of `source` in which it differs from its preset, or from the shipped format.
fn source_toml(source: &Source, preset: Option<&str>) -> String {
    let base = preset
        .and_then(|name| presets::all().into_iter().find(|(known, _)| *known == name))
        .map_or_else(Source::long, |(_, base)| base);
    let mut text = "[[sources]]\n".to_owned();
    let mut line = |key: &str, value: String| writeln!(text, "{key} = {value}").expect("memory");
    line("name", quoted(&source.name));
    line("files", quoted(&source.files));
    if let Some(preset) = preset.filter(|name| *name != "long") {
        line("preset", quoted(preset));
    }
    let mut word = |key: &str, is_same: bool, value: &str| {
        if !is_same {
            line(key, quoted(value));
        }
    };
    let layout = match source.layout {
        Layout::Long => "long",
        Layout::Wide => "wide",
        Layout::Report => "report",
    };
    word("layout", source.layout == base.layout, layout);
    word("grain", source.grain == base.grain, source.grain.word());
    let dated_by = if source.dated_by == DatedBy::First { "first" } else { "last" };
    word("dated_by", source.dated_by == base.dated_by, dated_by);
    let encoding = match source.encoding {
        Encoding::Utf8 => "utf-8",
        Encoding::Utf16 => "utf-16",
        Encoding::Windows1252 => "windows-1252",
        Encoding::Latin1 => "latin-1",
    };
    word("encoding", source.encoding == base.encoding, encoding);
    word(
        "separator",
        source.separator == base.separator,
        &char::from(source.separator).to_string(),
    );
    word("date_format", source.date_format == base.date_format, &source.date_format);
    let (written, shipped) = (&source.numbers, &base.numbers);
    word("decimal", written.decimal == shipped.decimal, &written.decimal.to_string());
    word("thousands", written.thousands == shipped.thousands, numbers::word(written.thousands));
    word("spend_unit", written.spend_unit == shipped.spend_unit, unit(written.spend_unit));
    word("revenue_unit", written.revenue_unit == shipped.revenue_unit, unit(written.revenue_unit));
    let extra = if source.ignore_extra_columns { "ignore" } else { "refuse" };
    word("extra_columns", source.ignore_extra_columns == base.ignore_extra_columns, extra);
    let mut flag = |key: &str, value: bool, shipped: bool| {
        if value != shipped {
            line(key, value.to_string());
        }
    };
    flag("currency_marks", written.currency_marks, shipped.currency_marks);
    flag("exponents", written.exponents, shipped.exponents);
    flag("round", written.round, shipped.round);
    if source.columns.keys != base.columns.keys {
        line("key_columns", list(&source.columns.keys));
    }
    write_columns(&mut text, &source.columns, &base.columns);
    write_meanings(&mut text, "blank", source.blank, base.blank);
    write_meanings(&mut text, "dashes", source.dashes, base.dashes);
    write_totals(&mut text, &source.totals, &base.totals);
    text
}

fn write_columns(text: &mut String, columns: &Columns, base: &Columns) {
    let mut lines = String::new();
    for (role, names, shipped) in [
        (Role::Date, &columns.date, &base.date),
        (Role::Channel, &columns.channel, &base.channel),
        (Role::Campaign, &columns.campaign, &base.campaign),
        (Role::Currency, &columns.currency, &base.currency),
        (Role::Spend, &columns.spend, &base.spend),
        (Role::Impressions, &columns.impressions, &base.impressions),
        (Role::Clicks, &columns.clicks, &base.clicks),
        (Role::Conversions, &columns.conversions, &base.conversions),
        (Role::Revenue, &columns.revenue, &base.revenue),
    ] {
        if names != shipped {
            let value = match names.as_slice() {
                [] => "false".to_owned(),
                [name] => quoted(name),
                names => list(names),
            };
            writeln!(lines, "{} = {value}", role.key()).expect("memory");
        }
    }
    if columns.outcome != base.outcome {
        let value = match &columns.outcome {
            None => "false".to_owned(),
            Some(Outcome::Column(name)) => quoted(name),
            Some(Outcome::Difference(one, other)) => quoted(&format!("{one} - {other}")),
            Some(Outcome::Product(one, other)) => quoted(&format!("{one} * {other}")),
        };
        writeln!(lines, "outcome = {value}").expect("memory");
    }
    if columns.controls != base.controls {
        writeln!(lines, "controls = {}", list(&columns.controls)).expect("memory");
    }
    table(text, "columns", &lines);
}

fn write_meanings(text: &mut String, name: &str, meanings: Meanings, base: Meanings) {
    let mut lines = String::new();
    for (role, meaning, shipped) in [
        (Role::Spend, meanings.spend, base.spend),
        (Role::Impressions, meanings.impressions, base.impressions),
        (Role::Clicks, meanings.clicks, base.clicks),
        (Role::Conversions, meanings.conversions, base.conversions),
        (Role::Revenue, meanings.revenue, base.revenue),
    ] {
        let word = match meaning {
            Meaning::Refuse => "refuse",
            Meaning::Zero => "zero",
            Meaning::Absent => "absent",
        };
        if meaning != shipped {
            writeln!(lines, "{} = \"{word}\"", role.key()).expect("memory");
        }
    }
    table(text, name, &lines);
}

fn write_totals(text: &mut String, totals: &Totals, base: &Totals) {
    let mut lines = String::new();
    if totals.labels != base.labels {
        writeln!(lines, "labels = {}", list(&totals.labels)).expect("memory");
    }
    if totals.check != base.check {
        writeln!(lines, "check = {}", list(&totals.check)).expect("memory");
    }
    if totals.blank_campaign != base.blank_campaign {
        writeln!(lines, "blank_campaign = {}", totals.blank_campaign).expect("memory");
    }
    if let Some((column, marked)) = totals.marked.as_ref().filter(|_| totals.marked != base.marked)
    {
        writeln!(lines, "marked = {{ column = {}, text = {} }}", quoted(column), quoted(marked))
            .expect("memory");
    }
    if let Some(found) = totals.unit.filter(|_| totals.unit != base.unit) {
        writeln!(lines, "unit = \"{}\"", unit(found)).expect("memory");
    }
    table(text, "totals", &lines);
}

fn table(text: &mut String, name: &str, lines: &str) {
    if !lines.is_empty() {
        write!(text, "\n[sources.{name}]\n{lines}").expect("memory");
    }
}

const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Major => "major",
        Unit::Minor => "minor",
        Unit::Micros => "micros",
    }
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    format!("[{}]", names.join(", "))
}

/// A basic string of TOML, in which nothing acts on a terminal.
pub(super) fn quoted(text: &str) -> String {
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
