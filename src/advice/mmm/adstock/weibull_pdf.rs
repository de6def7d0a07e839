//! Carryover by Weibull's density at times 1, 2, …, scaled to between 0 and 1 (Robyn,
//! `adstock_weibull` with type "pdf"): f(t) = shape/scale · (t/scale)^(shape−1) · exp(−(t/scale)^shape).

/// The weights of `lags` periods, the largest 1 and the smallest 0; all 1 where they are equal.
pub(super) fn weights(shape: f64, scale: f64, lags: usize) -> Vec<f64> {
    let mut time = 0.0;
    let densities: Vec<f64> = (0..lags)
        .map(|_| {
            time += 1.0;
            density(time, shape, scale)
        })
        .collect();
    let (low, high) = densities.iter().fold((f64::INFINITY, 0.0f64), |(low, high), density| {
        (low.min(*density), high.max(*density))
    });
    if high > low {
        densities.iter().map(|density| (density - low) / (high - low)).collect()
    } else {
        vec![1.0; lags]
    }
}

fn density(time: f64, shape: f64, scale: f64) -> f64 {
    if scale <= 0.0 {
        return 0.0;
    }
    let stretched = time / scale;
    shape / scale * libm::pow(stretched, shape - 1.0) * libm::exp(-libm::pow(stretched, shape))
}

#[cfg(test)]
mod tests {
    use crate::advice::mmm::adstock::Adstock;

    #[test]
    fn densities_are_scaled_to_between_zero_and_one() {
        // By hand, shape 2 and scale 2: f(1) = 1/2·e^(−1/4), f(2) = e^(−1), f(3) = 3/2·e^(−9/4).
        let densities = [0.5 * (-0.25f64).exp(), (-1.0f64).exp(), 1.5 * (-2.25f64).exp()];
        let (low, high) = (densities[2], densities[0]);
        let weights = Adstock::WeibullPdf { shape: 2.0, scale: 2.0, lags: 3 }.weights(10);
        // The last weight is 0 and therefore not carried on.
        assert_eq!(weights.len(), 2);
        for (weight, density) in weights.iter().zip(densities) {
            assert!((weight - (density - low) / (high - low)).abs() < 1e-15, "{weight}");
        }
    }
}
