//! What weighted candidates say together of one figure: a mixture of normal distributions, each cut
//! off at 0 where the figure can't be negative; its mean and the interval that holds it.

mod quick;

use serde::Serialize;

use super::normal;

/// Steps until an interval's bound is found; every third one halves what holds it.
const STEPS_MAX: u32 = 120;

/// A bound is found once it is held within this share of all that is looked at: far below any digit
/// that is shown.
const WIDTH_SHARE: f64 = 1e-11;

/// One candidate's word on a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Its share of the mixture.
    pub weight: f64,
    /// Mean of the normal distribution, before it is cut off.
    pub mean: f64,
    /// Its standard deviation.
    pub deviation: f64,
}

/// A figure with the interval that holds it at the stated confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The expected figure.
    pub mean: f64,
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

impl Estimate {
    /// The same in another unit.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        let (one, other) = (self.low * factor, self.high * factor);
        Self { mean: self.mean * factor, low: one.min(other), high: one.max(other) }
    }

    /// The same moved.
    #[must_use]
    pub fn plus(self, shift: f64) -> Self {
        Self { mean: self.mean + shift, low: self.low + shift, high: self.high + shift }
    }
}

/// The distribution of a figure: what weighted candidates say of it together.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixture {
    parts: Vec<Part>,
    mean: f64,
    is_above_zero: bool,
    /// The figure is this many times what the parts speak of.
    factor: f64,
}

impl Mixture {
    /// Of a figure that is expected to be `mean`; parts of one that can't be negative are cut off at
    /// 0.
    pub fn new(parts: Vec<Part>, mean: f64, is_above_zero: bool) -> Self {
        Self { parts, mean, is_above_zero, factor: 1.0 }
    }

    /// Of a figure that is known.
    pub fn known(figure: f64) -> Self {
        Self::new(vec![Part { weight: 1.0, mean: figure, deviation: 0.0 }], figure, false)
    }

    /// The same in another unit; a negative factor turns it round.
    #[must_use]
    pub fn times(mut self, factor: f64) -> Self {
        self.factor *= factor;
        self
    }

    /// The expected figure.
    pub fn mean(&self) -> f64 {
        self.mean * self.factor
    }

    /// Its standard deviation.
    pub fn deviation(&self) -> f64 {
        self.moments().1 * self.factor.abs()
    }

    /// Mean and standard deviation of what the parts speak of; 0 where nothing is known.
    fn moments(&self) -> (f64, f64) {
        let (mut weights, mut mean, mut squares) = (0.0, 0.0, 0.0);
        for part in self.uncut() {
            weights += part.weight;
            mean += part.weight * part.mean;
            squares += part.weight * (part.mean * part.mean + part.deviation * part.deviation);
        }
        if weights <= 0.0 {
            return (0.0, 0.0);
        }
        let mean = mean / weights;
        (mean, libm::sqrt((squares / weights - mean * mean).max(0.0)))
    }

    /// The probability that it is above `figure`; 0 where nothing is known.
    pub fn above(&self, figure: f64) -> f64 {
        let weights: f64 = self.parts.iter().map(|part| part.weight).sum();
        if weights <= 0.0 || self.factor == 0.0 {
            return 0.0;
        }
        let at = figure / self.factor;
        let below: f64 = self.parts.iter().map(|part| part.weight * self.below(part, at)).sum();
        let below = (below / weights).clamp(0.0, 1.0);
        if self.factor > 0.0 { 1.0 - below } else { below }
    }

    /// Its central interval.
    pub fn interval(&self, confidence: f64) -> Estimate {
        let found = if self.is_above_zero {
            above_zero(&self.parts, self.mean, confidence)
        } else {
            anywhere(&self.parts, self.mean, confidence)
        };
        let known = Estimate { mean: self.mean, low: self.mean, high: self.mean };
        found.unwrap_or(known).times(self.factor)
    }

    /// The same for those who ask often: bounds to a hundred-thousandth of the deviation.
    pub fn quick_interval(&self, confidence: f64) -> Estimate {
        let found = quick::bounds(&self.parts, self.moments(), self.is_above_zero, confidence);
        match found {
            Some((low, high)) => Estimate { mean: self.mean, low, high }.times(self.factor),
            None => self.interval(confidence),
        }
    }

    /// The same for one who held a normal distribution around `centre` to be likely beforehand: each
    /// part times that density, which is a part again.
    #[must_use]
    pub fn held_near(&self, centre: f64, deviation: f64) -> Self {
        let mut logs = Vec::with_capacity(self.parts.len());
        let parts: Vec<Part> = self
            .parts
            .iter()
            .map(|part| {
                let (mean, spread) = (part.mean * self.factor, part.deviation * self.factor.abs());
                let (own, held) = (spread * spread, deviation * deviation);
                let all = own + held;
                let moved = (mean * held + centre * own) / all;
                let narrowed = spread * deviation / libm::sqrt(all);
                let steps = (mean - centre) * (mean - centre) / all;
                let kept = |mean: f64, spread: f64| {
                    if self.is_above_zero && spread > 0.0 {
                        let above = normal::below(mean / spread * self.factor.signum());
                        libm::log(above.max(1e-300))
                    } else {
                        0.0
                    }
                };
                logs.push(
                    libm::log(part.weight.max(1e-300)) - 0.5 * steps - 0.5 * libm::log(all)
                        + kept(moved, narrowed)
                        - kept(mean, spread),
                );
                Part { weight: 0.0, mean: moved, deviation: narrowed }
            })
            .collect();
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = logs.iter().map(|log| libm::exp(log - most)).collect();
        let total: f64 = weights.iter().sum();
        let sign = self.factor.signum();
        let parts = parts.into_iter().zip(&weights).map(|(part, weight)| Part {
            weight: weight / total,
            mean: part.mean * sign,
            ..part
        });
        let mut held = Self {
            parts: parts.collect(),
            mean: 0.0,
            is_above_zero: self.is_above_zero,
            factor: sign,
        };
        held.mean = held.uncut().map(|part| part.weight * part.mean).sum();
        held
    }

    /// The figure as it will be seen, with chance of this deviation added: parts that are cut off
    /// stand for normal distributions of their mean and deviation then.
    #[must_use]
    pub fn with_chance(&self, deviation: f64) -> Self {
        let parts = self.uncut().map(|part| Part {
            weight: part.weight,
            mean: part.mean * self.factor,
            deviation: libm::hypot(part.deviation * self.factor, deviation),
        });
        Self { parts: parts.collect(), mean: self.mean(), is_above_zero: false, factor: 1.0 }
    }

    /// Mean and deviation of each part after it is cut off.
    fn uncut(&self) -> impl Iterator<Item = Part> {
        self.parts.iter().map(|part| {
            if !self.is_above_zero {
                return *part;
            }
            Part {
                weight: part.weight,
                mean: normal::mean_above_zero(part.mean, part.deviation),
                deviation: part.deviation * normal::narrowing(part.mean, part.deviation),
            }
        })
    }

    fn below(&self, part: &Part, at: f64) -> f64 {
        if self.is_above_zero { below_of_cut(part, below(part, 0.0), at) } else { below(part, at) }
    }
}

/// The central interval of `confidence` around `mean`, of figures that can't be negative; `None`
/// without a part.
pub fn above_zero(parts: &[Part], mean: f64, confidence: f64) -> Option<Estimate> {
    let cuts: Vec<f64> = parts.iter().map(|part| below(part, 0.0)).collect();
    interval(parts, mean, confidence, |position, at| {
        below_of_cut(&parts[position], cuts[position], at)
    })
}

/// The probability of a value up to `at` of a part that is cut off at 0, `cut` of which lies below.
fn below_of_cut(part: &Part, cut: f64, at: f64) -> f64 {
    if at <= 0.0 {
        return 0.0;
    }
    ((below(part, at) - cut) / (1.0 - cut).max(1e-300)).clamp(0.0, 1.0)
}

/// The same of figures that may be negative.
pub fn anywhere(parts: &[Part], mean: f64, confidence: f64) -> Option<Estimate> {
    interval(parts, mean, confidence, |position, at| below(&parts[position], at))
}

fn below(part: &Part, at: f64) -> f64 {
    if part.deviation > 0.0 {
        normal::below((at - part.mean) / part.deviation)
    } else {
        f64::from(u8::from(part.mean <= at))
    }
}

fn interval(
    parts: &[Part],
    mean: f64,
    confidence: f64,
    distribution: impl Fn(usize, f64) -> f64,
) -> Option<Estimate> {
    let weights: f64 = parts.iter().map(|part| part.weight).sum();
    let first = parts.first()?;
    if parts.iter().all(|part| part.deviation <= 0.0 && part.mean == first.mean) {
        return Some(Estimate { mean, low: first.mean, high: first.mean });
    }
    let reach = |part: &Part| 10.0 * part.deviation + part.mean.abs() * 1e-9 + f64::MIN_POSITIVE;
    let low = parts.iter().map(|part| part.mean - reach(part)).fold(f64::INFINITY, f64::min);
    let high =
        parts.iter().map(|part| part.mean.max(0.0) + reach(part)).fold(f64::NEG_INFINITY, f64::max);
    if !(weights > 0.0 && low.is_finite() && high.is_finite()) {
        return None;
    }
    // Where the distribution passes `probability`: false position with halved ends (Dowell and
    // Jarratt 1971), and halvings in between, since a point is a step.
    let quantile = |probability: f64| {
        let (mut below, mut above) = (low, high);
        let (mut lack, mut excess) = (probability * weights, (1.0 - probability) * weights);
        let mut was_below = None;
        for step in 0..STEPS_MAX {
            let width = above - below;
            if width <= (high - low) * WIDTH_SHARE {
                break;
            }
            let share = if step % 3 == 2 { 0.5 } else { lack / (lack + excess) };
            let at = below + width * share.clamp(1e-3, 1.0 - 1e-3);
            let masses =
                parts.iter().enumerate().map(|(it, part)| part.weight * distribution(it, at));
            let mass: f64 = masses.sum();
            let over = mass - probability * weights;
            if over < 0.0 {
                (below, lack) = (at, -over);
                excess *= if was_below == Some(true) { 0.5 } else { 1.0 };
            } else {
                (above, excess) = (at, over.max(f64::MIN_POSITIVE));
                lack *= if was_below == Some(false) { 0.5 } else { 1.0 };
            }
            was_below = Some(over < 0.0);
        }
        above
    };
    let tail = 0.5 * (1.0 - confidence);
    Some(Estimate { mean, low: quantile(tail), high: quantile(1.0 - tail) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }

    #[test]
    fn one_part_far_from_zero_gives_the_interval_of_its_normal_distribution() {
        let part = Part { weight: 1.0, mean: 100.0, deviation: 2.0 };
        let found = above_zero(&[part], 100.0, 0.9).expect("an interval");
        close(found.low, 100.0 - 2.0 * 1.644_853_626_951_5);
        close(found.high, 100.0 + 2.0 * 1.644_853_626_951_5);
    }

    #[test]
    fn what_can_not_be_negative_has_no_negative_bound() {
        let part = Part { weight: 0.5, mean: 0.0, deviation: 1.0 };
        let found = above_zero(&[part], 0.8, 0.9).expect("an interval");
        // Quantiles 0.525 and 0.975 of the whole normal distribution.
        close(found.low, 0.062_706_777_943_2);
        close(found.high, 1.959_963_984_540_1);
    }

    #[test]
    fn parts_that_disagree_widen_the_interval() {
        let parts = [-5.0, 5.0].map(|mean| Part { weight: 0.5, mean, deviation: 0.1 });
        let found = anywhere(&parts, 0.0, 0.5).expect("an interval");
        // A quarter of all lies below the middle of the lower part.
        close(found.low, -5.0);
        close(found.high, 5.0);
    }

    #[test]
    fn a_mixture_tells_probabilities_and_turns_round() {
        let part = |mean| Part { weight: 0.5, mean, deviation: 2.0 };
        let mixture = Mixture::new(vec![part(3.0), part(7.0)], 5.0, false);
        close(mixture.above(5.0), 0.5);
        // Φ(0) of the lower part, Φ(2) of the upper one.
        close(mixture.above(3.0), 0.5 * 0.5 + 0.5 * 0.977_249_868_05);
        // √(4 + 4): within the parts, and between them.
        close(mixture.deviation(), 8f64.sqrt());
        let turned = mixture.clone().times(-2.0);
        close(turned.mean(), -10.0);
        close(turned.above(-6.0), 1.0 - mixture.above(3.0));
        let (one, other) = (mixture.interval(0.8), turned.interval(0.8));
        close(other.low, -2.0 * one.high);
        // With chance of deviation 1: √(8 + 1).
        close(mixture.with_chance(1.0).deviation(), 3.0);
        close(mixture.with_chance(1.0).mean(), 5.0);
    }

    #[test]
    fn whoever_held_something_likely_is_moved_half_way_by_as_much_evidence() {
        let part = Part { weight: 1.0, mean: 4.0, deviation: 2.0 };
        let held = Mixture::new(vec![part], 4.0, false).held_near(0.0, 2.0);
        close(held.mean(), 2.0);
        close(held.deviation(), 2f64.sqrt());
        // Of two parts the one that is nearer to it counts more: by e^(8² / 16) here.
        let two = [0.0, 8.0].map(|mean| Part { weight: 0.5, mean, deviation: 2.0 });
        let held = Mixture::new(two.to_vec(), 4.0, false).held_near(0.0, 2.0);
        let share = 1.0 / (1.0 + (64f64 / 16.0).exp());
        close(held.mean(), 4.0 * share);
        // In another unit and turned round it is the same.
        let turned = Mixture::new(two.to_vec(), 4.0, false).times(-0.5).held_near(0.0, 1.0);
        close(turned.mean(), -2.0 * share);
    }

    #[test]
    fn what_was_cut_off_stays_so_for_a_sceptic() {
        let part = Part { weight: 1.0, mean: 0.0, deviation: 1.0 };
        let held = Mixture::new(vec![part], 0.797_884_560_8, true).held_near(0.0, 1.0);
        // Half a normal distribution of variance ½: √(2 / π / 2), and nothing is below 0.
        close(held.mean(), 0.564_189_583_5);
        close(held.above(0.0), 1.0);
    }

    #[test]
    fn a_mixture_that_is_cut_off_has_the_moments_of_half_a_normal_distribution() {
        let part = Part { weight: 1.0, mean: 0.0, deviation: 3.0 };
        let mixture = Mixture::new(vec![part], 2.393_653_682_4, true);
        // 3 · √(1 − 2/π), and P(|z| > 1).
        close(mixture.deviation(), 1.808_430_824);
        close(mixture.above(3.0), 0.317_310_507_9);
        close(mixture.above(-1.0), 1.0);
        close(mixture.with_chance(0.0).deviation(), 1.808_430_824);
    }

    #[test]
    fn parts_without_a_deviation_are_points() {
        let parts = [Part { weight: 1.0, mean: 3.0, deviation: 0.0 }];
        let found = anywhere(&parts, 3.0, 0.9).expect("an interval");
        close(found.low, 3.0);
        close(found.high, 3.0);
        assert_eq!(anywhere(&[], 0.0, 0.9), None);
        let nothing = [Part { weight: 0.5, mean: 0.0, deviation: 0.0 }; 2];
        let found = anywhere(&nothing, 0.0, 0.9).expect("an interval");
        assert_eq!((found.low.to_bits(), found.high.to_bits()), (0, 0));
    }
}
