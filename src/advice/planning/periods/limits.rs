//! What was spent and what the business allows → how little and how much each channel may get in a
//! period: floors from history, caps, how far beyond history a plan may reach, and the step limit
//! from one period to the next. The business's caps never yield.

use serde::Serialize;

use super::search::holds;
use crate::advice::planning::allocator::Infeasible;
use crate::advice::planning::bounds::{BoundShares, Bounds};

/// The past periods that floors are taken from: a year of weeks.
const FLOOR_PERIODS: usize = 52;

/// A floor from history is what a channel's spend lay below in this share of its active periods.
const FLOOR_QUANTILE: f64 = 0.1;

/// A floor from history is at most this share of what is spent now, so that something is left to
/// share out.
const FLOOR_SHARE_MAX: f64 = 0.5;

/// A plan goes at most so many times as far as the largest spend of a channel in any period, for a
/// total as it is now.
pub const REACH: f64 = 2.0;

/// Periods whose mean is the present spend.
const RECENT_PERIODS: usize = 4;

/// A share of the total that is none.
const NOTHING: f64 = 1e-6;

/// What a channel's least spend is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "share")]
pub enum Floor {
    /// The tenth percentile of what it spent in its active periods, at most half of what it spends
    /// now.
    History,
    /// A share of what it spends now.
    Present(f64),
}

/// What the business says of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ChannelTerms {
    /// The share of a total that it may get at most.
    pub cap: Option<f64>,
    /// Nothing is spent on it.
    pub is_paused: bool,
}

/// How plans are bounded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LimitSettings {
    /// Shares of a period's total, for all channels alike.
    pub shares: BoundShares,
    /// The floor from history.
    pub floor: Floor,
    /// By which share of itself a channel's budget changes at most from one period to the next;
    /// `None`: by any.
    pub step: Option<f64>,
    /// How many times the largest spend that a channel ever had it gets at most, of a total as it is
    /// now and more of a larger one; `None`: any.
    pub reach: Option<f64>,
}

/// Limits of the channels of a model.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    settings: LimitSettings,
    channels: Vec<Channel>,
}

#[derive(Debug, Clone)]
struct Channel {
    terms: ChannelTerms,
    /// Mean spend of the newest periods.
    present: f64,
    /// By its history, for the present total.
    floor: f64,
    /// The most that a plan may give it.
    reach: f64,
}

/// How often limits hold or are broken, over all periods and channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct LimitUse {
    /// Budgets at a floor or cap.
    pub bounds: usize,
    /// Budgets that a step limit holds.
    pub steps: usize,
    /// Budgets that changed by more than the step limit.
    pub beyond_steps: usize,
    /// Budgets above the business's cap.
    pub above_caps: usize,
}

/// The bounds of one period.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PeriodBounds {
    pub bounds: Vec<Bounds>,
    /// With the step limits the total could not be placed, so there are none.
    pub steps_dropped: bool,
}

impl Limits {
    /// Of what each channel spent in each past period, the newest last.
    pub(super) fn of(past: &[Vec<f64>], terms: &[ChannelTerms], settings: LimitSettings) -> Self {
        let channels = past.iter().zip(terms).map(|(spend, terms)| {
            let recent = &spend[spend.len().saturating_sub(RECENT_PERIODS)..];
            let present = recent.iter().sum::<f64>() / count(recent.len());
            let floor = match settings.floor {
                Floor::History => low_end(spend).min(FLOOR_SHARE_MAX * present),
                Floor::Present(share) => share * present,
            };
            let largest = spend.iter().copied().fold(0.0, f64::max);
            let reach = settings.reach.map_or(f64::INFINITY, |reach| reach * largest);
            Channel { terms: *terms, present, floor, reach }
        });
        Self { settings, channels: channels.collect() }
    }

    /// Mean spend of each channel in the newest periods, without paused ones.
    pub(super) fn present(&self) -> Vec<f64> {
        let of = |it: &Channel| if it.terms.is_paused { 0.0 } else { it.present };
        self.channels.iter().map(of).collect()
    }

    /// Bounds of a period with this total, whatever was spent before.
    ///
    /// # Errors
    /// [`Infeasible`] where the caps can't hold the total.
    pub(super) fn bounds(&self, total: f64) -> Result<Vec<Bounds>, Infeasible> {
        let present: f64 = self.channels.iter().map(|it| it.present).sum();
        let scale = if present > 0.0 { total / present } else { 1.0 };
        let growth = scale.max(1.0);
        let shares = self.settings.shares;
        let cap = |it: &Channel| match it.terms {
            ChannelTerms { is_paused: true, .. } => 0.0,
            ChannelTerms { cap, .. } => cap.unwrap_or(1.0),
        };
        // What advice keeps to yields to the total, the nearest to history first.
        let highs = |most: f64, is_reach_kept: bool| -> Vec<f64> {
            let high = self.channels.iter().map(|it| {
                let high = cap(it).min(most) * total;
                if is_reach_kept { high.min(it.reach * growth) } else { high }
            });
            high.collect()
        };
        let tried = [highs(shares.high, true), highs(shares.high, false), highs(1.0, false)];
        let fits = |highs: &&Vec<f64>| highs.iter().sum::<f64>() >= total * (1.0 - 1e-9);
        let Some(highs) = tried.iter().find(fits) else {
            let high = tried[2].iter().sum();
            return Err(Infeasible { low: 0.0, high, total });
        };
        let mut lows: Vec<f64> = self
            .channels
            .iter()
            .zip(highs)
            .map(|(it, high)| {
                // Nobody is made to begin with what rests.
                let least = if it.present > 0.0 { shares.low * total } else { 0.0 };
                least.max(it.floor * scale.min(1.0)).min(*high)
            })
            .collect();
        let all: f64 = lows.iter().sum();
        if all > total {
            for low in &mut lows {
                *low *= total / all;
            }
        }
        Ok(lows.into_iter().zip(highs).map(|(low, high)| Bounds { low, high: *high }).collect())
    }

    /// Bounds of a period with this total after a period of `before`.
    ///
    /// # Errors
    /// [`Infeasible`] where the caps can't hold the total.
    pub(super) fn stepped(&self, total: f64, before: &[f64]) -> Result<PeriodBounds, Infeasible> {
        let open = self.bounds(total)?;
        let Some(steps) = self.steps(total, before) else {
            return Ok(PeriodBounds { bounds: open, steps_dropped: false });
        };
        let stepped: Vec<Bounds> = open
            .iter()
            .zip(steps)
            .map(|(open, step)| Bounds {
                low: step.low.clamp(open.low, open.high),
                high: step.high.clamp(open.low, open.high),
            })
            .collect();
        let steps_dropped = !holds(&stepped, total);
        Ok(PeriodBounds { bounds: if steps_dropped { open } else { stepped }, steps_dropped })
    }

    /// How far each budget may go from `before`, scaled to the total; a channel that had none may
    /// get as much of an even share as another may get more of its own.
    fn steps(&self, total: f64, before: &[f64]) -> Option<Vec<Bounds>> {
        let step = self.settings.step?;
        let spent: f64 = before.iter().sum();
        if spent <= 0.0 {
            return None;
        }
        let even = total / count(self.channels.len());
        let of = |before: &f64| {
            let reference = before / spent * total;
            let high = reference * (1.0 + step);
            let high = if reference < NOTHING * total { high.max(step * even) } else { high };
            Bounds { low: (reference * (1.0 - step)).max(0.0), high }
        };
        Some(before.iter().map(of).collect())
    }

    /// How `budgets` of a period stand to the limits, after a period of `before`.
    pub(super) fn used(&self, total: f64, before: &[f64], budgets: &[f64]) -> LimitUse {
        let mut used = LimitUse::default();
        let open = self.bounds(total).unwrap_or_default();
        let steps = self.steps(total, before).unwrap_or_default();
        let width = total * NOTHING;
        for (at, budget) in budgets.iter().enumerate() {
            let is_at = |bounds: &Bounds| {
                (budget - bounds.low).abs() <= width || (budget - bounds.high).abs() <= width
            };
            if open.get(at).is_some_and(is_at) {
                used.bounds += 1;
            } else if steps.get(at).is_some_and(is_at) {
                used.steps += 1;
            }
            let is_beyond =
                |step: &Bounds| *budget < step.low - width || *budget > step.high + width;
            used.beyond_steps += usize::from(steps.get(at).is_some_and(is_beyond));
            let cap = self.channels[at].terms.cap.unwrap_or(1.0);
            used.above_caps += usize::from(*budget > cap * total + width);
        }
        used
    }
}

impl std::ops::AddAssign for LimitUse {
    fn add_assign(&mut self, other: Self) {
        self.bounds += other.bounds;
        self.steps += other.steps;
        self.beyond_steps += other.beyond_steps;
        self.above_caps += other.above_caps;
    }
}

/// The tenth percentile of the newest periods that had any spend; 0 where none had.
fn low_end(spend: &[f64]) -> f64 {
    let newest = &spend[spend.len().saturating_sub(FLOOR_PERIODS)..];
    let mut active: Vec<f64> = newest.iter().copied().filter(|spend| *spend > 0.0).collect();
    active.sort_by(f64::total_cmp);
    let Some(last) = active.len().checked_sub(1) else { return 0.0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a position")]
    let at = libm::floor(FLOOR_QUANTILE * count(last)) as usize;
    let rest = FLOOR_QUANTILE * count(last) - count(at);
    active[at] + rest * (active[(at + 1).min(last)] - active[at])
}

#[expect(clippy::cast_precision_loss, reason = "channels and periods are few")]
fn count(values: usize) -> f64 {
    values.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: BoundShares = BoundShares { low: 0.0, high: 1.0 };

    fn limits(past: &[&[f64]], caps: &[Option<f64>], settings: LimitSettings) -> Limits {
        let past: Vec<Vec<f64>> = past.iter().map(|spend| spend.to_vec()).collect();
        let terms = caps.iter().map(|cap| ChannelTerms { cap: *cap, is_paused: false });
        Limits::of(&past, &terms.collect::<Vec<_>>(), settings)
    }

    const SETTINGS: LimitSettings =
        LimitSettings { shares: ANY, floor: Floor::History, step: Some(0.3), reach: Some(REACH) };

    #[test]
    fn a_floor_is_the_low_end_of_what_active_periods_spent() {
        // Of 10, 20 … 110 a tenth lies below 20; the resting period counts for nothing.
        let rising: Vec<f64> =
            std::iter::once(0.0).chain((1..=11).map(|step| 10.0 * f64::from(step))).collect();
        assert!((low_end(&rising) - 20.0).abs() < 1e-12);
        let found = limits(&[&rising, &rising], &[None; 2], SETTINGS).bounds(190.0).expect("fits");
        // Now 95 each, so that half of it would be 47.5.
        assert_eq!(found[0].low, 20.0);
        // Of steady spend the tenth percentile is all of it: half is left to share out.
        let steady = limits(&[&[80.0; 8], &[40.0; 8]], &[None; 2], SETTINGS);
        let found = steady.bounds(120.0).expect("fits");
        assert_eq!((found[0].low, found[1].low), (40.0, 20.0));
        // Of half the total, half of that.
        assert_eq!(steady.bounds(60.0).expect("fits")[0].low, 20.0);
    }

    #[test]
    fn caps_never_yield_and_what_they_can_not_hold_is_refused() {
        let both = limits(&[&[80.0; 8], &[40.0; 8]], &[Some(0.4), Some(0.5)], SETTINGS);
        let refused = both.bounds(100.0).expect_err("90 %");
        assert_eq!((refused.high, refused.total), (90.0, 100.0));
        // The step limit yields to a cap: 80 of 200 may fall to 56, and the cap is 50.
        let past: [&[f64]; 3] = [&[80.0; 8], &[60.0; 8], &[60.0; 8]];
        let capped = limits(&past, &[Some(0.25), None, None], SETTINGS);
        let found = capped.stepped(200.0, &[80.0, 60.0, 60.0]).expect("fits");
        assert_eq!(found.bounds[0], Bounds { low: 50.0, high: 50.0 });
        assert!(!found.steps_dropped);
        // With 30 % the others may only rise to 78 each, which can't hold the rest of a cap of 20 %.
        let capped = limits(&past, &[Some(0.2), None, None], SETTINGS);
        let found = capped.stepped(200.0, &[80.0, 60.0, 60.0]).expect("fits");
        assert!(found.steps_dropped && found.bounds[1].high > 78.0);
        assert_eq!(found.bounds[0].high, 40.0);
    }

    #[test]
    fn steps_are_shares_of_the_budget_before_scaled_to_the_total() {
        let even = limits(&[&[50.0; 8], &[50.0; 8]], &[None; 2], SETTINGS);
        let found = even.stepped(200.0, &[60.0, 40.0]).expect("fits");
        assert_eq!(found.bounds[0], Bounds { low: 84.0, high: 156.0 });
        assert!(!found.steps_dropped);
        // Who had nothing gets at most 30 % of an even share.
        let free = LimitSettings { floor: Floor::Present(0.0), ..SETTINGS };
        let free = limits(&[&[50.0; 8], &[50.0; 8]], &[None; 2], free);
        let begun = free.stepped(100.0, &[100.0, 0.0]).expect("fits");
        assert_eq!(begun.bounds[1].high, 15.0);
    }

    #[test]
    fn nothing_goes_further_than_twice_what_ever_was_unless_a_cap_needs_it() {
        let small = |cap| limits(&[&[10.0; 8], &[90.0; 8]], &[None, cap], SETTINGS);
        assert_eq!(small(None).bounds(100.0).expect("fits")[0].high, 20.0);
        // Of ten times the total ten times as much.
        assert_eq!(small(None).bounds(1000.0).expect("fits")[0].high, 200.0);
        assert_eq!(small(Some(0.4)).bounds(100.0).expect("fits")[0].high, 100.0);
    }

    #[test]
    fn a_paused_channel_gets_nothing() {
        let terms = [ChannelTerms { cap: None, is_paused: true }, ChannelTerms::default()];
        let limits = Limits::of(&[vec![50.0; 8], vec![50.0; 8]], &terms, SETTINGS);
        let found = limits.stepped(100.0, &[50.0, 50.0]).expect("fits");
        assert_eq!(found.bounds[0], Bounds { low: 0.0, high: 0.0 });
        assert_eq!(limits.present(), [0.0, 50.0]);
    }
}
