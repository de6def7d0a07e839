//! Steps 1 and 2: evidence → whether a channel is eligible, and its weight as an integer. A
//! weight is never negative and never above [`WEIGHT_MAX`].

use crate::domain::{Channel, Money, WeightKind};

use super::Ineligible;
use super::exact::mul_div;
use super::response::Factor;

/// A weight counts 10⁻¹² of its measure.
pub(super) const WEIGHT_DIGITS: u8 = 12;

/// The largest weight, a return of a million: the bound that keeps weight × total inside 128 bits.
pub(super) const WEIGHT_MAX: i128 = 10i128.pow(18);

const ONE: i128 = 10i128.pow(WEIGHT_DIGITS as u32);

/// Why `channel` with this evidence is not eligible; `None`: it is.
pub(super) fn ineligible(channel: &Channel, spend: Money, revenue: Money) -> Option<Ineligible> {
    if channel.paused {
        Some(Ineligible::Paused)
    } else if !spend.is_positive() {
        Some(Ineligible::NoSpend)
    } else if revenue <= spend {
        Some(Ineligible::RoiNotPositive)
    } else {
        None
    }
}

/// The weight of an eligible channel: its measure × 10¹², towards zero.
pub(super) fn weight(kind: WeightKind, spend: Money, revenue: Money, factor: Factor) -> i128 {
    let (spend, gain) = (spend.minor(), (revenue - spend).minor());
    match kind {
        WeightKind::Roi => scaled(gain, spend, Factor::ONE),
        WeightKind::Roas => scaled(revenue.minor(), spend, Factor::ONE),
        WeightKind::Response => scaled(gain, spend, factor),
    }
}

/// `earned ÷ spend × factor × 10¹²`, towards zero, at most [`WEIGHT_MAX`].
fn scaled(earned: i128, spend: i128, factor: Factor) -> i128 {
    // A factor is at least 2/3, so at twice the largest ratio the weight is at its end anyway.
    // Below it the quotient fits, and both factors do since sums of bounded cells stay under 10²⁵.
    if earned / spend >= 2 * WEIGHT_MAX / ONE {
        return WEIGHT_MAX;
    }
    let (weight, _) = mul_div(earned * ONE, factor.numerator, spend * factor.denominator);
    weight.min(WEIGHT_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ChannelName;

    fn roi(spend: i128, revenue: i128) -> i128 {
        weight(WeightKind::Roi, Money::from_minor(spend), Money::from_minor(revenue), Factor::ONE)
    }

    #[test]
    fn a_weight_is_the_return_cut_off_behind_twelve_digits() {
        assert_eq!(roi(1_000, 1_712), 712_000_000_000);
        assert_eq!(roi(3, 5), 666_666_666_666);
        assert_eq!(roi(10i128.pow(15), 10i128.pow(15) + 1), 0);
        let roas = weight(
            WeightKind::Roas,
            Money::from_minor(1_000),
            Money::from_minor(1_712),
            Factor::ONE,
        );
        assert_eq!(roas, 1_712_000_000_000);
    }

    #[test]
    fn a_weight_never_exceeds_a_return_of_a_million() {
        assert_eq!(roi(1, 1_000_000), 999_999 * ONE);
        assert_eq!(roi(1, 1_000_001), WEIGHT_MAX);
        assert_eq!(roi(1, 1_000_002), WEIGHT_MAX);
        assert_eq!(roi(1, 10i128.pow(24)), WEIGHT_MAX);
        assert_eq!(roi(10i128.pow(24), 2 * 10i128.pow(24)), ONE);
    }

    #[test]
    fn the_response_weight_is_the_roi_times_the_factor() {
        let response = |spend, revenue, numerator, denominator| {
            let factor = Factor { numerator, denominator, weeks: 13 };
            let money = Money::from_minor;
            weight(WeightKind::Response, money(spend), money(revenue), factor)
        };
        // 0.6 × 2/3 = 0.4, exactly; 0.6 × 3/2 = 0.9; 0.6 × 0.75 = 0.45.
        assert_eq!(response(1_000, 1_600, 2, 3), 400_000_000_000);
        assert_eq!(response(1_000, 1_600, 3, 2), 900_000_000_000);
        assert_eq!(response(1_000, 1_600, 750_000_000_000, ONE), 450_000_000_000);
        assert_eq!(response(1, 1_200_001, 2, 3), 800_000 * ONE);
        assert_eq!(response(1, 1_800_001, 2, 3), WEIGHT_MAX);
    }

    #[test]
    fn a_channel_is_eligible_only_if_it_earned_more_than_it_cost() {
        let mut channel = Channel::named(ChannelName::new("Email").expect("a name"));
        let judge = |channel: &Channel, spend, revenue| {
            ineligible(channel, Money::from_minor(spend), Money::from_minor(revenue))
        };
        assert_eq!(judge(&channel, 0, 500), Some(Ineligible::NoSpend));
        assert_eq!(judge(&channel, 100, 100), Some(Ineligible::RoiNotPositive));
        assert_eq!(judge(&channel, 100, 101), None);
        channel.paused = true;
        assert_eq!(judge(&channel, 100, 101), Some(Ineligible::Paused));
    }
}
