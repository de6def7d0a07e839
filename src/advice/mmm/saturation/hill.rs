//! Hill saturation: x^slope / (half_saturation^slope + x^slope) (Hill 1910; Jin et al. 2017,
//! equation 4).

use std::f64::consts::{LN_2, LOG2_E};

pub(super) fn effect(spend: f64, half_saturation: f64, slope: f64) -> f64 {
    // x^s / (k^s + x^s) without powers that leave the range of a double.
    1.0 / (1.0 + libm::pow(half_saturation / spend, slope))
}

/// The effects of all of `spends`, in place, each by one logarithm and one power of 2 that a
/// processor can do for several of them at once: most of a search's time goes into this loop. They
/// differ from [`effect`] in the last digits of a double only.
pub(super) fn effects(spends: &mut [f64], half_saturation: f64, slope: f64) {
    let half = log2(half_saturation);
    for spend in spends {
        let ratio = exp2(slope * (half - log2(*spend)));
        *spend = if *spend >= f64::MIN_POSITIVE { 1.0 / (1.0 + ratio) } else { 0.0 };
    }
}

/// 2⁵², whose last digit is 1: the lowest bits of a double between it and 2⁵³ are a whole number.
const WHOLE: f64 = 4_503_599_627_370_496.0;

/// The bits of √½, below which a mantissa is doubled.
const ROOT_OF_HALF: u64 = 0x3fe6_a09e_667f_3bcd;

/// The exponent's place in a double, and what it is of 1.
const EXPONENT: u32 = 52;
const EXPONENT_OF_1: u64 = 1023;

/// The binary logarithm of a normal positive number; of others, some number. x = 2ᵉ·m with m from √½
/// to √2, and ln m = 2 artanh((m − 1)/(m + 1)) by ten terms of its series; the next is
/// below 10⁻¹⁶.
#[inline]
pub(in crate::advice) fn log2(x: f64) -> f64 {
    let bits = x.to_bits();
    let above = bits.wrapping_sub(ROOT_OF_HALF).wrapping_add(EXPONENT_OF_1 << EXPONENT);
    let exponent = above >> EXPONENT;
    let mantissa = f64::from_bits(
        bits.wrapping_sub(exponent << EXPONENT).wrapping_add(EXPONENT_OF_1 << EXPONENT),
    );
    #[expect(clippy::cast_precision_loss, reason = "at most 2047")]
    let offset = EXPONENT_OF_1 as f64;
    let exponent = f64::from_bits(WHOLE.to_bits() | exponent) - WHOLE - offset;
    let part = (mantissa - 1.0) / (mantissa + 1.0);
    let square = part * part;
    // Even and odd terms side by side, so that neither waits for the other.
    let fourth = square * square;
    let even = polynomial(fourth, [1.0, 1.0 / 5.0, 1.0 / 9.0, 1.0 / 13.0, 1.0 / 17.0]);
    let odd = polynomial(fourth, [1.0 / 3.0, 1.0 / 7.0, 1.0 / 11.0, 1.0 / 15.0, 1.0 / 19.0]);
    let series = even + square * odd;
    exponent + 2.0 * LOG2_E * part * series
}

/// 2ˣ, of x between −1000 and 1000 as far as it goes: a power of 2 and, for what is left of at most a
/// half, twelve terms of the series of e; the next is below 10⁻¹⁴.
#[inline]
pub(in crate::advice) fn exp2(x: f64) -> f64 {
    let x = x.clamp(-1000.0, 1000.0);
    let shifted = x + 1.5 * WHOLE;
    let rest = (x - (shifted - 1.5 * WHOLE)) * LN_2;
    let square = rest * rest;
    let even = polynomial(
        square,
        [1.0, 1.0 / 2.0, 1.0 / 24.0, 1.0 / 720.0, 1.0 / 40_320.0, 1.0 / 3_628_800.0],
    );
    let odd = polynomial(
        square,
        [1.0, 1.0 / 6.0, 1.0 / 120.0, 1.0 / 5_040.0, 1.0 / 362_880.0, 1.0 / 39_916_800.0],
    );
    let series = even + rest * odd;
    series * f64::from_bits(shifted.to_bits().wrapping_add(EXPONENT_OF_1) << EXPONENT)
}

/// By Horner's rule, the lowest power's coefficient first.
#[inline]
fn polynomial<const TERMS: usize>(x: f64, coefficients: [f64; TERMS]) -> f64 {
    let mut value = 0.0;
    for coefficient in coefficients.iter().rev() {
        value = value * x + coefficient;
    }
    value
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
    use super::{effect, effects, exp2, log2};
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

    #[test]
    fn logarithms_and_powers_are_those_of_the_mathematics_library() {
        for step in 0..20_000 {
            // From 10⁻¹⁰⁰ to 10¹⁰⁰, and each power of 2 among them exactly.
            let x = libm::exp10(f64::from(step) * 0.01 - 100.0);
            let (found, expected) = (log2(x), libm::log2(x));
            assert!((found - expected).abs() <= 2e-15 * expected.abs().max(1.0), "{x}");
            let y = f64::from(step) * 0.05 - 500.0;
            assert!((exp2(y) / libm::exp2(y) - 1.0).abs() <= 1e-14, "{y}");
        }
        assert_eq!((log2(8.0), log2(0.25), exp2(5.0), exp2(-3.0)), (3.0, -2.0, 32.0, 0.125));
    }

    #[test]
    fn many_effects_at_once_are_the_effects_one_by_one() {
        for slope in [0.2, 1.0, 3.7] {
            for half_saturation in [1e-6, 42.0, 3e9] {
                let spends = [0.0, -1.0, 5e-324, 1e-290, 1e-9, 0.01, 1.0, 77.7, 1e6, 1e15, 1e300];
                let mut found = spends;
                effects(&mut found, half_saturation, slope);
                for (found, spend) in found.iter().zip(spends) {
                    // What is no normal number counts as nothing.
                    let expected =
                        if spend > 1e-307 { effect(spend, half_saturation, slope) } else { 0.0 };
                    let off = (found - expected).abs();
                    assert!(off <= 1e-11 * expected + 1e-290, "{spend}: {found} {expected}");
                }
            }
        }
    }
}
