//! The standard normal distribution with the same digits on every machine: density, distribution
//! function and quantile.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// The density at `x`.
pub fn density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x) / libm::sqrt(2.0 * PI)
}

/// The probability of a value up to `x`.
pub fn below(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// Where nearly all of a normal distribution lies below 0, what is left above falls off as an
/// exponential distribution does, from so many deviations on.
const EXPONENTIAL_FROM: f64 = 7.0;

/// The mean of a normal distribution that is cut off below 0.
pub fn mean_above_zero(mean: f64, deviation: f64) -> f64 {
    if deviation <= 0.0 {
        return mean.max(0.0);
    }
    let steps = mean / deviation;
    if steps < -30.0 {
        return deviation / -steps;
    }
    (mean + deviation * density(steps) / below(steps)).max(0.0)
}

/// Its deviation, as a share of that of the whole distribution.
pub fn narrowing(mean: f64, deviation: f64) -> f64 {
    if deviation <= 0.0 {
        return 1.0;
    }
    let from = -mean / deviation;
    if from > EXPONENTIAL_FROM {
        return (1.0 / from).min(1.0);
    }
    let hazard = density(from) / below(-from);
    libm::sqrt((1.0 + from * hazard - hazard * hazard).clamp(0.0, 1.0))
}

/// The value that `probability` (between 0 and 1, both excluded) lies below: Wichura's algorithm
/// AS 241 (Applied Statistics 37, 1988), PPND16, right to about 16 digits.
pub fn quantile(probability: f64) -> f64 {
    let from_middle = probability - 0.5;
    if from_middle.abs() <= 0.425 {
        let r = 0.180_625 - from_middle * from_middle;
        return from_middle * ratio(r, &MIDDLE_TOP, &MIDDLE_BOTTOM);
    }
    let tail = if from_middle < 0.0 { probability } else { 1.0 - probability };
    let r = libm::sqrt(-libm::log(tail.max(f64::MIN_POSITIVE)));
    let reach = if r <= 5.0 {
        ratio(r - 1.6, &NEAR_TOP, &NEAR_BOTTOM)
    } else {
        ratio(r - 5.0, &FAR_TOP, &FAR_BOTTOM)
    };
    if from_middle < 0.0 { -reach } else { reach }
}

/// The quotient of two polynomials, lowest power first.
fn ratio(at: f64, top: &[f64; 8], bottom: &[f64; 8]) -> f64 {
    let value = |coefficients: &[f64; 8]| {
        coefficients.iter().rev().fold(0.0, |value, coefficient| value * at + coefficient)
    };
    value(top) / value(bottom)
}

const MIDDLE_TOP: [f64; 8] = [
    3.387_132_872_796_366_5,
    1.331_416_678_917_843_8e2,
    1.971_590_950_306_551_3e3,
    1.373_169_376_550_946e4,
    4.592_195_393_154_987e4,
    6.726_577_092_700_87e4,
    3.343_057_558_358_813e4,
    2.509_080_928_730_122_7e3,
];
const MIDDLE_BOTTOM: [f64; 8] = [
    1.0,
    4.231_333_070_160_091e1,
    6.871_870_074_920_579e2,
    5.394_196_021_424_751e3,
    2.121_379_430_158_659_7e4,
    3.930_789_580_009_271e4,
    2.872_908_573_572_194_3e4,
    5.226_495_278_852_854e3,
];
const NEAR_TOP: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    2.417_807_251_774_506e-1,
    2.272_384_498_926_918_4e-2,
    7.745_450_142_783_414e-4,
];
const NEAR_BOTTOM: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    6.897_673_349_851e-1,
    1.481_039_764_274_800_8e-1,
    1.519_866_656_361_645_7e-2,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const FAR_TOP: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    2.965_605_718_285_048_7e-1,
    2.653_218_952_657_612_4e-2,
    1.242_660_947_388_078_4e-3,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const FAR_BOTTOM: [f64; 8] = [
    1.0,
    5.998_322_065_558_88e-1,
    1.369_298_809_227_358e-1,
    1.487_536_129_085_061_5e-2,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_printed_tables() {
        // Abramowitz and Stegun, table 26.1 and 26.5.
        for (probability, expected) in [
            (0.5, 0.0),
            (0.9, 1.281_551_565_544_6),
            (0.95, 1.644_853_626_951_5),
            (0.975, 1.959_963_984_540_05),
            (0.001, -3.090_232_306_167_8),
            (1e-12, -7.034_483_8),
        ] {
            let found = quantile(probability);
            assert!((found - expected).abs() < 1e-7, "{probability}: {found}");
        }
    }

    #[test]
    fn the_quantile_undoes_the_distribution_function() {
        for step in 1..400 {
            let probability = f64::from(step) / 400.0;
            assert!((below(quantile(probability)) - probability).abs() < 1e-14);
        }
    }

    #[test]
    fn a_mean_above_zero_is_that_of_a_half_normal_distribution() {
        // Of a standard normal cut at 0: √(2/π).
        let expected = (2.0 / PI).sqrt();
        assert!((mean_above_zero(0.0, 3.0) - 3.0 * expected).abs() < 1e-12);
        assert!((mean_above_zero(50.0, 1.0) - 50.0).abs() < 1e-12);
        let far = mean_above_zero(-40.0, 1.0);
        assert!(far > 0.0 && (far - 1.0 / 40.0).abs() < 1e-3, "{far}");
    }

    fn close(found: f64, expected: f64, within: f64) {
        assert!((found - expected).abs() <= within, "{found} {expected}");
    }

    #[test]
    fn a_distribution_that_is_cut_off_in_its_middle_is_half_a_normal_one() {
        // Deviation of |z|: √(1 − 2/π).
        close(narrowing(0.0, 3.0), 0.602_810_275, 1e-8);
        close(narrowing(50.0, 1.0), 1.0, 1e-12);
        // Far below 0 it is exponential: the deviation is that over the distance.
        close(narrowing(-20.0, 1.0), 0.05, 1e-3);
        close(narrowing(-6.9, 1.0), 0.1405, 1e-2);
    }
}
