//! What a file does beyond the values of its own rows → sentences for the receipt, `validate` and
//! `ingest`: money that moved to another channel, money of another source that it replaces, and money
//! that the file before it stated and that it says nothing of.

use crate::audit::{Moved, MovedCampaign, OtherSource};
use crate::domain::text::escape;
use crate::domain::{Currency, Grain};
use crate::ingest::Warning;
use crate::store::ledger::{Changes, EXAMPLES_MAX, Unsaid, UnsaidPair};

/// Sentences on what `changes` does, those on money that is gone from where it was first.
pub(super) fn remarks(currency: Currency, grain: Grain, changes: &Changes) -> Vec<Warning> {
    let mut texts =
        changes.moved.as_ref().map_or_else(Vec::new, |moved| moved_texts(currency, moved));
    texts.extend(other_source_texts(currency, &changes.other_sources));
    texts.extend(unsaid_texts(currency, grain, &changes.unsaid));
    texts.into_iter().map(|text| Warning { line: None, text }).collect()
}

fn moved_texts(currency: Currency, moved: &Moved) -> Vec<String> {
    let mut texts: Vec<String> =
        moved.examples.iter().map(|campaign| moved_text(currency, campaign)).collect();
    if moved.examples.len() == EXAMPLES_MAX {
        texts.push(format!(
            "{} rows of campaigns in all moved to another channel, with {}",
            moved.rows,
            money(currency, moved.spend.as_deref())
        ));
    }
    texts
}

/// "campaign Brand IN moved from Google Ads to Google Brand on 2025-11-16: 5.00 INR went with it"
fn moved_text(currency: Currency, campaign: &MovedCampaign) -> String {
    let MovedCampaign { campaign: name, from, to, first_day, days, spend, .. } = campaign;
    let more = match days - 1 {
        0 => String::new(),
        1 => " (and 1 more day)".to_owned(),
        more => format!(" (and {more} more days)"),
    };
    format!(
        "campaign {} moved from {} to {} on {first_day}{more}: {} went with it",
        escape(name),
        escape(from.as_str()),
        escape(to.as_str()),
        money(currency, spend.as_deref())
    )
}

fn other_source_texts(currency: Currency, sources: &[OtherSource]) -> Vec<String> {
    let told = sources.iter().take(EXAMPLES_MAX);
    let mut texts: Vec<String> = told.map(|source| other_source_text(currency, source)).collect();
    if let Some(more @ 1..) = sources.len().checked_sub(EXAMPLES_MAX) {
        texts.push(format!("{more} more channels had days of other sources, which it replaces"));
    }
    texts
}

fn other_source_text(currency: Currency, other: &OtherSource) -> String {
    let OtherSource { channel, source, file, more_files, first_day, last_day, days, spend } = other;
    let channel = channel.as_ref().map_or("the whole business", |name| name.as_str());
    let (first, last) = (*first_day, *last_day);
    let span = if first == last { first.to_string() } else { format!("{first} to {last}") };
    let more = if *more_files { " and others" } else { "" };
    let days = match days {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    format!(
        "{}, {span}: replaces what the source \"{}\" stated (file {}{more}, {days}, {}); sources of one \
         channel replace each other's days, see docs/formats.md",
        escape(channel),
        escape(source),
        escape(file),
        money(currency, spend.as_deref())
    )
}

fn unsaid_texts(currency: Currency, grain: Grain, unsaid: &Unsaid) -> Vec<String> {
    let told = unsaid.examples.iter();
    let mut texts: Vec<String> = told.map(|pair| unsaid_text(currency, grain, pair)).collect();
    if let Some(more @ 1..) = unsaid.pairs.checked_sub(EXAMPLES_MAX as u64) {
        texts.push(format!(
            "{more} more channel {}s that earlier files stated and this file says nothing of still count",
            grain.word()
        ));
    }
    texts
}

fn unsaid_text(currency: Currency, grain: Grain, pair: &UnsaidPair) -> String {
    let UnsaidPair { day, channel, file, spend } = pair;
    let (channel, file) = (escape(channel.as_str()), escape(file));
    format!(
        "{day}: the earlier file {file} also stated {channel} ({}); this file says nothing of it, so it \
         still counts. If {channel} had nothing {}, send a row with 0",
        money(currency, spend.as_deref()),
        match grain {
            Grain::Day => "on that day",
            Grain::Week => "in that week",
            Grain::Month => "in that month",
        }
    )
}

/// "5.00 INR"
fn money(currency: Currency, amount: Option<&str>) -> String {
    match amount {
        Some(amount) => format!("{} {}", escape(amount), currency.code()),
        None => "spend not known".to_owned(),
    }
}
