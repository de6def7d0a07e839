//! What a world's channels truly brought over all its days: the figures that a model is held to.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Generated, MediaChannel, World};

/// How much more is spent for the marginal return.
const STEP: f64 = 0.01;

/// What one channel brought, in major units.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChannelTruth {
    /// Its name.
    pub channel: String,
    /// Spend over all days.
    pub spend: f64,
    /// Revenue on these days that came from its spend, that of earlier days included.
    pub contribution: f64,
    /// The share of all revenue that this is.
    pub share: f64,
    /// Contribution over spend; `None`: nothing was spent.
    pub roas: Option<f64>,
    /// What a unit of money more brings: extra contribution over extra spend, had each day's spend
    /// been 1 % higher, the days before the first included.
    pub marginal_roas: Option<f64>,
    /// Mean weekly spend over the last four weeks.
    pub present_spend: f64,
    /// What a unit of money more brings in the weeks to come: extra contribution over extra spend,
    /// if 1 % more than the present is spent in the next four weeks, to the end of its carryover.
    pub marginal_roas_ahead: Option<f64>,
    /// Revenue that its platform claims.
    pub reported_revenue: f64,
    /// That over spend.
    pub reported_roas: Option<f64>,
}

impl Generated {
    /// What each channel of `world`, which brought this forth, truly did.
    pub fn channels(&self, world: &World) -> Vec<ChannelTruth> {
        let revenue = total(&self.series.outcome);
        world
            .channels
            .iter()
            .enumerate()
            .map(|(index, channel)| {
                let series = &self.series.channels[index];
                let (spend, contribution) =
                    (total(&series.spend), total(&self.truth.contributions[index]));
                let reported_revenue = series.reported_revenue.as_deref().map_or(0.0, total);
                let extra = self.extra(channel, index);
                let per_spend = |amount: f64| (spend > 0.0).then(|| ratio(amount / spend));
                ChannelTruth {
                    channel: channel.name.clone(),
                    spend,
                    contribution,
                    share: if revenue > 0.0 { ratio(contribution / revenue) } else { 0.0 },
                    roas: per_spend(contribution),
                    marginal_roas: per_spend(extra / STEP),
                    present_spend: amount(self.present(index)),
                    marginal_roas_ahead: self.marginal_ahead(world, index).map(ratio),
                    reported_revenue,
                    reported_roas: per_spend(reported_revenue),
                }
            })
            .collect()
    }

    /// What the channel would have brought beyond what it did, had all spend been a little higher.
    fn extra(&self, channel: &MediaChannel, index: usize) -> f64 {
        let before = &self.spend_before[index];
        let all: Vec<f64> =
            before.iter().chain(&self.series.channels[index].spend).copied().collect();
        let more: Vec<f64> = all.iter().map(|spend| spend * (1.0 + STEP)).collect();
        let response = channel.response();
        let (as_it_was, with_more) = (response.contribution(&all), response.contribution(&more));
        let differences = with_more.iter().zip(&as_it_was).map(|(more, was)| more - was);
        differences.skip(before.len()).zip(&self.effects[index]).map(|(it, by)| it * by).sum()
    }

    /// The truth as `truth.json` has it.
    pub(super) fn truth_json(&self, world: &World, seed: u64) -> Value {
        let parameters: Vec<Value> = world
            .channels
            .iter()
            .zip(self.channels(world))
            .map(|(channel, truth)| {
                let response = channel.response();
                json!({"channel": truth.channel, "spend": truth.spend,
                    "contribution": truth.contribution, "share": truth.share,
                    "roas": truth.roas, "marginal_roas": truth.marginal_roas,
                    "present_spend": truth.present_spend,
                    "marginal_roas_ahead": truth.marginal_roas_ahead,
                    "reported_revenue": truth.reported_revenue,
                    "reported_roas": truth.reported_roas,
                    "response": {"adstock": response.adstock, "saturation": response.saturation,
                        "coefficient": response.coefficient}})
            })
            .collect();
        json!({"world": world.name, "about": world.about, "seed": seed,
            "currency": world.currency, "first_day": world.first_day, "weeks": world.weeks,
            "last_day": self.series.periods.last(),
            "revenue": total(&self.series.outcome), "baseline": total(&self.truth.baseline),
            "noise": total(&self.truth.noise), "channels": parameters, "parameters": world})
    }
}

/// A sum of amounts, to the minor unit of any currency.
fn total(values: &[f64]) -> f64 {
    values.iter().map(|value| libm::round(value * 1e3)).sum::<f64>() / 1e3
}

/// An amount, likewise.
fn amount(value: f64) -> f64 {
    libm::round(value * 1e3) / 1e3
}

/// Six decimals.
fn ratio(value: f64) -> f64 {
    libm::round(value * 1e6) / 1e6
}
