//! `budgetd model linear`: a plain linear model of the columns of any CSV file, as analysts keep one
//! in a notebook. It needs no account and takes nothing.

use std::path::PathBuf;

use serde_json::json;

use super::output::{BAD, FAINT, STRONG, paint};
use super::{CliError, Context, DONE, Ending, NO, parse_day};
use crate::advice::mmm::fit::Split;
use crate::advice::mmm::linear::Penalty;
use crate::advice::mmm::linear::file::{linear_file, machine};
use crate::advice::mmm::linear::model::{LinearModel, LinearSettings};
use crate::advice::mmm::scores::Scores;
use crate::domain::Day;
use crate::domain::text::escape;
use crate::report::advice::estimate_text;
use crate::report::words::count;
use crate::workflow::{LinearAnswer, LinearRequest, linear_model_of_file};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A CSV file with a header, one row for each observation
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// The column that is explained
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// The columns that explain it, with commas between them
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', required = true)]
    features: Vec<String>,
    /// The column of days (2026-01-31): rows are learnt from in their order, and year, month and
    /// weekday (Monday is 0) become features, as plain numbers
    #[arg(long, value_name = "COLUMN")]
    date: Option<String>,
    /// Only rows with this in that column; may be repeated
    #[arg(long = "where", value_name = "COLUMN=TEXT", value_parser = parse_filter)]
    filters: Vec<(String, String)>,
    /// How coefficients are found; a penalty's strength is chosen by five expanding folds
    #[arg(long, value_name = "KIND", value_enum, default_value_t = Estimator::Ols)]
    estimator: Estimator,
    /// Features whose coefficients may not be negative, with commas between them
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    positive: Vec<String>,
    /// The share of the rows, the last ones, that tests the model; 0 tests nothing
    #[arg(long, value_name = "SHARE", default_value = "0.2", value_parser = parse_test_share)]
    test_share: f64,
    /// Test on the rows from this day on instead
    #[arg(long, value_name = "DAY", value_parser = parse_day, requires = "date",
        conflicts_with = "test_share")]
    test_from: Option<Day>,
    /// Write the model into this new file, for `budgetd whatif --linear`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The estimators.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum Estimator {
    /// Ordinary least squares
    Ols,
    /// A penalty on squares
    Ridge,
    /// A penalty on amounts, which leaves features out
    Lasso,
    /// Half of each
    ElasticNet,
}

impl Estimator {
    fn penalty(self) -> Penalty {
        match self {
            Self::Ols => Penalty::None,
            Self::Ridge => Penalty::Ridge { alpha: 1.0 },
            Self::Lasso => Penalty::Lasso { alpha: 1.0 },
            Self::ElasticNet => Penalty::ElasticNet { alpha: 1.0, lasso_share: 0.5 },
        }
    }
}

pub fn run(context: &Context, arguments: &Arguments) -> Ending {
    let unknown = arguments.positive.iter().find(|name| !arguments.features.contains(name));
    if let Some(unknown) = unknown {
        let unknown = escape(unknown);
        return Err(CliError::usage(
            format!("--positive names \"{unknown}\", which is no feature"),
            "write it as --features has it",
        ));
    }
    let split = arguments.test_from.map_or(Split::Share(arguments.test_share), Split::From);
    let request = LinearRequest {
        outcome: arguments.outcome.clone(),
        features: arguments.features.clone(),
        positive: arguments.positive.clone(),
        date: arguments.date.clone(),
        filters: arguments.filters.clone(),
        settings: LinearSettings { penalty: arguments.estimator.penalty(), split },
    };
    let answer = linear_model_of_file(&arguments.data, &request)?;
    let read = json!({"rows": answer.read.rows, "filtered": answer.read.filtered,
        "left_out": answer.read.left_out, "calendar_left_out": answer.calendar_left_out});
    match &answer.model {
        Ok(model) => {
            if let Some(path) = &arguments.out {
                crate::store::files::write_new(path, &linear_file(model))?;
            }
            show(context, &request, &answer, model);
            let mut told = machine(model);
            told["read"] = read;
            context.output.json(&told);
            Ok(DONE)
        }
        Err(failure) => {
            let text = escape(&failure.to_string());
            context.output.line(format!("{} {text}", paint(BAD, "no model:")));
            tell_rows(context, &request, &answer);
            context.output.json(&json!({"model": "none", "reason": failure.code(), "text": text,
                "read": read}));
            Ok(NO)
        }
    }
}

fn show(context: &Context, request: &LinearRequest, answer: &LinearAnswer, model: &LinearModel) {
    let output = &context.output;
    let alpha = match model.penalty {
        Penalty::None => String::new(),
        penalty => format!(", alpha {}", penalty.alpha()),
    };
    output.line(format!(
        "{} {}: {}{alpha}, {}",
        paint(STRONG, "linear model of"),
        escape(&model.outcome),
        model.penalty.name(),
        count(model.rows, "row"),
    ));
    tell_rows(context, request, answer);
    output.line("");
    let mut rows = vec![vec![
        "(intercept)".to_owned(),
        estimate_text(model.intercept),
        String::new(),
        estimate_text(model.intercept),
    ]];
    rows.extend(model.features.iter().map(|feature| {
        let mean = feature.mean.unwrap_or_default();
        vec![
            escape(&feature.name),
            estimate_text(feature.coefficient),
            estimate_text(mean),
            estimate_text(feature.coefficient * mean),
        ]
    }));
    output.table(&["feature", "coefficient", "mean", "together"], &[1, 2, 3], rows);
    output.line("");
    let shown = |name: &str, scores: &Scores| {
        let r2 = scores.r2.map_or_else(|| "-".to_owned(), |r2| format!("{r2:.3}"));
        let mape = scores.mape.map_or_else(|| "-".to_owned(), |it| format!("{:.1} %", it * 100.0));
        format!(
            "{name}: R² {r2}, mean error {} ({mape}), root of squares {}, {}",
            estimate_text(scores.mae),
            estimate_text(scores.rmse),
            count(scores.periods, "row")
        )
    };
    output.line(shown("learnt from", &model.scores_train));
    match &model.scores_test {
        Some(scores) => output.line(shown("not seen   ", scores)),
        None => output.line("not seen   : no row tests it"),
    }
    let order = if request.date.is_some() { "their days" } else { "the file" };
    output.line(paint(
        FAINT,
        &format!("rows in the order of {order}; scored before the test was learnt from, too"),
    ));
}

fn tell_rows(context: &Context, request: &LinearRequest, answer: &LinearAnswer) {
    let read = &answer.read;
    let told = if read.filtered > 0 {
        format!("{} read, {} left out by --where", read.rows, read.filtered)
    } else {
        format!("{} read", read.rows)
    };
    context.output.line(told);
    for name in &answer.calendar_left_out {
        context.output.line(format!("{name} is the same in every row, and so is no feature"));
    }
    if read.left_out == 0 {
        return;
    }
    let names = std::iter::once(&request.outcome).chain(&request.features).chain(&request.date);
    let unknown: Vec<String> = names
        .zip(&read.unknown)
        .filter(|(_, cells)| **cells > 0)
        .map(|(name, cells)| format!("{} {cells}", escape(name)))
        .collect();
    context.output.line(format!(
        "{} left out, since not everything is known (a blank is never 0): {}",
        read.left_out,
        unknown.join(", ")
    ));
}

fn parse_filter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| "write COLUMN=TEXT".to_owned())?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn parse_test_share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "write a share such as 0.2".to_owned())?;
    if (0.0..0.9).contains(&share) { Ok(share) } else { Err("from 0 to below 0.9".to_owned()) }
}
