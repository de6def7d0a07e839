//! What is true of the weeks after the last row: what a changed spend would truly bring, in the terms
//! of `advice::planning::Horizon`, by the world's own response.

use super::{Generated, World};
use crate::advice::mmm::adstock::LAGS_MAX;

/// Weeks that are planned for, and weeks whose mean is the present spend.
const WEEKS: usize = 4;
const WEEK_DAYS: usize = 7;

/// How much more is spent for the marginal return.
const STEP: f64 = 0.01;

impl Generated {
    /// A channel's mean weekly spend over the last four weeks.
    pub fn present(&self, channel: usize) -> f64 {
        let spend = &self.series.channels[channel].spend;
        let recent = &spend[spend.len().saturating_sub(WEEKS * WEEK_DAYS)..];
        recent.iter().sum::<f64>() / days(recent.len()) * days(WEEK_DAYS)
    }

    /// What a channel of `world` truly adds per week, if for the next four weeks it spends `after` a
    /// week instead of `before`, the same each day: with what past spend left behind, and the
    /// carryover of the four followed to its end. Its effect stays as it is on the last day.
    pub fn lift_ahead(&self, world: &World, channel: usize, before: f64, after: f64) -> f64 {
        let response = world.channels[channel].response();
        let past = self.spend_before[channel].iter().chain(&self.series.channels[channel].spend);
        let tail = response.adstock.weights(LAGS_MAX).len();
        let brought = |weekly: f64| {
            let daily = weekly / days(WEEK_DAYS);
            let mut spend: Vec<f64> = past.clone().copied().collect();
            let first = spend.len();
            spend.extend([daily; WEEKS * WEEK_DAYS]);
            spend.resize(spend.len() + tail, 0.0);
            response.contribution(&spend).split_off(first)
        };
        let differences: f64 =
            brought(after).iter().zip(brought(before)).map(|(after, before)| after - before).sum();
        let factor = self.effects[channel].last().copied().unwrap_or(1.0);
        differences * factor / days(WEEKS)
    }

    /// What a further unit of a channel's present spend truly brings, by one percent more over the
    /// next four weeks; `None` where nothing was spent on it lately.
    pub fn marginal_ahead(&self, world: &World, channel: usize) -> Option<f64> {
        let present = self.present(channel);
        (present > 0.0).then(|| {
            let more = present * (1.0 + STEP);
            self.lift_ahead(world, channel, present, more) / (more - present)
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "days are few")]
fn days(count: usize) -> f64 {
    count as f64
}
