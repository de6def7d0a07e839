//! A file and the names of some of its columns → a linear model. No account, source or ledger: a row
//! is whatever the file has one of.

use std::io::BufReader;
use std::path::Path;

use crate::advice::mmm::failure::Failure;
use crate::advice::mmm::linear::Column;
use crate::advice::mmm::linear::model::{LinearModel, LinearSettings, Observations, linear_model};
use crate::advice::mmm::regressors::number_columns;
use crate::ingest::{ColumnsError, ColumnsRequest, NumberColumns, read_columns};
use crate::store::{StoreError, files};
use crate::workflow::WorkflowError;

/// Bytes that are read at a time.
const BUFFER_BYTES: usize = 256 * 1024;

/// What is asked of a file.
#[derive(Debug, Clone)]
pub struct LinearRequest {
    /// The column that is explained.
    pub outcome: String,
    /// The columns that explain it.
    pub features: Vec<String>,
    /// Of these, the ones whose coefficients may not be negative.
    pub positive: Vec<String>,
    /// The column of days, which adds year, month and weekday as plain numbers.
    pub date: Option<String>,
    /// Columns and what must stand in them.
    pub filters: Vec<(String, String)>,
    /// How it is fitted.
    pub settings: LinearSettings,
}

/// A model and the rows that it was made of.
#[derive(Debug)]
pub struct LinearAnswer {
    /// The model, or why there is none.
    pub model: Result<LinearModel, Failure>,
    /// What became of the file's rows; without the values.
    pub read: NumberColumns,
    /// Columns of the calendar that are the same in every row.
    pub calendar_left_out: Vec<String>,
}

/// Reads and fits.
///
/// # Errors
/// [`WorkflowError::Usage`] where the file has no such columns, or cells that are no numbers.
pub fn linear_model_of_file(
    path: &Path,
    request: &LinearRequest,
) -> Result<LinearAnswer, WorkflowError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut numbers = vec![request.outcome.clone()];
    numbers.extend(request.features.iter().cloned());
    let wanted = ColumnsRequest {
        file_name: &name,
        limits: crate::domain::Limits::default(),
        numbers: &numbers,
        date: request.date.as_deref(),
        filters: &request.filters,
    };
    let input = BufReader::with_capacity(BUFFER_BYTES, files::open_regular(path)?);
    let mut read = read_columns(input, wanted).map_err(|error| match error {
        ColumnsError::Input(source) => {
            WorkflowError::Store(StoreError::machine("cannot read a file", path, source))
        }
        ColumnsError::File(what) => WorkflowError::Usage {
            message: format!("{}: {what}", path.display()),
            hint: "mend the file, or name other columns".to_owned(),
        },
    })?;
    let mut values = std::mem::take(&mut read.values).into_iter();
    let outcome = values.next().unwrap_or_default();
    let is_positive = |name: &String| request.positive.contains(name);
    let columns = request.features.iter().zip(values).map(|(name, values)| Column {
        name: name.clone(),
        values,
        is_positive: is_positive(name),
    });
    let mut features: Vec<Column> = columns.collect();
    let days = std::mem::take(&mut read.days);
    if request.date.is_some() {
        let calendar = number_columns(&days);
        features.extend(calendar.into_iter().map(|(name, values)| Column {
            name,
            values,
            is_positive: false,
        }));
    }
    let mut observed =
        Observations { outcome_name: request.outcome.clone(), outcome, features, days };
    observed.sort_by_day();
    let settings = request.settings;
    let calendar_left_out = observed.leave_out_constant(request.features.len(), settings.split);
    Ok(LinearAnswer { model: linear_model(&observed, settings), read, calendar_left_out })
}
