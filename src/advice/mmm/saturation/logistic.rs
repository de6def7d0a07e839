//! Logistic saturation: (1 − exp(−λ · x)) / (1 + exp(−λ · x)), which is tanh(λ · x / 2)
//! (PyMC-Marketing, `logistic_saturation`).

pub(super) fn effect(spend: f64, rate: f64) -> f64 {
    libm::tanh(rate * spend / 2.0)
}

pub(super) fn marginal(spend: f64, rate: f64) -> f64 {
    let effect = effect(spend, rate);
    rate / 2.0 * (1.0 - effect * effect)
}

#[cfg(test)]
mod tests {
    use crate::advice::mmm::saturation::Saturation;

    #[test]
    fn it_is_the_quotient_of_its_definition() {
        // By hand: exp(−ln 3) = 1/3, so (1 − 1/3) / (1 + 1/3) = 1/2.
        let effect = Saturation::Logistic { rate: 3.0f64.ln() }.effect(1.0);
        assert!((effect - 0.5).abs() < 1e-15, "{effect}");
    }
}
