//! A lift test as a model sees it: in some periods a channel's spend was changed on purpose, and what
//! that did to revenue was measured. Given the channel's shape the lift is a multiple of its
//! coefficient, so that a test is one more observation of a linear model.

use super::adstock::Adstock;
use super::saturation::Saturation;

/// A test within a series. Amounts in major units.
#[derive(Debug, Clone, PartialEq)]
pub struct LiftTest {
    /// The channel's position in the series.
    pub channel: usize,
    /// What would have been spent without the test, for each period up to the last that was measured.
    pub without: Vec<f64>,
    /// The first period of the changed spend.
    pub from: usize,
    /// The period after the last that was measured.
    pub until: usize,
    /// Revenue that the change added in these periods.
    pub lift: f64,
    /// Its standard error.
    pub error: f64,
}

impl LiftTest {
    /// The lift of a channel of this shape whose coefficient is 1, where it spent `spend`.
    pub fn effect(&self, adstock: Adstock, saturation: Saturation, spend: &[f64]) -> f64 {
        let effects = |spend: &[f64]| -> f64 {
            let mut values = adstock.apply(spend);
            saturation.effects(&mut values);
            values[self.from..self.until].iter().sum()
        };
        effects(&spend[..self.until]) - effects(&self.without[..self.until])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lift_is_what_the_change_adds_until_the_end_of_what_was_measured() {
        let test = LiftTest {
            channel: 0,
            without: vec![100.0, 100.0, 100.0, 100.0],
            from: 1,
            until: 3,
            lift: 0.0,
            error: 1.0,
        };
        let spend = [100.0, 140.0, 100.0, 100.0, 100.0];
        // Forty more in the second period: half of it works on in the third, a quarter later.
        let adstock = Adstock::Geometric { decay: 0.5 };
        assert_eq!(test.effect(adstock, Saturation::None, &spend), 60.0);
        assert_eq!(test.effect(Adstock::None, Saturation::None, &spend), 40.0);
        let half = Saturation::MichaelisMenten { half_saturation: 100.0 };
        // 140 / 240 − 100 / 200.
        let bent = test.effect(Adstock::None, half, &spend);
        assert!((bent - (140.0 / 240.0 - 0.5)).abs() < 1e-15, "{bent}");
    }
}
