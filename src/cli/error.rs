//! How a command fails: an exit status, what happened, and what to do about it.

use crate::domain::text::escape;
use crate::store::StoreError;
use crate::workflow::WorkflowError;

/// A failure with its exit status (DESIGN §7).
#[derive(Debug, Clone)]
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
            message: escape(&without_errno(&error.to_string())),
            hint: error.hint().map(escape),
        }
    }
}

/// What the machine said without its number: "(os error 2)" tells people nothing.
fn without_errno(text: &str) -> String {
    match text.rsplit_once(" (os error ") {
        Some((before, number)) if number.ends_with(')') => before.to_owned(),
        _ => text.to_owned(),
    }
}

impl From<WorkflowError> for CliError {
    fn from(error: WorkflowError) -> Self {
        match error {
            WorkflowError::Store(error) => error.into(),
            WorkflowError::Key(error) => {
                let error = Self::from(error);
                Self { message: format!("nothing can be signed: {}", error.message), ..error }
            }
            WorkflowError::Usage { message, hint } => Self::usage(escape(&message), escape(&hint)),
            WorkflowError::Interrupted { .. } | WorkflowError::ClockBehind { .. } => {
                Self { status: 3, message: error.to_string(), hint: None }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_forges_no_line_and_moves_no_cursor() {
        let error = StoreError::Machine {
            what: "can't open",
            path: "a\nbudgetd: all is well\u{1b}[2J".into(),
            source: std::io::Error::from_raw_os_error(2),
        };
        let error = CliError::from(error);
        assert_eq!(
            error.message,
            "can't open: a\\nbudgetd: all is well\\u{1b}[2J: No such file or directory"
        );
        assert_eq!(error.status, 3);
    }
}
