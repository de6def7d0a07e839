//! Which strength of a penalty predicts best: folds that expand with time, so that no fit sees what
//! came after what it predicts.

use std::ops::Range;

use super::{Column, Penalty, Scaling, fit};
use crate::advice::mmm::failure::Failure;

/// The strengths that are tried, weakest first.
pub const PENALTIES: [f64; 7] = [0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0];

/// How many folds are tested.
const FOLDS: usize = 5;

/// What cross-validation chose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chosen {
    /// The penalty with the strength that predicts best; the weakest of equal ones.
    pub penalty: Penalty,
    /// Its mean absolute error, averaged over the folds.
    pub mae: f64,
}

/// For each fold the periods that are learnt from, beginning with the first, and those that are
/// predicted: the last five sixths in five equal parts, as scikit-learn's `TimeSeriesSplit`.
pub fn expanding_folds(periods: usize) -> Vec<(usize, Range<usize>)> {
    let size = periods / (FOLDS + 1);
    (0..FOLDS)
        .map(|fold| {
            let start = periods - (FOLDS - fold) * size;
            (start, start..start + size)
        })
        .collect()
}

/// Chooses the strength of `penalty` on the first `periods` of `columns`; with [`Scaling::Own`] each
/// fold is scaled by the part that it learns from.
///
/// # Errors
/// [`Failure::NotEnoughData`] with fewer than 12 periods, and what a fit may fail for.
pub fn choose_penalty(
    columns: &[Column],
    outcome: &[f64],
    periods: usize,
    penalty: Penalty,
    scaling: Scaling,
) -> Result<Chosen, Failure> {
    if periods < 2 * (FOLDS + 1) {
        return Err(Failure::NotEnoughData {
            periods,
            periods_min: 2 * (FOLDS + 1),
            unit: "periods",
            why: format!(" for {FOLDS} folds"),
        });
    }
    let folds = expanding_folds(periods);
    let mut best: Option<Chosen> = None;
    for alpha in PENALTIES {
        let penalty = penalty.with_alpha(alpha);
        let mut mae = 0.0;
        for (learnt, predicted) in &folds {
            let fitted = fit(columns, outcome, *learnt, penalty, scaling)?;
            let predictions = fitted.predict(columns, predicted.start, predicted.end);
            mae += crate::advice::mmm::scores::mae(&outcome[predicted.clone()], &predictions);
        }
        mae /= super::standardise::count(folds.len());
        if best.is_none_or(|best| mae < best.mae) {
            best = Some(Chosen { penalty, mae });
        }
        if penalty == Penalty::None {
            break;
        }
    }
    best.ok_or_else(|| Failure::OutOfRange { what: "the errors of all folds".to_owned() })
}
