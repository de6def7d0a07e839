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
    /// Revenue in each period, where `spend` is all that was ever spent.
    pub fn contribution(&self, spend: &[f64]) -> Vec<f64> {
        self.adstock
            .apply(spend)
            .iter()
            .map(|carried| self.coefficient * self.saturation.effect(*carried))
            .collect()
    }
}
