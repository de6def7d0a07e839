//! The bounds of a mixture for those who ask thousands of times a second: the normal distribution looked up
//! in a table, and Halley's steps within what holds a bound.

use std::sync::LazyLock;

use super::Part;
use crate::advice::mmm::normal;

/// Steps until a bound is found; every fourth one halves what holds it.
const STEPS_MAX: u32 = 100;

/// A bound is found once a step, in deviations, is no longer than this.
const NEAR: f64 = 1e-6;

/// How much of the whole may be missing or too much where a bound is near.
const NEARLY: f64 = 1e-2;

/// Beyond so many deviations nothing is left of a normal distribution.
const REACH: f64 = 8.0;

/// Knots of the table per deviation: cubics between them are right to the ninth digit.
const PER_DEVIATION: f64 = 64.0;

/// The distribution and its density at `-REACH`, and on in steps of a `PER_DEVIATION`th.
static TABLE: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| {
    let knots = 0..=1024u32;
    let at = |knot: u32| f64::from(knot) / PER_DEVIATION - REACH;
    knots.map(|knot| (normal::below(at(knot)), normal::density(at(knot)))).collect()
});

/// A part, made ready for many looks.
struct Ready {
    weight: f64,
    mean: f64,
    inverse: f64,
    cut: f64,
}

/// The bounds of the central interval of a mixture of these mean and deviation; `None` where it has no
/// shape that steps could follow.
pub(super) fn bounds(
    parts: &[Part],
    (mean, deviation): (f64, f64),
    is_above_zero: bool,
    confidence: f64,
) -> Option<(f64, f64)> {
    // A part that lies below 0 almost whole is all edge.
    let is_odd =
        |part: &Part| part.deviation <= 0.0 || (is_above_zero && part.mean < -6.0 * part.deviation);
    if parts.is_empty() || parts.iter().any(is_odd) {
        return None;
    }
    let table = TABLE.as_slice();
    let ready: Vec<Ready> = parts
        .iter()
        .map(|part| {
            let inverse = 1.0 / part.deviation;
            let cut = if is_above_zero { normal(table, -part.mean * inverse).0 } else { 0.0 };
            Ready { weight: part.weight / (1.0 - cut), mean: part.mean, inverse, cut }
        })
        .collect();
    let weights: f64 = parts.iter().map(|part| part.weight).sum();
    let floor = if is_above_zero { 0.0 } else { f64::NEG_INFINITY };
    let quantile = |probability: f64| {
        let wanted = probability * weights;
        let (mut low, mut high) = (floor, f64::INFINITY);
        let mut at = mean + deviation * normal::quantile(probability);
        if at <= low {
            at = mean / 2.0;
        }
        for step in 1..=STEPS_MAX {
            let (mut mass, mut density, mut bend) = (0.0, 0.0, 0.0);
            for part in &ready {
                let z = (at - part.mean) * part.inverse;
                let (below, slope) = normal(table, z);
                let height = part.weight * part.inverse * slope;
                mass += part.weight * (below - part.cut);
                density += height;
                bend -= height * z * part.inverse;
            }
            let over = mass - wanted;
            if over < 0.0 {
                low = at;
            } else {
                high = at;
            }
            let halley = 2.0 * over * density / (2.0 * density * density - over * bend);
            let next = at - halley.clamp(-2.0 * deviation, 2.0 * deviation);
            let is_held = low.is_finite() && high.is_finite();
            let is_inside = (low..=high).contains(&next);
            if is_held && (!is_inside || step % 4 == 0) {
                at = f64::midpoint(low, high);
            } else if next.is_nan() {
                // All parts are far away: towards them.
                at += if over < 0.0 { deviation } else { -deviation };
            } else {
                let is_found =
                    (next - at).abs() <= NEAR * deviation && over.abs() <= NEARLY * weights;
                at = next;
                if is_found {
                    return Some(at);
                }
            }
            if high - low <= 1e-9 * deviation {
                return Some(at);
            }
        }
        None
    };
    let tail = 0.5 * (1.0 - confidence);
    Some((quantile(tail)?, quantile(1.0 - tail)?))
}

/// The standard normal distribution and its density at `z`.
fn normal(table: &[(f64, f64)], z: f64) -> (f64, f64) {
    if z <= -REACH {
        return (0.0, 0.0);
    }
    if z >= REACH {
        return (1.0, 0.0);
    }
    let place = (z + REACH) * PER_DEVIATION;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1023")]
    let knot = (place as usize).min(table.len() - 2);
    #[expect(clippy::cast_precision_loss, reason = "from 0 to 1023")]
    let t = place - knot as f64;
    let ((from, from_slope), (to, to_slope)) = (table[knot], table[knot + 1]);
    let (rise, rest) = (to - from, 1.0 - t);
    let (a, b) = (from_slope / PER_DEVIATION - rise, rise - to_slope / PER_DEVIATION);
    (from + t * (rise + rest * (a * rest + b * t)), from_slope + t * (to_slope - from_slope))
}

#[cfg(test)]
mod tests {
    use super::super::Mixture;
    use super::*;

    #[test]
    fn the_table_is_right_to_the_ninth_digit() {
        for step in -9_000..=9_000 {
            let z = f64::from(step) / 1_000.0;
            let (below, density) = normal(&TABLE, z);
            assert!((below - normal::below(z)).abs() < 1e-9, "{z}");
            assert!((density - normal::density(z)).abs() < 2e-5, "{z}");
        }
    }

    #[test]
    fn a_quick_interval_is_the_exact_one() {
        let part = |weight, mean, deviation| Part { weight, mean, deviation };
        let mixtures = [
            vec![part(1.0, 100.0, 2.0)],
            vec![part(0.5, 0.0, 1.0)],
            vec![part(0.3, -5.0, 0.1), part(0.7, 5.0, 0.1)],
            vec![part(0.9, 10.0, 1.0), part(0.1, 1000.0, 300.0)],
            vec![part(0.2, -3.0, 1.0), part(0.8, 2.0, 4.0), part(0.1, 7.0, 0.01)],
        ];
        for parts in mixtures {
            for is_above_zero in [false, true] {
                let mixture = Mixture::new(parts.clone(), 1.0, is_above_zero);
                for confidence in [0.5, 0.8, 0.9, 0.99] {
                    let exact = mixture.interval(confidence);
                    let quick = mixture.quick_interval(confidence);
                    let within = 1e-5 * mixture.deviation();
                    assert!(
                        (exact.low - quick.low).abs() <= within,
                        "{parts:?} {exact:?} {quick:?}"
                    );
                    assert!(
                        (exact.high - quick.high).abs() <= within,
                        "{parts:?} {exact:?} {quick:?}"
                    );
                }
            }
        }
    }
}
