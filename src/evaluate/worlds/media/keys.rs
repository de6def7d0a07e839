//! The text of a world's file → a checked [`World`], or every fault with its line and column. What
//! each world has must be written; what only some have ([`changes`]) may stay away.

mod changes;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::{
    Attribution, Baseline, Bend, CHANNELS_MAX, Dirt, Flighting, MediaChannel, Noise, Shift,
    WARM_UP_WEEKS_MAX, WEEKS_MAX, Wander, World, column,
};
use crate::advice::mmm::adstock::{Adstock, LAGS_MAX};
use crate::config::{ConfigFault, File, Item, Role, SourceText, Table};
use crate::domain::channel::NAME_CHARS_MAX;
use crate::domain::nearest::nearest;
use crate::domain::{ChannelName, Currency, Day};

/// The longest sentence about a world.
const ABOUT_CHARS_MAX: usize = 400;
/// Holidays of a year.
const HOLIDAYS_MAX: usize = 60;

/// Amounts of a day: more than a hundred million belongs to no advertiser.
const AMOUNT: RangeInclusive<f64> = 0.01..=1e8;
const AMOUNT_OR_NOTHING: RangeInclusive<f64> = 0.0..=1e8;
const SHARE: RangeInclusive<f64> = 0.0..=1.0;
/// Some parameters leave no effect of spend at all, such as a peak far behind the last lag.
const TOTAL_MIN: f64 = 1e-9;
/// What is kept from one period to the next; at 1 nothing would ever fade.
const KEPT: RangeInclusive<f64> = 0.0..=0.999;
/// Standard deviations of logarithms: at 2, one day in forty is fifty times the usual.
const DEVIATION: RangeInclusive<f64> = 0.0..=2.0;

/// The world that `source` describes, or all that is wrong with it.
pub fn read(source: &SourceText) -> Result<World, Vec<ConfigFault>> {
    let (file, tree) = File::parse(source, Role::World);
    let world = world(Table::root(&file, &tree));
    let faults = file.into_faults();
    match world {
        Some(world) if faults.is_empty() => Ok(world),
        _ => Err(faults),
    }
}

fn world(root: Table<'_>) -> Option<World> {
    let name = root
        .required("name", "name = \"my world\"")
        .and_then(|item| item.plain_text(NAME_CHARS_MAX).map(str::to_owned));
    let about = root
        .required("about", "about = \"what it is there for\"")
        .and_then(|item| item.plain_text(ABOUT_CHARS_MAX).map(str::to_owned));
    let currency = root.required("currency", "currency = \"INR\"").and_then(|item| code(&item));
    let first_day =
        root.required("first_day", "first_day = \"2023-01-02\"").and_then(|item| first_day(&item));
    let weeks = root.required("weeks", "weeks = 104").and_then(|item| item.whole(1..=WEEKS_MAX));
    let warm_up_weeks = root
        .required("warm_up_weeks", "warm_up_weeks = 12")
        .and_then(|item| item.whole(0..=WARM_UP_WEEKS_MAX));
    let baseline = baseline(root.table("baseline"));
    let noise = noise(root.table("noise"));
    let dirt = dirt(root.table("dirt"));
    let channels = channels(&root);
    root.finish();
    Some(World {
        name: name?,
        about: about?,
        currency: currency?,
        first_day: first_day?,
        weeks: weeks?,
        warm_up_weeks: warm_up_weeks?,
        baseline: baseline?,
        noise: noise?,
        dirt: dirt?,
        channels: channels?,
    })
}

/// A number that the table must have.
fn number(
    table: &Table<'_>,
    key: &'static str,
    example: &'static str,
    range: RangeInclusive<f64>,
) -> Option<f64> {
    table.required(key, example)?.number(range)
}

fn code(item: &Item<'_>) -> Option<Currency> {
    let code = item.text()?;
    let currency = Currency::from_code(code);
    if currency.is_none() {
        let hint = match nearest(code, Currency::codes()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "write the three capitals of ISO 4217: \"INR\", \"EUR\", \"USD\"".to_owned(),
        };
        item.fault("not a currency that is known here", hint);
    }
    currency
}

fn first_day(item: &Item<'_>) -> Option<Day> {
    let day: Option<Day> = item.text()?.parse().ok();
    let day = day.filter(|day| {
        let year = chrono::Datelike::year(day);
        (2000..=2100).contains(&year)
    });
    if day.is_none() {
        item.fault("not a day of the years 2000 to 2100", "write it like \"2023-01-02\"");
    }
    day
}

fn baseline(table: Table<'_>) -> Option<Baseline> {
    let level = number(&table, "level", "level = 200000.0", AMOUNT);
    let trend = number(&table, "trend", "trend = 0.05", -0.9..=1.0);
    let season_amplitude = number(&table, "season_amplitude", "season_amplitude = 0.1", 0.0..=0.95);
    let season_peak = number(&table, "season_peak", "season_peak = 340", 1.0..=366.0);
    let variation = number(&table, "variation", "variation = 0.0", DEVIATION);
    let persistence = number(&table, "persistence", "persistence = 0.0", KEPT);
    let weekdays = table
        .required("weekdays", "weekdays = [1, 1, 1, 1, 1, 1, 1], Monday's factor first")
        .and_then(|item| weekdays(&item));
    let holidays =
        table.required("holidays", "holidays = [\"12-25\"]").and_then(|item| holidays(&item));
    let holiday_lift = number(&table, "holiday_lift", "holiday_lift = 0.5", -0.9..=10.0);
    let shift = changes::shift(&table);
    table.finish();
    Some(Baseline {
        level: level?,
        trend: trend?,
        season_amplitude: season_amplitude?,
        season_peak: season_peak?,
        variation: variation?,
        persistence: persistence?,
        weekdays: weekdays?,
        holidays: holidays?,
        holiday_lift: holiday_lift?,
        shift: shift?,
    })
}

fn weekdays(item: &Item<'_>) -> Option<[f64; 7]> {
    let list = item.list()?;
    let factors: Option<Vec<f64>> = list.iter().map(|item| item.number(0.01..=10.0)).collect();
    let factors = factors?.try_into().ok();
    if factors.is_none() {
        item.fault(
            format!("{} factors for 7 days", list.len()),
            "write one for each, Monday's first",
        );
    }
    factors
}

fn holidays(item: &Item<'_>) -> Option<Vec<String>> {
    let list = item.list()?;
    if list.len() > HOLIDAYS_MAX {
        item.fault(format!("more than {HOLIDAYS_MAX} holidays"), "leave some out");
        return None;
    }
    list.iter().map(holiday).collect()
}

fn holiday(item: &Item<'_>) -> Option<String> {
    let text = item.text()?;
    // 2000 had each day that a year can have.
    let day: Option<Day> = format!("2000-{text}").parse().ok();
    if day.is_none_or(|day| day.format("%m-%d").to_string() != text) {
        item.fault("not a day of the year", "write month and day, like \"12-25\"");
        return None;
    }
    Some(text.to_owned())
}

fn noise(table: Table<'_>) -> Option<Noise> {
    let share = number(&table, "share", "share = 0.05", SHARE);
    let autocorrelation = number(&table, "autocorrelation", "autocorrelation = 0.2", KEPT);
    let tails = table.optional("tails", |item| item.whole(changes::TAILS));
    table.finish();
    Some(Noise { share: share?, autocorrelation: autocorrelation?, tails: tails? })
}

fn dirt(table: Table<'_>) -> Option<Dirt> {
    let missing = number(&table, "missing", "missing = 0.01", SHARE);
    let negative = number(&table, "negative", "negative = 0.003", SHARE);
    let outlier = number(&table, "outlier", "outlier = 0.005", SHARE);
    let outlier_factor = number(&table, "outlier_factor", "outlier_factor = 10.0", 1.0..=1000.0);
    let repeated = number(&table, "repeated", "repeated = 0.01", SHARE);
    let lost = number(&table, "lost", "lost = 0.01", SHARE);
    let read = (|| {
        Some(Dirt {
            missing: missing?,
            negative: negative?,
            outlier: outlier?,
            outlier_factor: outlier_factor?,
            repeated: repeated?,
            lost: lost?,
        })
    })();
    if read.is_some_and(|dirt| dirt.missing + dirt.negative + dirt.outlier > 1.0) {
        table.fault("missing, negative and outlier sum to more than 1", "lower one of them");
    }
    table.finish();
    read
}

fn channels(root: &Table<'_>) -> Option<Vec<MediaChannel>> {
    let tables = root.tables("channels")?;
    if tables.is_empty() {
        root.fault("there is no channel", "add a [[channels]] with its keys");
    }
    if tables.len() > CHANNELS_MAX {
        root.fault(
            format!("{} channels are more than {CHANNELS_MAX}", tables.len()),
            "leave some out",
        );
        return None;
    }
    let mut seen = BTreeMap::new();
    let channels: Vec<Option<MediaChannel>> =
        tables.into_iter().map(|table| channel(table, &mut seen)).collect();
    channels.into_iter().collect()
}

fn channel(table: Table<'_>, seen: &mut BTreeMap<String, usize>) -> Option<MediaChannel> {
    let name =
        table.required("name", "name = \"Google Ads\"").and_then(|item| channel_name(&item, seen));
    let spend = number(&table, "spend", "spend = 20000.0", AMOUNT);
    let spend_variation = number(&table, "spend_variation", "spend_variation = 0.3", DEVIATION);
    let spend_persistence = number(&table, "spend_persistence", "spend_persistence = 0.5", KEPT);
    let daily_variation = number(&table, "daily_variation", "daily_variation = 0.1", DEVIATION);
    let follows_demand = number(&table, "follows_demand", "follows_demand = 0.0", -3.0..=3.0);
    let follows_weekday = number(&table, "follows_weekday", "follows_weekday = 0.0", -3.0..=3.0);
    let follows_others = table.or("follows_others", 0.0, |item| item.number(SHARE));
    let effect = number(&table, "effect", "effect = 80000.0", AMOUNT_OR_NOTHING);
    let price = number(&table, "price_per_click", "price_per_click = 12.0", 0.0001..=1e6);
    let impressions =
        number(&table, "impressions_per_click", "impressions_per_click = 40.0", 1.0..=1e5);
    let conversion = number(&table, "conversion_value", "conversion_value = 900.0", 0.01..=1e8);
    let flighting = flighting(table.table("flighting"));
    let adstock = adstock(table.table("adstock"));
    let saturation = saturation(table.table("saturation"));
    let attribution = attribution(table.table("attribution"));
    let (shift, wander) = (changes::shift(&table), changes::wander(&table));
    table.finish();
    Some(MediaChannel {
        name: name?,
        spend: spend?,
        spend_variation: spend_variation?,
        spend_persistence: spend_persistence?,
        daily_variation: daily_variation?,
        follows_demand: follows_demand?,
        follows_weekday: follows_weekday?,
        follows_others: follows_others?,
        effect: effect?,
        price_per_click: price?,
        impressions_per_click: impressions?,
        conversion_value: conversion?,
        flighting: flighting?,
        adstock: adstock?,
        saturation: saturation?,
        attribution: attribution?,
        shift: shift?,
        wander: wander?,
    })
}

/// Names become parts of column names, so they keep to what every program takes there.
fn channel_name(item: &Item<'_>, seen: &mut BTreeMap<String, usize>) -> Option<String> {
    let name = item.plain_text(NAME_CHARS_MAX)?;
    let is_plain = |character: char| {
        character.is_ascii_alphanumeric() || matches!(character, ' ' | '_' | '-' | '.' | '&')
    };
    let begins_well = name.starts_with(|first: char| first.is_ascii_alphanumeric());
    if !begins_well || !name.chars().all(is_plain) || ChannelName::new(name).is_err() {
        item.fault(
            "not a channel name of a world",
            "write letters and digits, with spaces, _, -, . and & between them",
        );
        return None;
    }
    if let Some(line) = seen.insert(column(name), item.line()) {
        item.misfit(
            format!("the channel of line {line} has the same columns ({}_spend)", column(name)),
            "give each channel a name of its own",
        );
        return None;
    }
    Some(name.to_owned())
}

fn flighting(table: Table<'_>) -> Option<Flighting> {
    let share = number(&table, "share", "share = 1.0, for a channel that is always on", 0.01..=1.0);
    let weeks = number(&table, "weeks", "weeks = 4.0", 1.0..=520.0);
    let read = share.zip(weeks).map(|(share, weeks)| Flighting { share, weeks });
    if read.is_some_and(|read| read.share < 1.0 && read.share > (1.0 - read.share) * read.weeks) {
        table.fault(
            "the weeks off would last less than a week at a stretch",
            "lower share, raise weeks, or write share = 1.0",
        );
    }
    table.finish();
    read
}

#[derive(Clone, Copy)]
enum Kind {
    None,
    Geometric,
    GeometricNormalised,
    Delayed,
    WeibullCdf,
    WeibullPdf,
}

const KINDS: [(&str, Kind); 6] = [
    ("none", Kind::None),
    ("geometric", Kind::Geometric),
    ("geometric_normalised", Kind::GeometricNormalised),
    ("delayed", Kind::Delayed),
    ("weibull_cdf", Kind::WeibullCdf),
    ("weibull_pdf", Kind::WeibullPdf),
];

fn adstock(table: Table<'_>) -> Option<Adstock> {
    let kind = table.required("kind", "kind = \"geometric\"").and_then(|item| item.choice(&KINDS));
    let read = match kind {
        None => {
            // Whatever stands there may belong to the kind that was meant.
            for key in ["decay", "lags", "peak", "shape", "scale"] {
                table.item(key);
            }
            None
        }
        Some(kind) => of_kind(&table, kind),
    };
    if read.is_some_and(|adstock| adstock.total() <= TOTAL_MIN) {
        table.fault("spend would have no effect on any day", "raise lags, or lower peak or scale");
    }
    table.finish();
    read
}

fn of_kind(table: &Table<'_>, kind: Kind) -> Option<Adstock> {
    let decay = || number(table, "decay", "decay = 0.5", KEPT);
    let shape = || number(table, "shape", "shape = 2.0", 0.01..=20.0);
    let scale = || number(table, "scale", "scale = 5.0, in days", 0.01..=1000.0);
    match kind {
        Kind::None => Some(Adstock::None),
        Kind::Geometric => Some(Adstock::Geometric { decay: decay()? }),
        Kind::GeometricNormalised => {
            let (decay, lags) = (decay(), lags(table));
            Some(Adstock::GeometricNormalised { decay: decay?, lags: lags? })
        }
        Kind::Delayed => {
            let peak = number(table, "peak", "peak = 3.0, in days", 0.0..=365.0);
            let (decay, lags) = (decay(), lags(table));
            Some(Adstock::Delayed { decay: decay?, peak: peak?, lags: lags? })
        }
        Kind::WeibullCdf => {
            let (shape, scale, lags) = (shape(), scale(), lags(table));
            Some(Adstock::WeibullCdf { shape: shape?, scale: scale?, lags: lags? })
        }
        Kind::WeibullPdf => {
            let (shape, scale, lags) = (shape(), scale(), lags(table));
            Some(Adstock::WeibullPdf { shape: shape?, scale: scale?, lags: lags? })
        }
    }
}

fn lags(table: &Table<'_>) -> Option<usize> {
    let most = u32::try_from(LAGS_MAX).expect("a thousand");
    let lags = table.required("lags", "lags = 28, in days")?.whole(1..=most)?;
    usize::try_from(lags).ok()
}

fn saturation(table: Table<'_>) -> Option<Bend> {
    let half = number(&table, "half_saturation", "half_saturation = 1.5", 0.01..=1000.0);
    let slope = number(&table, "slope", "slope = 1.0", 0.1..=10.0);
    table.finish();
    Some(Bend { half_saturation: half?, slope: slope? })
}

fn attribution(table: Table<'_>) -> Option<Attribution> {
    let of_contribution = number(&table, "of_contribution", "of_contribution = 1.0", 0.0..=100.0);
    let of_baseline = number(&table, "of_baseline", "of_baseline = 0.0", SHARE);
    let variation = number(&table, "variation", "variation = 0.05", DEVIATION);
    table.finish();
    Some(Attribution {
        of_contribution: of_contribution?,
        of_baseline: of_baseline?,
        variation: variation?,
    })
}
