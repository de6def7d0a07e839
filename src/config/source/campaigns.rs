//! Where the channel of a row comes from when no column says it: `channel` and
//! `[[sources.campaigns]]`. All that is named must be a channel of the account.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{CHANNEL, MEASURES, of_measure};
use super::draft::{Draft, top};
use super::{CAMPAIGN_RULES_MAX, LAYOUT};
use crate::config::TEXT_CHARS_MAX;
use crate::config::table::Table;
use crate::config::value::{Item, quoted};
use crate::domain::nearest::nearest;
use crate::domain::source::{CampaignRule, Layout};
use crate::domain::text::folded;
use crate::domain::{Channel, Source};

/// The names and aliases of an account's channels.
pub(super) struct Names<'n> {
    folded: BTreeSet<String>,
    written: Vec<&'n str>,
}

impl<'n> Names<'n> {
    pub fn of(channels: impl Iterator<Item = &'n Channel>) -> Self {
        let names = |channel: &'n Channel| {
            let aliases = channel.aliases.iter().map(String::as_str);
            std::iter::once(channel.name.as_str()).chain(aliases)
        };
        let written: Vec<&str> = channels.flat_map(names).collect();
        Self { folded: written.iter().map(|name| folded(name)).collect(), written }
    }

    fn has(&self, name: &str) -> bool {
        self.folded.contains(&folded(name))
    }

    fn nearest(&self, name: &str) -> Option<&'n str> {
        nearest(name, self.written.iter().copied())
    }

    fn some(&self) -> String {
        let told = self.written.iter().take(NAMES_TOLD_MAX).map(|name| quoted(name));
        let more = if self.written.len() > NAMES_TOLD_MAX { " …" } else { "" };
        told.collect::<Vec<_>>().join(", ") + more
    }
}

/// Names that a hint lists.
const NAMES_TOLD_MAX: usize = 5;

/// Why a name that no channel has can't stand there.
const UNKNOWN: &str = "the account has no channel of this name or alias";

/// The channel of all rows, or `false`.
#[expect(clippy::option_option, reason = "faulty and none are different answers")]
pub(super) fn fixed(item: &Item<'_>, channels: Option<&Names<'_>>) -> Option<Option<String>> {
    if item.value.as_bool() == Some(false) {
        return Some(None);
    }
    known(item, channels).map(Some)
}

/// A channel of the account; any text where the account's channels aren't known.
fn known(item: &Item<'_>, channels: Option<&Names<'_>>) -> Option<String> {
    let name = item.plain_text(TEXT_CHARS_MAX)?;
    let Some(channels) = channels.filter(|channels| !channels.has(name)) else {
        return Some(name.to_owned());
    };
    let hint = match channels.nearest(name) {
        Some(near) => format!("did you mean {}?", quoted(near)),
        None => "write a channel of this account, or add one to its [[channels]]".to_owned(),
    };
    item.misfit(UNKNOWN, hint);
    None
}

/// `[[sources.campaigns]]`, in order.
pub(super) fn rules<'a>(
    table: &Table<'a>,
    item: &Item<'a>,
    channels: Option<&Names<'_>>,
) -> Option<Vec<CampaignRule>> {
    let tables = table.tables_of(item)?;
    if tables.len() > CAMPAIGN_RULES_MAX {
        let message = format!("{} patterns are more than {CAMPAIGN_RULES_MAX}", tables.len());
        item.fault(message, "let * stand for what several have in common");
        return None;
    }
    let mut seen = BTreeMap::new();
    let rules: Vec<Option<CampaignRule>> =
        tables.into_iter().map(|table| rule(table, channels, &mut seen)).collect();
    rules.into_iter().collect()
}

fn rule<'a>(
    table: Table<'a>,
    channels: Option<&Names<'_>>,
    seen: &mut BTreeMap<String, Item<'a>>,
) -> Option<CampaignRule> {
    let pattern =
        table.required("pattern", "pattern = \"*brand*\"").and_then(|item| pattern(item, seen));
    let channel = table
        .required("channel", "channel = \"…\", whose campaigns these are")
        .and_then(|item| known(&item, channels));
    table.finish();
    Some(CampaignRule { pattern: pattern?, channel: channel? })
}

fn pattern<'a>(item: Item<'a>, seen: &mut BTreeMap<String, Item<'a>>) -> Option<String> {
    let pattern = item.plain_text(TEXT_CHARS_MAX)?;
    if let Some(first) = seen.get(&pattern.to_lowercase()) {
        let message = format!("line {} has this pattern, and the first decides", first.line());
        item.misfit(message, "leave one of them out");
        return None;
    }
    seen.insert(pattern.to_lowercase(), item);
    Some(pattern.to_owned())
}

/// Faults the names that only the whole source shows to be meant as channels: those of the preset,
/// and the plain names of a wide layout.
pub(super) fn check(draft: &Draft<'_>, source: &Source, channels: &Names<'_>) {
    let inherited = source.channel.iter().filter(|_| draft.item(top("channel")).is_none());
    for name in inherited.filter(|name| !channels.has(name)) {
        let hint = match channels.nearest(name) {
            Some(near) => format!("add channel = {}", quoted(near)),
            None => format!("add channel = \"…\" with one of {}", channels.some()),
        };
        draft.misfit(
            &[top("channel")],
            format!("its rows are of the channel {}, which the account doesn't have", quoted(name)),
            format!("{hint}; or add the name to a channel's aliases"),
        );
    }
    if source.layout != Layout::Wide {
        return;
    }
    for measure in MEASURES {
        let names = of_measure(&source.columns, measure);
        let plain = names.iter().filter(|name| !name.contains(CHANNEL));
        for name in plain.filter(|name| !channels.has(name)) {
            draft.misfit(
                &[measure, LAYOUT],
                format!("{} is neither a channel of the account nor a pattern", quoted(name)),
                "write \"{channel}\" where the name of a channel stands, such as \
                 \"{channel}_spend\"; or add the name to a channel's aliases",
            );
        }
    }
}
