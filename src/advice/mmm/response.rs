//! How one channel turns spend into revenue: carryover, saturation, coefficient.

use serde::{Deserialize, Serialize};

use super::adstock::Adstock;
use super::saturation::Saturation;

/// revenue = coefficient · saturation(adstock(spend)).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// How spend works on in later periods.
    pub adstock: Adstock,
    /// How spend wears off.
    pub saturation: Saturation,
    /// Revenue per unit of saturated spend, major units.
    pub coefficient: f64,
}

impl Response {
    /// The same shape with another coefficient.
    #[must_use]
    pub fn with_coefficient(self, coefficient: f64) -> Self {
        Self { coefficient, ..self }
    }

    /// Revenue in each period, where `spend` is all that was ever spent.
    pub fn contribution(&self, spend: &[f64]) -> Vec<f64> {
        let mut values = self.adstock.apply(spend);
        self.saturation.effects(&mut values);
        for effect in &mut values {
            *effect *= self.coefficient;
        }
        values
    }
}
