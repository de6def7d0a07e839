//! `[[model.channels]]` of an account → what is known of its channels' shapes: each channel once,
//! and no key that its carryover or saturation doesn't have.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::channel::ReadChannel;
use super::table::Table;
use super::value::{Item, quoted};
use crate::domain::ChannelName;
use crate::domain::model::{AdstockModel, ChannelKind, ChannelModel, LAGS_MAX, SaturationModel};
use crate::domain::nearest::nearest;
use crate::domain::text::folded;

/// A period that keeps all would never forget; 0.99 keeps half for 69 periods.
const DECAYS: RangeInclusive<f64> = 0.0..=0.99;
/// Weibull's and Hill's shapes beyond these are steps.
const SHAPES: RangeInclusive<f64> = 0.1..=20.0;
const SLOPES: RangeInclusive<f64> = 0.1..=10.0;
/// Weibull's scale in periods.
const SCALES: RangeInclusive<f64> = 0.01..=1_000.0;
/// Amounts per period in major units, and one divided by them.
const AMOUNTS: RangeInclusive<f64> = 1e-6..=1e13;
const RATES: RangeInclusive<f64> = 1e-13..=1e6;

/// The account's channels by the names and aliases of each, without case.
struct Names {
    by_folded: BTreeMap<String, ChannelName>,
    written: Vec<String>,
}

impl Names {
    fn of(channels: &[ReadChannel<'_>]) -> Self {
        let (mut by_folded, mut written) = (BTreeMap::new(), Vec::new());
        for ReadChannel { channel, .. } in channels {
            let aliases = channel.aliases.iter().map(String::as_str);
            for name in std::iter::once(channel.name.as_str()).chain(aliases) {
                by_folded.insert(folded(name), channel.name.clone());
                written.push(name.to_owned());
            }
        }
        Self { by_folded, written }
    }
}

/// The tables, in the order of the file; `channels` are the account's, where they could be read.
pub(super) fn read_all(
    table: &Table<'_>,
    channels: Option<&[ReadChannel<'_>]>,
) -> Option<Vec<ChannelModel>> {
    let tables = table.tables("channels")?;
    if tables.is_empty() {
        return Some(Vec::new());
    }
    let names = channels.map(Names::of);
    let mut taken = BTreeMap::new();
    let read: Vec<Option<ChannelModel>> =
        tables.into_iter().map(|table| read(table, names.as_ref(), &mut taken)).collect();
    read.into_iter().collect()
}

/// Channels described so far, and the line of each.
type Taken = BTreeMap<ChannelName, usize>;

fn read(table: Table<'_>, names: Option<&Names>, taken: &mut Taken) -> Option<ChannelModel> {
    let channel = table
        .required("name", "name = \"…\", a channel of the account")
        .and_then(|item| channel(&item, names, taken));
    let kinds = [
        ("brand", ChannelKind::Brand),
        ("launch", ChannelKind::Launch),
        ("lead", ChannelKind::Lead),
        ("retargeting", ChannelKind::Retargeting),
    ];
    let kind = table.optional("kind", |item| item.choice(&kinds));
    let adstock = adstock(&table);
    let saturation = saturation(&table);
    table.finish();
    Some(ChannelModel {
        channel: channel?,
        kind: kind?,
        adstock: adstock?,
        saturation: saturation?,
    })
}

fn channel(item: &Item<'_>, names: Option<&Names>, taken: &mut Taken) -> Option<ChannelName> {
    let text = item.text()?;
    let channel = match names {
        Some(names) => names.by_folded.get(&folded(text)).cloned(),
        None => ChannelName::new(text).ok(),
    };
    let Some(channel) = channel else {
        let known = names.into_iter().flat_map(|names| &names.written).map(String::as_str);
        let hint = match nearest(text, known) {
            Some(near) => format!("did you mean {}?", quoted(near)),
            None => "write a channel of this account, or add one to its [[channels]]".to_owned(),
        };
        item.misfit("the account has no channel of this name or alias", hint);
        return None;
    };
    if let Some(line) = taken.insert(channel.clone(), item.line()) {
        let message = format!("line {line} describes this channel already");
        item.misfit(message, "put all that is known of a channel into one [[model.channels]]");
        return None;
    }
    Some(channel)
}

/// The keys of a carryover beside its name.
const ADSTOCK_KEYS: [&str; 6] = ["kind", "decay", "lags", "peak", "shape", "scale"];

/// A carryover's name with the keys that it has.
type Form<'f> = (&'static str, &'f [&'static str]);

const ADSTOCKS: [Form<'_>; 6] = [
    ("none", &[]),
    ("geometric", &["kind", "decay"]),
    ("geometric_normalised", &["kind", "decay", "lags"]),
    ("delayed", &["kind", "decay", "lags", "peak"]),
    ("weibull_cdf", &["lags", "shape", "scale"]),
    ("weibull_pdf", &["lags", "shape", "scale"]),
];

fn adstock(table: &Table<'_>) -> Option<AdstockModel> {
    let form = form(table, "adstock", &ADSTOCKS, "geometric", &ADSTOCK_KEYS);
    let decay = number(table, "decay", DECAYS);
    let lags = table.optional("lags", |item| item.whole(1..=LAGS_MAX));
    let peak = number(table, "peak", 0.0..=f64::from(LAGS_MAX - 1));
    let (shape, scale) = (number(table, "shape", SHAPES), number(table, "scale", SCALES));
    let (form, decay, lags, peak) = (form?, decay?, lags?, peak?);
    let (shape, scale) = (shape?, scale?);
    if let (Some(peak), Some(lags), Some(item)) = (peak, lags, table.item("peak"))
        && peak > f64::from(lags - 1)
    {
        item.misfit(
            format!("beyond the last of the {lags} lags, which is {}", lags - 1),
            "write an earlier peak, or more lags",
        );
        return None;
    }
    Some(match form {
        "none" => AdstockModel::None,
        "geometric_normalised" => AdstockModel::GeometricNormalised { decay, lags },
        "delayed" => AdstockModel::Delayed { decay, peak, lags },
        "weibull_cdf" => AdstockModel::WeibullCdf { shape, scale, lags },
        "weibull_pdf" => AdstockModel::WeibullPdf { shape, scale, lags },
        _ => AdstockModel::Geometric { decay },
    })
}

/// The keys of a saturation beside its name.
const SATURATION_KEYS: [&str; 4] = ["half_saturation", "slope", "rate", "saturation_scale"];

const SATURATIONS: [Form<'_>; 6] = [
    ("none", &[]),
    ("logarithm", &["saturation_scale"]),
    ("exponential", &["rate"]),
    ("hill", &["half_saturation", "slope"]),
    ("logistic", &["rate"]),
    ("michaelis_menten", &["half_saturation"]),
];

fn saturation(table: &Table<'_>) -> Option<SaturationModel> {
    let form = form(table, "saturation", &SATURATIONS, "hill", &SATURATION_KEYS);
    let half_saturation = number(table, "half_saturation", AMOUNTS);
    let slope = number(table, "slope", SLOPES);
    let rate = number(table, "rate", RATES);
    let scale = number(table, "saturation_scale", AMOUNTS);
    let (form, half_saturation, slope) = (form?, half_saturation?, slope?);
    let (rate, scale) = (rate?, scale?);
    Some(match form {
        "none" => SaturationModel::None,
        "logarithm" => SaturationModel::Logarithm { scale },
        "exponential" => SaturationModel::Exponential { rate },
        "logistic" => SaturationModel::Logistic { rate },
        "michaelis_menten" => SaturationModel::MichaelisMenten { half_saturation },
        _ => SaturationModel::Hill { half_saturation, slope },
    })
}

#[expect(clippy::option_option, reason = "faulty and searched for are different answers")]
fn number(table: &Table<'_>, key: &'static str, range: RangeInclusive<f64>) -> Option<Option<f64>> {
    table.optional(key, |item| item.number(range))
}

/// The name that `key` gives, one of `forms`, or `default`; faults each of `keys` that a form of
/// this name doesn't have.
fn form(
    table: &Table<'_>,
    key: &'static str,
    forms: &[Form<'static>],
    default: &'static str,
    keys: &[&'static str],
) -> Option<&'static str> {
    let choices: Vec<(&str, &str)> = forms.iter().map(|(name, _)| (*name, *name)).collect();
    let name = table.or(key, default, |item| item.choice(&choices))?;
    let (_, own) = forms.iter().find(|(known, _)| *known == name)?;
    let mut is_sound = true;
    for other in keys.iter().filter(|other| !own.contains(other)) {
        let Some(item) = table.item(other) else { continue };
        let having: Vec<String> = forms
            .iter()
            .filter(|(_, has)| has.contains(other))
            .map(|(name, _)| quoted(name))
            .collect();
        let is = if table.item(key).is_none() { "is by default" } else { "is" };
        item.misfit(
            format!("{key} {is} {}, which has no {other}", quoted(name)),
            format!("leave it out, or choose {key} = {}", having.join(" or ")),
        );
        is_sound = false;
    }
    is_sound.then_some(name)
}
