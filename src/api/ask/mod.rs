//! Questions to the models: `/predict`, what-if, plan. The answers are advice; nothing is kept of a question,
//! and no budget reads an answer.

pub(super) mod features;
pub(super) mod plan;
pub(super) mod predict;
pub(super) mod whatif;

use serde::Serialize;
use utoipa::ToSchema;

use super::models::Answers;
use super::problem::{Problem, Wrong};
use crate::advice::mmm::spread::Estimate;

/// No amount is larger, here as in files.
const AMOUNT_MAX: f64 = 1e13;

/// Which model answers.
#[derive(Serialize, ToSchema)]
pub(super) struct ModelView {
    /// The first day that it learnt from.
    #[schema(format = Date)]
    learnt_from: String,
    /// The last one.
    #[schema(format = Date)]
    learnt_to: String,
    /// Whether it explains the revenue that platforms claim, for want of the business's own.
    is_of_claims: bool,
}

/// An amount of spend and what it brings per week.
#[derive(Serialize, ToSchema)]
pub(super) struct Brought {
    /// Spend per week.
    spend: f64,
    /// The expected revenue per week, what comes without media included.
    revenue: f64,
    /// The lower bound of it.
    low: f64,
    /// The upper bound of it.
    high: f64,
}

fn model_view(answers: &Answers) -> ModelView {
    let (first, last) = answers.learnt_from;
    ModelView {
        learnt_from: first.to_string(),
        learnt_to: last.to_string(),
        is_of_claims: answers.is_of_claims,
    }
}

fn brought(spend: f64, estimate: Estimate) -> Brought {
    let Estimate { mean, low, high } = estimate;
    Brought { spend, revenue: mean, low, high }
}

/// What a reader should look at before following an answer.
fn notes(answers: &Answers, spends: &[f64]) -> Vec<String> {
    let mut notes = Vec::new();
    if answers.is_of_claims {
        notes.push(
            "no revenue of the business is known: the model explains what platforms claim"
                .to_owned(),
        );
    }
    let beyond: Vec<&str> = (0..spends.len())
        .filter(|at| !answers.horizon.is_within_history(*at, spends[*at]))
        .map(|at| answers.names[at].as_str())
        .collect();
    if !beyond.is_empty() {
        notes.push(format!(
            "more than ever spent in a {}, where the answer is the curve's word alone: {}",
            answers.horizon.unit(),
            beyond.join(", ")
        ));
    }
    notes.push("advice only: no budget reads this".to_owned());
    notes
}

/// A probability that intervals can have.
fn confidence(asked: Option<f64>, usual: f64) -> Result<f64, Problem> {
    match asked {
        None => Ok(usual),
        Some(asked) if (0.5..=0.999).contains(&asked) => Ok(asked),
        Some(_) => Err(Problem::unprocessable(
            "confidence is from 0.5 to 0.999",
            vec![wrong("confidence", "from 0.5 to 0.999")],
        )),
    }
}

fn wrong(feature: &str, message: impl Into<String>) -> Wrong {
    Wrong { index: None, feature: feature.to_owned(), message: message.into() }
}
