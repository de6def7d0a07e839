//! The names of a wide header → the columns of each channel's figures, by patterns with the
//! channel's name in them, or by names that are channels themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::named::{Titles, missing_column};
use super::names::{Name, fold};
use super::{Measure, MeasureColumns};
use crate::domain::Source;
use crate::ingest::channels::Channels;
use crate::ingest::fault::{Fault, FaultReason, shown};
use crate::ingest::rejection::Faults;

/// A name of a measure's columns.
struct Candidate {
    measure: Measure,
    name: Name,
}

/// What a column is by its name.
enum Meaning {
    /// A figure of the channel at this position.
    Figure(Measure, usize),
    /// A figure of what is no channel of the account.
    Stranger(String),
    /// Nothing that the source speaks of.
    Nothing,
}

/// Finds the columns of the channels among those that nothing else claims, and claims them.
pub(super) fn find(
    titles: &Titles,
    is_claimed: &mut [bool],
    line: u64,
    source: &Source,
    channels: &mut Channels<'_>,
    faults: &mut Faults,
) -> Vec<(usize, MeasureColumns)> {
    let candidates = candidates(source);
    let mut found: BTreeMap<usize, MeasureColumns> = BTreeMap::new();
    let mut strangers = BTreeSet::new();
    for (at, title) in titles.folded.iter().enumerate() {
        if is_claimed[at] {
            continue;
        }
        match meaning(title, &candidates, channels) {
            Meaning::Nothing => {}
            Meaning::Stranger(name) => {
                is_claimed[at] = true;
                if strangers.insert(name.clone()) {
                    faults.add(stranger(&titles.raw[at], &name, line, channels));
                }
            }
            Meaning::Figure(measure, channel) => {
                is_claimed[at] = true;
                let columns = found.entry(channel).or_default();
                let place = columns.at(measure);
                match *place {
                    None => *place = Some(at),
                    Some(first) => {
                        let stands_for = measure.word();
                        let first = shown(&titles.raw[first]);
                        let second = shown(&titles.raw[at]);
                        let reason = FaultReason::TwoColumns { first, second, stands_for };
                        let hint = "they are of one channel: keep one of them";
                        faults.add(Fault::of_line(line, reason).with_hint(hint));
                    }
                }
            }
        }
    }
    add_missing(&found, line, source, channels, faults);
    found.into_iter().collect()
}

fn candidates(source: &Source) -> Vec<Candidate> {
    let of = |measure: Measure| {
        let names = measure.names(&source.columns).iter();
        names.map(move |name| Candidate { measure, name: Name::new(name) })
    };
    Measure::ALL.into_iter().flat_map(of).collect()
}

/// Of the names that fit, one that gives a channel of the account comes first, then the one that
/// says more.
fn meaning(title: &str, candidates: &[Candidate], channels: &mut Channels<'_>) -> Meaning {
    let mut best: Option<(bool, usize, Meaning)> = None;
    for Candidate { measure, name } in candidates {
        let Some(middle) = name.fits(title) else { continue };
        let text = if name.is_pattern() { middle } else { title };
        let channel = channels.find(text.as_bytes());
        // A pattern without letters of its own fits every column.
        if channel.is_none() && name.is_pattern() && name.literal() == 0 {
            continue;
        }
        let meaning = match channel {
            Some(channel) => Meaning::Figure(*measure, channel),
            None => Meaning::Stranger(text.to_owned()),
        };
        let rank = (channel.is_some(), name.literal());
        if best.as_ref().is_none_or(|(known, literal, _)| rank > (*known, *literal)) {
            best = Some((rank.0, rank.1, meaning));
        }
    }
    best.map_or(Meaning::Nothing, |(_, _, meaning)| meaning)
}

fn stranger(title: &str, folded: &str, line: u64, channels: &mut Channels<'_>) -> Fault {
    // As the header writes it, where that can be told.
    let name = title
        .to_lowercase()
        .find(folded)
        .and_then(|at| title.get(at..at + folded.len()))
        .unwrap_or(folded);
    let reason = FaultReason::UnknownChannel;
    let hint = channels.nearest(name).map_or_else(
        || {
            "add it to the account's channels or aliases; a column that is no channel's belongs to \
             the controls of the source"
                .to_owned()
        },
        |near| format!("did you mean \"{near}\"? Else add it to the account's channels or aliases"),
    );
    Fault::of_line(line, reason)
        .in_column(&shown(title))
        .with_value(name.as_bytes())
        .with_hint(hint)
}

/// Plain names must be there, spend for some channel too, and revenue where the business states none.
fn add_missing(
    found: &BTreeMap<usize, MeasureColumns>,
    line: u64,
    source: &Source,
    channels: &mut Channels<'_>,
    faults: &mut Faults,
) {
    for measure in Measure::ALL {
        let names = measure.names(&source.columns);
        let has = |columns: &MeasureColumns| columns.clone().at(measure).is_some();
        for name in names.iter().filter(|name| !Name::new(name).is_pattern()) {
            let channel = channels.find(fold(name).as_bytes());
            if !channel.and_then(|it| found.get(&it)).is_some_and(has) {
                faults.add(missing_column(name, None, line));
            }
        }
        let must_be_there = match measure {
            Measure::Spend => true,
            Measure::Revenue => source.columns.outcome.is_none(),
            _ => false,
        };
        let pattern = names.iter().find(|name| Name::new(name).is_pattern());
        if let Some(pattern) = pattern
            && must_be_there
            && !found.values().any(has)
        {
            faults.add(missing_column(pattern, None, line));
        }
    }
}
