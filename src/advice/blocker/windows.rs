//! One channel's weeks → the rows that its regression learns from. A row is a window of
//! consecutive complete weeks that have all happened: a week, the one before it and the weeks of
//! the horizon. No window reaches over a gap, and no label reaches past the newest week.

use super::regression::{Sample, count};
use crate::history::ChannelWeek;

/// Only the newest weeks are learnt from: three years, since channels change and work is bounded.
const WEEKS_MAX: usize = 156;
/// From so many windows on, half a year, a trend is among the controls. With fewer, the
/// coefficient that it costs lowered the hits in simulated worlds without lowering false vetoes.
const TREND_WINDOWS_MIN: usize = 26;
/// From so many windows on, two years, a yearly wave is among the controls: a season that was
/// seen only once can't be told from anything else that happened once.
const SEASON_WINDOWS_MIN: usize = 104;
const YEAR_WEEKS: f64 = 365.25 / 7.0;

/// Which revenue stands for the demand that spend may have followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DemandSign {
    /// Of the week before: spend can't have caused it, so it takes nothing from the effect.
    WeekBefore,
    /// Of the same week: it shows demand that spend follows within the week, but is itself partly
    /// an effect of spend, which makes the estimate lower than the truth where demand lasts.
    SameWeek,
}

/// What a channel's weeks give.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Windows {
    /// One row per window. Columns: the week's spend, the spend of the week before, the spend of
    /// each week of the horizon, the sign of demand, then trend and season where the history
    /// allows. Labels: the revenue of the weeks of the horizon. Money in minor units.
    pub sample: Sample,
    /// Weeks that lie in at least one window.
    pub weeks_used: usize,
}

/// All windows of the newest weeks. `horizon` is at least 1.
pub(super) fn windows(weeks: &[ChannelWeek], horizon: usize, sign: DemandSign) -> Windows {
    let weeks = &weeks[weeks.len().saturating_sub(WEEKS_MAX)..];
    let spend: Vec<f64> = weeks.iter().map(|week| units(week.measures.spend.minor())).collect();
    let revenue: Vec<f64> = weeks.iter().map(|week| units(week.measures.revenue.minor())).collect();
    let positions: Vec<usize> = (1..weeks.len().saturating_sub(horizon))
        .filter(|now| weeks[now - 1..=now + horizon].iter().all(ChannelWeek::is_complete))
        .collect();
    let row = |&now: &usize| {
        let mut row = vec![spend[now], spend[now - 1]];
        row.extend(&spend[now + 1..=now + horizon]);
        row.push(match sign {
            DemandSign::WeekBefore => revenue[now - 1],
            DemandSign::SameWeek => revenue[now],
        });
        push_time(&mut row, now, positions.len());
        row
    };
    let label = |&now: &usize| revenue[now + 1..=now + horizon].iter().sum();
    let sample = Sample {
        rows: positions.iter().map(row).collect(),
        labels: positions.iter().map(label).collect(),
        positions: positions.clone(),
    };
    Windows { sample, weeks_used: weeks_in(&positions, horizon) }
}

/// The columns that depend on nothing but time.
fn push_time(row: &mut Vec<f64>, now: usize, windows: usize) {
    if windows >= TREND_WINDOWS_MIN {
        row.push(count(now));
    }
    if windows >= SEASON_WINDOWS_MIN {
        let angle = std::f64::consts::TAU * count(now) / YEAR_WEEKS;
        row.extend([libm::sin(angle), libm::cos(angle)]);
    }
}

/// How many weeks lie in the windows around `positions` (increasing), each counted once.
fn weeks_in(positions: &[usize], horizon: usize) -> usize {
    let mut end = 0;
    let mut weeks = 0;
    for now in positions {
        let window_end = now + horizon + 1;
        weeks += window_end - end.max(now - 1);
        end = window_end;
    }
    weeks
}

/// Minor units as a double; weekly sums are bounded far below where that matters to an estimate.
#[expect(clippy::cast_precision_loss, reason = "an estimate needs no more than 53 bits")]
fn units(minor: i128) -> f64 {
    minor as f64
}
