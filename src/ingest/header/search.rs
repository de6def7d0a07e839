//! The first records of a file → the header, with the columns of the source; or the one fault that
//! says what the file is instead.

use std::io::{self, BufRead};

use csv::ByteRecord;

use super::expected::{self, Expected, Role};
use super::named::{self, Likeness, Named, Titles};
use super::{Body, Columns, LongColumns, MeasureColumns, OutcomeColumns, WideColumns, wide};
use crate::domain::Source;
use crate::domain::source::{Layout, Outcome};
use crate::ingest::channels::Channels;
use crate::ingest::fault::{Fault, FaultReason, shown};
use crate::ingest::records::Records;
use crate::ingest::rejection::Faults;
use crate::ingest::structure::structure_fault;
use crate::ingest::{Context, Warning, layout};

/// Records within which the header of a report stands: the longest preamble that is known has five.
const PREAMBLE_MAX: usize = 20;

/// A record that may be the header.
struct Found {
    titles: Titles,
    line: u64,
    likeness: Likeness,
}

/// Reads up to the header. The outer error is the machine's, the inner one explains the file.
pub(in crate::ingest) fn find<R: BufRead>(
    records: &mut Records<R>,
    head: &[u8],
    context: &Context<'_>,
    faults: &mut Faults,
) -> io::Result<Result<Columns, Fault>> {
    let source = context.source;
    let expected = expected::of(source);
    let records_max = if source.layout == Layout::Report { PREAMBLE_MAX } else { 1 };
    let mut record = ByteRecord::new();
    let mut best: Option<Found> = None;
    let mut broken: Option<Fault> = None;
    let mut remark: Option<Warning> = None;
    for at in 0..records_max {
        let Some(served) = records.read(&mut record)? else {
            if at == 0 {
                let fault = Fault::of_file(FaultReason::NoRows).with_hint("it is empty");
                return Ok(Err(fault));
            }
            break;
        };
        let line = served.line;
        if let Some(fault) = &served.fault {
            let is_last = fault.is_last;
            let fault = header_fault(&fault.reason, structure_fault(fault), head, context);
            broken.get_or_insert(fault);
            if is_last {
                break;
            }
            continue;
        }
        remark = remark.or_else(|| utc_remark(&record, line, context));
        let titles = Titles::of(&record);
        let likeness = named::likeness(&titles, &expected);
        let found = Found { titles, line, likeness };
        if likeness.is_whole {
            best = Some(found);
            break;
        }
        if best.as_ref().is_none_or(|best| likeness.telling > best.likeness.telling) {
            best = Some(found);
        }
    }
    let Some(found) = best.filter(|found| is_header(found.likeness, source)) else {
        return Ok(Err(match broken {
            Some(fault) => layout::special(head).unwrap_or(fault),
            None => layout::explain(head, context),
        }));
    };
    if !found.likeness.is_whole
        && let Some(fault) = layout::special(head)
    {
        return Ok(Err(fault));
    }
    let mut columns = columns(&found, &expected, context, faults);
    columns.remarks.extend(remark);
    Ok(Ok(columns))
}

/// Whether what is missing is to be called a fault of a header, instead of another layout.
const fn is_header(likeness: Likeness, source: &Source) -> bool {
    match source.layout {
        Layout::Wide => likeness.has_date,
        Layout::Long | Layout::Report => {
            likeness.is_whole || likeness.telling * 2 > likeness.telling_max
        }
    }
}

/// A header with a tab in it is that of another layout; else its structure is at fault.
fn header_fault(reason: &FaultReason, fault: Fault, head: &[u8], context: &Context<'_>) -> Fault {
    const TAB: u32 = b'\t' as u32;
    match *reason {
        FaultReason::ControlCharacter { code_point: TAB } => layout::explain(head, context),
        _ => fault,
    }
}

/// Days of UTC are others than those of the account's zone.
fn utc_remark(record: &ByteRecord, line: u64, context: &Context<'_>) -> Option<Warning> {
    let zone = context.account.time_zone.name();
    let is_utc =
        matches!(zone, "UTC" | "Etc/UTC" | "UCT" | "Etc/UCT" | "Zulu" | "Etc/Zulu" | "GMT");
    let says_so = record.iter().any(|field| String::from_utf8_lossy(field).contains("in UTC"));
    (says_so && !is_utc).then(|| Warning {
        line: Some(line),
        text: format!(
            "its days are those of UTC (line {line}), the account's are those of {zone}: figures \
             around midnight stand on the day before or after"
        ),
    })
}

fn columns(
    found: &Found,
    expected: &[Expected<'_>],
    context: &Context<'_>,
    faults: &mut Faults,
) -> Columns {
    let Found { titles, line, .. } = found;
    let (line, source) = (*line, context.source);
    let named = named::find(titles, line, expected, context.account.currency, faults);
    let missing = named::add_missing(&named, titles, line, faults);
    let Named { positions, mut is_claimed, remarks } = named;
    let at = |role: Role| positions.iter().find(|(it, _)| it.role == role).and_then(|(_, at)| *at);
    let body = if source.layout == Layout::Wide {
        let mut channels = Channels::new(context.account);
        let channels = wide::find(titles, &mut is_claimed, line, source, &mut channels, faults);
        Body::Wide(WideColumns {
            channels,
            outcome: outcome(source, at(Role::Outcome(0)), at(Role::Outcome(1))),
            controls: controls(source, &positions),
        })
    } else {
        let mut measures = MeasureColumns::default();
        for measure in super::Measure::ALL {
            *measures.at(measure) = at(Role::Figure(measure));
        }
        Body::Long(LongColumns { channel: at(Role::Channel), measures })
    };
    let currency = at(Role::Currency);
    let undeclared = named::undeclared_currency(titles, &is_claimed).filter(|_| currency.is_none());
    if let Some(at) = undeclared {
        is_claimed[at] |= source.ignore_extra_columns;
    }
    if !source.ignore_extra_columns {
        named::add_unknown(titles, &is_claimed, &missing, line, source, faults);
    }
    let keys = positions.iter().filter(|(it, _)| it.role == Role::Key);
    let only = source.only.values().enumerate();
    Columns {
        names: titles.raw.iter().map(|title| shown(title)).collect(),
        unread: (0..is_claimed.len()).filter(|at| !is_claimed[*at]).collect(),
        all_known: source.ignore_extra_columns || is_claimed.iter().all(|is_claimed| *is_claimed),
        date: at(Role::Date),
        campaign: at(Role::Campaign),
        currency: currency.or(undeclared),
        currency_is_declared: currency.is_some(),
        keys: keys.filter_map(|(_, at)| *at).collect(),
        only: only
            .filter_map(|(place, text)| Some((at(Role::Only(place))?, text.clone())))
            .collect(),
        marked: at(Role::Marked),
        body,
        remarks,
    }
}

fn outcome(source: &Source, first: Option<usize>, second: Option<usize>) -> Option<OutcomeColumns> {
    Some(match source.columns.outcome.as_ref()? {
        Outcome::Column(_) => OutcomeColumns::One(first?),
        Outcome::Difference(..) => OutcomeColumns::Difference(first?, second?),
        Outcome::Product(..) => OutcomeColumns::Product(first?, second?),
    })
}

/// The controls in the order of the file, by the names of the source, which stay the same.
fn controls(source: &Source, positions: &[(&Expected<'_>, Option<usize>)]) -> Vec<(usize, String)> {
    let mut controls: Vec<(usize, String)> = positions
        .iter()
        .filter_map(|(column, at)| match column.role {
            Role::Control(place) => Some(((*at)?, source.columns.controls[place].clone())),
            _ => None,
        })
        .collect();
    controls.sort();
    controls
}
