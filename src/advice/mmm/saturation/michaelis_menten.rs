//! Saturation by Michaelis and Menten (1913): x / (half_saturation + x); Hill's with a slope of 1.

pub(super) fn effect(spend: f64, half_saturation: f64) -> f64 {
    spend / (half_saturation + spend)
}

pub(super) fn marginal(spend: f64, half_saturation: f64) -> f64 {
    let reach = half_saturation + spend;
    half_saturation / (reach * reach)
}

#[cfg(test)]
mod tests {
    use crate::advice::mmm::saturation::Saturation;

    #[test]
    fn three_times_the_half_saturation_gives_three_quarters() {
        assert_eq!(Saturation::MichaelisMenten { half_saturation: 20.0 }.effect(60.0), 0.75);
    }
}
