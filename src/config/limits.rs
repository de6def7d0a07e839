//! Whether the caps of an account's channels can hold its total and its total their floors
//! (DESIGN §4), checked here once so that no decision ever has to give way on either.

use super::account::{ReadRules, short};
use super::channel::ReadChannel;
use super::value::Item;
use crate::domain::{Amount, Currency, Money, Share};

/// The total of an account and what budgets are multiples of; the first a multiple of the second.
pub(super) struct Budget<'a> {
    pub item: Item<'a>,
    pub currency: Currency,
    pub total: Money,
    pub unit: Money,
}

/// Whether all limits fit; faults what doesn't.
pub(super) fn check(
    budget: &Budget<'_>,
    channels: &[ReadChannel<'_>],
    rules: &ReadRules<'_>,
) -> bool {
    let limits: Vec<Limits<'_>> =
        channels.iter().map(|channel| Limits::of(channel, budget, rules)).collect();
    let mut ordered = true;
    for limits in &limits {
        ordered &= limits.are_ordered(budget, rules);
    }
    let active: Vec<&Limits<'_>> =
        limits.iter().filter(|limits| !limits.channel.channel.paused).collect();
    let caps = caps_hold_total(&active, budget, rules);
    let floors = floors_fit_total(&active, budget, rules);
    ordered && caps && floors
}

/// The bounds of one channel.
struct Limits<'a> {
    channel: &'a ReadChannel<'a>,
    cap: Share,
    floor: Share,
    /// The cap, rounded down to the unit.
    cap_money: Money,
    floor_amount: Amount,
}

impl<'a> Limits<'a> {
    fn of(channel: &'a ReadChannel<'a>, budget: &Budget<'_>, rules: &ReadRules<'_>) -> Self {
        let cap = channel.channel.spend_cap_share.unwrap_or(rules.settings.spend_cap_share);
        let floor = channel.channel.spend_floor_share.unwrap_or(rules.settings.spend_floor_share);
        let cap_money = down_to_unit(cap.of(budget.total).floor(), budget.unit);
        Self { channel, cap, floor, cap_money, floor_amount: floor.of(budget.total) }
    }

    fn are_ordered(&self, budget: &Budget<'_>, rules: &ReadRules<'_>) -> bool {
        if self.floor <= self.cap {
            return true;
        }
        let own = self.channel.floor.as_ref().or(self.channel.cap.as_ref());
        let item = own.or(rules.floor.as_ref()).or(rules.cap.as_ref()).unwrap_or(&budget.item);
        item.misfit(
            format!(
                "the floor of {} is {} of the total, its cap only {}",
                self.channel.channel.name,
                self.floor.to_percent(),
                self.cap.to_percent(),
            ),
            "lower its spend_floor_share or raise its spend_cap_share",
        );
        false
    }
}

fn down_to_unit(money: Money, unit: Money) -> Money {
    Money::from_minor(money.minor() - money.minor() % unit.minor())
}

fn caps_hold_total(active: &[&Limits<'_>], budget: &Budget<'_>, rules: &ReadRules<'_>) -> bool {
    let held: Money = active.iter().map(|limits| limits.cap_money).sum();
    if held >= budget.total {
        return true;
    }
    let item = rules.cap.as_ref().unwrap_or(&budget.item);
    item.misfit(
        format!(
            "the caps of {} hold {} of {} together, so a week's total could not be spent",
            channels(active.len()),
            short(held, budget.currency),
            short(budget.total, budget.currency),
        ),
        match least_common_cap(active, budget) {
            Some(share) => would_do(share, "spend_cap_share", rules.cap.as_ref()),
            None => "raise the channels' own spend_cap_share, add a channel, or lower the total"
                .to_owned(),
        },
    );
    false
}

/// The least cap of the account that holds the total, where there are channels to which it applies.
fn least_common_cap(active: &[&Limits<'_>], budget: &Budget<'_>) -> Option<Share> {
    let (own, common): (Vec<&Limits<'_>>, Vec<_>) =
        active.iter().copied().partition(|limits| limits.channel.cap.is_some());
    let own: Money = own.into_iter().map(|limits| limits.cap_money).sum();
    let count = i128::try_from(common.len()).ok().filter(|count| *count > 0)?;
    let unit = budget.unit.minor();
    // in units, so that each cap still holds its part after rounding down
    let units = round_up((budget.total - own).minor(), unit);
    let each = round_up(units, count) * unit;
    let millionths = round_up(each * i128::from(Share::ONE.millionths()), budget.total.minor());
    let share = Share::from_millionths(u32::try_from(millionths).ok()?);
    (share <= Share::ONE).then_some(share)
}

fn floors_fit_total(active: &[&Limits<'_>], budget: &Budget<'_>, rules: &ReadRules<'_>) -> bool {
    let needed: Amount = active.iter().map(|limits| limits.floor_amount).sum();
    if needed <= budget.total.amount() {
        return true;
    }
    let item = rules.floor.as_ref().unwrap_or(&budget.item);
    item.misfit(
        format!(
            "the floors of {} need {} of {} together",
            channels(active.len()),
            needed.to_decimal(budget.currency),
            short(budget.total, budget.currency),
        ),
        match most_common_floor(active) {
            Some(share) => would_do(share, "spend_floor_share", rules.floor.as_ref()),
            None => "lower the channels' own spend_floor_share".to_owned(),
        },
    );
    false
}

/// The highest floor of the account that the total can pay, where there are channels to which it
/// applies.
fn most_common_floor(active: &[&Limits<'_>]) -> Option<Share> {
    let (own, common): (Vec<&Limits<'_>>, Vec<_>) =
        active.iter().copied().partition(|limits| limits.channel.floor.is_some());
    let own: u64 = own.into_iter().map(|limits| u64::from(limits.floor.millionths())).sum();
    let left = u64::from(Share::ONE.millionths()).checked_sub(own)?;
    let each = left.checked_div(u64::try_from(common.len()).ok()?)?;
    u32::try_from(each).ok().map(Share::from_millionths)
}

/// A value that would fit, where the file has the key or where it could be added.
fn would_do(share: Share, key: &str, written: Option<&Item<'_>>) -> String {
    match written {
        Some(_) => format!("\"{}\" would do", share.to_decimal()),
        None => format!("{key} = \"{}\" in [rules] would do", share.to_decimal()),
    }
}

fn channels(count: usize) -> String {
    if count == 1 { "1 active channel".to_owned() } else { format!("{count} active channels") }
}

/// `dividend / divisor`, rounded up; the divisor is positive.
fn round_up(dividend: i128, divisor: i128) -> i128 {
    dividend.div_euclid(divisor) + i128::from(dividend.rem_euclid(divisor) != 0)
}
