//! The columns without a meaning of their own → keys that tell rows apart, the outcome of the
//! business, columns for models, and what is left out.

use super::columns::{self, Columns};
use super::dates::is_date;
use super::describe::Found;
use super::finding::Findings;
use super::keys::{self, Keys};
use super::media::Known;
use super::numbers;
use super::outcome;
use super::planned;
use super::table::Record;
use super::units;
use super::unsure;
use super::wide;
use super::words::{self, Role};
use crate::domain::source::Outcome;
use crate::ingest::dates::clock::split_time;

/// What the columns without a role are: keys, outcome, controls, or nothing.
pub(super) fn find(
    names: &[String],
    rows: &[Record],
    columns: &Columns,
    known_channels: &Known,
    found: &mut Found,
    findings: &mut Findings,
) {
    let used = columns.used();
    let others: Vec<usize> = (0..names.len()).filter(|at| !used.contains(at)).collect();
    if columns.wide.is_some() {
        found.outcome = outcome::find(names, findings);
        if let Some(Outcome::Column(name)) = &found.outcome {
            found.revenue_unit = units::of_outcome(name, findings);
        }
    }
    let of_nothing: Vec<usize> = others
        .iter()
        .copied()
        .filter(|&at| !is_outcome(&names[at], found.outcome.as_ref()))
        .collect();
    let how = (found.numbers.as_ref(), known_channels);
    let unsure = unsure::find(names, rows, columns, &of_nothing, how, findings);
    let scenarios = planned::scenarios(names, rows, &of_nothing, findings);
    found.has_unsure_columns = !unsure.columns.is_empty() || !scenarios.is_empty();
    let is_open = |at: &usize| unsure.columns.contains(at) || scenarios.contains(at);
    let others: Vec<usize> = others.into_iter().filter(|at| !is_open(at)).collect();
    let known: Vec<usize> = [Role::Date, Role::Channel, Role::Campaign]
        .into_iter()
        .filter_map(|role| columns.at(role))
        .chain(scenarios)
        .collect();
    let figures: Vec<usize> =
        columns.measures().into_iter().flat_map(|(_, columns)| columns).collect();
    let is_text = |at: &usize| {
        !names[*at].is_empty()
            && rows.iter().any(|record| !numbers::is_like_a_figure(record.cell(*at)))
    };
    let mut texts: Vec<usize> = others.iter().copied().filter(is_text).collect();
    texts.sort_by_key(|&at| is_id(&names[at]));
    let keys = match keys::find(rows, &known, &texts, &figures) {
        Keys::Conflict(..) => keys::find(rows, &known, &others, &figures),
        // Rows with the same figures are no repeats where an unread column tells them apart.
        keys => {
            let is_name = |at: &usize| is_text(at) || is_id(&names[*at]);
            let mut telling: Vec<usize> = others.iter().copied().filter(is_name).collect();
            telling.sort_by_key(|&at| is_id(&names[at]));
            telling.retain(|&at| !rows.iter().any(|record| is_time(record.cell(at))));
            match keys::find(rows, &known, &telling, &[&figures[..], &telling].concat()) {
                Keys::Conflict(..) => keys,
                more => {
                    say_alike(names, &keys, &more, findings);
                    more
                }
            }
        }
    };
    let mut key_columns = Vec::new();
    match keys {
        Keys::Enough => {}
        Keys::Columns(needed) => {
            found.keys = needed.iter().map(|&at| names[at].clone()).collect();
            key_columns = needed;
            findings.certain(
                "key_columns",
                format!(
                    "rows of one day and channel are told apart by {}: they are detail, and summed",
                    found.keys.join(", ")
                ),
            );
        }
        Keys::Conflict(first, second) => findings.open(
            "key_columns",
            format!(
                "lines {first} and {second} have the same day, channel and campaign with other \
                 figures, and no column tells them apart: the reading will refuse them"
            ),
            &[],
        ),
    }
    let mut left: Vec<usize> = others.into_iter().filter(|at| !key_columns.contains(at)).collect();
    if columns.wide.is_some() {
        left.retain(|&at| !is_outcome(&names[at], found.outcome.as_ref()));
        let is_constant = |at: usize| rows.iter().all(|record| record.cell(at) == rows[0].cell(at));
        let (controls, rest): (Vec<usize>, Vec<usize>) = left.iter().partition(|&&at| {
            let name = &names[at];
            !name.is_empty()
                && !is_constant(at)
                && !unsure.computed.contains(&at)
                && (!wide::is_derived(name) || words::plain(name).contains("organic"))
        });
        if !is_ecommerce(found) {
            found.controls = controls.iter().map(|&at| names[at].clone()).collect();
            left = rest;
            if !found.controls.is_empty() {
                findings.open(
                    "controls",
                    format!(
                        "{} kept for models ({}): take out what a model must not see",
                        columns::count_of("other column", found.controls.len()),
                        columns::listed(&found.controls)
                    ),
                    &[],
                );
            }
        }
    }
    found.has_extra_columns = !left.is_empty();
    let left: Vec<String> = left.iter().map(|&at| names[at].clone()).collect();
    if found.has_extra_columns && found.has_unsure_columns {
        findings.open(
            "extra_columns",
            format!(
                "{} refused until what could not be told is settled; then leave out: {}",
                columns::count_of("more column", left.len()),
                columns::listed(&left)
            ),
            &["extra_columns = \"ignore\"".to_owned()],
        );
    } else if found.has_extra_columns {
        findings.certain(
            "extra_columns",
            format!(
                "{} left out: {}",
                columns::count_of("column", left.len()),
                columns::listed(&left)
            ),
        );
    }
}

/// Says which columns tell nothing apart but rows with the same figures, which may be repeats.
fn say_alike(names: &[String], keys: &Keys, more: &Keys, findings: &mut Findings) {
    let of = |keys: &Keys| match keys {
        Keys::Columns(columns) => columns.clone(),
        _ => Vec::new(),
    };
    let had = of(keys);
    let new: Vec<String> =
        of(more).into_iter().filter(|at| !had.contains(at)).map(|at| names[at].clone()).collect();
    if !new.is_empty() {
        findings.open(
            "key_columns",
            format!(
                "some rows of one day, channel and campaign have the same figures, and differ in {} alone: \
                 they are summed. If they are the same money twice, export without them",
                columns::listed(&new)
            ),
            &[],
        );
    }
}

/// A day, or a day with a time: when a row was exported or changed tells no money apart.
fn is_time(text: &str) -> bool {
    let date = split_time(text).map_or(text, |(date, _)| date);
    is_date(date) && !date.bytes().all(|byte| byte.is_ascii_digit())
}

/// Names speak to people, ids don't.
fn is_id(name: &str) -> bool {
    words::plain(name).split(' ').any(|word| matches!(word, "id" | "account" | "konto" | "compte"))
}

/// The columns of e-commerce exports beside the channels' are parts of the outcome, or names.
const fn is_ecommerce(found: &Found) -> bool {
    matches!(found.outcome, Some(Outcome::Difference(..)))
}

fn is_outcome(name: &str, outcome: Option<&Outcome>) -> bool {
    match outcome {
        None => false,
        Some(Outcome::Column(column)) => column == name,
        Some(Outcome::Difference(one, other) | Outcome::Product(one, other)) => {
            one == name || other == name
        }
    }
}
