//! Carryover by Weibull's distribution function: from lag l − 1 to lag l the share 1 − F(l) is kept,
//! with F(l) = 1 − exp(−(l / scale)^shape), so that the weight at lag l is the product of the shares
//! up to it (Robyn, `adstock_weibull` with type "cdf").

/// The weights of `lags` periods; the first is 1.
pub(super) fn weights(shape: f64, scale: f64, lags: usize) -> Vec<f64> {
    let mut weight = 1.0;
    let mut lag = 0.0;
    (0..lags)
        .map(|_| {
            if lag > 0.0 {
                weight *= survival(lag, shape, scale);
            }
            lag += 1.0;
            weight
        })
        .collect()
}

/// 1 − F(`time`).
fn survival(time: f64, shape: f64, scale: f64) -> f64 {
    if scale > 0.0 { libm::exp(-libm::pow(time / scale, shape)) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use crate::advice::mmm::adstock::Adstock;

    #[test]
    fn shares_multiply_up() {
        // By hand, shape 2 and scale 2: exp(−1/4); exp(−1/4 − 1); exp(−1/4 − 1 − 9/4).
        let weights = Adstock::WeibullCdf { shape: 2.0, scale: 2.0, lags: 4 }.weights(10);
        let expected = [1.0, (-0.25f64).exp(), (-1.25f64).exp(), (-3.5f64).exp()];
        for (weight, expected) in weights.iter().zip(expected) {
            assert!((weight - expected).abs() < 1e-15, "{weight} {expected}");
        }
    }

    #[test]
    fn without_a_scale_nothing_is_kept() {
        assert_eq!(Adstock::WeibullCdf { shape: 2.0, scale: 0.0, lags: 4 }.weights(10), [1.0]);
    }
}
