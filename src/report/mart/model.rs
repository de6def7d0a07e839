//! What a marketing-mix model says, as plain figures that any model can fill in → the six tables
//! whose names begin with `mmm_`. Money in major units, percentages in per cent.

use std::collections::BTreeSet;

use super::names::distinct;
use super::table::{Cell, Column, Kind, Table, optional, required};
use crate::advice::uncertainty::actions::Action;
use crate::domain::Day;

/// What a model says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MartModel {
    /// Its name, as `meta` states it: "classic", "search".
    pub name: String,
    /// The revenue that it gives the days or weeks it saw: baseline and all contributions.
    pub revenue: f64,
    /// What each campaign added to that revenue.
    pub contributions: Vec<ContributionRow>,
    /// What amounts of plans are for: "week" or "month"; empty without plans.
    pub plans_per: &'static str,
    /// The best use of the budget.
    pub plan: Option<MartPlan>,
    /// The campaigns that the scenarios give spend to, in the order of their spends.
    pub campaigns: Vec<String>,
    /// The best use of other budgets.
    pub scenarios: Vec<ScenarioRow>,
    /// How well it predicts.
    pub performance: Option<PerformanceRow>,
    /// Its coefficients.
    pub coefficients: Vec<CoefficientRow>,
    /// What it predicted for days that it had not learnt from.
    pub predictions: Vec<PredictionRow>,
    /// What speaks against believing it: the checks that it fails, in words.
    pub doubts: Vec<String>,
    /// Whether it explains what platforms claim, for want of the business's own revenue.
    pub is_of_claims: bool,
    /// What it advises for each channel; empty where it says nothing of actions.
    pub advised: Vec<(String, Action)>,
    /// What it learnt from other accounts, in a sentence; `None`: nothing.
    pub pooled: Option<String>,
    /// Where a family of curves without a fixed shape foretells clearly better, or tells other things
    /// of a channel, in words.
    pub of_families: Option<String>,
}

/// What a campaign added.
#[derive(Debug, Clone, PartialEq)]
pub struct ContributionRow {
    /// The campaign or channel.
    pub campaign: String,
    /// Revenue that its spend brought.
    pub contribution: f64,
    /// What was spent on it in the same time.
    pub spend: f64,
}

/// The best use of a budget.
#[derive(Debug, Clone, PartialEq)]
pub struct MartPlan {
    /// Spend per campaign.
    pub spends: Vec<(String, f64)>,
    /// Revenue expected of it.
    pub revenue: f64,
    /// Revenue expected of the budget as it is spent now.
    pub revenue_now: f64,
}

/// The best use of one of several budgets.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioRow {
    /// The budget.
    pub budget: f64,
    /// Revenue expected of it.
    pub revenue: f64,
    /// Spend per campaign, in the order of [`MartModel::campaigns`].
    pub spends: Vec<f64>,
}

/// How well a model predicts what it had not seen.
#[derive(Debug, Clone, PartialEq)]
pub struct PerformanceRow {
    /// Share of the variance that it explains; `None` where there is none.
    pub r2: Option<f64>,
    /// Mean absolute error.
    pub mae: f64,
    /// Root of the mean squared error.
    pub rmse: f64,
    /// Mean absolute error as a share of the revenue.
    pub mape: Option<f64>,
    /// How many days or weeks it predicted.
    pub samples: usize,
    /// Its kind: "ridge", "ols".
    pub model_type: String,
    /// The strength of its penalty; `None` without one.
    pub alpha: Option<f64>,
}

/// A coefficient.
#[derive(Debug, Clone, PartialEq)]
pub struct CoefficientRow {
    /// The column of the model.
    pub feature: String,
    /// Revenue per unit of that column.
    pub coefficient: f64,
    /// What the column is.
    pub kind: FeatureKind,
}

/// What a column of a model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FeatureKind {
    /// The prediction where all columns are 0.
    Intercept,
    /// The spend of a campaign, after carryover and saturation.
    Campaign,
    /// Weekdays, months, holidays, season.
    Calendar,
    /// The trend.
    Trend,
    /// What isn't paid for.
    Control,
}

impl FeatureKind {
    /// Its name in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intercept => "intercept",
            Self::Campaign => "campaign",
            Self::Calendar => "calendar",
            Self::Trend => "trend",
            Self::Control => "control",
        }
    }
}

/// What a model predicted, and what came.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictionRow {
    /// The day, or the first day of the week.
    pub day: Day,
    /// The revenue that came.
    pub actual: f64,
    /// The revenue that it predicted.
    pub predicted: f64,
}

/// The six tables of `model`.
pub(super) fn tables(model: &MartModel) -> [Table<'_>; 6] {
    [
        contributions(model),
        optimization(model.plan.as_ref()),
        scenarios(model),
        performance(model.performance.as_ref()),
        coefficients(&model.coefficients),
        predictions(&model.predictions),
    ]
}

/// The largest contribution first, ties by name.
fn contributions(model: &MartModel) -> Table<'_> {
    let mut sorted: Vec<&ContributionRow> = model.contributions.iter().collect();
    sorted.sort_by(|one, other| {
        other
            .contribution
            .total_cmp(&one.contribution)
            .then_with(|| one.campaign.cmp(&other.campaign))
    });
    let rows = sorted.into_iter().map(|row| {
        vec![
            Cell::text(&row.campaign),
            Cell::real(row.contribution),
            share(100.0 * row.contribution, model.revenue),
            Cell::real(row.spend),
            share(row.contribution - row.spend, row.spend),
            share(row.contribution, row.spend),
        ]
    });
    let columns = [
        required([("Campaign", Kind::Text)]),
        optional([("Total_Contribution", Kind::Ratio), ("Percentage", Kind::Ratio)]),
        optional([("Total_Spend", Kind::Ratio), ("ROI", Kind::Ratio), ("ROAS", Kind::Ratio)]),
    ];
    table("mmm_channel_contributions", columns.concat(), 1, rows)
}

/// In the order of the plan. Revenue and its increase are those of the whole plan, in each row.
fn optimization(plan: Option<&MartPlan>) -> Table<'_> {
    let rows = plan.into_iter().flat_map(|plan| {
        let total: f64 = plan.spends.iter().map(|(_, spend)| spend).sum();
        plan.spends.iter().map(move |(campaign, spend)| {
            vec![
                Cell::text(campaign),
                Cell::real(*spend),
                share(100.0 * spend, total),
                Cell::real(plan.revenue),
                share(100.0 * (plan.revenue - plan.revenue_now), plan.revenue_now),
            ]
        })
    });
    let columns = [
        required([("Campaign", Kind::Text)]),
        optional([("Optimal_Spend", Kind::Ratio), ("Optimal_Pct", Kind::Ratio)]),
        optional([("Expected_Revenue", Kind::Ratio), ("Revenue_Increase_Pct", Kind::Ratio)]),
    ];
    table("mmm_budget_optimization", columns.concat(), 1, rows)
}

/// One row per budget, one column per campaign. Of equal budgets the first is shown.
fn scenarios(model: &MartModel) -> Table<'_> {
    let rows = model.scenarios.iter().map(|scenario| {
        let mut cells = vec![
            Cell::real(scenario.budget),
            Cell::real(scenario.revenue),
            share(scenario.revenue - scenario.budget, scenario.budget),
        ];
        let spends = (0..model.campaigns.len()).map(|at| scenario.spends.get(at).copied());
        cells.extend(spends.map(Cell::real));
        cells
    });
    let mut columns = required([("Total_Budget", Kind::Ratio)]);
    columns.extend(optional([("Predicted_Revenue", Kind::Ratio), ("Expected_ROI", Kind::Ratio)]));
    columns.extend(spend_columns(&model.campaigns).into_iter().map(|name| Column {
        name,
        kind: Kind::Ratio,
        is_required: false,
    }));
    table("mmm_budget_scenarios", columns, 1, rows)
}

/// The column of each campaign in `mmm_budget_scenarios`: its name and `_Spend`. SQL takes names
/// that differ in case alone for one, so a later one gets a number.
pub(super) fn spend_columns(campaigns: &[String]) -> Vec<String> {
    let wanted = campaigns.iter().map(|campaign| format!("{campaign}_Spend"));
    distinct(&["Total_Budget", "Predicted_Revenue", "Expected_ROI"], wanted)
}

fn performance(performance: Option<&PerformanceRow>) -> Table<'_> {
    let rows = performance.into_iter().map(|row| {
        vec![
            Cell::real(row.r2),
            Cell::real(row.mae),
            Cell::real(row.rmse),
            Cell::real(row.mape),
            Cell::Whole(i64::try_from(row.samples).unwrap_or(i64::MAX)),
            Cell::text(&row.model_type),
            Cell::real(row.alpha),
        ]
    });
    let columns = [
        optional([("r2", Kind::Ratio), ("mae", Kind::Ratio), ("rmse", Kind::Ratio)]),
        optional([("mape", Kind::Ratio)]),
        required([("n_samples", Kind::Whole), ("model_type", Kind::Text)]),
        optional([("regularization_alpha", Kind::Ratio)]),
    ];
    table("mmm_model_performance", columns.concat(), 0, rows)
}

/// The largest by absolute value first, ties by name and kind.
fn coefficients(coefficients: &[CoefficientRow]) -> Table<'_> {
    let mut sorted: Vec<&CoefficientRow> = coefficients.iter().collect();
    sorted.sort_by(|one, other| {
        other
            .coefficient
            .abs()
            .total_cmp(&one.coefficient.abs())
            .then_with(|| (&one.feature, one.kind).cmp(&(&other.feature, other.kind)))
    });
    let rows = sorted.into_iter().map(|row| {
        vec![Cell::text(&row.feature), Cell::real(row.coefficient), Cell::text(row.kind.name())]
    });
    let columns = [
        required([("Feature", Kind::Text)]),
        optional([("Coefficient", Kind::Ratio)]),
        required([("Feature_Type", Kind::Text)]),
    ];
    let mut table = table("mmm_model_coefficients", columns.concat(), 0, rows);
    // A campaign may be called "trend".
    table.primary_key = vec![0, 2];
    keep_first(&mut table);
    table
}

/// The error is what came less what was predicted.
fn predictions(predictions: &[PredictionRow]) -> Table<'_> {
    let rows = predictions.iter().map(|row| {
        vec![
            Cell::text(row.day.to_string()),
            Cell::real(row.actual),
            Cell::real(row.predicted),
            Cell::real(row.actual - row.predicted),
        ]
    });
    let columns = [
        required([("date", Kind::Text)]),
        optional([("actual_revenue", Kind::Ratio), ("predicted_revenue", Kind::Ratio)]),
        optional([("error", Kind::Ratio)]),
    ];
    table("mmm_predictions", columns.concat(), 1, rows)
}

/// A quotient; nothing where the divisor is no positive number.
fn share<'a>(top: f64, bottom: f64) -> Cell<'a> {
    Cell::real((bottom > 0.0).then(|| top / bottom))
}

/// A table whose first `key` columns tell its rows apart.
fn table<'a>(
    name: &'static str,
    columns: Vec<Column>,
    key: usize,
    rows: impl Iterator<Item = Vec<Cell<'a>>>,
) -> Table<'a> {
    let mut table = Table {
        name,
        views: &[],
        columns,
        primary_key: (0..key).collect(),
        indexes: Vec::new(),
        rows: rows.collect(),
    };
    keep_first(&mut table);
    table
}

/// Leaves out rows whose key is empty or stood there before.
fn keep_first(table: &mut Table<'_>) {
    if table.primary_key.is_empty() {
        return;
    }
    let key = table.primary_key.clone();
    let mut seen = BTreeSet::new();
    table.rows.retain(|row| {
        !key.iter().any(|&at| row[at] == Cell::Null)
            && seen.insert(key.iter().map(|&at| format!("{:?}", row[at])).collect::<Vec<_>>())
    });
}

#[cfg(test)]
mod tests;
