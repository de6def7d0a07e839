//! Why a file is not taken, for people and for machines.

use std::path::Path;

use serde_json::{Value, json};

use crate::ingest::Rejection;
use crate::store::inbox::{TakenName, judge};

/// Why the inbox would not even look into the file of this name; `None`: it would.
pub fn of_name(path: &Path) -> Option<String> {
    match judge(path.file_name().unwrap_or_default()) {
        TakenName::Taken(_) => None,
        TakenName::Ignored(kind) => Some(kind.to_string()),
        TakenName::Companion { of, .. } => Some(format!(
            "it goes with {} and is looked at together with it",
            crate::domain::text::escape(of)
        )),
        TakenName::LeftAlone => Some("a name that senders give to files in the making".to_owned()),
    }
}

/// The first `lines_max` faults, each with its remedy where that is a new one.
pub fn lines(rejection: &Rejection, lines_max: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut said: Option<&String> = None;
    for fault in rejection.faults.iter().take(lines_max) {
        lines.push(fault.to_string());
        if let Some(hint) = fault.hint.as_ref().filter(|hint| said != Some(hint)) {
            lines.push(format!("  hint: {hint}"));
            said = Some(hint);
        }
    }
    lines
}

/// All faults that were kept.
pub fn machine(rejection: &Rejection) -> Value {
    let faults: Vec<Value> = rejection
        .faults
        .iter()
        .map(|fault| {
            json!({"line": fault.line, "column": fault.column, "value": fault.value,
                "reason": fault.reason.code(), "message": fault.to_string(), "hint": fault.hint,
                "times": fault.times})
        })
        .collect();
    json!({"faults_total": rejection.faults_total, "faults": faults})
}

/// `value` with the keys of `more`.
pub fn joined(mut value: Value, more: Value) -> Value {
    if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
        value.extend(more);
    }
    value
}
