//! A fitted model → what each channel contributed: in all, of its own period and carried over, per
//! unit of spend, beside what its platform claims. Contributions and baseline sum to the prediction,
//! and at zero spend a contribution is zero.

use serde::Serialize;

use super::fitted::{Candidate, Fitted};
use super::spread::{Estimate, Part};

/// What a channel contributed over the whole series. Money in major units.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChannelAttribution {
    /// The channel.
    pub channel: String,
    /// Money spent.
    pub spend: f64,
    /// Revenue that would not have come without its spend.
    pub contribution: Estimate,
    /// `contribution` / predicted revenue.
    pub share: f64,
    /// `contribution` / that of all channels; `None` where no channel contributed.
    pub share_of_media: Option<f64>,
    /// The part of `contribution` that belongs to spend of the same period: in each period the
    /// share of carried-over spend that is new.
    pub immediate: f64,
    /// The rest: the work of earlier periods' spend.
    pub carried_over: f64,
    /// `contribution` / `spend`; `None` where nothing was spent.
    pub incremental_roas: Option<Estimate>,
    /// (`contribution` − `spend`) / `spend`; `None` where nothing was spent.
    pub roi: Option<Estimate>,
    /// Revenue that its platform claims / `spend`; `None` where it claims none or nothing was spent.
    pub reported_roas: Option<f64>,
    /// What carries over and saturates, averaged over the candidates: the share that a period keeps
    /// of the effect; `None` where carryover is not geometric.
    pub decay: Option<f64>,
}

/// What the model says of the whole series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attribution {
    /// In the series' order.
    pub channels: Vec<ChannelAttribution>,
    /// Revenue without any spend.
    pub baseline: f64,
    /// Predicted revenue: `baseline` and all contributions.
    pub predicted: f64,
    /// Actual revenue.
    pub outcome: f64,
}

/// Attributes; intervals are central ones of `confidence`.
pub fn attribute(fitted: &Fitted, confidence: f64) -> Attribution {
    let baseline: f64 = fitted.baseline.iter().sum();
    let totals: Vec<f64> = fitted.contributions.iter().map(|it| it.iter().sum()).collect();
    let media: f64 = totals.iter().sum();
    let predicted = baseline + media;
    let channels = fitted.series.channels.iter().enumerate().map(|(at, channel)| {
        let spend: f64 = channel.spend.iter().sum();
        let contribution = interval(fitted, at, totals[at], confidence);
        let per_spend = (spend > 0.0).then(|| contribution.times(1.0 / spend));
        let immediate = immediate(fitted, at);
        let claimed = channel.reported_revenue.as_ref().map(|revenue| revenue.iter().sum::<f64>());
        ChannelAttribution {
            channel: channel.name.clone(),
            spend,
            contribution,
            share: if predicted == 0.0 { 0.0 } else { totals[at] / predicted },
            share_of_media: (media > 0.0).then(|| totals[at] / media),
            immediate,
            carried_over: totals[at] - immediate,
            incremental_roas: per_spend,
            roi: per_spend.map(|roas| roas.plus(-1.0)),
            reported_roas: claimed.filter(|_| spend > 0.0).map(|claimed| claimed / spend),
            decay: mean_decay(fitted, at),
        }
    });
    Attribution {
        channels: channels.collect(),
        baseline,
        predicted,
        outcome: fitted.series.outcome.iter().sum(),
    }
}

/// The interval of a channel's contribution over all candidates.
fn interval(fitted: &Fitted, channel: usize, mean: f64, confidence: f64) -> Estimate {
    let spend = &fitted.series.channels[channel].spend;
    let part = |candidate: &Candidate| {
        let effects: f64 =
            candidate.responses[channel].with_coefficient(1.0).contribution(spend).iter().sum();
        Part {
            weight: candidate.weight,
            mean: candidate.unbounded[channel] * effects,
            deviation: libm::sqrt(candidate.covariance[(channel, channel)].max(0.0)) * effects,
        }
    };
    let parts: Vec<Part> = fitted.candidates.iter().map(part).collect();
    fitted.interval(&parts, mean, confidence)
}

fn immediate(fitted: &Fitted, channel: usize) -> f64 {
    let spend = &fitted.series.channels[channel].spend;
    let of_candidate = |candidate: &Candidate| {
        let response = candidate.responses[channel];
        let first = response.adstock.weights(1)[0];
        let carried = response.adstock.apply(spend);
        let own: f64 = carried
            .iter()
            .zip(spend)
            .filter(|(carried, _)| **carried > 0.0)
            .map(|(carried, spend)| {
                response.coefficient
                    * response.saturation.effect(*carried)
                    * (first * spend / carried)
            })
            .sum();
        candidate.weight * own
    };
    fitted.candidates.iter().map(of_candidate).sum()
}

fn mean_decay(fitted: &Fitted, channel: usize) -> Option<f64> {
    fitted.candidates.iter().try_fold(0.0, |sum, candidate| {
        candidate.responses[channel].adstock.decay().map(|decay| sum + candidate.weight * decay)
    })
}
