//! The names of a file with a column for each channel and measure → patterns such as
//! `{channel}_SPEND`, or plain names that are media; the outcome of the business, and what is left
//! over for models.

use std::collections::BTreeSet;

use super::finding::Findings;
use super::words::{Role, plain};
use crate::domain::source::Outcome;

/// What a wide file's columns are.
#[derive(Debug, Default)]
pub(super) struct Wide {
    /// For spend, impressions, clicks, conversions, revenue: patterns or plain names, and where
    /// their columns are.
    pub measures: Vec<(Role, Vec<String>, Vec<usize>)>,
    /// What stands for `{channel}`, or the plain names.
    pub channels: Vec<String>,
}

/// Ends of names; a letter alone is the convention of one well-known tool.
const ENDS: [(Role, &[&str]); 5] = [
    (Role::Spend, &["spend", "cost", "spent", "S"]),
    (Role::Impressions, &["impressions", "impression", "impr", "I"]),
    (Role::Clicks, &["clicks", "click", "clicks_P"]),
    (Role::Conversions, &["conversions", "conv"]),
    (Role::Revenue, &["revenue"]),
];

/// Beginnings of names.
const STARTS: [(Role, &[&str]); 5] = [
    (Role::Spend, &["spend", "cost", "mdsp"]),
    (Role::Impressions, &["impressions", "impression", "mdip"]),
    (Role::Clicks, &["clicks"]),
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

/// Words that a paid channel is called by.
const MEDIA: [&str; 42] = [
    "tv",
    "radio",
    "ooh",
    "dooh",
    "print",
    "newspaper",
    "magazine",
    "billboard",
    "cinema",
    "search",
    "social",
    "facebook",
    "instagram",
    "meta",
    "google",
    "youtube",
    "tiktok",
    "linkedin",
    "pinterest",
    "snapchat",
    "twitter",
    "bing",
    "microsoft",
    "amazon",
    "display",
    "video",
    "email",
    "affiliate",
    "affiliates",
    "sem",
    "ppc",
    "podcast",
    "influencer",
    "audio",
    "programmatic",
    "shopping",
    "pmax",
    "ads",
    "direct mail",
    "media",
    "youtube",
    "criteo",
];

/// Where a name ends or begins with a word.
const JOINTS: [char; 4] = ['_', ' ', '-', '.'];

/// The columns of each channel; `None` where no pattern gives two channels spend and no name is
/// that of a medium. `is_figures` tells whether a column holds figures.
pub(super) fn find(
    names: &[String],
    is_figures: &dyn Fn(usize) -> bool,
    findings: &mut Findings,
) -> Option<Wide> {
    let wide = by_pattern(names, is_figures);
    if let Some(wide) = wide {
        let patterns: Vec<&str> = wide
            .measures
            .iter()
            .flat_map(|(_, patterns, _)| patterns)
            .map(String::as_str)
            .collect();
        findings.certain(
            "layout",
            format!(
                "wide: {} channels in columns called {}",
                wide.channels.len(),
                patterns.join(", ")
            ),
        );
        let letters: Vec<&&str> =
            patterns.iter().filter(|it| it.ends_with("_S") || it.ends_with("_I")).collect();
        if !letters.is_empty() {
            findings.open(
                "columns",
                "_S is taken for spend and _I for impressions, as the files of Robyn have it",
                &[],
            );
        }
        return Some(wide);
    }
    by_name(names, is_figures, findings)
}

fn by_pattern(names: &[String], is_figures: &dyn Fn(usize) -> bool) -> Option<Wide> {
    let mut wide = Wide::default();
    let spend = patterns_of(Role::Spend, names, is_figures);
    let mut channels: BTreeSet<String> = BTreeSet::new();
    for (_, found) in spend.iter().filter(|(_, found)| found.len() >= 2) {
        channels.extend(found.iter().map(|(_, channel)| channel.to_lowercase()));
    }
    if channels.len() < 2 {
        return None;
    }
    let by_prefix = spend.iter().any(|(pattern, _)| !pattern.starts_with("{channel}"));
    for role in Role::MEASURES {
        let (mut patterns, mut columns) = (Vec::new(), Vec::new());
        for (pattern, found) in patterns_of(role, names, is_figures) {
            // A prefix shared with the spend columns names channels of its own; a suffix only
            // where a channel has it too.
            let is_shared = by_prefix && !pattern.starts_with("{channel}") && found.len() >= 2;
            let own: Vec<&(usize, String)> = found
                .iter()
                .filter(|(_, channel)| is_shared || channels.contains(&channel.to_lowercase()))
                .collect();
            if own.is_empty() || role != Role::Spend && wide.takes(&own) {
                continue;
            }
            for (at, channel) in own {
                columns.push(*at);
                if !wide.channels.iter().any(|known| known.eq_ignore_ascii_case(channel)) {
                    wide.channels.push(channel.clone());
                }
            }
            patterns.push(pattern);
        }
        if !patterns.is_empty() {
            wide.measures.push((role, patterns, columns));
        }
    }
    Some(wide)
}

impl Wide {
    fn takes(&self, columns: &[&(usize, String)]) -> bool {
        let taken = |at: &usize| self.measures.iter().any(|(_, _, columns)| columns.contains(at));
        columns.iter().all(|(at, _)| taken(at))
    }

    /// The columns of a measure.
    pub(super) fn columns(&self, role: Role) -> &[usize] {
        let found = self.measures.iter().find(|(found, ..)| *found == role);
        found.map_or(&[], |(.., columns)| columns)
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
            match found.iter_mut().find(|(known, _)| *known == pattern) {
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

/// Plain names that are media, or `x1`, `x2` as the examples of models have it.
fn by_name(
    names: &[String],
    is_figures: &dyn Fn(usize) -> bool,
    findings: &mut Findings,
) -> Option<Wide> {
    let usable = |at: usize, name: &str| is_figures(at) && !is_derived(name);
    let numbered: Vec<usize> = (0..names.len())
        .filter(|&at| usable(at, &names[at]) && is_numbered(&names[at], names))
        .collect();
    let media: Vec<usize> =
        (0..names.len()).filter(|&at| usable(at, &names[at]) && is_medium(&names[at])).collect();
    let (columns, why) = if numbered.len() >= 2 {
        (numbered, "as the examples of media models call them")
    } else if !media.is_empty() {
        (media, "by their names")
    } else {
        return None;
    };
    let channels: Vec<String> = columns.iter().map(|&at| names[at].clone()).collect();
    findings.open(
        "columns",
        format!(
            "wide: {} are taken for the spend of channels, {why}; nothing in the file says that \
             they are",
            channels.join(", ")
        ),
        &[],
    );
    Some(Wide { measures: vec![(Role::Spend, channels.clone(), columns)], channels })
}

/// "x1", and "x1_Search" where there is no "x1".
fn is_numbered(name: &str, names: &[String]) -> bool {
    let Some(rest) = name.strip_prefix(['x', 'X']) else { return false };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let number = &name[..=digits];
    let is_plain = digits + 1 == name.len();
    digits > 0
        && (is_plain || name[digits + 1..].starts_with('_') && !names.iter().any(|it| it == number))
}

fn is_medium(name: &str) -> bool {
    let name = plain(name);
    let others =
        ["impressions", "impression", "clicks", "conversions", "sales", "control", "price"];
    MEDIA.contains(&name.as_str())
        || name.split(' ').any(|word| MEDIA.contains(&word))
            && !name.split(' ').any(|word| others.contains(&word))
}

/// Where the business's revenue stands, and the columns that say so; with what else it could be.
pub(super) fn outcome(names: &[String], findings: &mut Findings) -> Option<Outcome> {
    let find = |wanted: &str| names.iter().find(|name| plain(name) == wanted);
    let pair = |one: &str, other: &str| Some((find(one)?.clone(), find(other)?.clone()));
    if let Some((price, discount)) =
        pair("all purchases original price", "all purchases gross discount")
    {
        findings.certain(
            "outcome",
            format!(
                "the business's revenue is {price} less {discount}, as e-commerce exports have it"
            ),
        );
        return Some(Outcome::Difference(price, discount));
    }
    for per in names {
        if let Some(what) = plain(per).strip_prefix("revenue per ")
            && let Some(count) = find(what).or_else(|| find(&format!("{what}s")))
        {
            findings.certain(
                "outcome",
                format!("the business's revenue is {count} times {per}: no column holds it"),
            );
            return Some(Outcome::Product(count.clone(), per.clone()));
        }
    }
    let words = [
        "revenue",
        "total revenue",
        "sales",
        "turnover",
        "umsatz",
        "y",
        "outcome",
        "kpi",
        "target",
    ];
    let name = words.iter().find_map(|word| find(word))?;
    if matches!(plain(name).as_str(), "revenue" | "total revenue" | "turnover" | "umsatz") {
        findings.certain("outcome", format!("the business's revenue is \"{name}\", by its name"));
    } else {
        findings.open(
            "outcome",
            format!("\"{name}\" is taken for the business's revenue; it could be units or a score"),
            &[],
        );
    }
    Some(Outcome::Column(name.clone()))
}
