//! "What if": changed spends of some channels, or changed features of a linear model → what changes
//! with them.

use std::collections::BTreeMap;

use super::horizon::Horizon;
use crate::advice::mmm::linear::LinearFit;
use crate::advice::mmm::spread::Estimate;
use crate::domain::nearest::nearest;
use crate::domain::text::folded;

/// A change of one channel's weekly spend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SpendChange {
    /// By a share of it: 0.3 is 30 % more.
    Share(f64),
    /// By an amount.
    By(f64),
    /// To an amount.
    To(f64),
}

impl SpendChange {
    /// The spend after it.
    pub fn of(self, before: f64) -> f64 {
        match self {
            Self::Share(share) => before * (1.0 + share),
            Self::By(amount) => before + amount,
            Self::To(amount) => amount,
        }
    }
}

/// What is wrong with a change.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum WhatIfError {
    /// It isn't written as one.
    #[error("\"{text}\" is no change: write NAME=+30%, NAME=-5000 or NAME=12000")]
    Malformed {
        /// As it was written.
        text: String,
    },
    /// The model has no such channel or feature.
    #[error("the model has no \"{name}\"{hint}")]
    Unknown {
        /// As it was written.
        name: String,
        /// "; did you mean …?", or nothing.
        hint: String,
    },
    /// The same channel is changed twice.
    #[error("\"{name}\" is changed twice")]
    Twice {
        /// The channel.
        name: String,
    },
    /// Nothing can be spent less than nothing.
    #[error("\"{name}\" would spend {after:.2}: it spends {before:.2} now")]
    Negative {
        /// The channel.
        name: String,
        /// Its present spend.
        before: f64,
        /// What it would be.
        after: f64,
    },
    /// Nobody told what the channel spends now.
    #[error("what \"{name}\" spends now is not known: tell it by --present \"{name}=AMOUNT\"")]
    NoPresent {
        /// The channel.
        name: String,
    },
    /// A linear model needs each of its features.
    #[error("the feature \"{name}\" is missing; a missing value is never 0")]
    Missing {
        /// The feature.
        name: String,
    },
}

/// Reads changes (`Google Ads=+30%`, `Email=-5000`, `Email=12000`) of the names in `known`, compared
/// without case: positions and changes.
///
/// # Errors
/// All that is wrong, at once.
pub fn parse_changes(
    texts: &[String],
    known: &[&str],
) -> Result<Vec<(usize, SpendChange)>, Vec<WhatIfError>> {
    let mut changes: Vec<(usize, SpendChange)> = Vec::new();
    let mut errors = Vec::new();
    for text in texts {
        match parse_change(text, known) {
            Ok((at, _)) if changes.iter().any(|(known, _)| *known == at) => {
                errors.push(WhatIfError::Twice { name: known[at].to_owned() });
            }
            Ok(change) => changes.push(change),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(changes) } else { Err(errors) }
}

fn parse_change(text: &str, known: &[&str]) -> Result<(usize, SpendChange), WhatIfError> {
    let malformed = || WhatIfError::Malformed { text: text.to_owned() };
    // A name may hold an equals sign, an amount can't.
    let (name, change) = text.rsplit_once('=').ok_or_else(malformed)?;
    let (name, change) = (name.trim(), change.trim());
    let change = if let Some(percent) = change.strip_suffix('%') {
        let share = number(percent.trim()).ok_or_else(malformed)? / 100.0;
        let is_signed = percent.starts_with(['+', '-']);
        if is_signed { SpendChange::Share(share) } else { return Err(malformed()) }
    } else {
        let amount = number(change).ok_or_else(malformed)?;
        if change.starts_with(['+', '-']) {
            SpendChange::By(amount)
        } else {
            SpendChange::To(amount)
        }
    };
    let at = known.iter().position(|known| folded(known) == folded(name));
    let at = at.ok_or_else(|| {
        let near = nearest(name, known.iter().copied());
        let hint = near.map_or_else(
            || format!("; it has {}", known.join(", ")),
            |near| format!("; did you mean \"{near}\"?"),
        );
        WhatIfError::Unknown { name: name.to_owned(), hint }
    })?;
    Ok((at, change))
}

fn number(text: &str) -> Option<f64> {
    let plain = |letter: char| letter.is_ascii_digit() || matches!(letter, '+' | '-' | '.');
    let number = text.chars().all(plain).then(|| text.parse::<f64>().ok()).flatten();
    number.filter(|number| number.is_finite())
}

/// What changed spends would change, per week.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf {
    /// Per channel: spend before and after, and the change of revenue by this channel alone.
    pub channels: Vec<(String, f64, f64, Estimate)>,
    /// The change of the total spend.
    pub spend: f64,
    /// The change of revenue, all channels together.
    pub revenue: Estimate,
}

/// Answers for the changes of [`parse_changes`].
///
/// # Errors
/// [`WhatIfError::Negative`] for each spend that would be.
pub fn what_if(
    horizon: &Horizon<'_>,
    changes: &[(usize, SpendChange)],
    confidence: f64,
) -> Result<WhatIf, Vec<WhatIfError>> {
    let before = horizon.present();
    let mut after = before.clone();
    for (at, change) in changes {
        after[*at] = change.of(before[*at]);
    }
    let names: Vec<&str> = horizon.channels().collect();
    let errors: Vec<WhatIfError> = (0..after.len())
        .filter(|at| after[*at] < 0.0)
        .map(|at| WhatIfError::Negative {
            name: names[at].to_owned(),
            before: before[at],
            after: after[at],
        })
        .collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    let channels = (0..after.len()).map(|at| {
        let mut alone = before.clone();
        alone[at] = after[at];
        let revenue = horizon.difference(&before, &alone, confidence);
        (names[at].to_owned(), before[at], after[at], revenue)
    });
    Ok(WhatIf {
        channels: channels.collect(),
        spend: after.iter().sum::<f64>() - before.iter().sum::<f64>(),
        revenue: horizon.difference(&before, &after, confidence),
    })
}

/// What a linear model predicts before and after.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearChange {
    /// The prediction for the features as they are.
    pub before: f64,
    /// The prediction for the changed ones.
    pub after: f64,
}

/// The predictions of a linear model whose columns are called `names`, for `features` by name and
/// changes of some of them.
///
/// # Errors
/// A feature of the model that is not there, and one that the model doesn't have.
pub fn linear_what_if(
    fit: &LinearFit,
    names: &[&str],
    features: &BTreeMap<String, f64>,
    changes: &[(usize, SpendChange)],
) -> Result<LinearChange, Vec<WhatIfError>> {
    let missing = names.iter().filter(|name| !features.contains_key(**name));
    let mut errors: Vec<WhatIfError> =
        missing.map(|name| WhatIfError::Missing { name: (*name).to_owned() }).collect();
    let unknown = features.keys().filter(|name| !names.contains(&name.as_str()));
    errors.extend(
        unknown.map(|name| WhatIfError::Unknown { name: name.clone(), hint: String::new() }),
    );
    if !errors.is_empty() {
        return Err(errors);
    }
    let before: Vec<f64> = names.iter().map(|name| features[*name]).collect();
    let mut after = before.clone();
    for (at, change) in changes {
        after[*at] = change.of(before[*at]);
    }
    let predict = |values: &[f64]| fit.predict_one(values).expect("one value for each column");
    Ok(LinearChange { before: predict(&before), after: predict(&after) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(texts: &[&str]) -> Result<Vec<(usize, SpendChange)>, Vec<WhatIfError>> {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        parse_changes(&texts, &["Google Ads", "Email"])
    }

    #[test]
    fn changes_are_read_by_their_sign_and_name() {
        assert_eq!(
            parse(&["google ads=+30%", " Email = -5000"]),
            Ok(vec![(0, SpendChange::Share(0.3)), (1, SpendChange::By(-5000.0))])
        );
        assert_eq!(parse(&["EMAIL=12000.5"]), Ok(vec![(1, SpendChange::To(12_000.5))]));
        assert_eq!(SpendChange::Share(-0.25).of(80.0), 60.0);
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let errors = parse(&["Emial=5", "Email", "Email=30%", "Email=1", "email=2", "Email=1e9"])
            .expect_err("wrong");
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(texts.len(), 5, "{texts:?}");
        assert_eq!(texts[0], "the model has no \"Emial\"; did you mean \"Email\"?");
        assert!(texts[1].starts_with("\"Email\" is no change"));
        assert!(texts[2].starts_with("\"Email=30%\" is no change"));
        assert_eq!(texts[3], "\"Email\" is changed twice");
        assert!(texts[4].starts_with("\"Email=1e9\" is no change"));
    }

    #[test]
    fn a_linear_model_changes_by_coefficient_times_change_and_misses_nothing() {
        let fit = LinearFit { intercept: 10.0, coefficients: vec![2.0, -3.0] };
        let names = ["spend", "month"];
        let mut features = BTreeMap::from([("spend".to_owned(), 100.0), ("month".to_owned(), 5.0)]);
        let changes = [(0, SpendChange::Share(0.5))];
        let found = linear_what_if(&fit, &names, &features, &changes).expect("complete");
        // 10 + 200 − 15 and 10 + 300 − 15.
        assert_eq!((found.before, found.after), (195.0, 295.0));
        features.remove("month");
        let errors = linear_what_if(&fit, &names, &features, &changes).expect_err("incomplete");
        assert_eq!(errors, [WhatIfError::Missing { name: "month".to_owned() }]);
    }
}
