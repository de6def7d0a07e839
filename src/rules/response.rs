//! The response factor of a channel (DESIGN §4): did its weeks with more spend bring more than
//! the average return, or less? Only full weeks count, and where they can't tell, the factor is 1.

use crate::history::ChannelWeek;

use super::exact::Wide;
use super::reason::ResponseUnknown;

/// Weeks before the decision week that are looked at: a quarter.
pub(super) const WEEKS_LOOKED_AT: u32 = 13;

/// Full weeks below which the factor is 1.
const WEEKS_MIN: usize = 8;

/// Digits behind the point that a factor between its limits is carried with, cut off.
const FACTOR_DIGITS: u32 = super::weight::WEIGHT_DIGITS as u32;

/// A response factor as an exact fraction, between 2/3 and 3/2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Factor {
    /// The numerator; not negative.
    pub(super) numerator: i128,
    /// The denominator; positive.
    pub(super) denominator: i128,
    /// Full weeks that it was learnt from.
    pub(super) weeks: u32,
}

impl Factor {
    /// No deviation from the average.
    pub(super) const ONE: Self = Self { numerator: 1, denominator: 1, weeks: 0 };
}

/// Sums over some weeks.
#[derive(Clone, Copy, Default)]
struct Sums {
    weeks: i128,
    spend: i128,
    revenue: i128,
}

impl Sums {
    fn plus(self, week: &ChannelWeek) -> Self {
        Self {
            weeks: self.weeks + 1,
            spend: self.spend + week.measures.spend.minor(),
            revenue: self.revenue + week.measures.revenue.minor(),
        }
    }
}

/// The factor that the full ones among `weeks` (the newest 13) give, or why there is none.
pub(super) fn factor(weeks: &[ChannelWeek]) -> Result<Factor, ResponseUnknown> {
    let full: Vec<&ChannelWeek> = weeks.iter().filter(|week| week.is_complete()).collect();
    if full.len() < WEEKS_MIN {
        return Err(ResponseUnknown::TooFewWeeks);
    }
    let (high, low) = split_at_median(&full);
    let revenue = high.revenue + low.revenue;
    if revenue == 0 {
        return Err(ResponseUnknown::NoRevenue);
    }
    if low.spend == 0 {
        return Err(ResponseUnknown::NoSpendInLowWeeks);
    }
    // mean of the high weeks < 1.2 × mean of the low ones, without division
    let varied_too_little = 5 * high.spend * low.weeks < 6 * low.spend * high.weeks;
    if high.weeks == 0 || varied_too_little {
        return Err(ResponseUnknown::SpendHardlyVaried);
    }
    // (ΔR ÷ ΔS) ÷ (R ÷ S); both differences of means have the same denominator, which cancels.
    let revenue_difference = high.revenue * low.weeks - low.revenue * high.weeks;
    let spend_difference = high.spend * low.weeks - low.spend * high.weeks;
    let spend = high.spend + low.spend;
    let over = Wide::product(revenue_difference.max(0).unsigned_abs(), spend.unsigned_abs());
    let under = Wide::product(spend_difference.unsigned_abs(), revenue.unsigned_abs());
    let (numerator, denominator) = between_limits(over, under);
    let weeks = u32::try_from(full.len()).expect("at most 13 weeks");
    Ok(Factor { numerator, denominator, weeks })
}

/// Sums of the weeks with spend above the median, and of the rest.
fn split_at_median(weeks: &[&ChannelWeek]) -> (Sums, Sums) {
    let mut spends: Vec<i128> = weeks.iter().map(|week| week.measures.spend.minor()).collect();
    spends.sort_unstable();
    let count = spends.len();
    let median_twice = spends[(count - 1) / 2] + spends[count / 2];
    weeks.iter().fold((Sums::default(), Sums::default()), |(high, low), week| {
        if 2 * week.measures.spend.minor() > median_twice {
            (high.plus(week), low)
        } else {
            (high, low.plus(week))
        }
    })
}

/// `over ÷ under`, kept between 2/3 and 3/2; in between with [`FACTOR_DIGITS`] digits, cut off.
fn between_limits(over: Wide, under: Wide) -> (i128, i128) {
    let fits = "weekly sums are far below 2¹²⁰";
    let times = |wide: Wide, factor: u64| wide.times(factor).expect(fits);
    if times(over, 3) <= times(under, 2) {
        return (2, 3);
    }
    if times(over, 2) >= times(under, 3) {
        return (3, 2);
    }
    let (mut rest, mut quotient) = (over, 0);
    for digit in 0..=FACTOR_DIGITS {
        if digit > 0 {
            rest = times(rest, 10);
            quotient *= 10;
        }
        while let Some(less) = rest.minus(under) {
            rest = less;
            quotient += 1;
        }
    }
    (quotient, 10i128.pow(FACTOR_DIGITS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Measures, Money};
    use crate::history::DaySet;

    fn week(spend: i128, revenue: i128) -> ChannelWeek {
        let measures = Measures {
            spend: Money::from_minor(spend),
            revenue: Money::from_minor(revenue),
            ..Measures::NONE
        };
        ChannelWeek { measures, days: DaySet::FULL }
    }

    fn weeks(low: (i128, i128), high: (i128, i128)) -> Vec<ChannelWeek> {
        let mut weeks = vec![week(low.0, low.1); 4];
        weeks.extend(vec![week(high.0, high.1); 4]);
        weeks
    }

    #[test]
    fn the_factor_is_the_marginal_over_the_average_return() {
        // Means 100 → 200 of spend, 300 → 550 of revenue: 250/100 over 850/300 is 0.882352…
        let found = factor(&weeks((100, 300), (200, 550))).expect("it can tell");
        assert_eq!(found.numerator, 882_352_941_176);
        assert_eq!(found.denominator, 1_000_000_000_000);
        assert_eq!(found.weeks, 8);
    }

    #[test]
    fn the_factor_stays_between_two_thirds_and_three_halves() {
        let limits = |low, high| {
            let found = factor(&weeks(low, high)).expect("it can tell");
            (found.numerator, found.denominator)
        };
        // More spend brought nothing more; more spend brought less; more spend brought far more.
        assert_eq!(limits((100, 300), (200, 300)), (2, 3));
        assert_eq!(limits((100, 300), (200, 100)), (2, 3));
        assert_eq!(limits((100, 10), (200, 900)), (3, 2));
        // Exactly 2/3: 200/100 over 900/300, with means 100 → 200 and 350 → 550.
        assert_eq!(limits((100, 350), (200, 550)), (2, 3));
    }

    #[test]
    fn the_factor_is_one_where_the_weeks_cannot_tell() {
        let seven = &weeks((100, 300), (200, 550))[1..];
        assert_eq!(factor(seven), Err(ResponseUnknown::TooFewWeeks));
        let mut gap = weeks((100, 300), (200, 550));
        gap[3].days = DaySet::default().with(1);
        assert_eq!(factor(&gap), Err(ResponseUnknown::TooFewWeeks));
        assert_eq!(factor(&weeks((100, 0), (200, 0))), Err(ResponseUnknown::NoRevenue));
        assert_eq!(factor(&weeks((0, 5), (200, 9))), Err(ResponseUnknown::NoSpendInLowWeeks));
        // 119 is less than 1.2 × 100; 120 is not.
        assert_eq!(factor(&weeks((100, 300), (119, 550))), Err(ResponseUnknown::SpendHardlyVaried));
        assert!(factor(&weeks((100, 300), (120, 550))).is_ok());
        // All the same: none is above the median.
        assert_eq!(factor(&weeks((100, 300), (100, 300))), Err(ResponseUnknown::SpendHardlyVaried));
    }

    #[test]
    fn a_week_at_the_median_is_a_low_one() {
        // Nine weeks: 4 of 100, one of 150 (the median), 4 of 200. Low: 550 spent and 4 × 300 +
        // 400 = 1,600 earned in 5 weeks (means 110, 320); high: means 200, 500.
        let mut nine = weeks((100, 300), (200, 500));
        nine.push(week(150, 400));
        // (180 ÷ 90) ÷ (3,600 ÷ 1,350) = 2 ÷ 2.6667 = 0.75
        let found = factor(&nine).expect("it can tell");
        assert_eq!(found.numerator, 750_000_000_000);
    }
}
