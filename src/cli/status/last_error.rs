//! The log files → the newest error that the daemon told of.

use std::path::Path;

use serde_json::{Value, json};

use crate::domain::text::escape;
use crate::store::files;

/// Log files that are looked into, the newest, one a day.
const FILES_MAX: usize = 7;
/// Of the end of each.
const BYTES_MAX: u64 = 1 << 20;

/// An error that the daemon told of. Its text is escaped.
pub(super) struct LastError {
    /// When, in UTC, as the log has it.
    at: String,
    text: String,
}

impl LastError {
    /// The newest in the files of `logs`; `None`: there is none, or nothing that can be read.
    pub fn find(logs: &Path) -> Option<Self> {
        let found = files::list(logs, "jsonl").ok()?;
        found.iter().rev().take(FILES_MAX).find_map(|path| {
            let text = files::read_end(path, BYTES_MAX).ok()?;
            text.lines().rev().find_map(Self::parse)
        })
    }

    fn parse(line: &str) -> Option<Self> {
        let record: Value = serde_json::from_str(line).ok()?;
        if record["level"] != "ERROR" {
            return None;
        }
        let fields = &record["fields"];
        let field = |name: &str| fields[name].as_str();
        let mut text = field("message")?.to_owned();
        if let Some(account) = field("account") {
            text = format!("account {account}: {text}");
        }
        if let Some(why) = field("error").or_else(|| field("why")) {
            text.push_str(&format!(": {why}"));
        }
        Some(Self { at: escape(record["timestamp"].as_str()?), text: escape(&text) })
    }

    pub fn words(&self) -> String {
        let at = self.at.get(..16).map_or_else(|| self.at.clone(), |at| at.replacen('T', " ", 1));
        format!("{at}Z, {}", self.text)
    }

    pub fn machine(&self) -> Value {
        json!({"at": self.at, "text": self.text})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_error_is_found_over_the_days_and_named_with_its_account() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(LastError::find(folder.path()).is_none());
        let line = |level: &str, fields: &str| {
            format!(
                "{{\"timestamp\":\"2026-01-05T06:30:00.1Z\",\"level\":\"{level}\",\"fields\":{{{fields}}}}}\n"
            )
        };
        let error = line("ERROR", "\"message\":\"m\",\"account\":\"main\",\"error\":\"e\\u001b\"");
        let older = line("ERROR", "\"message\":\"older\"");
        let write = |name: &str, text: String| {
            files::write_new(&folder.path().join(name), text.as_bytes()).expect("written");
        };
        write("budgetd.2026-01-05.jsonl", older + &error + &line("WARN", "\"message\":\"w\""));
        write("budgetd.2026-01-06.jsonl", "torn".to_owned() + &line("INFO", "\"message\":\"i\""));
        let found = LastError::find(folder.path()).expect("one");
        assert_eq!(found.words(), "2026-01-05 06:30Z, account main: m: e\\u{1b}");
    }
}
