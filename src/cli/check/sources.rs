//! What `check` says of an account's sources: those that no file in the inbox will ever be read by, and
//! those that replace each other's days.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use crate::domain::text::escape;
use crate::domain::{Account, ChannelName, Source};
use crate::store::inbox::{can_be_taken, lies_within};

/// The sources of `account` that no name leads to.
pub fn findings(account: &Account) -> Vec<Finding> {
    // The last is the shipped format, for whatever is left.
    let sources = &account.sources[..account.sources.len().saturating_sub(1)];
    let what = format!("sources of {}", account.id);
    let mut findings: Vec<Finding> = sources
        .iter()
        .enumerate()
        .filter_map(|(at, source)| never_read_by(&what, source, &sources[..at]))
        .collect();
    findings.extend(replace_each_other(&what, account, sources));
    findings
}

/// The channels that several sources state by themselves, without a column that says whose a row is.
fn replace_each_other(what: &str, account: &Account, sources: &[Source]) -> Vec<Finding> {
    let mut feeds: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let is_read = |at: &usize| never_read_by(what, &sources[*at], &sources[..*at]).is_none();
    for source in (0..sources.len()).filter(is_read).map(|at| &sources[at]) {
        let mapped = source.campaigns.iter().map(|rule| &rule.channel);
        for channel in source.channel.iter().chain(mapped) {
            let today = ChannelName::new(channel).map(|name| account.todays_name(&name));
            let channel = today.map_or_else(|_| channel.clone(), |name| name.to_string());
            feeds.entry(channel).or_default().insert(format!("\"{}\"", escape(&source.name)));
        }
    }
    let shared = feeds.into_iter().filter(|(_, names)| names.len() > 1);
    let finding = |(channel, names): (String, BTreeSet<String>)| {
        let names = names.into_iter().collect::<Vec<_>>().join(" and ");
        Finding::care(
            what,
            format!(
                "{names} state the same channel, {}: a day of one replaces the same day of the other",
                escape(&channel)
            ),
            "that is right where each day comes from one of them only; else have one file state all \
             of the channel, or give each source a channel of its own",
        )
    };
    shared.map(finding).collect()
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
