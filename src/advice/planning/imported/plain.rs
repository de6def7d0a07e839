//! `channel,spend,revenue`, the format for any tool, and budgetd's own `response_curves.csv`, which is
//! the same with more columns.

use super::channel::Point;
use super::error::ImportError;
use super::table::{Gathered, Table, late_beginnings};
use super::{ImportedCurves, channels_counted};

/// The columns by which budgetd's own file is known.
const OWN: [&str; 4] = ["revenue_low", "revenue_high", "marginal_roas", "within_history"];

pub(super) fn is(table: &Table) -> bool {
    table.has(&["channel", "spend", "revenue"])
}

pub(super) fn read(table: &Table) -> Result<ImportedCurves, ImportError> {
    let (spend, revenue) = (table.at("spend"), table.at("revenue"));
    let bounds = table.column("revenue_low").zip(table.column("revenue_high"));
    let is_own = table.has(&OWN);
    let mut gathered = Gathered::default();
    for row in &table.rows {
        let mut name = table.channel(row)?;
        if is_own {
            name = without_mark(name);
        }
        let at = gathered.place(&name)?;
        gathered.note_present(table, row, at)?;
        let interval = match bounds {
            Some((low, high)) => Some((table.number(row, low)?, table.number(row, high)?)),
            None => None,
        };
        let (spend, revenue) = (table.amount(row, spend)?, table.amount(row, revenue)?);
        gathered.push(at, Point { line: row.line, spend, revenue, interval });
    }
    let channels = gathered.finish()?;
    let counted = channels_counted(channels.len());
    Ok(ImportedCurves {
        tool: if is_own { "budgetd" } else { "a plain table" },
        recognised: if is_own {
            format!("budgetd's own response curves, {counted}")
        } else {
            format!("response curves of a plain table, {counted}")
        },
        unit_of_spend: if is_own {
            "a period of the model (a day, where its data are daily), of steady spend".to_owned()
        } else {
            "the time that the file speaks of".to_owned()
        },
        outcome: "revenue",
        interval: bounds.map(|_| "as the file has them".to_owned()),
        notes: late_beginnings(&channels).into_iter().collect(),
        channels,
    })
}

/// budgetd writes a mark in front of names that a spreadsheet would take for a formula.
fn without_mark(name: String) -> String {
    match name.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest.to_owned(),
        _ => name,
    }
}
