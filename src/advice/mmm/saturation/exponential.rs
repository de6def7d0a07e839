//! Exponential saturation: α · (1 − exp(−μ · x)), where α is the coefficient and μ the rate (Zhou et
//! al., "Bayesian Time Varying Coefficient Model", 2020, use the same form).

pub(super) fn effect(spend: f64, rate: f64) -> f64 {
    -libm::expm1(-rate * spend)
}

pub(super) fn marginal(spend: f64, rate: f64) -> f64 {
    rate * libm::exp(-rate * spend)
}

#[cfg(test)]
mod tests {
    use crate::advice::mmm::saturation::Saturation;

    #[test]
    fn half_is_reached_at_the_logarithm_of_two_over_the_rate() {
        let rate = 0.002;
        let effect = Saturation::Exponential { rate }.effect(2.0f64.ln() / rate);
        assert!((effect - 0.5).abs() < 1e-15);
    }
}
