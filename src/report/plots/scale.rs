//! Values → positions, and the round values that an axis names.

/// A line from values to positions.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    values: (f64, f64),
    positions: (f64, f64),
}

impl Scale {
    /// From `values` to `positions`; values that are all one lie in the middle.
    pub const fn new(values: (f64, f64), positions: (f64, f64)) -> Self {
        Self { values, positions }
    }

    /// The position of `value`.
    pub fn at(&self, value: f64) -> f64 {
        let (low, high) = self.values;
        let share = if high > low { (value - low) / (high - low) } else { 0.5 };
        self.positions.0 + share * (self.positions.1 - self.positions.0)
    }
}

/// About `count` round values (1, 2 or 5 times a power of ten apart) that span `low` to `high`, the first
/// at or below `low`, the last at or above `high`.
pub fn ticks(low: f64, high: f64, count: u32) -> Vec<f64> {
    if !(low.is_finite() && high.is_finite()) {
        return vec![0.0, 1.0];
    }
    let (low, high) =
        if high > low { (low, high) } else { (low.min(0.0), low.max(0.0).max(low + 1.0)) };
    let step = round_step((high - low) / f64::from(count.max(1)));
    let first = libm::floor(low / step + 1e-9);
    let last = libm::ceil(high / step - 1e-9);
    let mut ticks = Vec::new();
    let mut at = first;
    while at <= last && ticks.len() < TICKS_MAX {
        ticks.push(at * step + 0.0);
        at += 1.0;
    }
    ticks
}

/// No axis names more values.
const TICKS_MAX: usize = 20;

/// 1, 2 or 5 times a power of ten, at least about `raw`.
fn round_step(raw: f64) -> f64 {
    let power = libm::pow(10.0, libm::floor(libm::log10(raw.max(f64::MIN_POSITIVE))));
    let share = raw / power;
    let factor = match share {
        share if share <= 1.0 + 1e-9 => 1.0,
        share if share <= 2.0 + 1e-9 => 2.0,
        share if share <= 5.0 + 1e-9 => 5.0,
        _ => 10.0,
    };
    factor * power
}

/// The least and the greatest of `values` that are numbers; `None` without any.
pub fn span(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|value| value.is_finite()).fold(None, |span, value| match span {
        None => Some((value, value)),
        Some((low, high)) => Some((low.min(value), high.max(value))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_span_the_values() {
        assert_eq!(ticks(0.0, 97.0, 5), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(ticks(-3.0, 4.0, 4), [-4.0, -2.0, 0.0, 2.0, 4.0]);
        assert_eq!(ticks(0.0, 0.0, 4).first(), Some(&0.0));
        assert_eq!(ticks(f64::NAN, 1.0, 4), [0.0, 1.0]);
        assert_eq!(ticks(1.0, 2.1, 4), [1.0, 1.5, 2.0, 2.5]);
    }

    #[test]
    fn a_value_half_way_lies_half_way() {
        let scale = Scale::new((10.0, 20.0), (100.0, 0.0));
        assert_eq!(scale.at(15.0), 50.0);
        assert_eq!(scale.at(10.0), 100.0);
        assert_eq!(Scale::new((3.0, 3.0), (0.0, 10.0)).at(3.0), 5.0);
    }
}
