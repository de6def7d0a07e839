//! A source → the `[[sources]]` table that reads as it: only what differs from its preset.

use std::fmt::Write as _;

use super::columns::outcome_text;
use super::numbers::{DECIMALS, THOUSANDS, UNITS};
use super::totals::UNIT_OF_THE_ROWS;
use super::{
    DATED_BY, ENCODINGS, GRAINS, MEANINGS, SPREADS, Says, preset as shipped, start_of, word,
};
use crate::domain::Source;
use crate::domain::source::{Columns, Layout, Meanings, Totals};

/// A `[[sources]]` table with the name, the files, the preset and what differs from that; without
/// a preset, from the long format. A preset that isn't known counts as none.
pub fn source_toml(source: &Source, preset: Option<&str>) -> String {
    let known = preset.and_then(|name| Some((name, shipped(name)?)));
    let (preset, start) = match known {
        Some((name, start)) => (Some(name), start),
        None => (None, Source::long()),
    };
    let writes_layout = source.layout != start.layout;
    let writes_channel = source.channel != start.channel;
    let writes_campaigns = source.campaigns != start.campaigns;
    let says = Says {
        channel: writes_channel && source.channel.is_some(),
        campaigns: writes_campaigns && !source.campaigns.is_empty(),
        channel_column: false,
    };
    let start = start_of(&start, source.layout, says);
    let mut text = String::from("[[sources]]\n");
    put(&mut text, "name", &quoted(&source.name));
    put(&mut text, "files", &quoted(&source.files));
    if let Some(preset) = preset {
        put(&mut text, "preset", &quoted(preset));
    }
    if writes_layout {
        put(&mut text, "layout", layout_word(source.layout));
    }
    shape(&mut text, source, &start);
    numbers(&mut text, source, &start);
    if writes_channel {
        put(&mut text, "channel", &text_or_false(source.channel.as_deref()));
    }
    rows(&mut text, source, &start);
    if writes_campaigns && source.campaigns.is_empty() {
        put(&mut text, "campaigns", "[]");
    }
    columns(&mut text, &source.columns, &start.columns);
    meanings(&mut text, "blank", source.blank, start.blank);
    meanings(&mut text, "dashes", source.dashes, start.dashes);
    totals(&mut text, &source.totals, &start.totals);
    if writes_campaigns {
        for rule in &source.campaigns {
            text.push_str("[[sources.campaigns]]\n");
            put(&mut text, "pattern", &quoted(&rule.pattern));
            put(&mut text, "channel", &quoted(&rule.channel));
        }
    }
    text
}

fn layout_word(layout: Layout) -> &'static str {
    match layout {
        Layout::Long => "\"long\"",
        Layout::Wide => "\"wide\"",
        Layout::Report => "\"report\"",
    }
}

/// What a file looks like.
fn shape(text: &mut String, source: &Source, start: &Source) {
    let mut put = |key: &str, differs: bool, value: &str| put_if(text, differs, key, value);
    put("grain", source.grain != start.grain, &quoted(word(&GRAINS, source.grain)));
    put("dated_by", source.dated_by != start.dated_by, &quoted(word(&DATED_BY, source.dated_by)));
    let spread = if source.spread_over_days { "even" } else { "none" };
    put("spread", source.spread_over_days != start.spread_over_days, &quoted(spread));
    put("encoding", source.encoding != start.encoding, &quoted(word(&ENCODINGS, source.encoding)));
    let separator = quoted(&char::from(source.separator).to_string());
    put("separator", source.separator != start.separator, &separator);
    put("date_format", source.date_format != start.date_format, &quoted(&source.date_format));
}

/// How it writes figures.
fn numbers(text: &mut String, source: &Source, start: &Source) {
    let (now, start) = (&source.numbers, &start.numbers);
    let mut put = |key: &str, differs: bool, value: &str| put_if(text, differs, key, value);
    put("decimal", now.decimal != start.decimal, &quoted(word(&DECIMALS, now.decimal)));
    put("thousands", now.thousands != start.thousands, &quoted(word(&THOUSANDS, now.thousands)));
    for (key, now, start) in [
        ("currency_marks", now.currency_marks, start.currency_marks),
        ("exponents", now.exponents, start.exponents),
        ("round", now.round, start.round),
    ] {
        put(key, now != start, if now { "true" } else { "false" });
    }
    put("spend_unit", now.spend_unit != start.spend_unit, &quoted(word(&UNITS, now.spend_unit)));
    let revenue_unit = quoted(word(&UNITS, now.revenue_unit));
    put("revenue_unit", now.revenue_unit != start.revenue_unit, &revenue_unit);
}

/// Which of its rows and columns are taken, and how.
fn rows(text: &mut String, source: &Source, start: &Source) {
    let mut put = |key: &str, differs: bool, value: &str| put_if(text, differs, key, value);
    let extra = if source.ignore_extra_columns { "ignore" } else { "refuse" };
    put("extra_columns", source.ignore_extra_columns != start.ignore_extra_columns, &quoted(extra));
    put("key_columns", source.columns.keys != start.columns.keys, &list(&source.columns.keys));
    let only: Vec<String> = source
        .only
        .iter()
        .map(|(column, text)| format!("{} = {}", quoted(column), quoted(text)))
        .collect();
    let only = if only.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", only.join(", ")) };
    put("only", source.only != start.only, &only);
    let spread = quoted(word(&SPREADS, source.revenue_spread));
    put("revenue_spread", source.revenue_spread != start.revenue_spread, &spread);
    let refunds = if source.allow_negative_revenue { "accept" } else { "refuse" };
    put(
        "negative_revenue",
        source.allow_negative_revenue != start.allow_negative_revenue,
        &quoted(refunds),
    );
    let conversions = if source.refuse_conversions_above_clicks { "refuse" } else { "warn" };
    put(
        "conversions_above_clicks",
        source.refuse_conversions_above_clicks != start.refuse_conversions_above_clicks,
        &quoted(conversions),
    );
}

fn columns(text: &mut String, now: &Columns, start: &Columns) {
    let mut table = String::new();
    for (key, now, start) in [
        ("date", &now.date, &start.date),
        ("channel", &now.channel, &start.channel),
        ("campaign", &now.campaign, &start.campaign),
        ("currency", &now.currency, &start.currency),
        ("spend", &now.spend, &start.spend),
        ("impressions", &now.impressions, &start.impressions),
        ("clicks", &now.clicks, &start.clicks),
        ("conversions", &now.conversions, &start.conversions),
        ("revenue", &now.revenue, &start.revenue),
    ] {
        put_if(&mut table, now != start, key, &names(now));
    }
    let outcome = now.outcome.as_ref().map(outcome_text);
    let outcome = text_or_false(outcome.as_deref());
    put_if(&mut table, now.outcome != start.outcome, "outcome", &outcome);
    put_if(&mut table, now.controls != start.controls, "controls", &list(&now.controls));
    put_table(text, "columns", &table);
}

fn meanings(text: &mut String, name: &str, now: Meanings, start: Meanings) {
    let mut table = String::new();
    for (key, now, start) in [
        ("spend", now.spend, start.spend),
        ("impressions", now.impressions, start.impressions),
        ("clicks", now.clicks, start.clicks),
        ("conversions", now.conversions, start.conversions),
        ("revenue", now.revenue, start.revenue),
    ] {
        put_if(&mut table, now != start, key, &quoted(word(&MEANINGS, now)));
    }
    put_table(text, name, &table);
}

fn totals(text: &mut String, now: &Totals, start: &Totals) {
    let mut table = String::new();
    let mut put = |key: &str, differs: bool, value: &str| put_if(&mut table, differs, key, value);
    put("labels", now.labels != start.labels, &list(&now.labels));
    put("check", now.check != start.check, &list(&now.check));
    put("campaigns", now.campaigns != start.campaigns, &list(&now.campaigns));
    let blank = if now.blank_campaign { "true" } else { "false" };
    put("blank_campaign", now.blank_campaign != start.blank_campaign, blank);
    let marked = now.marked.as_ref().map_or("false".to_owned(), |(column, mark)| {
        format!("{{ column = {}, text = {} }}", quoted(column), quoted(mark))
    });
    put("marked", now.marked != start.marked, &marked);
    let unit = now.unit.map_or(UNIT_OF_THE_ROWS, |unit| word(&UNITS, unit));
    put("unit", now.unit != start.unit, &quoted(unit));
    put_table(text, "totals", &table);
}

fn put(text: &mut String, key: &str, value: &str) {
    // writing to a String can't fail
    let _ = writeln!(text, "{key} = {value}");
}

fn put_if(text: &mut String, differs: bool, key: &str, value: &str) {
    if differs {
        put(text, key, value);
    }
}

fn put_table(text: &mut String, name: &str, table: &str) {
    if !table.is_empty() {
        let _ = write!(text, "[sources.{name}]\n{table}");
    }
}

/// The names of a column: one, several, or none.
fn names(names: &[String]) -> String {
    match names {
        [] => "false".to_owned(),
        [name] => quoted(name),
        _ => list(names),
    }
}

fn text_or_false(text: Option<&str>) -> String {
    text.map_or("false".to_owned(), quoted)
}

fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

/// A text as a TOML string.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\t' => quoted.push_str("\\t"),
            character if character.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(character));
            }
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
