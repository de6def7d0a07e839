//! A linear model as a file: JSON with an intercept and a coefficient for each feature. Coefficients
//! that were published elsewhere can be written down by hand.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::LinearFit;
use super::model::{Feature, LinearModel};
use crate::advice::mmm::scores::Scores;

/// The number of this description.
const FORMAT: u32 = 1;

/// What of such a file is needed to predict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearFile {
    /// What it predicts, where it says so.
    #[serde(default)]
    pub outcome: Option<String>,
    /// The prediction where all features are 0.
    pub intercept: f64,
    /// Its features.
    pub features: Vec<Feature>,
    /// The number of the description; a file by hand may leave it out.
    #[serde(default)]
    format: Option<u32>,
}

impl LinearFile {
    /// Reads one; further keys are for people.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let file: Self = serde_json::from_slice(bytes).map_err(|error| {
            format!("{error}; it needs \"intercept\" and \"features\": [{{\"name\": …, \"coefficient\": …}}]")
        })?;
        if let Some(format) = file.format.filter(|format| *format > FORMAT) {
            return Err(format!("its format is {format}, and this program knows up to {FORMAT}"));
        }
        if file.features.is_empty() {
            return Err("it has no features".to_owned());
        }
        let mut names = BTreeSet::new();
        match file.features.iter().find(|feature| !names.insert(feature.name.as_str())) {
            Some(twice) => Err(format!("it has the feature \"{}\" twice", twice.name)),
            None => Ok(file),
        }
    }

    /// The model without names.
    pub fn fit(&self) -> LinearFit {
        let coefficients = self.features.iter().map(|feature| feature.coefficient).collect();
        LinearFit { intercept: self.intercept, coefficients }
    }

    /// The names of the features, in the order of the coefficients.
    pub fn names(&self) -> Vec<&str> {
        self.features.iter().map(|feature| feature.name.as_str()).collect()
    }
}

/// The file of a model that was fitted here; coefficients have every digit.
pub fn linear_file(model: &LinearModel) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(&machine(model)).expect("JSON of plain values");
    text.push(b'\n');
    text
}

/// The same as a value.
pub fn machine(model: &LinearModel) -> Value {
    let scores = |scores: &Scores| {
        json!({"rows": scores.periods, "r2": scores.r2, "mae": scores.mae, "rmse": scores.rmse,
            "nrmse": scores.nrmse, "mape": scores.mape})
    };
    json!({
        "format": FORMAT,
        "model": "linear",
        "outcome": model.outcome,
        "estimator": model.penalty.name(),
        "alpha": model.penalty.alpha(),
        "rows": model.rows,
        "scores": {
            "train": scores(&model.scores_train),
            "test": model.scores_test.as_ref().map(scores),
        },
        "intercept": model.intercept,
        "features": model.features,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_by_hand_needs_no_more_than_coefficients() {
        let text = br#"{"intercept": -2.5, "features": [{"name": "tv", "coefficient": 3e2}]}"#;
        let file = LinearFile::read(text).expect("a model");
        assert_eq!(file.fit(), LinearFit { intercept: -2.5, coefficients: vec![300.0] });
        assert_eq!(file.names(), ["tv"]);
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        for (text, said) in [
            (r#"{"intercept": 1}"#, "missing field `features`"),
            (r#"{"intercept": 1, "features": []}"#, "it has no features"),
            (r#"{"intercept": 1, "features": [{"name": "a"}]}"#, "missing field `coefficient`"),
            (
                r#"{"intercept": 1, "features": [{"name": "a", "coefficient": 1},
                    {"name": "a", "coefficient": 2}]}"#,
                "the feature \"a\" twice",
            ),
            (
                r#"{"format": 2, "intercept": 1, "features": [{"name": "a", "coefficient": 1}]}"#,
                "its format is 2",
            ),
            (r#"{"intercept": 1e999, "features": []}"#, "number out of range"),
        ] {
            let error = LinearFile::read(text.as_bytes()).expect_err("wrong");
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
