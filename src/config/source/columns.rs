//! `[sources.columns]` and `key_columns` → the names of a format's columns. Which of them a layout
//! may have is for `rules`.

use std::collections::BTreeMap;

use super::draft::{Draft, Key, column, top};
use super::{ALIASES_MAX, CONTROLS_MAX, KEY_COLUMNS_MAX, list_of};
use crate::config::TEXT_CHARS_MAX;
use crate::config::value::{Item, quoted};
use crate::domain::Source;
use crate::domain::nearest::nearest;
use crate::domain::source::{Columns, Layout, Outcome};

/// The measures, whose columns may stand once for each channel.
pub(super) const MEASURES: [Key; 5] = [
    column("spend"),
    column("impressions"),
    column("clicks"),
    column("conversions"),
    column("revenue"),
];

/// What stands for a currency code in the name of a column.
const CURRENCY: &str = "{currency}";
/// What stands for a channel in the name of a column.
pub(super) const CHANNEL: &str = "{channel}";

/// The columns that the table names; those it leaves out are as in `start`.
pub(super) fn read(draft: &Draft<'_>, start: Columns) -> Columns {
    let names = |name: &'static str, start: Vec<String>, marks: &[&str]| {
        draft.value(column(name), start, |item| names(&item, marks))
    };
    let (plain, count, money) = (&[][..], &[CHANNEL][..], &[CHANNEL, CURRENCY][..]);
    let keys =
        |item: Item<'_>| list_of(&item, KEY_COLUMNS_MAX, "columns", |item| name(item, plain));
    let controls =
        |item: Item<'_>| list_of(&item, CONTROLS_MAX, "controls", |item| name(item, plain));
    Columns {
        date: draft.value(column("date"), start.date, |item| date(&item)),
        channel: names("channel", start.channel, plain),
        campaign: names("campaign", start.campaign, plain),
        currency: names("currency", start.currency, plain),
        spend: names("spend", start.spend, money),
        impressions: names("impressions", start.impressions, count),
        clicks: names("clicks", start.clicks, count),
        conversions: names("conversions", start.conversions, count),
        revenue: names("revenue", start.revenue, money),
        keys: draft.value(top("key_columns"), start.keys, keys),
        outcome: draft.value(column("outcome"), start.outcome, |item| outcome(&item)),
        controls: draft.value(column("controls"), start.controls, controls),
    }
}

fn date(item: &Item<'_>) -> Option<Vec<String>> {
    if item.value.as_bool() == Some(false) {
        item.fault("every row has a date", "name the column that it stands in");
        return None;
    }
    names(item, &[])
}

/// One name, several of which a file has one, or `false`.
fn names(item: &Item<'_>, marks: &[&str]) -> Option<Vec<String>> {
    let instead = "write a name, a list of names of which a file has one, or false";
    if let Some(flag) = item.value.as_bool() {
        if flag {
            item.fault("the column needs a name", instead);
        }
        return (!flag).then(Vec::new);
    }
    if item.value.as_array().is_none() {
        return name(item, marks).map(|name| vec![name]);
    }
    let names = list_of(item, ALIASES_MAX, "names", |item| name(item, marks))?;
    if names.is_empty() {
        item.fault("the column needs a name", instead);
    }
    (!names.is_empty()).then_some(names)
}

/// The name of a column, in which `marks` may stand once each.
fn name(item: &Item<'_>, marks: &[&str]) -> Option<String> {
    let name = item.plain_text(TEXT_CHARS_MAX)?;
    match misplaced(name, marks) {
        None => Some(name.to_owned()),
        Some((message, hint)) => {
            item.fault(message, hint);
            None
        }
    }
}

/// What is wrong with the marks in a name.
fn misplaced(name: &str, marks: &[&str]) -> Option<(String, String)> {
    for mark in [CHANNEL, CURRENCY] {
        let times = name.matches(mark).count();
        if times > 0 && !marks.contains(&mark) {
            let place = if mark == CHANNEL { "of a measure" } else { "of an amount" };
            let message = format!("{mark} stands only in the name {place}");
            return Some((message, "write the name as the header of the file does".to_owned()));
        }
        if times > 1 {
            let message = format!("{mark} stands {times} times");
            return Some((message, "a name has room for it once".to_owned()));
        }
    }
    let braced = name.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    for (word, _) in braced {
        let known = nearest(word, ["channel", "currency"]).filter(|known| *known != word);
        if let Some(known) = known {
            let message = format!("{{{word}}} stands for nothing");
            return Some((message, format!("did you mean {{{known}}}?")));
        }
    }
    None
}

/// `A`, `A - B` or `A * B`, or `false`. A name that itself holds ` - ` or ` * ` stands between
/// backticks.
#[expect(clippy::option_option, reason = "faulty and none are different answers")]
fn outcome(item: &Item<'_>) -> Option<Option<Outcome>> {
    if item.value.as_bool() == Some(false) {
        return Some(None);
    }
    let text = item.plain_text(3 * TEXT_CHARS_MAX)?;
    let Some(outcome) = parsed_outcome(text) else {
        item.fault(
            "neither a column nor two of them",
            "write \"A\", \"A - B\" or \"A * B\"; a name that holds \" - \" or \" * \" stands \
             between backticks",
        );
        return None;
    };
    for name in outcome_names(&outcome) {
        if let Some((message, hint)) = misplaced(name, &[CURRENCY]) {
            item.fault(message, hint);
            return None;
        }
    }
    Some(Some(outcome))
}

const OPERATORS: [&str; 2] = [" - ", " * "];

fn parsed_outcome(text: &str) -> Option<Outcome> {
    let (first, rest) = operand(text)?;
    if rest.is_empty() {
        return Some(Outcome::Column(first));
    }
    let (operator, rest) =
        OPERATORS.iter().find_map(|operator| Some((*operator, rest.strip_prefix(operator)?)))?;
    let (second, rest) = operand(rest)?;
    let build = if operator == " - " { Outcome::Difference } else { Outcome::Product };
    rest.is_empty().then(|| build(first, second))
}

/// The name that `text` begins with, and what follows it.
fn operand(text: &str) -> Option<(String, &str)> {
    let (name, rest) = if let Some(quoted) = text.strip_prefix('`') {
        quoted.split_once('`')?
    } else {
        let ends = OPERATORS.iter().filter_map(|operator| text.find(operator));
        text.split_at(ends.min().unwrap_or(text.len()))
    };
    let name = name.trim();
    (!name.is_empty()).then(|| (name.to_owned(), rest))
}

/// The outcome as the key writes it.
pub(super) fn outcome_text(outcome: &Outcome) -> String {
    let shown = |name: &str| {
        let holds_operator = OPERATORS.iter().any(|operator| name.contains(operator));
        if holds_operator { format!("`{name}`") } else { name.to_owned() }
    };
    match outcome {
        Outcome::Column(name) => shown(name),
        Outcome::Difference(one, other) => format!("{} - {}", shown(one), shown(other)),
        Outcome::Product(one, other) => format!("{} * {}", shown(one), shown(other)),
    }
}

fn outcome_names(outcome: &Outcome) -> Vec<&str> {
    match outcome {
        Outcome::Column(name) => vec![name],
        Outcome::Difference(one, other) | Outcome::Product(one, other) => vec![one, other],
    }
}

/// The names of a measure's columns.
pub(super) fn of_measure(columns: &Columns, measure: Key) -> &[String] {
    match measure.name {
        "spend" => &columns.spend,
        "impressions" => &columns.impressions,
        "clicks" => &columns.clicks,
        "conversions" => &columns.conversions,
        _ => &columns.revenue,
    }
}

/// Faults columns that can't be told apart, and patterns where nothing is a pattern.
pub(super) fn check(draft: &Draft<'_>, source: &Source) {
    let named = all(&source.columns);
    let mut taken: BTreeMap<String, Key> = BTreeMap::new();
    for (key, name) in named {
        // header names are compared without case
        let Some(other) = taken.insert(name.to_lowercase(), key) else { continue };
        let (message, hint) = if other == key {
            (format!("names the column {} twice", quoted(name)), "keep one of the two")
        } else {
            (
                format!(
                    "{} and {} can't be the same column {}",
                    other.name,
                    key.name,
                    quoted(name)
                ),
                "name each column as the header of the file does",
            )
        };
        draft.misfit(&[key, other], message, hint);
    }
    for measure in MEASURES.into_iter().filter(|_| source.layout != Layout::Wide) {
        let names = of_measure(&source.columns, measure);
        if names.iter().any(|name| name.contains(CHANNEL)) {
            draft.misfit(
                &[measure, top("layout")],
                format!("{CHANNEL} stands for the channels of a wide file only"),
                "write layout = \"wide\", or the name of the one column",
            );
        }
    }
}

/// Every name with its key, in the order in which collisions are told.
fn all(columns: &Columns) -> Vec<(Key, &str)> {
    let lists = [
        (column("date"), &columns.date),
        (column("channel"), &columns.channel),
        (column("campaign"), &columns.campaign),
        (column("currency"), &columns.currency),
        (column("spend"), &columns.spend),
        (column("impressions"), &columns.impressions),
        (column("clicks"), &columns.clicks),
        (column("conversions"), &columns.conversions),
        (column("revenue"), &columns.revenue),
        (top("key_columns"), &columns.keys),
        (column("controls"), &columns.controls),
    ];
    let outcome = columns.outcome.iter().flat_map(outcome_names);
    lists
        .into_iter()
        .flat_map(|(key, names)| names.iter().map(move |name| (key, name.as_str())))
        .chain(outcome.map(|name| (column("outcome"), name)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two(build: fn(String, String) -> Outcome, one: &str, other: &str) -> Outcome {
        build(one.to_owned(), other.to_owned())
    }

    #[test]
    fn an_outcome_is_a_column_a_difference_or_a_product() {
        assert_eq!(parsed_outcome("revenue"), Some(Outcome::Column("revenue".to_owned())));
        assert_eq!(parsed_outcome("net-sales"), Some(Outcome::Column("net-sales".to_owned())));
        assert_eq!(parsed_outcome("A - B"), Some(two(Outcome::Difference, "A", "B")));
        assert_eq!(
            parsed_outcome("orders * price"),
            Some(two(Outcome::Product, "orders", "price"))
        );
        assert_eq!(parsed_outcome("`A - net` - B"), Some(two(Outcome::Difference, "A - net", "B")));
        for text in ["A - ", " - B", "A - B - C", "A * B - C", "`A", "` ` - B", "`A`B"] {
            assert_eq!(parsed_outcome(text), None, "{text}");
        }
    }

    #[test]
    fn an_outcome_reads_as_it_was_written() {
        let (one, other) = ("A - net".to_owned(), "B * 2".to_owned());
        for outcome in [
            Outcome::Column(one.clone()),
            Outcome::Difference(one.clone(), other.clone()),
            Outcome::Product("A".to_owned(), other),
        ] {
            assert_eq!(parsed_outcome(&outcome_text(&outcome)), Some(outcome));
        }
    }
}
