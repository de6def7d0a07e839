//! Saturation curves of PyMC-Marketing as a table (`mmm.summary.saturation_curves()`): `x`, `channel`,
//! `mean`, `median`, and bounds by their probability. Its x is spend divided by the model's channel
//! scale, which the table doesn't have; it is asked for.

use super::channel::Point;
use super::error::ImportError;
use super::table::{Gathered, Row, Table, late_beginnings};
use super::{ImportedCurves, Told, channels_counted, listed, position};

pub(super) const TOOL: &str = "PyMC-Marketing";

/// Responses of money are larger; those of a model's own scale lie around 1.
const SCALED_MAX: f64 = 5.0;

pub(super) fn is(table: &Table) -> bool {
    table.has(&["channel", "x", "mean"])
}

pub(super) fn read(table: &Table, scales: &[Told]) -> Result<ImportedCurves, ImportError> {
    let (x, mean) = (table.at("x"), table.at("mean"));
    let bounds = bounds(table);
    let mut gathered = Gathered::default();
    let mut known: Vec<Option<f64>> = Vec::new();
    for row in &table.rows {
        let at = gathered.place(&table.channel(row)?)?;
        known.resize(gathered.names().len(), None);
        note_scale(table, row, &mut known[at])?;
        gathered.note_present(table, row, at)?;
        let interval = match &bounds {
            Some(bounds) => Some((table.number(row, bounds.low)?, table.number(row, bounds.high)?)),
            None => None,
        };
        let (spend, revenue) = (table.amount(row, x)?, table.amount(row, mean)?);
        gathered.push(at, Point { line: row.line, spend, revenue, interval });
    }
    for told in scales {
        known[position(told, gathered.names())?] = Some(told.amount);
    }
    let lacking = gathered
        .names()
        .iter()
        .zip(&known)
        .filter(|(_, scale)| scale.is_none())
        .map(|(name, _)| name);
    let lacking: Vec<&str> = lacking.map(String::as_str).collect();
    if !lacking.is_empty() {
        return Err(ImportError::NoScale { channels: listed(lacking.into_iter()) });
    }
    let mut best: f64 = 0.0;
    gathered.each(|at, points| {
        for point in points {
            point.spend *= known[at].unwrap_or(1.0);
            best = best.max(point.revenue);
        }
    });
    let channels = gathered.finish()?;
    let mut notes = vec![
        "a steady spend of a period is taken for the x of its curve, as it is where the model's \
         carryover is normalised"
            .to_owned(),
        if best < SCALED_MAX {
            format!(
                "no response is above {best:.2}: that looks like the model's own scale, in which no \
                 plan means anything; export with original_scale=True"
            )
        } else {
            "the response is taken to be in the original scale, as exports have it".to_owned()
        },
    ];
    notes.extend(late_beginnings(&channels));
    Ok(ImportedCurves {
        tool: TOOL,
        recognised: format!(
            "PyMC-Marketing saturation curves, {}",
            channels_counted(channels.len())
        ),
        unit_of_spend: "a period of the model (a week, where its data are weekly)".to_owned(),
        outcome: "revenue",
        interval: bounds.map(|bounds| format!("at {} %", bounds.percent)),
        notes,
        channels,
    })
}

/// The column `channel_scale`, which says the same in each row of a channel.
fn note_scale(table: &Table, row: &Row, known: &mut Option<f64>) -> Result<(), ImportError> {
    let Some(column) = table.column("channel_scale") else { return Ok(()) };
    let scale = table.amount(row, column)?;
    if scale <= 0.0 {
        return Err(table.fault(row, column, "is no scale: it is more than 0"));
    }
    match *known {
        Some(before) if before != scale => {
            Err(table.fault(row, column, "is not what the rows before say of this channel"))
        }
        _ => {
            *known = Some(scale);
            Ok(())
        }
    }
}

/// The columns of the bounds.
struct IntervalColumns {
    low: usize,
    high: usize,
    percent: u32,
}

/// `abs_error_94_lower` and `abs_error_94_upper`; of several the most probable.
fn bounds(table: &Table) -> Option<IntervalColumns> {
    let found = table.columns().filter_map(|(low, name)| {
        let percent = name.strip_prefix("abs_error_")?.strip_suffix("_lower")?;
        let high = table.column(&format!("abs_error_{percent}_upper"))?;
        Some(IntervalColumns { low, high, percent: percent.parse().ok()? })
    });
    found.max_by_key(|bounds| bounds.percent)
}
