//! Hill saturation: x^slope / (half_saturation^slope + x^slope) (Hill 1910; Jin et al. 2017,
//! equation 4).

pub(super) fn effect(spend: f64, half_saturation: f64, slope: f64) -> f64 {
    // x^s / (k^s + x^s) without powers that leave the range of a double.
    1.0 / (1.0 + libm::pow(half_saturation / spend, slope))
}

pub(super) fn marginal(spend: f64, half_saturation: f64, slope: f64) -> f64 {
    if spend > 0.0 {
        let effect = effect(spend, half_saturation, slope);
        return slope / spend * effect * (1.0 - effect);
    }
    // From above at 0: finite only where the slope is at least 1. A slope below 1 rises without
    // bound there; a spend of a billionth of the half saturation stands for it.
    if slope > 1.0 {
        0.0
    } else if slope < 1.0 {
        marginal(half_saturation * 1e-9, half_saturation, slope)
    } else {
        1.0 / half_saturation
    }
}

#[cfg(test)]
mod tests {
    use crate::advice::mmm::saturation::Saturation;

    #[test]
    fn half_is_reached_at_half_saturation_whatever_the_slope() {
        for slope in [0.5, 1.0, 3.0] {
            assert_eq!(Saturation::Hill { half_saturation: 70.0, slope }.effect(70.0), 0.5);
        }
    }

    #[test]
    fn a_slope_of_two_is_a_quotient_of_squares() {
        // By hand: 30² / (40² + 30²) = 900 / 2500.
        let effect = Saturation::Hill { half_saturation: 40.0, slope: 2.0 }.effect(30.0);
        assert!((effect - 0.36).abs() < 1e-15, "{effect}");
    }
}
