//! `[model]` of an account → checked [`ModelSettings`]. Shapes of channels are for `model_channel`.

use std::collections::BTreeSet;

use super::channel::ReadChannel;
use super::model_channel;
use super::table::Table;
use super::value::{Item, quoted};
use crate::domain::model::{Country, Families, Holidays, Preset, SEASON_WAVES_MAX, TestPeriods};
use crate::domain::nearest::nearest;
use crate::domain::{Day, ModelSettings, Share};

/// An hour: a weekly run that waits for longer doesn't wait for a model.
const SECONDS_MOST: u32 = 3_600;
/// Outliers nearer than half a range are every third figure.
const RANGES_LEAST: f64 = 0.5;
/// Beyond this nothing is an outlier.
const RANGES_MOST: f64 = 1e6;
/// Fewer periods test nothing; more leave too few to learn from.
const TEST_SHARE_LEAST: Share = Share::from_millionths(50_000);
const TEST_SHARE_MOST: Share = Share::from_millionths(500_000);
/// Entries of `holidays`: fifty years of every week.
const HOLIDAYS_MAX: usize = 3_000;

/// Reads `[model]`; `channels` are the account's, where they could be read.
pub(super) fn read(
    table: Table<'_>,
    channels: Option<&[ReadChannel<'_>]>,
) -> Option<ModelSettings> {
    let shipped = ModelSettings::default();
    let enabled = table.or("enabled", shipped.enabled, |item| item.flag());
    let seconds_max =
        table.or("seconds_max", shipped.seconds_max, |item| item.whole(1..=SECONDS_MOST));
    let preset = table.or("preset", shipped.preset, |item| preset(&item));
    let families = table.or("families", shipped.families, |item| families(&item));
    let confidence = table.or("confidence", shipped.confidence, |item| item.number(0.5..=0.999));
    let test = test(&table, shipped.test);
    let outlier_ranges =
        table.or("outlier_ranges", shipped.outlier_ranges, |item| ranges_or_none(&item));
    let empty_share_max = table.or("empty_share_max", shipped.empty_share_max, |item| item.share());
    let trend = table.or("trend", shipped.trend, |item| auto_or_flag(&item));
    let season_waves = table.or("season_waves", shipped.season_waves, |item| waves(&item));
    let weekdays = table.or("weekdays", shipped.weekdays, |item| auto_or_flag(&item));
    let months = table.or("months", shipped.months, |item| item.flag());
    let holidays = table.or("holidays", shipped.holidays, |item| holidays(&item));
    let pool = table.or("pool", shipped.pool, |item| item.flag());
    let channels = model_channel::read_all(&table, channels);
    table.finish();
    Some(ModelSettings {
        enabled: enabled?,
        seconds_max: seconds_max?,
        preset: preset?,
        families: families?,
        confidence: confidence?,
        test: test?,
        outlier_ranges: outlier_ranges?,
        empty_share_max: empty_share_max?,
        trend: trend?,
        season_waves: season_waves?,
        weekdays: weekdays?,
        months: months?,
        holidays: holidays?,
        pool: pool?,
        channels: channels?,
    })
}

fn preset(item: &Item<'_>) -> Option<Preset> {
    let text = item.text()?;
    let found = Preset::ALL.into_iter().find(|preset| preset.name() == text);
    if found.is_none() {
        let names = Preset::ALL.map(|preset| quoted(preset.name())).join(" or ");
        item.fault("not a kind of model", format!("write {names}"));
    }
    found
}

fn families(item: &Item<'_>) -> Option<Families> {
    let text = item.text()?;
    let found = Families::ALL.into_iter().find(|families| families.name() == text);
    if found.is_none() {
        let names = Families::ALL.map(|families| quoted(families.name())).join(" or ");
        item.fault("no families of curves", format!("write {names}"));
    }
    found
}

fn test(table: &Table<'_>, shipped: TestPeriods) -> Option<TestPeriods> {
    let share = table.optional("test_share", |item| test_share(&item));
    let from = table.optional("test_from", |item| day(&item));
    if let (Some(share), Some(from)) = (table.item("test_share"), table.item("test_from")) {
        let message =
            format!("test_share in line {} says already what tests the model", share.line());
        from.misfit(message, "leave one of the two out");
        return None;
    }
    match (share?, from?) {
        (Some(share), _) => Some(TestPeriods::Share(share)),
        (None, Some(day)) => Some(TestPeriods::From(day)),
        (None, None) => Some(shipped),
    }
}

fn test_share(item: &Item<'_>) -> Option<Share> {
    let share = item.share()?;
    if (TEST_SHARE_LEAST..=TEST_SHARE_MOST).contains(&share) {
        return Some(share);
    }
    item.fault("out of range", "write a decimal from \"0.05\" to \"0.5\"");
    None
}

fn day(item: &Item<'_>) -> Option<Day> {
    let day = parsed_day(item.text()?);
    if day.is_none() {
        item.fault("not a day", "write year, month and day, such as \"2026-01-05\"");
    }
    day
}

fn parsed_day(text: &str) -> Option<Day> {
    Day::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| day.to_string() == text)
}

#[expect(clippy::option_option, reason = "faulty and no limit are different answers")]
fn ranges_or_none(item: &Item<'_>) -> Option<Option<f64>> {
    match item.value.as_str() {
        Some("none") => Some(None),
        Some(_) => {
            item.fault(
                "neither a number nor \"none\"",
                "write a number such as 3.0 without quotes, or \"none\" to clip nothing",
            );
            None
        }
        None => item.number(RANGES_LEAST..=RANGES_MOST).map(Some),
    }
}

#[expect(clippy::option_option, reason = "faulty and by itself are different answers")]
fn auto_or_flag(item: &Item<'_>) -> Option<Option<bool>> {
    if item.value.as_str() == Some(AUTO) {
        return Some(None);
    }
    let flag = item.value.as_bool();
    if flag.is_none() {
        item.fault(
            "neither true, false nor \"auto\"",
            "write true or false without quotes, or \"auto\" to let the length of the history decide",
        );
    }
    flag.map(Some)
}

/// The word for what the data decide.
const AUTO: &str = "auto";

#[expect(clippy::option_option, reason = "faulty and by itself are different answers")]
fn waves(item: &Item<'_>) -> Option<Option<u32>> {
    if item.value.as_str() == Some(AUTO) {
        return Some(None);
    }
    let hint = format!(
        "write a whole number from 0 to {SEASON_WAVES_MAX} without quotes, or \"auto\" to let the \
         length of the history decide"
    );
    let waves = item.whole_with_hint(0..=u64::from(SEASON_WAVES_MAX), &hint)?;
    u32::try_from(waves).ok().map(Some)
}

fn holidays(item: &Item<'_>) -> Option<Holidays> {
    let items = item.list()?;
    if items.len() > HOLIDAYS_MAX {
        let message = format!("{} entries are more than {HOLIDAYS_MAX}", items.len());
        item.fault(message, "keep the days that the figures cover");
        return None;
    }
    let read: Vec<Option<Holiday>> = items.iter().map(holiday).collect();
    let mut holidays = Holidays { countries: BTreeSet::new(), days: BTreeSet::new() };
    for holiday in read.into_iter().collect::<Option<Vec<_>>>()? {
        match holiday {
            Holiday::Of(country) => holidays.countries.insert(country),
            Holiday::On(day) => holidays.days.insert(day),
        };
    }
    Some(holidays)
}

/// An entry of `holidays`.
enum Holiday {
    Of(Country),
    On(Day),
}

fn holiday(item: &Item<'_>) -> Option<Holiday> {
    let text = item.text()?;
    if let Some(country) = Country::ALL.into_iter().find(|country| country.code() == text) {
        return Some(Holiday::Of(country));
    }
    if let Some(day) = parsed_day(text) {
        return Some(Holiday::On(day));
    }
    let codes = || Country::ALL.into_iter().map(Country::code);
    let near = Country::from_code(text).map(Country::code).or_else(|| {
        let is_short = text.chars().count() <= 3;
        nearest(text, codes()).filter(|_| is_short)
    });
    let hint = match (text, near) {
        ("UK", _) => "the code of the United Kingdom is \"GB\"".to_owned(),
        (_, Some(near)) => format!("did you mean {}?", quoted(near)),
        (_, None) => {
            let codes: Vec<String> = codes().map(quoted).collect();
            format!("write one of {}, or a day such as \"2025-10-20\"", codes.join(", "))
        }
    };
    item.fault("neither a country whose holidays are known here nor a day", hint);
    None
}
