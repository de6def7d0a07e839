//! `[sources.totals]` → which rows are totals of the others.

use super::draft::{Draft, totals};
use super::numbers::UNITS;
use super::{ALIASES_MAX, list_of};
use crate::config::TEXT_CHARS_MAX;
use crate::config::value::Item;
use crate::domain::source::{Totals, Unit};

/// The settings of totals rows; those that the table leaves out are as in `start`.
pub(super) fn read(draft: &Draft<'_>, start: Totals) -> Totals {
    let labels = |item: Item<'_>| list_of(&item, ALIASES_MAX, "labels", text);
    Totals {
        labels: draft.value(totals("labels"), start.labels, labels),
        check: draft.value(totals("check"), start.check, labels),
        campaigns: draft.value(totals("campaigns"), start.campaigns, |item| {
            list_of(&item, ALIASES_MAX, "campaigns", text_or_blank)
        }),
        blank_campaign: draft
            .value(totals("blank_campaign"), start.blank_campaign, |item| item.flag()),
        marked: draft.value(totals("marked"), start.marked, |item| marked(draft, &item)),
        unit: draft.value(totals("unit"), start.unit, |item| unit(&item)),
    }
}

fn text(item: &Item<'_>) -> Option<String> {
    item.plain_text(TEXT_CHARS_MAX).map(str::to_owned)
}

/// A blank text stands for the rows without a campaign.
fn text_or_blank(item: &Item<'_>) -> Option<String> {
    if item.value.as_str() == Some("") { Some(String::new()) } else { text(item) }
}

#[expect(clippy::option_option, reason = "faulty and none are different answers")]
fn marked(draft: &Draft<'_>, item: &Item<'_>) -> Option<Option<(String, String)>> {
    if item.value.as_bool() == Some(false) {
        return Some(None);
    }
    if !item.value.is_table() {
        item.fault(
            "neither a column with its text nor false",
            "write marked = { column = \"TERRITORY_NAME\", text = \"All Territories\" }",
        );
        return None;
    }
    let table = draft.totals.table("marked");
    let column = table.required("column", "column = \"TERRITORY_NAME\"").as_ref().and_then(text);
    let mark = table.required("text", "text = \"All Territories\"").as_ref().and_then(text);
    table.finish();
    Some(Some((column?, mark?)))
}

/// How "the unit of the rows" is written.
pub(super) const UNIT_OF_THE_ROWS: &str = "same";

#[expect(clippy::option_option, reason = "faulty and that of the rows are different answers")]
fn unit(item: &Item<'_>) -> Option<Option<Unit>> {
    let [major, minor, micros] = UNITS.map(|(word, unit)| (word, Some(unit)));
    item.choice(&[(UNIT_OF_THE_ROWS, None), major, minor, micros])
}

/// A label without what doesn't count in it: case, and spaces before a colon.
pub(super) fn folded(label: &str) -> String {
    let mut folded = String::with_capacity(label.len());
    for character in label.chars().flat_map(char::to_lowercase) {
        if character == ':' {
            folded.truncate(folded.trim_end().len());
        }
        folded.push(character);
    }
    folded
}
