//! What the classic preset found → the figures of a mart, but for plan and scenarios, which the
//! allocator makes.

use super::model::{
    CoefficientRow, ContributionRow, FeatureKind, MartModel, PerformanceRow, PredictionRow,
};
use crate::advice::mmm::classic::Classic;
use crate::advice::mmm::classic::clean::CleanRow;
use crate::advice::mmm::linear::Penalty;
use crate::advice::mmm::rows::DailyRow;

/// `classic` as a mart states it: contributions over all days, scores and predictions of the days
/// that the model had not seen, coefficients in the columns' own units.
pub fn classic_model(classic: &Classic) -> MartModel {
    let test = &classic.scores_test;
    let penalty = classic.penalty;
    MartModel {
        name: "classic".to_owned(),
        revenue: classic.predicted.iter().sum(),
        contributions: contributions(classic),
        plan: None,
        campaigns: classic.days.channels.clone(),
        scenarios: Vec::new(),
        performance: Some(PerformanceRow {
            r2: test.r2,
            mae: test.mae,
            rmse: test.rmse,
            mape: test.mape,
            samples: test.periods,
            model_type: penalty.name().to_owned(),
            alpha: (penalty != Penalty::None).then(|| penalty.alpha()),
        }),
        coefficients: coefficients(classic),
        predictions: predictions(classic),
    }
}

/// Rows in which everything is known, as rows in which not everything need be.
pub fn known_rows(rows: &[CleanRow]) -> Vec<DailyRow> {
    rows.iter()
        .map(|row| DailyRow {
            day: row.day,
            channel: row.channel.clone(),
            spend: Some(row.spend),
            impressions: Some(row.impressions),
            clicks: Some(row.clicks),
            conversions: Some(row.conversions),
            revenue: Some(row.revenue),
        })
        .collect()
}

/// The columns of media come first, in the order of the channels.
fn contributions(classic: &Classic) -> Vec<ContributionRow> {
    let days = &classic.days;
    days.channels
        .iter()
        .zip(&days.spend)
        .zip(classic.columns.iter().zip(&classic.fit.coefficients))
        .map(|((channel, spend), (column, coefficient))| ContributionRow {
            campaign: channel.clone(),
            contribution: coefficient * column.values.iter().sum::<f64>(),
            spend: spend.iter().sum(),
        })
        .collect()
}

fn coefficients(classic: &Classic) -> Vec<CoefficientRow> {
    let media = classic.days.channels.len();
    let columns = classic.columns.iter().zip(&classic.fit.coefficients).enumerate();
    let intercept = CoefficientRow {
        feature: "intercept".to_owned(),
        coefficient: classic.fit.intercept,
        kind: FeatureKind::Intercept,
    };
    std::iter::once(intercept)
        .chain(columns.map(|(position, (column, coefficient))| CoefficientRow {
            feature: column.name.clone(),
            coefficient: *coefficient,
            kind: match column.name.as_str() {
                _ if position < media => FeatureKind::Campaign,
                "trend" => FeatureKind::Trend,
                _ => FeatureKind::Calendar,
            },
        }))
        .collect()
}

fn predictions(classic: &Classic) -> Vec<PredictionRow> {
    let days = &classic.days;
    (classic.train..days.days.len())
        .map(|at| PredictionRow {
            day: days.days[at],
            actual: days.revenue[at],
            predicted: classic.predicted[at],
        })
        .collect()
}
