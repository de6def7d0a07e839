//! `[[hooks]]` of the daemon's file: who is told of what happens, by a command or a web address.

use super::table::Table;
use super::value::Item;
use crate::domain::text::escape;

/// Hooks that one file may have.
const HOOKS_MAX: usize = 16;
/// Words of a command.
const WORDS_MAX: usize = 64;
/// Characters of a word or an address.
const TEXT_CHARS_MAX: usize = 2_000;
/// Ten minutes: whoever takes longer can't tell when it is needed.
const TIMEOUT_SECONDS_MAX: u64 = 600;
const TIMEOUT_SECONDS: u64 = 10;

/// One of `[[hooks]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// What it is told of; at least one.
    pub on: Vec<HookEvent>,
    /// Who is told.
    pub target: HookTarget,
    /// Seconds that telling may take, at least 1.
    pub timeout_seconds: u64,
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookTarget {
    /// A program, by its absolute path, and its arguments. The event is JSON on its standard input.
    Command(Vec<String>),
    /// An address that the event is posted to as JSON.
    Url(String),
}

impl HookTarget {
    /// What may be said of it: the program, or the host, since arguments and addresses may hold
    /// secrets. Escaped.
    pub fn shown(&self) -> String {
        match self {
            Self::Command(words) => escape(words.first().map_or("", String::as_str)),
            Self::Url(url) => host(url),
        }
    }
}

/// The host and the port of an address, escaped.
pub(super) fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    escape(host.rsplit('@').next().unwrap_or_default())
}

/// What a hook may be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookEvent {
    /// A week was published, decided or held.
    Published,
    /// A week was published as a hold.
    Hold,
    /// A file was refused.
    Refusal,
    /// A part of an account's service fails.
    Failure,
}

impl HookEvent {
    const ALL: [(&'static str, Self); 4] = [
        ("published", Self::Published),
        ("hold", Self::Hold),
        ("refusal", Self::Refusal),
        ("failure", Self::Failure),
    ];

    /// Its name in the configuration and in what is told.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Hold => "hold",
            Self::Refusal => "refusal",
            Self::Failure => "failure",
        }
    }
}

/// Reads all hooks of the file whose top is `root`; `None`: they have faults.
pub(super) fn read(root: &Table<'_>) -> Option<Vec<Hook>> {
    let tables = root.tables("hooks")?;
    if tables.len() > HOOKS_MAX {
        let message = format!("{} hooks are more than {HOOKS_MAX}", tables.len());
        tables[HOOKS_MAX].fault(message, "let one command tell several others");
        return None;
    }
    let hooks: Vec<Option<Hook>> = tables.into_iter().map(hook).collect();
    hooks.into_iter().collect()
}

fn hook(table: Table<'_>) -> Option<Hook> {
    let on = table
        .required("on", "on = [\"hold\", \"refusal\", \"failure\"]")
        .and_then(|it| events(&it));
    let command = table.item("command").map(|item| command(&item));
    let url = table.item("url").map(|item| url(&item));
    let seconds = table
        .or("timeout_seconds", TIMEOUT_SECONDS, |item| item.whole_u64(1..=TIMEOUT_SECONDS_MAX));
    let target = match (command, url) {
        (Some(words), None) => words.map(HookTarget::Command),
        (None, Some(address)) => address.map(HookTarget::Url),
        (command, _) => {
            let message = match command {
                Some(_) => "has both command and url",
                None => "has neither command nor url",
            };
            table.fault(message, "write one of them: a hook tells one program or one address");
            None
        }
    };
    table.finish();
    Some(Hook { on: on?, target: target?, timeout_seconds: seconds? })
}

fn events(item: &Item<'_>) -> Option<Vec<HookEvent>> {
    let events =
        item.list()?.iter().map(|it| it.choice(&HookEvent::ALL)).collect::<Option<Vec<_>>>()?;
    if events.is_empty() {
        item.fault(
            "names nothing to be told of",
            "name some of: published, hold, refusal, failure",
        );
        return None;
    }
    Some(events)
}

fn command(item: &Item<'_>) -> Option<Vec<String>> {
    let example =
        "write the program's absolute path and its arguments: [\"/usr/local/bin/tell\", \"ops\"]";
    let list = item.list()?;
    let words = list.iter().map(|it| it.plain_text(TEXT_CHARS_MAX).map(str::to_owned));
    let words = words.collect::<Option<Vec<String>>>()?;
    if words.len() > WORDS_MAX || !words.first().is_some_and(|program| program.starts_with('/')) {
        item.fault("is no command with an absolute path", example);
        return None;
    }
    Some(words)
}

fn url(item: &Item<'_>) -> Option<String> {
    let text = item.plain_text(TEXT_CHARS_MAX)?;
    if !text.starts_with("https://") && !text.starts_with("http://") {
        item.fault("is no web address", "write one that begins with https:// or http://");
        return None;
    }
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_address_is_told_and_no_secret_of_it() {
        let named = |url: &str| HookTarget::Url(url.to_owned()).shown();
        assert_eq!(
            named("https://me:pass@hooks.example.org:443/T0/secret?x"),
            "hooks.example.org:443"
        );
        assert_eq!(named("http://localhost"), "localhost");
    }
}
