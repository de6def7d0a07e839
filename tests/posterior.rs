//! The posterior of the example of PyMC-Marketing: by the closed form, and by the sampler where the
//! feature `nuts` is on, against the figures that library publishes, and against each other; the
//! command that does the same for an account's own model; and what accounts learn from each other.

#[path = "posterior/command.rs"]
mod command;
#[path = "posterior/example.rs"]
mod example;
#[path = "cli/place.rs"]
mod place;
#[cfg(feature = "nuts")]
#[path = "posterior/pooled.rs"]
mod pooled;
#[path = "posterior/published.rs"]
mod published;
#[cfg(feature = "nuts")]
#[path = "posterior/sampled.rs"]
mod sampled;

use budgetd::advice::uncertainty::posterior::{ClosedForm, FigureName, Summary, closed_form, pymc};
use example::example;
use published::{NOISE, PUBLISHED};

/// Means within this share of a published deviation, beside half of the last published digit.
const MEAN_WITHIN: f64 = 0.15;

/// Deviations within this share of the published ones, beside half of the last digit.
const DEVIATION_WITHIN: f64 = 0.12;

fn the_closed_form() -> Option<ClosedForm> {
    closed_form(&pymc::specification(&example()?))
}

fn figure(figures: &[(FigureName, Summary)], channel: Option<&str>, name: &str) -> Summary {
    let mut figures = figures.iter();
    let found = figures.find(|(it, _)| it.name == name && it.channel.as_deref() == channel);
    found.unwrap_or_else(|| panic!("{channel:?} has no {name}")).1
}

fn meets_what_is_published(figures: &[(FigureName, Summary)]) {
    for known in PUBLISHED {
        let found = figure(figures, Some(known.channel), known.name);
        let what = format!("{} {}: {found:?}", known.channel, known.name);
        let off = (found.mean - known.mean).abs();
        assert!(off <= MEAN_WITHIN * known.deviation + known.rounding, "{what}");
        // Of a coefficient whose tail is long four thousand draws hardly tell the deviation.
        let within = if known.is_long_tailed { 2.0 } else { 1.0 } * DEVIATION_WITHIN;
        let off = (found.deviation - known.deviation).abs();
        assert!(off <= within * known.deviation + known.rounding, "{what}");
    }
    assert!((figure(figures, None, "noise").mean - NOISE).abs() < 0.0005);
}

#[test]
fn the_closed_form_meets_what_the_library_publishes() {
    let Some(found) = the_closed_form() else { return };
    assert!(found.effective >= 4_000.0, "{}", found.effective);
    meets_what_is_published(&found.figures);
}

#[test]
fn the_closed_form_is_the_same_on_one_core_as_on_all() {
    let Some(found) = the_closed_form() else { return };
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    assert_eq!(alone.install(the_closed_form), Some(found));
}
