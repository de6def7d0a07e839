//! What a model says → the rows and sentences of the page. All of it is advice.

use super::PageAdvice;
use crate::advice::mmm::health::{Check, Verdict, worst};
use crate::advice::mmm::spread::Estimate;
use crate::advice::uncertainty::actions::{Action, ChannelAction};
use crate::decision::Decision;
use crate::domain::text::escape;
use crate::domain::{Account, Currency};
use crate::report::words::{self, capital};

/// A channel in the table of what is advised.
pub(super) struct ActionRow {
    pub channel: String,
    pub action: &'static str,
    pub probability: String,
    pub marginal: String,
    pub up: String,
    pub down: String,
    pub reason: String,
}

/// A check of the model.
pub(super) struct CheckRow {
    pub class: &'static str,
    pub verdict: &'static str,
    pub text: String,
}

type Advice<'a> = Result<&'a PageAdvice, &'a str>;

/// What the advice comes to, in a few sentences.
pub(super) fn text(advice: Advice<'_>, decision: &Decision) -> Vec<String> {
    let advice = match advice {
        Ok(advice) => advice,
        Err(why) => return vec![format!("There is no model this week: {}.", escape(why))],
    };
    let mut text = vec![came_to(advice)];
    let (first, last) = advice.days;
    let of = if advice.is_of_claims {
        "It explains the revenue that platforms claim, for want of the business's own: what they \
         overstate, it overstates too."
    } else {
        "It explains the business's own revenue."
    };
    text.push(format!("The model learnt from {}. {of}", words::span(first, last)));
    let against = against_the_rules(advice, decision);
    if !against.is_empty() {
        text.push(format!(
            "The rules go another way than the model with {}: that is worth a look, not an error.",
            words::list(&against)
        ));
    }
    match worst(&advice.checks) {
        Verdict::Pass => {}
        Verdict::Review => text.push(
            "Some checks of the model ask for a look before anybody leans on it (below)."
                .to_owned(),
        ),
        Verdict::Fail => text.push(
            "The model fails some checks (below): don't move money by what it says.".to_owned(),
        ),
    }
    text
}

/// "It advises more for Email, and to leave three channels as they are."
fn came_to(advice: &PageAdvice) -> String {
    let named = |action| {
        let of_it = advice.actions.iter().filter(|it| it.action == action);
        of_it.map(|it| escape(&it.channel)).collect::<Vec<_>>()
    };
    let mut parts = Vec::new();
    for (action, what) in [(Action::Increase, "more for "), (Action::Reduce, "less for ")] {
        let names = named(action);
        if !names.is_empty() {
            parts.push(format!("{what}{}", words::list(&names)));
        }
    }
    let left = named(Action::Monitor).len();
    if left > 0 {
        parts.push(format!(
            "to leave {} as {} until more is known",
            words::count(left, "channel"),
            if left == 1 { "it is" } else { "they are" }
        ));
    }
    format!("The model advises {}.", words::list(&parts))
}

/// Channels whose budget the rules raise though less is advised, or cut though more is.
fn against_the_rules(advice: &PageAdvice, decision: &Decision) -> Vec<String> {
    let unit = decision.account.rounding_unit.minor();
    let change = |name: &str| {
        let channel = decision.channels.iter().find(|it| it.channel.as_str() == name)?;
        let last = words::shown(&decision.account, channel.reference?);
        Some((channel.final_budget - last).minor())
    };
    let differs = |it: &&ChannelAction| match (it.action, change(&it.channel)) {
        (Action::Increase, Some(change)) => change <= -unit,
        (Action::Reduce, Some(change)) => change >= unit,
        _ => false,
    };
    advice.actions.iter().filter(differs).map(|it| escape(&it.channel)).collect()
}

pub(super) fn caption(advice: Advice<'_>) -> String {
    let confidence = advice.map_or(0.0, |advice| advice.confidence * 100.0);
    format!(
        "What a change of each channel's weekly spend would probably bring, with the interval that holds the truth \
         with {confidence:.0} % if the model is right"
    )
}

pub(super) fn actions(advice: Advice<'_>, account: &Account) -> Vec<ActionRow> {
    let Ok(advice) = advice else { return Vec::new() };
    advice.actions.iter().map(|it| row(account.currency, it)).collect()
}

fn row(currency: Currency, of: &ChannelAction) -> ActionRow {
    let whole = |value: Option<f64>| {
        value.map_or_else(|| "unknown".to_owned(), |value| signed(currency, value))
    };
    ActionRow {
        channel: escape(&of.channel),
        action: match of.action {
            Action::Increase => "▲ more",
            Action::Monitor => "● leave it",
            Action::Reduce => "▼ less",
        },
        probability: of
            .probability
            .map_or_else(|| "unknown".to_owned(), crate::advice::uncertainty::actions::percent),
        marginal: of.mroas.map_or_else(|| "unknown".to_owned(), |it| interval(currency, it)),
        up: whole(of.lift_up_10),
        down: whole(of.lift_down_10),
        reason: capital(&of.reason),
    }
}

fn interval(currency: Currency, estimate: Estimate) -> String {
    let of = |value| words::per_unit(currency, value);
    format!("{} ({} to {})", of(estimate.mean), of(estimate.low), of(estimate.high))
}

fn signed(currency: Currency, value: f64) -> String {
    let whole = libm::rint(value) + 0.0;
    let sign = if whole > 0.0 { "+" } else { "" };
    format!("{sign}{}", currency.show_decimal(&format!("{whole:.0}")))
}

pub(super) fn checks(advice: Advice<'_>) -> Vec<CheckRow> {
    let Ok(advice) = advice else { return Vec::new() };
    let row = |check: &Check| {
        let (class, verdict) = match check.verdict {
            Verdict::Pass => ("pass", "✓ holds"),
            Verdict::Review => ("review", "! look"),
            Verdict::Fail => ("fail", "✗ fails"),
        };
        CheckRow { class, verdict, text: capital(&escape(&check.text)) }
    };
    advice.checks.iter().map(row).collect()
}
