//! Whether a fitted model should be believed: a list of small checks of one shape, each with its
//! figure, its limits and what it means. None of them stops anything; they are for people.

use serde::Serialize;

use super::attribution::Attribution;
use super::fitted::Fitted;

/// How a check ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Pass,
    /// Somebody should look.
    Review,
    /// The model should not be used for this.
    Fail,
}

/// A check and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// Its stable name.
    pub check: &'static str,
    /// How it ended.
    pub verdict: Verdict,
    /// The figure that was looked at.
    pub figure: f64,
    /// What it means, in a sentence.
    pub text: String,
}

/// All checks, in a fixed order.
pub fn checks(fitted: &Fitted, attribution: &Attribution) -> Vec<Check> {
    vec![
        history(fitted),
        prediction(fitted),
        baseline(fitted),
        media_share(attribution),
        errors(fitted),
        candidates(fitted),
        certainty(attribution),
    ]
}

/// The worst of them.
pub fn worst(checks: &[Check]) -> Verdict {
    checks.iter().map(|check| check.verdict).max().unwrap_or(Verdict::Pass)
}

/// At least `pass` passes, at least `review` is to be looked at.
fn at_least(figure: f64, pass: f64, review: f64) -> Verdict {
    if figure >= pass {
        Verdict::Pass
    } else if figure >= review {
        Verdict::Review
    } else {
        Verdict::Fail
    }
}

fn history(fitted: &Fitted) -> Check {
    let effects = fitted.regressors.len() + fitted.series.channels.len();
    let figure = count(fitted.series.len()) / count(effects.max(1));
    let text = format!(
        "{} {} for {effects} effects: {figure:.1} each; 6 and more are enough, below 3 chance decides",
        fitted.series.len(),
        fitted.series.unit()
    );
    Check { check: "history", verdict: at_least(figure, 6.0, 3.0), figure, text }
}

fn prediction(fitted: &Fitted) -> Check {
    let figure = fitted.scores_test.r2.unwrap_or(0.0);
    let tested = fitted.scores_test.periods;
    let text = format!(
        "on {tested} {} that it had not seen, the model explains {:.0} % of the variation of revenue; \
         below 0 the plain mean is better",
        fitted.series.unit(),
        figure * 100.0
    );
    Check { check: "prediction", verdict: at_least(figure, 0.5, 0.0), figure, text }
}

fn baseline(fitted: &Fitted) -> Check {
    let below = fitted.baseline.iter().filter(|value| **value < 0.0).count();
    let figure = count(below) / count(fitted.series.len().max(1));
    let text = format!(
        "revenue without any spend would be negative in {:.0} % of the {}",
        figure * 100.0,
        fitted.series.unit()
    );
    Check { check: "baseline", verdict: at_least(-figure, 0.0, -0.05), figure, text }
}

fn media_share(attribution: &Attribution) -> Check {
    let figure: f64 = attribution.channels.iter().map(|channel| channel.share).sum();
    let text = format!(
        "media are held to bring {:.0} % of revenue; above 80 % little is left for people who would \
         have come anyway",
        figure * 100.0
    );
    Check { check: "media_share", verdict: at_least(-figure, -0.8, -1.0), figure, text }
}

fn errors(fitted: &Fitted) -> Check {
    let figure = fitted.autocorrelation;
    let text = format!(
        "errors of neighbouring {} are alike by {figure:.2}; above 0.3 the model lacks something \
         that lasts",
        fitted.series.unit()
    );
    Check { check: "errors", verdict: at_least(-figure, -0.3, -0.6), figure, text }
}

fn candidates(fitted: &Fitted) -> Check {
    let figure = fitted.candidates_effective;
    if fitted.candidates_tried == 1 {
        let text = "every shape was given and none was searched for, so intervals say nothing of how \
                    well they are known";
        return Check {
            check: "candidates",
            verdict: Verdict::Review,
            figure,
            text: text.to_owned(),
        };
    }
    let text = format!(
        "the average stands for {figure:.0} equally good candidates of {} tried; few mean that its \
         intervals are too narrow",
        fitted.candidates_tried
    );
    Check { check: "candidates", verdict: at_least(figure, 20.0, 3.0), figure, text }
}

/// The widest interval of a channel's contribution against that contribution; a contribution below
/// nothing comes first.
fn certainty(attribution: &Attribution) -> Check {
    let least = attribution
        .channels
        .iter()
        .min_by(|one, other| one.contribution.mean.total_cmp(&other.contribution.mean))
        .filter(|least| least.contribution.mean < 0.0);
    if let Some(least) = least {
        let text = format!(
            "spend on {} is held to cost revenue, which is hardly so: its effect can't be told from \
             that of others",
            crate::domain::text::escape(&least.channel)
        );
        let figure = least.contribution.mean;
        return Check { check: "certainty", verdict: Verdict::Fail, figure, text };
    }
    let widths = attribution.channels.iter().map(|channel| {
        let wide = channel.contribution.high - channel.contribution.low;
        let width =
            if channel.contribution.mean > 0.0 { wide / channel.contribution.mean } else { 99.0 };
        (width, channel.channel.as_str())
    });
    let (figure, channel) =
        widths.fold((0.0, ""), |widest, one| if one.0 > widest.0 { one } else { widest });
    let text = format!(
        "the least certain contribution is that of {}: its interval is {figure:.1} times as wide as \
         the contribution itself",
        crate::domain::text::escape(channel)
    );
    Check { check: "certainty", verdict: at_least(-figure, -1.0, -2.5), figure, text }
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
fn count(values: usize) -> f64 {
    values as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_check_counts() {
        let check = |verdict| Check { check: "x", verdict, figure: 0.0, text: String::new() };
        let all = [check(Verdict::Pass), check(Verdict::Fail), check(Verdict::Review)];
        assert_eq!(worst(&all), Verdict::Fail);
        assert_eq!(worst(&[]), Verdict::Pass);
    }

    #[test]
    fn limits_belong_to_the_better_side() {
        assert_eq!(at_least(0.5, 0.5, 0.0), Verdict::Pass);
        assert_eq!(at_least(0.0, 0.5, 0.0), Verdict::Review);
        assert_eq!(at_least(-0.01, 0.5, 0.0), Verdict::Fail);
    }
}
