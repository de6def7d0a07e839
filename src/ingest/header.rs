//! The header's names → the positions of the columns that the source names; and what is missing,
//! doubled or unknown.

use csv::ByteRecord;

use super::fault::{Fault, FaultReason, shown};
use super::rejection::Faults;
use crate::domain::Source;
use crate::domain::nearest::nearest;
use crate::domain::source::Columns as SourceColumns;

/// Columns of a source that a header must show before its other names are taken for mistakes
/// instead of another layout.
const RECOGNISED_MIN: usize = 4;

/// Where the columns stand; `None` for one that is missing, which is a fault already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    /// The names in the header, fit to be shown.
    pub names: Vec<String>,
    /// Whether the source names all of them, or leaves the others out: else they may be part of
    /// what tells two rows apart.
    pub all_known: bool,
    pub date: Option<usize>,
    pub channel: Option<usize>,
    pub campaign: Option<usize>,
    pub spend: Option<usize>,
    pub impressions: Option<usize>,
    pub clicks: Option<usize>,
    pub conversions: Option<usize>,
    pub revenue: Option<usize>,
}

/// What a header turned out to be.
pub(super) enum Header {
    /// One of the source, though faults may have been added.
    Columns(Columns),
    /// Of some other layout: too few of the names are there.
    Strange,
}

/// Looks for the columns of `source`, and adds a fault for each that is missing, doubled or unknown.
pub(super) fn find(record: &ByteRecord, line: u64, source: &Source, faults: &mut Faults) -> Header {
    let names: Vec<String> =
        record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    let wanted = required(&source.columns);
    let recognised = wanted.iter().filter(|name| position(&names, name).is_some()).count();
    if recognised < RECOGNISED_MIN {
        return Header::Strange;
    }
    let missing: Vec<&str> =
        wanted.into_iter().filter(|name| position(&names, name).is_none()).collect();
    for name in &missing {
        faults.add(missing_column(name, &names, line, source));
    }
    add_unknown(&names, &missing, line, source, faults);
    add_doubled(&names, line, source, faults);
    let columns = &source.columns;
    let at = |name: &str| position(&names, name);
    Header::Columns(Columns {
        date: at(first(&columns.date)),
        channel: at(first(&columns.channel)),
        campaign: at(first(&columns.campaign)),
        spend: at(first(&columns.spend)),
        impressions: at(first(&columns.impressions)),
        clicks: at(first(&columns.clicks)),
        conversions: at(first(&columns.conversions)),
        revenue: at(first(&columns.revenue)),
        all_known: source.ignore_extra_columns || names.iter().all(|name| is_known(name, source)),
        names: names.iter().map(|name| shown(name)).collect(),
    })
}

fn required(columns: &SourceColumns) -> [&str; 7] {
    [
        first(&columns.date),
        first(&columns.channel),
        first(&columns.spend),
        first(&columns.impressions),
        first(&columns.clicks),
        first(&columns.conversions),
        first(&columns.revenue),
    ]
}

fn first(names: &[String]) -> &str {
    names.first().map_or("", String::as_str)
}

/// The first column called `name`; names differ in more than case.
fn position(names: &[String], name: &str) -> Option<usize> {
    names.iter().position(|found| same(found, name))
}

fn same(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.trim().to_lowercase()
}

fn is_known(name: &str, source: &Source) -> bool {
    required(&source.columns).iter().any(|known| same(name, known))
        || same(name, first(&source.columns.campaign))
}

fn missing_column(name: &str, names: &[String], line: u64, source: &Source) -> Fault {
    let unknown = names.iter().map(String::as_str).filter(|found| !is_known(found, source));
    let fault = Fault::of_line(line, FaultReason::MissingColumn { name: shown(name) });
    match nearest(name, unknown) {
        Some(near) => fault.with_hint(format!("is it the column \"{}\"?", shown(near))),
        None => fault.with_hint("export it too, or name the column that holds it in the source"),
    }
}

fn add_unknown(
    names: &[String],
    missing: &[&str],
    line: u64,
    source: &Source,
    faults: &mut Faults,
) {
    if source.ignore_extra_columns {
        return;
    }
    for name in names.iter().filter(|name| !is_known(name, source)) {
        let reason = FaultReason::UnknownColumn { source_name: shown(&source.name) };
        let hint = match nearest(name, missing.iter().copied()) {
            Some(near) => format!("did you mean \"{}\"?", shown(near)),
            None if name.is_empty() => "the header has a comma too many".to_owned(),
            None => "leave it out, or set ignore_extra_columns = true for the source".to_owned(),
        };
        faults.add(Fault::of_line(line, reason).with_value(name.as_bytes()).with_hint(hint));
    }
}

fn add_doubled(names: &[String], line: u64, source: &Source, faults: &mut Faults) {
    for (at, name) in names.iter().enumerate() {
        if is_known(name, source) && position(names, name) != Some(at) {
            let fault = Fault::of_line(line, FaultReason::DoubledColumn).in_column(&shown(name));
            faults.add(fault.with_hint("keep one of them"));
        }
    }
}
