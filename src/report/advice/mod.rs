//! What the advisory models say → files: the model card, contributions, curves. Estimates have six
//! significant digits; nothing here is a budget.

mod actions;
mod card;
mod contributions;
mod curves;
mod experiments;
mod families;
mod periods;
mod plans;
mod pooled;

pub use actions::{channel_actions_csv, counterfactuals_csv, lag_effects_csv};
pub use card::{CardInput, model_card_json};
pub use contributions::contributions_csv;
pub use curves::response_curves_csv;
pub use experiments::experiments_csv;
pub use families::response_curves_flexible_csv;
pub use periods::{PeriodRow, plan_comparison_csv, plan_csv};
pub use plans::{bound, budget_optimization_csv, is_above, scenarios_csv};
pub use pooled::pooled_json;

pub use crate::advice::uncertainty::actions::percent;

use serde_json::Value;

/// Significant digits of an estimate.
const DIGITS: i32 = 6;

/// An estimate with six significant digits; `null` where it is no number.
pub fn estimate(value: f64) -> Value {
    serde_json::Number::from_f64(rounded(value)).map_or(Value::Null, Value::Number)
}

/// An estimate as text with six significant digits, without an exponent.
pub fn estimate_text(value: f64) -> String {
    let rounded = rounded(value);
    if rounded == 0.0 { "0".to_owned() } else { format!("{rounded}") }
}

/// To six significant digits.
pub(super) fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    #[expect(clippy::cast_possible_truncation, reason = "an exponent of ten is small")]
    let exponent = libm::floor(libm::log10(value.abs())) as i32;
    let places = DIGITS - 1 - exponent;
    // By way of its decimal text: what is shown is what is read back.
    let text = if let Ok(places) = usize::try_from(places) {
        format!("{value:.places$}")
    } else {
        let unit = libm::pow(10.0, f64::from(-places));
        format!("{:.0}", libm::round(value / unit) * unit)
    };
    text.parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_have_six_significant_digits() {
        for (value, expected) in [
            (123_456_789.0, "123457000"),
            (0.000_123_456_789, "0.000123457"),
            (-1.5, "-1.5"),
            (0.0, "0"),
            (99.999_99, "100"),
            (2.0 / 3.0, "0.666667"),
        ] {
            assert_eq!(estimate_text(value), expected);
        }
        assert_eq!(estimate(f64::NAN), Value::Null);
    }
}
