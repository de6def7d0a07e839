//! Response curves of Meridian as a table: `Analyzer.response_curves()` or
//! `OptimizationResults.get_response_curves()`, made long by `to_dataframe().reset_index()`, a row per
//! multiplier, channel and metric; or with the metrics beside each other.

use std::collections::BTreeMap;

use super::channel::Point;
use super::error::ImportError;
use super::table::{Gathered, Row, Table, late_beginnings};
use super::{ImportedCurves, channels_counted};

/// A multiplier this near to 1 is the present spend.
const ONE_WIDTH: f64 = 1e-9;

/// Bounds by channel and the bits of the spend.
type Bounds = BTreeMap<(usize, u64), f64>;

pub(super) fn is(table: &Table) -> bool {
    is_long(table) || is_wide(table)
}

fn is_long(table: &Table) -> bool {
    table.has(&["channel", "metric", "spend", "incremental_outcome"])
}

fn is_wide(table: &Table) -> bool {
    table.has(&["channel", "spend", "spend_multiplier", "mean"])
}

pub(super) fn read(table: &Table) -> Result<ImportedCurves, ImportError> {
    let mut notes = Vec::new();
    let mut gathered = Gathered::default();
    let has_interval = if is_long(table) {
        read_long(table, &mut gathered, &mut notes)?
    } else {
        read_wide(table, &mut gathered)?
    };
    let channels = gathered.finish()?;
    notes.extend(late_beginnings(&channels));
    notes.push(
        "the file doesn't say whether its outcome is revenue or another key figure; it is taken for \
         revenue"
            .to_owned(),
    );
    Ok(ImportedCurves {
        tool: "Meridian",
        recognised: format!("Meridian response curves, {}", channels_counted(channels.len())),
        unit_of_spend: "all the time that the curves were made for".to_owned(),
        outcome: "revenue",
        interval: has_interval
            .then(|| "as exported, 90 % where nothing else was asked for".to_owned()),
        notes,
        channels,
    })
}

/// A row per metric: returns whether there are intervals.
fn read_long(
    table: &Table,
    gathered: &mut Gathered,
    notes: &mut Vec<String>,
) -> Result<bool, ImportError> {
    let (metric, spend, outcome) =
        (table.at("metric"), table.at("spend"), table.at("incremental_outcome"));
    let has_mean = table.rows.iter().any(|row| row.cell(metric) == "mean");
    let centre = if has_mean { "mean" } else { "median" };
    if !has_mean {
        notes.push("the file has no means: its medians are planned on".to_owned());
    }
    let (mut lows, mut highs) = (Bounds::new(), Bounds::new());
    for row in &table.rows {
        let at = gathered.place(&table.channel(row)?)?;
        let spent = table.amount(row, spend)?;
        match row.cell(metric) {
            name if name == centre => {
                let revenue = table.amount(row, outcome)?;
                gathered.push(at, Point { line: row.line, spend: spent, revenue, interval: None });
                gathered.note_present(table, row, at)?;
                note_present(table, row, gathered, at, spent)?;
            }
            "mean" | "median" => {}
            "ci_lo" => {
                lows.insert((at, spent.to_bits()), table.number(row, outcome)?);
            }
            "ci_hi" => {
                highs.insert((at, spent.to_bits()), table.number(row, outcome)?);
            }
            _ => return Err(table.fault(row, metric, "is no metric of Meridian")),
        }
    }
    gathered.each(|at, points| {
        for point in points {
            let key = (at, point.spend.to_bits());
            point.interval = lows.get(&key).copied().zip(highs.get(&key).copied());
        }
    });
    Ok(!lows.is_empty() && !highs.is_empty())
}

/// The metrics beside each other, as Meridian's plots have them: returns whether there are intervals.
/// Its `current_spend` is a label at multiplier 1, no amount.
fn read_wide(table: &Table, gathered: &mut Gathered) -> Result<bool, ImportError> {
    let (spend, mean) = (table.at("spend"), table.at("mean"));
    let bounds = table.column("ci_lo").zip(table.column("ci_hi"));
    for row in &table.rows {
        let at = gathered.place(&table.channel(row)?)?;
        let spent = table.amount(row, spend)?;
        let interval = match bounds {
            Some((low, high)) => Some((table.number(row, low)?, table.number(row, high)?)),
            None => None,
        };
        let revenue = table.amount(row, mean)?;
        gathered.push(at, Point { line: row.line, spend: spent, revenue, interval });
        note_present(table, row, gathered, at, spent)?;
    }
    Ok(bounds.is_some())
}

/// The spend at multiplier 1 is the present one.
fn note_present(
    table: &Table,
    row: &Row,
    gathered: &mut Gathered,
    at: usize,
    spent: f64,
) -> Result<(), ImportError> {
    if let Some(column) = table.column("spend_multiplier")
        && (table.amount(row, column)? - 1.0).abs() <= ONE_WIDTH
    {
        gathered.set_present(at, spent);
    }
    Ok(())
}
