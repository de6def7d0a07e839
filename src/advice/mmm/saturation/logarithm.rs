//! Logarithmic saturation: ln(1 + x / scale). With a scale of 1 it is the log1p of many pipelines,
//! whose shape depends on the currency's unit.

pub(super) fn effect(spend: f64, scale: f64) -> f64 {
    libm::log1p(spend / scale)
}

pub(super) fn marginal(spend: f64, scale: f64) -> f64 {
    1.0 / (scale + spend)
}

#[cfg(test)]
mod tests {
    use crate::advice::mmm::saturation::Saturation;

    #[test]
    fn the_unit_of_the_currency_does_not_matter() {
        let (rupees, paise) =
            (Saturation::Logarithm { scale: 500.0 }, Saturation::Logarithm { scale: 50_000.0 });
        assert!((rupees.effect(1234.0) - paise.effect(123_400.0)).abs() < 1e-15);
    }

    #[test]
    fn e_less_one_scales_give_one() {
        let scale = 250.0;
        let effect = Saturation::Logarithm { scale }.effect((std::f64::consts::E - 1.0) * scale);
        assert!((effect - 1.0).abs() < 1e-15);
    }
}
