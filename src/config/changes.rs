//! Two states of the configuration's files → what was changed between them, setting by setting, as a
//! person would say it.

use std::collections::BTreeMap;

use super::SourceText;
use super::hooks::host;
use crate::domain::Digest;
use crate::domain::text::escape;

/// Changes that are told one by one; more of them are counted.
const TOLD_MAX: usize = 100;

/// What differs between the files before and after: each setting with its old and its new value,
/// files that came and went. In the order of files and settings; text is escaped. Files that are no
/// TOML have no settings. Of a hook's address only the host is told and of its command only the
/// program: the rest may be a secret, and what is told stands in logs for ever.
pub fn changes(before: &[SourceText], after: &[SourceText]) -> Vec<String> {
    let (before, after) = (settings_of_all(before), settings_of_all(after));
    let mut told = Vec::new();
    for path in before.keys().filter(|path| !after.contains_key(*path)) {
        told.push(format!("{}: gone", escape(path)));
    }
    for (path, new) in &after {
        let Some(old) = before.get(path) else {
            told.push(format!("{}: new", escape(path)));
            continue;
        };
        let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
        keys.sort();
        keys.dedup();
        for key in keys.into_iter().filter(|key| old.get(*key) != new.get(*key)) {
            let value =
                |of: &Settings| of.get(key).map_or("not set".to_owned(), |it| shown(key, it));
            let key = escape(key);
            told.push(format!("{}: {key}: {} → {}", escape(path), value(old), value(new)));
        }
    }
    let untold = told.len().saturating_sub(TOLD_MAX);
    told.truncate(TOLD_MAX);
    if untold > 0 {
        told.push(format!("{untold} more changes"));
    }
    told
}

/// The digest of all settings of the files: the same for files that differ in comments, order or the
/// folder that they are named by.
pub fn digest(files: &[SourceText]) -> Digest {
    let mut text = String::new();
    for file in files {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        text.push_str(&format!("{name:?}\n"));
        for (key, value) in settings(file) {
            text.push_str(&format!("{key:?} {value:?}\n"));
        }
    }
    Digest::of(text.as_bytes())
}

/// Values by their keys, with dots between tables; the elements of lists are counted from 1.
type Settings = BTreeMap<String, toml::Value>;

fn settings_of_all(files: &[SourceText]) -> BTreeMap<String, Settings> {
    files.iter().map(|file| (file.path.clone(), settings(file))).collect()
}

fn settings(file: &SourceText) -> Settings {
    let mut settings = Settings::new();
    if let Ok(table) = file.text.parse::<toml::Table>() {
        flatten("", &toml::Value::Table(table), &mut settings);
    }
    settings
}

fn flatten(key: &str, value: &toml::Value, settings: &mut Settings) {
    match value {
        toml::Value::Table(table) => {
            for (name, value) in table {
                let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                flatten(&key, value, settings);
            }
        }
        toml::Value::Array(elements) if elements.iter().any(toml::Value::is_table) => {
            for (at, value) in elements.iter().enumerate() {
                flatten(&format!("{key}[{}]", at + 1), value, settings);
            }
        }
        other => {
            settings.insert(key.to_owned(), other.clone());
        }
    }
}

/// A value without what may be a secret.
fn shown(key: &str, value: &toml::Value) -> String {
    let setting = key.strip_prefix("hooks[").and_then(|rest| rest.split_once("]."));
    match (setting.map(|(_, name)| name), value) {
        (Some("url"), toml::Value::String(url)) => {
            format!("\"{}\" (only the host is told)", host(url))
        }
        (Some("command"), toml::Value::Array(words)) => {
            let program = words.first().and_then(toml::Value::as_str).unwrap_or_default();
            format!("\"{}\" (only the program is told)", escape(program))
        }
        (Some("on" | "timeout_seconds") | None, _) => escape(&value.to_string()),
        (Some(_), _) => "(not told)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> SourceText {
        SourceText { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn each_setting_that_changed_is_told_with_its_old_and_its_new_value() {
        let before = [
            file("a.toml", "x = 1 # one\n[t]\ny = \"one\"\nz = [1, 2]\n"),
            file("gone.toml", "x = 1\n"),
        ];
        let after = [
            file("a.toml", "x = 1\n\n[t]\ny = \"two\"\n[[c]]\nname = \"A\"\n"),
            file("new.toml", "x = 1\n"),
        ];
        assert_eq!(
            changes(&before, &after),
            [
                "gone.toml: gone",
                "a.toml: c[1].name: not set → \"A\"",
                "a.toml: t.y: \"one\" → \"two\"",
                "a.toml: t.z: [1, 2] → not set",
                "new.toml: new",
            ]
        );
        assert!(changes(&after, &after).is_empty());
    }

    #[test]
    fn no_secret_of_a_hook_is_told() {
        let hook = |url: &str| file("a.toml", &format!("[[hooks]]\nurl = \"{url}\"\n"));
        let command = file("a.toml", "[[hooks]]\ncommand = [\"/bin/tell\", \"--token=SECRET\"]\n");
        let (old, new) = ("https://me:SECRET@a.example/x?token=SECRET", "http://b.example/SECRET");
        let told = changes(&[hook(old)], &[hook(new)]);
        let [host, program] = ["(only the host is told)", "(only the program is told)"];
        let expected = format!("hooks[1].url: \"a.example\" {host} → \"b.example\" {host}");
        assert_eq!(told, [format!("a.toml: {expected}")]);
        let told = changes(&[hook(new)], &[command]);
        assert_eq!(
            told,
            [
                format!("a.toml: hooks[1].command: not set → \"/bin/tell\" {program}"),
                format!("a.toml: hooks[1].url: \"b.example\" {host} → not set"),
            ]
        );
        // What nobody knows may be one that was misspelt.
        let told = changes(&[file("a", "")], &[file("a", "[[hooks]]\nulr = \"SECRET\"\n")]);
        assert_eq!(told, ["a: hooks[1].ulr: not set → (not told)"]);
    }

    #[test]
    fn the_digest_is_of_the_settings_and_not_of_how_they_are_written() {
        let written = |path: &str, text: &str| digest(&[file(path, text)]);
        let one = written("/etc/budgetd/a.toml", "x = 1 # one\ny = \"two\"\n");
        assert_eq!(written("a.toml", "y = \"two\"\n\nx = 1\n"), one);
        for (path, text) in [
            ("a.toml", "x = 1\n"),
            ("a.toml", "x = 2\ny = \"two\"\n"),
            ("b.toml", "x = 1\ny = \"two\"\n"),
        ] {
            assert_ne!(written(path, text), one, "{path} {text}");
        }
        assert_ne!(digest(&[]), digest(&[file("a.toml", "")]), "a file more");
    }

    #[test]
    fn the_list_is_bounded() {
        let many: Vec<String> = (0..150).map(|at| format!("k{at} = 1\n")).collect();
        let many = many.concat();
        let told = changes(&[file("a", "")], &[file("a", &many)]);
        assert_eq!(told.len(), TOLD_MAX + 1);
        assert_eq!(told[TOLD_MAX], "50 more changes");
    }
}
