//! What a file changes: how many days it brought, and which pairs (day, channel) it replaced, each
//! with the old and the new value of every measure that is no longer what it was, and which rows
//! went with that.

use std::collections::BTreeMap;

use crate::audit::{Dropped, MeasureChange, Moved, OtherSource, Replacement};
use crate::domain::{ChannelName, Conversions, Currency, Day, Figures, FineMoney, decimal};

/// How many replacements are kept one by one: enough to look at, few enough for a log line.
pub const REPLACEMENTS_MAX: usize = 100;

/// How many rows that went are kept one by one: enough to see which campaigns an export lacks.
pub const DROPPED_MAX: usize = 10;

/// How many campaigns that moved, and how many pairs that the file says nothing of, are kept one by
/// one.
pub const EXAMPLES_MAX: usize = 10;

/// How many channels and sources whose days were replaced are told of.
pub const OTHER_SOURCES_MAX: usize = 100;

/// Pairs that a file says nothing of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unsaid {
    /// How many they are.
    pub pairs: u64,
    /// The first [`EXAMPLES_MAX`] of them, by day and channel name.
    pub examples: Vec<UnsaidPair>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsaidPair {
    /// The day.
    pub day: Day,
    /// The channel.
    pub channel: ChannelName,
    /// The name of the earlier file, as its sender wrote it.
    pub file: String,
    /// What the channel spent on that day, as an exact decimal; `None`: it isn't known.
    pub spend: Option<String>,
}

/// What a file changes. A day stands for the week or month that it begins, if that is the grain
/// of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Days of the account that the ledger had no row for.
    pub new_days: u64,
    /// (day, channel) pairs that are new on days that had rows of other channels.
    pub added: u64,
    /// (day, channel) pairs whose values, campaigns or controls changed.
    pub replaced: u64,
    /// How many of them each day has; days without any are not in it.
    pub replaced_per_day: BTreeMap<Day, u64>,
    /// The first [`REPLACEMENTS_MAX`] of them, by day and channel name, the business last.
    pub replacements: Vec<Replacement>,
    /// Rows of these pairs that the file doesn't state and that count no longer, the first
    /// [`DROPPED_MAX`] of them one by one; `None`: there are none.
    pub dropped: Option<Dropped>,
    /// Rows that went from a channel because the file states their campaigns under another one, the
    /// first [`EXAMPLES_MAX`] campaigns one by one; `None`: there are none. The pairs that they went
    /// from are among the replaced ones.
    pub moved: Option<Moved>,
    /// What other sources had stated of the replaced pairs, by channel and source.
    pub other_sources: Vec<OtherSource>,
    /// Pairs that an earlier file of the source stated beside others of the file's, that the file
    /// says nothing of, and that still count.
    pub unsaid: Unsaid,
    /// Every row of the file was current already.
    pub is_duplicate: bool,
}

/// The replaced pairs of some days; there is at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaced<'a> {
    /// How many they are.
    pub pairs: u64,
    /// The first of the days.
    pub first_day: Day,
    /// The last of the days.
    pub last_day: Day,
    /// The first of the pairs, at least one.
    pub examples: &'a [Replacement],
}

impl Changes {
    /// How many rows that were known went.
    pub fn dropped_rows(&self) -> u64 {
        self.dropped.as_ref().map_or(0, |dropped| dropped.rows)
    }

    /// What was replaced on `day` and before; `None`: nothing.
    pub fn replaced_until(&self, day: Day) -> Option<Replaced<'_>> {
        let days = || self.replaced_per_day.range(..=day);
        let ((&first_day, _), (&last_day, _)) = days().next().zip(days().next_back())?;
        let pairs = days().map(|(_, pairs)| pairs).sum();
        let told = self.replacements.partition_point(|replacement| replacement.day <= day);
        Some(Replaced { pairs, first_day, last_day, examples: &self.replacements[..told] })
    }

    /// The first and the last day that it replaced something of.
    pub fn replaced_days(&self) -> Option<(Day, Day)> {
        self.replaced_until(Day::MAX).map(|replaced| (replaced.first_day, replaced.last_day))
    }
}

/// The correction of a pair whose figures were `before` and are `after`; `controls` says whether
/// what it keeps for models changed.
pub(super) fn replacement(
    day: Day,
    channel: Option<ChannelName>,
    (before, after): (Figures, Figures),
    controls: bool,
    currency: Currency,
) -> Replacement {
    let mut changed: Vec<MeasureChange> = texts(&before, currency)
        .into_iter()
        .zip(texts(&after, currency))
        .filter(|((_, before), (_, after))| before != after)
        .map(|((measure, before), (_, after))| MeasureChange {
            measure: measure.to_owned(),
            before,
            after,
        })
        .collect();
    let unvalued =
        |measure: &str| MeasureChange { measure: measure.to_owned(), before: None, after: None };
    if controls {
        changed.push(unvalued("controls"));
    } else if changed.is_empty() {
        changed.push(unvalued("campaigns"));
    }
    Replacement { day, channel, changed }
}

/// Each measure as an exact decimal; `None`: it isn't known.
fn texts(figures: &Figures, currency: Currency) -> [(&'static str, Option<String>); 5] {
    let count = |count: Option<u64>| count.map(|count| count.to_string());
    [
        ("spend", amount(figures.spend, currency)),
        ("revenue", amount(figures.revenue, currency)),
        ("impressions", count(figures.impressions)),
        ("clicks", count(figures.clicks)),
        ("conversions", figures.conversions.map(Conversions::to_decimal)),
    ]
}

/// The digits that a [`FineMoney`] has behind the minor unit.
const REST_DIGITS: u8 = 18;

/// The text of an amount in the audit log and in receipts; `None`: it isn't known.
pub(super) fn amount(money: Option<FineMoney>, currency: Currency) -> Option<String> {
    money.map(|money| exact(money, currency))
}

/// "428.00", and with all its digits what is finer than the minor unit: "428.2258".
fn exact(money: FineMoney, currency: Currency) -> String {
    let minor = money.minor().minor();
    let fine = minor
        .checked_mul(FineMoney::REST_PER_MINOR.into())
        .and_then(|whole| whole.checked_add(money.rest().into()));
    match fine {
        Some(fine) if money.rest() > 0 => {
            decimal::format_short(fine, currency.minor_digits() + REST_DIGITS)
        }
        _ => money.rounded().to_decimal(currency),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Money;

    fn rupees() -> Currency {
        Currency::from_code("INR").expect("a currency")
    }

    #[test]
    fn money_is_told_with_every_digit_that_it_has() {
        let told = |minor, rest| {
            let money = FineMoney::new(Money::from_minor(minor), rest).expect("less than one");
            exact(money, rupees())
        };
        assert_eq!(told(42_800, 0), "428.00");
        assert_eq!(told(42_822, 580_000_000_000_000_000), "428.2258");
        assert_eq!(told(-1, 500_000_000_000_000_000), "-0.005");
        assert_eq!(told(0, 1), "0.00000000000000000001");
    }

    #[test]
    fn a_day_without_replacements_has_no_example() {
        let day: Day = "2026-01-04".parse().expect("a day");
        let changes = Changes { new_days: 3, ..Changes::default() };
        assert_eq!(changes.replaced_until(day), None);
        assert_eq!(changes.replaced_days(), None);
    }
}
