//! What a look found → a [`Source`]: the preset that needs the fewest settings beside it, or the
//! shipped format, and the settings in which it deviates. What the base reads already stays its own.

use super::numbers::Numbers;
use super::words::Role;
use crate::config;
use crate::domain::Source;
use crate::domain::source::{
    Columns, DatedBy, Encoding, Grain, Layout, Meaning, Meanings, Outcome, Totals, Unit,
};

/// All that a look found.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each was found by itself")]
pub(super) struct Found {
    pub layout: Layout,
    pub encoding: Encoding,
    /// Whether the bytes name their encoding themselves.
    pub has_mark: bool,
    pub separator: u8,
    pub grain: Grain,
    pub dated_by: DatedBy,
    pub date_format: Option<String>,
    pub numbers: Option<Numbers>,
    /// Whether amounts are finer than the minor unit.
    pub is_fine: bool,
    pub spend_unit: Unit,
    pub revenue_unit: Unit,
    /// The names or patterns of each role; a role that isn't here has no column.
    pub columns: Vec<(Role, Vec<String>)>,
    pub keys: Vec<String>,
    pub outcome: Option<Outcome>,
    pub controls: Vec<String>,
    pub has_extra_columns: bool,
    /// Whether some column may be money of a channel: then nothing is left out unsaid.
    pub has_unsure_columns: bool,
    pub blank: Vec<Role>,
    pub dashes: Vec<Role>,
    pub totals: Totals,
}

/// A source, the preset that it is based on, and the settings that differ from that.
#[derive(Debug)]
pub(super) struct Described {
    pub source: Source,
    pub preset: Option<String>,
    pub differing: Vec<&'static str>,
}

impl Found {
    fn names(&self, role: Role) -> &[String] {
        let found = self.columns.iter().find(|(known, _)| *known == role);
        found.map_or(&[], |(_, names)| names)
    }
}

/// The source that reads what was found.
pub(super) fn describe(found: &Found) -> Described {
    let nearest = config::presets()
        .iter()
        .filter_map(|preset| Some((preset.name, config::preset(preset.name)?)))
        .filter(|(_, preset)| is_akin(preset, found))
        .map(|(name, preset)| {
            let (source, differing) = overlay(preset, found);
            Described { source, preset: Some(name.to_owned()), differing }
        })
        .min_by_key(|described| described.differing.len());
    nearest.unwrap_or_else(|| {
        let (source, differing) = overlay(Source::long(), found);
        Described { source, preset: None, differing }
    })
}

/// Whether a preset is of the same kind: its layout, and its names of date and spend.
fn is_akin(preset: &Source, found: &Found) -> bool {
    let covers = |role| covers(of(&preset.columns, role), found.names(role));
    let is_measured = !found.names(Role::Spend).is_empty();
    preset.layout == found.layout
        && is_measured
        && covers(Role::Date)
        && covers(Role::Spend)
        && (found.layout != Layout::Wide || preset.grain == found.grain)
}

/// Whether a preset's names hold all of those found.
fn covers(known: &[String], found: &[String]) -> bool {
    let same = |one: &str, other: &str| one.to_lowercase() == other.to_lowercase();
    found.iter().all(|name| known.iter().any(|known| same(known, name)))
}

/// `base` with what it can't read set as found.
fn overlay(mut base: Source, found: &Found) -> (Source, Vec<&'static str>) {
    let mut differing = Vec::new();
    let was_wide = base.layout == Layout::Wide;
    let mut note = |is_changed: bool, setting: &'static str| {
        if is_changed {
            differing.push(setting);
        }
    };
    note(set(&mut base.layout, found.layout), "layout");
    note(set(&mut base.grain, found.grain), "grain");
    note(set(&mut base.dated_by, found.dated_by), "dated_by");
    if !(found.has_mark && matches!(base.encoding, Encoding::Utf8 | Encoding::Utf16)) {
        note(set(&mut base.encoding, found.encoding), "encoding");
    }
    note(set(&mut base.separator, found.separator), "separator");
    if let Some(format) = &found.date_format {
        note(set(&mut base.date_format, format.clone()), "date_format");
    }
    if let Some(numbers) = &found.numbers {
        let written = &mut base.numbers;
        let is_marked = found.numbers.as_ref().is_some_and(|it| it.says_something);
        if is_marked {
            note(set(&mut written.decimal, numbers.writing.decimal), "decimal");
        }
        let has_groups = numbers.writing.thousands != crate::domain::source::Thousands::None;
        if has_groups || written.decimal == mark_of(written.thousands) {
            note(set(&mut written.thousands, numbers.writing.thousands), "thousands");
        }
        note(raise(&mut written.currency_marks, !numbers.marks.is_empty()), "currency_marks");
        note(raise(&mut written.exponents, numbers.exponents), "exponents");
    }
    note(raise(&mut base.numbers.round, found.is_fine), "round");
    note(set(&mut base.numbers.spend_unit, found.spend_unit), "spend_unit");
    note(set(&mut base.numbers.revenue_unit, found.revenue_unit), "revenue_unit");
    note(set_columns(&mut base, found, was_wide), "columns");
    if found.has_unsure_columns {
        note(set(&mut base.ignore_extra_columns, false), "extra_columns");
    } else {
        note(raise(&mut base.ignore_extra_columns, found.has_extra_columns), "extra_columns");
    }
    if !covers(&base.columns.keys, &found.keys) {
        note(set(&mut base.columns.keys, found.keys.clone()), "key_columns");
    }
    note(unknown(&mut base.blank, &found.blank), "blank");
    note(unknown(&mut base.dashes, &found.dashes), "dashes");
    note(set_totals(&mut base.totals, &found.totals), "totals");
    (base, differing)
}

const fn mark_of(thousands: crate::domain::source::Thousands) -> char {
    match thousands {
        crate::domain::source::Thousands::Comma => ',',
        crate::domain::source::Thousands::Point => '.',
        _ => '\0',
    }
}

fn set<T: PartialEq>(setting: &mut T, found: T) -> bool {
    let is_changed = *setting != found;
    *setting = found;
    is_changed
}

/// What a base allows, it may go on allowing.
fn raise(setting: &mut bool, found: bool) -> bool {
    let is_changed = found && !*setting;
    *setting |= found;
    is_changed
}

/// Patterns of a wide base that fit no column of the file do no harm.
fn set_columns(base: &mut Source, found: &Found, was_wide: bool) -> bool {
    let mut is_changed = false;
    if !found.names(Role::Channel).is_empty() {
        // The column names the channel of each row, and the preset's own counts no more.
        base.channel = None;
        base.campaigns.clear();
    }
    let has_channel = base.channel.is_some() || !base.campaigns.is_empty();
    for role in Role::ALL {
        let names = found.names(role);
        let known = of(&base.columns, role);
        let may_lack = match role {
            Role::Campaign => found.layout != Layout::Wide || was_wide,
            Role::Currency => true,
            Role::Channel => has_channel && known.is_empty() || was_wide,
            Role::Date | Role::Spend => false,
            _ => was_wide,
        };
        if names.is_empty() && (may_lack || known.is_empty()) {
            continue;
        }
        if names.is_empty() || !covers(known, names) {
            *of_mut(&mut base.columns, role) = names.to_vec();
            is_changed = true;
        }
    }
    if found.outcome.is_some() {
        is_changed |= set(&mut base.columns.outcome, found.outcome.clone());
    }
    if found.layout == Layout::Wide && !covers(&base.columns.controls, &found.controls) {
        is_changed |= set(&mut base.columns.controls, found.controls.clone());
    }
    is_changed
}

fn of(columns: &Columns, role: Role) -> &[String] {
    match role {
        Role::Date => &columns.date,
        Role::Channel => &columns.channel,
        Role::Campaign => &columns.campaign,
        Role::Currency => &columns.currency,
        Role::Spend => &columns.spend,
        Role::Impressions => &columns.impressions,
        Role::Clicks => &columns.clicks,
        Role::Conversions => &columns.conversions,
        Role::Revenue => &columns.revenue,
    }
}

fn of_mut(columns: &mut Columns, role: Role) -> &mut Vec<String> {
    match role {
        Role::Date => &mut columns.date,
        Role::Channel => &mut columns.channel,
        Role::Campaign => &mut columns.campaign,
        Role::Currency => &mut columns.currency,
        Role::Spend => &mut columns.spend,
        Role::Impressions => &mut columns.impressions,
        Role::Clicks => &mut columns.clicks,
        Role::Conversions => &mut columns.conversions,
        Role::Revenue => &mut columns.revenue,
    }
}

/// Cells without a figure are unknown where the base would refuse them: nothing is invented.
fn unknown(meanings: &mut Meanings, roles: &[Role]) -> bool {
    let mut is_changed = false;
    for role in roles {
        let meaning = match role {
            Role::Spend => &mut meanings.spend,
            Role::Impressions => &mut meanings.impressions,
            Role::Clicks => &mut meanings.clicks,
            Role::Conversions => &mut meanings.conversions,
            Role::Revenue => &mut meanings.revenue,
            _ => continue,
        };
        if *meaning == Meaning::Refuse {
            *meaning = Meaning::Absent;
            is_changed = true;
        }
    }
    is_changed
}

fn set_totals(base: &mut Totals, found: &Totals) -> bool {
    let mut is_changed = false;
    let are_known = |known: &[String], texts: &[String]| {
        let known: Vec<String> = known.iter().map(|text| close_colon(text)).collect();
        covers(&known, texts)
    };
    if !are_known(&base.labels, &found.labels) {
        base.labels.clone_from(&found.labels);
        base.check.clone_from(&found.check);
        is_changed = true;
    } else if !are_known(&base.check, &found.check) {
        base.check.clone_from(&found.check);
        is_changed = true;
    }
    is_changed |= raise(&mut base.blank_campaign, found.blank_campaign);
    if found.marked.is_some() {
        is_changed |= set(&mut base.marked, found.marked.clone());
    }
    if found.unit.is_some() {
        is_changed |= set(&mut base.unit, found.unit);
    }
    is_changed
}

/// "Total : campagnes" without the space, which doesn't count.
fn close_colon(text: &str) -> String {
    match text.split_once(':') {
        Some((word, rest)) => format!("{}:{rest}", word.trim_end()),
        None => text.to_owned(),
    }
}
