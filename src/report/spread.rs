//! Revenue that is shared out among channels → the sentence that says that it is no measurement.

use crate::domain::Source;
use crate::domain::source::RevenueSpread;
use crate::domain::text::escape;

/// What a manager has to know of a source that spreads the revenue of the business; `None` for
/// one that doesn't.
pub fn spread_text(source: &Source) -> Option<String> {
    let by = source.revenue_spread;
    if by == RevenueSpread::None {
        return None;
    }
    let alike = if by == RevenueSpread::Spend {
        ", so that the channels of a day differ in nothing but their spend"
    } else {
        ""
    };
    Some(format!(
        "Files of the source \"{}\" have no revenue of their own channels: that of the business is \
         shared out by {}. What a channel earned there is an assumption, not measured{alike}.",
        escape(&source.name),
        by.word()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_revenue_that_is_shared_out_is_called_an_assumption() {
        let by = |revenue_spread| spread_text(&Source { revenue_spread, ..Source::long() });
        assert_eq!(by(RevenueSpread::None), None);
        let clicks = by(RevenueSpread::Clicks).expect("a sentence");
        assert!(
            clicks.contains("shared out by clicks. What a channel earned there is an"),
            "{clicks}"
        );
        let spend = by(RevenueSpread::Spend).expect("a sentence");
        assert!(spend.contains("differ in nothing but their spend"), "{spend}");
    }
}
