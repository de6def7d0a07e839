//! How a command fails: an exit status, what happened, and what to do about it.

use crate::store::StoreError;
use crate::workflow::WorkflowError;

/// A failure with its exit status (DESIGN §7).
#[derive(Debug)]
pub struct CliError {
    /// 1 to 4.
    pub status: u8,
    /// What happened, one thing a line.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl CliError {
    /// Something was asked for that makes no sense.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { status: super::USAGE, message: message.into(), hint: Some(hint.into()) }
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self {
            status: error.exit_status(),
            message: error.to_string(),
            hint: error.hint().map(str::to_owned),
        }
    }
}

impl From<WorkflowError> for CliError {
    fn from(error: WorkflowError) -> Self {
        match error {
            WorkflowError::Store(error) => error.into(),
            WorkflowError::Key(error) => {
                Self { message: format!("nothing can be signed: {error}"), ..error.into() }
            }
            WorkflowError::Usage { message, hint } => Self::usage(message, hint),
            WorkflowError::Interrupted { .. } => {
                Self { status: 3, message: error.to_string(), hint: None }
            }
        }
    }
}
