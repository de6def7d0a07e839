//! A fitted model, what it attributes and what it plans → the figures of a mart.

use super::model::{
    CoefficientRow, ContributionRow, FeatureKind, MartModel, MartPlan, PerformanceRow,
    PredictionRow, ScenarioRow,
};
use crate::advice::mmm::attribution::Attribution;
use crate::advice::mmm::fitted::{Fitted, Method};
use crate::advice::mmm::health::{Check, Verdict};
use crate::advice::mmm::linear::Penalty;
use crate::advice::mmm::regressors::FeatureType;
use crate::advice::planning::{Horizon, PRESENT_SHARE, Scenario};

/// Plans of a model: the horizon that they are made for, and one for each total.
#[derive(Clone, Copy)]
pub struct Planned<'a> {
    /// What the next weeks would bring.
    pub horizon: &'a Horizon<'a>,
    /// A plan for each total.
    pub scenarios: &'a [Scenario],
    /// The probability of their intervals.
    pub confidence: f64,
}

/// The model as a mart states it: contributions over all periods, scores and predictions of those
/// that it had not seen, plans per week (or month).
pub fn fitted_model(
    fitted: &Fitted,
    attribution: &Attribution,
    planned: Option<Planned<'_>>,
    checks: &[Check],
) -> MartModel {
    let channels = &fitted.series.channels;
    let test = &fitted.scores_test;
    let (model_type, alpha) = match fitted.method {
        Method::Search => (fitted.method.name(), None),
        Method::Classic { penalty } => {
            (penalty.name(), (penalty != Penalty::None).then(|| penalty.alpha()))
        }
    };
    MartModel {
        name: fitted.method.name().to_owned(),
        revenue: attribution.predicted,
        contributions: attribution
            .channels
            .iter()
            .map(|channel| ContributionRow {
                campaign: channel.channel.clone(),
                contribution: channel.contribution.mean,
                spend: channel.spend,
            })
            .collect(),
        plans_per: planned.map_or("", |planned| planned.horizon.unit()),
        plan: planned.and_then(plan),
        campaigns: channels.iter().map(|channel| channel.name.clone()).collect(),
        scenarios: planned.map(scenarios).unwrap_or_default(),
        performance: Some(PerformanceRow {
            r2: test.r2,
            mae: test.mae,
            rmse: test.rmse,
            mape: test.mape,
            samples: test.periods,
            model_type: model_type.to_owned(),
            alpha,
        }),
        coefficients: coefficients(fitted),
        predictions: predictions(fitted),
        doubts: checks
            .iter()
            .filter(|check| check.verdict == Verdict::Fail)
            .map(|check| check.text.clone())
            .collect(),
        is_of_claims: false,
        advised: Vec::new(),
        pooled: None,
        of_families: None,
    }
}

/// The present total, shared out best.
fn plan(planned: Planned<'_>) -> Option<MartPlan> {
    let Planned { horizon, scenarios, confidence } = planned;
    let present = scenarios.iter().find(|scenario| scenario.share == PRESENT_SHARE)?;
    let names = horizon.channels().map(str::to_owned);
    Some(MartPlan {
        spends: names.zip(present.plan.spends.iter().copied()).collect(),
        revenue: present.revenue.mean,
        revenue_now: horizon.revenue(&horizon.present(), confidence).mean,
    })
}

fn scenarios(planned: Planned<'_>) -> Vec<ScenarioRow> {
    let row = |scenario: &Scenario| ScenarioRow {
        budget: scenario.total,
        revenue: scenario.revenue.mean,
        spends: scenario.plan.spends.clone(),
    };
    planned.scenarios.iter().map(row).collect()
}

/// Averaged over the candidates. That of a channel is per unit of its carried-over and saturated
/// spend.
fn coefficients(fitted: &Fitted) -> Vec<CoefficientRow> {
    let candidates = &fitted.candidates;
    let regressors = fitted.regressors.iter().enumerate().map(|(at, regressor)| CoefficientRow {
        feature: regressor.name.clone(),
        coefficient: candidates.iter().map(|it| it.weight * it.regressors[at]).sum(),
        kind: match regressor.kind {
            FeatureType::Intercept => FeatureKind::Intercept,
            FeatureType::Trend => FeatureKind::Trend,
            FeatureType::Season | FeatureType::Calendar | FeatureType::Holiday => {
                FeatureKind::Calendar
            }
            FeatureType::Control => FeatureKind::Control,
            FeatureType::Media => FeatureKind::Campaign,
        },
    });
    let media = fitted.series.channels.iter().enumerate().map(|(at, channel)| CoefficientRow {
        feature: channel.name.clone(),
        coefficient: candidates.iter().map(|it| it.weight * it.responses[at].coefficient).sum(),
        kind: FeatureKind::Campaign,
    });
    media.chain(regressors).collect()
}

fn predictions(fitted: &Fitted) -> Vec<PredictionRow> {
    let unseen = fitted.train..fitted.series.len();
    unseen
        .zip(&fitted.predicted_test)
        .map(|(at, predicted)| PredictionRow {
            day: fitted.series.periods[at],
            actual: fitted.series.outcome[at],
            predicted: *predicted,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advice::mmm::attribution::attribute;
    use crate::advice::mmm::classic::{self, Classic};
    use crate::advice::mmm::rows::DailyRow;
    use crate::domain::calendar::plus_days;

    /// Two channels that take turns, and revenue that follows them.
    fn rows() -> Vec<DailyRow> {
        let first = "2026-01-01".parse().expect("a day");
        let row = |day: u64, channel: &str, spend: f64| DailyRow {
            day: plus_days(first, day),
            channel: channel.to_owned(),
            spend: Some(spend),
            impressions: Some(1000.0),
            clicks: Some(100.0),
            conversions: Some(10.0),
            revenue: Some(if channel == "Brand" { 5.0 } else { 2.0 } * spend),
        };
        let spends = [10.0, 200.0, 40.0, 90.0, 150.0];
        (0u64..60)
            .zip(spends.into_iter().cycle())
            .flat_map(|(day, spend)| [row(day, "Brand", spend), row(day, "trend", 250.0 - spend)])
            .collect()
    }

    fn model(found: &Classic) -> MartModel {
        let fitted = found.fitted().expect("a model");
        fitted_model(&fitted, &attribute(&fitted, 0.9), None, &[])
    }

    #[test]
    fn contributions_and_the_days_without_media_sum_to_the_prediction() {
        let found = classic::run(&rows()).expect("a model");
        let model = model(&found);
        // Spend of 0 is a column of 0: what then remains is the baseline.
        let mut without = found.columns.clone();
        without[..2].iter_mut().for_each(|column| column.values.fill(0.0));
        let baseline: f64 = found.fit.predict(&without, 0, 60).iter().sum();
        let explained: f64 = model.contributions.iter().map(|row| row.contribution).sum();
        assert!((baseline + explained - model.revenue).abs() < 1e-6 * model.revenue.abs());
        // Twelve rounds of 490, and of 5 · 250 − 490.
        let spends: Vec<f64> = model.contributions.iter().map(|row| row.spend).collect();
        assert_eq!(spends, [5880.0, 9120.0]);
    }

    #[test]
    fn each_column_is_said_to_be_what_it_is() {
        let model = model(&classic::run(&rows()).expect("a model"));
        let kinds = |feature: &str| -> Vec<FeatureKind> {
            let rows = model.coefficients.iter().filter(|row| row.feature == feature);
            rows.map(|row| row.kind).collect()
        };
        assert_eq!(kinds("intercept"), [FeatureKind::Intercept]);
        assert_eq!(kinds("Brand"), [FeatureKind::Campaign]);
        // A channel may be called like a column of the preset.
        assert_eq!(kinds("trend"), [FeatureKind::Campaign, FeatureKind::Trend]);
        assert_eq!(kinds("is_weekend"), [FeatureKind::Calendar]);
    }

    #[test]
    fn predictions_are_of_the_last_fifth_of_the_days() {
        let model = model(&classic::run(&rows()).expect("a model"));
        assert_eq!(model.predictions.len(), 12);
        assert_eq!(model.predictions[0].day.to_string(), "2026-02-18");
        // Day 48, the fourth of its round: 5 · 90 + 2 · 160.
        assert!((model.predictions[0].actual - 770.0).abs() < 1e-9);
        let scores = model.performance.expect("scores");
        assert_eq!((scores.samples, scores.model_type.as_str()), (12, "ridge"));
    }
}
