//! Accounts and histories for the tests of the rules: what a test does not set is switched off, so
//! that each figure can be checked by hand.

#![allow(dead_code, reason = "each test program uses its own part of this")]

use budgetd::domain::{
    Account, AccountId, Amount, Channel, ChannelName, Currency, Day, DayFact, Digest,
    EvidenceWeights, FirstReference, Instant, Measures, Money, RulesSettings, Share, Week,
    WeightKind,
};
use budgetd::history::WeeklyHistory;
use budgetd::rules::{Allocation, Inputs, Proposal, PublishedBudgets};

/// The decision week of all tests.
pub fn week() -> Week {
    Week::starting("2026-03-02".parse().expect("a Monday"))
}

pub fn name(text: &str) -> ChannelName {
    ChannelName::new(text).expect("a name")
}

/// A share in millionths.
pub fn share(text: &str) -> Share {
    Share::parse(text).expect("a share")
}

pub fn rupees(whole: i128) -> Money {
    Money::from_minor(whole * 100)
}

/// Rules without floor, pace, quiet week or reference; cap 40 %, weight ROI, flat evidence.
pub fn bare_rules() -> RulesSettings {
    RulesSettings {
        weight: WeightKind::Roi,
        lookback_weeks: 8,
        evidence_weights: EvidenceWeights::Flat,
        spend_cap_share: share("0.4"),
        spend_floor_share: Share::ZERO,
        adjust_share: Share::ONE,
        change_share_max: None,
        quiet_share: Share::ZERO,
        first_reference: FirstReference::None,
    }
}

/// An account in rupees, budgets in whole rupees, with [`bare_rules`].
pub fn account(total: i128, names: &[&str]) -> Account {
    let mut account = Account::with_shipped_settings(
        AccountId::new("main").expect("an id"),
        Currency::from_code("INR").expect("known"),
        chrono_tz::Asia::Kolkata,
        rupees(total),
        names.iter().map(|text| Channel::named(name(text))).collect(),
    );
    account.rules = bare_rules();
    account
}

/// What a channel did in a week, in minor units.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub weeks_back: u32,
    pub channel: usize,
    pub spend: i128,
    pub revenue: i128,
}

/// Facts of full weeks: the first day of each has all of the money, the other six none.
pub fn facts(rows: &[Row]) -> Vec<DayFact> {
    let days = |row: &Row| week().back(row.weeks_back).days().collect::<Vec<Day>>();
    rows.iter()
        .flat_map(|row| {
            days(row).into_iter().enumerate().map(move |(position, day)| {
                let (spend, revenue) =
                    if position == 0 { (row.spend, row.revenue) } else { (0, 0) };
                fact(day, row.channel, spend, revenue)
            })
        })
        .collect()
}

pub fn fact(day: Day, channel: usize, spend: i128, revenue: i128) -> DayFact {
    let measures = Measures {
        spend: Money::from_minor(spend),
        revenue: Money::from_minor(revenue),
        ..Measures::NONE
    };
    let arrived_at: Instant = "2026-03-02T00:30:00Z".parse().expect("an instant");
    DayFact { day, channel, measures, arrived_at, file: Digest::of(b"a file") }
}

/// A history of one full week in which each channel spent 1,000 rupees and had this net ROI, in
/// thousandths.
pub fn with_rois(account: &Account, rois: &[i128]) -> WeeklyHistory {
    let rows: Vec<Row> = rois
        .iter()
        .enumerate()
        .map(|(channel, roi)| Row {
            weeks_back: 1,
            channel,
            spend: 100_000,
            revenue: 100_000 + roi * 100,
        })
        .collect();
    WeeklyHistory::build(account, week(), &facts(&rows))
}

/// Budgets published for the week before, in rupees.
pub fn published(budgets: &[(&str, i128)]) -> PublishedBudgets {
    PublishedBudgets {
        week: week().back(1),
        revision: 1,
        budgets: budgets.iter().map(|(text, whole)| (name(text), rupees(*whole))).collect(),
    }
}

pub fn inputs<'a>(
    account: &'a Account,
    history: &'a WeeklyHistory,
    published: Option<&'a PublishedBudgets>,
) -> Inputs<'a> {
    Inputs { account, week: week(), history, published }
}

/// The amounts of an allocation in rupees, by channel name, exact ("33.333333" is a third of 100).
pub fn shown(allocation: &Allocation) -> Vec<String> {
    let inr = Currency::from_code("INR").expect("known");
    allocation.amounts().iter().map(|(_, amount)| amount.to_decimal(inr)).collect()
}

/// The codes of the trace that concern `channel` (empty text: the whole account).
pub fn codes(proposal: &Proposal, channel: &str) -> Vec<&'static str> {
    proposal
        .trace
        .iter()
        .filter(|line| line.channel.as_ref().map_or("", ChannelName::as_str) == channel)
        .map(|line| line.reason.code())
        .collect()
}

pub fn amount_of_rupees(whole: i128) -> Amount {
    rupees(whole).amount()
}
