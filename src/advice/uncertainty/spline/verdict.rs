//! Two families compared → what a person should know: whether the one without a fixed shape foretold
//! clearly better, and of which channels the two tell different things.

use super::{Families, Preferred};
use crate::advice::mmm::attribution::Attribution;
use crate::advice::mmm::health::{Check, Verdict};
use crate::advice::mmm::spread::Estimate;
use crate::domain::text::escape;

/// Channels that are named in one sentence.
const NAMED_MAX: usize = 4;

impl Families {
    /// The channels of which each family's mean lies outside of the other's interval.
    pub fn disputed<'a>(&'a self, attribution: &'a Attribution) -> Vec<&'a str> {
        let outside = |mean: f64, of: &Estimate| mean < of.low || mean > of.high;
        let both = attribution.channels.iter().zip(&self.flexible.channels);
        both.filter(|(shaped, flexible)| {
            let (one, other) = (&shaped.contribution, &flexible.contribution);
            outside(one.mean, other) && outside(other.mean, one)
        })
        .map(|(shaped, _)| shaped.channel.as_str())
        .collect()
    }

    /// The check of the model by the family without a fixed shape.
    pub fn check(&self, attribution: &Attribution) -> Check {
        let disputed = self.disputed(attribution);
        let is_clear = self.preference.is_clearly_flexible();
        let fine = disputed.is_empty() && !is_clear;
        let mut text = self.told();
        if !disputed.is_empty() {
            text.push_str(&format!(
                "; of {} it finds a contribution outside of what the model holds likely",
                named(&disputed)
            ));
        }
        if !fine {
            text.push_str(": see advice/response_curves_flexible.csv before following the plans");
        }
        Check {
            check: "families",
            verdict: if fine { Verdict::Pass } else { Verdict::Review },
            figure: self.preference.difference,
            text,
        }
    }

    /// Which family foretold the test periods better, in a sentence.
    fn told(&self) -> String {
        let preference = &self.preference;
        let verdict = match preference.family() {
            Preferred::Neither => "about as well as the model's shape: no clear winner",
            Preferred::Shaped => "worse than the model's shape",
            Preferred::Flexible if preference.is_clearly_flexible() => {
                "clearly better than the model's shape"
            }
            Preferred::Flexible => "somewhat better than the model's shape",
        };
        format!(
            "curves without a fixed shape foretell {} unseen periods {verdict} (difference of mean \
             log density {:+.3}, standard error {:.3})",
            self.shaped_scores.scores.periods, preference.difference, preference.error
        )
    }
}

fn named(channels: &[&str]) -> String {
    let names: Vec<String> = channels.iter().take(NAMED_MAX).map(|name| escape(name)).collect();
    let more = channels.len() - names.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    names.join(", ") + &more
}
