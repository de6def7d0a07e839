//! What `check` says of an account's sources: those that no file in the inbox will ever be read by.

use super::Finding;
use crate::domain::text::escape;
use crate::domain::{Account, Source};
use crate::store::inbox::{can_be_taken, lies_within};

/// The sources of `account` that no name leads to.
pub fn findings(account: &Account) -> Vec<Finding> {
    // The last is the shipped format, for whatever is left.
    let sources = &account.sources[..account.sources.len().saturating_sub(1)];
    let what = format!("sources of {}", account.id);
    sources
        .iter()
        .enumerate()
        .filter_map(|(at, source)| never_read_by(&what, source, &sources[..at]))
        .collect()
}

fn never_read_by(what: &str, source: &Source, earlier: &[Source]) -> Option<Finding> {
    let named = |source: &Source| format!("\"{}\"", escape(&source.name));
    let files = |source: &Source| format!("files = \"{}\"", escape(&source.files));
    let (name, pattern) = (named(source), files(source));
    if !can_be_taken(&source.files) {
        return Some(Finding::care(
            what,
            format!(
                "{name} never reads a file from the inbox: no name that is taken fits {pattern}"
            ),
            "the inbox takes names that end in .csv, .csv.gz or .csv.zst: have the export written \
             as CSV, and give the pattern of its name",
        ));
    }
    let first = earlier.iter().find(|first| lies_within(&source.files, &first.files))?;
    Some(Finding::care(
        what,
        format!(
            "{name} never reads a file from the inbox: all that fit {pattern} are read by {} \
             before it, which has {}",
            named(first),
            files(first)
        ),
        "the first source that fits decides: put the narrower pattern first, or leave one of the \
         two out",
    ))
}
