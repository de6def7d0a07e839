//! What can happen in a step: a stable code for programs, and a sentence for a manager. Amounts
//! stand in the trace line itself, never in the sentence.

use std::fmt;

use crate::domain::{Day, Share, Week, WeightKind, decimal};

use super::Ineligible;
use super::weight::WEIGHT_DIGITS;

/// What happened in a step, with a stable code and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// There is nothing to compare with.
    NoReference,
    /// The reference is made of published budgets.
    ReferencePublished {
        /// The week that they were for.
        week: Week,
        /// Their revision.
        revision: u32,
    },
    /// The reference is made of money spent, since nothing has been published yet.
    ReferenceSpend {
        /// The week in which it was spent.
        week: Week,
    },
    /// None of today's active channels had a published budget, so it can't be scaled.
    PublishedUnusable {
        /// The week that the budgets were for.
        week: Week,
    },
    /// A channel's part of the reference: from its own amount to the scaled one.
    ReferenceScaled,
    /// A channel that is not in the reference.
    ReferenceAbsent,
    /// A channel that was in the published budgets and gets none today.
    ReferenceLeftOut,
    /// Fewer weeks have data than the evidence asks for.
    EvidenceShort {
        /// Weeks since the first data.
        weeks: u32,
        /// Weeks that the evidence asks for.
        weeks_wanted: u32,
    },
    /// Each day of the evidence has data.
    EvidenceComplete {
        /// Days of the evidence.
        days: u32,
    },
    /// Days of the evidence have no data; nothing is put in their place.
    EvidenceGaps {
        /// Days of the evidence, as far back as the account has data.
        days: u32,
        /// How many of them are without data.
        days_missing: u32,
        /// Which ones: first and last day of each run, in order.
        missing: Vec<(Day, Day)>,
    },
    /// The channel earned more than it cost.
    Eligible,
    /// The channel gets no weight.
    Ineligible(Ineligible),
    /// What the weeks of more spend say of the channel.
    ResponseFactor {
        /// The factor × 10¹².
        factor: i128,
        /// Full weeks that it was learnt from.
        weeks: u32,
    },
    /// The response factor is 1, because the weeks can't tell.
    ResponseUnknown(ResponseUnknown),
    /// What the channel is weighed by.
    Weight {
        /// The measure.
        kind: WeightKind,
        /// The weight: the measure × 10¹².
        weight: i128,
    },
    /// The weight is the largest there is.
    WeightAtMost {
        /// The measure.
        kind: WeightKind,
        /// The weight: the measure × 10¹².
        weight: i128,
    },
    /// The bounds of a channel's budget.
    Bounds {
        /// The least.
        floor: Share,
        /// The most.
        cap: Share,
    },
    /// A channel's share is in proportion to its weight.
    ByWeight,
    /// A channel without weight gets its floor, as long as the eligible channels take the rest.
    FloorOnly,
    /// The floor lifts a channel.
    AtFloor {
        /// The floor.
        floor: Share,
    },
    /// The cap holds a channel back.
    AtCap {
        /// The cap.
        cap: Share,
    },
    /// The eligible channels can't take all of the total.
    Shortfall,
    /// A channel's share of the rest, in proportion to its reference.
    RestByReference,
    /// A channel's share of the rest, in equal parts.
    RestEqually,
    /// No channel is eligible, so nothing is decided.
    HoldNoEligibleChannel,
    /// Data are missing, so nothing is decided.
    HoldMissingEvidence {
        /// The week of the missing data.
        week: Week,
    },
    /// A held channel keeps its reference.
    HeldReference,
    /// A held channel takes its part of what caps elsewhere hold back.
    HeldExcess,
    /// A held channel without a reference gets nothing.
    HeldNothing,
    /// A held channel gets its part of an equal split.
    HeldEqually,
    /// Without a reference the target is the proposal.
    NothingToPace,
    /// From the reference towards the target.
    Moved {
        /// How much of the way.
        adjust_share: Share,
    },
    /// The step limit of a channel's change.
    StepLimit {
        /// The limit.
        change_share_max: Share,
    },
    /// The step limit gave way to the floor or the cap.
    StepLimitYields,
    /// All step limits were dropped.
    StepLimitsDropped {
        /// The limit.
        change_share_max: Share,
    },
    /// What limits elsewhere hold back or ask for, in proportion.
    Balanced,
    /// The proposal moves too little to be made.
    QuietWeek {
        /// Below which share of the total.
        quiet_share: Share,
    },
    /// A channel keeps its reference in a quiet week.
    QuietKept,
    /// The proposal moves enough to be made.
    NotQuiet {
        /// At least which share of the total.
        quiet_share: Share,
    },
    /// Small moves are made because a reference breaks its cap.
    QuietBrokenByCap,
    /// Small moves are made because a reference breaks its floor.
    QuietBrokenByFloor,
    /// Small moves are made because an ineligible channel has to be cut.
    QuietBrokenByIneligible,
    /// The blocker's veto stands: the channel keeps its reference.
    VetoKept,
    /// The blocker's veto stands, as far as the cap allows.
    VetoKeptAtCap,
    /// The rules overrule the blocker's veto.
    VetoOverruled {
        /// In how many published weeks in a row a cut may be stopped.
        weeks_max: u32,
    },
    /// There is no cut that a veto could stop.
    VetoWithoutCut,
    /// What all vetoes cost together, of what all increases come to.
    FundingTotal,
    /// An increase is shrunk to pay for vetoes.
    FundsVeto,
    /// The budget is rounded to the account's unit.
    Rounded,
    /// The budget is rounded down, since its cap is no multiple of the unit.
    RoundedBelowCap,
    /// The budget is a multiple of the unit already.
    AlreadyWhole,
}

/// Why the response factor is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseUnknown {
    /// Too few full weeks.
    TooFewWeeks,
    /// No revenue at all.
    NoRevenue,
    /// No spend in the weeks of little spend.
    NoSpendInLowWeeks,
    /// The weeks of much spend differ too little from the others.
    SpendHardlyVaried,
}

/// Runs of missing days that a sentence names before it only counts the others.
const RUNS_NAMED_MAX: usize = 8;

impl Reason {
    /// The stable code ("no_reference").
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoReference => "no_reference",
            Self::ReferencePublished { .. } => "reference_published",
            Self::ReferenceSpend { .. } => "reference_spend",
            Self::PublishedUnusable { .. } => "published_unusable",
            Self::ReferenceScaled => "reference",
            Self::ReferenceAbsent => "reference_absent",
            Self::ReferenceLeftOut => "reference_left_out",
            Self::EvidenceShort { .. } => "evidence_short",
            Self::EvidenceComplete { .. } => "evidence_complete",
            Self::EvidenceGaps { .. } => "evidence_gaps",
            Self::Eligible => "eligible",
            Self::Ineligible(why) => why.code(),
            Self::ResponseFactor { .. } => "response_factor",
            Self::ResponseUnknown(_) => "response_unknown",
            Self::Weight { .. } => "weight",
            Self::WeightAtMost { .. } => "weight_at_most",
            Self::Bounds { .. } => "bounds",
            Self::ByWeight => "by_weight",
            Self::FloorOnly => "floor_only",
            Self::AtFloor { .. } => "at_floor",
            Self::AtCap { .. } => "at_cap",
            Self::Shortfall => "shortfall",
            Self::RestByReference => "rest_by_reference",
            Self::RestEqually => "rest_equally",
            Self::HoldNoEligibleChannel => "no_eligible_channel",
            Self::HoldMissingEvidence { .. } => "missing_evidence",
            Self::HeldReference => "held_reference",
            Self::HeldExcess => "held_excess",
            Self::HeldNothing => "held_nothing",
            Self::HeldEqually => "held_equally",
            Self::NothingToPace => "nothing_to_pace",
            Self::Moved { .. } => "moved",
            Self::StepLimit { .. } => "step_limit",
            Self::StepLimitYields => "step_limit_yields",
            Self::StepLimitsDropped { .. } => "step_limits_dropped",
            Self::Balanced => "balanced",
            Self::QuietWeek { .. } => "quiet_week",
            Self::QuietKept => "quiet_kept",
            Self::NotQuiet { .. } => "not_quiet",
            Self::QuietBrokenByCap => "quiet_broken_by_cap",
            Self::QuietBrokenByFloor => "quiet_broken_by_floor",
            Self::QuietBrokenByIneligible => "quiet_broken_by_ineligible",
            Self::VetoKept => "veto_kept",
            Self::VetoKeptAtCap => "veto_kept_at_cap",
            Self::VetoOverruled { .. } => "veto_overruled",
            Self::VetoWithoutCut => "veto_without_cut",
            Self::FundingTotal => "funding_total",
            Self::FundsVeto => "funds_veto",
            Self::Rounded => "rounded",
            Self::RoundedBelowCap => "rounded_below_cap",
            Self::AlreadyWhole => "already_whole",
        }
    }
}

impl fmt::Display for Reason {
    /// One sentence for people, lower case, no full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoReference => f.write_str("there are no earlier budgets to compare with"),
            Self::ReferencePublished { week, revision: 1 } => {
                write!(f, "compared with the budgets of the week of {week}")
            }
            Self::ReferencePublished { week, revision } => {
                write!(f, "compared with the budgets of the week of {week}, revision {revision}")
            }
            Self::ReferenceSpend { week } => write!(
                f,
                "there are no earlier budgets to compare with, so compared with what was spent in the week of {week}"
            ),
            Self::PublishedUnusable { week } => write!(
                f,
                "in the week of {week} none of today's channels had a budget, so it is no use to compare with"
            ),
            Self::ReferenceScaled => {
                f.write_str("its amount then, scaled so that all together make this week's total")
            }
            Self::ReferenceAbsent => {
                f.write_str("it had no budget then, so the comparison starts from nothing")
            }
            Self::ReferenceLeftOut => f.write_str(
                "it gets no budget this week, so what it had then counts for the other channels",
            ),
            Self::EvidenceShort { weeks, weeks_wanted } => write!(
                f,
                "there are data for the last {weeks} of the {weeks_wanted} weeks that the rules look back on"
            ),
            Self::EvidenceComplete { days } => {
                write!(f, "there are data for each of the {days} days looked at")
            }
            Self::EvidenceGaps { days, days_missing, missing } => {
                write!(f, "{days_missing} of the {days} days looked at have no data: ")?;
                write_runs(f, missing)
            }
            Self::Eligible => f.write_str("it earned more than it cost"),
            Self::Ineligible(Ineligible::NoSpend) => {
                f.write_str("nothing was spent on it, so there is nothing to judge it by")
            }
            Self::Ineligible(Ineligible::RoiNotPositive) => {
                f.write_str("it earned no more than it cost")
            }
            Self::Ineligible(Ineligible::Paused) => {
                f.write_str("it is paused, so it gets no budget")
            }
            Self::ResponseFactor { factor, weeks } => write!(
                f,
                "judged by {weeks} full weeks, extra spend counts as bringing {} times its average return",
                ratio(*factor)
            ),
            Self::ResponseUnknown(why) => write!(f, "its response to spend counts as average: {why}"),
            Self::Weight { kind, weight } => {
                write!(f, "it is weighed by its {}, {}", measure(*kind), ratio(*weight))
            }
            Self::WeightAtMost { kind, weight } => write!(
                f,
                "it is weighed by its {}, which counts as the largest there is, {}",
                measure(*kind),
                ratio(*weight)
            ),
            Self::Bounds { floor, cap } => write!(
                f,
                "its budget lies between {} and {} of the total",
                floor.to_percent(),
                cap.to_percent()
            ),
            Self::ByWeight => f.write_str("its share of the total is in proportion to its weight"),
            Self::FloorOnly => f.write_str("not eligible, so it gets no more than its floor"),
            Self::AtFloor { floor } => {
                write!(f, "it is held at its floor, {} of the total", floor.to_percent())
            }
            Self::AtCap { cap } => {
                write!(f, "it is held at its cap, {} of the total", cap.to_percent())
            }
            Self::Shortfall => f.write_str(
                "the channels that earn more than they cost are all at their caps, so the rest goes to the others",
            ),
            Self::RestByReference => {
                f.write_str("its share of the rest is in proportion to its earlier budget")
            }
            Self::RestEqually => f.write_str("it gets an equal share of the rest"),
            Self::HoldNoEligibleChannel => {
                f.write_str("no channel earned more than it cost, so this week is held")
            }
            Self::HoldMissingEvidence { week } => write!(
                f,
                "data of the week of {week} are still missing, so this week is held"
            ),
            Self::HeldReference => f.write_str("it keeps its earlier budget"),
            Self::HeldExcess => f.write_str(
                "it takes its part of what other channels may not keep because of their caps",
            ),
            Self::HeldNothing => {
                f.write_str("it had no budget then, and a hold gives it none")
            }
            Self::HeldEqually => {
                f.write_str("without an earlier budget it gets an equal share, within its cap")
            }
            Self::NothingToPace => {
                f.write_str("without earlier budgets the target is taken at once")
            }
            Self::Moved { adjust_share } => write!(
                f,
                "it moves {} of the way from its earlier budget to its target",
                adjust_share.to_percent()
            ),
            Self::StepLimit { change_share_max } => write!(
                f,
                "it may change by at most {} in one week",
                change_share_max.to_percent()
            ),
            Self::StepLimitYields => {
                f.write_str("its weekly limit gives way, because its floor or its cap asks for more")
            }
            Self::StepLimitsDropped { change_share_max } => write!(
                f,
                "the weekly limit of {} is dropped for all channels, because with it the total could not be placed",
                change_share_max.to_percent()
            ),
            Self::Balanced => {
                f.write_str("it takes its part of what the limits of other channels leave or ask for")
            }
            Self::QuietWeek { quiet_share } => write!(
                f,
                "less than {} of the total would move, so the earlier budgets stay",
                quiet_share.to_percent()
            ),
            Self::QuietKept => f.write_str("it keeps its earlier budget, since little would change"),
            Self::NotQuiet { quiet_share } => {
                write!(f, "at least {} of the total moves", quiet_share.to_percent())
            }
            Self::QuietBrokenByCap => {
                f.write_str("little would change, but its earlier budget is above its cap, so the changes are made")
            }
            Self::QuietBrokenByFloor => {
                f.write_str("little would change, but its earlier budget is below its floor, so the changes are made")
            }
            Self::QuietBrokenByIneligible => f.write_str(
                "little would change, but it did not earn more than it cost, so the changes are made",
            ),
            Self::VetoKept => {
                f.write_str("cutting it looks premature, so it keeps its earlier budget")
            }
            Self::VetoKeptAtCap => f.write_str(
                "cutting it looks premature, so it keeps its earlier budget as far as its cap allows",
            ),
            Self::VetoOverruled { weeks_max } => write!(
                f,
                "cutting it looks premature, but its cut may be stopped in at most {weeks_max} published weeks in a row, so now it is cut"
            ),
            Self::VetoWithoutCut => {
                f.write_str("a veto has nothing to stop here, since the channel is not cut")
            }
            Self::FundingTotal => {
                f.write_str("what the stopped cuts cost comes out of the increases of other channels")
            }
            Self::FundsVeto => {
                f.write_str("its increase is smaller, because it helps to pay for cuts that were stopped")
            }
            Self::Rounded => f.write_str("rounded so that all budgets make the total exactly"),
            Self::RoundedBelowCap => f.write_str("rounded down, because its cap must not be exceeded"),
            Self::AlreadyWhole => f.write_str("there is nothing to round"),
        }
    }
}

impl fmt::Display for ResponseUnknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooFewWeeks => "too few weeks have data for each day",
            Self::NoRevenue => "it earned nothing in these weeks",
            Self::NoSpendInLowWeeks => "nothing was spent in the weeks of little spend",
            Self::SpendHardlyVaried => "its spend hardly varied from week to week",
        })
    }
}

const fn measure(kind: WeightKind) -> &'static str {
    match kind {
        WeightKind::Roi => "return on investment (ROI)",
        WeightKind::Roas => "revenue per unit of spend (ROAS)",
        WeightKind::Response => "return on investment (ROI) times its response to spend",
    }
}

/// A figure × 10¹² for people: six digits behind the point, the others cut off.
fn ratio(figure: i128) -> String {
    const DIGITS: u8 = 6;
    let cut = 10i128.pow(u32::from(WEIGHT_DIGITS - DIGITS));
    decimal::format_short(figure / cut, DIGITS)
}

fn write_runs(f: &mut fmt::Formatter<'_>, runs: &[(Day, Day)]) -> fmt::Result {
    for (index, (first, last)) in runs.iter().take(RUNS_NAMED_MAX).enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        if first == last {
            write!(f, "{comma}{first}")?;
        } else {
            write!(f, "{comma}{first} to {last}")?;
        }
    }
    match runs.len().saturating_sub(RUNS_NAMED_MAX) {
        0 => Ok(()),
        1 => f.write_str(" and one more run of days"),
        more => write!(f, " and {more} more runs of days"),
    }
}
