//! A figure that is far from usual → the sentence of receipts and explanations.

use crate::domain::Currency;
use crate::domain::text::escape;
use crate::history::Outlier;

/// "2025-09-03, Email: spend 2214.00 is far from its usual 120.00 to 180.50": plain decimals in major
/// units, as an export writes them.
pub fn outlier_text(currency: Currency, outlier: &Outlier) -> String {
    let (low, high) = outlier.usual;
    format!(
        "{}, {}: {} {} is far from its usual {} to {}",
        outlier.day,
        escape(outlier.channel.as_str()),
        outlier.measure.word(),
        outlier.amount.to_decimal(currency),
        low.to_decimal(currency),
        high.to_decimal(currency)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ChannelName, Money};
    use crate::history::OutlierMeasure;

    #[test]
    fn an_outlier_is_told_with_its_day_its_channel_and_what_is_usual() {
        let outlier = Outlier {
            day: "2025-09-03".parse().expect("a day"),
            channel: ChannelName::new("Email").expect("a name"),
            measure: OutlierMeasure::Spend,
            amount: Money::from_minor(221_400),
            usual: (Money::from_minor(12_000), Money::from_minor(18_050)),
        };
        let inr = Currency::from_code("INR").expect("known");
        assert_eq!(
            outlier_text(inr, &outlier),
            "2025-09-03, Email: spend 2214.00 is far from its usual 120.00 to 180.50"
        );
    }
}
