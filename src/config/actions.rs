//! `[actions]` of an account → checked [`ActionSettings`].

use super::table::Table;
use super::value::Item;
use crate::domain::{ActionSettings, Risk};

/// The words of `risk`.
const QUANTILE: &str = "quantile";
const DEVIATIONS: &str = "deviations";

/// Deviations that are taken off where the file doesn't say how many.
const DEVIATIONS_SHIPPED: f64 = 1.0;

/// Reads `[actions]`.
pub(super) fn read(table: Table<'_>) -> Option<ActionSettings> {
    let shipped = ActionSettings::default();
    let hurdle = table.or("hurdle", shipped.hurdle, |item| item.number(0.01..=100.0));
    let is_quantile = table.or("risk", true, |item| is_quantile(&item));
    let confidence = table.or("confidence", shipped.confidence, |item| item.number(0.5..=0.999));
    let deviations = table.or("deviations", DEVIATIONS_SHIPPED, |item| item.number(0.0..=10.0));
    table.finish();
    Some(ActionSettings {
        hurdle: hurdle?,
        confidence: confidence?,
        risk: if is_quantile? {
            deviations?;
            Risk::Quantile
        } else {
            Risk::Deviations(deviations?)
        },
    })
}

fn is_quantile(item: &Item<'_>) -> Option<bool> {
    match item.text()? {
        QUANTILE => Some(true),
        DEVIATIONS => Some(false),
        _ => {
            let hint = format!("write \"{QUANTILE}\" or \"{DEVIATIONS}\"");
            item.fault("not a way to weigh a risk", hint);
            None
        }
    }
}
