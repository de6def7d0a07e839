//! Daily facts → days on which a channel's spend or revenue is far from what is usual for it, to be
//! looked at by people. Nothing is left out or changed for it. Exact integers throughout.
//!
//! The measure is the median absolute deviation from the median, which up to half of the days can't
//! disturb (Hampel, "The influence curve and its role in robust estimation", 1974); 1.4826 times it
//! estimates the standard deviation of a normal distribution.

use std::collections::VecDeque;

use crate::domain::{Account, ChannelName, Day, DayFact, Money};

/// Days with rows before a day that it is held against: four weeks, so that each weekday stands in
/// them four times, and budgets that move by their step limit leave the usual behind no further
/// than three times.
const DAYS_USED: usize = 28;

/// With fewer of them nothing is called usual.
const DAYS_MIN: usize = 14;

/// An outlier is further away than six such deviations, 6 × 1.4826 as a fraction.
const DEVIATIONS: (i128, i128) = (88_956, 10_000);

/// The same for the mean absolute deviation, where that has to stand in: 6 × √(π/2) (Iglewicz and
/// Hoaglin, "How to detect and handle outliers", 1993).
const MEAN_DEVIATIONS: (i128, i128) = (7_519_884, 1_000_000);

/// One day in so many is left out at each end of what is shown as usual.
const SHOWN_CUT: usize = 20;

/// Which of a channel's figures is far from usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutlierMeasure {
    /// Its spend.
    Spend,
    /// Its revenue.
    Revenue,
}

impl OutlierMeasure {
    /// Its stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Spend => "spend",
            Self::Revenue => "revenue",
        }
    }

    const fn of(self, fact: &DayFact) -> Money {
        match self {
            Self::Spend => fact.measures.spend,
            Self::Revenue => fact.measures.revenue,
        }
    }
}

/// A figure that is far from what is usual for its channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlier {
    /// The day.
    pub day: Day,
    /// The channel.
    pub channel: ChannelName,
    /// The figure's measure.
    pub measure: OutlierMeasure,
    /// The figure.
    pub amount: Money,
    /// Nine in ten of the days before lie between these.
    pub usual: (Money, Money),
}

/// Looks for outliers in facts that come by day, remembering of each channel only what is usual for
/// it: about a kilobyte.
#[derive(Debug)]
pub struct OutlierSearch<'a> {
    account: &'a Account,
    /// By channel, spend and revenue of the newest days with rows, in minor units.
    newest: Vec<VecDeque<[i128; 2]>>,
}

impl<'a> OutlierSearch<'a> {
    /// Nothing is known yet.
    pub fn new(account: &'a Account) -> Self {
        Self { account, newest: vec![VecDeque::new(); account.channels.len()] }
    }

    /// The outliers of `fact`, by measure; it is held against the newest 28 days that came of its
    /// channel, and with fewer than 14 of them there are none.
    pub fn look(&self, fact: &DayFact) -> impl Iterator<Item = Outlier> {
        let newest = &self.newest[fact.channel];
        let measures = [OutlierMeasure::Spend, OutlierMeasure::Revenue].into_iter().enumerate();
        measures.filter(|_| newest.len() >= DAYS_MIN).filter_map(|(at, measure)| {
            let amount = measure.of(fact);
            let usual: Vec<i128> = newest.iter().map(|amounts| amounts[at]).collect();
            let usual = far_from(amount.minor(), usual)?;
            let channel = self.account.channels[fact.channel].name.clone();
            Some(Outlier { day: fact.day, channel, measure, amount, usual })
        })
    }

    /// Remembers `fact`, whose day is not before that of any other.
    pub fn add(&mut self, fact: &DayFact) {
        let newest = &mut self.newest[fact.channel];
        if newest.len() == DAYS_USED {
            newest.pop_front();
        }
        let amounts = [OutlierMeasure::Spend, OutlierMeasure::Revenue];
        newest.push_back(amounts.map(|measure| measure.of(fact).minor()));
    }
}

/// The outliers among those of `facts` that `is_looked_at` names, by day, channel and measure. Each
/// is held against the newest 28 days before it that its channel has rows for in `facts`, which are
/// sorted by day; with fewer than 14 of them there are none.
pub fn outliers(
    account: &Account,
    facts: &[DayFact],
    is_looked_at: impl Fn(&DayFact) -> bool,
) -> Vec<Outlier> {
    let mut search = OutlierSearch::new(account);
    let mut found = Vec::new();
    for fact in facts {
        if is_looked_at(fact) {
            found.extend(search.look(fact));
        }
        search.add(fact);
    }
    found
}

/// What is usual among `values`, where `value` is far from it: further than six deviations from the
/// median, more than three times or less than a third of it, and beyond nine in ten of them. A
/// budget that rises or falls by its step limit week after week stays within that, and so does the
/// one day of each week that is three times the others.
fn far_from(value: i128, mut values: Vec<i128>) -> Option<(Money, Money)> {
    values.sort_unstable();
    // Twice the median and twice the distances from it are whole numbers.
    let median = doubled_median(&values);
    let away = (2 * value - median).abs();
    let is_of_its_size = 6 * value >= median && 2 * value <= 3 * median;
    let cut = values.len() / SHOWN_CUT;
    let (low, high) = (values[cut], values[values.len() - 1 - cut]);
    if is_of_its_size || (low..=high).contains(&value) {
        return None;
    }
    let mut distances: Vec<i128> = values.iter().map(|value| (2 * value - median).abs()).collect();
    distances.sort_unstable();
    let deviation = doubled_median(&distances);
    let is_far = if deviation > 0 {
        2 * away * DEVIATIONS.1 > DEVIATIONS.0 * deviation
    } else {
        is_far_from_the_same(value, &values, away, &distances)
    };
    is_far.then(|| (Money::from_minor(low), Money::from_minor(high)))
}

/// Where more than half of the days are the same, their median deviation says nothing. Then the
/// mean deviation stands in, and what was there before is not far; days of nothing at all make
/// nothing usual.
fn is_far_from_the_same(value: i128, sorted: &[i128], away: i128, distances: &[i128]) -> bool {
    let (least, most) = (sorted[0], sorted[sorted.len() - 1]);
    let days = i128::try_from(distances.len()).unwrap_or(i128::MAX);
    let sum: i128 = distances.iter().sum();
    let is_beyond_all = value < least || value > most;
    let is_beyond_mean = away * days * MEAN_DEVIATIONS.1 > MEAN_DEVIATIONS.0 * sum;
    (least, most) != (0, 0) && is_beyond_all && is_beyond_mean
}

/// Twice the median of sorted values.
fn doubled_median(sorted: &[i128]) -> i128 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { 2 * sorted[middle] } else { sorted[middle - 1] + sorted[middle] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::plus_days;
    use crate::domain::{AccountId, Channel, Currency, Digest, Measures};

    fn account() -> Account {
        let named = |text: &str| Channel::named(ChannelName::new(text).expect("a name"));
        Account::with_shipped_settings(
            AccountId::new("main").expect("an id"),
            Currency::from_code("INR").expect("known"),
            chrono_tz::Asia::Kolkata,
            Money::from_minor(50_000_000),
            vec![named("Email"), named("Google Ads")],
        )
    }

    /// Spend in major units on days in a row; revenue is always 10.
    fn facts(channel: usize, spends: &[i128]) -> Vec<DayFact> {
        let first: Day = "2025-07-01".parse().expect("a day");
        (0u64..)
            .zip(spends)
            .map(|(at, spend)| DayFact {
                day: plus_days(first, at),
                channel,
                measures: Measures {
                    spend: Money::from_minor(spend * 100),
                    revenue: Money::from_minor(1000),
                    ..Measures::NONE
                },
                arrived_at: "2025-12-01T00:00:00Z".parse().expect("an instant"),
                file: Digest::of(b""),
            })
            .collect()
    }

    fn found(spends: &[i128]) -> Vec<(Day, i128, (i128, i128))> {
        let major = |money: Money| money.minor() / 100;
        outliers(&account(), &facts(0, spends), |_| true)
            .into_iter()
            .map(|found| {
                assert_eq!(found.measure, OutlierMeasure::Spend);
                let usual = (major(found.usual.0), major(found.usual.1));
                (found.day, major(found.amount), usual)
            })
            .collect()
    }

    /// 120, 125 … 180 and 130: median 150 (of the sorted 14: the mean of 145 and 150, 147.5).
    const USUAL: [i128; 14] =
        [120, 125, 130, 135, 140, 145, 150, 155, 160, 165, 170, 175, 180, 130];

    fn then(value: i128) -> Vec<i128> {
        USUAL.into_iter().chain([value]).collect()
    }

    #[test]
    fn a_figure_far_beyond_its_usual_range_is_named_with_that_range() {
        let day: Day = "2025-07-15".parse().expect("a day");
        assert_eq!(found(&then(2214)), [(day, 2214, (120, 180))]);
        assert_eq!(found(&then(150)), []);
    }

    #[test]
    fn the_border_is_six_deviations() {
        // Seven days of 40 and seven of 160: median 100, every distance from it 60, so their median
        // too. 6 * 1.4826 * 60 = 533.736, so the border is 633.736.
        let usual = [vec![40; 7], vec![160; 7]].concat();
        assert_eq!(found(&[usual.clone(), vec![633]].concat()), []);
        assert_eq!(found(&[usual, vec![634]].concat()).len(), 1);
    }

    #[test]
    fn from_a_third_of_the_median_to_three_times_it_nothing_is_far() {
        // Median 1000, distances 0 or 1, their median 1: six deviations are 8.9.
        let usual: Vec<i128> = (0..30).map(|at| 999 + at % 3).collect();
        for (value, count) in [(3000, 0), (3001, 1), (334, 0), (333, 1)] {
            assert_eq!(found(&[usual.clone(), vec![value]].concat()).len(), count, "{value}");
        }
    }

    #[test]
    fn budgets_that_rise_by_their_step_week_after_week_are_not_far() {
        // 30 % more each week, the shipped step limit, and the days of a week within 15 % of it.
        let mut spends = Vec::new();
        let mut budget = 10_000i128;
        for _ in 0..12 {
            spends.extend([85, 115, 100, 90, 110, 95, 105].map(|share| budget * share / 100));
            budget = budget * 13 / 10;
        }
        let steady = [vec![10_000; 56], spends].concat();
        assert_eq!(found(&steady), []);
    }

    #[test]
    fn one_day_of_each_week_that_is_three_times_the_others_is_usual() {
        let week = [98, 101, 99, 102, 100, 97, 320];
        assert_eq!(found(&week.repeat(9)), []);
    }

    #[test]
    fn fourteen_days_make_something_usual_and_thirteen_do_not() {
        assert_eq!(found(&[vec![100; 13], vec![1000]].concat()), []);
        assert_eq!(found(&[vec![100; 14], vec![1000]].concat()).len(), 1);
    }

    #[test]
    fn days_older_than_the_newest_28_with_rows_count_no_more() {
        // Were the first days counted, half of all would be 1000.
        let spends = [vec![1000; 60], vec![100; 28], vec![1000]].concat();
        let last = found(&spends).pop().expect("the last is far");
        assert_eq!((last.1, last.2), (1000, (100, 100)));
    }

    #[test]
    fn a_channel_that_rests_on_most_days_is_no_outlier_when_it_runs() {
        // A newsletter of 500 once a week; the median and its deviation are 0.
        let weekly = |at: i128| if at % 7 == 6 { 500 } else { 0 };
        let mut spends: Vec<i128> = (0..62).map(weekly).collect();
        assert_eq!(found(&spends), []);
        // The mean distance is 500 / 7 = 71.4 over 28 days; 7.52 times that are 537.
        spends.push(5000);
        assert_eq!(found(&spends).len(), 1);
    }

    #[test]
    fn nothing_but_zeros_makes_nothing_usual() {
        assert_eq!(found(&[vec![0; 56], vec![1000]].concat()), []);
    }

    #[test]
    fn each_channel_is_held_against_itself_and_only_what_is_asked_for_is_looked_at() {
        let mut both = facts(0, &then(2214));
        both.extend(facts(1, &[2214; 15]));
        both.sort_by_key(|fact| (fact.day, fact.channel));
        assert_eq!(outliers(&account(), &both, |_| true).len(), 1);
        assert_eq!(outliers(&account(), &both, |fact| fact.channel == 1), []);
    }
}
