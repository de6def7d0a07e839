//! Delayed carryover: the weight at lag l is decay^((l − peak)²) (Jin et al., "Bayesian Methods for
//! Media Mix Modeling with Carryover and Shape Effects", 2017, equation 2).

/// The weights of `lags` periods, before they are scaled.
pub(super) fn weights(decay: f64, peak: f64, lags: usize) -> Vec<f64> {
    let mut lag = 0.0;
    (0..lags)
        .map(|_| {
            let distance: f64 = lag - peak;
            lag += 1.0;
            libm::pow(decay, distance * distance)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::advice::mmm::adstock::Adstock;

    #[test]
    fn the_strongest_effect_comes_at_the_peak() {
        // By hand: 0.5^1, 0.5^0, 0.5^1, 0.5^4 are 0.5, 1, 0.5, 0.0625; their sum is 2.0625.
        let weights = Adstock::Delayed { decay: 0.5, peak: 1.0, lags: 4 }.weights(10);
        let expected = [0.5, 1.0, 0.5, 0.0625].map(|weight| weight / 2.0625);
        for (weight, expected) in weights.iter().zip(expected) {
            assert!((weight - expected).abs() < 1e-15, "{weight} {expected}");
        }
    }
}
