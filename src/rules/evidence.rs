//! Weekly history → S, R, eligibility and weight of each channel (DESIGN §4, Evidence and steps 1
//! and 2). Gaps stay gaps: they are named, and nothing is put in their place.

use crate::domain::{Account, Channel, Day, EvidenceWeights, Money, Week, WeightKind};
use crate::history::{ChannelWeek, DaySet};

use super::response::{self, Factor, WEEKS_LOOKED_AT};
use super::trace::TraceLine;
use super::weight::{WEIGHT_DIGITS, WEIGHT_MAX, ineligible, weight};
use super::{ChannelEvidence, Inputs, Reason, Step, exact};

/// What the history says of the channels, and how it came about.
pub(super) struct Findings {
    /// One per channel of the account, by name.
    pub(super) evidence: Vec<ChannelEvidence>,
    /// The steps from the evidence to the bounds.
    pub(super) lines: Vec<TraceLine>,
}

/// Looks at all channels of the account.
pub(super) fn find(inputs: &Inputs<'_>) -> Findings {
    let Inputs { account, history, .. } = inputs;
    let lookback_weeks = account.rules.lookback_weeks;
    let range = history.newest(lookback_weeks);
    let mut found = Findings { evidence: Vec::new(), lines: Vec::new() };
    if range.len() < as_count(lookback_weeks) {
        let weeks = u32::try_from(range.len()).expect("fewer than the lookback");
        let reason = Reason::EvidenceShort { weeks, weeks_wanted: lookback_weeks };
        found.lines.push(TraceLine::account(Step::Evidence, reason));
    }
    let weeks = &history.weeks[range.clone()];
    for (channel, past) in account.channels.iter().zip(&history.channels) {
        let newest = &past.weeks[range.clone()];
        let quarter = &past.weeks[history.newest(WEEKS_LOOKED_AT)];
        let evidence = look_at(account, channel, newest, quarter, &mut found.lines);
        if !channel.paused && !weeks.is_empty() {
            found.lines.push(days_line(channel, weeks, newest));
        }
        found.evidence.push(evidence);
    }
    found.lines.extend(account.active_channels().map(|channel| bounds_line(account, channel)));
    // Each channel's lines were made together; the trace goes step by step.
    found.lines.sort_by_key(|line| line.step);
    found
}

/// The evidence of one channel: `newest` are its weeks within the lookback, `quarter` the newest 13.
fn look_at(
    account: &Account,
    channel: &Channel,
    newest: &[ChannelWeek],
    quarter: &[ChannelWeek],
    lines: &mut Vec<TraceLine>,
) -> ChannelEvidence {
    let sums = Sums::of(account, newest);
    let ineligible = ineligible(channel, sums.spend, sums.revenue);
    let reason = ineligible.map_or(Reason::Eligible, Reason::Ineligible);
    lines.push(TraceLine::channel(Step::Eligible, &channel.name, reason));
    let weight =
        if ineligible.is_none() { weigh(account, channel, &sums, quarter, lines) } else { 0 };
    ChannelEvidence {
        channel: channel.name.clone(),
        spend: sums.spend,
        revenue: sums.revenue,
        spend_unweighted: newest.iter().map(|week| week.measures.spend).sum(),
        revenue_unweighted: newest.iter().map(|week| week.measures.revenue).sum(),
        days_present: newest.iter().map(|week| week.days.count()).sum(),
        days: account.rules.lookback_weeks * WEEK_LENGTH,
        ineligible,
        weight,
    }
}

/// Days in a week.
const WEEK_LENGTH: u32 = DaySet::FULL.count();

/// S and R.
struct Sums {
    spend: Money,
    revenue: Money,
}

impl Sums {
    /// Over `newest`, the weeks within the lookback, oldest first. Weeks before the first data are
    /// not among them and would add nothing; the newest counts `lookback_weeks` times regardless.
    fn of(account: &Account, newest: &[ChannelWeek]) -> Self {
        let mut sums = Self { spend: Money::ZERO, revenue: Money::ZERO };
        let mut times = i128::from(account.rules.lookback_weeks);
        for week in newest.iter().rev() {
            let count = match account.rules.evidence_weights {
                EvidenceWeights::Linear => times,
                EvidenceWeights::Flat => 1,
            };
            sums.spend = sums.spend + repeated(week.measures.spend, count);
            sums.revenue = sums.revenue + repeated(week.measures.revenue, count);
            times -= 1;
        }
        sums
    }
}

fn repeated(money: Money, times: i128) -> Money {
    Money::from_minor(money.minor() * times)
}

/// Step 2 for an eligible channel.
fn weigh(
    account: &Account,
    channel: &Channel,
    sums: &Sums,
    quarter: &[ChannelWeek],
    lines: &mut Vec<TraceLine>,
) -> i128 {
    let kind = account.rules.weight;
    let mut say = |reason| lines.push(TraceLine::channel(Step::Weight, &channel.name, reason));
    let factor = match kind {
        WeightKind::Roi | WeightKind::Roas => Factor::ONE,
        WeightKind::Response => match response::factor(quarter) {
            Ok(factor) => {
                say(Reason::ResponseFactor { factor: in_digits(factor), weeks: factor.weeks });
                factor
            }
            Err(why) => {
                say(Reason::ResponseUnknown(why));
                Factor::ONE
            }
        },
    };
    let weight = weight(kind, sums.spend, sums.revenue, factor);
    say(if weight == WEIGHT_MAX {
        Reason::WeightAtMost { kind, weight }
    } else {
        Reason::Weight { kind, weight }
    });
    weight
}

fn in_digits(factor: Factor) -> i128 {
    let one = 10i128.pow(u32::from(WEIGHT_DIGITS));
    exact::mul_div(factor.numerator, one, factor.denominator).0
}

/// Whether the channel's evidence has gaps, and where.
fn days_line(channel: &Channel, weeks: &[Week], newest: &[ChannelWeek]) -> TraceLine {
    let missing = missing_runs(weeks, newest);
    let present: u32 = newest.iter().map(|week| week.days.count()).sum();
    let count = u32::try_from(weeks.len()).expect("no more than the lookback");
    let days = count * WEEK_LENGTH;
    let reason = if missing.is_empty() {
        Reason::EvidenceComplete { days }
    } else {
        Reason::EvidenceGaps { days, days_missing: days - present, missing }
    };
    TraceLine::channel(Step::Evidence, &channel.name, reason)
}

/// First and last day of each run of days without data.
fn missing_runs(weeks: &[Week], newest: &[ChannelWeek]) -> Vec<(Day, Day)> {
    let mut runs: Vec<(Day, Day)> = Vec::new();
    for (week, entry) in weeks.iter().zip(newest) {
        if entry.is_complete() {
            continue;
        }
        for (position, day) in (0u8..).zip(week.days()) {
            if entry.days.has(position) {
                continue;
            }
            match runs.last_mut() {
                Some((_, last)) if last.succ_opt() == Some(day) => *last = day,
                _ => runs.push((day, day)),
            }
        }
    }
    runs
}

fn bounds_line(account: &Account, channel: &Channel) -> TraceLine {
    let cap = account.cap_share(channel);
    let floor = account.floor_share(channel).min(cap);
    let reason = Reason::Bounds { floor, cap };
    TraceLine::channel(Step::Bounds, &channel.name, reason)
}

fn as_count(weeks: u32) -> usize {
    usize::try_from(weeks).unwrap_or(usize::MAX)
}
