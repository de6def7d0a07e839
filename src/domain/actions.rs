//! What an account's file says of the actions that its model may advise: plain values, checked by the
//! configuration. None of them bears on a budget.

/// `[actions]` of an account.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ActionSettings {
    /// What one more unit of spend must bring at least, in revenue.
    pub hurdle: f64,
    /// What an action is decided on.
    pub risk: Risk,
    /// The probability with which an action must be right, between 0.5 and 0.999.
    pub confidence: f64,
}

impl Default for ActionSettings {
    fn default() -> Self {
        Self { hurdle: 1.0, risk: Risk::Quantile, confidence: 0.8 }
    }
}

/// What a return that is not known for sure counts as.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Risk {
    /// As what it exceeds (an increase) or stays below (a reduction) with the probability asked for.
    Quantile,
    /// As its mean, less (an increase) or plus (a reduction) so many standard deviations.
    Deviations(f64),
}
