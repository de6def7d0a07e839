//! The names of a file with a column for each channel and measure → patterns such as
//! `{channel}_SPEND`, or plain names that are media. What looks like money and fits neither is left
//! for [`super::unsure`].

use std::collections::BTreeSet;

use super::costs::{self, Cost};
use super::finding::Findings;
use super::media::{self, Known};
use super::plain_names;
use super::words::{Role, plain};
use crate::domain::text::folded;

/// What a wide file's columns are.
#[derive(Debug, Default)]
pub(super) struct Wide {
    /// For spend, impressions, clicks, conversions, revenue: patterns or plain names, and where
    /// their columns are.
    pub measures: Vec<(Role, Vec<String>, Vec<usize>)>,
    /// What stands for `{channel}`, or the plain names.
    pub channels: Vec<String>,
    /// Whether channels have plain names by the names of media, so that others may be channels too.
    pub is_plain: bool,
}

/// Ends of names; a letter alone is the convention of one well-known tool.
const ENDS: [(Role, &[&str]); 4] = [
    (Role::Impressions, &["impressions", "impression", "impressionen", "impr", "I"]),
    (Role::Clicks, &["clicks", "click", "klicks", "clics", "clicks_P"]),
    (Role::Conversions, &["conversions", "conversionen", "conv"]),
    (Role::Revenue, &["revenue", "umsatz"]),
];

/// Beginnings of names.
const STARTS: [(Role, &[&str]); 4] = [
    (Role::Impressions, &["impressions", "impression", "impressionen", "mdip"]),
    (Role::Clicks, &["clicks", "klicks", "clics"]),
    (Role::Conversions, &["conversions"]),
    (Role::Revenue, &["revenue"]),
];

/// Words of columns that were computed from others.
const DERIVED: [&str; 26] = [
    "contribution",
    "effect",
    "adstock",
    "adstocked",
    "saturated",
    "saturation",
    "lag",
    "rolling",
    "share",
    "roas",
    "roi",
    "cpc",
    "cpm",
    "ctr",
    "cvr",
    "cpa",
    "total",
    "per",
    "avg",
    "average",
    "log",
    "scaled",
    "normalized",
    "truth",
    "true",
    "organic",
];

/// Where a name ends or begins with a word.
const JOINTS: [char; 4] = ['_', ' ', '-', '.'];

/// The columns of each channel; `None` where neither words for cost nor the names of media tell any.
/// `is_figures` tells whether a column holds figures.
pub(super) fn find(
    names: &[String],
    is_figures: &dyn Fn(usize) -> bool,
    known: &Known,
    findings: &mut Findings,
) -> Option<Wide> {
    by_cost(names, is_figures, known, 1, findings)
        .or_else(|| plain_names::find(names, is_figures, known, findings))
}

/// A column of a channel's spend.
struct Spend {
    at: usize,
    pattern: String,
    channel: String,
}

/// The columns whose names hold a word for cost and a channel; `None` where they have fewer channels
/// than `channels_min`, or nothing but the word says that any of them is one.
pub(super) fn by_cost(
    names: &[String],
    is_figures: &dyn Fn(usize) -> bool,
    known: &Known,
    channels_min: usize,
    findings: &mut Findings,
) -> Option<Wide> {
    let all: Vec<Spend> = (0..names.len())
        .filter(|&at| is_figures(at))
        .filter_map(|at| match costs::read(&names[at], known) {
            Cost::Of { pattern, channel } => Some(Spend { at, pattern, channel }),
            _ => None,
        })
        .collect();
    let mut own = believed(&all, known);
    if own.is_empty() && all.len() >= 2 {
        own = all.iter().collect();
    }
    // Of two columns of one channel, nothing tells which is its spend: the first of the more usual
    // pattern is taken, and the other one is said.
    own.sort_by_key(|spend| std::cmp::Reverse(times(&all, &spend.pattern)));
    let mut channels = BTreeSet::new();
    own.retain(|spend| channels.insert(media::key(&spend.channel)));
    own.sort_by_key(|spend| spend.at);
    let has_known = own.iter().any(|spend| known.is_channel(&spend.channel));
    if own.len() < channels_min || own.len() < 2 && !has_known {
        return None;
    }
    let mut wide = Wide::default();
    let mut spend = (Vec::new(), Vec::new());
    for Spend { at, pattern, channel } in own {
        spend.1.push(*at);
        add_pattern(&mut spend.0, pattern);
        wide.add_channel(channel);
    }
    wide.measures.push((Role::Spend, spend.0, spend.1));
    for role in Role::MEASURES.into_iter().skip(1) {
        wide.add_measure(role, names, is_figures);
    }
    say(&wide, findings);
    wide.add_plain(names, is_figures, known, findings);
    Some(wide)
}

/// Those of a pattern that two of them have, those of a channel that is known, and those of a channel
/// that one of the others is of.
fn believed<'s>(all: &'s [Spend], known: &Known) -> Vec<&'s Spend> {
    // A letter alone says little.
    let is_letter = |spend: &Spend| spend.pattern == "{channel}_S";
    all.iter()
        .filter(|spend| {
            times(all, &spend.pattern) >= 2 || known.is_channel(&spend.channel) && !is_letter(spend)
        })
        .collect()
}

fn times(all: &[Spend], pattern: &str) -> usize {
    all.iter().filter(|spend| folded(&spend.pattern) == folded(pattern)).count()
}

fn add_pattern(patterns: &mut Vec<String>, pattern: &str) {
    if !patterns.iter().any(|known| folded(known) == folded(pattern)) {
        patterns.push(pattern.to_owned());
    }
}

impl Wide {
    fn add_channel(&mut self, channel: &str) {
        if !self.channels.iter().any(|known| folded(known) == folded(channel)) {
            self.channels.push(channel.to_owned());
        }
    }

    /// The columns of a measure that follow the channels of spend. A prefix shared with the spend
    /// columns names channels of its own; a suffix only where a channel has it too.
    fn add_measure(&mut self, role: Role, names: &[String], is_figures: &dyn Fn(usize) -> bool) {
        let by_prefix = self.patterns(Role::Spend).iter().any(|it| !it.starts_with("{channel}"));
        let spent: BTreeSet<String> = self.channels.iter().map(|it| media::key(it)).collect();
        let (mut patterns, mut columns) = (Vec::new(), Vec::new());
        for (pattern, found) in patterns_of(role, names, is_figures) {
            let is_shared = by_prefix && !pattern.starts_with("{channel}") && found.len() >= 2;
            let own: Vec<&(usize, String)> = found
                .iter()
                .filter(|(at, channel)| {
                    (is_shared || spent.contains(&media::key(channel))) && !self.has(*at)
                })
                .collect();
            if own.is_empty() {
                continue;
            }
            for (at, channel) in own {
                columns.push(*at);
                self.add_channel(channel);
            }
            patterns.push(pattern);
        }
        if !patterns.is_empty() {
            self.measures.push((role, patterns, columns));
        }
    }

    /// Channels of the account that have no other column of spend, and one with their plain name.
    fn add_plain(
        &mut self,
        names: &[String],
        is_figures: &dyn Fn(usize) -> bool,
        known: &Known,
        findings: &mut Findings,
    ) {
        let spent: BTreeSet<String> = self.channels.iter().map(|it| media::key(it)).collect();
        let plain: Vec<usize> = (0..names.len())
            .filter(|&at| is_figures(at) && !self.has(at) && known.is_name(&names[at]))
            .filter(|&at| !spent.contains(&media::key(&names[at])))
            .collect();
        for &at in &plain {
            self.add_channel(&names[at]);
            let (_, patterns, columns) = &mut self.measures[0];
            patterns.push(names[at].clone());
            columns.push(at);
        }
        if !plain.is_empty() {
            let plain: Vec<&str> = plain.iter().map(|&at| names[at].as_str()).collect();
            findings.open(
                "columns",
                format!(
                    "called as channels of the account are, and taken for their spend: {}; nothing \
                     else in the file says that they are",
                    plain.join(", ")
                ),
                &[],
            );
        }
    }

    fn has(&self, at: usize) -> bool {
        self.measures.iter().any(|(_, _, columns)| columns.contains(&at))
    }

    /// The names of a measure.
    pub(super) fn patterns(&self, role: Role) -> &[String] {
        let found = self.measures.iter().find(|(found, ..)| *found == role);
        found.map_or(&[], |(_, patterns, _)| patterns)
    }

    /// The columns of a measure.
    pub(super) fn columns(&self, role: Role) -> &[usize] {
        let found = self.measures.iter().find(|(found, ..)| *found == role);
        found.map_or(&[], |(.., columns)| columns)
    }
}

fn say(wide: &Wide, findings: &mut Findings) {
    let all = wide.measures.iter().flat_map(|(_, patterns, _)| patterns);
    let patterns: Vec<&str> = all.map(String::as_str).collect();
    let channels = wide.channels.len();
    let channels =
        if channels == 1 { "1 channel".to_owned() } else { format!("{channels} channels") };
    findings
        .certain("layout", format!("wide: {channels} in columns called {}", patterns.join(", ")));
    if patterns.iter().any(|it| it.ends_with("_S") || it.ends_with("_I")) {
        findings.open(
            "columns",
            "_S is taken for spend and _I for impressions, as the files of Robyn have it",
            &[],
        );
    }
}

/// Patterns of a measure with the columns and channels that they fit.
fn patterns_of(
    role: Role,
    names: &[String],
    is_figures: &dyn Fn(usize) -> bool,
) -> Vec<(String, Vec<(usize, String)>)> {
    let mut found: Vec<(String, Vec<(usize, String)>)> = Vec::new();
    for (at, name) in names.iter().enumerate() {
        if !is_figures(at) || is_derived(name) {
            continue;
        }
        if let Some((pattern, channel)) = end_of(role, name).or_else(|| start_of(role, name)) {
            match found.iter_mut().find(|(known, _)| folded(known) == folded(&pattern)) {
                Some((_, columns)) => columns.push((at, channel)),
                None => found.push((pattern, vec![(at, channel)])),
            }
        }
    }
    found
}

fn words_of(
    table: &'static [(Role, &'static [&'static str])],
    role: Role,
) -> &'static [&'static str] {
    table.iter().find(|(known, _)| *known == role).map_or(&[], |(_, words)| words)
}

fn end_of(role: Role, name: &str) -> Option<(String, String)> {
    words_of(&ENDS, role).iter().rev().find_map(|word| {
        let start = name.len().checked_sub(word.len() + 1)?;
        let (channel, end) = (name.get(..start)?, name.get(start..)?);
        let last = end.strip_prefix(JOINTS)?;
        let is_word = if word.len() == 1 || word.contains('_') {
            last == *word
        } else {
            last.eq_ignore_ascii_case(word)
        };
        (!channel.is_empty() && is_word).then(|| (format!("{{channel}}{end}"), channel.to_owned()))
    })
}

fn start_of(role: Role, name: &str) -> Option<(String, String)> {
    words_of(&STARTS, role).iter().find_map(|word| {
        let (start, channel) = (name.get(..=word.len())?, name.get(word.len() + 1..)?);
        let is_word = start.strip_suffix(JOINTS)?.eq_ignore_ascii_case(word);
        (!channel.is_empty() && is_word)
            .then(|| (format!("{start}{{channel}}"), channel.to_owned()))
    })
}

/// Whether a column was computed from others, by its words.
pub(super) fn is_derived(name: &str) -> bool {
    let name = plain(name);
    name.split([' ', '.']).any(|word| DERIVED.contains(&word))
}
