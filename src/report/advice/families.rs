//! Both families of response curves → their part of the model card, and
//! `response_curves_flexible.csv`: the curves of the family without a fixed shape.

use serde_json::{Value, json};

use super::card::{interval, scores};
use super::curves::curves_csv;
use super::estimate;
use crate::advice::mmm::attribution::Attribution;
use crate::advice::mmm::spread::Estimate;
use crate::advice::uncertainty::spline::{Families, FamilyScores, Preferred};

/// The file, channel after channel, with the columns of `response_curves.csv`.
pub fn response_curves_flexible_csv(families: &Families) -> Vec<u8> {
    let channels = families.flexible.channels.iter();
    curves_csv(channels.map(|channel| (channel.channel.as_str(), channel.curve.clone())))
}

/// What each family foretold and what it says of each channel; empty where they weren't compared.
pub(super) fn families(
    families: &Families,
    attribution: &Attribution,
    marginal_roas: &[Option<Estimate>],
) -> Value {
    let shaped = attribution.channels.iter().zip(marginal_roas).map(|(channel, marginal)| {
        said(&channel.channel, &channel.contribution, channel.incremental_roas, *marginal)
    });
    let flexible = families.flexible.channels.iter().map(|channel| {
        let roas = channel.incremental_roas;
        said(&channel.channel, &channel.contribution, roas, channel.marginal_roas)
    });
    let family = |name: &str, foretold: &FamilyScores, channels: Vec<Value>| {
        json!({
            "name": name,
            "log_density": estimate(foretold.log_density),
            "coverage": estimate(foretold.coverage),
            "scores": scores(&foretold.scores),
            "channels": channels,
        })
    };
    json!([
        family("shaped", &families.shaped_scores, shaped.collect()),
        family("flexible", &families.flexible_scores, flexible.collect()),
    ])
}

/// Which family is preferred, by how much, and of which channels they tell different things.
pub(super) fn preference(families: &Families, attribution: &Attribution) -> Value {
    json!({
        "preferred": match families.preference.family() {
            Preferred::Shaped => "shaped",
            Preferred::Flexible => "flexible",
            Preferred::Neither => "no clear winner",
        },
        "log_density_difference": estimate(families.preference.difference),
        "standard_error": estimate(families.preference.error),
        "periods": families.shaped_scores.scores.periods,
        "disputed": families.disputed(attribution),
        "text": families.check(attribution).text,
    })
}

fn said(
    channel: &str,
    contribution: &Estimate,
    roas: Option<Estimate>,
    marginal: Option<Estimate>,
) -> Value {
    let may = |estimate: Option<Estimate>| estimate.as_ref().map_or(Value::Null, interval);
    json!({
        "channel": channel,
        "contribution": interval(contribution),
        "incremental_roas": may(roas),
        "marginal_roas": may(marginal),
    })
}
