//! Geometric carryover: aₜ = sₜ + decay · aₜ₋₁ (Broadbent, "One way TV advertisements work", 1979),
//! whose weight at lag l is decayˡ.

/// decay⁰, decay¹, … of `lags` periods.
pub(super) fn weights(decay: f64, lags: usize) -> Vec<f64> {
    let mut weight = 1.0;
    (0..lags)
        .map(|_| {
            let this = weight;
            weight *= decay;
            this
        })
        .collect()
}

/// The recursion itself, over all periods.
pub(super) fn apply(decay: f64, spend: &[f64]) -> Vec<f64> {
    let mut carried = 0.0;
    spend
        .iter()
        .map(|spend| {
            carried = spend + decay * carried;
            carried
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::advice::mmm::adstock::Adstock;

    #[test]
    fn each_period_keeps_its_share_of_the_one_before() {
        // By hand: 100; 0 + 50; 20 + 25; 0 + 22.5.
        let carried = Adstock::Geometric { decay: 0.5 }.apply(&[100.0, 0.0, 20.0, 0.0]);
        assert_eq!(carried, [100.0, 50.0, 45.0, 22.5]);
    }

    #[test]
    fn normalised_weights_add_up_to_one() {
        // By hand: 1, 1/2, 1/4 divided by 7/4.
        let weights = Adstock::GeometricNormalised { decay: 0.5, lags: 3 }.weights(10);
        for (weight, expected) in weights.iter().zip([4.0 / 7.0, 2.0 / 7.0, 1.0 / 7.0]) {
            assert!((weight - expected).abs() < 1e-15, "{weight}");
        }
        assert_eq!(weights.len(), 3);
    }
}
