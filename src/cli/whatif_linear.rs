//! `budgetd whatif --linear FILE`: what a linear model predicts for given features, and what changes
//! of them change. Each feature must be given: one that is missing is never 0.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::output::{STRONG, paint};
use super::{CliError, Context, DONE, Ending};
use crate::advice::mmm::linear::file::LinearFile;
use crate::advice::planning::{
    LinearChange, SpendChange, WhatIfError, linear_what_if, parse_changes,
};
use crate::domain::text::escape;
use crate::report::advice::estimate_text;
use crate::store::StoreError;

/// A model's file is at most so large.
const BYTES_MAX: u64 = 16 * 1024 * 1024;

pub fn run(context: &Context, path: &Path, at: &[String], changes: &[String]) -> Ending {
    let text = crate::store::files::read_text(path, BYTES_MAX)
        .map_err(|error| StoreError::machine("cannot read a model", path, error))?;
    let file = LinearFile::read(text.as_bytes()).map_err(|what| {
        CliError::usage(
            escape(&format!("{}: {what}", path.display())),
            "write one by `budgetd model linear --out FILE`",
        )
    })?;
    let names = file.names();
    let given = parse_changes(at, &names).map_err(|errors| usage(&errors))?;
    let features: BTreeMap<String, f64> = given
        .into_iter()
        .map(|(position, change)| match change {
            // A sign is that of the value here.
            SpendChange::To(value) | SpendChange::By(value) => {
                Ok((names[position].to_owned(), value))
            }
            SpendChange::Share(_) => Err(CliError::usage(
                format!("--at gives \"{}\" a share", escape(names[position])),
                "write an amount, such as 1200; shares are for --set",
            )),
        })
        .collect::<Result<_, _>>()?;
    let changes = parse_changes(changes, &names).map_err(|errors| usage(&errors))?;
    let fit = file.fit();
    let LinearChange { before, after } =
        linear_what_if(&fit, &names, &features, &changes).map_err(|errors| usage(&errors))?;
    let output = &context.output;
    let outcome = file.outcome.as_deref().map_or_else(|| "prediction".to_owned(), escape);
    output.line(format!("{} {before:.2}", paint(STRONG, &outcome)));
    let effects: Vec<(usize, f64, f64)> = changes
        .iter()
        .map(|(position, change)| {
            let was = features[names[*position]];
            (*position, was, change.of(was))
        })
        .collect();
    if !effects.is_empty() {
        let rows = effects.iter().map(|(position, was, then)| {
            let effect = fit.coefficients[*position] * (then - was);
            vec![
                escape(names[*position]),
                estimate_text(*was),
                estimate_text(*then),
                format!("{effect:+.2}"),
            ]
        });
        output.table(&["feature", "now", "then", "effect"], &[1, 2, 3], rows.collect());
        output.line(format!("then {after:.2} ({:+.2})", after - before));
    }
    let told = effects.iter().map(|(position, was, then)| {
        json!({"feature": names[*position], "before": was, "after": then,
            "effect": fit.coefficients[*position] * (then - was)})
    });
    output.json(&json!({"outcome": file.outcome, "before": before, "after": after,
        "difference": after - before, "changes": told.collect::<Vec<_>>()}));
    Ok(DONE)
}

fn usage(errors: &[WhatIfError]) -> CliError {
    let texts: Vec<String> = errors.iter().map(|error| escape(&error.to_string())).collect();
    CliError::usage(
        texts.join("; "),
        "for example --at \"google_paid_search_spend=1200\" --set \"google_paid_search_spend=+10%\"",
    )
}
