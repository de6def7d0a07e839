//! The names of a file with a column for each channel, and no word for cost → those that are media or
//! channels of the account, which are taken for their spend. Nothing else in the file says so.

use super::costs::{self, Cost};
use super::finding::Findings;
use super::media::Known;
use super::planned;
use super::wide::{Wide, is_derived};
use super::words::Role;
use crate::domain::text::folded;

/// Plain names that are media, or `x1`, `x2` as the examples of models have it; `None` where no name is.
pub(super) fn find(
    names: &[String],
    is_figures: &dyn Fn(usize) -> bool,
    known: &Known,
    findings: &mut Findings,
) -> Option<Wide> {
    let usable = |at: usize| {
        let name = &names[at];
        let is_other = costs::read(name, known) == Cost::Planned || planned::is_charge(name);
        is_figures(at) && !is_derived(name) && (known.is_name(name) || !is_other)
    };
    let numbered: Vec<usize> =
        (0..names.len()).filter(|&at| usable(at) && is_numbered(&names[at], names)).collect();
    let media: Vec<usize> =
        (0..names.len()).filter(|&at| usable(at) && known.is_channel(&names[at])).collect();
    let is_plain = numbered.len() < 2;
    let (columns, why) = if !is_plain {
        (numbered, "as the examples of media models call them")
    } else if !media.is_empty() {
        (media, "by their names")
    } else {
        return None;
    };
    let (patterns, channels) = called(names, &columns);
    let (columns, patterns, channels) = own(columns, patterns, channels, known, findings)?;
    let shown: Vec<&str> = columns.iter().map(|&at| names[at].as_str()).collect();
    findings.open(
        "columns",
        format!(
            "wide: {} are taken for the spend of channels, {why}; nothing in the file says that \
             they are",
            shown.join(", ")
        ),
        &[],
    );
    let mut listed: Vec<String> = Vec::new();
    for pattern in patterns {
        if !listed.iter().any(|known| folded(known) == folded(&pattern)) {
            listed.push(pattern);
        }
    }
    Some(Wide { measures: vec![(Role::Spend, listed, columns)], channels, is_plain })
}

/// The names of the columns as a source writes them, and the channels: "TV (₹)" is `{channel} (₹)` of
/// TV, unless a column that is none of them ends so too.
fn called(names: &[String], columns: &[usize]) -> (Vec<String>, Vec<String>) {
    let stranger = |behind: &str| {
        let ends_so = |at: &usize| names[*at].ends_with(behind) && !columns.contains(at);
        (0..names.len())
            .filter(ends_so)
            .any(|at| Role::ALL.iter().all(|it| it.rank(&names[at]).is_none()))
    };
    columns
        .iter()
        .map(|&at| match remark(&names[at]).filter(|(_, behind)| !stranger(behind)) {
            Some((channel, behind)) => (format!("{{channel}}{behind}"), channel.to_owned()),
            None => (names[at].clone(), names[at].clone()),
        })
        .unzip()
}

/// A name and the remark in brackets behind it.
fn remark(name: &str) -> Option<(&str, &str)> {
    let open = if name.ends_with(')') { '(' } else { '[' };
    let at = name.rfind(open).filter(|_| name.ends_with([')', ']']))?;
    let channel = name[..at].trim_end();
    (!channel.is_empty()).then(|| (channel, &name[channel.len()..]))
}

/// The columns that a source of the account can name: those that its channels are called by.
fn own(
    columns: Vec<usize>,
    patterns: Vec<String>,
    channels: Vec<String>,
    known: &Known,
    findings: &mut Findings,
) -> Option<(Vec<usize>, Vec<String>, Vec<String>)> {
    let (mut kept, mut strangers) = ((Vec::new(), Vec::new(), Vec::new()), Vec::new());
    for ((at, pattern), channel) in columns.into_iter().zip(patterns).zip(channels) {
        let is_pattern = pattern.contains("{channel}");
        if known.has_account() && !is_pattern && !known.is_name(&channel) {
            strangers.push(channel);
            continue;
        }
        kept.0.push(at);
        kept.1.push(pattern);
        kept.2.push(channel);
    }
    if kept.0.is_empty() {
        findings.missing(
            "channel",
            format!(
                "columns are called as media are ({}), and no channel of the account is called so: add \
                 these names to its channels, or to their aliases",
                super::columns::listed(&strangers)
            ),
        );
        return None;
    }
    Some(kept)
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
