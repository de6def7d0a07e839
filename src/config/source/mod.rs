//! `[[sources]]` of an account: which files a format describes, how it is laid out, and how it
//! names and writes things. A preset gives what the table leaves out. It reads no file.

mod campaigns;
mod columns;
mod dates;
mod draft;
mod numbers;
mod presets;
mod rules;
mod totals;
mod write;

pub use presets::{Preset, preset, presets};
pub use write::source_toml;

use std::collections::BTreeMap;

use super::table::Table;
use super::value::{Item, quoted};
use super::{SOURCES_MAX, TEXT_CHARS_MAX};
use crate::domain::nearest::nearest;
use crate::domain::source::{Columns, DatedBy, Encoding, Layout, Meaning, Meanings, RevenueSpread};
use crate::domain::{Channel, Grain, Source};
use campaigns::Names;
use draft::{Draft, Key, Section, column, top};

/// Names that one column may have, and labels of totals: platforms have some ten languages.
const ALIASES_MAX: usize = 32;
/// Columns kept for models: as many as a file may have.
const CONTROLS_MAX: usize = 256;
/// Columns that tell rows apart, and columns that rows are chosen by.
const KEY_COLUMNS_MAX: usize = 16;
/// Patterns of campaigns.
const CAMPAIGN_RULES_MAX: usize = 1_000;

/// The formats of `root`'s files, the shipped one last. `channels` are the account's, where they
/// could be read.
pub(super) fn read_all<'a>(
    root: &Table<'a>,
    channels: Option<impl Iterator<Item = &'a Channel>>,
) -> Option<Vec<Source>> {
    let tables = root.tables("sources")?;
    if tables.len() > SOURCES_MAX {
        root.fault(
            format!("{} sources are more than {SOURCES_MAX}", tables.len()),
            "leave out what no file needs",
        );
        return None;
    }
    let channels = channels.map(Names::of);
    let (mut names, mut patterns) = (BTreeMap::new(), BTreeMap::new());
    let read = |table: Table<'a>| {
        let (name, files) = (table.item("name"), table.item("files"));
        let source = read(table, presets(), channels.as_ref());
        let name_is_its_own = name.is_none_or(|item| name_is_its_own(item, &mut names));
        let is_reached = files.is_none_or(|item| is_reached(item, &mut patterns));
        source.filter(|_| name_is_its_own && is_reached)
    };
    let sources: Vec<Option<Source>> = tables.into_iter().map(read).collect();
    let mut sources: Vec<Source> = sources.into_iter().collect::<Option<_>>()?;
    sources.push(Source::long());
    Some(sources)
}

/// Texts of a key seen so far, without case, and where.
type Seen<'a> = BTreeMap<String, Item<'a>>;

fn name_is_its_own<'a>(item: Item<'a>, names: &mut Seen<'a>) -> bool {
    let Some(name) = item.value.as_str().map(str::to_lowercase) else { return true };
    let hint = "give each source a name of its own";
    if name == Source::long().name {
        item.misfit("the shipped format has this name", hint);
        return false;
    }
    if let Some(first) = names.get(&name) {
        item.misfit(format!("line {} has a source of this name", first.line()), hint);
        return false;
    }
    names.insert(name, item);
    true
}

/// Of two sources with one pattern the second would never read a file.
fn is_reached<'a>(item: Item<'a>, patterns: &mut Seen<'a>) -> bool {
    let Some(pattern) = item.value.as_str().map(str::to_lowercase) else { return true };
    if let Some(first) = patterns.get(&pattern) {
        item.misfit(
            format!("the source of line {} reads all of these files already", first.line()),
            "give each source a pattern of its own, or leave one of them out",
        );
        return false;
    }
    patterns.insert(pattern, item);
    true
}

/// Reads one table; what it leaves out is that of its preset, which is one of `presets`.
fn read(table: Table<'_>, presets: &[Preset], channels: Option<&Names<'_>>) -> Option<Source> {
    let name = table
        .required("name", "name = \"meta export\", which messages will use")
        .and_then(|item| item.plain_text(TEXT_CHARS_MAX).map(str::to_owned));
    let files = table
        .required("files", "files = \"meta_*.csv\", the names of the files that it describes")
        .and_then(|item| pattern(&item));
    let draft = Draft::open(table);
    let start = start(&draft, presets);
    let source = settings(&draft, start, channels);
    if draft.are_sound(&[PRESET, LAYOUT]) {
        columns::check(&draft, &source);
        rules::check(&draft, &source);
        if let Some(channels) = channels {
            campaigns::check(&draft, &source, channels);
        }
    }
    let is_sound = draft.finish();
    Some(Source { name: name?, files: files?, ..source }).filter(|_| is_sound)
}

const PRESET: Key = top("preset");
const LAYOUT: Key = top("layout");

/// What the table's settings start from: its preset, made fit for the layout and the channel that
/// the table names.
fn start(draft: &Draft<'_>, presets: &[Preset]) -> Source {
    let preset = draft.value(PRESET, Source::long(), |item| named(&item, presets));
    let layouts = [("long", Layout::Long), ("wide", Layout::Wide), ("report", Layout::Report)];
    let layout = draft.value(LAYOUT, preset.layout, |item| item.choice(&layouts));
    let says = Says {
        channel: draft.says(top("channel")),
        campaigns: draft.says(top("campaigns")),
        channel_column: draft.says(column("channel")),
    };
    start_of(&preset, layout, says)
}

/// Which ways to a row's channel a table names.
#[derive(Debug, Clone, Copy)]
struct Says {
    channel: bool,
    campaigns: bool,
    channel_column: bool,
}

/// `preset` in another layout, and without the ways to a channel that the named ones replace. A
/// file has its channels in its own column, in its campaigns and its name, or in its header.
fn start_of(preset: &Source, layout: Layout, says: Says) -> Source {
    let is_wide = layout == Layout::Wide;
    let mut start = Source { layout, ..preset.clone() };
    if is_wide != (preset.layout == Layout::Wide) {
        start.columns = if is_wide { wide_columns() } else { Columns::default() };
        start.channel = None;
        start.campaigns = Vec::new();
        start.totals.blank_campaign = false;
        start.revenue_spread = RevenueSpread::None;
    }
    if says.channel || says.campaigns {
        start.columns.channel = Vec::new();
    }
    if says.channel_column {
        start.channel = None;
        start.campaigns = Vec::new();
    }
    start
}

/// A wide file names its date; what its measures are called only it knows.
fn wide_columns() -> Columns {
    Columns {
        channel: Vec::new(),
        campaign: Vec::new(),
        spend: Vec::new(),
        impressions: Vec::new(),
        clicks: Vec::new(),
        conversions: Vec::new(),
        revenue: Vec::new(),
        ..Columns::default()
    }
}

fn named(item: &Item<'_>, presets: &[Preset]) -> Option<Source> {
    let name = item.text()?;
    if let Some(preset) = presets.iter().find(|preset| preset.name == name) {
        return Some(preset.source.clone());
    }
    let names = presets.iter().map(|preset| preset.name);
    let hint = match nearest(name, names.clone()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("known are {}", names.collect::<Vec<_>>().join(", ")),
    };
    item.fault("not a preset that is known here", hint);
    None
}

fn settings(draft: &Draft<'_>, start: Source, channels: Option<&Names<'_>>) -> Source {
    let spreads = [("none", false), ("even", true)];
    let extra = [("refuse", false), ("ignore", true)];
    let refunds = [("refuse", false), ("accept", true)];
    let too_many_conversions = [("warn", false), ("refuse", true)];
    Source {
        layout: start.layout,
        grain: draft.value(top("grain"), start.grain, |item| item.choice(&GRAINS)),
        dated_by: draft.value(top("dated_by"), start.dated_by, |item| item.choice(&DATED_BY)),
        spread_over_days: draft
            .value(top("spread"), start.spread_over_days, |item| item.choice(&spreads)),
        encoding: draft.value(top("encoding"), start.encoding, |item| item.choice(&ENCODINGS)),
        separator: draft.value(top("separator"), start.separator, |item| numbers::separator(&item)),
        numbers: numbers::read(draft, &start.numbers),
        date_format: draft
            .value(top("date_format"), start.date_format, |item| dates::date_format(&item)),
        columns: columns::read(draft, start.columns),
        blank: meanings(draft, Section::Blank, start.blank),
        dashes: meanings(draft, Section::Dashes, start.dashes),
        ignore_extra_columns: draft.value(
            top("extra_columns"),
            start.ignore_extra_columns,
            |item| item.choice(&extra),
        ),
        channel: draft
            .value(top("channel"), start.channel, |item| campaigns::fixed(&item, channels)),
        campaigns: draft.value(top("campaigns"), start.campaigns, |item| {
            campaigns::rules(&draft.top, &item, channels)
        }),
        only: draft.value(top("only"), start.only, |item| only(&item)),
        totals: totals::read(draft, start.totals),
        revenue_spread: draft
            .value(top("revenue_spread"), start.revenue_spread, |item| item.choice(&SPREADS)),
        allow_negative_revenue: draft.value(
            top("negative_revenue"),
            start.allow_negative_revenue,
            |item| item.choice(&refunds),
        ),
        refuse_conversions_above_clicks: draft.value(
            top("conversions_above_clicks"),
            start.refuse_conversions_above_clicks,
            |item| item.choice(&too_many_conversions),
        ),
        name: start.name,
        files: start.files,
    }
}

const GRAINS: [(&str, Grain); 3] =
    [("day", Grain::Day), ("week", Grain::Week), ("month", Grain::Month)];
const DATED_BY: [(&str, DatedBy); 2] = [("first", DatedBy::First), ("last", DatedBy::Last)];
const ENCODINGS: [(&str, Encoding); 4] = [
    ("utf-8", Encoding::Utf8),
    ("utf-16", Encoding::Utf16),
    ("windows-1252", Encoding::Windows1252),
    ("latin-1", Encoding::Latin1),
];
const SPREADS: [(&str, RevenueSpread); 5] = [
    ("none", RevenueSpread::None),
    ("spend", RevenueSpread::Spend),
    ("impressions", RevenueSpread::Impressions),
    ("clicks", RevenueSpread::Clicks),
    ("conversions", RevenueSpread::Conversions),
];
const MEANINGS: [(&str, Meaning); 3] =
    [("refuse", Meaning::Refuse), ("zero", Meaning::Zero), ("absent", Meaning::Absent)];

/// The word of a value, as the file writes it.
fn word<T: Copy + PartialEq>(choices: &[(&'static str, T)], value: T) -> &'static str {
    let found = choices.iter().find(|(_, choice)| *choice == value);
    found.expect("every value has a word").0
}

fn meanings(draft: &Draft<'_>, section: Section, start: Meanings) -> Meanings {
    let meaning = |name: &'static str, start: Meaning| {
        draft.value(Key { section, name }, start, |item| item.choice(&MEANINGS))
    };
    Meanings {
        spend: meaning("spend", start.spend),
        impressions: meaning("impressions", start.impressions),
        clicks: meaning("clicks", start.clicks),
        conversions: meaning("conversions", start.conversions),
        revenue: meaning("revenue", start.revenue),
    }
}

fn pattern(item: &Item<'_>) -> Option<String> {
    let pattern = item.plain_text(TEXT_CHARS_MAX)?;
    if pattern.contains(['/', '\\']) {
        item.fault(
            "a file name holds no slash",
            "write the name alone, * for any characters and ? for one",
        );
        return None;
    }
    let folded = pattern.to_lowercase();
    if let Some(end) = [".gz", ".zst"].into_iter().find(|end| folded.ends_with(end)) {
        let bare = &pattern[..pattern.len() - end.len()];
        item.fault(
            format!("names are compared without {end}, so no file would fit"),
            format!("write {}, which fits compressed files too", quoted(bare)),
        );
        return None;
    }
    Some(pattern.to_owned())
}

/// Column → text, of the rows that are read.
fn only(item: &Item<'_>) -> Option<BTreeMap<String, String>> {
    let entries = item.entries("only = { ORGANISATION_ID = \"org_a\" }")?;
    if entries.len() > KEY_COLUMNS_MAX {
        let message = format!("{} columns are more than {KEY_COLUMNS_MAX}", entries.len());
        item.fault(message, "choose the rows by fewer columns");
        return None;
    }
    let read = |(column, text): (&str, Item<'_>)| {
        if column.trim().is_empty() || column.chars().count() > TEXT_CHARS_MAX {
            text.fault("the column needs a name", "write it as the header of the file does");
            return None;
        }
        Some((column.to_owned(), text.plain_text(TEXT_CHARS_MAX)?.to_owned()))
    };
    let read: Vec<Option<(String, String)>> = entries.into_iter().map(read).collect();
    read.into_iter().collect()
}

/// Up to `most` elements; `what` is what they are.
fn list_of<T>(
    item: &Item<'_>,
    most: usize,
    what: &str,
    read: impl Fn(&Item<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let items = item.list()?;
    if items.len() > most {
        let message = format!("{} {what} are more than {most}", items.len());
        item.fault(message, "keep those that files have");
        return None;
    }
    let read: Vec<Option<T>> = items.iter().map(read).collect();
    read.into_iter().collect()
}
